/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps from the log buffer to the first process: what each takes of memory, computes from it, or says. */
#include "step_machine.h"

#include "mmcore/process.h"

/*
 * One node of RAM from 1 GiB on, with its zones, lists and free pages; @before, if any, takes memory first.
 */
static void stand(const char *version, const char *options, phys_addr_t size, void (*before)(void))
{
	machine(version, options);
	node_ram(0, GIB(1), size);
	sections();
	cpus(4);
	if (before)
		before();
	assert_true(run(step_zone_limits));
	assert_true(run(step_free_area_init));
	assert_true(run(step_build_zonelists));
	assert_true(run(step_boot_pagesets));
	assert_true(run(step_memblock_free_all));
	assert_true(run(step_setup_per_cpu_pageset));
}

/* All RAM below @free at the end of the first gigabyte is somebody's. */
static void all_taken_but(phys_addr_t free)
{
	ram(GIB(1), GIB(1));
	taken(GIB(1), GIB(1) - free);
}

/* ------------------------------------------------------------------- log buffer */

#define CPU_LINES(extra) \
	"printk: log_buf_len individual max cpu contribution: 4096 bytes | printk: log_buf_len total cpu_extra contributions: " extra \
	" bytes | printk: log_buf_len min size: 131072 bytes | "

/*
 *   text, then a record of 24 + 88 bytes for each 32 bytes of it, from the top of RAM down; 128 KiB are in the image
 */
static void the_log_buffer_grows_if_asked_or_for_many_cpus(void **state)
{
	static const struct { const char *version, *value; size_t cpus; phys_addr_t free; const char *said, *reserved; } rows[] = {
		{ "6.12", NULL, 8, GIB(1), "", "" },
		/* 16 others * 4096 are half of the buffer; one more is too much. */
		{ "6.12", NULL, 17, GIB(1), "", "" },
		{ "6.12", NULL, 18, GIB(1), CPU_LINES("69632") "printk: log_buf_len: 262144 bytes", "7fee0000-80000000" },
		{ "6.12", NULL, 1, GIB(1), "", "" },
		{ "6.12", "256K", 18, GIB(1), "printk: log_buf_len: 262144 bytes", "7fee0000-80000000" },
		{ "6.12", "200K", 1, GIB(1), "printk: log_buf_len: 262144 bytes", "7fee0000-80000000" },
		{ "6.12", "128K", 1, GIB(1), "", "" },
		{ "6.12", "0", 1, GIB(1), "", "" },
		{ "6.12", "2G", 1, GIB(1), "printk: log_buf_len: 2147483648 text bytes not available", "" },
		{ "6.12", "3G", 1, GIB(1), "printk: log_buf over 2G is not supported. | printk: log_buf_len: 2147483648 text bytes not available", "" },
		/* All or nothing: what was there already is given back. */
		{ "6.12", "256K", 1, KIB(256 + 64), "printk: log_buf_len: 196608 desc bytes not available", "40000000-7ffb0000" },
		{ "6.12", "256K", 1, KIB(256 + 192 + 64), "printk: log_buf_len: 720896 info bytes not available", "40000000-7ff80000" },
		{ "4.9", "1M", 1, GIB(1), "log_buf_len: 1048576 bytes", "7ff00000-80000000" },
		{ "4.9", "1M", 1, KIB(512), "log_buf_len: 1048576 bytes not available", "40000000-7ff80000" },
		/* 32 bits are kept. */
		{ "4.9", "0x100040000", 1, GIB(1), "log_buf_len: 262144 bytes", "7ffc0000-80000000" },
		{ "7.2", NULL, 1, GIB(1), "printk: log buffer data + meta data: 131072 + 458752 = 589824 bytes", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t from;

		machine(rows[i].version, "LOG_CPU_MAX_BUF_SHIFT=12");
		if (rows[i].free < GIB(1))
			all_taken_but(rows[i].free);
		else
			ram(GIB(1), GIB(1));
		cpus(rows[i].cpus);
		from = m.mm.trace.nr_events;
		trace_event(&m.mm.trace, MM_NOTE, "log_buf_len");
		if (rows[i].value)
			early_param_log_buf_len(&m.mm, rows[i].value);
		assert_true(run(step_setup_log_buf));
		m.from = from;
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(RESERVED(), rows[i].reserved);
		over();
	}
}

/* ----------------------------------------------------------------------- KFENCE */

/* 255 objects: (255 + 1) * 2 pages; their records of 512 bytes take 32 pages. */
static void kfence_has_a_pool_and_records(void **state)
{
	static const struct { const char *version; uint64_t interval; phys_addr_t pool, free; const char *said, *reserved; } rows[] = {
		{ "6.12", 100, 0, GIB(1), "", "7fde0000-80000000" },
		{ "6.1", 100, 0, GIB(1), "", "7fe00000-80000000" },
		{ "6.12", 0, 0, GIB(1), "", "" },
		{ "6.12", 100, 0x50000000, GIB(1), "", "7ffe0000-80000000" },
		{ "6.12", 100, 0, MIB(1), "kfence: failed to allocate pool", "40000000-7ff00000" },
		{ "6.12", 100, 0, MIB(2) + KIB(64), "kfence: failed to allocate metadata", "40000000-7fdf0000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "KFENCE KFENCE_NUM_OBJECTS=255");
		if (rows[i].free < GIB(1))
			all_taken_but(rows[i].free);
		else
			ram(GIB(1), GIB(1));
		m.mm.kfence_sample_interval = rows[i].interval;
		m.mm.kfence_pool = rows[i].pool;
		assert_true(run(strcmp(rows[i].version, "6.1") ? step_kfence_alloc_pool_and_metadata : step_kfence_alloc_pool));
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(RESERVED(), rows[i].reserved);
		over();
	}
	machine("6.12", "KFENCE_NUM_OBJECTS=255");
	ram(GIB(1), GIB(1));
	m.mm.kfence_sample_interval = 100;
	assert_true(run(step_kfence_alloc_pool_and_metadata));
	assert_string_equal(RESERVED(), "");
	over();
}

/* ------------------------------------------------------------------ hash tables */

#define DENTRY "Dentry cache hash table entries: "
#define INODE "Inode-cache hash table entries: "
#define MOUNT "Mount-cache hash table entries: "
#define POINT "Mountpoint-cache hash table entries: "

/*
 * An entry (8 bytes) for each 8 KiB of memory (dentries), 16 KiB (inodes); above 64 GiB for each four times as much one half as many.
 */
static void tables_that_memblock_has(void **state)
{
	static const struct { const char *version, *words; uint64_t pages; phys_addr_t free; const char *said; } rows[] = {
		{ "6.7", "", 262144, GIB(1), DENTRY "131072 (order: 8, 1048576 bytes, linear) | " INODE "65536 (order: 7, 524288 bytes, linear)" },
		{ "4.9", "", 262144, GIB(1), DENTRY "131072 (order: 8, 1048576 bytes) | " INODE "65536 (order: 7, 524288 bytes)" },
		/* Pages are rounded up to a MiB, entries to a power of two. */
		{ "6.7", "", 196609, GIB(1), DENTRY "131072 (order: 8, 1048576 bytes, linear) | " INODE "65536 (order: 7, 524288 bytes, linear)" },
		{ "6.7", "", 1, GIB(1), DENTRY "512 (order: 0, 4096 bytes, linear) | " INODE "512 (order: 0, 4096 bytes, linear)" },
		{ "6.7", "dhash_entries=1000 ihash_entries=0x400", 262144, GIB(1),
		  DENTRY "1024 (order: 1, 8192 bytes, linear) | " INODE "1024 (order: 1, 8192 bytes, linear)" },
		{ "6.7", "dhash_entries=1 ihash_entries=2", 262144, GIB(1), DENTRY "1 (order: -9, 8 bytes, linear) | " INODE "2 (order: -8, 16 bytes, linear)" },
		{ "6.12", "dhash_entries=1 ihash_entries=2", 262144, GIB(1), DENTRY "2 (order: 0, 16 bytes, linear) | " INODE "2 (order: 0, 16 bytes, linear)" },
		/* Half as much where there is no room. */
		{ "6.7", "", 262144, KIB(600), DENTRY "65536 (order: 7, 524288 bytes, linear) | " INODE "8192 (order: 4, 65536 bytes, linear)" },
		{ "6.7", "", 262144, 0x800, "Kernel panic - not syncing: Failed to allocate Dentry cache hash table" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		if (rows[i].free < GIB(1))
			all_taken_but(rows[i].free);
		else
			ram(GIB(1), GIB(1));
		words(rows[i].words);
		m.mm.nr_kernel_pages = m.mm.nr_all_pages = rows[i].pages;
		/* A 16th of memory is the limit, of one page none that makes sense. */
		if (rows[i].pages == 1)
			m.mm.nr_all_pages = 262144;
		assert_int_equal(run(step_vfs_caches_init_early), !strstr(rows[i].said, "panic"));
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

static void tables_that_wait_for_vmalloc(void **state)
{
	static const struct { const char *version, *options, *words; bool dist; unsigned nodes; uint64_t pages; const char *said; } rows[] = {
		{ "6.12", "", "", false, 1, 262144, MOUNT "2048 (order: 2, 16384 bytes, linear) | " POINT "2048 (order: 2, 16384 bytes, linear)" },
		{ "6.12", "", "mhash_entries=524288 mphash_entries=1048576", false, 1, 262144,
		  MOUNT "524288 (order: 10, 4194304 bytes, linear) | " POINT "1048576 (order: 11, 8388608 bytes, vmalloc)" },
		/* 4 GiB: dentries have 4 MiB, inodes 2 MiB; a node's share of at least 2 MiB is mapped in blocks. */
		{ "6.12", "HAVE_ARCH_HUGE_VMALLOC", "", true, 2, 1048576,
		  DENTRY "524288 (order: 10, 4194304 bytes, vmalloc hugepage) | " INODE "262144 (order: 9, 2097152 bytes, vmalloc) | "
		  MOUNT "8192 (order: 4, 65536 bytes, vmalloc) | " POINT "8192 (order: 4, 65536 bytes, vmalloc)" },
		{ "6.12", "HAVE_ARCH_HUGE_VMALLOC", "mhash_entries=1 mphash_entries=1", true, 1, 1048576,
		  DENTRY "524288 (order: 10, 4194304 bytes, vmalloc hugepage) | " INODE "262144 (order: 9, 2097152 bytes, vmalloc hugepage) | "
		  MOUNT "1 (order: 0, 8 bytes, vmalloc) | " POINT "1 (order: 0, 8 bytes, vmalloc)" },
		/* 7.2 maps 64 KiB at once with a run of entries. */
		{ "7.2", "HAVE_ARCH_HUGE_VMALLOC", "mhash_entries=8192 mphash_entries=4096", true, 4, 1048576,
		  DENTRY "524288 (order: 10, 4194304 bytes, vmalloc hugepage) | " INODE "262144 (order: 9, 2097152 bytes, vmalloc hugepage) | "
		  MOUNT "8192 (order: 4, 65536 bytes, vmalloc hugepage) | " POINT "4096 (order: 3, 32768 bytes, vmalloc)" },
		{ "5.10", "HAVE_ARCH_HUGE_VMALLOC", "mhash_entries=1 mphash_entries=1", true, 1, 1048576,
		  DENTRY "524288 (order: 10, 4194304 bytes, vmalloc) | " INODE "262144 (order: 9, 2097152 bytes, vmalloc) | "
		  MOUNT "1 (order: -9, 8 bytes, vmalloc) | " POINT "1 (order: -9, 8 bytes, vmalloc)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		ram(GIB(1), GIB(1));
		words(rows[i].words);
		m.mm.hashdist = rows[i].dist;
		m.mm.nodes.nr_online = rows[i].nodes;
		m.mm.nr_kernel_pages = m.mm.nr_all_pages = rows[i].pages;
		if (rows[i].dist) {
			assert_true(run(step_vfs_caches_init_early));
			assert_string_equal(said(), "");
		}
		assert_true(run(step_vfs_caches_init));
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(RESERVED(), "");
		over();
	}
}

/* 4.9: an entry for each 256 KiB, 16 at least, 4096 at most. */
static void the_pid_table_has_bounds(void **state)
{
	static const struct { uint64_t pages; const char *said; } rows[] = {
		{ 256, "PID hash table entries: 16 (order: -5, 128 bytes)" },
		{ 65536, "PID hash table entries: 1024 (order: 1, 8192 bytes)" },
		{ 1048576, "PID hash table entries: 4096 (order: 3, 32768 bytes)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("4.9", "");
		ram(GIB(1), GIB(1));
		m.mm.nr_kernel_pages = m.mm.nr_all_pages = rows[i].pages;
		assert_true(run(step_pidhash_init));
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* 2^20 pointers, aligned to their 8 MiB until 5.17; fewer where the build says so. */
static void stacks_have_a_table_of_the_builds_size(void **state)
{
	static const struct {
		const char *version, *options, *words;
		bool keeps;
		phys_addr_t free;
		void (*step)(struct mm *mm);
		const char *said, *reserved;
	} rows[] = {
		{ "5.15", "STACKDEPOT", "", false, GIB(1), step_stack_depot_init, "", "7f800000-80000000" },
		{ "5.15", "STACKDEPOT STACK_HASH_ORDER=12", "", false, GIB(1), step_stack_depot_init, "", "7fff8000-80000000" },
		{ "5.15", "", "", false, GIB(1), step_stack_depot_init, "", "" },
		{ "5.15", "STACKDEPOT", "stack_depot_disable=on", false, GIB(1), step_stack_depot_init, "Stack Depot is disabled", "" },
		{ "5.15", "STACKDEPOT", "stack_depot_disable=off", false, GIB(1), step_stack_depot_init, "", "7f800000-80000000" },
		{ "5.15", "STACKDEPOT", "stack_depot_disable", false, GIB(1), step_stack_depot_init, "", "7f800000-80000000" },
		{ "5.17", "STACKDEPOT", "", true, GIB(1), step_stack_depot_early_init_5_17, "", "" },
		{ "5.17", "STACKDEPOT STACKDEPOT_ALWAYS_INIT", "", false, GIB(1), step_stack_depot_early_init_5_17,
		  "Stack Depot allocating hash table with memblock_alloc", "7f800000-80000000" },
		{ "5.17", "STACKDEPOT STACKDEPOT_ALWAYS_INIT", "", false, MIB(4), step_stack_depot_early_init_5_17,
		  "Stack Depot allocating hash table with memblock_alloc | Stack Depot hash table allocation failed, disabling", "40000000-7fc00000" },
		{ "5.19", "STACKDEPOT", "", false, GIB(1), step_stack_depot_early_init_5_19, "", "" },
		{ "5.19", "STACKDEPOT", "", true, GIB(1), step_stack_depot_early_init_5_19,
		  "Stack Depot early init allocating hash table with memblock_alloc, 8388608 bytes", "7f800000-80000000" },
		{ "6.1", "STACKDEPOT", "stack_depot_disable=1", true, GIB(1), step_stack_depot_early_init, "Stack Depot is disabled", "" },
		{ "6.6", "STACKDEPOT", "stack_depot_disable=1", true, GIB(1), step_stack_depot_early_init, "stackdepot: disabled", "" },
		{ "6.12", "STACKDEPOT", "stack_depot_disable=1", true, GIB(1), step_stack_depot_early_init, "", "" },
		{ "6.12", "STACKDEPOT", "stack_depot_disable", false, GIB(1), step_stack_depot_early_init, "Malformed early option 'stack_depot_disable'", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char all[512];

		machine(rows[i].version, rows[i].options);
		if (rows[i].free < GIB(1))
			all_taken_but(rows[i].free);
		else
			ram(GIB(1), GIB(1));
		words(rows[i].words);
		m.mm.slub_params.keeps_stacks = rows[i].keeps;
		assert_true(run(step_parse_early_param));
		snprintf(all, sizeof(all), "%s", said());
		assert_true(run(rows[i].step));
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", *all && *said() ? " | " : "", said());
		assert_string_equal(all, rows[i].said);
		assert_string_equal(RESERVED(), rows[i].reserved);
		over();
	}
}

/* 5.15 writes to the table without a look whether there is one. */
static void a_table_of_stacks_that_is_not_there_is_written_to(void **state)
{
	(void)state;
	machine("5.15", "STACKDEPOT");
	all_taken_but(MIB(4));
	assert_false(run(step_stack_depot_init));
	over();
}

#define DEPOT "stackdepot: allocating hash table via alloc_large_system_hash | stackdepot hash table entries: "

static void stacks_are_kept_if_slub_wants_them(void **state)
{
	static const struct { const char *version, *options, *words; bool keeps; const char *said; } rows[] = {
		{ "6.1", "STACKDEPOT", "", true, "stackdepot hash table entries: 65536 (order: 7, 524288 bytes, linear)" },
		{ "6.7", "STACKDEPOT", "", true, DEPOT "65536 (order: 7, 524288 bytes, linear)" },
		{ "6.12", "STACKDEPOT", "", true, DEPOT "65536 (order: 8, 1048576 bytes, linear)" },
		{ "6.12", "STACKDEPOT", "", false, "" },
		{ "6.12", "", "", true, "" },
		{ "7.2", "STACKDEPOT", "", true, DEPOT "65536 (order: 8, 1048576 bytes, linear) | "
		  "stackdepot: allocating space for 8192 stack pools via memblock" },
		{ "7.2", "STACKDEPOT", "stack_depot_max_pools=2000", true, DEPOT "65536 (order: 8, 1048576 bytes, linear) | "
		  "stackdepot: allocating space for 2000 stack pools via memblock" },
		{ "7.2", "STACKDEPOT", "stack_depot_max_pools=1023", true, DEPOT "65536 (order: 8, 1048576 bytes, linear) | "
		  "stackdepot: allocating space for 8192 stack pools via memblock" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		ram(GIB(1), GIB(1));
		words(rows[i].words);
		m.mm.nr_kernel_pages = m.mm.nr_all_pages = 262144;
		m.mm.slub_params.keeps_stacks = rows[i].keeps;
		assert_true(run(step_parse_early_param));
		assert_true(run(step_stack_depot_early_init));
		assert_string_equal(said(), rows[i].said);
		if (strstr(rows[i].said, "8192 stack"))
			assert_string_equal(RESERVED(), "7fef0000-80000000");
		if (strstr(rows[i].said, "2000 stack"))
			assert_string_equal(RESERVED(), "7fefc000-7feffe80 7ff00000-80000000");
		over();
	}
}

/* -------------------------------------------------------------------- CPU masks */

static bool isolated(struct mm *mm, const char *value, struct housekeeping *known) { return param_isolcpus(mm, known, value); }
static bool full_nohz(struct mm *mm, const char *value, struct housekeeping *known) { return param_nohz_full(mm, known, value); }
static bool affinity(struct mm *mm, const char *value, struct housekeeping *known)
{
	(void)value;
	(void)known;
	param_irqaffinity(mm);
	return true;
}

static bool nocbs(struct mm *mm, const char *value, struct housekeeping *known)
{
	(void)value;
	(void)known;
	param_rcu_nocbs(mm);
	return true;
}

/* Each mask lies on a cache line of its own: the two temporary ones come first and are free in the end. */
static void masks_for_housekeeping(void **state)
{
	static const struct { const char *version, *options; bool (*param)(struct mm *, const char *, struct housekeeping *);
			      const char *value; unsigned known; size_t nr; unsigned after; } rows[] = {
		{ "6.12", "CPUMASK_OFFSTACK", isolated, "1-3", 0, 1, 1 },
		{ "6.12", "", isolated, "1-3", 0, 0, 1 },
		{ "6.12", "CPUMASK_OFFSTACK", isolated, "x", 0, 0, 0 },
		{ "6.12", "CPUMASK_OFFSTACK", isolated, "domain,1", 0, 1, 1 },
		/* tick: one mask, and the one that nohz_full keeps */
		{ "6.12", "CPUMASK_OFFSTACK", isolated, "nohz,1", 0, 2, 4 },
		{ "6.12", "CPUMASK_OFFSTACK", isolated, "managed_irq,1", 0, 1, 2 },
		{ "6.12", "CPUMASK_OFFSTACK", isolated, "managed_irq,nohz,domain,1", 0, 4, 7 },
		{ "6.12", "CPUMASK_OFFSTACK", isolated, "managed_irq,nohz,domain,1", 4, 2, 7 },
		{ "6.12", "CPUMASK_OFFSTACK", isolated, "1", 1, 0, 1 },
		/* five types of noise; none since 6.14, where nohz, is noise */
		{ "6.12", "CPUMASK_OFFSTACK", full_nohz, "1", 0, 7, 12 },
		{ "7.2", "CPUMASK_OFFSTACK", full_nohz, "1", 0, 2, 12 },
		{ "7.2", "CPUMASK_OFFSTACK", isolated, "nohz,1", 0, 2, 12 },
		{ "7.2", "CPUMASK_OFFSTACK", isolated, "1", 0, 2, 1 },
		/* one mask for all, and the tick's own */
		{ "5.17", "CPUMASK_OFFSTACK", isolated, "1", 0, 1, 1 },
		{ "5.17", "CPUMASK_OFFSTACK", full_nohz, "1", 0, 2, 12 },
		{ "5.17", "CPUMASK_OFFSTACK", full_nohz, "1", 1, 1, 13 },
		{ "6.12", "", full_nohz, "1", 0, 0, 12 },
		{ "6.12", "CPUMASK_OFFSTACK", affinity, "1", 0, 1, 0 },
		{ "6.12", "", affinity, "1", 0, 0, 0 },
		{ "6.12", "CPUMASK_OFFSTACK", nocbs, "1", 0, 1, 0 },
		{ "6.12", "", nocbs, "1", 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (int nr_cpus = 64; nr_cpus <= 65; nr_cpus++) {
			struct housekeeping known = { 0 };
			uint64_t all_but_1[2] = { ~UINT64_C(2), 1 };

			machine(rows[i].version, rows[i].options);
			ram(GIB(1), GIB(1));
			cpus((size_t)nr_cpus);
			known.flags = rows[i].known;
			for (unsigned bit = 0; bit < HK_NR_FLAGS; bit++)
				known.others[bit] = all_but_1;
			rows[i].param(&m.mm, rows[i].value, &known);
			assert_int_equal(m.mm.memblock.reserved.cnt, rows[i].nr);
			assert_int_equal(known.flags, rows[i].after);
			/* 64 numbers: one word; 65: two. */
			for (size_t k = 0; k < rows[i].nr; k++)
				assert_int_equal(m.mm.memblock.reserved.regions[k].size, nr_cpus == 64 ? 8 : 16);
			over();
		}
}

#define RANGE	"Housekeeping: nohz_full= or isolcpus= incorrect CPU range"
#define PRESENT	"Housekeeping: must include one present CPU, using boot CPU:0"

/* Four CPUs. */
static void lists_of_cpus_are_read_as_the_kernel_does(void **state)
{
	static const struct { const char *version, *list; bool taken; uint64_t others; const char *said; } rows[] = {
		{ "6.12", "1", true, 0xd, "" },
		{ "6.12", "1-2", true, 0x9, "" },
		{ "6.12", "1,,3", true, 0x5, "" },
		{ "6.12", "3,1,", true, 0x5, "" },
		{ "6.12", "N", true, 0x7, "" },
		{ "6.12", "2-N", true, 0x3, "" },
		{ "5.12", "2-N", false, 0, RANGE },
		{ "6.12", "0-3:1/2", true, 0xb, PRESENT },
		{ "6.12", "1-3:2/3", true, 0x9, "" },
		{ "6.12", "all", true, 0x1, PRESENT },
		{ "6.12", "ALL:1/2", true, 0xb, PRESENT },
		{ "5.12", "all", false, 0, RANGE },
		{ "6.12", "0-1", true, 0xd, PRESENT },
		{ "6.12", "4", false, 0, RANGE },
		{ "6.12", "1-4", false, 0, RANGE },
		{ "6.12", "2-1", false, 0, RANGE },
		{ "6.12", "1-", false, 0, RANGE },
		{ "6.12", "1-2-3", false, 0, RANGE },
		{ "6.12", "-1", false, 0, RANGE },
		{ "6.12", "1:2/1", false, 0, RANGE },
		{ "6.12", "1-2:1/0", false, 0, RANGE },
		{ "6.12", "1-2:1", false, 0, RANGE },
		{ "6.12", "1-2:1/2/3", false, 0, RANGE },
		{ "6.12", "4294967297", false, 0, RANGE },
		{ "6.12", "1;2", false, 0, RANGE },
		/* no CPU can be spared: refused since 6.9 */
		{ "6.12", "", false, 0, "" },
		{ "6.12", "0", false, 0, PRESENT },
		{ "6.7", "0", true, 0xf, PRESENT },
		{ "6.7", "", true, 0xf, "" },
		/* masks of eight CPUs, whatever there is */
		{ "5.17", "5", true, 0xf, "" },
		{ "5.17", "8", false, 0, RANGE },
		{ "6.1", "5", false, 0, RANGE },
		{ "5.10", "5", false, 0, RANGE },
		{ "4.14", "8", false, 0, "NO_HZ: Incorrect nohz_full cpumask" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct housekeeping known = { 0 };

		machine(rows[i].version, "");
		cpus(4);
		m.from = m.mm.trace.nr_events;
		trace_event(&m.mm.trace, MM_SET, "parse_args");
		assert_int_equal(param_nohz_full(&m.mm, &known, rows[i].list), rows[i].taken);
		assert_string_equal(said(), rows[i].said);
		if (rows[i].taken)
			assert_int_equal(known.others[2][0], rows[i].others);
		over();
	}
}

static void flags_of_isolcpus_end_with_commas(void **state)
{
	static const struct { const char *version, *value; bool taken; const char *said; } rows[] = {
		{ "6.12", "nohz,", false, "" },
		{ "6.12", "foo,1", true, "isolcpus: Skipped unknown flag foo" },
		{ "6.12", "foo_bar,domain,1", true, "isolcpus: Skipped unknown flag foo_bar" },
		{ "6.12", "f9,1", false, "isolcpus: Invalid flag f9" },
		{ "4.14", "domain,1", false, "sched: Error, all isolcpus= values must be between 0 and 4" }, { "4.14", "1-7", true, "" },
		{ "4.15", "domain,1", true, "" }, { "4.15", "1-7", false, RANGE },
		{ "5.5", "managed_irq,1", false, "isolcpus: Error, unknown flag" },
		{ "5.6", "managed_irq,1", true, "" },
		{ "5.6", "foo,1", false, "isolcpus: Error, unknown flag" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct housekeeping known = { 0 };

		machine(rows[i].version, "");
		cpus(4);
		m.from = m.mm.trace.nr_events;
		trace_event(&m.mm.trace, MM_SET, "parse_args");
		assert_int_equal(param_isolcpus(&m.mm, &known, rows[i].value), rows[i].taken);
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* Two parameters of four CPUs, one behind the other. */
static void housekeeping_keeps_what_it_has(void **state)
{
	static const struct { const char *version; unsigned max_cpus; const char *isolcpus, *nohz_full; bool taken; const char *said; } rows[] = {
		{ "6.12", 4, "nohz,1", "1", true, "" },
		{ "6.12", 4, "nohz,1", "2", false, "Housekeeping: nohz_full= must match isolcpus=" },
		{ "6.12", 4, "1", "2", true, "" },
		{ "5.17", 4, "1", "2", false, "Housekeeping: nohz_full= must match isolcpus=" },
		{ "5.17", 4, "1", "1", true, "" },
		{ "6.19", 4, "1", "2", true, "" },
		{ "6.19", 4, "managed_irq,1", "2", true, "" },
		/* without CPUs that may run, the boot CPU is taken back */
		{ "6.12", 0, "1", "2", true, PRESENT },
		{ "6.19", 0, "1", "2", false, PRESENT " | Housekeeping: must include one present CPU neither in nohz_full= nor in "
					      "isolcpus=domain, ignoring setting 2" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct housekeeping known = { 0 };

		machine(rows[i].version, "");
		cpus(4);
		m.mm.cpus.setup_max_cpus = rows[i].max_cpus;
		m.from = m.mm.trace.nr_events;
		trace_event(&m.mm.trace, MM_SET, "parse_args");
		assert_true(param_isolcpus(&m.mm, &known, rows[i].isolcpus));
		assert_int_equal(param_nohz_full(&m.mm, &known, rows[i].nohz_full), rows[i].taken);
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* ---------------------------------------------------------------------- swiotlb */

#define TLB "software IO TLB: "

static void swiotlb_says_what_it_wants(void **state)
{
	static const struct { const char *version, *value; uint64_t nslabs; unsigned nareas; bool force, disable; const char *said; } rows[] = {
		{ "6.12", "1000,3,force", 1024, 4, true, false, TLB "area num 4." },
		{ "6.12", "noforce", 32768, 0, false, true, "" },
		{ "6.12", "force", 32768, 0, true, false, "" },
		{ "6.12", "1", 128, 0, false, false, "" },
		{ "6.12", ",4", 32768, 4, false, false, TLB "area num 4." },
		{ "6.12", "600,8", 1024, 8, false, false, TLB "area num 8. | " TLB "SWIOTLB bounce buffer size roundup to 2MB" },
		{ "6.12", "1100,2", 2048, 2, false, false, TLB "area num 2. | " TLB "SWIOTLB bounce buffer size roundup to 4MB" },
		{ "6.12", "1024,8", 1024, 8, false, false, TLB "area num 8." },
		{ "5.10", "1000,force", 1024, 0, true, false, "" },
		{ "5.10", "noforce", 1, 0, false, false, "" },
		{ "5.12", "noforce", 1, 0, false, false, "" },
		{ "5.13", "noforce", 0, 0, false, true, "" },
		{ "4.9", "1000,force", 1024, 0, true, false, "" },
		{ "4.9", "noforce", 0, 0, false, false, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct swiotlb_params *p = &m.mm.swiotlb_params;

		machine(rows[i].version, "");
		m.from = m.mm.trace.nr_events;
		trace_event(&m.mm.trace, MM_NOTE, "swiotlb");
		early_param_swiotlb(&m.mm, rows[i].value);
		assert_int_equal(p->nslabs, rows[i].nslabs);
		assert_int_equal(p->nareas, rows[i].nareas);
		assert_int_equal(p->force, rows[i].force);
		assert_int_equal(p->disable, rows[i].disable);
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

#define MAPPED(from, to, mb) TLB "mapped [mem 0x00000000" from "-0x00000000" to "] (" mb "MB)"
#define NO_ROOM(n) TLB "swiotlb_memblock_alloc: Failed to allocate " n " bytes tlb structure | "

/*
 *   RAM from 1 GiB on; devices reach 4 GiB.  The pool lies below that, its slots (24 bytes each) and areas (16) at the top.
 */
static void swiotlb_has_a_pool_where_devices_reach_less_than_ram(void **state)
{
	static const struct {
		const char *version, *options, *words;
		unsigned mib, cpus;
		phys_addr_t free;	/* 0: all */
		void (*step)(struct mm *mm);
		const char *said, *reserved;
	} rows[] = {
		{ "6.12", "", "", 3072, 4, 0, step_swiotlb_init, "", "" },
		{ "6.12", "", "", 5120, 4, 0, step_swiotlb_init, TLB "area num 4. | " MAPPED("fbfff000", "fffff000", "64"),
		  "fbfff000-fffff000 17ff3ffc0-180000000" },
		{ "6.12", "", "noforce", 5120, 4, 0, step_swiotlb_init, "", "" },
		{ "6.12", "", "force", 1024, 4, 0, step_swiotlb_init, TLB "area num 4. | " MAPPED("7c000000", "80000000", "64"),
		  "7bf3ffc0-80000000" },
		/* A pool for kmalloc() buffers: a 1024th of memory. */
		{ "6.12", "DMA_BOUNCE_UNALIGNED_KMALLOC", "", 1024, 4, 0, step_swiotlb_init,
		  TLB "SWIOTLB bounce buffer size adjusted to 1MB | " TLB "area num 4. | " MAPPED("7ff00000", "80000000", "1"),
		  "7fefcfc0-80000000" },
		{ "6.12", "DMA_BOUNCE_UNALIGNED_KMALLOC", "", 1024, 7, 0, step_swiotlb_init,
		  TLB "SWIOTLB bounce buffer size adjusted to 1MB | " TLB "area num 8. | " TLB "SWIOTLB bounce buffer size roundup to 2MB | "
		  MAPPED("7fe00000", "80000000", "2"), NULL },
		{ "6.12", "DMA_BOUNCE_UNALIGNED_KMALLOC", "", 1000, 4, 0, step_swiotlb_init,
		  TLB "SWIOTLB bounce buffer size adjusted to 0MB | " TLB "area num 4. | " MAPPED("7e700000", "7e800000", "1"), NULL },
		{ "6.12", "DMA_BOUNCE_UNALIGNED_KMALLOC", "1024", 1024, 4, 0, step_swiotlb_init,
		  TLB "area num 4. | " MAPPED("7fe00000", "80000000", "2"), NULL },
		{ "6.12", "DMA_BOUNCE_UNALIGNED_KMALLOC", "", 5120, 4, 0, step_swiotlb_init, TLB "area num 4. | " MAPPED("fbfff000", "fffff000", "64"), NULL },
		/* Half as much, until it fits or is less than 1 MiB. */
		{ "6.12", "", "force", 1024, 4, MIB(3), step_swiotlb_init,
		  TLB "area num 4. | " NO_ROOM("67108864") NO_ROOM("33554432") NO_ROOM("16777216") NO_ROOM("8388608") NO_ROOM("4194304")
		  TLB "SWIOTLB bounce buffer size adjusted 32768 -> 1024 slabs | " MAPPED("7fe00000", "80000000", "2"), NULL },
		{ "6.12", "", "4096,force", 1024, 4, KIB(512), step_swiotlb_init,
		  TLB "area num 4. | " NO_ROOM("8388608") NO_ROOM("4194304") NO_ROOM("2097152")
		  TLB "swiotlb_memblock_alloc: Failed to allocate 1048576 bytes tlb structure", "40000000-7ff80000" },
		/* Until 6.7 kmalloc() buffers have as much as devices; until 6.2 it is all or nothing; until 6.0 there are no areas. */
		{ "6.6", "DMA_BOUNCE_UNALIGNED_KMALLOC", "", 1024, 4, 0, step_swiotlb_init, TLB "area num 4. | " MAPPED("7c000000", "80000000", "64"),
		  "7bf3ffc0-80000000" },
		{ "6.7", "DMA_BOUNCE_UNALIGNED_KMALLOC", "", 1024, 4, 0, step_swiotlb_init,
		  TLB "SWIOTLB bounce buffer size adjusted to 1MB | " TLB "area num 4. | " MAPPED("7ff00000", "80000000", "1"), NULL },
		{ "6.1.1", "", "force", 1024, 4, MIB(3), step_swiotlb_init,
		  TLB "area num 4. | " TLB "swiotlb_init_remap: failed to allocate tlb structure", "40000000-7fd00000" },
		{ "5.19", "", "", 5120, 4, 0, step_swiotlb_init, MAPPED("fbfff000", "fffff000", "64"), "fbfff000-fffff000 17ff40000-180000000" },
		/* 32768 slots of 24 bytes; until 5.15 behind a head of 72, until 5.13 arrays of 4, 8 and 8. */
		{ "5.15", "", "", 3072, 4, 0, step_swiotlb_init_5_15, "", "" },
		{ "5.15", "", "", 5120, 4, 0, step_swiotlb_init_5_15, MAPPED("fbfff000", "fffff000", "64"), "fbfff000-fffff000 17ff40000-180000000" },
		{ "5.15", "", "noforce", 5120, 4, 0, step_swiotlb_init_5_15, "", "" },
		{ "5.15", "", "4096,force", 1024, 4, MIB(2), step_swiotlb_init_5_15, TLB "Cannot allocate buffer", "40000000-7fe00000" },
		{ "5.13", "", "", 5120, 4, 0, step_swiotlb_init_5_13, MAPPED("fbfff000", "fffff000", "64"), "fbfff000-fffff000 17ff3f000-180000000" },
		{ "5.12", "", "", 5120, 4, 0, step_swiotlb_init_5_12, MAPPED("fbfff000", "fffff000", "64"), "fbfff000-fffff000 17ff60000-180000000" },
		{ "5.10", "", "", 3072, 4, 0, step_swiotlb_init_5_10, "", "" },
		{ "5.10", "", "", 5120, 4, 0, step_swiotlb_init_5_10, MAPPED("fbfff000", "fffff000", "64"), "fbfff000-fffff000 17ffa0000-180000000" },
		{ "5.10", "", "4096,force", 1024, 4, MIB(2), step_swiotlb_init_5_10, TLB "Cannot allocate buffer", "40000000-7fe00000" },
		{ "4.9", "", "", 3072, 4, 0, step_swiotlb_init_4_9, "", "" },
		{ "4.9", "", "", 5120, 4, 0, step_swiotlb_init_4_9,
		  "software IO TLB [mem 0xfbfff000-0xfffff000] (64MB) mapped at [",
		  "fbff7000-fffff000 17ffa0000-180000000" },
		{ "4.9", "", "1024,force", 1024, 4, MIB(2), step_swiotlb_init_4_9, "Cannot allocate SWIOTLB buffer", "40000000-7fe00000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		ram(GIB(1), (phys_addr_t)rows[i].mib << 20);
		if (rows[i].free)
			taken(GIB(1), GIB(1) - rows[i].free);
		cpus(rows[i].cpus);
		m.mm.max_pfn = (GIB(1) >> 12) + ((uint64_t)rows[i].mib << 8);
		if (*rows[i].words)
			early_param_swiotlb(&m.mm, rows[i].words);
		assert_true(run(rows[i].step));
		if (strstr(rows[i].said, "mapped at"))
			assert_ptr_equal(strstr(said(), rows[i].said), m.text);
		else
			assert_string_equal(said(), rows[i].said);
		if (rows[i].reserved)
			assert_string_equal(RESERVED(), rows[i].reserved);
		over();
	}
}

/* -------------------------------------------------------------------- resources */

static void each_region_has_a_struct_resource(void **state)
{
	(void)state;
	machine("6.12", "");
	ram(GIB(1), GIB(1));
	ram(GIB(3), MIB(1));
	assert_true(run(step_request_standard_resources));
	assert_string_equal(RESERVED(), "c00fff80-c0100000");
	over();
	machine("4.9", "");
	ram(GIB(1), GIB(1));
	ram(GIB(3), MIB(1));
	assert_true(run(step_request_standard_resources_4_9));
	/* Each on a cache line of 128 bytes. */
	assert_string_equal(RESERVED(), "c00fff00-c00fff40 c00fff80-c00fffc0");
	over();
	machine("4.9", "");
	ram(GIB(1), GIB(1));
	taken(GIB(1), GIB(1));
	assert_false(run(step_request_standard_resources_4_9));
	assert_string_equal(said(), "Kernel panic - not syncing: Out of memory");
	over();
}

/* ------------------------------------------------------ masks, flags, callbacks */

static void the_boot_cpu_is_in_all_masks(void **state)
{
	(void)state;
	machine("6.12", "");
	assert_true(run(step_boot_cpu_init));
	assert_string_equal(told(NULL), "boot_cpu_init cpu=0 online=1 active=1 present=1 possible=1");
	over();
}

static void the_initrd_is_held_against_the_first_page(void **state)
{
	static const struct { phys_addr_t start, size; uint64_t min; const char *told; } rows[] = {
		{ 0x48000000, 0x1000, 0x40000, "initrd_pfn=294912 min_low_pfn=262144 initrd=kept" },
		{ 0x40000000, 0x1000, 0x40000, "initrd_pfn=262144 min_low_pfn=262144 initrd=kept" },
		{ 0x3ffff000, 0x1000, 0x40000, "initrd_pfn=262143 min_low_pfn=262144 initrd=dropped" },
		{ 0x3ffff000, 0, 0x40000, "initrd_pfn=0 min_low_pfn=262144 initrd=none" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "");
		m.mm.initrd_start = rows[i].start;
		m.mm.initrd_size = rows[i].size;
		m.mm.min_low_pfn = rows[i].min;
		assert_true(run(step_check_initrd));
		assert_non_null(strstr(told(NULL), rows[i].told));
		over();
	}
}

static void page_extensions_are_made_once(void **state)
{
	static const char early[] = "a", late[] = "b";
	static const struct { const char *version, *options, *words, *where, *reason; } rows[] = {
		{ "6.12", "", "", early, "empty in this build" },
		{ "6.12", "PAGE_EXTENSION", "", early, "nobody asked for page extensions, so there are no tables" },
		{ "6.12", "PAGE_EXTENSION PAGE_OWNER", "", early, "nobody asked for page extensions, so there are no tables" },
		{ "6.12", "PAGE_EXTENSION", "page_owner", early, "nobody asked for page extensions, so there are no tables" },
		{ "6.12", "PAGE_EXTENSION PAGE_OWNER", "page_owner", early, "its tables are not modelled" },
		{ "6.12", "PAGE_EXTENSION PAGE_TABLE_CHECK", "", early, "nobody asked for page extensions, so there are no tables" },
		{ "6.12", "PAGE_EXTENSION", "page_table_check", early, "nobody asked for page extensions, so there are no tables" },
		{ "6.12", "PAGE_EXTENSION PAGE_TABLE_CHECK", "page_table_check", early, "its tables are not modelled" },
		{ "6.12", "PAGE_EXTENSION PAGE_TABLE_CHECK_ENFORCED", "", early, "its tables are not modelled" },
		{ "6.12", "PAGE_EXTENSION MEM_ALLOC_PROFILING_ENABLED_BY_DEFAULT", "", early, "its tables are not modelled" },
		{ "6.12", "PAGE_EXTENSION DEFERRED_STRUCT_PAGE_INIT", "", late, "nobody asked for page extensions, so there are no tables" },
		{ "6.12", "PAGE_EXTENSION DEFERRED_STRUCT_PAGE_INIT", "early_page_ext", early, "nobody asked for page extensions, so there are no tables" },
		{ "6.1", "PAGE_EXTENSION", "", late, "nobody asked for page extensions, so there are no tables" },
		{ "6.1", "PAGE_EXTENSION", "early_page_ext", early, "nobody asked for page extensions, so there are no tables" },
		{ "5.10", "PAGE_EXTENSION DEFERRED_STRUCT_PAGE_INIT", "", early, "nobody asked for page extensions, so there are no tables" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char expected[256];

		machine(rows[i].version, rows[i].options);
		words(rows[i].words);
		snprintf(expected, sizeof(expected), "page_ext_init; reason=%s option=PAGE_EXTENSION set=%d", rows[i].reason,
			 strstr(rows[i].options, "PAGE_EXTENSION") != NULL);
		assert_true(run(rows[i].where == early ? step_page_ext_init : step_page_ext_init_late));
		assert_string_equal(told(NULL), expected);
		assert_true(run(rows[i].where == early ? step_page_ext_init_late : step_page_ext_init));
		assert_non_null(strstr(told(NULL), "reason=deferred struct pages decide when: not here"));
		over();
	}
}

static void small_calls_tell_what_they_set(void **state)
{
	(void)state;
	machine("6.12", "DEBUG_KMEMLEAK");
	cpus(3);
	node_ram(0, GIB(1), GIB(1));
	node_ram(2, GIB(2), GIB(1));
	assert_true(run(step_cpuset_init));
	assert_string_equal(told(NULL), "cpuset_init mems_allowed=0,2 cpus_allowed=3; reason=the root cpuset starts with everything");
	assert_true(run(step_kmemleak_init));
	assert_string_equal(told(NULL), "kmemleak_init; reason=its caches are not modelled option=DEBUG_KMEMLEAK set=1");
	m.mm.cpus.cpu[2].id = 5;
	assert_true(run(step_setup_nr_cpu_ids));
	assert_int_equal(m.mm.cpus.nr_cpu_ids, 6);
	over();
	machine("6.12", "");
	assert_true(run(step_kmemleak_init));
	assert_string_equal(told(NULL), "kmemleak_init; reason=empty in this build option=DEBUG_KMEMLEAK set=0");
	over();
}

/* ------------------------------------------------------------------------ nodes */

static void start_up_allocations_go_round_nodes_of_16_mib(void **state)
{
	static const struct { unsigned mib[3]; const char *told; } rows[] = {
		{ { 1024, 15, 16 }, "numa_policy_init interleave_nodes=0,2; at_least_mib=16" },
		{ { 8, 12, 4 }, "numa_policy_init interleave_nodes=1; at_least_mib=16" },
		{ { 8, 8, 8 }, "numa_policy_init interleave_nodes=0; at_least_mib=16" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "");
		for (int nid = 0; nid < 3; nid++)
			node_ram(nid, GIB(1 + 2 * nid), (phys_addr_t)rows[i].mib[nid] << 20);
		m.mm.nodes.node[3].possible = true;
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_true(run(step_numa_policy_init));
		assert_string_equal(told(NULL), rows[i].told);
		over();
	}
}

static void balancing_of_nodes_is_told_where_nobody_decided(void **state)
{
#define BALANCING " automatic NUMA balancing. Configure with numa_balancing= or the kernel.numa_balancing sysctl"
	static const struct { const char *options, *words; unsigned nodes; const char *said; } rows[] = {
		{ "NUMA_BALANCING NUMA_BALANCING_DEFAULT_ENABLED", "", 2, "mempolicy: Enabling" BALANCING },
		{ "NUMA_BALANCING", "", 2, "mempolicy: Disabling" BALANCING },
		{ "NUMA_BALANCING", "", 1, "" },
		{ "", "", 2, "" },
		{ "NUMA_BALANCING", "numa_balancing=disable", 2, "" },
		{ "NUMA_BALANCING", "numa_balancing=0", 2, "mempolicy: Disabling" BALANCING },
		{ "NUMA_BALANCING", "numa_balancing", 2, "mempolicy: Disabling" BALANCING },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", rows[i].options);
		words(rows[i].words);
		for (unsigned nid = 0; nid < rows[i].nodes; nid++)
			node_ram((int)nid, GIB(1 + 2 * nid), GIB(1));
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_true(run(step_parse_args));
		assert_true(run(step_numa_policy_init));
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

static void cpus_come_online_until_maxcpus(void **state)
{
	static const struct { unsigned max, online; } rows[] = { { 4, 4 }, { 2, 2 }, { 1, 1 }, { 0, 1 }, { 9, 4 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char expected[128];

		machine("6.12", "");
		cpus(4);
		m.mm.cpus.setup_max_cpus = rows[i].max;
		m.mm.cpus.cpu[0].nid = 2;
		assert_true(run(step_smp_prepare_cpus));
		assert_string_equal(told("numa_add_cpu"), "numa_add_cpu cpu=0 node=2");
		assert_true(run(step_smp_init));
		snprintf(expected, sizeof(expected), "smp_init online=%u; possible=4 maxcpus=%u", rows[i].online, rows[i].max);
		assert_string_equal(told("smp_init"), expected);
		assert_int_equal(cpus_nr_online(&m.mm.cpus), rows[i].online);
		over();
	}
}

/* An eighth of 262144 pages, split among the CPUs that are online and the one that comes; 5.10 does not ask how many there are. */
static void cpus_share_page_lists(void **state)
{
	static const struct { const char *version; unsigned max, high_max; } rows[] = { { "6.12", 4, 8192 }, { "6.12", 2, 16384 }, { "5.10", 4, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct zone *zone;

		stand(rows[i].version, "", GIB(1), NULL);
		zone = &m.mm.nodes.node[0].zones[ZONE_DMA];
		m.mm.cpus.setup_max_cpus = rows[i].max;
		assert_true(run(step_smp_prepare_cpus));
		assert_true(run(step_smp_init));
		assert_int_equal(zone->pageset_high_max, rows[i].high_max);
		over();
	}
}

/* ------------------------------------------------------------------------- slab */

static void slab_takes_what_the_command_line_says(void **state)
{
	static const struct { const char *version, *options, *words; bool accounts, nomerge, no_higher; const char *named; unsigned max_order; } rows[] = {
		{ "6.12", "SLUB SLUB_DEBUG", "", true, false, false, NULL, 3 },
		{ "6.12", "SLUB", "cgroup.memory=nokmem", false, false, false, NULL, 3 },
		{ "6.12", "SLUB", "cgroup.memory=nosocket,nokmem", false, false, false, NULL, 3 },
		{ "6.12", "SLUB", "cgroup.memory=nokmem,nosocket", false, false, false, NULL, 3 },
		{ "6.12", "SLUB", "cgroup.memory=nosocket", true, false, false, NULL, 3 },
		{ "6.12", "SLUB", "cgroup.memory=nokmemx", true, false, false, NULL, 3 },
		{ "6.12", "SLUB", "cgroup.memory=nobpf", true, false, false, NULL, 3 },
		{ "6.12", "SLUB", "cgroup.memory=nosock", true, false, false, NULL, 3 },
		{ "6.12", "SLUB", "slab_nomerge", true, true, false, NULL, 3 },
		{ "6.12", "SLUB", "slub_nomerge", true, true, false, NULL, 3 },
		{ "6.12", "SLUB SLUB_DEBUG", "slub_debug=O", true, false, true, NULL, 3 },
		{ "6.12", "SLUB SLUB_DEBUG", "slab_debug=FO", true, false, true, NULL, 3 },
		{ "6.7", "SLUB SLUB_DEBUG", "slab_debug=FO", true, false, false, NULL, 3 },
		{ "6.12", "SLUB SLUB_DEBUG", "slub_debug=F,o_cache", true, false, false, "F,o_cache", 3 },
		{ "6.12", "SLUB SLUB_DEBUG", "slub_debug=F,dentry", true, false, false, "F,dentry", 3 },
		{ "6.12", "SLUB", "slub_debug=O,dentry", true, false, false, NULL, 3 },
		{ "6.12", "SLUB", "slub_max_order=1", true, false, false, NULL, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct slab *slab = &m.mm.slab;

		stand(rows[i].version, rows[i].options, GIB(1), NULL);
		words(rows[i].words);
		assert_true(run(step_parse_args));
		assert_true(run(step_kmem_cache_init));
		assert_int_equal(slab->kmem_accounting, rows[i].accounts);
		assert_int_equal(slab->nomerge, rows[i].nomerge);
		assert_int_equal(slab->no_higher_order_debug, rows[i].no_higher);
		if (rows[i].named)
			assert_string_equal(slab->debug_string, rows[i].named);
		else
			assert_null(slab->debug_string);
		assert_int_equal(slab->max_order, rows[i].max_order);
		over();
	}
}

static void mobility_needs_a_block_of_each_type(void **state)
{
	/* 4 types, CMA, isolation; blocks of 4 MiB: 1024 pages each. */
	static const struct { const char *version, *options; unsigned mib; const char *told, *said; } rows[] = {
		{ "6.12", "", 16, "nr_free_zone_pages vm_total_pages=4096 mobility_grouping=on policy_zone=DMA; needed=4096 pageblock_pages=1024 migratetypes=4",
		  "Built 1 zonelists, mobility grouping on.  Total pages: 4096 | Policy zone: DMA" },
		{ "6.12", "CMA MEMORY_ISOLATION", 16, "nr_free_zone_pages vm_total_pages=4096 mobility_grouping=off policy_zone=DMA; needed=6144 pageblock_pages=1024 migratetypes=6",
		  "Built 1 zonelists, mobility grouping off.  Total pages: 4096 | Policy zone: DMA" },
		{ "6.12", "CMA NUMA=0", 16, "nr_free_zone_pages vm_total_pages=4096 mobility_grouping=off policy_zone=DMA; needed=5120 pageblock_pages=1024 migratetypes=5",
		  "Built 1 zonelists, mobility grouping off.  Total pages: 4096" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		node_ram(0, GIB(1), (phys_addr_t)rows[i].mib << 20);
		cpus(1);
		assert_true(run(step_zone_limits));
		assert_true(run(step_free_area_init));
		assert_true(run(step_build_zonelists));
		assert_true(run(step_count_zonelist_pages));
		assert_string_equal(said(), rows[i].said);
		assert_non_null(strstr(told(NULL), rows[i].told));
		over();
	}
}

/* --------------------------------------------------------------- per-CPU areas */

static void percpu_alloc_is_read(void **state)
{
	static const struct { const char *options, *value, *said; } rows[] = {
		{ "NEED_PER_CPU_EMBED_FIRST_CHUNK NEED_PER_CPU_PAGE_FIRST_CHUNK", "embed", "" },
		{ "NEED_PER_CPU_EMBED_FIRST_CHUNK NEED_PER_CPU_PAGE_FIRST_CHUNK", "page", "" },
		{ "NEED_PER_CPU_EMBED_FIRST_CHUNK", "page", "percpu: unknown allocator page specified" },
		{ "NEED_PER_CPU_PAGE_FIRST_CHUNK", "embed", "percpu: unknown allocator embed specified" },
		{ "NEED_PER_CPU_EMBED_FIRST_CHUNK NEED_PER_CPU_PAGE_FIRST_CHUNK", "x", "percpu: unknown allocator x specified" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", rows[i].options);
		m.from = m.mm.trace.nr_events;
		trace_event(&m.mm.trace, MM_NOTE, "percpu_alloc");
		early_param_percpu_alloc(&m.mm, rows[i].value);
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* ----------------------------------------------------------------------- limits */

/* A stack of 16 KiB is 4 pages; an eighth of memory holds a 32nd as many threads as there are pages. */
static void threads_may_fill_an_eighth_of_memory(void **state)
{
	static const struct { const char *version; uint64_t totalram; phys_addr_t taken; const char *told; } rows[] = {
		{ "6.7", 262144, MIB(512), "set_max_threads max_threads=8192 rlimit_nproc=4096; of_pages=262144 thread_size=16384 share=1/8" },
		{ "6.7", 100, MIB(512), "set_max_threads max_threads=20 rlimit_nproc=10; of_pages=100 thread_size=16384 share=1/8" },
		{ "6.12", 1, MIB(512), "set_max_threads max_threads=4096 rlimit_nproc=2048; of_pages=131072 thread_size=16384 share=1/8" },
		{ "6.12", 1, 0, "set_max_threads max_threads=8192 rlimit_nproc=4096; of_pages=262144 thread_size=16384 share=1/8" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		ram(GIB(1), GIB(1));
		if (rows[i].taken)
			taken(GIB(1), rows[i].taken);
		m.mm.totalram_pages = rows[i].totalram;
		assert_true(run(step_fork_init));
		assert_string_equal(told("set_max_threads"), rows[i].told);
		over();
	}
}

/* 104 bytes, 39 in a page (7.2: 96 and 42), in a tenth of 262144 pages. */
static void buffer_heads_may_fill_a_tenth_of_memory(void **state)
{
	static const struct { const char *version, *told; } rows[] = {
		{ "6.12", "buffer_init max_buffer_heads=1022346; free_buffer_pages=262144 buffer_head_bytes=104 percent=10" },
		{ "7.2", "buffer_init max_buffer_heads=1100988; free_buffer_pages=262144 buffer_head_bytes=96 percent=10" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		stand(rows[i].version, "", GIB(1), NULL);
		assert_true(run(step_buffer_init));
		assert_string_equal(told("buffer_init"), rows[i].told);
		over();
	}
}

/*
 * 262144 pages and one; 20 % are 819 / 4096, 10 % are 409 / 4096, each CPU may dirty a 32nd of its share between checks.
 */
static void dirty_pages_have_limits(void **state)
{
	(void)state;
	stand("6.12", "", GIB(1), NULL);
	assert_true(run(step_page_writeback_init));
	assert_string_equal(told(NULL), "writeback_set_ratelimit dirty_limit=52416 background=26176 ratelimit_pages=1638; "
			    "dirtyable=262145 dirty_percent=20 background_percent=10 cpus=1");
	assert_true(run(step_page_writeback_cpu_online));
	assert_string_equal(told("writeback_set_ratelimit"), "");
	m.mm.cpus.cpu[0].online = m.mm.cpus.cpu[1].online = m.mm.cpus.cpu[2].online = true;
	assert_true(run(step_page_writeback_cpu_online));
	assert_string_equal(told(NULL), "writeback_set_ratelimit dirty_limit=52416 background=26176 ratelimit_pages=546; "
			    "dirtyable=262145 dirty_percent=20 background_percent=10 cpus=3");
	over();
	/* 4 MiB: (1024 + 1) * 819 / 4096 = 204, a 32nd is 6, which is too little. */
	stand("6.12", "", MIB(4), NULL);
	assert_true(run(step_page_writeback_init));
	assert_non_null(strstr(told(NULL), "dirty_limit=204 background=102 ratelimit_pages=16;"));
	over();
}

/* -------------------------------------------------------------- memory comes back */

static void take_image(void)
{
	taken(m.mm.text_phys, MIB(12));
}

/* [8 MiB, 9 MiB) of the image, which lies at 0x40200000. */
static void init_memory_comes_back(void **state)
{
	static const struct { const char *version; const char *said, *reserved; } rows[] = {
		{ "6.7", "Freeing unused kernel memory: 1024K", "40200000-40e00000:0" },
		{ "6.12", "Freeing unused kernel memory: 1024K", "40200000-40a00000:0 40b00000-40e00000:0" },
		{ "7.2", "Freeing unused kernel memory: 1024K", "40200000-40a00000:0 40b00000-40e00000:0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		stand(rows[i].version, "", GIB(1), take_image);
		assert_int_equal(m.mm.totalram_pages, 262144 - 3072);
		assert_true(run(step_free_initmem));
		assert_string_equal(said(), rows[i].said);
		assert_non_null(strstr(told("free_reserved_area"),
				    "free_reserved_area base=0x40a00000 size=0x100000 pages=256; what=unused kernel whole_pages_only=1"));
		assert_int_equal(m.mm.totalram_pages, 262144 - 3072 + 256);
		assert_int_equal(m.mm.nodes.node[0].zones[ZONE_DMA].managed_pages, 262144 - 3072 + 256);
		assert_string_equal(RESERVED(), rows[i].reserved);
		assert_string_equal(ledger_find(&m.mm.ledger, 0x40a00000)->owner, "buddy");
		over();
	}
}

static void take_high_initrd(void)
{
	m.mm.initrd_start = GIB(4);
	m.mm.initrd_size = MIB(2);
	taken(GIB(4), MIB(2));
}

/*
 *   |1 GiB .. DMA .. 4 GiB| initrd, 512 pages | Normal .. 5 GiB|     262144 pages / 256 are 1024, 261632 / 256 are 1022
 *
 * What a zone keeps from requests for a higher one follows that zone's pages since 6.13; before, it stays as it was.
 */
static void what_comes_back_is_kept_from_by_lower_zones(void **state)
{
	static const struct { const char *version; long reserve; } rows[] = { { "6.12.117", 7 }, { "6.13", 1024 }, { "6.14", 1024 }, { "7.2", 1024 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct zone *dma;

		stand(rows[i].version, "", GIB(4), take_high_initrd);
		dma = &m.mm.nodes.node[0].zones[ZONE_DMA];
		dma->lowmem_reserve[ZONE_NORMAL] = 7;
		assert_int_equal(m.mm.nodes.node[0].zones[ZONE_NORMAL].managed_pages, 261632);
		assert_true(run(step_free_initrd));
		assert_int_equal(m.mm.nodes.node[0].zones[ZONE_NORMAL].managed_pages, 262144);
		assert_int_equal(dma->lowmem_reserve[ZONE_NORMAL], rows[i].reserve);
		over();
	}
}

static void take_initrd(void)
{
	m.mm.initrd_start = 0x50000800;
	m.mm.initrd_size = 0x2000;
	taken(0x50000000, 0x3000);
}

/*
 *   |0x50000000 . |0x50000800 .. 0x50001000 .. 0x50002000 .. 0x50002800)      one whole page, two in part
 */
static void the_initrd_comes_back_unless_retained(void **state)
{
	static const struct { const char *version, *words, *said, *reserved; } rows[] = {
		{ "6.12", "", "Freeing initrd memory: 4K", "" },
		{ "7.2", "", "Freeing initrd memory: 4K", "50000000-50000800:0 50002800-50003000:0" },
		{ "6.12", "retain_initrd", "", "50000000-50003000:0" },
		{ "6.12", "retain_initrd=1", "Freeing initrd memory: 4K", "" },
		{ "6.12", "keepinitrd", "", "50000000-50003000:0" },
		{ "4.9", "", "Freeing initrd memory: 4K", "50000000-50003000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool freed = *rows[i].said;

		stand(rows[i].version, "", GIB(1), take_initrd);
		words(rows[i].words);
		assert_true(run(step_free_initrd));
		assert_int_equal(strncmp(said(), rows[i].said, strlen(rows[i].said)), 0);
		assert_int_equal(*said() != '\0', freed);
		assert_string_equal(RESERVED(), strcmp(rows[i].version, "4.9") ? rows[i].reserved : RESERVED());
		assert_int_equal(m.mm.totalram_pages, 262144 - 3 + freed);
		assert_string_equal(ledger_find(&m.mm.ledger, 0x50001000)->owner, freed ? "buddy" : "somebody");
		assert_string_equal(ledger_find(&m.mm.ledger, 0x50002000)->owner, freed ? "initrd" : "somebody");
		assert_string_equal(ledger_find(&m.mm.ledger, 0x50000800)->owner, freed ? "initrd" : "somebody");
		over();
	}
}

/* Nobody reserved it: its pages are free already. */
static void an_initrd_that_is_free_is_freed_twice(void **state)
{
	char expected[128];

	(void)state;
	stand("6.12", "", GIB(1), NULL);
	m.mm.initrd_start = 0x50000000;
	m.mm.initrd_size = 0x2000;
	assert_true(run(step_free_initrd));
	/* Since 6.9 each CPU has four pools of workers before the one that unpacks the initrd. */
	snprintf(expected, sizeof(expected), "Freeing initrd memory: 8K | BUG: Bad page state in process kworker/u%zu:1  pfn:50000",
		 4 * m.mm.cpus.nr);
	assert_non_null(strstr(said(), expected));
	/* Linux counts them once more. */
	assert_int_equal(m.mm.totalram_pages, 262144 + 2);
	over();
}

/* From the middle of RAM far beyond its end: pages that no zone has are not looked at one by one, which would take minutes. */
static void take_initrd_beyond_ram(void)
{
	m.mm.initrd_start = 0x50000000;
	m.mm.initrd_size = UINT64_C(1) << 46;
	taken(0x50000000, GIB(2) - 0x50000000);
}

static void an_initrd_larger_than_ram_comes_back_as_far_as_there_is_ram(void **state)
{
	(void)state;
	stand("4.9", "", GIB(1), take_initrd_beyond_ram);
	assert_true(run(step_free_initrd));
	assert_non_null(strstr(said(), "Freeing initrd memory: 786432K"));
	assert_int_equal(m.mm.totalram_pages, 262144);
	over();
}

/* Pages of 64 KiB: a table of them maps 512 MiB, runs of 32 entries 2 MiB and 16 GiB. */
static void sizes_have_three_digits(void **state)
{
	(void)state;
	machine("6.12", "HUGETLB_PAGE ARM64_64K_PAGES ARM64_VA_BITS=42 PGTABLE_LEVELS=2 ARCH_FORCE_MAX_ORDER=13");
	node_ram(0, GIB(1), GIB(1));
	assert_true(run(step_hugetlb_init));
	assert_non_null(strstr(said(), "HugeTLB: registered 512 MiB page size"));
	assert_non_null(strstr(said(), "HugeTLB: registered 2.00 MiB page size"));
	assert_non_null(strstr(said(), "HugeTLB: registered 16.0 GiB page size"));
	over();
}

static void an_area(phys_addr_t base, phys_addr_t size)
{
	m.mm.cma[m.mm.nr_cma++] = (struct cma){ .name = "area", .base = base, .size = size };
	m.mm.totalcma_pages += size >> 12;
	taken(base, size);
}

static void take_area(void) { an_area(0x50000000, MIB(16)); }
/* 8 MiB on either side of the end of ZONE_DMA at 4 GiB; then one that fits. */
static void take_area_across_zones(void) { an_area(GIB(4) - MIB(8), MIB(16)); an_area(0x50000000, MIB(16)); }

static void cma_areas_become_free_pages(void **state)
{
	static const struct { const char *version; phys_addr_t size; void (*take)(void); uint64_t back, cma, freed; const char *said; } rows[] = {
		{ "6.12", GIB(1), take_area, 4096, 4096, 4096, "" },
		/* Not one, but its pages are; 5.10 keeps what lies behind the zone. */
		{ "6.12", GIB(5), take_area_across_zones, 8192, 4096, 4096, "CMA area area could not be activated" },
		{ "5.10", GIB(5), take_area_across_zones, 6144, 8192, 6144, "CMA area area could not be activated" },
		/* 4.9 gives up at the first that fails. */
		{ "4.9", GIB(5), take_area_across_zones, 2048, 8192, 2048, "CMA area area could not be activated" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t before;

		stand(rows[i].version, "CMA CMA_AREAS=7", rows[i].size, rows[i].take);
		before = m.mm.totalram_pages;
		assert_true(run(step_cma_init_reserved_areas));
		assert_int_equal(m.mm.totalram_pages - before, rows[i].back);
		assert_int_equal(m.mm.totalcma_pages, rows[i].cma);
		if (rows[i].take == take_area) {
			assert_string_equal(told("cma_activate_area"),
					    "cma_activate_area name=area base=0x50000000 size=0x1000000 zone=DMA; pageblocks=4 in_one_zone=1");
			assert_int_equal(m.mm.nodes.node[0].zones[ZONE_DMA].cma_pages, 4096);
		} else {
			assert_non_null(strstr(said(), rows[i].said));
			assert_non_null(strstr(told("cma_activate_area"), "because=the area's 16 MiB at 0xff800000 lie in more than one zone: "
					       "DMA ends 8 MiB into it"));
			assert_int_equal(m.mm.cma[0].size, 0);
		}
		over();
	}
}

/*
 * A page in the middle of the area's second pageblock was not reserved, so it is free already:
 *   |0x50000000      |0x50400000 .. 0x50500000 free 0x50501000 ..      |0x50800000      |0x50c00000      |
 */
static void take_all_but_a_page(void)
{
	m.mm.cma[m.mm.nr_cma++] = (struct cma){ .name = "area", .base = 0x50000000, .size = MIB(16) };
	m.mm.totalcma_pages += MIB(16) >> 12;
	taken(0x50000000, MIB(5));
	taken(0x50501000, MIB(11) - 0x1000);
}

static void a_pageblock_that_is_partly_free_stays_reserved(void **state)
{
	const struct zone *dma;
	uint64_t managed, free;

	(void)state;
	stand("6.12", "CMA CMA_AREAS=7", GIB(1), take_all_but_a_page);
	dma = &m.mm.nodes.node[0].zones[ZONE_DMA];
	managed = m.mm.totalram_pages;
	free = buddy_nr_free(&m.mm.buddy, dma);
	assert_true(run(step_cma_init_reserved_areas));
	assert_non_null(strstr(said(), "BUG: Bad page state in process swapper/0  pfn:50500"));
	assert_int_equal(m.mm.totalram_pages - managed, 3 * 1024);
	assert_int_equal(buddy_nr_free(&m.mm.buddy, dma) - free, 3 * 1024);
	assert_int_equal(dma->cma_pages, 3 * 1024);
	over();
}

/* An area that is not RAM has no struct pages: the kernel reads them all the same. */
static void an_area_without_struct_pages_is_fatal(void **state)
{
	(void)state;
	stand("6.12", "CMA CMA_AREAS=7 SPARSEMEM_VMEMMAP", MIB(128), NULL);
	m.mm.cma[m.mm.nr_cma++] = (struct cma){ .name = "area", .base = GIB(1) + MIB(120), .size = MIB(16) };
	assert_false(run(step_cma_init_reserved_areas));
	assert_non_null(strstr(said(), "Unable to handle kernel paging request"));
	over();
}

/* ------------------------------------------------------------------- watermarks */

/*
 * 262144 pages are 1048576 KiB; 4 times the root is 4096 KiB: 1024 pages.  Huge pages want 11 blocks of 2 MiB: 5632 pages in each
 * zone, but not more than a twentieth: 13107.
 */
static void watermarks_rise_for_huge_pages(void **state)
{
	static const struct { const char *version, *options, *words; phys_addr_t size; uint64_t kbytes, after; } rows[] = {
		{ "6.12", "TRANSPARENT_HUGEPAGE HUGETLB_PAGE TRANSPARENT_HUGEPAGE_ALWAYS", "", GIB(1), 4096, 22528 },
		{ "6.12", "TRANSPARENT_HUGEPAGE HUGETLB_PAGE TRANSPARENT_HUGEPAGE_MADVISE", "", GIB(1), 4096, 22528 },
		/* Not wanted: computed anew, of the pages above the high mark by now: 262144 - 1548. */
		{ "6.12", "TRANSPARENT_HUGEPAGE HUGETLB_PAGE", "", GIB(1), 4096, 4083 },
		{ "5.10", "TRANSPARENT_HUGEPAGE HUGETLB_PAGE", "", GIB(1), 4096, 4096 },
		{ "6.12", "TRANSPARENT_HUGEPAGE HUGETLB_PAGE", "transparent_hugepage=madvise", GIB(1), 4096, 22528 },
		{ "6.12", "TRANSPARENT_HUGEPAGE HUGETLB_PAGE", "transparent_hugepage=always", GIB(1), 4096, 22528 },
		{ "6.12", "TRANSPARENT_HUGEPAGE HUGETLB_PAGE TRANSPARENT_HUGEPAGE_ALWAYS", "transparent_hugepage=never", GIB(1), 4096, 4083 },
		{ "6.12", "TRANSPARENT_HUGEPAGE HUGETLB_PAGE TRANSPARENT_HUGEPAGE_ALWAYS", "transparent_hugepage=x", GIB(1), 4096, 22528 },
		{ "6.12", "HUGETLB_PAGE TRANSPARENT_HUGEPAGE_ALWAYS", "", GIB(1), 4096, 4096 },
		/* 256 MiB: the root is 2048, and that is too little for huge pages; 511 MiB as well, 512 MiB are not. */
		{ "6.12", "TRANSPARENT_HUGEPAGE HUGETLB_PAGE TRANSPARENT_HUGEPAGE_ALWAYS", "", MIB(256), 2048, 2048 },
		{ "6.12", "TRANSPARENT_HUGEPAGE HUGETLB_PAGE TRANSPARENT_HUGEPAGE_ALWAYS", "", MIB(511), 2893, 2893 },
		{ "6.12", "TRANSPARENT_HUGEPAGE HUGETLB_PAGE TRANSPARENT_HUGEPAGE_ALWAYS", "", MIB(512), 2896, 22528 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t gap;

		stand(rows[i].version, rows[i].options, rows[i].size, NULL);
		words(rows[i].words);
		assert_true(run(step_init_per_zone_wmark_min));
		assert_int_equal(m.mm.min_free_kbytes, rows[i].kbytes);
		if (rows[i].size == GIB(1))
			assert_non_null(strstr(told("calculate_min_free_kbytes"), "calculate_min_free_kbytes min_free_kbytes=4096; "
					       "free_buffer_pages=262144 root_of=16777216 at_most="));
		/* One zone: min is all of it; the marks are a quarter of it apart, or a thousandth of the zone. */
		gap = max_u64(rows[i].kbytes / 16, (rows[i].size >> 12) / 1000);
		assert_int_equal(m.mm.nodes.node[0].zones[ZONE_DMA].watermark[WMARK_MIN], rows[i].kbytes / 4);
		assert_int_equal(m.mm.nodes.node[0].zones[ZONE_DMA].watermark[WMARK_HIGH], rows[i].kbytes / 4 + 2 * gap);
		assert_true(run(step_hugepage_init));
		assert_int_equal(m.mm.min_free_kbytes, rows[i].after);
		over();
	}
}

/* ------------------------------------------------------------------- huge pages */

#define TWICE "HugeTLB: hugepages= specified twice without interleaving hugepagesz=, ignoring hugepages="
#define NOT_VALID(n) "HugeTLB: hugepages=" n " does not follow a valid hugepagesz, ignoring"

/* What is reserved, whatever the flags: the struct pages of a huge page but the first stay as they are. */
static const char *held(void)
{
	size_t len = 0;

	*m.text = '\0';
	for (size_t i = 0; i < m.mm.memblock.reserved.cnt; i++) {
		const struct memblock_region *r = &m.mm.memblock.reserved.regions[i];
		phys_addr_t start = r->base;

		while (i + 1 < m.mm.memblock.reserved.cnt && r->base + r->size == r[1].base)
			i++, r++;
		len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, "%s%llx-%llx", len ? " " : "", (unsigned long long)start,
					(unsigned long long)(r->base + r->size));
	}
	return m.text;
}

/*
 *   |1 GiB .. node 0 .. 3 GiB|.. node 1 .. 5 GiB|      nodes take turns, each from its top down
 */
static void huge_pages_are_asked_for(void **state)
{
	static const struct { const char *version, *words, *said, *reserved; } rows[] = {
		{ "6.12", "hugepagesz=1G hugepages=1", "", "80000000-c0000000" },
		{ "6.12", "hugepagesz=1G hugepages=2", "", "80000000-c0000000 100000000-140000000" },
		{ "6.12", "hugepagesz=1G hugepages=3", "", "40000000-c0000000 100000000-140000000" },
		{ "6.12", "hugepagesz=1G hugepages=5", "HugeTLB: allocating 5 of page size 1.00 GiB failed.  Only allocated 4 hugepages.", "40000000-140000000" },
		{ "6.12", "hugepagesz=1G hugepages=10", "HugeTLB: allocating 10 of page size 1.00 GiB failed.  Only allocated 4 hugepages.",
		  "40000000-140000000" },
		{ "6.12", "hugepagesz=1G hugepages=0:10", "HugeTLB: allocating 10 of page size 1.00 GiB failed node0.  Only allocated 4 hugepages.",
		  "40000000-140000000" },
		{ "6.12", "hugepagesz=1G hugepages=1:1", "", "100000000-140000000" },
		{ "6.12", "hugepagesz=1G hugepages=0:1,1:1", "", "80000000-c0000000 100000000-140000000" },
		/* Another node's memory will do; since 6.15 it will not. */
		{ "6.12", "hugepagesz=1G hugepages=0:3", "", "40000000-c0000000 100000000-140000000" },
		{ "6.12", "hugepagesz=1G hugepages=0:5", "HugeTLB: allocating 5 of page size 1.00 GiB failed node0.  Only allocated 4 hugepages.", "40000000-140000000" },
		{ "6.12", "hugepages=1 default_hugepagesz=1G", "", "80000000-c0000000" },
		{ "6.12", "hugepages=1:1 default_hugepagesz=1G", "", "100000000-140000000" },
		{ "6.12", "default_hugepagesz=1G hugepages=1", "", "80000000-c0000000" },
		/* The default size may be said once more. */
		{ "6.12", "default_hugepagesz=1G hugepagesz=1G hugepages=1", "", "80000000-c0000000" },
		{ "6.12", "hugepages=7", "", "" },
		{ "6.12", "hugepagesz=3M hugepages=2", "HugeTLB: unsupported hugepagesz=3M | " NOT_VALID("2"), "" },
		{ "6.12", "hugepagesz=3M hugepages=2 hugepagesz=1G hugepages=1", "HugeTLB: unsupported hugepagesz=3M | " NOT_VALID("2"), "80000000-c0000000" },
		{ "6.12", "hugepagesz=2M hugepagesz=2M hugepages=1", "HugeTLB: hugepagesz=2M specified twice, ignoring | " NOT_VALID("1"), "" },
		{ "6.12", "default_hugepagesz=3M", "HugeTLB: unsupported default_hugepagesz=3M", "" },
		{ "6.12", "default_hugepagesz=1G default_hugepagesz=2M", "HugeTLB: default_hugepagesz previously specified, ignoring 2M", "" },
		{ "6.12", "hugepages=1 hugepages=2", TWICE "2", "" },
		{ "6.12", "hugepages=5:1", "HugeTLB: Invalid hugepages parameter 5:1", "" },
		{ "6.12", "hugepages=4:1", "HugeTLB: Invalid hugepages parameter 4:1", "" },
		{ "6.12", "hugepages=2:1", "HugeTLB: Invalid hugepages parameter 2:1", "" },
		{ "6.12", "hugepages=0:1,3", "HugeTLB: Invalid hugepages parameter 3", "" },
		{ "6.12", "hugepages=x", "HugeTLB: Invalid hugepages parameter x", "" },
		{ "6.12", "hugepages=0:x", "HugeTLB: Invalid hugepages parameter x", "" },
		{ "5.10", "hugepagesz=1G hugepages=1:1", "", "80000000-c0000000" },
		{ "5.10", "hugepagesz=1G hugepages=5", "HugeTLB: allocating 5 of page size 1.00 GiB failed.  Only allocated 4 hugepages.", "40000000-140000000" },
		{ "4.9", "hugepagesz=3M hugepages=2", "hugepagesz: Unsupported page size 3072 K | "
		  "hugepages = 2 preceded by an unsupported hugepagesz, ignoring", "" },
		{ "4.9", "hugepagesz=2M hugepagesz=2M", "hugepagesz= specified twice, ignoring", "" },
		{ "4.9", "hugepages=1 hugepages=2", "hugepages= specified twice without interleaving hugepagesz=, ignoring", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "HUGETLB_PAGE");
		node_ram(0, GIB(1), GIB(2));
		node_ram(1, GIB(3), GIB(2));
		words(rows[i].words);
		assert_true(run(step_parse_args));
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(held(), rows[i].reserved);
		over();
	}
}

/* 7.2 keeps the words until all nodes are known, and keeps to a node that is named. */
static void huge_pages_of_7_2(void **state)
{
	static const struct { const char *words, *said, *reserved; } rows[] = {
		{ "hugepagesz=1G hugepages=0:3", "HugeTLB: allocating 3 of page size 1.00 GiB failed node0.  Only allocated 2 hugepages.", "40000000-c0000000" },
		{ "hugepagesz=1G hugepages=2", "", "80000000-c0000000 100000000-140000000" },
		{ "default_hugepagesz=1G hugepages=1", "", "80000000-c0000000" },
		{ "hugepages=1", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("7.2", "HUGETLB_PAGE");
		node_ram(0, GIB(1), GIB(2));
		node_ram(1, GIB(3), GIB(2));
		words(rows[i].words);
		assert_true(run(step_parse_args));
		assert_string_equal(RESERVED(), "");
		assert_true(run(step_hugetlb_bootmem_alloc));
		assert_string_equal(said(), rows[i].said);
		assert_string_equal(held(), rows[i].reserved);
		over();
	}
}

/* 7.3 asks a function of its own, which says less and marks what it takes: 0x20 for the kernel, 0x80 for huge pages. */
static void huge_pages_of_7_3_are_marked(void **state)
{
	static const struct { const char *version, *fn; unsigned flags; bool exact; const char *words; } rows[] = {
		{ "7.2", "memblock_alloc_try_nid_raw", MEMBLOCK_RSRV_KERN, false, "hugepagesz=1G hugepages=1" },
		{ "7.2", "memblock_alloc_exact_nid_raw", MEMBLOCK_RSRV_KERN, true, "hugepagesz=1G hugepages=1:1" },
		{ "7.3", "memblock_alloc_hugetlb", MEMBLOCK_RSRV_KERN | MEMBLOCK_RSRV_HUGETLB, false, "hugepagesz=1G hugepages=1" },
		{ "7.3", "memblock_alloc_hugetlb", MEMBLOCK_RSRV_KERN | MEMBLOCK_RSRV_HUGETLB, true, "hugepagesz=1G hugepages=1:1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct mm_event *event = NULL;
		bool exact = false;

		machine(rows[i].version, "HUGETLB_PAGE");
		node_ram(0, GIB(1), GIB(2));
		node_ram(1, GIB(3), GIB(2));
		words(rows[i].words);
		assert_true(run(step_parse_args));
		assert_true(run(step_hugetlb_bootmem_alloc));
		for (size_t k = m.from; k < m.mm.trace.nr_events; k++)
			if (m.mm.trace.events[k].kind == MM_ALLOC)
				event = &m.mm.trace.events[k];
		assert_non_null(event);
		assert_string_equal(event->fn, rows[i].fn);
		for (size_t k = 0; k < event->nr_args; k++)
			exact |= !strcmp(event->args[k].name, "exact_nid") && event->args[k].value.i;
		assert_int_equal(exact, rows[i].exact && !strcmp(rows[i].version, "7.3"));
		assert_int_equal(m.mm.memblock.reserved.regions[0].flags & (MEMBLOCK_RSRV_KERN | MEMBLOCK_RSRV_HUGETLB), rows[i].flags);
		over();
	}
}

#define SIZES_6_12(g, m32, m2, k64) "HugeTLB: registered 1.00 GiB page size, pre-allocated " g " pages | HugeTLB: 0 KiB vmemmap can be freed for a 1.00 GiB page | " \
	"HugeTLB: registered 32.0 MiB page size, pre-allocated " m32 " pages | HugeTLB: 0 KiB vmemmap can be freed for a 32.0 MiB page | " \
	"HugeTLB: registered 2.00 MiB page size, pre-allocated " m2 " pages | HugeTLB: 0 KiB vmemmap can be freed for a 2.00 MiB page | " \
	"HugeTLB: registered 64.0 KiB page size, pre-allocated " k64 " pages | HugeTLB: 0 KiB vmemmap can be freed for a 64.0 KiB page"

static void pools_are_filled(void **state)
{
	static const struct { const char *version, *words; phys_addr_t size; const char *said; uint64_t free; } rows[] = {
		{ "6.12", "", MIB(8), SIZES_6_12("0", "0", "0", "0"), 2048 },
		{ "6.12", "hugepages=3", MIB(8), SIZES_6_12("0", "0", "3", "0"), 512 },
		{ "6.12", "hugepages=5", MIB(8), "HugeTLB: allocating 5 of page size 2.00 MiB failed.  Only allocated 4 hugepages. | " SIZES_6_12("0", "0", "4", "0"), 0 },
		{ "6.12", "hugepagesz=64K hugepages=2", MIB(8), "HugeTLB: registered 64.0 KiB page size, pre-allocated 2 pages", 2016 },
		{ "6.12", "hugepages=600", GIB(1), "HugeTLB: registered 2.00 MiB page size, pre-allocated 512 pages", 0 },
		{ "6.12", "hugepages=0:2", MIB(8), "HugeTLB: registered 2.00 MiB page size, pre-allocated 2 pages", 1024 },
		{ "5.10", "hugepages=1", MIB(8), "HugeTLB registered 2.00 MiB page size, pre-allocated 1 pages", 1536 },
		{ "4.9", "hugepages=1", MIB(8), "HugeTLB registered 2 MB page size, pre-allocated 1 pages", 1536 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		stand(rows[i].version, "HUGETLB_PAGE", rows[i].size, NULL);
		words(rows[i].words);
		assert_true(run(step_parse_args));
		/* Less than 4 MiB left is too little for the rest of boot. */
		assert_int_equal(run(step_hugetlb_init), rows[i].free >= 1024);
		assert_non_null(strstr(said(), rows[i].said));
		assert_int_equal(buddy_nr_free(&m.mm.buddy, &m.mm.nodes.node[0].zones[ZONE_DMA]), rows[i].free);
		over();
	}
}

/* ------------------------------------------------------------- init_mm, iomem, exec */

static void init_mm_has_the_image_s_addresses(void **state)
{
	static const struct { const char *version; void (*step)(struct mm *mm); const char *told; } rows[] = {
		{ "6.7", step_init_mm_start_code, "setup_arch start_code=0xffff800080000000; start_code=_text" },
		{ "6.7", step_init_mm_end_code, "setup_arch end_code=0xffff800080600000; end_code=_etext" },
		{ "6.7", step_init_mm_end_data, "setup_arch end_data=0xffff800080a00000; end_data=_edata" },
		{ "6.7", step_init_mm_brk, "setup_arch brk=0xffff800080c00000; brk=_end" },
		/* The head of the image counts since the kernel keeps it. */
		{ "6.12", step_setup_initial_init_mm, "setup_initial_init_mm start_code=0xffff800080000000 end_code=0xffff800080600000 "
		  "end_data=0xffff800080a00000 brk=0xffff800080c00000; start_code=_text end_code=_etext end_data=_edata brk=_end" },
		{ "6.7", step_setup_initial_init_mm, "setup_initial_init_mm start_code=0xffff800080010000 end_code=0xffff800080600000 end_data=0xffff800080a00000 "
		  "brk=0xffff800080c00000; start_code=_stext end_code=_etext end_data=_edata brk=_end" },
		{ "6.7", step_init_mm_pgd, "cpu_replace_ttbr1 pgd=swapper_pg_dir; before=init_pg_dir" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		assert_true(run(step_init_mm));
		assert_true(run(rows[i].step));
		assert_string_equal(told(NULL), rows[i].told);
		over();
	}
}

static void the_pointer_to_init_mm_s_mask(void **state)
{
	(void)state;
	machine("4.9", "CPUMASK_OFFSTACK");
	assert_true(run(step_init_mm));
	assert_true(run(step_mm_init_cpumask));
	assert_string_equal(told(NULL), "mm_init_cpumask cpu_vm_mask_var=&cpumask_allocation; CPUMASK_OFFSTACK=1");
	over();
	machine("4.9", "");
	assert_true(run(step_init_mm));
	assert_true(run(step_mm_init_cpumask));
	assert_string_equal(told(NULL), "mm_init_cpumask cpu_vm_mask_var=cleared in place; CPUMASK_OFFSTACK=0");
	over();
}

static void iomem_keeps_what_is_reserved(void **state)
{
	(void)state;
	machine("6.12", "");
	ram(GIB(1), GIB(1));
	taken(0x50000000, 0x1000);
	taken(0x60000000, 0x2000);
	assert_true(run(step_reserve_memblock_reserved_regions));
	assert_string_equal(told(NULL), "reserve_memblock_reserved_regions ranges=2; shown_in=/proc/iomem");
	assert_int_equal(m.mm.iomem_reserved[1].base, 0x60000000);
	assert_int_equal(m.mm.iomem_reserved[1].size, 0x2000);
	over();
}

static void the_first_process_is_placed_at_random_or_not(void **state)
{
	static const struct { const char *words; bool randomize; } rows[] = { { "", true }, { "norandmaps", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine("6.12", "");
		words(rows[i].words);
		assert_true(run(step_bprm_mm_init));
		assert_int_equal(m.mm.process->randomize, rows[i].randomize);
		over();
	}
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_log_buffer_grows_if_asked_or_for_many_cpus),
		TEST(kfence_has_a_pool_and_records),
		TEST(tables_that_memblock_has),
		TEST(tables_that_wait_for_vmalloc),
		TEST(the_pid_table_has_bounds),
		TEST(stacks_are_kept_if_slub_wants_them),
		TEST(masks_for_housekeeping),
		TEST(lists_of_cpus_are_read_as_the_kernel_does),
		TEST(flags_of_isolcpus_end_with_commas),
		TEST(housekeeping_keeps_what_it_has),
		TEST(stacks_have_a_table_of_the_builds_size),
		TEST(a_table_of_stacks_that_is_not_there_is_written_to),
		TEST(swiotlb_says_what_it_wants),
		TEST(swiotlb_has_a_pool_where_devices_reach_less_than_ram),
		TEST(each_region_has_a_struct_resource),
		TEST(the_boot_cpu_is_in_all_masks),
		TEST(the_initrd_is_held_against_the_first_page),
		TEST(page_extensions_are_made_once),
		TEST(small_calls_tell_what_they_set),
		TEST(start_up_allocations_go_round_nodes_of_16_mib),
		TEST(balancing_of_nodes_is_told_where_nobody_decided),
		TEST(cpus_come_online_until_maxcpus),
		TEST(cpus_share_page_lists),
		TEST(slab_takes_what_the_command_line_says),
		TEST(mobility_needs_a_block_of_each_type),
		TEST(percpu_alloc_is_read),
		TEST(threads_may_fill_an_eighth_of_memory),
		TEST(buffer_heads_may_fill_a_tenth_of_memory),
		TEST(dirty_pages_have_limits),
		TEST(init_memory_comes_back),
		TEST(what_comes_back_is_kept_from_by_lower_zones),
		TEST(the_initrd_comes_back_unless_retained),
		TEST(an_initrd_that_is_free_is_freed_twice),
		TEST(an_initrd_larger_than_ram_comes_back_as_far_as_there_is_ram),
		TEST(cma_areas_become_free_pages),
		TEST(a_pageblock_that_is_partly_free_stays_reserved),
		TEST(an_area_without_struct_pages_is_fatal),
		TEST(watermarks_rise_for_huge_pages),
		TEST(huge_pages_are_asked_for),
		TEST(huge_pages_of_7_2),
		TEST(huge_pages_of_7_3_are_marked),
		TEST(pools_are_filled),
		TEST(sizes_have_three_digits),
		TEST(init_mm_has_the_image_s_addresses),
		TEST(the_pointer_to_init_mm_s_mask),
		TEST(iomem_keeps_what_is_reserved),
		TEST(the_first_process_is_placed_at_random_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
