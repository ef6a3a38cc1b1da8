// SPDX-License-Identifier: GPL-2.0-or-later
/* hugetlb.c - follows mm/hugetlb.c (6.7; 4.9 to 7.2 by struct rules). */
#include "hugetlb.h"
#include "steps.h"
#include "../cause.h"
#include "../memblock_virt.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t bytes_of(const struct mm *mm, const struct hstate *state)
{
	return mm->kernel->page_size << state->order;
}

static bool is_gigantic(const struct mm *mm, const struct hstate *state)
{
	return state->order > mm->kernel->max_order;
}

struct hugetlb *hugetlb_of(struct mm *mm)
{
	if (!mm->hugetlb)
		mm->hugetlb = arena_alloc(&mm->arena, sizeof(*mm->hugetlb));
	return mm->hugetlb;
}

/* ------------------------------------------------------------------------- sizes */

static struct hstate *find_state(const struct mm *mm, struct hugetlb *h, uint64_t size)
{
	for (unsigned i = 0; i < h->nr; i++)
		if (bytes_of(mm, &h->states[i]) == size)
			return &h->states[i];
	return NULL;
}

/* hugetlb_add_hstate() */
static struct hstate *add_state(struct mm *mm, struct hugetlb *h, uint64_t size)
{
	struct hstate *state = find_state(mm, h, size);

	if (state)
		return state;
	state = &h->states[h->nr++];	/* there are no more valid sizes than states */
	state->order = ilog2_u64(size) - mm->kernel->page_shift;
	state->per_node = arena_array(&mm->arena, (size_t)mm->kernel->max_numnodes, sizeof(*state->per_node));
	state->next_nid = 0;
	return state;
}

/* string_get_size() of a power of two: three digits at most. */
static const char *size_text(struct mm *mm, uint64_t size)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned unit = ilog2_u64(size) / 10;
	int decimals;

	size >>= 10 * unit;
	decimals = size < 10 ? 2 : size < 100 ? 1 : 0;
	return arena_printf(&mm->arena, "%llu%s%.*s %s", (unsigned long long)size, decimals ? "." : "", decimals, "00", units[unit]);
}

/* -------------------------------------------------------------------- allocation */

/* Before the zones are set up, memblock knows which nodes have memory. */
static bool takes_turn(const struct mm *mm, int nid)
{
	const struct memblock_type *memory = &mm->memblock.memory;

	if (!mm->rules->hugepages_parsed_early)
		return mm->nodes.node[nid].memory;
	for (size_t i = 0; i < memory->cnt; i++)
		if (memory->regions[i].nid == nid)
			return true;
	return false;
}

/* hstate_next_node_to_alloc(): nodes with memory take turns. */
static int next_node(const struct mm *mm, struct hstate *state)
{
	int max = mm->kernel->max_numnodes, nid = state->next_nid;

	for (int i = 0; i < max && !takes_turn(mm, nid); i++)
		nid = (nid + 1) % max;
	state->next_nid = (nid + 1) % max;
	return nid;
}

static void remember(struct mm *mm, phys_addr_t at, uint64_t size)
{
	if (mm->nr_hugepages < MAX_HUGEPAGES)
		mm->hugepages[mm->nr_hugepages++] = (struct phys_range){ at, size };
}

/* What one page is asked for with; an exact node has its own function only since 6.15. */
static phys_addr_t request_page(struct mm *mm, uint64_t size, int nid, bool exact)
{
	const struct virt_request req = { .size = size, .align = size, .nid = nid };
	const struct why *why = WHY("huge-page", FACT_STR("size", size_text(mm, size)), FACT_NUM("node", nid));
	const char *site = "__alloc_bootmem_huge_page/page";

	if (mm->rules->virt_alloc)
		return memblock_virt_alloc_try_nid_nopanic(&mm->memblock, &req, site, why);
	if (mm->rules->hugepages_own_alloc)
		return memblock_alloc_hugetlb(&mm->memblock, size, nid, exact, "alloc_bootmem/page", why);
	if (exact && mm->rules->hugepages_parsed_early)
		return memblock_alloc_exact_nid_raw(&mm->memblock, size, size, 0, MEMBLOCK_ALLOC_ACCESSIBLE, nid, site, why);
	return memblock_alloc_try_nid_raw(&mm->memblock, size, size, 0, MEMBLOCK_ALLOC_ACCESSIBLE, nid, site, why);
}

/* __alloc_bootmem_huge_page(); @nid NUMA_NO_NODE: whose turn it is. */
static bool alloc_page(struct mm *mm, struct hstate *state, int nid)
{
	uint64_t size = bytes_of(mm, state), page = mm->kernel->page_size;
	bool exact = nid != NUMA_NO_NODE;
	phys_addr_t at = request_page(mm, size, exact ? nid : next_node(mm, state), exact);

	if (!at)
		return false;
	remember(mm, at, size);
	if (mm->rules->hugepages_mark_noinit)
		memblock_setclr_flag(&mm->memblock, &mm->memblock.reserved, at + page, size - page, true, MEMBLOCK_RSRV_NOINIT,
				     "memblock_reserved_mark_noinit", WHY_NOBODY);
	return true;
}

/* Before 5.16 every node with memory is tried, though each request falls back to all of them. */
static bool alloc_page_in_turn(struct mm *mm, struct hstate *state)
{
	unsigned tries = 0;

	for (int nid = 0; nid < mm->kernel->max_numnodes; nid++)
		tries += takes_turn(mm, nid);
	if (mm->rules->hugepages_per_node)
		tries = min_u64(tries, 1);
	while (tries--)
		if (alloc_page(mm, state, NUMA_NO_NODE))
			return true;
	return false;
}

/* The newest event, a problem: fewer pages than asked for. */
static void add_cause(struct mm *mm, const struct hstate *state, uint64_t wanted, uint64_t got)
{
	cause_rule(&mm->trace, "hugepages-not-had");
	cause_parameter(&mm->trace, "hugepages");
	trace_why_fact(&mm->trace, FACT_NUM("wanted", wanted));
	trace_why_fact(&mm->trace, FACT_NUM("got", got));
	trace_why_fact(&mm->trace, FACT_HEX("page_size", bytes_of(mm, state)));
}

/* Gigantic pages come from memblock, aligned to their size. */
static void add_cause_of_gigantic(struct mm *mm, const struct hstate *state, uint64_t wanted, uint64_t got, int nid)
{
	add_cause(mm, state, wanted, got);
	loader_no_place(mm, &(struct placement){ .size = bytes_of(mm, state), .align = bytes_of(mm, state), .nid = nid });
}

static void alloc_on_node(struct mm *mm, struct hstate *state, int nid)
{
	uint64_t wanted = state->per_node[nid], got = 0;

	while (got < wanted && alloc_page(mm, state, nid))
		got++;
	if (got == wanted)
		return;
	trace_problem(&mm->trace, "hugetlb_hstate_alloc_pages_onenode",
		      "HugeTLB: allocating %u of page size %s failed node%d.  Only allocated %llu hugepages.",
		      (unsigned)wanted, size_text(mm, bytes_of(mm, state)), nid, (unsigned long long)got);
	add_cause_of_gigantic(mm, state, wanted, got, nid);
	state->max_huge_pages -= wanted - got;
	state->per_node[nid] = got;
}

static bool alloc_on_named_nodes(struct mm *mm, struct hstate *state)
{
	bool any = false;

	for (int nid = 0; nid < mm->kernel->max_numnodes; nid++) {
		if (!mm->nodes.node[nid].online || !state->per_node[nid])
			continue;
		alloc_on_node(mm, state, nid);
		any = true;
	}
	return any;
}

static bool has_hugetlb_cma(const struct mm *mm)
{
	for (size_t i = 0; i < mm->nr_cma; i++)
		if (has_prefix(mm->cma[i].name, "hugetlb"))
			return true;
	return false;
}

static bool left_to_cma(struct mm *mm, struct hugetlb *h)
{
	if (!has_hugetlb_cma(mm))
		return false;
	if (!h->cma_warned) {
		trace_problem(&mm->trace, "hugetlb_hstate_alloc_pages", "HugeTLB: hugetlb_cma is enabled, skip boot time allocation");
		cause_rule(&mm->trace, "parameter-no-effect");
		cause_parameter(&mm->trace, "hugepages");
		cause_because(&mm->trace, "hugetlb_cma= has set areas aside, from which gigantic pages are taken while the system runs; "
			      "none is allocated at boot");
	}
	h->cma_warned = true;
	return true;
}

/* Fewer pages than asked for are a problem of which 4.9 says nothing. */
static void say_short(struct mm *mm, const struct hstate *state, uint64_t wanted, uint64_t got)
{
	trace_event(&mm->trace, MM_PROBLEM, "hugetlb_hstate_alloc_pages");
	if (!mm->rules->virt_alloc)
		trace_printk(&mm->trace, "HugeTLB: allocating %llu of page size %s failed.  Only allocated %llu hugepages.",
			     (unsigned long long)wanted, size_text(mm, bytes_of(mm, state)), (unsigned long long)got);
}

/* hugetlb_hstate_alloc_pages() for a gigantic size. */
static void alloc_pages(struct mm *mm, struct hugetlb *h, struct hstate *state)
{
	uint64_t got = 0, wanted = state->max_huge_pages;

	if (left_to_cma(mm, h) || (mm->rules->hugepages_per_node && alloc_on_named_nodes(mm, state)))
		return;
	while (got < wanted && alloc_page_in_turn(mm, state))
		got++;
	if (got < wanted) {
		say_short(mm, state, wanted, got);
		add_cause_of_gigantic(mm, state, wanted, got, NUMA_NO_NODE);
	}
	state->max_huge_pages = got;
}

void hugetlb_alloc_gigantic(struct mm *mm, struct hugetlb *h)
{
	for (unsigned i = 0; i < h->nr; i++) {
		struct hstate *state = &h->states[i];

		if (is_gigantic(mm, state) && state->max_huge_pages)
			alloc_pages(mm, h, state);
	}
}

static void alloc_if_gigantic(struct mm *mm, struct hugetlb *h, struct hstate *state)
{
	if (!mm->rules->hugepages_parsed_early && is_gigantic(mm, state))
		alloc_pages(mm, h, state);
}

/* -------------------------------------------------------------------- parameters */

/* "64.0 KiB, 2.00 MiB, 32.0 MiB, 1.00 GiB" */
static const char *valid_sizes(struct mm *mm)
{
	const char *text = "";

	for (unsigned order = 1; order + mm->kernel->page_shift < 48; order++) {
		uint64_t size = mm->kernel->page_size << order;

		if (arch_hugetlb_valid_size(mm->kernel, size))
			text = arena_printf(&mm->arena, "%s%s%s", text, *text ? ", " : "", size_text(mm, size));
	}
	return text;
}


void hugetlb_param_default_hugepagesz(struct mm *mm, struct hugetlb *h, const char *value)
{
	uint64_t size = memparse(value, NULL);

	/* 4.9 only notes the size. */
	if (mm->rules->virt_alloc)
		return;
	h->size_is_bad = true;
	if (h->default_size_given) {
		trace_printk(&mm->trace, "HugeTLB: default_hugepagesz previously specified, ignoring %s", value);
		return;
	}
	if (!arch_hugetlb_valid_size(mm->kernel, size)) {
		trace_problem(&mm->trace, "default_hugepagesz_setup", "HugeTLB: unsupported default_hugepagesz=%s", value);
		cause_rule(&mm->trace, "parameter-malformed");
		cause_parameter(&mm->trace, "default_hugepagesz");
		cause_because(&mm->trace, "pages of this build are mapped in blocks of %s, and no other size", valid_sizes(mm));
		return;
	}
	h->parsed = h->default_state = add_state(mm, h, size);
	h->size_is_bad = false;
	h->default_size_given = true;
	if (!h->default_pages)
		return;
	h->default_state->max_huge_pages = h->default_pages;
	if (h->default_per_node)
		memcpy(h->default_state->per_node, h->default_per_node,
		       (size_t)mm->kernel->max_numnodes * sizeof(*h->default_per_node));
	h->default_pages = 0;
	alloc_if_gigantic(mm, h, h->default_state);
}

static void complain_of_size(struct mm *mm, const char *value, uint64_t size)
{
	if (mm->rules->virt_alloc)
		trace_problem(&mm->trace, "setup_hugepagesz", "hugepagesz: Unsupported page size %llu K", (unsigned long long)(size >> 10));
	else
		trace_problem(&mm->trace, "hugepagesz_setup", "HugeTLB: unsupported hugepagesz=%s", value);
	cause_rule(&mm->trace, "parameter-malformed");
	cause_parameter(&mm->trace, "hugepagesz");
	cause_because(&mm->trace, "pages of this build are mapped in blocks of %s, and no other size", valid_sizes(mm));
}

void hugetlb_param_hugepagesz(struct mm *mm, struct hugetlb *h, const char *value)
{
	uint64_t size = memparse(value, NULL);
	struct hstate *state;
	bool old = mm->rules->virt_alloc;	/* 4.9 stays offended until the next hugepages= */

	h->size_is_bad = h->size_is_bad || !old;
	if (!arch_hugetlb_valid_size(mm->kernel, size)) {
		h->size_is_bad = true;
		complain_of_size(mm, value, size);
		return;
	}
	state = find_state(mm, h, size);
	if (state && old) {
		trace_printk(&mm->trace, "hugepagesz= specified twice, ignoring");
		return;
	}
	if (state && (!h->default_size_given || state != h->default_state || state->max_huge_pages)) {
		trace_printk(&mm->trace, "HugeTLB: hugepagesz=%s specified twice, ignoring", value);
		return;
	}
	h->parsed = state ? state : add_state(mm, h, size);
	h->size_is_bad = h->size_is_bad && old;
}

/* sscanf(p, "%lu%n") */
static bool read_number(const char **p, uint64_t *ret)
{
	char *end;

	*ret = strtoull(*p, &end, 10);
	if (end == *p)
		return false;
	*p = end;
	return true;
}

/* "2" or "0:2,1:3"; false at the first thing that is neither. */
static bool read_counts(struct mm *mm, struct hugetlb *h, const char **p, uint64_t *count)
{
	const char *start = *p;
	uint64_t *per_node = h->nr ? h->parsed->per_node : h->default_per_node, n;

	if (!mm->rules->hugepages_per_node) {
		*count = read_number(p, &n) ? n : 0;
		return true;
	}
	while (**p) {
		const char *at = *p;

		if (!read_number(p, &n)) {
			*p = at;
			return false;
		}
		if (**p != ':') {
			if (at != start) {
				*p = at;
				return false;
			}
			*count = n;
			return true;
		}
		if (n >= (uint64_t)mm->kernel->max_numnodes || !mm->nodes.node[n].online) {
			*p = at;
			return false;
		}
		(*p)++;
		if (!read_number(p, &per_node[n]))
			return false;
		*count += per_node[n];
		if (**p != ',')
			return true;
		(*p)++;
	}
	return true;
}

/* hugepages_clear_pages_in_node() */
static void forget_counts(struct mm *mm, struct hugetlb *h, uint64_t *count)
{
	memset(h->nr ? h->parsed->per_node : h->default_per_node, 0, (size_t)mm->kernel->max_numnodes * sizeof(uint64_t));
	*count = 0;
}

static void complain_of_count(struct mm *mm, const char *what, const char *value)
{
	if (mm->rules->virt_alloc)
		trace_printk(&mm->trace, "hugepages = %s %s", value, what);
	else
		trace_printk(&mm->trace, "HugeTLB: hugepages=%s %s", value, what);
}

void hugetlb_param_hugepages(struct mm *mm, struct hugetlb *h, const char *value)
{
	const char *p = value;
	uint64_t *count;

	if (!h->default_per_node)
		h->default_per_node = arena_array(&mm->arena, (size_t)mm->kernel->max_numnodes, sizeof(*h->default_per_node));
	if (h->size_is_bad) {
		complain_of_count(mm, mm->rules->virt_alloc ? "preceded by an unsupported hugepagesz, ignoring"
							   : "does not follow a valid hugepagesz, ignoring", value);
		h->size_is_bad = false;
		return;
	}
	count = h->nr ? &h->parsed->max_huge_pages : &h->default_pages;
	if (count == h->last_count) {
		trace_printk(&mm->trace, "%shugepages= specified twice without interleaving hugepagesz=, ignoring%s%s",
			     mm->rules->virt_alloc ? "" : "HugeTLB: ", mm->rules->virt_alloc ? "" : " hugepages=",
			     mm->rules->virt_alloc ? "" : value);
		return;
	}
	if (!read_counts(mm, h, &p, count)) {
		trace_printk(&mm->trace, "HugeTLB: Invalid hugepages parameter %s", p);
		forget_counts(mm, h, count);
		return;
	}
	if (h->nr)
		alloc_if_gigantic(mm, h, h->parsed);
	h->last_count = count;
}

/* ------------------------------------------------------------------------ 7.2 */

/* hugetlb_bootmem_alloc(): the parameters, kept since parse_early_param(), then all pages. */
void step_hugetlb_bootmem_alloc(struct mm *mm)
{
	struct hugetlb *h = hugetlb_of(mm);

	if (!kernel_has_config(mm->kernel, "HUGETLB_PAGE"))
		return;
	for (size_t i = 0; i < mm->cmdline.nr; i++) {
		const struct param *param = &mm->cmdline.params[i];

		if (!param->value)
			continue;
		if (param_is(param, "default_hugepagesz"))
			hugetlb_param_default_hugepagesz(mm, h, param->value);
		else if (param_is(param, "hugepagesz"))
			hugetlb_param_hugepagesz(mm, h, param->value);
		else if (param_is(param, "hugepages"))
			hugetlb_param_hugepages(mm, h, param->value);
	}
	hugetlb_alloc_gigantic(mm, h);
}

/* ------------------------------------------------------------------------ pools */

/*
 * Pages of a large pool come many to an event, and the ledger learns of those
 * that lie back to back at once: tens of thousands of pages stay a small log.
 */
#define POOL_BATCH	512

struct pool {
	struct mm *mm;
	struct hstate *state;
	enum zone_type highest;	/* gfp_zone() of huge pages */
	bool batches;		/* false: each page is an event of its own */
	uint64_t pages;		/* in the batch so far */
	struct phys_range run;	/* not yet in the ledger */
};

static struct page_request page_request(const struct pool *pool, int nid)
{
	return (struct page_request){
		.order = pool->state->order, .type = MIGRATE_MOVABLE, .gfp = GFP_NOWARN, .nid = nid, .thisnode = true, .fn = "alloc_fresh_huge_page",
		.highest = pool->highest,
	};
}

static void end_run(struct pool *pool)
{
	struct mm *mm = pool->mm;

	ledger_assign(&mm->ledger, pool->run.base, pool->run.size, "huge-page", size_text(mm, bytes_of(mm, pool->state)),
		      "alloc_fresh_huge_page");
	pool->run.size = 0;
}

static void end_batch(struct pool *pool)
{
	struct mm *mm = pool->mm;

	if (!pool->pages)
		return;
	end_run(pool);
	trace_arg(&mm->trace, FACT_NUM("pages", pool->pages));
	buddy_publish(&mm->buddy);
	pool->pages = 0;
}

static void begin_batch(struct pool *pool, int nid, uint64_t pfn)
{
	struct mm *mm = pool->mm;

	trace_event(&mm->trace, MM_BUDDY, mm->rules->alloc_pages_name);
	trace_arg(&mm->trace, FACT_NUM("order", pool->state->order));
	trace_arg(&mm->trace, FACT_NUM("nid", nid));
	trace_arg(&mm->trace, FACT_NUM("pfn", pfn));
	trace_arg(&mm->trace, FACT_HEX("base", pfn_phys(mm->kernel, pfn)));
	trace_arg(&mm->trace, FACT_HEX("size", bytes_of(mm, pool->state)));
	trace_why(&mm->trace, WHY("huge-page", FACT_STR("size", size_text(mm, bytes_of(mm, pool->state)))));
}

static bool take_into_batch(struct pool *pool, int nid)
{
	struct mm *mm = pool->mm;
	const struct page_request request = page_request(pool, nid);
	size_t events = mm->trace.nr_events;
	phys_addr_t bytes = bytes_of(mm, pool->state);
	uint64_t pfn;

	/* Initialising deferred struct pages is an event, which must not come into the middle of a batch. */
	if (mm->nodes.node[nid].first_deferred_pfn != UINT64_MAX || pool->pages == POOL_BATCH)
		end_batch(pool);
	pfn = buddy_take_pages(&mm->buddy, &request);
	if (pfn == BUDDY_NO_PAGE)
		return false;
	assert(!pool->pages || mm->trace.nr_events == events);
	if (!pool->pages++)
		begin_batch(pool, nid, pfn);
	if (pool->run.size && range_end(pool->run) != pfn_phys(mm->kernel, pfn))
		end_run(pool);
	if (!pool->run.size)
		pool->run.base = pfn_phys(mm->kernel, pfn);
	pool->run.size += bytes;
	return true;
}

static bool take_from(struct pool *pool, int nid)
{
	const struct page_request request = page_request(pool, nid);

	if (pool->batches)
		return take_into_batch(pool, nid);
	return buddy_alloc_pages(&pool->mm->buddy, &request,
				 WHY("huge-page", FACT_STR("size", size_text(pool->mm, bytes_of(pool->mm, pool->state))),
				     FACT_NUM("node", nid))) != BUDDY_NO_PAGE;
}

/* alloc_pool_huge_page(): the node whose turn it is, or the next one that has a page. */
static bool take_in_turn(struct pool *pool)
{
	int first = next_node(pool->mm, pool->state), nid = first;

	do {
		if (take_from(pool, nid))
			return true;
		nid = next_node(pool->mm, pool->state);
	} while (nid != first);
	return false;
}

static bool fill_named_nodes(struct pool *pool, uint64_t *got)
{
	struct mm *mm = pool->mm;
	bool any = false;

	for (int nid = 0; nid < mm->kernel->max_numnodes; nid++) {
		uint64_t wanted = mm->nodes.node[nid].online ? pool->state->per_node[nid] : 0;

		any |= wanted;
		while (wanted-- && take_from(pool, nid))
			(*got)++;
	}
	return any;
}

/* hugetlb_hstate_alloc_pages() for a size that the page allocator has; false: not one page was to be had. */
static bool fill_pool(struct mm *mm, struct hstate *state)
{
	uint64_t got = 0, wanted = state->max_huge_pages;
	struct pool pool = {
		.mm = mm, .state = state, .batches = wanted > POOL_BATCH,
		.highest = kernel_has_config(mm->kernel, "ARCH_ENABLE_HUGEPAGE_MIGRATION") ? ZONE_MOVABLE : ZONE_NORMAL,
	};

	if (!(mm->rules->hugepages_per_node && fill_named_nodes(&pool, &got)))
		while (got < wanted && take_in_turn(&pool))
			got++;
	end_batch(&pool);
	if (got < wanted) {
		say_short(mm, state, wanted, got);
		add_cause(mm, state, wanted, got);
		cause_because(&mm->trace, "no free block of this size was left after %llu page%s", (unsigned long long)got,
			      got == 1 ? "" : "s");
	}
	state->max_huge_pages = got;
	return got;
}

/* hugetlbpage_init(): all sizes of the machine; 4.9 has only blocks unless asked for others. */
static void add_all_sizes(struct mm *mm, struct hugetlb *h)
{
	unsigned shifts[HUGEPAGE_SIZES], nr = hugepage_shifts(mm->kernel->page_shift, shifts);

	for (unsigned i = 0; i < nr && !mm->rules->virt_alloc; i++)
		add_state(mm, h, UINT64_C(1) << shifts[i]);
	add_state(mm, h, UINT64_C(1) << (2 * mm->kernel->page_shift - 3));
}

/* hugepages= without a size before it means the default size. */
static void settle_default(struct mm *mm, struct hugetlb *h)
{
	struct hstate *state = find_state(mm, h, UINT64_C(1) << (2 * mm->kernel->page_shift - 3));

	if (h->default_size_given || !h->default_pages)
		return;
	state->max_huge_pages = h->default_pages;
	if (h->default_per_node)
		memcpy(state->per_node, h->default_per_node, (size_t)mm->kernel->max_numnodes * sizeof(*state->per_node));
}

/* memfmt() of 4.9 */
static const char *old_size_text(struct mm *mm, uint64_t size)
{
	unsigned unit = size >= GIB(1) ? 30 : size >= MIB(1) ? 20 : 10;

	return arena_printf(&mm->arena, "%llu %s", (unsigned long long)(size >> unit), unit == 30 ? "GB" : unit == 20 ? "MB" : "KB");
}

static void report_state(struct mm *mm, const struct hstate *state)
{
	const struct rules *rules = mm->rules;
	uint64_t size = bytes_of(mm, state);
	const char *text = rules->virt_alloc ? old_size_text(mm, size) : size_text(mm, size);

	trace_printk(&mm->trace, "HugeTLB%s registered %s page size, pre-allocated %llu pages",
		     rules->hugepages_per_node ? ":" : "", text, (unsigned long long)state->max_huge_pages);
	if (rules->hugepages_per_node)
		trace_printk(&mm->trace, "HugeTLB: 0 KiB vmemmap can be freed for a %s page", text);
}

bool hugetlb_fill_pools(struct mm *mm)
{
	struct hugetlb *h = hugetlb_of(mm);
	bool any = false;

	add_all_sizes(mm, h);
	settle_default(mm, h);
	for (unsigned i = 0; i < h->nr; i++)
		any |= !is_gigantic(mm, &h->states[i]) && h->states[i].max_huge_pages && fill_pool(mm, &h->states[i]);
	trace_event(&mm->trace, MM_SET, "hugetlb_init");
	trace_arg(&mm->trace, FACT_NUM("sizes", h->nr));
	for (unsigned i = 0; i < h->nr; i++)
		report_state(mm, &h->states[i]);
	return any;
}
