/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * instant.h - a moment of a boot by what people call it.
 *
 *   17                an event's number: when it has happened
 *   end               the last event
 *   paging_init       a step's name: when it has ended
 *   STEP#2            the second step of that name, where a function is called more than once
 *   STEP:enter        as it begins; also of STEP#2
 *   stage:2  3a       a stage: when it is over (a bare 3a is not an event's number, so it will do)
 *   stage:2:enter     as it begins
 */
#ifndef MMSCOPE_INSTANT_H
#define MMSCOPE_INSTANT_H

#include "mmcore/mm.h"

/* NULL or "" is the end.  -ENOENT: there is no such moment; @error says what is like it. */
int instant_find(const struct mm *mm, const char *at, size_t *seq, struct mm_error *error);

/* Steps that have one stage, one after the other: indexes [first, end). */
struct stage_run {
	const char *stage;
	size_t first, end;
	uint32_t first_seq, last_seq;	/* its events: up to the first one of the next stage */
};

/* The stage that begins with step @first; false after the last. */
bool stage_next(const struct mm *mm, size_t first, struct stage_run *ret);

#endif
