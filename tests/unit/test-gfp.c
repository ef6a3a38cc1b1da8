/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Request flags by name and by number, as reports of failed requests have them in their first line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/ops/gfp.h"

#include <string.h>

static const struct gfp_words old = { .atomic_has_bit = true }, middle = { 0 }, newest = { .nowait_has_nowarn = true, .flags_by_bit = true };

/* Numbers as logs show them: gfp_mask=0x...(NAMES). */
static void sets_are_named_before_what_they_consist_of(void **state)
{
	static const struct { unsigned gfp; const struct gfp_words *words; const char *text; } rows[] = {
		{ 0xcc0, &middle, "GFP_KERNEL" }, { 0xdc0, &middle, "GFP_KERNEL|__GFP_ZERO" }, { 0x400cc0, &middle, "GFP_KERNEL_ACCOUNT" },
		{ 0x100cc0, &middle, "GFP_USER" }, { 0x100cc2, &middle, "GFP_HIGHUSER" }, { 0x100cca, &middle, "GFP_HIGHUSER_MOVABLE" },
		{ 0x140cca, &middle, "GFP_HIGHUSER_MOVABLE|__GFP_COMP" }, { 0x1c20ca, &middle, "GFP_TRANSHUGE_LIGHT" },
		{ 0x1c24ca, &middle, "GFP_TRANSHUGE" }, { 0xc40, &middle, "GFP_NOFS" }, { 0xc00, &middle, "GFP_NOIO" },
		{ 0x52cc0, &middle, "GFP_KERNEL|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP" }, { 0xcc1, &middle, "GFP_KERNEL|GFP_DMA" },
		{ 0xcc4, &middle, "GFP_KERNEL|GFP_DMA32" }, { 0x4c0, &middle, "__GFP_IO|__GFP_FS|__GFP_DIRECT_RECLAIM" },
		/* __GFP_ATOMIC was part of GFP_ATOMIC once. */
		{ 0x820, &middle, "GFP_ATOMIC" }, { 0xa20, &old, "GFP_ATOMIC" }, { 0x820, &old, "GFP_NOWAIT|__GFP_HIGH" },
		{ 0xa20, &middle, "GFP_ATOMIC|__GFP_ATOMIC" },
		/* __GFP_NOWARN is part of GFP_NOWAIT now. */
		{ 0x800, &middle, "GFP_NOWAIT" }, { 0x2800, &newest, "GFP_NOWAIT" }, { 0x800, &newest, "__GFP_KSWAPD_RECLAIM" },
		{ 0x2800, &middle, "GFP_NOWAIT|__GFP_NOWARN" },
		/* Single flags: in an order of their own, later by their bits. */
		{ 0x40dc0, &middle, "GFP_KERNEL|__GFP_COMP|__GFP_ZERO" }, { 0x40dc0, &newest, "GFP_KERNEL|__GFP_ZERO|__GFP_COMP" },
		{ 0x80000cc0, &middle, "GFP_KERNEL|0x80000000" }, { 0x80000000, &newest, "0x80000000" }, { 0, &middle, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[200];

		gfp_print(rows[i].gfp, *rows[i].words, text, sizeof(text));
		assert_string_equal(text, rows[i].text);
	}
}

static void a_short_buffer_ends_in_time(void **state)
{
	char text[12];

	(void)state;
	memset(text, 'x', sizeof(text));
	gfp_print(0x80000dc0, middle, text, 8);
	assert_string_equal(text, "GFP_KER");
	assert_int_equal(text[8], 'x');
	gfp_print(0xdc0, middle, text, 11);
	assert_string_equal(text, "GFP_KERNEL");
	gfp_print(0xcc0, middle, text, 11);
	assert_string_equal(text, "GFP_KERNEL");
}

static void names_are_understood_with_and_without_what_they_begin_with(void **state)
{
	static const struct { const char *name; const struct gfp_words *words; unsigned gfp; } rows[] = {
		{ "GFP_KERNEL", &middle, 0xcc0 }, { "KERNEL", &middle, 0xcc0 }, { "__GFP_COMP", &middle, 0x40000 }, { "COMP", &middle, 0x40000 },
		{ "GFP_ATOMIC", &middle, 0x820 }, { "GFP_ATOMIC", &old, 0xa20 }, { "__GFP_ATOMIC", &old, 0x200 }, { "NOWAIT", &newest, 0x2800 },
		{ "GFP_NOWAIT", &old, 0x800 }, { "DMA32", &middle, 4 }, { "GFP_DMA", &middle, 1 }, { "__GFP_ACCOUNT", &middle, 0x400000 },
		{ "__GFP_RECLAIM", &middle, 0xc00 },
	};
	static const char *const unknown[] = { "", "GFP_", "GFP_KERNE", "GFP_KERNELS", "FP_KERNEL", "_KERNEL", "kernel", "__GFP_KERNEL", "GFP_COMP" };
	unsigned gfp;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(gfp_parse(rows[i].name, strlen(rows[i].name), *rows[i].words, &gfp));
		assert_int_equal(gfp, rows[i].gfp);
	}
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
		assert_false(gfp_parse(unknown[i], strlen(unknown[i]), middle, &gfp));
	assert_true(gfp_parse("COMP|ZERO", 4, middle, &gfp));
	assert_int_equal(gfp, 0x40000);
}

/* Each name is understood, and is not another one's; together they are all bits but 0x800000 and above. */
static void every_name_is_listed_once(void **state)
{
	unsigned all = 0;
	size_t nr = 0;

	(void)state;
	for (const char *name; (name = gfp_name(nr)); nr++) {
		unsigned gfp = 0;

		assert_true(gfp_parse(name, strlen(name), middle, &gfp));
		assert_int_not_equal(gfp, 0);
		for (size_t i = 0; i < nr; i++)
			assert_string_not_equal(name, gfp_name(i));
		all |= gfp;
	}
	assert_int_equal(all, 0x7fffff);
	assert_null(gfp_name(nr + 1));
}

static void flags_decide_zone_and_type(void **state)
{
	static const struct { unsigned gfp; enum zone_type zone; unsigned type; } rows[] = {
		{ 0xcc0, ZONE_NORMAL, 0 }, { 0xcc1, ZONE_DMA, 0 }, { 0xcc4, ZONE_DMA32, 0 }, { 0xcc5, ZONE_DMA, 0 }, { 0x100cca, ZONE_MOVABLE, 1 },
		{ 0x8, ZONE_NORMAL, 1 }, { 0x2, ZONE_NORMAL, 0 }, { 0xcd0, ZONE_NORMAL, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(gfp_zone(rows[i].gfp), rows[i].zone);
		assert_int_equal(gfp_type(rows[i].gfp), rows[i].type);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_are_named_before_what_they_consist_of),
		cmocka_unit_test(a_short_buffer_ends_in_time),
		cmocka_unit_test(names_are_understood_with_and_without_what_they_begin_with),
		cmocka_unit_test(every_name_is_listed_once),
		cmocka_unit_test(flags_decide_zone_and_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
