// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/explain.h"
#include "daemon/answers/table_read.h"

#include <stdio.h>
#include <string.h>

/* Which row, and which column of it; what is not set matches all. */
struct place {
	enum mm_table_id table;
	char key[64], zone[32], type[48], column[32];
	long long node, order, cpu;
	size_t before;			/* events from here on do not count */
};

#define ANY (-1)

static const union mm_value *value_of(struct table_row row, const char *column, enum mm_type type)
{
	for (size_t i = 0; i < row.def->nr_columns; i++)
		if (row.def->columns[i].type == type && !strcmp(row.def->columns[i].name, column))
			return &row.value[i];
	return NULL;
}

static bool number_is(struct table_row row, const char *column, long long wanted)
{
	const union mm_value *value = wanted == ANY ? NULL : value_of(row, column, MM_NUM);

	return wanted == ANY || (value && value->i == wanted);
}

static bool text_is(struct table_row row, const char *column, const char *wanted)
{
	const union mm_value *value = *wanted ? value_of(row, column, MM_STR) : NULL;

	return !*wanted || (value && !strcmp(value->s, wanted));
}

static bool is_there(const struct place *place, struct table_row row)
{
	return number_is(row, "node", place->node) && number_is(row, "order", place->order) &&
	       number_is(row, "cpu", place->cpu) && text_is(row, "zone", place->zone) &&
	       text_is(row, "type", place->type) && text_is(row, "key", place->key);
}

static struct table_row splice_row(const struct mm_splice *splice, const union mm_value *rows, size_t i)
{
	const struct mm_table_def *def = mm_table_def(splice->table);

	return (struct table_row){ def, rows + i * def->nr_columns };
}

/* The column has the same number in a row that this splice takes away. */
static bool unchanged(const struct place *place, const struct mm_splice *splice, struct table_row now)
{
	const union mm_value *new = value_of(now, place->column, MM_NUM), *old;

	for (size_t i = 0; new && i < splice->nr_del; i++) {
		struct table_row row = splice_row(splice, splice->del, i);

		old = is_there(place, row) ? value_of(row, place->column, MM_NUM) : NULL;
		if (old && old->i == new->i)
			return true;
	}
	return false;
}

static bool touches(const struct place *place, const struct mm_splice *splice)
{
	if (splice->table != place->table)
		return false;
	for (size_t i = 0; i < splice->nr_ins; i++) {
		struct table_row row = splice_row(splice, splice->ins, i);

		if (is_there(place, row) && !unchanged(place, splice, row))
			return true;
	}
	return false;
}

static bool last_change(const struct mm *mm, const struct place *place, size_t *seq)
{
	size_t end = mm_nr_events(mm) < place->before ? mm_nr_events(mm) : place->before;

	while (end--) {
		const struct mm_event *event = mm_event(mm, end);

		for (size_t i = 0; i < event->nr_splices; i++) {
			if (!touches(place, &event->splices[i]))
				continue;
			*seq = end;
			return true;
		}
	}
	return false;
}

/* "0/DMA min 5597", "0/DMA cpu1 batch 63" */
static bool place_of_zoneinfo(const char *fact, struct place *place)
{
	if (sscanf(fact, "%lld/%31s cpu%lld %31s", &place->node, place->zone, &place->cpu, place->column) == 4) {
		place->table = MM_PAGESETS;
		return true;
	}
	place->cpu = ANY;
	place->table = MM_ZONES;
	return sscanf(fact, "%lld/%31s %31s", &place->node, place->zone, place->column) == 3;
}

/* "STOP 0/DMA order 3 MIGRATE_MOVABLE [..]", "STOP 0/DMA managed ..",
 * "STOP node 0 zonelist 0 ..", "STOP cache NAME .." */
static bool place_of_freelist(const struct mm *mm, const char *fact, struct place *place)
{
	const char *rest = strchr(fact, ' ');
	char stop[64];
	int step;

	if (!rest || sscanf(fact, "%63s", stop) != 1)
		return false;
	step = mm_find_step(mm, stop);
	if (step >= 0)
		place->before = mm_step(mm, (size_t)step)->first_seq;
	rest++;
	if (sscanf(rest, "node %lld zonelist", &place->node) == 1) {
		place->table = MM_ZONELISTS;
		return true;
	}
	if (sscanf(rest, "cache %63s", place->key) == 1) {
		place->table = MM_SLABS;
		return true;
	}
	place->table = MM_FREELISTS;
	if (sscanf(rest, "%lld/%31s order %lld MIGRATE_%47s", &place->node, place->zone, &place->order, place->type) == 4)
		return true;
	place->order = ANY;
	place->table = MM_ZONES;
	strcpy(place->column, "managed");
	return sscanf(rest, "%lld/%31s", &place->node, place->zone) == 2;
}

bool explain_fact(const struct mm *mm, enum fact_class class, const char *fact, size_t *seq)
{
	struct place place = { .node = ANY, .order = ANY, .cpu = ANY, .before = SIZE_MAX };
	bool placed = class == FACT_ZONEINFO ? place_of_zoneinfo(fact, &place) : place_of_freelist(mm, fact, &place);

	return placed && last_change(mm, &place, seq);
}
