// SPDX-License-Identifier: GPL-2.0-or-later
/* layout.c - where things are in an arm64 kernel's address space: arch/arm64/include/asm/memory.h. */
#include "arm64.h"

/* The linear map is the upper half of the kernel's addresses until 5.3, then the lower. */
static uint64_t page_offset(const struct mm *mm)
{
	return 0 - (UINT64_C(1) << (mm->kernel->arch_facts.arm64.va_bits - arm64_rules(mm->kernel)->linear_map_high));
}

/* Wraps on purpose where memstart_addr does. */
uint64_t arm64_phys_to_virt(const struct mm *mm, phys_addr_t addr)
{
	return addr - mm->arch.arm64.memstart_addr + page_offset(mm);
}

/* Each generation places it differently. */
uint64_t arm64_vmemmap_start(const struct mm *mm)
{
	const struct mm_kernel *k = mm->kernel;
	const struct arm64_kernel *own = &k->arch_facts.arm64;
	unsigned shift = k->page_shift - ilog2_u64(roundup_pow_of_two(kernel_sizeof(k, "page")));
	uint64_t linear = (UINT64_C(1) << own->va_bits) - (UINT64_C(1) << (own->va_bits_min - 1));

	switch (arm64_rules(mm->kernel)->vmemmap_place) {
	case VMEMMAP_BELOW_PAGE_OFFSET:
		return 0 - (UINT64_C(1) << (own->va_bits - 1)) - (UINT64_C(1) << (own->va_bits - 1 - shift));
	case VMEMMAP_2M_BELOW_TOP:
		return 0 - (linear >> shift) - MIB(2);
	case VMEMMAP_POWER_OF_TWO:
		return 0 - (UINT64_C(1) << (own->va_bits - shift));
	case VMEMMAP_1G_BELOW_TOP:
		break;
	}
	return 0 - GIB(1) - (linear >> k->page_shift) * kernel_sizeof(k, "page");
}

/* memstart_addr may be "negative". */
uint64_t arm64_vmemmap(const struct mm *mm)
{
	int64_t memstart_pfn = (int64_t)mm->arch.arm64.memstart_addr >> mm->kernel->page_shift;

	return arm64_vmemmap_start(mm) - (uint64_t)memstart_pfn * kernel_sizeof(mm->kernel, "page");
}

/* Before the image, or behind it and its guard page. */
uint64_t arm64_vm_area_early(const struct mm *mm, uint64_t size)
{
	uint64_t head = arm64_rules(mm->kernel)->kernel_reserved_from_text ? 0 : kernel_symbol(mm->kernel, "_stext");
	uint64_t linked = mm->kernel->arch_facts.arm64.kimage_vaddr, at = mm->arch.arm64.kimage_vaddr;

	if (at + head - linked >= size)
		return linked;
	return align_up(at + kernel_symbol(mm->kernel, "_end"), mm->kernel->page_size) + mm->kernel->page_size;
}

struct user_space arm64_user_space(const struct mm *mm)
{
	unsigned bits = mm->arch.arm64.vabits_actual, least = mm->kernel->arch_facts.arm64.va_bits_min;

	return (struct user_space){ .task_bits = bits, .window_bits = least < bits ? least : bits,
				    .levels = mm->arch.arm64.pgtable_levels, .platform = "aarch64" };
}
