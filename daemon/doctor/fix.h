/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fix.h - changes that take a finding away, found by trying them.
 *
 * For each finding a few changes of the inputs are thought of - another size,
 * another place for the device tree, another property - and booted.  One is
 * offered only if the boot with it no longer has the finding and has no new one.
 */
#ifndef MMSCOPE_FIX_H
#define MMSCOPE_FIX_H

#include "daemon/doctor/finding.h"

#define FIX_MAX_BOOTS	256	/* tried for one boot's findings altogether ... */
#define FIX_MAX_EVENTS	2000000	/* ... until they have had so many events: large machines are slow */
#define FIX_MAX_ATTEMPTS 6	/* that did not help, told of one finding */
#define FIX_MAX_OFFERED	3	/* of one finding */

/* Adds fixes to the findings of @run.  -ENOMEM; what was found until then stays. */
int fixes_find(const struct run *run, struct findings *findings);

#endif
