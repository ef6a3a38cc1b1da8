/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.h - the order of boot as data.
 *
 * Each version family has one table of steps: rows in call order, the depth
 * saying who calls whom.  A row with a function is executed; one without has
 * no effect on memory and is shown greyed.
 */
#ifndef MMSCOPE_BOOT_H
#define MMSCOPE_BOOT_H

#include "machine.h"

typedef void step_fn(struct mm *mm);

struct boot_step {
	uint8_t depth;		/* 0: start_kernel itself */
	const char *name;	/* the kernel's function */
	const char *stage;	/* NULL: as the row above */
	step_fn *run;		/* NULL: its rows below do the work, or none */
	const char *note;	/* for rows without effect: what the call does */
	bool takes;		/* it does take memory, as the note says, but how much is not computed */
};

/* Execute the kernel's sequence from its first step to its last, or to a modelled panic. */
void boot_run(struct mm *mm);

#endif
