// SPDX-License-Identifier: GPL-2.0-or-later
/* slub_live.c - caches at work: from boot, objects out and in. */
#include "slub_live.h"

#include "../kernel.h"

#define MIN_PARTIAL	5
#define MAX_PARTIAL	10

void slub_live_init(struct live_slub *slub, struct live *live, const struct slab *slab)
{
	*slub = (struct live_slub){ .live = live, .slab = slab };
}

/* set_cpu_partial(): objects that a CPU's stack should have; since 5.16 slabs that are half full. */
static void set_cpu_partial(const struct live_slub *slub, struct live_cache *cache)
{
	bool slabs = slub->live->rules.slub_counts_slabs;
	unsigned size = cache->s->size, page = 1u << slub->live->page_shift;
	unsigned objects = size >= page ? (slabs ? 6 : 2) : size >= 1024 ? (slabs ? 24 : 6) : size >= 256 ? (slabs ? 52 : 13) : slabs ? 120 : 30;

	cache->has_cpu_partial = kernel_has_config(slub->slab->kernel, "SLUB_CPU_PARTIAL") && !(cache->s->flags & SLAB_DEBUG_FLAGS);
	cache->cpu_partial_objects = cache->has_cpu_partial ? objects : 0;
	cache->cpu_partial_slabs = (unsigned)div_round_up(2 * cache->cpu_partial_objects, cache->s->objects);
}

/* init_percpu_sheaves(): an empty one for each CPU. */
static void set_sheaves(struct live_slub *slub, struct live_cache *cache)
{
	if (!cache->s->sheaf_capacity || !slub->slab->kernel->rules->slub_sheaves)
		return;
	for (unsigned cpu = 0; cpu < slub->live->nr_cpus; cpu++)
		cache->cpus[cpu].main = slub_sheaf_new(slub, cache->s->sheaf_capacity);
}

/* ------------------------------------------------------------- what boot has left */

static struct live_slab *take_slab(struct live_slub *slub, struct live_cache *cache, const struct slab_page *page)
{
	struct live_slab *slab = arena_alloc(slub->live->arena, sizeof(*slab));

	slab->cache = cache;
	slab->pfn = page->pfn;
	slab->order = page->order;
	slab->objects = page->objects;
	slab->nid = page->list_nid;
	slab->since_boot = true;
	slub_enlist(slab);
	return slab;
}

static bool on_partial(const struct kmem_cache *s, const struct slab_page *page)
{
	for (const struct slab_page *p = s->partial; p; p = p->next)
		if (p == page)
			return true;
	return false;
}

/* Boot's list of all slabs has the newest first; partial ones are in the order of their own list.  The newest is returned. */
static struct live_slab *take_slabs(struct live_slub *slub, struct live_cache *cache)
{
	struct live_slab *newest = NULL;
	struct kmem_cache *s = cache->s;

	for (const struct slab_page *page = s->slabs; page; page = page->next_of_cache) {
		struct live_slab *slab;

		if (on_partial(s, page))
			continue;
		slab = take_slab(slub, cache, page);
		newest = page == s->slabs ? slab : newest;
		if (page != s->cpu_slab)
			continue;
		slab->place = SLAB_ON_CPU;
		cache->cpus[0].slab = slab;
		cache->cpus[0].free = page->free;
	}
	for (const struct slab_page *page = s->partial; page; page = page->next) {
		struct live_slab *slab = take_slab(slub, cache, page);

		newest = page == s->slabs ? slab : newest;
		slab->free = page->free;
		slub_add_partial(slub, slab, true);
	}
	return newest;
}

/* The boot CPU's main sheaf; of which slabs its objects are is not kept at boot: taken for the newest's. */
static void take_sheaf(struct live_slub *slub, struct live_cache *cache, struct live_slab *newest)
{
	struct sheaf *main = cache->cpus[0].main;

	for (unsigned i = 0; main && newest && i < cache->s->sheaf_objects && i < newest->objects - newest->free; i++)
		main->objects[main->size++] = newest, newest->cached++;
	if (main && cache->s->sheaf_spare)
		cache->cpus[0].spare = slub_sheaf_new(slub, cache->s->sheaf_capacity);
}

struct live_cache *slub_live_cache(struct live_slub *slub, struct kmem_cache *s, bool since_boot)
{
	struct live_cache *cache = slub->caches;

	while (cache && cache->s != s)
		cache = cache->next;
	if (cache)
		return cache;
	cache = arena_alloc(slub->live->arena, sizeof(*cache));
	cache->s = s;
	cache->since_boot = since_boot;
	cache->min_partial = clamp_u64(ilog2_u64(s->size) / 2, MIN_PARTIAL, MAX_PARTIAL);
	cache->cpus = arena_array(slub->live->arena, slub->live->nr_cpus, sizeof(*cache->cpus));
	cache->nodes = arena_array(slub->live->arena, (size_t)slub->live->nr_nodes, sizeof(*cache->nodes));
	cache->next = slub->caches;
	slub->caches = cache;
	set_cpu_partial(slub, cache);
	set_sheaves(slub, cache);
	if (since_boot)
		take_sheaf(slub, cache, take_slabs(slub, cache));
	return cache;
}

/* ------------------------------------------------------------------------ objects */

struct live_slab *slub_live_alloc(struct live_slub *slub, struct live_cache *cache, unsigned gfp, int nid)
{
	struct live_slab *slab;

	if (slub->slab->kernel->rules->slub_sheaves)
		slab = slub_sheaf_alloc(slub, cache, gfp, nid, false);
	else
		slab = slub_cpu_alloc(slub, cache, gfp, nid);
	cache->s->active += slab != NULL;
	return slab;
}

void slub_live_free(struct live_slub *slub, struct live_slab *slab)
{
	slab->cache->s->active--;
	if (slub->slab->kernel->rules->slub_sheaves)
		slub_sheaf_free(slub, slab);
	else
		slub_cpu_free(slub, slab);
}
