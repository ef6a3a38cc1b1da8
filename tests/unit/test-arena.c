/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/arena.h"

#include <errno.h>
#include <stdalign.h>

static struct arena arena;
static struct mm_error error;

static int fresh(void **state)
{
	(void)state;
	memset(&arena, 0, sizeof(arena));
	memset(&error, 0, sizeof(error));
	return 0;
}

static int gone(void **state)
{
	(void)state;
	arena_deinit(&arena);
	return 0;
}

static void memory_is_zero_and_aligned_for_any_type(void **state)
{
	(void)state;
	for (size_t size = 0; size < 300; size++) {
		unsigned char *p = arena_alloc(&arena, size);

		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
	}
}

/*
 *   block 1 [aaaa____]    big [BBBBBBBBBBBBBBBB]    block 1 again [aaaabb__]
 */
static void a_large_piece_leaves_the_current_block_in_use(void **state)
{
	char *a = arena_alloc(&arena, 16), *big = arena_alloc(&arena, MIB(1)), *b = arena_alloc(&arena, 16);

	(void)state;
	assert_ptr_equal(b, a + 16);
	big[MIB(1) - 1] = 1;
	assert_true(arena.total >= MIB(1));
}

static void growing_copies_what_was_there_and_zeroes_the_rest(void **state)
{
	const int old[] = { 1, 2, 3 };
	int *new = arena_grow(&arena, old, 3, 6, sizeof(*new));

	(void)state;
	for (int i = 0; i < 6; i++)
		assert_int_equal(new[i], i < 3 ? i + 1 : 0);
}

/* 2, 4, 8 .. elements, and nothing moves as long as there is room. */
static void an_array_grows_to_twice_its_size(void **state)
{
	static const size_t caps[] = { 2, 2, 4, 4, 8, 8, 8, 8, 16 };
	size_t cap = 0;
	int *array = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(caps); i++) {
		int *before = array;
		size_t had = cap;

		array = arena_room(&arena, array, i, &cap, sizeof(*array));
		assert_int_equal(cap, caps[i]);
		assert_int_equal(array == before, had == cap);
		assert_int_equal(array[i], 0);
		array[i] = (int)i + 1;
		for (size_t k = 0; k <= i; k++)
			assert_int_equal(array[k], k + 1);
	}
}

/*
 *   block 1, 256 KiB  [ 16 | all the rest ]      full to the byte
 *   block 2           [ 16 | ...
 */
static void a_block_is_used_to_its_last_byte(void **state)
{
	char *first = arena_alloc(&arena, 1), *rest = arena_alloc(&arena, KIB(256) - 16);

	(void)state;
	assert_ptr_equal(rest, first + 16);
	assert_int_equal(arena.total, KIB(256));
	arena_alloc(&arena, 1);
	assert_int_equal(arena.total, KIB(512));
	/* As large as a block is no large piece; one more byte is, with its rounding. */
	arena_alloc(&arena, KIB(256));
	assert_int_equal(arena.total, KIB(768));
	arena_alloc(&arena, KIB(256) + 1);
	assert_int_equal(arena.total, KIB(1024) + 16);
	arena_deinit(&arena);
	assert_int_equal(arena.total, 0);
	assert_null(arena.blocks);
}

/* A text takes its characters and the end, rounded up to 16. */
static void texts_take_no_more_than_their_length(void **state)
{
	static const struct { const char *text; size_t bytes; } rows[] = {
		{ "", 16 }, { "fourteen chars", 16 }, { "fifteen chars..", 16 }, { "sixteen chars...", 32 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *p = arena_printf(&arena, "%s", rows[i].text), *q = arena_strdup(&arena, rows[i].text), *r = arena_alloc(&arena, 0);

		assert_int_equal(q - p, rows[i].bytes);
		assert_int_equal(r - q, rows[i].bytes);
		assert_int_equal((char *)arena_alloc(&arena, 1) - r, 16);
	}
}

/* Arrays of more than a block, which lie beside each other in the program's memory: the new one stays within its own. */
static void growing_leaves_the_old_array_as_it_was(void **state)
{
	size_t nr = 300000, cap = 400000;
	uint64_t *old = arena_array(&arena, nr, sizeof(*old)), *new;

	(void)state;
	for (size_t i = 0; i < nr; i++)
		old[i] = i + 1;
	new = arena_grow(&arena, old, nr, cap, sizeof(*new));
	for (size_t i = 0; i < nr; i++) {
		assert_int_equal(old[i], i + 1);
		assert_int_equal(new[i], i + 1);
	}
	for (size_t i = nr; i < cap; i++)
		assert_int_equal(new[i], 0);
	assert_int_equal(*(char *)arena_grow(&arena, NULL, 0, 1, 1), 0);
}

static void printf_takes_texts_of_any_length(void **state)
{
	char word[2000];

	(void)state;
	for (size_t len = 500; len < 530; len++) {
		memset(word, 'x', len);
		word[len] = '\0';
		assert_string_equal(arena_printf(&arena, "%s", word), word);
	}
	assert_string_equal(arena_printf(&arena, "%d-%s", 7, "a"), "7-a");
	assert_string_equal(arena_strdup(&arena, ""), "");
}

/* Runs @what with a place to land; the error number that it failed with, or 0. */
static int failure_of(void (*what)(void))
{
	jmp_buf landing;
	int err = setjmp(landing);

	if (err)
		return -err;
	arena.on_failure = &landing;
	arena.error = &error;
	what();
	return 0;
}

static void ask_too_much(void) { arena_alloc(&arena, ARENA_LIMIT_BYTES + 1); }
static void ask_for_an_overflow(void) { arena_array(&arena, SIZE_MAX / 2, 16); }
static void fail_by_hand(void) { arena_fail(&arena, -EINVAL, "no %s", "good"); }

static void ask_without_end(void)
{
	for (;;)
		arena_alloc(&arena, MIB(32));
}

static void what_is_too_large_is_refused_and_says_so(void **state)
{
	(void)state;
	assert_int_equal(failure_of(ask_too_much), -E2BIG);
	assert_non_null(strstr(error.text, "MiB"));
	assert_int_equal(failure_of(ask_for_an_overflow), -E2BIG);
	assert_int_equal(failure_of(ask_without_end), -E2BIG);
	assert_true(arena.total <= ARENA_LIMIT_BYTES);
}

static void failing_by_hand_passes_number_and_text(void **state)
{
	(void)state;
	assert_int_equal(failure_of(fail_by_hand), -EINVAL);
	assert_string_equal(error.text, "no good");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(memory_is_zero_and_aligned_for_any_type, fresh, gone),
		cmocka_unit_test_setup_teardown(a_large_piece_leaves_the_current_block_in_use, fresh, gone),
		cmocka_unit_test_setup_teardown(growing_copies_what_was_there_and_zeroes_the_rest, fresh, gone),
		cmocka_unit_test_setup_teardown(an_array_grows_to_twice_its_size, fresh, gone),
		cmocka_unit_test_setup_teardown(a_block_is_used_to_its_last_byte, fresh, gone),
		cmocka_unit_test_setup_teardown(texts_take_no_more_than_their_length, fresh, gone),
		cmocka_unit_test_setup_teardown(growing_leaves_the_old_array_as_it_was, fresh, gone),
		cmocka_unit_test_setup_teardown(printf_takes_texts_of_any_length, fresh, gone),
		cmocka_unit_test_setup_teardown(what_is_too_large_is_refused_and_says_so, fresh, gone),
		cmocka_unit_test_setup_teardown(failing_by_hand_passes_number_and_text, fresh, gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
