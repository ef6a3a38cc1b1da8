// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/encode.h"

#include <stdlib.h>
#include <string.h>

void encode_row(struct bytes *out, const struct mm_table_def *def, const union mm_value *row)
{
	struct encode_object object = encode_open(out);

	for (size_t i = 0; i < def->nr_columns; i++)
		encode_member(&object, def->columns[i].name, def->columns[i].type, row[i]);
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
		encode_member(object, facts[i].name, facts[i].type, facts[i].value);
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
	encode_text(&object, "stage", mm_step(mm, event->step)->stage);
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
