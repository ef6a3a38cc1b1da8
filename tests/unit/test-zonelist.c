/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zone_machine.h"

#include <stdio.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_distances_go_round),
		cmocka_unit_test(load_decides_between_equal_nodes),
		cmocka_unit_test(older_kernels_assign_a_falling_load),
		cmocka_unit_test(uneven_distances_sort_by_distance),
		cmocka_unit_test(node_order_keeps_a_nodes_zones_together),
		cmocka_unit_test(zone_order_leaves_dma_for_last),
		cmocka_unit_test(the_first_letter_names_the_order),
		cmocka_unit_test(a_node_without_memory_is_named_until_6_1),
		cmocka_unit_test(the_table_holds_every_reference),
		cmocka_unit_test(free_zone_pages_stay_above_the_high_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
