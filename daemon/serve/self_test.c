// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/serve/self_test.h"

#include "daemon/base/fail.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

/* This ends: the runner settles every blob, at the latest when it kills the worker for taking too long. */
static void wait_for(struct runner *runner, struct blob *blob)
{
	struct pollfd fd = { .fd = runner_fd(runner), .events = POLLIN };

	while (blob_state(blob) == BLOB_PENDING)
		if (poll(&fd, 1, -1) > 0)
			runner_dispatch(runner);
}

static int judge(const struct blob *blob, struct sandbox_trials *ret, struct mm_error *error)
{
	if (blob_state(blob) != BLOB_READY || blob->bytes.len != sizeof(*ret)) {
		*error = blob->failure.error;
		return blob->failure.err ? blob->failure.err : fail(error, -EIO, "sandbox", "its test gave no answer");
	}
	memcpy(ret, blob->bytes.data, sizeof(*ret));
	ret->names[sizeof(ret->names) - 1] = '\0';
	ret->succeeded[sizeof(ret->succeeded) - 1] = '\0';
	if (ret->tried && ret->refused == ret->tried)
		return 0;
	return fail(error, -EPERM, "sandbox", "does not hold on this machine: a worker succeeded at %s", ret->succeeded);
}

int self_test_run(struct runner *runner, struct sandbox_trials *ret, struct mm_error *error)
{
	static const char *const names[] = { WORKER_SELF_TEST };
	struct bytes nothing = { 0 };
	struct blob *request, *blob = blob_new(false);
	int err;

	memset(ret, 0, sizeof(*ret));
	bytes_putc(&nothing, ' ');
	request = nothing.failed ? NULL : blob_of(&nothing);
	err = blob && request ? runner_submit(runner, "", "self-test", request, names, &blob, 1) : -ENOMEM;
	if (err) {
		fail(error, err, "sandbox", "cannot be tested: %s", strerror(-err));
	} else {
		wait_for(runner, blob);
		err = judge(blob, ret, error);
	}
	blob_put(request);
	blob_put(blob);
	bytes_deinit(&nothing);
	return err;
}
