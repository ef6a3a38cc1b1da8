/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - findings for people and for machines.
 *
 * A report is begun, told of each boot that was checked, and ended; all it
 * writes goes to @out.  Formats: text, json, sarif (2.1.0), junit, github
 * (annotations of a workflow).
 */
#ifndef MMSCOPE_REPORT_FORMAT_H
#define MMSCOPE_REPORT_FORMAT_H

#include "daemon/doctor/finding.h"

/* One boot that was checked, or an input that could not be. */
struct checked {
	const char *board, *kernel, *cmdline;	/* as asked for; kernel NULL: the board was not read, and nobody named one */
	const char *file;			/* the .dts or .dtb, or NULL: a board by name */
	const char *source;			/* the text of a .dts, or NULL */
	const struct findings *findings;	/* NULL: not booted */
	const char *error;			/* why not */
	const struct bytes *expectation;	/* lines that are false, or NULL */
	size_t quiet;				/* findings left out: --ignore and baseline */
	uint64_t ram, memtotal;			/* bytes; 0: not booted */
	const char *ram_from;			/* who says how much RAM there is: "the device tree" */
};

struct report {
	const struct report_format *format;
	const struct sentences *sentences;	/* the language of what the report itself says */
	struct bytes *out;
	size_t nr_boots, nr_items;
};

/* Findings are translated already.  False: there is no such format. */
bool report_begin(struct report *report, const char *format, const struct sentences *sentences, struct bytes *out);
void report_add(struct report *report, const struct checked *checked);
void report_end(struct report *report);

/* One boot alone, as a JSON object on a line. */
void report_one_json(const struct checked *checked, struct bytes *out);

/* "text, json, sarif, junit, github" */
const char *report_formats(void);

/* Line of a node in the text of a .dts, from 1; 0 if it is not found.  Labels (&x) are not followed. */
size_t report_line_of(const char *source, const char *path);

#endif
