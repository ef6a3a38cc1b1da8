/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slub_live.h - SLUB at work: objects of caches, slabs from the page allocator and back.
 *
 * Which object of a slab is handed out decides no page, so an object is known by
 * its slab alone, and a slab by how many objects are on its own list of free ones.
 * Up to 6.19 a CPU owns a slab and a stack of partial ones; from 7.0 on it has
 * arrays of objects (sheaves), and each node a barn of them.  Follows mm/slub.c of
 * 6.1, 6.12 and 7.2, held against recordings of caches made for the purpose;
 * caches that boot made begin as mmcore/slub.c left them.
 */
#ifndef MMSCOPE_OPS_SLUB_LIVE_H
#define MMSCOPE_OPS_SLUB_LIVE_H

#include "live.h"
#include "../slab.h"

/* Where a slab is kept. */
enum slab_place {
	SLAB_FULL_NOWHERE,	/* all its objects are in use or in sheaves: no list has it */
	SLAB_ON_NODE,		/* on its node's list of partial slabs */
	SLAB_ON_CPU,		/* the CPU's own: the objects it has taken over are on the CPU's list */
	SLAB_ON_CPU_PARTIAL,	/* on a CPU's stack of partial slabs */
};

struct live_cache;

struct live_slab {
	struct live_slab *prev, *next;	/* on its node's list */
	struct live_slab *below;	/* on a CPU's stack; or the next to be given back */
	struct live_cache *cache;
	uint64_t pfn;
	unsigned order, objects;
	unsigned free;			/* objects on its own list */
	int nid;
	enum slab_place place;
	unsigned cpu;			/* whose it is */
	unsigned stacked, stacked_objects;	/* slab->slabs, page->pobjects: on the stack from here down */
	struct live_slab *newer, *older;	/* of all of its cache */
	unsigned cached;		/* objects in sheaves */
	bool since_boot;
	/* Who publishes it: its row of table slab_pages, and slabs whose row is to be made anew. */
	bool has_row, dirty, gone;
	size_t row;
	struct live_slab *next_dirty;
};

/* struct slab_sheaf */
struct sheaf {
	struct sheaf *next;
	unsigned size;
	struct live_slab *objects[];
};

/* struct kmem_cache_cpu; from 7.0 on struct slub_percpu_sheaves */
struct cache_cpu {
	struct live_slab *slab;
	unsigned free;			/* objects of it on the CPU's list */
	struct live_slab *partial;	/* top of the stack */
	struct sheaf *main, *spare;
};

/* struct kmem_cache_node, with struct node_barn from 7.0 on */
struct cache_node {
	struct live_slab *head, *tail;
	uint64_t nr_partial;
	struct sheaf *full, *empty;
	unsigned nr_full, nr_empty;
};

struct live_cache {
	struct live_cache *next;
	struct kmem_cache *s;
	uint64_t min_partial;
	unsigned cpu_partial_slabs, cpu_partial_objects;
	bool has_cpu_partial;
	bool since_boot;		/* made by boot, with what that left in it */
	struct cache_cpu *cpus;		/* [live->nr_cpus] */
	struct cache_node *nodes;	/* [live->nr_nodes] */
	struct live_slab *slabs;	/* all, newest first */
};

/* Who listens; any may be NULL. */
struct slub_watch {
	/* Before the page allocator is asked for a slab: what for, and with which flags. */
	void (*wants)(void *ctx, const struct live_cache *cache, unsigned gfp);
	void (*took)(void *ctx, struct live_slab *slab);
	/* A slab that is empty goes back, since its node has enough partial ones; before and after. */
	void (*gives)(void *ctx, struct live_slab *slab);
	void (*gave)(void *ctx, const struct live_slab *slab);
	/* @nr objects went into a sheaf, out of partial slabs and new ones. */
	void (*refilled)(void *ctx, const struct live_cache *cache, unsigned nr);
	/* @nr objects of a full sheaf went back to their slabs. */
	void (*flushed)(void *ctx, const struct live_cache *cache, unsigned nr);
	/* Something of the slab changed. */
	void (*changed)(void *ctx, struct live_slab *slab);
	void *ctx;
};

struct live_slub {
	struct live *live;
	const struct slab *slab;	/* what boot knows of caches */
	struct live_cache *caches;	/* that were used since */
	enum alloc_end end;		/* of the last request for pages */
	const struct slub_watch *watch;
};

void slub_live_init(struct live_slub *slub, struct live *live, const struct slab *slab);
/* The cache as it is at work; made when first asked for.  @since_boot: boot's slabs are in it. */
struct live_cache *slub_live_cache(struct live_slub *slub, struct kmem_cache *s, bool since_boot);

/* kmem_cache_alloc_node(); the object's slab, or NULL: slub->end says how the request for pages ended. */
struct live_slab *slub_live_alloc(struct live_slub *slub, struct live_cache *cache, unsigned gfp, int nid);
/* kmem_cache_free() of an object of @slab. */
void slub_live_free(struct live_slub *slub, struct live_slab *slab);

/* ---- slub_slabs.c: slabs, and nodes' lists of them */
void slub_enlist(struct live_slab *slab);
int slub_local_node(const struct live_slub *slub);
struct cache_node *slub_node_of(const struct live_slab *slab);
struct live_slab *slub_new_slab(struct live_slub *slub, struct live_cache *cache, unsigned gfp, int nid);
void slub_discard(struct live_slub *slub, struct live_slab *slab);
void slub_add_partial(struct live_slub *slub, struct live_slab *slab, bool tail);
void slub_remove_partial(struct live_slub *slub, struct live_slab *slab);
void slub_changed(struct live_slub *slub, struct live_slab *slab);
/* get_partial(), get_any_partial(): the node to take a partial slab from, or -1. */
int slub_partial_node(const struct live_slub *slub, const struct live_cache *cache, unsigned gfp, int nid);
/* What is asked for first when a node is wanted and others will do. */
unsigned slub_thisnode_gfp(const struct live_slub *slub, unsigned gfp);

/* ---- slub_cpu.c: a slab for each CPU, up to 6.19 */
struct live_slab *slub_cpu_alloc(struct live_slub *slub, struct live_cache *cache, unsigned gfp, int nid);
void slub_cpu_free(struct live_slub *slub, struct live_slab *slab);

/* ---- slub_sheaf.c: sheaves, from 7.0 on */
struct live_slab *slub_sheaf_alloc(struct live_slub *slub, struct live_cache *cache, unsigned gfp, int nid, bool no_recurse);
void slub_sheaf_free(struct live_slub *slub, struct live_slab *slab);
struct sheaf *slub_sheaf_new(struct live_slub *slub, unsigned capacity);

#endif
