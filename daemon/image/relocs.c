// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/relocs.h"

#include <stdlib.h>

#define R_AARCH64_RELATIVE	0x403
#define ENTRY			24	/* where, type, addend */
#define MAX_RELOCS		2000000u
#define REACH			(INT64_C(1) << 28)

static bool entry_at(const struct relocs *r, uint64_t at, struct reloc *ret)
{
	ret->at = (int64_t)(span_le64(r->image, at) - r->text_va);
	ret->to = (int64_t)(span_le64(r->image, at + 16) - r->text_va);
	return span_has(r->image, at, ENTRY) && span_le64(r->image, at + 8) == R_AARCH64_RELATIVE && ret->at >= 0 &&
	       ret->at < REACH;
}

/* How many entries there are from @at on, up to the first that is not one. */
static size_t run_length(const struct relocs *r, uint64_t at)
{
	struct reloc reloc;
	size_t nr = 0;

	while (nr < MAX_RELOCS && entry_at(r, at + ENTRY * (uint64_t)nr, &reloc))
		nr++;
	return nr;
}

static int by_place(const void *a, const void *b)
{
	const struct reloc *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

void relocs_read(struct span image, uint64_t text_va, struct pool *pool, struct relocs *ret)
{
	static const uint8_t kind[8] = { R_AARCH64_RELATIVE & 0xff, R_AARCH64_RELATIVE >> 8 };
	uint64_t best = 0;

	*ret = (struct relocs){ .image = image, .text_va = text_va };
	for (int64_t hit = 0; (hit = span_find(image, (uint64_t)hit, kind, sizeof(kind))) >= 0;) {
		size_t nr = hit >= 8 && !(hit & 7) ? run_length(ret, (uint64_t)hit - 8) : 0;

		if (nr > ret->nr) {
			ret->nr = nr;
			best = (uint64_t)hit - 8;
		}
		hit += nr ? ENTRY * (int64_t)nr : 1;
	}
	ret->list = pool_alloc(pool, ret->nr, sizeof(*ret->list));
	for (size_t i = 0; i < ret->nr; i++)
		entry_at(ret, best + ENTRY * (uint64_t)i, &ret->list[i]);
	if (ret->nr)
		qsort(ret->list, ret->nr, sizeof(*ret->list), by_place);
}

int64_t relocs_pointer(const struct relocs *r, int64_t at)
{
	size_t low = 0, high = r->nr;
	int64_t to;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (r->list[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < r->nr && r->list[low].at == at)
		to = r->list[low].to;
	else
		to = at >= 0 ? (int64_t)(span_le64(r->image, (uint64_t)at) - r->text_va) : -1;
	return to > 0 && to < REACH ? to : -1;
}
