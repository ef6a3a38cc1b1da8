/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sweep.h - many boots of one board, over one input or two that vary.
 *
 * An axis is NAME=VALUES. NAME is memory, kernel, board, dtb-addr, image-addr or
 * initrd; anything else is a kernel parameter of that name. VALUES is a list,
 * "64M,128M,256M", or a range with both ends, "64M:1G:64M".
 */
#ifndef MMSCOPE_SWEEP_H
#define MMSCOPE_SWEEP_H

#include "daemon/answers/metrics.h"
#include "daemon/answers/run.h"
#include "daemon/input/request.h"

#define SWEEP_MAX_VALUES	4096	/* of one axis */
#define SWEEP_MAX_CELLS		1000000
#define SWEEP_MAX_SHOWN		8	/* numbers kept of each cell */

struct axis {
	char *name;
	char *text;		/* as it was given */
	char **value;
	size_t nr;
};

/* Cell i has value i % nr of the first axis and i / nr of the second; nr of an absent axis is 1. */
struct sweep {
	struct ask ask;			/* what does not vary */
	struct axis axis[2];
	size_t nr_axes;
	const char *shown[SWEEP_MAX_SHOWN];	/* names of metrics.h */
	size_t nr_shown;
};

enum cell_outcome { CELL_NOT_DONE, CELL_FINE, CELL_PROBLEMS, CELL_PANICS, CELL_REFUSED, CELL_OUR_FAILURE };

struct cell {
	enum cell_outcome outcome;
	uint64_t value[SWEEP_MAX_SHOWN];	/* of a boot that was executed */
};

/* -EINVAL with @error if the text is no axis, or has too many values. */
int axis_parse(const char *text, struct axis *ret, struct mm_error *error);
void axis_deinit(struct axis *axis);

size_t sweep_cells(const struct sweep *sweep);
/* The value that cell @i has of axis @a. */
const char *sweep_value(const struct sweep *sweep, size_t i, size_t a);
/* Whether it makes other requests, a board or a kernel; what else varies is changed in one. */
bool sweep_axis_resolves(const struct axis *axis);
/* The input or the memory parameter that an axis is a slip for, though it may be a kernel parameter; NULL: none. */
const char *sweep_axis_meant(const struct axis *axis);
/* What defines cell @i, but for the kernel parameters that vary. */
struct ask sweep_ask(const struct sweep *sweep, size_t i);
/*
 * Boot one cell.  What is wrong with its input is its outcome, and @error says what it is.
 * @last keeps the inputs of the cell before, which the next may share: all-zero
 * at first, freed with sweep_last_deinit().
 */
struct sweep_last {
	struct bytes key;		/* values of the axes that make other requests */
	struct request request;
	struct mm_kernel *kernel;
	bool valid;
};
struct cell sweep_boot(const struct sweep *sweep, size_t i, struct sweep_last *last, struct mm_error *error);
/* Where inputs cannot be resolved: @request is that of sweep_ask(@i), and @last's from now on, also on failure. */
int sweep_last_init(struct sweep_last *last, const struct sweep *sweep, size_t i, struct request *request);
void sweep_last_deinit(struct sweep_last *last);
/* The command that boots it alone. */
void sweep_command(const struct sweep *sweep, size_t i, struct bytes *out);

/* -EINVAL, with the nearest name: the boot has no number of a name that is shown.  An area or a pool may be there in some cells only. */
int sweep_check_names(const struct sweep *sweep, const struct run *run, struct mm_error *error);

const char *cell_outcome_name(enum cell_outcome outcome);

#endif
