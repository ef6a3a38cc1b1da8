// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * slob.c - SLOB from kmem_cache_init() on; follows mm/slob.c, 4.9.
 *
 * There are no caches to set up: objects of any size share pages, which are
 * kept on three lists by the size of what is asked for.  Nothing is freed
 * during this part of boot, so a page's free bytes are its end.
 */
#include "slab.h"

#define SLOB_BREAK1	256
#define SLOB_BREAK2	1024
#define SLOB_UNIT	2	/* bytes */

struct slob_page {
	struct slob_page *next;
	uint64_t used;
	int nid;
};

static struct slob_page *new_page(struct slab *slab, struct slob_page **list, int nid)
{
	const struct page_request request = {
		.type = MIGRATE_UNMOVABLE, .highest = ZONE_NORMAL,
		.nid = nid == NUMA_NO_NODE ? slab->local_nid : nid, .fn = "slob_new_pages",
	};
	uint64_t pfn = buddy_alloc_pages(slab->buddy, &request, WHY("slab", FACT_STR("cache", "slob")));
	struct slob_page *page;

	if (pfn == BUDDY_NO_PAGE)
		return NULL;
	page = arena_alloc(slab->trace->arena, sizeof(*page));
	page->nid = slab_page_nid(slab, pfn);
	page->next = *list;
	*list = page;
	slab_publish(slab);
	return page;
}

/* slob_page_alloc(): the object at the page's end, aligned; what alignment skips is lost to large objects. */
static bool page_alloc(const struct slab *slab, struct slob_page *page, unsigned size, unsigned align)
{
	uint64_t start = align_up(page->used, align ? align : 1);

	if (start + align_up(size, SLOB_UNIT) > slab->kernel->page_size)
		return false;
	page->used = start + align_up(size, SLOB_UNIT);
	return true;
}

/* slob_alloc() */
static bool slob_alloc(struct slab *slab, unsigned size, unsigned align, int nid)
{
	unsigned which = size < SLOB_BREAK1 ? 0 : size < SLOB_BREAK2 ? 1 : 2;
	struct slob_page **list = &slab->slob[which], *page;

	slab->slob_objects[which]++;

	for (page = *list; page; page = page->next)
		if ((nid == NUMA_NO_NODE || page->nid == nid) && page_alloc(slab, page, size, align))
			return true;
	page = new_page(slab, list, nid);
	return page && page_alloc(slab, page, size, align);
}

static uint64_t whole_pages(struct slab *slab, unsigned size, int nid)
{
	const struct page_request request = {
		.order = slab_get_order(slab, size), .type = MIGRATE_UNMOVABLE, .highest = ZONE_NORMAL,
		.nid = nid == NUMA_NO_NODE ? slab->local_nid : nid, .fn = "slob_new_pages",
	};

	return buddy_alloc_pages(slab->buddy, &request, WHY("slab", FACT_STR("cache", "slob")));
}

/* __do_kmalloc_node(): the size is kept in front of the object. */
static bool slob_kmalloc(struct slab *slab, unsigned size, int nid)
{
	unsigned align = arch_kmalloc_minalign(slab->kernel);

	if (size < slab->kernel->page_size - align)
		return slob_alloc(slab, size + align, align, nid);
	return whole_pages(slab, size, nid) != BUDDY_NO_PAGE;
}

/* slob_alloc_node() */
static bool slob_cache_alloc(struct slab *slab, struct kmem_cache *s, int nid)
{
	if (s->size < slab->kernel->page_size)
		return slob_alloc(slab, s->size, s->align, nid);
	return whole_pages(slab, s->size, nid) != BUDDY_NO_PAGE;
}

static void slob_open(struct slab *slab, struct kmem_cache *s)
{
	(void)slab;
	/* struct slob_rcu: what frees the object later, and its size. */
	s->size = s->object_size + (s->flags & SLAB_TYPESAFE ? 24 : 0);
}

/* One of the three lists: the largest object that it serves, its objects and its pages. */
static void put_list(const struct slab *slab, size_t index, union mm_value *row)
{
	static const char *const names[] = { "free_slob_small", "free_slob_medium", "free_slob_large" };
	const unsigned below[] = { SLOB_BREAK1, SLOB_BREAK2, (unsigned)slab->kernel->page_size };
	uint64_t pages = 0;

	for (const struct slob_page *page = slab->slob[index]; page; page = page->next)
		pages++;
	const union mm_value v[] = {
		V_STR(names[index]), V_NUM(slab->kernel->page_size), V_NUM(below[index] - 1), V_NUM(SLOB_UNIT), V_NUM(0),
		V_NUM(0), V_NUM(slab->slob_objects[index]), V_NUM(pages), V_STR("list"),
	};

	memcpy(row, v, sizeof(v));
}

static void slob_init_late(struct slab *slab)
{
	slab_set_state(slab, SLAB_FULL, "kmem_cache_init_late");
}

static const struct slab_ops slob_ops = {
	.name = "SLOB", .open = slob_open, .alloc = slob_cache_alloc, .kmalloc = slob_kmalloc,
	.init_late = slob_init_late, .put_list = put_list, .nr_lists = 3, .silent = true,
};

void slob_init(struct slab *slab)
{
	struct kmem_cache *s = arena_alloc(slab->trace->arena, sizeof(*s));

	slab->ops = &slob_ops;
	/* Static, and on no list. */
	s->name = "kmem_cache";
	s->object_size = s->size = (unsigned)kernel_sizeof(slab->kernel, "kmem_cache");
	s->align = arch_kmalloc_minalign(slab->kernel);
	slab->kmem_cache = s;
	trace_event(slab->trace, MM_SLAB, "kmem_cache_init");
	trace_arg(slab->trace, FACT_STR("allocator", "SLOB"));
	slab_publish(slab);
	slab_set_state(slab, SLAB_UP, "kmem_cache_init");
}
