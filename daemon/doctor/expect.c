// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/expect.h"

#include "daemon/base/fail.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A long double holds any 64-bit number exactly where it has 64 bits of mantissa, as on x86 and arm64. */
typedef long double value;

struct parser {
	const char *text, *at;
	const struct metrics *metrics;
	unsigned depth;
	struct bytes *why;
	struct mm_error *error;
	int err;
};

static value parse_or(struct parser *p);

static value refuse(struct parser *p, const char *at, const char *what)
{
	if (!p->err)
		p->err = fail_at(p->error, -EINVAL, "expectation", "", -1, "%s at column %zu of '%.160s'", what,
				 (size_t)(at - p->text) + 1, p->text);
	return 0;
}

static void skip_space(struct parser *p)
{
	while (isspace((unsigned char)*p->at))
		p->at++;
}

/* @word if it is what comes next. */
static bool take(struct parser *p, const char *word)
{
	size_t len = strlen(word);

	skip_space(p);
	if (p->err || strncmp(p->at, word, len))
		return false;
	p->at += len;
	return true;
}

/* ------------------------------------------------------------- numbers and names */

static bool is_name_start(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static bool is_name(char c)
{
	return c && (isalnum((unsigned char)c) || strchr("_.-/,@", c));
}

/* K M G T P, with or without iB or B behind it. */
static value parse_unit(struct parser *p)
{
	static const char units[] = "KMGTP";
	const char *unit = *p->at ? strchr(units, toupper((unsigned char)*p->at)) : NULL;

	if (!unit)
		return 1;
	p->at++;
	if (*p->at == 'i')
		p->at++;
	if (*p->at == 'B')
		p->at++;
	return (value)(UINT64_C(1) << 10 * (unit - units + 1));
}

static value parse_number(struct parser *p)
{
	const char *start = p->at;
	bool hex = p->at[0] == '0' && (p->at[1] == 'x' || p->at[1] == 'X');
	char *end;
	value number;

	if (hex) {
		errno = 0;
		number = (value)strtoull(p->at, &end, 16);
		if (errno)
			return refuse(p, start, "a number of more than 64 bits");
		p->at = end;
	} else {
		/* By hand: strtold() would take "1e9", "inf", and another language's comma. */
		value scale = 1;

		for (number = 0; isdigit((unsigned char)*p->at); p->at++)
			number = number * 10 + (*p->at - '0');
		if (*p->at == '.')
			for (p->at++; isdigit((unsigned char)*p->at); p->at++)
				number += (value)(*p->at - '0') * (scale /= 10);
	}
	number *= parse_unit(p);
	if (is_name(*p->at))
		return refuse(p, start, "this is neither a number nor a name");
	return number;
}

static value refuse_name(struct parser *p, const char *start, const char *name)
{
	const char *nearest = metrics_nearest(p->metrics, name);
	char what[220];

	if (nearest)
		snprintf(what, sizeof(what), "there is no number called '%.80s' (did you mean '%.80s'?)", name, nearest);
	else
		snprintf(what, sizeof(what), "there is no number called '%.80s' ('mmscope boot BOARD -o metrics' lists them)",
			 name);
	return refuse(p, start, what);
}

static value parse_name(struct parser *p)
{
	const char *start = p->at;
	const struct metric *metric;
	char name[160];
	size_t len = 0;

	while (is_name(start[len]))
		len++;
	if (len >= sizeof(name))
		return refuse(p, start, "a name this long is none of ours");
	memcpy(name, start, len);
	name[len] = '\0';
	metric = metrics_find(p->metrics, name);
	if (!metric && !metrics_is_absent(p->metrics, name))
		return refuse_name(p, start, name);
	p->at += len;
	return metric ? (value)metric->value : 0;
}

/* -------------------------------------------------------------------- operators */

static value parse_nested(struct parser *p, const char *start)
{
	value v;

	if (p->depth >= EXPECT_MAX_DEPTH)
		return refuse(p, start, "too many parentheses");
	p->depth++;
	v = parse_or(p);
	p->depth--;
	if (!take(p, ")"))
		return refuse(p, p->at, "a ) is missing");
	return v;
}

static value parse_operand(struct parser *p)
{
	const char *start;

	skip_space(p);
	start = p->at;
	if (take(p, "("))
		return parse_nested(p, start);
	if (isdigit((unsigned char)*p->at))
		return parse_number(p);
	if (is_name_start(*p->at))
		return parse_name(p);
	return refuse(p, p->at, *p->at ? "a number or a name should stand" : "the text ends where a number or a name should stand");
}

static value parse_product(struct parser *p)
{
	value v = parse_operand(p);

	while (!p->err) {
		if (take(p, "*")) {
			v *= parse_operand(p);
		} else if (take(p, "/")) {
			const char *at;
			value by;

			skip_space(p);
			at = p->at;
			by = parse_operand(p);
			if (p->err)
				return 0;
			if (!by)
				return refuse(p, at, "this divides by zero");
			v /= by;
		} else {
			break;
		}
	}
	return v;
}

static value parse_sum(struct parser *p)
{
	value v = parse_product(p);

	while (!p->err) {
		if (take(p, "+"))
			v += parse_product(p);
		else if (take(p, "-"))
			v -= parse_product(p);
		else
			break;
	}
	return v;
}

static value parse_clause(struct parser *p)
{
	value left = parse_sum(p);

	/* The longer ones first. */
	if (take(p, "<="))
		return left <= parse_sum(p);
	if (take(p, ">="))
		return left >= parse_sum(p);
	if (take(p, "=="))
		return left == parse_sum(p);
	if (take(p, "!="))
		return left != parse_sum(p);
	if (take(p, "<"))
		return left < parse_sum(p);
	if (take(p, ">"))
		return left > parse_sum(p);
	if (take(p, "=>"))
		return refuse(p, p->at - 2, "this comparison is written >=");
	if (take(p, "=<"))
		return refuse(p, p->at - 2, "this comparison is written <=");
	if (take(p, "="))
		return refuse(p, p->at - 1, "a comparison is written ==");
	return left;
}

/* ! is read in a loop: any number of them costs no stack. */
static value parse_not(struct parser *p)
{
	bool negate = false;
	value v;

	for (skip_space(p); p->at[0] == '!' && p->at[1] != '='; skip_space(p)) {
		negate = !negate;
		p->at++;
	}
	v = parse_clause(p);
	return negate ? !v : v;
}

/* --------------------------------------------------------------- what was false */

/* "cma.size >= 512M: cma.size is 33554432 (32 MiB)" */
static void explain(struct parser *p, const char *start, const char *end)
{
	bool more = false;

	while (start < end && isspace((unsigned char)*start))
		start++;
	while (end > start && isspace((unsigned char)end[-1]))
		end--;
	bytes_printf(p->why, "%.*s", (int)(end - start), start);
	for (const char *at = start; at < end; ) {
		const struct metric *metric;
		char name[160];
		size_t len = 0;

		while (at + len < end && is_name(at[len]) && len < sizeof(name) - 1)
			len++;
		if (!len || !is_name_start(*at)) {
			at += len ? len : 1;
			continue;
		}
		memcpy(name, at, len);
		name[len] = '\0';
		metric = metrics_find(p->metrics, name);
		if (metric || metrics_is_absent(p->metrics, name)) {
			bytes_printf(p->why, "%s%s is ", more ? ", " : ": ", name);
			if (metric)
				metric_put_value(p->why, metric);
			else
				bytes_puts(p->why, "0, as this boot has none");
			more = true;
		}
		at += len;
	}
	bytes_putc(p->why, '\n');
}

/* One operand alone keeps its value, so that (2 + 3) * 4 is 20. */
static value parse_and(struct parser *p)
{
	value v = 1;
	bool all = true;
	size_t nr = 0;

	do {
		const char *start;

		skip_space(p);
		start = p->at;
		v = parse_not(p);
		if (v == 0 && !p->err && !p->depth)
			explain(p, start, p->at);
		all &= v != 0;
		nr++;
	} while (take(p, "&&"));
	return nr == 1 ? v : all;
}

static value parse_or(struct parser *p)
{
	value v = 0;
	bool any = false;
	size_t nr = 0;

	do {
		v = parse_and(p);
		any |= v != 0;
		nr++;
	} while (take(p, "||"));
	return nr == 1 ? v : any;
}

int expect_holds(const char *text, const struct metrics *metrics, bool *holds, struct bytes *why,
		 struct mm_error *error)
{
	struct parser p = { .text = text, .at = text, .metrics = metrics, .why = why, .error = error };
	size_t before = why->len;
	value v;

	if (strlen(text) > EXPECT_MAX_LENGTH)
		return fail(error, -EINVAL, "expectation", "more than %d characters", EXPECT_MAX_LENGTH);
	v = parse_or(&p);
	skip_space(&p);
	if (*p.at)
		refuse(&p, p.at, "an operator should stand");
	if (p.err || v != 0)
		bytes_cut(why, before);
	if (!p.err)
		*holds = v != 0;
	return p.err;
}

bool expect_is_limit(const char *text, struct expect_limit *ret)
{
	static const char *const comparisons[] = { "<=", ">=", "==", "!=", "<", ">" };
	struct mm_error error;
	struct parser p = { .text = text, .at = text, .error = &error };
	size_t len = 0, i = 0;

	skip_space(&p);
	while (is_name(p.at[len]))
		len++;
	if (!len || len >= sizeof(ret->name) || !is_name_start(*p.at))
		return false;
	memcpy(ret->name, p.at, len);
	ret->name[len] = '\0';
	p.at += len;
	while (i < sizeof(comparisons) / sizeof(comparisons[0]) && !take(&p, comparisons[i]))
		i++;
	skip_space(&p);
	if (i == sizeof(comparisons) / sizeof(comparisons[0]) || !isdigit((unsigned char)*p.at))
		return false;
	snprintf(ret->comparison, sizeof(ret->comparison), "%s", comparisons[i]);
	ret->number = (size_t)(p.at - text);
	ret->value = (uint64_t)parse_number(&p);
	skip_space(&p);
	return !p.err && !*p.at;
}
