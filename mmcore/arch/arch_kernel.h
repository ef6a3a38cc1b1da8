/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arch_kernel.h - the architectures' parts of struct mm_kernel.  Only files below arch/ look inside. */
#ifndef MMSCOPE_ARCH_KERNEL_H
#define MMSCOPE_ARCH_KERNEL_H

#include "arm64/arm64_kernel.h"

/* The member of kernel->arch counts. */
union arch_kernel {
	struct arm64_kernel arm64;
};

#endif
