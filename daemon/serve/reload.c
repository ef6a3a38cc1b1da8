// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/serve/reload.h"

#include "daemon/base/fail.h"
#include "daemon/input/decode.h"
#include "daemon/input/library.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/* Those that are built in are not looked at again. */
static bool dir_has(const char *dir, const char *folder, const char *name, const char *extension)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/%s%s%s", dir, folder, name, extension) < (int)sizeof(path) && !access(path, F_OK);
}

static int read_board(const char *dir, const char *name, struct mm_error *error)
{
	struct settings settings = { 0 };
	struct bytes dtb = { 0 };
	int err;

	if (!dir_has(dir, "", name, ".dtb") && !dir_has(dir, "", name, ".dts") && !dir_has(dir, "", name, ".json"))
		return 0;
	err = library_board(dir, name, &dtb, &settings, error);
	bytes_deinit(&dtb);
	settings_deinit(&settings);
	return err;
}

static int read_kernel(const char *dir, const char *name, struct mm_error *error)
{
	struct bytes json = { 0 };
	struct mm_kernel *kernel = NULL;
	int err = 0;

	if (dir_has(dir, "kernels/", name, ".json"))
		err = library_kernel(dir, name, &json, error);
	if (!err && json.len)
		err = decode_kernel(json.data, json.len, name, &kernel, error);
	mm_kernel_free(kernel);
	bytes_deinit(&json);
	return err;
}

static size_t check_each(const char *dir, struct name_list *names, int (*read)(const char *dir, const char *name, struct mm_error *error),
			 const char *what, void (*tell)(void *ctx, const char *sentence), void *ctx)
{
	size_t broken = 0;

	for (size_t i = 0; i < names->nr; i++) {
		struct mm_error error = { .offset = -1 };
		struct bytes sentence = { 0 };

		if (!read(dir, names->name[i], &error))
			continue;
		bytes_printf(&sentence, "%s %s of %s cannot be read: ", what, names->name[i], dir);
		fail_sentence(&error, &sentence);
		tell(ctx, bytes_text(&sentence));
		bytes_deinit(&sentence);
		broken++;
	}
	name_list_deinit(names);
	return broken;
}

size_t reload_check(const struct serve *serve, void (*tell)(void *ctx, const char *sentence), void *ctx)
{
	struct name_list boards = { 0 }, kernels = { 0 };
	const char *dir = serve->boards_dir;
	size_t broken;

	if (!dir)
		return 0;
	library_boards(dir, &boards);
	library_kernels(dir, &kernels);
	broken = check_each(dir, &boards, read_board, "board", tell, ctx);
	return broken + check_each(dir, &kernels, read_kernel, "kernel", tell, ctx);
}
