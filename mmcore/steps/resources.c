// SPDX-License-Identifier: GPL-2.0-or-later
/* resources.c - request_standard_resources(): room for one struct resource for each memory region. */
#include "steps.h"
#include "../memblock_virt.h"

/* One array, since 5.0. */
void step_request_standard_resources(struct mm *mm)
{
	uint64_t size = mm->memblock.memory.cnt * kernel_sizeof(mm->kernel, "resource");

	memblock_virt_alloc(&mm->memblock, size, VIRT_ALIGN_DEFAULT, "setup_arch/resources",
			    WHY("resources", FACT_NUM("regions", mm->memblock.memory.cnt)));
}

/* 4.9: alloc_bootmem_low() for each region, which memblock reports only as a reservation. */
void step_request_standard_resources_4_9(struct mm *mm)
{
	struct memblock *mb = &mm->memblock;
	uint64_t size = kernel_sizeof(mm->kernel, "resource");
	phys_addr_t limit = min_u64(arch_low_address_limit(mm) - 1, mb->current_limit);

	for (size_t i = 0; mb->bootmem && i < mb->memory.cnt; i++)
		bootmem_alloc(mb->bootmem, size, mm->kernel->smp_cache_bytes, 0, limit, "__alloc_bootmem_low", "resources", "");
	for (size_t i = 0; !mb->bootmem && i < mb->memory.cnt; i++) {
		phys_addr_t at = memblock_find_in_range(mb, 0, limit, size, mm->kernel->smp_cache_bytes);

		if (!at)
			trace_panic(&mm->trace, "__alloc_bootmem_low", "Out of memory");
		memblock_reserve(mb, at, size, "setup_arch/resources", WHY("resources", FACT_NUM("region", i)));
	}
}
