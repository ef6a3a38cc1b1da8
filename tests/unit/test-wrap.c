/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "daemon/base/bytes.h"
#include "daemon/base/wrap.h"

#include <cmocka.h>

static void expect(struct bytes *out, const char *expected)
{
	assert_false(out->failed);
	assert_string_equal(bytes_text(out), expected);
	bytes_clear(out);
}

#define TEN	"123456789 "
#define NINETY	TEN TEN TEN TEN TEN TEN TEN TEN TEN

static void lines_break_between_words(void **state)
{
	struct bytes out = { 0 };

	(void)state;
	wrap_text(&out, NINETY "1234567890", 0, 4);
	expect(&out, NINETY "1234567890");
	wrap_text(&out, NINETY "12345678901", 0, 4);
	expect(&out, TEN TEN TEN TEN TEN TEN TEN TEN "123456789\n    12345678901");
	wrap_text(&out, NINETY "12345678 x", 1, 0);
	expect(&out, NINETY "12345678\nx");
	bytes_deinit(&out);
}

static void line_feeds_blanks_and_long_words_stay(void **state)
{
	char word[151];
	struct bytes out = { 0 };

	(void)state;
	wrap_text(&out, "a  b\nc", 0, 2);
	expect(&out, "a  b\n  c");
	memset(word, 'w', 150);
	word[150] = '\0';
	wrap_text(&out, word, 30, 2);
	expect(&out, word);
	bytes_deinit(&out);
}

/* Each of them takes two columns, and no line begins with a full stop. */
static void chinese_breaks_between_characters(void **state)
{
	struct bytes out = { 0 }, text = { 0 }, expected = { 0 };

	(void)state;
	for (int i = 0; i < 50; i++)
		bytes_puts(&text, "页");
	assert_int_equal(wrap_columns(text.data, text.len), 100);
	wrap_text(&out, bytes_text(&text), 0, 2);
	expect(&out, bytes_text(&text));
	bytes_puts(&text, "。");
	for (int i = 0; i < 49; i++)
		bytes_puts(&expected, "页");
	bytes_puts(&expected, "\n  页。");
	wrap_text(&out, bytes_text(&text), 0, 2);
	expect(&out, bytes_text(&expected));
	bytes_deinit(&out);
	bytes_deinit(&text);
	bytes_deinit(&expected);
}

/* A profile may hold anything. */
static void what_is_no_utf8_is_kept(void **state)
{
	struct bytes out = { 0 };

	(void)state;
	assert_int_equal(wrap_columns("\xe9\xa1", 2), 2);
	wrap_text(&out, "\xff\xe9\xa1 \xc3", 0, 0);
	expect(&out, "\xff\xe9\xa1 \xc3");
	bytes_deinit(&out);
}

static void what_was_written_is_broken_behind_its_start(void **state)
{
	struct bytes out = { 0 };

	(void)state;
	bytes_puts(&out, "first\n  ");
	wrap_written(&out, 6, 4);
	bytes_puts(&out, NINETY "12345678 x");
	wrap_written(&out, 6, 4);
	expect(&out, "first\n  " NINETY "12345678\n    x");
	bytes_deinit(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_break_between_words),
		cmocka_unit_test(line_feeds_blanks_and_long_words_stay),
		cmocka_unit_test(chinese_breaks_between_characters),
		cmocka_unit_test(what_is_no_utf8_is_kept),
		cmocka_unit_test(what_was_written_is_broken_behind_its_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
