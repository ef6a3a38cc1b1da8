/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode_logged.h - a profile as a boot log shows its kernel.
 *
 * Most logs are of kernels that nobody has made a profile of.  The nearest one
 * then lends sizes and symbols; what the log itself tells is the log's: the release, whose
 * rules hold, the memory that the build sets aside for CMA, NUMA or none, the size
 * of per-CPU variables.  What is only lent is said to be assumed.
 */
#ifndef MMSCOPE_DECODE_LOGGED_H
#define MMSCOPE_DECODE_LOGGED_H

#include "daemon/input/dmesg.h"

/* Of the profile @json: how far its release is from @release and its pages from @page_bytes; -EBADMSG: it is no profile.  -ENOMEM. */
long profile_distance(const char *json, size_t len, const char *release, uint64_t page_bytes);

/* Make @json, of profile @name, that of the kernel that printed @log.  -EBADMSG, -ENOMEM. */
int profile_as_logged(const struct dmesg *log, const char *name, struct bytes *json, struct mm_error *error);

#endif
