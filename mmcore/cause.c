// SPDX-License-Identifier: GPL-2.0-or-later
#include "cause.h"

void cause_rule(struct trace *trace, const char *rule)
{
	trace_why_fact(trace, FACT_STR("rule", rule));
}

void cause_silent(struct trace *trace, const char *fn, const char *rule)
{
	trace_event(trace, MM_PROBLEM, fn);
	cause_rule(trace, rule);
}

void cause_cost(struct trace *trace, const char *fn, const char *rule)
{
	trace_event(trace, MM_NOTE, fn);
	cause_rule(trace, rule);
}

void cause_because(struct trace *trace, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	trace_why_fact(trace, FACT_STR("because", arena_vprintf(trace->arena, fmt, args)));
	va_end(args);
}

void cause_node(struct trace *trace, const char *path, const char *property)
{
	trace_why_fact(trace, FACT_STR("node", path));
	if (property)
		trace_why_fact(trace, FACT_STR("property", property));
}

void cause_parameter(struct trace *trace, const char *name)
{
	trace_why_fact(trace, FACT_STR("parameter", name));
}

void cause_harmless(struct trace *trace, const char *because)
{
	trace_why_fact(trace, FACT_STR("harmless", because));
}

/* ------------------------------------------------------------- what is in the way */

struct obstacle {
	const char *owner, *detail;
	phys_addr_t base, size;
};

/* The largest, by address; the rest is counted. */
struct obstacles {
	const struct memblock *mb;
	struct obstacle largest[CAUSE_MAX_IN_THE_WAY];
	size_t nr, kept;
};

static size_t smallest_of(const struct obstacles *o)
{
	size_t smallest = 0;

	for (size_t i = 1; i < o->kept; i++)
		if (o->largest[i].size < o->largest[smallest].size)
			smallest = i;
	return smallest;
}

static void note_obstacle(struct obstacles *o, const char *owner, const char *detail, phys_addr_t base, phys_addr_t size)
{
	o->nr++;
	if (o->kept == CAUSE_MAX_IN_THE_WAY) {
		size_t out = smallest_of(o);

		if (o->largest[out].size >= size)
			return;
		memmove(&o->largest[out], &o->largest[out + 1], (--o->kept - out) * sizeof(o->largest[0]));
	}
	o->largest[o->kept++] = (struct obstacle){ owner, detail, base, size };
}

/* What of [start, end) memory does not have at all. */
static void note_missing(struct obstacles *o, phys_addr_t start, phys_addr_t end)
{
	const struct memblock_type *memory = &o->mb->memory;

	for (size_t i = 0; i < memory->cnt && start < end; i++) {
		const struct memblock_region *m = &memory->regions[i];

		if (m->base + m->size <= start)
			continue;
		if (m->base >= end)
			break;
		if (m->base > start)
			note_obstacle(o, "no RAM", "", start, m->base - start);
		start = m->base + m->size;
	}
	if (start < end)
		note_obstacle(o, "no RAM", "", start, end - start);
}

/* Details are for people; of reserved memory they name the node, of the rest they say nothing new. */
static const char *detail_of(const struct ledger_entry *e)
{
	return *e->detail == '/' ? e->detail : "";
}

static void note_owners(struct obstacles *o, phys_addr_t start, phys_addr_t end)
{
	const struct ledger *ledger = o->mb->ledger;

	for (size_t i = 0; i < ledger_nr(ledger) && ledger_entry(ledger, i)->base < end; i++) {
		const struct ledger_entry *e = ledger_entry(ledger, i);

		if (e->base + e->size > start && strcmp(e->owner, OWNER_FREE))
			note_obstacle(o, e->owner, detail_of(e), e->base, e->size);
	}
}

/* "reserved-memory /reserved-memory/a@0 0x..-0x.., dtb 0x..-0x.. and 3 smaller ones" */
static void add_obstacles(struct obstacles *o)
{
	struct trace *trace = o->mb->trace;
	const char *text = "";

	for (size_t i = 0; i < o->kept; i++) {
		const struct obstacle *it = &o->largest[i];

		text = arena_printf(trace->arena, "%s%s%s%s%s 0x%llx-0x%llx", text, i ? ", " : "", it->owner,
				    *it->detail ? " " : "", it->detail, (unsigned long long)it->base,
				    (unsigned long long)(it->base + it->size - 1));
	}
	if (o->nr > o->kept)
		text = arena_printf(trace->arena, "%s and %zu smaller one%s", text, o->nr - o->kept,
				    o->nr - o->kept == 1 ? "" : "s");
	if (o->nr)
		trace_why_fact(trace, FACT_STR("in_the_way", text));
}

static bool is_memreserve_alone(const struct obstacles *o)
{
	for (size_t i = 0; i < o->kept; i++)
		if (strcmp(o->largest[i].owner, "memreserve"))
			return false;
	return o->kept;
}

void cause_taken(const struct memblock *mb, phys_addr_t base, phys_addr_t size)
{
	struct obstacles o = { .mb = mb };

	trace_why_fact(mb->trace, FACT_HEX("base", base));
	trace_why_fact(mb->trace, FACT_HEX("size", size));
	note_missing(&o, base, base + size);
	note_owners(&o, base, base + size);
	add_obstacles(&o);
	if (is_memreserve_alone(&o))
		cause_harmless(mb->trace, "/memreserve/ has these bytes already, and the kernel keeps its hands off them (they stay mapped, though: "
				"no-map would prevent that)");
}

/* ------------------------------------------------------------------ what would fit */

static struct phys_range largest_hole(const struct memblock *mb, phys_addr_t start, phys_addr_t end, phys_addr_t align,
				      int nid)
{
	struct memblock_iter it = { 0 };
	struct phys_range best = { 0, 0 };

	while (memblock_next_free(mb, nid, &it)) {
		/* Rounding up past the last address comes out at 0. */
		phys_addr_t lo = align_up(max_u64(it.range.base, start), align);
		phys_addr_t hi = min_u64(range_end(it.range), end);

		if (lo >= start && lo < hi && hi - lo > best.size)
			best = (struct phys_range){ lo, hi - lo };
	}
	return best;
}

void cause_no_place(const struct memblock *mb, const struct placement *p)
{
	phys_addr_t align = p->align ? p->align : 1, end = p->end ? p->end : memblock_end_of_DRAM(mb);
	struct phys_range hole = largest_hole(mb, p->start, end, align, p->nid);
	struct obstacles o = { .mb = mb };

	trace_why_fact(mb->trace, FACT_HEX("size", p->size));
	trace_why_fact(mb->trace, FACT_HEX("align", align));
	trace_why_fact(mb->trace, FACT_HEX("window_start", p->start));
	trace_why_fact(mb->trace, FACT_HEX("window_end", end));
	if (p->start_by)
		trace_why_fact(mb->trace, FACT_STR("start_by", p->start_by));
	trace_why_fact(mb->trace, FACT_STR("end_by", p->end_by ? p->end_by : "the end of RAM"));
	trace_why_fact(mb->trace, FACT_HEX("hole_base", hole.base));
	trace_why_fact(mb->trace, FACT_HEX("hole_size", hole.size));
	trace_why_fact(mb->trace, FACT_HEX("fits", align_down(hole.size, align)));
	/* That there is nothing below all RAM is no news. */
	note_missing(&o, max_u64(p->start, memblock_start_of_DRAM(mb)), end);
	note_owners(&o, p->start, end);
	add_obstacles(&o);
}
