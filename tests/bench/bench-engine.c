/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine costs, without processes and files around it: whole boots, the state at an event, memblock's
 * operations at a number of regions.  Medians of several runs.
 */
#include "daemon/base/asset.h"
#include "daemon/input/decode.h"
#include "mmcore/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double median(double *v, size_t nr)
{
	qsort(v, nr, sizeof(*v), by_value);
	return v[nr / 2];
}

static const struct asset *need(const char *format, const char *name)
{
	const struct asset *asset;
	char path[96];

	snprintf(path, sizeof(path), "%s%s%s", !strcmp(format, "kernel") ? "boards/kernels/" : "boards/", name,
		 !strcmp(format, "kernel") ? ".json" : ".dtb");
	asset = asset_find(path);
	if (!asset) {
		fprintf(stderr, "%s is not built in\n", path);
		exit(1);
	}
	return asset;
}

static struct mm *boot(const struct mm_board *board, const struct mm_kernel *kernel)
{
	struct mm_error error;
	struct mm *mm = NULL;

	if (mm_boot(board, kernel, &mm, &error)) {
		fprintf(stderr, "%s\n", error.text);
		exit(1);
	}
	return mm;
}

/* One line: median time of a boot, its events and host memory; then of the state in its middle. */
static void bench_board(const char *what, const char *name, const struct mm_kernel *kernel, struct mm_board board,
			double goal_ms, double goal_mib)
{
	const struct asset *dtb = need("board", name);
	double boots[25], states[25];
	size_t events = 0, total = 0;

	board.dtb = dtb->data;
	board.dtb_size = dtb->size;
	for (int i = 0; i < 25; i++) {
		double start = now_us();
		struct mm *mm = boot(&board, kernel);
		struct mm_state *state = NULL;

		boots[i] = now_us() - start;
		events = mm_nr_events(mm);
		total = mm->arena.total;
		start = now_us();
		if (mm_state_at(mm, events / 2, &state))
			exit(1);
		states[i] = now_us() - start;
		mm_state_free(state);
		mm_free(mm);
	}
	printf("%-34s %8.2f ms  (goal %5.0f, %5.1fx)  %6zu events  %5.1f MiB (goal %3.0f)   state at the middle %6.3f ms\n", what,
	       median(boots, 25) / 1e3, goal_ms, goal_ms * 1e3 / median(boots, 25), events, (double)total / (1 << 20), goal_mib,
	       median(states, 25) / 1e3);
}

/* Nanoseconds of one reserve and one free in the middle of N regions, events and ledger included. */
static void bench_memblock(const struct mm_kernel *kernel, size_t nr)
{
	struct arena arena = { 0 };
	struct trace trace = { 0 };
	struct ledger ledger = { 0 };
	struct memblock mb = { 0 };
	const int rounds = 300;
	double start, filled;

	trace_init(&trace, &arena);
	ledger_init(&ledger, &trace);
	memblock_init(&mb, kernel, &trace, &ledger);
	mb.can_resize = true;
	memblock_add(&mb, GIB(1), GIB(64), "f", WHY("ram"));
	start = now_us();
	for (size_t i = 0; i < nr; i++)
		memblock_reserve(&mb, GIB(1) + i * 8192, 4096, "f", WHY("me"));
	filled = now_us() - start;
	start = now_us();
	for (int i = 0; i < rounds; i++) {
		phys_addr_t at = GIB(1) + (nr / 2 + (size_t)i % 7) * 8192 + 4096;

		memblock_reserve(&mb, at, 2048, "f", WHY("me"));
		memblock_phys_free(&mb, at, 2048, "f", WHY("me"));
	}
	printf("memblock at %6zu regions          %8.2f us to append one, %8.2f us to reserve in the middle or free\n", nr,
	       filled / (double)nr, (now_us() - start) / rounds / 2);
	arena_deinit(&arena);
}

int main(void)
{
	static const struct mm_ram large[] = { { .base = GIB(1), .size = GIB(16), .node = -1, .placed = true } };
	const struct asset *json = need("kernel", "6.7");
	struct mm_error error = { .offset = -1 };
	struct mm_kernel *kernel;
	struct rusage usage;

	if (decode_kernel((const char *)json->data, json->size, "6.7", &kernel, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	bench_board("qemu-virt, 1 GiB", "qemu-virt", kernel, (struct mm_board){ 0 }, 5, 32);
	bench_board("the same with 16 GiB", "qemu-virt", kernel, (struct mm_board){ .ram = large, .nr_ram = 1 }, 5, 32);
	bench_board("64 TiB, 16 nodes, 512 CPUs", "numa16-64t", kernel, (struct mm_board){ .cpu = "neoverse-v1" }, 100, 64);
	bench_memblock(kernel, 100);
	bench_memblock(kernel, 10000);
	getrusage(RUSAGE_SELF, &usage);
	printf("largest resident size of all of it %6.1f MiB\n", (double)usage.ru_maxrss / 1024);
	mm_kernel_free(kernel);
	return 0;
}
