// SPDX-License-Identifier: GPL-2.0-or-later
/* mem_info.c - follows warn_alloc(), __show_mem() and show_free_areas() of 4.10 to 7.3. */
#include "mem_info.h"

#include <stdio.h>

#include "../kernel.h"

#define LINE_MAX_BYTES	1024

struct writer {
	const struct live *live;
	enum zone_type highest;		/* of the request: zones above it are left out where the release does so */
	mem_sink *sink;
	void *ctx;
	char line[LINE_MAX_BYTES];
	size_t len;
};

static void put(struct writer *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct writer *w, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(w->line + w->len, sizeof(w->line) - w->len, fmt, args);
	va_end(args);
	if (n > 0)
		w->len = min_u64(w->len + (size_t)n, sizeof(w->line) - 1);
}

static void end_line(struct writer *w)
{
	w->sink(w->ctx, w->line);
	w->len = 0;
	w->line[0] = '\0';
}

static bool built_with(const struct live *live, const char *option)
{
	return live->kernel && kernel_has_config(live->kernel, option);
}

static bool since(const struct writer *w, unsigned version, unsigned patchlevel)
{
	return w->live->release >= RELEASE(version, patchlevel, 0);
}

static uint64_t kilobytes(const struct live *live, int64_t pages)
{
	return (uint64_t)pages << (live->page_shift - 10);
}

/* ------------------------------------------------------------------- counters */

static int64_t pcp_pages(const struct live *live, const struct live_zone *zone)
{
	int64_t pages = 0;

	for (unsigned cpu = 0; cpu < live->nr_cpus; cpu++)
		pages += zone->pcp[cpu].count;
	return pages;
}

static int64_t zone_value(const struct live *live, const struct live_zone *zone, enum mem_value value)
{
	switch (value) {
	case MEM_FREE: return live_state(zone, LIVE_FREE_PAGES);
	case MEM_FREE_CMA: return live_state(zone, LIVE_FREE_CMA);
	case MEM_FREE_PCP: return pcp_pages(live, zone);
	case MEM_LOCAL_PCP: return zone->pcp[live->cpu].count;
	case MEM_BOOST: return zone->watermark_boost;
	case MEM_MIN: return live_wmark(zone, WMARK_MIN);
	case MEM_LOW: return live_wmark(zone, WMARK_LOW);
	case MEM_HIGH: return live_wmark(zone, WMARK_HIGH);
	case MEM_RESERVED_HIGHATOMIC: return zone->nr_reserved_highatomic;
	case MEM_FREE_HIGHATOMIC: return zone->nr_free_highatomic;
	case MEM_PRESENT: return (int64_t)zone->present_pages;
	case MEM_MANAGED: return (int64_t)zone->managed_pages;
	case MEM_NOTHING:
	case MEM_HOPELESS: return 0;
	default: return zone->lru[value - MEM_ZONE_LRU];
	}
}

static bool shows_zone(const struct writer *w, const struct live_zone *zone)
{
	return !since(w, 6, 1) || zone->type <= w->highest;
}

/* Counters of the whole machine: zones that are left out count all the same, but not in free_pcp. */
static int64_t total(const struct writer *w, enum mem_value value)
{
	const struct live *live = w->live;
	int64_t sum = 0;

	if (value < MEM_ZONE_LRU) {
		for (int nid = 0; nid < live->nr_nodes; nid++)
			sum += live->nodes[nid].counters[value - MEM_NODE_COUNTER];
		return sum;
	}
	for (size_t i = 0; i < live->nr_zones; i++)
		if (value != MEM_FREE_PCP || shows_zone(w, &live->zones[i]))
			sum += value == MEM_FREE ? live->zones[i].stat[LIVE_FREE_PAGES]
			     : value == MEM_FREE_CMA ? live->zones[i].stat[LIVE_FREE_CMA]
			     : zone_value(live, &live->zones[i], value);
	return sum > 0 ? sum : 0;
}

static void put_value(struct writer *w, const struct mem_field *field, int64_t value)
{
	if (field->value == MEM_HOPELESS)
		put(w, "%s", value ? "yes" : "no");
	else if (!field->unit)
		put(w, "%lldkB", (long long)value);
	else
		put(w, "%llu%s", (unsigned long long)(*field->unit ? kilobytes(w->live, value) : (uint64_t)value), field->unit);
}

static bool field_holds(const struct live *live, const struct mem_field *field)
{
	return when_covers(&field->when, live->release) && (!field->when.with || built_with(live, field->when.with));
}

/* The fields of a part, of @zone or of node @nid. */
static void put_fields(struct writer *w, int part, const struct live_zone *zone, int nid)
{
	for (size_t i = 0; i < nr_mem_fields; i++) {
		const struct mem_field *field = &mem_fields[i];
		const char *label = field->label;

		if ((int)field->part != part || !field_holds(w->live, field))
			continue;
		if (*label == '\n') {
			end_line(w);
			label++;
		}
		put(w, "%s", label);
		put_value(w, field, zone ? zone_value(w->live, zone, field->value)
				  : part == MEM_TOTALS ? total(w, field->value)
				  : field->value < MEM_ZONE_LRU ? w->live->nodes[nid].counters[field->value - MEM_NODE_COUNTER] : 0);
	}
	end_line(w);
}

/* ---------------------------------------------------------------------- parts */

static bool shows_node(const struct writer *w, int nid)
{
	const struct live *live = w->live;

	if (!live->nodes[nid].exists)
		return false;
	if (!since(w, 6, 1))
		return true;
	for (size_t i = 0; i < live->nr_zones; i++)
		if (live->zones[i].nid == nid && live->zones[i].type <= w->highest && live->zones[i].managed_pages)
			return true;
	return false;
}

/* show_node() and the zone's name */
static void put_zone_name(struct writer *w, const struct live_zone *zone)
{
	if (w->live->numa)
		put(w, "Node %d ", zone->nid);
	put(w, "%s", zone_name(zone->type));
}

static bool build_has_zone(const struct live *live, enum zone_type type)
{
	if (!live->kernel)
		return true;
	return type == ZONE_DMA ? live->kernel->zone_dma : type == ZONE_DMA32 ? live->kernel->zone_dma32
	     : type == ZONE_DEVICE ? live->kernel->zone_device : true;
}

static void put_zone(struct writer *w, const struct live_zone *zone)
{
	put_zone_name(w, zone);
	put_fields(w, MEM_ZONE, zone, 0);
	put(w, "lowmem_reserve[]:");
	for (unsigned type = 0; type < MAX_NR_ZONES; type++)
		if (build_has_zone(w->live, (enum zone_type)type))
			put(w, " %lld", (long long)zone->lowmem_reserve[type]);
	end_line(w);
}

/* show_migration_types() */
static void put_types(struct writer *w, const struct live_zone *zone, unsigned order)
{
	static const char letters[MIGRATE_TYPES] = {
		[MIGRATE_UNMOVABLE] = 'U', [MIGRATE_MOVABLE] = 'M', [MIGRATE_RECLAIMABLE] = 'E',
		[MIGRATE_HIGHATOMIC] = 'H', [MIGRATE_CMA] = 'C', [MIGRATE_ISOLATE] = 'I',
	};

	put(w, "(");
	for (unsigned type = 0; type < MIGRATE_TYPES; type++)
		if (zone->lists[order][type].nr)
			put(w, "%c", letters[type]);
	put(w, ") ");
}

static void put_blocks(struct writer *w, const struct live_zone *zone)
{
	uint64_t pages = 0;

	put_zone_name(w, zone);
	put(w, ": ");
	for (unsigned order = 0; order < BUDDY_NR_ORDERS && order <= w->live->max_order; order++) {
		pages += zone->nr_free[order] << order;
		put(w, "%llu*%llukB ", (unsigned long long)zone->nr_free[order],
		    (unsigned long long)kilobytes(w->live, INT64_C(1) << order));
		if (zone->nr_free[order])
			put_types(w, zone, order);
	}
	put(w, "= %llukB", (unsigned long long)kilobytes(w->live, (int64_t)pages));
	end_line(w);
}

/* hugetlb_show_meminfo_node() */
static void put_hugepages(struct writer *w)
{
	const struct live *live = w->live;

	for (int nid = 0; nid < live->nr_nodes; nid++) {
		for (size_t i = 0; live->nodes[nid].exists && i < live->nr_huge_sizes; i++) {
			put(w, "Node %d hugepages_total=%llu hugepages_free=%llu hugepages_surp=0 hugepages_size=%llukB", nid,
			    (unsigned long long)live->nodes[nid].huge_pages[i],
			    (unsigned long long)live->nodes[nid].huge_pages[i], (unsigned long long)live->huge_kb[i]);
			end_line(w);
		}
	}
}

/* show_swap_cache_info(): nothing is swapped out in what is modelled */
static void put_swap(struct writer *w)
{
	if (!built_with(w->live, "SWAP"))
		return;
	w->sink(w->ctx, "0 pages in swap cache");
	if (!since(w, 6, 0))
		w->sink(w->ctx, "Swap cache stats: add 0, delete 0, find 0/0");
	w->sink(w->ctx, "Free swap  = 0kB");
	w->sink(w->ctx, "Total swap = 0kB");
}

static void put_sum(struct writer *w, uint64_t pages, const char *of)
{
	put(w, "%llu pages %s", (unsigned long long)pages, of);
	end_line(w);
}

static void put_sums(struct writer *w)
{
	uint64_t present = 0, managed = 0;

	for (size_t i = 0; i < w->live->nr_zones; i++) {
		present += w->live->zones[i].present_pages;
		managed += w->live->zones[i].managed_pages;
	}
	put_sum(w, present, "RAM");
	put_sum(w, 0, "HighMem/MovableOnly");
	put_sum(w, present - managed, "reserved");
	if (w->live->has_cma)
		put_sum(w, w->live->total_cma, "cma reserved");
	if (built_with(w->live, "MEMORY_FAILURE"))
		put_sum(w, 0, "hwpoisoned");
}

static void show_mem(struct writer *w)
{
	const struct live *live = w->live;

	w->sink(w->ctx, "Mem-Info:");
	put_fields(w, MEM_TOTALS, NULL, 0);
	for (int nid = 0; nid < live->nr_nodes; nid++) {
		if (!shows_node(w, nid))
			continue;
		put(w, "Node %d", nid);
		put_fields(w, MEM_NODE, NULL, nid);
	}
	for (size_t i = 0; i < live->nr_zones; i++)
		if (shows_zone(w, &live->zones[i]))
			put_zone(w, &live->zones[i]);
	for (size_t i = 0; i < live->nr_zones; i++)
		if (shows_zone(w, &live->zones[i]))
			put_blocks(w, &live->zones[i]);
	put_hugepages(w);
	put(w, "%lld total pagecache pages", (long long)total(w, (enum mem_value)(MEM_NODE_COUNTER + MM_NODE_FILE_PAGES)));
	end_line(w);
	put_swap(w);
	put_sums(w);
	if (since(w, 6, 19) && built_with(live, "MEMCG"))
		w->sink(w->ctx, "Memory cgroup min protection 0kB -- low protection 0kB");
}

/* ----------------------------------------------------------------- first line */

/* Nodes with memory, "0-1,3". */
static void put_nodes(struct writer *w)
{
	const struct live *live = w->live;
	const char *comma = "";

	for (int nid = 0, last; nid < live->nr_nodes; nid = last + 1) {
		last = nid;
		if (!live->nodes[nid].exists)
			continue;
		while (last + 1 < live->nr_nodes && live->nodes[last + 1].exists)
			last++;
		put(w, last > nid ? "%s%d-%d" : "%s%d", comma, nid, last);
		comma = ",";
	}
}

static void put_task(struct writer *w)
{
	if (w->live->booting)
		put(w, "swapper");
	else if (w->live->stopper)
		put(w, "migration/%u", w->live->cpu);
	else
		put(w, "init");
}

/* cpuset_print_current_mems_allowed() */
static void put_cpuset(struct writer *w)
{
	bool one_line = since(w, 5, 0);

	if (!built_with(w->live, "CPUSETS"))
		return;
	if (!one_line) {
		end_line(w);
		put_task(w);
	}
	put(w, one_line ? ",cpuset=%s,mems_allowed=" : " cpuset=%s mems_allowed=", w->live->booting ? "(null)" : "/");
	if (w->live->booting)
		put(w, w->live->nr_possible_nodes > 1 ? "0-%u" : "0", w->live->nr_possible_nodes - 1);
	else
		put_nodes(w);
}

/* ----------------------------------------------------------------- rate limit */

/* ___ratelimit() */
static bool may_report(struct writer *w, struct warn_limit *limit, uint64_t now)
{
	const struct alloc_rules *rules = &w->live->rules;

	if (!limit)
		return true;
	now++;
	if (!limit->begin || now > limit->begin + rules->report_interval) {
		if (limit->missed) {
			put(w, "warn_alloc: %u callbacks suppressed", limit->missed);
			end_line(w);
		}
		limit->begin = now;
		limit->printed = limit->missed = 0;
	}
	if (limit->printed < rules->report_burst) {
		limit->printed++;
		return true;
	}
	limit->missed++;
	return false;
}

/* Up to 5.3 Mem-Info had a limit of its own: once a second. */
static bool may_show_mem(const struct writer *w, struct warn_limit *limit, uint64_t now)
{
	if (!limit || !w->live->rules.mem_info_once_a_second)
		return true;
	if (limit->shown_mem && now <= limit->shown_mem)
		return false;
	limit->shown_mem = now + 1;
	return true;
}

static bool has_managed_dma(const struct live *live)
{
	for (size_t i = 0; i < live->nr_zones; i++)
		if (live->zones[i].type == ZONE_DMA && live->zones[i].managed_pages)
			return true;
	return false;
}

bool warn_alloc(const struct live *live, unsigned gfp, unsigned order, struct warn_limit *limit, uint64_t now, mem_sink *sink,
		void *ctx)
{
	struct writer w = { .live = live, .highest = gfp_zone(gfp), .sink = sink, .ctx = ctx };
	char flags[512];

	if (gfp & GFP_NOWARN || !may_report(&w, limit, now))
		return false;
	if (gfp & GFP_DMA && live->rules.silent_without_dma && !has_managed_dma(live))
		return false;
	gfp_print(gfp, gfp_words(&live->rules), flags, sizeof(flags));
	put_task(&w);
	put(&w, ": page allocation failure: order:%u, mode:%#x(%s), nodemask=(null)", order, gfp, flags);
	put_cpuset(&w);
	end_line(&w);
	if (may_show_mem(&w, limit, now))
		show_mem(&w);
	return true;
}
