/* SPDX-License-Identifier: GPL-2.0-or-later */
/* head.h - the first 64 bytes of an arm64 Image (Documentation/arch/arm64/booting.rst), and what a file is instead. */
#ifndef MMSCOPE_IMAGE_HEAD_H
#define MMSCOPE_IMAGE_HEAD_H

#include "daemon/image/span.h"
#include "mmcore/mm.h"

struct head {
	uint64_t text_offset, image_size, flags;
};

bool head_is(struct span file);
struct head head_read(struct span image);
/* 0, or -EBADMSG and a sentence that says what @file is instead; @layers: where it was found, or NULL. */
int head_check(struct span file, const char *layers, struct mm_error *error);
/* "x86" for an ELF or PE machine number that is not arm64's. */
const char *head_elf_machine(unsigned int machine);

#endif
