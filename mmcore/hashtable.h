/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hashtable.h - how large the kernel makes its boot-time hash tables.
 *
 * One bucket for each 2^scale bytes of kernel memory, a power of two, at most a
 * sixteenth of memory; on machines above 64 GiB every fourfold memory doubles
 * the table only.  Follows alloc_large_system_hash() (mm/mm_init.c, 6.7; before
 * 6.4 in mm/page_alloc.c).  Who allocates, and what is printed, is steps/hashes.c.
 */
#ifndef MMSCOPE_HASHTABLE_H
#define MMSCOPE_HASHTABLE_H

#include "kernel.h"

/* From the point where memory is plentiful no table is larger. */
#define HASH_MAX_ENTRIES	UINT64_C(0x80000000)

struct hash_want {
	const char *name;
	uint64_t bucket;	/* bytes */
	uint64_t entries;	/* asked for on the command line; 0: from the size of memory */
	unsigned scale;		/* one entry for each 2^scale bytes */
	uint64_t low, high;	/* bounds; high 0: a sixteenth of memory */
	bool raw;		/* need not be zeroed */
	unsigned small_shift;	/* HASH_SMALL: not a page but 1 << this is the least; 0: a page */
};

/* Entries that the table may have at most: its own bound, or what a sixteenth of memory holds. */
uint64_t hash_limit(const struct mm_kernel *kernel, const struct hash_want *want, uint64_t nr_all_pages);
/* Entries that memory, or the command line, ask for: a power of two, the limit not yet considered. */
uint64_t hash_wanted(const struct mm_kernel *kernel, const struct hash_want *want, uint64_t nr_kernel_pages);
/* log2 of the number of entries to try first. */
unsigned hash_log2_entries(const struct mm_kernel *kernel, const struct hash_want *want,
			   uint64_t nr_kernel_pages, uint64_t nr_all_pages);
/* What the kernel prints as the order of @bytes; negative below a page on some versions. */
int hash_printed_order(const struct mm_kernel *kernel, uint64_t bytes);

#endif
