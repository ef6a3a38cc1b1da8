// SPDX-License-Identifier: GPL-2.0-or-later
/* memblock.c - follows mm/memblock.c of 4.9 to 7.2; differences by struct rules. */
#include "memblock.h"

#include <errno.h>
#include <limits.h>

/* ------------------------------------------------------------ the two arrays */

static void type_init(struct memblock *mb, struct memblock_type *type, const char *name,
		      enum mm_table_id table, size_t max)
{
	type->name = name;
	type->table = table;
	type->max = max;
	type->cap = max;
	type->regions = arena_array(mb->trace->arena, max, sizeof(*type->regions));
}

void memblock_init(struct memblock *mb, const struct mm_kernel *kernel,
		   struct trace *trace, struct ledger *ledger)
{
	mb->kernel = kernel;
	mb->trace = trace;
	mb->ledger = ledger;
	mb->current_limit = MEMBLOCK_ALLOC_ANYWHERE;
	type_init(mb, &mb->memory, "memory", MM_MEMBLOCK_MEMORY,
		  kernel->init_memory_regions ? kernel->init_memory_regions : INIT_MEMBLOCK_REGIONS);
	type_init(mb, &mb->reserved, "reserved", MM_MEMBLOCK_RESERVED,
		  kernel->init_reserved_regions ? kernel->init_reserved_regions : INIT_MEMBLOCK_REGIONS);
}

static phys_addr_t region_end(const struct memblock_region *r)
{
	return r->base + r->size;
}

/* size such that base + size does not wrap (memblock_cap_size). */
static phys_addr_t cap_size(phys_addr_t base, phys_addr_t size)
{
	return min_u64(size, PHYS_ADDR_MAX - base);
}

bool memblock_nid_valid(const struct memblock *mb, int nid)
{
	return nid >= 0 && nid < mb->kernel->max_numnodes;
}

/* Regions [first, end) are about to differ from what was published. */
static void touch(struct memblock_type *type, size_t first, size_t end)
{
	type->clean_head = min_u64(type->clean_head, first);
	type->clean_tail = min_u64(type->clean_tail, type->cnt - end);
}

static void insert_region(struct memblock *mb, struct memblock_type *type, size_t at, struct memblock_region region)
{
	if (type->cnt == MEMBLOCK_MAX_REGIONS)
		arena_fail(mb->trace->arena, -E2BIG, "more than %d memblock regions", MEMBLOCK_MAX_REGIONS);
	type->regions = arena_room(mb->trace->arena, type->regions, type->cnt, &type->cap, sizeof(*type->regions));
	touch(type, at, at);
	memmove(&type->regions[at + 1], &type->regions[at], (type->cnt - at) * sizeof(region));
	type->regions[at] = region;
	type->cnt++;
}

static void delete_regions(struct memblock_type *type, size_t at, size_t nr)
{
	touch(type, at, at + nr);
	memmove(&type->regions[at], &type->regions[at + nr], (type->cnt - at - nr) * sizeof(*type->regions));
	type->cnt -= nr;
}

/* Touching regions of the same node and flags become one. */
static void merge_regions(struct memblock_type *type, size_t from, size_t to)
{
	for (size_t i = from; i + 1 < type->cnt && i < to;) {
		struct memblock_region *this = &type->regions[i], *next = this + 1;

		if (region_end(this) != next->base || this->nid != next->nid || this->flags != next->flags) {
			i++;
			continue;
		}
		touch(type, i, i + 1);
		this->size += next->size;
		delete_regions(type, i + 1, 1);
		to--;
	}
}

/* Index of the first region that ends above @addr. */
static size_t first_above(const struct memblock_type *type, phys_addr_t addr)
{
	size_t lo = 0, hi = type->cnt;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (region_end(&type->regions[mid]) > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

const struct memblock_region *memblock_find(const struct memblock_type *type, phys_addr_t addr)
{
	size_t i = first_above(type, addr);

	return i < type->cnt && type->regions[i].base <= addr ? &type->regions[i] : NULL;
}

bool memblock_overlaps(const struct memblock_type *type, phys_addr_t base, phys_addr_t size)
{
	size_t i = first_above(type, base);

	size = cap_size(base, size);
	return i < type->cnt && type->regions[i].base < base + size;
}

/* ------------------------------------------------------------------ publishing */

const char *memblock_flags_name(struct trace *trace, unsigned flags)
{
	static const char *const names[] = { "HOTPLUG", "MIRROR", "NOMAP", "DRV_MNG", "RSV_NIT", "RSV_KERN" };
	const char *text = NULL;

	for (unsigned bit = 0; bit < ARRAY_SIZE(names); bit++) {
		if (!(flags & (1U << bit)))
			continue;
		text = text ? arena_printf(trace->arena, "%s|%s", text, names[bit]) : names[bit];
	}
	return text ? text : "NONE";
}

#define REGION_COLUMNS	4

/* The row of a region; flags are compared by value, so the name is cheap enough. */
static void region_row(struct memblock *mb, const struct memblock_region *r, union mm_value *row)
{
	row[0] = V_HEX(r->base);
	row[1] = V_HEX(r->size);
	row[2] = V_NUM(memblock_nid_valid(mb, r->nid) ? r->nid : NUMA_NO_NODE);
	row[3] = V_STR(memblock_flags_name(mb->trace, r->flags));
}

/* Rows and regions agree at the same distance from the start / from the end? */
static bool row_is_region(struct memblock *mb, enum mm_table_id table, const union mm_value *row,
			  const struct memblock_region *r)
{
	union mm_value now[REGION_COLUMNS];

	if (row[0].u != r->base || row[1].u != r->size)
		return false;
	region_row(mb, r, now);
	return row_equal(mm_table_def(table), row, now);
}

/* Most changes are of few rows: these need no memory that stays, for the trace keeps its own. */
#define FEW_ROWS	8

static void publish(struct memblock *mb, struct memblock_type *type)
{
	size_t w = REGION_COLUMNS, old = mb->trace->rows[type->table].nr, common = min_u64(old, type->cnt);
	size_t head = min_u64(type->clean_head, common), tail = min_u64(type->clean_tail, common - head), nr;
	union mm_value few[FEW_ROWS * REGION_COLUMNS], *rows = few;

	while (head < common - tail && row_is_region(mb, type->table, trace_row(mb->trace, type->table, head), &type->regions[head]))
		head++;
	while (tail < common - head && row_is_region(mb, type->table, trace_row(mb->trace, type->table, old - 1 - tail),
						     &type->regions[type->cnt - 1 - tail]))
		tail++;
	nr = type->cnt - head - tail;
	if (nr > FEW_ROWS)
		rows = arena_array(mb->trace->arena, nr * w, sizeof(*rows));
	for (size_t i = 0; i < nr; i++)
		region_row(mb, &type->regions[head + i], rows + i * w);
	trace_splice(mb->trace, type->table, head, old - head - tail, rows, nr);
	type->clean_head = type->clean_tail = type->cnt;
}

/* The ledger's one-line detail of an owner: the reason's facts. */
static const char *detail_of(struct memblock *mb, const struct why *why)
{
	const char *text = "";

	for (size_t i = 0; i < WHY_MAX_FACTS && why->facts[i].name; i++) {
		const struct mm_fact *f = &why->facts[i];
		const char *sep = *text ? " " : "";

		if (f->type == MM_STR)
			text = arena_printf(mb->trace->arena, "%s%s%s", text, sep, f->value.s);
		else if (f->type == MM_NUM)
			text = arena_printf(mb->trace->arena, "%s%s%s %lld", text, sep, f->name, (long long)f->value.i);
	}
	return text;
}

static const char *caller(struct memblock *mb, const char *site)
{
	return kernel_caller(mb->kernel, mb->trace->arena, site);
}

/* How many regions the array has room for: where cnt gets there, it doubles. */
static void publish_room(struct memblock *mb, const struct memblock_type *type)
{
	const char *key = arena_printf(mb->trace->arena, "%s.max", mm_table_def(type->table)->name);
	const union mm_value row[] = { V_STR(key), V_NUM(type->max), V_STR("regions") };

	trace_put(mb->trace, MM_COUNTERS, row);
}

static void event(struct memblock *mb, enum mm_kind kind, const char *fn, phys_addr_t base, phys_addr_t size,
		  const struct why *why)
{
	trace_event(mb->trace, kind, fn);
	if (!mb->room_told) {
		publish_room(mb, &mb->memory);
		publish_room(mb, &mb->reserved);
		mb->room_told = true;
	}
	trace_arg(mb->trace, FACT_HEX("base", base));
	trace_arg(mb->trace, FACT_HEX("size", size));
	trace_why(mb->trace, why);
}

/* ------------------------------------------------------------- free-range search */

/* May allocations use this memory region (should_skip_region)? */
static bool skip_region(const struct memblock *mb, const struct memblock_region *r, int nid, unsigned flags)
{
	if (memblock_nid_valid(mb, nid) && r->nid != nid)
		return true;
	if ((r->flags & MEMBLOCK_HOTPLUG) && mb->movable_node)
		return true;
	if (flags & MEMBLOCK_MIRROR && !(r->flags & MEMBLOCK_MIRROR))
		return true;
	if (mb->kernel->rules->skip_driver_managed && (r->flags & MEMBLOCK_DRIVER_MANAGED))
		return true;
	return r->flags & MEMBLOCK_NOMAP;
}

bool memblock_next_free(const struct memblock *mb, int nid, struct memblock_iter *it)
{
	for (; it->mem < mb->memory.cnt; it->mem++, it->cur = 0) {
		const struct memblock_region *m = &mb->memory.regions[it->mem];
		phys_addr_t start, end;

		if (skip_region(mb, m, nid, it->flags))
			continue;
		start = max_u64(m->base, it->cur);
		while (it->res < mb->reserved.cnt && region_end(&mb->reserved.regions[it->res]) <= start)
			it->res++;
		while (it->res < mb->reserved.cnt && mb->reserved.regions[it->res].base <= start) {
			start = max_u64(start, region_end(&mb->reserved.regions[it->res]));
			it->res++;
		}
		if (start >= region_end(m)) {
			it->res = 0;
			if (it->res < mb->reserved.cnt)
				it->res = first_above(&mb->reserved, region_end(m) - 1);
			continue;
		}
		end = it->res < mb->reserved.cnt ? min_u64(region_end(m), mb->reserved.regions[it->res].base)
						 : region_end(m);
		it->range = (struct phys_range){ start, end - start };
		it->nid = m->nid;
		it->cur = end;
		return true;
	}
	return false;
}

/* One window [lo, hi) in which an allocation could go, and where it would. */
struct candidate {
	phys_addr_t at, lo, hi;
	bool any_node;		/* found only without the wanted node */
	bool unmirrored;	/* found only where nothing is mirrored, though some memory is */
};

static bool fits_top_down(phys_addr_t lo, phys_addr_t hi, phys_addr_t size, phys_addr_t align, struct candidate *ret)
{
	phys_addr_t at;

	if (hi < size)
		return false;
	at = round_down(hi - size, align);
	if (at < lo)
		return false;
	*ret = (struct candidate){ .at = at, .lo = lo, .hi = hi };
	return true;
}

static bool fits_bottom_up(phys_addr_t lo, phys_addr_t hi, phys_addr_t size, phys_addr_t align, struct candidate *ret)
{
	phys_addr_t at = round_up(lo, align);

	if (at < lo || at >= hi || hi - at < size)
		return false;
	*ret = (struct candidate){ .at = at, .lo = lo, .hi = hi };
	return true;
}

/* __memblock_find_range_top_down(): memory regions and the gaps in them, descending. */
static bool find_top_down(const struct memblock *mb, phys_addr_t start, phys_addr_t end,
			  phys_addr_t size, phys_addr_t align, int nid, unsigned flags, struct candidate *ret)
{
	for (size_t i = mb->memory.cnt; i-- > 0;) {
		const struct memblock_region *m = &mb->memory.regions[i];
		phys_addr_t hi = region_end(m);
		size_t r;

		if (skip_region(mb, m, nid, flags))
			continue;
		r = first_above(&mb->reserved, hi - 1);	/* first that ends at or above the region's last byte */
		if (r < mb->reserved.cnt && mb->reserved.regions[r].base < hi)
			hi = max_u64(mb->reserved.regions[r].base, m->base);
		for (;;) {
			phys_addr_t lo = m->base;
			bool below = r > 0 && region_end(&mb->reserved.regions[r - 1]) > m->base;

			if (below)
				lo = region_end(&mb->reserved.regions[r - 1]);
			if (fits_top_down(clamp_u64(lo, start, end), clamp_u64(hi, start, end), size, align, ret))
				return true;
			if (!below || hi <= start)
				break;
			hi = max_u64(mb->reserved.regions[--r].base, m->base);
		}
	}
	return false;
}

static bool find_bottom_up(const struct memblock *mb, phys_addr_t start, phys_addr_t end,
			   phys_addr_t size, phys_addr_t align, int nid, unsigned flags, struct candidate *ret)
{
	struct memblock_iter it = { .flags = flags };

	while (memblock_next_free(mb, nid, &it)) {
		phys_addr_t lo = clamp_u64(it.range.base, start, end);
		phys_addr_t hi = clamp_u64(range_end(it.range), start, end);

		if (fits_bottom_up(lo, hi, size, align, ret))
			return true;
	}
	return false;
}

/* memblock_find_in_range_node() */
static bool find_range(const struct memblock *mb, phys_addr_t start, phys_addr_t end,
		       phys_addr_t size, phys_addr_t align, int nid, unsigned flags, struct candidate *ret)
{
	if (end == MEMBLOCK_ALLOC_ACCESSIBLE || end == MEMBLOCK_ALLOC_NOLEAKTRACE)
		end = mb->current_limit;
	/* The first page is never given out: 0 means failure. */
	start = max_u64(start, mb->kernel->page_size);
	end = max_u64(start, end);
	return mb->bottom_up ? find_bottom_up(mb, start, end, size, align, nid, flags, ret)
			     : find_top_down(mb, start, end, size, align, nid, flags, ret);
}

/* choose_memblock_flags() */
static unsigned choose_flags(const struct memblock *mb)
{
	return mb->has_mirror ? MEMBLOCK_MIRROR : MEMBLOCK_NONE;
}

/* DEFAULT_RATELIMIT_BURST: more of them within five seconds are not printed, and boot has no clock yet. */
#define MIRROR_WARNINGS		10

/* No mirrored memory has room; -> whether that is printed. */
static bool warn_unmirrored(struct memblock *mb, enum mirror_search search)
{
	if (mb->mirror_warnings[search] == MIRROR_WARNINGS)
		return false;
	mb->mirror_warnings[search]++;
	return true;
}

/* memblock_find_in_range(); *@warned counts the warnings of it. */
static bool find_anywhere(struct memblock *mb, phys_addr_t start, phys_addr_t end, phys_addr_t size, phys_addr_t align,
			  unsigned *warned, struct candidate *ret)
{
	unsigned flags = choose_flags(mb);

	if (find_range(mb, start, end, size, align, NUMA_NO_NODE, flags, ret))
		return true;
	if (!(flags & MEMBLOCK_MIRROR))
		return false;
	*warned += warn_unmirrored(mb, MIRROR_FIND);
	return find_range(mb, start, end, size, align, NUMA_NO_NODE, MEMBLOCK_NONE, ret);
}

/* ------------------------------------------------------------------ the linear map */

phys_addr_t linear_map_end(const struct linear_map *linear, phys_addr_t base, phys_addr_t size)
{
	phys_addr_t end = base + size;
	size_t lo = 0, hi = linear->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (range_end(linear->ranges[mid]) <= base)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; base < end && lo < linear->nr && linear->ranges[lo].base <= base; lo++)
		base = max_u64(base, range_end(linear->ranges[lo]));
	return min_u64(base, end);
}

/* The kernel writes to what it has just been given; where the linear map has a hole it dies there. */
static void touch_memory(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *fn)
{
	phys_addr_t end;

	if (!mb->linear)
		return;
	end = linear_map_end(mb->linear, base, size);
	if (end < base + size)
		trace_oops(mb->trace, fn, TASK_SWAPPER, end + mb->linear->offset);
}

/* ---------------------------------------------------------------- the array grows */

static bool add_range(struct memblock *mb, struct memblock_type *type, phys_addr_t base, phys_addr_t size,
		      int nid, unsigned flags, struct memblock_type **grown);
static void remove_range(struct memblock *mb, struct memblock_type *type, phys_addr_t base, phys_addr_t size);

static const char *array_full(const struct memblock *mb, const struct memblock_type *type, uint64_t bytes)
{
	return arena_printf(mb->trace->arena, "all %zu entries of memblock.%s are in use, and %llu KiB in one piece, which a longer array takes, "
			    "are free nowhere", type->max, type->name, (unsigned long long)(bytes >> 10));
}

/*
 * memblock_double_array(): twice the entries, placed by memblock itself, above
 * the range being reserved if possible, so that the two cannot collide.
 */
static bool double_array(struct memblock *mb, struct memblock_type *type, phys_addr_t base, phys_addr_t size)
{
	uint64_t entry = kernel_sizeof(mb->kernel, "memblock_region") ? kernel_sizeof(mb->kernel, "memblock_region") : 24;
	uint64_t old_bytes = type->max * entry, new_bytes = align_up(2 * old_bytes, mb->kernel->page_size);
	const struct why *why = WHY("memblock-array", FACT_STR("array", type->name), FACT_NUM("entries", 2 * type->max));
	struct candidate found;
	unsigned warned = 0;

	if (!mb->can_resize) {
		if (mb->kernel->rules->resize_panics)
			trace_panic(mb->trace, "memblock_double_array", "memblock: cannot resize %s array", type->name);
		return false;
	}
	if (type != &mb->reserved)
		base = size = 0;
	if (!find_anywhere(mb, base + size, mb->current_limit, new_bytes, mb->kernel->page_size, &warned, &found) &&
	    !(size && find_anywhere(mb, 0, min_u64(base, mb->current_limit), new_bytes, mb->kernel->page_size, &warned, &found))) {
		trace_problem(mb->trace, "memblock_double_array", "memblock: Failed to double %s array from %zu to %zu entries !",
			      type->name, type->max, type->max * 2);
		trace_why_fact(mb->trace, FACT_STR("rule", "memblock-array-full"));
		trace_why_fact(mb->trace, FACT_STR("because", array_full(mb, type, new_bytes)));
		return false;
	}
	type->max *= 2;
	event(mb, MM_GROW, "memblock_double_array", found.at, new_bytes, why);
	trace_arg(mb->trace, FACT_STR("array", type->name));
	trace_arg(mb->trace, FACT_NUM("entries", type->max));
	trace_arg(mb->trace, FACT_HEX("bytes", 2 * old_bytes));
	if (warned)
		trace_arg(mb->trace, FACT_NUM("unmirrored", warned));
	publish_room(mb, type);
	if (type->array_base)
		memblock_phys_free(mb, type->array_base, type->array_size, "memblock_double_array/array-free", why);
	type->array_base = found.at;
	type->array_size = new_bytes;
	memblock_reserve_flags(mb, found.at, new_bytes, mb->kernel->rules->alloc_marks_kern ? NUMA_NO_NODE : mb->kernel->no_node,
			       mb->kernel->rules->alloc_marks_kern ? MEMBLOCK_RSRV_KERN : 0,
			       "memblock_double_array/array", why);
	touch_memory(mb, found.at, new_bytes, "memblock_double_array");
	return true;
}

/* --------------------------------------------------- add, isolate, remove, mark */

/* Pieces of [base, end) that no region covers yet. */
static size_t count_gaps(const struct memblock_type *type, phys_addr_t base, phys_addr_t end)
{
	size_t nr = 0;

	for (size_t i = first_above(type, base); i < type->cnt && type->regions[i].base < end; i++) {
		nr += type->regions[i].base > base;
		base = min_u64(region_end(&type->regions[i]), end);
	}
	return nr + (base < end);
}

/*
 * memblock_add_range(): regions that exist are never changed; each gap becomes
 * a region; then neighbours merge.  *@grown is set when the array had to grow,
 * in which case events of its own came in between.  False: it could not grow.
 */
static bool add_range(struct memblock *mb, struct memblock_type *type, phys_addr_t base, phys_addr_t size,
		      int nid, unsigned flags, struct memblock_type **grown)
{
	phys_addr_t end, cur = base;
	unsigned margin = mb->kernel->rules->single_pass_margin;
	size_t first, i;

	size = cap_size(base, size);
	end = base + size;
	if (!size)
		return true;
	while (margin == UINT_MAX || type->cnt * 2 + 1 + margin > type->max) {
		if (type->cnt + count_gaps(type, base, end) <= type->max)
			break;
		if (!double_array(mb, type, base, size))
			return false;
		*grown = type;
	}
	first = first_above(type, base);
	for (i = first; i < type->cnt && type->regions[i].base < end; i++) {
		struct memblock_region *r = &type->regions[i];

		if (r->base > cur) {
			phys_addr_t until = r->base, next = region_end(r);

			insert_region(mb, type, i++, (struct memblock_region){ cur, until - cur, flags, nid });
			cur = min_u64(next, end);
			continue;
		}
		cur = min_u64(region_end(r), end);
	}
	if (cur < end)
		insert_region(mb, type, i++, (struct memblock_region){ cur, end - cur, flags, nid });
	merge_regions(type, first ? first - 1 : 0, i);
	return true;
}

/* memblock_isolate_range(): split at both ends; [*start, *end) are the regions inside. */
static void isolate_range(struct memblock *mb, struct memblock_type *type, phys_addr_t base, phys_addr_t size,
			  size_t *start, size_t *end)
{
	phys_addr_t limit;
	size_t i;

	size = cap_size(base, size);
	limit = base + size;
	*start = *end = 0;
	if (!size)
		return;
	/* Room is made even if nothing has to be split. */
	while (type->cnt + 2 > type->max)
		if (!double_array(mb, type, base, size))
			return;
	i = first_above(type, base);
	if (i < type->cnt && type->regions[i].base < base) {
		struct memblock_region below = type->regions[i];

		touch(type, i, i + 1);
		below.size = base - below.base;
		type->regions[i].size -= below.size;
		type->regions[i].base = base;
		insert_region(mb, type, i++, below);
	}
	*start = i;
	while (i < type->cnt && region_end(&type->regions[i]) <= limit)
		i++;
	if (i < type->cnt && type->regions[i].base < limit) {
		struct memblock_region inside = type->regions[i];

		touch(type, i, i + 1);
		inside.size = limit - inside.base;
		type->regions[i].size -= inside.size;
		type->regions[i].base = limit;
		insert_region(mb, type, i++, inside);
	}
	*end = i;
}

static void remove_range(struct memblock *mb, struct memblock_type *type, phys_addr_t base, phys_addr_t size)
{
	size_t start, end;

	isolate_range(mb, type, base, size, &start, &end);
	delete_regions(type, start, end - start);
}

void memblock_add(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *site, const struct why *why)
{
	struct memblock_type *grown = NULL;

	event(mb, MM_ADD, "memblock_add", base, size, why);
	trace_arg(mb->trace, FACT_STR("caller", caller(mb, site)));
	/* memblock_add() has always passed MAX_NUMNODES, 7.2 included. */
	add_range(mb, &mb->memory, base, size, mb->kernel->max_numnodes, MEMBLOCK_NONE, &grown);
	if (grown)
		event(mb, MM_ADD, "memblock_add_range", base, size, why);
	publish(mb, &mb->memory);
	ledger_add_ram(mb->ledger, base, cap_size(base, size));
}

/* RAM the kernel is told not to use stays RAM in the ledger, under its own name. */
static void ledger_remove(struct memblock *mb, phys_addr_t base, phys_addr_t size, const struct why *why, const char *fn)
{
	size = cap_size(base, size);
	for (size_t i = 0; *why->owner && i < mb->memory.cnt; i++) {
		const struct memblock_region *r = &mb->memory.regions[i];
		phys_addr_t lo = max_u64(r->base, base), hi = min_u64(region_end(r), base + size);

		if (lo < hi)
			ledger_claim(mb->ledger, lo, hi - lo, OWNER_REMOVED, detail_of(mb, why), fn);
	}
}

void memblock_remove(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *site, const struct why *why)
{
	event(mb, MM_REMOVE, "memblock_remove", base, size, why);
	trace_arg(mb->trace, FACT_STR("caller", caller(mb, site)));
	ledger_remove(mb, base, size, why, caller(mb, site));
	remove_range(mb, &mb->memory, base, size);
	publish(mb, &mb->memory);
}

void memblock_reserve_flags(struct memblock *mb, phys_addr_t base, phys_addr_t size, int nid, unsigned flags,
			    const char *site, const struct why *why)
{
	struct memblock_type *grown = NULL;
	const char *fn = caller(mb, site);

	event(mb, MM_RESERVE, "memblock_reserve", base, size, why);
	trace_arg(mb->trace, FACT_STR("caller", fn));
	trace_arg(mb->trace, FACT_NUM("nid", nid));
	trace_arg(mb->trace, FACT_HEX("flags", flags));
	add_range(mb, &mb->reserved, base, size, nid, flags, &grown);
	if (grown)
		event(mb, MM_RESERVE, "memblock_add_range", base, size, why);
	publish(mb, &mb->reserved);
	ledger_claim(mb->ledger, base, cap_size(base, size), why->owner, detail_of(mb, why), fn);
}

void memblock_reserve(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *site, const struct why *why)
{
	memblock_reserve_flags(mb, base, size, mb->kernel->no_node, MEMBLOCK_NONE, site, why);
}

static void free_range(struct memblock *mb, const char *fn, phys_addr_t base, phys_addr_t size, const char *site,
		       const struct why *why)
{
	if (mb->bootmem) {
		bootmem_free(mb->bootmem, base, size, detail_of(mb, why));
		ledger_release(mb->ledger, base, cap_size(base, size));
		return;
	}
	event(mb, MM_FREE, fn, base, size, why);
	trace_arg(mb->trace, FACT_STR("caller", caller(mb, site)));
	remove_range(mb, &mb->reserved, base, size);
	publish(mb, &mb->reserved);
	ledger_release(mb->ledger, base, cap_size(base, size));
}

void memblock_phys_free(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *site, const struct why *why)
{
	free_range(mb, "memblock_phys_free", base, size, site, why);
}

void memblock_free_early(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *site, const struct why *why)
{
	free_range(mb, "__memblock_free_early", base, size, site, why);
}

void memblock_remove_reserved(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *fn, const struct why *why)
{
	event(mb, MM_FREE, fn, base, size, why);
	remove_range(mb, &mb->reserved, base, size);
	publish(mb, &mb->reserved);
	ledger_release(mb->ledger, base, cap_size(base, size));
}

void memblock_setclr_flag(struct memblock *mb, struct memblock_type *type, phys_addr_t base, phys_addr_t size,
			  bool set, unsigned flag, const char *fn, const struct why *why)
{
	size_t start, end;

	event(mb, MM_MARK, fn, base, size, why);
	trace_arg(mb->trace, FACT_STR("flag", memblock_flags_name(mb->trace, flag)));
	trace_arg(mb->trace, FACT_NUM("set", set));
	isolate_range(mb, type, base, size, &start, &end);
	touch(type, start, end);
	for (size_t i = start; i < end; i++)
		type->regions[i].flags = set ? type->regions[i].flags | flag : type->regions[i].flags & ~flag;
	merge_regions(type, 0, type->cnt);
	publish(mb, type);
	if (set && flag == MEMBLOCK_NOMAP && *why->owner)
		ledger_claim(mb->ledger, base, cap_size(base, size), why->owner, detail_of(mb, why), fn);
}

void memblock_mark_mirror(struct memblock *mb, phys_addr_t base, phys_addr_t size, const struct why *why)
{
	mb->has_mirror = true;
	memblock_setclr_flag(mb, &mb->memory, base, size, true, MEMBLOCK_MIRROR, "memblock_mark_mirror", why);
}

void memblock_set_node(struct memblock *mb, struct memblock_type *type, phys_addr_t base, phys_addr_t size,
		       int nid, const char *fn)
{
	size_t start, end;

	event(mb, MM_MARK, fn, base, size, WHY_NOBODY);
	trace_arg(mb->trace, FACT_STR("array", type->name));
	trace_arg(mb->trace, FACT_NUM("nid", nid));
	isolate_range(mb, type, base, size, &start, &end);
	touch(type, start, end);
	for (size_t i = start; i < end; i++)
		type->regions[i].nid = nid;
	merge_regions(type, 0, type->cnt);
	publish(mb, type);
}

/* Reservations of memory that was just cut off: the bytes stay removed. */
static void forget_reserved(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *fn, const struct why *why)
{
	event(mb, MM_FREE, fn, base, size, why);
	remove_range(mb, &mb->reserved, base, size);
	publish(mb, &mb->reserved);
	ledger_forget(mb->ledger, base, cap_size(base, size));
}

/* memblock_cap_memory_range(): only this range, and no-map memory, remain. */
void memblock_cap_memory_range(struct memblock *mb, phys_addr_t base, phys_addr_t size, const struct why *why)
{
	size_t start, end;

	if (!size)
		return;
	event(mb, MM_REMOVE, "memblock_cap_memory_range", base, size, why);
	isolate_range(mb, &mb->memory, base, size, &start, &end);
	for (size_t i = mb->memory.cnt; i-- > 0;) {
		const struct memblock_region r = mb->memory.regions[i];

		if ((i < end && i >= start) || r.flags & MEMBLOCK_NOMAP)
			continue;
		ledger_assign(mb->ledger, r.base, r.size, OWNER_REMOVED, detail_of(mb, why), "memblock_cap_memory_range");
		delete_regions(&mb->memory, i, 1);
	}
	publish(mb, &mb->memory);
	if (base)
		forget_reserved(mb, 0, base, "memblock_cap_memory_range", why);
	forget_reserved(mb, base + size, PHYS_ADDR_MAX, "memblock_cap_memory_range", why);
}

/* ------------------------------------------------------------------- allocation */

/* 4.9's memblock_virt_alloc_*() family. */
static bool is_virt_alloc(const struct memblock_request *req)
{
	return has_prefix(req->fn, "memblock_virt_alloc");
}

static bool is_hugetlb(const struct memblock_request *req)
{
	return !strcmp(req->fn, "memblock_alloc_hugetlb");
}

/* What a request marks its region with, besides MEMBLOCK_RSRV_KERN. */
static unsigned flags_of(const struct memblock_request *req)
{
	return is_hugetlb(req) ? MEMBLOCK_RSRV_HUGETLB : MEMBLOCK_NONE;
}

/* The call of memblock_reserve() that a request ends in. */
static const char *reserver_of(const struct memblock_request *req)
{
	return is_virt_alloc(req) ? "memblock_virt_alloc_internal/reserve" :
	       is_hugetlb(req) ? "memblock_alloc_hugetlb/reserve" : "memblock_alloc_range_nid/reserve";
}

static void alloc_event(struct memblock *mb, const struct memblock_request *req, phys_addr_t at, uint64_t nr)
{
	trace_event(mb->trace, MM_ALLOC, req->fn);
	trace_repeat(mb->trace, nr, (int64_t)(0 - req->size));
	trace_arg(mb->trace, FACT_HEX("base", at));
	trace_arg(mb->trace, FACT_HEX("size", req->size));
	trace_arg(mb->trace, FACT_STR("caller", caller(mb, req->site)));
	trace_arg(mb->trace, FACT_NUM("nid", req->nid));
	trace_arg(mb->trace, FACT_HEX("align", req->align));
	trace_arg(mb->trace, FACT_HEX("from", req->min));
	trace_arg(mb->trace, FACT_HEX("max_addr", req->max));
	trace_arg(mb->trace, FACT_STR("reserver", caller(mb, reserver_of(req))));
	if (is_hugetlb(req)) {
		trace_arg(mb->trace, FACT_NUM("exact_nid", req->exact_nid));
		trace_arg(mb->trace, FACT_HEX("flags", flags_of(req)));
	}
	trace_why(mb->trace, req->why);
}

/* memblock_alloc_internal() drops the lower bound, memblock_phys_alloc_range() does not. */
static bool request_drops_min(const struct memblock_request *req)
{
	return is_virt_alloc(req) ||
	       (has_prefix(req->fn, "memblock_alloc_") && strcmp(req->fn, "memblock_alloc_range_nid"));
}

/* Where a search for a place is, and how often it was printed that mirrored memory has no room. */
struct search {
	unsigned step, warned;
};

/* The steps of a search, each with the ones before it: any node, unmirrored memory, no lower bound. */
enum { ANY_NODE = 1, UNMIRRORED = 2, NO_MIN = 4, NO_MORE = 8 };

/* Huge pages are for user space: mirrored memory is not wasted on them. */
static bool wants_mirror(const struct memblock *mb, const struct memblock_request *req)
{
	return choose_flags(mb) & MEMBLOCK_MIRROR && !is_hugetlb(req);
}

static bool is_tried(const struct memblock *mb, const struct memblock_request *req, unsigned step)
{
	if (step & ANY_NODE && (!memblock_nid_valid(mb, req->nid) || req->exact_nid))
		return false;
	if (step & NO_MIN && (!request_drops_min(req) || !req->min))
		return false;
	return step & UNMIRRORED || wants_mirror(mb, req);
}

/*
 * Where the request goes: its node, any node (unless exact), in mirrored memory and then in any, and all that again without its
 * lower bound.  @search knows what is next, so that one whose place could not be reserved goes on from there.
 */
static bool place(struct memblock *mb, const struct memblock_request *req, struct search *search, struct candidate *ret)
{
	/* memblock_alloc_range_nid(): no alignment asked means SMP_CACHE_BYTES. */
	phys_addr_t align = req->align ? req->align : mb->kernel->smp_cache_bytes;

	while (search->step < NO_MORE) {
		unsigned step = search->step++;
		bool any_node = step & ANY_NODE, unmirrored = step & UNMIRRORED;

		if (!is_tried(mb, req, step))
			continue;
		if (unmirrored && !any_node && wants_mirror(mb, req))
			search->warned += warn_unmirrored(mb, MIRROR_ALLOC);
		if (find_range(mb, step & NO_MIN ? 0 : req->min, req->max, req->size, align, any_node ? NUMA_NO_NODE : req->nid,
			       unmirrored ? MEMBLOCK_NONE : MEMBLOCK_MIRROR, ret)) {
			ret->any_node = any_node;
			ret->unmirrored = unmirrored && wants_mirror(mb, req);
			return true;
		}
	}
	return false;
}

/* Page tables are written through the fixmap, and whoever asks for raw memory may want it for something else. */
static bool is_touched(const struct memblock_request *req)
{
	return is_virt_alloc(req) || !strcmp(req->fn, "memblock_alloc_try_nid") || !strcmp(req->fn, "memblock_phys_alloc_try_nid");
}

/* How many equal requests the window takes one below the other without rounding. */
static uint64_t run_length(const struct memblock *mb, const struct memblock_request *req,
			   const struct candidate *c, uint64_t count)
{
	phys_addr_t lowest;

	if (mb->bottom_up || !req->size || !is_power_of_2(req->align) || req->size % req->align)
		return 1;
	if (mb->reserved.cnt + 1 > mb->reserved.max)
		return 1;
	/* Each of them is warned of, as long as that is printed. */
	if (c->unmirrored && mb->mirror_warnings[MIRROR_ALLOC] < MIRROR_WARNINGS)
		return 1;
	count = min_u64(count, (c->at - c->lo) / req->size + 1);
	lowest = c->at - (count - 1) * req->size;
	/* A hole in the linear map kills at the one request that reaches it: up to there, one by one. */
	if (mb->linear && is_touched(req) && linear_map_end(mb->linear, lowest, count * req->size) < c->at + req->size)
		return 1;
	return count;
}

/* Without NO_BOOTMEM the same calls end in the bitmap, one by one. */
static uint64_t bootmem_runs(struct memblock *mb, const struct memblock_request *req, uint64_t count,
			     memblock_run_fn *got, void *ctx)
{
	uint64_t align = req->align ? req->align : mb->kernel->smp_cache_bytes, done;

	for (done = 0; done < count; done++) {
		phys_addr_t at = bootmem_alloc(mb->bootmem, req->size, align, req->min, req->max, caller(mb, req->site),
					       req->why->owner, detail_of(mb, req->why));

		if (!at)
			break;
		if (got)
			got(ctx, at, 1, (int64_t)req->size);
	}
	return done;
}

/* The request's first place cost an event; each further one is a line of memblock_reserve() alone. */
static void place_event(struct memblock *mb, const struct memblock_request *req, phys_addr_t at, uint64_t nr, bool again)
{
	if (!again) {
		alloc_event(mb, req, at, nr);
		return;
	}
	event(mb, MM_RESERVE, "memblock_reserve", at, req->size, req->why);
	trace_arg(mb->trace, FACT_STR("caller", caller(mb, "memblock_alloc_range_nid/reserve")));
}

/* The newest event is what was not to be had as it should be. */
static void tell_warned(struct memblock *mb, struct search *search)
{
	if (search->warned)
		trace_arg(mb->trace, FACT_NUM("unmirrored", search->warned));
	search->warned = 0;
}

/* At most @count of them, one below the other, at @ret; 0: there is no place, or no room in the array for one more region. */
static uint64_t reserve_place(struct memblock *mb, const struct memblock_request *req, uint64_t count, struct candidate *ret)
{
	bool marks = mb->kernel->rules->alloc_marks_kern, again = false;
	unsigned flags = (marks ? MEMBLOCK_RSRV_KERN : MEMBLOCK_NONE) | flags_of(req);
	struct search search = { 0 };

	while (place(mb, req, &search, ret)) {
		/* 7.2: the node that was searched when it was found. */
		int nid = !marks ? mb->kernel->no_node : ret->any_node ? NUMA_NO_NODE : req->nid;
		uint64_t nr = run_length(mb, req, ret, count);
		phys_addr_t lowest = ret->at - (nr - 1) * req->size, bytes = nr * req->size;
		struct memblock_type *grown = NULL;

		place_event(mb, req, ret->at, nr, again);
		if (marks)
			trace_arg(mb->trace, FACT_NUM("reserved_nid", nid));
		tell_warned(mb, &search);
		if (add_range(mb, &mb->reserved, lowest, bytes, nid, flags, &grown)) {
			if (grown)
				event(mb, MM_RESERVE, "memblock_add_range", lowest, bytes, req->why);
			return nr;
		}
		again = true;
	}
	if (!again) {
		alloc_event(mb, req, 0, 1);
		tell_warned(mb, &search);
	}
	return 0;
}

uint64_t memblock_alloc_runs(struct memblock *mb, const struct memblock_request *req, uint64_t count,
			     memblock_run_fn *got, void *ctx)
{
	uint64_t done = 0;

	if (mb->bootmem && is_virt_alloc(req))
		return bootmem_runs(mb, req, count, got, ctx);

	while (done < count) {
		struct candidate c = { 0 };
		uint64_t nr = reserve_place(mb, req, count - done, &c);
		phys_addr_t lowest = c.at - (nr - 1) * req->size, bytes = nr * req->size;

		if (!nr)
			break;
		publish(mb, &mb->reserved);
		ledger_claim(mb->ledger, lowest, bytes, req->why->owner, detail_of(mb, req->why), caller(mb, req->site));
		if (is_touched(req))
			touch_memory(mb, lowest, bytes, req->fn);
		if (got)
			got(ctx, c.at, nr, (int64_t)(0 - req->size));
		done += nr;
	}
	return done;
}

static void keep_first(void *ctx, phys_addr_t first, uint64_t nr, int64_t stride)
{
	(void)nr;
	(void)stride;
	*(phys_addr_t *)ctx = first;
}

static phys_addr_t alloc_one(struct memblock *mb, const struct memblock_request *req)
{
	phys_addr_t at = 0;

	memblock_alloc_runs(mb, req, 1, keep_first, &at);
	return at;
}

phys_addr_t memblock_phys_alloc_range(struct memblock *mb, phys_addr_t size, phys_addr_t align,
				      phys_addr_t min, phys_addr_t max, const char *site, const struct why *why)
{
	return alloc_one(mb, &(struct memblock_request){ "memblock_phys_alloc_range", size, align, min, max,
							 NUMA_NO_NODE, false, site, why });
}

phys_addr_t memblock_phys_alloc(struct memblock *mb, phys_addr_t size, phys_addr_t align,
				const char *site, const struct why *why)
{
	return memblock_phys_alloc_range(mb, size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE, site, why);
}

phys_addr_t memblock_phys_alloc_try_nid(struct memblock *mb, phys_addr_t size, phys_addr_t align, int nid,
					const char *site, const struct why *why)
{
	return alloc_one(mb, &(struct memblock_request){ "memblock_phys_alloc_try_nid", size, align, 0,
							 MEMBLOCK_ALLOC_ACCESSIBLE, nid, false, site, why });
}

phys_addr_t memblock_alloc_range_nid(struct memblock *mb, phys_addr_t size, phys_addr_t align, phys_addr_t min,
				     phys_addr_t max, int nid, bool exact_nid, const char *site, const struct why *why)
{
	return alloc_one(mb, &(struct memblock_request){ "memblock_alloc_range_nid", size, align, min, max,
							 nid, exact_nid, site, why });
}

phys_addr_t memblock_alloc_try_nid(struct memblock *mb, phys_addr_t size, phys_addr_t align, phys_addr_t min,
				   phys_addr_t max, int nid, const char *site, const struct why *why)
{
	return alloc_one(mb, &(struct memblock_request){ "memblock_alloc_try_nid", size, align, min, max,
							 nid, false, site, why });
}

phys_addr_t memblock_alloc_try_nid_raw(struct memblock *mb, phys_addr_t size, phys_addr_t align, phys_addr_t min,
				       phys_addr_t max, int nid, const char *site, const struct why *why)
{
	return alloc_one(mb, &(struct memblock_request){ "memblock_alloc_try_nid_raw", size, align, min, max,
							 nid, false, site, why });
}

phys_addr_t memblock_alloc_exact_nid_raw(struct memblock *mb, phys_addr_t size, phys_addr_t align, phys_addr_t min,
					 phys_addr_t max, int nid, const char *site, const struct why *why)
{
	return alloc_one(mb, &(struct memblock_request){ "memblock_alloc_exact_nid_raw", size, align, min, max,
							 nid, true, site, why });
}

phys_addr_t memblock_alloc_hugetlb(struct memblock *mb, phys_addr_t size, int nid, bool exact_nid, const char *site,
				   const struct why *why)
{
	return alloc_one(mb, &(struct memblock_request){ "memblock_alloc_hugetlb", size, size, 0, MEMBLOCK_ALLOC_ACCESSIBLE,
							 nid, exact_nid, site, why });
}

phys_addr_t memblock_alloc(struct memblock *mb, phys_addr_t size, phys_addr_t align,
			   const char *site, const struct why *why)
{
	return memblock_alloc_try_nid(mb, size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE, NUMA_NO_NODE, site, why);
}

phys_addr_t memblock_find_in_range(const struct memblock *mb, phys_addr_t start, phys_addr_t end,
				   phys_addr_t size, phys_addr_t align)
{
	struct candidate found;

	return find_range(mb, start, end, size, align, NUMA_NO_NODE, MEMBLOCK_NONE, &found) ? found.at : 0;
}

/* ---------------------------------------------------------------------- readers */

phys_addr_t memblock_start_of_DRAM(const struct memblock *mb)
{
	return mb->memory.cnt ? mb->memory.regions[0].base : 0;
}

phys_addr_t memblock_end_of_DRAM(const struct memblock *mb)
{
	return mb->memory.cnt ? region_end(&mb->memory.regions[mb->memory.cnt - 1]) : 0;
}

static phys_addr_t total_size(const struct memblock_type *type)
{
	phys_addr_t sum = 0;

	for (size_t i = 0; i < type->cnt; i++)
		sum += type->regions[i].size;
	return sum;
}

phys_addr_t memblock_phys_mem_size(const struct memblock *mb)
{
	return total_size(&mb->memory);
}

phys_addr_t memblock_reserved_size(const struct memblock *mb)
{
	return total_size(&mb->reserved);
}

/* " on node N" appears for nodes that the version thinks valid. */
static bool dump_shows_node(const struct memblock *mb, int nid)
{
	return mb->kernel->rules->numa_no_node_is_minus1 ? memblock_nid_valid(mb, nid)
							 : nid != mb->kernel->max_numnodes;
}

static void dump_type(struct memblock *mb, const struct memblock_type *type)
{
	size_t dummy = mb->kernel->rules->empty_type_counts_one && !type->cnt;

	trace_printk(mb->trace, " %s.cnt  = 0x%zx", type->name, type->cnt + dummy);
	for (size_t i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];
		const char *node = mb->kernel->numa && dump_shows_node(mb, r->nid)
			? arena_printf(mb->trace->arena, " on node %d", r->nid) : "";
		const char *fmt = mb->kernel->rules->log_short_addresses
			? " %s[0x%zx]\t[%#016llx-%#016llx], 0x%llx bytes%s flags: 0x%x"
			: " %s[0x%zx]\t[0x%016llx-0x%016llx], 0x%016llx bytes%s flags: 0x%x";

		trace_printk(mb->trace, fmt, type->name, i, (unsigned long long)r->base,
			     (unsigned long long)(region_end(r) - 1), (unsigned long long)r->size, node, r->flags);
	}
}

void memblock_dump_all(struct memblock *mb)
{
	if (!mb->trace->memblock_debug)
		return;
	trace_note(mb->trace, "memblock_dump_all", "MEMBLOCK configuration:");
	trace_printk(mb->trace, mb->kernel->rules->log_short_addresses
			     ? " memory size = %#llx reserved size = %#llx"
			     : " memory size = 0x%016llx reserved size = 0x%016llx",
		     (unsigned long long)memblock_phys_mem_size(mb), (unsigned long long)memblock_reserved_size(mb));
	dump_type(mb, &mb->memory);
	dump_type(mb, &mb->reserved);
}
