// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/instant.h"

#include "daemon/base/fail.h"
#include "daemon/base/number.h"
#include "daemon/base/words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_NAME	128

/* "STEP#2:enter" in its parts. */
struct spelled {
	char name[MAX_NAME];
	uint64_t nth;
	bool enter;
};

bool stage_next(const struct mm *mm, size_t first, struct stage_run *ret)
{
	size_t nr = mm_nr_steps(mm), end = first;

	if (first >= nr)
		return false;
	*ret = (struct stage_run){ .stage = mm_step(mm, first)->stage, .first = first };
	while (end < nr && !strcmp(mm_step(mm, end)->stage, ret->stage))
		end++;
	ret->end = end;
	ret->first_seq = mm_step(mm, first)->first_seq;
	ret->last_seq = (end < nr ? mm_step(mm, end)->first_seq : (uint32_t)mm_nr_events(mm)) - 1;
	return true;
}

static bool spell(const char *at, struct spelled *ret)
{
	size_t len = strcspn(at, ":#");
	const char *rest = at + len;

	*ret = (struct spelled){ .nth = 1 };
	if (!len || len >= sizeof(ret->name))
		return false;
	memcpy(ret->name, at, len);
	if (*rest == '#')
		rest = number_scan(rest + 1, &ret->nth);
	ret->enter = rest && !strcmp(rest, ":enter");
	return rest && ret->nth && (ret->enter || !*rest);
}

static int no_step(const struct mm *mm, const struct spelled *want, size_t found, struct mm_error *error)
{
	const char *nearest = NULL;
	size_t best = SIZE_MAX;

	if (found)
		return fail(error, -ENOENT, "at", "'%s' is called %zu time%s in this boot, so there is no #%llu", want->name, found,
			    found == 1 ? "" : "s", (unsigned long long)want->nth);
	for (size_t i = 0; i < mm_nr_steps(mm); i++) {
		size_t apart = words_apart(mm_step(mm, i)->name, want->name);

		if (apart >= best)
			continue;
		best = apart;
		nearest = mm_step(mm, i)->name;
	}
	return nearest ? fail(error, -ENOENT, "at", "no step of this boot is called '%s'; did you mean '%s'?", want->name, nearest) :
			 fail(error, -ENOENT, "at", "no step of this boot is called '%s'; the manifest lists them", want->name);
}

static int at_step(const struct mm *mm, const char *at, size_t *seq, struct mm_error *error)
{
	struct spelled want;
	size_t found = 0;

	if (!spell(at, &want))
		return fail(error, -ENOENT, "at", "'%s' is not a moment; write an event's number, STEP, STEP#2, STEP:enter, "
			    "stage:NAME or end", at);
	for (size_t i = 0; i < mm_nr_steps(mm); i++) {
		const struct mm_step *step = mm_step(mm, i);

		if (strcmp(step->name, want.name) || ++found < want.nth)
			continue;
		*seq = want.enter ? step->first_seq : step->last_seq;
		return 0;
	}
	return no_step(mm, &want, found, error);
}

/* @name without "stage:", perhaps with ":enter". */
static int at_stage(const struct mm *mm, const char *name, size_t *seq, struct mm_error *error)
{
	size_t len = strcspn(name, ":");
	struct stage_run stage;

	for (size_t i = 0; !name[len] || !strcmp(name + len, ":enter"); i = stage.end) {
		if (!stage_next(mm, i, &stage))
			break;
		if (strlen(stage.stage) != len || strncmp(stage.stage, name, len))
			continue;
		*seq = name[len] ? stage.first_seq : stage.last_seq;
		return 0;
	}
	return fail(error, -ENOENT, "at", "this boot has no stage '%s'; its steps say which there are: -1, 0, 1, 2, 3a, 3b, 3c", name);
}

static bool is_stage(const struct mm *mm, const char *at)
{
	struct stage_run stage;
	size_t len = strcspn(at, ":");

	for (size_t i = 0; stage_next(mm, i, &stage); i = stage.end)
		if (strlen(stage.stage) == len && !strncmp(stage.stage, at, len))
			return true;
	return false;
}

int instant_find(const struct mm *mm, const char *at, size_t *seq, struct mm_error *error)
{
	uint64_t number;

	if (!at || !*at || !strcmp(at, "end")) {
		*seq = mm_nr_events(mm) - 1;
		return 0;
	}
	if (!strncmp(at, "stage:", 6))
		return at_stage(mm, at + 6, seq, error);
	if (strspn(at, "0123456789") == strlen(at)) {
		if (!number_parse(at, &number) || number >= mm_nr_events(mm))
			return fail(error, -ENOENT, "at", "there is no event %s; the last is %zu", at, mm_nr_events(mm) - 1);
		*seq = (size_t)number;
		return 0;
	}
	return *at != '-' && is_stage(mm, at) ? at_stage(mm, at, seq, error) : at_step(mm, at, seq, error);
}
