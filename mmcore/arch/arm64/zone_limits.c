// SPDX-License-Identifier: GPL-2.0-or-later
/* zone_limits.c - where ZONE_DMA and ZONE_DMA32 end: arch/arm64/mm/init.c (4.9 to 7.3). */
#include "arm64.h"
#include "../../of_address.h"

#define ZONE_DMA_BITS_30	30	/* ARM64_ZONE_DMA_BITS, 5.5 to 5.9 */

/* max_zone_dma_phys(), and max_zone_phys() until 5.9: up to the next multiple of 1 << @bits above the start of DRAM. */
static phys_addr_t end_of_block(const struct mm *mm, unsigned bits)
{
	phys_addr_t block = UINT64_C(1) << bits, offset = align_down(memblock_start_of_DRAM(&mm->memblock), block);

	return min_u64(offset + block, memblock_end_of_DRAM(&mm->memblock));
}

/* max_zone_phys() of 5.10 to 6.11: @bits of addresses, adapted to where DRAM starts. */
static phys_addr_t end_of_bits(const struct mm *mm, unsigned bits)
{
	phys_addr_t mask = (UINT64_C(1) << bits) - 1;
	phys_addr_t start = memblock_start_of_DRAM(&mm->memblock), end = memblock_end_of_DRAM(&mm->memblock);

	if (start > UINT32_MAX)
		mask = PHYS_ADDR_MAX;
	else if (start > mask)
		mask = UINT32_MAX;
	return min_u64(mask, end - 1) + 1;
}

/* max_zone_phys() since 6.12: @limit is the last byte, wherever DRAM starts. */
static phys_addr_t end_of_limit(const struct mm *mm, phys_addr_t limit)
{
	return min_u64(limit, memblock_end_of_DRAM(&mm->memblock) - 1) + 1;
}

static phys_addr_t dma_zone_end(const struct mm *mm)
{
	phys_addr_t limit;

	switch (arm64_rules(mm->kernel)->zone_dma_limit) {
	case ZONE_DMA_4G:
		return end_of_block(mm, 32);
	case ZONE_DMA_1G:
		return end_of_block(mm, ZONE_DMA_BITS_30);
	case ZONE_DMA_BITS:
		return end_of_bits(mm, (unsigned)min_u64(32, fls64(of_dma_get_max_cpu_address(&mm->fdt))));
	case ZONE_DMA_LIMIT:
		break;
	}
	limit = of_dma_get_max_cpu_address(&mm->fdt);
	if (memblock_start_of_DRAM(&mm->memblock) < UINT32_MAX)
		limit = min_u64(limit, UINT32_MAX);
	return end_of_limit(mm, limit);
}

static phys_addr_t dma32_zone_end(const struct mm *mm)
{
	switch (arm64_rules(mm->kernel)->zone_dma_limit) {
	case ZONE_DMA_4G:
	case ZONE_DMA_1G:
		return end_of_block(mm, 32);
	case ZONE_DMA_BITS:
		return end_of_bits(mm, 32);
	case ZONE_DMA_LIMIT:
		break;
	}
	return end_of_limit(mm, UINT32_MAX);
}

/* The end of memory that every device reaches, if the zones do not say it: PHYS_MASK + 1. */
static phys_addr_t no_limit(const struct mm *mm)
{
	return UINT64_C(1) << mm->arch.arm64.phys_mask_shift;
}

/* arm64_dma_phys_limit and the ends of ZONE_DMA and ZONE_DMA32. */
void step_zone_limits(struct mm *mm)
{
	struct arm64_mm *a = &mm->arch.arm64;

	mm->min_low_pfn = pfn_up(mm->kernel, memblock_start_of_DRAM(&mm->memblock));
	mm->max_pfn = pfn_down(mm->kernel, memblock_end_of_DRAM(&mm->memblock));
	mm->dma_limit = mm->kernel->zone_dma ? dma_zone_end(mm) : 0;
	mm->dma32_limit = mm->kernel->zone_dma32 ? dma32_zone_end(mm) : 0;
	a->dma_phys_limit = mm->dma_limit ? mm->dma_limit : mm->dma32_limit ? mm->dma32_limit : no_limit(mm);
	a->cma_limit = a->dma_phys_limit;
	/* 5.5 to 5.9 keep two limits: the smaller one is the zone's alone. */
	if (arm64_rules(mm->kernel)->zone_dma_limit == ZONE_DMA_1G)
		a->cma_limit = mm->dma32_limit ? mm->dma32_limit : no_limit(mm);
	trace_event(&mm->trace, MM_SET, "arm64_dma_phys_limit");
	trace_arg(&mm->trace, FACT_HEX("arm64_dma_phys_limit", a->dma_phys_limit));
	trace_arg(&mm->trace, FACT_HEX("zone_dma32_end", mm->dma32_limit));
	trace_arg(&mm->trace, FACT_NUM("max_pfn", mm->max_pfn));
}
