/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm64_kernel.h - what only an arm64 build has besides the rest of struct mm_kernel.
 *
 * The rules are like those of ../../rules.h: a choice between two known behaviours
 * is a field, and its history stands in rules.c of this folder.
 */
#ifndef MMSCOPE_ARM64_KERNEL_H
#define MMSCOPE_ARM64_KERNEL_H

#include "../../types.h"

struct arm64_kernel {
	unsigned va_bits, va_bits_min, pa_bits;
	uint64_t kimage_vaddr;		/* link address of the image's base */
	uint64_t memstart_align;	/* ARM64_MEMSTART_ALIGN */
};

#endif
