/* SPDX-License-Identifier: GPL-2.0-or-later */
/* relocs.h - pointers in a relocatable image: RELA entries hold them, and what lies at their places does not count. */
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
/* The target of the pointer at @at, both offsets from _text; -1: it points to nothing in the image. */
int64_t relocs_pointer(const struct relocs *relocs, int64_t at);

#endif
