// SPDX-License-Identifier: GPL-2.0-or-later
/* alloc.c - a request's way through zonelists and lists; follows __alloc_pages() and what it calls. */
#include "live.h"

struct request {
	struct live *live;
	unsigned gfp, order, type;
	enum zone_type highest;
	const unsigned *refs;		/* the zonelist */
	size_t nr_refs;
	struct live_zone *preferred;
};

static struct live_zone *next_zone(const struct request *req, size_t *i)
{
	while (*i < req->nr_refs) {
		struct live_zone *zone = &req->live->zones[req->refs[(*i)++]];

		if (zone->type <= req->highest)
			return zone;
	}
	return NULL;
}

/* prepare_alloc_pages() */
static struct request prepare(struct live *live, unsigned gfp, unsigned order, int nid)
{
	const struct live_node *node = &live->nodes[nid];
	bool thisnode = gfp & GFP_THISNODE && live->nr_nodes > 1;
	struct request req = {
		.live = live, .gfp = gfp, .order = order, .highest = gfp_zone(gfp),
		.type = live->mobility_disabled ? MIGRATE_UNMOVABLE : gfp_type(gfp),
		.refs = thisnode ? node->thisnode : node->fallback,
		.nr_refs = thisnode ? node->nr_thisnode : node->nr_fallback,
	};
	size_t i = 0;

	live->zonelist_nid = nid;
	live->zonelist_thisnode = thisnode;
	req.preferred = next_zone(&req, &i);
	return req;
}

static unsigned cma_flag(const struct request *req)
{
	return req->live->has_cma && req->type == MIGRATE_MOVABLE ? ALLOC_CMA : 0;
}

/* alloc_flags_nofragment() */
static unsigned nofragment(const struct request *req)
{
	const struct live_zone *zone = req->preferred;
	unsigned flags = req->gfp & GFP_KSWAPD_RECLAIM;

	if (!req->live->zone_dma32 || !zone || zone->type != ZONE_NORMAL)
		return flags;
	if (req->live->nr_online > 1) {
		bool below = false;

		for (size_t i = 0; i < req->live->nr_zones; i++)
			below |= req->live->zones[i].nid == zone->nid && req->live->zones[i].type == ZONE_DMA32;
		if (!below)
			return flags;
	}
	return flags | ALLOC_NOFRAGMENT;
}

/* alloc_flags_nonblocking(): what a request that may not sleep is given besides; up to 6.2 ALLOC_HARDER. */
static unsigned nonblocking(const struct request *req)
{
	const struct alloc_rules *rules = &req->live->rules;
	bool harder = rules->harder_by_gfp_atomic ? req->gfp & GFP_ATOMIC_BIT : !(req->gfp & GFP_DIRECT_RECLAIM);

	if (!harder || req->gfp & GFP_NOMEMALLOC)
		return 0;
	return ALLOC_NON_BLOCK | (req->order && (req->gfp & GFP_HIGH || !rules->highatomic_needs_high) ? ALLOC_HIGHATOMIC : 0);
}

/* gfp_to_alloc_flags(), alloc_flags_slowpath() */
static unsigned slow_flags(const struct request *req)
{
	unsigned gfp = req->gfp;
	unsigned flags = WMARK_MIN | ALLOC_CPUSET | (gfp & (GFP_HIGH | GFP_KSWAPD_RECLAIM)) | nonblocking(req);

	if (!(gfp & GFP_DIRECT_RECLAIM) && flags & ALLOC_MIN_RESERVE)
		flags &= ~ALLOC_CPUSET;
	return flags | cma_flag(req);
}

/* Of the first attempt, which leaves the low watermark intact. */
static unsigned fast_flags(const struct request *req)
{
	unsigned flags = WMARK_LOW | cma_flag(req) | nofragment(req);

	return req->live->rules.highatomic_at_once ? flags | (nonblocking(req) & ALLOC_HIGHATOMIC) : flags;
}

static void say_zone(const struct live *live, struct zone_check *check)
{
	if (live->watch && live->watch->zone)
		live->watch->zone(live->watch->ctx, check);
}

static struct frame *take_block(const struct request *req, struct live_zone *zone, unsigned alloc_flags)
{
	struct live *live = req->live;
	enum rmqueue_mode mode = RMQUEUE_NORMAL;
	struct frame *frame = NULL;

	if (alloc_flags & ALLOC_HIGHATOMIC)
		frame = rmqueue_smallest_live(live, zone, req->order, MIGRATE_HIGHATOMIC);
	if (!frame)
		frame = live_rmqueue(live, zone, req->order, req->type, alloc_flags, &mode);
	if (!frame && alloc_flags & (live->rules.highatomic_lends ? ALLOC_OOM | ALLOC_NON_BLOCK : ALLOC_OOM))
		frame = rmqueue_smallest_live(live, zone, req->order, MIGRATE_HIGHATOMIC);
	if (frame && !live->rules.lists_account)
		account_free(live, zone, -(INT64_C(1) << req->order), frame->type);
	return frame;
}

/* rmqueue_buddy() */
static struct frame *rmqueue_buddy(const struct request *req, struct live_zone *zone, unsigned alloc_flags)
{
	struct live *live = req->live;
	struct frame *frame;

	do
		frame = take_block(req, zone, alloc_flags);
	while (frame && bad_page_in(live, zone, frame, req->order));
	if (!frame)
		return NULL;
	if (live->watch && live->watch->refill)
		live->watch->refill(live->watch->ctx, zone, NULL, req->order, req->type, 1, 1);
	if (alloc_flags & ALLOC_HIGHATOMIC && live->rules.highatomic_in_buddy &&
	    (!live->rules.highatomic_at_once || (alloc_flags & ALLOC_WMARK_MASK) == WMARK_MIN))
		reserve_highatomic(live, zone, frame->pfn, req->order);
	return frame;
}

/* rmqueue_pcplist() */
static struct frame *rmqueue_pcplist(const struct request *req, struct live_zone *zone, unsigned alloc_flags)
{
	struct live_pcp *pcp = &zone->pcp[req->live->cpu];

	pcp->free_factor >>= 1;
	pcp->free_count >>= 1;
	return pcp_take(req->live, zone, pcp, req->order, req->type, alloc_flags);
}

/* Held from now on, by the operation at work. */
static struct frame *hold(struct live *live, struct frame *frame, unsigned order)
{
	frame->state = FRAME_HELD;
	frame->order = (uint8_t)order;
	frame->op = live->op;
	frame->movable = false;
	bad_page_forget(live, frame->pfn);
	return frame;
}

/* rmqueue() */
static struct frame *rmqueue(const struct request *req, struct live_zone *zone, unsigned alloc_flags)
{
	struct live *live = req->live;
	struct live_pcp *pcp = NULL;
	struct frame *frame = NULL;

	if (pcp_list_index(live, req->order, req->type) >= 0) {
		pcp = &zone->pcp[live->cpu];
		frame = rmqueue_pcplist(req, zone, alloc_flags);
	}
	if (!frame) {
		pcp = NULL;
		frame = rmqueue_buddy(req, zone, alloc_flags);
	}
	if (zone->flags & LIVE_BOOSTED_WATERMARK &&
	    (!live->rules.boosted_needs_kswapd || alloc_flags & ALLOC_KSWAPD)) {
		zone->flags &= ~LIVE_BOOSTED_WATERMARK;
		wake_kswapd(live, zone, 0, zone->type);
	}
	if (!frame)
		return NULL;
	hold(live, frame, req->order);
	if (live->watch && live->watch->taken)
		live->watch->taken(live->watch->ctx, zone, pcp, frame);
	return frame;
}

static const char *mark_name(unsigned alloc_flags)
{
	static const char *const names[] = { "min", "low", "high", "promo" };

	return alloc_flags & ALLOC_NO_WATERMARKS ? "none" : names[alloc_flags & ALLOC_WMARK_MASK];
}

/* The watermark that the request has to leave intact. */
static bool above_mark(const struct request *req, struct live_zone *zone, unsigned alloc_flags)
{
	struct zone_check check = { .zone = zone, .order = req->order, .mark = mark_name(alloc_flags) };
	const struct live *live = req->live;
	bool ok;

	if (live->rules.marks_below_high && !(zone->flags & LIVE_BELOW_HIGH)) {
		struct zone_check high = { .zone = zone, .order = req->order, .mark = "high" };

		if (live_watermark_fast(live, zone, req->order, live_wmark(zone, WMARK_HIGH), req->highest,
					alloc_flags, req->gfp, &high)) {
			say_zone(live, &high);
			return true;
		}
		zone->flags |= LIVE_BELOW_HIGH;
	}
	/* ALLOC_NO_WATERMARKS counts as an index of its own; what is read there does not matter. */
	ok = live_watermark_fast(live, zone, req->order, live_wmark(zone, alloc_flags & ALLOC_WMARK_MASK), req->highest,
				 alloc_flags, req->gfp, &check);
	ok |= (alloc_flags & ALLOC_NO_WATERMARKS) != 0;
	if (ok)
		check.verdict = ZONE_OK;
	say_zone(live, &check);
	return ok;
}

/* get_page_from_freelist() */
static struct frame *get_page_from_freelist(const struct request *req, unsigned alloc_flags)
{
	struct live *live = req->live;
	bool many = live->nr_online > 1, skip_awake = many && live->rules.skips_awake_nodes, skipped = false;

retry:;
	bool no_fallback = alloc_flags & ALLOC_NOFRAGMENT;
	struct live_zone *zone;
	struct frame *frame;
	size_t i = 0;

	while ((zone = next_zone(req, &i))) {
		if (no_fallback && many && zone != req->preferred && zone->nid != req->preferred->nid) {
			alloc_flags &= ~ALLOC_NOFRAGMENT;
			goto retry;
		}
		if (skip_awake && live->nodes[zone->nid].kswapd_awake) {
			skipped = true;
			say_zone(live, &(struct zone_check){ .zone = zone, .order = req->order, .mark = mark_name(alloc_flags),
							     .verdict = ZONE_SKIPPED });
			continue;
		}
		if (!above_mark(req, zone, alloc_flags))
			continue;
		frame = rmqueue(req, zone, alloc_flags);
		if (!frame)
			continue;
		if (alloc_flags & ALLOC_HIGHATOMIC && !live->rules.highatomic_in_buddy)
			reserve_highatomic(live, zone, frame->pfn, req->order);
		return frame;
	}
	if (skip_awake && skipped) {
		skip_awake = false;
		goto retry;
	}
	if (no_fallback) {
		alloc_flags &= ~ALLOC_NOFRAGMENT;
		goto retry;
	}
	return NULL;
}

/* wake_all_kswapds() */
static void wake_all_kswapds(const struct request *req)
{
	struct live_zone *zone;
	int last = -1;
	size_t i = 0;

	while ((zone = next_zone(req, &i))) {
		if (!zone->managed_pages || zone->nid == last)
			continue;
		wake_kswapd(req->live, zone, req->order, req->highest);
		last = zone->nid;
	}
}

/* __gfp_pfmemalloc_flags(), of a task that is neither a victim nor reclaiming */
static unsigned reserve_flags(const struct request *req)
{
	return !(req->gfp & GFP_NOMEMALLOC) && req->gfp & GFP_MEMALLOC ? ALLOC_NO_WATERMARKS : 0;
}

/* __alloc_pages_slowpath() up to the point where it would compact or reclaim. */
static enum alloc_end slowpath(const struct request *req, struct frame **ret)
{
	bool may_retry = req->live->rules.retries_reserves_once, can_reclaim = req->gfp & GFP_DIRECT_RECLAIM;
	bool compacts_first = can_reclaim && (req->order > COSTLY_ORDER ||
					      (req->order && req->type != MIGRATE_MOVABLE)) && !reserve_flags(req);
	unsigned flags = slow_flags(req), reserves;

	if (!req->preferred)
		return ALLOC_FAILED;
	for (;;) {
		if (flags & ALLOC_KSWAPD)
			wake_all_kswapds(req);
		*ret = get_page_from_freelist(req, flags);
		if (*ret)
			return ALLOC_DONE;
		if (compacts_first && !req->live->rules.retries_reserves_once)
			return ALLOC_WOULD_RECLAIM;
		if (flags & ALLOC_KSWAPD && !req->live->rules.retries_reserves_once)
			wake_all_kswapds(req);
		reserves = reserve_flags(req);
		if (reserves)
			flags = reserves | cma_flag(req) | (flags & ALLOC_KSWAPD);
		if (req->live->rules.retries_reserves_once) {
			if ((flags & ALLOC_CPUSET && !reserves) || !may_retry)
				break;
			may_retry = false;
			continue;
		}
		*ret = get_page_from_freelist(req, flags);
		if (*ret)
			return ALLOC_DONE;
		break;
	}
	return can_reclaim ? ALLOC_WOULD_RECLAIM : ALLOC_FAILED;
}

enum alloc_end live_alloc_pages(struct live *live, unsigned gfp, unsigned order, int nid, struct frame **ret)
{
	struct request req;

	*ret = NULL;
	if (order > live->max_order)
		return ALLOC_ORDER_TOO_LARGE;
	req = prepare(live, gfp, order, nid < 0 ? live->cpus[live->cpu].mem_nid : nid);
	if (req.preferred)
		*ret = get_page_from_freelist(&req, fast_flags(&req));
	return *ret ? ALLOC_DONE : slowpath(&req, ret);
}

/* The zone that a bulk request may be served from: the nearest node's, above its low mark plus the request. */
static struct live_zone *bulk_zone(const struct request *req, unsigned nr, unsigned alloc_flags)
{
	struct live_zone *zone;
	size_t i = 0;

	while ((zone = next_zone(req, &i))) {
		struct zone_check check = { .zone = zone, .mark = "low" };
		bool ok;

		if (req->live->nr_online > 1 && zone->nid != req->preferred->nid)
			return NULL;
		ok = live_watermark_fast(req->live, zone, 0, live_wmark(zone, WMARK_LOW) + nr, req->preferred->type,
					 alloc_flags, req->gfp, &check);
		say_zone(req->live, &check);
		if (ok)
			return zone;
	}
	return NULL;
}

static unsigned bulk_one(struct live *live, unsigned gfp, int nid, struct frame **frames)
{
	return live_alloc_pages(live, gfp, 0, nid, &frames[0]) == ALLOC_DONE;
}

unsigned live_alloc_bulk(struct live *live, unsigned gfp, int nid, unsigned nr, struct frame **frames)
{
	struct request req;
	struct live_zone *zone;
	struct live_pcp *pcp;
	unsigned flags, got = 0;

	if (nid < 0)
		nid = live->cpus[live->cpu].mem_nid;
	if (nr <= 1)
		return nr ? bulk_one(live, gfp, nid, frames) : 0;
	req = prepare(live, gfp, 0, nid);
	flags = WMARK_LOW | cma_flag(&req);
	zone = req.preferred ? bulk_zone(&req, nr, flags) : NULL;
	if (!zone)
		return bulk_one(live, gfp, nid, frames);
	pcp = &zone->pcp[live->cpu];
	while (got < nr) {
		struct frame *frame = pcp_take(live, zone, pcp, 0, req.type, flags);

		if (!frame)
			break;
		frames[got++] = hold(live, frame, 0);
		if (live->watch && live->watch->taken)
			live->watch->taken(live->watch->ctx, zone, pcp, frame);
	}
	return got ? got : bulk_one(live, gfp, nid, frames);
}
