/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/cache.h"
#include "daemon/serve/store.h"

static struct blob *ready_blob(size_t size)
{
	struct bytes bytes = { 0 };
	struct blob *blob;

	for (size_t i = 0; i < size; i++)
		bytes_putc(&bytes, 'x');
	blob = blob_of(&bytes);
	assert_non_null(blob);
	return blob;
}

static void add(struct cache *cache, const char *key, size_t size)
{
	struct blob *blob = ready_blob(size);

	assert_true(cache_add(cache, key, blob));
	blob_put(blob);
}

/*
 * room for three:  a b c
 * a is read:       b c a
 * d comes:           c a d
 */
static void the_least_recently_used_goes_first(void **state)
{
	struct cache cache = { .max_bytes = SIZE_MAX, .max_nr = 3 };

	(void)state;
	add(&cache, "a", 1);
	add(&cache, "b", 1);
	add(&cache, "c", 1);
	assert_non_null(cache_find(&cache, "a"));
	add(&cache, "d", 1);
	assert_null(cache_find(&cache, "b"));
	assert_non_null(cache_find(&cache, "c"));
	assert_non_null(cache_find(&cache, "a"));
	assert_int_equal(cache.nr, 3);
	assert_int_equal(cache.evictions, 1);
	cache_deinit(&cache);
	assert_int_equal(cache.bytes, 0);
}

static void bytes_are_bounded_but_the_newest_stays(void **state)
{
	struct cache cache = { .max_bytes = 20000, .max_nr = 100 };
	char key[8];

	(void)state;
	for (int i = 0; i < 50; i++) {
		snprintf(key, sizeof(key), "%d", i);
		add(&cache, key, 4000);
		assert_true(cache.bytes <= 20000);
	}
	add(&cache, "large", 50000);
	assert_int_equal(cache.nr, 1);
	assert_non_null(cache_find(&cache, "large"));
	cache_deinit(&cache);
}

static void what_is_on_its_way_stays(void **state)
{
	struct cache cache = { .max_bytes = SIZE_MAX, .max_nr = 1 };
	struct blob *pending = blob_new(false);

	(void)state;
	assert_true(cache_add(&cache, "pending", pending));
	add(&cache, "a", 1);
	add(&cache, "b", 1);
	assert_ptr_equal(cache_find(&cache, "pending"), pending);
	blob_ready(pending);
	cache_settle(&cache, "pending", pending, true);
	add(&cache, "c", 1);
	assert_null(cache_find(&cache, "pending"));
	blob_put(pending);
	cache_deinit(&cache);
}

static const struct store_limits limits = {
	.run_bytes = 1 << 20, .answer_bytes = 1 << 20, .runs = 100, .answers = 2,
};

static void the_second_asker_gets_the_first_ones(void **state)
{
	struct store *store = store_new(&limits);
	struct blob *first, *second;
	bool fresh;

	(void)state;
	first = store_answer(store, "run", "log", false, &fresh);
	assert_true(fresh);
	second = store_answer(store, "run", "log", false, &fresh);
	assert_false(fresh);
	assert_ptr_equal(first, second);
	assert_null(store_find_answer(store, "run", "events"));
	blob_ready(first);
	store_settled(store, "run", "log", first, true);
	blob_put(first);
	blob_put(second);
	store_free(store);
}

static void what_may_not_be_kept_is_asked_again(void **state)
{
	const struct blob_failure failure = { .err = -EIO, .code = "worker-crashed" };
	struct store *store = store_new(&limits);
	struct blob *first, *second;
	bool fresh;

	(void)state;
	first = store_answer(store, "run", "log", false, &fresh);
	blob_fail(first, &failure);
	store_settled(store, "run", "log", first, false);
	second = store_answer(store, "run", "log", false, &fresh);
	assert_true(fresh);
	assert_ptr_not_equal(first, second);
	/* The first one's end, told late, does not touch the second. */
	store_settled(store, "run", "log", first, false);
	assert_ptr_equal(store_find_answer(store, "run", "log"), second);
	blob_put(first);
	blob_put(second);
	blob_put(second);
	store_free(store);
}

static void answers_do_not_drive_out_runs(void **state)
{
	struct store *store = store_new(&limits);
	struct bytes packed = { 0 };
	struct blob *blob;
	char name[16];
	bool fresh;

	(void)state;
	bytes_puts(&packed, "inputs");
	assert_int_equal(store_add_run(store, "run", &packed), 1);
	assert_null(packed.data);
	bytes_puts(&packed, "inputs");
	assert_int_equal(store_add_run(store, "run", &packed), 0);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "state?at=%d", i);
		blob = store_answer(store, "run", name, false, &fresh);
		blob_ready(blob);
		store_settled(store, "run", name, blob, true);
		blob_put(blob);
	}
	blob = store_run(store, "run");
	assert_non_null(blob);
	assert_string_equal(blob->bytes.data, "inputs");
	blob_put(blob);
	store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_recently_used_goes_first),
		cmocka_unit_test(bytes_are_bounded_but_the_newest_stays),
		cmocka_unit_test(what_is_on_its_way_stays),
		cmocka_unit_test(the_second_asker_gets_the_first_ones),
		cmocka_unit_test(what_may_not_be_kept_is_asked_again),
		cmocka_unit_test(answers_do_not_drive_out_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
