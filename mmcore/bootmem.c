// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootmem.h"

#include <errno.h>

uint64_t bootmem_map_bytes(uint64_t pages)
{
	return align_up(div_round_up(pages, 8), sizeof(uint64_t));
}

/* ------------------------------------------------------------------ the bitmap */

/* Index of the first run that ends above bit @idx. */
static size_t lower(const struct bootmem *bm, uint64_t idx)
{
	size_t lo = 0, hi = bm->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (bm->runs[mid].end > idx)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

static void replace(struct bootmem *bm, size_t at, size_t nr_del, const struct bit_run *with, size_t nr_ins)
{
	size_t after = bm->nr - nr_del + nr_ins;

	if (after > BOOTMEM_MAX_RUNS)
		arena_fail(bm->trace->arena, -E2BIG, "more than %d runs in the bootmem bitmap", BOOTMEM_MAX_RUNS);
	if (after > bm->cap) {
		bm->cap = max_u64(2 * after, 64);
		bm->runs = arena_grow(bm->trace->arena, bm->runs, bm->nr, bm->cap, sizeof(*bm->runs));
	}
	memmove(bm->runs + at + nr_ins, bm->runs + at + nr_del, (bm->nr - at - nr_del) * sizeof(*bm->runs));
	if (nr_ins)
		memcpy(bm->runs + at, with, nr_ins * sizeof(*with));
	bm->nr = after;
}

static void set_bits(struct bootmem *bm, uint64_t first, uint64_t end)
{
	size_t at = lower(bm, first ? first - 1 : 0), last = at;
	struct bit_run run = { first, end };

	for (; last < bm->nr && bm->runs[last].first <= end; last++) {
		run.first = min_u64(run.first, bm->runs[last].first);
		run.end = max_u64(run.end, bm->runs[last].end);
	}
	replace(bm, at, last - at, &run, 1);
}

static void clear_bits(struct bootmem *bm, uint64_t first, uint64_t end)
{
	size_t at = lower(bm, first), last = at, nr = 0;
	struct bit_run rest[2];

	for (; last < bm->nr && bm->runs[last].first < end; last++) {
		if (bm->runs[last].first < first)
			rest[nr++] = (struct bit_run){ bm->runs[last].first, first };
		if (bm->runs[last].end > end)
			rest[nr++] = (struct bit_run){ end, bm->runs[last].end };
	}
	replace(bm, at, last - at, rest, nr);
}

/* Is any bit of [first, end) set?  If so, *@at is the first such. */
static bool any_set(const struct bootmem *bm, uint64_t first, uint64_t end, uint64_t *at)
{
	size_t i = lower(bm, first);

	if (i == bm->nr || bm->runs[i].first >= end)
		return false;
	*at = max_u64(bm->runs[i].first, first);
	return true;
}

/* First clear bit at or after @idx (find_next_zero_bit). */
static uint64_t next_clear(const struct bootmem *bm, uint64_t idx)
{
	size_t i = lower(bm, idx);

	return i < bm->nr && bm->runs[i].first <= idx ? bm->runs[i].end : idx;
}

bool bootmem_next_free(const struct bootmem *bm, uint64_t *idx, uint64_t *end)
{
	uint64_t pages = bm->low_pfn - bm->min_pfn;
	size_t i;

	*idx = next_clear(bm, *idx);
	if (*idx >= pages)
		return false;
	i = lower(bm, *idx);
	*end = i < bm->nr ? min_u64(bm->runs[i].first, pages) : pages;
	return true;
}

uint64_t bootmem_nr_reserved(const struct bootmem *bm)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < bm->nr; i++)
		nr += bm->runs[i].end - bm->runs[i].first;
	return nr;
}

/* ------------------------------------------------------------------- publishing */

static void publish(struct bootmem *bm)
{
	size_t w = mm_table_def(MM_BOOTMEM)->nr_columns;
	union mm_value *rows = arena_array(bm->trace->arena, bm->nr * w, sizeof(*rows));

	for (size_t i = 0; i < bm->nr; i++) {
		const union mm_value row[] = {
			V_NUM(bm->min_pfn + bm->runs[i].first), V_NUM(bm->min_pfn + bm->runs[i].end),
		};

		memcpy(rows + i * w, row, sizeof(row));
	}
	trace_sync(bm->trace, MM_BOOTMEM, rows, bm->nr);
}

static void event(struct bootmem *bm, enum mm_kind kind, const char *fn, phys_addr_t base, phys_addr_t size)
{
	trace_event(bm->trace, kind, fn);
	trace_arg(bm->trace, FACT_HEX("base", base));
	trace_arg(bm->trace, FACT_HEX("size", size));
}

static void tell_bits(struct bootmem *bm, uint64_t first, uint64_t end)
{
	trace_arg(bm->trace, FACT_NUM("first_pfn", bm->min_pfn + first));
	trace_arg(bm->trace, FACT_NUM("end_pfn", bm->min_pfn + end));
	trace_arg(bm->trace, FACT_NUM("hint_idx", bm->hint_idx));
	trace_arg(bm->trace, FACT_HEX("last_end_off", bm->last_end_off));
	publish(bm);
}

void bootmem_init(struct bootmem *bm, const struct mm_kernel *kernel, struct trace *trace, struct ledger *ledger,
		  uint64_t map_pfn, uint64_t start_pfn, uint64_t end_pfn)
{
	uint64_t bytes = bootmem_map_bytes(end_pfn - start_pfn);

	*bm = (struct bootmem){ .kernel = kernel, .trace = trace, .ledger = ledger, .min_pfn = start_pfn, .low_pfn = end_pfn,
				.map_pfn = map_pfn, .map_pages = div_round_up(bytes, kernel->page_size) };
	event(bm, MM_MARK, "init_bootmem_core", map_pfn << kernel->page_shift, bytes);
	set_bits(bm, 0, end_pfn - start_pfn);
	tell_bits(bm, 0, end_pfn - start_pfn);
}

static uint64_t clamp_idx(const struct bootmem *bm, uint64_t pfn)
{
	return clamp_u64(pfn, bm->min_pfn, bm->low_pfn) - bm->min_pfn;
}

void bootmem_free(struct bootmem *bm, phys_addr_t base, phys_addr_t size, const char *detail)
{
	unsigned shift = bm->kernel->page_shift;
	uint64_t first = clamp_idx(bm, (base + bm->kernel->page_size - 1) >> shift), end = clamp_idx(bm, (base + size) >> shift);

	event(bm, MM_FREE, "free_bootmem", base, size);
	trace_why(bm->trace, WHY("", FACT_STR("what", detail)));
	if (first < end) {
		bm->hint_idx = min_u64(bm->hint_idx, first);
		clear_bits(bm, first, end);
	}
	tell_bits(bm, first, max_u64(first, end));
}

void bootmem_reserve(struct bootmem *bm, phys_addr_t base, phys_addr_t size, const char *detail)
{
	unsigned shift = bm->kernel->page_shift;
	uint64_t first = clamp_idx(bm, base >> shift), end = clamp_idx(bm, (base + size + bm->kernel->page_size - 1) >> shift);

	event(bm, MM_RESERVE, "reserve_bootmem", base, size);
	trace_why(bm->trace, WHY("", FACT_STR("what", detail)));
	if (first < end)
		set_bits(bm, first, end);
	tell_bits(bm, first, max_u64(first, end));
}

/* ------------------------------------------------------------------- allocation */

/* align_idx(): a bit whose pfn is aligned. */
static uint64_t align_idx(const struct bootmem *bm, uint64_t idx, uint64_t step)
{
	return align_up(bm->min_pfn + idx, step) - bm->min_pfn;
}

/* align_off(): an offset whose address is aligned. */
static uint64_t align_off(const struct bootmem *bm, uint64_t off, uint64_t align)
{
	uint64_t base = bm->min_pfn << bm->kernel->page_shift;

	return align_up(base + off, align) - base;
}

/* First run of @pages clear bits in [@idx, @end) on a step; UINT64_MAX if none. */
static uint64_t find_block(const struct bootmem *bm, uint64_t idx, uint64_t end, uint64_t pages, uint64_t step)
{
	for (;;) {
		uint64_t set;

		idx = align_idx(bm, next_clear(bm, idx), step);
		if (idx >= end || pages > end - idx)
			return UINT64_MAX;
		if (!any_set(bm, idx, idx + pages, &set))
			return idx;
		idx = align_idx(bm, set, step);
		if (idx == set)
			idx += step;
	}
}

/* Where the search of [goal, limit) starts, with the hint of the last one. */
static uint64_t search(struct bootmem *bm, uint64_t pages, uint64_t align, phys_addr_t goal, phys_addr_t limit)
{
	unsigned shift = bm->kernel->page_shift;
	uint64_t step = max_u64(align >> shift, 1), max = bm->low_pfn, start = bm->min_pfn, idx, found;

	if (limit && max > limit >> shift)
		max = limit >> shift;
	if (max <= bm->min_pfn)
		return UINT64_MAX;
	if (goal >> shift > bm->min_pfn && goal >> shift < max)
		start = goal >> shift;
	idx = align_up(start, step) - bm->min_pfn;
	if (bm->hint_idx <= idx)
		return find_block(bm, idx, max - bm->min_pfn, pages, step);
	found = find_block(bm, align_idx(bm, bm->hint_idx, step), max - bm->min_pfn, pages, step);
	return found != UINT64_MAX ? found : find_block(bm, align_idx(bm, idx, step), max - bm->min_pfn, pages, step);
}

/* The found pages, or the tail of the page just before them, become [off, off + size). */
static uint64_t place(struct bootmem *bm, uint64_t idx, uint64_t size, uint64_t align)
{
	uint64_t page = bm->kernel->page_size, off = idx * page;
	uint64_t first, end;

	if (bm->last_end_off & (page - 1) && bm->last_end_off / page + 1 == idx)
		off = align_off(bm, bm->last_end_off, align);
	first = max_u64(off / page, idx);	/* a page that is merged into is set already */
	end = div_round_up(off + size, page);
	bm->last_end_off = off + size;
	bm->hint_idx = end;
	if (first < end)
		set_bits(bm, first, end);
	return off;
}

phys_addr_t bootmem_alloc(struct bootmem *bm, uint64_t size, uint64_t align, phys_addr_t goal, phys_addr_t limit,
			  const char *caller, const char *owner, const char *detail)
{
	uint64_t pages = div_round_up(size, bm->kernel->page_size), idx = search(bm, pages, align, goal, limit), off;
	phys_addr_t at = 0;

	/* ___alloc_bootmem_nopanic(): once more without the goal. */
	if (idx == UINT64_MAX && goal)
		idx = search(bm, pages, align, 0, limit);
	if (idx != UINT64_MAX) {
		off = place(bm, idx, size, align);
		at = (bm->min_pfn << bm->kernel->page_shift) + off;
	}
	event(bm, MM_RESERVE, "alloc_bootmem_bdata", at, size);
	trace_arg(bm->trace, FACT_HEX("align", align));
	trace_arg(bm->trace, FACT_HEX("goal", goal));
	trace_arg(bm->trace, FACT_STR("caller", caller));
	trace_why(bm->trace, WHY(owner, FACT_STR("what", detail)));
	if (!at)
		return 0;
	tell_bits(bm, off / bm->kernel->page_size, bm->hint_idx);
	ledger_claim(bm->ledger, at, size, owner, detail, caller);
	return at;
}
