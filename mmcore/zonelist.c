// SPDX-License-Identifier: GPL-2.0-or-later
#include "zonelist.h"

/* Of how many candidates a choice keeps the values. */
#define MAX_WEIGHED_SHOWN	64

/* How a node got its place in the order of another node's list. */
struct choice {
	int nid;
	bool local;		/* it is the node itself: no weighing */
	int distance;
	int64_t load, val;	/* node_load and the weighed value; smallest val wins */
	const struct mm_list *weighed;	/* node, val of each that was considered */
};

/*
 * A list being written.  Its rows in table "zonelists" start at @row0; @rows of
 * them exist, the terminating reference included once it is written:
 *
 *   refs:   [0] 0/Normal   [1] 0/DMA   [2] NULL
 *   rows:   row0           row0 + 1    row0 + 2
 *
 * A draft is only written: what the list would be, were its order another one.
 */
struct chain {
	struct zonelists *zl;
	int nid;
	const char *list;
	struct zoneref *refs;
	size_t nr, row0, rows;
	bool draft;		/* no events, no rows, no effect on the policy zone */
};

void zonelists_init(struct zonelists *zl, struct trace *trace, const struct mm_kernel *kernel, struct nodes *nodes)
{
	memset(zl, 0, sizeof(*zl));
	zl->trace = trace;
	zl->kernel = kernel;
	zl->nodes = nodes;
	zl->order = zonelist_order_default(kernel);
	zl->node_load = arena_array(trace->arena, (size_t)kernel->max_numnodes, sizeof(*zl->node_load));
	while (!zone_exists(kernel, zl->policy_zone))
		zl->policy_zone++;
}

const char *zonelist_order_name(enum zonelist_order order)
{
	static const char *const names[] = { "Default", "Node", "Zone" };

	return names[order];
}

bool zonelist_order_parse(const char *s, enum zonelist_order *ret)
{
	switch (*s) {
	case 'd': case 'D':
		*ret = ZONELIST_ORDER_DEFAULT;
		return true;
	case 'n': case 'N':
		*ret = ZONELIST_ORDER_NODE;
		return true;
	case 'z': case 'Z':
		*ret = ZONELIST_ORDER_ZONE;
		return true;
	default:
		return false;
	}
}

/* On 64-bit machines DMA zones are large enough not to be spared for others;
 * without NUMA both orders are the same and 4.9 calls it "Zone". */
enum zonelist_order zonelist_order_default(const struct mm_kernel *kernel)
{
	return kernel->numa && kernel_has_config(kernel, "64BIT") ? ZONELIST_ORDER_NODE : ZONELIST_ORDER_ZONE;
}

/* What rows say of a reference. */
struct place {
	int nid, index, distance;
	const char *zone;
};

static struct place place_of(const struct zonelists *zl, int from, const struct zone *zone)
{
	if (!zone)
		return (struct place){ .nid = -1, .zone = "" };
	return (struct place){
		.nid = zone->nid, .distance = node_distance(zl->nodes, from, zone->nid),
		.zone = zone_name(zone->type), .index = zone_index(zl->kernel, zone->type),
	};
}

/* The row of reference @index: a new one, or in place of the one that exists. */
static void publish_ref(struct chain *chain, size_t index, bool exists)
{
	struct trace *trace = chain->zl->trace;
	const struct place place = place_of(chain->zl, chain->nid, chain->refs[index].zone);
	const union mm_value row[] = {
		V_STR(arena_printf(trace->arena, "%d/%s/%zu", chain->nid, chain->list, index)),
		V_NUM(chain->nid), V_STR(chain->list), V_NUM(index),
		V_NUM(place.nid), V_STR(place.zone), V_NUM(place.index), V_NUM(place.distance),
	};

	trace_splice(trace, MM_ZONELISTS, chain->row0 + index, exists, row, 1);
}

/* Write the reference at the end of the chain, over a terminating one if there is one. */
static void write_ref(struct chain *chain, struct zone *zone)
{
	bool exists = chain->nr < chain->rows;

	chain->refs[chain->nr].zone = zone;
	publish_ref(chain, chain->nr, exists);
	chain->rows += !exists;
}

static void chain_event(struct chain *chain, const char *fn)
{
	struct trace *trace = chain->zl->trace;

	trace_event(trace, MM_ZONELIST, fn);
	trace_arg(trace, FACT_NUM("node", chain->nid));
	trace_arg(trace, FACT_STR("list", chain->list));
	trace_arg(trace, FACT_NUM("index", chain->nr));
}

static void terminate(struct chain *chain, const char *fn)
{
	if (chain->draft)
		return;		/* arrays begin as zeroes */
	chain_event(chain, fn);
	trace_arg(chain->zl->trace, FACT_STR("zone", ""));
	trace_why_fact(chain->zl->trace, FACT_STR("reason", "end"));
	write_ref(chain, NULL);
}

static void check_highest_zone(struct zonelists *zl, enum zone_type type)
{
	if (type > zl->policy_zone && type != ZONE_MOVABLE)
		zl->policy_zone = type;
}

static void why_choice(struct trace *trace, const struct choice *choice)
{
	trace_why_fact(trace, FACT_STR("reason", choice->local ? "local" : "nearest"));
	trace_why_fact(trace, FACT_NUM("distance", choice->distance));
	if (!choice->local) {
		trace_why_fact(trace, FACT_NUM("load", choice->load));
		trace_why_fact(trace, FACT_NUM("val", choice->val));
	}
}

static void append_zone(struct chain *chain, const struct choice *choice, struct zone *zone, const char *fn)
{
	struct trace *trace = chain->zl->trace;

	if (chain->draft) {
		chain->refs[chain->nr++].zone = zone;
		return;
	}
	chain_event(chain, fn);
	trace_arg(trace, FACT_STR("zone", zone_name(zone->type)));
	trace_arg(trace, FACT_NUM("zone_node", zone->nid));
	why_choice(trace, choice);
	trace_why_fact(trace, FACT_NUM("managed", zone->managed_pages));
	write_ref(chain, zone);
	chain->nr++;
	check_highest_zone(chain->zl, zone->type);
}

/* managed_zone() up to 4.20, populated_zone() since. */
static bool zone_qualifies(const struct zonelists *zl, const struct zone *zone)
{
	return zl->kernel->rules->zonelists_need_managed ? zone->managed_pages : zone_populated(zone);
}

/* One node's zones, highest first. */
static void append_node(struct chain *chain, const struct choice *choice)
{
	const struct rules *rules = chain->zl->kernel->rules;
	struct node *node = &chain->zl->nodes->node[choice->nid];

	for (int t = MAX_NR_ZONES - 1; t >= 0; t--)
		if (zone_qualifies(chain->zl, &node->zones[t]))
			append_zone(chain, choice, &node->zones[t],
				    rules->zone_order ? "build_zonelists_node" : "build_zonerefs_node");
}

/* 4.9, node order: each node's zones, and a terminating reference that the next node overwrites. */
static void append_in_node_order_terminated(struct chain *chain, const struct choice *order, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		append_node(chain, &order[i]);
		terminate(chain, "build_zonelists_in_node_order");
	}
}

static void append_in_node_order(struct chain *chain, const struct choice *order, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		append_node(chain, &order[i]);
	terminate(chain, "build_zonelists_in_node_order");
}

/* 4.9, zone order: the highest zone of every node, then the next lower one, DMA last. */
static void append_in_zone_order(struct chain *chain, const struct choice *order, size_t nr)
{
	for (int t = MAX_NR_ZONES - 1; t >= 0; t--) {
		for (size_t i = 0; i < nr; i++) {
			struct zone *zone = &chain->zl->nodes->node[order[i].nid].zones[t];

			if (zone_qualifies(chain->zl, zone))
				append_zone(chain, &order[i], zone, "build_zonelists_in_zone_order");
		}
	}
	terminate(chain, "build_zonelists_in_zone_order");
}

/*
 * val = (distance + 1 if it has a lower number) scaled up, plus how loaded it
 * is.  The penalty for nodes with CPUs never applies: no CPU is in a node's
 * mask before smp_prepare_cpus().
 */
static void weigh(const struct zonelists *zl, int local, int nid, struct choice *choice)
{
	int64_t scale = zl->kernel->max_numnodes;

	if (zl->kernel->rules->node_load_assigned)
		scale *= zl->nodes->nr_online;		/* MAX_NODE_LOAD */
	*choice = (struct choice){
		.nid = nid,
		.distance = node_distance(zl->nodes, local, nid),
		.load = zl->node_load[nid],
	};
	choice->val = (choice->distance + (nid < local)) * scale + choice->load;
}

static bool find_next_best_node(const struct zonelists *zl, int local, bool *used, struct choice *best)
{
	const struct node *nodes = zl->nodes->node;
	int64_t weighed[2 * MAX_WEIGHED_SHOWN];
	size_t nr = 0;

	best->nid = NUMA_NO_NODE;
	if (!used[local] && (zl->kernel->rules->local_node_first || nodes[local].memory)) {
		*best = (struct choice){ .nid = local, .local = true, .distance = node_distance(zl->nodes, local, local) };
	} else {
		for (int nid = nodes_next(zl->kernel, zl->nodes, -1); nid >= 0; nid = nodes_next(zl->kernel, zl->nodes, nid)) {
			struct choice choice;

			if (!nodes[nid].memory || used[nid])
				continue;
			weigh(zl, local, nid, &choice);
			if (nr < ARRAY_SIZE(weighed)) {
				weighed[nr++] = nid;
				weighed[nr++] = choice.val;
			}
			if (best->nid == NUMA_NO_NODE || choice.val < best->val)
				*best = choice;
		}
	}
	if (best->nid == NUMA_NO_NODE)
		return false;
	best->weighed = nr ? trace_list(zl->trace, weighed, nr) : NULL;
	used[best->nid] = true;
	return true;
}

/* The first node of each group of equal distance is made less attractive to
 * the nodes that follow, so that they do not all lean on the same one. */
static void add_load(struct zonelists *zl, const struct choice *chosen, const struct choice *prev, int64_t load)
{
	if (chosen->distance == prev->distance)
		return;
	if (zl->kernel->rules->node_load_assigned)
		zl->node_load[chosen->nid] = load;
	else
		zl->node_load[chosen->nid]++;
}

static void choice_event(struct zonelists *zl, int local, const struct choice *choice)
{
	struct trace *trace = zl->trace;

	trace_event(trace, MM_ZONELIST, "find_next_best_node");
	trace_arg(trace, FACT_NUM("node", local));
	trace_arg(trace, FACT_NUM("best", choice->nid));
	why_choice(trace, choice);
	if (!choice->local) {
		trace_why_fact(trace, FACT_NUM("lower", choice->nid < local));
		/* PENALTY_FOR_NODE_WITH_CPUS: no node has CPUs in its mask yet. */
		trace_why_fact(trace, FACT_NUM("cpu_penalty", 0));
		trace_why_fact(trace, (struct mm_fact){ .name = "weighed", .type = MM_LIST, .value.list = choice->weighed });
	}
	trace_why_fact(trace, FACT_NUM("load_after", zl->node_load[choice->nid]));
}

/* -> how many nodes @order holds now */
static size_t order_nodes(struct zonelists *zl, int local, struct choice *order)
{
	bool *used = arena_array(zl->trace->arena, (size_t)zl->kernel->max_numnodes, sizeof(*used));
	struct choice prev = { .nid = local, .distance = node_distance(zl->nodes, local, local) };
	int64_t load = zl->nodes->nr_online;
	size_t nr = 0;

	while (find_next_best_node(zl, local, used, &order[nr])) {
		add_load(zl, &order[nr], &prev, load--);
		choice_event(zl, local, &order[nr]);
		prev = order[nr++];
	}
	return nr;
}

static struct chain chain_new(struct zonelists *zl, int nid, const char *list, size_t nr_refs)
{
	return (struct chain){
		.zl = zl, .nid = nid, .list = list,
		.refs = arena_array(zl->trace->arena, nr_refs + 1, sizeof(struct zoneref)),
		.row0 = zl->trace->rows[MM_ZONELISTS].nr,
	};
}

static size_t count_zones(const struct zonelists *zl, const struct choice *order, size_t nr)
{
	size_t zones = 0;

	for (size_t i = 0; i < nr; i++)
		for (int t = 0; t < MAX_NR_ZONES; t++)
			zones += zone_qualifies(zl, &zl->nodes->node[order[i].nid].zones[t]);
	return zones;
}

static void print_fallback_order(struct zonelists *zl, int nid, const struct choice *order, size_t nr)
{
	const char *text = "";

	for (size_t i = 0; i < nr; i++)
		text = arena_printf(zl->trace->arena, "%s%d ", text, order[i].nid);
	trace_printk(zl->trace, "Fallback order for Node %d: %s", nid, text);
}

/* The list without fallback holds the node's own zones. */
static void build_thisnode(struct zonelists *zl, struct node *node)
{
	const struct choice self = { .nid = node->nid, .local = true,
				     .distance = node_distance(zl->nodes, node->nid, node->nid) };
	struct chain chain = chain_new(zl, node->nid, "nofallback", count_zones(zl, &self, 1));

	append_node(&chain, &self);
	terminate(&chain, "build_thisnode_zonelists");
	node->nofallback = chain.refs;
	node->nr_nofallback = chain.nr;
}

/* 4.9 can choose. */
static void append_in_order(struct chain *chain, enum zonelist_order by, const struct choice *order, size_t nr)
{
	if (by == ZONELIST_ORDER_NODE)
		append_in_node_order_terminated(chain, order, nr);
	else
		append_in_zone_order(chain, order, nr);
}

static void build_fallback(struct zonelists *zl, struct node *node, const struct choice *order, size_t nr)
{
	struct chain chain = chain_new(zl, node->nid, "fallback", count_zones(zl, order, nr));

	if (zl->kernel->rules->zone_order)
		append_in_order(&chain, zl->order, order, nr);
	else
		append_in_node_order(&chain, order, nr);
	node->fallback = chain.refs;
	node->nr_fallback = chain.nr;
}

/* Both orders of the node's list, beside the one that was built. */
static void publish_orders(struct zonelists *zl, const struct node *node, const struct choice *order, size_t nr)
{
	static const enum zonelist_order orders[] = { ZONELIST_ORDER_NODE, ZONELIST_ORDER_ZONE };
	const size_t width = mm_table_def(MM_ZONELIST_ORDERS)->nr_columns, refs = count_zones(zl, order, nr) + 1;
	union mm_value *rows = arena_array(zl->trace->arena, ARRAY_SIZE(orders) * refs * width, sizeof(*rows));
	union mm_value *row = rows;

	for (size_t k = 0; k < ARRAY_SIZE(orders); k++) {
		const char *name = zonelist_order_name(orders[k]);
		struct chain chain = chain_new(zl, node->nid, "fallback", refs - 1);

		chain.draft = true;
		append_in_order(&chain, orders[k], order, nr);
		assert(chain.nr == refs - 1);
		for (size_t i = 0; i < refs; i++, row += width) {
			const struct place place = place_of(zl, node->nid, chain.refs[i].zone);
			const union mm_value values[] = {
				V_STR(arena_printf(zl->trace->arena, "%d/%s/%zu", node->nid, name, i)),
				V_NUM(node->nid), V_STR(name), V_NUM(orders[k] == zl->order), V_NUM(i),
				V_NUM(place.nid), V_STR(place.zone), V_NUM(place.index), V_NUM(place.distance),
			};

			memcpy(row, values, sizeof(values));
		}
	}
	trace_splice(zl->trace, MM_ZONELIST_ORDERS, zl->trace->rows[MM_ZONELIST_ORDERS].nr, 0, rows,
		     ARRAY_SIZE(orders) * refs);
}

static void build_node(struct zonelists *zl, struct node *node)
{
	struct choice *order = arena_array(zl->trace->arena, (size_t)zl->kernel->max_numnodes + 1, sizeof(*order));
	size_t nr = order_nodes(zl, node->nid, order);

	build_fallback(zl, node, order, nr);
	build_thisnode(zl, node);
	if (zl->kernel->rules->zone_order)
		publish_orders(zl, node, order, nr);
	if (zl->kernel->rules->fallback_order_line)
		print_fallback_order(zl, node->nid, order, nr);
}

/* Without NUMA there is one node, one list, and nothing to weigh. */
static void build_uma(struct zonelists *zl, struct node *node)
{
	const struct choice self = { .nid = node->nid, .local = true, .distance = LOCAL_DISTANCE };
	struct chain chain = chain_new(zl, node->nid, "fallback", count_zones(zl, &self, 1));

	append_node(&chain, &self);
	terminate(&chain, "build_zonelists");
	node->fallback = chain.refs;
	node->nr_fallback = chain.nr;
}

void zonelists_build(struct zonelists *zl)
{
	bool only_online = zl->kernel->rules->zonelists_of_online;

	memset(zl->node_load, 0, (size_t)zl->kernel->max_numnodes * sizeof(*zl->node_load));
	for (int nid = nodes_next(zl->kernel, zl->nodes, -1); nid >= 0; nid = nodes_next(zl->kernel, zl->nodes, nid)) {
		struct node *node = &zl->nodes->node[nid];

		if (only_online && !node->online)
			continue;
		if (zl->kernel->numa)
			build_node(zl, node);
		else
			build_uma(zl, node);
	}
}

uint64_t nr_free_zone_pages(const struct nodes *nodes, int nid, enum zone_type highest)
{
	const struct node *node = &nodes->node[nid];
	uint64_t sum = 0;

	for (size_t i = 0; i < node->nr_fallback; i++) {
		const struct zone *zone = node->fallback[i].zone;

		if (zone->type <= highest && zone->managed_pages > zone->watermark[WMARK_HIGH])
			sum += zone->managed_pages - zone->watermark[WMARK_HIGH];
	}
	return sum;
}
