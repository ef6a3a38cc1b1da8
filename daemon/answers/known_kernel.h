/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known_kernel.h - what every manifest says of a kernel: a function of its profile, read off once for many runs. */
#ifndef MMSCOPE_KNOWN_KERNEL_H
#define MMSCOPE_KNOWN_KERNEL_H

#include "daemon/input/trust.h"

struct known_kernel {
	struct kernel_card card;
	struct trust trust;		/* by what is built in alone */
};

/* Of the profile @json, called @where in errors, and the kernel that it makes.  As decode_whole_card() and trust_of(). */
int known_kernel_read(const char *json, size_t len, const char *where, const struct mm_kernel *kernel, struct known_kernel *ret,
		      struct mm_error *error);
void known_kernel_deinit(struct known_kernel *known);

#endif
