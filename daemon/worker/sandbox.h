/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox.h - give up everything a worker does not need.
 *
 * A worker computes: it has its input in memory and one socket to answer on.
 * After sandbox_enter() it cannot open a file, make a socket, start a process
 * or get more rights, and it ends by itself when it computes too long or takes
 * too much memory.  Limits work everywhere; Landlock and seccomp where the
 * kernel has them.
 */
#ifndef MMSCOPE_SANDBOX_H
#define MMSCOPE_SANDBOX_H

#include <stddef.h>

struct sandbox_limits {
	size_t memory;			/* bytes of address space; 0: no limit */
	unsigned int cpu_seconds;
};

/* Where the server was started as root, be nobody instead: before any worker is
 * forked.  0 also where there is nothing to give up; a negative errno. */
int sandbox_give_up_root(void);

/* Call with all files open that are still needed; cannot be undone.  0, or the
 * negative errno of the step that failed; only what the kernel does not have may be missing. */
int sandbox_enter(const struct sandbox_limits *limits);

#endif
