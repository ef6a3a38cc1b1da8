// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/phases.h"

#include "daemon/answers/encode.h"
#include "daemon/answers/instant.h"
#include "daemon/answers/table_read.h"
#include "daemon/base/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a record has whole where it changed; of the others it only says that they did. */
static const enum mm_table_id shown[] = { MM_ZONES, MM_ZONELISTS, MM_PAGESETS, MM_BOOT_PAGESETS };

#define NR_SHOWN	(sizeof(shown) / sizeof(shown[0]))

/* A step (its index) or a stage, and the event that it ends with. */
struct phase {
	bool is_stage;
	size_t step;		/* of a stage: its first */
	uint32_t first_seq, seq;
};

/* Where the walk along the log is: the sums follow from the ledger's splices, so that no table is built for them. */
struct walk {
	const struct mm *mm;
	struct mm_timeline *timeline;
	struct bytes *out;
	uint64_t *owned;	/* bytes by index of mm_owner_name() */
	size_t nr_owners;
	size_t next;		/* the first event that is not counted yet */
	uint64_t *changed;	/* of each event: the tables that its splices touch, as bits */
	size_t phase;
};

static size_t owner_index(const struct walk *walk, const char *owner)
{
	size_t i = 0;

	while (i < walk->nr_owners && strcmp(mm_owner_name(i), owner))
		i++;
	return i;
}

static void count_rows(struct walk *walk, const union mm_value *rows, size_t nr, bool gone)
{
	struct table_row row = { mm_table_def(MM_LEDGER), rows };

	for (size_t i = 0; i < nr; i++, row.value += row.def->nr_columns) {
		size_t owner = owner_index(walk, row_text(row, "owner"));
		uint64_t size = row_hex(row, "size");

		if (owner < walk->nr_owners && row_num(row, "ram"))
			walk->owned[owner] += gone ? -size : size;
	}
}

static void count_up_to(struct walk *walk, uint32_t seq)
{
	for (; walk->next <= seq; walk->next++) {
		const struct mm_event *event = mm_event(walk->mm, walk->next);

		for (size_t i = 0; i < event->nr_splices; i++) {
			const struct mm_splice *splice = &event->splices[i];

			walk->changed[walk->next] |= UINT64_C(1) << splice->table;
			if (splice->table != MM_LEDGER)
				continue;
			count_rows(walk, splice->del, splice->nr_del, true);
			count_rows(walk, splice->ins, splice->nr_ins, false);
		}
	}
}

static void put_owners(struct encode_object *record, const struct walk *walk)
{
	struct encode_object object = encode_open(encode_key(record, "owners"));

	for (size_t i = 0; i < walk->nr_owners; i++)
		encode_hex(&object, mm_owner_name(i), walk->owned[i]);
	encode_close(&object);
}

static uint64_t changed_in(const struct walk *walk, const struct phase *phase)
{
	uint64_t changed = 0;

	for (size_t seq = phase->first_seq; seq <= phase->seq; seq++)
		changed |= walk->changed[seq];
	return changed;
}

static void put_changed(struct encode_object *record, uint64_t changed)
{
	struct bytes *out = encode_key(record, "changed");
	bool more = false;

	bytes_putc(out, '[');
	for (int table = 0; table < MM_NR_TABLES; table++) {
		if (!(changed >> table & 1))
			continue;
		if (more)
			bytes_putc(out, ',');
		more = true;
		bytes_json(out, mm_table_def((enum mm_table_id)table)->name);
	}
	bytes_putc(out, ']');
}

static int put_tables(struct encode_object *record, const struct walk *walk, uint32_t seq, uint64_t changed,
		      struct mm_error *error)
{
	struct encode_object tables = encode_open(encode_key(record, "tables"));
	struct mm_state *state = NULL;

	for (size_t i = 0; i < NR_SHOWN; i++) {
		if (!(changed >> shown[i] & 1))
			continue;
		if (!state && mm_timeline_state(walk->timeline, seq, &state))
			return fail(error, -ENOMEM, NULL, "no memory for the answer");
		encode_rows(encode_key(&tables, mm_table_def(shown[i])->name), state, shown[i]);
	}
	encode_close(&tables);
	mm_state_free(state);
	return 0;
}

static int put_phase(struct walk *walk, const struct phase *phase, struct mm_error *error)
{
	const struct mm_step *step = mm_step(walk->mm, phase->step);
	struct encode_object record = encode_open(walk->out);
	uint64_t changed;
	int err;

	count_up_to(walk, phase->seq);
	changed = changed_in(walk, phase);
	encode_num(&record, "phase", (int64_t)walk->phase);
	encode_text(&record, "kind", phase->is_stage ? "stage" : "step");
	encode_text(&record, "name", phase->is_stage ? step->stage : step->name);
	encode_text(&record, "stage", step->stage);
	if (!phase->is_stage) {
		encode_num(&record, "step_index", (int64_t)phase->step);
		encode_num(&record, "depth", step->depth);
		encode_bool(&record, "executed", step->executed);
	}
	encode_num(&record, "first_seq", phase->first_seq);
	encode_num(&record, "seq", phase->seq);
	encode_hex(&record, "ram", mm_ram_bytes(walk->mm));
	put_owners(&record, walk);
	put_changed(&record, changed);
	err = put_tables(&record, walk, phase->seq, walk->phase++ ? changed : UINT64_MAX, error);
	encode_close(&record);
	bytes_putc(walk->out, '\n');
	return err;
}

/* In the order in which they end; what is called ends before its caller, and a stage after its steps. */
static int compare_phases(const void *a, const void *b)
{
	const struct phase *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	if (x->is_stage != y->is_stage)
		return x->is_stage ? 1 : -1;
	return x->step > y->step ? -1 : x->step < y->step;
}

/* A stage that ends with every step of it open has no phase of its own before: steps reach over it. */
static size_t list_phases(const struct mm *mm, struct phase *phases)
{
	struct stage_run stage;
	size_t nr = 0;

	for (size_t i = 0; i < mm_nr_steps(mm); i++)
		phases[nr++] = (struct phase){ false, i, mm_step(mm, i)->first_seq, mm_step(mm, i)->last_seq };
	for (size_t i = 0; stage_next(mm, i, &stage); i = stage.end)
		phases[nr++] = (struct phase){ true, i, stage.first_seq, stage.last_seq };
	qsort(phases, nr, sizeof(*phases), compare_phases);
	return nr;
}

static size_t count_owners(void)
{
	size_t nr = 0;

	while (mm_owner_name(nr))
		nr++;
	return nr;
}

int phases_write(const struct mm *mm, struct bytes *out, struct mm_error *error)
{
	struct phase *phases = calloc(2 * mm_nr_steps(mm), sizeof(*phases));
	struct walk walk = { .mm = mm, .out = out, .nr_owners = count_owners() };
	bool decimal = out->decimal;
	size_t nr;
	int err = 0;

	_Static_assert(MM_NR_TABLES <= 64, "tables as bits");
	walk.owned = calloc(walk.nr_owners, sizeof(*walk.owned));
	walk.changed = calloc(mm_nr_events(mm), sizeof(*walk.changed));
	if (!phases || !walk.owned || !walk.changed || mm_timeline_new(mm, &walk.timeline))
		err = fail(error, -ENOMEM, NULL, "no memory for the answer");
	out->decimal = true;
	nr = err ? 0 : list_phases(mm, phases);
	for (size_t i = 0; i < nr && !err && !out->failed; i++)
		err = put_phase(&walk, &phases[i], error);
	out->decimal = decimal;
	mm_timeline_free(walk.timeline);
	free(phases);
	free(walk.owned);
	free(walk.changed);
	return err;
}
