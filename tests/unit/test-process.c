/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zone_machine.h"

#include "mmcore/process.h"

#include <stdio.h>

#define TOP UINT64_C(0x1000000000000)

static struct zone_machine m;
static struct process p;

static void start(unsigned version, unsigned patchlevel, unsigned page_shift, bool randomize)
{
	zone_machine_init(&m, version, patchlevel);
	m.kernel->page_shift = page_shift;
	m.kernel->page_size = UINT64_C(1) << page_shift;
	
	assert_int_equal(mm_kernel_set_number(m.kernel, "config", "ARCH_MMAP_RND_BITS", 18), 0);
	process_init(&p, m.kernel, &m.trace, &(struct user_space){ 48, 48, (48 - 4) / (page_shift - 3), "aarch64" }, randomize);
}

static void exec(const struct elf_image *image)
{
	const char *const envp[] = { "HOME=/", "TERM=linux", NULL };
	const char *const argv[] = { image->path, NULL };

	process_mm_alloc(&p);
	process_copy_strings(&p, image->path, envp, argv);
	process_exec_mmap(&p);
	process_pick_layout(&p);
	process_setup_arg_pages(&p);
	process_load(&p, image);
	process_map_vdso(&p);
	process_create_elf_tables(&p);
	process_set_bounds(&p, image);
}

static const struct vma *find(const char *what)
{
	for (size_t i = 0; i < p.nr; i++)
		if (!strcmp(p.vmas[i].what, what))
			return &p.vmas[i];
	return NULL;
}

static const char *value_of(const char *key)
{
	const struct trace_rows *rows = &m.trace.rows[MM_PROCESS];

	for (size_t i = 0; i < rows->nr; i++)
		if (!strcmp(rows->v[3 * i].s, key))
			return rows->v[3 * i + 1].s;
	return "";
}

/*
 *   0x400000                                    mmap_base   STACK_TOP
 *   | headers | text | rodata | data | bss | ...  [vvar][vdso]  ...  [stack]
 */
static void vmas_lie_from_program_to_stack(void **state)
{
	static const char *const order[] = { "headers", "text", "rodata", "data", "bss", "[vvar]", "[vdso]", "[stack]" };

	(void)state;
	start(6, 7, 12, true);
	exec(&example_init);
	assert_int_equal(p.nr, ARRAY_SIZE(order));
	for (size_t i = 0; i < p.nr; i++) {
		assert_string_equal(p.vmas[i].what, order[i]);
		assert_true(!i || p.vmas[i - 1].end <= p.vmas[i].start);
	}
	assert_int_equal(find("text")->start, 0x410000);
	assert_int_equal(find("[vdso]")->end, p.mmap_base);
	assert_int_equal(find("[stack]")->end, TOP);
	assert_int_equal(find("[stack]")->start, TOP - 0x21000);
	zone_machine_deinit(&m);
}

/* "start-end flags what pgoff": all of them, in order. */
static const char *maps(void)
{
	static char text[1024];
	size_t len = 0;

	for (size_t i = 0; i < p.nr; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%llx-%llx %s %s %llx", i ? " | " : "", (unsigned long long)p.vmas[i].start,
					(unsigned long long)p.vmas[i].end, p.vmas[i].flags, p.vmas[i].what, (unsigned long long)p.vmas[i].pgoff);
	return text;
}

/*
 * The example's segments, each rounded out to pages: 0x400000 + 0x270, 0x410000 + 0x6d5c0, 0x480000 + 0x1f2a8, 0x4bfb80 + 0x5c48 in
 * the file and 0xb0f8 in memory.
 */
static void segments_are_rounded_to_pages(void **state)
{
	static const struct { unsigned page_shift; const char *program; } rows[] = {
		{ 12, "400000-401000 r--p headers 0 | 410000-47e000 r-xp text 10 | 480000-4a0000 r--p rodata 80 | "
		      "4bf000-4c6000 rw-p data af | 4c6000-4cb000 rw-p bss 0 | " },
		/* Data shares its last page with bss. */
		{ 16, "400000-410000 r--p headers 0 | 410000-480000 r-xp text 1 | 480000-4a0000 r--p rodata 8 | 4b0000-4d0000 rw-p data a | " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		start(6, 7, rows[i].page_shift, true);
		exec(&example_init);
		assert_ptr_equal(strstr(maps(), rows[i].program), maps());
		zone_machine_deinit(&m);
	}
}

/* Code of the vDSO: what the profile's symbols say, rounded to pages, else a page until 6.12; data: a page, two, three. */
static void the_vdso_has_its_release_s_size(void **state)
{
	static const struct { unsigned version, patchlevel; uint64_t symbols, code, data; } rows[] = {
		{ 4, 9, 0, 0x1000, 0x1000 }, { 5, 9, 0, 0x1000, 0x2000 }, { 6, 12, 0, 0x2000, 0x2000 }, { 6, 17, 0, 0x2000, 0x3000 },
		{ 6, 7, 0x1801, 0x2000, 0x2000 }, { 6, 7, 0x3000, 0x3000, 0x2000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		start(rows[i].version, rows[i].patchlevel, 12, true);
		if (rows[i].symbols) {
			assert_int_equal(mm_kernel_set_number(m.kernel, "symbols", "vdso_start", 0x1000), 0);
			assert_int_equal(mm_kernel_set_number(m.kernel, "symbols", "vdso_end", 0x1000 + rows[i].symbols), 0);
		}
		exec(&example_init);
		assert_int_equal(find("[vdso]")->end - find("[vdso]")->start, rows[i].code);
		assert_int_equal(find("[vvar]")->end - find("[vvar]")->start, rows[i].data);
		zone_machine_deinit(&m);
	}
}

/* The auxiliary vector: 19 entries, 21 since 4.19, 22 since 6.14, and two of restartable sequences since 6.3. */
static void the_auxiliary_vector_grows(void **state)
{
	static const struct { unsigned version, patchlevel; bool rseq; unsigned entries; } rows[] = {
		{ 4, 9, true, 19 }, { 4, 19, true, 21 }, { 6, 7, false, 21 }, { 6, 7, true, 23 }, { 6, 14, false, 22 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t strings = UINT64_C(0xffffffffffd0) - 8 - 16;

		start(rows[i].version, rows[i].patchlevel, 12, true);
		assert_int_equal(mm_kernel_set_number(m.kernel, "config", "RSEQ", rows[i].rseq), 0);
		exec(&example_init);
		assert_int_equal(p.p, (strings - 8 * (2 * rows[i].entries + 2 + 3 + 1)) & ~UINT64_C(15));
		zone_machine_deinit(&m);
	}
}

/*
 * p_vaddr 0x4bfb80  p_filesz ends 0x4c57c8   p_memsz ends 0x4cac78
 *   4 KiB:  [0x4bf000   data   0x4c6000)[0x4c6000  bss  0x4cb000)
 *   64 KiB: [0x4b0000              data                0x4d0000)
 */
static void bss_has_pages_of_its_own_if_the_file_page_is_too_short(void **state)
{
	(void)state;
	start(6, 12, 12, true);
	exec(&example_init);
	assert_int_equal(find("data")->start, 0x4bf000);
	assert_int_equal(find("data")->end, 0x4c6000);
	assert_int_equal(find("data")->pgoff, 0xaf);
	assert_int_equal(find("bss")->end, 0x4cb000);
	zone_machine_deinit(&m);
	start(6, 12, 16, true);
	exec(&example_init);
	assert_int_equal(find("data")->end, 0x4d0000);
	assert_null(find("bss"));
	zone_machine_deinit(&m);
}

/* gap 4.9: 128 MiB + 0x3ffff pages + 1; later: 8 MiB + 256 pages, and 0x3ffff pages if random. */
static void mmap_base_leaves_room_for_the_stack(void **state)
{
	(void)state;
	start(4, 9, 12, true);
	exec(&example_init);
	assert_int_equal(p.mmap_base, TOP - 0x8000000 - 0x3ffff000);
	zone_machine_deinit(&m);
	start(6, 7, 12, true);
	exec(&example_init);
	assert_int_equal(p.mmap_base, TOP - 0x800000 - 0x100000 - 0x3ffff000);
	zone_machine_deinit(&m);
	start(6, 7, 12, false);
	exec(&example_init);
	assert_int_equal(p.mmap_base, TOP - 0x8000000);
	zone_machine_deinit(&m);
}

/*
 * 4.9:     ... [program at 2/3 of user space | brk] ...        [vdso] mmap_base
 * 6.7:     ... [brk at 2/3, if random] ...           [program] [vdso] mmap_base
 * 6.12:    ... [brk at 2/3] ...              [program, 64 KiB] [vdso] mmap_base
 */
static void a_static_pie_goes_where_the_version_says(void **state)
{
	(void)state;
	start(4, 9, 12, true);
	exec(&example_init_pie);
	assert_int_equal(p.load_bias, 2 * TOP / 3 & ~UINT64_C(0xfff));
	assert_int_equal(p.start_brk, p.load_bias + 0xcb000);
	zone_machine_deinit(&m);
	start(6, 7, 12, false);
	exec(&example_init_pie);
	assert_int_equal(p.load_bias, p.mmap_base - 0xcb000);
	assert_int_equal(p.start_brk, p.mmap_base);
	zone_machine_deinit(&m);
	start(6, 12, 12, false);
	exec(&example_init_pie);
	assert_int_equal(p.load_bias, (p.mmap_base - 0xcb000) & ~UINT64_C(0xffff));
	assert_int_equal(p.start_brk, (2 * TOP / 3 + 0xfff) & ~UINT64_C(0xfff));
	zone_machine_deinit(&m);
}

/*
 * random:      | bss |gap| heap |     norandmaps: | bss + heap |
 */
static void the_heap_joins_the_bss_only_without_randomisation(void **state)
{
	(void)state;
	start(6, 12, 12, true);
	exec(&example_init);
	assert_int_equal(p.start_brk, 0x4cc000);
	assert_null(find("[heap]"));
	process_brk(&p, 0x21000);
	assert_int_equal(find("[heap]")->start, 0x4cc000);
	assert_int_equal(find("[heap]")->end, 0x4ed000);
	assert_string_equal(value_of("map_count"), "9");
	zone_machine_deinit(&m);
	start(6, 12, 12, false);
	exec(&example_init);
	process_brk(&p, 0x21000);
	assert_null(find("[heap]"));
	assert_int_equal(find("bss")->end, 0x4ec000);
	assert_string_equal(value_of("map_count"), "8");
	zone_machine_deinit(&m);
}

/*
 *            pgd (from the start)
 *   entry 0:  PUD - PMD - PTE            data page, cleared behind the file
 *   entry 511:              PUD - PMD - PTE       top page of the stack
 */
static void page_tables_come_where_a_page_is_touched(void **state)
{
	(void)state;
	start(6, 7, 12, true);
	process_mm_alloc(&p);
	assert_string_equal(value_of("pgtables_bytes"), "0");
	assert_string_equal(value_of("map_count"), "1");
	zone_machine_deinit(&m);
	start(6, 7, 12, true);
	exec(&example_init);
	assert_string_equal(value_of("pgtables_bytes"), "24576");
	assert_string_equal(value_of("rss"), "2");
	assert_true(process_fault(&p, example_init.entry, "execute"));
	assert_string_equal(value_of("rss"), "3");
	/* 0x410000 and 0x4c5000 share the PMD table but not the PTE table's 2 MiB: 0x400000-0x5fffff is one. */
	assert_string_equal(value_of("pgtables_bytes"), "24576");
	assert_false(process_fault(&p, 0x1000, "read"));
	zone_machine_deinit(&m);
}

static void old_kernels_count_tables_by_level_and_list_their_vmas(void **state)
{
	(void)state;
	start(4, 9, 12, true);
	exec(&example_init);
	assert_string_equal(value_of("nr_ptes"), "2");
	assert_string_equal(value_of("nr_pmds"), "2");
	assert_string_equal(value_of("pgtables_bytes"), "");
	assert_string_equal(value_of("mmap, mm_rb"), "8 VMAs");
	assert_string_equal(value_of("start_code"), "0x400000");
	zone_machine_deinit(&m);
	start(6, 1, 12, true);
	exec(&example_init);
	assert_string_equal(value_of("mm_mt"), "8 ranges");
	assert_string_equal(value_of("start_code"), "0x410000");
	zone_machine_deinit(&m);
}

/* top - 8: end | "/init" | "HOME=/" "TERM=linux" | "/init" | ... auxv, pointers, argc, 16-byte aligned */
static void strings_and_vectors_fill_the_stack_from_its_top(void **state)
{
	(void)state;
	start(6, 7, 12, true);
	exec(&example_init);
	assert_string_equal(value_of("arg_start"), "0xffffffffffda");
	assert_string_equal(value_of("env_start"), "0xffffffffffe0");
	assert_string_equal(value_of("env_end"), "0xfffffffffff2");
	assert_int_equal(p.p % 16, 0);
	assert_int_equal(p.p, ((UINT64_C(0xffffffffffd0) - 8 - 16) - 8 * (2 * 21 + 2 + 3 + 1)) & ~UINT64_C(15));
	zone_machine_deinit(&m);
}

/*
 *   entry 0:    PUD - PMD - PTE 0x400000     | heap, 4 MiB: another PTE table of the same PMD
 *   entry 511:  PUD - PMD - PTE [stack]
 *                  \- PMD - PTE [vdso], a GiB below: another PMD of the same PUD
 */
static void tables_are_counted_by_level(void **state)
{
	static const struct { unsigned version, patchlevel; const char *key, *first, *vdso, *heap; } rows[] = {
		{ 4, 9, "nr_ptes", "2", "3", "4" }, { 4, 9, "nr_pmds", "2", "3", "3" }, { 6, 7, "pgtables_bytes", "24576", "32768", "36864" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		start(rows[i].version, rows[i].patchlevel, 12, true);
		exec(&example_init);
		assert_string_equal(value_of(rows[i].key), rows[i].first);
		assert_true(process_fault(&p, find("[vdso]")->start, "execute"));
		assert_string_equal(value_of(rows[i].key), rows[i].vdso);
		process_brk(&p, 0x400000);
		assert_true(process_fault(&p, p.brk - 1, "write"));
		assert_string_equal(value_of(rows[i].key), rows[i].heap);
		zone_machine_deinit(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vmas_lie_from_program_to_stack),
		cmocka_unit_test(tables_are_counted_by_level),
		cmocka_unit_test(segments_are_rounded_to_pages),
		cmocka_unit_test(the_vdso_has_its_release_s_size),
		cmocka_unit_test(the_auxiliary_vector_grows),
		cmocka_unit_test(bss_has_pages_of_its_own_if_the_file_page_is_too_short),
		cmocka_unit_test(mmap_base_leaves_room_for_the_stack),
		cmocka_unit_test(a_static_pie_goes_where_the_version_says),
		cmocka_unit_test(the_heap_joins_the_bss_only_without_randomisation),
		cmocka_unit_test(page_tables_come_where_a_page_is_touched),
		cmocka_unit_test(old_kernels_count_tables_by_level_and_list_their_vmas),
		cmocka_unit_test(strings_and_vectors_fill_the_stack_from_its_top),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
