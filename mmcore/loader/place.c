// SPDX-License-Identifier: GPL-2.0-or-later
/* place.c - holes: RAM that nothing has been put into. */
#include "loader.h"

#include <stdlib.h>

void loader_take(struct loader *loader, struct arena *arena, phys_addr_t base, phys_addr_t size)
{
	size = min_u64(size, PHYS_ADDR_MAX - base);
	if (!size)
		return;
	loader->taken = arena_room(arena, loader->taken, loader->nr_taken, &loader->cap_taken, sizeof(*loader->taken));
	loader->taken[loader->nr_taken++] = (struct phys_range){ base, size };
	loader->settled = false;
}

static int by_base(const void *a, const void *b)
{
	const struct phys_range *x = a, *y = b;

	return (x->base > y->base) - (x->base < y->base);
}

/* Sorted, disjoint, and no two that touch: a tree may reserve tens of thousands of ranges, so once for all of them. */
static void settle(struct loader *loader)
{
	struct phys_range *t = loader->taken;
	size_t nr = 0;

	if (loader->settled || !loader->nr_taken)
		return;
	qsort(t, loader->nr_taken, sizeof(*t), by_base);
	for (size_t i = 1; i < loader->nr_taken; i++)
		if (t[i].base <= range_end(t[nr]))
			t[nr].size = max_u64(range_end(t[nr]), range_end(t[i])) - t[nr].base;
		else
			t[++nr] = t[i];
	loader->nr_taken = nr + 1;
	loader->settled = true;
}

/* The lowest address at or above @from that is @skew behind a multiple of @align. */
static phys_addr_t aligned(phys_addr_t from, phys_addr_t align, phys_addr_t skew)
{
	return from <= skew ? skew : align_up(from - skew, align) + skew;
}

static bool hole_in(const struct loader *loader, struct phys_range bank, phys_addr_t from, phys_addr_t size,
		    phys_addr_t align, phys_addr_t skew, phys_addr_t *ret)
{
	phys_addr_t at = aligned(max_u64(from, bank.base), align, skew);

	for (size_t i = 0; i < loader->nr_taken; i++) {
		struct phys_range t = loader->taken[i];

		/* The 2 MiB in front of text_offset belong to the image too. */
		if (range_end(t) > at - skew && t.base < at + size)
			at = aligned(range_end(t) + skew, align, skew);
	}
	if (at < bank.base || at > range_end(bank) || range_end(bank) - at < size)
		return false;
	*ret = at;
	return true;
}

/* Neighbouring banks are one piece of RAM. */
static size_t ram_pieces(const struct loader *loader, const struct fdt *fdt, struct phys_range **ret)
{
	struct ram_bank *banks;
	size_t nr = loader_banks(loader, fdt, &banks);
	struct loader pieces = { 0 };

	for (size_t i = 0; i < nr; i++)
		loader_take(&pieces, fdt->arena, banks[i].base, banks[i].size);
	settle(&pieces);
	*ret = pieces.taken;
	return pieces.nr_taken;
}

bool loader_first_hole(struct loader *loader, const struct fdt *fdt, phys_addr_t from, phys_addr_t size,
		       phys_addr_t align, phys_addr_t skew, phys_addr_t *ret)
{
	struct phys_range *pieces;
	size_t nr = ram_pieces(loader, fdt, &pieces);

	settle(loader);
	for (size_t i = 0; i < nr; i++)
		if (hole_in(loader, pieces[i], from, size, align, skew, ret))
			return true;
	return false;
}

static bool last_in(const struct loader *loader, struct phys_range bank, phys_addr_t limit, phys_addr_t size,
		    phys_addr_t align, phys_addr_t *ret)
{
	phys_addr_t end = min_u64(limit, range_end(bank));

	for (size_t i = loader->nr_taken; i-- > 0 && end > bank.base && end - bank.base >= size;) {
		struct phys_range t = loader->taken[i];

		if (range_end(t) > align_down(end - size, align) && t.base < end)
			end = t.base;
	}
	if (end < bank.base || end - bank.base < size || align_down(end - size, align) < bank.base)
		return false;
	*ret = align_down(end - size, align);
	return true;
}

bool loader_last_hole(struct loader *loader, const struct fdt *fdt, phys_addr_t limit, phys_addr_t size,
		      phys_addr_t align, phys_addr_t *ret)
{
	struct phys_range *pieces;
	size_t nr = ram_pieces(loader, fdt, &pieces);

	settle(loader);
	while (nr-- > 0)
		if (last_in(loader, pieces[nr], limit, size, align, ret))
			return true;
	return false;
}
