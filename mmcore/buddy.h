/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buddy.h - the page allocator: free blocks of 2^order pages per zone, order
 * and migrate type, in the kernel's list order.
 *
 * Follows mm/page_alloc.c (4.9 to 7.2): merging of buddies, which end of a
 * list a block is put at, splitting, and what is done when a migrate type has
 * no block left.  Page frames are never stored one by one: a list holds runs
 * of equal blocks that lie back to back, so a large machine costs a few runs.
 *
 * Until setup_per_cpu_pageset() every zone uses boot_pageset (high 0, batch
 * 1), which takes one page when asked for one and gives it back at once; so
 * the per-CPU lists are always empty here and no step through them is needed.
 */
#ifndef MMSCOPE_BUDDY_H
#define MMSCOPE_BUDDY_H

#include "ledger.h"
#include "memblock.h"
#include "node.h"

/* Orders 0 to 15: more than any arm64 configuration has (64K pages: 13). */
#define BUDDY_NR_ORDERS	16

/* __alloc_pages() found nothing. */
#define BUDDY_NO_PAGE	UINT64_MAX

/*
 * Handing memory over is one event per free range up to 256 ranges.  Above
 * that, events cover several ranges each, so that (events x ranges) stays
 * below this: what an event publishes grows with the number of ranges.
 */
#define BUDDY_FREE_EVENT_BUDGET	65536

enum migratetype {
	MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE,
	MIGRATE_HIGHATOMIC, MIGRATE_CMA, MIGRATE_ISOLATE, MIGRATE_TYPES
};
#define MIGRATE_PCPTYPES	3	/* the first three can replace each other */

/* @nr blocks of one order, back to back from @pfn, next to each other in their list. */
struct buddy_run {
	uint64_t pfn, nr;
	struct buddy_run *prev, *next;	/* in the list */
	uint8_t order, type;
	bool descending;		/* the highest block comes first in the list */
};

struct buddy_list {
	struct buddy_run *head, *tail;
	uint64_t nr_free;		/* blocks */
	bool dirty, published;		/* its row in the table */
};

struct buddy_zone {
	struct zone *zone;
	struct buddy_list lists[BUDDY_NR_ORDERS][MIGRATE_TYPES];
	struct buddy_run **index;	/* all runs, by pfn */
	size_t nr, cap;
	uint64_t free_pages;
};

/* Pageblocks [start, end) that are not MIGRATE_MOVABLE, as pfns. */
struct pageblock_range {
	uint64_t start, end;
	enum migratetype type;
};

struct page_request;

struct buddy {
	const struct mm_kernel *kernel;
	struct trace *trace;
	struct ledger *ledger;
	struct nodes *nodes;
	const struct memblock *memblock;
	struct buddy_zone **zones;	/* [max_numnodes * MAX_NR_ZONES], NULL until used */
	struct pageblock_range *blocks;	/* sorted */
	size_t nr_blocks, cap_blocks;
	struct buddy_run *spare;	/* runs to use again */
	bool mobility_disabled;		/* page_group_by_mobility_disabled */
	/* Told of each request that came to nothing, to report it as warn_alloc() does; NULL: nobody. */
	void (*failed)(void *ctx, const struct page_request *request);
	void *failed_ctx;
};

void buddy_init(struct buddy *buddy, const struct mm_kernel *kernel, const struct memblock *memblock,
		struct nodes *nodes);

/*
 * __free_pages_memory() and what it calls: hand the pages [start, end) of node
 * @nid to their zones in chunks as large as alignment allows.  Chunks whose
 * struct pages are deferred stay out.  Makes no event.  Returns the pages
 * handed over, managed_pages included.
 */
uint64_t buddy_free_boot_pages(struct buddy *buddy, uint64_t start, uint64_t end, int nid);

/* Free one block; at the list's tail if @to_tail, else where __free_one_page() puts it. */
void buddy_free_block(struct buddy *buddy, struct zone *zone, uint64_t pfn, unsigned order, bool to_tail);
/*
 * Free the blocks of @order that make up [start, end), none of which is free, one after the other: __free_pages() of each.
 * Both ends are aligned to the order.  A range of many TiB takes no longer than one of a few MiB.
 */
void buddy_free_blocks(struct buddy *buddy, struct zone *zone, uint64_t start, uint64_t end, unsigned order);

/* The pageblocks [start, end) change their type; their free blocks stay where they are. */
void buddy_set_type(struct buddy *buddy, uint64_t start, uint64_t end, enum migratetype type);

/* What __alloc_pages() is asked for. */
struct page_request {
	unsigned order;
	enum migratetype type;
	enum zone_type highest;		/* gfp_zone() */
	int nid;			/* whose zonelist */
	bool thisnode;			/* __GFP_THISNODE */
	unsigned gfp;			/* flags as a report of failure names them; GFP_NOWARN: there is none */
	const char *fn;			/* the caller's name, for the ledger */
};

/*
 * First page of a block, or BUDDY_NO_PAGE.  On success the newest event is the
 * allocation's, with @why on it, and the ledger has the new owner.
 */
uint64_t buddy_alloc_pages(struct buddy *buddy, const struct page_request *request, const struct why *why);
/*
 * The same without an event of its own, ledger or tables: the caller makes
 * them for many at once.  Deferred struct pages may still make an event.
 */
uint64_t buddy_take_pages(struct buddy *buddy, const struct page_request *request);

/*
 * Pages that requests of this kind can still take from the zones of their
 * zonelist before these reach their minimum watermarks.
 */
uint64_t buddy_pages_above_mark(const struct buddy *buddy, const struct page_request *request);

/* Put what changed since the last call into the tables freelists and zones (those with changed lists). */
void buddy_publish(struct buddy *buddy);

/* The first free pages [*start, *end) of the zone that end above @pfn; false if there are none. */
bool buddy_next_free(const struct buddy *buddy, const struct zone *zone, uint64_t pfn, uint64_t *start, uint64_t *end);
uint64_t buddy_nr_free(const struct buddy *buddy, const struct zone *zone);
/* NULL if the zone never had a free page. */
const struct buddy_zone *buddy_zone_of(const struct buddy *buddy, const struct zone *zone);
/* "MIGRATE_MOVABLE" */
const char *migratetype_name(enum migratetype type);

#endif
