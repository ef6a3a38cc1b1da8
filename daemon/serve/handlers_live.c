// SPDX-License-Identifier: GPL-2.0-or-later
/* handlers_live.c - lectures that others follow; live.h says how. */
#include "daemon/http/problem.h"
#include "daemon/input/decode.h"
#include "daemon/serve/handlers.h"
#include "daemon/serve/live.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* "Bearer TOKEN", or "". */
static const char *token_of(const struct exchange *ex)
{
	const char *value = ex->headers[HEADER_AUTHORIZATION];

	return value && !strncasecmp(value, "Bearer ", 7) ? value + 7 : "";
}

static enum outcome refuse(struct exchange *ex, int err)
{
	if (err == -ENOENT)
		problem_reply(ex, "not-found", "there is no lecture '%.16s', or it is over", ex->args[0]);
	else if (err == -EACCES)
		problem_reply(ex, "not-presenter", "only the one who began the lecture has its token");
	else if (err == -ENOBUFS)
		problem_reply(ex, "memory-full", "the memory for clients is in use; there is no room for the message now");
	else
		problem_reply(ex, "out-of-memory", "there is no memory for the lecture");
	return ANSWERED;
}

enum outcome handle_begin_live(struct serve *serve, struct exchange *ex)
{
	static const char *const none[] = { NULL };
	char name[LIVE_NAME_SIZE], token[LIVE_TOKEN_SIZE];
	struct bytes out = { 0 };
	int err;

	if (!exchange_only(ex, none))
		return ANSWERED;
	err = live_begin(serve->lives, token_of(ex), name, token);
	if (err == -EAGAIN) {
		problem_reply(ex, "too-many-lectures", "%d lectures are going on, and no more may", LIVE_MAX);
		return ANSWERED;
	}
	if (err)
		return refuse(ex, err);
	ex->reply.status = 201;
	reply_field(&ex->reply, "Location", API "/live/%s", name);
	reply_text(&ex->reply, "Cache-Control", "no-store");
	bytes_printf(&out, "{\"name\":\"%s\",\"token\":\"%s\",\"follow\":\"" API "/live/%s\"}\n", name, token, name);
	reply_bytes(&ex->reply, "application/json", &out);
	return ANSWERED;
}

enum outcome handle_say_live(struct serve *serve, struct exchange *ex)
{
	struct mm_error error = { .offset = -1 };
	const void *topic;
	int err = decode_is_object(bytes_text(&ex->body), ex->body.len, "message", &error);

	if (err) {
		problem_reply_error(ex, err == -EBADMSG ? -EINVAL : err, &error);
		return ANSWERED;
	}
	err = live_say(serve->lives, ex->args[0], token_of(ex), &ex->body, &topic);
	if (err)
		return refuse(ex, err);
	server_wake_topic(serve->server, topic);
	ex->reply.status = 204;
	reply_text(&ex->reply, "Cache-Control", "no-store");
	return ANSWERED;
}

enum outcome handle_end_live(struct serve *serve, struct exchange *ex)
{
	const void *topic;
	int err = live_end(serve->lives, ex->args[0], token_of(ex), &topic);

	if (err)
		return refuse(ex, err);
	server_wake_topic(serve->server, topic);
	ex->reply.status = 204;
	reply_text(&ex->reply, "Cache-Control", "no-store");
	return ANSWERED;
}

enum outcome handle_follow_live(struct serve *serve, struct exchange *ex)
{
	static const struct offer offers[] = {
		{ .format = "sse", .type = "text/event-stream" },
		{ .format = "json", .type = "application/json" },
	};
	static const char *const known[] = { "format", NULL };
	struct stream *stream;
	struct bytes out = { 0 };
	int choice, err;

	if (!exchange_only(ex, known) || (choice = exchange_choose(ex, offers, 2)) < 0)
		return ANSWERED;
	err = live_describe(serve->lives, ex->args[0], &out);
	if (err) {
		bytes_deinit(&out);
		return refuse(ex, err);
	}
	ex->reply.status = 200;
	reply_text(&ex->reply, "Cache-Control", "no-store");
	if (choice) {
		reply_bytes(&ex->reply, "application/json", &out);
		return ANSWERED;
	}
	bytes_deinit(&out);
	stream = live_follow(serve->lives, ex->args[0], serve->heartbeat_ns);
	if (!stream)
		return refuse(ex, -ENOMEM);
	reply_text(&ex->reply, "X-Accel-Buffering", "no");
	reply_stream(&ex->reply, "text/event-stream", stream);
	return ANSWERED;
}
