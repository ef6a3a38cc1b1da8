/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spill.h - bytes into a file, whole or not at all. */
#ifndef MMSCOPE_SPILL_H
#define MMSCOPE_SPILL_H

#include "daemon/base/bytes.h"

struct mm_error;

/*
 * Afterwards the file holds @bytes, or on failure what it held before: -EIO with @error naming it, -ENOMEM.  Anything
 * that is not a file, such as /dev/null or a pipe, is written to and never replaced.
 */
int spill(const char *path, const struct bytes *bytes, struct mm_error *error);

#endif
