/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker.h - one process, one run: execute it, send the answers, end. */
#ifndef MMSCOPE_WORKER_H
#define MMSCOPE_WORKER_H

#include "daemon/image/derive.h"
#include "daemon/worker/ready.h"
#include "daemon/worker/runner_proto.h"
#include "daemon/worker/sandbox.h"

struct worker_limits {
	struct sandbox_limits sandbox;
	unsigned int wall_ms;		/* the helper kills it then */
	size_t output;			/* bytes of all its answers together */
	/* For tests: "NAME=crash,NAME=hang,..": what happens to the worker that is asked for NAME.
	 * "birth=late": a worker that was forked does not get to run for a while. */
	const char *fault;
};

/* How much longer than a run a kernel may take: a package of 100 MB is unpacked. */
#define WORKER_KERNEL_FACTOR	12
/* And how much more address space: for what is unpacked, the package itself, libraries. */
#define WORKER_KERNEL_MEMORY	(DERIVE_MAX_MEMORY + (512ull << 20))

/* The answer in which a worker says what it could not do (struct sandbox_trials); no run has it. */
#define WORKER_SELF_TEST	"(self-test)"

/* Do what @limits->fault says is to happen to a worker that is asked for @name. */
void worker_suffer(const struct worker_limits *limits, const char *name);

/* Runs in a process of its own, with nothing open but these two. */
_Noreturn void worker_run(const struct runner_order *order, int socket, int memory, const struct worker_limits *limits,
			  const struct ready *ready);

/* True where @limits->fault says "@name=@what". */
bool worker_is_to(const struct worker_limits *limits, const char *name, const char *what);

#endif
