// SPDX-License-Identifier: GPL-2.0-or-later
/* build.c - the allocator at work from a state that somebody gives, which may lie. */
#include "build.h"

#include "../kernel.h"

#include <errno.h>
#include <stdlib.h>

static void build_nodes(struct live *live, const struct mm_alloc_state *state)
{
	live->nr_nodes = (int)state->nr_nodes;
	live->nodes = arena_array(live->arena, state->nr_nodes, sizeof(*live->nodes));
	for (size_t i = 0; i < state->nr_nodes; i++) {
		const struct mm_alloc_node *from = &state->nodes[i];
		struct live_node *node = &live->nodes[i];

		node->exists = from->exists;
		live->nr_online += from->exists;
		node->nr_fallback = from->nr_fallback;
		node->nr_thisnode = from->nr_thisnode;
		node->fallback = arena_grow(live->arena, from->fallback, from->nr_fallback, from->nr_fallback + 1, sizeof(unsigned));
		memcpy(node->counters, from->counters, sizeof(node->counters));
		node->thisnode = arena_grow(live->arena, from->thisnode, from->nr_thisnode, from->nr_thisnode + 1, sizeof(unsigned));
	}
}

static void build_pcp(struct live_pcp *pcp, const struct mm_alloc_pageset *from)
{
	pcp->count = from->count;
	pcp->high = from->high;
	pcp->high_min = from->high_min;
	pcp->high_max = from->high_max;
	pcp->batch = from->batch;
	pcp->alloc_factor = from->alloc_factor;
	pcp->free_factor = from->free_factor;
	pcp->free_count = from->free_count;
	pcp->expire = from->expire;
	pcp->flags = from->flags;
	pcp->stat_threshold = from->stat_threshold;
	for (unsigned i = 0; i < LIVE_NR_ITEMS; i++)
		pcp->diff[i] = from->shares[i];
}

static void build_zone(struct live *live, size_t index, const struct mm_alloc_state *state)
{
	const struct mm_alloc_zone *from = &state->zones[index];
	struct live_zone *zone = &live->zones[index];

	*zone = (struct live_zone){
		.index = (unsigned)index, .nid = from->node, .type = (enum zone_type)from->kind,
		.start_pfn = from->start_pfn, .spanned_pages = from->spanned, .present_pages = from->present,
		.managed_pages = from->managed, .cma_pages = from->cma, .watermark_boost = from->boost,
		.nr_reserved_highatomic = from->reserved_highatomic, .nr_free_highatomic = from->free_highatomic,
		.percpu_drift_mark = from->drift_mark, .flags = from->flags,
	};
	memcpy(zone->wmark, from->wmark, sizeof(zone->wmark));
	memcpy(zone->lowmem_reserve, from->lowmem_reserve, sizeof(zone->lowmem_reserve));
	memcpy(zone->stat, from->counters, sizeof(zone->stat));
	memcpy(zone->lru, from->lru, sizeof(zone->lru));
	zone->pcp = arena_array(live->arena, state->nr_cpus, sizeof(*zone->pcp));
	for (size_t cpu = 0; cpu < state->nr_cpus; cpu++)
		build_pcp(&zone->pcp[cpu], &state->pagesets[index * state->nr_cpus + cpu]);
}

static int by_start(const void *a, const void *b)
{
	const struct pageblock_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void build_map(struct live *live, const struct mm_alloc_state *state)
{
	struct pageblock_range *types = arena_array(live->arena, state->nr_blocks + 1, sizeof(*types));
	uint64_t start = UINT64_MAX, end = 0;

	for (size_t i = 0; i < state->nr_zones; i++) {
		start = min_u64(start, state->zones[i].start_pfn);
		end = max_u64(end, state->zones[i].start_pfn + state->zones[i].spanned);
	}
	frame_map_init(&live->map, live->arena, start, end, state->max_order, state->pageblock_order);
	for (size_t i = 0; i < state->nr_blocks; i++)
		types[i] = (struct pageblock_range){
			state->blocks[i].pfn, state->blocks[i].pfn + (state->blocks[i].nr << state->pageblock_order),
			(enum migratetype)state->blocks[i].flags,
		};
	qsort(types, state->nr_blocks, sizeof(*types), by_start);
	live->map.types = types;
	live->map.nr_types = state->nr_blocks;
}

_Noreturn static void contradiction(struct live *live, uint64_t pfn, const char *what)
{
	arena_fail(live->arena, -EINVAL, "the state contradicts itself: page %llu %s", (unsigned long long)pfn, what);
}

/* The frame of a block that may go on a list: in its zone, aligned, and on no other list. */
static struct frame *frame_for_list(struct live *live, const struct live_zone *zone, uint64_t pfn, unsigned order)
{
	struct frame *frame;

	if (pfn & ((UINT64_C(1) << order) - 1) || pfn < zone->start_pfn ||
	    pfn + (UINT64_C(1) << order) > zone->start_pfn + zone->spanned_pages)
		contradiction(live, pfn, "is not aligned, or outside of its zone");
	frame = frame_at(&live->map, pfn);
	if (frame->state != FRAME_OTHER)
		contradiction(live, pfn, "is on two lists");
	return frame;
}

static void build_free_list(struct live *live, const struct mm_alloc_list *from)
{
	struct live_zone *zone = &live->zones[from->zone];

	for (size_t i = 0; i < from->nr; i++) {
		struct frame *frame = frame_for_list(live, zone, from->pfns[i], from->order);

		frame->state = FRAME_FREE;
		frame->order = (uint8_t)from->order;
		frame->type = (uint8_t)from->type;
		frame_list_push(&zone->lists[from->order][from->type], frame, true);
		zone->nr_free[from->order]++;
		if (from->order < live->pageblock_order)
			pageblock_at(&live->map, frame->pfn)->nr_free += 1 << from->order;
	}
}

static void build_pcp_list(struct live *live, const struct mm_alloc_list *from)
{
	struct live_zone *zone = &live->zones[from->zone];
	unsigned order = pcp_list_order(live, from->list);

	for (size_t i = 0; i < from->nr; i++) {
		struct frame *frame = frame_for_list(live, zone, from->pfns[i], order);

		frame->state = FRAME_PCP;
		frame->order = (uint8_t)order;
		frame->type = from->types ? from->types[i] : 0;
		frame_list_push(&zone->pcp[from->cpu].lists[from->list], frame, true);
	}
}

static void build_movable(struct live *live, const struct phys_range *range)
{
	for (uint64_t pfn = range->base; pfn < range_end(*range); pfn++) {
		if (!frame_in(&live->map, pfn))
			contradiction(live, pfn, "is outside of memory");
		live_set_movable(live, frame_at(&live->map, pfn), true);
	}
}

/* Sizes of huge pages that the build has; their pools are empty. */
static void build_huge_sizes(struct live *live)
{
	unsigned shifts[HUGEPAGE_SIZES];

	if (!live->kernel || !kernel_has_config(live->kernel, "HUGETLB_PAGE"))
		return;
	live->nr_huge_sizes = hugepage_shifts(live->page_shift, shifts);
	for (size_t i = 0; i < live->nr_huge_sizes; i++)
		live->huge_kb[i] = UINT64_C(1) << (shifts[i] - 10);
}

static void build_all(struct live *live, const struct mm_alloc_state *state)
{
	live->release = RELEASE(state->version, state->patchlevel, state->sublevel);
	live->kernel = state->kernel;
	alloc_rules_at(&live->rules, live->release);
	live->page_shift = state->page_shift ? state->page_shift : 12;
	live->numa = !state->kernel || state->kernel->numa;
	live->stopper = state->stopper;
	build_huge_sizes(live);
	live->max_order = state->max_order;
	live->pageblock_order = state->pageblock_order;
	live->pageblock_pages = INT64_C(1) << state->pageblock_order;
	live->nr_pcp_lists = state->nr_pcp_lists;
	live->has_cma = state->has_cma;
	live->zone_dma32 = state->zone_dma32;
	live->mobility_disabled = state->mobility_disabled;
	live->boost_factor = state->boost_factor;
	build_nodes(live, state);
	live->nr_cpus = (unsigned)state->nr_cpus;
	live->cpus = arena_array(live->arena, state->nr_cpus, sizeof(*live->cpus));
	for (size_t i = 0; i < state->nr_cpus; i++)
		live->cpus[i] = (struct live_cpu){ .nid = state->cpus[i].node, .mem_nid = state->cpus[i].mem_node };
	live->nr_zones = state->nr_zones;
	live->zones = arena_array(live->arena, state->nr_zones, sizeof(*live->zones));
	for (size_t i = 0; i < state->nr_zones; i++)
		build_zone(live, i, state);
	for (size_t i = 0; i < state->nr_zones; i++)
		live->total_cma += state->zones[i].cma;
	build_map(live, state);
	for (size_t i = 0; i < state->nr_free_lists; i++)
		build_free_list(live, &state->free_lists[i]);
	for (size_t i = 0; i < state->nr_pcp_lists_given; i++)
		build_pcp_list(live, &state->pcp_lists[i]);
	for (size_t i = 0; i < state->nr_movable; i++)
		build_movable(live, &state->movable[i]);
}

/* ------------------------------------------------------------------ checking */

static const char *bad_sizes(const struct mm_alloc_state *s)
{
	if (s->max_order >= MM_ALLOC_ORDERS || s->pageblock_order > s->max_order)
		return "orders";
	if (!s->nr_pcp_lists || s->nr_pcp_lists > MM_ALLOC_PCP_LISTS)
		return "number of per-CPU lists";
	if (!s->nr_zones || s->nr_zones > MM_ALLOC_MAX_ZONES)
		return "number of zones";
	if (!s->nr_cpus || s->nr_cpus > MM_ALLOC_MAX_CPUS)
		return "number of CPUs";
	return !s->nr_nodes || s->nr_nodes > MM_ALLOC_MAX_NODES ? "number of nodes" : NULL;
}

static bool node_valid(const struct mm_alloc_state *s, int nid)
{
	return nid >= 0 && (size_t)nid < s->nr_nodes && s->nodes[nid].exists;
}

static bool refs_valid(const struct mm_alloc_state *s, const unsigned *refs, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (refs[i] >= s->nr_zones)
			return false;
	return true;
}

static const char *bad_zones(const struct mm_alloc_state *s)
{
	uint64_t start = UINT64_MAX, end = 0;

	for (size_t i = 0; i < s->nr_zones; i++) {
		const struct mm_alloc_zone *zone = &s->zones[i];

		if (!node_valid(s, zone->node) || (unsigned)zone->kind >= MM_ZONE_KINDS)
			return "zones";
		if (zone->start_pfn > MM_ALLOC_MAX_SPAN || !zone->spanned || zone->spanned > MM_ALLOC_MAX_SPAN)
			return "zones' sizes";
		start = min_u64(start, zone->start_pfn);
		end = max_u64(end, zone->start_pfn + zone->spanned);
	}
	return end - start > MM_ALLOC_MAX_SPAN ? "zones' sizes" : NULL;
}

static const char *bad_lists(const struct mm_alloc_state *s)
{
	for (size_t i = 0; i < s->nr_free_lists; i++)
		if (s->free_lists[i].zone >= s->nr_zones || s->free_lists[i].order > s->max_order ||
		    s->free_lists[i].type >= MM_ALLOC_TYPES)
			return "free lists";
	for (size_t i = 0; i < s->nr_pcp_lists_given; i++)
		if (s->pcp_lists[i].zone >= s->nr_zones || s->pcp_lists[i].cpu >= s->nr_cpus ||
		    s->pcp_lists[i].list >= s->nr_pcp_lists)
			return "per-CPU lists";
	return NULL;
}

static const char *bad_nodes(const struct mm_alloc_state *s)
{
	for (size_t i = 0; i < s->nr_nodes; i++)
		if (!refs_valid(s, s->nodes[i].fallback, s->nodes[i].nr_fallback) ||
		    !refs_valid(s, s->nodes[i].thisnode, s->nodes[i].nr_thisnode))
			return "zonelists";
	for (size_t i = 0; i < s->nr_cpus; i++)
		if (!node_valid(s, s->cpus[i].node) || !node_valid(s, s->cpus[i].mem_node))
			return "CPUs' nodes";
	for (size_t i = 0; i < s->nr_zones * s->nr_cpus; i++)
		if (s->pagesets[i].batch < 1 || s->pagesets[i].batch > 1 << 20 || s->pagesets[i].alloc_factor < 0 ||
		    s->pagesets[i].alloc_factor > PCP_BATCH_SCALE_MAX || s->pagesets[i].free_factor < 0 ||
		    s->pagesets[i].free_factor > PCP_BATCH_SCALE_MAX)
			return "page sets";
	return NULL;
}

const char *live_bad_state(const struct mm_alloc_state *state)
{
	const char *what = bad_sizes(state);

	what = what ? what : bad_zones(state);
	what = what ? what : bad_nodes(state);
	return what ? what : bad_lists(state);
}

/* What a per-CPU set counts is what its lists hold. */
static void check_counts(struct live *live)
{
	for (size_t z = 0; z < live->nr_zones; z++)
		for (unsigned cpu = 0; cpu < live->nr_cpus; cpu++) {
			const struct live_pcp *pcp = &live->zones[z].pcp[cpu];
			uint64_t pages = 0;

			for (unsigned i = 0; i < live->nr_pcp_lists; i++)
				pages += pcp->lists[i].nr << pcp_list_order(live, i);
			if ((uint64_t)pcp->count != pages)
				arena_fail(live->arena, -EINVAL, "the state contradicts itself: "
					   "CPU %u's page set of zone %zu counts %d pages and has %llu",
					   cpu, z, pcp->count, (unsigned long long)pages);
		}
}

void live_build(struct live *live, const struct mm_alloc_state *state)
{
	build_all(live, state);
	check_counts(live);
}
