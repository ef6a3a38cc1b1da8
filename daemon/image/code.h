/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * code.h - what arm64 code in an image shows: who calls whom, and who uses which address.
 *
 * Few instructions are read: BL and B with their targets, ADRP with what completes an
 * address, and MOV of a constant.
 */
#ifndef MMSCOPE_IMAGE_CODE_H
#define MMSCOPE_IMAGE_CODE_H

#include "daemon/image/symbols.h"

struct call {
	int64_t from, to;		/* the instruction and its target, as offsets from _text */
	bool jump;			/* B: the target returns to this function's own caller */
};

struct calls {
	struct call *list;		/* sorted by target, then by place */
	size_t nr;
};

/* All BL and B to the places @targets (ascending). */
void code_calls(struct span image, const int64_t *targets, size_t nr, struct pool *pool, struct calls *ret);
/* The addresses that the code in [@from, @to) computes, in code order; returns how many, at most @max. */
size_t code_addresses(struct span image, int64_t from, int64_t to, int64_t *list, size_t max);
/* Does the code in [@from, @to) compute the address @wanted? */
bool code_refers(struct span image, int64_t from, int64_t to, int64_t wanted);
/* Which of the places @wanted the code of all of the image makes; @nr of them are few. */
void code_referred(struct span image, const int64_t *wanted, size_t nr, bool *referred);
/* The constant that the function beginning at @from last moves into register @rd before @call; -1: it moves none. */
int64_t code_argument(struct span image, int64_t from, int64_t call, unsigned int rd);

#endif
