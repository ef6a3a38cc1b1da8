/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * booted_machine.h - machines as the end of boot leaves them: everything free, page sets set up.
 *
 *	booted("6.1", "HUGETLB_PAGE CMA");		one node, one zone, two CPUs
 *
 *	0x40000000                                 0x44000000
 *	|  64 MiB: 16 free blocks of order 10, frames 262144 .. 278527  |	node 0, zone Normal
 *
 * A batch is 3 pages (16384 managed >> 12 = 4; 4 + 2 rounded down to a power of two, less one), a CPU's list at most
 * max(low / 2 CPUs, 4 * batch) = 12 before it gives a batch back.
 *
 *	booted_with_nodes("6.1", "HUGETLB_PAGE CMA");	two nodes, three zones
 *	table(MM_FREELISTS);				a table as it was published last
 */
#ifndef TEST_BOOTED_MACHINE_H
#define TEST_BOOTED_MACHINE_H

#include "step_machine.h"

#define START	(GIB(1) >> 12)
#define PAGES	(MIB(64) >> 12)

static struct zoneref refs[1];
/* Zones know whose they are, those without pages as well. */
static inline void number_zones(void)
{
	for (int nid = 0; nid < m.kernel->max_numnodes; nid++)
		for (enum zone_type t = 0; t < MAX_NR_ZONES; t++) {
			m.mm.nodes.node[nid].zones[t].nid = nid;
			m.mm.nodes.node[nid].zones[t].type = t;
		}
}

static inline void marks(struct zone *zone, uint64_t min, uint64_t low, uint64_t high)
{
	zone->watermark[WMARK_MIN] = min;
	zone->watermark[WMARK_LOW] = low;
	zone->watermark[WMARK_HIGH] = high;
}

/* Frames [from, to) of the machine's, counted from its first. */
struct piece {
	uint64_t from, to;
};

/* All but what is free of @nr pieces is somebody's for good. */
static inline void booted_in_pieces(const char *version, const char *options, const struct piece *pieces, size_t nr)
{
	struct mm *mm = &m.mm;
	struct node *node;
	struct zone *zone;
	uint64_t free = 0;

	machine(version, options);
	number_zones();
	node = &mm->nodes.node[0];
	zone = &node->zones[ZONE_NORMAL];
	ram(GIB(1), MIB(64));
	mm->memblock.memory.regions[0].nid = 0;
	node->possible = node->online = node->memory = true;
	mm->nodes.nr_online = 1;
	*zone = (struct zone){ .type = ZONE_NORMAL, .start_pfn = START, .spanned_pages = PAGES, .present_pages = PAGES,
			       .initial_managed_pages = PAGES, .managed_pages = PAGES };
	marks(zone, 16, 20, 24);
	node->start_pfn = START;
	node->spanned_pages = node->present_pages = PAGES;
	node->first_deferred_pfn = UINT64_MAX;
	refs[0].zone = zone;
	node->fallback = node->nofallback = refs;
	node->nr_fallback = node->nr_nofallback = 1;
	cpus(2);
	for (int i = 0; i < 2; i++)
		mm->cpus.cpu[i].online = mm->cpus.cpu[i].in_node_mask = true;
	trace_event(&mm->trace, MM_NOTE, "test");
	buddy_init(&mm->buddy, mm->kernel, &mm->memblock, &mm->nodes);
	for (size_t i = 0; i < nr; i++) {
		buddy_free_boot_pages(&mm->buddy, START + pieces[i].from, START + pieces[i].to, 0);
		free += pieces[i].to - pieces[i].from;
	}
	buddy_publish(&mm->buddy);
	zone->managed_pages = free;
	zone_publish(&mm->trace, mm->kernel, zone, PAGES);
	assert_true(run(step_setup_per_cpu_pageset));
}

static inline void booted(const char *version, const char *options)
{
	static const struct piece all = { 0, PAGES };

	booted_in_pieces(version, options, &all, 1);
}

/* "key column column ..." of each row, with " | " between. */
static inline const char *table(enum mm_table_id id)
{
	const struct mm_table_def *def = mm_table_def(id);
	size_t len = 0;

	*m.text = '\0';
	trace_finish(&m.mm.trace);
	for (size_t r = 0; r < m.mm.trace.rows[id].nr; r++) {
		const union mm_value *row = trace_row(&m.mm.trace, id, r);

		len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, "%s", r ? " | " : "");
		for (size_t c = 0; c < def->nr_columns; c++) {
			enum mm_type type = def->columns[c].type;

			len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, "%s", c ? " " : "");
			if (type == MM_STR)
				len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, "%s", row[c].s);
			else if (type == MM_HEX || type == MM_NUM)
				len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, type == MM_HEX ? "%llx" : "%lld", (long long)row[c].i);
			for (size_t k = 0; (type == MM_LIST || type == MM_RUNS) && row[c].list && k < row[c].list->nr; k++)
				len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, "%s%lld", k ? "," : "", (long long)row[c].list->v[k]);
		}
	}
	return m.text;
}

static struct zoneref lists_of[2][4];

/*
 *   0x40000000        0x42000000        0x44000000        0x46000000
 *   |  node 0: DMA    |  node 0: Normal |  node 2: Normal |		32 MiB each: frames 262144, 270336, 278528
 *
 * CPU 0 is node 0's, CPU 1 node 2's; node 1 has neither memory nor CPUs and is not there.
 */
static inline void booted_with_nodes(const char *version, const char *options)
{
	struct mm *mm = &m.mm;
	struct zone *zone[3];

	machine(version, options);
	number_zones();
	ram(GIB(1), MIB(96));
	for (int i = 0; i < 3; i++) {
		struct node *node = &mm->nodes.node[i / 2 * 2];

		zone[i] = &node->zones[i == 0 ? ZONE_DMA : ZONE_NORMAL];
		*zone[i] = (struct zone){ .nid = i / 2 * 2, .type = i == 0 ? ZONE_DMA : ZONE_NORMAL, .start_pfn = START + (uint64_t)i * 8192,
					  .spanned_pages = 8192, .present_pages = 8192, .initial_managed_pages = 8192, .managed_pages = 8192 };
		marks(zone[i], 16, 20, 24);
		node->nid = i / 2 * 2;
		node->possible = node->online = node->memory = true;
		node->first_deferred_pfn = UINT64_MAX;
		node->start_pfn = i == 2 ? START + 16384 : START;
		node->spanned_pages = node->present_pages = i == 2 ? 8192 : 16384;
	}
	memblock_set_node(&mm->memblock, &mm->memblock.memory, GIB(1), MIB(64), 0, "f");
	memblock_set_node(&mm->memblock, &mm->memblock.memory, GIB(1) + MIB(64), MIB(32), 2, "f");
	mm->nodes.nr_online = 2;
	mm->nodes.nr_node_ids = 3;
	/* node 0: Normal, DMA, then node 2; node 2: its own, then node 0's.  */
	lists_of[0][0].zone = zone[1];
	lists_of[0][1].zone = zone[0];
	lists_of[0][2].zone = zone[2];
	lists_of[1][0].zone = zone[2];
	lists_of[1][1].zone = zone[1];
	lists_of[1][2].zone = zone[0];
	for (int i = 0; i < 2; i++) {
		struct node *node = &mm->nodes.node[i * 2];

		node->fallback = node->nofallback = lists_of[i];
		node->nr_fallback = 3;
		node->nr_nofallback = i == 0 ? 2 : 1;
	}
	cpus(2);
	for (int i = 0; i < 2; i++)
		mm->cpus.cpu[i] = (struct cpu){ .id = i, .nid = i * 2, .online = true, .in_node_mask = true };
	trace_event(&mm->trace, MM_NOTE, "test");
	buddy_init(&mm->buddy, mm->kernel, &mm->memblock, &mm->nodes);
	buddy_free_boot_pages(&mm->buddy, START, START + 16384, 0);
	buddy_free_boot_pages(&mm->buddy, START + 16384, START + 24576, 2);
	buddy_publish(&mm->buddy);
	for (int i = 0; i < 3; i++) {
		zone[i]->managed_pages = 8192;
		zone_publish(&mm->trace, mm->kernel, zone[i], 8192);
	}
	assert_true(run(step_setup_per_cpu_pageset));
}

#endif
