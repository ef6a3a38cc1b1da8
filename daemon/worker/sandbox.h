/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox.h - give up everything a worker does not need.
 *
 * A worker computes: it has its input in memory and one socket to answer on.
 * After sandbox_enter() it cannot open a file, make a socket, start a process,
 * signal anybody but itself or get more rights, and it ends by itself when it
 * computes too long or takes too much memory.  Every part of that has to work:
 * a worker that could only be half sandboxed does not begin.
 */
#ifndef MMSCOPE_SANDBOX_H
#define MMSCOPE_SANDBOX_H

#include "mmcore/mm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The system calls that are allowed, as a program for seccomp. */
struct sandbox_program;

/* For whoever starts many workers: making it takes half a millisecond, and this way its memory is allocated while
 * there is some.  NULL: it failed. */
struct sandbox_program *sandbox_program_new(void);
void sandbox_program_free(struct sandbox_program *program);

struct sandbox_limits {
	size_t memory;			/* bytes of address space; 0: no limit */
	unsigned int cpu_seconds;
	bool lenient;			/* carry on without what this system does not allow, if that was asked for */
	const struct sandbox_program *program;	/* made beforehand and borrowed; NULL: make it on entering */
};

/* Call it once all files that are still needed are open; it cannot be undone.  Returns 0, or a negative errno with
 * the step that failed in @error: our failure, never the input's. */
int sandbox_enter(const struct sandbox_limits *limits, struct mm_error *error);

/* Tries, from inside the sandbox, what a worker that was taken over would try. */
struct sandbox_trials {
	uint32_t tried, refused;
	char names[400];		/* of what was tried, separated by blanks */
	char succeeded[400];		/* of what should not have been possible */
};
/* @parent: the process to try to signal; the sandbox does not let it find out its parent. */
void sandbox_try(pid_t parent, struct sandbox_trials *ret);

#endif
