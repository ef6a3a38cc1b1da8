// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/knobs.h"

#include "daemon/doctor/bootarg.h"

#include "daemon/answers/table_read.h"
#include "daemon/base/encode_object.h"
#include "daemon/base/words.h"
#include "daemon/input/decode.h"
#include "daemon/input/vary.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOAD_STEP	UINT64_C(0x200000)	/* how far a loader's address is moved */
#define RAM_STEP	(UINT64_C(64) << 20)
#define TREE_ROOM	4096			/* for a property that is added */

void knobs_deinit(struct knobs *knobs)
{
	for (size_t i = 0; i < knobs->nr_knobs; i++) {
		free(knobs->knob[i].input);
		free(knobs->knob[i].change);
	}
	for (size_t i = 0; i < knobs->nr_lines; i++) {
		free(knobs->line[i].owner);
		free(knobs->line[i].detail);
	}
	free(knobs->knob);
	free(knobs->line);
	free(knobs->effect);
	*knobs = (struct knobs){ 0 };
}

/* ------------------------------------------------------------------ kinds of lines */

/* Numbers do not tell kinds apart, except in a device tree's path. */
static bool same_detail(const char *a, const char *b)
{
	size_t path = strcspn(a, " ");

	if (*a == '/' || *b == '/')
		return path == strcspn(b, " ") && !strncmp(a, b, path);
	return words_same_but_numbers(a, b);
}

struct lines {
	struct knob_line *line;
	size_t nr;
	bool failed;
};

static struct knob_line *find_line(const struct lines *lines, const char *owner, const char *detail)
{
	for (size_t i = 0; i < lines->nr; i++)
		if (!strcmp(lines->line[i].owner, owner) && same_detail(lines->line[i].detail, detail))
			return &lines->line[i];
	return NULL;
}

static struct knob_line *add_line(struct lines *lines, const char *owner, const char *detail, uint64_t base)
{
	struct knob_line *grown = lines->line;

	if (!(lines->nr & (lines->nr - 1)))
		grown = realloc(lines->line, (lines->nr ? 2 * lines->nr : 1) * sizeof(*grown));
	if (!grown) {
		lines->failed = true;
		return NULL;
	}
	lines->line = grown;
	grown[lines->nr] = (struct knob_line){ .owner = strdup(owner), .detail = strdup(detail), .base = base };
	if (!grown[lines->nr].owner || !grown[lines->nr].detail) {
		lines->failed = true;
		free(grown[lines->nr].owner);
		free(grown[lines->nr].detail);
		return NULL;
	}
	return &grown[lines->nr++];
}

static void lines_of(const struct mm_state *end, struct lines *lines)
{
	for (size_t i = 0; i < mm_state_nr_rows(end, MM_LEDGER) && !lines->failed; i++) {
		struct table_row row = table_row(end, MM_LEDGER, i);
		const char *owner = row_text(row, "owner"), *detail = row_text(row, "detail");
		struct knob_line *line = find_line(lines, owner, detail);

		if (!line)
			line = add_line(lines, owner, detail, row_hex(row, "key"));
		if (line)
			line->bytes += row_hex(row, "size");
	}
}

static void lines_deinit(struct lines *lines)
{
	for (size_t i = 0; i < lines->nr; i++) {
		free(lines->line[i].owner);
		free(lines->line[i].detail);
	}
	free(lines->line);
}

static uint64_t memtotal_of_state(const struct mm_state *end, uint64_t page)
{
	for (size_t i = 0; i < mm_state_nr_rows(end, MM_COUNTERS); i++) {
		struct table_row row = table_row(end, MM_COUNTERS, i);

		if (!strcmp(row_text(row, "key"), "totalram_pages"))
			return (uint64_t)row_num(row, "value") * page;
	}
	return 0;
}

/* --------------------------------------------------------------------- trying one */

struct search {
	const struct run *run;
	struct knobs *out;
	struct mm_state *end;		/* of the run */
	uint64_t memtotal;
	size_t boots;
};

static void add_effect(struct search *s, const struct knob_effect *effect)
{
	struct knobs *out = s->out;
	struct knob_effect *grown = out->effect;

	if (!(out->nr_effects & (out->nr_effects - 1)))
		grown = realloc(out->effect, (out->nr_effects ? 2 * out->nr_effects : 1) * sizeof(*grown));
	if (!grown) {
		out->failed = true;
		return;
	}
	out->effect = grown;
	grown[out->nr_effects++] = *effect;
}

/* Memory from memblock lies elsewhere after almost any change: that is told of what somebody places. */
static bool is_placed(const char *owner)
{
	static const char *const owners[] = { "dtb", "initrd", "kernel-image", "cma", "crashkernel", "reserved-memory" };

	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
		if (!strcmp(owners[i], owner))
			return true;
	return false;
}

/* What is left over at the edges of others differs by some bytes after any change, and nobody can turn that. */
static bool is_noise(const char *owner, uint64_t before, uint64_t after)
{
	uint64_t change = after > before ? after - before : before - after;

	return change < 4096 && (!strcmp(owner, "partial-page") || !strcmp(owner, "free"));
}

static void compare(struct search *s, size_t knob, const struct lines *after)
{
	const struct lines before = { .line = s->out->line, .nr = s->out->nr_lines };

	for (size_t i = 0; i < before.nr; i++) {
		const struct knob_line *line = &before.line[i], *now = find_line(after, line->owner, line->detail);
		struct knob_effect effect = { knob, i, { line->bytes, now ? now->bytes : 0 }, { line->base, now ? now->base : 0 } };

		if (is_noise(line->owner, effect.bytes[0], effect.bytes[1]))
			continue;
		if (effect.bytes[0] != effect.bytes[1] || (now && now->base != line->base && is_placed(line->owner)))
			add_effect(s, &effect);
	}
}

/* Lines that only the other boot has, such as a crash kernel's, are nobody's yet: they become lines of no bytes. */
static void add_new_lines(struct search *s, const struct lines *after)
{
	struct lines all = { .line = s->out->line, .nr = s->out->nr_lines };

	for (size_t i = 0; i < after->nr; i++)
		if (!find_line(&all, after->line[i].owner, after->line[i].detail))
			add_line(&all, after->line[i].owner, after->line[i].detail, 0);
	s->out->line = all.line;
	s->out->nr_lines = all.nr;
	s->out->failed |= all.failed;
}

static bool add_knob(struct search *s, const char *input, const char *change, int64_t memtotal)
{
	struct knobs *out = s->out;
	struct knob *grown = out->knob;

	if (!(out->nr_knobs & (out->nr_knobs - 1)))
		grown = realloc(out->knob, (out->nr_knobs ? 2 * out->nr_knobs : 1) * sizeof(*grown));
	if (!grown) {
		out->failed = true;
		return false;
	}
	out->knob = grown;
	grown[out->nr_knobs] = (struct knob){ strdup(input), strdup(change), memtotal };
	out->nr_knobs++;
	out->failed |= !grown[out->nr_knobs - 1].input || !grown[out->nr_knobs - 1].change;
	return !out->failed;
}

static void tell(struct search *s, const struct run *run, const char *input, const char *change)
{
	struct lines after = { 0 };
	struct mm_state *end;

	if (mm_state_at(run->mm, mm_nr_events(run->mm) - 1, &end)) {
		s->out->failed = true;
		return;
	}
	lines_of(end, &after);
	s->out->failed |= after.failed;
	if (!s->out->failed)
		add_new_lines(s, &after);
	if (!s->out->failed &&
	    add_knob(s, input, change, (int64_t)(memtotal_of_state(end, mm_page_size(run->mm)) - s->memtotal)))
		compare(s, s->out->nr_knobs - 1, &after);
	lines_deinit(&after);
	mm_state_free(end);
}

/* What cannot be booted, or panics, is no knob to turn.  @kernel NULL: the run's own. */
static void try_with(struct search *s, const struct request *request, struct mm_kernel *kernel, const char *input, const char *change)
{
	struct mm_error error;
	struct run run;

	if (s->out->failed || s->boots++ >= KNOBS_MAX_BOOTS || run_boot_kernel(request, kernel ? kernel : s->run->kernel, &run, &error))
		return;
	if (!mm_panicked(run.mm))
		tell(s, &run, input, change);
	run_deinit(&run);
}

/* ----------------------------------------------------------------- the command line */

static bool is_named(const struct bootarg *param, const char *name)
{
	return bootarg_is(param, name, strlen(name));
}

/* The command line with @name as @value, or without it if that is NULL. */
static void put_cmdline(struct bytes *out, const char *cmdline, const char *name, const char *value)
{
	struct bootarg param;

	for (const char *p = cmdline; bootarg_next(&p, &param); ) {
		if (is_named(&param, name))
			continue;
		bytes_puts(out, out->len ? " " : "");
		bytes_add(out, param.at, param.len);
	}
	if (value)
		bytes_printf(out, "%s%s=%s", out->len ? " " : "", name, value);
}

static void try_parameter(struct search *s, const char *name, const char *value)
{
	struct request request = *s->run->request;
	struct bytes cmdline = { 0 };
	char change[120];

	put_cmdline(&cmdline, mm_cmdline(s->run->mm), name, value);
	if (value)
		snprintf(change, sizeof(change), "%s=%s", name, value);
	else
		snprintf(change, sizeof(change), "without %s=", name);
	if (cmdline.failed) {
		s->out->failed = true;
	} else if (cmdline.len <= REQUEST_MAX_CMDLINE) {
		request.cmdline = cmdline.data ? cmdline.data : (char *)"";
		try_with(s, &request, NULL, name, change);
	}
	bytes_deinit(&cmdline);
}

/* Parameters that move memory, and a value to try where nothing is said. */
static const struct {
	const char *name, *value;
} parameters[] = {
	{ "cma", "128M" }, { "crashkernel", "128M" }, { "log_buf_len", "4M" }, { "swiotlb", "noforce" },
	{ "dhash_entries", "65536" }, { "ihash_entries", "32768" }, { "nr_cpus", "1" }, { "numa", "off" },
	{ "hugepages", "8" }, { "movablecore", "64M" }, { "page_owner", "on" },
};

static bool has_parameter(const char *cmdline, const char *name)
{
	struct bootarg param;

	for (const char *p = cmdline; bootarg_next(&p, &param); )
		if (is_named(&param, name))
			return true;
	return false;
}

/* Twice the size that is asked for now. */
static void try_double(struct search *s, const struct bootarg *param)
{
	const char *value = param->at + param->name + 1;
	char name[40], twice[40], *end;
	unsigned long long number;

	if (param->name + 1 >= param->len || param->name >= sizeof(name) || !isdigit((unsigned char)*value))
		return;
	number = strtoull(value, &end, 0);
	/* A size alone: what has more to it (a place, a list) is not ours to guess. */
	if (!strchr("KMG", toupper((unsigned char)*end)) || end + 1 != param->at + param->len || number > UINT32_MAX || !*end)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)param->name, param->at);
	snprintf(twice, sizeof(twice), "%llu%c", 2 * number, *end);
	try_parameter(s, name, twice);
}

static void try_parameters(struct search *s)
{
	const char *cmdline = mm_cmdline(s->run->mm);
	struct bootarg param;

	for (const char *p = cmdline; bootarg_next(&p, &param); ) {
		char name[40];

		if (param.name == param.len || param.name >= sizeof(name))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)param.name, param.at);
		try_parameter(s, name, NULL);
		try_double(s, &param);
	}
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
		if (!has_parameter(cmdline, parameters[i].name))
			try_parameter(s, parameters[i].name, parameters[i].value);
}

/* --------------------------------------------------------------- RAM and the loader */

__attribute__((format(printf, 4, 5)))
static void try_input(struct search *s, const char *name, const char *value, const char *fmt, ...)
{
	struct mm_error error;
	struct request branch;
	char change[120];
	va_list args;

	va_start(args, fmt);
	vsnprintf(change, sizeof(change), fmt, args);
	va_end(args);
	if (request_branch(s->run->request, &branch)) {
		s->out->failed = true;
		return;
	}
	if (!request_vary(&branch, name, value, &error))
		try_with(s, &branch, NULL, name, change);
	request_branch_deinit(&branch);
}

static void try_memory(struct search *s)
{
	uint64_t ram = mm_ram_bytes(s->run->mm);
	char value[40];

	/* One size is all there is; nodes would have to be told apart. */
	if (mm_state_nr_rows(s->end, MM_NODES) > 1)
		return;
	snprintf(value, sizeof(value), "%lluK", (unsigned long long)((ram + RAM_STEP) >> 10));
	try_input(s, "memory", value, "64 MiB more RAM");
	snprintf(value, sizeof(value), "%lluK", (unsigned long long)(2 * ram >> 10));
	try_input(s, "memory", value, "twice the RAM");
}

/* The lowest byte of an owner, or 0. */
static uint64_t base_of(const struct search *s, const char *owner)
{
	for (size_t i = 0; i < s->out->nr_lines; i++)
		if (!strcmp(s->out->line[i].owner, owner) && s->out->line[i].bytes)
			return s->out->line[i].base;
	return 0;
}

static void try_loader(struct search *s)
{
	uint64_t dtb = base_of(s, "dtb"), image = base_of(s, "kernel-image"), initrd = base_of(s, "initrd");
	char value[40];

	if (dtb) {
		snprintf(value, sizeof(value), "0x%llx", (unsigned long long)(dtb + LOAD_STEP));
		try_input(s, "dtb-addr", value, "have the loader put the device tree at %s", value);
	}
	if (image && s->run->request->loader.has_image) {
		snprintf(value, sizeof(value), "0x%llx", (unsigned long long)(s->run->request->loader.image + LOAD_STEP));
		try_input(s, "image-addr", value, "have the loader put the image at %s", value);
	}
	if (!initrd)
		try_input(s, "initrd", "auto,16M", "an initrd of 16 MiB");
}

/* ------------------------------------------------------------------------ the tree */

static void try_without_node(struct search *s, const char *path)
{
	struct request request = *s->run->request;
	size_t size = request.dtb.len + TREE_ROOM;
	char change[200];

	request.dtb = (struct bytes){ .data = malloc(size) };
	if (!request.dtb.data) {
		s->out->failed = true;
		return;
	}
	if (!mm_tree_with(s->run->request->dtb.data, s->run->request->dtb.len, path, "status", "disabled", sizeof("disabled"),
			  request.dtb.data, &size)) {
		request.dtb.len = size;
		snprintf(change, sizeof(change), "&{%s} { status = \"disabled\"; };", path);
		try_with(s, &request, NULL, path, change);
	}
	free(request.dtb.data);
}

static void try_nodes(struct search *s)
{
	/* The list grows while it is walked. */
	size_t nr = s->out->nr_lines;

	for (size_t i = 0; i < nr && !s->out->failed; i++) {
		const char *detail = s->out->line[i].detail;
		char path[160];

		if (*detail != '/' || strcspn(detail, " ") >= sizeof(path))
			continue;
		snprintf(path, sizeof(path), "%.*s", (int)strcspn(detail, " "), detail);
		try_without_node(s, path);
	}
}

/* ----------------------------------------------------------------------- the build */

/* Options that change nothing but a size that is reserved; another build is assumed to be the same otherwise. */
static const struct {
	const char *name;
	bool is_shift;
} config[] = { { "CMA_SIZE_MBYTES", false }, { "LOG_BUF_SHIFT", true } };

/* "NAME": 64 -> "NAME": 128; false: the profile does not say. */
static bool put_profile(struct bytes *out, const struct bytes *profile, const char *name, bool is_shift, unsigned long long *value)
{
	char key[64];
	const char *at;
	char *end;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = strstr(bytes_text(profile), key);
	if (!at)
		return false;
	at += strlen(key);
	*value = strtoull(at, &end, 10);
	if (end == at || !*value)
		return false;
	*value = is_shift ? *value + 1 : 2 * *value;
	bytes_add(out, profile->data, (size_t)(at - profile->data));
	bytes_printf(out, " %llu", *value);
	bytes_puts(out, end);
	return true;
}

static void try_config(struct search *s, const char *name, bool is_shift)
{
	struct request request = *s->run->request;
	struct mm_kernel *kernel;
	struct mm_error error;
	unsigned long long value;
	char input[64], change[80];

	request.profile = (struct bytes){ 0 };
	if (put_profile(&request.profile, &s->run->request->profile, name, is_shift, &value) &&
	    !decode_kernel(bytes_text(&request.profile), request.profile.len, request.kernel, &kernel, &error)) {
		snprintf(input, sizeof(input), "CONFIG_%s", name);
		snprintf(change, sizeof(change), "a kernel with CONFIG_%s=%llu", name, value);
		try_with(s, &request, kernel, input, change);
		mm_kernel_free(kernel);
	}
	s->out->failed |= request.profile.failed;
	bytes_deinit(&request.profile);
}

/* ----------------------------------------------------------------------------- all */

static uint64_t change_of(const struct knob_effect *e)
{
	return e->bytes[1] > e->bytes[0] ? e->bytes[1] - e->bytes[0] : e->bytes[0] - e->bytes[1];
}

static int by_line(const void *a, const void *b)
{
	const struct knob_effect *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (change_of(x) != change_of(y))
		return change_of(x) > change_of(y) ? -1 : 1;
	return x->knob < y->knob ? -1 : x->knob > y->knob;
}

int knobs_of(const struct run *run, struct knobs *ret)
{
	struct knobs out = { 0 };
	struct search s = { .run = run, .out = &out };
	struct lines lines = { 0 };

	if (mm_state_at(run->mm, mm_nr_events(run->mm) - 1, &s.end))
		return -ENOMEM;
	lines_of(s.end, &lines);
	out.line = lines.line;
	out.nr_lines = lines.nr;
	out.failed = lines.failed;
	s.memtotal = memtotal_of_state(s.end, mm_page_size(run->mm));
	try_nodes(&s);
	try_parameters(&s);
	try_memory(&s);
	try_loader(&s);
	for (size_t i = 0; i < sizeof(config) / sizeof(config[0]); i++)
		try_config(&s, config[i].name, config[i].is_shift);
	mm_state_free(s.end);
	if (out.failed) {
		knobs_deinit(&out);
		return -ENOMEM;
	}
	if (out.nr_effects)
		qsort(out.effect, out.nr_effects, sizeof(*out.effect), by_line);
	*ret = out;
	return 0;
}

/* ------------------------------------------------------------------------- writing */

static void put_change(struct bytes *out, int64_t bytes)
{
	bytes_putc(out, bytes < 0 ? '-' : '+');
	bytes_size(out, bytes < 0 ? (uint64_t)-bytes : (uint64_t)bytes);
}

/* " (MemTotal -64 MiB)" */
static void put_memtotal(int64_t by, const struct sentences *sentences, struct bytes *out)
{
	struct bytes change = { 0 };

	put_change(&change, by);
	sentences_printf(sentences, out, " (MemTotal %s)", bytes_text(&change));
	out->failed |= change.failed;
	bytes_deinit(&change);
}

static void put_effect(const struct knobs *knobs, const struct knob_effect *e, const struct sentences *sentences, struct bytes *out)
{
	const struct knob *knob = &knobs->knob[e->knob];

	bytes_puts(out, "        ");
	sentences_put(sentences, knob->change, out);
	sentences_put(sentences, ": ", out);
	if (e->bytes[0] != e->bytes[1])
		put_change(out, (int64_t)(e->bytes[1] - e->bytes[0]));
	else
		sentences_printf(sentences, out, "moves to 0x%llx", (unsigned long long)e->base[1]);
	if (knob->memtotal)
		put_memtotal(knob->memtotal, sentences, out);
	bytes_putc(out, '\n');
}

static void put_effects(const struct knobs *knobs, size_t line, const struct sentences *sentences, struct bytes *out)
{
	for (size_t i = 0; i < knobs->nr_effects; i++)
		if (knobs->effect[i].line == line)
			put_effect(knobs, &knobs->effect[i], sentences, out);
}

static int append(void *ctx, const char *text, size_t len)
{
	bytes_add(ctx, text, len);
	return ((struct bytes *)ctx)->failed ? -ENOMEM : 0;
}

/* The ledger's rows are the report's lines. */
static void put_ledger(const struct knobs *knobs, const struct mm_state *end, const char *text, bool *told,
		       const struct sentences *sentences, struct bytes *out)
{
	const struct lines lines = { .line = knobs->line, .nr = knobs->nr_lines };

	for (size_t i = 0; i < mm_state_nr_rows(end, MM_LEDGER) && *text; i++) {
		struct table_row row = table_row(end, MM_LEDGER, i);
		const struct knob_line *line = find_line(&lines, row_text(row, "owner"), row_text(row, "detail"));
		size_t len = strcspn(text, "\n") + 1;

		bytes_add(out, text, len);
		text += len;
		if (line && !told[line - lines.line])
			put_effects(knobs, (size_t)(line - lines.line), sentences, out);
		if (line)
			told[line - lines.line] = true;
	}
}

/* What is in no line yet. */
static void put_absent(const struct knobs *knobs, const struct sentences *sentences, struct bytes *out)
{
	for (size_t i = 0; i < knobs->nr_lines; i++) {
		if (knobs->line[i].bytes)
			continue;
		sentences_put(sentences, "not there", out);
		sentences_put(sentences, ": ", out);
		bytes_printf(out, "%s%s%s\n", knobs->line[i].owner, *knobs->line[i].detail ? " " : "", knobs->line[i].detail);
		put_effects(knobs, i, sentences, out);
	}
}

void knobs_write_text(const struct knobs *knobs, const struct run *run, const struct sentences *sentences, struct bytes *out)
{
	bool *told = calloc(knobs->nr_lines + 1, sizeof(*told));
	struct bytes text = { 0 };
	struct mm_state *end = NULL;

	if (!told || mm_report(run->mm, "ledger", append, &text) || mm_state_at(run->mm, mm_nr_events(run->mm) - 1, &end)) {
		out->failed = true;
	} else {
		put_ledger(knobs, end, bytes_text(&text), told, sentences, out);
		put_absent(knobs, sentences, out);
	}
	out->failed |= text.failed;
	mm_state_free(end);
	bytes_deinit(&text);
	free(told);
}

static void put_json_effect(const struct knobs *knobs, const struct knob_effect *e, const struct sentences *sentences, struct bytes *out)
{
	struct encode_object object = encode_open(out);

	encode_text(&object, "input", knobs->knob[e->knob].input);
	sentences_encode(sentences, &object, "change", knobs->knob[e->knob].change);
	encode_num(&object, "bytes", (int64_t)(e->bytes[1] - e->bytes[0]));
	encode_num(&object, "from", (int64_t)e->base[0]);
	encode_num(&object, "to", (int64_t)e->base[1]);
	encode_num(&object, "memtotal", knobs->knob[e->knob].memtotal);
	encode_close(&object);
}

void knobs_write_json(const struct knobs *knobs, const struct sentences *sentences, struct bytes *out)
{
	size_t e = 0;

	bytes_puts(out, "{\"lines\":[");
	for (size_t i = 0; i < knobs->nr_lines; i++) {
		struct encode_object object;
		bool more = false;

		bytes_puts(out, i ? "," : "");
		object = encode_open(out);
		encode_text(&object, "owner", knobs->line[i].owner);
		encode_text(&object, "detail", knobs->line[i].detail);
		encode_num(&object, "bytes", (int64_t)knobs->line[i].bytes);
		bytes_putc(encode_key(&object, "knobs"), '[');
		for (; e < knobs->nr_effects && knobs->effect[e].line == i; e++) {
			bytes_puts(out, more ? "," : "");
			more = true;
			put_json_effect(knobs, &knobs->effect[e], sentences, out);
		}
		bytes_putc(out, ']');
		encode_close(&object);
	}
	bytes_puts(out, "]}\n");
}
