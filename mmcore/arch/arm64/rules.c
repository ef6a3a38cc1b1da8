// SPDX-License-Identifier: GPL-2.0-or-later
/* rules.c - the history of what only arm64 chooses; how rows are read stands in versions/rules.c. */
#include "arm64.h"

#define CHANGE(field, value, ...)	CHANGE_OF(struct arm64_rules, field, value, #value, __VA_ARGS__)

static const struct change changes[] = {
	CHANGE(memory_array_efi, true, SINCE(6, 0), WHAT("UEFI maps have many entries")),
	CHANGE(reserved_array_its, true, SINCE(5, 0), WHAT("GICv3 reserves tables for each CPU")),
	CHANGE(usable_memory_enforced, true, SINCE(4, 12), WHAT("kdump's kernel keeps to its range")),
	CHANGE(usable_memory_enforced, false, SINCE(5, 15), WHAT("handled with the memory nodes, for all architectures")),
	CHANGE(initrd_removed_first, true),
	CHANGE(initrd_removed_first, false, SINCE(6, 0)),
	CHANGE(initrd_reserved_twice, true),
	CHANGE(initrd_reserved_twice, false, SINCE(5, 0)),
	CHANGE(linear_kaslr, LINEAR_KASLR_BY_RAM),
	CHANGE(linear_kaslr, LINEAR_KASLR_BY_PA_RANGE, SINCE(5, 11), WHAT("KASLR leaves room for memory that is plugged in later")),
	CHANGE(linear_kaslr, LINEAR_KASLR_NONE, SINCE(6, 16), WHAT("the linear map is not randomised any more")),
	CHANGE(linear_kaslr_top_bits, true),
	CHANGE(linear_kaslr_top_bits, false, SINCE(6, 0)),
	CHANGE(linear_kaslr_extra, 1),
	CHANGE(linear_kaslr_extra, 0, SINCE(5, 0)),
	CHANGE(pgtable_noleaktrace, true, SINCE(5, 16), EVIDENCE("pgtable_noleaktrace"), WHAT("kmemleak: does not trace page tables")),
	CHANGE(rodata_on_is_full, true, SINCE(6, 17), WHAT("rodata=on means full, noalias what on was")),
	CHANGE(rodata_boolean, true, SINCE(5, 0)),
	CHANGE(rodata_boolean, false, SINCE(6, 0)),
	CHANGE(kfence_early_pool, true, SINCE(6, 4), STABLE("6.1.176"), WHAT("only KFENCE's pool is mapped by pages")),
	CHANGE(kfence_needs_pages, true, SINCE(5, 12)),
	CHANGE(kernel_reserved_from_text, true),
	CHANGE(kernel_reserved_from_text, false, SINCE(5, 11), EVIDENCE("image_reserved_from_stext"),
	       WHAT("the image's head is given away")),
	CHANGE(kernel_reserved_from_text, true, SINCE(6, 17), STABLE("6.12.95"), EVIDENCE("image_reserved_from_text"),
	       WHAT("the image's head is reserved too")),
	CHANGE(remove_above_pa, true, SINCE(4, 16)),
	CHANGE(init_pg_dir_freed, true, SINCE(4, 20), WHAT("the first page tables are given back")),
	CHANGE(init_pg_dir_freed, false, SINCE(6, 9), WHAT("the kernel maps itself before it runs")),
	CHANGE(crash_page_mappings, true, SINCE(5, 11), STABLE("5.10.218"), WHAT("crashkernel= maps all RAM by pages, to unmap its part later")),
	CHANGE(crash_page_mappings, false, SINCE(6, 4)),
	CHANGE(linear_map_high, true),
	CHANGE(linear_map_high, false, SINCE(5, 4), WHAT("the linear map is the lower half of the kernel's addresses")),
	CHANGE(fixmap_below_vmemmap, MIB(20)),
	CHANGE(fixmap_below_vmemmap, MIB(32), SINCE(5, 11)),
	CHANGE(fixmap_below_vmemmap, 0, SINCE(6, 9)),
	CHANGE(vmemmap_place, VMEMMAP_BELOW_PAGE_OFFSET),
	CHANGE(vmemmap_place, VMEMMAP_2M_BELOW_TOP, SINCE(5, 4)),
	CHANGE(vmemmap_place, VMEMMAP_POWER_OF_TWO, SINCE(5, 11)),
	CHANGE(vmemmap_place, VMEMMAP_1G_BELOW_TOP, SINCE(6, 9)),
	CHANGE(small_sections, true, SINCE(5, 12), WHAT("sections of 128 MiB instead of 1 GiB")),
	CHANGE(va_bits_min_47_with_16k, true, SINCE(6, 9)),
	CHANGE(varange_override, true, SINCE(6, 9), WHAT("arm64.nolva hides 52-bit addresses")),
	CHANGE(sections_by_phys_mask, true, SINCE(6, 14), STABLE("6.12.43")),
	CHANGE(l1_cache_bytes, 128),
	CHANGE(l1_cache_bytes, 64, SINCE(4, 18)),
	CHANGE(zone_dma_limit, ZONE_DMA_4G),
	CHANGE(zone_dma_limit, ZONE_DMA_1G, SINCE(5, 5), WHAT("ZONE_DMA for the Raspberry Pi 4: 30 bits of addresses, on every board")),
	CHANGE(zone_dma_limit, ZONE_DMA_BITS, SINCE(5, 10), WHAT("ZONE_DMA follows dma-ranges of the tree")),
	CHANGE(zone_dma_limit, ZONE_DMA_LIMIT, SINCE(6, 12), WHAT("ZONE_DMA ends where dma-ranges do, wherever RAM starts")),
	CHANGE(blocks_are_split, true, SINCE(6, 18), WHAT("blocks where the CPU can split them later")),
	CHANGE(linear_map_inward, true, SINCE(7, 3), STABLE("6.12.117"), WHAT("the linear map keeps away from no-map memory")),
	CHANGE(kmalloc_minalign, 128),
	CHANGE(kmalloc_minalign, 8, SINCE(6, 5), WHAT("small kmalloc caches, and DMA bounces")),
	CHANGE(pgtable_levels_vary, true, SINCE(6, 9)),
	CHANGE(nosmp_not_possible, true, SINCE(7, 2)),
	CHANGE(kvm_mode_none, true, SINCE(5, 16)),
	CHANGE(kvm_mode_needs_el2, true, SINCE(5, 19)),
	CHANGE(kvm_mode_nested, true, SINCE(6, 3)),
	CHANGE(kvm_caps_linear_map, true, SINCE(5, 15), WHAT("the hypervisor's identity map needs room beside 52-bit addresses")),
	CHANGE(kvm_records_all_pages, true, SINCE(6, 2), WHAT("a protected hypervisor keeps a record for each frame of memory")),
	CHANGE(kvm_ffa_proxy, true, SINCE(6, 5), WHAT("a protected hypervisor passes on calls to FF-A firmware")),
	CHANGE(kvm_selftest, true, SINCE(6, 16)),
	CHANGE(kvm_table_levels, 4),
	CHANGE(kvm_table_levels, 5, SINCE(6, 8), WHAT("52-bit stage-2 tables with 4K pages")),
	CHANGE(kvm_page_record_bytes, 32),
	CHANGE(kvm_page_record_bytes, 4, SINCE(5, 14)),
	CHANGE(kvm_page_record_bytes, 8, SINCE(6, 14), WHAT("the record tells whom a page is shared with")),
	CHANGE(vmalloc_cont_pte, true, SINCE(6, 16)),
};

const struct history arm64_rules_history = { .kind = "rule", .changes = changes, .nr = ARRAY_SIZE(changes) };

void arm64_kernel_rules(struct mm_kernel *kernel)
{
	struct arm64_rules *rules = &kernel->arch_facts.arm64.rules;

	*rules = (struct arm64_rules){ 0 };
	changes_apply(changes, ARRAY_SIZE(changes), kernel, rules);
}
