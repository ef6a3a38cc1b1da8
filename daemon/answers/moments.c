// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/moments.h"

#include "daemon/answers/encode.h"

#include <stdlib.h>
#include <string.h>

/* Where a row is in the text. */
struct written {
	uint32_t at, len;		/* 0: not yet */
};

struct moments {
	const struct mm *mm;
	struct mm_timeline *timeline;
	struct written *rows;		/* [mm_nr_rows_brought()] */
	struct bytes text;
	size_t prepared;		/* events whose rows are written */
};

#define EVENTS_AT_A_TIME	64

struct moments *moments_new(const struct mm *mm)
{
	struct moments *moments = calloc(1, sizeof(*moments));

	if (!moments)
		return NULL;
	moments->mm = mm;
	moments->rows = calloc(mm_nr_rows_brought(mm) + 1, sizeof(*moments->rows));
	if (moments->rows && !mm_timeline_new(mm, &moments->timeline))
		return moments;
	moments_free(moments);
	return NULL;
}

void moments_free(struct moments *moments)
{
	if (!moments)
		return;
	mm_timeline_free(moments->timeline);
	bytes_deinit(&moments->text);
	free(moments->rows);
	free(moments);
}

int moments_state(const struct moments *moments, size_t seq, struct mm_state **ret)
{
	return mm_timeline_state(moments->timeline, seq, ret);
}

/* False: there is no room. */
static bool write_row(struct moments *moments, size_t number, const struct mm_table_def *def, const union mm_value *row)
{
	struct written *written = &moments->rows[number];
	size_t at = moments->text.len;

	if (written->len)
		return true;
	if (at > MOMENTS_MAX_TEXT)
		return false;
	encode_row(&moments->text, def, row);
	if (moments->text.failed) {
		moments->text.failed = false;
		bytes_cut(&moments->text, at);
		return false;
	}
	*written = (struct written){ (uint32_t)at, (uint32_t)(moments->text.len - at) };
	return true;
}

static void put_row(struct moments *moments, struct bytes *out, size_t number, const struct mm_state *state,
		    enum mm_table_id table, size_t index)
{
	const struct mm_table_def *def = mm_table_def(table);
	const struct written *written = &moments->rows[number];

	if (written->len || write_row(moments, number, def, mm_state_row(state, table, index)))
		bytes_add(out, moments->text.data + written->at, written->len);
	else
		encode_row(out, def, mm_state_row(state, table, index));
}

void moments_put_rows(struct moments *moments, struct bytes *out, const struct mm_state *state, enum mm_table_id table)
{
	size_t nr = mm_state_nr_rows(state, table), side_by_side;
	const uint32_t *numbers;

	bytes_putc(out, '[');
	for (size_t i = 0; i < nr; i += side_by_side) {
		side_by_side = mm_state_numbers(state, table, i, &numbers);
		for (size_t k = 0; k < side_by_side; k++) {
			if (i + k)
				bytes_putc(out, ',');
			put_row(moments, out, numbers[k], state, table, i + k);
		}
	}
	bytes_putc(out, ']');
}

static bool write_splice(struct moments *moments, const struct mm_splice *splice)
{
	const struct mm_table_def *def = mm_table_def(splice->table);

	for (size_t i = 0; i < splice->nr_ins; i++)
		if (!write_row(moments, splice->first + i, def, splice->ins + i * def->nr_columns))
			return false;
	return true;
}

bool moments_prepare(struct moments *moments)
{
	size_t nr = mm_nr_events(moments->mm), end = moments->prepared + EVENTS_AT_A_TIME;

	for (; moments->prepared < nr && moments->prepared < end; moments->prepared++) {
		const struct mm_event *event = mm_event(moments->mm, moments->prepared);

		for (size_t k = 0; k < event->nr_splices; k++)
			if (!write_splice(moments, &event->splices[k]))
				return false;
	}
	return moments->prepared < nr;
}
