// SPDX-License-Identifier: GPL-2.0-or-later
/* compare.c - which rows of the history hold for one kernel and not for another. */
#include "../boot.h"
#include "../mm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct comparison {
	const struct mm_kernel *kernel, *against;	/* @against NULL: the beginning of the history */
	mm_change_sink *sink;
	void *ctx;
};

static bool holds(const struct comparison *c, const struct when *when, bool now)
{
	return when_holds(when, now ? c->kernel : c->against, c->kernel);
}

static void name_release(char release[16], release_t at)
{
	if (at)
		snprintf(release, 16, "%u.%u", RELEASE_VERSION(at), RELEASE_PATCHLEVEL(at));
}

/* What of a row made the difference: that it began, or that it ended. */
static struct mm_change change_of(const char *kind, const char *subject, const struct when *when, bool began)
{
	const char *stable = began ? when->since_stable : when->until_stable;
	struct mm_change change = {
		.kind = kind, .subject = subject, .what = began && when->what ? when->what : "", .stable = stable ? stable : "",
	};

	name_release(change.release, began ? when->since : when->until);
	return change;
}

/* A row holds for one side only; is the other one older than its beginning? */
static bool other_is_older(const struct comparison *c, const struct when *when, bool holds_now)
{
	const struct mm_kernel *other = holds_now ? c->against : c->kernel;

	return (other ? other->release : HISTORY_BEGINS) < when->since;
}

static int tell(const struct comparison *c, const struct mm_change *change)
{
	return c->sink(c->ctx, change);
}

/* ------------------------------------------------------------- fields and rows */

/* The row that a field has its value from, or NULL; rows of a field stand together. */
static const struct change *effective(const struct comparison *c, const struct change *first, const struct change *end, bool now)
{
	const struct change *found = NULL;

	for (const struct change *row = first; row < end; row++)
		if (holds(c, &row->when, now))
			found = row;
	return found;
}

/* Both values are of one field, whose older rows may lie on either side: name the newer one's release. */
static int compare_field(const struct comparison *c, const char *kind, const struct change *first, const struct change *end)
{
	const struct change *was = effective(c, first, end, false), *is = effective(c, first, end, true);
	const struct change *newer = !is || (was && was->when.since > is->when.since) ? was : is;
	struct mm_change change;

	if (was == is)
		return 0;
	change = change_of(kind, first->field, &newer->when, true);
	change.was = was ? was->value : first->size == sizeof(bool) ? "false" : NULL;
	change.is = is ? is->value : first->size == sizeof(bool) ? "false" : NULL;
	return tell(c, &change);
}

static int compare_fields(const struct comparison *c, const char *kind, const struct change *changes, size_t nr)
{
	const struct change *end = changes + nr;
	int err = 0;

	for (const struct change *row = changes, *next; row < end && !err; row = next) {
		for (next = row; next < end && next->offset == row->offset; next++)
			;
		err = compare_field(c, kind, row, next);
	}
	return err;
}

static int compare_rows(const struct comparison *c, const struct history *history)
{
	const struct when *when;
	const char *subject;
	int err = 0;

	for (size_t i = 0; !err && history->row(i, &subject, &when); i++) {
		bool was = holds(c, when, false), is = holds(c, when, true);
		struct mm_change change;

		if (was == is)
			continue;
		change = change_of(history->kind, subject, when, other_is_older(c, when, is));
		change.was = was ? subject : NULL;
		change.is = is ? subject : NULL;
		err = tell(c, &change);
	}
	return err;
}

/* ------------------------------------------------------------------------ steps */

#define MAX_DEPTH	32

/* For each row of the list: who calls it in @kernel, or NULL where it does not apply. */
static void find_callers(const struct comparison *c, const struct mm_kernel *kernel, const char **callers)
{
	const char *open[MAX_DEPTH + 1] = { "firmware" };
	const struct boot_step *row;
	struct boot_walk walk = { 0 };

	while ((row = boot_next_that(&walk, kernel, c->kernel))) {
		callers[row - boot_steps] = open[walk.depth];
		open[walk.depth + 1] = row->name;
	}
}

/* Who called @row in the first release that has it, on a build like the one that is compared. */
static const char *first_caller(const struct comparison *c, const struct boot_step *row)
{
	const char *open[MAX_DEPTH + 1] = { "firmware" };
	struct mm_kernel then = *c->kernel;
	const struct boot_step *at;
	struct boot_walk walk = { 0 };

	then.release = row->when.since ? row->when.since : HISTORY_BEGINS;
	while ((at = boot_next_that(&walk, &then, c->kernel))) {
		if (at == row)
			return open[walk.depth];
		open[walk.depth + 1] = at->name;
	}
	return NULL;
}

/*
 * A function that moves to another caller, or is written anew, ends one row and begins another.  It came with the first of
 * the rows that follow each other without a gap, and went with the last.
 */
static const struct boot_step *edge_of(const struct comparison *c, const struct boot_step *row, bool began)
{
	const struct boot_step *edge = row;

	for (const struct boot_step *at = boot_steps; at < boot_steps + nr_boot_steps; at++) {
		release_t since = at->when.since, until = at->when.until ? at->when.until : HISTORY_ENDS;

		if (strcmp(at->name, row->name) || at->when.again || !when_is_built_so(&at->when, c->kernel))
			continue;
		if (began ? since < edge->when.since && until >= edge->when.since
			  : edge->when.until && since <= edge->when.until && until > edge->when.until) {
			edge = at;
			at = boot_steps - 1;	/* another may lie beyond it, anywhere in the list */
		}
	}
	return began || edge->when.until ? edge : row;
}

/* The row of the same function on the other side, which took its place. */
static size_t other_row(const char **callers, const char *name, const char **own)
{
	for (size_t i = 0; i < nr_boot_steps; i++)
		if (callers[i] && !own[i] && !strcmp(boot_steps[i].name, name))
			return i;
	return SIZE_MAX;
}

/* Is the function called by the same one on both sides besides, so that this row is only one time more? */
static bool is_called_anyway(size_t i, const char **was, const char **is)
{
	for (size_t j = 0; j < nr_boot_steps; j++)
		if (was[j] && is[j] && !strcmp(boot_steps[j].name, boot_steps[i].name) && !strcmp(is[j], was[i] ? was[i] : is[i]))
			return true;
	return false;
}

/* Only one side calls it: when that began or ended, and, if it has moved since, when it came to where it is now. */
static int tell_edge(const struct comparison *c, size_t i, const char **was, const char **is)
{
	const struct boot_step *row = &boot_steps[i];
	bool began = other_is_older(c, &row->when, is[i]);
	const struct boot_step *edge = edge_of(c, row, began);
	struct mm_change change = change_of("step", row->name, &edge->when, began);
	const char *caller = edge == row ? NULL : first_caller(c, edge);
	int err;

	change.runs = row->run != NULL;
	change.was = was[i] && caller ? caller : was[i];
	change.is = is[i] && caller ? caller : is[i];
	err = tell(c, &change);
	if (err || !is[i] || !began || !caller || !strcmp(caller, is[i]))
		return err;
	change = change_of("step", row->name, &row->when, true);
	change.runs = row->run != NULL;
	change.was = caller;
	change.is = is[i];
	return tell(c, &change);
}

static int compare_step(const struct comparison *c, size_t i, const char **was, const char **is)
{
	const struct boot_step *row = &boot_steps[i];
	size_t before = is[i] && !was[i] ? other_row(was, row->name, is) : SIZE_MAX;
	struct mm_change change = change_of("step", row->name, &row->when, other_is_older(c, &row->when, is[i]));

	if (before == SIZE_MAX)
		return is_called_anyway(i, was, is) ? 0 : tell_edge(c, i, was, is);
	change.was = was[before];
	change.is = is[i];
	change.runs = row->run != NULL;
	/* A going back: the newer row is the one that ended. */
	if (boot_steps[before].when.since > row->when.since) {
		struct mm_change back = change_of("step", row->name, &boot_steps[before].when, true);

		change.what = back.what;
		change.stable = back.stable;
		memcpy(change.release, back.release, sizeof(change.release));
	}
	return tell(c, &change);
}

static int compare_steps(const struct comparison *c)
{
	const char **was = calloc(2 * nr_boot_steps, sizeof(*was)), **is = was + nr_boot_steps;
	int err = 0;

	if (!was)
		return -ENOMEM;
	find_callers(c, c->against, was);
	find_callers(c, c->kernel, is);
	for (size_t i = 0; i < nr_boot_steps && !err; i++)
		/* What only went to another row is told there. */
		if (!was[i] != !is[i] && (is[i] || other_row(is, boot_steps[i].name, was) == SIZE_MAX))
			err = compare_step(c, i, was, is);
	free(was);
	return err;
}

int mm_kernel_changes(const struct mm_kernel *kernel, const struct mm_kernel *against, mm_change_sink *sink, void *ctx)
{
	const struct comparison c = { kernel, against, sink, ctx };
	int err = compare_steps(&c);

	if (!err)
		err = compare_fields(&c, "rule", rules_history, nr_rules_history);
	if (!err)
		err = compare_fields(&c, kernel->arch->rules->kind, kernel->arch->rules->changes, kernel->arch->rules->nr);
	if (!err)
		err = compare_rows(&c, &init_mm_history);
	if (!err)
		err = compare_fields(&c, process_history.kind, process_history.changes, process_history.nr);
	return err;
}

#define TEXT_OF(version, patchlevel)	#version "." #patchlevel
#define RELEASE_TEXT(...)	TEXT_OF(__VA_ARGS__)

const char *mm_history_begins(void)
{
	return RELEASE_TEXT(HISTORY_FIRST);
}

const char *mm_history_ends(void)
{
	return RELEASE_TEXT(HISTORY_LAST);
}
