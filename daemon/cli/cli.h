/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli.h - the command line: which subcommand, and what all of them share.
 *
 * A subcommand is a struct command; its run() gets its own argc and argv, whose
 * argv[0] is "mmscope NAME", and returns the exit status of the program.
 */
#ifndef MMSCOPE_CLI_H
#define MMSCOPE_CLI_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

enum cli_status {
	CLI_OK = 0,
	CLI_NO = 1,		/* the answer is "no", "differs", "it panicked" */
	CLI_USAGE = 2,
	CLI_BAD_INPUT = 3,
	CLI_OUR_FAILURE = 4,
};

int cli_main(int argc, char **argv);

/*
 * Colours, by the variables that programs agree on: NO_COLOR, CLICOLOR_FORCE; else on a terminal that is not "dumb".
 * --color sets these for this process; false: it is neither auto, always nor never.
 */
bool cli_set_colour(const char *when);
bool cli_has_colour(int fd);

/* "NAME: sentence" and where to look, on stderr; CLI_USAGE. */
int cli_usage(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same of a --lang that there is not. */
int cli_unknown_language(const char *name, const char *lang);
/* "NAME: sentence" on stderr, whatever it quotes. */
void cli_say(const char *name, const char *sentence);
/* The same, and the status that the error code means. */
int cli_fail(const char *name, int err, const struct mm_error *error);
/* Part of an answer to stdout.  Names come from trees: on a terminal, what could control it is shown as '?'. */
bool cli_write(const char *text, size_t len);
/* All of @out to stdout; CLI_OK, or CLI_OUR_FAILURE with a sentence. */
int cli_print(const char *name, const struct bytes *out);
/* The same of a difference: lines that begin with - or + in red and green. */
int cli_print_diff(const char *name, const struct bytes *out);
/* The same of findings: the first line of an error in red, of a warning in yellow. */
int cli_print_findings(const char *name, const struct bytes *out);
int cli_version(void);

#endif
