/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zone_machine.h"

#include "mmcore/buddy.h"

#include <stdio.h>

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
