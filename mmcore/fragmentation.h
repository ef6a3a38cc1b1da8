/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fragmentation.h - how much of what is free cannot serve an order, and why a
 * request for it would fail.  Follows mm/vmstat.c: fill_contig_page_info(),
 * unusable_free_index(), __fragmentation_index().
 */
#ifndef MMSCOPE_FRAGMENTATION_H
#define MMSCOPE_FRAGMENTATION_H

#include "types.h"

/* Thousandths of the free pages that are in blocks below @order; 1000 if nothing is free. @nr_free: blocks of each order. */
int unusable_free_index(const uint64_t *nr_free, unsigned nr_orders, unsigned order);
/*
 * Thousandths: towards 0 a request of @order would fail for lack of memory,
 * towards 1000 because what is free is in pieces; -1000: it would not fail; 0
 * also if nothing is free.
 */
int fragmentation_index(const uint64_t *nr_free, unsigned nr_orders, unsigned order);

#endif
