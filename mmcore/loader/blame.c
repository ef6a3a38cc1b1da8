// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * blame.c - a failure that is only as certain as an address that we assumed says so.
 *
 * It hangs on the assumption if, with that one thing elsewhere, there would be room.
 */
#include "check.h"

/* Image, device tree, initrd. */
#define NR_THINGS 3

struct suspect {
	const char *what;
	const struct placed *at;
};

static void list_suspects(const struct mm *mm, struct suspect ret[NR_THINGS])
{
	ret[0] = (struct suspect){ "kernel image", &mm->loader.image };
	ret[1] = (struct suspect){ "device tree", &mm->loader.dtb };
	ret[2] = (struct suspect){ "initrd", &mm->loader.initrd };
}

static bool is_assumed_in(const struct placed *p, phys_addr_t base, phys_addr_t end)
{
	return p->origin == ORIGIN_ASSUMED && p->size && p->base < end && base < p->base + p->size;
}

static void blame(struct mm *mm, const struct suspect *s)
{
	trace_why_fact(&mm->trace, FACT_STR("assumed", arena_printf(&mm->arena,
		       "this failure depends on an assumed address: the %s at 0x%llx (%s)", s->what,
		       (unsigned long long)s->at->base, s->at->rule)));
}

/* Does anybody but the suspect have bytes of [base, end)? */
static bool others_have(const struct mm *mm, const struct placed *p, phys_addr_t base, phys_addr_t end)
{
	const struct memblock_type *reserved = &mm->memblock.reserved;

	return (p->base > base && memblock_overlaps(reserved, base, p->base - base)) ||
	       (p->base + p->size < end && memblock_overlaps(reserved, p->base + p->size, end - (p->base + p->size)));
}

void loader_blame(struct mm *mm, phys_addr_t base, phys_addr_t size)
{
	phys_addr_t end = base + min_u64(size, PHYS_ADDR_MAX - base);
	struct suspect suspects[NR_THINGS];

	list_suspects(mm, suspects);
	for (size_t i = 0; i < NR_THINGS; i++) {
		if (!is_assumed_in(suspects[i].at, base, end) || others_have(mm, suspects[i].at, base, end))
			continue;
		blame(mm, &suspects[i]);
		return;
	}
}

static bool fits(phys_addr_t lo, phys_addr_t hi, const struct placement *p)
{
	phys_addr_t at = align_up(max_u64(lo, p->start), p->align ? p->align : 1);

	hi = min_u64(hi, p->end ? p->end : PHYS_ADDR_MAX);
	return at >= lo && at < hi && hi - at >= p->size;
}

/* Would the request fit if what @thing has were free?  Free ranges come in order; those that touch it grow together. */
static bool fits_without(const struct mm *mm, const struct placement *p, const struct placed *thing)
{
	phys_addr_t lo = thing->base, hi = thing->base + thing->size;
	struct memblock_iter it = { 0 };

	while (memblock_next_free(&mm->memblock, p->nid, &it)) {
		if (range_end(it.range) == lo)
			lo = it.range.base;
		else if (it.range.base == hi)
			hi = range_end(it.range);
	}
	return fits(lo, hi, p);
}

bool loader_blame_place(struct mm *mm, const struct placement *p)
{
	struct suspect suspects[NR_THINGS];

	list_suspects(mm, suspects);
	for (size_t i = NR_THINGS; i-- > 0;) {
		if (!is_assumed_in(suspects[i].at, p->start, p->end ? p->end : PHYS_ADDR_MAX) ||
		    !fits_without(mm, p, suspects[i].at))
			continue;
		blame(mm, &suspects[i]);
		return true;
	}
	return false;
}

void loader_no_place(struct mm *mm, const struct placement *p)
{
	cause_no_place(&mm->memblock, p);
	loader_blame_place(mm, p);
}
