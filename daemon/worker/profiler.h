/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profiler.h - derive a profile in a process of its own, shut in.
 *
 * The libraries that open containers and debugging information are not hardened
 * against images that lie, so none of them runs in the caller's process.
 */
#ifndef MMSCOPE_PROFILER_H
#define MMSCOPE_PROFILER_H

#include "daemon/image/derive.h"

/* Seconds of computing that one kernel may take. */
#define PROFILER_MAX_SECONDS	60

/* As derive_profile(), which it calls; @input->progress is called in this process.  -EBADMSG: the
 * input's fault; anything else is ours, a worker that crashed included. */
int profiler_run(const struct derive_input *input, struct bytes *out, struct mm_error *error);

/* What both sides say to each other, when a process that is shut in already derives: everything
 * goes to @fd.  Does not return. */
_Noreturn void profiler_answer(const struct derive_input *input, int fd);

#endif
