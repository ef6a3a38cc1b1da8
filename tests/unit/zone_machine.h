/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zone_machine.h - nodes and zones to test with: no memblock, no board, only
 * the counts that zonelists, page sets and watermarks are computed from.
 */
#ifndef TEST_ZONE_MACHINE_H
#define TEST_ZONE_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/zonelist.h"

#define NODES 8

struct zone_machine {
	struct arena arena;
	struct trace trace;
	struct mm_kernel *kernel;
	struct node node[NODES];
	struct nodes nodes;
};

/* A 4 KiB NUMA kernel with ZONE_DMA and ZONE_NORMAL, no nodes yet. */
static inline void zone_machine_init(struct zone_machine *m, unsigned version, unsigned patchlevel)
{
	memset(m, 0, sizeof(*m));
	trace_init(&m->trace, &m->arena);
	m->kernel = mm_kernel_new();
	assert_int_equal(mm_kernel_set_number(m->kernel, "config", "64BIT", 1), 0);
	kernel_set_release(m->kernel, RELEASE(version, patchlevel, 0));
	m->kernel->page_shift = 12;
	m->kernel->page_size = 4096;
	m->kernel->pageblock_nr_pages = 512;
	m->kernel->max_numnodes = NODES;
	m->kernel->numa = m->kernel->zone_dma = true;
	m->nodes.node = m->node;
	m->nodes.nr_node_ids = NODES;
	for (int nid = 0; nid < NODES; nid++) {
		m->node[nid].nid = nid;
		for (enum zone_type t = 0; t < MAX_NR_ZONES; t++) {
			m->node[nid].zones[t].type = t;
			m->node[nid].zones[t].nid = nid;
		}
	}
}

static inline void zone_machine_deinit(struct zone_machine *m)
{
	trace_finish(&m->trace);
	mm_kernel_free(m->kernel);
	arena_deinit(&m->arena);
}

static inline struct node *add_node(struct zone_machine *m, int nid)
{
	m->node[nid].possible = m->node[nid].online = true;
	m->nodes.nr_online++;
	return &m->node[nid];
}

static inline struct zone *add_zone(struct zone_machine *m, int nid, enum zone_type type, uint64_t present, uint64_t managed)
{
	struct zone *zone = &m->node[nid].zones[type];

	zone->present_pages = zone->spanned_pages = present;
	zone->managed_pages = managed;
	m->node[nid].memory = true;
	return zone;
}

#endif
