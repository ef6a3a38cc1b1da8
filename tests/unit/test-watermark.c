/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expected numbers are those of recorded boots' /proc/zoneinfo. */
#include "zone_machine.h"

#include "mmcore/watermark.h"

static struct zone_machine m;

static struct watermarks watermarks(void)
{
	return (struct watermarks){ .trace = &m.trace, .kernel = m.kernel, .nodes = &m.nodes };
}

static void assert_marks(const struct zone *zone, unsigned min, unsigned low, unsigned high)
{
	assert_int_equal(zone->watermark[WMARK_MIN], min);
	assert_int_equal(zone->watermark[WMARK_LOW], low);
	assert_int_equal(zone->watermark[WMARK_HIGH], high);
}

static void square_roots_round_down(void **state)
{
	(void)state;
	assert_int_equal(int_sqrt(0), 0);
	assert_int_equal(int_sqrt(15), 3);
	assert_int_equal(int_sqrt(16), 4);
	assert_int_equal(int_sqrt(UINT64_MAX), UINT32_MAX);
}

/* 6 GiB with 4.9: 6088428 KiB * 16 has the root 9869. */
static void min_free_is_the_root_of_the_memory(void **state)
{
	(void)state;
	zone_machine_init(&m, 4, 9);
	assert_int_equal(min_free_kbytes_for(m.kernel, 1522107), 9869);
	assert_int_equal(min_free_kbytes_for(m.kernel, 1), 128);
	zone_machine_deinit(&m);
}

/* 64 MiB was the most a kernel kept until 5.6, 256 MiB since. */
static void min_free_has_an_upper_bound(void **state)
{
	(void)state;
	zone_machine_init(&m, 4, 9);
	assert_int_equal(min_free_kbytes_for(m.kernel, UINT64_C(1) << 34), 65536);
	kernel_set_release(m.kernel, RELEASE(5, 10, 0));
	assert_int_equal(min_free_kbytes_for(m.kernel, UINT64_C(1) << 34), 262144);
	zone_machine_deinit(&m);
}

/* 6.7, two nodes of 1 GiB: huge pages want 2 zones * 512 pages * 11. */
static void nodes_share_what_huge_pages_want(void **state)
{
	struct watermarks wm = watermarks();
	struct zone *zone[2];

	(void)state;
	zone_machine_init(&m, 6, 7);
	wm.kernel = m.kernel;
	add_node(&m, 0);
	add_node(&m, 1);
	zone[0] = add_zone(&m, 0, ZONE_DMA, 262144, 253306);
	zone[1] = add_zone(&m, 1, ZONE_DMA, 262144, 256427);
	assert_int_equal(recommended_min_free_kbytes(m.kernel, &m.nodes, 500000), 45056);
	setup_per_zone_wmarks(&wm, 45056);
	assert_marks(zone[0], 5597, 6996, 8395);
	assert_marks(zone[1], 5666, 7082, 8498);
	assert_marks(&m.node[0].zones[ZONE_MOVABLE], 32, 32, 32);
	zone_machine_deinit(&m);
}

/* Android's kernels have page lists for CMA's pages as well: 2 zones * 512 pages * 18. */
static void four_types_of_pages_want_more(void **state)
{
	(void)state;
	zone_machine_init(&m, 5, 15);
	mm_kernel_set_number(m.kernel, "enums.migratetype", "MIGRATE_PCPTYPES", 4);
	add_node(&m, 0);
	add_node(&m, 1);
	add_zone(&m, 0, ZONE_DMA, 262144, 253306);
	add_zone(&m, 1, ZONE_DMA, 262144, 256427);
	assert_int_equal(recommended_min_free_kbytes(m.kernel, &m.nodes, 500000), 73728);
	zone_machine_deinit(&m);
}

/* A board of 16 KiB pages: 2048 * 11 pages are more than a twentieth of memory. */
static void huge_pages_get_a_twentieth_at_most(void **state)
{
	(void)state;
	zone_machine_init(&m, 6, 12);
	m.kernel->page_shift = 14;
	m.kernel->pageblock_nr_pages = 2048;
	add_node(&m, 0);
	add_zone(&m, 0, ZONE_DMA, 65536, 62483);
	assert_int_equal(recommended_min_free_kbytes(m.kernel, &m.nodes, 62100), 49680);
	zone_machine_deinit(&m);
}

/*
 * 6.7 movablecore=256M:   [ DMA 191908 managed ][ Movable 60205 managed ]
 */
static void movable_zone_has_a_small_min_of_its_own(void **state)
{
	struct watermarks wm = watermarks();
	struct zone *dma, *movable;

	(void)state;
	zone_machine_init(&m, 6, 7);
	wm.kernel = m.kernel;
	add_node(&m, 0);
	dma = add_zone(&m, 0, ZONE_DMA, 196608, 191908);
	movable = add_zone(&m, 0, ZONE_MOVABLE, 65536, 60205);
	setup_per_zone_wmarks(&wm, 22528);
	setup_per_zone_lowmem_reserve(&wm);
	assert_marks(dma, 5632, 7040, 8448);
	assert_marks(movable, 58, 499, 940);
	assert_int_equal(dma->lowmem_reserve[ZONE_MOVABLE], 235);
	assert_int_equal(dma->lowmem_reserve[ZONE_NORMAL], 0);
	zone_machine_deinit(&m);
}

/* 4.9, 4 GiB:   [ DMA 767558 managed ][ Normal 245549 managed ] */
static void lower_zones_keep_a_reserve_from_higher_allocations(void **state)
{
	struct watermarks wm = watermarks();
	struct zone *dma, *normal;

	(void)state;
	zone_machine_init(&m, 4, 9);
	wm.kernel = m.kernel;
	add_node(&m, 0);
	dma = add_zone(&m, 0, ZONE_DMA, 786432, 767558);
	normal = add_zone(&m, 0, ZONE_NORMAL, 262144, 245549);
	setup_per_zone_wmarks(&wm, 45056);
	setup_per_zone_lowmem_reserve(&wm);
	assert_marks(dma, 8533, 10666, 12799);
	assert_marks(normal, 2730, 3412, 4094);
	assert_int_equal(dma->lowmem_reserve[ZONE_NORMAL], 959);
	assert_int_equal(dma->lowmem_reserve[ZONE_MOVABLE], 959);
	assert_int_equal(normal->lowmem_reserve[ZONE_MOVABLE], 0);
	zone_machine_deinit(&m);
}

/* A node without DMA memory: 4.9 gives its empty DMA zone a reserve, later kernels do not. */
static void empty_zones_need_no_reserve_since_5_8(void **state)
{
	struct watermarks wm = watermarks();

	(void)state;
	zone_machine_init(&m, 4, 9);
	wm.kernel = m.kernel;
	add_node(&m, 0);
	add_zone(&m, 0, ZONE_NORMAL, 262144, 256000);
	setup_per_zone_lowmem_reserve(&wm);
	assert_int_equal(m.node[0].zones[ZONE_DMA].lowmem_reserve[ZONE_NORMAL], 1000);
	kernel_set_release(m.kernel, RELEASE(6, 12, 0));
	setup_per_zone_lowmem_reserve(&wm);
	assert_int_equal(m.node[0].zones[ZONE_DMA].lowmem_reserve[ZONE_NORMAL], 0);
	zone_machine_deinit(&m);
}

static void stat_threshold_grows_with_cpus_and_memory(void **state)
{
	struct zone *zone;

	(void)state;
	zone_machine_init(&m, 6, 7);
	add_node(&m, 0);
	zone = add_zone(&m, 0, ZONE_DMA, 262144, 253962);
	assert_int_equal(normal_stat_threshold(m.kernel, zone, 2), 16);
	assert_int_equal(normal_stat_threshold(m.kernel, zone, 4), 24);
	zone->managed_pages = 767878;
	assert_int_equal(normal_stat_threshold(m.kernel, zone, 4), 36);
	assert_int_equal(normal_stat_threshold(m.kernel, zone, 4096), 125);
	zone_machine_deinit(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(square_roots_round_down),
		cmocka_unit_test(min_free_is_the_root_of_the_memory),
		cmocka_unit_test(min_free_has_an_upper_bound),
		cmocka_unit_test(nodes_share_what_huge_pages_want),
		cmocka_unit_test(four_types_of_pages_want_more),
		cmocka_unit_test(huge_pages_get_a_twentieth_at_most),
		cmocka_unit_test(movable_zone_has_a_small_min_of_its_own),
		cmocka_unit_test(lower_zones_keep_a_reserve_from_higher_allocations),
		cmocka_unit_test(empty_zones_need_no_reserve_since_5_8),
		cmocka_unit_test(stat_threshold_grows_with_cpus_and_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
