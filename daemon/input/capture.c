// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/capture.h"
#include "daemon/base/fail.h"
#include "daemon/base/folder.h"
#include "daemon/base/slurp.h"
#include "daemon/input/decode.h"
#include "daemon/input/uefi_map.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

bool capture_is(const char *path)
{
	return is_folder(path);
}

char *capture_name(const char *path)
{
	size_t len = strlen(path), start;

	while (len > 1 && path[len - 1] == '/')
		len--;
	for (start = len; start && path[start - 1] != '/';)
		start--;
	return strndup(path + start, len - start);
}

static int read_file(const char *folder, const char *file, size_t max, struct bytes *out, struct mm_error *error)
{
	struct bytes path = { 0 };
	int err;

	bytes_printf(&path, "%.*s/%s", folder_len(folder), folder, file);
	err = path.failed ? fail(error, -ENOMEM, file, "no memory") : slurp(path.data, max, out, error);
	bytes_deinit(&path);
	return err;
}

int capture_file(const char *path, const char *file, struct bytes *out, struct mm_error *error)
{
	int err = read_file(path, file, CAPTURE_MAX_FILE, out, error);

	return err == -ENOENT ? 1 : err;
}

int capture_case(const char *folder, struct settings *settings, struct mm_error *error)
{
	struct bytes json = { 0 }, where = { 0 };
	int err = read_file(folder, "case.json", REQUEST_MAX_JSON, &json, error);

	bytes_printf(&where, "%s/case.json", folder);
	if (!err)
		err = decode_settings(bytes_text(&json), json.len, bytes_text(&where), false, settings, error);
	bytes_deinit(&where);
	bytes_deinit(&json);
	return err == -ENOENT ? 0 : err;
}

/* The memory map of a machine booted by UEFI, read from its log. */
static int read_uefi(const char *folder, struct settings *settings, struct mm_error *error)
{
	struct bytes text = { 0 };
	int err = read_file(folder, "uefi.txt", UEFI_MAP_MAX_BYTES, &text, error);

	if (!err)
		settings->uefi = strdup(bytes_text(&text));
	if (!err && !settings->uefi)
		err = fail(error, -ENOMEM, folder, "no memory");
	bytes_deinit(&text);
	return err == -ENOENT ? 0 : err;
}

int capture_board(const char *path, struct bytes *dtb, struct settings *settings, struct mm_error *error)
{
	int err = read_file(path, "board.dtb", REQUEST_MAX_DTB, dtb, error);

	if (err == -ENOENT)
		return fail(error, -ENOENT, path, "is not a capture: it has no board.dtb");
	if (!err)
		err = capture_case(path, settings, error);
	return err ? err : read_uefi(path, settings, error);
}
