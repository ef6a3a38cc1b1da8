/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps from the first look at the device tree to memblock as the boot loader meant it. */
#include "step_machine.h"

/* -------------------------------------------------------- setup_machine_fdt() */

static int memory_node(const char *name, uint32_t base, uint32_t size)
{
	int node = child(0, name);

	string(node, "device_type", "memory");
	CELLS(node, "reg", 0, base, 0, size);
	return node;
}

/*
 *   reg:      0x40000800 ......................... 0x50000c00
 *   memory:       |0x40001000 ............. 0x50000000|        whole pages
 *   reg:      0x60000800 .. 0x60000c00                         no whole page: ignored
 */
static void memory_is_trimmed_to_whole_pages(void **state)
{
	(void)state;
	machine("6.12", "");
	m.mm.fdt.totalsize = 0x1000;
	memory_node("memory@40000000", 0x40000800, 0x10000400);
	memory_node("memory@60000000", 0x60000800, 0x400);
	memory_node("memory@70000000", 0x70000000, 0);
	assert_true(run(step_setup_machine_fdt));
	assert_string_equal(MEMORY(), "40001000-50000000");
	assert_string_equal(RESERVED(), "48000000-48001000");
	run(step_memblock_dump_all);
	over();
}

static void a_block_without_a_whole_page_is_told_of(void **state)
{
	(void)state;
	machine("6.12", "");
	memory_node("memory@60000000", 0x60000800, 0x400);
	string(0, "model", "a board");
	assert_true(run(step_setup_machine_fdt));
	assert_string_equal(said(), "OF: fdt: Ignoring memory block 0x60000800 - 0x60000c00 | Machine model: a board");
	over();
}

/*
 *   /memory@40000000               both releases
 *   /memory@50000000 "disabled"    until 6.1 whatever its status
 *   /bus/memory@60000000           until 6.1 at any depth
 */
static void which_memory_nodes_count_depends_on_the_release(void **state)
{
	static const struct { const char *version, *memory; } rows[] = {
		{ "4.9", "40000000-40001000 50000000-50001000 60000000-60001000" },
		{ "5.10", "40000000-40001000 50000000-50001000 60000000-60001000" },
		{ "6.1", "40000000-40001000" },
		{ "7.2", "40000000-40001000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int bus, node;

		machine(rows[i].version, "");
		memory_node("memory@40000000", 0x40000000, 0x1000);
		string(memory_node("memory@50000000", 0x50000000, 0x1000), "status", "disabled");
		bus = child(0, "bus");
		node = child(bus, "memory@60000000");
		string(node, "device_type", "memory");
		CELLS(node, "reg", 0, 0x60000000, 0, 0x1000);
		assert_true(run(step_setup_machine_fdt));
		assert_string_equal(MEMORY(), rows[i].memory);
		over();
	}
}

static void usable_memory_beats_reg(void **state)
{
	int node;

	(void)state;
	machine("6.12", "");
	node = memory_node("memory@40000000", 0x40000000, 0x10000000);
	CELLS(node, "linux,usable-memory", 0, 0x42000000, 0, 0x1000000);
	assert_true(run(step_setup_machine_fdt));
	assert_string_equal(MEMORY(), "42000000-43000000");
	over();
}

/*
 *   memory        |0x40000000 ............................ 0x80000000|
 *   usable        first: [0x50000000 +16 MiB]   second: [0x60000000 +1 MiB]
 */
static void a_crash_kernel_keeps_to_its_ranges(void **state)
{
	int chosen;

	(void)state;
	machine("6.12", "");
	memory_node("memory@40000000", 0x40000000, 0x40000000);
	chosen = child(0, "chosen");
	CELLS(chosen, "linux,usable-memory-range", 0, 0x50000000, 0, 0x1000000, 0, 0x60000000, 0, 0x100000);
	assert_true(run(step_setup_machine_fdt));
	assert_string_equal(MEMORY(), "50000000-51000000 60000000-60100000");
	assert_string_equal(RESERVED(), "");
	over();
}

static void chosen_gives_initrd_seed_and_words(void **state)
{
	static const struct { const char *options, *words; uint64_t seed; } rows[] = {
		{ "RANDOMIZE_BASE", "a=1", 0x100000002 },
		{ "RANDOMIZE_BASE", "a=1 nokaslr", 0 },
		{ "", "a=1", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int chosen;

		machine("6.12", rows[i].options);
		chosen = child(0, "chosen");
		CELLS(chosen, "linux,initrd-start", 0, 0x48000000);
		CELLS(chosen, "linux,initrd-end", 0x48100001);
		CELLS(chosen, "kaslr-seed", 1, 2);
		CELLS(chosen, "rng-seed", 1, 2);
		string(chosen, "bootargs", rows[i].words);
		assert_true(run(step_setup_machine_fdt));
		assert_int_equal(m.mm.initrd_start, 0x48000000);
		assert_int_equal(m.mm.initrd_size, 0x100001);
		assert_int_equal(m.mm.kaslr_seed, rows[i].seed);
		assert_string_equal(m.mm.cmdline.text, rows[i].words);
		assert_null(dt_getprop(&m.mm.fdt, chosen, "rng-seed"));
		over();
	}
}

static void an_initrd_that_ends_before_it_starts_is_none(void **state)
{
	int chosen;

	(void)state;
	machine("6.12", "");
	chosen = child(0, "chosen");
	CELLS(chosen, "linux,initrd-start", 0, 0x48000001);
	CELLS(chosen, "linux,initrd-end", 0, 0x48000000);
	assert_true(run(step_setup_machine_fdt));
	assert_int_equal(m.mm.initrd_size, 0);
	over();
}

static void the_build_may_have_words_of_its_own(void **state)
{
	static const struct { const char *options, *given, *line; } rows[] = {
		{ "", "x", "x" }, { "", "", "y" }, { "CMDLINE_FORCE", "x", "y" }, { "CMDLINE_EXTEND", "x", "x y" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", rows[i].options);
		assert_int_equal(mm_kernel_set_text(m.kernel, "config", "CMDLINE", "y"), 0);
		string(child(0, "chosen"), "bootargs", rows[i].given);
		assert_true(run(step_setup_machine_fdt));
		assert_string_equal(m.mm.cmdline.text, rows[i].line);
		over();
	}
}

static void the_elf_header_of_a_dead_kernel_needs_an_option(void **state)
{
	(void)state;
	for (int with = 0; with < 2; with++) {
		machine("6.12", with ? "CRASH_DUMP" : "");
		CELLS(child(0, "chosen"), "linux,elfcorehdr", 0, 0x50000000, 0, 0x1000);
		assert_true(run(step_setup_machine_fdt));
		assert_int_equal(m.mm.elfcorehdr.base, with ? 0x50000000 : 0);
		assert_int_equal(m.mm.elfcorehdr.size, with ? 0x1000 : 0);
		assert_int_equal(m.mm.is_kdump, with);
		over();
	}
}

/* -------------------------------------------------------- parse_early_param() */

#define DEATH "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000 | " \
	"Kernel panic - not syncing: Attempted to kill the idle task!"

static void early_parameters_say_what_they_cannot_use(void **state)
{
	static const struct { const char *version, *options, *words, *said; } rows[] = {
		{ "6.12", "", "mem", "Malformed early option 'mem'" },
		{ "6.12", "", "mem=512M", "Memory limited to 512MB" },
		{ "6.12", "", "numa=fake=4", "Malformed early option 'numa'" },
		{ "6.12", "NUMA_EMU", "numa=fake=4", "" },
		{ "6.7", "", "numa=fake=4", "" },
		{ "6.7", "", "numa", "Malformed early option 'numa'" },
		{ "6.12", "DMA_CMA", "cma", "cma: Config string not provided | Malformed early option 'cma'" },
		{ "6.12", "", "cma", "" },
		{ "6.12", "ACPI", "acpi=maybe acpi=off acpi", "Malformed early option 'acpi' | Malformed early option 'acpi'" },
		{ "6.12", "", "init-on-alloc=2 init_on_free=yes", "Malformed early option 'init-on-alloc'" },
		{ "4.9", "", "init_on_alloc=2", "" },
		{ "6.12", "", "loglevel=x loglevel=7 loglevel", "Malformed early option 'loglevel' | Malformed early option 'loglevel'" },
		{ "6.12", "", "ssbd=force ssbd=force-on-and-on", "Malformed early option 'ssbd'" },
		{ "6.12", "", "panic_on_taint=0 panic_on_taint=20,x panic_on_taint=2x", "Malformed early option 'panic_on_taint' | "
							"Malformed early option 'panic_on_taint'" },
		{ "6.12", "MEMTEST", "memtest memtest=0x4 memtest=4x memtest=", "Malformed early option 'memtest' | Malformed early option 'memtest'" },
		{ "6.12", "MEMTEST", "memtest=0x4", "" },
		{ "6.12", "MEMTEST", "memtest=", "Malformed early option 'memtest'" },
		{ "6.12", "MEMTEST", "memtest=4294967295", "" },
		{ "6.12", "MEMTEST", "memtest=4294967296", "Malformed early option 'memtest'" },
		{ "7.2", "STACKDEPOT", "stack_depot_max_pools=131071", "" },
		{ "7.2", "STACKDEPOT", "stack_depot_max_pools=0x400 stack_depot_max_pools=1023",
		  "stackdepot: stack_depot_max_pools below 1024, using default of 1024" },
		{ "7.2", "STACKDEPOT", "stack_depot_max_pools=64", "stackdepot: stack_depot_max_pools below 1024, using default of 8192" },
		{ "7.2", "STACKDEPOT", "stack_depot_max_pools=131072", "stackdepot: stack_depot_max_pools exceeds 131071, using default of 8192" },
		{ "7.2", "STACKDEPOT ARM64_16K_PAGES ARM64_VA_BITS=47 PGTABLE_LEVELS=3", "stack_depot_max_pools=32768",
		  "stackdepot: stack_depot_max_pools exceeds 32767, using default of 8192" },
		{ "7.2", "STACKDEPOT", "stack_depot_max_pools=2k", "Malformed early option 'stack_depot_max_pools'" },
		{ "7.2", "STACKDEPOT", "stack_depot_max_pools", DEATH }, { "6.16", "STACKDEPOT", "stack_depot_max_pools=x", "" },
		{ "6.12", "MEM_ALLOC_PROFILING", "sysctl.vm.mem_profiling=1", "" },
		{ "6.12", "", "mitigations=off mitigations=x", "Unsupported mitigations=x, system may still be vulnerable" },
		{ "6.12", "", "mitigations=off mitigations=auto mitigations=auto,nosmt", "" },
		{ "6.12", "", "rodata=full rodata=on rodata=off", "" },
		{ "6.12", "", "rodata", "Invalid option string for rodata: '(null)'" },
		{ "6.12", "", "rodata=noalias", "Invalid option string for rodata: 'noalias'" },
		{ "5.10", "", "rodata=full rodata=what", "Malformed early option 'rodata'" },
		{ "6.12", "CRASH_DUMP", "elfcorehdr=x elfcorehdr=4", "Malformed early option 'elfcorehdr'" },
		{ "6.12", "NEED_PER_CPU_EMBED_FIRST_CHUNK", "percpu_alloc=page percpu_alloc=embed", "percpu: unknown allocator page specified" },
		{ "6.12", "", "log_buf_len", "Malformed early option 'log_buf_len'" },
		{ "6.12", "", "fw_devlink.sync_state=now fw_devlink.sync_state=timeout", "Malformed early option 'fw_devlink.sync_state'" },
		{ "6.12", "MEM_ALLOC_PROFILING", "sysctl.vm.mem_profiling=never,x sysctl.vm.mem_profiling=w",
		  "Malformed early option 'sysctl.vm.mem_profiling'" },
		{ "6.12", "PAGE_OWNER", "page_owner=w", "Malformed early option 'page_owner'" },
		{ "5.10", "PAGE_OWNER", "page_owner=w page_owner", "Malformed early option 'page_owner'" },
		{ "6.12", "SWIOTLB", "swiotlb", DEATH },
		{ "6.12", "", "swiotlb", "" },
		{ "6.12", "", "initrd", DEATH },
		{ "6.12", "", "kernelcore", DEATH },
		{ "4.9", "DMA_CMA", "cma", "Unable to handle kernel NULL pointer dereference at virtual address 00000000 | "
					   "Kernel panic - not syncing: Attempted to kill the idle task!" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		words(rows[i].words);
		assert_int_equal(run(step_parse_early_param), !strstr(rows[i].said, "panic - "));
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

static void early_parameters_take_effect(void **state)
{
	(void)state;
	machine("6.12", "MEMORY_HOTPLUG CRASH_DUMP");
	words("memblock=debug mem=1000K numa=off movable_node initrd=0x50000000,0x1001 elfcorehdr=0x1000@0x60000000");
	assert_true(run(step_parse_early_param));
	assert_true(m.mm.trace.memblock_debug);
	assert_true(m.mm.mem_limited);
	assert_int_equal(m.mm.mem_limit, 1000 << 10);
	assert_true(m.mm.nodes.numa_off);
	assert_true(m.mm.memblock.movable_node);
	assert_int_equal(m.mm.initrd_start, 0x50000000);
	assert_int_equal(m.mm.initrd_size, 0x1001);
	assert_int_equal(m.mm.elfcorehdr.base, 0x60000000);
	assert_int_equal(m.mm.elfcorehdr.size, 0x1000);
	words("initrd=0x70000000");
	assert_true(run(step_parse_early_param));
	assert_int_equal(m.mm.initrd_start, 0x50000000);
	over();
}

/* "off" at the beginning is enough. */
static void numa_off_is_a_prefix(void **state)
{
	static const struct { const char *words; bool off; } rows[] = { { "numa=of", false }, { "numa=off", true }, { "numa=offline", true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "");
		words(rows[i].words);
		assert_true(run(step_parse_early_param));
		assert_int_equal(m.mm.nodes.numa_off, rows[i].off);
		over();
	}
}

/* ------------------------------------------------------- arm64_memblock_init() */

/*
 *   RAM          |0x40000000 ........................... 0x80000000|
 *   image           [0x40210000 .. 0x40e00000)     from _stext in 6.7, from _text else
 *   initrd                     [0x48000123 +5000)   whole pages
 */
static void image_and_initrd_are_reserved(void **state)
{
	static const struct { const char *version, *reserved; } rows[] = {
		{ "6.7", "40210000-40e00000 48000000-48002000" },
		{ "6.12", "40200000-40e00000 48000000-48002000" },
		{ "4.9", "40200000-40e00000 48000000-48002000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		ram(0x40000000, GIB(1));
		m.mm.initrd_start = 0x48000123;
		m.mm.initrd_size = 5000;
		assert_true(run(step_arm64_memblock_init));
		assert_string_equal(RESERVED(), rows[i].reserved);
		assert_string_equal(MEMORY(), "40000000-80000000");
		assert_int_equal(m.mm.arch.arm64.memstart_addr, 0x40000000);
		over();
	}
}

/*
 *   RAM          |0x40000000 ............. 0x80000000|
 *   initrd  [0x3ffff000 ..)  or  behind what the linear map covers
 */
static void an_initrd_outside_the_linear_map_is_dropped(void **state)
{
	static const struct { uint64_t start; bool dropped; } rows[] = {
		{ 0x3ffff000, true }, { 0x40000000, false }, { UINT64_C(0x40000000) + (UINT64_C(1) << 47) - 0x1000, false },
		{ UINT64_C(0x40000000) + (UINT64_C(1) << 47), true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "");
		ram(0x40000000, GIB(1));
		m.mm.initrd_start = rows[i].start;
		m.mm.initrd_size = 0x1000;
		assert_true(run(step_arm64_memblock_init));
		assert_int_equal(m.mm.initrd_size, rows[i].dropped ? 0 : 0x1000);
		assert_string_equal(said(), rows[i].dropped ? "initrd not fully accessible via the linear mapping -- please check your bootloader ..." : "");
		over();
	}
}

/*
 *   memory    |40001000 ..... 40005000|nomap 40005000 .. 40006000|50000000 .. 50000800|
 *   reserved         |40002000 .. 40002010|
 *   tested    |..1000|      |2010 .. 5000|                         not a whole page
 */
static void memtest_says_each_free_range_once_per_pass(void **state)
{
	static const struct { const char *words, *said; } rows[] = {
		{ "", "" },
		{ "memtest=0", "" },
		{ "memtest=1",
		  "early_memtest: # of tests: 1 | "
		  "  0x0000000040001000 - 0x0000000040002000 pattern 0000000000000000 | "
		  "  0x0000000040002010 - 0x0000000040005000 pattern 0000000000000000" },
		{ "memtest=4 memtest=0x2",
		  "early_memtest: # of tests: 2 | "
		  "  0x0000000040001000 - 0x0000000040002000 pattern ffffffffffffffff | "
		  "  0x0000000040002010 - 0x0000000040005000 pattern ffffffffffffffff | "
		  "  0x0000000040001000 - 0x0000000040002000 pattern 0000000000000000 | "
		  "  0x0000000040002010 - 0x0000000040005000 pattern 0000000000000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "MEMTEST");
		words(rows[i].words);
		ram(0x40001000, KIB(20));
		memblock_setclr_flag(&m.mm.memblock, &m.mm.memblock.memory, 0x40005000, KIB(4), true, MEMBLOCK_NOMAP, "f", WHY("nobody"));
		ram(0x50000000, 0x800);
		taken(0x40002000, 0x10);
		assert_true(run(step_parse_early_param));
		assert_true(run(step_early_memtest));
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* Patterns come round: 19 passes are the second, the first, then all seventeen from the last on.  Big-endian, as they lie in memory. */
static void memtest_starts_with_the_last_pattern(void **state)
{
	(void)state;
	machine("4.9", "MEMTEST");
	words("memtest");
	ram(0x40000000, KIB(4));
	assert_true(run(step_parse_early_param));
	assert_true(run(step_early_memtest));
	assert_non_null(strstr(said(), "# of tests: 17 |   0x0000000040000000 - 0x0000000040001000 pattern 4c494e5558726c7a | "
				       "  0x0000000040000000 - 0x0000000040001000 pattern eeeeeeeeeeeeeeee | "));
	over();
	machine("6.12", "MEMTEST");
	words("memtest=19");
	ram(0x40000000, KIB(4));
	assert_true(run(step_parse_early_param));
	assert_true(run(step_early_memtest));
	assert_non_null(strstr(said(), "# of tests: 19 |   0x0000000040000000 - 0x0000000040001000 pattern ffffffffffffffff | "
				       "  0x0000000040000000 - 0x0000000040001000 pattern 0000000000000000 | "
				       "  0x0000000040000000 - 0x0000000040001000 pattern 4c494e5558726c7a | "));
	over();
}

/* Nobody waits for 2^32 passes: the event says how many are left out. */
static void memtest_of_many_passes_is_cut(void **state)
{
	(void)state;
	machine("6.12", "MEMTEST");
	words("memtest=4294967295");
	ram(0x40000000, KIB(4));
	assert_true(run(step_parse_early_param));
	assert_true(run(step_early_memtest));
	assert_string_equal(told("early_memtest"), "early_memtest passes=4294967295; passes_not_shown=4294901759");
	assert_int_equal(m.mm.trace.events[m.mm.trace.nr_events - 1].nr_printk, 1 + 65536);
	over();
}

/*
 *   RAM          |1 GiB .. 2 GiB|   |3 GiB .. 4 GiB|
 *   mem=1280M    |1 GiB .. 2 GiB|   |3 GiB +256 MiB|     counts bytes of RAM, and keeps the image
 */
static void mem_counts_bytes_of_ram(void **state)
{
	static const struct { uint64_t limit; const char *memory; } rows[] = {
		{ MIB(1280), "40000000-80000000 c0000000-d0000000" },
		{ MIB(1024), "40000000-80000000" },
		{ MIB(1), "40000000-40100000 40200000-40e00000" },
		{ MIB(4096), "40000000-80000000 c0000000-100000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "");
		ram(GIB(1), GIB(1));
		ram(GIB(3), GIB(1));
		m.mm.mem_limited = true;
		m.mm.mem_limit = rows[i].limit;
		assert_true(run(step_arm64_memblock_init));
		assert_string_equal(MEMORY(), rows[i].memory);
		over();
	}
}

/*
 *   48 bits: the linear map covers 2^47 bytes from 1 GiB on; what lies higher goes.
 *   RAM   |1 GiB ..|                                |2^47 + 512 MiB .. 2^47 + 2 GiB|
 *   kept  |1 GiB ..|                                |2^47 + 512 MiB .. 2^47 + 1 GiB|
 */
static void ram_beyond_the_linear_map_is_removed(void **state)
{
	const uint64_t half = UINT64_C(1) << 47;

	(void)state;
	machine("6.12", "");
	ram(GIB(1), GIB(1));
	ram(half + MIB(512), MIB(1536));
	assert_true(run(step_arm64_memblock_init));
	assert_string_equal(MEMORY(), "40000000-80000000 800020000000-800040000000");
	assert_string_equal(ledger_find(&m.mm.ledger, half + GIB(1))->owner, "removed");
	over();
}

static void a_seed_moves_the_linear_map(void **state)
{
	static const struct { const char *version; uint64_t seed; uint64_t moved; } rows[] = {
		{ "6.12", 0, 0 },
		/* cortex-a57 has 44 bits: (2^47 - 2^44) / 2^30 = 0x1c000 steps, half of them for a seed of 0x8000. */
		{ "6.12", 0x8000, UINT64_C(0xe000) << 30 },
		{ "6.1", 0x8000, UINT64_C(0xe000) << 30 },
		{ "7.2", 0x8000, 0 },
		/* The highest bits of the seed until 5.19 ... */
		{ "6.1", UINT64_C(0x8000) << 48, 0 },
		{ "5.15", UINT64_C(0x8000) << 48, UINT64_C(0xe000) << 30 },
		{ "5.15", 0x8000, 0 },
		/* ... and until 5.10 what 1 GiB of RAM leaves: 2^17 - 1 steps, of which half is 0xffff; 4.20 counts one more. */
		{ "5.10", UINT64_C(0x8000) << 48, UINT64_C(0xffff) << 30 },
		{ "4.20", UINT64_C(0x8000) << 48, UINT64_C(0x10000) << 30 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		ram(GIB(1), GIB(1));
		m.mm.kaslr_seed = rows[i].seed;
		assert_true(run(step_arm64_memblock_init));
		assert_int_equal(m.mm.arch.arm64.memstart_addr, GIB(1) - rows[i].moved);
		over();
	}
}

/* ------------------------------------------------------------ words that hide a CPU's feature */

/* A 52-bit kernel on a CPU that has 52 bits: @line leaves @bits. */
static void words_hide_wide_addresses(void **state)
{
	static const struct { const char *version, *pages, *line; unsigned bits; } rows[] = {
		{ "6.12", "ARM64_4K_PAGES", "", 52 },
		{ "6.12", "ARM64_4K_PAGES", "quiet arm64.nolva", 48 },
		{ "6.12", "ARM64_4K_PAGES", "id-aa64mmfr2.varange=0x0 quiet", 48 },	/* '-' is '_' */
		{ "6.8.1", "ARM64_4K_PAGES", "arm64.nolva", 52 },
		{ "6.9.0", "ARM64_4K_PAGES", "arm64.nolva", 48 },
		/* Neither another value, nor two digits, nor a longer word, nor what follows "--". */
		{ "6.12", "ARM64_4K_PAGES", "id_aa64mmfr2.varange=1", 52 },
		{ "6.12", "ARM64_4K_PAGES", "id_aa64mmfr2.varange=00", 52 },
		{ "6.12", "ARM64_4K_PAGES", "id_aa64mmfr2.varange=0,", 52 },
		{ "6.12", "ARM64_4K_PAGES", "arm64.nolva=1", 52 },
		{ "6.12", "ARM64_4K_PAGES", "quiet -- arm64.nolva", 52 },
		{ "6.12", "ARM64_4K_PAGES", "quiet --x arm64.nolva", 48 },
		/* A refused value takes the zero back, not what the zero did to LPA2. */
		{ "6.12", "ARM64_4K_PAGES", "arm64.nolva id_aa64mmfr2.varange=2", 48 },
		{ "6.12", "ARM64_64K_PAGES", "arm64.nolva", 48 },
		{ "6.12", "ARM64_64K_PAGES", "arm64.nolva id_aa64mmfr2.varange=f", 52 },
		{ "6.12", "ARM64_64K_PAGES", "arm64.nolva id_aa64mmfr2.varange=g", 48 },
		{ "6.12", "ARM64_64K_PAGES", "id_aa64mmfr2.varange=1 arm64.nolva", 48 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char options[128];

		snprintf(options, sizeof(options), "ARM64_VA_BITS=52 ARM64_VA_BITS_52 PGTABLE_LEVELS=%d %s",
			 strcmp(rows[i].pages, "ARM64_64K_PAGES") ? 5 : 3, rows[i].pages);
		machine(rows[i].version, options);
		m.mm.arch.arm64.cpu = cpu_model_find("max");
		string(child(0, "chosen"), "bootargs", rows[i].line);
		assert_true(run(step_primary_switched));
		if (m.mm.arch.arm64.vabits_actual != rows[i].bits)
			fail_msg("%s, %s, \"%s\": %u bits", rows[i].version, rows[i].pages, rows[i].line, m.mm.arch.arm64.vabits_actual);
		over();
	}
}

/* ------------------------------------------------------------ a protected hypervisor */

/* How the tree calls PSCI, and what it lets one think of the level that the kernel starts at. */
static void psci(const char *method)
{
	int node = child(0, "psci");

	string(node, "compatible", "arm,psci-1.0");
	string(node, "method", method);
}

/*
 * 256 MiB are 65536 pages: tables of 128 + 1 + 1 + 1 (+ 1 since 6.8), and for 1 GiB of others 512 + 1 + 1 + 1 (+ 1). All
 * twice, and 16: 1308 (1312) pages. Records of 4 bytes for each frame take 64 pages, of 8 bytes 128; the table of VMs one, FF-A 11.
 * Until 6.1 only these 1308 pages have records, of 4 bytes: 2 pages, and 4 of tables. In blocks of 2 MiB all that is 6 MiB.
 */
static void a_protected_hypervisor_has_its_pages(void **state)
{
	static const struct { const char *version, *options, *words, *psci; unsigned el; phys_addr_t taken; } rows[] = {
		{ "6.12", "KVM", "kvm-arm.mode=protected", "smc", 0, 1312 + 64 + 1 + 11 },
		{ "6.12", "KVM", "kvm-arm.mode=protected", "hvc", 2, 1312 + 64 + 1 + 11 },
		{ "6.12", "KVM", "kvm-arm.mode=protected", "hvc", 0, 0 },
		{ "6.12", "KVM", "kvm-arm.mode=protected", "smc", 1, 0 },
		{ "6.12", "KVM", "kvm-arm.mode=nvhe", "smc", 0, 0 },
		{ "6.12", "KVM", "kvm-arm.mode=protected kvm-arm.mode=none", "smc", 0, 0 },
		{ "6.12", "", "kvm-arm.mode=protected", "smc", 0, 0 },
		{ "6.14.0", "KVM", "kvm-arm.mode=protected", "smc", 0, 1312 + 128 + 1 + 11 },
		{ "6.18.2", "KVM NVHE_EL2_DEBUG", "kvm-arm.mode=protected", "smc", 0, 1312 + 128 + 1 + 11 + 32 },
		{ "6.7", "KVM", "kvm-arm.mode=protected", "smc", 0, 1308 + 64 + 1 + 11 },
		{ "6.4.0", "KVM", "kvm-arm.mode=protected", "smc", 0, 1308 + 64 + 1 },
		{ "6.1", "KVM", "kvm-arm.mode=protected", "smc", 0, 1308 + 6 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		phys_addr_t bytes = rows[i].taken * KIB(4);

		/* Aligned to 2 MiB where there is room for whole blocks of them, else to the page. */
		for (int whole = 0; whole < 2; whole++) {
			machine(rows[i].version, rows[i].options);
			ram(GIB(1), MIB(256));
			m.mm.loader.entry_el = rows[i].el;
			psci(rows[i].psci);
			words(rows[i].words);
			if (!whole)
				memblock_reserve(&m.mm.memblock, GIB(1), MIB(256) - MIB(6) + KIB(4), "test", WHY_NOBODY);
			assert_true(run(step_parse_early_param));
			phys_addr_t before = memblock_reserved_size(&m.mm.memblock);

			assert_true(run(step_kvm_hyp_reserve));
			assert_int_equal(memblock_reserved_size(&m.mm.memblock) - before, whole && bytes ? MIB(6) : bytes);
			over();
		}
	}
}

/*
 * Records of 64 MiB from 1 GiB + 2 MiB on begin in the middle of a page and end in one: 17 pages, not 16. With tables of
 * 2 * (36 + 516) + 16 pages, one for VMs and 11 for FF-A that makes 1149, and 1150 are free.
 */
static void records_share_no_page(void **state)
{
	phys_addr_t before;

	(void)state;
	machine("6.12", "KVM");
	ram(GIB(1) + MIB(2), MIB(64));
	memblock_reserve(&m.mm.memblock, GIB(1) + MIB(2), MIB(64) - 1150 * KIB(4), "test", WHY_NOBODY);
	m.mm.loader.entry_el = 2;
	words("kvm-arm.mode=protected");
	assert_true(run(step_parse_early_param));
	before = memblock_reserved_size(&m.mm.memblock);
	assert_true(run(step_kvm_hyp_reserve));
	assert_int_equal(memblock_reserved_size(&m.mm.memblock) - before, 1149 * KIB(4));
	over();
}

/* The line that it prints, and the two for which it does without. */
static void a_protected_hypervisor_says_what_it_got(void **state)
{
	static const struct { phys_addr_t taken; unsigned regions; const char *said; } rows[] = {
		{ 0, 1, "kvm [0]: Reserved 6 MiB at 0x4fa00000" },
		{ MIB(252), 1, "kvm [0]: Failed to reserve hyp memory" },
		{ 0, 128, "kvm [0]: Reserved 16 MiB at 0x4f000000" },	/* 2 * (132 + 127 * 8 + 516) + 16 + 64 + 127 * 2 + 12 pages */
		{ 0, 129, "kvm [0]: Failed to register hyp memblocks: -12" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "KVM EFI");	/* EFI: room for more than 128 regions */
		ram(GIB(1), MIB(256));
		for (unsigned r = 1; r < rows[i].regions; r++)
			ram(GIB(2) + r * MIB(16), MIB(8));
		memblock_reserve(&m.mm.memblock, GIB(1), rows[i].taken, "test", WHY_NOBODY);
		m.mm.loader.entry_el = 2;
		words("kvm-arm.mode=protected");
		assert_true(run(step_parse_early_param));
		assert_true(run(step_kvm_hyp_reserve));
		if (!strstr(said(), rows[i].said))
			fail_msg("%s: %s", rows[i].said, said());
		over();
	}
}

/* At EL1 any value is as good as any other since 5.19, and is told to be ignored. */
static void kvm_mode_wants_el2(void **state)
{
	static const struct { const char *version, *words; unsigned el; const char *said; } rows[] = {
		{ "6.12", "kvm-arm.mode=protected", 1, "KVM is not available. Ignoring kvm-arm.mode" },
		{ "6.12", "kvm-arm.mode=bogus", 1, "KVM is not available. Ignoring kvm-arm.mode" },
		{ "6.12", "kvm-arm.mode=none", 1, "" },
		{ "6.12", "kvm-arm.mode=bogus", 2, "Malformed early option 'kvm-arm.mode'" },
		{ "6.12", "kvm-arm.mode", 1, "Malformed early option 'kvm-arm.mode'" },
		{ "6.12", "kvm-arm.mode=nested", 2, "" },
		{ "6.1", "kvm-arm.mode=nested", 2, "Malformed early option 'kvm-arm.mode'" },
		{ "5.15.16", "kvm-arm.mode=none", 2, "Malformed early option 'kvm-arm.mode'" },
		{ "5.15.16", "kvm-arm.mode=protected", 1, "" },
		{ "5.11.14", "kvm-arm.mode=nvhe", 2, "Malformed early option 'kvm-arm.mode'" },
		{ "5.10", "kvm-arm.mode=nvhe", 2, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "KVM");
		ram(GIB(1), MIB(256));
		m.mm.loader.entry_el = rows[i].el;
		words(rows[i].words);
		assert_true(run(step_parse_early_param));
		if (!strstr(said(), rows[i].said) || (!*rows[i].said && strstr(said(), "kvm")))
			fail_msg("%s, %s: %s", rows[i].version, rows[i].words, said());
		over();
	}
}

/* With 52 bits and KVM outside of the kernel the linear map has 51. */
static void kvm_caps_the_linear_map(void **state)
{
	static const struct { const char *version, *options, *line; unsigned el; phys_addr_t kept; } rows[] = {
		{ "6.12", "KVM", "kvm-arm.mode=nvhe", 2, UINT64_C(1) << 51 },
		{ "6.12", "KVM", "kvm-arm.mode=protected", 2, UINT64_C(1) << 51 },
		{ "6.12", "KVM", "id_aa64mmfr1.vh=0", 2, UINT64_C(1) << 51 },
		{ "6.12", "KVM", "", 2, (UINT64_C(1) << 52) - (UINT64_C(1) << 47) },
		{ "6.12", "KVM", "kvm-arm.mode=nvhe", 1, (UINT64_C(1) << 52) - (UINT64_C(1) << 47) },
		{ "6.12", "", "kvm-arm.mode=nvhe", 2, (UINT64_C(1) << 52) - (UINT64_C(1) << 47) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char options[128];

		snprintf(options, sizeof(options), "ARM64_VA_BITS=52 ARM64_VA_BITS_52 ARM64_PA_BITS=52 PGTABLE_LEVELS=5 ARM64_LPA2 ARM64_4K_PAGES %s",
			 rows[i].options);
		machine(rows[i].version, options);
		m.mm.arch.arm64.cpu = cpu_model_find("max");
		m.mm.loader.entry_el = rows[i].el;
		string(child(0, "chosen"), "bootargs", rows[i].line);
		assert_true(run(step_primary_switched));
		assert_int_equal(m.mm.arch.arm64.vabits_actual, 52);
		/* RAM at 0 and as high as addresses go: what lies above the linear map goes. */
		ram(0, GIB(1));
		ram(rows[i].kept - MIB(64), MIB(128));
		m.mm.text_phys = MIB(2);
		assert_true(run(step_arm64_memblock_init));
		assert_int_equal(memblock_end_of_DRAM(&m.mm.memblock), rows[i].kept);
		over();
	}
}

/* 4.12 to 5.14 keep to the first range, of as many cells as the root has; one that is too short is none. */
static void a_crash_kernel_keeps_to_its_range(void **state)
{
	static const struct { const char *version; unsigned cells; const char *memory; } rows[] = {
		{ "5.10", 4, "50000000-51000000" }, { "5.10", 8, "50000000-51000000" }, { "5.10", 3, "40000000-80000000" },
		{ "5.10", 0, "40000000-80000000" }, { "4.9", 4, "40000000-80000000" }, { "6.1", 4, "40000000-80000000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const uint32_t range[] = { 0, 0x50000000, 0, 0x1000000, 0, 0x60000000, 0, 0x1000000 };

		machine(rows[i].version, "");
		ram(GIB(1), GIB(1));
		m.mm.text_phys = 0x50200000;
		cells(child(0, "chosen"), "linux,usable-memory-range", rows[i].cells, range);
		assert_true(run(step_arm64_memblock_init));
		assert_string_equal(MEMORY(), rows[i].memory);
		over();
	}
}

/* Addresses and sizes that are given take effect as they are read, the last one that can be read wins. */
static void early_words_say_where_things_are(void **state)
{
	static const struct { const char *words; phys_addr_t initrd, initrd_size, header, header_size; bool kdump, numa_off, movable_node; } rows[] = {
		{ "", 7, 8, 0, 0, false, false, false },
		{ "initrd=0x48000000,16M", 0x48000000, MIB(16), 0, 0, false, false, false },
		{ "initrdmem=0x49000000,4096", 0x49000000, 4096, 0, 0, false, false, false },
		{ "initrd=0x48000000,16M initrd=1G", 0x48000000, MIB(16), 0, 0, false, false, false },
		{ "initrd=0x48000000;16M", 7, 8, 0, 0, false, false, false },
		{ "elfcorehdr=0x50000000", 7, 8, 0x50000000, 0, true, false, false },
		{ "elfcorehdr=64K@0x50000000", 7, 8, 0x50000000, KIB(64), true, false, false },
		{ "numa=off", 7, 8, 0, 0, false, true, false }, { "numa=on", 7, 8, 0, 0, false, false, false },
		{ "numa=offline", 7, 8, 0, 0, false, true, false }, { "movable_node", 7, 8, 0, 0, false, false, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "CRASH_DUMP MEMORY_HOTPLUG");
		m.mm.initrd_start = 7;
		m.mm.initrd_size = 8;
		words(rows[i].words);
		assert_true(run(step_parse_early_param));
		assert_int_equal(m.mm.initrd_start, rows[i].initrd);
		assert_int_equal(m.mm.initrd_size, rows[i].initrd_size);
		assert_int_equal(m.mm.elfcorehdr.base, rows[i].header);
		assert_int_equal(m.mm.elfcorehdr.size, rows[i].header_size);
		assert_int_equal(m.mm.is_kdump, rows[i].kdump);
		assert_int_equal(m.mm.nodes.numa_off, rows[i].numa_off);
		assert_int_equal(m.mm.memblock.movable_node, rows[i].movable_node);
		over();
	}
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_crash_kernel_keeps_to_its_range),
		TEST(early_words_say_where_things_are),
		TEST(words_hide_wide_addresses),
		TEST(a_protected_hypervisor_has_its_pages),
		TEST(records_share_no_page),
		TEST(a_protected_hypervisor_says_what_it_got),
		TEST(kvm_mode_wants_el2),
		TEST(kvm_caps_the_linear_map),
		TEST(memory_is_trimmed_to_whole_pages),
		TEST(a_block_without_a_whole_page_is_told_of),
		TEST(which_memory_nodes_count_depends_on_the_release),
		TEST(usable_memory_beats_reg),
		TEST(a_crash_kernel_keeps_to_its_ranges),
		TEST(chosen_gives_initrd_seed_and_words),
		TEST(an_initrd_that_ends_before_it_starts_is_none),
		TEST(the_build_may_have_words_of_its_own),
		TEST(the_elf_header_of_a_dead_kernel_needs_an_option),
		TEST(early_parameters_say_what_they_cannot_use),
		TEST(early_parameters_take_effect),
		TEST(numa_off_is_a_prefix),
		TEST(image_and_initrd_are_reserved),
		TEST(an_initrd_outside_the_linear_map_is_dropped),
		TEST(memtest_says_each_free_range_once_per_pass),
		TEST(memtest_starts_with_the_last_pattern),
		TEST(memtest_of_many_passes_is_cut),
		TEST(mem_counts_bytes_of_ram),
		TEST(ram_beyond_the_linear_map_is_removed),
		TEST(a_seed_moves_the_linear_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
