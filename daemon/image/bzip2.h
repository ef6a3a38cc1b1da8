/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bzip2.h - a bzip2 stream unpacked by two processes at once: one from its front, a mate from its end.
 *
 * Each of bzip2's blocks can be unpacked on its own, but only the bits say where one begins: a number of 48 bits,
 * at any bit.  Where a block so found does not unpack, or does not end where the next begins, all of it is given up
 * and the stream is unpacked in the plain way, whose verdict counts.  Nobody waits for the mate: what it has not
 * finished is unpacked without it.
 */
#ifndef MMSCOPE_IMAGE_BZIP2_H
#define MMSCOPE_IMAGE_BZIP2_H

#include "daemon/image/pool.h"

/* How many bytes the two processes share, zeroed by the caller; 0: @file is no bzip2 stream, or too short. */
size_t bzip2_shared(struct span file);

/* Runs in the mate: unpacks blocks from the end of @file until it meets the other process or cannot go on. */
void bzip2_help(struct span file, void *shared);

/* All of @file, with what the mate has of it; false: unpack it plainly.  Of what the mate left in @shared only the
 * content is believed, no place or length. */
bool bzip2_open(struct span file, void *shared, struct pool *pool, struct span *ret);

#endif
