// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/texts/teller.h"

#include "daemon/base/encode_object.h"
#include "daemon/base/fail.h"
#include "daemon/base/wrap.h"
#include "daemon/texts/moment.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* A call has at most this many callers. */
#define MAX_DEPTH	32

/* Somebody who tells a run. */
struct teller {
	const struct mm *mm;
	struct texts *texts;
	struct moment *moment;
	bool chinese;
	struct bytes headline, reason;
	const char *function;		/* whose text, file and concepts these are */
	struct bytes does;		/* what the last step asked for is for ... */
	size_t does_of;			/* ... its index + 1 */
};

static void teller_deinit(struct teller *teller)
{
	moment_free(teller->moment);
	texts_free(teller->texts);
	bytes_deinit(&teller->headline);
	bytes_deinit(&teller->reason);
	bytes_deinit(&teller->does);
}

static int teller_init(struct teller *teller, const struct tale *tale, struct mm_error *error)
{
	int err;

	*teller = (struct teller){ .mm = tale->mm, .chinese = !strcmp(tale->lang, "zh-CN") };
	err = texts_new(tale->lang, tale->catalogue, &teller->texts, error);
	if (err)
		return err;
	teller->moment = moment_new(tale->mm, teller->texts, tale->version, tale->sums);
	if (teller->moment)
		return 0;
	teller_deinit(teller);
	return fail(error, -ENOMEM, NULL, "no memory for the texts");
}

static bool holds(void *ctx, const char *condition)
{
	const struct teller *teller = ctx;

	return moment_holds(teller->moment, condition);
}

/* ------------------------------------------------------------------ one moment */

static bool is_wide(const char *p)
{
	return (unsigned char)*p >= 0xe3;
}

/* How many parentheses of a call in C are open behind @p: "zoneref_set_zone(zone, ref)" is no list of Chinese. */
static unsigned call_depth(unsigned depth, const char *text, const char *p)
{
	if (*p == '(' && (depth || (p > text && (isalnum((unsigned char)p[-1]) || p[-1] == '_'))))
		return depth + 1;
	return *p == ')' && depth ? depth - 1 : depth;
}

/*
 * Templates have spaces where Latin words may stand, and the engine's lists have commas: in Chinese neither belongs between
 * Chinese words.  What is quoted stays, and so does code.
 */
static void set_in_chinese(struct bytes *out, size_t from)
{
	struct bytes whole = { 0 };
	bool quoted = false;
	unsigned depth = 0;

	bytes_add(&whole, bytes_text(out) + from, out->len - from);
	bytes_cut(out, from);
	for (const char *text = bytes_text(&whole), *p = text; *p; p++) {
		if (!strncmp(p, "“", 3) || !strncmp(p, "”", 3))
			quoted = !strncmp(p, "“", 3);
		depth = call_depth(depth, text, p);
		if (!quoted && !depth && !strncmp(p, ", ", 2)) {
			bytes_puts(out, "、");
			p++;
		} else if (quoted || *p != ' ' || p < text + 3 || !is_wide(p - 3) || !is_wide(p + 1)) {
			bytes_putc(out, *p);
		}
	}
	bytes_deinit(&whole);
}

static bool fill(struct teller *teller, const char *template, struct bytes *out)
{
	size_t before = out->len;
	bool whole = template && moment_fill(teller->moment, template, out);

	if (teller->chinese)
		set_in_chinese(out, before);
	return whole;
}

/* False if there is no such text, or a number that it asks for is not known. */
static bool say(struct teller *teller, struct bytes *out, const char *function, const char *sort)
{
	const char *template = texts_function(teller->texts, function, sort, holds, teller);
	size_t before = out->len;

	if (fill(teller, template, out))
		return true;
	bytes_cut(out, before);
	return false;
}

static bool say_phrase(struct teller *teller, struct bytes *out, const char *name)
{
	return fill(teller, texts_phrase(teller->texts, name, holds, teller), out);
}

/* What the event's call is for: told by what the whole call does, at each of its events. */
static bool say_does(struct teller *teller, struct bytes *out, const struct mm_event *event)
{
	const struct mm_step *step = mm_step(teller->mm, event->step);

	if (teller->does_of != event->step + 1u) {
		bytes_clear(&teller->does);
		moment_take(teller->moment, step->first_seq);
		say(teller, &teller->does, step->name, "does");
		moment_take(teller->moment, event->seq);
		teller->does_of = event->step + 1u;
	}
	bytes_add(out, bytes_text(&teller->does), teller->does.len);
	return teller->does.len;
}

/* A call begins: what it is for, and what it will have changed. */
static void tell_step(struct teller *teller, const struct mm_event *event, const struct mm_step *step)
{
	if (!say_does(teller, &teller->headline, event))
		say_phrase(teller, &teller->headline, "begin");
	say_phrase(teller, &teller->reason, step->executed ? "step" : "grey");
}

/* It ends: what it has changed. */
static void tell_leave(struct teller *teller, const struct mm_event *event, const struct mm_step *step)
{
	if (!say(teller, &teller->headline, step->name, "done"))
		say_phrase(teller, &teller->headline, "leave");
	say_does(teller, &teller->reason, event);
}

static void tell_event(struct teller *teller, const struct mm_event *event, const struct mm_step *step)
{
	/* What an engine's name for an operation cannot say, the step's may. */
	if (say(teller, &teller->headline, event->fn, "says"))
		teller->function = event->fn;
	else if (say(teller, &teller->headline, step->name, "says"))
		teller->function = step->name;
	else
		say_phrase(teller, &teller->headline, "event");
	if (say_phrase(teller, &teller->reason, "cause") || say(teller, &teller->reason, event->fn, "why"))
		return;
	say_does(teller, &teller->reason, event);
}

static void tell_moment(struct teller *teller, size_t seq)
{
	const struct mm_event *event = mm_event(teller->mm, seq);
	const struct mm_step *step = mm_step(teller->mm, event->step);

	moment_take(teller->moment, seq);
	bytes_clear(&teller->headline);
	bytes_clear(&teller->reason);
	teller->function = step->name;
	if (event->kind == MM_STEP)
		tell_step(teller, event, step);
	else if (event->kind == MM_LEAVE)
		tell_leave(teller, event, step);
	else
		tell_event(teller, event, step);
	if (!strcmp(bytes_text(&teller->headline), bytes_text(&teller->reason)))
		bytes_clear(&teller->reason);
}

static bool told(const struct teller *teller)
{
	return !moment_failed(teller->moment) && !teller->headline.failed && !teller->reason.failed;
}

/* Callers from the outermost to the step itself. */
static size_t path_of(const struct mm *mm, size_t index, const char *path[MAX_DEPTH])
{
	int steps[MAX_DEPTH];
	size_t nr = 0;

	for (int i = (int)index; i >= 0 && nr < MAX_DEPTH; i = mm_step(mm, (size_t)i)->parent)
		steps[nr++] = i;
	for (size_t i = 0; i < nr; i++)
		path[i] = mm_step(mm, (size_t)steps[nr - 1 - i])->name;
	return nr;
}

/* ------------------------------------------------------------------------ JSON */

static void put_path(struct bytes *out, const struct teller *teller, size_t index)
{
	const char *path[MAX_DEPTH];
	size_t nr = path_of(teller->mm, index, path);

	bytes_putc(out, '[');
	for (size_t i = 0; i < nr; i++) {
		bytes_puts(out, i ? "," : "");
		bytes_json(out, path[i]);
	}
	bytes_putc(out, ']');
}

static const char *file_of(const struct teller *teller)
{
	return texts_file(teller->texts, teller->function, moment_raw(teller->moment, "kernel"), moment_raw(teller->moment, "allocator"));
}

/* The function's text is what a step says as it begins. */
static void put_function(struct bytes *out, struct teller *teller, const struct mm_event *event)
{
	const char *file = file_of(teller);
	struct encode_object object = encode_open(out);
	struct bytes text = { 0 };

	if (!strcmp(teller->function, mm_step(teller->mm, event->step)->name))
		say_does(teller, &text, event);
	else
		say(teller, &text, teller->function, "does");
	encode_text(&object, "name", teller->function);
	encode_text(&object, "text", bytes_text(&text));
	encode_text(&object, "file", file ? file : "");
	encode_close(&object);
	bytes_deinit(&text);
}

static void put_concepts(struct bytes *out, const struct teller *teller, const char *step)
{
	const char *concept;
	bool more = false;

	bytes_putc(out, '[');
	for (size_t i = 0; (concept = texts_concept(teller->texts, teller->function, i)); i++) {
		bytes_puts(out, more ? "," : "");
		bytes_json(out, concept);
		more = true;
	}
	for (size_t i = 0; !more && (concept = texts_concept(teller->texts, step, i)); i++) {
		bytes_puts(out, i ? "," : "");
		bytes_json(out, concept);
	}
	bytes_putc(out, ']');
}

static void put_moment(struct teller *teller, size_t seq, struct bytes *out)
{
	const struct mm_event *event = mm_event(teller->mm, seq);
	const struct mm_step *step = mm_step(teller->mm, event->step);
	struct encode_object object = encode_open(out);

	tell_moment(teller, seq);
	encode_num(&object, "seq", (int64_t)seq);
	encode_text(&object, "kind", mm_kind_name(event->kind));
	encode_text(&object, "stage", step->stage);
	encode_text(&object, "step", step->name);
	encode_num(&object, "step_index", event->step);
	put_path(encode_key(&object, "path"), teller, event->step);
	encode_bool(&object, "executed", step->executed);
	encode_text(&object, "headline", bytes_text(&teller->headline));
	encode_text(&object, "reason", bytes_text(&teller->reason));
	put_function(encode_key(&object, "function"), teller, event);
	put_concepts(encode_key(&object, "concepts"), teller, step->name);
	encode_close(&object);
}

static int no_memory(struct mm_error *error)
{
	return fail(error, -ENOMEM, NULL, "no memory for the texts");
}

static size_t end_of(const struct tale *tale)
{
	return tale->to < mm_nr_events(tale->mm) ? tale->to : mm_nr_events(tale->mm);
}

int tell_json(const struct tale *tale, size_t seq, struct bytes *out, struct mm_error *error)
{
	struct teller teller;
	int err = teller_init(&teller, tale, error);

	if (err)
		return err;
	put_moment(&teller, seq, out);
	bytes_putc(out, '\n');
	err = told(&teller) ? 0 : no_memory(error);
	teller_deinit(&teller);
	return err;
}

int tell_json_all(const struct tale *tale, struct bytes *out, struct mm_error *error)
{
	struct teller teller;
	int err = teller_init(&teller, tale, error);

	if (err)
		return err;
	bytes_puts(out, "{\"lang\":");
	bytes_json(out, tale->lang);
	bytes_puts(out, ",\"moments\":[");
	for (size_t seq = tale->from; seq < end_of(tale) && told(&teller) && !out->failed; seq++) {
		bytes_puts(out, seq > tale->from ? ",\n" : "\n");
		put_moment(&teller, seq, out);
	}
	bytes_puts(out, "\n]}\n");
	err = told(&teller) ? 0 : no_memory(error);
	teller_deinit(&teller);
	return err;
}

/* Is it the begin of a call that is open when @from happens, or the event before that? */
static bool depends_on(const struct mm *mm, size_t seq, size_t from)
{
	const struct mm_step *step = mm_step(mm, mm_event(mm, seq)->step);

	return seq + 1 == from || (step->first_seq == seq && step->last_seq >= from);
}

int tell_json_continued(const struct tale *tale, struct bytes *out, struct mm_error *error)
{
	struct teller teller;
	bool more = false;
	int err = teller_init(&teller, tale, error);

	if (err)
		return err;
	bytes_putc(out, '[');
	for (size_t seq = 0; seq < end_of(tale) && told(&teller) && !out->failed; seq++) {
		if (seq < tale->from && !depends_on(tale->mm, seq, tale->from))
			continue;
		bytes_puts(out, more ? ",\n" : "\n");
		put_moment(&teller, seq, out);
		more = true;
	}
	bytes_puts(out, "]");
	err = told(&teller) ? 0 : no_memory(error);
	teller_deinit(&teller);
	return err;
}

/* ------------------------------------------------------------------------ text */

static void put_line(struct bytes *out, const char *line)
{
	if (!*line)
		return;
	bytes_puts(out, "    ");
	wrap_text(out, line, 4, 4);
	bytes_putc(out, '\n');
}

static void put_where(struct bytes *out, const struct teller *teller, size_t seq)
{
	const struct mm_event *event = mm_event(teller->mm, seq);
	const char *path[MAX_DEPTH];
	size_t nr = path_of(teller->mm, event->step, path), start = out->len;

	bytes_printf(out, "#%zu [%s] ", seq, mm_step(teller->mm, event->step)->stage);
	for (size_t i = 0; i < nr; i++) {
		bytes_puts(out, i ? " > " : "");
		bytes_puts(out, path[i]);
	}
	wrap_written(out, start, 4);
	bytes_putc(out, '\n');
}

static void put_text(struct teller *teller, size_t seq, struct bytes *out)
{
	const char *file;

	tell_moment(teller, seq);
	file = file_of(teller);
	put_where(out, teller, seq);
	put_line(out, bytes_text(&teller->headline));
	put_line(out, bytes_text(&teller->reason));
	if (file)
		bytes_printf(out, "    %s · %s · Linux %s\n", teller->function, file, moment_raw(teller->moment, "kernel"));
}

int tell_text(const struct tale *tale, size_t seq, struct bytes *out, struct mm_error *error)
{
	struct teller teller;
	int err = teller_init(&teller, tale, error);

	if (err)
		return err;
	put_text(&teller, seq, out);
	err = told(&teller) ? 0 : no_memory(error);
	teller_deinit(&teller);
	return err;
}

int tell_text_all(const struct tale *tale, struct bytes *out, struct mm_error *error)
{
	struct teller teller;
	int err = teller_init(&teller, tale, error);

	if (err)
		return err;
	for (size_t seq = tale->from; seq < end_of(tale) && told(&teller) && !out->failed; seq++)
		put_text(&teller, seq, out);
	err = told(&teller) ? 0 : no_memory(error);
	teller_deinit(&teller);
	return err;
}
