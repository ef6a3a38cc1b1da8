// SPDX-License-Identifier: GPL-2.0-or-later
/* slab.c - what the allocators share; mm/slab_common.c, include/linux/slab.h (4.9 to 7.2). */
#include "slab.h"

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

	return slab->kernel->rules->kmalloc_minalign > 8 ? ilog2_u64(slab->kernel->rules->kmalloc_minalign) : low;
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

const char *kmalloc_name(const struct slab *slab, const char *prefix, unsigned index)
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

uint64_t slab_alloc_pages(struct slab *slab, const struct kmem_cache *s, unsigned order, int nid, bool thisnode)
{
	const struct page_request request = {
		.order = order,
		.type = s->flags & SLAB_RECLAIM_ACCOUNT ? MIGRATE_RECLAIMABLE : MIGRATE_UNMOVABLE,
		.highest = s->flags & SLAB_CACHE_DMA && slab->kernel->zone_dma ? ZONE_DMA : ZONE_NORMAL,
		.nid = nid == NUMA_NO_NODE ? slab->local_nid : nid,
		.thisnode = thisnode,
		.fn = "allocate_slab",
	};

	return buddy_alloc_pages(slab->buddy, &request, WHY("slab", FACT_STR("cache", s->name)));
}

static void put_row(union mm_value *row, const struct kmem_cache *s)
{
	const union mm_value v[] = {
		V_STR(s->name), V_NUM(s->size), V_NUM(s->object_size), V_NUM(s->align), V_NUM(s->order),
		V_NUM(s->objects), V_NUM(s->active), V_NUM(s->nr_slabs),
		V_STR(s->flags & SLAB_BOOT ? "boot" : "active"),
	};

	memcpy(row, v, sizeof(v));
}

void slab_publish(struct slab *slab)
{
	size_t w = mm_table_def(MM_SLABS)->nr_columns, nr = 2;
	const struct kmem_cache *boot[] = { slab->kmem_cache, slab->kmem_cache_node };
	union mm_value *rows;

	for (const struct kmem_cache *s = slab->caches; s; s = s->next)
		nr++;
	rows = arena_array(slab->trace->arena, nr * w, sizeof(*rows));
	nr = 0;
	for (const struct kmem_cache *s = slab->caches; s; s = s->next)
		put_row(rows + w * nr++, s);
	for (size_t i = 0; i < ARRAY_SIZE(boot); i++)
		if (boot[i] && boot[i]->flags & SLAB_BOOT)
			put_row(rows + w * nr++, boot[i]);
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
