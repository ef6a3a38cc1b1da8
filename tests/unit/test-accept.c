/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/http/accept.h"

static const char *const offers[] = { "application/json", "text/plain", "text/event-stream" };

static int best(const char *accept)
{
	return accept_best(accept, offers, 3);
}

static void anything_gets_the_first(void **state)
{
	(void)state;
	assert_int_equal(best(NULL), 0);
	assert_int_equal(best(""), 0);
	assert_int_equal(best("*/*"), 0);
	assert_int_equal(best("image/png, */*;q=0.1"), 0);
	assert_int_equal(accept_best(NULL, offers, 0), -1);
}

static void quality_decides(void **state)
{
	(void)state;
	assert_int_equal(best("application/json;q=0.2, text/plain;q=0.9"), 1);
	assert_int_equal(best("application/json; q=0.2 , text/event-stream ;q=1.000"), 2);
	assert_int_equal(best("text/plain;q=0.001, application/json;q=0"), 1);
	assert_int_equal(best("text/plain, text/event-stream"), 1);
}

static void the_most_precise_range_decides(void **state)
{
	(void)state;
	assert_int_equal(best("*/*, application/json;q=0"), 1);
	assert_int_equal(best("text/*, text/plain;q=0"), 2);
	assert_int_equal(best("text/*;q=0, */*"), 0);
	assert_int_equal(best("text/event-stream, */*;q=0.5"), 2);
}

static void nothing_fits(void **state)
{
	(void)state;
	assert_int_equal(best("image/png"), -1);
	assert_int_equal(best("*/*;q=0"), -1);
	assert_int_equal(best("text/plain;q=nonsense"), -1);
	assert_int_equal(best("text/plai"), -1);
	assert_int_equal(best("text/plainer"), -1);
	assert_int_equal(best(", ;;, ,;q=1"), -1);
	assert_int_equal(best("text/"), -1);
}

static int coding(const char *accept_encoding)
{
	return accept_coding(accept_encoding, 1u << CODING_GZIP | 1u << CODING_ZSTD, NULL);
}

static void a_coding_is_taken_only_where_it_is_named(void **state)
{
	(void)state;
	assert_int_equal(coding(NULL), CODING_IDENTITY);
	assert_int_equal(coding(""), CODING_IDENTITY);
	assert_int_equal(coding("gzip"), CODING_GZIP);
	assert_int_equal(coding("GZIP;q=0.8, br;q=1.0, *;q=0.1"), CODING_GZIP);
	assert_int_equal(coding("deflate, gzip, br, zstd"), CODING_ZSTD);
	assert_int_equal(coding("*"), CODING_GZIP);
	assert_int_equal(coding("br, deflate"), CODING_IDENTITY);
	assert_int_equal(coding("gzip;q=0, *"), CODING_IDENTITY);
	assert_int_equal(coding("xgzip, gzipx, zst"), CODING_IDENTITY);
	assert_int_equal(accept_coding("zstd, gzip", 1u << CODING_GZIP, NULL), CODING_GZIP);
}

static void quality_decides_between_codings(void **state)
{
	(void)state;
	assert_int_equal(coding("gzip;q=0.9, zstd;q=0.8"), CODING_GZIP);
	assert_int_equal(coding("gzip;q=0.5, identity"), CODING_IDENTITY);
	assert_int_equal(coding("gzip;q=0.001"), CODING_GZIP);
	assert_int_equal(coding("gzip, identity"), CODING_GZIP);
}

static void identity_can_be_ruled_out(void **state)
{
	bool must;

	(void)state;
	assert_int_equal(coding("identity;q=0"), -1);
	assert_int_equal(coding("*;q=0"), -1);
	assert_int_equal(coding("br, *;q=0"), -1);
	assert_int_equal(coding("identity, *;q=0"), CODING_IDENTITY);
	assert_int_equal(coding("zstd, *;q=0"), CODING_ZSTD);
	accept_coding("zstd, identity;q=0", 1u << CODING_ZSTD, &must);
	assert_true(must);
	accept_coding("zstd", 1u << CODING_ZSTD, &must);
	assert_false(must);
}

static void tags_match_as_lists(void **state)
{
	(void)state;
	assert_true(etag_matches("\"a\"", "\"a\""));
	assert_true(etag_matches("\"b\" , W/\"a\"", "\"a\""));
	assert_true(etag_matches("*", "\"a\""));
	assert_false(etag_matches(NULL, "\"a\""));
	assert_false(etag_matches("\"ab\", \"b\", a, \"", "\"a\""));
	assert_false(etag_matches("W/", "\"a\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anything_gets_the_first),
		cmocka_unit_test(quality_decides),
		cmocka_unit_test(the_most_precise_range_decides),
		cmocka_unit_test(nothing_fits),
		cmocka_unit_test(a_coding_is_taken_only_where_it_is_named),
		cmocka_unit_test(quality_decides_between_codings),
		cmocka_unit_test(identity_can_be_ruled_out),
		cmocka_unit_test(tags_match_as_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
