/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * span.h - a view of bytes that may lie.
 *
 * Every number in a kernel image may be wrong on purpose.  A read outside of
 * the view gives 0, a view that would leave its parent is empty; whoever needs
 * to know asks span_has() first.
 */
#ifndef MMSCOPE_IMAGE_SPAN_H
#define MMSCOPE_IMAGE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *at;
	size_t len;
};

static inline bool span_has(struct span s, uint64_t at, uint64_t len)
{
	return at <= s.len && len <= s.len - at;
}

/* [@at, @at + @len), or nothing if that leaves @s. */
static inline struct span span_sub(struct span s, uint64_t at, uint64_t len)
{
	return span_has(s, at, len) ? (struct span){ s.at + at, (size_t)len } : (struct span){ 0 };
}

static inline struct span span_from(struct span s, uint64_t at)
{
	return at <= s.len ? span_sub(s, at, s.len - at) : (struct span){ 0 };
}

static inline bool span_is(struct span s, uint64_t at, const void *bytes, size_t len)
{
	return span_has(s, at, len) && !memcmp(s.at + at, bytes, len);
}

static inline uint16_t span_le16(struct span s, uint64_t at)
{
	return span_has(s, at, 2) ? (uint16_t)(s.at[at] | s.at[at + 1] << 8) : 0;
}

static inline uint32_t span_le32(struct span s, uint64_t at)
{
	return span_has(s, at, 4) ? span_le16(s, at) | (uint32_t)span_le16(s, at + 2) << 16 : 0;
}

static inline uint64_t span_le64(struct span s, uint64_t at)
{
	return span_has(s, at, 8) ? span_le32(s, at) | (uint64_t)span_le32(s, at + 4) << 32 : 0;
}

static inline uint16_t span_be16(struct span s, uint64_t at)
{
	return span_has(s, at, 2) ? (uint16_t)(s.at[at] << 8 | s.at[at + 1]) : 0;
}

static inline uint32_t span_be32(struct span s, uint64_t at)
{
	return span_has(s, at, 4) ? (uint32_t)span_be16(s, at) << 16 | span_be16(s, at + 2) : 0;
}

/* The first place at or after @from where @bytes are; -1: there is none. */
static inline int64_t span_find(struct span s, uint64_t from, const void *bytes, size_t len)
{
	const uint8_t *hit = from <= s.len ? memmem(s.at + from, s.len - from, bytes, len) : NULL;

	return hit ? hit - s.at : -1;
}

/* The text at @at, up to its NUL; -1 if there is none within @max bytes. */
static inline int64_t span_strlen(struct span s, uint64_t at, size_t max)
{
	const uint8_t *nul;

	if (at >= s.len)
		return -1;
	nul = memchr(s.at + at, 0, s.len - at < max ? s.len - at : max);
	return nul ? nul - (s.at + at) : -1;
}

#endif
