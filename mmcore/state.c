// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * state.c - the tables at any moment, by splices from the start or from a checkpoint on.
 *
 * A state holds the numbers of the rows that the log's splices brought (struct mm_splice).  Of the last event it has
 * the rows themselves, where they were published last.
 */
#include "machine.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

typedef const union mm_value *row;

struct block {
	struct block *next;
	max_align_t data[];
};

struct mm_state {
	struct chunks rows[MM_NR_TABLES];	/* of uint32_t; of_end: as trace.rows has them */
	bool of_end;
	const row *brought;			/* by number; a timeline's, or its own: */
	row *own;
	struct block *blocks;			/* that the chunks lie in */
};

static void *take_block(void *ctx, size_t bytes)
{
	struct mm_state *state = ctx;
	struct block *block = malloc(sizeof(*block) + bytes);

	if (!block)
		return NULL;
	block->next = state->blocks;
	state->blocks = block;
	return block->data;
}

static struct mm_state *new_state(const row *brought)
{
	struct mm_state *state = calloc(1, sizeof(*state));

	for (size_t t = 0; state && t < MM_NR_TABLES; t++)
		state->rows[t] = (struct chunks){ .alloc = take_block, .ctx = state, .width = sizeof(uint32_t) };
	if (state)
		state->brought = brought;
	return state;
}

static int fail_state(struct mm_state *state)
{
	mm_state_free(state);
	return -ENOMEM;
}

/* All rows of events [0, @end), by number; NULL: no memory. */
static row *list_rows(const struct mm *mm, size_t end)
{
	row *list = malloc((mm->trace.nr_rows_brought + 1) * sizeof(*list));

	for (size_t i = 0; list && i < end; i++) {
		const struct mm_event *event = mm_event(mm, i);

		for (size_t k = 0; k < event->nr_splices; k++) {
			const struct mm_splice *s = &event->splices[k];
			size_t width = mm_table_def(s->table)->nr_columns;

			for (size_t n = 0; n < s->nr_ins; n++)
				list[s->first + n] = s->ins + n * width;
		}
	}
	return list;
}

#define PIECE	64

/* Rows that come go in piece by piece; those that go do so with the first. */
static bool apply(struct mm_state *state, const struct mm_splice *s)
{
	size_t at = s->at, nr_del = s->nr_del, here;
	uint32_t piece[PIECE];

	for (size_t i = 0; i < s->nr_ins || nr_del; i += here) {
		here = min_u64(s->nr_ins - i, PIECE);
		for (size_t k = 0; k < here; k++)
			piece[k] = (uint32_t)(s->first + i + k);
		if (!chunks_splice(&state->rows[s->table], at, nr_del, NULL, piece, here))
			return false;
		at += here;
		nr_del = 0;
	}
	return true;
}

static bool apply_event(struct mm_state *state, const struct mm_event *event)
{
	for (size_t k = 0; k < event->nr_splices; k++)
		if (!apply(state, &event->splices[k]))
			return false;
	return true;
}

/* Events [@from, @end) happen. */
static bool forward(const struct mm *mm, struct mm_state *state, size_t from, size_t end)
{
	for (size_t i = from; i < end; i++)
		if (!apply_event(state, mm_event(mm, i)))
			return false;
	return true;
}

/* How many events have happened when @seq has. */
static size_t events_until(const struct mm *mm, size_t seq)
{
	return min_u64(seq, mm_nr_events(mm) - 1) + 1;
}

int mm_state_at(const struct mm *mm, size_t seq, struct mm_state **ret)
{
	size_t nr = mm_nr_events(mm), end = nr ? events_until(mm, seq) : 0;
	struct mm_state *state = new_state(NULL);

	if (!state)
		return -ENOMEM;
	state->of_end = end == nr;
	for (int t = 0; state->of_end && t < MM_NR_TABLES; t++)
		state->rows[t] = mm->trace.rows[t].rows;
	state->own = state->of_end ? NULL : list_rows(mm, end);
	state->brought = state->own;
	if (!state->of_end && (!state->own || !forward(mm, state, 0, end)))
		return fail_state(state);
	*ret = state;
	return 0;
}

void mm_state_free(struct mm_state *state)
{
	struct block *next;

	for (struct block *block = state ? state->blocks : NULL; block; block = next) {
		next = block->next;
		free(block);
	}
	if (state)
		free(state->own);
	free(state);
}

size_t mm_state_nr_rows(const struct mm_state *state, enum mm_table_id table)
{
	assert((unsigned)table < MM_NR_TABLES);
	return state->rows[table].nr;
}

const union mm_value *mm_state_row(const struct mm_state *state, enum mm_table_id table, size_t index)
{
	const void *at;

	assert(index < mm_state_nr_rows(state, table));
	at = chunks_row(&state->rows[table], index);
	return state->of_end ? at : state->brought[*(const uint32_t *)at];
}

size_t mm_state_numbers(const struct mm_state *state, enum mm_table_id table, size_t index, const uint32_t **ret)
{
	const struct chunks *rows = &state->rows[table];
	size_t k;

	assert(!state->of_end && index < rows->nr);
	k = chunks_find(rows, index);
	*ret = chunks_row(rows, index);
	return rows->first[k] + chunk_rows(rows, k) - index;
}

size_t mm_nr_rows_brought(const struct mm *mm)
{
	return mm->trace.nr_rows_brought;
}

/* ----------------------------------------------------------------- checkpoints */

struct checkpoint {
	size_t end;			/* events [0, end) have happened */
	size_t nr[MM_NR_TABLES];
	uint32_t rows[];		/* their numbers, table after table */
};

struct mm_timeline {
	const struct mm *mm;
	row *brought;			/* all rows of the log, by number */
	struct checkpoint **points;	/* by their ends */
	size_t nr, cap;
};

/*
 * A checkpoint comes after a quarter as many changes as there are rows: so all of them together take memory in proportion
 * to the changes of the log, and to any moment there are no more changes than a quarter of its rows.
 */
#define LEAST_CHANGES	256
#define ROWS_A_CHANGE	4

static size_t nr_of_rows(const struct mm_state *state)
{
	size_t nr = 0;

	for (size_t t = 0; t < MM_NR_TABLES; t++)
		nr += state->rows[t].nr;
	return nr;
}

static size_t changes_of(const struct mm_event *event)
{
	size_t nr = 0;

	for (size_t k = 0; k < event->nr_splices; k++)
		nr += event->splices[k].nr_del + event->splices[k].nr_ins;
	return nr;
}

static struct checkpoint *checkpoint_new(const struct mm_state *state, size_t end)
{
	struct checkpoint *point = malloc(sizeof(*point) + nr_of_rows(state) * sizeof(uint32_t));
	uint32_t *to;

	if (!point)
		return NULL;
	point->end = end;
	to = point->rows;
	for (size_t t = 0; t < MM_NR_TABLES; t++) {
		point->nr[t] = state->rows[t].nr;
		chunks_copy(&state->rows[t], 0, point->nr[t], to);
		to += point->nr[t];
	}
	return point;
}

static bool add_point(struct mm_timeline *timeline, const struct mm_state *state, size_t end)
{
	if (timeline->nr == timeline->cap) {
		size_t cap = timeline->cap ? 2 * timeline->cap : 16;
		struct checkpoint **points = realloc(timeline->points, cap * sizeof(struct checkpoint *));

		if (!points)
			return false;
		timeline->points = points;
		timeline->cap = cap;
	}
	timeline->points[timeline->nr] = checkpoint_new(state, end);
	return timeline->points[timeline->nr] && ++timeline->nr;
}

static bool add_points(struct mm_timeline *timeline, struct mm_state *state)
{
	const struct mm *mm = timeline->mm;
	size_t changes = 0;

	for (size_t i = 0; i < mm_nr_events(mm); i++) {
		const struct mm_event *event = mm_event(mm, i);

		if (!apply_event(state, event))
			return false;
		changes += changes_of(event);
		if (changes < LEAST_CHANGES || ROWS_A_CHANGE * changes < nr_of_rows(state))
			continue;
		if (!add_point(timeline, state, i + 1))
			return false;
		changes = 0;
	}
	return true;
}

int mm_timeline_new(const struct mm *mm, struct mm_timeline **ret)
{
	struct mm_timeline *timeline = calloc(1, sizeof(*timeline));
	struct mm_state *state = new_state(NULL);
	bool good;

	if (timeline) {
		timeline->mm = mm;
		timeline->brought = list_rows(mm, mm_nr_events(mm));
	}
	good = timeline && timeline->brought && state && add_points(timeline, state);
	mm_state_free(state);
	if (!good) {
		mm_timeline_free(timeline);
		return -ENOMEM;
	}
	*ret = timeline;
	return 0;
}

void mm_timeline_free(struct mm_timeline *timeline)
{
	for (size_t i = 0; timeline && i < timeline->nr; i++)
		free(timeline->points[i]);
	if (timeline) {
		free(timeline->points);
		free(timeline->brought);
	}
	free(timeline);
}

/* The last one that is not behind @end, or NULL. */
static const struct checkpoint *point_before(const struct mm_timeline *timeline, size_t end)
{
	size_t lo = 0, hi = timeline->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (timeline->points[mid]->end <= end)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? timeline->points[lo - 1] : NULL;
}

static bool begin_at(struct mm_state *state, const struct checkpoint *point)
{
	const uint32_t *from = point->rows;

	for (size_t t = 0; t < MM_NR_TABLES; t++) {
		if (point->nr[t] && !chunks_splice(&state->rows[t], 0, 0, NULL, from, point->nr[t]))
			return false;
		from += point->nr[t];
	}
	return true;
}

int mm_timeline_state(const struct mm_timeline *timeline, size_t seq, struct mm_state **ret)
{
	const struct mm *mm = timeline->mm;
	size_t end = mm_nr_events(mm) ? events_until(mm, seq) : 0;
	const struct checkpoint *point = point_before(timeline, end);
	struct mm_state *state = new_state(timeline->brought);

	if (!state)
		return -ENOMEM;
	if ((point && !begin_at(state, point)) || !forward(mm, state, point ? point->end : 0, end))
		return fail_state(state);
	*ret = state;
	return 0;
}
