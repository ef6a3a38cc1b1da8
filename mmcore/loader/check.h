/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check.h - the loader's work seen from outside: placing it, telling it, judging it. */
#ifndef MMSCOPE_LOADER_CHECK_H
#define MMSCOPE_LOADER_CHECK_H

#include "../cause.h"
#include "../machine.h"

/* model.c: choose the loader and let it place what was not given. */
int loader_place(struct mm *mm, const struct mm_board *board, struct mm_error *error);
/* check.c: a problem event for whatever cannot work; false: the kernel never runs. */
bool loader_check(struct mm *mm);
/* tell.c: stage 0 as events. */
void loader_tell(struct mm *mm);
/*
 * blame.c: hang on the newest event that it would not have failed without an
 * assumed address, and which rule chose that; nothing if it fails either way.
 */
/* [base, base + size) was wanted. */
void loader_blame(struct mm *mm, phys_addr_t base, phys_addr_t size);
/* A place was looked for; true: it hangs on an assumption. */
bool loader_blame_place(struct mm *mm, const struct placement *placement);
/* cause_no_place() and the above. */
void loader_no_place(struct mm *mm, const struct placement *placement);

#endif
