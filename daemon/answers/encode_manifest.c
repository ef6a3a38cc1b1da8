// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/encode_manifest.h"

#include "daemon/answers/artifact.h"
#include "daemon/answers/encode.h"
#include "daemon/answers/table_read.h"
#include "daemon/base/encode_object.h"
#include "daemon/input/encode_request.h"

#include <stdlib.h>
#include <string.h>

static void put_loader(struct encode_object *inputs, const struct request *request)
{
	const struct request_loader *loader = &request->loader;
	struct encode_object object = encode_open(encode_key(inputs, "loader"));

	if (request->loader_model)
		encode_text(&object, "model", request->loader_model);
	if (loader->has_image)
		encode_hex(&object, "kernel_image", loader->image);
	if (loader->has_dtb)
		encode_hex(&object, "dtb", loader->dtb);
	if (loader->has_dtb_totalsize)
		encode_hex(&object, "dtb_totalsize", loader->dtb_totalsize);
	if (loader->has_initrd) {
		struct bytes *out = encode_key(&object, "initrd");

		bytes_putc(out, '[');
		encode_value(out, MM_HEX, (union mm_value){ .u = loader->initrd_start });
		bytes_putc(out, ',');
		encode_value(out, MM_HEX, (union mm_value){ .u = loader->initrd_end });
		bytes_putc(out, ']');
	}
	if (loader->has_initrd_size)
		encode_hex(&object, "initrd_size", loader->initrd_size);
	encode_close(&object);
}

/* The line that the kernel saw.  One that died before it read any was given one all the same. */
static void encode_cmdline(struct encode_object *inputs, const struct run *run)
{
	const struct request *request = run->request;
	const char *line = mm_cmdline(run->mm);
	struct bytes bootargs = { 0 };
	size_t len;

	if (!*line && request->cmdline)
		line = request->cmdline;
	if (!*line && !request->cmdline) {
		const char *value = mm_tree_property(request->dtb.data, request->dtb.len, "/chosen", "bootargs", &len);

		if (value)
			bytes_add(&bootargs, value, strnlen(value, len));
		line = bytes_text(&bootargs);
	}
	encode_text(inputs, "cmdline", line);
	bytes_deinit(&bootargs);
}

void encode_inputs(struct encode_object *manifest, const struct run *run, bool with_ops)
{
	const struct request *request = run->request;
	struct encode_object object = encode_open(encode_key(manifest, "inputs"));

	encode_text(&object, "board", request->board);
	encode_text(&object, "kernel", request->kernel);
	encode_cmdline(&object, run);
	if (request->nr_banks) {
		struct bytes *out = encode_key(&object, "memory");

		bytes_putc(out, '"');
		encode_banks(out, request);
		bytes_putc(out, '"');
	} else {
		encode_text(&object, "memory", NULL);
	}
	encode_text(&object, "cpu", request->cpu);
	if (with_ops)
		encode_text(&object, "ops", request->ops);
	if (request->from_state)
		encode_text(&object, "from_state", request->from_state);
	put_loader(&object, request);
	if (request->nr_memreserve) {
		struct bytes *out = encode_key(&object, "memreserve");

		bytes_putc(out, '"');
		encode_memreserve(out, request);
		bytes_putc(out, '"');
	}
	if (request->reserved)
		encode_text(&object, "reserved", request->reserved);
	if (request->uefi)
		encode_text(&object, "uefi", request->uefi);
	encode_num(&object, "dtb_bytes", (int64_t)request->dtb.len);
	encode_close(&object);
}

static void put_kernel(struct encode_object *manifest, const struct run *run, const struct kernel_card *card,
		       const struct trust *trust)
{
	struct encode_object object = encode_open(encode_key(manifest, "kernel"));

	encode_text(&object, "name", mm_kernel_name(run->kernel));
	encode_text(&object, "version", mm_kernel_version(run->kernel));
	encode_text(&object, "sequence", mm_kernel_sequence(run->kernel));
	encode_text(&object, "known", trust_known_word(trust->known));
	encode_text(&object, "description", card->description);
	bytes_puts(encode_key(&object, "conformance"), !trust->own && trust->record.known ? card->conformance : "null");
	trust_encode(&object, trust, card);
	encode_close(&object);
}

/* How many bytes of RAM an owner has. */
static uint64_t owned_by(const struct mm_state *end, const char *owner)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < mm_state_nr_rows(end, MM_LEDGER); i++) {
		struct table_row row = table_row(end, MM_LEDGER, i);

		if (row_num(row, "ram") && !strcmp(row_text(row, "owner"), owner))
			bytes += row_hex(row, "size");
	}
	return bytes;
}

/* All owners, so that nobody has to tell a missing member from zero. */
static void put_ledger(struct encode_object *totals, const struct mm_state *end)
{
	struct encode_object object = encode_open(encode_key(totals, "ledger"));
	const char *owner;

	for (size_t i = 0; (owner = mm_owner_name(i)); i++)
		encode_hex(&object, owner, owned_by(end, owner));
	encode_close(&object);
}

static void put_counters(struct encode_object *totals, const struct mm_state *end)
{
	struct encode_object object = encode_open(encode_key(totals, "counters"));

	for (size_t i = 0; i < mm_state_nr_rows(end, MM_COUNTERS); i++) {
		struct table_row row = table_row(end, MM_COUNTERS, i);

		encode_num(&object, row_text(row, "key"), row_num(row, "value"));
	}
	encode_close(&object);
}

static void put_zone_totals(struct encode_object *totals, const struct mm_state *end)
{
	struct bytes *out = encode_key(totals, "zones");

	bytes_putc(out, '[');
	for (size_t i = 0; i < mm_state_nr_rows(end, MM_ZONES); i++) {
		struct table_row row = table_row(end, MM_ZONES, i);
		struct encode_object object;

		if (i)
			bytes_putc(out, ',');
		object = encode_open(out);
		encode_text(&object, "key", row_text(row, "key"));
		encode_num(&object, "spanned", row_num(row, "spanned"));
		encode_num(&object, "present", row_num(row, "present"));
		encode_num(&object, "managed", row_num(row, "managed"));
		encode_close(&object);
	}
	bytes_putc(out, ']');
}

static int64_t count_problems(const struct mm *mm)
{
	int64_t problems = 0;

	for (size_t seq = 0; seq < mm_nr_events(mm); seq++)
		problems += mm_event(mm, seq)->kind == MM_PROBLEM;
	return problems;
}

void encode_totals(struct encode_object *manifest, const struct mm *mm, const struct mm_state *end)
{
	struct encode_object object = encode_open(encode_key(manifest, "totals"));

	encode_num(&object, "events", (int64_t)mm_nr_events(mm));
	encode_num(&object, "steps", (int64_t)mm_nr_steps(mm));
	encode_hex(&object, "ram", mm_ram_bytes(mm));
	encode_num(&object, "problems", count_problems(mm));
	encode_bool(&object, "panicked", mm_panicked(mm));
	put_ledger(&object, end);
	put_counters(&object, end);
	put_zone_totals(&object, end);
	encode_close(&object);
}

static void put_step(struct bytes *out, const struct mm *mm, size_t i)
{
	const struct mm_step *step = mm_step(mm, i);
	struct encode_object object = encode_open(out);

	encode_num(&object, "index", (int64_t)i);
	encode_text(&object, "name", step->name);
	encode_text(&object, "stage", step->stage);
	encode_bool(&object, "executed", step->executed);
	encode_text(&object, "note", step->note);
	encode_num(&object, "parent", step->parent);
	encode_num(&object, "depth", step->depth);
	encode_num(&object, "first_seq", step->first_seq);
	encode_num(&object, "last_seq", step->last_seq);
	encode_close(&object);
}

void encode_steps(struct encode_object *manifest, const struct mm *mm, size_t since)
{
	struct bytes *out = encode_key(manifest, "steps");
	bool more = false;

	bytes_putc(out, '[');
	for (size_t i = 0; i < mm_nr_steps(mm); i++) {
		if (mm_step(mm, i)->last_seq < since)
			continue;
		if (more)
			bytes_putc(out, ',');
		more = true;
		put_step(out, mm, i);
	}
	bytes_putc(out, ']');
}

static const char *type_name(enum mm_type type)
{
	static const char *const names[] = {
		[MM_HEX] = "hex", [MM_NUM] = "number", [MM_STR] = "text", [MM_LIST] = "list", [MM_RUNS] = "runs",
	};

	return names[type];
}

static void put_columns(struct bytes *out, const struct mm_table_def *def)
{
	bytes_putc(out, '[');
	for (size_t i = 0; i < def->nr_columns; i++) {
		struct encode_object object;

		if (i)
			bytes_putc(out, ',');
		object = encode_open(out);
		encode_text(&object, "name", def->columns[i].name);
		encode_text(&object, "type", type_name(def->columns[i].type));
		encode_close(&object);
	}
	bytes_putc(out, ']');
}

static void put_tables(struct encode_object *manifest)
{
	struct bytes *out = encode_key(manifest, "tables");

	bytes_putc(out, '[');
	for (int table = 0; table < MM_NR_TABLES; table++) {
		const struct mm_table_def *def = mm_table_def((enum mm_table_id)table);
		struct encode_object object;

		if (table)
			bytes_putc(out, ',');
		object = encode_open(out);
		encode_text(&object, "name", def->name);
		put_columns(encode_key(&object, "columns"), def);
		encode_close(&object);
	}
	bytes_putc(out, ']');
}

void encode_links(struct encode_object *manifest, const char *id)
{
	struct encode_object object = encode_open(encode_key(manifest, "links"));

	bytes_printf(encode_key(&object, "self"), "\"/api/v1/runs/%s\"", id);
	for (size_t i = 0; i < artifact_count(); i++) {
		const char *name = artifact_card(i)->name;

		if (strcmp(name, "manifest"))
			bytes_printf(encode_key(&object, name), "\"/api/v1/runs/%s/%s\"", id, name);
	}
	encode_close(&object);
}

void encode_manifest(struct bytes *out, const struct run *run, const struct kernel_card *card,
		     const struct trust *trust, const struct mm_state *end)
{
	struct encode_object object = encode_open(out);

	encode_text(&object, "id", run->request->id);
	encode_text(&object, "engine", mm_version());
	encode_inputs(&object, run, true);
	put_kernel(&object, run, card, trust);
	/* What the kernel finds, to the byte, and how that is known. */
	encode_rows(encode_key(&object, "loader"), end, MM_LOADER);
	encode_totals(&object, run->mm, end);
	encode_steps(&object, run->mm, 0);
	put_tables(&object);
	encode_links(&object, run->request->id);
	encode_close(&object);
	bytes_putc(out, '\n');
}
