/* SPDX-License-Identifier: GPL-2.0-or-later */
/* random_board.h - a board and a command line out of a seed: plausible for the most part, nasty in places. */
#ifndef MMSCOPE_RANDOM_BOARD_H
#define MMSCOPE_RANDOM_BOARD_H

#include "mmcore/mm.h"

#include <stdlib.h>

/* splitmix64: the same numbers on every machine. */
struct random {
	uint64_t state;
};

static inline uint64_t random_u64(struct random *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 .. n - 1 */
static inline uint64_t random_below(struct random *r, uint64_t n) { return random_u64(r) % n; }
/* true once in @n */
static inline bool random_one_in(struct random *r, uint64_t n) { return !random_below(r, n); }

#define RANDOM_MAX_BANKS	24

struct random_board {
	struct mm_board board;
	unsigned char dtb[128 << 10];
	char cmdline[2048];
	struct phys_range banks[RANDOM_MAX_BANKS];	/* sorted, disjoint unless made to overlap */
	int nid[RANDOM_MAX_BANKS];			/* -1: the node says none */
	size_t nr_banks;
	int nr_nodes;
};

void random_board_make(struct random_board *board, uint64_t seed);

#endif
