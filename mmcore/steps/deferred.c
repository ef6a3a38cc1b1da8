// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * deferred.c - how far memmap_init() initialises struct pages with
 * CONFIG_DEFERRED_STRUCT_PAGE_INIT.  Follows defer_init() in mm/mm_init.c
 * (6.1 to 7.2; 5.10: mm/page_alloc.c).
 */
#include "steps.h"

/* defer_init()'s static variables. */
struct defer {
	bool never;
	uint64_t prev_end_pfn, nr_initialised;
};

/* A zone's pages from here on count anew when another zone was counted before. */
static void count_for(struct defer *defer, const struct zone *zone)
{
	if (defer->prev_end_pfn != zone_end_pfn(zone))
		*defer = (struct defer){ .never = defer->never, .prev_end_pfn = zone_end_pfn(zone) };
}

/*
 * The pages [start, end) of a zone are about to be initialised.  In the zone
 * that reaches its node's end that stops at the first section that begins
 * after more than a section's worth of pages; lower zones are always complete.
 * Returns where it stops.
 */
static uint64_t defer_range(struct mm *mm, struct defer *defer, const struct zone *zone, uint64_t start, uint64_t end)
{
	struct node *node = &mm->nodes.node[zone->nid];
	uint64_t section = mm->kernel->pages_per_section, stop;

	if (mm->rules->defer_counts_any_zone)
		count_for(defer, zone);
	if (zone_end_pfn(zone) < node->start_pfn + node->spanned_pages)
		return end;
	if (node->first_deferred_pfn != UINT64_MAX)
		return start;
	count_for(defer, zone);
	stop = align_up(start + section - min_u64(defer->nr_initialised, section), section);
	if (stop < end) {
		node->first_deferred_pfn = stop;
		return stop;
	}
	defer->nr_initialised += end - start;
	return end;
}

/* "early_page_ext": page extensions are wanted before the rest could be initialised. */
static bool all_early(const struct mm *mm)
{
	return !kernel_has_config(mm->kernel, "DEFERRED_STRUCT_PAGE_INIT") ||
	       (mm->rules->early_page_ext && kernel_has_config(mm->kernel, "PAGE_EXTENSION") &&
		cmdline_last(&mm->cmdline, "early_page_ext"));
}

/*
 * Where zones overlap both come upon a page in turn, and who initialises it
 * last has it: ZONE_MOVABLE, which leaves out what is mirrored.
 */
static void init_range(struct mm *mm, struct defer *defer, struct node *node, const struct zone *zone,
		       const struct memblock_region *r, uint64_t start, uint64_t end)
{
	bool in_overlap = node->zones_overlap && zone->type == ZONE_MOVABLE;

	if (in_overlap && r->flags & MEMBLOCK_MIRROR)
		return;
	if (!defer->never)
		end = defer_range(mm, defer, zone, start, end);
	if (in_overlap)
		node_make_movable(&mm->arena, node, start, end);
}

/*
 * What is deferred will be of the node's highest zone, mirrored or not.  (Up to
 * 6.10 it would be of the first that reaches so far; but as long as a node's
 * span is the sum of its zones', no zone of an overlap reaches its end.)
 */
static void keep_deferred(struct mm *mm)
{
	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid)) {
		struct node *node = &mm->nodes.node[nid];

		node->boot_deferred_pfn = node->first_deferred_pfn;
		if (node->zones_overlap)
			node_make_movable(&mm->arena, node, node->first_deferred_pfn, UINT64_MAX);
	}
}

void defer_struct_pages(struct mm *mm)
{
	const struct memblock_type *memory = &mm->memblock.memory;
	struct defer defer = { .never = all_early(mm) };

	for (size_t i = 0; i < memory->cnt; i++) {
		const struct memblock_region *r = &memory->regions[i];
		struct node *node = &mm->nodes.node[memblock_nid_valid(&mm->memblock, r->nid) ? r->nid : 0];
		uint64_t base = pfn_up(mm->kernel, r->base), end = pfn_down(mm->kernel, r->base + r->size);

		for (enum zone_type t = 0; t < MAX_NR_ZONES; t++) {
			const struct zone *zone = &node->zones[t];
			uint64_t lo = clamp_u64(base, zone->start_pfn, zone_end_pfn(zone));
			uint64_t hi = clamp_u64(end, zone->start_pfn, zone_end_pfn(zone));

			if (zone_populated(zone) && lo < hi)
				init_range(mm, &defer, node, zone, r, lo, hi);
		}
	}
	keep_deferred(mm);
}
