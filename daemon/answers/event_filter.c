// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/event_filter.h"

#include "daemon/base/fail.h"
#include "daemon/base/number.h"
#include "daemon/base/words.h"

#include <errno.h>
#include <string.h>

static bool given(const char *text)
{
	return text && *text;
}

/* The words of a list with commas: the length of the first. */
static size_t word_len(const char *list)
{
	return strcspn(list, ",");
}

static const char *next_word(const char *list)
{
	list += word_len(list);
	return *list ? list + 1 : list;
}

static bool list_has(const char *list, const char *word)
{
	for (; *list; list = next_word(list))
		if (strlen(word) == word_len(list) && !strncmp(list, word, word_len(list)))
			return true;
	return false;
}

/* The @i-th word that a list may have, or NULL after the last. */
typedef const char *word_of(const struct mm *mm, size_t i);

static const char *kind_of(const struct mm *mm, size_t i)
{
	(void)mm;
	return i < MM_NR_KINDS ? mm_kind_name((enum mm_kind)i) : NULL;
}

static const char *owner_of(const struct mm *mm, size_t i)
{
	(void)mm;
	return mm_owner_name(i);
}

static const char *step_of(const struct mm *mm, size_t i)
{
	return i < mm_nr_steps(mm) ? mm_step(mm, i)->name : NULL;
}

/* What the first @len bytes of @list were meant to be; NULL: nothing is close. */
static const char *nearest_word(const struct mm *mm, word_of *word_at, const char *list, size_t len)
{
	char word[WORDS_MAX] = "";
	const char *name, *nearest = NULL;
	size_t best = SIZE_MAX;

	memcpy(word, list, len < sizeof(word) ? len : sizeof(word) - 1);
	for (size_t i = 0; (name = word_at(mm, i)); i++) {
		size_t apart = words_apart(name, word);

		if (apart >= best)
			continue;
		best = apart;
		nearest = name;
	}
	return nearest;
}

static bool is_word(const struct mm *mm, word_of *word_at, const char *list, size_t len)
{
	const char *name;

	for (size_t i = 0; (name = word_at(mm, i)); i++)
		if (strlen(name) == len && !strncmp(name, list, len))
			return true;
	return false;
}

/* @what: "no event is of kind", which the first word that is none follows. */
static int check_words(const struct mm *mm, const char *param, const char *list, word_of *word_at, const char *what,
		       struct mm_error *error)
{
	for (; given(list); list = next_word(list)) {
		size_t len = word_len(list);
		const char *nearest;

		if (is_word(mm, word_at, list, len))
			continue;
		nearest = nearest_word(mm, word_at, list, len);
		return fail(error, -EINVAL, param, "%s '%.*s'%s%s%s", what, (int)(len < WORDS_MAX ? len : WORDS_MAX), list,
			    nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
	}
	return 0;
}

static int check_range(struct event_filter *filter, struct mm_error *error)
{
	const char *rest = number_scan(filter->range, &filter->bytes.base);
	uint64_t end;

	if (!rest || *rest != '-' || !number_parse(rest + 1, &end) || end <= filter->bytes.base)
		return fail(error, -EINVAL, "range", "'%s' is not a range; write FIRST-END, as in 0x40000000-0x48000000, "
			    "where END is the first address after it", filter->range);
	filter->bytes.size = end - filter->bytes.base;
	return 0;
}

int filter_check(struct event_filter *filter, const struct mm *mm, struct mm_error *error)
{
	int err = check_words(mm, "kind", filter->kind, kind_of, "no event is of kind", error);

	err = err ? err : check_words(mm, "owner", filter->owner, owner_of, "there is no owner", error);
	err = err ? err : check_words(mm, "step", filter->step, step_of, "no step of this boot is called", error);
	return err || !given(filter->range) ? err : check_range(filter, error);
}

static bool in_step(const char *name, const struct mm *mm, const struct mm_event *event)
{
	for (int i = event->step; i >= 0; i = mm_step(mm, (size_t)i)->parent)
		if (list_has(name, mm_step(mm, (size_t)i)->name))
			return true;
	return false;
}

static bool overlaps(struct phys_range a, uint64_t base, uint64_t size)
{
	return base < a.base + a.size && a.base < base + size;
}

static const struct mm_fact *fact(const struct mm_event *event, const char *name)
{
	for (size_t i = 0; i < event->nr_args; i++)
		if (event->args[i].type == MM_HEX && !strcmp(event->args[i].name, name))
			return &event->args[i];
	return NULL;
}

/* The bytes that its arguments name, over all of its repetitions. */
static bool names_bytes(struct phys_range bytes, const struct mm_event *event)
{
	const struct mm_fact *base = fact(event, "base"), *size = fact(event, "size");
	uint64_t first, reach, moved;

	if (!base || !size || !size->value.u)
		return false;
	moved = (event->count - 1) * (uint64_t)(event->stride < 0 ? -event->stride : event->stride);
	first = base->value.u - (event->stride < 0 ? moved : 0);
	reach = size->value.u + moved;
	return overlaps(bytes, first, reach);
}

/* Rows of the ledger, before or after an event. */
struct ledger_rows {
	const union mm_value *value;
	size_t nr, stride;
	size_t base, size, owner;	/* columns; a row's key is its first address */
};

static size_t column(const struct mm_table_def *def, const char *name)
{
	size_t i = 0;

	while (i < def->nr_columns && strcmp(def->columns[i].name, name))
		i++;
	return i;
}

static struct ledger_rows ledger_rows(const union mm_value *value, size_t nr)
{
	const struct mm_table_def *def = mm_table_def(MM_LEDGER);

	return (struct ledger_rows){ value, nr, def->nr_columns, column(def, "key"), column(def, "size"), column(def, "owner") };
}

/* One of @rows has all of @bytes for @owner. */
static bool owns(const struct ledger_rows *rows, struct phys_range bytes, const char *owner)
{
	for (size_t i = 0; i < rows->nr; i++) {
		const union mm_value *row = rows->value + i * rows->stride;

		if (row[rows->base].u <= bytes.base && bytes.base + bytes.size <= row[rows->base].u + row[rows->size].u &&
		    !strcmp(row[rows->owner].s, owner))
			return true;
	}
	return false;
}

/* What @a says of @bytes, @b does not: a row that was only cut elsewhere says the same as before. */
static bool differs(struct phys_range bytes, const struct ledger_rows *a, const struct ledger_rows *b)
{
	for (size_t i = 0; i < a->nr; i++) {
		const union mm_value *row = a->value + i * a->stride;
		uint64_t first = row[a->base].u, end = first + row[a->size].u, limit = bytes.base + bytes.size;

		first = first > bytes.base ? first : bytes.base;
		end = end < limit ? end : limit;
		if (first < end && !owns(b, (struct phys_range){ first, end - first }, row[a->owner].s))
			return true;
	}
	return false;
}

static bool in_range(struct phys_range bytes, const struct mm_event *event)
{
	if (names_bytes(bytes, event))
		return true;
	for (size_t i = 0; i < event->nr_splices; i++) {
		const struct mm_splice *splice = &event->splices[i];
		struct ledger_rows del = ledger_rows(splice->del, splice->nr_del), ins = ledger_rows(splice->ins, splice->nr_ins);

		if (splice->table == MM_LEDGER && (differs(bytes, &del, &ins) || differs(bytes, &ins, &del)))
			return true;
	}
	return false;
}

bool filter_passes(const struct event_filter *filter, const struct mm *mm, const struct mm_event *event)
{
	return (!given(filter->kind) || list_has(filter->kind, mm_kind_name(event->kind))) &&
	       (!given(filter->owner) || (event->owner && list_has(filter->owner, event->owner))) &&
	       (!given(filter->step) || in_step(filter->step, mm, event)) &&
	       (!given(filter->range) || in_range(filter->bytes, event));
}
