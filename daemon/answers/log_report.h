/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_report.h - a boot log beside its prediction: what was read off it, what it
 * does not say, and line against line, each with the event that prints it.
 */
#ifndef MMSCOPE_LOG_REPORT_H
#define MMSCOPE_LOG_REPORT_H

#include "daemon/input/dmesg.h"

/*
 * Boots what @log and @ask tell together and appends to @out, schemas/log.json says how:
 *   {"inputs":{..},"derived":[..],"missing":[..],"assumed":[..],"kernel":..,"matched":..,"lines":[..]}
 * "inputs" are the parameters that boot the same again.  -EBADMSG, -EINVAL: @error says what the log lacks.
 */
int log_report(struct dmesg *log, struct ask *ask, struct bytes *out, struct mm_error *error);

#endif
