/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bootarg.h - the words of a kernel's command line. */
#ifndef MMSCOPE_BOOTARG_H
#define MMSCOPE_BOOTARG_H

#include <stdbool.h>
#include <stddef.h>

/* A word of a line, quotes included. */
struct bootarg {
	const char *at;
	size_t len;
	size_t name;		/* how much of it is the name: up to '=', or all of it */
};

/* The next word at *@at, which moves behind it; false: there is none. */
bool bootarg_next(const char **at, struct bootarg *ret);
/* By that name?  '-' and '_' are the same, as for the kernel. */
bool bootarg_is(const struct bootarg *param, const char *name, size_t len);

#endif
