/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame.h - page frames that the allocator at work knows, and lists of them.
 *
 * Boot keeps runs of equal blocks; a machine at work needs to find any frame
 * by its number and to take it out of any list, so here a frame is an object.
 * Frames come in chunks of the largest block, made when first touched: memory
 * that nobody has asked for since boot stays a run in its list.
 */
#ifndef MMSCOPE_OPS_FRAME_H
#define MMSCOPE_OPS_FRAME_H

#include "../arena.h"
#include "../buddy.h"

enum frame_state {
	FRAME_OTHER,	/* in use since boot, or not the first of its block */
	FRAME_FREE,	/* first of a block on a free list */
	FRAME_PCP,	/* first of a block on a per-CPU list */
	FRAME_HELD,	/* first of a block that an operation has */
	FRAME_SLAB,	/* first of a block that SLUB has cut into objects at work */
	FRAME_RUN,	/* not a frame: blocks of the largest order that nobody has touched */
};

struct frame {
	struct frame *prev, *next;	/* in the list that it is on */
	uint64_t pfn;
	uint32_t op;			/* FRAME_HELD: which operation has it */
	uint8_t state, order;
	uint8_t type;			/* of its free list; on a per-CPU list what it is freed by where types are kept */
	bool movable;			/* counts as movable (PageLRU) while it is not free */
};

/* FRAME_RUN: @nr blocks, the first at frame.pfn, each next one @step pages further. */
struct frame_run {
	struct frame frame;
	uint64_t nr;
	int64_t step;
};

struct frame_list {
	struct frame *head, *tail;
	uint64_t nr;			/* blocks, those of runs included */
	bool dirty;			/* since it was last published */
	/* Of what was published: entries gone at either end; entries new at either end. */
	uint64_t published, head_gone, tail_gone, head_new, tail_new;
};

/* What the allocator keeps of a pageblock. */
struct pageblock {
	uint8_t flags;			/* PAGEBLOCK_TYPE and what a recording has besides */
	int32_t nr_free;		/* pages of free blocks smaller than it */
	int32_t nr_movable;		/* pages in use that count as movable */
};
#define PAGEBLOCK_TYPE	0x7

struct frame_map {
	struct arena *arena;
	uint64_t start_pfn, end_pfn;
	unsigned chunk_order, block_order;
	struct frame_chunk ***leaves;
	/* What pageblocks are when first looked at; sorted; MIGRATE_MOVABLE elsewhere. */
	const struct pageblock_range *types;
	size_t nr_types;
};

/* @chunk_order is the largest order of a block, and not below @block_order. */
void frame_map_init(struct frame_map *map, struct arena *arena, uint64_t start_pfn, uint64_t end_pfn,
		    unsigned chunk_order, unsigned block_order);
bool frame_in(const struct frame_map *map, uint64_t pfn);
/* @pfn must be in the map; its chunk is made if need be. */
struct frame *frame_at(struct frame_map *map, uint64_t pfn);
/* NULL if the frame is outside or in a chunk that nobody has touched. */
struct frame *frame_find(const struct frame_map *map, uint64_t pfn);
struct pageblock *pageblock_at(struct frame_map *map, uint64_t pfn);

void frame_list_push(struct frame_list *list, struct frame *frame, bool tail);
void frame_list_remove(struct frame_list *list, struct frame *frame);
void frame_list_append_run(struct frame_map *map, struct frame_list *list, uint64_t pfn, uint64_t nr, int64_t step,
			   unsigned order, unsigned type);
/* First entry as a frame; a run gives up its first block for it.  NULL if the list is empty. */
struct frame *frame_list_first(struct frame_map *map, struct frame_list *list);

#endif
