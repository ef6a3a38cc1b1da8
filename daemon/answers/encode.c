// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/encode.h"
#include "daemon/answers/table_read.h"
#include "daemon/base/fail.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Blocks that a list of free blocks spells out. */
#define FREELISTS_MAX_BLOCKS 4000000

/* ------------------------------------------------------------------- objects */

struct encode_object encode_open(struct bytes *out)
{
	bytes_putc(out, '{');
	return (struct encode_object){ .out = out };
}

struct bytes *encode_key(struct encode_object *object, const char *key)
{
	if (object->more)
		bytes_putc(object->out, ',');
	object->more = true;
	bytes_json(object->out, key);
	bytes_putc(object->out, ':');
	return object->out;
}

void encode_text(struct encode_object *object, const char *key, const char *value)
{
	struct bytes *out = encode_key(object, key);

	if (value)
		bytes_json(out, value);
	else
		bytes_puts(out, "null");
}

void encode_num(struct encode_object *object, const char *key, int64_t value)
{
	bytes_num(encode_key(object, key), value);
}

static void put_hex(struct bytes *out, uint64_t value)
{
	bytes_putc(out, '"');
	bytes_hex(out, value);
	bytes_putc(out, '"');
}

void encode_hex(struct encode_object *object, const char *key, uint64_t value)
{
	put_hex(encode_key(object, key), value);
}

void encode_bool(struct encode_object *object, const char *key, bool value)
{
	bytes_puts(encode_key(object, key), value ? "true" : "false");
}

void encode_members(struct encode_object *object, const struct bytes *members)
{
	if (object->more)
		bytes_putc(object->out, ',');
	object->more = true;
	bytes_add(object->out, members->data, members->len);
}

void encode_close(struct encode_object *object)
{
	bytes_putc(object->out, '}');
}

/* -------------------------------------------------------------- values, rows */

static void put_list(struct bytes *out, const struct mm_list *list)
{
	bytes_putc(out, '[');
	for (size_t i = 0; list && i < list->nr; i++) {
		if (i)
			bytes_putc(out, ',');
		bytes_num(out, list->v[i]);
	}
	bytes_putc(out, ']');
}

/* Triples: [[a,b,c],..]; what they are is said with enum mm_type. */
static void put_runs(struct bytes *out, const struct mm_list *list)
{
	bytes_putc(out, '[');
	for (size_t i = 0; list && i + 2 < list->nr; i += 3) {
		if (i)
			bytes_putc(out, ',');
		put_list(out, &(struct mm_list){ .nr = 3, .v = list->v + i });
	}
	bytes_putc(out, ']');
}

void encode_value(struct bytes *out, enum mm_type type, union mm_value value)
{
	switch (type) {
	case MM_HEX:
		put_hex(out, value.u);
		break;
	case MM_NUM:
		bytes_num(out, value.i);
		break;
	case MM_STR:
		bytes_json(out, value.s);
		break;
	case MM_LIST:
		put_list(out, value.list);
		break;
	case MM_RUNS:
		put_runs(out, value.list);
		break;
	}
}

void encode_row(struct bytes *out, const struct mm_table_def *def, const union mm_value *row)
{
	struct encode_object object = encode_open(out);

	for (size_t i = 0; i < def->nr_columns; i++)
		encode_value(encode_key(&object, def->columns[i].name), def->columns[i].type, row[i]);
	encode_close(&object);
}

void encode_rows(struct bytes *out, const struct mm_state *state, enum mm_table_id table)
{
	bytes_putc(out, '[');
	for (size_t i = 0; i < mm_state_nr_rows(state, table); i++) {
		if (i)
			bytes_putc(out, ',');
		encode_row(out, mm_table_def(table), mm_state_row(state, table, i));
	}
	bytes_putc(out, ']');
}

/* --------------------------------------------------------------------- events */

static void put_facts(struct encode_object *object, const struct mm_fact *facts, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		encode_value(encode_key(object, facts[i].name), facts[i].type, facts[i].value);
}

static void put_text(struct encode_object *object, const struct mm_event *event)
{
	struct encode_object text = encode_open(encode_key(object, "text"));

	encode_text(&text, "fn", event->fn ? event->fn : "");
	put_facts(&text, event->args, event->nr_args);
	encode_close(&text);
}

static int collect(void *ctx, const char *text, size_t len)
{
	bytes_add(ctx, text, len);
	return 0;
}

/* "a\nb\n" -> "a","b"; true if there was a line before or is one now. */
static bool put_lines(struct bytes *out, struct bytes *lines, bool more)
{
	char *line = lines->data, *newline;

	for (; line && *line; line = newline + 1) {
		newline = strchr(line, '\n');
		if (newline)
			*newline = '\0';
		if (more)
			bytes_putc(out, ',');
		bytes_json(out, line);
		more = true;
		if (!newline)
			break;
	}
	return more;
}

/* The lines of repetition 0, then what else the kernel says there. */
static void put_log(struct encode_object *object, const struct mm *mm, const struct mm_event *event)
{
	struct bytes lines = { 0 };
	bool more;

	mm_event_log(mm, event, 0, collect, &lines);
	if (lines.failed)
		object->out->failed = true;
	if (lines.len || event->nr_printk) {
		bytes_putc(encode_key(object, "log"), '[');
		more = put_lines(object->out, &lines, false);
		/* A repeated event prints these after its last repetition only. */
		for (size_t i = 0; event->count > 1 && i < event->nr_printk; i++) {
			if (more)
				bytes_putc(object->out, ',');
			bytes_json(object->out, event->printk[i]);
			more = true;
		}
		bytes_putc(object->out, ']');
	}
	bytes_deinit(&lines);
}

static void put_why(struct encode_object *object, const struct mm_event *event)
{
	bool owned = event->owner && *event->owner;
	struct encode_object why;

	if (!owned && !event->nr_why)
		return;
	why = encode_open(encode_key(object, "why"));
	if (owned)
		encode_text(&why, "owner", event->owner);
	put_facts(&why, event->why, event->nr_why);
	encode_close(&why);
}

static void put_splice_rows(struct bytes *out, const struct mm_table_def *def, const union mm_value *rows, size_t nr)
{
	bytes_putc(out, '[');
	for (size_t i = 0; i < nr; i++) {
		if (i)
			bytes_putc(out, ',');
		encode_row(out, def, rows + i * def->nr_columns);
	}
	bytes_putc(out, ']');
}

static void put_splice(struct bytes *out, const struct mm_splice *splice)
{
	const struct mm_table_def *def = mm_table_def(splice->table);
	struct encode_object object = encode_open(out);

	encode_text(&object, "table", def->name);
	encode_num(&object, "at", (int64_t)splice->at);
	put_splice_rows(encode_key(&object, "del"), def, splice->del, splice->nr_del);
	put_splice_rows(encode_key(&object, "ins"), def, splice->ins, splice->nr_ins);
	encode_close(&object);
}

static void put_splices(struct encode_object *object, const struct mm_event *event)
{
	struct bytes *out;

	if (!event->nr_splices)
		return;
	out = encode_key(object, "splices");
	bytes_putc(out, '[');
	for (size_t i = 0; i < event->nr_splices; i++) {
		if (i)
			bytes_putc(out, ',');
		put_splice(out, &event->splices[i]);
	}
	bytes_putc(out, ']');
}

void encode_event(struct bytes *out, const struct mm *mm, const struct mm_event *event)
{
	struct encode_object object = encode_open(out);

	encode_num(&object, "seq", event->seq);
	encode_text(&object, "step", mm_step(mm, event->step)->name);
	encode_num(&object, "step_index", event->step);
	encode_num(&object, "depth", event->depth);
	encode_text(&object, "kind", mm_kind_name(event->kind));
	if (event->count > 1) {
		encode_num(&object, "count", (int64_t)event->count);
		encode_num(&object, "stride", event->stride);
	}
	put_text(&object, event);
	put_log(&object, mm, event);
	put_why(&object, event);
	put_splices(&object, event);
	encode_close(&object);
}

/* ------------------------------------------------------------------ freelists */

struct freelists {
	struct bytes *out;
	const struct mm_state *state;
	uint64_t blocks;	/* spelled out so far */
};

static void put_pfns(struct freelists *fl, const struct mm_list *runs)
{
	bool more = false;

	bytes_putc(fl->out, '[');
	for (size_t i = 0; runs && i + 2 < runs->nr; i += 3) {
		fl->blocks += (uint64_t)runs->v[i + 1];
		for (int64_t n = 0; n < runs->v[i + 1] && fl->blocks <= FREELISTS_MAX_BLOCKS; n++) {
			if (more)
				bytes_putc(fl->out, ',');
			bytes_num(fl->out, runs->v[i] + n * runs->v[i + 2]);
			more = true;
		}
	}
	bytes_putc(fl->out, ']');
}

static void put_free(struct freelists *fl, int64_t node, const char *zone)
{
	bool more = false;

	bytes_putc(fl->out, '[');
	for (size_t i = 0; i < mm_state_nr_rows(fl->state, MM_FREELISTS); i++) {
		struct table_row row = table_row(fl->state, MM_FREELISTS, i);
		struct encode_object object;
		const char *type = row_text(row, "type");

		if (row_num(row, "node") != node || strcmp(row_text(row, "zone"), zone) ||
		    !row_list(row, "runs") || !row_list(row, "runs")->nr)
			continue;
		if (more)
			bytes_putc(fl->out, ',');
		more = true;
		object = encode_open(fl->out);
		encode_num(&object, "order", row_num(row, "order"));
		bytes_printf(encode_key(&object, "migratetype"), "\"%s%s\"",
			     strncmp(type, "MIGRATE_", 8) ? "MIGRATE_" : "", type);
		encode_key(&object, "pfns");
		put_pfns(fl, row_list(row, "runs"));
		encode_close(&object);
	}
	bytes_putc(fl->out, ']');
}

static void put_zone(struct freelists *fl, struct table_row zone)
{
	struct encode_object object = encode_open(fl->out);

	encode_text(&object, "name", row_text(zone, "zone"));
	encode_num(&object, "zone_start_pfn", row_num(zone, "start_pfn"));
	encode_num(&object, "spanned", row_num(zone, "spanned"));
	encode_num(&object, "present", row_num(zone, "present"));
	encode_num(&object, "managed", row_num(zone, "managed"));
	encode_key(&object, "free");
	put_free(fl, row_num(zone, "node"), row_text(zone, "zone"));
	encode_close(&object);
}

/* A node's zones up to the last that has pages (pgdat->nr_zones). */
static void put_zones(struct freelists *fl, int64_t node)
{
	size_t nr = mm_state_nr_rows(fl->state, MM_ZONES), end = 0;
	bool more = false;

	for (size_t i = 0; i < nr; i++) {
		struct table_row zone = table_row(fl->state, MM_ZONES, i);

		if (row_num(zone, "node") == node && row_num(zone, "present"))
			end = i + 1;
	}
	bytes_putc(fl->out, '[');
	for (size_t i = 0; i < end; i++) {
		struct table_row zone = table_row(fl->state, MM_ZONES, i);

		if (row_num(zone, "node") != node)
			continue;
		if (more)
			bytes_putc(fl->out, ',');
		more = true;
		put_zone(fl, zone);
	}
	bytes_putc(fl->out, ']');
}

static void put_zoneref(struct freelists *fl, struct table_row ref)
{
	struct encode_object object = encode_open(fl->out);

	encode_num(&object, "node", row_num(ref, "zone_node"));
	encode_text(&object, "zone", row_text(ref, "zone"));
	encode_num(&object, "zone_idx", row_num(ref, "zone_index"));
	encode_close(&object);
}

/* Lists follow each other; each ends with a reference to no zone. */
static void put_zonelists(struct freelists *fl, int64_t node)
{
	const char *list = NULL;
	bool more = false;

	bytes_putc(fl->out, '[');
	for (size_t i = 0; i < mm_state_nr_rows(fl->state, MM_ZONELISTS); i++) {
		struct table_row ref = table_row(fl->state, MM_ZONELISTS, i);

		if (row_num(ref, "node") != node)
			continue;
		if (!list || strcmp(list, row_text(ref, "list"))) {
			bytes_puts(fl->out, list ? "],[" : "[");
			list = row_text(ref, "list");
			more = false;
		}
		if (!*row_text(ref, "zone"))
			continue;
		if (more)
			bytes_putc(fl->out, ',');
		more = true;
		put_zoneref(fl, ref);
	}
	bytes_puts(fl->out, list ? "]]" : "]");
}

static void put_node(struct freelists *fl, struct table_row node)
{
	struct encode_object object = encode_open(fl->out);
	int64_t nid = row_num(node, "key");

	encode_num(&object, "nid", nid);
	encode_num(&object, "start_pfn", row_num(node, "start_pfn"));
	encode_num(&object, "spanned", row_num(node, "spanned"));
	encode_num(&object, "present", row_num(node, "present"));
	encode_key(&object, "zones");
	put_zones(fl, nid);
	encode_key(&object, "zonelists");
	put_zonelists(fl, nid);
	encode_close(&object);
}

/* The kernel's list of caches starts with the newest. */
static void put_caches(struct freelists *fl)
{
	static const char *const numbers[] = { "size", "object_size", "align", "order", "objects" };
	bool more = false;

	bytes_putc(fl->out, '[');
	for (size_t i = mm_state_nr_rows(fl->state, MM_SLABS); i--;) {
		struct table_row cache = table_row(fl->state, MM_SLABS, i);
		struct encode_object object;

		/* SLOB's lists of pages are no caches. */
		if (!strcmp(row_text(cache, "state"), "list"))
			continue;
		if (more)
			bytes_putc(fl->out, ',');
		more = true;
		object = encode_open(fl->out);
		encode_text(&object, "name", row_text(cache, "key"));
		for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
			encode_num(&object, numbers[k], row_num(cache, numbers[k]));
		encode_close(&object);
	}
	bytes_putc(fl->out, ']');
}

static void put_stop(struct freelists *fl, const char *at)
{
	struct encode_object object = encode_open(fl->out);

	encode_text(&object, "at", at);
	bytes_putc(encode_key(&object, "nodes"), '[');
	for (size_t i = 0; i < mm_state_nr_rows(fl->state, MM_NODES); i++) {
		if (i)
			bytes_putc(fl->out, ',');
		put_node(fl, table_row(fl->state, MM_NODES, i));
	}
	bytes_putc(fl->out, ']');
	encode_key(&object, "slab_caches");
	put_caches(fl);
	encode_close(&object);
}

int encode_freelists(struct bytes *out, const struct mm *mm, struct mm_error *error)
{
	static const char *const stops[] = { "kmem_cache_init", "vmalloc_init" };
	struct freelists fl = { .out = out };
	bool more = false;

	bytes_putc(out, '[');
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		int step = mm_find_step(mm, stops[i]);
		struct mm_state *state;

		/* A boot that panicked before has no such stop. */
		if (step < 0)
			continue;
		if (mm_state_at(mm, mm_step(mm, (size_t)step)->first_seq, &state))
			return fail(error, -ENOMEM, NULL, "no memory for the tables");
		fl.state = state;
		if (more)
			bytes_putc(out, ',');
		more = true;
		put_stop(&fl, stops[i]);
		mm_state_free(state);
		if (fl.blocks > FREELISTS_MAX_BLOCKS)
			return fail(error, -EFBIG, "freelists", "there are more than %d free blocks to list",
				    FREELISTS_MAX_BLOCKS);
	}
	bytes_puts(out, "]\n");
	return 0;
}

/* ------------------------------------------------------------------- manifest */

static void put_loader(struct encode_object *inputs, const struct request_loader *loader)
{
	struct encode_object object = encode_open(encode_key(inputs, "loader"));

	if (loader->has_image)
		encode_hex(&object, "kernel_image", loader->image);
	if (loader->has_dtb)
		encode_hex(&object, "dtb", loader->dtb);
	if (loader->has_dtb_totalsize)
		encode_hex(&object, "dtb_totalsize", loader->dtb_totalsize);
	if (loader->has_initrd) {
		struct bytes *out = encode_key(&object, "initrd");

		bytes_putc(out, '[');
		put_hex(out, loader->initrd_start);
		bytes_putc(out, ',');
		put_hex(out, loader->initrd_end);
		bytes_putc(out, ']');
	}
	if (loader->has_initrd_size)
		encode_hex(&object, "initrd_size", loader->initrd_size);
	encode_close(&object);
}

/* "0x40000000@0x40000000,0x10000000": as --memory reads it. */
static void put_banks(struct bytes *out, const struct request *request)
{
	for (size_t i = 0; i < request->nr_banks; i++) {
		if (i)
			bytes_putc(out, ',');
		bytes_hex(out, request->banks[i].size);
		if (!request->banks[i].placed)
			continue;
		bytes_putc(out, '@');
		bytes_hex(out, request->banks[i].base);
	}
}

static void put_inputs(struct encode_object *manifest, const struct run *run)
{
	const struct request *request = run->request;
	struct encode_object object = encode_open(encode_key(manifest, "inputs"));

	encode_text(&object, "board", request->board);
	encode_text(&object, "kernel", request->kernel);
	encode_text(&object, "cmdline", mm_cmdline(run->mm));
	if (request->nr_banks) {
		struct bytes *out = encode_key(&object, "memory");

		bytes_putc(out, '"');
		put_banks(out, request);
		bytes_putc(out, '"');
	} else {
		encode_text(&object, "memory", NULL);
	}
	encode_text(&object, "cpu", request->cpu);
	put_loader(&object, &request->loader);
	encode_num(&object, "dtb_bytes", (int64_t)request->dtb.len);
	encode_close(&object);
}

static void put_kernel(struct encode_object *manifest, const struct run *run, const struct kernel_card *card)
{
	struct encode_object object = encode_open(encode_key(manifest, "kernel"));

	encode_text(&object, "name", mm_kernel_name(run->kernel));
	encode_text(&object, "version", mm_kernel_version(run->kernel));
	encode_text(&object, "sequence", mm_kernel_sequence(run->kernel));
	encode_text(&object, "description", card->description);
	bytes_puts(encode_key(&object, "conformance"), card->conformance ? card->conformance : "null");
	encode_close(&object);
}

struct owner_sum {
	const char *owner;
	uint64_t bytes;
};

/* There are some twenty kinds of owners, however many ranges they own. */
#define MAX_OWNERS 256

static void add_to_owner(struct owner_sum *sums, size_t *nr, const char *owner, uint64_t bytes)
{
	size_t i = 0;

	while (i < *nr && strcmp(sums[i].owner, owner))
		i++;
	if (i == MAX_OWNERS)
		return;
	if (i == *nr)
		sums[(*nr)++] = (struct owner_sum){ .owner = owner };
	sums[i].bytes += bytes;
}

/* How many bytes of RAM each owner has; owners in the order of their first byte. */
static void put_ledger(struct encode_object *totals, const struct mm_state *end)
{
	struct encode_object object = encode_open(encode_key(totals, "ledger"));
	struct owner_sum sums[MAX_OWNERS];
	size_t nr = 0;

	for (size_t i = 0; i < mm_state_nr_rows(end, MM_LEDGER); i++) {
		struct table_row row = table_row(end, MM_LEDGER, i);

		if (row_num(row, "ram"))
			add_to_owner(sums, &nr, row_text(row, "owner"), row_hex(row, "size"));
	}
	for (size_t i = 0; i < nr; i++)
		encode_hex(&object, sums[i].owner, sums[i].bytes);
	encode_close(&object);
}

static void put_counters(struct encode_object *totals, const struct mm_state *end)
{
	struct encode_object object = encode_open(encode_key(totals, "counters"));

	for (size_t i = 0; i < mm_state_nr_rows(end, MM_COUNTERS); i++) {
		struct table_row row = table_row(end, MM_COUNTERS, i);

		encode_num(&object, row_text(row, "key"), row_num(row, "value"));
	}
	encode_close(&object);
}

static void put_zone_totals(struct encode_object *totals, const struct mm_state *end)
{
	struct bytes *out = encode_key(totals, "zones");

	bytes_putc(out, '[');
	for (size_t i = 0; i < mm_state_nr_rows(end, MM_ZONES); i++) {
		struct table_row row = table_row(end, MM_ZONES, i);
		struct encode_object object;

		if (i)
			bytes_putc(out, ',');
		object = encode_open(out);
		encode_text(&object, "key", row_text(row, "key"));
		encode_num(&object, "spanned", row_num(row, "spanned"));
		encode_num(&object, "present", row_num(row, "present"));
		encode_num(&object, "managed", row_num(row, "managed"));
		encode_close(&object);
	}
	bytes_putc(out, ']');
}

static int64_t count_problems(const struct mm *mm)
{
	int64_t problems = 0;

	for (size_t seq = 0; seq < mm_nr_events(mm); seq++)
		problems += mm_event(mm, seq)->kind == MM_PROBLEM;
	return problems;
}

static void put_totals(struct encode_object *manifest, const struct mm *mm, const struct mm_state *end)
{
	struct encode_object object = encode_open(encode_key(manifest, "totals"));

	encode_num(&object, "events", (int64_t)mm_nr_events(mm));
	encode_num(&object, "steps", (int64_t)mm_nr_steps(mm));
	encode_hex(&object, "ram", mm_ram_bytes(mm));
	encode_num(&object, "problems", count_problems(mm));
	encode_bool(&object, "panicked", mm_panicked(mm));
	put_ledger(&object, end);
	put_counters(&object, end);
	put_zone_totals(&object, end);
	encode_close(&object);
}

static void put_steps(struct encode_object *manifest, const struct mm *mm)
{
	struct bytes *out = encode_key(manifest, "steps");

	bytes_putc(out, '[');
	for (size_t i = 0; i < mm_nr_steps(mm); i++) {
		const struct mm_step *step = mm_step(mm, i);
		struct encode_object object;

		if (i)
			bytes_putc(out, ',');
		object = encode_open(out);
		encode_num(&object, "index", (int64_t)i);
		encode_text(&object, "name", step->name);
		encode_text(&object, "stage", step->stage);
		encode_bool(&object, "executed", step->executed);
		encode_text(&object, "note", step->note);
		encode_num(&object, "parent", step->parent);
		encode_num(&object, "depth", step->depth);
		encode_num(&object, "first_seq", step->first_seq);
		encode_num(&object, "last_seq", step->last_seq);
		encode_close(&object);
	}
	bytes_putc(out, ']');
}

static const char *type_name(enum mm_type type)
{
	static const char *const names[] = {
		[MM_HEX] = "hex", [MM_NUM] = "number", [MM_STR] = "text", [MM_LIST] = "list", [MM_RUNS] = "runs",
	};

	return names[type];
}

static void put_columns(struct bytes *out, const struct mm_table_def *def)
{
	bytes_putc(out, '[');
	for (size_t i = 0; i < def->nr_columns; i++) {
		struct encode_object object;

		if (i)
			bytes_putc(out, ',');
		object = encode_open(out);
		encode_text(&object, "name", def->columns[i].name);
		encode_text(&object, "type", type_name(def->columns[i].type));
		encode_close(&object);
	}
	bytes_putc(out, ']');
}

static void put_tables(struct encode_object *manifest)
{
	struct bytes *out = encode_key(manifest, "tables");

	bytes_putc(out, '[');
	for (int table = 0; table < MM_NR_TABLES; table++) {
		const struct mm_table_def *def = mm_table_def((enum mm_table_id)table);
		struct encode_object object;

		if (table)
			bytes_putc(out, ',');
		object = encode_open(out);
		encode_text(&object, "name", def->name);
		put_columns(encode_key(&object, "columns"), def);
		encode_close(&object);
	}
	bytes_putc(out, ']');
}

static void put_links(struct encode_object *manifest, const char *id)
{
	static const char *const names[] = {
		"events", "state", "log", "memblock", "zoneinfo", "buddyinfo", "pagetypeinfo", "iomem",
		"meminfo", "freelists", "ledger",
	};
	struct encode_object object = encode_open(encode_key(manifest, "links"));

	bytes_printf(encode_key(&object, "self"), "\"/api/v1/runs/%s\"", id);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		bytes_printf(encode_key(&object, names[i]), "\"/api/v1/runs/%s/%s\"", id, names[i]);
	encode_close(&object);
}

void encode_manifest(struct bytes *out, const struct run *run, const struct kernel_card *card,
		     const struct mm_state *end)
{
	struct encode_object object = encode_open(out);

	encode_text(&object, "id", run->request->id);
	encode_text(&object, "engine", mm_version());
	put_inputs(&object, run);
	put_kernel(&object, run, card);
	put_totals(&object, run->mm, end);
	put_steps(&object, run->mm);
	put_tables(&object);
	put_links(&object, run->request->id);
	encode_close(&object);
	bytes_putc(out, '\n');
}

/* ---------------------------------------------------------- canonical request */

static bool set_text(json_t *object, const char *key, const char *value)
{
	return !value || !json_object_set_new(object, key, json_string(value));
}

static bool set_hex(json_t *object, const char *key, uint64_t value, bool has)
{
	return !has || !json_object_set_new(object, key, json_sprintf("0x%llx", (unsigned long long)value));
}

static bool set_loader(json_t *root, const struct request_loader *loader)
{
	json_t *object = json_object();

	if (json_object_set_new(root, "loader", object))
		return false;
	if (loader->has_initrd &&
	    json_object_set_new(object, "initrd",
				json_pack("[o,o]", json_sprintf("0x%llx", (unsigned long long)loader->initrd_start),
					  json_sprintf("0x%llx", (unsigned long long)loader->initrd_end))))
		return false;
	return set_hex(object, "kernel_image", loader->image, loader->has_image) &&
	       set_hex(object, "dtb", loader->dtb, loader->has_dtb) &&
	       set_hex(object, "initrd_size", loader->initrd_size, loader->has_initrd_size) &&
	       set_hex(object, "dtb_totalsize", loader->dtb_totalsize, loader->has_dtb_totalsize);
}

static bool set_memory(json_t *root, const struct request *request)
{
	struct bytes text = { 0 };
	bool ok = true;

	if (request->nr_banks) {
		put_banks(&text, request);
		ok = !text.failed && set_text(root, "memory", bytes_text(&text));
	}
	bytes_deinit(&text);
	return ok;
}

static int add_chunk(const char *chunk, size_t len, void *out)
{
	bytes_add(out, chunk, len);
	return 0;
}

int encode_request(struct bytes *out, const struct request *request)
{
	json_t *root = json_object();
	bool ok = root && set_text(root, "board", request->board) && set_text(root, "kernel", request->kernel) &&
		  set_text(root, "cmdline", request->cmdline) && set_text(root, "cpu", request->cpu) &&
		  set_memory(root, request) && set_loader(root, &request->loader);

	if (ok && json_dump_callback(root, add_chunk, out, JSON_SORT_KEYS | JSON_COMPACT))
		ok = false;
	json_decref(root);
	return ok && !out->failed ? 0 : -EINVAL;
}
