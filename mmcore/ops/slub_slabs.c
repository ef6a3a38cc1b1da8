// SPDX-License-Identifier: GPL-2.0-or-later
/* slub_slabs.c - slabs from the page allocator and back, and nodes' lists of partial ones. */
#include "slub_live.h"

#include "../kernel.h"
#include "../node.h"

/* GFP_RECLAIM_MASK and GFP_CONSTRAINT_MASK: what of a request for an object goes on to its pages. */
#define GFP_OF_SLAB	(GFP_DIRECT_RECLAIM | GFP_KSWAPD_RECLAIM | GFP_HIGH | GFP_IO | GFP_FS | GFP_ATOMIC_BIT | GFP_NOWARN | \
			 GFP_RETRY_MAYFAIL | GFP_NOFAIL | GFP_NORETRY | GFP_MEMALLOC | GFP_NOMEMALLOC | GFP_HARDWALL | GFP_THISNODE)

int slub_local_node(const struct live_slub *slub)
{
	return slub->live->cpus[slub->live->cpu].mem_nid;
}

struct cache_node *slub_node_of(const struct live_slab *slab)
{
	return &slab->cache->nodes[slab->nid];
}

void slub_changed(struct live_slub *slub, struct live_slab *slab)
{
	if (slub->watch && slub->watch->changed)
		slub->watch->changed(slub->watch->ctx, slab);
}

void slub_enlist(struct live_slab *slab)
{
	slab->older = slab->cache->slabs;
	if (slab->older)
		slab->older->newer = slab;
	slab->cache->slabs = slab;
}

static void delist(struct live_slab *slab)
{
	*(slab->newer ? &slab->newer->older : &slab->cache->slabs) = slab->older;
	if (slab->older)
		slab->older->newer = slab->newer;
}

/* ------------------------------------------------------------ a node's list */

void slub_add_partial(struct live_slub *slub, struct live_slab *slab, bool tail)
{
	struct cache_node *node = slub_node_of(slab);

	slab->prev = tail ? node->tail : NULL;
	slab->next = tail ? NULL : node->head;
	*(slab->prev ? &slab->prev->next : &node->head) = slab;
	*(slab->next ? &slab->next->prev : &node->tail) = slab;
	node->nr_partial++;
	slab->place = SLAB_ON_NODE;
	slub_changed(slub, slab);
}

void slub_remove_partial(struct live_slub *slub, struct live_slab *slab)
{
	struct cache_node *node = slub_node_of(slab);

	*(slab->prev ? &slab->prev->next : &node->head) = slab->next;
	*(slab->next ? &slab->next->prev : &node->tail) = slab->prev;
	slab->prev = slab->next = NULL;
	node->nr_partial--;
	slab->place = SLAB_FULL_NOWHERE;
	slub_changed(slub, slab);
}

/*
 * Other nodes are looked at only if they have more partial slabs than they
 * should keep.  The kernel skips that once in 45 times, by the cycle counter;
 * here it never does.
 */
static int any_partial_node(const struct live_slub *slub, const struct live_cache *cache, unsigned gfp)
{
	const struct live *live = slub->live;
	const struct live_node *local = &live->nodes[slub_local_node(slub)];

	for (size_t i = 0; i < local->nr_fallback; i++) {
		const struct live_zone *zone = &live->zones[local->fallback[i]];

		if (zone->type <= gfp_zone(gfp) && cache->nodes[zone->nid].nr_partial > cache->min_partial)
			return zone->nid;
	}
	return -1;
}

int slub_partial_node(const struct live_slub *slub, const struct live_cache *cache, unsigned gfp, int nid)
{
	int first = nid < 0 ? slub_local_node(slub) : nid;

	if (cache->nodes[first].nr_partial)
		return first;
	if (nid >= 0 && (gfp & GFP_THISNODE || !slub->live->rules.slub_thisnode_first))
		return -1;
	return any_partial_node(slub, cache, gfp);
}

unsigned slub_thisnode_gfp(const struct live_slub *slub, unsigned gfp)
{
	if (slub->live->rules.slub_thisnode_keeps)
		return (gfp & (GFP_KSWAPD_RECLAIM | GFP_NOWARN | GFP_NOMEMALLOC | GFP_ACCOUNT)) | GFP_NOWARN | GFP_THISNODE;
	return GFP_KSWAPD_RECLAIM | (slub->live->rules.gfp_nowait_nowarn ? GFP_NOWARN : 0) | GFP_THISNODE;
}

/* -------------------------------------------------------------------- pages */

/* kmem_cache.allocflags */
static unsigned cache_gfp(const struct live_slub *slub, const struct kmem_cache *s)
{
	unsigned gfp = s->order || slub->live->rules.slub_always_compound ? GFP_COMP : 0;

	if (s->flags & SLAB_CACHE_DMA)
		gfp |= GFP_DMA;
	return gfp | (s->flags & SLAB_RECLAIM_ACCOUNT ? GFP_RECLAIMABLE : 0);
}

static struct frame *ask(struct live_slub *slub, struct live_cache *cache, unsigned gfp, unsigned order, int nid)
{
	struct frame *frame;

	if (slub->watch && slub->watch->wants)
		slub->watch->wants(slub->watch->ctx, cache, gfp);
	slub->end = live_alloc_pages(slub->live, gfp, order, nid, &frame);
	return frame;
}

/* allocate_slab(): the large block must not cost anything, the smallest one may. */
struct live_slab *slub_new_slab(struct live_slub *slub, struct live_cache *cache, unsigned gfp, int nid)
{
	unsigned flags = (gfp & GFP_OF_SLAB) | cache_gfp(slub, cache->s), first = (flags | GFP_NOWARN | GFP_NORETRY) & ~GFP_NOFAIL;
	unsigned order = cache->s->order;
	struct live_slab *slab;
	struct frame *frame;

	if (first & GFP_DIRECT_RECLAIM && order > cache->s->min_order)
		first = (first | GFP_NOMEMALLOC) & ~(GFP_DIRECT_RECLAIM | GFP_KSWAPD_RECLAIM);
	frame = ask(slub, cache, first, order, nid);
	if (!frame) {
		order = cache->s->min_order;
		frame = ask(slub, cache, flags, order, nid);
	}
	if (!frame)
		return NULL;
	slab = arena_alloc(slub->live->arena, sizeof(*slab));
	slab->cache = cache;
	slab->pfn = frame->pfn;
	slab->order = order;
	slab->objects = slab->free = (unsigned)((UINT64_C(1) << (order + slub->live->page_shift)) / cache->s->size);
	slab->nid = live_zone_of(slub->live, frame->pfn)->nid;
	slub_enlist(slab);
	cache->s->nr_slabs++;
	if (slub->watch && slub->watch->took)
		slub->watch->took(slub->watch->ctx, slab);
	return slab;
}

/* discard_slab() */
void slub_discard(struct live_slub *slub, struct live_slab *slab)
{
	struct frame *frame = frame_at(&slub->live->map, slab->pfn);

	delist(slab);
	slab->cache->s->nr_slabs--;
	if (slab->since_boot) {
		frame->state = FRAME_HELD;
		frame->order = (uint8_t)slab->order;
	}
	if (slub->watch && slub->watch->gives)
		slub->watch->gives(slub->watch->ctx, slab);
	live_free_pages(slub->live, frame);
	if (slub->watch && slub->watch->gave)
		slub->watch->gave(slub->watch->ctx, slab);
}
