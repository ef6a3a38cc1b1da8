/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_list.h - what the subcommands that print a list have in common. */
#ifndef MMSCOPE_CMD_LIST_H
#define MMSCOPE_CMD_LIST_H

#include "daemon/input/library.h"

struct list_command {
	const char *usage;
	int (*write_json)(const char *dir, struct bytes *out, struct mm_error *error);
	int (*write_text)(const char *dir, struct bytes *out, struct mm_error *error);
};

int cmd_list(int argc, char **argv, const struct list_command *command);

#endif
