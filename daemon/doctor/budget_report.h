/* SPDX-License-Identifier: GPL-2.0-or-later */
/* budget_report.h - figures held against a budget: text, json, github (annotations of a workflow), junit. */
#ifndef MMSCOPE_BUDGET_REPORT_H
#define MMSCOPE_BUDGET_REPORT_H

#include "daemon/doctor/budget.h"

#define BUDGET_FORMATS "text, json, github, junit"

struct budget_report {
	const struct budget_format *format;
	struct bytes *out;
	size_t nr_rows, nr_failed, nr_errors;	/* figures and boots that failed; of them exceeded or in error; in error */
};

/* False: there is no such format. */
bool budget_report_begin(struct budget_report *report, const char *format, struct bytes *out);
void budget_report_add(struct budget_report *report, const struct budget_row *row);
void budget_report_end(struct budget_report *report);

/* "memtotal >= 950M: is 920 MiB, 30 MiB too little" */
void budget_put_sentence(struct bytes *out, const struct budget_row *row);

#endif
