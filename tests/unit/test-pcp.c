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
	zone_pcp_update(&m.trace, m.kernel, zone, &cpus, 1, 0);
	assert_int_equal(m.trace.nr_events, events);
	zone->watermark[WMARK_LOW] = 7040;
	zone_pcp_update(&m.trace, m.kernel, zone, &cpus, 2, 0);
	assert_int_equal(m.trace.nr_events, events + 1);
	assert_int_equal(zone->pageset_high, 3520);
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
		cmocka_unit_test(an_update_without_change_is_no_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
