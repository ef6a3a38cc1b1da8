// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/cli/cmd_list.h"
#include "daemon/cli/cli.h"

#include <getopt.h>
#include <string.h>

enum { OPT_JSON = 256, OPT_BOARDS, OPT_VERSION };

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "boards", required_argument, NULL, OPT_BOARDS },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static int print_usage(const char *program, const char *usage)
{
	const struct bytes text = { .data = (char *)usage, .len = strlen(usage) };

	return cli_print(program, &text);
}

int cmd_list(int argc, char **argv, const struct list_command *command)
{
	struct mm_error error = { .offset = -1 };
	const char *dir = NULL;
	struct bytes out = { 0 };
	bool json = false;
	int option, err, status;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
		if (option == 'h')
			return print_usage(argv[0], command->usage);
		if (option == OPT_VERSION)
			return cli_version();
		if (option == OPT_JSON)
			json = true;
		else if (option == OPT_BOARDS)
			dir = optarg;
		else
			return cli_try_help(argv[0]);
	}
	if (optind < argc)
		return cli_usage(argv[0], "'%s' is too much", argv[optind]);
	err = json ? command->write_json(dir, &out, &error) : command->write_text(dir, &out, &error);
	status = err ? cli_fail(argv[0], err, &error) : cli_print(argv[0], &out);
	bytes_deinit(&out);
	return status;
}
