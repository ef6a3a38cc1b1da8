/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const symbols[] = {
	"_stext", "_etext", "__init_begin", "__init_end", "_sdata", "_edata", "__bss_start", "__bss_stop",
	"_end", "__per_cpu_start", "__per_cpu_end",
};
static const char *const structs[] = {
	"page", "pglist_data", "mem_section", "device_node", "property", "resource", "pcpu_chunk", "kmem_cache",
	"kmem_cache_node", "alias_prop", "hlist_bl_head", "hlist_head", "list_head", "memblock_region", "mm_struct", "pcpu_alloc_info",
	"pcpu_group_info", "reserved_mem", "vmap_area",
};

/* A complete profile without one key. */
static struct mm_kernel *profile_without(const char *key)
{
	static const struct {
		const char *section, *key;
		uint64_t value;
	} numbers[] = {
		{ "", "kimage_vaddr", UINT64_C(0xffff800080000000) }, { "config", "ARM64_VA_BITS", 48 }, { "config", "PGTABLE_LEVELS", 4 }, { "config", "ARM64_PA_BITS", 48 },
		{ "config", "NR_CPUS", 256 }, { "config", "NODES_SHIFT", 4 }, { "config", "NUMA", 1 }, { "config", "ZONE_DMA", 1 },
		{ "config", "NO_BOOTMEM", 1 },
	};
	struct mm_kernel *kernel = mm_kernel_new();

	if (strcmp(key, "name"))
		mm_kernel_set_text(kernel, "", "name", "test");
	if (strcmp(key, "version"))
		mm_kernel_set_text(kernel, "", "version", "6.7.3");
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (strcmp(key, numbers[i].key))
			mm_kernel_set_number(kernel, numbers[i].section, numbers[i].key, numbers[i].value);
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++)
		if (strcmp(key, symbols[i]))
			mm_kernel_set_number(kernel, "symbols", symbols[i], 0x10000 * (i + 1));
	for (size_t i = 0; i < ARRAY_SIZE(structs); i++)
		if (strcmp(key, structs[i]))
			mm_kernel_set_number(kernel, "structs", structs[i], 64);
	return kernel;
}

static void a_complete_profile_is_taken_and_derived_from(void **state)
{
	struct mm_kernel *kernel = profile_without("nothing");
	struct mm_error error = { 0 };

	(void)state;
	assert_int_equal(mm_kernel_finish(kernel, &error), 0);
	assert_string_equal(mm_kernel_name(kernel), "test");
	assert_string_equal(mm_kernel_sequence(kernel), "6.7");
	assert_int_equal(kernel->page_size, 4096);
	assert_int_equal(kernel->max_order, 10);
	assert_int_equal(kernel->max_numnodes, 16);
	assert_int_equal(kernel->section_size_bits, 27);
	assert_true(kernel->zone_dma && !kernel->zone_dma32 && kernel->numa);
	mm_kernel_free(kernel);
}

/* NORMAL and MOVABLE are always there. */
static void each_zone_that_is_built_counts(void **state)
{
	(void)state;
	for (unsigned built = 0; built < 8; built++) {
		struct mm_kernel *kernel = profile_without("nothing");
		struct mm_error error = { 0 };
		bool dma = built & 1, dma32 = built & 2, device = built & 4;

		mm_kernel_set_number(kernel, "config", "ZONE_DMA", dma);
		mm_kernel_set_number(kernel, "config", "ZONE_DMA32", dma32);
		mm_kernel_set_number(kernel, "config", "ZONE_DEVICE", device);
		assert_int_equal(mm_kernel_finish(kernel, &error), 0);
		assert_int_equal(kernel->nr_zones, 2 + dma + dma32 + device);
		assert_int_equal(kernel->zone_dma, dma);
		assert_int_equal(kernel->zone_dma32, dma32);
		assert_int_equal(kernel->zone_device, device);
		mm_kernel_free(kernel);
	}
}

/*
 * Orders and sizes by release and build: 11 orders are 0 to 10 and counted as such up to 6.3; a pageblock is a huge page of 2 MiB where
 * there are any, since 6.10 transparent ones alone count too; CMA's areas start at the larger of the two before 5.18.  Sections of 1 GiB
 * became 128 MiB in 5.12.
 */
static void orders_follow_release_and_build(void **state)
{
	static const struct {
		const char *version, *option;
		uint64_t value;
		unsigned max_order, pageblock_order;
		uint64_t cma;
	} rows[] = {
		{ "6.3.1", "HUGETLB_PAGE", 1, 10, 9, MIB(2) }, { "6.3.1", "ARCH_FORCE_MAX_ORDER", 14, 13, 13, MIB(32) },
		{ "6.12.9", "ARCH_FORCE_MAX_ORDER", 13, 13, 13, MIB(32) }, { "6.12.9", "ARCH_FORCE_MAX_ORDER", 8, 8, 8, MIB(1) },
		{ "6.12.9", "HUGETLB_PAGE", 1, 10, 9, MIB(2) }, { "5.10.9", "HUGETLB_PAGE", 1, 10, 9, MIB(4) },
		{ "5.10.9", "FORCE_MAX_ZONEORDER", 14, 13, 13, MIB(32) }, { "4.9.0", "ANYTHING", 1, 10, 10, MIB(4) },
		{ "6.9.9", "TRANSPARENT_HUGEPAGE", 1, 10, 10, MIB(4) }, { "6.10.0", "TRANSPARENT_HUGEPAGE", 1, 10, 9, MIB(2) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct mm_kernel *kernel = profile_without("nothing");
		struct mm_error error = { 0 };

		mm_kernel_set_text(kernel, "", "version", rows[i].version);
		mm_kernel_set_number(kernel, "config", rows[i].option, rows[i].value);
		assert_int_equal(mm_kernel_finish(kernel, &error), 0);
		assert_int_equal(kernel->max_order, rows[i].max_order);
		assert_int_equal(kernel->pageblock_order, rows[i].pageblock_order);
		assert_int_equal(kernel->pageblock_nr_pages, 1 << rows[i].pageblock_order);
		assert_int_equal(kernel->cma_min_alignment_bytes, rows[i].cma);
		assert_int_equal(kernel->pages_per_section, (rows[i].version[0] < '6' ? GIB(1) : MIB(128)) >> 12);
		mm_kernel_free(kernel);
	}
}

static void the_error_names_the_key_that_is_missing(void **state)
{
	static const char *const others[] = { "name", "version", "kimage_vaddr", "ARM64_VA_BITS", "PGTABLE_LEVELS" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(symbols) + ARRAY_SIZE(structs) + ARRAY_SIZE(others); i++) {
		const char *key = i < ARRAY_SIZE(symbols) ? symbols[i]
			: i < ARRAY_SIZE(symbols) + ARRAY_SIZE(structs) ? structs[i - ARRAY_SIZE(symbols)]
									: others[i - ARRAY_SIZE(symbols) - ARRAY_SIZE(structs)];
		struct mm_kernel *kernel = profile_without(key);
		struct mm_error error = { 0 };

		assert_int_equal(mm_kernel_finish(kernel, &error), -EINVAL);
		assert_non_null(strstr(error.node, key));
		assert_non_null(strstr(error.text, key));
		mm_kernel_free(kernel);
	}
}

static void a_profile_of_another_architecture_is_refused_by_its_name(void **state)
{
	struct mm_kernel *kernel = profile_without("");
	struct mm_error error = { 0 };

	(void)state;
	assert_int_equal(mm_kernel_set_text(kernel, "", "arch", "riscv64"), 0);
	assert_int_equal(mm_kernel_finish(kernel, &error), -EINVAL);
	assert_string_equal(error.node, "arch");
	assert_non_null(strstr(error.text, "riscv64"));
	assert_int_equal(mm_kernel_set_text(kernel, "", "arch", "arm64"), 0);
	assert_int_equal(mm_kernel_finish(kernel, &error), 0);
	mm_kernel_free(kernel);
}

static void numbers_out_of_range_are_refused_by_name(void **state)
{
	static const struct {
		const char *section, *key;
		uint64_t value;
	} wrong[] = {
		{ "config", "ARM64_VA_BITS", 64 }, { "config", "ARM64_VA_BITS", 0 }, { "config", "ARM64_PA_BITS", 64 },
		{ "config", "NR_CPUS", 0 }, { "config", "PGTABLE_LEVELS", 3 }, { "structs", "mem_section", 8192 },
		{ "enums.kmalloc_cache_type", "KMALLOC_DMA", 24 }, { "enums.kmalloc_cache_type", "KMALLOC_DMA", 0 },
		{ "enums.kmalloc_cache_type", "NR_KMALLOC_TYPES", 0 }, { "enums.constants", "pcp lists", UINT64_MAX }, { "config", "NR_CPUS", 100000 }, { "config", "NODES_SHIFT", 11 },
		{ "config", "ARCH_FORCE_MAX_ORDER", 40 }, { "structs", "page", 0 }, { "structs", "page", UINT64_MAX },
		{ "symbols", "_end", UINT64_C(1) << 40 },
		/* shifted by, so refused before that */
		{ "config", "NODES_SHIFT", 40 }, { "config", "LOG_BUF_SHIFT", 70 }, { "config", "LOG_CPU_MAX_BUF_SHIFT", 70 },
		{ "config", "CMA_SIZE_MBYTES", UINT64_MAX }, { "config", "KFENCE_NUM_OBJECTS", 0 },
		{ "structs", "memblock_region", UINT64_C(1) << 60 }, { "symbols", "anything", UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct mm_kernel *kernel = profile_without("nothing");
		struct mm_error error = { 0 };

		mm_kernel_set_number(kernel, wrong[i].section, wrong[i].key, wrong[i].value);
		assert_int_equal(mm_kernel_finish(kernel, &error), -EINVAL);
		assert_non_null(strstr(error.node, wrong[i].key));
		mm_kernel_free(kernel);
	}
}

static void versions_map_to_the_family_that_describes_them(void **state)
{
	static const char *const versions[][2] = {
		{ "4.9.0", "4.9" }, { "5.10.223", "5.10" }, { "6.1.176", "6.1" }, { "6.7.3", "6.7" }, { "6.12.107", "6.12" },
		{ "7.2.12", "7.2" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		struct mm_kernel *kernel = profile_without("nothing");
		struct mm_error error = { 0 };

		mm_kernel_set_text(kernel, "", "version", versions[i][0]);
		assert_int_equal(mm_kernel_finish(kernel, &error), 0);
		assert_string_equal(mm_kernel_sequence(kernel), versions[i][1]);
		mm_kernel_free(kernel);
	}
}

static void releases_around_the_history_boot_and_those_far_from_it_do_not(void **state)
{
	static const struct {
		const char *version;
		int err;
		enum mm_kernel_known known;
	} rows[] = {
		{ "4.4.302", 0, MM_KERNEL_OUTSIDE }, { "4.9.0", 0, MM_KERNEL_RECORDED }, { "5.4.18", 0, MM_KERNEL_UNRECORDED },
		{ "6.12.43", 0, MM_KERNEL_RECORDED }, { "7.3.4", 0, MM_KERNEL_RECORDED }, { "7.99.0", 0, MM_KERNEL_OUTSIDE },
		{ "8.0.1", 0, MM_KERNEL_OUTSIDE }, { "3.18.0", -EINVAL, 0 }, { "9.9", -EINVAL, 0 }, { "kernel", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct mm_kernel *kernel = profile_without("nothing");
		struct mm_error error = { 0 };

		mm_kernel_set_text(kernel, "", "version", rows[i].version);
		assert_int_equal(mm_kernel_finish(kernel, &error), rows[i].err);
		if (!rows[i].err)
			assert_int_equal(mm_kernel_known(kernel), rows[i].known);
		mm_kernel_free(kernel);
	}
}

static void a_release_far_away_boots_if_forced(void **state)
{
	struct mm_kernel *kernel = profile_without("nothing");
	struct mm_error error = { 0 };

	(void)state;
	mm_kernel_set_text(kernel, "", "version", "9.9.0");
	mm_kernel_set_number(kernel, "", "force", 1);
	assert_int_equal(mm_kernel_finish(kernel, &error), 0);
	assert_int_equal(mm_kernel_known(kernel), MM_KERNEL_OUTSIDE);
	mm_kernel_free(kernel);
}

static void a_fact_may_be_set_again_and_thousands_are_kept(void **state)
{
	struct mm_kernel *kernel = mm_kernel_new();
	char key[32];
	uint64_t value;

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "K%u", i);
		assert_int_equal(mm_kernel_set_number(kernel, "config", key, i), 0);
	}
	mm_kernel_set_text(kernel, "config", "K7", "seven");
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "K%u", i);
		assert_int_equal(kernel_number(kernel, "config", key, &value), i != 7);
		assert_true(i == 7 || value == i);
	}
	assert_string_equal(kernel_config_text(kernel, "K7"), "seven");
	assert_false(kernel_has_config(kernel, "K5000"));
	for (unsigned i = 5000; i < MM_KERNEL_MAX_FACTS + 10; i++) {
		snprintf(key, sizeof(key), "K%u", i);
		assert_int_equal(mm_kernel_set_number(kernel, "config", key, i), i < MM_KERNEL_MAX_FACTS ? 0 : -E2BIG);
	}
	mm_kernel_free(kernel);
}

static void a_call_site_prints_what_the_binary_says_or_its_function(void **state)
{
	struct mm_kernel *kernel = mm_kernel_new();
	struct arena arena = { 0 };

	(void)state;
	mm_kernel_set_text(kernel, "callers", "f/inlined", "g");
	assert_string_equal(kernel_caller(kernel, &arena, "f/inlined"), "g");
	assert_string_equal(kernel_caller(kernel, &arena, "f/other"), "f");
	assert_string_equal(kernel_caller(kernel, &arena, "f"), "f");
	arena_deinit(&arena);
	mm_kernel_free(kernel);
}

static void parameters_are_known_with_dashes_or_underscores(void **state)
{
	struct mm_kernel *kernel = mm_kernel_new();

	(void)state;
	mm_kernel_set_text(kernel, "params", "unknown", "foo bar-baz");
	assert_true(kernel_param_unknown(kernel, "foo", 3));
	assert_true(kernel_param_unknown(kernel, "bar_baz", 7));
	assert_false(kernel_param_unknown(kernel, "bar", 3));
	mm_kernel_set_number(kernel, "params", "complete", 1);
	mm_kernel_set_text(kernel, "params", "known", "mem cma");
	assert_false(kernel_param_unknown(kernel, "mem", 3));
	assert_true(kernel_param_unknown(kernel, "me", 2));
	mm_kernel_free(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_complete_profile_is_taken_and_derived_from),
		cmocka_unit_test(each_zone_that_is_built_counts),
		cmocka_unit_test(orders_follow_release_and_build),
		cmocka_unit_test(the_error_names_the_key_that_is_missing),
		cmocka_unit_test(a_profile_of_another_architecture_is_refused_by_its_name),
		cmocka_unit_test(numbers_out_of_range_are_refused_by_name),
		cmocka_unit_test(versions_map_to_the_family_that_describes_them),
		cmocka_unit_test(releases_around_the_history_boot_and_those_far_from_it_do_not),
		cmocka_unit_test(a_release_far_away_boots_if_forced),
		cmocka_unit_test(a_fact_may_be_set_again_and_thousands_are_kept),
		cmocka_unit_test(a_call_site_prints_what_the_binary_says_or_its_function),
		cmocka_unit_test(parameters_are_known_with_dashes_or_underscores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
