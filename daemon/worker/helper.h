/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * helper.h - the process that forks workers.
 *
 * A program with threads must not fork and carry on in the child: a lock held by
 * another thread stays locked in the child.  So the server forks this helper
 * before it makes its first thread, and the helper, single-threaded for life,
 * forks one worker per job, watches the clock and reports ends.  It ends when
 * the server does, and takes its workers along.
 *
 *   server -- keeper -- helper -- worker
 *                             \-- worker
 *
 * The keeper does nothing but wait for the helper, and forks another one should
 * it be killed.
 */
#ifndef MMSCOPE_HELPER_H
#define MMSCOPE_HELPER_H

#include "daemon/worker/privilege.h"
#include "daemon/worker/worker.h"

#define HELPER_MAX_WORKERS	64

/* Runs in a process of its own, which becomes the keeper, as @identity; @control is the helper's end. */
_Noreturn void helper_run(int control, const struct worker_limits *limits, const struct identity *identity);

#endif
