// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/encode_history.h"

#include <errno.h>
#include <string.h>

#include "daemon/base/encode_object.h"
#include "daemon/base/wrap.h"

struct list {
	const struct sentences *sentences;
	struct bytes *out;
	bool more;
};

static int put_change(void *ctx, const struct mm_change *change)
{
	struct list *list = ctx;
	struct encode_object object;

	if (list->more)
		bytes_putc(list->out, ',');
	list->more = true;
	object = encode_open(list->out);
	encode_text(&object, "kind", change->kind);
	encode_text(&object, "subject", change->subject);
	encode_text_or_null(&object, "was", change->was);
	encode_text_or_null(&object, "is", change->is);
	encode_text_or_null(&object, "release", *change->release ? change->release : NULL);
	if (*change->stable)
		encode_text(&object, "stable", change->stable);
	if (*change->what)
		sentences_encode(list->sentences, &object, "what", change->what);
	if (!strcmp(change->kind, "step"))
		encode_bool(&object, "executed", change->runs);
	encode_close(&object);
	return list->out->failed ? -ENOMEM : 0;
}

int encode_history_json(const struct mm_kernel *kernel, const struct mm_kernel *against, const struct sentences *sentences,
			struct bytes *out)
{
	struct encode_object object = encode_open(out);
	struct list list = { .sentences = sentences, .out = out };
	int err;

	encode_text(&object, "kernel", mm_kernel_name(kernel));
	encode_text(&object, "version", mm_kernel_version(kernel));
	encode_text_or_null(&object, "against", against ? mm_kernel_name(against) : NULL);
	encode_text(&object, "begins", mm_history_begins());
	encode_text(&object, "ends", mm_history_ends());
	bytes_putc(encode_key(&object, "changes"), '[');
	err = mm_kernel_changes(kernel, against, put_change, &list);
	bytes_putc(out, ']');
	encode_close(&object);
	bytes_putc(out, '\n');
	return err ? err : out->failed ? -ENOMEM : 0;
}

/* "f(): called by A", "f(): no longer called by A", "f(): called by B, not by A" */
static void put_step(const struct mm_change *change, const struct sentences *s, struct bytes *out)
{
	bytes_printf(out, "%s()", change->subject);
	if (!change->is)
		sentences_printf(s, out, ": no longer called by %s", change->was);
	else if (!change->was)
		sentences_printf(s, out, ": called by %s", change->is);
	else if (!strcmp(change->was, change->is))
		sentences_printf(s, out, ": moved or reworked in %s", change->is);
	else
		sentences_printf(s, out, ": called by %s, not by %s", change->is, change->was);
}

static void put_field(const struct mm_change *change, const struct sentences *s, struct bytes *out)
{
	bool init_mm = !strcmp(change->kind, "init_mm"), process = !strcmp(change->kind, "process");

	bytes_printf(out, "%s%s", init_mm ? "init_mm." : process ? "process." : "", change->subject);
	if (init_mm)
		sentences_put(s, change->is ? ": new" : ": gone", out);
	else
		sentences_printf(s, out, ": %s, not %s", change->is ? change->is : "unset", change->was ? change->was : "unset");
}

static int put_line(void *ctx, const struct mm_change *change)
{
	const struct list *list = ctx;
	struct bytes *out = list->out;
	size_t start = out->len;

	bytes_printf(out, "%-5s  ", *change->release ? change->release : "-");
	if (!strcmp(change->kind, "step"))
		put_step(change, list->sentences, out);
	else
		put_field(change, list->sentences, out);
	if (*change->what) {
		bytes_puts(out, " - ");
		sentences_put(list->sentences, change->what, out);
	}
	if (*change->stable)
		sentences_printf(list->sentences, out, " (also in %s)", change->stable);
	wrap_written(out, start, 7);
	bytes_putc(out, '\n');
	return out->failed ? -ENOMEM : 0;
}

int encode_history_text(const struct mm_kernel *kernel, const struct mm_kernel *against, const struct sentences *sentences,
			struct bytes *out)
{
	struct list list = { .sentences = sentences, .out = out };

	sentences_printf(sentences, out, "What changed between %s and %s (%s)\n", against ? mm_kernel_name(against) : mm_history_begins(),
			 mm_kernel_name(kernel), mm_kernel_version(kernel));
	return mm_kernel_changes(kernel, against, put_line, &list);
}
