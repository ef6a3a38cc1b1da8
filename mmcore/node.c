// SPDX-License-Identifier: GPL-2.0-or-later
#include "node.h"

int node_distance(const struct nodes *nodes, int from, int to)
{
	if (nodes->distance && from < nodes->nr_distance && to < nodes->nr_distance)
		return nodes->distance[from * nodes->nr_distance + to];
	return from == to ? LOCAL_DISTANCE : REMOTE_DISTANCE;
}

const char *zone_name(enum zone_type type)
{
	static const char *const names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "Movable", "Device" };

	return names[type];
}

bool zone_exists(const struct mm_kernel *kernel, enum zone_type type)
{
	switch (type) {
	case ZONE_DMA:
		return kernel->zone_dma;
	case ZONE_DMA32:
		return kernel->zone_dma32;
	case ZONE_DEVICE:
		return kernel->zone_device;
	default:
		return true;
	}
}

int zone_index(const struct mm_kernel *kernel, enum zone_type type)
{
	int index = 0;

	for (enum zone_type t = 0; t < type; t++)
		index += zone_exists(kernel, t);
	return index;
}

int nodes_next(const struct mm_kernel *kernel, const struct nodes *nodes, int nid)
{
	while (++nid < kernel->max_numnodes)
		if (nodes->node[nid].possible)
			return nid;
	return -1;
}

/* Which span of ZONE_MOVABLE's pages ends above @pfn; nr_movable: none. */
static size_t movable_above(const struct node *node, uint64_t pfn)
{
	size_t i = 0;

	while (i < node->nr_movable && node->movable[i].end <= pfn)
		i++;
	return i;
}

static bool is_movable(const struct node *node, uint64_t pfn)
{
	size_t i = movable_above(node, pfn);

	return i < node->nr_movable && node->movable[i].start <= pfn;
}

struct zone *node_zone_of(const struct node *node, uint64_t pfn)
{
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct zone *zone = &node->zones[i];

		if (pfn < zone->start_pfn || pfn >= zone_end_pfn(zone))
			continue;
		if (i == ZONE_NORMAL && node->zones_overlap && is_movable(node, pfn))
			zone = &node->zones[ZONE_MOVABLE];
		return (struct zone *)zone;
	}
	return NULL;
}

uint64_t node_overlap_end(const struct node *node, uint64_t pfn)
{
	size_t i = movable_above(node, pfn);

	if (i == node->nr_movable)
		return UINT64_MAX;
	return node->movable[i].start <= pfn ? node->movable[i].end : node->movable[i].start;
}

void node_make_normal(struct arena *arena, struct node *node, uint64_t start, uint64_t end)
{
	struct pfn_span *kept = arena_array(arena, node->nr_movable + 1, sizeof(*kept));
	size_t nr = 0;

	for (size_t i = 0; i < node->nr_movable; i++) {
		const struct pfn_span *span = &node->movable[i];

		if (span->start < start)
			kept[nr++] = (struct pfn_span){ span->start, min_u64(span->end, start) };
		if (span->end > end)
			kept[nr++] = (struct pfn_span){ max_u64(span->start, end), span->end };
	}
	node->movable = kept;
	node->nr_movable = nr;
}

void node_make_movable(struct arena *arena, struct node *node, uint64_t start, uint64_t end)
{
	size_t at;

	if (start >= end)
		return;
	node_make_normal(arena, node, start, end);
	node->movable = arena_grow(arena, node->movable, node->nr_movable, node->nr_movable + 1, sizeof(*node->movable));
	at = movable_above(node, start);
	memmove(&node->movable[at + 1], &node->movable[at], (node->nr_movable - at) * sizeof(*node->movable));
	node->movable[at] = (struct pfn_span){ start, end };
	node->nr_movable++;
}

static const struct mm_list *protection(struct trace *trace, const struct mm_kernel *kernel, const struct zone *zone)
{
	int64_t v[MAX_NR_ZONES];
	size_t nr = 0;

	for (enum zone_type t = 0; t < MAX_NR_ZONES; t++)
		if (zone_exists(kernel, t))
			v[nr++] = (int64_t)zone->lowmem_reserve[t];
	return trace_list(trace, v, nr);
}

void zone_publish(struct trace *trace, const struct mm_kernel *kernel, const struct zone *zone, uint64_t nr_free)
{
	const union mm_value row[] = {
		V_STR(arena_printf(trace->arena, "%d/%s", zone->nid, zone_name(zone->type))),
		V_NUM(zone->nid), V_STR(zone_name(zone->type)), V_NUM(zone_index(kernel, zone->type)),
		V_NUM(zone->start_pfn), V_NUM(zone->spanned_pages), V_NUM(zone->present_pages),
		V_NUM(zone->managed_pages), V_NUM(zone->cma_pages), V_NUM(nr_free),
		V_NUM(zone->watermark[WMARK_MIN]), V_NUM(zone->watermark[WMARK_LOW]),
		V_NUM(zone->watermark[WMARK_HIGH]), V_NUM(zone->watermark[WMARK_PROMO]),
		V_LIST(protection(trace, kernel, zone)),
	};

	trace_put(trace, MM_ZONES, row);
}

static void put_node(struct trace *trace, const struct mm_kernel *kernel, const struct nodes *nodes, const struct node *node)
{
	const struct mm_list *none = trace_list(trace, NULL, 0), *distances = none;
	size_t nr = 0;
	int64_t *v = arena_array(trace->arena, (size_t)kernel->max_numnodes, sizeof(*v));

	for (int to = nodes_next(kernel, nodes, -1); to >= 0; to = nodes_next(kernel, nodes, to))
		v[nr++] = node_distance(nodes, node->nid, to);
	distances = trace_list(trace, v, nr);
	const union mm_value row[] = {
		V_NUM(node->nid), V_NUM(node->start_pfn), V_NUM(node->end_pfn), V_NUM(node->spanned_pages),
		V_NUM(node->present_pages), V_HEX(node->node_data), V_NUM(node->node_data_nid),
		V_LIST(none), V_LIST(distances),
		V_NUM(node->first_deferred_pfn == UINT64_MAX ? -1 : (int64_t)node->first_deferred_pfn),
	};

	trace_put(trace, MM_NODES, row);
}

void zones_publish(struct trace *trace, const struct mm_kernel *kernel, const struct nodes *nodes,
		   zone_free_fn *nr_free, void *ctx)
{
	for (int nid = nodes_next(kernel, nodes, -1); nid >= 0; nid = nodes_next(kernel, nodes, nid)) {
		const struct node *node = &nodes->node[nid];

		put_node(trace, kernel, nodes, node);
		for (enum zone_type t = 0; t < MAX_NR_ZONES; t++) {
			const struct zone *zone = &node->zones[t];

			if (zone_exists(kernel, t))
				zone_publish(trace, kernel, zone, nr_free ? nr_free(ctx, zone) : 0);
		}
	}
}
