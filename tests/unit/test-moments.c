/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers about moments are the same whether they are made for one question or for many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "daemon/answers/artifact.h"
#include "daemon/answers/moments.h"
#include "daemon/answers/run.h"

#include <cmocka.h>

static void render(const struct run *run, const char *name, struct bytes *out)
{
	struct mm_error error = { .offset = -1 };

	bytes_clear(out);
	if (artifact_render(run, name, out, &error))
		fail_msg("%s: %s", name, error.text);
}

static void assert_same(const struct run *alone, const struct run *many, const char *name)
{
	struct bytes a = { 0 }, b = { 0 };

	render(alone, name, &a);
	render(many, name, &b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	bytes_deinit(&a);
	bytes_deinit(&b);
}

/* The states of @board at every @step-th event; rows are written in advance up to event @prepared. */
static void compare_board(const char *board, size_t step, size_t prepared)
{
	struct mm_error error = { .offset = -1 };
	struct ask ask = { .board = board };
	struct request request;
	struct run alone, many;
	char name[64];

	assert_int_equal(request_resolve(&ask, &request, &error), 0);
	assert_int_equal(run_boot(&request, &alone, &error), 0);
	many = alone;
	many.moments = moments_new(many.mm);
	assert_non_null(many.moments);
	for (size_t i = 0; i < prepared && moments_prepare(many.moments); i += 64)
		;
	for (size_t seq = 0; seq < mm_nr_events(alone.mm); seq += step) {
		snprintf(name, sizeof(name), "state?at=%zu", seq);
		assert_same(&alone, &many, name);
	}
	assert_same(&alone, &many, "state?at=end");
	assert_same(&alone, &many, "state?at=end&numbers=decimal");
	assert_same(&alone, &many, "state/zones?at=mem_init");
	assert_same(&alone, &many, "state/zones.csv?at=end");
	assert_same(&alone, &many, "memblock.json?at=paging_init");
	moments_free(many.moments);
	run_deinit(&alone);
	request_deinit(&request);
}

static void each_event_of_a_board_without_anything_prepared(void **state)
{
	(void)state;
	compare_board("qemu-virt", 1, 0);
}

static void each_event_of_a_board_with_all_rows_written(void **state)
{
	(void)state;
	compare_board("rpi4-8g", 1, SIZE_MAX);
}

static void events_of_four_nodes_with_some_rows_written(void **state)
{
	(void)state;
	compare_board("numa4-asymmetric", 3, 300);
}

static void some_events_of_512_cpus(void **state)
{
	(void)state;
	compare_board("numa16-64t", 1499, 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_of_a_board_without_anything_prepared),
		cmocka_unit_test(each_event_of_a_board_with_all_rows_written),
		cmocka_unit_test(events_of_four_nodes_with_some_rows_written),
		cmocka_unit_test(some_events_of_512_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
