/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * changes.h - what events have changed: whose memory, and how many rows.
 *
 * Both structs start all-zero and sum up the events that they are given.
 */
#ifndef MMSCOPE_CHANGES_H
#define MMSCOPE_CHANGES_H

#include "mmcore/mm.h"

/* The engine has some thirty owners. */
#define GAINS_MAX	64

struct gain {
	const char *name;
	int64_t bytes;		/* negative: lost */
};

struct gains {
	struct gain owner[GAINS_MAX];
	size_t nr;
};

/* By the ledger, and of RAM alone. */
void gains_of_event(struct gains *gains, const struct mm_event *event);
void gains_add(struct gains *gains, const struct gains *more);
/* The largest change first. */
void gains_sort(struct gains *gains);

struct changes {
	size_t rows[MM_NR_TABLES];		/* that came, or came to differ */
	const union mm_value *last[MM_NR_TABLES];	/* the last of them, or NULL */
};

/* Rows that a splice carries along unchanged do not count. */
void changes_of_event(struct changes *changes, const struct mm_event *event);
void changes_add(struct changes *changes, const struct changes *more);

#endif
