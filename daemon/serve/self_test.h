/* SPDX-License-Identifier: GPL-2.0-or-later */
/* self_test.h - check, before anybody is served, that the sandbox holds on this machine. */
#ifndef MMSCOPE_SELF_TEST_H
#define MMSCOPE_SELF_TEST_H

#include "daemon/worker/runner.h"
#include "daemon/worker/sandbox.h"

/*
 * Has a worker, forked and sandboxed like all others, try what it must not be able to do.  Call it before there are
 * threads, since it calls runner_dispatch().  -EPERM: some of it worked, and *@ret says what; other errnos: there was
 * no worker to try it, or it could not be sandboxed.
 */
int self_test_run(struct runner *runner, struct sandbox_trials *ret, struct mm_error *error);

#endif
