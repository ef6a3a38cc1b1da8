// SPDX-License-Identifier: GPL-2.0-or-later
#include "chunks.h"

void *chunks_from_arena(void *ctx, size_t bytes)
{
	return arena_alloc(ctx, bytes);
}

size_t chunks_find(const struct chunks *c, size_t i)
{
	size_t lo = 0, hi = c->nr_chunks;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->first[mid] <= i)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* First of rows [0, @nr) at @rows that is above @key. */
static size_t lower_of(const struct chunks *c, const char *rows, size_t nr, bool (*is_above)(const void *row, uint64_t key),
		       uint64_t key)
{
	size_t lo = 0;

	while (lo < nr) {
		size_t mid = lo + (nr - lo) / 2;

		if (is_above(rows + mid * c->width, key))
			nr = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

size_t chunks_lower(const struct chunks *c, bool (*is_above)(const void *row, uint64_t key), uint64_t key)
{
	size_t lo = 0, hi = c->nr_chunks;

	/* The chunk: the last one of which the first row is not above, for the row sought lies in it or begins the next. */
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (is_above(c->rows[mid], key))
			hi = mid;
		else
			lo = mid;
	}
	return c->nr ? c->first[lo] + lower_of(c, c->rows[lo], chunk_rows(c, lo), is_above, key) : 0;
}

void chunks_copy(const struct chunks *c, size_t at, size_t nr, void *to)
{
	char *out = to;

	for (size_t k = nr ? chunks_find(c, at) : 0; nr; k++) {
		size_t skip = at - c->first[k], here = min_u64(chunk_rows(c, k) - skip, nr);

		memcpy(out, c->rows[k] + skip * c->width, here * c->width);
		out += here * c->width;
		at += here;
		nr -= here;
	}
}

/* Chunks behind @k begin @by rows later; unsigned wrap makes it earlier. */
static void shift(struct chunks *c, size_t k, size_t by)
{
	for (size_t i = k + 1; i < c->nr_chunks; i++)
		c->first[i] += by;
	c->nr += by;
}

/* ----------------------------------------------------------------------- room */

static void *grown(struct chunks *c, const void *old, size_t used, size_t bytes)
{
	void *p = c->alloc(c->ctx, bytes);

	if (p && used)
		memcpy(p, old, used);
	return p;
}

/* Room for @nr rows in the first chunk, as long as it is the only one. */
static bool grow_only(struct chunks *c, size_t nr)
{
	size_t cap = min_u64(max_u64(max_u64(2 * c->cap_only, nr), 16), CHUNK_ROWS);
	char *rows;

	if (c->nr_chunks > 1 || nr <= c->cap_only)
		return true;
	rows = grown(c, c->rows[0], c->nr * c->width, cap * c->width);
	if (!rows)
		return false;
	c->rows[0] = rows;
	c->cap_only = cap;
	return true;
}

static bool room_for_chunk(struct chunks *c)
{
	size_t cap = c->cap_chunks ? 2 * c->cap_chunks : 4;
	char **rows;
	size_t *first;

	if (c->nr_chunks < c->cap_chunks)
		return true;
	rows = grown(c, c->rows, c->nr_chunks * sizeof(*rows), cap * sizeof(*rows));
	first = grown(c, c->first, c->nr_chunks * sizeof(*first), cap * sizeof(*first));
	if (!rows || !first)
		return false;
	c->rows = rows;
	c->first = first;
	c->cap_chunks = cap;
	return true;
}

/* An empty chunk as number @k, which begins at row @first. */
static bool add_chunk(struct chunks *c, size_t k, size_t first)
{
	char *rows = c->alloc(c->ctx, CHUNK_ROWS * c->width);

	if (!rows || !room_for_chunk(c))
		return false;
	memmove(&c->rows[k + 1], &c->rows[k], (c->nr_chunks - k) * sizeof(*c->rows));
	memmove(&c->first[k + 1], &c->first[k], (c->nr_chunks - k) * sizeof(*c->first));
	c->rows[k] = rows;
	c->first[k] = first;
	c->nr_chunks++;
	return true;
}

/* Rows from @at on, which chunk @k holds, go to a chunk of their own behind it. */
static bool split(struct chunks *c, size_t k, size_t at)
{
	size_t keep = at - c->first[k], move = chunk_rows(c, k) - keep;

	if (!grow_only(c, CHUNK_ROWS) || !add_chunk(c, k + 1, at))
		return false;
	memcpy(c->rows[k + 1], c->rows[k] + keep * c->width, move * c->width);
	return true;
}

/* --------------------------------------------------------------------- changes */

static void drop_chunk(struct chunks *c, size_t k)
{
	memmove(&c->rows[k], &c->rows[k + 1], (c->nr_chunks - k - 1) * sizeof(*c->rows));
	memmove(&c->first[k], &c->first[k + 1], (c->nr_chunks - k - 1) * sizeof(*c->first));
	c->nr_chunks--;
}

static void remove_rows(struct chunks *c, size_t at, size_t nr)
{
	while (nr) {
		size_t k = chunks_find(c, at), skip = at - c->first[k], all = chunk_rows(c, k), here = min_u64(all - skip, nr);

		memmove(c->rows[k] + skip * c->width, c->rows[k] + (skip + here) * c->width, (all - skip - here) * c->width);
		shift(c, k, 0 - here);
		if (here == all && c->nr_chunks > 1)
			drop_chunk(c, k);
		nr -= here;
	}
}

/* @nr rows that chunk @k has room for. */
static void insert_into(struct chunks *c, size_t k, size_t at, const void *ins, size_t nr)
{
	size_t skip = at - c->first[k], behind = chunk_rows(c, k) - skip;
	char *to = c->rows[k] + skip * c->width;

	memmove(to + nr * c->width, to, behind * c->width);
	memcpy(to, ins, nr * c->width);
	shift(c, k, nr);
}

/* Fills chunk @k's room, then further ones. */
static bool insert_many(struct chunks *c, size_t k, size_t at, const char *ins, size_t nr)
{
	if (!split(c, k, at))
		return false;
	while (nr) {
		size_t here = min_u64(CHUNK_ROWS - chunk_rows(c, k), nr);

		if (!here) {
			if (!add_chunk(c, ++k, at))
				return false;
			continue;
		}
		insert_into(c, k, at, ins, here);
		ins += here * c->width;
		at += here;
		nr -= here;
	}
	if (k + 1 < c->nr_chunks && !chunk_rows(c, k + 1))
		drop_chunk(c, k + 1);
	return true;
}

/* One chunk, without room yet. */
static bool begin(struct chunks *c)
{
	if (!room_for_chunk(c))
		return false;
	c->rows[0] = NULL;
	c->first[0] = 0;
	c->nr_chunks = 1;
	return true;
}

static bool insert_rows(struct chunks *c, size_t at, const void *ins, size_t nr)
{
	size_t k;

	if (!c->nr_chunks && !begin(c))
		return false;
	k = chunks_find(c, at);
	/* Between two chunks the first one's end is as good, and usually has room. */
	if (k && at == c->first[k] && chunk_rows(c, k - 1) + nr <= CHUNK_ROWS)
		k--;
	if (chunk_rows(c, k) + nr > CHUNK_ROWS) {
		if (nr > CHUNK_ROWS / 2)
			return insert_many(c, k, at, ins, nr);
		/* At the end of a full chunk nothing has to move: growing at one end fills chunks. */
		if (!split(c, k, at - c->first[k] == chunk_rows(c, k) ? at : c->first[k] + CHUNK_ROWS / 2))
			return false;
		if (at >= c->first[k + 1])
			k++;
	}
	if (!grow_only(c, c->nr + nr))
		return false;
	insert_into(c, k, at, ins, nr);
	return true;
}

/* Most changes lie in one chunk that has room for them and keeps some row: only the rows behind them in it move. */
static bool splice_within(struct chunks *c, size_t at, size_t nr_del, void *del, const void *ins, size_t nr_ins)
{
	size_t k = c->nr_chunks > 1 ? chunks_find(c, at) : 0, skip, all;
	char *to;

	if (!c->nr_chunks)
		return false;
	skip = at - c->first[k];
	all = chunk_rows(c, k);
	if (nr_del > all - skip || nr_del == all || all - nr_del + nr_ins > (c->nr_chunks > 1 ? CHUNK_ROWS : c->cap_only))
		return false;
	to = c->rows[k] + skip * c->width;
	if (del && nr_del)
		memcpy(del, to, nr_del * c->width);
	if (nr_del != nr_ins) {
		memmove(to + nr_ins * c->width, to + nr_del * c->width, (all - skip - nr_del) * c->width);
		shift(c, k, nr_ins - nr_del);
	}
	if (nr_ins)
		memcpy(to, ins, nr_ins * c->width);
	return true;
}

bool chunks_splice(struct chunks *c, size_t at, size_t nr_del, void *del, const void *ins, size_t nr_ins)
{
	assert(at <= c->nr && nr_del <= c->nr - at);
	if (splice_within(c, at, nr_del, del, ins, nr_ins))
		return true;
	if (del)
		chunks_copy(c, at, nr_del, del);
	remove_rows(c, at, nr_del);
	return !nr_ins || insert_rows(c, at, ins, nr_ins);
}
