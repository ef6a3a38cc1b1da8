/* SPDX-License-Identifier: GPL-2.0-or-later */
/* random_check.h - what must be true of every boot, whatever the board. */
#ifndef MMSCOPE_RANDOM_CHECK_H
#define MMSCOPE_RANDOM_CHECK_H

#include "mmcore/mm.h"

/* NULL if all holds, else one sentence (valid until the next call). */
const char *random_check(const struct mm *mm);
/* Of everything the events say. */
uint64_t random_digest(const struct mm *mm);

#endif
