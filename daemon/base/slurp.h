/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slurp.h - a whole file, or a whole program's output, into memory. */
#ifndef MMSCOPE_SLURP_H
#define MMSCOPE_SLURP_H

#include "daemon/base/bytes.h"

struct mm_error;

/* Appends the file to @out.  -ENOENT: there is none (or it is no regular file);
 * -EFBIG: more than @max bytes; -EIO: it cannot be read.  @error names the file. */
int slurp(const char *path, size_t max, struct bytes *out, struct mm_error *error);

/* "-", or a FIFO such as bash's <(..): it can be read once, and reading it waits for the writer. */
bool slurp_is_pipe(const char *path);
int slurp_pipe(const char *path, size_t max, struct bytes *out, struct mm_error *error);

/* Reads, once, whatever can be read: a file, a pipe, "-"; gzip is unpacked, up to @max bytes. */
int slurp_any(const char *path, size_t max, struct bytes *out, struct mm_error *error);

/* The device tree that dtc makes of a .dts file; -EBADMSG with dtc's own first
 * complaint.  dtc runs without a shell. */
int slurp_dts(const char *path, size_t max, struct bytes *out, struct mm_error *error);

/* Is it the source of a device tree, by its first words? */
bool slurp_is_source(const struct bytes *text);
/* ... and the tree that dtc makes of it, in place; includes are looked for in the working directory. */
int slurp_compile(const char *where, size_t max, struct bytes *text, struct mm_error *error);

#endif
