// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/texts/sums.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Slots in a row that a name may have: without room in them it is a first once more, which costs time alone. */
#define PROBES	8

static bool see(struct sum *sum, const char *name)
{
	uintptr_t at = (uintptr_t)name ^ (uintptr_t)name >> 8;

	for (unsigned i = 0; i < PROBES; i++) {
		const char **slot = &sum->seen[(at + i) % SUMS_MAX_SEEN];

		if (*slot == name)
			return true;
		if (*slot)
			continue;
		*slot = name;
		break;
	}
	return false;
}

static bool add_first(struct sum *sum, const char *name, struct first first)
{
	if (see(sum, name))
		return true;
	if (sum->nr_first == sum->cap_first) {
		size_t cap = sum->cap_first ? 2 * sum->cap_first : 16;
		struct first *more = realloc(sum->first, cap * sizeof(*more));

		if (!more)
			return false;
		sum->first = more;
		sum->cap_first = cap;
	}
	sum->first[sum->nr_first++] = first;
	return true;
}

static bool add_facts(struct sum *sum, const struct mm_fact *facts, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!add_first(sum, facts[i].name, (struct first){ .fact = &facts[i] }))
			return false;
	return true;
}

static bool add_said(struct sum *sum, const struct mm_event *event)
{
	if (event->kind == MM_STEP || event->kind == MM_LEAVE)
		return true;
	return add_first(sum, event->owner, (struct first){ .owner = event->owner }) &&
	       add_facts(sum, event->args, event->nr_args) && add_facts(sum, event->why, event->nr_why);
}

static void add_changed(struct sums *sums, const struct mm *mm, const struct mm_event *event)
{
	struct changes changes = { 0 };
	struct gains gains = { 0 };

	if (!event->nr_splices)
		return;
	changes_of_event(&changes, event);
	gains_of_event(&gains, event);
	for (int i = event->step; i >= 0; i = mm_step(mm, (size_t)i)->parent) {
		changes_add(&sums->of[i].changes, &changes);
		gains_add(&sums->of[i].gains, &gains);
	}
}

static bool have_steps(struct sums *sums, size_t nr)
{
	struct sum *of;

	if (nr <= sums->nr_steps)
		return true;
	of = realloc(sums->of, nr * sizeof(*of));
	if (!of)
		return false;
	memset(of + sums->nr_steps, 0, (nr - sums->nr_steps) * sizeof(*of));
	sums->of = of;
	sums->nr_steps = nr;
	return true;
}

bool sums_bring_up(struct sums *sums, const struct mm *mm)
{
	if (!have_steps(sums, mm_nr_steps(mm)))
		return false;
	for (; sums->nr_events < mm_nr_events(mm); sums->nr_events++) {
		const struct mm_event *event = mm_event(mm, sums->nr_events);

		if (!add_said(&sums->of[event->step], event))
			return false;
		add_changed(sums, mm, event);
	}
	return true;
}

void sums_cut(struct sums *sums, size_t nr)
{
	if (sums->nr_events > nr)
		sums->nr_events = nr;
}

void sums_deinit(struct sums *sums)
{
	for (size_t i = 0; i < sums->nr_steps; i++)
		free(sums->of[i].first);
	free(sums->of);
	*sums = (struct sums){ 0 };
}
