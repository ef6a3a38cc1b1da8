/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "daemon/base/words.h"
#include "daemon/doctor/expect.h"

/* Sorted by name, as metrics_of() leaves them. */
static struct metric board[] = {
	{ .name = (char *)"cma.size", .value = 32 << 20, .unit = METRIC_BYTES },
	{ .name = (char *)"dtb.base", .value = 0x48000000, .unit = METRIC_ADDRESS },
	{ .name = (char *)"memtotal", .value = 1015222272, .unit = METRIC_BYTES },
	{ .name = (char *)"pool.linux,cma@0.size", .value = 5, .unit = METRIC_BYTES },
	{ .name = (char *)"problems", .value = 0, .unit = METRIC_COUNT },
	{ .name = (char *)"top", .value = UINT64_MAX, .unit = METRIC_COUNT },
};

static const struct metrics metrics = { .metric = board, .nr = sizeof(board) / sizeof(board[0]) };

static void check(const char *text, bool expected)
{
	struct mm_error error = { .offset = -1 };
	struct bytes why = { 0 };
	bool holds = !expected;
	int err = expect_holds(text, &metrics, &holds, &why, &error);

	if (err || holds != expected)
		fail_msg("'%s' is %s: %s", text, err ? "refused" : holds ? "true" : "false", err ? error.text : "");
	assert_int_equal(why.len == 0, expected);
	bytes_deinit(&why);
}

static void comparisons_of_sizes_are_exact(void **state)
{
	(void)state;
	check("cma.size == 32M", true);
	check("cma.size == 32MiB", true);
	check("cma.size == 0x2000000", true);
	check("cma.size == 0.03125G", true);
	check("cma.size >= 32M && cma.size <= 32M", true);
	check("cma.size > 32M", false);
	check("cma.size < 32M", false);
	check("cma.size != 32M", false);
	/* No bit of 64 is lost. */
	check("top == 0xffffffffffffffff", true);
	check("top == 0xfffffffffffffffe", false);
}

static void and_binds_tighter_than_or_and_parentheses_tighter_than_both(void **state)
{
	(void)state;
	check("1 || 0 && 0", true);
	check("(1 || 0) && 0", false);
	check("!problems", true);
	check("!!problems", false);
	check("!(problems == 0)", false);
	check("problems != 0 || memtotal > 900M", true);
}

static void sums_and_products_come_before_comparisons(void **state)
{
	(void)state;
	check("cma.size + 1M == 33M", true);
	check("cma.size - 2M == 10 * 3M", true);
	check("2 + 3 * 4 == 14", true);
	check("(2 + 3) * 4 == 20", true);
	check("cma.size / 1M == 32", true);
}

static void a_name_may_have_the_signs_of_nodes_in_it(void **state)
{
	(void)state;
	check("pool.linux,cma@0.size == 5", true);
}

static void refused(const char *text, const char *column, const char *word)
{
	struct mm_error error = { .offset = -1 };
	struct bytes why = { 0 };
	bool holds = true;

	assert_int_equal(expect_holds(text, &metrics, &holds, &why, &error), -EINVAL);
	if (!strstr(error.text, column) || !strstr(error.text, word))
		fail_msg("'%s': %s", text, error.text);
	assert_true(holds);
	assert_int_equal(why.len, 0);
	bytes_deinit(&why);
}

static void what_cannot_be_read_names_its_column(void **state)
{
	(void)state;
	refused("", "column 1 ", "number or a name");
	refused("cma.size >=", "column 12 ", "number or a name");
	refused("cma.size = 1", "column 10 ", "==");
	refused("cma.size >= 32M 5", "column 17 ", "operator");
	refused("(1 && 1", "column 8 ", ")");
	refused("5x > 1", "column 1 ", "number");
	refused("1 / 0", "column 5 ", "zero");
	refused("0x10000000000000000 > 1", "column 1 ", "64 bits");
	refused("1e9 > 1", "column 1 ", "number");
}

static void an_unknown_name_offers_the_nearest(void **state)
{
	(void)state;
	refused("problems == 0 && cam.size > 1", "column 18 ", "'cma.size'");
	refused("zzzzzzzzz > 1", "column 1 ", "-o metrics");
}

/* 10 000 of each: neither may cost stack or time. */
static void deep_nesting_is_refused_and_long_negation_is_not(void **state)
{
	char text[4000];

	(void)state;
	memset(text, '(', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	refused(text, "column 33 ", "parentheses");
	memset(text, '!', sizeof(text) - 2);
	text[sizeof(text) - 2] = '0';
	check(text, (sizeof(text) - 2) % 2);
}

static void what_is_false_is_told_with_its_values(void **state)
{
	struct bytes why = { 0 };
	bool holds;

	(void)state;
	assert_int_equal(expect_holds("problems == 0 && cma.size >= 64M && dtb.base < 1G", &metrics, &holds, &why, NULL), 0);
	assert_false(holds);
	assert_string_equal(bytes_text(&why), "cma.size >= 64M: cma.size is 33554432 (32 MiB)\n"
					      "dtb.base < 1G: dtb.base is 0x48000000\n");
	bytes_deinit(&why);
}

static void a_slip_is_one_letter_more_less_other_or_two_swapped(void **state)
{
	static const char *const list[] = { "boot", "check", "diff", NULL };

	(void)state;
	assert_int_equal(words_distance("check", "check"), 0);
	assert_int_equal(words_distance("chekc", "check"), 1);
	assert_int_equal(words_distance("chck", "check"), 1);
	assert_int_equal(words_distance("", "abc"), 3);
	assert_string_equal(words_nearest(list, "chekc"), "check");
	assert_string_equal(words_nearest(list, "dif"), "diff");
	assert_null(words_nearest(list, "serve"));
}

static void what_begins_with_the_word_is_nearer_than_a_slip(void **state)
{
	static const char *const boards[] = { "rpi3", "rpi4-8g-uboot", "rpi4-8g", "rpi5-8g", NULL };

	(void)state;
	assert_string_equal(words_nearest(boards, "rpi4"), "rpi4-8g");
	assert_string_equal(words_nearest(boards, "rpi"), "rpi3");
	assert_string_equal(words_nearest(boards, "rpi2"), "rpi3");
	/* One letter or none begins too many. */
	assert_null(words_nearest(boards, ""));
	assert_null(words_nearest(boards, "r"));
	assert_true(words_apart("zoneinfo", "zone") < words_apart("zones", "zonse"));
	assert_true(words_apart("zones", "zonse") < SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparisons_of_sizes_are_exact),
		cmocka_unit_test(and_binds_tighter_than_or_and_parentheses_tighter_than_both),
		cmocka_unit_test(sums_and_products_come_before_comparisons),
		cmocka_unit_test(a_name_may_have_the_signs_of_nodes_in_it),
		cmocka_unit_test(what_cannot_be_read_names_its_column),
		cmocka_unit_test(an_unknown_name_offers_the_nearest),
		cmocka_unit_test(deep_nesting_is_refused_and_long_negation_is_not),
		cmocka_unit_test(what_is_false_is_told_with_its_values),
		cmocka_unit_test(a_slip_is_one_letter_more_less_other_or_two_swapped),
		cmocka_unit_test(what_begins_with_the_word_is_nearer_than_a_slip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
