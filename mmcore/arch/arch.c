// SPDX-License-Identifier: GPL-2.0-or-later
#include "arch.h"

#include "../machine.h"
#include "arm64/arm64.h"

static const struct arch *const arches[] = { &arch_arm64 };

const struct arch *arch_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(arches); i++)
		if (!strcmp(arches[i]->name, name))
			return arches[i];
	return NULL;
}

const struct arch *arch_first(void) { return arches[0]; }

void arch_kernel_rules(struct mm_kernel *kernel) { kernel->arch->kernel_rules(kernel); }

bool arch_take_rule(struct mm_kernel *kernel, const struct mm_kernel *against, const char *rule)
{
	const struct history *rules = kernel->arch->rules;

	return kernel->arch == against->arch &&
	       changes_take(rules->changes, rules->nr, rule, &kernel->arch_facts, &against->arch_facts);
}

int arch_kernel_derive(struct mm_kernel *kernel, struct fact_name *unusable)
{
	return kernel->arch->kernel_derive(kernel, unusable);
}

uint64_t arch_thread_size(const struct mm_kernel *kernel) { return kernel->arch->thread_size(kernel); }

bool arch_hugetlb_valid_size(const struct mm_kernel *kernel, uint64_t size) { return kernel->arch->hugetlb_valid_size(kernel, size); }

unsigned arch_hugetlb_cma_order(const struct mm_kernel *kernel) { return kernel->arch->hugetlb_cma_order(kernel); }

uint64_t arch_vmap_pte_block(const struct mm_kernel *kernel) { return kernel->arch->vmap_pte_block(kernel); }

unsigned arch_kmalloc_minalign(const struct mm_kernel *kernel) { return kernel->arch->kmalloc_minalign(kernel); }

const char *arch_text_symbol(const struct mm_kernel *kernel) { return kernel->arch->text_symbol(kernel); }

const char *arch_note(const struct mm_kernel *kernel, const char *fn) { return kernel->arch->note(fn); }

const char *arch_first_pgd(const struct mm_kernel *kernel) { return kernel->arch->first_pgd(kernel); }

int arch_choose_cpu(struct mm *mm, const char *name, struct mm_error *error) { return mm->kernel->arch->choose_cpu(mm, name, error); }

bool arch_check_handover(struct mm *mm) { return mm->kernel->arch->check_handover(mm); }

uint64_t arch_phys_to_virt(const struct mm *mm, phys_addr_t addr) { return mm->kernel->arch->phys_to_virt(mm, addr); }

phys_addr_t arch_pa_max_dma_address(const struct mm *mm) { return mm->kernel->arch->pa_max_dma_address(mm); }

uint64_t arch_image_vaddr(const struct mm *mm) { return mm->kernel->arch->image_vaddr(mm); }

uint64_t arch_vm_area_early(const struct mm *mm, uint64_t size) { return mm->kernel->arch->vm_area_early(mm, size); }

uint64_t arch_vmemmap(const struct mm *mm) { return mm->kernel->arch->vmemmap(mm); }

unsigned arch_max_physmem_bits(const struct mm *mm) { return mm->kernel->arch->max_physmem_bits(mm); }

phys_addr_t arch_low_address_limit(const struct mm *mm) { return mm->kernel->arch->low_address_limit(mm); }

phys_addr_t arch_cma_limit(const struct mm *mm) { return mm->kernel->arch->cma_limit(mm); }

phys_addr_t arch_crash_addr_high_max(const struct mm *mm) { return mm->kernel->arch->crash_addr_high_max(mm); }

phys_addr_t arch_crash_align(const struct mm_kernel *kernel) { return kernel->arch->crash_align(kernel); }

unsigned arch_cache_line_size(const struct mm *mm) { return mm->kernel->arch->cache_line_size(mm); }

uint64_t arch_pgd_cache_bytes(const struct mm *mm) { return mm->kernel->arch->pgd_cache_bytes(mm); }

struct user_space arch_user_space(const struct mm *mm) { return mm->kernel->arch->user_space(mm); }
