// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/report.h"

#include "daemon/answers/encode.h"
#include "daemon/base/plain.h"

#include <ctype.h>
#include <string.h>

/* ------------------------------------------------------------- a node's line in a .dts */

/* Past a comment or string that begins at @at, or @at. */
static const char *skip_token(const char *at)
{
	const char *end = NULL;

	if (at[0] == '/' && at[1] == '*')
		end = strstr(at + 2, "*/");
	else if (at[0] == '/' && at[1] == '/')
		return at + strcspn(at, "\n");
	else if (*at == '"')
		for (end = at + 1; *end && *end != '"'; end++)
			end += *end == '\\' && end[1];
	else
		return at;
	if (!end || !*end)
		return at + strlen(at);
	return end + (*at == '"' ? 1 : 2);
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || (c && strchr(",._+-@/", c));
}

#define MAX_DEPTH 64

size_t report_line_of(const char *source, const char *path)
{
	const char *want[MAX_DEPTH] = { NULL }, *name = "", *name_end = name;
	size_t len[MAX_DEPTH] = { 0 }, nr = 0, depth = 0, same = 0, line = 1, name_line = 1;

	for (const char *at = path; *at == '/' && at[1] && nr < MAX_DEPTH; at += 1 + strcspn(at + 1, "/")) {
		want[nr] = at + 1;
		len[nr++] = strcspn(at + 1, "/");
	}
	for (const char *at = source, *next; *at; at = next) {
		next = skip_token(at);
		if (next == at && is_name_char(*at)) {
			while (is_name_char(*next))
				next++;
			name = at;
			name_end = next;
			name_line = line;
		} else if (next == at) {
			next++;
			if (*at == '{') {
				/* depth 0 is the root; same counts how many of the path's names are open. */
				if (depth && same == depth - 1 && same < nr && (size_t)(name_end - name) == len[same] &&
				    !strncmp(name, want[same], len[same]) && ++same == nr)
					return name_line;
				depth++;
			} else if (*at == '}' && depth) {
				depth--;
				if (same >= depth)
					same = depth ? depth - 1 : 0;
			} else if (*at == ';') {
				name = name_end = "";
			}
		}
		for (; at < next; at++)
			line += *at == '\n';
	}
	return 0;
}

static size_t line_of(const struct checked *c, const struct finding *f)
{
	return c->source && *f->subject == '/' ? report_line_of(c->source, f->subject) : 0;
}

/* ------------------------------------------------------------------------- text */

struct report_format {
	const char *name;
	void (*begin)(struct report *report);
	void (*add)(struct report *report, const struct checked *checked);
	void (*end)(struct report *report);
};

static void count(const struct findings *findings, size_t nr[SEVERITY_ERROR + 1])
{
	memset(nr, 0, (SEVERITY_ERROR + 1) * sizeof(*nr));
	for (size_t i = 0; findings && i < findings->nr; i++)
		nr[findings->finding[i].severity]++;
}

/* Texts of trees and kernels: nothing in them may drive a terminal. */
static void put_plain(struct bytes *out, const char *text)
{
	plain_line(out, text, strlen(text));
}

/* The sentences of what does not hold, one by one. */
static void each_expectation(struct report *r, const struct checked *c,
			     void (*tell)(struct report *r, const struct checked *c, const char *text))
{
	const char *at = c->expectation ? bytes_text(c->expectation) : "";

	for (size_t len; *at; at += len + (at[len] == '\n')) {
		struct bytes line = { 0 };

		len = strcspn(at, "\n");
		bytes_add(&line, at, len);
		tell(r, c, bytes_text(&line));
		r->out->failed |= line.failed;
		bytes_deinit(&line);
	}
}

/* As wide as "harmless:", where a Chinese character is as wide as two. */
static void put_label(const struct report *r, const char *label)
{
	struct bytes text = { 0 };
	size_t columns = 0;

	if (*label)
		sentences_put(r->sentences, label, &text);
	for (const char *at = bytes_text(&text); *at; at++)
		if ((*at & 0xc0) != 0x80)
			columns += (unsigned char)*at >= 0xe0 ? 2 : 1;
	bytes_printf(r->out, "  %s%*s ", bytes_text(&text), columns < 9 ? (int)(9 - columns) : 0, "");
	r->out->failed |= text.failed;
	bytes_deinit(&text);
}

static void put_line(const struct report *r, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	/* A kernel's message may have several lines. */
	for (size_t len; *text; text += len + (text[len] == '\n'), label = "") {
		len = strcspn(text, "\n");
		put_label(r, label);
		plain_line(r->out, text, len);
		bytes_putc(r->out, '\n');
	}
}

static void text_finding(const struct report *r, const struct checked *c, const struct finding *f)
{
	struct bytes *out = r->out;
	size_t line = line_of(c, f);

	bytes_printf(out, "%s[%s]", severity_name(f->severity), f->rule->id);
	if (*f->subject) {
		bytes_putc(out, ' ');
		put_plain(out, f->subject);
	}
	if (*f->property) {
		bytes_putc(out, ' ');
		put_plain(out, f->property);
	}
	if (line)
		bytes_printf(out, " (%s:%zu)", c->file, line);
	bytes_putc(out, '\n');
	put_line(r, "kernel:", f->words);
	put_line(r, "why:", f->cause);
	put_line(r, "assumes:", f->assumed);
	put_line(r, "harmless:", f->harmless);
	/* What the kernel does instead, and what helps such a thing in general. */
	if (!f->harmless && f->severity > SEVERITY_NOTE)
		put_line(r, "advice:", f->help);
	for (size_t i = 0; i < f->nr_fixes; i++) {
		put_line(r, i ? "or:" : "fix:", f->fixes[i].what);
		put_line(r, "", f->fixes[i].apply);
		put_line(r, "tried:", f->fixes[i].effect);
	}
	for (size_t i = 0; !f->nr_fixes && i < f->nr_attempts; i++) {
		put_line(r, i ? "nor:" : "no fix:", f->attempts[i].what);
		put_line(r, "", f->attempts[i].outcome);
	}
}

/* How much there is, and by whose word: a tree that names half of it boots without a complaint. */
static void text_memory(const struct report *r, const struct checked *c)
{
	struct bytes ram = { 0 }, memtotal = { 0 };

	if (!c->ram)
		return;
	bytes_size(&ram, c->ram);
	bytes_size(&memtotal, c->memtotal);
	sentences_printf(r->sentences, r->out, "RAM %s (from %s), MemTotal %s", bytes_text(&ram), c->ram_from, bytes_text(&memtotal));
	bytes_putc(r->out, '\n');
	r->out->failed |= ram.failed || memtotal.failed;
	bytes_deinit(&ram);
	bytes_deinit(&memtotal);
}

static void text_add(struct report *r, const struct checked *c)
{
	size_t nr[SEVERITY_ERROR + 1];

	count(c->findings, nr);
	if (r->nr_boots > 1)
		bytes_putc(r->out, '\n');
	put_plain(r->out, c->board);
	if (c->kernel)
		sentences_printf(r->sentences, r->out, " with %s", c->kernel);
	if (c->cmdline) {
		struct bytes plain = { 0 };

		put_plain(&plain, c->cmdline);
		sentences_printf(r->sentences, r->out, " and '%s'", bytes_text(&plain));
		r->out->failed |= plain.failed;
		bytes_deinit(&plain);
	}
	sentences_put(r->sentences, ": ", r->out);
	if (c->error) {
		put_plain(r->out, c->error);
		bytes_putc(r->out, '\n');
		return;
	}
	if (nr[SEVERITY_ERROR] + nr[SEVERITY_WARNING] + nr[SEVERITY_NOTE] == 0)
		sentences_put(r->sentences, "no findings", r->out);
	else
		sentences_printf(r->sentences, r->out, "%zu error%s, %zu warning%s, %zu note%s", nr[SEVERITY_ERROR],
				 nr[SEVERITY_ERROR] == 1 ? "" : "s", nr[SEVERITY_WARNING], nr[SEVERITY_WARNING] == 1 ? "" : "s",
				 nr[SEVERITY_NOTE], nr[SEVERITY_NOTE] == 1 ? "" : "s");
	if (c->quiet)
		sentences_printf(r->sentences, r->out, ", %zu known", c->quiet);
	bytes_putc(r->out, '\n');
	text_memory(r, c);
	/* Who looks for the reason of a failure finds it first; machines get the order of the boot. */
	for (int severity = SEVERITY_ERROR; severity >= SEVERITY_NOTE; severity--)
		for (size_t i = 0; i < c->findings->nr; i++)
			if ((int)c->findings->finding[i].severity == severity)
				text_finding(r, c, &c->findings->finding[i]);
	if (c->expectation && c->expectation->len) {
		sentences_put(r->sentences, "not as expected:", r->out);
		bytes_putc(r->out, '\n');
		for (const char *at = c->expectation->data; *at; at += strcspn(at, "\n") + 1)
			bytes_printf(r->out, "  %.*s\n", (int)strcspn(at, "\n"), at);
	}
}

static void nothing(struct report *r)
{
	(void)r;
}

/* ------------------------------------------------------------------------- JSON */

static void json_fix(struct bytes *out, const struct fix *fix)
{
	struct encode_object object = encode_open(out);

	encode_text(&object, "what", fix->what);
	encode_text(&object, "apply", fix->apply);
	encode_text(&object, "cmdline", fix->cmdline);
	encode_text(&object, "loader", fix->loader);
	encode_text(&object, "dts", fix->patch);
	encode_text(&object, "effect", fix->effect);
	encode_close(&object);
}

static void json_attempt(struct bytes *out, const struct attempt *attempt)
{
	struct encode_object object = encode_open(out);

	encode_text(&object, "what", attempt->what);
	encode_text(&object, "outcome", attempt->outcome);
	encode_close(&object);
}

static void json_finding(struct bytes *out, const struct checked *c, const struct finding *f)
{
	struct encode_object object = encode_open(out);
	size_t line = line_of(c, f);

	encode_text(&object, "rule", f->rule->id);
	encode_text(&object, "severity", severity_name(f->severity));
	encode_text(&object, "title", f->title);
	encode_text(&object, "advice", f->help);
	encode_text(&object, "subject", f->subject);
	encode_text(&object, "property", f->property);
	encode_text(&object, "kernel", f->words);
	encode_text(&object, "cause", f->cause);
	encode_text(&object, "harmless", f->harmless);
	encode_text(&object, "assumed", f->assumed);
	encode_num(&object, "lost", (int64_t)f->lost);
	if (f->seq != SIZE_MAX)
		encode_num(&object, "seq", (int64_t)f->seq);
	if (f->range.size) {
		encode_hex(&object, "base", f->range.base);
		encode_hex(&object, "size", f->range.size);
	}
	if (line)
		encode_num(&object, "line", (int64_t)line);
	out = encode_key(&object, "fixes");
	bytes_putc(out, '[');
	for (size_t i = 0; i < f->nr_fixes; i++) {
		if (i)
			bytes_putc(out, ',');
		json_fix(out, &f->fixes[i]);
	}
	bytes_putc(out, ']');
	out = encode_key(&object, "did_not_help");
	bytes_putc(out, '[');
	for (size_t i = 0; i < f->nr_attempts; i++) {
		if (i)
			bytes_putc(out, ',');
		json_attempt(out, &f->attempts[i]);
	}
	bytes_putc(out, ']');
	encode_close(&object);
}

static void put_expectation(struct encode_object *object, const struct checked *c)
{
	struct bytes *out = encode_key(object, "not_as_expected");
	bool more = false;

	bytes_putc(out, '[');
	for (const char *at = c->expectation ? bytes_text(c->expectation) : ""; *at; at += strcspn(at, "\n") + 1) {
		struct bytes line = { 0 };

		bytes_add(&line, at, strcspn(at, "\n"));
		if (more)
			bytes_putc(out, ',');
		bytes_json(out, bytes_text(&line));
		out->failed |= line.failed;
		bytes_deinit(&line);
		more = true;
	}
	bytes_putc(out, ']');
}

static void json_begin(struct report *r)
{
	bytes_puts(r->out, "{\"checks\":[");
}

static void json_add(struct report *r, const struct checked *c)
{
	struct encode_object object;
	struct bytes *out;

	if (r->nr_boots > 1)
		bytes_putc(r->out, ',');
	object = encode_open(r->out);
	encode_text(&object, "board", c->board);
	encode_text(&object, "kernel", c->kernel);
	encode_text(&object, "cmdline", c->cmdline);
	encode_text(&object, "error", c->error);
	encode_num(&object, "known", (int64_t)c->quiet);
	put_expectation(&object, c);
	out = encode_key(&object, "findings");
	bytes_putc(out, '[');
	for (size_t i = 0; c->findings && i < c->findings->nr; i++) {
		if (i)
			bytes_putc(out, ',');
		json_finding(out, c, &c->findings->finding[i]);
	}
	bytes_putc(out, ']');
	encode_close(&object);
}

void report_one_json(const struct checked *checked, struct bytes *out)
{
	struct report report = { .out = out };

	json_add(&report, checked);
	bytes_putc(out, '\n');
}

static void json_end(struct report *r)
{
	bytes_puts(r->out, "]}\n");
}

/* ------------------------------------------------------------------- SARIF 2.1.0 */

static void put_message(const struct report *r, struct encode_object *object, const char *key, const char *english)
{
	struct encode_object message = encode_open(encode_key(object, key));

	sentences_encode(r->sentences, &message, "text", english);
	encode_close(&message);
}

static void sarif_begin(struct report *r)
{
	struct encode_object driver;

	bytes_puts(r->out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\","
			   "\"runs\":[{\"tool\":{\"driver\":");
	driver = encode_open(r->out);
	encode_text(&driver, "name", "mmscope");
	encode_text(&driver, "version", mm_version());
	bytes_puts(encode_key(&driver, "rules"), "[");
	for (size_t i = 0; rule_at(i); i++) {
		struct encode_object rule;
		struct bytes uri = { 0 };

		if (i)
			bytes_putc(r->out, ',');
		rule = encode_open(r->out);
		encode_text(&rule, "id", rule_at(i)->id);
		put_message(r, &rule, "shortDescription", rule_at(i)->title);
		put_message(r, &rule, "fullDescription", rule_at(i)->help);
		put_message(r, &rule, "help", rule_at(i)->help);
		bytes_printf(&uri, "%s/%s.md", RULES_URI, rule_at(i)->id);
		encode_text(&rule, "helpUri", bytes_text(&uri));
		r->out->failed |= uri.failed;
		bytes_deinit(&uri);
		encode_close(&rule);
	}
	bytes_putc(r->out, ']');
	encode_close(&driver);
	bytes_puts(r->out, "},\"results\":[");
}

/* A path as a relative URI: what has a meaning of its own there is escaped, a colon as well, which would end a scheme. */
static void put_uri(struct bytes *out, const char *path)
{
	for (; *path; path++) {
		if (isalnum((unsigned char)*path) || strchr("/-._~,+=@", *path))
			bytes_putc(out, *path);
		else
			bytes_printf(out, "%%%02X", (unsigned char)*path);
	}
}

static void sarif_place(struct encode_object *result, const struct checked *c, size_t line)
{
	struct encode_object artifact;
	struct bytes uri = { 0 };

	bytes_puts(encode_key(result, "locations"), "[{\"physicalLocation\":{\"artifactLocation\":");
	artifact = encode_open(result->out);
	put_uri(&uri, c->file ? c->file : c->board);
	encode_text(&artifact, "uri", bytes_text(&uri));
	result->out->failed |= uri.failed;
	bytes_deinit(&uri);
	encode_close(&artifact);
	if (line)
		bytes_printf(result->out, ",\"region\":{\"startLine\":%zu}", line);
	bytes_puts(result->out, "}}]");
}

static void sarif_result(struct report *r, const struct checked *c, const char *rule, const char *level,
			 const char *text, size_t line)
{
	struct encode_object result;

	if (r->nr_items++)
		bytes_putc(r->out, ',');
	result = encode_open(r->out);
	encode_text(&result, "ruleId", rule);
	encode_text(&result, "level", level);
	/* It is in the reader's language by now. */
	put_message(&(struct report){ .out = r->out }, &result, "message", text);
	sarif_place(&result, c, line);
	encode_close(&result);
}

/* "kernel's words - cause (subject, with 6.12)" */
static void put_sentence(const struct report *r, struct bytes *out, const struct checked *c, const struct finding *f)
{
	if (*f->words)
		bytes_printf(out, "%s - ", f->words);
	bytes_puts(out, f->cause);
	if (*f->subject)
		sentences_printf(r->sentences, out, " (%s, with %s)", f->subject, c->kernel);
	else
		sentences_printf(r->sentences, out, " (with %s)", c->kernel);
	if (f->nr_fixes)
		sentences_printf(r->sentences, out, " Fix: %s.", f->fixes[0].what);
}

static void sarif_expectation(struct report *r, const struct checked *c, const char *text)
{
	sarif_result(r, c, "expectation", "error", text, 0);
}

static void sarif_add(struct report *r, const struct checked *c)
{
	if (c->error)
		sarif_result(r, c, "input", "error", c->error, 0);
	for (size_t i = 0; c->findings && i < c->findings->nr; i++) {
		const struct finding *f = &c->findings->finding[i];
		struct bytes text = { 0 };

		put_sentence(r, &text, c, f);
		sarif_result(r, c, f->rule->id, severity_name(f->severity), bytes_text(&text), line_of(c, f));
		r->out->failed |= text.failed;
		bytes_deinit(&text);
	}
	each_expectation(r, c, sarif_expectation);
}

static void sarif_end(struct report *r)
{
	bytes_puts(r->out, "]}]}\n");
}

/* ------------------------------------------------------------------------- JUnit */

static void junit_begin(struct report *r)
{
	bytes_puts(r->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"mmscope check\">\n");
}

static void junit_failure(struct report *r, const char *type, const char *text)
{
	bytes_printf(r->out, "    <failure type=\"%s\" message=\"", type);
	bytes_xml(r->out, text);
	bytes_puts(r->out, "\"/>\n");
}

static void junit_expectation(struct report *r, const struct checked *c, const char *text)
{
	(void)c;
	junit_failure(r, "expectation", text);
}

static void junit_add(struct report *r, const struct checked *c)
{
	bytes_puts(r->out, "  <testcase classname=\"");
	bytes_xml(r->out, c->kernel ? c->kernel : "");
	bytes_puts(r->out, "\" name=\"");
	bytes_xml(r->out, c->board);
	if (c->cmdline) {
		bytes_putc(r->out, ' ');
		bytes_xml(r->out, c->cmdline);
	}
	bytes_puts(r->out, "\">\n");
	if (c->error)
		junit_failure(r, "input", c->error);
	for (size_t i = 0; c->findings && i < c->findings->nr; i++) {
		const struct finding *f = &c->findings->finding[i];
		struct bytes text = { 0 };

		if (f->severity < SEVERITY_WARNING)
			continue;
		put_sentence(r, &text, c, f);
		junit_failure(r, f->rule->id, bytes_text(&text));
		r->out->failed |= text.failed;
		bytes_deinit(&text);
	}
	each_expectation(r, c, junit_expectation);
	bytes_puts(r->out, "  </testcase>\n");
}

static void junit_end(struct report *r)
{
	bytes_puts(r->out, "</testsuite>\n</testsuites>\n");
}

/* ------------------------------------------------- GitHub's annotations of a workflow */

static void github_line(struct report *r, const struct checked *c, const char *level, const char *title,
			const char *text, size_t line)
{
	bytes_printf(r->out, "::%s title=%s", level, title);
	if (c->file) {
		bytes_puts(r->out, ",file=");
		bytes_workflow(r->out, c->file, true);
	}
	if (line)
		bytes_printf(r->out, ",line=%zu", line);
	bytes_puts(r->out, "::");
	bytes_workflow(r->out, text, false);
	bytes_putc(r->out, '\n');
}

static void github_expectation(struct report *r, const struct checked *c, const char *text)
{
	github_line(r, c, "error", "expectation", text, 0);
}

static void github_add(struct report *r, const struct checked *c)
{
	static const char *const levels[] = { "notice", "warning", "error" };

	if (c->error)
		github_line(r, c, "error", "input", c->error, 0);
	for (size_t i = 0; c->findings && i < c->findings->nr; i++) {
		const struct finding *f = &c->findings->finding[i];
		struct bytes text = { 0 };

		put_sentence(r, &text, c, f);
		github_line(r, c, levels[f->severity], f->rule->id, bytes_text(&text), line_of(c, f));
		r->out->failed |= text.failed;
		bytes_deinit(&text);
	}
	each_expectation(r, c, github_expectation);
}

/* ----------------------------------------------------------------------- formats */

static const struct report_format formats[] = {
	{ "text", nothing, text_add, nothing },
	{ "json", json_begin, json_add, json_end },
	{ "sarif", sarif_begin, sarif_add, sarif_end },
	{ "junit", junit_begin, junit_add, junit_end },
	{ "github", nothing, github_add, nothing },
};

const char *report_formats(void)
{
	return "text, json, sarif, junit, github";
}

bool report_begin(struct report *report, const char *format, const struct sentences *sentences, struct bytes *out)
{
	*report = (struct report){ .sentences = sentences, .out = out };
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i].name, format))
			report->format = &formats[i];
	if (!report->format)
		return false;
	report->format->begin(report);
	return true;
}

void report_add(struct report *report, const struct checked *checked)
{
	report->nr_boots++;
	report->format->add(report, checked);
}

void report_end(struct report *report)
{
	report->format->end(report);
}
