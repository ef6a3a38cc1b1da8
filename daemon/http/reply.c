// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http/reply.h"

#include "daemon/base/blob.h"
#include "daemon/http/accept.h"
#include "daemon/http/stream.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void reply_deinit(struct reply *reply)
{
	for (size_t i = 0; i < reply->nr_fields; i++)
		free(reply->fields[i].value);
	if (reply->release)
		reply->release(reply->owner);
	stream_free(reply->stream);
	free(reply->coded_as);
}

void reply_clear(struct reply *reply)
{
	reply_deinit(reply);
	*reply = (struct reply){ 0 };
}

void reply_field(struct reply *reply, const char *name, const char *fmt, ...)
{
	struct reply_field *field = &reply->fields[reply->nr_fields];
	va_list args;
	int len;

	if (reply->nr_fields == REPLY_MAX_FIELDS)
		return;
	va_start(args, fmt);
	len = vasprintf(&field->value, fmt, args);
	va_end(args);
	if (len < 0) {
		reply->failed = true;
		return;
	}
	field->name = name;
	reply->nr_fields++;
}

void reply_tagged(struct reply *reply, unsigned int status, const char *if_none_match,
		  const char *etag, const char *cache_control)
{
	reply->status = etag_matches(if_none_match, etag) ? 304 : status;
	reply_field(reply, "ETag", "%s", etag);
	reply_field(reply, "Cache-Control", "%s", cache_control);
}

void reply_static(struct reply *reply, const char *type, const void *data, size_t size)
{
	reply_field(reply, "Content-Type", "%s", type);
	reply->data = data;
	reply->size = size;
}

static void release_blob(void *owner)
{
	blob_put(owner);
}

void reply_body(struct reply *reply, struct blob *blob)
{
	reply->data = blob->bytes.data;
	reply->size = blob->bytes.len;
	reply->owner = blob_get(blob);
	reply->release = release_blob;
}

void reply_blob(struct reply *reply, const char *type, struct blob *blob)
{
	reply_field(reply, "Content-Type", "%s", type);
	reply_body(reply, blob);
}

void reply_bytes(struct reply *reply, const char *type, struct bytes *bytes)
{
	struct bytes taken = *bytes;

	*bytes = (struct bytes){ 0 };
	reply_static(reply, type, taken.data, taken.failed ? 0 : taken.len);
	reply->owner = taken.data;
	reply->release = free;
	reply->failed |= taken.failed;
}

void reply_stream(struct reply *reply, const char *type, struct stream *stream)
{
	reply_field(reply, "Content-Type", "%s", type);
	reply->stream = stream;
}
