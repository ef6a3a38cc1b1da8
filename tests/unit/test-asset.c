/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/base/asset.h"

static void every_path_is_found_and_they_are_sorted(void **state)
{
	(void)state;
	assert_true(nr_assets > 0);
	for (size_t i = 0; i < nr_assets; i++) {
		assert_ptr_equal(asset_find(assets[i].path), &assets[i]);
		if (i)
			assert_true(strcmp(assets[i - 1].path, assets[i].path) < 0);
	}
}

static void unknown_paths_are_not_found(void **state)
{
	(void)state;
	assert_null(asset_find(""));
	assert_null(asset_find("web"));
	assert_null(asset_find("web/index.html/"));
	assert_null(asset_find("web/../web/index.html"));
}

static void files_end_in_a_zero_byte_and_have_a_sha256(void **state)
{
	(void)state;
	for (size_t i = 0; i < nr_assets; i++) {
		assert_int_equal(assets[i].data[assets[i].size], 0);
		assert_int_equal(strspn(assets[i].etag, "0123456789abcdef"), 64);
		assert_int_equal(strlen(assets[i].etag), 64);
	}
}

static void gzipped_bytes_are_gzip_and_fewer(void **state)
{
	const struct asset *app = asset_find("web/app.js");

	(void)state;
	assert_non_null(app);
	assert_non_null(app->gz);
	for (size_t i = 0; i < nr_assets; i++) {
		if (!assets[i].gz)
			continue;
		assert_memory_equal(assets[i].gz, "\x1f\x8b\x08", 3);
		assert_true(assets[i].gz_size < assets[i].size);
	}
}

static void a_folder_is_a_range(void **state)
{
	const struct asset *begin, *end;
	size_t in_web = 0;

	(void)state;
	for (size_t i = 0; i < nr_assets; i++)
		in_web += !strncmp(assets[i].path, "web/", 4);
	asset_range("web/", &begin, &end);
	assert_int_equal(end - begin, in_web);
	assert_memory_equal(begin->path, "web/", 4);
	asset_range("nowhere/", &begin, &end);
	assert_ptr_equal(begin, end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_path_is_found_and_they_are_sorted),
		cmocka_unit_test(unknown_paths_are_not_found),
		cmocka_unit_test(files_end_in_a_zero_byte_and_have_a_sha256),
		cmocka_unit_test(gzipped_bytes_are_gzip_and_fewer),
		cmocka_unit_test(a_folder_is_a_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
