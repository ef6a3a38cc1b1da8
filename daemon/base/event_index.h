/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event_index.h - where each event of an NDJSON text begins.
 *
 * Events are numbered without gaps, so the line of an event is found by
 * subtraction.  `step[i]` counts the events of kind "step" up to and including
 * event i: a stream that is paced by steps needs no other knowledge of them.
 */
#ifndef MMSCOPE_EVENT_INDEX_H
#define MMSCOPE_EVENT_INDEX_H

#include "daemon/base/bytes.h"

struct mm_error;

struct event_index {
	size_t nr;
	uint64_t first_seq;
	size_t *start;		/* nr + 1 of them: the last is the end */
	uint32_t *step;
};

/* -EBADMSG if a line is no event or out of order, -ENOMEM. */
int event_index_build(struct event_index *index, const struct bytes *ndjson, struct mm_error *error);
void event_index_deinit(struct event_index *index);
size_t event_index_cost(const struct event_index *index);

#endif
