/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream.h - a reply body that is produced piece by piece.
 *
 * Usually these are the events of a finished run: a range of a settled blob, rendered as Server-Sent Events, NDJSON
 * or a single JSON document, either paced or as fast as the client reads.  Other sources can be plugged in.  A stream
 * knows nothing of sockets: it is asked for bytes, and says when there will be more.
 */
#ifndef MMSCOPE_STREAM_H
#define MMSCOPE_STREAM_H

#include "daemon/base/blob.h"

#include <sys/types.h>

enum stream_format { STREAM_JSON, STREAM_NDJSON, STREAM_SSE };

struct stream_request {
	struct blob *events;		/* settled, with an index; the stream takes a reference of its own */
	const char *list;		/* name of the array in a JSON document, such as "events"; static */
	enum stream_format format;
	size_t from, to;		/* half-open range of indexes, from <= to */
	double pace;			/* events per second; 0: as fast as possible */
	bool by_step;			/* pace is in steps of the boot per second instead */
	uint64_t heartbeat_ns;		/* SSE only: send a comment after this much silence */
};

struct stream;

/* NULL without memory. */
struct stream *stream_new(const struct stream_request *request);
/* NULL is fine. */
void stream_free(struct stream *stream);

/* Any other producer of bytes. */
struct stream_source {
	/* As stream_read() and stream_due(): */
	ssize_t (*read)(void *ctx, uint64_t now, char *buffer, size_t max);
	uint64_t (*due)(void *ctx);
	bool (*more)(void *ctx);	/* is there something to read now?  May be NULL: no */
	void (*stop)(void *ctx);	/* send a last word and end; may be NULL */
	void (*free)(void *ctx);
	void *ctx;
	const void *topic;		/* for server_wake_topic(); NULL: woken by time alone */
};

/* Takes over @source's ctx, to be freed with the stream.  NULL without memory: then ctx stays the caller's. */
struct stream *stream_of(const struct stream_source *source);
const void *stream_topic(const struct stream *stream);
bool stream_has_more(const struct stream *stream);

#define STREAM_UNKNOWN	UINT64_MAX
/* How many bytes it will deliver in all; STREAM_UNKNOWN for a live one. */
uint64_t stream_size(const struct stream *stream);
/* Does it last, rather than run as fast as the client reads?  Live streams are limited in number. */
bool stream_is_live(const struct stream *stream);

#define STREAM_WAIT	0
#define STREAM_END	(-1)
/* How many bytes were put into @buffer; or STREAM_WAIT: nothing before stream_due(); or STREAM_END.  @now is
 * clock_ns(). */
ssize_t stream_read(struct stream *stream, uint64_t now, char *buffer, size_t max);
uint64_t stream_due(const struct stream *stream);
/* The server is shutting down: a live stream says so, says where to resume, and ends. */
void stream_stop(struct stream *stream);

#endif
