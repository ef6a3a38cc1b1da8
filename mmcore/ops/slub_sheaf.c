// SPDX-License-Identifier: GPL-2.0-or-later
/* slub_sheaf.c - arrays of objects for each CPU, and each node's barn of them; SLUB from 7.0 on. */
#include "slub_live.h"

#include "../kernel.h"

#define MAX_FULL_SHEAVES	10
/* Frees of one slab are put together as far as this many others lie between; build_detached_freelist(). */
#define LOOKAHEAD		3
#define PCS_BATCH_MAX		32
/* struct slab_sheaf without its objects */
#define SHEAF_HEADER_BYTES	32

static struct cache_cpu *cpu_of(struct live_slub *slub, struct live_cache *cache)
{
	return &cache->cpus[slub->live->cpu];
}

/* The CPU's node's. */
static struct cache_node *barn_of(struct live_slub *slub, struct live_cache *cache)
{
	return &cache->nodes[slub_local_node(slub)];
}

static void push(struct sheaf **list, unsigned *nr, struct sheaf *sheaf)
{
	sheaf->next = *list;
	*list = sheaf;
	++*nr;
}

static struct sheaf *pop(struct sheaf **list, unsigned *nr)
{
	struct sheaf *sheaf = *list;

	if (!sheaf)
		return NULL;
	*list = sheaf->next;
	sheaf->next = NULL;
	--*nr;
	return sheaf;
}

struct sheaf *slub_sheaf_new(struct live_slub *slub, unsigned capacity)
{
	return arena_alloc(slub->live->arena, sizeof(struct sheaf) + capacity * sizeof(struct live_slab *));
}

/* alloc_empty_sheaf(): an object of a kmalloc cache, which for a kmalloc cache's own sheaves must not need another. */
static struct sheaf *alloc_empty_sheaf(struct live_slub *slub, struct live_cache *cache, unsigned gfp, bool no_recurse)
{
	unsigned bytes = SHEAF_HEADER_BYTES + cache->s->sheaf_capacity * (unsigned)sizeof(uint64_t);
	struct kmem_cache *from = kmalloc_cache(slub->slab, bytes);

	if (no_recurse)
		return NULL;
	if (from && !slub_sheaf_alloc(slub, slub_live_cache(slub, from, true), gfp | GFP_ZERO, -1, cache->s->flags & SLAB_KMALLOC))
		return NULL;
	return slub_sheaf_new(slub, cache->s->sheaf_capacity);
}

/* ------------------------------------------------------------- objects of slabs */

/* __slab_free() of @nr objects */
static void slab_free(struct live_slub *slub, struct live_slab *slab, unsigned nr)
{
	bool was_full = !slab->free;

	slab->free += nr;
	slub_changed(slub, slab);
	if (!was_full && slab->place != SLAB_ON_NODE)
		return;
	if (slab->free == slab->objects && slub_node_of(slab)->nr_partial >= slab->cache->min_partial) {
		if (!was_full)
			slub_remove_partial(slub, slab);
		slub_discard(slub, slab);
	} else if (was_full) {
		slub_add_partial(slub, slab, true);
	}
}

/* build_detached_freelist(): how many objects at the end of @objects go together; they are moved there. */
static unsigned gather(struct live_slab **objects, unsigned nr)
{
	struct live_slab *slab = objects[nr - 1];
	unsigned same = nr - 1, lookahead = LOOKAHEAD;

	for (unsigned i = nr - 1; i-- > 0;) {
		if (objects[i] == slab) {
			same--;
			objects[i] = objects[same];
			objects[same] = slab;
		} else if (!--lookahead) {
			break;
		}
	}
	return nr - same;
}

/* __kmem_cache_free_bulk() */
static void free_bulk(struct live_slub *slub, struct live_slab **objects, unsigned nr)
{
	while (nr) {
		unsigned same = gather(objects, nr);
		struct live_slab *slab = objects[nr - 1];

		nr -= same;
		slab->cached -= same;
		slab_free(slub, slab, same);
	}
}

static void flush(struct live_slub *slub, struct live_cache *cache, struct sheaf *sheaf, unsigned batch)
{
	unsigned nr = sheaf->size;

	while (sheaf->size) {
		unsigned now = (unsigned)min_u64(batch, sheaf->size);

		sheaf->size -= now;
		free_bulk(slub, sheaf->objects + sheaf->size, now);
	}
	if (nr && slub->watch && slub->watch->flushed)
		slub->watch->flushed(slub->watch->ctx, cache, nr);
}

/* Up to @want objects of @slab, which is on no list, go to @sheaf; how many. */
static unsigned take_objects(struct live_slab *slab, struct sheaf *sheaf, unsigned want)
{
	unsigned nr = (unsigned)min_u64(slab->free, want);

	slab->free -= nr;
	for (unsigned i = 0; i < nr; i++)
		sheaf->objects[sheaf->size++] = slab;
	slab->cached += nr;
	return nr;
}

/* What was not needed after all comes back to the list's tail; up to 7.1 to its head, unless it is empty and one too many. */
static void put_back(struct live_slub *slub, struct live_slab *slab)
{
	bool reverses = slub->live->rules.slub_refill_reverses;

	if (reverses && slab->free == slab->objects && slub_node_of(slab)->nr_partial >= slab->cache->min_partial)
		slub_discard(slub, slab);
	else
		slub_add_partial(slub, slab, !reverses);
}

/*
 * __refill_objects_node(): enough partial slabs are taken off the list, from its
 * head, and emptied in this order; up to 7.1 the last one taken is the first.
 * One whose objects are not all wanted comes to the tail.
 */
static void refill_from_node(struct live_slub *slub, struct live_cache *cache, int nid, struct sheaf *sheaf, unsigned want)
{
	struct cache_node *node = &cache->nodes[nid];
	struct live_slab *taken = NULL, **end = &taken;
	unsigned total = 0;

	while (node->head && total < want) {
		struct live_slab *slab = node->head;

		slub_remove_partial(slub, slab);
		total += slab->free;
		slab->below = slub->live->rules.slub_refill_reverses ? taken : NULL;
		*(slab->below ? &taken : end) = slab;
		end = &slab->below;
	}
	for (struct live_slab *slab = taken, *next; slab; slab = next) {
		next = slab->below;
		slab->below = NULL;
		if (!want) {
			put_back(slub, slab);
			continue;
		}
		want -= take_objects(slab, sheaf, want);
		slub_changed(slub, slab);
		if (slab->free)
			slub_add_partial(slub, slab, true);
	}
}

/* __refill_objects_any(): nodes that have more partial slabs than they should keep, the nearest first. */
static void refill_from_any(struct live_slub *slub, struct live_cache *cache, unsigned gfp, struct sheaf *sheaf)
{
	const struct live *live = slub->live;
	const struct live_node *local = &live->nodes[slub_local_node(slub)];

	for (size_t i = 0; i < local->nr_fallback && sheaf->size < cache->s->sheaf_capacity; i++) {
		const struct live_zone *zone = &live->zones[local->fallback[i]];

		if (zone->type <= gfp_zone(gfp) && cache->nodes[zone->nid].nr_partial > cache->min_partial)
			refill_from_node(slub, cache, zone->nid, sheaf, cache->s->sheaf_capacity - sheaf->size);
	}
}

/* refill_objects() */
static bool refill(struct live_slub *slub, struct live_cache *cache, unsigned gfp, struct sheaf *sheaf)
{
	unsigned capacity = cache->s->sheaf_capacity, had = sheaf->size;

	refill_from_node(slub, cache, slub_local_node(slub), sheaf, capacity - sheaf->size);
	refill_from_any(slub, cache, gfp, sheaf);
	while (sheaf->size < capacity) {
		struct live_slab *slab = slub_new_slab(slub, cache, gfp, slub_local_node(slub));

		if (!slab)
			return false;
		take_objects(slab, sheaf, capacity - sheaf->size);
		slub_changed(slub, slab);
		if (slab->free)
			slub_add_partial(slub, slab, false);
	}
	if (slub->watch && slub->watch->refilled)
		slub->watch->refilled(slub->watch->ctx, cache, sheaf->size - had);
	return true;
}

/* ------------------------------------------------------------------ allocating */

/* __pcs_replace_empty_main() */
static bool replace_empty_main(struct live_slub *slub, struct live_cache *cache, unsigned gfp, bool no_recurse)
{
	struct cache_node *barn = barn_of(slub, cache);
	struct cache_cpu *c = cpu_of(slub, cache);
	struct sheaf *sheaf;

	if (c->spare && c->spare->size) {
		sheaf = c->main;
		c->main = c->spare;
		c->spare = sheaf;
		return true;
	}
	sheaf = pop(&barn->full, &barn->nr_full);
	if (sheaf) {
		push(&barn->empty, &barn->nr_empty, c->main);
		c->main = sheaf;
		return true;
	}
	sheaf = c->spare;
	c->spare = NULL;
	if (!sheaf)
		sheaf = pop(&barn->empty, &barn->nr_empty);
	if (!sheaf)
		sheaf = alloc_empty_sheaf(slub, cache, gfp, no_recurse);
	if (!sheaf)
		return false;
	if (!refill(slub, cache, gfp | GFP_NOMEMALLOC | GFP_NOWARN, sheaf)) {
		flush(slub, cache, sheaf, cache->s->sheaf_capacity);
		return false;
	}
	if (c->spare)
		push(&barn->empty, &barn->nr_empty, c->main);
	else
		c->spare = c->main;
	c->main = sheaf;
	return true;
}

/* get_from_partial_node(): one object of the first slab, which stays there unless it was the last. */
static struct live_slab *from_partial(struct live_slub *slub, struct live_cache *cache, int nid)
{
	struct live_slab *slab = cache->nodes[nid].head;

	slab->free--;
	if (slab->free)
		slub_changed(slub, slab);
	else
		slub_remove_partial(slub, slab);
	return slab;
}

static struct live_slab *one_object(struct live_slub *slub, struct live_cache *cache, unsigned gfp, int nid)
{
	int from = slub_partial_node(slub, cache, gfp, nid);
	struct live_slab *slab;

	if (from >= 0)
		return from_partial(slub, cache, from);
	slab = slub_new_slab(slub, cache, gfp, nid);
	if (!slab)
		return NULL;
	slab->free--;
	slub_changed(slub, slab);
	if (slab->free)
		slub_add_partial(slub, slab, false);
	return slab;
}

/* ___slab_alloc() */
static struct live_slab *slow_path(struct live_slub *slub, struct live_cache *cache, unsigned gfp, int nid)
{
	struct live_slab *slab = NULL;

	if (nid >= 0 && !(gfp & GFP_THISNODE))
		slab = one_object(slub, cache, slub_thisnode_gfp(slub, gfp), nid);
	return slab ? slab : one_object(slub, cache, gfp, nid);
}

struct live_slab *slub_sheaf_alloc(struct live_slub *slub, struct live_cache *cache, unsigned gfp, int nid, bool no_recurse)
{
	struct cache_cpu *c = cpu_of(slub, cache);
	struct live_slab *slab;

	if (!c->main || (nid >= 0 && nid != slub_local_node(slub)))
		return slow_path(slub, cache, gfp, nid);
	if (!c->main->size && !replace_empty_main(slub, cache, gfp, no_recurse))
		return slow_path(slub, cache, gfp, nid);
	slab = c->main->objects[c->main->size - 1];
	if (nid >= 0 && slab->nid != nid)
		return slow_path(slub, cache, gfp, nid);
	c->main->size--;
	slab->cached--;
	slub_changed(slub, slab);
	return slab;
}

/* --------------------------------------------------------------------- freeing */

/* __pcs_install_empty_sheaf() */
static void install_empty(struct live_slub *slub, struct live_cache *cache, struct sheaf *empty)
{
	struct cache_node *barn = barn_of(slub, cache);
	struct cache_cpu *c = cpu_of(slub, cache);

	if (c->spare)
		push(&barn->full, &barn->nr_full, c->main);
	else
		c->spare = c->main;
	c->main = empty;
}

/* __pcs_replace_full_main() */
static void replace_full_main(struct live_slub *slub, struct live_cache *cache)
{
	struct cache_node *barn = barn_of(slub, cache);
	struct cache_cpu *c = cpu_of(slub, cache);
	struct sheaf *empty = NULL;

	if (c->spare && c->spare->size < cache->s->sheaf_capacity) {
		empty = c->spare;
		c->spare = c->main;
		c->main = empty;
		return;
	}
	if (c->spare && barn->nr_full >= MAX_FULL_SHEAVES) {
		empty = c->spare;
		c->spare = NULL;
		flush(slub, cache, empty, cache->s->sheaf_capacity);
	} else {
		empty = pop(&barn->empty, &barn->nr_empty);
		if (!empty)
			empty = alloc_empty_sheaf(slub, cache, GFP_NOWARN, false);
	}
	if (empty)
		install_empty(slub, cache, empty);
	else
		flush(slub, cache, c->main, PCS_BATCH_MAX);
}

/* can_free_to_pcs(): objects of the CPU's own node only. */
void slub_sheaf_free(struct live_slub *slub, struct live_slab *slab)
{
	struct cache_cpu *c = cpu_of(slub, slab->cache);

	if (!c->main || slab->nid != slub_local_node(slub)) {
		slab_free(slub, slab, 1);
		return;
	}
	if (c->main->size == slab->cache->s->sheaf_capacity)
		replace_full_main(slub, slab->cache);
	c->main->objects[c->main->size++] = slab;
	slab->cached++;
	slub_changed(slub, slab);
}
