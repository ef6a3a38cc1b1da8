/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool.h - the memory of one reading of a kernel; it all goes at once.
 *
 * Running out - of host memory, or of the limit that keeps a hostile image from
 * eating the host - does not return: it jumps to where the pool was begun.
 * Nothing but the pool may be held across a call that can do that.
 */
#ifndef MMSCOPE_IMAGE_POOL_H
#define MMSCOPE_IMAGE_POOL_H

#include "daemon/image/span.h"

#include <setjmp.h>

struct pool_block;

struct pool {
	struct pool_block *blocks;
	size_t used, limit;		/* bytes */
	jmp_buf out;			/* setjmp() here before the first call */
};

/* @nr objects of @size bytes, zeroed, aligned for any type. */
void *pool_alloc(struct pool *pool, size_t nr, size_t size);
/* @len bytes of address space; only what is touched takes memory.  pool_trim()
 * gives back all of the newest such block but its first @len bytes. */
uint8_t *pool_map(struct pool *pool, size_t len);
void pool_trim(struct pool *pool, size_t len);
char *pool_text(struct pool *pool, const void *text, size_t len);
char *pool_printf(struct pool *pool, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void pool_deinit(struct pool *pool);

#endif
