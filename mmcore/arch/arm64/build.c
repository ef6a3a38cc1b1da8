// SPDX-License-Identifier: GPL-2.0-or-later
/* build.c - what a build's options decide on arm64: granule, sections, bits of addresses. */
#include "arm64.h"

#include <errno.h>

/* Options that are shifted by: what Kconfig allows, or somewhat more. */
static const struct {
	const char *key;
	uint64_t min, max;
} option_limits[] = {
	{ "ARM64_VA_BITS", 36, 52 }, { "ARM64_PA_BITS", 32, 52 }, { "ARM64_CONT_PMD_SHIFT", 0, 12 }, { "ARM64_CONT_PTE_SHIFT", 0, 12 },
};

static unsigned page_shift(const struct mm_kernel *kernel)
{
	if (kernel_has_config(kernel, "ARM64_64K_PAGES"))
		return 16;
	return kernel_has_config(kernel, "ARM64_16K_PAGES") ? 14 : 12;
}

/* The first option that is out of its limits, or NULL. */
static const char *unusable_option(const struct mm_kernel *kernel)
{
	uint64_t levels;

	for (size_t i = 0; i < ARRAY_SIZE(option_limits); i++) {
		uint64_t value;

		if (kernel_number(kernel, "config", option_limits[i].key, &value) &&
		    (value < option_limits[i].min || value > option_limits[i].max))
			return option_limits[i].key;
	}
	if (!kernel_config(kernel, "ARM64_VA_BITS"))
		return "ARM64_VA_BITS";
	/* ARM64_HW_PGTABLE_LEVELS(): Kconfig leaves no choice. */
	levels = (kernel_config(kernel, "ARM64_VA_BITS") - 4) / (page_shift(kernel) - 3);
	return kernel_config(kernel, "PGTABLE_LEVELS") == levels ? NULL : "PGTABLE_LEVELS";
}

/* arch/arm64/include/asm/sparsemem.h; 1 GiB sections until 5.11. */
static unsigned section_size_bits(const struct mm_kernel *kernel)
{
	if (!arm64_rules(kernel)->small_sections)
		return 30;
	return kernel->page_shift == 16 ? 29 : 27;
}

/* The alignment of the linear map's start: arch/arm64/include/asm/kernel-pgtable.h. */
static uint64_t memstart_align(const struct mm_kernel *kernel)
{
	unsigned shift = kernel->page_shift == 12 ? 30 : kernel->page_shift == 14 ? 30 : 29;

	return UINT64_C(1) << max_u64(shift, kernel->section_size_bits);
}

static unsigned va_bits_min(const struct mm_kernel *kernel)
{
	if (kernel->arch_facts.arm64.va_bits <= 48)
		return kernel->arch_facts.arm64.va_bits;
	return arm64_rules(kernel)->va_bits_min_47_with_16k && kernel->page_shift == 14 ? 47 : 48;
}

static unsigned pa_bits(const struct mm_kernel *kernel)
{
	uint64_t bits = kernel_config(kernel, "ARM64_PA_BITS");

	return bits ? (unsigned)bits : 48;
}

/* INIT_MEMBLOCK_MEMORY_REGIONS and INIT_MEMBLOCK_RESERVED_REGIONS: asm/memory.h */
static void size_memblock(struct mm_kernel *kernel)
{
	bool efi = kernel_has_config(kernel, "EFI"), its = efi && kernel_has_config(kernel, "ARM_GIC_V3_ITS");

	kernel->init_memory_regions = kernel->init_reserved_regions = INIT_MEMBLOCK_REGIONS;
	if (arm64_rules(kernel)->memory_array_efi && efi)
		kernel->init_memory_regions = 8 * INIT_MEMBLOCK_REGIONS;
	if (arm64_rules(kernel)->reserved_array_its && its)
		kernel->init_reserved_regions = INIT_MEMBLOCK_REGIONS + kernel->nr_cpus + 1;
}

int arm64_kernel_derive(struct mm_kernel *kernel, struct fact_name *unusable)
{
	struct arm64_kernel *own = &kernel->arch_facts.arm64;

	*unusable = (struct fact_name){ "", "kimage_vaddr" };
	if (!kernel_number(kernel, "", "kimage_vaddr", &own->kimage_vaddr))
		return -EINVAL;
	*unusable = (struct fact_name){ "config", unusable_option(kernel) };
	if (unusable->key)
		return -EINVAL;
	kernel->page_shift = page_shift(kernel);
	kernel->section_size_bits = section_size_bits(kernel);
	kernel->smp_cache_bytes = arm64_rules(kernel)->l1_cache_bytes;
	own->va_bits = (unsigned)kernel_config(kernel, "ARM64_VA_BITS");
	own->va_bits_min = va_bits_min(kernel);
	own->pa_bits = pa_bits(kernel);
	own->memstart_align = memstart_align(kernel);
	size_memblock(kernel);
	return 0;
}

/* Blocks of each level, and contiguous runs of them. */
bool arm64_hugetlb_valid_size(const struct mm_kernel *kernel, uint64_t size)
{
	unsigned shift = kernel->page_shift, pmd = 2 * shift - 3, pud = 3 * shift - 6;
	unsigned cont_pte = shift == 12 ? 4 : shift == 14 ? 7 : 5, cont_pmd = shift == 12 ? 4 : 5;

	return size == UINT64_C(1) << (shift + cont_pte) || size == UINT64_C(1) << pmd ||
	       size == UINT64_C(1) << (pmd + cont_pmd) || (shift == 12 && size == UINT64_C(1) << pud);
}

/* arm64_hugetlb_cma_reserve(): PUD for 4K, the contiguous PMD for larger granules. */
unsigned arm64_hugetlb_cma_order(const struct mm_kernel *kernel)
{
	unsigned pmd = kernel->page_shift - 3;

	return kernel->page_shift == 12 ? 2 * pmd : pmd + (unsigned)kernel_config(kernel, "ARM64_CONT_PMD_SHIFT");
}
