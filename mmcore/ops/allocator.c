// SPDX-License-Identifier: GPL-2.0-or-later
/* allocator.c - the allocator at work as mm.h shows it: from a state that somebody gives, operation by operation. */
#include "build.h"
#include "mem_info.h"
#include "slub_live.h"

#include "../kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct mm_allocator {
	struct arena arena;
	struct live live;
	struct slab slab;		/* no more of it than sizes hang on */
	struct live_slub slub;
	struct live_cache **caches;
	size_t nr_caches;
};

#define SLUB_MAX_ORDER	3	/* slub_max_order as long as nothing is said: PAGE_ALLOC_COSTLY_ORDER */
#define CACHE_LINE	64

static struct live_cache *make_cache(struct mm_allocator *allocator, const struct mm_alloc_cache *from)
{
	struct kmem_cache *s = arena_alloc(&allocator->arena, sizeof(*s));

	s->name = "cache";
	s->object_size = from->object_size;
	s->flags = (from->reclaimable ? SLAB_RECLAIM_ACCOUNT : 0) | (from->hwcache_align ? SLAB_HWCACHE_ALIGN : 0);
	s->align = slab_alignment(&allocator->slab, s->flags, from->align, s->object_size);
	slub_lay_out(&allocator->slab, s);
	return slub_live_cache(&allocator->slub, s, false);
}

static void make_caches(struct mm_allocator *allocator, const struct mm_alloc_state *state)
{
	if (!state->kernel || !state->nr_caches)
		return;
	allocator->slab = (struct slab){
		.kernel = state->kernel, .cache_line = CACHE_LINE, .minalign = 8, .nr_cpu_ids = (unsigned)state->nr_cpus,
		.nr_cpus = (unsigned)state->nr_cpus, .max_order = SLUB_MAX_ORDER, .kmalloc_minalign = 8,
	};
	slub_live_init(&allocator->slub, &allocator->live, &allocator->slab);
	allocator->caches = arena_array(&allocator->arena, state->nr_caches, sizeof(*allocator->caches));
	for (size_t i = 0; i < state->nr_caches; i++)
		allocator->caches[i] = make_cache(allocator, &state->caches[i]);
	allocator->nr_caches = state->nr_caches;
}

int mm_allocator_new(const struct mm_alloc_state *state, struct mm_allocator **ret, struct mm_error *error)
{
	struct mm_allocator *volatile allocator;
	const char *what = live_bad_state(state);
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
	live_build(&allocator->live, state);
	make_caches(allocator, state);
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

/* An object is known by its slab, which any object of it finds. */
static struct live_slab *slab_at(const struct live_cache *cache, uint64_t pfn)
{
	for (struct live_slab *slab = cache->slabs; slab; slab = slab->older)
		if (pfn >= slab->pfn && (pfn - slab->pfn) >> slab->order == 0)
			return slab;
	return NULL;
}

static void do_object(struct mm_allocator *allocator, const struct mm_op *op, struct mm_op_result *ret)
{
	struct live_cache *cache = op->cache < allocator->nr_caches ? allocator->caches[op->cache] : NULL;
	struct live_slab *slab = cache && op->kind == MM_OP_CACHE_FREE ? slab_at(cache, op->pfn) : NULL;

	if (!cache || (op->kind == MM_OP_CACHE_FREE && !slab)) {
		ret->end = MM_OP_NOT_HELD;
		return;
	}
	if (slab) {
		slub_live_free(&allocator->slub, slab);
		return;
	}
	slab = slub_live_alloc(&allocator->slub, cache, op->gfp, op->node);
	ret->end = slab ? MM_OP_DONE : MM_OP_FAILED;
	if (slab) {
		ret->pfn = slab->pfn;
		ret->order = slab->order;
	}
}

static void dispatch(struct mm_allocator *allocator, const struct mm_op *op, struct mm_op_result *ret)
{
	struct live *live = &allocator->live;

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
	case MM_OP_CACHE_ALLOC:
	case MM_OP_CACHE_FREE:
		do_object(allocator, op, ret);
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
	dispatch(allocator, op, ret);
	allocator->arena.on_failure = NULL;
	allocator->arena.error = NULL;
	return 0;
}

unsigned mm_allocator_cache_order(const struct mm_allocator *allocator, unsigned cache)
{
	return cache < allocator->nr_caches ? allocator->caches[cache]->s->order : 0;
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
