/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/pagetable.h"

#include <stdlib.h>

static struct arena arena;
static struct trace trace;
static struct pagetable pt;

static void begin(unsigned page_shift, unsigned levels)
{
	memset(&arena, 0, sizeof(arena));
	memset(&trace, 0, sizeof(trace));
	memset(&pt, 0, sizeof(pt));
	trace_init(&trace, &arena);
	trace_event(&trace, MM_NOTE, "test");
	pagetable_init(&pt, &trace, page_shift, levels);
}

static void end(void) { arena_deinit(&arena); }

static struct table_need need(uint64_t va, uint64_t pa, uint64_t size, bool blocks)
{
	return pagetable_need(&pt, &(struct mapping){ .va = va, .pa = pa, .size = size, .blocks = blocks, .what = "test" });
}

/* 1 GiB in pages of 4 KiB: one PUD table (512 GiB), one PMD table (1 GiB), 512 PTE tables (2 MiB each). */
static void pages_need_a_table_for_every_2_mib(void **state)
{
	struct table_need n;

	(void)state;
	begin(12, 4);
	n = need(0, 0, GIB(1), false);
	assert_int_equal(n.level[0], 512);
	assert_int_equal(n.level[1], 1);
	assert_int_equal(n.level[2], 1);
	assert_int_equal(n.total, 514);
	assert_string_equal(pagetable_need_text(&pt, &n), "PUD 1, PMD 1, PTE 512");
	assert_int_equal(need(0, 0, GIB(1), false).total, 0);
	end();
}

/*
 *   [ 2 MiB - 4 KiB | ... 1 GiB of 2 MiB blocks ... | 4 KiB ]
 *     PTE table                                       PTE table
 */
static void blocks_need_tables_only_at_their_ragged_ends(void **state)
{
	struct table_need n;

	(void)state;
	begin(12, 4);
	n = need(GIB(1) + 4096, GIB(1) + 4096, GIB(1), true);
	assert_int_equal(n.level[0], 2);
	assert_int_equal(n.level[1], 2);
	end();
	begin(12, 4);
	assert_int_equal(need(GIB(1), GIB(1), GIB(1), true).total, 1);	/* one 1 GiB block in a PUD table */
	end();
	begin(12, 4);
	/* The physical side is not aligned to 2 MiB: pages after all. */
	assert_int_equal(need(GIB(1), GIB(1) + 4096, MIB(2), true).level[0], 1);
	end();
}

static void tables_that_exist_are_not_needed_again(void **state)
{
	struct table_need n;

	(void)state;
	begin(12, 4);
	pagetable_exists(&pt, ROOT_SWAPPER, 0, MIB(4));
	n = need(MIB(2), MIB(2), MIB(4), false);
	assert_int_equal(n.level[0], 1);
	assert_int_equal(n.total, 1);
	end();
}

/* Every page's tables, one after the other, remembered in an array. */
struct naive {
	struct {
		unsigned level;
		uint64_t index;
	} table[8192];
	size_t nr;
};

static unsigned naive_new(struct naive *naive, unsigned level, uint64_t index)
{
	for (size_t i = 0; i < naive->nr; i++)
		if (naive->table[i].level == level && naive->table[i].index == index)
			return 0;
	assert_true(naive->nr < ARRAY_SIZE(naive->table));
	naive->table[naive->nr].level = level;
	naive->table[naive->nr++].index = index;
	return 1;
}

/* The kernel's walk of one range, entry by entry. */
static unsigned naive_walk(struct naive *naive, unsigned page_shift, unsigned levels, uint64_t va, uint64_t pa,
			   uint64_t size, bool blocks)
{
	uint64_t last = va + size;
	unsigned new = 0;

	while (va < last) {
		uint64_t step = UINT64_C(1) << page_shift;

		for (unsigned level = levels - 1; level > 0; level--) {
			uint64_t entry = UINT64_C(1) << (page_shift + level * (page_shift - 3));

			if (blocks && (level == 1 || (level == 2 && page_shift == 12)) && !((va | pa) & (entry - 1)) &&
			    last - va >= entry) {
				step = entry;
				break;
			}
			new += naive_new(naive, level - 1, va / entry);
		}
		va += step;
		pa += step;
	}
	return new;
}

static void the_closed_form_counts_what_a_walk_counts(void **state)
{
	static const unsigned shapes[][2] = { { 12, 4 }, { 12, 3 }, { 14, 4 }, { 14, 3 }, { 16, 3 } };
	static struct naive naive;

	(void)state;
	srand(5);
	for (int round = 0; round < 300; round++) {
		unsigned shift = shapes[round % 5][0], levels = shapes[round % 5][1];
		uint64_t page = UINT64_C(1) << shift;

		begin(shift, levels);
		naive.nr = 0;
		for (int k = 0; k < 4; k++) {
			uint64_t va = ((uint64_t)rand() % 4096) * (rand() % 2 ? page : MIB(32));
			uint64_t size = (1 + (uint64_t)rand() % 3000) * page;
			uint64_t pa = rand() % 3 ? va : va + ((uint64_t)rand() % 8) * page;
			bool blocks = rand() % 2;

			assert_int_equal(need(va, pa, size, blocks).total, naive_walk(&naive, shift, levels, va, pa, size, blocks));
		}
		end();
	}
}

static void terabytes_cost_no_more_than_a_page(void **state)
{
	(void)state;
	begin(12, 4);
	assert_int_equal(need(0, 0, UINT64_C(64) << 40, false).level[0], UINT64_C(32) << 20);
	assert_true(arena.total < MIB(1));
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_need_a_table_for_every_2_mib),
		cmocka_unit_test(blocks_need_tables_only_at_their_ragged_ends),
		cmocka_unit_test(tables_that_exist_are_not_needed_again),
		cmocka_unit_test(the_closed_form_counts_what_a_walk_counts),
		cmocka_unit_test(terabytes_cost_no_more_than_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
