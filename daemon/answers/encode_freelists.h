/* SPDX-License-Identifier: GPL-2.0-or-later */
/* encode_freelists.h - the page allocator's lists, block by block. */
#ifndef MMSCOPE_ENCODE_FREELISTS_H
#define MMSCOPE_ENCODE_FREELISTS_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

/* The free lists at the entries of kmem_cache_init and vmalloc_init, as read
 * out of live kernels; -EFBIG for a machine with more blocks than one would
 * want to see one by one. */
int encode_freelists(struct bytes *out, const struct mm *mm, struct mm_error *error);

#endif
