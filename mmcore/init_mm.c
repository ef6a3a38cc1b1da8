// SPDX-License-Identifier: GPL-2.0-or-later
#include "init_mm.h"

/* A member: the versions and the option that have it, its static value, what it is for. */
struct member {
	const char *name;
	enum sequence first, last;
	const char *config;
	const char *value;
	const char *note;
};

#define ALL		SEQ_4_9, SEQ_7_2, NULL
#define UNTIL(seq)	SEQ_4_9, SEQ_##seq, NULL
#define SINCE(seq)	SEQ_##seq, SEQ_7_2, NULL
#define FROM_TO(a, b)	SEQ_##a, SEQ_##b, NULL

/* In the order of the struct, as far as that is the same everywhere. */
static const struct member members[] = {
	{ "mmap", UNTIL(5_10), "NULL", "first VMA; the kernel has none" },
	{ "mm_rb", UNTIL(5_10), "RB_ROOT", "tree of VMAs: empty" },
	{ "vmacache_seqnum", UNTIL(5_10), "0", "age of cached VMA look-ups" },
	{ "mm_count", ALL, "1", "references to the struct; never reaches 0" },
	{ "mm_mt", SINCE(6_1), "MTREE_INIT_EXT", "maple tree of VMAs: empty" },
	{ "get_unmapped_area", UNTIL(6_7), "NULL", "where mmap() looks for room" },
	{ "mmap_base", ALL, "0", "top of the mmap area" },
	{ "mmap_legacy_base", ALL, "0", "bottom of the old mmap layout" },
	{ "task_size", ALL, "0", "end of user space" },
	{ "highest_vm_end", UNTIL(5_10), "0", "end of the last VMA" },
	{ "pgd", ALL, "swapper_pg_dir", "top-level page table" },
	{ "membarrier_state", SEQ_5_10, SEQ_7_2, "MEMBARRIER", "0", "registered memory barriers" },
	{ "mm_users", ALL, "2", "users of the address space" },
	{ "pcpu_cid", SEQ_6_7, SEQ_6_12, "SCHED_MM_CID", "NULL", "concurrency ids per CPU" },
	{ "mm_cid", SEQ_7_2, SEQ_7_2, "SCHED_MM_CID", "unlocked", "concurrency ids" },
	{ "nr_ptes", UNTIL(4_9), "0", "PTE pages of user space" },
	{ "nr_pmds", UNTIL(4_9), "0", "PMD pages of user space" },
	{ "pgtables_bytes", SINCE(5_10), "0", "page tables of user space" },
	{ "map_count", ALL, "0", "number of VMAs" },
	{ "page_table_lock", ALL, "unlocked", "protects page tables and counters" },
	{ "mmap_sem", UNTIL(4_9), "unlocked", "protects the VMAs; mmap_lock since 5.8" },
	{ "mmap_lock", SINCE(5_10), "unlocked", "protects the VMAs; mmap_sem before 5.8" },
	{ "mmlist", ALL, "itself", "list of address spaces that may be swapped" },
	{ "vma_writer_wait", SEQ_7_2, SEQ_7_2, "PER_VMA_LOCK", "nobody", "who waits for a VMA's readers" },
	{ "mm_lock_seq", SEQ_6_7, SEQ_7_2, "PER_VMA_LOCK", "0", "generation of per-VMA locks" },
	{ "hiwater_rss", ALL, "0", "most pages ever resident" },
	{ "hiwater_vm", ALL, "0", "most pages ever mapped" },
	{ "total_vm", ALL, "0", "pages mapped" },
	{ "locked_vm", ALL, "0", "pages locked" },
	{ "pinned_vm", ALL, "0", "pages pinned" },
	{ "data_vm", ALL, "0", "pages of private data" },
	{ "exec_vm", ALL, "0", "pages of code" },
	{ "stack_vm", ALL, "0", "pages of stack" },
	{ "def_flags", ALL, "0", "flags of new VMAs" },
	{ "write_protect_seq", SINCE(5_10), "0", "fork is write-protecting" },
	{ "arg_lock", SINCE(5_10), "unlocked", "protects the addresses below" },
	{ "start_code", ALL, "0", "where the kernel's code begins" },
	{ "end_code", ALL, "0", "where it ends" },
	{ "start_data", ALL, "0", "stays 0 in init_mm" },
	{ "end_data", ALL, "0", "where the kernel's data ends" },
	{ "start_brk", ALL, "0", "stays 0 in init_mm" },
	{ "brk", ALL, "0", "end of the kernel image" },
	{ "start_stack", ALL, "0", "stays 0 in init_mm" },
	{ "arg_start", ALL, "0", "a process's arguments" },
	{ "arg_end", ALL, "0", "" },
	{ "env_start", ALL, "0", "a process's environment" },
	{ "env_end", ALL, "0", "" },
	{ "rss_stat", ALL, "0", "resident pages by kind" },
	{ "binfmt", ALL, "NULL", "format of the executable" },
	{ "cpu_vm_mask_var", UNTIL(4_9), "not set", "CPUs that may have it loaded; mm_init_cpumask()" },
	{ "context", ALL, "0", "the architecture's part: address space id" },
	{ "flags", ALL, "0", "dumpable and others" },
	{ "ioctx_table", SEQ_4_9, SEQ_7_2, "AIO", "NULL", "asynchronous I/O" },
	{ "owner", SEQ_4_9, SEQ_7_2, "MEMCG", "NULL", "task that memory is charged to" },
	{ "user_ns", FROM_TO(5_10, 6_12), "&init_user_ns", "user namespace; added 4.10" },
	{ "exe_file", ALL, "NULL", "the executable" },
	{ "numa_next_scan", SEQ_4_9, SEQ_7_2, "NUMA_BALANCING", "0", "when to scan for misplaced pages" },
	{ "hugetlb_usage", SEQ_4_9, SEQ_7_2, "HUGETLB_PAGE", "0", "huge pages mapped" },
	{ "pasid", SEQ_6_1, SEQ_6_7, "IOMMU_SVA", "invalid", "address space id for devices" },
	{ "cpu_bitmap", FROM_TO(5_10, 6_12), "none", "CPUs that may have it loaded" },
	{ "flexible_array", SINCE(7_2), "none", "CPUs that may have it loaded, and ids" },
};

const char *init_mm_symbol(struct trace *trace, const struct mm_kernel *kernel, uint64_t text_va, const char *name)
{
	if (!kernel_has_symbol(kernel, name))
		return name;
	return arena_printf(trace->arena, "%s 0x%llx", name, (unsigned long long)(text_va + kernel_symbol(kernel, name)));
}

static bool build_has(const struct mm_kernel *kernel, const struct member *member)
{
	enum sequence now = kernel->rules->sequence;

	return now >= member->first && now <= member->last && (!member->config || kernel_has_config(kernel, member->config));
}

static void add_row(struct trace *trace, const char *key, const char *value, const char *note)
{
	const union mm_value row[] = { V_STR(key), V_STR(value), V_STR(note) };

	trace_put(trace, MM_INIT_MM, row);
}

/* INIT_MM_CONTEXT() of arm64: while the kernel still maps itself, pgd is the table it does that with. */
static const char *static_value(struct trace *trace, const struct mm_kernel *kernel, uint64_t text_va,
				const struct member *member)
{
	if (strcmp(member->name, "pgd"))
		return member->value;
	return init_mm_symbol(trace, kernel, text_va, kernel->rules->init_pg_dir_freed ? "init_pg_dir" : "swapper_pg_dir");
}

void init_mm_static(struct trace *trace, const struct mm_kernel *kernel, uint64_t text_va)
{
	trace_event(trace, MM_SET, "init_mm");
	trace_arg(trace, FACT_STR("members", "static values"));
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (build_has(kernel, &members[i]))
			add_row(trace, members[i].name, static_value(trace, kernel, text_va, &members[i]), members[i].note);
	add_row(trace, "init_task.mm", "NULL", "kernel threads have no address space of their own");
	add_row(trace, "init_task.active_mm", "&init_mm", "the one they borrow");
}

void init_mm_set(struct trace *trace, const char *member, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (!strcmp(members[i].name, member))
			add_row(trace, member, value, members[i].note);
}
