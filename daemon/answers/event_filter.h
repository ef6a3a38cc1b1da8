/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event_filter.h - the events that are about something: a kind, a call, an owner, addresses. */
#ifndef MMSCOPE_EVENT_FILTER_H
#define MMSCOPE_EVENT_FILTER_H

#include "mmcore/mm.h"

/* All that is given must hold; "" is not given.  Lists have commas: any of them will do. */
struct event_filter {
	const char *kind;	/* "alloc,free" */
	const char *step;	/* the function that was executing, or one that called it */
	const char *owner;	/* who gains or loses memory */
	const char *range;	/* "0x40000000-0x48000000", half-open: what names or moves a byte of it */
	struct phys_range bytes;	/* of `range`; filter_check() sets it */
};

/* -EINVAL: a word that no event of the boot @mm can have; @error names it, and a word that is close. */
int filter_check(struct event_filter *filter, const struct mm *mm, struct mm_error *error);
bool filter_passes(const struct event_filter *filter, const struct mm *mm, const struct mm_event *event);

#endif
