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

/* Of addresses so wide that all levels are in use. */
static unsigned va_bits(unsigned page_shift, unsigned levels)
{
	return page_shift + levels * (page_shift - 3);
}

static void begin(unsigned page_shift, unsigned levels)
{
	memset(&arena, 0, sizeof(arena));
	memset(&trace, 0, sizeof(trace));
	memset(&pt, 0, sizeof(pt));
	trace_init(&trace, &arena);
	trace_event(&trace, MM_NOTE, "test");
	pagetable_init(&pt, &trace, page_shift, levels, va_bits(page_shift, levels));
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

/* "4:0+1 2:0+2": level, first entry, entries; the root's first. */
static const char *text_of(const struct mm_list *list)
{
	const char *text = "";

	for (size_t i = 0; i < list->nr; i += 3)
		text = arena_printf(&arena, "%s%s%lld:%lld+%lld", text, i ? " " : "", (long long)list->v[i],
				    (long long)list->v[i + 1], (long long)list->v[i + 2]);
	return text;
}

static const union mm_value *row(size_t index)
{
	const struct trace_rows *rows = &trace.rows[MM_PAGETABLES];

	assert_true(index < rows->nr);
	return rows->v + index * mm_table_def(MM_PAGETABLES)->nr_columns;
}

/* By their place in the row. */
enum { LEVEL = 2, COUNT, BASE, STEP, VA, MAPS, SIZE, PA, TABLES, BLOCKS, PAGES };

/* Map, and publish as one row: its tables lie at 16 MiB. */
static const union mm_value *map(struct mapping mapping)
{
	struct table_need n = pagetable_need(&pt, &mapping);

	pagetable_publish(&pt, &mapping, &n, n.total ? MIB(16) : 0, n.total, n.total ? 4096 : 0);
	return row(trace.rows[MM_PAGETABLES].nr - 1);
}

/*
 *   GiB 0      1                       2              3
 *       |......[ ragged | 2 MiB blocks | 1 GiB block  | 2 MiB blocks | ragged ]
 *   PTE          511 pages                                             1 page
 *   PMD          [512] table, [513..] blocks           [1536..] blocks, table
 *   PUD        [1] table                 [2] block      [3] table
 *   PGD        [0] table
 */
static void a_row_tells_which_entries_became_what(void **state)
{
	const union mm_value *r;

	(void)state;
	begin(12, 4);
	r = map((struct mapping){ ROOT_SWAPPER, GIB(1) + 4096, GIB(5) + 4096, GIB(2) + MIB(4), BLOCKS_ALLOWED, "test" });
	assert_string_equal(text_of(r[TABLES].list), "4:0+1 2:1+1 2:3+1 1:512+1 1:1538+1");
	assert_string_equal(text_of(r[BLOCKS].list), "2:2+1 1:513+511 1:1536+2");
	assert_string_equal(text_of(r[PAGES].list), "0:262145+511 0:787456+1");
	assert_int_equal(r[COUNT].i, 5);	/* PUD, two PMD, two PTE tables */
	assert_int_equal(r[SIZE].u, GIB(2) + MIB(4));
	assert_int_equal(r[PA].u, GIB(5) + 4096);
	end();
}

/*
 *   first:   [ page 0 ]                   takes PUD, PMD and PTE table
 *   second:            [ page 1 ]         walks through the same ones
 */
static void a_mapping_that_needs_no_table_has_a_row_too(void **state)
{
	const union mm_value *r;

	(void)state;
	begin(12, 4);
	map((struct mapping){ ROOT_SWAPPER, 0, 0, 4096, BLOCKS_NEVER, "first" });
	r = map((struct mapping){ ROOT_SWAPPER, 4096, MIB(1), 4096, BLOCKS_NEVER, "second" });
	assert_int_equal(r[0].i, 1);
	assert_string_equal(r[LEVEL].s, "");
	assert_int_equal(r[COUNT].i, 0);
	assert_int_equal(r[BASE].u, 0);
	assert_string_equal(text_of(r[TABLES].list), "4:0+1 2:0+1 1:0+1");
	assert_string_equal(text_of(r[BLOCKS].list), "");
	assert_string_equal(text_of(r[PAGES].list), "0:1+1");
	end();
}

/* Its tables did not fit into one place: the bytes and entries are told once. */
static void a_second_row_of_a_mapping_only_goes_on(void **state)
{
	const struct mapping mapping = { ROOT_SWAPPER, 0, 0, MIB(4), BLOCKS_NEVER, "test" };
	struct table_need n;

	(void)state;
	begin(12, 4);
	n = pagetable_need(&pt, &mapping);
	assert_int_equal(n.total, 4);
	pagetable_publish(&pt, &mapping, &n, MIB(16), 3, -4096);
	pagetable_publish(&pt, &mapping, &n, MIB(8), 1, -4096);
	assert_int_equal(row(0)[SIZE].u, MIB(4));
	assert_string_equal(text_of(row(0)[PAGES].list), "0:0+1024");
	assert_int_equal(row(1)[COUNT].i, 1);
	assert_int_equal(row(1)[SIZE].u, 0);
	assert_int_equal(row(1)[TABLES].list->nr + row(1)[BLOCKS].list->nr + row(1)[PAGES].list->nr, 0);
	end();
}

/*
 * Kernel addresses are the upper end of 64 bits, but the root translates only
 * va_bits of them.  16K pages and 47 bits: three levels, PUD and P4D are folded.
 *
 *   0xffffc00080010000 = 47 bits' 0x400080010000: PGD 1024, PMD 2097216, PTE 4295098372
 */
static void entries_are_counted_within_the_roots_addresses(void **state)
{
	const union mm_value *r;

	(void)state;
	begin(14, 3);
	r = map((struct mapping){ ROOT_SWAPPER, UINT64_C(0xffffc00080010000), 0, 16384, BLOCKS_ALLOWED, "test" });
	assert_string_equal(text_of(r[TABLES].list), "4:1024+1 1:2097216+1");
	assert_string_equal(text_of(r[PAGES].list), "0:4295098372+1");
	end();
	/* 48 bits need a fourth level, of whose root only two entries are in use. */
	begin(14, 4);
	pt.va_bits = 48;
	r = map((struct mapping){ ROOT_SWAPPER, UINT64_C(0xffffc00080010000), 0, 16384, BLOCKS_ALLOWED, "test" });
	assert_string_equal(text_of(r[TABLES].list), "4:1+1 2:3072+1 1:6291520+1");
	end();
}

/*
 *   alias:    . . [1 MiB pages] . .           one PTE table
 *   all RAM:  [block][  table  ][block][block]
 */
static void a_table_is_not_replaced_by_a_block(void **state)
{
	const union mm_value *r;

	(void)state;
	begin(12, 4);
	map((struct mapping){ ROOT_SWAPPER, MIB(2), MIB(2), MIB(1), BLOCKS_ALLOWED, "alias" });
	r = map((struct mapping){ ROOT_SWAPPER, 0, 0, MIB(8), BLOCKS_ALLOWED, "linear map" });
	assert_int_equal(r[COUNT].i, 0);
	assert_string_equal(text_of(r[TABLES].list), "4:0+1 2:0+1 1:1+1");
	assert_string_equal(text_of(r[BLOCKS].list), "1:0+1 1:2+2");
	assert_string_equal(text_of(r[PAGES].list), "0:512+512");
	/* Nor is a PMD table by a GiB. */
	r = map((struct mapping){ ROOT_SWAPPER, 0, 0, GIB(2), BLOCKS_ALLOWED, "linear map" });
	assert_string_equal(text_of(r[BLOCKS].list), "2:1+1 1:0+1 1:2+510");
	end();
}

/* Struct pages come as PMD blocks from anywhere: 2 GiB of them are 1024 entries, not two. */
static void scattered_blocks_are_never_a_puds(void **state)
{
	const union mm_value *r;

	(void)state;
	begin(12, 4);
	r = map((struct mapping){ ROOT_SWAPPER, GIB(4), 4096, GIB(2), BLOCKS_SCATTERED, "vmemmap" });
	assert_string_equal(text_of(r[BLOCKS].list), "1:2048+1024");
	assert_string_equal(text_of(r[TABLES].list), "4:0+1 2:4+2");
	end();
}

/* Every table and entry, one after the other, remembered in arrays. */
struct naive {
	struct {
		unsigned level;
		uint64_t index;
	} table[8192];
	size_t nr;
	/* Of the newest mapping, as the row has them: 4 for the root. */
	uint64_t entries[ENTRY_NR][PGTABLE_MAX_LEVELS], last[ENTRY_NR][PGTABLE_MAX_LEVELS];
	uint64_t sum[ENTRY_NR][PGTABLE_MAX_LEVELS];	/* of the indexes */
};

static bool naive_has(const struct naive *naive, unsigned level, uint64_t index)
{
	for (size_t i = 0; i < naive->nr; i++)
		if (naive->table[i].level == level && naive->table[i].index == index)
			return true;
	return false;
}

static unsigned naive_new(struct naive *naive, unsigned level, uint64_t index)
{
	if (naive_has(naive, level, index))
		return 0;
	assert_true(naive->nr < ARRAY_SIZE(naive->table));
	naive->table[naive->nr].level = level;
	naive->table[naive->nr++].index = index;
	return 1;
}

/* The walk goes up the addresses, so an entry that is met again is the last one. */
static void naive_entry(struct naive *naive, enum entry_kind kind, unsigned level, uint64_t index)
{
	if (naive->entries[kind][level] && naive->last[kind][level] == index)
		return;
	naive->last[kind][level] = index;
	naive->entries[kind][level]++;
	naive->sum[kind][level] += index;
}

/* The kernel's walk of one range, entry by entry. */
static unsigned naive_walk(struct naive *naive, unsigned page_shift, unsigned levels, uint64_t va, uint64_t pa,
			   uint64_t size, bool blocks)
{
	uint64_t last = va + size;
	unsigned new = 0;

	memset(naive->entries, 0, sizeof(naive->entries));
	memset(naive->sum, 0, sizeof(naive->sum));
	while (va < last) {
		uint64_t step = UINT64_C(1) << page_shift;
		unsigned level;

		for (level = levels - 1; level > 0; level--) {
			uint64_t entry = UINT64_C(1) << (page_shift + level * (page_shift - 3));

			if (blocks && (level == 1 || (level == 2 && page_shift == 12)) && !((va | pa) & (entry - 1)) &&
			    last - va >= entry && !naive_has(naive, level - 1, va / entry)) {
				step = entry;
				break;
			}
			new += naive_new(naive, level - 1, va / entry);
			naive_entry(naive, ENTRY_TABLE, level == levels - 1 ? 4 : level, va / entry);
		}
		naive_entry(naive, level ? ENTRY_BLOCK : ENTRY_PAGE, level == levels - 1 ? 4 : level, va / step);
		va += step;
		pa += step;
	}
	return new;
}

static void expect_entries(const struct naive *naive, enum entry_kind kind, const struct mm_list *list)
{
	uint64_t entries[PGTABLE_MAX_LEVELS] = { 0 }, sum[PGTABLE_MAX_LEVELS] = { 0 }, last[PGTABLE_MAX_LEVELS] = { 0 };

	for (size_t i = 0; i < list->nr; i += 3) {
		uint64_t level = (uint64_t)list->v[i], first = (uint64_t)list->v[i + 1], nr = (uint64_t)list->v[i + 2];

		assert_true(nr && level < PGTABLE_MAX_LEVELS);
		/* Ascending, and merged with what it touches. */
		assert_true(!entries[level] || first > last[level] + 1);
		last[level] = first + nr - 1;
		entries[level] += nr;
		sum[level] += nr * first + nr * (nr - 1) / 2;
	}
	assert_memory_equal(entries, naive->entries[kind], sizeof(entries));
	assert_memory_equal(sum, naive->sum[kind], sizeof(sum));
}

static void the_closed_form_is_what_a_walk_does(void **state)
{
	static const unsigned shapes[][2] = { { 12, 4 }, { 12, 3 }, { 14, 4 }, { 14, 3 }, { 16, 3 }, { 12, 5 } };
	static struct naive naive;

	(void)state;
	srand(5);
	for (int round = 0; round < 300; round++) {
		unsigned shift = shapes[round % 6][0], levels = shapes[round % 6][1];
		uint64_t page = UINT64_C(1) << shift;

		begin(shift, levels);
		naive.nr = 0;
		for (int k = 0; k < 4; k++) {
			uint64_t va = ((uint64_t)rand() % 4096) * (rand() % 2 ? page : MIB(32));
			uint64_t size = (1 + (uint64_t)rand() % 3000) * page;
			uint64_t pa = rand() % 3 ? va : va + ((uint64_t)rand() % 8) * page;
			bool blocks = rand() % 2;
			const union mm_value *r = map((struct mapping){ ROOT_SWAPPER, va, pa, size, blocks, "test" });

			assert_int_equal(r[COUNT].i, naive_walk(&naive, shift, levels, va, pa, size, blocks));
			expect_entries(&naive, ENTRY_TABLE, r[TABLES].list);
			expect_entries(&naive, ENTRY_BLOCK, r[BLOCKS].list);
			expect_entries(&naive, ENTRY_PAGE, r[PAGES].list);
		}
		end();
	}
}

static void terabytes_cost_no_more_than_a_page(void **state)
{
	const union mm_value *r;

	(void)state;
	begin(12, 4);
	assert_int_equal(need(0, 0, UINT64_C(64) << 40, false).level[0], UINT64_C(32) << 20);
	assert_true(arena.total < MIB(1));
	end();
	/* Nor do their entries: [ragged 1 GiB | 65534 GiB | ragged 1 GiB]. */
	begin(12, 4);
	r = map((struct mapping){ ROOT_SWAPPER, 4096, 4096, (UINT64_C(64) << 40) - 8192, BLOCKS_ALLOWED, "test" });
	assert_int_equal(r[TABLES].list->nr + r[BLOCKS].list->nr + r[PAGES].list->nr, 3 * (5 + 3 + 2));
	assert_string_equal(text_of(r[BLOCKS].list), "2:1+65534 1:1+511 1:33553920+511");
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_need_a_table_for_every_2_mib),
		cmocka_unit_test(blocks_need_tables_only_at_their_ragged_ends),
		cmocka_unit_test(tables_that_exist_are_not_needed_again),
		cmocka_unit_test(a_row_tells_which_entries_became_what),
		cmocka_unit_test(a_mapping_that_needs_no_table_has_a_row_too),
		cmocka_unit_test(a_second_row_of_a_mapping_only_goes_on),
		cmocka_unit_test(entries_are_counted_within_the_roots_addresses),
		cmocka_unit_test(a_table_is_not_replaced_by_a_block),
		cmocka_unit_test(scattered_blocks_are_never_a_puds),
		cmocka_unit_test(the_closed_form_is_what_a_walk_does),
		cmocka_unit_test(terabytes_cost_no_more_than_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
