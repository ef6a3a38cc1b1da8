// SPDX-License-Identifier: GPL-2.0-or-later
/* zonelists.c - build_all_zonelists(): where each node's allocations look, and what they use meanwhile. */
#include "steps.h"

/* 4.9: early parameter numa_zonelist_order=; the last one that can be read wins. */
static enum zonelist_order user_zonelist_order(struct mm *mm)
{
	enum zonelist_order order = ZONELIST_ORDER_DEFAULT;

	for (size_t i = 0; i < mm->cmdline.nr; i++) {
		const struct param *param = &mm->cmdline.params[i];

		if (param_is(param, "numa_zonelist_order") && param->value)
			zonelist_order_parse(param->value, &order);
	}
	return order;
}

void step_set_zonelist_order(struct mm *mm)
{
	enum zonelist_order asked = mm->kernel->numa ? user_zonelist_order(mm) : ZONELIST_ORDER_DEFAULT;

	zonelists_init(&mm->zonelists, &mm->trace, mm->kernel, &mm->nodes);
	if (asked != ZONELIST_ORDER_DEFAULT)
		mm->zonelists.order = asked;
	trace_event(&mm->trace, MM_SET, "set_zonelist_order");
	trace_arg(&mm->trace, FACT_STR("order", zonelist_order_name(mm->zonelists.order)));
	trace_why_fact(&mm->trace, FACT_STR("asked", zonelist_order_name(asked)));
	trace_why_fact(&mm->trace, FACT_NUM("bits", kernel_has_config(mm->kernel, "64BIT") ? 64 : 32));
	trace_why_fact(&mm->trace, FACT_NUM("numa", mm->kernel->numa));
	mm_count(mm, "current_zonelist_order", mm->zonelists.order, zonelist_order_name(mm->zonelists.order));
}

void step_build_zonelists(struct mm *mm)
{
	if (!mm->zonelists.kernel)
		zonelists_init(&mm->zonelists, &mm->trace, mm->kernel, &mm->nodes);
	zonelists_build(&mm->zonelists);
}

void step_boot_pagesets(struct mm *mm)
{
	boot_pagesets_init(&mm->trace, mm->kernel, &mm->nodes, &mm->cpus);
}

static unsigned nr_migratetypes(const struct mm_kernel *kernel)
{
	return (unsigned)kernel_enum(kernel, "constants", "MIGRATE_TYPES",
				     4 + kernel_has_config(kernel, "CMA") + kernel_has_config(kernel, "MEMORY_ISOLATION"));
}

static void print_built(struct mm *mm, bool mobility)
{
	if (mm->rules->zone_order)
		trace_printk(&mm->trace, "Built %u zonelists in %s order, mobility grouping %s.  Total pages: %llu",
			     mm->nodes.nr_online, zonelist_order_name(mm->zonelists.order), mobility ? "on" : "off",
			     (unsigned long long)mm->vm_total_pages);
	else
		trace_printk(&mm->trace, "Built %u zonelists, mobility grouping %s.  Total pages: %llu",
			     mm->nodes.nr_online, mobility ? "on" : "off", (unsigned long long)mm->vm_total_pages);
	if (mm->kernel->numa)
		trace_printk(&mm->trace, "Policy zone: %s", zone_name(mm->zonelists.policy_zone));
}

/* What is left of build_all_zonelists() once the lists stand: count, decide, tell. */
void step_count_zonelist_pages(struct mm *mm)
{
	uint64_t needed = mm->kernel->pageblock_nr_pages * nr_migratetypes(mm->kernel);
	int nid = mm->cpus.nr ? mm->cpus.cpu[0].nid : 0;
	bool mobility;

	mm->vm_total_pages = nr_free_zone_pages(&mm->nodes, nid, ZONE_MOVABLE);
	mobility = mm->vm_total_pages >= needed;
	trace_event(&mm->trace, MM_SET, mm->rules->zone_order ? "nr_free_pagecache_pages" : "nr_free_zone_pages");
	trace_arg(&mm->trace, FACT_NUM("vm_total_pages", mm->vm_total_pages));
	trace_arg(&mm->trace, FACT_STR("mobility_grouping", mobility ? "on" : "off"));
	trace_arg(&mm->trace, FACT_STR("policy_zone", zone_name(mm->zonelists.policy_zone)));
	trace_why_fact(&mm->trace, FACT_NUM("needed", needed));
	trace_why_fact(&mm->trace, FACT_NUM("pageblock_pages", mm->kernel->pageblock_nr_pages));
	trace_why_fact(&mm->trace, FACT_NUM("migratetypes", nr_migratetypes(mm->kernel)));
	print_built(mm, mobility);
	mm_count(mm, "vm_total_pages", mm->vm_total_pages, "pages");
	mm_count(mm, "page_group_by_mobility_disabled", !mobility, mobility ? "on" : "off");
	mm_count(mm, "policy_zone", zone_index(mm->kernel, mm->zonelists.policy_zone), zone_name(mm->zonelists.policy_zone));
}
