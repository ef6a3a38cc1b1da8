/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that make nodes and zones of memory: zone limits, free_area_init(), deferred struct pages, memblock_free_all(). */
#include "step_machine.h"

#define MIB_OF(n)	((phys_addr_t)(n) << 20)

struct bank {
	int nid;
	unsigned start, end;	/* MiB; end 0: none */
};

static void banks(const struct bank *bank, size_t nr)
{
	for (size_t i = 0; i < nr && bank[i].end; i++)
		node_ram(bank[i].nid, MIB_OF(bank[i].start), MIB_OF(bank[i].end - bank[i].start));
	sections();
}

/* "0 DMA 40000000-80000000 262144/258048": node, zone, span, present/managed pages */
static const char *zones(void)
{
	size_t len = 0;

	*m.text = '\0';
	for (int nid = 0; nid < m.kernel->max_numnodes; nid++)
		for (int t = 0; t < MAX_NR_ZONES; t++) {
			const struct zone *z = &m.mm.nodes.node[nid].zones[t];

			if (z->spanned_pages)
				len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, "%s%d %s %llx-%llx %llu/%llu", len ? " | " : "",
							nid, zone_name(z->type), (unsigned long long)z->start_pfn << 12,
							(unsigned long long)zone_end_pfn(z) << 12, (unsigned long long)z->present_pages,
							(unsigned long long)z->managed_pages);
		}
	return m.text;
}

/* ------------------------------------------------------------------ zone limits */

/* A bus below @parent with dma-ranges of one tuple. */
static int bus(int parent, const char *name, uint32_t size)
{
	int node = child(parent, name);

	CELLS(node, "#address-cells", 2);
	CELLS(node, "#size-cells", 2);
	CELLS(node, "dma-ranges", 0, 0, 0, 0, 0, size);
	return node;
}

static void no_bus(void) { }
static void bus_1g(void) { bus(0, "soc", 0x40000000); }
static void bus_1g_and_a_page(void) { bus(0, "soc", 0x40001000); }
static void bus_without_size(void) { bus(0, "soc", 0); }
static void bus_of_root(void) { CELLS(0, "dma-ranges", 0, 0, 0, 0, 0, 0x60000000); }
static void two_buses(void) { bus(0, "soc", 0x60000000); bus(0, "pcie", 0x40000000); }
static void bus_off(void) { string(bus(0, "soc", 0x40000000), "status", "disabled"); }
static void two_ranges(void) { CELLS(bus(0, "soc", 0), "dma-ranges", 0, 0, 0, 0, 0, 0x40000000, 0, 0, 0, 0x40000000, 0, 0x20000000); }
static void half_a_range(void) { CELLS(bus(0, "soc", 0), "dma-ranges", 0, 0, 0, 0, 0, 0x40000000, 0, 0, 0, 0x60000000, 0); }
static void range_again(void) { CELLS(bus(0, "soc", 0), "dma-ranges", 0, 0, 0, 0, 0, 0x60000000, 0, 0, 0, 0, 0, 0x40000000); }
static void ranges_that_meet(void) { CELLS(bus(0, "soc", 0), "dma-ranges", 0, 0, 0, 0, 0, 0x40000000, 0, 0, 0, 0x3fffffff, 0, 0); }

/* The bus has addresses of one cell, what it lies on two; sizes of one cell. */
static void narrow_bus(void)
{
	int node = child(0, "soc");

	CELLS(node, "#address-cells", 1);
	CELLS(node, "#size-cells", 1);
	CELLS(node, "dma-ranges", 0, 0, 0x50000000, 0x10000000);
}

/* What the bus lies on has addresses of one cell. */
static void bus_on_a_narrow_one(void)
{
	int outer = child(0, "outer"), node;

	CELLS(outer, "#address-cells", 1);
	node = child(outer, "soc");
	CELLS(node, "#address-cells", 2);
	CELLS(node, "dma-ranges", 7, 7, 0x50000000, 0, 0x10000000);
}

/* What neither the bus nor what it lies on says of cells, the root says. */
static void bus_without_cells(void)
{
	CELLS(child(child(0, "outer"), "soc"), "dma-ranges", 0, 0, 0, 0, 0, 0x40000000);
}

/* A bus that is off hides what lies on it. */
static void bus_on_one_that_is_off(void)
{
	int outer = child(0, "outer");

	string(outer, "status", "disabled");
	bus(outer, "soc", 0x40000000);
	bus(child(0, "pcie"), "soc", 0x60000000);
}

/* soc's 0 is the outer bus's 0x10000000, which is the CPU's 0x50000000. */
static void bus_on_a_shifted_one(void)
{
	int outer = bus(0, "outer", 0);

	CELLS(outer, "dma-ranges", 0, 0, 0, 0x40000000, 0, 0x70000000);
	CELLS(bus(outer, "soc", 0), "dma-ranges", 0, 0, 0, 0x10000000, 0, 0x20000000);
}

/* Nothing of the outer bus reaches there: OF_BAD_ADDR is -1, and the end is that and the size. */
static void bus_beside_the_outer_one(void)
{
	int outer = bus(0, "outer", 0x10000000);

	CELLS(bus(outer, "soc", 0), "dma-ranges", 0, 0, 0, 0x10000000, 0, 0x08000000);
}

/* A device on PCI with a bus of its own: I/O space begins at 0x60000000, memory at 0x20000000. */
static void bus_on_pci(void)
{
	int pci = child(0, "pcie@fd500000"), node;

	CELLS(pci, "#address-cells", 3);
	CELLS(pci, "#size-cells", 2);
	CELLS(pci, "dma-ranges", 0x01000000, 0, 0, 0, 0x60000000, 0, 0x10000000, 0x43000000, 0, 0, 0, 0x20000000, 0, 0x40000000);
	node = child(pci, "rp1");
	CELLS(node, "#address-cells", 2);
	CELLS(node, "#size-cells", 2);
	CELLS(node, "dma-ranges", 0, 0, 0x02000000, 0, 0x08000000, 0, 0x10000000);
}

static void five_cells(void) { CELLS(bus(0, "soc", 0x40000000), "#address-cells", 5); }
static void four_cells(void)
{
	int node = bus(0, "soc", 0);

	CELLS(node, "#address-cells", 4);
	CELLS(node, "dma-ranges", 0, 0, 0, 0, 0, 0, 0, 0x50000000);
}

static void zones_end_where_devices_do(void **state)
{
	static const struct {
		const char *version, *options;
		unsigned start, end;		/* of RAM, MiB */
		void (*tree)(void);
		uint64_t dma, dma32, limit;
	} rows[] = {
		/* 4.9: 4 GiB from the 4 GiB block that RAM starts in. */
		{ "4.9", "", 1024, 7168, no_bus, GIB(4), 0, GIB(4) },
		{ "4.9", "", 1024, 2048, no_bus, GIB(2), 0, GIB(2) },
		{ "4.9", "", 5120, 11264, no_bus, GIB(8), 0, GIB(8) },
		{ "5.4", "ZONE_DMA=0 ZONE_DMA32", 5120, 11264, no_bus, 0, GIB(8), GIB(8) },
		/* 5.5 to 5.9: ZONE_DMA is the 1 GiB that RAM starts in, whatever buses reach. */
		{ "5.6", "ZONE_DMA32", 0, 7168, bus_1g_and_a_page, GIB(1), GIB(4), GIB(1) },
		{ "5.9", "ZONE_DMA32", 1536, 7168, no_bus, GIB(2), GIB(4), GIB(2) },
		{ "5.9", "ZONE_DMA32", 5120, 11264, no_bus, GIB(6), GIB(8), GIB(6) },
		{ "5.9", "ZONE_DMA=0", 1024, 2048, no_bus, 0, 0, UINT64_C(1) << 48 },
		/* Until 6.7 a power of two above the smallest bus, at most 32 bits ... */
		{ "6.7", "", 1024, 7168, no_bus, GIB(4), 0, GIB(4) },
		{ "6.7", "", 0, 2048, bus_1g, GIB(1), 0, GIB(1) },
		{ "6.7", "", 0, 4096, bus_1g_and_a_page, GIB(2), 0, GIB(2) },
		/* ... all of 32 bits where RAM starts above that, and no limit where it starts above 4 GiB. */
		{ "6.7", "", 1024, 7168, bus_1g, GIB(4), 0, GIB(4) },
		{ "6.7", "", 4096, 7168, bus_1g, GIB(7), 0, GIB(7) },
		{ "6.7", "ZONE_DMA32", 4096, 7168, no_bus, GIB(7), GIB(7), GIB(7) },
		{ "6.7", "ZONE_DMA32", 0, 7168, bus_1g, GIB(1), GIB(4), GIB(1) },
		{ "6.7", "", 0, 4096, bus_without_size, 1, 0, 1 },
		/* Then the end itself, even if there is no RAM below. */
		{ "6.12", "", 1024, 7168, no_bus, GIB(4), 0, GIB(4) },
		{ "6.12", "", 0, 4096, bus_1g_and_a_page, 0x40001000, 0, 0x40001000 },
		{ "6.12", "", 1024, 7168, bus_1g, GIB(1), 0, GIB(1) },
		{ "6.12", "ZONE_DMA32", 4096, 7168, bus_1g, GIB(1), GIB(4), GIB(1) },
		{ "6.12", "", 4096, 7168, no_bus, GIB(7), 0, GIB(7) },
		{ "6.12", "", 0, 256, bus_1g, MIB(256), 0, MIB(256) },
		{ "6.12", "ZONE_DMA32", 0, 7168, bus_1g, GIB(1), GIB(4), GIB(1) },
		{ "6.12", "ZONE_DMA32", 1024, 3072, no_bus, GIB(3), GIB(3), GIB(3) },
		{ "6.12", "ZONE_DMA=0 ZONE_DMA32", 1024, 7168, no_bus, 0, GIB(4), GIB(4) },
		{ "6.12", "ZONE_DMA=0", 1024, 7168, no_bus, 0, 0, UINT64_C(1) << 48 },
		/* The tree: the smallest bus, the largest of its ranges. */
		{ "6.12", "", 0, 4096, bus_without_size, 1, 0, 1 },
		/* The root is on no bus: the end is that of OF_BAD_ADDR and the size. */
		{ "6.12", "", 0, 4096, bus_of_root, 0x5fffffff, 0, 0x5fffffff },
		{ "6.12", "", 0, 4096, two_buses, GIB(1), 0, GIB(1) },
		{ "6.12", "", 0, 4096, bus_off, GIB(4), 0, GIB(4) },
		{ "6.12", "", 0, 4096, two_ranges, 0x60000000, 0, 0x60000000 },
		{ "6.12", "", 0, 4096, half_a_range, GIB(1), 0, GIB(1) },
		{ "6.12", "", 0, 4096, range_again, 0x60000000, 0, 0x60000000 },
		{ "6.12", "", 0, 4096, ranges_that_meet, GIB(1), 0, GIB(1) },
		{ "6.12", "", 0, 4096, narrow_bus, 0x60000000, 0, 0x60000000 },
		{ "6.12", "", 0, 4096, bus_on_a_narrow_one, 0x60000000, 0, 0x60000000 },
		{ "6.12", "", 0, 4096, bus_without_cells, GIB(1), 0, GIB(1) },
		{ "6.12", "", 0, 4096, bus_on_one_that_is_off, 0x60000000, 0, 0x60000000 },
		{ "6.12", "", 0, 4096, bus_on_a_shifted_one, 0x70000000, 0, 0x70000000 },
		{ "6.7", "", 0, 4096, bus_on_a_shifted_one, GIB(2), 0, GIB(2) },
		{ "6.12", "", 0, 4096, bus_beside_the_outer_one, 0x07ffffff, 0, 0x07ffffff },
		{ "6.12", "", 0, 4096, bus_on_pci, 0x38000000, 0, 0x38000000 },
		{ "6.12", "", 0, 4096, five_cells, GIB(4), 0, GIB(4) },
		{ "6.12", "", 0, 4096, four_cells, 0x50000000, 0, 0x50000000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		ram(MIB_OF(rows[i].start), MIB_OF(rows[i].end - rows[i].start));
		rows[i].tree();
		assert_true(run(step_zone_limits));
		assert_int_equal(m.mm.dma_limit, rows[i].dma);
		assert_int_equal(m.mm.dma32_limit, rows[i].dma32);
		assert_int_equal(m.mm.arch.arm64.dma_phys_limit, rows[i].limit);
		/* CMA's limit is another one where the rule of 1 GiB is in force. */
		if (arm64_rules(m.kernel)->zone_dma_limit == ZONE_DMA_1G)
			assert_int_equal(arch_cma_limit(&m.mm), rows[i].dma32 ? rows[i].dma32 : UINT64_C(1) << 48);
		else
			assert_int_equal(arch_cma_limit(&m.mm), rows[i].limit);
		assert_int_equal(m.mm.min_low_pfn, MIB_OF(rows[i].start) >> 12);
		assert_int_equal(m.mm.max_pfn, MIB_OF(rows[i].end) >> 12);
		over();
	}
}

static void a_page_in_part_is_not_counted(void **state)
{
	(void)state;
	machine("6.12", "");
	ram(0x40000800, 0x10000);
	assert_true(run(step_zone_limits));
	assert_int_equal(m.mm.min_low_pfn, 0x40001);
	assert_int_equal(m.mm.max_pfn, 0x40010);
	over();
}

/* ------------------------------------------------------------- free_area_init() */

/*
 *   |1 GiB .. ZONE_DMA .. 4 GiB|.. ZONE_NORMAL ..|; a page struct is 64 bytes, so it takes a 64th of memory, and until 6.9
 *   a zone counts without it
 */
static void zones_take_the_memory_between_their_bounds(void **state)
{
	static const struct {
		const char *version, *options;
		struct bank bank[4];
		const char *zones;
		uint64_t nr_kernel_pages;
	} rows[] = {
		{ "6.12", "", { { 0, 1024, 6144 } }, "0 DMA 40000000-100000000 786432/786432 | 0 Normal 100000000-180000000 524288/524288", 1310720 },
		{ "6.7", "", { { 0, 1024, 6144 } }, "0 DMA 40000000-100000000 786432/774144 | 0 Normal 100000000-180000000 524288/516096", 1290240 },
		{ "6.7", "", { { 0, 1024, 2048 } }, "0 DMA 40000000-80000000 262144/258048", 258048 },
		/* No zone begins below RAM. */
		{ "6.12", "", { { 0, 5120, 6144 } }, "0 DMA 140000000-180000000 262144/262144", 262144 },
		{ "6.12", "ZONE_DMA=0 ZONE_DMA32", { { 0, 1024, 6144 } },
		  "0 DMA32 40000000-100000000 786432/786432 | 0 Normal 100000000-180000000 524288/524288", 1310720 },
		{ "6.12", "ZONE_DMA=0", { { 0, 1024, 6144 } }, "0 Normal 40000000-180000000 1310720/1310720", 1310720 },
		/* Page structs by span where at most a 17th is hole (32 MiB), else by memory (64 MiB). */
		{ "6.7", "", { { 0, 1024, 1536 }, { 0, 1568, 2048 } }, "0 DMA 40000000-80000000 253952/249856", 249856 },
		{ "6.7", "", { { 0, 1024, 1536 }, { 0, 1600, 2048 } }, "0 DMA 40000000-80000000 245760/241920", 241920 },
		/* Each node has its part; a hole between them is in no zone. */
		{ "6.12", "", { { 0, 1024, 2048 }, { 1, 3072, 5120 } },
		  "0 DMA 40000000-80000000 262144/262144 | 1 DMA c0000000-100000000 262144/262144 | 1 Normal 100000000-140000000 262144/262144", 786432 },
		/* A node's memory on both sides of another's: the span covers it, the count does not. */
		{ "6.12", "", { { 0, 1024, 1280 }, { 1, 1280, 1536 }, { 0, 1536, 2048 } },
		  "0 DMA 40000000-80000000 196608/196608 | 1 DMA 50000000-60000000 65536/65536", 262144 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		banks(rows[i].bank, 4);
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_string_equal(zones(), rows[i].zones);
		assert_int_equal(m.mm.nr_kernel_pages, rows[i].nr_kernel_pages);
		assert_int_equal(m.mm.nr_all_pages, rows[i].nr_kernel_pages);
		over();
	}
}

/* 6.12 counts what memblock has free then: less than what is reserved, in whole pages. */
static void kernel_pages_are_what_is_free(void **state)
{
	(void)state;
	machine("6.12", "");
	node_ram(0, GIB(1), GIB(1));
	taken(0x40000000, 0x1800);
	taken(0x50000000, 0x1000);
	taken(0x50001800, 0x1000);
	assert_true(run(step_zone_limits));
	assert_true(run(step_free_area_init));
	/* Two pages at the start; the page before 0x50001800 and the two that it lies in. */
	assert_int_equal(m.mm.nr_kernel_pages, 262144 - 2 - 3);
	over();
}

static void nodes_span_their_zones_or_end_to_end(void **state)
{
	static const struct { const char *version; uint64_t spanned; } rows[] = {
		/* |1 .. 2 GiB|, then |5 .. 6 GiB|: the DMA zone ends at 4 GiB, ZONE_NORMAL begins there; 7.2 has the same in one go. */
		{ "6.7", GIB(5) >> 12 }, { "7.2", GIB(5) >> 12 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		static const struct bank two[] = { { 0, 1024, 2048 }, { 0, 5120, 6144 } };

		machine(rows[i].version, "");
		banks(two, 2);
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_int_equal(m.mm.nodes.node[0].spanned_pages, rows[i].spanned);
		assert_int_equal(m.mm.nodes.node[0].present_pages, GIB(2) >> 12);
		over();
	}
}

#define WHERE(nid, at)	"  Node " nid ": 0x" at

/*
 *   one   |1 GiB .. DMA .. 4 GiB|.. Normal .. 5 GiB|            what the kernel can use begins at 4 GiB for ZONE_MOVABLE
 *   low   |1 GiB .. DMA .. 2 GiB|                               all of it can be movable
 *   even  |1 GiB .. node 0 .. 2 GiB|.. node 1 .. 3 GiB|
 *   odd   |1 GiB .. node 0 .. 1.25 GiB|.. node 1 .. 3 GiB|
 */
static void kernelcore_and_movablecore_make_a_movable_zone(void **state)
{
	static const struct bank one[4] = { { 0, 1024, 5120 } }, low[4] = { { 0, 1024, 2048 } },
				 even[4] = { { 0, 1024, 2048 }, { 1, 2048, 3072 } }, odd[4] = { { 0, 1024, 1280 }, { 1, 1280, 3072 } },
				 gap[4] = { { 0, 1024, 1280 }, { 0, 1536, 2048 } };
	static const struct { const char *version, *words; const struct bank *bank; const char *zones; } rows[] = {
		{ "6.12", "", low, "0 DMA 40000000-80000000 262144/262144" },
		{ "6.12", "kernelcore=256M", low, "0 DMA 40000000-50000000 65536/65536 | 0 Movable 50000000-80000000 196608/196608" },
		{ "6.12", "kernelcore=25%", low, "0 DMA 40000000-50000000 65536/65536 | 0 Movable 50000000-80000000 196608/196608" },
		{ "6.12", "kernelcore=100%", low, "0 DMA 40000000-80000000 262144/262144" },
		{ "6.12", "kernelcore=101%", low, "0 DMA 40000000-80000000 262144/262144" },
		{ "6.12", "kernelcore=1G", low, "0 DMA 40000000-80000000 262144/262144" },
		{ "6.12", "kernelcore=", low, "0 DMA 40000000-80000000 262144/262144" },
		{ "6.12", "kernelcore=mirror", low, "0 DMA 40000000-80000000 262144/262144" },
		{ "6.12", "movablecore=256M", low, "0 DMA 40000000-70000000 196608/196608 | 0 Movable 70000000-80000000 65536/65536" },
		{ "6.12", "movablecore=25%", low, "0 DMA 40000000-70000000 196608/196608 | 0 Movable 70000000-80000000 65536/65536" },
		/* More than there is: no zone can be all of memory. */
		{ "6.12", "movablecore=2G", low, "0 DMA 40000000-80000000 262144/262144" },
		/* Rounded up to blocks of 4 MiB. */
		{ "6.12", "movablecore=257M", low, "0 DMA 40000000-6fc00000 195584/195584 | 0 Movable 6fc00000-80000000 66560/66560" },
		{ "6.12", "kernelcore=255M", low, "0 DMA 40000000-50000000 65536/65536 | 0 Movable 50000000-80000000 196608/196608" },
		/* The larger part for the kernel counts. */
		{ "6.12", "kernelcore=512M movablecore=256M", low, "0 DMA 40000000-70000000 196608/196608 | 0 Movable 70000000-80000000 65536/65536" },
		{ "6.12", "kernelcore=896M movablecore=256M", low, "0 DMA 40000000-78000000 229376/229376 | 0 Movable 78000000-80000000 32768/32768" },
		/* ZONE_MOVABLE takes of the highest zone only. */
		{ "6.12", "kernelcore=1G", one, "0 DMA 40000000-100000000 786432/786432 | 0 Movable 100000000-140000000 262144/262144" },
		{ "6.12", "kernelcore=3584M", one,
		  "0 DMA 40000000-100000000 786432/786432 | 0 Normal 100000000-120000000 131072/131072 | 0 Movable 120000000-140000000 131072/131072" },
		/* Evenly among nodes, and what one cannot give comes from the others. */
		{ "6.12", "kernelcore=1G", even,
		  "0 DMA 40000000-60000000 131072/131072 | 0 Movable 60000000-80000000 131072/131072 | "
		  "1 DMA 80000000-a0000000 131072/131072 | 1 Movable a0000000-c0000000 131072/131072" },
		{ "6.12", "kernelcore=1G", odd, "0 DMA 40000000-50000000 65536/65536 | 1 DMA 50000000-80000000 196608/196608 | 1 Movable 80000000-c0000000 262144/262144" },
		/* A hole is not counted: 256 MiB before it, 128 MiB behind. */
		{ "6.12", "kernelcore=384M", gap, "0 DMA 40000000-68000000 98304/98304 | 0 Movable 68000000-80000000 98304/98304" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		banks(rows[i].bank, 4);
		words(rows[i].words);
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_string_equal(zones(), rows[i].zones);
		over();
	}
}

/*
 * Nobody marks memory as mirrored.  Before 6.6 a range that begins at or above 4 GiB becomes movable then.
 *   | 1 GiB .. 2 GiB |      | 4 GiB .. 5 GiB |
 */
static void kernelcore_mirror_needs_mirrored_memory(void **state)
{
	static const char normal[] = "0 DMA 40000000-100000000 262144/258048 | 0 Normal 100000000-140000000 262144/258048";
	static const char movable[] = "0 DMA 40000000-100000000 262144/258048 | 0 Movable 100000000-140000000 262144/258048";
	static const struct bank low[4] = { { 0, 1024, 2048 } }, both[4] = { { 0, 1024, 2048 }, { 0, 4096, 5120 } };
	static const char ignored[] = "The system has no mirror memory, ignore kernelcore=mirror.";
	static const char unmirrored[] = "This configuration results in unmirrored kernel memory.";
	static const struct { const char *version, *words; const struct bank *bank; const char *said, *zones; } rows[] = {
		{ "6.12", "kernelcore=mirror", low, ignored, NULL },
		{ "6.6.0", "kernelcore=mirror", both, ignored, normal },
		{ "6.6.0", "kernelcore=512M kernelcore=mirror,x", both, ignored, normal },
		{ "6.5.0", "kernelcore=mirror", low, unmirrored, NULL },
		{ "6.5.0", "kernelcore=mirror", both, unmirrored, movable },
		{ "6.12", "kernelcore=mirrors", low, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		banks(rows[i].bank, 4);
		words(rows[i].words);
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_int_equal(strstr(said(), "mirror") != NULL, rows[i].said != NULL);
		if (rows[i].said)
			assert_non_null(strstr(said(), rows[i].said));
		if (rows[i].zones)
			assert_string_equal(zones(), rows[i].zones);
		over();
	}
}

/*
 * What is not mirrored is movable from 4 GiB on; ZONE_NORMAL spans it all the same until 7.2.
 *   | 3 GiB .. 4 GiB | 4 GiB .. 4.5 GiB mirrored | 4.5 .. 5 GiB | 5 .. 5.25 GiB mirrored | 5.25 .. 6 GiB |
 */
static void unmirrored_memory_is_movable(void **state)
{
	static const char overlap[] = "0 DMA c0000000-100000000 262144/262144 | 0 Normal 100000000-180000000 196608/196608 | "
				      "0 Movable 120000000-180000000 327680/327680";
	/* Until 6.10 what page structs take is not counted as managed. */
	static const char counted[] = "0 DMA c0000000-100000000 262144/258048 | 0 Normal 100000000-180000000 196608/193536 | "
				      "0 Movable 120000000-180000000 327680/322560";
	static const struct { const char *version; bool kdump; const char *zones; } rows[] = {
		{ "6.12", false, overlap },
		{ "7.2", false, overlap },
		{ "7.3.0", false, "0 DMA c0000000-100000000 262144/262144 | 0 Normal 100000000-120000000 131072/131072 | "
				  "0 Movable 120000000-180000000 393216/393216" },
		{ "6.7", true, counted },
		{ "6.12", true, "0 DMA c0000000-100000000 262144/262144 | 0 Normal 100000000-180000000 524288/524288" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct node *node;

		machine(rows[i].version, "");
		node = &m.mm.nodes.node[0];
		node_ram(0, GIB(3), GIB(3));
		memblock_mark_mirror(&m.mm.memblock, GIB(4), MIB(512), WHY("uefi"));
		memblock_mark_mirror(&m.mm.memblock, GIB(5), MIB(256), WHY("uefi"));
		sections();
		words("kernelcore=mirror movablecore=1G");
		m.mm.is_kdump = rows[i].kdump;
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_string_equal(zones(), rows[i].zones);
		assert_true(!node->zones_overlap || node_zone_of(node, GIB(4) >> 12) == &node->zones[ZONE_NORMAL]);
		assert_true(!node->zones_overlap || node_zone_of(node, (GIB(5) >> 12) - 1) == &node->zones[ZONE_MOVABLE]);
		assert_true(!node->zones_overlap || node_zone_of(node, GIB(5) >> 12) == &node->zones[ZONE_NORMAL]);
		assert_true(!node->zones_overlap || node_overlap_end(node, GIB(5) >> 12) == (GIB(5) + MIB(256)) >> 12);
		over();
	}
}

/* Deferred pages are all of the last zone; where a node's span is the sum of its zones', nothing is deferred in an overlap. */
static void deferred_pages_lose_their_mirror(void **state)
{
	static const struct { const char *version; uint64_t first; enum zone_type mirrored; } rows[] = {
		{ "6.10.0", UINT64_MAX, ZONE_NORMAL }, { "6.12", UINT64_MAX, ZONE_NORMAL }, { "7.2", 0x108000, ZONE_MOVABLE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct node *node;

		machine(rows[i].version, "DEFERRED_STRUCT_PAGE_INIT");
		node = &m.mm.nodes.node[0];
		m.mm.nodes.node[0].first_deferred_pfn = UINT64_MAX;
		node_ram(0, GIB(3), GIB(3));
		memblock_mark_mirror(&m.mm.memblock, GIB(4), MIB(64), WHY("uefi"));
		memblock_mark_mirror(&m.mm.memblock, GIB(5), MIB(256), WHY("uefi"));
		sections();
		words("kernelcore=mirror");
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		/* 64 MiB of each kind are a section. */
		assert_int_equal(node->first_deferred_pfn, rows[i].first);
		assert_true(node_zone_of(node, GIB(4) >> 12) == &node->zones[ZONE_NORMAL]);
		assert_true(node_zone_of(node, GIB(5) >> 12) == &node->zones[rows[i].mirrored]);
		assert_true(node_zone_of(node, (GIB(6) >> 12) - 1) == &node->zones[ZONE_MOVABLE]);
		over();
	}
}

/* As above, odd: node 0 has nothing left to be movable.  Before 5.19 its end was said to be the start of a movable zone. */
static void a_movable_zone_at_the_end_is_none(void **state)
{
	static const struct { const char *version; bool told; } rows[] = { { "5.18.0", true }, { "6.1", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		node_ram(0, GIB(1), MIB(256));
		node_ram(1, MIB(1280), MIB(1792));
		words("kernelcore=1G");
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_int_equal(strstr(said(), "  Node 0: 0x0000000050000000") != NULL, rows[i].told);
		assert_non_null(strstr(said(), "  Node 1: 0x0000000080000000"));
		over();
	}
}

/*
 *   |1 GiB .. kept .. 2 GiB + 2 KiB|.. hot-pluggable .. 3 GiB|      movable_node
 *   4.9 to 6.7 begin with the page that is shared, 6.12 behind it, which is then rounded up to 4 MiB
 */
static void hot_pluggable_memory_is_movable(void **state)
{
	static const struct { const char *version, *words; bool movable_node; uint64_t pfn; } rows[] = {
		{ "6.7", "kernelcore=256M", true, 0x80000 }, { "6.12", "kernelcore=256M", true, 0x80400 }, { "6.12", "", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		node_ram(0, GIB(1), GIB(2));
		m.mm.memblock.movable_node = rows[i].movable_node;
		memblock_setclr_flag(&m.mm.memblock, &m.mm.memblock.memory, GIB(2) + 0x800, GIB(1) - 0x800, true, MEMBLOCK_HOTPLUG, "f", WHY_NOBODY);
		words(rows[i].words);
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_int_equal(m.mm.nodes.node[0].zone_movable_pfn, rows[i].pfn);
		over();
	}
}

#define RANGE(a, b)	"[mem 0x0000000" a "-0x0000000" b "]"

static void ranges_are_told(void **state)
{
	static const struct { const char *version, *words; struct bank bank[4]; const char *said; } rows[] = {
		{ "6.12", "", { { 0, 1024, 6144 } },
		  "Zone ranges: |   DMA      " RANGE("040000000", "0ffffffff") " |   Normal   " RANGE("100000000", "17fffffff") " | "
		  "Movable zone start for each node | Early memory node ranges |   node   0: " RANGE("040000000", "17fffffff") " | "
		  "Initmem setup node 0 " RANGE("040000000", "17fffffff") },
		/* Holes count where their section is there: before RAM, within it, behind it; 128 MiB = 32768 pages each. */
		{ "6.12", "kernelcore=256M", { { 0, 1056, 1224 }, { 0, 1324, 2016 } },
		  "Zone ranges: |   DMA      " RANGE("042000000", "07dffffff") " |   Normal   empty | "
		  "Movable zone start for each node |   Node 0: 0x0000000058400000 | Early memory node ranges | "
		  "  node   0: " RANGE("042000000", "04c7fffff") " |   node   0: " RANGE("052c00000", "07dffffff") " | "
		  "Initmem setup node 0 " RANGE("042000000", "07dffffff") " | "
		  "On node 0, zone DMA: 8192 pages in unavailable ranges | On node 0, zone DMA: 25600 pages in unavailable ranges | "
		  "On node 0, zone Movable: 8192 pages in unavailable ranges" },
		/* The sections at 0x48000000 and 0x50000000 are absent: 64 MiB on either side of them. */
		{ "6.12", "", { { 0, 1024, 1088 }, { 0, 1472, 2048 } },
		  "Zone ranges: |   DMA      " RANGE("040000000", "07fffffff") " |   Normal   empty | "
		  "Movable zone start for each node | Early memory node ranges | "
		  "  node   0: " RANGE("040000000", "043ffffff") " |   node   0: " RANGE("05c000000", "07fffffff") " | "
		  "Initmem setup node 0 " RANGE("040000000", "07fffffff") " | On node 0, zone DMA: 32768 pages in unavailable ranges" },
		/* 5.10: the hole in the last block of 4 MiB that begins inside of RAM; not where RAM ends with a block. */
		{ "5.10", "", { { 0, 1024, 1225 }, { 0, 1324, 2048 } },
		  "Zone ranges: |   DMA      " RANGE("040000000", "07fffffff") " |   Normal   empty | "
		  "Movable zone start for each node | Early memory node ranges | "
		  "  node   0: " RANGE("040000000", "04c8fffff") " |   node   0: " RANGE("052c00000", "07fffffff") " | "
		  "Initmem setup node 0 " RANGE("040000000", "07fffffff") " | On node 0, zone DMA: 768 pages in unavailable ranges" },
		{ "5.10", "loglevel=8", { { 0, 1024, 2048 } },
		  "Zone ranges: |   DMA      " RANGE("040000000", "07fffffff") " |   Normal   empty | "
		  "Movable zone start for each node | Early memory node ranges |   node   0: " RANGE("040000000", "07fffffff") " | "
		  "Initmem setup node 0 " RANGE("040000000", "07fffffff") " | On node 0 totalpages: 262144 | "
		  "  DMA zone: 4096 pages used for memmap |   DMA zone: 0 pages reserved |   DMA zone: 262144 pages, LIFO batch:63" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		banks(rows[i].bank, 4);
		words(rows[i].words);
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* Debian's patches for PREEMPT_RT gave 5.10 consoles that print at once what is said before they have a thread. */
static void a_console_shows_what_its_level_lets_through(void **state)
{
	static const struct { const char *version, *options, *words; bool shows; } rows[] = {
		{ "5.10", "", "", false }, { "5.10", "", "loglevel=8", true }, { "5.10", "CONSOLE_LOGLEVEL_DEFAULT=8", "", true },
		{ "5.10", "PREEMPT_RT", "quiet", true }, { "5.9", "PREEMPT_RT", "", false }, { "5.15", "PREEMPT_RT", "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		words(rows[i].words);
		assert_int_equal(console_shows_debug(&m.mm), rows[i].shows);
		over();
	}
}

/* 7.3 sets page structs up behind sparse_init(): free_area_init() says nothing of holes, memmap_init() does. */
static void holes_are_told_when_page_structs_are_set_up(void **state)
{
	static const struct { const char *version; bool first; } rows[] = { { "7.2", true }, { "7.3", false } };
	static const struct bank bank[4] = { { 0, 1024, 1088 }, { 0, 1472, 2048 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *hole = "On node 0, zone DMA: 32768 pages in unavailable ranges";

		machine(rows[i].version, "");
		banks(bank, 4);
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_int_equal(strstr(said(), hole) != NULL, rows[i].first);
		if (!rows[i].first) {
			assert_true(run(step_memmap_init));
			assert_non_null(strstr(said(), hole));
		}
		over();
	}
}

static void a_node_without_memory_is_told_of(void **state)
{
	static const struct { const char *version, *said; } rows[] = {
		{ "5.10", "Initmem setup node 1 " RANGE("000000000", "000000000") },
		{ "6.12", "Initmem setup node 1 as memoryless" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		node_ram(0, GIB(1), GIB(1));
		m.mm.nodes.node[1].nid = 1;
		m.mm.nodes.node[1].possible = m.mm.nodes.node[1].online = true;
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_non_null(strstr(said(), rows[i].said));
		assert_int_equal(m.mm.nodes.node[1].start_pfn, 0);
		over();
	}
}

static void hash_tables_are_spread_over_several_nodes(void **state)
{
	static const struct { const char *version, *options; int nodes; bool spread; } rows[] = {
		{ "4.9", "", 1, true }, { "5.3.0", "", 1, false }, { "6.12", "", 1, false }, { "6.12", "", 2, true }, { "6.12", "NUMA=0", 1, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		for (int nid = 0; nid < rows[i].nodes; nid++)
			node_ram(nid, GIB(1 + nid), GIB(1));
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_int_equal(m.mm.hashdist, rows[i].spread);
		over();
	}
}

/* --------------------------------------------------------- deferred struct pages */

/*
 *   a section is 128 MiB; the zone that reaches its node's end stops at the first section behind a section's worth of pages
 */
static void struct_pages_are_deferred_from_a_section_on(void **state)
{
	static const struct bank one[4] = { { 0, 1024, 6144 } }, odd[4] = { { 0, 1024, 3072 }, { 0, 4160, 6144 } },
				 gap[4] = { { 0, 1024, 1088 }, { 0, 1280, 2048 } }, small[4] = { { 0, 1024, 1152 } },
				 turns[4] = { { 1, 1024, 1088 }, { 0, 1088, 2048 }, { 1, 3264, 4096 } },
				 again[4] = { { 0, 1024, 2048 }, { 1, 2048, 2112 }, { 0, 3072, 3136 }, { 1, 3264, 4096 } };
	static const struct { const char *version, *options, *words; const struct bank *bank; uint64_t first[2]; } rows[] = {
		{ "6.12", "DEFERRED_STRUCT_PAGE_INIT", "", one, { 0x108000 } },
		{ "6.12", "", "", one, { UINT64_MAX } },
		{ "6.12", "DEFERRED_STRUCT_PAGE_INIT PAGE_EXTENSION", "early_page_ext", one, { UINT64_MAX } },
		{ "6.12", "DEFERRED_STRUCT_PAGE_INIT PAGE_EXTENSION", "", one, { 0x108000 } },
		{ "6.12", "DEFERRED_STRUCT_PAGE_INIT", "early_page_ext", one, { 0x108000 } },
		{ "5.10", "DEFERRED_STRUCT_PAGE_INIT PAGE_EXTENSION", "early_page_ext", small, { UINT64_MAX } },
		/* From 4 GiB + 64 MiB: + 128 MiB, rounded up to + 256 MiB. */
		{ "6.12", "DEFERRED_STRUCT_PAGE_INIT", "", odd, { 0x110000 } },
		/* 64 MiB before the hole, 64 MiB behind: the next section begins at 1 GiB + 384 MiB. */
		{ "6.12", "DEFERRED_STRUCT_PAGE_INIT", "", gap, { 0x58000 } },
		/* Not more than a section. */
		{ "6.12", "DEFERRED_STRUCT_PAGE_INIT", "", small, { UINT64_MAX } },
		/* Another zone in between: what was counted is forgotten. */
		{ "6.12", "DEFERRED_STRUCT_PAGE_INIT", "", turns, { 0x50000, 0xd8000 } },
		/* Until 6.7 also if that one has deferred its pages already; then 64 MiB from 3264 MiB on are enough. */
		{ "6.7", "DEFERRED_STRUCT_PAGE_INIT", "", again, { 0x48000, 0xd8000 } },
		{ "6.12", "DEFERRED_STRUCT_PAGE_INIT", "", again, { 0x48000, 0xd0000 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		banks(rows[i].bank, 4);
		words(rows[i].words);
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_int_equal(m.mm.nodes.node[0].first_deferred_pfn, rows[i].first[0]);
		if (rows[i].first[1])
			assert_int_equal(m.mm.nodes.node[1].first_deferred_pfn, rows[i].first[1]);
		over();
	}
}

/* ------------------------------------------------------------ memblock_free_all() */

/*
 *   RAM       |0x40000000 ........................................ 0x48000000|      32768 pages
 *   reserved  |..0x1800)      |0x41000000 .. 0x41000800)
 */
static void whole_free_pages_go_to_the_buddy_allocator(void **state)
{
	static void (*const steps[])(struct mm *mm) = { step_memblock_free_all_5_10, step_memblock_free_all_6_7, step_memblock_free_all };
	static const char *const versions[] = { "5.10", "6.7", "6.12" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		const struct ledger_entry *e;

		machine(versions[i], "");
		node_ram(0, GIB(1), MIB(128));
		taken(0x40000000, 0x1800);
		taken(0x41000000, 0x800);
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_true(run(steps[i]));
		assert_int_equal(m.mm.totalram_pages, 32768 - 3);
		assert_int_equal(m.mm.nodes.node[0].zones[ZONE_DMA].managed_pages, 32768 - 3);
		assert_string_equal(told("__free_pages_memory"), "__free_pages_memory base=0x40001800 size=0xffe800 ranges=1 | "
				    "__free_pages_memory base=0x41000800 size=0x6fff800 ranges=1");
		e = ledger_find(&m.mm.ledger, 0x40001800);
		assert_string_equal(e->owner, "partial-page");
		assert_string_equal(ledger_find(&m.mm.ledger, 0x40002000)->owner, "buddy");
		assert_string_equal(ledger_find(&m.mm.ledger, 0x41000800)->owner, "partial-page");
		assert_string_equal(ledger_find(&m.mm.ledger, 0x41001000)->owner, "buddy");
		over();
	}
}

/* 5.10 does not label; 6.7 passes ends for sizes, so that the last region's node is what follows it, too; 6.12 is right. */
static void reserved_memory_learns_its_node(void **state)
{
	static const struct { const char *version; void (*step)(struct mm *mm); const char *reserved; } rows[] = {
		{ "5.10", step_memblock_free_all_5_10, "40000000-40001000 48000000-48001000 90000000-90001000" },
		{ "6.7", step_memblock_free_all_6_7, "40000000-40001000:0 48000000-48001000:1 90000000-90001000:1" },
		{ "6.12", step_memblock_free_all, "40000000-40001000:0 48000000-48001000:1 90000000-90001000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		node_ram(0, 0x40000000, MIB(128));
		node_ram(1, 0x48000000, MIB(128));
		taken(0x40000000, 0x1000);
		taken(0x48000000, 0x1000);
		taken(0x90000000, 0x1000);
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_true(run(rows[i].step));
		assert_string_equal(RESERVED(), rows[i].reserved);
		over();
	}
}

static void deferred_pages_count_at_once_and_are_freed_later(void **state)
{
	struct node *node = &m.mm.nodes.node[0];

	(void)state;
	machine("6.12", "DEFERRED_STRUCT_PAGE_INIT");
	node_ram(0, GIB(1), MIB(512));
	assert_true(run(step_zone_limits));
	assert_true(run(step_free_area_init));
	assert_true(run(step_memblock_free_all));
	node = &m.mm.nodes.node[0];
	assert_int_equal(m.mm.totalram_pages, 131072);
	assert_string_equal(ledger_find(&m.mm.ledger, 0x47fff000)->owner, "buddy");
	assert_string_equal(ledger_find(&m.mm.ledger, 0x48000000)->owner, "deferred");
	assert_int_equal(buddy_nr_free(&m.mm.buddy, &node->zones[ZONE_DMA]), 32768);
	assert_true(run(step_deferred_init_memmap));
	assert_string_equal(told("deferred_init_memmap"), "deferred_init_memmap node=0 first_deferred_pfn=294912 pages=98304");
	assert_string_equal(ledger_find(&m.mm.ledger, 0x48000000)->owner, "buddy");
	assert_int_equal(buddy_nr_free(&m.mm.buddy, &node->zones[ZONE_DMA]), 131072);
	assert_int_equal(m.mm.totalram_pages, 131072);
	over();
}

static void hot_plugged_memory_loses_its_flag(void **state)
{
	(void)state;
	machine("6.12", "");
	node_ram(0, GIB(1), MIB(128));
	memblock_setclr_flag(&m.mm.memblock, &m.mm.memblock.memory, GIB(1) + MIB(64), MIB(64), true, MEMBLOCK_HOTPLUG, "f", WHY_NOBODY);
	assert_string_equal(MEMORY(), "40000000-44000000:0 44000000-48000000:0");
	assert_true(run(step_zone_limits));
	assert_true(run(step_free_area_init));
	assert_true(run(step_memblock_free_all));
	assert_string_equal(MEMORY(), "40000000-48000000:0");
	over();
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(zones_end_where_devices_do),
		TEST(a_page_in_part_is_not_counted),
		TEST(zones_take_the_memory_between_their_bounds),
		TEST(kernel_pages_are_what_is_free),
		TEST(nodes_span_their_zones_or_end_to_end),
		TEST(kernelcore_and_movablecore_make_a_movable_zone),
		TEST(kernelcore_mirror_needs_mirrored_memory),
		TEST(unmirrored_memory_is_movable),
		TEST(deferred_pages_lose_their_mirror),
		TEST(a_movable_zone_at_the_end_is_none),
		TEST(hot_pluggable_memory_is_movable),
		TEST(ranges_are_told),
		TEST(a_console_shows_what_its_level_lets_through),
		TEST(holes_are_told_when_page_structs_are_set_up),
		TEST(a_node_without_memory_is_told_of),
		TEST(hash_tables_are_spread_over_several_nodes),
		TEST(struct_pages_are_deferred_from_a_section_on),
		TEST(whole_free_pages_go_to_the_buddy_allocator),
		TEST(reserved_memory_learns_its_node),
		TEST(deferred_pages_count_at_once_and_are_freed_later),
		TEST(hot_plugged_memory_loses_its_flag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
