/* SPDX-License-Identifier: GPL-2.0-or-later */
/* relocs.h - pointers in an image that is linked to be moved: RELA entries hold them, their places hold nothing. */
#ifndef MMSCOPE_IMAGE_RELOCS_H
#define MMSCOPE_IMAGE_RELOCS_H

#include "daemon/image/pool.h"

struct reloc {
	int64_t at, to;			/* offsets from _text */
};

struct relocs {
	struct span image;
	uint64_t text_va;
	struct reloc *list;		/* by place */
	size_t nr;
};

void relocs_read(struct span image, uint64_t text_va, struct pool *pool, struct relocs *ret);
/* What the pointer at @at points to, as an offset from _text; -1: nothing in the image. */
int64_t relocs_pointer(const struct relocs *relocs, int64_t at);

#endif
