/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot loader hands over, bootmem's bitmap, per-CPU areas, and how 4.9 begins. */
#include "booted_machine.h"

#include "mmcore/loader/check.h"

/* --------------------------------------------------------------------- the handover */

#define MISALIGNED(at, next) "loader: the kernel image at 0x" at " is not text_offset behind a 2 MiB boundary; the next one is 0x" next
#define DIES ": this machine does not boot"

static bool handed_over;

static void step_check(struct mm *mm) { handed_over = arm64_check_handover(mm); }

/* The image begins text_offset behind a multiple of 2 MiB; the tree has at most 2 MiB, and an address that tables can hold. */
static void the_kernel_asks_something_of_its_loader(void **state)
{
	static const struct { phys_addr_t image, text_offset, tree, tree_size; bool lives; const char *said, *because; } rows[] = {
		{ 0x40200000, 0, 0x48000000, 0x1000, true, "", "" },
		{ 0x40280000, 0x80000, 0x48000000, 0x1000, true, "", "" },
		{ 0x40200000, 0x80000, 0x48000000, 0x1000, true, MISALIGNED("40200000", "40280000"),
		  "the image has to begin 0x80000 behind a multiple of 2 MiB" },
		{ 0x40080000, 0, 0x48000000, 0x1000, true, MISALIGNED("40080000", "40200000"), "the image has to begin at a multiple of 2 MiB" },
		{ 0x40201000, 0, 0x48000000, 0x1000, true, MISALIGNED("40201000", "40400000"), "the image has to begin at a multiple of 2 MiB" },
		{ 0x40200000, 0, 0x48000000, 0x200000, true, "", "" },
		{ 0x40200000, 0, 0x48000000, 0x200001, false,
		  "loader: the device tree [0x48000000-0x48200000] is larger than the 2 MiB that this kernel maps" DIES, "the device tree has 2048 KiB" },
		{ 0x40200000, 0, UINT64_C(0xffffffffff00), 0x100, true, "", "" },
		{ 0x40200000, 0, UINT64_C(0xffffffffff00), 0x101, false,
		  "loader: the device tree [0xffffffffff00-0x1000000000000] lies above 0xffffffffffff, the last address that this kernel can map" DIES,
		  "this kernel is built for 48 bits of physical addresses" },
		{ 0x40200000, 0, UINT64_C(0x1000000000000), 0x100, false,
		  "loader: the device tree [0x1000000000000-0x10000000000ff] lies above 0xffffffffffff, the last address that this kernel can map" DIES,
		  "this kernel is built for 48 bits of physical addresses" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "ARM64_PA_BITS=48");
		fact("image", "text_offset", rows[i].text_offset);
		m.mm.loader.image = (struct placed){ .base = rows[i].image, .size = MIB(12), .rule = "", .source = "" };
		m.mm.loader.dtb = (struct placed){ .base = rows[i].tree, .size = rows[i].tree_size, .rule = "", .source = "" };
		assert_true(run(step_check));
		assert_int_equal(handed_over, rows[i].lives);
		assert_string_equal(said(), rows[i].said);
		if (*rows[i].because)
			assert_non_null(strstr(told("loader/check"), rows[i].because));
		if (*rows[i].said && rows[i].lives)
			assert_non_null(strstr(m.text, "rule=loader-image-misaligned parameter=image-addr"));
		else if (*rows[i].said)
			assert_non_null(strstr(m.text, "rule=loader-tree-unmapped"));
		over();
	}
}

/* -------------------------------------------------------------------------- bootmem */

/*
 *   page   0 | 1 2   | 3 .. 63 | 64 .. 16319      | 16320 .. 16382 | 16383
 *          1 | taken | 61      | 254 words of 64  | 63             | the bitmap, 2048 bytes
 */
static void bits_of_bootmem_become_blocks(void **state)
{
	struct zone *zone;

	(void)state;
	machine("4.9", "NO_BOOTMEM=0 NUMA=0");
	number_zones();
	node_ram(0, GIB(1), MIB(64));
	taken(GIB(1) + KIB(4), KIB(8));
	/* Bytes of a page that is reserved anyway, which nobody has. */
	taken(GIB(1) + KIB(12), 16);
	zone = &m.mm.nodes.node[0].zones[ZONE_NORMAL];
	zone->start_pfn = START;
	zone->spanned_pages = zone->present_pages = PAGES;
	zone->managed_pages = 77;
	assert_true(run(step_init_bootmem));
	assert_string_equal(RESERVED(), "40001000-40003010 43fff000-44000000");
	assert_true(run(step_free_all_bootmem_bitmap));
	assert_string_equal(told("__free_pages_bootmem"),
		"__free_pages_bootmem base=0x40000000 size=0x1000 words=0 single_pages=1 | "
		"__free_pages_bootmem base=0x40004000 size=0x3ffb000 words=254 single_pages=123 | "
		"__free_pages_bootmem base=0x43fff000 size=0x1000 words=0 single_pages=1");
	assert_int_equal(zone->managed_pages, PAGES - 3);
	assert_int_equal(m.mm.totalram_pages, PAGES - 3);
	assert_int_equal(buddy_nr_free(&m.mm.buddy, zone), PAGES - 3);
	assert_null(m.mm.memblock.bootmem);
	assert_string_equal(ledger_find(&m.mm.ledger, GIB(1) + KIB(12) + 16)->owner, "partial-page");
	assert_string_equal(ledger_find(&m.mm.ledger, GIB(1) + KIB(16))->owner, "buddy");
	assert_non_null(strstr(table(MM_COUNTERS), "totalram_pages 16381 pages"));
	over();
}

static void a_bitmap_without_room_is_fatal(void **state)
{
	(void)state;
	machine("4.9", "NO_BOOTMEM=0 NUMA=0");
	node_ram(0, GIB(1), MIB(64));
	taken(GIB(1), MIB(64));
	assert_false(run(step_init_bootmem));
	assert_non_null(strstr(said(), "Kernel panic - not syncing: no room for the bootmem bitmap"));
	over();
}

/* --------------------------------------------------------------------- per-CPU areas */

#define EMBED "NEED_PER_CPU_EMBED_FIRST_CHUNK"
#define PAGE " NEED_PER_CPU_PAGE_FIRST_CHUNK"
#define FELL_BACK "NUMA: PERCPU: auto allocator failed (-12), falling back to page size"

/*
 * Two CPUs, 40 KiB of static data each.  Units lie together, or page by page in vmalloc space if the build can and the command line
 * says so; without room for units of 128 KiB and more, but for pages, the same.
 */
static void per_cpu_areas_are_embedded_or_pages(void **state)
{
	static const struct { const char *options, *words; phys_addr_t free; bool lives; const char *said, *what; } rows[] = {
		{ EMBED PAGE, "", MIB(1020), true, "percpu: Embedded", "embed" },
		{ EMBED PAGE, "percpu_alloc=page", MIB(1020), true, "percpu: ", "page" },
		{ EMBED PAGE, "percpu_alloc=page percpu_alloc=embed", MIB(1020), true, "percpu: Embedded", "embed" },
		{ EMBED PAGE, "percpu_alloc=page percpu_alloc=x", MIB(1020), true, "percpu: ", "page" },
		{ EMBED PAGE, "percpu_alloc=page percpu_alloc", MIB(1020), true, "percpu: ", "page" },
		{ EMBED, "percpu_alloc=page", MIB(1020), true, "percpu: Embedded", "embed" },
		{ EMBED, "", 0, false, "Failed to initialize percpu areas (err=-12).", "" },
		{ EMBED PAGE, "", 0, false, FELL_BACK, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", rows[i].options);
		number_zones();
		node_ram(0, GIB(1), GIB(1));
		if (rows[i].free)
			taken(GIB(1), GIB(1) - rows[i].free);
		else
			taken(GIB(1) + MIB(1), GIB(1) - MIB(1));
		if (!rows[i].free)
			taken(GIB(1), MIB(1) - KIB(8));
		cpus(2);
		pagetable_init(&m.mm.pagetable, &m.mm.trace, 12, 4, 48);
		words(rows[i].words);
		assert_int_equal(run(step_setup_per_cpu_areas), rows[i].lives);
		assert_non_null(strstr(said(), rows[i].said));
		if (rows[i].lives)
			assert_int_equal(strstr(said(), "percpu: Embedded") != NULL, !strcmp(rows[i].what, "embed"));
		over();
	}
}

/*
 *   |1 GiB ......................... all taken .........................|76 KiB and an array of 4 KiB|
 * There is room for the units of one node: they are given back where those of the next do not fit.  Without modules a unit has
 * 40 KiB of static data and 28 KiB of dynamic memory.
 */
static void units_are_given_back_where_others_do_not_fit(void **state)
{
	static const struct { const char *options; phys_addr_t free; unsigned units; } rows[] = {
		{ EMBED, KIB(76), 1 }, { EMBED, KIB(64), 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned units = 0;

		machine("6.12", rows[i].options);
		number_zones();
		node_ram(0, GIB(1), MIB(512));
		node_ram(1, GIB(1) + MIB(512), MIB(512));
		taken(GIB(1), GIB(1) - rows[i].free);
		cpus(2);
		m.mm.cpus.cpu[1].nid = 1;
		m.mm.cpus.cpu[0].in_node_mask = m.mm.cpus.cpu[1].in_node_mask = true;
		assert_false(run(step_setup_per_cpu_areas));
		assert_non_null(strstr(said(), "Failed to initialize percpu areas (err=-12)."));
		for (const char *p = told("memblock_phys_free"); (p = strstr(p, "what=units")); p++)
			units++;
		assert_int_equal(units, rows[i].units);
		over();
	}
}

/* ------------------------------------------------------------------------------ 4.9 */

/* Sections of 1 GiB: 262144 pages, page structs of 16 MiB in blocks of 2 MiB; a temporary table of 2^18 pointers. */
static void page_structs_of_4_9(void **state)
{
	(void)state;
	machine("4.9", "SPARSEMEM_VMEMMAP SPARSEMEM_EXTREME");
	number_zones();
	node_ram(0, GIB(1), GIB(1));
	pagetable_init(&m.mm.pagetable, &m.mm.trace, 12, 4, 48);
	assert_true(run(step_sparse_init_4_9));
	/* The memmap, two pages of tables for it, 4 bits for each of 256 pageblocks, a root of section pointers; the table is gone. */
	assert_string_equal(RESERVED(), "7ec00000-7fc00000 7fdfc000-7fdfe000 7fdfef80-7fdff000 7ffff000-80000000");
	assert_non_null(strstr(told(NULL), "__memblock_free_early base=0x7fdff000 size=0x200000 "));
	assert_string_equal(table(MM_SECTIONS), "1 1 0 0 0 1000000");
	over();
}

static void without_numa_node_0_has_everything(void **state)
{
	(void)state;
	machine("6.12", "NUMA=0");
	ram(GIB(1), MIB(64));
	m.mm.nodes.nr_online = 3;
	m.mm.nodes.node[0].start_pfn = 99;
	assert_true(run(step_no_numa));
	assert_int_equal(m.mm.nodes.nr_online, 1);
	assert_int_equal(m.mm.nodes.nr_node_ids, 1);
	assert_true(m.mm.nodes.numa_off && m.mm.nodes.node[0].online && m.mm.nodes.node[0].possible);
	assert_int_equal(m.mm.nodes.node[0].start_pfn, 0);
	assert_true(m.mm.nodes.node[0].first_deferred_pfn == UINT64_MAX);
	assert_int_equal(m.mm.memblock.memory.regions[0].nid, 0);
	over();
}

/* ------------------------------------------------------------------------ huge pages */

/* Two huge pages that lie in the zone, and one that lies in none: what is counted is theirs, and once. */
static void gigantic_pages_count_as_managed_once(void **state)
{
	static const struct phys_range pages[] = { { GIB(1), MIB(8) }, { GIB(9), MIB(8) }, { GIB(1) + MIB(8), MIB(4) } };
	static const struct { const char *version; bool early; } rows[] = {
		{ "5.10", false }, { "6.12.57", false }, { "6.12.117", true }, { "6.15", false }, { "6.18", false }, { "7.2", true },
	};
	static const char *const counted =
		"gather_bootmem_prealloc base=0x40000000 size=0x800000; reason=counted as managed again, not free | "
		"gather_bootmem_prealloc base=0x40800000 size=0x400000; reason=counted as managed again, not free";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		booted(rows[i].version, "HUGETLB_PAGE");
		m.mm.totalram_pages = 100;
		memcpy(m.mm.hugepages, pages, sizeof(pages));
		m.mm.nr_hugepages = ARRAY_SIZE(pages);
		if (rows[i].early) {
			assert_true(run(step_hugetlb_bootmem_struct_page_init));
			assert_string_equal(told("gather_bootmem_prealloc"), counted);
		}
		assert_true(run(step_hugetlb_init));
		assert_string_equal(told("gather_bootmem_prealloc"), rows[i].early ? "" : counted);
		assert_int_equal(m.mm.nodes.node[0].zones[ZONE_NORMAL].managed_pages, PAGES + 2048 + 1024);
		over();
	}
}

/*
 * Struct pages from 48 MiB on were left: the node's thread completes them, and frees what nobody has.
 *   |.. done .. | 0x43000000 | taken | free ............. 0x44000000|
 */
static void deferred_pages_are_freed_by_their_node(void **state)
{
	const struct zone *zone;
	uint64_t before;

	(void)state;
	booted("6.12", "DEFERRED_STRUCT_PAGE_INIT");
	zone = &m.mm.nodes.node[0].zones[ZONE_NORMAL];
	m.mm.nodes.node[0].first_deferred_pfn = START + 12288;
	taken(GIB(1) + MIB(48), KIB(64));
	/* Nothing of it is free yet. */
	taken(GIB(1), MIB(48));
	buddy_init(&m.mm.buddy, m.mm.kernel, &m.mm.memblock, &m.mm.nodes);
	before = buddy_nr_free(&m.mm.buddy, zone);
	assert_int_equal(before, 0);
	assert_true(run(step_deferred_init_memmap));
	assert_string_equal(told("deferred_init_memmap"), "deferred_init_memmap node=0 first_deferred_pfn=274432 pages=4080");
	assert_int_equal(buddy_nr_free(&m.mm.buddy, zone), 4080);
	assert_true(m.mm.nodes.node[0].first_deferred_pfn == UINT64_MAX);
	assert_string_equal(ledger_find(&m.mm.ledger, GIB(1) + MIB(49))->owner, "buddy");
	assert_string_equal(ledger_find(&m.mm.ledger, GIB(1) + MIB(48))->owner, "somebody");
	over();
}

/* --------------------------------------------------------------------- what arm64 is */

static void empty_calls_have_a_reason(void **state)
{
	static const struct { const char *fn, *note; } rows[] = {
		{ "trap_init", "empty on arm64: the vectors are in place" }, { "late_time_init", "empty on arm64" },
		{ "memblock_discard", "empty: arm64 keeps memblock (ARCH_KEEP_MEMBLOCK)" }, { "somewhere", "nothing that concerns memory" },
	};

	(void)state;
	machine("6.12", "");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(arch_note(m.kernel, rows[i].fn), rows[i].note);
	over();
}

/*
 * What a kernel would do without one change: a rule is taken from the other one, one of all architectures or of arm64 alone, and what
 * follows from it is computed anew.  Sections are of 128 MiB since 5.12, of 1 GiB before.
 */
static void a_rule_is_taken_from_another_kernel(void **state)
{
	struct mm_kernel *without = NULL;
	struct step_machine newer;

	(void)state;
	machine("6.12", "SPARSEMEM_VMEMMAP");
	newer = m;
	machine("4.9", "SPARSEMEM_VMEMMAP");
	assert_int_equal(mm_kernel_without(newer.kernel, m.kernel, "l1_cache_bytes", &without), 0);
	assert_int_equal(arm64_rules(without)->l1_cache_bytes, 128);
	assert_int_equal(arm64_rules(newer.kernel)->l1_cache_bytes, 64);
	assert_int_equal(without->pages_per_section, 32768);
	/* Now they are the same there. */
	assert_false(arch_take_rule(without, m.kernel, "l1_cache_bytes"));
	mm_kernel_free(without);
	assert_int_equal(mm_kernel_without(newer.kernel, m.kernel, "small_sections", &without), 0);
	assert_int_equal(without->pages_per_section, 262144);
	mm_kernel_free(without);
	assert_int_equal(mm_kernel_without(newer.kernel, m.kernel, "cmdline_copies", &without), 0);
	assert_int_equal(without->rules->cmdline_copies, 3);
	assert_int_equal(newer.kernel->rules->cmdline_copies, 2);
	assert_int_equal(without->pages_per_section, 32768);
	mm_kernel_free(without);
	without = NULL;
	assert_int_equal(mm_kernel_without(newer.kernel, m.kernel, "no_such_rule", &without), -2);
	assert_null(without);
	assert_int_equal(mm_kernel_without(newer.kernel, newer.kernel, "cmdline_copies", &without), -2);
	over();
	m = newer;
	over();
}

/* 48 bits in four levels of 9 make a page: none; two entries of 64K pages; 16 entries where the kernel runs with a level less. */
static void a_small_top_level_has_a_cache(void **state)
{
	static const struct { const char *version, *options; int levels; uint64_t bytes; } rows[] = {
		{ "6.7", "", 4, 0 },
		{ "6.7", "ARM64_64K_PAGES ARM64_VA_BITS=48 PGTABLE_LEVELS=3", 3, 512 },
		{ "6.7", "ARM64_64K_PAGES ARM64_VA_BITS=52 PGTABLE_LEVELS=3", 3, 8192 },
		{ "6.12", "ARM64_VA_BITS=52 PGTABLE_LEVELS=5", 5, 128 },
		{ "6.12", "ARM64_VA_BITS=52 PGTABLE_LEVELS=5", 4, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		m.mm.arch.arm64.pgtable_levels = (unsigned)rows[i].levels;
		assert_int_equal(arch_pgd_cache_bytes(&m.mm), rows[i].bytes);
		over();
	}
}

/* vmalloc() maps runs of contiguous PTEs since 6.16: 16 of 4K, 128 of 16K, 32 of 64K. */
static void vmalloc_has_a_block_of_its_own(void **state)
{
	static const struct { const char *version, *options; uint64_t bytes; } rows[] = {
		{ "6.12", "", 0 }, { "6.16", "", KIB(64) }, { "6.16", "ARM64_16K_PAGES", MIB(2) },
		{ "6.16", "ARM64_64K_PAGES ARM64_VA_BITS=48 PGTABLE_LEVELS=3", MIB(2) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		assert_int_equal(arch_vmap_pte_block(m.kernel), rows[i].bytes);
		over();
	}
}

static void cache_lines_are_the_cpu_s(void **state)
{
	static const struct cpu_model silent = { .name = "silent" };

	(void)state;
	machine("6.12", "");
	assert_int_equal(arch_cache_line_size(&m.mm), 64);
	m.mm.arch.arm64.cpu = &silent;
	assert_int_equal(arch_cache_line_size(&m.mm), 128);
	m.mm.arch.arm64.cpu = NULL;
	assert_int_equal(arch_cache_line_size(&m.mm), 128);
	assert_int_equal(arch_crash_align(m.kernel), MIB(2));
	over();
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_kernel_asks_something_of_its_loader),
		TEST(bits_of_bootmem_become_blocks),
		TEST(a_bitmap_without_room_is_fatal),
		TEST(per_cpu_areas_are_embedded_or_pages),
		TEST(units_are_given_back_where_others_do_not_fit),
		TEST(page_structs_of_4_9),
		TEST(without_numa_node_0_has_everything),
		TEST(gigantic_pages_count_as_managed_once),
		TEST(deferred_pages_are_freed_by_their_node),
		TEST(empty_calls_have_a_reason),
		TEST(a_rule_is_taken_from_another_kernel),
		TEST(a_small_top_level_has_a_cache),
		TEST(vmalloc_has_a_block_of_its_own),
		TEST(cache_lines_are_the_cpu_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
