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
#include "ops/gfp.h"

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
	SLAB_CTOR = 0x100,	/* objects keep their contents while free */
	SLAB_TYPESAFE = 0x200,	/* SLAB_TYPESAFE_BY_RCU, before 4.12 SLAB_DESTROY_BY_RCU */
	/* slub_debug=FZPUT */
	SLAB_CONSISTENCY_CHECKS = 0x1000,
	SLAB_RED_ZONE = 0x2000,
	SLAB_POISON = 0x4000,
	SLAB_STORE_USER = 0x8000,
	SLAB_TRACE = 0x10000,
	SLAB_DEBUG_DEFAULT = 0xf000,
	SLAB_DEBUG_FLAGS = 0x1f000,
	SLAB_DEBUG_METADATA = SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER,
};

enum slab_state { SLAB_DOWN, SLAB_PARTIAL, SLAB_PARTIAL_NODE, SLAB_UP, SLAB_FULL };

/* One slab: 2^order pages cut into objects. */
struct slab_page {
	struct slab_page *next, *next_of_cache;
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
	bool off_slab;			/* SLAB: the index of free objects is a kmalloc object */
	uint64_t active, nr_slabs;

	struct slab_page *partial;	/* slabs with free objects, first to use first */
	struct slab_page *slabs;	/* all, newest first */

	/* SLUB, one (boot) CPU */
	struct slab_page *cpu_slab;	/* up to 6.12 */
	bool random_seq;
	unsigned sheaf_capacity, sheaf_objects;	/* 7.2: of the boot CPU's main sheaf */
	bool sheaf_spare;		/* and an empty one beside it */
};

struct slab;

/* What SLUB, SLAB and SLOB do each in their own way. */
struct slab_ops {
	const char *name;
	/* __kmem_cache_create(): sizes, and what the cache needs per node and CPU. */
	void (*open)(struct slab *slab, struct kmem_cache *s);
	/* An object of @s, on node @nid if not NUMA_NO_NODE.  False: no memory. */
	bool (*alloc)(struct slab *slab, struct kmem_cache *s, int nid);
	/* kmalloc_node(GFP_KERNEL); NULL: an object of a kmalloc cache. */
	bool (*kmalloc)(struct slab *slab, unsigned size, int nid);
	/* kmem_cache_init_late() */
	void (*init_late)(struct slab *slab);
	/* Rows of the table "slabs" that are no caches, before those; NULL: none. */
	void (*put_list)(const struct slab *slab, size_t index, union mm_value *row);
	size_t nr_lists;
	bool merges;			/* caches that can serve for others do */
	bool silent;			/* what it says of failures is not modelled */
};

struct slob_page;

struct slab {
	const struct slab_ops *ops;
	const struct mm_kernel *kernel;
	struct trace *trace;
	struct buddy *buddy;
	unsigned cache_line, minalign;	/* cache_line_size(), arch_slab_minalign() */
	unsigned nr_cpu_ids, nr_cpus;	/* nr_cpus: possible ones */
	unsigned kmalloc_minalign;	/* __kmalloc_minalign() */
	bool kmem_accounting;		/* not cgroup.memory=nokmem */
	bool nomerge;
	bool max_order_set;		/* SLAB: slab_max_order= was given */
	uint64_t totalram_pages;
	int local_nid;			/* numa_node_id() of the boot CPU */
	unsigned nr_node_ids;
	unsigned gfp;			/* of the request for an object that is at work */
	unsigned out_of_memory_reports;	/* slab_out_of_memory() has a limit */
	uint64_t *node_pages;		/* [nid][reclaimable]: NR_SLAB_UNRECLAIMABLE_B, NR_SLAB_RECLAIMABLE_B */
	enum slab_state state;
	unsigned min_order, max_order, min_objects;	/* slub_*=, slab_max_order= */
	unsigned debug;			/* slub_debug=: for caches in no list */
	const char *debug_string;	/* its blocks if one has a list of caches, or NULL */
	bool no_higher_order_debug;	/* its letter O */
	const struct kmem_cache *depot_users[2];	/* caches whose stacks took a pool */
	struct kmem_cache *caches;	/* slab_caches, newest first */
	struct kmem_cache *kmem_cache, *kmem_cache_node;
	struct kmem_cache *kmalloc[KMALLOC_MAX_TYPES][KMALLOC_MAX_INDEX];
	struct slob_page *slob[3];	/* pages with room for small, medium, large objects */
	uint64_t slob_objects[3];	/* handed out of these */
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
/* The NORMAL cache that a request of @size bytes uses; NULL: none yet. */
struct kmem_cache *kmalloc_cache(const struct slab *slab, unsigned size);
/* kmalloc_type(): the cache for a request with these flags at work.  With RANDOM_KMALLOC_CACHES the first of them. */
struct kmem_cache *kmalloc_cache_for(const struct slab *slab, unsigned size, unsigned gfp);
/* get_order(): pages for @size bytes, as an order. */
unsigned slab_get_order(const struct slab *slab, uint64_t size);

/* Bytes of a slab of that order, as the kernel computes them. */
uint64_t slab_bytes(const struct slab *slab, unsigned order);
/* Take the pages of a slab of @s; BUDDY_NO_PAGE if there are none, which is not reported if @nowarn. */
uint64_t slab_alloc_pages(struct slab *slab, const struct kmem_cache *s, unsigned order, int nid, bool thisnode, bool nowarn);
/* A new slab of @s in 2^@order pages, on no list; NULL: no memory. */
struct slab_page *slab_new_page(struct slab *slab, struct kmem_cache *s, unsigned order, int nid, bool thisnode, bool nowarn);
/* Node of a page. */
int slab_page_nid(const struct slab *slab, uint64_t pfn);
/* Partial lists, one per node, kept as one list: put first, take first, count. */
void slab_add_partial(struct kmem_cache *s, struct slab_page *page, int list_nid);
struct slab_page *slab_take_partial(struct kmem_cache *s, int nid);

/* kmem_cache_alloc_node() and kmalloc_node(); @fn names the caller, @gfp is what a report of failure says. */
bool kmem_cache_alloc(struct slab *slab, struct kmem_cache *s, int nid, unsigned gfp);
bool slab_kmalloc(struct slab *slab, unsigned size, int nid, unsigned gfp, const char *fn);
/* GFP_NOWAIT of this release */
unsigned gfp_nowait(const struct slab *slab);
/* Pages of all slabs on a node: those of reclaimable caches, or the others. */
uint64_t slab_pages_of_node(const struct slab *slab, int nid, bool reclaimable);
/* The modelled kernel cannot make @s, and cannot do without. */
_Noreturn void slab_creation_failed(struct slab *slab, const struct kmem_cache *s, int err);

void create_boot_cache(struct slab *slab, struct kmem_cache *s, const char *name, unsigned size, unsigned flags);
struct kmem_cache *create_kmalloc_cache(struct slab *slab, const char *name, unsigned size, unsigned flags);
void create_kmalloc_caches(struct slab *slab, unsigned flags);
/* kmem_cache_create() once slab is up: a new cache, or the one it was merged with. */
struct kmem_cache *kmem_cache_create(struct slab *slab, const char *name, unsigned size, unsigned align, unsigned flags);
/* Put first on slab_caches. */
void slab_list_add(struct slab *slab, struct kmem_cache *s);

/* slab_state, with an event and a counter of that name. */
void slab_set_state(struct slab *slab, enum slab_state state, const char *fn);
/* Put the caches into the table "slabs", oldest first. */
void slab_publish(struct slab *slab);
/* The cache's row of it. */
void slab_put_row(union mm_value *row, const struct kmem_cache *s);
/* An event of this kind with the cache's facts; what it changed is published. */
void slab_event(struct slab *slab, const char *fn, const struct kmem_cache *s);
/* Does the node have memory that the kernel maps (N_NORMAL_MEMORY), or any (N_MEMORY)? */
bool node_has_normal_memory(const struct node *node);
bool node_has_memory(const struct node *node);

/* ---------------------------------------------------------- slub_debug.c */

/* kmem_cache_flags(): SLAB_... that slub_debug= gives this cache. */
unsigned slub_cache_flags(const struct slab *slab, const char *name);
/* calculate_sizes(): bytes from object to object. */
unsigned slub_object_bytes(const struct slab *slab, const struct kmem_cache *s);
/* set_track(): who allocated an object of @s is kept, if its flags want that. */
void slub_store_user(struct slab *slab, const struct kmem_cache *s);

/* --------------------------------------- slub.c, slab_slab.c, slob.c: kmem_cache_init() */

void slub_init(struct slab *slab);
/* Size, order, objects of a slab and capacity of a sheaf, from object_size, align and flags. */
void slub_lay_out(const struct slab *slab, struct kmem_cache *s);
void slab_slab_init(struct slab *slab);
void slob_init(struct slab *slab);

#endif
