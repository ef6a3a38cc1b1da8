/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that reserve memory for somebody: /reserved-memory, crashkernel=, CMA areas. */
#include "step_machine.h"

#define CMA "CMA DMA_CMA CMA_AREAS=3 DMA_DECLARE_COHERENT HUGETLB_PAGE"

static int root;

/* /reserved-memory as it should be. */
static void reserved_memory(void)
{
	root = child(0, "reserved-memory");
	CELLS(root, "#address-cells", 2);
	CELLS(root, "#size-cells", 2);
	flag(root, "ranges");
}

static int fixed(const char *name, uint32_t base, uint32_t size)
{
	int node = child(root, name);

	CELLS(node, "reg", 0, base, 0, size);
	return node;
}

static int placed(const char *name, uint32_t size)
{
	int node = child(root, name);

	CELLS(node, "size", 0, size);
	return node;
}

static void pool(int node)
{
	string(node, "compatible", "shared-dma-pool");
	flag(node, "reusable");
}

static void begin(const char *version)
{
	machine(version, CMA);
	ram(0x40000000, GIB(1));
	reserved_memory();
}

/* The scan of each release. */
static void (*scan(const char *version))(struct mm *mm)
{
	if (!strcmp(version, "4.9"))
		return step_early_init_fdt_scan_reserved_mem_4_9;
	if (!strcmp(version, "5.10") || !strcmp(version, "6.1"))
		return step_early_init_fdt_scan_reserved_mem_6_1;
	return !strcmp(version, "6.7") ? step_early_init_fdt_scan_reserved_mem : step_early_init_fdt_scan_reserved_mem_6_12;
}

/* ------------------------------------------------------------ /reserved-memory */

static void a_root_with_other_cells_is_ignored(void **state)
{
	(void)state;
	begin("6.12");
	fixed("a@50000000", 0x50000000, 0x1000);
	CELLS(root, "#size-cells", 1);
	assert_true(run(scan("6.12")));
	assert_string_equal(said(), "OF: reserved mem: Reserved memory: unsupported node format, ignoring");
	assert_string_equal(RESERVED(), "");
	/* 6.12 counts as many as the static array holds. */
	assert_int_equal(m.mm.nr_reserved_nodes, 64);
	over();
	begin("7.2");
	CELLS(root, "#size-cells", 1);
	assert_true(run(scan("7.2")));
	assert_int_equal(m.mm.nr_reserved_nodes, 0);
	over();
}

/*
 *   no-map   4.9: out of memory    since 5.10: marked      and what is reserved already stays mapped
 */
static void no_map_leaves_memory_or_is_marked(void **state)
{
	static const struct { const char *version, *memory; } rows[] = {
		{ "4.9", "40000000-50000000 50100000-80000000" },
		{ "5.10", "40000000-50000000 50000000-50100000!nomap 50100000-80000000" },
		{ "6.12", "40000000-50000000 50000000-50100000!nomap 50100000-80000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(rows[i].version);
		flag(fixed("a@50000000", 0x50000000, 0x100000), "no-map");
		string(fixed("b@60000000", 0x60000000, 0x100000), "status", "disabled");
		assert_true(run(scan(rows[i].version)));
		assert_string_equal(MEMORY(), rows[i].memory);
		assert_string_equal(RESERVED(), "");
		over();
	}
}

static void a_node_that_cannot_be_reserved_is_told_of(void **state)
{
	(void)state;
	begin("6.12");
	taken(0x50000000, 0x1000);
	flag(fixed("taken@50000000", 0x50000000, 0x200000), "no-map");
	fixed("empty@60000000", 0x60000000, 0);
	CELLS(child(root, "odd@70000000"), "reg", 0, 0x70000000, 0, 0x1000, 7);
	assert_true(run(scan("6.12")));
	assert_string_equal(said(),
		"OF: reserved mem: Reserved memory: failed to reserve memory for node 'taken@50000000': base 0x0000000050000000, size 2 MiB | "
		"OF: reserved mem: Reserved memory: failed to reserve memory for node 'empty@60000000': base 0x0000000060000000, size 0 MiB | "
		"OF: reserved mem: Reserved memory: invalid reg property in 'odd@70000000', skipping node.");
	assert_true(run(step_fdt_scan_reserved_mem_reg_nodes));
	assert_non_null(strstr(said(), "OF: reserved mem: Reserved memory: invalid reg property in 'odd@70000000', skipping node."));
	over();
}

/* All tuples until 7.2, then the first alone. */
static void how_many_ranges_of_a_node_are_reserved(void **state)
{
	static const struct { const char *version, *reserved; } rows[] = {
		{ "4.9", "50000000-50001000 60000000-60001000" }, { "6.12", "50000000-50001000 60000000-60001000" }, { "7.2", "50000000-50001000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(rows[i].version);
		CELLS(child(root, "two@50000000"), "reg", 0, 0x50000000, 0, 0x1000, 0, 0x60000000, 0, 0x1000);
		assert_true(run(scan(rows[i].version)));
		assert_string_equal(RESERVED(), rows[i].reserved);
		over();
	}
}

/*
 *   RAM       |0x40000000 ......................... 0x80000000|
 *   dynamic                       top-down      [0x7ff00000 ..]
 *   in ranges    [0x50000000 .. 0x51000000)     its end: [0x50f00000 ..]
 */
static void dynamic_nodes_go_to_the_top_of_their_window(void **state)
{
	static const char *const versions[] = { "4.9", "5.10", "6.1", "6.7", "6.12", "7.2" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		begin(versions[i]);
		CELLS(placed("low", 0x100000), "alloc-ranges", 0, 0x50000000, 0, 0x1000000);
		assert_true(run(scan(versions[i])));
		assert_string_equal(RESERVED(), strcmp(versions[i], "4.9") ? "50f00000-51000000" : "50f00000-51000000");
		over();
		begin(versions[i]);
		CELLS(placed("aligned", 0x1000), "alignment", 0, 0x10000);
		assert_true(run(scan(versions[i])));
		assert_string_equal(RESERVED(), "7fff0000-7fff1000");
		over();
	}
}

/* 4.9 allocates below the end, and gives back what lies before the start. */
static void a_full_window_leaves_a_node_without_memory(void **state)
{
	static const struct { const char *version, *said; } rows[] = {
		{ "4.9", "OF: reserved mem: failed to allocate memory for node 'full'" },
		{ "5.10", "OF: reserved mem: failed to allocate memory for node 'full'" },
		{ "6.1", "OF: reserved mem: failed to allocate memory for node 'full': size 1 MiB" },
		{ "7.2", "OF: reserved mem: failed to allocate memory for node 'full': size 1 MiB" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(rows[i].version);
		taken(0x50000000, 0x1000000);
		CELLS(placed("full", 0x100000), "alloc-ranges", 0, 0x50000000, 0, 0x1000000);
		assert_true(run(scan(rows[i].version)));
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(RESERVED(), "50000000-51000000");
		over();
	}
}

static void properties_of_the_wrong_length_are_told_of(void **state)
{
	static const struct { const char *version, *property, *said; } rows[] = {
		{ "6.12", "size", "OF: reserved mem: invalid size property in 'n' node." },
		{ "6.12", "alignment", "OF: reserved mem: invalid alignment property in 'n' node." },
		{ "6.12", "alloc-ranges", "OF: reserved mem: invalid alloc-ranges property in 'n', skipping node." },
		{ "7.2", "alloc-ranges", "OF: reserved mem: 0x000000007ff00000..0x000000007fffffff (1024 KiB) map non-reusable n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(rows[i].version);
		CELLS(placed("n", 0x100000), rows[i].property, 1);
		assert_true(run(scan(rows[i].version)));
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* 16 nodes in 4.9, 64 since 5.10; the array of 6.12 grows, but not its list of dynamic nodes. */
static void tables_have_an_end(void **state)
{
	static const struct { const char *version; int nodes; bool dynamic; const char *said; } rows[] = {
		{ "4.9", 17, false, "OF: reserved mem: not enough space for all defined regions." },
		{ "6.1", 65, false, "OF: reserved mem: not enough space for all defined regions." },
		{ "6.1", 64, false, "" },
		{ "6.12", 65, false, "" },
		{ "6.12", 65, true, "OF: reserved mem: too many defined dynamic regions, skip 'n'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(rows[i].version);
		for (int n = 0; n < rows[i].nodes; n++)
			if (rows[i].dynamic)
				placed("n", 0x1000);
			else
				fixed("n", 0x50000000 + (uint32_t)n * 0x10000, 0x1000);
		assert_true(run(scan(rows[i].version)));
		if (*rows[i].said)
			assert_non_null(strstr(said(), rows[i].said));
		else
			assert_null(strstr(said(), "not enough"));
		over();
	}
}

/*
 *   a    [0x50000000 .. 0x50200000)
 *   b          [0x50100000 .. 0x50300000)
 */
static void overlaps_are_told_of(void **state)
{
	(void)state;
	begin("6.1");
	fixed("b@50100000", 0x50100000, 0x200000);
	fixed("a@50000000", 0x50000000, 0x200000);
	assert_true(run(scan("6.1")));
	assert_string_equal(said(), "OF: reserved mem: OVERLAP DETECTED!\na@50000000 (0x0000000050000000--0x0000000050200000) overlaps with "
				    "b@50100000 (0x0000000050100000--0x0000000050300000)");
	assert_string_equal(RESERVED(), "50000000-50300000");
	over();
}

#define CREATED(base, mib, name) "Reserved memory: created CMA memory pool at 0x" base ", size " mib " MiB | " \
	"OF: reserved mem: initialized node " name ", compatible id shared-dma-pool"

/* 4 KiB pages, orders up to 10: areas are aligned to 4 MiB before 5.19 or so, then to pageblocks of 2 MiB. */
static void pools_become_cma_areas(void **state)
{
	static const struct { const char *version; uint32_t base; const char *said; } rows[] = {
		{ "5.10", 0x50000000, CREATED("0000000050000000", "4", "p") },
		{ "5.10", 0x50200000, "Reserved memory: incorrect alignment of CMA region | OF: reserved mem: node p compatible matching fail" },
		{ "6.1", 0x50200000, CREATED("0000000050200000", "4", "p") },
		{ "6.1", 0x50100000, "Reserved memory: incorrect alignment of CMA region | OF: reserved mem: node p compatible matching fail" },
		{ "4.9", 0x50000000, CREATED("0000000050000000", "4", "p") },
		{ "4.9", 0x50100000, "Reserved memory: incorrect alignment of CMA region" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(rows[i].version);
		pool(fixed("p", rows[i].base, 0x400000));
		assert_true(run(scan(rows[i].version)));
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(RESERVED(), strstr(rows[i].said, "fail") ? "" : rows[i].base == 0x50000000 ? "50000000-50400000"
				    : rows[i].base == 0x50200000 ? "50200000-50600000" : "50100000-50500000");
		over();
	}
}

static void more_pools_than_areas_are_refused(void **state)
{
	(void)state;
	begin("6.12");
	for (uint32_t i = 0; i < 4; i++)
		pool(placed("p", 0x200000));
	assert_true(run(scan("6.12")));
	assert_int_equal(m.mm.nr_cma, 3);
	assert_non_null(strstr(said(), "cma: Not enough slots for CMA reserved regions! | Reserved memory: unable to setup CMA region | "
				       "OF: reserved mem: node p compatible matching fail"));
	over();
	begin("6.7");
	for (uint32_t i = 0; i < 4; i++)
		pool(placed("p", 0x200000));
	assert_true(run(scan("6.7")));
	assert_int_equal(m.mm.nr_cma, 4);
	over();
}

/*
 * reusable and no-map:  6.12's drivers refuse it, and it is given back; 7.2's say it is not theirs, and it keeps its mark.
 */
static void a_pool_that_is_not_mapped_is_nobodys(void **state)
{
	static const struct { const char *version, *said, *memory; } rows[] = {
		{ "6.12", "OF: reserved mem: node p compatible matching fail", "40000000-80000000" },
		{ "7.2", "OF: reserved mem: 0x0000000050000000..0x00000000503fffff (4096 KiB) nomap reusable p",
		  "40000000-50000000 50000000-50400000!nomap 50400000-80000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int node;

		begin(rows[i].version);
		node = fixed("p", 0x50000000, 0x400000);
		pool(node);
		flag(node, "no-map");
		assert_true(run(scan(rows[i].version)));
		assert_true(run(strcmp(rows[i].version, "7.2") ? step_fdt_scan_reserved_mem_reg_nodes : step_fdt_scan_reserved_mem_late));
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(MEMORY(), rows[i].memory);
		over();
	}
}

static void cma_on_the_command_line_beats_the_tree(void **state)
{
	static const struct { const char *version, *words, *said; } rows[] = {
		{ "6.1", "", CREATED("0000000050000000", "4", "p") },
		{ "6.1", "cma=8M", "Reserved memory: bypass p node, using cmdline CMA params instead | OF: reserved mem: node p compatible matching fail" },
		{ "6.1", "cma", CREATED("0000000050000000", "4", "p") },
		{ "4.9", "cma=8M", CREATED("0000000050000000", "4", "p") },
		{ "7.2", "cma=8M", "Skipping dt linux,cma-default node in favor for \"cma=\" kernel param." },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int node;

		begin(rows[i].version);
		words(rows[i].words);
		node = fixed("p", 0x50000000, 0x400000);
		pool(node);
		flag(node, "linux,cma-default");
		assert_true(run(scan(rows[i].version)));
		assert_string_equal(said(), rows[i].said);
		assert_int_equal(m.mm.has_default_cma, strstr(rows[i].said, "created") != NULL);
		over();
	}
}

static void coherent_pools_have_a_driver_too(void **state)
{
	static const struct { const char *version, *options; bool created; } rows[] = {
		{ "6.12", "DMA_DECLARE_COHERENT", true }, { "6.12", "", false }, { "4.9", "HAVE_GENERIC_DMA_COHERENT", true }, { "4.9", "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int node;

		machine(rows[i].version, rows[i].options);
		ram(0x40000000, GIB(1));
		reserved_memory();
		node = fixed("c", 0x50000000, 0x100000);
		string(node, "compatible", "shared-dma-pool");
		flag(node, "no-map");
		assert_true(run(scan(rows[i].version)));
		if (!strcmp(rows[i].version, "6.12"))
			assert_true(run(step_fdt_scan_reserved_mem_reg_nodes));
		assert_int_equal(strstr(said(), "Reserved memory: created DMA memory pool at 0x0000000050000000, size 1 MiB | "
						"OF: reserved mem: initialized node c, compatible id shared-dma-pool") != NULL, rows[i].created);
		over();
	}
}

static void restricted_pools_must_be_plain(void **state)
{
	static const char *const unfit[] = { NULL, "reusable", "no-map", "linux,cma-default", "linux,dma-default" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(unfit); i++) {
		int node;

		machine("6.12", "DMA_RESTRICTED_POOL");
		ram(0x40000000, GIB(1));
		reserved_memory();
		node = fixed("r", 0x50000000, 0x100000);
		string(node, "compatible", "restricted-dma-pool");
		if (unfit[i])
			flag(node, unfit[i]);
		assert_true(run(scan("6.12")));
		assert_true(run(step_fdt_scan_reserved_mem_reg_nodes));
		assert_int_equal(strstr(said(), "compatible matching fail") != NULL, unfit[i] != NULL);
		assert_int_equal(strstr(said(), "created restricted DMA pool") != NULL, unfit[i] == NULL);
		over();
	}
}

/*
 *   7fffef40-7fffefd0   3 * 48 bytes, below the page of the node that found its place; 6.12.57 keeps the table that it was built with
 */
static void the_table_grows_to_what_was_counted(void **state)
{
	static const struct { const char *version, *reserved; } rows[] = {
		{ "6.12.43", "50000000-50001000 60000000-60001000 7ffff000-80000000" },
		{ "6.12.57", "50000000-50001000 60000000-60001000 7ffff000-80000000" },
		{ "6.12.107", "50000000-50001000 60000000-60001000 7fffef40-7fffefd0 7ffff000-80000000" },
		{ "6.13", "50000000-50001000 60000000-60001000 7fffef40-7fffefd0 7ffff000-80000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(rows[i].version);
		fixed("a@50000000", 0x50000000, 0x1000);
		fixed("b@60000000", 0x60000000, 0x1000);
		placed("c", 0x1000);
		assert_true(run(scan("6.12")));
		assert_int_equal(m.mm.nr_reserved_nodes, 3);
		assert_true(run(step_fdt_scan_reserved_mem_reg_nodes));
		assert_string_equal(RESERVED(), rows[i].reserved);
		over();
	}
	machine("6.12", "");
	assert_true(run(step_fdt_scan_reserved_mem_reg_nodes));
	assert_string_equal(said(), "OF: reserved mem: Reserved memory: No reserved-memory node in the DT");
	over();
}

static void a_table_for_no_node_is_asked_for_until_7_1(void **state)
{
	static const struct { const char *version; bool asks; } rows[] = {
		{ "6.12.57", false }, { "6.12.107", false }, { "6.13", true }, { "7.0", true }, { "7.1", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(rows[i].version);
		string(fixed("gone@50000000", 0x50000000, 0x1000), "status", "disabled");
		assert_true(run(scan("6.12")));
		assert_int_equal(m.mm.nr_reserved_nodes, 0);
		assert_true(run(step_fdt_scan_reserved_mem_reg_nodes));
		assert_int_equal(strstr(told(NULL), " size=0x0 caller=fdt_scan_reserved_mem_reg_nodes") != NULL, rows[i].asks);
		over();
	}
}

static void memreserve_and_elfcorehdr_are_reserved(void **state)
{
	static const struct { phys_addr_t base; const char *said; } rows[] = {
		{ 0x60000000, "OF: fdt: Reserving 4 KiB of memory at 0x60000000 for elfcorehdr" },
		{ 0x50000800, "OF: fdt: elfcorehdr is overlapped" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct phys_range entry = { 0x50000000, 0x1000 };

		begin("6.1");
		m.mm.fdt.memreserve = &entry;
		m.mm.fdt.nr_memreserve = 1;
		m.mm.elfcorehdr = (struct phys_range){ rows[i].base, 0x1000 };
		assert_true(run(scan("6.1")));
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(RESERVED(), i ? "50000000-50001000" : "50000000-50001000 60000000-60001000");
		over();
	}
	begin("5.10");
	m.mm.elfcorehdr = (struct phys_range){ 0x60000000, 0x1000 };
	assert_true(run(step_reserve_elfcorehdr));
	assert_string_equal(said(), "Reserving 4KB of memory at 0x60000000 for elfcorehdr");
	over();
}

/*
 *   fixed            [0x50000000 .. 0x50100000)                              [0x51100000 .. 0x51200000)
 *   window                         |0x50100000 .................... 0x51100000|
 * A window that touches what was placed before at one of its ends alone is filled from there, since 6.6.
 */
static void windows_are_filled_away_from_their_neighbour(void **state)
{
	static const struct { const char *version; uint32_t low, low_size, high, start, size; const char *placed; } rows[] = {
		{ "6.7", 0x50000000, 0x100000, 0, 0x50100000, 0x1000000, "50000000-50200000" },
		{ "6.7", 0x50000000, 0x200000, 0, 0x50100000, 0x1000000, "50000000-50300000" },
		{ "6.7", 0x50000000, 0x0ff000, 0, 0x50100000, 0x1000000, "50000000-500ff000 51000000-51100000" },
		{ "6.7", 0, 0, 0x51100000, 0x50100000, 0x1000000, "51000000-51200000" },
		{ "6.7", 0, 0, 0x51101000, 0x50100000, 0x1000000, "51000000-51100000 51101000-51201000" },
		{ "6.7", 0x50000000, 0x100000, 0x51100000, 0x50100000, 0x1000000, "50000000-50100000 51000000-51200000" },
		/* One that begins where the window does touches it as well. */
		{ "6.7", 0x50100000, 0x100000, 0, 0x50100000, 0x1000000, "50100000-50300000" },
		{ "5.10", 0x50000000, 0x100000, 0, 0x50100000, 0x1000000, "50000000-50100000 51000000-51100000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(rows[i].version);
		if (rows[i].low)
			fixed("low", rows[i].low, rows[i].low_size);
		if (rows[i].high)
			fixed("high", rows[i].high, 0x100000);
		CELLS(placed("p", 0x100000), "alloc-ranges", 0, rows[i].start, 0, rows[i].size);
		assert_true(run(scan(rows[i].version)));
		assert_string_equal(RESERVED(), rows[i].placed);
		/* Nobody else goes up from here. */
		assert_false(m.mm.memblock.bottom_up);
		over();
	}
}

/* The second window where the first is full; what has no-map goes out of memory until 5.10 (4.9 has reserved it before), later it is marked. */
static void every_window_is_tried(void **state)
{
	static const struct { const char *version, *memory, *reserved; } rows[] = {
		{ "4.9", "40000000-5ff00000 60000000-80000000", "50000000-51000000 5ff00000-60000000" },
		{ "5.10", "40000000-5ff00000 60000000-80000000", "50000000-51000000" },
		{ "6.7", "40000000-5ff00000 5ff00000-60000000!nomap 60000000-80000000", "50000000-51000000 5ff00000-60000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int node;

		begin(rows[i].version);
		taken(0x50000000, 0x1000000);
		node = placed("p", 0x100000);
		CELLS(node, "alloc-ranges", 0, 0x50000000, 0, 0x1000000, 0, 0x58000000, 0, 0x8000000);
		flag(node, "no-map");
		assert_true(run(scan(rows[i].version)));
		assert_string_equal(MEMORY(), rows[i].memory);
		assert_string_equal(RESERVED(), rows[i].reserved);
		over();
	}
}

/* Below the window's start there is room; 4.9 finds that, and gives it back. */
static void memory_below_a_window_is_no_use(void **state)
{
	(void)state;
	begin("4.9");
	taken(0x50000000, 0x1000000);
	CELLS(placed("p", 0x100000), "alloc-ranges", 0, 0x50000000, 0, 0x1000000);
	assert_true(run(scan("4.9")));
	assert_string_equal(RESERVED(), "50000000-51000000");
	assert_non_null(strstr(told("memblock_phys_free"), "base=0x4ff00000 size=0x100000 "));
	over();
}

static void only_the_first_range_counts_in_7_2(void **state)
{
	static const struct { unsigned ranges; const char *said, *because; } rows[] = {
		{ 1, "", "" },
		{ 2, "node 'p' has 2 <base size> entries, only the first is used", "reg has 1 range more than the one that is used: " },
		{ 3, "node 'p' has 3 <base size> entries, only the first is used", "reg has 2 ranges more than the one that is used: " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const uint32_t reg[] = { 0, 0x50000000, 0, 0x1000, 0, 0x51000000, 0, 0x1000, 0, 0x52000000, 0, 0x1000 };

		begin("7.2");
		cells(child(root, "p"), "reg", 4 * rows[i].ranges, reg);
		assert_true(run(scan("7.2")));
		assert_string_equal(RESERVED(), "50000000-50001000");
		if (*rows[i].said)
			assert_non_null(strstr(said(), rows[i].said));
		assert_int_equal(strstr(said(), "only the first") != NULL, *rows[i].said != '\0');
		assert_int_equal(strstr(told(NULL), rows[i].because) != NULL, true);
		assert_int_equal(strstr(told(NULL), "reserved-extra-ranges") != NULL, rows[i].ranges > 1);
		over();
	}
}

/* cma= beats a pool that is to be placed as well, in 7.2 before it is. */
static void cma_on_the_command_line_beats_a_pool_without_address(void **state)
{
	static const struct { const char *words; bool default_pool, placed; } rows[] = {
		{ "cma=8M", true, false }, { "cma=8M", false, true }, { "", true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int node;

		begin("7.2");
		words(rows[i].words);
		node = placed("p", 0x400000);
		pool(node);
		if (rows[i].default_pool)
			flag(node, "linux,cma-default");
		assert_true(run(scan("7.2")));
		assert_string_equal(RESERVED(), rows[i].placed ? "7fc00000-80000000" : "");
		over();
	}
}

/*
 *   a  [0x50000000 ......................... 0x50400000)      in the order of the tree: d, c, b, a
 *   b  [0x50000000 .. 0x50100000)
 *   c               [0x50200000 .. 0x50300000)
 *   d                                                   [0x50400000 ..)
 * Sorted by address, the smaller one first: b, a, c, d.  The kernel sees b-a and a-c; nothing is hidden behind those.
 */
static void nodes_are_sorted_before_they_are_compared(void **state)
{
	(void)state;
	begin("6.7");
	fixed("d", 0x50400000, 0x100000);
	fixed("c", 0x50200000, 0x100000);
	fixed("b", 0x50000000, 0x100000);
	fixed("a", 0x50000000, 0x400000);
	assert_true(run(scan("6.7")));
	assert_non_null(strstr(said(), "OVERLAP DETECTED!\nb (0x0000000050000000--0x0000000050100000) overlaps with "
			       "a (0x0000000050000000--0x0000000050400000) | "
			       "OF: reserved mem: OVERLAP DETECTED!\na (0x0000000050000000--0x0000000050400000) overlaps with "
			       "c (0x0000000050200000--0x0000000050300000)"));
	assert_null(strstr(strstr(m.text, "overlaps with c"), "OVERLAP"));
	over();
}

/* A node over two others: the second is no neighbour of it, and the kernel does not notice. */
static void overlaps_that_the_kernel_does_not_see_are_told(void **state)
{
	const char *all;

	(void)state;
	begin("6.7");
	fixed("a", 0x50000000, 0x400000);
	fixed("b", 0x50100000, 0x100000);
	fixed("c", 0x50200000, 0x100000);
	fixed("d", 0x50400000, 0x100000);
	assert_true(run(scan("6.7")));
	assert_non_null(strstr(said(), "overlaps with b"));
	assert_null(strstr(said(), "overlaps with c"));
	all = told("__rmem_check_for_overlap");
	assert_non_null(strstr(all, "because=0x50200000-0x502fffff overlaps with /reserved-memory/a, 0x50000000-0x503fffff"));
	assert_null(strstr(all, "because=0x50400000"));
	assert_non_null(strstr(all, "other_base=0x50000000 other_size=0x400000"));
	over();
}

/* ------------------------------------------------------------------ crashkernel= */

#define GENERIC	step_arch_reserve_crashkernel
#define V6_1	step_reserve_crashkernel_5_19
#define V6_2	step_reserve_crashkernel_6_2
#define V6_6	step_reserve_crashkernel_6_5
#define V4_12	step_reserve_crashkernel_4_12
#define V5_10	step_reserve_crashkernel_5_5
#define V5_15	step_reserve_crashkernel_5_15

/* 1 000 000 bytes are 245 pages, below the end of RAM and at a multiple of 2 MiB. */
static void the_plain_form_reserves_whole_pages(void **state)
{
	static const struct { const char *version; void (*step)(struct mm *mm); } rows[] = { { "5.10", V5_10 }, { "5.15", V5_15 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "KEXEC_CORE");
		ram(GIB(1), GIB(1));
		words("crashkernel=1000000");
		assert_true(run(rows[i].step));
		assert_string_equal(RESERVED(), "7fe00000-7fef5000");
		over();
	}
}

/*
 *   RAM      |1 GiB ............ 2 GiB|                         small
 *   RAM      |1 GiB ............ 4 GiB ............ 7 GiB|      large
 *   the DMA limit is 4 GiB; both reserve [0x40000000, 0x41000000)
 */
static void crashkernel_finds_its_place_or_says_why_not(void **state)
{
	static const struct {
		const char *version;
		void (*step)(struct mm *mm);
		bool large;
		const char *words, *said;
	} rows[] = {
		{ "6.12", GENERIC, false, "", "" },
		{ "6.12", GENERIC, false, "crashkernel=64M", "crashkernel reserved: 0x000000007c000000 - 0x0000000080000000 (64 MB)" },
		{ "6.12", GENERIC, true, "crashkernel=64M", "crashkernel reserved: 0x00000000fc000000 - 0x0000000100000000 (64 MB)" },
		{ "6.12", GENERIC, false, "crashkernel=64M@0x50000000", "crashkernel reserved: 0x0000000050000000 - 0x0000000054000000 (64 MB)" },
		{ "6.12", GENERIC, false, "crashkernel=64M@0x40000000", "crashkernel reservation failed - memory is in use." },
		{ "6.12", GENERIC, false, "crashkernel=1020M", "cannot allocate crashkernel (size:0x3fc00000)" },
		{ "6.12", GENERIC, false, "crashkernel=1G", "" },
		{ "6.12", GENERIC, true, "crashkernel=64M,high",
		  "crashkernel low memory reserved: 0xf8000000 - 0x100000000 (128 MB) | "
		  "crashkernel reserved: 0x00000001bc000000 - 0x00000001c0000000 (64 MB)" },
		{ "6.12", GENERIC, true, "crashkernel=64M,high crashkernel=32M,low",
		  "crashkernel low memory reserved: 0xfe000000 - 0x100000000 (32 MB) | "
		  "crashkernel reserved: 0x00000001bc000000 - 0x00000001c0000000 (64 MB)" },
		{ "6.12", GENERIC, true, "crashkernel=64M,high crashkernel=0,low", "crashkernel reserved: 0x00000001bc000000 - 0x00000001c0000000 (64 MB)" },
		{ "6.12", GENERIC, true, "crashkernel=64M,high crashkernel=3100M,low", "cannot allocate crashkernel low memory (size:0xc1c00000)." },
		{ "6.12", GENERIC, true, "crashkernel=64M,high crashkernel=x,low", "crashkernel: memory value expected" },
		{ "6.12", GENERIC, false, "crashkernel=64M,high", "crashkernel reserved: 0x000000007c000000 - 0x0000000080000000 (64 MB)" },
		{ "6.12", GENERIC, false, "crashkernel=32M,low", "" },
		{ "6.12", GENERIC, true, "crashkernel=3080M",
		  "cannot allocate crashkernel (size:0xc0800000)" },
		{ "6.12", GENERIC, true, "crashkernel=3060M",
		  "crashkernel low memory reserved: 0xf8000000 - 0x100000000 (128 MB) | "
		  "crashkernel reserved: 0x0000000100c00000 - 0x00000001c0000000 (3060 MB)" },
		{ "6.12", GENERIC, false, "crashkernel=foo", "crashkernel: memory value expected" },
		{ "6.12", GENERIC, false, "crashkernel=64Mx", "crashkernel: unrecognized char: x" },
		{ "6.12", GENERIC, false, "crashkernel=64M,high,x", "crashkernel: unrecognized char: ," },
		{ "6.12", GENERIC, true, "crashkernel=64M-2G:1M,high", "crashkernel: unrecognized char: -" },
		{ "6.12", GENERIC, false, "crashkernel=64M@0x50000000x", "crashkernel reserved: 0x0000000050000000 - 0x0000000054000000 (64 MB)" },
		{ "6.12", GENERIC, false, "xcrashkernel=64M crashkernel=1x crashkernel=32M",
		  "crashkernel reserved: 0x000000007e000000 - 0x0000000080000000 (32 MB)" },
		{ "6.12", GENERIC, false, "crashkernel=-1G:64M", "crashkernel: Memory value expected" },
		{ "6.12", GENERIC, false, "crashkernel=1G:64M", "crashkernel: '-' expected" },
		{ "6.12", GENERIC, false, "crashkernel=1G-x:64M", "crashkernel: Memory value expected" },
		{ "6.12", GENERIC, false, "crashkernel=2G-1G:64M", "crashkernel: end <= start" },
		{ "6.12", GENERIC, false, "crashkernel=1G-1G:64M", "crashkernel: end <= start" },
		{ "6.12", GENERIC, false, "crashkernel=1G-2Gx:64M", "crashkernel: ':' expected" },
		{ "6.12", GENERIC, false, "crashkernel=0-:x", "crashkernel: Memory value expected" },
		{ "6.7", GENERIC, false, "crashkernel=0-:x", "Memory value expected" },
		{ "6.12", GENERIC, false, "crashkernel=0-:1G", "crashkernel: invalid size" },
		{ "6.12", GENERIC, false, "crashkernel=0-512M:32M,512M-1G:48M,1G-:64M", "crashkernel reserved: 0x000000007c000000 - 0x0000000080000000 (64 MB)" },
		{ "6.12", GENERIC, false, "crashkernel=0-1G:32M", "crashkernel size resulted in zero bytes" },
		{ "6.12", GENERIC, false, "crashkernel=0-:64M@0x50000000", "crashkernel reserved: 0x0000000050000000 - 0x0000000054000000 (64 MB)" },
		{ "6.12", GENERIC, false, "crashkernel=0-:64M@x", "crahskernel: Memory value expected after '@'" },
		{ "7.2", GENERIC, false, "crashkernel=0-:64M@x", "crashkernel: Memory value expected after '@'" },
		{ "6.12", GENERIC, false, "crashkernel=32M,cma", "crashkernel: unrecognized char: ," },
		{ "7.2", GENERIC, false, "crashkernel=64M crashkernel=32M,cma", "crashkernel reserved: 0x000000007c000000 - 0x0000000080000000 (64 MB)" },
		{ "6.1", V6_1, false, "crashkernel=64M", "crashkernel reserved: 0x000000007c000000 - 0x0000000080000000 (64 MB)" },
		{ "6.1", V6_1, true, "crashkernel=64M,high", "crashkernel reserved: 0x00000001bc000000 - 0x00000001c0000000 (64 MB)" },
		{ "6.1", V6_1, true, "crashkernel=64M,high crashkernel=32M,low",
		  "crashkernel low memory reserved: 0xfe000000 - 0x100000000 (32 MB) | "
		  "crashkernel reserved: 0x00000001bc000000 - 0x00000001c0000000 (64 MB)" },
		{ "6.1", V6_1, true, "crashkernel=64M,high crashkernel=3100M,low", "cannot allocate crashkernel low memory (size:0xc1c00000)." },
		{ "6.1", V6_1, true, "crashkernel=3080M", "cannot allocate crashkernel (size:0xc0800000)" },
		{ "6.1", V6_1, false, "crashkernel=64M@0x50000000", "crashkernel reserved: 0x0000000050000000 - 0x0000000054000000 (64 MB)" },
		{ "6.1", V6_1, false, "crashkernel=0-:x", "Memory value expected" },
		/* 6.2 tries all RAM if there is no room below 4 GiB; what begins in the last 128 MiB below has a low part, too. */
		{ "6.2", V6_2, false, "", "" },
		{ "6.2", V6_2, true, "crashkernel=64M", "crashkernel reserved: 0x00000000fc000000 - 0x0000000100000000 (64 MB)" },
		{ "6.2", V6_2, true, "crashkernel=64M,high",
		  "crashkernel low memory reserved: 0xf8000000 - 0x100000000 (128 MB) | "
		  "crashkernel reserved: 0x00000001bc000000 - 0x00000001c0000000 (64 MB)" },
		{ "6.2", V6_2, true, "crashkernel=64M,high crashkernel=0,low", "crashkernel reserved: 0x00000001bc000000 - 0x00000001c0000000 (64 MB)" },
		{ "6.2", V6_2, true, "crashkernel=64M,high crashkernel=x,low", "crashkernel: memory value expected" },
		{ "6.2", V6_2, false, "crashkernel=64M,high", "crashkernel reserved: 0x000000007c000000 - 0x0000000080000000 (64 MB)" },
		{ "6.2", V6_2, true, "crashkernel=3080M",
		  "crashkernel low memory reserved: 0xf7800000 - 0xff800000 (128 MB) | "
		  "crashkernel reserved: 0x00000000ff800000 - 0x00000001c0000000 (3080 MB)" },
		{ "6.2", V6_2, true, "crashkernel=3200M", "crashkernel reserved: 0x00000000f8000000 - 0x00000001c0000000 (3200 MB)" },
		{ "6.2", V6_2, true, "crashkernel=6140M", "cannot allocate crashkernel (size:0x17fc00000)" },
		{ "6.2", V6_2, false, "crashkernel=64M@0x40000000", "cannot allocate crashkernel (size:0x4000000)" },
		/* 6.5 and 6.6: as since 6.7, but for the build's option. */
		{ "6.6", V6_6, false, "", "" },
		{ "6.6", V6_6, true, "crashkernel=64M,high",
		  "crashkernel low memory reserved: 0xf8000000 - 0x100000000 (128 MB) | "
		  "crashkernel reserved: 0x00000001bc000000 - 0x00000001c0000000 (64 MB)" },
		{ "6.6", V6_6, false, "crashkernel=64M,high", "crashkernel reserved: 0x000000007c000000 - 0x0000000080000000 (64 MB)" },
		{ "6.6", V6_6, true, "crashkernel=3080M", "cannot allocate crashkernel (size:0xc0800000)" },
		{ "6.6", V6_6, false, "crashkernel=64M@0x40000000", "crashkernel reservation failed - memory is in use." },
		/* 5.15 asks for the range that the user gave, and does not say why it cannot have it. */
		{ "5.15", V5_15, false, "", "" },
		{ "5.15", V5_15, true, "crashkernel=64M", "crashkernel reserved: 0x00000000fc000000 - 0x0000000100000000 (64 MB)" },
		{ "5.15", V5_15, false, "crashkernel=1000K", "crashkernel reserved: 0x000000007fe00000 - 0x000000007fefa000 (0 MB)" },
		{ "5.15", V5_15, true, "crashkernel=64M,high", "" },
		{ "5.15", V5_15, true, "crashkernel=3080M", "cannot allocate crashkernel (size:0xc0800000)" },
		{ "5.15", V5_15, false, "crashkernel=64M@0x50000000", "crashkernel reserved: 0x0000000050000000 - 0x0000000054000000 (64 MB)" },
		{ "5.15", V5_15, false, "crashkernel=64M@0x40000000", "cannot allocate crashkernel (size:0x4000000)" },
		/* Up to 5.4 the last byte below the limit is taken for its end. */
		{ "5.4", V4_12, true, "crashkernel=64M", "crashkernel reserved: 0x00000000fbe00000 - 0x00000000ffe00000 (64 MB)" },
		{ "5.10", V5_10, true, "crashkernel=64M", "crashkernel reserved: 0x00000000fc000000 - 0x0000000100000000 (64 MB)" },
		{ "5.10", V5_10, false, "crashkernel=64M", "crashkernel reserved: 0x000000007c000000 - 0x0000000080000000 (64 MB)" },
		{ "5.10", V5_10, false, "crashkernel=1000K", "crashkernel reserved: 0x000000007fe00000 - 0x000000007fefa000 (0 MB)" },
		{ "5.10", V5_10, true, "crashkernel=64M,high", "" },
		{ "5.10", V5_10, false, "crashkernel=1020M", "cannot allocate crashkernel (size:0x3fc00000)" },
		{ "5.10", V5_10, false, "crashkernel=64M@0x50000000", "crashkernel reserved: 0x0000000050000000 - 0x0000000054000000 (64 MB)" },
		{ "5.10", V5_10, false, "crashkernel=64M@0x10000000", "cannot reserve crashkernel: region is not memory" },
		{ "5.10", V5_10, false, "crashkernel=64M@0x7e000000", "cannot reserve crashkernel: region is not memory" },
		{ "5.10", V5_10, false, "crashkernel=64M@0x40000000", "cannot reserve crashkernel: region overlaps reserved memory" },
		{ "5.10", V5_10, false, "crashkernel=64M@0x50100000", "cannot reserve crashkernel: base address is not 2MB aligned" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t before;

		machine(rows[i].version, "KEXEC_CORE CRASH_CORE CRASH_RESERVE");
		ram(GIB(1), rows[i].large ? GIB(6) : GIB(1));
		taken(0x40000000, MIB(16));
		before = m.mm.memblock.reserved.cnt;
		words(rows[i].words);
		assert_true(run(rows[i].step));
		assert_string_equal(said(), rows[i].said);
		assert_int_equal(m.mm.memblock.reserved.cnt > before, strstr(rows[i].said, "crashkernel reserved") != NULL);
		over();
	}
}

static void without_the_option_crashkernel_is_nothing(void **state)
{
	static const struct { const char *version; void (*step)(struct mm *mm); } rows[] = {
		{ "6.12", GENERIC }, { "6.1", V6_1 }, { "5.15", V5_15 }, { "5.10", V5_10 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		ram(GIB(1), GIB(1));
		words("crashkernel=64M");
		assert_true(run(rows[i].step));
		assert_string_equal(RESERVED(), "");
		over();
	}
}

/* RAM is rounded up to 128 MiB before it is compared with ranges, since 5.13 or so. */
static void ram_is_rounded_before_ranges_are_compared(void **state)
{
	static const struct { const char *version; void (*step)(struct mm *mm); const char *said; } rows[] = {
		{ "6.12", GENERIC, "crashkernel reserved: 0x000000007be00000 - 0x000000007fe00000 (64 MB)" },
		{ "5.10", V5_10, "crashkernel size resulted in zero bytes" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "KEXEC_CORE CRASH_RESERVE");
		ram(GIB(1), GIB(1) - MIB(1));
		words("crashkernel=1G-:64M");
		assert_true(run(rows[i].step));
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* ----------------------------------------------------------------------- cma= */

/*
 *   RAM      |1 GiB ............ 2 GiB|          [0x40000000, 0x41000000) and [0x60000000, 0x60200000) are taken
 */
static void cma_finds_its_place_or_says_why_not(void **state)
{
	static const struct { const char *version, *options, *words, *said; } rows[] = {
		{ "6.1", "CMA_SIZE_MBYTES=16", "", "cma: Reserved 16 MiB at 0x000000007f000000" },
		{ "6.12", "CMA_SIZE_MBYTES=16", "", "cma: Reserved 16 MiB at 0x000000007f000000 on node -1" },
		{ "6.1", "CMA_SIZE_MBYTES=16", "cma=8M", "cma: Reserved 8 MiB at 0x000000007f800000" },
		{ "6.1", "CMA_SIZE_MBYTES=16", "cma=8M cma", "cma: Reserved 8 MiB at 0x000000007f800000" },
		{ "6.1", "CMA_SIZE_MBYTES=16", "cma=0", "" },
		{ "6.1", "CMA_SIZE_MBYTES=16", "cma=3M", "cma: Reserved 4 MiB at 0x000000007fc00000" },
		{ "5.10", "CMA_SIZE_MBYTES=16", "cma=5M", "cma: Reserved 8 MiB at 0x000000007f800000" },
		{ "6.1", "CMA_SIZE_MBYTES=16", "cma=16M@0x50000000", "cma: Reserved 16 MiB at 0x0000000050000000" },
		{ "6.1", "CMA_SIZE_MBYTES=16", "cma=16M@0x50100000",
		  "cma: Region at 0x0000000050100000 must be aligned to 0x0000000000200000 bytes | cma: Failed to reserve 16 MiB" },
		{ "6.1", "CMA_SIZE_MBYTES=16", "cma=16M@0x60000000", "cma: Failed to reserve 16 MiB" },
		{ "6.1", "CMA_SIZE_MBYTES=16", "cma=16M@0x50000000-0x60200000", "cma: Reserved 16 MiB at 0x000000005f000000" },
		{ "6.1", "CMA_SIZE_MBYTES=16", "cma=16M@0x60000000-0x61000000", "cma: Failed to reserve 16 MiB" },
		{ "6.1", "CMA_SIZE_MBYTES=16", "cma=16M@0x7f800000",
		  "cma: Region at 0x000000007f800000 defined on low/high memory boundary (0x0000000080000000) | cma: Failed to reserve 16 MiB" },
		{ "7.2", "CMA_SIZE_MBYTES=16", "cma=16M@0x7f800000",
		  "cma: Size (0x0000000001000000) of region at 0x000000007f800000 exceeds limit (0x0000000080000000) | cma: Failed to reserve 16 MiB" },
		{ "6.1", "CMA_SIZE_MBYTES=16", "cma=16M@0x50000000-0x50800000",
		  "cma: Size (0x0000000001000000) of region at 0x0000000050000000 exceeds limit (0x0000000050800000) | cma: Failed to reserve 16 MiB" },
		{ "6.12", "CMA_SIZE_MBYTES=16", "cma=1025M", "cma: Failed to reserve 1026 MiB on node -1" },
		{ "7.2", "CMA_SIZE_MBYTES=16", "cma=1025M", "cma: Failed to reserve 1025 MiB" },
		{ "6.12", "CMA_SIZE_MBYTES=16", "cma=1G", "cma: Failed to reserve 1024 MiB on node -1" },
		{ "6.1", "CMA_SIZE_MBYTES=16 CMA_SIZE_PERCENTAGE=10 CMA_SIZE_SEL_PERCENTAGE", "", "cma: Reserved 104 MiB at 0x0000000079800000" },
		{ "6.1", "CMA_SIZE_MBYTES=16 CMA_SIZE_PERCENTAGE=10 CMA_SIZE_SEL_MIN", "", "cma: Reserved 16 MiB at 0x000000007f000000" },
		{ "6.1", "CMA_SIZE_MBYTES=16 CMA_SIZE_PERCENTAGE=10 CMA_SIZE_SEL_MAX", "", "cma: Reserved 104 MiB at 0x0000000079800000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, CMA);
		build_with(rows[i].options);
		ram(GIB(1), GIB(1));
		taken(0x40000000, MIB(16));
		taken(0x60000000, MIB(2));
		words(rows[i].words);
		assert_true(run(step_dma_contiguous_reserve));
		assert_string_equal(said(), rows[i].said);
		assert_int_equal(m.mm.has_default_cma, strstr(rows[i].said, "Reserved") != NULL);
		over();
	}
}

/*
 *   RAM      |1 GiB ....... 4 GiB ....... 7 GiB|       above 4 GiB from the bottom, where the release tries that
 */
static void areas_above_4g_go_up_from_there(void **state)
{
	static const struct { const char *version; phys_addr_t limit; const char *said; } rows[] = {
		{ "5.10", GIB(8), "cma: Reserved 16 MiB at 0x00000001bf000000" },
		{ "6.1", GIB(8), "cma: Reserved 16 MiB at 0x0000000100000000" },
		{ "6.1", GIB(4), "cma: Reserved 16 MiB at 0x00000000ff000000" },
		{ "7.2", GIB(8), "cma: Reserved 16 MiB at 0x0000000100000000" },
		{ "7.2", GIB(4), "cma: Reserved 16 MiB at 0x00000000ff000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, CMA " CMA_SIZE_MBYTES=16");
		ram(GIB(1), GIB(6));
		m.mm.arch.arm64.cma_limit = rows[i].limit;
		assert_true(run(step_dma_contiguous_reserve));
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* Two nodes of 1 GiB. */
static void two_nodes(void)
{
	ram(GIB(1), GIB(2));
	for (int nid = 0; nid < 2; nid++) {
		memblock_set_node(&m.mm.memblock, &m.mm.memblock.memory, GIB(1 + nid), GIB(1), nid, "f");
		m.mm.nodes.node[nid].online = m.mm.nodes.node[nid].possible = m.mm.nodes.node[nid].memory = true;
	}
	m.mm.nodes.nr_online = 2;
}

#define EXCEEDS	"cma: Size (0x0000000140000000) of region at 0x0000000000000000 exceeds limit (0x00000000c0000000)"

static void nodes_may_have_areas_of_their_own(void **state)
{
	static const struct { const char *version, *options, *words, *said; } rows[] = {
		{ "6.7", "DMA_NUMA_CMA", "cma_pernuma=16M cma=0",
		  "cma: Reserved 16 MiB at 0x000000007f000000 on node 0 | cma: Reserved 16 MiB at 0x00000000bf000000 on node 1" },
		{ "6.7", "DMA_NUMA_CMA", "numa_cma=1:8M,0:x cma=0", "cma: Reserved 8 MiB at 0x00000000bf800000 on node 1" },
		{ "6.7", "DMA_NUMA_CMA", "numa_cma=0:2G cma=0",
		  "cma: Failed to reserve 2048 MiB on node 0 | cma: dma_numa_cma_reserve: reservation failed: err -12, node 0" },
		{ "6.7", "", "cma_pernuma=16M cma=0", "" },
		/* From 7.2 on nodes come last, and get nothing where the default area could not be had. */
		{ "7.1", "DMA_NUMA_CMA", "cma_pernuma=16M cma=5G",
		  "cma: Reserved 16 MiB at 0x000000007f000000 on node 0 | cma: Reserved 16 MiB at 0x00000000bf000000 on node 1 | "
		  EXCEEDS " | cma: Failed to reserve 5120 MiB" },
		{ "7.2", "DMA_NUMA_CMA", "cma_pernuma=16M cma=5G", EXCEEDS " | cma: Failed to reserve 5120 MiB" },
		{ "7.2", "DMA_NUMA_CMA", "cma_pernuma=16M cma=16M",
		  "cma: Reserved 16 MiB at 0x00000000bf000000 | cma: Reserved 16 MiB at 0x000000007f000000 | "
		  "cma: Reserved 16 MiB at 0x00000000be000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char plain[512] = "";

		machine(rows[i].version, CMA);
		build_with(rows[i].options);
		two_nodes();
		words(rows[i].words);
		assert_true(run(step_dma_contiguous_reserve));
		/* 6.7 does not name the node. */
		for (const char *p = rows[i].said; *p; p++)
			if (!m.mm.rules->cma_lines_name_node && (!strncmp(p, " on node 0", 10) || !strncmp(p, " on node 1", 10)))
				p += 9;
			else
				strncat(plain, p, 1);
		assert_string_equal(said(), plain);
		over();
	}
}

/* A gigantic page is 1 GiB. */
static void hugetlb_cma_takes_gigantic_pages(void **state)
{
	static const struct { const char *version, *words, *said; } rows[] = {
		{ "6.12", "hugetlb_cma=512M", "hugetlb_cma: cma area should be at least 1024 MiB" },
		{ "7.2", "hugetlb_cma=1537M", "hugetlb_cma: cma area must be a multiple of 1024 MiB" },
		{ "6.12", "hugetlb_cma=0", "" },
		{ "6.12", "hugetlb_cma=1G", "hugetlb_cma: reserve 1024 MiB, up to 1024 MiB per node | "
		  "cma: Reserved 1024 MiB at 0x0000000080000000 on node 0 | hugetlb_cma: reserved 1024 MiB on node 0" },
		{ "6.12", "hugetlb_cma=1:1G", "cma: Reserved 1024 MiB at 0x0000000100000000 on node 1 | hugetlb_cma: reserved 1024 MiB on node 1" },
		{ "6.12", "hugetlb_cma=1:4G", "cma: Failed to reserve 4096 MiB on node 1 | hugetlb_cma: reservation failed: err -12, node 1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, CMA);
		/* |1 GiB .. node 0 .. 3 GiB .. node 1 .. 5 GiB|; what is taken leaves whole gigabytes above 2 GiB and 4 GiB. */
		ram(GIB(1), GIB(4));
		for (int nid = 0; nid < 2; nid++) {
			memblock_set_node(&m.mm.memblock, &m.mm.memblock.memory, GIB(1 + 2 * nid), GIB(2), nid, "f");
			m.mm.nodes.node[nid].online = m.mm.nodes.node[nid].possible = m.mm.nodes.node[nid].memory = true;
		}
		m.mm.nodes.nr_online = 2;
		taken(GIB(1), MIB(16));
		words(rows[i].words);
		assert_true(run(step_hugetlb_cma_reserve));
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* hugetlb_cma= can name nodes up to 63; the one beyond gets nothing, and what follows is not read. */
static void nodes_that_a_list_cannot_name_get_nothing(void **state)
{
	static const struct { const char *words, *said; } rows[] = {
		{ "hugetlb_cma=0:1G,64:1G", "cma: Reserved 1024 MiB at 0x0000000080000000 on node 0 | hugetlb_cma: reserved 1024 MiB on node 0" },
		{ "hugetlb_cma=64:1G,0:1G", "" },
		{ "hugetlb_cma=63:1G", "cma: Reserved 1024 MiB at 0x0000000180000000 on node 63 | hugetlb_cma: reserved 1024 MiB on node 63" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", CMA " NODES_SHIFT=7");
		taken(GIB(1), MIB(16));
		/* |1 GiB .. node 0 .. 3 GiB .. node 64 .. 5 GiB .. node 63 .. 7 GiB|; from 4 GiB on areas go up. */
		node_ram(0, GIB(1), GIB(2));
		node_ram(64, GIB(3), GIB(2));
		node_ram(63, GIB(5), GIB(2));
		taken(GIB(5), MIB(16));
		words(rows[i].words);
		assert_true(run(step_hugetlb_cma_reserve));
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_root_with_other_cells_is_ignored),
		TEST(no_map_leaves_memory_or_is_marked),
		TEST(a_node_that_cannot_be_reserved_is_told_of),
		TEST(how_many_ranges_of_a_node_are_reserved),
		TEST(dynamic_nodes_go_to_the_top_of_their_window),
		TEST(a_full_window_leaves_a_node_without_memory),
		TEST(properties_of_the_wrong_length_are_told_of),
		TEST(tables_have_an_end),
		TEST(overlaps_are_told_of),
		TEST(pools_become_cma_areas),
		TEST(more_pools_than_areas_are_refused),
		TEST(a_pool_that_is_not_mapped_is_nobodys),
		TEST(cma_on_the_command_line_beats_the_tree),
		TEST(coherent_pools_have_a_driver_too),
		TEST(restricted_pools_must_be_plain),
		TEST(the_table_grows_to_what_was_counted),
		TEST(a_table_for_no_node_is_asked_for_until_7_1),
		TEST(memreserve_and_elfcorehdr_are_reserved),
		TEST(windows_are_filled_away_from_their_neighbour),
		TEST(every_window_is_tried),
		TEST(memory_below_a_window_is_no_use),
		TEST(only_the_first_range_counts_in_7_2),
		TEST(cma_on_the_command_line_beats_a_pool_without_address),
		TEST(nodes_are_sorted_before_they_are_compared),
		TEST(overlaps_that_the_kernel_does_not_see_are_told),
		TEST(the_plain_form_reserves_whole_pages),
		TEST(crashkernel_finds_its_place_or_says_why_not),
		TEST(without_the_option_crashkernel_is_nothing),
		TEST(ram_is_rounded_before_ranges_are_compared),
		TEST(cma_finds_its_place_or_says_why_not),
		TEST(areas_above_4g_go_up_from_there),
		TEST(nodes_may_have_areas_of_their_own),
		TEST(hugetlb_cma_takes_gigantic_pages),
		TEST(nodes_that_a_list_cannot_name_get_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
