/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reason.h - which rows of the history make two kernels' boots differ.
 *
 * A rule is tried: the later kernel boots once more with that one rule as the
 * earlier has it, and what is another number then is what the rule is the reason
 * for.  So a rule that no step of this board asks is no reason, and an effect is
 * measured, not supposed; two rules that only act together are missed.
 *
 * A build is a reason of its own (kind "build"): how large an image is, no row says.
 *
 * A call that came, went or moved is no reason by itself: it is one for the
 * owners of which it takes more or less memory than before.
 */
#ifndef MMSCOPE_REASON_H
#define MMSCOPE_REASON_H

#include "daemon/answers/metrics.h"
#include "daemon/answers/run.h"

#define REASON_MAX_TRIALS	512
#define REASON_MAX_EVENTS	3000000	/* of all trials together: some seconds */

/* What a row changes, of the numbers of metrics.h that differ between the boots. */
struct effect {
	char *name;			/* as metrics.h names it */
	uint64_t with, without;		/* a call: what it takes of an owner, after and before; may be negative */
};

struct reason {
	struct mm_change change;
	bool tried;			/* a rule, tried; else a call */
	struct effect *effects;		/* largest first */
	size_t nr;
	char *sizes[2];			/* "build": change.was and .is are these */
};

struct reasons {
	struct reason *reason;		/* in the order of the history */
	size_t nr, cap;
	size_t untried;			/* rules for which there was no time */
};

/* From @a to @b, whose numbers are @metrics.  -ENOMEM leaves *@ret empty. */
int reasons_of(const struct run *a, const struct run *b, const struct metrics metrics[2], struct reasons *ret);
void reasons_deinit(struct reasons *reasons);
/* The effect of a reason on a number, or NULL. */
const struct effect *reason_effect(const struct reason *reason, const char *name);

#endif
