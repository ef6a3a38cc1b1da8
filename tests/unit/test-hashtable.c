/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/hashtable.h"

static struct mm_kernel kernel;

static void of_version(unsigned version, unsigned patchlevel, unsigned page_shift)
{
	kernel = (struct mm_kernel){
		.page_shift = page_shift, .page_size = UINT64_C(1) << page_shift,
	};
	kernel_set_release(&kernel, RELEASE(version, patchlevel, 0));
}

static const struct hash_want dentry = { .name = "Dentry cache", .bucket = 8, .scale = 13 };
static const struct hash_want inode = { .name = "Inode-cache", .bucket = 8, .scale = 14 };
static const struct hash_want pid = { .name = "PID", .bucket = 8, .scale = 18, .high = 4096, .small_shift = 4 };

static unsigned log2_for(const struct hash_want *want, uint64_t pages)
{
	return hash_log2_entries(&kernel, want, pages, pages);
}

/* 258048 pages: 1 GiB less its struct pages; as recorded boots of 4.9 to 6.7 print. */
static void one_gigabyte_gives_the_recorded_sizes(void **state)
{
	(void)state;
	of_version(6, 7, 12);
	assert_int_equal(log2_for(&dentry, 258048), 17);
	assert_int_equal(log2_for(&inode, 258048), 16);
	of_version(4, 9, 12);
	assert_int_equal(log2_for(&dentry, 258048), 17);
	assert_int_equal(log2_for(&pid, 258048), 12);
}

/* 16 KiB pages: the same bytes in a quarter of the pages. */
static void the_page_size_does_not_matter(void **state)
{
	(void)state;
	of_version(6, 12, 14);
	assert_int_equal(log2_for(&dentry, 258048 / 4), 17);
	assert_int_equal(log2_for(&inode, 258048 / 4), 16);
}

static void memory_is_rounded_up_to_megabytes(void **state)
{
	(void)state;
	of_version(6, 7, 12);
	/* 4096 entries need 8192 pages; one more page counts as 256 and doubles the table. */
	assert_int_equal(log2_for(&dentry, 8192), 12);
	assert_int_equal(log2_for(&dentry, 8193), 13);
}

/* bytes of RAM:  64 GiB  256 GiB   1 TiB    doubling of the table per fourfold memory since 4.13 */
static void huge_machines_get_tables_that_grow_slowly(void **state)
{
	(void)state;
	of_version(6, 7, 12);
	assert_int_equal(log2_for(&dentry, GIB(64) >> 12), 23);
	assert_int_equal(log2_for(&dentry, GIB(256) >> 12), 24);
	assert_int_equal(log2_for(&dentry, GIB(1024) >> 12), 25);
	of_version(4, 9, 12);
	assert_int_equal(log2_for(&dentry, GIB(256) >> 12), 25);
}

static void an_upper_bound_stops_adapting_and_growing(void **state)
{
	(void)state;
	of_version(4, 9, 12);
	assert_int_equal(log2_for(&pid, GIB(64) >> 12), 12);
}

static void a_small_table_may_be_less_than_a_page(void **state)
{
	(void)state;
	of_version(4, 9, 12);
	assert_int_equal(log2_for(&pid, 64), 4);
	assert_int_equal(log2_for(&dentry, 256), 9);	/* a page of buckets */
}

static void the_command_line_may_ask(void **state)
{
	struct hash_want want = dentry;

	(void)state;
	of_version(6, 7, 12);
	want.entries = 5000;
	assert_int_equal(log2_for(&want, 258048), 13);
	/* but not for more than a sixteenth of memory */
	want.entries = UINT64_MAX;
	assert_int_equal(log2_for(&want, 262144), 23);
}

static void a_lower_bound_holds(void **state)
{
	struct hash_want want = dentry;

	(void)state;
	of_version(6, 12, 12);
	want.entries = 1;
	want.low = 2;
	assert_int_equal(log2_for(&want, 258048), 1);
}

static void orders_below_a_page_are_negative_on_some_versions(void **state)
{
	(void)state;
	of_version(6, 7, 12);
	assert_int_equal(hash_printed_order(&kernel, MIB(1)), 8);
	assert_int_equal(hash_printed_order(&kernel, 512), -3);
	kernel_set_release(&kernel, RELEASE(6, 12, 107));
	assert_int_equal(hash_printed_order(&kernel, 512), 0);
	of_version(6, 18, 12);
	assert_int_equal(hash_printed_order(&kernel, MIB(1)), 8);
	assert_int_equal(hash_printed_order(&kernel, 512), 0);
	assert_int_equal(hash_printed_order(&kernel, MIB(1) + 1), 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_gigabyte_gives_the_recorded_sizes),
		cmocka_unit_test(the_page_size_does_not_matter),
		cmocka_unit_test(memory_is_rounded_up_to_megabytes),
		cmocka_unit_test(huge_machines_get_tables_that_grow_slowly),
		cmocka_unit_test(an_upper_bound_stops_adapting_and_growing),
		cmocka_unit_test(a_small_table_may_be_less_than_a_page),
		cmocka_unit_test(the_command_line_may_ask),
		cmocka_unit_test(a_lower_bound_holds),
		cmocka_unit_test(orders_below_a_page_are_negative_on_some_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
