/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap.h - what malloc() does with memory that is freed.
 *
 * A boot takes a megabyte or two and gives all of it back at once; the next one
 * takes them again.  Left alone, malloc() returns them to the kernel in between,
 * and a third of a process that boots over and over is page faults.
 */
#ifndef MMSCOPE_HEAP_H
#define MMSCOPE_HEAP_H

/* From now on this process keeps up to HEAP_KEEP_BYTES of what it frees.  For workers and commands, which boot and
 * exit; not for a server, which stays. */
#define HEAP_KEEP_BYTES	(64 << 20)

void heap_keep(void);

#endif
