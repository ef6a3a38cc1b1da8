/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_list.h - common to subcommands that print a list. */
#ifndef MMSCOPE_CMD_LIST_H
#define MMSCOPE_CMD_LIST_H

#include "daemon/cli/command.h"
#include "daemon/input/library.h"

struct list_writers {
	int (*write_json)(const char *dir, struct bytes *out, struct mm_error *error);
	int (*write_text)(const char *dir, struct bytes *out, struct mm_error *error);
};

extern const struct command_option list_options[];
#define NR_LIST_OPTIONS	2

int cmd_list(const struct command *command, int argc, char **argv, const struct list_writers *writers);

#endif
