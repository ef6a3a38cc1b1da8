// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules.h"

#include <limits.h>

/* Ascending; a build follows the last row that is not newer than itself. */
static const struct rules all_rules[] = {
	{
		.sequence = SEQ_4_9, .name = "4.9", .version = 4, .patchlevel = 9,
		.single_pass_margin = UINT_MAX,
		.empty_type_counts_one = true,
		.log_short_addresses = true,
		.free_name = "   memblock_free",
		.kernel_reserved_from_text = true,
		.max_order_exclusive = true,
		.cma_align_max_order = true,
		.local_node_first = true, .node_load_assigned = true, .zonelists_need_managed = true, .zone_order = true,
		.hash_order_ilog2 = true,
	}, {
		.sequence = SEQ_5_10, .name = "5.10", .version = 5, .patchlevel = 10,
		.single_pass_margin = UINT_MAX,
		.empty_type_counts_one = true,
		.reserved_array_its = true,
		.remove_logged = true,
		.free_name = "memblock_free",
		.kernel_reserved_from_text = true, .remove_above_pa = true,
		.init_pg_dir_freed = true,
		.zone_dma_bits = true,
		.max_order_exclusive = true,
		.cma_align_max_order = true,
		.local_node_first = true, .node_load_assigned = true, .zonelists_need_managed = true,
		.zoneinfo_boost = true,
	}, {
		.sequence = SEQ_6_1, .name = "6.1", .version = 5, .patchlevel = 16,
		.single_pass_margin = 1,
		.empty_type_counts_one = true,
		.memory_array_efi = true, .reserved_array_its = true,
		.remove_logged = true, .phys_alloc_logged = true,
		.free_name = "memblock_phys_free", .skip_driver_managed = true,
		.remove_above_pa = true, .init_pg_dir_freed = true,
		.crash_page_mappings = true,
		.zone_dma_bits = true,
		.max_order_exclusive = true,
		.fallback_order_line = true, .local_node_first = true,
		.pcp_lists_per_order = true,
		.zoneinfo_boost = true,
	}, {
		.sequence = SEQ_6_7, .name = "6.7", .version = 6, .patchlevel = 4,
		.empty_type_counts_one = true,
		.memory_array_efi = true, .reserved_array_its = true, .resize_panics = true,
		.remove_logged = true, .phys_alloc_logged = true,
		.free_name = "memblock_phys_free", .skip_driver_managed = true,
		.remove_above_pa = true, .init_pg_dir_freed = true,
		.info_line_per_reserved_node = true, .reserved_mem_sort_stable = true, .dynamic_alloc_direction = true,
		.zone_dma_bits = true,
		.fallback_order_line = true,
		.hash_order_ilog2 = true,
		.pcp_lists_per_order = true, .pcp_auto_tuned = true,
		.wmark_movable_clamped = true, .zoneinfo_boost = true,
	}, {
		.sequence = SEQ_6_12, .name = "6.12", .version = 6, .patchlevel = 12,
		.memory_array_efi = true, .reserved_array_its = true, .resize_panics = true,
		.numa_no_node_is_minus1 = true,
		.remove_logged = true, .phys_alloc_logged = true,
		.free_name = "memblock_phys_free", .skip_driver_managed = true,
		.kernel_reserved_from_text = true, .remove_above_pa = true,
		.info_line_per_reserved_node = true, .reserved_mem_sort_stable = true, .dynamic_alloc_direction = true,
		.numa_memblks = true,
		.managed_is_present = true,
		.fallback_order_line = true,
		.pcp_lists_per_order = true, .pcp_auto_tuned = true,
		.wmark_movable_clamped = true, .zoneinfo_promo = true, .zoneinfo_boost = true, .zoneinfo_high_min_max = true,
	}, {
		.sequence = SEQ_7_2, .name = "7.2", .version = 7, .patchlevel = 0,
		.memory_array_efi = true, .reserved_array_its = true, .resize_panics = true,
		.reserve_no_node_is_minus1 = true, .numa_no_node_is_minus1 = true, .alloc_marks_kern = true,
		.remove_logged = true, .phys_alloc_logged = true, .log_reserve_flags = true,
		.free_name = "memblock_phys_free", .skip_driver_managed = true,
		.kernel_reserved_from_text = true, .remove_above_pa = true,
		.info_line_per_reserved_node = true, .reserved_mem_sort_stable = true, .dynamic_alloc_direction = true,
		.numa_memblks = true,
		.managed_is_present = true,
		.fallback_order_line = true,
		.pcp_lists_per_order = true, .pcp_auto_tuned = true,
		.wmark_movable_clamped = true, .zoneinfo_promo = true, .zoneinfo_boost = true, .zoneinfo_high_min_max = true,
	},
};

const struct rules *rules_for(unsigned version, unsigned patchlevel)
{
	const struct rules *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(all_rules); i++) {
		const struct rules *r = &all_rules[i];

		if (r->version < version || (r->version == version && r->patchlevel <= patchlevel))
			found = r;
	}
	return found;
}
