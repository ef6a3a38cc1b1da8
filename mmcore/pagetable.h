/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pagetable.h - which page-table pages exist, and what a mapping still needs.
 *
 * Follows arch/arm64/mm/mmu.c's create_pgd_mapping() walk: a table is taken
 * the first time an entry above it is filled, blocks need no table below.  All
 * tables are single pages from the same allocator, so the walk counts what is
 * missing - in closed form for the aligned middle of a range, so that terabytes
 * cost no more than a page - and takes that many pages at once.
 *
 * The same walk says which entries the mapping goes through or writes, as runs
 * of neighbours.  An entry is told by its level and its index in that level:
 * how many entries of that size lie below it in the root's address range, so
 * that index / entries-per-table is the table and the rest the slot in it.
 */
#ifndef MMSCOPE_PAGETABLE_H
#define MMSCOPE_PAGETABLE_H

#include "memblock.h"

enum pagetable_root { ROOT_SWAPPER, ROOT_IDMAP, ROOT_NR };

#define PGTABLE_MAX_LEVELS	5	/* PTE, PMD, PUD, P4D, PGD */

/* What an entry is after a mapping: points to a table, maps a block, maps a page. */
enum entry_kind { ENTRY_TABLE, ENTRY_BLOCK, ENTRY_PAGE, ENTRY_NR };

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
	unsigned page_shift, levels, va_bits;
	bool pud_blocks;		/* 1 GiB blocks: 4K granule only */
	struct table_set sets[ROOT_NR][PGTABLE_MAX_LEVELS];	/* [root][level]; level 0: PTE tables */
	int64_t next_key;
};

/* Scattered blocks are PMD entries, each aligned wherever it lies: the vmemmap's. */
enum block_use { BLOCKS_NEVER = false, BLOCKS_ALLOWED = true, BLOCKS_SCATTERED };

struct mapping {
	enum pagetable_root root;
	uint64_t va, pa, size;
	enum block_use blocks;
	const char *what;	/* "linear map", "kernel text", ... */
};

/* Entries [first, first + nr) of a level. */
struct entry_run {
	uint64_t first, nr;
};

/* Ascending, disjoint, not touching. */
struct entry_runs {
	struct entry_run *run;
	size_t nr, cap;
};

/* How many tables of each level a mapping adds, and what its walk met and wrote. */
struct table_need {
	uint64_t level[PGTABLE_MAX_LEVELS];
	uint64_t total;
	struct entry_runs entries[ENTRY_NR][PGTABLE_MAX_LEVELS];	/* [kind][level]; the root is levels - 1 */
	bool published;		/* a row has told the entries */
};

/* @va_bits: how much of an address the root translates. */
void pagetable_init(struct pagetable *pt, struct trace *trace, unsigned page_shift, unsigned levels, unsigned va_bits);
/* Marks the tables as existing, says how many were new and which entries lead to the mapping. */
struct table_need pagetable_need(struct pagetable *pt, const struct mapping *map);
/* The tables over [va, va + size) exist already (mapped before the engine's view starts). */
void pagetable_exists(struct pagetable *pt, enum pagetable_root root, uint64_t va, uint64_t size);
/*
 * Publish @nr pages of tables, the first at @base, as one row.  A mapping that
 * needs no table has one row, with @nr 0; one whose tables lie in several places
 * has a row for each.  The first row of a mapping tells its bytes and entries,
 * so that sums over rows count them once.
 */
void pagetable_publish(struct pagetable *pt, const struct mapping *map, struct table_need *need,
		       phys_addr_t base, uint64_t nr, int64_t step);
/* "PUD 1, PMD 1, PTE 507" */
const char *pagetable_need_text(struct pagetable *pt, const struct table_need *need);

#endif
