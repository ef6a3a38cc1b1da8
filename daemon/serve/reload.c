// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/serve/reload.h"

#include "daemon/base/fail.h"
#include "daemon/input/last_good.h"
#include "daemon/input/library.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/* Only files of @dir are checked; built-in ones are known to be good. */
static bool dir_has(const char *dir, const char *folder, const char *name, const char *extension)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/%s%s%s", dir, folder, name, extension) < (int)sizeof(path) && !access(path, F_OK);
}

/* Checks one file, if it exists, and reports what is wrong with it.  *@kept: an earlier version will be served
 * instead. */
typedef int look_at(const struct serve *serve, const char *name, bool *kept, struct mm_error *error);

static int look_at_board(const struct serve *serve, const char *name, bool *kept, struct mm_error *error)
{
	const char *dir = serve->boards_dir;

	if (!dir_has(dir, "", name, ".dtb") && !dir_has(dir, "", name, ".dts") && !dir_has(dir, "", name, ".json"))
		return 0;
	return last_good_look_at_board(serve->last_good, dir, name, kept, error);
}

static int look_at_kernel(const struct serve *serve, const char *name, bool *kept, struct mm_error *error)
{
	if (!dir_has(serve->boards_dir, "kernels/", name, ".json"))
		return 0;
	return last_good_look_at_kernel(serve->last_good, serve->boards_dir, name, kept, error);
}

static size_t check_each(const struct serve *serve, struct name_list *names, look_at *look, const char *what,
			 void (*tell)(void *ctx, const char *sentence), void *ctx)
{
	size_t broken = 0;

	for (size_t i = 0; i < names->nr; i++) {
		struct mm_error error = { .offset = -1 };
		struct bytes sentence = { 0 };
		bool kept = false;

		if (!look(serve, names->name[i], &kept, &error))
			continue;
		bytes_printf(&sentence, "%s %s of %s cannot be read: ", what, names->name[i], serve->boards_dir);
		fail_sentence(&error, &sentence);
		bytes_puts(&sentence, kept ? "; it is served as it was before" : "; there is no earlier one to serve");
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
	broken = check_each(serve, &boards, look_at_board, "board", tell, ctx);
	return broken + check_each(serve, &kernels, look_at_kernel, "kernel", tell, ctx);
}
