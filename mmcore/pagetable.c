// SPDX-License-Identifier: GPL-2.0-or-later
#include "pagetable.h"

static const char *const level_names[PGTABLE_MAX_LEVELS] = { "PTE", "PMD", "PUD", "P4D", "PGD" };

void pagetable_init(struct pagetable *pt, struct trace *trace, unsigned page_shift, unsigned levels)
{
	pt->trace = trace;
	pt->page_shift = page_shift;
	pt->levels = levels;
	pt->pud_blocks = page_shift == 12;
}

/* log2 of the bytes that one entry of a level's table covers. */
static unsigned entry_shift(const struct pagetable *pt, unsigned level)
{
	return pt->page_shift + level * (pt->page_shift - 3);
}

/* Bytes a whole table of that level covers are one entry of the level above. */
static uint64_t table_index(const struct pagetable *pt, unsigned level, uint64_t va)
{
	unsigned shift = entry_shift(pt, level + 1);

	return shift > 63 ? 0 : va >> shift;
}

static void set_insert_range(struct table_set *set, struct arena *arena, size_t at, struct table_range r)
{
	if (set->nr == set->cap) {
		set->cap = set->cap ? 2 * set->cap : 8;
		set->ranges = arena_grow(arena, set->ranges, set->nr, set->cap, sizeof(r));
	}
	memmove(&set->ranges[at + 1], &set->ranges[at], (set->nr - at) * sizeof(r));
	set->ranges[at] = r;
	set->nr++;
}

/* Add [first, last]; returns how many of them were new. */
static uint64_t set_add(struct table_set *set, struct arena *arena, uint64_t first, uint64_t last)
{
	uint64_t new = last - first + 1;
	size_t i = 0, end;

	while (i < set->nr && set->ranges[i].last + 1 < first)
		i++;
	for (end = i; end < set->nr && set->ranges[end].first <= last + 1; end++) {
		struct table_range r = set->ranges[end];
		uint64_t lo = max_u64(r.first, first), hi = min_u64(r.last, last);

		if (lo <= hi)
			new -= hi - lo + 1;
	}
	if (i == end) {
		set_insert_range(set, arena, i, (struct table_range){ first, last });
		return new;
	}
	set->ranges[i].first = min_u64(set->ranges[i].first, first);
	set->ranges[i].last = max_u64(set->ranges[end - 1].last, last);
	memmove(&set->ranges[i + 1], &set->ranges[end], (set->nr - end) * sizeof(*set->ranges));
	set->nr -= end - i - 1;
	return new;
}

static void take(struct pagetable *pt, enum pagetable_root root, unsigned level, uint64_t va, uint64_t end,
		 struct table_need *need)
{
	uint64_t new = set_add(&pt->sets[root][level], pt->trace->arena, table_index(pt, level, va),
			       table_index(pt, level, end - 1));

	need->level[level] += new;
	need->total += new;
}

/* May an entry of this level map its whole range without a table below? */
static bool is_block(const struct pagetable *pt, const struct mapping *map, unsigned level, uint64_t va, uint64_t end)
{
	uint64_t mask = (UINT64_C(1) << entry_shift(pt, level)) - 1, pa = map->pa + (va - map->va);

	if (!map->blocks || !level || !(level == 1 || (level == 2 && pt->pud_blocks)))
		return false;
	return !((va | end | pa) & mask);
}

/*
 * Fill the entries of @level's tables for [va, end).  A partly covered first or
 * last entry is walked by itself; the whole entries between behave alike.
 */
static void fill(struct pagetable *pt, const struct mapping *map, unsigned level, uint64_t va, uint64_t end,
		 struct table_need *need)
{
	uint64_t size, mid, mid_end;

	if (!level || va >= end)
		return;
	size = UINT64_C(1) << entry_shift(pt, level);
	mid = (va + size - 1) & ~(size - 1);
	mid_end = end & ~(size - 1);
	if (mid < va || mid >= mid_end)		/* wrapped, or no whole entry */
		mid = mid_end = (mid < va || mid > end) ? end : mid;
	if (va < mid) {
		take(pt, map->root, level - 1, va, mid, need);
		fill(pt, map, level - 1, va, mid, need);
	}
	if (mid < mid_end && !is_block(pt, map, level, mid, mid_end)) {
		take(pt, map->root, level - 1, mid, mid_end, need);
		fill(pt, map, level - 1, mid, mid_end, need);
	}
	if (max_u64(mid, mid_end) < end) {
		take(pt, map->root, level - 1, max_u64(mid, mid_end), end, need);
		fill(pt, map, level - 1, max_u64(mid, mid_end), end, need);
	}
}

struct table_need pagetable_need(struct pagetable *pt, const struct mapping *map)
{
	uint64_t mask = (UINT64_C(1) << pt->page_shift) - 1;
	struct mapping whole = *map;
	struct table_need need = { 0 };
	uint64_t end = (map->va + map->size + mask) & ~mask;

	whole.va &= ~mask;
	whole.pa &= ~mask;
	fill(pt, &whole, pt->levels - 1, whole.va, end, &need);
	return need;
}

void pagetable_exists(struct pagetable *pt, enum pagetable_root root, uint64_t va, uint64_t size)
{
	struct table_need ignored = { 0 };

	for (unsigned level = 0; level + 1 < pt->levels; level++)
		take(pt, root, level, va, va + size, &ignored);
}

const char *pagetable_need_text(struct pagetable *pt, const struct table_need *need)
{
	const char *text = "";

	for (unsigned level = PGTABLE_MAX_LEVELS; level-- > 0;)
		if (need->level[level])
			text = arena_printf(pt->trace->arena, "%s%s%s %llu", text, *text ? ", " : "",
					    level_names[level], (unsigned long long)need->level[level]);
	return text;
}

void pagetable_publish(struct pagetable *pt, const struct mapping *map, const struct table_need *need,
		       phys_addr_t base, uint64_t nr, int64_t step)
{
	static const char *const roots[ROOT_NR] = { "swapper_pg_dir", "idmap_pg_dir" };
	const union mm_value row[] = {
		V_NUM(pt->next_key++), V_STR(roots[map->root]), V_STR(pagetable_need_text(pt, need)),
		V_NUM(nr), V_HEX(base), V_NUM(step), V_HEX(map->va), V_STR(map->what),
	};

	trace_splice(pt->trace, MM_PAGETABLES, pt->trace->rows[MM_PAGETABLES].nr, 0, row, 1);
}
