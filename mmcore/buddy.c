// SPDX-License-Identifier: GPL-2.0-or-later
/* buddy.c - follows mm/page_alloc.c of 4.9 to 7.2; see buddy.h. */
#include "buddy.h"

#include "ops/gfp.h"

const char *migratetype_name(enum migratetype type)
{
	static const char *const names[MIGRATE_TYPES] = {
		"MIGRATE_UNMOVABLE", "MIGRATE_MOVABLE", "MIGRATE_RECLAIMABLE",
		"MIGRATE_HIGHATOMIC", "MIGRATE_CMA", "MIGRATE_ISOLATE",
	};

	return names[type];
}

static uint64_t total_pages(const struct nodes *nodes, int max_numnodes)
{
	uint64_t pages = 0;

	for (int nid = 0; nid < max_numnodes; nid++)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			pages += nodes->node[nid].zones[z].initial_managed_pages;
	return pages;
}

void buddy_init(struct buddy *buddy, const struct mm_kernel *kernel, const struct memblock *memblock,
		struct nodes *nodes)
{
	buddy->kernel = kernel;
	buddy->trace = memblock->trace;
	buddy->ledger = memblock->ledger;
	buddy->memblock = memblock;
	buddy->nodes = nodes;
	buddy->zones = arena_array(buddy->trace->arena, (size_t)kernel->max_numnodes * MAX_NR_ZONES,
				   sizeof(*buddy->zones));
	/* build_all_zonelists(): too few pages to keep a pageblock per type apart. */
	buddy->mobility_disabled = total_pages(nodes, kernel->max_numnodes) <
				   kernel->pageblock_nr_pages * MIGRATE_TYPES;
	assert(kernel->max_order < BUDDY_NR_ORDERS);
}

static struct buddy_zone **zone_slot(const struct buddy *buddy, const struct zone *zone)
{
	return &buddy->zones[zone->nid * MAX_NR_ZONES + (int)zone->type];
}

const struct buddy_zone *buddy_zone_of(const struct buddy *buddy, const struct zone *zone)
{
	return buddy->zones ? *zone_slot(buddy, zone) : NULL;
}

uint64_t buddy_nr_free(const struct buddy *buddy, const struct zone *zone)
{
	const struct buddy_zone *bz = buddy_zone_of(buddy, zone);

	return bz ? bz->free_pages : 0;
}

static struct buddy_zone *zone_get(struct buddy *buddy, struct zone *zone)
{
	struct buddy_zone **slot = zone_slot(buddy, zone);

	if (!*slot) {
		*slot = arena_alloc(buddy->trace->arena, sizeof(**slot));
		(*slot)->zone = zone;
	}
	return *slot;
}

/* -------------------------------------------------------------- runs, lists */

static uint64_t run_end(const struct buddy_run *run)
{
	return run->pfn + (run->nr << run->order);
}

/* Index of the first run that ends above @pfn. */
static size_t index_of(const struct buddy_zone *bz, uint64_t pfn)
{
	size_t lo = 0, hi = bz->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (run_end(bz->index[mid]) > pfn)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

bool buddy_next_free(const struct buddy *buddy, const struct zone *zone, uint64_t pfn, uint64_t *start, uint64_t *end)
{
	const struct buddy_zone *bz = buddy_zone_of(buddy, zone);
	size_t i = bz ? index_of(bz, pfn) : 0;

	if (!bz || i == bz->nr)
		return false;
	*start = bz->index[i]->pfn;
	*end = run_end(bz->index[i]);
	return true;
}

/* The run of the free block that starts at @pfn with this order, or NULL: page_is_buddy(). */
static struct buddy_run *find_block(const struct buddy_zone *bz, uint64_t pfn, unsigned order)
{
	size_t i = index_of(bz, pfn);

	if (i == bz->nr || bz->index[i]->pfn > pfn || bz->index[i]->order != order)
		return NULL;
	return bz->index[i];
}

static void index_insert(struct buddy *buddy, struct buddy_zone *bz, struct buddy_run *run)
{
	size_t at = index_of(bz, run->pfn);

	bz->index = arena_room(buddy->trace->arena, bz->index, bz->nr, &bz->cap, sizeof(*bz->index));
	memmove(bz->index + at + 1, bz->index + at, (bz->nr - at) * sizeof(*bz->index));
	bz->index[at] = run;
	bz->nr++;
}

static void index_remove(struct buddy_zone *bz, const struct buddy_run *run)
{
	size_t at = index_of(bz, run->pfn);

	assert(bz->index[at] == run);
	bz->nr--;
	memmove(bz->index + at, bz->index + at + 1, (bz->nr - at) * sizeof(*bz->index));
}

static struct buddy_run *run_new(struct buddy *buddy)
{
	struct buddy_run *run = buddy->spare;

	if (!run)
		return arena_alloc(buddy->trace->arena, sizeof(*run));
	buddy->spare = run->next;
	*run = (struct buddy_run){ 0 };
	return run;
}

static struct buddy_list *list_of(struct buddy_zone *bz, const struct buddy_run *run)
{
	return &bz->lists[run->order][run->type];
}

/* Link @run after @prev; NULL: at the head. */
static void list_link(struct buddy_list *list, struct buddy_run *run, struct buddy_run *prev)
{
	struct buddy_run *next = prev ? prev->next : list->head;

	run->prev = prev;
	run->next = next;
	*(prev ? &prev->next : &list->head) = run;
	*(next ? &next->prev : &list->tail) = run;
}

static void list_unlink(struct buddy_list *list, struct buddy_run *run)
{
	*(run->prev ? &run->prev->next : &list->head) = run->next;
	*(run->next ? &run->next->prev : &list->tail) = run->prev;
}

static void run_drop(struct buddy *buddy, struct buddy_zone *bz, struct buddy_run *run)
{
	index_remove(bz, run);
	list_unlink(list_of(bz, run), run);
	run->next = buddy->spare;
	buddy->spare = run;
}

static void account(struct buddy_zone *bz, struct buddy_list *list, unsigned order, int64_t blocks)
{
	list->nr_free += (uint64_t)blocks;
	list->dirty = true;
	bz->free_pages += (uint64_t)blocks << order;
}

/*
 * Can blocks added at an end of the list continue the run that is there?  At
 * the tail list order and address order grow together in an ascending run; at
 * the head in a descending one.  A run of one block has no direction yet.
 */
static bool run_extend(struct buddy_run *run, uint64_t pfn, uint64_t nr, bool tail)
{
	if (run_end(run) == pfn && (run->nr == 1 || run->descending == !tail)) {
		run->descending = !tail;
		run->nr += nr;
		return true;
	}
	if (nr == 1 && pfn + (UINT64_C(1) << run->order) == run->pfn && (run->nr == 1 || run->descending == tail)) {
		run->descending = tail;
		run->pfn = pfn;
		run->nr++;
		return true;
	}
	return false;
}

/* Put @nr blocks, freed one after the other in ascending order, at one end of their list. */
static void add_blocks(struct buddy *buddy, struct buddy_zone *bz, uint64_t pfn, uint64_t nr,
		       unsigned order, enum migratetype type, bool tail)
{
	struct buddy_list *list = &bz->lists[order][type];
	struct buddy_run *run = tail ? list->tail : list->head;

	account(bz, list, order, (int64_t)nr);
	if (run && run_extend(run, pfn, nr, tail))
		return;
	run = run_new(buddy);
	run->pfn = pfn;
	run->nr = nr;
	run->order = (uint8_t)order;
	run->type = (uint8_t)type;
	run->descending = nr > 1 && !tail;
	list_link(list, run, tail ? list->tail : NULL);
	index_insert(buddy, bz, run);
}

/* The part of @run above the block at @pfn becomes a run of its own. */
static void run_split(struct buddy *buddy, struct buddy_zone *bz, struct buddy_run *run, uint64_t pfn)
{
	uint64_t below = (pfn - run->pfn) >> run->order;
	struct buddy_run *above = run_new(buddy);

	*above = *run;
	above->pfn = pfn + (UINT64_C(1) << run->order);
	above->nr = run->nr - below - 1;
	run->nr = below;
	list_link(list_of(bz, run), above, run->descending ? run->prev : run);
	index_insert(buddy, bz, above);
}

/* Take the block at @pfn out of its list. */
static void del_block(struct buddy *buddy, struct buddy_zone *bz, struct buddy_run *run, uint64_t pfn)
{
	uint64_t size = UINT64_C(1) << run->order;

	account(bz, list_of(bz, run), run->order, -1);
	if (run->nr == 1) {
		run_drop(buddy, bz, run);
	} else if (pfn == run->pfn) {
		run->pfn += size;
		run->nr--;
	} else if (pfn == run_end(run) - size) {
		run->nr--;
	} else {
		run_split(buddy, bz, run, pfn);
	}
}

/* First page of the list's first block. */
static uint64_t first_block(const struct buddy_list *list)
{
	const struct buddy_run *run = list->head;

	return run->descending ? run_end(run) - (UINT64_C(1) << run->order) : run->pfn;
}

/* --------------------------------------------------------------- pageblocks */

static enum migratetype block_type(const struct buddy *buddy, uint64_t pfn)
{
	for (size_t i = 0; i < buddy->nr_blocks && buddy->blocks[i].start <= pfn; i++)
		if (pfn < buddy->blocks[i].end)
			return buddy->blocks[i].type;
	return MIGRATE_MOVABLE;
}

static void keep_block(struct buddy *buddy, uint64_t start, uint64_t end, enum migratetype type)
{
	size_t nr = buddy->nr_blocks;

	if (start >= end)
		return;
	if (nr && buddy->blocks[nr - 1].end == start && buddy->blocks[nr - 1].type == type) {
		buddy->blocks[nr - 1].end = end;
		return;
	}
	buddy->blocks = arena_room(buddy->trace->arena, buddy->blocks, nr, &buddy->cap_blocks, sizeof(*buddy->blocks));
	buddy->blocks[buddy->nr_blocks++] = (struct pageblock_range){ start, end, type };
}

void buddy_set_type(struct buddy *buddy, uint64_t start, uint64_t end, enum migratetype type)
{
	struct pageblock_range *old = buddy->blocks;
	size_t nr_old = buddy->nr_blocks, i = 0;

	buddy->blocks = NULL;
	buddy->nr_blocks = buddy->cap_blocks = 0;
	for (; i < nr_old && old[i].start < start; i++)
		keep_block(buddy, old[i].start, min_u64(old[i].end, start), old[i].type);
	if (type != MIGRATE_MOVABLE)
		keep_block(buddy, start, end, type);
	for (i = 0; i < nr_old; i++)
		keep_block(buddy, max_u64(old[i].start, end), old[i].end, old[i].type);
}

/* change_pageblock_range(): the pageblocks from @pfn on that 2^@order pages fill. */
static void set_block_type(struct buddy *buddy, uint64_t pfn, unsigned order, enum migratetype type)
{
	uint64_t nr_pages = buddy->kernel->pageblock_nr_pages;
	uint64_t start = align_down(pfn, nr_pages), end = start + max_u64(UINT64_C(1) << order, nr_pages);

	buddy_set_type(buddy, start, end, type);
}

/* migratetype_is_mergeable() */
static bool mergeable(enum migratetype type)
{
	return type < MIGRATE_PCPTYPES;
}

/* ------------------------------------------------------------------ freeing */

/* buddy_merge_likely(): would the block and its buddy make half of a free pair? */
static bool merge_likely(const struct buddy *buddy, const struct buddy_zone *bz, uint64_t pfn, unsigned order)
{
	uint64_t higher = pfn & ~(UINT64_C(1) << order);

	return order + 1 < buddy->kernel->max_order &&
	       find_block(bz, higher ^ (UINT64_C(2) << order), order + 1);
}

/* __free_one_page() */
static void free_one_page(struct buddy *buddy, struct buddy_zone *bz, uint64_t pfn, unsigned order,
			  enum migratetype type, bool to_tail)
{
	while (order < buddy->kernel->max_order) {
		uint64_t other = pfn ^ (UINT64_C(1) << order);
		struct buddy_run *run = find_block(bz, other, order);

		if (!run)
			break;
		if (order >= buddy->kernel->pageblock_order && run->type != type) {
			if (!mergeable(type) || !mergeable(run->type))
				break;
			if (buddy->kernel->rules->free_lists_match_blocks)
				set_block_type(buddy, other, order, type);
		}
		del_block(buddy, bz, run, other);
		pfn &= other;
		order++;
	}
	add_blocks(buddy, bz, pfn, 1, order, type, to_tail || merge_likely(buddy, bz, pfn, order));
}

void buddy_free_block(struct buddy *buddy, struct zone *zone, uint64_t pfn, unsigned order, bool to_tail)
{
	free_one_page(buddy, zone_get(buddy, zone), pfn, order, block_type(buddy, pfn), to_tail);
}

/* Where pages of another type may begin above @pfn. */
static uint64_t type_end(const struct buddy *buddy, uint64_t pfn)
{
	for (size_t i = 0; i < buddy->nr_blocks; i++) {
		if (pfn < buddy->blocks[i].start)
			return buddy->blocks[i].start;
		if (pfn < buddy->blocks[i].end)
			return buddy->blocks[i].end;
	}
	return UINT64_MAX;
}

/* Blocks of the largest order and one type that begin at @pfn, are inside of [start, end) and have others of it on both sides. */
static uint64_t inner_blocks(const struct buddy *buddy, uint64_t start, uint64_t pfn, uint64_t end)
{
	const unsigned order = buddy->kernel->max_order;
	const uint64_t size = UINT64_C(1) << order;
	uint64_t nr;

	if (pfn & (size - 1) || pfn - start < size)
		return 0;
	nr = (min_u64(end, type_end(buddy, pfn)) - pfn) >> order;
	return nr ? nr - 1 : 0;
}

void buddy_free_blocks(struct buddy *buddy, struct zone *zone, uint64_t start, uint64_t end, unsigned order)
{
	const unsigned max_order = buddy->kernel->max_order;
	struct buddy_zone *bz = zone_get(buddy, zone);
	uint64_t nr;

	for (uint64_t pfn = start; pfn < end; pfn += nr ? nr << max_order : UINT64_C(1) << order) {
		nr = inner_blocks(buddy, start, pfn, end);
		/* What they are made of merges until nothing else is left, and on the way with nothing that was free before. */
		if (nr)
			add_blocks(buddy, bz, pfn, nr, max_order, block_type(buddy, pfn), false);
		else
			free_one_page(buddy, bz, pfn, order, block_type(buddy, pfn), false);
	}
}

/* The largest aligned chunk that starts at @start and ends by @end. */
static unsigned chunk_order(const struct buddy *buddy, uint64_t start, uint64_t end)
{
	unsigned order = buddy->kernel->max_order;

	if (start)
		order = (unsigned)min_u64(order, (uint64_t)__builtin_ctzll(start));
	while (start + (UINT64_C(1) << order) > end)
		order--;
	return order;
}

/*
 * Blocks of the largest order merge with nothing, so any number of them is one
 * step.  6.12 and 7.2 free them as pageblocks that merge at once: same result.
 */
static void free_chunks(struct buddy *buddy, struct zone *zone, uint64_t pfn, uint64_t nr, unsigned order)
{
	struct buddy_zone *bz = zone_get(buddy, zone);
	bool to_tail = !buddy->kernel->rules->boot_pages_at_head;

	zone->managed_pages += nr << order;
	if (order < buddy->kernel->max_order)
		free_one_page(buddy, bz, pfn, order, block_type(buddy, pfn), to_tail);
	else
		add_blocks(buddy, bz, pfn, nr, order, block_type(buddy, pfn), to_tail);
}

/*
 * memmap_init() makes a pageblock movable when it initialises its first page,
 * and in 7.2 so does the reserving of a deferred page.  A block that begins in
 * a hole, or in deferred memory otherwise, is what its zeroed bits say: unmovable.
 */
static void type_first_block(struct buddy *buddy, uint64_t start)
{
	uint64_t first = align_down(start, buddy->kernel->pageblock_nr_pages);
	phys_addr_t addr = first << buddy->kernel->page_shift;
	const struct memblock_region *r = memblock_find(&buddy->memblock->memory, addr);
	int nid = r && memblock_nid_valid(buddy->memblock, r->nid) ? r->nid : 0;
	bool reserved = memblock_overlaps(&buddy->memblock->reserved, addr, buddy->kernel->page_size) ||
			(r && r->flags & MEMBLOCK_NOMAP);

	if (first == start || (r && first < buddy->nodes->node[nid].first_deferred_pfn))
		return;
	if (!r || !reserved || !buddy->kernel->rules->reserved_pages_movable)
		set_block_type(buddy, first, 0, MIGRATE_UNMOVABLE);
}

uint64_t buddy_free_boot_pages(struct buddy *buddy, uint64_t start, uint64_t end, int nid)
{
	struct node *node = &buddy->nodes->node[nid];
	uint64_t freed = 0, nr;

	if (start < end)
		type_first_block(buddy, start);
	for (unsigned order; start < end; start += nr << order) {
		struct zone *zone = node_zone_of(node, start);
		uint64_t limit;

		/* A zone's struct pages are deferred from some pfn up to its end. */
		if (!zone || start >= node->first_deferred_pfn)
			break;
		order = chunk_order(buddy, start, end);
		nr = 1;
		/* Where another zone or deferred memory begins; a chunk goes by its first page. */
		limit = min_u64(end, min_u64(zone_end_pfn(zone), node->first_deferred_pfn));
		if (order == buddy->kernel->max_order)
			nr = min_u64((end - start) >> order, ((limit - start - 1) >> order) + 1);
		free_chunks(buddy, zone, start, nr, order);
		freed += nr << order;
	}
	return freed;
}

/* --------------------------------------------------------------- allocating */

/* expand(): the upper halves of what is left of a block go to the heads of the lists below. */
static void expand(struct buddy *buddy, struct buddy_zone *bz, uint64_t pfn, unsigned low, unsigned high,
		   enum migratetype type)
{
	while (high > low) {
		high--;
		add_blocks(buddy, bz, pfn + (UINT64_C(1) << high), 1, high, type, false);
	}
}

/* Take the first block of a list and split it down to @order; the rest becomes @type. */
static uint64_t take_first(struct buddy *buddy, struct buddy_zone *bz, struct buddy_list *list,
			   unsigned order, enum migratetype type)
{
	uint64_t pfn = first_block(list);
	unsigned have = list->head->order;

	del_block(buddy, bz, list->head, pfn);
	expand(buddy, bz, pfn, order, have, type);
	return pfn;
}

/* __rmqueue_smallest() */
static uint64_t rmqueue_smallest(struct buddy *buddy, struct buddy_zone *bz, unsigned order, enum migratetype type)
{
	for (unsigned o = order; o <= buddy->kernel->max_order; o++)
		if (bz->lists[o][type].head)
			return take_first(buddy, bz, &bz->lists[o][type], order, type);
	return BUDDY_NO_PAGE;
}

/* The type whose blocks of this order a request for @type may take; -1: none. */
static int find_suitable_fallback(const struct buddy_zone *bz, unsigned order, enum migratetype type)
{
	static const enum migratetype fallbacks[MIGRATE_PCPTYPES][2] = {
		[MIGRATE_UNMOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
		[MIGRATE_MOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
		[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(fallbacks[type]); i++)
		if (bz->lists[order][fallbacks[type][i]].head)
			return (int)fallbacks[type][i];
	return -1;
}

/* can_steal_fallback(), should_try_claim_block(): may the whole pageblock change its type? */
static bool may_claim(const struct buddy *buddy, unsigned order, enum migratetype type)
{
	return order >= buddy->kernel->pageblock_order / 2 || type != MIGRATE_MOVABLE || buddy->mobility_disabled;
}

/* Free pages of the pageblock at @start, of whatever type. */
static uint64_t block_free_pages(const struct buddy *buddy, const struct buddy_zone *bz, uint64_t start)
{
	uint64_t end = start + buddy->kernel->pageblock_nr_pages, pages = 0;

	for (size_t i = index_of(bz, start); i < bz->nr && bz->index[i]->pfn < end; i++)
		pages += min_u64(run_end(bz->index[i]), end) - max_u64(bz->index[i]->pfn, start);
	return pages;
}

/* move_freepages(): every free block of [start, end) changes to @type, lowest first. */
static void move_free_blocks(struct buddy *buddy, struct buddy_zone *bz, uint64_t start, uint64_t end,
			     enum migratetype type)
{
	bool to_tail = !buddy->kernel->rules->boot_pages_at_head;

	for (uint64_t pfn = start; pfn < end;) {
		size_t i = index_of(bz, pfn);
		struct buddy_run *run = i < bz->nr ? bz->index[i] : NULL;
		unsigned order;

		if (!run || run->pfn >= end)
			break;
		pfn = max_u64(pfn, run->pfn);
		order = run->order;
		del_block(buddy, bz, run, pfn);
		add_blocks(buddy, bz, pfn, 1, order, type, to_tail);
		pfn += UINT64_C(1) << order;
	}
}

static bool zone_spans(const struct zone *zone, uint64_t pfn)
{
	return pfn >= zone->start_pfn && pfn < zone_end_pfn(zone);
}

/*
 * At boot nothing is on an LRU list: of a movable pageblock all pages count as
 * alike to an unmovable or reclaimable request, of another one none.
 */
static bool block_is_ours(const struct buddy *buddy, uint64_t free_pages, enum migratetype old, enum migratetype type)
{
	uint64_t nr = buddy->kernel->pageblock_nr_pages, alike = 0;

	if (buddy->kernel->rules->claim_counts_alike && type != MIGRATE_MOVABLE && old == MIGRATE_MOVABLE)
		alike = nr - free_pages;
	return free_pages + alike >= nr / 2 || buddy->mobility_disabled;
}

/* move_freepages_block() up to 6.7: false if the pageblock leaves the zone. */
static bool move_block(struct buddy *buddy, struct buddy_zone *bz, uint64_t pfn, enum migratetype type,
		       uint64_t *free_pages)
{
	uint64_t nr = buddy->kernel->pageblock_nr_pages, start = align_down(pfn, nr), end = start + nr;

	if (!zone_spans(bz->zone, start))
		start = pfn;
	if (!zone_spans(bz->zone, end - 1))
		return false;
	*free_pages = block_free_pages(buddy, bz, start);
	move_free_blocks(buddy, bz, start, end, type);
	return true;
}

/* steal_suitable_fallback() of 5.10 to 6.7: afterwards the block is on a list of @type. */
static void steal_and_move(struct buddy *buddy, struct buddy_zone *bz, struct buddy_list *list, enum migratetype type,
			   bool whole_block)
{
	unsigned order = list->head->order;
	uint64_t pfn = first_block(list), free_pages;
	enum migratetype old = block_type(buddy, pfn);

	if (order >= buddy->kernel->pageblock_order) {
		set_block_type(buddy, pfn, order, type);
	} else if (whole_block && move_block(buddy, bz, pfn, type, &free_pages)) {
		if (block_is_ours(buddy, free_pages, old, type))
			set_block_type(buddy, pfn, 0, type);
		return;
	}
	del_block(buddy, bz, list->head, pfn);
	add_blocks(buddy, bz, pfn, 1, order, type, true);
}

static struct buddy_list *smallest_fallback(struct buddy *buddy, struct buddy_zone *bz, unsigned order,
					    enum migratetype type)
{
	for (unsigned o = order; o <= buddy->kernel->max_order; o++) {
		int other = find_suitable_fallback(bz, o, type);

		if (other >= 0)
			return &bz->lists[o][other];
	}
	return NULL;
}

/* The largest block of another type, not below @min_order. */
static struct buddy_list *largest_fallback(struct buddy *buddy, struct buddy_zone *bz, unsigned min_order,
					   enum migratetype type)
{
	for (unsigned o = buddy->kernel->max_order + 1; o-- > min_order;) {
		int other = find_suitable_fallback(bz, o, type);

		if (other >= 0)
			return &bz->lists[o][other];
	}
	return NULL;
}

/* __rmqueue_fallback(), 5.10 to 6.7: refill the lists of @type, then take from them. */
static uint64_t fallback_move(struct buddy *buddy, struct buddy_zone *bz, unsigned order, enum migratetype type,
			      bool nofragment)
{
	unsigned min_order = nofragment ? max_u64(order, buddy->kernel->pageblock_order) : order;
	struct buddy_list *list = largest_fallback(buddy, bz, min_order, type);
	bool whole_block;

	if (!list)
		return BUDDY_NO_PAGE;
	whole_block = may_claim(buddy, list->head->order, type);
	if (!whole_block && list->head->order > order) {
		list = smallest_fallback(buddy, bz, order, type);
		whole_block = may_claim(buddy, list->head->order, type);
	}
	steal_and_move(buddy, bz, list, type, whole_block);
	return rmqueue_smallest(buddy, bz, order, type);
}

/* __rmqueue_fallback(), 4.9: take the largest block; what is left of it becomes @type. */
static uint64_t fallback_split(struct buddy *buddy, struct buddy_zone *bz, unsigned order, enum migratetype type,
			       bool nofragment)
{
	struct buddy_list *list = largest_fallback(buddy, bz, order, type);
	uint64_t pfn, free_pages;
	struct buddy_run *run;
	unsigned have;

	(void)nofragment;
	if (!list)
		return BUDDY_NO_PAGE;
	pfn = first_block(list);
	have = list->head->order;
	if (have >= buddy->kernel->pageblock_order)
		set_block_type(buddy, pfn, have, type);
	else if (may_claim(buddy, have, type) && move_block(buddy, bz, pfn, type, &free_pages) &&
		 block_is_ours(buddy, free_pages, MIGRATE_TYPES, type))
		set_block_type(buddy, pfn, 0, type);
	run = find_block(bz, pfn, have);
	del_block(buddy, bz, run, pfn);
	expand(buddy, bz, pfn, order, have, type);
	return pfn;
}

/* try_to_steal_block() (6.12), try_to_claim_block() (7.2) */
static uint64_t claim_block(struct buddy *buddy, struct buddy_zone *bz, struct buddy_list *list, unsigned order,
			    enum migratetype type)
{
	uint64_t nr = buddy->kernel->pageblock_nr_pages, pfn = first_block(list), start = align_down(pfn, nr);
	unsigned have = list->head->order;

	if (have >= buddy->kernel->pageblock_order) {
		set_block_type(buddy, pfn, have, type);
		return take_first(buddy, bz, list, order, type);
	}
	if (!zone_spans(bz->zone, start) || !zone_spans(bz->zone, start + nr - 1))
		return BUDDY_NO_PAGE;
	if (!block_is_ours(buddy, block_free_pages(buddy, bz, start), block_type(buddy, pfn), type))
		return BUDDY_NO_PAGE;
	move_free_blocks(buddy, bz, start, start + nr, type);
	set_block_type(buddy, start, 0, type);
	return rmqueue_smallest(buddy, bz, order, type);
}

/* __rmqueue_claim() and __rmqueue_steal(), 6.12 and 7.2: a whole pageblock, or one small block. */
static uint64_t fallback_claim(struct buddy *buddy, struct buddy_zone *bz, unsigned order, enum migratetype type,
			       bool nofragment)
{
	unsigned min_order = nofragment ? max_u64(order, buddy->kernel->pageblock_order) : order;
	struct buddy_list *list;
	uint64_t pfn;

	for (unsigned o = buddy->kernel->max_order + 1; o-- > min_order && may_claim(buddy, o, type);) {
		int other = find_suitable_fallback(bz, o, type);

		if (other < 0)
			continue;
		pfn = claim_block(buddy, bz, &bz->lists[o][other], order, type);
		if (pfn != BUDDY_NO_PAGE)
			return pfn;
	}
	list = nofragment ? NULL : smallest_fallback(buddy, bz, order, type);
	return list ? take_first(buddy, bz, list, order, list->head->type) : BUDDY_NO_PAGE;
}

typedef uint64_t fallback_fn(struct buddy *buddy, struct buddy_zone *bz, unsigned order, enum migratetype type,
			     bool nofragment);

static uint64_t free_cma_pages(const struct buddy_zone *bz)
{
	uint64_t pages = 0;

	for (unsigned o = 0; o < BUDDY_NR_ORDERS; o++)
		pages += bz->lists[o][MIGRATE_CMA].nr_free << o;
	return pages;
}

/* gfp_to_alloc_flags_cma(): what can move may use the memory of CMA areas. */
static bool may_use_cma(const struct buddy *buddy, const struct page_request *req)
{
	return req->type == MIGRATE_MOVABLE && kernel_has_config(buddy->kernel, "CMA");
}

/* Movable requests take from CMA areas first where these hold more than half of what is free. */
static bool cma_first(const struct buddy *buddy, const struct buddy_zone *bz, const struct page_request *req)
{
	return buddy->kernel->rules->cma_balanced && may_use_cma(buddy, req) && free_cma_pages(bz) > bz->free_pages / 2;
}

/* __rmqueue(): CMA areas come before the blocks of other types. */
static uint64_t rmqueue(struct buddy *buddy, struct buddy_zone *bz, const struct page_request *req, bool nofragment)
{
	static fallback_fn *const fallbacks[] = {
		[FALLBACK_SPLIT] = fallback_split,
		[FALLBACK_MOVE] = fallback_move,
		[FALLBACK_CLAIM] = fallback_claim,
	};
	uint64_t pfn = BUDDY_NO_PAGE;

	if (cma_first(buddy, bz, req))
		pfn = rmqueue_smallest(buddy, bz, req->order, MIGRATE_CMA);
	if (pfn == BUDDY_NO_PAGE)
		pfn = rmqueue_smallest(buddy, bz, req->order, req->type);
	if (pfn == BUDDY_NO_PAGE && may_use_cma(buddy, req))
		pfn = rmqueue_smallest(buddy, bz, req->order, MIGRATE_CMA);
	if (pfn != BUDDY_NO_PAGE)
		return pfn;
	return fallbacks[buddy->kernel->rules->fallback](buddy, bz, req->order, req->type, nofragment);
}

/* Pages above the mark and the reserve that a request may take; 0 if there are none. */
static uint64_t pages_above_mark(const struct buddy *buddy, const struct buddy_zone *bz, const struct page_request *req)
{
	uint64_t kept = bz->zone->watermark[WMARK_MIN] + bz->zone->lowmem_reserve[req->highest];

	if (!may_use_cma(buddy, req))
		kept += free_cma_pages(bz);
	return bz->free_pages > kept ? bz->free_pages - kept : 0;
}

/* __zone_watermark_ok() with the minimum, as the last attempt has it; until the marks are set up they are 0. */
static bool watermark_ok(const struct buddy *buddy, const struct buddy_zone *bz, const struct page_request *req)
{
	if (!bz || pages_above_mark(buddy, bz, req) < UINT64_C(1) << req->order)
		return false;
	for (unsigned o = req->order; o <= buddy->kernel->max_order; o++) {
		for (int type = 0; type < MIGRATE_PCPTYPES; type++)
			if (bz->lists[o][type].head)
				return true;
		if (may_use_cma(buddy, req) && bz->lists[o][MIGRATE_CMA].head)
			return true;
	}
	return false;
}

/* Pages of [start, end) that memblock has free, handed to their zone; the ledger follows. */
static uint64_t free_deferred(struct buddy *buddy, int nid, uint64_t start, uint64_t end)
{
	const struct mm_kernel *k = buddy->kernel;
	struct memblock_iter it = { 0 };
	uint64_t pages = 0;

	while (memblock_next_free(buddy->memblock, k->numa ? nid : NUMA_NO_NODE, &it)) {
		uint64_t lo = max_u64(start, align_up(it.range.base, k->page_size) >> k->page_shift);
		uint64_t hi = min_u64(end, range_end(it.range) >> k->page_shift);

		if (lo >= hi)
			continue;
		buddy_free_boot_pages(buddy, lo, hi, nid);
		ledger_assign(buddy->ledger, lo << k->page_shift, (hi - lo) << k->page_shift, "buddy",
			      zone_name(node_zone_of(&buddy->nodes->node[nid], lo)->type), "deferred_grow_zone");
		pages += hi - lo;
	}
	return pages;
}

/*
 * deferred_grow_zone(): initialise the struct pages of further sections until
 * one section's worth of pages is free.  Chunks that the kernel frees page by
 * page merge to the same blocks in the same order.
 */
static bool grow_zone(struct buddy *buddy, const struct zone *zone)
{
	struct node *node = &buddy->nodes->node[zone->nid];
	uint64_t section = buddy->kernel->pages_per_section, pfn = node->first_deferred_pfn, pages = 0;
	uint64_t start = pfn;

	if (pfn == UINT64_MAX || zone_end_pfn(zone) != node->start_pfn + node->spanned_pages)
		return false;
	trace_event(buddy->trace, MM_BUDDY, "deferred_grow_zone");
	node->first_deferred_pfn = UINT64_MAX;
	for (; pages < section && pfn < zone_end_pfn(zone); pfn = align_up(pfn + 1, section)) {
		if (node->zones_overlap && zone->type == ZONE_NORMAL)
			node_make_normal(buddy->trace->arena, node, pfn, align_up(pfn + 1, section));
		pages += free_deferred(buddy, zone->nid, pfn, align_up(pfn + 1, section));
	}
	node->first_deferred_pfn = pfn < zone_end_pfn(zone) ? pfn : UINT64_MAX;
	trace_arg(buddy->trace, FACT_NUM("nid", zone->nid));
	trace_arg(buddy->trace, FACT_HEX("base", start << buddy->kernel->page_shift));
	trace_arg(buddy->trace, FACT_HEX("size", (min_u64(pfn, zone_end_pfn(zone)) - start) << buddy->kernel->page_shift));
	buddy_publish(buddy);
	return pages > 0;
}

struct alloc_context {
	const struct page_request *req;
	const struct zoneref *refs;
	size_t nr;
	const struct zone *preferred;
	bool nofragment;
	struct zone *zone;		/* where the page was found */
};

/* One zone's turn in get_page_from_freelist(). */
static uint64_t try_zone(struct buddy *buddy, struct alloc_context *ac, struct zone *zone)
{
	uint64_t pfn = BUDDY_NO_PAGE;

	ac->zone = zone;
	if (!watermark_ok(buddy, buddy_zone_of(buddy, zone), ac->req) && !grow_zone(buddy, zone))
		return BUDDY_NO_PAGE;
	do {
		if (buddy_zone_of(buddy, zone))
			pfn = rmqueue(buddy, zone_get(buddy, zone), ac->req, ac->nofragment);
	} while (pfn == BUDDY_NO_PAGE && grow_zone(buddy, zone));
	return pfn;
}

/*
 * get_page_from_freelist().  On several nodes locality comes before keeping
 * types apart, and 7.2 first looks for nodes whose kswapd sleeps: at boot
 * there is none, so its first pass only gives up ALLOC_NOFRAGMENT.
 */
static uint64_t get_page_from_freelist(struct buddy *buddy, struct alloc_context *ac)
{
	bool many = buddy->nodes->nr_online > 1, skip = many && buddy->kernel->rules->idle_kswapd_first;
	uint64_t pfn;

retry:
	for (size_t i = 0; i < ac->nr; i++) {
		struct zone *zone = ac->refs[i].zone;

		if (zone->type > ac->req->highest)
			continue;
		if (ac->nofragment && many && zone->nid != ac->preferred->nid) {
			ac->nofragment = false;
			goto retry;
		}
		pfn = skip ? BUDDY_NO_PAGE : try_zone(buddy, ac, zone);
		if (pfn != BUDDY_NO_PAGE)
			return pfn;
	}
	if (skip) {
		skip = false;
		goto retry;
	}
	if (ac->nofragment) {
		ac->nofragment = false;
		goto retry;
	}
	return BUDDY_NO_PAGE;
}

/* alloc_flags_nofragment() */
static bool avoids_fragments(const struct buddy *buddy, const struct zone *preferred)
{
	const struct node *node = preferred ? &buddy->nodes->node[preferred->nid] : NULL;

	if (!buddy->kernel->rules->nofragment || !buddy->kernel->zone_dma32 || !preferred ||
	    preferred->type != ZONE_NORMAL)
		return false;
	return buddy->nodes->nr_online <= 1 || zone_populated(&node->zones[ZONE_DMA32]);
}

static struct alloc_context prepare_alloc_pages(const struct buddy *buddy, const struct page_request *req)
{
	const struct node *node = &buddy->nodes->node[req->nid];
	struct alloc_context ac = {
		.req = req,
		.refs = req->thisnode ? node->nofallback : node->fallback,
		.nr = req->thisnode ? node->nr_nofallback : node->nr_fallback,
	};

	for (size_t i = 0; i < ac.nr && !ac.preferred; i++)
		if (ac.refs[i].zone->type <= req->highest)
			ac.preferred = ac.refs[i].zone;
	ac.nofragment = avoids_fragments(buddy, ac.preferred);
	return ac;
}

/* The fact "cache" of @why, or nothing. */
static const char *detail_of(const struct why *why)
{
	for (size_t i = 0; i < WHY_MAX_FACTS && why->facts[i].name; i++)
		if (why->facts[i].type == MM_STR)
			return why->facts[i].value.s;
	return "";
}

/* __alloc_pages() as far as the free lists go; *@zone_ret is where the block came from. */
static uint64_t alloc_block(struct buddy *buddy, const struct page_request *request, const struct zone **zone_ret)
{
	struct page_request req = *request;
	struct alloc_context ac;
	uint64_t pfn;

	if (req.order > buddy->kernel->max_order)
		return BUDDY_NO_PAGE;
	if (buddy->mobility_disabled)
		req.type = MIGRATE_UNMOVABLE;
	ac = prepare_alloc_pages(buddy, &req);
	pfn = get_page_from_freelist(buddy, &ac);
	*zone_ret = ac.zone;
	return pfn;
}

uint64_t buddy_pages_above_mark(const struct buddy *buddy, const struct page_request *request)
{
	const struct alloc_context ac = prepare_alloc_pages(buddy, request);
	uint64_t pages = 0;

	for (size_t i = 0; i < ac.nr; i++) {
		const struct buddy_zone *bz = buddy_zone_of(buddy, ac.refs[i].zone);

		if (bz && bz->zone->type <= request->highest)
			pages += pages_above_mark(buddy, bz, request);
	}
	return pages;
}

uint64_t buddy_take_pages(struct buddy *buddy, const struct page_request *request)
{
	const struct zone *zone;

	return alloc_block(buddy, request, &zone);
}

uint64_t buddy_alloc_pages(struct buddy *buddy, const struct page_request *request, const struct why *why)
{
	struct page_request req = *request;
	const struct zone *zone;
	phys_addr_t base, size;
	uint64_t pfn = alloc_block(buddy, request, &zone);

	if (pfn == BUDDY_NO_PAGE) {
		if (buddy->failed && !(request->gfp & GFP_NOWARN))
			buddy->failed(buddy->failed_ctx, request);
		return pfn;
	}
	if (buddy->mobility_disabled)
		req.type = MIGRATE_UNMOVABLE;
	base = pfn << buddy->kernel->page_shift;
	size = buddy->kernel->page_size << req.order;
	trace_event(buddy->trace, MM_BUDDY, buddy->kernel->rules->alloc_pages_name);
	trace_arg(buddy->trace, FACT_NUM("order", req.order));
	trace_arg(buddy->trace, FACT_STR("migratetype", migratetype_name(req.type)));
	trace_arg(buddy->trace, FACT_NUM("nid", req.nid));
	trace_arg(buddy->trace, FACT_STR("zone", zone_name(zone->type)));
	trace_arg(buddy->trace, FACT_NUM("pfn", pfn));
	trace_arg(buddy->trace, FACT_HEX("base", base));
	trace_arg(buddy->trace, FACT_HEX("size", size));
	trace_why(buddy->trace, why);
	ledger_assign(buddy->ledger, base, size, why->owner, detail_of(why), request->fn);
	buddy_publish(buddy);
	return pfn;
}

/* --------------------------------------------------------------- publishing */

static const struct mm_list *runs_of(struct buddy *buddy, const struct buddy_list *list)
{
	size_t nr = 0;
	int64_t *v;

	for (const struct buddy_run *run = list->head; run; run = run->next)
		nr++;
	v = arena_array(buddy->trace->arena, 3 * nr, sizeof(*v));
	nr = 0;
	for (const struct buddy_run *run = list->head; run; run = run->next) {
		int64_t size = INT64_C(1) << run->order;

		v[nr++] = (int64_t)run->pfn + (run->descending ? (int64_t)(run->nr - 1) * size : 0);
		v[nr++] = (int64_t)run->nr;
		v[nr++] = run->descending ? -size : size;
	}
	return trace_list(buddy->trace, v, nr);
}

static void publish_list(struct buddy *buddy, struct buddy_zone *bz, unsigned order, enum migratetype type, size_t at)
{
	struct buddy_list *list = &bz->lists[order][type];
	const char *zone = zone_name(bz->zone->type), *name = migratetype_name(type);
	const union mm_value row[] = {
		V_STR(arena_printf(buddy->trace->arena, "%d/%s/%u/%s", bz->zone->nid, zone, order, name)),
		V_NUM(bz->zone->nid), V_STR(zone), V_NUM(order), V_STR(name), V_NUM(list->nr_free),
		V_LIST(runs_of(buddy, list)),
	};

	trace_splice(buddy->trace, MM_FREELISTS, at, list->published, row, list->head != NULL);
	list->published = list->head != NULL;
	list->dirty = false;
}

/* The zone's lists that changed; their rows start at @at.  Returns where the next zone's start. */
static size_t publish_zone(struct buddy *buddy, struct buddy_zone *bz, size_t at)
{
	bool dirty = false;

	for (unsigned order = 0; order <= buddy->kernel->max_order; order++) {
		for (enum migratetype type = 0; type < MIGRATE_TYPES; type++) {
			struct buddy_list *list = &bz->lists[order][type];

			dirty |= list->dirty;
			if (list->dirty)
				publish_list(buddy, bz, order, type, at);
			at += list->published;
		}
	}
	if (dirty)
		zone_publish(buddy->trace, buddy->kernel, bz->zone, bz->free_pages);
	return at;
}

void buddy_publish(struct buddy *buddy)
{
	size_t at = 0, nr = (size_t)buddy->kernel->max_numnodes * MAX_NR_ZONES;

	for (size_t i = 0; i < nr; i++)
		if (buddy->zones[i])
			at = publish_zone(buddy, buddy->zones[i], at);
}
