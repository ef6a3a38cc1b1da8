// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/alloc_rules.h"

static const struct alloc_rules rules[] = {
	{ .version = 4, .patchlevel = 9, .type_kept = true, .gfp_atomic_bit = true },
	{ .version = 5, .patchlevel = 10, .boosts_watermarks = true, .type_kept = true, .gfp_atomic_bit = true },
	{
		.version = 6, .patchlevel = 1, .recorded = true,
		.boosts_watermarks = true, .pcp_orders = true, .type_kept = true, .free_high = FREE_HIGH_BY_FACTOR, .gfp_atomic_bit = true,
	},
	{
		.version = 6, .patchlevel = 7,
		.boosts_watermarks = true, .pcp_orders = true, .type_kept = true, .auto_high = true, .free_high = FREE_HIGH_BY_COUNT,
		.marks_below_high = true, .boost_ignored_by_high = true,
	},
	{
		.version = 6, .patchlevel = 12, .recorded = true,
		.boosts_watermarks = true, .pcp_orders = true, .auto_high = true, .free_high = FREE_HIGH_BY_COUNT,
		.fallback = LIVE_FALLBACK_CLAIM, .lists_account = true, .splits_large_frees = true,
		.counts_free_highatomic = true, .marks_below_high = true, .highatomic_needs_percent = true,
		.boost_ignored_by_high = true, .boosted_needs_kswapd = true, .release_batches = true,
	},
	{
		.version = 7, .patchlevel = 2, .recorded = true,
		.boosts_watermarks = true, .pcp_orders = true, .auto_high = true, .drains_in_batches = true, .free_high = FREE_HIGH_BY_HALF_HIGH,
		.fallback = LIVE_FALLBACK_CLAIM, .lists_account = true, .splits_large_frees = true,
		.counts_whole_blocks = true, .counts_free_highatomic = true, .marks_below_high = true,
		.highatomic_needs_percent = true, .highatomic_in_buddy = true, .boost_ignored_by_high = true,
		.boosted_needs_kswapd = true, .skips_awake_nodes = true, .retries_reserves_once = true,
		.release_batches = true,
	},
};

const struct alloc_rules *alloc_rules_for(unsigned version, unsigned patchlevel)
{
	size_t i = ARRAY_SIZE(rules) - 1;

	while (i && (version < rules[i].version ||
		     (version == rules[i].version && patchlevel < rules[i].patchlevel)))
		i--;
	return &rules[i];
}
