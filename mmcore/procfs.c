// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * procfs.c - what user space finds under /proc after the boot.
 *
 * Lines that boot memory does not decide are left out rather than filled with
 * zeros: event counters, and what drivers and user space have allocated.  The
 * layout of the lines that are there is that of the version (mm/vmstat.c,
 * fs/proc/meminfo.c, kernel/resource.c).
 */
#include "fragmentation.h"
#include "report.h"
#include "watermark.h"

#include <errno.h>
#include <stdio.h>

/* A writer that remembers the first refusal, so that texts are written straight on. */
struct out {
	mm_sink *sink;
	void *ctx;
	int err;
	const struct mm_state *at;	/* free lists as they are then; NULL: as boot leaves them */
};

static void put(struct out *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct out *out, const char *fmt, ...)
{
	char text[512];
	va_list args;
	int len;

	if (out->err)
		return;
	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	assert(len >= 0 && (size_t)len < sizeof(text));
	out->err = out->sink(out->ctx, text, (size_t)len);
}

#define LU(x) ((unsigned long long)(x))

static uint64_t nr_free_blocks(const struct mm *mm, const struct zone *zone, unsigned order, int type)
{
	const struct buddy_zone *bz = buddy_zone_of(&mm->buddy, zone);

	return bz ? bz->lists[order][type].nr_free : 0;
}

/* Rows of table freelists carry the kernel's names. */
static uint64_t listed_blocks(const struct mm_state *at, const struct zone *zone, unsigned order, const char *type)
{
	for (size_t i = 0; i < mm_state_nr_rows(at, MM_FREELISTS); i++) {
		const union mm_value *row = mm_state_row(at, MM_FREELISTS, i);

		if (row[1].i == zone->nid && row[3].i == order && !strcmp(row[2].s, zone_name(zone->type)) &&
		    !strcmp(row[4].s, type))
			return (uint64_t)row[5].i;
	}
	return 0;
}

static uint64_t free_blocks(const struct out *out, const struct mm *mm, const struct zone *zone, unsigned order, int type)
{
	return out->at ? listed_blocks(out->at, zone, order, migratetype_name(type)) : nr_free_blocks(mm, zone, order, type);
}

static uint64_t nr_free_cma(const struct mm *mm, const struct zone *zone)
{
	uint64_t pages = 0;

	for (unsigned order = 0; order <= mm->kernel->max_order; order++)
		pages += nr_free_blocks(mm, zone, order, MIGRATE_CMA) << order;
	return pages;
}

/* ---------------------------------------------------------------- zoneinfo */

static void put_protection(struct out *out, const struct mm *mm, const struct zone *zone)
{
	const char *before = "\n        protection: (";

	for (enum zone_type t = 0; t < MAX_NR_ZONES; t++) {
		if (!zone_exists(mm->kernel, t))
			continue;
		put(out, "%s%llu", before, LU(zone->lowmem_reserve[t]));
		before = ", ";
	}
	put(out, ")");
}

static void put_zone_sizes(struct out *out, const struct mm *mm, const struct zone *zone)
{
	const struct rules *rules = mm->rules;

	put(out, "\n  pages free     %llu", LU(buddy_nr_free(&mm->buddy, zone)));
	if (rules->zoneinfo_boost)
		put(out, "\n        boost    0");
	put(out, "\n        min      %llu", LU(zone->watermark[WMARK_MIN]));
	put(out, "\n        low      %llu", LU(zone->watermark[WMARK_LOW]));
	put(out, "\n        high     %llu", LU(zone->watermark[WMARK_HIGH]));
	if (rules->zoneinfo_promo)
		put(out, "\n        promo    %llu", LU(zone->watermark[WMARK_PROMO]));
	if (rules->zoneinfo_node_scanned)
		put(out, "\n   node_scanned  0");
	put(out, "\n        spanned  %llu", LU(zone->spanned_pages));
	put(out, "\n        present  %llu", LU(zone->present_pages));
	put(out, "\n        managed  %llu", LU(zone->managed_pages));
	if (rules->zone_counts_cma)
		put(out, "\n        cma      %llu", LU(zone->cma_pages));
}

static void put_zone_counters(struct out *out, const struct mm *mm, const struct zone *zone)
{
	put(out, "\n      nr_free_pages %llu", LU(buddy_nr_free(&mm->buddy, zone)));
	put(out, "\n      nr_free_cma  %llu", LU(nr_free_cma(mm, zone)));
}

/*
 * Page sets are empty after the boot of this model, so count is 0; and since
 * 6.7 high, which moves between its bounds at run time, is shown where its
 * first use puts it: at high_min.
 */
static void put_page_set(struct out *out, const struct mm *mm, const struct zone *zone, int cpu)
{
	const struct rules *rules = mm->rules;
	unsigned high = rules->pcp_auto_tuned ? zone->pageset_high_min : zone->pageset_high;
	bool wide = rules->zoneinfo_high_min_max;

	put(out, "\n    cpu: %d", cpu);
	put(out, "\n              count: %s%d", wide ? "   " : "", 0);
	put(out, "\n              high:  %s%u", wide ? "   " : "", high);
	put(out, "\n              batch: %s%u", wide ? "   " : "", zone->pageset_batch);
	if (wide) {
		put(out, "\n              high_min: %u", zone->pageset_high_min);
		put(out, "\n              high_max: %u", zone->pageset_high_max);
	}
	put(out, "\n  vm stats threshold: %u", normal_stat_threshold(mm->kernel, zone, cpus_nr_online(&mm->cpus)));
}

static void put_zone(struct out *out, const struct mm *mm, const struct zone *zone)
{
	const struct rules *rules = mm->rules;

	put(out, "Node %d, zone %8s", zone->nid, zone_name(zone->type));
	put_zone_sizes(out, mm, zone);
	/* 4.9 lists the counters first, and no zone without pages at all. */
	if (!rules->zoneinfo_all_zones)
		put_zone_counters(out, mm, zone);
	put_protection(out, mm, zone);
	if (!zone_populated(zone)) {
		put(out, "\n");
		return;
	}
	if (rules->zoneinfo_all_zones)
		put_zone_counters(out, mm, zone);
	put(out, "\n  pagesets");
	for (size_t i = 0; i < mm->cpus.nr; i++)
		if (mm->cpus.cpu[i].online)
			put_page_set(out, mm, zone, mm->cpus.cpu[i].id);
	put(out, "\n  node_unreclaimable:  0");
	put(out, "\n  start_pfn:           %llu\n", LU(zone->start_pfn));
}

typedef void zone_fn(struct out *out, const struct mm *mm, const struct zone *zone);

/* walk_zones_in_node() for every online node. */
static void for_each_zone(struct out *out, const struct mm *mm, bool populated_only, zone_fn *fn)
{
	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid)) {
		const struct node *node = &mm->nodes.node[nid];

		for (enum zone_type t = 0; t < MAX_NR_ZONES && node->online; t++)
			if (zone_exists(mm->kernel, t) && (!populated_only || zone_populated(&node->zones[t])))
				fn(out, mm, &node->zones[t]);
	}
}

int report_zoneinfo(const struct mm *mm, mm_sink *sink, void *ctx)
{
	struct out out = { .sink = sink, .ctx = ctx };

	for_each_zone(&out, mm, !mm->rules->zoneinfo_all_zones, put_zone);
	return out.err;
}

/* --------------------------------------------------- buddyinfo, pagetypeinfo */

static void put_free_blocks(struct out *out, const struct mm *mm, const struct zone *zone)
{
	put(out, "Node %d, zone %8s ", zone->nid, zone_name(zone->type));
	for (unsigned order = 0; order <= mm->kernel->max_order; order++) {
		uint64_t blocks = 0;

		for (int type = 0; type < MIGRATE_TYPES; type++)
			blocks += free_blocks(out, mm, zone, order, type);
		put(out, "%6llu ", LU(blocks));
	}
	put(out, "\n");
}

int report_buddyinfo(const struct mm *mm, mm_sink *sink, void *ctx)
{
	struct out out = { .sink = sink, .ctx = ctx };

	for_each_zone(&out, mm, true, put_free_blocks);
	return out.err;
}

typedef int index_fn(const uint64_t *nr_free, unsigned nr_orders, unsigned order);

static void put_indexes(struct out *out, const struct mm *mm, const struct zone *zone, index_fn *index, int width)
{
	unsigned nr_orders = mm->kernel->max_order + 1;
	uint64_t nr_free[BUDDY_NR_ORDERS] = { 0 };

	for (unsigned order = 0; order < nr_orders; order++)
		for (int type = 0; type < MIGRATE_TYPES; type++)
			nr_free[order] += free_blocks(out, mm, zone, order, type);
	put(out, "Node %d, zone %8s ", zone->nid, zone_name(zone->type));
	for (unsigned order = 0; order < nr_orders; order++) {
		int value = index(nr_free, nr_orders, order);

		put(out, "%*d.%03d ", width, value / 1000, value % 1000);
	}
	put(out, "\n");
}

static void put_unusable(struct out *out, const struct mm *mm, const struct zone *zone)
{
	put_indexes(out, mm, zone, unusable_free_index, 1);
}

static void put_extfrag(struct out *out, const struct mm *mm, const struct zone *zone)
{
	put_indexes(out, mm, zone, fragmentation_index, 2);
}

/* debugfs extfrag/unusable_index and extfrag/extfrag_index */
int report_unusable_index(const struct mm *mm, mm_sink *sink, void *ctx)
{
	struct out out = { .sink = sink, .ctx = ctx };

	for_each_zone(&out, mm, true, put_unusable);
	return out.err;
}

int report_extfrag_index(const struct mm *mm, mm_sink *sink, void *ctx)
{
	struct out out = { .sink = sink, .ctx = ctx };

	for_each_zone(&out, mm, true, put_extfrag);
	return out.err;
}

static const char *const type_names[MIGRATE_TYPES] = {
	"Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate",
};

static bool type_exists(const struct mm_kernel *kernel, int type)
{
	if (type == MIGRATE_CMA)
		return kernel_has_config(kernel, "CMA");
	return type != MIGRATE_ISOLATE || kernel_has_config(kernel, "MEMORY_ISOLATION");
}

static void put_free_by_type(struct out *out, const struct mm *mm, const struct zone *zone)
{
	for (int type = 0; type < MIGRATE_TYPES; type++) {
		if (!type_exists(mm->kernel, type))
			continue;
		put(out, "Node %4d, zone %8s, type %12s ", zone->nid, zone_name(zone->type), type_names[type]);
		for (unsigned order = 0; order <= mm->kernel->max_order; order++)
			put(out, "%6llu ", LU(free_blocks(out, mm, zone, order, type)));
		put(out, "\n");
	}
}

/* Pageblocks of [start, end) by type; every range that is not listed is movable. */
static void count_types(const struct mm *mm, uint64_t start, uint64_t end, uint64_t *count)
{
	uint64_t nr = mm->kernel->pageblock_nr_pages, others = 0;

	for (size_t i = 0; i < mm->buddy.nr_blocks; i++) {
		const struct pageblock_range *range = &mm->buddy.blocks[i];
		uint64_t lo = max_u64(range->start, start), hi = min_u64(range->end, end);

		if (lo < hi) {
			count[range->type] += div_round_up(hi - lo, nr);
			others += div_round_up(hi - lo, nr);
		}
	}
	count[MIGRATE_MOVABLE] += div_round_up(end - start, nr) - others;
}

/* Where zones overlap: the zone of a page, which is the lower one if it was reserved while it was deferred; *@stop: as far as that holds. */
static enum zone_type overlap_zone(const struct mm *mm, const struct node *node, uint64_t pfn, size_t *i, uint64_t *stop)
{
	const struct memblock_type *reserved = &mm->memblock.reserved;
	const struct zone *zone = node_zone_of(node, pfn);
	const struct memblock_region *r;

	*stop = node_overlap_end(node, pfn);
	if (pfn < node->boot_deferred_pfn) {
		*stop = min_u64(*stop, node->boot_deferred_pfn);
		return zone ? zone->type : MAX_NR_ZONES;
	}
	while (*i < reserved->cnt && pfn_up(mm->kernel, reserved->regions[*i].base + reserved->regions[*i].size) <= pfn)
		++*i;
	r = *i < reserved->cnt ? &reserved->regions[*i] : NULL;
	if (!r || pfn_down(mm->kernel, r->base) > pfn) {
		*stop = min_u64(*stop, r ? pfn_down(mm->kernel, r->base) : UINT64_MAX);
		return zone ? zone->type : MAX_NR_ZONES;
	}
	*stop = min_u64(*stop, pfn_up(mm->kernel, r->base + r->size));
	return ZONE_NORMAL;
}

/* Pageblocks that begin in another zone, where zones overlap, are that one's. */
static void count_own_types(const struct mm *mm, const struct zone *zone, uint64_t start, uint64_t end, uint64_t *count)
{
	const struct node *node = &mm->nodes.node[zone->nid];
	uint64_t stop = end;
	size_t i = 0;

	for (; start < end; start = stop) {
		enum zone_type type = node->zones_overlap ? overlap_zone(mm, node, start, &i, &stop) : zone->type;

		stop = stop < end ? align_up(stop, mm->kernel->pageblock_nr_pages) : end;
		if (type == zone->type)
			count_types(mm, start, stop, count);
	}
}

/* The parts of the zone that have struct pages: whole sections with memory in them. */
static void count_zone_types(const struct mm *mm, const struct zone *zone, uint64_t *count)
{
	const struct mm_kernel *k = mm->kernel;
	uint64_t done = zone->start_pfn;

	for (size_t i = 0; i < mm->memblock.memory.cnt; i++) {
		const struct memblock_region *region = &mm->memblock.memory.regions[i];
		uint64_t lo = align_down(pfn_down(k, region->base), k->pages_per_section);
		uint64_t hi = align_up(pfn_up(k, region->base + region->size), k->pages_per_section);

		lo = max_u64(lo, done);
		hi = min_u64(hi, zone_end_pfn(zone));
		if (lo >= hi)
			continue;
		count_own_types(mm, zone, lo, hi, count);
		done = hi;
	}
}

static void put_block_types(struct out *out, const struct mm *mm, const struct zone *zone)
{
	uint64_t count[MIGRATE_TYPES] = { 0 };

	count_zone_types(mm, zone, count);
	put(out, "Node %d, zone %8s ", zone->nid, zone_name(zone->type));
	for (int type = 0; type < MIGRATE_TYPES; type++)
		if (type_exists(mm->kernel, type))
			put(out, "%12llu ", LU(count[type]));
	put(out, "\n");
}

static void for_populated_of_node(struct out *out, const struct mm *mm, const struct node *node, zone_fn *fn)
{
	for (enum zone_type t = 0; t < MAX_NR_ZONES; t++)
		if (zone_exists(mm->kernel, t) && zone_populated(&node->zones[t]))
			fn(out, mm, &node->zones[t]);
}

static void put_node_types(struct out *out, const struct mm *mm, const struct node *node)
{
	put(out, "Page block order: %u\nPages per block:  %llu\n\n", mm->kernel->pageblock_order,
	    LU(mm->kernel->pageblock_nr_pages));
	put(out, "%-43s ", "Free pages count per migrate type at order");
	for (unsigned order = 0; order <= mm->kernel->max_order; order++)
		put(out, "%6u ", order);
	put(out, "\n");
	for_populated_of_node(out, mm, node, put_free_by_type);
	if (out->at)
		return;		/* which type a pageblock had then is not kept */
	put(out, "\n%-23s", "Number of blocks type ");
	for (int type = 0; type < MIGRATE_TYPES; type++)
		if (type_exists(mm->kernel, type))
			put(out, "%12s ", type_names[type]);
	put(out, "\n");
	for_populated_of_node(out, mm, node, put_block_types);
}

static void put_types(struct out *out, const struct mm *mm)
{
	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid))
		if (mm->nodes.node[nid].online && mm->nodes.node[nid].memory)
			put_node_types(out, mm, &mm->nodes.node[nid]);
}

int report_pagetypeinfo(const struct mm *mm, mm_sink *sink, void *ctx)
{
	struct out out = { .sink = sink, .ctx = ctx };

	put_types(&out, mm);
	return out.err;
}

int mm_report_at(const struct mm *mm, const struct mm_state *at, const char *name, mm_sink *sink, void *ctx)
{
	static const struct {
		const char *name;
		zone_fn *put;		/* NULL: node by node */
	} reports[] = {
		{ "buddyinfo", put_free_blocks }, { "pagetypeinfo", NULL },
		{ "unusable_index", put_unusable }, { "extfrag_index", put_extfrag },
	};
	struct out out = { .sink = sink, .ctx = ctx, .at = at };

	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		if (strcmp(reports[i].name, name))
			continue;
		if (reports[i].put)
			for_each_zone(&out, mm, true, reports[i].put);
		else
			put_types(&out, mm);
		return out.err;
	}
	return -ENOENT;
}

/* ------------------------------------------------------------------- iomem */

static void put_range(struct out *out, const char *indent, phys_addr_t start, phys_addr_t end, const char *name)
{
	put(out, "%s%08llx-%08llx : %s\n", indent, LU(start), LU(end - 1), name);
}

/* What may not be "reserved": the kernel image's resources and the crash kernel. */
struct child {
	phys_addr_t start, end;
	const char *name;
};

#define MAX_CHILDREN 4

static size_t named_children(const struct mm *mm, struct child *child)
{
	size_t nr = 0;

	child[nr++] = (struct child){ mm_symbol(mm, arch_text_symbol(mm->kernel)),
				      mm_symbol(mm, "__init_begin"), "Kernel code" };
	child[nr++] = (struct child){ mm_symbol(mm, "_sdata"), mm_symbol(mm, "_end"), "Kernel data" };
	if (mm->crashk_low_res.size)
		child[nr++] = (struct child){ mm->crashk_low_res.base, range_end(mm->crashk_low_res), "Crash kernel" };
	if (mm->crashk_res.size)
		child[nr++] = (struct child){ mm->crashk_res.base, range_end(mm->crashk_res), "Crash kernel" };
	return nr;
}

/* The lowest named child that begins in [start, end), or NULL. */
static const struct child *next_child(const struct child *child, size_t nr, phys_addr_t start, phys_addr_t end)
{
	const struct child *found = NULL;

	for (size_t i = 0; i < nr; i++)
		if (child[i].end > start && child[i].start < end && (!found || child[i].start < found->start))
			found = &child[i];
	return found;
}

/* reserve_region_with_split(): "reserved" wherever no named child is. */
static phys_addr_t put_children_until(struct out *out, const struct child *child, size_t nr, phys_addr_t at,
				      phys_addr_t start, phys_addr_t end, bool reserved)
{
	for (const struct child *c = next_child(child, nr, max_u64(at, start), end); c;
	     c = next_child(child, nr, at, end)) {
		if (reserved && max_u64(at, start) < c->start)
			put_range(out, "  ", max_u64(at, start), c->start, "reserved");
		put_range(out, "  ", c->start, c->end, c->name);
		at = c->end;
	}
	if (reserved && max_u64(at, start) < end) {
		put_range(out, "  ", max_u64(at, start), end, "reserved");
		at = end;
	}
	return at;
}

static void put_ram(struct out *out, const struct mm *mm, phys_addr_t start, phys_addr_t end)
{
	const struct mm_kernel *k = mm->kernel;
	struct child child[MAX_CHILDREN];
	size_t nr = named_children(mm, child);
	phys_addr_t at = start;

	put_range(out, "", start, end, "System RAM");
	for (size_t i = 0; i < mm->nr_iomem_reserved; i++) {
		struct phys_range r = mm->iomem_reserved[i];
		phys_addr_t lo = max_u64(align_down(r.base, k->page_size), start);
		phys_addr_t hi = min_u64(align_up(range_end(r), k->page_size), end);

		if (max_u64(lo, at) >= hi)
			continue;
		at = put_children_until(out, child, nr, at, at, lo, false);
		at = put_children_until(out, child, nr, at, lo, hi, true);
	}
	put_children_until(out, child, nr, at, at, end, false);
}

/*
 * Memory and what the kernel put into it; the lines of devices, which come
 * from drivers, are not there.
 */
int report_iomem(const struct mm *mm, mm_sink *sink, void *ctx)
{
	struct out out = { .sink = sink, .ctx = ctx };
	const struct memblock_type *memory = &mm->memblock.memory;

	for (size_t i = 0; i < memory->cnt; i++) {
		const struct memblock_region *region = &memory->regions[i];
		phys_addr_t start = align_down(region->base, mm->kernel->page_size);
		phys_addr_t end = align_up(region->base + region->size, mm->kernel->page_size);

		if (region->flags & MEMBLOCK_NOMAP)
			put_range(&out, "", start, end, "reserved");
		else
			put_ram(&out, mm, start, end);
	}
	return out.err;
}

/* ----------------------------------------------------------------- meminfo */

static void put_kib(struct out *out, const struct mm *mm, const char *name, uint64_t pages)
{
	put(out, "%-16s%8llu kB\n", name, LU(pages << (mm->kernel->page_shift - 10)));
}

struct sums {
	uint64_t free, cma;
};

static struct sums sum_free(const struct mm *mm)
{
	struct sums sums = { 0, 0 };

	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid)) {
		for (int t = 0; t < MAX_NR_ZONES; t++) {
			sums.free += buddy_nr_free(&mm->buddy, &mm->nodes.node[nid].zones[t]);
			sums.cma += nr_free_cma(mm, &mm->nodes.node[nid].zones[t]);
		}
	}
	return sums;
}

int report_meminfo(const struct mm *mm, mm_sink *sink, void *ctx)
{
	struct out out = { .sink = sink, .ctx = ctx };
	struct sums sums = sum_free(mm);

	put_kib(&out, mm, "MemTotal:", mm->totalram_pages);
	put_kib(&out, mm, "MemFree:", sums.free);
	if (kernel_has_config(mm->kernel, "CMA")) {
		put_kib(&out, mm, "CmaTotal:", mm->totalcma_pages);
		put_kib(&out, mm, "CmaFree:", sums.cma);
	}
	return out.err;
}
