// SPDX-License-Identifier: GPL-2.0-or-later
/* small.c - calls that set a mask or a flag, register a callback, or find that there is nothing to do. */
#include "steps.h"

/* boot_cpu_init(): before /cpus is read, so that the running CPU is in all four masks. */
void step_boot_cpu_init(struct mm *mm)
{
	trace_event(&mm->trace, MM_SET, "boot_cpu_init");
	trace_arg(&mm->trace, FACT_NUM("cpu", 0));
	trace_arg(&mm->trace, FACT_NUM("online", 1));
	trace_arg(&mm->trace, FACT_NUM("active", 1));
	trace_arg(&mm->trace, FACT_NUM("present", 1));
	trace_arg(&mm->trace, FACT_NUM("possible", 1));
}

/* page_alloc_init(), 5.x to 6.1 with the end of hashdist where one node has all memory. */
void step_page_alloc_init(struct mm *mm)
{
	trace_event(&mm->trace, MM_SET, trace_step_name(&mm->trace));
	trace_arg(&mm->trace, FACT_STR("callback", mm->rules->zone_order ? "page_alloc_cpu_notify" : "page_alloc_cpu_dead"));
	trace_arg(&mm->trace, FACT_NUM("hashdist", mm->hashdist));
	trace_why_fact(&mm->trace, FACT_STR("reason", "a dead CPU's page lists go back to buddy"));
}

/* An initrd below the first page that the kernel manages is given up. */
void step_check_initrd(struct mm *mm)
{
	uint64_t pfn = phys_pfn(mm, mm->initrd_start);
	bool dropped = mm->initrd_size && pfn < mm->min_low_pfn;

	trace_event(&mm->trace, MM_NOTE, "initrd_start < min_low_pfn");
	trace_arg(&mm->trace, FACT_NUM("initrd_pfn", mm->initrd_size ? pfn : 0));
	trace_arg(&mm->trace, FACT_NUM("min_low_pfn", mm->min_low_pfn));
	trace_arg(&mm->trace, FACT_STR("initrd", !mm->initrd_size ? "none" : dropped ? "dropped" : "kept"));
}

void step_cpuset_init(struct mm *mm)
{
	int64_t *nids = arena_array(&mm->arena, (size_t)mm->kernel->max_numnodes, sizeof(*nids));
	size_t nr = 0;

	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid))
		nids[nr++] = nid;
	trace_event(&mm->trace, MM_SET, "cpuset_init");
	trace_arg(&mm->trace, (struct mm_fact){ .name = "mems_allowed", .type = MM_LIST,
						.value.list = trace_list(&mm->trace, nids, nr) });
	trace_arg(&mm->trace, FACT_NUM("cpus_allowed", mm->cpus.nr_cpu_ids));
	trace_why_fact(&mm->trace, FACT_STR("reason", "the root cpuset starts with everything"));
}

static void nothing_to_do(struct mm *mm, const char *fn, const char *option, const char *reason)
{
	trace_event(&mm->trace, MM_NOTE, fn);
	trace_why_fact(&mm->trace, FACT_STR("reason", reason));
	trace_why_fact(&mm->trace, FACT_STR("option", option));
	trace_why_fact(&mm->trace, FACT_NUM("set", kernel_has_config(mm->kernel, option)));
}

/* The detector records every object that was allocated: too many to foretell. */
void step_kmemleak_init(struct mm *mm)
{
	bool on = kernel_has_config(mm->kernel, "DEBUG_KMEMLEAK");

	nothing_to_do(mm, "kmemleak_init", "DEBUG_KMEMLEAK", on ? "its caches are not modelled" : "empty in this build");
}

/* Does a user of page extensions want them?  All but the profiler's are off unless asked for. */
static bool page_ext_wanted(const struct mm *mm)
{
	return kernel_has_config(mm->kernel, "MEM_ALLOC_PROFILING_ENABLED_BY_DEFAULT") ||
	       (kernel_has_config(mm->kernel, "PAGE_OWNER") && cmdline_last(&mm->cmdline, "page_owner")) ||
	       (kernel_has_config(mm->kernel, "PAGE_TABLE_CHECK") && cmdline_last(&mm->cmdline, "page_table_check")) ||
	       kernel_has_config(mm->kernel, "PAGE_TABLE_CHECK_ENFORCED");
}

static void page_ext_init(struct mm *mm, bool here)
{
	const char *reason = !here ? "deferred struct pages decide when: not here"
			     : !kernel_has_config(mm->kernel, "PAGE_EXTENSION") ? "empty in this build"
			     : page_ext_wanted(mm) ? "its tables are not modelled"
						   : "nobody asked for page extensions, so there are no tables";

	nothing_to_do(mm, "page_ext_init", "PAGE_EXTENSION", reason);
}

static bool page_ext_is_early(const struct mm *mm)
{
	switch (mm->rules->page_ext_early) {
	case PAGE_EXT_EARLY_IF_ASKED:
		return cmdline_last(&mm->cmdline, "early_page_ext");
	case PAGE_EXT_EARLY_UNLESS_DEFERRED:
		return !kernel_has_config(mm->kernel, "DEFERRED_STRUCT_PAGE_INIT") ||
		       cmdline_last(&mm->cmdline, "early_page_ext");
	case PAGE_EXT_EARLY:
		break;
	}
	return true;
}

void step_page_ext_init(struct mm *mm)
{
	page_ext_init(mm, page_ext_is_early(mm));
}

void step_page_ext_init_late(struct mm *mm)
{
	page_ext_init(mm, !page_ext_is_early(mm));
}

/* Numbers above the last possible CPU are not counted from here on. */
void step_setup_nr_cpu_ids(struct mm *mm)
{
	mm->cpus.nr_cpu_ids = (unsigned)mm->cpus.cpu[mm->cpus.nr - 1].id + 1;
	mm_count(mm, "nr_cpu_ids", mm->cpus.nr_cpu_ids, "CPUs");
}
