/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arena.h - all host memory of one boot.
 *
 * A boot allocates thousands of small things that live exactly as long as the
 * machine; they come from here and go all at once.  Running out (of host
 * memory, or of the limit that keeps hostile input from eating the host) does
 * not return: arena_fail() jumps back to mm_boot(), which frees the arena and
 * reports.  So no caller checks for NULL, and nothing can leak.
 */
#ifndef MMSCOPE_ARENA_H
#define MMSCOPE_ARENA_H

#include "types.h"

#include <setjmp.h>

/* A boot whose log outgrows this is refused with -E2BIG. */
#define ARENA_LIMIT_BYTES	MIB(512)

struct arena_block;

struct arena {
	struct arena_block *blocks;
	size_t total;		/* bytes taken from the host */
	jmp_buf *on_failure;	/* set by mm_boot() */
	struct mm_error *error;
};

void arena_deinit(struct arena *arena);
/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t bytes);
void *arena_array(struct arena *arena, size_t nr, size_t size);
/* A copy of the first @nr elements of @old in room for @cap of them; the others are zeroed ... */
void *arena_grow(struct arena *arena, const void *old, size_t nr, size_t cap, size_t size);
/* ... or are anything, where each is assigned as a whole. */
void *arena_extend(struct arena *arena, const void *old, size_t nr, size_t cap, size_t size);
/* Room for one element more than @nr: @array, or where it is full a larger copy; *@cap is 0 in the beginning. */
static inline void *arena_room(struct arena *arena, void *array, size_t nr, size_t *cap, size_t size)
{
	if (nr < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 2;
	return arena_grow(arena, array, nr, *cap, size);
}

/* The first @len bytes of @s, with a NUL. */
char *arena_strndup(struct arena *arena, const char *s, size_t len);
char *arena_strdup(struct arena *arena, const char *s);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));

/* Give up this boot: @err is a negative errno; the text goes to mm_boot()'s error. */
_Noreturn void arena_fail(struct arena *arena, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
