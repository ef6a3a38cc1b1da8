// SPDX-License-Identifier: GPL-2.0-or-later
/* arch.c - arm64's side of the seam (../arch.h). */
#include "arm64.h"

static phys_addr_t pa_max_dma_address(const struct mm *mm) { return mm->arch.arm64.memstart_addr; }

static uint64_t image_vaddr(const struct mm *mm) { return mm->arch.arm64.kimage_vaddr; }

static unsigned max_physmem_bits(const struct mm *mm)
{
	return arm64_rules(mm->kernel)->sections_by_phys_mask ? mm->arch.arm64.phys_mask_shift : mm->kernel->arch_facts.arm64.pa_bits;
}

static phys_addr_t low_address_limit(const struct mm *mm) { return mm->arch.arm64.dma_phys_limit; }

static phys_addr_t cma_limit(const struct mm *mm) { return mm->arch.arm64.cma_limit; }

/* PHYS_MASK + 1 */
static phys_addr_t crash_addr_high_max(const struct mm *mm) { return UINT64_C(1) << mm->arch.arm64.phys_mask_shift; }

static phys_addr_t crash_align(const struct mm_kernel *kernel)
{
	(void)kernel;
	return MIB(2);
}

/* CTR_EL0.CWG, or the largest there can be. */
static unsigned cache_line_size(const struct mm *mm)
{
	const struct cpu_model *cpu = mm->arch.arm64.cpu;

	return cpu && cpu->cwg_bytes ? cpu->cwg_bytes : 128;
}

static uint64_t pgd_cache_bytes(const struct mm *mm)
{
	const struct mm_kernel *k = mm->kernel;
	unsigned levels = (unsigned)kernel_config(k, "PGTABLE_LEVELS");
	uint64_t bytes = UINT64_C(8) << (k->arch_facts.arm64.va_bits - (k->page_shift - 3) * levels - 3);

	/* 6.12 on can run with one level less than built for; the top level then is a page. */
	if (bytes == k->page_size || (arm64_rules(mm->kernel)->pgtable_levels_vary && levels > mm->arch.arm64.pgtable_levels))
		return 0;
	return bytes;
}

/* 16 KiB, but not less than a page. */
static uint64_t thread_size(const struct mm_kernel *kernel) { return max_u64(KIB(16), kernel->page_size); }

static const char *first_pgd(const struct mm_kernel *kernel)
{
	return arm64_rules(kernel)->init_pg_dir_freed ? "init_pg_dir" : "swapper_pg_dir";
}

static const char *text_symbol(const struct mm_kernel *kernel)
{
	return arm64_rules(kernel)->kernel_reserved_from_text ? "_text" : "_stext";
}

static unsigned kmalloc_minalign(const struct mm_kernel *kernel) { return arm64_rules(kernel)->kmalloc_minalign; }

/* A run of contiguous PTEs. */
static uint64_t vmap_pte_block(const struct mm_kernel *kernel)
{
	unsigned shift = kernel->page_shift;

	return arm64_rules(kernel)->vmalloc_cont_pte ? kernel->page_size << (shift == 12 ? 4 : shift == 14 ? 7 : 5) : 0;
}

static const char *note(const char *fn)
{
	static const char *const notes[][2] = {
		{ "trap_init", "empty on arm64: the vectors are in place" },
		{ "poking_init", "empty on arm64: only x86 has a mm for patching" },
		{ "mem_encrypt_init", "empty: no memory encryption on arm64" },
		{ "late_time_init", "empty on arm64" },
		{ "memblock_discard", "empty: arm64 keeps memblock (ARCH_KEEP_MEMBLOCK)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(notes); i++)
		if (!strcmp(notes[i][0], fn))
			return notes[i][1];
	return "nothing that concerns memory";
}

static int choose_cpu(struct mm *mm, const char *name, struct mm_error *error)
{
	mm->arch.arm64.cpu = cpu_model_find(name ? name : "cortex-a57");
	mm->arch.arm64.cpu_given = name != NULL;
	if (mm->arch.arm64.cpu)
		return 0;
	return loader_refuse(error, "", "unknown CPU model \"%.40s\"; known: %s", name, cpu_model_names());
}

const struct arch arch_arm64 = {
	.name = "arm64",
	.kernel_rules = arm64_kernel_rules,
	.rules = &arm64_rules_history,
	.early_params = arm64_early_params,
	.kernel_derive = arm64_kernel_derive,
	.choose_cpu = choose_cpu,
	.check_handover = arm64_check_handover,
	.phys_to_virt = arm64_phys_to_virt,
	.pa_max_dma_address = pa_max_dma_address,
	.image_vaddr = image_vaddr,
	.vm_area_early = arm64_vm_area_early,
	.vmemmap = arm64_vmemmap,
	.max_physmem_bits = max_physmem_bits,
	.low_address_limit = low_address_limit,
	.cma_limit = cma_limit,
	.crash_addr_high_max = crash_addr_high_max,
	.crash_align = crash_align,
	.cache_line_size = cache_line_size,
	.pgd_cache_bytes = pgd_cache_bytes,
	.thread_size = thread_size,
	.hugetlb_valid_size = arm64_hugetlb_valid_size,
	.hugetlb_cma_order = arm64_hugetlb_cma_order,
	.vmap_pte_block = vmap_pte_block,
	.kmalloc_minalign = kmalloc_minalign,
	.text_symbol = text_symbol,
	.note = note,
	.first_pgd = first_pgd,
	.user_space = arm64_user_space,
};
