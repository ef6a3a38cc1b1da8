// SPDX-License-Identifier: GPL-2.0-or-later
/* handlers_log.c - an uploaded boot log with its tree: what it says, and line by line what the engine predicts.
 * Nothing is stored. */
#include "daemon/base/blob.h"
#include "daemon/http/problem.h"
#include "daemon/serve/ask.h"
#include "daemon/serve/handlers.h"
#include "daemon/worker/checked_log.h"

#include <errno.h>
#include <unistd.h>

/* The profile to send along: an uploaded kernel's, since workers have only those that ship.  False, with a reply, on
 * failure. */
static bool find_profile(struct serve *serve, struct exchange *ex, const char *kernel, struct bytes *ret)
{
	struct mm_error error = { .offset = -1 };
	int err;

	if (!kernel || !shelf_is_name(kernel))
		return true;
	err = shelf_get(serve->shelf, kernel, ret, &error);
	if (err)
		problem_reply_error(ex, err, &error);
	return !err;
}

static bool write_after(int fd, const struct bytes *what)
{
	size_t at = 0;

	while (at < what->len) {
		ssize_t n = write(fd, what->data + at, what->len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

static bool no_worker(struct exchange *ex, int err)
{
	problem_reply(ex, err == -EAGAIN ? "too-busy" : err == -ENOMEM ? "out-of-memory" : "no-worker",
		      "the log cannot be read now; try again");
	return false;
}

/* False, with a reply, if no worker can take it. */
static bool submit(struct serve *serve, struct exchange *ex)
{
	static const char *const no_more[] = { NULL };
	struct bytes profile = { 0 }, after = { 0 };
	struct ask ask;
	int fd = ex->spool, err;

	if (!ask_of_params(ex, &ask, no_more))
		return false;
	if (ask.board) {
		problem_reply(ex, "bad-parameter", "board=%.40s: send the board's tree as the part tree", ask.board);
		return false;
	}
	if (fd <= 0) {
		problem_reply(ex, "bad-request", "the body is empty; send the parts log and tree");
		return false;
	}
	if (!find_profile(serve, ex, ask.kernel, &profile))
		return false;
	checked_log_pack(&ask, &profile, &after);
	err = after.failed || profile.failed || !exchange_charge(ex, after.len) || !write_after(fd, &after) ? -ENOMEM : 0;
	bytes_deinit(&profile);
	bytes_deinit(&after);
	if (err)
		return no_worker(ex, err);
	ex->spool = 0;
	ex->wait = blob_new(false);
	if (ex->wait)
		exchange_pass_charge(ex, ex->wait);
	else
		close(fd);
	err = ex->wait ? runner_submit_log(serve->runner, ex->client, fd, ex->wait) : -ENOMEM;
	return !err || no_worker(ex, err);
}

enum outcome handle_post_log(struct serve *serve, struct exchange *ex)
{
	if (!ex->wait && !submit(serve, ex))
		return ANSWERED;
	switch (blob_state(ex->wait)) {
	case BLOB_PENDING:
		return WAITING;
	case BLOB_FAILED:
		problem_reply_failure(ex, &ex->wait->failure);
		return ANSWERED;
	default:
		ex->reply.status = 200;
		reply_text(&ex->reply, "Cache-Control", "no-store");
		reply_blob(&ex->reply, "application/json", ex->wait);
		return ANSWERED;
	}
}
