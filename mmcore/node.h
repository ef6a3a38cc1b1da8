/* SPDX-License-Identifier: GPL-2.0-or-later */
/* node.h - NUMA nodes, their zones, and the zonelists built from them. */
#ifndef MMSCOPE_NODE_H
#define MMSCOPE_NODE_H

#include "kernel.h"
#include "trace.h"

/* Canonical zones; a kernel may be configured without some (kernel->zone_dma ...). */
enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_MOVABLE, ZONE_DEVICE, MAX_NR_ZONES };

enum zone_watermark { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO, NR_WMARK };

struct zone {
	enum zone_type type;
	int nid;
	uint64_t start_pfn, spanned_pages, present_pages, managed_pages, cma_pages;	/* pages */
	uint64_t initial_managed_pages;		/* before memblock_free_all() resets it */
	uint64_t watermark[NR_WMARK];
	uint64_t lowmem_reserve[MAX_NR_ZONES];
	/* 0 until setup_per_cpu_pageset(); high before 6.7, its bounds since */
	unsigned pageset_batch, pageset_high, pageset_high_min, pageset_high_max;
};

struct zoneref {
	struct zone *zone;
};

/* Page frames [start, end). */
struct pfn_span {
	uint64_t start, end;
};

struct node {
	int nid;
	bool possible, online;
	bool memory;			/* N_MEMORY */
	uint64_t start_pfn, end_pfn;	/* of its memory; equal if it has none */
	uint64_t spanned_pages, present_pages;
	phys_addr_t node_data;		/* NODE_DATA, 0: not allocated */
	int node_data_nid;
	uint64_t first_deferred_pfn;	/* UINT64_MAX: nothing deferred */
	uint64_t boot_deferred_pfn;	/* as memmap_init() left it */
	uint64_t zone_movable_pfn;	/* 0: no ZONE_MOVABLE */
	struct zone zones[MAX_NR_ZONES];
	/* ZONE_MOVABLE lies inside of ZONE_NORMAL's span: which pages are its own, ascending, apart from each other. */
	bool zones_overlap;
	struct pfn_span *movable;
	size_t nr_movable;
	struct zoneref *fallback, *nofallback;	/* ZONELIST_FALLBACK / _NOFALLBACK */
	size_t nr_fallback, nr_nofallback;
};

struct nodes {
	struct node *node;		/* [max_numnodes] */
	int nr_node_ids;
	unsigned nr_online;
	uint8_t *distance;		/* [nr_distance * nr_distance]; NULL: defaults */
	phys_addr_t distance_table;	/* where it was allocated (6.12) */
	int nr_distance;
	bool numa_off;			/* numa=off, or the dummy node */
};

#define LOCAL_DISTANCE	10
#define REMOTE_DISTANCE	20

int node_distance(const struct nodes *nodes, int from, int to);
/* "DMA", "DMA32", "Normal", "Movable", "Device" */
const char *zone_name(enum zone_type type);
bool zone_exists(const struct mm_kernel *kernel, enum zone_type type);
/* The build's number of the zone (enum zone_type of that configuration). */
int zone_index(const struct mm_kernel *kernel, enum zone_type type);
static inline uint64_t zone_end_pfn(const struct zone *zone) { return zone->start_pfn + zone->spanned_pages; }
static inline bool zone_populated(const struct zone *zone) { return zone->present_pages; }
/* Next possible node after @nid (start with -1), or -1. */
int nodes_next(const struct mm_kernel *kernel, const struct nodes *nodes, int nid);
/* The zone that @pfn belongs to: of those of the node that span it, or NULL. */
struct zone *node_zone_of(const struct node *node, uint64_t pfn);
/* Where zones overlap: the first pfn behind @pfn that may be of another zone; UINT64_MAX where none do. */
uint64_t node_overlap_end(const struct node *node, uint64_t pfn);
/* Pages of the overlap become ZONE_MOVABLE's, or ZONE_NORMAL's again. */
void node_make_movable(struct arena *arena, struct node *node, uint64_t start, uint64_t end);
void node_make_normal(struct arena *arena, struct node *node, uint64_t start, uint64_t end);

/* Publish the zone's row of table "zones". */
void zone_publish(struct trace *trace, const struct mm_kernel *kernel, const struct zone *zone, uint64_t nr_free);
/* Publish the tables "nodes" and "zones" (free counts come from the caller). */
typedef uint64_t zone_free_fn(void *ctx, const struct zone *zone);
void zones_publish(struct trace *trace, const struct mm_kernel *kernel, const struct nodes *nodes,
		   zone_free_fn *nr_free, void *ctx);

#endif
