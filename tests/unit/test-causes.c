/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fails, or costs memory, without a word of the kernel: the event, its rule, and why. */
#include "step_machine.h"

#include "mmcore/loader/check.h"
#include "mmcore/loader/uefi.h"

#define BUILT "CMA DMA_CMA CMA_AREAS=3 DMA_DECLARE_COHERENT HUGETLB_PAGE SWIOTLB KEXEC_CORE CRASH_RESERVE"

static const char *why(const struct mm_event *e, const char *name)
{
	for (size_t i = 0; i < e->nr_why; i++)
		if (e->why[i].type == MM_STR && !strcmp(e->why[i].name, name))
			return e->why[i].value.s;
	return "";
}

/* "rule subject: because" of every event since @from that has a rule, one after the other with " | " between. */
static const char *causes(void)
{
	size_t len = 0;

	trace_finish(&m.mm.trace);
	*m.text = '\0';
	for (size_t i = m.from; i < m.mm.trace.nr_events; i++) {
		const struct mm_event *e = &m.mm.trace.events[i];

		if ((e->kind != MM_PROBLEM && e->kind != MM_NOTE) || !*why(e, "rule"))
			continue;
		len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, "%s%s %s%s: %s", len ? " | " : "", why(e, "rule"),
					why(e, "node"), why(e, "parameter"), why(e, "because"));
	}
	return m.text;
}

static void begin(const char *version, const char *options)
{
	machine(version, options);
	ram(0x40000000, GIB(1));
}

#define EXPECT(step, text) do {						\
		assert_true(run(step));					\
		assert_string_equal(causes(), text);			\
		over();							\
	} while (0)

/* ------------------------------------------------------------------ parameters */

static void a_bounce_buffer_that_no_device_needs(void **state)
{
	static const struct { const char *version; void (*step)(struct mm *mm); } rows[] = {
		{ "4.9", step_swiotlb_init_4_9 }, { "5.10", step_swiotlb_init_5_10 }, { "6.1", step_swiotlb_init },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(rows[i].version, BUILT);
		words("swiotlb=65536");
		EXPECT(rows[i].step, "swiotlb-no-effect swiotlb: all RAM ends at 0x80000000, and every device reaches up to 0x100000000: "
				     "there is no bounce buffer to set up");
		begin(rows[i].version, BUILT);
		EXPECT(rows[i].step, "");
	}
}

/* 2 GiB of slabs do not fit below 4 GiB, and RAM reaches above it. */
static void a_bounce_buffer_without_room(void **state)
{
	(void)state;
	begin("5.10", BUILT);
	ram(GIB(4), GIB(1));
	m.mm.max_pfn = GIB(5) >> 12;
	m.mm.swiotlb_params.nslabs = 1 << 20;
	assert_true(run(step_swiotlb_init_5_10));
	assert_string_equal(said(), "software IO TLB: Cannot allocate buffer");
	assert_string_equal(causes(), "swiotlb-does-not-fit swiotlb: ");
	over();
}

static void crashkernel_is_ignored_for_a_reason(void **state)
{
	static const struct { const char *version, *options, *words, *because; } rows[] = {
		{ "5.10", BUILT, "crashkernel=64M,high", "this release knows neither ',high' nor ',low' on this architecture" },
		{ "6.1", BUILT, "crashkernel=64M,low", "',low' counts only beside a crashkernel= with ',high'" },
		{ "6.7", BUILT, "crashkernel=64M,low", "',low' counts only beside a crashkernel= with ',high'" },
		{ "6.1", "CMA", "crashkernel=64M", "this kernel is built without CONFIG_KEXEC_CORE" },
		{ "6.12", BUILT, "crashkernel=2G-4G:64M", "RAM counts as 1024 MiB, and no range of crashkernel= has that" },
		{ "6.12", BUILT, "crashkernel=2G", "2048 MiB are all RAM or more: it has 1024 MiB" },
	};
	char text[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(rows[i].version, rows[i].options);
		words(rows[i].words);
		snprintf(text, sizeof(text), "crashkernel-ignored crashkernel: %s", rows[i].because);
		EXPECT(!strcmp(rows[i].version, "5.10") ? step_reserve_crashkernel_5_5 : !strcmp(rows[i].version, "6.1")
			       ? step_reserve_crashkernel_5_19 : step_arch_reserve_crashkernel, text);
	}
	begin("6.12", BUILT);
	words("crashkernel=0");
	EXPECT(step_arch_reserve_crashkernel, "");
}

static void a_parameter_that_the_build_or_the_release_lacks(void **state)
{
	static const struct { const char *version, *options, *words, *cause; } rows[] = {
		{ "6.12", BUILT, "numa=fake=2",
		  "parameter-no-effect numa: nodes are emulated only by builds with CONFIG_NUMA_EMU, which this one is not" },
		{ "6.7", BUILT, "numa=fake=2", "parameter-no-effect numa: this release cannot emulate nodes on this architecture" },
		{ "6.12", "CMA", "cma=64M", "parameter-no-effect cma: this kernel is built without CONFIG_DMA_CMA" },
		{ "4.9", BUILT, "hugetlb_cma=1G", "parameter-no-effect hugetlb_cma: this release does not know it" },
		{ "6.12", BUILT, "loglevel=x", "parameter-malformed loglevel: loglevel= does not take 'x'" },
		{ "6.12", BUILT, "mem", "parameter-malformed mem: mem needs a value" },
		{ "6.12", BUILT " NUMA_EMU", "numa=fake=2 cma=64M swiotlb=512", "" },
		/* Nobody expects memory of these. */
		{ "6.12", BUILT, "kmemleak=off page_owner=on memtest=4 acpi=off", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(rows[i].version, rows[i].options);
		words(rows[i].words);
		EXPECT(step_parse_early_param, rows[i].cause);
	}
}

static void parameters_that_act_later_and_cannot(void **state)
{
	(void)state;
	begin("6.12", "CMA");
	words("hugepages=4");
	EXPECT(step_parse_args, "parameter-no-effect hugepages: this kernel is built without CONFIG_HUGETLB_PAGE");
	begin("6.1", BUILT);
	words("reserve_mem=4M:4096:trace");
	EXPECT(step_parse_args, "parameter-no-effect reserve_mem: this release does not know it");
}

/*
 * 1 GiB pages in 1 GiB of RAM, of which 4 KiB are taken:
 *   |0x40000000 [4 KiB] ............... 0x80000000|
 */
static void gigantic_pages_that_were_not_had(void **state)
{
	(void)state;
	begin("6.12", BUILT);
	taken(0x50000000, 0x1000);
	m.mm.nodes.node[0].memory = true;
	words("hugepagesz=1G hugepages=1");
	assert_true(run(step_parse_args));
	assert_string_equal(said(), "HugeTLB: allocating 1 of page size 1.00 GiB failed.  Only allocated 0 hugepages.");
	assert_string_equal(causes(), "hugepages-not-had hugepages: ");
	over();
	begin("6.12", BUILT);
	words("hugepagesz=3M");
	EXPECT(step_parse_args, "parameter-malformed hugepagesz: pages of this build are mapped in blocks of 64.0 KiB, 2.00 MiB, "
				"32.0 MiB, 1.00 GiB, and no other size");
}

/* ---------------------------------------------------------------------- RAM that goes */

static void ram_that_mem_leaves_unused(void **state)
{
	(void)state;
	begin("6.12", BUILT);
	words("mem=768M");
	assert_true(run(step_parse_early_param));
	EXPECT(step_arm64_memblock_init, "ram-lost-mem-param mem: mem=768M leaves 256 MiB of RAM unused");
	begin("6.12", BUILT);
	words("mem=2G");
	assert_true(run(step_parse_early_param));
	EXPECT(step_arm64_memblock_init, "");
}

/* Half of 2^48 addresses is the linear map, from the first byte of RAM on; 2^48 is what a CPU with 48 bits has. */
static void ram_outside_of_the_linear_map_and_of_the_cpu(void **state)
{
	(void)state;
	begin("6.12", BUILT);
	ram((UINT64_C(1) << 47) + GIB(2), GIB(1));
	EXPECT(step_arm64_memblock_init, "ram-lost-linear-map : 1024 MiB of RAM lie outside of 0x40000000-0x80003fffffff: with 48 bits "
					 "of virtual addresses the linear map covers no more");
	begin("6.12", BUILT);
	ram(UINT64_C(1) << 48, GIB(1));
	EXPECT(step_arm64_memblock_init, "ram-lost-address-range : 1024 MiB of RAM lie above 0xffffffffffff: CPU and kernel have 48 bits of "
					 "physical addresses");
}

/* Sections of 128 MiB: RAM of 64 MiB leaves half of one undescribed. */
static void a_section_that_is_partly_ram(void **state)
{
	(void)state;
	for (int odd = 0; odd < 2; odd++) {
		begin("6.12", BUILT);
		if (odd)
			ram(0x80000000, MIB(64));
		memblock_set_node(&m.mm.memblock, &m.mm.memblock.memory, 0, PHYS_ADDR_MAX, 0, "test");
		pagetable_init(&m.mm.pagetable, &m.mm.trace, m.kernel->page_shift, m.mm.arch.arm64.pgtable_levels, 48);
		EXPECT(step_sparse_init, odd ? "ram-lost-section : sections of 128 MiB are described as a whole: 1024 KiB of struct pages stand "
					       "for 64 MiB that are not RAM" : "");
	}
}

/* ------------------------------------------------------------- nodes that nobody reads */

static void memory(int node, uint32_t base, uint32_t size)
{
	CELLS(node, "reg", 0, base, 0, size);
}

/*
 *   /memory@80000000 without device_type     /soc/memory@90000000     /memory@40000000, 1 GiB and 100 bytes
 */
static void memory_nodes_that_are_not_read(void **state)
{
	int node;

	(void)state;
	machine("6.12", BUILT);
	memory(child(0, "memory@80000000"), 0x80000000, 0x1000000);
	node = child(child(0, "soc"), "memory@90000000");
	string(node, "device_type", "memory");
	memory(node, 0x90000000, 0x1000000);
	node = child(0, "memory@40000000");
	string(node, "device_type", "memory");
	memory(node, 0x40000000, 0x40000064);
	assert_true(run(step_setup_machine_fdt));
	assert_string_equal(causes(),
		"ram-lost-alignment /memory@40000000: RAM at 0x40000000-0x80000063 is used in whole pages of 4 KiB: 100 bytes at its ends are "
		"lost | node-not-read /memory@80000000: memory is recognised by device_type = \"memory\", which this node lacks | "
		"node-not-read /soc/memory@90000000: this release looks for memory among the children of the root only");
	over();
}

static int reserved_memory(int parent)
{
	int root = child(parent, "reserved-memory");

	CELLS(root, "#address-cells", 2);
	CELLS(root, "#size-cells", 2);
	flag(root, "ranges");
	return root;
}

static void reserved_nodes_that_are_not_read(void **state)
{
	(void)state;
	begin("6.12", BUILT);
	flag(child(reserved_memory(0), "nothing"), "no-map");
	CELLS(child(reserved_memory(child(0, "soc")), "a@50000000"), "reg", 0, 0x50000000, 0, 0x1000);
	EXPECT(step_early_init_fdt_scan_reserved_mem_6_12,
	       "node-not-read /reserved-memory/nothing: it has neither reg nor size, so it reserves nothing | "
	       "node-not-read /soc/reserved-memory: only /reserved-memory itself is read, and this node lies elsewhere");
}

static void a_default_area_that_cannot_be_one(void **state)
{
	int node;

	(void)state;
	begin("6.12", BUILT);
	node = child(reserved_memory(0), "pool@50000000");
	CELLS(node, "reg", 0, 0x50000000, 0, 0x1000000);
	string(node, "compatible", "shared-dma-pool");
	flag(node, "linux,cma-default");
	assert_true(run(step_early_init_fdt_scan_reserved_mem_6_12));
	EXPECT(step_fdt_scan_reserved_mem_reg_nodes, "cma-default-not-reusable /reserved-memory/pool@50000000: a CMA area is memory that "
						     "others use meanwhile, so its node needs the property reusable");
}

static void cells_that_are_not_the_roots(void **state)
{
	int root;

	(void)state;
	begin("6.12", BUILT);
	root = reserved_memory(0);
	CELLS(root, "#size-cells", 1);
	EXPECT(step_early_init_fdt_scan_reserved_mem_6_12, "reserved-cells /reserved-memory: #size-cells of /reserved-memory is 1, and the "
							   "root's is 2: they have to be equal");
}

/*
 *   large   [0x50000000 ............. 0x50400000)
 *   small       [0x50100000 + 4 KiB)   [0x50200000 + 4 KiB)
 * The kernel finds the first; the second's neighbour is the first small one.
 */
static void an_overlap_that_the_kernel_does_not_see(void **state)
{
	int root;

	(void)state;
	begin("6.1", BUILT);
	root = reserved_memory(0);
	CELLS(child(root, "large@50000000"), "reg", 0, 0x50000000, 0, 0x400000);
	CELLS(child(root, "first@50100000"), "reg", 0, 0x50100000, 0, 0x1000);
	CELLS(child(root, "second@50200000"), "reg", 0, 0x50200000, 0, 0x1000);
	EXPECT(step_early_init_fdt_scan_reserved_mem_6_1,
	       "reserved-overlap /reserved-memory/first@50100000: 0x50100000-0x50100fff overlaps with /reserved-memory/large@50000000, "
	       "0x50000000-0x503fffff | reserved-overlap /reserved-memory/second@50200000: 0x50200000-0x50200fff overlaps with "
	       "/reserved-memory/large@50000000, 0x50000000-0x503fffff");
}

/*
 * UEFI keeps      [code 0x50000000 + 64 KiB)[data + 64 KiB)    [device registers 0x50100000 + 4 KiB)
 * the first node  [................ 0x50018000)
 * the others begin right behind the data, and over the registers
 */
static void a_node_over_what_the_firmware_keeps(void **state)
{
	static const struct mm_uefi_range map[] = {
		{ 0x50000000, 0x10, EFI_RUNTIME_SERVICES_CODE, EFI_MEMORY_WB | EFI_MEMORY_RUNTIME },
		{ 0x50010000, 0x10, EFI_RUNTIME_SERVICES_DATA, EFI_MEMORY_WB | EFI_MEMORY_RUNTIME },
		{ 0x50020000, 0x10, EFI_RESERVED_TYPE, EFI_MEMORY_WB },
		{ 0x50100000, 0x1, EFI_MEMORY_MAPPED_IO, EFI_MEMORY_UC | EFI_MEMORY_RUNTIME },
	};
	static const struct mm_uefi uefi = { .ranges = map, .nr_ranges = ARRAY_SIZE(map) };
	int root;

	(void)state;
	for (int assumed = 0; assumed < 2; assumed++) {
		begin("6.1", BUILT);
		m.mm.loader.uefi = &uefi;
		m.mm.loader.uefi_origin = assumed ? ORIGIN_ASSUMED : ORIGIN_GIVEN;
		m.mm.loader.uefi_rule = "a rule";
		root = reserved_memory(0);
		CELLS(child(root, "over@50000000"), "reg", 0, 0x50000000, 0, 0x18000);
		CELLS(child(root, "behind@50020000"), "reg", 0, 0x50020000, 0, 0x1000);
		CELLS(child(root, "registers@50100000"), "reg", 0, 0x50100000, 0, 0x1000);
		assert_true(run(step_early_init_fdt_scan_reserved_mem_6_1));
		assert_string_equal(causes(), "reserved-over-firmware /reserved-memory/over@50000000: UEFI's runtime services keep "
				    "0x50000000-0x50017fff of it, and the kernel calls them as long as it runs");
		for (size_t i = m.from; i < m.mm.trace.nr_events; i++)
			if (*why(&m.mm.trace.events[i], "rule"))
				assert_string_equal(why(&m.mm.trace.events[i], "assumed"),
						    assumed ? "this failure depends on an assumed memory map: a rule" : "");
		over();
	}
}

/* --------------------------------------------------------------- assumed addresses */

/*
 * cma=900M, and a tree of which nobody said that it is there:
 *   |0x40000000 ....... [tree, 1 MiB at 0x60000000] ....... 0x80000000|
 * The same with a second owner in the middle would fail without the tree, too.
 */
static void a_failure_that_hangs_on_an_assumed_address(void **state)
{
	static const struct placement wish = { .size = MIB(900), .align = MIB(4), .end = GIB(2), .nid = NUMA_NO_NODE };

	(void)state;
	for (int twice = 0; twice < 2; twice++) {
		begin("6.12", BUILT);
		m.mm.loader.dtb = (struct placed){ 0x60000000, MIB(1), ORIGIN_ASSUMED, "a rule", "" };
		taken(0x60000000, MIB(1));
		if (twice)
			taken(0x61000000, MIB(1));
		m.from = m.mm.trace.nr_events;
		trace_problem(&m.mm.trace, "test", "no room");
		assert_int_equal(loader_blame_place(&m.mm, &wish), !twice);
		trace_finish(&m.mm.trace);
		assert_string_equal(why(&m.mm.trace.events[m.from], "assumed"), twice ? "" :
				    "this failure depends on an assumed address: the device tree at 0x60000000 (a rule)");
		over();
	}
}

/* --------------------------------------------------------------- what is in the way */

static struct placement wanted;
static struct phys_range wanted_at;

static void step_no_place(struct mm *mm)
{
	trace_event(&mm->trace, MM_PROBLEM, "asked");
	cause_no_place(&mm->memblock, &wanted);
}

static void step_taken(struct mm *mm)
{
	trace_event(&mm->trace, MM_PROBLEM, "asked");
	cause_taken(&mm->memblock, wanted_at.base, wanted_at.size);
}

/*
 *   0x40000000   0x41000000   0x42000000  ..  0x47000000          0x80000000      0xa0000000
 *   |1 page ...  |2 pages ... |3 pages ...    |@nr pages ...      | no RAM        | RAM 0xc0000000|
 */
static void taken_in_steps(unsigned nr)
{
	machine("6.12", "");
	ram(GIB(1), GIB(1));
	ram(0xa0000000, 0x20000000);
	for (unsigned i = 0; i < nr; i++)
		taken(GIB(1) + i * MIB(16), (i + 1) * KIB(4));
}

#define THE_SIX "somebody 0x42000000-0x42002fff, somebody 0x43000000-0x43003fff, somebody 0x44000000-0x44004fff, " \
	"somebody 0x45000000-0x45005fff, somebody 0x46000000-0x46006fff, somebody 0x47000000-0x47007fff"

/* The six largest are named by address, the others counted; the hole is the first of the largest, its start aligned. */
static void the_largest_obstacles_are_named(void **state)
{
	static const struct { unsigned nr; struct placement wanted; const char *told; } rows[] = {
		{ 8, { .size = MIB(32), .align = MIB(1), .start = GIB(1), .end = 0x48000000, .start_by = "a", .end_by = "b", .nid = NUMA_NO_NODE },
		  "asked; size=0x2000000 align=0x100000 window_start=0x40000000 window_end=0x48000000 start_by=a end_by=b hole_base=0x40100000 "
		  "hole_size=0xf00000 fits=0xf00000 in_the_way=" THE_SIX " and 2 smaller ones" },
		{ 7, { .size = MIB(32), .start = 0x41000000, .end = 0x48000000, .nid = NUMA_NO_NODE },
		  "asked; size=0x2000000 align=0x1 window_start=0x41000000 window_end=0x48000000 end_by=the end of RAM hole_base=0x46007000 "
		  "hole_size=0x1ff9000 fits=0x1ff9000 in_the_way=somebody 0x41000000-0x41001fff, somebody 0x42000000-0x42002fff, "
		  "somebody 0x43000000-0x43003fff, somebody 0x44000000-0x44004fff, somebody 0x45000000-0x45005fff, somebody 0x46000000-0x46006fff" },
		{ 7, { .size = MIB(32), .start = GIB(1), .end = 0x48000000, .end_by = "b", .nid = NUMA_NO_NODE },
		  "asked; size=0x2000000 align=0x1 window_start=0x40000000 window_end=0x48000000 end_by=b hole_base=0x46007000 hole_size=0x1ff9000 "
		  "fits=0x1ff9000 in_the_way=somebody 0x41000000-0x41001fff, somebody 0x42000000-0x42002fff, somebody 0x43000000-0x43003fff, "
		  "somebody 0x44000000-0x44004fff, somebody 0x45000000-0x45005fff, somebody 0x46000000-0x46006fff and 1 smaller one" },
		/* What lacks RAM is in the way too, but not what lies below all of it; end 0 is the end of RAM. */
		{ 1, { .size = GIB(2), .align = GIB(1), .start = 0, .nid = NUMA_NO_NODE },
		  "asked; size=0x80000000 align=0x40000000 window_start=0x0 window_end=0xc0000000 end_by=the end of RAM hole_base=0x0 hole_size=0x0 "
		  "fits=0x0 in_the_way=no RAM 0x80000000-0x9fffffff, somebody 0x40000000-0x40000fff" },
		{ 0, { .size = KIB(4), .start = 0x7ffff000, .end = 0xa0001000, .nid = NUMA_NO_NODE },
		  "asked; size=0x1000 align=0x1 window_start=0x7ffff000 window_end=0xa0001000 end_by=the end of RAM hole_base=0x7ffff000 "
		  "hole_size=0x1000 fits=0x1000 in_the_way=no RAM 0x80000000-0x9fffffff" },
		{ 0, { .size = KIB(4), .start = 0x90000000, .end = 0x98000000, .nid = NUMA_NO_NODE },
		  "asked; size=0x1000 align=0x1 window_start=0x90000000 window_end=0x98000000 end_by=the end of RAM hole_base=0x0 hole_size=0x0 "
		  "fits=0x0 in_the_way=no RAM 0x90000000-0x97ffffff" },
		{ 0, { .size = KIB(4), .start = GIB(1), .end = 0x41000000, .nid = NUMA_NO_NODE },
		  "asked; size=0x1000 align=0x1 window_start=0x40000000 window_end=0x41000000 end_by=the end of RAM hole_base=0x40000000 "
		  "hole_size=0x1000000 fits=0x1000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		taken_in_steps(rows[i].nr);
		wanted = rows[i].wanted;
		assert_true(run(step_no_place));
		assert_string_equal(told("asked"), rows[i].told);
		over();
	}
}

/* /memreserve/ alone is harmless; with somebody else beside it, or nobody at all, nothing says so. */
static void what_memreserve_has_is_lost_to_nobody(void **state)
{
	static const struct { struct phys_range range; const char *in_the_way; bool harmless; } rows[] = {
		{ { 0x50000000, 0x1000 }, "memreserve 0x50000000-0x50000fff", true },
		{ { 0x4ffff000, 0x3000 }, "memreserve 0x50000000-0x50000fff", true },
		{ { 0x40000000, 0x20000000 }, "somebody 0x40000000-0x40000fff, memreserve 0x50000000-0x50000fff", false },
		{ { 0x51000000, 0x1000 }, NULL, false }, { { 0x50001000, 0x1000 }, NULL, false }, { { 0x4ffff000, 0x1000 }, NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *all;

		taken_in_steps(1);
		memblock_reserve(&m.mm.memblock, 0x50000000, 0x1000, "loader", WHY("memreserve"));
		wanted_at = rows[i].range;
		assert_true(run(step_taken));
		all = told("asked");
		if (rows[i].in_the_way)
			assert_non_null(strstr(all, rows[i].in_the_way));
		else
			assert_null(strstr(all, "in_the_way"));
		assert_int_equal(strstr(all, "harmless=/memreserve/ has these bytes already") != NULL, rows[i].harmless);
		over();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_largest_obstacles_are_named),
		cmocka_unit_test(what_memreserve_has_is_lost_to_nobody),
		cmocka_unit_test(a_bounce_buffer_that_no_device_needs),
		cmocka_unit_test(a_bounce_buffer_without_room),
		cmocka_unit_test(crashkernel_is_ignored_for_a_reason),
		cmocka_unit_test(a_parameter_that_the_build_or_the_release_lacks),
		cmocka_unit_test(parameters_that_act_later_and_cannot),
		cmocka_unit_test(gigantic_pages_that_were_not_had),
		cmocka_unit_test(ram_that_mem_leaves_unused),
		cmocka_unit_test(ram_outside_of_the_linear_map_and_of_the_cpu),
		cmocka_unit_test(a_section_that_is_partly_ram),
		cmocka_unit_test(memory_nodes_that_are_not_read),
		cmocka_unit_test(reserved_nodes_that_are_not_read),
		cmocka_unit_test(a_default_area_that_cannot_be_one),
		cmocka_unit_test(cells_that_are_not_the_roots),
		cmocka_unit_test(an_overlap_that_the_kernel_does_not_see),
		cmocka_unit_test(a_node_over_what_the_firmware_keeps),
		cmocka_unit_test(a_failure_that_hangs_on_an_assumed_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
