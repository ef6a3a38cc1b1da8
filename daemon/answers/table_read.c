// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/table_read.h"

#include <assert.h>
#include <string.h>

int table_find(const char *name)
{
	for (int table = 0; table < MM_NR_TABLES; table++)
		if (!strcmp(mm_table_def((enum mm_table_id)table)->name, name))
			return table;
	return -1;
}

struct table_row table_row(const struct mm_state *state, enum mm_table_id table, size_t index)
{
	return (struct table_row){ mm_table_def(table), mm_state_row(state, table, index) };
}

static union mm_value find(struct table_row row, const char *column, enum mm_type type, enum mm_type other)
{
	for (size_t i = 0; i < row.def->nr_columns; i++) {
		const struct mm_column *c = &row.def->columns[i];

		if (!strcmp(c->name, column) && (c->type == type || c->type == other))
			return row.value[i];
	}
	assert(!"no such column");
	return (union mm_value){ .u = 0 };
}

int64_t row_num(struct table_row row, const char *column)
{
	return find(row, column, MM_NUM, MM_NUM).i;
}

uint64_t row_hex(struct table_row row, const char *column)
{
	return find(row, column, MM_HEX, MM_HEX).u;
}

const char *row_text(struct table_row row, const char *column)
{
	return find(row, column, MM_STR, MM_STR).s;
}

const struct mm_list *row_list(struct table_row row, const char *column)
{
	return find(row, column, MM_LIST, MM_RUNS).list;
}
