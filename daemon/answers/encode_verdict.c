// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/encode_verdict.h"

void encode_count(struct bytes *out, size_t matched, size_t total)
{
	struct encode_object object = encode_open(out);

	encode_num(&object, "matched", (int64_t)matched);
	encode_num(&object, "total", (int64_t)total);
	encode_close(&object);
}

void encode_reason(struct encode_object *parent, const struct verdict *v, size_t seq)
{
	const struct mm_event *event = mm_event(v->run.mm, seq);
	struct encode_object reason;

	encode_num(parent, "seq", (int64_t)seq);
	encode_text(parent, "step", mm_step(v->run.mm, event->step)->name);
	encode_text(parent, "fn", event->fn);
	reason = encode_open(encode_key(parent, "why"));
	if (*event->owner)
		encode_text(&reason, "owner", event->owner);
	for (size_t i = 0; i < event->nr_why; i++)
		encode_member(&reason, event->why[i].name, event->why[i].type, event->why[i].value);
	encode_close(&reason);
}

static void put_difference(struct bytes *out, const struct verdict *v, const struct difference *d)
{
	struct encode_object object = encode_open(out);

	encode_text(&object, "class", fact_class_name(d->class));
	if (d->line)
		encode_num(&object, "line", (int64_t)d->line);
	encode_text(&object, "real", d->real);
	encode_text(&object, "predicted", d->predicted);
	if (d->has_event)
		encode_reason(&object, v, d->seq);
	encode_close(&object);
}

void encode_score(struct encode_object *parent, const struct verdict *v)
{
	struct encode_object classes;
	struct bytes *out;

	encode_text(parent, "kernel", v->request.kernel);
	encode_num(parent, "matched", (int64_t)v->matched);
	encode_num(parent, "total", (int64_t)v->total);
	classes = encode_open(encode_key(parent, "classes"));
	for (size_t class = 0; class < FACT_NR_CLASSES; class++)
		if (v->class[class].counted)
			encode_count(encode_key(&classes, fact_class_name((enum fact_class)class)), v->class[class].matched,
				     v->class[class].total);
	encode_close(&classes);
	out = encode_key(parent, "differences");
	bytes_putc(out, '[');
	for (size_t i = 0; i < v->nr_differences; i++) {
		if (i)
			bytes_putc(out, ',');
		put_difference(out, v, &v->differences[i]);
	}
	bytes_putc(out, ']');
}

void encode_verdict(struct encode_object *parent, const struct verdict *v)
{
	struct encode_object object = encode_open(encode_key(parent, v->name));

	encode_score(&object, v);
	encode_close(&object);
}
