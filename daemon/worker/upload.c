// SPDX-License-Identifier: GPL-2.0-or-later
/* Multipart bodies (RFC 7578) are split here, in the worker: their head lines are as hostile as the files. */
#include "daemon/worker/upload.h"

#include "daemon/base/fail.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

#define MAX_BOUNDARY	70
#define MAX_PARTS	16

static int broken(struct mm_error *error, int64_t at, const char *how)
{
	return fail_at(error, -EBADMSG, "body", NULL, at, "%s", how);
}

/* boundary=x or boundary="x" of a media type, with the two dashes in front of it. */
static size_t delimiter_of(const char *type, char ret[MAX_BOUNDARY + 3])
{
	const char *at = strcasestr(type, "boundary=");
	size_t len;

	if (!at)
		return 0;
	at += 9;
	len = *at == '"' ? strcspn(++at, "\"") : strcspn(at, "; \t");
	if (!len || len > MAX_BOUNDARY)
		return 0;
	snprintf(ret, MAX_BOUNDARY + 3, "--%.*s", (int)len, at);
	return len + 2;
}

static struct span *target(struct upload *upload, struct span head)
{
	const struct { const char *name; struct span *to; } parts[] = {
		{ "name=\"image\"", &upload->image }, { "name=\"config\"", &upload->config },
		{ "name=\"map\"", &upload->map }, { "name=\"log\"", &upload->log }, { "name=\"tree\"", &upload->tree },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (span_find(head, 0, parts[i].name, strlen(parts[i].name)) >= 0)
			return parts[i].to;
	return NULL;
}

/* Moves from behind one delimiter to the next; returns where that is, or -1 after the last. */
static int64_t read_part(struct span body, uint64_t at, const char *delimiter, size_t len, struct upload *ret)
{
	int64_t blank = span_find(body, at, "\r\n\r\n", 4), end;
	struct span *to;

	if (blank < 0)
		return -1;
	end = span_find(body, (uint64_t)blank, delimiter, len);
	if (end < blank + 6)
		return -1;
	to = target(ret, span_sub(body, at, (uint64_t)blank - at));
	if (to)
		*to = span_sub(body, (uint64_t)blank + 4, (uint64_t)(end - blank) - 6);	/* less "\r\n" */
	return end + (int64_t)len;
}

static int read_parts(struct span body, const char *type, struct upload *ret, struct mm_error *error)
{
	char delimiter[MAX_BOUNDARY + 3];
	size_t len = delimiter_of(type, delimiter);
	int64_t at = len ? span_find(body, 0, delimiter, len) : -1;

	if (at < 0)
		return broken(error, 0, "does not begin with the boundary given in its Content-Type");
	at += (int64_t)len;
	for (int i = 0; at >= 0 && i < MAX_PARTS; i++)
		at = read_part(body, (uint64_t)at, delimiter, len, ret);
	return 0;
}

int upload_read(struct span packed, struct upload *ret, struct mm_error *error)
{
	const char *type = (const char *)packed.at;
	int64_t len = span_strlen(packed, 0, 1024);
	struct span body;

	*ret = (struct upload){ 0 };
	if (len < 0)
		return broken(error, 0, "has no Content-Type");
	body = span_from(packed, (uint64_t)len + 1);
	if (!strncasecmp(type, "multipart/form-data", 19))
		return read_parts(body, type, ret, error);
	ret->whole = body;
	return body.len ? 0 : broken(error, 0, "is empty");
}

int upload_missing(const char *part, struct mm_error *error)
{
	return fail_at(error, -EBADMSG, "body", NULL, 0, "has no part called %s", part);
}
