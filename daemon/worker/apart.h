/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apart.h - do one thing with hostile input in a process of its own, shut in.
 *
 * For the command line, which has no workers standing by: the caller's memory is
 * there as it was, what is found out comes back as one run of bytes, and a crash is an error.
 */
#ifndef MMSCOPE_APART_H
#define MMSCOPE_APART_H

#include "daemon/base/bytes.h"
#include "daemon/worker/sandbox.h"

struct mm_error;
struct apart_voice;

struct apart {
	const char *what;		/* as errors name the input: "kernel" */
	const char *process;		/* the name it has in lists of processes */
	struct sandbox_limits limits;
	size_t max_answer;		/* bytes */
	/* Runs in that process. */
	int (*work)(const void *input, struct apart_voice *voice, struct bytes *out, struct mm_error *error);
	const void *input;
	/* Runs in this one, for each apart_progress(); or NULL. */
	void (*progress)(void *ctx, const char *text);
	void *ctx;
};

/* 0 and @out, or what work() failed with.  -EBADMSG also if it computes for too long; -EIO if it crashes or is no more. */
int apart_run(const struct apart *apart, struct bytes *out, struct mm_error *error);

/* For work(): how far it has come. */
void apart_progress(struct apart_voice *voice, const char *text);

#endif
