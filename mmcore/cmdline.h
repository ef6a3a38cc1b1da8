/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmdline.h - the kernel command line, parsed as kernel/params.c does.
 *
 * Words are separated by spaces, double quotes protect them; '-' and '_' are
 * the same in a parameter's name; later duplicates come later in the array.
 */
#ifndef MMSCOPE_CMDLINE_H
#define MMSCOPE_CMDLINE_H

#include "arena.h"

#define COMMAND_LINE_SIZE	2048

struct param {
	const char *name;	/* as written */
	const char *value;	/* NULL: no '=' */
	const char *word;	/* the whole word as parse_args() leaves it */
	bool refused;		/* by the function of that name: the word is left for init */
};

struct cmdline {
	const char *text;	/* boot_command_line */
	struct param *params;
	size_t nr;		/* of the kernel */
	size_t nr_all;		/* with those behind "--", which are for init */
};

void cmdline_parse(struct cmdline *cmdline, struct arena *arena, const char *text);
bool param_is(const struct param *param, const char *name);
/* The last parameter of that name, or NULL. */
const struct param *cmdline_last(const struct cmdline *cmdline, const char *name);
/* Its value; NULL if absent, "" if without one. */
const char *cmdline_value(const struct cmdline *cmdline, const char *name);

/* The value of the last parameter of that name that has one, or NULL. */
const char *cmdline_given(const struct cmdline *cmdline, const char *name);

/* Does the console show messages of level debug (debug, ignore_loglevel, loglevel=8)? @level: the default. */
bool cmdline_shows_debug(const struct cmdline *cmdline, int level);

/* lib/cmdline.c memparse(): 0x/0/decimal with K M G T P E; *@end is the rest. */
uint64_t memparse(const char *s, const char **end);
/* lib/kstrtox.c kstrtobool(): is @s one, by its first letters?  @true_false: t and f count too (since 5.17). */
bool kstrtobool(const char *s, bool true_false, bool *ret);
/* simple_strtoull() */
uint64_t simple_strtoull(const char *s, const char **end, unsigned base);
/* Is @word one of the words of @value, with commas between them?  @value may be NULL. */
bool parse_option_str(const char *value, const char *word);
/* get_option(): a number and whether a comma follows; 0: none, 1: number, 2: and ',', 3: range. */
int get_option(const char **s, int *ret);

#endif
