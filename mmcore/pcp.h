/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcp.h - per-CPU page lists: how many pages a CPU may keep for itself.
 *
 * Each zone has a page set per possible CPU.  While there are none yet all
 * zones share one static set per CPU, boot_pageset, whose limits (high 0,
 * batch 1) send a freed page straight back to the buddy allocator.  The limits
 * follow zone_batchsize(), zone_highsize() and their callers (mm/page_alloc.c,
 * 4.9 to 7.2); which pages sit on the lists is not modelled.
 */
#ifndef MMSCOPE_PCP_H
#define MMSCOPE_PCP_H

#include "cpu.h"
#include "node.h"

/*
 * In pages.  Up to 6.6 a list above @high gives @batch pages back; since then
 * high moves between @high_min and @high_max at run time and starts at 0.
 */
struct pcp_limits {
	unsigned batch, high, high_min, high_max;
};

/* Lists per page set: one per migrate type, since 5.13 also per order. */
unsigned pcp_nr_lists(const struct mm_kernel *kernel);

/* zone_batchsize(): what "LIFO batch" prints; page sets use at least 1. */
unsigned zone_batchsize(const struct mm_kernel *kernel, uint64_t managed_pages);

/* Limits of the page sets of @zone, shared among @nr_cpus CPUs (not 0). */
struct pcp_limits zone_pcp_limits(const struct mm_kernel *kernel, const struct zone *zone, unsigned nr_cpus);

/* The same with vm.percpu_pagelist_high_fraction (up to 5.13: vm.percpu_pagelist_fraction) set; 0: as above. */
struct pcp_limits zone_pcp_limits_of(const struct mm_kernel *kernel, const struct zone *zone, unsigned nr_cpus, unsigned fraction);
/*
 * Among how many CPUs zone_highsize() splits: those of the zone's node and @coming, which come online now; all
 * that are online if there are none.
 */
unsigned zone_split_cpus(const struct mm_kernel *kernel, const struct zone *zone, const struct cpus *cpus, unsigned coming);

/* boot_pageset of every possible CPU, as __build_all_zonelists() leaves it. */
void boot_pagesets_init(struct trace *trace, const struct mm_kernel *kernel, const struct nodes *nodes,
			const struct cpus *cpus);
/* Only the zones without pages are left to boot_pageset. */
void boot_pagesets_retire(struct trace *trace, const struct mm_kernel *kernel, const struct nodes *nodes,
			  const struct cpus *cpus);

/* setup_zone_pageset(): a page set for each possible CPU, one event each. */
void zone_pageset_setup(struct trace *trace, const struct mm_kernel *kernel, struct zone *zone,
			const struct cpus *cpus, unsigned nr_cpus);
/* The zone's limits anew, for all its page sets; no event if they stay.
 * @fraction as above.  @row0 is the zone's first row in table "pagesets". */
void zone_pcp_update(struct trace *trace, const struct mm_kernel *kernel, struct zone *zone,
		     const struct cpus *cpus, unsigned nr_cpus, unsigned fraction, size_t row0);

#endif
