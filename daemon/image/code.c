// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/code.h"

#include <stdlib.h>

/* More calls of memblock's functions and their callers than any kernel has. */
#define MAX_CALLS	65536

/* Instructions between an ADRP and the one that completes its address. */
#define LOOK_AHEAD	24

#define OPCODE_BL	0x25
#define OPCODE_B	0x05

/* The 26 bits of BL and B count words, signed. */
static int64_t target_of(int64_t at, uint32_t word)
{
	return at + ((int64_t)(int32_t)(word << 6) >> 4);
}

static bool among(const int64_t *targets, size_t nr, int64_t wanted)
{
	size_t low = 0, high = nr;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (targets[middle] < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low < nr && targets[low] == wanted;
}

static int by_target(const void *a, const void *b)
{
	const struct call *x = a, *y = b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

void code_calls(struct span image, const int64_t *targets, size_t nr, struct pool *pool, struct calls *ret)
{
	ret->list = pool_alloc(pool, MAX_CALLS, sizeof(*ret->list));
	for (size_t at = 0; at + 4 <= image.len && ret->nr < MAX_CALLS; at += 4) {
		uint32_t word = span_le32(image, at);
		bool call = word >> 26 == OPCODE_BL;
		int64_t to;

		if (!call && word >> 26 != OPCODE_B)
			continue;
		to = target_of((int64_t)at, word);
		if (among(targets, nr, to))
			ret->list[ret->nr++] = (struct call){ (int64_t)at, to, !call };
	}
	if (ret->nr)
		qsort(ret->list, ret->nr, sizeof(*ret->list), by_target);
}

/* ADRP Xd, page: the page of @at plus 21 signed bits of pages. */
static bool adrp(uint32_t word, int64_t at, int64_t *page)
{
	int64_t pages = (int64_t)((uint64_t)(word >> 5 & 0x7ffff) << 45) >> 43 | (word >> 29 & 3);

	*page = (at & ~INT64_C(0xfff)) + pages * 4096;
	return (word & 0x9f000000) == 0x90000000;
}

/* ADD Xd, Xn, #imm: what it adds; -1: it is another instruction, or reads another register. */
static int64_t add_of(uint32_t word, unsigned int rn)
{
	if ((word & 0xff800000) != 0x91000000 || (word >> 5 & 31) != rn)
		return -1;
	return (int64_t)(word >> 10 & 0xfff) << (word & 0x400000 ? 12 : 0);
}

/* LDR and STR of X and W registers with an unsigned offset: the page is the base of a variable. */
static bool loads_from(uint32_t word, unsigned int rn)
{
	return (word & 0x3b000000) == 0x39000000 && (word >> 5 & 31) == rn;
}

/* The address that the ADRP at @at begins: completed by the first instruction that reads its register. */
static int64_t completed(struct span image, int64_t at, int64_t end, unsigned int rd, int64_t page)
{
	for (int64_t next = at + 4; next < end && next < at + 4 * LOOK_AHEAD; next += 4) {
		uint32_t word = span_le32(image, (uint64_t)next);
		int64_t add = add_of(word, rd);

		if (add >= 0)
			return page + add;
		if (loads_from(word, rd))
			return page + ((int64_t)(word >> 10 & 0xfff) << (word >> 30));
	}
	return page;
}

size_t code_addresses(struct span image, int64_t from, int64_t to, int64_t *list, size_t max)
{
	size_t nr = 0;
	int64_t page;

	for (int64_t at = from; at >= 0 && at < to && nr < max && span_has(image, (uint64_t)at, 4); at += 4) {
		uint32_t word = span_le32(image, (uint64_t)at);

		if (adrp(word, at, &page))
			list[nr++] = completed(image, at, to, word & 31, page);
	}
	return nr;
}

bool code_refers(struct span image, int64_t from, int64_t to, int64_t wanted)
{
	int64_t list[512];
	size_t nr = code_addresses(image, from, to, list, sizeof(list) / sizeof(list[0]));

	while (nr--)
		if (list[nr] == wanted)
			return true;
	return false;
}

static bool any_on_page(const int64_t *wanted, size_t nr, int64_t page)
{
	for (size_t i = 0; i < nr; i++)
		if ((wanted[i] & ~INT64_C(0xfff)) == page)
			return true;
	return false;
}

void code_referred(struct span image, const int64_t *wanted, size_t nr, bool *referred)
{
	int64_t page;

	for (int64_t at = 0; span_has(image, (uint64_t)at, 4); at += 4) {
		uint32_t word = span_le32(image, (uint64_t)at);
		int64_t place;

		if (!adrp(word, at, &page) || !any_on_page(wanted, nr, page))
			continue;
		place = completed(image, at, at + 4 * LOOK_AHEAD, word & 31, page);
		for (size_t i = 0; i < nr; i++)
			referred[i] |= wanted[i] == place;
	}
}

/* MOV Wd/Xd, #imm16 without a shift, or MOV Wd/Xd, ZR: what it puts there; -1: another instruction or register. */
static int64_t constant_of(uint32_t word, unsigned int rd)
{
	if ((word & 31) != rd)
		return -1;
	if ((word & 0x7fe00000) == 0x52800000)
		return word >> 5 & 0xffff;
	if ((word & 0x7fffffe0) == 0x2a1f03e0)
		return 0;
	return -1;
}

int64_t code_argument(struct span image, int64_t from, int64_t call, unsigned int rd)
{
	for (int64_t at = call - 4; at >= from && at >= call - 4 * LOOK_AHEAD; at -= 4) {
		int64_t value = constant_of(span_le32(image, (uint64_t)at), rd);

		if (value >= 0)
			return value;
	}
	return -1;
}
