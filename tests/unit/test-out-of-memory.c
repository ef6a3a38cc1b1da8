/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is printed, and when it ends, where the page allocator has nothing left at boot. */
#include "step_machine.h"

#define BUILT "HUGETLB_PAGE ARCH_ENABLE_HUGEPAGE_MIGRATION CMA SLUB"

static struct zoneref refs[1];

/*
 * One node with one zone of @mib MiB from 1 GiB on, all free; the boot CPU is on it:
 *   0x40000000
 *        [  free  ...  ]
 */
static void zone_of(const char *version, const char *options, uint64_t mib)
{
	struct mm *mm = &m.mm;
	struct node *node;
	struct zone *zone;
	uint64_t start = GIB(1) >> 12, pages = MIB(mib) >> 12;

	machine(version, options);
	node = &mm->nodes.node[0];
	zone = &node->zones[ZONE_NORMAL];
	ram(GIB(1), MIB(mib));
	mm->memblock.memory.regions[0].nid = 0;
	node->possible = node->online = node->memory = true;
	mm->nodes.nr_online = 1;
	*zone = (struct zone){ .type = ZONE_NORMAL, .start_pfn = start, .spanned_pages = pages, .present_pages = pages,
			       .initial_managed_pages = pages };
	node->start_pfn = start;
	node->spanned_pages = node->present_pages = pages;
	node->first_deferred_pfn = UINT64_MAX;
	refs[0].zone = zone;
	node->fallback = node->nofallback = refs;
	node->nr_fallback = node->nr_nofallback = 1;
	mm->cpus.cpu = arena_array(&mm->arena, 1, sizeof(*mm->cpus.cpu));
	mm->cpus.nr = mm->cpus.nr_cpu_ids = 1;
	trace_event(&mm->trace, MM_NOTE, "test");
	buddy_init(&mm->buddy, mm->kernel, &mm->memblock, &mm->nodes);
	buddy_free_boot_pages(&mm->buddy, start, start + pages, 0);
	buddy_publish(&mm->buddy);
}

static void set_mark(uint64_t kib)
{
	m.mm.nodes.node[0].zones[ZONE_NORMAL].watermark[WMARK_MIN] = kib / 4;
}

/* ------------------------------------------------------------- huge pages take all */

/* 64 MiB: 31 huge pages leave the mark of 1 MiB and 1 MiB above it, and boot takes 4 MiB at least. */
static void huge_pages_may_leave_nothing_to_boot_with(void **state)
{
	(void)state;
	zone_of("6.12", BUILT, 64);
	set_mark(1024);
	words("hugepages=40");
	assert_true(run(step_parse_args));
	assert_false(run(step_hugetlb_init));
	assert_non_null(strstr(said(), "HugeTLB: allocating 40 of page size 2.00 MiB failed.  Only allocated 31 hugepages."));
	assert_non_null(strstr(said(), " | Out of memory and no killable processes... | "
				       "Kernel panic - not syncing: System is deadlocked on memory"));
	over();
}

static void before_4_18_the_panic_says_it_in_other_words(void **state)
{
	(void)state;
	zone_of("4.17", BUILT, 64);
	words("hugepages=40");
	assert_true(run(step_parse_args));
	assert_false(run(step_hugetlb_init));
	assert_non_null(strstr(said(), " | Kernel panic - not syncing: Out of memory and no killable processes..."));
	assert_null(strstr(said(), "deadlocked"));
	over();
}

/* 29 pages leave 6 MiB, of which 1 MiB is below the mark: enough, unless 2 MiB of initrd have to be unpacked as well. */
static void an_initrd_has_to_find_room_too(void **state)
{
	(void)state;
	for (unsigned initrd = 0; initrd < 2; initrd++) {
		zone_of("6.12", BUILT, 64);
		set_mark(1024);
		m.mm.initrd_size = initrd * MIB(2);
		words("hugepages=29");
		assert_true(run(step_parse_args));
		assert_int_equal(run(step_hugetlb_init), !initrd);
		over();
	}
}

/* Nobody asked for huge pages: how much boot needs is not judged. */
static void a_small_machine_is_not_judged(void **state)
{
	(void)state;
	zone_of("6.12", BUILT, 2);
	set_mark(1024);
	assert_true(run(step_hugetlb_init));
	over();
}

/* ----------------------------------------------------- a request that comes to nothing */

/* Slab pages until there are no more: 8 MiB, 2048 of them. */
static void exhaust(void)
{
	const struct page_request request = { .type = MIGRATE_UNMOVABLE, .highest = ZONE_NORMAL, .gfp = GFP_NOWARN, .fn = "test" };

	while (buddy_take_pages(&m.mm.buddy, &request) != BUDDY_NO_PAGE)
		;
}

static void fail_once(unsigned gfp, unsigned order)
{
	const struct page_request request = { .type = MIGRATE_UNMOVABLE, .order = order, .highest = ZONE_NORMAL, .gfp = gfp, .fn = "test" };

	m.from = m.mm.trace.nr_events;
	m.mm.buddy.failed = page_allocation_failed;
	m.mm.buddy.failed_ctx = &m.mm;
	assert_int_equal(buddy_alloc_pages(&m.mm.buddy, &request, WHY("test")), BUDDY_NO_PAGE);
}

static void a_failed_request_is_reported_with_the_state_of_memory(void **state)
{
	(void)state;
	zone_of("6.12", BUILT, 8);
	exhaust();
	fail_once(GFP_COMP, 0);
	assert_ptr_equal(strstr(said(), "swapper: page allocation failure: order:0, mode:0x40000(__GFP_COMP), nodemask=(null) | Mem-Info: | "),
			 m.text);
	assert_non_null(strstr(said(), " | Node 0 Normal free:0kB boost:0kB min:0kB low:0kB high:0kB "));
	assert_non_null(strstr(said(), " | Node 0 Normal: 0*4kB 0*8kB "));
	assert_non_null(strstr(said(), " | 2048 pages RAM | "));
	over();
}

/* Since 5.4 once in ten seconds, of which none passes; before, ten times. */
static void so_early_the_limit_of_reports_is_final(void **state)
{
	static const struct { const char *version; unsigned reports; } rows[] = { { "5.3", 10 }, { "5.4", 1 }, { "7.2", 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned reports = 0;

		zone_of(rows[i].version, BUILT, 8);
		exhaust();
		for (unsigned k = 0; k < 12; k++) {
			fail_once(GFP_COMP, 0);
			reports += *said() != '\0';
		}
		assert_int_equal(reports, rows[i].reports);
		over();
	}
}

static void who_does_not_want_a_report_gets_none(void **state)
{
	(void)state;
	zone_of("6.12", BUILT, 8);
	exhaust();
	fail_once(GFP_COMP | GFP_NOWARN, 0);
	assert_string_equal(said(), "");
	over();
}

/* The options decide what is named: cpusets of which there is only the first thought, failed memory, swap. */
static void options_of_the_build_add_lines(void **state)
{
	(void)state;
	zone_of("6.12", BUILT " CPUSETS MEMORY_FAILURE", 8);
	exhaust();
	fail_once(0, 2);
	assert_ptr_equal(strstr(said(), "swapper: page allocation failure: order:2, mode:0(), nodemask=(null),cpuset=(null),mems_allowed=0-3 | "),
			 m.text);
	assert_non_null(strstr(said(), " | 0 pages hwpoisoned"));
	over();
}

/* kmalloc() of more than two pages asks for a compound page, with what the caller wants of it; so early it can neither wait nor write. */
static void a_large_object_asks_with_its_caller_s_flags(void **state)
{
	static const struct slab_ops speaks = { .name = "SLUB" }, silent = { .name = "SLAB", .silent = true };
	static const struct { const struct slab_ops *ops; unsigned gfp; const char *said; } rows[] = {
		{ &speaks, 0x100, "swapper: page allocation failure: order:3, mode:0x40100(" },
		{ &speaks, 0xcc0 | 0x100, "swapper: page allocation failure: order:3, mode:0x40100(" },
		{ &speaks, 0, "swapper: page allocation failure: order:3, mode:0x40000(__GFP_COMP)" },
		{ &speaks, GFP_NOWARN, "" }, { &silent, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		zone_of("6.1", BUILT, 8);
		exhaust();
		m.mm.slab = (struct slab){ .ops = rows[i].ops, .kernel = m.kernel, .trace = &m.mm.trace, .buddy = &m.mm.buddy };
		m.from = m.mm.trace.nr_events;
		m.mm.buddy.failed = page_allocation_failed;
		m.mm.buddy.failed_ctx = &m.mm;
		assert_false(slab_kmalloc(&m.mm.slab, 20000, 0, rows[i].gfp, "test"));
		assert_int_equal(strncmp(said(), rows[i].said, strlen(rows[i].said)), 0);
		assert_int_equal(!*m.text, !*rows[i].said);
		over();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(huge_pages_may_leave_nothing_to_boot_with),
		cmocka_unit_test(before_4_18_the_panic_says_it_in_other_words),
		cmocka_unit_test(an_initrd_has_to_find_room_too),
		cmocka_unit_test(a_small_machine_is_not_judged),
		cmocka_unit_test(a_failed_request_is_reported_with_the_state_of_memory),
		cmocka_unit_test(so_early_the_limit_of_reports_is_final),
		cmocka_unit_test(who_does_not_want_a_report_gets_none),
		cmocka_unit_test(options_of_the_build_add_lines),
		cmocka_unit_test(a_large_object_asks_with_its_caller_s_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
