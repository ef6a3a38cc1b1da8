// SPDX-License-Identifier: GPL-2.0-or-later
/* handlers_sweep.c - a board booted over a grid of inputs: a stream of cells, or all of them at once. */
#include "daemon/doctor/sweep_report.h"
#include "daemon/http/problem.h"
#include "daemon/http/stream.h"
#include "daemon/serve/handlers.h"
#include "daemon/serve/sweep_plan.h"

static const struct offer offers[] = {
	{ .format = "json", .type = "application/json" },
	{ .format = "sse", .type = "text/event-stream" },
	{ .format = "csv", .type = "text/csv" },
	{ .format = "svg", .type = "image/svg+xml" },
	{ .format = "table", .type = "text/plain" },
};
static const char *const types[] = {
	"application/json", "text/event-stream", "text/csv; charset=utf-8", "image/svg+xml", "text/plain; charset=utf-8",
};

enum { SSE = 1 };

static void put_common(struct exchange *ex)
{
	ex->reply.status = 200;
	reply_text(&ex->reply, "Cache-Control", "no-store");
}

static enum outcome send_stream(struct exchange *ex, struct sweep_plan *plan)
{
	struct stream *stream;

	ex->kept = NULL;
	stream = sweep_plan_stream(plan);
	if (!stream) {
		problem_reply(ex, "out-of-memory", "there is no memory for the stream");
		return ANSWERED;
	}
	put_common(ex);
	reply_text(&ex->reply, "X-Accel-Buffering", "no");
	reply_stream(&ex->reply, types[SSE], stream);
	return ANSWERED;
}

static void let_go(struct exchange *ex)
{
	blob_put(ex->wait);
	ex->wait = NULL;
}

/* Without streaming: wait until every part is done, then send the whole. */
static enum outcome collect(struct exchange *ex, struct sweep_plan *plan, int choice)
{
	const struct blob_failure *failure;
	enum sweep_progress progress;
	struct bytes out = { 0 };
	struct blob *blob;

	let_go(ex);
	while ((progress = sweep_plan_go_on(plan, &blob, &failure)) == SWEEP_MOVED)
		;
	if (progress == SWEEP_WAITS) {
		ex->wait = blob_get(blob);
		return WAITING;
	}
	if (progress == SWEEP_FAILS) {
		problem_reply_failure(ex, failure);
		return ANSWERED;
	}
	sweep_write(sweep_plan_swept(plan), offers[choice].format, &out);
	put_common(ex);
	reply_bytes(&ex->reply, types[choice], &out);
	return ANSWERED;
}

enum outcome handle_sweep(struct serve *serve, struct exchange *ex)
{
	int choice;

	reply_clear(&ex->reply);
	choice = exchange_choose(ex, offers, sizeof(offers) / sizeof(offers[0]));
	if (choice < 0)
		return ANSWERED;
	if (!ex->kept) {
		ex->kept = sweep_plan_new(serve, ex);
		ex->kept_free = sweep_plan_free;
	}
	if (!ex->kept)
		return ANSWERED;
	return choice == SSE ? send_stream(ex, ex->kept) : collect(ex, ex->kept, choice);
}
