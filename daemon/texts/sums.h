/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sums.h - what each call of a boot adds up to: made in one pass over its events, however deep the calls are, and
 * kept, so that a boot that goes on is not looked through from the start.
 */
#ifndef MMSCOPE_SUMS_H
#define MMSCOPE_SUMS_H

#include "daemon/texts/changes.h"

/* Of an event of the call itself, whose name or owner no event before it had. */
struct first {
	const struct mm_fact *fact;	/* NULL: an owner */
	const char *owner;
};

#define SUMS_MAX_SEEN	256

struct sum {
	/* What it has changed by its end, its own calls included. */
	struct changes changes;
	struct gains gains;
	/* What its own events say, in their order. */
	struct first *first;
	size_t nr_first, cap_first;
	const char *seen[SUMS_MAX_SEEN];	/* names and owners by their addresses: there are few of them */
};

/* Starts all-zero. */
struct sums {
	struct sum *of;			/* [nr_steps] */
	size_t nr_steps, nr_events;
};

/* Bring them up to the last event.  False: no memory. */
bool sums_bring_up(struct sums *sums, const struct mm *mm);
/* Events from @nr on will be others than they were, and those that were there have changed and said nothing. */
void sums_cut(struct sums *sums, size_t nr);
void sums_deinit(struct sums *sums);

#endif
