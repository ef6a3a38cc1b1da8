/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture.h - the directory of one recorded boot.
 *
 * board.dtb is what the kernel received and case.json says how it was started;
 * console.txt, zoneinfo.txt and freelists.json are what came of it, each of
 * which may be missing.
 */
#ifndef MMSCOPE_CAPTURE_H
#define MMSCOPE_CAPTURE_H

#include "daemon/input/settings.h"

/* The largest file of a capture that is read. */
#define CAPTURE_MAX_FILE (64u << 20)

/* Is @path a directory that holds a board.dtb? */
bool capture_is(const char *path);
/* The last component of the path, "KERNEL-CASE"; the caller frees it. */
char *capture_name(const char *path);
/* The DTB and what case.json says; a capture without case.json says nothing. */
int capture_board(const char *path, struct bytes *dtb, struct settings *settings, struct mm_error *error);
/* Reads case.json from @folder; 0 as well if there is none. */
int capture_case(const char *folder, struct settings *settings, struct mm_error *error);
/* Appends a file of the capture to @out; 1: the capture has no such file. */
int capture_file(const char *path, const char *file, struct bytes *out, struct mm_error *error);

#endif
