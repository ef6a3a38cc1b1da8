/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * board.h - from what the user gave to what the boot loader hands over.
 *
 * RAM, reservations, command line and addresses become the tree and the machine
 * that the kernel finds; what nobody gave is chosen by a model of the board's
 * loader (loader/), which says by which rule.
 */
#ifndef MMSCOPE_BOARD_H
#define MMSCOPE_BOARD_H

#include "machine.h"

/* Fill mm->fdt, cpu, loader, text_phys, dtb_phys, and the firmware's fix-ups in the tree. */
int board_load(struct mm *mm, const struct mm_board *board, struct mm_error *error);
/* Stage 0 as events, with what cannot work; false: the kernel never gets to run. */
bool board_tell(struct mm *mm);

#endif
