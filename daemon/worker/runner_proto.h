/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runner_proto.h - what server, helper and workers say to each other.
 *
 *            order + 2 descriptors                 fork
 *   server ------------------------> helper ----------------> worker
 *     ^  ^                             |                         |
 *     |  +------------- ended ---------+                         |
 *     +------------------------- answers ------------------------+
 *
 * All sockets keep message boundaries (SOCK_SEQPACKET), so that a worker
 * that is killed between two messages leaves nothing half-said.  Structs
 * travel as they are in memory: both ends are one program.
 */
#ifndef MMSCOPE_RUNNER_PROTO_H
#define MMSCOPE_RUNNER_PROTO_H

#include "mmcore/mm.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Server to helper.  With it travel the worker's end of the answer socket and a
 * memory file: ORDER names, each ended by NUL, then the packed request. */
struct runner_order {
	uint32_t job;
	uint32_t kernel;		/* 1: what is packed is a kernel to derive a profile from (upload.h), not a request */
	uint32_t log;			/* 1: it is a boot log with its tree (checked_log.h) */
	uint32_t nr_names;
	uint32_t stays;			/* 1: after its answer it waits for other questions about the same tree and kernel */
};

/*
 * A worker that stays is told its next question on the answer socket: the
 * answer's name with its NUL, and the packed request without its tree and
 * profile (request_pack_head()), in one message of at most RUNNER_DATA_MAX
 * bytes.  It keeps its boot: a question about the same run is answered from
 * that.  One sandbox never sees two trees: what a hostile one made of it, it can
 * do to its own next answers alone.  It ends by itself after a silence of
 * RUNNER_STAY_MS - somebody thinks of what to ask for next - or when it has used
 * half of what one run may take.  The helper is told when its silence begins and
 * ends (struct runner_clock), so that each answer has as much time as any other
 * worker's.
 */
#define RUNNER_STAY_MS		60000
/* How much longer than that the helper waits before it ends the worker. */
#define RUNNER_STAY_SLACK_MS	5000
/* The most workers that wait at a time; each holds a boot. */
#define RUNNER_MAX_WAITING	2

/* Server to helper, about a worker that stays: the time it has from now on. */
struct runner_clock {
	uint32_t job;
	uint32_t ms;
};

/* Jobs are numbered from 1.  In runner_ended: the helper was killed and all workers with it. */
#define RUNNER_ALL_JOBS		0

/* Helper to server: the job's worker is gone. */
struct runner_ended {
	uint32_t job;
	int32_t status;			/* as of waitpid(); -1: there was no worker */
	uint32_t timed_out;
};

/* Worker to server. */
enum runner_message_kind {
	RUNNER_SIZE,			/* a size_t follows: how many bytes the answer will have */
	RUNNER_DATA,			/* bytes of the answer follow */
	RUNNER_DONE,			/* the answer is whole */
	RUNNER_FAILED,			/* struct runner_failure follows */
};

struct runner_message {
	uint32_t kind;
	uint32_t part;			/* which of the ordered names */
};

struct runner_failure {
	int32_t err;			/* negative errno, as request.h has them */
	struct mm_error error;
};

/* Small enough for the default send buffer, large enough to be cheap. */
#define RUNNER_DATA_MAX		(64u << 10)
#define RUNNER_MAX_NAMES	4

#endif
