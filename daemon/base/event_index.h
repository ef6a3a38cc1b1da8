/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event_index.h - where each record of an NDJSON text begins.
 *
 * A record begins with its number, {"seq":N or {"phase":N; numbers ascend, with
 * gaps where records were left out.  `step[i]` counts the events of kind "step" up
 * to and including record i: a stream that is paced by steps needs no other
 * knowledge of them.
 */
#ifndef MMSCOPE_EVENT_INDEX_H
#define MMSCOPE_EVENT_INDEX_H

#include "daemon/base/bytes.h"

struct mm_error;

struct event_index {
	size_t nr;
	size_t *start;		/* nr + 1 of them: the last is the end */
	uint64_t *seq;		/* nr + 1 of them: the last is the number after the last one's */
	uint32_t *step;
};

/* The first record whose number is at least @seq; nr if there is none. */
size_t event_index_find(const struct event_index *index, uint64_t seq);

/* -EBADMSG if a line is no record or out of order, -ENOMEM. */
int event_index_build(struct event_index *index, const struct bytes *ndjson, struct mm_error *error);
void event_index_deinit(struct event_index *index);
size_t event_index_cost(const struct event_index *index);

#endif
