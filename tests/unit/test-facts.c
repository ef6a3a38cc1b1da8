/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "daemon/input/decode.h"
#include "daemon/base/diff.h"
#include "daemon/input/facts.h"

static void log_facts(const char *log, struct facts *facts)
{
	facts_of_log(log, strlen(log), facts);
	assert_false(facts->failed);
}

static void expect(const struct facts *facts, enum fact_class class, size_t i, const char *text, size_t line)
{
	assert_true(i < facts->of[class].nr);
	assert_string_equal(facts->of[class].text[i], text);
	assert_int_equal(facts->of[class].line[i], line);
}

static size_t count(const struct facts *facts)
{
	size_t nr = 0;

	for (size_t class = FACT_MEMBLOCK; class < FACT_NR_CLASSES; class++)
		nr += facts->of[class].nr;
	return nr;
}

static void a_line_loses_stamp_and_offsets(void **state)
{
	char line[] = "[    0.000000] memblock_add: [0x1-0x2] a+0x1c/0x20 b+0x3/0x44 \t";
	char no_stamp[] = "[ 0.0 ] x+0x/0x1 +0xg";
	char only[] = "[12.5] ";

	(void)state;
	fact_strip_line(line);
	assert_string_equal(line, "memblock_add: [0x1-0x2] a b");
	fact_strip_line(no_stamp);
	assert_string_equal(no_stamp, "[ 0.0 ] x+0x/0x1 +0xg");
	fact_strip_line(only);
	assert_string_equal(only, "");
}

/* The whole log counts, also what stands behind SLUB's line; want of an init program is not the kernel's death. */
static void a_log_tells_whether_the_kernel_lives(void **state)
{
	static const struct {
		const char *log;
		size_t died;	/* at this line; 0: it lives */
	} rows[] = {
		{ "", 0 },
		{ "SLUB: x\nRun /init as init process\n", 0 },
		{ "[    0.000000] Unable to handle kernel paging request at virtual address 1\n", 1 },
		{ "a\nSLUB: x\n[    1.2] Internal error: Oops: 96000006\nKernel panic - not syncing: y\n", 3 },
		{ "a\nKernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b\n", 2 },
		{ "Kernel panic - not syncing: No working init found.\n", 0 },
		{ "Kernel panic - not syncing: VFS: Unable to mount root fs\n", 0 },
		{ "Kernel panic - not syncing: Requested init /x failed\n", 0 },
		{ "so Kernel panic - not syncing: y\n", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct facts facts = { 0 };

		log_facts(rows[i].log, &facts);
		assert_int_equal(facts.of[FACT_OUTCOME].nr, 1);
		expect(&facts, FACT_OUTCOME, 0, rows[i].died ? "dies before the first process" : "reaches the first process", rows[i].died);
		facts_deinit(&facts);
	}
}

static void a_line_counts_in_the_first_class_that_it_fits(void **state)
{
	struct facts facts = { 0 };

	(void)state;
	log_facts("[    0.000000] Booting Linux\r\r\n"
		  "[    0.000000] memblock_reserve: [0x1-0x2] setup_arch+0x1/0x2\r\n"
		  "   memblock_free_pages: x\n"
		  " memory[0x0]\t[0x1-0x2]\n"
		  "  Normal   empty\n"
		  "  node   0: [mem 0x1-0x2]\n"
		  "Node 0 is what\n"
		  "NUMA: Faking a node\n"
		  "cma: Reserved 32 MiB at 0x1\n"
		  "Built 1 zonelists, mobility grouping on.  Total pages: 1\n"
		  "Dentry cache hash table entries: 1\n"
		  "SLUB: HWalign=64\n"
		  "cma: too late\n", &facts);
	expect(&facts, FACT_MEMBLOCK, 0, "memblock_reserve: [0x1-0x2] setup_arch", 2);
	expect(&facts, FACT_MEMBLOCK, 1, "   memblock_free_pages: x", 3);
	expect(&facts, FACT_DUMP, 0, " memory[0x0]\t[0x1-0x2]", 4);
	expect(&facts, FACT_ZONES, 0, "  Normal   empty", 5);
	expect(&facts, FACT_ZONES, 1, "  node   0: [mem 0x1-0x2]", 6);
	expect(&facts, FACT_NUMA, 0, "Node 0 is what", 7);
	expect(&facts, FACT_NUMA, 1, "NUMA: Faking a node", 8);
	expect(&facts, FACT_RESERVED, 0, "cma: Reserved 32 MiB at 0x1", 9);
	expect(&facts, FACT_ZONELISTS, 0, "Built 1 zonelists, mobility grouping on.  Total pages: 1", 10);
	expect(&facts, FACT_HASHES, 0, "Dentry cache hash table entries: 1", 11);
	expect(&facts, FACT_HANDOVER, 0, "SLUB: HWalign=64", 12);
	assert_int_equal(count(&facts), 11);
	facts_deinit(&facts);
}

static void an_empty_or_odd_log_has_no_facts(void **state)
{
	struct facts facts = { 0 };

	(void)state;
	log_facts("", &facts);
	log_facts("\n\n\r\n", &facts);
	log_facts("[", &facts);
	log_facts("[    0.0", &facts);
	assert_int_equal(count(&facts), 0);
	facts_deinit(&facts);
}

static void zoneinfo_counts_what_boot_alone_decides(void **state)
{
	static const char text[] =
		"Node 0, zone      DMA\n"
		"  per-node stats\n"
		"      nr_inactive_anon 122\n"
		"  pages free     1\n"
		"        boost    0\n"
		"        min      5597\n"
		"        high     8395\n"
		"        protection: (0, 0, 0, 0)\n"
		"      nr_free_cma  0\n"
		"  pagesets\n"
		"    cpu: 0\n"
		"              count: 1525\n"
		"              high:  3498\n"
		"              batch: 63\n"
		"              high_min: 7\n"
		"        min      1\n"
		"Node 12, zone   Movable\n"
		"        managed  3\n";
	struct facts facts = { 0 };

	(void)state;
	facts_of_zoneinfo(text, sizeof(text) - 1, &facts);
	expect(&facts, FACT_ZONEINFO, 0, "0/DMA min 5597", 6);
	expect(&facts, FACT_ZONEINFO, 1, "0/DMA high 8395", 7);
	expect(&facts, FACT_ZONEINFO, 2, "0/DMA protection (0, 0, 0, 0)", 8);
	expect(&facts, FACT_ZONEINFO, 3, "0/DMA cpu0 batch 63", 14);
	expect(&facts, FACT_ZONEINFO, 4, "0/DMA cpu0 high_min 7", 15);
	expect(&facts, FACT_ZONEINFO, 5, "12/Movable managed 3", 18);
	assert_int_equal(count(&facts), 6);
	facts_deinit(&facts);
}

static void freelists_count_lists_zones_zonelists_and_caches(void **state)
{
	static const char holes[] = "[1,{\"nodes\":3},{\"nodes\":[{\"zones\":[7]}]}]";
	static const char json[] =
		"[{\"at\":\"s\",\"nodes\":[{\"nid\":0,\"zones\":[{\"name\":\"DMA\",\"present\":2,\"managed\":1,\"free\":"
		"[{\"order\":3,\"migratetype\":\"MIGRATE_MOVABLE\",\"pfns\":[8,16]}]}],"
		"\"zonelists\":[[{\"node\":0,\"zone\":\"DMA\",\"zone_idx\":0}],[]]}],"
		"\"slab_caches\":[{\"name\":\"c\",\"size\":8,\"object_size\":7,\"align\":6,\"order\":0,\"objects\":512}]}]";
	struct facts facts = { 0 };
	struct mm_error error;

	(void)state;
	assert_int_equal(decode_freelists(json, sizeof(json) - 1, "x", &facts, &error), 0);
	expect(&facts, FACT_FREELISTS, 0, "s 0/DMA managed 1 present 2", 0);
	expect(&facts, FACT_FREELISTS, 1, "s 0/DMA order 3 MIGRATE_MOVABLE [8, 16]", 0);
	expect(&facts, FACT_FREELISTS, 2, "s node 0 zonelist 0 0/DMA", 0);
	expect(&facts, FACT_FREELISTS, 3, "s node 0 zonelist 1 ", 0);
	expect(&facts, FACT_FREELISTS, 4, "s cache c 8 7 6 0 512", 0);
	assert_int_equal(count(&facts), 5);
	assert_int_equal(decode_freelists("{}", 2, "x", &facts, &error), -EBADMSG);
	/* What is not there is not invented, and does not crash. */
	assert_int_equal(decode_freelists(holes, sizeof(holes) - 1, "x", &facts, &error), 0);
	facts_deinit(&facts);
}

/* ---------------------------------------------------------------------- diff */

/* Length of the longest common subsequence, the slow and certain way. */
static long lcs(const char *const *a, size_t nr_a, const char *const *b, size_t nr_b)
{
	long best[12][12] = { 0 };

	for (size_t i = nr_a; i--;)
		for (size_t k = nr_b; k--;)
			best[i][k] = !strcmp(a[i], b[k]) ? 1 + best[i + 1][k + 1] :
				     best[i + 1][k] > best[i][k + 1] ? best[i + 1][k] : best[i][k + 1];
	return best[0][0];
}

/* What is left of both lists is the same list. */
static void check_common(const char *const *a, size_t nr_a, const bool *gone,
			 const char *const *b, size_t nr_b, const bool *new, long common)
{
	size_t i = 0, k = 0;

	for (;; i++, k++, common--) {
		while (i < nr_a && gone[i])
			i++;
		while (k < nr_b && new[k])
			k++;
		if (i == nr_a || k == nr_b)
			break;
		assert_string_equal(a[i], b[k]);
	}
	assert_int_equal(i, nr_a);
	assert_int_equal(k, nr_b);
	assert_int_equal(common, 0);
}

static void diff_finds_the_longest_common_subsequence(void **state)
{
	static const char *const words[] = { "a", "b", "c", "d" };
	const char *a[11], *b[11];
	bool gone[11], new[11];

	(void)state;
	srand(1);
	for (int round = 0; round < 20000; round++) {
		size_t nr_a = (size_t)rand() % 11, nr_b = (size_t)rand() % 11;
		int kinds = 1 + rand() % 4;
		long common;

		for (size_t i = 0; i < 11; i++) {
			a[i] = words[rand() % kinds];
			b[i] = words[rand() % kinds];
		}
		common = diff(a, nr_a, b, nr_b, gone, new);
		assert_int_equal(common, lcs(a, nr_a, b, nr_b));
		check_common(a, nr_a, gone, b, nr_b, new, common);
	}
}

static void diff_of_lists_that_share_nothing_ends(void **state)
{
	enum { NR = 30000 };
	const char **a = calloc(NR, sizeof(*a)), **b = calloc(NR, sizeof(*b));
	bool *gone = calloc(NR, sizeof(*gone)), *new = calloc(NR, sizeof(*new));

	(void)state;
	for (size_t i = 0; i < NR; i++) {
		a[i] = "a";
		b[i] = "b";
	}
	assert_int_equal(diff(a, 2000, b, 2000, gone, new), 0);
	b[NR / 2] = "a";
	assert_int_equal(diff(a, 3000, b + NR / 2 - 1500, 3000, gone, new), 1);
	free(a);
	free(b);
	free(gone);
	free(new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_loses_stamp_and_offsets),
		cmocka_unit_test(a_log_tells_whether_the_kernel_lives),
		cmocka_unit_test(a_line_counts_in_the_first_class_that_it_fits),
		cmocka_unit_test(an_empty_or_odd_log_has_no_facts),
		cmocka_unit_test(zoneinfo_counts_what_boot_alone_decides),
		cmocka_unit_test(freelists_count_lists_zones_zonelists_and_caches),
		cmocka_unit_test(diff_finds_the_longest_common_subsequence),
		cmocka_unit_test(diff_of_lists_that_share_nothing_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
