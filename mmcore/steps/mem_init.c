// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mem_init.c - memory goes from memblock to the page allocator.
 *
 * Follows memblock_free_all() in mm/memblock.c (5.10 to 7.2) and
 * free_all_bootmem() in mm/nobootmem.c (4.9).
 */
#include "steps.h"

/* reset_all_zones_managed_pages() */
static void reset_managed_pages(struct mm *mm)
{
	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid))
		for (int z = 0; z < MAX_NR_ZONES; z++)
			mm->nodes.node[nid].zones[z].managed_pages = 0;
	trace_event(&mm->trace, MM_ZONE, "reset_all_zones_managed_pages");
	zones_publish(&mm->trace, mm->kernel, &mm->nodes, NULL, NULL);
}

/* memblock_clear_hotplug(0, -1): the flag has done its work. */
static void clear_hotplug(struct mm *mm)
{
	struct memblock_type *memory = &mm->memblock.memory;

	for (size_t i = 0; i < memory->cnt; i++) {
		if (!(memory->regions[i].flags & MEMBLOCK_HOTPLUG))
			continue;
		memblock_setclr_flag(&mm->memblock, memory, 0, PHYS_ADDR_MAX, false, MEMBLOCK_HOTPLUG,
				     "memblock_clear_hotplug", WHY_NOBODY);
		return;
	}
}

/*
 * memmap_init_reserved_pages() as in 6.7: reserved memory learns its node from
 * the memory around it.  Each region's *end* is passed for a size, so that all
 * that follows is labelled too, until the next region corrects it.
 */
static void label_reserved_to_end(struct mm *mm)
{
	const struct memblock_type *memory = &mm->memblock.memory;

	for (size_t i = 0; i < memory->cnt; i++) {
		const struct memblock_region *r = &memory->regions[i];

		memblock_set_node(&mm->memblock, &mm->memblock.reserved, r->base, r->base + r->size, r->nid,
				  "memmap_init_reserved_pages");
	}
}

/* 6.12 on: the size is right, and a doubled array may hold regions not seen yet. */
static void label_reserved(struct mm *mm)
{
	const struct memblock_type *memory = &mm->memblock.memory;
	size_t max;

	do {
		max = mm->memblock.reserved.max;
		for (size_t i = 0; i < memory->cnt; i++) {
			const struct memblock_region *r = &memory->regions[i];

			memblock_set_node(&mm->memblock, &mm->memblock.reserved, r->base, r->size, r->nid,
					  "memmap_init_reserved_pages");
		}
	} while (max != mm->memblock.reserved.max);
}

static void assign(struct mm *mm, phys_addr_t base, phys_addr_t end, const char *owner, const char *detail)
{
	if (base < end)
		ledger_assign(&mm->ledger, base, end - base, owner, detail, "__free_pages_memory");
}

/*
 * __free_memory_core(): whole pages of a free range below max_low_pfn go to
 * their zones.  The bytes around them share pages with reserved memory and are
 * lost; pages whose struct pages are deferred come later.
 */
static void free_range(struct mm *mm, const struct memblock_iter *it)
{
	const struct mm_kernel *k = mm->kernel;
	int nid = memblock_nid_valid(&mm->memblock, it->nid) ? it->nid : 0;
	struct node *node = &mm->nodes.node[nid];
	uint64_t start = pfn_up(k, it->range.base);
	uint64_t end = min_u64(pfn_down(k, range_end(it->range)), mm->max_pfn);
	uint64_t deferred = clamp_u64(node->first_deferred_pfn, start, max_u64(start, end));
	const struct zone *zone = node_zone_of(node, start);

	assign(mm, it->range.base, range_end(it->range), "partial-page", "");
	if (start >= end)
		return;
	buddy_free_boot_pages(&mm->buddy, start, end, nid);
	mm->totalram_pages += end - start;
	assign(mm, pfn_phys(k, start), pfn_phys(k, deferred), "buddy", zone ? zone_name(zone->type) : "");
	assign(mm, pfn_phys(k, deferred), pfn_phys(k, end), "deferred", "struct pages not initialised yet");
}

static size_t nr_free_ranges(const struct mm *mm)
{
	struct memblock_iter it = { 0 };
	size_t nr = 0;

	while (memblock_next_free(&mm->memblock, NUMA_NO_NODE, &it))
		nr++;
	return nr;
}

/* How many ranges one event covers; see BUDDY_FREE_EVENT_BUDGET. */
static size_t ranges_per_event(size_t nr)
{
	size_t events = nr ? max_u64(BUDDY_FREE_EVENT_BUDGET / nr, 1) : 1;

	return max_u64(div_round_up(nr, events), 1);
}

static void free_low_memory(struct mm *mm)
{
	size_t per_event = ranges_per_event(nr_free_ranges(mm)), nr = 0;
	struct memblock_iter it = { 0 };
	phys_addr_t base = 0;

	for (bool more = memblock_next_free(&mm->memblock, NUMA_NO_NODE, &it); more;) {
		phys_addr_t end;

		if (!nr++) {
			base = it.range.base;
			trace_event(&mm->trace, MM_BUDDY, "__free_pages_memory");
		}
		free_range(mm, &it);
		end = range_end(it.range);
		more = memblock_next_free(&mm->memblock, NUMA_NO_NODE, &it);
		if (more && nr < per_event)
			continue;
		trace_arg(&mm->trace, FACT_HEX("base", base));
		trace_arg(&mm->trace, FACT_HEX("size", end - base));
		trace_arg(&mm->trace, FACT_NUM("ranges", nr));
		trace_why(&mm->trace, WHY("buddy"));
		buddy_publish(&mm->buddy);
		nr = 0;
	}
	mm_count(mm, "totalram_pages", mm->totalram_pages, "pages");
}

static void free_all(struct mm *mm, void (*label)(struct mm *mm))
{
	buddy_init(&mm->buddy, mm->kernel, &mm->memblock, &mm->nodes);
	reset_managed_pages(mm);
	clear_hotplug(mm);
	if (label)
		label(mm);
	free_low_memory(mm);
}

void step_memblock_free_all_5_10(struct mm *mm)
{
	free_all(mm, NULL);
}

void step_memblock_free_all_6_7(struct mm *mm)
{
	free_all(mm, label_reserved_to_end);
}

void step_memblock_free_all(struct mm *mm)
{
	free_all(mm, label_reserved);
}
