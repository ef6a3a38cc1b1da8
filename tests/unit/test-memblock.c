/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zone_machine.h"

#include "mmcore/memblock.h"

#include <stdio.h>
#include <stdlib.h>

static struct zone_machine m;
static struct ledger ledger;
static struct memblock mb;

static void begin(unsigned version, unsigned patchlevel)
{
	zone_machine_init(&m, version, patchlevel);
	memset(&ledger, 0, sizeof(ledger));
	memset(&mb, 0, sizeof(mb));
	m.kernel->smp_cache_bytes = 64;
	m.kernel->no_node = m.kernel->rules->reserve_no_node_is_minus1 ? -1 : NODES;
	ledger_init(&ledger, &m.trace);
	memblock_init(&mb, m.kernel, &m.trace, &ledger);
}

static int fresh(void **state)
{
	(void)state;
	begin(6, 7);
	return 0;
}

static int gone(void **state)
{
	(void)state;
	assert_true(ledger_check(&ledger));
	zone_machine_deinit(&m);
	return 0;
}

/* Units of 1 MiB. */
static void add(uint64_t start, uint64_t end) { memblock_add(&mb, MIB(start), MIB(end - start), "f", WHY("ram")); }
static void reserve(uint64_t start, uint64_t end) { memblock_reserve(&mb, MIB(start), MIB(end - start), "f", WHY("me")); }
static void unreserve(uint64_t start, uint64_t end) { memblock_phys_free(&mb, MIB(start), MIB(end - start), "f", WHY("me")); }
static void node(uint64_t start, uint64_t end, int nid) { memblock_set_node(&mb, &mb.memory, MIB(start), MIB(end - start), nid, "f"); }

/* "1-4 6-8:1 9-10!4": start-end, :node, !flags */
static const char *drawn(const struct memblock_type *type)
{
	static char text[2048];
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%llu-%llu", i ? " " : "",
					(unsigned long long)(r->base >> 20), (unsigned long long)((r->base + r->size) >> 20));
		if (memblock_nid_valid(&mb, r->nid))
			len += (size_t)snprintf(text + len, sizeof(text) - len, ":%d", r->nid);
		if (r->flags)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "!%u", r->flags);
	}
	return text;
}

static phys_addr_t alloc(phys_addr_t size, phys_addr_t align, phys_addr_t min, phys_addr_t max, int nid)
{
	return memblock_alloc_try_nid(&mb, size, align, min, max, nid, "f", WHY("me"));
}

/*
 *   add 20-30            [....]
 *   add 10-15    [..]
 *   add 15-20      [...]          all three touch
 *   add 12-40      [...........]
 */
static void what_is_added_is_sorted_and_merges_where_it_touches(void **state)
{
	(void)state;
	add(20, 30);
	add(10, 15);
	assert_string_equal(drawn(&mb.memory), "10-15 20-30");
	add(15, 20);
	assert_string_equal(drawn(&mb.memory), "10-30");
	add(12, 40);
	assert_string_equal(drawn(&mb.memory), "10-40");
	add(5, 5);
	assert_string_equal(drawn(&mb.memory), "10-40");
	assert_int_equal(memblock_phys_mem_size(&mb), MIB(30));
	assert_int_equal(memblock_start_of_DRAM(&mb), MIB(10));
	assert_int_equal(memblock_end_of_DRAM(&mb), MIB(40));
}

/*
 *   regions  [1: ...]   [0: ...]
 *   add    ======================   only the gaps take the new node's name
 */
static void regions_that_exist_keep_their_node_when_added_over(void **state)
{
	(void)state;
	add(10, 20);
	add(30, 40);
	node(10, 20, 1);
	add(5, 45);
	assert_string_equal(drawn(&mb.memory), "5-10 10-20:1 20-45");
}

static void neighbours_of_other_nodes_or_flags_do_not_merge(void **state)
{
	(void)state;
	add(0, 40);
	node(0, 10, 0);
	node(10, 20, 1);
	node(20, 40, 0);
	memblock_setclr_flag(&mb, &mb.memory, MIB(30), MIB(5), true, MEMBLOCK_NOMAP, "f", WHY_NOBODY);
	assert_string_equal(drawn(&mb.memory), "0-10:0 10-20:1 20-30:0 30-35:0!4 35-40:0");
	memblock_setclr_flag(&mb, &mb.memory, MIB(30), MIB(5), false, MEMBLOCK_NOMAP, "f", WHY_NOBODY);
	node(10, 20, 0);
	assert_string_equal(drawn(&mb.memory), "0-40:0");
}

/*
 *   memory   [..........]
 *   remove      xxx          splits at both ends
 */
static void removing_isolates_at_both_ends(void **state)
{
	(void)state;
	add(10, 30);
	memblock_remove(&mb, MIB(15), MIB(5), "f", WHY("gone"));
	assert_string_equal(drawn(&mb.memory), "10-15 20-30");
	memblock_remove(&mb, 0, MIB(12), "f", WHY("gone"));
	memblock_remove(&mb, MIB(25), UINT64_MAX, "f", WHY("gone"));
	assert_string_equal(drawn(&mb.memory), "12-15 20-25");
	assert_int_equal(ledger.ram_bytes, MIB(20));
	assert_string_equal(ledger_find(&ledger, MIB(16))->owner, OWNER_REMOVED);
}

static void capping_leaves_one_range_and_what_is_not_mapped(void **state)
{
	(void)state;
	add(10, 50);
	reserve(40, 45);
	memblock_setclr_flag(&mb, &mb.memory, MIB(12), MIB(1), true, MEMBLOCK_NOMAP, "f", WHY_NOBODY);
	memblock_cap_memory_range(&mb, MIB(20), MIB(10), WHY("mem="));
	assert_string_equal(drawn(&mb.memory), "12-13!4 20-30");
	assert_string_equal(drawn(&mb.reserved), "");
}

/*
 *   memory    [..................]
 *   reserved    aaaa   bbb
 *   reserve       ccccccccc          overlaps both: one region, three owners
 */
static void reservations_overlap_into_one_region_but_keep_their_owners(void **state)
{
	(void)state;
	add(0, 100);
	memblock_reserve(&mb, MIB(10), MIB(10), "f", WHY("a"));
	memblock_reserve(&mb, MIB(30), MIB(10), "f", WHY("b"));
	memblock_reserve(&mb, MIB(15), MIB(20), "f", WHY("c"));
	assert_string_equal(drawn(&mb.reserved), "10-40");
	assert_string_equal(ledger_find(&ledger, MIB(16))->owner, "a");
	assert_string_equal(ledger_find(&ledger, MIB(25))->owner, "c");
	assert_string_equal(ledger_find(&ledger, MIB(35))->owner, "b");
	unreserve(12, 38);
	assert_string_equal(drawn(&mb.reserved), "10-12 38-40");
	assert_string_equal(ledger_find(&ledger, MIB(20))->owner, OWNER_FREE);
	assert_int_equal(memblock_reserved_size(&mb), MIB(4));
	assert_true(memblock_overlaps(&mb.reserved, MIB(11), MIB(50)));
	assert_false(memblock_overlaps(&mb.reserved, MIB(12), MIB(26)));
}

/*
 *   memory    [........]    [........]
 *   reserved   r     r      r      rr
 *   free      . .....  .     ......        three in the first, one in the second
 */
static void free_ranges_never_cross_memory_regions(void **state)
{
	static const struct phys_range want[] = {
		{ MIB(10), MIB(2) }, { MIB(13), MIB(5) }, { MIB(19), MIB(1) }, { MIB(31), MIB(7) },
	};
	struct memblock_iter it = { 0 };
	size_t nr = 0;

	(void)state;
	add(10, 20);
	add(30, 40);
	reserve(12, 13);
	reserve(18, 19);
	reserve(30, 31);
	reserve(38, 41);
	for (; memblock_next_free(&mb, NUMA_NO_NODE, &it); nr++) {
		assert_true(nr < ARRAY_SIZE(want));
		assert_int_equal(it.range.base, want[nr].base);
		assert_int_equal(it.range.size, want[nr].size);
	}
	assert_int_equal(nr, ARRAY_SIZE(want));
}

/*
 *   memory   [....................]
 *   reserved          rrrr
 *   4 MiB, top-down ............XX  then below the reservation, then nowhere
 */
static void allocations_go_down_from_the_top(void **state)
{
	(void)state;
	add(16, 26);
	reserve(20, 22);
	assert_int_equal(alloc(MIB(4), MIB(1), 0, 0, NUMA_NO_NODE), MIB(22));
	assert_int_equal(alloc(MIB(4), MIB(1), 0, 0, NUMA_NO_NODE), MIB(16));
	assert_int_equal(alloc(MIB(4), MIB(1), 0, 0, NUMA_NO_NODE), 0);
	assert_string_equal(drawn(&mb.reserved), "16-26");
}

static void or_up_from_the_bottom_but_never_to_page_zero(void **state)
{
	(void)state;
	add(0, 10);
	mb.bottom_up = true;
	assert_int_equal(alloc(64, 64, 0, 0, NUMA_NO_NODE), 4096);
	assert_int_equal(alloc(64, 64, 0, 0, NUMA_NO_NODE), 4096 + 64);
	assert_int_equal(alloc(MIB(1), MIB(4), 0, 0, NUMA_NO_NODE), MIB(4));
}

static void bounds_and_alignment_are_kept(void **state)
{
	(void)state;
	add(10, 30);
	assert_int_equal(alloc(MIB(1), MIB(4), 0, MIB(22), NUMA_NO_NODE), MIB(20));
	/* Its lower bound is dropped when there is nothing above. */
	assert_int_equal(alloc(MIB(1), MIB(1), MIB(40), 0, NUMA_NO_NODE), MIB(29));
	assert_int_equal(memblock_phys_alloc_range(&mb, MIB(1), MIB(1), MIB(40), MIB(50), "f", WHY("me")), 0);
	mb.current_limit = MIB(15);
	assert_int_equal(alloc(MIB(1), MIB(1), 0, 0, NUMA_NO_NODE), MIB(14));
	assert_int_equal(alloc(MIB(1), MIB(1), 0, MEMBLOCK_ALLOC_ANYWHERE, NUMA_NO_NODE), MIB(28));
}

static void a_full_node_falls_back_to_any_unless_exact(void **state)
{
	(void)state;
	add(10, 12);
	add(20, 24);
	node(10, 12, 0);
	node(20, 24, 1);
	assert_int_equal(alloc(MIB(2), MIB(1), 0, 0, 0), MIB(10));
	assert_int_equal(memblock_alloc_exact_nid_raw(&mb, MIB(2), MIB(1), 0, 0, 0, "f", WHY("me")), 0);
	assert_int_equal(alloc(MIB(2), MIB(1), 0, 0, 0), MIB(22));
}

static void hotpluggable_and_unmapped_memory_is_not_given_out(void **state)
{
	(void)state;
	add(10, 40);
	memblock_setclr_flag(&mb, &mb.memory, MIB(30), MIB(10), true, MEMBLOCK_HOTPLUG, "f", WHY_NOBODY);
	memblock_setclr_flag(&mb, &mb.memory, MIB(20), MIB(10), true, MEMBLOCK_NOMAP, "f", WHY_NOBODY);
	assert_int_equal(memblock_find_in_range(&mb, 0, 0, MIB(1), MIB(1)), MIB(39));
	mb.movable_node = true;
	assert_int_equal(memblock_find_in_range(&mb, 0, 0, MIB(1), MIB(1)), MIB(19));
}

/* The same holes filled by one call and by single calls. */
/* How often the newest event says that no mirrored memory had room. */
static long long warned(void)
{
	const struct mm_event *event = &m.trace.events[m.trace.nr_events - 1];

	for (size_t i = 0; i < event->nr_args; i++)
		if (!strcmp(m.trace.args[i].name, "unmirrored"))
			return m.trace.args[i].value.i;
	return 0;
}

static void mirror(uint64_t start, uint64_t end) { memblock_mark_mirror(&mb, MIB(start), MIB(end - start), WHY("uefi")); }

/*
 *   memory:   | 10 .. 20 mirrored | 20 .. 40 |
 */
static void mirrored_memory_is_given_out_first(void **state)
{
	struct memblock_iter it = { .flags = MEMBLOCK_MIRROR };

	(void)state;
	add(10, 40);
	assert_int_equal(alloc(MIB(1), MIB(1), 0, 0, NUMA_NO_NODE), MIB(39));
	mirror(10, 20);
	assert_string_equal(drawn(&mb.memory), "10-20!2 20-40");
	assert_int_equal(alloc(MIB(1), MIB(1), 0, 0, NUMA_NO_NODE), MIB(19));
	assert_int_equal(warned(), 0);
	mb.bottom_up = true;
	assert_int_equal(alloc(MIB(1), MIB(1), 0, 0, NUMA_NO_NODE), MIB(10));
	mb.bottom_up = false;
	assert_true(memblock_next_free(&mb, NUMA_NO_NODE, &it));
	assert_int_equal(it.range.base, MIB(11));
	assert_int_equal(range_end(it.range), MIB(19));
	assert_false(memblock_next_free(&mb, NUMA_NO_NODE, &it));
	/* Huge pages are for user space. */
	assert_int_equal(memblock_alloc_hugetlb(&mb, MIB(2), NUMA_NO_NODE, false, "f", WHY("me")), MIB(36));
	assert_int_equal(warned(), 0);
}

/* Another node's mirrored memory is better than the own node's unmirrored; a lower bound is dropped last. */
static void unmirrored_memory_is_the_second_choice(void **state)
{
	(void)state;
	add(10, 40);
	node(10, 20, 0);
	node(20, 40, 1);
	mirror(30, 32);
	assert_int_equal(alloc(MIB(1), MIB(1), 0, 0, 0), MIB(31));
	assert_int_equal(warned(), 0);
	assert_int_equal(memblock_alloc_exact_nid_raw(&mb, MIB(1), MIB(1), 0, 0, 0, "f", WHY("me")), MIB(19));
	assert_int_equal(warned(), 1);
	assert_int_equal(alloc(MIB(1), MIB(1), MIB(33), MIB(39), 1), MIB(38));
	assert_int_equal(warned(), 1);
	assert_int_equal(alloc(MIB(8), MIB(1), MIB(33), MIB(39), 1), MIB(22));
	assert_int_equal(warned(), 2);
	assert_int_equal(alloc(MIB(64), MIB(1), MIB(33), 0, 1), 0);
	assert_int_equal(warned(), 2);
}

static void ten_warnings_of_a_place_are_printed(void **state)
{
	struct memblock_request req = { .fn = "memblock_phys_alloc_range", .size = MIB(1), .align = MIB(1), .nid = NUMA_NO_NODE,
					.site = "f", .why = WHY("me") };
	uint64_t events;

	(void)state;
	add(10, 60);
	mirror(10, 12);
	events = m.trace.nr_events;
	assert_int_equal(memblock_alloc_runs(&mb, &req, 32, NULL, NULL), 32);
	assert_string_equal(drawn(&mb.reserved), "10-12 30-60");
	/* Two in mirrored memory, nine with a warning each; the tenth's holds for the first of the rest. */
	assert_int_equal(m.trace.nr_events - events, 11);
	assert_int_equal(mb.mirror_warnings[MIRROR_ALLOC], 10);
	assert_int_equal(mb.mirror_warnings[MIRROR_FIND], 0);
	assert_int_equal(warned(), 1);
}

static void runs_are_what_single_allocations_are(void **state)
{
	struct memblock_request req = {
		.fn = "memblock_phys_alloc_range", .size = 4096, .align = 4096, .nid = NUMA_NO_NODE,
		.site = "f", .why = WHY("page-table"),
	};
	struct memblock_region singles[64];
	size_t nr;

	(void)state;
	for (int bulk = 0; bulk < 2; bulk++) {
		if (bulk)
			begin(6, 7);
		add(10, 11);
		add(20, 21);
		for (uint64_t i = 0; i < 10; i++)
			memblock_reserve(&mb, MIB(20) + 0x18000 * i + 0x800, 0x9000, "f", WHY("hole"));
		if (bulk)
			assert_int_equal(memblock_alloc_runs(&mb, &req, 300, NULL, NULL), 300);
		for (int i = 0; !bulk && i < 300; i++)
			assert_int_not_equal(memblock_phys_alloc_range(&mb, 4096, 4096, 0, 0, "f", WHY("page-table")), 0);
		if (bulk) {
			assert_int_equal(mb.reserved.cnt, nr);
			assert_memory_equal(singles, mb.reserved.regions, nr * sizeof(*singles));
		} else {
			nr = mb.reserved.cnt;
			memcpy(singles, mb.reserved.regions, nr * sizeof(*singles));
			assert_true(ledger_check(&ledger));
			zone_machine_deinit(&m);
		}
	}
}

static void reserve_every_other_page(unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		memblock_reserve(&mb, MIB(16) + 8192 * i, 4096, "f", WHY("odd"));
}

/*
 *   129 regions do not fit in 128: the array doubles to 256 entries of 24 bytes
 *   (two pages), which it takes from itself, and so holds 130.
 */
static void a_full_array_doubles_out_of_its_own_memory(void **state)
{
	const struct memblock_region *array;

	(void)state;
	add(16, 64);
	mb.can_resize = true;
	reserve_every_other_page(128);
	assert_int_equal(mb.reserved.max, 128);
	memblock_reserve(&mb, MIB(32), 4096, "f", WHY("one more"));
	assert_int_equal(mb.reserved.max, 256);
	assert_int_equal(mb.reserved.cnt, 130);
	assert_int_equal(mb.reserved.array_size, 8192);
	array = memblock_find(&mb.reserved, mb.reserved.array_base);
	assert_non_null(array);
	assert_true(array->base > MIB(32));
	assert_string_equal(ledger_find(&ledger, mb.reserved.array_base)->owner, "memblock-array");
	/* The next doubling gives the old array back. */
	reserve_every_other_page(400);
	assert_int_equal(mb.reserved.max, 512);
	assert_int_equal(mb.reserved.array_size, 12288);
}

static void before_memblock_may_grow_a_full_array_is_a_problem_or_a_panic(void **state)
{
	jmp_buf landing;

	(void)state;
	add(16, 64);
	m.trace.on_panic = &landing;
	if (!setjmp(landing)) {
		reserve_every_other_page(200);
		assert_int_equal(mb.reserved.cnt, 128);
		assert_false(m.kernel->rules->resize_panics);
	} else {
		assert_true(m.kernel->rules->resize_panics);
		assert_true(m.trace.panicked);
	}
}

/* A naive model with one bit per 4 KiB page of 1 MiB. */
static void any_sequence_gives_what_a_bitmap_gives(void **state)
{
	bool reserved[256] = { false };

	(void)state;
	add(16, 17);
	mb.can_resize = true;
	srand(7);
	for (int round = 0; round < 4000; round++) {
		unsigned start = (unsigned)rand() % 256, end = start + (unsigned)rand() % (256 - start) / 4 + 1;
		bool take = rand() % 2;

		if (take)
			memblock_reserve(&mb, MIB(16) + start * 4096, (end - start) * 4096, "f", WHY("me"));
		else
			memblock_phys_free(&mb, MIB(16) + start * 4096, (end - start) * 4096, "f", WHY("me"));
		for (unsigned p = start; p < end; p++)
			reserved[p] = take;
		for (unsigned p = 0; p < 256; p++)
			assert_int_equal(memblock_find(&mb.reserved, MIB(16) + p * 4096) != NULL, reserved[p]);
		for (size_t i = 0; i + 1 < mb.reserved.cnt; i++)
			assert_true(mb.reserved.regions[i].base + mb.reserved.regions[i].size < mb.reserved.regions[i + 1].base);
	}
}

static void sizes_that_wrap_end_at_the_last_address(void **state)
{
	(void)state;
	add(16, 17);
	memblock_reserve(&mb, UINT64_MAX - 4095, UINT64_MAX, "f", WHY("end"));
	assert_int_equal(mb.reserved.regions[0].base + mb.reserved.regions[0].size, UINT64_MAX);
	assert_int_equal(alloc(UINT64_C(1) << 63, 64, 0, 0, NUMA_NO_NODE), 0);
	assert_int_equal(alloc(UINT64_MAX, 4096, 0, 0, NUMA_NO_NODE), 0);
}

/*
 * The kernel masks, whatever the alignment is:  0x3000 - 1 clears bits 0 to 11 and 13.
 *   free:       0x1000000 ............................. 0x1100000
 *   top-down:                   0x10f0000 & ~0x2fff = 0x10f0000
 *   bottom-up:  ((0x1000001 - 1) | 0x2fff) + 1 = 0x1003000
 */
static void an_alignment_that_is_no_power_of_two_is_a_mask(void **state)
{
	(void)state;
	add(16, 17);
	assert_int_equal(alloc(0x10000, 0x3000, 0, 0, NUMA_NO_NODE), 0x10f0000);
	memblock_reserve(&mb, MIB(16), 1, "f", WHY("me"));
	mb.bottom_up = true;
	assert_int_equal(alloc(0x1000, 0x3000, 0, 0, NUMA_NO_NODE), 0x1003000);
}

/* What @work does, up to a modelled panic. */
static bool dies(void (*work)(void))
{
	jmp_buf landing;

	m.trace.on_panic = &landing;
	if (!setjmp(landing))
		work();
	m.trace.on_panic = NULL;
	return m.trace.panicked;
}

static const char *first_line(void)
{
	return m.trace.events[m.trace.nr_events - 1].printk[0];
}

static void take_a_page(void) { alloc(4096, 4096, 0, 0, NUMA_NO_NODE); }
static void take_a_raw_page(void) { memblock_alloc_try_nid_raw(&mb, 4096, 4096, 0, 0, NUMA_NO_NODE, "f", WHY("me")); }

/*
 *   RAM          |16 ............ 17|
 *   linear map   |16 ..... 0x10ff000|      the last page is missing
 *   allocated                   |xxx|      cleared through the linear map: the kernel dies there
 */
static void memory_that_the_linear_map_lacks_kills_who_clears_it(void **state)
{
	struct phys_range range = { MIB(16), MIB(1) - 4096 };
	const struct linear_map linear = { &range, 1, UINT64_C(0xffff000000000000) };

	(void)state;
	add(16, 17);
	mb.linear = &linear;
	assert_false(dies(take_a_raw_page));
	memblock_phys_free(&mb, MIB(17) - 4096, 4096, "f", WHY("me"));
	assert_true(dies(take_a_page));
	assert_string_equal(first_line(), "Unable to handle kernel paging request at virtual address ffff0000010ff000");
}

/*
 *   |16 .. 17|   |18 .. 19|19 .. 20|
 */
static void the_linear_map_ends_where_its_ranges_do(void **state)
{
	struct phys_range ranges[] = { { MIB(16), MIB(1) }, { MIB(18), MIB(1) }, { MIB(19), MIB(1) } };
	const struct linear_map linear = { ranges, ARRAY_SIZE(ranges), 0 };

	(void)state;
	assert_int_equal(linear_map_end(&linear, MIB(16), MIB(1)), MIB(17));
	assert_int_equal(linear_map_end(&linear, MIB(16), MIB(2)), MIB(17));
	assert_int_equal(linear_map_end(&linear, MIB(17), 1), MIB(17));
	assert_int_equal(linear_map_end(&linear, MIB(18) + 1, MIB(2) - 1), MIB(20));
	assert_int_equal(linear_map_end(&linear, MIB(18), MIB(3)), MIB(20));
	assert_int_equal(linear_map_end(&linear, MIB(30), 8), MIB(30));
}

/*
 *   RAM       |10 ................. 40|
 *   reserved     [12..14]    [30..32]
 *   kept             |14 ... 31|           all else is removed, reserved or not
 */
static void what_is_cut_off_stays_removed_in_the_ledger(void **state)
{
	(void)state;
	add(10, 40);
	reserve(12, 14);
	reserve(30, 32);
	memblock_cap_memory_range(&mb, MIB(14), MIB(17), WHY("removed", FACT_STR("parameter", "mem=")));
	assert_string_equal(drawn(&mb.memory), "14-31");
	assert_string_equal(drawn(&mb.reserved), "30-31");
	for (uint64_t mib = 10; mib < 40; mib++) {
		const struct ledger_entry *e = ledger_find(&ledger, MIB(mib));

		assert_string_equal(e->owner, mib < 14 || mib >= 31 ? "removed" : mib == 30 ? "me" : "free");
		assert_string_equal(e->detail, mib < 14 || mib >= 31 ? "mem=" : "");
	}
}

/* What a page of the model is: no RAM, or RAM of a node with flags, reserved or not. */
#define MODEL_PAGES 96
static struct model_page { bool ram, reserved; int nid; unsigned flags; } page[MODEL_PAGES];

static phys_addr_t address(unsigned p) { return MIB(16) + p * UINT64_C(4096); }

static unsigned below(unsigned n) { return (unsigned)rand() % n; }

static bool page_is_for(unsigned p, int nid)
{
	return page[p].ram && !(page[p].flags & MEMBLOCK_NOMAP) && (nid == NUMA_NO_NODE || page[p].nid == nid);
}

/* Pages [at, at + nr) are free, and lie in one region of memory. */
static bool fits(unsigned at, unsigned nr, int nid)
{
	for (unsigned p = at; p < at + nr; p++)
		if (p >= MODEL_PAGES || !page_is_for(p, nid) || page[p].reserved || page[p].nid != page[at].nid || page[p].flags != page[at].flags)
			return false;
	return true;
}

/* Every place that is allowed, the highest first or the lowest. */
static phys_addr_t model_find(unsigned start, unsigned end, unsigned nr, unsigned align, int nid)
{
	for (unsigned i = 0; i < MODEL_PAGES; i++) {
		unsigned at = mb.bottom_up ? i : MODEL_PAGES - 1 - i;

		if (address(at) % (align * UINT64_C(4096)) == 0 && at >= start && at + nr <= end && fits(at, nr, nid))
			return address(at);
	}
	return 0;
}

/* Regions say of every page what the model says; two that touch differ in node or flags. */
static void expect_pages(void)
{
	for (unsigned p = 0; p < MODEL_PAGES; p++) {
		const struct memblock_region *r = memblock_find(&mb.memory, address(p));

		assert_int_equal(r != NULL, page[p].ram);
		assert_int_equal(memblock_find(&mb.reserved, address(p)) != NULL, page[p].reserved);
		if (r) {
			assert_int_equal(memblock_nid_valid(&mb, r->nid) ? r->nid : 0, page[p].nid);
			assert_int_equal(r->flags, page[p].flags);
		}
	}
	for (size_t i = 0; i + 1 < mb.memory.cnt; i++) {
		const struct memblock_region *a = &mb.memory.regions[i], *b = a + 1;

		assert_true(a->base + a->size < b->base || (a->base + a->size == b->base && (a->nid != b->nid || a->flags != b->flags)));
	}
}

/* The table of an array has its regions, row by row. */
static void expect_rows(const struct memblock_type *type, enum mm_table_id table)
{
	assert_int_equal(m.trace.rows[table].nr, type->cnt);
	for (size_t i = 0; i < type->cnt; i++) {
		const union mm_value *row = trace_row(&m.trace, table, i);

		assert_int_equal(row[0].u, type->regions[i].base);
		assert_int_equal(row[1].u, type->regions[i].size);
		assert_int_equal(row[2].i, memblock_nid_valid(&mb, type->regions[i].nid) ? type->regions[i].nid : NUMA_NO_NODE);
		assert_string_equal(row[3].s, memblock_flags_name(&m.trace, type->regions[i].flags));
	}
}

static void change_at_random(void)
{
	unsigned at = below(MODEL_PAGES), nr = below((MODEL_PAGES - at) / 3 + 1) + 1, what = below(6);
	phys_addr_t base = address(at), size = nr * UINT64_C(4096);
	int nid = (int)below(2);
	bool set = below(2);

	if (what == 0)
		memblock_add(&mb, base, size, "f", WHY("ram"));
	else if (what == 1 && below(3) == 0)
		memblock_remove(&mb, base, size, "f", WHY("gone"));
	else if (what == 2)
		memblock_set_node(&mb, &mb.memory, base, size, nid, "f");
	else if (what == 3)
		memblock_setclr_flag(&mb, &mb.memory, base, size, set, MEMBLOCK_NOMAP, "f", WHY_NOBODY);
	else if (what == 4)
		memblock_reserve(&mb, base, size, "f", WHY("me"));
	else if (what == 5)
		memblock_phys_free(&mb, base, size, "f", WHY("me"));
	else
		return;
	for (unsigned p = at; p < at + nr; p++) {
		if (what == 0 && !page[p].ram)
			page[p] = (struct model_page){ .ram = true, .reserved = page[p].reserved };
		else if (what == 1)
			page[p].ram = false;
		else if (what == 2 && page[p].ram)
			page[p].nid = nid;
		else if (what == 3 && page[p].ram)
			page[p].flags = set ? MEMBLOCK_NOMAP : 0;
		else if (what >= 4)
			page[p].reserved = what == 4;
	}
}

/*
 * Pages of 384 KiB are added, removed, given to two nodes, marked no-map, reserved and freed at random.  After each change every
 * page is what the change made it, the tables are the arrays, and searches from both ends find the place that trying all would.
 */
static void any_sequence_gives_what_single_pages_give(void **state)
{
	(void)state;
	memset(page, 0, sizeof(page));
	srand(5);
	/* New memory is of node 0, so that it merges with what was set to it. */
	add(16, 17);
	node(16, 17, 0);
	memblock_remove(&mb, MIB(16), MIB(1), "f", WHY("gone"));
	for (unsigned round = 0; round < 1500; round++) {
		unsigned start = below(MODEL_PAGES), nr = below(8) + 1, align = 1U << below(4);
		unsigned end = below(4) ? MODEL_PAGES : start + below(MODEL_PAGES);
		phys_addr_t found;

		change_at_random();
		/* What is added has no node yet: it is set at once, to be what the model says. */
		for (unsigned p = 0; p < MODEL_PAGES; p++)
			if (page[p].ram && !memblock_nid_valid(&mb, memblock_find(&mb.memory, address(p))->nid))
				memblock_set_node(&mb, &mb.memory, address(p), 4096, 0, "f");
		expect_pages();
		expect_rows(&mb.memory, MM_MEMBLOCK_MEMORY);
		expect_rows(&mb.reserved, MM_MEMBLOCK_RESERVED);
		mb.bottom_up = round % 2;
		found = memblock_find_in_range(&mb, address(start), address(end), nr * UINT64_C(4096), align * UINT64_C(4096));
		assert_int_equal(found, model_find(start, end, nr, align, NUMA_NO_NODE));
		for (int nid = 0; nid < 2; nid++) {
			phys_addr_t size = nr * UINT64_C(4096), want = model_find(start, end, nr, align, nid);

			if (end <= start)
				continue;
			found = memblock_alloc_range_nid(&mb, size, align * UINT64_C(4096), address(start), address(end), nid, true, "f", WHY("me"));
			assert_int_equal(found, want);
			if (found)
				memblock_phys_free(&mb, found, size, "f", WHY("me"));
		}
	}
}

/* "entries" among the reasons of the events so far. */
static uint64_t entries_told(void)
{
	trace_finish(mb.trace);
	for (size_t i = 0; i < mb.trace->nr_events; i++)
		for (size_t k = 0; k < mb.trace->events[i].nr_why; k++)
			if (!strcmp(mb.trace->events[i].why[k].name, "entries"))
				return mb.trace->events[i].why[k].value.u;
	return 0;
}

/* 128 entries of 24 bytes, doubled, take two pages; of 40 bytes 10240 bytes, three pages.  A build's own number of entries counts too. */
static void arrays_grow_by_the_kernel_s_sizes(void **state)
{
	static const struct { unsigned entry, initial, bytes; } rows[] = {
		{ 0, 128, 8192 }, { 24, 128, 8192 }, { 40, 128, 12288 }, { 24, 64, 4096 }, { 32, 64, 4096 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		gone(NULL);
		begin(6, 7);
		if (rows[i].entry)
			assert_int_equal(mm_kernel_set_number(m.kernel, "structs", "memblock_region", rows[i].entry), 0);
		mb.reserved.max = rows[i].initial;
		add(16, 64);
		mb.can_resize = true;
		reserve_every_other_page(rows[i].initial + 1);
		assert_int_equal(mb.reserved.max, 2 * rows[i].initial);
		assert_int_equal(mb.reserved.array_size, rows[i].bytes);
		/* Aligned to a page, as high as there is room. */
		assert_int_equal(mb.reserved.array_base, MIB(64) - rows[i].bytes);
		assert_int_equal(entries_told(), 2 * rows[i].initial);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, gone)

/*
 *   mapped   [0x1000 .. 0x2000)[0x2000 .. 0x3000)            [0x5000 .. 0x6000)
 * The first byte that is not mapped of what is asked for; its end if all is.
 */
static void the_linear_map_ends_at_its_first_hole(void **state)
{
	static struct phys_range mapped[] = { { 0x1000, 0x1000 }, { 0x2000, 0x1000 }, { 0x5000, 0x1000 } };
	static const struct linear_map linear = { .ranges = mapped, .nr = 3 };
	static const struct { phys_addr_t base, size, end; } rows[] = {
		{ 0x1000, 0x1000, 0x2000 }, { 0x1000, 0x2000, 0x3000 }, { 0x1800, 0x1000, 0x2800 }, { 0x2800, 0x1000, 0x3000 },
		{ 0x0800, 0x1000, 0x0800 }, { 0x3000, 0x1000, 0x3000 }, { 0x4000, 0x2000, 0x4000 }, { 0x5000, 0x1000, 0x6000 },
		{ 0x5800, 0x1000, 0x6000 }, { 0x6000, 0x10, 0x6000 }, { 0x1000, 0, 0x1000 }, { 0x1000, 0x5000, 0x3000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(linear_map_end(&linear, rows[i].base, rows[i].size), rows[i].end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_linear_map_ends_at_its_first_hole),
		TEST(what_is_added_is_sorted_and_merges_where_it_touches),
		TEST(regions_that_exist_keep_their_node_when_added_over),
		TEST(neighbours_of_other_nodes_or_flags_do_not_merge),
		TEST(removing_isolates_at_both_ends),
		TEST(capping_leaves_one_range_and_what_is_not_mapped),
		TEST(reservations_overlap_into_one_region_but_keep_their_owners),
		TEST(free_ranges_never_cross_memory_regions),
		TEST(allocations_go_down_from_the_top),
		TEST(or_up_from_the_bottom_but_never_to_page_zero),
		TEST(bounds_and_alignment_are_kept),
		TEST(a_full_node_falls_back_to_any_unless_exact),
		TEST(hotpluggable_and_unmapped_memory_is_not_given_out),
		TEST(mirrored_memory_is_given_out_first),
		TEST(unmirrored_memory_is_the_second_choice),
		TEST(ten_warnings_of_a_place_are_printed),
		TEST(runs_are_what_single_allocations_are),
		TEST(a_full_array_doubles_out_of_its_own_memory),
		TEST(before_memblock_may_grow_a_full_array_is_a_problem_or_a_panic),
		TEST(any_sequence_gives_what_a_bitmap_gives),
		TEST(sizes_that_wrap_end_at_the_last_address),
		TEST(an_alignment_that_is_no_power_of_two_is_a_mask),
		TEST(memory_that_the_linear_map_lacks_kills_who_clears_it),
		TEST(the_linear_map_ends_where_its_ranges_do),
		TEST(any_sequence_gives_what_single_pages_give),
		TEST(arrays_grow_by_the_kernel_s_sizes),
		TEST(what_is_cut_off_stays_removed_in_the_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
