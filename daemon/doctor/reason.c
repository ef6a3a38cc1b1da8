// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/reason.h"

#include "daemon/texts/changes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OWNER_NAME	64

struct search {
	const struct run *run[2];
	const struct metrics *metrics;	/* of both runs */
	struct reasons *out;
	size_t events;			/* of all trials so far */
	size_t trials;
};

static void reason_deinit(struct reason *reason)
{
	for (size_t i = 0; i < reason->nr; i++)
		free(reason->effects[i].name);
	free(reason->effects);
	free(reason->sizes[0]);
	free(reason->sizes[1]);
}

void reasons_deinit(struct reasons *reasons)
{
	for (size_t i = 0; i < reasons->nr; i++)
		reason_deinit(&reasons->reason[i]);
	free(reasons->reason);
	*reasons = (struct reasons){ 0 };
}

const struct effect *reason_effect(const struct reason *reason, const char *name)
{
	for (size_t i = 0; i < reason->nr; i++)
		if (!strcmp(reason->effects[i].name, name))
			return &reason->effects[i];
	return NULL;
}

/* ---------------------------------------------------------------------- effects */

static uint64_t value_of(const struct metrics *metrics, const char *name)
{
	const struct metric *metric = metrics_find(metrics, name);

	return metric ? metric->value : 0;
}

/* What both boots have alike needs no reason. */
static bool differs(const struct search *s, const char *name)
{
	return value_of(&s->metrics[0], name) != value_of(&s->metrics[1], name);
}

static bool add_effect(struct reason *reason, const char *name, uint64_t without, uint64_t with)
{
	struct effect *more;

	if (with == without)
		return true;
	more = realloc(reason->effects, (reason->nr + 1) * sizeof(*more));
	if (!more)
		return false;
	reason->effects = more;
	more[reason->nr] = (struct effect){ .name = strdup(name), .with = with, .without = without };
	if (!more[reason->nr].name)
		return false;
	reason->nr++;
	return true;
}

static uint64_t weight(const struct effect *effect)
{
	int64_t by = (int64_t)(effect->with - effect->without);

	return by < 0 ? (uint64_t)-by : (uint64_t)by;
}

static int by_weight(const void *a, const void *b)
{
	const struct effect *x = a, *y = b;

	if (weight(x) != weight(y))
		return weight(x) < weight(y) ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* A row without an effect is none. */
static bool keep(struct reasons *reasons, struct reason *reason)
{
	if (!reason->nr)
		return true;
	if (reasons->nr == reasons->cap) {
		size_t cap = reasons->cap ? 2 * reasons->cap : 16;
		struct reason *more = realloc(reasons->reason, cap * sizeof(*more));

		if (!more)
			return false;
		reasons->reason = more;
		reasons->cap = cap;
	}
	qsort(reason->effects, reason->nr, sizeof(*reason->effects), by_weight);
	reasons->reason[reasons->nr++] = *reason;
	return true;
}

/* ------------------------------------------------------------------------ rules */

/* Both lists are sorted by name.  The number of events says nothing about memory. */
static bool compare_metrics(const struct search *s, struct reason *reason, const struct metrics *without)
{
	const struct metrics *with = &s->metrics[1];
	size_t i = 0, k = 0;
	bool ok = true;

	while (ok && (i < without->nr || k < with->nr)) {
		int order = i == without->nr ? 1 : k == with->nr ? -1 : strcmp(without->metric[i].name, with->metric[k].name);
		const char *name = order <= 0 ? without->metric[i].name : with->metric[k].name;

		if (strcmp(name, "events") && differs(s, name))
			ok = add_effect(reason, name, order <= 0 ? without->metric[i].value : 0,
					order >= 0 ? with->metric[k].value : 0);
		i += order <= 0;
		k += order >= 0;
	}
	return ok;
}

/* Boots @kernel, which is the later one but for a rule; a boot that is refused says nothing. */
static bool try_kernel(struct search *s, struct mm_kernel *kernel, struct reason *reason)
{
	struct metrics metrics = { 0 };
	struct mm_error error;
	struct run run;
	int err = run_boot_kernel(s->run[1]->request, kernel, &run, &error);
	bool ok = err != -ENOMEM;

	if (err)
		return ok;
	s->events += mm_nr_events(run.mm);
	ok = !metrics_of(run.mm, &metrics) && compare_metrics(s, reason, &metrics);
	metrics_deinit(&metrics);
	run_deinit(&run);
	return ok;
}

static bool try_rule(struct search *s, const struct mm_change *change)
{
	struct reason reason = { .change = *change, .tried = true };
	struct mm_kernel *kernel;
	int err;
	bool ok;

	if (s->trials++ >= REASON_MAX_TRIALS || s->events >= REASON_MAX_EVENTS) {
		s->out->untried++;
		return true;
	}
	err = mm_kernel_without(s->run[1]->kernel, s->run[0]->kernel, change->subject, &kernel);
	if (err)
		return err != -ENOMEM;
	ok = try_kernel(s, kernel, &reason) && keep(s->out, &reason);
	mm_kernel_free(kernel);
	if (!ok || !reason.nr)
		reason_deinit(&reason);
	return ok;
}

/* ------------------------------------------------------------------------ calls */

/* What the events of the steps of that name, not of those below them, take or give back. */
static void gains_of_step(const struct run *run, const char *name, struct gains *ret)
{
	for (size_t i = 0; i < mm_nr_events(run->mm); i++) {
		const struct mm_event *event = mm_event(run->mm, i);

		if (!strcmp(mm_step(run->mm, event->step)->name, name))
			gains_of_event(ret, event);
	}
}

static int64_t gain_of(const struct gains *gains, const char *owner)
{
	for (size_t i = 0; i < gains->nr; i++)
		if (!strcmp(gains->owner[i].name, owner))
			return gains->owner[i].bytes;
	return 0;
}

/* Have what nobody else has: the step that hands it on has not made it more or less. */
static bool is_remainder(const char *owner)
{
	return !strcmp(owner, "free") || !strcmp(owner, "buddy") || !strcmp(owner, "partial-page");
}

/* "memmap.size", as metrics.h calls an owner's bytes. */
static bool add_owner(const struct search *s, struct reason *reason, const char *owner, int64_t before, int64_t after)
{
	char name[MAX_OWNER_NAME];

	snprintf(name, sizeof(name), "%s.size", owner);
	return is_remainder(owner) || !differs(s, name) || reason_effect(reason, name) || add_effect(reason, name, (uint64_t)before, (uint64_t)after);
}

static bool look_at_step(struct search *s, const struct mm_change *change)
{
	struct reason reason = { .change = *change };
	struct gains gains[2] = { 0 };
	bool ok = true;

	if (!change->runs)
		return true;
	for (int side = 0; side < 2; side++)
		gains_of_step(s->run[side], change->subject, &gains[side]);
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < gains[side].nr && ok; i++)
			ok = add_owner(s, &reason, gains[side].owner[i].name, gain_of(&gains[0], gains[side].owner[i].name),
				       gain_of(&gains[1], gains[side].owner[i].name));
	ok = ok && keep(s->out, &reason);
	if (!ok || !reason.nr)
		reason_deinit(&reason);
	return ok;
}

/* ----------------------------------------------------------------------- builds */

/* How large the kernel's own image is, as it lies in memory. */
static bool size_of_image(const struct run *run, uint64_t *ret)
{
	struct mm_state *end;
	const union mm_value *row;

	*ret = 0;
	if (!mm_nr_events(run->mm))
		return true;
	if (mm_state_at(run->mm, mm_nr_events(run->mm) - 1, &end))
		return false;
	if (mm_state_nr_rows(end, MM_IMAGE)) {
		row = mm_state_row(end, MM_IMAGE, 0);	/* all of it; the rows after it are its parts */
		*ret = row[2].u - row[1].u;
	}
	mm_state_free(end);
	return true;
}

/* No row of the history says how large a build is: the image itself does. */
static bool look_at_images(struct search *s)
{
	struct reason reason = { .change = { .kind = "build", .subject = "image", .what = "", .stable = "" } };
	uint64_t size[2];
	bool ok = size_of_image(s->run[0], &size[0]) && size_of_image(s->run[1], &size[1]);

	if (!ok || size[0] == size[1] || !differs(s, "kernel-image.size"))
		return ok;
	for (int side = 0; side < 2 && ok; side++) {
		struct bytes text = { 0 };

		bytes_size(&text, size[side]);
		reason.sizes[side] = strdup(bytes_text(&text));
		ok = !text.failed && reason.sizes[side];
		bytes_deinit(&text);
	}
	reason.change.was = reason.sizes[0];
	reason.change.is = reason.sizes[1];
	ok = ok && add_effect(&reason, "kernel-image.size", size[0], size[1]) && keep(s->out, &reason);
	if (!ok)
		reason_deinit(&reason);
	return ok;
}

/* ------------------------------------------------------------------------ whole */

static int look_at(void *ctx, const struct mm_change *change)
{
	struct search *s = ctx;
	bool ok = true;

	if (!strcmp(change->kind, "rule"))
		ok = try_rule(s, change);
	else if (!strcmp(change->kind, "step"))
		ok = look_at_step(s, change);
	return ok ? 0 : -ENOMEM;
}

int reasons_of(const struct run *a, const struct run *b, const struct metrics metrics[2], struct reasons *ret)
{
	struct reasons reasons = { 0 };
	struct search search = { .run = { a, b }, .metrics = metrics, .out = &reasons };
	int err = mm_kernel_changes(b->kernel, a->kernel, look_at, &search);

	if (!err && !look_at_images(&search))
		err = -ENOMEM;
	if (err)
		reasons_deinit(&reasons);
	*ret = reasons;
	return err;
}
