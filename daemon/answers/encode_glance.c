// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/encode_glance.h"

#include "daemon/answers/encode.h"
#include "daemon/answers/encode_manifest.h"

/* A tree can cause thousands of them, all alike. */
#define MAX_PROBLEMS 16

static const enum mm_table_id tables[] = {
	MM_MEMBLOCK_MEMORY, MM_MEMBLOCK_RESERVED, MM_LEDGER, MM_NODES, MM_ZONES, MM_COUNTERS, MM_LOADER,
};

static void put_kernel(struct encode_object *glance, const struct run *run)
{
	struct encode_object object = encode_open(encode_key(glance, "kernel"));

	encode_text(&object, "name", mm_kernel_name(run->kernel));
	encode_text(&object, "version", mm_kernel_version(run->kernel));
	encode_close(&object);
}

static void put_tables(struct encode_object *glance, const struct mm_state *end)
{
	struct encode_object object = encode_open(encode_key(glance, "tables"));

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		encode_rows(encode_key(&object, mm_table_def(tables[i])->name), end, tables[i]);
	encode_close(&object);
}

/* With the facts of their causes. */
static void put_problems(struct encode_object *glance, const struct mm *mm)
{
	struct bytes *out = encode_key(glance, "problems");
	size_t nr = 0;

	bytes_putc(out, '[');
	for (size_t seq = 0; seq < mm_nr_events(mm) && nr < MAX_PROBLEMS; seq++) {
		if (mm_event(mm, seq)->kind != MM_PROBLEM)
			continue;
		if (nr++)
			bytes_putc(out, ',');
		encode_event(out, mm, mm_event(mm, seq));
	}
	bytes_putc(out, ']');
}

void encode_glance(struct bytes *out, const struct run *run, const struct mm_state *end)
{
	size_t last = mm_nr_events(run->mm) - 1;
	const struct mm_event *event = mm_event(run->mm, last);
	struct encode_object object = encode_open(out);

	encode_text(&object, "id", run->request->id);
	encode_inputs(&object, run, true);
	put_kernel(&object, run);
	encode_totals(&object, run->mm, end);
	encode_num(&object, "seq", (int64_t)last);
	encode_text(&object, "step", mm_step(run->mm, event->step)->name);
	encode_num(&object, "step_index", event->step);
	put_tables(&object, end);
	put_problems(&object, run->mm);
	encode_close(&object);
	bytes_putc(out, '\n');
}
