// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/library.h"
#include "daemon/base/asset.h"
#include "daemon/base/encode_object.h"
#include "daemon/base/fail.h"
#include "daemon/base/folder.h"
#include "daemon/base/slurp.h"
#include "daemon/base/words.h"
#include "daemon/input/decode.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_NAME 64

bool library_is_name(const char *name)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t len = strlen(name);

	return len && len <= MAX_NAME && name[0] != '.' && name[0] != '-' && strspn(name, allowed) == len;
}

/* --------------------------------------------------------------------- files */

int library_check_dir(const char *dir, struct mm_error *error)
{
	struct stat st;

	if (!dir || (!stat(dir, &st) && S_ISDIR(st.st_mode)))
		return 0;
	return fail(error, -ENOENT, dir, "there is no such folder");
}

/* DIR/FOLDER NAME EXTENSION, or 1 if there is no such file. */
static int from_dir(const char *dir, const char *folder, const char *name, const char *extension,
		    struct bytes *out, struct mm_error *error)
{
	bool dts = !strcmp(extension, ".dts");
	struct bytes path = { 0 };
	int err;

	if (!dir)
		return 1;
	bytes_printf(&path, "%.*s/%s%s%s", folder_len(dir), dir, folder, name, extension);
	if (path.failed)
		err = fail(error, -ENOMEM, NULL, "no memory");
	else if (dts)
		err = slurp_dts(path.data, REQUEST_MAX_DTB, out, error);
	else
		err = slurp(path.data, REQUEST_MAX_JSON > REQUEST_MAX_DTB ? REQUEST_MAX_JSON : REQUEST_MAX_DTB,
			    out, error);
	bytes_deinit(&path);
	return err == -ENOENT && !dts ? 1 : err;
}

static bool dir_has(const char *dir, const char *name, const char *extension)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/%s%s", dir, name, extension) < (int)sizeof(path) && !access(path, R_OK);
}

static int from_assets(const char *folder, const char *name, const char *extension, struct bytes *out)
{
	char path[2 * MAX_NAME];
	const struct asset *asset;

	snprintf(path, sizeof(path), "boards/%s%s%s", folder, name, extension);
	asset = asset_find(path);
	if (!asset)
		return 1;
	bytes_add(out, asset->data, asset->size);
	return out->failed ? -ENOMEM : 0;
}

static int get(const char *dir, const char *folder, const char *name, const char *extension,
	       struct bytes *out, struct mm_error *error)
{
	int err = from_dir(dir, folder, name, extension, out, error);

	return err == 1 ? from_assets(folder, name, extension, out) : err;
}

/* The name that was meant, or NULL. */
static const char *nearest_of(const struct name_list *names, const char *name)
{
	size_t best = SIZE_MAX;
	const char *nearest = NULL;

	for (size_t i = 0; i < names->nr; i++) {
		size_t apart = words_apart(names->name[i], name);

		if (apart < best) {
			best = apart;
			nearest = names->name[i];
		}
	}
	return nearest;
}

/* "6.12-16k": version and patch level; false: it does not begin with a release. */
static bool release_of(const char *name, unsigned *version, unsigned *patchlevel)
{
	return sscanf(name, "%3u.%3u", version, patchlevel) == 2;
}

/* "6.12.108" is a 6.12 rather than a 6.12-16k, "6.12-16" the other way round. */
static size_t spelled_apart(const char *known, const char *name)
{
	if (!strncmp(known, name, strlen(name)))
		return 0;
	return strncmp(known, name, strlen(known)) ? 2 + words_distance(known, name) : 1;
}

/* The nearest release, the later of two that are as near, of several builds the one spelled most alike; NULL: @name is none. */
static const char *nearest_release(const struct name_list *names, const char *name)
{
	unsigned version, patchlevel;
	size_t best = SIZE_MAX;
	const char *nearest = NULL;

	if (!release_of(name, &version, &patchlevel))
		return NULL;
	for (size_t i = 0; i < names->nr; i++) {
		unsigned v, p;
		size_t apart;

		if (!release_of(names->name[i], &v, &p))
			continue;
		apart = 2000 * (size_t)abs((int)v - (int)version) + 2 * (size_t)abs((int)p - (int)patchlevel) + (p < patchlevel);
		apart = apart * 2 * MAX_NAME + spelled_apart(names->name[i], name);
		if (apart < best) {
			best = apart;
			nearest = names->name[i];
		}
	}
	return nearest;
}

/* As many whole names as an error has room for. */
static void put_names(struct bytes *out, const struct name_list *names, const char *what)
{
	/* The list ends with where the whole of it is. */
	const size_t room = sizeof(((struct mm_error *)NULL)->text) - 48;

	for (size_t i = 0; i < names->nr; i++) {
		if (out->len + 1 + strlen(names->name[i]) > room) {
			bytes_printf(out, " ...; 'mmscope %ss' lists all", what);
			return;
		}
		bytes_printf(out, " %s", names->name[i]);
	}
}

/* "there is none called 'x'; did you mean 'a'? there are: a b c"; of kernels also how there comes to be one. */
static int unknown(struct mm_error *error, const char *what, const char *name, struct name_list *names)
{
	bool is_name = library_is_name(name);
	bool is_kernel = !strcmp(what, "kernel");
	const char *nearest = is_name && is_kernel ? nearest_release(names, name) : NULL;
	struct bytes text = { 0 };
	int err;

	if (is_name && !nearest)
		nearest = nearest_of(names, name);

	if (is_name)
		bytes_printf(&text, "there is none called '%s'; ", name);
	else
		bytes_puts(&text, "that is not a name; ");
	if (nearest)
		bytes_printf(&text, "did you mean '%s'? ", nearest);
	if (is_kernel)
		bytes_puts(&text, "'mmscope profile' makes one of any kernel's image; ");
	if (nearest && !is_kernel) {
		bytes_printf(&text, "'mmscope %ss' lists all", what);
	} else {
		bytes_puts(&text, "there are:");
		put_names(&text, names, what);
	}
	err = fail(error, -ENOENT, what, "%s", bytes_text(&text));
	bytes_deinit(&text);
	name_list_deinit(names);
	return err;
}

static int unknown_board(const char *dir, const char *name, struct mm_error *error)
{
	struct name_list names = { 0 };

	library_boards(dir, &names);
	return unknown(error, "board", name, &names);
}

int library_decode_settings(const char *name, const struct bytes *json, struct settings *settings, struct mm_error *error)
{
	char where[MAX_NAME + sizeof(".json")];

	if (!json->len)
		return 0;
	snprintf(where, sizeof(where), "%s.json", name);
	return decode_settings(json->data, json->len, where, false, settings, error);
}

int library_settings(const char *dir, const char *name, struct settings *settings, struct mm_error *error)
{
	struct bytes json = { 0 };
	int err;

	if (!library_is_name(name))
		return unknown_board(dir, name, error);
	err = get(dir, "", name, ".json", &json, error);
	if (!err)
		err = library_decode_settings(name, &json, settings, error);
	bytes_deinit(&json);
	return err == 1 ? 0 : err;
}

/* 1 if there is none of that name. */
static int read_tree(const char *dir, const char *name, struct bytes *dtb, struct mm_error *error)
{
	if (dir && !dir_has(dir, name, ".dtb") && dir_has(dir, name, ".dts"))
		return from_dir(dir, "", name, ".dts", dtb, error);
	return get(dir, "", name, ".dtb", dtb, error);
}

int library_board_files(const char *dir, const char *name, struct bytes *dtb, struct bytes *json, struct mm_error *error)
{
	int err;

	if (!library_is_name(name))
		return unknown_board(dir, name, error);
	err = read_tree(dir, name, dtb, error);
	if (err == 1)
		return unknown_board(dir, name, error);
	if (!err)
		err = get(dir, "", name, ".json", json, error);
	return err == 1 ? 0 : err;
}

int library_board(const char *dir, const char *name, struct bytes *dtb, struct settings *settings,
		  struct mm_error *error)
{
	struct bytes json = { 0 };
	int err = library_board_files(dir, name, dtb, &json, error);

	if (!err)
		err = library_decode_settings(name, &json, settings, error);
	bytes_deinit(&json);
	return err;
}

int library_kernel(const char *dir, const char *name, struct bytes *json, struct mm_error *error)
{
	int err = library_is_name(name) ? get(dir, "kernels/", name, ".json", json, error) : 1;
	struct name_list names = { 0 };

	if (err != 1)
		return err;
	library_kernels(dir, &names);
	return unknown(error, "kernel", name, &names);
}

/* --------------------------------------------------------------------- lists */

void name_list_deinit(struct name_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free(list->name[i]);
	free(list->name);
	*list = (struct name_list){ 0 };
}

void name_list_add(struct name_list *list, const char *name, size_t len)
{
	char *copy = strndup(name, len);

	if (list->nr == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 16;
		char **grown = realloc(list->name, cap * sizeof(*grown));

		if (!grown) {
			list->failed = true;
			free(copy);
			return;
		}
		list->name = grown;
		list->cap = cap;
	}
	if (!copy)
		list->failed = true;
	else if (!library_is_name(copy))
		free(copy);
	else
		list->name[list->nr++] = copy;
}

static void add_if_ends(struct name_list *list, const char *file, const char *extension)
{
	size_t len = strlen(file), tail = strlen(extension);

	/* What was verified of kernels may stand beside them. */
	if (len > tail && !strcmp(file + len - tail, extension) && !strchr(file, '/') && strcmp(file, VERIFIED_FILE))
		name_list_add(list, file, len - tail);
}

static void add_from_dir(struct name_list *list, const char *dir, const char *folder,
			 const char *const *extensions)
{
	struct bytes path = { 0 };
	struct dirent *entry;
	DIR *open;

	bytes_printf(&path, "%.*s/%s", folder_len(dir), dir, folder);
	list->failed |= path.failed;
	open = path.failed ? NULL : opendir(path.data);
	bytes_deinit(&path);
	while (open && (entry = readdir(open)))
		for (const char *const *e = extensions; *e; e++)
			add_if_ends(list, entry->d_name, *e);
	if (open)
		closedir(open);
}

static int compare_names(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static void sort_unique(struct name_list *list)
{
	size_t kept = 0;

	if (!list->nr)
		return;
	qsort(list->name, list->nr, sizeof(*list->name), compare_names);
	for (size_t i = 1; i < list->nr; i++) {
		if (!strcmp(list->name[kept], list->name[i]))
			free(list->name[i]);
		else
			list->name[++kept] = list->name[i];
	}
	list->nr = kept + 1;
}

static void list_names(const char *dir, const char *folder, const char *prefix,
		       const char *const *extensions, struct name_list *ret)
{
	const struct asset *asset, *end;

	if (dir)
		add_from_dir(ret, dir, folder, extensions);
	for (asset_range(prefix, &asset, &end); asset < end; asset++)
		add_if_ends(ret, asset->path + strlen(prefix), extensions[0]);
	sort_unique(ret);
}

void library_boards(const char *dir, struct name_list *ret)
{
	static const char *const extensions[] = { ".dtb", ".dts", NULL };

	list_names(dir, "", "boards/", extensions, ret);
}

void library_kernels(const char *dir, struct name_list *ret)
{
	static const char *const extensions[] = { ".json", NULL };

	list_names(dir, "kernels", "boards/kernels/", extensions, ret);
}

/* ---------------------------------------------------------------------- JSON */

/*
 * Which file read_tree() would read, and as of when; a name alone stands for what
 * is built in.  A source that includes others counts as new when it changes itself.
 */
static void put_stamp(struct bytes *stamp, const char *dir, const char *name)
{
	static const char *const extensions[] = { ".dtb", ".dts" };

	for (size_t i = 0; dir && i < sizeof(extensions) / sizeof(*extensions); i++) {
		struct bytes path = { 0 };
		struct stat st;
		bool found;

		bytes_printf(&path, "%.*s/%s%s", folder_len(dir), dir, name, extensions[i]);
		found = !path.failed && !stat(path.data, &st);
		bytes_deinit(&path);
		if (!found)
			continue;
		bytes_printf(stamp, "%s%s:%ju:%ju:%jd:%jd.%09ld:%jd.%09ld", name, extensions[i], (uintmax_t)st.st_dev,
			     (uintmax_t)st.st_ino, (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			     (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
		return;
	}
	bytes_puts(stamp, name);
}

/* Not the file's fault: another time it may be read. */
static bool may_pass(int err)
{
	return err == -ENOMEM || err == -EIO || err == -ENOENT;
}

static int put_summary(struct encode_object *object, const char *dir, const char *name, struct summaries *summaries)
{
	struct bytes stamp = { 0 }, dtb = { 0 };
	int err = 0;

	put_stamp(&stamp, dir, name);
	if (!summaries_find(summaries, bytes_text(&stamp), object)) {
		err = read_tree(dir, name, &dtb, NULL);
		if (err == -ENOMEM)
			;
		else if (may_pass(err) || stamp.failed)
			err = summary_put(object, &dtb);
		else
			err = summaries_put(summaries, stamp.data, &dtb, object);
	}
	bytes_deinit(&stamp);
	bytes_deinit(&dtb);
	return err;
}

static int put_board(struct bytes *out, const char *dir, const char *name, struct summaries *summaries,
		     struct mm_error *error)
{
	struct encode_object object = encode_open(out);
	struct settings settings = { 0 };
	int err = library_settings(dir, name, &settings, error);

	/* A broken board hides no other. */
	if (err != -ENOMEM)
		err = 0;
	encode_text(&object, "name", name);
	encode_text(&object, "description", settings.description);
	encode_text(&object, "description_zh", settings.description_zh);
	encode_text(&object, "kernel", settings.kernel);
	encode_text(&object, "cmdline", settings.cmdline);
	settings_deinit(&settings);
	if (!err && put_summary(&object, dir, name, summaries))
		err = fail(error, -ENOMEM, name, "no memory for its tree");
	encode_close(&object);
	return err;
}

typedef int put_entry(struct bytes *out, const char *dir, const char *name, struct summaries *summaries,
		      struct mm_error *error);

static int put_list(struct bytes *out, const char *key, const char *dir, struct summaries *summaries,
		    struct name_list *names, put_entry *put, struct mm_error *error)
{
	size_t before = out->len;
	int err = names->failed ? -ENOMEM : 0;

	bytes_printf(out, "{\"%s\":[", key);
	for (size_t i = 0; i < names->nr && !err; i++) {
		if (i)
			bytes_putc(out, ',');
		err = put(out, dir, names->name[i], summaries, error);
	}
	bytes_puts(out, "]}\n");
	name_list_deinit(names);
	if (!err && out->failed)
		err = fail(error, -ENOMEM, NULL, "no memory for a list");
	if (err)
		bytes_cut(out, before);
	return err;
}

int library_boards_json(const char *dir, struct summaries *summaries, struct bytes *out, struct mm_error *error)
{
	struct name_list names = { 0 };

	library_boards(dir, &names);
	return put_list(out, "boards", dir, summaries, &names, put_board, error);
}
