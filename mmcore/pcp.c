// SPDX-License-Identifier: GPL-2.0-or-later
#include "pcp.h"

#define MIGRATE_PCPTYPES		3
#define PAGE_ALLOC_COSTLY_ORDER		3
/* percpu_pagelist_high_fraction, if set, is at least this; the upper bound of auto-tuning uses it. */
#define MIN_PERCPU_PAGELIST_HIGH_FRACTION 8

unsigned pcp_nr_lists(const struct mm_kernel *kernel)
{
	int64_t lists = MIGRATE_PCPTYPES;

	if (kernel->rules->pcp_lists_per_order)
		lists = MIGRATE_PCPTYPES * (PAGE_ALLOC_COSTLY_ORDER + 1) + kernel_has_config(kernel, "TRANSPARENT_HUGEPAGE");
	return (unsigned)kernel_enum(kernel, "constants", "pcp lists", lists);
}

/*
 * About a 4096th of the zone, but not too much, made 2^n - 1.  Up to 7.1 the
 * kernel computes a 1024th, limits that and divides by four: the same.
 */
unsigned zone_batchsize(const struct mm_kernel *kernel, uint64_t managed_pages)
{
	const struct rules *rules = kernel->rules;
	uint64_t batch = min_u64(managed_pages >> 12, rules->pcp_batch_max_bytes / kernel->page_size);

	if (batch <= 1)
		return !rules->pcp_batch_may_be_zero;
	return (unsigned)rounddown_pow_of_two(batch + batch / 2) - 1;
}

/* @total pages split among CPUs, but at least four batches. */
static unsigned zone_highsize(uint64_t total, unsigned batch, unsigned nr_cpus)
{
	return (unsigned)max_u64(total / nr_cpus, 4 * (uint64_t)batch);
}

struct pcp_limits zone_pcp_limits(const struct mm_kernel *kernel, const struct zone *zone, unsigned nr_cpus)
{
	unsigned raw = zone_batchsize(kernel, zone->managed_pages);
	struct pcp_limits limits = { .batch = raw ? raw : 1 };
	unsigned high;

	if (!kernel->rules->pcp_high_by_wmark) {
		limits.high = 6 * raw;
		return limits;
	}
	high = zone_highsize(zone->watermark[WMARK_LOW], limits.batch, nr_cpus);
	if (!kernel->rules->pcp_auto_tuned) {
		limits.high = high;
		return limits;
	}
	limits.high_min = high;
	limits.high_max = zone_highsize(zone->managed_pages / MIN_PERCPU_PAGELIST_HIGH_FRACTION, limits.batch, nr_cpus);
	return limits;
}

struct pcp_limits zone_pcp_limits_of(const struct mm_kernel *kernel, const struct zone *zone, unsigned nr_cpus, unsigned fraction)
{
	struct pcp_limits limits = zone_pcp_limits(kernel, zone, nr_cpus);
	uint64_t pages;

	if (!fraction)
		return limits;
	pages = zone->managed_pages / fraction;
	if (!kernel->rules->pcp_high_by_wmark) {
		/* pageset_set_high(): a fraction for each CPU, a quarter of it in a batch. */
		limits.high = (unsigned)pages;
		limits.batch = (unsigned)clamp_u64(pages / 4, 1, (uint64_t)kernel->page_shift * 8);
	} else if (!kernel->rules->pcp_auto_tuned) {
		limits.high = zone_highsize(pages, limits.batch, nr_cpus);
	} else {
		/* Both bounds are the same: high is no longer tuned. */
		limits.high_min = limits.high_max = zone_highsize(pages, limits.batch, nr_cpus);
	}
	return limits;
}

unsigned zone_split_cpus(const struct mm_kernel *kernel, const struct zone *zone, const struct cpus *cpus, unsigned coming)
{
	unsigned online = (unsigned)max_u64(1, cpus_nr_online(cpus));
	unsigned nr = kernel->numa ? cpus_of_node(cpus, zone->nid) : online;

	return nr + coming ? nr + coming : online;
}

/* "0/DMA 1/DMA": the zones that use boot_pageset. */
static const char *boot_zones(struct trace *trace, const struct mm_kernel *kernel, const struct nodes *nodes,
			      bool populated_too)
{
	const char *text = "";

	for (int nid = nodes_next(kernel, nodes, -1); nid >= 0; nid = nodes_next(kernel, nodes, nid)) {
		for (enum zone_type t = 0; t < MAX_NR_ZONES; t++) {
			if (!zone_exists(kernel, t) || (!populated_too && zone_populated(&nodes->node[nid].zones[t])))
				continue;
			text = arena_printf(trace->arena, "%s%s%d/%s", text, *text ? " " : "", nid, zone_name(t));
		}
	}
	return text;
}

static void boot_pageset_row(const struct mm_kernel *kernel, const struct cpu *cpu, unsigned batch, const char *zones,
			     union mm_value *row)
{
	const union mm_value values[] = {
		V_NUM(cpu->id), V_NUM(0), V_NUM(batch), V_NUM(0), V_NUM(0),
		V_NUM(pcp_nr_lists(kernel)), V_NUM(0), V_STR(zones),
	};

	memcpy(row, values, sizeof(values));
}

static void pageset_event(struct trace *trace, const char *fn, const struct cpu *cpu)
{
	trace_event(trace, MM_PAGESET, fn);
	trace_arg(trace, FACT_NUM("cpu", cpu->id));
}

/* Which lists a page set has: one for each type that is cached, later for each type and small order. */
static void why_lists(struct trace *trace, const struct mm_kernel *kernel)
{
	trace_why_fact(trace, FACT_NUM("lists", pcp_nr_lists(kernel)));
	trace_why_fact(trace, FACT_STR("types", "Unmovable Movable Reclaimable"));
	trace_why_fact(trace, FACT_NUM("orders", kernel->rules->pcp_lists_per_order ? PAGE_ALLOC_COSTLY_ORDER + 1 : 1));
	trace_why_fact(trace, FACT_NUM("huge_lists", (int64_t)pcp_nr_lists(kernel) - MIGRATE_PCPTYPES *
					       (kernel->rules->pcp_lists_per_order ? PAGE_ALLOC_COSTLY_ORDER + 1 : 1)));
	trace_why_fact(trace, FACT_STR("shared", "all zones"));
}

/*
 * pageset_update() up to 5.x: readers may look at any time, so batch first gets
 * a value that does no harm, then high, then batch the one that is meant.
 */
static void pageset_update(struct trace *trace, const struct mm_kernel *kernel, const struct cpu *cpu, size_t row_index,
			   const char *zones)
{
	static const struct { const char *member; int value; const char *reason; } stores[] = {
		{ "batch", 1, "a value that is safe for whoever reads meanwhile" },
		{ "high", 0, "6 * 0" },
		{ "batch", 1, "max(1, 1 * 0)" },
	};
	union mm_value row[MM_MAX_COLUMNS];

	for (size_t i = 0; i < ARRAY_SIZE(stores); i++) {
		pageset_event(trace, "pageset_update", cpu);
		trace_arg(trace, FACT_STR("member", stores[i].member));
		trace_arg(trace, FACT_NUM("value", stores[i].value));
		trace_arg(trace, FACT_NUM("store", i + 1));
		trace_why_fact(trace, FACT_STR("reason", stores[i].reason));
		boot_pageset_row(kernel, cpu, 1, zones, row);
		if (!i)
			trace_splice(trace, MM_BOOT_PAGESETS, row_index, 1, row, 1);
	}
	trace_why_fact(trace, FACT_STR("effect", "count is never below high, so a freed page goes back to buddy at once"));
}

/* setup_pageset(): an empty page set, whose limits are those of batch 0. */
static void setup_boot_pageset(struct trace *trace, const struct mm_kernel *kernel, const struct cpu *cpu, size_t row_index,
			       const char *zones)
{
	union mm_value row[MM_MAX_COLUMNS];

	pageset_event(trace, "pageset_init", cpu);
	trace_arg(trace, FACT_NUM("count", 0));
	why_lists(trace, kernel);
	boot_pageset_row(kernel, cpu, 0, zones, row);
	trace_splice(trace, MM_BOOT_PAGESETS, row_index, 0, row, 1);
	pageset_event(trace, "pageset_set_batch", cpu);
	trace_arg(trace, FACT_NUM("batch", 0));
	trace_why_fact(trace, FACT_STR("high_is", "6 * 0 = 0"));
	trace_why_fact(trace, FACT_STR("batch_is", "max(1, 1 * 0) = 1"));
	pageset_update(trace, kernel, cpu, row_index, zones);
}

/* per_cpu_pages_init(): the same with constants, BOOT_PAGESET_HIGH and BOOT_PAGESET_BATCH. */
static void init_boot_pages(struct trace *trace, const struct mm_kernel *kernel, const struct cpu *cpu, size_t row_index,
			    const char *zones)
{
	union mm_value row[MM_MAX_COLUMNS];

	pageset_event(trace, "per_cpu_pages_init", cpu);
	trace_arg(trace, FACT_NUM("high", 0));
	trace_arg(trace, FACT_NUM("batch", 1));
	why_lists(trace, kernel);
	boot_pageset_row(kernel, cpu, 1, zones, row);
	trace_splice(trace, MM_BOOT_PAGESETS, row_index, 0, row, 1);
}

void boot_pagesets_init(struct trace *trace, const struct mm_kernel *kernel, const struct nodes *nodes,
			const struct cpus *cpus)
{
	const char *zones = boot_zones(trace, kernel, nodes, true);

	for (size_t i = 0; i < cpus->nr; i++)
		if (kernel->rules->pcp_lists_per_order)
			init_boot_pages(trace, kernel, &cpus->cpu[i], i, zones);
		else
			setup_boot_pageset(trace, kernel, &cpus->cpu[i], i, zones);
}

void boot_pagesets_retire(struct trace *trace, const struct mm_kernel *kernel, const struct nodes *nodes,
			  const struct cpus *cpus)
{
	const size_t width = mm_table_def(MM_BOOT_PAGESETS)->nr_columns;
	union mm_value *rows = arena_array(trace->arena, cpus->nr * width, sizeof(*rows));
	const char *zones = boot_zones(trace, kernel, nodes, false);

	for (size_t i = 0; i < cpus->nr; i++)
		boot_pageset_row(kernel, &cpus->cpu[i], 1, zones, rows + i * width);
	trace_event(trace, MM_PAGESET, "setup_per_cpu_pageset");
	trace_arg(trace, FACT_STR("boot_pageset", zones));
	trace_why_fact(trace, FACT_STR("reason", "unpopulated zones keep it"));
	trace_sync(trace, MM_BOOT_PAGESETS, rows, cpus->nr);
}

static void pageset_row(struct trace *trace, const struct mm_kernel *kernel, const struct zone *zone,
			const struct cpu *cpu, const struct pcp_limits *limits, union mm_value *row)
{
	const union mm_value values[] = {
		V_STR(arena_printf(trace->arena, "%d/%s/%d", zone->nid, zone_name(zone->type), cpu->id)),
		V_NUM(zone->nid), V_STR(zone_name(zone->type)), V_NUM(cpu->id), V_NUM(0),
		V_NUM(limits->high), V_NUM(limits->high_min), V_NUM(limits->high_max), V_NUM(limits->batch),
		V_NUM(pcp_nr_lists(kernel)),
	};

	memcpy(row, values, sizeof(values));
}

static void keep(struct zone *zone, const struct pcp_limits *limits)
{
	zone->pageset_batch = limits->batch;
	zone->pageset_high = limits->high;
	zone->pageset_high_min = limits->high_min;
	zone->pageset_high_max = limits->high_max;
}

/* What the limits were computed from. */
static void explain(struct trace *trace, const struct mm_kernel *kernel, const struct zone *zone,
		    const struct pcp_limits *limits, unsigned nr_cpus)
{
	trace_arg(trace, FACT_NUM("batch", limits->batch));
	if (kernel->rules->pcp_auto_tuned) {
		trace_arg(trace, FACT_NUM("high_min", limits->high_min));
		trace_arg(trace, FACT_NUM("high_max", limits->high_max));
	} else {
		trace_arg(trace, FACT_NUM("high", limits->high));
	}
	trace_why_fact(trace, FACT_NUM("managed", zone->managed_pages));
	trace_why_fact(trace, FACT_NUM("batch_max", kernel->rules->pcp_batch_max_bytes / kernel->page_size));
	if (kernel->rules->pcp_high_by_wmark) {
		trace_why_fact(trace, FACT_NUM("low", zone->watermark[WMARK_LOW]));
		trace_why_fact(trace, FACT_NUM("cpus", nr_cpus));
	}
}

void zone_pageset_setup(struct trace *trace, const struct mm_kernel *kernel, struct zone *zone,
			const struct cpus *cpus, unsigned nr_cpus)
{
	struct pcp_limits limits = zone_pcp_limits(kernel, zone, nr_cpus);
	union mm_value row[MM_MAX_COLUMNS];

	keep(zone, &limits);
	for (size_t i = 0; i < cpus->nr; i++) {
		trace_event(trace, MM_PAGESET, "setup_zone_pageset");
		trace_arg(trace, FACT_NUM("node", zone->nid));
		trace_arg(trace, FACT_STR("zone", zone_name(zone->type)));
		trace_arg(trace, FACT_NUM("cpu", cpus->cpu[i].id));
		explain(trace, kernel, zone, &limits, nr_cpus);
		pageset_row(trace, kernel, zone, &cpus->cpu[i], &limits, row);
		trace_splice(trace, MM_PAGESETS, trace->rows[MM_PAGESETS].nr, 0, row, 1);
	}
}

static bool limits_stay(const struct zone *zone, const struct pcp_limits *limits)
{
	return zone->pageset_batch == limits->batch && zone->pageset_high == limits->high &&
	       zone->pageset_high_min == limits->high_min && zone->pageset_high_max == limits->high_max;
}

void zone_pcp_update(struct trace *trace, const struct mm_kernel *kernel, struct zone *zone,
		     const struct cpus *cpus, unsigned nr_cpus, unsigned fraction, size_t row0)
{
	const size_t width = mm_table_def(MM_PAGESETS)->nr_columns;
	struct pcp_limits limits = zone_pcp_limits_of(kernel, zone, nr_cpus, fraction);
	union mm_value *rows;

	if (limits_stay(zone, &limits))
		return;
	keep(zone, &limits);
	rows = arena_array(trace->arena, cpus->nr * width, sizeof(*rows));
	for (size_t i = 0; i < cpus->nr; i++)
		pageset_row(trace, kernel, zone, &cpus->cpu[i], &limits, rows + i * width);
	trace_event(trace, MM_PAGESET, "zone_pcp_update");
	trace_arg(trace, FACT_NUM("node", zone->nid));
	trace_arg(trace, FACT_STR("zone", zone_name(zone->type)));
	explain(trace, kernel, zone, &limits, nr_cpus);
	if (fraction)
		trace_why_fact(trace, FACT_NUM("fraction", fraction));
	trace_splice(trace, MM_PAGESETS, row0, cpus->nr, rows, cpus->nr);
}
