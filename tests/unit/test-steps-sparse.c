/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that run out of memory: page structs, and hugetlb_cma=, which is checked node by node. */
#include "step_machine.h"

static void one_node(void)
{
	m.mm.nodes.node[0].possible = m.mm.nodes.node[0].online = true;
	m.mm.nodes.nr_online = 1;
}

static void ram_of_node_0(phys_addr_t base, phys_addr_t size)
{
	ram(base, size);
	memblock_set_node(&m.mm.memblock, &m.mm.memblock.memory, base, size, 0, "memblock_set_node");
}

/* --------------------------------------------------------------- sparse_init() */

/*
 *   RAM:   0x40000000 .. 0x44000000      half a section of 128 MiB: its page structs are one block of 2 MiB
 *   taken: all but @free bytes from 0x42010000 on
 */
static bool sparse_init_with(const char *version, phys_addr_t free, void (*step)(struct mm *mm))
{
	machine(version, "SPARSEMEM_VMEMMAP SPARSEMEM_EXTREME MEMORY_HOTREMOVE");
	one_node();
	pagetable_init(&m.mm.pagetable, &m.mm.trace, 12, 4, 48);
	ram(GIB(1), MIB(64));
	taken(GIB(1), MIB(32) + KIB(64));
	taken(GIB(1) + MIB(32) + KIB(64) + free, MIB(32) - KIB(64) - free);
	return run(step);
}

static void page_structs_come_in_pages_where_there_is_no_block(void **state)
{
	static const struct { const char *version; void (*step)(struct mm *mm); phys_addr_t free; bool lost; } rows[] = {
		/* Two blocks' worth: one is aligned. */
		{ "6.12", step_sparse_init, MIB(4) + KIB(256), false },
		{ "7.2", step_sparse_init_7_2, MIB(4) + KIB(256), false },
		/* No aligned block: 512 pages, and tables. */
		{ "6.12", step_sparse_init, MIB(2) + KIB(512) - KIB(64), false },
		{ "7.2", step_sparse_init_7_2, MIB(2) + KIB(512) - KIB(64), false },
		{ "5.12", step_sparse_init, MIB(2) + KIB(512) - KIB(64), false },
		/* Not even these. */
		{ "6.12", step_sparse_init, MIB(1), true },
		{ "7.2", step_sparse_init_7_2, MIB(1), true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(sparse_init_with(rows[i].version, rows[i].free, rows[i].step));
		assert_int_equal(m.mm.sections_lost, rows[i].lost);
		assert_string_equal(said(), rows[i].lost ? "sparse_init_nid: node[0] memory map backing failed. Some memory will not "
							   "be available." : "");
		if (rows[i].lost)
			assert_int_equal(m.mm.first_lost_section, GIB(1) / MIB(128));
		over();
	}
}

/*
 * Sections of 128 MiB: number 8 begins at 1 GiB.
 *   8 |.. RAM ..| 9 |.. RAM .. half a page|          12 |.. RAM, two regions ..|       16 |..
 *   half a page alone has no section; the second region of a section does not make it twice
 */
static void sections_are_those_with_memory(void **state)
{
	static const struct { struct phys_range ram[4]; const char *runs; } rows[] = {
		{ { { GIB(1), MIB(128) } }, "8+1" },
		{ { { GIB(1), MIB(128) + KIB(4) } }, "8+2" },
		{ { { GIB(1), MIB(128) + KIB(2) } }, "8+1" },
		{ { { GIB(1) + MIB(128) - KIB(4), KIB(8) } }, "8+2" },
		{ { { GIB(1) + MIB(128) - KIB(2), KIB(4) } }, "" },
		{ { { GIB(1), MIB(256) }, { GIB(1) + MIB(512), MIB(16) }, { GIB(1) + MIB(544), MIB(16) } }, "8+2 12+1" },
		{ { { GIB(1), MIB(16) }, { GIB(1) + MIB(64), MIB(192) } }, "8+2" },
		{ { { GIB(1), MIB(16) }, { GIB(1) + MIB(128), MIB(16) }, { GIB(2), MIB(16) } }, "8+2 16+1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[64] = "";
		size_t len = 0;

		machine("6.12", "SPARSEMEM_VMEMMAP SPARSEMEM_EXTREME");
		one_node();
		pagetable_init(&m.mm.pagetable, &m.mm.trace, 12, 4, 48);
		for (size_t k = 0; k < 4 && rows[i].ram[k].size; k++)
			ram(rows[i].ram[k].base, rows[i].ram[k].size);
		/* For page structs, which have no memory of their own here. */
		ram(GIB(8), MIB(512));
		assert_true(run(step_sparse_init));
		for (size_t k = 0; k < m.mm.nr_section_runs; k++)
			if (m.mm.section_runs[k].base < 64)
				len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%llu+%llu", len ? " " : "",
							(unsigned long long)m.mm.section_runs[k].base, (unsigned long long)m.mm.section_runs[k].size);
		assert_string_equal(text, rows[i].runs);
		over();
	}
}

/* struct mem_section_usage is 32 bytes here, of which the last 8 are the map of subsections: the fault is at 24. */
static void memory_without_a_usage_map_is_fatal(void **state)
{
	uint64_t pfn = GIB(1) >> 12;

	(void)state;
	assert_true(sparse_init_with("6.12", MIB(1), step_sparse_init));
	m.from = m.mm.trace.nr_events;
	subsection_map_init(&m.mm, pfn - 1, pfn);
	assert_string_equal(said(), "");
	over();
	assert_false(sparse_init_with("7.3", MIB(1), step_sparse_init_7_3));
	assert_non_null(strstr(said(), "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000018 | "
				       "Kernel panic - not syncing: Attempted to kill the idle task!"));
	over();
}

static void near_the_pgdat_until_7_0(void **state)
{
	(void)state;
	machine("7.0.0", "");
	assert_true(m.mm.rules->usage_near_pgdat);
	over();
	machine("7.1.0", "");
	assert_false(m.mm.rules->usage_near_pgdat);
	over();
}

/* --------------------------------------------------------- hugetlb_cma_reserve() */

#define TOO_SMALL	"hugetlb_cma: cma area should be at least 1024 MiB"
#define NO_MULTIPLE	"hugetlb_cma: cma area must be a multiple of 1024 MiB"
#define NODE_SMALL	"hugetlb_cma: cma area of node 0 should be at least 1024 MiB"
#define NODE_MULTIPLE	"hugetlb_cma: cma area of node 0 must be a multiple of 1024 MiB"
#define NO_NODE_3	"hugetlb_cma: invalid node 3 specified"

/*  RAM: 0x40000000 .. 0x1c0000000 on node 0 of 4; pages of 1 GiB  */
static void what_is_asked_of_a_node_is_checked(void **state)
{
	static const struct { const char *version, *words, *said; } rows[] = {
		{ "6.12", "", "" },
		{ "5.10", "hugetlb_cma=512M", TOO_SMALL },
		{ "6.12", "hugetlb_cma=512M", TOO_SMALL },
		{ "7.1", "hugetlb_cma=512M", TOO_SMALL },
		{ "7.2", "hugetlb_cma=512M", NO_MULTIPLE },
		{ "7.2", "hugetlb_cma=1536M", NO_MULTIPLE },
		{ "6.12", "hugetlb_cma=0:512M", NODE_SMALL },
		{ "7.2", "hugetlb_cma=0:1536M", NODE_MULTIPLE },
		{ "6.12", "hugetlb_cma=3:1G", NO_NODE_3 },
		{ "7.2", "hugetlb_cma=3:1G", NO_NODE_3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "CMA DMA_CMA CMA_AREAS=7 HUGETLB_PAGE");
		one_node();
		ram_of_node_0(GIB(1), GIB(6));
		words(rows[i].words);
		assert_true(run(step_hugetlb_cma_reserve));
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(RESERVED(), "");
		over();
	}
}

/* 1.5 GiB for one node: 2 GiB are taken, and what is told of the share changed. */
static void a_share_is_rounded_up_before_it_is_told_or_behind(void **state)
{
	/* From 4 GiB on, or the topmost (until 5.11). */
	static const struct { const char *version; unsigned share; const char *reserved; } rows[] = {
		{ "5.10", 1536, "140000000-1c0000000" },
		{ "6.1", 2048, "100000000-180000000" },
		{ "6.7", 1536, "100000000-180000000" },
		{ "6.12", 2048, "100000000-180000000" },
		{ "7.0.0", 1536, "100000000-180000000:0" },
		{ "7.1", 2048, "100000000-180000000:0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char expected[128];

		machine(rows[i].version, "CMA DMA_CMA CMA_AREAS=7 HUGETLB_PAGE");
		one_node();
		ram_of_node_0(GIB(1), GIB(6));
		words("hugetlb_cma=1536M");
		assert_true(run(step_hugetlb_cma_reserve));
		snprintf(expected, sizeof(expected), "hugetlb_cma: reserve 1536 MiB, up to %u MiB per node | ", rows[i].share);
		assert_ptr_equal(strstr(said(), expected), m.text);
		assert_non_null(strstr(said(), " | hugetlb_cma: reserved 2048 MiB on node 0"));
		assert_string_equal(RESERVED(), rows[i].reserved);
		over();
	}
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(page_structs_come_in_pages_where_there_is_no_block),
		TEST(sections_are_those_with_memory),
		TEST(memory_without_a_usage_map_is_fatal),
		TEST(near_the_pgdat_until_7_0),
		TEST(what_is_asked_of_a_node_is_checked),
		TEST(a_share_is_rounded_up_before_it_is_told_or_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
