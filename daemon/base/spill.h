/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spill.h - bytes into a file, whole or not at all. */
#ifndef MMSCOPE_SPILL_H
#define MMSCOPE_SPILL_H

#include "daemon/base/bytes.h"

struct mm_error;

/*
 * The file holds @bytes, or what it held before: -EIO with @error naming it, -ENOMEM.  What is no file, such as
 * /dev/null or a pipe, is written into and never replaced.
 */
int spill(const char *path, const struct bytes *bytes, struct mm_error *error);

#endif
