/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * steps.h - the functions that boot.c's step tables name.
 *
 * Each executes one kernel function (or one version's form of it) on the
 * machine.  Prototypes are grouped by the file that defines them.
 */
#ifndef MMSCOPE_STEPS_H
#define MMSCOPE_STEPS_H

#include "../loader/check.h"
#include "../machine.h"

/* fdt_scan.c */
/* Where /chosen/bootargs and CONFIG_CMDLINE meet; in mm's arena. */
const char *boot_command_line(struct mm *mm);
/* early_init_dt_scan(): command line, initrd and memory out of the flat tree. */
void early_init_dt_scan(struct mm *mm);
/* early_init_dt_check_for_usable_mem_range() */
void fdt_cap_to_usable_range(struct mm *mm);
/* efi.c */
void step_efi_init(struct mm *mm);

/* early_param.c */
void step_parse_early_param(struct mm *mm);
/* Do messages of level debug reach the console? */
bool console_shows_debug(const struct mm *mm);

/* memtest.c */
void early_param_memtest(struct mm *mm, const char *value);
void step_early_memtest(struct mm *mm);

/* reserved_mem.c */
void step_early_init_fdt_scan_reserved_mem_4_9(struct mm *mm);
/* Reserves what elfcorehdr= or the tree says; false: there is nothing, or the kernel's message, behind @prefix, says why not. */
bool take_elfcorehdr(struct mm *mm, const char *site, const char *prefix);
void step_early_init_fdt_scan_reserved_mem(struct mm *mm);
void step_early_init_fdt_scan_reserved_mem_6_1(struct mm *mm);
void step_early_init_fdt_scan_reserved_mem_6_12(struct mm *mm);
void step_fdt_scan_reserved_mem_reg_nodes(struct mm *mm);
void step_fdt_scan_reserved_mem_late(struct mm *mm);

/* unflatten.c */
void step_unflatten_device_tree(struct mm *mm);
void step_of_alias_scan(struct mm *mm);

/* numa.c */
void step_arch_numa_init(struct mm *mm);
void step_arch_numa_init_memblks(struct mm *mm);
void step_no_numa(struct mm *mm);

/* sparse.c */
/* What lies in [@start, @end) is there: notes it in the usage maps of its sections, which dies where there is none. */
void subsection_map_init(struct mm *mm, uint64_t start, uint64_t end);
/* Virtual address of a pfn's struct page, whether it is mapped or not. */
uint64_t page_address_of(const struct mm *mm, uint64_t pfn);
void step_sparse_init_4_9(struct mm *mm);
void step_sparse_init(struct mm *mm);
void step_sparse_init_7_2(struct mm *mm);
void step_sparse_init_7_3(struct mm *mm);

/* zones.c */
void step_free_area_init(struct mm *mm);
void step_memmap_init(struct mm *mm);

/* caches.c */
void step_radix_tree_init(struct mm *mm);
void step_maple_tree_init(struct mm *mm);
void step_anon_vma_init(struct mm *mm);
void step_numa_policy_caches(struct mm *mm);
void step_fork_init(struct mm *mm);
void step_mm_cache_init(struct mm *mm);
void step_proc_caches_init(struct mm *mm);
void step_buffer_init(struct mm *mm);
void step_pagecache_init(struct mm *mm);
void step_page_writeback_init(struct mm *mm);
void step_page_writeback_cpu_online(struct mm *mm);
void step_kmem_cache_init_late(struct mm *mm);
void step_slab_sysfs_init(struct mm *mm);

/* cma.c */
void step_hugetlb_cma_reserve(struct mm *mm);
void step_dma_pernuma_cma_reserve(struct mm *mm);
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

/* cmdline_copies.c */
void step_setup_command_line(struct mm *mm);

/* setup_words.c: @param is refused if its function does not take the value. */
void setup_word(struct mm *mm, struct param *param);

/* cpu_masks.c */
#define HK_NR_FLAGS	4

/* Kinds of noise that isolcpus= and nohz_full= have kept from CPUs so far. */
struct housekeeping {
	unsigned flags;
	const uint64_t *others[HK_NR_FLAGS];	/* by bit of flags: the CPUs that are left for it */
};

/* False: the function refuses the value, and the word is init's. */
bool param_isolcpus(struct mm *mm, struct housekeeping *known, const char *value);
bool param_nohz_full(struct mm *mm, struct housekeeping *known, const char *value);
void param_irqaffinity(struct mm *mm);
void param_rcu_nocbs(struct mm *mm);

/* hashes.c */
void early_param_stack_pools(struct mm *mm, const char *value);
bool early_param_stack_pools_refused(const struct mm *mm, const char *value);
void step_pidhash_init(struct mm *mm);
void step_stack_depot_init(struct mm *mm);
void step_stack_depot_early_init_5_17(struct mm *mm);
void step_stack_depot_early_init_5_19(struct mm *mm);
void step_stack_depot_early_init(struct mm *mm);
void early_param_stack_depot_disable(struct mm *mm, const char *value);
void step_vfs_caches_init_early(struct mm *mm);
void step_vfs_caches_init(struct mm *mm);

/* hugetlb.c */
void step_hugetlb_bootmem_alloc(struct mm *mm);

/* init_mm.c */
void step_init_mm(struct mm *mm);
void step_setup_initial_init_mm(struct mm *mm);
void step_init_mm_start_code(struct mm *mm);	/* 4.9 and 5.10 have four statements instead */
void step_init_mm_end_code(struct mm *mm);
void step_init_mm_end_data(struct mm *mm);
void step_init_mm_brk(struct mm *mm);
void step_init_mm_pgd(struct mm *mm);
void step_mm_init_cpumask(struct mm *mm);

/* late.c */
void step_setup_per_cpu_pageset(struct mm *mm);
void step_numa_policy_init(struct mm *mm);
void step_smp_prepare_cpus(struct mm *mm);
void step_smp_init(struct mm *mm);
void step_deferred_init_memmap(struct mm *mm);
void step_hugetlb_bootmem_struct_page_init(struct mm *mm);
void step_cma_init_reserved_areas(struct mm *mm);
void step_init_per_zone_wmark_min(struct mm *mm);
void step_hugetlb_init(struct mm *mm);
void step_hugepage_init(struct mm *mm);
void step_reserve_memblock_reserved_regions(struct mm *mm);
void step_vmcore_init(struct mm *mm);
void step_free_initrd(struct mm *mm);
void step_free_initmem(struct mm *mm);
/* By event @fn; the marks stay as they are. */
void set_min_free_kbytes(struct mm *mm, const char *fn, uint64_t kbytes);
/* setup_per_zone_wmarks(), with the page sets' limits where these follow. */
void update_wmarks(struct mm *mm);
/* setup_per_zone_lowmem_reserve() */
void update_reserves(struct mm *mm);
/* The limits of all page sets anew; @coming: CPUs that come online now. */
void update_page_sets(struct mm *mm, unsigned coming);

/* sysctl.c */
void step_do_sysctl_args(struct mm *mm);

/* log_buf.c */
void early_param_log_buf_len(struct mm *mm, const char *value);
void step_setup_log_buf(struct mm *mm);

/* kfence.c */
void step_kfence_alloc_pool(struct mm *mm);
void step_kfence_alloc_pool_and_metadata(struct mm *mm);

/* mem_info.c */
void early_param_init_on_alloc(struct mm *mm, const char *value);
void early_param_init_on_free(struct mm *mm, const char *value);
void early_param_page_poison(struct mm *mm, const char *value);
bool mem_auto_init_is_on(const struct mm *mm);
void step_mem_debugging_and_hardening_init(struct mm *mm);
void step_report_meminit(struct mm *mm);
void step_mem_init_print_info(struct mm *mm);

/* parse_args.c */
void step_parse_args(struct mm *mm);

/* percpu.c */
void early_param_percpu_alloc(struct mm *mm, const char *value);
void step_setup_per_cpu_areas(struct mm *mm);

/* resources.c */
void step_request_standard_resources(struct mm *mm);
void step_request_standard_resources_4_9(struct mm *mm);

/* deferred.c: node->first_deferred_pfn; part of free_area_init() */
void defer_struct_pages(struct mm *mm);
/* kernelcore=mirror */
bool mirrored_kernelcore(const struct mm *mm);

/* mem_init.c */
void step_memblock_free_all_5_10(struct mm *mm);	/* 4.9: free_all_bootmem() */
void step_memblock_free_all_6_7(struct mm *mm);
void step_memblock_free_all(struct mm *mm);

/* small.c */
void step_boot_cpu_init(struct mm *mm);
void step_page_alloc_init(struct mm *mm);
void step_setup_nr_cpu_ids(struct mm *mm);
void step_check_initrd(struct mm *mm);
void step_cpuset_init(struct mm *mm);
void step_kmemleak_init(struct mm *mm);
void step_page_ext_init(struct mm *mm);
void step_page_ext_init_late(struct mm *mm);

/* page_failure.c; @ctx is the machine */
void page_allocation_failed(void *ctx, const struct page_request *request);

/* slab_init.c */
void step_kmem_cache_init(struct mm *mm);
void step_percpu_init_late(struct mm *mm);
void step_pgtable_cache_init(struct mm *mm);
void step_vmalloc_init(struct mm *mm);

/* swiotlb.c */
void early_param_swiotlb(struct mm *mm, const char *value);
void step_swiotlb_init_4_9(struct mm *mm);
void step_swiotlb_init_5_10(struct mm *mm);
void step_swiotlb_init_5_12(struct mm *mm);
void step_swiotlb_init_5_13(struct mm *mm);
void step_swiotlb_init_5_15(struct mm *mm);
void step_swiotlb_init(struct mm *mm);

/* parse_args.c */
void step_print_unknown_bootoptions(struct mm *mm);
void step_panic_later(struct mm *mm);

/* bootmem.c */
void step_init_bootmem(struct mm *mm);
void step_free_all_bootmem_bitmap(struct mm *mm);

/* exec.c */
void step_bprm_mm_init(struct mm *mm);
void step_copy_strings(struct mm *mm);
void step_exec_mmap(struct mm *mm);
void step_arch_pick_mmap_layout(struct mm *mm);
void step_setup_arg_pages(struct mm *mm);
void step_elf_map(struct mm *mm);
void step_arch_setup_additional_pages(struct mm *mm);
void step_create_elf_tables(struct mm *mm);
void step_mm_bounds(struct mm *mm);
void step_first_faults(struct mm *mm);

#endif
