// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/fix.h"

#include "daemon/answers/metrics.h"
#include "daemon/answers/table_read.h"
#include "daemon/base/number.h"
#include "daemon/doctor/bootarg.h"
#include "daemon/doctor/edit.h"

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
	struct mm_kernel *kernel;
	size_t boots, events;
	bool never_ran;		/* the loader left nothing to boot: whatever comes after is new, and better than that */
	bool failed;
};

/* ------------------------------------------------------------------ trying one */

static const char *const told[] = { "cma.size", "crashkernel.size", "huge-page.size", "swiotlb.size", "memtotal" };

static void put_change(struct bytes *out, const char *name, uint64_t before, uint64_t after)
{
	if (before == after)
		return;
	bytes_printf(out, "%s%s ", out->len ? ", " : "", name);
	bytes_putc(out, after > before ? '+' : '-');
	bytes_size(out, after > before ? after - before : before - after);
}

/* Notes that the change brings are no failures, but are told; so is what a kernel meets that could not run before. */
static void put_new(struct bytes *out, const struct findings *before, const struct findings *after)
{
	for (size_t i = 0; i < after->nr; i++) {
		const struct finding *f = &after->finding[i];

		if (findings_index(before, f) >= 0)
			continue;
		if (f->severity == SEVERITY_NOTE)
			bytes_printf(out, "; new note: %s%s%s", f->rule->id, *f->subject ? " " : "", f->subject);
		else
			bytes_printf(out, "; then: %s[%s]%s%s", severity_name(f->severity), f->rule->id, *f->subject ? " " : "", f->subject);
	}
}

static char *effect_of(const struct search *s, const struct run *run, const struct findings *findings)
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
		bytes_puts(&out, "the finding is gone, and no size changes");
	put_new(&out, s->findings, findings);
	text = out.failed ? NULL : strdup(bytes_text(&out));
	bytes_deinit(&out);
	return text;
}

/* What of the boot after is a reason not to offer the change: the finding itself, or one that was not there; NULL: nothing. */
static const struct finding *objection(const struct search *s, const struct findings *after, const struct finding *f)
{
	for (size_t i = 0; i < after->nr; i++) {
		const struct finding *now = &after->finding[i];

		if (now->rule == f->rule && !strcmp(now->subject, f->subject))
			return now;
		if (now->severity >= SEVERITY_WARNING && findings_index(s->findings, now) < 0 &&
		    (!s->never_ran || !strncmp(now->rule->id, "loader-", 7)))
			return now;
	}
	return NULL;
}

/* "cmdline: cma=872M", "loader: --dtb-addr 0x44000000", "dts: &{/node} { .. };" */
static char *apply_text(const struct edit *edit)
{
	struct bytes out = { 0 };
	char *text;

	if (edit->words.len)
		bytes_printf(&out, "cmdline: %s", edit->words.data);
	if (edit->loader.len)
		bytes_printf(&out, "%sloader: %s", out.len ? "; " : "", edit->loader.data);
	if (edit->patch.len)
		bytes_printf(&out, "%sdts: %s", out.len ? "; " : "", edit->patch.data);
	text = out.failed ? NULL : strdup(bytes_text(&out));
	bytes_deinit(&out);
	return text;
}

static void offer(struct search *s, struct finding *f, const struct edit *edit, const char *what, char *effect)
{
	struct fix *fixes = realloc(f->fixes, (f->nr_fixes + 1) * sizeof(*fixes));
	struct fix fix = { .what = strdup(what), .apply = apply_text(edit), .effect = effect,
			   .cmdline = edit->words.len ? strdup(edit->cmdline) : NULL, .loader = strdup(bytes_text(&edit->loader)),
			   .patch = strdup(bytes_text(&edit->patch)) };

	if (fixes)
		f->fixes = fixes;
	if (!fixes || !fix.what || !fix.apply || !fix.effect || (edit->words.len && !fix.cmdline) || !fix.loader || !fix.patch) {
		fix_deinit(&fix);
		s->failed = true;
		return;
	}
	f->fixes[f->nr_fixes++] = fix;
}

/* It did not help: remembered with the reason, so that nobody has to try it again. */
static void remember(struct search *s, struct finding *f, const char *what, struct bytes *outcome)
{
	struct attempt *attempts;

	if (f->nr_attempts == FIX_MAX_ATTEMPTS)
		return;
	attempts = realloc(f->attempts, (f->nr_attempts + 1) * sizeof(*attempts));
	if (attempts) {
		f->attempts = attempts;
		f->attempts[f->nr_attempts] = (struct attempt){ strdup(what), strdup(bytes_text(outcome)) };
		s->failed |= !f->attempts[f->nr_attempts].what || !f->attempts[f->nr_attempts].outcome || outcome->failed;
		f->nr_attempts++;
	} else {
		s->failed = true;
	}
}

static void put_objection(struct bytes *out, const struct finding *f, const struct finding *now)
{
	if (now->rule == f->rule && !strcmp(now->subject, f->subject))
		bytes_printf(out, "does not help: %s", now->cause);
	else
		bytes_printf(out, "brings %s[%s]%s%s: %s", severity_name(now->severity), now->rule->id, *now->subject ? " " : "",
			     now->subject, now->cause);
}

/* Have as many boots, or as much work, been spent as one board is worth? */
static bool is_spent(const struct search *s)
{
	return s->boots >= FIX_MAX_BOOTS || s->events >= FIX_MAX_EVENTS;
}

static bool judge(struct search *s, struct finding *f, const struct edit *edit, const struct run *run, const char *what)
{
	struct findings after = { 0 };
	const struct finding *bad = NULL;
	struct bytes outcome = { 0 };

	s->events += mm_nr_events(run->mm);
	s->failed |= findings_of(run, &after) != 0;
	if (!s->failed)
		bad = objection(s, &after, f);
	if (!s->failed && !bad) {
		offer(s, f, edit, what, effect_of(s, run, &after));
	} else if (bad) {
		put_objection(&outcome, f, bad);
		remember(s, f, what, &outcome);
	}
	bytes_deinit(&outcome);
	findings_deinit(&after);
	return !s->failed && !bad;
}

/* Boots what the edit has made, and is done with it.  True if it helped. */
static bool try(struct search *s, struct finding *f, struct edit *edit, const char *what)
{
	struct mm_error error = { .offset = -1 };
	struct run run;
	bool helped = false;

	s->failed |= edit->failed;
	if (!s->failed && !edit->useless && f->nr_fixes < FIX_MAX_OFFERED && !is_spent(s)) {
		s->boots++;
		if (!run_boot_kernel(&edit->request, s->kernel, &run, &error)) {
			helped = judge(s, f, edit, &run, what);
			run_deinit(&run);
		}
	}
	edit_deinit(edit);
	return helped;
}

/* A kernel that never ran has read none: then what it would have been given. */
static const char *command_line(const struct run *run)
{
	const struct request *request = run->request;
	const char *line = mm_cmdline(run->mm);
	size_t len;

	if (line && *line)
		return line;
	if (request->cmdline)
		return request->cmdline;
	line = mm_tree_property(request->dtb.data, request->dtb.len, "/chosen", "bootargs", &len);
	return line && len && !line[len - 1] ? line : "";
}

static struct edit begin(const struct search *s)
{
	struct edit edit;

	edit_init(&edit, s->run->request, command_line(s->run));
	return edit;
}

/* -------------------------------------------------------------- the command line */

__attribute__((format(printf, 5, 6)))
static bool try_parameter(struct search *s, struct finding *f, const char *name, const char *value, const char *fmt, ...)
{
	struct edit edit = begin(s);
	char what[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	edit_parameter(&edit, name, value);
	return try(s, f, &edit, what);
}

/* 880M, not 922746880: as people write it, and as memparse() reads it. */
static void put_memparse(char *text, size_t size, uint64_t bytes)
{
	if (bytes % (1 << 20) == 0)
		snprintf(text, size, "%lluM", (unsigned long long)(bytes >> 20));
	else
		snprintf(text, size, "%lluK", (unsigned long long)(bytes >> 10));
}

static bool is_parameter(const struct finding *f)
{
	return *f->subject && *f->subject != '/' && strncmp(f->subject, "CONFIG_", 7) != 0;
}

/* As an area of the command line it lies where every device reaches it. */
static void try_cma_of_size(struct search *s, struct finding *f, uint64_t size)
{
	char value[40];

	put_memparse(value, sizeof(value), size);
	try_parameter(s, f, "cma", value, "let the kernel choose the place: cma=%s", value);
}

static void try_without(struct search *s, struct finding *f, const struct mm_event *event)
{
	(void)event;
	if (is_parameter(f))
		try_parameter(s, f, f->subject, NULL, "leave %s= out", f->subject);
}

/* A slip is written as it was meant, with its value; else the parameter goes. */
static void try_as_meant(struct search *s, struct finding *f, const struct mm_event *event)
{
	const char *line = command_line(s->run), *meant = f->meant;
	struct bootarg arg;

	while (meant && bootarg_next(&line, &arg)) {
		size_t value = arg.name + (arg.at[arg.name] == '=');
		struct edit edit;
		char text[200], what[240];

		if (!bootarg_is(&arg, f->subject, strlen(f->subject)))
			continue;
		edit = begin(s);
		snprintf(text, sizeof(text), "%.*s", (int)(arg.len - value), arg.at + value);
		snprintf(what, sizeof(what), "write it as it is spelled: %s=%.150s", meant, text);
		edit_parameter(&edit, f->subject, NULL);
		edit_parameter(&edit, meant, text);
		try(s, f, &edit, what);
	}
	try_without(s, f, event);
}

/* As many bytes in pages of @bytes as @arg, hugepages=NR, asks for in pages of @wanted; false: it is no plain number, or too large. */
static bool pages_of(const struct bootarg *arg, uint64_t wanted, uint64_t bytes, uint64_t *nr)
{
	char text[24];
	uint64_t total;

	if (arg->len <= arg->name + 1 || arg->len - arg->name > sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)(arg->len - arg->name - 1), arg->at + arg->name + 1);
	if (text[strspn(text, "0123456789")] || !number_parse(text, nr) || __builtin_mul_overflow(*nr, wanted, &total))
		return false;
	*nr = total / bytes + (total % bytes != 0);
	return true;
}

/* The word @size becomes @bytes, and the hugepages= behind it as many bytes of that. */
static bool try_page_size(struct search *s, struct finding *f, const struct bootarg *size, uint64_t wanted, uint64_t bytes)
{
	struct bytes line = { 0 }, words = { 0 };
	struct edit edit = begin(s);
	char value[40], what[120];
	struct bootarg arg;
	bool behind = false;
	uint64_t nr;

	put_memparse(value, sizeof(value), bytes);
	for (const char *at = command_line(s->run); bootarg_next(&at, &arg);) {
		bytes_puts(&line, line.len ? " " : "");
		if (arg.at == size->at) {
			bytes_printf(&line, "hugepagesz=%s", value);
			bytes_printf(&words, "hugepagesz=%s", value);
		} else if (behind && bootarg_is(&arg, "hugepages", 9) && pages_of(&arg, wanted, bytes, &nr)) {
			bytes_printf(&line, "hugepages=%llu", (unsigned long long)nr);
			bytes_printf(&words, " hugepages=%llu", (unsigned long long)nr);
			behind = false;
			continue;
		} else {
			bytes_add(&line, arg.at, arg.len);
		}
		behind = arg.at == size->at || (behind && !bootarg_is(&arg, "hugepagesz", 10));
	}
	edit.failed |= line.failed || words.failed;
	edit_line(&edit, bytes_text(&line), bytes_text(&words));
	snprintf(what, sizeof(what), "take a size that this build has, and as many bytes of it: hugepagesz=%s", value);
	bytes_deinit(&line);
	bytes_deinit(&words);
	return try(s, f, &edit, what);
}

/* A size of huge page that the build has not: the next smaller one that it has. */
static void try_valid_page_size(struct search *s, struct finding *f)
{
	static const uint64_t sizes[] = { UINT64_C(16) << 30, 1 << 30, 512 << 20, 32 << 20, 2 << 20, 1 << 16 };
	const char *line = command_line(s->run);
	struct bootarg arg;
	bool helped = false;

	while (!helped && bootarg_next(&line, &arg)) {
		char value[40], kilobytes[40];
		uint64_t wanted;

		if (!bootarg_is(&arg, "hugepagesz", 10) || arg.len == arg.name || arg.len - arg.name > sizeof(value))
			continue;
		snprintf(value, sizeof(value), "%.*s", (int)(arg.len - arg.name - 1), arg.at + arg.name + 1);
		if (!number_parse(value, &wanted))
			continue;
		snprintf(kilobytes, sizeof(kilobytes), " %llu K", (unsigned long long)(wanted >> 10));
		/* As the kernel names it: another one of the line may be good. */
		for (size_t i = 0; !helped && f->words && i < sizeof(sizes) / sizeof(sizes[0]); i++)
			if (sizes[i] < wanted && (strstr(f->words, value) || strstr(f->words, kilobytes)))
				helped = try_page_size(s, f, &arg, wanted, sizes[i]);
	}
}

static void try_well_formed(struct search *s, struct finding *f, const struct mm_event *event)
{
	if (!strcmp(f->subject, "hugepagesz"))
		try_valid_page_size(s, f);
	if (!f->nr_fixes)
		try_without(s, f, event);
}

/* What fits may leave too little for everybody else: then in sixteenths of it, down to half. */
static void try_smaller(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t fits = event_why_hex(event, "fits"), align = event_why_hex(event, "align");
	/* What the build asks for, CONFIG_CMA_SIZE_MBYTES, the command line may ask for otherwise. */
	const char *name = is_parameter(f) ? f->subject : "cma";
	bool helped = !fits;
	char value[40];

	for (unsigned part = 16; part >= 8 && !helped; part--) {
		uint64_t size = fits / 16 * part;

		size -= align ? size % align : 0;
		if (!size)
			return;
		put_memparse(value, sizeof(value), size);
		helped = try_parameter(s, f, name, value, "ask for %s: %s=%s", part == 16 ? "what fits" : "less than fits", name, value);
	}
}

/* ---------------------------------------------------------------- the loader's place */

static const struct {
	const char *option, *name, *owner;
} things[] = {
	[EDIT_IMAGE] = { "image-addr", "kernel image", "kernel-image" },
	[EDIT_DTB] = { "dtb-addr", "device tree", "dtb" },
	[EDIT_INITRD] = { "initrd", "initrd", "initrd" },
};

static bool try_at(struct search *s, struct finding *f, enum edit_thing thing, uint64_t addr)
{
	struct edit edit = begin(s);
	char what[120];

	if (!addr || addr % 8) {
		edit_deinit(&edit);
		return false;
	}
	edit_place(&edit, thing, addr);
	snprintf(what, sizeof(what), "have the loader put the %s at 0x%llx", things[thing].name, (unsigned long long)addr);
	return try(s, f, &edit, what);
}

static bool is_in_the_way(const struct mm_event *event, const char *owner)
{
	const char *text = event_why_text(event, "in_the_way");
	size_t len = strlen(owner);

	for (const char *at = text; at && (at = strstr(at, owner)); at++)
		if ((at == text || at[-1] == ' ') && at[len] == ' ')
			return true;
	return false;
}

/* Free ranges at the event, for what is @size long: their beginnings and their ends, up to one that helps. */
static bool try_holes(struct search *s, struct finding *f, size_t seq, enum edit_thing thing)
{
	struct mm_state *state;
	bool helped = false;

	if (mm_state_at(s->run->mm, seq, &state)) {
		s->failed = true;
		return false;
	}
	for (size_t i = 0; i < mm_state_nr_rows(state, MM_LEDGER) && !helped; i++) {
		struct table_row row = table_row(state, MM_LEDGER, i);
		uint64_t base = row_hex(row, "key"), last = base + row_hex(row, "size");

		if (strcmp(row_text(row, "owner"), "free") || last - base < 2 * LOAD_ALIGN)
			continue;
		helped = try_at(s, f, thing, (base + LOAD_ALIGN - 1) & ~(LOAD_ALIGN - 1)) ||
			 try_at(s, f, thing, (last - LOAD_ALIGN) & ~(LOAD_ALIGN - 1));
	}
	mm_state_free(state);
	return helped;
}

/* Below the window, above it, and at the ends of each stretch of RAM: the first place that helps. */
static void try_other_places(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t start = event_why_hex(event, "window_start"), end = event_why_hex(event, "window_end");

	if (is_in_the_way(event, "dtb") &&
	    !((start > LOAD_ALIGN && try_at(s, f, EDIT_DTB, (start - 1) & ~(LOAD_ALIGN - 1))) ||
	      try_at(s, f, EDIT_DTB, (end + LOAD_ALIGN - 1) & ~(LOAD_ALIGN - 1))))
		try_holes(s, f, event->seq, EDIT_DTB);
	if (!f->nr_fixes && is_in_the_way(event, "initrd"))
		try_holes(s, f, event->seq, EDIT_INITRD);
}

/* Where the loader's model puts it if nobody says. */
static uint64_t place_of_model(struct search *s, enum edit_thing thing)
{
	static const char *const keys[] = { [EDIT_IMAGE] = "image", [EDIT_DTB] = "dtb", [EDIT_INITRD] = "initrd" };
	struct edit edit = begin(s);
	struct mm_error error;
	struct mm_state *state;
	struct run run;
	uint64_t at = 0;

	edit_unplace(&edit, thing);
	s->boots++;
	if (!run_boot_kernel(&edit.request, s->kernel, &run, &error)) {
		if (!mm_state_at(run.mm, mm_nr_events(run.mm) - 1, &state)) {
			for (size_t i = 0; i < mm_state_nr_rows(state, MM_LOADER); i++)
				if (!strcmp(row_text(table_row(state, MM_LOADER, i), "key"), keys[thing]))
					at = row_hex(table_row(state, MM_LOADER, i), "base");
			mm_state_free(state);
		}
		run_deinit(&run);
	}
	edit_deinit(&edit);
	return at;
}

/* Behind each range that the loader knows of: first behind what it placed itself, as loaders do. */
static bool try_behind_others(struct search *s, struct finding *f, enum edit_thing thing)
{
	struct mm_state *state;
	bool helped = false;

	if (mm_state_at(s->run->mm, mm_nr_events(s->run->mm) - 1, &state)) {
		s->failed = true;
		return false;
	}
	for (size_t i = mm_state_nr_rows(state, MM_LOADER); i-- > 0 && !helped;) {
		struct table_row row = table_row(state, MM_LOADER, i);
		uint64_t end = row_hex(row, "base") + row_hex(row, "size");

		if (strncmp(row_text(row, "key"), "memory", 6))
			helped = try_at(s, f, thing, (end + LOAD_ALIGN - 1) & ~(LOAD_ALIGN - 1));
	}
	mm_state_free(state);
	return helped;
}

/* The thing that the loader's finding is about goes where its model would have put it, or out of the others' way. */
static void try_model(struct search *s, struct finding *f, const struct mm_event *event)
{
	(void)event;
	for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++) {
		enum edit_thing thing = (enum edit_thing)i;

		if (strcmp(f->subject, things[i].option))
			continue;
		if (!try_at(s, f, thing, place_of_model(s, thing)) && !try_behind_others(s, f, thing))
			try_at(s, f, EDIT_IMAGE, place_of_model(s, EDIT_IMAGE));
	}
}

/* initrd= beats what the loader left in /chosen. */
static void try_initrd(struct search *s, struct finding *f, const struct mm_event *event)
{
	(void)event;
	if (!try_parameter(s, f, "initrd", NULL, "leave initrd= out, and the loader says where it is") &&
	    !try_at(s, f, EDIT_INITRD, place_of_model(s, EDIT_INITRD)))
		try_behind_others(s, f, EDIT_INITRD);
}

/* The smallest step: to the next address that the image may have. */
static void try_aligned_image(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t align = event_why_hex(event, "align"), base = f->range.base;

	if (align && try_at(s, f, EDIT_IMAGE, base / align * align))
		return;
	if (align)
		try_at(s, f, EDIT_IMAGE, (base + align - 1) / align * align);
}

/* --------------------------------------------------------------------- the tree */

static bool has_property(const struct search *s, const struct finding *f, const char *property)
{
	size_t len;

	return mm_tree_property(s->run->request->dtb.data, s->run->request->dtb.len, f->subject, property, &len) != NULL;
}

/* reg = <base size> of a node, in the cells of /reserved-memory. */
__attribute__((format(printf, 6, 7)))
static bool try_reg_of(struct search *s, struct finding *f, const char *node, uint64_t base, uint64_t size, const char *fmt, ...)
{
	struct edit edit = begin(s);
	uint32_t cells[4];
	char what[200];
	va_list args;
	size_t nr;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	nr = edit_put_number(cells, 0, edit_nr_cells(&edit, "/reserved-memory", "#address-cells"), base);
	nr = edit_put_number(cells, nr, edit_nr_cells(&edit, "/reserved-memory", "#size-cells"), size);
	edit_cells(&edit, node, "reg", cells, nr);
	return try(s, f, &edit, what);
}

#define try_reg(s, f, base, size, ...)	try_reg_of(s, f, (f)->subject, base, size, __VA_ARGS__)

static bool try_flag(struct search *s, struct finding *f, const char *property, const char *what)
{
	struct edit edit = begin(s);

	edit_flag(&edit, f->subject, property);
	return try(s, f, &edit, what);
}

static bool try_deletion(struct search *s, struct finding *f, const char *property, const char *what)
{
	struct edit edit = begin(s);

	edit_delete(&edit, f->subject, property);
	return try(s, f, &edit, what);
}

static void try_disabled(struct search *s, struct finding *f, const char *what)
{
	struct edit edit = begin(s);

	edit_text(&edit, f->subject, "status", "disabled");
	try(s, f, &edit, what);
}

static bool try_pool_size(struct search *s, struct finding *f, uint64_t size, const char *why)
{
	struct edit edit = begin(s);
	struct bytes what = { 0 };
	uint32_t cells[2];
	bool helped;

	edit_cells(&edit, f->subject, "size", cells,
		   edit_put_number(cells, 0, edit_nr_cells(&edit, "/reserved-memory", "#size-cells"), size));
	bytes_printf(&what, "%s: ", why);
	bytes_size(&what, size);
	helped = try(s, f, &edit, bytes_text(&what));
	bytes_deinit(&what);
	return helped;
}

/* alloc-ranges = all of RAM's addresses up to @end. */
static void try_zone_of_pool(struct search *s, struct finding *f, uint64_t end)
{
	struct edit edit = begin(s);
	uint32_t cells[4];
	char what[120];
	size_t nr;

	nr = edit_put_number(cells, 0, edit_nr_cells(&edit, "/reserved-memory", "#address-cells"), 0);
	nr = edit_put_number(cells, nr, edit_nr_cells(&edit, "/reserved-memory", "#size-cells"), end);
	edit_cells(&edit, f->subject, "alloc-ranges", cells, nr);
	snprintf(what, sizeof(what), "keep the pool below the zone's end: alloc-ranges up to 0x%llx", (unsigned long long)end - 1);
	try(s, f, &edit, what);
}

static void try_smaller_pool(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t fits = event_why_hex(event, "fits"), align = event_why_hex(event, "align");
	bool helped = !fits;

	/* As try_smaller(): what fits may leave too little for everybody else. */
	for (unsigned part = 16; part >= 8 && !helped; part--) {
		uint64_t size = fits / 16 * part;

		size -= align ? size % align : 0;
		helped = !size || try_pool_size(s, f, size, part == 16 ? "shrink the pool to what fits" : "shrink the pool to less than fits");
	}
}

static void try_pool(struct search *s, struct finding *f, const struct mm_event *event)
{
	try_other_places(s, f, event);
	try_smaller_pool(s, f, event);
	if (has_property(s, f, "alloc-ranges"))
		try_deletion(s, f, "alloc-ranges", "let the pool lie anywhere: no alloc-ranges");
	if (has_property(s, f, "alignment"))
		try_deletion(s, f, "alignment", "no alignment beyond what the kernel needs");
}

/* Rounded to what CMA needs: inwards first, which takes nothing from the neighbours. */
static void try_aligned_pool(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t align = event_why_hex(event, "align"), base = f->range.base, end = base + f->range.size;

	if (align < 2 || align & (align - 1) || !f->range.size)
		return;
	if (!has_property(s, f, "reg") && has_property(s, f, "size")) {
		try_pool_size(s, f, (f->range.size + align - 1) & ~(align - 1), "round the pool's size up");
		return;
	}
	for (int outwards = 0; outwards < 2; outwards++) {
		uint64_t lo = outwards ? base & ~(align - 1) : (base + align - 1) & ~(align - 1);
		uint64_t hi = outwards ? (end + align - 1) & ~(align - 1) : end & ~(align - 1);

		if (hi > lo)
			try_reg(s, f, lo, hi - lo, "round the pool %s: 0x%llx-0x%llx", outwards ? "up" : "down",
				(unsigned long long)lo, (unsigned long long)hi - 1);
	}
}

/* The largest part of the finding's range that @owner has, at its event. */
static struct phys_range largest_part(struct search *s, const struct finding *f, const char *owner)
{
	uint64_t start = f->range.base, end = start + f->range.size;
	struct phys_range best = { 0, 0 };
	struct mm_state *state;

	if (mm_state_at(s->run->mm, f->seq == SIZE_MAX ? mm_nr_events(s->run->mm) - 1 : f->seq, &state)) {
		s->failed = true;
		return best;
	}
	for (size_t i = 0; i < mm_state_nr_rows(state, MM_LEDGER); i++) {
		struct table_row row = table_row(state, MM_LEDGER, i);
		uint64_t lo = row_hex(row, "key"), hi = lo + row_hex(row, "size");

		lo = lo > start ? lo : start;
		hi = hi < end ? hi : end;
		if (!strcmp(row_text(row, "owner"), owner) && hi > lo && hi - lo > best.size)
			best = (struct phys_range){ lo, hi - lo };
	}
	mm_state_free(state);
	return best;
}

/* What of a range its obstacle leaves, on either side. */
static void try_rest_of_range(struct search *s, struct finding *f)
{
	struct phys_range rest = largest_part(s, f, "free");
	uint64_t page = mm_page_size(s->run->mm), end = (rest.base + rest.size) / page * page;

	/* No node begins inside of a page. */
	rest.base = (rest.base + page - 1) / page * page;
	rest.size = end > rest.base ? end - rest.base : 0;
	if (rest.size)
		try_reg(s, f, rest.base, rest.size, "leave the node what is free of its range: 0x%llx-0x%llx",
			(unsigned long long)rest.base, (unsigned long long)(rest.base + rest.size - 1));
}

/* A list of numbers, each written in from[0] cells (of pairs the second in from[1]), in as many as the root has. */
static void widen(struct edit *edit, const char *path, const char *property, const unsigned from[2], bool pairs)
{
	unsigned to[2];
	uint32_t cells[MAX_CELLS];
	size_t len = 0, at = 0, nr = 0;
	const unsigned char *value = edit_property(edit, path, property, &len);

	to[0] = edit_nr_cells(edit, "/", pairs || !strcmp(property, "alignment") ? "#address-cells" : "#size-cells");
	to[1] = edit_nr_cells(edit, "/", "#size-cells");
	for (unsigned i = 0; value && at + 4 * from[pairs && i % 2] <= len && nr + 2 <= MAX_CELLS; i++) {
		unsigned which = pairs && i % 2;
		uint64_t number = edit_cell_at(value + at);

		if (from[which] == 2)
			number = number << 32 | edit_cell_at(value + at + 4);
		at += 4 * from[which];
		nr = edit_put_number(cells, nr, to[which], number);
	}
	edit->useless |= !value || at != len || !nr || nr % (pairs ? to[0] + to[1] : to[0]);
	edit_cells(edit, path, property, cells, nr);
}

static bool is_pairs(const char *property)
{
	return strcmp(property, "size") != 0 && strcmp(property, "alignment") != 0;
}

/* In other widths than the root's, of which one after the other is tried: [..] = <address size> .. */
static void try_widths(struct search *s, struct finding *f, const char *property)
{
	bool pairs = is_pairs(property);

	for (unsigned widths = 0; widths < (pairs ? 4 : 2) && !f->nr_fixes; widths++) {
		const unsigned from[2] = { widths & 1 ? 2 : 1, widths & 2 ? 2 : 1 };
		struct edit edit = begin(s);

		widen(&edit, f->subject, property, from, pairs);
		try(s, f, &edit, "write the number in as many cells as the root has");
	}
}

static void try_property_cells(struct search *s, struct finding *f, const struct mm_event *event)
{
	(void)event;
	try_widths(s, f, f->property);
}

/* A node over another, or over what the firmware keeps: this one keeps what the other has not. */
static void try_beside(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t base = f->range.base, end = base + f->range.size;
	uint64_t other = event_why_hex(event, "other_base"), other_end = other + event_why_hex(event, "other_size");
	const char *node = event_why_text(event, "other_node"), *whose = node ? "the other node" : "what the firmware keeps";

	if (other_end > base && other_end < end)
		try_reg(s, f, other_end, end - other_end, "begin behind %s: 0x%llx-0x%llx", whose,
			(unsigned long long)other_end, (unsigned long long)end - 1);
	if (other > base && other < end)
		try_reg(s, f, base, other - base, "end before %s: 0x%llx-0x%llx", whose, (unsigned long long)base,
			(unsigned long long)other - 1);
	if (node && base > other && base < other_end)
		try_reg_of(s, f, node, other, base - other, "let %s end before this node: 0x%llx-0x%llx", node, (unsigned long long)other, (unsigned long long)base - 1);
}

static void try_clear_of_range(struct search *s, struct finding *f, const struct mm_event *event)
{
	if (*f->subject != '/')
		return;
	if (event_why_hex(event, "other_size")) {
		try_beside(s, f, event);
	} else {
		if (is_in_the_way(event, "dtb"))
			try_holes(s, f, event->seq, EDIT_DTB);
		try_rest_of_range(s, f);
	}
	try_disabled(s, f, "leave the node out, if its range needs no second owner");
}

/* Without an address of its own the node gets one where nobody is. */
static void try_placed_by_kernel(struct search *s, struct finding *f)
{
	struct edit edit = begin(s);
	unsigned ac = edit_nr_cells(&edit, "/reserved-memory", "#address-cells");
	unsigned sc = edit_nr_cells(&edit, "/reserved-memory", "#size-cells");
	uint32_t cells[2];
	size_t len = 0;

	edit_property(&edit, f->subject, "reg", &len);
	edit.useless |= len != 4 * (ac + sc);
	edit_delete(&edit, f->subject, "reg");
	edit_cells(&edit, f->subject, "size", cells, edit_put_number(cells, 0, sc, f->range.size));
	try(s, f, &edit, "let the kernel choose the place: size in place of reg");
}

/* Whoever uses the node may not mind where it lies; else it keeps what the firmware has not. */
static void try_off_firmware(struct search *s, struct finding *f, const struct mm_event *event)
{
	if (*f->subject != '/')
		return;
	try_placed_by_kernel(s, f);
	try_beside(s, f, event);
	try_disabled(s, f, "leave the node out, if its range needs no second owner");
}

/* A node reaches out of RAM: it keeps what is RAM. */
static void try_inside_ram(struct search *s, struct finding *f, const struct mm_event *event)
{
	struct phys_range part = largest_part(s, f, "reserved-memory");

	(void)event;
	if (*f->subject != '/')
		return;
	if (part.size && part.size < f->range.size)
		try_reg(s, f, part.base, part.size, "leave the node what is RAM of its range");
	try_disabled(s, f, "leave the node out: it reserves nothing where it lies");
}

/* /reserved-memory as the root has it: its cells, and an empty ranges property. */
static struct edit with_cells_of_root(struct search *s, const struct finding *f)
{
	static const char *const names[] = { "#address-cells", "#size-cells" };
	struct edit edit = begin(s);

	for (size_t i = 0; i < 2; i++) {
		uint32_t cells = edit_nr_cells(&edit, "/", names[i]);

		if (edit_nr_cells(&edit, f->subject, names[i]) != cells || !has_property(s, f, names[i]))
			edit_cells(&edit, f->subject, names[i], &cells, 1);
	}
	if (!has_property(s, f, "ranges"))
		edit_flag(&edit, f->subject, "ranges");
	return edit;
}

/* Which children were written in the old cells the boot tells; -> whether there are any. */
static bool widen_children(struct search *s, struct edit *edit, const unsigned from[2])
{
	struct findings after = { 0 };
	struct mm_error error = { .offset = -1 };
	struct run run;
	bool any = false;

	s->boots++;
	if (edit->failed || run_boot_kernel(&edit->request, s->kernel, &run, &error))
		return false;
	s->events += mm_nr_events(run.mm);
	s->failed |= findings_of(&run, &after) != 0;
	for (size_t i = 0; i < after.nr && !s->failed; i++) {
		const struct finding *now = &after.finding[i];
		const unsigned size[2] = { from[1], from[1] };

		if (strcmp(now->rule->id, "reserved-bad-property") != 0)
			continue;
		widen(edit, now->subject, now->property, is_pairs(now->property) ? from : size, is_pairs(now->property));
		any = true;
	}
	findings_deinit(&after);
	run_deinit(&run);
	return any;
}

/* Its children have to be written in these cells as well, which the boot shows. */
static void try_cells(struct search *s, struct finding *f, const struct mm_event *event)
{
	struct edit edit = begin(s);
	const unsigned from[2] = { edit_nr_cells(&edit, f->subject, "#address-cells"),
				   edit_nr_cells(&edit, f->subject, "#size-cells") };
	char what[120];

	(void)event;
	edit_deinit(&edit);
	if (!strcmp(f->property, "ranges")) {
		try_flag(s, f, "ranges", "add an empty ranges property");
		return;
	}
	edit = with_cells_of_root(s, f);
	snprintf(what, sizeof(what), "the root's cells: %s = <%u>", f->property, edit_nr_cells(&edit, "/", f->property));
	if (try(s, f, &edit, what))
		return;
	edit = with_cells_of_root(s, f);
	if (widen_children(s, &edit, from))
		try(s, f, &edit, "the root's cells, and the children written in them");
	else
		edit_deinit(&edit);
}

static void try_reusable(struct search *s, struct finding *f, const struct mm_event *event)
{
	struct edit edit = begin(s);

	(void)event;
	if (!has_property(s, f, "reusable"))
		edit_flag(&edit, f->subject, "reusable");
	if (has_property(s, f, "no-map"))
		edit_delete(&edit, f->subject, "no-map");
	try(s, f, &edit, "make the area what CMA needs: reusable, and mapped");
}

/* Nodes that have no memory yet come first. */
static void try_node_id(struct search *s, struct finding *f, const struct mm_event *event)
{
	(void)event;
	for (uint32_t n = 0; n < 8 && !f->nr_fixes; n++) {
		uint32_t id = n % 4;
		char name[40], what[80];
		const struct metric *present;
		struct edit edit;

		snprintf(name, sizeof(name), "node.%u.present", (unsigned)id);
		present = metrics_find(&s->before, name);
		if ((present && present->value) != (n >= 4))
			continue;
		edit = begin(s);
		edit_cells(&edit, f->subject, "numa-node-id", &id, 1);
		snprintf(what, sizeof(what), "give the memory node an id: numa-node-id = <%u>", (unsigned)id);
		try(s, f, &edit, what);
	}
}

/* A memory node that is not read for want of its type; a node of /reserved-memory that asks for nothing. */
static void try_to_be_read(struct search *s, struct finding *f, const struct mm_event *event)
{
	struct edit edit = begin(s);

	(void)event;
	if (strcmp(f->property, "device_type") || has_property(s, f, "device_type")) {
		edit_deinit(&edit);
		return;
	}
	edit_text(&edit, f->subject, "device_type", "memory");
	try(s, f, &edit, "say that the node is memory");
}

/* ------------------------------------------------------------------ rule by rule */

static void try_cma(struct search *s, struct finding *f, const struct mm_event *event)
{
	if (event_why_hex(event, "size") < event_why_hex(event, "window_end") - event_why_hex(event, "window_start"))
		try_other_places(s, f, event);
	try_smaller(s, f, event);
	if (!f->nr_fixes && !is_parameter(f))
		try_parameter(s, f, "cma", "0", "do without the area: cma=0");
	else if (!f->nr_fixes && strcmp(f->subject, "cma") != 0)
		try_without(s, f, event);
}

/* Wholly below the zone's end, or wholly above it: by address, by where it may lie, or by the command line. */
static void try_in_one_zone(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t end = event_why_hex(event, "zone_end"), align = event_why_hex(event, "align"), size = f->range.size;
	uint64_t below, above;

	if (!align || end < size)
		return;
	below = (end - size) / align * align;
	above = (end + align - 1) / align * align;
	if (!has_property(s, f, "reg"))
		try_zone_of_pool(s, f, end);
	else if (!try_reg(s, f, below, size, "end where the zone ends: 0x%llx-0x%llx", (unsigned long long)below,
			  (unsigned long long)(below + size - 1)))
		try_reg(s, f, above, size, "begin where the next zone does: 0x%llx-0x%llx", (unsigned long long)above,
			(unsigned long long)(above + size - 1));
	if (!f->nr_fixes)
		try_cma_of_size(s, f, size);
}

static void try_without_cma(struct search *s, struct finding *f, const struct mm_event *event)
{
	(void)event;
	try_parameter(s, f, "cma", NULL, "leave cma= out, and the tree decides");
}

static void try_aligned_area(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t align = event_why_hex(event, "align"), base = event_why_hex(event, "base"), size = event_why_hex(event, "size");
	char value[80];

	if (align < 2 || !size || !is_parameter(f))
		return;
	for (int up = 0; up < 2; up++) {
		uint64_t at = up ? (base + align - 1) / align * align : base / align * align;

		snprintf(value, sizeof(value), "%lluM@0x%llx", (unsigned long long)(size >> 20), (unsigned long long)at);
		try_parameter(s, f, f->subject, value, "begin at a multiple: %s=%s", f->subject, value);
	}
}

static void try_whole_pages(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t page = event_why_hex(event, "align");
	char value[40];

	if (!page)
		return;
	put_memparse(value, sizeof(value), page);
	if (!try_parameter(s, f, f->subject, value, "ask for one gigantic page: %s=%s", f->subject, value))
		try_without(s, f, event);
}

static void try_crashkernel(struct search *s, struct finding *f, const struct mm_event *event)
{
	uint64_t size = event_why_hex(event, "size");
	char value[48];

	try_other_places(s, f, event);
	try_smaller(s, f, event);
	put_memparse(value, sizeof(value) - 6, size);
	if (!f->nr_fixes)
		try_parameter(s, f, "crashkernel", value, "let the kernel choose the place: crashkernel=%s", value);
	strcat(value, ",high");
	try_parameter(s, f, "crashkernel", value, "allow it above 4 GiB: crashkernel=%s", value);
	if (!f->nr_fixes)
		try_without(s, f, event);
}

/* "256M,high" on a release that does not know it: the size alone. */
static void try_plain_crashkernel(struct search *s, struct finding *f, const struct mm_event *event)
{
	const struct metric *ram = metrics_find(&s->before, "ram");
	const char *value = NULL;

	for (const char *at = command_line(s->run); (at = strstr(at, "crashkernel=")); at++)
		if (!value || strcspn(at + 12, ",") < strcspn(value, ",") || !strncmp(at + 12 + strcspn(at + 12, " ,"), ",high", 5))
			value = at + 12;
	if (value && value[strcspn(value, " ,:@")] == ',') {
		char size[40];

		snprintf(size, sizeof(size), "%.*s", (int)strcspn(value, ","), value);
		try_parameter(s, f, "crashkernel", size, "ask for the size alone: crashkernel=%s", size);
	}
	/* What distributions ask for on a machine of a gigabyte or more, and what Linux's own documentation begins with. */
	if (!f->nr_fixes && ram && ram->value >= UINT64_C(1) << 30)
		try_parameter(s, f, "crashkernel", "256M", "ask for a size, whatever the amount of RAM: crashkernel=256M");
	if (!f->nr_fixes)
		try_parameter(s, f, "crashkernel", "64M", "ask for a size, whatever the amount of RAM: crashkernel=64M");
	try_without(s, f, event);
}

static void try_fewer_pages(struct search *s, struct finding *f, const struct mm_event *event)
{
	char value[24];

	snprintf(value, sizeof(value), "%llu", (unsigned long long)event_why_hex(event, "got"));
	if (event_why_hex(event, "got"))
		try_parameter(s, f, "hugepages", value, "ask for as many as there are: hugepages=%s", value);
	try_other_places(s, f, event);
	if (!f->nr_fixes)
		try_parameter(s, f, "hugepages", "0", "ask for none: hugepages=0");
}

static bool try_slabs(struct search *s, struct finding *f, uint64_t slabs, const char *what)
{
	char value[24];

	snprintf(value, sizeof(value), "%llu", (unsigned long long)slabs);
	return slabs && try_parameter(s, f, "swiotlb", value, "ask for %s: swiotlb=%s", what, value);
}

static void try_smaller_swiotlb(struct search *s, struct finding *f, const struct mm_event *event)
{
	/* As in the kernel: a slab has 2 KiB, and a segment 128 of them. */
	uint64_t slabs = event_why_hex(event, "fits") / 2048 / 128 * 128, power = 1;
	bool helped;

	while (power <= slabs / 2)
		power *= 2;
	try_other_places(s, f, event);
	/* Releases with an area for each CPU round up to a power of two: then what fits is that, or half of it. */
	helped = f->nr_fixes || try_slabs(s, f, slabs, "what fits") || try_slabs(s, f, power, "less than fits");
	for (unsigned part = 15; part >= 8 && !helped; part--)
		helped = try_slabs(s, f, slabs / 16 * part / 128 * 128, "less than fits");
	if (!f->nr_fixes)
		try_without(s, f, event);
}

/* Nothing says what the kernel died of: without one of the parameters that take memory it may live. */
static void try_without_any(struct search *s, struct finding *f, const struct mm_event *event)
{
	static const char *const takers[] = { "mem", "hugepages", "cma", "crashkernel", "swiotlb", "kernelcore", "movablecore",
					      "hugetlb_cma", "reserve_mem", "numa", "nr_cpus", "log_buf_len" };

	(void)event;
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		try_parameter(s, f, takers[i], NULL, "leave %s= out", takers[i]);
	if (!f->nr_fixes && s->run->request->loader.has_dtb)
		try_at(s, f, EDIT_DTB, place_of_model(s, EDIT_DTB));
	if (!f->nr_fixes && s->run->request->loader.has_image)
		try_at(s, f, EDIT_IMAGE, place_of_model(s, EDIT_IMAGE));
}

static const struct {
	const char *rule;
	void (*try)(struct search *s, struct finding *f, const struct mm_event *event);
	bool of_the_end;	/* needs no event */
} searches[] = {
	{ "cma-across-zones", try_in_one_zone, false },
	{ "cma-default-not-reusable", try_reusable, false },
	{ "cma-default-overridden", try_without_cma, false },
	{ "cma-does-not-fit", try_cma, false },
	{ "cma-misaligned", try_aligned_area, false },
	{ "cma-pool-misaligned", try_aligned_pool, false },
	{ "crashkernel-bad-value", try_plain_crashkernel, false },
	{ "crashkernel-does-not-fit", try_crashkernel, false },
	{ "crashkernel-ignored", try_plain_crashkernel, false },
	{ "freed-twice", try_initrd, false },
	{ "hugepages-not-had", try_fewer_pages, false },
	{ "hugetlb-cma-size", try_whole_pages, false },
	{ "hypervisor-no-memory", try_without, false },
	{ "initrd-unreachable", try_initrd, false },
	{ "kernel-panics", try_without_any, false },
	{ "loader-image-misaligned", try_aligned_image, false },
	{ "loader-outside-ram", try_model, false },
	{ "loader-over-reserved", try_model, false },
	{ "loader-overlap", try_model, false },
	{ "loader-tree-unmapped", try_model, false },
	{ "node-not-read", try_to_be_read, false },
	{ "numa-node-without-id", try_node_id, false },
	{ "parameter-malformed", try_well_formed, false },
	{ "parameter-no-effect", try_as_meant, true },
	{ "pool-does-not-fit", try_pool, false },
	{ "ram-lost-mem-param", try_without, false },
	{ "reserved-bad-property", try_property_cells, false },
	{ "reserved-cells", try_cells, false },
	{ "reserved-outside-ram", try_inside_ram, true },
	{ "reserved-over-firmware", try_off_firmware, false },
	{ "reserved-overlap", try_clear_of_range, false },
	{ "swiotlb-does-not-fit", try_smaller_swiotlb, false },
	{ "swiotlb-no-effect", try_without, false },
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
	struct search s = { .run = run, .findings = findings, .kernel = run->kernel };

	if (metrics_of(run->mm, &s.before))
		return -ENOMEM;
	s.never_ran = !mm_cmdline(run->mm) || !*mm_cmdline(run->mm);
	for (size_t i = 0; i < findings->nr && s.never_ran; i++)
		s.never_ran = !strncmp(findings->finding[i].rule->id, "loader-", 7);
	for (size_t i = 0; i < findings->nr && !s.failed && !is_spent(&s); i++)
		if (!findings->finding[i].harmless)
			search_one(&s, &findings->finding[i]);
	metrics_deinit(&s.before);
	return s.failed ? -ENOMEM : 0;
}
