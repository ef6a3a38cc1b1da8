// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/texts/changes.h"

#include <stdlib.h>
#include <string.h>

static int64_t *gain_of(struct gains *gains, const char *owner)
{
	/* Nearly always it is the same text. */
	for (size_t i = 0; i < gains->nr; i++)
		if (gains->owner[i].name == owner)
			return &gains->owner[i].bytes;
	for (size_t i = 0; i < gains->nr; i++)
		if (!strcmp(gains->owner[i].name, owner))
			return &gains->owner[i].bytes;
	if (gains->nr == GAINS_MAX)
		return NULL;
	gains->owner[gains->nr].name = owner;
	gains->owner[gains->nr].bytes = 0;
	return &gains->owner[gains->nr++].bytes;
}

static size_t column(const struct mm_table_def *def, const char *name)
{
	for (size_t i = 0; i < def->nr_columns; i++)
		if (!strcmp(def->columns[i].name, name))
			return i;
	abort();		/* the ledger has it */
}

static void add_rows(struct gains *gains, const union mm_value *rows, size_t nr, int64_t sign)
{
	const struct mm_table_def *def = mm_table_def(MM_LEDGER);
	size_t owner = column(def, "owner"), size = column(def, "size"), ram = column(def, "ram");

	for (size_t i = 0; i < nr; i++) {
		const union mm_value *row = rows + i * def->nr_columns;
		int64_t *bytes = row[ram].i ? gain_of(gains, row[owner].s) : NULL;

		if (bytes)
			*bytes += sign * (int64_t)row[size].u;
	}
}

void gains_of_event(struct gains *gains, const struct mm_event *event)
{
	for (size_t i = 0; i < event->nr_splices; i++) {
		const struct mm_splice *splice = &event->splices[i];

		if (splice->table != MM_LEDGER)
			continue;
		add_rows(gains, splice->del, splice->nr_del, -1);
		add_rows(gains, splice->ins, splice->nr_ins, 1);
	}
}

void gains_add(struct gains *gains, const struct gains *more)
{
	for (size_t i = 0; i < more->nr; i++) {
		int64_t *bytes = gain_of(gains, more->owner[i].name);

		if (bytes)
			*bytes += more->owner[i].bytes;
	}
}

static int by_size(const void *a, const void *b)
{
	int64_t x = llabs(((const struct gain *)a)->bytes), y = llabs(((const struct gain *)b)->bytes);

	return (x < y) - (x > y);
}

void gains_sort(struct gains *gains)
{
	qsort(gains->owner, gains->nr, sizeof(gains->owner[0]), by_size);
}

static bool same_list(const struct mm_list *a, const struct mm_list *b)
{
	if (!a || !b)
		return a == b;
	/* An empty one has no numbers to point to. */
	return a->nr == b->nr && (!a->nr || !memcmp(a->v, b->v, a->nr * sizeof(a->v[0])));
}

static bool same_row(const struct mm_table_def *def, const union mm_value *a, const union mm_value *b)
{
	for (size_t i = 0; i < def->nr_columns; i++) {
		enum mm_type type = def->columns[i].type;

		if (type == MM_STR ? a[i].s != b[i].s && strcmp(a[i].s, b[i].s) :
		    type == MM_LIST || type == MM_RUNS ? !same_list(a[i].list, b[i].list) : a[i].u != b[i].u)
			return false;
	}
	return true;
}

/* Rows keep their order: the one after the last that was found is tried first. */
static bool was_there(const struct mm_table_def *def, const struct mm_splice *splice, const union mm_value *row,
		      size_t *next)
{
	for (size_t n = 0; n < splice->nr_del; n++) {
		size_t i = (*next + n) % splice->nr_del;

		if (!same_row(def, splice->del + i * def->nr_columns, row))
			continue;
		*next = i + 1;
		return true;
	}
	return false;
}

void changes_of_event(struct changes *changes, const struct mm_event *event)
{
	for (size_t i = 0; i < event->nr_splices; i++) {
		const struct mm_splice *splice = &event->splices[i];
		const struct mm_table_def *def = mm_table_def(splice->table);
		size_t next = 0;

		for (size_t j = 0; j < splice->nr_ins; j++) {
			const union mm_value *row = splice->ins + j * def->nr_columns;

			if (was_there(def, splice, row, &next))
				continue;
			changes->rows[splice->table]++;
			changes->last[splice->table] = row;
		}
		/* Rows that only go are a change as well. */
		if (splice->nr_del > splice->nr_ins)
			changes->rows[splice->table] += splice->nr_del - splice->nr_ins;
	}
}

void changes_add(struct changes *changes, const struct changes *more)
{
	for (size_t i = 0; i < MM_NR_TABLES; i++) {
		changes->rows[i] += more->rows[i];
		if (more->last[i])
			changes->last[i] = more->last[i];
	}
}
