// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>

/* Small allocations share blocks of this many bytes. */
#define BLOCK	(1u << 20)

struct pool_block {
	struct pool_block *next;
	size_t len, used;		/* of the whole mapping, this head included */
	bool shared;
};

_Noreturn static void run_out(struct pool *pool)
{
	longjmp(pool->out, 1);
}

static size_t whole_pages(size_t len)
{
	return (len + 4095) & ~(size_t)4095;
}

static struct pool_block *add_block(struct pool *pool, size_t len, bool shared)
{
	struct pool_block *block;

	if (len > pool->limit || whole_pages(len + 64) > pool->limit - pool->used)
		run_out(pool);
	len = whole_pages(len + 64);
	block = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (block == MAP_FAILED)
		run_out(pool);
	*block = (struct pool_block){ pool->blocks, len, 64, shared };
	pool->blocks = block;
	pool->used += len;
	return block;
}

void *pool_alloc(struct pool *pool, size_t nr, size_t size)
{
	struct pool_block *block = pool->blocks;
	size_t len;

	if (__builtin_mul_overflow(nr, size, &len) || len > pool->limit)
		run_out(pool);
	len = (len + 15) & ~(size_t)15;
	if (!block || !block->shared || len > block->len - block->used)
		block = add_block(pool, len > BLOCK / 4 ? len : BLOCK, true);
	block->used += len;
	return (uint8_t *)block + block->used - len;
}

uint8_t *pool_map(struct pool *pool, size_t len)
{
	return (uint8_t *)add_block(pool, len, false) + 64;
}

void pool_trim(struct pool *pool, size_t len)
{
	struct pool_block *block = pool->blocks;
	size_t keep = whole_pages(len + 64);

	if (!block || block->shared || keep >= block->len)
		return;
	munmap((uint8_t *)block + keep, block->len - keep);
	pool->used -= block->len - keep;
	block->len = keep;
}

char *pool_text(struct pool *pool, const void *text, size_t len)
{
	char *copy = pool_alloc(pool, len + 1, 1);

	if (len)
		memcpy(copy, text, len);
	return copy;
}

char *pool_printf(struct pool *pool, const char *fmt, ...)
{
	char line[512];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (len < 0)
		len = 0;
	return pool_text(pool, line, (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1);
}

void pool_deinit(struct pool *pool)
{
	struct pool_block *next;

	for (struct pool_block *block = pool->blocks; block; block = next) {
		next = block->next;
		munmap(block, block->len);
	}
	pool->blocks = NULL;
	pool->used = 0;
}
