/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics.h - a finished boot as one flat list of numbers.
 *
 * Names are what a person would write into an expectation: "memtotal",
 * "cma.size", "zone.0.DMA.managed".  The list is the same for every run but for
 * what is named after a thing of the board: its nodes, zones, CMA areas and
 * /reserved-memory nodes.  What a board does not have is zero, not absent.
 *
 *   ram                       RAM that the firmware reported
 *   memtotal memfree          as /proc/meminfo has them after boot
 *   lost                      ram - memtotal
 *   problems panicked events  counts
 *   cma.size cma.areas        all CMA areas together;  cma.base: the lowest;  cma.NAME.base cma.NAME.size: each
 *   OWNER.size OWNER.base     RAM of an owner of the ledger, and its lowest byte
 *   pool.NODE.size .base      what a /reserved-memory node got
 *   node.N.present .spanned   zone.N.ZONE.spanned .present .managed .free .cma .min .low .high
 *   counter.NAME              the engine's counters, in their own units
 */
#ifndef MMSCOPE_METRICS_H
#define MMSCOPE_METRICS_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

enum metric_unit { METRIC_BYTES, METRIC_COUNT, METRIC_ADDRESS };

struct metric {
	char *name;
	uint64_t value;
	enum metric_unit unit;
	size_t order;		/* as they were found */
};

/* Sorted by name, each name once.  All-zero is empty. */
struct metrics {
	struct metric *metric;
	size_t nr, cap;
	bool failed;
};

/* Of the end of the boot.  -ENOMEM leaves *@ret empty. */
int metrics_of(const struct mm *mm, struct metrics *ret);
void metrics_deinit(struct metrics *metrics);

/* NULL: there is none of that name. */
const struct metric *metrics_find(const struct metrics *metrics, const char *name);
/* A number of a CMA area or a reserved node that this boot has not, and no slip for one that it has: it counts as 0. */
bool metrics_is_absent(const struct metrics *metrics, const char *name);
/* The name that is spelled most like @name; NULL if none is close. */
const char *metrics_nearest(const struct metrics *metrics, const char *name);

/* "33554432 (32 MiB)", "0x40000000", "3" */
void metric_put_value(struct bytes *out, const struct metric *metric);

#endif
