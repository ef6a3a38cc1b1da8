/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/machine.h"

static struct mm mm;
#define trace	(&mm.trace)

static int fresh(void **state)
{
	(void)state;
	memset(&mm, 0, sizeof(mm));
	trace_init(trace, &mm.arena);
	return 0;
}

static int gone(void **state)
{
	(void)state;
	arena_deinit(&mm.arena);
	return 0;
}

static void count(const char *name, int64_t value)
{
	const union mm_value row[] = { V_STR(name), V_NUM(value), V_STR("pages") };

	trace_put(trace, MM_COUNTERS, row);
}

static const struct mm_splice *last_splice(void)
{
	const struct mm_event *event = mm_event(&mm, mm_nr_events(&mm) - 1);

	return event->nr_splices ? &event->splices[event->nr_splices - 1] : NULL;
}

static void an_event_keeps_its_facts_when_the_next_one_begins(void **state)
{
	const struct mm_event *event;

	(void)state;
	trace_event(trace, MM_ALLOC, "alloc");
	trace_arg(trace, FACT_HEX("base", 0x1000));
	trace_why(trace, WHY("me", FACT_NUM("node", 3), FACT_STR("what", "table")));
	trace_event(trace, MM_NOTE, "other");
	trace_arg(trace, FACT_NUM("base", 7));
	trace_finish(trace);
	event = mm_event(&mm, 0);
	assert_int_equal(event->nr_args, 1);
	assert_int_equal(event->args[0].value.u, 0x1000);
	assert_int_equal(event->nr_why, 2);
	assert_string_equal(event->owner, "me");
	assert_string_equal(event->why[1].value.s, "table");
	assert_int_equal(mm_event(&mm, 1)->args[0].value.i, 7);
	assert_string_equal(mm_event(&mm, 1)->owner, "");
}

static void steps_nest_and_know_their_events(void **state)
{
	(void)state;
	trace_enter(trace, "outer", "1", true, NULL);
	trace_enter(trace, "inner", "1", true, NULL);
	trace_event(trace, MM_NOTE, "work");
	trace_leave(trace);
	trace_enter(trace, "greyed", "1", false, "nothing");
	trace_leave(trace);
	trace_leave(trace);
	assert_int_equal(mm_nr_steps(&mm), 3);
	assert_int_equal(mm_find_step(&mm, "inner"), 1);
	assert_int_equal(mm_find_step(&mm, "none"), -1);
	assert_int_equal(mm_step(&mm, 1)->parent, 0);
	assert_int_equal(mm_step(&mm, 1)->depth, 1);
	assert_int_equal(mm_step(&mm, 1)->first_seq, 1);
	assert_int_equal(mm_step(&mm, 1)->last_seq, 3);
	assert_int_equal(mm_step(&mm, 2)->parent, 0);
	assert_int_equal(mm_step(&mm, 0)->last_seq, mm_nr_events(&mm) - 1);
	assert_int_equal(trace->step, -1);
}

/*
 *   before  [a 1][b 2][c 3]
 *   put b 5 [a 1][b 5][c 3]     one splice at 1, old row b 2
 *   put d 4 [a 1][b 5][c 3][d 4]
 */
static void a_row_is_replaced_where_its_key_stands(void **state)
{
	(void)state;
	trace_event(trace, MM_SET, "set");
	count("a", 1);
	count("b", 2);
	count("c", 3);
	count("b", 5);
	assert_int_equal(last_splice()->at, 1);
	assert_int_equal(last_splice()->nr_del, 1);
	assert_int_equal(last_splice()->del[1].i, 2);
	assert_int_equal(last_splice()->ins[1].i, 5);
	count("d", 4);
	assert_int_equal(last_splice()->at, 3);
	assert_int_equal(last_splice()->nr_del, 0);
	trace_event(trace, MM_SET, "set");
	count("d", 4);
	assert_null(last_splice());
}

/*
 *   old [1][2][3][4][5]
 *   new [1][9][4][5]         only [2][3] -> [9] is said
 */
static void syncing_says_only_what_differs(void **state)
{
	static const char *const olds[] = { "1", "2", "3", "4", "5" }, *const news[] = { "1", "9", "4", "5" };
	union mm_value old[15], new[12];

	(void)state;
	for (size_t i = 0; i < 5; i++)
		memcpy(old + 3 * i, ((union mm_value[]){ V_STR(olds[i]), V_NUM(0), V_STR("") }), 3 * sizeof(*old));
	for (size_t i = 0; i < 4; i++)
		memcpy(new + 3 * i, ((union mm_value[]){ V_STR(news[i]), V_NUM(0), V_STR("") }), 3 * sizeof(*new));
	trace_event(trace, MM_SET, "set");
	trace_sync(trace, MM_COUNTERS, old, 5);
	trace_event(trace, MM_SET, "set");
	trace_sync(trace, MM_COUNTERS, new, 4);
	assert_int_equal(last_splice()->at, 1);
	assert_int_equal(last_splice()->nr_del, 2);
	assert_int_equal(last_splice()->nr_ins, 1);
	trace_event(trace, MM_SET, "set");
	trace_sync(trace, MM_COUNTERS, new, 4);
	assert_null(last_splice());
}

static void the_state_at_an_event_is_its_splices_applied_forwards(void **state)
{
	struct mm_state *then = NULL;

	(void)state;
	for (int i = 0; i < 50; i++) {
		char *name = arena_printf(&mm.arena, "%d", i);

		trace_event(trace, MM_SET, "set");
		count(name, i);
		if (i % 3 == 2)
			trace_splice(trace, MM_COUNTERS, (size_t)i / 3, 1, NULL, 0);
	}
	trace_finish(trace);
	/* 30 events: rows 0..29 came, ten of them went: 0, 2, 4 ... by the shift of earlier ones. */
	assert_int_equal(mm_state_at(&mm, 29, &then), 0);
	assert_int_equal(mm_state_nr_rows(then, MM_COUNTERS), 20);
	assert_string_equal(mm_state_row(then, MM_COUNTERS, 0)[0].s, "1");
	assert_string_equal(mm_state_row(then, MM_COUNTERS, 19)[0].s, "29");
	mm_state_free(then);
	assert_int_equal(mm_state_at(&mm, 49, &then), 0);
	assert_int_equal(mm_state_nr_rows(then, MM_COUNTERS), trace->rows[MM_COUNTERS].nr);
	for (size_t i = 0; i < trace->rows[MM_COUNTERS].nr; i++)
		assert_true(row_equal(mm_table_def(MM_COUNTERS), mm_state_row(then, MM_COUNTERS, i), trace->rows[MM_COUNTERS].v + 3 * i));
	mm_state_free(then);
	mm_state_free(NULL);
}

/* Rows come, go and are replaced, one or more than a hundred at a time, by an order that only looks random. */
static void publish_many_changes(void)
{
	union mm_value rows[3 * 150];
	uint32_t lot = 1;

	for (int i = 0; i < 150; i++)
		memcpy(rows + 3 * i, ((union mm_value[]){ V_STR("x"), V_NUM(i), V_STR("") }), 3 * sizeof(*rows));
	for (int i = 0; i < 2000; i++) {
		size_t nr = trace->rows[MM_COUNTERS].nr, at, del, ins;

		lot = lot * 1103515245 + 12345;
		at = nr ? (lot >> 8) % nr : 0;
		del = (lot >> 4) % 3 && nr < 2000 ? 0 : (lot >> 12) % (nr - at + 1);
		ins = i % 50 ? (lot >> 16) % 4 : 150;
		rows[1].i = i;
		trace_event(trace, MM_SET, "set");
		trace_splice(trace, MM_COUNTERS, at, del, rows, ins);
	}
	trace_finish(trace);
}

static void assert_same_rows(const struct mm_state *a, const struct mm_state *b)
{
	assert_int_equal(mm_state_nr_rows(a, MM_COUNTERS), mm_state_nr_rows(b, MM_COUNTERS));
	for (size_t i = 0; i < mm_state_nr_rows(a, MM_COUNTERS); i++)
		assert_true(row_equal(mm_table_def(MM_COUNTERS), mm_state_row(a, MM_COUNTERS, i), mm_state_row(b, MM_COUNTERS, i)));
}

static void a_state_from_a_checkpoint_is_the_one_from_the_start(void **state)
{
	struct mm_timeline *timeline = NULL;
	struct mm_state *replayed, *jumped;

	(void)state;
	publish_many_changes();
	assert_int_equal(mm_timeline_new(&mm, &timeline), 0);
	for (size_t seq = 0; seq <= mm_nr_events(&mm); seq++) {
		assert_int_equal(mm_state_at(&mm, seq, &replayed), 0);
		assert_int_equal(mm_timeline_state(timeline, seq, &jumped), 0);
		assert_same_rows(replayed, jumped);
		mm_state_free(replayed);
		mm_state_free(jumped);
	}
	mm_timeline_free(timeline);
	mm_timeline_free(NULL);
}

static void rows_of_a_timelines_states_are_known_by_their_numbers(void **state)
{
	struct mm_timeline *timeline = NULL;
	const uint32_t *numbers = NULL;
	struct mm_state *then;

	(void)state;
	/* a; a b; a B: B took b's place. */
	trace_event(trace, MM_SET, "set");
	count("a", 1);
	trace_event(trace, MM_SET, "set");
	count("b", 2);
	trace_event(trace, MM_SET, "set");
	count("b", 3);
	trace_finish(trace);
	assert_int_equal(mm_nr_rows_brought(&mm), 3);
	assert_int_equal(mm_timeline_new(&mm, &timeline), 0);
	for (size_t seq = 0; seq < 3; seq++) {
		assert_int_equal(mm_timeline_state(timeline, seq, &then), 0);
		assert_int_equal(mm_state_numbers(then, MM_COUNTERS, 0, &numbers), seq ? 2 : 1);
		assert_int_equal(numbers[0], 0);
		if (seq)
			assert_int_equal(numbers[1], seq);
		mm_state_free(then);
	}
	mm_timeline_free(timeline);
}

static void a_panic_ends_the_log_with_the_kernels_words(void **state)
{
	jmp_buf landing;
	const struct mm_event *event;

	(void)state;
	trace->on_panic = &landing;
	if (!setjmp(landing))
		trace_panic(trace, "f", "out of %s", "memory");
	assert_true(mm_panicked(&mm));
	event = mm_event(&mm, mm_nr_events(&mm) - 1);
	assert_int_equal(event->kind, MM_PROBLEM);
	assert_string_equal(event->printk[0], "Kernel panic - not syncing: out of memory");
}

static void every_table_and_kind_has_a_name(void **state)
{
	(void)state;
	for (int t = 0; t < MM_NR_TABLES; t++) {
		const struct mm_table_def *def = mm_table_def((enum mm_table_id)t);

		assert_non_null(def->name);
		assert_string_equal(def->columns[0].name, "key");
		for (int other = 0; other < t; other++)
			assert_string_not_equal(def->name, mm_table_def((enum mm_table_id)other)->name);
	}
	for (int k = 0; k < MM_NR_KINDS; k++)
		assert_non_null(mm_kind_name((enum mm_kind)k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_event_keeps_its_facts_when_the_next_one_begins, fresh, gone),
		cmocka_unit_test_setup_teardown(steps_nest_and_know_their_events, fresh, gone),
		cmocka_unit_test_setup_teardown(a_row_is_replaced_where_its_key_stands, fresh, gone),
		cmocka_unit_test_setup_teardown(syncing_says_only_what_differs, fresh, gone),
		cmocka_unit_test_setup_teardown(the_state_at_an_event_is_its_splices_applied_forwards, fresh, gone),
		cmocka_unit_test_setup_teardown(a_state_from_a_checkpoint_is_the_one_from_the_start, fresh, gone),
		cmocka_unit_test_setup_teardown(rows_of_a_timelines_states_are_known_by_their_numbers, fresh, gone),
		cmocka_unit_test_setup_teardown(a_panic_ends_the_log_with_the_kernels_words, fresh, gone),
		cmocka_unit_test_setup_teardown(every_table_and_kind_has_a_name, fresh, gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
