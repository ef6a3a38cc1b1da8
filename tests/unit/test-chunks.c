/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/chunks.h"

#define MOST	6000

struct row {
	uint64_t a;
	uint32_t b;
};

/* The rows as a plain array beside them. */
static struct arena arena;
static struct chunks chunks;
static struct row plain[MOST];
static size_t nr;
static uint64_t state = 1;

static size_t below(size_t n)
{
	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return n ? (size_t)(state >> 33) % n : 0;
}

static void start(void)
{
	nr = 0;
	chunks = (struct chunks){ .alloc = chunks_from_arena, .ctx = &arena, .width = sizeof(struct row) };
}

static void over(void)
{
	arena_deinit(&arena);
	arena = (struct arena){ 0 };
}

static void splice(size_t at, size_t nr_del, size_t nr_ins)
{
	static uint64_t next;
	static struct row ins[MOST], del[MOST];

	for (size_t i = 0; i < nr_ins; i++)
		ins[i] = (struct row){ .a = next++, .b = (uint32_t)at };
	assert_true(chunks_splice(&chunks, at, nr_del, del, ins, nr_ins));
	assert_memory_equal(del, plain + at, nr_del * sizeof(*plain));
	memmove(plain + at + nr_ins, plain + at + nr_del, (nr - at - nr_del) * sizeof(*plain));
	memcpy(plain + at, ins, nr_ins * sizeof(*plain));
	nr = nr - nr_del + nr_ins;
}

/* From row @at on each row comes, and then none. */
static void walked(size_t at)
{
	struct chunks_walk walk = chunks_walk_from(&chunks, at);

	for (size_t i = at; i < nr; i++)
		assert_memory_equal(chunks_next(&walk), &plain[i], sizeof(*plain));
	assert_null(chunks_next(&walk));
	assert_null(chunks_next(&walk));
}

static void same(void)
{
	static struct row copy[MOST];

	assert_int_equal(chunks.nr, nr);
	for (size_t i = 0; i < nr; i++)
		assert_memory_equal(chunks_row(&chunks, i), &plain[i], sizeof(*plain));
	chunks_copy(&chunks, 0, nr, copy);
	assert_memory_equal(copy, plain, nr * sizeof(*plain));
	walked(0);
	walked(below(nr + 1));
	walked(nr);
}

static void few_rows_are_a_plain_array(void **state_)
{
	(void)state_;
	start();
	for (size_t i = 0; i < CHUNK_ROWS; i++)
		splice(below(nr + 1), 0, 1);
	assert_int_equal(chunks.nr_chunks, 1);
	assert_memory_equal(chunks.rows[0], plain, nr * sizeof(*plain));
	splice(7, 0, 1);
	assert_true(chunks.nr_chunks > 1);
	same();
	splice(0, nr, 0);
	assert_int_equal(chunks.nr, 0);
	splice(0, 0, 3);
	same();
	over();
}

/* Rows that come at one end fill their chunks, and do not leave halves behind. */
static void rows_at_the_end_fill_chunks(void **state_)
{
	(void)state_;
	start();
	for (size_t i = 0; i < 10 * CHUNK_ROWS; i++)
		splice(nr, 0, 1);
	assert_in_range(chunks.nr_chunks, 10, 11);
	same();
	over();
}

static void many_rows_at_once(void **state_)
{
	static const size_t counts[] = { 1, CHUNK_ROWS / 2, CHUNK_ROWS / 2 + 1, CHUNK_ROWS, CHUNK_ROWS + 1, 3 * CHUNK_ROWS + 5 };

	(void)state_;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		for (size_t k = 0; k < ARRAY_SIZE(counts); k++) {
			start();
			splice(0, 0, counts[i]);
			splice(0, 0, counts[k]);
			splice(nr, 0, counts[k]);
			splice(below(nr), 0, counts[i]);
			same();
			splice(counts[k] / 2, nr - counts[k], counts[i]);
			same();
			over();
		}
}

static void any_changes_are_those_of_a_plain_array(void **state_)
{
	(void)state_;
	for (state = 1; state < 12; state++) {
		uint64_t seed = state;

		start();
		for (size_t i = 0; i < 3000; i++) {
			size_t at = below(nr + 1), del = below(8) ? min_u64(below(4), nr - at) : below(nr - at + 1);
			size_t ins = below(16) ? below(4) : below(700);

			if (nr - del + ins <= MOST)
				splice(at, del, ins);
			if (i % 100 == 0)
				same();
		}
		same();
		over();
		state = seed;
	}
}

/* The @n-th request for memory and those behind it fail. */
static void *fails_at(void *ctx, size_t bytes)
{
	size_t *left = ctx;

	return (*left)-- ? arena_alloc(&arena, bytes) : (++*left, NULL);
}

static void memory_that_is_not_there_is_told(void **state_)
{
	static struct row row;

	(void)state_;
	for (size_t n = 0; n < 8; n++) {
		size_t left = n;
		bool ok = true;

		start();
		chunks.alloc = fails_at;
		chunks.ctx = &left;
		for (size_t i = 0; i < 2000 && ok; i++)
			ok = chunks_splice(&chunks, 0, 0, NULL, &row, 1);
		assert_false(ok);
		over();
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_rows_are_a_plain_array),
		cmocka_unit_test(rows_at_the_end_fill_chunks),
		cmocka_unit_test(many_rows_at_once),
		cmocka_unit_test(any_changes_are_those_of_a_plain_array),
		cmocka_unit_test(memory_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
