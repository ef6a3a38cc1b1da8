/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>

#include "daemon/base/asset.h"
#include "daemon/input/decode.h"
#include "daemon/base/fail.h"
#include "daemon/base/number.h"
#include "daemon/input/request.h"

/* Behind fail.h: cmocka has a macro of that name. */
#include <cmocka.h>

/* The embedded 6.7 profile with one piece of text put in place of another. */
static char *profile_with(const char *from, const char *to)
{
	const struct asset *asset = asset_find("boards/kernels/6.7.json");
	struct bytes out = { 0 };
	const char *at;

	assert_non_null(asset);
	at = strstr((const char *)asset->data, from);
	assert_non_null(at);
	bytes_add(&out, asset->data, (size_t)(at - (const char *)asset->data));
	bytes_puts(&out, to);
	bytes_puts(&out, at + strlen(from));
	assert_false(out.failed);
	return out.data;
}

static int decode_text(const char *json, struct mm_error *error)
{
	struct mm_kernel *kernel = NULL;
	int err = decode_kernel(json, strlen(json), "test.json", &kernel, error);

	mm_kernel_free(kernel);
	return err;
}

/* The profile changed so is refused, and the sentence says @what. */
static void refused(const char *from, const char *to, const char *what)
{
	struct mm_error error = { .offset = -1 };
	struct bytes sentence = { 0 };
	char *json = profile_with(from, to);

	assert_int_equal(decode_text(json, &error), -EBADMSG);
	fail_sentence(&error, &sentence);
	if (!strstr(bytes_text(&sentence), what))
		fail_msg("\"%s\" does not say \"%s\"", bytes_text(&sentence), what);
	bytes_deinit(&sentence);
	free(json);
}

static void the_profiles_of_all_version_families_are_complete(void **state)
{
	static const char *const names[] = { "4.9", "5.10", "6.1", "6.7", "6.12", "6.12-16k", "7.2" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct mm_error error = { .offset = -1 };
		const struct asset *asset;
		struct mm_kernel *kernel;
		char path[64];

		snprintf(path, sizeof(path), "boards/kernels/%s.json", names[i]);
		asset = asset_find(path);
		assert_non_null(asset);
		if (decode_kernel((const char *)asset->data, asset->size, path, &kernel, &error))
			fail_msg("%s: %s", path, error.text);
		assert_string_equal(mm_kernel_name(kernel), names[i]);
		mm_kernel_free(kernel);
	}
}

static void a_key_given_twice_is_refused(void **state)
{
	(void)state;
	refused("\"name\": \"6.7\",", "\"name\": \"6.7\", \"name\": \"6.7\",", "duplicate");
}

static void hexadecimal_text_becomes_a_number(void **state)
{
	(void)state;
	/* As text it would be "not usable"; as a number it is one, but too large. */
	refused("\"ARM64_VA_BITS\": 48", "\"ARM64_VA_BITS\": \"0x99\"", "ARM64_VA_BITS");
	refused("\"kimage_vaddr\": \"0xffff800080000000\"", "\"kimage_vaddr\": \"0x1ffff800080000000\"", "64 bits");
}

static void true_is_the_number_one(void **state)
{
	char *json = profile_with("\"ARM64_VA_BITS\": 48", "\"ARM64_VA_BITS\": \"0x30\"");
	struct mm_error error = { .offset = -1 };

	(void)state;
	assert_int_equal(decode_text(json, &error), 0);
	free(json);
	refused("\"ARM64_VA_BITS\": 48", "\"ARM64_VA_BITS\": true", "ARM64_VA_BITS");
}

static void a_fraction_is_no_fact(void **state)
{
	(void)state;
	refused("\"ARM64_VA_BITS\": 48", "\"ARM64_VA_BITS\": 48.5", "ARM64_VA_BITS");
}

static void a_missing_fact_is_named(void **state)
{
	(void)state;
	refused("\"_end\":", "\"_emd\":", "_end");
	refused("\"version\": \"6.7.3\"", "\"version\": \"x\"", "version");
}

static void broken_json_is_refused_with_its_byte(void **state)
{
	struct mm_error error = { .offset = -1 };

	(void)state;
	assert_int_equal(decode_text("{\"name\": }", &error), -EBADMSG);
	assert_true(error.offset >= 0);
	assert_string_equal(error.where, "test.json");
	assert_int_equal(decode_text("", &error), -EBADMSG);
	assert_int_equal(decode_text("[]", &error), -EBADMSG);
	assert_int_equal(decode_text("{\"name\":\"\xff\"}", &error), -EBADMSG);
}

static void nesting_has_a_limit_long_before_the_stack_does(void **state)
{
	struct mm_error error = { .offset = -1 };
	char json[200001];

	(void)state;
	memset(json, '[', sizeof(json) - 1);
	json[sizeof(json) - 1] = '\0';
	assert_int_equal(decode_text(json, &error), -EBADMSG);
	assert_non_null(strstr(error.text, "nested"));
	/* Brackets inside a text are text. */
	assert_int_equal(decode_text("{\"name\":\"[[[[[[[[[[[[[[[[[[[[[[\\\"[[\"}", &error), -EBADMSG);
	assert_null(strstr(error.text, "nested"));
}

static void a_profile_with_too_many_facts_is_refused(void **state)
{
	struct mm_error error = { .offset = -1 };
	struct bytes json = { 0 };

	(void)state;
	bytes_puts(&json, "{\"name\":\"x\",\"config\":{\"A\":1");
	for (int i = 0; i < 100000; i++)
		bytes_printf(&json, ",\"K%d\":1", i);
	bytes_puts(&json, "}}");
	assert_int_equal(decode_text(json.data, &error), -EBADMSG);
	bytes_deinit(&json);
}

static void a_case_file_says_where_the_loader_put_things(void **state)
{
	static const char json[] =
		"{\"name\":\"x\",\"kernel\":\"6.7\",\"cmdline\":\"a b\",\"machine\":[\"-M\"],\"cpu\":\"max\","
		"\"loader\":{\"kernel_image\":\"0x40200000\",\"initrd\":[\"0x48000000\",\"0x480f0e3f\"],\"dtb\":\"0x48200000\"}}";
	struct settings settings = { 0 };
	struct mm_error error;

	(void)state;
	assert_int_equal(decode_settings(json, sizeof(json) - 1, "case.json", false, &settings, &error), 0);
	assert_string_equal(settings.kernel, "6.7");
	assert_string_equal(settings.cpu, "max");
	assert_true(settings.loader.has_image && settings.loader.has_initrd && settings.loader.has_dtb);
	assert_int_equal(settings.loader.image, 0x40200000);
	assert_int_equal(settings.loader.initrd_end, 0x480f0e3f);
	assert_false(settings.loader.has_dtb_totalsize);
	settings_deinit(&settings);
}

static void a_posted_request_may_not_have_other_keys(void **state)
{
	static const char *const bad[] = {
		"{\"bord\":\"x\"}", "{\"loader\":{\"image\":\"0x0\"}}", "{\"board\":1}", "[1]", "{\"loader\":[]}",
		"{\"loader\":{\"initrd\":[\"0x2\",\"0x1\"]}}", "{\"loader\":{\"dtb\":-1}}", "{\"loader\":{\"dtb\":\"12x\"}}",
	};
	struct ask_storage *storage;
	struct mm_error error;
	struct ask ask;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ask_parse(bad[i], strlen(bad[i]), &ask, &storage, &error), -EBADMSG);
	assert_int_equal(ask_parse("{\"memory\":\"1G\"}", 15, &ask, &storage, &error), 0);
	assert_string_equal(ask.memory, "1G");
	assert_null(ask.board);
	ask_free(storage);
}

static void numbers_are_read_whole_or_not_at_all(void **state)
{
	static const char *const bad[] = {
		"", "x", "0x", "-1", "+1", " 1", "1 ", "1Q", "1MM", "0x10000000000000000", "18446744073709551616",
		"16E", "1.5G",
	};
	uint64_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (number_parse(bad[i], &n))
			fail_msg("\"%s\" was read as a number", bad[i]);
	assert_true(number_parse("0xffffffffffffffff", &n) && n == UINT64_MAX);
	assert_true(number_parse("15E", &n) && n == UINT64_C(15) << 60);
	assert_true(number_parse("512m", &n) && n == 512u << 20);
	assert_true(number_parse("0x10K", &n) && n == 0x4000);
}

/* ------------------------------------------------------------------ requests */

static void resolve(struct ask ask, struct request *request)
{
	struct mm_error error = { .offset = -1 };

	if (request_resolve(&ask, request, &error))
		fail_msg("%s: %s", error.where, error.text);
}

static int resolve_error(struct ask ask)
{
	struct mm_error error = { .offset = -1 };
	struct request request;
	int err = request_resolve(&ask, &request, &error);

	assert_int_not_equal(err, 0);
	assert_true(*error.text);
	return err;
}

/* Any embedded board. */
static const char *some_board(void)
{
	static char name[64];
	const struct asset *asset, *end;

	for (asset_range("boards/", &asset, &end); asset < end; asset++) {
		size_t len = strlen(asset->path);

		if (strchr(asset->path + 7, '/') || strcmp(asset->path + len - 4, ".dtb"))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(len - 11), asset->path + 7);
		return name;
	}
	fail_msg("no board is embedded");
	return NULL;
}

static void the_same_request_has_the_same_id(void **state)
{
	const char *board = some_board();
	struct request a, b, c;

	(void)state;
	resolve((struct ask){ .board = board, .kernel = "6.7" }, &a);
	resolve((struct ask){ .board = board, .kernel = "6.7" }, &b);
	resolve((struct ask){ .board = board, .kernel = "6.7", .cmdline = "quiet" }, &c);
	assert_string_equal(a.id, b.id);
	assert_string_not_equal(a.id, c.id);
	assert_int_equal(strspn(a.id, "0123456789abcdef"), 64);
	request_deinit(&a);
	request_deinit(&b);
	request_deinit(&c);
}

static void a_packed_request_comes_out_as_it_went_in(void **state)
{
	struct bytes packed = { 0 }, before = { 0 }, after = { 0 };
	struct mm_error error;
	struct request in, out;

	(void)state;
	resolve((struct ask){ .board = some_board(), .kernel = "6.7", .cmdline = "a=\"b\" c", .cpu = "max",
			      .memory = "1G,512M@0x100000000", .initrd = "0x48000000,4K", .image_addr = "2M" }, &in);
	assert_int_equal(request_pack(&in, &packed), 0);
	assert_int_equal(request_unpack(packed.data, packed.len, &out, &error), 0);
	assert_int_equal(request_canonical(&in, &before), 0);
	assert_int_equal(request_canonical(&out, &after), 0);
	assert_string_equal(before.data, after.data);
	assert_string_equal(in.id, out.id);
	assert_int_equal(out.dtb.len, in.dtb.len);
	assert_memory_equal(out.dtb.data, in.dtb.data, in.dtb.len);
	assert_memory_equal(out.profile.data, in.profile.data, in.profile.len);
	assert_int_equal(out.nr_banks, 2);
	assert_false(out.banks[0].placed);
	assert_int_equal(out.banks[1].base, 0x100000000);
	for (size_t len = 0; len < packed.len; len += 997)
		assert_int_equal(request_unpack(packed.data, len, &(struct request){ 0 }, &error), -EBADMSG);
	request_deinit(&in);
	request_deinit(&out);
	bytes_deinit(&packed);
	bytes_deinit(&before);
	bytes_deinit(&after);
}

static void a_bad_value_is_told_from_a_missing_thing(void **state)
{
	const char *board = some_board();

	(void)state;
	assert_int_equal(resolve_error((struct ask){ .board = "no-such-board" }), -ENOENT);
	assert_int_equal(resolve_error((struct ask){ .board = "../../etc/passwd" }), -ENOENT);
	assert_int_equal(resolve_error((struct ask){ .board = "/etc/passwd" }), -ENOENT);
	assert_int_equal(resolve_error((struct ask){ .board = board, .kernel = "../x" }), -ENOENT);
	assert_int_equal(resolve_error((struct ask){ 0 }), -EINVAL);
	assert_int_equal(resolve_error((struct ask){ .board = board, .memory = "1G,,1G" }), -EINVAL);
	assert_int_equal(resolve_error((struct ask){ .board = board, .memory = "0" }), -EINVAL);
	assert_int_equal(resolve_error((struct ask){ .board = board, .memory = "2@0xffffffffffffffff" }), -EINVAL);
	assert_int_equal(resolve_error((struct ask){ .board = board, .initrd = "0x1000" }), -EINVAL);
	assert_int_equal(resolve_error((struct ask){ .board = board, .cmdline = "\xff" }), -EINVAL);
}

/* A capture directory in the test's own folder. */
static void write_file(const char *folder, const char *name, const void *data, size_t len)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void the_user_wins_over_a_case_file(void **state)
{
	static const char json[] = "{\"kernel\":\"6.1\",\"cmdline\":\"from-case\",\"cpu\":\"max\","
				   "\"loader\":{\"kernel_image\":\"0x40200000\",\"dtb\":\"0x48200000\"}}";
	char folder[] = "test-decode.XXXXXX", command[64];
	struct request request;

	(void)state;
	assert_non_null(mkdtemp(folder));
	/* A tree without bootargs leaves the command line to the case file. */
	write_file(folder, "board.dtb", "no device tree", 14);
	write_file(folder, "case.json", json, sizeof(json) - 1);
	resolve((struct ask){ .board = folder, .allow_files = true, .image_addr = "0x50000000" }, &request);
	assert_string_equal(request.kernel, "6.1");
	assert_string_equal(request.cmdline, "from-case");
	assert_int_equal(request.loader.image, 0x50000000);
	assert_int_equal(request.loader.dtb, 0x48200000);
	assert_string_equal(request.board, folder);
	request_deinit(&request);
	/* One with bootargs is what the kernel saw. */
	write_file(folder, "board.dtb", "\0bootargs\0", 10);
	resolve((struct ask){ .board = folder, .allow_files = true, .kernel = "6.7" }, &request);
	assert_string_equal(request.kernel, "6.7");
	assert_null(request.cmdline);
	request_deinit(&request);
	/* Over HTTP a folder is no board. */
	assert_int_equal(resolve_error((struct ask){ .board = folder }), -ENOENT);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

static void other_memory_moves_what_the_loader_places_by_it(void **state)
{
	static const char json[] = "{\"loader\":{\"model\":\"qemu-virt\",\"kernel_image\":\"0x40200000\","
				   "\"initrd\":[\"0x48000000\",\"0x48000123\"],\"dtb\":\"0x48200000\"}}";
	char folder[] = "test-decode.XXXXXX", path[64], command[64];
	struct request request;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/x.dtb", folder);
	write_file(folder, "x.dtb", "no device tree", 14);
	write_file(folder, "x.json", json, sizeof(json) - 1);
	resolve((struct ask){ .board = path, .allow_files = true, .kernel = "6.7" }, &request);
	assert_true(request.loader.has_image && request.loader.has_dtb && request.loader.has_initrd);
	request_deinit(&request);
	/* An image with a text_offset of 0x80000 goes behind the 2 MiB boundary below. */
	resolve((struct ask){ .board = path, .allow_files = true, .kernel = "4.9" }, &request);
	assert_int_equal(request.loader.image, 0x40080000);
	request_deinit(&request);
	resolve((struct ask){ .board = path, .allow_files = true, .memory = "64M", .dtb_addr = "0x43000000" }, &request);
	assert_false(request.loader.has_image || request.loader.has_initrd);
	assert_int_equal(request.loader.initrd_size, 0x123);
	assert_int_equal(request.loader.dtb, 0x43000000);
	request_deinit(&request);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_profiles_of_all_version_families_are_complete),
		cmocka_unit_test(a_key_given_twice_is_refused),
		cmocka_unit_test(hexadecimal_text_becomes_a_number),
		cmocka_unit_test(true_is_the_number_one),
		cmocka_unit_test(a_fraction_is_no_fact),
		cmocka_unit_test(a_missing_fact_is_named),
		cmocka_unit_test(broken_json_is_refused_with_its_byte),
		cmocka_unit_test(nesting_has_a_limit_long_before_the_stack_does),
		cmocka_unit_test(a_profile_with_too_many_facts_is_refused),
		cmocka_unit_test(a_case_file_says_where_the_loader_put_things),
		cmocka_unit_test(a_posted_request_may_not_have_other_keys),
		cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
		cmocka_unit_test(the_same_request_has_the_same_id),
		cmocka_unit_test(a_packed_request_comes_out_as_it_went_in),
		cmocka_unit_test(a_bad_value_is_told_from_a_missing_thing),
		cmocka_unit_test(the_user_wins_over_a_case_file),
		cmocka_unit_test(other_memory_moves_what_the_loader_places_by_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
