// SPDX-License-Identifier: GPL-2.0-or-later
#include "pagetable.h"

static const char *const level_names[PGTABLE_MAX_LEVELS] = { "PTE", "PMD", "PUD", "P4D", "PGD" };

void pagetable_init(struct pagetable *pt, struct trace *trace, unsigned page_shift, unsigned levels, unsigned va_bits)
{
	pt->trace = trace;
	pt->page_shift = page_shift;
	pt->levels = levels;
	pt->va_bits = va_bits;
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
	set->ranges = arena_room(arena, set->ranges, set->nr, &set->cap, sizeof(r));
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

/* The entries of @level over [va, end) are of that kind now.  The walk goes up
 * the addresses: they come after the last run, or go on with it. */
static void note(struct pagetable *pt, struct table_need *need, enum entry_kind kind, unsigned level, uint64_t va,
		 uint64_t end)
{
	struct entry_runs *runs = &need->entries[kind][level];
	unsigned shift = entry_shift(pt, level);
	uint64_t first = (va & ((UINT64_C(1) << pt->va_bits) - 1)) >> shift;
	uint64_t nr = ((end - 1) >> shift) - (va >> shift) + 1;

	if (runs->nr && runs->run[runs->nr - 1].first + runs->run[runs->nr - 1].nr == first) {
		runs->run[runs->nr - 1].nr += nr;
		return;
	}
	runs->run = arena_room(pt->trace->arena, runs->run, runs->nr, &runs->cap, sizeof(*runs->run));
	runs->run[runs->nr++] = (struct entry_run){ first, nr };
}

/* May an entry of this level map its whole range without a table below? */
static bool is_block(const struct pagetable *pt, const struct mapping *map, unsigned level, uint64_t va, uint64_t end)
{
	uint64_t mask = (UINT64_C(1) << entry_shift(pt, level)) - 1;
	bool scattered = map->blocks == BLOCKS_SCATTERED;
	uint64_t pa = scattered ? 0 : map->pa + (va - map->va);

	if (map->blocks == BLOCKS_NEVER || !(level == 1 || (level == 2 && pt->pud_blocks && !scattered)))
		return false;
	return !((va | end | pa) & mask);
}

static void fill(struct pagetable *pt, const struct mapping *map, unsigned level, uint64_t va, uint64_t end,
		 struct table_need *need);

/* Through tables: the entries of @level over [va, end) point to some. */
static void descend(struct pagetable *pt, const struct mapping *map, unsigned level, uint64_t va, uint64_t end,
		    struct table_need *need)
{
	if (va >= end)
		return;
	note(pt, need, ENTRY_TABLE, level, va, end);
	take(pt, map->root, level - 1, va, end, need);
	fill(pt, map, level - 1, va, end, need);
}

/*
 * Whole entries as blocks.  Where a table exists already it stays, and the
 * mapping goes on below it: 7.2 maps the kernel's aliases first, then all RAM.
 *
 *   [ block ][ block ][ table ][ block ]
 *                       pages, or smaller blocks
 */
static void fill_blocks(struct pagetable *pt, const struct mapping *map, unsigned level, uint64_t va, uint64_t end,
			struct table_need *need)
{
	const struct table_set *set = &pt->sets[map->root][level - 1];
	unsigned shift = entry_shift(pt, level);
	uint64_t at = va >> shift, last = (end - 1) >> shift;

	for (size_t i = 0; i < set->nr; i++) {
		uint64_t lo = max_u64(at, set->ranges[i].first), hi = min_u64(last, set->ranges[i].last);

		if (lo > hi)
			continue;
		if (at < lo)
			note(pt, need, ENTRY_BLOCK, level, at << shift, lo << shift);
		descend(pt, map, level, lo << shift, (hi + 1) << shift, need);
		at = hi + 1;
	}
	if (at <= last)
		note(pt, need, ENTRY_BLOCK, level, at << shift, end);
}

/*
 * Fill the entries of @level's tables for [va, end).  A partly covered first or
 * last entry is walked by itself; the whole entries between behave alike.
 */
static void fill(struct pagetable *pt, const struct mapping *map, unsigned level, uint64_t va, uint64_t end,
		 struct table_need *need)
{
	uint64_t size, mid, mid_end;

	if (va >= end)
		return;
	if (!level) {
		note(pt, need, ENTRY_PAGE, level, va, end);
		return;
	}
	size = UINT64_C(1) << entry_shift(pt, level);
	mid = (va + size - 1) & ~(size - 1);
	mid_end = end & ~(size - 1);
	if (mid < va || mid >= mid_end)		/* wrapped, or no whole entry */
		mid = mid_end = (mid < va || mid > end) ? end : mid;
	descend(pt, map, level, va, mid, need);
	if (mid < mid_end && is_block(pt, map, level, mid, mid_end))
		fill_blocks(pt, map, level, mid, mid_end, need);
	else
		descend(pt, map, level, mid, mid_end, need);
	descend(pt, map, level, max_u64(mid, mid_end), end, need);
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

/* The root is the PGD however few levels there are; those that are folded away have no entries. */
static int64_t level_number(const struct pagetable *pt, unsigned level)
{
	return level + 1 == pt->levels ? PGTABLE_MAX_LEVELS - 1 : level;
}

/* Triples for a row, the root's first. */
static const struct mm_list *entries_list(struct pagetable *pt, const struct table_need *need, enum entry_kind kind)
{
	const struct entry_runs *levels = need->entries[kind];
	size_t nr = 0, at = 0;
	int64_t *v;

	for (unsigned level = 0; level < pt->levels; level++)
		nr += levels[level].nr;
	v = arena_array(pt->trace->arena, 3 * nr, sizeof(*v));
	for (unsigned level = pt->levels; level-- > 0;) {
		for (size_t i = 0; i < levels[level].nr; i++) {
			v[at++] = level_number(pt, level);
			v[at++] = (int64_t)levels[level].run[i].first;
			v[at++] = (int64_t)levels[level].run[i].nr;
		}
	}
	return trace_list(pt->trace, v, at);
}

void pagetable_publish(struct pagetable *pt, const struct mapping *map, struct table_need *need,
		       phys_addr_t base, uint64_t nr, int64_t step)
{
	static const char *const roots[ROOT_NR] = { "swapper_pg_dir", "idmap_pg_dir" };
	static const struct table_need none;
	const struct table_need *told = need->published ? &none : need;
	const union mm_value row[] = {
		V_NUM(pt->next_key++), V_STR(roots[map->root]), V_STR(pagetable_need_text(pt, need)),
		V_NUM(nr), V_HEX(base), V_NUM(step), V_HEX(map->va), V_STR(map->what),
		V_HEX(need->published ? 0 : map->size), V_HEX(map->pa),
		V_LIST(entries_list(pt, told, ENTRY_TABLE)), V_LIST(entries_list(pt, told, ENTRY_BLOCK)),
		V_LIST(entries_list(pt, told, ENTRY_PAGE)),
	};

	need->published = true;
	trace_splice(pt->trace, MM_PAGETABLES, pt->trace->rows[MM_PAGETABLES].nr, 0, row, 1);
}
