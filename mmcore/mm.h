/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one door to the engine: boot a board, read its events and its state. */
#ifndef MM_H
#define MM_H

/* Version of this engine, "MAJOR.MINOR.PATCH". */
const char *mm_version(void);

#endif
