/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * steps.h - the functions that boot.c's step tables name.
 *
 * Each executes one kernel function (or one version's form of it) on the
 * machine.  Prototypes are grouped by the file that defines them.
 */
#ifndef MMSCOPE_STEPS_H
#define MMSCOPE_STEPS_H

#include "../machine.h"

/* fdt_scan.c */
void step_setup_machine_fdt(struct mm *mm);

/* early_param.c */
void step_parse_early_param(struct mm *mm);

/* memblock_init.c */
void step_arm64_memblock_init(struct mm *mm);

/* reserved_mem.c */
void step_early_init_fdt_scan_reserved_mem(struct mm *mm);
void step_early_init_fdt_scan_reserved_mem_6_1(struct mm *mm);
void step_early_init_fdt_scan_reserved_mem_6_12(struct mm *mm);
void step_fdt_scan_reserved_mem_reg_nodes(struct mm *mm);

/* paging.c */
void step_primary_switched(struct mm *mm);
void step_paging_init_4_9(struct mm *mm);
void step_paging_init_5_10(struct mm *mm);
void step_paging_init(struct mm *mm);
void step_paging_init_6_12(struct mm *mm);
void step_paging_init_7_2(struct mm *mm);

/* unflatten.c */
void step_unflatten_device_tree(struct mm *mm);
void step_of_alias_scan(struct mm *mm);

/* numa.c */
void step_arch_numa_init(struct mm *mm);
void step_arch_numa_init_memblks(struct mm *mm);
void step_no_numa(struct mm *mm);

/* sparse.c */
void step_sparse_init_4_9(struct mm *mm);
void step_sparse_init(struct mm *mm);
void step_sparse_init_7_2(struct mm *mm);

/* zones.c */
void step_free_area_init(struct mm *mm);

/* cma.c */
void step_hugetlb_cma_reserve(struct mm *mm);
void step_dma_contiguous_reserve(struct mm *mm);
void step_memblock_dump_all(struct mm *mm);
/* -> 0, or a negative errno after the kernel's own message */
int cma_init_reserved_mem(struct mm *mm, const char *name, phys_addr_t base, phys_addr_t size);

/* crashkernel.c */
void step_arch_reserve_crashkernel(struct mm *mm);

/* zonelists.c */
void step_set_zonelist_order(struct mm *mm);
void step_build_zonelists(struct mm *mm);
void step_boot_pagesets(struct mm *mm);
void step_count_zonelist_pages(struct mm *mm);

#endif
