// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/corpus.h"

#include "daemon/base/plain.h"

#include <stdlib.h>
#include <string.h>

/* Finding of a boot, as far as it matters for what boots have in common. */
struct key {
	const struct rule *rule;
	enum severity severity;
	char *subject;
};

struct corpus_boot {
	char *board, *kernel, *cmdline;
	struct key *keys;
	size_t nr_keys;
	uint64_t memtotal;
	bool refused;
};

/* ------------------------------------------------------------------------- keeping */

static char *copy(struct corpus *corpus, const char *text)
{
	char *copied = strdup(text ? text : "");

	corpus->failed |= !copied;
	return copied;
}

static struct corpus_boot *append(struct corpus *corpus)
{
	if (corpus->nr == corpus->cap) {
		size_t cap = corpus->cap ? 2 * corpus->cap : 64;
		struct corpus_boot *boot = realloc(corpus->boot, cap * sizeof(*boot));

		if (!boot) {
			corpus->failed = true;
			return NULL;
		}
		corpus->boot = boot;
		corpus->cap = cap;
	}
	corpus->boot[corpus->nr] = (struct corpus_boot){ 0 };
	return &corpus->boot[corpus->nr++];
}

void corpus_add(struct corpus *corpus, const struct checked *checked, uint64_t memtotal)
{
	const struct findings *findings = checked->findings;
	struct corpus_boot *boot = append(corpus);

	if (!boot)
		return;
	boot->board = copy(corpus, checked->board);
	boot->kernel = copy(corpus, checked->kernel ? checked->kernel : "");
	boot->cmdline = copy(corpus, checked->cmdline);
	boot->memtotal = memtotal;
	boot->refused = checked->error != NULL;
	boot->keys = findings && findings->nr ? calloc(findings->nr, sizeof(*boot->keys)) : NULL;
	corpus->failed |= findings && findings->nr && !boot->keys;
	for (size_t i = 0; boot->keys && i < findings->nr; i++)
		boot->keys[boot->nr_keys++] = (struct key){ findings->finding[i].rule, findings->finding[i].severity,
							    copy(corpus, findings->finding[i].subject) };
}

void corpus_deinit(struct corpus *corpus)
{
	for (size_t i = 0; i < corpus->nr; i++) {
		struct corpus_boot *boot = &corpus->boot[i];

		for (size_t k = 0; k < boot->nr_keys; k++)
			free(boot->keys[k].subject);
		free(boot->keys);
		free(boot->board);
		free(boot->kernel);
		free(boot->cmdline);
	}
	free(corpus->boot);
	*corpus = (struct corpus){ 0 };
}

/* ------------------------------------------------------------------------- a line */

static void put_subject(struct bytes *out, const char *subject)
{
	plain_line(out, subject, strlen(subject));
}

void corpus_line(const struct checked *c, const struct sentences *sentences, struct bytes *out)
{
	bool any = false;

	put_subject(out, c->board);
	if (c->kernel)
		sentences_printf(sentences, out, " with %s", c->kernel);
	if (c->cmdline) {
		struct bytes line = { 0 };

		put_subject(&line, c->cmdline);
		sentences_printf(sentences, out, " and '%s'", bytes_text(&line));
		out->failed |= line.failed;
		bytes_deinit(&line);
	}
	sentences_put(sentences, ": ", out);
	if (c->error)
		put_subject(out, c->error);
	for (size_t i = 0; c->findings && i < c->findings->nr; i++) {
		const struct finding *f = &c->findings->finding[i];

		bytes_printf(out, "%s%s[%s]%s", any ? ", " : "", severity_name(f->severity), f->rule->id, *f->subject ? " " : "");
		put_subject(out, f->subject);
		any = true;
	}
	if (!c->error && !any)
		sentences_put(sentences, "no findings", out);
	if (c->quiet)
		sentences_printf(sentences, out, ", %zu known", c->quiet);
	bytes_putc(out, '\n');
	if (c->expectation && c->expectation->len)
		for (const char *at = c->expectation->data; *at; at += strcspn(at, "\n") + 1)
			sentences_printf(sentences, out, "  not as expected: %.*s\n", (int)strcspn(at, "\n"), at);
}

/* --------------------------------------------------------------------- the summary */

static enum severity worst(const struct corpus_boot *boot)
{
	enum severity severity = SEVERITY_NOTE;

	for (size_t i = 0; i < boot->nr_keys; i++)
		if (boot->keys[i].severity > severity)
			severity = boot->keys[i].severity;
	return severity;
}

static void put_boots(const struct corpus *corpus, const struct sentences *sentences, struct bytes *out)
{
	size_t refused = 0, clean = 0, by[SEVERITY_ERROR + 1] = { 0 };

	for (size_t i = 0; i < corpus->nr; i++) {
		const struct corpus_boot *boot = &corpus->boot[i];

		if (boot->refused)
			refused++;
		else if (!boot->nr_keys)
			clean++;
		else
			by[worst(boot)]++;
	}
	sentences_printf(sentences, out, "\n%zu boots: %zu with errors, %zu with warnings, %zu with notes, %zu without findings, %zu not booted\n",
		     corpus->nr, by[SEVERITY_ERROR], by[SEVERITY_WARNING], by[SEVERITY_NOTE], clean, refused);
}

static void put_rules(const struct corpus *corpus, const struct sentences *sentences, struct bytes *out)
{
	for (size_t r = 0; rule_at(r); r++) {
		size_t findings = 0, boots = 0;

		for (size_t i = 0; i < corpus->nr; i++) {
			size_t before = findings;

			for (size_t k = 0; k < corpus->boot[i].nr_keys; k++)
				findings += corpus->boot[i].keys[k].rule == rule_at(r);
			boots += findings > before;
		}
		if (findings)
			sentences_printf(sentences, out, "%6zu %s in %zu boot%s\n", findings, rule_at(r)->id, boots, boots == 1 ? "" : "s");
	}
}

static bool has(const struct corpus_boot *boot, const struct key *key)
{
	for (size_t i = 0; i < boot->nr_keys; i++)
		if (boot->keys[i].rule == key->rule && !strcmp(boot->keys[i].subject, key->subject))
			return true;
	return false;
}

static void put_only(const struct corpus_boot *boot, const struct corpus_boot *other, char sign, struct bytes *out)
{
	for (size_t i = 0; i < boot->nr_keys; i++) {
		if (has(other, &boot->keys[i]))
			continue;
		bytes_printf(out, " %c%s%s", sign, boot->keys[i].rule->id, *boot->keys[i].subject ? "@" : "");
		put_subject(out, boot->keys[i].subject);
	}
}

static bool is_pair(const struct corpus_boot *a, const struct corpus_boot *b)
{
	return !strcmp(a->board, b->board) && !strcmp(a->cmdline, b->cmdline) && strcmp(a->kernel, b->kernel) != 0 &&
	       !a->refused && !b->refused;
}

/* The next boot of the same board and command line with another kernel. */
static const struct corpus_boot *next_kernel(const struct corpus *corpus, size_t i)
{
	for (size_t k = i + 1; k < corpus->nr && !strcmp(corpus->boot[k].board, corpus->boot[i].board); k++)
		if (is_pair(&corpus->boot[i], &corpus->boot[k]))
			return &corpus->boot[k];
	return NULL;
}

/* What the newer kernels of the list leave to all boards, from most lost to most won. */
struct spread {
	int64_t least, most;
	size_t nr;
};

static void put_changes(const struct corpus *corpus, const struct sentences *sentences, struct bytes *out)
{
	struct spread spread = { .least = INT64_MAX, .most = INT64_MIN };
	struct bytes lines = { 0 };

	for (size_t i = 0; i < corpus->nr; i++) {
		const struct corpus_boot *a = &corpus->boot[i], *b = next_kernel(corpus, i);
		struct bytes line = { 0 };
		int64_t change;

		if (!b)
			continue;
		spread.nr++;
		change = (int64_t)(b->memtotal - a->memtotal);
		if (a->memtotal && b->memtotal) {
			spread.least = change < spread.least ? change : spread.least;
			spread.most = change > spread.most ? change : spread.most;
		}
		put_only(a, b, '-', &line);
		put_only(b, a, '+', &line);
		if (line.len)
			bytes_printf(&lines, "%s %s -> %s:%s\n", a->board, a->kernel, b->kernel, line.data);
		lines.failed |= line.failed;
		bytes_deinit(&line);
	}
	if (spread.nr)
		sentences_printf(sentences, out, "\nwith the next kernel MemTotal changes by %+lld KiB to %+lld KiB; findings that go (-) and come (+):\n",
				 spread.least == INT64_MAX ? 0 : (long long)(spread.least / 1024),
				 spread.most == INT64_MIN ? 0 : (long long)(spread.most / 1024));
	if (spread.nr && lines.len)
		bytes_add(out, lines.data, lines.len);
	else if (spread.nr)
		sentences_put(sentences, "none\n", out);
	out->failed |= lines.failed;
	bytes_deinit(&lines);
}

void corpus_summary(const struct corpus *corpus, const struct sentences *sentences, struct bytes *out)
{
	put_boots(corpus, sentences, out);
	put_rules(corpus, sentences, out);
	put_changes(corpus, sentences, out);
	sentences_put(sentences, "\n'--details' tells why, '--details --fix' also looks for what helps\n", out);
	out->failed |= corpus->failed;
}
