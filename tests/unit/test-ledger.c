/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/ledger.h"

#include <stdio.h>
#include <stdlib.h>

static struct arena arena;
static struct trace trace;
static struct ledger ledger;

static int fresh(void **state)
{
	(void)state;
	memset(&arena, 0, sizeof(arena));
	memset(&trace, 0, sizeof(trace));
	memset(&ledger, 0, sizeof(ledger));
	trace_init(&trace, &arena);
	ledger_init(&ledger, &trace);
	trace_event(&trace, MM_NOTE, "test");
	return 0;
}

static int gone(void **state)
{
	(void)state;
	assert_true(ledger_balanced(&ledger));
	assert_true(ledger_check(&ledger));
	arena_deinit(&arena);
	return 0;
}

/* "1-4 free, 4-6 a, ..." in pages of 4 KiB; an owner outside of RAM has a '!'. */
static const char *drawn(void)
{
	static char text[1024];
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < ledger_nr(&ledger); i++) {
		const struct ledger_entry *e = ledger_entry(&ledger, i);

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%llx-%llx %s%s", i ? ", " : "",
					(unsigned long long)e->base >> 12, (unsigned long long)(e->base + e->size) >> 12,
					e->owner, e->ram ? "" : "!");
	}
	return text;
}

static void ram(uint64_t start, uint64_t end) { ledger_add_ram(&ledger, start << 12, (end - start) << 12); }
static void claim(uint64_t start, uint64_t end, const char *who) { ledger_claim(&ledger, start << 12, (end - start) << 12, who, "", "f"); }
static void assign(uint64_t start, uint64_t end, const char *who) { ledger_assign(&ledger, start << 12, (end - start) << 12, who, "", "f"); }
static void release(uint64_t start, uint64_t end) { ledger_release(&ledger, start << 12, (end - start) << 12); }

/*
 *   RAM    ................
 *   a          aaaa
 *   b            bbbbbb        b gets only what a left
 */
static void who_claims_first_keeps_it(void **state)
{
	(void)state;
	ram(0x10, 0x20);
	claim(0x14, 0x18, "a");
	claim(0x16, 0x1c, "b");
	assert_string_equal(drawn(), "10-14 free, 14-18 a, 18-1c b, 1c-20 free");
	assert_int_equal(ledger.ram_bytes, 0x10 << 12);
}

static void assigning_takes_from_whoever_had_it(void **state)
{
	(void)state;
	ram(0x10, 0x20);
	claim(0x14, 0x18, "a");
	assign(0x16, 0x1c, "b");
	assert_string_equal(drawn(), "10-14 free, 14-16 a, 16-1c b, 1c-20 free");
}

/* Free RAM joins up again; a claim in the middle of one splits it. */
static void what_is_released_is_free_ram_again(void **state)
{
	(void)state;
	ram(0x10, 0x20);
	claim(0x12, 0x1e, "a");
	release(0x14, 0x16);
	assert_string_equal(drawn(), "10-12 free, 12-14 a, 14-16 free, 16-1e a, 1e-20 free");
	release(0x10, 0x20);
	assert_string_equal(drawn(), "10-20 free");
}

/*
 *   RAM          ........        ........
 *   device         ddddddddddd
 */
static void claims_outside_of_ram_are_kept_and_do_not_count(void **state)
{
	(void)state;
	ram(0x10, 0x14);
	ram(0x18, 0x1c);
	claim(0x12, 0x1a, "device");
	assert_string_equal(drawn(), "10-12 free, 12-14 device, 14-18 device!, 18-1a device, 1a-1c free");
	assert_int_equal(ledger.ram_bytes, 8 << 12);
	release(0x12, 0x1a);
	assert_string_equal(drawn(), "10-14 free, 18-1c free");
}

static void ram_that_comes_later_keeps_the_claims_made_before(void **state)
{
	(void)state;
	claim(0x14, 0x18, "early");
	assert_int_equal(ledger.ram_bytes, 0);
	ram(0x10, 0x16);
	assert_string_equal(drawn(), "10-14 free, 14-16 early, 16-18 early!");
	ram(0x12, 0x1a);
	assert_string_equal(drawn(), "10-14 free, 14-18 early, 18-1a free");
	assert_int_equal(ledger.ram_bytes, 0xa << 12);
}

static void ram_that_was_removed_and_added_again_is_free(void **state)
{
	(void)state;
	ram(0x10, 0x20);
	claim(0x18, 0x20, OWNER_REMOVED);
	ram(0x1c, 0x1e);
	assert_string_equal(drawn(), "10-18 free, 18-1c removed, 1c-1e free, 1e-20 removed");
}

static void neighbours_of_the_same_name_stay_apart(void **state)
{
	(void)state;
	ram(0x10, 0x20);
	claim(0x10, 0x12, "a");
	trace_event(&trace, MM_NOTE, "later");
	claim(0x12, 0x14, "a");
	assert_string_equal(drawn(), "10-12 a, 12-14 a, 14-20 free");
	assert_int_equal(ledger_find(&ledger, 0x11fff)->seq, 0);
	assert_int_equal(ledger_find(&ledger, 0x12000)->seq, 1);
	assert_null(ledger_find(&ledger, 0x20000));
	assert_null(ledger_find(&ledger, 0));
}

static void ranges_may_reach_the_end_of_all_addresses(void **state)
{
	(void)state;
	ledger_claim(&ledger, UINT64_MAX - 0xfff, UINT64_MAX, "end", "", "f");
	ledger_claim(&ledger, UINT64_MAX, 1, "beyond", "", "f");
	assert_int_equal(ledger_nr(&ledger), 1);
	ledger_release(&ledger, 0, UINT64_MAX);
	assert_int_equal(ledger_nr(&ledger), 0);
}

/* The same as a naive array with one owner per page. */
static void any_sequence_gives_what_an_array_of_pages_gives(void **state)
{
	static const char *const owners[] = { "a", "b", "c" };
	const char *page[64] = { NULL };
	bool is_ram[64] = { false };

	(void)state;
	srand(1);
	for (int round = 0; round < 3000; round++) {
		uint64_t start = (uint64_t)rand() % 64, end = start + (uint64_t)rand() % (64 - start) + 1;
		const char *who = owners[rand() % 3];
		int op = rand() % 4;

		trace_event(&trace, MM_NOTE, "op");
		if (op == 0)
			ram(start, end);
		else if (op == 1)
			claim(start, end, who);
		else if (op == 2)
			assign(start, end, who);
		else
			release(start, end);
		for (uint64_t p = start; p < end; p++) {
			is_ram[p] = is_ram[p] || op == 0;
			if ((op == 1 && !page[p]) || op == 2)
				page[p] = who;
			else if (op == 3)
				page[p] = NULL;
		}
		assert_true(ledger_check(&ledger) && ledger_balanced(&ledger));
		for (uint64_t p = 0; p < 64; p++) {
			const struct ledger_entry *e = ledger_find(&ledger, p << 12);

			assert_int_equal(e && e->ram, is_ram[p]);
			assert_string_equal(e ? e->owner : "none", page[p] ? page[p] : is_ram[p] ? OWNER_FREE : "none");
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_claims_first_keeps_it, fresh, gone),
		cmocka_unit_test_setup_teardown(assigning_takes_from_whoever_had_it, fresh, gone),
		cmocka_unit_test_setup_teardown(what_is_released_is_free_ram_again, fresh, gone),
		cmocka_unit_test_setup_teardown(claims_outside_of_ram_are_kept_and_do_not_count, fresh, gone),
		cmocka_unit_test_setup_teardown(ram_that_comes_later_keeps_the_claims_made_before, fresh, gone),
		cmocka_unit_test_setup_teardown(ram_that_was_removed_and_added_again_is_free, fresh, gone),
		cmocka_unit_test_setup_teardown(neighbours_of_the_same_name_stay_apart, fresh, gone),
		cmocka_unit_test_setup_teardown(ranges_may_reach_the_end_of_all_addresses, fresh, gone),
		cmocka_unit_test_setup_teardown(any_sequence_gives_what_an_array_of_pages_gives, fresh, gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
