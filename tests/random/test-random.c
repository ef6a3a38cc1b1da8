/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boards out of a random number generator, booted by every kernel: whatever
 * they look like, the invariants hold (random_check.c), a second run says the
 * same, and a refusal has a reason.
 *
 * test-random [--cases N] [--seed S]     N boards, numbered from S (default 40, 1)
 * test-random --one SEED KERNEL          one of them, told in detail
 * test-random --dtb SEED                 its device tree on stdout
 * A failure names its seed.  TAP; one line a kernel.
 */
#include "daemon/base/asset.h"
#include "daemon/input/decode.h"
#include "tests/random/random_board.h"
#include "tests/random/random_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CASES	40

static const char *const kernels[] = { "4.9", "4.9-slab", "4.9-slob", "5.10", "6.1", "6.7", "6.12", "6.12-16k", "7.2" };
#define NR_KERNELS	(sizeof(kernels) / sizeof(kernels[0]))

static struct random_board board;
static char reason[512];

struct tally {
	unsigned whole, panicked, refused, failed;
	size_t events;
};

static struct mm_kernel *load(const char *name)
{
	struct mm_error error = { .offset = -1 };
	struct mm_kernel *kernel = NULL;
	const struct asset *asset;
	char path[64];

	snprintf(path, sizeof(path), "boards/kernels/%s.json", name);
	asset = asset_find(path);
	if (!asset || decode_kernel((const char *)asset->data, asset->size, path, &kernel, &error)) {
		fprintf(stderr, "%s: %s\n", path, error.text);
		exit(1);
	}
	return kernel;
}

/* NULL, or why this boot is wrong. */
static const char *try(const struct mm_kernel *kernel, struct tally *tally)
{
	struct mm_error error;
	struct mm *mm = NULL, *again = NULL;
	int err = mm_boot(&board.board, kernel, &mm, &error);
	const char *wrong;

	if (err) {
		tally->refused++;
		if ((err != -EINVAL && err != -E2BIG) || !*error.text)
			return "a refusal without a reason";
		snprintf(reason, sizeof(reason), "%s", error.text);
		return NULL;
	}
	wrong = random_check(mm);
	if (!wrong && (mm_boot(&board.board, kernel, &again, &error) || random_digest(mm) != random_digest(again)))
		wrong = "a second run says something else";
	tally->whole += !mm_panicked(mm);
	tally->panicked += mm_panicked(mm);
	tally->events += mm_nr_events(mm);
	mm_free(again);
	mm_free(mm);
	return wrong;
}

static unsigned all_cases(uint64_t first, uint64_t nr)
{
	unsigned failed = 0;

	printf("1..%zu\n", NR_KERNELS);
	for (size_t k = 0; k < NR_KERNELS; k++) {
		struct mm_kernel *kernel = load(kernels[k]);
		struct tally tally = { 0 };

		for (uint64_t seed = first; seed < first + nr; seed++) {
			const char *wrong;

			random_board_make(&board, seed * NR_KERNELS + k);
			wrong = try(kernel, &tally);
			if (wrong) {
				tally.failed++;
				printf("# --one %llu %s: %s\n", (unsigned long long)(seed * NR_KERNELS + k), kernels[k], wrong);
			}
			fflush(stdout);
		}
		printf("# %s: %u booted, %u panicked, %u refused, %zu events\n", kernels[k], tally.whole, tally.panicked,
		       tally.refused, tally.events);
		printf("%sok %zu - %llu random boards keep every invariant under %s\n", tally.failed ? "not " : "", k + 1,
		       (unsigned long long)nr, kernels[k]);
		failed += tally.failed;
		mm_kernel_free(kernel);
	}
	return failed;
}

static int one_case(uint64_t seed, const char *name)
{
	struct mm_kernel *kernel = load(name);
	struct tally tally = { 0 };
	const char *wrong;

	random_board_make(&board, seed);
	fprintf(stderr, "cmdline: %s\nimage %#llx dtb %#llx initrd %#llx-%#llx cpu %s\n", board.cmdline,
		(unsigned long long)board.board.image_addr, (unsigned long long)board.board.dtb_addr,
		(unsigned long long)board.board.initrd_start, (unsigned long long)board.board.initrd_end, board.board.cpu);
	for (size_t i = 0; i < board.nr_banks; i++)
		fprintf(stderr, "bank %#llx + %#llx node %d\n", (unsigned long long)board.banks[i].base,
			(unsigned long long)board.banks[i].size, board.nid[i]);
	wrong = try(kernel, &tally);
	printf("%s%s\n", tally.refused ? "refused: " : tally.panicked ? "panicked: " : "booted: ",
	       wrong ? wrong : tally.refused ? reason : "all is well");
	mm_kernel_free(kernel);
	return wrong != NULL;
}

int main(int argc, char **argv)
{
	uint64_t cases = CASES, seed = 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i + 1 < argc; i += 2) {
		uint64_t n = strtoull(argv[i + 1], NULL, 0);

		if (!strcmp(argv[i], "--cases")) {
			cases = n;
		} else if (!strcmp(argv[i], "--seed")) {
			seed = n;
		} else if (!strcmp(argv[i], "--one") && i + 2 < argc) {
			return one_case(n, argv[i + 2]);
		} else if (!strcmp(argv[i], "--dtb")) {
			random_board_make(&board, n);
			fwrite(board.dtb, 1, board.board.dtb_size, stdout);
			return 0;
		}
	}
	return all_cases(seed, cases) != 0;
}
