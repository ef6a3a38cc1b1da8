/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * encode_glance.h - the end of a boot in a few kilobytes: what a hand on a slider sees first.
 *
 * {"id","inputs","kernel":{"name","version"},"totals","seq","step","step_index","tables":{..},"problems":[event,..]}
 * Tables are those that show where memory is; the rest of a run is asked for when the hand rests.
 */
#ifndef MMSCOPE_ENCODE_GLANCE_H
#define MMSCOPE_ENCODE_GLANCE_H

#include "daemon/answers/run.h"
#include "daemon/base/bytes.h"

/* @end: the tables when the boot has ended. */
void encode_glance(struct bytes *out, const struct run *run, const struct mm_state *end);

#endif
