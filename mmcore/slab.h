/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slab.h - the object allocators: SLUB (4.9 to 7.2), SLAB and SLOB (4.9).
 *
 * What they share follows mm/slab_common.c: the list of caches, the kmalloc
 * caches by type and size, alignment.  Objects are counted per slab, never
 * placed: which object of a slab is handed out decides no page.  Pages come
 * from the page allocator when and where the kernel takes them.
 */
#ifndef MMSCOPE_SLAB_H
#define MMSCOPE_SLAB_H

#include "buddy.h"

/* Caches 0 to 30 by size index; 1 and 2 are 96 and 192 bytes. */
#define KMALLOC_MAX_INDEX	32
#define KMALLOC_MAX_TYPES	24

enum slab_flags {
	SLAB_HWCACHE_ALIGN = 0x1,
	SLAB_CACHE_DMA = 0x2,
	SLAB_RECLAIM_ACCOUNT = 0x4,
	SLAB_ACCOUNT = 0x8,
	SLAB_NO_MERGE = 0x10,
	SLAB_KMALLOC = 0x20,
	SLAB_NO_SHEAVES = 0x40,
	SLAB_BOOT = 0x80,	/* a static struct until bootstrap() copies it */
};

enum slab_state { SLAB_DOWN, SLAB_PARTIAL, SLAB_UP };

/* One slab: 2^order pages cut into objects. */
struct slab_page {
	struct slab_page *next;
	uint64_t pfn;
	unsigned order, objects, free;
	int nid;		/* of the pages */
	int list_nid;		/* whose partial list it is on */
};

struct kmem_cache {
	struct kmem_cache *next;	/* slab_caches */
	const char *name;
	unsigned object_size, size, align, order, min_order, objects;
	unsigned flags;
	bool usercopy;			/* a usercopy region: never merged */
	uint64_t active, nr_slabs;

	/* SLUB, one (boot) CPU */
	struct slab_page *cpu_slab;	/* up to 6.12 */
	struct slab_page *partial;	/* slabs with free objects, first to use first */
	bool random_seq;
	unsigned sheaf_capacity, sheaf_objects;	/* 7.2: of the boot CPU's main sheaf */
	bool sheaf_spare;		/* and an empty one beside it */
};

struct slab {
	const struct mm_kernel *kernel;
	struct trace *trace;
	struct buddy *buddy;
	unsigned cache_line, minalign;	/* cache_line_size(), arch_slab_minalign() */
	unsigned nr_cpu_ids, nr_cpus;	/* nr_cpus: possible ones */
	unsigned kmalloc_minalign;	/* __kmalloc_minalign() */
	bool kmem_accounting;		/* not cgroup.memory=nokmem */
	bool nomerge;
	int local_nid;			/* numa_node_id() of the boot CPU */
	unsigned nr_node_ids;
	enum slab_state state;
	unsigned min_order, max_order, min_objects;	/* slub_*= */
	struct kmem_cache *caches;	/* slab_caches, newest first */
	struct kmem_cache *kmem_cache, *kmem_cache_node;
	struct kmem_cache *kmalloc[KMALLOC_MAX_TYPES][KMALLOC_MAX_INDEX];
	uint64_t large_pages;		/* kmalloc past the largest cache */
};

/* ---------------------------------------------------------------- slab.c */

/* calculate_alignment() */
unsigned slab_alignment(const struct slab *slab, unsigned flags, unsigned align, unsigned size);
/* First and last size index of a kmalloc cache (KMALLOC_SHIFT_LOW, _HIGH). */
unsigned kmalloc_shift_low(const struct slab *slab);
unsigned kmalloc_shift_high(const struct slab *slab);
/* Bytes of an index, and the index a request of @size bytes uses. */
unsigned kmalloc_index_size(unsigned index);
unsigned kmalloc_index(const struct slab *slab, unsigned size);
/* How a kmalloc cache of this index and type is called. */
const char *kmalloc_name(const struct slab *slab, const char *prefix, unsigned index);
/* get_order(): pages for @size bytes, as an order. */
unsigned slab_get_order(const struct slab *slab, uint64_t size);
/* Put the caches into the table "slabs". */
void slab_publish(struct slab *slab);
/* Take the pages of a slab of @s; BUDDY_NO_PAGE if there are none. */
uint64_t slab_alloc_pages(struct slab *slab, const struct kmem_cache *s, unsigned order, int nid, bool thisnode);
/* An event of this kind with the cache's facts; what it changed is published. */
void slab_event(struct slab *slab, const char *fn, const struct kmem_cache *s);
/* Does the node have memory that the kernel maps (N_NORMAL_MEMORY), or any (N_MEMORY)? */
bool node_has_normal_memory(const struct node *node);
bool node_has_memory(const struct node *node);

/* ---------------------------------------------------------------- slub.c */

/* calculate_sizes() and calculate_order(): fills size, order, objects from object_size, align, flags. */
void slub_calculate_sizes(const struct slab *slab, struct kmem_cache *s);
/* kmem_cache_alloc_node(); @nid NUMA_NO_NODE: anywhere.  False: no memory. */
bool slub_alloc(struct slab *slab, struct kmem_cache *s, int nid);
/* kmalloc_node(GFP_KERNEL); larger sizes take pages. */
bool slub_kmalloc(struct slab *slab, unsigned size, int nid, const char *fn);
/* kmem_cache_init() up to the SLUB line. */
void slub_init(struct slab *slab);
/* kmem_cache_create() once slab is up: a new cache, or the one it was merged with. */
struct kmem_cache *slub_create_cache(struct slab *slab, const char *name, unsigned size, unsigned align, unsigned flags);

#endif
