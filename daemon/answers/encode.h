/* SPDX-License-Identifier: GPL-2.0-or-later */
/* encode.h - rows and events as JSON. */
#ifndef MMSCOPE_ENCODE_H
#define MMSCOPE_ENCODE_H

#include "daemon/base/encode_object.h"

void encode_row(struct bytes *out, const struct mm_table_def *def, const union mm_value *row);
/* All rows of a table, as a list. */
void encode_rows(struct bytes *out, const struct mm_state *state, enum mm_table_id table);

/* One event, without a newline. */
void encode_event(struct bytes *out, const struct mm *mm, const struct mm_event *event);

#endif
