// SPDX-License-Identifier: GPL-2.0-or-later
/* free_list.c - blocks, buddies and pageblock types; follows mm/page_alloc.c. */
#include "live.h"

static bool has_page(const struct live *live, const struct live_zone *zone, uint64_t pfn)
{
	const struct zone *of;

	if (pfn < zone->start_pfn || pfn >= zone->start_pfn + zone->spanned_pages)
		return false;
	of = live->overlaps ? node_zone_of(&live->overlaps->node[zone->nid], pfn) : NULL;
	return !of || of->type == zone->type;
}

struct live_zone *live_zone_of(const struct live *live, uint64_t pfn)
{
	for (size_t i = 0; i < live->nr_zones; i++)
		if (has_page(live, &live->zones[i], pfn))
			return &live->zones[i];
	return NULL;
}

unsigned block_type_at(struct live *live, uint64_t pfn)
{
	return pageblock_at(&live->map, pfn)->flags & PAGEBLOCK_TYPE;
}

void set_block_type_at(struct live *live, uint64_t pfn, unsigned type)
{
	struct pageblock *block = pageblock_at(&live->map, pfn);

	if (live->mobility_disabled && type < MIGRATE_PCPTYPES)
		type = MIGRATE_UNMOVABLE;
	block->flags = (uint8_t)((block->flags & ~PAGEBLOCK_TYPE) | type);
}

/* change_pageblock_range() */
void change_block_range(struct live *live, uint64_t pfn, unsigned order, unsigned type)
{
	for (uint64_t i = 0; i < UINT64_C(1) << (order - live->pageblock_order); i++)
		set_block_type_at(live, pfn + (i << live->pageblock_order), type);
}

/* account_freepages(), __mod_zone_freepage_state() */
void account_free(struct live *live, struct live_zone *zone, int64_t pages, unsigned type)
{
	if (type == MIGRATE_ISOLATE)
		return;
	live_mod_state(live, zone, LIVE_FREE_PAGES, pages);
	if (type == MIGRATE_CMA)
		live_mod_state(live, zone, LIVE_FREE_CMA, pages);
	else if (type == MIGRATE_HIGHATOMIC && live->rules.counts_free_highatomic)
		zone->nr_free_highatomic += pages;
}

/* What the pageblock and the zone count of a block that joins (1) or leaves (-1) a free list. */
static void count_block(struct live *live, struct live_zone *zone, uint64_t pfn, unsigned order, unsigned type, int sign)
{
	zone->nr_free[order] += (uint64_t)(int64_t)sign;
	if (order < live->pageblock_order)
		pageblock_at(&live->map, pfn)->nr_free += sign * (1 << order);
	else if (live->rules.counts_whole_blocks && type != MIGRATE_ISOLATE)
		live_mod_state(live, zone, LIVE_FREE_BLOCKS, sign * (INT64_C(1) << order));
}

void free_list_add(struct live *live, struct live_zone *zone, struct frame *frame, unsigned order, unsigned type, bool tail)
{
	frame->state = FRAME_FREE;
	frame->order = (uint8_t)order;
	frame->type = (uint8_t)type;
	frame_list_push(&zone->lists[order][type], frame, tail);
	count_block(live, zone, frame->pfn, order, type, 1);
}

void free_list_del(struct live *live, struct live_zone *zone, struct frame *frame)
{
	frame_list_remove(&zone->lists[frame->order][frame->type], frame);
	count_block(live, zone, frame->pfn, frame->order, frame->type, -1);
	frame->state = FRAME_OTHER;
}

/* move_to_free_list(): always to the tail. */
void free_list_move(struct live *live, struct live_zone *zone, struct frame *frame, unsigned type)
{
	int64_t pages = INT64_C(1) << frame->order;

	frame_list_remove(&zone->lists[frame->order][frame->type], frame);
	frame_list_push(&zone->lists[frame->order][type], frame, true);
	if (live->rules.lists_account) {
		account_free(live, zone, -pages, frame->type);
		account_free(live, zone, pages, type);
	}
	frame->type = (uint8_t)type;
}

/* find_buddy_page_pfn(): the free block of this order that starts at @pfn, in the zone. */
static struct frame *free_block(const struct live *live, const struct live_zone *zone, uint64_t pfn, unsigned order)
{
	struct frame *frame = frame_find(&live->map, pfn);

	if (!frame || frame->state != FRAME_FREE || frame->order != order)
		return NULL;
	return has_page(live, zone, pfn) ? frame : NULL;
}

/* buddy_merge_likely() */
static bool merge_likely(const struct live *live, const struct live_zone *zone, uint64_t pfn, unsigned order)
{
	uint64_t higher = pfn & ~(UINT64_C(1) << order);

	return order + 1 < live->max_order && free_block(live, zone, higher ^ (UINT64_C(2) << order), order + 1);
}

bool mergeable_type(unsigned type)
{
	return type < MIGRATE_PCPTYPES;
}

void live_free_one(struct live *live, struct live_zone *zone, uint64_t pfn, unsigned order, unsigned type)
{
	account_free(live, zone, INT64_C(1) << order, type);
	while (order < live->max_order) {
		uint64_t other = pfn ^ (UINT64_C(1) << order);
		struct frame *buddy = free_block(live, zone, other, order);
		unsigned buddy_type = type;

		if (!buddy)
			break;
		if (order >= live->pageblock_order) {
			buddy_type = block_type_at(live, other);
			if (buddy_type != type && (!mergeable_type(type) || !mergeable_type(buddy_type)))
				break;
		}
		free_list_del(live, zone, buddy);
		if (buddy_type != type && live->rules.lists_account)
			change_block_range(live, other, order, type);
		pfn &= other;
		order++;
	}
	free_list_add(live, zone, frame_at(&live->map, pfn), order, type, merge_likely(live, zone, pfn, order));
}

void live_free_block(struct live *live, struct live_zone *zone, uint64_t pfn, unsigned order)
{
	uint64_t end = pfn + (UINT64_C(1) << order);

	if (live->rules.splits_large_frees && order > live->pageblock_order)
		order = live->pageblock_order;
	for (; pfn < end; pfn += UINT64_C(1) << order)
		live_free_one(live, zone, pfn, order, block_type_at(live, pfn));
}

/* expand(): upper halves go to the heads of the lists below. */
void expand_block(struct live *live, struct live_zone *zone, uint64_t pfn, unsigned low, unsigned high, unsigned type)
{
	while (high > low) {
		high--;
		free_list_add(live, zone, frame_at(&live->map, pfn + (UINT64_C(1) << high)), high, type, false);
	}
}

void take_and_expand(struct live *live, struct live_zone *zone, struct frame *frame, unsigned low, unsigned type)
{
	unsigned high = frame->order;

	free_list_del(live, zone, frame);
	expand_block(live, zone, frame->pfn, low, high, type);
	frame->order = (uint8_t)low;
	frame->type = (uint8_t)type;
	if (live->rules.lists_account)
		account_free(live, zone, -(INT64_C(1) << low), type);
}

struct frame *rmqueue_smallest_live(struct live *live, struct live_zone *zone, unsigned order, unsigned type)
{
	for (unsigned o = order; o <= live->max_order; o++) {
		struct frame *frame = frame_list_first(&live->map, &zone->lists[o][type]);

		if (!frame)
			continue;
		take_and_expand(live, zone, frame, order, type);
		return frame;
	}
	return NULL;
}
