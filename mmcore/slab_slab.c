// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * slab_slab.c - SLAB from kmem_cache_init() on; follows mm/slab.c, 4.9.
 *
 * Until kmem_cache_init_late() the CPU's array holds one object
 * (BOOT_CPUCACHE_ENTRIES), so every object comes straight from a slab.
 */
#include "slab.h"

#include <errno.h>

/* Where a slab keeps the index of its free objects. */
enum freelist_place { FREELIST_IN_OBJECT, FREELIST_OFF_SLAB, FREELIST_ON_SLAB };

/* sizeof(freelist_idx_t): a byte is enough if no page holds more than 256 of the smallest objects. */
static unsigned index_bytes(const struct slab *slab)
{
	return slab->kernel->page_size >> 8 <= 16 ? 1 : 2;
}

/* cache_estimate(): how many objects go into 2^@order pages, and the bytes left over. */
static unsigned estimate(const struct slab *slab, unsigned order, unsigned size, enum freelist_place place, uint64_t *left)
{
	unsigned each = size + (place == FREELIST_ON_SLAB ? index_bytes(slab) : 0);
	uint64_t bytes = slab->kernel->page_size << order;

	*left = bytes % each;
	return (unsigned)(bytes / each);
}

/* The cache for an index kept off the slab must exist, keep its own index in place, and be small. */
static bool index_fits_elsewhere(const struct slab *slab, unsigned nr, unsigned size)
{
	const struct kmem_cache *cache = kmalloc_cache(slab, nr * index_bytes(slab));

	return cache && cache->size <= size / 2 && cache->objects * index_bytes(slab) <= cache->object_size;
}

/* calculate_slab_order(): the first order that wastes at most an eighth; objects 0: none. */
static uint64_t calculate_order(const struct slab *slab, struct kmem_cache *s, enum freelist_place place)
{
	unsigned max_objects = (1U << (8 * index_bytes(slab))) - 1;
	uint64_t left_over = 0, left;

	s->objects = 0;
	for (unsigned order = 0; order <= slab->kernel->max_order; order++) {
		unsigned nr = estimate(slab, order, s->size, place, &left);

		if (nr > max_objects)
			break;
		if (!nr || (place == FREELIST_OFF_SLAB && !index_fits_elsewhere(slab, nr, s->size)))
			continue;
		s->objects = nr;
		s->order = order;
		left_over = left;
		if (s->flags & SLAB_RECLAIM_ACCOUNT || order >= slab->max_order ||
		    left * 8 <= slab->kernel->page_size << order)
			break;
	}
	return left_over;
}

/* set_objfreelist_slab_cache(), set_off_slab_cache(), set_on_slab_cache(): the first that works. */
static void calculate_sizes(const struct slab *slab, struct kmem_cache *s)
{
	uint64_t left;

	s->size = (unsigned)align_up(align_up(s->object_size, sizeof(uint64_t)), s->align);
	if (index_bytes(slab) == 1 && s->size < 16)
		s->size = (unsigned)align_up(16, s->align);
	calculate_order(slab, s, FREELIST_IN_OBJECT);
	if (s->objects && s->objects * index_bytes(slab) <= s->object_size && !(s->flags & (SLAB_CTOR | SLAB_TYPESAFE)))
		return;
	left = calculate_order(slab, s, FREELIST_OFF_SLAB);
	s->off_slab = s->objects && left < s->objects * index_bytes(slab);
	if (!s->off_slab)
		calculate_order(slab, s, FREELIST_ON_SLAB);
}

/* cache_grow_begin(): pages, and an index elsewhere if it does not fit. */
static struct slab_page *grow(struct slab *slab, struct kmem_cache *s, int nid, bool thisnode)
{
	struct slab_page *page = slab_new_page(slab, s, s->order, nid, thisnode, true);

	if (page && s->off_slab &&
	    !kmem_cache_alloc(slab, kmalloc_cache(slab, s->objects * index_bytes(slab)), page->nid, slab->gfp))
		return NULL;
	return page;
}

/* fallback_alloc(): any node that has free objects, else pages from anywhere. */
static struct slab_page *fallback(struct slab *slab, struct kmem_cache *s)
{
	const struct node *local = &slab->buddy->nodes->node[slab->local_nid];

	for (size_t i = 0; i < local->nr_fallback; i++) {
		struct slab_page *page = slab_take_partial(s, local->fallback[i].zone->nid);

		if (page)
			return page;
	}
	return grow(slab, s, slab->local_nid, false);
}

static bool slab_slab_alloc(struct slab *slab, struct kmem_cache *s, int nid)
{
	struct slab_page *page;

	if (nid == NUMA_NO_NODE)
		nid = slab->local_nid;
	page = slab_take_partial(s, nid);
	if (!page)
		page = grow(slab, s, nid, true);
	if (!page)
		page = fallback(slab, s);
	if (!page)
		return false;
	page->free--;
	slab_add_partial(s, page, page->nid);
	return true;
}

/* A kmem_cache_node for each online node: set_up_node(), setup_cpu_cache(). */
static void alloc_nodes(struct slab *slab, struct kmem_cache *s)
{
	const struct nodes *nodes = slab->buddy->nodes;

	for (int nid = nodes_next(slab->kernel, nodes, -1); nid >= 0; nid = nodes_next(slab->kernel, nodes, nid))
		if (nodes->node[nid].online && !kmem_cache_alloc(slab, slab->kmem_cache_node, nid, GFP_KERNEL))
			slab_creation_failed(slab, s, -EINVAL);
}

static void slab_slab_open(struct slab *slab, struct kmem_cache *s)
{
	calculate_sizes(slab, s);
	/* The first two caches start with static ones. */
	if (slab->state > SLAB_PARTIAL)
		alloc_nodes(slab, s);
}

/* struct array_cache, and struct alien_cache with its lock in front, both without their entries. */
#define ARRAY_CACHE_BYTES	(4 * 4)
#define ALIEN_CACHE_BYTES	(4 + ARRAY_CACHE_BYTES)
#define ALIEN_LIMIT		12

/* How many objects a CPU keeps of a cache: rather many small ones. */
static unsigned cpucache_limit(const struct slab *slab, const struct kmem_cache *s)
{
	if (s->size > KIB(128))
		return 1;
	if (s->size > slab->kernel->page_size)
		return 8;
	return s->size > 1024 ? 24 : s->size > 256 ? 54 : 120;
}

static bool kmalloc_words(struct slab *slab, unsigned header, unsigned entries, int nid)
{
	return slab_kmalloc(slab, header + entries * (unsigned)sizeof(uint64_t), nid, GFP_KERNEL, "enable_cpucache");
}

/* alloc_alien_cache(): on @nid an array for objects of each other node. */
static bool alloc_aliens(struct slab *slab, int nid, unsigned limit)
{
	const struct nodes *nodes = slab->buddy->nodes;

	if (!kmalloc_words(slab, 0, slab->nr_node_ids, nid))
		return false;
	for (int other = nodes_next(slab->kernel, nodes, -1); other >= 0; other = nodes_next(slab->kernel, nodes, other))
		if (other != nid && nodes->node[other].online &&
		    !kmalloc_words(slab, ALIEN_CACHE_BYTES, limit > 1 ? ALIEN_LIMIT : limit, nid))
			return false;
	return true;
}

/*
 * enable_cpucache(): arrays of free objects for each CPU, which come from
 * per-CPU memory and are not placed here, and on each node one that its CPUs
 * share and those for objects of other nodes.
 */
static void enable_cpucache(struct slab *slab, struct kmem_cache *s)
{
	const struct nodes *nodes = slab->buddy->nodes;
	unsigned limit = cpucache_limit(slab, s), batch = (limit + 1) / 2;
	unsigned shared = s->size <= slab->kernel->page_size && slab->nr_cpus > 1 ? 8 : 0;

	for (int nid = nodes_next(slab->kernel, nodes, -1); nid >= 0; nid = nodes_next(slab->kernel, nodes, nid)) {
		if (!nodes->node[nid].online)
			continue;
		if (slab->nr_node_ids > 1 && !alloc_aliens(slab, nid, limit))
			slab_creation_failed(slab, s, -EINVAL);
		if (shared && !kmalloc_words(slab, ARRAY_CACHE_BYTES, shared * batch, nid))
			slab_creation_failed(slab, s, -EINVAL);
	}
	slab_event(slab, "enable_cpucache", s);
	trace_arg(slab->trace, FACT_NUM("limit", limit));
	trace_arg(slab->trace, FACT_NUM("batchcount", batch));
	trace_arg(slab->trace, FACT_NUM("shared", shared));
}

static void slab_slab_init_late(struct slab *slab)
{
	for (struct kmem_cache *s = slab->caches; s; s = s->next)
		enable_cpucache(slab, s);
	slab_set_state(slab, SLAB_FULL, "kmem_cache_init_late");
}

static const struct slab_ops slab_slab_ops = {
	.name = "SLAB", .open = slab_slab_open, .alloc = slab_slab_alloc, .init_late = slab_slab_init_late, .merges = true,
	.silent = true,
};

/* SLAB_MAX_ORDER_HI with more than 32 MiB of memory, unless slab_max_order= said otherwise. */
static void choose_max_order(struct slab *slab)
{
	if (!slab->max_order_set)
		slab->max_order = slab->totalram_pages > MIB(32) >> slab->kernel->page_shift;
}

void slab_slab_init(struct slab *slab)
{
	const struct mm_kernel *k = slab->kernel;
	unsigned node_index = kmalloc_index(slab, (unsigned)kernel_sizeof(k, "kmem_cache_node"));
	unsigned bytes = (unsigned)kernel_sizeof(k, "kmem_cache.node") + slab->nr_node_ids * (unsigned)sizeof(uint64_t);

	slab->ops = &slab_slab_ops;
	slab_set_state(slab, SLAB_DOWN, "kmem_cache_init");
	choose_max_order(slab);
	slab->kmem_cache = arena_alloc(slab->trace->arena, sizeof(*slab->kmem_cache));
	create_boot_cache(slab, slab->kmem_cache, "kmem_cache", bytes, SLAB_HWCACHE_ALIGN);
	slab_list_add(slab, slab->kmem_cache);
	slab_set_state(slab, SLAB_PARTIAL, "kmem_cache_init");
	slab->kmem_cache_node = create_kmalloc_cache(slab, "kmalloc-node", kmalloc_index_size(node_index),
						     SLAB_HWCACHE_ALIGN);
	slab->kmalloc[0][node_index] = slab->kmem_cache_node;
	slab_set_state(slab, SLAB_PARTIAL_NODE, "kmem_cache_init");
	/* init_list(): both caches' static nodes are replaced, node by node. */
	alloc_nodes(slab, slab->kmem_cache);
	alloc_nodes(slab, slab->kmem_cache_node);
	create_kmalloc_caches(slab, SLAB_HWCACHE_ALIGN);
	slab_publish(slab);
}
