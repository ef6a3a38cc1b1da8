/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scripts of operations: what they mean, and where they are wrong.  4 CPUs, 2 nodes. */
#include "mmcore/ops/script.h"

#include "mmcore/buddy.h"
#include "mmcore/ops/gfp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct script script;
static struct mm_error error;
static const struct script_limits limits = { .nr_cpus = 4, .nr_nodes = 2 };

static bool parse(const char *text)
{
	arena_deinit(&arena);
	memset(&arena, 0, sizeof(arena));
	script = (struct script){ 0 };
	return script_parse(&arena, text, &limits, &script, &error);
}

static void a_statement_has_a_name_arguments_and_defaults(void **state)
{
	(void)state;
	assert_true(parse("a = alloc order=2 gfp=GFP_ATOMIC|__GFP_COMP cpu=3 node=1 movable\nb=alloc"));
	assert_int_equal(script.nr, 2);
	assert_int_equal(script.stmts[0].kind, STMT_ALLOC);
	assert_string_equal(script.names[script.stmts[0].name], "a");
	assert_int_equal(script.stmts[0].order, 2);
	assert_int_equal(script.stmts[0].gfp, GFP_HIGH | GFP_KSWAPD_RECLAIM | GFP_COMP);
	assert_int_equal(script.stmts[0].cpu, 3);
	assert_int_equal(script.stmts[0].node, 1);
	assert_true(script.stmts[0].movable);
	assert_int_equal(script.stmts[1].node, -1);
	assert_int_equal(script.stmts[1].gfp, GFP_DIRECT_RECLAIM | GFP_KSWAPD_RECLAIM | GFP_IO | GFP_FS);
}

static void flags_can_be_taken_away(void **state)
{
	(void)state;
	assert_true(parse("alloc gfp=GFP_KERNEL|~__GFP_DIRECT_RECLAIM"));
	assert_int_equal(script.stmts[0].gfp, GFP_KSWAPD_RECLAIM | GFP_IO | GFP_FS);
}

static void blocks_repeat_and_are_counted(void **state)
{
	(void)state;
	assert_true(parse("repeat 10 { a = alloc; repeat 3 { b = alloc }  # two names\n free a }\nrandom 500 seed=7 cpus=1-2 orders=0-9"));
	assert_int_equal(script.nr, 2);
	assert_int_equal(script.stmts[0].nr_body, 3);
	assert_int_equal(script.nr_ops, 10 * 5 + 500);
	assert_int_equal(script.stmts[1].cpu, 1);
	assert_int_equal(script.stmts[1].last_cpu, 2);
	assert_int_equal(script.stmts[1].last_order, 9);
	assert_true(parse(" \n;;# nothing\n"));
	assert_int_equal(script.nr, 0);
}

static void an_error_names_line_and_column(void **state)
{
	static const struct { const char *text, *where, *what; } wrong[] = {
		{ "a = alloc\n  b = allok", "line 2, column 7", "'allok' is no operation" },
		{ "alloc order=x", "line 1, column 13", "should be a number" },
		{ "alloc order=64", "line 1, column 13", "up to 63" },
		{ "random 5 orders=2-x", "line 1, column 19", "should be a number" },
		{ "random 5 orders=12-16", "line 1, column 20", "up to 15" },
		{ "random 5 orders=x-2", "line 1, column 17", "should be a number" },
		{ "random 5 orders=3-2", "line 1, column 17", "ends before it begins" },
		{ "alloc gfp=GFP_KERNEL|GFP_NONSENSE", "line 1, column 22", "'GFP_NONSENSE' is no gfp flag" },
		{ "alloc cpu=4", "line 1, column 11", "up to 3" },
		{ "alloc node=2", "line 1, column 12", "up to 1" },
		{ "alloc seed=1", "line 1, column 7", "no argument of this" },
		{ "free b", "line 1, column 6", "nothing is called 'b'" },
		{ "free", "line 1, column 1", "what is to be freed" },
		{ "a = free a", "line 1, column 1", "gives nothing that 'a' could keep" },
		{ "a = alloc; b = free a", "line 1, column 12", "gives nothing" },
		{ "1a = alloc", "line 1, column 1", "is no name" },
		{ "repeat { alloc }", "line 1, column 1", "A number is missing" },
		{ "repeat 3 alloc", "line 1, column 10", "is not understood" },
		{ "repeat 3", "line 1, column 9", "'{' is missing" },
		{ "repeat 3 { alloc", "line 1, column 17", "'}' is missing" },
		{ "alloc }", "line 1, column 7", "closes nothing" },
		{ "= alloc", "line 1, column 1", "nothing before it" },
		{ "alloc order=3 =3", "line 1, column 15", "nothing before it" },
		{ "alloc =3", "line 1, column 8", "'3' is no operation" },
		{ "bulk 513", "line 1, column 6", "up to 512" },
		{ "random 5 cpus=3-1", "line 1, column 15", "ends before it begins" },
		{ "random 4294967295", "line 1, column 1", "more than 4000000 operations" },
		{ "repeat 2000000 { repeat 2000000 { alloc } }", "line 1, column 1", "more than 4000000 operations" },
		{ "repeat 2{repeat 2{repeat 2{repeat 2{repeat 2{repeat 2{repeat 2{repeat 2{repeat 2{alloc}}}}}}}}}",
		  "line 1, column 81", "more than 8 deep" },
		{ "alloc pfn=0xg", "line 1, column 7", "no argument of this" },
		{ "free pfn=0xg", "line 1, column 10", "should be a number" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_false(parse(wrong[i].text));
		assert_string_equal(error.where, "ops");
		if (strcmp(error.node, wrong[i].where) || !strstr(error.text, wrong[i].what))
			fail_msg("%s: %s: %s", wrong[i].text, error.node, error.text);
	}
}

/* The least and the most of each number, decimal and hexadecimal, and one more. */
static void numbers_have_their_bounds(void **state)
{
	static const struct { const char *text; bool ok; } rows[] = {
		{ "alloc order=0", true }, { "alloc order=63", true }, { "alloc order=0x3f", true }, { "alloc order=0x40", false },
		{ "alloc order=0x", false }, { "alloc order=", false }, { "alloc order=0x3F", false }, { "alloc order=1a", false },
		{ "alloc cpu=3", true }, { "alloc node=1", true }, { "alloc node=-1", false },
		{ "bulk 512", true }, { "bulk 0", false }, { "wait 3600", true }, { "wait 3601", false }, { "kmalloc 4294967295", true },
		{ "kmalloc 4294967296", false }, { "kmalloc 99999999999999999999", false }, { "free pfn=4503599627370496", true },
		{ "free pfn=4503599627370497", false }, { "random 5 seed=4294967295", true }, { "random 5 seed=4294967296", false },
		{ "random 5 orders=0-15", true }, { "random 5 orders=0-16", false }, { "random 5 orders=2", true }, { "random 5 cpus=0-3", true },
		{ "random 5 cpus=0-4", false }, { "random 5 cpus=2-2", true }, { "random 5 hold=4000000", true }, { "random 5 hold=4000001", false },
		{ "alloc gfp=0xcc0", true }, { "alloc gfp=0xffffffff", true }, { "alloc gfp=0x100000000", false }, { "alloc gfp=3264", false },
		{ "alloc gfp=0x", false }, { "alloc gfp=GFP_KERNEL|", true }, { "alloc gfp=~0x400", true },
		{ "vm.min_free_kbytes=2147483647", true }, { "vm.min_free_kbytes=2147483648", false },
		{ "vm.percpu_pagelist_fraction=8", true }, { "vm.percpu_pagelist_high_fraction=8", false }, { "vm.none=8", false },
		{ "vm.min_free_kbytes=1 vm.min_free_kbytes=2", false },
		{ "a23456789012345678901234567890_2 = alloc", true }, { "a23456789012345678901234567890_23 = alloc", false },
		{ "A_z9 = alloc", true }, { "a-b = alloc", false }, { "alloc movable", true }, { "bulk 3 movable", false }, { "drain all", true },
		{ "vmstat all", false }, { "a = alloc; free a all", true }, { "a = alloc; split a a", false },
		{ "repeat 2{repeat 2{repeat 2{repeat 2{repeat 2{repeat 2{repeat 2{repeat 2{alloc}}}}}}}}", true },
		{ "repeat 4000000 { alloc }", true }, { "repeat 4000000 { alloc } alloc", false }, { "repeat 4000000 { alloc }; alloc", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (parse(rows[i].text) != rows[i].ok)
			fail_msg("%s: %s", rows[i].text, rows[i].ok ? error.text : "was taken");
}

static void what_is_read_is_what_was_written(void **state)
{
	(void)state;
	assert_true(parse("alloc gfp=0xcc0|~0x400|GFP_DMA order=0x0a cpu=2"));
	assert_int_equal(script.stmts[0].gfp, 0x8c1);
	assert_int_equal(script.stmts[0].order, 10);
	assert_int_equal(script.stmts[0].cpu, 2);
	assert_true(parse("random 7 cpus=1-3 orders=2-5 hold=12 seed=0xab"));
	assert_int_equal(script.stmts[0].nr, 7);
	assert_int_equal(script.stmts[0].cpu, 1);
	assert_int_equal(script.stmts[0].last_cpu, 3);
	assert_int_equal(script.stmts[0].order, 2);
	assert_int_equal(script.stmts[0].last_order, 5);
	assert_int_equal(script.stmts[0].hold, 12);
	assert_int_equal(script.stmts[0].seed, 0xab);
	assert_true(parse("random 7 cpus=2 orders=4"));
	assert_int_equal(script.stmts[0].last_cpu, 2);
	assert_int_equal(script.stmts[0].last_order, 4);
	assert_true(parse("random 7"));
	assert_int_equal(script.stmts[0].last_cpu, 3);
	assert_int_equal(script.stmts[0].last_order, 3);
	assert_int_equal(script.stmts[0].hold, 1000);
	assert_true(parse("free pfn=0x10; drain cpu=1; vm.min_free_kbytes=77; vm.percpu_pagelist_fraction=9; wait 5; kmalloc 6; bulk 7 node=1"));
	assert_true(script.stmts[0].has_pfn && script.stmts[0].pfn == 16 && script.stmts[0].name == -1);
	assert_true(script.stmts[1].kind == STMT_DRAIN && script.stmts[1].cpu == 1 && !script.stmts[1].all && !script.stmts[1].has_pfn);
	assert_true(script.stmts[2].kind == STMT_SYSCTL && script.stmts[2].sysctl == SYSCTL_MIN_FREE_KBYTES && script.stmts[2].nr == 77);
	assert_true(script.stmts[3].sysctl == SYSCTL_PAGELIST_FRACTION && script.stmts[3].nr == 9);
	assert_true(script.stmts[4].kind == STMT_WAIT && script.stmts[4].nr == 5);
	assert_true(script.stmts[5].kind == STMT_KMALLOC && script.stmts[5].nr == 6);
	assert_true(script.stmts[6].kind == STMT_BULK && script.stmts[6].node == 1);
	/* A name is one thing, whoever has it. */
	assert_true(parse("a = alloc\nb = alloc # c = alloc\n\n  a = bulk 2; release a"));
	assert_int_equal(script.nr_names, 2);
	assert_int_equal(script.stmts[2].name, script.stmts[0].name);
	assert_int_equal(script.stmts[3].name, script.stmts[0].name);
	assert_int_equal(script.stmts[2].line, 4);
	assert_int_equal(script.stmts[2].column, 3);
	assert_int_equal(script.stmts[3].column, 15);
}

/* A line for each statement, and below it one for each argument that it has. */
static void count_reference(void *ctx, const char *line)
{
	unsigned *nr = ctx;

	nr[*line == '\t']++;
	nr[2] += !strncmp(line, "\tgfp=FLAG|FLAG|~FLAG\t", 21);
	nr[3] += !strncmp(line, "alloc", 5);
	nr[4] += !strncmp(line, "bulk ", 5);
}

static void the_reference_follows_from_the_tables(void **state)
{
	unsigned nr[5] = { 0 };

	(void)state;
	mm_ops_reference(count_reference, nr);
	assert_int_equal(nr[0], 17);
	assert_int_equal(nr[2], 5);
	assert_int_equal(nr[3] + nr[4], 2);
	/* order 2, gfp 5, cpu 9, node 4, pfn 1, align, cache, four of random, three settings; kfree and kmem_cache_free have free's three */
	assert_int_equal(nr[1], 2 + 5 + 9 + 4 + 1 + 1 + 1 + 4 + 3 + 2 * 3);
}

static void a_script_is_not_longer_than_the_limit(void **state)
{
	char *text = malloc(SCRIPT_MAX_BYTES + 2);

	(void)state;
	memset(text, ';', SCRIPT_MAX_BYTES + 1);
	text[SCRIPT_MAX_BYTES + 1] = '\0';
	assert_false(parse(text));
	text[SCRIPT_MAX_BYTES] = '\0';
	assert_true(parse(text));
	free(text);
}

/* Bytes at random, and parts of real scripts put together at random: no answer but yes or no. */
static void nothing_that_it_is_given_breaks_it(void **state)
{
	static const char *const parts[] = { "a", "=", " ", "alloc", "free", "{", "}", "repeat", "9", "\n", ";", "order=", "0x",
					     "gfp=", "|", "~", "GFP_KERNEL", "#", "random", "-", "cpus=", "all", "\t", "\x80" };
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[256];
		size_t len = 0;

		for (int n = 0; n < 24; n++) {
			const char *part = parts[(seed = seed * 1664525u + 1013904223u) >> 8 & 15 ? (seed >> 16) % 24 : 3];

			len += (size_t)(stpcpy(text + len, part) - (text + len));
		}
		parse(text);
	}
}

static void flags_are_printed_as_the_kernel_does(void **state)
{
	char buf[256];

	(void)state;
	gfp_print(0xcc0 | GFP_COMP, (struct gfp_words){ 0 }, buf, sizeof(buf));
	assert_string_equal(buf, "GFP_KERNEL|__GFP_COMP");
	gfp_print(GFP_HIGH | GFP_KSWAPD_RECLAIM, (struct gfp_words){ 0 }, buf, sizeof(buf));
	assert_string_equal(buf, "GFP_ATOMIC");
	gfp_print(0x10080a, (struct gfp_words){ .nowait_has_nowarn = true }, buf, sizeof(buf));
	assert_string_equal(buf, "__GFP_HIGHMEM|__GFP_HARDWALL|__GFP_MOVABLE|__GFP_KSWAPD_RECLAIM");
	gfp_print(0x10080a, (struct gfp_words){ .nowait_has_nowarn = true, .flags_by_bit = true }, buf, sizeof(buf));
	assert_string_equal(buf, "__GFP_HIGHMEM|__GFP_MOVABLE|__GFP_KSWAPD_RECLAIM|__GFP_HARDWALL");
	gfp_print(GFP_KSWAPD_RECLAIM | GFP_NOWARN, (struct gfp_words){ .nowait_has_nowarn = true }, buf, sizeof(buf));
	assert_string_equal(buf, "GFP_NOWAIT");
	gfp_print(GFP_HIGH | GFP_KSWAPD_RECLAIM, (struct gfp_words){ .atomic_has_bit = true }, buf, sizeof(buf));
	assert_string_equal(buf, "GFP_NOWAIT|__GFP_HIGH");
}

/* Bits as include/linux/gfp_types.h has had them since 6.0; a set is found by its name with and without its prefix. */
static void every_flag_has_its_bits(void **state)
{
	static const struct { const char *name; unsigned bits; } rows[] = {
		{ "GFP_DMA", 0x1 }, { "__GFP_HIGHMEM", 0x2 }, { "GFP_DMA32", 0x4 }, { "__GFP_MOVABLE", 0x8 }, { "__GFP_RECLAIMABLE", 0x10 },
		{ "__GFP_HIGH", 0x20 }, { "__GFP_IO", 0x40 }, { "__GFP_FS", 0x80 }, { "__GFP_ZERO", 0x100 }, { "__GFP_ATOMIC", 0x200 },
		{ "__GFP_DIRECT_RECLAIM", 0x400 }, { "__GFP_KSWAPD_RECLAIM", 0x800 }, { "__GFP_WRITE", 0x1000 }, { "__GFP_NOWARN", 0x2000 },
		{ "__GFP_RETRY_MAYFAIL", 0x4000 }, { "__GFP_NOFAIL", 0x8000 }, { "__GFP_NORETRY", 0x10000 }, { "__GFP_MEMALLOC", 0x20000 },
		{ "__GFP_COMP", 0x40000 }, { "__GFP_NOMEMALLOC", 0x80000 }, { "__GFP_HARDWALL", 0x100000 }, { "__GFP_THISNODE", 0x200000 },
		{ "__GFP_ACCOUNT", 0x400000 }, { "__GFP_RECLAIM", 0xc00 },
		{ "GFP_KERNEL", 0xcc0 }, { "GFP_NOFS", 0xc40 }, { "GFP_NOIO", 0xc00 }, { "GFP_ATOMIC", 0x820 }, { "GFP_NOWAIT", 0x800 },
		{ "GFP_USER", 0x100cc0 }, { "GFP_HIGHUSER", 0x100cc2 }, { "GFP_HIGHUSER_MOVABLE", 0x100cca }, { "GFP_KERNEL_ACCOUNT", 0x400cc0 },
		{ "GFP_TRANSHUGE_LIGHT", 0x1c20ca }, { "GFP_TRANSHUGE", 0x1c24ca },
	};
	size_t nr = 0;

	(void)state;
	while (gfp_name(nr))
		nr++;
	assert_int_equal(nr, sizeof(rows) / sizeof(rows[0]));
	for (size_t i = 0; i < nr; i++) {
		size_t prefix = rows[i].name[0] == '_' ? 6 : 4, len = strlen(rows[i].name);
		unsigned bits = 0;

		assert_true(gfp_parse(rows[i].name, len, (struct gfp_words){ 0 }, &bits));
		assert_int_equal(bits, rows[i].bits);
		bits = 0;
		/* GFP_ATOMIC and GFP_DMA come before what has their name without it. */
		assert_true(gfp_parse(rows[i].name + prefix, len - prefix, (struct gfp_words){ 0 }, &bits));
		assert_int_equal(bits, strcmp(rows[i].name, "__GFP_ATOMIC") ? rows[i].bits : 0x820);
		assert_false(gfp_parse(rows[i].name, len - 1, (struct gfp_words){ 0 }, &bits) && !strcmp(rows[i].name, "__GFP_HIGHMEM"));
		assert_false(gfp_parse(rows[i].name + 1, len - 1, (struct gfp_words){ 0 }, &bits));
	}
}

static void flags_choose_zone_and_type(void **state)
{
	static const struct { unsigned gfp; enum zone_type zone; unsigned type; } rows[] = {
		{ 0, ZONE_NORMAL, MIGRATE_UNMOVABLE }, { 0x1, ZONE_DMA, MIGRATE_UNMOVABLE }, { 0x4, ZONE_DMA32, MIGRATE_UNMOVABLE },
		{ 0x5, ZONE_DMA, MIGRATE_UNMOVABLE }, { 0x2, ZONE_NORMAL, MIGRATE_UNMOVABLE }, { 0x8, ZONE_NORMAL, MIGRATE_MOVABLE },
		{ 0xa, ZONE_MOVABLE, MIGRATE_MOVABLE }, { 0x10, ZONE_NORMAL, MIGRATE_RECLAIMABLE }, { 0xe, ZONE_DMA32, MIGRATE_MOVABLE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(gfp_zone(rows[i].gfp), rows[i].zone);
		assert_int_equal(gfp_type(rows[i].gfp), rows[i].type);
	}
}

/* What a report has no room for is cut, and ends. */
static void printed_flags_are_always_terminated(void **state)
{
	char buf[16];

	(void)state;
	for (size_t size = 1; size <= sizeof(buf); size++) {
		memset(buf, 'x', sizeof(buf));
		gfp_print(0xcc0 | GFP_COMP, (struct gfp_words){ 0 }, buf, size);
		assert_true(strlen(buf) < size);
	}
	gfp_print(0, (struct gfp_words){ 0 }, buf, sizeof(buf));
	assert_string_equal(buf, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_has_a_name_arguments_and_defaults),
		cmocka_unit_test(flags_can_be_taken_away),
		cmocka_unit_test(blocks_repeat_and_are_counted),
		cmocka_unit_test(an_error_names_line_and_column),
		cmocka_unit_test(numbers_have_their_bounds),
		cmocka_unit_test(what_is_read_is_what_was_written),
		cmocka_unit_test(the_reference_follows_from_the_tables),
		cmocka_unit_test(a_script_is_not_longer_than_the_limit),
		cmocka_unit_test(nothing_that_it_is_given_breaks_it),
		cmocka_unit_test(every_flag_has_its_bits),
		cmocka_unit_test(flags_choose_zone_and_type),
		cmocka_unit_test(printed_flags_are_always_terminated),
		cmocka_unit_test(flags_are_printed_as_the_kernel_does),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_deinit(&arena);
	return failed;
}
