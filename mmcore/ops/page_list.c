// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_list.c - per-CPU lists: refilled from the free lists batch by batch,
 * drained when they hold too much; follows mm/page_alloc.c.
 */
#include "live.h"

static int min_int(int a, int b) { return a < b ? a : b; }
static int max_int(int a, int b) { return a > b ? a : b; }
/* As the kernel's: the lower bound wins over a smaller value, the upper over what that gives. */
static int clamp_int(int x, int lo, int hi) { return min_int(max_int(x, lo), hi); }

int pcp_list_index(const struct live *live, unsigned order, unsigned type)
{
	unsigned small = MIGRATE_PCPTYPES * (COSTLY_ORDER + 1), huge;

	if (order && !live->rules.pcp_orders)
		return -1;
	if (order <= COSTLY_ORDER)
		return (int)(MIGRATE_PCPTYPES * order + type);
	if (order != live->pageblock_order || live->nr_pcp_lists <= small)
		return -1;
	/* One list for all huge pages, or one for movable ones besides. */
	huge = live->nr_pcp_lists - small;
	return (int)(small + (huge > 1 && type == MIGRATE_MOVABLE));
}

unsigned pcp_list_order(const struct live *live, unsigned list)
{
	return list < MIGRATE_PCPTYPES * (COSTLY_ORDER + 1) ? list / MIGRATE_PCPTYPES : live->pageblock_order;
}

/* ---------------------------------------------------------------- refilling */

/* Before high was automatic: the batch, less for larger orders. */
static int scaled_batch(int batch, unsigned order)
{
	return batch > 1 ? max_int(batch >> order, 2) : batch;
}

/* nr_pcp_alloc(): how many blocks to fetch; twice as many as last time if nothing was freed in between. */
static int nr_pcp_alloc(const struct live *live, const struct live_zone *zone, struct live_pcp *pcp, unsigned order)
{
	int base = pcp->batch, batch = base, high, max;

	if (!live->rules.auto_high)
		return scaled_batch(base, order);
	high = pcp->high = clamp_int(pcp->high, pcp->high_min, pcp->high_max);
	if (high < base)
		return 1;
	if (!order)
		batch <<= pcp->alloc_factor;
	if (pcp->high_min != pcp->high_max && !(zone->flags & LIVE_BELOW_HIGH))
		high = pcp->high = min_int(high + batch, pcp->high_max);
	if (!order) {
		max = max_int(high - pcp->count - base, base);
		if (batch <= max && pcp->alloc_factor < PCP_BATCH_SCALE_MAX)
			pcp->alloc_factor++;
		batch = min_int(batch, max);
	}
	return scaled_batch(batch, order);
}

/* rmqueue_bulk(): blocks go to the list's tail in the order in which they are found. */
static int rmqueue_bulk(struct live *live, struct live_zone *zone, struct frame_list *list, int count, unsigned order,
			unsigned type, unsigned alloc_flags)
{
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	int i, got = 0;

	for (i = 0; i < count; i++) {
		struct frame *frame = live_rmqueue(live, zone, order, type, alloc_flags, &mode);

		if (!frame)
			break;
		if (bad_page_in(live, zone, frame, order))
			continue;
		frame->state = FRAME_PCP;
		frame_list_push(list, frame, true);
		got++;
		if (!live->rules.lists_account && frame->type == MIGRATE_CMA)
			live_mod_state(live, zone, LIVE_FREE_CMA, -(INT64_C(1) << order));
	}
	if (!live->rules.lists_account)
		live_mod_state(live, zone, LIVE_FREE_PAGES, -((int64_t)i << order));
	return got;
}

/* -> false: the list stays empty */
static bool refill(struct live *live, struct live_zone *zone, struct live_pcp *pcp, struct frame_list *list,
		   unsigned order, unsigned type, unsigned alloc_flags)
{
	int batch = nr_pcp_alloc(live, zone, pcp, order), got;

	if (alloc_flags & ALLOC_HIGHATOMIC && live->rules.highatomic_in_buddy)
		return false;
	got = rmqueue_bulk(live, zone, list, batch, order, type, alloc_flags);
	pcp->count += got << order;
	if (live->watch && live->watch->refill)
		live->watch->refill(live->watch->ctx, zone, pcp, order, type, (unsigned)batch, (unsigned)got);
	return got;
}

struct frame *pcp_take(struct live *live, struct live_zone *zone, struct live_pcp *pcp, unsigned order, unsigned type,
		       unsigned alloc_flags)
{
	struct frame_list *list = &pcp->lists[pcp_list_index(live, order, type)];
	struct frame *frame;

	if (!list->head && !refill(live, zone, pcp, list, order, type, alloc_flags))
		return NULL;
	frame = list->head;
	frame_list_remove(list, frame);
	pcp->count -= 1 << order;
	return frame;
}

/* ----------------------------------------------------------------- draining */

static void drain_one(struct live *live, struct live_zone *zone, struct live_pcp *pcp, struct frame_list *list,
		      unsigned order)
{
	struct frame *frame = list->tail;
	unsigned type = live->rules.type_kept ? frame->type : block_type_at(live, frame->pfn);

	frame_list_remove(list, frame);
	frame->state = FRAME_OTHER;
	pcp->count -= 1 << order;
	live_free_one(live, zone, frame->pfn, order, type);
}

/* free_pcppages_bulk(): list after list, each from its tail, until @count pages are gone. */
void pcp_free_bulk(struct live *live, struct live_zone *zone, struct live_pcp *pcp, int count, unsigned first_list,
		   const char *fn)
{
	int before = pcp->count;

	count = min_int(pcp->count, count);
	for (unsigned i = first_list; count > 0; i = (i + 1) % live->nr_pcp_lists) {
		struct frame_list *list = &pcp->lists[i];
		unsigned order = pcp_list_order(live, i);

		for (; count > 0 && list->head; count -= 1 << order)
			drain_one(live, zone, pcp, list, order);
	}
	if (before != pcp->count && live->watch && live->watch->drained)
		live->watch->drained(live->watch->ctx, zone, pcp, (unsigned)(before - pcp->count), fn);
}

/* ------------------------------------------------------------------ freeing */

/* nr_pcp_free(): pages to give back now that there are @high or more. */
static int nr_pcp_free(const struct live *live, struct live_pcp *pcp, int high, bool free_high)
{
	int batch = pcp->batch, min = batch, max = high - batch;

	if (free_high)
		return live->rules.auto_high ? min_int(pcp->count, batch << PCP_BATCH_SCALE_MAX) : pcp->count;
	if (!live->rules.pcp_orders)
		return batch;
	if (high < batch)
		return 1;
	if (live->rules.auto_high)
		return clamp_int(pcp->free_count, min, max);
	batch <<= pcp->free_factor;
	if (batch < max && pcp->free_factor < PCP_BATCH_SCALE_MAX)
		pcp->free_factor++;
	return clamp_int(batch, min, max);
}

static int nr_pcp_high_fixed(const struct live_zone *zone, const struct live_pcp *pcp, bool free_high)
{
	if (!pcp->high || free_high)
		return 0;
	return zone->flags & LIVE_RECLAIM_ACTIVE ? min_int(pcp->batch << 2, pcp->high) : pcp->high;
}

/* nr_pcp_high() since high is automatic: it shrinks under pressure, and holds what was freed in one go. */
static int nr_pcp_high_auto(const struct live_zone *zone, struct live_pcp *pcp, bool free_high)
{
	int batch = pcp->batch, min = pcp->high_min;
	int high = pcp->high = clamp_int(pcp->high, min, pcp->high_max);

	if (!high)
		return 0;
	if (free_high) {
		pcp->high = max_int(high - (batch << PCP_BATCH_SCALE_MAX), min);
		return 0;
	}
	if (zone->flags & LIVE_RECLAIM_ACTIVE) {
		pcp->high = max_int(high - max_int(pcp->free_count, batch), min);
		return min_int(batch << 2, pcp->high);
	}
	if (min == pcp->high_max)
		return high;
	if (zone->flags & LIVE_BELOW_HIGH) {
		pcp->high = max_int(high - max_int(pcp->free_count, batch), min);
		return max_int(pcp->count, min);
	}
	if (pcp->count >= high && pcp->high < pcp->free_count + batch)
		pcp->high = clamp_int(pcp->free_count + batch, min, pcp->high_max);
	return high;
}

/* Does this CPU free blocks of several pages without allocating any? */
static bool frees_high_orders(const struct live *live, struct live_pcp *pcp, unsigned order)
{
	bool small = order && order <= COSTLY_ORDER, free_high;
	int enough = pcp->batch;

	if (live->rules.free_high == FREE_HIGH_NEVER)
		return false;
	if (live->rules.free_high == FREE_HIGH_BY_FACTOR)
		return small && pcp->free_factor;
	if (live->rules.free_high == FREE_HIGH_BY_HALF_HIGH)
		enough += pcp->high_min / 2;
	free_high = small && pcp->free_count >= enough && pcp->flags & PCPF_PREV_FREE_HIGH_ORDER &&
		    (!(pcp->flags & PCPF_FREE_HIGH_BATCH) || pcp->count >= pcp->batch);
	if (small)
		pcp->flags |= PCPF_PREV_FREE_HIGH_ORDER;
	else
		pcp->flags &= ~PCPF_PREV_FREE_HIGH_ORDER;
	return free_high;
}

static void give_back(struct live *live, struct live_zone *zone, struct live_pcp *pcp, int to_free, unsigned list)
{
	int step = live->rules.drains_in_batches ? pcp->batch : to_free;

	for (; to_free > 0 && pcp->count > 0; to_free -= min_int(to_free, step))
		pcp_free_bulk(live, zone, pcp, min_int(to_free, step), list, "free_pcppages_bulk");
	if (zone->flags & LIVE_BELOW_HIGH &&
	    live_watermark_ok(live, zone, 0, live_wmark(zone, WMARK_HIGH), ZONE_MOVABLE, 0,
			      live_state(zone, LIVE_FREE_PAGES), NULL))
		zone->flags &= ~LIVE_BELOW_HIGH;
}

/* free_unref_page_commit(), free_frozen_page_commit() */
void pcp_commit(struct live *live, struct live_zone *zone, struct live_pcp *pcp, struct frame *frame, unsigned order,
		unsigned type)
{
	unsigned list = (unsigned)pcp_list_index(live, order, type);
	bool free_high;
	int high;

	pcp->alloc_factor >>= 1;
	frame->state = FRAME_PCP;
	frame->order = (uint8_t)order;
	frame_list_push(&pcp->lists[list], frame, false);
	pcp->count += 1 << order;
	free_high = frees_high_orders(live, pcp, order);
	if (live->rules.auto_high && pcp->free_count < pcp->batch << PCP_BATCH_SCALE_MAX)
		pcp->free_count += 1 << order;
	high = live->rules.auto_high ? nr_pcp_high_auto(zone, pcp, free_high) : nr_pcp_high_fixed(zone, pcp, free_high);
	if (live->watch && live->watch->freed)
		live->watch->freed(live->watch->ctx, zone, pcp, frame, order);
	if (pcp->count >= high)
		give_back(live, zone, pcp, nr_pcp_free(live, pcp, high, free_high), list);
}

/* drain_pages(): all pages of a CPU, zone by zone. */
void drain_pages(struct live *live, unsigned cpu)
{
	for (size_t i = 0; i < live->nr_zones; i++) {
		struct live_pcp *pcp = &live->zones[i].pcp[cpu];

		while (pcp->count)
			pcp_free_bulk(live, &live->zones[i], pcp, pcp->batch << PCP_BATCH_SCALE_MAX, 0, "drain_pages_zone");
	}
}

/* decay_pcp_high(): what is not used for a while is kept no longer. */
int decay_pcp_high_live(struct live *live, struct live_zone *zone, struct live_pcp *pcp)
{
	int left, step = pcp->batch, todo = 0;

	if (pcp->high > pcp->high_min) {
		pcp->high = max_int(max_int(pcp->count - (pcp->batch << PCP_BATCH_SCALE_MAX), pcp->high - (pcp->high >> 3)),
				    pcp->high_min);
		todo = pcp->high > pcp->high_min;
	}
	left = pcp->count - pcp->high;
	if (!live->rules.decays_in_batches)
		step = left;
	todo += left > 0;
	for (; left > 0; left -= step)
		pcp_free_bulk(live, zone, pcp, min_int(left, step), 0, "decay_pcp_high");
	return todo;
}
