// SPDX-License-Identifier: GPL-2.0-or-later
/* handlers_kernel.c - a kernel is handed in: its image, which a worker reads, or the profile that was made of it. */
#include "daemon/base/blob.h"
#include "daemon/base/encode_object.h"
#include "daemon/http/problem.h"
#include "daemon/input/decode.h"
#include "daemon/serve/handlers.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static void write_assumed(struct encode_object *kernel, const char *json, size_t len)
{
	struct profile_remark *remarks = NULL;
	struct mm_error error;
	size_t nr = 0;
	struct bytes *out = encode_key(kernel, "assumed");

	if (decode_assumed(json, len, "profile", &remarks, &nr, &error))
		nr = 0;
	bytes_putc(out, '[');
	for (size_t i = 0; i < nr; i++) {
		struct encode_object remark;

		bytes_puts(out, i ? "," : "");
		remark = encode_open(out);
		encode_text(&remark, "what", remarks[i].what);
		encode_text(&remark, "effect", remarks[i].effect);
		encode_close(&remark);
	}
	bytes_putc(out, ']');
	remarks_free(remarks, nr);
}

static void write_links(struct encode_object *kernel, const char *name)
{
	struct encode_object links = encode_open(encode_key(kernel, "links"));

	bytes_printf(encode_key(&links, "profile"), "\"" API "/kernels/%s\"", name);
	bytes_printf(encode_key(&links, "run"), "\"" API "/run?kernel=%s\"", name);
	encode_close(&links);
}

static void write_kernel(struct bytes *out, const char *name, const char *json, size_t len, const struct kernel_card *card)
{
	struct encode_object kernel = encode_open(out);

	encode_text(&kernel, "name", name);
	encode_text(&kernel, "build", card->name ? card->name : name);
	encode_text(&kernel, "version", card->version ? card->version : "");
	encode_text(&kernel, "description", card->description ? card->description : "");
	write_assumed(&kernel, json, len);
	write_links(&kernel, name);
	encode_close(&kernel);
	bytes_putc(out, '\n');
}

/* 201 if this server did not have it, else 200; where it is, and what is assumed of it. */
static enum outcome reply_kernel(struct serve *serve, struct exchange *ex, const char *json, size_t len)
{
	struct mm_error error = { .offset = -1 };
	struct kernel_card card = { 0 };
	struct bytes out = { 0 };
	char name[SHELF_NAME_SIZE];
	int ret = shelf_add(serve->shelf, json, len, name, &error);
	int err = ret < 0 ? ret : decode_kernel_card(json, len, "profile", &card, &error);

	if (err) {
		problem_reply_error(ex, err, &error);
		return ANSWERED;
	}
	write_kernel(&out, name, json, len, &card);
	kernel_card_deinit(&card);
	ex->reply.status = ret ? 201 : 200;
	reply_field(&ex->reply, "Location", API "/kernels/%s", name);
	reply_field(&ex->reply, "Cache-Control", "no-store");
	reply_bytes(&ex->reply, "application/json", &out);
	return ANSWERED;
}

/* False and a reply if the worker cannot be asked. */
static bool submit(struct serve *serve, struct exchange *ex)
{
	int fd = ex->spool, err;

	if (fd <= 0) {
		problem_reply(ex, "bad-request", "the body is empty; send the kernel");
		return false;
	}
	ex->spool = 0;
	ex->wait = blob_new(false);
	err = ex->wait ? runner_submit_kernel(serve->runner, fd, ex->wait) : -ENOMEM;
	if (err)
		problem_reply(ex, err == -EAGAIN ? "too-busy" : err == -ENOMEM ? "out-of-memory" : "no-worker",
			      "the kernel cannot be read now; try again");
	return !err;
}

enum outcome handle_post_kernel(struct serve *serve, struct exchange *ex)
{
	static const char *const none[] = { NULL };

	if (!exchange_only(ex, none))
		return ANSWERED;
	if (!strncasecmp(ex->headers[HEADER_CONTENT_TYPE], "application/json", 16))
		return reply_kernel(serve, ex, bytes_text(&ex->body), ex->body.len);
	if (!ex->wait && !submit(serve, ex))
		return ANSWERED;
	switch (blob_state(ex->wait)) {
	case BLOB_PENDING:
		return WAITING;
	case BLOB_FAILED:
		problem_reply_failure(ex, &ex->wait->failure);
		return ANSWERED;
	default:
		return reply_kernel(serve, ex, bytes_text(&ex->wait->bytes), ex->wait->bytes.len);
	}
}
