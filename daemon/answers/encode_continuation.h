/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * encode_continuation.h - what a run has that one does not have which begins like it: all that a page which
 * holds that one needs to hold this one, in one answer of a few kilobytes.
 *
 * {"since":N,"manifest":{"id","inputs","totals","links"},"steps":[step,..],"events":[event,..],"moments":[moment,..]}
 * "manifest" has the members of the manifest that differ - of "inputs" all but "ops", which who asks has written -,
 * "steps" the calls that are open at event N or begin after it.
 * "moments" are the words of events from N on, and before them those of the calls that are open and of the event
 * before N: what is said of these depends on what follows.
 */
#ifndef MMSCOPE_ENCODE_CONTINUATION_H
#define MMSCOPE_ENCODE_CONTINUATION_H

#include "daemon/answers/run.h"
#include "daemon/base/bytes.h"

/* @end: the tables when the run has ended.  -ENOENT: no language @lang. */
int encode_continuation(struct bytes *out, const struct run *run, const struct mm_state *end, size_t since,
			const char *lang, struct mm_error *error);

#endif
