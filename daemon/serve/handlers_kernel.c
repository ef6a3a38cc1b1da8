// SPDX-License-Identifier: GPL-2.0-or-later
/* handlers_kernel.c - uploading a kernel: either an image, for a worker to read, or a profile made from one earlier. */
#include "daemon/base/blob.h"
#include "daemon/base/encode_object.h"
#include "daemon/http/problem.h"
#include "daemon/input/request.h"
#include "daemon/input/settings.h"
#include "daemon/input/trust.h"
#include "daemon/serve/handlers.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static void write_links(struct encode_object *kernel, const char *name)
{
	struct encode_object links = encode_open(encode_key(kernel, "links"));

	bytes_printf(encode_key(&links, "profile"), "\"" API "/kernels/%s\"", name);
	bytes_printf(encode_key(&links, "trust"), "\"" API "/kernels/%s/trust\"", name);
	bytes_printf(encode_key(&links, "history"), "\"" API "/kernels/%s/history\"", name);
	bytes_printf(encode_key(&links, "run"), "\"" API "/run?kernel=%s\"", name);
	encode_close(&links);
}

static void write_kernel(struct bytes *out, const char *name, const struct kernel_card *card, const struct trust *trust)
{
	struct encode_object kernel = encode_open(out);

	encode_text(&kernel, "name", name);
	encode_text(&kernel, "build", card->name ? card->name : name);
	encode_text(&kernel, "version", card->version ? card->version : "");
	encode_text(&kernel, "description", card->description ? card->description : "");
	trust_encode(&kernel, trust, card);
	write_links(&kernel, name);
	encode_close(&kernel);
	bytes_putc(out, '\n');
}

/* Copy the profile; with force=, mark the copy as one to be booted regardless. */
static int take_profile(struct exchange *ex, const struct bytes *from, struct bytes *json, struct mm_error *error)
{
	struct kernel_card card = { 0 };
	bool forced;
	int err = decode_kernel_card(bytes_text(from), from->len, "profile", &card, error);

	if (!err)
		err = settings_yes("force", exchange_param(ex, "force"), &forced, error);
	if (!err)
		bytes_add(json, from->data, from->len);
	if (!err && forced && !card.force)
		err = profile_force(json, error);
	kernel_card_deinit(&card);
	return err ? err : json->failed ? -ENOMEM : 0;
}

/* 201 for a kernel that is new to this server, 200 for a known one; with its address, and how far to trust it. */
static enum outcome reply_kernel(struct serve *serve, struct exchange *ex, const struct bytes *from)
{
	const struct trust_folders folders = { .boards = serve->boards_dir, .kernels = shelf_dir(serve->shelf) };
	struct mm_error error = { .offset = -1 };
	struct kernel_card card = { 0 };
	struct bytes json = { 0 }, out = { 0 };
	char name[SHELF_NAME_SIZE];
	struct trust trust;
	int err = take_profile(ex, from, &json, &error), added = 0;

	if (!err) {
		added = shelf_add(serve->shelf, json.data, json.len, name, &error);
		err = added < 0 ? added : trust_read(json.data, json.len, "profile", &folders, &card, &trust, &error);
	}
	bytes_deinit(&json);
	if (err) {
		problem_reply_error(ex, err, &error);
		return ANSWERED;
	}
	write_kernel(&out, name, &card, &trust);
	kernel_card_deinit(&card);
	ex->reply.status = added ? 201 : 200;
	reply_field(&ex->reply, "Location", API "/kernels/%s", name);
	reply_text(&ex->reply, "Cache-Control", "no-store");
	reply_bytes(&ex->reply, "application/json", &out);
	return ANSWERED;
}

/* False, with a reply, if no worker can take it. */
static bool submit(struct serve *serve, struct exchange *ex)
{
	int fd = ex->spool, err;

	if (fd <= 0) {
		problem_reply(ex, "bad-request", "the body is empty; send the kernel");
		return false;
	}
	ex->spool = 0;
	ex->wait = blob_new(false);
	if (ex->wait)
		exchange_pass_charge(ex, ex->wait);
	else
		close(fd);
	err = ex->wait ? runner_submit_kernel(serve->runner, ex->client, fd, ex->wait) : -ENOMEM;
	if (err)
		problem_reply(ex, err == -EAGAIN ? "too-busy" : err == -ENOMEM ? "out-of-memory" : "no-worker",
			      "the kernel cannot be read now; try again");
	return !err;
}

enum outcome handle_post_kernel(struct serve *serve, struct exchange *ex)
{
	static const char *const known[] = { "force", NULL };

	if (!exchange_only(ex, known))
		return ANSWERED;
	if (!strncasecmp(ex->headers[HEADER_CONTENT_TYPE], "application/json", 16))
		return reply_kernel(serve, ex, &ex->body);
	if (!ex->wait && !submit(serve, ex))
		return ANSWERED;
	switch (blob_state(ex->wait)) {
	case BLOB_PENDING:
		return WAITING;
	case BLOB_FAILED:
		problem_reply_failure(ex, &ex->wait->failure);
		return ANSWERED;
	default:
		return reply_kernel(serve, ex, &ex->wait->bytes);
	}
}
