/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sweep_report.h - what came of a sweep: as a table, CSV, JSON or a heat map.
 */
#ifndef MMSCOPE_SWEEP_REPORT_H
#define MMSCOPE_SWEEP_REPORT_H

#include "daemon/doctor/sweep.h"

/* A sweep and as much of it as has been done. */
struct swept {
	const struct sweep *sweep;
	const struct cell *cell;	/* sweep_cells() of them */
};

#define SWEEP_FORMATS "table, csv, json, svg"

/* False: there is no such format.  @out NULL: only say whether there is. */
bool sweep_write(const struct swept *swept, const char *format, struct bytes *out);

/* The first line of the CSV. */
void sweep_put_head(const struct sweep *sweep, struct bytes *out);
/* One cell as the JSON has it, on a line of its own without its end. */
void sweep_put_cell(const struct swept *swept, size_t i, struct bytes *out);
/* [{"name":"cma","values":["64M",..]},..] */
void sweep_put_axes(const struct sweep *sweep, struct bytes *out);

#endif
