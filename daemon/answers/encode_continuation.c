// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/encode_continuation.h"

#include "daemon/answers/encode.h"
#include "daemon/answers/encode_manifest.h"
#include "daemon/texts/teller.h"

static void put_manifest(struct encode_object *answer, const struct run *run, const struct mm_state *end)
{
	struct encode_object object = encode_open(encode_key(answer, "manifest"));

	encode_text(&object, "id", run->request->id);
	encode_inputs(&object, run, false);
	encode_totals(&object, run->mm, end);
	encode_links(&object, run->request->id);
	encode_close(&object);
}

static void put_events(struct encode_object *answer, const struct mm *mm, size_t since)
{
	struct bytes *out = encode_key(answer, "events");

	bytes_putc(out, '[');
	for (size_t seq = since; seq < mm_nr_events(mm); seq++) {
		if (seq > since)
			bytes_putc(out, ',');
		encode_event(out, mm, mm_event(mm, seq));
	}
	bytes_putc(out, ']');
}

int encode_continuation(struct bytes *out, const struct run *run, const struct mm_state *end, size_t since,
			const char *lang, struct mm_error *error)
{
	const struct tale tale = { run->mm, mm_kernel_version(run->kernel), lang, since, SIZE_MAX, run->catalogue, run->sums };
	struct encode_object object = encode_open(out);
	int err;

	encode_num(&object, "since", (int64_t)since);
	put_manifest(&object, run, end);
	encode_steps(&object, run->mm, since);
	put_events(&object, run->mm, since);
	err = tell_json_continued(&tale, encode_key(&object, "moments"), error);
	encode_close(&object);
	bytes_putc(out, '\n');
	return err;
}
