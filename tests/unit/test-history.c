/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/boot.h"
#include "mmcore/kernel.h"

#include <stdio.h>
#include <string.h>

/* The builds that the conditions of rows tell apart. */
static const char *const options[] = { "NUMA", "NO_BOOTMEM", "SLUB" };

static struct mm_kernel *build(release_t release, unsigned set)
{
	struct mm_kernel *kernel = mm_kernel_new();

	for (unsigned i = 0; i < ARRAY_SIZE(options); i++)
		if (set & 1U << i)
			assert_int_equal(mm_kernel_set_number(kernel, "config", options[i], 1), 0);
	kernel_set_release(kernel, release);
	return kernel;
}

static const char *name_of(release_t release)
{
	static char name[32];

	snprintf(name, sizeof(name), "%u.%u.%u", RELEASE_VERSION(release), RELEASE_PATCHLEVEL(release), RELEASE_SUBLEVEL(release));
	return name;
}

static void versions_are_read_as_releases(void **state)
{
	static const struct {
		const char *text;
		release_t release;
	} rows[] = {
		{ "4.9", RELEASE(4, 9, 0) }, { "6.12.107+deb13-arm64", RELEASE(6, 12, 107) }, { "7.2-rc1", RELEASE(7, 2, 0) },
		{ "6.1.0-50-arm64", RELEASE(6, 1, 0) }, { "6.12.99999999", RELEASE(6, 12, 0xffff) }, { "6", 0 }, { "", 0 },
		{ "999.1", 0 }, { "6.999", 0 }, { "v6.1", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(release_parse(rows[i].text), rows[i].release);
}

static void mainline_releases_follow_each_other(void **state)
{
	static const unsigned turns[][2] = { HISTORY_TURNS };
	unsigned nr = 1, expected = RELEASE_PATCHLEVEL(HISTORY_ENDS) - RELEASE_PATCHLEVEL(HISTORY_BEGINS);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(turns); i++)
		expected += turns[i][1] + 1;
	for (release_t r = HISTORY_BEGINS; (r = release_next(r)); nr++)
		assert_true(r < HISTORY_ENDS);
	assert_int_equal(release_next(RELEASE(4, 20, 17)), RELEASE(5, 0, 0));
	assert_int_equal(release_next(RELEASE(6, 19, 0)), RELEASE(7, 0, 0));
	assert_int_equal(nr, expected);
}

/*
 * A change of 6.17, taken over by 6.12.47 and ended by 7.1 and 7.0.9:
 *   6.12: 46 no, 47 yes, 200 yes    6.16: no    6.17 yes    7.0: 8 yes, 9 no    7.1 no
 */
static void point_releases_take_changes_over(void **state)
{
	static const struct when when = { SINCE(6, 17), STABLE("6.6.3 6.12.47"), UNTIL(7, 1), UNTIL_STABLE("7.0.9") };
	static const struct {
		release_t release;
		bool covered;
	} rows[] = {
		{ RELEASE(6, 6, 2), false }, { RELEASE(6, 6, 3), true }, { RELEASE(6, 12, 46), false }, { RELEASE(6, 12, 47), true },
		{ RELEASE(6, 12, 200), true }, { RELEASE(6, 13, 60), false }, { RELEASE(6, 16, 12), false }, { RELEASE(6, 17, 0), true },
		{ RELEASE(7, 0, 8), true }, { RELEASE(7, 0, 9), false }, { RELEASE(7, 1, 0), false }, { RELEASE(7, 2, 12), false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (when_covers(&when, rows[i].release) != rows[i].covered)
			fail_msg("%s", name_of(rows[i].release));
}

static void evidence_in_the_image_beats_the_release_number(void **state)
{
	static const struct when when = { SINCE(6, 17), EVIDENCE("CMA_CHECKS_MEMORY") };
	struct mm_kernel *kernel = build(RELEASE(6, 12, 1), 0);

	(void)state;
	assert_false(when_applies(&when, kernel));
	mm_kernel_set_number(kernel, "evidence", "CMA_CHECKS_MEMORY", 1);
	assert_true(when_applies(&when, kernel));
	mm_kernel_free(kernel);
	kernel = build(RELEASE(6, 18, 0), 0);
	assert_true(when_applies(&when, kernel));
	mm_kernel_set_number(kernel, "evidence", "CMA_CHECKS_MEMORY", 0);
	assert_false(when_applies(&when, kernel));
	mm_kernel_free(kernel);
}

static void a_row_may_be_for_some_builds_only(void **state)
{
	static const struct when numa = { BUILT_WITH("NUMA") }, uma = { BUILT_WITHOUT("NUMA"), UNTIL(5, 0) };
	struct mm_kernel *with = build(RELEASE(4, 9, 0), 1), *without = build(RELEASE(4, 9, 0), 0), *later = build(RELEASE(5, 0, 0), 0);

	(void)state;
	assert_true(when_applies(&numa, with) && !when_applies(&uma, with));
	assert_true(!when_applies(&numa, without) && when_applies(&uma, without));
	assert_false(when_applies(&uma, later));
	mm_kernel_free(with);
	mm_kernel_free(without);
	mm_kernel_free(later);
}

/* ------------------------------------------------------------------- the list of steps */

/* In one release and build, a name stands in one row, and in others that say AGAIN. */
static void check_names(const struct mm_kernel *kernel)
{
	const struct boot_step *rows[512], *row;
	struct boot_walk walk = { 0 };
	size_t nr = 0;

	while ((row = boot_next(&walk, kernel))) {
		bool before = false;

		for (size_t i = 0; i < nr; i++)
			before |= !strcmp(rows[i]->name, row->name);
		if (before != row->when.again)
			fail_msg("%s: row of %s %s", name_of(kernel->release), row->name, before ? "is a second one" : "is not AGAIN");
		assert_true(nr < ARRAY_SIZE(rows));
		rows[nr++] = row;
	}
}

/* Nobody is called from nowhere: a row is at most one level below the one before it. */
static void check_depths(const struct mm_kernel *kernel)
{
	struct boot_walk walk = { 0 };
	const struct boot_step *row;
	unsigned before = 0, nr = 0;

	while ((row = boot_next(&walk, kernel))) {
		if (walk.depth > before + 1)
			fail_msg("%s: %s has depth %u below %u", name_of(kernel->release), row->name, walk.depth, before);
		before = walk.depth;
		nr++;
	}
	assert_in_range(nr, 150, 400);
}

static void for_each_build(void (*check)(const struct mm_kernel *kernel))
{
	for (release_t release = HISTORY_BEGINS; release; release = release_next(release))
		for (unsigned set = 0; set < 1U << ARRAY_SIZE(options); set++) {
			struct mm_kernel *kernel = build(release, set);

			check(kernel);
			mm_kernel_free(kernel);
		}
}

static void a_step_has_one_row_in_each_release(void **state)
{
	(void)state;
	for_each_build(check_names);
}

static void every_release_is_a_tree_of_calls(void **state)
{
	(void)state;
	for_each_build(check_depths);
}

/* Every row is somebody's. */
static void no_row_is_of_no_release(void **state)
{
	static bool seen[1024];

	(void)state;
	for (release_t release = HISTORY_BEGINS; release; release = release_next(release))
		for (unsigned set = 0; set < 1U << ARRAY_SIZE(options); set++) {
			struct mm_kernel *kernel = build(release, set);

			for (size_t i = 0; i < nr_boot_steps; i++)
				seen[i] |= when_applies(&boot_steps[i].when, kernel);
			mm_kernel_free(kernel);
		}
	for (size_t i = 0; i < nr_boot_steps; i++)
		if (!seen[i])
			fail_msg("%s, row %zu", boot_steps[i].name, i);
}

/* rest_init() is called by arch_call_rest_init() from 4.20 to 6.8, and by start_kernel() before and after. */
static void what_a_passing_caller_called_is_a_level_higher_without_it(void **state)
{
	static const struct {
		release_t release;
		unsigned depth;
	} rows[] = { { RELEASE(4, 9, 0), 1 }, { RELEASE(5, 10, 0), 2 }, { RELEASE(6, 7, 0), 2 }, { RELEASE(6, 12, 0), 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct mm_kernel *kernel = build(rows[i].release, 3);
		const struct boot_step *row;
		struct boot_walk walk = { 0 };

		while ((row = boot_next(&walk, kernel)) && strcmp(row->name, "rest_init"))
			;
		assert_non_null(row);
		assert_int_equal(walk.depth, rows[i].depth);
		row = boot_next(&walk, kernel);
		assert_int_equal(walk.depth, rows[i].depth + 1);
		mm_kernel_free(kernel);
	}
}

/* ------------------------------------------------------------------------------- rules */

static void for_each_table_of_rules(void (*check)(const struct change *rows, size_t nr))
{
	check(rules_history, nr_rules_history);
	check(arch_first()->rules->changes, arch_first()->rules->nr);
}

static bool same_field(const struct change *a, const struct change *b)
{
	return a->offset == b->offset;
}

static bool is_first_of_its_field(const struct change *rows, size_t i)
{
	return !i || !same_field(&rows[i], &rows[i - 1]);
}

/* No release falls between the rows of a field: what is no boolean begins with the history. */
static void check_beginning(const struct change *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (is_first_of_its_field(rows, i) && rows[i].size != sizeof(bool) && rows[i].when.since)
			fail_msg("%s has no value in 4.9", rows[i].field);
}

static void a_rule_has_a_value_in_every_release(void **state)
{
	(void)state;
	for_each_table_of_rules(check_beginning);
}

static void check_order(const struct change *rows, size_t nr)
{
	for (size_t i = 1; i < nr; i++) {
		const struct change *row = &rows[i], *before = &rows[i - 1];

		if (same_field(row, before)) {
			if (row->when.since <= before->when.since)
				fail_msg("%s = %s is not younger than the row above", row->field, row->value);
			if (row->size == before->size && !memcmp(row->set_to, before->set_to, row->size))
				fail_msg("%s = %s changes nothing", row->field, row->value);
			continue;
		}
		for (size_t k = 0; k < i; k++)
			if (same_field(row, &rows[k]))
				fail_msg("%s stands in two places", row->field);
	}
}

static void rows_of_a_rule_stand_together_oldest_first(void **state)
{
	(void)state;
	for_each_table_of_rules(check_order);
}

/* A boolean that begins as false needs no row for that. */
static void check_news(const struct change *rows, size_t nr)
{
	static const bool no;

	for (size_t i = 0; i < nr; i++)
		if (is_first_of_its_field(rows, i) && rows[i].size == sizeof(bool) && !memcmp(rows[i].set_to, &no, sizeof(no)))
			fail_msg("%s is false anyway", rows[i].field);
}

static void no_rule_is_set_to_what_it_is(void **state)
{
	(void)state;
	for_each_table_of_rules(check_news);
}

/* Of point releases that differ the nearest says most; of two as near the earlier one, which has less of what is new. */
static void a_release_is_near_one_that_was_recorded(void **state)
{
	static const struct {
		release_t release;
		const char *nearest;
	} rows[] = {
		{ RELEASE(6, 12, 0), "6.12.43" }, { RELEASE(6, 12, 50), "6.12.43" }, { RELEASE(6, 12, 51), "6.12.57" },
		{ RELEASE(6, 12, 107), "6.12.107" }, { RELEASE(6, 12, 300), "6.12.117" }, { RELEASE(4, 9, 337), "4.9.0" },
		{ RELEASE(6, 9, 3), NULL }, { RELEASE(6, 11, 0), NULL }, { RELEASE(8, 0, 0), NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *nearest = release_recorded(rows[i].release);

		if (rows[i].nearest)
			assert_string_equal(nearest, rows[i].nearest);
		else
			assert_null(nearest);
	}
}

static void a_rule_is_what_its_last_row_says(void **state)
{
	struct rules rules;

	(void)state;
	rules_at(&rules, RELEASE(4, 9, 0));
	assert_string_equal(rules.free_name, "   memblock_free");
	assert_int_equal(rules.max_reserved_regions, 16);
	rules_at(&rules, RELEASE(6, 12, 107));
	assert_string_equal(rules.free_name, "memblock_phys_free");
	assert_int_equal(rules.max_reserved_regions, 64);
	assert_false(rules.empty_type_counts_one);
}

/* ------------------------------------------------------------------ two kernels compared */

struct told {
	struct mm_change change[512];
	size_t nr;
};

static int keep(void *ctx, const struct mm_change *change)
{
	struct told *told = ctx;

	assert_true(told->nr < ARRAY_SIZE(told->change));
	told->change[told->nr++] = *change;
	return 0;
}

static struct told *compare(release_t release, release_t against)
{
	static struct told told;
	struct mm_kernel *kernel = build(release, 3), *other = against ? build(against, 3) : NULL;

	told.nr = 0;
	assert_int_equal(mm_kernel_changes(kernel, other, keep, &told), 0);
	mm_kernel_free(kernel);
	mm_kernel_free(other);
	return &told;
}

static const struct mm_change *about(const struct told *told, const char *kind, const char *subject)
{
	const struct mm_change *found = NULL;

	for (size_t i = 0; i < told->nr; i++)
		if (!strcmp(told->change[i].kind, kind) && !strcmp(told->change[i].subject, subject)) {
			assert_null(found);
			found = &told->change[i];
		}
	return found;
}

static void equal_releases_do_the_same(void **state)
{
	(void)state;
	assert_int_equal(compare(RELEASE(6, 12, 107), RELEASE(6, 12, 107))->nr, 0);
	assert_int_equal(compare(RELEASE(4, 9, 0), 0)->nr, 0);
}

static void what_is_new_is_told_with_its_release(void **state)
{
	const struct told *told = compare(RELEASE(6, 12, 107), RELEASE(6, 7, 3));
	const struct mm_change *change;

	(void)state;
	change = about(told, "rule", "kernel_reserved_from_text");
	assert_string_equal(change->was, "false");
	assert_string_equal(change->is, "true");
	assert_string_equal(change->release, "6.17");
	assert_string_equal(change->stable, "6.12.95");
	change = about(told, "step", "execmem_init");
	assert_null(change->was);
	assert_string_equal(change->is, "mm_core_init");
	assert_string_equal(change->release, "6.10");
	change = about(told, "step", "arch_call_rest_init");
	assert_string_equal(change->was, "start_kernel");
	assert_null(change->is);
	assert_string_equal(change->release, "6.9");
	assert_null(about(told, "step", "memblock_dump_all"));
	assert_null(about(told, "rule", "nofragment"));
}

static void a_step_that_moved_is_one_change(void **state)
{
	const struct mm_change *there = about(compare(RELEASE(6, 12, 0), RELEASE(6, 1, 0)), "step", "build_all_zonelists");
	struct mm_change forth = *there;
	const struct mm_change *back = about(compare(RELEASE(6, 1, 0), RELEASE(6, 12, 0)), "step", "build_all_zonelists");

	(void)state;
	assert_string_equal(forth.was, "start_kernel");
	assert_string_equal(forth.is, "mm_core_init");
	assert_string_equal(back->was, "mm_core_init");
	assert_string_equal(back->is, "start_kernel");
	assert_string_equal(forth.release, "6.4");
	assert_string_equal(back->release, "6.4");
}

/* Rows of one function follow each other where it was only moved or written anew; it came before, and went after all of them. */
static void a_step_that_moved_came_with_its_first_row(void **state)
{
	const struct mm_change *change;

	(void)state;
	change = about(compare(RELEASE(7, 2, 0), 0), "step", "maple_tree_init");
	assert_null(change->was);
	assert_string_equal(change->is, "start_kernel");
	assert_string_equal(change->release, "6.1");
	change = about(compare(RELEASE(7, 2, 0), 0), "step", "swiotlb_init");
	assert_string_equal(change->was, "mem_init");
	assert_null(change->is);
	assert_string_equal(change->release, "6.15");
	change = about(compare(0, RELEASE(7, 2, 0)), "step", "maple_tree_init");
	assert_null(change->is);
	assert_string_equal(change->release, "6.1");
	/* Called twice before and once since, by the same caller: it is still called. */
	assert_null(about(compare(RELEASE(7, 2, 0), 0), "step", "pr_notice"));
}

/* Neighbours differ by what the newer one changed, and nothing is lost on the way. */
static void every_release_is_told_by_its_number(void **state)
{
	(void)state;
	for (release_t before = HISTORY_BEGINS, release; (release = release_next(before)); before = release) {
		const struct told *told = compare(release, before);
		char number[16];

		snprintf(number, sizeof(number), "%u.%u", RELEASE_VERSION(release), RELEASE_PATCHLEVEL(release));
		for (size_t i = 0; i < told->nr; i++)
			if (strcmp(told->change[i].release, number))
				fail_msg("%s: %s is of %s", number, told->change[i].subject, told->change[i].release);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_read_as_releases),
		cmocka_unit_test(mainline_releases_follow_each_other),
		cmocka_unit_test(point_releases_take_changes_over),
		cmocka_unit_test(evidence_in_the_image_beats_the_release_number),
		cmocka_unit_test(a_row_may_be_for_some_builds_only),
		cmocka_unit_test(a_step_has_one_row_in_each_release),
		cmocka_unit_test(every_release_is_a_tree_of_calls),
		cmocka_unit_test(no_row_is_of_no_release),
		cmocka_unit_test(what_a_passing_caller_called_is_a_level_higher_without_it),
		cmocka_unit_test(a_rule_has_a_value_in_every_release),
		cmocka_unit_test(rows_of_a_rule_stand_together_oldest_first),
		cmocka_unit_test(no_rule_is_set_to_what_it_is),
		cmocka_unit_test(a_rule_is_what_its_last_row_says),
		cmocka_unit_test(a_release_is_near_one_that_was_recorded),
		cmocka_unit_test(equal_releases_do_the_same),
		cmocka_unit_test(what_is_new_is_told_with_its_release),
		cmocka_unit_test(a_step_that_moved_is_one_change),
		cmocka_unit_test(a_step_that_moved_came_with_its_first_row),
		cmocka_unit_test(every_release_is_told_by_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
