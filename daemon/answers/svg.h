/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * svg.h - the address map of one moment, drawn here for those without a browser.
 *
 *   memory    [======================]    [===]     memblock.memory
 *   reserved     [==]   [=]        [=]      [=]     memblock.reserved
 *   owners    [..][==]..[=]........[=]    [.][=]    the ledger: who has each byte of RAM
 *             0x40000000                  0x880000000
 *
 * RAM is drawn to scale, holes between banks are folded to a stripe.  Only
 * presentation attributes are used, so that it looks the same in a file, in an
 * image viewer and under a strict Content-Security-Policy.
 */
#ifndef MMSCOPE_SVG_H
#define MMSCOPE_SVG_H

#include "daemon/answers/run.h"

/* @step: its index in the manifest, or its name; the picture is of its end.  -ENOENT, -ENOMEM. */
int svg_of_step(struct bytes *out, const struct run *run, const char *step, struct mm_error *error);

#endif
