/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scripts at work on a booted machine: what each statement asks of the allocator, the events that tell of it, and the tables. */
#include "booted_machine.h"

#include "mmcore/ops/ops.h"
#include "mmcore/report.h"

#include <errno.h>

static const char *script;
static const struct mm_alloc_state *from;
static int result;

static void step_ops(struct mm *mm)
{
	result = ops_run(mm, script, from, &m.error);
}

static void work(const char *text)
{
	script = text;
	assert_true(run(step_ops));
	assert_int_equal(result, 0);
	from = NULL;
}

#define BUILT	"HUGETLB_PAGE CMA"
#define LIST	"from=the CPU's page list"
#define BEGIN	"ops; assumed=the CPUs' page lists are empty: what the rest of the boot allocates is not modelled"
#define FREED_AGAIN(count) " refcount=" count "; reason=the page is free already: its reference count goes below zero, and the kernel says " \
		"nothing yet then=if it leaves the free lists it is reported as a bad page; from a CPU's page list it is given out as if " \
		"nothing were wrong not_computed=of a block of several pages that is not __GFP_COMP the kernel frees all but the first page " \
		"again, which corrupts its lists; here they stay as they are"
#define NO_SUCH_PAGE "; reason=there is no such page: the kernel reads memory that is none"
#define TAKES_BLOCK(op, pfn, order) "__rmqueue_fallback op=" op " line=1 node=0 zone=Normal pfn=" pfn " order=" order " block_order=10 " \
		"from=MIGRATE_MOVABLE to=MIGRATE_UNMOVABLE; reason=no block of the wanted type is left pageblock=changes its type"
#define REFILL(op, cpu, order, nr) "rmqueue_bulk op=" op " line=1 node=0 zone=Normal cpu=" cpu " order=" order " migratetype=MIGRATE_UNMOVABLE " \
		"asked=" nr " got=" nr "; reason=the CPU's list is empty batch=3"
#define WALK	" zonelist_node=0 zonelist=fallback"

/*
 * a and b of CPU 0 and 1 come out of the first block, which becomes unmovable:
 *   262144  a 145 146 | 147 | b b b b 152 . . 155 | free 156 ..
 *           CPU 0      free   CPU 1   CPU 1
 */
static void every_statement_is_an_operation(void **state)
{
	(void)state;
	booted("6.1", BUILT);
	work("a = alloc; free a; b = alloc order=2 cpu=1 gfp=GFP_ATOMIC; drain cpu=1; free b cpu=1; drain all");
	assert_string_equal(told(NULL), "ops | " BEGIN " | "
		TAKES_BLOCK("1", "262144", "0") " | " REFILL("1", "0", "0", "3") " | "
		"__alloc_pages op=1 line=1 node=0 zone=Normal cpu=0 gfp=GFP_KERNEL pfn=262144 order=0 base=0x40000000 size=0x1000; "
		LIST " name=a mark=low free=16384 unusable=0 min=20 reserve=0" WALK " | "
		"__free_pages op=2 line=1 node=0 zone=Normal cpu=0 pfn=262144 order=0 base=0x40000000 size=0x1000; "
		"to=the CPU's page list count=3 high=12 | "
		REFILL("3", "1", "2", "2") " | "
		"__alloc_pages op=3 line=1 node=0 zone=Normal cpu=1 gfp=GFP_ATOMIC pfn=262148 order=2 base=0x40004000 size=0x4000; "
		LIST " name=b mark=low free=16384 unusable=3 min=20 reserve=0" WALK " | "
		"drain_pages_zone op=4 line=1 node=0 zone=Normal cpu=1 pages=4; batch=3 high=12 count=0 | "
		"__free_pages op=5 line=1 node=0 zone=Normal cpu=1 pfn=262148 order=2 base=0x40004000 size=0x4000; "
		"to=the CPU's page list count=4 high=12 | "
		"drain_pages_zone op=6 line=1 node=0 zone=Normal cpu=0 pages=3; batch=3 high=12 count=0 | "
		"drain_pages_zone op=6 line=1 node=0 zone=Normal cpu=1 pages=4; batch=3 high=12 count=0 | ops");
	/* All is free again, but two pageblocks have changed hands. */
	assert_string_equal(table(MM_FREELISTS), "0/Normal/10/MIGRATE_UNMOVABLE 0 Normal 10 MIGRATE_UNMOVABLE 1 262144,1,1024 | "
			    "0/Normal/10/MIGRATE_MOVABLE 0 Normal 10 MIGRATE_MOVABLE 15 263168,15,1024");
	assert_string_equal(table(MM_PCP_PAGES), "");
	assert_string_equal(table(MM_PAGESETS), "0/Normal/0 0 Normal 0 0 12 0 0 3 12 | 0/Normal/1 0 Normal 1 0 12 0 0 3 12");
	assert_string_equal(table(MM_LEDGER), "40000000 4000000 free   0 1");
	over();
}

static struct bytes_of { char text[2048]; size_t len; } reported;

static int to_reported(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	assert_true(reported.len + len < sizeof(reported.text));
	memcpy(reported.text + reported.len, text, len);
	reported.len += len;
	reported.text[reported.len] = '\0';
	return 0;
}

static const char *report(int (*of)(const struct mm *mm, mm_sink *sink, void *ctx))
{
	reported.len = 0;
	assert_int_equal(of(&m.mm, to_reported, NULL), 0);
	return reported.text;
}

/* Every frame that the newest run() handed out, counted from the machine's first, is of a piece and was not handed out before; how many. */
static uint64_t handed_out_once(const struct piece *pieces, size_t nr_pieces)
{
	static bool taken[PAGES];
	uint64_t nr = 0;

	memset(taken, 0, sizeof(taken));
	trace_finish(&m.mm.trace);
	for (size_t i = m.from; i < m.mm.trace.nr_events; i++) {
		const struct mm_event *e = &m.mm.trace.events[i];

		for (size_t k = 0; k < e->nr_args && !strncmp(e->fn, "__alloc", 7); k++) {
			uint64_t at = e->args[k].value.u - START;
			bool free = false;

			if (strcmp(e->args[k].name, "pfn"))
				continue;
			for (size_t p = 0; p < nr_pieces; p++)
				free |= at >= pieces[p].from && at < pieces[p].to;
			assert_true(free && !taken[at]);
			taken[at] = true;
			nr++;
		}
	}
	return nr;
}

/*
 * Boot leaves blocks of each order, in runs that go up or, where pages are freed to the head of their list, down:
 *   |0 . 2 .. 5-11 ... 16-39 .. 48 .. 64-999 .. 1003-2047 .. 2052-4999 . 5001-16383|
 * All of them are handed out one by one, each once; and what comes back is free as it was.
 */
static void what_boot_left_in_pieces_is_all_there_is(void **state)
{
	static const struct piece pieces[] = {
		{ 0, 1 }, { 2, 3 }, { 5, 12 }, { 16, 40 }, { 48, 49 }, { 64, 1000 }, { 1003, 2048 }, { 2052, 5000 }, { 5001, 16384 },
	};
	static const char *const versions[] = { "5.9", "5.10", "6.1", "6.7", "6.12", "7.2" };
	char before[2048];

	(void)state;
	for (size_t v = 0; v < ARRAY_SIZE(versions); v++) {
		booted_in_pieces(versions[v], BUILT, pieces, ARRAY_SIZE(pieces));
		strcpy(before, report(report_buddyinfo));
		work("repeat 17000 { a = alloc gfp=HIGHUSER_MOVABLE|MEMALLOC|~DIRECT_RECLAIM }");
		assert_int_equal(handed_out_once(pieces, ARRAY_SIZE(pieces)), m.mm.nodes.node[0].zones[ZONE_NORMAL].managed_pages);
		over();
		booted_in_pieces(versions[v], BUILT, pieces, ARRAY_SIZE(pieces));
		work("repeat 17000 { a = alloc gfp=HIGHUSER_MOVABLE|MEMALLOC|~DIRECT_RECLAIM }; free a all; drain all");
		assert_string_equal(report(report_buddyinfo), before);
		over();
	}
}

/* Node and zone are in the uppermost bits of a page's flags, and below them which CPU and process last touched it, if that is kept. */
static void a_bad_page_says_whose_it_is(void **state)
{
	static const struct { const char *options, *flags; } rows[] = {
		/* Only zones that are built are counted: DMA here, or DMA and DMA32, or none. */
		{ BUILT, "flags: 0x9000000000000000(node=2|zone=1|lastcpupid=0x0)" },
		{ BUILT " ZONE_DMA32", "flags: 0xa000000000000000(node=2|zone=2|lastcpupid=0x0)" },
		/* 8 CPUs: 3 bits, and 8 of the process. */
		{ BUILT " NUMA_BALANCING", "flags: 0x9ffe000000000000(node=2|zone=1|lastcpupid=0x7ff)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		booted_with_nodes("6.1", rows[i].options);
		work("a = alloc order=9 node=2 cpu=1; free a cpu=1; drain all; free a cpu=1; b = alloc order=9 node=2 cpu=1");
		assert_non_null(strstr(said(), "BUG: Bad page state in process init  pfn:44000"));
		assert_non_null(strstr(m.text, rows[i].flags));
		over();
	}
}

/* Since 6.4 a block that leaves the free lists is not looked at: a page that was freed twice is given out as if it were whole. */
static void later_releases_do_not_look_at_new_pages(void **state)
{
	(void)state;
	booted_with_nodes("6.7", BUILT);
	work("a = alloc order=9 node=2 cpu=1; free a cpu=1; drain all; free a cpu=1; b = alloc order=9 node=2 cpu=1");
	assert_null(strstr(said(), "Bad page state"));
	assert_non_null(strstr(told("__alloc_pages"), " name=b "));
	over();
}

/* Objects of up to two pages come from slabs; what is larger is a block of pages, as small as possible. */
static void kmalloc_asks_for_pages_above_two(void **state)
{
	static const struct { const char *script, *told; } rows[] = {
		{ "k = kmalloc 1", "" }, { "k = kmalloc 8192", "" },
		{ "k = kmalloc 8193", "gfp=GFP_KERNEL|__GFP_COMP pfn=262144 order=2 " },
		{ "k = kmalloc 16384", "gfp=GFP_KERNEL|__GFP_COMP pfn=262144 order=2 " },
		{ "k = kmalloc 16385 gfp=GFP_ATOMIC", "gfp=GFP_ATOMIC|__GFP_COMP pfn=262144 order=3 " },
		{ "k = kmalloc 4194304", "gfp=GFP_KERNEL|__GFP_COMP pfn=262144 order=10 " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		booted("6.1", BUILT);
		work(rows[i].script);
		if (*rows[i].told)
			assert_non_null(strstr(told("__alloc_pages"), rows[i].told));
		else
			assert_string_equal(told("__alloc_pages"), "");
		assert_int_equal(*told("kmalloc") != '\0', *rows[i].told == '\0');
		over();
	}
	booted("6.1", BUILT);
	work("k = kmalloc 8192");
	assert_string_equal(told("kmalloc"), "kmalloc line=1 bytes=8192; not_computed=objects of up to two pages come from slabs, "
			    "and at work only SLUB's are modelled");
	over();
}

/* What is free of the first block after 12 pages at the front are in use or on lists. */
#define BEHIND(...) "0/Normal/4/MIGRATE_UNMOVABLE 0 Normal 4 MIGRATE_UNMOVABLE 1 262160,1,16 | " \
	"0/Normal/5/MIGRATE_UNMOVABLE 0 Normal 5 MIGRATE_UNMOVABLE 1 262176,1,32 | " \
	"0/Normal/6/MIGRATE_UNMOVABLE 0 Normal 6 MIGRATE_UNMOVABLE 1 262208,1,64 | " \
	"0/Normal/7/MIGRATE_UNMOVABLE 0 Normal 7 MIGRATE_UNMOVABLE 1 262272,1,128 | " \
	"0/Normal/8/MIGRATE_UNMOVABLE 0 Normal 8 MIGRATE_UNMOVABLE 1 262400,1,256 | " \
	"0/Normal/9/MIGRATE_UNMOVABLE 0 Normal 9 MIGRATE_UNMOVABLE 1 262656,1,512 | " \
	"0/Normal/10/MIGRATE_MOVABLE 0 Normal 10 MIGRATE_MOVABLE 15 263168,15,1024"

/*
 *   b, five pages by bulk: 262144 .. 262148, the last is freed; c, two pages: 262150 and 262151, split and freed one by one.
 */
static void names_hold_blocks_newest_last(void **state)
{
	(void)state;
	booted("6.1", BUILT);
	work("b = bulk 5; free b; c = alloc order=1; split c; free c all; release b; free c; free pfn=7; free pfn=262144; split c");
	assert_string_equal(told("split_page"), "split_page line=1 pfn=262150 order=1");
	assert_string_equal(told("__free_pages"),
		"__free_pages op=2 line=1 node=0 zone=Normal cpu=0 pfn=262148 order=0 base=0x40004000 size=0x1000; to=the CPU's page list count=2 high=12 | "
		"__free_pages op=5 line=1 node=0 zone=Normal cpu=0 pfn=262151 order=0 base=0x40007000 size=0x1000; to=the CPU's page list count=5 high=12 | "
		"__free_pages op=5 line=1 node=0 zone=Normal cpu=0 pfn=262150 order=0 base=0x40006000 size=0x1000; to=the CPU's page list count=6 high=12 | "
		/* 6.1 releases single pages last one first. */
		"__free_pages op=6 line=1 node=0 zone=Normal cpu=0 pfn=262147 order=0 base=0x40003000 size=0x1000; to=the CPU's page list count=7 high=12 | "
		"__free_pages op=6 line=1 node=0 zone=Normal cpu=0 pfn=262146 order=0 base=0x40002000 size=0x1000; to=the CPU's page list count=8 high=12 | "
		"__free_pages op=6 line=1 node=0 zone=Normal cpu=0 pfn=262145 order=0 base=0x40001000 size=0x1000; to=the CPU's page list count=9 high=12 | "
		"__free_pages op=6 line=1 node=0 zone=Normal cpu=0 pfn=262144 order=0 base=0x40000000 size=0x1000; to=the CPU's page list count=10 high=12 | "
		/* The last block of a name is remembered; each page that nobody has is counted below zero, once more each time. */
		"__free_pages op=7 line=1 pfn=262150 cpu=0" FREED_AGAIN("-1") " | __free_pages op=8 line=1 pfn=7 cpu=0" NO_SUCH_PAGE " | "
		"__free_pages op=9 line=1 pfn=262144 cpu=0" FREED_AGAIN("-1") " | __free_pages op=10 line=1 pfn=262150 cpu=0" FREED_AGAIN("-2"));
	assert_string_equal(table(MM_PCP_PAGES), "262144 0 Normal 0 0 MIGRATE_UNMOVABLE | 262145 0 Normal 0 0 MIGRATE_UNMOVABLE | "
		"262146 0 Normal 0 0 MIGRATE_UNMOVABLE | 262147 0 Normal 0 0 MIGRATE_UNMOVABLE | 262150 0 Normal 0 0 MIGRATE_UNMOVABLE | "
		"262151 0 Normal 0 0 MIGRATE_UNMOVABLE | 262148 0 Normal 0 0 MIGRATE_UNMOVABLE | 262149 0 Normal 0 0 MIGRATE_UNMOVABLE | "
		"262152 0 Normal 0 1 MIGRATE_UNMOVABLE");
	assert_string_equal(table(MM_FREELISTS), "0/Normal/1/MIGRATE_UNMOVABLE 0 Normal 1 MIGRATE_UNMOVABLE 1 262154,1,2 | "
			    "0/Normal/2/MIGRATE_UNMOVABLE 0 Normal 2 MIGRATE_UNMOVABLE 1 262156,1,4 | " BEHIND());
	assert_string_equal(table(MM_PAGESETS), "0/Normal/0 0 Normal 0 10 12 0 0 3 12 | 0/Normal/1 0 Normal 1 0 12 0 0 3 12");
	/* 10 of 16384 pages are on the list. */
	assert_non_null(strstr(table(MM_ZONES), "0/Normal 0 Normal 1 262144 16384 16384 16384 0 16374 16 20 24 0 "));
	assert_string_equal(table(MM_LEDGER), "40000000 4000000 free   0 1");
	over();
}

/* Pages have the name's owner, or the operation's where there is none, and go back to whom they were of. */
static void the_ledger_says_whose_pages_are(void **state)
{
	(void)state;
	booted("6.1", BUILT);
	work("k = alloc order=2; alloc order=3; x = alloc order=2; free x");
	assert_string_equal(table(MM_LEDGER), "40000000 4000 alloc_pages k __alloc_pages 11 1 | 40004000 4000 free   0 1 | "
			    "40008000 8000 alloc_pages op 2 __alloc_pages 13 1 | 40010000 3ff0000 free   0 1");
	/* x makes it 12 pages, as many as the list may have: a batch goes back, which is x. */
	assert_string_equal(table(MM_PCP_PAGES), "262160 0 Normal 0 3 MIGRATE_UNMOVABLE");
	over();
}

/* What nobody named is not the first name's. */
static void blocks_without_a_name_are_nobodys(void **state)
{
	(void)state;
	booted("6.1", BUILT);
	work("alloc order=4; a = alloc order=5; alloc order=6; free a all");
	assert_string_equal(told("__free_pages"), "__free_pages op=4 line=1 node=0 zone=Normal cpu=0 pfn=262176 order=5 base=0x40020000 size=0x20000; "
			    "to=the free lists");
	over();
}

/* More blocks than the four that a name has room for at first, and more owners than 64; the block that was whole last is first. */
static void a_name_may_hold_any_number(void **state)
{
	(void)state;
	booted("6.1", BUILT);
	work("repeat 70 { a = alloc order=4 }; free a all");
	assert_string_equal(table(MM_LEDGER), "40000000 4000000 free   0 1");
	assert_string_equal(table(MM_FREELISTS), "0/Normal/10/MIGRATE_UNMOVABLE 0 Normal 10 MIGRATE_UNMOVABLE 2 262144,2,1024 | "
			    "0/Normal/10/MIGRATE_MOVABLE 0 Normal 10 MIGRATE_MOVABLE 14 264192,14,1024");
	over();
}

/* CPU 0 took 3 pages: a share of -3 that no counter of the zone knows of yet. */
static void counters_of_cpus_are_folded(void **state)
{
	static const struct { const char *version, *vmstat; } rows[] = {
		{ "6.1", "refresh_cpu_vm_stats line=1 cpu=0 ret=1 | refresh_cpu_vm_stats line=1 cpu=0 ret=0 | refresh_cpu_vm_stats line=1 cpu=0 ret=0" },
		/* high, 15 after the refill, comes down by an eighth a time: 14, 13, and 12 is the least. */
		{ "6.12", "refresh_cpu_vm_stats line=1 cpu=0 ret=1 | refresh_cpu_vm_stats line=1 cpu=0 ret=1 | refresh_cpu_vm_stats line=1 cpu=0 ret=0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		booted(rows[i].version, BUILT);
		work("a = alloc; vmstat; vmstat; vmstat");
		assert_string_equal(told("refresh_cpu_vm_stats"), rows[i].vmstat);
		over();
	}
	booted("6.1", BUILT);
	work("a = alloc; idle; idle; idle cpu=1; b = alloc order=10");
	assert_string_equal(told("quiet_vmstat"),
		"quiet_vmstat line=1 cpu=0; reason=the CPU goes idle: its share of the counters goes to the zones | "
		"quiet_vmstat line=1 cpu=0; reason=the CPU goes idle, and has no share of the counters | "
		"quiet_vmstat line=1 cpu=1; reason=the CPU goes idle, and has no share of the counters");
	/* 3 pages less by now. */
	assert_non_null(strstr(told("__alloc_pages"), " name=b mark=low free=16381 unusable=1023 min=20 "));
	over();
}

/* A CPU with a share has its work queued, and once more as long as there was something to do. */
static void waiting_runs_the_work_of_cpus_that_need_it(void **state)
{
	(void)state;
	booted("6.1", BUILT);
	work("a = alloc cpu=1; wait 3");
	assert_string_equal(told("refresh_cpu_vm_stats"), "refresh_cpu_vm_stats line=1 cpu=1 ret=1 | refresh_cpu_vm_stats line=1 cpu=1 ret=0");
	over();
	booted("6.1", BUILT);
	work("a = alloc cpu=1; alloc cpu=0 order=1; wait 1");
	assert_string_equal(told("refresh_cpu_vm_stats"), "refresh_cpu_vm_stats line=1 cpu=0 ret=1 | refresh_cpu_vm_stats line=1 cpu=1 ret=1");
	over();
}

/*
 * xorshift64 from seed * 2862933555777941757 + 3037000493 (shifts 13, 7, 17; the lowest 11 bits fall away): the first numbers mean
 * allocate on CPU 0, on CPU 1, free the second, free the first, order 1 and order 2 on CPU 0, as a model of it says.
 */
static void random_operations_are_the_same_everywhere(void **state)
{
	(void)state;
	booted("6.1", BUILT);
	work("random 6 seed=1 cpus=0-1 orders=0-3 hold=3");
	assert_string_equal(told("__alloc_pages"),
		"__alloc_pages op=2 line=1 node=0 zone=Normal cpu=0 gfp=GFP_KERNEL pfn=262144 order=0 base=0x40000000 size=0x1000; "
		LIST " mark=low free=16384 unusable=0 min=20 reserve=0" WALK " | "
		"__alloc_pages op=3 line=1 node=0 zone=Normal cpu=1 gfp=GFP_KERNEL pfn=262147 order=0 base=0x40003000 size=0x1000; "
		LIST " mark=low free=16384 unusable=0 min=20 reserve=0" WALK " | "
		"__alloc_pages op=6 line=1 node=0 zone=Normal cpu=0 gfp=GFP_KERNEL pfn=262150 order=1 base=0x40006000 size=0x2000; "
		LIST " mark=low free=16384 unusable=1 min=20 reserve=0" WALK " | "
		"__alloc_pages op=7 line=1 node=0 zone=Normal cpu=0 gfp=GFP_KERNEL pfn=262156 order=2 base=0x4000c000 size=0x4000; "
		LIST " mark=low free=16377 unusable=3 min=20 reserve=0" WALK);
	assert_string_equal(told("__free_pages"),
		"__free_pages op=4 line=1 node=0 zone=Normal cpu=1 pfn=262147 order=0 base=0x40003000 size=0x1000; to=the CPU's page list count=3 high=12 | "
		"__free_pages op=5 line=1 node=0 zone=Normal cpu=0 pfn=262144 order=0 base=0x40000000 size=0x1000; to=the CPU's page list count=3 high=12");
	over();
}

#define BELOW(op, mark, min) "get_page_from_freelist op=" op " line=1 node=0 zone=Normal order=10; reason=what is free is not above the mark " \
	"and the reserve verdict=below_mark" WALK " mark=" mark " free=1024 unusable=1023 min=" min " reserve=0"

/* 15 of 16 blocks are taken; of the last one all pages but one count as unusable, since a block of its size is asked for. */
static void a_request_that_fails_says_why(void **state)
{
	(void)state;
	booted("6.1", BUILT);
	work("repeat 15 { b = alloc order=10 }; c = alloc order=10 node=0; c = alloc order=10 gfp=__GFP_NOMEMALLOC cpu=1; c = alloc order=11");
	assert_string_equal(told("get_page_from_freelist"), BELOW("17", "low", "20") " | " BELOW("17", "min", "16") " | "
			    BELOW("18", "low", "20") " | " BELOW("18", "min", "16") " | " BELOW("18", "min", "16"));
	assert_string_equal(told("wakeup_kswapd"), "wakeup_kswapd op=17 line=1 node=0; "
			    "not_computed=kswapd is awake from here on, but what it would reclaim is not modelled");
	assert_non_null(strstr(told("__alloc_pages"),
		" | __alloc_pages op=17 line=1 cpu=0 node=0 order=10 gfp=GFP_KERNEL; "
		"reason=no zone could serve it: the kernel would now compact and reclaim, which is not modelled | "
		"__alloc_pages op=18 line=1 cpu=1 order=10 gfp=__GFP_NOMEMALLOC; reason=no zone could serve it, and the request does not let the "
		"kernel reclaim assumed=counters of what reclaim works on (LRU, slab, page tables) are those of the recorded state, or 0: "
		"nothing here changes them | "
		"__alloc_pages op=19 line=1 cpu=0 order=11 gfp=GFP_KERNEL; reason=there is no block of this order: WARN_ON_ONCE(order > MAX_PAGE_ORDER)"));
	assert_ptr_equal(strstr(said(), "init: page allocation failure: order:10, mode:0x80000(__GFP_NOMEMALLOC), nodemask=(null) | Mem-Info: | "), m.text);
	over();
}

/* What no build has for itself: the line in the file, the place in the function, and before 5.17 the marker's number, are not made up. */
static void an_order_above_the_limit_is_warned_of(void **state)
{
	static const char cut[] = "------------[ cut here ]------------ | ", end[] = " | ---[ end trace 0000000000000000 ]---";
	static const struct { const char *version, *where; bool ends; } rows[] = {
		{ "5.16", "WARNING: CPU: 1 PID: 1 at mm/page_alloc.c", false }, { "5.17", "WARNING: CPU: 1 PID: 1 at mm/page_alloc.c", true },
		{ "6.18", "WARNING: CPU: 1 PID: 1 at mm/page_alloc.c", true }, { "6.19", "WARNING: mm/page_alloc.c", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[200];

		booted(rows[i].version, BUILT);
		snprintf(text, sizeof(text), "%s%s%s", cut, rows[i].where, rows[i].ends ? end : "");
		work("alloc order=11 cpu=1 gfp=GFP_KERNEL|__GFP_NOWARN; repeat 2 { alloc order=11 cpu=1 }");
		assert_string_equal(said(), text);
		assert_non_null(strstr(told(m.mm.rules->alloc_pages_name), "not_computed=the line of mm/page_alloc.c and the place in the function are the "
				       "build's own: what is printed ends before them; registers"));
		assert_int_equal(strstr(m.text, "the end marker's random number") != NULL, !rows[i].ends);
		over();
	}
}

/*
 * All blocks of order 3 and more are gone.  Before 7.0 a request that compacts first (above order 3, or unmovable) ends there; one
 * for order 3 that is movable looks through the zones once more.
 */
static void some_requests_compact_before_they_look_again(void **state)
{
	static const struct { const char *version, *request; unsigned looks; } rows[] = {
		{ "6.12", "order=3", 2 }, { "6.12", "order=3 gfp=GFP_HIGHUSER_MOVABLE", 3 }, { "6.12", "order=4 gfp=GFP_HIGHUSER_MOVABLE", 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned looks = 0;
		char text[200];

		booted(rows[i].version, BUILT);
		m.mm.nodes.node[0].zones[ZONE_NORMAL].watermark[WMARK_MIN] = 99999;
		m.mm.nodes.node[0].zones[ZONE_NORMAL].watermark[WMARK_LOW] = 99999;
		m.mm.nodes.node[0].zones[ZONE_NORMAL].watermark[WMARK_HIGH] = 99999;
		snprintf(text, sizeof(text), "a = alloc %s", rows[i].request);
		work(text);
		for (const char *p = told("get_page_from_freelist"); (p = strstr(p, "verdict=")); p++)
			looks++;
		assert_int_equal(looks, rows[i].looks);
		assert_non_null(strstr(told("__alloc_pages_noprof"), "reason=no zone could serve it: the kernel would now compact"));
		over();
	}
}

/* One report in ten seconds; of 16 blocks of the largest order, one is held back by the marks. */
static void reports_are_limited(void **state)
{
	static const struct { const char *script; unsigned printed, missed; } rows[] = {
		{ "repeat 15 { c = alloc order=10 gfp=__GFP_NOMEMALLOC }", 0, 0 },
		{ "repeat 16 { c = alloc order=10 gfp=__GFP_NOMEMALLOC }", 1, 0 },
		{ "repeat 18 { c = alloc order=10 gfp=__GFP_NOMEMALLOC }", 1, 2 },
		{ "repeat 18 { c = alloc order=10 gfp=__GFP_NOMEMALLOC }; wait 9; c = alloc order=10 gfp=__GFP_NOMEMALLOC", 1, 3 },
		{ "repeat 18 { c = alloc order=10 gfp=__GFP_NOMEMALLOC }; wait 11; c = alloc order=10 gfp=__GFP_NOMEMALLOC", 2, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned printed = 0, missed = 0;

		booted("6.1", BUILT);
		work(rows[i].script);
		for (size_t e = m.from; e < m.mm.trace.nr_events; e++) {
			const struct mm_event *event = &m.mm.trace.events[e];

			for (size_t k = 0; k < event->nr_printk; k++)
				printed += strstr(event->printk[k], "page allocation failure") != NULL;
			for (size_t k = 0; k < event->nr_why; k++)
				missed += !strcmp(event->why[k].name, "not_printed");
		}
		assert_int_equal(printed, rows[i].printed);
		assert_int_equal(missed, rows[i].missed);
		over();
	}
}

/*
 * min = 2048 KiB / 4, low and high 1/4 of that above (a thousandth of 16384 is less).  high of a list: low / 2 CPUs, or a fraction
 * of the zone / 2 CPUs; before 5.14 six batches, or the fraction itself and a quarter of it as a batch, at most 8 * 12.
 */
static void sysctls_change_marks_and_limits(void **state)
{
	static const struct { const char *version, *script, *told, *marks, *sets; } rows[] = {
		{ "6.1", "vm.min_free_kbytes=2048", "zone_set_pageset_high_and_batch line=1 node=0 zone=Normal batch=3 high=320; managed=16384 low=640",
		  " 512 640 768 ", "0/Normal/0 0 Normal 0 0 320 0 0 3 12 | 0/Normal/1 0 Normal 1 0 320 0 0 3 12" },
		{ "6.1", "vm.percpu_pagelist_high_fraction=64", "zone_set_pageset_high_and_batch line=1 node=0 zone=Normal batch=3 high=128; "
		  "managed=16384 fraction=64", " 16 20 24 ", "0/Normal/0 0 Normal 0 0 128 0 0 3 12 | 0/Normal/1 0 Normal 1 0 128 0 0 3 12" },
		{ "6.1", "vm.percpu_pagelist_high_fraction=8; vm.percpu_pagelist_high_fraction=0",
		  "zone_set_pageset_high_and_batch line=1 node=0 zone=Normal batch=3 high=1024; managed=16384 fraction=8 | "
		  "zone_set_pageset_high_and_batch line=1 node=0 zone=Normal batch=3 high=12; managed=16384 low=20",
		  " 16 20 24 ", "0/Normal/0 0 Normal 0 0 12 0 0 3 12 | 0/Normal/1 0 Normal 1 0 12 0 0 3 12" },
		{ "6.1", "vm.percpu_pagelist_high_fraction=7", "", " 16 20 24 ", "0/Normal/0 0 Normal 0 0 12 0 0 3 12 | 0/Normal/1 0 Normal 1 0 12 0 0 3 12" },
		/* The same as before: nothing to tell. */
		{ "6.1", "vm.percpu_pagelist_high_fraction=0", "", " 16 20 24 ", "0/Normal/0 0 Normal 0 0 12 0 0 3 12 | 0/Normal/1 0 Normal 1 0 12 0 0 3 12" },
		{ "6.12", "vm.min_free_kbytes=2048", "zone_set_pageset_high_and_batch line=1 node=0 zone=Normal batch=3 high_min=320 high_max=1024; "
		  "managed=16384 low=640", " 512 640 768 ", "0/Normal/0 0 Normal 0 0 0 320 1024 3 12 | 0/Normal/1 0 Normal 1 0 0 320 1024 3 12" },
		{ "6.12", "vm.percpu_pagelist_high_fraction=64", "zone_set_pageset_high_and_batch line=1 node=0 zone=Normal batch=3 high_min=128 "
		  "high_max=128; managed=16384 fraction=64", " 16 20 24 ", "0/Normal/0 0 Normal 0 0 0 128 128 3 12 | 0/Normal/1 0 Normal 1 0 0 128 128 3 12" },
		/* As small as the least high: only the upper bound moves. */
		{ "6.12", "vm.percpu_pagelist_high_fraction=2000", "zone_set_pageset_high_and_batch line=1 node=0 zone=Normal batch=3 high_min=12 "
		  "high_max=12; managed=16384 fraction=2000", " 16 20 24 ", "0/Normal/0 0 Normal 0 0 0 12 12 3 12 | 0/Normal/1 0 Normal 1 0 0 12 12 3 12" },
		/* Marks do not move limits yet. */
		{ "5.10", "vm.min_free_kbytes=2048", "", " 512 640 768 ", "0/Normal/0 0 Normal 0 0 18 0 0 3 3 | 0/Normal/1 0 Normal 1 0 18 0 0 3 3" },
		{ "5.10", "vm.percpu_pagelist_fraction=64", "zone_set_pageset_high_and_batch line=1 node=0 zone=Normal batch=64 high=256; "
		  "managed=16384 fraction=64", " 16 20 24 ", "0/Normal/0 0 Normal 0 0 256 0 0 64 3 | 0/Normal/1 0 Normal 1 0 256 0 0 64 3" },
		{ "5.10", "vm.percpu_pagelist_fraction=8", "zone_set_pageset_high_and_batch line=1 node=0 zone=Normal batch=96 high=2048; "
		  "managed=16384 fraction=8", " 16 20 24 ", "0/Normal/0 0 Normal 0 0 2048 0 0 96 3 | 0/Normal/1 0 Normal 1 0 2048 0 0 96 3" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		booted(rows[i].version, BUILT);
		work(rows[i].script);
		assert_string_equal(told("zone_set_pageset_high_and_batch"), rows[i].told);
		assert_non_null(strstr(table(MM_ZONES), rows[i].marks));
		assert_string_equal(table(MM_PAGESETS), rows[i].sets);
		over();
	}
	booted("6.1", BUILT);
	work("vm.min_free_kbytes=2048; vm.percpu_pagelist_high_fraction=7; a = alloc");
	assert_string_equal(told("min_free_kbytes_sysctl_handler"), "min_free_kbytes_sysctl_handler line=1 min_free_kbytes=2048");
	assert_string_equal(told("percpu_pagelist_high_fraction_sysctl_handler"), "percpu_pagelist_high_fraction_sysctl_handler line=1 "
		"percpu_pagelist_high_fraction=7; reason=the write fails with EINVAL: it takes 0, or 8 and more");
	assert_non_null(strstr(told("__alloc_pages"), " mark=low free=16384 unusable=0 min=640 "));
	assert_non_null(strstr(table(MM_COUNTERS), "min_free_kbytes 2048 KiB"));
	over();
	booted("5.10", BUILT);
	work("vm.percpu_pagelist_fraction=7");
	assert_non_null(strstr(told("percpu_pagelist_fraction_sysctl_handler"), "percpu_pagelist_fraction=7; reason=the write fails"));
	assert_string_equal(told("ops"), "ops | " BEGIN " unverified=of this release no allocator was recorded that this was held against | ops");
	over();
}

/* What boot's lists count afterwards is what the allocator left, pageblocks included. */
static void boot_gets_its_counts_back(void **state)
{
	const struct buddy_zone *bz;

	(void)state;
	booted("6.1", BUILT);
	work("a = alloc order=9; b = alloc; vmstat");
	bz = buddy_zone_of(&m.mm.buddy, &m.mm.nodes.node[0].zones[ZONE_NORMAL]);
	/* 512 pages for a, 3 on the list of which one is b's. */
	assert_int_equal(bz->free_pages, PAGES - 512 - 3);
	assert_int_equal(bz->lists[10][MIGRATE_MOVABLE].nr_free, 15);
	assert_int_equal(bz->lists[10][MIGRATE_UNMOVABLE].nr_free, 0);
	for (unsigned order = 0; order < 10; order++)
		assert_int_equal(bz->lists[order][MIGRATE_UNMOVABLE].nr_free, order != 1 && order < 9);
	/* Both pageblocks of the first block are unmovable; [start, end) of each type that is not movable. */
	for (size_t i = 0; i < m.mm.buddy.nr_blocks; i++)
		if (m.mm.buddy.blocks[i].type == MIGRATE_UNMOVABLE)
			assert_true(m.mm.buddy.blocks[i].start >= START && m.mm.buddy.blocks[i].end <= START + 1024);
	over();
}

/* ------------------------------------------------------------------ a script that goes on */

/* The same machine has more to do; what run() writes before a step would come between. */
static int go_on(const char *text)
{
	return ops_go_on(&m.mm, text, &m.error);
}

/* Everything that is known of the machine: its events with their splices, the tables, the reports, its steps. */
static char *all_of_it(void)
{
	static char text[512 << 10];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s\n", told(NULL));

	for (size_t i = m.from; i < m.mm.trace.nr_events; i++) {
		const struct mm_event *e = &m.mm.trace.events[i];

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%u %d %u %u %u %s %zu:", e->seq, (int)e->kind, e->step, e->depth,
					(unsigned)e->count, e->owner, e->nr_printk);
		for (size_t k = 0; k < e->nr_splices; k++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, " %s@%zu-%zu+%zu", mm_table_def(e->splices[k].table)->name,
						(size_t)e->splices[k].at, (size_t)e->splices[k].nr_del, (size_t)e->splices[k].nr_ins);
		for (size_t k = 0; k < e->nr_printk; k++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "\n%s", e->printk[k]);
	}
	for (int t = 0; t < MM_NR_TABLES; t++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "\n%s: %s", mm_table_def((enum mm_table_id)t)->name, table((enum mm_table_id)t));
	len += (size_t)snprintf(text + len, sizeof(text) - len, "\n%s", report(report_buddyinfo));
	for (size_t i = 0; i < m.mm.buddy.nr_blocks; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "\n%llu-%llu %d", (unsigned long long)m.mm.buddy.blocks[i].start,
					(unsigned long long)m.mm.buddy.blocks[i].end, (int)m.mm.buddy.blocks[i].type);
	for (size_t i = 0; i < m.mm.trace.nr_steps; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "\n%s %u-%u", m.mm.trace.steps[i].name, m.mm.trace.steps[i].first_seq,
					m.mm.trace.steps[i].last_seq);
	assert_true(len < sizeof(text));
	return strdup(text);
}

/* A pageblock changes hands and is given back, names are met again, a report is held back for ten seconds, numbers go on. */
static const char *const steps_of_a_script[] = {
	"a = alloc order=2 # not the last", "repeat 9 {\n  b = alloc cpu=1\n}", "free a; free a", "c = alloc order=9 gfp=GFP_ATOMIC", "",
	"free b cpu=1; random 40 seed=3 hold=20", "big = alloc order=11", "z = alloc order=10 gfp=GFP_NOWAIT", "repeat 30 { z = alloc order=10 gfp=GFP_NOWAIT }",
	"z = alloc order=10 gfp=GFP_NOWAIT", "wait 11", "z = alloc order=10 gfp=GFP_NOWAIT", "free z all; free c", "vm.min_free_kbytes=900", "drain all",
	"d = alloc order=3; split d", "release d cpu=1", "idle cpu=1; vmstat",
};

static void more_of_a_script_is_as_all_of_it(void **state)
{
	static const char *const versions[] = { "5.10", "6.1", "6.12", "7.2" };
	char text[2048];
	char *grown, *whole;

	(void)state;
	for (size_t v = 0; v < ARRAY_SIZE(versions); v++) {
		for (size_t nr = 1; nr <= ARRAY_SIZE(steps_of_a_script); nr++) {
			size_t len = 0;

			booted(versions[v], BUILT);
			for (size_t i = 0; i < nr; i++) {
				len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? "\n" : "", steps_of_a_script[i]);
				if (i)
					assert_int_equal(go_on(text), 0);
				else
					work(text);
			}
			grown = all_of_it();
			over();
			booted(versions[v], BUILT);
			work(text);
			whole = all_of_it();
			over();
			assert_string_equal(grown, whole);
			free(grown);
			free(whole);
		}
	}
}

/* What is wrong with it is said at its place in the whole script; what does not begin like the script is another one. */
static void what_goes_on_is_read_as_a_whole(void **state)
{
	(void)state;
	booted("6.12", BUILT);
	work("a = alloc\nb = alloc");
	assert_int_equal(go_on("a = alloc\nb = alloc order=1"), -EAGAIN);
	assert_int_equal(go_on("a = alloc\nb = alloc; free b"), -EAGAIN);
	assert_int_equal(go_on("a = alloc"), -EAGAIN);
	assert_int_equal(go_on("a = alloc\nb = alloc"), 0);
	assert_int_equal(go_on("a = alloc\nb = alloc\n\n  free b; free nobody"), -EINVAL);
	assert_string_equal(m.error.node, "line 4, column 16");
	assert_string_equal(m.error.text, "nothing is called 'nobody'");
	over();
	booted("6.12", BUILT);
	work("repeat 2000000 { drain }");
	assert_int_equal(go_on("repeat 2000000 { drain }\nrepeat 2000000 { drain }\ndrain"), -EINVAL);
	assert_string_equal(m.error.text, "that is more than 4000000 operations");
	over();
}

/* ------------------------------------------------------------------ recorded states */

static struct mm_alloc_zone zones[2];
static struct mm_alloc_node nodes[1];
static struct mm_alloc_cpu state_cpus[3];
static struct mm_alloc_pageset sets[6];
static struct mm_alloc_list free_lists[2], pcp_lists[1];
static struct mm_alloc_blocks blocks[2];
static struct mm_alloc_state recorded;
static unsigned zonelist[2];
static uint64_t of_order_3[2], of_order_10[2], of_cpu_1[2];

/*
 *   262144 145 | 146 ..    | 262152 .. 159 | 160 ..   | 263168 .. 264191 | ..
 *   CPU 1's      in use      free, order 3   in use     free, order 10     in use
 */
static void record(void)
{
	of_order_3[0] = START + 8;
	of_order_10[0] = START + 1024;
	of_cpu_1[0] = START;
	of_cpu_1[1] = START + 1;
	zonelist[0] = 0;
	zones[0] = (struct mm_alloc_zone){ .kind = MM_ZONE_NORMAL, .start_pfn = START, .spanned = PAGES, .present = PAGES - 1, .managed = 16000,
					   .cma = 7, .counters = { 1032, 0, 1024 }, .wmark = { 10, 30, 40, -1 }, .lowmem_reserve = { 5, -3, 0 } };
	nodes[0] = (struct mm_alloc_node){ .exists = true, .fallback = zonelist, .nr_fallback = 1 };
	memset(state_cpus, 0, sizeof(state_cpus));
	for (size_t i = 0; i < 2; i++)
		sets[i] = (struct mm_alloc_pageset){ .high = 99, .batch = 5, .stat_threshold = 4 };
	sets[1].count = 2;
	free_lists[0] = (struct mm_alloc_list){ .order = 3, .type = MIGRATE_UNMOVABLE, .nr = 1, .pfns = of_order_3 };
	free_lists[1] = (struct mm_alloc_list){ .order = 10, .type = MIGRATE_MOVABLE, .nr = 1, .pfns = of_order_10 };
	pcp_lists[0] = (struct mm_alloc_list){ .cpu = 1, .list = 0, .nr = 2, .pfns = of_cpu_1 };
	blocks[0] = (struct mm_alloc_blocks){ START, 1, MIGRATE_UNMOVABLE };
	blocks[1] = (struct mm_alloc_blocks){ START + 512, 31, MIGRATE_MOVABLE };
	recorded = (struct mm_alloc_state){
		.version = 6, .patchlevel = 1, .max_order = 10, .pageblock_order = 9, .nr_pcp_lists = 12, .has_cma = true,
		.zones = zones, .nr_zones = 1, .nodes = nodes, .nr_nodes = 1, .cpus = state_cpus, .nr_cpus = 2, .pagesets = sets,
		.free_lists = free_lists, .nr_free_lists = 2, .pcp_lists = pcp_lists, .nr_pcp_lists_given = 1, .blocks = blocks, .nr_blocks = 2,
	};
}

static void a_recorded_state_takes_the_place_of_boot(void **state)
{
	(void)state;
	booted("6.1", BUILT);
	/* The kernel had these two pages when boot ended, and gave one of them back. */
	ledger_assign(&m.mm.ledger, 0x40001000, 0x2000, "kernel", "", "");
	record();
	from = &recorded;
	work("");
	assert_string_equal(told("from_state"), "from_state zones=1 cpus=2; reason=a recorded state takes the place of the end of boot");
	assert_string_equal(told("ops"), "ops | ops | ops");
	assert_string_equal(table(MM_FREELISTS), "0/Normal/3/MIGRATE_UNMOVABLE 0 Normal 3 MIGRATE_UNMOVABLE 1 262152,1,8 | "
			    "0/Normal/10/MIGRATE_MOVABLE 0 Normal 10 MIGRATE_MOVABLE 1 263168,1,1024");
	assert_string_equal(table(MM_PCP_PAGES), "262144 0 Normal 1 0 MIGRATE_UNMOVABLE | 262145 0 Normal 1 0 MIGRATE_UNMOVABLE");
	assert_string_equal(table(MM_PAGESETS), "0/Normal/0 0 Normal 0 0 99 0 0 5 12 | 0/Normal/1 0 Normal 1 2 99 0 0 5 12");
	/* What cannot be negative is 0. */
	assert_string_equal(table(MM_ZONES), "0/Normal 0 Normal 1 262144 16384 16383 16000 7 1032 10 30 40 0 5,0,0");
	assert_string_equal(table(MM_LEDGER), "40000000 2000 free   8 1 | 40002000 1000 kernel   5 1 | "
		"40003000 5000 in-use since before the state was recorded  8 1 | 40008000 8000 free   0 1 | "
		"40010000 3f0000 in-use since before the state was recorded  8 1 | 40400000 400000 free   0 1 | "
		"40800000 3800000 in-use since before the state was recorded  8 1");
	over();
}

/* An order-3 block for a: the list is empty, then it is back. */
static void work_goes_on_from_a_recorded_state(void **state)
{
	(void)state;
	booted("6.1", BUILT);
	record();
	from = &recorded;
	work("a = alloc cpu=1; b = alloc order=4; free a cpu=0");
	assert_string_equal(told("__alloc_pages"),
		"__alloc_pages op=1 line=1 node=0 zone=Normal cpu=1 gfp=GFP_KERNEL pfn=262144 order=0 base=0x40000000 size=0x1000; "
		LIST " name=a mark=low free=1032 unusable=0 min=30 reserve=0" WALK " | "
		"__alloc_pages op=2 line=1 node=0 zone=Normal cpu=0 gfp=GFP_KERNEL pfn=263168 order=4 base=0x40400000 size=0x10000; "
		"from=the free lists name=b mark=low free=1032 unusable=15 min=30 reserve=0" WALK);
	assert_string_equal(table(MM_PCP_PAGES), "262144 0 Normal 0 0 MIGRATE_UNMOVABLE | 262145 0 Normal 1 0 MIGRATE_UNMOVABLE");
	assert_ptr_equal(strstr(table(MM_FREELISTS), "0/Normal/3/MIGRATE_UNMOVABLE 0 Normal 3 MIGRATE_UNMOVABLE 1 262152,1,8 | "
			 "0/Normal/4/MIGRATE_UNMOVABLE 0 Normal 4 MIGRATE_UNMOVABLE 1 263184,1,16 | "), m.text);
	over();
}

enum flaw {
	SOUND, RELEASE_MINOR, RELEASE_MAJOR, PAGE_SHIFT, ORDERS, BLOCK_ORDER, LISTS, NODE, KIND, START_PFN, SPANNED, MORE_ZONES, CPUS, FREE_TWICE,
	NO_RAM, ORDER_TOO_LARGE,
};

static void make(enum flaw flaw)
{
	record();
	recorded.patchlevel += flaw == RELEASE_MINOR;
	recorded.version += flaw == RELEASE_MAJOR;
	recorded.page_shift = flaw == PAGE_SHIFT ? 14 : 0;
	recorded.max_order -= flaw == ORDERS;
	recorded.nr_free_lists -= flaw == ORDERS;
	recorded.pageblock_order -= flaw == BLOCK_ORDER;
	recorded.nr_pcp_lists += flaw == LISTS;
	zones[0].kind = flaw == KIND ? MM_ZONE_DMA : MM_ZONE_NORMAL;
	zones[0].start_pfn -= flaw == START_PFN;
	zones[0].spanned += flaw == SPANNED;
	zones[1] = zones[0];
	recorded.nr_zones += flaw == MORE_ZONES;
	sets[2] = sets[0];
	sets[3] = sets[0];
	recorded.nr_cpus += flaw == CPUS;
	of_order_10[0] = START + 1024;
	if (flaw == FREE_TWICE)
		of_order_3[0] = START + 1024 + 8;
	if (flaw == NO_RAM)
		of_order_10[0] = START + PAGES;
	if (flaw == NO_RAM)
		zones[0].spanned += 1024;
	free_lists[0].order = flaw == ORDER_TOO_LARGE ? 11 : 3;
}

/* The error that the state ends in. */
static int refused(void)
{
	jmp_buf failure;
	int err;

	m.mm.arena.on_failure = &failure;
	m.mm.arena.error = &m.error;
	err = setjmp(failure);
	if (!err)
		ops_run(&m.mm, "", &recorded, &m.error);
	m.mm.arena.on_failure = NULL;
	return abs(err);
}

static void a_state_of_another_machine_is_refused(void **state)
{
	static const struct { enum flaw flaw; const char *text; unsigned number[4]; } rows[] = {
		{ RELEASE_MINOR, "is of Linux 6.2, which is not the kernel that boots here", { 0 } },
		{ RELEASE_MAJOR, "is of Linux 7.1, which is not the kernel that boots here", { 0 } },
		{ PAGE_SHIFT, NULL, { 16, 10, 9, 12 } }, { ORDERS, NULL, { 4, 9, 9, 12 } }, { BLOCK_ORDER, NULL, { 4, 10, 8, 12 } },
		{ LISTS, NULL, { 4, 10, 9, 13 } },
		{ KIND, "is of another machine: its zone 0 is DMA of node 0, 16384 pages from frame 262144; "
			"this boot has Normal of node 0, 16384 from 262144", { 0 } },
		{ START_PFN, "is of another machine: its zone 0 is Normal of node 0, 16384 pages from frame 262143; "
			     "this boot has Normal of node 0, 16384 from 262144", { 0 } },
		{ SPANNED, "is of another machine: its zone 0 is Normal of node 0, 16385 pages from frame 262144; "
			   "this boot has Normal of node 0, 16384 from 262144", { 0 } },
		{ MORE_ZONES, "is of another machine: it has 2 zones, this boot has fewer", { 0 } },
		{ CPUS, "is of another machine: it has 3 CPUs, this one has 2", { 0 } },
		{ FREE_TWICE, "contradicts itself: page 263176 is free twice", { 0 } },
		{ NO_RAM, "is of another machine: it has a free page at 0x44000000, where this board has no RAM", { 0 } },
		{ ORDER_TOO_LARGE, "its free lists make no sense", { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[300];

		booted("6.1", BUILT);
		make(rows[i].flaw);
		if (rows[i].text)
			snprintf(text, sizeof(text), "%s", rows[i].text);
		else
			snprintf(text, sizeof(text), "is of a build with pages of %u KiB, blocks up to order %u, pageblocks of order %u and %u lists for "
				 "each CPU; this one has 4 KiB, 10, 9 and 12", rows[i].number[0], rows[i].number[1], rows[i].number[2], rows[i].number[3]);
		if (rows[i].flaw == NO_RAM)
			m.mm.nodes.node[0].zones[ZONE_NORMAL].spanned_pages += 1024;
		assert_int_equal(refused(), EINVAL);
		assert_string_equal(m.error.text, text);
		assert_string_equal(m.error.where, "recorded state");
		over();
	}
}

/* ---------------------------------------------------------------------- two nodes */

static void zonelists_say_where_pages_come_from(void **state)
{
	static const struct { const char *script, *taken; } rows[] = {
		{ "a = alloc order=10", "node=0 zone=Normal cpu=0 gfp=GFP_KERNEL pfn=270336 order=10" },
		{ "a = alloc order=10 cpu=1", "node=2 zone=Normal cpu=1 gfp=GFP_KERNEL pfn=278528 order=10" },
		{ "a = alloc order=10 cpu=1 node=0", "node=0 zone=Normal cpu=1 gfp=GFP_KERNEL pfn=270336 order=10" },
		{ "a = alloc order=10 gfp=GFP_KERNEL|GFP_DMA", "node=0 zone=DMA cpu=0 gfp=GFP_KERNEL|GFP_DMA pfn=262144 order=10" },
		/* From node 2 the only such zone is node 0's. */
		{ "a = alloc order=10 gfp=GFP_KERNEL|GFP_DMA cpu=1", "node=0 zone=DMA cpu=1 gfp=GFP_KERNEL|GFP_DMA pfn=262144 order=10" },
		{ "a = alloc order=10 cpu=1 gfp=GFP_KERNEL|__GFP_THISNODE", "node=2 zone=Normal cpu=1 gfp=GFP_KERNEL|__GFP_THISNODE pfn=278528 order=10" },
		/* The marks keep one of 8 blocks of each zone; then the next zone of the list serves. */
		{ "repeat 8 { a = alloc order=10 }", "node=0 zone=DMA cpu=0 gfp=GFP_KERNEL pfn=262144 order=10" },
		{ "repeat 15 { a = alloc order=10 }", "node=2 zone=Normal cpu=0 gfp=GFP_KERNEL pfn=278528 order=10" },
		{ "repeat 8 { a = alloc order=10 cpu=1 }", "node=0 zone=Normal cpu=1 gfp=GFP_KERNEL pfn=270336 order=10" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *all, *last;

		booted_with_nodes("6.1", BUILT);
		work(rows[i].script);
		all = told("__alloc_pages");
		last = strstr(all, rows[i].taken);
		assert_non_null(last);
		assert_null(strstr(last, " | "));
		assert_non_null(strstr(last, strstr(rows[i].script, "THISNODE") ? "zonelist_node=2 zonelist=nofallback" :
				       strstr(rows[i].script, "cpu=1") && !strstr(rows[i].script, "node=0") ? "zonelist_node=2 zonelist=fallback"
				       : "zonelist_node=0 zonelist=fallback"));
		over();
	}
}

/* Each zone has rows of its own, in the order of nodes and zones. */
static void every_zone_has_its_rows(void **state)
{
	(void)state;
	booted_with_nodes("6.1", BUILT);
	/* A batch is 1 page: what is taken, and nothing more. */
	work("a = alloc cpu=1 order=1; b = alloc gfp=GFP_KERNEL|GFP_DMA; c = alloc order=9; free a");
	assert_string_equal(table(MM_PCP_PAGES), "278528 2 Normal 0 1 MIGRATE_UNMOVABLE");
	assert_non_null(strstr(table(MM_FREELISTS), "0/DMA/10/MIGRATE_MOVABLE 0 DMA 10 MIGRATE_MOVABLE 7 263168,7,1024 | "
		"0/Normal/9/MIGRATE_UNMOVABLE 0 Normal 9 MIGRATE_UNMOVABLE 1 270848,1,512 | "
		"0/Normal/10/MIGRATE_MOVABLE 0 Normal 10 MIGRATE_MOVABLE 7 271360,7,1024 | 2/Normal/1/MIGRATE_UNMOVABLE 2 "));
	over();
}

/* Pools of huge pages are shared out among nodes, or lie where the command line put them. */
static void pools_of_huge_pages_are_reported(void **state)
{
	uint64_t of_nodes[4] = { 0, 0, 5, 0 };

	(void)state;
	for (int each = 0; each < 2; each++) {
		booted_with_nodes("6.1", BUILT);
		m.mm.hugetlb = arena_alloc(&m.mm.arena, sizeof(*m.mm.hugetlb));
		m.mm.hugetlb->nr = 1;
		m.mm.hugetlb->states[0].order = 9;
		m.mm.hugetlb->states[0].max_huge_pages = 8;
		m.mm.hugetlb->states[0].per_node = each ? of_nodes : NULL;
		work("a = alloc order=10 gfp=__GFP_NOMEMALLOC node=2; repeat 30 { a = alloc order=10 gfp=__GFP_NOMEMALLOC }");
		assert_non_null(strstr(said(), "Node 0 hugepages_total=4 hugepages_free=4 hugepages_surp=0 hugepages_size=2048kB"));
		assert_non_null(strstr(said(), each ? "Node 2 hugepages_total=5 hugepages_free=5 hugepages_surp=0 hugepages_size=2048kB"
						    : "Node 2 hugepages_total=4 hugepages_free=4 hugepages_surp=0 hugepages_size=2048kB"));
		assert_null(strstr(said(), "Node 1 huge"));
		over();
	}
}

/* Who asked, and where it may look: since 5.0 in one line.  What was not printed meanwhile is counted in the next report. */
static void the_first_line_of_a_report(void **state)
{
	static const struct { const char *version, *options; bool node_1; const char *said; } rows[] = {
		{ "6.1", BUILT, false, "nodemask=(null) | Mem-Info:" },
		{ "6.1", BUILT " CPUSETS", false, "nodemask=(null),cpuset=/,mems_allowed=0,2 | Mem-Info:" },
		{ "6.1", BUILT " CPUSETS", true, "nodemask=(null),cpuset=/,mems_allowed=0-2 | Mem-Info:" },
		{ "4.19", BUILT " CPUSETS", false, "nodemask=(null) | init cpuset=/ mems_allowed=0,2 | Mem-Info:" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		booted_with_nodes(rows[i].version, rows[i].options);
		m.mm.nodes.node[1].nid = 1;
		m.mm.nodes.node[1].online = m.mm.nodes.node[1].possible = rows[i].node_1;
		work("repeat 24 { a = alloc order=10 gfp=__GFP_NOMEMALLOC }");
		assert_ptr_equal(strstr(said(), "init: page allocation failure: order:10, mode:0x80000(__GFP_NOMEMALLOC), "), m.text);
		assert_non_null(strstr(m.text, rows[i].said));
		over();
	}
	booted("6.1", BUILT);
	work("repeat 18 { a = alloc order=10 gfp=__GFP_NOMEMALLOC }; wait 11; a = alloc order=10 gfp=__GFP_NOMEMALLOC");
	assert_non_null(strstr(said(), " | warn_alloc: 2 callbacks suppressed | init: page allocation failure: order:10, "));
	over();
	/* No word of what asks for DMA memory where there is none; with a zone for it there is. */
	booted("6.1", BUILT);
	work("a = alloc order=10 gfp=__GFP_NOMEMALLOC|GFP_DMA");
	assert_string_equal(said(), "");
	over();
	booted_with_nodes("6.1", BUILT);
	work("repeat 9 { a = alloc order=10 gfp=__GFP_NOMEMALLOC|GFP_DMA }");
	assert_non_null(strstr(said(), "mode:0x80001(GFP_DMA|__GFP_NOMEMALLOC)"));
	over();
}

/* ---------------------------------------------------------------- caches of SLUB */

#define SLUB	"HUGETLB_PAGE CMA SLUB SYSFS "

static void slub_on(void (*boot)(const char *version, const char *options), const char *version, const char *options)
{
	boot(version, options);
	/* A zonelist without the reference that ends it. */
	for (int nid = 0; nid < m.mm.nodes.nr_node_ids; nid++)
		if (m.mm.nodes.node[nid].nr_fallback == 4)
			m.mm.nodes.node[nid].nr_fallback = 3;
	m.mm.slub_params.max_order = 3;
	assert_true(run(step_kmem_cache_init));
}

/*
 * Slabs of cache "mine", oldest first: objects that are free on the slab's or its CPU's list, +N in sheaves, and where the slab is:
 * n0 on node 0's list, c0 CPU 0's own, p0 on CPU 0's stack, - nowhere.  Last how many went back to the page allocator.
 */
static const char *slabs(void)
{
	static char text[512];
	const struct mm_event *e = m.mm.trace.events;
	size_t len = 0, gone = 0;

	trace_finish(&m.mm.trace);
	for (size_t r = 0; r < m.mm.trace.rows[MM_SLAB_PAGES].nr; r++) {
		const union mm_value *row = trace_row(&m.mm.trace, MM_SLAB_PAGES, r);
		const char *place = row[7].s;

		if (strcmp(row[1].s, "mine"))
			continue;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%lld", (long long)row[5].i);
		if (row[6].i)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "+%lld", (long long)row[6].i);
		if (!strcmp(place, "none"))
			len += (size_t)snprintf(text + len, sizeof(text) - len, "- ");
		else
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%c%lld ", place[0] == 'n' ? 'n' : place[3] ? 'p' : 'c',
						(long long)(place[0] == 'n' ? row[3].i : row[8].i));
	}
	for (size_t i = m.from; i < m.mm.trace.nr_events; i++)
		gone += !strcmp(e[i].fn, "discard_slab");
	snprintf(text + len, sizeof(text) - len, "/ %zu", gone);
	return text;
}

#define TEN_SLABS	"mine = kmem_cache_create 4096; repeat 80 { o = kmem_cache_alloc cache=mine }; free o all"
#define ONE_OF_EACH	"mine = kmem_cache_create 1024; repeat 10 { repeat 15 { a = kmem_cache_alloc cache=mine }; " \
			"b = kmem_cache_alloc cache=mine }; free b all"
#define ON_CPU_1	"; x = kmem_cache_alloc cache=mine cpu=1"

/*
 * TEN_SLABS: 8 objects of 4096 bytes each, min_partial ilog2(4096) / 2 = 6.  What came last is freed first: slab 10 is the CPU's own, then
 * each of 9 to 1 gets its first free object and then the others.
 *	no stacks	9 to 5 stay on the node's list; of 4 to 1 each is a sixth one there, and goes when it is empty
 *	slabs counted	two on a stack (6 objects that should be free, of half full slabs: 12 / 8): the third sends them to the node: 8 9, 6 7, 4 5;
 *			that makes six, so of 3 and 2 both go; 1 stays.  CPU 1 then takes 8, and until it has more than 2 / 2 others 9 and 6
 *	objects counted	more than two on a stack, each slab for the one it had: 7 8 9, 4 5 6; 3 to 1 stay.  CPU 1 takes 7, whose 8 are more than 2 / 2
 * ONE_OF_EACH: of 16 objects of 1024 bytes one is freed.
 *	no stacks	9 was freed into first: CPU 1 takes it, and no other
 *	slabs counted	24 objects are 48 / 16 = 3 slabs: 7 8 9, 4 5 6, 3 to 1 stay.  CPU 1 takes 7, and 8 and 9 are more than 3 / 2
 *	objects counted	more than 6: 3 to 9, then 2 and 1.  CPU 1 takes 3, and with 4, 5 and 6 has more than 6 / 2
 */
static void slabs_that_are_partly_free_are_kept(void **state)
{
	static const struct { const char *version, *options, *script, *slabs; } rows[] = {
		{ "5.10", SLUB, TEN_SLABS, "8n0 8n0 8n0 8n0 8n0 8c0 / 4" }, { "6.1", SLUB, TEN_SLABS, "8n0 8n0 8n0 8n0 8n0 8c0 / 4" },
		{ "6.19", SLUB, TEN_SLABS, "8n0 8n0 8n0 8n0 8n0 8c0 / 4" },
		{ "5.10", SLUB "SLUB_CPU_PARTIAL", TEN_SLABS, "8p0 8p0 8p0 8n0 8n0 8n0 8n0 8n0 8n0 8c0 / 0" },
		{ "5.15", SLUB "SLUB_CPU_PARTIAL", TEN_SLABS, "8p0 8p0 8p0 8n0 8n0 8n0 8n0 8n0 8n0 8c0 / 0" },
		{ "5.16", SLUB "SLUB_CPU_PARTIAL", TEN_SLABS, "8p0 8n0 8n0 8n0 8n0 8n0 8n0 8c0 / 2" },
		{ "6.12", SLUB "SLUB_CPU_PARTIAL", TEN_SLABS, "8p0 8n0 8n0 8n0 8n0 8n0 8n0 8c0 / 2" },
		{ "6.19", SLUB "SLUB_CPU_PARTIAL", TEN_SLABS, "8p0 8n0 8n0 8n0 8n0 8n0 8n0 8c0 / 2" },
		{ "5.15", SLUB "SLUB_CPU_PARTIAL", TEN_SLABS ON_CPU_1, "8p0 8p0 8p0 8n0 8n0 8n0 7c1 8n0 8n0 8c0 / 0" },
		{ "5.16", SLUB "SLUB_CPU_PARTIAL", TEN_SLABS ON_CPU_1, "8p0 8n0 8n0 8p1 8n0 7c1 8p1 8c0 / 2" },
		{ "5.15", SLUB "SLUB_CPU_PARTIAL", ONE_OF_EACH ON_CPU_1, "1p0 1p0 0c1 1p1 1p1 1p1 1n0 1n0 1n0 1c0 / 0" },
		{ "5.16", SLUB "SLUB_CPU_PARTIAL", ONE_OF_EACH ON_CPU_1, "1p0 1p0 1p0 1n0 1n0 1n0 0c1 1p1 1p1 1c0 / 0" },
		{ "6.19", SLUB "SLUB_CPU_PARTIAL", ONE_OF_EACH ON_CPU_1, "1p0 1p0 1p0 1n0 1n0 1n0 0c1 1p1 1p1 1c0 / 0" },
		{ "6.1", SLUB, ONE_OF_EACH ON_CPU_1, "1n0 1n0 1n0 1n0 1n0 1n0 1n0 1n0 0c1 1c0 / 0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		slub_on(booted, rows[i].version, rows[i].options);
		work(rows[i].script);
		if (strcmp(slabs(), rows[i].slabs))
			fail_msg("row %zu: %s", i, slabs());
		over();
	}
}

/*
 * min_partial = ilog2(size) / 2, 5 at least; @nr objects are freed, what came last first.  A slab of several objects is on the list before
 * it is empty, so that one less stays; a slab of one object is not.
 */
static void a_node_keeps_some_empty_slabs(void **state)
{
	static const struct { unsigned size, nr; const char *order, *slabs; } rows[] = {
		{ 512, 160, "order=1 objects=16", "16n0 16n0 16n0 16n0 16c0 / 5" }, { 2048, 160, "order=3 objects=16", "16n0 16n0 16n0 16n0 16c0 / 5" },
		{ 4096, 80, "order=3 objects=8", "8n0 8n0 8n0 8n0 8n0 8c0 / 4" }, { 16384, 20, "order=3 objects=2", "2n0 2n0 2n0 2n0 2n0 2n0 2c0 / 3" },
		{ 32768, 10, "order=3 objects=1", "1n0 1n0 1n0 1n0 1n0 1n0 1n0 1c0 / 2" },
		{ 65536, 12, "order=4 objects=1", "1n0 1n0 1n0 1n0 1n0 1n0 1n0 1n0 1c0 / 3" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[200];

		slub_on(booted, "6.12", SLUB);
		snprintf(text, sizeof(text), "mine = kmem_cache_create %u; repeat %u { o = kmem_cache_alloc cache=mine }; free o all", rows[i].size, rows[i].nr);
		work(text);
		assert_non_null(strstr(told("kmem_cache_create"), rows[i].order));
		if (strcmp(slabs(), rows[i].slabs))
			fail_msg("row %zu: %s", i, slabs());
		over();
	}
}

/*
 * A sheaf of objects of 4096 bytes holds 4 of them: two of CPU 0's and ten in the barn are 48.
 * TEN_SLABS: the 49th object that comes back, and from there every fourth, has a sheaf flushed: the first four that came, then from the 45th to
 * the 72nd.  Slab 10 was freed into by numbers 1 to 8, 9 by 9 to 16 ..., 1 by 73 to 80: 10 and 5 have half of their objects back, 4, 3 and 2 all.
 * FROM_AFAR: CPU 1 is another node's, and its frees go to the slabs: of the ten, five stay, as above.
 * TWO_PARTLY: 2 objects of the older slab are free, 4 of the other, and 4 are wanted, of which the last one is handed out.  Since 7.2 the older
 * is emptied first, and has 2 in the sheaf, as has the other; up to 7.1 the other gives all, and the older is not needed.
 */
#define FROM_AFAR	"mine = kmem_cache_create 4096; repeat 80 { o = kmem_cache_alloc cache=mine }; free o all cpu=1"
#define TWO_PARTLY	"mine = kmem_cache_create 4096; repeat 2 { a = kmem_cache_alloc cache=mine }; repeat 6 { x = kmem_cache_alloc cache=mine }; " \
			"repeat 4 { b = kmem_cache_alloc cache=mine }; repeat 4 { x = kmem_cache_alloc cache=mine }; free a all cpu=1; free b all cpu=1; " \
			"y = kmem_cache_alloc cache=mine"

static void sheaves_are_filled_and_flushed(void **state)
{
	static const char full[] = "0+8- 8n0 8n0 8n0 4+4n0 0+8- 0+8- 0+8- 0+8- 4+4n0 / 0";
	static const struct { const char *version, *script, *slabs; unsigned flushes; } rows[] = {
		{ "7.0", TEN_SLABS, full, 8 }, { "7.1", TEN_SLABS, full, 8 }, { "7.2", TEN_SLABS, full, 8 }, { "7.3", TEN_SLABS, full, 8 },
		{ "7.0", FROM_AFAR, "8n0 8n0 8n0 8n0 8n0 / 5", 0 }, { "7.3", FROM_AFAR, "8n0 8n0 8n0 8n0 8n0 / 5", 0 },
		{ "7.0", TWO_PARTLY, "2n0 0+3- / 0", 0 }, { "7.1", TWO_PARTLY, "2n0 0+3- / 0", 0 },
		{ "7.2", TWO_PARTLY, "0+2- 2+1n0 / 0", 0 }, { "7.3", TWO_PARTLY, "0+2- 2+1n0 / 0", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned flushes = 0;

		slub_on(booted_with_nodes, rows[i].version, SLUB "SLUB_CPU_PARTIAL");
		work(rows[i].script);
		if (strcmp(slabs(), rows[i].slabs))
			fail_msg("row %zu: %s", i, slabs());
		for (const char *p = told("kmem_cache_free_bulk"); (p = strstr(p, "cache=mine cpu=0 objects=4")); p++)
			flushes++;
		assert_int_equal(flushes, rows[i].flushes);
		over();
	}
}

/*
 * A slab on node 2.  What is asked first: up to 6.9 the request's own flags, where blocks of order 3 must not cost anything;
 * since 6.10 GFP_NOWAIT of that node alone, and since 7.2 only what the request itself has of it.  A slab of one page has been compound since 6.10.
 */
static void flags_of_a_slabs_pages(void **state)
{
	static const struct { const char *version, *size, *gfp, *asked; } rows[] = {
		{ "6.9", "4096", "GFP_KERNEL", "gfp=__GFP_IO|__GFP_FS|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_NOMEMALLOC " },
		{ "6.10", "4096", "GFP_KERNEL", "gfp=GFP_NOWAIT|__GFP_NORETRY|__GFP_COMP|__GFP_THISNODE " },
		{ "7.1", "4096", "GFP_KERNEL|~KSWAPD_RECLAIM", "gfp=GFP_NOWAIT|__GFP_NORETRY|__GFP_COMP|__GFP_THISNODE " },
		{ "7.2", "4096", "GFP_KERNEL|~KSWAPD_RECLAIM", "gfp=__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_THISNODE " },
		{ "7.2", "4096", "GFP_KERNEL", "gfp=GFP_NOWAIT|__GFP_NORETRY|__GFP_COMP|__GFP_THISNODE " },
		{ "6.9", "192", "GFP_KERNEL", "gfp=GFP_KERNEL|__GFP_NOWARN|__GFP_NORETRY " },
		{ "6.10", "192", "GFP_KERNEL", "gfp=GFP_NOWAIT|__GFP_NORETRY|__GFP_COMP|__GFP_THISNODE " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[200];

		slub_on(booted_with_nodes, rows[i].version, SLUB "SLUB_CPU_PARTIAL");
		snprintf(text, sizeof(text), "mine = kmem_cache_create %s; o = kmem_cache_alloc cache=mine node=2 gfp=%s", rows[i].size, rows[i].gfp);
		work(text);
		if (!strstr(told(m.mm.rules->alloc_pages_name), rows[i].asked))
			fail_msg("row %zu: %s", i, m.text);
		over();
	}
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_statement_is_an_operation),
		TEST(what_boot_left_in_pieces_is_all_there_is),
		TEST(a_bad_page_says_whose_it_is),
		TEST(later_releases_do_not_look_at_new_pages),
		TEST(kmalloc_asks_for_pages_above_two),
		TEST(names_hold_blocks_newest_last),
		TEST(the_ledger_says_whose_pages_are),
		TEST(blocks_without_a_name_are_nobodys),
		TEST(a_name_may_hold_any_number),
		TEST(counters_of_cpus_are_folded),
		TEST(waiting_runs_the_work_of_cpus_that_need_it),
		TEST(random_operations_are_the_same_everywhere),
		TEST(a_request_that_fails_says_why),
		TEST(an_order_above_the_limit_is_warned_of),
		TEST(some_requests_compact_before_they_look_again),
		TEST(reports_are_limited),
		TEST(sysctls_change_marks_and_limits),
		TEST(boot_gets_its_counts_back),
		TEST(more_of_a_script_is_as_all_of_it),
		TEST(what_goes_on_is_read_as_a_whole),
		TEST(a_recorded_state_takes_the_place_of_boot),
		TEST(work_goes_on_from_a_recorded_state),
		TEST(a_state_of_another_machine_is_refused),
		TEST(zonelists_say_where_pages_come_from),
		TEST(every_zone_has_its_rows),
		TEST(pools_of_huge_pages_are_reported),
		TEST(the_first_line_of_a_report),
		TEST(slabs_that_are_partly_free_are_kept),
		TEST(a_node_keeps_some_empty_slabs),
		TEST(sheaves_are_filled_and_flushed),
		TEST(flags_of_a_slabs_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
