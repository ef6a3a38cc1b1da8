/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zone_machine.h"

#include "mmcore/buddy.h"

#include <stdio.h>
#include <stdlib.h>

static struct zone_machine m;
static struct ledger ledger;
static struct memblock memblock;
static struct buddy buddy;
static struct zone *zone;
static struct zoneref refs[2];
static struct memblock_region region;

/* One node with one zone over [start, start + pages), orders 0 to 10, nothing free yet. */
static void one_zone(unsigned version, unsigned patchlevel, uint64_t start, uint64_t pages)
{
	zone_machine_init(&m, version, patchlevel);
	memset(&ledger, 0, sizeof(ledger));
	memset(&memblock, 0, sizeof(memblock));
	memset(&buddy, 0, sizeof(buddy));
	m.kernel->max_order = 10;
	m.kernel->pageblock_order = 9;
	m.kernel->pages_per_section = 32768;
	add_node(&m, 0);
	zone = add_zone(&m, 0, ZONE_NORMAL, pages, 0);
	zone->start_pfn = start;
	zone->initial_managed_pages = pages;
	m.node[0].start_pfn = start;
	m.node[0].spanned_pages = pages;
	m.node[0].first_deferred_pfn = UINT64_MAX;
	refs[0].zone = zone;
	m.node[0].fallback = m.node[0].nofallback = refs;
	m.node[0].nr_fallback = m.node[0].nr_nofallback = 1;
	ledger_init(&ledger, &m.trace);
	memblock_init(&memblock, m.kernel, &m.trace, &ledger);
	region = (struct memblock_region){ .base = start << 12, .size = pages << 12 };
	memblock.memory.regions = &region;
	memblock.memory.cnt = 1;
	buddy_init(&buddy, m.kernel, &memblock, &m.nodes);
	trace_event(&m.trace, MM_NOTE, "test");
	ledger_add_ram(&ledger, start << 12, pages << 12);
}

/* A list's blocks as text: "0x100 0x102", runs of more than four as "first x count". */
static const char *list(unsigned order, enum migratetype type)
{
	static char text[512];
	const struct buddy_zone *bz = buddy_zone_of(&buddy, zone);
	size_t len = 0;

	*text = '\0';
	for (const struct buddy_run *run = bz->lists[order][type].head; run; run = run->next) {
		uint64_t size = UINT64_C(1) << order, pfn = run->pfn;

		if (run->nr > 4) {
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%#llx x %llu%s", len ? " " : "",
						(unsigned long long)pfn, (unsigned long long)run->nr,
						run->descending ? " down" : "");
			continue;
		}
		for (uint64_t i = 0; i < run->nr; i++) {
			pfn = run->pfn + (run->descending ? run->nr - 1 - i : i) * size;
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%#llx", len ? " " : "", (unsigned long long)pfn);
		}
	}
	return text;
}

static uint64_t alloc(unsigned order, enum migratetype type)
{
	const struct page_request request = { .order = order, .type = type, .highest = ZONE_NORMAL, .fn = "test" };

	return buddy_alloc_pages(&buddy, &request, WHY("test"));
}

/* Pageblocks 0x400-0x5ff and 0x600-0x7ff: the second belongs to a CMA area. */
static void half_is_cma(unsigned version, unsigned patchlevel)
{
	one_zone(version, patchlevel, 0x400, 4096);
	assert_int_equal(mm_kernel_set_number(m.kernel, "config", "CMA", 1), 0);
	buddy_set_type(&buddy, 0x600, 0x800, MIGRATE_CMA);
	buddy_free_boot_pages(&buddy, 0x400, 0x600, 0);
	buddy_free_block(&buddy, zone, 0x600, 9, false);
}

static void done(void)
{
	assert_true(ledger_check(&ledger));
	zone_machine_deinit(&m);
}

/*
 * pfn  0x401  402   404        408   ...  0x800 0x803
 *        [0 ][ 1  ][   2   ][    3  ] ...      |1 |0|
 * Each chunk is as large as its first page allows and the range has room for.
 */
static void a_range_is_cut_where_alignment_and_its_end_say(void **state)
{
	(void)state;
	one_zone(6, 7, 0, 4096);
	assert_int_equal(buddy_free_boot_pages(&buddy, 0x401, 0x803, 0), 0x402);
	assert_string_equal(list(0, MIGRATE_MOVABLE), "0x401 0x802");
	assert_string_equal(list(1, MIGRATE_MOVABLE), "0x402 0x800");
	assert_string_equal(list(9, MIGRATE_MOVABLE), "0x600");
	assert_string_equal(list(10, MIGRATE_MOVABLE), "");
	assert_int_equal(buddy_nr_free(&buddy, zone), 0x402);
	assert_int_equal(zone->managed_pages, 0x402);
	done();
}

/* 0x10..0x13 is free, then 0x14..0x17 comes: one block of order 3 at the tail. */
static void buddies_merge_and_go_to_the_tail(void **state)
{
	(void)state;
	one_zone(6, 7, 0, 4096);
	buddy_free_boot_pages(&buddy, 0x10, 0x14, 0);
	buddy_free_boot_pages(&buddy, 0x28, 0x30, 0);
	buddy_free_boot_pages(&buddy, 0x14, 0x18, 0);
	assert_string_equal(list(2, MIGRATE_MOVABLE), "");
	assert_string_equal(list(3, MIGRATE_MOVABLE), "0x28 0x10");
	done();
}

/* 4.9 puts what it frees at the head: the last block comes first. */
static void before_5_10_blocks_go_to_the_head(void **state)
{
	(void)state;
	one_zone(4, 9, 0, 16384);
	buddy_free_boot_pages(&buddy, 0x400, 0x2c00, 0);
	assert_string_equal(list(10, MIGRATE_MOVABLE), "0x400 x 10 down");
	assert_int_equal(alloc(0, MIGRATE_MOVABLE), 0x2800);
	done();
}

/* 4.9: a block whose pair could merge further waits at the tail:
 *   0x18 free (order 3); now 0x10 (order 2), whose pair 0x10-0x17 would merge with 0x18. */
static void before_5_10_a_block_likely_to_merge_waits_at_the_tail(void **state)
{
	(void)state;
	one_zone(4, 9, 0, 4096);
	buddy_free_boot_pages(&buddy, 0x18, 0x20, 0);
	buddy_free_boot_pages(&buddy, 0x40, 0x44, 0);
	buddy_free_boot_pages(&buddy, 0x10, 0x14, 0);
	assert_string_equal(list(2, MIGRATE_MOVABLE), "0x40 0x10");
	done();
}

/*
 * Nothing is unmovable yet: the first block of the largest order changes its
 * type, and its upper halves become the heads of the unmovable lists.
 */
static void the_first_unmovable_page_claims_the_first_largest_block(void **state)
{
	(void)state;
	one_zone(6, 7, 0, 16384);
	buddy_free_boot_pages(&buddy, 0x400, 0x1400, 0);
	assert_int_equal(alloc(0, MIGRATE_UNMOVABLE), 0x400);
	assert_int_equal(alloc(1, MIGRATE_UNMOVABLE), 0x402);
	assert_string_equal(list(0, MIGRATE_UNMOVABLE), "0x401");
	assert_string_equal(list(1, MIGRATE_UNMOVABLE), "");
	assert_string_equal(list(9, MIGRATE_UNMOVABLE), "0x600");
	assert_string_equal(list(10, MIGRATE_MOVABLE), "0x800 0xc00 0x1000");
	assert_int_equal(alloc(0, MIGRATE_RECLAIMABLE), 0x800);
	done();
}

/*
 * Too little left for a whole pageblock of its own: of [0x200, 0x240) free in
 * a movable pageblock all other pages count as compatible, so 6.7 and 6.12
 * claim it; 4.9 counts free pages only and leaves the block movable.
 */
static void a_pageblock_in_use_may_be_claimed(void **state)
{
	static const unsigned versions[][2] = { { 4, 9 }, { 6, 7 }, { 6, 12 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		one_zone(versions[i][0], versions[i][1], 0, 4096);
		buddy_free_boot_pages(&buddy, 0x200, 0x240, 0);
		assert_int_equal(alloc(0, MIGRATE_UNMOVABLE), 0x200);
		assert_string_equal(list(5, MIGRATE_UNMOVABLE), "0x220");
		assert_int_equal(buddy.nr_blocks, versions[i][0] == 4 ? 0 : 1);
		done();
	}
}

static void a_freed_block_merges_back(void **state)
{
	uint64_t pfn;

	(void)state;
	one_zone(6, 12, 0, 4096);
	buddy_free_boot_pages(&buddy, 0x400, 0x800, 0);
	pfn = alloc(3, MIGRATE_UNMOVABLE);
	buddy_free_block(&buddy, zone, pfn, 3, true);
	assert_string_equal(list(10, MIGRATE_UNMOVABLE), "0x400");
	assert_int_equal(buddy_nr_free(&buddy, zone), 0x400);
	done();
}

/* Struct pages above 0x8000 are deferred: not handed over, not managed. */
static void deferred_pages_stay_out(void **state)
{
	(void)state;
	one_zone(6, 12, 0, 0x20000);
	m.node[0].first_deferred_pfn = 0x8000;
	assert_int_equal(buddy_free_boot_pages(&buddy, 0x400, 0x20000, 0), 0x7c00);
	assert_string_equal(list(10, MIGRATE_MOVABLE), "0x400 x 31");
	assert_int_equal(zone->managed_pages, 0x7c00);
	done();
}

/*
 * Memory begins in the middle of a pageblock, whose first page nobody
 * initialises: what is free there is unmovable.
 *   0x600       0x700       0x800
 *     |   hole   [  UNMOVABLE ][ MOVABLE ...
 */
static void a_pageblock_that_begins_in_a_hole_is_unmovable(void **state)
{
	(void)state;
	one_zone(6, 12, 0x700, 0x1000);
	buddy_free_boot_pages(&buddy, 0x700, 0xc00, 0);
	assert_string_equal(list(8, MIGRATE_UNMOVABLE), "0x700");
	assert_string_equal(list(10, MIGRATE_MOVABLE), "0x800");
	done();
}

/*
 * The first page of a pageblock is deferred and reserved.  Reserving it, 7.2
 * makes its block movable; 6.12 leaves it unmovable.
 *   0x8000      0x8100      0x8200
 *     | reserved  [   free    ...
 */
static void a_deferred_pageblock_that_begins_reserved(void **state)
{
	static const struct {
		unsigned version, patchlevel;
		enum migratetype type;
	} kernels[] = { { 6, 12, MIGRATE_UNMOVABLE }, { 7, 2, MIGRATE_MOVABLE } };
	struct memblock_region reserved = { .base = 0x8000000, .size = 0x100000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++) {
		one_zone(kernels[i].version, kernels[i].patchlevel, 0, 0x20000);
		memblock.reserved.regions = &reserved;
		memblock.reserved.cnt = 1;
		m.node[0].first_deferred_pfn = 0x8000;
		assert_int_equal(buddy_free_boot_pages(&buddy, 0x8100, 0x8200, 0), 0);
		m.node[0].first_deferred_pfn = UINT64_MAX;
		assert_int_equal(buddy_free_boot_pages(&buddy, 0x8100, 0x8200, 0), 0x100);
		assert_string_equal(list(8, kernels[i].type), "0x8100");
		memblock.reserved.regions = NULL;
		memblock.reserved.cnt = 0;
		done();
	}
}

/* With no page left the zone grows by a section, and the allocation succeeds. */
static void a_zone_without_pages_grows_by_a_section(void **state)
{
	(void)state;
	one_zone(6, 12, 0, 0x20000);
	m.node[0].first_deferred_pfn = 0x8000;
	assert_int_equal(alloc(0, MIGRATE_UNMOVABLE), 0x8000);
	assert_int_equal(m.node[0].first_deferred_pfn, 0x10000);
	assert_int_equal(zone->managed_pages, 0x8000);
	done();
}

static void no_page_anywhere_is_no_page(void **state)
{
	(void)state;
	one_zone(6, 7, 0, 4096);
	assert_true(alloc(0, MIGRATE_UNMOVABLE) == BUDDY_NO_PAGE);
	buddy_free_boot_pages(&buddy, 0x10, 0x12, 0);
	assert_true(alloc(2, MIGRATE_UNMOVABLE) == BUDDY_NO_PAGE);
	done();
}

/* 64 TiB: sixteen million blocks in one run. */
static void a_large_machine_costs_a_run(void **state)
{
	uint64_t pages = UINT64_C(1) << 34;

	(void)state;
	one_zone(6, 7, 0, pages);
	buddy_free_boot_pages(&buddy, 0, pages, 0);
	assert_string_equal(list(10, MIGRATE_MOVABLE), "0 x 16777216");
	buddy_publish(&buddy);
	assert_true(m.arena.total < MIB(1));
	done();
}

/* What was published is what the lists are: row by row, in order. */
static void the_table_follows_the_lists(void **state)
{
	const struct trace_rows *rows = &m.trace.rows[MM_FREELISTS];
	size_t w = mm_table_def(MM_FREELISTS)->nr_columns;

	(void)state;
	one_zone(6, 7, 0, 4096);
	buddy_free_boot_pages(&buddy, 0x400, 0x800, 0);
	buddy_publish(&buddy);
	assert_int_equal(rows->nr, 1);
	alloc(8, MIGRATE_UNMOVABLE);
	assert_int_equal(rows->nr, 2);
	assert_string_equal(rows->v[0].s, "0/Normal/8/MIGRATE_UNMOVABLE");
	assert_string_equal(rows->v[w].s, "0/Normal/9/MIGRATE_UNMOVABLE");
	assert_int_equal(rows->v[w + 6].list->v[0], 0x600);
	done();
}

/*
 * pfn 0x400      0x600      0x800
 *     [ movable  ][   CMA   ]
 * Movable requests use the CMA area when the rest is gone, or already when it is more than half of what is free.
 */
static void movable_requests_may_use_cma_areas(void **state)
{
	(void)state;
	half_is_cma(6, 12);
	assert_int_equal(alloc(0, MIGRATE_MOVABLE), 0x400);
	assert_int_equal(alloc(0, MIGRATE_MOVABLE), 0x600);
	assert_int_equal(alloc(8, MIGRATE_MOVABLE), 0x500);
	assert_int_equal(alloc(8, MIGRATE_MOVABLE), 0x700);
	assert_int_equal(alloc(8, MIGRATE_MOVABLE), BUDDY_NO_PAGE);
	done();
}

static void before_5_8_cma_areas_come_last(void **state)
{
	(void)state;
	half_is_cma(5, 7);
	assert_int_equal(alloc(0, MIGRATE_MOVABLE), 0x400);
	assert_int_equal(alloc(0, MIGRATE_MOVABLE), 0x401);
	assert_int_equal(alloc(8, MIGRATE_MOVABLE), 0x500);
	assert_int_equal(alloc(8, MIGRATE_MOVABLE), 0x600);
	done();
}

static void nothing_else_uses_cma_areas(void **state)
{
	(void)state;
	half_is_cma(6, 12);
	assert_int_equal(alloc(9, MIGRATE_UNMOVABLE), 0x400);
	assert_int_equal(alloc(0, MIGRATE_UNMOVABLE), BUDDY_NO_PAGE);
	assert_int_equal(alloc(9, MIGRATE_MOVABLE), 0x600);
	done();
}

/* 1024 pages, 300 of them below the mark, and 200 more kept from requests that could be served by ZONE_MOVABLE. */
static void requests_stop_at_the_minimum_watermark(void **state)
{
	struct page_request request = { .order = 9, .type = MIGRATE_UNMOVABLE, .highest = ZONE_NORMAL, .fn = "test" };

	(void)state;
	one_zone(6, 12, 0x400, 1024);
	buddy_free_boot_pages(&buddy, 0x400, 0x800, 0);
	zone->watermark[WMARK_MIN] = 300;
	zone->lowmem_reserve[ZONE_MOVABLE] = 200;
	assert_int_equal(buddy_pages_above_mark(&buddy, &request), 724);
	assert_int_equal(buddy_take_pages(&buddy, &request), 0x400);
	assert_int_equal(buddy_take_pages(&buddy, &request), BUDDY_NO_PAGE);
	assert_int_equal(buddy_pages_above_mark(&buddy, &request), 212);
	request.highest = ZONE_MOVABLE;
	assert_int_equal(buddy_pages_above_mark(&buddy, &request), 12);
	request.order = 3;
	assert_int_not_equal(buddy_take_pages(&buddy, &request), BUDDY_NO_PAGE);
	assert_int_equal(buddy_take_pages(&buddy, &request), BUDDY_NO_PAGE);
	zone_machine_deinit(&m);
}

/* Two whole pageblocks that are no buddies, 0x400 and 0xa00, of these types; -1: not there. */
static void two_blocks(unsigned version, unsigned patchlevel, int first, int second)
{
	one_zone(version, patchlevel, 0, 4096);
	if (first >= 0) {
		buddy_set_type(&buddy, 0x400, 0x600, (enum migratetype)first);
		buddy_free_block(&buddy, zone, 0x400, 9, true);
	}
	if (second >= 0) {
		buddy_set_type(&buddy, 0xa00, 0xc00, (enum migratetype)second);
		buddy_free_block(&buddy, zone, 0xa00, 9, true);
	}
}

/* Unmovable and reclaimable take from each other before they take from movable; movable takes from reclaimable first. */
static void types_have_an_order_to_fall_back_in(void **state)
{
	static const enum migratetype order[][3] = {
		{ MIGRATE_UNMOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
		{ MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
		{ MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
	};
	static const unsigned versions[][2] = { { 4, 9 }, { 6, 7 }, { 7, 2 } };

	(void)state;
	for (size_t v = 0; v < ARRAY_SIZE(versions); v++)
		for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
			const unsigned *version = versions[v];

			two_blocks(version[0], version[1], (int)order[i][2], (int)order[i][1]);
			assert_int_equal(alloc(0, order[i][0]), 0xa00);
			done();
			two_blocks(version[0], version[1], (int)order[i][1], (int)order[i][2]);
			assert_int_equal(alloc(0, order[i][0]), 0x400);
			done();
			two_blocks(version[0], version[1], (int)order[i][2], -1);
			assert_int_equal(alloc(0, order[i][0]), 0x400);
			done();
			/* What is left of a whole pageblock belongs to who took it. */
			two_blocks(version[0], version[1], -1, (int)order[i][2]);
			assert_int_equal(alloc(8, order[i][0]), 0xa00);
			assert_string_equal(list(8, order[i][0]), "0xb00");
			done();
			two_blocks(version[0], version[1], MIGRATE_HIGHATOMIC, MIGRATE_ISOLATE);
			assert_true(alloc(0, order[i][0]) == BUDDY_NO_PAGE);
			done();
		}
}

/* The type of the pageblock at 0x200 or 0x400, as listed; movable if it is not. */
static enum migratetype listed_type(void)
{
	return buddy.nr_blocks ? buddy.blocks[0].type : MIGRATE_MOVABLE;
}

/*
 * pfn 0x200       0x300       0x400       0x500       0x600
 *       [      pageblock      ][      pageblock      ]
 * A pageblock is taken over whole only if at least half of it is free, or counts as alike, and the zone has all of it: 7.2 wants
 * both ends; 6.7 goes without the pages below the zone's start, and moves the one block only if the zone ends too early.
 */
static void a_pageblock_is_claimed_within_its_zone(void **state)
{
	static const struct {
		unsigned version, patchlevel;
		uint64_t start, end, free_start, free_end;
		enum migratetype was, want;
		uint64_t pfn;
		enum migratetype left, block;
		unsigned order;
		const char *blocks;
	} rows[] = {
		{ 7, 2, 0x200, 0x400, 0x200, 0x240, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE, 0x200, MIGRATE_UNMOVABLE, MIGRATE_UNMOVABLE, 5, "0x220" },
		{ 6, 7, 0x200, 0x400, 0x200, 0x240, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE, 0x200, MIGRATE_UNMOVABLE, MIGRATE_UNMOVABLE, 5, "0x220" },
		/* The zone ends within the pageblock. */
		{ 7, 2, 0x200, 0x500, 0x400, 0x500, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE, 0x400, MIGRATE_MOVABLE, MIGRATE_MOVABLE, 7, "0x480" },
		{ 6, 7, 0x200, 0x500, 0x400, 0x500, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE, 0x400, MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, 7, "0x480" },
		{ 7, 2, 0x200, 0x5ff, 0x400, 0x500, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE, 0x400, MIGRATE_MOVABLE, MIGRATE_MOVABLE, 7, "0x480" },
		{ 7, 2, 0x200, 0x600, 0x400, 0x500, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE, 0x400, MIGRATE_UNMOVABLE, MIGRATE_UNMOVABLE, 7, "0x480" },
		/* It begins there: what is free is unmovable, for the pageblock's first page is nobody's. */
		{ 7, 2, 0x300, 0x600, 0x300, 0x400, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, 0x300, MIGRATE_UNMOVABLE, MIGRATE_UNMOVABLE, 7, "0x380" },
		{ 6, 7, 0x300, 0x600, 0x300, 0x400, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, 0x300, MIGRATE_RECLAIMABLE, MIGRATE_RECLAIMABLE, 7, "0x380" },
		/* Half of it free, and a little less; nothing in a reclaimable pageblock is alike. */
		{ 7, 2, 0x200, 0x600, 0x300, 0x400, MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE, 0x300, MIGRATE_UNMOVABLE, MIGRATE_UNMOVABLE, 7, "0x380" },
		{ 7, 2, 0x200, 0x600, 0x310, 0x400, MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE, 0x310, MIGRATE_RECLAIMABLE, MIGRATE_RECLAIMABLE, 3, "0x318" },
		/* A movable request takes the smallest block where no large one is to be had; 6.7 moves the rest too. */
		{ 7, 2, 0x200, 0x600, 0x310, 0x320, MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE, 0x310, MIGRATE_RECLAIMABLE, MIGRATE_RECLAIMABLE, 3, "0x318" },
		{ 4, 9, 0x200, 0x600, 0x300, 0x400, MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE, 0x300, MIGRATE_UNMOVABLE, MIGRATE_UNMOVABLE, 7, "0x380" },
		{ 4, 9, 0x200, 0x600, 0x310, 0x320, MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE, 0x310, MIGRATE_UNMOVABLE, MIGRATE_RECLAIMABLE, 3, "0x318" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t pfn;

		one_zone(rows[i].version, rows[i].patchlevel, rows[i].start, rows[i].end - rows[i].start);
		buddy.mobility_disabled = false;
		if (rows[i].was != MIGRATE_MOVABLE)
			buddy_set_type(&buddy, 0x200, 0x400, rows[i].was);
		buddy_free_boot_pages(&buddy, rows[i].free_start, rows[i].free_end, 0);
		pfn = alloc(0, rows[i].want);
		if (pfn != rows[i].pfn || listed_type() != rows[i].block || strcmp(list(rows[i].order, rows[i].left), rows[i].blocks))
			fail_msg("row %zu: %#llx, block %d, left %s", i, (unsigned long long)pfn, listed_type(), list(rows[i].order, rows[i].left));
		done();
	}
}

/* "200-400:0 ...": what is not movable. */
static const char *types(void)
{
	static char text[256];
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < buddy.nr_blocks; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%llx-%llx:%d", i ? " " : "", (unsigned long long)buddy.blocks[i].start,
					(unsigned long long)buddy.blocks[i].end, buddy.blocks[i].type);
	return text;
}

/*
 *   0x200  0x400  0x600  0x800  0xa00
 *     [ U ][ C ][ C ][ C ]           then the middle changes: neighbours alike are one range, movable ones are not listed
 */
static void types_of_pageblocks_are_ranges(void **state)
{
	static const struct { uint64_t start, end; enum migratetype type; const char *now; } rows[] = {
		{ 0x400, 0xa00, MIGRATE_CMA, "400-a00:4" },
		{ 0x200, 0x400, MIGRATE_UNMOVABLE, "200-400:0 400-a00:4" },
		{ 0x600, 0x800, MIGRATE_RECLAIMABLE, "200-400:0 400-600:4 600-800:2 800-a00:4" },
		{ 0x400, 0x600, MIGRATE_UNMOVABLE, "200-600:0 600-800:2 800-a00:4" },
		{ 0x600, 0x800, MIGRATE_CMA, "200-600:0 600-a00:4" },
		{ 0x400, 0x800, MIGRATE_MOVABLE, "200-400:0 800-a00:4" },
		{ 0xc00, 0xe00, MIGRATE_CMA, "200-400:0 800-a00:4 c00-e00:4" },
		{ 0xa00, 0xc00, MIGRATE_CMA, "200-400:0 800-e00:4" },
		{ 0, 0x1000, MIGRATE_MOVABLE, "" },
	};

	(void)state;
	one_zone(6, 12, 0, 4096);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		buddy_set_type(&buddy, rows[i].start, rows[i].end, rows[i].type);
		assert_string_equal(types(), rows[i].now);
	}
	done();
}

/* 0x400 is free, of this type; then its buddy 0x600 of that one: whole pageblocks merge if both can be taken over. */
static void whole_pageblocks_merge_if_both_are_mergeable(void **state)
{
	static const struct { enum migratetype first, second; bool merge; } rows[] = {
		{ MIGRATE_MOVABLE, MIGRATE_MOVABLE, true }, { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, true }, { MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, true },
		{ MIGRATE_CMA, MIGRATE_CMA, true }, { MIGRATE_CMA, MIGRATE_MOVABLE, false }, { MIGRATE_MOVABLE, MIGRATE_CMA, false },
		{ MIGRATE_ISOLATE, MIGRATE_RECLAIMABLE, false }, { MIGRATE_RECLAIMABLE, MIGRATE_HIGHATOMIC, false },
	};
	static const unsigned versions[][2] = { { 6, 7 }, { 7, 2 } };

	(void)state;
	for (size_t v = 0; v < ARRAY_SIZE(versions); v++)
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
			one_zone(versions[v][0], versions[v][1], 0, 4096);
			buddy_set_type(&buddy, 0x400, 0x600, rows[i].first);
			buddy_set_type(&buddy, 0x600, 0x800, rows[i].second);
			buddy_free_block(&buddy, zone, 0x400, 9, true);
			buddy_free_block(&buddy, zone, 0x600, 9, true);
			assert_string_equal(list(10, rows[i].second), rows[i].merge ? "0x400" : "");
			if (!rows[i].merge) {
				assert_string_equal(list(9, rows[i].first), "0x400");
				assert_string_equal(list(9, rows[i].second), "0x600");
			}
			done();
		}
}

static int64_t arg_of(const char *fn, const char *name)
{
	for (size_t i = m.trace.nr_events; i-- > 0;)
		for (size_t k = 0; !strcmp(m.trace.events[i].fn, fn) && k < m.trace.events[i].nr_args; k++)
			if (!strcmp(m.trace.events[i].args[k].name, name))
				return m.trace.events[i].args[k].value.i;
	fail_msg("%s has no %s", fn, name);
	return 0;
}

/* Deferred pages begin at 0x8000: one section of 0x8000 pages comes, or what the zone has left of it. */
static void growing_says_what_came(void **state)
{
	static const struct { uint64_t pages, came, deferred; } rows[] = {
		{ 0x20000, 0x8000, 0x10000 }, { 0x10000, 0x8000, UINT64_MAX }, { 0x9000, 0x1000, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		one_zone(6, 12, 0, rows[i].pages);
		m.node[0].first_deferred_pfn = 0x8000;
		assert_int_equal(alloc(0, MIGRATE_MOVABLE), 0x8000);
		assert_int_equal(arg_of("deferred_grow_zone", "nid"), 0);
		assert_int_equal(arg_of("deferred_grow_zone", "base"), 0x8000000);
		assert_int_equal(arg_of("deferred_grow_zone", "size"), rows[i].came << 12);
		assert_true(m.node[0].first_deferred_pfn == rows[i].deferred);
		assert_int_equal(zone->managed_pages, rows[i].came);
		done();
	}
}

/* The lists of one type as the kernel keeps them: single blocks, head first. */
#define MODEL_BLOCKS 4096
static struct { uint64_t pfn[MODEL_BLOCKS]; size_t nr; } model[11];

static bool model_remove(unsigned order, uint64_t pfn)
{
	for (size_t i = 0; i < model[order].nr; i++)
		if (model[order].pfn[i] == pfn) {
			memmove(&model[order].pfn[i], &model[order].pfn[i + 1], (--model[order].nr - i) * sizeof(pfn));
			return true;
		}
	return false;
}

static void model_add(unsigned order, uint64_t pfn, bool tail)
{
	size_t nr = model[order].nr++;

	assert_true(nr < MODEL_BLOCKS);
	if (!tail)
		memmove(&model[order].pfn[1], &model[order].pfn[0], nr * sizeof(pfn));
	model[order].pfn[tail ? nr : 0] = pfn;
}

static void model_free(uint64_t pfn, unsigned order, bool tail)
{
	bool likely = false;

	while (order < 10 && model_remove(order, pfn ^ UINT64_C(1) << order)) {
		pfn &= ~(UINT64_C(1) << order);
		order++;
	}
	/* Were its buddy free too, would the pair find a buddy? */
	for (size_t i = 0; order < 9 && i < model[order + 1].nr; i++)
		likely |= model[order + 1].pfn[i] >> (order + 1) == (pfn >> (order + 1) ^ 1);
	model_add(order, pfn, tail || likely);
}

static uint64_t model_alloc(unsigned order)
{
	for (unsigned o = order; o <= 10; o++) {
		uint64_t pfn = model[o].pfn[0];

		if (!model[o].nr)
			continue;
		model_remove(o, pfn);
		while (o-- > order)
			model_add(o, pfn + (UINT64_C(1) << o), false);
		return pfn;
	}
	return BUDDY_NO_PAGE;
}

static void expect_model(void)
{
	uint64_t pages = 0;

	for (unsigned order = 0; order <= 10; order++) {
		const struct buddy_list *l = &buddy_zone_of(&buddy, zone)->lists[order][MIGRATE_MOVABLE];
		size_t at = 0;

		for (const struct buddy_run *run = l->head; run; run = run->next)
			for (uint64_t i = 0; i < run->nr; i++, at++)
				if (at >= model[order].nr || model[order].pfn[at] != run->pfn + ((run->descending ? run->nr - 1 - i : i) << order))
					fail_msg("order %u, block %zu", order, at);
		assert_int_equal(at, model[order].nr);
		assert_int_equal(l->nr_free, at);
		pages += at << order;
	}
	assert_int_equal(buddy_nr_free(&buddy, zone), pages);
}

/* Blocks taken and given back at random, 16 MiB: list by list, in their order, what single blocks give. */
static void runs_are_what_single_blocks_are(void **state)
{
	static struct { uint64_t pfn; unsigned order; } held[MODEL_BLOCKS];
	const struct page_request page = { .type = MIGRATE_MOVABLE, .highest = ZONE_NORMAL, .fn = "test" };
	size_t nr = 0;

	(void)state;
	one_zone(6, 7, 0, 4096);
	memset(model, 0, sizeof(model));
	buddy_free_boot_pages(&buddy, 0, 4096, 0);
	for (uint64_t pfn = 0; pfn < 4096; pfn += 1024)
		model_add(10, pfn, true);
	srand(11);
	for (int round = 0; round < 6000; round++) {
		/* It fills and empties in turns. */
		if (!nr || (rand() % 5 < 3) == (round / 1000 % 2 == 0)) {
			struct page_request request = page;
			uint64_t pfn;

			request.order = (unsigned)(rand() % 6);
			pfn = buddy_take_pages(&buddy, &request);
			assert_int_equal(pfn, model_alloc(request.order));
			if (pfn != BUDDY_NO_PAGE) {
				held[nr].pfn = pfn;
				held[nr++].order = request.order;
			}
		} else {
			size_t i = (size_t)rand() % nr;
			bool tail = rand() % 2;

			buddy_free_block(&buddy, zone, held[i].pfn, held[i].order, tail);
			model_free(held[i].pfn, held[i].order, tail);
			held[i] = held[--nr];
		}
		if (round % 10 == 0)
			expect_model();
	}
	expect_model();
	zone_machine_deinit(&m);
}

/*
 * All lists after [start, end) was freed in blocks of @order, one after the other or as a range, with free pages below, above and
 * a type between.
 */
static void lists_after(bool singly, bool free_below, unsigned order, char text[8192])
{
	const uint64_t start = order ? 0x400 : 0x3f1, end = order ? 0x5c00 : 0x5a03;
	size_t len = 0;

	one_zone(6, 7, 0, 0x8000);
	buddy_set_type(&buddy, 0x1600, 0x1800, MIGRATE_CMA);
	buddy_set_type(&buddy, 0x2000, 0x2800, MIGRATE_UNMOVABLE);
	if (free_below)
		for (uint64_t pfn = 0; pfn < start; pfn++)
			buddy_free_block(&buddy, zone, pfn, 0, false);
	buddy_free_block(&buddy, zone, end, 0, false);
	if (singly)
		for (uint64_t pfn = start; pfn < end; pfn += UINT64_C(1) << order)
			buddy_free_block(&buddy, zone, pfn, order, false);
	else
		buddy_free_blocks(&buddy, zone, start, end, order);
	for (unsigned o = 0; o <= 10; o++)
		for (int type = 0; type < MIGRATE_ISOLATE; type++)
			len += (size_t)snprintf(text + len, 8192 - len, "%u/%d: %s (%llu)\n", o, type, list(o, (enum migratetype)type),
						(unsigned long long)buddy_zone_of(&buddy, zone)->lists[o][type].nr_free);
	snprintf(text + len, 8192 - len, "%llu free", (unsigned long long)buddy_nr_free(&buddy, zone));
	zone_machine_deinit(&m);
}

static void a_range_of_blocks_is_its_blocks(void **state)
{
	static const unsigned orders[] = { 0, 6, 9, 10 };
	char blocks[8192], range[8192];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++)
		for (int below = 0; below < 2; below++) {
			lists_after(true, below, orders[i], blocks);
			lists_after(false, below, orders[i], range);
			assert_string_equal(range, blocks);
			assert_non_null(strstr(range, "10/0: 0x2400 0x2000 (2)"));
		}
	/* 64 TiB: what goes page by page would not end. */
	one_zone(6, 7, 0, UINT64_C(1) << 34);
	buddy_free_blocks(&buddy, zone, 3, UINT64_C(1) << 34, 0);
	assert_int_equal(buddy_nr_free(&buddy, zone), (UINT64_C(1) << 34) - 3);
	zone_machine_deinit(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_is_cut_where_alignment_and_its_end_say),
		cmocka_unit_test(buddies_merge_and_go_to_the_tail),
		cmocka_unit_test(before_5_10_blocks_go_to_the_head),
		cmocka_unit_test(before_5_10_a_block_likely_to_merge_waits_at_the_tail),
		cmocka_unit_test(the_first_unmovable_page_claims_the_first_largest_block),
		cmocka_unit_test(a_pageblock_in_use_may_be_claimed),
		cmocka_unit_test(a_freed_block_merges_back),
		cmocka_unit_test(a_range_of_blocks_is_its_blocks),
		cmocka_unit_test(types_have_an_order_to_fall_back_in),
		cmocka_unit_test(a_pageblock_is_claimed_within_its_zone),
		cmocka_unit_test(types_of_pageblocks_are_ranges),
		cmocka_unit_test(whole_pageblocks_merge_if_both_are_mergeable),
		cmocka_unit_test(growing_says_what_came),
		cmocka_unit_test(runs_are_what_single_blocks_are),
		cmocka_unit_test(deferred_pages_stay_out),
		cmocka_unit_test(a_pageblock_that_begins_in_a_hole_is_unmovable),
		cmocka_unit_test(a_deferred_pageblock_that_begins_reserved),
		cmocka_unit_test(a_zone_without_pages_grows_by_a_section),
		cmocka_unit_test(movable_requests_may_use_cma_areas),
		cmocka_unit_test(before_5_8_cma_areas_come_last),
		cmocka_unit_test(nothing_else_uses_cma_areas),
		cmocka_unit_test(requests_stop_at_the_minimum_watermark),
		cmocka_unit_test(no_page_anywhere_is_no_page),
		cmocka_unit_test(a_large_machine_costs_a_run),
		cmocka_unit_test(the_table_follows_the_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
