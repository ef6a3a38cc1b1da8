/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cards.h - what a run needs to know of a kernel before it is booted, remembered.
 *
 * A server that is asked for thirty boots a second by a hand on a slider reads
 * the same profile for each of them.  It remembers the last few by their bytes.
 */
#ifndef MMSCOPE_CARDS_H
#define MMSCOPE_CARDS_H

#include "mmcore/mm.h"

struct cards;

/* The caller frees it; NULL: out of memory. */
struct cards *cards_new(void);
void cards_free(struct cards *cards);

/* As decode_kernel_card() has them, of the profile @json that is called @where.  Safe from any thread; @cards may be NULL. */
int cards_read(struct cards *cards, const char *json, size_t len, const char *where, uint64_t *text_offset, bool *force,
	       struct mm_error *error);

#endif
