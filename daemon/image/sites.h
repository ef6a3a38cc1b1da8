/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sites.h - the places from which arm64 kernels call memblock, in boot order.
 *
 * A site is "function/purpose": the function in whose source the call stands, and what
 * it is for.  memblock=debug names the function that holds the call in the binary, which
 * the compiler's inlining, tail calls and out-of-line copies of inline functions decide.
 * The engine knows the same names; change them in both.
 */
#ifndef MMSCOPE_IMAGE_SITES_H
#define MMSCOPE_IMAGE_SITES_H

#include <stdbool.h>
#include <stddef.h>

/* What memblock prints for it.  A request is a memblock_alloc* or memblock_phys_alloc_range line;
 * the reserve line of memblock_alloc_range_nid follows it. */
enum site_line {
	LINE_ADD = 1,
	LINE_REMOVE = 2,
	LINE_RESERVE = 4,
	LINE_FREE = 8,
	LINE_REQUEST = 16,
};

struct site {
	const char *name;
	/* Recorded versions, major * 100 + minor: the first and last that have it; 0: to this day.
	 * First after last: only releases between these two have it. */
	unsigned int first, last;
	unsigned int lines;		/* several where versions differ */
	/* Functions that may hold the call, the likeliest first; NULL: only the name's own. */
	const char *holders;
	bool or_panic;			/* memblock_alloc_or_panic(), in kernels that have it (6.14) */
	const char *what;
};

extern const struct site sites[];
extern const size_t nr_sites;

/* Whether a kernel of @version (major * 100 + minor) has it; between recorded versions: perhaps. */
bool site_available(const struct site *site, unsigned int version);

#endif
