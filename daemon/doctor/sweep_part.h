/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sweep_part.h - a few cells of a sweep, as an answer about the run that they vary.
 *
 * A part is named by all that defines it, so that it can be kept and asked for
 * like any other answer: "sweep/FIRST/STRIDE/COUNT", then a line each: the axes
 * (the second may be empty) and the numbers that are shown, with commas between.
 */
#ifndef MMSCOPE_SWEEP_PART_H
#define MMSCOPE_SWEEP_PART_H

#include "daemon/doctor/sweep.h"

#define SWEEP_PART_PREFIX	"sweep/"
#define SWEEP_PART_MAX		64	/* cells */
#define SWEEP_MAX_TEXT		1024	/* bytes of an axis or of all numbers that are shown, where a name is made of them */

/* Cells first, first + stride ..; all share the request of sweep_ask(first). */
struct sweep_part {
	size_t first, stride, count;
};

void sweep_part_name(const struct sweep *sweep, const struct sweep_part *part, struct bytes *out);
/* Boot them; appends the structs cell to @out.  Takes what @request holds.  -EINVAL: the name, or a number's; -ENOMEM. */
int sweep_part_boot(struct request *request, const char *name, struct bytes *out, struct mm_error *error);

/* "cma.size,memtotal" into sweep->shown, in place in @text, which must live as long.  False: there are too many. */
bool sweep_split_shown(struct sweep *sweep, char *text);

#endif
