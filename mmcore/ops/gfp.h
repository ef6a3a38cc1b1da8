/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gfp.h - request flags: their names, their bits, and what the allocator makes of them. */
#ifndef MMSCOPE_OPS_GFP_H
#define MMSCOPE_OPS_GFP_H

#include "../node.h"

/* Bits as since 6.0; those of a build are only needed to print them. */
#define GFP_DMA			0x1u
#define GFP_HIGHMEM		0x2u
#define GFP_DMA32		0x4u
#define GFP_MOVABLE		0x8u
#define GFP_RECLAIMABLE		0x10u
#define GFP_HIGH		0x20u
#define GFP_IO			0x40u
#define GFP_FS			0x80u
#define GFP_ZERO		0x100u
#define GFP_ATOMIC_BIT		0x200u	/* up to 6.2 */
#define GFP_DIRECT_RECLAIM	0x400u
#define GFP_KSWAPD_RECLAIM	0x800u
#define GFP_WRITE		0x1000u
#define GFP_NOWARN		0x2000u
#define GFP_RETRY_MAYFAIL	0x4000u
#define GFP_NOFAIL		0x8000u
#define GFP_NORETRY		0x10000u
#define GFP_MEMALLOC		0x20000u
#define GFP_COMP		0x40000u
#define GFP_NOMEMALLOC		0x80000u
#define GFP_HARDWALL		0x100000u
#define GFP_THISNODE		0x200000u
#define GFP_ACCOUNT		0x400000u

#define GFP_KERNEL		(GFP_DIRECT_RECLAIM | GFP_KSWAPD_RECLAIM | GFP_IO | GFP_FS)

/* What get_page_from_freelist() may do; the low bits say which watermark. */
#define ALLOC_NO_WATERMARKS	0x04u
#define ALLOC_WMARK_MASK	0x03u
#define ALLOC_NON_BLOCK		0x10u
#define ALLOC_MIN_RESERVE	0x20u
#define ALLOC_CPUSET		0x40u
#define ALLOC_CMA		0x80u
#define ALLOC_NOFRAGMENT	0x100u
#define ALLOC_HIGHATOMIC	0x200u
#define ALLOC_KSWAPD		0x800u
#define ALLOC_OOM		0x08u
#define ALLOC_RESERVES		(ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC | ALLOC_OOM)

/* gfp_zone(): the highest zone that the request may be served from. */
enum zone_type gfp_zone(unsigned gfp);
/* gfp_migratetype() */
unsigned gfp_type(unsigned gfp);

/* What well-known sets mean besides, release by release. */
struct gfp_words {
	bool atomic_has_bit;		/* GFP_ATOMIC has __GFP_ATOMIC in it */
	bool nowait_has_nowarn;		/* GFP_NOWAIT has __GFP_NOWARN in it */
	bool flags_by_bit;		/* single flags are named in the order of their bits */
};

/* "GFP_KERNEL", "__GFP_COMP", "KERNEL": flags or a well-known set of them.  False: no such name. */
bool gfp_parse(const char *name, size_t len, struct gfp_words words, unsigned *ret);
/* The n-th name that gfp_parse() knows, or NULL. */
const char *gfp_name(size_t n);
/* "GFP_KERNEL|__GFP_COMP", as %pGg prints; into @buf, always terminated. */
void gfp_print(unsigned gfp, struct gfp_words words, char *buf, size_t size);

#endif
