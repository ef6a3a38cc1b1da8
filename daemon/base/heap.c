// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/heap.h"

#include <malloc.h>

void heap_keep(void)
{
	mallopt(M_TRIM_THRESHOLD, HEAP_KEEP_BYTES);
	/* Large pieces are mapped, and unmapped when freed. */
	mallopt(M_MMAP_THRESHOLD, HEAP_KEEP_BYTES / 2);
}
