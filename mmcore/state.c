// SPDX-License-Identifier: GPL-2.0-or-later
/* state.c - the tables at any moment, by splices from the start or back from the end, where they are as last published. */
#include "machine.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

struct block {
	struct block *next;
	max_align_t data[];
};

struct mm_state {
	struct chunks rows[MM_NR_TABLES];
	struct block *blocks;	/* that the rows lie in */
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

static struct mm_state *new_state(void)
{
	struct mm_state *state = calloc(1, sizeof(*state));

	for (size_t t = 0; state && t < MM_NR_TABLES; t++)
		state->rows[t] = (struct chunks){ .alloc = take_block, .ctx = state,
						  .width = mm_table_def((enum mm_table_id)t)->nr_columns * sizeof(union mm_value) };
	return state;
}

static bool apply(struct chunks *rows, const struct mm_splice *s)
{
	return chunks_splice(rows, s->at, s->nr_del, s->ins, s->nr_ins);
}

static bool revert(struct chunks *rows, const struct mm_splice *s)
{
	return chunks_splice(rows, s->at, s->nr_ins, s->del, s->nr_del);
}

static bool copy_rows(struct chunks *to, const struct chunks *from)
{
	for (size_t c = 0; c < from->nr_chunks; c++) {
		size_t end = c + 1 < from->nr_chunks ? from->first[c + 1] : from->nr;

		if (!chunks_splice(to, from->first[c], 0, from->rows[c], end - from->first[c]))
			return false;
	}
	return true;
}

static bool last_rows(const struct mm *mm, struct mm_state *state)
{
	for (int t = 0; t < MM_NR_TABLES; t++)
		if (!copy_rows(&state->rows[t], &mm->trace.rows[t].rows))
			return false;
	return true;
}

/* Events [0, @end) happen. */
static bool forward(const struct mm *mm, struct mm_state *state, size_t end)
{
	for (size_t i = 0; i < end; i++) {
		const struct mm_event *event = mm_event(mm, i);

		for (size_t k = 0; k < event->nr_splices; k++)
			if (!apply(&state->rows[event->splices[k].table], &event->splices[k]))
				return false;
	}
	return true;
}

/* From the end on, events from the last one down to @end are taken back. */
static bool backward(const struct mm *mm, struct mm_state *state, size_t end)
{
	if (!last_rows(mm, state))
		return false;
	for (size_t i = mm_nr_events(mm); i-- > end;) {
		const struct mm_event *event = mm_event(mm, i);

		for (size_t k = event->nr_splices; k-- > 0;)
			if (!revert(&state->rows[event->splices[k].table], &event->splices[k]))
				return false;
	}
	return true;
}

int mm_state_at(const struct mm *mm, size_t seq, struct mm_state **ret)
{
	size_t nr = mm_nr_events(mm), end = min_u64(seq, nr - 1) + 1;
	struct mm_state *state = new_state();

	if (!state)
		return -ENOMEM;
	if (!(end < nr / 2 ? forward(mm, state, end) : backward(mm, state, end))) {
		mm_state_free(state);
		return -ENOMEM;
	}
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
	free(state);
}

size_t mm_state_nr_rows(const struct mm_state *state, enum mm_table_id table)
{
	assert((unsigned)table < MM_NR_TABLES);
	return state->rows[table].nr;
}

const union mm_value *mm_state_row(const struct mm_state *state, enum mm_table_id table, size_t index)
{
	assert(index < mm_state_nr_rows(state, table));
	return chunks_row(&state->rows[table], index);
}
