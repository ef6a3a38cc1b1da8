// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fallback.c - what is done when a migrate type has no block left, and the
 * reserve for high-order atomic requests.
 *
 * Up to 6.9 free blocks of another type move to the list that ran dry, with
 * their whole pageblock where that is worth it.  Since then either a pageblock
 * is claimed, or the request is cut from a block whose rest stays what it was:
 * from the largest one up to 6.14, then from the smallest.
 */
#include "live.h"

static const uint8_t fallbacks[MIGRATE_PCPTYPES][2] = {
	[MIGRATE_UNMOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
	[MIGRATE_MOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
	[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
};

/* find_suitable_fallback(): whose blocks of this order may be used; -1: nobody's. */
static int other_type(const struct live_zone *zone, unsigned order, unsigned type)
{
	for (size_t i = 0; i < ARRAY_SIZE(fallbacks[type]); i++)
		if (zone->lists[order][fallbacks[type][i]].nr)
			return fallbacks[type][i];
	return -1;
}

/* can_steal_fallback(), should_try_claim_block() */
static bool whole_block_worth_it(const struct live *live, unsigned order, unsigned type)
{
	return order >= live->pageblock_order / 2 || type != MIGRATE_MOVABLE || live->mobility_disabled;
}

/* boost_watermark() */
static bool boost_watermark(const struct live *live, struct live_zone *zone)
{
	int64_t high = zone->wmark[WMARK_HIGH], max;

	if (!live->boost_factor || live->pageblock_pages * 4 > (int64_t)zone->managed_pages)
		return false;
	max = high / 10000 * live->boost_factor + high % 10000 * live->boost_factor / 10000;
	if (!max)
		return false;
	if (max < live->pageblock_pages)
		max = live->pageblock_pages;
	zone->watermark_boost += live->pageblock_pages;
	if (zone->watermark_boost > max)
		zone->watermark_boost = max;
	return true;
}

static void boost(const struct live *live, struct live_zone *zone, unsigned alloc_flags)
{
	if (boost_watermark(live, zone) && alloc_flags & ALLOC_KSWAPD)
		zone->flags |= LIVE_BOOSTED_WATERMARK;
}

static bool zone_spans(const struct live_zone *zone, uint64_t pfn)
{
	return pfn >= zone->start_pfn && pfn < zone->start_pfn + zone->spanned_pages;
}

/* Every free block of [start, end) goes to the tail of @type's list, lowest first. */
static int64_t move_blocks(struct live *live, struct live_zone *zone, uint64_t start, uint64_t end, unsigned type)
{
	int64_t moved = 0;

	for (uint64_t pfn = start; pfn < end;) {
		struct frame *frame = frame_at(&live->map, pfn);

		if (frame->state != FRAME_FREE) {
			pfn++;
			continue;
		}
		free_list_move(live, zone, frame, type);
		pfn += UINT64_C(1) << frame->order;
		moved += INT64_C(1) << frame->order;
	}
	return moved;
}

/* move_freepages_block() up to 6.9: pages that moved. */
static int64_t move_block_old(struct live *live, struct live_zone *zone, uint64_t pfn, unsigned type)
{
	uint64_t nr = (uint64_t)live->pageblock_pages, start = align_down(pfn, nr), end = start + nr;

	if (!zone_spans(zone, start))
		start = pfn;
	return zone_spans(zone, end - 1) ? move_blocks(live, zone, start, end, type) : 0;
}

/* prep_move_freepages_block(): false if the pageblock is not wholly in the zone. */
static bool block_in_zone(const struct live *live, const struct live_zone *zone, uint64_t pfn, uint64_t *start)
{
	*start = align_down(pfn, (uint64_t)live->pageblock_pages);
	return zone_spans(zone, *start) && zone_spans(zone, *start + (uint64_t)live->pageblock_pages - 1);
}

/* Pages in use that fit the type: movable ones to movable requests, in a movable block all others to the rest. */
static int64_t alike_pages(const struct live *live, const struct pageblock *block, unsigned old, unsigned type)
{
	if (type == MIGRATE_MOVABLE)
		return block->nr_movable;
	return old == MIGRATE_MOVABLE ? live->pageblock_pages - (block->nr_free + block->nr_movable) : 0;
}

static bool enough(const struct live *live, int64_t free_and_alike)
{
	return free_and_alike >= live->pageblock_pages / 2 || live->mobility_disabled;
}

static void say_fallback(const struct live *live, struct live_zone *zone, uint64_t pfn, unsigned order, unsigned have,
			 unsigned from, unsigned to)
{
	if (live->watch && live->watch->fallback)
		live->watch->fallback(live->watch->ctx, zone, pfn, order, have, from, to,
				      block_type_at((struct live *)live, pfn) == to);
}

/* steal_suitable_fallback(), up to 6.9: afterwards the block is on a list of @type. */
static void steal_suitable(struct live *live, struct live_zone *zone, struct frame *frame, unsigned alloc_flags,
			   unsigned type, bool whole_block)
{
	uint64_t pfn = frame->pfn;
	struct pageblock *block = pageblock_at(&live->map, pfn);
	unsigned old = block_type_at(live, pfn);

	if (old == MIGRATE_HIGHATOMIC) {
		free_list_move(live, zone, frame, type);
		return;
	}
	if (frame->order >= live->pageblock_order) {
		change_block_range(live, pfn, frame->order, type);
		free_list_move(live, zone, frame, type);
		return;
	}
	boost(live, zone, alloc_flags);
	if (whole_block) {
		int64_t moved = move_block_old(live, zone, pfn, type);

		if (moved) {
			if (enough(live, moved + alike_pages(live, block, old, type)))
				set_block_type_at(live, pfn, type);
			return;
		}
	}
	free_list_move(live, zone, frame, type);
}

static struct frame *first_of(struct live *live, struct live_zone *zone, unsigned order, int type)
{
	return frame_list_first(&live->map, &zone->lists[order][type]);
}

/*
 * __rmqueue_fallback() up to 6.14: the largest block of another type; for movable
 * requests that may not have a pageblock the smallest.  NULL: there is none.
 */
static struct frame *fallback_block(struct live *live, struct live_zone *zone, unsigned order, unsigned type,
				    unsigned alloc_flags)
{
	unsigned min_order = order, o;
	int from = -1;

	if (order < live->pageblock_order && alloc_flags & ALLOC_NOFRAGMENT)
		min_order = live->pageblock_order;
	for (o = live->max_order + 1; o-- > min_order && from < 0;)
		from = other_type(zone, o, type);
	if (from < 0)
		return NULL;
	o++;
	if (!whole_block_worth_it(live, o, type) && o > order)
		for (o = order; (from = other_type(zone, o, type)) < 0; o++)
			;
	return first_of(live, zone, o, from);
}

/* Up to 6.9: the lists of @type have a block afterwards, or it returns false. */
static bool fallback_move(struct live *live, struct live_zone *zone, unsigned order, unsigned type, unsigned alloc_flags)
{
	struct frame *frame = fallback_block(live, zone, order, type, alloc_flags);
	unsigned have, from;
	uint64_t pfn;

	if (!frame)
		return false;
	pfn = frame->pfn;
	have = frame->order;
	from = frame->type;
	steal_suitable(live, zone, frame, alloc_flags, type, whole_block_worth_it(live, have, type));
	say_fallback(live, zone, pfn, order, have, from, type);
	return true;
}

/* try_to_claim_block(); of steal_suitable_fallback(), 6.10 to 6.14, what claims a pageblock */
static struct frame *try_to_claim(struct live *live, struct live_zone *zone, struct frame *frame, unsigned order,
				  unsigned type, unsigned alloc_flags)
{
	unsigned old = frame->type, have = frame->order;
	const struct pageblock *block;
	uint64_t start;

	if (have >= live->pageblock_order) {
		free_list_del(live, zone, frame);
		account_free(live, zone, -(INT64_C(1) << have), old);
		change_block_range(live, frame->pfn, have, type);
		expand_block(live, zone, frame->pfn, order, have, type);
		account_free(live, zone, (INT64_C(1) << have) - (INT64_C(1) << order), type);
		frame->order = (uint8_t)order;
		frame->type = (uint8_t)type;
		return frame;
	}
	boost(live, zone, alloc_flags);
	if (!block_in_zone(live, zone, frame->pfn, &start))
		return NULL;
	block = pageblock_at(&live->map, start);
	if (!enough(live, block->nr_free + alike_pages(live, block, old, type)))
		return NULL;
	move_blocks(live, zone, start, start + (uint64_t)live->pageblock_pages, type);
	set_block_type_at(live, start, type);
	return rmqueue_smallest_live(live, zone, order, type);
}

/* 6.10 to 6.14 */
static struct frame *fallback_biggest(struct live *live, struct live_zone *zone, unsigned order, unsigned type,
				      unsigned alloc_flags)
{
	struct frame *frame = fallback_block(live, zone, order, type, alloc_flags), *claimed = NULL;
	unsigned have, from;

	if (!frame)
		return NULL;
	have = frame->order;
	from = frame->type;
	if (whole_block_worth_it(live, have, type))
		claimed = try_to_claim(live, zone, frame, order, type, alloc_flags);
	else
		boost(live, zone, alloc_flags);
	if (claimed)
		frame = claimed;
	else
		take_and_expand(live, zone, frame, order, from);
	say_fallback(live, zone, frame->pfn, order, have, from, type);
	return frame;
}

/* __rmqueue_claim() */
static struct frame *fallback_claim(struct live *live, struct live_zone *zone, unsigned order, unsigned type,
				    unsigned alloc_flags)
{
	unsigned min_order = order;

	if (order < live->pageblock_order && alloc_flags & ALLOC_NOFRAGMENT)
		min_order = live->pageblock_order;
	for (unsigned o = live->max_order + 1; o-- > min_order && whole_block_worth_it(live, o, type);) {
		int from = other_type(zone, o, type);
		struct frame *frame;

		if (from < 0)
			continue;
		frame = try_to_claim(live, zone, first_of(live, zone, o, from), order, type, alloc_flags);
		if (frame) {
			say_fallback(live, zone, frame->pfn, order, o, (unsigned)from, type);
			return frame;
		}
	}
	return NULL;
}

/* __rmqueue_steal() */
static struct frame *steal_one(struct live *live, struct live_zone *zone, unsigned order, unsigned type)
{
	for (unsigned o = order; o <= live->max_order; o++) {
		int from = other_type(zone, o, type);
		struct frame *frame;

		if (from < 0)
			continue;
		frame = first_of(live, zone, o, from);
		take_and_expand(live, zone, frame, order, (unsigned)from);
		say_fallback(live, zone, frame->pfn, order, o, (unsigned)from, type);
		return frame;
	}
	return NULL;
}

/* Movable requests take from CMA areas when these hold more than half of what is free. */
static bool cma_first(const struct live *live, const struct live_zone *zone, unsigned alloc_flags)
{
	return live->has_cma && alloc_flags & ALLOC_CMA &&
	       live_state(zone, LIVE_FREE_CMA) > live_state(zone, LIVE_FREE_PAGES) / 2;
}

static struct frame *take_cma(struct live *live, struct live_zone *zone, unsigned order, unsigned alloc_flags)
{
	return live->has_cma && alloc_flags & ALLOC_CMA ? rmqueue_smallest_live(live, zone, order, MIGRATE_CMA) : NULL;
}

/* __rmqueue() up to 6.14 */
static struct frame *rmqueue_one(struct live *live, struct live_zone *zone, unsigned order, unsigned type,
				 unsigned alloc_flags)
{
	for (;;) {
		struct frame *frame = rmqueue_smallest_live(live, zone, order, type);

		if (!frame)
			frame = take_cma(live, zone, order, alloc_flags);
		if (frame)
			return frame;
		if (live->rules.fallback == LIVE_FALLBACK_BIGGEST)
			return fallback_biggest(live, zone, order, type, alloc_flags);
		if (!fallback_move(live, zone, order, type, alloc_flags))
			return NULL;
	}
}

/* A refill remembers in @mode where it found something, to spare itself the search. */
static struct frame *rmqueue_claim(struct live *live, struct live_zone *zone, unsigned order, unsigned type,
				   unsigned alloc_flags, enum rmqueue_mode *mode)
{
	struct frame *frame = NULL;

	switch (*mode) {
	case RMQUEUE_NORMAL:
		frame = rmqueue_smallest_live(live, zone, order, type);
		if (frame)
			return frame;
		/* fall through */
	case RMQUEUE_CMA:
		frame = take_cma(live, zone, order, alloc_flags);
		if (frame) {
			*mode = RMQUEUE_CMA;
			return frame;
		}
		/* fall through */
	case RMQUEUE_CLAIM:
		frame = fallback_claim(live, zone, order, type, alloc_flags);
		if (frame) {
			*mode = RMQUEUE_NORMAL;
			return frame;
		}
		/* fall through */
	case RMQUEUE_STEAL:
		if (alloc_flags & ALLOC_NOFRAGMENT)
			return NULL;
		frame = steal_one(live, zone, order, type);
		if (frame)
			*mode = RMQUEUE_STEAL;
	}
	return frame;
}

struct frame *live_rmqueue(struct live *live, struct live_zone *zone, unsigned order, unsigned type,
			   unsigned alloc_flags, enum rmqueue_mode *mode)
{
	if (cma_first(live, zone, alloc_flags)) {
		struct frame *frame = take_cma(live, zone, order, alloc_flags);

		if (frame)
			return frame;
	}
	if (live->rules.fallback == LIVE_FALLBACK_CLAIM)
		return rmqueue_claim(live, zone, order, type, alloc_flags, mode);
	return rmqueue_one(live, zone, order, type, alloc_flags);
}

/* ---------------------------------------------------------------- highatomic */

/* Most pages that may be kept for high-order atomic requests; 0: none. */
static int64_t max_highatomic(const struct live *live, const struct live_zone *zone)
{
	int64_t percent = (int64_t)zone->managed_pages / 100;

	if (!live->rules.highatomic_needs_percent)
		return percent + live->pageblock_pages;
	return percent < live->pageblock_pages ? 0
	     : (int64_t)align_up((uint64_t)percent, (uint64_t)live->pageblock_pages);
}

/* reserve_highatomic_pageblock() */
void reserve_highatomic(struct live *live, struct live_zone *zone, uint64_t pfn, unsigned order)
{
	uint64_t start;

	if (zone->nr_reserved_highatomic >= max_highatomic(live, zone) || !mergeable_type(block_type_at(live, pfn)))
		return;
	if (!live->rules.lists_account) {
		zone->nr_reserved_highatomic += live->pageblock_pages;
		set_block_type_at(live, pfn, MIGRATE_HIGHATOMIC);
		move_block_old(live, zone, pfn, MIGRATE_HIGHATOMIC);
	} else if (order < live->pageblock_order) {
		if (!block_in_zone(live, zone, pfn, &start))
			return;
		move_blocks(live, zone, start, start + (uint64_t)live->pageblock_pages, MIGRATE_HIGHATOMIC);
		set_block_type_at(live, start, MIGRATE_HIGHATOMIC);
		zone->nr_reserved_highatomic += live->pageblock_pages;
	} else {
		change_block_range(live, pfn, order, MIGRATE_HIGHATOMIC);
		zone->nr_reserved_highatomic += INT64_C(1) << order;
	}
	if (live->watch && live->watch->reserved)
		live->watch->reserved(live->watch->ctx, zone, pfn);
}
