/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that find out what the machine is: page tables, CPUs, nodes, UEFI's memory, parameters, the live tree. */
#include "step_machine.h"

#include "mmcore/loader/uefi.h"

/* ------------------------------------------------------------------ page tables */

static void the_cpu_decides_the_address_space(void **state)
{
	static const struct { const char *options, *cpu, *told; } rows[] = {
		{ "", "cortex-a57", "__primary_switched vabits_actual=48 phys_mask_shift=48 levels=4" },
		{ "ARM64_VA_BITS=39 PGTABLE_LEVELS=3", "cortex-a57", "__primary_switched vabits_actual=39 phys_mask_shift=48 levels=3" },
		{ "ARM64_16K_PAGES", "cortex-a57", "__primary_switched vabits_actual=48 phys_mask_shift=48 levels=4" },
		{ "ARM64_16K_PAGES ARM64_VA_BITS=47 PGTABLE_LEVELS=3", "cortex-a57", "__primary_switched vabits_actual=47 phys_mask_shift=48 levels=3" },
		{ "ARM64_VA_BITS=52 PGTABLE_LEVELS=5 ARM64_PA_BITS=52 ARM64_LPA2", "cortex-a57",
		  "__primary_switched vabits_actual=48 phys_mask_shift=48 levels=4" },
		/* As QEMU's -cpu takes it. */
		{ "ARM64_VA_BITS=52 PGTABLE_LEVELS=5 ARM64_PA_BITS=52 ARM64_LPA2", "max,pauth-impdef=on",
		  "__primary_switched vabits_actual=52 phys_mask_shift=52 levels=5" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", rows[i].options);
		m.mm.arch.arm64.cpu = cpu_model_find(rows[i].cpu);
		assert_non_null(m.mm.arch.arm64.cpu);
		assert_true(run(step_primary_switched));
		assert_string_equal(told("__primary_switched"), rows[i].told);
		over();
	}
}

/* 48 bits, pages of 4 KiB, 64 bytes for each: a linear map of 2^47 bytes has 2^41 bytes of page structs. */
static void page_structs_and_fixmap_have_their_place(void **state)
{
	static const struct { const char *version; uint64_t vmemmap, linear, fixmap; } rows[] = {
		{ "4.9", UINT64_C(0xffff7e0000000000), UINT64_C(0xffff800000000000), MIB(20) },
		{ "5.10", UINT64_C(0xfffffdffffe00000), UINT64_C(0xffff000000000000), MIB(20) },
		{ "6.7", UINT64_C(0xfffffc0000000000), UINT64_C(0xffff000000000000), MIB(32) },
		{ "6.12", UINT64_C(0xfffffdffc0000000), UINT64_C(0xffff000000000000), 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		assert_int_equal(arm64_vmemmap_start(&m.mm), rows[i].vmemmap);
		assert_int_equal(arm64_phys_to_virt(&m.mm, 0), rows[i].linear);
		assert_int_equal(arm64_rules(m.kernel)->fixmap_below_vmemmap, rows[i].fixmap);
		over();
	}
}

/* "va:pa+size what": what is mapped, in order; a "b" behind if blocks may be used */
static const char *mapped(void)
{
	size_t len = 0;

	*m.text = '\0';
	trace_finish(&m.mm.trace);
	for (size_t i = m.from; i < m.mm.trace.nr_events; i++) {
		const struct mm_fact *a = m.mm.trace.events[i].args;

		if (!strcmp(m.mm.trace.events[i].fn, "create_pgd_mapping"))
			len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, "%s%llx:%llx+%llx %s%s", len ? " | " : "",
						(unsigned long long)a[0].value.u, (unsigned long long)a[1].value.u,
						(unsigned long long)a[2].value.u, a[3].value.s, a[4].value.i ? " b" : "");
	}
	return m.text;
}

#define LINEAR_6_12 "ffff000040000000:40000000+200000 linear map b | ffff000040a00000:40a00000+3f600000 linear map b | " \
	"ffff000040200000:40200000+800000 kernel text alias b"

/*
 *   image  |0 _text |64K _stext ..| 6M rodata ..| 8M init text | + 512K init data ..| 9M data ..| 10M bss ..| 11M | 12M _end
 *   RAM    |1 GiB | + 2 MiB image ........................................................................| ... 2 GiB|
 */
static void each_release_maps_the_image_and_ram(void **state)
{
	static const struct { const char *version, *options; void (*step)(struct mm *mm); const char *mapped; } rows[] = {
		{ "4.9", "", step_paging_init_4_9,
		  "ffff800080000000:40200000+600000 kernel text b | ffff800080600000:40800000+200000 kernel rodata b | "
		  "ffff800080800000:40a00000+100000 kernel init b | ffff800080900000:40b00000+300000 kernel data b | "
		  "ffff800040000000:40000000+200000 linear map b | ffff800040a00000:40a00000+3f600000 linear map b | "
		  "ffff800040200000:40200000+800000 kernel text alias b" },
		{ "6.7", "", step_paging_init,
		  "ffff800080010000:40210000+5f0000 kernel text b | ffff800080600000:40800000+200000 kernel rodata b | "
		  "ffff800080800000:40a00000+80000 kernel init text b | ffff800080880000:40a80000+80000 kernel init data b | "
		  "ffff800080900000:40b00000+300000 kernel data b | "
		  "ffff000040000000:40000000+210000 linear map b | ffff000040a00000:40a00000+3f600000 linear map b | "
		  "ffff000040210000:40210000+7f0000 kernel text alias b | 40300000:40300000+1000 idmap text b" },
		{ "6.7", "UNMAP_KERNEL_AT_EL0", step_paging_init, "40b00000:40b00000+4 idmap kpti flag b" },
		{ "6.12", "", step_paging_init_6_12, LINEAR_6_12 },
		{ "7.2", "KFENCE=0", step_paging_init_7_2,
		  "ffff000040200000:40200000+800000 kernel text alias | ffff000040b00000:40b00000+200000 kernel data alias | "
		  "ffff000040000000:40000000+40000000 linear map" },
		{ "6.12", "KFENCE KFENCE_NUM_OBJECTS=255 KFENCE_SAMPLE_INTERVAL=100", step_paging_init_6_12,
		  "ffff000040000000:40000000+200000 linear map b | ffff000040a00000:40a00000+3f400000 linear map b | "
		  "ffff000040200000:40200000+800000 kernel text alias b | ffff00007fe00000:7fe00000+200000 kfence pool" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		ram(GIB(1), GIB(1));
		assert_true(run(step_primary_switched));
		assert_true(run(rows[i].step));
		if (strstr(rows[i].mapped, "kpti"))
			assert_non_null(strstr(mapped(), rows[i].mapped));
		else
			assert_string_equal(mapped(), rows[i].mapped);
		/* Nothing stays out of the linear map. */
		assert_string_equal(MEMORY(), "40000000-80000000");
		over();
	}
}

/* Where each part of the image lies, in memory and in the kernel's addresses; what is mapped can be touched from here on. */
static void the_image_is_published_with_its_addresses(void **state)
{
	const struct linear_map *linear;
	const union mm_value *row;

	(void)state;
	machine("6.12", "");
	ram(GIB(1), MIB(512));
	ram(GIB(2), MIB(512));
	memblock_setclr_flag(&m.mm.memblock, &m.mm.memblock.memory, GIB(2), MIB(256), true, MEMBLOCK_NOMAP, "f", WHY("no-map"));
	assert_true(run(step_primary_switched));
	assert_true(run(step_paging_init_6_12));
	trace_finish(&m.mm.trace);
	row = trace_row(&m.mm.trace, MM_IMAGE, 0);
	assert_string_equal(row[0].s, "image");
	assert_int_equal(row[1].u, 0x40200000);
	assert_int_equal(row[2].u, 0x40e00000);
	assert_int_equal(row[3].u, UINT64_C(0xffff800080000000));
	for (size_t i = 1; i < m.mm.trace.rows[MM_IMAGE].nr; i++) {
		row = trace_row(&m.mm.trace, MM_IMAGE, i);
		assert_int_equal(row[3].u - UINT64_C(0xffff800080000000), row[1].u - 0x40200000);
		assert_true(row[1].u >= 0x40200000 && row[2].u <= 0x40e00000 && row[1].u < row[2].u);
	}
	linear = m.mm.memblock.linear;
	assert_int_equal(linear->offset, UINT64_C(0xffff000000000000));
	assert_int_equal(linear->nr, 2);
	assert_int_equal(linear->ranges[0].base, GIB(1));
	assert_int_equal(linear->ranges[0].size, MIB(512));
	assert_int_equal(linear->ranges[1].base, GIB(2) + MIB(256));
	assert_int_equal(linear->ranges[1].size, MIB(256));
	over();
}

#define FULL "RODATA_FULL_DEFAULT_ENABLED STRICT_KERNEL_RWX"
#define KFENCE "KFENCE KFENCE_NUM_OBJECTS=255 KFENCE_SAMPLE_INTERVAL=100"

static void what_needs_pages_in_the_linear_map(void **state)
{
	static const struct { const char *version, *options, *words; void (*step)(struct mm *mm); bool full, blocks; } rows[] = {
		{ "6.12", FULL, "", step_paging_init_6_12, true, false },
		{ "6.12", "STRICT_KERNEL_RWX", "", step_paging_init_6_12, false, true },
		{ "6.12", "RODATA_FULL_DEFAULT_ENABLED", "", step_paging_init_6_12, false, true },
		{ "6.12", FULL, "rodata=on", step_paging_init_6_12, false, true },
		{ "6.12", FULL, "rodata=off", step_paging_init_6_12, false, true },
		{ "6.12", FULL, "rodata=x", step_paging_init_6_12, true, false },
		{ "6.12", "", "rodata=full", step_paging_init_6_12, true, false },
		{ "6.12", "", "rodata=x", step_paging_init_6_12, false, true },
		{ "7.2", "", "", step_paging_init_7_2, true, false },
		{ "7.2", "", "rodata=noalias", step_paging_init_7_2, false, true },
		{ "7.2", "", "rodata=off", step_paging_init_7_2, false, true },
		{ "7.2", "", "rodata=on", step_paging_init_7_2, true, false },
		{ "5.10", FULL, "rodata=off", step_paging_init_5_10, false, true },
		{ "5.10", FULL, "rodata=noalias", step_paging_init_5_10, false, true },
		{ "5.10", FULL, "rodata=x", step_paging_init_5_10, true, false },
		{ "6.12", "DEBUG_PAGEALLOC", "debug_pagealloc=on", step_paging_init_6_12, false, false },
		{ "6.12", "DEBUG_PAGEALLOC", "debug_pagealloc=1", step_paging_init_6_12, false, false },
		{ "6.12", "DEBUG_PAGEALLOC", "debug_pagealloc=y", step_paging_init_6_12, false, false },
		{ "6.12", "DEBUG_PAGEALLOC", "debug_pagealloc=0", step_paging_init_6_12, false, true },
		{ "6.12", "DEBUG_PAGEALLOC", "", step_paging_init_6_12, false, true },
		{ "6.12", "DEBUG_PAGEALLOC DEBUG_PAGEALLOC_ENABLE_DEFAULT", "", step_paging_init_6_12, false, false },
		{ "6.12", "", "debug_pagealloc=on", step_paging_init_6_12, false, true },
		{ "4.9", "DEBUG_PAGEALLOC", "debug_pagealloc=on", step_paging_init_4_9, false, false },
		/* 5.10 to 6.3, where there is a DMA zone */
		{ "5.10", "", "crashkernel=64M", step_paging_init_5_10, false, false },
		{ "5.15", "", "crashkernel=64M", step_paging_init_5_10, false, false },
		{ "5.9", "", "crashkernel=64M", step_paging_init_5_10, false, true },
		{ "6.1", "", "crashkernel=64M", step_paging_init, false, false },
		{ "6.1", "ZONE_DMA=0 ZONE_DMA32", "crashkernel=64M", step_paging_init, false, false },
		{ "6.1", "ZONE_DMA=0", "crashkernel=64M", step_paging_init, false, true },
		{ "6.7", "", "crashkernel=64M", step_paging_init, false, true },
		/* A pool that is not there yet may be anywhere. */
		{ "6.12", KFENCE, "", step_paging_init_6_12, false, true },
		{ "6.12", KFENCE, "kfence.sample_interval=0", step_paging_init_6_12, false, false },
		{ "6.1.1", KFENCE, "", step_paging_init, false, false },
		{ "5.10", KFENCE, "", step_paging_init_5_10, false, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		ram(GIB(1), GIB(1));
		words(rows[i].words);
		assert_true(run(step_primary_switched));
		assert_true(run(rows[i].step));
		assert_int_equal(m.mm.arch.arm64.rodata_full, rows[i].full);
		assert_int_equal(strstr(mapped(), "linear map b") != NULL, rows[i].blocks);
		over();
	}
}

/* 2^45 and 46 bits of the seed less one, in steps of 2 MiB; only until 6.7. */
static void a_seed_moves_the_image(void **state)
{
	(void)state;
	machine("6.7", "");
	ram(GIB(1), GIB(1));
	assert_true(run(step_primary_switched));
	m.mm.kaslr_seed = UINT64_C(0xffff400000300000);
	assert_true(run(step_paging_init));
	/* 0x200000000000 + 0x00000300000, rounded down; the bit above the mask does not count. */
	assert_int_equal(m.mm.arch.arm64.kimage_vaddr, UINT64_C(0xffff800080000000) + UINT64_C(0x200000200000));
	over();
}

/* ------------------------------------------------------------------------- CPUs */

struct cpu_node {
	const char *reg;	/* a number; NULL: none */
	const char *method, *status, *type;
	int nid;		/* -1: none */
};

static void cpu_nodes(const struct cpu_node *cpu, size_t nr)
{
	int all = child(0, "cpus");

	CELLS(all, "#address-cells", 1);
	CELLS(all, "#size-cells", 0);
	for (size_t i = 0; i < nr && (cpu[i].reg || cpu[i].method || cpu[i].type); i++) {
		int node = child(all, arena_printf(&m.mm.arena, "cpu@%zu", i));

		if (cpu[i].type)
			string(node, "device_type", cpu[i].type);
		if (cpu[i].reg)
			CELLS(node, "reg", (uint32_t)strtoul(cpu[i].reg, NULL, 0));
		if (cpu[i].method)
			string(node, "enable-method", cpu[i].method);
		if (cpu[i].status)
			string(node, "status", cpu[i].status);
		if (cpu[i].nid >= 0)
			CELLS(node, "numa-node-id", (uint32_t)cpu[i].nid);
	}
}

#define CPU(reg)	{ reg, "psci", NULL, "cpu", -1 }

static void cpus_are_numbered_in_the_tree_s_order(void **state)
{
	static const struct { const char *version, *words; struct cpu_node cpu[5]; const char *cpus, *said; } rows[] = {
		{ "6.12", "", { CPU("0"), CPU("1"), CPU("0x100") }, "0:0:0 1:1:0 2:100:0", "" },
		/* A number is used up where nothing can be started. */
		{ "6.12", "", { CPU("0"), { "1", NULL, NULL, "cpu", -1 }, CPU("2") }, "0:0:0 2:2:0", "" },
		{ "6.12", "", { CPU("0"), { "1", "spin-table", NULL, "cpu", -1 }, CPU("2") }, "0:0:0 2:2:0", "" },
		{ "6.12", "", { CPU("0"), { "1", "other", NULL, "cpu", -1 }, CPU("2") }, "0:0:0 2:2:0", "" },
		{ "6.12", "", { CPU("0"), CPU("0x1000000"), CPU("2") }, "0:0:0 2:2:0", "" },
		{ "6.12", "", { CPU("0"), { NULL, "psci", NULL, "cpu", -1 }, CPU("2") }, "0:0:0 2:2:0", "" },
		{ "6.12", "", { CPU("0"), CPU("1"), CPU("1"), CPU("3") }, "0:0:0 1:1:0 3:3:0", "/cpus/cpu@2: duplicate cpu reg properties in the DT" },
		{ "6.12", "", { CPU("0"), CPU("0"), CPU("3") }, "0:0:0 2:3:0", "/cpus/cpu@1: duplicate boot cpu reg property in DT" },
		{ "6.12", "", { CPU("0x1000000"), CPU("0x2000000") }, "0:0:0", "missing boot CPU MPIDR, not enabling secondaries" },
		/* Broken ones are skipped since 5.17, and take no number. */
		{ "6.12", "", { CPU("0"), { "1", "psci", "fail", "cpu", -1 }, { "2", "psci", "fail-sss", "cpu", -1 }, CPU("3") }, "0:0:0 1:3:0", "" },
		{ "6.12", "", { CPU("0"), { "1", "psci", "failed", "cpu", -1 }, CPU("3") }, "0:0:0 1:1:0 2:3:0", "" },
		{ "5.10", "", { CPU("0"), { "1", "psci", "fail", "cpu", -1 }, CPU("3") }, "0:0:0 1:1:0 2:3:0", "" },
		/* By name below /cpus; 4.9 by type, anywhere. */
		{ "6.12", "", { CPU("0"), { "1", "psci", NULL, NULL, -1 } }, "0:0:0 1:1:0", "" },
		{ "4.9", "", { CPU("0"), { "1", "psci", NULL, NULL, -1 }, CPU("2") }, "0:0:0 1:2:0", "" },
		{ "6.12", "nr_cpus=2", { CPU("0"), CPU("1"), CPU("2") }, "0:0:0 1:1:0",
		  "Number of cores (3) exceeds configured maximum of 2 - clipping" },
		{ "6.12", "nr_cpus=3", { CPU("0"), CPU("1"), CPU("2") }, "0:0:0 1:1:0 2:2:0", "" },
		{ "6.12", "nr_cpus=0", { CPU("0"), CPU("1"), CPU("2") }, "0:0:0 1:1:0 2:2:0", "" },
		{ "6.12", "nosmp", { CPU("0"), CPU("1") }, "0:0:0 1:1:0", "" },
		{ "7.2", "nosmp", { CPU("0"), CPU("1") }, "0:0:0", "" },
		{ "7.2", "maxcpus=0", { CPU("0"), CPU("1") }, "0:0:0", "" },
		{ "7.2", "maxcpus=1", { CPU("0"), CPU("1") }, "0:0:0 1:1:0", "" },
		/* Node 1 is there, node 3 is not, and there is no node 7. */
		{ "6.12", "", { { "0", "psci", NULL, "cpu", 1 }, { "1", "psci", NULL, "cpu", 3 }, { "2", "psci", NULL, "cpu", 7 }, { "3", "psci", NULL, "cpu", 1 } },
		  "0:0:1 1:1:0 2:2:0 3:3:1", "" },
		{ "4.9", "", { { "0", "psci", NULL, "cpu", 1 }, { "1", "psci", NULL, "cpu", 3 }, { "2", "psci", NULL, "cpu", 7 } }, "0:0:1 1:1:3 2:2:0", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char list[256] = "";
		size_t len = 0;

		machine(rows[i].version, "");
		cpu_nodes(rows[i].cpu, 5);
		words(rows[i].words);
		m.mm.nodes.node[0].possible = m.mm.nodes.node[1].possible = true;
		assert_true(run(step_smp_init_cpus));
		for (size_t k = 0; k < m.mm.cpus.nr; k++)
			len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%d:%llx:%d", len ? " " : "", m.mm.cpus.cpu[k].id,
						(unsigned long long)m.mm.cpus.cpu[k].mpidr, m.mm.cpus.cpu[k].nid);
		assert_string_equal(list, rows[i].cpus);
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

static void a_spin_table_needs_an_address(void **state)
{
	static const struct cpu_node two[] = { CPU("0"), { "1", "spin-table", NULL, "cpu", -1 } };

	(void)state;
	machine("6.12", "");
	cpu_nodes(two, 2);
	CELLS(dt_path(&m.mm.fdt, "/cpus/cpu@1"), "cpu-release-addr", 0, 0x8000fff8);
	assert_true(run(step_smp_init_cpus));
	assert_int_equal(m.mm.cpus.nr, 2);
	over();
}

/* ------------------------------------------------------------------------ nodes */

static void memory_node(const char *name, int nid, uint32_t base_mib, uint32_t size_mib)
{
	int node = child(0, name);
	uint64_t base = (uint64_t)base_mib << 20, size = (uint64_t)size_mib << 20;

	string(node, "device_type", "memory");
	CELLS(node, "reg", (uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(size >> 32), (uint32_t)size);
	if (nid >= 0)
		CELLS(node, "numa-node-id", (uint32_t)nid);
}

struct memory {
	int nid;
	uint32_t base, size;	/* MiB; 0: no more */
};

/* RAM is |1 GiB .. 2 GiB|, struct pglist_data 8 KiB; before 6.12 the last page has the distances. */
static void blocks_of_nodes_are_cleaned_up(void **state)
{
	static const struct { const char *version; struct memory memory[4]; const char *said, *drawn; } rows[] = {
		{ "6.12", { { 0, 1024, 512 }, { 1, 1536, 512 } },
		  "NODE_DATA(0) allocated [mem 0x5fffe000-0x5fffffff] | NODE_DATA(1) allocated [mem 0x7fffe000-0x7fffffff]", "40000000-60000000:0 60000000-80000000:1" },
		/* What touches becomes one ... */
		{ "6.12", { { 0, 1024, 512 }, { 0, 1536, 512 } },
		  "NUMA: Node 0 [mem 0x40000000-0x5fffffff] + [mem 0x60000000-0x7fffffff] -> [mem 0x40000000-0x7fffffff] | "
		  "NODE_DATA(0) allocated [mem 0x7fffe000-0x7fffffff]", "40000000-80000000:0" },
		/* ... but not where another node's memory lies between. */
		{ "6.12", { { 0, 1024, 256 }, { 0, 1536, 512 }, { 1, 1280, 256 } },
		  "NODE_DATA(0) allocated [mem 0x7fffe000-0x7fffffff] | NODE_DATA(1) allocated [mem 0x5fffe000-0x5fffffff]",
		  "40000000-50000000:0 50000000-60000000:1 60000000-80000000:0" },
		{ "6.12", { { 0, 1024, 768 }, { 0, 1280, 768 } },
		  "Warning: node 0 [mem 0x40000000-0x6fffffff] overlaps with itself [mem 0x50000000-0x7fffffff] | "
		  "NUMA: Node 0 [mem 0x40000000-0x6fffffff] + [mem 0x50000000-0x7fffffff] -> [mem 0x40000000-0x7fffffff] | "
		  "NODE_DATA(0) allocated [mem 0x7fffe000-0x7fffffff]", "40000000-80000000:0" },
		{ "6.12", { { 0, 1024, 768 }, { 1, 1280, 768 } },
		  "node 0 [mem 0x40000000-0x6fffffff] overlaps with node 1 [mem 0x50000000-0x7fffffff] | "
		  "NUMA: Faking a node at [mem 0x0000000040000000-0x000000007fffffff] | NODE_DATA(0) allocated [mem 0x7fffe000-0x7fffffff]",
		  "40000000-80000000:0" },
		/* RAM is what counts: blocks end with it, and those beside it are nobody's. */
		{ "6.12", { { 0, 512, 1024 }, { 1, 1536, 1024 }, { 2, 4096, 512 } },
		  "NODE_DATA(0) allocated [mem 0x5fffe000-0x5fffffff] | NODE_DATA(1) allocated [mem 0x7fffe000-0x7fffffff] | "
		  "NUMA: Initmem setup node 2 [<memory-less node>] | NODE_DATA(2) allocated [mem 0x7fffc000-0x7fffdfff] |     NODE_DATA(2) on node 1",
		  "40000000-60000000:0 60000000-80000000:1" },
		{ "6.12", { { 0, 1024, 512 }, { 1, 1536, 256 } },
		  "NUMA: no nodes coverage for 256MB of 1024MB RAM | NUMA: Faking a node at [mem 0x0000000040000000-0x000000007fffffff] | "
		  "NODE_DATA(0) allocated [mem 0x7fffe000-0x7fffffff]", "40000000-80000000:0" },
		{ "6.12", { { 0, 1024, 1024 }, { 9, 1024, 0 } },
		  "OF: NUMA: Node id 9 exceeds maximum value | OF: NUMA: bad property in memory node | "
		  "NUMA: Faking a node at [mem 0x0000000040000000-0x000000007fffffff] | NODE_DATA(0) allocated [mem 0x7fffe000-0x7fffffff]",
		  "40000000-80000000:0" },
		{ "6.7", { { 0, 1024, 512 }, { 1, 1536, 512 } },
		  "NUMA: NODE_DATA [mem 0x5fffe000-0x5fffffff] | NUMA: NODE_DATA [mem 0x7fffd000-0x7fffefff]", "40000000-60000000:0 60000000-80000000:1" },
		{ "6.7", { { 0, 1024, 512 }, { 1, 1536, 256 } },
		  "NUMA: Warning: invalid memblk node 4 [mem 0x0000000070000000-0x000000007fffffff] | "
		  "NUMA: Faking a node at [mem 0x0000000040000000-0x000000007fffffff] | NUMA: NODE_DATA [mem 0x7fffd000-0x7fffefff]", "40000000-80000000:0" },
		{ "6.7", { { -1, 1024, 1024 } },
		  "NUMA: No NUMA configuration found | NUMA: Faking a node at [mem 0x0000000040000000-0x000000007fffffff] | "
		  "NUMA: NODE_DATA [mem 0x7fffd000-0x7fffefff]", "40000000-80000000:0" },
		{ "4.9", { { 0, 1024, 512 }, { 1, 1536, 512 } },
		  "NUMA: Adding memblock [0x40000000 - 0x5fffffff] on node 0 | NUMA: Adding memblock [0x60000000 - 0x7fffffff] on node 1 | "
		  "NUMA: Initmem setup node 0 [mem 0x40000000-0x5fffffff] | NUMA: NODE_DATA [mem 0x5fffe000-0x5fffffff] | "
		  "NUMA: Initmem setup node 1 [mem 0x60000000-0x7fffffff] | NUMA: NODE_DATA [mem 0x7fffd000-0x7fffefff]",
		  "40000000-60000000:0 60000000-80000000:1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		ram(GIB(1), GIB(1));
		for (size_t k = 0; k < 4 && rows[i].memory[k].base; k++)
			memory_node(arena_printf(&m.mm.arena, "memory@%zu", k), rows[i].memory[k].nid, rows[i].memory[k].base, rows[i].memory[k].size);
		assert_true(run(strcmp(rows[i].version, "6.12") ? step_arch_numa_init : step_arch_numa_init_memblks));
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(MEMORY(), rows[i].drawn);
		over();
	}
}

/*
 * |1 GiB .. 1.5 GiB| and |1.75 GiB .. 2 GiB| of nobody: 4.9 gives them to node 0 one by one, and says that it
 * begins at 0; later they go at once.  The table of distances has the last page.
 */
static void the_node_that_is_made_up_has_all_memory(void **state)
{
	static const struct { const char *version, *said; } rows[] = {
		{ "4.9", "NUMA: No NUMA configuration found | NUMA: Faking a node at [mem 0x0000000000000000-0x000000007fffffff] | "
			 "NUMA: Adding memblock [0x40000000 - 0x5fffffff] on node 0 | NUMA: Adding memblock [0x70000000 - 0x7fffffff] on node 0 | "
			 "NUMA: Initmem setup node 0 [mem 0x40000000-0x7fffffff] | NUMA: NODE_DATA [mem 0x7fffd000-0x7fffefff]" },
		{ "6.7", "NUMA: No NUMA configuration found | NUMA: Faking a node at [mem 0x0000000040000000-0x000000007fffffff] | "
			 "NUMA: NODE_DATA [mem 0x7fffd000-0x7fffefff]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		ram(GIB(1), MIB(512));
		ram(GIB(1) + MIB(768), MIB(256));
		memory_node("memory@0", -1, 1024, 1024);
		assert_true(run(step_arch_numa_init));
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(MEMORY(), "40000000-60000000:0 70000000-80000000:0");
		over();
	}
}

/* A node may have CPUs and no memory. */
static void cpus_make_a_node(void **state)
{
	static const struct { int nid; const char *said; } rows[] = {
		{ 1, "NODE_DATA(0) allocated [mem 0x7fffe000-0x7fffffff] | NUMA: Initmem setup node 1 [<memory-less node>] | "
		     "NODE_DATA(1) allocated [mem 0x7fffc000-0x7fffdfff] |     NODE_DATA(1) on node 0" },
		{ 4, "OF: NUMA: Node id 4 exceeds maximum value | NODE_DATA(0) allocated [mem 0x7fffe000-0x7fffffff]" },
		{ -1, "NODE_DATA(0) allocated [mem 0x7fffe000-0x7fffffff]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct cpu_node cpu = { "0", "psci", NULL, "cpu", rows[i].nid };

		machine("6.12", "");
		ram(GIB(1), GIB(1));
		cpu_nodes(&cpu, 1);
		memory_node("memory@0", 0, 1024, 1024);
		assert_true(run(step_arch_numa_init_memblks));
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* What was reserved before the nodes were known belongs to one; NODE_DATA, reserved behind that, does not. */
static void reservations_so_far_have_a_node(void **state)
{
	(void)state;
	machine("6.12", "");
	ram(GIB(1), GIB(1));
	taken(0x40000000, 0x1000);
	taken(0x70000000, 0x1000);
	memory_node("memory@0", 0, 1024, 512);
	memory_node("memory@1", 1, 1536, 512);
	assert_true(run(step_arch_numa_init_memblks));
	assert_string_equal(RESERVED(), "40000000-40001000:0 5fffe000-60000000 70000000-70001000:1 7fffe000-80000000");
	over();
}

static void distances(const uint32_t *cell, size_t nr)
{
	int map = child(0, "distance-map");

	string(map, "compatible", "numa-distance-map-v1");
	cells(map, "distance-matrix", nr, cell);
}

#define PARSING "OF: NUMA: parsing numa-distance-map-v1"

static void distances_are_read(void **state)
{
	static const struct { uint32_t cell[9]; size_t nr; const char *said; int from0to1, from1to0; } rows[] = {
		{ { 0, 0, 10, 0, 1, 30 }, 6, PARSING, 30, 30 },
		{ { 0, 1, 30, 1, 0, 40 }, 6, PARSING, 30, 40 },
		/* The lower triangle is not mirrored. */
		{ { 1, 0, 40 }, 3, PARSING, 20, 40 },
		{ { 0, 1, 11, 7 }, 4, PARSING, 11, 11 },
		{ { 0, 1, 10 }, 3, PARSING " | OF: NUMA: Invalid distance[node0 -> node1] = 10", 20, 20 },
		{ { 0, 0, 11 }, 3, PARSING " | OF: NUMA: Invalid distance[node0 -> node0] = 11", 20, 20 },
		{ { 0, 1, 255 }, 3, PARSING, 255, 255 },
		{ { 0, 1, 256 }, 3, PARSING " | Warning: invalid distance parameter, from=0 to=1 distance=256", 20, 20 },
		{ { 0, 3, 30, 0, 1, 21 }, 6, PARSING " | Warning: node ids are out of bound, from=0 to=3 distance=30", 21, 21 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "");
		ram(GIB(1), GIB(1));
		memory_node("memory@0", 0, 1024, 512);
		memory_node("memory@1", 1, 1536, 512);
		distances(rows[i].cell, rows[i].nr);
		assert_true(run(step_arch_numa_init_memblks));
		assert_ptr_equal(strstr(said(), rows[i].said), m.text);
		assert_int_equal(node_distance(&m.mm.nodes, 0, 1), rows[i].from0to1);
		assert_int_equal(node_distance(&m.mm.nodes, 1, 0), rows[i].from1to0);
		over();
	}
}

/* One mask for each of four possible nodes: nr_cpus=, where masks are that large. */
static void masks_of_nodes_are_allocated(void **state)
{
	static const struct { const char *options, *words; unsigned bytes; } rows[] = {
		{ "", "", 0 }, { "CPUMASK_OFFSTACK NR_CPUS=512", "", 64 }, { "CPUMASK_OFFSTACK NR_CPUS=512", "nr_cpus=65", 16 },
		{ "CPUMASK_OFFSTACK NR_CPUS=512", "nr_cpus=513", 64 }, { "CPUMASK_OFFSTACK NR_CPUS=512", "nr_cpus=0", 64 },
		{ "CPUMASK_OFFSTACK NR_CPUS=256", "nr_cpus=65", 32 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", rows[i].options);
		ram(GIB(1), GIB(1));
		words(rows[i].words);
		memory_node("memory@0", 0, 1024, 1024);
		assert_true(run(step_arch_numa_init_memblks));
		/* Below NODE_DATA; one node. */
		if (rows[i].bytes)
			assert_int_equal(m.mm.memblock.reserved.regions[0].size - (rows[i].bytes == 64 ? KIB(8) : 0), rows[i].bytes);
		else
			assert_string_equal(RESERVED(), "7fffe000-80000000");
		over();
	}
}

/* ------------------------------------------------------------------------- UEFI */

#define WB EFI_MEMORY_WB

static const struct mm_uefi_range map[] = {
	{ 0x40000000, 0x10000, EFI_CONVENTIONAL_MEMORY, WB | EFI_MEMORY_UC },
	{ 0x50000000, 0x100, EFI_RUNTIME_SERVICES_DATA, WB | EFI_MEMORY_RUNTIME },
	{ 0x50100000, 0x100, EFI_ACPI_RECLAIM_MEMORY, WB },
	{ 0x50200000, 0x100, EFI_CONVENTIONAL_MEMORY, WB | EFI_MEMORY_SP },
	{ 0x50300000, 0x100, EFI_BOOT_SERVICES_DATA, WB },
	{ 0x50400000, 0x100, EFI_MEMORY_MAPPED_IO, EFI_MEMORY_UC },
	{ 0x50500000, 0x1, 99, WB | UINT64_C(0x800000) },
};
static const struct mm_uefi_table tables[] = {
	{ "MEMATTR", 0x41000000, 0x100 }, { "ESRT", 0x50300000, 0x40 }, { "TPMEventLog", 0x42000000, 0x200 },
	{ "TPMFinalLog", 0x43000000, 0x300 }, { "MEMRESERVE", 0x44000000, 0x18 },
};

static struct mm_uefi uefi;

/*
 *   tree   |0x40000000 ........................................................ 0x51000000|
 *   UEFI   |.. conventional 0x50000000|runtime|ACPI|special|boot data|MMIO|odd|
 */
static void booted_by_uefi(const char *version, const char *options)
{
	int node;

	machine(version, options);
	node = child(0, "memory@40000000");
	string(node, "device_type", "memory");
	CELLS(node, "reg", 0, 0x40000000, 0, 0x11000000);
	ram(0x40000000, 0x11000000);
	uefi = (struct mm_uefi){ .ranges = map, .nr_ranges = ARRAY_SIZE(map), .tables = tables, .nr_tables = ARRAY_SIZE(tables),
				 .system_table = 0x4fff0000, .map_address = 0x4ff00018, .banner = "2.7 by EDK II" };
	m.mm.loader.uefi = &uefi;
}

#define EFI_LINES "efi: EFI v2.7 by EDK II | " \
	"efi: MEMATTR=0x41000000 ESRT=0x50300000 TPMEventLog=0x42000000 TPMFinalLog=0x43000000 MEMRESERVE=0x44000000  | "
#define ESRT_LINE "esrt: Reserving ESRT space from 0x0000000050300000 to 0x0000000050300040."

static void uefi_says_what_is_memory(void **state)
{
	static const struct { const char *version, *options, *words, *memory, *said; } rows[] = {
		/* What UEFI keeps is not mapped: runtime data, a type that nobody knows. */
		{ "6.12", "EFI", "", "40000000-50000000 50000000-50100000!nomap 50100000-50400000 50500000-50501000!nomap", EFI_LINES ESRT_LINE },
		/* Memory for a special purpose: not added since 6.8, before not mapped - if the build knows it. */
		{ "6.12", "EFI EFI_SOFT_RESERVE", "", "40000000-50000000 50000000-50100000!nomap 50100000-50200000 50300000-50400000 50500000-50501000!nomap",
		  EFI_LINES ESRT_LINE },
		{ "6.7", "EFI EFI_SOFT_RESERVE", "",
		  "40000000-50000000 50000000-50100000!nomap 50100000-50200000 50200000-50300000!nomap 50300000-50400000 50500000-50501000!nomap",
		  EFI_LINES ESRT_LINE },
		{ "6.12", "EFI EFI_SOFT_RESERVE", "efi=nosoftreserve",
		  "40000000-50000000 50000000-50100000!nomap 50100000-50400000 50500000-50501000!nomap", EFI_LINES ESRT_LINE },
		{ "6.7", "EFI EFI_SOFT_RESERVE", "efi=x,nosoftreserve",
		  "40000000-50000000 50000000-50100000!nomap 50100000-50400000 50500000-50501000!nomap", EFI_LINES ESRT_LINE },
		{ "6.7", "EFI EFI_SOFT_RESERVE", "efi=nosoftreserved",
		  "40000000-50000000 50000000-50100000!nomap 50100000-50200000 50200000-50300000!nomap 50300000-50400000 50500000-50501000!nomap",
		  EFI_LINES ESRT_LINE },
		{ "6.12", "", "", "40000000-51000000", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		booted_by_uefi(rows[i].version, rows[i].options);
		words(rows[i].words);
		assert_true(run(step_efi_init));
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(MEMORY(), rows[i].memory);
		if (*rows[i].said) {
			/* MEMATTR, the logs, MEMRESERVE, the map of 7 * 48 bytes in whole pages, ACPI's tables, ESRT in memory of boot services */
			assert_string_equal(RESERVED(), "41000000-41000100 42000000-42000200 43000000-43000300 44000000-44000018 "
					    "4ff00000-4ff01000 50100000-50200000 50300000-50300040");
			/* The tree's RAM that UEFI does not have. */
			assert_string_equal(ledger_find(&m.mm.ledger, 0x50400000)->owner, "removed");
			assert_string_equal(ledger_find(&m.mm.ledger, 0x50501000)->owner, "removed");
			assert_int_equal(ledger_find(&m.mm.ledger, 0x50501000)->size, 0x51000000 - 0x50501000);
		}
		over();
	}
}

/* The log of a boot need not say where UEFI's memory map lies: then there is no address, and nothing to reserve. */
static void a_map_without_an_address_has_none(void **state)
{
	(void)state;
	for (int known = 0; known <= 1; known++) {
		booted_by_uefi("6.12", "EFI");
		if (!known)
			uefi.map_address = 0;
		words("");
		assert_true(run(step_efi_init));
		assert_int_equal(!!strstr(told("efi_init"), "base="), known);
		assert_int_equal(!!strstr(RESERVED(), "4ff00000-4ff01000"), known);
		over();
	}
}

/*
 *   |128 MiB, mirrored|64 MiB|32 MiB, mirrored|      told in any case, but only kernelcore=mirror does something with it
 */
static void mirrored_memory_is_summed_up(void **state)
{
	static const struct mm_uefi_range mirrored[] = {
		{ 0x40000000, 0x8000, EFI_CONVENTIONAL_MEMORY, WB | EFI_MEMORY_MORE_RELIABLE },
		{ 0x48000000, 0x4000, EFI_CONVENTIONAL_MEMORY, WB },
		{ 0x4c000000, 0x2000, EFI_CONVENTIONAL_MEMORY, WB | EFI_MEMORY_MORE_RELIABLE },
	};

	(void)state;
	for (int asked = 0; asked <= 1; asked++) {
		booted_by_uefi("6.12", "EFI");
		uefi.ranges = mirrored;
		uefi.nr_ranges = ARRAY_SIZE(mirrored);
		words(asked ? "kernelcore=mirror" : "");
		assert_true(run(step_efi_init));
		assert_non_null(strstr(said(), "efi: Memory: 160M/224M mirrored memory"));
		assert_int_equal(m.mm.memblock.memory.cnt, asked ? 3 : 1);
		for (size_t i = 0; i < m.mm.memblock.memory.cnt; i++)
			assert_int_equal(!!(m.mm.memblock.memory.regions[i].flags & MEMBLOCK_MIRROR), asked && i != 1);
		over();
	}
}

static void the_map_is_told_on_demand(void **state)
{
	(void)state;
	booted_by_uefi("6.12", "EFI");
	words("efi=nosoftreserve,debug");
	assert_true(run(step_efi_init));
	assert_non_null(strstr(said(), "efi: Getting UEFI parameters from /chosen in DT: | "
				       "efi:   System Table         : 0x000000004fff0000 | efi:   MemMap Address       : 0x000000004ff00018 | "
				       "efi:   MemMap Size          : 0x0000000000000150 | efi:   MemMap Desc. Size    : 0x0000000000000030 | "
				       "efi:   MemMap Desc. Version : 0x0000000000000001 | efi: EFI v2.7"));
	assert_non_null(strstr(m.text, "efi: Processing EFI memory map: | "
			       "efi:   0x000040000000-0x00004fffffff [Conventional|   |  |  |  |  |  |  |  |  |  |   |WB|  |  |UC] | "
			       "efi:   0x000050000000-0x0000500fffff [Runtime Data|RUN|  |  |  |  |  |  |  |  |  |   |WB|  |  |  ] | "
			       "efi:   0x000050100000-0x0000501fffff [ACPI Reclaim|   |  |  |  |  |  |  |  |  |  |   |WB|  |  |  ] | "
			       "efi:   0x000050200000-0x0000502fffff [Conventional|   |  |  |  |SP|  |  |  |  |  |   |WB|  |  |  ] | "));
	assert_non_null(strstr(m.text, "efi:   0x000050500000-0x000050500fff [type=99|attr=0x0000000000800008]"));
	over();
}

/* /chosen beats what the map itself tells; numbers of 4 and of 8 bytes, and no others. */
static void chosen_says_where_the_map_is(void **state)
{
	int node;

	(void)state;
	booted_by_uefi("6.12", "EFI");
	words("efi=debug");
	node = child(0, "chosen");
	CELLS(node, "linux,uefi-system-table", 0x12, 0x3456789a);
	CELLS(node, "linux,uefi-mmap-start", 1, 2, 3);
	CELLS(node, "linux,uefi-mmap-size", 0x600);
	CELLS(node, "linux,uefi-mmap-desc-ver", 2);
	assert_true(run(step_efi_init));
	assert_non_null(strstr(said(), "efi:   System Table         : 0x000000123456789a | efi:   MemMap Address       : 0x000000004ff00018 | "
				       "efi:   MemMap Size          : 0x0000000000000600 | efi:   MemMap Desc. Size    : 0x0000000000000030 | "
				       "efi:   MemMap Desc. Version : 0x0000000000000002"));
	over();
}

static void a_framebuffer_is_not_mapped(void **state)
{
	static const struct { phys_addr_t base, size; const char *memory; } rows[] = {
		{ 0x48000000, 0x100000, "40000000-48000000 48000000-48100000!nomap 48100000-50000000" },
		{ 0x48000000, 0, "40000000-50000000" },
		{ 0x80000000, 0x100000, "40000000-50000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		booted_by_uefi("6.12", "EFI");
		uefi.nr_ranges = 1;
		uefi.nr_tables = 0;
		uefi.map_address = 0;
		uefi.banner = NULL;
		uefi.framebuffer = (struct phys_range){ rows[i].base, rows[i].size };
		assert_true(run(step_efi_init));
		assert_string_equal(said(), "");
		assert_string_equal(MEMORY(), rows[i].memory);
		assert_string_equal(RESERVED(), "");
		over();
	}
	machine("6.12", "EFI");
	assert_true(run(step_efi_init));
	assert_string_equal(said(), "efi: UEFI not found.");
	over();
}

/* ------------------------------------------------------------------- parameters */

static void slub_is_told_what_to_do(void **state)
{
	static const struct { const char *version, *options, *words; unsigned min, max, objects, debug; bool stacks; } rows[] = {
		{ "6.12", "", "", 0, 3, 0, 0, false },
		{ "6.12", "SLUB_TINY", "", 0, 1, 0, 0, false },
		{ "6.12", "", "slub_min_order=1 slub_max_order=2 slub_min_objects=9", 1, 2, 9, 0, false },
		{ "6.12", "", "slab_min_order=1 slab_max_order=2 slab_min_objects=9", 1, 2, 9, 0, false },
		/* These names came with 6.9; that one bound moves the other with 6.7 or so. */
		{ "6.1", "", "slab_min_order=1 slab_max_order=2 slab_min_objects=9", 0, 3, 0, 0, false },
		{ "6.12", "", "slub_min_order=5", 5, 5, 0, 0, false },
		{ "6.12", "", "slub_min_order=2 slub_max_order=1", 1, 1, 0, 0, false },
		{ "5.10", "", "slub_min_order=5", 5, 3, 0, 0, false },
		{ "6.12", "", "slub_max_order=99", 0, 10, 0, 0, false },
		{ "6.12", "", "slub_max_order=x", 0, 3, 0, 0, false },
		/* F 1, Z 2, P 4, U 8, T 16; without flags the first four */
		{ "6.12", "SLUB_DEBUG", "slub_debug", 0, 3, 0, 15, true },
		{ "6.12", "", "slub_debug", 0, 3, 0, 0, false },
		{ "6.12", "SLUB_DEBUG", "slub_debug=FZ", 0, 3, 0, 3, false },
		{ "6.12", "SLUB_DEBUG", "slub_debug=pt", 0, 3, 0, 20, false },
		{ "6.12", "SLUB_DEBUG", "slub_debug=FZ-P", 0, 3, 0, 4, false },
		{ "6.12", "SLUB_DEBUG", "slab_debug=u", 0, 3, 0, 8, true },
		/* For some caches only; then for all the others. */
		{ "6.12", "SLUB_DEBUG", "slub_debug=U,dentry", 0, 3, 0, 0, true },
		{ "6.12", "SLUB_DEBUG", "slub_debug=,dentry", 0, 3, 0, 0, true },
		{ "6.12", "SLUB_DEBUG", "slub_debug=F,dentry;Z", 0, 3, 0, 2, false },
		{ "6.12", "SLUB_DEBUG SLUB_DEBUG_ON", "slub_debug=F,dentry", 0, 3, 0, 15, true },
		{ "6.12", "SLUB_DEBUG SLUB_DEBUG_ON", "slub_debug=-", 0, 3, 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct slub_params *p = &m.mm.slub_params;

		machine(rows[i].version, rows[i].options);
		words(rows[i].words);
		assert_true(run(step_parse_args));
		assert_int_equal(p->min_order, rows[i].min);
		assert_int_equal(p->max_order, rows[i].max);
		assert_int_equal(p->min_objects, rows[i].objects);
		assert_int_equal(p->debug, rows[i].debug);
		assert_int_equal(p->keeps_stacks, rows[i].stacks);
		over();
	}
}

static void memory_for_names_and_lists(void **state)
{
	static const struct { const char *version, *options, *words, *reserved; } rows[] = {
		{ "7.2", "", "reserve_mem=1M:4096:a", "7ff00000-80000000" },
		{ "7.2", "", "reserve_mem=100:1:a", "7fffff80-7fffffe4" },
		{ "7.2", "", "reserve_mem=1M:2M:a", "7fe00000-7ff00000" },
		{ "7.2", "", "reserve_mem=1M:4096:a reserve_mem=1M:4096:a", "7ff00000-80000000" },
		{ "7.2", "", "reserve_mem=1M:4096:a reserve_mem=1M:4096:b", "7fe00000-80000000" },
		{ "7.2", "", "reserve_mem=1M:4096:", "" }, { "7.2", "", "reserve_mem=1M:4096", "" }, { "7.2", "", "reserve_mem=1M", "" },
		{ "7.2", "", "reserve_mem=0:4096:a", "" }, { "7.2", "", "reserve_mem=1M:4096:0123456789abcdef", "" },
		{ "7.2", "", "reserve_mem=1M:4096:0123456789abcde", "7ff00000-80000000" },
		{ "6.7", "", "reserve_mem=1M:4096:a", "" },
		/* An entry of 24 bytes and a copy, each on a cache line of its own. */
		{ "6.12", "KALLSYMS", "initcall_blacklist=one,three", "7fffff00-7fffff06 7fffff40-7fffff58 7fffff80-7fffff84 7fffffc0-7fffffd8" },
		{ "6.12", "", "initcall_blacklist=one", "" }, { "4.9", "KALLSYMS", "initcall_blacklist=one", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		ram(GIB(1), GIB(1));
		words(rows[i].words);
		assert_true(run(step_parse_args));
		assert_string_equal(RESERVED(), rows[i].reserved);
		over();
	}
}

static void words_that_nobody_knows_are_told(void **state)
{
	static const struct { const char *version, *words, *said; } rows[] = {
		{ "6.12", "quiet", "" },
		{ "6.12", "foo quiet bar=1", "Unknown kernel command line parameters \"foo bar=1\", will be passed to user space." },
		/* Arguments first; a variable once, with its last value; init's own variables are not told. */
		{ "6.12", "bar=1 foo", "Unknown kernel command line parameters \"foo bar=1\", will be passed to user space." },
		{ "6.12", "bar=1 bar=2", "Unknown kernel command line parameters \"bar=2\", will be passed to user space." },
		{ "6.12", "foo foo foo", "Unknown kernel command line parameters \"foo foo foo\", will be passed to user space." },
		{ "6.12", "TERM=vt100", "" },
		{ "6.12", "HOME=/root foo", "Unknown kernel command line parameters \"foo\", will be passed to user space." },
		{ "6.12", "foo init=/bin/sh", "" },
		{ "6.12", "foo init=/bin/sh foo", "Unknown kernel command line parameters \"foo\", will be passed to user space." },
		{ "6.12", "bar=1 rdinit=/init", "Unknown kernel command line parameters \"bar=1\", will be passed to user space." },
		{ "6.12", "foo init", "Unknown kernel command line parameters \"foo\", will be passed to user space." },
		{ "6.12", "foo -- foo x y", "Unknown kernel command line parameters \"foo\", will be passed to user space." },
		/* Three arguments and two variables have room, and nothing is told of more. */
		{ "6.12", "foo foo foo foo", "" }, { "6.12", "bar=1 foo=2 foo=3", "" },
		{ "6.12", "bar=1 HOME=2 foo=3", "Unknown kernel command line parameters \"bar=1 foo=3\", will be passed to user space." },
		{ "5.10", "foo", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "INIT_ENV_ARG_LIMIT=3");
		assert_int_equal(mm_kernel_set_text(m.kernel, "params", "unknown", "foo bar TERM HOME"), 0);
		ram(GIB(1), GIB(1));
		words(rows[i].words);
		assert_true(run(step_print_unknown_bootoptions));
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(RESERVED(), "");
		over();
	}
	machine("6.12", "INIT_ENV_ARG_LIMIT=3");
	assert_int_equal(mm_kernel_set_text(m.kernel, "params", "unknown", "foo bar"), 0);
	ram(GIB(1), GIB(1));
	taken(GIB(1), GIB(1));
	words("foo bar=1");
	assert_true(run(step_print_unknown_bootoptions));
	assert_string_equal(said(), "print_unknown_bootoptions: Failed to allocate 11 bytes");
	over();
}

#define UNKNOWN(words)	"Unknown kernel command line parameters \"" words "\", will be passed to user space."
#define THP		"huge_memory: "
#define NO_ORDERS	": error parsing string, ignoring setting"

/* A function that returns 0 leaves its word to init; some say so. */
static void values_that_functions_refuse_are_left_to_init(void **state)
{
	static const struct { const char *version, *options, *words, *said, *unknown; } rows[] = {
		{ "6.12", "", "nohz=on highres=0 psi=yes cgroup_v1_proc=n cgroup_favordynmods=1", "", "" },
		{ "6.12", "", "nohz=later highres= psi=2", "", UNKNOWN("nohz=later highres= psi=2") },
		{ "6.12", "", "cgroup_v1_proc=maybe cgroup_favordynmods=x", "", UNKNOWN("cgroup_v1_proc=maybe cgroup_favordynmods=x") },
		{ "6.12", "", "initramfs_async=x", "", UNKNOWN("initramfs_async=x") }, { "6.2", "", "initramfs_async=x", "", "" },
		{ "6.12", "", "hashdist=q dhash_entries=x lpj=z rootdelay=x", "", "" },
		{ "7.0", "", "hashdist=q", "", UNKNOWN("hashdist=q") },
		{ "7.0", "", "dhash_entries=x ihash_entries=12z mhash_entries=5 mphash_entries=",
		  "", UNKNOWN("dhash_entries=x ihash_entries=12z mphash_entries=") },
		{ "6.19", "", "lpj=1x rootdelay=x ramdisk_start=4294967296", "", UNKNOWN("lpj=1x rootdelay=x ramdisk_start=4294967296") },
		{ "7.1", "", "coredump_filter=z", "", UNKNOWN("coredump_filter=z") }, { "7.0", "", "coredump_filter=z", "", "" },
		{ "6.12", "", "ro rw rootwait retain_initrd", "", "" },
		{ "6.12", "", "ro=1 rw=0 retain_initrd=1 rootwait=5", "", UNKNOWN("ro=1 rw=0 retain_initrd=1") },
		{ "6.5", "", "rootwait=5", "", UNKNOWN("rootwait=5") },
		{ "6.7", "", "ftrace_dump_on_oops ftrace_dump_on_oops=2 ftrace_dump_on_oops=orig_cpu", "", "" },
		{ "6.7", "", "ftrace_dump_on_oops=3", "", UNKNOWN("ftrace_dump_on_oops=3") }, { "6.9", "", "ftrace_dump_on_oops=3", "", "" },
		{ "6.12", "", "ftrace_graph_max_depth=x tracing_thresh=x", "", UNKNOWN("ftrace_graph_max_depth=x tracing_thresh=x") },
		{ "6.9", "", "ftrace_graph_max_depth=x tracing_thresh=5", "", "" },
		{ "6.12", "", "numa_balancing=enable schedstats=disable transparent_hugepage=madvise", "", "" },
		{ "6.12", "NUMA_BALANCING", "numa_balancing=0", "mempolicy: Unable to parse numa_balancing=", UNKNOWN("numa_balancing=0") },
		{ "6.12", "", "schedstats=1", "Unable to parse schedstats=", UNKNOWN("schedstats=1") },
		{ "6.12", "", "transparent_hugepage=off", THP "transparent_hugepage= cannot parse, ignored", UNKNOWN("transparent_hugepage=off") },
		{ "7.3", "", "sched_proxy_exec", "CONFIG_SCHED_PROXY_EXEC=n, so it cannot be enabled or disabled at boot time",
		  UNKNOWN("sched_proxy_exec") },
		{ "7.3", "SCHED_PROXY_EXEC", "sched_proxy_exec", "", "" },
		{ "5.17", "", "hardened_usercopy=on stack_guard_gap=1 initcall_blacklist=a trace_clock=x",
		  "", UNKNOWN("hardened_usercopy=on stack_guard_gap=1 initcall_blacklist=a trace_clock=x") },
		{ "5.17", "", "hardened_usercopy=x", "", "" },
		{ "5.18", "", "hardened_usercopy=on stack_guard_gap=1 initcall_blacklist=a trace_clock=x trace_options=x", "", "" },
		/* 4 KiB pages: folios of anonymous memory have 16 KiB to 2 MiB, those of files 8 KiB to 2 MiB. */
		{ "6.13", "", "thp_anon=16K,32K-2M:always;64K:never thp_shmem=8K:advise", "", "" },
		{ "6.13", "", "thp_anon=8K:always", THP "invalid size 8K in thp_anon boot parameter | " THP "thp_anon=8K:always" NO_ORDERS,
		  UNKNOWN("thp_anon=8K:always") },
		{ "6.13", "", "thp_anon=16K-4M:always", THP "invalid size 4M in thp_anon boot parameter | " THP "thp_anon=16K-4M:always" NO_ORDERS,
		  UNKNOWN("thp_anon=16K-4M:always") },
		{ "6.13", "", "thp_anon=48K:always", THP "invalid size 48K in thp_anon boot parameter | " THP "thp_anon=48K:always" NO_ORDERS,
		  UNKNOWN("thp_anon=48K:always") },
		{ "6.13", "", "thp_anon=64K-32K:always", THP "thp_anon=64K-32K:always" NO_ORDERS, UNKNOWN("thp_anon=64K-32K:always") },
		{ "6.13", "", "thp_anon=64K", THP "thp_anon=64K" NO_ORDERS, UNKNOWN("thp_anon=64K") },
		{ "6.13", "", "thp_anon=64K:within_size", THP "invalid policy within_size in thp_anon boot parameter | " THP
		  "thp_anon=64K:within_size" NO_ORDERS, UNKNOWN("thp_anon=64K:within_size") },
		{ "6.13", "", "thp_shmem=64K:within_size;4K:never", "invalid size 4K in thp_shmem boot parameter | "
		  "thp_shmem=64K:within_size;4K:never" NO_ORDERS, UNKNOWN("thp_shmem=64K:within_size;4K:never") },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		build_with("INIT_ENV_ARG_LIMIT=32");
		ram(GIB(1), GIB(1));
		words(rows[i].words);
		assert_true(run(step_parse_args));
		assert_string_equal(said(), rows[i].said);
		assert_true(run(step_print_unknown_bootoptions));
		assert_string_equal(said(), rows[i].unknown);
		over();
	}
}

/* The image's strings: "name=" must have a value, words may go on behind "name" of a __setup() that is not early. */
static void words_are_known_by_the_images_strings(void **state)
{
	(void)state;
	machine("6.12", "INIT_ENV_ARG_LIMIT=32");
	fact("params", "complete", 1);
	assert_int_equal(mm_kernel_set_text(m.kernel, "params", "known", "mem numa-balancing= stacktrace* rw* ="), 0);
	ram(GIB(1), GIB(1));
	words("mem mem=1 me memo numa_balancing numa_balancing=enable numa-balancing=disable stacktrace stacktrace_filter=x rw rwx rock=");
	assert_true(run(step_parse_args));
	assert_true(run(step_print_unknown_bootoptions));
	assert_string_equal(said(), UNKNOWN("me memo numa_balancing rock="));
	over();
}

static void reserve_mem_says_what_it_does_not_take(void **state)
{
	static const struct { const char *version, *words, *said; } rows[] = {
		{ "7.1", "reserve_mem=1M:4096:a", "" },
		{ "7.1", "reserve_mem=1M:4096:a reserve_mem=2M:1:a", "reserve_mem: name \"a\" was already used" },
		{ "7.1", "reserve_mem=1M:4096:", "reserve_mem: empty or malformed parameter" },
		{ "7.1", "reserve_mem=0:4096:a", "reserve_mem: empty or malformed parameter" },
		{ "7.1", "reserve_mem=1M:4096:0123456789abcdef", "reserve_mem: empty or malformed parameter" },
		{ "7.1", "reserve_mem=2G:4096:a", "reserve_mem: memblock allocation failed" },
		{ "7.1", "reserve_mem=1:1:a reserve_mem=1:1:b reserve_mem=1:1:c reserve_mem=1:1:d reserve_mem=1:1:e reserve_mem=1:1:f "
			 "reserve_mem=1:1:g reserve_mem=1:1:h reserve_mem=1:1:i", "reserve_mem: no more room for reserved memory" },
		{ "7.0", "reserve_mem=1M:4096:a reserve_mem=2M:1:a reserve_mem=1M reserve_mem=2G:1:c", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		ram(GIB(1), GIB(1));
		words(rows[i].words);
		assert_true(run(step_parse_args));
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* argv_init: "init", three words and the one too many; envp_init: HOME, TERM, two words and the one too many. */
static void more_words_than_init_can_be_given_end_the_boot(void **state)
{
	static const struct { const char *version, *words, *said; } rows[] = {
		{ "6.12", "foo foo foo", "" },
		{ "6.12", "bar=1 foo=2", "" },
		{ "6.12", "foo foo foo foo", "Kernel panic - not syncing: Too many boot init vars at `foo'" },
		{ "5.10", "foo foo foo foo foo=1", "Kernel panic - not syncing: Too many boot init vars at `foo'" },
		{ "6.12", "bar=1 foo=2 foo=3 bar=4", "Kernel panic - not syncing: Too many boot env vars at `foo=3'" },
		/* The last place is compared only once it is one too many. */
		{ "6.12", "bar=1 foo=2 foo=2", "Kernel panic - not syncing: Too many boot env vars at `foo=2'" },
		{ "6.12", "foo foo -- a b", "Kernel panic - not syncing: Too many boot init vars at `b'" },
		{ "6.12", "foo foo -- a=1", "" },
		{ "6.12", "foo foo -- a -- b c", "" },
		/* init= forgets the first two of three places. */
		{ "6.12", "foo foo init=x foo foo foo", "" },
		{ "6.12", "foo foo init=x foo foo foo foo", "Kernel panic - not syncing: Too many boot init vars at `foo'" },
		{ "6.12", "foo foo foo init=x foo foo foo", "Kernel panic - not syncing: Too many boot init vars at `foo'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "INIT_ENV_ARG_LIMIT=3");
		assert_int_equal(mm_kernel_set_text(m.kernel, "params", "unknown", "foo bar"), 0);
		ram(GIB(1), GIB(1));
		words(rows[i].words);
		assert_int_equal(run(step_panic_later), !*rows[i].said);
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* ----------------------------------------------------------------- the live tree */

/*
 * A device_node has 128 bytes, a property 64; each begins at a multiple of 8.
 *   /          128 + 1 for "", a name of 64 + 1                                     -> 200 (128 + 1 -> 136, + 65 -> 201)
 *   /aliases   208 + 128 + 8 -> 344, serial0 + 64 -> 408, name + 64 + 8             -> 480
 *   /uart@0    480 + 128 + 7 -> 616 (615), name + 64 + 5                            -> 685
 */
static void the_live_tree_has_its_size(void **state)
{
	static const struct { const char *version; uint64_t size; } rows[] = { { "6.12", 688 + 4 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int aliases;

		machine(rows[i].version, "");
		ram(GIB(1), GIB(1));
		aliases = child(0, "aliases");
		string(aliases, "serial0", "/uart@0");
		child(0, "uart@0");
		assert_true(run(step_unflatten_device_tree));
		assert_int_equal(m.mm.memblock.reserved.regions[0].size, rows[i].size);
		over();
	}
}

/* 40 bytes, the stem and its end; a name without a number at the end is no alias. */
static void aliases_that_are_paths_are_kept(void **state)
{
	static const struct { const char *name, *value; unsigned bytes; } rows[] = {
		{ "serial0", "/uart@0", 47 }, { "serial12", "/uart@0", 47 }, { "serial", "/uart@0", 0 }, { "serial0", "/none", 0 },
		{ "serial0", "uart@0", 0 }, { "name", "/uart@0", 0 }, { "phandle", "/uart@0", 0 }, { "linux,phandle", "/uart@0", 0 }, { "serial0", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "");
		ram(GIB(1), GIB(1));
		string(child(0, "aliases"), rows[i].name, rows[i].value);
		child(0, "uart@0");
		assert_true(run(step_of_alias_scan));
		assert_int_equal(m.mm.memblock.reserved.cnt, rows[i].bytes != 0);
				if (rows[i].bytes)
			assert_int_equal(m.mm.memblock.reserved.regions[0].size, rows[i].bytes);
		over();
	}
}

#define TEST(name) cmocka_unit_test(name)

/* 5.14 looks for the table of distances and reserves it, 5.15 asks for it below the end of RAM, 5.16 for zeroed memory. */
static void distances_are_asked_for_in_three_ways(void **state)
{
	static const struct { const char *version; enum mm_kind kind; const char *fn; uint64_t end; } rows[] = {
		{ "5.14", MM_RESERVE, "memblock_reserve", 0 },
		{ "5.15", MM_ALLOC, "memblock_phys_alloc_range", GIB(2) },
		{ "5.16", MM_ALLOC, "memblock_alloc_try_nid", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct mm_event *event = NULL;

		machine(rows[i].version, "");
		ram(GIB(1), GIB(1));
		assert_true(run(step_arch_numa_init));
		for (size_t k = m.mm.trace.nr_events; k-- > m.from;)
			if (m.mm.trace.events[k].kind == MM_ALLOC || m.mm.trace.events[k].kind == MM_RESERVE)
				event = &m.mm.trace.events[k];
		assert_non_null(event);
		assert_int_equal(event->kind, rows[i].kind);
		assert_string_equal(event->fn, rows[i].fn);
		for (size_t k = 0; k < event->nr_args; k++)
			if (!strcmp(event->args[k].name, "max_addr"))
				assert_int_equal(event->args[k].value.u, rows[i].end);
		over();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(distances_are_asked_for_in_three_ways),
		TEST(the_cpu_decides_the_address_space),
		TEST(page_structs_and_fixmap_have_their_place),
		TEST(each_release_maps_the_image_and_ram),
		TEST(the_image_is_published_with_its_addresses),
		TEST(what_needs_pages_in_the_linear_map),
		TEST(a_seed_moves_the_image),
		TEST(cpus_are_numbered_in_the_tree_s_order),
		TEST(a_spin_table_needs_an_address),
		TEST(blocks_of_nodes_are_cleaned_up),
		TEST(the_node_that_is_made_up_has_all_memory),
		TEST(cpus_make_a_node),
		TEST(reservations_so_far_have_a_node),
		TEST(distances_are_read),
		TEST(masks_of_nodes_are_allocated),
		TEST(uefi_says_what_is_memory),
		TEST(a_map_without_an_address_has_none),
		TEST(mirrored_memory_is_summed_up),
		TEST(the_map_is_told_on_demand),
		TEST(chosen_says_where_the_map_is),
		TEST(a_framebuffer_is_not_mapped),
		TEST(slub_is_told_what_to_do),
		TEST(memory_for_names_and_lists),
		TEST(words_that_nobody_knows_are_told),
		TEST(values_that_functions_refuse_are_left_to_init),
		TEST(words_are_known_by_the_images_strings),
		TEST(reserve_mem_says_what_it_does_not_take),
		TEST(more_words_than_init_can_be_given_end_the_boot),
		TEST(the_live_tree_has_its_size),
		TEST(aliases_that_are_paths_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
