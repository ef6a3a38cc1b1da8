// SPDX-License-Identifier: GPL-2.0-or-later
/* handlers_library.c - the boards and kernels that have names. */
#include "daemon/base/asset.h"
#include "daemon/base/encode_object.h"
#include "daemon/base/fail.h"
#include "daemon/base/sha256.h"
#include "daemon/base/slurp.h"
#include "daemon/http/problem.h"
#include "daemon/input/encode_history.h"
#include "daemon/input/kernel_list.h"
#include "daemon/input/last_good.h"
#include "daemon/serve/handlers.h"
#include "daemon/texts/decode_texts.h"

#include <errno.h>
#include <stdio.h>

/* Takes over @out.  With --boards the files may change at any time, so clients have to revalidate. */
static enum outcome send(struct exchange *ex, int err, const struct mm_error *error,
			 const char *type, struct bytes *out)
{
	struct sha256 sha;
	char hex[65], etag[40];

	if (!err && out->failed)
		err = -ENOMEM;
	if (err) {
		bytes_deinit(out);
		problem_reply_error(ex, err, error);
		return ANSWERED;
	}
	sha256_init(&sha);
	sha256_add(&sha, bytes_text(out), out->len);
	sha256_hex(&sha, hex);
	snprintf(etag, sizeof(etag), "\"%.32s\"", hex);
	reply_tagged(&ex->reply, 200, ex->headers[HEADER_IF_NONE_MATCH], etag, "no-cache");
	reply_bytes(&ex->reply, type, out);
	return ANSWERED;
}

static struct kernel_source source_of(const struct serve *serve)
{
	return (struct kernel_source){ .boards_dir = serve->boards_dir, .shelf = serve->shelf, .last_good = serve->last_good };
}

enum outcome handle_boards(struct serve *serve, struct exchange *ex)
{
	struct mm_error error = { .offset = -1 };
	struct bytes out = { 0 };
	int err = library_boards_json(serve->boards_dir, serve->summaries, &out, &error);

	return send(ex, err, &error, "application/json", &out);
}

enum outcome handle_kernels(struct serve *serve, struct exchange *ex)
{
	struct mm_error error = { .offset = -1 };
	struct bytes out = { 0 };
	const struct kernel_source source = source_of(serve);
	int err = kernel_list_json(&source, &out, &error);

	return send(ex, err, &error, "application/json", &out);
}

static void write_links(struct encode_object *board, const char *name)
{
	struct encode_object links = encode_open(encode_key(board, "links"));

	bytes_printf(encode_key(&links, "dtb"), "\"" API "/boards/%s/dtb\"", name);
	bytes_printf(encode_key(&links, "dts"), "\"" API "/boards/%s/dts\"", name);
	bytes_printf(encode_key(&links, "run"), "\"" API "/run?board=%s\"", name);
	encode_close(&links);
}

static void write_loader(struct encode_object *board, const struct request_loader *l)
{
	struct encode_object loader = encode_open(encode_key(board, "loader"));
	struct bytes *out;

	if (l->has_image)
		encode_hex(&loader, "kernel_image", l->image);
	if (l->has_dtb)
		encode_hex(&loader, "dtb", l->dtb);
	if (l->has_dtb_totalsize)
		encode_hex(&loader, "dtb_totalsize", l->dtb_totalsize);
	if (l->has_initrd) {
		out = encode_key(&loader, "initrd");
		bytes_printf(out, "[\"0x%llx\",\"0x%llx\"]", (unsigned long long)l->initrd_start,
			     (unsigned long long)l->initrd_end);
	}
	encode_close(&loader);
}

static void write_text(struct encode_object *board, const char *key, const char *value)
{
	if (value)
		encode_text(board, key, value);
}

/* "banks" is the RAM that the tree describes; "memory" is what the board's settings put in its place. */
static int write_board(struct bytes *out, const char *name, const struct settings *settings, const struct bytes *dtb)
{
	struct encode_object board = encode_open(out);
	int err;

	encode_text(&board, "name", name);
	write_text(&board, "description", settings->description);
	write_text(&board, "description_zh", settings->description_zh);
	write_text(&board, "kernel", settings->kernel);
	write_text(&board, "cmdline", settings->cmdline);
	write_text(&board, "memory", settings->memory);
	write_text(&board, "cpu", settings->cpu);
	write_loader(&board, &settings->loader);
	err = summary_put(&board, dtb);
	encode_num(&board, "dtb_bytes", (int64_t)dtb->len);
	write_links(&board, name);
	encode_close(&board);
	bytes_putc(out, '\n');
	return err;
}

enum outcome handle_board(struct serve *serve, struct exchange *ex)
{
	struct mm_error error = { .offset = -1 };
	struct settings settings = { 0 };
	struct bytes dtb = { 0 }, out = { 0 };
	int err = last_good_board(serve->last_good, serve->boards_dir, ex->args[0], &dtb, &settings, &error);

	if (!err)
		err = write_board(&out, ex->args[0], &settings, &dtb);
	settings_deinit(&settings);
	bytes_deinit(&dtb);
	return send(ex, err, &error, "application/json", &out);
}

enum outcome handle_board_dtb(struct serve *serve, struct exchange *ex)
{
	struct mm_error error = { .offset = -1 };
	struct settings settings = { 0 };
	struct bytes dtb = { 0 };
	int err = last_good_board(serve->last_good, serve->boards_dir, ex->args[0], &dtb, &settings, &error);

	settings_deinit(&settings);
	return send(ex, err, &error, "application/octet-stream", &dtb);
}

/* The .dts as written, with its comments.  Not every board has one. */
enum outcome handle_board_dts(struct serve *serve, struct exchange *ex)
{
	struct mm_error error = { .offset = -1 };
	struct bytes path = { 0 }, out = { 0 };
	const char *name = ex->args[0];
	const struct asset *asset = NULL;
	int err = -ENOENT;

	if (library_is_name(name) && serve->boards_dir) {
		bytes_printf(&path, "%s/%s.dts", serve->boards_dir, name);
		err = slurp(bytes_text(&path), REQUEST_MAX_DTB, &out, &error);
		bytes_clear(&path);
	}
	if (library_is_name(name) && err) {
		bytes_printf(&path, "boards/%s.dts", name);
		asset = asset_find(bytes_text(&path));
	}
	if (asset) {
		bytes_add(&out, asset->data, asset->size);
		err = 0;
	}
	bytes_deinit(&path);
	if (err)
		err = fail(&error, -ENOENT, "board", "there is no source of a board '%.64s'", name);
	return send(ex, err, &error, "text/plain; charset=utf-8", &out);
}

/* The kernel's profile. */
enum outcome handle_kernel(struct serve *serve, struct exchange *ex)
{
	const struct kernel_source source = source_of(serve);
	struct mm_error error = { .offset = -1 };
	struct bytes out = { 0 };
	int err = kernel_profile(&source, ex->args[0], &out, &error);

	return send(ex, err, &error, "application/json", &out);
}

/* How far the kernel can be trusted as of now, including boots that were verified after a run was made. */
enum outcome handle_kernel_trust(struct serve *serve, struct exchange *ex)
{
	const struct kernel_source source = source_of(serve);
	const struct trust_folders folders = kernel_folders(&source);
	struct mm_error error = { .offset = -1 };
	struct bytes json = { 0 }, out = { 0 };
	struct kernel_card card = { 0 };
	struct encode_object object;
	struct trust trust;
	int err = kernel_profile(&source, ex->args[0], &json, &error);

	if (!err)
		err = trust_read(bytes_text(&json), json.len, ex->args[0], &folders, &card, &trust, &error);
	if (!err) {
		object = encode_open(&out);
		encode_text(&object, "kernel", ex->args[0]);
		trust_encode(&object, &trust, &card);
		encode_close(&object);
		bytes_putc(&out, '\n');
	}
	kernel_card_deinit(&card);
	bytes_deinit(&json);
	return send(ex, err, &error, "application/json", &out);
}

/* What the kernel does differently from another one - by default, from the first release in the history. */
enum outcome handle_kernel_history(struct serve *serve, struct exchange *ex)
{
	static const char *const known[] = { "against", "lang", NULL };
	const struct kernel_source source = source_of(serve);
	const char *other = exchange_param(ex, "against"), *lang = exchange_param(ex, "lang");
	struct sentences *sentences = NULL;
	struct mm_kernel *kernel = NULL, *against = NULL;
	struct mm_error error = { .offset = -1 };
	struct bytes out = { 0 };
	int err;

	if (!exchange_only(ex, known))
		return ANSWERED;
	if (lang && !texts_has_language(lang)) {
		problem_reply(ex, "bad-parameter", "lang= takes en or zh-CN");
		return ANSWERED;
	}
	err = kernel_load(&source, ex->args[0], &kernel, &error);
	if (!err && other)
		err = kernel_load(&source, other, &against, &error);
	if (!err)
		err = sentences_new(lang, &sentences, &error);
	if (!err)
		err = encode_history_json(kernel, against, sentences, &out);
	sentences_free(sentences);
	mm_kernel_free(kernel);
	mm_kernel_free(against);
	return send(ex, err, &error, "application/json", &out);
}
