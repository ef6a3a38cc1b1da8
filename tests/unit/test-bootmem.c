/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mmcore/bootmem.h"

/* Pages of 4 KiB, the first one at 1 MiB. */
#define MIN_PFN	256

struct machine {
	struct arena arena;
	struct mm_kernel kernel;
	struct trace trace;
	struct ledger ledger;
	struct bootmem bm;
};

static int boot(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	m->kernel.page_shift = 12;
	m->kernel.page_size = 4096;
	trace_init(&m->trace, &m->arena);
	ledger_init(&m->ledger, &m->trace);
	trace_event(&m->trace, MM_NOTE, "test");
	ledger_add_ram(&m->ledger, MIB(1), MIB(2));
	bootmem_init(&m->bm, &m->kernel, &m->trace, &m->ledger, MIN_PFN, MIN_PFN, MIN_PFN + 512);
	*state = m;
	return 0;
}

static int stop(void **state)
{
	struct machine *m = *state;

	arena_deinit(&m->arena);
	free(m);
	return 0;
}

static phys_addr_t take(struct machine *m, uint64_t size, uint64_t align)
{
	return bootmem_alloc(&m->bm, size, align, 0, 0, "test", "test", "");
}

static void a_map_of_262144_pages_takes_32_kib(void **state)
{
	(void)state;
	assert_int_equal(bootmem_map_bytes(262144), KIB(32));
	/* whole longs */
	assert_int_equal(bootmem_map_bytes(1), 8);
	assert_int_equal(bootmem_map_bytes(65), 16);
}

static void every_page_starts_reserved(void **state)
{
	struct machine *m = *state;

	assert_int_equal(bootmem_nr_reserved(&m->bm), 512);
	assert_int_equal(take(m, 1, 1), 0);
}

/*
 *   freed:   |....[--------]....|     0x800 into the first page, 0x800 short of the last
 *   clear:   |     [------]     |     only pages wholly inside
 */
static void only_whole_pages_become_free(void **state)
{
	struct machine *m = *state;
	uint64_t idx = 0, end;

	bootmem_free(&m->bm, MIB(1) + 0x2800, 0x4000, "");
	assert_true(bootmem_next_free(&m->bm, &idx, &end));
	assert_int_equal(idx, 3);
	assert_int_equal(end, 6);
	idx = end;
	assert_false(bootmem_next_free(&m->bm, &idx, &end));
}

/*
 *   free:      |--------------------|
 *   three:     [a][b][c]                 low to high, 128-byte steps in one page
 */
static void small_requests_share_the_partial_page(void **state)
{
	struct machine *m = *state;

	bootmem_free(&m->bm, MIB(1), MIB(2), "");
	assert_int_equal(take(m, 64, 128), MIB(1));
	assert_int_equal(take(m, 73, 128), MIB(1) + 128);
	assert_int_equal(take(m, 4096, 128), MIB(1) + 256);
	assert_int_equal(bootmem_nr_reserved(&m->bm), 2);
	assert_int_equal(m->bm.last_end_off, 256 + 4096);
	assert_int_equal(m->bm.hint_idx, 2);
}

/*
 *   clear:   |[1]  [---- 4 ----]|
 *   want 2:        [2]
 */
static void first_fit_passes_holes_that_are_too_small(void **state)
{
	struct machine *m = *state;

	bootmem_free(&m->bm, MIB(1) + 0x1000, 0x1000, "");
	bootmem_free(&m->bm, MIB(1) + 0x3000, 0x4000, "");
	m->bm.hint_idx = 0;
	assert_int_equal(take(m, 0x2000, 0x1000), MIB(1) + 0x3000);
	/* The hint is behind; the search falls back to the start. */
	assert_int_equal(take(m, 0x2000, 0x1000), MIB(1) + 0x5000);
	assert_int_equal(take(m, 0x1000, 0x1000), MIB(1) + 0x1000);
	assert_int_equal(take(m, 0x1000, 0x1000), 0);
}

static void freeing_moves_the_hint_back(void **state)
{
	struct machine *m = *state;

	bootmem_free(&m->bm, MIB(1), MIB(2), "");
	assert_int_equal(take(m, 0x8000, 0x1000), MIB(1));
	bootmem_free(&m->bm, MIB(1) + 0x2000, 0x1000, "");
	assert_int_equal(m->bm.hint_idx, 2);
	assert_int_equal(take(m, 0x1000, 0x1000), MIB(1) + 0x2000);
}

static void a_limit_is_kept(void **state)
{
	struct machine *m = *state;

	bootmem_free(&m->bm, MIB(1) + 0x4000, 0x4000, "");
	assert_int_equal(bootmem_alloc(&m->bm, 0x1000, 0x1000, 0, MIB(1) + 0x4000, "test", "test", ""), 0);
	assert_int_equal(bootmem_alloc(&m->bm, 0x1000, 0x1000, 0, MIB(1) + 0x5000, "test", "test", ""), MIB(1) + 0x4000);
}

static void reserving_twice_is_allowed(void **state)
{
	struct machine *m = *state;

	bootmem_free(&m->bm, MIB(1), MIB(2), "");
	bootmem_reserve(&m->bm, MIB(1) + 0x1800, 0x1000, "");
	bootmem_reserve(&m->bm, MIB(1) + 0x1000, 0x1000, "");
	assert_int_equal(bootmem_nr_reserved(&m->bm), 2);
	assert_true(ledger_check(&m->ledger));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map_of_262144_pages_takes_32_kib),
		cmocka_unit_test_setup_teardown(every_page_starts_reserved, boot, stop),
		cmocka_unit_test_setup_teardown(only_whole_pages_become_free, boot, stop),
		cmocka_unit_test_setup_teardown(small_requests_share_the_partial_page, boot, stop),
		cmocka_unit_test_setup_teardown(first_fit_passes_holes_that_are_too_small, boot, stop),
		cmocka_unit_test_setup_teardown(freeing_moves_the_hint_back, boot, stop),
		cmocka_unit_test_setup_teardown(a_limit_is_kept, boot, stop),
		cmocka_unit_test_setup_teardown(reserving_twice_is_allowed, boot, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
