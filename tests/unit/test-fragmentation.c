/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Free blocks by order, and what that means for a request. */
#include "mmcore/fragmentation.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* 8 single pages and one block of 8: half of what is free cannot serve order 3, and order 3 would not fail. */
static void small_blocks_are_unusable_for_large_orders(void **state)
{
	const uint64_t nr_free[] = { 8, 0, 0, 1 };

	(void)state;
	assert_int_equal(unusable_free_index(nr_free, 4, 0), 0);
	assert_int_equal(unusable_free_index(nr_free, 4, 1), 500);
	assert_int_equal(unusable_free_index(nr_free, 4, 3), 500);
	assert_int_equal(fragmentation_index(nr_free, 4, 3), -1000);
}

/* 256 pages free one by one: order 4 wants 16, so it fails because they lie apart. */
static void much_in_pieces_is_fragmentation(void **state)
{
	const uint64_t nr_free[] = { 256, 0, 0, 0, 0 };

	(void)state;
	assert_int_equal(fragmentation_index(nr_free, 5, 4), 1000 - (1000 + 16 * 1000) / 256);
	assert_int_equal(unusable_free_index(nr_free, 5, 4), 1000);
}

/* One block of 4 for a request of 16: there is too little. */
static void little_is_lack_of_memory(void **state)
{
	const uint64_t nr_free[] = { 0, 0, 1, 0, 0 };

	(void)state;
	assert_int_equal(fragmentation_index(nr_free, 5, 4), 1000 - 1250);
}

static void nothing_free_is_wholly_unusable(void **state)
{
	const uint64_t nr_free[] = { 0, 0 };

	(void)state;
	assert_int_equal(unusable_free_index(nr_free, 2, 0), 1000);
	assert_int_equal(fragmentation_index(nr_free, 2, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_blocks_are_unusable_for_large_orders),
		cmocka_unit_test(much_in_pieces_is_fragmentation),
		cmocka_unit_test(little_is_lack_of_memory),
		cmocka_unit_test(nothing_free_is_wholly_unusable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
