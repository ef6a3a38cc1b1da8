// SPDX-License-Identifier: GPL-2.0-or-later
/* zone_check.c - may a zone serve a request?  Follows __zone_watermark_ok() and kswapd's own test. */
#include "live.h"

int64_t live_wmark(const struct live_zone *zone, unsigned which)
{
	return zone->wmark[which] + zone->watermark_boost;
}

/* Free pages that this request may not have. */
static int64_t unusable(const struct live *live, const struct live_zone *zone, unsigned order, unsigned alloc_flags)
{
	int64_t pages = (INT64_C(1) << order) - 1;
	unsigned reserves = live->rules.harder_by_gfp_atomic ? ALLOC_NON_BLOCK | ALLOC_OOM : ALLOC_RESERVES;

	if (!(alloc_flags & reserves))
		pages += live->rules.counts_free_highatomic ? zone->nr_free_highatomic : zone->nr_reserved_highatomic;
	if (live->has_cma && !(alloc_flags & ALLOC_CMA))
		pages += live_state(zone, LIVE_FREE_CMA);
	return pages;
}

/* How deep into the reserve below @mark it may go. */
static int64_t lowered(const struct live *live, int64_t mark, unsigned alloc_flags)
{
	if (alloc_flags & ALLOC_MIN_RESERVE)
		mark -= mark / 2;
	if (alloc_flags & ALLOC_NON_BLOCK && (alloc_flags & ALLOC_MIN_RESERVE || live->rules.harder_by_gfp_atomic))
		mark -= mark / 4;
	return alloc_flags & ALLOC_OOM ? mark - mark / 2 : mark;
}

static bool has_block(const struct live *live, const struct live_zone *zone, unsigned order, unsigned alloc_flags)
{
	for (unsigned o = order; o <= live->max_order; o++) {
		if (!zone->nr_free[o])
			continue;
		for (unsigned type = 0; type < MIGRATE_PCPTYPES; type++)
			if (zone->lists[o][type].nr)
				return true;
		if (live->has_cma && alloc_flags & ALLOC_CMA && zone->lists[o][MIGRATE_CMA].nr)
			return true;
		if (alloc_flags & (ALLOC_HIGHATOMIC | ALLOC_OOM) && zone->lists[o][MIGRATE_HIGHATOMIC].nr)
			return true;
	}
	return false;
}

/* @check, if given, gets the numbers behind the answer. */
bool live_watermark_ok(const struct live *live, const struct live_zone *zone, unsigned order, int64_t mark,
		       enum zone_type highest, unsigned alloc_flags, int64_t free, struct zone_check *check)
{
	int64_t not_ours = unusable(live, zone, order, alloc_flags), min = lowered(live, mark, alloc_flags);
	bool above = free - not_ours > min + zone->lowmem_reserve[highest];
	bool ok = above && (!order || has_block(live, zone, order, alloc_flags));

	if (check) {
		check->free = free;
		check->unusable = not_ours;
		check->min = min;
		check->reserve = zone->lowmem_reserve[highest];
		check->verdict = ok ? ZONE_OK : above ? ZONE_NO_BLOCK : ZONE_BELOW_MARK;
	}
	return ok;
}

/* zone_watermark_fast() */
bool live_watermark_fast(const struct live *live, const struct live_zone *zone, unsigned order, int64_t mark,
			 enum zone_type highest, unsigned alloc_flags, unsigned gfp, struct zone_check *check)
{
	int64_t free = live_state(zone, LIVE_FREE_PAGES);
	bool high = live->rules.boost_ignored_by_high ? alloc_flags & ALLOC_MIN_RESERVE : gfp & GFP_ATOMIC_BIT;

	if (live_watermark_ok(live, zone, order, mark, highest, alloc_flags, free, check))
		return true;
	/* At order 0 and min, urgent requests do not heed the boost. */
	if (order || !high || !zone->watermark_boost || (alloc_flags & ALLOC_WMARK_MASK) != WMARK_MIN)
		return false;
	return live_watermark_ok(live, zone, order, zone->wmark[WMARK_MIN], highest, alloc_flags, free, check);
}

/* pgdat_balanced(): is there a zone above its high watermark? */
static bool balanced(const struct live *live, int nid, unsigned order, enum zone_type highest)
{
	bool any = false;

	for (size_t i = 0; i < live->nr_zones; i++) {
		const struct live_zone *zone = &live->zones[i];
		int64_t free = live_state(zone, LIVE_FREE_PAGES);

		if (zone->nid != nid || zone->type > highest || !zone->managed_pages)
			continue;
		any = true;
		if (zone->percpu_drift_mark && free < zone->percpu_drift_mark)
			free = live_state_snapshot(live, zone, LIVE_FREE_PAGES);
		if (live_watermark_ok(live, zone, order, live_wmark(zone, WMARK_HIGH), highest, 0, free, NULL))
			return true;
	}
	return !any;
}

static bool boosted(const struct live *live, int nid, enum zone_type highest)
{
	for (size_t i = 0; i < live->nr_zones; i++)
		if (live->zones[i].nid == nid && live->zones[i].type <= highest && live->zones[i].watermark_boost)
			return true;
	return false;
}

/* wakeup_kswapd() */
void wake_kswapd(struct live *live, struct live_zone *zone, unsigned order, enum zone_type highest)
{
	struct live_node *node = &live->nodes[zone->nid];

	if (!zone->managed_pages || node->kswapd_awake)
		return;
	if (balanced(live, zone->nid, order, highest) && !boosted(live, zone->nid, highest))
		return;
	node->kswapd_awake = true;
	if (live->watch && live->watch->woken)
		live->watch->woken(live->watch->ctx, zone->nid);
}
