/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * budget.h - a project's file of what its boards may take of their memory.
 *
 *   # Comments begin with '#'.
 *   board   boards/gateway.dts boards/gateway-lite.dts
 *   kernel  6.12 7.2
 *   cmdline cma=64M quiet
 *       memtotal >= 950M
 *       pool.video.size <= 20M
 *       problems == 0
 *
 * A block says which boots - each board with each kernel and each command line -
 * and then what has to hold for all of them, in the language of expect.h.  Besides
 * board, kernel and cmdline, any other input of a run may stand there by its name
 * (input/ask_fields.h).  A board's path is seen from the budget file's folder.
 */
#ifndef MMSCOPE_BUDGET_H
#define MMSCOPE_BUDGET_H

#include "daemon/answers/metrics.h"
#include "daemon/input/request.h"

#define BUDGET_MAX_BYTES	(1u << 20)
#define BUDGET_MAX_LIST		64	/* boards, kernels or command lines of a block */

/* Strings point into the file's text. */
struct budget_limit {
	const char *text;
	size_t line;
};

struct budget_list {
	const char *item[BUDGET_MAX_LIST];
	size_t nr;
};

struct budget_block {
	struct budget_list boards, kernels, cmdlines;
	struct ask ask;			/* other inputs */
	struct budget_limit *limit;
	size_t nr_limits;
};

struct budget {
	char *text, *folder;
	struct budget_block *block;
	size_t nr_blocks;
};

/* -EINVAL: @error names the line, and what is wrong with it. */
int budget_read(const char *path, struct budget *ret, struct mm_error *error);
void budget_deinit(struct budget *budget);

size_t budget_boots(const struct budget_block *block);
/* The inputs of boot @i of @block.  @path is for the board's name, as seen from here. */
struct ask budget_ask(const struct budget *budget, const struct budget_block *block, size_t i, struct bytes *path);

/* One figure that was held against a boot. */
struct budget_row {
	const char *file;		/* the budget's */
	const char *board, *kernel, *cmdline;
	const struct budget_limit *limit;
	bool holds;
	bool has_figure;		/* it compares one number with another: */
	uint64_t value, bound;
	enum metric_unit unit;
	const char *why;		/* what the values were, where it is no such comparison */
	const char *error;		/* the boot could not be made, or the line makes no sense; then there is no limit */
};

/* Holds @limit against a boot's numbers; @why is the row's.  -EINVAL: @error has the column. */
int budget_hold(const struct budget_limit *limit, const struct metrics *metrics, struct budget_row *row, struct bytes *why,
		struct mm_error *error);

/* The lines of a new block for a boot, with room of @percent of what is lost. */
void budget_propose(const struct metrics *metrics, unsigned percent, struct bytes *out);
/* The number that a limit of @comparison gets when the boot has @value: with room, rounded to what one can read. */
void budget_put_bound(struct bytes *out, const char *name, const char *comparison, const struct metric *metric,
		      const struct metrics *metrics, unsigned percent);

#endif
