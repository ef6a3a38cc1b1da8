// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/texts/moment.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FIELDS	192

/* Offsets into the pool, which may move. */
struct field {
	uint32_t hash;		/* of the name */
	size_t name, raw, shown;
};

struct moment {
	const struct mm *mm;
	struct texts *texts;
	const char *version;
	struct field fields[MAX_FIELDS];
	size_t nr;
	struct bytes pool;
	struct sums *sums;	/* of the calls, made when one is asked for */
	struct sums own;	/* if nobody keeps them */
	const char *allocator;	/* of slabs, by its name; "": not known yet */
	size_t looked_at;	/* events, for that */
};

struct moment *moment_new(const struct mm *mm, struct texts *texts, const char *version, struct sums *sums)
{
	struct moment *moment = calloc(1, sizeof(*moment));

	if (moment)
		*moment = (struct moment){ .mm = mm, .texts = texts, .version = version, .sums = sums ? sums : &moment->own, .allocator = "" };
	return moment;
}

void moment_free(struct moment *moment)
{
	if (!moment)
		return;
	bytes_deinit(&moment->pool);
	sums_deinit(&moment->own);
	free(moment);
}

bool moment_failed(const struct moment *moment)
{
	return moment->pool.failed;
}

/* -------------------------------------------------------------- how it is shown */

static void put_fixed(struct bytes *out, double value, int digits)
{
	char text[48], *point;
	size_t whole, first;

	snprintf(text, sizeof(text), "%.*f", digits, value);
	point = strchr(text, '.');
	whole = point ? (size_t)(point - text) : strlen(text);
	first = whole % 3;
	for (size_t i = 0; i < whole; i++) {
		if (i && i % 3 == first % 3)
			bytes_putc(out, ',');
		bytes_putc(out, text[i]);
	}
	if (!point)
		return;
	for (char *end = text + strlen(text) - 1; *end == '0'; end--)
		*end = '\0';
	if (point[1])
		bytes_puts(out, point);
}

void moment_put_size(struct bytes *out, uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1024 && unit < 6) {
		value /= 1024;
		unit++;
	}
	put_fixed(out, value, value == (double)(uint64_t)value || value >= 100 ? 0 : value >= 10 ? 1 : 2);
	bytes_putc(out, ' ');
	bytes_puts(out, units[unit]);
}

void moment_put_number(struct bytes *out, int64_t number)
{
	if (number < 0)
		bytes_putc(out, '-');
	put_fixed(out, number < 0 ? -(double)number : (double)number, 0);
}

/* ----------------------------------------------------------------------- fields */

static const char *at(const struct moment *moment, size_t offset)
{
	return bytes_text(&moment->pool) + offset;
}

static uint32_t hash_of(const char *name)
{
	uint32_t hash = 2166136261;

	while (*name)
		hash = (hash ^ (unsigned char)*name++) * 16777619;
	return hash;
}

static const struct field *find(const struct moment *moment, const char *name)
{
	uint32_t hash = hash_of(name);

	for (size_t i = 0; i < moment->nr; i++)
		if (moment->fields[i].hash == hash && !strcmp(at(moment, moment->fields[i].name), name))
			return &moment->fields[i];
	return NULL;
}

const char *moment_raw(const struct moment *moment, const char *name)
{
	const struct field *field = find(moment, name);

	return field ? at(moment, field->raw) : NULL;
}

const char *moment_shown(const struct moment *moment, const char *name)
{
	const struct field *field = find(moment, name);

	return field ? at(moment, field->shown) : NULL;
}

static size_t keep(struct moment *moment, const char *text)
{
	size_t offset = moment->pool.len;

	bytes_add(&moment->pool, text, strlen(text) + 1);
	return offset;
}

static bool is_known(const struct moment *moment, const char *name)
{
	return moment->nr == MAX_FIELDS || find(moment, name);
}

/* The first value of a name stays. */
static void add(struct moment *moment, const char *name, const char *raw, const char *shown)
{
	struct field field;

	if (is_known(moment, name))
		return;
	field.hash = hash_of(name);
	field.name = keep(moment, name);
	field.raw = keep(moment, raw);
	field.shown = keep(moment, shown);
	if (!moment->pool.failed)
		moment->fields[moment->nr++] = field;
}

static void add_text(struct moment *moment, const char *name, const char *text)
{
	struct bytes shown = { 0 };

	texts_value(moment->texts, name, text, &shown);
	add(moment, name, text, bytes_text(&shown));
	bytes_deinit(&shown);
}

static void add_size(struct moment *moment, const char *name, uint64_t size)
{
	struct bytes raw = { 0 }, shown = { 0 };

	bytes_printf(&raw, "%llu", (unsigned long long)size);
	moment_put_size(&shown, size);
	add(moment, name, bytes_text(&raw), bytes_text(&shown));
	bytes_deinit(&raw);
	bytes_deinit(&shown);
}

static void add_number(struct moment *moment, const char *name, int64_t number)
{
	struct bytes raw = { 0 }, shown = { 0 };

	bytes_num(&raw, number);
	moment_put_number(&shown, number);
	add(moment, name, bytes_text(&raw), bytes_text(&shown));
	bytes_deinit(&raw);
	bytes_deinit(&shown);
}

static void add_address(struct moment *moment, const char *name, uint64_t address)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)address);
	add(moment, name, text, text);
}

static void add_list(struct moment *moment, const char *name, const struct mm_list *list)
{
	struct bytes text = { 0 };

	for (size_t i = 0; list && i < list->nr; i++) {
		bytes_puts(&text, i ? ", " : "");
		bytes_num(&text, list->v[i]);
	}
	add(moment, name, bytes_text(&text), bytes_text(&text));
	bytes_deinit(&text);
}

/* "PUD 1, PMD 2, PTE 33553393": tables by level. */
static void add_counts(struct moment *moment, const char *name, const char *counts)
{
	struct bytes shown = { 0 };

	for (const char *p = counts; *p;) {
		char *end;

		if (*p < '0' || *p > '9') {
			bytes_putc(&shown, *p++);
			continue;
		}
		moment_put_number(&shown, strtoll(p, &end, 10));
		p = end;
	}
	add(moment, name, counts, bytes_text(&shown));
	bytes_deinit(&shown);
}

static bool is_counts(const char *plain) { return !strcmp(plain, "tables") || !strcmp(plain, "new_tables"); }

static void add_value(struct moment *moment, const char *name, const char *plain, enum mm_type type,
		      union mm_value value)
{
	if (is_known(moment, name))
		return;
	if (type == MM_HEX && texts_is_size(moment->texts, plain))
		add_size(moment, name, value.u);
	else if (type == MM_HEX)
		add_address(moment, name, value.u);
	else if (type == MM_NUM && texts_is_size(moment->texts, plain))
		add_size(moment, name, (uint64_t)value.i);
	else if (type == MM_NUM)
		add_number(moment, name, value.i);
	else if (type == MM_STR && value.s && is_counts(plain))
		add_counts(moment, name, value.s);
	else if (type == MM_STR)
		add_text(moment, name, value.s);
	else if (type == MM_LIST)
		add_list(moment, name, value.list);
}

static void add_facts(struct moment *moment, const struct mm_fact *facts, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		add_value(moment, facts[i].name, facts[i].name, facts[i].type, facts[i].value);
}

static const struct mm_fact *fact_in(const struct mm_fact *facts, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(facts[i].name, name))
			return &facts[i];
	return NULL;
}

static const struct mm_fact *fact(const struct mm_event *event, const char *name)
{
	return fact_in(event->args, event->nr_args, name);
}

/* Whichever event is the first to name it. */
static const char *allocator_of(struct moment *moment)
{
	for (; !*moment->allocator && moment->looked_at < mm_nr_events(moment->mm); moment->looked_at++) {
		const struct mm_event *event = mm_event(moment->mm, moment->looked_at);
		const struct mm_fact *name = fact(event, "allocator");

		if (!name)
			name = fact_in(event->why, event->nr_why, "allocator");
		if (name && name->type == MM_STR)
			moment->allocator = name->value.s;
	}
	return moment->allocator;
}

/* What follows from base and size. */
static void add_range(struct moment *moment, const struct mm_event *event)
{
	const struct mm_fact *base = fact(event, "base"), *size = fact(event, "size");

	add_number(moment, "count", (int64_t)event->count);
	if (!size || size->type != MM_HEX)
		return;
	add_size(moment, "total", size->value.u * event->count);
	if (base && base->type == MM_HEX)
		add_address(moment, "end", base->value.u + size->value.u);
}

static void add_owner(struct moment *moment, const char *owner)
{
	if (*owner)
		add(moment, "owner", owner, texts_owner(moment->texts, owner));
}

/* ---------------------------------------------------------- from what it changes */

static void add_prefixed(struct moment *moment, const char *prefix, const char *name, uint64_t size)
{
	char field[96];

	snprintf(field, sizeof(field), "%s.%s", prefix, name);
	add_size(moment, field, size);
}

static void add_gains(struct moment *moment, const struct gains *gains)
{
	for (size_t i = 0; i < gains->nr; i++) {
		int64_t by = gains->owner[i].bytes;

		if (by)
			add_prefixed(moment, by > 0 ? "gain" : "lose", gains->owner[i].name,
				     (uint64_t)(by > 0 ? by : -by));
	}
}

static void add_row(struct moment *moment, enum mm_table_id table, const union mm_value *row)
{
	const struct mm_table_def *def = mm_table_def(table);
	char field[96];

	for (size_t i = 0; i < def->nr_columns; i++) {
		snprintf(field, sizeof(field), "%s.%s", def->name, def->columns[i].name);
		add_value(moment, field, def->columns[i].name, def->columns[i].type, row[i]);
	}
}

/* Rows of each table that have come to differ. */
static void add_row_counts(struct moment *moment, const struct changes *changes)
{
	for (int table = 0; table < MM_NR_TABLES; table++) {
		char field[96];

		if (!changes->rows[table])
			continue;
		snprintf(field, sizeof(field), "rows.%s", mm_table_def((enum mm_table_id)table)->name);
		add_number(moment, field, (int64_t)changes->rows[table]);
	}
}

static void add_changes(struct moment *moment, const struct mm_event *event)
{
	struct changes changes = { 0 };
	struct gains gains = { 0 };

	changes_of_event(&changes, event);
	gains_of_event(&gains, event);
	add_row_counts(moment, &changes);
	for (int table = 0; table < MM_NR_TABLES; table++)
		if (changes.last[table])
			add_row(moment, (enum mm_table_id)table, changes.last[table]);
	add_gains(moment, &gains);
}

/* What comes next in the same call. */
static void add_next(struct moment *moment, const struct mm_event *event)
{
	const struct mm_event *next = event->seq + 1 < mm_nr_events(moment->mm) ? mm_event(moment->mm, event->seq + 1) : NULL;
	char field[96];

	if (!next || next->step != event->step)
		return;
	add(moment, "next.fn", next->fn, next->fn);
	for (size_t i = 0; i < next->nr_args; i++) {
		const struct mm_fact *arg = &next->args[i];

		snprintf(field, sizeof(field), "next.%s", arg->name);
		add_value(moment, field, arg->name, arg->type, arg->value);
	}
}

static void add_printed(struct moment *moment, const struct mm_event *event)
{
	if (!event->nr_printk)
		return;
	add(moment, "log", event->printk[0], event->printk[0]);
	add(moment, "message", event->printk[event->nr_printk - 1], event->printk[event->nr_printk - 1]);
}

/* ------------------------------------------------------------------------- steps */

static void add_step_events(struct moment *moment, const struct sum *sum)
{
	for (size_t i = 0; i < sum->nr_first; i++) {
		if (sum->first[i].fact)
			add_facts(moment, sum->first[i].fact, 1);
		else
			add_owner(moment, sum->first[i].owner);
	}
}

static const char *comma(const struct moment *moment)
{
	const char *comma = texts_phrase(moment->texts, "comma", NULL, NULL);

	return comma ? comma : ", ";
}

/* "page tables +44 KiB, free -44 KiB": the largest first */
static void add_gain_list(struct moment *moment, struct gains *gains)
{
	struct bytes text = { 0 };

	gains_sort(gains);
	for (size_t i = 0; i < gains->nr && i < 4 && gains->owner[i].bytes; i++) {
		int64_t by = gains->owner[i].bytes;

		bytes_puts(&text, i ? comma(moment) : "");
		bytes_puts(&text, texts_owner(moment->texts, gains->owner[i].name));
		bytes_puts(&text, by > 0 ? " +" : " −");
		moment_put_size(&text, (uint64_t)(by > 0 ? by : -by));
	}
	add(moment, "gain", bytes_text(&text), bytes_text(&text));
	bytes_deinit(&text);
}

/* "1 zone|# zones" -> "3 zones"; a label without a bar has one form. */
static void put_counted(struct bytes *out, const char *label, int64_t number)
{
	const char *bar = strchr(label, '|');
	const char *end = bar && number == 1 ? bar : label + strlen(label);

	for (const char *p = bar && number != 1 ? bar + 1 : label; p < end; p++) {
		if (*p == '#')
			moment_put_number(out, number);
		else
			bytes_putc(out, *p);
	}
}

/* "3 zones, 1 counter": what has come to differ; the ledger's rows are told as gains. */
static void add_change_list(struct moment *moment, const struct changes *changes)
{
	struct bytes text = { 0 };
	char name[64];

	for (int table = 0; table < MM_NR_TABLES; table++) {
		const char *label;

		if (!changes->rows[table] || table == MM_LEDGER)
			continue;
		snprintf(name, sizeof(name), "table.%s", mm_table_def((enum mm_table_id)table)->name);
		label = texts_phrase(moment->texts, name, NULL, NULL);
		bytes_puts(&text, text.len ? comma(moment) : "");
		put_counted(&text, label ? label : name, (int64_t)changes->rows[table]);
	}
	add(moment, "changes", bytes_text(&text), bytes_text(&text));
	bytes_deinit(&text);
}

static void add_calls(struct moment *moment, size_t index)
{
	const uint8_t depth = mm_step(moment->mm, index)->depth;
	int64_t calls = 0, silent = 0;

	for (size_t i = index + 1; i < mm_nr_steps(moment->mm) && mm_step(moment->mm, i)->depth > depth; i++) {
		if (mm_step(moment->mm, i)->parent != (int)index)
			continue;
		calls++;
		silent += !mm_step(moment->mm, i)->executed;
	}
	add_number(moment, "calls", calls);
	add_number(moment, "silent", silent);
}

static void add_whole_step(struct moment *moment, size_t index)
{
	const struct mm_step *step = mm_step(moment->mm, index);
	struct sum *sum;

	if (!sums_bring_up(moment->sums, moment->mm)) {
		moment->pool.failed = true;
		return;
	}
	sum = &moment->sums->of[index];
	add_calls(moment, index);
	add_number(moment, "events", (int64_t)step->last_seq - step->first_seq + 1);
	add_gain_list(moment, &sum->gains);
	add_change_list(moment, &sum->changes);
	add_row_counts(moment, &sum->changes);
	add_step_events(moment, sum);
}

/* How many steps of that name there are up to this one. */
static int64_t nth_of_name(const struct mm *mm, size_t index)
{
	int64_t nth = 0;

	for (size_t i = 0; i <= index; i++)
		nth += !strcmp(mm_step(mm, i)->name, mm_step(mm, index)->name);
	return nth;
}

static void add_place(struct moment *moment, const struct mm_event *event)
{
	const struct mm_step *step = mm_step(moment->mm, event->step);

	add(moment, "kind", mm_kind_name(event->kind), mm_kind_name(event->kind));
	add(moment, "fn", event->fn, event->fn);
	add(moment, "step", step->name, step->name);
	add(moment, "stage", step->stage, step->stage);
	add(moment, "kernel", moment->version, moment->version);
	add(moment, "executed", step->executed ? "1" : "0", "");
	add_number(moment, "nth", nth_of_name(moment->mm, event->step));
	if (step->parent >= 0)
		add(moment, "parent", mm_step(moment->mm, (size_t)step->parent)->name,
		    mm_step(moment->mm, (size_t)step->parent)->name);
}

void moment_take(struct moment *moment, size_t seq)
{
	const struct mm_event *event = mm_event(moment->mm, seq);

	moment->nr = 0;
	bytes_clear(&moment->pool);
	add_place(moment, event);
	add_owner(moment, event->owner);
	add_facts(moment, event->args, event->nr_args);
	add_facts(moment, event->why, event->nr_why);
	add(moment, "allocator", allocator_of(moment), allocator_of(moment));
	if (event->kind == MM_STEP || event->kind == MM_LEAVE) {
		add_whole_step(moment, event->step);
		return;
	}
	add_range(moment, event);
	add_changes(moment, event);
	add_printed(moment, event);
	add_next(moment, event);
}

/* ---------------------------------------------------------- conditions, templates */

static bool is_number(const char *text, double *value)
{
	char *end;

	*value = !strncmp(text, "0x", 2) ? (double)strtoull(text, &end, 16) : strtod(text, &end);
	return end != text && !*end;
}

static int compare(const char *name, const char *a, const char *b)
{
	double x, y;

	if (!strcmp(name, "kernel"))
		return texts_compare_versions(a, b);
	if (is_number(a, &x) && is_number(b, &y))
		return (x > y) - (x < y);
	return strcmp(a, b);
}

static bool is_set(const char *value)
{
	return value && *value && strcmp(value, "0") && strcmp(value, "0x0");
}

/* One term, of which @term is a copy. */
static bool holds(const struct moment *moment, char *term)
{
	size_t len = strcspn(term, "=!<>^");
	bool negated = term[0] == '!';
	const char *value, *other;
	char op;
	int order;

	if (term[negated] == '@')
		return (mm_find_step(moment->mm, term + negated + 1) >= 0) != negated;
	if (negated || !term[len])
		return is_set(moment_raw(moment, term + negated)) != negated;
	op = term[len];
	other = term + len + (op == '!' ? 2 : 1);
	term[len] = '\0';
	value = moment_raw(moment, term);
	if (!value)
		return op == '!';
	if (op == '^')
		return !strncmp(value, other, strlen(other));
	other = moment_raw(moment, other) ? moment_raw(moment, other) : other;
	order = compare(term, value, other);
	return op == '=' ? !order : op == '!' ? order : op == '<' ? order < 0 : order > 0;
}

bool moment_holds(const struct moment *moment, const char *condition)
{
	char term[128];

	while (*condition) {
		size_t len = strcspn(condition, " ");

		snprintf(term, sizeof(term), "%.*s", (int)len, condition);
		if (!holds(moment, term))
			return false;
		condition += len + strspn(condition + len, " ");
	}
	return true;
}

/* What stands between braces: NAME, NAME# (as a number, though it is a size), NAME|page|pages.  False: it has no value. */
static bool put_field(const struct moment *moment, char *name, struct bytes *out)
{
	char *one = strchr(name, '|'), *many = one ? strchr(one + 1, '|') : NULL, *number;
	const char *raw, *shown;

	if (one)
		*one = '\0';
	number = strchr(name, '#');
	if (number)
		*number = '\0';
	raw = moment_raw(moment, name);
	shown = moment_shown(moment, name);
	if (!shown || !*shown)
		return false;
	if (number)
		moment_put_number(out, strtoll(raw, NULL, 10));
	else
		bytes_puts(out, shown);
	if (!many)
		return true;
	*many = '\0';
	bytes_putc(out, ' ');
	bytes_puts(out, strcmp(raw, "1") ? many + 1 : one + 1);
	return true;
}

bool moment_fill(const struct moment *moment, const char *template, struct bytes *out)
{
	bool whole = true;

	while (*template) {
		size_t len = strcspn(template, "{");
		char name[96];

		bytes_add(out, template, len);
		template += len;
		if (!*template)
			break;
		len = strcspn(++template, "}");
		snprintf(name, sizeof(name), "%.*s", (int)len, template);
		whole &= put_field(moment, name, out);
		template += len + (template[len] == '}');
	}
	return whole;
}
