/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * phases.h - memory after each stage and each step of a boot, a record a line.
 *
 * A record is written when its step or stage is over, so that a reader who stops anywhere has a whole picture of the
 * time before.  It has every owner's bytes, zero where there are none, and those of the tables zones, zonelists,
 * pagesets and boot_pagesets whose rows the phase changed; the first one has all four.  Numbers are JSON numbers, bytes
 * and addresses too.  A value that JavaScript could not hold exactly (2^53 and above) is a string of its digits.
 *
 * {"phase":12,"kind":"step","name":"paging_init","stage":"2","step_index":31,"depth":2,"executed":true,
 *  "first_seq":62,"seq":88,"ram":1073741824,"owners":{"buddy":0,..},"changed":["pagetables",..],"tables":{"zones":[..]}}
 */
#ifndef MMSCOPE_PHASES_H
#define MMSCOPE_PHASES_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

/* Appends to @out.  -ENOMEM. */
int phases_write(const struct mm *mm, struct bytes *out, struct mm_error *error);

#endif
