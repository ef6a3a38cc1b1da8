/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64.h - what the files of this folder know of each other, and the steps that they add to the list. */
#ifndef MMSCOPE_ARM64_H
#define MMSCOPE_ARM64_H

#include "../../steps/early_param.h"
#include "../arch.h"
#include "cpu_model.h"

extern const struct arch arch_arm64;

static inline const struct arm64_rules *arm64_rules(const struct mm_kernel *kernel)
{
	return &kernel->arch_facts.arm64.rules;
}

/* rules.c */
void arm64_kernel_rules(struct mm_kernel *kernel);

/* early_param.c */
extern const struct early_param arm64_early_params[];

/* handover.c */
bool arm64_check_handover(struct mm *mm);
/* granule.c: warn of CPUs that cannot translate pages of the kernel's size. */
void arm64_check_granule(struct mm *mm);
/* cpus.c: the next CPU node after @node (start with -1) that this release looks at, or -1. */
int arm64_next_cpu_node(const struct mm *mm, int node);

/* hyp.c: does the loader leave EL2 to the kernel?  Given, or taken from how the tree calls PSCI. */
bool arm64_starts_at_el2(const struct mm *mm);
/* kvm-arm.mode= */
void arm64_kvm_mode(struct mm *mm, const char *value);
bool arm64_kvm_mode_refuses(const struct mm *mm, const char *value);

/* build.c */
int arm64_kernel_derive(struct mm_kernel *kernel, struct fact_name *unusable);
bool arm64_hugetlb_valid_size(const struct mm_kernel *kernel, uint64_t size);
unsigned arm64_hugetlb_cma_order(const struct mm_kernel *kernel);

/* idreg_override.c: does @line, the boot command line, hide 52-bit virtual addresses of the CPU? */
bool arm64_varange_hidden(const struct mm *mm, const char *line);
/* ... or that the kernel itself could run at EL2 (VHE)?  Known since 5.12. */
bool arm64_vhe_hidden(const char *line);

/* layout.c: where things are in the kernel's address space */
uint64_t arm64_phys_to_virt(const struct mm *mm, phys_addr_t addr);
/* VMEMMAP_START, of the first frame that the linear map could have. */
uint64_t arm64_vmemmap_start(const struct mm *mm);
uint64_t arm64_vmemmap(const struct mm *mm);
uint64_t arm64_vm_area_early(const struct mm *mm, uint64_t size);
struct user_space arm64_user_space(const struct mm *mm);

/* ---------------------------------------------------------------------- steps */

/* paging.c */
void step_primary_switched(struct mm *mm);
void step_memblock_allow_resize(struct mm *mm);
void step_paging_init_4_9(struct mm *mm);
void step_paging_init_5_10(struct mm *mm);
void step_paging_init(struct mm *mm);
void step_paging_init_6_12(struct mm *mm);
void step_paging_init_7_2(struct mm *mm);
/* setup.c */
void step_setup_machine_fdt(struct mm *mm);
/* memblock_init.c */
void step_reserve_elfcorehdr(struct mm *mm);
void step_arm64_memblock_init(struct mm *mm);
/* zone_limits.c */
void step_zone_limits(struct mm *mm);
/* crashkernel.c */
void step_reserve_crashkernel_4_12(struct mm *mm);
void step_reserve_crashkernel_5_5(struct mm *mm);
void step_reserve_crashkernel_5_15(struct mm *mm);
void step_reserve_crashkernel_5_19(struct mm *mm);
void step_reserve_crashkernel_6_2(struct mm *mm);
void step_reserve_crashkernel_6_5(struct mm *mm);
/* hyp.c */
void step_kvm_hyp_reserve(struct mm *mm);
/* cpus.c */
void step_smp_init_cpus(struct mm *mm);

#endif
