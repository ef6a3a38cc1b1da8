/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checked_log.h - a boot log that was posted, with its tree, in a sandboxed process.
 *
 * The file is what upload.h reads, and after it what the server knows of the
 * request: "PARAMETER\0VALUE\0" for each that was given, the profile of a kernel
 * that does not ship (or nothing), and struct checked_log_tail.
 */
#ifndef MMSCOPE_CHECKED_LOG_H
#define MMSCOPE_CHECKED_LOG_H

#include "daemon/image/span.h"
#include "daemon/input/request.h"

struct checked_log_tail {
	uint64_t params, profile;	/* bytes of each */
};

/* The server's part: appends what stands after the body.  @profile may be empty. */
void checked_log_pack(const struct ask *ask, const struct bytes *profile, struct bytes *out);

/* The worker's: log_report() of what is in @file. */
int checked_log(struct span file, struct bytes *out, struct mm_error *error);

#endif
