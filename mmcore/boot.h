/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.h - the order of boot as data.
 *
 * There is one list of steps for all releases, versions/steps.c: rows in call
 * order, the depth saying who calls whom.  A row with a function is executed;
 * one without has no effect on memory and is shown greyed.
 */
#ifndef MMSCOPE_BOOT_H
#define MMSCOPE_BOOT_H

#include "machine.h"
#include "versions/history.h"

typedef void step_fn(struct mm *mm);

struct boot_step {
	uint8_t depth;		/* 0: start_kernel itself; where a WRAP above is absent, one less */
	const char *name;	/* the kernel's function */
	const char *stage;	/* NULL: as the row above */
	step_fn *run;		/* NULL: its rows below do the work, or none */
	const char *note;	/* for rows without effect: what the call does */
	bool arch_note;		/* the note is the architecture's to give */
	bool takes;		/* it does take memory, as the note says, but how much is not computed */
	bool wraps;		/* a caller that is absent in some releases, where its rows below are not */
	struct when when;
};

extern const struct boot_step boot_steps[];
extern const size_t nr_boot_steps;

/* Where a walk through the rows that apply to one build stands.  All zero: before the first. */
struct boot_walk {
	size_t next;
	uint32_t absent;	/* bit d: a wrapping row of depth d is absent, and the walk is below it */
	unsigned depth;		/* of the row that was returned last */
};

/* The next row that applies to @kernel, with its depth in @walk, or NULL. */
const struct boot_step *boot_next(struct boot_walk *walk, const struct mm_kernel *kernel);
/* The same for @kernel NULL: the beginning of the history, for a build with the options of @like. */
const struct boot_step *boot_next_that(struct boot_walk *walk, const struct mm_kernel *kernel, const struct mm_kernel *like);

/* Execute the kernel's sequence from its first step to its last, or to a modelled panic. */
void boot_run(struct mm *mm);

#endif
