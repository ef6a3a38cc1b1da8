/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check.h - the loader's work seen from outside: placing it, telling it, judging it. */
#ifndef MMSCOPE_LOADER_CHECK_H
#define MMSCOPE_LOADER_CHECK_H

#include "../machine.h"

/* model.c: choose the loader and let it place what was not given. */
int loader_place(struct mm *mm, const struct mm_board *board, struct mm_error *error);
/* check.c: a problem event for whatever cannot work; false: the kernel never runs. */
bool loader_check(struct mm *mm);
/* tell.c: stage 0 as events. */
void loader_tell(struct mm *mm);
/*
 * blame.c: hang on the newest event that an assumed address lies in the range that
 * something did not get, and which rule chose it.
 */
void loader_blame(struct mm *mm, phys_addr_t base, phys_addr_t size);

#endif
