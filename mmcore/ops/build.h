/* SPDX-License-Identifier: GPL-2.0-or-later */
/* build.h - the allocator at work from a state that somebody gives. */
#ifndef MMSCOPE_OPS_BUILD_H
#define MMSCOPE_OPS_BUILD_H

#include "live.h"

/* Which of the state's parts cannot be ("zonelists"), or NULL; look before live_build(). */
const char *live_bad_state(const struct mm_alloc_state *state);
/* Into @live, which has an arena and nothing else.  A state that contradicts itself ends in arena_fail(-EINVAL). */
void live_build(struct live *live, const struct mm_alloc_state *state);

#endif
