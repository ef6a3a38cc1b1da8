/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confined.h - handle untrusted input in a sandboxed process of its own, for the command line.
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
	/* Runs in that process and writes its result to @out, or ... */
	int (*work)(const void *input, struct confined_voice *voice, struct bytes *out, struct mm_error *error);
	/* ... prints it; which of the two is called is said below. */
	int (*print)(const void *input);
	/* Runs in a second process, sandboxed alike, that helps the first: both share @shared bytes, all zero at
	 * first. The first must not wait for it; it ends with the first. */
	void (*help)(const void *input, void *shared);
	size_t shared;			/* 0: no second process */
	const void *input;
	/* Called in the caller's process for each confined_say(); may be NULL. */
	void (*progress)(void *ctx, const char *text);
	void *progress_ctx;
};

/* Called in that process to report its progress to the caller. */
void confined_say(struct confined_voice *voice, const char *text);

/* In that process: the bytes shared with help(), or NULL if there are none. */
void *confined_shared(const struct confined_voice *voice);

/*
 * Calls work() and hands back its return value, *@error and what it wrote to *@out.  In addition -EFBIG: that was
 * more than max_answer; -EBADMSG: it took more time than it may; -EIO: it crashed, or could not be sandboxed or
 * started.
 */
int confined_call(const struct confined *how, struct bytes *out, struct mm_error *error);

/*
 * Calls print() and passes on what it writes to standard output and error as it comes.  Returns its return value;
 * -EBADMSG and -EIO with @error as above; -EPIPE: nobody reads the output.
 */
int confined_print(const struct confined *how, struct mm_error *error);

#endif
