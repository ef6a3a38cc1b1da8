// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/artifact.h"
#include "daemon/answers/encode.h"
#include "daemon/answers/encode_continuation.h"
#include "daemon/answers/encode_freelists.h"
#include "daemon/answers/encode_glance.h"
#include "daemon/answers/encode_manifest.h"
#include "daemon/answers/event_filter.h"
#include "daemon/answers/instant.h"
#include "daemon/answers/known_kernel.h"
#include "daemon/answers/memtotal.h"
#include "daemon/answers/metrics.h"
#include "daemon/answers/moments.h"
#include "daemon/answers/phases.h"
#include "daemon/answers/run.h"
#include "daemon/answers/table_read.h"
#include "daemon/answers/wanted.h"
#include "daemon/base/fail.h"
#include "daemon/texts/teller.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct artifact;
typedef int writer(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
		   struct bytes *out, struct mm_error *error);

/* A row says all there is to say of an answer; lists of answers anywhere else are made from these rows. */
struct artifact {
	struct artifact_card card;
	writer *write[ARTIFACT_NR_FORMS];	/* the first there is gives the plain name its form */
	int tables[4];				/* of write_json, ending with -1 */
};

static int no_memory(struct mm_error *error)
{
	return fail(error, -ENOMEM, NULL, "no memory for the answer");
}

static int append(void *ctx, const char *text, size_t len)
{
	struct bytes *out = ctx;

	bytes_add(out, text, len);
	return out->failed ? -ENOMEM : 0;
}

static int moment(const struct mm *mm, const struct wanted *wanted, size_t *seq, struct mm_error *error)
{
	return instant_find(mm, wanted->param[WANTED_AT], seq, error);
}

static int state_at(const struct run *run, size_t seq, struct mm_state **ret, struct mm_error *error)
{
	int err = run->moments ? moments_state(run->moments, seq, ret) : mm_state_at(run->mm, seq, ret);

	return err ? no_memory(error) : 0;
}

static int state_at_end(const struct run *run, struct mm_state **ret, struct mm_error *error)
{
	return mm_state_at(run->mm, mm_nr_events(run->mm) - 1, ret) ? no_memory(error) : 0;
}

/* Of a state by state_at(). */
static void put_rows(const struct run *run, struct bytes *out, const struct mm_state *state, enum mm_table_id table)
{
	if (run->moments && !out->decimal)
		moments_put_rows(run->moments, out, state, table);
	else
		encode_rows(out, state, table);
}

/* {"seq":..,"step":..,"step_index":.. */
static struct encode_object open_state(struct bytes *out, const struct mm *mm, size_t seq)
{
	const struct mm_event *event = mm_event(mm, seq);
	struct encode_object object = encode_open(out);

	encode_num(&object, "seq", (int64_t)seq);
	encode_text(&object, "step", mm_step(mm, event->step)->name);
	encode_num(&object, "step_index", event->step);
	return object;
}

/* ------------------------------------------------------------------- writers */

static int write_manifest(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			  struct bytes *out, struct mm_error *error)
{
	const struct request *request = run->request;
	struct known_kernel read = { 0 };
	const struct known_kernel *known = run->known ? run->known : &read;
	struct mm_state *end;
	int err = run->known ? 0 : known_kernel_read(bytes_text(&request->profile), request->profile.len, request->kernel, run->kernel,
						     &read, error);

	(void)artifact;
	(void)wanted;
	if (!err)
		err = state_at_end(run, &end, error);
	if (!err) {
		encode_manifest(out, run, &known->card, &known->trust, end);
		mm_state_free(end);
	}
	known_kernel_deinit(&read);
	return err;
}

static int write_glance(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			struct bytes *out, struct mm_error *error)
{
	struct mm_state *end;
	int err = state_at_end(run, &end, error);

	(void)artifact;
	(void)wanted;
	if (err)
		return err;
	encode_glance(out, run, end);
	mm_state_free(end);
	return 0;
}

static int write_continuation(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			      struct bytes *out, struct mm_error *error)
{
	const char *lang = wanted_has(wanted, WANTED_LANG) ? wanted->param[WANTED_LANG] : "en";
	size_t nr = mm_nr_events(run->mm), since = wanted_number(wanted, WANTED_SINCE, 0);
	struct mm_state *end;
	int err = state_at_end(run, &end, error);

	(void)artifact;
	if (err)
		return err;
	err = encode_continuation(out, run, end, since < nr ? since : nr, lang, error);
	mm_state_free(end);
	return err;
}

static int write_events(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			struct bytes *out, struct mm_error *error)
{
	struct event_filter filter = {
		.kind = wanted->param[WANTED_KIND], .step = wanted->param[WANTED_STEP],
		.owner = wanted->param[WANTED_OWNER], .range = wanted->param[WANTED_RANGE],
	};
	int err = filter_check(&filter, run->mm, error);

	(void)artifact;
	for (size_t seq = wanted_number(wanted, WANTED_SINCE, 0); seq < mm_nr_events(run->mm) && !err; seq++) {
		const struct mm_event *event = mm_event(run->mm, seq);

		if (!filter_passes(&filter, run->mm, event))
			continue;
		encode_event(out, run->mm, event);
		bytes_putc(out, '\n');
	}
	return err;
}

static int write_phases(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			struct bytes *out, struct mm_error *error)
{
	(void)artifact;
	(void)wanted;
	return phases_write(run->mm, out, error);
}

static int unknown_table(const char *name, struct mm_error *error)
{
	struct bytes names = { 0 };
	int err;

	for (int i = 0; i < MM_NR_TABLES; i++)
		bytes_printf(&names, " %s", mm_table_def((enum mm_table_id)i)->name);
	err = fail(error, -ENOENT, "state", "there is no table '%s'; there are:%s", name, bytes_text(&names));
	bytes_deinit(&names);
	return err;
}

static int write_one_table(const struct run *run, const struct wanted *wanted, size_t seq,
			   struct bytes *out, struct mm_error *error)
{
	int table = table_find(wanted->table), err;
	struct encode_object object;
	struct mm_state *state;

	if (table < 0)
		return unknown_table(wanted->table, error);
	err = state_at(run, seq, &state, error);
	if (err)
		return err;
	object = open_state(out, run->mm, seq);
	encode_text(&object, "table", wanted->table);
	put_rows(run, encode_key(&object, "rows"), state, (enum mm_table_id)table);
	encode_close(&object);
	bytes_putc(out, '\n');
	mm_state_free(state);
	return 0;
}

/* A list in one cell, with spaces; names may hold anything. */
static void put_cell(struct bytes *out, enum mm_type type, union mm_value value)
{
	size_t nr = type == MM_LIST || type == MM_RUNS ? (value.list ? value.list->nr : 0) : 0;

	if (type == MM_NUM)
		bytes_num(out, value.i);
	else if (type == MM_HEX)
		bytes_printf(out, "%llu", (unsigned long long)value.u);
	else if (type == MM_STR)
		bytes_csv(out, value.s);
	for (size_t i = 0; i < nr; i++) {
		if (i)
			bytes_putc(out, ' ');
		bytes_num(out, value.list->v[i]);
	}
}

static void put_csv_row(struct bytes *out, const struct mm_table_def *def, const union mm_value *row)
{
	for (size_t c = 0; c < def->nr_columns; c++) {
		if (c)
			bytes_putc(out, ',');
		put_cell(out, def->columns[c].type, row[c]);
	}
	bytes_putc(out, '\n');
}

static int write_table_csv(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			   struct bytes *out, struct mm_error *error)
{
	const struct mm_table_def *def;
	struct mm_state *state;
	size_t seq;
	int table = table_find(wanted->table), err;

	(void)artifact;
	if (table < 0)
		return unknown_table(wanted->table, error);
	err = moment(run->mm, wanted, &seq, error);
	if (!err)
		err = state_at(run, seq, &state, error);
	if (err)
		return err;
	def = mm_table_def((enum mm_table_id)table);
	for (size_t c = 0; c < def->nr_columns; c++)
		bytes_printf(out, "%s%s", c ? "," : "", def->columns[c].name);
	bytes_putc(out, '\n');
	for (size_t i = 0; i < mm_state_nr_rows(state, (enum mm_table_id)table); i++)
		put_csv_row(out, def, mm_state_row(state, (enum mm_table_id)table, i));
	mm_state_free(state);
	return 0;
}

static int write_tables(const int *tables, const struct run *run, size_t seq, struct bytes *out,
			struct mm_error *error)
{
	struct encode_object object, list;
	struct mm_state *state;
	int err = state_at(run, seq, &state, error);

	if (err)
		return err;
	object = open_state(out, run->mm, seq);
	list = encode_open(encode_key(&object, "tables"));
	for (size_t i = 0; tables[i] >= 0; i++) {
		enum mm_table_id table = (enum mm_table_id)tables[i];

		put_rows(run, encode_key(&list, mm_table_def(table)->name), state, table);
	}
	encode_close(&list);
	encode_close(&object);
	bytes_putc(out, '\n');
	mm_state_free(state);
	return 0;
}

static int write_state(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
		       struct bytes *out, struct mm_error *error)
{
	int all[MM_NR_TABLES + 1];
	size_t seq;
	int err = moment(run->mm, wanted, &seq, error);

	(void)artifact;
	if (err)
		return err;
	if (wanted->has_table)
		return write_one_table(run, wanted, seq, out, error);
	for (int i = 0; i < MM_NR_TABLES; i++)
		all[i] = i;
	all[MM_NR_TABLES] = -1;
	return write_tables(all, run, seq, out, error);
}

static int write_json(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
		      struct bytes *out, struct mm_error *error)
{
	size_t seq;
	int err = moment(run->mm, wanted, &seq, error);

	return err ? err : write_tables(artifact->tables, run, seq, out, error);
}

/* An upper bound: each repetition of an event prints at most two lines. */
static uint64_t log_lines(const struct mm *mm)
{
	uint64_t lines = 0;

	for (size_t seq = 0; seq < mm_nr_events(mm); seq++)
		lines += 2 * mm_event(mm, seq)->count + mm_event(mm, seq)->nr_printk;
	return lines;
}

static int log_fits(const struct run *run, struct mm_error *error)
{
	uint64_t lines = log_lines(run->mm);

	if (lines <= ARTIFACT_MAX_LOG_LINES)
		return 0;
	return fail(error, -E2BIG, "log",
		    "this kernel prints about %llu million lines; `mmscope boot` writes them as they come, the events count them",
		    (unsigned long long)(lines / 1000000));
}

bool artifact_streams(const char *name)
{
	return !strcmp(name, "log");
}

/* Reports on the free lists of a moment. */
static int write_report_at(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			   struct bytes *out, struct mm_error *error)
{
	struct mm_state *state;
	size_t seq;
	int err = moment(run->mm, wanted, &seq, error);

	err = err ? err : state_at(run, seq, &state, error);
	if (err)
		return err;
	err = mm_report_at(run->mm, state, artifact->card.name, append, out);
	mm_state_free(state);
	return err ? no_memory(error) : 0;
}

static int write_report(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			struct bytes *out, struct mm_error *error)
{
	int err = artifact_streams(artifact->card.name) ? log_fits(run, error) : 0;

	if (err)
		return err;
	if (artifact->card.text_at && (wanted_has(wanted, WANTED_AT) || run->request->ops))
		return write_report_at(artifact, run, wanted, out, error);
	err = mm_report(run->mm, artifact->card.name, append, out);
	return err == -ENOMEM ? no_memory(error) :
	       err ? fail(error, -ENOENT, artifact->card.name, "the engine does not write this report") : 0;
}

/* The lines of [text, text + len), each with the event that printed it. */
static void put_log_lines(struct bytes *out, const struct bytes *lines, size_t seq, bool *more)
{
	for (char *line = lines->data, *newline; line && (newline = strchr(line, '\n')); line = newline + 1) {
		struct encode_object object;

		*newline = '\0';
		if (*more)
			bytes_putc(out, ',');
		*more = true;
		object = encode_open(out);
		encode_num(&object, "seq", (int64_t)seq);
		encode_text(&object, "text", line);
		encode_close(&object);
	}
}

static int write_log_json(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			  struct bytes *out, struct mm_error *error)
{
	struct bytes lines = { 0 };
	bool more = false;
	int err = log_fits(run, error);

	(void)artifact;
	(void)wanted;
	if (err)
		return err;
	bytes_puts(out, "{\"lines\":[");
	for (size_t seq = 0; seq < mm_nr_events(run->mm) && !out->failed; seq++) {
		const struct mm_event *event = mm_event(run->mm, seq);

		for (uint64_t n = 0; n < event->count && !out->failed; n++) {
			bytes_clear(&lines);
			mm_event_log(run->mm, event, n, append, &lines);
			out->failed |= lines.failed;
			put_log_lines(out, &lines, seq, &more);
			/* Silent repetitions; what is said there is said after the last. */
			if (!lines.len && n + 2 < event->count)
				n = event->count - 2;
		}
	}
	bytes_puts(out, "]}\n");
	bytes_deinit(&lines);
	return out->failed ? no_memory(error) : 0;
}

/* "  40210000-40ffffff : Kernel code" */
static bool put_resource(struct bytes *out, const char *line, bool more)
{
	size_t indent = strspn(line, " ");
	char *after_start, *after_end;
	uint64_t start = strtoull(line + indent, &after_start, 16), end;
	struct encode_object object;

	if (*after_start != '-')
		return more;
	end = strtoull(after_start + 1, &after_end, 16);
	if (strncmp(after_end, " : ", 3))
		return more;
	if (more)
		bytes_putc(out, ',');
	object = encode_open(out);
	encode_hex(&object, "start", start);
	encode_hex(&object, "end", end);
	encode_text(&object, "name", after_end + 3);
	encode_num(&object, "depth", (int64_t)indent / 2);
	encode_close(&object);
	return true;
}

static int write_iomem_json(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			    struct bytes *out, struct mm_error *error)
{
	struct bytes text = { 0 };
	bool more = false;
	int err = mm_report(run->mm, "iomem", append, &text);

	(void)artifact;
	(void)wanted;
	bytes_puts(out, "{\"resources\":[");
	for (char *line = text.data, *newline; line && (newline = strchr(line, '\n')); line = newline + 1) {
		*newline = '\0';
		more = put_resource(out, line, more);
	}
	bytes_puts(out, "]}\n");
	bytes_deinit(&text);
	return err ? no_memory(error) : 0;
}

/* "MemTotal:        1011076 kB" -> "MemTotal":1011076 */
static void put_meminfo(struct encode_object *object, char *text)
{
	for (char *line = text, *newline; line && (newline = strchr(line, '\n')); line = newline + 1) {
		char *colon = memchr(line, ':', (size_t)(newline - line));

		if (!colon)
			continue;
		*colon = '\0';
		encode_num(object, line, strtoll(colon + 1, NULL, 10));
	}
}

/* The counters of any moment; and the file itself of the end, which is when it can be read. */
static int write_meminfo_json(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			      struct bytes *out, struct mm_error *error)
{
	struct encode_object object, list;
	struct bytes text = { 0 };
	struct mm_state *state;
	size_t seq;
	int err = moment(run->mm, wanted, &seq, error);

	(void)artifact;
	if (!err)
		err = state_at(run, seq, &state, error);
	if (err)
		return err;
	object = open_state(out, run->mm, seq);
	list = encode_open(encode_key(&object, "tables"));
	put_rows(run, encode_key(&list, "counters"), state, MM_COUNTERS);
	encode_close(&list);
	mm_state_free(state);
	if (seq == mm_nr_events(run->mm) - 1) {
		err = mm_report(run->mm, "meminfo", append, &text);
		list = encode_open(encode_key(&object, "meminfo_kB"));
		put_meminfo(&list, text.data);
		encode_close(&list);
	}
	encode_close(&object);
	bytes_putc(out, '\n');
	bytes_deinit(&text);
	return err ? no_memory(error) : 0;
}

static int write_freelists(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			   struct bytes *out, struct mm_error *error)
{
	(void)artifact;
	(void)wanted;
	return encode_freelists(out, run->mm, error);
}

static int write_metrics(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			 struct bytes *out, struct mm_error *error)
{
	bool json = wanted->form == ARTIFACT_JSON;
	struct metrics metrics = { 0 };
	struct encode_object object = { .out = out };

	(void)artifact;
	if (metrics_of(run->mm, &metrics))
		return no_memory(error);
	if (json)
		object = encode_open(out);
	for (size_t i = 0; i < metrics.nr; i++) {
		const struct metric *metric = &metrics.metric[i];

		if (json) {
			encode_num(&object, metric->name, (int64_t)metric->value);
			continue;
		}
		bytes_printf(out, "%s ", metric->name);
		metric_put_value(out, metric);
		bytes_putc(out, '\n');
	}
	if (json) {
		encode_close(&object);
		bytes_putc(out, '\n');
	}
	metrics_deinit(&metrics);
	return 0;
}

static int write_memtotal(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			  struct bytes *out, struct mm_error *error)
{
	struct memtotal memtotal;

	(void)artifact;
	if (memtotal_of(run->mm, &memtotal))
		return no_memory(error);
	if (wanted->form == ARTIFACT_JSON)
		memtotal_write_json(&memtotal, out);
	else
		memtotal_write_text(&memtotal, mm_kernel_version(run->kernel), out);
	memtotal_deinit(&memtotal);
	return 0;
}

/* One moment where one is asked for, else all of them. */
static int write_explain(const struct artifact *artifact, const struct run *run, const struct wanted *wanted,
			 struct bytes *out, struct mm_error *error)
{
	const struct tale tale = {
		run->mm, mm_kernel_version(run->kernel), wanted_has(wanted, WANTED_LANG) ? wanted->param[WANTED_LANG] : "en",
		wanted_number(wanted, WANTED_FROM, 0), wanted_number(wanted, WANTED_TO, UINT64_MAX), run->catalogue, run->sums,
	};
	bool json = wanted->form == ARTIFACT_JSON;
	size_t seq;
	int err;

	(void)artifact;
	if (!wanted_has(wanted, WANTED_AT))
		return json ? tell_json_all(&tale, out, error) : tell_text_all(&tale, out, error);
	err = moment(run->mm, wanted, &seq, error);
	if (err)
		return err;
	return json ? tell_json(&tale, seq, out, error) : tell_text(&tale, seq, out, error);
}

/* --------------------------------------------------------------------- names */

#define TEXT	[ARTIFACT_TEXT]
#define JSON	[ARTIFACT_JSON]
#define NDJSON	[ARTIFACT_NDJSON]
#define CSV	[ARTIFACT_CSV]

#define AT	(1u << WANTED_AT)
#define PART	(1u << WANTED_FROM | 1u << WANTED_TO)
#define LANG	(1u << WANTED_LANG)
#define FILTER	(1u << WANTED_KIND | 1u << WANTED_STEP | 1u << WANTED_OWNER | 1u << WANTED_RANGE | \
		 1u << WANTED_SINCE)

/* With AT its JSON and CSV are of any moment; a text is of the end, as the kernel's is. */
static const struct artifact artifacts[] = {
	{ { "manifest", "inputs, kernel, totals, and which steps and tables there are", .takes = 0 },
	  { JSON = write_manifest }, { -1 } },
	{ { "events", "every event in order, with what it changed and why", .takes = FILTER },
	  { NDJSON = write_events }, { -1 } },
	{ { "phases", "memory after each stage and each step: sizes by owner, zones, zonelists, page lists", .takes = 0 },
	  { NDJSON = write_phases }, { -1 } },
	{ { "state", "all tables at a moment; state/TABLE is one of them", .takes = AT, .tables = true },
	  { JSON = write_state, CSV = write_table_csv }, { -1 } },
	{ { "log", "what the kernel prints, to the last line before its first process", .takes = 0 },
	  { TEXT = write_report, JSON = write_log_json }, { -1 } },
	{ { "memblock", "memblock's arrays, as in debugfs", .takes = AT },
	  { TEXT = write_report, JSON = write_json }, { MM_MEMBLOCK_MEMORY, MM_MEMBLOCK_RESERVED, -1 } },
	{ { "zoneinfo", "zones, watermarks and page sets, as in /proc/zoneinfo", .takes = AT },
	  { TEXT = write_report, JSON = write_json }, { MM_ZONES, MM_PAGESETS, MM_BOOT_PAGESETS, -1 } },
	{ { "buddyinfo", "free blocks by order, as in /proc/buddyinfo", .takes = AT, .text_at = true },
	  { TEXT = write_report, JSON = write_json }, { MM_FREELISTS, -1 } },
	{ { "pagetypeinfo", "free blocks by order and migrate type, as in /proc/pagetypeinfo", .takes = AT, .text_at = true },
	  { TEXT = write_report, JSON = write_json }, { MM_FREELISTS, -1 } },
	{ { "unusable_index", "what share of the free memory cannot serve each order, as in debugfs", .takes = AT, .text_at = true },
	  { TEXT = write_report }, { -1 } },
	{ { "extfrag_index", "whether each order would fail for lack of memory or for fragmentation, as in debugfs", .takes = AT, .text_at = true },
	  { TEXT = write_report }, { -1 } },
	{ { "iomem", "what is at which address, as in /proc/iomem", .takes = 0 },
	  { TEXT = write_report, JSON = write_iomem_json }, { -1 } },
	{ { "meminfo", "totals, as in /proc/meminfo", .takes = AT },
	  { TEXT = write_report, JSON = write_meminfo_json }, { -1 } },
	{ { "freelists", "every free block, zonelist and slab cache, as a debugger reads them", .takes = 0 },
	  { JSON = write_freelists }, { -1 } },
	{ { "ledger", "who owns each byte of RAM", .takes = AT },
	  { TEXT = write_report, JSON = write_json }, { MM_LEDGER, -1 } },
	{ { "metrics", "the finished boot as one flat list of numbers", .takes = 0 },
	  { TEXT = write_metrics, JSON = write_metrics }, { -1 } },
	{ { "memtotal", "MemTotal term by term: RAM, less what was never given to the page allocator", .takes = 0 },
	  { TEXT = write_memtotal, JSON = write_memtotal }, { -1 } },
	{ { "glance", "the end of the boot in a few kilobytes: where memory is, and what went wrong with its cause", .takes = 0 },
	  { JSON = write_glance }, { -1 } },
	{ { "continuation", "what a run has beyond another that begins the same way: events from since= on, with their texts",
	    .takes = LANG | 1u << WANTED_SINCE },
	  { JSON = write_continuation }, { -1 } },
	{ { "explain", "what happens at a moment, or at each, in words", .takes = AT | PART | LANG, .text_at = true,
	    .json_first = true },
	  { TEXT = write_explain, JSON = write_explain }, { -1 } },
};

#define NR_ARTIFACTS	(sizeof(artifacts) / sizeof(artifacts[0]))

static const struct {
	const char *suffix, *media, *type;
} forms[ARTIFACT_NR_FORMS] = {
	TEXT = { "txt", "text/plain", "text/plain; charset=utf-8" },
	JSON = { "json", "application/json", "application/json" },
	NDJSON = { "ndjson", "application/x-ndjson", "application/x-ndjson" },
	CSV = { "csv", "text/csv", "text/csv; charset=utf-8" },
};

size_t artifact_count(void)
{
	return NR_ARTIFACTS;
}

const struct artifact_card *artifact_card(size_t index)
{
	return &artifacts[index].card;
}

const struct artifact_card *artifact_find(const char *name)
{
	for (size_t i = 0; i < NR_ARTIFACTS; i++)
		if (!strcmp(artifacts[i].card.name, name))
			return &artifacts[i].card;
	return NULL;
}

/* Its card is an artifact's first member. */
static const struct artifact *of_card(const struct artifact_card *card)
{
	return (const struct artifact *)card;
}

bool artifact_has(const struct artifact_card *card, enum artifact_form form)
{
	return of_card(card)->write[form];
}

bool artifact_is_report(const struct artifact_card *card)
{
	return strcmp(card->name, "manifest") && strcmp(card->name, "events") && strcmp(card->name, "phases") && !card->tables;
}

bool artifact_takes(const struct artifact_card *card, enum artifact_form form, enum wanted_param param)
{
	if (param == WANTED_NUMBERS)
		return form != ARTIFACT_TEXT;	/* CSV has no others */
	return card->takes >> param & 1 && (param != WANTED_AT || form != ARTIFACT_TEXT || card->text_at);
}

enum artifact_form artifact_plain(const struct artifact_card *card)
{
	int form = 0;

	while (!of_card(card)->write[form])
		form++;
	return (enum artifact_form)form;
}

const char *artifact_form_suffix(enum artifact_form form)
{
	return forms[form].suffix;
}

const char *artifact_form_media(enum artifact_form form)
{
	return forms[form].media;
}

const char *artifact_form_type(enum artifact_form form)
{
	return forms[form].type;
}

static bool takes_all(const struct artifact_card *card, const struct wanted *wanted)
{
	for (int i = 0; i < WANTED_NR_PARAMS; i++)
		if (wanted_has(wanted, (enum wanted_param)i) && !artifact_takes(card, wanted->form, (enum wanted_param)i))
			return false;
	return true;
}

static const struct artifact *find_artifact(const char *name, struct wanted *wanted)
{
	const struct artifact_card *card = wanted_split(name, wanted) ? artifact_find(wanted->head) : NULL;

	if (!card)
		return NULL;
	if (wanted->form == ARTIFACT_NR_FORMS)
		wanted->form = artifact_plain(card);
	/* CSV is one table; a moment and a range of them exclude each other. */
	if (!artifact_has(card, wanted->form) || (wanted->has_table && !card->tables) ||
	    (wanted->form == ARTIFACT_CSV && !wanted->has_table) || !takes_all(card, wanted) ||
	    (wanted_has(wanted, WANTED_AT) && (wanted_has(wanted, WANTED_FROM) || wanted_has(wanted, WANTED_TO))))
		return NULL;
	return of_card(card);
}

const char *artifact_type(const char *name)
{
	struct wanted wanted;

	return find_artifact(name, &wanted) ? forms[wanted.form].type : NULL;
}

int artifact_render(const struct run *run, const char *name, struct bytes *out, struct mm_error *error)
{
	struct wanted wanted;
	const struct artifact *artifact = find_artifact(name, &wanted);
	size_t before = out->len;
	int err;

	if (!artifact)
		return fail(error, -ENOENT, "artifact", "there is none called '%.100s'", name);
	out->decimal = wanted_has(&wanted, WANTED_NUMBERS);
	err = artifact->write[wanted.form](artifact, run, &wanted, out, error);
	out->decimal = false;
	if (!err && out->failed)
		err = no_memory(error);
	if (err)
		bytes_cut(out, before);
	return err;
}

int artifact_write(const struct request *request, const char *name, struct bytes *out, struct mm_error *error)
{
	struct wanted wanted;
	struct run run;
	int err;

	if (!find_artifact(name, &wanted))
		return fail(error, -ENOENT, "artifact", "there is none called '%.100s'", name);
	err = run_boot(request, &run, error);
	if (err)
		return err;
	err = artifact_render(&run, name, out, error);
	run_deinit(&run);
	return err;
}
