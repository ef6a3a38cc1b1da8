/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <jansson.h>

#include "daemon/answers/artifact.h"
#include "daemon/answers/encode.h"
#include "daemon/answers/encode_freelists.h"
#include "daemon/answers/encode_manifest.h"
#include "daemon/answers/run.h"
#include "daemon/input/encode_request.h"
#include "daemon/base/sha256.h"

#include <cmocka.h>

static void expect_text(struct bytes *out, const char *expected)
{
	assert_false(out->failed);
	assert_string_equal(bytes_text(out), expected);
	bytes_clear(out);
}

static void values_are_written_by_their_type(void **state)
{
	const int64_t numbers[] = { 262144, 3, -1024, 7, 1, 0 };
	const struct mm_list list = { .nr = 6, .v = numbers };
	struct bytes out = { 0 };

	(void)state;
	encode_value(&out, MM_HEX, (union mm_value){ .u = 0 });
	expect_text(&out, "\"0x0\"");
	encode_value(&out, MM_HEX, (union mm_value){ .u = UINT64_MAX });
	expect_text(&out, "\"0xffffffffffffffff\"");
	encode_value(&out, MM_NUM, (union mm_value){ .i = INT64_MIN });
	expect_text(&out, "-9223372036854775808");
	encode_value(&out, MM_LIST, (union mm_value){ .list = &list });
	expect_text(&out, "[262144,3,-1024,7,1,0]");
	encode_value(&out, MM_RUNS, (union mm_value){ .list = &list });
	expect_text(&out, "[[262144,3,-1024],[7,1,0]]");
	bytes_deinit(&out);
}

static void a_text_is_json_whatever_bytes_it_holds(void **state)
{
	struct bytes out = { 0 };
	json_t *value;

	(void)state;
	bytes_json(&out, "a\"b\\c\n\t\x01\x7f\xc3\xa9");
	expect_text(&out, "\"a\\\"b\\\\c\\n\\t\\u0001\\u007f\xc3\xa9\"");
	/* Lone, overlong, surrogate, too large, cut off: each byte is replaced. */
	bytes_json(&out, "\xff|\xc0\x80|\xed\xa0\x80|\xf4\x90\x80\x80|\xe2\x82");
	value = json_loadb(out.data, out.len, JSON_DECODE_ANY, NULL);
	assert_non_null(value);
	json_decref(value);
	bytes_clear(&out);
	for (unsigned i = 0; i < 65536; i++) {
		char text[3] = { (char)(i >> 8), (char)i, '\0' };

		bytes_json(&out, text);
		value = json_loadb(out.data, out.len, JSON_DECODE_ANY, NULL);
		assert_non_null(value);
		json_decref(value);
		bytes_clear(&out);
	}
	bytes_deinit(&out);
}

static void sha256_agrees_with_the_standard(void **state)
{
	static const struct { const char *text, *hex; } vectors[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	struct sha256 sha;
	char hex[65];

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		size_t len = strlen(vectors[i].text);

		sha256_init(&sha);
		sha256_add(&sha, vectors[i].text, len / 3);
		sha256_add(&sha, vectors[i].text + len / 3, len - len / 3);
		sha256_hex(&sha, hex);
		assert_string_equal(hex, vectors[i].hex);
	}
	sha256_init(&sha);
	for (int i = 0; i < 1000000; i++)
		sha256_add(&sha, "a", 1);
	sha256_hex(&sha, hex);
	assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* ------------------------------------------------------------ a booted board */

static struct request request;
static struct run run;

static int boot_a_board(void **state)
{
	struct mm_error error = { .offset = -1 };
	struct ask ask = { .board = "qemu-virt-numa", .kernel = "6.7" };
	int err;

	(void)state;
	err = request_resolve(&ask, &request, &error);
	if (!err)
		err = run_boot(&request, &run, &error);
	if (err)
		print_error("%s: %s: %s\n", ask.board, error.where, error.text);
	return err;
}

static int free_the_board(void **state)
{
	(void)state;
	run_deinit(&run);
	request_deinit(&request);
	return 0;
}

static json_t *artifact(const char *name)
{
	struct bytes out = { 0 };
	struct mm_error error;
	json_error_t problem;
	json_t *value;

	if (artifact_render(&run, name, &out, &error))
		fail_msg("%s: %s", name, error.text);
	value = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, &problem);
	if (!value)
		fail_msg("%s is not JSON: %s at %d", name, problem.text, problem.position);
	bytes_deinit(&out);
	return value;
}

static void every_json_artifact_is_json(void **state)
{
	static const char *const names[] = {
		"manifest", "state", "state/zones", "log.json", "memblock.json", "zoneinfo.json", "buddyinfo.json",
		"pagetypeinfo.json", "iomem.json", "meminfo.json", "ledger.json", "freelists", "state?at=0",
		"state?at=setup_arch", "ledger.json?at=setup_arch:enter", "state?at=stage:1", "state?at=3a&numbers=decimal",
		"manifest?numbers=decimal", "state?at=end",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_string_equal(artifact_type(names[i]), "application/json");
		json_decref(artifact(names[i]));
	}
}

static void names_of_no_artifact_are_refused(void **state)
{
	static const char *const names[] = {
		"", "x", "log?at=1", "log/zones", "state/x", "state?at=", "state?at=no_such_step", "state?at=99999999",
		"state?at=-1", "state?at=setup_arch:leave", "state?from=1", "state/zones/x", "manifest/x", "log.json?at=1",
		"state?at=18446744073709551616", "state?at=setup_arch#2", "state?at=setup_arch#0", "state?at=stage:9",
		"state?at=stage:2:leave", "state?at=0&at=1", "state?numbers=decimal&at=0", "state?numbers=hex", "log?numbers=decimal",
		"events?at=0", "state?kind=alloc", "explain?at=0&from=0", "phases.json", "phases/zones",
	};
	struct bytes out = { 0 };
	struct mm_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (artifact_render(&run, names[i], &out, &error) != -ENOENT)
			fail_msg("\"%s\" was not refused", names[i]);
		assert_int_equal(out.len, 0);
	}
	bytes_deinit(&out);
}

static json_int_t seq_at(const char *at)
{
	char name[80];
	json_t *state;
	json_int_t seq;

	snprintf(name, sizeof(name), "state/zones?at=%s", at);
	state = artifact(name);
	seq = json_integer_value(json_object_get(state, "seq"));
	json_decref(state);
	return seq;
}

/* A stage ends where the next one begins, and a step's end is its own last event. */
static void moments_have_names(void **state)
{
	int step = mm_find_step(run.mm, "paging_init");
	char number[24];

	(void)state;
	assert_true(step > 0);
	assert_string_equal(mm_step(run.mm, (size_t)step)->stage, "2");
	assert_string_not_equal(mm_step(run.mm, (size_t)step - 1)->stage, "2");
	assert_int_equal(seq_at("paging_init"), mm_step(run.mm, (size_t)step)->last_seq);
	assert_int_equal(seq_at("paging_init:enter"), mm_step(run.mm, (size_t)step)->first_seq);
	assert_int_equal(seq_at("paging_init#1:enter"), mm_step(run.mm, (size_t)step)->first_seq);
	assert_int_equal(seq_at("stage:2:enter"), mm_step(run.mm, (size_t)step)->first_seq);
	assert_int_equal(seq_at("stage:1"), mm_step(run.mm, (size_t)step)->first_seq - 1);
	assert_int_equal(seq_at("3c"), mm_nr_events(run.mm) - 1);
	assert_int_equal(seq_at("end"), mm_nr_events(run.mm) - 1);
	snprintf(number, sizeof(number), "%d", 17);
	assert_int_equal(seq_at(number), 17);
}

/* Bytes and addresses are numbers; what a double cannot hold is a string of its digits. */
static void numbers_can_be_numbers(void **state)
{
	json_t *hex = artifact("manifest"), *decimal = artifact("manifest?numbers=decimal");
	const char *ram = json_string_value(json_object_get(json_object_get(hex, "totals"), "ram"));
	struct bytes out = { .decimal = true };

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(json_object_get(decimal, "totals"), "ram")), strtoll(ram, NULL, 16));
	encode_value(&out, MM_HEX, (union mm_value){ .u = (UINT64_C(1) << 53) - 1 });
	expect_text(&out, "9007199254740991");
	encode_value(&out, MM_HEX, (union mm_value){ .u = UINT64_C(1) << 53 });
	expect_text(&out, "\"9007199254740992\"");
	bytes_deinit(&out);
	json_decref(hex);
	json_decref(decimal);
}

/* Every owner is there, in every phase and in the manifest: zero in place of absence. */
static void phases_add_up(void **state)
{
	json_t *manifest = artifact("manifest"), *ledger = json_object_get(json_object_get(manifest, "totals"), "ledger"), *value;
	struct bytes out = { 0 };
	struct mm_error error;
	const char *owner;
	size_t phases = 0;
	json_t *last = NULL;

	(void)state;
	assert_int_equal(artifact_render(&run, "phases", &out, &error), 0);
	for (char *line = out.data, *newline; (newline = strchr(line, '\n')); line = newline + 1, phases++) {
		json_decref(last);
		last = json_loadb(line, (size_t)(newline - line), JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(last);
		assert_int_equal(json_integer_value(json_object_get(last, "phase")), phases);
		assert_int_equal(json_object_size(json_object_get(last, "owners")), json_object_size(ledger));
	}
	assert_true(phases > mm_nr_steps(run.mm));
	json_object_foreach(ledger, owner, value)
		assert_int_equal(json_integer_value(json_object_get(json_object_get(last, "owners"), owner)),
				 strtoll(json_string_value(value), NULL, 16));
	json_decref(last);
	json_decref(manifest);
	bytes_deinit(&out);
}

/* Filters leave out events and change none. */
static void events_can_be_chosen(void **state)
{
	static const struct { const char *name; enum mm_kind kind; } names[] = {
		{ "events?kind=zone", MM_ZONE }, { "events?kind=slab", MM_SLAB },
	};
	struct bytes all = { 0 }, some = { 0 };
	struct mm_error error;

	(void)state;
	assert_int_equal(artifact_render(&run, "events", &all, &error), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t nr = 0, lines = 0;

		for (size_t seq = 0; seq < mm_nr_events(run.mm); seq++)
			nr += mm_event(run.mm, seq)->kind == names[i].kind;
		assert_int_equal(artifact_render(&run, names[i].name, &some, &error), 0);
		for (char *line = some.data, *newline; line && (newline = strchr(line, '\n')); line = newline + 1, lines++) {
			*newline = '\0';
			assert_non_null(strstr(all.data, line));
		}
		assert_int_equal(lines, nr);
		assert_true(nr > 0);
		bytes_clear(&some);
	}
	assert_int_equal(artifact_render(&run, "events?kind=zone&step=paging_init", &some, &error), 0);
	assert_int_equal(some.len, 0);
	assert_int_equal(artifact_render(&run, "events?kind=zonee", &some, &error), -EINVAL);
	assert_non_null(strstr(error.text, "'zone'"));
	assert_int_equal(artifact_render(&run, "events?range=1-1", &some, &error), -EINVAL);
	bytes_deinit(&all);
	bytes_deinit(&some);
}

static void the_same_request_gives_the_same_bytes(void **state)
{
	struct bytes first = { 0 }, again = { 0 };
	struct mm_error error;

	(void)state;
	assert_int_equal(artifact_render(&run, "events", &first, &error), 0);
	assert_int_equal(artifact_write(&request, "events", &again, &error), 0);
	assert_int_equal(first.len, again.len);
	assert_memory_equal(first.data, again.data, first.len);
	bytes_deinit(&first);
	bytes_deinit(&again);
}

/* What a reader does: rows go out, rows come in. */
static void apply(json_t *tables, json_t *splice)
{
	json_t *rows = json_object_get(tables, json_string_value(json_object_get(splice, "table")));
	size_t at = (size_t)json_integer_value(json_object_get(splice, "at")), i;
	json_t *row;

	assert_non_null(rows);
	json_array_foreach(json_object_get(splice, "del"), i, row) {
		assert_true(json_equal(json_array_get(rows, at), row));
		json_array_remove(rows, at);
	}
	json_array_foreach(json_object_get(splice, "ins"), i, row)
		assert_int_equal(json_array_insert(rows, at + i, row), 0);
}

/* And backwards. */
static void undo(json_t *tables, json_t *splice)
{
	json_t *rows = json_object_get(tables, json_string_value(json_object_get(splice, "table")));
	size_t at = (size_t)json_integer_value(json_object_get(splice, "at")), i;
	json_t *row;

	json_array_foreach(json_object_get(splice, "ins"), i, row) {
		assert_true(json_equal(json_array_get(rows, at), row));
		json_array_remove(rows, at);
	}
	json_array_foreach(json_object_get(splice, "del"), i, row)
		assert_int_equal(json_array_insert(rows, at + i, row), 0);
}

static json_t *empty_tables(void)
{
	json_t *tables = json_object();

	for (int table = 0; table < MM_NR_TABLES; table++)
		json_object_set_new(tables, mm_table_def((enum mm_table_id)table)->name, json_array());
	return tables;
}

static json_t *all_events(void)
{
	struct bytes out = { 0 };
	struct mm_error error;
	json_t *events = json_array();

	assert_int_equal(artifact_render(&run, "events", &out, &error), 0);
	for (char *line = out.data, *newline; (newline = strchr(line, '\n')); line = newline + 1) {
		json_t *event = json_loadb(line, (size_t)(newline - line), JSON_REJECT_DUPLICATES, NULL);

		assert_non_null(event);
		assert_int_equal(json_integer_value(json_object_get(event, "seq")), json_array_size(events));
		json_array_append_new(events, event);
	}
	bytes_deinit(&out);
	return events;
}

static void expect_state(json_t *tables, size_t seq)
{
	json_t *real;
	char name[64];

	snprintf(name, sizeof(name), "state?at=%zu", seq);
	real = artifact(name);
	assert_true(json_equal(json_object_get(real, "tables"), tables));
	json_decref(real);
}

static void replaying_events_gives_the_state_forwards_and_backwards(void **state)
{
	json_t *events = all_events(), *tables = empty_tables(), *splice;
	size_t nr = json_array_size(events), i;

	(void)state;
	for (size_t seq = 0; seq < nr; seq++) {
		json_array_foreach(json_object_get(json_array_get(events, seq), "splices"), i, splice)
			apply(tables, splice);
		if (seq % (nr / 7 + 1) == 0 || seq == nr - 1)
			expect_state(tables, seq);
	}
	for (size_t seq = nr; seq--;) {
		json_t *splices = json_object_get(json_array_get(events, seq), "splices");

		for (i = json_array_size(splices); i--;)
			undo(tables, json_array_get(splices, i));
		if (seq && seq % (nr / 5 + 1) == 0)
			expect_state(tables, seq - 1);
	}
	json_decref(events);
	json_decref(tables);
}

static void manifest_steps_enclose_their_events(void **state)
{
	json_t *manifest = artifact("manifest"), *step;
	json_t *steps = json_object_get(manifest, "steps");
	json_int_t events = json_integer_value(json_object_get(json_object_get(manifest, "totals"), "events"));
	size_t i;

	(void)state;
	assert_int_equal(events, mm_nr_events(run.mm));
	json_array_foreach(steps, i, step) {
		json_int_t first = json_integer_value(json_object_get(step, "first_seq"));
		json_int_t last = json_integer_value(json_object_get(step, "last_seq"));
		json_int_t parent = json_integer_value(json_object_get(step, "parent"));

		assert_int_equal(json_integer_value(json_object_get(step, "index")), i);
		assert_true(0 <= first && first <= last && last < events);
		assert_true(parent < (json_int_t)i);
		if (parent < 0)
			continue;
		assert_true(json_integer_value(json_object_get(json_array_get(steps, (size_t)parent), "first_seq")) <= first);
		assert_true(json_integer_value(json_object_get(json_array_get(steps, (size_t)parent), "last_seq")) >= last);
	}
	json_decref(manifest);
}

static void the_ledger_of_the_manifest_adds_up_to_all_ram(void **state)
{
	json_t *manifest = artifact("manifest"), *value;
	json_t *totals = json_object_get(manifest, "totals");
	uint64_t sum = 0;
	const char *owner;

	(void)state;
	json_object_foreach(json_object_get(totals, "ledger"), owner, value)
		sum += strtoull(json_string_value(value), NULL, 16);
	assert_int_equal(sum, strtoull(json_string_value(json_object_get(totals, "ram")), NULL, 16));
	json_decref(manifest);
}

static void parts_are_joined_and_cut(void **state)
{
	char to[8];

	(void)state;
	TEXT_JOIN(to, sizeof(to), "ab", "", "cd");
	assert_string_equal(to, "abcd");
	TEXT_JOIN(to, sizeof(to), "abc", "defg");
	assert_string_equal(to, "abcdefg");
	TEXT_JOIN(to, sizeof(to), "abc", "defgh", "i");
	assert_string_equal(to, "abcdefg");
	text_join(to, 1, (const char *const[]){ "x", NULL });
	assert_string_equal(to, "");
	text_join(to, sizeof(to), (const char *const[]){ NULL });
	assert_string_equal(to, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_written_by_their_type),
		cmocka_unit_test(a_text_is_json_whatever_bytes_it_holds),
		cmocka_unit_test(parts_are_joined_and_cut),
		cmocka_unit_test(sha256_agrees_with_the_standard),
		cmocka_unit_test(every_json_artifact_is_json),
		cmocka_unit_test(names_of_no_artifact_are_refused),
		cmocka_unit_test(moments_have_names),
		cmocka_unit_test(numbers_can_be_numbers),
		cmocka_unit_test(phases_add_up),
		cmocka_unit_test(events_can_be_chosen),
		cmocka_unit_test(the_same_request_gives_the_same_bytes),
		cmocka_unit_test(replaying_events_gives_the_state_forwards_and_backwards),
		cmocka_unit_test(manifest_steps_enclose_their_events),
		cmocka_unit_test(the_ledger_of_the_manifest_adds_up_to_all_ram),
	};

	return cmocka_run_group_tests(tests, boot_a_board, free_the_board);
}
