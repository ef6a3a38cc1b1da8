// SPDX-License-Identifier: GPL-2.0-or-later
/* vmstat.c - zone counters and each CPU's share of them; follows mm/vmstat.c. */
#include "live.h"

/* __mod_zone_page_state(): a share goes to the zone when it is above the threshold. */
void live_mod_state(struct live *live, struct live_zone *zone, enum live_item item, int64_t delta)
{
	struct live_pcp *pcp = &zone->pcp[live->cpu];
	int64_t x = delta + pcp->diff[item];

	if (x > pcp->stat_threshold || -x > pcp->stat_threshold) {
		zone->stat[item] += x;
		x = 0;
	}
	pcp->diff[item] = (int)x;
}

int64_t live_state(const struct live_zone *zone, enum live_item item)
{
	return zone->stat[item] > 0 ? zone->stat[item] : 0;
}

int64_t live_state_snapshot(const struct live *live, const struct live_zone *zone, enum live_item item)
{
	int64_t x = zone->stat[item];

	for (unsigned cpu = 0; cpu < live->nr_cpus; cpu++)
		x += zone->pcp[cpu].diff[item];
	return x > 0 ? x : 0;
}

/* -> number of counters that had a share; @sums gets what they add up to. */
static void fold(struct live_zone *zone, struct live_pcp *pcp, int64_t *sums)
{
	for (unsigned i = 0; i < LIVE_NR_ITEMS; i++) {
		int diff = pcp->diff[i];

		if (!diff)
			continue;
		pcp->diff[i] = 0;
		zone->stat[i] += diff;
		sums[i] += diff;
		pcp->expire = 3;
	}
}

/* Pages kept for zones of other nodes go back when they have not been used for a while. */
static bool expire(struct live *live, struct live_zone *zone, struct live_pcp *pcp, bool *counts_down)
{
	if (!pcp->expire || !pcp->count)
		return false;
	if (zone->nid == live->cpus[live->cpu].nid) {
		pcp->expire = 0;
		return false;
	}
	if (--pcp->expire) {
		*counts_down = true;
		return false;
	}
	pcp_free_bulk(live, zone, pcp, pcp->count < pcp->batch ? pcp->count : pcp->batch, 0, "drain_zone_pages");
	return true;
}

void live_idle(struct live *live)
{
	int64_t sums[LIVE_NR_ITEMS] = { 0 };

	for (size_t i = 0; i < live->nr_zones; i++)
		fold(&live->zones[i], &live->zones[i].pcp[live->cpu], sums);
}

bool live_needs_vmstat(const struct live *live, unsigned cpu)
{
	for (size_t i = 0; i < live->nr_zones; i++)
		for (unsigned item = 0; item < LIVE_NR_ITEMS; item++)
			if (live->zones[i].pcp[cpu].diff[item])
				return true;
	return false;
}

int live_vmstat(struct live *live)
{
	int64_t sums[LIVE_NR_ITEMS] = { 0 };
	bool auto_high = live->rules.auto_high;
	int changes = 0;

	for (size_t i = 0; i < live->nr_zones; i++) {
		struct live_zone *zone = &live->zones[i];
		struct live_pcp *pcp = &zone->pcp[live->cpu];
		bool counts_down = false;

		fold(zone, pcp, sums);
		if (auto_high)
			changes += decay_pcp_high_live(live, zone, pcp);
		changes += expire(live, zone, pcp, &counts_down);
		changes += auto_high && counts_down;
	}
	for (unsigned i = 0; i < LIVE_NR_ITEMS; i++)
		changes += sums[i] != 0;
	return live->rules.vmstat_says_whether ? changes != 0 : changes;
}
