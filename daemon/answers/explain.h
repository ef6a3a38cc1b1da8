/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain.h - which event gave a predicted fact its value. */
#ifndef MMSCOPE_EXPLAIN_H
#define MMSCOPE_EXPLAIN_H

#include "daemon/input/facts.h"
#include "mmcore/mm.h"

/* For facts of zoneinfo and freelists, whose text says what they are about:
 * the last event that changed it.  False if none did. */
bool explain_fact(const struct mm *mm, enum fact_class class, const char *fact, size_t *seq);

#endif
