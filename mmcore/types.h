/* SPDX-License-Identifier: GPL-2.0-or-later */
/* types.h - the engine's shared vocabulary: addresses, ranges, rounding. */
#ifndef MMSCOPE_TYPES_H
#define MMSCOPE_TYPES_H

#include "mm.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#define PHYS_ADDR_MAX	UINT64_MAX
#define KIB(n)		((uint64_t)(n) << 10)
#define MIB(n)		((uint64_t)(n) << 20)
#define GIB(n)		((uint64_t)(n) << 30)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define NUMA_NO_NODE	(-1)

/* Wrap-around is the kernel's: unsigned 64-bit, on purpose. */
static inline uint64_t align_down(uint64_t x, uint64_t a) { return x - x % a; }
static inline uint64_t align_up(uint64_t x, uint64_t a) { return align_down(x + a - 1, a); }
/* The kernel's round_down() and round_up(): a mask, so only right for powers of two - but boards may name any alignment. */
static inline uint64_t round_down(uint64_t x, uint64_t a) { return x & ~(a - 1); }
static inline uint64_t round_up(uint64_t x, uint64_t a) { return ((x - 1) | (a - 1)) + 1; }
static inline uint64_t div_round_up(uint64_t x, uint64_t d) { return x / d + (x % d != 0); }
static inline bool has_prefix(const char *s, const char *prefix) { return !strncmp(s, prefix, strlen(prefix)); }
/* For long searches by name, where most names part at their first letter. */
static inline bool same_text(const char *a, const char *b) { return a == b || (*a == *b && !strcmp(a, b)); }
static inline uint64_t min_u64(uint64_t a, uint64_t b) { return a < b ? a : b; }
static inline uint64_t max_u64(uint64_t a, uint64_t b) { return a > b ? a : b; }
static inline uint64_t clamp_u64(uint64_t x, uint64_t lo, uint64_t hi) { return x < lo ? lo : x > hi ? hi : x; }

/* 1-based index of the highest bit set; 0 for 0 (the kernel's fls64). */
static inline unsigned fls64(uint64_t x) { return x ? 64 - (unsigned)__builtin_clzll(x) : 0; }
static inline unsigned ilog2_u64(uint64_t x) { return x ? fls64(x) - 1 : 0; }
static inline uint64_t roundup_pow_of_two(uint64_t x) { return x <= 1 ? 1 : UINT64_C(1) << fls64(x - 1); }
static inline uint64_t rounddown_pow_of_two(uint64_t x) { return x ? UINT64_C(1) << (fls64(x) - 1) : 0; }
static inline bool is_power_of_2(uint64_t x) { return x && !(x & (x - 1)); }

static inline phys_addr_t range_end(struct phys_range r) { return r.base + r.size; }

#endif
