// SPDX-License-Identifier: GPL-2.0-or-later
/* slub_cpu.c - a slab for each CPU and a stack of partial ones; SLUB up to 6.19. */
#include "slub_live.h"

static struct cache_cpu *cpu_of(struct live_slub *slub, struct live_cache *cache)
{
	return &cache->cpus[slub->live->cpu];
}

static bool node_matches(const struct live_slab *slab, int nid)
{
	return nid < 0 || slab->nid == nid;
}

/* An empty slab that its node has no use for. */
static bool surplus(const struct live_slab *slab)
{
	return slab->free == slab->objects && slub_node_of(slab)->nr_partial >= slab->cache->min_partial;
}

/* __unfreeze_partials(), __put_partials(): a stack goes to the nodes' lists; what is empty and too much goes back, last first. */
static void put_partials(struct live_slub *slub, struct live_slab *top)
{
	struct live_slab *discard = NULL;

	while (top) {
		struct live_slab *slab = top;

		top = slab->below;
		slab->below = NULL;
		if (surplus(slab)) {
			slab->below = discard;
			discard = slab;
		} else {
			slub_add_partial(slub, slab, true);
		}
	}
	while (discard) {
		struct live_slab *slab = discard;

		discard = slab->below;
		slub_discard(slub, slab);
	}
}

static bool stack_is_full(const struct live_slub *slub, const struct live_slab *top)
{
	return slub->live->rules.slub_counts_slabs ? top->stacked >= top->cache->cpu_partial_slabs
						   : top->stacked_objects > top->cache->cpu_partial_objects;
}

static void put_cpu_partial(struct live_slub *slub, struct live_slab *slab, bool drain)
{
	struct cache_cpu *c = cpu_of(slub, slab->cache);
	struct live_slab *old = c->partial, *gone = NULL;

	if (old && drain && stack_is_full(slub, old)) {
		gone = old;
		old = NULL;
	}
	slab->below = old;
	slab->stacked = old ? old->stacked + 1 : 1;
	slab->stacked_objects = (old ? old->stacked_objects : 0) + slab->free;
	slab->place = SLAB_ON_CPU_PARTIAL;
	slab->cpu = slub->live->cpu;
	c->partial = slab;
	slub_changed(slub, slab);
	put_partials(slub, gone);
}

/* deactivate_slab(): what is on the CPU's list goes back to the slab's; one that others freed into comes last. */
static void deactivate(struct live_slub *slub, struct cache_cpu *c)
{
	struct live_slab *slab = c->slab;
	bool tail = slab->free;

	slab->free += c->free;
	slab->place = SLAB_FULL_NOWHERE;
	c->slab = NULL;
	c->free = 0;
	slub_changed(slub, slab);
	if (surplus(slab))
		slub_discard(slub, slab);
	else if (slab->free)
		slub_add_partial(slub, slab, tail);
}

/* All free objects of the slab are the CPU's from now on. */
static void load(struct live_slub *slub, struct cache_cpu *c, struct live_slab *slab)
{
	c->slab = slab;
	c->free += slab->free;
	slab->free = 0;
	slab->place = SLAB_ON_CPU;
	slab->cpu = slub->live->cpu;
	slab->below = NULL;
	slub_changed(slub, slab);
}

static bool enough(const struct live_slub *slub, const struct live_cache *cache, unsigned slabs, unsigned objects)
{
	if (!cache->has_cpu_partial)
		return true;
	return slub->live->rules.slub_counts_slabs ? slabs > cache->cpu_partial_slabs / 2 : objects > cache->cpu_partial_objects / 2;
}

/* get_partial_node(): the first one for the CPU, some more for its stack. */
static struct live_slab *take_partial(struct live_slub *slub, struct live_cache *cache, int nid)
{
	struct cache_node *node = &cache->nodes[nid];
	struct live_slab *first = node->head;
	unsigned slabs = 0, objects = first->free;

	slub_remove_partial(slub, first);
	while (node->head && !enough(slub, cache, slabs, objects)) {
		struct live_slab *slab = node->head;

		slub_remove_partial(slub, slab);
		put_cpu_partial(slub, slab, false);
		slabs++;
		objects += slab->free;
	}
	return first;
}

static bool from_cpu_partial(struct live_slub *slub, struct live_cache *cache, int nid)
{
	struct cache_cpu *c = cpu_of(slub, cache);

	while (c->partial) {
		struct live_slab *slab = c->partial;

		c->partial = slab->below;
		slab->below = NULL;
		if (node_matches(slab, nid)) {
			load(slub, c, slab);
			return true;
		}
		put_partials(slub, slab);
	}
	return false;
}

/* From a node's list, or a new one. */
static struct live_slab *get_slab(struct live_slub *slub, struct live_cache *cache, unsigned gfp, int nid)
{
	int from = slub_partial_node(slub, cache, gfp, nid);

	return from >= 0 ? take_partial(slub, cache, from) : slub_new_slab(slub, cache, gfp, nid);
}

static bool slow_path(struct live_slub *slub, struct live_cache *cache, unsigned gfp, int nid)
{
	struct cache_cpu *c = cpu_of(slub, cache);
	struct live_slab *slab = NULL;

	if (c->slab && !node_matches(c->slab, nid))
		deactivate(slub, c);
	if (c->slab && c->slab->free) {
		load(slub, c, c->slab);
		return true;
	}
	if (c->slab) {
		c->slab->place = SLAB_FULL_NOWHERE;
		slub_changed(slub, c->slab);
		c->slab = NULL;
	}
	if (from_cpu_partial(slub, cache, nid))
		return true;
	if (nid >= 0 && !(gfp & GFP_THISNODE) && slub->live->rules.slub_thisnode_first)
		slab = get_slab(slub, cache, slub_thisnode_gfp(slub, gfp), nid);
	if (!slab)
		slab = get_slab(slub, cache, gfp, nid);
	if (!slab)
		return false;
	/* What is asked of the page allocator may have freed something here: nothing does. */
	load(slub, c, slab);
	return true;
}

struct live_slab *slub_cpu_alloc(struct live_slub *slub, struct live_cache *cache, unsigned gfp, int nid)
{
	struct cache_cpu *c = cpu_of(slub, cache);

	if (!(c->slab && c->free && node_matches(c->slab, nid)) && !slow_path(slub, cache, gfp, nid))
		return NULL;
	c->free--;
	slub_changed(slub, c->slab);
	return c->slab;
}

/* __slab_free() */
static void slow_free(struct live_slub *slub, struct live_slab *slab)
{
	bool was_full = !slab->free++;

	slub_changed(slub, slab);
	if (slab->place == SLAB_ON_CPU || slab->place == SLAB_ON_CPU_PARTIAL)
		return;
	if (was_full && slab->cache->has_cpu_partial) {
		put_cpu_partial(slub, slab, true);
		return;
	}
	if (surplus(slab)) {
		if (!was_full)
			slub_remove_partial(slub, slab);
		slub_discard(slub, slab);
	} else if (was_full) {
		slub_add_partial(slub, slab, true);
	}
}

void slub_cpu_free(struct live_slub *slub, struct live_slab *slab)
{
	struct cache_cpu *c = cpu_of(slub, slab->cache);

	if (c->slab != slab) {
		slow_free(slub, slab);
		return;
	}
	c->free++;
	slub_changed(slub, slab);
}
