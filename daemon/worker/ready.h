/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ready.h - the kernels that are built in, decoded before they are asked for.
 *
 * The helper decodes them while it has nothing else to do, and workers inherit them when they are forked.
 * No other profile is decoded outside of a worker.
 */
#ifndef MMSCOPE_READY_H
#define MMSCOPE_READY_H

#include "daemon/answers/known_kernel.h"
#include "daemon/base/asset.h"

#define READY_MAX	32

struct ready_kernel {
	const struct asset *profile;
	struct mm_kernel *kernel;
	struct known_kernel known;
};

struct ready {
	struct ready_kernel kernels[READY_MAX];
	size_t nr;
	const struct asset *next, *end;	/* to be decoded */
};

void ready_begin(struct ready *ready);
/* Decode one more; false: there is none. */
bool ready_more(struct ready *ready);
/* The kernel made of exactly this profile, or NULL; @ready owns it. */
const struct ready_kernel *ready_find(const struct ready *ready, const char *json, size_t len);

#endif
