// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http/stream.h"

#include "daemon/base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct span {
	const char *data;
	size_t len;
};

/* What comes after the current piece, which is always delivered completely first. */
enum phase { HEAD, EVENTS, TAIL, OVER };

struct stream {
	struct stream_source source;	/* without a read(), the stream is of events, and the rest applies: */
	struct stream_request request;
	enum phase phase;
	bool stopping;
	size_t next;			/* index of the next event to be rendered */
	uint64_t start, last_sent, due;	/* clock_ns(); start 0: nothing has been read yet */
	struct span piece[3];		/* what is left of the current piece: framing, the event, framing */
	char before[48];
	char frame[96];			/* backs a piece that is no event: head, tail or farewell */
};

struct stream *stream_new(const struct stream_request *request)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->request = *request;
	s->next = request->from;
	blob_get(request->events);
	return s;
}

struct stream *stream_of(const struct stream_source *source)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (s)
		s->source = *source;
	return s;
}

const void *stream_topic(const struct stream *s)
{
	return s->source.topic;
}

bool stream_has_more(const struct stream *s)
{
	return s->source.more && s->source.more(s->source.ctx);
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	if (s->source.free)
		s->source.free(s->source.ctx);
	blob_put(s->request.events);
	free(s);
}

static const struct event_index *index_of(const struct stream *s)
{
	return &s->request.events->index;
}

static uint64_t seq_of(const struct stream *s, size_t event)
{
	return index_of(s)->seq[event];
}

static struct span span_of(const char *text)
{
	return (struct span){ text, strlen(text) };
}

/* ----------------------------------------------------------- the three forms */

static int write_head(const struct stream *s, char *to, size_t size)
{
	switch (s->request.format) {
	case STREAM_SSE:
		return snprintf(to, size, "retry: 1000\n\n");
	case STREAM_JSON:
		return snprintf(to, size, "{\"from\":%" PRIu64 ",\"to\":%" PRIu64 ",\"%s\":[",
				seq_of(s, s->request.from), seq_of(s, s->request.to), s->request.list);
	default:
		return snprintf(to, size, "%s", "");
	}
}

static int write_tail(const struct stream *s, char *to, size_t size)
{
	switch (s->request.format) {
	case STREAM_SSE:
		return snprintf(to, size, "event: end\ndata: {\"next\":%" PRIu64 "}\n\n",
				seq_of(s, s->request.to));
	case STREAM_JSON:
		return snprintf(to, size, "]}\n");
	default:
		return snprintf(to, size, "%s", "");
	}
}

/* Tells the reader where to resume, later or elsewhere. */
static void write_farewell(const struct stream *s, char *to, size_t size)
{
	snprintf(to, size, s->request.format == STREAM_SSE ? "event: stopping\ndata: {\"next\":%" PRIu64 "}\n\n" :
		 "{\"stopping\":true,\"next\":%" PRIu64 "}\n", seq_of(s, s->next));
}

static void make_event(struct stream *s)
{
	const size_t *start = &index_of(s)->start[s->next];
	struct span line = { s->request.events->bytes.data + start[0], start[1] - start[0] - 1 };

	*s->before = '\0';
	if (s->request.format == STREAM_SSE)
		snprintf(s->before, sizeof(s->before), "id: %" PRIu64 "\ndata: ", seq_of(s, s->next));
	s->piece[0] = span_of(s->before);
	s->piece[1] = line;
	if (s->request.format == STREAM_SSE)
		s->piece[2] = span_of("\n\n");
	else if (s->request.format == STREAM_NDJSON)
		s->piece[2] = span_of("\n");
	else
		s->piece[2] = span_of(s->next + 1 < s->request.to ? "," : "");
	s->next++;
}

/* ------------------------------------------------------------------ the pace */

/* When the next event may be sent. */
static uint64_t next_due(const struct stream *s)
{
	const struct event_index *index = index_of(s);
	size_t from = s->request.from;
	double units;

	if (!s->request.pace)
		return 0;
	units = s->request.by_step ? index->step[s->next] - index->step[from] : s->next - from;
	return s->start + (uint64_t)(units / s->request.pace * (double)NS_PER_SEC);
}

static bool make_heartbeat(struct stream *s, uint64_t now)
{
	if (s->request.format != STREAM_SSE || now < s->last_sent + s->request.heartbeat_ns)
		return false;
	s->last_sent = now;
	s->piece[0] = span_of(":\n\n");
	return true;
}

/* It is too early for the next event: make a heartbeat if one is due, else note when to come back. */
static ssize_t wait_or_beat(struct stream *s, uint64_t now, uint64_t due)
{
	uint64_t beat;

	if (make_heartbeat(s, now))
		return 1;
	beat = s->request.format == STREAM_SSE ? s->last_sent + s->request.heartbeat_ns : NEVER;
	s->due = due < beat ? due : beat;
	return STREAM_WAIT;
}

/* --------------------------------------------------------------------- pieces */

/* Returns 1 after making the next piece, which may be empty; or STREAM_WAIT or STREAM_END. */
static ssize_t make_piece(struct stream *s, uint64_t now)
{
	uint64_t due;

	memset(s->piece, 0, sizeof(s->piece));
	switch (s->phase) {
	case HEAD:
		write_head(s, s->frame, sizeof(s->frame));
		s->piece[0] = span_of(s->frame);
		s->phase = EVENTS;
		return 1;
	case EVENTS:
		if (s->stopping && stream_is_live(s)) {
			write_farewell(s, s->frame, sizeof(s->frame));
			s->piece[0] = span_of(s->frame);
			s->phase = OVER;
			return 1;
		}
		if (s->next == s->request.to) {
			s->phase = TAIL;
			return 1;
		}
		due = next_due(s);
		if (now < due)
			return wait_or_beat(s, now, due);
		make_event(s);
		return 1;
	case TAIL:
		write_tail(s, s->frame, sizeof(s->frame));
		s->piece[0] = span_of(s->frame);
		s->phase = OVER;
		return 1;
	default:
		return STREAM_END;
	}
}

static size_t copy_piece(struct stream *s, char *buffer, size_t max)
{
	size_t done = 0;

	for (size_t i = 0; i < 3; i++) {
		struct span *span = &s->piece[i];
		size_t len = span->len < max - done ? span->len : max - done;

		if (!len)
			continue;
		memcpy(buffer + done, span->data, len);
		span->data += len;
		span->len -= len;
		done += len;
	}
	return done;
}

ssize_t stream_read(struct stream *s, uint64_t now, char *buffer, size_t max)
{
	size_t done = 0;
	ssize_t more;

	if (s->source.read)
		return s->source.read(s->source.ctx, now, buffer, max);
	if (!s->start)
		s->start = s->last_sent = now;
	for (;;) {
		done += copy_piece(s, buffer + done, max - done);
		if (done == max)
			break;
		more = make_piece(s, now);
		if (more != 1)
			return done ? (s->last_sent = now, (ssize_t)done) : more;
	}
	s->last_sent = now;
	return (ssize_t)done;
}

void stream_stop(struct stream *s)
{
	s->stopping = true;
	if (s->source.stop)
		s->source.stop(s->source.ctx);
}

uint64_t stream_due(const struct stream *s)
{
	return s->source.due ? s->source.due(s->source.ctx) : s->due;
}

bool stream_is_live(const struct stream *s)
{
	return s->source.read || s->request.format == STREAM_SSE || s->request.pace;
}

uint64_t stream_size(const struct stream *s)
{
	size_t from = s->request.from, to = s->request.to;
	const struct event_index *index;
	char frame[sizeof(s->frame)];
	uint64_t size;

	if (stream_is_live(s))
		return STREAM_UNKNOWN;
	index = index_of(s);
	size = index->start[to] - index->start[from];
	/* In a document, commas stand in for newlines, and there is none after the last event. */
	if (s->request.format == STREAM_JSON && from < to)
		size--;
	return size + (uint64_t)write_head(s, frame, sizeof(frame)) +
	       (uint64_t)write_tail(s, frame, sizeof(frame));
}
