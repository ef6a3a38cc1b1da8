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

/* ------------------------------------------------------------ the allocator at work */

#define MAX_ORDER	10
#define BIG		(UINT64_C(1) << MAX_ORDER)
#define GIB_OF_BLOCKS	256
#define MAX_HELD	20000

/* xorshift64 */
static uint64_t dice(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed >> 11;
}

/* Half of all requests are for single pages, the others for up to order 3. */
static void one_operation(struct mm_allocator *a, struct mm_op *held, size_t *nr, uint64_t *seed)
{
	uint64_t n = dice(seed);
	struct mm_op op = { .kind = MM_OP_ALLOC, .cpu = n & 3, .node = -1, .gfp = GFP_KERNEL, .order = n & 4 ? 0 : n >> 3 & 3 };
	struct mm_op_result result = { 0 };

	if (*nr && (n >> 8) % MAX_HELD < *nr) {
		size_t i = (n >> 20) % *nr;

		op = (struct mm_op){ .kind = MM_OP_FREE, .cpu = n & 3, .pfn = held[i].pfn };
		held[i] = held[--*nr];
	}
	if (mm_allocator_do(a, &op, &result))
		exit(1);
	if (op.kind == MM_OP_ALLOC && result.end == MM_OP_DONE)
		held[(*nr)++].pfn = result.pfn;
}

/* A million operations on 1 GiB and four CPUs, with nobody listening. */
static void bench_operations(unsigned version, unsigned patchlevel)
{
	static struct mm_op held[MAX_HELD + 1];
	static uint64_t pfns[GIB_OF_BLOCKS];
	const uint64_t pages = GIB_OF_BLOCKS * BIG, first = 0x40000;
	const unsigned refs[] = { 0 };
	struct mm_alloc_zone zone = { .kind = MM_ZONE_DMA, .start_pfn = first, .spanned = pages, .present = pages, .managed = pages,
				      .counters = { (int64_t)pages, 0, (int64_t)pages }, .wmark = { 5632, 7040, 8448, 9856 } };
	struct mm_alloc_node node = { .exists = true, .fallback = refs, .nr_fallback = 1 };
	struct mm_alloc_cpu cpus[4] = { { 0 } };
	struct mm_alloc_pageset sets[4];
	struct mm_alloc_list list = { .order = MAX_ORDER, .type = 1, .nr = GIB_OF_BLOCKS, .pfns = pfns };
	struct mm_alloc_blocks blocks = { first, pages >> 9, 1 };
	struct mm_alloc_state state = {
		.version = version, .patchlevel = patchlevel, .max_order = MAX_ORDER, .pageblock_order = 9, .nr_pcp_lists = 14,
		.has_cma = true, .zone_dma32 = true, .boost_factor = 15000, .zones = &zone, .nr_zones = 1, .nodes = &node, .nr_nodes = 1,
		.cpus = cpus, .nr_cpus = 4, .pagesets = sets, .free_lists = &list, .nr_free_lists = 1, .blocks = &blocks, .nr_blocks = 1,
	};
	struct mm_allocator *a;
	struct mm_error error;
	uint64_t seed = 4711;
	size_t nr = 0;
	double start;

	for (size_t i = 0; i < GIB_OF_BLOCKS; i++)
		pfns[i] = first + i * BIG;
	for (size_t i = 0; i < 4; i++)
		sets[i] = (struct mm_alloc_pageset){ .high = 1760, .high_min = 1760, .high_max = 7040, .batch = 63, .stat_threshold = 24 };
	if (mm_allocator_new(&state, &a, &error))
		exit(1);
	start = now_us();
	for (unsigned i = 0; i < 1000000; i++)
		one_operation(a, held, &nr, &seed);
	printf("a million operations of %u.%-2u           %8.2f ms  (goal  2000, %5.1fx)\n", version, patchlevel, (now_us() - start) / 1e3,
	       2e6 / (now_us() - start));
	mm_allocator_free(a);
}

/* The same board with a script, less the boot alone: events, splices, ledger. */
static void bench_script(const struct mm_kernel *kernel, const char *what, const char *ops, double goal_ms)
{
	const struct asset *dtb = need("board", "qemu-virt");
	double with[7], without[7];

	for (int i = 0; i < 14; i++) {
		struct mm_board board = { .dtb = dtb->data, .dtb_size = dtb->size, .ops = i % 2 ? ops : NULL };
		double start = now_us();
		struct mm *mm = boot(&board, kernel);

		*(i % 2 ? &with[i / 2] : &without[i / 2]) = now_us() - start;
		mm_free(mm);
	}
	printf("%-34s %8.2f ms  (goal %5.0f, %5.1fx)\n", what, (median(with, 7) - median(without, 7)) / 1e3, goal_ms,
	       goal_ms * 1e3 / (median(with, 7) - median(without, 7)));
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
	bench_operations(6, 1);
	bench_operations(7, 2);
	bench_script(kernel, "20 000 operations with events", "random 20000 seed=7 hold=500", 200);
	bench_script(kernel, "the same with objects", "c = kmem_cache_create 512\nrepeat 10000 { a = kmem_cache_alloc cache=c; }\nfree a all", 200);
	bench_memblock(kernel, 100);
	bench_memblock(kernel, 10000);
	getrusage(RUSAGE_SELF, &usage);
	printf("largest resident size of all of it %6.1f MiB\n", (double)usage.ru_maxrss / 1024);
	mm_kernel_free(kernel);
	return 0;
}
