/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confined.h - work on input that may lie, for the command line: in a sandboxed process of its own.
 *
 * What the process computed is said in messages, as a server's worker does; one that was taken over can say
 * nothing but a wrong answer.
 */
#ifndef MMSCOPE_CONFINED_H
#define MMSCOPE_CONFINED_H

#include "daemon/base/bytes.h"
#include "daemon/worker/sandbox.h"
#include "mmcore/mm.h"

struct confined_voice;

struct confined {
	const char *title;		/* of the process, at most 15 characters */
	const char *what;		/* that is read: "kernel", a path */
	struct sandbox_limits limits;
	size_t max_answer;		/* bytes */
	/* In that process: what it finds out into @out, or ... */
	int (*work)(const void *input, struct confined_voice *voice, struct bytes *out, struct mm_error *error);
	/* ... what it prints; see below which is called. */
	int (*print)(const void *input);
	/* In a second process, sandboxed alike, that works for the first: both have @shared bytes, all zero at first, and
	 * the first may not wait for it.  Ends with the first. */
	void (*help)(const void *input, void *shared);
	size_t shared;			/* 0: no second process */
	const void *input;
	/* In the caller's process, for each confined_say(); may be NULL. */
	void (*progress)(void *ctx, const char *text);
	void *progress_ctx;
};

/* In that process: tell the caller how far it is. */
void confined_say(struct confined_voice *voice, const char *text);

/* In that process: the bytes that it shares with help(); NULL: there are none. */
void *confined_shared(const struct confined_voice *voice);

/*
 * work(): its return value, *@error, and what it wrote into *@out.  -EFBIG besides: that is more than max_answer;
 * -EBADMSG: it computed longer than it may; -EIO: it crashed, could not be sandboxed or not be started.
 */
int confined_call(const struct confined *how, struct bytes *out, struct mm_error *error);

/*
 * print(): what it writes on standard output and error is passed on while it comes.  Its return value; -EBADMSG
 * and -EIO with @error as above; -EPIPE: nobody reads what is printed.
 */
int confined_print(const struct confined *how, struct mm_error *error);

#endif
