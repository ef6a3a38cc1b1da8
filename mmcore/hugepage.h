/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hugepage.h - the sizes of huge pages that arm64 has, and the pool of each; steps/hugetlb.c fills them. */
#ifndef MMSCOPE_HUGEPAGE_H
#define MMSCOPE_HUGEPAGE_H

#include "types.h"

#define HUGEPAGE_SIZES	4

/*
 * Log2 of each size's bytes into @ret, in the order in which hugetlbpage_init()
 * adds them: blocks of each level, and contiguous runs of them.  How many.
 */
static inline unsigned hugepage_shifts(unsigned page_shift, unsigned *ret)
{
	unsigned pmd = 2 * page_shift - 3, pud = 3 * page_shift - 6, nr = 0;
	unsigned cont_pte = page_shift == 12 ? 4 : page_shift == 14 ? 7 : 5, cont_pmd = page_shift == 12 ? 4 : 5;

	if (page_shift == 12)
		ret[nr++] = pud;
	ret[nr++] = pmd + cont_pmd;
	ret[nr++] = pmd;
	ret[nr++] = page_shift + cont_pte;
	return nr;
}

struct hstate {
	unsigned order;
	uint64_t max_huge_pages;	/* wanted; what was got, once allocated */
	uint64_t *per_node;		/* [max_numnodes]: hugepages=0:2,1:3 */
	int next_nid;			/* whose turn it is */
};

/* All that the parameters build up; all-zero is the start. */
struct hugetlb {
	struct hstate states[HUGEPAGE_SIZES];
	unsigned nr;
	struct hstate *parsed, *default_state;
	bool size_is_bad;		/* the last hugepagesz= named no size this machine has */
	bool default_size_given;
	uint64_t default_pages, *default_per_node;	/* hugepages= before any size */
	uint64_t *last_count;		/* what the last hugepages= set */
	bool cma_warned;
};

#endif
