// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/fix.h"

#include "daemon/answers/metrics.h"
#include "daemon/answers/table_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOAD_ALIGN	UINT64_C(0x200000)	/* where loaders put things */
#define MAX_CELLS	64			/* of a property that is changed */

/* One boot's search. */
struct search {
	const struct run *run;
	struct findings *findings;
	struct metrics before;
	size_t boots;
	bool failed;
};

/* ------------------------------------------------------------------ trying one */

static const char *const told[] = { "cma.size", "crashkernel.size", "memtotal" };

static void put_change(struct bytes *out, const char *name, uint64_t before, uint64_t after)
{
	if (before == after)
		return;
	bytes_printf(out, "%s%s ", out->len ? ", " : "", name);
	bytes_putc(out, after > before ? '+' : '-');
	bytes_size(out, after > before ? after - before : before - after);
}

static char *effect_of(const struct search *s, const struct run *run)
{
	struct metrics after = { 0 };
	struct bytes out = { 0 };
	char *text;

	if (metrics_of(run->mm, &after))
		return NULL;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		const struct metric *a = metrics_find(&s->before, told[i]), *b = metrics_find(&after, told[i]);

		put_change(&out, told[i], a ? a->value : 0, b ? b->value : 0);
	}
	metrics_deinit(&after);
	if (!out.len)
		bytes_puts(&out, "no size changes");
	text = out.failed ? NULL : strdup(bytes_text(&out));
	bytes_deinit(&out);
	return text;
}

/* Does the boot lack the finding, and have none that was not there before? */
static bool is_better(const struct findings *before, const struct findings *after, const struct finding *f)
{
	for (size_t i = 0; i < after->nr; i++) {
		const struct finding *now = &after->finding[i];

		if (now->rule == f->rule && !strcmp(now->subject, f->subject))
			return false;
		if (now->severity >= SEVERITY_WARNING && findings_index(before, now) < 0)
			return false;
	}
	return true;
}

static void offer(struct search *s, struct finding *f, const struct run *run, const char *what, const char *apply)
{
	struct fix *fixes = realloc(f->fixes, (f->nr_fixes + 1) * sizeof(*fixes));
	struct fix fix = { .what = strdup(what), .apply = strdup(apply), .effect = effect_of(s, run) };

	if (fixes)
		f->fixes = fixes;
	if (!fixes || !fix.what || !fix.apply || !fix.effect) {
		free(fix.what);
		free(fix.apply);
		free(fix.effect);
		s->failed = true;
		return;
	}
	f->fixes[f->nr_fixes++] = fix;
}

/* True if it helped. */
static bool try(struct search *s, struct finding *f, const struct request *request, const char *what, const char *apply)
{
	struct findings after = { 0 };
	struct mm_error error;
	struct run run;
	bool helped;

	if (f->nr_fixes == FIX_MAX_OFFERED || s->boots++ >= FIX_MAX_BOOTS)
		return false;
	if (run_boot(request, &run, &error))
		return false;
	s->failed |= findings_of(&run, &after) != 0;
	helped = !s->failed && is_better(s->findings, &after, f);
	if (helped)
		offer(s, f, &run, what, apply);
	findings_deinit(&after);
	run_deinit(&run);
	return helped;
}

/* -------------------------------------------------------------- the command line */

/* The kernel's command line with the last NAME=... made NAME=@value, or without it if @value is NULL. */
static char *cmdline_with(const char *cmdline, const char *name, const char *value)
{
	struct bytes out = { 0 };
	const char *last = NULL;
	size_t n = strlen(name);
	char *text;

	for (const char *at = cmdline; *at; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (!strncmp(at, name, n) && at[n] == '=')
			last = at;
	}
	if (!last) {
		bytes_puts(&out, cmdline);
		if (value)
			bytes_printf(&out, "%s%s=%s", *cmdline ? " " : "", name, value);
	} else {
		bytes_add(&out, cmdline, (size_t)(last - cmdline));
		if (value)
			bytes_printf(&out, "%s=%s", name, value);
		bytes_puts(&out, last + strcspn(last, " "));
	}
	text = out.failed ? NULL : strdup(bytes_text(&out));
	bytes_deinit(&out);
	return text;
}

static bool try_parameter(struct search *s, struct finding *f, const char *name, const char *value, const char *what)
{
	struct request request = *s->run->request;
	char apply[128];
	bool helped;

	request.cmdline = cmdline_with(mm_cmdline(s->run->mm), name, value);
	if (!request.cmdline) {
		s->failed = true;
		return false;
	}
	snprintf(apply, sizeof(apply), value ? "cmdline: %s=%s" : "cmdline: without %s=", name, value);
	helped = try(s, f, &request, what, apply);
	free(request.cmdline);
	return helped;
}

/* 880M, not 922746880: as people write it, and as memparse() reads it. */
static void put_memparse(char *text, size_t size, uint64_t bytes)
{
	if (bytes % (1 << 20) == 0)
		snprintf(text, size, "%lluM", (unsigned long long)(bytes >> 20));
	else
		snprintf(text, size, "%lluK", (unsigned long long)(bytes >> 10));
}

static void try_smaller(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t fits = event_why_hex(event, "fits");
	const char *name = f->subject;
	char value[40], what[120];

	if (!fits || *name == '/' || !strncmp(name, "CONFIG_", 7))
		return;
	put_memparse(value, sizeof(value), fits);
	snprintf(what, sizeof(what), "ask for what fits: %s=%s", name, value);
	try_parameter(s, f, name, value, what);
}

/* ---------------------------------------------------------------- the loader's place */

static bool try_dtb_at(struct search *s, struct finding *f, uint64_t addr)
{
	struct request request = *s->run->request;
	char what[120], apply[80];

	if (!addr || addr % 8)
		return false;
	request.loader.dtb = addr;
	request.loader.has_dtb = true;
	snprintf(what, sizeof(what), "have the loader put the device tree at 0x%llx", (unsigned long long)addr);
	snprintf(apply, sizeof(apply), "loader: --dtb-addr 0x%llx", (unsigned long long)addr);
	return try(s, f, &request, what, apply);
}

static bool is_in_the_way(const struct mm_event *event, const char *owner)
{
	const char *text = event_why_text(event, "in_the_way");

	return text && strstr(text, owner);
}

/* Below the window, above it, and at the ends of each stretch of RAM: the first place that helps. */
static void try_other_places(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t start = event_why_hex(event, "window_start"), end = event_why_hex(event, "window_end");
	struct mm_state *state;

	if (!is_in_the_way(event, "dtb"))
		return;
	if (mm_state_at(s->run->mm, event->seq, &state)) {
		s->failed = true;
		return;
	}
	if (start > LOAD_ALIGN && try_dtb_at(s, f, (start - 1) & ~(LOAD_ALIGN - 1)))
		goto out;
	if (try_dtb_at(s, f, (end + LOAD_ALIGN - 1) & ~(LOAD_ALIGN - 1)))
		goto out;
	for (size_t i = 0; i < mm_state_nr_rows(state, MM_LEDGER); i++) {
		struct table_row row = table_row(state, MM_LEDGER, i);
		uint64_t base = row_hex(row, "key"), last = base + row_hex(row, "size");

		if (strcmp(row_text(row, "owner"), "free") || last - base < 2 * LOAD_ALIGN)
			continue;
		if (try_dtb_at(s, f, (base + LOAD_ALIGN - 1) & ~(LOAD_ALIGN - 1)) ||
		    try_dtb_at(s, f, (last - LOAD_ALIGN) & ~(LOAD_ALIGN - 1)))
			break;
	}
out:
	mm_state_free(state);
}

/* --------------------------------------------------------------------- the tree */

struct cells {
	unsigned char data[4 * MAX_CELLS];
	size_t len;
};

static void put_cell(struct cells *cells, uint32_t value)
{
	unsigned char *p = cells->data + cells->len;

	if (cells->len + 4 > sizeof(cells->data))
		return;
	p[0] = (unsigned char)(value >> 24);
	p[1] = (unsigned char)(value >> 16);
	p[2] = (unsigned char)(value >> 8);
	p[3] = (unsigned char)value;
	cells->len += 4;
}

static void put_number(struct cells *cells, unsigned nr_cells, uint64_t value)
{
	if (nr_cells > 1)
		put_cell(cells, (uint32_t)(value >> 32));
	put_cell(cells, (uint32_t)value);
}

static uint32_t cell_at(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* #address-cells or #size-cells of the root, which /reserved-memory shares. */
static unsigned root_cells(const struct bytes *dtb, const char *name)
{
	size_t len;
	const unsigned char *value = mm_tree_property(dtb->data, dtb->len, "/", name, &len);
	uint32_t cells = value && len == 4 ? cell_at(value) : 1;

	return cells > 1 ? 2 : 1;
}

/* "&{/reserved-memory/linux,cma} { size = <0x0 0x10000000>; };" */
static void put_patch(struct bytes *out, const char *path, const char *property, const struct cells *cells)
{
	bytes_printf(out, "dts: &{%s} { ", path);
	if (!cells) {
		bytes_printf(out, "/delete-property/ %s; };", property);
		return;
	}
	bytes_printf(out, "%s = <", property);
	for (size_t i = 0; i < cells->len; i += 4)
		bytes_printf(out, "%s0x%x", i ? " " : "", cell_at(cells->data + i));
	bytes_puts(out, ">; };");
}

/* NULL @cells: without the property. */
static bool try_property(struct search *s, struct finding *f, const char *path, const char *property,
			 const struct cells *cells, const char *what)
{
	struct request request = *s->run->request;
	struct bytes patch = { 0 };
	size_t size = request.dtb.len + sizeof(cells->data) + 4096;
	bool helped = false;

	request.dtb = (struct bytes){ .data = malloc(size + 1) };
	put_patch(&patch, path, property, cells);
	if (!request.dtb.data || patch.failed) {
		s->failed = true;
	} else if (!mm_tree_with(s->run->request->dtb.data, s->run->request->dtb.len, path, property,
				 cells ? cells->data : NULL, cells ? cells->len : 0, request.dtb.data, &size)) {
		request.dtb.len = size;
		helped = try(s, f, &request, what, bytes_text(&patch));
	}
	bytes_deinit(&patch);
	free(request.dtb.data);
	return helped;
}

static void try_smaller_pool(struct search *s, struct finding *f, const struct mm_event *event)
{
	const struct bytes *dtb = &s->run->request->dtb;
	uint64_t fits = event_why_hex(event, "fits");
	struct cells cells = { .len = 0 };
	struct bytes what = { 0 };

	if (!fits)
		return;
	put_number(&cells, root_cells(dtb, "#size-cells"), fits);
	bytes_puts(&what, "shrink the pool to what fits: ");
	bytes_size(&what, fits);
	try_property(s, f, f->subject, "size", &cells, bytes_text(&what));
	bytes_deinit(&what);
}

static bool has_property(const struct search *s, const struct finding *f, const char *property)
{
	size_t len;

	return mm_tree_property(s->run->request->dtb.data, s->run->request->dtb.len, f->subject, property, &len) != NULL;
}

static void try_pool(struct search *s, struct finding *f, const struct mm_event *event)
{
	try_other_places(s, f, event);
	try_smaller_pool(s, f, event);
	if (has_property(s, f, "alloc-ranges"))
		try_property(s, f, f->subject, "alloc-ranges", NULL, "let the pool lie anywhere: no alloc-ranges");
	if (has_property(s, f, "alignment"))
		try_property(s, f, f->subject, "alignment", NULL, "no alignment beyond what the kernel needs");
}

/* reg = <base size>, rounded to what CMA needs: inwards first, which takes nothing from the neighbours. */
static void try_aligned_pool(struct search *s, struct finding *f, const struct mm_event *event)
{
	const struct bytes *dtb = &s->run->request->dtb;
	uint64_t align = event_why_hex(event, "align"), base = f->range.base, end = base + f->range.size;
	unsigned ac = root_cells(dtb, "#address-cells"), sc = root_cells(dtb, "#size-cells");

	if (align < 2 || align & (align - 1) || !f->range.size || !has_property(s, f, "reg"))
		return;
	for (int outwards = 0; outwards < 2; outwards++) {
		uint64_t lo = outwards ? base & ~(align - 1) : (base + align - 1) & ~(align - 1);
		uint64_t hi = outwards ? (end + align - 1) & ~(align - 1) : end & ~(align - 1);
		struct cells cells = { .len = 0 };
		char what[160];

		if (hi <= lo)
			continue;
		put_number(&cells, ac, lo);
		put_number(&cells, sc, hi - lo);
		snprintf(what, sizeof(what), "round the pool %s: 0x%llx-0x%llx", outwards ? "up" : "down",
			 (unsigned long long)lo, (unsigned long long)hi - 1);
		try_property(s, f, f->subject, "reg", &cells, what);
	}
}

/* What of a range its obstacle leaves, on either side. */
static void try_rest_of_range(struct search *s, struct finding *f)
{
	const struct bytes *dtb = &s->run->request->dtb;
	unsigned ac = root_cells(dtb, "#address-cells"), sc = root_cells(dtb, "#size-cells");
	uint64_t start = f->range.base, end = start + f->range.size, best = 0, best_base = 0;
	struct mm_state *state;
	struct cells cells = { .len = 0 };
	char what[160];

	if (!f->range.size || !has_property(s, f, "reg"))
		return;
	if (mm_state_at(s->run->mm, f->seq, &state)) {
		s->failed = true;
		return;
	}
	for (size_t i = 0; i < mm_state_nr_rows(state, MM_LEDGER); i++) {
		struct table_row row = table_row(state, MM_LEDGER, i);
		uint64_t lo = row_hex(row, "key"), hi = lo + row_hex(row, "size");

		lo = lo > start ? lo : start;
		hi = hi < end ? hi : end;
		if (strcmp(row_text(row, "owner"), "free") || hi <= lo || hi - lo <= best)
			continue;
		best = hi - lo;
		best_base = lo;
	}
	mm_state_free(state);
	if (!best)
		return;
	put_number(&cells, ac, best_base);
	put_number(&cells, sc, best);
	snprintf(what, sizeof(what), "leave the node what is free of its range: 0x%llx-0x%llx",
		 (unsigned long long)best_base, (unsigned long long)(best_base + best - 1));
	try_property(s, f, f->subject, "reg", &cells, what);
}

static void try_clear_of_range(struct search *s, struct finding *f, const struct mm_event *event)
{
	struct mm_state *state;

	if (is_in_the_way(event, "dtb") && !mm_state_at(s->run->mm, event->seq, &state)) {
		bool helped = false;

		for (size_t i = 0; i < mm_state_nr_rows(state, MM_LEDGER) && !helped; i++) {
			struct table_row row = table_row(state, MM_LEDGER, i);
			uint64_t base = row_hex(row, "key"), last = base + row_hex(row, "size");

			if (!strcmp(row_text(row, "owner"), "free") && last - base >= 2 * LOAD_ALIGN)
				helped = try_dtb_at(s, f, (base + LOAD_ALIGN - 1) & ~(LOAD_ALIGN - 1));
		}
		mm_state_free(state);
	}
	try_rest_of_range(s, f);
}

/* ------------------------------------------------------------------ rule by rule */

static void try_cma(struct search *s, struct finding *f, const struct mm_event *event)
{
	try_other_places(s, f, event);
	try_smaller(s, f, event);
}

static void try_aligned_area(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t align = event_why_hex(event, "align"), base = event_why_hex(event, "base");
	char value[80], what[120];
	uint64_t size = event_why_hex(event, "size");

	if (align < 2 || !size)
		return;
	snprintf(value, sizeof(value), "%lluM@0x%llx", (unsigned long long)(size >> 20),
		 (unsigned long long)((base + align - 1) / align * align));
	snprintf(what, sizeof(what), "begin at a multiple: %s=%s", f->subject, value);
	try_parameter(s, f, f->subject, value, what);
}

static void try_whole_pages(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t page = event_why_hex(event, "align");
	char value[40], what[120];

	if (!page)
		return;
	put_memparse(value, sizeof(value), page);
	snprintf(what, sizeof(what), "ask for one gigantic page: %s=%s", f->subject, value);
	try_parameter(s, f, f->subject, value, what);
}

static void try_crashkernel(struct search *s, struct finding *f, const struct mm_event *event)
{
	char value[40];

	try_other_places(s, f, event);
	try_smaller(s, f, event);
	put_memparse(value, sizeof(value) - 5, event_why_hex(event, "size"));
	strcat(value, ",high");
	try_parameter(s, f, "crashkernel", value, "allow it above 4 GiB: crashkernel=...,high");
}

static void try_without(struct search *s, struct finding *f, const struct mm_event *event)
{
	char what[80];

	(void)event;
	snprintf(what, sizeof(what), "leave %s= out", f->subject);
	try_parameter(s, f, f->subject, NULL, what);
}

static const struct {
	const char *rule;
	void (*try)(struct search *s, struct finding *f, const struct mm_event *event);
	bool of_the_end;	/* needs no event */
} searches[] = {
	{ "cma-does-not-fit", try_cma, false },
	{ "cma-misaligned", try_aligned_area, false },
	{ "cma-pool-misaligned", try_aligned_pool, false },
	{ "crashkernel-does-not-fit", try_crashkernel, false },
	{ "crashkernel-ignored", try_without, true },
	{ "hugetlb-cma-size", try_whole_pages, false },
	{ "pool-does-not-fit", try_pool, false },
	{ "ram-lost-mem-param", try_without, true },
	{ "reserved-overlap", try_clear_of_range, false },
	{ "swiotlb-no-effect", try_without, true },
};

static void search_one(struct search *s, struct finding *f)
{
	for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
		if (strcmp(searches[i].rule, f->rule->id) || (f->seq == SIZE_MAX && !searches[i].of_the_end))
			continue;
		searches[i].try(s, f, f->seq == SIZE_MAX ? NULL : mm_event(s->run->mm, f->seq));
	}
}

int fixes_find(const struct run *run, struct findings *findings)
{
	struct search s = { .run = run, .findings = findings };

	if (metrics_of(run->mm, &s.before))
		return -ENOMEM;
	for (size_t i = 0; i < findings->nr && !s.failed; i++)
		if (!findings->finding[i].harmless)
			search_one(&s, &findings->finding[i]);
	metrics_deinit(&s.before);
	return s.failed ? -ENOMEM : 0;
}
