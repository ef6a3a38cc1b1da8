// SPDX-License-Identifier: GPL-2.0-or-later
#include "init_mm.h"

/* A member: its static value, what it is for, the releases and builds that have it. */
struct member {
	const char *name;
	const char *value;
	const char *note;
	struct when when;
};

#define MEMBER(n, v, t, ...)	{ .name = (n), .value = (v), .note = (t), .when = { __VA_ARGS__ } }

/* In the order of the struct, as far as that is the same everywhere. */
static const struct member members[] = {
	MEMBER("mmap", "NULL", "first VMA; the kernel has none", UNTIL(6, 1)),
	MEMBER("mm_rb", "RB_ROOT", "tree of VMAs: empty", UNTIL(6, 1)),
	MEMBER("vmacache_seqnum", "0", "age of cached VMA look-ups", UNTIL(6, 1)),
	MEMBER("mm_count", "1", "references to the struct; never reaches 0"),
	MEMBER("mm_mt", "MTREE_INIT_EXT", "maple tree of VMAs: empty", SINCE(6, 1)),
	MEMBER("get_unmapped_area", "NULL", "where mmap() looks for room", UNTIL(6, 10)),
	MEMBER("mmap_base", "0", "top of the mmap area"),
	MEMBER("mmap_legacy_base", "0", "bottom of the old mmap layout"),
	MEMBER("task_size", "0", "end of user space"),
	MEMBER("highest_vm_end", "0", "end of the last VMA", UNTIL(6, 1)),
	MEMBER("pgd", "swapper_pg_dir", "top-level page table"),
	MEMBER("membarrier_state", "0", "registered memory barriers", SINCE(4, 14), BUILT_WITH("MEMBARRIER")),
	MEMBER("mm_users", "2", "users of the address space"),
	MEMBER("pcpu_cid", "NULL", "concurrency ids per CPU", SINCE(6, 3), UNTIL(6, 19), BUILT_WITH("SCHED_MM_CID")),
	MEMBER("mm_cid", "unlocked", "concurrency ids", SINCE(6, 19), BUILT_WITH("SCHED_MM_CID")),
	MEMBER("nr_ptes", "0", "PTE pages of user space", UNTIL(4, 15)),
	MEMBER("nr_pmds", "0", "PMD pages of user space", UNTIL(4, 15)),
	MEMBER("pgtables_bytes", "0", "page tables of user space", SINCE(4, 15)),
	MEMBER("map_count", "0", "number of VMAs"),
	MEMBER("page_table_lock", "unlocked", "protects page tables and counters"),
	MEMBER("mmap_sem", "unlocked", "protects the VMAs; mmap_lock since 5.8", UNTIL(5, 8)),
	MEMBER("mmap_lock", "unlocked", "protects the VMAs; mmap_sem before 5.8", SINCE(5, 8)),
	MEMBER("mmlist", "itself", "list of address spaces that may be swapped"),
	MEMBER("vma_writer_wait", "nobody", "who waits for a VMA's readers", SINCE(7, 2), BUILT_WITH("PER_VMA_LOCK")),
	MEMBER("mm_lock_seq", "0", "generation of per-VMA locks", SINCE(6, 4), BUILT_WITH("PER_VMA_LOCK")),
	MEMBER("hiwater_rss", "0", "most pages ever resident"),
	MEMBER("hiwater_vm", "0", "most pages ever mapped"),
	MEMBER("total_vm", "0", "pages mapped"),
	MEMBER("locked_vm", "0", "pages locked"),
	MEMBER("pinned_vm", "0", "pages pinned"),
	MEMBER("data_vm", "0", "pages of private data"),
	MEMBER("exec_vm", "0", "pages of code"),
	MEMBER("stack_vm", "0", "pages of stack"),
	MEMBER("def_flags", "0", "flags of new VMAs"),
	MEMBER("write_protect_seq", "0", "fork is write-protecting", SINCE(5, 11), STABLE("5.10.223")),
	MEMBER("arg_lock", "unlocked", "protects the addresses below", SINCE(4, 18)),
	MEMBER("start_code", "0", "where the kernel's code begins"),
	MEMBER("end_code", "0", "where it ends"),
	MEMBER("start_data", "0", "stays 0 in init_mm"),
	MEMBER("end_data", "0", "where the kernel's data ends"),
	MEMBER("start_brk", "0", "stays 0 in init_mm"),
	MEMBER("brk", "0", "end of the kernel image"),
	MEMBER("start_stack", "0", "stays 0 in init_mm"),
	MEMBER("arg_start", "0", "a process's arguments"),
	MEMBER("arg_end", "0", ""),
	MEMBER("env_start", "0", "a process's environment"),
	MEMBER("env_end", "0", ""),
	MEMBER("rss_stat", "0", "resident pages by kind"),
	MEMBER("binfmt", "NULL", "format of the executable"),
	MEMBER("cpu_vm_mask_var", "not set", "CPUs that may have it loaded; mm_init_cpumask()", UNTIL(4, 19)),
	MEMBER("context", "0", "the architecture's part: address space id"),
	MEMBER("flags", "0", "dumpable and others"),
	MEMBER("ioctx_table", "NULL", "asynchronous I/O", BUILT_WITH("AIO")),
	MEMBER("owner", "NULL", "task that memory is charged to", BUILT_WITH("MEMCG")),
	MEMBER("user_ns", "&init_user_ns", "user namespace; added 4.10", SINCE(4, 10), UNTIL(7, 2)),
	MEMBER("exe_file", "NULL", "the executable"),
	MEMBER("numa_next_scan", "0", "when to scan for misplaced pages", BUILT_WITH("NUMA_BALANCING")),
	MEMBER("hugetlb_usage", "0", "huge pages mapped", BUILT_WITH("HUGETLB_PAGE")),
	MEMBER("pasid", "invalid", "address space id for devices", SINCE(5, 18), UNTIL(6, 8), BUILT_WITH("IOMMU_SVA")),
	MEMBER("cpu_bitmap", "none", "CPUs that may have it loaded", SINCE(4, 19), UNTIL(6, 19)),
	MEMBER("flexible_array", "none", "CPUs that may have it loaded, and ids", SINCE(6, 19)),
};

static bool member_row(size_t i, const char **subject, const struct when **when)
{
	if (i >= ARRAY_SIZE(members))
		return false;
	*subject = members[i].name;
	*when = &members[i].when;
	return true;
}

const struct history init_mm_history = { .kind = "init_mm", .row = member_row };

const char *init_mm_symbol(struct trace *trace, const struct mm_kernel *kernel, uint64_t text_va, const char *name)
{
	if (!kernel_has_symbol(kernel, name))
		return name;
	return arena_printf(trace->arena, "%s 0x%llx", name, (unsigned long long)(text_va + kernel_symbol(kernel, name)));
}

static void add_row(struct trace *trace, const char *key, const char *value, const char *note)
{
	const union mm_value row[] = { V_STR(key), V_STR(value), V_STR(note) };

	trace_put(trace, MM_INIT_MM, row);
}

/* INIT_MM_CONTEXT(): while the kernel still maps itself, pgd is the table it does that with. */
static const char *static_value(struct trace *trace, const struct mm_kernel *kernel, uint64_t text_va,
				const struct member *member)
{
	if (strcmp(member->name, "pgd"))
		return member->value;
	return init_mm_symbol(trace, kernel, text_va, arch_first_pgd(kernel));
}

void init_mm_static(struct trace *trace, const struct mm_kernel *kernel, uint64_t text_va)
{
	trace_event(trace, MM_SET, "init_mm");
	trace_arg(trace, FACT_STR("members", "static values"));
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (when_applies(&members[i].when, kernel))
			add_row(trace, members[i].name, static_value(trace, kernel, text_va, &members[i]), members[i].note);
	add_row(trace, "init_task.mm", "NULL", "kernel threads have no address space of their own");
	add_row(trace, "init_task.active_mm", "&init_mm", "the one they borrow");
}

void init_mm_set(struct trace *trace, const char *member, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (same_text(members[i].name, member))
			add_row(trace, member, value, members[i].note);
}
