// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/metrics.h"

#include "daemon/answers/table_read.h"
#include "daemon/base/words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the list */

static bool grow(struct metrics *metrics)
{
	size_t cap = metrics->cap ? 2 * metrics->cap : 128;
	struct metric *metric;

	if (metrics->nr < metrics->cap)
		return true;
	metric = realloc(metrics->metric, cap * sizeof(*metric));
	if (!metric)
		return false;
	metrics->metric = metric;
	metrics->cap = cap;
	return true;
}

static char *format_name(const char *fmt, va_list args)
{
	char name[256];

	vsnprintf(name, sizeof(name), fmt, args);
	return strdup(name);
}

__attribute__((format(printf, 4, 5)))
static void add(struct metrics *metrics, uint64_t value, enum metric_unit unit, const char *fmt, ...)
{
	va_list args;
	char *name;

	va_start(args, fmt);
	name = format_name(fmt, args);
	va_end(args);
	if (!name || !grow(metrics)) {
		free(name);
		metrics->failed = true;
		return;
	}
	metrics->metric[metrics->nr] = (struct metric){
		.name = name, .value = value, .unit = unit, .order = metrics->nr };
	metrics->nr++;
}

void metrics_deinit(struct metrics *metrics)
{
	for (size_t i = 0; i < metrics->nr; i++)
		free(metrics->metric[i].name);
	free(metrics->metric);
	*metrics = (struct metrics){ 0 };
}

/* By name; of two of one name the one that was added first comes first. */
static int by_name(const void *a, const void *b)
{
	const struct metric *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

/* Two nodes of a tree may share a name: the first keeps it. */
static void sort_and_drop_doubles(struct metrics *metrics)
{
	size_t nr = 0;

	if (metrics->nr)
		qsort(metrics->metric, metrics->nr, sizeof(*metrics->metric), by_name);
	for (size_t i = 0; i < metrics->nr; i++) {
		if (nr && !strcmp(metrics->metric[nr - 1].name, metrics->metric[i].name))
			free(metrics->metric[i].name);
		else
			metrics->metric[nr++] = metrics->metric[i];
	}
	metrics->nr = nr;
}

/* ------------------------------------------------------------ where they are from */

struct source {
	const struct mm *mm;
	const struct mm_state *end;
	uint64_t page;
	struct metrics *out;
};

static uint64_t counter(const struct mm_state *end, const char *name)
{
	for (size_t i = 0; i < mm_state_nr_rows(end, MM_COUNTERS); i++) {
		struct table_row row = table_row(end, MM_COUNTERS, i);

		if (!strcmp(row_text(row, "key"), name))
			return (uint64_t)row_num(row, "value");
	}
	return 0;
}

static void add_counters(const struct source *s)
{
	for (size_t i = 0; i < mm_state_nr_rows(s->end, MM_COUNTERS); i++) {
		struct table_row row = table_row(s->end, MM_COUNTERS, i);

		add(s->out, (uint64_t)row_num(row, "value"), METRIC_COUNT, "counter.%s", row_text(row, "key"));
	}
}

static void add_nodes(const struct source *s)
{
	static const char *const columns[] = { "spanned", "present" };

	for (size_t i = 0; i < mm_state_nr_rows(s->end, MM_NODES); i++) {
		struct table_row row = table_row(s->end, MM_NODES, i);

		for (size_t c = 0; c < sizeof(columns) / sizeof(columns[0]); c++)
			add(s->out, (uint64_t)row_num(row, columns[c]) * s->page, METRIC_BYTES, "node.%lld.%s",
			    (long long)row_num(row, "key"), columns[c]);
	}
}

static uint64_t add_zones(const struct source *s)
{
	static const char *const columns[] = { "spanned", "present", "managed", "cma", "free", "min", "low", "high" };
	uint64_t free_bytes = 0;

	for (size_t i = 0; i < mm_state_nr_rows(s->end, MM_ZONES); i++) {
		struct table_row row = table_row(s->end, MM_ZONES, i);

		for (size_t c = 0; c < sizeof(columns) / sizeof(columns[0]); c++)
			add(s->out, (uint64_t)row_num(row, columns[c]) * s->page, METRIC_BYTES, "zone.%lld.%s.%s",
			    (long long)row_num(row, "node"), row_text(row, "zone"), columns[c]);
		free_bytes += (uint64_t)row_num(row, "free") * s->page;
	}
	return free_bytes;
}

/* An owner that has several ranges, or none. */
struct owner {
	const char *name;
	uint64_t bytes, base;
	bool any;
};

#define MAX_OWNERS 256	/* of the ledger's names; there are some fifty */

static struct owner *owner_of(struct owner *owners, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++)
		if (owners[i].name == name || !strcmp(owners[i].name, name))
			return &owners[i];
	return NULL;
}

/* One walk over the ledger, which is the longest table of many boots. */
static void sum_owners(const struct source *s, struct owner *owners, size_t nr)
{
	for (size_t i = 0; i < mm_state_nr_rows(s->end, MM_LEDGER); i++) {
		struct table_row row = table_row(s->end, MM_LEDGER, i);
		struct owner *owner = row_num(row, "ram") ? owner_of(owners, nr, row_text(row, "owner")) : NULL;

		if (!owner)
			continue;
		if (!owner->any)
			owner->base = row_hex(row, "key");
		owner->any = true;
		owner->bytes += row_hex(row, "size");
	}
}

static void add_owners(const struct source *s)
{
	struct owner owners[MAX_OWNERS] = { 0 };
	size_t nr = 0;

	for (; nr < MAX_OWNERS && mm_owner_name(nr); nr++)
		owners[nr].name = mm_owner_name(nr);
	sum_owners(s, owners, nr);
	for (size_t i = 0; i < nr; i++) {
		/* Which areas exist is known better than who reserved them. */
		if (!strcmp(owners[i].name, "cma"))
			continue;
		add(s->out, owners[i].bytes, METRIC_BYTES, "%s.size", owners[i].name);
		add(s->out, owners[i].base, METRIC_ADDRESS, "%s.base", owners[i].name);
	}
}

/* "/reserved-memory/linux,cma reusable" -> "linux,cma" */
static bool pool_name(const char *detail, char *name, size_t size)
{
	size_t path = strcspn(detail, " "), last = path;

	if (*detail != '/')
		return false;
	while (last && detail[last - 1] != '/')
		last--;
	if (path - last >= size || path == last)
		return false;
	memcpy(name, detail + last, path - last);
	name[path - last] = '\0';
	return true;
}

static bool same_pool(struct table_row row, const char *name)
{
	char other[128];

	return !strcmp(row_text(row, "owner"), "reserved-memory") &&
	       pool_name(row_text(row, "detail"), other, sizeof(other)) && !strcmp(other, name);
}

/* What a node has may lie in several ranges: all of them count, where the first begins. */
static void add_pools(const struct source *s)
{
	size_t nr = mm_state_nr_rows(s->end, MM_LEDGER);
	char name[128];

	for (size_t i = 0; i < nr; i++) {
		struct table_row row = table_row(s->end, MM_LEDGER, i);
		uint64_t bytes = 0;

		if (strcmp(row_text(row, "owner"), "reserved-memory") ||
		    !pool_name(row_text(row, "detail"), name, sizeof(name)))
			continue;
		for (size_t k = i; k < nr; k++)
			if (same_pool(table_row(s->end, MM_LEDGER, k), name))
				bytes += row_hex(table_row(s->end, MM_LEDGER, k), "size");
		add(s->out, bytes, METRIC_BYTES, "pool.%s.size", name);
		add(s->out, row_hex(row, "key"), METRIC_ADDRESS, "pool.%s.base", name);
	}
}

static const struct mm_fact *arg_of(const struct mm_event *event, const char *name)
{
	for (size_t i = 0; i < event->nr_args; i++)
		if (!strcmp(event->args[i].name, name))
			return &event->args[i];
	return NULL;
}

/* Areas are created one by one, and never removed. */
static void add_areas(const struct source *s)
{
	uint64_t areas = 0, lowest = 0;

	for (size_t seq = 0; seq < mm_nr_events(s->mm); seq++) {
		const struct mm_event *event = mm_event(s->mm, seq);
		const struct mm_fact *name, *base, *size;

		if (event->kind != MM_SET || strcmp(event->fn, "cma_init_reserved_mem"))
			continue;
		name = arg_of(event, "name");
		base = arg_of(event, "base");
		size = arg_of(event, "size");
		if (!name || !base || !size)
			continue;
		if (!areas++ || base->value.u < lowest)
			lowest = base->value.u;
		add(s->out, base->value.u, METRIC_ADDRESS, "cma.%s.base", name->value.s);
		add(s->out, size->value.u, METRIC_BYTES, "cma.%s.size", name->value.s);
	}
	add(s->out, areas, METRIC_COUNT, "cma.areas");
	add(s->out, lowest, METRIC_ADDRESS, "cma.base");
	add(s->out, counter(s->end, "totalcma_pages") * s->page, METRIC_BYTES, "cma.size");
}

static void add_sums(const struct source *s, uint64_t free_bytes)
{
	uint64_t memtotal = counter(s->end, "totalram_pages") * s->page, problems = 0;

	for (size_t seq = 0; seq < mm_nr_events(s->mm); seq++)
		problems += mm_event(s->mm, seq)->kind == MM_PROBLEM;
	add(s->out, mm_ram_bytes(s->mm), METRIC_BYTES, "ram");
	add(s->out, memtotal, METRIC_BYTES, "memtotal");
	add(s->out, free_bytes, METRIC_BYTES, "memfree");
	add(s->out, mm_ram_bytes(s->mm) - memtotal, METRIC_BYTES, "lost");
	add(s->out, problems, METRIC_COUNT, "problems");
	add(s->out, mm_panicked(s->mm), METRIC_COUNT, "panicked");
	add(s->out, mm_nr_events(s->mm), METRIC_COUNT, "events");
}

int metrics_of(const struct mm *mm, struct metrics *ret)
{
	struct metrics out = { 0 };
	struct source source = { .mm = mm, .page = mm_page_size(mm), .out = &out };
	struct mm_state *end;

	if (mm_state_at(mm, mm_nr_events(mm) - 1, &end))
		return -ENOMEM;
	source.end = end;
	add_sums(&source, add_zones(&source));
	add_counters(&source);
	add_nodes(&source);
	add_areas(&source);
	add_pools(&source);
	add_owners(&source);
	mm_state_free(end);
	if (out.failed) {
		metrics_deinit(&out);
		return -ENOMEM;
	}
	sort_and_drop_doubles(&out);
	*ret = out;
	return 0;
}

/* ------------------------------------------------------------------- by name */

static int name_order(const void *key, const void *metric)
{
	return strcmp(key, ((const struct metric *)metric)->name);
}

const struct metric *metrics_find(const struct metrics *metrics, const char *name)
{
	return metrics->nr ? bsearch(name, metrics->metric, metrics->nr, sizeof(*metrics->metric), name_order) : NULL;
}

static bool begins(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

bool metrics_is_absent(const struct metrics *metrics, const char *name)
{
	const char *last = strrchr(name, '.');
	size_t family = begins(name, "cma.") ? 4 : begins(name, "pool.") ? 5 : 0;

	if (!family || last <= name + family || (strcmp(last, ".base") && strcmp(last, ".size")))
		return false;
	for (size_t i = 0; i < metrics->nr; i++)
		if (words_distance(metrics->metric[i].name, name) < 2)
			return false;
	return true;
}

const char *metrics_nearest(const struct metrics *metrics, const char *name)
{
	size_t best = SIZE_MAX;
	const char *nearest = NULL;

	for (size_t i = 0; i < metrics->nr; i++) {
		size_t apart = words_apart(metrics->metric[i].name, name);

		if (apart < best) {
			best = apart;
			nearest = metrics->metric[i].name;
		}
	}
	return nearest;
}

void metric_put_value(struct bytes *out, const struct metric *metric)
{
	if (metric->unit == METRIC_ADDRESS) {
		bytes_hex(out, metric->value);
		return;
	}
	bytes_printf(out, "%llu", (unsigned long long)metric->value);
	if (metric->unit != METRIC_BYTES || !metric->value || metric->value % 1024)
		return;
	bytes_puts(out, " (");
	bytes_size(out, metric->value);
	bytes_putc(out, ')');
}
