// SPDX-License-Identifier: GPL-2.0-or-later
/* handlers_events.c - a run's events or phases: all or a range of them, paced or not, as JSON, NDJSON or SSE. */
#include "daemon/http/problem.h"
#include "daemon/http/stream.h"
#include "daemon/serve/answer.h"
#include "daemon/serve/handlers.h"
#include "daemon/serve/name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In events per second.  Slower streams would hold one of few places for hours. */
#define MIN_PACE	0.05
#define MAX_PACE	100000.0

static const struct offer offers[] = {
	[STREAM_JSON] = { "json", "application/json" },
	[STREAM_NDJSON] = { "ndjson", "application/x-ndjson" },
	[STREAM_SSE] = { "sse", "text/event-stream" },
};

/* What was asked for, before it is known how many events there are. */
struct wish {
	enum stream_format format;
	uint64_t from, to;
	bool has_to, resumed;
	double pace;
	bool by_step;
	const char *list;		/* "events" or "phases" */
	char name[NAME_MAX_ANSWER];	/* name of the answer that has the records */
};

static bool read_seq(struct exchange *ex, const char *name, const char *text, uint64_t *ret)
{
	if (parse_number(text, ret) && *ret < UINT64_MAX)
		return true;
	problem_reply(ex, "bad-parameter", "%s: \"%s\" is not an event's number", name, text);
	return false;
}

static bool read_pace(struct exchange *ex, struct wish *wish)
{
	const char *pace = exchange_param(ex, "pace"), *unit = exchange_param(ex, "unit");
	char *end;

	if (unit && strcmp(unit, "event") && strcmp(unit, "step")) {
		problem_reply(ex, "bad-parameter", "unit= takes event or step");
		return false;
	}
	wish->by_step = unit && !strcmp(unit, "step");
	if (!pace)
		return true;
	wish->pace = strtod(pace, &end);
	if (end != pace && !*end && wish->pace >= MIN_PACE && wish->pace <= MAX_PACE)
		return true;
	problem_reply(ex, "bad-parameter", "pace= takes a number a second, from %g to %g", MIN_PACE, MAX_PACE);
	return false;
}

/* When an EventSource reconnects, it repeats the original query and adds Last-Event-ID: the last event that it got. */
static bool read_range(struct exchange *ex, struct wish *wish)
{
	const char *from = exchange_param(ex, "from"), *to = exchange_param(ex, "to");
	const char *last = ex->headers[HEADER_LAST_EVENT_ID];
	uint64_t seen;

	if (from && !read_seq(ex, "from", from, &wish->from))
		return false;
	if (to && !read_seq(ex, "to", to, &wish->to))
		return false;
	wish->has_to = to;
	if (last && *last) {
		if (!read_seq(ex, "Last-Event-ID", last, &seen))
			return false;
		wish->resumed = true;
		if (seen + 1 > wish->from)
			wish->from = seen + 1;
	}
	if (!to || wish->from <= wish->to || wish->resumed)
		return true;
	problem_reply(ex, "bad-parameter", "from=%" PRIu64 " is after to=%" PRIu64, wish->from, wish->to);
	return false;
}

static bool read_wish(struct exchange *ex, const struct artifact_card *card, struct wish *wish)
{
	static const char *const own[] = { "from", "to", "pace", "unit", NULL };
	int format;

	if (!name_answer(ex, card, ARTIFACT_NDJSON, card->name, own, wish->name) || !read_pace(ex, wish) || !read_range(ex, wish))
		return false;
	/* A single JSON document cannot be paced; lines can, so they become the default. */
	if (wish->pace && !exchange_param(ex, "format"))
		format = exchange_choose(ex, offers + 1, 2) + 1;
	else
		format = exchange_choose(ex, offers, 3);
	wish->format = (enum stream_format)format;
	return !ex->reply.status;
}

/* NDJSON at full speed is what the store has already: send its bytes as they are. */
static void send_lines(struct exchange *ex, struct blob *blob, size_t from, size_t to)
{
	const struct event_index *index = &blob->index;

	reply_blob(&ex->reply, offers[STREAM_NDJSON].type, blob);
	ex->reply.data = blob->bytes.data + index->start[from];
	ex->reply.size = index->start[to] - index->start[from];
}

static void send_stream(struct serve *serve, struct exchange *ex, struct blob *blob,
			const struct wish *wish, size_t from, size_t to)
{
	struct stream *stream = stream_new(&(struct stream_request){
		.events = blob, .list = wish->list, .format = wish->format, .from = from, .to = to,
		.pace = wish->pace, .by_step = wish->by_step, .heartbeat_ns = serve->heartbeat_ns,
	});

	if (!stream) {
		problem_reply(ex, "out-of-memory", "there is no memory for the stream");
		return;
	}
	if (!ex->reply.status) {
		ex->reply.status = 200;
		reply_text(&ex->reply, "Cache-Control", "no-store");
		/* Without this, nginx holds the stream back until its buffer is full. */
		reply_text(&ex->reply, "X-Accel-Buffering", "no");
	}
	reply_stream(&ex->reply, offers[wish->format].type, stream);
}

static void send_events(struct serve *serve, struct exchange *ex, struct blob *blob,
			const struct wish *wish)
{
	const struct event_index *index = &blob->index;
	size_t to = wish->has_to ? event_index_find(index, wish->to) : index->nr;
	size_t from = event_index_find(index, wish->from);
	bool live = wish->pace || wish->format == STREAM_SSE;
	char tag[NAME_MAX_ANSWER + 80];

	if (from >= to && wish->format != STREAM_JSON) {
		/* An EventSource reconnects whenever a stream ends; only 204 makes it stop. */
		ex->reply.status = 204;
		reply_text(&ex->reply, "Cache-Control", "no-store");
		return;
	}
	if (from > to)
		from = to;
	if (!live) {
		snprintf(tag, sizeof(tag), "%s.%s:%" PRIu64 "-%" PRIu64, wish->name, offers[wish->format].format,
			 index->seq[from], index->seq[to]);
		if (!answer_tag(ex, ex->args[0], tag, index->start[to] - index->start[from]))
			return;
	}
	if (!live && wish->format == STREAM_NDJSON)
		send_lines(ex, blob, from, to);
	else
		send_stream(serve, ex, blob, wish, from, to);
}

static enum outcome tell(struct serve *serve, struct exchange *ex, const char *what)
{
	struct wish wish = { .list = what };
	struct blob *blob;
	enum outcome outcome;

	reply_clear(&ex->reply);
	if (!read_wish(ex, artifact_find(what), &wish))
		return ANSWERED;
	outcome = answer_get(serve, ex, ex->args[0], wish.name, &blob);
	if (blob)
		send_events(serve, ex, blob, &wish);
	return outcome;
}

enum outcome handle_events(struct serve *serve, struct exchange *ex)
{
	return tell(serve, ex, "events");
}

enum outcome handle_phases(struct serve *serve, struct exchange *ex)
{
	return tell(serve, ex, "phases");
}
