// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/cli/cmd_list.h"

#include "daemon/cli/cli.h"

struct list_options {
	bool json;
	const char *dir;
};

const struct command_option list_options[NR_LIST_OPTIONS] = {
	{ .name = "json", .kind = OPTION_FLAG, .offset = offsetof(struct list_options, json), .help = "As JSON." },
	{ .name = "boards", .argument = "DIR", .values = VALUES_FOLDERS, .kind = OPTION_TEXT,
	  .offset = offsetof(struct list_options, dir), .help = "List what this folder has, too." },
};

int cmd_list(const struct command *command, int argc, char **argv, const struct list_writers *writers)
{
	struct mm_error error = { .offset = -1 };
	struct list_options o = { 0 };
	struct bytes out = { 0 };
	int err, status = command_parse(command, argc, argv, &o);

	if (status >= 0)
		return status;
	err = library_check_dir(o.dir, &error);
	if (!err)
		err = (o.json ? writers->write_json : writers->write_text)(o.dir, &out, &error);
	status = err ? cli_fail(argv[0], err, &error) : cli_print(argv[0], &out);
	bytes_deinit(&out);
	return status;
}
