/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.h - monotonic time, as one number. */
#ifndef MMSCOPE_CLOCK_H
#define MMSCOPE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_SEC	UINT64_C(1000000000)
#define NS_PER_MS	UINT64_C(1000000)
#define NEVER		UINT64_MAX

static inline uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

#endif
