/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.h - what differs between kernel versions, as data.
 *
 * One row per version family in rules.c.  A difference that is a choice
 * between two known behaviours is a field here; a difference in order is a row
 * of boot.c's step tables; a different algorithm is a function of its own that
 * a step table names.
 */
#ifndef MMSCOPE_RULES_H
#define MMSCOPE_RULES_H

#include "types.h"

enum sequence { SEQ_4_9, SEQ_5_10, SEQ_6_1, SEQ_6_7, SEQ_6_12, SEQ_7_2, SEQ_NR };

struct rules {
	enum sequence sequence;
	const char *name;		/* "6.7" */
	unsigned version, patchlevel;	/* first kernel this row describes well */

	/* memblock */
	unsigned single_pass_margin;	/* add_range inserts in one pass if cnt*2+1+margin <= max; UINT_MAX: never */
	bool empty_type_counts_one;	/* an empty array has cnt 1 */
	bool memory_array_efi;		/* 1024 memory regions with CONFIG_EFI */
	bool reserved_array_its;	/* 128+NR_CPUS+1 reserved regions with EFI and GICv3 ITS */
	bool resize_panics;		/* growing too early is a panic, not an error */
	bool reserve_no_node_is_minus1;	/* memblock_reserve() stores NUMA_NO_NODE */
	bool numa_no_node_is_minus1;	/* both -1 and MAX_NUMNODES mean "no node" */
	bool alloc_marks_kern;		/* allocations carry RSRV_KERN and their nid */
	bool phys_alloc_logged;		/* memblock_phys_alloc_range prints its request */
	bool remove_logged;
	bool log_reserve_flags;		/* 7.2: __memblock_reserve: [..] nid=.. flags=.. */
	bool log_short_addresses;	/* 4.9: %#016llx and "flags 0x0" */
	const char *free_name;		/* what memblock_phys_free() prints as */
	bool skip_driver_managed;

	/* arm64 */
	bool kernel_reserved_from_text;	/* [_text, _end), else [_stext, _end) */
	bool remove_above_pa;		/* memblock_remove above the PA range */
	bool info_line_per_reserved_node;	/* OF: reserved mem: 0x.. (n KiB) map ... */
	bool reserved_mem_sort_stable;	/* ties by node offset */
	bool dynamic_alloc_direction;	/* alloc-ranges may switch to bottom-up */
	bool init_pg_dir_freed;
	bool numa_memblks;		/* generic numa_memblks code */
	bool crash_page_mappings;	/* crashkernel= forces page mappings */

	/* zones */
	bool zone_dma_bits;		/* DMA limit rounded up to a power of two */
	bool managed_is_present;	/* initial managed pages */
	bool max_order_exclusive;
	bool cma_align_max_order;	/* CMA alignment max(MAX_ORDER-1, pageblock) */

	/* zonelists */
	bool fallback_order_line;
	bool local_node_first;		/* also when it has no memory */
	bool node_load_assigned;	/* node_load[n] = decreasing load (4.9, 5.10) */
	bool zonelists_need_managed;	/* zone qualifies if managed, else if present */
	bool zone_order;		/* set_zonelist_order(): node or zone */

	/* hashes and page lists */
	bool hash_order_ilog2;		/* prints ilog2(size) - PAGE_SHIFT */
	bool pcp_lists_per_order;
	bool pcp_auto_tuned;		/* high_min / high_max */

	/* watermarks, zoneinfo */
	bool wmark_movable_clamped;	/* ZONE_MOVABLE min = clamp(managed/1024, 32, 128) */
	bool zoneinfo_promo;
	bool zoneinfo_boost;
	bool zoneinfo_high_min_max;
};

const struct rules *rules_for(unsigned version, unsigned patchlevel);

#endif
