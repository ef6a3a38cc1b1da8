// SPDX-License-Identifier: GPL-2.0-or-later
/* zone_limits.c - where ZONE_DMA and ZONE_DMA32 end: arch/arm64/mm/init.c, and the tree's part, drivers/of/address.c (6.7). */
#include "arm64.h"

/* Highest CPU address of one dma-ranges property, as the kernel's loop finds it. */
static phys_addr_t dma_ranges_end(const struct mm *mm, int node)
{
	const struct fdt *fdt = &mm->fdt;
	const struct fdt_prop *prop = dt_getprop(fdt, node, "dma-ranges");
	uint64_t ac = fdt->address_cells, sc = fdt->size_cells, pac = ac;
	phys_addr_t max = 0;

	dt_getprop_u64(fdt, node, "#address-cells", 1, &ac);
	dt_getprop_u64(fdt, node, "#size-cells", 1, &sc);
	if (fdt->nodes[node].parent >= 0)
		dt_getprop_u64(fdt, fdt->nodes[node].parent, "#address-cells", 1, &pac);
	if (!ac || ac > 4 || !pac || pac > 4 || !sc || sc > 4)
		return PHYS_ADDR_MAX;
	for (size_t i = 0; (i + ac + pac + sc) * 4 <= prop->len; i += ac + pac + sc) {
		phys_addr_t cpu = dt_read_cells(prop, i + ac, (unsigned)pac);
		phys_addr_t size = dt_read_cells(prop, i + ac + pac, (unsigned)sc);

		if (cpu + size > max)
			max = cpu + size - 1;
	}
	return max ? max : PHYS_ADDR_MAX;
}

/* of_dma_get_max_cpu_address(): the smallest limit of any available bus. */
static phys_addr_t dt_dma_limit(const struct mm *mm)
{
	const struct fdt *fdt = &mm->fdt;
	phys_addr_t limit = PHYS_ADDR_MAX;

	for (int node = 0; node >= 0; node = dt_next(fdt, node)) {
		const struct fdt_prop *prop = dt_getprop(fdt, node, "dma-ranges");

		if (prop && prop->len && dt_available(fdt, node))
			limit = min_u64(limit, dma_ranges_end(mm, node));
	}
	return limit;
}

/* max_zone_phys() up to 6.7: a power of two, then adapted to where DRAM starts. */
static phys_addr_t max_zone_phys_bits(const struct mm *mm, unsigned bits)
{
	phys_addr_t mask = bits >= 64 ? PHYS_ADDR_MAX : (UINT64_C(1) << bits) - 1;
	phys_addr_t start = memblock_start_of_DRAM(&mm->memblock), end = memblock_end_of_DRAM(&mm->memblock);

	if (start > UINT32_MAX)
		mask = PHYS_ADDR_MAX;
	else if (start > mask)
		mask = UINT32_MAX;
	return min_u64(mask, end - 1) + 1;
}

/* max_zone_phys() from 6.12: the limit itself. */
static phys_addr_t max_zone_phys_limit(const struct mm *mm, phys_addr_t limit)
{
	phys_addr_t start = memblock_start_of_DRAM(&mm->memblock), end = memblock_end_of_DRAM(&mm->memblock);

	if (start > UINT32_MAX)
		limit = PHYS_ADDR_MAX;
	else if (start > limit)
		limit = UINT32_MAX;
	return min_u64(limit, end - 1) + 1;
}

/* 4.9's max_zone_dma_phys(): 4 GiB from the 4 GiB block that DRAM starts in. */
static phys_addr_t max_zone_phys_4g(const struct mm *mm)
{
	phys_addr_t offset = memblock_start_of_DRAM(&mm->memblock) & ~(phys_addr_t)UINT32_MAX;

	return min_u64(offset + GIB(4), memblock_end_of_DRAM(&mm->memblock));
}

static phys_addr_t dma_zone_end(const struct mm *mm)
{
	phys_addr_t limit;

	switch (arm64_rules(mm->kernel)->zone_dma_limit) {
	case ZONE_DMA_4G:
		return max_zone_phys_4g(mm);
	case ZONE_DMA_BITS:
		return max_zone_phys_bits(mm, (unsigned)min_u64(32, fls64(dt_dma_limit(mm))));
	case ZONE_DMA_LIMIT:
		break;
	}
	limit = dt_dma_limit(mm);
	if (memblock_start_of_DRAM(&mm->memblock) < UINT32_MAX)
		limit = min_u64(limit, UINT32_MAX);
	return max_zone_phys_limit(mm, limit);
}

/* arm64_dma_phys_limit and the ends of ZONE_DMA and ZONE_DMA32. */
void step_zone_limits(struct mm *mm)
{
	mm->min_low_pfn = pfn_up(mm->kernel, memblock_start_of_DRAM(&mm->memblock));
	mm->max_pfn = pfn_down(mm->kernel, memblock_end_of_DRAM(&mm->memblock));
	mm->arch.arm64.dma_phys_limit = UINT64_C(1) << mm->arch.arm64.phys_mask_shift;
	mm->dma_limit = mm->dma32_limit = 0;
	if (mm->kernel->zone_dma)
		mm->arch.arm64.dma_phys_limit = mm->dma_limit = dma_zone_end(mm);
	if (mm->kernel->zone_dma32)
		mm->dma32_limit = arm64_rules(mm->kernel)->zone_dma_limit == ZONE_DMA_LIMIT ? max_zone_phys_limit(mm, UINT32_MAX)
									      : max_zone_phys_bits(mm, 32);
	if (!mm->kernel->zone_dma && mm->kernel->zone_dma32)
		mm->arch.arm64.dma_phys_limit = mm->dma32_limit;
	trace_event(&mm->trace, MM_SET, "arm64_dma_phys_limit");
	trace_arg(&mm->trace, FACT_HEX("arm64_dma_phys_limit", mm->arch.arm64.dma_phys_limit));
	trace_arg(&mm->trace, FACT_HEX("zone_dma32_end", mm->dma32_limit));
	trace_arg(&mm->trace, FACT_NUM("max_pfn", mm->max_pfn));
}
