/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bootlog.h - what a kernel's own log shows of its build. */
#ifndef MMSCOPE_IMAGE_BOOTLOG_H
#define MMSCOPE_IMAGE_BOOTLOG_H

#include "daemon/image/pool.h"
#include "daemon/image/sites.h"
#include "mmcore/mm.h"

#define BOOTLOG_MAX_CALLERS	256

/* A line "memblock_...: ... FUNCTION+0x1c/0x20"; equal ones are kept once. */
struct bootlog_caller {
	enum site_line line;
	const char *function;
	size_t first;			/* index of the first such line among memblock's */
};

struct bootlog {
	const char *banner;		/* "Linux version ..."; NULL: none */
	struct bootlog_caller callers[BOOTLOG_MAX_CALLERS];
	size_t nr_callers, nr_lines;
};

/* 0; -EBADMSG: no line of @text is a kernel's.  What *@ret holds lives in @pool. */
int bootlog_read(struct span text, struct pool *pool, struct bootlog *ret, struct mm_error *error);
/* Does a line of one of the kinds @lines (a mask of enum site_line) name @function? */
bool bootlog_shows(const struct bootlog *log, unsigned int lines, const char *function);

#endif
