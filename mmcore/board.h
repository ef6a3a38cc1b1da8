/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * board.h - from what the user gave to what the boot loader hands over.
 *
 * Loader facts that are not given follow QEMU's virt machine (hw/arm/boot.c,
 * 7.2): the image at the lowest RAM address plus the header's text_offset, 2 MiB
 * further if that is below 4 KiB; the initrd at RAM base + min(RAM/2, 128 MiB);
 * the DTB at the next 2 MiB boundary behind it.
 */
#ifndef MMSCOPE_BOARD_H
#define MMSCOPE_BOARD_H

#include "machine.h"

/* Fill mm->fdt, cpu, text_phys, dtb_phys, cmdline text and the firmware's fix-ups. */
int board_load(struct mm *mm, const struct mm_board *board, struct mm_error *error);

#endif
