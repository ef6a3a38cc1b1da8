/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.h - what every table's rows hold, and the moments in between.
 *
 * Rows are published copies: a noun (memblock, zones, ...) keeps its own
 * structs and publishes rows of values, so that the log needs to know nothing
 * of memory management.
 */
#ifndef MMSCOPE_TABLE_H
#define MMSCOPE_TABLE_H

#include "types.h"

/* Columns of the widest table; a row on the stack is this long. */
#define MM_MAX_COLUMNS	20

bool value_equal(enum mm_type type, union mm_value a, union mm_value b);
bool row_equal(const struct mm_table_def *def, const union mm_value *a, const union mm_value *b);

#endif
