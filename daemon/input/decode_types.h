/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decode_types.h - sizes for a derived profile whose image has neither BTF nor DWARF. */
#ifndef MMSCOPE_DECODE_TYPES_H
#define MMSCOPE_DECODE_TYPES_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

/*
 * A profile without "structs" gets "structs" and "enums" of the nearest release among the profiles that
 * ship, and a line in "assumed" that says whose they are.  Any other is left as it is.
 */
int types_assume(struct bytes *json, struct mm_error *error);

#endif
