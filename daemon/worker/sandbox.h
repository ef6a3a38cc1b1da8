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

/* For whoever starts many: to make it takes half a millisecond, and memory at a time when there is some.  NULL: it failed. */
struct sandbox_program *sandbox_program_new(void);
void sandbox_program_free(struct sandbox_program *program);

struct sandbox_limits {
	size_t memory;			/* bytes of address space; 0: no limit */
	unsigned int cpu_seconds;
	bool lenient;			/* go on without what this system does not allow: asked for on purpose */
	const struct sandbox_program *program;	/* made before, borrowed; NULL: it is made on entering */
};

/* Call with all files open that are still needed; cannot be undone.  0, or a negative errno and
 * in @error the step that failed: our failure, never the input's. */
int sandbox_enter(const struct sandbox_limits *limits, struct mm_error *error);

/* What a worker that was taken over would try, tried by a process that has entered. */
struct sandbox_trials {
	uint32_t tried, refused;
	char names[400];		/* of what was tried, separated by blanks */
	char succeeded[400];		/* of what should not have been possible */
};
/* @parent: whom it would like to signal; who it was born of is not to be found out inside. */
void sandbox_try(pid_t parent, struct sandbox_trials *ret);

#endif
