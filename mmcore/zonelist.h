/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zonelist.h - for each node, the chain of zones that an allocation tries.
 *
 * Follows build_all_zonelists() and what it calls (mm/page_alloc.c, 4.9 to 7.2).
 * A node has a list with fallback (all nodes, nearest first) and one without
 * (its own zones, for __GFP_THISNODE).  Lists are built reference by reference;
 * each is one event with its splice of table "zonelists", the terminating
 * reference included.  Where the kernel chooses between two orders, the last
 * event of a node also shows what its list is in either: table "zonelist_orders".
 */
#ifndef MMSCOPE_ZONELIST_H
#define MMSCOPE_ZONELIST_H

#include "node.h"

/* 4.9: by node, then by zone within it; or by zone, then by node.  Later kernels know only the first. */
enum zonelist_order { ZONELIST_ORDER_DEFAULT, ZONELIST_ORDER_NODE, ZONELIST_ORDER_ZONE };

struct zonelists {
	struct trace *trace;
	const struct mm_kernel *kernel;
	struct nodes *nodes;
	enum zonelist_order order;
	int64_t *node_load;		/* [max_numnodes]: how often a node was somebody's first choice */
	enum zone_type policy_zone;	/* highest zone, ZONE_MOVABLE aside, of any list */
};

void zonelists_init(struct zonelists *zl, struct trace *trace, const struct mm_kernel *kernel, struct nodes *nodes);

/* "Node", "Zone": as 4.9 prints them. */
const char *zonelist_order_name(enum zonelist_order order);
/* 4.9: __parse_numa_zonelist_order(), which looks at the first letter; false leaves *@ret alone. */
bool zonelist_order_parse(const char *s, enum zonelist_order *ret);
/* 4.9: what set_zonelist_order() takes when nobody asked for an order. */
enum zonelist_order zonelist_order_default(const struct mm_kernel *kernel);

/* __build_all_zonelists(): node->fallback and node->nofallback of every node. */
void zonelists_build(struct zonelists *zl);

/* Pages above the high watermark in the zones up to @highest of node @nid's
 * fallback list, as nr_free_zone_pages() counts them. */
uint64_t nr_free_zone_pages(const struct nodes *nodes, int nid, enum zone_type highest);

#endif
