// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/verify.h"
#include "daemon/answers/artifact.h"
#include "daemon/answers/explain.h"
#include "daemon/answers/from_log.h"
#include "daemon/base/diff.h"
#include "daemon/base/fail.h"
#include "daemon/input/capture.h"
#include "daemon/input/decode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct mm_error *error)
{
	return fail(error, -ENOMEM, NULL, "no memory to compare with");
}

void verdict_deinit(struct verdict *verdict)
{
	free(verdict->name);
	free(verdict->seq_of_line);
	free(verdict->differences);
	facts_deinit(&verdict->real);
	facts_deinit(&verdict->predicted);
	run_deinit(&verdict->run);
	request_deinit(&verdict->request);
	*verdict = (struct verdict){ 0 };
}

/* ---------------------------------------------------------------- prediction */

struct log_writer {
	struct bytes text;
	size_t *seq_of_line;
	size_t nr_lines, cap;
	size_t seq;
	bool failed;
};

static int note_line(struct log_writer *log)
{
	if (log->nr_lines == log->cap) {
		size_t cap = log->cap ? 2 * log->cap : 1024;
		size_t *grown = realloc(log->seq_of_line, cap * sizeof(*grown));

		if (!grown) {
			log->failed = true;
			return -ENOMEM;
		}
		log->seq_of_line = grown;
		log->cap = cap;
	}
	log->seq_of_line[log->nr_lines++] = log->seq;
	return 0;
}

static int log_sink(void *ctx, const char *text, size_t len)
{
	struct log_writer *log = ctx;

	bytes_add(&log->text, text, len);
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\n' && note_line(log))
			return -ENOMEM;
	return log->text.failed ? -ENOMEM : 0;
}

/* The log, and for each of its lines the event that printed it. */
static int predict_log(struct verdict *v, struct mm_error *error)
{
	struct log_writer log = { 0 };
	const struct mm *mm = v->run.mm;
	int err = 0;

	for (log.seq = 0; log.seq < mm_nr_events(mm) && !err; log.seq++) {
		const struct mm_event *event = mm_event(mm, log.seq);

		for (uint64_t n = 0; n < event->count && !err; n++)
			err = mm_event_log(mm, event, n, log_sink, &log);
	}
	if (!err)
		facts_of_log(bytes_text(&log.text), log.text.len, &v->predicted);
	v->seq_of_line = log.seq_of_line;
	v->nr_lines = log.nr_lines;
	bytes_deinit(&log.text);
	return err ? no_memory(error) : 0;
}

/* ------------------------------------------------------------ file by file */

static int compare_console(struct verdict *v, const char *path, struct mm_error *error)
{
	struct bytes text = { 0 };
	int err = capture_file(path, "console.txt", &text, error);

	if (!err) {
		facts_of_log(bytes_text(&text), text.len, &v->real);
		err = predict_log(v, error);
	}
	bytes_deinit(&text);
	return err == 1 ? 0 : err;
}

static int compare_zoneinfo(struct verdict *v, const char *path, struct mm_error *error)
{
	struct bytes text = { 0 }, mine = { 0 };
	int err = capture_file(path, "zoneinfo.txt", &text, error);

	if (!err)
		err = artifact_render(&v->run, "zoneinfo", &mine, error);
	if (!err) {
		facts_of_zoneinfo(bytes_text(&text), text.len, &v->real);
		facts_of_zoneinfo(bytes_text(&mine), mine.len, &v->predicted);
	}
	bytes_deinit(&text);
	bytes_deinit(&mine);
	return err == 1 ? 0 : err;
}

static int compare_freelists(struct verdict *v, const char *path, struct mm_error *error)
{
	struct bytes text = { 0 }, mine = { 0 };
	int err = capture_file(path, "freelists.json", &text, error);

	if (!err)
		err = decode_freelists(bytes_text(&text), text.len, "freelists.json", &v->real, error);
	if (!err)
		err = artifact_render(&v->run, "freelists", &mine, error);
	if (!err)
		err = decode_freelists(bytes_text(&mine), mine.len, "prediction", &v->predicted, error);
	bytes_deinit(&text);
	bytes_deinit(&mine);
	return err == 1 ? 0 : err;
}

/* --------------------------------------------------------------- differences */

static bool add_difference(struct verdict *v, struct difference difference)
{
	struct difference *grown = v->differences;

	/* Room doubles at every power of two. */
	if (!(v->nr_differences & (v->nr_differences - 1)))
		grown = realloc(grown, (v->nr_differences ? 2 * v->nr_differences : 1) * sizeof(*grown));
	if (!grown)
		return false;
	v->differences = grown;
	v->differences[v->nr_differences++] = difference;
	return true;
}

/* The event behind predicted fact @p of a log class; a fact that was not
 * predicted is explained by what came in its place. */
static bool event_of_log(const struct verdict *v, const struct fact_list *predicted, size_t p, size_t *seq)
{
	size_t line;

	if (!predicted->nr)
		return false;
	line = predicted->line[p < predicted->nr ? p : predicted->nr - 1];
	if (!line || line > v->nr_lines)
		return false;
	*seq = v->seq_of_line[line - 1];
	return true;
}

/* Facts @r and @p stand against each other; index SIZE_MAX: nothing does. */
static bool differ(struct verdict *v, enum fact_class class, size_t r, size_t p, size_t next_p)
{
	const struct fact_list *real = &v->real.of[class], *predicted = &v->predicted.of[class];
	struct difference d = {
		.class = class,
		.real = r == SIZE_MAX ? NULL : real->text[r],
		.predicted = p == SIZE_MAX ? NULL : predicted->text[p],
		.line = r == SIZE_MAX ? 0 : real->line[r],
	};

	if (class < FACT_NR_LOG_CLASSES)
		d.has_event = event_of_log(v, predicted, p == SIZE_MAX ? next_p : p, &d.seq);
	else
		d.has_event = explain_fact(v->run.mm, class, d.predicted ? d.predicted : d.real, &d.seq);
	return add_difference(v, d);
}

/* Walk both lists; what is missing and what is extra between two common facts
 * are paired in order. */
static bool pair(struct verdict *v, enum fact_class class, const bool *gone, const bool *new)
{
	size_t nr_real = v->real.of[class].nr, nr_predicted = v->predicted.of[class].nr, r = 0, p = 0;

	while (r < nr_real || p < nr_predicted) {
		bool missing = r < nr_real && gone[r], extra = p < nr_predicted && new[p];

		if ((missing || extra) && !differ(v, class, missing ? r : SIZE_MAX, extra ? p : SIZE_MAX, p))
			return false;
		r += missing || !extra;
		p += extra || !missing;
	}
	return true;
}

static int compare_class(struct verdict *v, enum fact_class class, struct mm_error *error)
{
	const struct fact_list *real = &v->real.of[class], *predicted = &v->predicted.of[class];
	bool *gone = calloc(real->nr + 1, sizeof(*gone)), *new = calloc(predicted->nr + 1, sizeof(*new));
	long common = -ENOMEM;
	bool ok = false;

	if (gone && new)
		common = diff((const char *const *)real->text, real->nr, (const char *const *)predicted->text,
			      predicted->nr, gone, new);
	if (common >= 0) {
		v->class[class].counted = real->nr || predicted->nr;
		v->class[class].matched = (size_t)common;
		v->class[class].total = real->nr + predicted->nr - (size_t)common;
		v->matched += v->class[class].matched;
		v->total += v->class[class].total;
		ok = pair(v, class, gone, new);
	}
	free(gone);
	free(new);
	return ok ? 0 : no_memory(error);
}

static int compare(struct verdict *v, const char *path, struct mm_error *error)
{
	int err = compare_console(v, path, error);

	if (!err)
		err = compare_zoneinfo(v, path, error);
	if (!err)
		err = compare_freelists(v, path, error);
	if (!err && (v->real.failed || v->predicted.failed))
		err = no_memory(error);
	for (size_t class = 0; class < FACT_NR_CLASSES && !err; class++)
		err = compare_class(v, (enum fact_class)class, error);
	return err;
}

int verify_capture(const char *path, const struct ask *said, struct verdict *ret, struct mm_error *error)
{
	const struct ask ask = {
		.board = path, .boards_dir = said->boards_dir, .kernels_dir = said->kernels_dir, .kernel = said->kernel,
		.allow_files = true,
	};
	struct verdict v = { .name = capture_name(path) };
	int err = v.name ? request_resolve(&ask, &v.request, error) : no_memory(error);

	if (!err)
		err = run_boot(&v.request, &v.run, error);
	if (!err)
		err = compare(&v, path, error);
	if (!err && !v.total)
		err = fail(error, -EBADMSG, path, "holds nothing to compare with: no console.txt, zoneinfo.txt or freelists.json");
	if (err) {
		verdict_deinit(&v);
		return err;
	}
	*ret = v;
	ret->run.request = &ret->request;
	return 0;
}

/* ------------------------------------------------------------------------- logs */

/* Where the log's first fact stands in the prediction: line 1 if it stands nowhere. */
static size_t first_common_line(const struct verdict *v)
{
	size_t real = SIZE_MAX, predicted = 1;

	for (size_t c = 0; c < FACT_NR_LOG_CLASSES; c++) {
		const struct fact_list *r = &v->real.of[c], *p = &v->predicted.of[c];

		if (!r->nr || !r->line[0] || r->line[0] >= real || c == FACT_OUTCOME)
			continue;
		real = r->line[0];
		predicted = 1;
		for (size_t i = 0; i < p->nr; i++)
			if (!strcmp(p->text[i], r->text[0])) {
				predicted = p->line[i];
				break;
			}
	}
	return predicted;
}

/* At most so many of each class are looked for: a hostile log may have very many. */
#define LAST_LOOKED_FOR	32

/* Where the last of the log's facts that the prediction has stands there; SIZE_MAX: none of them does. */
static size_t last_common_line(const struct verdict *v)
{
	size_t real = 0, predicted = SIZE_MAX;

	for (size_t c = 0; c < FACT_NR_LOG_CLASSES; c++) {
		const struct fact_list *r = &v->real.of[c], *p = &v->predicted.of[c];

		for (size_t i = r->nr; i-- > 0 && r->nr - i <= LAST_LOOKED_FOR && r->line[i] > real && c != FACT_OUTCOME;)
			for (size_t j = p->nr; j-- > 0;)
				if (!strcmp(p->text[j], r->text[i])) {
					real = r->line[i];
					predicted = p->line[j];
					break;
				}
	}
	return predicted;
}

static void forget_after(struct facts *facts, size_t line)
{
	for (size_t c = 0; c < FACT_NR_LOG_CLASSES; c++) {
		struct fact_list *list = &facts->of[c];

		while (list->nr && list->line[list->nr - 1] > line && c != FACT_OUTCOME)
			free(list->text[--list->nr]);
	}
}

/* The line in which a log breaks off is incomplete. */
static void forget_broken_line(struct facts *real, const struct facts *predicted, size_t line)
{
	for (size_t c = 0; c < FACT_NR_LOG_CLASSES; c++) {
		struct fact_list *list = &real->of[c];
		const struct fact_list *p = &predicted->of[c];
		size_t last = list->nr - 1, i = 0;

		if (!list->nr || list->line[last] != line)
			continue;
		while (i < p->nr && (strncmp(p->text[i], list->text[last], strlen(list->text[last])) != 0 || !strcmp(p->text[i], list->text[last])))
			i++;
		if (i < p->nr)
			free(list->text[--list->nr]);
	}
}

/* A log that ends before the boot does: what the prediction says after its end is no difference. */
static void compare_up_to(struct verdict *v, size_t ends_at)
{
	if (!ends_at)
		return;
	forget_broken_line(&v->real, &v->predicted, ends_at);
	forget_after(&v->predicted, last_common_line(v));
}

/* A log without its banner was cut: what the prediction says before the cut is no difference. */
static void forget_before(struct facts *facts, size_t line)
{
	for (size_t c = 0; c < FACT_NR_LOG_CLASSES; c++) {
		struct fact_list *list = &facts->of[c];
		size_t nr = 0;

		for (size_t i = 0; i < list->nr; i++) {
			if (list->line[i] < line && c != FACT_OUTCOME) {
				free(list->text[i]);
				continue;
			}
			list->text[nr] = list->text[i];
			list->line[nr++] = list->line[i];
		}
		list->nr = nr;
	}
}

/* Those that came with the log, or what its text has. */
static void take_facts(struct dmesg *log, struct facts *ret)
{
	if (!log->facts) {
		facts_of_log(bytes_text(&log->text), log->text.len, ret);
		return;
	}
	*ret = *log->facts;
	*log->facts = (struct facts){ .failed = false };
}

int verify_log(const char *path, struct dmesg *log, struct ask *ask, struct verdict *ret, struct mm_error *error)
{
	struct verdict v = { .name = capture_name(path) };
	int err = v.name ? from_log(log, ask, &v.request, error) : no_memory(error);

	if (!err)
		err = run_boot(&v.request, &v.run, error);
	if (!err) {
		take_facts(log, &v.real);
		err = predict_log(&v, error);
	}
	if (!err && !log->line[DMESG_RELEASE])
		forget_before(&v.predicted, first_common_line(&v));
	if (!err)
		compare_up_to(&v, log->ends_at);
	if (!err && (v.real.failed || v.predicted.failed))
		err = no_memory(error);
	for (size_t class = 0; class < FACT_NR_LOG_CLASSES && !err; class++)
		err = compare_class(&v, (enum fact_class)class, error);
	if (!err && !v.matched && !v.total)
		err = fail(error, -EBADMSG, path, "holds no line that speaks of memory");
	if (err) {
		verdict_deinit(&v);
		return err;
	}
	*ret = v;
	ret->run.request = &ret->request;
	return 0;
}
