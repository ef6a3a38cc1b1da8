// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/shelf.h"

#include "daemon/base/cache.h"
#include "daemon/base/fail.h"
#include "daemon/base/folder.h"
#include "daemon/base/sha256.h"
#include "daemon/base/slurp.h"
#include "daemon/base/write_file.h"
#include "daemon/input/decode.h"
#include "daemon/input/library.h"
#include "daemon/input/request.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_DIGITS	32
#define MAX_BYTES	(64u << 20)
#define MAX_KERNELS	2000

struct shelf {
	pthread_mutex_t lock;
	struct cache kernels;
	const char *dir;
};

struct shelf *shelf_new(const char *dir)
{
	struct shelf *shelf = calloc(1, sizeof(*shelf));

	if (!shelf)
		return NULL;
	pthread_mutex_init(&shelf->lock, NULL);
	shelf->kernels.max_bytes = MAX_BYTES;
	shelf->kernels.max_nr = MAX_KERNELS;
	shelf->dir = dir;
	return shelf;
}

void shelf_free(struct shelf *shelf)
{
	if (!shelf)
		return;
	cache_deinit(&shelf->kernels);
	pthread_mutex_destroy(&shelf->lock);
	free(shelf);
}

bool shelf_is_name(const char *name)
{
	const char *dash = strrchr(name, '-');

	return library_is_name(name) && dash && dash > name && strlen(dash + 1) == HASH_DIGITS &&
	       strspn(dash + 1, "0123456789abcdef") == HASH_DIGITS;
}

/* "6.12.43-5d41402abc4b2a76b9719d911017c592" */
static int name_it(const char *json, size_t len, char name[SHELF_NAME_SIZE], struct mm_error *error)
{
	struct kernel_card card = { 0 };
	struct sha256 sha;
	char hex[65];
	int err = decode_kernel_card(json, len, "profile", &card, error);

	if (err)
		return err;
	sha256_init(&sha);
	sha256_add(&sha, json, len);
	sha256_hex(&sha, hex);
	snprintf(name, SHELF_NAME_SIZE, "%.*s-%.*s", (int)strspn(card.version ? card.version : "0", "0123456789."),
		 card.version ? card.version : "0", HASH_DIGITS, hex);
	kernel_card_deinit(&card);
	return 0;
}

static int check(const char *json, size_t len, struct mm_error *error)
{
	struct mm_kernel *kernel;
	int err = decode_kernel(json, len, "profile", &kernel, error);

	if (!err)
		mm_kernel_free(kernel);
	return err;
}

static void path_of(const char *dir, const char *name, struct bytes *path)
{
	bytes_printf(path, "%.*s/%s.json", folder_len(dir), dir, name);
}

static int keep(const struct shelf *shelf, const char *name, const char *json, size_t len, struct mm_error *error)
{
	struct bytes path = { 0 };
	int err;

	if (!shelf->dir)
		return 0;
	path_of(shelf->dir, name, &path);
	err = path.failed ? fail(error, -ENOMEM, "--kernels", "no memory") : write_file(path.data, json, len, error);
	bytes_deinit(&path);
	return err;
}

/* 1: new, 0: known. */
static int remember(struct shelf *shelf, const char *name, const char *json, size_t len)
{
	struct bytes copy = { 0 };
	struct blob *blob;
	int ret = -ENOMEM;

	bytes_add(&copy, json, len);
	blob = copy.failed ? NULL : blob_of(&copy);
	if (!blob) {
		bytes_deinit(&copy);
		return ret;
	}
	pthread_mutex_lock(&shelf->lock);
	if (cache_find(&shelf->kernels, name))
		ret = 0;
	else if (cache_add(&shelf->kernels, name, blob))
		ret = 1;
	pthread_mutex_unlock(&shelf->lock);
	blob_put(blob);
	return ret;
}

int shelf_add(struct shelf *shelf, const char *json, size_t len, char name[SHELF_NAME_SIZE], struct mm_error *error)
{
	int ret = check(json, len, error);

	if (!ret)
		ret = name_it(json, len, name, error);
	if (!ret)
		ret = keep(shelf, name, json, len, error);
	if (ret)
		return ret;
	ret = remember(shelf, name, json, len);
	return ret < 0 ? fail(error, ret, "kernel", "there is no memory to remember it") : ret;
}

static bool from_memory(struct shelf *shelf, const char *name, struct bytes *json)
{
	const struct blob *blob;

	pthread_mutex_lock(&shelf->lock);
	blob = cache_find(&shelf->kernels, name);
	if (blob)
		bytes_add(json, blob->bytes.data, blob->bytes.len);
	pthread_mutex_unlock(&shelf->lock);
	return blob;
}

int shelf_read(const char *dir, const char *name, struct bytes *json, struct mm_error *error)
{
	struct bytes path = { 0 };
	int err;

	path_of(dir, name, &path);
	err = path.failed ? -ENOMEM : slurp(path.data, REQUEST_MAX_JSON, json, error);
	bytes_deinit(&path);
	if (err == -ENOENT)
		fail(error, -ENOENT, "kernel", "%s was uploaded once and is not here any more: upload its image or its saved "
		     "profile again (drop it on the page, or POST it to /api/v1/kernels)", name);
	return err;
}

int shelf_get(struct shelf *shelf, const char *name, struct bytes *json, struct mm_error *error)
{
	if (from_memory(shelf, name, json))
		return json->failed ? -ENOMEM : 0;
	return shelf_read(shelf->dir ? shelf->dir : "", name, json, error);
}

/* ------------------------------------------------------------------- the list */

const char *shelf_dir(const struct shelf *shelf)
{
	return shelf->dir;
}

static bool has_name(const struct name_list *list, const char *name)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strcmp(list->name[i], name))
			return true;
	return false;
}

static void names_in_memory(struct shelf *shelf, struct name_list *ret)
{
	pthread_mutex_lock(&shelf->lock);
	for (const char *name = cache_next(&shelf->kernels, NULL); name && ret->nr < SHELF_MAX_LISTED;
	     name = cache_next(&shelf->kernels, name))
		name_list_add(ret, name, strlen(name));
	pthread_mutex_unlock(&shelf->lock);
}

struct kept {
	char name[SHELF_NAME_SIZE];
	struct timespec when;
};

static int newest_first(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->when.tv_sec != y->when.tv_sec)
		return x->when.tv_sec < y->when.tv_sec ? 1 : -1;
	return x->when.tv_nsec < y->when.tv_nsec ? 1 : x->when.tv_nsec > y->when.tv_nsec ? -1 : strcmp(x->name, y->name);
}

/* "NAME.json" of an uploaded kernel; false: it is another file. */
static bool is_kept(int dir, const char *file, struct kept *ret)
{
	size_t len = strlen(file);
	struct stat st;

	if (len <= 5 || len - 5 >= SHELF_NAME_SIZE || strcmp(file + len - 5, ".json"))
		return false;
	memcpy(ret->name, file, len - 5);
	ret->name[len - 5] = '\0';
	if (!shelf_is_name(ret->name) || fstatat(dir, file, &st, 0) || !S_ISREG(st.st_mode))
		return false;
	ret->when = st.st_mtim;
	return true;
}

/* Files in a folder that are looked at at all. */
#define MAX_FILES	10000

static size_t read_folder(const char *path, struct kept *kept)
{
	DIR *dir = opendir(path);
	size_t nr = 0;

	for (struct dirent *entry; dir && nr < MAX_FILES && (entry = readdir(dir));)
		nr += is_kept(dirfd(dir), entry->d_name, &kept[nr]);
	if (dir)
		closedir(dir);
	return nr;
}

static void names_in_folder(const struct shelf *shelf, struct name_list *ret)
{
	struct kept *kept = calloc(MAX_FILES, sizeof(*kept));
	size_t nr = kept ? read_folder(shelf->dir, kept) : 0;

	ret->failed |= !kept;
	if (nr)
		qsort(kept, nr, sizeof(*kept), newest_first);
	for (size_t i = 0; i < nr && ret->nr < SHELF_MAX_LISTED; i++)
		if (!has_name(ret, kept[i].name))
			name_list_add(ret, kept[i].name, strlen(kept[i].name));
	free(kept);
}

void shelf_names(struct shelf *shelf, struct name_list *ret)
{
	names_in_memory(shelf, ret);
	if (shelf->dir)
		names_in_folder(shelf, ret);
}

/* ------------------------------------------------------- what was put there by hand */

/* Whether it is meant to be a profile, and is not one that was kept here. */
static bool is_foreign(const char *file)
{
	char name[SHELF_NAME_SIZE];
	size_t len = strlen(file);

	if (len <= 5 || *file == '.' || strcmp(file + len - 5, ".json"))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)(len - 5), file);
	return len - 5 >= sizeof(name) || !shelf_is_name(name);
}

static int adopt(struct shelf *shelf, const char *path, char name[SHELF_NAME_SIZE], struct mm_error *error)
{
	struct bytes json = { 0 };
	int err = slurp(path, REQUEST_MAX_JSON, &json, error);

	if (!err)
		err = shelf_add(shelf, bytes_text(&json), json.len, name, error);
	bytes_deinit(&json);
	return err < 0 ? err : 0;
}

void shelf_adopt(struct shelf *shelf, void (*tell)(void *ctx, const char *file, const char *name, const struct mm_error *error),
		 void *ctx)
{
	DIR *dir = shelf->dir ? opendir(shelf->dir) : NULL;
	const struct dirent *entry;
	char name[SHELF_NAME_SIZE];

	for (size_t i = 0; dir && i < MAX_FILES && (entry = readdir(dir)); i++) {
		struct mm_error error = { .offset = -1 };
		struct bytes path = { 0 };

		if (!is_foreign(entry->d_name))
			continue;
		bytes_printf(&path, "%.*s/%s", folder_len(shelf->dir), shelf->dir, entry->d_name);
		if (!path.failed)
			tell(ctx, path.data, adopt(shelf, path.data, name, &error) ? NULL : name, &error);
		bytes_deinit(&path);
	}
	if (dir)
		closedir(dir);
}
