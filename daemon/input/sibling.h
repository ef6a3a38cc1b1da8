/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sibling.h - the profile that is like another one but for the slab allocator.
 *
 * Linux 4.9 can be built with any of three.  A profile built with another than
 * its version's usual one, SLUB, carries it in its name: 4.9, 4.9-slab, 4.9-slob.
 */
#ifndef MMSCOPE_SIBLING_H
#define MMSCOPE_SIBLING_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

/*
 * Put the name of the profile that is @kernel with @slab ("slab", "slub" or
 * "slob") into *@ret, for the caller to free.  -EINVAL says what there is, or
 * that this version has no such allocator any more.
 */
int kernel_sibling(const char *boards_dir, const char *kernel, const char *slab, char **ret, struct mm_error *error);

#endif
