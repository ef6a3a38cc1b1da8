/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table_read.h - a row's values by the names of their columns. */
#ifndef MMSCOPE_TABLE_READ_H
#define MMSCOPE_TABLE_READ_H

#include "mmcore/mm.h"

struct table_row {
	const struct mm_table_def *def;
	const union mm_value *value;
};

/* The table of that name, or -1. */
int table_find(const char *name);

struct table_row table_row(const struct mm_state *state, enum mm_table_id table, size_t index);
/* The column must exist and have that type: anything else is our own mistake. */
int64_t row_num(struct table_row row, const char *column);
uint64_t row_hex(struct table_row row, const char *column);
const char *row_text(struct table_row row, const char *column);
const struct mm_list *row_list(struct table_row row, const char *column);

#endif
