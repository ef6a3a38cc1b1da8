// SPDX-License-Identifier: GPL-2.0-or-later
/* tell.c - what happens inside an operation, as events with their reasons. */
#include "ops.h"

#include "../machine.h"

/* Thousands of requests in a row have the same flags. */
static const char *gfp_text(struct ops *ops)
{
	char buf[512];

	if (!ops->gfp_text || ops->gfp_of_text != ops->gfp) {
		gfp_print(ops->gfp, gfp_words(&ops->live.rules), buf, sizeof(buf));
		ops->gfp_text = arena_strdup(&ops->mm->arena, buf);
		ops->gfp_of_text = ops->gfp;
	}
	return ops->gfp_text;
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

uint32_t ops_new_owner(struct ops *ops, struct ops_owner owner)
{
	ops->owners = arena_room(&ops->mm->arena, ops->owners, ops->nr_owners, &ops->cap_owners, sizeof(*ops->owners));
	ops->owners[ops->nr_owners] = owner;
	return (uint32_t)ops->nr_owners++;
}

/* Who had the page before, to be told again when it is free. */
static uint32_t remember_owner(struct ops *ops, uint64_t pfn)
{
	const struct ledger_entry *entry = ledger_find(&ops->mm->ledger, pfn << ops->mm->kernel->page_shift);
	struct ops_owner owner = { .owner = OWNER_FREE, .detail = "", .fn = "" };

	if (entry)
		owner = (struct ops_owner){ entry->owner, entry->detail, entry->fn, entry->seq };
	return ops_new_owner(ops, owner);
}

static void own(struct ops *ops, struct frame *frame, const char *fn)
{
	const struct mm_kernel *k = ops->mm->kernel;

	frame->op = remember_owner(ops, frame->pfn);
	ledger_assign(&ops->mm->ledger, frame->pfn << k->page_shift, k->page_size << frame->order, ops->owner,
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

/* ------------------------------------------------------------------ bad pages */

/* Bits of page->flags above the flags proper: node, zone, and what NUMA balancing keeps. */
#define PAGE_FLAGS_BITS	64
#define ZONES_SHIFT	2
#define LAST_PID_BITS	8

static uint64_t page_flags(const struct ops *ops, const struct live_zone *zone, uint64_t *last_cpupid)
{
	const struct mm_kernel *k = ops->mm->kernel;
	unsigned node_bits = (unsigned)kernel_config(k, "NODES_SHIFT"), node_at = PAGE_FLAGS_BITS - node_bits, zone_at = node_at - ZONES_SHIFT;
	unsigned bits = kernel_has_config(k, "NUMA_BALANCING") ? LAST_PID_BITS + fls64((uint64_t)kernel_config(k, "NR_CPUS") - 1) : 0;
	uint64_t flags = (uint64_t)zone_index(k, zone->type) << zone_at;

	*last_cpupid = bits ? (UINT64_C(1) << bits) - 1 : 0;
	if (node_bits)
		flags |= (uint64_t)zone->nid << node_at;
	return flags | *last_cpupid << (zone_at - bits);
}

/* bad_page() and dump_page() of 6.1; the stack trace, and what stands before it, is left out. */
static void print_bad_page(struct ops *ops, const struct live_zone *zone, const struct bad_page *page)
{
	struct trace *trace = &ops->mm->trace;
	uint64_t cpupid, flags = page_flags(ops, zone, &cpupid);
	uint64_t counts = (uint64_t)(uint32_t)page->refcount << 32 | UINT32_MAX;

	trace_printk(trace, "BUG: Bad page state in process init  pfn:%05llx", (unsigned long long)page->pfn);
	trace_printk(trace, "page:(____ptrval____) refcount:%d mapcount:0 mapping:0000000000000000 index:0x0 pfn:0x%llx", page->refcount,
		     (unsigned long long)page->pfn);
	trace_printk(trace, "flags: 0x%llx(node=%d|zone=%u|lastcpupid=0x%llx)", (unsigned long long)flags, zone->nid,
		     (unsigned)zone_index(ops->mm->kernel, zone->type),
		     (unsigned long long)cpupid);
	trace_printk(trace, "raw: %016llx dead000000000100 dead000000000122 0000000000000000", (unsigned long long)flags);
	trace_printk(trace, "raw: 0000000000000000 0000000000000000 %016llx 0000000000000000", (unsigned long long)counts);
	trace_printk(trace, "page dumped because: nonzero _refcount");
}

static void on_bad(void *ctx, struct live_zone *zone, const struct bad_page *page, uint64_t pfn, unsigned order)
{
	struct ops *ops = ctx;

	begin(ops, MM_PROBLEM, "check_new_pages");
	arg_zone(ops, zone);
	trace_arg(&ops->mm->trace, FACT_NUM("page", page->pfn));
	trace_arg(&ops->mm->trace, FACT_NUM("refcount", page->refcount));
	arg_block(ops, pfn, order);
	why(ops, FACT_STR("reason", "a page of the block was freed when it was free already: the block is left out, and nobody has it"));
	print_bad_page(ops, zone, page);
	why(ops, FACT_STR("not_computed", "the page's address, which the kernel prints hashed, and the stack trace"));
	ops_publish(ops);
}

void ops_tell_init(struct ops *ops)
{
	ops->holder = "";
	ops->watch = (struct live_watch){
		.zone = on_zone, .refill = on_refill, .taken = on_taken, .freed = on_freed, .drained = on_drained,
		.fallback = on_fallback, .reserved = on_reserved, .woken = on_woken, .bad = on_bad, .ctx = ops,
	};
	ops->live.watch = &ops->watch;
	ops_objects_init(ops);
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

/* WARN_ON_ONCE_GFP(): once, and not at all with __GFP_NOWARN.  Of the line that says where, only the beginning is known. */
static void print_order_warning(struct ops *ops)
{
	if (ops->gfp & GFP_NOWARN || ops->warned_of_order) {
		why(ops, FACT_STR("not_printed", ops->warned_of_order ? "the kernel has warned of it before, and does so once"
								      : "__GFP_NOWARN"));
		return;
	}
	ops->warned_of_order = true;
	trace_printk(&ops->mm->trace, "------------[ cut here ]------------");
	if (ops->live.rules.warns_by_place)
		trace_printk(&ops->mm->trace, "WARNING: mm/page_alloc.c");
	else
		trace_printk(&ops->mm->trace, "WARNING: CPU: %u PID: 1 at mm/page_alloc.c", ops->live.cpu);
	if (ops->live.rules.trace_ends_at_random) {
		why(ops, FACT_STR("not_computed", "the line of mm/page_alloc.c and the place in the function are the build's own: what is printed ends "
				  "before them; registers, stack and the end marker's random number are left out"));
		return;
	}
	trace_printk(&ops->mm->trace, "---[ end trace 0000000000000000 ]---");
	why(ops, FACT_STR("not_computed", "the line of mm/page_alloc.c and the place in the function are the build's own: what is printed ends "
			  "before them; registers and stack are left out"));
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
	if (end == ALLOC_ORDER_TOO_LARGE)
		print_order_warning(ops);
	ops_publish(ops);
}

/* A free of what is nobody's: its count goes below zero. */
static void tell_double_free(struct ops *ops, uint64_t pfn)
{
	int refcount = bad_page_put(&ops->live, pfn);

	trace_arg(&ops->mm->trace, FACT_NUM("refcount", refcount));
	why(ops, FACT_STR("reason", "the page is free already: its reference count goes below zero, and the kernel says nothing yet"));
	why(ops, FACT_STR("then", ops->live.rules.checks_new_pages
				  ? "if it leaves the free lists it is reported as a bad page; from a CPU's page list it is given out as if nothing were wrong"
				  : "the next request that gets it does not notice: it counts as new"));
	why(ops, FACT_STR("not_computed", "of a block of several pages that is not __GFP_COMP the kernel frees all but the first page again, "
			  "which corrupts its lists; here they stay as they are"));
}

/* Free pages are buddy's, or the CMA area's that lends them. */
static bool is_free(const struct ledger_entry *entry)
{
	return !strcmp(entry->owner, OWNER_FREE) || !strcmp(entry->owner, "buddy") || !strcmp(entry->owner, "cma");
}

void ops_tell_bad_free(struct ops *ops, uint64_t pfn)
{
	const struct ledger_entry *entry = ledger_find(&ops->mm->ledger, pfn << ops->mm->kernel->page_shift);

	begin(ops, MM_PROBLEM, "__free_pages");
	trace_arg(&ops->mm->trace, FACT_NUM("pfn", pfn));
	trace_arg(&ops->mm->trace, FACT_NUM("cpu", ops->live.cpu));
	if (!entry || !entry->ram || !frame_in(&ops->live.map, pfn)) {
		why(ops, FACT_STR("reason", "there is no such page: the kernel reads memory that is none"));
	} else if (is_free(entry)) {
		tell_double_free(ops, pfn);
	} else {
		trace_arg(&ops->mm->trace, FACT_STR("owner", entry->owner));
		why(ops, FACT_STR("reason", "nobody got this page from an operation, somebody else has it: were this its last reference, it would "
				  "be free while it is in use; here it stays as it is"));
	}
}
