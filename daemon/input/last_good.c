// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/last_good.h"

#include "daemon/base/cache.h"
#include "daemon/base/fail.h"
#include "daemon/input/decode.h"
#include "daemon/input/library.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct last_good {
	pthread_mutex_t lock;
	struct cache cache;	/* "board NAME": its tree; "settings NAME"; "kernel NAME" */
};

struct last_good *last_good_new(void)
{
	struct last_good *last_good = calloc(1, sizeof(*last_good));

	if (!last_good)
		return NULL;
	pthread_mutex_init(&last_good->lock, NULL);
	last_good->cache.max_bytes = LAST_GOOD_MAX_BYTES;
	last_good->cache.max_nr = 10000;
	return last_good;
}

void last_good_free(struct last_good *last_good)
{
	if (!last_good)
		return;
	cache_deinit(&last_good->cache);
	pthread_mutex_destroy(&last_good->lock);
	free(last_good);
}

/* ------------------------------------------------------------------ what is kept */

static void make_key(char key[128], const char *what, const char *name)
{
	snprintf(key, 128, "%s %s", what, name);
}

/* With a reference; NULL: nothing is kept. */
static struct blob *find(struct last_good *last_good, const char *what, const char *name)
{
	struct blob *blob;
	char key[128];

	if (!last_good)
		return NULL;
	make_key(key, what, name);
	pthread_mutex_lock(&last_good->lock);
	blob = cache_find(&last_good->cache, key);
	if (blob)
		blob_get(blob);
	pthread_mutex_unlock(&last_good->lock);
	return blob;
}

/* Takes what @bytes holds, in place of what was kept.  -ENOMEM: nothing is kept any more. */
static int keep(struct last_good *last_good, const char *what, const char *name, struct bytes *bytes)
{
	struct blob *blob = blob_of(bytes), *old;
	bool kept = false;
	char key[128];

	make_key(key, what, name);
	pthread_mutex_lock(&last_good->lock);
	old = cache_find(&last_good->cache, key);
	if (old)
		cache_settle(&last_good->cache, key, old, false);
	if (blob)
		kept = cache_add(&last_good->cache, key, blob);
	pthread_mutex_unlock(&last_good->lock);
	blob_put(blob);
	return kept ? 0 : -ENOMEM;
}

static bool is_kept(struct last_good *last_good, const char *what, const char *name)
{
	struct blob *blob = find(last_good, what, name);

	blob_put(blob);
	return blob;
}

/* Not the file's fault, or there is none. */
static bool is_broken(int err)
{
	return err && err != -ENOENT && err != -ENOMEM;
}

static bool same_as(const struct blob *blob, const struct bytes *bytes)
{
	return blob && blob->bytes.len == bytes->len && !memcmp(bytes_text(&blob->bytes), bytes_text(bytes), bytes->len);
}

/* ------------------------------------------------------------------------ boards */

static int check_tree(const struct bytes *dtb, const char *name, struct mm_error *error)
{
	struct mm_board_summary *summary = NULL;
	int err = mm_board_summary(bytes_text(dtb), dtb->len, &summary, error);

	if (!err)
		mm_board_summary_free(summary);
	else if (err != -ENOMEM && error && !*error->where)
		snprintf(error->where, sizeof(error->where), "%s", name);
	return err;
}

static int read_board(const char *dir, const char *name, struct bytes *dtb, struct bytes *json, struct settings *settings,
		      struct mm_error *error)
{
	int err = library_board_files(dir, name, dtb, json, error);

	return err ? err : library_decode_settings(name, json, settings, error);
}

/* What was kept of the board, in place of what could be read. */
static int take_board(struct last_good *last_good, const char *name, struct bytes *dtb, struct settings *settings, struct mm_error *error)
{
	struct blob *tree = find(last_good, "board", name), *json = find(last_good, "settings", name);
	int err = -ENOENT;

	if (tree && json) {
		bytes_clear(dtb);
		bytes_add(dtb, tree->bytes.data, tree->bytes.len);
		settings_deinit(settings);
		*settings = (struct settings){ 0 };
		err = library_decode_settings(name, &json->bytes, settings, error);
		if (dtb->failed)
			err = fail(error, -ENOMEM, name, "no memory");
	}
	blob_put(tree);
	blob_put(json);
	return err;
}

int last_good_board(struct last_good *last_good, const char *dir, const char *name, struct bytes *dtb, struct settings *settings,
		    struct mm_error *error)
{
	struct blob *kept = dir ? find(last_good, "board", name) : NULL;
	struct bytes json = { 0 };
	int err = read_board(dir, name, dtb, &json, settings, error);

	bytes_deinit(&json);
	if (kept && !err && !same_as(kept, dtb))
		err = check_tree(dtb, name, error);
	if (kept && is_broken(err)) {
		struct mm_error ignored;

		if (take_board(last_good, name, dtb, settings, &ignored) == 0)
			err = 0;
	}
	blob_put(kept);
	return err;
}

int last_good_look_at_board(struct last_good *last_good, const char *dir, const char *name, bool *kept, struct mm_error *error)
{
	struct bytes dtb = { 0 }, json = { 0 };
	struct settings settings = { 0 };
	int err = read_board(dir, name, &dtb, &json, &settings, error);

	if (!err)
		err = check_tree(&dtb, name, error);
	if (!err) {
		err = keep(last_good, "board", name, &dtb);
		err = keep(last_good, "settings", name, &json) || err ? fail(error, -ENOMEM, name, "no memory to keep it") : 0;
	}
	*kept = is_kept(last_good, "board", name);
	settings_deinit(&settings);
	bytes_deinit(&json);
	bytes_deinit(&dtb);
	return err;
}

/* ----------------------------------------------------------------------- kernels */

static int check_kernel(const struct bytes *json, const char *name, struct mm_error *error)
{
	struct mm_kernel *kernel = NULL;
	int err = decode_kernel(bytes_text(json), json->len, name, &kernel, error);

	if (!err)
		mm_kernel_free(kernel);
	return err;
}

int last_good_kernel(struct last_good *last_good, const char *dir, const char *name, struct bytes *json, struct mm_error *error)
{
	struct blob *kept = dir ? find(last_good, "kernel", name) : NULL;
	int err = library_kernel(dir, name, json, error);

	/* To read all of a profile takes as long as a boot: only where it changed. */
	if (kept && !err && !same_as(kept, json))
		err = check_kernel(json, name, error);
	if (kept && is_broken(err)) {
		bytes_clear(json);
		bytes_add(json, kept->bytes.data, kept->bytes.len);
		err = json->failed ? fail(error, -ENOMEM, name, "no memory") : 0;
	}
	blob_put(kept);
	return err;
}

int last_good_look_at_kernel(struct last_good *last_good, const char *dir, const char *name, bool *kept, struct mm_error *error)
{
	struct bytes json = { 0 };
	int err = library_kernel(dir, name, &json, error);

	if (!err)
		err = check_kernel(&json, name, error);
	if (!err && keep(last_good, "kernel", name, &json))
		err = fail(error, -ENOMEM, name, "no memory to keep it");
	*kept = is_kept(last_good, "kernel", name);
	bytes_deinit(&json);
	return err;
}
