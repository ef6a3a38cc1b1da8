/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watermark.h - below how many free pages a zone is short of memory.
 *
 * min_free_kbytes is the square root of the memory (times 16), or what huge
 * pages need; each zone gets a share of it as its min watermark, and low, high
 * and promo follow in equal distances.  lowmem_reserve keeps allocations that
 * could use a higher zone out of a lower one's last pages.  Follows
 * mm/page_alloc.c and mm/khugepaged.c, 4.9 to 7.2.
 */
#ifndef MMSCOPE_WATERMARK_H
#define MMSCOPE_WATERMARK_H

#include "zonelist.h"

/* Pages (SWAP_CLUSTER_MAX). */
#define WMARK_MOVABLE_MIN	32
#define WMARK_MOVABLE_MAX	128

/* What /proc/sys/vm can change. */
struct wmark_sysctl {
	unsigned scale_factor;				/* watermark_scale_factor, in 1/10000 of a zone */
	unsigned reserve_ratio[MAX_NR_ZONES];		/* lowmem_reserve_ratio; 0: no reserve */
};

extern const struct wmark_sysctl wmark_sysctl_defaults;

/* What a watermark event needs besides the zones. */
struct watermarks {
	const struct wmark_sysctl *sysctl;	/* NULL: the defaults */
	struct trace *trace;
	const struct mm_kernel *kernel;
	struct nodes *nodes;
	zone_free_fn *nr_free;		/* for the rows; may be NULL */
	void *nr_free_ctx;
};

/* int_sqrt(): the largest r with r * r <= x. */
uint64_t int_sqrt(uint64_t x);

/* calculate_min_free_kbytes() for @free_pages of buffer memory. */
uint64_t min_free_kbytes_for(const struct mm_kernel *kernel, uint64_t free_pages);

/* set_recommended_min_free_kbytes(): what huge pages ask for, in KiB; @free_pages as above. */
uint64_t recommended_min_free_kbytes(const struct mm_kernel *kernel, const struct nodes *nodes, uint64_t free_pages);

/* __setup_per_zone_wmarks(): the marks of every zone, an event each unless it is empty and nothing changes. */
void setup_per_zone_wmarks(struct watermarks *wm, uint64_t min_free_kbytes);

/* setup_per_zone_lowmem_reserve(): an event per zone that changes. */
void setup_per_zone_lowmem_reserve(struct watermarks *wm);

/* calculate_normal_threshold(): by how much a CPU's counters may lag. */
unsigned normal_stat_threshold(const struct mm_kernel *kernel, const struct zone *zone, unsigned nr_online_cpus);

#endif
