/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zone_machine.h"

#include "mmcore/init_mm.h"

#define TEXT_VA UINT64_C(0xffff800080000000)

static struct zone_machine m;

/* The member's value in the table, or "" if this build has no such member. */
static const char *value_of(const char *member)
{
	const struct trace_rows *rows = &m.trace.rows[MM_INIT_MM];

	for (size_t i = 0; i < rows->nr; i++)
		if (!strcmp(rows->v[3 * i].s, member))
			return rows->v[3 * i + 1].s;
	return "";
}

static void start(unsigned version, unsigned patchlevel)
{
	zone_machine_init(&m, version, patchlevel);
	assert_int_equal(mm_kernel_set_number(m.kernel, "symbols", "init_pg_dir", 0x1000), 0);
	init_mm_static(&m.trace, m.kernel, TEXT_VA);
}

static void members_are_those_of_the_version(void **state)
{
	(void)state;
	start(4, 9);
	assert_string_equal(value_of("mm_rb"), "RB_ROOT");
	assert_string_equal(value_of("mmap_sem"), "unlocked");
	assert_string_equal(value_of("user_ns"), "");
	zone_machine_deinit(&m);
	start(7, 2);
	assert_string_equal(value_of("mm_rb"), "");
	assert_string_equal(value_of("mm_mt"), "MTREE_INIT_EXT");
	assert_string_equal(value_of("mmap_lock"), "unlocked");
	assert_string_equal(value_of("user_ns"), "");
	zone_machine_deinit(&m);
}

static void members_of_options_need_the_option(void **state)
{
	(void)state;
	start(6, 12);
	assert_string_equal(value_of("mm_lock_seq"), "");
	zone_machine_deinit(&m);
}

/* 4.9 and 6.12 start with the final table, the kernels between them with the boot one. */
static void pgd_starts_where_the_version_puts_it(void **state)
{
	(void)state;
	start(4, 9);
	assert_string_equal(value_of("pgd"), "swapper_pg_dir");
	zone_machine_deinit(&m);
	start(6, 7);
	assert_string_equal(value_of("pgd"), "init_pg_dir 0xffff800080001000");
	zone_machine_deinit(&m);
}

static void a_new_value_replaces_the_old_one_in_place(void **state)
{
	size_t rows;

	(void)state;
	start(6, 7);
	rows = m.trace.rows[MM_INIT_MM].nr;
	trace_event(&m.trace, MM_SET, "test");
	init_mm_set(&m.trace, "brk", "_end 0x1");
	assert_int_equal(m.trace.rows[MM_INIT_MM].nr, rows);
	assert_string_equal(value_of("brk"), "_end 0x1");
	assert_string_equal(value_of("init_task.active_mm"), "&init_mm");
	zone_machine_deinit(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_those_of_the_version),
		cmocka_unit_test(members_of_options_need_the_option),
		cmocka_unit_test(pgd_starts_where_the_version_puts_it),
		cmocka_unit_test(a_new_value_replaces_the_old_one_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
