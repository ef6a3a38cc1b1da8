// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * alloc_rules.c - the history of the page allocator at work.
 *
 * 6.1, 6.12, 7.2 and 7.3 are held against recordings; that a change came with the
 * release named here, and not with one between two of these, is from reading.
 */
#include "../ops/alloc_rules.h"

#define CHANGE(field, value, ...)	CHANGE_OF(struct alloc_rules, field, value, #value, __VA_ARGS__)

static const struct change alloc_history[] = {
	CHANGE(recorded, true, SINCE(6, 1)),
	CHANGE(recorded, false, SINCE(6, 2)),
	CHANGE(recorded, true, SINCE(6, 12)),
	CHANGE(recorded, false, SINCE(6, 13)),
	CHANGE(recorded, true, SINCE(7, 2)),
	CHANGE(boosts_watermarks, true, SINCE(5, 0), WHAT("kswapd reclaims more after a fallback")),
	CHANGE(pcp_orders, true, SINCE(5, 14), WHAT("per-CPU lists hold orders 0 to 3 and huge pages")),
	CHANGE(type_kept, true),
	CHANGE(type_kept, false, SINCE(6, 10), WHAT("free lists match pageblocks")),
	CHANGE(auto_high, true, SINCE(6, 7), WHAT("pcp->high is tuned by use")),
	CHANGE(drains_in_batches, true, SINCE(6, 19)),
	CHANGE(decays_in_batches, true, SINCE(6, 19), STABLE("6.12.95 6.18.35")),
	CHANGE(vmstat_says_whether, true, SINCE(6, 19), STABLE("6.12.95 6.18.35")),
	CHANGE(free_high, FREE_HIGH_NEVER),
	CHANGE(free_high, FREE_HIGH_BY_FACTOR, SINCE(5, 18)),
	CHANGE(free_high, FREE_HIGH_BY_COUNT, SINCE(6, 7)),
	CHANGE(free_high, FREE_HIGH_BY_HALF_HIGH, SINCE(6, 17)),
	CHANGE(fallback, LIVE_FALLBACK_MOVE),
	CHANGE(fallback, LIVE_FALLBACK_BIGGEST, SINCE(6, 10), WHAT("a block of another type no longer changes its list")),
	CHANGE(fallback, LIVE_FALLBACK_CLAIM, SINCE(6, 15), STABLE("6.12.29 6.14.7"), WHAT("single blocks are cut from the smallest of another type")),
	CHANGE(lists_account, true, SINCE(6, 10)),
	CHANGE(splits_large_frees, true, SINCE(6, 12)),
	CHANGE(counts_whole_blocks, true, SINCE(6, 15)),
	CHANGE(counts_free_highatomic, true, SINCE(6, 12)),
	CHANGE(marks_below_high, true, SINCE(6, 7)),
	CHANGE(highatomic_needs_percent, true, SINCE(6, 8)),
	CHANGE(highatomic_in_buddy, true, SINCE(7, 1)),
	CHANGE(harder_by_gfp_atomic, true),
	CHANGE(harder_by_gfp_atomic, false, SINCE(6, 3), STABLE("6.1.176")),
	CHANGE(highatomic_needs_high, true, SINCE(6, 18), STABLE("6.1.176 6.12.95")),
	CHANGE(highatomic_lends, true, SINCE(6, 12), STABLE("6.1.176")),
	CHANGE(highatomic_at_once, true, SINCE(7, 3), WHAT("high-order atomic requests use their reserve from the start")),
	CHANGE(boost_ignored_by_high, true, SINCE(6, 3)),
	CHANGE(boosted_needs_kswapd, true, SINCE(6, 5)),
	CHANGE(skips_awake_nodes, true, SINCE(6, 18)),
	CHANGE(retries_reserves_once, true, SINCE(7, 0)),
	CHANGE(gfp_atomic_bit, true),
	CHANGE(gfp_atomic_bit, false, SINCE(6, 3)),
	CHANGE(gfp_nowait_nowarn, true, SINCE(6, 8), WHAT("GFP_NOWAIT requests fail without a word")),
	CHANGE(gfp_by_bit, true, SINCE(6, 14)),
	CHANGE(report_interval, 5),
	CHANGE(report_interval, 10, SINCE(5, 4), WHAT("one report of a failure in ten seconds, not ten in five")),
	CHANGE(report_burst, 10),
	CHANGE(report_burst, 1, SINCE(5, 4)),
	CHANGE(mem_info_once_a_second, true),
	CHANGE(mem_info_once_a_second, false, SINCE(5, 4)),
	CHANGE(silent_without_dma, true, SINCE(5, 17), STABLE("5.10.223")),
	CHANGE(release_batches, true, SINCE(6, 9)),
	CHANGE(warns_by_place, true, SINCE(6, 19)),
	CHANGE(trace_ends_at_random, true),
	CHANGE(trace_ends_at_random, false, SINCE(5, 17)),
	CHANGE(checks_new_pages, true),
	CHANGE(checks_new_pages, false, SINCE(6, 4), WHAT("pages are checked only with check_pages=1 or hardening")),
	CHANGE(slub_recorded, true, SINCE(6, 1)),
	CHANGE(slub_recorded, false, SINCE(6, 2)),
	CHANGE(slub_recorded, true, SINCE(6, 12)),
	CHANGE(slub_recorded, false, SINCE(6, 13)),
	CHANGE(slub_recorded, true, SINCE(7, 2)),
	CHANGE(slub_counts_slabs, true, SINCE(5, 16), WHAT("a CPU's partial slabs are counted, not their objects")),
	CHANGE(slub_thisnode_first, true, SINCE(6, 10)),
	CHANGE(slub_thisnode_keeps, true, SINCE(7, 2)),
	CHANGE(slub_refill_reverses, true, SINCE(7, 0)),
	CHANGE(slub_refill_reverses, false, SINCE(7, 2), WHAT("sheaves are filled in the order of the partial list")),
	CHANGE(slub_always_compound, true, SINCE(6, 10)),
};

void alloc_rules_at(struct alloc_rules *ret, release_t release)
{
	*ret = (struct alloc_rules){ 0 };
	changes_at(alloc_history, ARRAY_SIZE(alloc_history), release, ret);
}
