/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli.h - the command line: dispatch to subcommands, and what they share.
 *
 * A subcommand is a struct command.  Its run() gets an argc and argv of its own, with argv[0] "mmscope NAME", and
 * returns the program's exit status.
 */
#ifndef MMSCOPE_CLI_H
#define MMSCOPE_CLI_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

enum cli_status {
	CLI_OK = 0,
	CLI_NO = 1,		/* all went well, and the answer is "no": it differs, it panicked */
	CLI_USAGE = 2,
	CLI_BAD_INPUT = 3,
	CLI_OUR_FAILURE = 4,
};

int cli_main(int argc, char **argv);

/*
 * Colour follows the usual variables, NO_COLOR and CLICOLOR_FORCE; without them, a terminal that is not "dumb" gets
 * colour.  @when is the value of --color, and sets them for this process.  False: it is not auto, always or never.
 */
bool cli_set_colour(const char *when);
bool cli_has_colour(int fd);

/* Complain on stderr: "NAME: sentence", and where to find help.  Returns CLI_USAGE. */
int cli_usage(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same for an unknown --lang. */
int cli_unknown_language(const char *name, const char *lang);
/* "NAME: sentence" on stderr, made safe for a terminal. */
void cli_say(const char *name, const char *sentence);
/* The same for an error; returns the exit status that goes with @err, a negative errno. */
int cli_fail(const char *name, int err, const struct mm_error *error);
/* Write part of an answer to stdout.  It may quote a device tree, so on a terminal control characters become '?'. */
bool cli_write(const char *text, size_t len);
/* Write all of @out to stdout.  CLI_OK, or CLI_OUR_FAILURE after complaining. */
int cli_print(const char *name, const struct bytes *out);
/* The same for a diff, with - lines in red and + lines in green. */
int cli_print_diff(const char *name, const struct bytes *out);
/* The same for findings, with the first line of errors in red and of warnings in yellow. */
int cli_print_findings(const char *name, const struct bytes *out);
int cli_version(void);

#endif
