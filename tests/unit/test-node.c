/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes and zones as such: numbers, distances, whose a page is, the rows of the tables. */
#include "zone_machine.h"

#include <stdio.h>
#include <string.h>

static struct zone_machine m;

/* Zones that are not built have no number; NORMAL and MOVABLE always are. */
static void zones_are_numbered_as_they_are_built(void **state)
{
	static const struct { bool dma, dma32, device; int index[MAX_NR_ZONES]; } rows[] = {
		{ false, false, false, { 0, 0, 0, 1, 2 } }, { true, false, false, { 0, 1, 1, 2, 3 } },
		{ false, true, false, { 0, 0, 1, 2, 3 } }, { true, true, true, { 0, 1, 2, 3, 4 } },
	};
	static const char *const names[] = { "DMA", "DMA32", "Normal", "Movable", "Device" };

	(void)state;
	zone_machine_init(&m, 6, 12);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		m.kernel->zone_dma = rows[i].dma;
		m.kernel->zone_dma32 = rows[i].dma32;
		m.kernel->zone_device = rows[i].device;
		for (enum zone_type t = 0; t < MAX_NR_ZONES; t++)
			assert_int_equal(zone_index(m.kernel, t), rows[i].index[t]);
		assert_int_equal(zone_exists(m.kernel, ZONE_DMA), rows[i].dma);
		assert_int_equal(zone_exists(m.kernel, ZONE_DMA32), rows[i].dma32);
		assert_true(zone_exists(m.kernel, ZONE_NORMAL) && zone_exists(m.kernel, ZONE_MOVABLE));
		assert_int_equal(zone_exists(m.kernel, ZONE_DEVICE), rows[i].device);
	}
	for (enum zone_type t = 0; t < MAX_NR_ZONES; t++)
		assert_string_equal(zone_name(t), names[t]);
	zone_machine_deinit(&m);
}

/* A table of two nodes says nothing of the third. */
static void distances_come_from_the_table_as_far_as_it_goes(void **state)
{
	uint8_t table[] = { 10, 31, 42, 11 };

	(void)state;
	zone_machine_init(&m, 6, 12);
	assert_int_equal(node_distance(&m.nodes, 1, 1), 10);
	assert_int_equal(node_distance(&m.nodes, 1, 0), 20);
	m.nodes.distance = table;
	m.nodes.nr_distance = 2;
	assert_int_equal(node_distance(&m.nodes, 0, 1), 31);
	assert_int_equal(node_distance(&m.nodes, 1, 0), 42);
	assert_int_equal(node_distance(&m.nodes, 1, 1), 11);
	assert_int_equal(node_distance(&m.nodes, 2, 2), 10);
	assert_int_equal(node_distance(&m.nodes, 2, 0), 20);
	assert_int_equal(node_distance(&m.nodes, 0, 2), 20);
	zone_machine_deinit(&m);
}

static void only_possible_nodes_are_visited(void **state)
{
	(void)state;
	zone_machine_init(&m, 6, 12);
	assert_int_equal(nodes_next(m.kernel, &m.nodes, -1), -1);
	m.node[0].possible = m.node[3].possible = m.node[NODES - 1].possible = true;
	assert_int_equal(nodes_next(m.kernel, &m.nodes, -1), 0);
	assert_int_equal(nodes_next(m.kernel, &m.nodes, 0), 3);
	assert_int_equal(nodes_next(m.kernel, &m.nodes, 3), NODES - 1);
	assert_int_equal(nodes_next(m.kernel, &m.nodes, NODES - 1), -1);
	zone_machine_deinit(&m);
}

/* "a-b c-d": the pages of the overlap that are ZONE_MOVABLE's. */
static const char *spans(const struct node *node)
{
	static char text[256];
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < node->nr_movable; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%llu-%llu", i ? " " : "", (unsigned long long)node->movable[i].start,
					(unsigned long long)node->movable[i].end);
	return text;
}

/* What is made movable or normal, one after the other, and what is movable then; spans that touch stay two. */
static void pages_of_an_overlap_change_hands(void **state)
{
	static const struct { bool movable; uint64_t start, end; const char *after; } rows[] = {
		{ true, 100, 200, "100-200" }, { true, 300, 300, "100-200" }, { true, 400, 500, "100-200 400-500" },
		{ true, 250, 300, "100-200 250-300 400-500" }, { true, 10, 20, "10-20 100-200 250-300 400-500" },
		{ false, 120, 130, "10-20 100-120 130-200 250-300 400-500" }, { false, 90, 120, "10-20 130-200 250-300 400-500" },
		{ false, 20, 130, "10-20 130-200 250-300 400-500" }, { false, 199, 251, "10-20 130-199 251-300 400-500" },
		{ true, 150, 450, "10-20 130-150 150-450 450-500" }, { false, 0, 1000, "" }, { true, 7, 8, "7-8" },
	};
	struct node *node;

	(void)state;
	zone_machine_init(&m, 6, 12);
	node = add_node(&m, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		(rows[i].movable ? node_make_movable : node_make_normal)(&m.arena, node, rows[i].start, rows[i].end);
		assert_string_equal(spans(node), rows[i].after);
	}
	zone_machine_deinit(&m);
}

/*
 *   DMA 0 .. 100 | Normal 100 .. 500, of which 200 .. 300 and 400 .. 410 are Movable's
 */
static void a_page_is_of_one_zone(void **state)
{
	static const struct { uint64_t pfn; int zone; uint64_t end; } rows[] = {
		{ 0, ZONE_DMA, 200 }, { 99, ZONE_DMA, 200 }, { 100, ZONE_NORMAL, 200 }, { 199, ZONE_NORMAL, 200 }, { 200, ZONE_MOVABLE, 300 },
		{ 299, ZONE_MOVABLE, 300 }, { 300, ZONE_NORMAL, 400 }, { 399, ZONE_NORMAL, 400 }, { 400, ZONE_MOVABLE, 410 },
		{ 409, ZONE_MOVABLE, 410 }, { 410, ZONE_NORMAL, UINT64_MAX }, { 499, ZONE_NORMAL, UINT64_MAX }, { 500, -1, UINT64_MAX },
	};
	struct node *node;

	(void)state;
	zone_machine_init(&m, 6, 12);
	node = add_node(&m, 0);
	node->zones[ZONE_DMA].spanned_pages = 100;
	node->zones[ZONE_NORMAL].start_pfn = 100;
	node->zones[ZONE_NORMAL].spanned_pages = 400;
	node_make_movable(&m.arena, node, 200, 300);
	node_make_movable(&m.arena, node, 400, 410);
	for (int overlap = 0; overlap <= 1; overlap++) {
		node->zones_overlap = overlap;
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
			int zone = !overlap && rows[i].zone == ZONE_MOVABLE ? ZONE_NORMAL : rows[i].zone;

			assert_ptr_equal(node_zone_of(node, rows[i].pfn), zone < 0 ? NULL : &node->zones[zone]);
			assert_true(node_overlap_end(node, rows[i].pfn) == rows[i].end);
		}
	}
	zone_machine_deinit(&m);
}

static uint64_t seven_free(void *ctx, const struct zone *zone) { return *(uint64_t *)ctx + zone->type; }

/* The row of a node and those of its zones, a column after the other. */
static void rows_have_what_is_known(void **state)
{
	static const int64_t expected[] = { 1, -1 /* name */, 1, 300, 400, 380, 370, 64, 9, 11, 12, 13, 14 };
	uint64_t seven = 7;
	const union mm_value *row;
	struct zone *zone;
	struct node *node;

	(void)state;
	zone_machine_init(&m, 6, 12);
	node = add_node(&m, 1);
	zone = add_zone(&m, 1, ZONE_NORMAL, 400, 370);
	zone->start_pfn = 300;
	zone->present_pages = 380;
	zone->cma_pages = 64;
	for (int i = 0; i < 4; i++)
		zone->watermark[i] = 11 + (uint64_t)i;
	zone->lowmem_reserve[ZONE_MOVABLE] = 5;
	node->start_pfn = 300;
	node->end_pfn = 700;
	node->spanned_pages = 400;
	node->present_pages = 380;
	node->node_data = 0x12340000;
	node->node_data_nid = 3;
	node->first_deferred_pfn = 600;
	trace_event(&m.trace, MM_NOTE, "test");
	zones_publish(&m.trace, m.kernel, &m.nodes, seven_free, &seven);
	trace_finish(&m.trace);
	assert_int_equal(m.trace.rows[MM_NODES].nr, 1);
	row = trace_row(&m.trace, MM_NODES, 0);
	assert_int_equal(row[0].i, 1);
	assert_int_equal(row[1].i, 300);
	assert_int_equal(row[2].i, 700);
	assert_int_equal(row[3].i, 400);
	assert_int_equal(row[4].i, 380);
	assert_int_equal(row[5].u, 0x12340000);
	assert_int_equal(row[6].i, 3);
	assert_int_equal(row[8].list->nr, 1);
	assert_int_equal(row[8].list->v[0], 10);
	assert_int_equal(row[9].i, 600);
	/* DMA, Normal, Movable. */
	assert_int_equal(m.trace.rows[MM_ZONES].nr, 3);
	row = trace_row(&m.trace, MM_ZONES, 1);
	assert_string_equal(row[0].s, "1/Normal");
	assert_string_equal(row[2].s, "Normal");
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		if (expected[i] >= 0)
			assert_int_equal(row[1 + i].i, expected[i]);
	assert_int_equal(row[14].list->nr, 3);
	assert_int_equal(row[14].list->v[1], 0);
	assert_int_equal(row[14].list->v[2], 5);
	zone_machine_deinit(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones_are_numbered_as_they_are_built),
		cmocka_unit_test(distances_come_from_the_table_as_far_as_it_goes),
		cmocka_unit_test(only_possible_nodes_are_visited),
		cmocka_unit_test(pages_of_an_overlap_change_hands),
		cmocka_unit_test(a_page_is_of_one_zone),
		cmocka_unit_test(rows_have_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
