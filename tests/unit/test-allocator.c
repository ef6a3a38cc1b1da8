/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The allocator at work, on machines small enough to draw.  What real kernels
 * do is held by tests/recordings.sh; here each rule stands alone.
 */
#include "mmcore/mm.h"
#include "mmcore/ops/live.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_ORDER	10
#define BLOCK_ORDER	9
#define START		UINT64_C(0x40000)
#define BIG		(UINT64_C(1) << MAX_ORDER)
#define GFP_ATOMIC	(GFP_HIGH | GFP_KSWAPD_RECLAIM)
#define FOR_MOVABLE	0x10000au	/* __GFP_HARDWALL|__GFP_HIGHMEM|__GFP_MOVABLE, no reclaim */
#define NO_RECLAIM	0x80000u	/* __GFP_NOMEMALLOC alone: fails where others would reclaim */
#define UNMOVABLE	0
#define MOVABLE		1

/* One zone, @big blocks of the largest order, all of type @type. */
struct machine {
	struct mm_alloc_state state;
	struct mm_alloc_zone zones[2];
	struct mm_alloc_node nodes[2];
	struct mm_alloc_cpu cpus[2];
	struct mm_alloc_pageset sets[4];
	struct mm_alloc_list lists[4];
	struct mm_alloc_blocks blocks[4];
	uint64_t pfns[4][64];
	unsigned refs[4];
	struct mm_allocator *a;
};

static void zone_of_blocks(struct machine *m, unsigned z, uint64_t start, unsigned big, unsigned type)
{
	for (unsigned i = 0; i < big; i++)
		m->pfns[z][i] = start + i * BIG;
	m->zones[z] = (struct mm_alloc_zone){
		.node = 0, .kind = z ? MM_ZONE_NORMAL : MM_ZONE_DMA, .start_pfn = start, .spanned = big * BIG,
		.present = big * BIG, .managed = big * BIG, .counters = { (int64_t)(big * BIG), 0, (int64_t)(big * BIG) },
		.wmark = { 64, 80, 96, 112 },
	};
	m->lists[z] = (struct mm_alloc_list){ .zone = z, .order = MAX_ORDER, .type = type, .nr = big, .pfns = m->pfns[z] };
	m->blocks[z] = (struct mm_alloc_blocks){ start, big << (MAX_ORDER - BLOCK_ORDER), type };
	for (unsigned cpu = 0; cpu < 2; cpu++)
		m->sets[z * 2 + cpu] = (struct mm_alloc_pageset){
			.high = 252, .high_min = 252, .high_max = 252, .batch = 63, .stat_threshold = 16,
		};
}

static void describe(struct machine *m, unsigned version, unsigned patchlevel, unsigned nr_zones)
{
	m->nodes[0] = (struct mm_alloc_node){ .exists = true, .fallback = m->refs, .nr_fallback = nr_zones };
	m->refs[0] = nr_zones - 1;
	m->state = (struct mm_alloc_state){
		.version = version, .patchlevel = patchlevel, .max_order = MAX_ORDER, .pageblock_order = BLOCK_ORDER,
		.nr_pcp_lists = 14, .has_cma = true, .zone_dma32 = true, .boost_factor = 15000,
		.zones = m->zones, .nr_zones = nr_zones, .nodes = m->nodes, .nr_nodes = 1, .cpus = m->cpus, .nr_cpus = 2,
		.pagesets = m->sets, .free_lists = m->lists, .nr_free_lists = nr_zones, .blocks = m->blocks,
		.nr_blocks = nr_zones,
	};
}

static void start(struct machine *m)
{
	struct mm_error error;

	assert_int_equal(mm_allocator_new(&m->state, &m->a, &error), 0);
}

static struct machine *machine(unsigned version, unsigned patchlevel, unsigned big, unsigned type)
{
	struct machine *m = calloc(1, sizeof(*m));

	zone_of_blocks(m, 0, START, big, type);
	describe(m, version, patchlevel, 1);
	start(m);
	return m;
}

static void done(struct machine *m)
{
	mm_allocator_free(m->a);
	free(m);
}

static struct mm_op_result run(struct machine *m, const struct mm_op *op)
{
	struct mm_op_result result = { 0 };

	assert_int_equal(mm_allocator_do(m->a, op, &result), 0);
	return result;
}

static uint64_t alloc(struct machine *m, unsigned cpu, unsigned gfp, unsigned order)
{
	return run(m, &(struct mm_op){ .kind = MM_OP_ALLOC, .cpu = cpu, .node = -1, .gfp = gfp, .order = order }).pfn;
}

static enum mm_op_end end_of(struct machine *m, unsigned gfp, unsigned order)
{
	return run(m, &(struct mm_op){ .kind = MM_OP_ALLOC, .node = -1, .gfp = gfp, .order = order }).end;
}

static enum mm_op_end put(struct machine *m, unsigned cpu, uint64_t pfn)
{
	return run(m, &(struct mm_op){ .kind = MM_OP_FREE, .cpu = cpu, .pfn = pfn }).end;
}

static void drain(struct machine *m)
{
	run(m, &(struct mm_op){ .kind = MM_OP_DRAIN_ALL });
}

static size_t pcp(struct machine *m, unsigned cpu, unsigned list, uint64_t *pfns, size_t cap)
{
	return mm_allocator_pcp_list(m->a, 0, cpu, list, pfns, NULL, cap);
}

static size_t blocks(struct machine *m, unsigned order, unsigned type, uint64_t *pfns, size_t cap)
{
	return mm_allocator_free_list(m->a, 0, order, type, pfns, cap);
}

/*
 * unmovable:  |order 10|      the first page costs a batch of 63: pages 0 to 62 in order, and
 *             [0..62][63][64..127][128..255][256..511][512..1023] is what is left of the block
 */
static void the_first_page_of_a_cpu_brings_a_batch(void **state)
{
	struct machine *m = machine(6, 1, 1, UNMOVABLE);
	uint64_t pfns[64];

	(void)state;
	assert_int_equal(alloc(m, 0, GFP_KERNEL, 0), START);
	assert_int_equal(pcp(m, 0, UNMOVABLE, pfns, 64), 62);
	assert_int_equal(pfns[0], START + 1);
	assert_int_equal(pfns[61], START + 62);
	for (unsigned order = 0; order < MAX_ORDER; order++) {
		size_t nr = blocks(m, order, UNMOVABLE, pfns, 64);

		assert_int_equal(nr, order == 0 || order >= 6);
		if (nr)
			assert_int_equal(pfns[0], order ? START + (UINT64_C(1) << order) : START + 63);
	}
	done(m);
}

/* A CPU gets back what it freed last, whoever allocated it. */
static void a_page_freed_on_another_cpu_stays_there(void **state)
{
	struct machine *m = machine(6, 12, 4, UNMOVABLE);
	uint64_t a = alloc(m, 0, GFP_KERNEL, 0), b = alloc(m, 0, GFP_KERNEL, 0);

	(void)state;
	assert_int_equal(put(m, 1, a), MM_OP_DONE);
	assert_int_equal(alloc(m, 1, GFP_KERNEL, 0), a);
	assert_int_equal(put(m, 0, b), MM_OP_DONE);
	assert_int_equal(alloc(m, 0, GFP_KERNEL, 0), b);
	done(m);
}

/* 6.1 gives back 63, 126, 252 ... pages while nothing is allocated in between. */
static void drains_double_until_something_is_allocated(void **state)
{
	struct machine *m = machine(6, 1, 16, UNMOVABLE);
	uint64_t held[1200];
	struct mm_alloc_pageset set;
	int last = 0;

	(void)state;
	for (size_t i = 0; i < 1200; i++)
		held[i] = alloc(m, 0, GFP_KERNEL, 0);
	drain(m);
	for (size_t i = 0, n = 0; i < 1200; i++) {
		put(m, 1, held[i]);
		mm_allocator_pageset(m->a, 0, 1, &set);
		if (set.count <= last) {
			assert_int_equal(last + 1 - set.count, n == 0 ? 63 : n == 1 ? 126 : 189);
			n++;
		}
		last = set.count;
	}
	done(m);
}

/* Two halves of a block of order 1, freed one after the other, are one block again; the rest follows. */
static void freed_buddies_merge_up_to_the_whole_block(void **state)
{
	struct machine *m = machine(7, 2, 2, UNMOVABLE);
	uint64_t held[100], pfns[4];

	(void)state;
	for (size_t i = 0; i < 100; i++)
		held[i] = alloc(m, 0, GFP_KERNEL, 0);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(put(m, 0, held[i]), MM_OP_DONE);
	drain(m);
	assert_int_equal(blocks(m, MAX_ORDER, UNMOVABLE, pfns, 4), 2);
	for (unsigned order = 0; order < MAX_ORDER; order++)
		assert_int_equal(blocks(m, order, UNMOVABLE, pfns, 4), 0);
	done(m);
}

/*
 * Only movable blocks are left.  A whole one changes hands with its pageblocks;
 * what remains of it is unmovable from then on.
 */
static void a_whole_block_of_another_type_is_claimed(void **state)
{
	static const unsigned versions[][2] = { { 6, 1 }, { 6, 12 }, { 7, 2 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct machine *m = machine(versions[i][0], versions[i][1], 4, MOVABLE);
		uint64_t pfns[4];

		assert_int_equal(alloc(m, 0, GFP_KERNEL, 4), START);
		assert_int_equal(mm_allocator_block(m->a, START), UNMOVABLE);
		assert_int_equal(mm_allocator_block(m->a, START + 512), UNMOVABLE);
		assert_int_equal(mm_allocator_block(m->a, START + BIG), MOVABLE);
		assert_int_equal(blocks(m, 9, UNMOVABLE, pfns, 4), 1);
		assert_int_equal(blocks(m, MAX_ORDER, MOVABLE, pfns, 4), 3);
		done(m);
	}
}

/*
 * All of the unmovable block but its last 8 pages is in use, and nothing movable is free.  A movable page
 * takes one of the eight: 6.1 moves that block to its own list, 6.12 leaves the rest unmovable.
 */
static void a_small_block_of_another_type_is_stolen(void **state)
{
	static const unsigned versions[][2] = { { 6, 1 }, { 6, 12 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct machine *m = calloc(1, sizeof(*m));
		uint64_t pfns[8];

		zone_of_blocks(m, 0, START, 4, UNMOVABLE);
		m->pfns[0][0] = START + 4 * BIG - 8;
		m->lists[0] = (struct mm_alloc_list){ .order = 3, .nr = 1, .pfns = m->pfns[0] };
		m->zones[0].counters[0] = 8;
		m->zones[0].counters[2] = 0;
		memset(m->zones[0].wmark, 0, sizeof(m->zones[0].wmark));
		describe(m, versions[i][0], versions[i][1], 1);
		start(m);
		m->sets[0].batch = 1;
		assert_int_equal(alloc(m, 0, FOR_MOVABLE | NO_RECLAIM, 0), START + 4 * BIG - 8);
		assert_int_equal(mm_allocator_block(m->a, START + 4 * BIG - 8), UNMOVABLE);
		assert_int_equal(pcp(m, 0, MOVABLE, pfns, 8), 7);
		assert_int_equal(blocks(m, 0, UNMOVABLE, pfns, 8) + blocks(m, 2, UNMOVABLE, pfns, 8), 0);
		done(m);
	}
}

/*
 * Free are 8 and 32 pages in two reclaimable blocks, whose other pages are in use.  An unmovable page claims neither:
 *   6.9 takes it from the larger one, which changes its list;  6.10 to 6.14 cut it from the larger one;
 *   since 6.15, 6.14.7 and 6.12.29 it is cut from the smaller one
 */
static void single_pages_come_from_the_largest_or_the_smallest_block(void **state)
{
	static const struct { unsigned version, patchlevel, sublevel, rest; bool largest; } rows[] = {
		{ 6, 9, 0, MIGRATE_UNMOVABLE, true }, { 6, 10, 0, MIGRATE_RECLAIMABLE, true }, { 6, 12, 28, MIGRATE_RECLAIMABLE, true },
		{ 6, 12, 29, MIGRATE_RECLAIMABLE, false }, { 6, 14, 6, MIGRATE_RECLAIMABLE, true }, { 6, 14, 7, MIGRATE_RECLAIMABLE, false },
		{ 6, 15, 0, MIGRATE_RECLAIMABLE, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine *m = calloc(1, sizeof(*m));
		uint64_t small = START + 4 * BIG - 8, large = START + BIG, pfns[8];

		zone_of_blocks(m, 0, START, 4, MIGRATE_RECLAIMABLE);
		m->pfns[0][0] = small;
		m->pfns[1][0] = large;
		m->lists[0] = (struct mm_alloc_list){ .order = 3, .type = MIGRATE_RECLAIMABLE, .nr = 1, .pfns = m->pfns[0] };
		m->lists[1] = (struct mm_alloc_list){ .order = 5, .type = MIGRATE_RECLAIMABLE, .nr = 1, .pfns = m->pfns[1] };
		m->zones[0].counters[0] = 40;
		m->zones[0].counters[2] = 0;
		memset(m->zones[0].wmark, 0, sizeof(m->zones[0].wmark));
		m->sets[0].batch = m->sets[0].high = 1;
		describe(m, rows[i].version, rows[i].patchlevel, 1);
		m->state.sublevel = rows[i].sublevel;
		m->state.nr_free_lists = 2;
		start(m);
		assert_int_equal(alloc(m, 0, GFP_KERNEL | NO_RECLAIM, 0), rows[i].largest ? large : small);
		assert_int_equal(mm_allocator_block(m->a, large), MIGRATE_RECLAIMABLE);
		assert_int_equal(blocks(m, 2, rows[i].rest, pfns, 8), 1);
		done(m);
	}
}

/* min 64, low 80: a request that may not reclaim stops at min; an atomic one goes 5/8 deeper. */
static void watermarks_keep_the_last_pages_for_urgent_requests(void **state)
{
	struct machine *m = machine(6, 12, 1, UNMOVABLE);
	struct mm_alloc_zone zone;

	(void)state;
	while (end_of(m, NO_RECLAIM, 4) == MM_OP_DONE)
		;
	mm_allocator_zone(m->a, 0, &zone);
	/* free - (2^4 - 1) > 64 held for the last one, and does not for a next one. */
	assert_true(zone.counters[0] - 15 <= 64 && zone.counters[0] + 16 - 15 > 64);
	assert_int_equal(end_of(m, GFP_ATOMIC, 0), MM_OP_DONE);
	assert_int_equal(end_of(m, GFP_KERNEL, 5), MM_OP_WOULD_RECLAIM);
	done(m);
}

/*
 * DMA |4 blocks| Normal |1 block|; DMA keeps 4000 pages from whoever could use Normal.
 * GFP_KERNEL fails with DMA nearly untouched; GFP_DMA does not.
 */
static void lowmem_reserve_protects_the_lower_zone(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	(void)state;
	zone_of_blocks(m, 0, START, 4, UNMOVABLE);
	zone_of_blocks(m, 1, START + 4 * BIG, 1, UNMOVABLE);
	m->zones[0].lowmem_reserve[MM_ZONE_NORMAL] = 4096 - 64 - 20;
	describe(m, 7, 2, 2);
	m->refs[1] = 0;
	start(m);
	while (end_of(m, NO_RECLAIM, 4) == MM_OP_DONE)
		;
	assert_int_equal(end_of(m, NO_RECLAIM | 0x1, 4), MM_OP_DONE);
	done(m);
}

/* An atomic request of order 2 in the slow path keeps its pageblock for its like. */
static void high_order_atomic_requests_reserve_a_pageblock(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));
	struct mm_alloc_zone zone;

	(void)state;
	zone_of_blocks(m, 0, START, 56, UNMOVABLE);
	m->zones[0].wmark[1] = m->zones[0].wmark[2] = 56 * BIG + 1;	/* low is out of reach: the fast path fails */
	describe(m, 6, 12, 1);
	start(m);
	assert_int_not_equal(alloc(m, 0, GFP_ATOMIC, 2), UINT64_MAX);
	mm_allocator_zone(m->a, 0, &zone);
	assert_int_equal(zone.reserved_highatomic, 512);
	assert_int_equal(mm_allocator_block(m->a, START), 3);
	done(m);
}

struct report {
	char text[8192];
	size_t nr;
};

static void collect(void *ctx, const char *line)
{
	struct report *report = ctx;

	strcat(report->text, line);
	strcat(report->text, "\n");
	report->nr++;
}

static void report(struct machine *m, unsigned gfp, unsigned order, struct report *ret)
{
	*ret = (struct report){ 0 };
	mm_allocator_warn(m->a, &(struct mm_op){ .kind = MM_OP_ALLOC, .node = -1, .gfp = gfp, .order = order }, collect, ret);
}

#define KSWAPD	0x800u

/*
 * One page of the block is taken, 62 are on the CPU's list: 961 pages (3844 kB) are free in
 * five blocks.  The zone counts 973: 3 * 17 pages were folded, and the CPU has the last 12.
 */
static void a_failure_is_reported_as_the_release_does(void **state)
{
	struct machine *m = machine(6, 12, 1, UNMOVABLE);
	struct report r;

	(void)state;
	alloc(m, 0, GFP_KERNEL, 0);
	report(m, KSWAPD, 10, &r);
	assert_non_null(strstr(r.text, "init: page allocation failure: order:10, mode:0x800(__GFP_KSWAPD_RECLAIM), "
				       "nodemask=(null)\nMem-Info:\nactive_anon:0 inactive_anon:0 isolated_anon:0\n"));
	assert_non_null(strstr(r.text, "\n free:973 free_pcp:62 free_cma:0\nNode 0 active_anon:0kB "));
	assert_non_null(strstr(r.text, "Node 0 DMA free:3892kB boost:0kB min:256kB low:320kB high:384kB reserved_highatomic:0KB "));
	assert_non_null(strstr(r.text, " free_pcp:248kB local_pcp:248kB free_cma:0kB\nlowmem_reserve[]: 0 0 0 0 0\n"));
	assert_non_null(strstr(r.text, "Node 0 DMA: 1*4kB (U) 0*8kB 0*16kB 0*32kB 0*64kB 0*128kB 1*256kB (U) 1*512kB (U) "
				       "1*1024kB (U) 1*2048kB (U) 0*4096kB = 3844kB\n0 total pagecache pages\n"
				       "1024 pages RAM\n0 pages HighMem/MovableOnly\n0 pages reserved\n0 pages cma reserved\n"));
	done(m);
}

static void what_a_report_names_is_the_releases(void **state)
{
	static const struct { unsigned version, patchlevel; const char *has, *has_not; } rows[] = {
		{ 5, 4, "writeback:0 unstable:0", "boost:" },
		{ 5, 8, " unevictable:0 dirty:0 writeback:0\n", "unstable" },
		{ 5, 14, "managed:4096kB mlocked:0kB bounce:0kB", "kernel_misc_reclaimable" },
		{ 6, 0, "boost:0kB", "sec_pagetables" },
		{ 6, 1, "\n sec_pagetables:0 bounce:0\n kernel_misc_reclaimable:0\n", "free_highatomic" },
		{ 6, 15, "writeback_tmp:0kB", "Balloon" },
		{ 6, 17, "all_unreclaimable? no Balloon:0kB\n", "writeback_tmp" },
		{ 7, 2, "reserved_highatomic:0KB free_highatomic:0KB", "writeback_tmp" },
		{ 7, 3, "reserved_highatomic:0kB free_highatomic:0kB", "KB " },
	};
	struct report r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct machine *m = machine(rows[i].version, rows[i].patchlevel, 1, UNMOVABLE);

		report(m, KSWAPD, 10, &r);
		assert_non_null(strstr(r.text, rows[i].has));
		assert_null(strstr(r.text, rows[i].has_not));
		done(m);
	}
}

/* Nobody is told of __GFP_NOWARN requests; since 6.8 GFP_NOWAIT is one. */
static void requests_may_fail_without_a_word(void **state)
{
	struct machine *m = machine(6, 8, 1, UNMOVABLE);
	struct report r;

	(void)state;
	report(m, KSWAPD | 0x2000, 10, &r);
	assert_int_equal(r.nr, 0);
	done(m);
}

static void what_is_not_held_is_not_freed(void **state)
{
	struct machine *m = machine(6, 1, 2, UNMOVABLE);
	uint64_t pfn = alloc(m, 0, GFP_KERNEL, 0);

	(void)state;
	assert_int_equal(put(m, 0, pfn), MM_OP_DONE);
	assert_int_equal(put(m, 0, pfn), MM_OP_NOT_HELD);
	assert_int_equal(put(m, 0, START + BIG), MM_OP_NOT_HELD);
	assert_int_equal(put(m, 0, 1), MM_OP_NOT_HELD);
	assert_int_equal(end_of(m, GFP_KERNEL, MAX_ORDER + 1), MM_OP_ORDER_TOO_LARGE);
	done(m);
}

static void states_that_contradict_themselves_are_refused(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));
	struct mm_error error;

	(void)state;
	zone_of_blocks(m, 0, START, 2, MOVABLE);
	describe(m, 6, 1, 1);
	m->pfns[0][1] = START;
	assert_int_equal(mm_allocator_new(&m->state, &m->a, &error), -EINVAL);
	assert_non_null(strstr(error.text, "on two lists"));
	m->pfns[0][1] = START + 3;
	assert_int_equal(mm_allocator_new(&m->state, &m->a, &error), -EINVAL);
	m->pfns[0][1] = START + BIG;
	m->sets[0].count = 5;
	assert_int_equal(mm_allocator_new(&m->state, &m->a, &error), -EINVAL);
	m->sets[0].count = 0;
	m->refs[0] = 9;
	assert_int_equal(mm_allocator_new(&m->state, &m->a, &error), -EINVAL);
	free(m);
}

/* ------------------------------------------------------------------- limits of CPUs' lists */

#define RECLAIM_ACTIVE	0x2
#define BELOW_HIGH	0x4

/*
 *   |block 1: free, CPU 1 takes a page of it|block 2: @count pages are on CPU 0's list|
 * A batch is 8; the page is freed on CPU 0.
 */
static void a_full_list_gives_pages_back(void **state)
{
	static const struct { unsigned version, patchlevel, flags; int count, free_count, factor, high, min, max, count_then, high_then; } rows[] = {
		/* 6.1: a batch, doubled with each drain, but no more than leaves one. */
		{ 6, 1, 0, 10, 0, 0, 40, 0, 0, 11, 40 }, { 6, 1, 0, 39, 0, 0, 40, 0, 0, 32, 40 }, { 6, 1, 0, 39, 0, 1, 40, 0, 0, 24, 40 },
		{ 6, 1, 0, 39, 0, 3, 40, 0, 0, 8, 40 }, { 6, 1, 0, 38, 0, 3, 40, 0, 0, 39, 40 }, { 6, 1, 0, 3, 0, 0, 4, 0, 0, 3, 4 },
		{ 6, 1, RECLAIM_ACTIVE, 31, 0, 0, 40, 0, 0, 24, 40 }, { 6, 1, RECLAIM_ACTIVE, 30, 0, 0, 40, 0, 0, 31, 40 },
		{ 6, 1, 0, 5, 0, 0, 0, 0, 0, 5, 0 },
		/* 6.12: as much as was freed in one go; the limit grows to hold that. */
		{ 6, 12, 0, 10, 0, 0, 40, 20, 100, 11, 40 }, { 6, 12, 0, 39, 0, 0, 40, 20, 100, 32, 40 },
		{ 6, 12, 0, 39, 60, 0, 40, 20, 100, 8, 69 }, { 6, 12, 0, 39, 200, 0, 40, 20, 100, 8, 100 },
		{ 6, 12, 0, 39, 18, 0, 40, 20, 100, 21, 40 }, { 6, 12, 0, 38, 200, 0, 40, 20, 100, 39, 40 },
		/* What is out of bounds comes back into them first. */
		{ 6, 12, 0, 10, 0, 0, 400, 20, 100, 11, 100 }, { 6, 12, 0, 10, 0, 0, 4, 20, 100, 11, 20 },
		/* Under pressure it shrinks by what was freed, a batch at least. */
		{ 6, 12, RECLAIM_ACTIVE, 10, 200, 0, 40, 20, 100, 11, 20 }, { 6, 12, RECLAIM_ACTIVE, 25, 200, 0, 40, 20, 100, 14, 20 },
		{ 6, 12, RECLAIM_ACTIVE, 31, 0, 0, 80, 20, 100, 24, 72 }, { 6, 12, RECLAIM_ACTIVE, 30, 0, 0, 80, 20, 100, 31, 72 },
		{ 6, 12, BELOW_HIGH, 10, 0, 0, 40, 20, 100, 11, 32 }, { 6, 12, BELOW_HIGH, 30, 0, 0, 40, 20, 100, 23, 32 },
		{ 6, 12, BELOW_HIGH, 30, 15, 0, 40, 20, 100, 15, 24 },
		/* A limit that is set does not move. */
		{ 6, 12, 0, 19, 60, 0, 20, 20, 20, 8, 20 }, { 6, 12, BELOW_HIGH, 19, 60, 0, 20, 20, 20, 8, 20 },
		{ 6, 12, 0, 10, 0, 0, 0, 0, 0, 10, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine *m = calloc(1, sizeof(*m));
		struct mm_alloc_pageset *set = &m->sets[0];
		struct mm_alloc_pageset then;
		uint64_t page;

		zone_of_blocks(m, 0, START, 2, UNMOVABLE);
		m->lists[0].nr = 1;
		m->zones[0].flags = rows[i].flags;
		/* Below high stays below high. */
		memset(m->zones[0].wmark, 0, sizeof(m->zones[0].wmark));
		m->zones[0].wmark[2] = rows[i].flags & BELOW_HIGH ? 99999 : 0;
		describe(m, rows[i].version, rows[i].patchlevel, 1);
		for (int k = 0; k < rows[i].count; k++)
			m->pfns[2][k] = START + BIG + (uint64_t)k;
		m->lists[1] = (struct mm_alloc_list){ .cpu = 0, .list = 0, .nr = (size_t)rows[i].count, .pfns = m->pfns[2] };
		m->state.pcp_lists = &m->lists[1];
		m->state.nr_pcp_lists_given = 1;
		*set = (struct mm_alloc_pageset){ .count = rows[i].count, .high = rows[i].high, .high_min = rows[i].min, .high_max = rows[i].max,
						  .batch = 8, .free_factor = rows[i].factor, .free_count = rows[i].free_count, .stat_threshold = 16 };
		start(m);
		page = alloc(m, 1, GFP_KERNEL, 0);
		assert_int_equal(put(m, 0, page), MM_OP_DONE);
		mm_allocator_pageset(m->a, 0, 0, &then);
		if (then.count != rows[i].count_then || then.high != rows[i].high_then)
			fail_msg("row %zu: count %d, high %d", i, then.count, then.high);
		done(m);
	}
}

/*
 * The list is empty and fetches: a batch of 8, doubled as often as nothing was freed in between, less for larger orders.  6.12 lets the
 * limit grow by what it fetches, unless it is set or the zone is below its high mark, and then does not go past it.
 */
static void an_empty_list_fetches_a_batch(void **state)
{
	static const struct { unsigned version, patchlevel, flags, order; int batch, factor, high, min, max, count_then, high_then; } rows[] = {
		{ 6, 1, 0, 0, 8, 0, 40, 0, 0, 7, 40 }, { 6, 1, 0, 0, 8, 2, 40, 0, 0, 7, 40 }, { 6, 1, 0, 1, 8, 0, 40, 0, 0, 6, 40 },
		{ 6, 1, 0, 3, 8, 0, 40, 0, 0, 8, 40 }, { 6, 1, 0, 2, 1, 0, 40, 0, 0, 0, 40 }, { 6, 1, 0, 0, 1, 0, 40, 0, 0, 0, 40 },
		{ 6, 12, 0, 0, 8, 0, 40, 20, 100, 7, 48 }, { 6, 12, 0, 0, 8, 2, 40, 20, 100, 31, 72 }, { 6, 12, 0, 0, 8, 3, 40, 20, 100, 63, 100 },
		{ 6, 12, BELOW_HIGH, 0, 8, 3, 40, 20, 100, 31, 40 }, { 6, 12, 0, 0, 8, 2, 20, 20, 20, 11, 20 }, { 6, 12, 0, 0, 8, 2, 4, 4, 4, 0, 4 },
		{ 6, 12, 0, 1, 8, 3, 40, 20, 100, 6, 48 }, { 6, 12, 0, 0, 8, 0, 400, 20, 100, 7, 100 }, { 6, 12, 0, 0, 8, 0, 4, 20, 100, 7, 28 },
		{ 6, 12, 0, 0, 8, 0, 8, 8, 8, 7, 8 }, { 6, 12, 0, 0, 8, 5, 20, 20, 40, 31, 40 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine *m = calloc(1, sizeof(*m));
		struct mm_alloc_pageset then;

		zone_of_blocks(m, 0, START, 2, UNMOVABLE);
		m->zones[0].flags = rows[i].flags;
		memset(m->zones[0].wmark, 0, sizeof(m->zones[0].wmark));
		m->zones[0].wmark[2] = rows[i].flags & BELOW_HIGH ? 99999 : 0;
		describe(m, rows[i].version, rows[i].patchlevel, 1);
		m->sets[0] = (struct mm_alloc_pageset){ .high = rows[i].high, .high_min = rows[i].min, .high_max = rows[i].max,
							.batch = rows[i].batch, .alloc_factor = rows[i].factor, .stat_threshold = 16 };
		start(m);
		assert_int_equal(alloc(m, 0, GFP_KERNEL, rows[i].order), START);
		mm_allocator_pageset(m->a, 0, 0, &then);
		if (then.count != rows[i].count_then || then.high != rows[i].high_then)
			fail_msg("row %zu: count %d, high %d", i, then.count, then.high);
		done(m);
	}
}

/*
 * |block 1: free|block 2: @singles pages and @fours blocks of 4 are on CPU 0's list|, a batch of @batch
 */
static struct machine *with_lists(unsigned version, unsigned patchlevel, unsigned sublevel, int singles, int fours, struct mm_alloc_pageset set)
{
	struct machine *m = calloc(1, sizeof(*m));

	zone_of_blocks(m, 0, START, 2, UNMOVABLE);
	m->lists[0].nr = 1;
	describe(m, version, patchlevel, 1);
	m->state.sublevel = sublevel;
	for (int i = 0; i < singles; i++)
		m->pfns[2][i] = START + BIG + BIG / 2 + (uint64_t)i;
	for (int i = 0; i < fours; i++)
		m->pfns[3][i] = START + BIG + (uint64_t)i * 4;
	m->lists[1] = (struct mm_alloc_list){ .list = 0, .nr = (size_t)singles, .pfns = m->pfns[2] };
	m->lists[2] = (struct mm_alloc_list){ .list = 2 * MIGRATE_PCPTYPES, .nr = (size_t)fours, .pfns = m->pfns[3] };
	m->state.pcp_lists = &m->lists[1];
	m->state.nr_pcp_lists_given = 2;
	set.count = singles + 4 * fours;
	set.stat_threshold = 16;
	m->sets[0] = set;
	return m;
}

/*
 * high = max(count - 32 batches, 7/8 high, high_min), and what is above it goes back:
 *	20 of 20 + 20 pages:	5 blocks of 4 at once; in batches of 6, each rounded up: 6, 6, 6 and 2 are 2, 2, 2 and 1 blocks, 28 pages
 *	high 40 - 5 = 35:	5 pages are 2 blocks either way
 *	224 pages, batch 1:	high = 224 - 32; 32 pages are 8 blocks at once, page by page 32 blocks
 * What is returned: one for a high that has further to go, and one for pages that went; later only whether there was anything.
 */
static void lists_shrink_once_a_second(void **state)
{
	static const struct { unsigned v, p, s; int high, min, batch, fours, high_then, count_then; unsigned long long ret; } rows[] = {
		/* Before there was a high_min the limit stayed. */
		{ 6, 6, 0, 20, 20, 6, 10, 20, 40, 0 }, { 6, 6, 0, 40, 20, 6, 10, 40, 40, 0 },
		{ 6, 7, 0, 20, 20, 6, 10, 20, 20, 1 }, { 6, 7, 0, 40, 20, 6, 10, 35, 32, 2 }, { 6, 7, 0, 200, 20, 1, 56, 192, 192, 2 },
		{ 6, 12, 94, 20, 20, 6, 10, 20, 20, 1 }, { 6, 12, 94, 40, 20, 6, 10, 35, 32, 2 },
		{ 6, 12, 95, 20, 20, 6, 10, 20, 12, 1 }, { 6, 12, 95, 40, 20, 6, 10, 35, 32, 1 },
		{ 6, 13, 0, 20, 20, 6, 10, 20, 20, 1 }, { 6, 13, 0, 40, 20, 6, 10, 35, 32, 2 },
		{ 6, 18, 34, 20, 20, 6, 10, 20, 20, 1 }, { 6, 18, 34, 200, 20, 1, 56, 192, 192, 2 },
		{ 6, 18, 35, 20, 20, 6, 10, 20, 12, 1 }, { 6, 18, 35, 200, 20, 1, 56, 192, 96, 1 },
		{ 6, 19, 0, 20, 20, 6, 10, 20, 12, 1 }, { 7, 3, 0, 200, 20, 1, 56, 192, 96, 1 },
		/* Nothing is above high; high comes down, and has further to go or not. */
		{ 6, 18, 34, 20, 20, 6, 4, 20, 16, 0 }, { 6, 18, 34, 32, 20, 6, 4, 28, 16, 1 }, { 6, 18, 34, 22, 20, 6, 4, 20, 16, 0 },
		{ 6, 19, 0, 20, 20, 6, 4, 20, 16, 0 }, { 6, 19, 0, 32, 20, 6, 4, 28, 16, 1 }, { 6, 19, 0, 22, 20, 6, 4, 20, 16, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine *m = with_lists(rows[i].v, rows[i].p, rows[i].s, 0, rows[i].fours, (struct mm_alloc_pageset){
			.high = rows[i].high, .high_min = rows[i].min, .high_max = 400, .batch = rows[i].batch });
		struct mm_alloc_pageset then;
		unsigned long long ret;

		start(m);
		ret = run(m, &(struct mm_op){ .kind = MM_OP_VMSTAT }).value;
		mm_allocator_pageset(m->a, 0, 0, &then);
		if (then.high != rows[i].high_then || then.count != rows[i].count_then || ret != rows[i].ret)
			fail_msg("row %zu: high %d, count %d, ret %llu", i, then.high, then.count, ret);
		done(m);
	}
}

/*
 * CPU 0 is of node 1, or of the zone's own: pages of another node's zone go back, a batch of 8, three seconds after their counters last
 * changed.  That they have yet to counts as a change since 6.7.
 */
static void pages_of_other_nodes_expire(void **state)
{
	static const struct { unsigned v, p, s; int node, expire, singles, expire_then, count_then; unsigned long long ret; } rows[] = {
		{ 6, 6, 0, 1, 3, 10, 2, 10, 0 }, { 6, 7, 0, 1, 3, 10, 2, 10, 1 }, { 6, 19, 0, 1, 3, 10, 2, 10, 1 },
		{ 6, 6, 0, 1, 2, 10, 1, 10, 0 }, { 6, 7, 0, 1, 2, 10, 1, 10, 1 },
		{ 6, 6, 0, 1, 1, 10, 0, 2, 1 }, { 6, 7, 0, 1, 1, 10, 0, 2, 1 }, { 6, 19, 0, 1, 1, 5, 0, 0, 1 },
		{ 6, 6, 0, 0, 1, 10, 0, 10, 0 }, { 6, 7, 0, 0, 3, 10, 0, 10, 0 }, { 6, 7, 0, 1, 0, 10, 0, 10, 0 }, { 6, 7, 0, 1, 3, 0, 3, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine *m = with_lists(rows[i].v, rows[i].p, rows[i].s, rows[i].singles, 0, (struct mm_alloc_pageset){
			.high = 40, .high_min = 40, .high_max = 40, .batch = 8, .expire = rows[i].expire });
		struct mm_alloc_pageset then;
		unsigned long long ret;

		m->nodes[1] = m->nodes[0];
		m->state.nr_nodes = 2;
		m->cpus[0].node = m->cpus[0].mem_node = rows[i].node;
		start(m);
		ret = run(m, &(struct mm_op){ .kind = MM_OP_VMSTAT }).value;
		mm_allocator_pageset(m->a, 0, 0, &then);
		if (then.expire != rows[i].expire_then || then.count != rows[i].count_then || ret != rows[i].ret)
			fail_msg("row %zu: expire %d, count %d, ret %llu", i, then.expire, then.count, ret);
		done(m);
	}
}

/*
 * A page is taken off the list: what is remembered of frees is halved.  One comes back: what is remembered of requests is halved, and since
 * 6.7 it is counted, up to 32 batches of 8 pages.
 */
static void a_list_remembers_what_was_asked_of_it(void **state)
{
	static const struct { unsigned v, p; char op; int alloc_factor, free_factor, free_count, alloc_then, factor_then, count_then; } rows[] = {
		{ 6, 6, 'a', 0, 3, 0, 0, 1, 0 }, { 6, 6, 'a', 0, 1, 0, 0, 0, 0 }, { 6, 6, 'f', 0, 3, 0, 0, 3, 0 },
		{ 6, 7, 'a', 5, 0, 7, 5, 0, 3 }, { 6, 7, 'a', 5, 0, 1, 5, 0, 0 }, { 6, 7, 'f', 5, 0, 7, 2, 0, 8 }, { 6, 7, 'f', 1, 0, 0, 0, 0, 1 },
		{ 7, 3, 'a', 5, 0, 7, 5, 0, 3 }, { 7, 3, 'f', 5, 0, 255, 2, 0, 256 }, { 7, 3, 'f', 5, 0, 256, 2, 0, 256 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine *m = with_lists(rows[i].v, rows[i].p, 0, 4, 0, (struct mm_alloc_pageset){
			.high = 400, .high_min = 400, .high_max = 400, .batch = 8, .alloc_factor = rows[i].alloc_factor,
			.free_factor = rows[i].free_factor, .free_count = rows[i].free_count });
		struct mm_alloc_pageset then;

		start(m);
		if (rows[i].op == 'a')
			assert_int_equal(alloc(m, 0, GFP_KERNEL, 0), m->pfns[2][0]);
		else
			assert_int_equal(put(m, 0, alloc(m, 1, GFP_KERNEL, 0)), MM_OP_DONE);
		mm_allocator_pageset(m->a, 0, 0, &then);
		if (then.alloc_factor != rows[i].alloc_then || then.free_factor != rows[i].factor_then || then.free_count != rows[i].count_then)
			fail_msg("row %zu: %d %d %d", i, then.alloc_factor, then.free_factor, then.free_count);
		done(m);
	}
}

#define PREV_HIGH	PCPF_PREV_FREE_HIGH_ORDER
#define BY_BATCH	PCPF_FREE_HIGH_BATCH

/*
 * A block comes back to a list of @singles pages; a batch is 8, high and high_min are 100.  All goes back, or nothing does:
 *	5.18	after any drain with no request since
 *	6.7	if a batch of pages came back, the last block before was one of several pages, too, and with PCPF_FREE_HIGH_BATCH the list
 *		has a batch
 *	6.17	half of high_min more: 8 + 50
 */
static void small_blocks_are_given_back_at_once(void **state)
{
	static const struct { unsigned v, p, order, flags; int factor, free_count, singles, count_then; unsigned flags_then; } rows[] = {
		/* No list has blocks of two pages yet. */
		{ 5, 13, 1, 0, 1, 0, 20, 20, 0 },
		{ 5, 14, 1, 0, 1, 0, 20, 22, 0 }, { 5, 17, 1, 0, 1, 0, 20, 22, 0 },
		{ 5, 18, 1, 0, 1, 0, 20, 0, 0 }, { 5, 18, 1, 0, 0, 0, 20, 22, 0 }, { 5, 18, 0, 0, 1, 0, 20, 21, 0 }, { 5, 18, 3, 0, 1, 0, 20, 0, 0 },
		{ 6, 6, 1, 0, 1, 0, 20, 0, 0 }, { 6, 6, 1, PREV_HIGH, 0, 99, 20, 22, PREV_HIGH },
		{ 6, 7, 1, PREV_HIGH, 0, 8, 20, 0, PREV_HIGH }, { 6, 7, 1, PREV_HIGH, 0, 7, 20, 22, PREV_HIGH }, { 6, 7, 1, 0, 0, 8, 20, 22, PREV_HIGH },
		{ 6, 7, 1, 0, 1, 0, 20, 22, PREV_HIGH }, { 6, 7, 0, PREV_HIGH, 0, 8, 20, 21, 0 }, { 6, 7, 3, PREV_HIGH, 0, 8, 20, 0, PREV_HIGH },
		{ 6, 7, 1, PREV_HIGH | BY_BATCH, 0, 8, 6, 0, PREV_HIGH | BY_BATCH }, { 6, 7, 1, PREV_HIGH | BY_BATCH, 0, 8, 5, 7, PREV_HIGH | BY_BATCH },
		{ 6, 7, 1, PREV_HIGH, 0, 8, 5, 0, PREV_HIGH },
		{ 6, 16, 1, PREV_HIGH, 0, 8, 20, 0, PREV_HIGH },
		{ 6, 17, 1, PREV_HIGH, 0, 57, 20, 22, PREV_HIGH }, { 6, 17, 1, PREV_HIGH, 0, 58, 20, 0, PREV_HIGH }, { 7, 3, 1, 0, 0, 58, 20, 22, PREV_HIGH },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine *m = with_lists(rows[i].v, rows[i].p, 0, rows[i].singles, 0, (struct mm_alloc_pageset){
			.high = 100, .high_min = 100, .high_max = 100, .batch = 8, .free_factor = rows[i].factor, .free_count = rows[i].free_count,
			.flags = rows[i].flags });
		struct mm_alloc_pageset then;

		start(m);
		assert_int_equal(put(m, 0, alloc(m, 1, GFP_KERNEL, rows[i].order)), MM_OP_DONE);
		mm_allocator_pageset(m->a, 0, 0, &then);
		if (then.count != rows[i].count_then || then.flags != rows[i].flags_then)
			fail_msg("row %zu: count %d, flags %u", i, then.count, then.flags);
		done(m);
	}
}

/*
 * 9 blocks of 4 and a page that comes back are 37 pages, as many as the list may have: 20 are to go, the page and 5 blocks of 4.  Since 6.19
 * in batches of 6, each rounded up: the page and 2 blocks, 2, 2, and 1 for the last 2 pages, 29 together.
 */
static void a_drain_goes_batch_by_batch(void **state)
{
	static const struct { unsigned v, p, s; int count_then; } rows[] = {
		{ 6, 12, 95, 16 }, { 6, 18, 35, 16 }, { 6, 19, 0, 8 }, { 7, 3, 0, 8 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine *m = with_lists(rows[i].v, rows[i].p, rows[i].s, 0, 9, (struct mm_alloc_pageset){
			.high = 37, .high_min = 37, .high_max = 37, .batch = 6, .free_count = 19 });
		struct mm_alloc_pageset then;

		start(m);
		assert_int_equal(put(m, 0, alloc(m, 1, GFP_KERNEL, 0)), MM_OP_DONE);
		mm_allocator_pageset(m->a, 0, 0, &then);
		assert_int_equal(then.count, rows[i].count_then);
		done(m);
	}
}

/* ----------------------------------------------------------------- rules of watermarks */

static struct live_zone bare_zone;

static struct live bare(unsigned version, unsigned patchlevel)
{
	struct live live = { .max_order = MAX_ORDER, .pageblock_order = BLOCK_ORDER, .pageblock_pages = 512, .has_cma = true };

	alloc_rules_at(&live.rules, RELEASE(version, patchlevel, 0));
	memset(&bare_zone, 0, sizeof(bare_zone));
	return live;
}

/* A block of the order or a larger one, of a type that the request may use. */
static void a_block_must_be_there(void **state)
{
	static const struct { unsigned order, have, type, flags; bool cma, ok; } rows[] = {
		{ 2, 2, MIGRATE_UNMOVABLE, 0, true, true }, { 2, 10, MIGRATE_MOVABLE, 0, true, true }, { 2, 3, MIGRATE_RECLAIMABLE, 0, true, true },
		{ 2, 1, MIGRATE_UNMOVABLE, 0, true, false }, { 10, 9, MIGRATE_UNMOVABLE, 0, true, false },
		{ 2, 2, MIGRATE_CMA, 0, true, false }, { 2, 2, MIGRATE_CMA, ALLOC_CMA, true, true }, { 2, 2, MIGRATE_CMA, ALLOC_CMA, false, false },
		{ 2, 2, MIGRATE_HIGHATOMIC, 0, true, false }, { 2, 2, MIGRATE_HIGHATOMIC, ALLOC_HIGHATOMIC, true, true },
		{ 2, 2, MIGRATE_HIGHATOMIC, ALLOC_OOM, true, true }, { 2, 2, MIGRATE_HIGHATOMIC, ALLOC_CMA, true, false },
		{ 2, 2, MIGRATE_ISOLATE, ALLOC_CMA | ALLOC_HIGHATOMIC, true, false },
		/* A single page only has to be above the mark. */
		{ 0, 9, MIGRATE_ISOLATE, 0, true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct live live = bare(6, 12);
		struct zone_check check;

		live.has_cma = rows[i].cma;
		bare_zone.nr_free[rows[i].have] = bare_zone.lists[rows[i].have][rows[i].type].nr = 1;
		assert_int_equal(live_watermark_ok(&live, &bare_zone, rows[i].order, 100, ZONE_NORMAL, rows[i].flags, 9999, &check), rows[i].ok);
		assert_int_equal(check.verdict, rows[i].ok ? ZONE_OK : ZONE_NO_BLOCK);
		/* Not even above the mark. */
		assert_false(live_watermark_ok(&live, &bare_zone, rows[i].order, 9999, ZONE_NORMAL, 0, 9999, &check));
		assert_int_equal(check.verdict, ZONE_BELOW_MARK);
	}
}

/*
 * Of min, 100: half for __GFP_HIGH, a quarter less of that for who may not sleep, half for a victim of the OOM killer.
 * What counts as not free: 2^order - 1, CMA pages for whom they are not, what is reserved for atomic requests of a high order.
 */
static void marks_are_lowered_for_who_is_urgent(void **state)
{
	static const struct { unsigned version, patchlevel, order, flags; int64_t min, unusable; } rows[] = {
		{ 6, 3, 0, ALLOC_CMA, 100, 50 }, { 6, 3, 3, ALLOC_CMA, 100, 57 }, { 6, 3, 0, 0, 100, 90 },
		{ 6, 3, 0, ALLOC_CMA | ALLOC_MIN_RESERVE, 50, 0 }, { 6, 3, 0, ALLOC_CMA | ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK, 38, 0 },
		{ 6, 3, 0, ALLOC_CMA | ALLOC_NON_BLOCK, 100, 0 }, { 6, 3, 0, ALLOC_CMA | ALLOC_OOM, 50, 0 },
		{ 6, 3, 2, ALLOC_CMA | ALLOC_HIGHATOMIC, 100, 3 },
		/* Up to 6.2 __GFP_HIGH alone opens no reserve, and __GFP_ATOMIC alone lowers the mark. */
		{ 6, 2, 0, ALLOC_CMA | ALLOC_MIN_RESERVE, 50, 50 }, { 6, 2, 0, ALLOC_CMA | ALLOC_NON_BLOCK, 75, 0 },
		{ 6, 2, 0, ALLOC_CMA | ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK, 38, 0 }, { 6, 2, 0, ALLOC_CMA | ALLOC_OOM, 50, 0 },
		/* Since 6.12 only what of the reserve is free. */
		{ 6, 12, 0, ALLOC_CMA, 100, 20 }, { 6, 12, 0, 0, 100, 60 }, { 6, 12, 1, ALLOC_MIN_RESERVE, 50, 41 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct live live = bare(rows[i].version, rows[i].patchlevel);
		struct zone_check check;
		int64_t least = rows[i].min + rows[i].unusable + 7;

		bare_zone.nr_free[MAX_ORDER] = bare_zone.lists[MAX_ORDER][0].nr = 1;
		bare_zone.nr_reserved_highatomic = 50;
		bare_zone.nr_free_highatomic = 20;
		bare_zone.stat[LIVE_FREE_CMA] = 40;
		bare_zone.lowmem_reserve[ZONE_NORMAL] = 7;
		bare_zone.lowmem_reserve[ZONE_DMA] = 999;
		assert_false(live_watermark_ok(&live, &bare_zone, rows[i].order, 100, ZONE_NORMAL, rows[i].flags, least, &check));
		assert_int_equal(check.min, rows[i].min);
		assert_int_equal(check.unusable, rows[i].unusable);
		assert_int_equal(check.reserve, 7);
		assert_int_equal(check.free, least);
		assert_true(live_watermark_ok(&live, &bare_zone, rows[i].order, 100, ZONE_NORMAL, rows[i].flags, least + 1, NULL));
	}
}

/* A boost of 50 above min 100: urgent single pages do not heed it - by __GFP_HIGH since 6.3, by __GFP_ATOMIC before. */
static void urgent_requests_do_not_heed_the_boost(void **state)
{
	static const struct { unsigned version, patchlevel, order, flags, gfp; int64_t boost; bool ok; } rows[] = {
		{ 6, 3, 0, WMARK_MIN | ALLOC_MIN_RESERVE, GFP_HIGH, 50, true }, { 6, 3, 0, WMARK_MIN, 0x200, 50, false },
		{ 6, 1, 0, WMARK_MIN, 0x200, 50, true }, { 6, 1, 0, WMARK_MIN, 0, 50, false }, { 6, 1, 0, WMARK_LOW, 0x200, 50, false },
		{ 6, 1, 1, WMARK_MIN, 0x200, 50, false }, { 6, 1, 0, WMARK_MIN, 0x200, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct live live = bare(rows[i].version, rows[i].patchlevel);
		struct zone_check check;

		bare_zone.nr_free[MAX_ORDER] = bare_zone.lists[MAX_ORDER][0].nr = 1;
		bare_zone.wmark[WMARK_MIN] = 100;
		bare_zone.watermark_boost = rows[i].boost;
		bare_zone.stat[LIVE_FREE_PAGES] = 120;
		assert_int_equal(live_watermark_fast(&live, &bare_zone, rows[i].order, 400, ZONE_NORMAL, rows[i].flags, rows[i].gfp, &check),
				 rows[i].ok);
	}
}

/* Of a zone without pages nobody needs to be woken; of one below high somebody does, once. */
static void kswapd_is_woken_where_no_zone_is_balanced(void **state)
{
	static const struct { int64_t free, boost; unsigned long long managed; bool awake; } rows[] = {
		{ 500, 0, 1000, false }, { 200, 0, 1000, true }, { 201, 0, 1000, false }, { 500, 30, 1000, true }, { 100, 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct live live = bare(6, 12);
		struct live_node node = { .exists = true };

		live.zones = &bare_zone;
		live.nr_zones = 1;
		live.nodes = &node;
		live.nr_nodes = 1;
		bare_zone.nr_free[MAX_ORDER] = bare_zone.lists[MAX_ORDER][0].nr = 1;
		bare_zone.wmark[WMARK_HIGH] = 200;
		bare_zone.managed_pages = rows[i].managed;
		bare_zone.watermark_boost = rows[i].boost;
		bare_zone.stat[LIVE_FREE_PAGES] = rows[i].free;
		wake_kswapd(&live, &bare_zone, 0, ZONE_NORMAL);
		assert_int_equal(node.kswapd_awake, rows[i].awake);
	}
}

/* Three types; since 5.14 times four orders, and then a list for huge pages, or one for movable ones besides. */
static void lists_are_numbered_by_order_and_type(void **state)
{
	static const struct { bool orders; unsigned lists, order, type; int index; } rows[] = {
		{ false, 3, 0, MIGRATE_RECLAIMABLE, 2 }, { false, 3, 1, MIGRATE_UNMOVABLE, -1 }, { true, 12, 0, MIGRATE_MOVABLE, 1 },
		{ true, 12, 3, MIGRATE_RECLAIMABLE, 11 }, { true, 12, 9, MIGRATE_UNMOVABLE, -1 }, { true, 13, 9, MIGRATE_MOVABLE, 12 },
		{ true, 13, 9, MIGRATE_UNMOVABLE, 12 }, { true, 14, 9, MIGRATE_UNMOVABLE, 12 }, { true, 14, 9, MIGRATE_MOVABLE, 13 },
		{ true, 14, 9, MIGRATE_RECLAIMABLE, 12 }, { true, 14, 4, MIGRATE_UNMOVABLE, -1 }, { true, 14, 10, MIGRATE_MOVABLE, -1 },
		{ true, 14, 8, MIGRATE_MOVABLE, -1 }, { true, 14, 1, MIGRATE_UNMOVABLE, 3 },
	};
	struct live live = bare(6, 12);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		live.rules.pcp_orders = rows[i].orders;
		live.nr_pcp_lists = rows[i].lists;
		assert_int_equal(pcp_list_index(&live, rows[i].order, rows[i].type), rows[i].index);
		if (rows[i].index >= 0)
			assert_int_equal(pcp_list_order(&live, (unsigned)rows[i].index), rows[i].order);
	}
}

/* Each time an eighth less, down to the least. */
static void limits_decay_while_nothing_is_used(void **state)
{
	static const struct { int high, min, then; bool todo; } rows[] = {
		{ 1000, 100, 875, true }, { 875, 100, 766, true }, { 113, 100, 100, false }, { 116, 100, 102, true }, { 115, 100, 101, true },
		{ 100, 100, 100, false }, { 50, 100, 50, false }, { 7, 0, 7, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct live live = bare(6, 12);
		struct live_pcp pcp = { .high = rows[i].high, .high_min = rows[i].min, .batch = 63 };

		assert_int_equal(decay_pcp_high_live(&live, &bare_zone, &pcp), rows[i].todo);
		assert_int_equal(pcp.high, rows[i].then);
	}
}

/* ------------------------------------------------------------------- at random */

#define RANDOM_BLOCKS	32
#define RANDOM_OPS	20000	/* MMSCOPE_OPERATIONS=100000 is what HACKING.md asks for */
#define MAX_HELD	4000

static uint32_t next(uint32_t *seed)
{
	return *seed = *seed * 1664525u + 1013904223u;
}

/* A map of what each page is: 0 nothing, 1 free, 2 on a per-CPU list, 3 held. */
static void mark(uint8_t *map, uint64_t pfn, unsigned order, uint8_t as)
{
	for (uint64_t i = 0; i < UINT64_C(1) << order; i++) {
		assert_int_equal(map[pfn - START + i], 0);
		map[pfn - START + i] = as;
	}
}

struct held { uint64_t pfn; unsigned order; };

/* Every page is in one place; free buddies of one kind are merged; counters say what the lists hold. */
static void check(struct machine *m, const struct held *held, size_t nr_held)
{
	static uint8_t map[RANDOM_BLOCKS * BIG], order_at[RANDOM_BLOCKS * BIG];
	static uint64_t pfns[RANDOM_BLOCKS * BIG];
	struct mm_alloc_zone zone;
	int64_t free = 0, shares = 0;

	memset(map, 0, sizeof(map));
	memset(order_at, 0xff, sizeof(order_at));
	mm_allocator_zone(m->a, 0, &zone);
	for (unsigned order = 0; order <= MAX_ORDER; order++) {
		uint64_t all = 0;

		for (unsigned type = 0; type < 6; type++) {
			size_t nr = blocks(m, order, type, pfns, RANDOM_BLOCKS * BIG);

			all += nr;
			for (size_t i = 0; i < nr; i++) {
				mark(map, pfns[i], order, 1);
				order_at[pfns[i] - START] = (uint8_t)order;
			}
			free += (int64_t)nr << order;
		}
		assert_int_equal(all, zone.nr_free[order]);
	}
	for (unsigned order = 0; order < BLOCK_ORDER; order++)
		for (uint64_t i = 0; i < RANDOM_BLOCKS * BIG; i += UINT64_C(2) << order)
			assert_false(order_at[i] == order && order_at[i + (UINT64_C(1) << order)] == order);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		struct mm_alloc_pageset set;
		int count = 0;

		mm_allocator_pageset(m->a, 0, cpu, &set);
		for (unsigned list = 0; list < 14; list++) {
			unsigned order = list < 12 ? list / 3 : BLOCK_ORDER;
			size_t nr = pcp(m, cpu, list, pfns, RANDOM_BLOCKS * BIG);

			for (size_t i = 0; i < nr; i++)
				mark(map, pfns[i], order, 2);
			count += (int)nr << order;
		}
		assert_int_equal(count, set.count);
		shares += set.shares[0];
	}
	assert_int_equal(free, zone.counters[0] + shares);
	for (size_t i = 0; i < nr_held; i++)
		mark(map, held[i].pfn, held[i].order, 3);
	for (uint64_t i = 0; i < RANDOM_BLOCKS * BIG; i++)
		assert_int_not_equal(map[i], 0);
}

static void random_op(struct machine *m, struct held *held, size_t *nr, uint32_t *seed)
{
	static const unsigned gfps[] = { GFP_KERNEL, FOR_MOVABLE | 0x800, GFP_ATOMIC, GFP_KERNEL | 0x10 };
	uint32_t dice = next(seed) >> 8, cpu = dice & 1;

	if (dice % 97 == 0)
		run(m, &(struct mm_op){ .kind = dice % 2 ? MM_OP_DRAIN_LOCAL : MM_OP_VMSTAT, .cpu = cpu });
	if (*nr < MAX_HELD && (dice >> 8) % 100 < (*nr < MAX_HELD / 2 ? 70 : 48)) {
		unsigned order = (dice >> 4) % 8 < 5 ? 0 : (next(seed) >> 8) % 10;
		uint64_t pfn = alloc(m, cpu, gfps[(dice >> 12) % 4], order);

		if (pfn != UINT64_MAX)
			held[(*nr)++] = (struct held){ pfn, order };
	} else if (*nr) {
		size_t i = (next(seed) >> 8) % *nr;

		assert_int_equal(put(m, cpu, held[i].pfn), MM_OP_DONE);
		held[i] = held[--*nr];
	}
}

/* MMSCOPE_OPERATIONS=100000: as many. */
static unsigned operations(void)
{
	const char *asked = getenv("MMSCOPE_OPERATIONS");

	return asked ? (unsigned)strtoul(asked, NULL, 10) : RANDOM_OPS;
}

static void random_run(unsigned version, unsigned patchlevel)
{
	struct machine *m = machine(version, patchlevel, RANDOM_BLOCKS, MOVABLE);
	static struct held held[MAX_HELD];
	uint32_t seed = version * 100 + patchlevel;
	struct mm_alloc_zone zone;
	size_t nr = 0;

	for (unsigned i = 0; i < operations(); i++) {
		random_op(m, held, &nr, &seed);
		if (i % 5000 == 0)
			check(m, held, nr);
	}
	for (; nr; nr--)
		assert_int_equal(put(m, nr % 2, held[nr - 1].pfn), MM_OP_DONE);
	drain(m);
	check(m, held, 0);
	mm_allocator_zone(m->a, 0, &zone);
	for (unsigned order = 0; order < BLOCK_ORDER; order++)
		assert_int_equal(zone.nr_free[order], 0);
	done(m);
}

static void pages_are_conserved_in_5_14(void **state) { (void)state; random_run(5, 14); }
static void pages_are_conserved_in_6_13(void **state) { (void)state; random_run(6, 13); }
static void pages_are_conserved_in_6_18(void **state) { (void)state; random_run(6, 18); }
static void pages_are_conserved_in_7_3(void **state) { (void)state; random_run(7, 3); }
static void pages_are_conserved_in_6_1(void **state) { (void)state; random_run(6, 1); }
static void pages_are_conserved_in_6_7(void **state) { (void)state; random_run(6, 7); }
static void pages_are_conserved_in_6_12(void **state) { (void)state; random_run(6, 12); }
static void pages_are_conserved_in_7_2(void **state) { (void)state; random_run(7, 2); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_page_of_a_cpu_brings_a_batch),
		cmocka_unit_test(a_page_freed_on_another_cpu_stays_there),
		cmocka_unit_test(drains_double_until_something_is_allocated),
		cmocka_unit_test(freed_buddies_merge_up_to_the_whole_block),
		cmocka_unit_test(a_whole_block_of_another_type_is_claimed),
		cmocka_unit_test(a_small_block_of_another_type_is_stolen),
		cmocka_unit_test(single_pages_come_from_the_largest_or_the_smallest_block),
		cmocka_unit_test(watermarks_keep_the_last_pages_for_urgent_requests),
		cmocka_unit_test(lowmem_reserve_protects_the_lower_zone),
		cmocka_unit_test(high_order_atomic_requests_reserve_a_pageblock),
		cmocka_unit_test(a_failure_is_reported_as_the_release_does),
		cmocka_unit_test(what_a_report_names_is_the_releases),
		cmocka_unit_test(requests_may_fail_without_a_word),
		cmocka_unit_test(what_is_not_held_is_not_freed),
		cmocka_unit_test(states_that_contradict_themselves_are_refused),
		cmocka_unit_test(a_full_list_gives_pages_back),
		cmocka_unit_test(an_empty_list_fetches_a_batch),
		cmocka_unit_test(lists_shrink_once_a_second),
		cmocka_unit_test(pages_of_other_nodes_expire),
		cmocka_unit_test(a_list_remembers_what_was_asked_of_it),
		cmocka_unit_test(small_blocks_are_given_back_at_once),
		cmocka_unit_test(a_drain_goes_batch_by_batch),
		cmocka_unit_test(lists_are_numbered_by_order_and_type),
		cmocka_unit_test(limits_decay_while_nothing_is_used),
		cmocka_unit_test(a_block_must_be_there),
		cmocka_unit_test(marks_are_lowered_for_who_is_urgent),
		cmocka_unit_test(urgent_requests_do_not_heed_the_boost),
		cmocka_unit_test(kswapd_is_woken_where_no_zone_is_balanced),
		cmocka_unit_test(pages_are_conserved_in_6_1),
		cmocka_unit_test(pages_are_conserved_in_6_7),
		cmocka_unit_test(pages_are_conserved_in_6_12),
		cmocka_unit_test(pages_are_conserved_in_7_2),
		cmocka_unit_test(pages_are_conserved_in_5_14),
		cmocka_unit_test(pages_are_conserved_in_6_13),
		cmocka_unit_test(pages_are_conserved_in_6_18),
		cmocka_unit_test(pages_are_conserved_in_7_3),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
