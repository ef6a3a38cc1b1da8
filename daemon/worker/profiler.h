/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profiler.h - derive a profile in a sandboxed process of its own.
 *
 * The libraries that read containers and debugging information are not hardened
 * against malicious images, so none of them runs in the caller's process.
 */
#ifndef MMSCOPE_PROFILER_H
#define MMSCOPE_PROFILER_H

#include "daemon/image/derive.h"

/* Seconds of computing that one kernel may take. */
#define PROFILER_MAX_SECONDS	60

/* derive_profile(), and sizes of the nearest release where the image has none.  For a sandboxed process. */
int profiler_derive(const struct derive_input *input, struct bytes *out, struct mm_error *error);

/* As profiler_derive(); @input->progress is called in this process.  -EBADMSG: the
 * input's fault; anything else, a crashed worker included, is ours. */
int profiler_run(const struct derive_input *input, struct bytes *out, struct mm_error *error);

#endif
