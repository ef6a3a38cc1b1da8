/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps behind mem_init(): slab comes up, core code makes its caches, and limits are set by how much memory there is. */
#include "booted_machine.h"

#define BUILT "HUGETLB_PAGE CMA SLUB SYSFS"

/* 16384 pages, two CPUs, 0 to 3 as orders of a slab. */
static void slab_is_up(const char *version, const char *options)
{
	booted(version, options);
	m.mm.totalram_pages = PAGES;
	m.mm.slub_params.max_order = 3;
	m.mm.cpus.nr_cpu_ids = 2;
	assert_true(run(step_kmem_cache_init));
}

/* " 584 576 8 ..": size, size of an object, alignment, order, objects, objects in use, slabs, state. */
static const char *cache(const char *name)
{
	char key[64];
	const char *all = table(MM_SLABS), *row;
	static char text[256];

	snprintf(key, sizeof(key), "%s ", name);
	for (row = all; row && strncmp(row, key, strlen(key)); row = strstr(row, " | ") ? strstr(row, " | ") + 3 : NULL)
		;
	if (!row)
		return "";
	snprintf(text, sizeof(text), "%.*s", (int)(strstr(row, " | ") ? strstr(row, " | ") - row : (ptrdiff_t)strlen(row)), row);
	return text + strlen(key);
}

/*
 * SLUB wants 4 * (fls(2 CPUs) + 1) = 12 objects and at most a sixteenth lost: 12 * 584 bytes need order 1, of which 14 lose 16 bytes;
 * a constructor puts the free pointer behind the object.
 */
static void trees_have_caches(void **state)
{
	static const struct { const char *options, *radix; } rows[] = {
		{ BUILT, "584 576 8 1 14 0 0 active" },
		/* 16 slots: 40 + 128 + 24 */
		{ BUILT " BASE_SMALL", "200 192 8 0 20 0 0 active" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		slab_is_up("6.12", rows[i].options);
		assert_true(run(step_radix_tree_init));
		assert_string_equal(cache("radix_tree_node"), rows[i].radix);
		over();
	}
	slab_is_up("6.12", BUILT);
	/* 256 bytes at multiples of 256: kmalloc-256 is as good. */
	words("");
	assert_true(run(step_maple_tree_init));
	assert_non_null(strstr(told("__kmem_cache_alias"), "cache=kmalloc-256 object_size=256 size=256 align=256 "));
	assert_non_null(strstr(m.text, "alias=maple_node"));
	over();
}

static void caches_of_structs_have_their_size(void **state)
{
	(void)state;
	slab_is_up("6.12", BUILT);
	fact("structs", "anon_vma", 80);
	fact("structs", "mempolicy", 264);
	assert_true(run(step_anon_vma_init));
	/* A constructor: the free pointer is behind; 12 * 88 bytes fit into a page. */
	assert_string_equal(cache("anon_vma"), "88 80 8 0 46 0 0 active");
	assert_string_equal(told("kmem_cache_create"), "kmem_cache_create cache=anon_vma object_size=80 size=88 align=8 order=0 objects=46 | "
			    "kmem_cache_create cache=anon_vma_chain; not_computed=the profile has no size for it");
	assert_true(run(step_numa_policy_caches));
	assert_string_equal(cache("numa_policy"), "264 264 8 0 15 0 0 active");
	assert_string_equal(cache("shared_policy_node"), "");
	over();
}

/* Flags say who is merged with whom, which list of counters and which pageblocks slabs are of, where the free pointer lies. */
static void caches_have_the_flags_that_the_kernel_gives_them(void **state)
{
	enum { ACCOUNT = SLAB_ACCOUNT, RECLAIM = SLAB_RECLAIM_ACCOUNT, ALIGN = SLAB_HWCACHE_ALIGN };
	static const struct { const char *name; unsigned flags, since_7_0; } rows[] = {
		{ "radix_tree_node", RECLAIM | SLAB_CTOR, RECLAIM | SLAB_CTOR },
		{ "anon_vma", ACCOUNT | SLAB_CTOR | SLAB_TYPESAFE, ACCOUNT | SLAB_CTOR | SLAB_TYPESAFE },
		{ "anon_vma_chain", ACCOUNT, ACCOUNT }, { "numa_policy", 0, 0 }, { "shared_policy_node", 0, 0 },
		{ "task_struct", ACCOUNT, ACCOUNT }, { "mm_struct", ALIGN | ACCOUNT, ALIGN | ACCOUNT },
		{ "vm_area_struct", ACCOUNT, ACCOUNT | ALIGN | SLAB_NO_MERGE }, { "buffer_head", RECLAIM, RECLAIM },
	};
	static const char *const structs[] = { "anon_vma", "anon_vma_chain", "mempolicy", "sp_node", "task_struct", "vm_area_struct" };
	static void (*const steps[])(struct mm *mm) = {
		step_radix_tree_init, step_anon_vma_init, step_numa_policy_caches, step_fork_init, step_mm_cache_init, step_proc_caches_init,
		step_buffer_init,
	};
	static const char *const versions[] = { "6.12", "7.2" };

	(void)state;
	for (size_t v = 0; v < ARRAY_SIZE(versions); v++) {
		slab_is_up(versions[v], BUILT " MEMCG THREAD_INFO_IN_TASK");
		m.mm.slab.nomerge = true;
		for (size_t i = 0; i < ARRAY_SIZE(structs); i++)
			fact("structs", structs[i], 200 + 24 * i);
		for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
			assert_true(run(steps[i]));
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
			const struct kmem_cache *s = m.mm.slab.caches;

			while (s && strcmp(s->name, rows[i].name))
				s = s->next;
			assert_non_null(s);
			assert_int_equal(s->flags & ~(unsigned)SLAB_DEBUG_FLAGS, v ? rows[i].since_7_0 : rows[i].flags);
		}
		over();
	}
}

#define CID	"SCHED_MM_CID "

/* cpumasks behind struct mm_struct of 1024 bytes: 64 CPUs a word. */
static void the_mm_cache_has_room_for_masks(void **state)
{
	static const struct { const char *version, *options; unsigned bytes; } rows[] = {
		/* One mask, of all CPUs that the build can have, unless it is off the stack. */
		{ "5.10", "NR_CPUS=8", 1032 }, { "5.10", "NR_CPUS=512", 1088 }, { "5.10", "NR_CPUS=512 CPUMASK_OFFSTACK", 1032 },
		/* 6.1 and 6.2: of those that there are. */
		{ "6.1", "NR_CPUS=512", 1032 },
		/* Since 6.3 up to 256 CPUs of all that the build can have, and a second mask for concurrency ids ... */
		{ "6.12", CID "NR_CPUS=8", 1040 }, { "6.12", CID "NR_CPUS=256", 1088 }, { "6.12", CID "NR_CPUS=257", 1040 },
		{ "6.12", CID "NR_CPUS=65", 1056 }, { "6.12", "NR_CPUS=65", 1040 }, { "6.2", CID "NR_CPUS=512", 1032 },
		/* ... with a third for the CPUs that are allowed; and then ids of possible CPUs only. */
		{ "6.13", CID "NR_CPUS=256", 1120 }, { "6.18", CID "NR_CPUS=65", 1072 }, { "6.19", CID "NR_CPUS=65", 1064 },
		{ "6.19", "NR_CPUS=65", 1040 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char options[200], text[64];

		snprintf(options, sizeof(options), BUILT " %s", rows[i].options);
		slab_is_up(rows[i].version, options);
		assert_true(run(step_mm_cache_init));
		snprintf(text, sizeof(text), "%u %u 64 ", (rows[i].bytes + 63) / 64 * 64, rows[i].bytes);
		assert_ptr_equal(strstr(cache("mm_struct"), text), cache("mm_struct"));
		over();
	}
	/* 4.9 makes it with the others, and the mask is a member. */
	slab_is_up("4.9", BUILT);
	fact("structs", "vm_area_struct", 184);
	assert_true(run(step_proc_caches_init));
	assert_ptr_equal(strstr(cache("mm_struct"), "1024 1024 64 "), cache("mm_struct"));
	assert_ptr_equal(strstr(cache("vm_area_struct"), "184 184 8 "), cache("vm_area_struct"));
	assert_non_null(strstr(told("kmem_cache_create"), "cache=sighand_cache; not_computed=the profile has no size for it | "
			       "kmem_cache_create cache=signal_cache; "));
	over();
	/* Since 7.0 objects of vm_area_struct begin on cache lines. */
	slab_is_up("7.2", BUILT);
	fact("structs", "vm_area_struct", 184);
	assert_true(run(step_proc_caches_init));
	assert_ptr_equal(strstr(cache("vm_area_struct"), "192 184 64 "), cache("vm_area_struct"));
	assert_string_equal(cache("mm_struct"), "");
	over();
}

/* What may be copied to user space does not merge: mm_struct would do for task_struct, of the same size, otherwise. */
static void user_copies_keep_caches_apart(void **state)
{
	static const struct { const char *version, *options; unsigned bytes; bool apart; } rows[] = {
		{ "4.9", BUILT, 1024, false }, { "5.10", BUILT, 1032, true }, { "6.12", BUILT, 1032, false },
		{ "6.12", BUILT " HARDENED_USERCOPY", 1032, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		slab_is_up(rows[i].version, rows[i].options);
		fact("structs", "task_struct", rows[i].bytes);
		assert_true(run(step_fork_init));
		assert_true(run(step_mm_cache_init));
		assert_int_equal(*cache("mm_struct") != '\0', rows[i].apart);
		assert_int_equal(strstr(told("__kmem_cache_alias"), "alias=mm_struct") == NULL, rows[i].apart);
		over();
	}
}

static void pages_share_wait_queues(void **state)
{
	(void)state;
	booted("6.12", BUILT);
	assert_true(run(step_pagecache_init));
	assert_string_equal(told("pagecache_init"), "pagecache_init wait_queues=256; reason=pages share wait queues by a hash of their address");
	assert_non_null(strstr(table(MM_COUNTERS), "page_wait_queues 256 queues"));
	over();
}

/* 4.9: the first chunk's map, and that of modules; arrays of 128 ints. */
static void per_cpu_maps_move_to_slabs(void **state)
{
	static const struct { const char *options; const char *row; } rows[] = {
		{ BUILT, "512 512 128 1 16 1 1 active" }, { BUILT " MODULES", "512 512 128 1 16 2 1 active" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		slab_is_up("4.9", rows[i].options);
		assert_true(run(step_percpu_init_late));
		assert_string_equal(cache("kmalloc-512"), rows[i].row);
		over();
	}
}

/* Five parts of the image, and the free space on either side since 5.2, in a cache of their own; before, four in kmalloc memory. */
static void the_image_has_vmap_areas(void **state)
{
	static const struct { const char *version; uint64_t size; const char *told, *cache, *row; } rows[] = {
		{ "6.12", 72, "vmalloc_init areas=7", "vmap_area", "72 72 8 0 56 7 1 active" },
		{ "4.9", 700, "vmalloc_init areas=4", "kmalloc-1024", "1024 1024 128 2 16 4 1 active" },
		{ "6.12", 0, "", "vmap_area", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		slab_is_up(rows[i].version, BUILT);
		fact("structs", "vmap_area", rows[i].size);
		assert_true(run(step_vmalloc_init));
		assert_string_equal(told("vmalloc_init"), rows[i].told);
		assert_string_equal(cache(rows[i].cache), rows[i].row);
		over();
	}
}

/* SLUB comes up in three states, and only SLUB with sysfs is ever complete. */
static void slub_is_complete_with_sysfs(void **state)
{
	static const struct { const char *options; bool full; } rows[] = {
		{ "HUGETLB_PAGE SLUB SYSFS", true }, { "HUGETLB_PAGE SLUB", false }, { "HUGETLB_PAGE SYSFS SLAB", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		slab_is_up("6.1", rows[i].options);
		assert_true(run(step_kmem_cache_init_late));
		assert_true(run(step_slab_sysfs_init));
		assert_int_equal(strstr(told("slab_state"), "state=FULL was=UP") != NULL, rows[i].full);
		over();
	}
}

/* ------------------------------------------------------------------------ parameters */

/* SLAB has a parameter of its own, at most the largest order. */
static void slab_max_order_is_slab_s(void **state)
{
	static const struct { const char *options, *words; bool set; unsigned order; } rows[] = {
		{ "SLAB", "slab_max_order=2", true, 2 }, { "SLAB", "slab_max_order=99", true, 10 }, { "SLAB", "slab_max_order=-1", true, 0 },
		{ "SLAB", "", false, 3 }, { "SLUB", "slab_max_order=2", false, 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		booted("6.1", rows[i].options);
		words(rows[i].words);
		m.mm.slub_params.max_order = 3;
		assert_true(run(step_kmem_cache_init));
		assert_int_equal(m.mm.slab.max_order_set, rows[i].set);
		if (rows[i].set)
			assert_int_equal(m.mm.slab.max_order, rows[i].order);
		over();
	}
}

/* Small objects share cache lines of 64 bytes only where there are bounce buffers, since 6.5. */
static void small_caches_depend_on_bounce_buffers(void **state)
{
	static const struct { const char *version, *options; uint64_t swiotlb; unsigned align; } rows[] = {
		{ "6.12", "DMA_BOUNCE_UNALIGNED_KMALLOC", MIB(64), 8 }, { "6.12", "DMA_BOUNCE_UNALIGNED_KMALLOC", 0, 64 },
		{ "6.12", "", MIB(64), 64 }, { "6.1", "DMA_BOUNCE_UNALIGNED_KMALLOC", MIB(64), 128 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		booted(rows[i].version, rows[i].options);
		m.mm.swiotlb_size = rows[i].swiotlb;
		assert_true(run(step_kmem_cache_init));
		assert_int_equal(m.mm.slab.kmalloc_minalign, rows[i].align);
		over();
	}
}

/* ---------------------------------------------------------------------------- words */

static void copies_of_the_command_line_are_kept(void **state)
{
	static const struct { const char *version; unsigned copies; } rows[] = { { "4.9", 3 }, { "5.5", 3 }, { "5.6", 2 }, { "6.12", 2 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, "");
		ram(GIB(1), GIB(1));
		words("0123456789");
		assert_true(run(step_setup_command_line));
		/* 11 bytes each, on cache lines of their own. */
		assert_int_equal(m.mm.memblock.reserved.cnt, rows[i].copies);
		for (size_t k = 0; k < rows[i].copies; k++)
			assert_int_equal(m.mm.memblock.reserved.regions[k].size, 11);
		over();
	}
}

static void how_memory_is_initialised_is_said(void **state)
{
	static const struct { const char *version, *options, *words, *said; } rows[] = {
		{ "6.12", "", "", "mem auto-init: stack:off, heap alloc:off, heap free:off" },
		{ "6.12", "INIT_STACK_ALL_ZERO", "", "mem auto-init: stack:all(zero), heap alloc:off, heap free:off" },
		{ "6.12", "INIT_STACK_ALL_PATTERN INIT_STACK_ALL_ZERO", "", "mem auto-init: stack:all(pattern), heap alloc:off, heap free:off" },
		{ "6.12", "GCC_PLUGIN_STRUCTLEAK_BYREF_ALL", "", "mem auto-init: stack:byref_all(zero), heap alloc:off, heap free:off" },
		{ "6.12", "GCC_PLUGIN_STRUCTLEAK_BYREF", "", "mem auto-init: stack:byref(zero), heap alloc:off, heap free:off" },
		{ "6.12", "GCC_PLUGIN_STRUCTLEAK_USER", "", "mem auto-init: stack:__user(zero), heap alloc:off, heap free:off" },
		{ "6.12", "", "init_on_alloc=1", "mem auto-init: stack:off, heap alloc:on, heap free:off" },
		{ "6.12", "INIT_ON_ALLOC_DEFAULT_ON", "init_on_alloc=0", "mem auto-init: stack:off, heap alloc:off, heap free:off" },
		{ "6.12", "INIT_ON_ALLOC_DEFAULT_ON", "init_on_alloc=0 init_on_alloc=x", "mem auto-init: stack:off, heap alloc:off, heap free:off" },
		{ "6.12", "INIT_ON_ALLOC_DEFAULT_ON", "init_on_alloc", "mem auto-init: stack:off, heap alloc:on, heap free:off" },
		{ "6.12", "", "init_on_free=true",
		  "mem auto-init: stack:off, heap alloc:off, heap free:on | mem auto-init: clearing system memory may take some time..." },
		/* "true" is understood since 5.19. */
		{ "5.10", "", "init_on_free=true", "mem auto-init: stack:off, heap alloc:off, heap free:off" },
		{ "6.12", "INIT_ON_FREE_DEFAULT_ON", "",
		  "mem auto-init: stack:off, heap alloc:off, heap free:on | mem auto-init: clearing system memory may take some time..." },
		/* Poison needs no other initialisation. */
		{ "6.12", "PAGE_POISONING", "init_on_free=1 init_on_alloc=1 page_poison=1", "mem auto-init: stack:off, heap alloc:off, heap free:off" },
		{ "6.12", "", "init_on_alloc=1 page_poison=1", "mem auto-init: stack:off, heap alloc:on, heap free:off" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool on = strstr(rows[i].words, "page_poison") && strstr(rows[i].options, "POISONING");

		machine(rows[i].version, rows[i].options);
		words(rows[i].words);
		assert_true(run(step_report_meminit));
		assert_string_equal(said(), rows[i].said);
		assert_true(run(step_mem_debugging_and_hardening_init));
		assert_string_equal(said(), on ? "mem auto-init: CONFIG_PAGE_POISONING is on, will take precedence over init_on_alloc and init_on_free"
				    : "");
		over();
	}
}

/* Early parameters only note a wish since 5.11; 5.10 complains if poisoning came before. */
static void poison_and_init_do_not_go_together(void **state)
{
	static const struct { const char *version, *options; bool poison; const char *value, *said; } rows[] = {
		{ "5.10", "PAGE_POISONING", true, "1", "mem auto-init: CONFIG_PAGE_POISONING is on, will take precedence over init_on_alloc | "
		  "mem auto-init: CONFIG_PAGE_POISONING is on, will take precedence over init_on_free" },
		{ "5.10", "PAGE_POISONING", true, "0", "" }, { "5.10", "PAGE_POISONING", false, "1", "" }, { "5.10", "", true, "1", "" },
		{ "5.11", "PAGE_POISONING", true, "1", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		trace_event(&m.mm.trace, MM_NOTE, "parameters");
		m.from = m.mm.trace.nr_events - 1;
		early_param_page_poison(&m.mm, rows[i].poison ? "1" : "0");
		early_param_init_on_alloc(&m.mm, rows[i].value);
		early_param_init_on_free(&m.mm, rows[i].value);
		assert_string_equal(said(), rows[i].said);
		over();
	}
}

/* Is memory cleared where parse_args() looks? */
static void memory_is_cleared_by_build_or_by_word(void **state)
{
	static const struct { const char *version, *options, *words; bool on; } rows[] = {
		{ "6.12", "", "init_on_alloc=1", false }, { "6.12", "INIT_ON_ALLOC_DEFAULT_ON", "", true },
		{ "6.12", "INIT_ON_FREE_DEFAULT_ON", "init_on_free=0", true }, { "5.10", "", "init_on_alloc=1", true },
		{ "5.10", "", "init_on_free=1", true }, { "5.10", "INIT_ON_ALLOC_DEFAULT_ON", "init_on_alloc=0", false }, { "5.10", "", "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(rows[i].version, rows[i].options);
		words(rows[i].words);
		assert_int_equal(mem_auto_init_is_on(&m.mm), rows[i].on);
		over();
	}
}

/*
 * code  64K _stext .. 6M _etext	rodata 6M .. 8M		init 8M .. 9M, its text 8M .. 8M + 512K
 * data  9M .. 10M			bss    10M .. 11M
 */
static void memory_is_summed_up(void **state)
{
	(void)state;
	booted("6.12", BUILT);
	fact("symbols", "_sinittext", MIB(8));
	fact("symbols", "_einittext", MIB(8) + KIB(512));
	m.mm.totalram_pages = 15000;
	m.mm.totalcma_pages = 512;
	assert_true(run(step_mem_init_print_info));
	assert_string_equal(said(), "Memory: 65536K/65536K available (6080K kernel code, 1024K rwdata, 2048K rodata, 1024K init, 1024K bss, "
			    "3488K reserved, 2048K cma-reserved)");
	/* Init text in the code, read-only data in the data: each is counted once. */
	fact("symbols", "_sinittext", MIB(5));
	fact("symbols", "_einittext", MIB(5) + KIB(512));
	fact("symbols", "__start_rodata", MIB(9) + KIB(512));
	fact("symbols", "__end_rodata", MIB(9) + KIB(768));
	assert_true(run(step_mem_init_print_info));
	assert_string_equal(said(), "Memory: 65536K/65536K available (5568K kernel code, 768K rwdata, 256K rodata, 1536K init, 1024K bss, "
			    "3488K reserved, 2048K cma-reserved)");
	/* Init that is text alone: what is no smaller than what lies in it stays as it is, and counts twice. */
	fact("symbols", "_sinittext", MIB(8));
	fact("symbols", "_einittext", MIB(9));
	assert_true(run(step_mem_init_print_info));
	assert_non_null(strstr(said(), " 2048K init, "));
	over();
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(trees_have_caches),
		TEST(caches_of_structs_have_their_size),
		TEST(caches_have_the_flags_that_the_kernel_gives_them),
		TEST(the_mm_cache_has_room_for_masks),
		TEST(user_copies_keep_caches_apart),
		TEST(pages_share_wait_queues),
		TEST(per_cpu_maps_move_to_slabs),
		TEST(the_image_has_vmap_areas),
		TEST(slub_is_complete_with_sysfs),
		TEST(slab_max_order_is_slab_s),
		TEST(small_caches_depend_on_bounce_buffers),
		TEST(copies_of_the_command_line_are_kept),
		TEST(how_memory_is_initialised_is_said),
		TEST(poison_and_init_do_not_go_together),
		TEST(memory_is_cleared_by_build_or_by_word),
		TEST(memory_is_summed_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
