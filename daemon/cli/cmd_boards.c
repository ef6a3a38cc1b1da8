// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/wrap.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/cmd_list.h"

/* One row; a long description is wrapped within its column. */
static void put_row(struct bytes *out, const char *name, const char *kernel, const char *description)
{
	size_t start = out->len;

	bytes_printf(out, "%-18s  %-8s  %s", name, kernel, description);
	wrap_written(out, start, 30);
	bytes_putc(out, '\n');
}

static int write_line(const char *dir, const char *name, struct bytes *out, struct mm_error *error)
{
	struct settings settings = { 0 };
	int err = library_settings(dir, name, &settings, error);

	if (!err)
		put_row(out, name, settings.kernel ? settings.kernel : "", settings.description ? settings.description : "");
	settings_deinit(&settings);
	return err;
}

static int write_text(const char *dir, struct bytes *out, struct mm_error *error)
{
	struct name_list names = { 0 };
	int err = 0;

	library_boards(dir, &names);
	put_row(out, "BOARD", "KERNEL", "WHAT IT IS");
	for (size_t i = 0; i < names.nr && !err; i++)
		err = write_line(dir, names.name[i], out, error);
	name_list_deinit(&names);
	return err;
}

static int write_json(const char *dir, struct bytes *out, struct mm_error *error)
{
	return library_boards_json(dir, NULL, out, error);
}

static int run(const struct command *command, int argc, char **argv)
{
	static const struct list_writers writers = { .write_json = write_json, .write_text = write_text };

	return cmd_list(command, argc, argv, &writers);
}

const struct command command_boards = {
	.name = "boards", .program = "mmscope boards", .summary = "list the boards",
	.about = "List the boards that 'mmscope boot' knows by name, with the kernel each boots by default.",
	.options = list_options, .nr_options = NR_LIST_OPTIONS, .run = run,
};
