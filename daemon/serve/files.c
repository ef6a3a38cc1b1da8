// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * files.c - the page, from inside the program, or with --web from a folder.
 *
 * Browsers revalidate built-in files on every load.  On loopback that costs nothing, and it rules out yesterday's page
 * talking to today's server.
 */
#include "daemon/base/asset.h"
#include "daemon/base/fail.h"
#include "daemon/base/slurp.h"
#include "daemon/http/accept.h"
#include "daemon/http/problem.h"
#include "daemon/serve/handlers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_FILE	(32u << 20)

static const char *type_of(const char *path)
{
	static const struct {
		const char *suffix, *type;
	} types[] = {
		{ ".html", "text/html; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".css", "text/css; charset=utf-8" },
		{ ".json", "application/json" },
		{ ".svg", "image/svg+xml" },
		{ ".png", "image/png" },
		{ ".ico", "image/x-icon" },
		{ ".txt", "text/plain; charset=utf-8" },
	};
	size_t len = strlen(path);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t suffix = strlen(types[i].suffix);

		if (len > suffix && !strcmp(path + len - suffix, types[i].suffix))
			return types[i].type;
	}
	return "application/octet-stream";
}

/* Refuse empty components and leading dots, which rules out ".." and hidden files. */
static bool is_safe(const char *path)
{
	for (; *path == '/'; path += strcspn(path, "/"))
		if (!*++path || *path == '.' || *path == '/')
			return false;
	return !*path;
}

static void serve_asset(struct exchange *ex, const struct asset *asset)
{
	bool gz = asset->gz &&
		  accept_coding(ex->headers[HEADER_ACCEPT_ENCODING], 1u << CODING_GZIP, NULL) == CODING_GZIP;
	char etag[80];

	/* A strong tag stands for exact bytes, so the compressed form needs its own. */
	snprintf(etag, sizeof(etag), "\"%.32s%s\"", asset->etag, gz ? "-gz" : "");
	reply_tagged(&ex->reply, 200, ex->headers[HEADER_IF_NONE_MATCH], etag, "no-cache");
	if (gz)
		reply_text(&ex->reply, "Content-Encoding", "gzip");
	if (asset->gz)
		reply_text(&ex->reply, "Vary", "Accept-Encoding");
	reply_static(&ex->reply, type_of(asset->path), gz ? asset->gz : asset->data,
		     gz ? asset->gz_size : asset->size);
}

static void serve_disk(const struct serve *serve, struct exchange *ex, const char *path)
{
	struct mm_error error = { .offset = -1 };
	struct bytes content = { 0 };
	char file[4096];

	if (snprintf(file, sizeof(file), "%s%s", serve->web_dir, path) >= (int)sizeof(file) ||
	    slurp(file, MAX_FILE, &content, &error)) {
		bytes_deinit(&content);
		problem_reply(ex, "not-found", "there is nothing at %s", path);
		return;
	}
	ex->reply.status = 200;
	reply_text(&ex->reply, "Cache-Control", "no-store");
	reply_bytes(&ex->reply, type_of(path), &content);
}

enum outcome handle_file(struct serve *serve, struct exchange *ex)
{
	const char *path = strcmp(ex->path, "/") ? ex->path : "/index.html";
	const struct asset *asset;
	char name[1024];

	if (!is_safe(path) || snprintf(name, sizeof(name), "web%s", path) >= (int)sizeof(name)) {
		problem_reply(ex, "not-found", "there is nothing at %s", ex->path);
		return ANSWERED;
	}
	asset = serve->web_dir ? NULL : asset_find(name);
	if (serve->web_dir)
		serve_disk(serve, ex, path);
	else if (asset)
		serve_asset(ex, asset);
	else
		problem_reply(ex, "not-found", "there is nothing at %s", path);
	ex->reply.page = ex->reply.status < 400;
	return ANSWERED;
}

/* The texts in both languages; the page picks one. */
static enum outcome send_texts(struct exchange *ex, const char *path)
{
	const struct asset *asset = asset_find(path);

	if (asset)
		serve_asset(ex, asset);
	else
		problem_reply(ex, "not-found", "there is nothing at %s", ex->path);
	return ANSWERED;
}

enum outcome handle_concepts(struct serve *serve, struct exchange *ex)
{
	(void)serve;
	return send_texts(ex, "texts/concepts.json");
}

enum outcome handle_articles(struct serve *serve, struct exchange *ex)
{
	(void)serve;
	return send_texts(ex, "texts/articles.json");
}
