// SPDX-License-Identifier: GPL-2.0-or-later
/* hashtable.c - follows alloc_large_system_hash() (6.7; 4.9, 5.10 ... by struct rules). */
#include "hashtable.h"

#define ADAPT_SCALE_BASE	GIB(64)
#define ADAPT_SCALE_SHIFT	2

/* Memory above 64 GiB counts less and less. */
static unsigned adapted_scale(const struct mm_kernel *kernel, const struct hash_want *want, uint64_t pages)
{
	unsigned scale = want->scale;

	if (!kernel->rules->hash_adapt_scale || want->high)
		return scale;
	for (uint64_t at = ADAPT_SCALE_BASE >> kernel->page_shift; at < pages; at <<= ADAPT_SCALE_SHIFT)
		scale++;
	return scale;
}

static uint64_t entries_for_memory(const struct mm_kernel *kernel, const struct hash_want *want, uint64_t pages)
{
	unsigned shift = kernel->page_shift, scale;
	uint64_t entries;

	if (kernel->page_size < MIB(1))
		pages = align_up(pages, MIB(1) >> shift);
	scale = adapted_scale(kernel, want, pages);
	entries = scale > shift ? pages >> (scale - shift) : pages << (shift - scale);
	if (want->small_shift)
		return max_u64(entries, UINT64_C(1) << want->small_shift);
	return entries * want->bucket < kernel->page_size ? kernel->page_size / want->bucket : entries;
}

uint64_t hash_limit(const struct mm_kernel *kernel, const struct hash_want *want, uint64_t nr_all_pages)
{
	uint64_t max = want->high ? want->high : ((nr_all_pages << kernel->page_shift) >> 4) / want->bucket;

	return min_u64(max, HASH_MAX_ENTRIES);
}

uint64_t hash_wanted(const struct mm_kernel *kernel, const struct hash_want *want, uint64_t nr_kernel_pages)
{
	uint64_t entries = want->entries ? want->entries : entries_for_memory(kernel, want, nr_kernel_pages);

	/* What wraps in the kernel is capped by the limit all the same. */
	return max_u64(roundup_pow_of_two(min_u64(entries, UINT64_C(1) << 63)), want->low);
}

unsigned hash_log2_entries(const struct mm_kernel *kernel, const struct hash_want *want,
			   uint64_t nr_kernel_pages, uint64_t nr_all_pages)
{
	return ilog2_u64(min_u64(hash_wanted(kernel, want, nr_kernel_pages), hash_limit(kernel, want, nr_all_pages)));
}

/* get_order(), or ilog2() of the same before someone minded that it may be negative. */
int hash_printed_order(const struct mm_kernel *kernel, uint64_t bytes)
{
	if (kernel->rules->hash_order_ilog2)
		return (int)ilog2_u64(bytes) - (int)kernel->page_shift;
	return (int)ilog2_u64(roundup_pow_of_two(div_round_up(bytes, kernel->page_size)));
}
