// SPDX-License-Identifier: GPL-2.0-or-later
/* commands.c - all commands, in the order in which help lists them. */
#include "daemon/cli/command.h"

extern const struct command command_boot, command_serve, command_verify, command_check, command_diff, command_sweep;
extern const struct command command_budget;
extern const struct command command_boards, command_kernels, command_profile;
extern const struct command command_help_topic, command_completion, command_man;

const struct command *const commands[] = {
	&command_boot,
	&command_serve,
	&command_verify,
	&command_check,
	&command_diff,
	&command_budget,
	&command_sweep,
	&command_profile,
	&command_boards,
	&command_kernels,
	&command_help_topic,
	&command_completion,
	&command_man,
	NULL,
};
