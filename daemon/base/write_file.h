/* SPDX-License-Identifier: GPL-2.0-or-later */
/* write_file.h - a whole file, or none: nobody ever reads half of it. */
#ifndef MMSCOPE_WRITE_FILE_H
#define MMSCOPE_WRITE_FILE_H

#include <stddef.h>

struct mm_error;

/*
 * Write @len bytes to a new file beside @path and rename it to @path; a link is followed, and an existing file
 * keeps its mode. Anything that is not a regular file (a device, a pipe) is written to directly.  On -EIO, with
 * the reason, and on -ENOMEM the file is as it was.
 */
int write_file(const char *path, const void *data, size_t len, struct mm_error *error);

#endif
