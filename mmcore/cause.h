/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cause.h - why something was not to be had, as facts of the problem's event.
 *
 * The kernel says that it failed; what it looked for, where, and what was in
 * the way is known at that moment only.  Each function here adds facts to the
 * newest event, which is the problem; "rule" is the stable name by which
 * `mmscope check` knows its kind.
 *
 *   rule                           "cma-does-not-fit"
 *   node property                  device tree path, and what of it was asked for
 *   parameter                      or the kernel parameter
 *   size align                     of the request, in bytes
 *   window_start window_end        where it might lie, and ...
 *   start_by end_by                ... what sets each bound
 *   hole_base hole_size            the largest free range of the window, its start aligned
 *   fits                           the largest size, a multiple of align, that would have fitted
 *   harmless                       why nothing is lost by it
 *   because                        a sentence, where the numbers do not say it
 *   lost                           bytes of RAM that nobody will use
 *   assumed                        the assumed address without which it would not have failed
 *   in_the_way                     "dtb 0x48000000-0x480fffff, .."
 */
#ifndef MMSCOPE_CAUSE_H
#define MMSCOPE_CAUSE_H

#include "memblock.h"

/* So many of the ranges in the way are named, the largest; the others are counted. */
#define CAUSE_MAX_IN_THE_WAY 6

/* A request for memory that has no address yet. */
struct placement {
	phys_addr_t size, align;	/* align 0: any */
	phys_addr_t start, end;		/* end 0: the end of memory */
	const char *start_by, *end_by;	/* "alloc-ranges", "the DMA zone's limit"; NULL: nothing limits it */
	int nid;			/* NUMA_NO_NODE: any */
};

void cause_rule(struct trace *trace, const char *rule);
/* A failure of which the kernel says nothing: a problem without words, the newest event from here on. */
void cause_silent(struct trace *trace, const char *fn, const char *rule);
/* Nothing has failed, but memory goes that one would not expect to go: a note without words. */
void cause_cost(struct trace *trace, const char *fn, const char *rule);
/* The device tree node and property, or the kernel parameter, that asked. */
void cause_node(struct trace *trace, const char *path, const char *property);
void cause_parameter(struct trace *trace, const char *name);

/* It may be left alone, because ... */
void cause_harmless(struct trace *trace, const char *because);

/* Why, in a sentence without a full stop. */
void cause_because(struct trace *trace, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The request found no place. */
void cause_no_place(const struct memblock *mb, const struct placement *placement);
/* [base, base + size) was wanted, and is taken or not there. */
void cause_taken(const struct memblock *mb, phys_addr_t base, phys_addr_t size);

#endif
