/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arch_mm.h - the architectures' parts of struct mm.  Only files below arch/ look inside. */
#ifndef MMSCOPE_ARCH_MM_H
#define MMSCOPE_ARCH_MM_H

#include "arm64/arm64_mm.h"

/* The member of mm->kernel->arch counts.  All zero: before the boot. */
union arch_mm {
	struct arm64_mm arm64;
};

#endif
