// SPDX-License-Identifier: GPL-2.0-or-later
/* decode_recording.c - case.json, state0.json and the lines of ops.ndjson of a recorded allocator. */
#include "daemon/input/decode_json.h"
#include "daemon/base/fail.h"
#include "daemon/input/recording.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Holds the first error of a document; every function checks it before going on. */
struct reader {
	const char *where;
	struct mm_error *error;
	int err;
};

static void *take(struct reader *r, size_t nr, size_t size)
{
	void *p = r->err ? NULL : calloc(nr + 1, size);

	if (!p && !r->err)
		r->err = fail(r->error, -ENOMEM, r->where, "no memory to read it");
	return p;
}

static void wrong(struct reader *r, const char *key, const char *should)
{
	if (!r->err)
		r->err = fail_at(r->error, -EBADMSG, r->where, key, -1, "should be %s", should);
}

static json_t *member(struct reader *r, const json_t *object, const char *key, int type, const char *should)
{
	json_t *value = json_object_get(object, key);

	if (value && (int)json_typeof(value) == type)
		return value;
	wrong(r, key, should);
	return NULL;
}

static json_t *array(struct reader *r, const json_t *object, const char *key)
{
	return member(r, object, key, JSON_ARRAY, "a list");
}

static int64_t ranged(struct reader *r, const json_t *value, const char *key, int64_t min, int64_t max)
{
	int64_t n = json_integer_value(value);

	if (json_is_integer(value) && n >= min && n <= max)
		return n;
	wrong(r, key, "a number in range");
	return min;
}

static int64_t number(struct reader *r, const json_t *object, const char *key, int64_t min, int64_t max)
{
	return ranged(r, json_object_get(object, key), key, min, max);
}

static int64_t number_or(struct reader *r, const json_t *object, const char *key, int64_t min, int64_t max, int64_t absent)
{
	return json_object_get(object, key) ? number(r, object, key, min, max) : absent;
}

static int64_t at(struct reader *r, const json_t *list, size_t i, const char *key, int64_t min, int64_t max)
{
	return ranged(r, json_array_get(list, i), key, min, max);
}

static char *text(struct reader *r, const json_t *object, const char *key)
{
	const json_t *value = member(r, object, key, JSON_STRING, "a text");
	char *copy = value ? strdup(json_string_value(value)) : NULL;

	if (value && !copy && !r->err)
		r->err = fail(r->error, -ENOMEM, r->where, "no memory to read it");
	return copy;
}

#define MAX_PFN		((int64_t)MM_ALLOC_MAX_SPAN)
#define MAX_PAGES	((int64_t)MM_ALLOC_MAX_SPAN)
#define MAX_OBJECT	65536

/* ------------------------------------------------------------------ case.json */

static enum mm_zone_kind zone_kind(struct reader *r, const json_t *zone)
{
	static const char *const names[MM_ZONE_KINDS] = { "DMA", "DMA32", "NORMAL", "MOVABLE", "DEVICE" };
	const char *kind = json_string_value(json_object_get(zone, "kind"));

	for (size_t i = 0; kind && i < MM_ZONE_KINDS; i++)
		if (!strcasecmp(kind, names[i]))
			return (enum mm_zone_kind)i;
	wrong(r, "kind", "a zone's name");
	return MM_ZONE_DMA;
}

/* lowmem_reserve is by the build's numbers of zones, which may have fewer than we have. */
static void read_zone_case(struct reader *r, const json_t *from, struct mm_alloc_zone *zone)
{
	const json_t *reserve = array(r, from, "lowmem_reserve");
	int64_t type = number(r, from, "type", 0, MM_ZONE_KINDS - 1);

	zone->node = (int)number(r, from, "node", 0, MM_ALLOC_MAX_NODES - 1);
	zone->kind = zone_kind(r, from);
	for (size_t i = 0; i < json_array_size(reserve); i++) {
		int64_t kind = (int64_t)i + (int64_t)zone->kind - type;

		if (kind >= 0 && kind < MM_ZONE_KINDS)
			zone->lowmem_reserve[kind] = at(r, reserve, i, "lowmem_reserve", 0, MAX_PAGES);
	}
}

static void read_cpus(struct reader *r, struct recording *rec, const json_t *cpus)
{
	rec->cpus = take(r, rec->state.nr_cpus, sizeof(*rec->cpus));
	for (size_t i = 0; i < rec->state.nr_cpus && !r->err; i++) {
		const json_t *cpu = json_array_get(cpus, i);

		rec->cpus[i].node = (int)number(r, cpu, "node", 0, MM_ALLOC_MAX_NODES - 1);
		rec->cpus[i].mem_node = (int)number(r, cpu, "mem_node", 0, MM_ALLOC_MAX_NODES - 1);
	}
	rec->state.cpus = rec->cpus;
}

static void read_zonelist(struct reader *r, struct recording *rec, const json_t *list, unsigned *refs)
{
	const json_t *zones = array(r, list, "zones");
	const char *name = json_string_value(json_object_get(list, "list"));
	int64_t nid = number(r, list, "node", 0, MM_ALLOC_MAX_NODES - 1);
	struct mm_alloc_node *node = &rec->nodes[r->err ? 0 : nid];
	size_t nr = json_array_size(zones);

	for (size_t i = 0; i < nr && !r->err; i++)
		refs[i] = (unsigned)at(r, zones, i, "zones", 0, (int64_t)rec->state.nr_zones - 1);
	if (name && !strcmp(name, "thisnode")) {
		node->thisnode = refs;
		node->nr_thisnode = nr;
	} else {
		node->fallback = refs;
		node->nr_fallback = nr;
	}
}

static void read_zonelists(struct reader *r, struct recording *rec, const json_t *lists)
{
	size_t nr_refs = 0, i;
	json_t *list;

	json_array_foreach(lists, i, list)
		nr_refs += json_array_size(json_object_get(list, "zones"));
	rec->nodes = take(r, MM_ALLOC_MAX_NODES, sizeof(*rec->nodes));
	rec->refs = take(r, nr_refs, sizeof(*rec->refs));
	nr_refs = 0;
	json_array_foreach(lists, i, list) {
		if (r->err)
			return;
		read_zonelist(r, rec, list, rec->refs + nr_refs);
		nr_refs += json_array_size(json_object_get(list, "zones"));
	}
	rec->state.nodes = rec->nodes;
	for (i = 0; i < rec->state.nr_zones && !r->err; i++) {
		rec->nodes[rec->recorded.zones[i].node].exists = true;
		if (rec->state.nr_nodes <= (size_t)rec->recorded.zones[i].node)
			rec->state.nr_nodes = (size_t)rec->recorded.zones[i].node + 1;
	}
}

static void read_items(struct reader *r, struct recording *rec, const json_t *items)
{
	static const char *const names[MM_ZONE_COUNTERS] = { "NR_FREE_PAGES", "NR_FREE_CMA_PAGES", "NR_FREE_PAGES_BLOCKS" };

	rec->nr_items = (size_t)number(r, items, "count", 1, 64);
	for (size_t i = 0; i < MM_ZONE_COUNTERS; i++)
		rec->items[i] = (int)number_or(r, items, names[i], 0, (int64_t)rec->nr_items - 1, -1);
}

static void read_version(struct reader *r, struct recording *rec)
{
	struct mm_alloc_state *s = &rec->state;

	if (!r->err && sscanf(rec->package, "%3u.%3u.%5u", &s->version, &s->patchlevel, &s->sublevel) < 2)
		wrong(r, "package", "a version");
}

static void read_allocator(struct reader *r, struct recording *rec, const json_t *a)
{
	const json_t *zones = array(r, a, "zones"), *cpus = array(r, a, "cpus"), *zone;
	struct recorded_state *s = &rec->recorded;
	size_t i;

	if (r->err)
		return;
	s->nr_zones = rec->state.nr_zones = json_array_size(zones);
	s->nr_cpus = rec->state.nr_cpus = json_array_size(cpus);
	if (s->nr_zones > MM_ALLOC_MAX_ZONES || s->nr_cpus > MM_ALLOC_MAX_CPUS) {
		wrong(r, "zones", "fewer, as should cpus");
		return;
	}
	rec->page_size = (uint64_t)number(r, a, "page_size", 4096, 65536);
	if (!r->err && rec->page_size & (rec->page_size - 1))
		wrong(r, "page_size", "a power of two");
	while (!r->err && UINT64_C(1) << rec->state.page_shift < rec->page_size)
		rec->state.page_shift++;
	rec->state.stopper = true;
	s->nr_orders = (unsigned)number(r, a, "orders", 1, MM_ALLOC_ORDERS);
	s->nr_lists = (unsigned)number(r, a, "pcp_lists", 1, MM_ALLOC_PCP_LISTS);
	rec->state.max_order = s->nr_orders - 1;
	rec->state.nr_pcp_lists = s->nr_lists;
	rec->state.pageblock_order = (unsigned)number(r, a, "pageblock_order", 0, MM_ALLOC_ORDERS - 1);
	rec->state.has_cma = json_object_get(json_object_get(a, "mt"), "CMA");
	rec->state.zone_dma32 = json_object_get(json_object_get(a, "gfp_bits"), "DMA32");
	rec->state.mobility_disabled = number_or(r, json_object_get(a, "globals"), "page_group_by_mobility_disabled", 0, 1, 0);
	read_items(r, rec, member(r, a, "zone_stat_items", JSON_OBJECT, "an object"));
	s->zones = take(r, s->nr_zones, sizeof(*s->zones));
	if (r->err)
		return;
	json_array_foreach(zones, i, zone)
		read_zone_case(r, zone, &s->zones[i]);
	read_cpus(r, rec, cpus);
	read_zonelists(r, rec, array(r, a, "zonelists"));
}

/* Caches that the recorder made, [bytes, alignment, reclaimable, hwcache_align] each; recordings of pages alone have none. */
static void read_caches(struct reader *r, struct recording *rec, const json_t *caches)
{
	const json_t *cache;
	size_t i;

	rec->state.nr_caches = json_array_size(caches);
	rec->caches = take(r, rec->state.nr_caches, sizeof(*rec->caches));
	json_array_foreach(caches, i, cache) {
		if (r->err)
			return;
		rec->caches[i] = (struct mm_alloc_cache){
			.object_size = (unsigned)at(r, cache, 0, "caches", 1, MAX_OBJECT),
			.align = (unsigned)at(r, cache, 1, "caches", 0, MAX_OBJECT),
			.reclaimable = at(r, cache, 2, "caches", 0, 1), .hwcache_align = at(r, cache, 3, "caches", 0, 1),
		};
		if (rec->caches[i].align & (rec->caches[i].align - 1))
			wrong(r, "caches", "alignments that are powers of two");
	}
	rec->state.caches = rec->caches;
}

static void read_case(struct reader *r, struct recording *rec, const json_t *root)
{
	const char *boost = json_string_value(json_object_get(json_object_get(root, "sysctl"), "watermark_boost_factor"));

	rec->kernel = text(r, root, "kernel");
	rec->release = text(r, root, "release");
	rec->package = text(r, root, "package");
	read_version(r, rec);
	rec->state.boost_factor = boost ? (unsigned)strtoul(boost, NULL, 10) : 15000;
	read_allocator(r, rec, member(r, root, "allocator", JSON_OBJECT, "an object"));
	read_caches(r, rec, json_object_get(root, "caches"));
}

/* --------------------------------------------------------------------- fields */

/* The fields of a zone and of a page set, by their names in recordings. */
static int64_t *zone_field(struct mm_alloc_zone *zone, const char *name)
{
	const struct { const char *name; int64_t *field; } fields[] = {
		{ "wmark_min", &zone->wmark[0] }, { "wmark_low", &zone->wmark[1] }, { "wmark_high", &zone->wmark[2] },
		{ "wmark_promo", &zone->wmark[3] }, { "watermark_boost", &zone->boost },
		{ "nr_reserved_highatomic", &zone->reserved_highatomic },
		{ "nr_free_highatomic", &zone->free_highatomic }, { "percpu_drift_mark", &zone->drift_mark },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (!strcmp(fields[i].name, name))
			return fields[i].field;
	return NULL;
}

static int *pcp_field(struct mm_alloc_pageset *set, const char *name)
{
	const struct { const char *name; int *field; } fields[] = {
		{ "count", &set->count }, { "high", &set->high }, { "high_min", &set->high_min }, { "high_max", &set->high_max },
		{ "batch", &set->batch }, { "alloc_factor", &set->alloc_factor }, { "free_factor", &set->free_factor },
		{ "free_count", &set->free_count }, { "expire", &set->expire },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (!strcmp(fields[i].name, name))
			return fields[i].field;
	return NULL;
}

static void set_zone_field(struct reader *r, struct mm_alloc_zone *zone, const char *name, const json_t *value)
{
	int64_t *field = name ? zone_field(zone, name) : NULL;

	if (field)
		*field = ranged(r, value, name, -MAX_PAGES, MAX_PAGES);
	else if (name && !strcmp(name, "flags"))
		zone->flags = (unsigned)ranged(r, value, name, 0, UINT32_MAX);
}

static void set_pcp_field(struct reader *r, struct mm_alloc_pageset *set, const char *name, const json_t *value)
{
	int *field = name ? pcp_field(set, name) : NULL;

	if (field)
		*field = (int)ranged(r, value, name, INT32_MIN, INT32_MAX);
	else if (name && !strcmp(name, "flags"))
		set->flags = (unsigned)ranged(r, value, name, 0, UINT32_MAX);
}

/* Counter @item of a zone, or of a CPU's share of it; NULL: we do not model it. */
static int64_t *counter(struct recording *rec, size_t zone, int64_t item)
{
	for (size_t i = 0; i < MM_ZONE_COUNTERS; i++)
		if (rec->items[i] == item)
			return &rec->recorded.zones[zone].counters[i];
	return NULL;
}

static int *share(const struct recording *rec, struct mm_alloc_pageset *set, int64_t item)
{
	for (size_t i = 0; i < MM_ZONE_COUNTERS; i++)
		if (rec->items[i] == item)
			return &set->shares[i];
	return item == (int64_t)rec->nr_items ? &set->stat_threshold : NULL;
}

/* ---------------------------------------------------------------------- lists */

/* An entry of a list: a pfn, or [pfn, type]. */
static uint64_t entry(struct reader *r, const json_t *value, uint8_t *type)
{
	*type = 0;
	if (!json_is_array(value))
		return (uint64_t)ranged(r, value, "list", 0, MAX_PFN);
	*type = (uint8_t)at(r, value, 1, "list", 0, 15);
	return (uint64_t)at(r, value, 0, "list", 0, MAX_PFN);
}

static void splice(struct reader *r, struct recorded_list *list, size_t pos, size_t ndel, const json_t *ins)
{
	size_t nins = json_array_size(ins), after;

	if (pos > list->nr || ndel > list->nr - pos) {
		wrong(r, "list", "a change that fits the list before it");
		return;
	}
	after = list->nr - ndel + nins;
	if (after > list->cap) {
		size_t cap = 2 * after + 16;
		uint64_t *pfns = realloc(list->pfns, cap * sizeof(*pfns));
		uint8_t *types = realloc(list->types, cap);

		list->pfns = pfns ? pfns : list->pfns;
		list->types = types ? types : list->types;
		if (!pfns || !types) {
			r->err = fail(r->error, -ENOMEM, r->where, "no memory to read it");
			return;
		}
		list->cap = cap;
	}
	if (!list->pfns)
		return;
	memmove(list->pfns + pos + nins, list->pfns + pos + ndel, (list->nr - pos - ndel) * sizeof(*list->pfns));
	memmove(list->types + pos + nins, list->types + pos + ndel, list->nr - pos - ndel);
	for (size_t i = 0; i < nins; i++)
		list->pfns[pos + i] = entry(r, json_array_get(ins, i), &list->types[pos + i]);
	list->nr = after;
}

static struct recorded_list *free_list(struct reader *r, struct recording *rec, const json_t *change)
{
	struct recorded_state *s = &rec->recorded;
	size_t zone = (size_t)at(r, change, 0, "fl", 0, (int64_t)s->nr_zones - 1);
	size_t order = (size_t)at(r, change, 1, "fl", 0, s->nr_orders - 1);
	size_t type = (size_t)at(r, change, 2, "fl", 0, MM_ALLOC_TYPES - 1);

	return &s->free_lists[(zone * s->nr_orders + order) * MM_ALLOC_TYPES + type];
}

static struct mm_alloc_pageset *pageset(struct reader *r, struct recording *rec, const json_t *change)
{
	struct recorded_state *s = &rec->recorded;
	size_t zone = (size_t)at(r, change, 0, "zone", 0, (int64_t)s->nr_zones - 1);
	size_t cpu = (size_t)at(r, change, 1, "cpu", 0, (int64_t)s->nr_cpus - 1);

	return &s->pagesets[zone * s->nr_cpus + cpu];
}

static struct recorded_list *pcp_list(struct reader *r, struct recording *rec, const json_t *change)
{
	size_t set = (size_t)(pageset(r, rec, change) - rec->recorded.pagesets);

	return &rec->recorded.pcp_lists[set * rec->recorded.nr_lists +
					(size_t)at(r, change, 2, "pl", 0, rec->recorded.nr_lists - 1)];
}

/* --------------------------------------------------------------------- state0 */

static void read_pageset(struct reader *r, struct recording *rec, const json_t *from)
{
	struct recorded_state *s = &rec->recorded;
	size_t zone = (size_t)number(r, from, "z", 0, (int64_t)s->nr_zones - 1);
	size_t cpu = (size_t)number(r, from, "cpu", 0, (int64_t)s->nr_cpus - 1);
	struct mm_alloc_pageset *set = &s->pagesets[zone * s->nr_cpus + cpu];
	const json_t *lists = array(r, from, "lists"), *shares = array(r, from, "stat_diff");
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)from, key, value)
		set_pcp_field(r, set, key, value);
	set->stat_threshold = (int)number(r, from, "stat_threshold", 0, 127);
	for (size_t i = 0; i < MM_ZONE_COUNTERS && !r->err; i++)
		if (rec->items[i] >= 0)
			set->shares[i] = (int)at(r, shares, (size_t)rec->items[i], "stat_diff", -128, 127);
	for (size_t i = 0; i < s->nr_lists && !r->err; i++) {
		const json_t *list = json_array_get(lists, i);

		splice(r, &s->pcp_lists[(zone * s->nr_cpus + cpu) * s->nr_lists + i], 0, 0, list);
		rec->types_kept |= json_is_array(json_array_get(list, 0));
	}
}

static void read_zone(struct reader *r, struct recording *rec, size_t i, const json_t *fields, const json_t *counters)
{
	struct mm_alloc_zone *zone = &rec->recorded.zones[i];
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)fields, key, value)
		set_zone_field(r, zone, key, value);
	zone->start_pfn = (uint64_t)number(r, fields, "zone_start_pfn", 0, MAX_PFN);
	zone->spanned = (uint64_t)number(r, fields, "spanned_pages", 0, MAX_PAGES);
	zone->present = (uint64_t)number(r, fields, "present_pages", 0, MAX_PAGES);
	zone->managed = (uint64_t)number(r, fields, "managed_pages", 0, MAX_PAGES);
	zone->cma = (uint64_t)number(r, fields, "cma_pages", 0, MAX_PAGES);
	for (size_t c = 0; c < MM_ZONE_COUNTERS && !r->err; c++)
		if (rec->items[c] >= 0)
			zone->counters[c] = at(r, counters, (size_t)rec->items[c], "zone_stat", -MAX_PAGES, MAX_PAGES);
	/* enum zone_stat_item: what reclaim works on follows the counters of free pages. */
	for (size_t c = 0; c < MM_ZONE_LRU_COUNTERS && !r->err; c++) {
		size_t item = (rec->items[MM_FREE_PAGES_BLOCKS] >= 0 ? 2 : 1) + c;

		if (item < json_array_size(counters))
			zone->lru[c] = at(r, counters, item, "zone_stat", -MAX_PAGES, MAX_PAGES);
	}
}

static void read_blocks(struct reader *r, struct recording *rec, const json_t *blocks)
{
	struct recorded_state *s = &rec->recorded;
	uint64_t start = UINT64_MAX, end = 0;
	const json_t *run;
	size_t i;

	rec->state.nr_blocks = json_array_size(blocks);
	rec->runs = take(r, rec->state.nr_blocks, sizeof(*rec->runs));
	json_array_foreach(blocks, i, run) {
		if (r->err)
			return;
		rec->runs[i].pfn = (uint64_t)at(r, run, 0, "blocks", 0, MAX_PFN);
		rec->runs[i].nr = (uint64_t)at(r, run, 1, "blocks", 1, MAX_PAGES >> rec->state.pageblock_order);
		rec->runs[i].flags = (unsigned)at(r, run, 2, "blocks", 0, 255);
		start = rec->runs[i].pfn < start ? rec->runs[i].pfn : start;
		if (rec->runs[i].pfn + (rec->runs[i].nr << rec->state.pageblock_order) > end)
			end = rec->runs[i].pfn + (rec->runs[i].nr << rec->state.pageblock_order);
	}
	rec->state.blocks = rec->runs;
	s->block_pfn0 = start < end ? start : 0;
	s->nr_blocks = start < end ? (end - start) >> rec->state.pageblock_order : 0;
	if (s->nr_blocks > 1u << 24)
		wrong(r, "blocks", "fewer");
	s->blocks = take(r, s->nr_blocks, sizeof(*s->blocks));
	if (r->err)
		return;
	for (i = 0; i < s->nr_blocks; i++)
		s->blocks[i] = -1;
	for (i = 0; i < rec->state.nr_blocks; i++)
		for (uint64_t b = 0; b < rec->runs[i].nr; b++)
			s->blocks[((rec->runs[i].pfn - start) >> rec->state.pageblock_order) + b] = (int16_t)rec->runs[i].flags;
}

static void read_movable(struct reader *r, struct recording *rec, const json_t *movable)
{
	const json_t *range;
	size_t i;

	rec->state.nr_movable = json_array_size(movable);
	rec->movable = take(r, rec->state.nr_movable, sizeof(*rec->movable));
	json_array_foreach(movable, i, range) {
		if (r->err)
			return;
		rec->movable[i].base = (uint64_t)at(r, range, 0, "movable_pages", 0, MAX_PFN);
		rec->movable[i].size = (uint64_t)at(r, range, 1, "movable_pages", 1, MAX_PAGES);
	}
	rec->state.movable = rec->movable;
}

/* A node's numbers in Mem-Info, under their names in /proc/zoneinfo; not every recording has them. */
static void read_node(struct reader *r, struct recording *rec, const json_t *from)
{
	static const char *const names[MM_NODE_COUNTERS] = {
		[MM_NODE_ACTIVE_ANON] = "nr_active_anon", [MM_NODE_INACTIVE_ANON] = "nr_inactive_anon",
		[MM_NODE_ACTIVE_FILE] = "nr_active_file", [MM_NODE_INACTIVE_FILE] = "nr_inactive_file",
		[MM_NODE_UNEVICTABLE] = "nr_unevictable", [MM_NODE_ISOLATED_ANON] = "nr_isolated_anon",
		[MM_NODE_ISOLATED_FILE] = "nr_isolated_file", [MM_NODE_MAPPED] = "nr_mapped", [MM_NODE_DIRTY] = "nr_dirty",
		[MM_NODE_WRITEBACK] = "nr_writeback", [MM_NODE_SHMEM] = "nr_shmem", [MM_NODE_SHMEM_THP] = "nr_shmem_hugepages",
		[MM_NODE_SHMEM_PMDMAPPED] = "nr_shmem_pmdmapped", [MM_NODE_ANON_THP] = "nr_anon_transparent_hugepages",
		[MM_NODE_KERNEL_STACK_KB] = "nr_kernel_stack", [MM_NODE_PAGETABLES] = "nr_page_table_pages",
		[MM_NODE_SEC_PAGETABLES] = "nr_sec_page_table_pages", [MM_NODE_SLAB_RECLAIMABLE] = "nr_slab_reclaimable",
		[MM_NODE_SLAB_UNRECLAIMABLE] = "nr_slab_unreclaimable",
		[MM_NODE_KERNEL_MISC_RECLAIMABLE] = "nr_kernel_misc_reclaimable", [MM_NODE_FILE_PAGES] = "nr_file_pages",
	};
	int64_t nid = number(r, from, "node", 0, (int64_t)rec->state.nr_nodes - 1);

	for (size_t i = 0; i < MM_NODE_COUNTERS && !r->err; i++)
		rec->nodes[nid].counters[i] = number_or(r, from, names[i], 0, MAX_PAGES, 0);
}

static void read_nr_free(struct reader *r, struct recording *rec, const json_t *nr_free)
{
	for (size_t z = 0; z < rec->recorded.nr_zones && !r->err; z++)
		for (size_t o = 0; o < rec->recorded.nr_orders; o++)
			rec->recorded.zones[z].nr_free[o] =
				(uint64_t)at(r, json_array_get(nr_free, z), o, "nr_free", 0, MAX_PAGES);
}

static void read_state(struct reader *r, struct recording *rec, const json_t *state)
{
	struct recorded_state *s = &rec->recorded;
	const json_t *item, *fields = array(r, state, "zone_fields"), *counters = array(r, state, "zone_stat");
	size_t i;

	s->pagesets = take(r, s->nr_zones * s->nr_cpus, sizeof(*s->pagesets));
	s->free_lists = take(r, s->nr_zones * s->nr_orders * MM_ALLOC_TYPES, sizeof(*s->free_lists));
	s->pcp_lists = take(r, s->nr_zones * s->nr_cpus * s->nr_lists, sizeof(*s->pcp_lists));
	if (r->err)
		return;
	json_array_foreach(array(r, state, "free"), i, item) {
		struct recorded_list *list = free_list(r, rec, item);

		if (!r->err)
			splice(r, list, list->nr, 0, json_array_get(item, 3));
	}
	json_array_foreach(array(r, state, "pcp"), i, item) {
		if (r->err)
			return;
		read_pageset(r, rec, item);
	}
	for (i = 0; i < s->nr_zones && !r->err; i++)
		read_zone(r, rec, i, json_array_get(fields, i), json_array_get(counters, i));
	json_array_foreach(json_object_get(state, "node_stat"), i, item) {
		if (r->err)
			return;
		read_node(r, rec, item);
	}
	read_nr_free(r, rec, array(r, state, "nr_free"));
	read_blocks(r, rec, array(r, state, "blocks"));
	read_movable(r, rec, array(r, state, "movable_pages"));
	rec->hash = (uint32_t)number(r, state, "h", 0, UINT32_MAX);
}

/* Puts the lists into the form that mm_allocator_new() takes. */
static void give_lists(struct reader *r, struct recording *rec)
{
	struct recorded_state *s = &rec->recorded;
	size_t nr_free = s->nr_zones * s->nr_orders * MM_ALLOC_TYPES, nr_pcp = s->nr_zones * s->nr_cpus * s->nr_lists;
	struct mm_alloc_list *list = rec->lists = take(r, nr_free + nr_pcp, sizeof(*rec->lists));

	if (r->err)
		return;
	for (size_t i = 0; i < nr_free; i++, list++)
		*list = (struct mm_alloc_list){
			.zone = (unsigned)(i / MM_ALLOC_TYPES / s->nr_orders),
			.order = (unsigned)(i / MM_ALLOC_TYPES % s->nr_orders), .type = (unsigned)(i % MM_ALLOC_TYPES),
			.nr = s->free_lists[i].nr, .pfns = s->free_lists[i].pfns,
		};
	for (size_t i = 0; i < nr_pcp; i++, list++)
		*list = (struct mm_alloc_list){
			.zone = (unsigned)(i / s->nr_lists / s->nr_cpus), .cpu = (unsigned)(i / s->nr_lists % s->nr_cpus),
			.list = (unsigned)(i % s->nr_lists), .nr = s->pcp_lists[i].nr, .pfns = s->pcp_lists[i].pfns,
			.types = s->pcp_lists[i].types,
		};
	rec->state.free_lists = rec->lists;
	rec->state.nr_free_lists = nr_free;
	rec->state.pcp_lists = rec->lists + nr_free;
	rec->state.nr_pcp_lists_given = nr_pcp;
	rec->state.zones = s->zones;
	rec->state.pagesets = s->pagesets;
}

static void read_file(struct reader *r, struct recording *rec, const struct bytes *tar, size_t max, const char *file, const char *key,
		      void (*read)(struct reader *r, struct recording *rec, const json_t *root))
{
	struct bytes bytes = { 0 };
	json_t *root = NULL, *inner;

	if (r->err)
		return;
	r->where = file;
	r->err = recording_file(tar, file, max, &bytes, r->error);
	if (!r->err)
		r->err = decode_json(bytes.data ? bytes.data : "", bytes.len, file, &root, r->error);
	inner = r->err || !key ? root : member(r, root, key, JSON_OBJECT, "an object");
	if (!r->err)
		read(r, rec, inner);
	json_decref(root);
	bytes_deinit(&bytes);
}

int recording_read(const struct bytes *tar, size_t max, struct recording *ret, struct mm_error *error)
{
	struct reader r = { .where = "recording", .error = error };

	*ret = (struct recording){ 0 };
	read_file(&r, ret, tar, max, "case.json", NULL, read_case);
	read_file(&r, ret, tar, max, "state0.json", "state0", read_state);
	if (!r.err)
		give_lists(&r, ret);
	if (r.err)
		recording_close(ret);
	return r.err;
}

/* ----------------------------------------------------------------- ops.ndjson */

static void apply_changes(struct reader *r, struct recording *rec, const json_t *op)
{
	struct recorded_state *s = &rec->recorded;
	const json_t *c;
	size_t i;

#define EACH(key) json_array_foreach(json_object_get(op, key), i, c) if (!r->err)
	EACH("fl")
		splice(r, free_list(r, rec, c), (size_t)at(r, c, 3, "fl", 0, MAX_PAGES), (size_t)at(r, c, 4, "fl", 0, MAX_PAGES),
		       json_array_get(c, 5));
	EACH("pl")
		splice(r, pcp_list(r, rec, c), (size_t)at(r, c, 3, "pl", 0, MAX_PAGES), (size_t)at(r, c, 4, "pl", 0, MAX_PAGES),
		       json_array_get(c, 5));
	EACH("nf")
		s->zones[at(r, c, 0, "nf", 0, (int64_t)s->nr_zones - 1)].nr_free[at(r, c, 1, "nf", 0, s->nr_orders - 1)] =
			(uint64_t)at(r, c, 2, "nf", 0, MAX_PAGES);
	EACH("pc")
		set_pcp_field(r, pageset(r, rec, c), json_string_value(json_array_get(c, 2)), json_array_get(c, 3));
	EACH("zf")
		set_zone_field(r, &s->zones[at(r, c, 0, "zf", 0, (int64_t)s->nr_zones - 1)],
			       json_string_value(json_array_get(c, 1)), json_array_get(c, 2));
	EACH("vs") {
		int64_t *to = counter(rec, (size_t)at(r, c, 0, "vs", 0, (int64_t)s->nr_zones - 1),
				      at(r, c, 1, "vs", 0, 64));

		if (to)
			*to = at(r, c, 2, "vs", -MAX_PAGES, MAX_PAGES);
	}
	EACH("vd") {
		int *to = share(rec, pageset(r, rec, c), at(r, c, 2, "vd", 0, 64));

		if (to)
			*to = (int)at(r, c, 3, "vd", -128, 127);
	}
	EACH("pb") {
		uint64_t b = ((uint64_t)at(r, c, 0, "pb", 0, MAX_PFN) - s->block_pfn0) >> rec->state.pageblock_order;

		if (b < s->nr_blocks)
			s->blocks[b] = (int16_t)at(r, c, 1, "pb", 0, 255);
		else
			wrong(r, "pb", "a pageblock of this machine");
	}
#undef EACH
}

static void read_requests(struct reader *r, const json_t *op, struct recorded_op *ret)
{
	const json_t *events = json_object_get(op, "ev"), *e;
	size_t i;

	ret->requests = take(r, json_array_size(events), sizeof(*ret->requests));
	json_array_foreach(events, i, e) {
		const char *what = json_string_value(json_array_get(e, 0));
		struct recorded_request *req = r->err ? NULL : &ret->requests[ret->nr_requests];

		if (!req)
			return;
		ret->fallbacks += what && !strcmp(what, "x");
		if (!what || (strcmp(what, "a") && strcmp(what, "f")))
			continue;
		req->is_free = *what == 'f';
		req->pfn = (uint64_t)at(r, e, 1, "ev", -1, MAX_PFN);
		req->order = (unsigned)at(r, e, 2, "ev", 0, 64);
		req->gfp = req->is_free ? 0 : (unsigned)at(r, e, 3, "ev", 0, UINT32_MAX);
		ret->nr_requests++;
	}
}

static void read_log(struct reader *r, const json_t *lines, struct recorded_op *ret)
{
	size_t nr = json_array_size(lines);

	if (!nr)
		return;
	ret->log = take(r, nr, sizeof(*ret->log));
	for (size_t i = 0; i < nr && !r->err; i++) {
		const char *line = json_string_value(json_array_get(lines, i));

		ret->log[i] = line ? strdup(line) : NULL;
		if (!line)
			wrong(r, "log", "lines of text");
		else if (!ret->log[i])
			r->err = fail(r->error, -ENOMEM, r->where, "no memory to read it");
		else
			ret->nr_log++;
	}
}

static void read_pfns(struct reader *r, const json_t *list, struct recorded_op *ret)
{
	size_t nr = json_array_size(list);

	ret->pfns = take(r, nr, sizeof(*ret->pfns));
	for (size_t i = 0; i < nr && !r->err; i++) {
		const json_t *item = json_array_get(list, i);

		ret->pfns[i] = (uint64_t)(json_is_array(item) ? at(r, item, 0, "blocks", 0, MAX_PFN)
							      : ranged(r, item, "pfns", 0, MAX_PFN));
	}
}

/*
 * Above KMALLOC_MAX_CACHE_SIZE, two pages, kmalloc() asks for pages itself.
 * What smaller objects do to pages depends on slabs that are not recorded, and
 * is taken from the requests that were.
 */
static void large_kmalloc(struct mm_op *op, uint64_t page_size)
{
	if (op->nr <= 2 * page_size)
		return;
	op->kind = MM_OP_ALLOC;
	op->gfp |= 0x40000;	/* __GFP_COMP */
	while (page_size << op->order < op->nr)
		op->order++;
}

/* MM_OP_NR: objects, whose slabs are not recorded. */
static enum mm_op_kind op_kind(struct reader *r, const char *name)
{
	static const struct { const char *name; enum mm_op_kind kind; } kinds[] = {
		{ "alloc", MM_OP_ALLOC }, { "free", MM_OP_FREE }, { "bulk", MM_OP_BULK }, { "release", MM_OP_RELEASE },
		{ "split", MM_OP_SPLIT }, { "drain_local", MM_OP_DRAIN_LOCAL }, { "drain_all", MM_OP_DRAIN_ALL },
		{ "vmstat", MM_OP_VMSTAT }, { "calloc", MM_OP_CACHE_ALLOC }, { "cfree", MM_OP_CACHE_FREE },
		{ "kmalloc", MM_OP_NR }, { "kfree", MM_OP_NR },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(name, kinds[i].name))
			return kinds[i].kind;
	wrong(r, "op", "an operation that recordings have: alloc, free, bulk, release, split, drain_local, drain_all, vmstat, calloc, "
	      "cfree, kmalloc or kfree");
	return MM_OP_NR;
}

static void read_op(struct reader *r, struct recording *rec, const json_t *op, struct recorded_op *ret)
{
	const char *name = json_string_value(json_object_get(op, "op"));

	if (!name || strlen(name) >= sizeof(ret->name)) {
		wrong(r, "op", "an operation's name");
		return;
	}
	strcpy(ret->name, name);
	ret->index = (size_t)number(r, op, "i", 0, INT32_MAX);
	ret->hash = (uint32_t)number(r, op, "h", 0, UINT32_MAX);
	ret->pfn = (uint64_t)number_or(r, op, "pfn", -1, MAX_PFN, -1);
	ret->value = number_or(r, op, "ret", INT32_MIN, INT32_MAX, 0);
	ret->op = (struct mm_op){
		.kind = op_kind(r, name), .cpu = (unsigned)number(r, op, "cpu", 0, (int64_t)rec->state.nr_cpus - 1),
		.node = (int)number_or(r, op, "node", -1, (int64_t)rec->state.nr_nodes - 1, -1),
		.gfp = (unsigned)number_or(r, op, "gfp", 0, UINT32_MAX, 0),
		.order = (unsigned)number_or(r, op, "order", 0, 64, 0),
		.pfn = ret->pfn, .movable = number_or(r, op, "lru", 0, 1, 0),
		.nr = (unsigned)number_or(r, op, "n", 0, 1 << 30, 0),
		.cache = (unsigned)number_or(r, op, "cache", 0, INT32_MAX, 0),
	};
	if (ret->op.kind == MM_OP_BULK)
		read_pfns(r, json_object_get(op, "pfns"), ret);
	if (ret->op.kind == MM_OP_RELEASE) {
		read_pfns(r, json_object_get(op, "blocks"), ret);
		ret->op.nr = (unsigned)json_array_size(json_object_get(op, "blocks"));
		ret->op.pfns = ret->pfns;
	}
	if (!strcmp(name, "kmalloc"))
		large_kmalloc(&ret->op, rec->page_size);
	read_requests(r, op, ret);
	read_log(r, json_object_get(op, "log"), ret);
	apply_changes(r, rec, op);
}

int recording_op(struct recording *recording, const char *line, size_t len, const char *where,
		 struct recorded_op *ret, struct mm_error *error)
{
	struct reader r = { .where = where, .error = error };
	json_t *root = NULL;

	*ret = (struct recorded_op){ 0 };
	r.err = decode_json(line, len, where, &root, error);
	if (!r.err)
		read_op(&r, recording, root, ret);
	json_decref(root);
	if (r.err)
		recorded_op_deinit(ret);
	return r.err;
}
