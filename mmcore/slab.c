// SPDX-License-Identifier: GPL-2.0-or-later
/* slab.c - what the allocators share; mm/slab_common.c, include/linux/slab.h (4.9 to 7.2). */
#include "slab.h"

#include <errno.h>

#define SLAB_NEVER_MERGE	(SLAB_NO_MERGE | SLAB_CTOR | SLAB_TYPESAFE | SLAB_DEBUG_METADATA | SLAB_TRACE)

unsigned slab_alignment(const struct slab *slab, unsigned flags, unsigned align, unsigned size)
{
	if (flags & SLAB_HWCACHE_ALIGN) {
		unsigned ralign = slab->cache_line;

		while (size <= ralign / 2)
			ralign /= 2;
		align = (unsigned)max_u64(align, ralign);
	}
	return (unsigned)align_up(max_u64(align, slab->minalign), sizeof(uint64_t));
}

unsigned slab_get_order(const struct slab *slab, uint64_t size)
{
	return fls64((size - 1) >> slab->kernel->page_shift);
}

unsigned kmalloc_shift_low(const struct slab *slab)
{
	unsigned low = kernel_has_config(slab->kernel, "SLAB") ? 5 : 3;

	return arch_kmalloc_minalign(slab->kernel) > 8 ? ilog2_u64(arch_kmalloc_minalign(slab->kernel)) : low;
}

unsigned kmalloc_shift_high(const struct slab *slab)
{
	const struct mm_kernel *k = slab->kernel;

	if (kernel_has_config(k, "SLAB"))
		return (unsigned)min_u64(k->max_order + k->page_shift, 25);
	return k->page_shift + 1;
}

unsigned kmalloc_index_size(unsigned index)
{
	return index == 1 ? 96 : index == 2 ? 192 : 1U << index;
}

unsigned kmalloc_index(const struct slab *slab, unsigned size)
{
	unsigned low = kmalloc_shift_low(slab);

	if (size <= 1U << low)
		return low;
	if (low <= 5 && size > 64 && size <= 96)
		return 1;
	if (low <= 6 && size > 128 && size <= 192)
		return 2;
	return fls64(size - 1);
}

/* How a kmalloc cache of this index and type is called. */
static const char *kmalloc_name(const struct slab *slab, const char *prefix, unsigned index)
{
	unsigned size = kmalloc_index_size(index);
	struct arena *arena = slab->trace->arena;

	if (!slab->kernel->rules->kmalloc_short_names || size < 1024)
		return arena_printf(arena, "%s%u", prefix, size);
	if (size < MIB(1))
		return arena_printf(arena, "%s%uk", prefix, size >> 10);
	return arena_printf(arena, "%s%uM", prefix, size >> 20);
}

bool node_has_normal_memory(const struct node *node)
{
	return zone_populated(&node->zones[ZONE_DMA]) || zone_populated(&node->zones[ZONE_DMA32]) ||
	       zone_populated(&node->zones[ZONE_NORMAL]);
}

bool node_has_memory(const struct node *node)
{
	return node_has_normal_memory(node) || zone_populated(&node->zones[ZONE_MOVABLE]);
}

/* All of this happens before kernel_init_freeable(): requests may neither wait nor reclaim (GFP_BOOT_MASK). */
#define GFP_NOT_AT_BOOT	(GFP_DIRECT_RECLAIM | GFP_KSWAPD_RECLAIM | GFP_IO | GFP_FS)

/* allocate_slab(): with what flags pages are asked for. */
static unsigned page_gfp(const struct slab *slab, const struct kmem_cache *s, unsigned order, bool thisnode)
{
	const unsigned kept = GFP_HIGH | GFP_NOWARN | GFP_RETRY_MAYFAIL | GFP_NOFAIL | GFP_NORETRY | GFP_MEMALLOC | GFP_NOMEMALLOC |
			      GFP_HARDWALL | GFP_THISNODE;
	unsigned gfp = slab->gfp & kept & ~GFP_NOT_AT_BOOT;

	if (slab->ops->silent)
		gfp |= GFP_NOWARN;
	if (order || slab->kernel->rules->slub_always_compound)
		gfp |= GFP_COMP;
	if (s->flags & SLAB_CACHE_DMA && slab->kernel->zone_dma)
		gfp |= GFP_DMA;
	if (s->flags & SLAB_RECLAIM_ACCOUNT)
		gfp |= GFP_RECLAIMABLE;
	return gfp | (thisnode ? GFP_THISNODE : 0);
}

uint64_t slab_alloc_pages(struct slab *slab, const struct kmem_cache *s, unsigned order, int nid, bool thisnode, bool nowarn)
{
	const struct page_request request = {
		.order = order,
		.type = s->flags & SLAB_RECLAIM_ACCOUNT ? MIGRATE_RECLAIMABLE : MIGRATE_UNMOVABLE,
		.highest = s->flags & SLAB_CACHE_DMA && slab->kernel->zone_dma ? ZONE_DMA : ZONE_NORMAL,
		.nid = nid == NUMA_NO_NODE ? slab->local_nid : nid,
		.thisnode = thisnode,
		.fn = "allocate_slab",
		.gfp = page_gfp(slab, s, order, thisnode) | (nowarn ? GFP_NOWARN : 0),
	};

	return buddy_alloc_pages(slab->buddy, &request, WHY("slab", FACT_STR("cache", s->name)));
}

int slab_page_nid(const struct slab *slab, uint64_t pfn)
{
	const struct memblock *mb = slab->buddy->memblock;
	const struct memblock_region *r = memblock_find(&mb->memory, pfn << slab->kernel->page_shift);

	return r && memblock_nid_valid(mb, r->nid) ? r->nid : 0;
}

/*
 * PAGE_SIZE << order, where slub_min_order= may ask for any order: the CPU
 * shifts modulo the width, which is that of unsigned int since 4.17.
 */
uint64_t slab_bytes(const struct slab *slab, unsigned order)
{
	uint64_t page = slab->kernel->page_size;

	return slab->kernel->rules->slab_bytes_wrap_at_64 ? page << order % 64 : (uint32_t)(page << order % 32);
}

unsigned gfp_nowait(const struct slab *slab)
{
	return GFP_KSWAPD_RECLAIM | (slab->kernel->rules->nowait_nowarn ? GFP_NOWARN : 0);
}

static void slab_count_pages(struct slab *slab, int nid, bool reclaimable, uint64_t pages)
{
	if (!slab->node_pages)
		slab->node_pages = arena_array(slab->trace->arena, 2 * (size_t)slab->kernel->max_numnodes, sizeof(*slab->node_pages));
	slab->node_pages[2 * nid + reclaimable] += pages;
}

uint64_t slab_pages_of_node(const struct slab *slab, int nid, bool reclaimable)
{
	return slab->node_pages ? slab->node_pages[2 * nid + reclaimable] : 0;
}

struct slab_page *slab_new_page(struct slab *slab, struct kmem_cache *s, unsigned order, int nid, bool thisnode, bool nowarn)
{
	unsigned objects = (unsigned)(slab_bytes(slab, order) / s->size);
	uint64_t pfn = objects ? slab_alloc_pages(slab, s, order, nid, thisnode, nowarn) : BUDDY_NO_PAGE;
	struct slab_page *page;

	if (pfn == BUDDY_NO_PAGE)
		return NULL;
	page = arena_alloc(slab->trace->arena, sizeof(*page));
	page->pfn = pfn;
	page->order = order;
	page->objects = page->free = objects;
	page->nid = page->list_nid = slab_page_nid(slab, pfn);
	page->next_of_cache = s->slabs;
	s->slabs = page;
	s->nr_slabs++;
	slab_count_pages(slab, page->nid, s->flags & SLAB_RECLAIM_ACCOUNT, UINT64_C(1) << order);
	return page;
}

void slab_add_partial(struct kmem_cache *s, struct slab_page *page, int list_nid)
{
	if (!page->free)
		return;
	page->list_nid = list_nid;
	page->next = s->partial;
	s->partial = page;
}

struct slab_page *slab_take_partial(struct kmem_cache *s, int nid)
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

/* ------------------------------------------------------------------- caches */

_Noreturn void slab_creation_failed(struct slab *slab, const struct kmem_cache *s, int err)
{
	if (slab->state < SLAB_UP)
		trace_panic(slab->trace, "create_boot_cache", "Creation of kmalloc slab %s size=%u failed. Reason %d", s->name,
			    s->object_size, err);
	trace_panic(slab->trace, "kmem_cache_create", "%s: Failed to create slab '%s'. Error %d",
		    slab->kernel->rules->cache_create_name, s->name, err);
}

bool kmem_cache_alloc(struct slab *slab, struct kmem_cache *s, int nid, unsigned gfp)
{
	unsigned outer = slab->gfp;
	bool got;

	s->active++;
	slab->gfp = gfp;
	got = slab->ops->alloc(slab, s, nid);
	slab->gfp = outer;
	return got;
}

struct kmem_cache *kmalloc_cache(const struct slab *slab, unsigned size)
{
	return slab->kmalloc[0][kmalloc_index(slab, size)];
}

bool slab_kmalloc(struct slab *slab, unsigned size, int nid, unsigned gfp, const char *fn)
{
	const struct page_request pages = {
		.order = slab_get_order(slab, size), .type = MIGRATE_UNMOVABLE, .highest = ZONE_NORMAL,
		.nid = nid == NUMA_NO_NODE ? slab->local_nid : nid, .fn = fn,
		.gfp = GFP_COMP | (gfp & ~GFP_NOT_AT_BOOT) | (slab->ops->silent ? GFP_NOWARN : 0),
	};

	if (slab->ops->kmalloc)
		return slab->ops->kmalloc(slab, size, nid);
	if (size <= 1U << kmalloc_shift_high(slab))
		return kmem_cache_alloc(slab, kmalloc_cache(slab, size), nid, gfp);
	return buddy_alloc_pages(slab->buddy, &pages, WHY("slab", FACT_STR("cache", "kmalloc-large"))) != BUDDY_NO_PAGE;
}

void slab_list_add(struct slab *slab, struct kmem_cache *s)
{
	s->next = slab->caches;
	slab->caches = s;
}

static unsigned boot_align(const struct slab *slab, unsigned flags, unsigned size)
{
	unsigned align = arch_kmalloc_minalign(slab->kernel);

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

void create_boot_cache(struct slab *slab, struct kmem_cache *s, const char *name, unsigned size, unsigned flags)
{
	s->name = name;
	s->object_size = size;
	s->flags = flags;
	s->align = boot_align(slab, flags, size);
	slab->ops->open(slab, s);
	slab_event(slab, flags & SLAB_BOOT ? "create_boot_cache" : "create_kmalloc_cache", s);
}

struct kmem_cache *create_kmalloc_cache(struct slab *slab, const char *name, unsigned size, unsigned flags)
{
	struct kmem_cache *s = arena_alloc(slab->trace->arena, sizeof(*s));

	s->name = name;
	if (!kmem_cache_alloc(slab, slab->kmem_cache, NUMA_NO_NODE, gfp_nowait(slab) | GFP_ZERO))
		trace_panic(slab->trace, "create_kmalloc_cache", "Out of memory when creating slab %s", s->name);
	create_boot_cache(slab, s, name, size, flags | SLAB_KMALLOC);
	s->usercopy = slab->kernel->rules->usercopy == USERCOPY_ALWAYS ||
		      (slab->kernel->rules->usercopy == USERCOPY_HARDENED && kernel_has_config(slab->kernel, "HARDENED_USERCOPY"));
	slab_list_add(slab, s);
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

struct kmem_cache *kmalloc_cache_for(const struct slab *slab, unsigned size, unsigned gfp)
{
	int64_t type = 0;

	if (gfp & GFP_DMA && slab->kernel->zone_dma)
		type = type_number(slab, "KMALLOC_DMA", 1);
	else if (gfp & GFP_RECLAIMABLE)
		type = type_number(slab, "KMALLOC_RECLAIM", 0);
	else if (gfp & GFP_ACCOUNT)
		type = type_number(slab, "KMALLOC_CGROUP", 0);
	if (type < 0 || type >= KMALLOC_MAX_TYPES || size > 1U << kmalloc_shift_high(slab))
		return NULL;
	return slab->kmalloc[type][kmalloc_index(slab, size)];
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
	if (slab->kmalloc_minalign > arch_kmalloc_minalign(slab->kernel)) {
		size = (unsigned)align_up(size, slab->kmalloc_minalign);
		aligned = kmalloc_index(slab, size);
	}
	if (!caches[aligned])
		caches[aligned] = create_kmalloc_cache(slab, kmalloc_name(slab, type->prefix, aligned), size, type->flags);
	caches[index] = caches[aligned];
}

/* The sizes of one type, in the order this kernel creates them. */
static void create_kmalloc_type(struct slab *slab, int64_t number, unsigned flags)
{
	struct kmalloc_type type = kmalloc_type(slab, number);
	unsigned low = kmalloc_shift_low(slab), high = kmalloc_shift_high(slab);
	bool odd_first = slab->kernel->rules->kmalloc_odd_sizes_first;

	type.flags |= flags;
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
static void create_dma_caches(struct slab *slab, int64_t number, unsigned flags)
{
	for (unsigned i = 0; i <= kmalloc_shift_high(slab); i++) {
		const char *name = kmalloc_name(slab, "dma-kmalloc-", i);

		if (!slab->kmalloc[0][i])
			continue;
		if (slab->kernel->rules->kmalloc_names_allocated)
			slab_kmalloc(slab, (unsigned)strlen(name) + 1, NUMA_NO_NODE, gfp_nowait(slab), "kasprintf");
		slab->kmalloc[number][i] = create_kmalloc_cache(slab, name, kmalloc_index_size(i), SLAB_CACHE_DMA | flags);
	}
}

/* create_kmalloc_caches() */
void create_kmalloc_caches(struct slab *slab, unsigned flags)
{
	/* 4.9 has no such enum: an array of NORMAL caches and one of DMA caches. */
	int64_t nr = type_number(slab, "NR_KMALLOC_TYPES", 2);
	int64_t dma = type_number(slab, "KMALLOC_DMA", nr - 1);
	bool late_dma = slab->kernel->rules->kmalloc_dma_late && slab->kernel->zone_dma;
	unsigned index_bytes = (kmalloc_shift_high(slab) + 1) * (unsigned)sizeof(uint64_t);

	for (int64_t type = 0; type < nr && type < KMALLOC_MAX_TYPES; type++)
		if (!late_dma || type != dma)
			create_kmalloc_type(slab, type, flags);
	slab_set_state(slab, SLAB_UP, "create_kmalloc_caches");
	if (late_dma)
		create_dma_caches(slab, dma, flags);
	if (kernel_has_config(slab->kernel, "SLAB_BUCKETS"))
		kmem_cache_create(slab, "kmalloc_buckets", index_bytes, 0, SLAB_NO_MERGE);
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

		if (boot || s->usercopy || s->flags & SLAB_NEVER_MERGE || size > s->size || (flags & same) != (s->flags & same))
			continue;
		if (kernel_has_config(slab->kernel, "SLAB") && (align > s->align || s->align % align))
			continue;
		if (s->size % align == 0 && s->size - size < sizeof(uint64_t))
			found = s;
	}
	return slab->nomerge || flags & SLAB_NEVER_MERGE ? NULL : found;
}

struct kmem_cache *kmem_cache_create(struct slab *slab, const char *name, unsigned size, unsigned align, unsigned flags)
{
	struct kmem_cache *s = slab->ops->merges ? find_mergeable(slab, size, align, flags) : NULL;

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
	if (!kmem_cache_alloc(slab, slab->kmem_cache, NUMA_NO_NODE, GFP_KERNEL | GFP_ZERO))
		slab_creation_failed(slab, s, -ENOMEM);
	slab->ops->open(slab, s);
	slab_list_add(slab, s);
	slab_event(slab, "kmem_cache_create", s);
	return s;
}

/* --------------------------------------------------------------- publishing */

void slab_put_row(union mm_value *row, const struct kmem_cache *s)
{
	const union mm_value v[] = {
		V_STR(s->name), V_NUM(s->size), V_NUM(s->object_size), V_NUM(s->align), V_NUM(s->order),
		V_NUM(s->objects), V_NUM(s->active), V_NUM(s->nr_slabs),
		V_STR(s->flags & SLAB_BOOT ? "boot" : "active"),
	};

	memcpy(row, v, sizeof(v));
}

static const char *state_name(enum slab_state state)
{
	static const char *const names[] = { "DOWN", "PARTIAL", "PARTIAL_NODE", "UP", "FULL" };

	return names[state];
}

void slab_set_state(struct slab *slab, enum slab_state state, const char *fn)
{
	/* Without SLAB there is no PARTIAL_NODE, and what follows counts one less. */
	int value = (int)state - (state > SLAB_PARTIAL && !slab->kernel->rules->slab_partial_node);
	const union mm_value row[] = { V_STR("slab_state"), V_NUM(value), V_STR(state_name(state)) };

	trace_event(slab->trace, MM_SLAB, "slab_state");
	trace_arg(slab->trace, FACT_STR("state", state_name(state)));
	trace_arg(slab->trace, FACT_STR("was", state_name(slab->state)));
	trace_why_fact(slab->trace, FACT_STR("by", fn));
	trace_why_fact(slab->trace, FACT_STR("allocator", slab->ops->name));
	slab->state = state;
	trace_put(slab->trace, MM_COUNTERS, row);
}

void slab_publish(struct slab *slab)
{
	size_t w = mm_table_def(MM_SLABS)->nr_columns, lists = slab->ops->nr_lists, nr = 2 + lists, at;
	const struct kmem_cache *boot[] = { slab->kmem_cache, slab->kmem_cache_node };
	union mm_value *rows;

	for (const struct kmem_cache *s = slab->caches; s; s = s->next)
		nr++;
	rows = arena_array(slab->trace->arena, nr * w, sizeof(*rows));
	for (size_t i = 0; i < lists; i++)
		slab->ops->put_list(slab, i, rows + w * i);
	at = nr -= 2;
	for (const struct kmem_cache *s = slab->caches; s; s = s->next)
		slab_put_row(rows + w * --at, s);
	for (size_t i = 0; i < ARRAY_SIZE(boot); i++)
		if (boot[i] && boot[i]->flags & SLAB_BOOT)
			slab_put_row(rows + w * nr++, boot[i]);
	trace_sync(slab->trace, MM_SLABS, rows, nr);
}

void slab_event(struct slab *slab, const char *fn, const struct kmem_cache *s)
{
	trace_event(slab->trace, MM_SLAB, fn);
	trace_arg(slab->trace, FACT_STR("cache", s->name));
	trace_arg(slab->trace, FACT_NUM("object_size", s->object_size));
	trace_arg(slab->trace, FACT_NUM("size", s->size));
	trace_arg(slab->trace, FACT_NUM("align", s->align));
	trace_arg(slab->trace, FACT_NUM("order", s->order));
	trace_arg(slab->trace, FACT_NUM("objects", s->objects));
	slab_publish(slab);
}
