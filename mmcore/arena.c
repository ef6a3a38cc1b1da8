// SPDX-License-Identifier: GPL-2.0-or-later
#include "arena.h"

#include <errno.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char data[];
};

#define BLOCK_BYTES	KIB(256)

/* Bytes of rubbish behind each piece: contrib/mutate.sh has some, so that who reads or writes on is noticed. */
#ifndef ARENA_GUARD
#define ARENA_GUARD	0
#endif

void arena_deinit(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	arena->total = 0;
}

_Noreturn void arena_fail(struct arena *arena, int err, const char *fmt, ...)
{
	if (arena->error) {
		va_list args;

		va_start(args, fmt);
		vsnprintf(arena->error->text, sizeof(arena->error->text), fmt, args);
		va_end(args);
	}
	assert(arena->on_failure && err < 0);
	longjmp(*arena->on_failure, -err);
}

static struct arena_block *arena_new_block(struct arena *arena, size_t bytes)
{
	size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
	struct arena_block *block;

	if (size > ARENA_LIMIT_BYTES || arena->total > ARENA_LIMIT_BYTES - size)
		arena_fail(arena, -E2BIG, "the boot's event log would need more than %llu MiB",
			   (unsigned long long)(ARENA_LIMIT_BYTES >> 20));
	block = malloc(sizeof(*block) + size);
	if (!block)
		arena_fail(arena, -ENOMEM, "no memory for the boot's event log");
	block->used = 0;
	block->size = size;
	arena->total += size;
	/* A large block goes behind the current one, which still has room. */
	if (arena->blocks && bytes > BLOCK_BYTES) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

/* As it comes, for whoever fills it at once. */
static void *arena_raw(struct arena *arena, size_t bytes)
{
	struct arena_block *block = arena->blocks;
	size_t asked = bytes;
	unsigned char *p;

	bytes = align_up(bytes ? bytes : 1, alignof(max_align_t)) + ARENA_GUARD;
	if (!block || block->size - block->used < bytes)
		block = arena_new_block(arena, bytes);
	p = block->data + block->used;
	block->used += bytes;
	if (ARENA_GUARD)
		memset(p + asked, 0xa5, bytes - asked);
	return p;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	return memset(arena_raw(arena, bytes), 0, bytes);
}

static void check_array(struct arena *arena, size_t nr, size_t size)
{
	if (size && nr > ARENA_LIMIT_BYTES / size)
		arena_fail(arena, -E2BIG, "an array of %zu elements is too large", nr);
}

void *arena_array(struct arena *arena, size_t nr, size_t size)
{
	check_array(arena, nr, size);
	return arena_alloc(arena, nr * size);
}

void *arena_extend(struct arena *arena, const void *old, size_t nr, size_t cap, size_t size)
{
	char *p;

	check_array(arena, cap, size);
	p = arena_raw(arena, cap * size);
	if (nr)
		memcpy(p, old, nr * size);
	return p;
}

void *arena_grow(struct arena *arena, const void *old, size_t nr, size_t cap, size_t size)
{
	char *p = arena_extend(arena, old, nr, cap, size);

	memset(p + nr * size, 0, (cap - nr) * size);
	return p;
}

char *arena_strdup(struct arena *arena, const char *s)
{
	return arena_strndup(arena, s, strlen(s));
}

char *arena_strndup(struct arena *arena, const char *s, size_t len)
{
	char *copy = memcpy(arena_raw(arena, len + 1), s, len);

	copy[len] = '\0';
	return copy;
}

char *arena_vprintf(struct arena *arena, const char *fmt, va_list args)
{
	char buffer[512];
	va_list again;
	int len;
	char *p;

	va_copy(again, args);
	len = vsnprintf(buffer, sizeof(buffer), fmt, args);
	assert(len >= 0);
	p = arena_alloc(arena, (size_t)len + 1);
	if ((size_t)len < sizeof(buffer))
		memcpy(p, buffer, (size_t)len + 1);
	else
		vsnprintf(p, (size_t)len + 1, fmt, again);
	va_end(again);
	return p;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	char *p;

	va_start(args, fmt);
	p = arena_vprintf(arena, fmt, args);
	va_end(args);
	return p;
}
