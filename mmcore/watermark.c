// SPDX-License-Identifier: GPL-2.0-or-later
#include "watermark.h"

const struct wmark_sysctl wmark_sysctl_defaults = {
	.scale_factor = 10,
	.reserve_ratio = { [ZONE_DMA] = 256, [ZONE_DMA32] = 256, [ZONE_NORMAL] = 32 },
};

static const struct wmark_sysctl *sysctl_of(const struct watermarks *wm)
{
	return wm->sysctl ? wm->sysctl : &wmark_sysctl_defaults;
}

/* Digit by digit in base 4, as lib/math/int_sqrt.c. */
uint64_t int_sqrt(uint64_t x)
{
	uint64_t root = 0;

	for (uint64_t bit = UINT64_C(1) << 62; bit; bit >>= 2) {
		if (x >= root + bit) {
			x -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return root;
}

static uint64_t pages_to_kib(const struct mm_kernel *kernel, uint64_t pages)
{
	return pages << (kernel->page_shift - 10);
}

uint64_t min_free_kbytes_for(const struct mm_kernel *kernel, uint64_t free_pages)
{
	return clamp_u64(int_sqrt(pages_to_kib(kernel, free_pages) * 16), 128, kernel->rules->min_free_kbytes_max);
}

/* Zones that huge pages care for: those of GFP_USER, as ZONE_MOVABLE cannot be
 * fragmented for good; 4.9 counts that one too. */
static unsigned nr_fragmentable_zones(const struct mm_kernel *kernel, const struct nodes *nodes)
{
	unsigned nr = 0;

	for (int nid = nodes_next(kernel, nodes, -1); nid >= 0; nid = nodes_next(kernel, nodes, nid))
		for (enum zone_type t = 0; t < MAX_NR_ZONES; t++)
			nr += zone_populated(&nodes->node[nid].zones[t]) &&
			      (t <= ZONE_NORMAL || kernel->rules->khugepaged_counts_movable);
	return nr;
}

/*
 * Two free pageblocks per zone, and for each pair of the main migrate types one
 * to fall back to: 2 + 3 * 3, or 2 + 4 * 4 where page lists have CMA's pages as
 * well (Android).  Never more than a twentieth of memory.
 */
uint64_t recommended_min_free_kbytes(const struct mm_kernel *kernel, const struct nodes *nodes, uint64_t free_pages)
{
	uint64_t types = (uint64_t)kernel_enum(kernel, "migratetype", "MIGRATE_PCPTYPES", 3);
	uint64_t wanted = kernel->pageblock_nr_pages * nr_fragmentable_zones(kernel, nodes) * (2 + types * types);

	return pages_to_kib(kernel, min_u64(wanted, free_pages / 20));
}

/* Whether the zone's min is its share of min_free_kbytes, or a small value of
 * its own because only movable pages, which can wait, live there. */
static bool wmark_shares(const struct mm_kernel *kernel, const struct zone *zone)
{
	return zone->type != ZONE_MOVABLE || !kernel->rules->wmark_movable_clamped;
}

static uint64_t lowmem_pages(const struct watermarks *wm)
{
	uint64_t sum = 0;

	for (int nid = nodes_next(wm->kernel, wm->nodes, -1); nid >= 0; nid = nodes_next(wm->kernel, wm->nodes, nid))
		for (enum zone_type t = 0; t < MAX_NR_ZONES; t++)
			if (wmark_shares(wm->kernel, &wm->nodes->node[nid].zones[t]))
				sum += wm->nodes->node[nid].zones[t].managed_pages;
	return sum;
}

static void publish(struct watermarks *wm, const struct zone *zone)
{
	zone_publish(wm->trace, wm->kernel, zone, wm->nr_free ? wm->nr_free(wm->nr_free_ctx, zone) : 0);
}

static struct mm_event *zone_event(struct watermarks *wm, const struct zone *zone, const char *fn)
{
	struct mm_event *event = trace_event(wm->trace, MM_ZONE, fn);

	trace_arg(wm->trace, FACT_NUM("node", zone->nid));
	trace_arg(wm->trace, FACT_STR("zone", zone_name(zone->type)));
	return event;
}

struct share {
	uint64_t pages_min;	/* min_free_kbytes in pages */
	uint64_t lowmem;	/* managed pages of all zones that share it */
	uint64_t part;		/* this zone's part, by its managed pages */
	uint64_t gap;		/* low - min, high - low, promo - high */
};

/* -> whether a mark changed */
static bool set_wmarks(const struct watermarks *wm, struct zone *zone, struct share *share)
{
	const struct mm_kernel *kernel = wm->kernel;
	uint64_t managed = zone->managed_pages, *mark = zone->watermark, old = mark[WMARK_MIN] + mark[WMARK_HIGH];

	share->part = share->lowmem ? share->pages_min * managed / share->lowmem : 0;
	share->gap = max_u64(share->part / 4, managed * sysctl_of(wm)->scale_factor / 10000);
	mark[WMARK_MIN] = wmark_shares(kernel, zone) ? share->part
			: clamp_u64(managed / 1024, WMARK_MOVABLE_MIN, WMARK_MOVABLE_MAX);
	mark[WMARK_LOW] = mark[WMARK_MIN] + share->gap;
	mark[WMARK_HIGH] = mark[WMARK_LOW] + share->gap;
	if (kernel_enum(kernel, "zone_watermarks", "WMARK_PROMO", -1) >= 0)
		mark[WMARK_PROMO] = mark[WMARK_HIGH] + share->gap;
	return mark[WMARK_MIN] + mark[WMARK_HIGH] != old;
}

static void wmark_event(struct watermarks *wm, const struct zone *zone, const struct share *share, uint64_t min_free_kbytes)
{
	struct trace *trace = wm->trace;

	zone_event(wm, zone, "__setup_per_zone_wmarks");
	trace_arg(trace, FACT_NUM("min", zone->watermark[WMARK_MIN]));
	trace_arg(trace, FACT_NUM("low", zone->watermark[WMARK_LOW]));
	trace_arg(trace, FACT_NUM("high", zone->watermark[WMARK_HIGH]));
	trace_why_fact(trace, FACT_NUM("min_free_kbytes", min_free_kbytes));
	trace_why_fact(trace, FACT_NUM("pages_min", share->pages_min));
	trace_why_fact(trace, FACT_NUM("managed", zone->managed_pages));
	trace_why_fact(trace, FACT_NUM("lowmem_pages", share->lowmem));
	trace_why_fact(trace, FACT_NUM("gap", share->gap));
	trace_why_fact(trace, FACT_NUM("clamped", !wmark_shares(wm->kernel, zone)));
	publish(wm, zone);
}

void setup_per_zone_wmarks(struct watermarks *wm, uint64_t min_free_kbytes)
{
	struct share share = {
		.pages_min = min_free_kbytes >> (wm->kernel->page_shift - 10),
		.lowmem = lowmem_pages(wm),
	};

	for (int nid = nodes_next(wm->kernel, wm->nodes, -1); nid >= 0; nid = nodes_next(wm->kernel, wm->nodes, nid)) {
		if (!wm->nodes->node[nid].online)
			continue;
		for (enum zone_type t = 0; t < MAX_NR_ZONES; t++) {
			struct zone *zone = &wm->nodes->node[nid].zones[t];

			if (!zone_exists(wm->kernel, t))
				continue;
			if (set_wmarks(wm, zone, &share) || zone->managed_pages)
				wmark_event(wm, zone, &share, min_free_kbytes);
		}
	}
}

/* -> whether anything changed */
static bool set_reserve(const struct watermarks *wm, struct node *node, struct zone *zone)
{
	const struct mm_kernel *kernel = wm->kernel;
	unsigned ratio = sysctl_of(wm)->reserve_ratio[zone->type];
	bool clear = !ratio || (!zone->managed_pages && !kernel->rules->reserve_of_empty_zones);
	uint64_t above = 0;
	bool changed = false;

	for (enum zone_type t = zone->type + 1; t < MAX_NR_ZONES; t++) {
		uint64_t reserve;

		above += node->zones[t].managed_pages;
		reserve = clear || !zone_exists(kernel, t) ? 0 : above / ratio;
		changed |= zone->lowmem_reserve[t] != reserve;
		zone->lowmem_reserve[t] = reserve;
	}
	return changed;
}

static void reserve_event(struct watermarks *wm, const struct node *node, const struct zone *zone)
{
	uint64_t above = 0;

	for (enum zone_type t = zone->type + 1; t < MAX_NR_ZONES; t++)
		above += node->zones[t].managed_pages;
	zone_event(wm, zone, "setup_per_zone_lowmem_reserve");
	trace_arg(wm->trace, FACT_NUM("reserve", zone->lowmem_reserve[ZONE_MOVABLE]));
	trace_why_fact(wm->trace, FACT_NUM("managed_above", above));
	trace_why_fact(wm->trace, FACT_NUM("ratio", sysctl_of(wm)->reserve_ratio[zone->type]));
	publish(wm, zone);
}

void setup_per_zone_lowmem_reserve(struct watermarks *wm)
{
	for (int nid = nodes_next(wm->kernel, wm->nodes, -1); nid >= 0; nid = nodes_next(wm->kernel, wm->nodes, nid)) {
		struct node *node = &wm->nodes->node[nid];

		for (enum zone_type t = 0; t < MAX_NR_ZONES && node->online; t++)
			if (zone_exists(wm->kernel, t) && set_reserve(wm, node, &node->zones[t]))
				reserve_event(wm, node, &node->zones[t]);
	}
}

/* 2 * fls(CPUs) * (1 + fls(zone in units of 128 MiB)), at most 125. */
unsigned normal_stat_threshold(const struct mm_kernel *kernel, const struct zone *zone, unsigned nr_online_cpus)
{
	uint64_t mem = zone->managed_pages >> (27 - kernel->page_shift);

	return (unsigned)min_u64(125, 2 * fls64(nr_online_cpus) * (1 + fls64(mem)));
}
