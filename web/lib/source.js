// SPDX-License-Identifier: GPL-2.0-or-later
// In which file of the kernel a function lives. The same from 4.9 to 7.2 unless a version is named;
// what is not listed is not shown rather than guessed.

const FILES = {
  "init/main.c": "start_kernel mm_init mm_core_init setup_command_line setup_boot_config rest_init arch_call_rest_init kernel_init run_init_process kernel_init_freeable parse_early_param set_task_stack_end_magic do_basic_setup",
  "arch/arm64/kernel/setup.c": "setup_arch setup_machine_fdt request_standard_resources smp_setup_processor_id",
  "arch/arm64/mm/init.c": "arm64_memblock_init bootmem_init zone_sizes_init mem_init free_initmem arch_reserve_crashkernel reserve_crashkernel",
  "arch/arm64/mm/mmu.c": "paging_init map_kernel map_mem map_kernel_segment create_idmap early_pgtable_alloc early_fixmap_init __create_pgd_mapping vmemmap_populate",
  "mm/memblock.c": "memblock_add memblock_reserve memblock_remove memblock_phys_alloc_range memblock_alloc_range_nid memblock_alloc_try_nid memblock_free_all memblock_phys_free memblock_free memblock_double_array memblock_add_range memblock_dump_all memblock_mark_nomap memblock_cap_memory_range free_all_bootmem memblock_alloc_try_nid_raw memblock_alloc_exact_nid_raw memblock_discard memblock_allow_resize",
  "drivers/of/fdt.c": "early_init_dt_scan early_init_dt_scan_memory early_init_dt_scan_chosen early_init_dt_scan_nodes early_init_dt_verify unflatten_device_tree early_init_fdt_scan_reserved_mem early_init_dt_alloc_memory_arch early_init_dt_add_memory_arch early_init_dt_check_for_usable_mem_range",
  "drivers/of/of_reserved_mem.c": "fdt_init_reserved_mem fdt_scan_reserved_mem __reserved_mem_alloc_size",
  "mm/sparse.c": "sparse_init sparse_init_nid sparse_index_alloc memory_present memblocks_present",
  "mm/sparse-vmemmap.c": "sparse_buffer_init vmemmap_alloc_block vmemmap_populate_hugepages __earlyonly_bootmem_alloc",
  "mm/mm_init.c": "free_area_init free_area_init_node free_area_init_core calculate_node_totalpages memmap_alloc alloc_large_system_hash page_alloc_init_late mem_init_print_info mem_debugging_and_hardening_init",
  "mm/page_alloc.c": "build_all_zonelists build_all_zonelists_init __build_all_zonelists build_zonelists build_zonelists_node build_zonerefs_node zoneref_set_zone set_zonelist_order setup_per_cpu_pageset setup_zone_pageset per_cpu_pages_init pageset_init pageset_update page_alloc_init page_alloc_init_cpuhp init_per_zone_wmark_min __setup_per_zone_wmarks setup_per_zone_lowmem_reserve __free_one_page expand __free_pages_core",
  "mm/percpu.c": "pcpu_embed_first_chunk pcpu_setup_first_chunk pcpu_build_alloc_info pcpu_alloc_first_chunk pcpu_fc_alloc",
  "drivers/base/arch_numa.c": "arch_numa_init numa_init setup_node_data numa_alloc_distance numa_add_memblk",
  "mm/cma.c": "cma_declare_contiguous cma_declare_contiguous_nid cma_init_reserved_areas cma_init_reserved_mem",
  "kernel/dma/contiguous.c": "dma_contiguous_reserve dma_contiguous_reserve_area",
  "kernel/dma/swiotlb.c": "swiotlb_init swiotlb_init_remap",
  "kernel/printk/printk.c": "setup_log_buf",
  "mm/slub.c": "kmem_cache_init kmem_cache_init_late create_boot_cache bootstrap",
  "mm/vmalloc.c": "vmalloc_init",
  "mm/mempolicy.c": "numa_policy_init",
  "mm/rmap.c": "anon_vma_init",
  "mm/filemap.c": "pagecache_init",
  "mm/highmem.c": "page_address_init",
  "mm/kmemleak.c": "kmemleak_init",
  "fs/dcache.c": "vfs_caches_init_early vfs_caches_init dcache_init_early",
  "mm/init-mm.c": "setup_initial_init_mm",
  "fs/exec.c": "bprm_mm_init __bprm_mm_init copy_strings copy_strings_kernel alloc_bprm bprm_execve exec_binprm search_binary_handler begin_new_exec flush_old_exec exec_mmap setup_new_exec setup_arg_pages kernel_execve do_execve do_execveat_common",
  "fs/binfmt_elf.c": "load_elf_binary elf_map elf_load create_elf_tables",
  "arch/arm64/kernel/vdso.c": "arch_setup_additional_pages",
  "mm/memory.c": "handle_mm_fault",
};

/** @type {Map<string, string>} */
const WHERE = new Map(Object.entries(FILES).flatMap(([file, names]) => names.split(" ").map((n) => /** @type {[string, string]} */ ([n, file]))));

/** @param {string} fn @param {string} version @returns {string} "mm/memblock.c (6.7.3)" or "" */
export function sourceOf(fn, version) {
  const file = WHERE.get(fn);
  return file ? `${file}${version ? ` · Linux ${version}` : ""}` : "";
}
