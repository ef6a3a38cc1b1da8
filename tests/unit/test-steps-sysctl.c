/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * do_sysctl_args(): what the command line writes below /proc/sys.
 *
 * The machine of booted_machine.h: a zone of 16384 pages, two CPUs, batches of 3; its min_free_kbytes is 64 here, 16 pages.
 */
#include "booted_machine.h"

#define FAILED(what, why)	"Failed to set sysctl parameter '" what "': " why
#define INVALID(what)		FAILED(what, "invalid value")
#define NOT_FOUND(what)		FAILED(what, "parameter not found")
#define WROTE(n, of, file, what) "Wrote only " n " bytes of " of " writing to proc file sys/vm/" file \
	" to set sysctl parameter '" what

static void at_work(const char *version, const char *options, const char *cmdline)
{
	booted(version, options);
	m.mm.min_free_kbytes = 64;
	words(cmdline);
	assert_true(run(step_do_sysctl_args));
}

/*
 * min is min_free_kbytes in pages, low and high a quarter of that apart, or watermark_scale_factor in 1/10000 of the zone.
 * Since 5.14 a CPU's list holds half of low, since 6.7 that is the least, and 16384 / 8 / 2 the most; a fraction takes the
 * place of both.
 */
static void marks_and_limits_follow(void **state)
{
	static const struct { const char *version, *words; unsigned min, low, high, pcp, most, batch; } rows[] = {
		{ "6.12", "", 16, 20, 24, 12, 1024, 3 },
		{ "6.12", "sysctl.vm.min_free_kbytes=8192", 2048, 2560, 3072, 1280, 1024, 3 },
		{ "6.12", "sysctl/vm/min_free_kbytes=0x2000", 2048, 2560, 3072, 1280, 1024, 3 },
		{ "6.12", "sysctl.vm/min_free_kbytes=020000", 2048, 2560, 3072, 1280, 1024, 3 },
		{ "6.12", "sysctl.vm.min_free_kbytes=0", 0, 16, 32, 12, 1024, 3 },
		{ "6.12", "sysctl.vm.watermark_scale_factor=150", 16, 261, 506, 130, 1024, 3 },
		{ "6.12", "sysctl.vm.watermark_scale_factor=1", 16, 20, 24, 12, 1024, 3 },
		{ "6.12", "sysctl.vm.watermark_scale_factor=3000", 16, 4931, 9846, 2465, 1024, 3 },
		{ "6.12", "sysctl.vm.min_free_kbytes=8192 sysctl.vm.watermark_scale_factor=1000", 2048, 3686, 5324, 1843, 1024, 3 },
		{ "6.12", "sysctl.vm.percpu_pagelist_high_fraction=8", 16, 20, 24, 1024, 1024, 3 },
		{ "6.12", "sysctl.vm.percpu_pagelist_high_fraction=100", 16, 20, 24, 81, 81, 3 },
		{ "6.12", "sysctl.vm.percpu_pagelist_high_fraction=100 sysctl.vm.percpu_pagelist_high_fraction=0",
		  16, 20, 24, 12, 1024, 3 },
		{ "6.1", "sysctl.vm.min_free_kbytes=8192", 2048, 2560, 3072, 1280, 0, 3 },
		{ "6.1", "sysctl.vm.percpu_pagelist_high_fraction=100", 16, 20, 24, 81, 0, 3 },
		/* A fraction for each CPU, and a quarter of it is a batch, of 96 pages at most. */
		{ "5.10", "sysctl.vm.min_free_kbytes=8192", 2048, 2560, 3072, 18, 0, 3 },
		{ "5.10", "sysctl.vm.percpu_pagelist_fraction=100", 16, 20, 24, 163, 0, 40 },
		{ "5.10", "sysctl.vm.percpu_pagelist_fraction=8", 16, 20, 24, 2048, 0, 96 },
		/* No such step. */
		{ "6.12", "vm.min_free_kbytes=8192 sysctlvm.min_free_kbytes=8192 sysctl_vm.min_free_kbytes=8192",
		  16, 20, 24, 12, 1024, 3 },
		{ "6.12", "-- sysctl.vm.min_free_kbytes=8192", 16, 20, 24, 12, 1024, 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct zone *zone;
		bool tuned = !strcmp(rows[i].version, "6.12");

		at_work(rows[i].version, "", rows[i].words);
		zone = &m.mm.nodes.node[0].zones[ZONE_NORMAL];
		assert_string_equal(said(), "");
		assert_int_equal(zone->watermark[WMARK_MIN], rows[i].min);
		assert_int_equal(zone->watermark[WMARK_LOW], rows[i].low);
		assert_int_equal(zone->watermark[WMARK_HIGH], rows[i].high);
		assert_int_equal(tuned ? zone->pageset_high_min : zone->pageset_high, rows[i].pcp);
		assert_int_equal(zone->pageset_high_max, rows[i].most);
		assert_int_equal(zone->pageset_batch, rows[i].batch);
		over();
	}
}

/* What a handler refuses, what it reads of a value, and which files there are. */
static void what_is_refused_is_said(void **state)
{
	static const struct { const char *version, *words, *said; } rows[] = {
		{ "6.12", "sysctl.vm.min_free_kbytes=-1", INVALID("vm.min_free_kbytes=-1") },
		{ "6.12", "sysctl.vm.min_free_kbytes=x", INVALID("vm.min_free_kbytes=x") },
		{ "6.12", "sysctl.vm.min_free_kbytes=5x", INVALID("vm.min_free_kbytes=5x") },
		{ "6.12", "sysctl.vm.min_free_kbytes=2147483648", INVALID("vm.min_free_kbytes=2147483648") },
		{ "6.12", "sysctl.vm.min_free_kbytes=18446744073709551617", INVALID("vm.min_free_kbytes=18446744073709551617") },
		{ "6.12", "sysctl.vm.min_free_kbytes=2147483647", "" },
		{ "6.12", "sysctl.vm.min_free_kbytes=20M", INVALID("vm.min_free_kbytes=20M") },
		{ "6.12", "sysctl/vm/min_free_kbytes=-", INVALID("vm/min_free_kbytes=-") },
		{ "6.12", "sysctl.vm.min_free_kbytes=", "Setting sysctl args: `' invalid for parameter `sysctl.vm.min_free_kbytes'" },
		{ "6.12", "sysctl.vm.min_free_kbytes", "Setting sysctl args: `' invalid for parameter `sysctl.vm.min_free_kbytes'" },
		{ "6.12", "sysctl.vm.min_free_kbytes=\"64 5\"", WROTE("3", "4", "min_free_kbytes", "vm.min_free_kbytes=64 5") },
		{ "6.12", "sysctl.vm.min_free_kbytes=\" 64 \"", "" },
		{ "6.12", "sysctl.vm.watermark_scale_factor=0", INVALID("vm.watermark_scale_factor=0") },
		{ "6.12", "sysctl.vm.watermark_scale_factor=3001", INVALID("vm.watermark_scale_factor=3001") },
		{ "5.16.1", "sysctl.vm.watermark_scale_factor=1001", INVALID("vm.watermark_scale_factor=1001") },
		{ "5.16.1", "sysctl.vm.watermark_scale_factor=1000", "" },
		{ "6.12", "sysctl.vm.watermark_boost_factor=0", "" },
		{ "6.12", "sysctl.vm.watermark_boost_factor=-3", INVALID("vm.watermark_boost_factor=-3") },
		{ "6.12", "sysctl.vm.percpu_pagelist_high_fraction=7", INVALID("vm.percpu_pagelist_high_fraction=7") },
		{ "6.12", "sysctl.vm.percpu_pagelist_high_fraction=1", INVALID("vm.percpu_pagelist_high_fraction=1") },
		{ "6.12", "sysctl.vm.percpu_pagelist_fraction=8", NOT_FOUND("vm.percpu_pagelist_fraction=8") },
		{ "5.10", "sysctl.vm.percpu_pagelist_high_fraction=8", NOT_FOUND("vm.percpu_pagelist_high_fraction=8") },
		{ "5.10", "sysctl.vm.percpu_pagelist_fraction=7", INVALID("vm.percpu_pagelist_fraction=7") },
		{ "6.12", "numa_zonelist_order=Node", "" },
		{ "6.12", "numa_zonelist_order=default sysctl.vm.numa_zonelist_order=n", "" },
		{ "6.12", "numa_zonelist_order=zone",
		  "Ignoring unsupported numa_zonelist_order value:  zone | " INVALID("vm.numa_zonelist_order=zone") },
		{ "6.12", "sysctl.kernel.panic=5 sysctl.vm.overcommit_memory=2", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		at_work(rows[i].version, "", rows[i].words);
		assert_string_equal(said(), rows[i].said);
		over();
	}
	at_work("6.12", "NUMA=0", "numa_zonelist_order=d");
	assert_string_equal(said(), NOT_FOUND("vm.numa_zonelist_order=d"));
	over();
}

/*
 * node 0: DMA 8192 pages, Normal 8192; a number for DMA, Normal, Movable.  What Normal's requests leave of DMA is 8192 / 256
 * at first.  Up to 7.2 what could be read counts, and nobody says that the rest could not.
 */
static void reserves_follow_what_could_be_read(void **state)
{
	static const struct { const char *version, *value, *said; unsigned reserve; } rows[] = {
		{ "6.12", "64", "", 128 }, { "6.12", "\"64 32 0\"", "", 128 }, { "6.12", "0", "", 0 }, { "6.12", "-5", "", 0 },
		{ "6.12", "1", "", 8192 },
		{ "6.12", "\"64 32 0 7\"", WROTE("8", "9", "lowmem_reserve_ratio", "vm.lowmem_reserve_ratio=64 32 0 7"), 128 },
		{ "6.12", "\"64 x\"", WROTE("3", "4", "lowmem_reserve_ratio", "vm.lowmem_reserve_ratio=64 x"), 128 },
		{ "6.12", "x", "", 32 },
		{ "7.3.4", "\"64 x\"", INVALID("vm.lowmem_reserve_ratio=64 x"), 32 },
		{ "7.3.4", "x", INVALID("vm.lowmem_reserve_ratio=x"), 32 },
		{ "7.3.4", "-5", INVALID("vm.lowmem_reserve_ratio=-5"), 32 }, { "7.3.4", "\"64 32\"", "", 128 },
	};
	char line[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		booted_with_nodes(rows[i].version, "");
		m.mm.nodes.node[0].zones[ZONE_DMA].lowmem_reserve[ZONE_NORMAL] = 32;
		m.mm.nodes.node[0].zones[ZONE_DMA].lowmem_reserve[ZONE_MOVABLE] = 32;
		snprintf(line, sizeof(line), "sysctl.vm.lowmem_reserve_ratio=%s", rows[i].value);
		words(line);
		assert_true(run(step_do_sysctl_args));
		assert_string_equal(said(), rows[i].said);
		assert_int_equal(m.mm.nodes.node[0].zones[ZONE_DMA].lowmem_reserve[ZONE_NORMAL], rows[i].reserve);
		assert_int_equal(m.mm.nodes.node[0].zones[ZONE_DMA].lowmem_reserve[ZONE_MOVABLE], rows[i].reserve);
		over();
	}
}

/* Each write is an event that names the word; what is not modelled says so. */
static void writes_are_told(void **state)
{
	(void)state;
	at_work("6.12", "", "sysctl.vm.watermark_scale_factor=150 sysctl.vm.percpu_pagelist_high_fraction=16 "
		"sysctl.vm.watermark_boost_factor=5 sysctl.vm.swappiness=3");
	assert_string_equal(told("watermark_scale_factor_sysctl_handler"), "watermark_scale_factor_sysctl_handler "
			    "parameter=sysctl.vm.watermark_scale_factor watermark_scale_factor=150");
	assert_string_equal(told("percpu_pagelist_high_fraction_sysctl_handler"), "percpu_pagelist_high_fraction_sysctl_handler "
			    "parameter=sysctl.vm.percpu_pagelist_high_fraction percpu_pagelist_high_fraction=16");
	assert_string_equal(told("proc_dointvec_minmax"), "proc_dointvec_minmax "
			    "parameter=sysctl.vm.watermark_boost_factor watermark_boost_factor=5");
	assert_string_equal(told("do_sysctl_args"), "do_sysctl_args parameter=sysctl.vm.swappiness; "
			    "assumed=it changes nothing that is shown: what this file of /proc/sys does is not modelled");
	assert_non_null(strstr(told("zone_pcp_update"), "fraction=16"));
	over();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_and_limits_follow),
		cmocka_unit_test(what_is_refused_is_said),
		cmocka_unit_test(reserves_follow_what_could_be_read),
		cmocka_unit_test(writes_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
