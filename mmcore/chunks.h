/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chunks.h - an array of rows that may be long and changes anywhere.
 *
 * Rows lie in chunks of at most CHUNK_ROWS, in order; a change moves rows of its own
 * chunk only.  Where each chunk begins is kept, so that row @i is found by a search.
 * As long as all rows fit into one chunk they are a plain array, rows[0].
 *
 * Memory comes from @alloc, which never gets any back; it may fail by returning NULL,
 * or not return.
 */
#ifndef MMSCOPE_CHUNKS_H
#define MMSCOPE_CHUNKS_H

#include "arena.h"

#define CHUNK_ROWS	64

struct chunks {
	void *(*alloc)(void *ctx, size_t bytes);
	void *ctx;
	size_t width;		/* bytes of a row */
	size_t nr;		/* rows */
	char **rows;		/* [nr_chunks] the rows of each */
	size_t *first;		/* [nr_chunks] its first row's number; the first is 0 */
	size_t nr_chunks, cap_chunks;
	size_t cap_only;	/* rows that the only chunk has room for; later ones have CHUNK_ROWS */
};

/* An @alloc whose @ctx is a struct arena: it does not return if there is no memory. */
void *chunks_from_arena(void *ctx, size_t bytes);
/* Chunk that holds row @i, or the last one. */
size_t chunks_find(const struct chunks *chunks, size_t i);
static inline size_t chunk_rows(const struct chunks *chunks, size_t k)
{
	return (k + 1 < chunks->nr_chunks ? chunks->first[k + 1] : chunks->nr) - chunks->first[k];
}
/* Row @i, i < nr; valid until the next change. */
static inline void *chunks_row(const struct chunks *chunks, size_t i)
{
	size_t k = chunks->nr_chunks > 1 ? chunks_find(chunks, i) : 0;

	return chunks->rows[k] + (i - chunks->first[k]) * chunks->width;
}
/* The way from one row to the next ones, without a search for each; a change ends it. */
struct chunks_walk {
	const struct chunks *chunks;
	size_t k, left;		/* the chunk, and how many of its rows are still to come */
	char *row;		/* the next one */
};

static inline struct chunks_walk chunks_walk_from(const struct chunks *chunks, size_t i)
{
	size_t k = chunks->nr_chunks > 1 ? chunks_find(chunks, i) : 0;

	if (!chunks->nr)
		return (struct chunks_walk){ .chunks = chunks };
	return (struct chunks_walk){ chunks, k, chunks->first[k] + chunk_rows(chunks, k) - i,
				     chunks->rows[k] + (i - chunks->first[k]) * chunks->width };
}

/* The next row; NULL: there is none. */
static inline void *chunks_next(struct chunks_walk *walk)
{
	const struct chunks *chunks = walk->chunks;
	char *row;

	while (!walk->left) {
		if (walk->k + 1 >= chunks->nr_chunks)
			return NULL;
		walk->k++;
		walk->left = chunk_rows(chunks, walk->k);
		walk->row = chunks->rows[walk->k];
	}
	row = walk->row;
	walk->row += chunks->width;
	walk->left--;
	return row;
}

/*
 * Number of the first row of which @is_above is true, nr if of none; of all behind it it is true as well.
 * Looks at one row of each chunk that it passes, so that a search stays within few lines of cache.
 */
size_t chunks_lower(const struct chunks *chunks, bool (*is_above)(const void *row, uint64_t key), uint64_t key);
/*
 * Rows [@at, @at + @nr_del) go, to @del unless that is NULL, and @nr_ins others take their place.
 * false: no memory, and the rows are fit for nothing but to be given up.
 */
bool chunks_splice(struct chunks *chunks, size_t at, size_t nr_del, void *del, const void *ins, size_t nr_ins);
/* Copies rows [@at, @at + @nr) out. */
void chunks_copy(const struct chunks *chunks, size_t at, size_t nr, void *to);

#endif
