/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read under /proc and debugfs after boot, to the byte; formats follow mm/vmstat.c, fs/proc/ and kernel/resource.c. */
#include "booted_machine.h"

#include "mmcore/ops/ops.h"
#include "mmcore/report.h"

#include <errno.h>

#define BUILT "HUGETLB_PAGE CMA"

static char report_text[32768];
static size_t report_len;

static int keep(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	assert_true(report_len + len < sizeof(report_text));
	memcpy(report_text + report_len, text, len);
	report_len += len;
	report_text[report_len] = '\0';
	return 0;
}

static const char *report(const char *name)
{
	report_len = 0;
	report_text[0] = '\0';
	assert_int_equal(mm_report(&m.mm, name, keep, NULL), 0);
	return report_text;
}

static void work_of(struct mm *mm)
{
	assert_int_equal(ops_run(mm, "a = alloc order=9; b = alloc; a = alloc order=10 cpu=1", NULL, &m.error), 0);
}

/* A line has room for 1023 characters; what is longer is cut. */
static void lines_have_a_limit(void **state)
{
	static const struct { int asked; size_t got; } rows[] = { { 1, 1 }, { 1022, 1022 }, { 1023, 1023 }, { 1024, 1023 }, { 9000, 1023 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		report_len = 0;
		assert_int_equal(sink_printf(keep, NULL, "%*d", rows[i].asked, 7), 0);
		assert_int_equal(report_len, rows[i].got);
		assert_int_equal(strlen(report_text), rows[i].got);
	}
}

/* ------------------------------------------------------------------------ zoneinfo */

/* 32 MiB a zone and two CPUs: a threshold of 2 * 2 * 1; since 6.12 zones without pages are there as well. */
static void zoneinfo_has_the_words_of_its_release(void **state)
{
	static const char normal_6_12[] =
		"Node 0, zone   Normal\n  pages free     8192\n        boost    0\n        min      16\n        low      20\n        high     24\n"
		"        promo    7\n        spanned  8193\n        present  8191\n        managed  8192\n        cma      512\n"
		"        protection: (0, 31, 32)\n      nr_free_pages 8192\n      nr_free_cma  0\n  pagesets\n"
		"    cpu: 0\n              count: 0\n              high:  20\n              batch: 1\n  vm stats threshold: 4\n"
		"    cpu: 1\n              count: 0\n              high:  20\n              batch: 1\n  vm stats threshold: 4\n"
		"  node_unreclaimable:  0\n  start_pfn:           270336\n"
		"Node 0, zone  Movable\n  pages free     0\n        boost    0\n        min      0\n        low      0\n        high     0\n"
		"        promo    0\n        spanned  0\n        present  0\n        managed  0\n        cma      0\n"
		"        protection: (0, 0, 0)\nNode 2, zone      DMA\n";
	static const char normal_7_2[] =
		"  pagesets\n    cpu: 0\n              count:    0\n              high:     20\n              batch:    1\n"
		"              high_min: 20\n              high_max: 1024\n  vm stats threshold: 4\n    cpu: 1\n";
	static const char normal_4_9[] =
		"Node 0, zone   Normal\n  pages free     8192\n        min      16\n        low      20\n        high     24\n"
		"   node_scanned  0\n        spanned  8193\n        present  8191\n        managed  8192\n"
		"      nr_free_pages 8192\n      nr_free_cma  0\n        protection: (0, 31, 32)\n  pagesets\n"
		"    cpu: 0\n              count: 0\n              high:  6\n              batch: 1\n  vm stats threshold: 4\n"
		"    cpu: 1\n              count: 0\n              high:  6\n              batch: 1\n  vm stats threshold: 4\n"
		"  node_unreclaimable:  0\n  start_pfn:           270336\nNode 2, zone   Normal\n";
	static const struct { const char *version, *text; } rows[] = {
		{ "6.12", normal_6_12 }, { "7.2", normal_7_2 }, { "4.9", normal_4_9 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct zone *zone;

		booted_with_nodes(rows[i].version, BUILT);
		zone = &m.mm.nodes.node[0].zones[ZONE_NORMAL];
		zone->watermark[WMARK_PROMO] = 7;
		zone->lowmem_reserve[ZONE_NORMAL] = 31;
		zone->lowmem_reserve[ZONE_MOVABLE] = 32;
		/* ZONE_DMA32 is not built. */
		zone->lowmem_reserve[ZONE_DMA32] = 99;
		zone->spanned_pages++;
		zone->present_pages--;
		zone->cma_pages = 512;
		assert_non_null(strstr(report("zoneinfo"), rows[i].text));
		assert_null(strstr(report_text, "Node 1,"));
		over();
	}
}

/* A CPU that is possible and does not come up has no lines. */
static void cpus_that_are_off_have_no_page_sets(void **state)
{
	(void)state;
	booted_with_nodes("6.12", BUILT);
	m.mm.cpus.cpu[0].online = false;
	assert_null(strstr(report("zoneinfo"), "cpu: 0\n"));
	assert_non_null(strstr(report_text, "cpu: 1\n"));
	over();
}

/* ----------------------------------------------------------------------- free blocks */

/*
 *   node 0: DMA    |8 blocks of order 10|
 *           Normal |a: 512 pages|b: 1 page| 1, 2, 4 .. 256 pages free |7 blocks of order 10|
 *   node 2: Normal |a: a block of order 10|7 blocks of order 10|
 */
static const char free_blocks[] =
	"Node 0, zone      DMA      0      0      0      0      0      0      0      0      0      0      8 \n"
	"Node 0, zone   Normal      1      1      1      1      1      1      1      1      1      0      7 \n"
	"Node 2, zone   Normal      0      0      0      0      0      0      0      0      0      0      7 \n";

/*
 * Of 7679 free pages those in blocks that are too small: 0, 1, 3, 7, 15, .. 511 of them, in thousandths.  As long as one block
 * would do the other index is -1.
 */
static const char unusable[] =
	"Node 0, zone      DMA 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 \n"
	"Node 0, zone   Normal 0.000 0.000 0.000 0.000 0.001 0.004 0.008 0.016 0.033 0.066 0.066 \n"
	"Node 2, zone   Normal 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 \n";
static const char extfrag[] =
	"Node 0, zone      DMA -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 \n"
	"Node 0, zone   Normal -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 \n"
	"Node 2, zone   Normal -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 \n";

#define ORDERS "Free pages count per migrate type at order       0      1      2      3      4      5      6      7      8      9     10 \n"
#define TYPE(node, zone, type, counts) "Node    " node ", zone " zone ", type " type " " counts "\n"
#define NOTHING "     0      0      0      0      0      0      0      0      0      0      0 "
#define BLOCKS_OF "Page block order: 9\nPages per block:  512\n\n" ORDERS
#define HEAD "\nNumber of blocks type     Unmovable      Movable  Reclaimable   HighAtomic          CMA      Isolate \n"
static const char types_of_node_2[] = BLOCKS_OF
	TYPE("2", "  Normal", "   Unmovable", NOTHING)
	TYPE("2", "  Normal", "     Movable", "     0      0      0      0      0      0      0      0      0      0      7 ")
	TYPE("2", "  Normal", " Reclaimable", NOTHING) TYPE("2", "  Normal", "  HighAtomic", NOTHING) TYPE("2", "  Normal", "         CMA", NOTHING)
	TYPE("2", "  Normal", "     Isolate", NOTHING);
static const char types_of_normal[] =
	TYPE("0", "  Normal", "   Unmovable", "     1      1      1      1      1      1      1      1      1      0      0 ")
	TYPE("0", "  Normal", "     Movable", "     0      0      0      0      0      0      0      0      0      0      7 ");

static void free_blocks_are_listed_by_order_and_type(void **state)
{
	struct mm_state *at;

	(void)state;
	booted_with_nodes("6.12", BUILT " MEMORY_ISOLATION");
	assert_true(run(work_of));
	assert_string_equal(report("buddyinfo"), free_blocks);
	assert_string_equal(report("unusable_index"), unusable);
	assert_string_equal(report("extfrag_index"), extfrag);
	assert_non_null(strstr(report("pagetypeinfo"), types_of_normal));
	/* Two pageblocks of node 0 are unmovable, and the two of node 2's a. */
	assert_non_null(strstr(report_text, HEAD
		"Node 0, zone      DMA            0           16            0            0            0            0 \n"
		"Node 0, zone   Normal            2           14            0            0            0            0 \n" BLOCKS_OF));
	assert_non_null(strstr(report_text, types_of_node_2));
	assert_non_null(strstr(report_text, HEAD "Node 2, zone   Normal            2           14            0            0            0            0 \n"));
	assert_int_equal(mm_report(&m.mm, "none", keep, NULL), -ENOENT);
	/* The same from the tables, as they are at the end; which type a pageblock has is not in them. */
	trace_finish(&m.mm.trace);
	assert_int_equal(mm_state_at(&m.mm, m.mm.trace.nr_events, &at), 0);
	report_len = 0;
	assert_int_equal(mm_report_at(&m.mm, at, "buddyinfo", keep, NULL), 0);
	assert_string_equal(report_text, free_blocks);
	report_len = 0;
	assert_int_equal(mm_report_at(&m.mm, at, "unusable_index", keep, NULL), 0);
	assert_string_equal(report_text, unusable);
	report_len = 0;
	assert_int_equal(mm_report_at(&m.mm, at, "extfrag_index", keep, NULL), 0);
	assert_string_equal(report_text, extfrag);
	report_len = 0;
	assert_int_equal(mm_report_at(&m.mm, at, "pagetypeinfo", keep, NULL), 0);
	assert_non_null(strstr(report_text, types_of_normal));
	assert_non_null(strstr(report_text, types_of_node_2));
	assert_null(strstr(report_text, "Number of blocks"));
	assert_int_equal(mm_report_at(&m.mm, at, "zoneinfo", keep, NULL), -ENOENT);
	mm_state_free(at);
	over();
}

/* Before the operations everything is in blocks of order 10; each moment has its own lists. */
static void reports_of_a_moment_are_of_that_moment(void **state)
{
	struct mm_state *at;
	size_t before;

	(void)state;
	booted_with_nodes("6.12", BUILT);
	trace_event(&m.mm.trace, MM_NOTE, "moment");
	before = m.mm.trace.nr_events - 1;
	assert_true(run(work_of));
	trace_finish(&m.mm.trace);
	assert_int_equal(mm_state_at(&m.mm, before, &at), 0);
	report_len = 0;
	assert_int_equal(mm_report_at(&m.mm, at, "buddyinfo", keep, NULL), 0);
	assert_string_equal(report_text,
		"Node 0, zone      DMA      0      0      0      0      0      0      0      0      0      0      8 \n"
		"Node 0, zone   Normal      0      0      0      0      0      0      0      0      0      0      8 \n"
		"Node 2, zone   Normal      0      0      0      0      0      0      0      0      0      0      8 \n");
	mm_state_free(at);
	over();
}

/* ---------------------------------------------------------------------------- iomem */

/*
 *   RAM       |0x40000000 ... image: code 0x40200000-, data 0x40b00000- ... 0x50000000| no-map |0x60000000 .. 0x60000800|
 *   reserved     0x40100000-0x40a80000 (the code is in it)    0x48000800-0x48001000       0x50000000-0x50100000
 *   crash kernel                                          0x4c000000-0x4d000000, low 0x4e000000-0x4e100000
 */
static void iomem_shows_what_lies_in_ram(void **state)
{
	static struct phys_range reserved[] = {
		{ 0x40100000, 0x980000 }, { 0x48000800, 0x800 }, { 0x4bf00000, 0x1200000 }, { 0x50000000, 0x1000 },
	};

	(void)state;
	machine("6.12", "");
	ram(0x40000000, 0x10000000);
	ram(0x50000000, 0x100000);
	ram(0x60000000, 0x800);
	memblock_setclr_flag(&m.mm.memblock, &m.mm.memblock.memory, 0x50000000, 0x100000, true, MEMBLOCK_NOMAP, "f", WHY("no-map"));
	m.mm.iomem_reserved = reserved;
	m.mm.nr_iomem_reserved = ARRAY_SIZE(reserved);
	m.mm.crashk_res = (struct phys_range){ 0x4c000000, 0x1000000 };
	m.mm.crashk_low_res = (struct phys_range){ 0x4e000000, 0x100000 };
	assert_string_equal(report("iomem"),
		"40000000-4fffffff : System RAM\n"
		"  40100000-401fffff : reserved\n"
		"  40200000-409fffff : Kernel code\n"
		"  40a00000-40a7ffff : reserved\n"
		"  40b00000-40dfffff : Kernel data\n"
		"  48000000-48000fff : reserved\n"
		"  4bf00000-4bffffff : reserved\n"
		"  4c000000-4cffffff : Crash kernel\n"
		"  4d000000-4d0fffff : reserved\n"
		"  4e000000-4e0fffff : Crash kernel\n"
		"50000000-500fffff : reserved\n"
		"60000000-60000fff : System RAM\n");
	over();
}

/* -------------------------------------------------------------------- meminfo, texts */

static void meminfo_counts_pages_in_kib(void **state)
{
	static const struct { const char *options, *text; } rows[] = {
		{ "CMA", "MemTotal:          65000 kB\nMemFree:           65536 kB\nCmaTotal:           2048 kB\nCmaFree:               0 kB\n" },
		{ "", "MemTotal:          65000 kB\nMemFree:           65536 kB\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		booted("6.12", rows[i].options);
		m.mm.totalram_pages = 16250;
		m.mm.totalcma_pages = 512;
		assert_string_equal(report("meminfo"), rows[i].text);
		over();
	}
}

/* Pageblocks of a CMA area are counted as free CMA pages. */
static void free_cma_pages_are_counted(void **state)
{
	(void)state;
	booted("6.12", BUILT);
	m.mm.totalram_pages = PAGES;
	((struct buddy_zone *)buddy_zone_of(&m.mm.buddy, &m.mm.nodes.node[0].zones[ZONE_NORMAL]))->lists[9][MIGRATE_CMA].nr_free = 3;
	assert_non_null(strstr(report("meminfo"), "CmaFree:            6144 kB\n"));
	assert_non_null(strstr(report("zoneinfo"), "\n      nr_free_cma  1536\n"));
	over();
}

static void memblock_and_ledger_are_lists(void **state)
{
	(void)state;
	machine("6.12", "");
	node_ram(1, 0x40000000, 0x10000000);
	taken(0x40001000, 0x2000);
	memblock_setclr_flag(&m.mm.memblock, &m.mm.memblock.memory, 0x4f000000, 0x1000000, true, MEMBLOCK_NOMAP, "f", WHY("no-map"));
	trace_finish(&m.mm.trace);
	assert_string_equal(report("memblock"),
		"memory: 2 of 128 regions\n"
		"   0: 0x0000000040000000..0x000000004effffff    1 0x0 free\n"
		"   1: 0x000000004f000000..0x000000004fffffff    1 0x4 no-map\n"
		"reserved: 1 of 128 regions\n"
		"   0: 0x0000000040001000..0x0000000040002fff   -1 0x0 somebody\n");
	assert_string_equal(report("ledger"),
		"0x000040000000-0x000040000fff         4096 ram free                                            \n"
		"0x000040001000-0x000040002fff         8192 ram somebody           taken                        \n"
		"0x000040003000-0x00004effffff    251645952 ram free                                            \n"
		"0x00004f000000-0x00004fffffff     16777216 ram no-map             f                            \n");
	over();
}

/* A sink that refuses ends the report. */
static int refuse(void *ctx, const char *text, size_t len)
{
	unsigned *calls = ctx;

	(void)text, (void)len;
	return --*calls ? 0 : -7;
}

static void a_report_ends_where_its_sink_refuses(void **state)
{
	static const char *const names[] = {
		"zoneinfo", "buddyinfo", "pagetypeinfo", "unusable_index", "extfrag_index", "iomem", "meminfo", "memblock", "ledger", "log",
	};

	(void)state;
	booted_with_nodes("6.12", BUILT);
	m.mm.trace.memblock_debug = true;
	taken(0x40000000, 0x1000);
	taken(0x40002000, 0x1000);
	trace_finish(&m.mm.trace);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		for (unsigned first = 1; first < 3; first++) {
			unsigned calls = first;

			assert_int_equal(mm_report(&m.mm, names[i], refuse, &calls), -7);
			assert_int_equal(calls, 0);
		}
	over();
}

/* ------------------------------------------------------------------- memblock=debug */

/*
 *   RAM |0x40000000 | +0x1000 taken, 2 pages ........ 3 times 256 bytes | a page 0x41000000|
 * The first of the two is given back, and so is the other; a page goes; what is too large for all is asked for, and not reserved.
 */
static void ask_of_everything(void)
{
	struct memblock *mb = &m.mm.memblock;

	m.mm.trace.memblock_debug = true;
	trace_event(&m.mm.trace, MM_NOTE, "begin");
	ram(0x40000000, 0x1000000);
	taken(0x40001000, 0x2000);
	memblock_phys_alloc_range(mb, 0x1000, 0x1000, 0, 0, "site", WHY("me"));
	memblock_alloc_try_nid(mb, 0x100, 0x40, 0, 0, 2, "site", WHY("me"));
	memblock_alloc_try_nid_raw(mb, 0x100, 0x40, 0x40000000, 0x41000000, NUMA_NO_NODE, "site", WHY("me"));
	memblock_alloc_exact_nid_raw(mb, 0x100, 0x40, 0, 0, NUMA_NO_NODE, "site", WHY("me"));
	memblock_phys_free(mb, 0x40001000, 0x1000, "site", WHY("me"));
	memblock_free_early(mb, 0x40002000, 0x1000, "site", WHY("me"));
	memblock_remove(mb, 0x40800000, 0x1000, "site", WHY("me"));
	memblock_alloc_try_nid(mb, 0x10000000, 0x40, 0, 0, 2, "site", WHY("me"));
	trace_finish(&m.mm.trace);
}

#define RESERVED_NOW(first, last) "memblock_reserve: [0x" first "-0x" last "] memblock_alloc_range_nid\n"
#define RESERVED_KERN(first, last) "__memblock_reserve: [0x" first "-0x" last "] nid=-1 flags=20 memblock_alloc_range_nid\n"
#define RESERVED_4_9(first, last) "memblock_reserve: [0x" first "-0x" last "] flags 0x0 memblock_alloc_range_nid\n"
#define ASKED(reserved) \
	"memblock_alloc_try_nid: 256 bytes align=0x40 nid=2 from=0x0000000000000000 max_addr=0x0000000000000000 site\n" \
	reserved("0000000040ffef00", "0000000040ffefff") \
	"memblock_alloc_try_nid_raw: 256 bytes align=0x40 nid=-1 from=0x0000000040000000 max_addr=0x0000000041000000 site\n" \
	reserved("0000000040ffee00", "0000000040ffeeff") \
	"memblock_alloc_exact_nid_raw: 256 bytes align=0x40 nid=-1 from=0x0000000000000000 max_addr=0x0000000000000000 site\n" \
	reserved("0000000040ffed00", "0000000040ffedff")
#define GIVEN_BACK(free) free ": [0x0000000040001000-0x0000000040001fff] site\n" \
	"__memblock_free_early: [0x0000000040002000-0x0000000040002fff] site\n" \
	"memblock_remove: [0x0000000040800000-0x0000000040800fff] site\n" \
	"memblock_alloc_try_nid: 268435456 bytes align=0x40 nid=2 from=0x0000000000000000 max_addr=0x0000000000000000 site\n"
#define ADDED "memblock_add: [0x0000000040000000-0x0000000040ffffff] ram\n"
#define RANGE_ASKED "memblock_phys_alloc_range: 4096 bytes align=0x1000 from=0x0000000000000000 max_addr=0x0000000000000000 site\n"

static void memblock_speaks_as_its_release_does(void **state)
{
	static const struct { const char *version, *log; } rows[] = {
		{ "4.9", "memblock_add: [0x00000040000000-0x00000040ffffff] flags 0x0 ram\n"
			 "memblock_reserve: [0x00000040001000-0x00000040002fff] flags 0x0 taken\n"
			 RESERVED_4_9("00000040fff000", "00000040ffffff")
			 "memblock_alloc_try_nid: 256 bytes align=0x40 nid=2 from=0x0 max_addr=0x0 site\n"
			 RESERVED_4_9("00000040ffef00", "00000040ffefff")
			 "memblock_alloc_try_nid_raw: 256 bytes align=0x40 nid=-1 from=0x40000000 max_addr=0x41000000 site\n"
			 RESERVED_4_9("00000040ffee00", "00000040ffeeff")
			 "memblock_alloc_exact_nid_raw: 256 bytes align=0x40 nid=-1 from=0x0 max_addr=0x0 site\n"
			 RESERVED_4_9("00000040ffed00", "00000040ffedff")
			 "   memblock_free: [0x00000040001000-0x00000040001fff] site\n"
			 "__memblock_free_early: [0x00000040002000-0x00000040002fff] site\n"
			 "memblock_alloc_try_nid: 268435456 bytes align=0x40 nid=2 from=0x0 max_addr=0x0 site\n" },
		{ "5.10", ADDED "memblock_reserve: [0x0000000040001000-0x0000000040002fff] taken\n"
			  RESERVED_NOW("0000000040fff000", "0000000040ffffff") ASKED(RESERVED_NOW) GIVEN_BACK("memblock_free") },
		{ "6.12", ADDED "memblock_reserve: [0x0000000040001000-0x0000000040002fff] taken\n" RANGE_ASKED
			  RESERVED_NOW("0000000040fff000", "0000000040ffffff") ASKED(RESERVED_NOW) GIVEN_BACK("memblock_phys_free") },
		{ "7.2", ADDED "__memblock_reserve: [0x0000000040001000-0x0000000040002fff] nid=-1 flags=0 taken\n" RANGE_ASKED
			 RESERVED_KERN("0000000040fff000", "0000000040ffffff") ASKED(RESERVED_KERN) GIVEN_BACK("memblock_phys_free") },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		ask_of_everything();
		assert_string_equal(report("log"), rows[i].log);
		over();
	}
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_have_a_limit),
		TEST(zoneinfo_has_the_words_of_its_release),
		TEST(cpus_that_are_off_have_no_page_sets),
		TEST(free_blocks_are_listed_by_order_and_type),
		TEST(reports_of_a_moment_are_of_that_moment),
		TEST(iomem_shows_what_lies_in_ram),
		TEST(meminfo_counts_pages_in_kib),
		TEST(free_cma_pages_are_counted),
		TEST(memblock_and_ledger_are_lists),
		TEST(a_report_ends_where_its_sink_refuses),
		TEST(memblock_speaks_as_its_release_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
