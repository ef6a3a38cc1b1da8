/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plain_log.h - a kernel's log as the kernel printed it, whatever it came through.
 *
 * Time stamps, levels, caller ids, the prefixes of syslog and journalctl, carriage
 * returns and control characters go; each line stays the line that it was.
 */
#ifndef MMSCOPE_PLAIN_LOG_H
#define MMSCOPE_PLAIN_LOG_H

#include "daemon/base/bytes.h"

/* Appends the lines, each with its '\n'; @out->failed says whether memory ran out. */
void plain_log(const char *text, size_t len, struct bytes *out);

#endif
