/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * from_log.h - a boot log and a device tree make a request.
 *
 * What the log says outright is taken.  Where image and tree lie it often says
 * only in ranges that were reserved: a first boot with what is known tells how
 * large those are, and the log then where.
 */
#ifndef MMSCOPE_FROM_LOG_H
#define MMSCOPE_FROM_LOG_H

#include "daemon/input/dmesg.h"

/*
 * Fills what @ask leaves open from @log (whose values it completes), and resolves.
 * On success the caller owns what is in *@ret.
 */
int from_log(struct dmesg *log, struct ask *ask, struct request *ret, struct mm_error *error);

#endif
