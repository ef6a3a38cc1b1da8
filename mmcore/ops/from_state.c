// SPDX-License-Identifier: GPL-2.0-or-later
/* from_state.c - the allocator at work from a recorded state, in place of the end of boot. */
#include "ops.h"
#include "build.h"

#include "../machine.h"
#include "../pcp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ whose it is */

static void check_build(struct ops *ops, const struct mm_alloc_state *state)
{
	const struct mm_kernel *k = ops->mm->kernel;

	if (RELEASE(state->version, state->patchlevel, 0) != RELEASE_SERIES(k->release))
		arena_fail(&ops->mm->arena, -EINVAL, "is of Linux %u.%u, which is not the kernel that boots here", state->version,
			   state->patchlevel);
	if ((state->page_shift && state->page_shift != k->page_shift) || state->max_order != k->max_order ||
	    state->pageblock_order != k->pageblock_order || state->nr_pcp_lists != pcp_nr_lists(k))
		arena_fail(&ops->mm->arena, -EINVAL, "is of a build with pages of %u KiB, blocks up to order %u, pageblocks of order %u and "
			   "%u lists for each CPU; this one has %llu KiB, %u, %u and %u", 1u << ((state->page_shift ? state->page_shift : 12) - 10),
			   state->max_order, state->pageblock_order, state->nr_pcp_lists, (unsigned long long)k->page_size >> 10,
			   k->max_order, k->pageblock_order, pcp_nr_lists(k));
}

static void check_zones(struct ops *ops, const struct mm_alloc_state *state)
{
	struct zone *zone = ops_next_populated(ops->mm, NULL);
	size_t i = 0;

	for (; i < state->nr_zones && zone; i++, zone = ops_next_populated(ops->mm, zone)) {
		const struct mm_alloc_zone *of = &state->zones[i];

		if (of->node != zone->nid || (enum zone_type)of->kind != zone->type || of->start_pfn != zone->start_pfn ||
		    of->spanned != zone->spanned_pages)
			arena_fail(&ops->mm->arena, -EINVAL, "is of another machine: its zone %zu is %s of node %d, %llu pages from frame "
				   "%llu; this boot has %s of node %d, %llu from %llu", i, zone_name((enum zone_type)of->kind), of->node,
				   (unsigned long long)of->spanned, (unsigned long long)of->start_pfn, zone_name(zone->type), zone->nid,
				   (unsigned long long)zone->spanned_pages, (unsigned long long)zone->start_pfn);
	}
	if (i < state->nr_zones || zone)
		arena_fail(&ops->mm->arena, -EINVAL, "is of another machine: it has %zu zones, this boot has %s", state->nr_zones,
			   zone ? "more" : "fewer");
	if (state->nr_cpus != ops->mm->cpus.nr)
		arena_fail(&ops->mm->arena, -EINVAL, "is of another machine: it has %zu CPUs, this one has %zu", state->nr_cpus,
			   ops->mm->cpus.nr);
}

/* ------------------------------------------------------------------- zones, types */

/* What reports and tables read of a zone is what was recorded of it. */
static void take_marks(struct zone *zone, const struct mm_alloc_zone *from)
{
	zone->managed_pages = from->managed;
	zone->present_pages = from->present;
	zone->cma_pages = from->cma;
	for (unsigned i = 0; i < NR_WMARK; i++)
		zone->watermark[i] = (uint64_t)(from->wmark[i] > 0 ? from->wmark[i] : 0);
	for (unsigned i = 0; i < MAX_NR_ZONES; i++)
		zone->lowmem_reserve[i] = (uint64_t)(from->lowmem_reserve[i] > 0 ? from->lowmem_reserve[i] : 0);
}

static void take_types(struct ops *ops, const struct mm_alloc_state *state)
{
	struct buddy *buddy = &ops->mm->buddy;
	uint64_t size = (uint64_t)ops->live.pageblock_pages;

	for (size_t i = 0; i < state->nr_blocks; i++)
		buddy_set_type(buddy, state->blocks[i].pfn, state->blocks[i].pfn + state->blocks[i].nr * size,
			       (enum migratetype)(state->blocks[i].flags & PAGEBLOCK_TYPE));
	ops->live.map.types = buddy->blocks;
	ops->live.map.nr_types = buddy->nr_blocks;
}

void ops_take_state(struct ops *ops, const struct mm_alloc_state *state)
{
	struct mm *mm = ops->mm;
	struct zone *zone = NULL;
	const char *wrong;

	if (mm->arena.error)
		snprintf(mm->arena.error->where, sizeof(mm->arena.error->where), "recorded state");
	wrong = live_bad_state(state);
	if (wrong)
		arena_fail(&mm->arena, -EINVAL, "its %s make no sense", wrong);
	check_build(ops, state);
	check_zones(ops, state);
	ops->live.arena = &mm->arena;
	live_build(&ops->live, state);
	ops->live.kernel = mm->kernel;
	ops->live.release = mm->kernel->release;
	for (size_t i = 0; i < state->nr_zones; i++) {
		zone = ops_next_populated(mm, zone);
		take_marks(zone, &state->zones[i]);
	}
	take_types(ops, state);
	ops->from_state = true;
	if (mm->arena.error)
		mm->arena.error->where[0] = '\0';
}

/* ------------------------------------------------------------------------ ledger */

struct ranges {
	struct phys_range *v;	/* frames */
	size_t nr;
};

static void add_list(struct ranges *ranges, const struct frame_list *list)
{
	for (const struct frame *frame = list->head; frame; frame = frame->next) {
		if (ranges->v)
			ranges->v[ranges->nr] = (struct phys_range){ frame->pfn, UINT64_C(1) << frame->order };
		ranges->nr++;
	}
}

/* All that is free, or on a CPU's list; only counted as long as there is no array. */
static void add_all(const struct live *live, struct ranges *ranges)
{
	for (size_t z = 0; z < live->nr_zones; z++) {
		const struct live_zone *zone = &live->zones[z];

		for (unsigned order = 0; order <= live->max_order; order++)
			for (unsigned type = 0; type < MIGRATE_TYPES; type++)
				add_list(ranges, &zone->lists[order][type]);
		for (unsigned cpu = 0; cpu < live->nr_cpus; cpu++)
			for (unsigned i = 0; i < live->nr_pcp_lists; i++)
				add_list(ranges, &zone->pcp[cpu].lists[i]);
	}
}

static int by_base(const void *a, const void *b)
{
	const struct phys_range *x = a, *y = b;

	return x->base < y->base ? -1 : x->base > y->base;
}

/* Sorted, and neighbours joined. */
static struct ranges free_ranges(struct ops *ops)
{
	struct ranges all = { 0 };
	size_t nr = 0;

	add_all(&ops->live, &all);
	all.v = arena_array(&ops->mm->arena, all.nr + 1, sizeof(*all.v));
	all.nr = 0;
	add_all(&ops->live, &all);
	qsort(all.v, all.nr, sizeof(*all.v), by_base);
	for (size_t i = 0; i < all.nr; i++) {
		if (nr && all.v[nr - 1].base + all.v[nr - 1].size > all.v[i].base)
			arena_fail(&ops->mm->arena, -EINVAL, "contradicts itself: page %llu is free twice",
				   (unsigned long long)all.v[i].base);
		if (nr && all.v[nr - 1].base + all.v[nr - 1].size == all.v[i].base)
			all.v[nr - 1].size += all.v[i].size;
		else
			all.v[nr++] = all.v[i];
	}
	all.nr = nr;
	return all;
}

/* What boot left free and the recorded machine has in use. */
static void own_used(struct ops *ops, const struct ranges *unused)
{
	struct ledger *ledger = &ops->mm->ledger;
	unsigned shift = ops->mm->kernel->page_shift;
	size_t nr = ledger_nr(ledger), nr_were = 0;
	struct phys_range *were = arena_array(&ops->mm->arena, nr + 1, sizeof(*were));

	for (size_t i = 0; i < nr; i++)
		if (ledger_entry(ledger, i)->ram && !strcmp(ledger_entry(ledger, i)->owner, OWNER_FREE))
			were[nr_were++] = (struct phys_range){ ledger_entry(ledger, i)->base, ledger_entry(ledger, i)->size };
	for (size_t i = 0, f = 0; i < nr_were; i++) {
		phys_addr_t at = were[i].base, end = range_end(were[i]);

		while (f < unused->nr && range_end(unused->v[f]) << shift <= at)
			f++;
		for (size_t g = f; at < end; g++) {
			phys_addr_t next = g < unused->nr ? unused->v[g].base << shift : end;

			if (next > at)
				ledger_assign(ledger, at, min_u64(next, end) - at, OWNER_IN_USE, "since before the state was recorded", "");
			at = g < unused->nr ? range_end(unused->v[g]) << shift : end;
		}
	}
}

static void check_ram(struct ops *ops, phys_addr_t base, phys_addr_t end)
{
	while (base < end) {
		const struct ledger_entry *e = ledger_find(&ops->mm->ledger, base);

		if (!e || !e->ram)
			arena_fail(&ops->mm->arena, -EINVAL, "is of another machine: it has a free page at 0x%llx, where this board has no RAM",
				   (unsigned long long)base);
		base = e->base + e->size;
	}
}

/* And the other way round: pages that boot had, and gave back later. */
static void disown_free(struct ops *ops, const struct ranges *unused)
{
	unsigned shift = ops->mm->kernel->page_shift;

	for (size_t i = 0; i < unused->nr; i++) {
		phys_addr_t base = unused->v[i].base << shift, size = unused->v[i].size << shift;
		const struct ledger_entry *e;

		check_ram(ops, base, base + size);
		e = ledger_find(&ops->mm->ledger, base);
		if (strcmp(e->owner, OWNER_FREE) || e->base + e->size < base + size)
			ledger_release(&ops->mm->ledger, base, size);
	}
}

void ops_tell_state(struct ops *ops)
{
	struct mm_error *error = ops->mm->arena.error;
	struct ranges unused;

	if (error)
		snprintf(error->where, sizeof(error->where), "recorded state");
	trace_event(&ops->mm->trace, MM_NOTE, "from_state");
	trace_arg(&ops->mm->trace, FACT_NUM("zones", ops->live.nr_zones));
	trace_arg(&ops->mm->trace, FACT_NUM("cpus", ops->live.nr_cpus));
	trace_why_fact(&ops->mm->trace, FACT_STR("reason", "a recorded state takes the place of the end of boot"));
	unused = free_ranges(ops);
	own_used(ops, &unused);
	disown_free(ops, &unused);
	ops->publish_all = true;
	ops_publish(ops);
	if (error)
		error->where[0] = '\0';
}
