/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zone_machine.h"

#include "mmcore/percpu.h"

#include <stdio.h>

#define RAM_BASE	GIB(1)
#define RAM_SIZE	GIB(1)
#define MAX_CPUS	16

static struct zone_machine m;
static struct ledger ledger;
static struct memblock mb;
static struct pagetable pagetable;
static struct cpu cpu[MAX_CPUS];
static struct cpus cpus;
static struct percpu percpu;

static void set(const char *section, const char *key, uint64_t value)
{
	assert_int_equal(mm_kernel_set_number(m.kernel, section, key, value), 0);
}

static void add_facts(uint64_t static_size, uint64_t chunk)
{
	set("config", "MODULES", 1);
	set("symbols", "__per_cpu_start", 0x100000);
	set("symbols", "__per_cpu_end", 0x100000 + static_size);
	set("structs", "pcpu_chunk", chunk);
	set("structs", "pcpu_block_md", 32);
	set("structs", "pcpu_alloc_info", 64);
	set("structs", "pcpu_group_info", 24);
}

/* 1 GiB at 1 GiB, half of it on node 1, and CPU i on node nids[i]. */
static void machine(unsigned version, unsigned patchlevel, uint64_t static_size, uint64_t chunk, const char *nids)
{
	zone_machine_init(&m, version, patchlevel);
	m.kernel->smp_cache_bytes = version == 4 ? 128 : 64;
	m.kernel->no_node = NODES;
	add_facts(static_size, chunk);
	memset(&ledger, 0, sizeof(ledger));
	memset(&mb, 0, sizeof(mb));
	trace_event(&m.trace, MM_NOTE, "test");
	ledger_init(&ledger, &m.trace);
	ledger_add_ram(&ledger, RAM_BASE, RAM_SIZE);
	memblock_init(&mb, m.kernel, &m.trace, &ledger);
	memblock_add(&mb, RAM_BASE, RAM_SIZE, "test/ram", WHY_NOBODY);
	memblock_set_node(&mb, &mb.memory, RAM_BASE, RAM_SIZE / 2, 0, "test");
	memblock_set_node(&mb, &mb.memory, RAM_BASE + RAM_SIZE / 2, RAM_SIZE / 2, 1, "test");
	for (int nid = 0; nid < NODES; nid++)
		add_node(&m, nid)->node_data = 1;
	memset(&cpus, 0, sizeof(cpus));
	for (cpus.nr = 0; nids[cpus.nr]; cpus.nr++)
		cpu[cpus.nr] = (struct cpu){ .id = (int)cpus.nr, .nid = nids[cpus.nr] - '0' };
	cpus.cpu = cpu;
	cpus.nr_cpu_ids = (unsigned)cpus.nr;
}

static struct percpu_inputs inputs(void)
{
	memset(&percpu, 0, sizeof(percpu));
	return (struct percpu_inputs){ .mb = &mb, .cpus = &cpus, .nodes = &m.nodes, .goal = RAM_BASE, .pagetable = &pagetable };
}

static void embed(void)
{
	const struct percpu_inputs in = inputs();

	assert_int_equal(percpu_embed_first_chunk(&percpu, &in), 0);
	trace_finish(&m.trace);
}

static const struct mm_fact *arg(const struct mm_event *event, const char *name)
{
	for (size_t i = 0; i < event->nr_args; i++)
		if (!strcmp(event->args[i].name, name))
			return &event->args[i];
	return NULL;
}

/* Sizes of all allocations: "4096 4096 147456 8 ..." */
static const char *sizes(void)
{
	static char text[1024];
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < m.trace.nr_events; i++) {
		const struct mm_event *event = &m.trace.events[i];

		if (event->kind == MM_ALLOC)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%llu%s", len ? " " : "",
						(unsigned long long)arg(event, "size")->value.u, event->count > 1 ? "*" : "");
	}
	return text;
}

static const char *printed(void)
{
	for (size_t i = m.trace.nr_events; i-- > 0;)
		if (m.trace.events[i].nr_printk)
			return m.trace.events[i].printk[0];
	return "";
}

/* |static 34656|reserved 8192|dynamic 30880| = 18 pages; as the worked example of two CPUs, and its allocations */
static void two_cpus_of_6_7_take_what_was_recorded(void **state)
{
	(void)state;
	machine(6, 7, 34656, 192, "00");
	embed();
	assert_int_equal(percpu.dyn_size, 30880);
	assert_int_equal(percpu.unit_size, 73728);
	assert_string_equal(sizes(), "4096 4096 147456 8 8 8 16 288 200 384 392 96 200 1024 1032 256");
	assert_string_equal(printed(), "percpu: Embedded 18 pages/cpu s34656 r8192 d30880 u73728");
	zone_machine_deinit(&m);
}

/* No bitmaps yet, three list heads fewer, a missing alignment means 128. */
static void chunks_of_4_9_have_no_bitmaps(void **state)
{
	(void)state;
	machine(4, 9, 40976, 88, "00");
	embed();
	assert_string_equal(sizes(), "4096 4096 163840 8 8 8 16 256 96 96");
	assert_int_equal(percpu_unit_of(&percpu, 1)->base - percpu.base, 81920);
	zone_machine_deinit(&m);
}

/* As 6.7's example, with two list heads fewer; the chunks of 192 bytes have one for the bits of 4 and of 8 pages, not a word. */
static void chunks_of_5_8_have_bytes_for_words(void **state)
{
	(void)state;
	machine(5, 8, 34656, 192, "00");
	embed();
	assert_string_equal(sizes(), "4096 4096 147456 8 8 8 16 256 193 384 392 96 193 1024 1032 256");
	zone_machine_deinit(&m);
	machine(5, 9, 34656, 192, "00");
	embed();
	assert_string_equal(sizes(), "4096 4096 147456 8 8 8 16 256 200 384 392 96 200 1024 1032 256");
	zone_machine_deinit(&m);
}

static void memory_cgroups_of_5_10_double_the_slots(void **state)
{
	(void)state;
	machine(5, 10, 95576, 136, "00");
	set("config", "MEMCG_KMEM", 1);
	embed();
	assert_string_equal(sizes(), "4096 4096 270336 8 8 8 16 544 144 384 392 96 144 1024 1032 256");
	zone_machine_deinit(&m);
}

static void without_modules_nothing_is_reserved(void **state)
{
	(void)state;
	machine(6, 7, 34656, 192, "0");
	set("config", "MODULES", 0);
	embed();
	assert_int_equal(percpu.reserved_size, 0);
	assert_int_equal(percpu_size_sum(&percpu), 65536);
	zone_machine_deinit(&m);
}

/*
 * Dynamic memory grows with kmalloc caches, and with lockdep where pages are large; modules' share with allocation tags.
 *   34656 static + 8192 for modules + 28 KiB, 4 times that with random caches, 8 times with lockdep as well; whole pages
 */
static void builds_want_more_or_less(void **state)
{
	static const struct { unsigned version, patchlevel, page_shift; const char *options[3]; uint64_t reserved, total; } rows[] = {
		{ 6, 7, 12, { "MODULES" }, 8192, 73728 },
		{ 6, 7, 12, { "MODULES", "RANDOM_KMALLOC_CACHES" }, 8192, 159744 },
		{ 7, 2, 12, { "MODULES", "KMALLOC_PARTITION_CACHES" }, 8192, 159744 },
		/* Lockdep needs large pages as well, and 6.12. */
		{ 6, 12, 12, { "MODULES", "RANDOM_KMALLOC_CACHES", "LOCKDEP" }, 8192, 159744 },
		{ 6, 12, 16, { "MODULES", "RANDOM_KMALLOC_CACHES" }, 8192, 196608 },
		{ 6, 12, 16, { "MODULES", "RANDOM_KMALLOC_CACHES", "LOCKDEP" }, 8192, 327680 },
		{ 6, 7, 16, { "MODULES", "RANDOM_KMALLOC_CACHES", "LOCKDEP" }, 8192, 196608 },
		{ 6, 12, 16, { "MODULES", "LOCKDEP" }, 8192, 131072 },
		{ 6, 12, 12, { "MODULES", "MEM_ALLOC_PROFILING" }, 65536, 131072 },
		{ 6, 16, 12, { "MODULES", "MEM_ALLOC_PROFILING" }, 8192, 73728 },
		{ 6, 7, 12, { "MODULES", "MEM_ALLOC_PROFILING" }, 8192, 73728 },
		{ 6, 12, 12, { "MEM_ALLOC_PROFILING" }, 0, 65536 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].patchlevel, 34656, 192, "0");
		set("config", "MODULES", 0);
		m.kernel->page_shift = rows[i].page_shift;
		m.kernel->page_size = UINT64_C(1) << rows[i].page_shift;
		for (size_t k = 0; k < 3 && rows[i].options[k]; k++)
			set("config", rows[i].options[k], 1);
		embed();
		assert_int_equal(percpu.reserved_size, rows[i].reserved);
		if (percpu_size_sum(&percpu) != rows[i].total)
			fail_msg("row %zu: %llu", i, (unsigned long long)percpu_size_sum(&percpu));
		zone_machine_deinit(&m);
	}
}

/* node 0: |cpu 0|cpu 2|   node 1: |cpu 1|cpu 3| */
static void cpus_of_a_node_lie_side_by_side(void **state)
{
	(void)state;
	machine(6, 7, 34656, 192, "0101");
	embed();
	assert_int_equal(percpu.nr_groups, 2);
	assert_int_equal(percpu_unit_of(&percpu, 2)->base, percpu_unit_of(&percpu, 0)->base + 73728);
	assert_true(percpu_unit_of(&percpu, 0)->base < RAM_BASE + RAM_SIZE / 2);
	assert_true(percpu_unit_of(&percpu, 1)->base >= RAM_BASE + RAM_SIZE / 2);
	assert_int_equal(percpu.base, percpu_unit_of(&percpu, 0)->base);
	assert_null(percpu_unit_of(&percpu, 4));
	zone_machine_deinit(&m);
}

/* Node 0 is local to 1 and 2, but these are not to each other. */
static const uint8_t hub[] = {
	10, 10, 10,
	10, 10, 20,
	10, 20, 10,
};

static void the_first_cpu_gathers_all_that_are_local_to_it(void **state)
{
	(void)state;
	machine(6, 7, 34656, 192, "012");
	m.nodes.distance = (uint8_t *)hub;
	m.nodes.nr_distance = 3;
	embed();
	assert_int_equal(percpu.nr_groups, 1);
	zone_machine_deinit(&m);
}

static void older_kernels_let_nobody_far_into_a_group(void **state)
{
	(void)state;
	machine(5, 10, 95576, 136, "012");
	m.nodes.distance = (uint8_t *)hub;
	m.nodes.nr_distance = 3;
	embed();
	assert_int_equal(percpu.nr_groups, 2);
	assert_int_equal(percpu.groups[0].nr_units, 2);
	zone_machine_deinit(&m);
}

static void a_cpu_without_node_memory_takes_any(void **state)
{
	(void)state;
	machine(6, 7, 34656, 192, "02");
	m.node[2].online = false;
	embed();
	assert_int_equal(percpu.nr_groups, 2);
	assert_true(percpu_unit_of(&percpu, 1)->base >= RAM_BASE + RAM_SIZE / 2);	/* the highest there is */
	zone_machine_deinit(&m);
}

/* | unit 0 || unit 1 |  each || is where a tail of no bytes is freed, which the kernel prints */
static void tails_of_no_bytes_are_given_back_too(void **state)
{
	size_t frees = 0;

	(void)state;
	machine(6, 7, 34656, 192, "00");
	embed();
	for (size_t i = 0; i < m.trace.nr_events; i++)
		frees += m.trace.events[i].kind == MM_FREE && !arg(&m.trace.events[i], "size")->value.u;
	assert_int_equal(frees, 2);
	zone_machine_deinit(&m);
}

/* percpu_alloc=page: dynamic memory only as early boot needs it, one group, tables for the new area. */
static void single_pages_are_mapped_in_one_area(void **state)
{
	struct percpu_inputs in;

	(void)state;
	machine(6, 12, 101528, 192, "01");
	memset(&pagetable, 0, sizeof(pagetable));
	pagetable_init(&pagetable, &m.trace, 12, 4, 48);
	in = inputs();
	in.vm_base = UINT64_C(0xffff800080000000);
	assert_int_equal(percpu_page_first_chunk(&percpu, &in), 0);
	trace_finish(&m.trace);
	assert_int_equal(percpu.nr_groups, 1);
	assert_int_equal(percpu.dyn_size, 21352);
	assert_string_equal(sizes(), "4096 4096 4096* 4096* 4096* 8 8 8 16 304 200 384 392 96 200 768 776 192");
	assert_string_equal(printed(), "percpu: 32 4K pages/cpu s101528 r8192 d21352");
	assert_true(percpu_unit_of(&percpu, 0)->base < RAM_BASE + RAM_SIZE / 2);
	assert_true(percpu_unit_of(&percpu, 1)->base >= RAM_BASE + RAM_SIZE / 2);
	zone_machine_deinit(&m);
}

/* 60 columns take eight "[0] 12 " of sixteen CPUs. */
static void the_layout_is_printed_in_lines_of_a_power_of_two(void **state)
{
	struct percpu_inputs in;
	size_t lines = 0;

	(void)state;
	machine(6, 7, 34656, 192, "0000000000000000");
	in = inputs();
	in.debug = true;
	assert_int_equal(percpu_embed_first_chunk(&percpu, &in), 0);
	trace_finish(&m.trace);
	for (size_t i = 0; i < m.trace.nr_events; i++) {
		const struct mm_event *event = &m.trace.events[i];

		for (size_t k = 0; k < event->nr_printk; k++) {
			if (strncmp(event->printk[k], "pcpu-alloc: ", 12))
				continue;
			if (lines == 1)
				assert_string_equal(event->printk[k],
						    "pcpu-alloc: [0] 00 [0] 01 [0] 02 [0] 03 [0] 04 [0] 05 [0] 06 [0] 07 ");
			lines++;
		}
	}
	assert_int_equal(lines, 3);
	zone_machine_deinit(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_cpus_of_6_7_take_what_was_recorded),
		cmocka_unit_test(chunks_of_4_9_have_no_bitmaps),
		cmocka_unit_test(chunks_of_5_8_have_bytes_for_words),
		cmocka_unit_test(memory_cgroups_of_5_10_double_the_slots),
		cmocka_unit_test(without_modules_nothing_is_reserved),
		cmocka_unit_test(builds_want_more_or_less),
		cmocka_unit_test(cpus_of_a_node_lie_side_by_side),
		cmocka_unit_test(the_first_cpu_gathers_all_that_are_local_to_it),
		cmocka_unit_test(older_kernels_let_nobody_far_into_a_group),
		cmocka_unit_test(a_cpu_without_node_memory_takes_any),
		cmocka_unit_test(tails_of_no_bytes_are_given_back_too),
		cmocka_unit_test(single_pages_are_mapped_in_one_area),
		cmocka_unit_test(the_layout_is_printed_in_lines_of_a_power_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
