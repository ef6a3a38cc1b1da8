/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h - one function per text report; mm_report() finds them by name. */
#ifndef MMSCOPE_REPORT_H
#define MMSCOPE_REPORT_H

#include "machine.h"

int sink_printf(mm_sink *sink, void *ctx, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* klog.c */
int report_log(const struct mm *mm, mm_sink *sink, void *ctx);
int report_memblock(const struct mm *mm, mm_sink *sink, void *ctx);
int report_ledger(const struct mm *mm, mm_sink *sink, void *ctx);

/* procfs.c */
int report_zoneinfo(const struct mm *mm, mm_sink *sink, void *ctx);
int report_buddyinfo(const struct mm *mm, mm_sink *sink, void *ctx);
int report_pagetypeinfo(const struct mm *mm, mm_sink *sink, void *ctx);
int report_unusable_index(const struct mm *mm, mm_sink *sink, void *ctx);
int report_extfrag_index(const struct mm *mm, mm_sink *sink, void *ctx);
int report_iomem(const struct mm *mm, mm_sink *sink, void *ctx);
int report_meminfo(const struct mm *mm, mm_sink *sink, void *ctx);

#endif
