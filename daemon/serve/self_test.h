/* SPDX-License-Identifier: GPL-2.0-or-later */
/* self_test.h - before serving anybody, check that the sandbox holds on this machine. */
#ifndef MMSCOPE_SELF_TEST_H
#define MMSCOPE_SELF_TEST_H

#include "daemon/worker/runner.h"
#include "daemon/worker/sandbox.h"

/*
 * Has a worker, forked and sandboxed like any other, try everything that it must not be able to do.  It calls
 * runner_dispatch(), so it has to run before there are threads.  -EPERM: something worked, and *@ret says what; any
 * other error: no worker could be started, or it could not be sandboxed.
 */
int self_test_run(struct runner *runner, struct sandbox_trials *ret, struct mm_error *error);

#endif
