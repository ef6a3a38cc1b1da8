/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/mm.h"

#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GIB(n)	((uint64_t)(n) << 30)
#define MIB(n)	((uint64_t)(n) << 20)

static unsigned char blob[1 << 20];
static struct mm_board_summary *summary;
static struct mm_error error;

static void cells(const char *name, const uint32_t *v, size_t nr)
{
	fdt32_t be[8];

	for (size_t i = 0; i < nr; i++)
		be[i] = cpu_to_fdt32(v[i]);
	fdt_property(blob, name, be, (int)(4 * nr));
}

static void reg(uint64_t base, uint64_t size)
{
	cells("reg", (const uint32_t[]){ (uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(size >> 32), (uint32_t)size }, 4);
}

/* The root stays open; two cells for addresses and sizes. */
static void begin(const struct phys_range *memreserve, size_t nr)
{
	fdt_create(blob, sizeof(blob));
	for (size_t i = 0; i < nr; i++)
		fdt_add_reservemap_entry(blob, memreserve[i].base, memreserve[i].size);
	fdt_finish_reservemap(blob);
	fdt_begin_node(blob, "");
	fdt_property_u32(blob, "#address-cells", 2);
	fdt_property_u32(blob, "#size-cells", 2);
}

static void memory(uint64_t base, uint64_t size, int nid)
{
	fdt_begin_node(blob, "memory");
	fdt_property_string(blob, "device_type", "memory");
	reg(base, size);
	if (nid >= 0)
		fdt_property_u32(blob, "numa-node-id", (uint32_t)nid);
	fdt_end_node(blob);
}

static void open_reserved(uint32_t address_cells)
{
	fdt_begin_node(blob, "reserved-memory");
	fdt_property_u32(blob, "#address-cells", address_cells);
	fdt_property_u32(blob, "#size-cells", 2);
	fdt_property(blob, "ranges", NULL, 0);
}

static void end(void)
{
	fdt_end_node(blob);
	assert_int_equal(fdt_finish(blob), 0);
	assert_int_equal(mm_board_summary(blob, fdt_totalsize(blob), &summary, &error), 0);
}

static const char *text_of(const struct mm_bank *bank, size_t nr)
{
	static char text[2][1024];
	static unsigned next;
	char *out = text[next++ % 2];
	size_t len = 0;

	*out = '\0';
	for (size_t i = 0; i < nr; i++)
		len += (size_t)snprintf(out + len, sizeof(text[0]) - len, "%s%llx+%llx/%d", i ? " " : "",
					(unsigned long long)bank[i].base, (unsigned long long)bank[i].size, bank[i].node);
	return out;
}

#define BANKS text_of(summary->banks, summary->nr_banks)
#define RESERVED text_of(summary->reserved, summary->nr_reserved)

/*
 *   in the tree:    2nd        1st        3rd: past the end
 *                 | node 0 | | node 1 |            [ - - - |
 *   in the summary: first      second              [ cut ]
 */
static void banks_are_sorted_and_end_where_addresses_do(void **state)
{
	(void)state;
	begin(NULL, 0);
	memory(GIB(2), GIB(1), 1);
	memory(GIB(1), GIB(1), 0);
	memory(UINT64_MAX - 0xfff, GIB(1), -1);
	memory(UINT64_MAX, GIB(1), -1);
	memory(GIB(9), 0, 0);
	end();
	assert_string_equal(BANKS, "40000000+40000000/0 80000000+40000000/1 fffffffffffff000+fff/-1");
	assert_int_equal(summary->nr_nodes, 2);
	mm_board_summary_free(summary);
}

/* A node named so that is not of its type, and one that is off, have no RAM. */
static void memory_is_known_by_its_type(void **state)
{
	(void)state;
	begin(NULL, 0);
	memory(GIB(1), GIB(1), -1);
	fdt_begin_node(blob, "memory@80000000");
	reg(GIB(2), GIB(1));
	fdt_end_node(blob);
	fdt_begin_node(blob, "memory@c0000000");
	fdt_property_string(blob, "device_type", "memory");
	fdt_property_string(blob, "status", "disabled");
	reg(GIB(3), GIB(1));
	fdt_end_node(blob);
	end();
	assert_string_equal(BANKS, "40000000+40000000/-1");
	mm_board_summary_free(summary);
}

/* More than half of all shipped trees: firmware fills them in. */
static void a_tree_without_ram_has_no_banks(void **state)
{
	(void)state;
	begin(NULL, 0);
	memory(0, 0, -1);
	end();
	assert_int_equal(summary->nr_banks, 0);
	assert_int_equal(summary->nr_reserved, 0);
	assert_int_equal(summary->nr_cpus, 0);
	assert_int_equal(summary->nr_nodes, 1);
	mm_board_summary_free(summary);
}

/*
 *         1 GiB        2 GiB
 *     | node 0      | node 1      |
 *       fw   /memreserve/ pool
 *   without a place, or off: not shown
 */
static void reservations_are_those_that_have_a_place(void **state)
{
	(void)state;
	begin(&(struct phys_range){ GIB(1) + MIB(512), MIB(1) }, 1);
	memory(GIB(1), GIB(1), 0);
	memory(GIB(2), GIB(1), 1);
	open_reserved(2);
	fdt_begin_node(blob, "pool");
	reg(GIB(2), MIB(64));
	fdt_end_node(blob);
	fdt_begin_node(blob, "anywhere");
	cells("size", (const uint32_t[]){ 0, 0x1000 }, 2);
	fdt_end_node(blob);
	fdt_begin_node(blob, "off");
	fdt_property_string(blob, "status", "disabled");
	reg(GIB(1), MIB(2));
	fdt_end_node(blob);
	fdt_begin_node(blob, "fw");
	reg(GIB(1), MIB(1));
	fdt_end_node(blob);
	fdt_begin_node(blob, "outside");
	reg(GIB(4), MIB(1));
	fdt_end_node(blob);
	fdt_end_node(blob);
	end();
	assert_string_equal(RESERVED, "40000000+100000/0 60000000+100000/0 80000000+4000000/1 100000000+100000/-1");
	mm_board_summary_free(summary);
}

/* The kernel ignores the whole node. */
static void reservations_in_other_cells_than_the_roots_do_not_count(void **state)
{
	(void)state;
	begin(NULL, 0);
	memory(GIB(1), GIB(1), -1);
	open_reserved(1);
	fdt_begin_node(blob, "fw");
	reg(GIB(1), MIB(1));
	fdt_end_node(blob);
	fdt_end_node(blob);
	end();
	assert_int_equal(summary->nr_reserved, 0);
	mm_board_summary_free(summary);
}

static void cpu(const char *name, const char *type, const char *status, int nid)
{
	fdt_begin_node(blob, name);
	if (type)
		fdt_property_string(blob, "device_type", type);
	if (status)
		fdt_property_string(blob, "status", status);
	if (nid >= 0)
		fdt_property_u32(blob, "numa-node-id", (uint32_t)nid);
	fdt_end_node(blob);
}

/* Node 0: RAM and CPUs; node 1: CPUs only; node 7: RAM only; 5000: no kernel has so many. */
static void cpus_and_nodes_are_counted(void **state)
{
	(void)state;
	begin(NULL, 0);
	memory(GIB(1), GIB(1), 0);
	memory(GIB(2), GIB(1), 7);
	fdt_begin_node(blob, "cpus");
	cpu("cpu@0", "cpu", NULL, 0);
	cpu("cpu@1", NULL, "disabled", 1);
	cpu("core@2", "cpu", NULL, 5000);
	cpu("cpu@3", "cpu", "fail-broken", 3);
	cpu("cpu-map", NULL, NULL, 4);
	cpu("idle-states", NULL, NULL, -1);
	fdt_end_node(blob);
	end();
	assert_int_equal(summary->nr_cpus, 3);
	assert_int_equal(summary->nr_nodes, 3);
	mm_board_summary_free(summary);
}

static void more_banks_than_can_be_drawn_are_left_out(void **state)
{
	(void)state;
	begin(NULL, 0);
	for (uint64_t i = 0; i < MM_SUMMARY_MAX_BANKS + 10; i++)
		memory(GIB(i), MIB(1), -1);
	end();
	assert_int_equal(summary->nr_banks, MM_SUMMARY_MAX_BANKS);
	assert_int_equal(summary->banks[MM_SUMMARY_MAX_BANKS - 1].base, GIB(MM_SUMMARY_MAX_BANKS - 1));
	mm_board_summary_free(summary);
}

/* Nothing, garbage, a tree that is cut, one with a bit turned over: a summary or a refusal. */
static void any_bytes_are_refused_or_read(void **state)
{
	struct mm_board_summary *untouched = (struct mm_board_summary *)blob;
	size_t whole, read = 0;

	(void)state;
	assert_int_equal(mm_board_summary("", 0, &untouched, &error), -EINVAL);
	assert_int_equal(mm_board_summary("not a tree, but long enough for a header", 41, &untouched, &error), -EINVAL);
	assert_ptr_equal(untouched, blob);
	assert_true(*error.text);
	begin(&(struct phys_range){ GIB(1) + MIB(512), MIB(1) }, 1);
	memory(GIB(1), GIB(1), 0);
	open_reserved(2);
	fdt_begin_node(blob, "fw");
	reg(GIB(1), MIB(1));
	fdt_end_node(blob);
	fdt_end_node(blob);
	end();
	mm_board_summary_free(summary);
	whole = fdt_totalsize(blob);
	for (size_t bit = 0; bit < 8 * whole; bit++) {
		unsigned char *copy = malloc(whole);
		size_t len = bit % 2 ? whole : bit / 8;

		memcpy(copy, blob, whole);
		copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
		if (!mm_board_summary(copy, len, &summary, &error)) {
			mm_board_summary_free(summary);
			read++;
		}
		free(copy);
	}
	assert_true(read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(banks_are_sorted_and_end_where_addresses_do),
		cmocka_unit_test(memory_is_known_by_its_type),
		cmocka_unit_test(a_tree_without_ram_has_no_banks),
		cmocka_unit_test(reservations_are_those_that_have_a_place),
		cmocka_unit_test(reservations_in_other_cells_than_the_roots_do_not_count),
		cmocka_unit_test(cpus_and_nodes_are_counted),
		cmocka_unit_test(more_banks_than_can_be_drawn_are_left_out),
		cmocka_unit_test(any_bytes_are_refused_or_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
