/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reply.h - an answer being put together.
 *
 * The body is one of: bytes that somebody owns until release(owner), or a
 * stream that is asked for more.  Names and static values are borrowed, values
 * made by printf are kept here.
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
	enum coding coding;		/* the body is to go out in this one, and is kept so under this name: */
	char *coded_as;
	bool close;			/* the connection cannot be trusted any more */
	bool failed;			/* no memory for a part of it: it must not be sent */
	bool page;			/* the page's own Content-Security-Policy */
};

void reply_deinit(struct reply *reply);
/* Forget it and begin again. */
void reply_clear(struct reply *reply);

void reply_text(struct reply *reply, const char *name, const char *value);
void reply_field(struct reply *reply, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* 304 if the client has it already, else @status; sets ETag and Cache-Control. */
void reply_tagged(struct reply *reply, unsigned int status, const char *if_none_match,
		  const char *etag, const char *cache_control);

/*
 * Leave of a whole body what Range asks for: 206, or 416 where it has nothing of that.  Several
 * ranges at once are not made, nor parts of a stream or of what may change meanwhile (no ETag):
 * then the answer is the whole, as RFC 9110 allows.
 */
void reply_range(struct reply *reply, const char *range, const char *if_range);

/* Bodies. */
void reply_static(struct reply *reply, const char *type, const void *data, size_t size);
void reply_blob(struct reply *reply, const char *type, struct blob *blob);
/* The same where the type is said already. */
void reply_body(struct reply *reply, struct blob *blob);
/* The blob that is the whole body, or NULL: it is something else. */
struct blob *reply_blob_of(const struct reply *reply);
/* Takes what @bytes holds. */
void reply_bytes(struct reply *reply, const char *type, struct bytes *bytes);
/* Takes the stream. */
void reply_stream(struct reply *reply, const char *type, struct stream *stream);

#endif
