/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolve.h - what options say of a boot, completed by what a boot log says of it. */
#ifndef MMSCOPE_RESOLVE_H
#define MMSCOPE_RESOLVE_H

#include "daemon/input/request.h"

/*
 * As request_resolve(); with @bootlog, a file or -, what @ask leaves open is taken from that log, which a sandboxed
 * process reads.  On success the caller owns what is in *@ret.
 */
int cli_resolve(const struct ask *ask, const char *bootlog, struct request *ret, struct mm_error *error);

/* --from, of commands whose options are filled into a struct with such a member. */
#define OPTION_FROM(many, to) \
	{ .name = "from", .argument = "BOOTLOG", .values = VALUES_FILES, .kind = (many) ? OPTION_TEXTS : OPTION_TEXT, .offset = (to), \
	  .help = "Take kernel, command line, RAM and addresses from a boot log, unless options give them." }

#endif
