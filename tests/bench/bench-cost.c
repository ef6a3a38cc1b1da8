/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is done most often, in CPU time: profiles read, boards booted, events written as JSON, and memblock's operations with all
 * bookkeeping.
 * One line each, "NAME VALUE UNIT", so that ratios.sh can hold one build against another; it also compiles with
 * the sources of the commit that it is compared with.
 */
#if __has_include("daemon/base/asset.h")
#include "daemon/answers/encode.h"
#include "daemon/input/decode.h"
#else
#include "daemon/decode.h"
#include "daemon/encode.h"
#endif
#include "mmcore/machine.h"

#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS	15

/* CPU time: on a machine that does other things as well the clock on the wall says little. */
static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void stop(const char *text)
{
	fprintf(stderr, "%s\n", text);
	exit(1);
}

static void read_file(const char *path, struct bytes *into)
{
	FILE *file = fopen(path, "rb");
	char piece[4096];
	size_t got;

	if (!file)
		stop(path);
	while ((got = fread(piece, 1, sizeof(piece), file)))
		bytes_add(into, piece, got);
	fclose(file);
}

/* ------------------------------------------------------------------------ JSON */

static void encode_all(struct bytes *out, const struct mm *mm)
{
	for (size_t i = 0; i < mm_nr_events(mm); i++) {
		bytes_puts(out, i ? "," : "[");
		encode_event(out, mm, mm_event(mm, i));
	}
	bytes_putc(out, ']');
}

/* The same answer written by Jansson. */
static void bench_jansson(const char *name, const struct bytes *out)
{
	json_t *root = json_loadb(out->data, out->len, 0, NULL);
	double best = 1e18;
	json_malloc_t take;
	json_free_t give;

	json_get_alloc_funcs(&take, &give);
	if (!root)
		stop("what was written is no JSON");
	for (int i = 0; i < ROUNDS / 3; i++) {
		double start = now_ns();
		char *text = json_dumps(root, JSON_COMPACT);

		best = now_ns() - start < best ? now_ns() - start : best;
		give(text);
	}
	printf("json-jansson-%s %.0f MB/s\n", name, (double)out->len / best * 1e3);
	json_decref(root);
}

static void bench_boot(const struct mm_kernel *kernel, const struct mm_board *board, const char *name)
{
	struct mm_error error;
	double best = 1e18;

	for (int i = 0; i < 20 * ROUNDS; i++) {
		double start = now_ns();
		struct mm *mm;

		if (mm_boot(board, kernel, &mm, &error))
			stop(error.text);
		mm_free(mm);
		best = now_ns() - start < best ? now_ns() - start : best;
	}
	printf("boot-%s %.0f ns\n", name, best);
}

static void bench_json(const struct mm_kernel *kernel, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct mm_board board = { 0 };
	struct bytes dtb = { 0 };
	struct mm_error error;
	struct bytes out = { 0 };
	double best = 1e18;
	struct mm *mm;
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(slash ? slash + 1 : path, "."), slash ? slash + 1 : path);
	read_file(path, &dtb);
	board.dtb = (const uint8_t *)dtb.data;
	board.dtb_size = dtb.len;
	if (mm_boot(&board, kernel, &mm, &error))
		stop(error.text);
	bench_boot(kernel, &board, name);
	for (int i = 0; i < ROUNDS; i++) {
		double start;

		bytes_clear(&out);
		start = now_ns();
		encode_all(&out, mm);
		best = now_ns() - start < best ? now_ns() - start : best;
	}
	printf("json-%s %.0f MB/s\n", name, (double)out.len / best * 1e3);
	bench_jansson(name, &out);
	bytes_deinit(&out);
	mm_free(mm);
	bytes_deinit(&dtb);
}

/* -------------------------------------------------------------------- memblock */

/* Numbers below @nr, each once, in an order that is the same every time. */
static void shuffle(size_t *order, size_t nr)
{
	uint32_t lot = 1;

	for (size_t i = 0; i < nr; i++)
		order[i] = i;
	for (size_t i = nr - 1; i > 0; i--) {
		size_t other, kept = order[i];

		lot = lot * 1103515245 + 12345;
		other = (lot >> 8) % (i + 1);
		order[i] = order[other];
		order[other] = kept;
	}
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

/* @nr disjoint reservations at 512 KiB, in random order, and then all of them freed. */
static void bench_memblock(const struct mm_kernel *kernel, size_t nr, int rounds)
{
	size_t *order = calloc(nr, sizeof(*order));
	double reserve = 1e18, release = 1e18;

	shuffle(order, nr);
	for (int round = 0; round < rounds; round++) {
		struct arena arena = { 0 };
		struct trace trace = { 0 };
		struct ledger ledger = { 0 };
		struct memblock mb = { 0 };
		double start, middle;

		trace_init(&trace, &arena);
		ledger_init(&ledger, &trace);
		memblock_init(&mb, kernel, &trace, &ledger);
		mb.can_resize = true;
		memblock_add(&mb, GIB(1), GIB(64), "f", WHY("ram"));
		start = now_ns();
		for (size_t i = 0; i < nr; i++)
			memblock_reserve(&mb, GIB(1) + order[i] * KIB(512), 4096, "f", WHY("me"));
		middle = now_ns();
		for (size_t i = nr; i-- > 0;)
			memblock_phys_free(&mb, GIB(1) + order[i] * KIB(512), 4096, "f", WHY("me"));
		reserve = least(reserve, middle - start);
		release = least(release, now_ns() - middle);
		arena_deinit(&arena);
	}
	printf("memblock_reserve-%zu %.0f ns\nmemblock_free-%zu %.0f ns\n", nr, reserve / (double)nr, nr, release / (double)nr);
	free(order);
}

/* The name without folder and ".json". */
static void bench_load(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct mm_error error = { .offset = -1 };
	struct bytes profile = { 0 };
	double best = 1e18;

	read_file(path, &profile);
	for (int i = 0; i < 4 * ROUNDS; i++) {
		double start = now_ns();
		struct mm_kernel *kernel;

		if (decode_kernel(profile.data, profile.len, path, &kernel, &error))
			stop(error.text);
		mm_kernel_free(kernel);
		best = least(best, now_ns() - start);
	}
	printf("profile-%.*s %.0f ns\n", (int)strlen(name) - 5, name, best);
	bytes_deinit(&profile);
}

int main(int argc, char **argv)
{
	struct mm_error error = { .offset = -1 };
	struct bytes profile = { 0 };
	struct mm_kernel *kernel;

	if (argc < 2)
		stop("usage: bench-cost KERNEL.json [BOARD.dtb | OTHER-KERNEL.json]...");
	/* Memory that the host has to find first is no cost of an operation: it stays here. */
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	read_file(argv[1], &profile);
	if (decode_kernel(profile.data, profile.len, argv[1], &kernel, &error))
		stop(error.text);
	bench_load(argv[1]);
	for (int i = 2; i < argc; i++) {
		const char *dot = strrchr(argv[i], '.');

		if (dot && !strcmp(dot, ".json"))
			bench_load(argv[i]);
		else
			bench_json(kernel, argv[i]);
	}
	bench_memblock(kernel, 100, 2000);
	bench_memblock(kernel, 10000, 8);
	mm_kernel_free(kernel);
	bytes_deinit(&profile);
	return 0;
}
