/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64.h - what the files of this folder know of each other, and the steps that they add to the list. */
#ifndef MMSCOPE_ARM64_H
#define MMSCOPE_ARM64_H

#include "../../steps/steps.h"
#include "../arch.h"
#include "cpu_model.h"

extern const struct arch arch_arm64;

/* build.c */
int arm64_kernel_derive(struct mm_kernel *kernel, const char **missing);
bool arm64_hugetlb_valid_size(const struct mm_kernel *kernel, uint64_t size);
unsigned arm64_hugetlb_cma_order(const struct mm_kernel *kernel);

/* layout.c: where things are in the kernel's address space */
uint64_t arm64_phys_to_virt(const struct mm *mm, phys_addr_t addr);
/* VMEMMAP_START, of the first frame that the linear map could have. */
uint64_t arm64_vmemmap_start(const struct mm *mm);
uint64_t arm64_vmemmap(const struct mm *mm);
uint64_t arm64_vm_area_early(const struct mm *mm, uint64_t size);
struct user_space arm64_user_space(const struct mm *mm);

#endif
