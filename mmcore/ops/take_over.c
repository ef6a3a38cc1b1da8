// SPDX-License-Identifier: GPL-2.0-or-later
/* take_over.c - the allocator at work from the end of boot, and its counts back for the reports. */
#include "ops.h"

#include "../machine.h"
#include "../pcp.h"
#include "../watermark.h"

static void take_pcp(const struct ops *ops, const struct zone *zone, struct live_pcp *pcp)
{
	const struct mm *mm = ops->mm;

	pcp->batch = (int)zone->pageset_batch;
	pcp->high = (int)zone->pageset_high;
	pcp->high_min = (int)zone->pageset_high_min;
	pcp->high_max = (int)zone->pageset_high_max;
	pcp->stat_threshold = (int)normal_stat_threshold(mm->kernel, zone, cpus_nr_online(&mm->cpus));
}

/* A list's runs: blocks of the largest order stay runs, all others become frames. */
static void take_list(struct live *live, struct live_zone *zone, const struct buddy_list *from, unsigned order, unsigned type)
{
	struct frame_list *list = &zone->lists[order][type];
	int64_t size = INT64_C(1) << order;

	for (const struct buddy_run *run = from->head; run; run = run->next) {
		uint64_t first = run->descending ? run->pfn + ((run->nr - 1) << order) : run->pfn;

		if (order == live->max_order) {
			frame_list_append_run(&live->map, list, first, run->nr, run->descending ? -size : size, order, type);
			continue;
		}
		for (uint64_t i = 0; i < run->nr; i++) {
			struct frame *frame = frame_at(&live->map, run->descending ? first - (i << order) : first + (i << order));

			frame->state = FRAME_FREE;
			frame->order = (uint8_t)order;
			frame->type = (uint8_t)type;
			frame_list_push(list, frame, true);
		}
		if (order < live->pageblock_order)
			for (uint64_t i = 0; i < run->nr; i++)
				pageblock_at(&live->map, run->pfn + (i << order))->nr_free += 1 << order;
	}
	zone->nr_free[order] += from->nr_free;
}

static void take_lists(struct ops *ops, struct live_zone *zone, const struct buddy_zone *bz)
{
	for (unsigned order = 0; order <= ops->live.max_order; order++) {
		for (unsigned type = 0; type < MIGRATE_TYPES; type++) {
			take_list(&ops->live, zone, &bz->lists[order][type], order, type);
			if (type == MIGRATE_CMA)
				zone->stat[LIVE_FREE_CMA] += (int64_t)(bz->lists[order][type].nr_free << order);
		}
		if (order >= ops->live.pageblock_order)
			zone->stat[LIVE_FREE_BLOCKS] += (int64_t)(zone->nr_free[order] << order);
	}
	zone->stat[LIVE_FREE_PAGES] = (int64_t)bz->free_pages;
}

static void take_zone(struct ops *ops, struct live_zone *zone, const struct zone *from)
{
	*zone = (struct live_zone){
		.index = zone->index, .nid = from->nid, .type = from->type, .start_pfn = from->start_pfn,
		.spanned_pages = from->spanned_pages, .present_pages = from->present_pages,
		.managed_pages = from->managed_pages, .cma_pages = from->cma_pages,
	};
	for (unsigned i = 0; i < NR_WMARK; i++)
		zone->wmark[i] = (int64_t)from->watermark[i];
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		zone->lowmem_reserve[i] = (int64_t)from->lowmem_reserve[i];
	zone->pcp = arena_array(ops->live.arena, ops->live.nr_cpus, sizeof(*zone->pcp));
	for (unsigned cpu = 0; cpu < ops->live.nr_cpus; cpu++)
		take_pcp(ops, from, &zone->pcp[cpu]);
}

struct zone *ops_next_populated(const struct mm *mm, struct zone *after)
{
	int nid = after ? after->nid : nodes_next(mm->kernel, &mm->nodes, -1), t = after ? (int)after->type + 1 : 0;

	for (; nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid), t = 0)
		for (; t < MAX_NR_ZONES; t++)
			if (mm->nodes.node[nid].online && zone_populated(&mm->nodes.node[nid].zones[t]))
				return &mm->nodes.node[nid].zones[t];
	return NULL;
}

static void take_zones(struct ops *ops)
{
	struct live *live = &ops->live;
	struct zone *zone;
	unsigned i = 0;

	for (zone = ops_next_populated(ops->mm, NULL); zone; zone = ops_next_populated(ops->mm, zone))
		live->nr_zones++;
	live->zones = arena_array(live->arena, live->nr_zones, sizeof(*live->zones));
	for (zone = ops_next_populated(ops->mm, NULL); zone; zone = ops_next_populated(ops->mm, zone), i++) {
		live->zones[i].index = i;
		take_zone(ops, &live->zones[i], zone);
		if (ops->mm->nodes.node[zone->nid].zones_overlap)
			live->overlaps = &ops->mm->nodes;
		live->zones[i].index = i;
	}
}

static unsigned index_of_zone(const struct live *live, const struct zone *zone)
{
	unsigned i = 0;

	while (live->zones[i].nid != zone->nid || live->zones[i].type != zone->type)
		i++;
	return i;
}

static unsigned *take_refs(const struct live *live, const struct zoneref *refs, size_t nr, size_t *ret)
{
	unsigned *out = arena_array(live->arena, nr + 1, sizeof(*out));

	*ret = 0;
	for (size_t i = 0; i < nr; i++)
		if (refs[i].zone && zone_populated(refs[i].zone))
			out[(*ret)++] = index_of_zone(live, refs[i].zone);
	return out;
}

static void take_nodes(struct ops *ops)
{
	struct live *live = &ops->live;
	const struct mm *mm = ops->mm;

	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid))
		live->nr_nodes = nid + 1;
	live->nodes = arena_array(live->arena, (size_t)live->nr_nodes, sizeof(*live->nodes));
	for (int nid = 0; nid < live->nr_nodes; nid++) {
		const struct node *from = &mm->nodes.node[nid];
		struct live_node *node = &live->nodes[nid];

		node->exists = from->online;
		live->nr_online += from->online;
		node->fallback = take_refs(live, from->fallback, from->nr_fallback, &node->nr_fallback);
		node->thisnode = take_refs(live, from->nofallback, from->nr_nofallback, &node->nr_thisnode);
	}
}

/* local_memory_node(): the node of the first zone in the CPU's list. */
static void take_cpus(struct ops *ops)
{
	struct live *live = &ops->live;

	live->cpus = arena_array(live->arena, live->nr_cpus, sizeof(*live->cpus));
	for (unsigned i = 0; i < live->nr_cpus; i++) {
		int nid = ops->mm->cpus.cpu[i].nid;
		const struct live_node *node;

		if (nid < 0 || nid >= live->nr_nodes)
			nid = 0;
		node = &live->nodes[nid];
		live->cpus[i] = (struct live_cpu){ .nid = nid, .mem_nid = node->nr_fallback ? live->zones[node->fallback[0]].nid : nid };
	}
}

static void take_map(struct ops *ops)
{
	struct live *live = &ops->live;
	uint64_t start = UINT64_MAX, end = 0;

	for (size_t i = 0; i < live->nr_zones; i++) {
		start = min_u64(start, live->zones[i].start_pfn);
		end = max_u64(end, live->zones[i].start_pfn + live->zones[i].spanned_pages);
	}
	frame_map_init(&live->map, live->arena, start, end, live->max_order, live->pageblock_order);
	/* buddy_set_type() makes a new array for every change: this one stays. */
	live->map.types = ops->mm->buddy.blocks;
	live->map.nr_types = ops->mm->buddy.nr_blocks;
}

static void take_free(struct ops *ops)
{
	for (size_t i = 0; i < ops->live.nr_zones; i++) {
		struct live_zone *zone = &ops->live.zones[i];
		const struct buddy_zone *bz = buddy_zone_of(&ops->mm->buddy, &ops->mm->nodes.node[zone->nid].zones[zone->type]);

		if (bz)
			take_lists(ops, zone, bz);
	}
}

/* Pages of a size's pool on a node: as asked for by node, or shared out in turns. */
static uint64_t pool_of_node(const struct live *live, const struct hstate *state, int nid)
{
	uint64_t nr = state->per_node ? state->per_node[nid] : 0;

	if (nr || !state->max_huge_pages || live->nr_online == 0)
		return nr;
	return state->max_huge_pages / live->nr_online;
}

static void take_huge_pages(struct ops *ops)
{
	const struct hugetlb *h = ops->mm->hugetlb;
	struct live *live = &ops->live;

	if (!h || !kernel_has_config(ops->mm->kernel, "HUGETLB_PAGE"))
		return;
	live->nr_huge_sizes = h->nr;
	for (unsigned i = 0; i < h->nr; i++) {
		live->huge_kb[i] = ops->mm->kernel->page_size << h->states[i].order >> 10;
		for (int nid = 0; nid < live->nr_nodes; nid++)
			if (live->nodes[nid].exists)
				live->nodes[nid].huge_pages[i] = pool_of_node(live, &h->states[i], nid);
	}
}

void ops_take_over(struct ops *ops)
{
	struct mm *mm = ops->mm;
	struct live *live = &ops->live;

	live->arena = &mm->arena;
	live->release = mm->kernel->release;
	live->kernel = mm->kernel;
	live->page_shift = mm->kernel->page_shift;
	live->numa = mm->kernel->numa;
	live->total_cma = mm->totalcma_pages;
	alloc_rules_at(&live->rules, live->release);
	live->max_order = mm->kernel->max_order;
	live->pageblock_order = mm->kernel->pageblock_order;
	live->pageblock_pages = (int64_t)mm->kernel->pageblock_nr_pages;
	live->nr_pcp_lists = pcp_nr_lists(mm->kernel);
	live->has_cma = kernel_has_config(mm->kernel, "CMA");
	live->zone_dma32 = mm->kernel->zone_dma32;
	live->mobility_disabled = mm->buddy.mobility_disabled;
	live->boost_factor = live->rules.boosts_watermarks ? 15000 : 0;
	live->nr_cpus = (unsigned)mm->cpus.nr;
	live->nr_possible_nodes = (unsigned)mm->kernel->max_numnodes;
	take_zones(ops);
	take_nodes(ops);
	take_cpus(ops);
	take_huge_pages(ops);
	take_map(ops);
	take_free(ops);
}

/* Pageblocks whose type changed, chunk by chunk. */
static void hand_back_types(struct ops *ops)
{
	struct frame_map *map = &ops->live.map;
	uint64_t nr = (uint64_t)ops->live.pageblock_pages, chunk = UINT64_C(1) << map->chunk_order;
	const struct pageblock_range *types = map->types;
	size_t nr_types = map->nr_types, r = 0;

	for (uint64_t pfn = map->start_pfn; pfn < map->end_pfn; pfn += chunk) {
		if (!frame_find(map, pfn))
			continue;
		for (uint64_t block = pfn; block < pfn + chunk; block += nr) {
			enum migratetype was = MIGRATE_MOVABLE, is = (enum migratetype)block_type_at(&ops->live, block);

			while (r < nr_types && types[r].end <= block)
				r++;
			if (r < nr_types && types[r].start <= block)
				was = types[r].type;
			if (was != is)
				buddy_set_type(&ops->mm->buddy, block, block + nr, is);
		}
	}
}

/* The reports count what the boot's lists have; their runs are of no more use. */
void ops_hand_back(struct ops *ops)
{
	/* It may not be the first time. */
	ops->mm->buddy.blocks = (struct pageblock_range *)ops->live.map.types;
	ops->mm->buddy.nr_blocks = ops->mm->buddy.cap_blocks = ops->live.map.nr_types;
	for (size_t i = 0; i < ops->live.nr_zones; i++) {
		const struct live_zone *zone = &ops->live.zones[i];
		struct buddy_zone *bz = (struct buddy_zone *)buddy_zone_of(&ops->mm->buddy,
									   &ops->mm->nodes.node[zone->nid].zones[zone->type]);

		if (!bz)
			continue;
		bz->free_pages = (uint64_t)live_state_snapshot(&ops->live, zone, LIVE_FREE_PAGES);
		for (unsigned order = 0; order <= ops->live.max_order; order++)
			for (unsigned type = 0; type < MIGRATE_TYPES; type++)
				bz->lists[order][type].nr_free = zone->lists[order][type].nr;
	}
	hand_back_types(ops);
}
