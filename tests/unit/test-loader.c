// SPDX-License-Identifier: GPL-2.0-or-later
/* RAM as people give it, and holes in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/loader/loader.h"

#include <errno.h>
#include <libfdt.h>
#include <stdio.h>

static struct arena arena;
static struct fdt fdt;
static struct loader loader;
static struct mm_error error;

/* One memory node of a tree: {size 0} for a node that says only where RAM begins; nid -1: none. */
struct memory {
	const char *name;
	uint64_t base, size;
	int nid;
};

static void cells(void *blob, int ac, int sc, uint64_t base, uint64_t size)
{
	fdt32_t reg[4];
	int n = 0;

	if (ac == 2)
		reg[n++] = cpu_to_fdt32((uint32_t)(base >> 32));
	reg[n++] = cpu_to_fdt32((uint32_t)base);
	if (sc == 2)
		reg[n++] = cpu_to_fdt32((uint32_t)(size >> 32));
	reg[n++] = cpu_to_fdt32((uint32_t)size);
	assert_int_equal(fdt_property(blob, "reg", reg, 4 * n), 0);
}

static void tree(const char *compatible, int ac, int sc, const struct memory *memory)
{
	static unsigned char blob[4096] __attribute__((aligned(8)));

	fdt_create(blob, sizeof(blob));
	fdt_finish_reservemap(blob);
	fdt_begin_node(blob, "");
	fdt_property_string(blob, "compatible", compatible);
	fdt_property_cell(blob, "#address-cells", (uint32_t)ac);
	fdt_property_cell(blob, "#size-cells", (uint32_t)sc);
	for (; memory && memory->name; memory++) {
		fdt_begin_node(blob, memory->name);
		fdt_property_string(blob, "device_type", "memory");
		cells(blob, ac, sc, memory->base, memory->size);
		if (memory->nid >= 0)
			fdt_property_cell(blob, "numa-node-id", (uint32_t)memory->nid);
		fdt_end_node(blob);
	}
	fdt_end_node(blob);
	assert_int_equal(fdt_finish(blob), 0);
	arena_deinit(&arena);
	arena = (struct arena){ 0 };
	loader = (struct loader){ 0 };
	error = (struct mm_error){ .offset = -1 };
	assert_int_equal(dt_load(&fdt, &arena, blob, fdt_totalsize(blob), &error), 0);
}

static int give(const struct mm_ram *ram, size_t nr)
{
	return loader_ram(&loader, &fdt, ram, nr, &error);
}

static int give_size(uint64_t size)
{
	return give(&(const struct mm_ram){ .size = size, .node = -1 }, 1);
}

/* "80000000+40000000:0 ..." as the kernel would read it. */
static const char *drawn(void)
{
	static char text[256];
	struct ram_bank *banks;
	size_t nr = ram_banks(&fdt, &banks), at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < nr; i++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%llx+%llx", i ? " " : "",
				       (unsigned long long)banks[i].base, (unsigned long long)banks[i].size);
		if (banks[i].nid >= 0)
			at += (size_t)snprintf(text + at, sizeof(text) - at, ":%d", banks[i].nid);
	}
	return text;
}

/* memory@80000000 { reg = <0 0x80000000 0 0>; }: 281 of Debian's trees. */
static void one_size_goes_where_the_tree_says_that_ram_begins(void **state)
{
	const struct memory phone[] = { { "memory@80000000", GIB(2), 0, -1 }, { NULL } };

	(void)state;
	tree("qcom,msm8916", 2, 2, phone);
	assert_int_equal(give(NULL, 0), -EINVAL);
	assert_string_equal(error.option, "memory");
	assert_string_equal(error.example, "4G");
	assert_int_equal(give_size(GIB(4)), 0);
	assert_string_equal(drawn(), "80000000+100000000");
	assert_int_equal(loader.ram_origin, ORIGIN_GIVEN);
}

/*
 * RK3588: DRAM is one run of addresses from 0 on. Devices lie over its part from 0xf0000000 to 4 GiB, and the first 2 MiB are
 * Trusted Firmware's; both count in the board's size. On an RK3399, whose devices begin at 0xf8000000, 4 GiB end with them.
 *   RAM:  | 2 MiB ........ 0xf0000000|  devices  |4 GiB ... |
 */
static void one_size_goes_where_the_chip_has_ram(void **state)
{
	(void)state;
	tree("rockchip,rk3399", 2, 2, NULL);
	assert_int_equal(give_size(GIB(4)), 0);
	assert_string_equal(drawn(), "200000+f7e00000");
	assert_int_equal(loader.ram_origin, ORIGIN_ASSUMED);
	tree("rockchip,rk3588", 2, 2, NULL);
	assert_int_equal(give_size(GIB(8)), 0);
	assert_string_equal(drawn(), "200000+efe00000 100000000+100000000");
	tree("acme,unheard-of", 2, 2, NULL);
	assert_int_equal(give_size(GIB(4)), -EINVAL);
	assert_string_equal(error.example, "4G@0x80000000");
}

/*
 *   the tree: |0 ..... 948M|   |1G ........ 4G-64M|  |4G ... 8G|
 *   2G:       |0 ..... 948M|   |1G .. |
 */
static void one_size_keeps_the_holes_that_the_tree_has(void **state)
{
	const struct memory pi[] = { { "memory@0", 0, 0x3b400000, -1 }, { "memory@40000000", GIB(1), 0xbc000000, -1 }, { NULL } };

	(void)state;
	tree("raspberrypi,4-model-b", 2, 2, pi);
	assert_int_equal(give_size(GIB(2)), 0);
	assert_string_equal(drawn(), "0+3b400000 40000000+44c00000");
	tree("raspberrypi,4-model-b", 2, 2, pi);
	assert_int_equal(give_size(GIB(8)), 0);
	assert_string_equal(drawn(), "0+3b400000 40000000+1c4c00000");
}

/* A size cell holds less than 4 GiB: several entries, none cut; an address cell no more: refused. */
static void what_the_cells_cannot_hold_is_split_or_refused(void **state)
{
	const struct memory low[] = { { "memory@0", 0, GIB(1), -1 }, { NULL } };
	const struct memory high[] = { { "memory@80000000", GIB(2), GIB(1), -1 }, { NULL } };
	const struct mm_ram above[] = { { GIB(4), GIB(1), -1, true } };

	(void)state;
	tree("a", 2, 1, low);
	assert_int_equal(give_size(5 * GIB(1)), 0);
	assert_string_equal(drawn(), "0+80000000 80000000+80000000 100000000+40000000");
	assert_int_equal(loader.dram_bytes, 5 * GIB(1));
	tree("a", 1, 1, high);
	assert_int_equal(give_size(GIB(4)), 0);
	assert_string_equal(drawn(), "80000000+7fff0000 ffff0000+80010000");
	tree("a", 1, 1, low);
	assert_int_equal(give(above, 1), -EINVAL);
	assert_non_null(strstr(error.text, "0x100000000"));
	tree("a", 1, 1, high);
	assert_int_equal(give_size(UINT64_C(16) << 30), -EINVAL);
}

/*
 *   node 0: |1G ... 2G|       node 1:  |2G ..... 4G|
 */
static void numa_nodes_keep_their_own_ram(void **state)
{
	const struct memory two[] = { { "memory@40000000", GIB(1), GIB(1), 0 }, { "memory@100000000", GIB(4), GIB(2), 1 }, { NULL } };
	const struct mm_ram each[] = { { 0, GIB(2), 0, false }, { 0, GIB(3), 1, false } };
	const struct mm_ram placed[] = { { 0, GIB(1), 0, false }, { GIB(16), GIB(1), 1, true } };
	const struct mm_ram list[] = { { 0, GIB(1), -1, false }, { 0, GIB(1), -1, false } };
	const struct mm_ram third[] = { { 0, GIB(1), 0, false }, { 0, GIB(1), 2, false } };

	(void)state;
	tree("a", 2, 2, two);
	assert_int_equal(give_size(GIB(6)), 0);
	assert_string_equal(drawn(), "40000000+80000000:0 100000000+100000000:1");
	tree("a", 2, 2, two);
	assert_int_equal(give(each, 2), 0);
	assert_string_equal(drawn(), "40000000+80000000:0 100000000+c0000000:1");
	tree("a", 2, 2, two);
	assert_int_equal(give(placed, 2), 0);
	assert_string_equal(drawn(), "40000000+40000000:0 400000000+40000000:1");
	tree("a", 2, 2, two);
	assert_int_equal(give(list, 2), -EINVAL);
	assert_string_equal(error.example, "0:2G,1:2G");
	tree("a", 2, 2, two);
	assert_int_equal(give(third, 2), -EINVAL);
	assert_string_equal(error.example, "0:1024M@0x40000000,2:1024M@0x80000000");
	/* So much RAM that node 0 would reach into node 1's: that begins behind it. */
	tree("a", 2, 2, two);
	assert_int_equal(give_size(UINT64_C(64) << 30), 0);
	assert_string_equal(drawn(), "40000000+555400000:0 595400000+aaac00000:1");
	assert_int_equal(loader.ram_origin, ORIGIN_ASSUMED);
}

/*
 *   RAM:   |0x40000000 ........................ 0x48000000|
 *   taken:      [0x40200000..0x40600000)   [0x47000000..end)
 */
static void holes_are_found_from_both_ends(void **state)
{
	const struct memory ram[] = { { "memory@40000000", GIB(1), MIB(128), -1 }, { NULL } };
	phys_addr_t at;

	(void)state;
	tree("a", 2, 2, ram);
	assert_int_equal(give(NULL, 0), 0);
	loader_take(&loader, &arena, 0x47000000, MIB(16));
	loader_take(&loader, &arena, 0x40400000, MIB(2));
	loader_take(&loader, &arena, 0x40200000, MIB(2));
	assert_true(loader_first_hole(&loader, &fdt, 0, MIB(4), MIB(2), 0, &at));
	assert_int_equal(loader.nr_taken, 2);
	assert_int_equal(at, 0x40600000);
	assert_true(loader_first_hole(&loader, &fdt, 0, MIB(2), MIB(2), 0, &at));
	assert_int_equal(at, 0x40000000);
	/* text_offset 0x80000: what lies in front of the image must be free, too. */
	assert_true(loader_first_hole(&loader, &fdt, 0x40200000, MIB(1), MIB(2), 0x80000, &at));
	assert_int_equal(at, 0x40680000);
	assert_true(loader_last_hole(&loader, &fdt, PHYS_ADDR_MAX, 0x1234, KIB(4), &at));
	assert_int_equal(at, 0x46ffe000);
	assert_true(loader_last_hole(&loader, &fdt, 0x40500000, MIB(1), KIB(4), &at));
	assert_int_equal(at, 0x40100000);
	assert_false(loader_first_hole(&loader, &fdt, 0, MIB(120), MIB(2), 0, &at));
	assert_false(loader_last_hole(&loader, &fdt, 0x40100000, MIB(2), KIB(4), &at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_size_goes_where_the_tree_says_that_ram_begins),
		cmocka_unit_test(one_size_goes_where_the_chip_has_ram),
		cmocka_unit_test(one_size_keeps_the_holes_that_the_tree_has),
		cmocka_unit_test(what_the_cells_cannot_hold_is_split_or_refused),
		cmocka_unit_test(numa_nodes_keep_their_own_ram),
		cmocka_unit_test(holes_are_found_from_both_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
