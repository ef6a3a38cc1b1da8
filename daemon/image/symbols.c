// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/symbols.h"

#include <stdlib.h>

static size_t hash(const char *name)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 29);
}

/* The slot that holds @name, or the empty one where it belongs. */
static uint32_t *slot(const struct symbols *symbols, const char *name)
{
	size_t i = hash(name) & (symbols->cap - 1);

	while (symbols->by_name[i] && strcmp(symbols->list[symbols->by_name[i] - 1].name, name))
		i = (i + 1) & (symbols->cap - 1);
	return &symbols->by_name[i];
}

static void index_names(struct symbols *symbols, struct pool *pool)
{
	for (symbols->cap = 1024; symbols->cap < 2 * symbols->nr; symbols->cap *= 2)
		;
	symbols->by_name = pool_alloc(pool, symbols->cap, sizeof(*symbols->by_name));
	for (size_t i = 0; i < symbols->nr; i++) {
		uint32_t *to = slot(symbols, symbols->list[i].name);

		if (!*to)
			*to = (uint32_t)i + 1;
	}
}

static int by_place(const void *a, const void *b, void *list)
{
	const struct symbol *x = (const struct symbol *)list + *(const uint32_t *)a;
	const struct symbol *y = (const struct symbol *)list + *(const uint32_t *)b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x < y ? -1 : 1;
}

/* kernel/kallsyms.c: of several symbols at one address the first is printed; "$x" marks no function. */
static void index_functions(struct symbols *symbols, struct pool *pool)
{
	uint32_t *order = pool_alloc(pool, symbols->nr, sizeof(*order));
	size_t nr = 0;

	for (size_t i = 0; i < symbols->nr; i++)
		if (symbols->list[i].name[0] != '$')
			order[nr++] = (uint32_t)i;
	qsort_r(order, nr, sizeof(*order), by_place, symbols->list);
	symbols->functions = order;
	for (size_t i = 0; i < nr; i++)
		if (!i || symbols->list[order[i]].at != symbols->list[order[symbols->nr_functions - 1]].at)
			order[symbols->nr_functions++] = order[i];
}

void symbols_index(struct symbols *symbols, struct pool *pool)
{
	symbols->nr_functions = 0;
	index_names(symbols, pool);
	index_functions(symbols, pool);
}

const struct symbol *symbols_find(const struct symbols *symbols, const char *name)
{
	uint32_t at = symbols->cap ? *slot(symbols, name) : 0;

	return at ? &symbols->list[at - 1] : NULL;
}

/* The number of functions that begin at or before @at. */
static size_t up_to(const struct symbols *symbols, int64_t at)
{
	size_t low = 0, high = symbols->nr_functions;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (symbols->list[symbols->functions[middle]].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct symbol *symbols_at(const struct symbols *symbols, int64_t at)
{
	size_t n = up_to(symbols, at);

	return n ? &symbols->list[symbols->functions[n - 1]] : NULL;
}

int64_t symbols_end(const struct symbols *symbols, int64_t at)
{
	size_t n = up_to(symbols, at);

	return n < symbols->nr_functions ? symbols->list[symbols->functions[n]].at : INT64_MAX;
}
