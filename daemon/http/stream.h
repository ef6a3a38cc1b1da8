/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream.h - events of a finished run, told one after the other.
 *
 * A stream reads a settled blob of events and renders a range of them as
 * Server-Sent Events, as NDJSON or as one JSON document, as fast as the reader
 * takes them or at a pace.  It knows no sockets: it is asked for bytes and says
 * when there will be more.
 */
#ifndef MMSCOPE_STREAM_H
#define MMSCOPE_STREAM_H

#include "daemon/base/blob.h"

#include <sys/types.h>

enum stream_format { STREAM_JSON, STREAM_NDJSON, STREAM_SSE };

struct stream_request {
	struct blob *events;		/* indexed and ready */
	const char *list;		/* what a JSON document calls them: "events"; static */
	enum stream_format format;
	size_t from, to;		/* indexes of events, half-open, from < to or both equal */
	double pace;			/* per second; 0: as fast as possible */
	bool by_step;			/* the pace counts steps, not events */
	uint64_t heartbeat_ns;		/* an SSE comment after that much silence */
};

struct stream;

/* Takes its own reference to the events; NULL without memory. */
struct stream *stream_new(const struct stream_request *request);
/* NULL is fine. */
void stream_free(struct stream *stream);

/* Anything else that is told bit by bit and never ends by itself; @ctx is the stream's from now on. */
struct stream_source {
	/* As stream_read() and stream_due(). */
	ssize_t (*read)(void *ctx, uint64_t now, char *buffer, size_t max);
	uint64_t (*due)(void *ctx);
	bool (*more)(void *ctx);	/* there is something to read now */
	void (*stop)(void *ctx);	/* say the last word and end */
	void (*free)(void *ctx);
	void *ctx;
	const void *topic;		/* server_wake_topic() names it when there is more */
};

/* NULL without memory, and @ctx stays the caller's. */
struct stream *stream_of(const struct stream_source *source);
/* NULL: it wakes by time alone. */
const void *stream_topic(const struct stream *stream);
bool stream_has_more(const struct stream *stream);

#define STREAM_UNKNOWN	UINT64_MAX
/* Bytes it will deliver, where that can be known. */
uint64_t stream_size(const struct stream *stream);
/* It takes a place among those that may be open at once. */
bool stream_is_live(const struct stream *stream);

#define STREAM_WAIT	0
#define STREAM_END	(-1)
/* Bytes put into @buffer; STREAM_WAIT: none before stream_due(); STREAM_END. */
ssize_t stream_read(struct stream *stream, uint64_t now, char *buffer, size_t max);
uint64_t stream_due(const struct stream *stream);
/* The server is about to end: a live stream says so, with where to go on, and ends. */
void stream_stop(struct stream *stream);

#endif
