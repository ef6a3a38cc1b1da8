// SPDX-License-Identifier: GPL-2.0-or-later
/* allocator.c - the allocator at work as mm.h shows it: from a state that somebody gives, operation by operation. */
#include "mem_info.h"

#include "../kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct mm_allocator {
	struct arena arena;
	struct live live;
};

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

static void build(struct live *live, const struct mm_alloc_state *state)
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

static const char *bad_state(const struct mm_alloc_state *state)
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

int mm_allocator_new(const struct mm_alloc_state *state, struct mm_allocator **ret, struct mm_error *error)
{
	struct mm_allocator *volatile allocator;
	const char *what = bad_state(state);
	jmp_buf on_failure;
	int err;

	*error = (struct mm_error){ .offset = -1 };
	if (what) {
		snprintf(error->text, sizeof(error->text), "the state's %s make no sense", what);
		return -EINVAL;
	}
	allocator = calloc(1, sizeof(*allocator));
	if (!allocator) {
		snprintf(error->text, sizeof(error->text), "no memory for the allocator");
		return -ENOMEM;
	}
	err = setjmp(on_failure);
	if (err) {
		mm_allocator_free(allocator);
		return -err;
	}
	allocator->arena.on_failure = &on_failure;
	allocator->arena.error = error;
	allocator->live.arena = &allocator->arena;
	build(&allocator->live, state);
	check_counts(&allocator->live);
	allocator->arena.on_failure = NULL;
	allocator->arena.error = NULL;
	*ret = allocator;
	return 0;
}

void mm_allocator_free(struct mm_allocator *allocator)
{
	if (!allocator)
		return;
	arena_deinit(&allocator->arena);
	free(allocator);
}

/* ---------------------------------------------------------------- operations */

static struct frame *held(struct live *live, uint64_t pfn)
{
	struct frame *frame = frame_find(&live->map, pfn);

	return frame && frame->state == FRAME_HELD ? frame : NULL;
}

static void do_alloc(struct live *live, const struct mm_op *op, struct mm_op_result *ret)
{
	static const enum mm_op_end ends[] = {
		[ALLOC_DONE] = MM_OP_DONE, [ALLOC_FAILED] = MM_OP_FAILED,
		[ALLOC_WOULD_RECLAIM] = MM_OP_WOULD_RECLAIM, [ALLOC_ORDER_TOO_LARGE] = MM_OP_ORDER_TOO_LARGE,
	};
	struct frame *frame;

	ret->end = ends[live_alloc_pages(live, op->gfp, op->order, op->node, &frame)];
	if (!frame)
		return;
	ret->pfn = frame->pfn;
	if (op->movable)
		live_set_movable(live, frame, true);
}

static void do_bulk(struct live *live, const struct mm_op *op, struct mm_op_result *ret)
{
	struct frame **frames = arena_array(live->arena, op->nr, sizeof(*frames));
	unsigned got = live_alloc_bulk(live, op->gfp, op->node, op->nr, frames);

	for (unsigned i = 0; i < got; i++)
		ret->pfns[i] = frames[i]->pfn;
	ret->value = got;
	ret->end = got ? MM_OP_DONE : MM_OP_FAILED;
}

static void do_release(struct live *live, const struct mm_op *op, struct mm_op_result *ret)
{
	struct frame **frames = arena_array(live->arena, op->nr, sizeof(*frames));

	for (unsigned i = 0; i < op->nr; i++) {
		frames[i] = held(live, op->pfns[i]);
		if (!frames[i]) {
			ret->end = MM_OP_NOT_HELD;
			return;
		}
	}
	live_release(live, frames, op->nr);
}

static void do_held(struct live *live, const struct mm_op *op, struct mm_op_result *ret)
{
	struct frame *frame = held(live, op->pfn);

	if (!frame)
		ret->end = MM_OP_NOT_HELD;
	else if (op->kind == MM_OP_SPLIT)
		live_split(live, frame);
	else
		live_free_pages(live, frame);
}

static void dispatch(struct live *live, const struct mm_op *op, struct mm_op_result *ret)
{
	switch (op->kind) {
	case MM_OP_ALLOC:
		do_alloc(live, op, ret);
		break;
	case MM_OP_BULK:
		do_bulk(live, op, ret);
		break;
	case MM_OP_FREE:
	case MM_OP_SPLIT:
		do_held(live, op, ret);
		break;
	case MM_OP_RELEASE:
		do_release(live, op, ret);
		break;
	case MM_OP_DRAIN_LOCAL:
		live_drain_local(live);
		break;
	case MM_OP_DRAIN_ALL:
		live_drain_all(live);
		break;
	case MM_OP_VMSTAT:
		ret->value = live_vmstat(live);
		break;
	case MM_OP_NR:
		break;
	}
}

int mm_allocator_do(struct mm_allocator *allocator, const struct mm_op *op, struct mm_op_result *ret)
{
	struct live *live = &allocator->live;
	struct mm_error error;
	jmp_buf on_failure;
	int err;

	assert(op->cpu < live->nr_cpus && op->node < live->nr_nodes);
	err = setjmp(on_failure);
	if (err)
		return -err;
	allocator->arena.on_failure = &on_failure;
	allocator->arena.error = &error;
	live->cpu = op->cpu;
	live->op++;
	ret->end = MM_OP_DONE;
	ret->pfn = UINT64_MAX;
	ret->value = 0;
	dispatch(live, op, ret);
	allocator->arena.on_failure = NULL;
	allocator->arena.error = NULL;
	return 0;
}

void mm_allocator_warn(const struct mm_allocator *allocator, const struct mm_op *op, mm_line_sink *sink, void *ctx)
{
	struct live live = allocator->live;

	live.cpu = op->cpu;
	warn_alloc(&live, op->gfp, op->order, NULL, 0, sink, ctx);
}

/* ------------------------------------------------------------------- readers */

void mm_allocator_zone(const struct mm_allocator *allocator, size_t index, struct mm_alloc_zone *ret)
{
	const struct live_zone *zone = &allocator->live.zones[index];

	*ret = (struct mm_alloc_zone){
		.node = zone->nid, .kind = (enum mm_zone_kind)zone->type, .start_pfn = zone->start_pfn,
		.spanned = zone->spanned_pages, .present = zone->present_pages, .managed = zone->managed_pages,
		.cma = zone->cma_pages, .boost = zone->watermark_boost,
		.reserved_highatomic = zone->nr_reserved_highatomic, .free_highatomic = zone->nr_free_highatomic,
		.drift_mark = zone->percpu_drift_mark, .flags = zone->flags,
	};
	memcpy(ret->wmark, zone->wmark, sizeof(ret->wmark));
	memcpy(ret->lowmem_reserve, zone->lowmem_reserve, sizeof(ret->lowmem_reserve));
	memcpy(ret->counters, zone->stat, sizeof(ret->counters));
	memcpy(ret->nr_free, zone->nr_free, sizeof(ret->nr_free));
}

void mm_allocator_pageset(const struct mm_allocator *allocator, size_t zone, size_t cpu, struct mm_alloc_pageset *ret)
{
	const struct live_pcp *pcp = &allocator->live.zones[zone].pcp[cpu];

	*ret = (struct mm_alloc_pageset){
		.count = pcp->count, .high = pcp->high, .high_min = pcp->high_min, .high_max = pcp->high_max,
		.batch = pcp->batch, .alloc_factor = pcp->alloc_factor, .free_factor = pcp->free_factor,
		.free_count = pcp->free_count, .expire = pcp->expire, .flags = pcp->flags,
		.stat_threshold = pcp->stat_threshold,
	};
	memcpy(ret->shares, pcp->diff, sizeof(ret->shares));
}

static size_t copy_list(const struct frame_list *list, uint64_t *pfns, uint8_t *types, size_t cap)
{
	size_t n = 0;

	for (const struct frame *frame = list->head; frame; frame = frame->next) {
		uint64_t nr = frame->state == FRAME_RUN ? ((const struct frame_run *)frame)->nr : 1;

		for (uint64_t i = 0; i < nr; i++, n++) {
			if (n >= cap)
				continue;
			pfns[n] = frame->pfn + (i ? i * (uint64_t)((const struct frame_run *)frame)->step : 0);
			if (types)
				types[n] = frame->type;
		}
	}
	return n;
}

size_t mm_allocator_free_list(const struct mm_allocator *allocator, size_t zone, unsigned order, unsigned type,
			      uint64_t *pfns, size_t cap)
{
	return copy_list(&allocator->live.zones[zone].lists[order][type], pfns, NULL, cap);
}

size_t mm_allocator_pcp_list(const struct mm_allocator *allocator, size_t zone, size_t cpu, unsigned list,
			     uint64_t *pfns, uint8_t *types, size_t cap)
{
	return copy_list(&allocator->live.zones[zone].pcp[cpu].lists[list], pfns, types, cap);
}

int mm_allocator_block(const struct mm_allocator *allocator, uint64_t pfn)
{
	struct frame_map *map = (struct frame_map *)&allocator->live.map;

	return frame_in(map, pfn) ? pageblock_at(map, pfn)->flags : -1;
}

bool mm_allocator_recorded(unsigned version, unsigned patchlevel)
{
	struct alloc_rules rules;

	alloc_rules_at(&rules, RELEASE(version, patchlevel, 0));
	return rules.recorded;
}
