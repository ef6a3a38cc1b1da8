// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memtest.c - early_memtest() (mm/memtest.c): memtest= writes patterns into free memory and reads them back.
 *
 * The model's RAM has no faults, so nothing is ever reserved here.  The patterns
 * are gone through backwards, so that the last pass leaves zeroes behind.
 */
#include "early_param.h"

/* Lines that are written out at most, of all passes: memtest= may ask for 4 294 967 295 of them, which no boot lives to see. */
#define MAX_MEMTEST_LINES 65536

static const uint64_t patterns[] = {
	0,
	UINT64_C(0xffffffffffffffff),
	UINT64_C(0x5555555555555555),
	UINT64_C(0xaaaaaaaaaaaaaaaa),
	UINT64_C(0x1111111111111111),
	UINT64_C(0x2222222222222222),
	UINT64_C(0x4444444444444444),
	UINT64_C(0x8888888888888888),
	UINT64_C(0x3333333333333333),
	UINT64_C(0x6666666666666666),
	UINT64_C(0x9999999999999999),
	UINT64_C(0xcccccccccccccccc),
	UINT64_C(0x7777777777777777),
	UINT64_C(0xbbbbbbbbbbbbbbbb),
	UINT64_C(0xdddddddddddddddd),
	UINT64_C(0xeeeeeeeeeeeeeeee),
	UINT64_C(0x7a6c7258554e494c),
};

/* Without a value each pattern has its turn. */
void early_param_memtest(struct mm *mm, const char *value)
{
	mm->memtest_passes = *value ? (uint32_t)simple_strtoull(value, NULL, 0) : ARRAY_SIZE(patterns);
}

/* One line for each free range of whole pages of RAM; false: no line is left. */
static bool do_one_pass(struct mm *mm, uint64_t pattern, size_t *lines)
{
	const struct memblock *mb = &mm->memblock;
	phys_addr_t min = align_up(memblock_start_of_DRAM(mb), mm->kernel->page_size);
	phys_addr_t max = align_down(memblock_end_of_DRAM(mb), mm->kernel->page_size);

	for (struct memblock_iter it = { 0 }; memblock_next_free(mb, NUMA_NO_NODE, &it);) {
		phys_addr_t start = max_u64(it.range.base, min), end = min_u64(it.range.base + it.range.size, max);

		if (start >= end)
			continue;
		if (++*lines > MAX_MEMTEST_LINES)
			return false;
		trace_printk(&mm->trace, "  0x%016llx - 0x%016llx pattern %016llx", (unsigned long long)start, (unsigned long long)end,
			     (unsigned long long)__builtin_bswap64(pattern));
	}
	return true;
}

void step_early_memtest(struct mm *mm)
{
	size_t lines = 0;

	if (!mm->memtest_passes)
		return;
	trace_note(&mm->trace, "early_memtest", "early_memtest: # of tests: %u", mm->memtest_passes);
	trace_arg(&mm->trace, FACT_NUM("passes", mm->memtest_passes));
	for (uint32_t pass = mm->memtest_passes; pass--;)
		if (!do_one_pass(mm, patterns[pass % ARRAY_SIZE(patterns)], &lines)) {
			trace_why_fact(&mm->trace, FACT_NUM("passes_not_shown", pass + 1));
			break;
		}
}
