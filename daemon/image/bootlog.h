/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bootlog.h - what a kernel's own log tells of its build. */
#ifndef MMSCOPE_IMAGE_BOOTLOG_H
#define MMSCOPE_IMAGE_BOOTLOG_H

#include "daemon/image/pool.h"
#include "daemon/image/sites.h"
#include "mmcore/mm.h"

#define BOOTLOG_MAX_CALLERS	256

/* One line memblock_...: ... FUNCTION+0x1c/0x20, of which one stands for all alike. */
struct bootlog_caller {
	enum site_line line;
	const char *function;
	size_t first;			/* its number among memblock's lines */
};

struct bootlog {
	const char *banner;		/* "Linux version ..."; NULL: none */
	struct bootlog_caller callers[BOOTLOG_MAX_CALLERS];
	size_t nr_callers, nr_lines;
};

/* -EBADMSG: there is no line of a kernel in it. */
int bootlog_read(struct span text, struct pool *pool, struct bootlog *ret, struct mm_error *error);
/* Whether a line of one of the kinds @lines names @function. */
bool bootlog_shows(const struct bootlog *log, unsigned int lines, const char *function);

#endif
