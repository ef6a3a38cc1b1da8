/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diff.h - the longest common subsequence of two lists.
 *
 * Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), in the
 * form that needs linear space: find the middle of a shortest edit script,
 * then both halves.
 */
#ifndef MMSCOPE_DIFF_H
#define MMSCOPE_DIFF_H

#include <stdbool.h>
#include <stddef.h>

/* Lists longer than this are refused. */
#define DIFF_MAX_ITEMS	2000000

/*
 * Marks in @gone the items of @a and in @new the items of @b that are not part
 * of the longest common subsequence.
 * Returns how many are common, or -ENOMEM, -EFBIG.
 */
long diff(const char *const *a, size_t nr_a, const char *const *b, size_t nr_b, bool *gone, bool *new);

#endif
