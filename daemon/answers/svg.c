// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/svg.h"

#include "daemon/answers/table_read.h"
#include "daemon/base/fail.h"
#include "daemon/base/number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH		1200.0
#define LEFT		100.0
#define RIGHT		1180.0
#define LANE		40.0
#define GAP		14.0		/* a folded hole */
#define TOP		70.0
#define LANE_STEP	58.0
#define AXIS		(TOP + 3 * LANE_STEP)
#define MAX_OWNERS	64
#define LEGEND		15		/* owners that are named; the rest is summed up */

/* Consecutive RAM, and where it is drawn. */
struct bank {
	uint64_t base, size;
	double x, width;
};

struct owner {
	const char *name;
	uint64_t bytes;
};

struct picture {
	struct bytes *out;
	const struct mm_state *state;
	struct bank *banks;
	size_t nr_banks;
	uint64_t ram;
	struct owner owners[MAX_OWNERS];
	size_t nr_owners;
	/* The rectangle that is being extended. */
	const char *fill, *title;
	double x, end;
};

/* ------------------------------------------------------------------- what there is */

static bool ledger_row(const struct picture *p, size_t i, uint64_t *base, uint64_t *size, const char **owner)
{
	struct table_row row = table_row(p->state, MM_LEDGER, i);

	*base = row_hex(row, "key");
	*size = row_hex(row, "size");
	*owner = row_text(row, "owner");
	return row_num(row, "ram") && *size;
}

static void add_owner(struct picture *p, const char *name, uint64_t bytes)
{
	size_t i = 0;

	while (i < p->nr_owners && strcmp(p->owners[i].name, name))
		i++;
	if (i == MAX_OWNERS)
		return;
	if (i == p->nr_owners)
		p->owners[p->nr_owners++].name = name;
	p->owners[i].bytes += bytes;
}

static int by_bytes(const void *a, const void *b)
{
	const struct owner *left = a, *right = b;

	if (left->bytes != right->bytes)
		return left->bytes < right->bytes ? 1 : -1;
	return strcmp(left->name, right->name);
}

/* Rows come in the order of their addresses; neighbours are one bank. */
static bool find_banks(struct picture *p)
{
	size_t nr = mm_state_nr_rows(p->state, MM_LEDGER);
	uint64_t base, size;
	const char *owner;

	p->banks = calloc(nr + 1, sizeof(*p->banks));
	for (size_t i = 0; i < nr && p->banks; i++) {
		struct bank *last = p->nr_banks ? &p->banks[p->nr_banks - 1] : NULL;

		if (!ledger_row(p, i, &base, &size, &owner))
			continue;
		p->ram += size;
		add_owner(p, owner, size);
		if (last && last->base + last->size == base)
			last->size += size;
		else
			p->banks[p->nr_banks++] = (struct bank){ .base = base, .size = size };
	}
	qsort(p->owners, p->nr_owners, sizeof(p->owners[0]), by_bytes);
	return p->banks;
}

/* To scale, but every bank stays visible. */
static void place_banks(struct picture *p)
{
	double nr = (double)p->nr_banks;
	double gap = nr > 40 ? 40 * GAP / nr : GAP;
	double room = RIGHT - LEFT - gap * (nr - 1);
	double least = room / nr / 2 < 30 ? room / nr / 2 : 30;
	double x = LEFT;

	for (size_t i = 0; i < p->nr_banks; i++) {
		struct bank *bank = &p->banks[i];

		bank->x = x;
		bank->width = least + (room - nr * least) * ((double)bank->size / (double)p->ram);
		x += bank->width + gap;
	}
}

/* ----------------------------------------------------------------------- drawing */

static void put_text(struct bytes *out, double x, double y, const char *more, const char *text)
{
	bytes_printf(out, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, more);
	bytes_xml(out, text);
	bytes_puts(out, "</text>\n");
}

/* Okabe and Ito's colours by family, as on the page, with a shade for each member. */
static const char *colour_of(const char *owner)
{
	static const struct {
		const char *owner, *colour;
	} colours[] = {
		{ "free", "#f2f2f2" }, { "deferred", "#dcdcdc" },
		{ "kernel-image", "#0072b2" }, { "initrd", "#4a9fd0" }, { "dtb", "#003f63" },
		{ "unflattened-dt", "#8cc4e6" },
		{ "reserved-memory", "#d55e00" }, { "cma", "#f08a3c" }, { "crashkernel", "#8f3f00" },
		{ "memreserve", "#b54f00" }, { "uefi", "#c97b4a" }, { "hugepage", "#ffb27a" }, { "huge-page", "#ffb27a" },
		{ "page-table", "#cc79a7" }, { "vmemmap-table", "#94507a" },
		{ "memmap", "#009e73" }, { "mem_section", "#00614a" }, { "usage-map", "#6fcfb2" },
		{ "node-data", "#2f7f68" }, { "numa-distance", "#a6e3d1" },
		{ "percpu", "#e69f00" }, { "cpumask", "#a87400" },
		{ "hash-table", "#56b4e9" }, { "log-buffer", "#2b7fb0" }, { "swiotlb", "#9fd6f5" },
		{ "kfence", "#7fb3c8" }, { "cmdline", "#bfe4fa" }, { "command-line", "#bfe4fa" },
		{ "resource", "#7a9fb5" }, { "resources", "#7a9fb5" },
		{ "buddy", "#f0e442" }, { "slab", "#b8ad16" },
	};

	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
		if (!strcmp(colours[i].owner, owner))
			return colours[i].colour;
	return "#999999";
}

static void flush(struct picture *p, double y)
{
	if (p->fill) {
		bytes_printf(p->out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\" fill=\"%s\"><title>",
			     p->x, y, p->end - p->x < 0.6 ? 0.6 : p->end - p->x, LANE, p->fill);
		bytes_xml(p->out, p->title);
		bytes_puts(p->out, "</title></rect>\n");
	}
	p->fill = NULL;
}

/* Neighbours that look the same are one rectangle, and what would be hidden under the
 * last one is none: however many ranges there are, there are only so many pixels. */
static void draw(struct picture *p, double y, double x, double end, const char *fill, const char *title)
{
	if (p->fill && end <= p->end)
		return;
	if (p->fill && !strcmp(p->fill, fill) && x <= p->end + 0.2) {
		p->end = end;
		return;
	}
	flush(p, y);
	p->x = x;
	p->end = end;
	p->fill = fill;
	p->title = title;
}

/* The parts of [base, base + size) that are RAM; ranges come in order, so banks are walked once. */
static void draw_range(struct picture *p, size_t *bank, double y, uint64_t base, uint64_t size,
		       const char *fill, const char *title)
{
	while (*bank < p->nr_banks && p->banks[*bank].base + p->banks[*bank].size - 1 < base)
		(*bank)++;
	for (size_t i = *bank; i < p->nr_banks && p->banks[i].base <= base + (size - 1); i++) {
		const struct bank *b = &p->banks[i];
		uint64_t from = base > b->base ? base - b->base : 0;
		uint64_t last = base + (size - 1) - b->base;
		double scale = b->width / (double)b->size;

		if (last >= b->size)
			last = b->size - 1;
		draw(p, y, b->x + (double)from * scale, b->x + ((double)last + 1) * scale, fill, title);
	}
}

static void draw_regions(struct picture *p, enum mm_table_id table, double y, const char *fill, const char *title)
{
	static const char nomap[] = "#bbbbbb";
	size_t bank = 0;

	for (size_t i = 0; i < mm_state_nr_rows(p->state, table); i++) {
		struct table_row row = table_row(p->state, table, i);
		bool hidden = strstr(row_text(row, "flags"), "NOMAP");

		if (row_hex(row, "size"))
			draw_range(p, &bank, y, row_hex(row, "key"), row_hex(row, "size"),
				   hidden ? nomap : fill, hidden ? "no-map" : title);
	}
	flush(p, y);
}

static void draw_owners(struct picture *p, double y)
{
	size_t bank = 0;
	uint64_t base, size;
	const char *owner;

	for (size_t i = 0; i < mm_state_nr_rows(p->state, MM_LEDGER); i++)
		if (ledger_row(p, i, &base, &size, &owner))
			draw_range(p, &bank, y, base, size, colour_of(owner), owner);
	flush(p, y);
}

static void draw_frames(struct picture *p, double y)
{
	for (size_t i = 0; i < p->nr_banks; i++)
		bytes_printf(p->out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\" fill=\"none\" "
			     "stroke=\"#555\" stroke-width=\"0.7\"/>\n", p->banks[i].x, y, p->banks[i].width, LANE);
}

static void put_size(struct bytes *out, uint64_t bytes)
{
	static const char units[] = "BKMGTPE";
	unsigned int unit = 0;
	double value = (double)bytes;

	for (; value >= 1024 && unit < 6; unit++)
		value /= 1024;
	bytes_printf(out, value >= 100 || value == (double)(int)value ? "%.0f " : "%.1f ", value);
	if (unit)
		bytes_printf(out, "%ciB", units[unit]);
	else
		bytes_puts(out, "bytes");
}

static void draw_end_of_ram(struct picture *p, double free_from)
{
	const struct bank *last = &p->banks[p->nr_banks - 1];
	struct bytes label = { 0 };

	bytes_hex(&label, last->base + last->size);
	if (RIGHT - 7 * (double)label.len > free_from)
		put_text(p->out, RIGHT, AXIS, " font-family=\"monospace\" font-size=\"11\" text-anchor=\"end\"",
			 bytes_text(&label));
	bytes_deinit(&label);
}

/* Where each bank begins and the last ends; a label that would touch another is left out. */
static void draw_axis(struct picture *p)
{
	struct bytes label = { 0 };
	double free_from = 0;

	for (size_t i = 0; i < p->nr_banks; i++) {
		const struct bank *bank = &p->banks[i];

		if (bank->x < free_from)
			continue;
		bytes_clear(&label);
		bytes_hex(&label, bank->base);
		put_text(p->out, bank->x, AXIS, " font-family=\"monospace\" font-size=\"11\"", bytes_text(&label));
		free_from = bank->x + 8 + 7 * (double)label.len;
	}
	bytes_deinit(&label);
	if (p->nr_banks)
		draw_end_of_ram(p, free_from);
}

static void draw_legend_entry(struct picture *p, size_t place, const char *fill, const char *name, uint64_t bytes)
{
	double x = LEFT + (double)(place % 4) * 270, y = AXIS + 24 + (double)(place / 4) * 22;
	struct bytes label = { 0 };

	bytes_printf(&label, "%s, ", name);
	put_size(&label, bytes);
	bytes_printf(p->out, "<rect x=\"%.0f\" y=\"%.0f\" width=\"14\" height=\"14\" fill=\"%s\" stroke=\"#555\" "
		     "stroke-width=\"0.7\"/>\n", x, y, fill);
	put_text(p->out, x + 20, y + 12, " font-size=\"12\"", bytes_text(&label));
	bytes_deinit(&label);
}

static void draw_legend(struct picture *p)
{
	uint64_t rest = 0;

	for (size_t i = 0; i < p->nr_owners; i++) {
		if (i < LEGEND)
			draw_legend_entry(p, i, colour_of(p->owners[i].name), p->owners[i].name, p->owners[i].bytes);
		else
			rest += p->owners[i].bytes;
	}
	if (rest)
		draw_legend_entry(p, LEGEND, "#ffffff", "others", rest);
}

static void draw_head(struct picture *p, const struct run *run, const struct mm_step *step)
{
	struct bytes line = { 0 };

	bytes_printf(p->out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" "
		     "height=\"%.0f\" font-family=\"sans-serif\" fill=\"#111\" role=\"img\">\n<title>",
		     WIDTH, AXIS + 120, WIDTH, AXIS + 120);
	bytes_printf(&line, "%s, Linux %s: after %s", run->request->board, mm_kernel_version(run->kernel), step->name);
	bytes_xml(p->out, bytes_text(&line));
	bytes_printf(p->out, "</title>\n<rect width=\"%.0f\" height=\"%.0f\" fill=\"#fff\"/>\n", WIDTH, AXIS + 120);
	put_text(p->out, LEFT, 30, " font-size=\"18\"", bytes_text(&line));
	bytes_clear(&line);
	put_size(&line, p->ram);
	bytes_printf(&line, " of RAM, stage %s, event %" PRIu32, step->stage, step->last_seq);
	put_text(p->out, LEFT, 50, " font-size=\"12\" fill=\"#555\"", bytes_text(&line));
	bytes_deinit(&line);
}

static void draw_lanes(struct picture *p)
{
	static const char *const names[] = { "memory", "reserved", "owners" };

	for (int i = 0; i < 3; i++)
		put_text(p->out, LEFT - 10, TOP + i * LANE_STEP + LANE / 2 + 5,
			 " font-size=\"13\" text-anchor=\"end\"", names[i]);
	draw_regions(p, MM_MEMBLOCK_MEMORY, TOP, "#009e73", "memory");
	draw_regions(p, MM_MEMBLOCK_RESERVED, TOP + LANE_STEP, "#d55e00", "reserved");
	draw_owners(p, TOP + 2 * LANE_STEP);
	for (int i = 0; i < 3; i++)
		draw_frames(p, TOP + i * LANE_STEP);
}

/* ---------------------------------------------------------------------- the step */

static const struct mm_step *find_step(const struct mm *mm, const char *name, struct mm_error *error)
{
	uint64_t number;
	int index;

	if (number_parse(name, &number))
		index = number < mm_nr_steps(mm) ? (int)number : -1;
	else
		index = mm_find_step(mm, name);
	if (index >= 0)
		return mm_step(mm, (size_t)index);
	fail(error, -ENOENT, "step", "this boot has no step '%.80s'; there are %zu", name, mm_nr_steps(mm));
	return NULL;
}

int svg_of_step(struct bytes *out, const struct run *run, const char *name, struct mm_error *error)
{
	const struct mm_step *step = find_step(run->mm, name, error);
	struct picture p = { .out = out };
	struct mm_state *state;

	if (!step)
		return -ENOENT;
	if (mm_state_at(run->mm, step->last_seq, &state))
		return fail(error, -ENOMEM, NULL, "no memory for the tables");
	p.state = state;
	if (find_banks(&p)) {
		place_banks(&p);
		draw_head(&p, run, step);
		draw_lanes(&p);
		draw_axis(&p);
		draw_legend(&p);
		bytes_puts(out, "</svg>\n");
	} else {
		out->failed = true;
	}
	free(p.banks);
	mm_state_free(state);
	return out->failed ? fail(error, -ENOMEM, NULL, "no memory for the picture") : 0;
}
