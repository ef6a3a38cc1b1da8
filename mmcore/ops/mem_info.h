/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mem_info.h - what the kernel prints of a request that came to nothing.
 *
 * warn_alloc() and __show_mem(): which counters a release names, in which order
 * and unit, is the history in versions/mem_info.c.  The stack trace between the
 * first line and "Mem-Info:" is not computed.
 */
#ifndef MMSCOPE_OPS_MEM_INFO_H
#define MMSCOPE_OPS_MEM_INFO_H

#include "live.h"

/* One counter of a line; "\n" in @label begins a new line. */
struct mem_field {
	enum { MEM_TOTALS, MEM_NODE, MEM_ZONE } part;
	const char *label;
	enum mem_value {
		/* enum mm_node_counter, then enum mm_zone_lru */
		MEM_NODE_COUNTER,
		MEM_ZONE_LRU = MEM_NODE_COUNTER + MM_NODE_COUNTERS,
		MEM_NOTHING = MEM_ZONE_LRU + MM_ZONE_LRU_COUNTERS,	/* no longer counted: always 0 */
		MEM_HOPELESS,						/* kswapd gave up */
		MEM_FREE, MEM_FREE_PCP, MEM_LOCAL_PCP, MEM_FREE_CMA, MEM_BOOST, MEM_MIN, MEM_LOW, MEM_HIGH,
		MEM_RESERVED_HIGHATOMIC, MEM_FREE_HIGHATOMIC, MEM_PRESENT, MEM_MANAGED,
	} value;
	const char *unit;	/* "" pages, "kB" or "KB"; NULL: the counter is printed as it is, as kB */
	struct when when;
};

extern const struct mem_field mem_fields[];
extern const size_t nr_mem_fields;

typedef void mem_sink(void *ctx, const char *line);

/* DEFINE_RATELIMIT_STATE() of warn_alloc(): a report now and then, however many requests fail.  All-zero is the start. */
struct warn_limit {
	uint64_t begin, shown_mem;	/* seconds, plus one: 0 is never */
	unsigned printed, missed;
};

/*
 * The lines of warn_alloc() for a request of @live->cpu that failed just now, @now
 * seconds after the start, one by one: none with __GFP_NOWARN, nor for GFP_DMA where
 * no zone of it has pages, nor too soon after the last.  @limit NULL: never too soon.
 * False: nothing was printed.
 */
bool warn_alloc(const struct live *live, unsigned gfp, unsigned order, struct warn_limit *limit, uint64_t now, mem_sink *sink,
		void *ctx);

#endif
