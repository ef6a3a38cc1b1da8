// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * slub.c - SLUB from kmem_cache_init() on; follows mm/slub.c and
 * mm/slab_common.c, 4.9 to 7.2.
 *
 * Up to 6.12 the boot CPU holds one slab per cache and takes objects from it;
 * 7.2 has no such slab but sheaves, arrays of objects filled in one go.
 */
#include "cause.h"
#include "slab.h"
#include "ops/alloc_rules.h"

#include <errno.h>

#define MAX_OBJS_PER_PAGE	32767

/* -------------------------------------------------------------------- sizes */

static unsigned order_objects(const struct slab *slab, unsigned order, unsigned size)
{
	return (unsigned)(slab_bytes(slab, order) / size);
}

/* First order from @order on that wastes at most 1/@fraction; past max_order if none does. */
static unsigned order_wasting(const struct slab *slab, unsigned order, unsigned size, unsigned fraction, unsigned max_order)
{
	for (; order <= max_order; order++) {
		uint64_t bytes = slab_bytes(slab, order);

		if (bytes % size <= bytes / fraction)
			break;
	}
	return order;
}

static unsigned wanted_objects(const struct slab *slab)
{
	return slab->min_objects ? slab->min_objects : 4 * (fls64(slab->nr_cpu_ids) + 1);
}

/* slab_order() of 4.9 to 6.1 */
static unsigned order_for(const struct slab *slab, unsigned size, unsigned nr, unsigned max_order, unsigned fraction)
{
	unsigned min_order = slab->min_order;

	if (order_objects(slab, min_order, size) > MAX_OBJS_PER_PAGE)
		return slab_get_order(slab, (uint64_t)size * MAX_OBJS_PER_PAGE) - 1;
	min_order = (unsigned)max_u64(min_order, slab_get_order(slab, (uint64_t)nr * size));
	return order_wasting(slab, min_order, size, fraction, max_order);
}

/* calculate_order(), 4.9 to 6.1: rather fewer objects than more waste. */
static unsigned order_by_fewer_objects(const struct slab *slab, unsigned size)
{
	unsigned nr = (unsigned)min_u64(wanted_objects(slab), order_objects(slab, slab->max_order, size)), order;

	for (; nr > 1; nr--) {
		for (unsigned fraction = 16; fraction >= 4; fraction /= 2) {
			order = order_for(slab, size, nr, slab->max_order, fraction);
			if (order <= slab->max_order)
				return order;
		}
	}
	order = order_for(slab, size, 1, slab->max_order, 1);
	return order <= slab->max_order ? order : order_for(slab, size, 1, slab->kernel->max_order, 1);
}

/* calculate_order(), 6.7 on: rather more waste than fewer objects. */
static unsigned order_by_more_waste(const struct slab *slab, unsigned size)
{
	unsigned max_objects = (unsigned)max_u64(order_objects(slab, slab->max_order, size), 1);
	unsigned nr = (unsigned)min_u64(wanted_objects(slab), max_objects);
	unsigned min_order = (unsigned)max_u64(slab->min_order, slab_get_order(slab, (uint64_t)nr * size));

	if (order_objects(slab, min_order, size) > MAX_OBJS_PER_PAGE)
		return slab_get_order(slab, (uint64_t)size * MAX_OBJS_PER_PAGE) - 1;
	for (unsigned fraction = 16; fraction > 1; fraction /= 2) {
		unsigned order = order_wasting(slab, min_order, size, fraction, slab->max_order);

		if (order <= slab->max_order)
			return order;
	}
	return slab_get_order(slab, size);
}

/* calculate_sizes(): size, order, objects from object_size and align. */
static void calculate_sizes(const struct slab *slab, struct kmem_cache *s)
{
	s->flags |= slub_cache_flags(slab, s->name);
	s->size = slub_object_bytes(slab, s);
	/* slub_debug=O: not at the price of larger slabs. */
	if (slab->no_higher_order_debug && slab_get_order(slab, s->size) > slab_get_order(slab, s->object_size)) {
		s->flags &= ~(unsigned)SLAB_DEBUG_METADATA;
		s->size = slub_object_bytes(slab, s);
	}
	s->order = slab->kernel->rules->slub_order_by_waste ? order_by_more_waste(slab, s->size)
							    : order_by_fewer_objects(slab, s->size);
	s->min_order = slab_get_order(slab, s->size);
	s->objects = order_objects(slab, s->order, s->size);
}

/* ------------------------------------------------------------------ objects */

static const struct node *node_of(const struct slab *slab, int nid)
{
	return &slab->buddy->nodes->node[nid];
}

/* slab_nodes: nodes that have a kmem_cache_node. */
static bool in_slab_nodes(const struct slab *slab, int nid)
{
	return slab->kernel->rules->slab_nodes_movable ? node_has_memory(node_of(slab, nid))
						       : node_has_normal_memory(node_of(slab, nid));
}

static struct slab_page *new_slab(struct slab *slab, struct kmem_cache *s, int nid, bool thisnode)
{
	struct slab_page *page = slab_new_page(slab, s, s->order, nid, thisnode, true);

	return page ? page : slab_new_page(slab, s, s->min_order, nid, thisnode, thisnode && slab->kernel->rules->nowait_nowarn);
}

static uint64_t nr_partial(const struct kmem_cache *s, int nid)
{
	uint64_t nr = 0;

	for (const struct slab_page *page = s->partial; page; page = page->next)
		nr += page->list_nid == nid;
	return nr;
}

/* MIN_PARTIAL to MAX_PARTIAL */
static uint64_t min_partial(const struct kmem_cache *s)
{
	return clamp_u64(ilog2_u64(s->size) / 2, 5, 10);
}

/*
 * get_any_partial(): from a node that has more partial slabs than it should
 * keep.  The kernel looks only 1001 times in 1024, by the cycle counter; here
 * it always does.
 */
static struct slab_page *take_any_partial(const struct slab *slab, struct kmem_cache *s)
{
	const struct node *local = node_of(slab, slab->local_nid);

	for (size_t i = 0; i < local->nr_fallback; i++) {
		const struct zone *zone = local->fallback[i].zone;

		if (zone->type <= ZONE_NORMAL && nr_partial(s, zone->nid) > min_partial(s))
			return slab_take_partial(s, zone->nid);
	}
	return NULL;
}

/* A slab with a free object for a request on @nid: partial if there is one, else new. */
static struct slab_page *get_slab(struct slab *slab, struct kmem_cache *s, int nid)
{
	bool thisnode = nid != NUMA_NO_NODE && slab->kernel->rules->slub_thisnode_first;
	struct slab_page *page = slab_take_partial(s, nid == NUMA_NO_NODE ? slab->local_nid : nid);

	if (!page && thisnode)
		page = new_slab(slab, s, nid, true);
	if (!page && (thisnode || nid == NUMA_NO_NODE))
		page = take_any_partial(slab, s);
	return page ? page : new_slab(slab, s, nid, false);
}

static unsigned nr_partial_objects(const struct kmem_cache *s, int nid)
{
	unsigned nr = 0;

	for (const struct slab_page *page = s->partial; page; page = page->next)
		nr += page->list_nid == nid ? page->free : 0;
	return nr;
}

static void report_node(const struct slab *slab, const struct kmem_cache *s, int nid)
{
	unsigned long long slabs = 0, objects = 0;

	for (const struct slab_page *page = s->slabs; page; page = page->next_of_cache) {
		slabs += page->nid == nid;
		objects += page->nid == nid ? page->objects : 0;
	}
	trace_printk(slab->trace, "  node %d: slabs: %llu, objs: %llu, free: %u", nid, slabs, objects, nr_partial_objects(s, nid));
}

/* DEFAULT_RATELIMIT_BURST: time stands still this early, so no more are ever printed. */
#define OUT_OF_MEMORY_REPORTS	10

/* slab_out_of_memory() */
static void slab_out_of_memory(struct slab *slab, const struct kmem_cache *s, int nid)
{
	const struct nodes *nodes = slab->buddy->nodes;
	struct alloc_rules rules;
	const char *cpu = "";
	char flags[256];

	if (slab->gfp & GFP_NOWARN || slab->out_of_memory_reports == OUT_OF_MEMORY_REPORTS)
		return;
	slab->out_of_memory_reports++;
	alloc_rules_at(&rules, slab->kernel->release);
	gfp_print(slab->gfp, (struct gfp_words){ rules.gfp_atomic_bit, rules.gfp_nowait_nowarn, rules.gfp_by_bit }, flags, sizeof(flags));
	if (slab->kernel->rules->slub_names_cpu)
		cpu = arena_printf(slab->trace->arena, "CPU 0 (of node %d) on ", slab->local_nid);
	trace_problem(slab->trace, "slab_out_of_memory", "SLUB: Unable to allocate memory on %snode %d, gfp=%#x(%s)", cpu, nid, slab->gfp,
		      flags);
	cause_rule(slab->trace, "kernel-panics");
	trace_printk(slab->trace, "  cache: %s, object size: %u, buffer size: %u, default order: %u, min order: %u", s->name,
		     s->object_size, s->size, s->order, s->min_order);
	if (s->min_order > slab_get_order(slab, s->object_size))
		trace_printk(slab->trace, "  %s debugging increased min order, use %s=O to disable.", s->name,
			     slab->kernel->rules->slab_debug_name ? "slab_debug" : "slub_debug");
	for (int n = nodes_next(slab->kernel, nodes, -1); n >= 0; n = nodes_next(slab->kernel, nodes, n))
		if (in_slab_nodes(slab, n))
			report_node(slab, s, n);
}

/* ___slab_alloc() up to 6.12 */
static bool alloc_from_cpu_slab(struct slab *slab, struct kmem_cache *s, int nid)
{
	if (nid != NUMA_NO_NODE && !in_slab_nodes(slab, nid))
		nid = NUMA_NO_NODE;
	if (s->cpu_slab && (!s->cpu_slab->free || (nid != NUMA_NO_NODE && s->cpu_slab->nid != nid))) {
		slab_add_partial(s, s->cpu_slab, s->cpu_slab->nid);
		s->cpu_slab = NULL;
	}
	if (!s->cpu_slab)
		s->cpu_slab = get_slab(slab, s, nid);
	if (!s->cpu_slab) {
		slab_out_of_memory(slab, s, nid);
		return false;
	}
	s->cpu_slab->free--;
	return true;
}

/* ___slab_alloc() of 7.2: one object of a partial slab, which stays where it is. */
static bool alloc_from_partial(struct slab *slab, struct kmem_cache *s, int nid)
{
	struct slab_page *page = get_slab(slab, s, nid);

	if (!page) {
		slab_out_of_memory(slab, s, nid);
		return false;
	}
	page->free--;
	slab_add_partial(s, page, page->list_nid);
	return true;
}

/* -------------------------------------------------------------- 7.2: sheaves */

/* struct slab_sheaf without its objects: list or rcu_head, cache, size and node. */
#define SHEAF_HEADER_BYTES	(16 + 8 + 4 + 4)
/* struct node_barn: lock (padded), two lists, two counters. */
#define BARN_BYTES		(8 + 16 + 16 + 4 + 4)

static unsigned sheaf_bytes(unsigned capacity)
{
	return SHEAF_HEADER_BYTES + capacity * (unsigned)sizeof(uint64_t);
}

/* calculate_sheaf_capacity(): as many objects as fill the sheaf's own kmalloc size. */
static unsigned sheaf_capacity(const struct slab *slab, const struct kmem_cache *s)
{
	unsigned capacity = s->size >= slab->kernel->page_size ? 4 : s->size >= 1024 ? 12 : s->size >= 256 ? 26 : 60;

	if (s->flags & (SLAB_NO_SHEAVES | SLAB_DEBUG_FLAGS) || kernel_has_config(slab->kernel, "SLUB_TINY"))
		return 0;
	return (kmalloc_index_size(kmalloc_index(slab, sheaf_bytes(capacity))) - SHEAF_HEADER_BYTES) / (unsigned)sizeof(uint64_t);
}

/* Move up to @want objects of a slab into a sheaf; the rest stays on its node's list. */
static unsigned fill_from(struct kmem_cache *s, struct slab_page *page, unsigned want)
{
	unsigned nr = (unsigned)min_u64(want, page->free);

	page->free -= nr;
	slab_add_partial(s, page, page->list_nid);
	return nr;
}

/* __refill_objects_node(): from one node's partial slabs, down to the last if need be. */
static unsigned fill_from_node(struct kmem_cache *s, int nid, unsigned want)
{
	unsigned filled = 0;
	struct slab_page *page;

	while (filled < want && (page = slab_take_partial(s, nid)))
		filled += fill_from(s, page, want - filled);
	return filled;
}

/* __refill_objects_any(): from nodes that have more partial slabs than they should keep. */
static unsigned fill_from_any(const struct slab *slab, struct kmem_cache *s, unsigned want)
{
	const struct node *local = node_of(slab, slab->local_nid);
	unsigned filled = 0;

	for (size_t i = 0; i < local->nr_fallback && filled < want; i++) {
		const struct zone *zone = local->fallback[i].zone;

		if (zone->type <= ZONE_NORMAL && nr_partial(s, zone->nid) > min_partial(s))
			filled += fill_from_node(s, zone->nid, want - filled);
	}
	return filled;
}

/* refill_objects(): partial slabs of the local node first, then other nodes' surplus, then new slabs. */
static bool refill_sheaf(struct slab *slab, struct kmem_cache *s)
{
	unsigned filled = fill_from_node(s, slab->local_nid, s->sheaf_capacity);

	filled += fill_from_any(slab, s, s->sheaf_capacity - filled);
	while (filled < s->sheaf_capacity) {
		struct slab_page *page = new_slab(slab, s, slab->local_nid, false);

		if (!page)
			return false;
		filled += fill_from(s, page, s->sheaf_capacity - filled);
	}
	s->sheaf_objects = s->sheaf_capacity;
	return true;
}

/* Getting a sheaf for a kmalloc cache must not need another sheaf (SLAB_ALLOC_NO_RECURSE). */
static bool alloc_empty_sheaf(struct slab *slab, const struct kmem_cache *s, unsigned capacity)
{
	struct kmem_cache *from = kmalloc_cache(slab, sheaf_bytes(capacity));
	bool recurse = !(s->flags & SLAB_KMALLOC);

	if (from->sheaf_capacity && (recurse || from->sheaf_objects || from->sheaf_spare))
		return kmem_cache_alloc(slab, from, NUMA_NO_NODE, GFP_KERNEL | GFP_ZERO);
	from->active++;
	return alloc_from_partial(slab, from, NUMA_NO_NODE);
}

/*
 * alloc_from_pcs(): an object of the boot CPU's main sheaf.  When that is
 * empty the first refill fills a new sheaf, later ones the spare.
 */
static bool alloc_from_sheaf(struct slab *slab, struct kmem_cache *s)
{
	if (!s->sheaf_objects) {
		if (!node_of(slab, slab->local_nid)->online)
			return false;
		if (!s->sheaf_spare && !alloc_empty_sheaf(slab, s, s->sheaf_capacity))
			return false;
		s->sheaf_spare = true;
		if (!refill_sheaf(slab, s))
			return false;
	}
	s->sheaf_objects--;
	return true;
}

static bool slub_alloc(struct slab *slab, struct kmem_cache *s, int nid)
{
	/* What is debugged is taken one by one, so that each object can be looked at. */
	if (s->flags & SLAB_DEBUG_FLAGS) {
		bool got = alloc_from_partial(slab, s, nid);

		slub_store_user(slab, s);
		return got;
	}
	if (!slab->kernel->rules->slub_sheaves)
		return alloc_from_cpu_slab(slab, s, nid);
	if (s->sheaf_capacity && (nid == NUMA_NO_NODE || nid == slab->local_nid) && alloc_from_sheaf(slab, s))
		return true;
	return alloc_from_partial(slab, s, nid);
}

/* ------------------------------------------------------------------- caches */

/* early_kmem_cache_node_alloc(): the first kmem_cache_node of a node lives in a slab of its own. */
static void early_node_alloc(struct slab *slab, int nid)
{
	struct kmem_cache *s = slab->kmem_cache_node;
	struct slab_page *page;

	slab->gfp = gfp_nowait(slab);
	page = new_slab(slab, s, nid, false);
	if (!page)
		trace_bug(slab->trace, "early_kmem_cache_node_alloc", "mm/slub.c");
	if (page->nid != nid) {
		trace_printk(slab->trace, "SLUB: Unable to allocate memory from node %d", nid);
		trace_printk(slab->trace, "SLUB: Allocating a useless per node structure in order to be able to continue");
	}
	page->free--;
	s->active++;
	slab_add_partial(s, page, nid);
}

/* init_kmem_cache_nodes() */
static void init_nodes(struct slab *slab, struct kmem_cache *s)
{
	const struct nodes *nodes = slab->buddy->nodes;

	for (int nid = nodes_next(slab->kernel, nodes, -1); nid >= 0; nid = nodes_next(slab->kernel, nodes, nid)) {
		if (!in_slab_nodes(slab, nid))
			continue;
		if (slab->state == SLAB_DOWN)
			early_node_alloc(slab, nid);
		else if (!kmem_cache_alloc(slab, slab->kmem_cache_node, nid, GFP_KERNEL))
			slab_creation_failed(slab, s, -EINVAL);
	}
	if (slab->state == SLAB_DOWN || !s->sheaf_capacity)
		return;
	for (int nid = nodes_next(slab->kernel, nodes, -1); nid >= 0; nid = nodes_next(slab->kernel, nodes, nid))
		if (node_of(slab, nid)->online && !slab_kmalloc(slab, BARN_BYTES, nid, GFP_KERNEL, "init_kmem_cache_nodes"))
			slab_creation_failed(slab, s, -EINVAL);
}

/* cache_random_seq_create(): one number per object. */
static bool init_random_seq(struct slab *slab, struct kmem_cache *s)
{
	if (!kernel_has_config(slab->kernel, "SLAB_FREELIST_RANDOM") || s->random_seq || s->objects < 2)
		return true;
	if (!slab_kmalloc(slab, s->objects * 4, NUMA_NO_NODE, GFP_KERNEL | GFP_ZERO, "cache_random_seq_create")) {
		trace_problem(slab->trace, "init_cache_random_seq", "SLUB: Unable to initialize free list for %s", s->name);
		cause_rule(slab->trace, "kernel-panics");
		return false;
	}
	s->random_seq = true;
	trace_event(slab->trace, MM_SLAB, "cache_random_seq_create");
	trace_arg(slab->trace, FACT_STR("cache", s->name));
	trace_arg(slab->trace, FACT_NUM("bytes", s->objects * 4));
	slab_publish(slab);
	return true;
}

/* init_percpu_sheaves(), bootstrap_cache_sheaves(): an empty sheaf for every possible CPU. */
static void init_cpu_sheaves(struct slab *slab, struct kmem_cache *s, unsigned capacity)
{
	for (unsigned cpu = 0; cpu < slab->nr_cpus; cpu++)
		if (!alloc_empty_sheaf(slab, s, capacity))
			slab_creation_failed(slab, s, -EINVAL);
}

void slub_lay_out(const struct slab *slab, struct kmem_cache *s)
{
	calculate_sizes(slab, s);
	if (slab->kernel->rules->slub_sheaves && !(s->flags & (SLAB_KMALLOC | SLAB_NO_SHEAVES)))
		s->sheaf_capacity = sheaf_capacity(slab, s);
}

/* kmem_cache_open() */
static void cache_open(struct slab *slab, struct kmem_cache *s)
{
	slub_lay_out(slab, s);
	if (slab->state == SLAB_UP && !init_random_seq(slab, s))
		slab_creation_failed(slab, s, -EINVAL);
	init_nodes(slab, s);
	if (s->sheaf_capacity)
		init_cpu_sheaves(slab, s, s->sheaf_capacity);
}

/* bootstrap(): the static cache moves into an object of kmem_cache's own. */
static void bootstrap(struct slab *slab, struct kmem_cache *s)
{
	/* It is copied to without a look. */
	if (!kmem_cache_alloc(slab, slab->kmem_cache, NUMA_NO_NODE, gfp_nowait(slab) | GFP_ZERO))
		trace_oops(slab->trace, "bootstrap", TASK_SWAPPER, 0);
	if (s->cpu_slab)
		slab_add_partial(s, s->cpu_slab, s->cpu_slab->nid);
	s->cpu_slab = NULL;
	s->flags &= ~(unsigned)SLAB_BOOT;
	slab_list_add(slab, s);
	slab_event(slab, "bootstrap", s);
}

/* bootstrap_kmalloc_sheaves() (7.2) */
static void bootstrap_sheaves(struct slab *slab, struct kmem_cache *s)
{
	const struct nodes *nodes = slab->buddy->nodes;
	unsigned capacity = sheaf_capacity(slab, s);

	if (!capacity)
		return;
	for (int nid = nodes_next(slab->kernel, nodes, -1); nid >= 0; nid = nodes_next(slab->kernel, nodes, nid))
		if (node_of(slab, nid)->online && !slab_kmalloc(slab, BARN_BYTES, nid, GFP_KERNEL, "bootstrap_cache_sheaves"))
			slab_creation_failed(slab, s, -EINVAL);
	init_cpu_sheaves(slab, s, capacity);
	s->sheaf_capacity = capacity;
	slab_event(slab, "bootstrap_cache_sheaves", s);
}

static void bootstrap_kmalloc_sheaves(struct slab *slab)
{
	for (size_t type = 0; type < KMALLOC_MAX_TYPES; type++)
		for (unsigned i = 0; i <= kmalloc_shift_high(slab); i++)
			if (slab->kmalloc[type][i] && !slab->kmalloc[type][i]->sheaf_capacity)
				bootstrap_sheaves(slab, slab->kmalloc[type][i]);
}

/* Bytes of struct kmem_cache with as many nodes as there can be. */
static unsigned kmem_cache_bytes(const struct slab *slab)
{
	const struct mm_kernel *k = slab->kernel;

	if (k->rules->slub_sheaves)
		return (unsigned)kernel_sizeof(k, "kmem_cache.per_node") + slab->nr_node_ids * 2 * (unsigned)sizeof(uint64_t);
	return (unsigned)kernel_sizeof(k, "kmem_cache.node") + slab->nr_node_ids * (unsigned)sizeof(uint64_t);
}

/* Up to 5.10 there is nothing left to do; later a queue for the flushing of CPU slabs. */
static void slub_init_late(struct slab *slab)
{
	bool queue = slab->kernel->rules->slub_flushwq && !kernel_has_config(slab->kernel, "SLUB_TINY");

	trace_event(slab->trace, MM_NOTE, "kmem_cache_init_late");
	trace_arg(slab->trace, FACT_STR("workqueue", queue ? "slub_flushwq" : "none"));
	trace_why_fact(slab->trace, FACT_STR("allocator", "SLUB"));
	if (queue)
		trace_why_fact(slab->trace, FACT_STR("not_computed", "what the work queue takes from slab"));
}

static const struct slab_ops slub_ops = {
	.name = "SLUB", .open = cache_open, .alloc = slub_alloc, .init_late = slub_init_late, .merges = true,
};

void slub_init(struct slab *slab)
{
	const unsigned boot = SLAB_HWCACHE_ALIGN | SLAB_NO_SHEAVES | SLAB_BOOT;
	struct kmem_cache *s;

	slab->ops = &slub_ops;
	slab_set_state(slab, SLAB_DOWN, "kmem_cache_init");
	slab->kmem_cache_node = arena_alloc(slab->trace->arena, sizeof(*s));
	slab->kmem_cache = arena_alloc(slab->trace->arena, sizeof(*s));
	create_boot_cache(slab, slab->kmem_cache_node, "kmem_cache_node",
			  (unsigned)kernel_sizeof(slab->kernel, "kmem_cache_node"), boot);
	slab_set_state(slab, SLAB_PARTIAL, "kmem_cache_init");
	create_boot_cache(slab, slab->kmem_cache, "kmem_cache", kmem_cache_bytes(slab), boot);
	bootstrap(slab, slab->kmem_cache);
	bootstrap(slab, slab->kmem_cache_node);
	create_kmalloc_caches(slab, 0);
	if (slab->kernel->rules->slub_sheaves)
		bootstrap_kmalloc_sheaves(slab);
	for (s = slab->caches; s; s = s->next)
		init_random_seq(slab, s);
	trace_note(slab->trace, "kmem_cache_init", "SLUB: HWalign=%u, Order=%u-%u, MinObjects=%u, CPUs=%u, Nodes=%u",
		   slab->cache_line, slab->min_order, slab->max_order, slab->min_objects, slab->nr_cpu_ids,
		   slab->nr_node_ids);
}
