// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/budget_report.h"

#include "daemon/base/encode_object.h"

#include <string.h>

struct budget_format {
	const char *name;
	void (*begin)(struct budget_report *report);
	void (*add)(struct budget_report *report, const struct budget_row *row);
	void (*end)(struct budget_report *report);
};

/* -------------------------------------------------------------------- sentences */

static void put_value(struct bytes *out, const struct budget_row *row, uint64_t value)
{
	if (row->unit == METRIC_ADDRESS)
		bytes_hex(out, value);
	else if (row->unit == METRIC_BYTES)
		bytes_size(out, value);
	else
		bytes_num(out, (int64_t)value);
}

void budget_put_sentence(struct bytes *out, const struct budget_row *row)
{
	uint64_t by = row->value > row->bound ? row->value - row->bound : row->bound - row->value;

	if (row->error) {
		bytes_puts(out, row->error);
		return;
	}
	if (!row->has_figure) {
		bytes_add(out, row->holds ? row->limit->text : row->why,
			  row->holds ? strlen(row->limit->text) : strcspn(row->why, "\n"));
		return;
	}
	bytes_printf(out, "%s: is ", row->limit->text);
	put_value(out, row, row->value);
	if (row->holds || !by)
		return;
	bytes_puts(out, ", ");
	put_value(out, row, by);
	bytes_puts(out, row->value > row->bound ? " too much" : " too little");
}

static void put_boot(struct bytes *out, const struct budget_row *row)
{
	bytes_puts(out, row->board);
	if (row->kernel)
		bytes_printf(out, " on %s", row->kernel);
	if (row->cmdline)
		bytes_printf(out, ", '%s'", row->cmdline);
}

static bool is_bad(const struct budget_row *row)
{
	return row->error || !row->holds;
}

/* ------------------------------------------------------------------------- text */

static void nothing(struct budget_report *r)
{
	(void)r;
}

static void text_add(struct budget_report *r, const struct budget_row *row)
{
	if (!is_bad(row))
		return;
	bytes_printf(r->out, "%s:", row->file);
	if (row->limit)
		bytes_printf(r->out, "%zu:", row->limit->line);
	bytes_putc(r->out, ' ');
	put_boot(r->out, row);
	bytes_puts(r->out, ": ");
	budget_put_sentence(r->out, row);
	bytes_putc(r->out, '\n');
}

static void text_end(struct budget_report *r)
{
	size_t figures = r->nr_rows - r->nr_errors;

	bytes_printf(r->out, "%zu figure%s, %zu exceeded", figures, figures == 1 ? "" : "s", r->nr_failed - r->nr_errors);
	if (r->nr_errors)
		bytes_printf(r->out, ", %zu not booted", r->nr_errors);
	bytes_putc(r->out, '\n');
}

/* ------------------------------------------------------------------------- JSON */

static void json_begin(struct budget_report *r)
{
	bytes_puts(r->out, "{\"figures\":[");
}

static void json_add(struct budget_report *r, const struct budget_row *row)
{
	struct encode_object object;

	bytes_puts(r->out, r->nr_rows ? "," : "");
	object = encode_open(r->out);
	encode_text(&object, "board", row->board);
	encode_text(&object, "kernel", row->kernel);
	encode_text(&object, "cmdline", row->cmdline);
	encode_text(&object, "file", row->file);
	if (row->limit) {
		encode_num(&object, "line", (int64_t)row->limit->line);
		encode_text(&object, "limit", row->limit->text);
	}
	if (row->error) {
		encode_text(&object, "error", row->error);
	} else {
		encode_bool(&object, "holds", row->holds);
		if (row->has_figure) {
			encode_num(&object, "value", (int64_t)row->value);
			encode_num(&object, "bound", (int64_t)row->bound);
		}
	}
	encode_close(&object);
}

static void json_end(struct budget_report *r)
{
	bytes_printf(r->out, "],\"exceeded\":%zu}\n", r->nr_failed);
}

/* ----------------------------------------------------------------------- GitHub */

static void github_add(struct budget_report *r, const struct budget_row *row)
{
	struct bytes text = { 0 };

	if (!is_bad(row))
		return;
	bytes_puts(r->out, "::error file=");
	bytes_workflow(r->out, row->file, true);
	if (row->limit)
		bytes_printf(r->out, ",line=%zu", row->limit->line);
	bytes_puts(r->out, ",title=memory budget::");
	put_boot(&text, row);
	bytes_puts(&text, ": ");
	budget_put_sentence(&text, row);
	bytes_workflow(r->out, bytes_text(&text), false);
	bytes_putc(r->out, '\n');
	r->out->failed |= text.failed;
	bytes_deinit(&text);
}

/* ------------------------------------------------------------------------ JUnit */

static void junit_begin(struct budget_report *r)
{
	bytes_puts(r->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"memory budget\">\n");
}

static void junit_add(struct budget_report *r, const struct budget_row *row)
{
	struct bytes text = { 0 };

	put_boot(&text, row);
	bytes_puts(r->out, "<testcase classname=\"");
	bytes_xml(r->out, bytes_text(&text));
	bytes_puts(r->out, "\" name=\"");
	bytes_xml(r->out, row->limit ? row->limit->text : "boot");
	bytes_puts(r->out, "\"");
	bytes_clear(&text);
	budget_put_sentence(&text, row);
	if (is_bad(row)) {
		bytes_printf(r->out, "><%s message=\"", row->error ? "error" : "failure");
		bytes_xml(r->out, bytes_text(&text));
		bytes_puts(r->out, "\"/></testcase>\n");
	} else {
		bytes_puts(r->out, "/>\n");
	}
	r->out->failed |= text.failed;
	bytes_deinit(&text);
}

static void junit_end(struct budget_report *r)
{
	bytes_puts(r->out, "</testsuite>\n</testsuites>\n");
}

static const struct budget_format formats[] = {
	{ "text", nothing, text_add, text_end },
	{ "json", json_begin, json_add, json_end },
	{ "github", nothing, github_add, nothing },
	{ "junit", junit_begin, junit_add, junit_end },
};

bool budget_report_begin(struct budget_report *report, const char *format, struct bytes *out)
{
	*report = (struct budget_report){ .out = out };
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]) && !report->format; i++)
		if (!strcmp(formats[i].name, format))
			report->format = &formats[i];
	if (report->format)
		report->format->begin(report);
	return report->format;
}

void budget_report_add(struct budget_report *report, const struct budget_row *row)
{
	report->nr_failed += is_bad(row);
	report->nr_errors += row->error != NULL;
	report->format->add(report, row);
	report->nr_rows++;
}

void budget_report_end(struct budget_report *report)
{
	report->format->end(report);
}
