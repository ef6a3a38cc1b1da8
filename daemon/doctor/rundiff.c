// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/rundiff.h"

#include "daemon/answers/encode.h"
#include "daemon/answers/table_read.h"
#include "daemon/base/wrap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OWNERS 128	/* mm_owner_name() has some forty */

/* ----------------------------------------------------------------------- owners */

static struct owner_change *owner_of(struct owner_change *owners, size_t *nr, const char *name)
{
	for (size_t i = 0; i < *nr; i++)
		if (!strcmp(owners[i].owner, name))
			return &owners[i];
	if (*nr == MAX_OWNERS)
		return NULL;
	owners[*nr] = (struct owner_change){ .owner = name };
	return &owners[(*nr)++];
}

static void sum_owners(struct owner_change *owners, size_t *nr, const struct mm_state *end, int side)
{
	for (size_t i = 0; i < mm_state_nr_rows(end, MM_LEDGER); i++) {
		struct table_row row = table_row(end, MM_LEDGER, i);
		struct owner_change *owner = row_num(row, "ram") ? owner_of(owners, nr, row_text(row, "owner")) : NULL;

		if (!owner)
			continue;
		if (!owner->bytes[side])
			owner->base[side] = row_hex(row, "key");
		owner->bytes[side] += row_hex(row, "size");
	}
}

/* The next range of an owner from row *@at on; neighbours count as one. */
static struct phys_range next_range(const struct mm_state *end, const char *owner, size_t *at)
{
	struct phys_range range = { 0, 0 };

	for (; *at < mm_state_nr_rows(end, MM_LEDGER); (*at)++) {
		struct table_row row = table_row(end, MM_LEDGER, *at);

		if (!row_num(row, "ram") || strcmp(row_text(row, "owner"), owner)) {
			if (range.size && row_hex(row, "key") >= range.base + range.size)
				break;
			continue;
		}
		if (range.size && row_hex(row, "key") != range.base + range.size)
			break;
		if (!range.size)
			range.base = row_hex(row, "key");
		range.size += row_hex(row, "size");
	}
	return range;
}

/* Has the owner other ranges than before?  Its base then tells of the first one. */
static bool has_moved(struct owner_change *owner, const struct mm_state *const end[2])
{
	size_t at[2] = { 0, 0 };

	for (;;) {
		struct phys_range a = next_range(end[0], owner->owner, &at[0]), b = next_range(end[1], owner->owner, &at[1]);

		if (a.base != b.base || a.size != b.size) {
			owner->base[0] = a.base;
			owner->base[1] = b.base;
			return true;
		}
		if (!a.size)
			return false;
	}
}

static uint64_t by(const struct owner_change *owner)
{
	return owner->bytes[0] > owner->bytes[1] ? owner->bytes[0] - owner->bytes[1] : owner->bytes[1] - owner->bytes[0];
}

/* Most bytes won or lost first; of those that only moved, the largest. */
static int by_weight(const void *a, const void *b)
{
	const struct owner_change *x = a, *y = b;

	if (by(x) != by(y))
		return by(x) < by(y) ? 1 : -1;
	if (x->bytes[1] != y->bytes[1])
		return x->bytes[1] < y->bytes[1] ? 1 : -1;
	return strcmp(x->owner, y->owner);
}

static bool compare_owners(struct rundiff *diff, const struct mm_state *const end[2])
{
	struct owner_change owners[MAX_OWNERS];
	size_t nr = 0, kept = 0;

	sum_owners(owners, &nr, end[0], 0);
	sum_owners(owners, &nr, end[1], 1);
	for (size_t i = 0; i < nr; i++) {
		owners[i].moved = !by(&owners[i]) && has_moved(&owners[i], end);
		if (by(&owners[i]) || owners[i].moved)
			owners[kept++] = owners[i];
	}
	if (kept)
		qsort(owners, kept, sizeof(*owners), by_weight);
	diff->owners = malloc((kept ? kept : 1) * sizeof(*owners));
	if (!diff->owners)
		return false;
	memcpy(diff->owners, owners, kept * sizeof(*owners));
	diff->nr_owners = kept;
	return true;
}

/* ---------------------------------------------------------------------- numbers */

/* What the owners say already, and what follows from the number of events. */
static bool is_told_elsewhere(const char *name)
{
	size_t len = strlen(name);

	if (!strcmp(name, "events"))
		return true;
	for (size_t i = 0; mm_owner_name(i); i++) {
		size_t n = strlen(mm_owner_name(i));

		if (strcmp(mm_owner_name(i), "cma") && len > n && !strncmp(name, mm_owner_name(i), n) &&
		    (!strcmp(name + n, ".size") || !strcmp(name + n, ".base")))
			return true;
	}
	return false;
}

static void note_number(struct rundiff *diff, const struct metric *a, const struct metric *b)
{
	const struct metric *any = a ? a : b;
	struct number_change change = { .name = any->name, .unit = any->unit,
					.value = { a ? a->value : 0, b ? b->value : 0 } };

	if (change.value[0] != change.value[1] && !is_told_elsewhere(any->name))
		diff->numbers[diff->nr_numbers++] = change;
}

/* Both lists are sorted by name: one walk over both. */
static bool compare_numbers(struct rundiff *diff)
{
	const struct metrics *a = &diff->metrics[0], *b = &diff->metrics[1];
	size_t i = 0, k = 0;

	diff->numbers = malloc((a->nr + b->nr + 1) * sizeof(*diff->numbers));
	if (!diff->numbers)
		return false;
	while (i < a->nr || k < b->nr) {
		int order = i == a->nr ? 1 : k == b->nr ? -1 : strcmp(a->metric[i].name, b->metric[k].name);

		note_number(diff, order <= 0 ? &a->metric[i] : NULL, order >= 0 ? &b->metric[k] : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	return true;
}

/* --------------------------------------------------------------------- findings */

static bool compare_findings(struct rundiff *diff)
{
	for (int side = 0; side < 2; side++) {
		const struct findings *mine = &diff->findings[side], *theirs = &diff->findings[!side];

		diff->only[side] = calloc(mine->nr + 1, sizeof(bool));
		if (!diff->only[side])
			return false;
		for (size_t i = 0; i < mine->nr; i++)
			diff->only[side][i] = findings_index(theirs, &mine->finding[i]) < 0;
	}
	return true;
}

/* --------------------------------------------------------------- where they part */

static bool same_value(const struct mm_fact *a, const struct mm_fact *b)
{
	if (a->type != b->type || strcmp(a->name, b->name))
		return false;
	if (a->type == MM_STR)
		return !strcmp(a->value.s, b->value.s);
	if (a->type == MM_HEX || a->type == MM_NUM)
		return a->value.u == b->value.u;
	return a->value.list->nr == b->value.list->nr;
}

static bool same_event(const struct run *const run[2], size_t a, size_t b)
{
	const struct mm_event *x = mm_event(run[0]->mm, a), *y = mm_event(run[1]->mm, b);

	if (x->kind != y->kind || x->nr_args != y->nr_args || x->count != y->count || strcmp(x->fn, y->fn) ||
	    strcmp(mm_step(run[0]->mm, x->step)->name, mm_step(run[1]->mm, y->step)->name))
		return false;
	for (size_t i = 0; i < x->nr_args; i++)
		if (!same_value(&x->args[i], &y->args[i]))
			return false;
	return true;
}

/* Steps begin, end and are noted differently in each release; memory is what boots part over. */
static size_t next_of_memory(const struct mm *mm, size_t seq)
{
	while (seq < mm_nr_events(mm)) {
		enum mm_kind kind = mm_event(mm, seq)->kind;

		if (kind != MM_STEP && kind != MM_LEAVE && kind != MM_NOTE && kind != MM_SET)
			break;
		seq++;
	}
	return seq;
}

static void find_parting(const struct run *const run[2], size_t seq[2])
{
	const struct mm *a = run[0]->mm, *b = run[1]->mm;
	size_t i = next_of_memory(a, 0), k = next_of_memory(b, 0);

	while (i < mm_nr_events(a) && k < mm_nr_events(b) && same_event(run, i, k)) {
		i = next_of_memory(a, i + 1);
		k = next_of_memory(b, k + 1);
	}
	seq[0] = i < mm_nr_events(a) ? i : SIZE_MAX;
	seq[1] = k < mm_nr_events(b) ? k : SIZE_MAX;
}

/* ----------------------------------------------------------------- which input did it */

/* Does the first boot with that one input of the second part from what it was at the same event? */
static bool is_cause(const struct rundiff *diff, size_t i, const struct request *const request[2], const char *const cmdline[2])
{
	struct mm_error error;
	char *line = NULL;
	struct request hybrid = input_changes_take(&diff->inputs, i, request, cmdline, &line);
	struct run run;
	size_t seq[2] = { SIZE_MAX, SIZE_MAX };

	if (line && !run_boot(&hybrid, &run, &error)) {
		find_parting((const struct run *const[]){ diff->run[0], &run }, seq);
		run_deinit(&run);
	}
	free(line);
	return seq[0] == diff->seq[0] && (seq[0] != SIZE_MAX || seq[1] != SIZE_MAX);
}

static void find_cause(struct rundiff *diff)
{
	const struct request *const request[2] = { diff->run[0]->request, diff->run[1]->request };
	const char *const cmdline[2] = { mm_cmdline(diff->run[0]->mm), mm_cmdline(diff->run[1]->mm) };

	input_changes_init(&diff->inputs, request, cmdline);
	if (diff->seq[0] == SIZE_MAX && diff->seq[1] == SIZE_MAX)
		return;
	for (size_t i = 0; i < diff->inputs.nr && !diff->inputs.failed; i++)
		diff->caused[i] = diff->inputs.nr == 1 || is_cause(diff, i, request, cmdline);
}

/* ------------------------------------------------------------------------ whole */

void rundiff_deinit(struct rundiff *diff)
{
	free(diff->owners);
	free(diff->numbers);
	reasons_deinit(&diff->reasons);
	input_changes_deinit(&diff->inputs);
	for (int side = 0; side < 2; side++) {
		free(diff->only[side]);
		metrics_deinit(&diff->metrics[side]);
		findings_deinit(&diff->findings[side]);
	}
	*diff = (struct rundiff){ 0 };
}

static bool compare(struct rundiff *diff)
{
	struct mm_state *end[2] = { NULL, NULL };
	bool ok = true;

	for (int side = 0; side < 2; side++)
		ok = ok && !metrics_of(diff->run[side]->mm, &diff->metrics[side]) &&
		     !findings_of(diff->run[side], &diff->findings[side]) &&
		     !mm_state_at(diff->run[side]->mm, mm_nr_events(diff->run[side]->mm) - 1, &end[side]);
	ok = ok && compare_owners(diff, (const struct mm_state *const *)end) && compare_numbers(diff) && compare_findings(diff);
	if (ok) {
		find_parting(diff->run, diff->seq);
		find_cause(diff);
		ok = !diff->inputs.failed && !reasons_of(diff->run[0], diff->run[1], diff->metrics, &diff->reasons);
	}
	mm_state_free(end[0]);
	mm_state_free(end[1]);
	return ok;
}

int rundiff_init(struct rundiff *ret, const struct run *a, const struct run *b)
{
	struct rundiff diff = { .run = { a, b } };

	if (!compare(&diff)) {
		rundiff_deinit(&diff);
		return -ENOMEM;
	}
	*ret = diff;
	return 0;
}

bool rundiff_is_empty(const struct rundiff *diff)
{
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < diff->findings[side].nr; i++)
			if (diff->only[side][i])
				return false;
	return !diff->nr_owners && !diff->nr_numbers;
}

/* ---------------------------------------------------------------------- writing */

static void put_signed(struct bytes *out, uint64_t before, uint64_t after)
{
	bytes_putc(out, after < before ? '-' : '+');
	bytes_size(out, after < before ? before - after : after - before);
}

static void put_number_of(struct bytes *out, const struct number_change *n, int side)
{
	if (n->unit == METRIC_BYTES)
		bytes_size(out, n->value[side]);
	else if (n->unit == METRIC_ADDRESS)
		bytes_hex(out, n->value[side]);
	else
		bytes_printf(out, "%llu", (unsigned long long)n->value[side]);
}

static void put_event(struct bytes *out, const struct rundiff *d, int side)
{
	const struct run *run = d->run[side];
	const struct mm_event *event = mm_event(run->mm, d->seq[side]);

	bytes_printf(out, "%s %s", mm_kind_name(event->kind), event->fn);
	sentences_printf(d->sentences, out, " in %s", mm_step(run->mm, event->step)->name);
	for (size_t i = 0; i < event->nr_args; i++) {
		const struct mm_fact *arg = &event->args[i];

		if (arg->type == MM_STR)
			bytes_printf(out, " %s=%s", arg->name, arg->value.s);
		else if (arg->type == MM_HEX)
			bytes_printf(out, " %s=0x%llx", arg->name, (unsigned long long)arg->value.u);
		else if (arg->type == MM_NUM)
			bytes_printf(out, " %s=%lld", arg->name, (long long)arg->value.i);
	}
	if (*event->owner)
		sentences_printf(d->sentences, out, ", for %s", event->owner);
}

/* "board with kernel, 'command line'" */
static void put_name(struct bytes *out, const struct rundiff *d, int side)
{
	const struct request *request = d->run[side]->request;

	bytes_puts(out, request->board);
	sentences_printf(d->sentences, out, " with %s", request->kernel);
	if (request->cmdline)
		bytes_printf(out, ", '%s'", request->cmdline);
}

/* ------------------------------------------------------- reasons, in the formats */

/* "6.17 kernel_reserved_from_text: true, not false" */
static void put_rule(struct bytes *out, const struct rundiff *d, const struct mm_change *change)
{
	bytes_printf(out, ": %s%s%s", change->release, *change->release ? " " : "", change->subject);
	sentences_printf(d->sentences, out, ": %s, not %s", change->is ? change->is : "unset", change->was ? change->was : "unset");
}

/* "in paging_init(), which works differently since 6.9" */
static void put_step(struct bytes *out, const struct rundiff *d, const struct mm_change *change)
{
	const struct sentences *s = d->sentences;

	if (!change->is)
		sentences_printf(s, out, " in %s(), which %s does not call any more", change->subject, change->was);
	else if (!change->was)
		sentences_printf(s, out, " in %s(), which %s calls", change->subject, change->is);
	else if (strcmp(change->was, change->is))
		sentences_printf(s, out, " in %s(), which %s calls in place of %s", change->subject, change->is, change->was);
	else
		sentences_printf(s, out, " in %s(), which works differently", change->subject);
	if (*change->release)
		sentences_printf(s, out, " since %s", change->release);
}

/* "in the image of the build itself: 34688 KiB, not 15148 KiB" */
static void put_build(struct bytes *out, const struct rundiff *d, const struct mm_change *change)
{
	sentences_printf(d->sentences, out, " in the image of the build itself: %s, not %s", change->is, change->was);
}

static void put_effect(struct bytes *out, const struct rundiff *d, const struct effect *effect)
{
	const struct metric *metric = metrics_find(&d->metrics[1], effect->name);
	bool is_size = metric && metric->unit == METRIC_BYTES;

	if (metric && metric->unit == METRIC_ADDRESS) {
		bytes_printf(out, "0x%llx -> 0x%llx", (unsigned long long)effect->without, (unsigned long long)effect->with);
	} else if (is_size || !metric) {
		int64_t by = (int64_t)(effect->with - effect->without);

		put_signed(out, by < 0 ? (uint64_t)-by : 0, by < 0 ? 0 : (uint64_t)by);
	} else {
		bytes_printf(out, "%llu -> %llu", (unsigned long long)effect->without, (unsigned long long)effect->with);
	}
}

/* Which row it is, behind its effect: the rest of what began at @start. */
static void put_row(struct bytes *out, const struct rundiff *d, const struct reason *reason, size_t start)
{
	if (!strcmp(reason->change.kind, "build"))
		put_build(out, d, &reason->change);
	else if (strcmp(reason->change.kind, "step"))
		put_rule(out, d, &reason->change);
	else
		put_step(out, d, &reason->change);
	if (*reason->change.what) {
		bytes_puts(out, " - ");
		sentences_put(d->sentences, reason->change.what, out);
	}
	/* A rule of 6.17 that a point release of 6.12 took over would look like a mistake. */
	if (reason->change.stable && *reason->change.stable)
		sentences_printf(d->sentences, out, " (also in %s)", reason->change.stable);
	wrap_written(out, start, 6);
	bytes_putc(out, '\n');
}

/* What the row changes of the number, if anything. */
static void put_reason(struct bytes *out, const struct rundiff *d, const struct reason *reason, const char *number)
{
	const struct effect *effect = reason_effect(reason, number);
	size_t start = out->len;

	if (!effect)
		return;
	bytes_puts(out, "    ");
	put_effect(out, d, effect);
	put_row(out, d, reason, start);
}

/* The rows that change a number; those that were tried come first. */
static void put_reasons(struct bytes *out, const struct rundiff *d, const char *number)
{
	for (int tried = 1; tried >= 0; tried--)
		for (size_t i = 0; i < d->reasons.nr; i++)
			if (d->reasons.reason[i].tried == tried)
				put_reason(out, d, &d->reasons.reason[i], number);
}

/* What the reason does to the owner, or NULL. */
static const struct effect *effect_on(const struct reason *reason, const struct owner_change *owner)
{
	char name[64];

	snprintf(name, sizeof(name), "%s.%s", owner->owner, owner->moved ? "base" : "size");
	return reason_effect(reason, name);
}

static size_t nr_touched(const struct rundiff *d, const struct reason *reason)
{
	size_t nr = 0;

	for (size_t i = 0; i < d->nr_owners; i++)
		nr += effect_on(reason, &d->owners[i]) != NULL;
	return nr;
}

/* Those that are this owner's alone; what several have in common is told once, behind all of them. */
static void put_owner_reasons(struct bytes *out, const struct rundiff *d, const struct owner_change *owner)
{
	for (int tried = 1; tried >= 0; tried--)
		for (size_t i = 0; i < d->reasons.nr; i++) {
			const struct reason *reason = &d->reasons.reason[i];
			const struct effect *effect = effect_on(reason, owner);

			if (effect && reason->tried == tried && nr_touched(d, reason) == 1)
				put_reason(out, d, reason, effect->name);
		}
}

static void put_shared_reasons(struct bytes *out, const struct rundiff *d)
{
	for (size_t i = 0; i < d->reasons.nr; i++) {
		const struct reason *reason = &d->reasons.reason[i];
		const char *comma = "    ";
		size_t start = out->len;

		if (nr_touched(d, reason) < 2)
			continue;
		sentences_put(d->sentences, "several owners", out);
		put_row(out, d, reason, start);
		start = out->len;
		for (size_t k = 0; k < d->nr_owners; k++) {
			const struct effect *effect = effect_on(reason, &d->owners[k]);

			if (!effect)
				continue;
			bytes_printf(out, "%s%s ", comma, d->owners[k].owner);
			put_effect(out, d, effect);
			comma = ", ";
		}
		wrap_written(out, start, 6);
		bytes_putc(out, '\n');
	}
}

static void put_untried(struct bytes *out, const struct rundiff *d)
{
	if (d->reasons.untried)
		sentences_printf(d->sentences, out, "%zu rules of the history were not tried: the boots are too long\n", d->reasons.untried);
}

static void json_reason(struct bytes *out, const struct rundiff *d, const struct reason *reason)
{
	struct encode_object object = encode_open(out), effects;

	encode_text(&object, "kind", reason->change.kind);
	encode_text(&object, "subject", reason->change.subject);
	encode_text_or_null(&object, "was", reason->change.was);
	encode_text_or_null(&object, "is", reason->change.is);
	encode_text_or_null(&object, "release", *reason->change.release ? reason->change.release : NULL);
	sentences_encode(d->sentences, &object, "what", reason->change.what);
	encode_bool(&object, "tried", reason->tried);
	effects = encode_open(encode_key(&object, "effects"));
	for (size_t i = 0; i < reason->nr; i++)
		bytes_printf(encode_key(&effects, reason->effects[i].name), "[%lld,%lld]", (long long)reason->effects[i].without,
			     (long long)reason->effects[i].with);
	encode_close(&effects);
	encode_close(&object);
}

static void json_reasons(struct encode_object *root, const struct rundiff *d)
{
	struct bytes *out = encode_key(root, "reasons");

	bytes_putc(out, '[');
	for (size_t i = 0; i < d->reasons.nr; i++) {
		bytes_puts(out, i ? "," : "");
		json_reason(out, d, &d->reasons.reason[i]);
	}
	bytes_putc(out, ']');
	encode_num(root, "untried", (int64_t)d->reasons.untried);
}

/* What made the boots part; or that no single input did. */
static void put_causes(const struct rundiff *d, struct bytes *out, const char *before, const char *after)
{
	struct bytes text = { 0 };
	bool any = false;

	for (size_t i = 0; i < d->inputs.nr; i++) {
		if (!d->caused[i])
			continue;
		bytes_clear(&text);
		input_change_write(&d->inputs.change[i], &text);
		sentences_put(d->sentences, before, out);
		sentences_put(d->sentences, bytes_text(&text), out);
		bytes_puts(out, after);
		any = true;
	}
	out->failed |= text.failed;
	bytes_deinit(&text);
	if (any || !d->inputs.nr || (d->seq[0] == SIZE_MAX && d->seq[1] == SIZE_MAX))
		return;
	sentences_put(d->sentences, before, out);
	sentences_put(d->sentences, "several inputs together: none alone makes the boots part there", out);
	bytes_puts(out, after);
}

static void put_finding(struct bytes *out, const struct rundiff *d, int side, const struct finding *f)
{
	sentences_put(d->sentences, side ? "came:" : "went:", out);
	bytes_printf(out, " %s[%s] %s: %s\n", severity_name(f->severity), f->rule->id, f->subject, *f->words ? f->words : f->cause);
}

static void write_text(const struct rundiff *d, struct bytes *out)
{
	for (int side = 0; side < 2; side++) {
		bytes_puts(out, side ? "+++ " : "--- ");
		put_name(out, d, side);
		bytes_putc(out, '\n');
	}
	if (rundiff_is_empty(d)) {
		sentences_put(d->sentences, "no difference\n", out);
		return;
	}
	for (size_t i = 0; i < d->nr_owners; i++) {
		const struct owner_change *o = &d->owners[i];

		bytes_printf(out, "%-20s ", o->owner);
		if (o->moved)
			sentences_printf(d->sentences, out, "moved, from 0x%llx to 0x%llx", (unsigned long long)o->base[0],
					 (unsigned long long)o->base[1]);
		else
			put_signed(out, o->bytes[0], o->bytes[1]);
		bytes_puts(out, " (");
		bytes_size(out, o->bytes[0]);
		if (!o->moved) {
			bytes_puts(out, " -> ");
			bytes_size(out, o->bytes[1]);
		}
		bytes_puts(out, ")\n");
		put_owner_reasons(out, d, o);
	}
	put_shared_reasons(out, d);
	for (size_t i = 0; i < d->nr_numbers; i++) {
		bytes_printf(out, "%-28s ", d->numbers[i].name);
		put_number_of(out, &d->numbers[i], 0);
		bytes_puts(out, " -> ");
		put_number_of(out, &d->numbers[i], 1);
		bytes_putc(out, '\n');
		put_reasons(out, d, d->numbers[i].name);
	}
	put_untried(out, d);
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < d->findings[side].nr; i++) {
			const struct finding *f = &d->findings[side].finding[i];

			if (d->only[side][i])
				put_finding(out, d, side, f);
		}
	for (int side = 0; side < 2; side++) {
		size_t start = out->len;

		if (d->seq[side] == SIZE_MAX)
			continue;
		sentences_printf(d->sentences, out, "%s event %zu: ", side ? "   and" : "they part at", d->seq[side]);
		put_event(out, d, side);
		wrap_written(out, start, 6);
		bytes_putc(out, '\n');
	}
	put_causes(d, out, "caused by ", "\n");
}

/* A table's cell: | would end it. */
static void put_cell(struct bytes *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '|' || *text == '<' || *text == '`')
			bytes_putc(out, '\\');
		bytes_putc(out, (unsigned char)*text < 0x20 ? ' ' : *text);
	}
}

static size_t nr_moved(const struct rundiff *d)
{
	size_t nr = 0;

	for (size_t i = 0; i < d->nr_owners; i++)
		nr += d->owners[i].moved;
	return nr;
}

static void markdown_owner(struct bytes *out, const struct owner_change *o)
{
	bytes_puts(out, "| ");
	put_cell(out, o->owner);
	bytes_puts(out, " | ");
	bytes_size(out, o->bytes[0]);
	bytes_puts(out, " | ");
	if (o->moved) {
		bytes_printf(out, "0x%llx | 0x%llx |\n", (unsigned long long)o->base[0], (unsigned long long)o->base[1]);
		return;
	}
	bytes_size(out, o->bytes[1]);
	bytes_puts(out, " | ");
	put_signed(out, o->bytes[0], o->bytes[1]);
	bytes_puts(out, " |\n");
}

/* Those that have more or less; or those that are elsewhere, whom a reader of a pull request seldom needs. */
static void markdown_owners(const struct rundiff *d, struct bytes *out, bool moved)
{
	if (moved ? !nr_moved(d) : nr_moved(d) == d->nr_owners)
		return;
	sentences_put(d->sentences, moved ? "| owner | size | from | to |\n" : "| owner | before | after | change |\n", out);
	bytes_puts(out, "|---|--:|--:|--:|\n");
	for (size_t i = 0; i < d->nr_owners; i++)
		if (d->owners[i].moved == moved)
			markdown_owner(out, &d->owners[i]);
}

static void write_markdown(const struct rundiff *d, struct bytes *out)
{
	sentences_put(d->sentences, "### Memory of ", out);
	put_name(out, d, 1);
	bytes_puts(out, "\n\n");
	if (rundiff_is_empty(d)) {
		sentences_put(d->sentences, "No difference.\n", out);
		return;
	}
	markdown_owners(d, out, false);
	for (int side = 1; side >= 0; side--)
		for (size_t i = 0; i < d->findings[side].nr; i++) {
			const struct finding *f = &d->findings[side].finding[i];

			if (!d->only[side][i])
				continue;
			bytes_putc(out, '\n');
			sentences_put(d->sentences, side ? "- new" : "- gone", out);
			bytes_printf(out, " **%s** `%s` ", severity_name(f->severity), f->rule->id);
			put_cell(out, f->subject);
			bytes_puts(out, ": ");
			put_cell(out, f->cause);
			bytes_putc(out, '\n');
		}
	if (d->seq[0] != SIZE_MAX || d->seq[1] != SIZE_MAX) {
		sentences_put(d->sentences, "\nThe boots part at", out);
		for (int side = 0; side < 2; side++) {
			struct bytes event = { 0 };

			if (d->seq[side] == SIZE_MAX)
				continue;
			put_event(&event, d, side);
			sentences_put(d->sentences, side ? "; after: " : " ", out);
			put_cell(out, bytes_text(&event));
			out->failed |= event.failed;
			bytes_deinit(&event);
		}
		bytes_putc(out, '\n');
		put_causes(d, out, "\nCaused by ", "\n");
	}
	if (nr_moved(d)) {
		sentences_printf(d->sentences, out, "\n<details><summary>%zu elsewhere, of the same size</summary>\n\n", nr_moved(d));
		markdown_owners(d, out, true);
		bytes_puts(out, "\n</details>\n");
	}
	if (!d->nr_numbers)
		return;
	sentences_printf(d->sentences, out, "\n<details><summary>%zu numbers</summary>\n\n| number | before | after |\n", d->nr_numbers);
	bytes_puts(out, "|---|--:|--:|\n");
	for (size_t i = 0; i < d->nr_numbers; i++) {
		bytes_puts(out, "| ");
		put_cell(out, d->numbers[i].name);
		bytes_puts(out, " | ");
		put_number_of(out, &d->numbers[i], 0);
		bytes_puts(out, " | ");
		put_number_of(out, &d->numbers[i], 1);
		bytes_puts(out, " |\n");
	}
	bytes_puts(out, "\n</details>\n");
}

static void json_owner(struct bytes *out, const struct owner_change *o)
{
	struct encode_object object = encode_open(out);

	encode_text(&object, "owner", o->owner);
	encode_num(&object, "before", (int64_t)o->bytes[0]);
	encode_num(&object, "after", (int64_t)o->bytes[1]);
	encode_num(&object, "change", (int64_t)(o->bytes[1] - o->bytes[0]));
	encode_bool(&object, "moved", o->moved);
	encode_hex(&object, "before_base", o->base[0]);
	encode_hex(&object, "after_base", o->base[1]);
	encode_close(&object);
}

static void json_findings(struct encode_object *root, const struct rundiff *d, int side)
{
	struct bytes *out = encode_key(root, side ? "came" : "went");
	bool more = false;

	bytes_putc(out, '[');
	for (size_t i = 0; i < d->findings[side].nr; i++) {
		const struct finding *f = &d->findings[side].finding[i];
		struct encode_object object;

		if (!d->only[side][i])
			continue;
		if (more)
			bytes_putc(out, ',');
		more = true;
		object = encode_open(out);
		encode_text(&object, "rule", f->rule->id);
		encode_text(&object, "severity", severity_name(f->severity));
		encode_text(&object, "subject", f->subject);
		encode_text(&object, "kernel", f->words);
		encode_text(&object, "cause", f->cause);
		encode_close(&object);
	}
	bytes_putc(out, ']');
}

static void json_parting(struct encode_object *root, const struct rundiff *d)
{
	struct bytes *out = encode_key(root, "parting");

	bytes_putc(out, '[');
	for (int side = 0; side < 2; side++) {
		struct encode_object object;

		bytes_puts(out, side ? "," : "");
		if (d->seq[side] == SIZE_MAX) {
			bytes_puts(out, "null");
			continue;
		}
		object = encode_open(out);
		encode_num(&object, "seq", (int64_t)d->seq[side]);
		encode_text(&object, "step", mm_step(d->run[side]->mm, mm_event(d->run[side]->mm, d->seq[side])->step)->name);
		encode_close(&object);
	}
	bytes_putc(out, ']');
}

static void json_inputs(struct encode_object *root, const struct rundiff *d)
{
	struct bytes *out = encode_key(root, "inputs");

	bytes_putc(out, '[');
	for (size_t i = 0; i < d->inputs.nr; i++) {
		const struct input_change *change = &d->inputs.change[i];
		struct encode_object object;

		bytes_puts(out, i ? "," : "");
		object = encode_open(out);
		encode_text(&object, "input", change->input);
		encode_text(&object, "name", change->name);
		encode_text(&object, "before", change->before);
		encode_text(&object, "after", change->after);
		encode_bool(&object, "caused", d->caused[i]);
		encode_close(&object);
	}
	bytes_putc(out, ']');
}

static void json_units(struct encode_object *root, const struct rundiff *d)
{
	static const char *const names[] = { [METRIC_BYTES] = "bytes", [METRIC_COUNT] = "count", [METRIC_ADDRESS] = "address" };
	struct encode_object units = encode_open(encode_key(root, "units"));

	for (size_t i = 0; i < d->nr_numbers; i++)
		encode_text(&units, d->numbers[i].name, names[d->numbers[i].unit]);
	encode_close(&units);
}

static void write_json(const struct rundiff *d, struct bytes *out)
{
	struct encode_object root = encode_open(out), numbers;
	struct bytes *list;

	for (int side = 0; side < 2; side++) {
		struct encode_object object = encode_open(encode_key(&root, side ? "after" : "before"));

		encode_text(&object, "board", d->run[side]->request->board);
		encode_text(&object, "kernel", d->run[side]->request->kernel);
		encode_text(&object, "cmdline", mm_cmdline(d->run[side]->mm));
		encode_text(&object, "id", d->run[side]->request->id);
		encode_close(&object);
	}
	list = encode_key(&root, "owners");
	bytes_putc(list, '[');
	for (size_t i = 0; i < d->nr_owners; i++) {
		bytes_puts(list, i ? "," : "");
		json_owner(list, &d->owners[i]);
	}
	bytes_putc(list, ']');
	numbers = encode_open(encode_key(&root, "numbers"));
	for (size_t i = 0; i < d->nr_numbers; i++)
		bytes_printf(encode_key(&numbers, d->numbers[i].name), "[%llu,%llu]",
			     (unsigned long long)d->numbers[i].value[0], (unsigned long long)d->numbers[i].value[1]);
	encode_close(&numbers);
	json_units(&root, d);
	json_findings(&root, d, 0);
	json_findings(&root, d, 1);
	json_parting(&root, d);
	json_reasons(&root, d);
	json_inputs(&root, d);
	encode_close(&root);
	bytes_putc(out, '\n');
}

bool rundiff_write(struct rundiff *diff, const char *format, const struct sentences *sentences, struct bytes *out)
{
	static const struct {
		const char *name;
		void (*write)(const struct rundiff *diff, struct bytes *out);
	} formats[] = { { "text", write_text }, { "markdown", write_markdown }, { "json", write_json } };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, format))
			continue;
		for (int side = 0; side < 2; side++)
			out->failed |= findings_translate(&diff->findings[side], sentences) != 0;
		diff->sentences = sentences;
		formats[i].write(diff, out);
		diff->sentences = NULL;
		return true;
	}
	return false;
}
