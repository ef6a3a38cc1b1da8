// SPDX-License-Identifier: GPL-2.0-or-later
/* publish.c - tables freelists, zones, pcp_pages and pagesets from the allocator's lists. */
#include "ops.h"

#include "../machine.h"

static uint8_t *has_row(struct ops *ops, const struct live_zone *zone, unsigned order, unsigned type)
{
	return &ops->list_rows[(zone->index * BUDDY_NR_ORDERS + order) * MIGRATE_TYPES + type];
}

static bool boot_has(struct ops *ops, const struct live_zone *zone, unsigned order, unsigned type)
{
	const struct buddy_zone *bz = buddy_zone_of(&ops->mm->buddy, &ops->mm->nodes.node[zone->nid].zones[zone->type]);

	return bz && bz->lists[order][type].head;
}

void ops_publish_init(struct ops *ops)
{
	ops->list_rows = arena_array(&ops->mm->arena, ops->live.nr_zones * BUDDY_NR_ORDERS * MIGRATE_TYPES, 1);
	for (size_t z = 0; z < ops->live.nr_zones; z++)
		for (unsigned order = 0; order <= ops->live.max_order; order++)
			for (unsigned type = 0; type < MIGRATE_TYPES; type++) {
				struct frame_list *list = &ops->live.zones[z].lists[order][type];

				*has_row(ops, &ops->live.zones[z], order, type) =
					ops->from_state ? boot_has(ops, &ops->live.zones[z], order, type) : list->head != NULL;
				list->dirty = ops->from_state;
			}
}

/* ---------------------------------------------------------------- free lists */

struct run_writer {
	int64_t *v;		/* NULL: only counts */
	size_t nr;		/* numbers */
	int64_t first, count, step, size;
};

static void run_end(struct run_writer *w)
{
	if (!w->count)
		return;
	if (w->v) {
		w->v[w->nr] = w->first;
		w->v[w->nr + 1] = w->count;
		w->v[w->nr + 2] = w->step ? w->step : w->size;
	}
	w->nr += 3;
	w->count = 0;
	w->step = 0;
}

/* Blocks next to each other in list and memory are one run. */
static void run_add(struct run_writer *w, int64_t pfn, int64_t count, int64_t step)
{
	int64_t next = w->first + w->count * w->step;

	if (w->count == 1 && count == 1 && (pfn == w->first + w->size || pfn == w->first - w->size)) {
		w->step = pfn - w->first;
		w->count = 2;
		return;
	}
	if (w->count > 1 && pfn == next && (count == 1 || step == w->step)) {
		w->count += count;
		return;
	}
	run_end(w);
	w->first = pfn;
	w->count = count;
	w->step = count > 1 ? step : 0;
}

static void write_runs(const struct frame_list *list, struct run_writer *w)
{
	for (const struct frame *frame = list->head; frame; frame = frame->next) {
		const struct frame_run *run = (const struct frame_run *)frame;

		if (frame->state == FRAME_RUN)
			run_add(w, (int64_t)frame->pfn, (int64_t)run->nr, run->step);
		else
			run_add(w, (int64_t)frame->pfn, 1, 0);
	}
	run_end(w);
}

static const struct mm_list *runs_of(struct ops *ops, const struct frame_list *list, unsigned order)
{
	struct run_writer counter = { .size = INT64_C(1) << order }, writer = counter;
	struct mm_list *ret = arena_alloc(&ops->mm->arena, sizeof(*ret));

	write_runs(list, &counter);
	writer.v = arena_array(&ops->mm->arena, counter.nr, sizeof(*writer.v));
	write_runs(list, &writer);
	*ret = (struct mm_list){ writer.nr, writer.v };
	return ret;
}

static void publish_list(struct ops *ops, struct live_zone *zone, unsigned order, unsigned type, size_t at)
{
	struct frame_list *list = &zone->lists[order][type];
	uint8_t *row_there = has_row(ops, zone, order, type);
	const char *name = migratetype_name(type), *zname = zone_name(zone->type);
	const union mm_value row[] = {
		V_STR(arena_printf(&ops->mm->arena, "%d/%s/%u/%s", zone->nid, zname, order, name)),
		V_NUM(zone->nid), V_STR(zname), V_NUM(order), V_STR(name), V_NUM(list->nr),
		V_LIST(list->head ? runs_of(ops, list, order) : NULL),
	};

	trace_splice(&ops->mm->trace, MM_FREELISTS, at, *row_there, row, list->head != NULL);
	*row_there = list->head != NULL;
	list->dirty = false;
}

static size_t publish_zone(struct ops *ops, struct live_zone *zone, size_t at)
{
	const struct zone *of = &ops->mm->nodes.node[zone->nid].zones[zone->type];
	uint64_t free = 0;
	bool dirty = ops->publish_all;

	for (unsigned order = 0; order <= ops->live.max_order; order++) {
		free += zone->nr_free[order] << order;
		for (unsigned type = 0; type < MIGRATE_TYPES; type++) {
			if (zone->lists[order][type].dirty) {
				publish_list(ops, zone, order, type, at);
				dirty = true;
			}
			at += *has_row(ops, zone, order, type);
		}
	}
	if (dirty)
		zone_publish(&ops->mm->trace, ops->mm->kernel, of, free);
	return at;
}

/* ------------------------------------------------------------- per-CPU lists */

static const char *list_type(const struct ops *ops, unsigned list)
{
	if (list < MIGRATE_PCPTYPES * (COSTLY_ORDER + 1))
		return migratetype_name(list % MIGRATE_PCPTYPES);
	return ops->live.nr_pcp_lists <= MIGRATE_PCPTYPES * (COSTLY_ORDER + 1) + 1 ? "all"
	     : list % 2 ? migratetype_name(MIGRATE_MOVABLE) : "others";
}

static void page_row(const struct ops *ops, const struct live_zone *zone, unsigned cpu, unsigned list,
		     const struct frame *frame, union mm_value *row)
{
	const union mm_value values[] = {
		V_NUM(frame->pfn), V_NUM(zone->nid), V_STR(zone_name(zone->type)), V_NUM(cpu), V_NUM(frame->order),
		V_STR(list_type(ops, list)),
	};

	memcpy(row, values, sizeof(values));
}

/* @nr entries from @frame on, towards the tail. */
static void splice_pages(struct ops *ops, const struct live_zone *zone, unsigned cpu, unsigned list, size_t at, size_t gone,
			 const struct frame *frame, size_t nr)
{
	const size_t width = mm_table_def(MM_PCP_PAGES)->nr_columns;
	union mm_value *rows = arena_array(&ops->mm->arena, nr * width, sizeof(*rows));

	for (size_t i = 0; i < nr; i++, frame = frame->next)
		page_row(ops, zone, cpu, list, frame, rows + i * width);
	trace_splice(&ops->mm->trace, MM_PCP_PAGES, at, gone, rows, nr);
}

/* Pages come and go at the list's two ends only: a splice for each that changed. */
static void publish_pages(struct ops *ops, struct live_zone *zone, unsigned cpu, unsigned index, size_t at)
{
	struct frame_list *list = &zone->pcp[cpu].lists[index];
	size_t kept = list->published - list->head_gone - list->tail_gone;
	const struct frame *frame = list->tail;

	for (uint64_t i = 1; i < list->tail_new; i++)
		frame = frame->prev;
	if (list->head_gone || list->head_new)
		splice_pages(ops, zone, cpu, index, at, list->head_gone, list->head, list->head_new);
	if (list->tail_gone || list->tail_new)
		splice_pages(ops, zone, cpu, index, at + list->head_new + kept, list->tail_gone, frame, list->tail_new);
	list->published = list->nr;
	list->head_gone = list->tail_gone = list->head_new = list->tail_new = 0;
	list->dirty = false;
}

/* The set's row: its count, and its limits where they move. */
static void publish_set(struct ops *ops, const struct live_zone *zone, unsigned cpu)
{
	const struct mm_table_def *def = mm_table_def(MM_PAGESETS);
	const struct trace_rows *rows = &ops->mm->trace.rows[MM_PAGESETS];
	const struct live_pcp *pcp = &zone->pcp[cpu];
	size_t at = (size_t)zone->index * ops->live.nr_cpus + cpu;
	union mm_value row[MM_MAX_COLUMNS];

	if (at >= rows->nr)
		return;
	memcpy(row, trace_row(&ops->mm->trace, MM_PAGESETS, at), def->nr_columns * sizeof(*row));
	row[4] = V_NUM(pcp->count);
	row[5] = V_NUM(pcp->high);
	row[6] = V_NUM(pcp->high_min);
	row[7] = V_NUM(pcp->high_max);
	row[8] = V_NUM(pcp->batch);
	if (!row_equal(def, trace_row(&ops->mm->trace, MM_PAGESETS, at), row))
		trace_splice(&ops->mm->trace, MM_PAGESETS, at, 1, row, 1);
}

static size_t publish_cpu(struct ops *ops, struct live_zone *zone, unsigned cpu, size_t at)
{
	bool dirty = ops->publish_all || cpu == ops->live.cpu;

	for (unsigned i = 0; i < ops->live.nr_pcp_lists; i++) {
		struct frame_list *list = &zone->pcp[cpu].lists[i];

		dirty |= list->dirty;
		if (list->dirty)
			publish_pages(ops, zone, cpu, i, at);
		at += list->nr;
	}
	if (dirty)
		publish_set(ops, zone, cpu);
	return at;
}

void ops_publish(struct ops *ops)
{
	size_t at = 0;

	for (size_t z = 0; z < ops->live.nr_zones; z++)
		at = publish_zone(ops, &ops->live.zones[z], at);
	at = 0;
	for (size_t z = 0; z < ops->live.nr_zones; z++)
		for (unsigned cpu = 0; cpu < ops->live.nr_cpus; cpu++)
			at = publish_cpu(ops, &ops->live.zones[z], cpu, at);
	ops->publish_all = false;
}
