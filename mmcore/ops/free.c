// SPDX-License-Identifier: GPL-2.0-or-later
/* free.c - a block's way back; follows __free_pages(), release_pages() and the drains. */
#include "live.h"

/* Folios that release_pages() frees at a time. */
#define RELEASE_BATCH	31

void live_set_movable(struct live *live, struct frame *frame, bool movable)
{
	if (frame->movable == movable)
		return;
	frame->movable = movable;
	pageblock_at(&live->map, frame->pfn)->nr_movable += movable ? 1 : -1;
}

static void free_past_pcp(struct live *live, struct live_zone *zone, struct frame *frame, unsigned order)
{
	frame->state = FRAME_OTHER;
	live_free_block(live, zone, frame->pfn, order);
	if (live->watch && live->watch->freed)
		live->watch->freed(live->watch->ctx, zone, NULL, frame, order);
}

/* free_unref_page_commit() of a block whose kept type is known. */
static void commit(struct live *live, struct live_zone *zone, struct frame *frame)
{
	unsigned type = frame->type < MIGRATE_PCPTYPES ? frame->type : MIGRATE_MOVABLE;

	pcp_commit(live, zone, &zone->pcp[live->cpu], frame, frame->order, type);
}

void live_free_pages(struct live *live, struct frame *frame)
{
	struct live_zone *zone = live_zone_of(live, frame->pfn);

	live_set_movable(live, frame, false);
	frame->type = (uint8_t)block_type_at(live, frame->pfn);
	if (pcp_list_index(live, frame->order, MIGRATE_UNMOVABLE) < 0 || frame->type == MIGRATE_ISOLATE)
		free_past_pcp(live, zone, frame, frame->order);
	else
		commit(live, zone, frame);
}

/* Single pages together, last one first; larger blocks at once. */
static void release_by_lists(struct live *live, struct frame **frames, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (frames[i]->order)
			live_free_pages(live, frames[i]);
		else
			live_set_movable(live, frames[i], false);
	}
	for (size_t i = 0; i < nr; i++)
		if (frames[i]->state == FRAME_HELD && !frames[i]->order)
			frames[i]->type = (uint8_t)block_type_at(live, frames[i]->pfn);
	for (size_t i = nr; i-- > 0;)
		if (frames[i]->state == FRAME_HELD && !frames[i]->order)
			commit(live, live_zone_of(live, frames[i]->pfn), frames[i]);
}

/* In order, but blocks that no per-CPU list keeps go first. */
static void release_batch(struct live *live, struct frame **frames, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (pcp_list_index(live, frames[i]->order, MIGRATE_UNMOVABLE) < 0)
			live_free_pages(live, frames[i]);
	for (size_t i = 0; i < nr; i++)
		if (frames[i]->state == FRAME_HELD)
			live_free_pages(live, frames[i]);
}

void live_release(struct live *live, struct frame **frames, size_t nr)
{
	if (!live->rules.release_batches) {
		release_by_lists(live, frames, nr);
		return;
	}
	for (size_t i = 0; i < nr; i += RELEASE_BATCH)
		release_batch(live, frames + i, nr - i < RELEASE_BATCH ? nr - i : RELEASE_BATCH);
}

void live_split(struct live *live, struct frame *frame)
{
	uint64_t nr = UINT64_C(1) << frame->order;

	for (uint64_t i = 0; i < nr; i++) {
		struct frame *page = frame_at(&live->map, frame->pfn + i);

		page->state = FRAME_HELD;
		page->order = 0;
		page->op = frame->op;
	}
}

void live_drain_local(struct live *live)
{
	drain_pages(live, live->cpu);
}

/* One CPU drains the lists of all; so the counters that move are its own. */
void live_drain_all(struct live *live)
{
	for (unsigned i = 0; i < live->nr_cpus; i++)
		drain_pages(live, i);
}
