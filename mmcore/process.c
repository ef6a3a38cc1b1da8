// SPDX-License-Identifier: GPL-2.0-or-later
#include "process.h"

#define STACK_LIMIT	MIB(8)		/* _STK_LIM: RLIMIT_STACK of process 1 */
#define STACK_EXPAND	UINT64_C(131072)	/* setup_arg_pages() */
#define GUARD_PAGES	256		/* stack_guard_gap */
#define BRK_RANGE_SHIFT	30		/* arch_randomize_brk(): up to 1 GiB */

/* -------------------------------------------------------------- the example program */

static const struct elf_segment exec_segments[] = {
	{ "headers", "r--", 0x00000, 0x400000, 0x00270, 0x00270 },
	{ "text",    "r-x", 0x10000, 0x410000, 0x6d5c0, 0x6d5c0 },
	{ "rodata",  "r--", 0x80000, 0x480000, 0x1f2a8, 0x1f2a8 },
	{ "data",    "rw-", 0xafb80, 0x4bfb80, 0x05c48, 0x0b0f8 },
};

static const struct elf_segment pie_segments[] = {
	{ "headers", "r--", 0x00000, 0x00000, 0x00270, 0x00270 },
	{ "text",    "r-x", 0x10000, 0x10000, 0x6d5c0, 0x6d5c0 },
	{ "rodata",  "r--", 0x80000, 0x80000, 0x1f2a8, 0x1f2a8 },
	{ "data",    "rw-", 0xafb80, 0xbfb80, 0x05c48, 0x0b0f8 },
};

const struct elf_image example_init = {
	"/init", false, 0x410540, 0x10000, exec_segments, ARRAY_SIZE(exec_segments),
};
const struct elf_image example_init_pie = {
	"/init", true, 0x10540, 0x10000, pie_segments, ARRAY_SIZE(pie_segments),
};

/* ------------------------------------------------------------------ rules by version */

struct layout {
	bool gap_has_stack_rnd;		/* least gap below the stack: 128 MiB and all random stack offsets */
	bool pie_at_et_dyn_base;	/* also without interpreter; since 4.13 it goes to the mmap area */
	bool pie_aligned;		/* ... aligned as its segments ask for */
	enum { BRK_BEHIND_BSS, BRK_OF_PIE_MOVES_IF_RANDOM, BRK_OF_PIE_MOVES } brk;
	bool brk_gap;			/* random brk starts a page further */
	bool code_is_executable;	/* start_code ignores segments without PF_X */
	bool maple_tree;
	bool pgtables_bytes;		/* one sum instead of nr_ptes and nr_pmds */
	unsigned vvar_pages;
	uint64_t vdso_bytes;		/* of its code in Debian's builds, if the profile has no symbols of it */
	unsigned auxv;			/* entries, the terminating one included */
	bool rseq_auxv;			/* and two that tell the size of a restartable sequence's area */
};

#define CHANGE(field, value, ...)	CHANGE_OF(struct layout, field, value, #value, __VA_ARGS__)

static const struct change layout_history[] = {
	CHANGE(gap_has_stack_rnd, true),
	CHANGE(gap_has_stack_rnd, false, SINCE(5, 10)),
	CHANGE(pie_at_et_dyn_base, true),
	CHANGE(pie_at_et_dyn_base, false, SINCE(4, 13), WHAT("a static PIE goes to the mmap area")),
	CHANGE(pie_aligned, true, SINCE(6, 12), STABLE("6.1.176")),
	CHANGE(brk, BRK_BEHIND_BSS),
	CHANGE(brk, BRK_OF_PIE_MOVES_IF_RANDOM, SINCE(5, 2), WHAT("the heap of a static PIE goes to ELF_ET_DYN_BASE")),
	CHANGE(brk, BRK_OF_PIE_MOVES, SINCE(6, 12), STABLE("6.1.176")),
	CHANGE(brk_gap, true, SINCE(6, 10), STABLE("6.1.176")),
	CHANGE(code_is_executable, true, SINCE(5, 6)),
	CHANGE(maple_tree, true, SINCE(6, 1), WHAT("VMAs are in a maple tree")),
	CHANGE(pgtables_bytes, true, SINCE(4, 15)),
	CHANGE(vvar_pages, 1),
	CHANGE(vvar_pages, 2, SINCE(5, 9), WHAT("time name spaces")),
	CHANGE(vvar_pages, 3, SINCE(6, 17)),
	CHANGE(vdso_bytes, 0x1000),
	CHANGE(vdso_bytes, 0x2000, SINCE(6, 12)),
	CHANGE(auxv, 19),
	CHANGE(auxv, 21, SINCE(4, 19)),
	CHANGE(auxv, 22, SINCE(6, 14)),
	CHANGE(rseq_auxv, true, SINCE(6, 3), BUILT_WITH("RSEQ")),
};

const struct history process_history = {
	.kind = "process", .changes = layout_history, .nr = ARRAY_SIZE(layout_history),
};

static struct layout layout_of(const struct process *process)
{
	struct layout layout = { 0 };

	changes_apply(layout_history, ARRAY_SIZE(layout_history), process->kernel, &layout);
	return layout;
}

static uint64_t stack_top(const struct process *process) { return UINT64_C(1) << process->space.window_bits; }

uint64_t process_et_dyn_base(const struct process *process)
{
	return 2 * stack_top(process) / 3;
}

static uint64_t page_up(const struct process *process, uint64_t addr)
{
	return (addr + process->kernel->page_size - 1) & ~(process->kernel->page_size - 1);
}

static uint64_t page_down(const struct process *process, uint64_t addr)
{
	return addr & ~(process->kernel->page_size - 1);
}

/* STACK_RND_MASK: pages that the stack may move down, 1 GiB together. */
static uint64_t stack_rnd_mask(const struct process *process) { return 0x3ffff >> (process->kernel->page_shift - 12); }

static unsigned stack_rnd_bits(const struct process *process) { return 18 - (process->kernel->page_shift - 12); }

/* PGD_SIZE: the top level holds what the levels below leave. */
static uint64_t pgd_bytes(const struct process *process)
{
	unsigned below = process->kernel->page_shift + (process->space.levels - 1) * (process->kernel->page_shift - 3);

	return UINT64_C(8) << (process->space.task_bits - below);
}

/* --------------------------------------------------------------------- publishing */

/* In the order of the card; members that this version lacks are never set. */
static const struct note {
	const char *key, *note;
} notes[] = {
	{ "task.mm", "the process's own; threads share it, kernel threads have none" },
	{ "task.active_mm", "the one whose page tables are loaded" },
	{ "mm_users", "tasks that use the address space" },
	{ "mm_count", "references to the struct; all users together are one" },
	{ "mmap, mm_rb", "the VMAs: a list by address and a red-black tree" },
	{ "mm_mt", "the VMAs: a maple tree of ranges, without list" },
	{ "map_count", "number of VMAs" },
	{ "task_size", "end of user space" },
	{ "mmap_base", "mmap() looks for room from here downwards" },
	{ "pgd", "top-level page table, the only one that exists from the start" },
	{ "nr_ptes", "lowest-level page tables" },
	{ "nr_pmds", "page tables one level above" },
	{ "pgtables_bytes", "page tables below the pgd" },
	{ "rss", "pages that page tables show" },
	{ "total_vm", "pages in VMAs, whether present or not" },
	{ "exec_vm", "of these: code" },
	{ "data_vm", "of these: private data" },
	{ "stack_vm", "of these: stack" },
	{ "start_code", "where code begins" },
	{ "end_code", "where it ends" },
	{ "start_data", "where initialised data begins" },
	{ "end_data", "where it ends; bss follows" },
	{ "start_brk", "where the heap begins" },
	{ "brk", "where the heap ends" },
	{ "start_stack", "stack pointer at the first instruction" },
	{ "arg_start", "arguments, as strings" },
	{ "arg_end", "" },
	{ "env_start", "environment, as strings" },
	{ "env_end", "" },
	{ "context.vdso", "code that the kernel lends" },
};

static void set(struct process *process, const char *key, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(notes); i++)
		if (same_text(notes[i].key, key))
			trace_put(process->trace, MM_PROCESS, (const union mm_value[]){ V_STR(key), V_STR(value), V_STR(notes[i].note) });
}

static void set_address(struct process *process, const char *key, uint64_t value)
{
	set(process, key, value ? arena_printf(process->trace->arena, "0x%llx", (unsigned long long)value) : "0");
}

static void set_number(struct process *process, const char *key, uint64_t value)
{
	set(process, key, arena_printf(process->trace->arena, "%llu", (unsigned long long)value));
}

static uint64_t resident(const struct process *process, const struct vma *vma)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < process->nr_touched; i++)
		nr += process->touched[i] >= vma->start && process->touched[i] < vma->end;
	return nr;
}

static uint64_t pages_of(const struct process *process, const char *flags, bool stack)
{
	uint64_t pages = 0;

	for (size_t i = 0; i < process->nr; i++) {
		const struct vma *vma = &process->vmas[i];

		if (!strncmp(vma->flags, flags, strlen(flags)) && stack == !strcmp(vma->what, "[stack]"))
			pages += (vma->end - vma->start) >> process->kernel->page_shift;
	}
	return pages;
}

static void publish_vmas(struct process *process)
{
	size_t w = mm_table_def(MM_VMAS)->nr_columns;
	union mm_value *rows = arena_array(process->trace->arena, process->nr * w, sizeof(*rows));

	for (size_t i = 0; i < process->nr; i++) {
		const struct vma *vma = &process->vmas[i];
		const union mm_value row[] = {
			V_HEX(vma->start), V_HEX(vma->end), V_STR(vma->flags), V_STR(vma->what), V_STR(vma->file),
			V_NUM(vma->pgoff), V_NUM(resident(process, vma)),
		};

		memcpy(rows + i * w, row, sizeof(row));
	}
	trace_sync(process->trace, MM_VMAS, rows, process->nr);
}

/* What follows from the VMAs and the touched pages. */
static void publish_counts(struct process *process)
{
	uint64_t code = pages_of(process, "r-x", false), data = pages_of(process, "rw-", false);
	uint64_t stack = pages_of(process, "rw-", true);
	bool maple = layout_of(process).maple_tree;

	set(process, maple ? "mm_mt" : "mmap, mm_rb", process->nr ?
	    arena_printf(process->trace->arena, maple ? "%zu ranges" : "%zu VMAs", process->nr) : "empty");
	set(process, "pgd", arena_printf(process->trace->arena, "%llu B, %llu of %llu entries", (unsigned long long)pgd_bytes(process),
					 (unsigned long long)process_tables(process, process->space.levels - 1),
					 (unsigned long long)pgd_bytes(process) / 8));
	set_number(process, "map_count", process->nr);
	set_number(process, "rss", process->nr_touched);
	set_number(process, "total_vm", code + data + stack + pages_of(process, "r--", false));
	set_number(process, "exec_vm", code);
	set_number(process, "data_vm", data);
	set_number(process, "stack_vm", stack);
	if (layout_of(process).pgtables_bytes) {
		/* P4D tables are not counted. */
		uint64_t tables = process_tables(process, 1) + process_tables(process, 2) + process_tables(process, 3);

		set_number(process, "pgtables_bytes", tables * process->kernel->page_size);
	} else {
		set_number(process, "nr_ptes", process_tables(process, 1));
		set_number(process, "nr_pmds", process_tables(process, 2));
	}
}

static void publish(struct process *process)
{
	publish_vmas(process);
	publish_counts(process);
}

/* ---------------------------------------------------------------------------- verbs */

static struct vma *add_vma(struct process *process, struct vma vma)
{
	size_t at = 0;

	while (at < process->nr && process->vmas[at].start < vma.start)
		at++;
	assert(process->nr < PROCESS_MAX_VMAS);
	assert(vma.start < vma.end && (at == process->nr || vma.end <= process->vmas[at].start));
	memmove(&process->vmas[at + 1], &process->vmas[at], (process->nr - at) * sizeof(vma));
	process->vmas[at] = vma;
	process->nr++;
	return &process->vmas[at];
}

static struct vma *vma_at(struct process *process, uint64_t addr)
{
	for (size_t i = 0; i < process->nr; i++)
		if (addr >= process->vmas[i].start && addr < process->vmas[i].end)
			return &process->vmas[i];
	return NULL;
}

static bool touch(struct process *process, uint64_t addr)
{
	uint64_t page = page_down(process, addr);

	for (size_t i = 0; i < process->nr_touched; i++)
		if (process->touched[i] == page)
			return false;
	assert(process->nr_touched < PROCESS_MAX_TOUCHED);
	process->touched[process->nr_touched++] = page;
	return true;
}

/* Each level's table covers page_shift - 3 more bits than the one below. */
uint64_t process_tables(const struct process *process, unsigned level)
{
	unsigned shift = process->kernel->page_shift + level * (process->kernel->page_shift - 3);
	uint64_t nr = 0;

	if (level >= process->space.levels)
		return 0;
	for (size_t i = 0; i < process->nr_touched; i++) {
		size_t before = 0;

		while (before < i && process->touched[before] >> shift != process->touched[i] >> shift)
			before++;
		nr += before == i;
	}
	return nr;
}

static uint64_t nr_tables(const struct process *process)
{
	uint64_t nr = 0;

	for (unsigned level = 1; level < process->space.levels; level++)
		nr += process_tables(process, level);
	return nr;
}

/* arch_get_unmapped_area_topdown() */
uint64_t process_unmapped_area(const struct process *process, uint64_t bytes)
{
	uint64_t end = process->mmap_base;

	for (size_t i = process->nr; i-- > 0;) {
		const struct vma *vma = &process->vmas[i];

		if (vma->start >= end)
			continue;
		if (vma->end + bytes <= end)
			break;
		end = vma->start;
	}
	return end - bytes;
}

void process_init(struct process *process, const struct mm_kernel *kernel, struct trace *trace, const struct user_space *space,
		  bool randomize)
{
	memset(process, 0, sizeof(*process));
	process->kernel = kernel;
	process->trace = trace;
	process->space = *space;
	process->randomize = randomize;
	process->brk_random = randomize && !kernel_has_config(kernel, "COMPAT_BRK");
}

/* How many bits of @what are chosen at random; none with norandmaps. */
static void random_bits(struct process *process, const char *what, unsigned bits)
{
	trace_why_fact(process->trace, FACT_NUM(what, process->randomize ? bits : 0));
	if (!process->randomize)
		trace_why_fact(process->trace, FACT_STR("norandmaps", "on the command line: nothing is random"));
}

void process_mm_alloc(struct process *process)
{
	bool maple = layout_of(process).maple_tree;
	uint64_t top = stack_top(process);

	trace_event(process->trace, MM_SET, "mm_alloc");
	trace_arg(process->trace, FACT_HEX("pgd_bytes", pgd_bytes(process)));
	trace_why_fact(process->trace, FACT_STR("vmas_in", maple ? "maple tree" : "list and red-black tree"));
	set(process, "task.mm", "NULL: still a kernel thread");
	set(process, "task.active_mm", "&init_mm");
	set_number(process, "mm_users", 1);
	set_number(process, "mm_count", 1);
	publish_counts(process);

	trace_event(process->trace, MM_SET, "__bprm_mm_init");
	trace_arg(process->trace, FACT_HEX("vm_start", top - process->kernel->page_size));
	trace_arg(process->trace, FACT_HEX("vm_end", top));
	trace_why_fact(process->trace, FACT_STR("for", "the new program's arguments, before it is known where its stack will be"));
	add_vma(process, (struct vma){ top - process->kernel->page_size, top, "rw-p", "[stack]", "", 0 });
	process->p = top - sizeof(uint64_t);
	publish(process);
}

static unsigned copy(struct process *process, const char *const *strings)
{
	unsigned nr = 0;

	while (strings[nr])
		nr++;
	for (unsigned i = nr; i-- > 0;)
		process->p -= strlen(strings[i]) + 1;
	return nr;
}

void process_copy_strings(struct process *process, const char *path, const char *const *envp, const char *const *argv)
{
	uint64_t env;

	trace_event(process->trace, MM_SET, "copy_strings");
	process->p -= strlen(path) + 1;
	process->exec = process->p;
	process->nr_env = copy(process, envp);
	env = process->p;
	process->nr_args = copy(process, argv);
	touch(process, process->p);
	trace_arg(process->trace, FACT_STR("file", path));
	trace_arg(process->trace, FACT_NUM("argc", process->nr_args));
	trace_arg(process->trace, FACT_NUM("envc", process->nr_env));
	trace_arg(process->trace, FACT_HEX("p", process->p));
	trace_why_fact(process->trace, FACT_STR("fault", "the kernel writes to the stack's page: page tables and a page come now"));
	publish(process);
	set_address(process, "arg_start", process->p);
	set_address(process, "arg_end", env);
	set_address(process, "env_start", env);
	set_address(process, "env_end", process->exec);
}

void process_exec_mmap(struct process *process)
{
	trace_event(process->trace, MM_SET, "exec_mmap");
	trace_arg(process->trace, FACT_STR("before", "mm NULL, active_mm &init_mm"));
	trace_why_fact(process->trace, FACT_STR("ttbr0", "user page tables are this mm's pgd from here on"));
	set(process, "task.mm", "its own mm_struct");
	set(process, "task.active_mm", "the same; init_mm is given back");
}

/* mmap_base(): room for the stack as its limit allows, but neither too little nor too much. */
static uint64_t gap_below_stack(const struct process *process)
{
	uint64_t rnd = stack_rnd_mask(process) << process->kernel->page_shift;
	uint64_t least = MIB(128), most = stack_top(process) / 6 * 5, gap = STACK_LIMIT;

	if (layout_of(process).gap_has_stack_rnd) {
		least += rnd + 1;
	} else {
		gap += GUARD_PAGES << process->kernel->page_shift;
		if (process->randomize)
			gap += rnd;
	}
	if (gap < least && least < most)
		return least;
	return gap > most ? most : gap;
}

void process_pick_layout(struct process *process)
{
	uint64_t gap = gap_below_stack(process);

	process->mmap_base = page_up(process, stack_top(process) - gap);
	trace_event(process->trace, MM_SET, "arch_pick_mmap_layout");
	trace_arg(process->trace, FACT_HEX("mmap_base", process->mmap_base));
	trace_arg(process->trace, FACT_HEX("gap", gap));
	trace_arg(process->trace, FACT_HEX("STACK_TOP", stack_top(process)));
	trace_arg(process->trace, FACT_HEX("TASK_SIZE", UINT64_C(1) << process->space.task_bits));
	trace_why_fact(process->trace, FACT_HEX("rlimit_stack", STACK_LIMIT));
	if (!layout_of(process).gap_has_stack_rnd)
		trace_why_fact(process->trace, FACT_HEX("stack_guard_gap", (uint64_t)GUARD_PAGES << process->kernel->page_shift));
	trace_why_fact(process->trace, FACT_HEX("STACK_RND_MASK", stack_rnd_mask(process)));
	random_bits(process, "mmap_rnd_bits", kernel_config(process->kernel, "ARCH_MMAP_RND_BITS"));
	set_address(process, "task_size", UINT64_C(1) << process->space.task_bits);
	set_address(process, "mmap_base", process->mmap_base);
}

void process_setup_arg_pages(struct process *process)
{
	struct vma *stack = vma_at(process, process->p);
	uint64_t size = stack->end - stack->start + STACK_EXPAND;

	if (size > STACK_LIMIT)
		size = STACK_LIMIT;
	stack->start = stack->end - size;
	trace_event(process->trace, MM_SET, "setup_arg_pages");
	trace_arg(process->trace, FACT_HEX("vm_start", stack->start));
	trace_arg(process->trace, FACT_HEX("vm_end", stack->end));
	trace_arg(process->trace, FACT_HEX("stack_expand", STACK_EXPAND));
	random_bits(process, "stack_rnd_bits", stack_rnd_bits(process));
	publish(process);
	set_address(process, "start_stack", process->p);
}

/* --------------------------------------------------------------------------- the program */

static uint64_t image_end(const struct elf_image *image)
{
	const struct elf_segment *last = &image->segments[image->nr - 1];

	return last->vaddr + last->memsz;
}

/* Where a static PIE goes; a program that is not one says itself. */
static uint64_t pick_load_bias(const struct process *process, const struct elf_image *image)
{
	const struct layout layout = layout_of(process);
	uint64_t base;

	if (!image->dyn)
		return 0;
	if (layout.pie_at_et_dyn_base)
		return page_down(process, process_et_dyn_base(process) - image->segments[0].vaddr);
	base = process_unmapped_area(process, page_up(process, image_end(image) - page_down(process, image->segments[0].vaddr)));
	if (layout.pie_aligned)
		base &= ~(image->align - 1);
	return base - page_down(process, image->segments[0].vaddr);
}

/* elf_map() or elf_load(): what the file has; then anonymous memory for the rest. */
static void map_segment(struct process *process, const struct elf_image *image, const struct elf_segment *segment)
{
	uint64_t start = process->load_bias + segment->vaddr, file_end = start + segment->filesz, end = start + segment->memsz;
	const char *flags = arena_printf(process->trace->arena, "%sp", segment->prot);

	trace_event(process->trace, MM_SET, "elf_map");
	trace_arg(process->trace, FACT_STR("segment", segment->what));
	trace_arg(process->trace, FACT_HEX("vm_start", page_down(process, start)));
	trace_arg(process->trace, FACT_HEX("vm_end", page_up(process, end)));
	trace_arg(process->trace, FACT_HEX("p_vaddr", segment->vaddr));
	trace_arg(process->trace, FACT_HEX("p_filesz", segment->filesz));
	trace_arg(process->trace, FACT_HEX("p_memsz", segment->memsz));
	add_vma(process, (struct vma){ page_down(process, start), page_up(process, file_end), flags, segment->what, image->path,
				       page_down(process, segment->offset) >> process->kernel->page_shift });
	if (segment->memsz > segment->filesz && file_end != page_up(process, file_end)) {
		touch(process, file_end);
		trace_why_fact(process->trace, FACT_STR("fault", "padzero() clears the rest of the last file page, so that page is copied now"));
	}
	if (page_up(process, end) > page_up(process, file_end))
		add_vma(process, (struct vma){ page_up(process, file_end), page_up(process, end), flags, "bss", "", 0 });
	publish(process);
}

/* start_code and so on, from the program headers alone. */
static void set_bounds(struct process *process, const struct elf_image *image)
{
	uint64_t start_code = UINT64_MAX, end_code = 0, start_data = 0, end_data = 0, bias = process->load_bias;

	for (size_t i = 0; i < image->nr; i++) {
		const struct elf_segment *s = &image->segments[i];
		bool code = s->prot[2] == 'x';

		if ((code || !layout_of(process).code_is_executable) && s->vaddr < start_code)
			start_code = s->vaddr;
		if (code && s->vaddr + s->filesz > end_code)
			end_code = s->vaddr + s->filesz;
		if (s->vaddr > start_data)
			start_data = s->vaddr;
		if (s->vaddr + s->filesz > end_data)
			end_data = s->vaddr + s->filesz;
	}
	set_address(process, "start_code", bias + start_code);
	set_address(process, "end_code", bias + end_code);
	set_address(process, "start_data", bias + start_data);
	set_address(process, "end_data", bias + end_data);
}

/* Behind the bss, or for a static PIE where programs with an interpreter would be. */
static uint64_t pick_brk(const struct process *process, const struct elf_image *image)
{
	const struct layout layout = layout_of(process);
	bool moves = image->dyn && (layout.brk == BRK_OF_PIE_MOVES || (layout.brk == BRK_OF_PIE_MOVES_IF_RANDOM && process->brk_random));
	uint64_t brk;

	if (moves && !kernel_has_config(process->kernel, "COMPAT_BRK"))
		return page_up(process, process_et_dyn_base(process));
	brk = page_up(process, process->load_bias + image_end(image));
	return layout.brk_gap && process->brk_random ? brk + process->kernel->page_size : brk;
}

void process_set_bounds(struct process *process, const struct elf_image *image)
{
	trace_event(process->trace, MM_SET, "load_elf_binary");
	process->start_brk = process->brk = pick_brk(process, image);
	trace_arg(process->trace, FACT_HEX("load_bias", process->load_bias));
	trace_arg(process->trace, FACT_HEX("elf_brk", process->load_bias + image_end(image)));
	trace_arg(process->trace, FACT_HEX("start_brk", process->start_brk));
	trace_arg(process->trace, FACT_HEX("ELF_ET_DYN_BASE", process_et_dyn_base(process)));
	trace_why_fact(process->trace, FACT_STR("e_type", image->dyn ? "ET_DYN: a static PIE" : "ET_EXEC: its addresses are its own"));
	random_bits(process, "brk_rnd_bits", process->brk_random ? BRK_RANGE_SHIFT - process->kernel->page_shift : 0);
	set_bounds(process, image);
	set_address(process, "start_brk", process->start_brk);
	set_address(process, "brk", process->brk);
}

void process_load(struct process *process, const struct elf_image *image)
{
	process->load_bias = pick_load_bias(process, image);
	for (size_t i = 0; i < image->nr; i++)
		map_segment(process, image, &image->segments[i]);
}

static uint64_t vdso_bytes(const struct process *process)
{
	const struct mm_kernel *k = process->kernel;

	if (kernel_has_symbol(k, "vdso_start") && kernel_has_symbol(k, "vdso_end"))
		return page_up(process, kernel_symbol(k, "vdso_end") - kernel_symbol(k, "vdso_start"));
	return page_up(process, layout_of(process).vdso_bytes);
}

void process_map_vdso(struct process *process)
{
	uint64_t data = layout_of(process).vvar_pages * process->kernel->page_size, code = vdso_bytes(process);
	uint64_t base = process_unmapped_area(process, data + code);

	process->vdso = base + data;
	trace_event(process->trace, MM_SET, "arch_setup_additional_pages");
	trace_arg(process->trace, FACT_HEX("vvar", base));
	trace_arg(process->trace, FACT_HEX("vdso", process->vdso));
	trace_arg(process->trace, FACT_HEX("vdso_mapping_len", data + code));
	trace_why_fact(process->trace, FACT_HEX("mmap_base", process->mmap_base));
	trace_why_fact(process->trace, FACT_NUM("vvar_pages", layout_of(process).vvar_pages));
	add_vma(process, (struct vma){ base, process->vdso, "r--p", "[vvar]", "", 0 });
	add_vma(process, (struct vma){ process->vdso, process->vdso + code, "r-xp", "[vdso]", "", 0 });
	publish(process);
	set_address(process, "context.vdso", process->vdso);
}

/* Below the strings: the platform's name, 16 random bytes, the auxiliary vector, the pointers, argc. */
void process_create_elf_tables(struct process *process)
{
	unsigned words = 2 * layout_of(process).auxv + (process->nr_args + 1) + (process->nr_env + 1) + 1;
	uint64_t p = process->p & ~UINT64_C(15);

	if (layout_of(process).rseq_auxv)
		words += 2 * 2;
	p -= strlen(process->space.platform) + 1 + 16;
	p = (p - words * sizeof(uint64_t)) & ~UINT64_C(15);
	trace_event(process->trace, MM_SET, "create_elf_tables");
	trace_arg(process->trace, FACT_HEX("start_stack", p));
	trace_arg(process->trace, FACT_NUM("words", words));
	trace_why_fact(process->trace, FACT_STR("holds", "argc, argv, envp and the auxiliary vector"));
	process->p = p;
	touch(process, p);
	publish(process);
	set_address(process, "start_stack", p);
}

/* ------------------------------------------------------------------- the program runs */

/* A heap right behind the bss extends its VMA; a random offset keeps them apart. */
void process_brk(struct process *process, uint64_t bytes)
{
	struct vma *before = vma_at(process, process->start_brk - 1);
	uint64_t end = page_up(process, process->start_brk + bytes);
	bool joins = before && !*before->file && before->end == process->start_brk && !process->brk_random;

	trace_event(process->trace, MM_SET, "sys_brk");
	trace_arg(process->trace, FACT_HEX("before", process->brk));
	trace_arg(process->trace, FACT_HEX("brk", end));
	trace_why_fact(process->trace, FACT_STR("example", "the program's first malloc()"));
	trace_why_fact(process->trace, FACT_STR("vma", joins ? "the VMA of the bss grows" : "a new anonymous VMA"));
	if (joins)
		before->end = end;
	else
		add_vma(process, (struct vma){ process->start_brk, end, "rw-p", "[heap]", "", 0 });
	process->brk = end;
	publish(process);
	set_address(process, "brk", end);
}

bool process_fault(struct process *process, uint64_t addr, const char *access)
{
	const struct vma *vma = vma_at(process, addr);
	uint64_t before = nr_tables(process);

	if (!vma)
		return false;
	if (!touch(process, addr))
		return true;
	trace_event(process->trace, MM_SET, "handle_mm_fault");
	trace_arg(process->trace, FACT_HEX("address", addr));
	trace_arg(process->trace, FACT_STR("access", access));
	trace_arg(process->trace, FACT_STR("vma", vma->what));
	trace_arg(process->trace, FACT_NUM("new_tables", nr_tables(process) - before));
	trace_why_fact(process->trace, FACT_STR("page", *vma->file ? "from the page cache" : "a zeroed one"));
	publish(process);
	return true;
}
