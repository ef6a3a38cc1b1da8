/* SPDX-License-Identifier: GPL-2.0-or-later */
/* self_test.h - before anybody is served: does the sandbox hold on this machine? */
#ifndef MMSCOPE_SELF_TEST_H
#define MMSCOPE_SELF_TEST_H

#include "daemon/worker/runner.h"
#include "daemon/worker/sandbox.h"

/*
 * Have a worker, forked and sandboxed like all others, try what it must not be able to do.  Before
 * there are threads: it calls runner_dispatch().  -EPERM: something of it worked, *@ret says
 * what; another negative errno: there was no worker to try it, or it could not be sandboxed.
 */
int self_test_run(struct runner *runner, struct sandbox_trials *ret, struct mm_error *error);

#endif
