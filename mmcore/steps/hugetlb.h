/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hugetlb.h - hugepagesz= and hugepages=, as far as they take memory from memblock.
 *
 * Pages larger than the page allocator can give are taken while parameters are
 * parsed (7.2: just before the zones are set up); smaller ones come from it
 * once it works.
 */
#ifndef MMSCOPE_HUGETLB_H
#define MMSCOPE_HUGETLB_H

#include "../hugepage.h"
#include "../machine.h"

/* The machine's, made at first use. */
struct hugetlb *hugetlb_of(struct mm *mm);

void hugetlb_param_default_hugepagesz(struct mm *mm, struct hugetlb *h, const char *value);
void hugetlb_param_hugepagesz(struct mm *mm, struct hugetlb *h, const char *value);
void hugetlb_param_hugepages(struct mm *mm, struct hugetlb *h, const char *value);

/* Take the pages of every gigantic size (7.2's hugetlb_bootmem_alloc()). */
void hugetlb_alloc_gigantic(struct mm *mm, struct hugetlb *h);

/* hugetlb_init(): add the sizes nobody named, and fill the pools of those the
 * page allocator has; then the lines that tell of all.  False: it had none to give. */
bool hugetlb_fill_pools(struct mm *mm);

#endif
