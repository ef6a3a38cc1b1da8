/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolve.h - options of a boot, filled in from a boot log. */
#ifndef MMSCOPE_RESOLVE_H
#define MMSCOPE_RESOLVE_H

#include "daemon/input/request.h"

/*
 * Like request_resolve(), but what @ask leaves open is taken from @bootlog: a file, "-" for stdin, or NULL for none.
 * The log is parsed by a sandboxed process.  On success the caller owns *@ret.
 */
int cli_resolve(const struct ask *ask, const char *bootlog, struct request *ret, struct mm_error *error);

/* The --from option; @to is the offset of the member to fill. */
#define OPTION_FROM(many, to) \
	{ .name = "from", .argument = "BOOTLOG", .values = VALUES_FILES, .kind = (many) ? OPTION_TEXTS : OPTION_TEXT, .offset = (to), \
	  .help = "Take kernel, command line, RAM and addresses from a boot log, unless options give them." }

#endif
