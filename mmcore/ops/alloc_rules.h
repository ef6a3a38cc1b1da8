/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alloc_rules.h - what differs between releases once the page allocator is at
 * work; the history is versions/alloc_rules.c.  Of boot: rules.h.
 */
#ifndef MMSCOPE_OPS_ALLOC_RULES_H
#define MMSCOPE_OPS_ALLOC_RULES_H

#include "../versions/history.h"

/* When a CPU that keeps freeing small blocks of several pages gives all it has back. */
enum free_high {
	FREE_HIGH_NEVER,		/* lists hold single pages only */
	FREE_HIGH_BY_FACTOR,		/* after any drain without an allocation since */
	FREE_HIGH_BY_COUNT,		/* after a batch of pages */
	FREE_HIGH_BY_HALF_HIGH,		/* after a batch and half of high_min */
};

/* What is done when a migrate type has no block left; see fallback.c. */
enum live_fallback {
	LIVE_FALLBACK_MOVE,		/* free blocks of another type, or all of a pageblock, change lists */
	LIVE_FALLBACK_BIGGEST,		/* a pageblock is claimed, or the request is cut from the largest block */
	LIVE_FALLBACK_CLAIM,		/* a pageblock is claimed, or the request is cut from the smallest block */
};

struct alloc_rules {
	bool recorded;			/* held against real kernels, operation by operation */
	bool boosts_watermarks;		/* a fallback raises the zone's watermarks for a while */
	bool pcp_orders;		/* per-CPU lists for orders 1 to 3 and for huge pages */
	bool type_kept;			/* a page on a per-CPU list is freed by the type it had when it got there */
	bool auto_high;			/* pcp->high moves between high_min and high_max */
	bool drains_in_batches;		/* what is above high goes back batch by batch */
	bool decays_in_batches;		/* so does what the once-a-second work gives back */
	bool vmstat_says_whether;	/* that work returns whether anything has changed, else how much */
	enum free_high free_high;
	enum live_fallback fallback;
	bool lists_account;		/* counters move with every change of a list, not once an operation */
	bool splits_large_frees;	/* a freed block above a pageblock is freed pageblock by pageblock */
	bool counts_whole_blocks;	/* NR_FREE_PAGES_BLOCKS */
	bool counts_free_highatomic;	/* zone->nr_free_highatomic is what others may not use, else what is reserved */
	bool marks_below_high;		/* ZONE_BELOW_HIGH */
	bool highatomic_needs_percent;	/* nothing is reserved where 1 % of the zone is less than a pageblock */
	bool highatomic_in_buddy;	/* reserved only by blocks that came from the free lists; atomic requests refill no list */
	bool harder_by_gfp_atomic;	/* __GFP_ATOMIC, not the lack of __GFP_DIRECT_RECLAIM, lets a request go deeper */
	bool highatomic_needs_high;	/* only __GFP_HIGH requests use and make the reserve */
	bool highatomic_lends;		/* where nothing else is left any request that may not sleep takes from the reserve */
	bool highatomic_at_once;	/* what is kept for high-order atomic requests serves them before the slow path */
	bool boost_ignored_by_high;	/* __GFP_HIGH ignores the boost at order 0, else __GFP_ATOMIC */
	bool boosted_needs_kswapd;	/* ZONE_BOOSTED_WATERMARK is acted on by requests that may wake kswapd */
	bool skips_awake_nodes;		/* nodes whose kswapd is awake come last */
	bool retries_reserves_once;	/* the slow path starts again when it may ignore policies or marks */
	bool gfp_atomic_bit;		/* GFP_ATOMIC has __GFP_ATOMIC in it */
	bool gfp_nowait_nowarn;		/* GFP_NOWAIT has __GFP_NOWARN in it */
	bool gfp_by_bit;		/* %pGg names single flags in the order of their bits */
	unsigned report_interval, report_burst;	/* so many reports of failures in so many seconds */
	bool mem_info_once_a_second;	/* of a report, Mem-Info has a limit of its own */
	bool silent_without_dma;	/* a GFP_DMA request is not reported where no zone has such pages */
	bool slub_counts_slabs;		/* a CPU's partial slabs are limited in number, else by the objects that are free in them */
	bool slub_thisnode_first;	/* the wanted node is tried alone first */
	bool slub_thisnode_keeps;	/* ... with what the request's own flags leave of GFP_NOWAIT */
	bool slub_refill_reverses;	/* of several partial slabs that fill a sheaf the last one of the list is emptied first */
	bool slub_always_compound;	/* slabs of one page are asked for with __GFP_COMP, too */
	bool slub_recorded;		/* held against caches of real kernels, object by object */
	bool warns_by_place;		/* WARNING: FILE:LINE at FUNCTION, CPU#N, else WARNING: CPU: N PID: N at FILE:LINE */
	bool trace_ends_at_random;	/* ---[ end trace ]--- has a number drawn at random, else 0 */
	bool checks_new_pages;		/* blocks that leave the free lists are looked at, and those with a bad page are left out */
	bool release_batches;		/* release_pages() frees in batches of 31, else all single pages in reverse */
};

void alloc_rules_at(struct alloc_rules *ret, release_t release);

#endif
