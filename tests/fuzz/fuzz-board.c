// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-board - hostile trees, overlays, profiles, boot logs, UEFI maps, JSON, scripts and what stands in a request.
 *
 * FUZZ_TARGET=NAME (see targets) tries inputs as that alone; without it each is tried as everything: what it is
 * not is refused at once.  Kernels are decoded once, and what is not fuzzed is as small as it can be, so that an
 * execution costs little more than what it tries.  Seeds: tests/fuzz/corpus.py.  For libFuzzer build it with
 * -DLIBFUZZER and -fsanitize=fuzzer,address,undefined together with the sources of mmcore and daemon.
 */
#include "daemon/base/asset.h"
#include "daemon/base/coding.h"
#include "daemon/doctor/sweep.h"
#include "daemon/http/accept.h"
#include "daemon/http/exchange.h"
#include "daemon/input/decode.h"
#include "daemon/input/dmesg.h"
#include "daemon/input/request.h"
#include "daemon/input/uefi_map.h"
#include "mmcore/mm.h"

#include <stdbool.h>

#include <stdint.h>
#include <string.h>

/* A property's value in a tree: what is changed elsewhere is mostly no tree any more. */
static bool value_of(const uint8_t *data, size_t size, uint64_t random, size_t *at, size_t *len)
{
	static const uint8_t prop[] = { 0, 0, 0, 3, 0, 0 };

	if (size < 64 || memcmp(data, "\xd0\x0d\xfe\xed", 4))
		return false;
	for (size_t i = 56, p = 56 + random % (size - 56) / 4 * 4; i + 12 < size; i += 4, p += 4) {
		if (p + 12 >= size)
			p = 56;
		*len = (size_t)data[p + 6] << 8 | data[p + 7];
		*at = p + 12;
		if (!memcmp(data + p, prop, sizeof(prop)) && *len && *len <= size - *at)
			return true;
	}
	return false;
}
#define fuzz_region value_of

#include "tests/fuzz/mutate.h"

static const char *const names[] = { "6.12", "4.9", "6.12-16k", "7.2" };
#define NR_KERNELS	(sizeof(names) / sizeof(names[0]))

/* What is made once, and the text under trial with a NUL behind it. */
struct bench {
	struct mm_kernel *kernels[NR_KERNELS];
	struct request small;		/* a board's tree to try other things on */
	const char *text;
};

static void ready(struct bench *bench)
{
	struct mm_error error;

	for (size_t i = 0; i < NR_KERNELS; i++) {
		const struct asset *asset;
		char path[64];

		snprintf(path, sizeof(path), "boards/kernels/%s.json", names[i]);
		asset = asset_find(path);
		if (!asset || decode_kernel((const char *)asset->data, asset->size, path, &bench->kernels[i], &error))
			abort();
	}
	if (request_resolve(&(const struct ask){ .board = "qemu-virt", .kernel = "6.12" }, &bench->small, &error))
		abort();
}

static void boot(const struct mm_board *board, const struct mm_kernel *kernel)
{
	struct mm_error error = { .offset = -1 };
	struct mm *mm;

	if (!mm_boot(board, kernel, &mm, &error))
		mm_free(mm);
}

/* Little RAM: most of a boot's events are about what is free. */
static const struct mm_ram little = { 0x40000000, 64u << 20, -1, true };

static struct mm_board small_board(const struct bench *bench)
{
	return (struct mm_board){ .dtb = bench->small.dtb.data, .dtb_size = bench->small.dtb.len, .ram = &little, .nr_ram = 1 };
}

static void try_tree(const struct bench *bench, const uint8_t *data, size_t size)
{
	struct mm_board board = { .dtb = data, .dtb_size = size };

	if (size < 40 || memcmp(data, "\xd0\x0d\xfe\xed", 4))
		return;
	if (size % 3) {
		board.ram = &little;
		board.nr_ram = 1;
	}
	boot(&board, bench->kernels[size % NR_KERNELS]);
}

static void try_overlay(const struct bench *bench, const uint8_t *data, size_t size)
{
	struct mm_error error = { .offset = -1 };
	struct mm_board board = small_board(bench);
	size_t out_size;
	void *out;

	if (size < 40 || memcmp(data, "\xd0\x0d\xfe\xed", 4) ||
	    mm_overlay_apply(board.dtb, board.dtb_size, data, size, &out, &out_size, &error))
		return;
	board.dtb = out;
	board.dtb_size = out_size;
	boot(&board, bench->kernels[0]);
	free(out);
}

static void try_profile(const struct bench *bench, const uint8_t *data, size_t size)
{
	struct mm_error error = { .offset = -1 };
	struct mm_board board = small_board(bench);
	struct mm_kernel *kernel;

	(void)data;
	if (decode_kernel(bench->text, size, "profile", &kernel, &error))
		return;
	boot(&board, kernel);
	mm_kernel_free(kernel);
}

static void try_log(const struct bench *bench, const uint8_t *data, size_t size)
{
	struct mm_error error = { .offset = -1 };
	struct ask ask = { .board = "qemu-virt" };
	struct request request;
	struct dmesg log;

	(void)data;
	if (dmesg_read(bench->text, size, "log", &log, &error))
		return;
	dmesg_fill(&log, &ask);
	/* A profile is looked for and decoded for it: not each time. */
	if (!(size % 32) && !request_resolve(&ask, &request, &error))
		request_deinit(&request);
	if (log.text.data)
		dmesg_redact(log.text.data);
	dmesg_deinit(&log);
}

static void try_map(const struct bench *bench, const uint8_t *data, size_t size)
{
	struct mm_error error = { .offset = -1 };
	struct mm_board board = small_board(bench);
	struct uefi_map *map;

	(void)data;
	if (uefi_map_read(bench->text, size, "map", &map, &error))
		return;
	board.uefi = uefi_map_view(map);
	board.nr_ram = 0;
	boot(&board, bench->kernels[size % NR_KERNELS]);
	uefi_map_free(map);
}

static void try_json(const struct bench *bench, const uint8_t *data, size_t size)
{
	struct mm_error error = { .offset = -1 };
	struct ask_storage *storage;
	struct request request;
	struct axis axis;
	struct ask ask = { 0 };

	(void)data;
	if (!ask_parse(bench->text, size, &ask, &storage, &error)) {
		if (!request_resolve(&ask, &request, &error))
			request_deinit(&request);
		ask_free(storage);
	}
	if (!axis_parse(bench->text, &axis, &error))
		axis_deinit(&axis);
}

/* As a command line, as a script of operations, as a loader and its options. */
static void try_words(const struct bench *bench, const uint8_t *data, size_t size)
{
	struct mm_board board = small_board(bench);

	(void)data;
	if (size % 3 == 0)
		board.cmdline = bench->text;
	else if (size % 3 == 1)
		board.ops = bench->text;
	else
		board.loader = "u-boot", board.loader_options = bench->text;
	boot(&board, bench->kernels[size / 3 % NR_KERNELS]);
}

/* What a request says, line by line: an address, parameters, and values of headers. */
static void try_http(const struct bench *bench, const uint8_t *data, size_t size)
{
	struct exchange ex = { .method = METHOD_GET };
	static const char *const types[] = { "application/json", "text/plain; charset=utf-8", "text/event-stream" };
	char *text = strdup(bench->text), *rest = text, *line, *value;
	uint64_t number;
	bool must;

	(void)data;
	(void)size;
	line = text ? strsep(&rest, "\n") : NULL;
	if (line && exchange_set_path(&ex, line)) {
		while ((line = strsep(&rest, "\n"))) {
			value = strchr(line, '=');
			if (value)
				*value++ = '\0';
			exchange_add_param(&ex, line, value);
			accept_best(value, types, 3);
			accept_coding(value, 7, &must);
			etag_matches(value, "\"abc\"");
			parse_number(line, &number);
			if (!ex.reply.status) {
				reply_tagged(&ex.reply, 200, NULL, "\"abc\"", "no-store");
				reply_static(&ex.reply, "text/plain", "0123456789", 10);
				reply_range(&ex.reply, value, NULL);
				if (ex.reply.size > 10 || (ex.reply.size && (const char *)ex.reply.data + ex.reply.size > (const char *)ex.reply.data + 10))
					abort();
				reply_clear(&ex.reply);
			}
		}
	}
	exchange_deinit(&ex);
	free(text);
}

static const struct target {
	const char *name;
	void (*try)(const struct bench *bench, const uint8_t *data, size_t size);
} targets[] = {
	{ "overlay", try_overlay }, { "tree", try_tree }, { "profile", try_profile }, { "log", try_log }, { "uefi", try_map },
	{ "json", try_json }, { "words", try_words }, { "http", try_http },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bench bench;
	const char *only = getenv("FUZZ_TARGET");
	char *text = malloc(size + 1);

	if (!bench.kernels[0])
		ready(&bench);
	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	bench.text = text;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (!only || !strcmp(only, targets[i].name))
			targets[i].try(&bench, data, size);
	free(text);
	return 0;
}
