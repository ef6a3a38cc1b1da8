// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/jhash.h"

static uint32_t rol(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

/* { a -= c; a ^= rol(c, n); c += b } for the three in turn. */
static void mix(uint32_t v[3])
{
	static const uint8_t turns[] = { 4, 6, 8, 16, 19, 4 };

	for (unsigned i = 0; i < 6; i++) {
		uint32_t *a = &v[i % 3], *c = &v[(i + 2) % 3], *b = &v[(i + 1) % 3];

		*a = (*a - *c) ^ rol(*c, turns[i]);
		*c += *b;
	}
}

static uint32_t final(uint32_t a, uint32_t b, uint32_t c)
{
	c = (c ^ b) - rol(b, 14);
	a = (a ^ c) - rol(c, 11);
	b = (b ^ a) - rol(a, 25);
	c = (c ^ b) - rol(b, 16);
	a = (a ^ c) - rol(c, 4);
	b = (b ^ a) - rol(a, 14);
	return (c ^ b) - rol(b, 24);
}

uint32_t jhash2(const uint32_t *words, size_t nr, uint32_t seed)
{
	uint32_t start = 0xdeadbeef + ((uint32_t)nr << 2) + seed, v[3] = { start, start, start };

	for (; nr > 3; nr -= 3, words += 3) {
		v[0] += words[0];
		v[1] += words[1];
		v[2] += words[2];
		mix(v);
	}
	if (!nr)
		return v[2];
	for (size_t i = 0; i < nr; i++)
		v[i] += words[i];
	return final(v[0], v[1], v[2]);
}
