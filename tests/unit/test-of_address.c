/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * of_dma_get_max_cpu_address(): how far the buses of a tree reach.
 *
 * One bus below the root unless a row has another inside of it; two cells for addresses and sizes everywhere but where said.
 */
#include "step_machine.h"

#include "mmcore/of_address.h"

#define G4	1, 0	/* 4 GiB */

static int bus(int parent, const char *name, uint32_t address, uint32_t size)
{
	int node = child(parent, name);

	CELLS(node, "#address-cells", address);
	CELLS(node, "#size-cells", size);
	return node;
}

static void expect(phys_addr_t end)
{
	assert_true(of_dma_get_max_cpu_address(&m.mm.fdt) == end);
	over();
}

static void nothing_said_is_no_limit(void **state)
{
	(void)state;
	machine("6.12", "");
	expect(PHYS_ADDR_MAX);
	machine("6.12", "");
	flag(bus(0, "soc", 2, 2), "dma-ranges");
	expect(PHYS_ADDR_MAX);
}

/* bus address, CPU's address, size: the last byte of the highest range; the least of all buses. */
static void the_narrowest_bus_counts(void **state)
{
	int soc;

	(void)state;
	machine("6.12", "");
	soc = bus(0, "soc", 2, 2);
	CELLS(soc, "dma-ranges", 0, 0, 0, 0x40000000, 0, 0x30000000);
	expect(0x6fffffff);
	machine("6.12", "");
	soc = bus(0, "soc", 2, 2);
	CELLS(soc, "dma-ranges", 0, 0, 0, 0x80000000, 0, 0x10000000, 0, 0x20000000, 0, 0x40000000, 0, 0x10000000);
	expect(0x8fffffff);
	machine("6.12", "");
	soc = bus(0, "soc", 2, 2);
	CELLS(soc, "dma-ranges", 0, 0, 0, 0, G4);
	soc = bus(0, "other", 1, 1);
	CELLS(soc, "dma-ranges", 0xc0000000, 0, 0, 0x40000000);
	expect(0x3fffffff);
}

/* A range of no size, or one that is cut off, reaches nowhere. */
static void an_empty_range_reaches_nothing(void **state)
{
	(void)state;
	machine("6.12", "");
	CELLS(bus(0, "soc", 2, 2), "dma-ranges", 0, 0, 0, 0, 0, 0);
	expect(0);
	machine("6.12", "");
	CELLS(bus(0, "soc", 2, 2), "dma-ranges", 0, 0, 0, 0, 0);
	expect(0);
	/* Too many cells: no limit. */
	machine("6.12", "");
	CELLS(bus(0, "soc", 5, 2), "dma-ranges", 0, 0, 0, 0, 0, 0, 0, 0, 1);
	expect(PHYS_ADDR_MAX);
	machine("6.12", "");
	CELLS(bus(0, "soc", 4, 2), "dma-ranges", 0, 0, 0, 0, 0, 0x1000, 0, 0x1000);
	expect(0x1fff);
}

/*
 *   inner 0 .. 0x10000000  ->  outer 0x20000000 ..  ->  CPU 0x20000000 is 0x90000000
 */
static void addresses_are_translated_bus_by_bus(void **state)
{
	static const struct { uint32_t at, end; } rows[] = {
		{ 0x20000000, 0x9fffffff }, { 0x20000010, 0xa000000f }, { 0x2fffffff, 0xaffffffe },
	};
	int outer;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "");
		outer = bus(0, "soc", 2, 2);
		CELLS(outer, "dma-ranges", 0, 0x20000000, 0, 0x90000000, 0, 0x10000000);
		CELLS(bus(outer, "inner", 1, 1), "dma-ranges", 0, 0, rows[i].at, 0x10000000);
		/* The outer one alone reaches 0x9fffffff. */
		expect(min_u64(rows[i].end, 0x9fffffff));
	}
	/* One to one through a bus that says nothing. */
	machine("6.12", "");
	outer = bus(0, "soc", 2, 2);
	CELLS(bus(outer, "inner", 1, 1), "dma-ranges", 0, 0, 0x70000000, 0x10000000);
	expect(0x7fffffff);
}

/* What is not available hides what lies below, and nothing else. */
static void buses_that_are_off_do_not_count(void **state)
{
	int off;

	(void)state;
	machine("6.12", "");
	off = bus(0, "off", 2, 2);
	string(off, "status", "disabled");
	CELLS(off, "dma-ranges", 0, 0, 0, 0, 0, 0x1000);
	CELLS(bus(off, "below", 1, 1), "dma-ranges", 0, 0, 0, 0x2000);
	CELLS(bus(0, "on", 1, 1), "dma-ranges", 0, 0, 0, 0x3000);
	expect(0x2fff);
}

/*
 * PCI: a cell of flags in front; 0x02000000 and 0x03000000 are memory, 0x01000000 is I/O.  What cannot be translated is the last
 * address, -1, and the size is added to that: -1 + 0x1000.
 */
static void pci_has_flags_in_front(void **state)
{
	static const struct { uint32_t outer, inner; phys_addr_t end; } rows[] = {
		{ 0x02000000, 0x02000000, 0x40001fff }, { 0x03000000, 0x02000000, 0x40001fff }, { 0x02000000, 0x43000000, 0x40001fff },
		{ 0x02000000, 0x01000000, 0xffe }, { 0x01000000, 0x03000000, 0xffe }, { 0x01000000, 0x01000000, 0x40001fff },
		{ 0x02000000, 0x00000000, 0xffe },
	};
	int pci;

	(void)state;
	machine("6.12", "");
	pci = bus(0, "pcie@1000", 3, 2);
	CELLS(pci, "dma-ranges", 0x02000000, 0, 0, 0, 0x40000000, 0, 0x10000000);
	expect(0x4fffffff);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "");
		pci = bus(0, "host", 3, 2);
		string(pci, "device_type", "pci");
		CELLS(pci, "dma-ranges", rows[i].outer, 0, 0, 0, 0x40000000, 0, 0x10000000);
		CELLS(bus(pci, "inner", 3, 2), "dma-ranges", rows[i].inner, 0, 0, rows[i].inner, 0, 0x1000, 0, 0x1000);
		expect(rows[i].end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_is_no_limit),
		cmocka_unit_test(the_narrowest_bus_counts),
		cmocka_unit_test(an_empty_range_reaches_nothing),
		cmocka_unit_test(addresses_are_translated_bus_by_bus),
		cmocka_unit_test(buses_that_are_off_do_not_count),
		cmocka_unit_test(pci_has_flags_in_front),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
