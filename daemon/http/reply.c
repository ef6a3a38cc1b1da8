// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http/reply.h"

#include "daemon/base/blob.h"
#include "daemon/http/accept.h"
#include "daemon/http/stream.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Takes over @value, which is NULL if there was no memory for it. */
static void take_field(struct reply *reply, const char *name, char *value)
{
	if (!value || reply->nr_fields == REPLY_MAX_FIELDS) {
		reply->failed |= !value;
		free(value);
		return;
	}
	reply->fields[reply->nr_fields++] = (struct reply_field){ name, value };
}

void reply_text(struct reply *reply, const char *name, const char *value)
{
	take_field(reply, name, strdup(value));
}

void reply_field(struct reply *reply, const char *name, const char *fmt, ...)
{
	va_list args;
	char *value;
	int len;

	va_start(args, fmt);
	len = vasprintf(&value, fmt, args);
	va_end(args);
	take_field(reply, name, len < 0 ? NULL : value);
}

void reply_tagged(struct reply *reply, unsigned int status, const char *if_none_match,
		  const char *etag, const char *cache_control)
{
	reply->status = etag_matches(if_none_match, etag) ? 304 : status;
	reply_text(reply, "ETag", etag);
	reply_text(reply, "Cache-Control", cache_control);
}

static const char *field_of(const struct reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->nr_fields; i++)
		if (!strcmp(reply->fields[i].name, name))
			return reply->fields[i].value;
	return NULL;
}

/* Reads digits and returns where they end.  The value saturates: beyond any body's size, it makes no difference. */
static const char *read_digits(const char *p, uint64_t *ret)
{
	for (*ret = 0; *p >= '0' && *p <= '9'; p++)
		*ret = *ret > UINT64_MAX / 16 ? *ret : *ret * 10 + (uint64_t)(*p - '0');
	return p;
}

/* "bytes=FIRST-LAST", "bytes=FIRST-" or "bytes=-COUNT" as [*@first, *@end), clipped to @size; empty if nothing is left.
 * False: anything else, which is to be ignored. */
static bool parse_range(const char *range, size_t size, uint64_t *first, uint64_t *end)
{
	const char *p, *q;
	bool last = false;

	if (!range || strncmp(range, "bytes=", 6))
		return false;
	p = read_digits(range + 6, first);
	last = p == range + 6;
	if (*p != '-')
		return false;
	q = read_digits(p + 1, end);
	if (*q || (q == p + 1 && last))
		return false;
	if (last) {
		*first = *end < size ? size - *end : 0;
		*end = size;
	} else {
		*end = q == p + 1 || *end >= size ? size : *end + 1;
	}
	return true;
}

void reply_range(struct reply *reply, const char *range, const char *if_range)
{
	const char *etag = field_of(reply, "ETag");
	uint64_t first, end;

	if (reply->status != 200 || reply->stream || reply->failed || !etag)
		return;
	reply_text(reply, "Accept-Ranges", "bytes");
	if ((if_range && strcmp(if_range, etag)) || !parse_range(range, reply->size, &first, &end))
		return;
	if (first >= end) {
		reply->status = 416;
		reply_field(reply, "Content-Range", "bytes */%zu", reply->size);
		reply->size = 0;
		return;
	}
	reply->status = 206;
	reply_field(reply, "Content-Range", "bytes %" PRIu64 "-%" PRIu64 "/%zu", first, end - 1, reply->size);
	reply->data = (const char *)reply->data + first;
	reply->size = (size_t)(end - first);
}

void reply_static(struct reply *reply, const char *type, const void *data, size_t size)
{
	reply_text(reply, "Content-Type", type);
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

struct blob *reply_blob_of(const struct reply *reply)
{
	return reply->release == release_blob ? reply->owner : NULL;
}

void reply_blob(struct reply *reply, const char *type, struct blob *blob)
{
	reply_text(reply, "Content-Type", type);
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
	reply_text(reply, "Content-Type", type);
	reply->stream = stream;
}
