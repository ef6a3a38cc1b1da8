/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/cmdline.h"

#include <stdio.h>
#include <stdlib.h>

static struct arena arena;
static struct cmdline cmdline;

static int gone(void **state)
{
	(void)state;
	arena_deinit(&arena);
	memset(&cmdline, 0, sizeof(cmdline));
	return 0;
}

/* "name=value|name" */
static const char *parsed(const char *text)
{
	static char out[4096];
	size_t len = 0;

	memset(&cmdline, 0, sizeof(cmdline));
	cmdline_parse(&cmdline, &arena, text);
	*out = '\0';
	for (size_t i = 0; i < cmdline.nr; i++)
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%s%s%s", i ? "|" : "", cmdline.params[i].name,
					cmdline.params[i].value ? "=" : "", cmdline.params[i].value ? cmdline.params[i].value : "");
	return out;
}

static void words_are_separated_by_any_space(void **state)
{
	(void)state;
	assert_string_equal(parsed(""), "");
	assert_string_equal(parsed(" \t\n "), "");
	assert_string_equal(parsed("  a  b=1\tc= d==e "), "a|b=1|c=|d==e");
	assert_string_equal(parsed("=x"), "=x");
}

static void quotes_protect_spaces_around_a_word_or_a_value(void **state)
{
	(void)state;
	assert_string_equal(parsed("a=\"b c\" d"), "a=b c|d");
	assert_string_equal(parsed("\"a=b c\" d"), "a=b c|d");
	assert_string_equal(parsed("a=\"b c"), "a=b c");
	assert_string_equal(parsed("\""), "");
	assert_string_equal(parsed("a=\""), "a=");
	assert_string_equal(parsed("a=\"\" b"), "a=|b");
}

static void two_dashes_end_what_the_kernel_reads(void **state)
{
	(void)state;
	assert_string_equal(parsed("a -- b c"), "a");
	assert_string_equal(parsed("a --x b"), "a|--x|b");
}

static void dashes_and_underscores_are_the_same_in_names(void **state)
{
	(void)state;
	parsed("log-buf-len=1 log_buf_len=2 x");
	assert_string_equal(cmdline_value(&cmdline, "log_buf_len"), "2");
	assert_string_equal(cmdline_value(&cmdline, "log-buf_len"), "2");
	assert_string_equal(cmdline_value(&cmdline, "x"), "");
	assert_null(cmdline_value(&cmdline, "y"));
	assert_null(cmdline_value(&cmdline, "log_buf"));
}

static void sizes_take_any_base_and_suffixes_up_to_exa(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
		const char *rest;
	} sizes[] = {
		{ "64M", MIB(64), "" }, { "0x10k,x", KIB(16), ",x" }, { "010", 8, "" }, { "1g@2", GIB(1), "@2" }, { "1T", GIB(1024), "" },
		{ "2P", UINT64_C(2) << 50, "" }, { "1e", UINT64_C(1) << 60, "" }, { "", 0, "" }, { "x", 0, "x" }, { "-1", 0, "-1" },
		{ "18446744073709551616", 0, "" }, { "16E", 0, "" }, { "0x", 0, "x" }, { "08", 0, "8" }, { "12%", 12, "%" },
	};
	const char *rest;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		assert_int_equal(memparse(sizes[i].text, &rest), sizes[i].value);
		assert_string_equal(rest, sizes[i].rest);
	}
}

static void options_are_numbers_with_what_follows_them(void **state)
{
	const char *s = "3,-4-5,x";
	int value = 0;

	(void)state;
	assert_int_equal(get_option(&s, &value), 2);
	assert_int_equal(value, 3);
	assert_int_equal(get_option(&s, &value), 3);
	assert_int_equal(value, -4);
	assert_string_equal(s, "-5,x");
	s = "x";
	assert_int_equal(get_option(&s, &value), 0);
	s = "7";
	assert_int_equal(get_option(&s, &value), 1);
	assert_int_equal(value, 7);
	s = "";
	assert_int_equal(get_option(&s, &value), 0);
}

/* By the first letters alone; "t" and "f" count since 5.17. */
static void booleans_are_known_by_their_first_letters(void **state)
{
	static const struct {
		const char *text;
		int before, since;	/* -1: none */
	} rows[] = {
		{ "y", 1, 1 }, { "Yes", 1, 1 }, { "1", 1, 1 }, { "on", 1, 1 }, { "oN", 1, 1 }, { "n", 0, 0 }, { "Never", 0, 0 },
		{ "0", 0, 0 }, { "off", 0, 0 }, { "OF", 0, 0 }, { "t", -1, 1 }, { "True", -1, 1 }, { "f", -1, 0 }, { "False", -1, 0 },
		{ "", -1, -1 }, { "o", -1, -1 }, { "ox", -1, -1 }, { "2", -1, -1 }, { "x", -1, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool before = false, since = false;

		assert_int_equal(kstrtobool(rows[i].text, false, &before), rows[i].before >= 0);
		assert_int_equal(kstrtobool(rows[i].text, true, &since), rows[i].since >= 0);
		assert_int_equal(before, rows[i].before == 1);
		assert_int_equal(since, rows[i].since == 1);
	}
}

static void debug_messages_are_shown_when_asked_for(void **state)
{
	(void)state;
	parsed("");
	assert_true(!cmdline_shows_debug(&cmdline, 7) && cmdline_shows_debug(&cmdline, 8));
	parsed("debug");
	assert_true(cmdline_shows_debug(&cmdline, 7));
	parsed("debug quiet");
	assert_false(cmdline_shows_debug(&cmdline, 7));
	parsed("quiet loglevel=8");
	assert_true(cmdline_shows_debug(&cmdline, 7));
	parsed("ignore_loglevel quiet");
	assert_true(cmdline_shows_debug(&cmdline, 7));
}

static void no_text_makes_the_parser_read_past_its_end(void **state)
{
	static const char letters[] = "ab =\"-,_0 9kM\t\xff";
	char text[64];

	(void)state;
	srand(3);
	for (int round = 0; round < 20000; round++) {
		size_t len = (size_t)rand() % sizeof(text);
		char *exact;

		for (size_t i = 0; i < len; i++)
			text[i] = letters[(size_t)rand() % (sizeof(letters) - 1)];
		exact = malloc(len + 1);	/* so that the sanitizer sees the end */
		memcpy(exact, text, len);
		exact[len] = '\0';
		parsed(exact);
		memparse(exact, NULL);
		free(exact);
		if (round % 1000 == 0)
			arena_deinit(&arena);
	}
}

#define TEST(name) cmocka_unit_test_teardown(name, gone)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_are_separated_by_any_space),
		TEST(quotes_protect_spaces_around_a_word_or_a_value),
		TEST(two_dashes_end_what_the_kernel_reads),
		TEST(dashes_and_underscores_are_the_same_in_names),
		TEST(sizes_take_any_base_and_suffixes_up_to_exa),
		TEST(options_are_numbers_with_what_follows_them),
		TEST(booleans_are_known_by_their_first_letters),
		TEST(debug_messages_are_shown_when_asked_for),
		TEST(no_text_makes_the_parser_read_past_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
