/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64_mm.h - what only an arm64 machine has besides the rest of struct mm. */
#ifndef MMSCOPE_ARM64_MM_H
#define MMSCOPE_ARM64_MM_H

#include "../../memblock.h"

struct cpu_model;

struct arm64_mm {
	const struct cpu_model *cpu;
	bool cpu_given;			/* the user named it; else the tree may */
	unsigned vabits_actual, phys_mask_shift, pgtable_levels;
	phys_addr_t memstart_addr;	/* may wrap: see 52-bit kernels on 48-bit CPUs */
	uint64_t kimage_vaddr;		/* of _text's 2 MiB base, KASLR included */
	struct linear_map linear;	/* empty before paging_init() */
	bool rodata_full;
	bool vhe_hidden;		/* from the kernel: KVM is a program of its own at EL2 */
	bool kvm_protected;		/* kvm-arm.mode=protected */
	bool kfence_early;		/* the pool is taken before memory is mapped */
	phys_addr_t dma_phys_limit;	/* arm64_dma_phys_limit: the lowest of the configured zones' ends */
	phys_addr_t cma_limit;		/* CMA's default area and crashkernel= lie below */
};

#endif
