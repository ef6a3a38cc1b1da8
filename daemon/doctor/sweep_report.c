// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/sweep_report.h"

#include "daemon/answers/encode.h"

#include <inttypes.h>
#include <string.h>

static const char *shown_name(const struct sweep *sweep)
{
	return sweep->nr_shown ? sweep->shown[0] : "outcome";
}

static void put_cell(const struct swept *s, size_t i, struct bytes *out)
{
	const struct cell *cell = &s->cell[i];

	if (!s->sweep->nr_shown || (cell->outcome != CELL_FINE && cell->outcome != CELL_PROBLEMS))
		bytes_puts(out, cell_outcome_name(cell->outcome));
	else if (strstr(s->sweep->shown[0], ".base"))
		bytes_hex(out, cell->value[0]);
	else
		bytes_size(out, cell->value[0]);
}

/* What stands above column @c, and its width: that of the widest in it, as many columns have to fit into a terminal. */
#define CELL_MOST	14

static const char *column_title(const struct swept *s, size_t c)
{
	return s->sweep->nr_axes > 1 ? s->sweep->axis[1].value[c] : shown_name(s->sweep);
}

static size_t widest(size_t a, size_t b)
{
	return (a > b ? a : b) < CELL_MOST ? (a > b ? a : b) : CELL_MOST;
}

static size_t column_width(const struct swept *s, size_t rows, size_t c, struct bytes *text)
{
	size_t width = widest(strlen(column_title(s, c)), 0);

	for (size_t r = 0; r < rows; r++) {
		bytes_clear(text);
		put_cell(s, c * rows + r, text);
		width = widest(width, text->len);
	}
	return width;
}

static size_t first_width(const struct axis *axis)
{
	size_t width = widest(strlen(axis->name), 0);

	for (size_t r = 0; r < axis->nr; r++)
		width = widest(width, strlen(axis->value[r]));
	return width;
}

/* The first axis goes down, the second across. */
static void write_table(const struct swept *s, struct bytes *out)
{
	const struct axis *down = &s->sweep->axis[0];
	size_t rows = down->nr, columns = sweep_cells(s->sweep) / rows, first = first_width(down), width[SWEEP_MAX_VALUES];
	struct bytes text = { 0 };

	for (size_t c = 0; c < columns; c++)
		width[c] = column_width(s, rows, c, &text);
	bytes_printf(out, "%-*s", (int)first, down->name);
	for (size_t c = 0; c < columns; c++)
		bytes_printf(out, "  %*.*s", (int)width[c], CELL_MOST, column_title(s, c));
	bytes_putc(out, '\n');
	for (size_t r = 0; r < rows; r++) {
		bytes_printf(out, "%-*.*s", (int)first, CELL_MOST, down->value[r]);
		for (size_t c = 0; c < columns; c++) {
			bytes_clear(&text);
			put_cell(s, c * rows + r, &text);
			bytes_printf(out, "  %*.*s", (int)width[c], CELL_MOST, bytes_text(&text));
		}
		bytes_putc(out, '\n');
	}
	out->failed |= text.failed;
	bytes_deinit(&text);
	if (s->sweep->nr_axes > 1)
		bytes_printf(out, "\n%s by %s (down) and %s (across)\n", shown_name(s->sweep), down->name, s->sweep->axis[1].name);
}

/* A field of CSV: quoted where it has to be. */
static void put_field(struct bytes *out, const char *text)
{
	if (!text[strcspn(text, ",\"\n\r")]) {
		bytes_puts(out, text);
		return;
	}
	bytes_putc(out, '"');
	for (; *text; text++)
		bytes_printf(out, *text == '"' ? "\"%c" : "%c", *text);
	bytes_putc(out, '"');
}

void sweep_put_head(const struct sweep *sweep, struct bytes *out)
{
	bytes_puts(out, "cell");
	for (size_t a = 0; a < sweep->nr_axes; a++) {
		bytes_putc(out, ',');
		put_field(out, sweep->axis[a].name);
	}
	bytes_puts(out, ",outcome");
	for (size_t n = 0; n < sweep->nr_shown; n++)
		bytes_printf(out, ",%s", sweep->shown[n]);
	bytes_putc(out, '\n');
}

/* What has not been done, because it is another shard's, has no line. */
static void write_csv(const struct swept *s, struct bytes *out)
{
	sweep_put_head(s->sweep, out);
	for (size_t i = 0; i < sweep_cells(s->sweep); i++) {
		if (s->cell[i].outcome == CELL_NOT_DONE)
			continue;
		bytes_printf(out, "%zu", i);
		for (size_t a = 0; a < s->sweep->nr_axes; a++) {
			bytes_putc(out, ',');
			put_field(out, sweep_value(s->sweep, i, a));
		}
		bytes_printf(out, ",%s", cell_outcome_name(s->cell[i].outcome));
		for (size_t n = 0; n < s->sweep->nr_shown; n++)
			bytes_printf(out, ",%" PRIu64, s->cell[i].value[n]);
		bytes_putc(out, '\n');
	}
}

void sweep_put_cell(const struct swept *s, size_t i, struct bytes *out)
{
	struct encode_object object = encode_open(out);

	encode_num(&object, "cell", (int64_t)i);
	for (size_t a = 0; a < s->sweep->nr_axes; a++)
		encode_text(&object, s->sweep->axis[a].name, sweep_value(s->sweep, i, a));
	encode_text(&object, "outcome", cell_outcome_name(s->cell[i].outcome));
	for (size_t n = 0; n < s->sweep->nr_shown; n++)
		encode_num(&object, s->sweep->shown[n], (int64_t)s->cell[i].value[n]);
	encode_close(&object);
}

void sweep_put_axes(const struct sweep *sweep, struct bytes *out)
{
	bytes_puts(out, "[");
	for (size_t a = 0; a < sweep->nr_axes; a++) {
		struct encode_object object;

		bytes_puts(out, a ? "," : "");
		object = encode_open(out);
		encode_text(&object, "name", sweep->axis[a].name);
		bytes_puts(encode_key(&object, "values"), "[");
		for (size_t i = 0; i < sweep->axis[a].nr; i++) {
			bytes_puts(out, i ? "," : "");
			bytes_json(out, sweep->axis[a].value[i]);
		}
		bytes_puts(out, "]");
		encode_close(&object);
	}
	bytes_puts(out, "]");
}

static void write_json(const struct swept *s, struct bytes *out)
{
	bool more = false;

	bytes_puts(out, "{\"axes\":");
	sweep_put_axes(s->sweep, out);
	bytes_puts(out, ",\"cells\":[");
	for (size_t i = 0; i < sweep_cells(s->sweep); i++) {
		if (s->cell[i].outcome == CELL_NOT_DONE)
			continue;
		bytes_puts(out, more ? "," : "");
		more = true;
		sweep_put_cell(s, i, out);
	}
	bytes_puts(out, "]}\n");
}

/* Okabe and Ito's colours for outcomes; white to blue for sizes. */
static void put_colour(const struct swept *s, const struct cell *cell, uint64_t most, struct bytes *out)
{
	static const char *const colours[] = {
		[CELL_NOT_DONE] = "#ffffff", [CELL_FINE] = "#009e73", [CELL_PROBLEMS] = "#e69f00", [CELL_PANICS] = "#d55e00",
		[CELL_REFUSED] = "#bbbbbb", [CELL_OUR_FAILURE] = "#000000",
	};
	bool booted = cell->outcome == CELL_FINE || cell->outcome == CELL_PROBLEMS;
	unsigned shade = most ? (unsigned)((double)cell->value[0] / (double)most * 200) : 0;

	if (s->sweep->nr_shown && booted)
		bytes_printf(out, "rgb(%u,%u,%u)", 235 - shade, 240 - shade * 2 / 3, 250 - shade / 4);
	else
		bytes_puts(out, colours[cell->outcome]);
}

static void put_label(struct bytes *out, size_t x, size_t y, const char *anchor, const char *text)
{
	bytes_printf(out, "<text x=\"%zu\" y=\"%zu\" text-anchor=\"%s\">", x, y, anchor);
	bytes_xml(out, text);
	bytes_puts(out, "</text>\n");
}

/* A heat map: the first axis goes across, the second up. */
static void write_svg(const struct swept *s, struct bytes *out)
{
	size_t columns = s->sweep->axis[0].nr, rows = sweep_cells(s->sweep) / columns, side = columns > 60 ? 8 : 20, left = 110, top = 40;
	size_t every = (columns * side > 600 ? columns * 60 / 600 : 1) + (side < 60 ? 60 / side - 1 : 0);
	uint64_t most = 0;

	for (size_t i = 0; i < sweep_cells(s->sweep); i++)
		most = s->cell[i].value[0] > most ? s->cell[i].value[0] : most;
	bytes_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" height=\"%zu\" font-family=\"sans-serif\" font-size=\"12\">\n",
		     left + columns * side + 30, top + rows * side + 50);
	put_label(out, left, 20, "start", shown_name(s->sweep));
	for (size_t i = 0; i < sweep_cells(s->sweep); i++) {
		size_t x = left + i % columns * side, y = top + (rows - 1 - i / columns) * side;

		bytes_printf(out, "<rect x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"%zu\" fill=\"", x, y, side - 1, side - 1);
		put_colour(s, &s->cell[i], most, out);
		bytes_puts(out, "\"><title>");
		for (size_t a = 0; a < s->sweep->nr_axes; a++) {
			bytes_xml(out, s->sweep->axis[a].name);
			bytes_putc(out, '=');
			bytes_xml(out, sweep_value(s->sweep, i, a));
			bytes_puts(out, ": ");
		}
		put_cell(s, i, out);
		bytes_puts(out, "</title></rect>\n");
	}
	for (size_t c = 0; c < columns; c += every)
		put_label(out, left + c * side, top + rows * side + 16, "start", s->sweep->axis[0].value[c]);
	for (size_t r = 0; r < rows && s->sweep->nr_axes > 1; r += side < 16 ? 2 : 1)
		put_label(out, left - 6, top + (rows - 1 - r) * side + side * 3 / 4, "end", s->sweep->axis[1].value[r]);
	put_label(out, left, top + rows * side + 36, "start", s->sweep->axis[0].name);
	if (s->sweep->nr_axes > 1)
		put_label(out, left - 6, 20, "end", s->sweep->axis[1].name);
	bytes_puts(out, "</svg>\n");
}

static const struct {
	const char *name;
	void (*write)(const struct swept *s, struct bytes *out);
} formats[] = { { "table", write_table }, { "csv", write_csv }, { "json", write_json }, { "svg", write_svg } };

bool sweep_write(const struct swept *swept, const char *format, struct bytes *out)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, format))
			continue;
		if (out)
			formats[i].write(swept, out);
		return true;
	}
	return false;
}
