// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * late.c - from setup_per_cpu_pageset() to the first user process: page sets,
 * all CPUs, deferred memory, and the initcalls that change zones.
 *
 * What other initcalls allocate meanwhile is not modelled: zone counters that
 * boot alone decides (managed, watermarks, reserves, page set limits) are
 * exact, numbers of free pages are those of boot memory only.
 */
#include "hugetlb.h"
#include "steps.h"

#include "../cause.h"

#include "../watermark.h"

static uint64_t nr_free(void *ctx, const struct zone *zone)
{
	return buddy_nr_free(ctx, zone);
}

static struct watermarks watermarks_of(struct mm *mm)
{
	return (struct watermarks){
		.sysctl = mm->wmark_sysctl, .trace = &mm->trace, .kernel = mm->kernel, .nodes = &mm->nodes,
		.nr_free = nr_free, .nr_free_ctx = &mm->buddy,
	};
}

/* for_each_populated_zone(): zones of online nodes that have pages, in that order. */
static size_t populated_zones(struct mm *mm, struct zone ***ret)
{
	struct zone **zones = arena_array(&mm->arena, (size_t)mm->kernel->max_numnodes * MAX_NR_ZONES, sizeof(*zones));
	size_t nr = 0;

	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid))
		for (int t = 0; t < MAX_NR_ZONES && mm->nodes.node[nid].online; t++)
			if (zone_populated(&mm->nodes.node[nid].zones[t]))
				zones[nr++] = &mm->nodes.node[nid].zones[t];
	*ret = zones;
	return nr;
}

void update_page_sets(struct mm *mm, unsigned coming)
{
	struct zone **zones;
	size_t nr = populated_zones(mm, &zones);

	for (size_t i = 0; i < nr; i++)
		zone_pcp_update(&mm->trace, mm->kernel, zones[i], &mm->cpus, zone_split_cpus(mm->kernel, zones[i], &mm->cpus, coming),
				mm->pagelist_fraction, i * mm->cpus.nr);
}

void step_setup_per_cpu_pageset(struct mm *mm)
{
	struct zone **zones;
	size_t nr = populated_zones(mm, &zones);

	for (size_t i = 0; i < nr; i++)
		zone_pageset_setup(&mm->trace, mm->kernel, zones[i], &mm->cpus, zone_split_cpus(mm->kernel, zones[i], &mm->cpus, 0));
	boot_pagesets_retire(&mm->trace, mm->kernel, &mm->nodes, &mm->cpus);
}

/* Start-up allocations go round the nodes of 16 MiB or more; the largest if there is none. */
/* check_numabalancing_enable(): only where there is something to balance, and nobody has decided. */
static void tell_of_numa_balancing(struct mm *mm)
{
	bool by_default = kernel_has_config(mm->kernel, "NUMA_BALANCING_DEFAULT_ENABLED");

	for (size_t i = 0; i < mm->cmdline.nr; i++)
		if (param_is(&mm->cmdline.params[i], "numa_balancing") && mm->cmdline.params[i].value && !mm->cmdline.params[i].refused)
			return;
	if (kernel_has_config(mm->kernel, "NUMA_BALANCING") && mm->nodes.nr_online > 1)
		trace_printk(&mm->trace, "mempolicy: %s automatic NUMA balancing. Configure with numa_balancing= or the "
			     "kernel.numa_balancing sysctl", by_default ? "Enabling" : "Disabling");
}

void step_numa_policy_init(struct mm *mm)
{
	int64_t *nids = arena_array(&mm->arena, (size_t)mm->kernel->max_numnodes, sizeof(*nids));
	int largest = -1;
	size_t nr = 0;

	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid)) {
		const struct node *node = &mm->nodes.node[nid];

		if (!node->memory)
			continue;
		if (largest < 0 || node->present_pages > mm->nodes.node[largest].present_pages)
			largest = nid;
		if (node->present_pages << mm->kernel->page_shift >= MIB(16))
			nids[nr++] = nid;
	}
	if (!nr && largest >= 0)
		nids[nr++] = largest;
	trace_event(&mm->trace, MM_SET, "numa_policy_init");
	trace_arg(&mm->trace, (struct mm_fact){ .name = "interleave_nodes", .type = MM_LIST,
						.value.list = trace_list(&mm->trace, nids, nr) });
	trace_why_fact(&mm->trace, FACT_NUM("at_least_mib", 16));
	tell_of_numa_balancing(mm);
}

/* -------------------------------------------------------------------- CPUs */

void step_smp_prepare_cpus(struct mm *mm)
{
	if (!mm->cpus.nr)
		return;
	mm->cpus.cpu[0].online = mm->cpus.cpu[0].in_node_mask = true;
	trace_event(&mm->trace, MM_SET, "numa_add_cpu");
	trace_arg(&mm->trace, FACT_NUM("cpu", mm->cpus.cpu[0].id));
	trace_arg(&mm->trace, FACT_NUM("node", mm->cpus.cpu[0].nid));
}

/*
 * CPUs come online one after the other until maxcpus= are.  Since 5.14 each
 * one first makes the zones share their limits anew (page_alloc_cpu_online());
 * only the last result is kept here, as every earlier one is overwritten.
 */
void step_smp_init(struct mm *mm)
{
	unsigned online = 1;

	for (size_t i = 1; i < mm->cpus.nr && online < mm->cpus.setup_max_cpus; i++, online++) {
		bool last = i + 1 == mm->cpus.nr || online + 1 == mm->cpus.setup_max_cpus;

		if (last && mm->rules->pcp_high_by_wmark)
			update_page_sets(mm, 1);
		mm->cpus.cpu[i].online = mm->cpus.cpu[i].in_node_mask = true;
	}
	trace_event(&mm->trace, MM_SET, "smp_init");
	trace_arg(&mm->trace, FACT_NUM("online", online));
	trace_why_fact(&mm->trace, FACT_NUM("possible", mm->cpus.nr));
	trace_why_fact(&mm->trace, FACT_NUM("maxcpus", mm->cpus.setup_max_cpus));
}

/* ------------------------------------------------------------ more managed pages */

/* init_reserved_page(): a deferred page that is reserved is of the first zone that spans it. */
static struct zone *zone_of_reserved(struct node *node, uint64_t pfn)
{
	struct zone *normal = &node->zones[ZONE_NORMAL];

	if (node->zones_overlap && pfn >= node->boot_deferred_pfn && pfn >= normal->start_pfn && pfn < zone_end_pfn(normal))
		return normal;
	return node_zone_of(node, pfn);
}

static struct zone *zone_of_pfn(struct mm *mm, uint64_t pfn)
{
	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid)) {
		struct zone *zone = zone_of_reserved(&mm->nodes.node[nid], pfn);
		const struct memblock_region *region = zone ? memblock_find(&mm->memblock.memory, pfn_phys(mm->kernel, pfn)) : NULL;

		if (zone && (!region || !mm->kernel->numa || region->nid == nid))
			return zone;
	}
	return NULL;
}

/* Where the zone ends, or another node's memory begins inside its span. */
static uint64_t end_of_zone_run(struct mm *mm, const struct zone *zone, uint64_t pfn)
{
	const struct memblock_region *region = memblock_find(&mm->memblock.memory, pfn_phys(mm->kernel, pfn));
	uint64_t end = zone_end_pfn(zone);

	return region ? min_u64(end, max_u64(pfn + 1, pfn_down(mm->kernel, region->base + region->size))) : end;
}

/* adjust_managed_page_count(), once for all pages of a range. */
static void add_managed(struct mm *mm, struct zone *zone, uint64_t pages)
{
	zone->managed_pages += pages;
	mm->totalram_pages += pages;
}

static void managed_changed(struct mm *mm)
{
	struct watermarks wm = watermarks_of(mm);

	mm_count(mm, "totalram_pages", mm->totalram_pages, "pages");
	if (mm->rules->reserve_follows_managed)
		setup_per_zone_lowmem_reserve(&wm);
}

/*
 * Pages [pfn, end) of one zone, one by one; the ledger learns of the run.
 * Pages that are free already (an initrd over the kernel's image, or in a CMA
 * area) stay as they are: the kernel's page check ends in a bad state that cannot
 * be foretold.  They are counted as managed once more, though; -> how many.
 */
static uint64_t free_single_pages(struct mm *mm, struct zone *zone, uint64_t pfn, uint64_t end, const char *fn)
{
	const struct mm_kernel *k = mm->kernel;
	uint64_t again = 0;

	add_managed(mm, zone, end - pfn);
	while (pfn < end) {
		uint64_t free_start = end, free_end = end, stop;

		buddy_next_free(&mm->buddy, zone, pfn, &free_start, &free_end);
		stop = clamp_u64(free_start, pfn, end);
		ledger_assign(&mm->ledger, pfn_phys(k, pfn), pfn_phys(k, stop - pfn), "buddy", zone_name(zone->type), fn);
		buddy_free_blocks(&mm->buddy, zone, pfn, stop, 0);
		pfn = max_u64(stop, min_u64(free_end, end));
		/* Leaving memblock made them nobody's. */
		ledger_claim(&mm->ledger, pfn_phys(k, stop), pfn_phys(k, pfn - stop), "buddy", zone_name(zone->type), fn);
		again += pfn - stop;
	}
	return again;
}

/* Where after @pfn, which no zone has, one may have a page: at once where zones overlap, else where the next begins. */
static uint64_t next_zone_pfn(const struct mm *mm, uint64_t pfn)
{
	uint64_t next = UINT64_MAX;

	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid))
		for (int i = 0; i < MAX_NR_ZONES; i++) {
			const struct zone *zone = &mm->nodes.node[nid].zones[i];

			if (zone_end_pfn(zone) > pfn)
				next = min_u64(next, max_u64(zone->start_pfn, pfn + 1));
		}
	return next;
}

struct freed_pages {
	uint64_t nr;		/* all of them */
	uint64_t again;		/* those of them that were free before */
};

/* The whole pages of [start, end), as free_reserved_page() frees each. */
static struct freed_pages free_pages_of(struct mm *mm, phys_addr_t start, phys_addr_t end, const char *fn)
{
	const struct mm_kernel *k = mm->kernel;
	uint64_t pfn = pfn_up(k, start), last = pfn_down(k, end);
	struct freed_pages freed = { 0, 0 };

	while (pfn < last) {
		struct zone *zone = zone_of_pfn(mm, pfn);
		uint64_t stop;

		if (!zone) {
			stop = min_u64(last, next_zone_pfn(mm, pfn));
		} else {
			stop = min_u64(last, end_of_zone_run(mm, zone, pfn));
			freed.again += free_single_pages(mm, zone, pfn, stop, fn);
			freed.nr += stop - pfn;
		}
		pfn = stop;
	}
	return freed;
}

static void print_freed(struct mm *mm, phys_addr_t start, phys_addr_t end, uint64_t nr, const char *what)
{
	const struct mm_kernel *k = mm->kernel;
	const char *where = "";

	if (mm->rules->freeing_line_addresses)
		where = arena_printf(&mm->arena, " (%llx - %llx)",
				     (unsigned long long)arch_phys_to_virt(mm, align_up(start, k->page_size)),
				     (unsigned long long)arch_phys_to_virt(mm, align_down(end, k->page_size)));
	trace_printk(&mm->trace, "Freeing %s memory: %lluK%s", what, (unsigned long long)(nr << (k->page_shift - 10)), where);
}

static const struct cma *cma_over(const struct mm *mm, phys_addr_t start, phys_addr_t end)
{
	for (size_t i = 0; i < mm->nr_cma; i++)
		if (mm->cma[i].base < end && start < mm->cma[i].base + mm->cma[i].size)
			return &mm->cma[i];
	return NULL;
}

/* Who frees: the worker's pool is the first that belongs to no CPU, and the worker its second. */
static const char *task_that_frees(const struct mm *mm, const char *what)
{
	if (strcmp(what, "initrd") != 0 || !mm->rules->initrd_worker_pools)
		return "swapper/0";
	return arena_printf(mm->trace.arena, "kworker/u%zu:1", mm->rules->initrd_worker_pools * mm->cpus.nr);
}

/* Only an initrd that lies over something else is freed twice, or makes that be freed twice. */
static void tell_freed_twice(struct mm *mm, phys_addr_t start, phys_addr_t end, const char *what)
{
	phys_addr_t initrd = mm->initrd_start, initrd_end = initrd + mm->initrd_size;
	const struct cma *cma = cma_over(mm, start, end);

	trace_problem(&mm->trace, "free_reserved_area", "BUG: Bad page state in process %s  pfn:%05llx", task_that_frees(mm, what),
		      (unsigned long long)pfn_up(mm->kernel, start));
	cause_rule(&mm->trace, "freed-twice");
	cause_parameter(&mm->trace, "initrd");
	trace_why_fact(&mm->trace, FACT_HEX("base", start));
	trace_why_fact(&mm->trace, FACT_HEX("size", end - start));
	if (cma)
		cause_because(&mm->trace, "the initrd 0x%llx-0x%llx lies in the CMA area %s, whose pages the page allocator had before it was "
			      "unpacked and freed", (unsigned long long)initrd, (unsigned long long)initrd_end - 1, cma->name);
	else
		cause_because(&mm->trace, "the initrd 0x%llx-0x%llx, freed once it was unpacked, lies over the %s", (unsigned long long)initrd,
			      (unsigned long long)initrd_end - 1, !strcmp(what, "initrd") ? "memory of others" : "kernel image");
}

/* Pages that stop being reserved: one event. */
static void free_reserved_area(struct mm *mm, phys_addr_t start, phys_addr_t end, const char *what)
{
	struct freed_pages freed;

	trace_event(&mm->trace, MM_BUDDY, "free_reserved_area");
	trace_arg(&mm->trace, FACT_HEX("base", start));
	trace_arg(&mm->trace, FACT_HEX("size", end - start));
	freed = free_pages_of(mm, start, end, "free_reserved_area");
	trace_arg(&mm->trace, FACT_NUM("pages", freed.nr));
	trace_why_fact(&mm->trace, FACT_STR("what", what));
	trace_why_fact(&mm->trace, FACT_NUM("whole_pages_only", 1));
	if (freed.nr)
		print_freed(mm, start, end, freed.nr, what);
	buddy_publish(&mm->buddy);
	managed_changed(mm);
	if (freed.again)
		tell_freed_twice(mm, start, end, what);
}

/* ---------------------------------------------------------------- deferred */

static uint64_t free_deferred_ranges(struct mm *mm, struct node *node, uint64_t start)
{
	const struct mm_kernel *k = mm->kernel;
	struct memblock_iter it = { 0 };
	uint64_t pages = 0;

	while (memblock_next_free(&mm->memblock, k->numa ? node->nid : k->no_node, &it)) {
		uint64_t lo = max_u64(start, pfn_up(k, it.range.base)), hi = pfn_down(k, range_end(it.range));

		struct zone *zone = lo < hi ? node_zone_of(node, lo) : NULL;

		if (!zone)
			continue;
		pages += buddy_free_boot_pages(&mm->buddy, lo, hi, node->nid);
		ledger_assign(&mm->ledger, pfn_phys(k, lo), pfn_phys(k, hi - lo), "buddy", zone_name(zone->type),
			      "deferred_init_memmap");
	}
	return pages;
}

/* A thread per node initialises the struct pages that were left and frees the
 * pages; memblock_free_all() has counted them already. */
static void deferred_init_memmap(struct mm *mm, struct node *node)
{
	uint64_t start = node->first_deferred_pfn, pages;

	if (start == UINT64_MAX)
		return;
	node->first_deferred_pfn = UINT64_MAX;
	trace_event(&mm->trace, MM_BUDDY, "deferred_init_memmap");
	trace_arg(&mm->trace, FACT_NUM("node", node->nid));
	trace_arg(&mm->trace, FACT_NUM("first_deferred_pfn", start));
	pages = free_deferred_ranges(mm, node, start);
	trace_arg(&mm->trace, FACT_NUM("pages", pages));
	buddy_publish(&mm->buddy);
}

/* Gigantic pages go to their pool past the buddy allocator, but count as managed from now on. */
static void gather_bootmem_prealloc(struct mm *mm)
{
	const struct mm_kernel *k = mm->kernel;

	if (mm->hugepages_gathered)
		return;
	mm->hugepages_gathered = true;
	for (size_t i = 0; i < mm->nr_hugepages; i++) {
		struct zone *zone = zone_of_pfn(mm, pfn_down(k, mm->hugepages[i].base));

		if (!zone)
			continue;
		trace_event(&mm->trace, MM_BUDDY, "gather_bootmem_prealloc");
		trace_arg(&mm->trace, FACT_HEX("base", mm->hugepages[i].base));
		trace_arg(&mm->trace, FACT_HEX("size", mm->hugepages[i].size));
		trace_why_fact(&mm->trace, FACT_STR("reason", "counted as managed again, not free"));
		add_managed(mm, zone, pfn_down(k, mm->hugepages[i].size));
		zone_publish(&mm->trace, k, zone, buddy_nr_free(&mm->buddy, zone));
		managed_changed(mm);
	}
}

void step_deferred_init_memmap(struct mm *mm)
{
	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid))
		if (mm->nodes.node[nid].memory)
			deferred_init_memmap(mm, &mm->nodes.node[nid]);
	zones_publish(&mm->trace, mm->kernel, &mm->nodes, nr_free, &mm->buddy);
	if (mm->rules->pcp_update_after_deferred && kernel_has_config(mm->kernel, "DEFERRED_STRUCT_PAGE_INIT"))
		update_page_sets(mm, 0);
}

/* Since 7.2 while struct pages are completed; before, hugetlb_init() does it. */
void step_hugetlb_bootmem_struct_page_init(struct mm *mm)
{
	gather_bootmem_prealloc(mm);
}

/* What the kernel itself takes next: a page that does not move, of any node, without touching CMA areas. */
static struct page_request kernel_page(const struct mm *mm)
{
	return (struct page_request){
		.type = MIGRATE_UNMOVABLE, .highest = ZONE_NORMAL, .nid = mm->cpus.nr ? mm->cpus.cpu[0].nid : 0, .fn = "new_slab",
	};
}

/*
 * The rest of boot is not modelled, but it does not come for nothing: an initrd
 * is unpacked beside itself, and the kernel takes memory for threads, devices
 * and files.  No recorded boot took less than five times this from the slab
 * allocator's start to the first process (20 to 62 MiB, the smallest a cloud
 * build with 96 MiB of RAM).
 */
#define REST_OF_BOOT_BYTES	MIB(4)

/*
 * Huge pages go down to the minimum watermarks and into CMA areas.  If they
 * leave less than boot needs there is nothing to reclaim and nobody to kill:
 * out_of_memory() panics, at the latest where the initrd is unpacked.
 */
static void need_memory_for_boot(struct mm *mm)
{
	const struct page_request request = kernel_page(mm);
	uint64_t left = buddy_pages_above_mark(&mm->buddy, &request) << mm->kernel->page_shift;
	uint64_t needed = REST_OF_BOOT_BYTES + mm->initrd_size;

	if (left >= needed)
		return;
	trace_event(&mm->trace, MM_PROBLEM, "out_of_memory");
	if (mm->rules->oom_deadlock)
		trace_printk(&mm->trace, "Out of memory and no killable processes...");
	cause_rule(&mm->trace, "kernel-panics");
	cause_parameter(&mm->trace, "hugepages");
	cause_because(&mm->trace, "huge pages leave %llu KiB above the minimum watermark, and the rest of boot takes at least %llu KiB",
		      (unsigned long long)(left >> 10), (unsigned long long)(needed >> 10));
	trace_panic(&mm->trace, "out_of_memory",
		    mm->rules->oom_deadlock ? "System is deadlocked on memory" : "Out of memory and no killable processes...");
}

void step_hugetlb_init(struct mm *mm)
{
	if (!kernel_has_config(mm->kernel, "HUGETLB_PAGE"))
		return;
	if (hugetlb_fill_pools(mm))
		need_memory_for_boot(mm);
	gather_bootmem_prealloc(mm);
}

/* --------------------------------------------------------------------- CMA */

/* How many pages of the area, from its start, lie in the zone of its first one. */
static uint64_t pages_in_one_zone(struct mm *mm, const struct zone *zone, uint64_t start, uint64_t nr)
{
	uint64_t end = min_u64(start + nr, zone_end_pfn(zone)), pfn = start;

	while (pfn < end && zone_of_reserved(&mm->nodes.node[zone->nid], pfn) == zone)
		pfn = node_overlap_end(&mm->nodes.node[zone->nid], pfn);
	return min_u64(pfn, end) - start;
}

/* init_cma_reserved_pageblock() for each pageblock of [pfn, pfn + nr). */
static void free_cma_blocks(struct mm *mm, struct zone *zone, uint64_t pfn, uint64_t nr)
{
	const struct mm_kernel *k = mm->kernel;
	uint64_t end = pfn + nr;

	buddy_set_type(&mm->buddy, pfn, end, MIGRATE_CMA);
	while (pfn < end) {
		uint64_t free_start = end, free_end = end, stop;

		buddy_next_free(&mm->buddy, zone, pfn, &free_start, &free_end);
		stop = align_down(clamp_u64(free_start, pfn, end), k->pageblock_nr_pages);
		if (stop > pfn) {
			buddy_free_blocks(&mm->buddy, zone, pfn, stop, k->pageblock_order);
			add_managed(mm, zone, stop - pfn);
			if (mm->rules->zone_counts_cma)
				zone->cma_pages += stop - pfn;
			pfn = stop;
		} else {
			/* Part of it is free already, as when a refused node that overlaps was given back: bad pages. */
			trace_printk(&mm->trace, "BUG: Bad page state in process swapper/0  pfn:%05llx",
				     (unsigned long long)max_u64(free_start, pfn));
			pfn += k->pageblock_nr_pages;
		}
	}
}

/*
 * An area that crosses a zone boundary cannot serve.  Since 5.16 its pages go
 * to the buddy allocator as normal ones; before, the pageblocks below the
 * boundary stay CMA and the others stay reserved.
 */
static void cma_fail(struct mm *mm, struct cma *cma, struct zone *zone, uint64_t inside)
{
	const struct mm_kernel *k = mm->kernel;

	if (mm->rules->cma_checked_first)
		free_pages_of(mm, cma->base, cma->base + cma->size, "cma_activate_area");
	else
		free_cma_blocks(mm, zone, pfn_down(k, cma->base), align_down(inside, k->pageblock_nr_pages));
	if (mm->rules->cma_checked_first)
		mm->totalcma_pages -= pfn_down(k, cma->size);
	trace_printk(&mm->trace, "CMA area %s could not be activated", cma->name);
	cma->size = 0;
}

/* First pfn of [pfn, end) whose section is absent, so that it has no struct page; @end if they all have one. */
static uint64_t without_struct_page(const struct mm *mm, uint64_t pfn, uint64_t end)
{
	uint64_t pps = mm->kernel->pages_per_section;

	for (size_t i = 0; pfn < end && i < mm->nr_section_runs; i++) {
		const struct phys_range *run = &mm->section_runs[i];

		if (pfn / pps >= run->base && pfn / pps < run->base + run->size)
			pfn = (run->base + run->size) * pps;
	}
	return min_u64(pfn, end);
}

/*
 * Nobody asks whether an area is RAM: its struct pages are read one by one,
 * and where the vmemmap ends the kernel dies - unless another zone begins first.
 */
static void need_struct_pages(struct mm *mm, const struct zone *zone, uint64_t pfn, uint64_t end)
{
	uint64_t missing = without_struct_page(mm, pfn, end);

	if (missing < end && (!zone || missing <= zone_end_pfn(zone) || !zone_of_pfn(mm, zone_end_pfn(zone))))
		trace_oops(&mm->trace, "cma_activate_area", TASK_INIT, page_address_of(mm, missing));
}

/* Which node of the tree asked for the area; -1: the command line, or the build. */
static int node_of_cma(const struct mm *mm, const struct cma *cma)
{
	for (size_t i = 0; i < mm->nr_reserved_mem; i++)
		if (mm->reserved_mem[i].base == cma->base && mm->reserved_mem[i].size == cma->size)
			return mm->reserved_mem[i].node;
	return -1;
}

static void tell_across_zones(struct mm *mm, const struct cma *cma, const struct zone *zone, uint64_t inside)
{
	int node = node_of_cma(mm, cma);

	cause_rule(&mm->trace, "cma-across-zones");
	if (node >= 0)
		cause_node(&mm->trace, dt_node_path(&mm->fdt, node), NULL);
	else
		cause_parameter(&mm->trace, "cma");
	trace_why_fact(&mm->trace, FACT_HEX("base", cma->base));
	trace_why_fact(&mm->trace, FACT_HEX("size", cma->size));
	trace_why_fact(&mm->trace, FACT_HEX("align", mm->kernel->pageblock_nr_pages << mm->kernel->page_shift));
	trace_why_fact(&mm->trace, FACT_HEX("zone_end", pfn_phys(mm->kernel, zone_end_pfn(zone))));
	cause_because(&mm->trace, "the area's %llu MiB at 0x%llx lie in more than one zone: %s ends %llu MiB into it",
		      (unsigned long long)(cma->size >> 20), (unsigned long long)cma->base, zone_name(zone->type),
		      (unsigned long long)(inside << mm->kernel->page_shift >> 20));
}

static bool cma_activate_area(struct mm *mm, struct cma *cma)
{
	const struct mm_kernel *k = mm->kernel;
	uint64_t pfn = pfn_down(k, cma->base), nr = pfn_down(k, cma->size), inside;
	struct zone *zone = zone_of_pfn(mm, pfn);

	need_struct_pages(mm, zone, pfn, pfn + nr);
	if (!zone || !nr)
		return true;
	inside = pages_in_one_zone(mm, zone, pfn, nr);
	trace_event(&mm->trace, inside == nr ? MM_BUDDY : MM_PROBLEM, "cma_activate_area");
	trace_arg(&mm->trace, FACT_STR("name", cma->name));
	trace_arg(&mm->trace, FACT_HEX("base", cma->base));
	trace_arg(&mm->trace, FACT_HEX("size", cma->size));
	trace_arg(&mm->trace, FACT_STR("zone", zone_name(zone->type)));
	trace_why_fact(&mm->trace, FACT_NUM("pageblocks", nr / k->pageblock_nr_pages));
	trace_why_fact(&mm->trace, FACT_NUM("in_one_zone", inside == nr));
	if (inside == nr) {
		free_cma_blocks(mm, zone, pfn, nr);
	} else {
		tell_across_zones(mm, cma, zone, inside);
		cma_fail(mm, cma, zone, inside);
	}
	buddy_publish(&mm->buddy);
	zone_publish(&mm->trace, k, zone, buddy_nr_free(&mm->buddy, zone));
	managed_changed(mm);
	return inside == nr;
}

void step_cma_init_reserved_areas(struct mm *mm)
{
	for (size_t i = 0; i < mm->nr_cma; i++)
		if (!cma_activate_area(mm, &mm->cma[i]) && mm->rules->cma_stops_at_failure)
			return;
}

/* -------------------------------------------------------------- watermarks */

static uint64_t nr_free_buffer_pages(struct mm *mm)
{
	return nr_free_zone_pages(&mm->nodes, mm->cpus.nr ? mm->cpus.cpu[0].nid : 0, ZONE_NORMAL);
}

void set_min_free_kbytes(struct mm *mm, const char *fn, uint64_t kbytes)
{
	mm->min_free_kbytes = kbytes;
	trace_event(&mm->trace, MM_SET, fn);
	trace_arg(&mm->trace, FACT_NUM("min_free_kbytes", kbytes));
	mm_count(mm, "min_free_kbytes", kbytes, "KiB");
}

static void follow_buffer_pages(struct mm *mm, const char *fn, uint64_t kbytes, uint64_t pages)
{
	set_min_free_kbytes(mm, fn, kbytes);
	trace_why_fact(&mm->trace, FACT_NUM("free_buffer_pages", pages));
}

static void calculate_min_free_kbytes(struct mm *mm)
{
	uint64_t pages = nr_free_buffer_pages(mm);

	follow_buffer_pages(mm, "calculate_min_free_kbytes", min_free_kbytes_for(mm->kernel, pages), pages);
	trace_why_fact(&mm->trace, FACT_NUM("root_of", pages << (mm->kernel->page_shift - 10) << 4));
	trace_why_fact(&mm->trace, FACT_NUM("at_most", mm->rules->min_free_kbytes_max));
}

void update_wmarks(struct mm *mm)
{
	struct watermarks wm = watermarks_of(mm);

	setup_per_zone_wmarks(&wm, mm->min_free_kbytes);
	if (mm->rules->pcp_high_by_wmark)
		update_page_sets(mm, 0);
}

void update_reserves(struct mm *mm)
{
	struct watermarks wm = watermarks_of(mm);

	setup_per_zone_lowmem_reserve(&wm);
}

void step_init_per_zone_wmark_min(struct mm *mm)
{
	calculate_min_free_kbytes(mm);
	update_wmarks(mm);
	update_reserves(mm);
}

static void raise_for_huge_pages(struct mm *mm)
{
	uint64_t pages = nr_free_buffer_pages(mm);
	uint64_t wanted = recommended_min_free_kbytes(mm->kernel, &mm->nodes, pages);

	if (wanted <= mm->min_free_kbytes)
		return;
	follow_buffer_pages(mm, "set_recommended_min_free_kbytes", wanted, pages);
	trace_why_fact(&mm->trace, FACT_NUM("pageblock_pages", mm->kernel->pageblock_nr_pages));
	trace_why_fact(&mm->trace, FACT_NUM("at_most_pages", pages / 20));
}

/* transparent_hugepage=: the last value that can be read, else what the build chose. */
static bool huge_pages_enabled(const struct mm *mm)
{
	bool enabled = kernel_has_config(mm->kernel, "TRANSPARENT_HUGEPAGE_ALWAYS") ||
		       kernel_has_config(mm->kernel, "TRANSPARENT_HUGEPAGE_MADVISE");

	for (size_t i = 0; i < mm->cmdline.nr; i++) {
		const struct param *param = &mm->cmdline.params[i];

		if (!param_is(param, "transparent_hugepage") || !param->value)
			continue;
		if (!strcmp(param->value, "always") || !strcmp(param->value, "madvise"))
			enabled = true;
		else if (!strcmp(param->value, "never"))
			enabled = false;
	}
	return enabled;
}

/* Machines below 512 MiB do without transparent huge pages. */
void step_hugepage_init(struct mm *mm)
{
	bool enabled = huge_pages_enabled(mm);

	if (!kernel_has_config(mm->kernel, "TRANSPARENT_HUGEPAGE"))
		return;
	if (mm->totalram_pages < MIB(512) >> mm->kernel->page_shift) {
		trace_event(&mm->trace, MM_NOTE, "hugepage_init");
		trace_why_fact(&mm->trace, FACT_NUM("totalram_pages", mm->totalram_pages));
		trace_why_fact(&mm->trace, FACT_NUM("at_least", MIB(512) >> mm->kernel->page_shift));
		return;
	}
	if (enabled)
		raise_for_huge_pages(mm);
	else if (mm->rules->khugepaged_always_sets)
		calculate_min_free_kbytes(mm);
	if (enabled || mm->rules->khugepaged_always_sets)
		update_wmarks(mm);
}

/* -------------------------------------------------------------------- iomem */

/* reserve_memblock_reserved_regions(): what is reserved now is so for /proc/iomem for ever. */
void step_reserve_memblock_reserved_regions(struct mm *mm)
{
	const struct memblock_type *reserved = &mm->memblock.reserved;

	mm->iomem_reserved = arena_array(&mm->arena, reserved->cnt, sizeof(*mm->iomem_reserved));
	for (size_t i = 0; i < reserved->cnt; i++)
		if (reserved->regions[i].size)
			mm->iomem_reserved[mm->nr_iomem_reserved++] =
				(struct phys_range){ reserved->regions[i].base, reserved->regions[i].size };
	trace_event(&mm->trace, MM_SET, "reserve_memblock_reserved_regions");
	trace_arg(&mm->trace, FACT_NUM("ranges", mm->nr_iomem_reserved));
	trace_why_fact(&mm->trace, FACT_STR("shown_in", "/proc/iomem"));
}

/* -------------------------------------------------------- init and initrd memory */

static bool initrd_retained(const struct mm *mm)
{
	const struct param *retain = cmdline_last(&mm->cmdline, "retain_initrd");

	return (retain && !retain->value) || cmdline_last(&mm->cmdline, "keepinitrd");
}

/* The kernel never uses the pages that the initrd filled only in part. */
static void keep_partial_pages(struct mm *mm, phys_addr_t start, phys_addr_t end)
{
	const struct mm_kernel *k = mm->kernel;
	phys_addr_t first = min_u64(align_up(start, k->page_size), end), last = max_u64(align_down(end, k->page_size), first);

	if (first > start)
		ledger_assign(&mm->ledger, start, first - start, "initrd", "partial page", "free_initrd_mem");
	if (end > last)
		ledger_assign(&mm->ledger, last, end - last, "initrd", "partial page", "free_initrd_mem");
}

/* A crash kernel reads the ELF header that the dead kernel left: through the linear map, wherever it is said to be. */
void step_vmcore_init(struct mm *mm)
{
	phys_addr_t at = mm->elfcorehdr.base;

	if (mm->is_kdump && linear_map_end(mm->memblock.linear, at, 1) == at)
		trace_oops(&mm->trace, "elfcorehdr_read", TASK_INIT, at + mm->memblock.linear->offset);
}

void step_free_initrd(struct mm *mm)
{
	const struct mm_kernel *k = mm->kernel;
	phys_addr_t start = mm->initrd_start, end = start + mm->initrd_size;
	phys_addr_t base = align_down(start, k->page_size), size = align_up(end, k->page_size) - base;

	if (!mm->initrd_size || initrd_retained(mm))
		return;
	switch (mm->rules->initrd_leaves_memblock) {
	case LEAVES_LOGGED:
		memblock_phys_free(&mm->memblock, base, size, "free_initrd_mem/initrd",
				   WHY("initrd", FACT_STR("reason", "unpacked")));
		break;
	case LEAVES_SILENTLY:
		memblock_remove_reserved(&mm->memblock, start, end - start, "free_reserved_area",
					 WHY("initrd", FACT_STR("reason", "unpacked")));
		break;
	case LEAVES_NOT:
		break;
	}
	free_reserved_area(mm, start, end, "initrd");
	keep_partial_pages(mm, start, end);
}

void step_free_initmem(struct mm *mm)
{
	phys_addr_t start = mm_symbol(mm, "__init_begin"), end = mm_symbol(mm, "__init_end");

	switch (mm->rules->init_leaves_memblock) {
	case LEAVES_LOGGED:
		memblock_phys_free(&mm->memblock, start, end - start, "free_initmem/init",
				   WHY("kernel", FACT_STR("reason", "init done")));
		break;
	case LEAVES_SILENTLY:
		memblock_remove_reserved(&mm->memblock, start, end - start, "free_reserved_area",
					 WHY("kernel", FACT_STR("reason", "init done")));
		break;
	case LEAVES_NOT:
		break;
	}
	free_reserved_area(mm, start, end, "unused kernel");
}
