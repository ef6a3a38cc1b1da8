/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expected numbers are those of recorded boots. */
#include "zone_machine.h"

#include "mmcore/pcp.h"

static struct zone_machine m;
static struct cpu cpu[2] = { { .id = 0 }, { .id = 1 } };
static const struct cpus cpus = { .cpu = cpu, .nr = 2, .nr_cpu_ids = 2 };

/* 1 GiB: 258048 >> 12 is 63; with one half more 94; below that 64; minus one. */
static void batch_is_one_less_than_a_power_of_two(void **state)
{
	(void)state;
	zone_machine_init(&m, 6, 7);
	assert_int_equal(zone_batchsize(m.kernel, 258048), 63);
	assert_int_equal(zone_batchsize(m.kernel, 60205), 15);
	assert_int_equal(zone_batchsize(m.kernel, UINT64_C(1) << 32), 63);
	m.kernel->page_size = 16384;
	assert_int_equal(zone_batchsize(m.kernel, 62483), 15);
	zone_machine_deinit(&m);
}

static void old_kernels_have_half_the_batch(void **state)
{
	(void)state;
	zone_machine_init(&m, 4, 9);
	assert_int_equal(zone_batchsize(m.kernel, 258048), 31);
	zone_machine_deinit(&m);
}

/* "LIFO batch:0" is what they print; their page sets use 1. */
static void tiny_zones_have_batch_zero_until_7_1(void **state)
{
	struct zone zone = { .managed_pages = 4096 };

	(void)state;
	zone_machine_init(&m, 6, 12);
	assert_int_equal(zone_batchsize(m.kernel, 4096), 0);
	assert_int_equal(zone_pcp_limits(m.kernel, &zone, 1).batch, 1);
	kernel_set_release(m.kernel, RELEASE(7, 2, 0));
	assert_int_equal(zone_batchsize(m.kernel, 4096), 1);
	zone_machine_deinit(&m);
}

static void high_is_six_batches_in_old_kernels(void **state)
{
	struct zone zone = { .managed_pages = 258048 };
	struct pcp_limits limits;

	(void)state;
	zone_machine_init(&m, 5, 10);
	limits = zone_pcp_limits(m.kernel, &zone, 1);
	assert_int_equal(limits.batch, 63);
	assert_int_equal(limits.high, 378);
	zone_machine_deinit(&m);
}

/* 7.2, 4 GiB, 4 CPUs, ZONE_DMA: low 10672, managed 757519 when they were set. */
static void cpus_of_the_node_share_the_low_watermark(void **state)
{
	struct zone zone = { .managed_pages = 757519, .watermark[WMARK_LOW] = 10672 };
	struct pcp_limits limits;

	(void)state;
	zone_machine_init(&m, 7, 2);
	limits = zone_pcp_limits(m.kernel, &zone, 4);
	assert_int_equal(limits.high_min, 2668);
	assert_int_equal(limits.high_max, 23672);
	assert_int_equal(limits.high, 0);
	kernel_set_release(m.kernel, RELEASE(6, 1, 0));
	assert_int_equal(zone_pcp_limits(m.kernel, &zone, 4).high, 2668);
	zone_machine_deinit(&m);
}

static void before_there_are_watermarks_four_batches_are_allowed(void **state)
{
	struct zone zone = { .managed_pages = 258048 };

	(void)state;
	zone_machine_init(&m, 6, 1);
	assert_int_equal(zone_pcp_limits(m.kernel, &zone, 1).high, 252);
	zone_machine_deinit(&m);
}

/* A set per CPU appears at set-up; an update that changes nothing leaves no event. */
static void an_update_without_change_is_no_event(void **state)
{
	struct zone *zone;
	size_t events;

	(void)state;
	zone_machine_init(&m, 6, 1);
	add_node(&m, 0);
	zone = add_zone(&m, 0, ZONE_DMA, 262144, 258048);
	zone_pageset_setup(&m.trace, m.kernel, zone, &cpus, 1);
	assert_int_equal(m.trace.nr_events, 2);
	assert_int_equal(m.trace.rows[MM_PAGESETS].nr, 2);
	events = m.trace.nr_events;
	zone_pcp_update(&m.trace, m.kernel, zone, &cpus, 1, 0, 0);
	assert_int_equal(m.trace.nr_events, events);
	zone->watermark[WMARK_LOW] = 7040;
	zone_pcp_update(&m.trace, m.kernel, zone, &cpus, 2, 0, 0);
	assert_int_equal(m.trace.nr_events, events + 1);
	assert_int_equal(zone->pageset_high, 3520);
	zone_machine_deinit(&m);
}

/* Unmovable, movable, reclaimable; since 5.14 times orders 0 to 3, and one for huge pages. */
static void lists_are_by_type_then_by_order_too(void **state)
{
	static const struct { unsigned version, patchlevel, huge, lists; } rows[] = {
		{ 4, 9, 1, 3 }, { 5, 13, 1, 3 }, { 5, 14, 0, 12 }, { 5, 14, 1, 13 }, { 7, 2, 1, 13 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		zone_machine_init(&m, rows[i].version, rows[i].patchlevel);
		assert_int_equal(mm_kernel_set_number(m.kernel, "config", "TRANSPARENT_HUGEPAGE", rows[i].huge), 0);
		assert_int_equal(pcp_nr_lists(m.kernel), rows[i].lists);
		zone_machine_deinit(&m);
	}
}

/* batch = a 4096th, half as much again, down to a power of two, less one. */
static void batches_step_at_powers_of_two(void **state)
{
	static const struct { uint64_t managed; unsigned batch; } rows[] = {
		{ 0, 0 }, { 8191, 0 }, { 8192, 1 },			/* 2 + 1 = 3 -> 2 */
		{ 12288, 3 }, { 5 * 4096 - 1, 3 }, { 6 * 4096 - 1, 3 },	/* 3 + 1 = 4; 4 + 2 = 6; 5 + 2 = 7 -> 4 */
		{ 6 * 4096, 7 }, { 11 * 4096, 15 }, { 10 * 4096, 7 },	/* 6 + 3 = 9; 11 + 5 = 16; 10 + 5 = 15 -> 8 */
		{ 43 * 4096, 63 }, { 42 * 4096, 31 },			/* 43 + 21 = 64; 42 + 21 = 63 -> 32 */
	};

	(void)state;
	zone_machine_init(&m, 6, 7);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(zone_batchsize(m.kernel, rows[i].managed), rows[i].batch);
	zone_machine_deinit(&m);
}

/*
 * vm.percpu_pagelist_high_fraction, of a zone of 258048 pages (batch 63) and a low mark of 7040:
 *   5.10: the fraction for each CPU, a quarter in a batch, 1 to 8 * PAGE_SHIFT
 *   6.1:  the fraction shared by the CPUs, at least four batches;   6.7: both bounds
 */
static void a_fraction_of_the_zone_may_be_asked_for(void **state)
{
	static const struct { unsigned version, patchlevel, cpus, fraction, batch, high, min, max; } rows[] = {
		{ 5, 10, 4, 0, 63, 378, 0, 0 }, { 5, 10, 4, 8, 96, 32256, 0, 0 },
		{ 5, 10, 4, 1000, 64, 258, 0, 0 }, { 5, 10, 4, 100000, 1, 2, 0, 0 },
		{ 6, 1, 4, 0, 63, 1760, 0, 0 }, { 6, 1, 4, 8, 63, 8064, 0, 0 }, { 6, 1, 4, 1000, 63, 252, 0, 0 },
		{ 6, 7, 4, 0, 63, 0, 1760, 8064 }, { 6, 7, 4, 16, 63, 0, 4032, 4032 }, { 6, 7, 4, 1000, 63, 0, 252, 252 },
		{ 6, 7, 32, 0, 63, 0, 252, 1008 },
	};
	struct zone zone = { .managed_pages = 258048, .watermark[WMARK_LOW] = 7040 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pcp_limits limits;

		zone_machine_init(&m, rows[i].version, rows[i].patchlevel);
		limits = zone_pcp_limits_of(m.kernel, &zone, rows[i].cpus, rows[i].fraction);
		if (limits.batch != rows[i].batch || limits.high != rows[i].high || limits.high_min != rows[i].min || limits.high_max != rows[i].max)
			fail_msg("row %zu: batch %u high %u min %u max %u", i, limits.batch, limits.high, limits.high_min, limits.high_max);
		zone_machine_deinit(&m);
	}
}

/*
 *   cpu 0: node 0, online, in its mask    cpu 1: node 1, online, not yet in its mask
 * A zone's pages are shared by the CPUs of its node, one that is coming up included; by all online ones if it has none.
 */
static void the_cpus_of_the_node_share(void **state)
{
	static const struct { bool numa; int nid; unsigned coming, nr; } rows[] = {
		{ true, 0, 0, 1 }, { true, 0, 1, 2 }, { true, 1, 0, 2 }, { true, 1, 1, 1 }, { false, 0, 0, 2 }, { false, 0, 1, 3 },
	};
	struct cpu two[2] = { { .id = 0, .online = true, .in_node_mask = true }, { .id = 1, .nid = 1, .online = true } };
	struct cpu offline[2] = { { .id = 0 }, { .id = 1 } };
	const struct cpus both = { .cpu = two, .nr = 2, .nr_cpu_ids = 2 }, none = { .cpu = offline, .nr = 2, .nr_cpu_ids = 2 };

	(void)state;
	zone_machine_init(&m, 6, 7);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct zone zone = { .nid = rows[i].nid };

		m.kernel->numa = rows[i].numa;
		assert_int_equal(zone_split_cpus(m.kernel, &zone, &both, rows[i].coming), rows[i].nr);
	}
	m.kernel->numa = true;
	assert_int_equal(zone_split_cpus(m.kernel, &(struct zone){ 0 }, &none, 0), 1);
	zone_machine_deinit(&m);
}

/* cpu, high, batch, lists, zones of the boot page sets. */
static void expect_boot_pagesets(const char *zones, int64_t lists)
{
	const struct trace_rows *rows = &m.trace.rows[MM_BOOT_PAGESETS];
	const size_t width = mm_table_def(MM_BOOT_PAGESETS)->nr_columns;

	assert_int_equal(rows->nr, 2);
	for (size_t i = 0; i < 2; i++) {
		const union mm_value *r = trace_row(&m.trace, MM_BOOT_PAGESETS, i);

		assert_int_equal(r[0].i, i);
		assert_int_equal(r[1].i, 0);
		assert_int_equal(r[2].i, 1);
		assert_int_equal(r[3].i, 0);
		assert_int_equal(r[4].i, 0);
		assert_int_equal(r[5].i, lists);
		assert_int_equal(r[6].i, 0);
		assert_string_equal(r[7].s, zones);
	}
	assert_int_equal(width, 8);
}

/* Each CPU's is set up in steps up to 5.13, in one since; zones without pages keep it. */
static void boot_page_sets_hold_nothing(void **state)
{
	static const struct { unsigned version, patchlevel; int64_t lists; size_t events; } rows[] = { { 5, 10, 3, 5 }, { 6, 1, 12, 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		zone_machine_init(&m, rows[i].version, rows[i].patchlevel);
		add_node(&m, 0);
		add_node(&m, 2);
		add_zone(&m, 2, ZONE_NORMAL, 262144, 258048);
		boot_pagesets_init(&m.trace, m.kernel, &m.nodes, &cpus);
		expect_boot_pagesets("0/DMA 0/Normal 0/Movable 2/DMA 2/Normal 2/Movable", rows[i].lists);
		assert_int_equal(m.trace.nr_events, 2 * rows[i].events);
		boot_pagesets_retire(&m.trace, m.kernel, &m.nodes, &cpus);
		expect_boot_pagesets("0/DMA 0/Normal 0/Movable 2/DMA 2/Movable", rows[i].lists);
		zone_machine_deinit(&m);
	}
}

/* 6.7: each of the limits by itself makes an event; the rows of the zone's CPUs are replaced, no others. */
static void any_limit_that_changes_is_published(void **state)
{
	struct zone *first, *zone;
	const union mm_value *r;

	(void)state;
	zone_machine_init(&m, 6, 7);
	add_node(&m, 0);
	first = add_zone(&m, 0, ZONE_DMA, 262144, 258048);
	zone = add_zone(&m, 0, ZONE_NORMAL, 262144, 258048);
	zone_pageset_setup(&m.trace, m.kernel, first, &cpus, 4);
	zone_pageset_setup(&m.trace, m.kernel, zone, &cpus, 4);
	assert_int_equal(m.trace.rows[MM_PAGESETS].nr, 4);
	for (unsigned change = 0; change < 3; change++) {
		size_t events = m.trace.nr_events;

		if (change == 0)
			zone->watermark[WMARK_LOW] = 7040;	/* high_min: 1760 */
		else if (change == 1)
			zone->managed_pages += 32;		/* high_max: 8065 */
		else
			zone->managed_pages = 4096 * 42;	/* batch 31, high_max 5376 */
		zone_pcp_update(&m.trace, m.kernel, zone, &cpus, 4, 0, 2);
		assert_int_equal(m.trace.nr_events, events + 1);
		assert_int_equal(m.trace.rows[MM_PAGESETS].nr, 4);
		for (size_t i = 2; i < 4; i++) {
			r = trace_row(&m.trace, MM_PAGESETS, i);
			assert_string_equal(r[0].s, i == 2 ? "0/Normal/0" : "0/Normal/1");
			assert_int_equal(r[3].i, i - 2);
			assert_int_equal(r[5].i, 0);
			assert_int_equal(r[6].i, 1760);
			assert_int_equal(r[7].i, change == 0 ? 8064 : change == 1 ? 8065 : 5376);
			assert_int_equal(r[8].i, change == 2 ? 31 : 63);
			assert_int_equal(r[9].i, 12);
		}
	}
	r = trace_row(&m.trace, MM_PAGESETS, 1);
	assert_string_equal(r[0].s, "0/DMA/1");
	assert_int_equal(r[6].i, 252);
	zone_machine_deinit(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(batch_is_one_less_than_a_power_of_two),
		cmocka_unit_test(old_kernels_have_half_the_batch),
		cmocka_unit_test(tiny_zones_have_batch_zero_until_7_1),
		cmocka_unit_test(high_is_six_batches_in_old_kernels),
		cmocka_unit_test(cpus_of_the_node_share_the_low_watermark),
		cmocka_unit_test(before_there_are_watermarks_four_batches_are_allowed),
		cmocka_unit_test(lists_are_by_type_then_by_order_too),
		cmocka_unit_test(batches_step_at_powers_of_two),
		cmocka_unit_test(a_fraction_of_the_zone_may_be_asked_for),
		cmocka_unit_test(the_cpus_of_the_node_share),
		cmocka_unit_test(boot_page_sets_hold_nothing),
		cmocka_unit_test(any_limit_that_changes_is_published),
		cmocka_unit_test(an_update_without_change_is_no_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
