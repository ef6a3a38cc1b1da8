/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * moments.h - what makes many questions about the moments of one run cheap.
 *
 * Checkpoints along the log, and each row as JSON, which is written once and then copied.  Rows may be written before
 * anybody asks.  All of it can be done without: what there is no memory for is made anew each time.
 */
#ifndef MMSCOPE_MOMENTS_H
#define MMSCOPE_MOMENTS_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

struct moments;

/* JSON of rows that is kept; further ones are written each time. */
#define MOMENTS_MAX_TEXT	(32u << 20)

/* NULL: no memory.  @mm is borrowed. */
struct moments *moments_new(const struct mm *mm);
void moments_free(struct moments *moments);

/* As mm_state_at(); only such states are for moments_put_rows(). */
int moments_state(const struct moments *moments, size_t seq, struct mm_state **ret);
/* As encode_rows(), with bytes and addresses in hex. */
void moments_put_rows(struct moments *moments, struct bytes *out, const struct mm_state *state, enum mm_table_id table);

/* Write the rows of some further events ahead of time; false: all that will be are written. */
bool moments_prepare(struct moments *moments);

#endif
