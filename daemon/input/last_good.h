/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * last_good.h - boards and kernels of a folder as they were when they could last be read.
 *
 * A server reads a file whenever it is asked for, so that an edit counts at once.  One that is broken by an edit, or
 * half written, takes nothing away: what was kept of it at start, or at the SIGHUP that found it whole, is served in
 * its place.  What was removed is gone.  Safe from any thread.
 */
#ifndef MMSCOPE_LAST_GOOD_H
#define MMSCOPE_LAST_GOOD_H

#include "daemon/input/settings.h"

/* All that is kept; beyond it the board or kernel that was used least recently goes. */
#define LAST_GOOD_MAX_BYTES	(64u << 20)

struct last_good;

/* NULL without memory. */
struct last_good *last_good_new(void);
void last_good_free(struct last_good *last_good);

/* As library_board() and library_kernel(), or what was kept.  Without @last_good nothing is. */
int last_good_board(struct last_good *last_good, const char *dir, const char *name, struct bytes *dtb, struct settings *settings,
		    struct mm_error *error);
int last_good_kernel(struct last_good *last_good, const char *dir, const char *name, struct bytes *json, struct mm_error *error);

/* Read the file and keep it if it is good; else why it is not, and *@kept says whether an earlier one is served. */
int last_good_look_at_board(struct last_good *last_good, const char *dir, const char *name, bool *kept, struct mm_error *error);
int last_good_look_at_kernel(struct last_good *last_good, const char *dir, const char *name, bool *kept, struct mm_error *error);

#endif
