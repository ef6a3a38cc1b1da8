/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pagetable.h - which page-table pages exist, and how many a mapping still needs. */
#ifndef MMSCOPE_PAGETABLE_H
#define MMSCOPE_PAGETABLE_H

#include "memblock.h"

enum pagetable_root { ROOT_SWAPPER, ROOT_IDMAP, ROOT_NR };

#define PGTABLE_MAX_LEVELS	5	/* PTE, PMD, PUD, P4D, PGD */

/* Tables of one level of one root that exist: sorted, disjoint index ranges [first, last]. */
struct table_set {
	struct table_range { uint64_t first, last; } *ranges;
	size_t nr, cap;
};

struct pagetable {
	struct trace *trace;
	unsigned page_shift, levels;
	struct table_set sets[ROOT_NR][PGTABLE_MAX_LEVELS];	/* [root][level]: level 0 holds PTE tables */
	uint64_t nr_tables;
	int64_t next_key;
};

#endif
