/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * moment.h - everything that a sentence about one event may name or ask for.
 *
 * A field has a raw value, which conditions compare, and a shown one, which
 * sentences take: sizes in units, numbers in groups of three, words of the
 * engine in the reader's language.  Fields are the event's arguments and
 * reasons, and what follows from it:
 *   kind fn step parent stage kernel nth executed	where we are; nth: the how-many-th step of that name
 *   owner size total base end count pages		of a range; total: of all repetitions; end: exclusive
 *   allocator					SLUB, SLAB or SLOB: the kernel's
 *   log message					the first line that the kernel prints here
 *   gain.OWNER lose.OWNER				bytes that an owner has gained or lost in this event
 *   rows.TABLE						rows of a table that differ after it
 *   TABLE.COLUMN					of the last row that differs
 *   next.NAME					an argument of the next event in the same call; next.fn
 * A step (its begin and its end) has the fields of its own events, the first
 * that has one wins, and
 *   calls silent events				calls in it, those without effect, events
 *   gain						"page tables +44 KiB, free -44 KiB" over the whole call
 *   changes						"3 zones, 1 counter": rows that have come to differ
 */
#ifndef MMSCOPE_MOMENT_H
#define MMSCOPE_MOMENT_H

#include "daemon/texts/decode_texts.h"
#include "daemon/texts/sums.h"

struct moment;

/* @sums are kept by somebody, for the next one who tells of this boot; NULL: by nobody. */
struct moment *moment_new(const struct mm *mm, struct texts *texts, const char *version, struct sums *sums);
void moment_free(struct moment *moment);
/* Forget the last event and take this one. */
void moment_take(struct moment *moment, size_t seq);

/* NULL: there is no such field.  Valid until the next moment_take(). */
const char *moment_raw(const struct moment *moment, const char *name);
const char *moment_shown(const struct moment *moment, const char *name);
/* Out of host memory: what was said is not whole. */
bool moment_failed(const struct moment *moment);

/*
 * All terms of a condition hold: "name" (present, neither empty nor 0), "!name",
 * "name=value", "name!=value", "name<value", "name>value", "name^start", "@step" (this
 * boot has a step of that name), "!@step".  A value that is the name of a field stands
 * for it.
 */
bool moment_holds(const struct moment *moment, const char *condition);
/*
 * Appends the template with its {names} filled in; false if one of them has no value.
 * {pages|page|pages} is a number with its noun, {gap#} a plain number where {gap} is a size.
 */
bool moment_fill(const struct moment *moment, const char *template, struct bytes *out);

/* "64 TiB", "1.5 KiB": as the page writes it. */
void moment_put_size(struct bytes *out, uint64_t bytes);
/* "1,234,567" */
void moment_put_number(struct bytes *out, int64_t number);

#endif
