// SPDX-License-Identifier: GPL-2.0-or-later
/* tell.c - what happens inside an operation, as events with their reasons. */
#include "ops.h"

#include "../machine.h"

static const char *gfp_text(struct ops *ops)
{
	char buf[512];

	gfp_print(ops->gfp, gfp_words(&ops->live.rules), buf, sizeof(buf));
	return arena_strdup(&ops->mm->arena, buf);
}

static void begin(struct ops *ops, enum mm_kind kind, const char *fn)
{
	trace_event(&ops->mm->trace, kind, fn);
	trace_arg(&ops->mm->trace, FACT_NUM("op", ops->live.op));
	if (ops->stmt)
		trace_arg(&ops->mm->trace, FACT_NUM("line", ops->stmt->line));
}

static void arg_zone(struct ops *ops, const struct live_zone *zone)
{
	trace_arg(&ops->mm->trace, FACT_NUM("node", zone->nid));
	trace_arg(&ops->mm->trace, FACT_STR("zone", zone_name(zone->type)));
}

static void arg_block(struct ops *ops, uint64_t pfn, unsigned order)
{
	const struct mm_kernel *k = ops->mm->kernel;

	trace_arg(&ops->mm->trace, FACT_NUM("pfn", pfn));
	trace_arg(&ops->mm->trace, FACT_NUM("order", order));
	trace_arg(&ops->mm->trace, FACT_HEX("base", pfn << k->page_shift));
	trace_arg(&ops->mm->trace, FACT_HEX("size", k->page_size << order));
}

static void why(struct ops *ops, struct mm_fact fact)
{
	trace_why_fact(&ops->mm->trace, fact);
}

/* Which zonelist is walked: the rows of table zonelists that have this node and list. */
static void why_zonelist(struct ops *ops)
{
	why(ops, FACT_NUM("zonelist_node", ops->live.zonelist_nid));
	why(ops, FACT_STR("zonelist", ops->live.zonelist_thisnode ? "nofallback" : "fallback"));
}

/* The numbers of __zone_watermark_ok(). */
static void why_mark(struct ops *ops, const struct zone_check *check)
{
	why(ops, FACT_STR("mark", check->mark));
	why(ops, FACT_NUM("free", check->free));
	why(ops, FACT_NUM("unusable", check->unusable));
	why(ops, FACT_NUM("min", check->min));
	why(ops, FACT_NUM("reserve", check->reserve));
}

/* -------------------------------------------------------------------- ledger */

/* Who had the page before, to be told again when it is free. */
static uint32_t remember_owner(struct ops *ops, uint64_t pfn)
{
	const struct ledger_entry *entry = ledger_find(&ops->mm->ledger, pfn << ops->mm->kernel->page_shift);
	struct ops_owner owner = { .owner = OWNER_FREE, .detail = "", .fn = "" };

	if (entry)
		owner = (struct ops_owner){ entry->owner, entry->detail, entry->fn, entry->seq };
	if (ops->nr_owners == ops->cap_owners) {
		ops->cap_owners = ops->cap_owners ? 2 * ops->cap_owners : 64;
		ops->owners = arena_grow(&ops->mm->arena, ops->owners, ops->nr_owners, ops->cap_owners, sizeof(*ops->owners));
	}
	ops->owners[ops->nr_owners] = owner;
	return (uint32_t)ops->nr_owners++;
}

static void own(struct ops *ops, struct frame *frame, const char *fn)
{
	const struct mm_kernel *k = ops->mm->kernel;

	frame->op = remember_owner(ops, frame->pfn);
	ledger_assign(&ops->mm->ledger, frame->pfn << k->page_shift, k->page_size << frame->order, "alloc_pages",
		      *ops->holder ? ops->holder : arena_printf(&ops->mm->arena, "op %u", ops->live.op), fn);
}

static void disown(struct ops *ops, const struct frame *frame, unsigned order)
{
	const struct mm_kernel *k = ops->mm->kernel;
	const struct ops_owner *was = &ops->owners[frame->op];

	ledger_restore(&ops->mm->ledger, frame->pfn << k->page_shift, k->page_size << order, was->owner, was->detail, was->fn,
		       was->seq);
}

/* ------------------------------------------------------------------ callbacks */

static void on_zone(void *ctx, const struct zone_check *check)
{
	static const char *const words[] = {
		[ZONE_BELOW_MARK] = "what is free is not above the mark and the reserve",
		[ZONE_NO_BLOCK] = "enough is free, but no block of this order or a larger one",
		[ZONE_SKIPPED] = "its node's kswapd is awake: other nodes first",
	};
	static const char *const verdicts[] = {
		[ZONE_BELOW_MARK] = "below_mark", [ZONE_NO_BLOCK] = "no_block", [ZONE_SKIPPED] = "skipped",
	};
	struct ops *ops = ctx;

	ops->check = *check;
	if (check->verdict == ZONE_OK)
		return;
	begin(ops, MM_ZONE, "get_page_from_freelist");
	arg_zone(ops, check->zone);
	trace_arg(&ops->mm->trace, FACT_NUM("order", check->order));
	why(ops, FACT_STR("reason", words[check->verdict]));
	why(ops, FACT_STR("verdict", verdicts[check->verdict]));
	why_zonelist(ops);
	if (check->verdict != ZONE_SKIPPED)
		why_mark(ops, check);
}

static void on_refill(void *ctx, struct live_zone *zone, const struct live_pcp *pcp, unsigned order, unsigned type,
		      unsigned asked, unsigned got)
{
	struct ops *ops = ctx;

	if (!pcp)
		return;
	begin(ops, MM_PAGESET, "rmqueue_bulk");
	arg_zone(ops, zone);
	trace_arg(&ops->mm->trace, FACT_NUM("cpu", ops->live.cpu));
	trace_arg(&ops->mm->trace, FACT_NUM("order", order));
	trace_arg(&ops->mm->trace, FACT_STR("migratetype", migratetype_name(type)));
	trace_arg(&ops->mm->trace, FACT_NUM("asked", asked));
	trace_arg(&ops->mm->trace, FACT_NUM("got", got));
	why(ops, FACT_STR("reason", "the CPU's list is empty"));
	why(ops, FACT_NUM("batch", pcp->batch));
	if (ops->live.rules.auto_high)
		why(ops, FACT_NUM("high", pcp->high));
	ops_publish(ops);
}

static void on_taken(void *ctx, struct live_zone *zone, const struct live_pcp *pcp, const struct frame *frame)
{
	struct ops *ops = ctx;
	const char *fn = ops->mm->rules->alloc_pages_name;

	begin(ops, MM_BUDDY, fn);
	arg_zone(ops, zone);
	trace_arg(&ops->mm->trace, FACT_NUM("cpu", ops->live.cpu));
	trace_arg(&ops->mm->trace, FACT_STR("gfp", gfp_text(ops)));
	arg_block(ops, frame->pfn, frame->order);
	trace_why(&ops->mm->trace, WHY("alloc_pages", FACT_STR("from", pcp ? "the CPU's page list" : "the free lists")));
	if (*ops->holder)
		why(ops, FACT_STR("name", ops->holder));
	why_mark(ops, &ops->check);
	why_zonelist(ops);
	own(ops, (struct frame *)frame, fn);
	ops_publish(ops);
}

static void on_freed(void *ctx, struct live_zone *zone, const struct live_pcp *pcp, const struct frame *frame, unsigned order)
{
	struct ops *ops = ctx;

	begin(ops, MM_BUDDY, "__free_pages");
	arg_zone(ops, zone);
	trace_arg(&ops->mm->trace, FACT_NUM("cpu", ops->live.cpu));
	arg_block(ops, frame->pfn, order);
	why(ops, FACT_STR("to", pcp ? "the CPU's page list" : "the free lists"));
	if (pcp) {
		why(ops, FACT_NUM("count", pcp->count));
		why(ops, FACT_NUM("high", pcp->high));
	}
	disown(ops, frame, order);
	ops_publish(ops);
}

static void on_drained(void *ctx, struct live_zone *zone, const struct live_pcp *pcp, unsigned pages, const char *fn)
{
	struct ops *ops = ctx;

	begin(ops, MM_PAGESET, fn);
	arg_zone(ops, zone);
	trace_arg(&ops->mm->trace, FACT_NUM("cpu", pcp - zone->pcp));
	trace_arg(&ops->mm->trace, FACT_NUM("pages", pages));
	why(ops, FACT_NUM("batch", pcp->batch));
	why(ops, FACT_NUM("high", pcp->high));
	why(ops, FACT_NUM("count", pcp->count));
	ops_publish(ops);
}

static void on_fallback(void *ctx, struct live_zone *zone, uint64_t pfn, unsigned order, unsigned have, unsigned from,
			unsigned to, bool claimed)
{
	struct ops *ops = ctx;
	bool claims = ops->live.rules.fallback == LIVE_FALLBACK_CLAIM;

	begin(ops, MM_BUDDY, !claims ? "__rmqueue_fallback" : claimed ? "__rmqueue_claim" : "__rmqueue_steal");
	arg_zone(ops, zone);
	trace_arg(&ops->mm->trace, FACT_NUM("pfn", pfn));
	trace_arg(&ops->mm->trace, FACT_NUM("order", order));
	trace_arg(&ops->mm->trace, FACT_NUM("block_order", have));
	trace_arg(&ops->mm->trace, FACT_STR("from", migratetype_name(from)));
	trace_arg(&ops->mm->trace, FACT_STR("to", migratetype_name(to)));
	why(ops, FACT_STR("reason", "no block of the wanted type is left"));
	why(ops, FACT_STR("pageblock", claimed ? "changes its type" : "keeps its type"));
	ops_publish(ops);
}

static void on_reserved(void *ctx, struct live_zone *zone, uint64_t pfn)
{
	struct ops *ops = ctx;

	begin(ops, MM_BUDDY, "reserve_highatomic_pageblock");
	arg_zone(ops, zone);
	trace_arg(&ops->mm->trace, FACT_NUM("pfn", pfn));
	trace_arg(&ops->mm->trace, FACT_NUM("reserved", zone->nr_reserved_highatomic));
	why(ops, FACT_STR("reason", "atomic requests of an order above 0 keep a pageblock for their like"));
	ops_publish(ops);
}

static void on_woken(void *ctx, int nid)
{
	struct ops *ops = ctx;

	begin(ops, MM_NOTE, "wakeup_kswapd");
	trace_arg(&ops->mm->trace, FACT_NUM("node", nid));
	why(ops, FACT_STR("not_computed", "kswapd is awake from here on, but what it would reclaim is not modelled"));
}

void ops_tell_init(struct ops *ops)
{
	ops->holder = "";
	ops->watch = (struct live_watch){
		.zone = on_zone, .refill = on_refill, .taken = on_taken, .freed = on_freed, .drained = on_drained,
		.fallback = on_fallback, .reserved = on_reserved, .woken = on_woken, .ctx = ops,
	};
	ops->live.watch = &ops->watch;
	trace_event(&ops->mm->trace, MM_NOTE, "ops");
	if (!ops->from_state)
		why(ops, FACT_STR("assumed", "the CPUs' page lists are empty: what the rest of the boot allocates is not modelled"));
	if (!ops->live.rules.recorded)
		why(ops, FACT_STR("unverified", "of this release no allocator was recorded that this was held against"));
}

/* ------------------------------------------------------------------- failures */

static void print_line(void *ctx, const char *line)
{
	struct ops *ops = ctx;

	trace_printk(&ops->mm->trace, "%s", line);
}

static void print_failure(struct ops *ops, unsigned order)
{
	unsigned missed = ops->limit.missed;

	if (warn_alloc(&ops->live, ops->gfp, order, &ops->limit, ops->now, print_line, ops))
		why(ops, FACT_STR("assumed", "counters of what reclaim works on (LRU, slab, page tables) are those of the "
					     "recorded state, or 0: nothing here changes them"));
	else if (ops->limit.missed > missed)
		why(ops, FACT_STR("not_printed", "a report was printed less than ten seconds ago"));
}

void ops_tell_failure(struct ops *ops, enum alloc_end end, unsigned order, int node)
{
	static const char *const words[] = {
		[ALLOC_FAILED] = "no zone could serve it, and the request does not let the kernel reclaim",
		[ALLOC_WOULD_RECLAIM] = "no zone could serve it: the kernel would now compact and reclaim, which is not modelled",
		[ALLOC_ORDER_TOO_LARGE] = "there is no block of this order: WARN_ON_ONCE(order > MAX_PAGE_ORDER)",
	};

	begin(ops, end == ALLOC_WOULD_RECLAIM ? MM_NOTE : MM_PROBLEM, ops->mm->rules->alloc_pages_name);
	trace_arg(&ops->mm->trace, FACT_NUM("cpu", ops->live.cpu));
	if (node >= 0)
		trace_arg(&ops->mm->trace, FACT_NUM("node", node));
	trace_arg(&ops->mm->trace, FACT_NUM("order", order));
	trace_arg(&ops->mm->trace, FACT_STR("gfp", gfp_text(ops)));
	why(ops, FACT_STR("reason", words[end]));
	if (end == ALLOC_FAILED)
		print_failure(ops, order);
	ops_publish(ops);
}

void ops_tell_bad_free(struct ops *ops, uint64_t pfn)
{
	begin(ops, MM_PROBLEM, "__free_pages");
	trace_arg(&ops->mm->trace, FACT_NUM("pfn", pfn));
	trace_arg(&ops->mm->trace, FACT_NUM("cpu", ops->live.cpu));
	why(ops, FACT_STR("reason", "nobody has this page: its reference count falls below zero, and whoever is given it next finds a "
			  "bad page; here it stays as it is"));
}
