// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zones.c - free_area_init().
 *
 * Follows mm/mm_init.c (6.7); before 6.4 the code is in mm/page_alloc.c.
 * Differences by rules.
 */
#include "steps.h"

#include "../cause.h"

/* --------------------------------------------------------------- zone boundaries */

/* arch_zone_lowest/highest_possible_pfn[] */
struct zone_bounds {
	uint64_t low[MAX_NR_ZONES], high[MAX_NR_ZONES];
};

static struct zone_bounds zone_bounds(const struct mm *mm)
{
	uint64_t max[MAX_NR_ZONES] = {
		[ZONE_DMA] = mm->dma_limit >> mm->kernel->page_shift,
		[ZONE_DMA32] = mm->dma32_limit >> mm->kernel->page_shift,
		[ZONE_NORMAL] = mm->max_pfn,
	};
	struct zone_bounds b = { 0 };
	uint64_t low = pfn_up(mm->kernel, memblock_start_of_DRAM(&mm->memblock));

	for (enum zone_type t = 0; t < MAX_NR_ZONES; t++) {
		if (t == ZONE_MOVABLE || !zone_exists(mm->kernel, t))
			continue;
		b.low[t] = low;
		b.high[t] = max_u64(max[t], low);
		low = b.high[t];
	}
	return b;
}

/* The highest zone below MOVABLE that can hold memory. */
static enum zone_type movable_zone(const struct zone_bounds *b)
{
	enum zone_type found = 0;

	for (enum zone_type t = 0; t < MAX_NR_ZONES; t++)
		if (t != ZONE_MOVABLE && b->high[t] > b->low[t])
			found = t;
	return found;
}

/* A memory region in whole pages. */
struct pfn_range {
	uint64_t start, end;
	int nid;
};

/* for_each_mem_pfn_range(): skips regions without a whole page. */
static bool next_pfn_range(const struct mm *mm, size_t *i, struct pfn_range *ret)
{
	while (*i < mm->memblock.memory.cnt) {
		const struct memblock_region *r = &mm->memblock.memory.regions[(*i)++];

		ret->start = pfn_up(mm->kernel, r->base);
		ret->end = pfn_down(mm->kernel, r->base + r->size);
		ret->nid = memblock_nid_valid(&mm->memblock, r->nid) ? r->nid : 0;
		if (ret->start < ret->end)
			return true;
	}
	return false;
}

/* ----------------------------------------------------------------- ZONE_MOVABLE */

/* cmdline_parse_core(): an amount in bytes, or a percentage of all pages. */
static uint64_t parse_core(const struct mm *mm, const char *value, uint64_t total)
{
	const char *rest;
	uint64_t core;

	if (!value || !*value)
		return 0;
	core = simple_strtoull(value, &rest, 0);
	if (*rest == '%')
		return core <= 100 ? total * 100 * core / 10000 : 0;
	return memparse(value, NULL) >> mm->kernel->page_shift;
}

static uint64_t total_pages(const struct mm *mm)
{
	struct pfn_range r;
	uint64_t total = 0;

	for (size_t i = 0; next_pfn_range(mm, &i, &r);)
		total += r.end - r.start;
	return total;
}

static uint64_t region_start_pfn(const struct mm *mm, const struct memblock_region *r)
{
	return pfn_up(mm->kernel, r->base);
}

static struct node *node_of(struct mm *mm, const struct memblock_region *r)
{
	return &mm->nodes.node[memblock_nid_valid(&mm->memblock, r->nid) ? r->nid : 0];
}

/* movable_node: hot-pluggable memory decides, kernelcore= and movablecore= do not. */
static bool movable_by_hotplug(struct mm *mm)
{
	if (!mm->memblock.movable_node)
		return false;
	for (size_t i = 0; i < mm->memblock.memory.cnt; i++) {
		const struct memblock_region *r = &mm->memblock.memory.regions[i];
		struct node *node = node_of(mm, r);
		uint64_t pfn = mm->rules->movable_pfn_up ? pfn_up(mm->kernel, r->base) : pfn_down(mm->kernel, r->base);

		if (r->flags & MEMBLOCK_HOTPLUG)
			node->zone_movable_pfn = node->zone_movable_pfn ? min_u64(node->zone_movable_pfn, pfn) : pfn;
	}
	return true;
}

bool mirrored_kernelcore(const struct mm *mm)
{
	for (size_t i = 0; i < mm->cmdline.nr; i++)
		if (param_is(&mm->cmdline.params[i], "kernelcore") && parse_option_str(mm->cmdline.params[i].value, "mirror"))
			return true;
	return false;
}

/*
 * kernelcore=mirror: what begins at or above 4 GiB and is not mirrored is movable, whatever movablecore= says.  Before 6.6 that
 * holds as well where nothing is mirrored at all.
 */
static bool movable_by_mirror(struct mm *mm)
{
	bool unmirrored_below = false;

	if (!mirrored_kernelcore(mm))
		return false;
	if (mm->rules->mirror_needs_some && !mm->memblock.has_mirror) {
		trace_printk(&mm->trace, "The system has no mirror memory, ignore kernelcore=mirror.");
		return true;
	}
	if (mm->rules->mirror_not_under_kdump && mm->is_kdump) {
		trace_printk(&mm->trace, "The system is under kdump, ignore kernelcore=mirror.");
		return true;
	}
	for (size_t i = 0; i < mm->memblock.memory.cnt; i++) {
		const struct memblock_region *r = &mm->memblock.memory.regions[i];
		uint64_t pfn = region_start_pfn(mm, r), *start = &node_of(mm, r)->zone_movable_pfn;

		if (r->flags & MEMBLOCK_MIRROR)
			continue;
		if (pfn >= pfn_up(mm->kernel, GIB(4)))
			*start = *start ? min_u64(*start, pfn) : pfn;
		else
			unmirrored_below = true;
	}
	if (unmirrored_below)
		trace_printk(&mm->trace, "This configuration results in unmirrored kernel memory.");
	return true;
}

/* kernelcore in pages; 0: no ZONE_MOVABLE. */
static uint64_t required_kernelcore(const struct mm *mm)
{
	uint64_t total = total_pages(mm), core, movable, max_block = UINT64_C(1) << mm->kernel->max_order;

	core = parse_core(mm, cmdline_value(&mm->cmdline, "kernelcore"), total);
	movable = parse_core(mm, cmdline_value(&mm->cmdline, "movablecore"), total);
	if (movable) {
		movable = min_u64(total, align_up(movable, max_block));
		core = max_u64(core, total - movable);
	}
	return core && core < total ? core : 0;
}

static unsigned count_memory_nodes(const struct mm *mm)
{
	unsigned nr = 0;

	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid))
		nr += mm->nodes.node[nid].memory;
	return nr;
}

/* One node's share: walk its ranges until it has its part of kernelcore. */
static void spread_on_node(struct mm *mm, struct node *node, uint64_t usable_start, uint64_t share, uint64_t *required)
{
	struct pfn_range r;

	/* A share of 0 still puts the start behind what only the kernel can use. */
	for (size_t i = 0; next_pfn_range(mm, &i, &r);) {
		uint64_t start = max_u64(r.start, node->zone_movable_pfn), take;

		if (r.nid != node->nid || start >= r.end)
			continue;
		/* Memory below the movable zone's lowest pfn is kernelcore anyway. */
		if (start < usable_start) {
			uint64_t kernel_pages = min_u64(r.end, usable_start) - start;

			share -= min_u64(kernel_pages, share);
			*required -= min_u64(kernel_pages, *required);
			if (r.end <= usable_start) {
				node->zone_movable_pfn = r.end;
				continue;
			}
			start = usable_start;
		}
		take = min_u64(r.end - start, share);
		node->zone_movable_pfn = start + take;
		*required -= min_u64(*required, take);
		share -= take;
		if (!share)
			break;
	}
}

static void spread_kernelcore(struct mm *mm, uint64_t usable_start, uint64_t required)
{
	unsigned usable_nodes = count_memory_nodes(mm);

	do {
		uint64_t share = required / usable_nodes;

		for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid)) {
			if (!mm->nodes.node[nid].memory)
				continue;
			if (required < share)
				share = required / usable_nodes;
			spread_on_node(mm, &mm->nodes.node[nid], usable_start, share, &required);
		}
	} while (--usable_nodes && required > usable_nodes);
}

/* find_zone_movable_pfns_for_nodes() */
static void find_movable_pfns(struct mm *mm, const struct zone_bounds *b)
{
	uint64_t required, max_block = UINT64_C(1) << mm->kernel->max_order;

	if (movable_by_hotplug(mm) || movable_by_mirror(mm)) {
		required = 0;
	} else {
		required = required_kernelcore(mm);
		if (!required)
			return;
		spread_kernelcore(mm, b->low[movable_zone(b)], required);
	}
	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid)) {
		struct node *node = &mm->nodes.node[nid];

		node->zone_movable_pfn = align_up(node->zone_movable_pfn, max_block);
		if (node->zone_movable_pfn >= node->end_pfn && mm->rules->movable_dropped_at_end)
			node->zone_movable_pfn = 0;
	}
}

/* ------------------------------------------------------------------ nodes, zones */

static void span_nodes(struct mm *mm)
{
	struct pfn_range r;

	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid)) {
		mm->nodes.node[nid].start_pfn = UINT64_MAX;
		mm->nodes.node[nid].end_pfn = 0;
		mm->nodes.node[nid].memory = false;
	}
	for (size_t i = 0; next_pfn_range(mm, &i, &r);) {
		struct node *node = &mm->nodes.node[r.nid];

		node->start_pfn = min_u64(node->start_pfn, r.start);
		node->end_pfn = max_u64(node->end_pfn, r.end);
		node->memory = true;
	}
	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid))
		if (!mm->nodes.node[nid].memory)
			mm->nodes.node[nid].start_pfn = 0;
}

/* zone_spanned_pages_in_node() with adjust_zone_range_for_zone_movable() */
static void span_zone(const struct node *node, const struct zone_bounds *b, enum zone_type type, bool overlap, struct zone *zone)
{
	uint64_t start = clamp_u64(node->start_pfn, b->low[type], b->high[type]);
	uint64_t end = clamp_u64(node->end_pfn, b->low[type], b->high[type]);
	uint64_t movable = node->zone_movable_pfn;

	if (movable && type == ZONE_MOVABLE) {
		start = movable;
		end = min_u64(node->end_pfn, b->high[movable_zone(b)]);
	} else if (movable && !overlap && start < movable && end > movable) {
		end = movable;
	} else if (movable && start >= movable) {
		start = end;
	}
	if (end <= start || (type != ZONE_MOVABLE && (node->end_pfn < b->low[type] || node->start_pfn > b->high[type])))
		start = end = 0;
	zone->start_pfn = start;
	zone->spanned_pages = end - start;
}

static uint64_t present_in(const struct mm *mm, int nid, uint64_t start, uint64_t end)
{
	struct pfn_range r;
	uint64_t present = 0;

	for (size_t i = 0; next_pfn_range(mm, &i, &r);) {
		uint64_t lo = max_u64(r.start, start), hi = min_u64(r.end, end);

		if (r.nid == nid && lo < hi)
			present += hi - lo;
	}
	return present;
}

/* Pages in a zone's span that are another's: what is mirrored in ZONE_MOVABLE's, what is not in ZONE_NORMAL's, of whatever node. */
static uint64_t pages_of_the_other(const struct mm *mm, const struct zone *zone)
{
	uint64_t pages = 0;

	for (size_t i = 0; i < mm->memblock.memory.cnt; i++) {
		const struct memblock_region *r = &mm->memblock.memory.regions[i];
		uint64_t start = clamp_u64(region_start_pfn(mm, r), zone->start_pfn, zone_end_pfn(zone));
		uint64_t end = clamp_u64(pfn_down(mm->kernel, r->base + r->size), zone->start_pfn, zone_end_pfn(zone));

		if (start < end && zone->type == (r->flags & MEMBLOCK_MIRROR ? ZONE_MOVABLE : ZONE_NORMAL))
			pages += end - start;
	}
	return pages;
}

/* calc_memmap_size(): by span, unless the zone is more holes than memory. */
static uint64_t memmap_pages(const struct mm *mm, const struct zone *zone)
{
	uint64_t pages = zone->spanned_pages;

	if (pages > zone->present_pages + (zone->present_pages >> 4))
		pages = zone->present_pages;
	return align_up(pages * kernel_sizeof(mm->kernel, "page"), mm->kernel->page_size) >> mm->kernel->page_shift;
}

/* free_area_init_core(): what a zone may expect to manage. */
static void init_managed(struct mm *mm, struct zone *zone)
{
	uint64_t memmap = memmap_pages(mm, zone), managed = zone->present_pages;

	if (!mm->rules->managed_is_present) {
		/* With SPARSEMEM a zone's page structs are a 64th of it and never exceed it. */
		managed -= min_u64(memmap, managed);
		mm->nr_kernel_pages += managed;
		mm->nr_all_pages += managed;
	}
	zone->managed_pages = zone->initial_managed_pages = managed;
}

static void init_node(struct mm *mm, struct node *node, const struct zone_bounds *b)
{
	node->spanned_pages = node->present_pages = 0;
	node->zones_overlap = node->zone_movable_pfn && mm->rules->mirror_overlaps && mirrored_kernelcore(mm);
	trace_event(&mm->trace, MM_NODE, "free_area_init_node");
	trace_arg(&mm->trace, FACT_NUM("node", node->nid));
	trace_arg(&mm->trace, FACT_NUM("start_pfn", node->start_pfn));
	trace_arg(&mm->trace, FACT_NUM("end_pfn", node->end_pfn));
	for (enum zone_type t = 0; t < MAX_NR_ZONES; t++) {
		struct zone *zone = &node->zones[t];

		*zone = (struct zone){ .type = t, .nid = node->nid };
		if (!zone_exists(mm->kernel, t) || !node->memory)
			continue;
		span_zone(node, b, t, node->zones_overlap, zone);
		zone->present_pages = present_in(mm, node->nid, zone->start_pfn, zone_end_pfn(zone));
		if (node->zones_overlap)
			zone->present_pages -= min_u64(pages_of_the_other(mm, zone), zone->present_pages);
		node->spanned_pages += zone->spanned_pages;
		node->present_pages += zone->present_pages;
		init_managed(mm, zone);
	}
	if (mm->rules->node_spans_ends)
		node->spanned_pages = node->end_pfn - node->start_pfn;
}

/* --------------------------------------------------------------------- messages */

static void say_zone_ranges(struct mm *mm, const struct zone_bounds *b)
{
	struct trace *t = &mm->trace;
	unsigned shift = mm->kernel->page_shift;

	trace_note(t, "free_area_init", "Zone ranges:");
	for (enum zone_type z = 0; z < MAX_NR_ZONES; z++) {
		if (z == ZONE_MOVABLE || !zone_exists(mm->kernel, z))
			continue;
		if (b->low[z] == b->high[z])
			trace_printk(t, "  %-8s empty", zone_name(z));
		else
			trace_printk(t, "  %-8s [mem 0x%016llx-0x%016llx]", zone_name(z), (unsigned long long)b->low[z] << shift,
				     ((unsigned long long)b->high[z] << shift) - 1);
	}
	trace_printk(t, "Movable zone start for each node");
	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid))
		if (mm->nodes.node[nid].zone_movable_pfn)
			trace_printk(t, "  Node %d: 0x%016llx", nid, (unsigned long long)mm->nodes.node[nid].zone_movable_pfn << shift);
}

static void say_node_ranges(struct mm *mm)
{
	unsigned shift = mm->kernel->page_shift;
	struct pfn_range r;

	trace_printk(&mm->trace, "Early memory node ranges");
	for (size_t i = 0; next_pfn_range(mm, &i, &r);) {
		trace_printk(&mm->trace, "  node %3d: [mem 0x%016llx-0x%016llx]", r.nid, (unsigned long long)r.start << shift,
			     ((unsigned long long)r.end << shift) - 1);
		subsection_map_init(mm, r.start, r.end);
	}
}

static void say_initmem(struct mm *mm, const struct node *node)
{
	unsigned shift = mm->kernel->page_shift;

	if (node->memory)
		trace_printk(&mm->trace, "Initmem setup node %d [mem 0x%016llx-0x%016llx]", node->nid,
			     (unsigned long long)node->start_pfn << shift, ((unsigned long long)node->end_pfn << shift) - 1);
	else if (mm->rules->memoryless_as_range)
		trace_printk(&mm->trace, "Initmem setup node %d [mem 0x%016llx-0x%016llx]", node->nid, 0ULL, 0ULL);
	else
		trace_printk(&mm->trace, "Initmem setup node %d as memoryless", node->nid);
}

/* What free_area_init_core() and zone_pcp_init() say of a zone. */
static void say_zone(struct mm *mm, const struct zone *zone)
{
	uint64_t memmap = memmap_pages(mm, zone);
	const char *name = zone_name(zone->type);

	if (memmap && zone->present_pages >= memmap)
		trace_printk(&mm->trace, "  %s zone: %llu pages used for memmap", name, (unsigned long long)memmap);
	if (!zone_index(mm->kernel, zone->type) && zone->managed_pages)
		trace_printk(&mm->trace, "  %s zone: 0 pages reserved", name);
	if (zone_populated(zone))
		trace_printk(&mm->trace, "  %s zone: %llu pages, LIFO batch:%u", name, (unsigned long long)zone->present_pages,
			     zone_batchsize(mm->kernel, zone->managed_pages));
}

/* At level debug in 4.9 and 5.10, a dynamic message since. */
static void say_sizes(struct mm *mm, const struct node *node)
{
	if (!mm->rules->zone_debug_lines || !console_shows_debug(mm))
		return;
	trace_printk(&mm->trace, "On node %d totalpages: %llu", node->nid, (unsigned long long)node->present_pages);
	for (enum zone_type t = 0; t < MAX_NR_ZONES; t++)
		if (zone_exists(mm->kernel, t))
			say_zone(mm, &node->zones[t]);
}

/* ------------------------------------------------------ memmap_init: the holes */

/* First present section at or after @section; UINT64_MAX if none. */
static uint64_t next_section(const struct mm *mm, uint64_t section)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < mm->nr_section_runs; i++) {
		if (section < mm->section_runs[i].base)
			next = min_u64(next, mm->section_runs[i].base);
		else if (section < mm->section_runs[i].base + mm->section_runs[i].size)
			return section;
	}
	return next;
}

/*
 * 5.10's arm64 asks memblock whether a pfn is valid, and init_unavailable_range()
 * asks for each pageblock's first one: only the end of a pageblock counts.
 */
static uint64_t count_in_memory_blocks(const struct mm *mm, uint64_t start, uint64_t end)
{
	uint64_t nr = mm->kernel->pageblock_nr_pages, pages = 0;

	for (size_t i = 0; i < mm->memblock.memory.cnt; i++) {
		const struct memblock_region *r = &mm->memblock.memory.regions[i];
		uint64_t last = align_down(range_end((struct phys_range){ r->base, r->size }) - 1, nr << mm->kernel->page_shift) >>
				mm->kernel->page_shift;

		/* The hole behind this region, if its last pageblock begins in it. */
		if (r->flags & MEMBLOCK_NOMAP || pfn_phys(mm->kernel, last) < r->base || last + nr <= start || last >= end)
			continue;
		/* A page that the region fills in part belongs to the hole. */
		pages += min_u64(last + nr, end) - max_u64(start, last);
	}
	return pages;
}

/* init_unavailable_range(): struct pages of holes inside present sections. */
static void init_unavailable(struct mm *mm, uint64_t start, uint64_t end, const struct zone *zone)
{
	uint64_t pps = mm->kernel->pages_per_section, pages = 0;

	if (mm->rules->pfn_valid_is_memory)
		pages = count_in_memory_blocks(mm, start, end);
	while (start < end && !mm->rules->pfn_valid_is_memory) {
		uint64_t section = next_section(mm, start / pps), stop;

		if (section == UINT64_MAX)
			break;
		start = max_u64(start, section * pps);
		if (start >= end)
			break;
		stop = min_u64(end, (section + 1) * pps);
		pages += stop - start;
		start = stop;
	}
	if (pages)
		trace_printk(&mm->trace, "On node %d, zone %s: %llu pages in unavailable ranges", zone->nid, zone_name(zone->type),
			     (unsigned long long)pages);
}

/*
 * memmap_init(), 5.12 and later: every range in every populated zone of its
 * node; what lies between them is unavailable.
 */
static void init_ranges(struct mm *mm)
{
	uint64_t hole = 0, pps = mm->kernel->pages_per_section, end = 0;
	const struct zone *last = NULL;
	struct pfn_range r;

	for (size_t i = 0; next_pfn_range(mm, &i, &r);) {
		for (enum zone_type t = 0; t < MAX_NR_ZONES; t++) {
			const struct zone *zone = &mm->nodes.node[r.nid].zones[t];
			uint64_t start = clamp_u64(r.start, zone->start_pfn, zone_end_pfn(zone));
			uint64_t stop = clamp_u64(r.end, zone->start_pfn, zone_end_pfn(zone));

			if (!zone_populated(zone))
				continue;
			last = zone;
			if (start >= stop)
				continue;
			if (hole < start)
				init_unavailable(mm, hole, start, zone);
			hole = stop;
		}
		end = r.end;
	}
	end = align_up(end, pps);
	if (hole < end && last)
		init_unavailable(mm, hole, end, last);
}

/* From 7.3 on a call of its own; before, free_area_init() makes it. */
void step_memmap_init(struct mm *mm)
{
	trace_event(&mm->trace, MM_MARK, "memmap_init");
	init_ranges(mm);
	defer_struct_pages(mm);
}

/* calc_nr_kernel_pages() of 6.12: what memblock has free right now. */
static void count_kernel_pages(struct mm *mm)
{
	struct memblock_iter it = { 0 };

	while (memblock_next_free(&mm->memblock, NUMA_NO_NODE, &it)) {
		uint64_t start = pfn_up(mm->kernel, it.range.base), end = pfn_down(mm->kernel, range_end(it.range));

		if (start < end)
			mm->nr_kernel_pages += end - start;
	}
	mm->nr_all_pages = mm->nr_kernel_pages;
}

/* A large hash table is spread over nodes only where there are several. */
static void fixup_hashdist(struct mm *mm)
{
	mm->hashdist = mm->kernel->numa && (mm->rules->hashdist_kept || count_memory_nodes(mm) != 1);
}

void step_free_area_init(struct mm *mm)
{
	struct zone_bounds bounds = zone_bounds(mm);

	mm->nr_kernel_pages = mm->nr_all_pages = 0;
	span_nodes(mm);
	find_movable_pfns(mm, &bounds);
	say_zone_ranges(mm, &bounds);
	say_node_ranges(mm);
	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid)) {
		init_node(mm, &mm->nodes.node[nid], &bounds);
		say_initmem(mm, &mm->nodes.node[nid]);
		say_sizes(mm, &mm->nodes.node[nid]);
	}
	if (mm->rules->managed_is_present)
		count_kernel_pages(mm);
	if (mm->rules->unavailable_lines && !mm->rules->memmap_init_last)
		step_memmap_init(mm);
	else if (!mm->rules->memmap_init_last)
		defer_struct_pages(mm);
	fixup_hashdist(mm);
	trace_event(&mm->trace, MM_ZONE, "free_area_init");
	zones_publish(&mm->trace, mm->kernel, &mm->nodes, NULL, NULL);
	mm_count(mm, "nr_kernel_pages", mm->nr_kernel_pages, "pages");
	mm_count(mm, "nr_all_pages", mm->nr_all_pages, "pages");
}
