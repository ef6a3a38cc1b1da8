// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page_failure.c - what the kernel prints of a request for pages that came to
 * nothing while start_kernel() runs: warn_alloc(), with the allocator's state as
 * Mem-Info.  So early nothing has been allocated that is not modelled, and
 * every number is exact.
 */
#include "steps.h"

#include "../ops/ops.h"

static void print_line(void *ctx, const char *line)
{
	struct mm *mm = ctx;

	trace_printk(&mm->trace, "%s", line);
}

/* What the counters of the nodes have seen by now is slab pages. */
static void count_slabs(const struct mm *mm, struct live *live)
{
	for (int nid = 0; nid < live->nr_nodes; nid++) {
		live->nodes[nid].counters[MM_NODE_SLAB_UNRECLAIMABLE] = (int64_t)slab_pages_of_node(&mm->slab, nid, false);
		live->nodes[nid].counters[MM_NODE_SLAB_RECLAIMABLE] = (int64_t)slab_pages_of_node(&mm->slab, nid, true);
	}
}

/* Sizes are known from the command line, but the pools are empty. */
static void empty_pools(struct live *live)
{
	for (int nid = 0; nid < live->nr_nodes; nid++)
		memset(live->nodes[nid].huge_pages, 0, sizeof(live->nodes[nid].huge_pages));
}

void page_allocation_failed(void *ctx, const struct page_request *request)
{
	struct mm *mm = ctx;
	struct ops *ops;

	/* The clock does not run yet: what one interval lets through is all. */
	if (!mm->page_failures)
		mm->page_failures = arena_alloc(&mm->arena, sizeof(*mm->page_failures));
	ops = arena_alloc(&mm->arena, sizeof(*ops));
	alloc_rules_at(&ops->live.rules, mm->kernel->release);
	if (mm->page_failures->printed && mm->page_failures->printed >= ops->live.rules.report_burst)
		return;
	ops->mm = mm;
	ops_take_over(ops);
	ops->live.booting = true;
	count_slabs(mm, &ops->live);
	empty_pools(&ops->live);
	trace_event(&mm->trace, MM_PROBLEM, "warn_alloc");
	cause_rule(&mm->trace, "kernel-panics");
	warn_alloc(&ops->live, request->gfp, request->order, mm->page_failures, 0, print_line, mm);
}
