/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reply.h - an HTTP reply under construction.
 *
 * The body is either bytes, which stay valid until release(owner), or a stream to be read from.  Field names are
 * borrowed and must be static; values are copied.
 */
#ifndef MMSCOPE_REPLY_H
#define MMSCOPE_REPLY_H

#include "daemon/base/bytes.h"
#include "daemon/base/coding.h"

#define REPLY_MAX_FIELDS	16

struct blob;
struct stream;

struct reply_field {
	const char *name;
	char *value;
};

struct reply {
	unsigned int status;
	struct reply_field fields[REPLY_MAX_FIELDS];
	size_t nr_fields;
	const void *data;
	size_t size;
	void (*release)(void *owner);
	void *owner;
	struct stream *stream;
	enum coding coding;		/* content coding to send the body in */
	char *coded_as;			/* name under which the store keeps the coded body; NULL: none */
	bool close;			/* close afterwards: we may have lost track of where requests begin */
	bool failed;			/* part of it is missing for lack of memory; it must not be sent */
	bool page;			/* send the page's Content-Security-Policy instead of the API's */
};

void reply_deinit(struct reply *reply);
/* Free everything and start over. */
void reply_clear(struct reply *reply);

void reply_text(struct reply *reply, const char *name, const char *value);
void reply_field(struct reply *reply, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Set ETag and Cache-Control, and the status: 304 if @if_none_match (may be NULL) lists @etag, else @status. */
void reply_tagged(struct reply *reply, unsigned int status, const char *if_none_match,
		  const char *etag, const char *cache_control);

/*
 * Apply Range to a complete 200 reply: 206, or 416 if the range lies beyond the end.  @range and @if_range are the
 * headers, or NULL.  Lists of ranges, streams, and bodies without an ETag, which might change from one part to the
 * next, are sent whole, as RFC 9110 allows.
 */
void reply_range(struct reply *reply, const char *range, const char *if_range);

/* Bodies. */
void reply_static(struct reply *reply, const char *type, const void *data, size_t size);
void reply_blob(struct reply *reply, const char *type, struct blob *blob);
/* The same if Content-Type is set already.  Takes a reference to the blob. */
void reply_body(struct reply *reply, struct blob *blob);
/* The blob that owns the body, borrowed; NULL: it is no blob. */
struct blob *reply_blob_of(const struct reply *reply);
/* Takes over what @bytes holds, and leaves it empty. */
void reply_bytes(struct reply *reply, const char *type, struct bytes *bytes);
/* Takes over the stream. */
void reply_stream(struct reply *reply, const char *type, struct stream *stream);

#endif
