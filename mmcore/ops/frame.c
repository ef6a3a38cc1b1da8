// SPDX-License-Identifier: GPL-2.0-or-later
#include "frame.h"

#define LEAF_CHUNKS	4096

struct frame_chunk {
	struct frame *frames;
	struct pageblock *blocks;
};

static uint64_t chunk_index(const struct frame_map *map, uint64_t pfn)
{
	return (pfn >> map->chunk_order) - (map->start_pfn >> map->chunk_order);
}

void frame_map_init(struct frame_map *map, struct arena *arena, uint64_t start_pfn, uint64_t end_pfn,
		    unsigned chunk_order, unsigned block_order)
{
	uint64_t size = UINT64_C(1) << chunk_order;

	assert(chunk_order >= block_order);
	*map = (struct frame_map){
		.arena = arena, .start_pfn = align_down(start_pfn, size), .end_pfn = align_up(end_pfn, size),
		.chunk_order = chunk_order, .block_order = block_order,
	};
	map->leaves = arena_array(arena, ((map->end_pfn - map->start_pfn) >> chunk_order) / LEAF_CHUNKS + 1,
				  sizeof(*map->leaves));
}

bool frame_in(const struct frame_map *map, uint64_t pfn)
{
	return pfn >= map->start_pfn && pfn < map->end_pfn;
}

static uint8_t first_type(const struct frame_map *map, uint64_t pfn)
{
	size_t lo = 0, hi = map->nr_types;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (map->types[mid].end > pfn)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo < map->nr_types && map->types[lo].start <= pfn ? (uint8_t)map->types[lo].type : MIGRATE_MOVABLE;
}

static struct frame_chunk *chunk_new(struct frame_map *map, uint64_t first)
{
	size_t nr = (size_t)1 << map->chunk_order, nr_blocks = (size_t)1 << (map->chunk_order - map->block_order);
	struct frame_chunk *chunk = arena_alloc(map->arena, sizeof(*chunk));

	chunk->frames = arena_array(map->arena, nr, sizeof(*chunk->frames));
	chunk->blocks = arena_array(map->arena, nr_blocks, sizeof(*chunk->blocks));
	for (size_t i = 0; i < nr; i++)
		chunk->frames[i].pfn = first + i;
	for (size_t i = 0; i < nr_blocks; i++)
		chunk->blocks[i].flags = first_type(map, first + (i << map->block_order));
	return chunk;
}

static struct frame_chunk *chunk_of(struct frame_map *map, uint64_t pfn)
{
	uint64_t index = chunk_index(map, pfn);
	struct frame_chunk ***leaf = &map->leaves[index / LEAF_CHUNKS], **chunk;

	assert(frame_in(map, pfn));
	if (!*leaf)
		*leaf = arena_array(map->arena, LEAF_CHUNKS, sizeof(**leaf));
	chunk = &(*leaf)[index % LEAF_CHUNKS];
	if (!*chunk)
		*chunk = chunk_new(map, align_down(pfn, UINT64_C(1) << map->chunk_order));
	return *chunk;
}

struct frame *frame_at(struct frame_map *map, uint64_t pfn)
{
	return &chunk_of(map, pfn)->frames[pfn & ((UINT64_C(1) << map->chunk_order) - 1)];
}

struct frame *frame_find(const struct frame_map *map, uint64_t pfn)
{
	uint64_t index;
	struct frame_chunk **leaf, *chunk;

	if (!frame_in(map, pfn))
		return NULL;
	index = chunk_index(map, pfn);
	leaf = map->leaves[index / LEAF_CHUNKS];
	chunk = leaf ? leaf[index % LEAF_CHUNKS] : NULL;
	return chunk ? &chunk->frames[pfn & ((UINT64_C(1) << map->chunk_order) - 1)] : NULL;
}

struct pageblock *pageblock_at(struct frame_map *map, uint64_t pfn)
{
	uint64_t in_chunk = pfn & ((UINT64_C(1) << map->chunk_order) - 1);

	return &chunk_of(map, pfn)->blocks[in_chunk >> map->block_order];
}

/* -------------------------------------------------------------------- lists */

static void link_after(struct frame_list *list, struct frame *frame, struct frame *prev)
{
	struct frame *next = prev ? prev->next : list->head;

	frame->prev = prev;
	frame->next = next;
	*(prev ? &prev->next : &list->head) = frame;
	*(next ? &next->prev : &list->tail) = frame;
}

static void unlink_frame(struct frame_list *list, struct frame *frame)
{
	*(frame->prev ? &frame->prev->next : &list->head) = frame->next;
	*(frame->next ? &frame->next->prev : &list->tail) = frame->prev;
	frame->prev = frame->next = NULL;
}

void frame_list_push(struct frame_list *list, struct frame *frame, bool tail)
{
	link_after(list, frame, tail ? list->tail : NULL);
	list->nr++;
	list->dirty = true;
	*(tail ? &list->tail_new : &list->head_new) += 1;
}

/* Only lists that change at their ends keep this right; the others are published whole. */
static void note_gone(struct frame_list *list, bool tail)
{
	uint64_t *near_new = tail ? &list->tail_new : &list->head_new;
	uint64_t *far_new = tail ? &list->head_new : &list->tail_new;
	uint64_t *gone = tail ? &list->tail_gone : &list->head_gone;

	if (*near_new)
		--*near_new;
	else if (list->head_gone + list->tail_gone < list->published)
		++*gone;
	else if (*far_new)
		--*far_new;
}

void frame_list_remove(struct frame_list *list, struct frame *frame)
{
	note_gone(list, frame != list->head);
	unlink_frame(list, frame);
	list->nr--;
	list->dirty = true;
}

void frame_list_append_run(struct frame_map *map, struct frame_list *list, uint64_t pfn, uint64_t nr, int64_t step,
			   unsigned order, unsigned type)
{
	struct frame_run *run = arena_alloc(map->arena, sizeof(*run));

	*run = (struct frame_run){
		.frame = { .pfn = pfn, .state = FRAME_RUN, .order = (uint8_t)order, .type = (uint8_t)type },
		.nr = nr, .step = step,
	};
	link_after(list, &run->frame, list->tail);
	list->nr += nr;
	list->dirty = true;
}

/* The run's first block becomes a frame before it. */
static struct frame *split_run(struct frame_map *map, struct frame_list *list, struct frame_run *run)
{
	struct frame *frame = frame_at(map, run->frame.pfn);

	frame->state = FRAME_FREE;
	frame->order = run->frame.order;
	frame->type = run->frame.type;
	link_after(list, frame, run->frame.prev);
	run->frame.pfn += (uint64_t)run->step;
	if (!--run->nr)
		unlink_frame(list, &run->frame);
	return frame;
}

struct frame *frame_list_first(struct frame_map *map, struct frame_list *list)
{
	struct frame *frame = list->head;

	return frame && frame->state == FRAME_RUN ? split_run(map, list, (struct frame_run *)frame) : frame;
}
