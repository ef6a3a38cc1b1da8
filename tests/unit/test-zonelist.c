/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zone_machine.h"

#include <stdio.h>
#include <stdlib.h>

static struct zone_machine m;

static void four_nodes(unsigned version, unsigned patchlevel, const uint8_t *distance)
{
	zone_machine_init(&m, version, patchlevel);
	for (int nid = 0; nid < 4; nid++) {
		add_node(&m, nid);
		add_zone(&m, nid, ZONE_NORMAL, 262144, 258048);
	}
	m.nodes.distance = (uint8_t *)distance;
	m.nodes.nr_distance = 4;
}

static const char *order_of(int nid)
{
	static char text[512];
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < m.node[nid].nr_fallback; i++) {
		const struct zone *zone = m.node[nid].fallback[i].zone;

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%d:%s", i ? " " : "", zone->nid, zone_name(zone->type));
	}
	return text;
}

static void build(enum zonelist_order order)
{
	struct zonelists zl;

	zonelists_init(&zl, &m.trace, m.kernel, &m.nodes);
	if (order != ZONELIST_ORDER_DEFAULT)
		zl.order = order;
	zonelists_build(&zl);
}

/* The nodes of the four lists, first zone of each node only: "0123 1032 ...". */
static const char *node_orders(void)
{
	static char text[64];
	size_t len = 0;

	for (int nid = 0; nid < 4; nid++) {
		for (size_t i = 0; i < m.node[nid].nr_fallback; i++)
			text[len++] = (char)('0' + m.node[nid].fallback[i].zone->nid);
		text[len++] = nid < 3 ? ' ' : '\0';
	}
	return text;
}

/* 10 20 20 20     every list starts at its own node and
 * 20 10 20 20     goes round: 0123 1230 2301 3012 */
static void equal_distances_go_round(void **state)
{
	(void)state;
	four_nodes(6, 1, NULL);
	build(ZONELIST_ORDER_DEFAULT);
	assert_string_equal(node_orders(), "0123 1230 2301 3012");
	zone_machine_deinit(&m);
}

static const uint8_t pairs[16] = {
	10, 15, 30, 30,
	15, 10, 30, 30,
	30, 30, 10, 15,
	30, 30, 15, 10,
};

/* Two pairs of near nodes: the last list shows how each kernel counts load. */
static void load_decides_between_equal_nodes(void **state)
{
	(void)state;
	four_nodes(6, 7, pairs);
	build(ZONELIST_ORDER_DEFAULT);
	assert_string_equal(node_orders(), "0123 1032 2301 3210");
	zone_machine_deinit(&m);
}

static void older_kernels_assign_a_falling_load(void **state)
{
	(void)state;
	four_nodes(4, 9, pairs);
	build(ZONELIST_ORDER_NODE);
	assert_string_equal(node_orders(), "0123 1032 2301 3201");
	zone_machine_deinit(&m);
}

/* As booted with 6.12: distances 0-1 15, 0-2 20, 0-3 30, 1-2 25, 1-3 20, 2-3 15. */
static void uneven_distances_sort_by_distance(void **state)
{
	static const uint8_t distance[16] = {
		10, 15, 20, 30,
		15, 10, 25, 20,
		20, 25, 10, 15,
		30, 20, 15, 10,
	};

	(void)state;
	four_nodes(6, 12, distance);
	build(ZONELIST_ORDER_DEFAULT);
	assert_string_equal(node_orders(), "0123 1032 2301 3210");
	zone_machine_deinit(&m);
}

/*
 *   node 0:  [ DMA ][ Normal ]      node 1:  [ Normal ]
 */
static void two_unlike_nodes(unsigned version, unsigned patchlevel)
{
	zone_machine_init(&m, version, patchlevel);
	add_node(&m, 0);
	add_zone(&m, 0, ZONE_DMA, 786432, 774144);
	add_zone(&m, 0, ZONE_NORMAL, 262144, 258048);
	add_node(&m, 1);
	add_zone(&m, 1, ZONE_NORMAL, 524288, 516096);
}

static void node_order_keeps_a_nodes_zones_together(void **state)
{
	(void)state;
	two_unlike_nodes(4, 9);
	build(ZONELIST_ORDER_NODE);
	assert_string_equal(order_of(0), "0:Normal 0:DMA 1:Normal");
	assert_string_equal(order_of(1), "1:Normal 0:Normal 0:DMA");
	zone_machine_deinit(&m);
}

static void zone_order_leaves_dma_for_last(void **state)
{
	(void)state;
	two_unlike_nodes(4, 9);
	build(ZONELIST_ORDER_ZONE);
	assert_string_equal(order_of(0), "0:Normal 1:Normal 0:DMA");
	assert_int_equal(m.node[0].nr_nofallback, 2);
	assert_int_equal(m.node[0].nofallback[0].zone->type, ZONE_NORMAL);
	assert_null(m.node[0].nofallback[2].zone);
	zone_machine_deinit(&m);
}

static void the_first_letter_names_the_order(void **state)
{
	enum zonelist_order order = ZONELIST_ORDER_DEFAULT;

	(void)state;
	assert_true(zonelist_order_parse("Zebra", &order));
	assert_int_equal(order, ZONELIST_ORDER_ZONE);
	assert_true(zonelist_order_parse("node", &order));
	assert_int_equal(order, ZONELIST_ORDER_NODE);
	assert_false(zonelist_order_parse("x", &order));
	assert_int_equal(order, ZONELIST_ORDER_NODE);
	assert_true(zonelist_order_parse("default", &order));
	assert_int_equal(order, ZONELIST_ORDER_DEFAULT);
}

/* Node 0 has CPUs only.  6.1 still names it first, 6.7 does not. */
static void memoryless(unsigned version, unsigned patchlevel)
{
	zone_machine_init(&m, version, patchlevel);
	add_node(&m, 0);
	for (int nid = 1; nid < 3; nid++) {
		add_node(&m, nid);
		add_zone(&m, nid, ZONE_NORMAL, 262144, 258048);
	}
	build(ZONELIST_ORDER_DEFAULT);
}

static const char *fallback_line(int nid)
{
	char start[64];

	snprintf(start, sizeof(start), "Fallback order for Node %d: ", nid);
	for (size_t i = 0; i < m.trace.nr_events; i++)
		for (size_t k = 0; k < m.trace.events[i].nr_printk; k++)
			if (!strncmp(m.trace.events[i].printk[k], start, strlen(start)))
				return m.trace.events[i].printk[k] + strlen(start);
	return "";
}

static void a_node_without_memory_is_named_until_6_1(void **state)
{
	(void)state;
	memoryless(6, 1);
	assert_string_equal(fallback_line(0), "0 1 2 ");
	assert_string_equal(order_of(0), "1:Normal 2:Normal");
	assert_int_equal(m.node[0].nr_nofallback, 0);
	zone_machine_deinit(&m);
	memoryless(6, 7);
	assert_string_equal(fallback_line(0), "1 2 ");
	assert_string_equal(order_of(0), "1:Normal 2:Normal");
	zone_machine_deinit(&m);
}

/* Rows of the table are the lists as built, terminating references included. */
static void the_table_holds_every_reference(void **state)
{
	const struct trace_rows *rows = &m.trace.rows[MM_ZONELISTS];
	const size_t width = mm_table_def(MM_ZONELISTS)->nr_columns;

	(void)state;
	two_unlike_nodes(4, 9);
	build(ZONELIST_ORDER_NODE);
	/* node 0: 3 + end, 2 + end; node 1: 3 + end, 1 + end */
	assert_int_equal(rows->nr, 13);
	assert_string_equal(rows->v[3 * width].s, "0/fallback/3");
	assert_string_equal(rows->v[3 * width + 5].s, "");
	assert_string_equal(rows->v[4 * width].s, "0/nofallback/0");
	zone_machine_deinit(&m);
}

/* The list of node @nid in table "zonelist_orders" in that order; "" if it is not there. */
static const char *published_order(int nid, const char *order)
{
	const struct trace_rows *rows = &m.trace.rows[MM_ZONELIST_ORDERS];
	const size_t width = mm_table_def(MM_ZONELIST_ORDERS)->nr_columns;
	static char text[2][512];
	static unsigned next;
	char *out = text[next++ % 2];
	size_t len = 0;

	*out = '\0';
	for (size_t i = 0; i < rows->nr; i++) {
		const union mm_value *r = rows->v + i * width;

		if (r[1].i == nid && !strcmp(r[2].s, order) && *r[6].s)
			len += (size_t)snprintf(out + len, sizeof(text[0]) - len, "%s%lld:%s", r[4].i ? " " : "",
						(long long)r[5].i, r[6].s);
	}
	return out;
}

/*
 *   node 0:  [ DMA ][ Normal ]      node 1:  [ DMA ][ Normal ]
 */
static void two_nodes_of_two_zones(unsigned version, unsigned patchlevel)
{
	zone_machine_init(&m, version, patchlevel);
	for (int nid = 0; nid < 2; nid++) {
		add_node(&m, nid);
		add_zone(&m, nid, ZONE_DMA, 262144, 258048);
		add_zone(&m, nid, ZONE_NORMAL, 524288, 516096);
	}
}

static void both_orders_are_shown_where_one_is_chosen(void **state)
{
	(void)state;
	two_nodes_of_two_zones(4, 9);
	build(ZONELIST_ORDER_NODE);
	assert_string_equal(published_order(0, "Node"), "0:Normal 0:DMA 1:Normal 1:DMA");
	assert_string_equal(published_order(0, "Zone"), "0:Normal 1:Normal 0:DMA 1:DMA");
	assert_string_equal(published_order(1, "Node"), "1:Normal 1:DMA 0:Normal 0:DMA");
	assert_string_equal(published_order(1, "Zone"), "1:Normal 0:Normal 1:DMA 0:DMA");
	zone_machine_deinit(&m);
}

/* Row by row: key, node and name of the list aside, which zonelists have in other columns. */
static void expect_chosen_is_built(enum zonelist_order order)
{
	const struct trace_rows *rows = &m.trace.rows[MM_ZONELIST_ORDERS], *built = &m.trace.rows[MM_ZONELISTS];
	const size_t width = mm_table_def(MM_ZONELIST_ORDERS)->nr_columns, built_width = mm_table_def(MM_ZONELISTS)->nr_columns;
	size_t at = 0, chosen = 0;

	two_nodes_of_two_zones(4, 9);
	build(order);
	for (size_t i = 0; i < rows->nr; i++) {
		const union mm_value *r = rows->v + i * width, *b;

		if (!r[3].i)
			continue;
		assert_string_equal(r[2].s, zonelist_order_name(order));
		while (at < built->nr && strcmp(built->v[at * built_width + 2].s, "fallback"))
			at++;
		assert_true(at < built->nr);
		b = built->v + at++ * built_width;
		assert_int_equal(r[1].i, b[1].i);
		assert_int_equal(r[4].i, b[3].i);
		assert_int_equal(r[5].i, b[4].i);
		assert_string_equal(r[6].s, b[5].s);
		assert_int_equal(r[7].i, b[6].i);
		assert_int_equal(r[8].i, b[7].i);
		chosen++;
	}
	/* 2 nodes, 4 zones and the terminating reference, 2 orders */
	assert_int_equal(rows->nr, 20);
	assert_int_equal(chosen, 10);
	zone_machine_deinit(&m);
}

static void the_chosen_order_is_the_list_as_built(void **state)
{
	(void)state;
	expect_chosen_is_built(ZONELIST_ORDER_NODE);
	expect_chosen_is_built(ZONELIST_ORDER_ZONE);
}

/* What the other order would be is no event of its own, and changes nothing. */
static void the_other_order_leaves_no_trace(void **state)
{
	struct zonelists zl;
	size_t events;

	(void)state;
	two_nodes_of_two_zones(4, 9);
	zonelists_init(&zl, &m.trace, m.kernel, &m.nodes);
	zonelists_build(&zl);
	/* Each node: 2 choices; 4 zones, an end after each node's; 2 zones of its own, an end. */
	events = m.trace.nr_events;
	assert_int_equal(events, 2 * (2 + 4 + 2 + 2 + 1));
	for (size_t i = 0; i < events; i++)
		for (size_t k = 0; k < m.trace.events[i].nr_splices; k++)
			assert_true(m.trace.events[i].splices[k].table == MM_ZONELISTS || i == events / 2 - 1 || i == events - 1);
	assert_int_equal(zl.policy_zone, ZONE_NORMAL);
	assert_string_equal(order_of(0), "0:Normal 0:DMA 1:Normal 1:DMA");
	zone_machine_deinit(&m);
}

static void no_orders_are_shown_where_there_is_no_choice(void **state)
{
	(void)state;
	two_nodes_of_two_zones(6, 7);
	build(ZONELIST_ORDER_DEFAULT);
	assert_int_equal(m.trace.rows[MM_ZONELIST_ORDERS].nr, 0);
	zone_machine_deinit(&m);
	two_nodes_of_two_zones(4, 9);
	m.kernel->numa = false;
	build(ZONELIST_ORDER_DEFAULT);
	assert_int_equal(m.trace.rows[MM_ZONELIST_ORDERS].nr, 0);
	zone_machine_deinit(&m);
}

static void free_zone_pages_stay_above_the_high_mark(void **state)
{
	(void)state;
	two_unlike_nodes(6, 7);
	build(ZONELIST_ORDER_DEFAULT);
	assert_int_equal(nr_free_zone_pages(&m.nodes, 1, ZONE_MOVABLE), 774144 + 258048 + 516096);
	assert_int_equal(nr_free_zone_pages(&m.nodes, 1, ZONE_DMA), 774144);
	m.node[0].zones[ZONE_DMA].watermark[WMARK_HIGH] = 774145;
	assert_int_equal(nr_free_zone_pages(&m.nodes, 0, ZONE_NORMAL), 258048 + 516096);
	zone_machine_deinit(&m);
}

/* Nearest first; a lower number is a step farther; then who has been leant on less; then the lower number. */
static bool is_better(const uint8_t *distance, const unsigned *load, int local, int a, int b)
{
	int far_a = distance[4 * local + a] + (a < local), far_b = distance[4 * local + b] + (b < local);

	return far_a != far_b ? far_a < far_b : load[a] != load[b] ? load[a] < load[b] : a < b;
}

/* 5.16 and later add one to the load of the first node of each distance; before that it becomes what is left of the number of nodes. */
static void model_orders(const uint8_t *distance, bool assigned, char *text)
{
	unsigned load[4] = { 0 };

	for (int local = 0; local < 4; local++) {
		bool used[4] = { false };
		int prev = local;

		for (unsigned i = 0; i < 4; i++) {
			int best = -1;

			for (int nid = 0; nid < 4; nid++)
				if (!used[nid] && (best < 0 || is_better(distance, load, local, nid, best)))
					best = nid;
			if (i == 0)
				best = local;
			if (distance[4 * local + best] != distance[4 * local + prev])
				load[best] = assigned ? 4 - i : load[best] + 1;
			used[best] = true;
			prev = best;
			*text++ = (char)('0' + best);
		}
		*text++ = local < 3 ? ' ' : '\0';
	}
}

static void any_distances_give_what_the_rule_says(void **state)
{
	static const uint8_t steps[] = { 15, 20, 21, 40 };

	(void)state;
	srand(3);
	for (unsigned round = 0; round < 300; round++) {
		uint8_t distance[16];
		char want[32];

		for (int a = 0; a < 4; a++)
			for (int b = a; b < 4; b++)
				distance[4 * a + b] = distance[4 * b + a] = a == b ? 10 : steps[rand() % 4];
		for (int assigned = 0; assigned < 2; assigned++) {
			four_nodes(assigned ? 5 : 6, assigned ? 10 : 7, distance);
			build(ZONELIST_ORDER_DEFAULT);
			model_orders(distance, assigned, want);
			assert_string_equal(node_orders(), want);
			zone_machine_deinit(&m);
		}
	}
}

/* A number among the reasons of the last event of this function. */
static int64_t reason(size_t event, const char *name)
{
	for (size_t k = 0; k < m.trace.events[event].nr_why; k++)
		if (!strcmp(m.trace.events[event].why[k].name, name))
			return m.trace.events[event].why[k].value.i;
	return -1;
}

/*
 * Two nodes 20 apart, 8 possible ones:  node 0 weighs node 1: 20 * 8 + 0;  node 1 weighs node 0: (20 + 1) * 8 + 0.
 * 5.10 scales by nodes that are online as well: 20 * 16, 21 * 16.
 */
static void weights_are_told(void **state)
{
	static const struct { unsigned version, patchlevel; int64_t first, second, load; } rows[] = {
		{ 6, 7, 160, 168, 1 }, { 5, 10, 320, 336, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t nr = 0;

		two_nodes_of_two_zones(rows[i].version, rows[i].patchlevel);
		build(ZONELIST_ORDER_DEFAULT);
		for (size_t k = 0; k < m.trace.nr_events; k++) {
			if (strcmp(m.trace.events[k].fn, "find_next_best_node") || reason(k, "val") < 0)
				continue;
			assert_int_equal(reason(k, "val"), nr ? rows[i].second : rows[i].first);
			assert_int_equal(reason(k, "distance"), 20);
			assert_int_equal(reason(k, "lower"), nr);
			assert_int_equal(reason(k, "load"), 0);
			assert_int_equal(reason(k, "load_after"), rows[i].load);
			nr++;
		}
		assert_int_equal(nr, 2);
		zone_machine_deinit(&m);
	}
}

/* Node 1's zone is populated, but nothing in it is managed: 5.17 leaves it out, 5.18 does not.  Node 2 is not online. */
static void which_zones_qualify_depends_on_the_release(void **state)
{
	static const struct { unsigned version, patchlevel; const char *list; } rows[] = {
		{ 5, 17, "0:Normal 0:DMA" }, { 5, 18, "0:Normal 0:DMA 1:Normal" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		two_unlike_nodes(rows[i].version, rows[i].patchlevel);
		m.node[1].zones[ZONE_NORMAL].managed_pages = 0;
		m.node[2].possible = true;
		build(ZONELIST_ORDER_DEFAULT);
		assert_string_equal(order_of(0), rows[i].list);
		assert_int_equal(m.node[0].nr_nofallback, 2);
		zone_machine_deinit(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_distances_go_round),
		cmocka_unit_test(load_decides_between_equal_nodes),
		cmocka_unit_test(older_kernels_assign_a_falling_load),
		cmocka_unit_test(any_distances_give_what_the_rule_says),
		cmocka_unit_test(weights_are_told),
		cmocka_unit_test(which_zones_qualify_depends_on_the_release),
		cmocka_unit_test(uneven_distances_sort_by_distance),
		cmocka_unit_test(node_order_keeps_a_nodes_zones_together),
		cmocka_unit_test(zone_order_leaves_dma_for_last),
		cmocka_unit_test(the_first_letter_names_the_order),
		cmocka_unit_test(a_node_without_memory_is_named_until_6_1),
		cmocka_unit_test(the_table_holds_every_reference),
		cmocka_unit_test(both_orders_are_shown_where_one_is_chosen),
		cmocka_unit_test(the_chosen_order_is_the_list_as_built),
		cmocka_unit_test(the_other_order_leaves_no_trace),
		cmocka_unit_test(no_orders_are_shown_where_there_is_no_choice),
		cmocka_unit_test(free_zone_pages_stay_above_the_high_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
