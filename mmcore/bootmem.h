/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem.h - the older boot allocator: one bit for each page frame.
 *
 * Follows mm/bootmem.c (4.9).  A set bit is a page that is reserved, or a hole.
 * Allocation takes the first fit from low to high addresses, page by page, and
 * lets a small request continue in the partial page of the one before.  The
 * bitmap is held as runs of set bits, so that a large machine costs little.
 */
#ifndef MMSCOPE_BOOTMEM_H
#define MMSCOPE_BOOTMEM_H

#include "kernel.h"
#include "ledger.h"

/* More runs than this is hostile input. */
#define BOOTMEM_MAX_RUNS	16384

/* Set bits [first, end), counted from min_pfn. */
struct bit_run {
	uint64_t first, end;
};

/* bootmem_data_t of the only node. */
struct bootmem {
	const struct mm_kernel *kernel;
	struct trace *trace;
	struct ledger *ledger;
	uint64_t min_pfn, low_pfn;	/* node_min_pfn, node_low_pfn */
	uint64_t map_pfn, map_pages;	/* where the bitmap lies */
	uint64_t last_end_off;		/* bytes from min_pfn where the last allocation ended */
	uint64_t hint_idx;		/* bit where the next search starts */
	struct bit_run *runs;		/* sorted, disjoint, not touching */
	size_t nr, cap;
};

/* Bytes of bitmap for that many pages: bootmap_bytes(). */
uint64_t bootmem_map_bytes(uint64_t pages);

/* init_bootmem_core(): the bitmap lies at @map_pfn; every page starts reserved. */
void bootmem_init(struct bootmem *bm, const struct mm_kernel *kernel, struct trace *trace, struct ledger *ledger,
		  uint64_t map_pfn, uint64_t start_pfn, uint64_t end_pfn);
/* free_bootmem(): only pages wholly inside the range. */
void bootmem_free(struct bootmem *bm, phys_addr_t base, phys_addr_t size, const char *detail);
/* reserve_bootmem(): every page that the range touches; reserving twice is allowed. */
void bootmem_reserve(struct bootmem *bm, phys_addr_t base, phys_addr_t size, const char *detail);
/* alloc_bootmem_bdata(), without the limit first and then without the goal: the address, or 0. */
phys_addr_t bootmem_alloc(struct bootmem *bm, uint64_t size, uint64_t align, phys_addr_t goal, phys_addr_t limit,
			  const char *caller, const char *owner, const char *detail);
/* Next run of clear bits at or after bit *@idx: [*@idx, *@end). */
bool bootmem_next_free(const struct bootmem *bm, uint64_t *idx, uint64_t *end);
uint64_t bootmem_nr_reserved(const struct bootmem *bm);

#endif
