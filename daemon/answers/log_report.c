// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/log_report.h"
#include "daemon/answers/encode_verdict.h"
#include "daemon/answers/table_read.h"
#include "daemon/base/diff.h"
#include "daemon/base/fail.h"
#include "daemon/input/ask_fields.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------ what it was read as */

static void put_inputs(struct encode_object *root, const struct ask *ask)
{
	struct encode_object inputs = encode_open(encode_key(root, "inputs"));

	for (size_t i = 0; i < nr_ask_fields; i++) {
		const char *value = *ask_field_of((struct ask *)ask, &ask_fields[i]);

		if (value && !ask_fields[i].shell_only)
			encode_text(&inputs, ask_fields[i].param, value);
	}
	encode_close(&inputs);
}

static void put_derived(struct encode_object *root, const struct dmesg *log, const struct ask *ask)
{
	struct bytes *out = encode_key(root, "derived");
	bool more = false;

	bytes_putc(out, '[');
	for (int what = 0; what < DMESG_NR; what++) {
		struct encode_object one;

		if (!log->value[what])
			continue;
		if (more)
			bytes_putc(out, ',');
		more = true;
		one = encode_open(out);
		encode_text(&one, "what", dmesg_name((enum dmesg_what)what));
		encode_text(&one, "value", log->value[what]);
		encode_num(&one, "line", (int64_t)log->line[what]);
		/* What the tree or UEFI's map says as well is not taken from the log. */
		encode_bool(&one, "taken", what != DMESG_MEMORY || ask->memory == log->value[what]);
		encode_close(&one);
	}
	bytes_putc(out, ']');
}

static void put_missing(struct encode_object *root, const struct dmesg *log)
{
	struct bytes *out = encode_key(root, "missing");
	bool more = false;

	bytes_putc(out, '[');
	for (int what = 0; what < DMESG_NR; what++) {
		if (log->value[what])
			continue;
		bytes_printf(out, "%s\"%s\"", more ? "," : "", dmesg_name((enum dmesg_what)what));
		more = true;
	}
	bytes_putc(out, ']');
}

/* Nodes of /reserved-memory that the tree has elsewhere, or not at all. */
static void put_reserved(struct encode_object *root, const struct dmesg *log)
{
	struct bytes *out = encode_key(root, "reserved");
	bool more = false;

	bytes_putc(out, '[');
	for (size_t i = 0; i < log->nr_nodes; i++) {
		const struct dmesg_node *node = &log->nodes[i];
		struct encode_object one;

		if (!(node->flags & DMESG_NODE_TAKEN))
			continue;
		if (more)
			bytes_putc(out, ',');
		more = true;
		one = encode_open(out);
		encode_text(&one, "node", node->name);
		encode_hex(&one, "base", node->base);
		encode_hex(&one, "size", node->size);
		encode_num(&one, "line", (int64_t)node->line);
		encode_bool(&one, "added", node->flags & DMESG_NODE_ADDED);
		encode_bool(&one, "no_map", node->flags & DMESG_NODE_NOMAP);
		encode_close(&one);
	}
	bytes_putc(out, ']');
}

/* Where what the log does not say lies after all, and the rule that put it there. */
static void put_assumed(struct encode_object *root, const struct mm *mm)
{
	struct bytes *out = encode_key(root, "assumed");
	struct mm_state *state;
	bool more = false;

	bytes_putc(out, '[');
	if (!mm_state_at(mm, mm_nr_events(mm) - 1, &state)) {
		for (size_t i = 0; i < mm_state_nr_rows(state, MM_LOADER); i++) {
			struct table_row row = table_row(state, MM_LOADER, i);
			struct encode_object one;

			if (strcmp(row_text(row, "origin"), "assumed"))
				continue;
			if (more)
				bytes_putc(out, ',');
			more = true;
			one = encode_open(out);
			encode_text(&one, "what", row_text(row, "key"));
			encode_hex(&one, "base", row_hex(row, "base"));
			encode_text(&one, "rule", row_text(row, "rule"));
			encode_close(&one);
		}
		mm_state_free(state);
	} else {
		out->failed = true;
	}
	bytes_putc(out, ']');
}

static void put_kernel(struct encode_object *root, const struct dmesg *log, const struct verdict *v)
{
	struct encode_object profile = encode_open(encode_key(root, "profile"));

	encode_text(&profile, "name", v->request.kernel);
	/* A profile asked for by name was not chosen by us. */
	encode_bool(&profile, "chosen", log->kernel != NULL);
	encode_bool(&profile, "exact", log->kernel_exact);
	encode_close(&profile);
}

/* --------------------------------------------------------------- line by line */

struct log_line {
	const char *text;
	size_t nr;		/* from 1 */
};

struct side {
	struct log_line *line;
	const char **text;	/* of the lines: what diff() takes */
	bool *apart;		/* the other side has no such line there */
	size_t nr;
};

static int by_number(const void *a, const void *b)
{
	const struct log_line *x = a, *y = b;

	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

static void side_deinit(struct side *side)
{
	free(side->line);
	free(side->text);
	free(side->apart);
}

/* Lines of all classes in the order of the log. */
static bool side_init(struct side *side, const struct facts *facts)
{
	size_t nr = 0;

	for (size_t c = FACT_OUTCOME + 1; c < FACT_NR_LOG_CLASSES; c++)
		nr += facts->of[c].nr;
	side->line = calloc(nr + 1, sizeof(*side->line));
	side->text = calloc(nr + 1, sizeof(*side->text));
	side->apart = calloc(nr + 1, sizeof(*side->apart));
	if (!side->line || !side->text || !side->apart)
		return false;
	for (size_t c = FACT_OUTCOME + 1; c < FACT_NR_LOG_CLASSES; c++)
		for (size_t i = 0; i < facts->of[c].nr; i++)
			side->line[side->nr++] = (struct log_line){ facts->of[c].text[i], facts->of[c].line[i] };
	qsort(side->line, side->nr, sizeof(*side->line), by_number);
	for (size_t i = 0; i < side->nr; i++)
		side->text[i] = side->line[i].text;
	return true;
}

/* The event that prints predicted line @p, or what comes in place of one that is not predicted. */
static bool seq_of(const struct verdict *v, const struct side *predicted, size_t p, size_t *seq)
{
	size_t nr;

	if (!predicted->nr)
		return false;
	nr = predicted->line[p < predicted->nr ? p : predicted->nr - 1].nr;
	if (!nr || nr > v->nr_lines)
		return false;
	*seq = v->seq_of_line[nr - 1];
	return true;
}

/* Either line may be missing; where they part, with what the engine did there. */
static void put_line(struct bytes *out, const struct verdict *v, const struct log_line *real,
		     const struct log_line *predicted, bool same, const size_t *seq)
{
	struct encode_object one = encode_open(out);

	if (real)
		encode_num(&one, "line", (int64_t)real->nr);
	encode_bool(&one, "same", same);
	if (real)
		encode_text(&one, "real", real->text);
	if (predicted && !same)
		encode_text(&one, "predicted", predicted->text);
	if (seq && same)
		encode_num(&one, "seq", (int64_t)*seq);
	else if (seq)
		encode_reason(&one, v, *seq);
	encode_close(&one);
}

static void put_lines(struct encode_object *root, const struct verdict *v, const struct side *real,
		      const struct side *predicted)
{
	struct bytes *out = encode_key(root, "lines");
	size_t r = 0, p = 0;

	bytes_putc(out, '[');
	while (r < real->nr || p < predicted->nr) {
		bool missing = r < real->nr && real->apart[r], extra = p < predicted->nr && predicted->apart[p];
		bool same = !missing && !extra;
		size_t seq;
		bool known = seq_of(v, predicted, p, &seq);

		if (r || p)
			bytes_putc(out, ',');
		put_line(out, v, missing || same ? &real->line[r] : NULL, extra || same ? &predicted->line[p] : NULL, same,
			 known ? &seq : NULL);
		r += missing || same;
		p += extra || same;
	}
	bytes_putc(out, ']');
}

static int put_comparison(struct encode_object *root, const struct verdict *v, struct mm_error *error)
{
	struct side real = { 0 }, predicted = { 0 };
	long common = -ENOMEM;

	if (side_init(&real, &v->real) && side_init(&predicted, &v->predicted))
		common = diff(real.text, real.nr, predicted.text, predicted.nr, real.apart, predicted.apart);
	if (common >= 0)
		put_lines(root, v, &real, &predicted);
	side_deinit(&real);
	side_deinit(&predicted);
	return common >= 0 ? 0 : fail(error, -ENOMEM, NULL, "no memory to compare with");
}

/* ------------------------------------------------------------------------- whole */

static int put_report(struct bytes *out, const struct dmesg *log, const struct ask *ask, const struct verdict *v,
		      struct mm_error *error)
{
	struct encode_object root = encode_open(out);
	int err;

	put_inputs(&root, ask);
	put_derived(&root, log, ask);
	put_missing(&root, log);
	put_reserved(&root, log);
	put_assumed(&root, v->run.mm);
	put_kernel(&root, log, v);
	encode_num(&root, "boots", (int64_t)log->nr_boots);
	if (log->ends_at)
		encode_num(&root, "ends_at", (int64_t)log->ends_at);
	encode_score(&root, v);
	err = put_comparison(&root, v, error);
	encode_close(&root);
	bytes_putc(out, '\n');
	return err;
}

int log_report(struct dmesg *log, struct ask *ask, struct bytes *out, struct mm_error *error)
{
	struct verdict v;
	int err = verify_log("boot log", log, ask, &v, error);

	if (!err) {
		err = put_report(out, log, ask, &v, error);
		verdict_deinit(&v);
	}
	return err;
}
