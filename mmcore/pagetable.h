/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pagetable.h - which page-table pages exist, and what a mapping still needs.
 *
 * Follows arch/arm64/mm/mmu.c's create_pgd_mapping() walk: a table is taken
 * the first time an entry above it is filled, blocks need no table below.  All
 * tables are single pages from the same allocator, so the walk counts what is
 * missing - in closed form for the aligned middle of a range, so that terabytes
 * cost no more than a page - and takes that many pages at once.
 */
#ifndef MMSCOPE_PAGETABLE_H
#define MMSCOPE_PAGETABLE_H

#include "memblock.h"

enum pagetable_root { ROOT_SWAPPER, ROOT_IDMAP, ROOT_NR };

#define PGTABLE_MAX_LEVELS	5	/* PTE, PMD, PUD, P4D, PGD */

/* Indexes of the tables that exist: sorted, disjoint, not touching; [first, last]. */
struct table_range {
	uint64_t first, last;
};

struct table_set {
	struct table_range *ranges;
	size_t nr, cap;
};

struct pagetable {
	struct trace *trace;
	unsigned page_shift, levels;
	bool pud_blocks;		/* 1 GiB blocks: 4K granule only */
	struct table_set sets[ROOT_NR][PGTABLE_MAX_LEVELS];	/* [root][level]; level 0: PTE tables */
	int64_t next_key;
};

struct mapping {
	enum pagetable_root root;
	uint64_t va, pa, size;
	bool blocks;		/* block mappings allowed */
	const char *what;	/* "linear map", "kernel text", ... */
};

/* How many tables of each level a mapping adds. */
struct table_need {
	uint64_t level[PGTABLE_MAX_LEVELS];
	uint64_t total;
};

void pagetable_init(struct pagetable *pt, struct trace *trace, unsigned page_shift, unsigned levels);
/* Marks the tables as existing and says how many were new. */
struct table_need pagetable_need(struct pagetable *pt, const struct mapping *map);
/* The tables over [va, va + size) exist already (mapped before the engine's view starts). */
void pagetable_exists(struct pagetable *pt, enum pagetable_root root, uint64_t va, uint64_t size);
/* Publish @nr pages of tables, the first at @base, as one row. */
void pagetable_publish(struct pagetable *pt, const struct mapping *map, const struct table_need *need,
		       phys_addr_t base, uint64_t nr, int64_t step);
/* "PUD 1, PMD 1, PTE 507" */
const char *pagetable_need_text(struct pagetable *pt, const struct table_need *need);

#endif
