// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * slub.c - SLUB from kmem_cache_init() on; follows mm/slub.c and
 * mm/slab_common.c, 4.9 to 7.2.
 *
 * Up to 6.12 the boot CPU holds one slab per cache and takes objects from it;
 * 7.2 has no such slab but sheaves, arrays of objects filled in one go.
 */
#include "slab.h"

#define MAX_OBJS_PER_PAGE	32767

/* -------------------------------------------------------------------- sizes */

static unsigned order_objects(const struct slab *slab, unsigned order, unsigned size)
{
	return (unsigned)((slab->kernel->page_size << order) / size);
}

/* First order from @order on that wastes at most 1/@fraction; past max_order if none does. */
static unsigned order_wasting(const struct slab *slab, unsigned order, unsigned size, unsigned fraction, unsigned max_order)
{
	for (; order <= max_order; order++) {
		uint64_t bytes = slab->kernel->page_size << order;

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

void slub_calculate_sizes(const struct slab *slab, struct kmem_cache *s)
{
	s->size = (unsigned)align_up(align_up(s->object_size, sizeof(uint64_t)), s->align);
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
	return slab->kernel->rules->slub_sheaves ? node_has_memory(node_of(slab, nid))
						 : node_has_normal_memory(node_of(slab, nid));
}

static struct slab_page *new_slab(struct slab *slab, struct kmem_cache *s, int nid, bool thisnode)
{
	unsigned order = s->order;
	uint64_t pfn = slab_alloc_pages(slab, s, order, nid, thisnode);
	struct slab_page *page;

	if (pfn == BUDDY_NO_PAGE && s->min_order < order) {
		order = s->min_order;
		pfn = slab_alloc_pages(slab, s, order, nid, thisnode);
	}
	if (pfn == BUDDY_NO_PAGE)
		return NULL;
	page = arena_alloc(slab->trace->arena, sizeof(*page));
	page->pfn = pfn;
	page->order = order;
	page->objects = page->free = order_objects(slab, order, s->size);
	page->nid = page->list_nid = memblock_find(&slab->buddy->memblock->memory, pfn << slab->kernel->page_shift)->nid;
	s->nr_slabs++;
	return page;
}

static void add_partial(struct kmem_cache *s, struct slab_page *page, int list_nid)
{
	if (!page->free)
		return;
	page->list_nid = list_nid;
	page->next = s->partial;
	s->partial = page;
}

static struct slab_page *take_partial(struct kmem_cache *s, int nid)
{
	for (struct slab_page **at = &s->partial; *at; at = &(*at)->next) {
		struct slab_page *page = *at;

		if (page->list_nid == nid) {
			*at = page->next;
			return page;
		}
	}
	return NULL;
}

static uint64_t nr_partial(const struct kmem_cache *s, int nid)
{
	uint64_t nr = 0;

	for (const struct slab_page *page = s->partial; page; page = page->next)
		nr += page->list_nid == nid;
	return nr;
}

/* get_any_partial(): from a node that has more partial slabs than it should keep. */
static struct slab_page *take_any_partial(const struct slab *slab, struct kmem_cache *s)
{
	const struct node *local = node_of(slab, slab->local_nid);
	uint64_t keep = clamp_u64(ilog2_u64(s->size) / 2, 5, 10);

	for (size_t i = 0; i < local->nr_fallback; i++) {
		const struct zone *zone = local->fallback[i].zone;

		if (zone->type <= ZONE_NORMAL && nr_partial(s, zone->nid) > keep)
			return take_partial(s, zone->nid);
	}
	return NULL;
}

/* A slab with a free object for a request on @nid: partial if there is one, else new. */
static struct slab_page *get_slab(struct slab *slab, struct kmem_cache *s, int nid)
{
	bool thisnode = nid != NUMA_NO_NODE && slab->kernel->rules->slub_thisnode_first;
	struct slab_page *page = take_partial(s, nid == NUMA_NO_NODE ? slab->local_nid : nid);

	if (!page && thisnode)
		page = new_slab(slab, s, nid, true);
	if (!page && (thisnode || nid == NUMA_NO_NODE))
		page = take_any_partial(slab, s);
	return page ? page : new_slab(slab, s, nid, false);
}

/* ___slab_alloc() up to 6.12 */
static bool alloc_from_cpu_slab(struct slab *slab, struct kmem_cache *s, int nid)
{
	if (nid != NUMA_NO_NODE && !in_slab_nodes(slab, nid))
		nid = NUMA_NO_NODE;
	if (s->cpu_slab && (!s->cpu_slab->free || (nid != NUMA_NO_NODE && s->cpu_slab->nid != nid))) {
		add_partial(s, s->cpu_slab, s->cpu_slab->nid);
		s->cpu_slab = NULL;
	}
	if (!s->cpu_slab)
		s->cpu_slab = get_slab(slab, s, nid);
	if (!s->cpu_slab)
		return false;
	s->cpu_slab->free--;
	return true;
}

/* ___slab_alloc() of 7.2: one object of a partial slab, which stays where it is. */
static bool alloc_from_partial(struct slab *slab, struct kmem_cache *s, int nid)
{
	struct slab_page *page = get_slab(slab, s, nid);

	if (!page)
		return false;
	page->free--;
	add_partial(s, page, page->list_nid);
	return true;
}

/* -------------------------------------------------------------- 7.2: sheaves */

/* struct slab_sheaf without its objects: list or rcu_head, cache, size and node. */
#define SHEAF_HEADER_BYTES	(16 + 8 + 4 + 4)
/* struct node_barn: lock (padded), two lists, two counters. */
#define BARN_BYTES		(8 + 16 + 16 + 4 + 4)

static struct kmem_cache *kmalloc_cache(const struct slab *slab, unsigned size)
{
	return slab->kmalloc[0][kmalloc_index(slab, size)];
}

static unsigned sheaf_bytes(unsigned capacity)
{
	return SHEAF_HEADER_BYTES + capacity * (unsigned)sizeof(uint64_t);
}

/* calculate_sheaf_capacity(): as many objects as fill the sheaf's own kmalloc size. */
static unsigned sheaf_capacity(const struct slab *slab, const struct kmem_cache *s)
{
	unsigned capacity = s->size >= slab->kernel->page_size ? 4 : s->size >= 1024 ? 12 : s->size >= 256 ? 26 : 60;

	if (s->flags & SLAB_NO_SHEAVES || kernel_has_config(slab->kernel, "SLUB_TINY"))
		return 0;
	return (kmalloc_cache(slab, sheaf_bytes(capacity))->object_size - SHEAF_HEADER_BYTES) / (unsigned)sizeof(uint64_t);
}

/* refill_objects(): empty partial slabs of the local node first, then new ones. */
static bool refill_sheaf(struct slab *slab, struct kmem_cache *s)
{
	for (unsigned want = s->sheaf_capacity; want;) {
		struct slab_page *page = get_slab(slab, s, NUMA_NO_NODE);
		unsigned nr;

		if (!page)
			return false;
		nr = (unsigned)min_u64(want, page->free);
		page->free -= nr;
		want -= nr;
		add_partial(s, page, page->list_nid);
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
		return slub_alloc(slab, from, NUMA_NO_NODE);
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

bool slub_alloc(struct slab *slab, struct kmem_cache *s, int nid)
{
	s->active++;
	if (!slab->kernel->rules->slub_sheaves)
		return alloc_from_cpu_slab(slab, s, nid);
	if (s->sheaf_capacity && (nid == NUMA_NO_NODE || nid == slab->local_nid) && alloc_from_sheaf(slab, s))
		return true;
	return alloc_from_partial(slab, s, nid);
}

bool slub_kmalloc(struct slab *slab, unsigned size, int nid, const char *fn)
{
	const struct page_request pages = {
		.order = slab_get_order(slab, size), .type = MIGRATE_UNMOVABLE, .highest = ZONE_NORMAL,
		.nid = nid == NUMA_NO_NODE ? slab->local_nid : nid, .fn = fn,
	};

	if (size <= 1U << kmalloc_shift_high(slab))
		return slub_alloc(slab, kmalloc_cache(slab, size), nid);
	return buddy_alloc_pages(slab->buddy, &pages, WHY("slab", FACT_STR("cache", "kmalloc-large"))) != BUDDY_NO_PAGE;
}

/* ------------------------------------------------------------------- caches */

/* early_kmem_cache_node_alloc(): the first kmem_cache_node of a node lives in a slab of its own. */
static void early_node_alloc(struct slab *slab, int nid)
{
	struct kmem_cache *s = slab->kmem_cache_node;
	struct slab_page *page = new_slab(slab, s, nid, false);

	if (!page)
		trace_panic(slab->trace, "early_kmem_cache_node_alloc", "kernel BUG at mm/slub.c!");
	if (page->nid != nid) {
		trace_printk(slab->trace, "SLUB: Unable to allocate memory from node %d", nid);
		trace_printk(slab->trace, "SLUB: Allocating a useless per node structure in order to be able to continue");
	}
	page->free--;
	s->active++;
	add_partial(s, page, nid);
}

static void out_of_memory(struct slab *slab, const struct kmem_cache *s)
{
	trace_panic(slab->trace, "create_boot_cache", "Kernel panic - not syncing: Out of memory when creating slab %s",
		    s->name);
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
		else if (!slub_alloc(slab, slab->kmem_cache_node, nid))
			out_of_memory(slab, s);
	}
	if (slab->state == SLAB_DOWN || !s->sheaf_capacity)
		return;
	for (int nid = nodes_next(slab->kernel, nodes, -1); nid >= 0; nid = nodes_next(slab->kernel, nodes, nid))
		if (node_of(slab, nid)->online && !slub_kmalloc(slab, BARN_BYTES, nid, "init_kmem_cache_nodes"))
			out_of_memory(slab, s);
}

/* cache_random_seq_create(): one number per object. */
static void init_random_seq(struct slab *slab, struct kmem_cache *s)
{
	if (!kernel_has_config(slab->kernel, "SLAB_FREELIST_RANDOM") || s->random_seq || s->objects < 2)
		return;
	if (!slub_kmalloc(slab, s->objects * 4, NUMA_NO_NODE, "cache_random_seq_create"))
		return;
	s->random_seq = true;
	trace_event(slab->trace, MM_SLAB, "cache_random_seq_create");
	trace_arg(slab->trace, FACT_STR("cache", s->name));
	trace_arg(slab->trace, FACT_NUM("bytes", s->objects * 4));
	slab_publish(slab);
}

/* init_percpu_sheaves(), bootstrap_cache_sheaves(): an empty sheaf for every possible CPU. */
static void init_cpu_sheaves(struct slab *slab, struct kmem_cache *s, unsigned capacity)
{
	for (unsigned cpu = 0; cpu < slab->nr_cpus; cpu++)
		if (!alloc_empty_sheaf(slab, s, capacity))
			out_of_memory(slab, s);
}

/* kmem_cache_open() */
static void cache_open(struct slab *slab, struct kmem_cache *s)
{
	slub_calculate_sizes(slab, s);
	if (slab->kernel->rules->slub_sheaves && !(s->flags & (SLAB_KMALLOC | SLAB_NO_SHEAVES)))
		s->sheaf_capacity = sheaf_capacity(slab, s);
	if (slab->state == SLAB_UP)
		init_random_seq(slab, s);
	init_nodes(slab, s);
	if (s->sheaf_capacity)
		init_cpu_sheaves(slab, s, s->sheaf_capacity);
}

static unsigned boot_align(const struct slab *slab, unsigned flags, unsigned size)
{
	unsigned align = slab->kernel->rules->kmalloc_minalign;

	switch (slab->kernel->rules->kmalloc_align) {
	case KMALLOC_ALIGN_MINIMUM:
		break;
	case KMALLOC_ALIGN_POWER:
		if (is_power_of_2(size))
			align = (unsigned)max_u64(align, size);
		break;
	case KMALLOC_ALIGN_DIVISOR:
		if (flags & SLAB_KMALLOC)
			align = (unsigned)max_u64(align, size & -size);
		break;
	}
	return slab_alignment(slab, flags, align, size);
}

/* create_boot_cache() */
static void create_boot_cache(struct slab *slab, struct kmem_cache *s, const char *name, unsigned size, unsigned flags)
{
	s->name = name;
	s->object_size = size;
	s->flags = flags;
	s->align = boot_align(slab, flags, size);
	cache_open(slab, s);
	slab_event(slab, flags & SLAB_BOOT ? "create_boot_cache" : "create_kmalloc_cache", s);
}

static void list_add(struct slab *slab, struct kmem_cache *s)
{
	s->next = slab->caches;
	slab->caches = s;
}

/* bootstrap(): the static cache moves into an object of kmem_cache's own. */
static void bootstrap(struct slab *slab, struct kmem_cache *s)
{
	if (!slub_alloc(slab, slab->kmem_cache, NUMA_NO_NODE))
		out_of_memory(slab, s);
	if (s->cpu_slab)
		add_partial(s, s->cpu_slab, s->cpu_slab->nid);
	s->cpu_slab = NULL;
	s->flags &= ~(unsigned)SLAB_BOOT;
	list_add(slab, s);
	slab_event(slab, "bootstrap", s);
}

static struct kmem_cache *create_kmalloc_cache(struct slab *slab, const char *name, unsigned size, unsigned flags)
{
	struct kmem_cache *s = arena_alloc(slab->trace->arena, sizeof(*s));

	s->name = name;
	if (!slub_alloc(slab, slab->kmem_cache, NUMA_NO_NODE))
		out_of_memory(slab, s);
	create_boot_cache(slab, s, name, size, flags | SLAB_KMALLOC);
	s->usercopy = slab->kernel->rules->usercopy == USERCOPY_ALWAYS ||
		      (slab->kernel->rules->usercopy == USERCOPY_HARDENED && kernel_has_config(slab->kernel, "HARDENED_USERCOPY"));
	list_add(slab, s);
	slab_publish(slab);
	return s;
}

/* ------------------------------------------------------------ kmalloc caches */

/* What is special about a kmalloc type of this build; prefix NULL: its caches are those of NORMAL. */
struct kmalloc_type {
	const char *prefix;
	unsigned flags;
};

static int64_t type_number(const struct slab *slab, const char *name, int64_t fallback)
{
	return kernel_enum(slab->kernel, "kmalloc_cache_type", name, fallback);
}

/* MEMCG_KMEM became part of MEMCG in 6.12. */
static bool kmem_accounted(const struct slab *slab)
{
	return kernel_has_config(slab->kernel, slab->kernel->rules->memcg_is_kmem ? "MEMCG" : "MEMCG_KMEM");
}

static struct kmalloc_type kmalloc_type(const struct slab *slab, int64_t type)
{
	if (type == 0)
		return (struct kmalloc_type){ "kmalloc-", kmem_accounted(slab) ? SLAB_NO_MERGE : 0 };
	if (type == type_number(slab, "KMALLOC_RECLAIM", 0))
		return (struct kmalloc_type){ "kmalloc-rcl-", SLAB_RECLAIM_ACCOUNT };
	if (type == type_number(slab, "KMALLOC_DMA", 0) && slab->kernel->zone_dma)
		return (struct kmalloc_type){ "dma-kmalloc-", SLAB_CACHE_DMA };
	if (type == type_number(slab, "KMALLOC_CGROUP", 0) && kmem_accounted(slab))
		return (struct kmalloc_type){ slab->kmem_accounting ? "kmalloc-cg-" : NULL, SLAB_ACCOUNT };
	if (type == type_number(slab, "KMALLOC_NO_OBJ_EXT", 0))
		return (struct kmalloc_type){ kernel_has_config(slab->kernel, "MEM_ALLOC_PROFILING") ? "kmalloc-noobjext-" : NULL,
					      SLAB_NO_MERGE };
	return (struct kmalloc_type){ arena_printf(slab->trace->arena, "kmalloc-rnd-%02d-", (int)type), SLAB_NO_MERGE };
}

/* new_kmalloc_cache(): small sizes share a larger cache if DMA needs a larger alignment. */
static void new_kmalloc_cache(struct slab *slab, int64_t number, const struct kmalloc_type *type, unsigned index)
{
	struct kmem_cache **caches = slab->kmalloc[number];
	unsigned size = kmalloc_index_size(index), aligned = index;

	if (!type->prefix) {
		caches[index] = slab->kmalloc[0][index];
		return;
	}
	if (slab->kmalloc_minalign > slab->kernel->rules->kmalloc_minalign) {
		size = (unsigned)align_up(size, slab->kmalloc_minalign);
		aligned = kmalloc_index(slab, size);
	}
	if (!caches[aligned])
		caches[aligned] = create_kmalloc_cache(slab, kmalloc_name(slab, type->prefix, aligned), size, type->flags);
	caches[index] = caches[aligned];
}

/* The sizes of one type, in the order this kernel creates them. */
static void create_kmalloc_type(struct slab *slab, int64_t number)
{
	const struct kmalloc_type type = kmalloc_type(slab, number);
	unsigned low = kmalloc_shift_low(slab), high = kmalloc_shift_high(slab);
	bool odd_first = slab->kernel->rules->kmalloc_odd_sizes_first;

	for (unsigned odd = 1; odd_first && odd <= 2; odd++)
		if (low <= 4 + odd)
			new_kmalloc_cache(slab, number, &type, odd);
	for (unsigned i = low; i <= high; i++) {
		if (!slab->kmalloc[number][i] || odd_first)
			new_kmalloc_cache(slab, number, &type, i);
		if (!odd_first && (i == 6 || i == 7) && low <= i - 1 && !slab->kmalloc[number][i - 5])
			new_kmalloc_cache(slab, number, &type, i - 5);
	}
}

/* 4.9 and 5.10 make the DMA caches when slab is up, one for each NORMAL one; 4.9 allocates their names. */
static void create_dma_caches(struct slab *slab, int64_t number)
{
	for (unsigned i = 0; i <= kmalloc_shift_high(slab); i++) {
		const char *name = kmalloc_name(slab, "dma-kmalloc-", i);

		if (!slab->kmalloc[0][i])
			continue;
		if (slab->kernel->rules->kmalloc_names_allocated)
			slub_kmalloc(slab, (unsigned)strlen(name) + 1, NUMA_NO_NODE, "kasprintf");
		slab->kmalloc[number][i] = create_kmalloc_cache(slab, name, kmalloc_index_size(i), SLAB_CACHE_DMA);
	}
}

/* create_kmalloc_caches() */
static void create_kmalloc_caches(struct slab *slab)
{
	/* 4.9 has no such enum: an array of NORMAL caches and one of DMA caches. */
	int64_t nr = type_number(slab, "NR_KMALLOC_TYPES", 2);
	int64_t dma = type_number(slab, "KMALLOC_DMA", nr - 1);
	bool late_dma = slab->kernel->rules->kmalloc_dma_late && slab->kernel->zone_dma;
	unsigned index_bytes = (kmalloc_shift_high(slab) + 1) * (unsigned)sizeof(uint64_t);

	for (int64_t type = 0; type < nr && type < KMALLOC_MAX_TYPES; type++)
		if (!late_dma || type != dma)
			create_kmalloc_type(slab, type);
	slab->state = SLAB_UP;
	if (late_dma)
		create_dma_caches(slab, dma);
	if (kernel_has_config(slab->kernel, "SLAB_BUCKETS"))
		slub_create_cache(slab, "kmalloc_buckets", index_bytes, 0, SLAB_NO_MERGE);
}

/* find_mergeable(): oldest cache that could serve the new one as well. */
static struct kmem_cache *find_mergeable(const struct slab *slab, unsigned size, unsigned align, unsigned flags)
{
	const unsigned same = SLAB_RECLAIM_ACCOUNT | SLAB_CACHE_DMA | SLAB_ACCOUNT;
	struct kmem_cache *found = NULL;

	size = (unsigned)align_up(size, sizeof(uint64_t));
	align = slab_alignment(slab, flags, align, size);
	size = (unsigned)align_up(size, align);
	for (struct kmem_cache *s = slab->caches; s; s = s->next) {
		bool boot = s == slab->kmem_cache || s == slab->kmem_cache_node;

		if (boot || s->usercopy || s->flags & SLAB_NO_MERGE || size > s->size || (flags & same) != (s->flags & same))
			continue;
		if (s->size % align == 0 && s->size - size < sizeof(uint64_t))
			found = s;
	}
	return slab->nomerge || flags & SLAB_NO_MERGE ? NULL : found;
}

struct kmem_cache *slub_create_cache(struct slab *slab, const char *name, unsigned size, unsigned align, unsigned flags)
{
	struct kmem_cache *s = find_mergeable(slab, size, align, flags);

	if (s) {
		s->object_size = (unsigned)max_u64(s->object_size, size);
		slab_event(slab, "__kmem_cache_alias", s);
		trace_arg(slab->trace, FACT_STR("alias", name));
		return s;
	}
	s = arena_alloc(slab->trace->arena, sizeof(*s));
	s->name = name;
	s->object_size = size;
	s->flags = flags;
	s->align = slab_alignment(slab, flags, align, size);
	if (!slub_alloc(slab, slab->kmem_cache, NUMA_NO_NODE))
		out_of_memory(slab, s);
	cache_open(slab, s);
	list_add(slab, s);
	slab_event(slab, "kmem_cache_create", s);
	return s;
}

/* bootstrap_kmalloc_sheaves() (7.2) */
static void bootstrap_sheaves(struct slab *slab, struct kmem_cache *s)
{
	const struct nodes *nodes = slab->buddy->nodes;
	unsigned capacity = sheaf_capacity(slab, s);

	if (!capacity)
		return;
	for (int nid = nodes_next(slab->kernel, nodes, -1); nid >= 0; nid = nodes_next(slab->kernel, nodes, nid))
		if (node_of(slab, nid)->online && !slub_kmalloc(slab, BARN_BYTES, nid, "bootstrap_cache_sheaves"))
			out_of_memory(slab, s);
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

void slub_init(struct slab *slab)
{
	const unsigned boot = SLAB_HWCACHE_ALIGN | SLAB_NO_SHEAVES | SLAB_BOOT;
	struct kmem_cache *s;

	slab->kmem_cache_node = arena_alloc(slab->trace->arena, sizeof(*s));
	slab->kmem_cache = arena_alloc(slab->trace->arena, sizeof(*s));
	create_boot_cache(slab, slab->kmem_cache_node, "kmem_cache_node",
			  (unsigned)kernel_sizeof(slab->kernel, "kmem_cache_node"), boot);
	slab->state = SLAB_PARTIAL;
	create_boot_cache(slab, slab->kmem_cache, "kmem_cache", kmem_cache_bytes(slab), boot);
	bootstrap(slab, slab->kmem_cache);
	bootstrap(slab, slab->kmem_cache_node);
	create_kmalloc_caches(slab);
	if (slab->kernel->rules->slub_sheaves)
		bootstrap_kmalloc_sheaves(slab);
	for (s = slab->caches; s; s = s->next)
		init_random_seq(slab, s);
	trace_note(slab->trace, "kmem_cache_init", "SLUB: HWalign=%u, Order=%u-%u, MinObjects=%u, CPUs=%u, Nodes=%u",
		   slab->cache_line, slab->min_order, slab->max_order, slab->min_objects, slab->nr_cpu_ids,
		   slab->nr_node_ids);
}
