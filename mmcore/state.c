// SPDX-License-Identifier: GPL-2.0-or-later
/* state.c - the tables at any moment, by replaying splices from the start; at the end they are as last published. */
#include "machine.h"

#include <errno.h>
#include <stdlib.h>

struct mm_state {
	struct trace_rows rows[MM_NR_TABLES];
};

static int apply(struct trace_rows *rows, const struct mm_splice *s)
{
	size_t w = mm_table_def(s->table)->nr_columns, after = rows->nr - s->nr_del + s->nr_ins;

	if (after > rows->cap) {
		size_t cap = max_u64(2 * rows->cap, max_u64(after, 16));
		union mm_value *v = realloc(rows->v, cap * w * sizeof(*v));

		if (!v)
			return -ENOMEM;
		rows->v = v;
		rows->cap = cap;
	}
	if (rows->nr - s->at - s->nr_del)
		memmove(rows->v + (s->at + s->nr_ins) * w, rows->v + (s->at + s->nr_del) * w,
			(rows->nr - s->at - s->nr_del) * w * sizeof(*rows->v));
	if (s->nr_ins)
		memcpy(rows->v + s->at * w, s->ins, s->nr_ins * w * sizeof(*rows->v));
	rows->nr = after;
	return 0;
}

static int copy_rows(struct trace_rows *to, const struct trace_rows *from, size_t width)
{
	if (!from->nr)
		return 0;
	to->v = malloc(from->nr * width * sizeof(*to->v));
	if (!to->v)
		return -ENOMEM;
	memcpy(to->v, from->v, from->nr * width * sizeof(*to->v));
	to->nr = to->cap = from->nr;
	return 0;
}

static int last_rows(const struct mm *mm, struct mm_state *state)
{
	int err = 0;

	for (int t = 0; t < MM_NR_TABLES && !err; t++)
		err = copy_rows(&state->rows[t], &mm->trace.rows[t], mm_table_def((enum mm_table_id)t)->nr_columns);
	return err;
}

int mm_state_at(const struct mm *mm, size_t seq, struct mm_state **ret)
{
	struct mm_state *state = calloc(1, sizeof(*state));

	if (!state)
		return -ENOMEM;
	if (seq + 1 >= mm_nr_events(mm)) {
		if (last_rows(mm, state)) {
			mm_state_free(state);
			return -ENOMEM;
		}
		*ret = state;
		return 0;
	}
	for (size_t i = 0; i <= seq && i < mm_nr_events(mm); i++) {
		const struct mm_event *event = mm_event(mm, i);

		for (size_t k = 0; k < event->nr_splices; k++) {
			if (apply(&state->rows[event->splices[k].table], &event->splices[k])) {
				mm_state_free(state);
				return -ENOMEM;
			}
		}
	}
	*ret = state;
	return 0;
}

void mm_state_free(struct mm_state *state)
{
	if (!state)
		return;
	for (size_t i = 0; i < MM_NR_TABLES; i++)
		free(state->rows[i].v);
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
	return state->rows[table].v + index * mm_table_def(table)->nr_columns;
}
