// SPDX-License-Identifier: GPL-2.0-or-later
// In which file of the kernel a function lives: as the catalogues of steps and events say it, and here
// for what has no text there. What is in neither is not shown rather than guessed.
import {firstOf} from "./i18n.js";

const FILES = {
  "arch/arm64/mm/mmu.c":
    "map_kernel map_mem map_kernel_segment create_idmap early_pgtable_alloc __create_pgd_mapping vmemmap_populate",
  "mm/memblock.c":
    "memblock_free memblock_double_array memblock_add_range memblock_cap_memory_range",
  "drivers/of/fdt.c":
    "early_init_dt_scan early_init_dt_scan_memory early_init_dt_scan_chosen early_init_dt_scan_nodes early_init_dt_verify early_init_dt_alloc_memory_arch early_init_dt_add_memory_arch early_init_dt_check_for_usable_mem_range",
  "drivers/of/of_reserved_mem.c": "fdt_scan_reserved_mem __reserved_mem_alloc_size",
  "mm/sparse.c": "sparse_init_nid sparse_index_alloc memory_present memblocks_present",
  "mm/sparse-vmemmap.c":
    "sparse_buffer_init vmemmap_alloc_block vmemmap_populate_hugepages __earlyonly_bootmem_alloc",
  "mm/mm_init.c": "free_area_init_core calculate_node_totalpages memmap_alloc",
  "mm/page_alloc.c": "zoneref_set_zone __free_one_page expand __free_pages_core",
  "mm/percpu.c":
    "pcpu_embed_first_chunk pcpu_build_alloc_info pcpu_alloc_first_chunk pcpu_fc_alloc",
  "drivers/base/arch_numa.c": "numa_alloc_distance numa_add_memblk",
  "mm/cma.c": "cma_declare_contiguous",
  "kernel/dma/contiguous.c": "dma_contiguous_reserve_area",
  "kernel/dma/swiotlb.c": "swiotlb_init_remap",
  "fs/dcache.c": "dcache_init_early",
};

/** @type {Map<string, string>} */
const WHERE = new Map(
  Object.entries(FILES).flatMap(([file, names]) =>
    names.split(" ").map((n) => /** @type {[string, string]} */ ([n, file])),
  ),
);

/** @param {(key: string) => string} t @param {string} fn @param {string} version @returns {string} "mm/memblock.c · Linux 6.7.3" or "" */
export function sourceOf(t, fn, version) {
  const file = firstOf(t, [`file.${fn}`], {}) || WHERE.get(fn);
  return file ? `${file}${version ? ` · Linux ${version}` : ""}` : "";
}
