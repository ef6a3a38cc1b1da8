// SPDX-License-Identifier: GPL-2.0-or-later
/* sysctl.c - settings of the machine at work; follows the handlers in mm/page_alloc.c. */
#include "ops.h"

#include "../machine.h"
#include "../pcp.h"
#include "../watermark.h"

/* MIN_PERCPU_PAGELIST_HIGH_FRACTION, MIN_PERCPU_PAGELIST_FRACTION */
#define MIN_FRACTION	8

static struct live_zone *live_of(const struct ops *ops, const struct zone *zone)
{
	for (size_t i = 0; i < ops->live.nr_zones; i++)
		if (ops->live.zones[i].nid == zone->nid && ops->live.zones[i].type == zone->type)
			return &ops->live.zones[i];
	return NULL;
}

static uint64_t nr_free(void *ctx, const struct zone *zone)
{
	const struct live_zone *live = live_of(ctx, zone);
	uint64_t free = 0;

	for (unsigned order = 0; live && order < BUDDY_NR_ORDERS; order++)
		free += live->nr_free[order] << order;
	return free;
}

static bool pageset_differs(const struct live_pcp *pcp, const struct pcp_limits *limits, bool auto_high)
{
	return pcp->batch != (int)limits->batch || (auto_high ? pcp->high_min != (int)limits->high_min ||
								pcp->high_max != (int)limits->high_max
							      : pcp->high != (int)limits->high);
}

static void tell_pagesets(struct ops *ops, const struct zone *zone, const struct pcp_limits *limits)
{
	struct trace *trace = &ops->mm->trace;

	trace_event(trace, MM_PAGESET, "zone_set_pageset_high_and_batch");
	trace_arg(trace, FACT_NUM("line", ops->stmt->line));
	trace_arg(trace, FACT_NUM("node", zone->nid));
	trace_arg(trace, FACT_STR("zone", zone_name(zone->type)));
	trace_arg(trace, FACT_NUM("batch", limits->batch));
	if (ops->live.rules.auto_high) {
		trace_arg(trace, FACT_NUM("high_min", limits->high_min));
		trace_arg(trace, FACT_NUM("high_max", limits->high_max));
	} else {
		trace_arg(trace, FACT_NUM("high", limits->high));
	}
	trace_why_fact(trace, FACT_NUM("managed", zone->managed_pages));
	if (ops->mm->pagelist_fraction)
		trace_why_fact(trace, FACT_NUM("fraction", ops->mm->pagelist_fraction));
	else if (ops->mm->rules->pcp_high_by_wmark)
		trace_why_fact(trace, FACT_NUM("low", zone->watermark[WMARK_LOW]));
}

/* zone_set_pageset_high_and_batch(): pages above a new limit stay until the next one is freed. */
static void set_pagesets(struct ops *ops, struct zone *zone)
{
	const struct mm *mm = ops->mm;
	struct live_zone *live = live_of(ops, zone);
	struct pcp_limits limits = zone_pcp_limits_of(mm->kernel, zone, zone_split_cpus(mm->kernel, zone, &mm->cpus, 0),
						      ops->mm->pagelist_fraction);
	bool auto_high = ops->live.rules.auto_high;

	if (!pageset_differs(&live->pcp[0], &limits, auto_high))
		return;
	for (unsigned cpu = 0; cpu < ops->live.nr_cpus; cpu++) {
		struct live_pcp *pcp = &live->pcp[cpu];

		pcp->batch = (int)limits.batch;
		pcp->high_min = (int)limits.high_min;
		pcp->high_max = (int)limits.high_max;
		if (!auto_high)
			pcp->high = (int)limits.high;
	}
	tell_pagesets(ops, zone, &limits);
	ops->publish_all = true;
	ops_publish(ops);
}

static void set_all_pagesets(struct ops *ops)
{
	for (struct zone *zone = ops_next_populated(ops->mm, NULL); zone; zone = ops_next_populated(ops->mm, zone))
		set_pagesets(ops, zone);
}

static void tell_write(struct ops *ops, enum mm_kind kind, const char *fn, const char *name, uint64_t value)
{
	trace_event(&ops->mm->trace, kind, fn);
	trace_arg(&ops->mm->trace, FACT_NUM("line", ops->stmt->line));
	trace_arg(&ops->mm->trace, FACT_NUM(name, value));
}

static void set_min_free_kbytes(struct ops *ops, uint64_t kbytes)
{
	struct mm *mm = ops->mm;
	struct watermarks wm = {
		.sysctl = mm->wmark_sysctl, .trace = &mm->trace, .kernel = mm->kernel, .nodes = &mm->nodes,
		.nr_free = nr_free, .nr_free_ctx = ops,
	};

	tell_write(ops, MM_SET, "min_free_kbytes_sysctl_handler", "min_free_kbytes", kbytes);
	mm->min_free_kbytes = kbytes;
	mm_count(mm, "min_free_kbytes", kbytes, "KiB");
	setup_per_zone_wmarks(&wm, kbytes);
	for (struct zone *zone = ops_next_populated(mm, NULL); zone; zone = ops_next_populated(mm, zone)) {
		struct live_zone *live = live_of(ops, zone);

		for (unsigned i = 0; i < NR_WMARK; i++)
			live->wmark[i] = (int64_t)zone->watermark[i];
		live->watermark_boost = 0;
	}
	if (mm->rules->pcp_high_by_wmark)
		set_all_pagesets(ops);
}

static void set_fraction(struct ops *ops, uint64_t fraction)
{
	const char *name = ops->mm->rules->pcp_high_by_wmark ? "percpu_pagelist_high_fraction" : "percpu_pagelist_fraction";
	const char *fn = ops->mm->rules->pcp_high_by_wmark ? "percpu_pagelist_high_fraction_sysctl_handler"
							   : "percpu_pagelist_fraction_sysctl_handler";
	bool wrong = fraction && fraction < MIN_FRACTION;

	tell_write(ops, wrong ? MM_PROBLEM : MM_SET, fn, name, fraction);
	if (wrong) {
		trace_why_fact(&ops->mm->trace, FACT_STR("reason", "the write fails with EINVAL: it takes 0, or 8 and more"));
		return;
	}
	ops->mm->pagelist_fraction = (unsigned)fraction;
	set_all_pagesets(ops);
}

void ops_sysctl(struct ops *ops, enum stmt_sysctl what, uint64_t value)
{
	if (what == SYSCTL_MIN_FREE_KBYTES)
		set_min_free_kbytes(ops, value);
	else
		set_fraction(ops, value);
}
