/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mutate.h - the main() of a fuzz target that make check builds: a fixed number of
 * mutants of each file that it is given, by a fixed seed.  With -DLIBFUZZER nothing.
 *
 *	fuzz-NAME COUNT FILE...
 *
 * FUZZ_SEED=NUMBER: other mutants.  FUZZ_MODE=flips: one bit, or up to three, of each file that often; FUZZ_MODE=cuts: each file cut at every COUNTth
 * byte.  What was executed is told at the end.
 */
#ifndef MMSCOPE_TESTS_MUTATE_H
#define MMSCOPE_TESTS_MUTATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifndef LIBFUZZER
#define MAX_FILE	(8u << 20)

/* xorshift64*: the same mutants everywhere. */
static uint64_t next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* Where it is worth to change something, in place of everywhere: *@at and *@len lie in @size; false: nowhere. */
#ifndef fuzz_region
#define fuzz_region(data, size, random, at, len) false
#endif

/* Numbers that break sums: the ends of each width. */
static void hurt_in(uint8_t *data, size_t size, uint64_t *state)
{
	static const uint64_t nasty[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
					  UINT64_MAX, INT64_MAX };
	size_t width = (size_t)1 << next(state) % 4, at;
	uint64_t value = next(state) % 3 ? nasty[next(state) % (sizeof(nasty) / sizeof(nasty[0]))] : next(state);

	if (size < width)
		return;
	at = next(state) % (size - width + 1);
	if (next(state) % 2)
		at &= ~(width - 1);
	memcpy(data + at, &value, width);
}

static void hurt(uint8_t *data, size_t size, uint64_t *state)
{
	if (size && next(state) % 4 == 0)
		data[next(state) % size] ^= (uint8_t)(1u << next(state) % 8);
	else
		hurt_in(data, size, state);
}

/* From here on it is changed where that is worth it, or all over. */
static void mutant(uint8_t *data, size_t size, uint64_t *state)
{
	uint64_t nr = next(state) % 3 ? 1 + next(state) % 8 : 64;
	bool gentle = next(state) % 4;
	size_t at, len;

	while (nr--)
		if (!gentle)
			hurt(data, size, state);
		else if (fuzz_region(data, size, next(state), &at, &len))
			hurt_in(data + at, len, state);
		else
			hurt(data, size, state), nr /= 2;
}

static void mutants_of(const uint8_t *data, size_t size, unsigned int count, uint64_t *state)
{
	for (unsigned int i = 0; i < count; i++) {
		/* Exactly as large as it says: a byte too far is a byte outside. */
		size_t len = next(state) % 8 ? size : next(state) % (size + 1);
		uint8_t *copy = malloc(len ? len : 1);

		if (!copy)
			return;
		memcpy(copy, data, len);
		mutant(copy, len, state);
		LLVMFuzzerTestOneInput(copy, len);
		free(copy);
	}
}

/* A copy that is exactly as large as it says. */
static bool try_copy(const uint8_t *data, size_t len, unsigned int flips, uint64_t *state)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		return false;
	memcpy(copy, data, len);
	while (flips--)
		copy[next(state) % len] ^= (uint8_t)(1u << next(state) % 8);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	return true;
}

static uint64_t flips_of(const uint8_t *data, size_t size, unsigned int count, uint64_t *state)
{
	uint64_t done = 0;

	while (done < count && try_copy(data, size, next(state) % 2 ? 1 : 1 + (unsigned int)(next(state) % 3), state))
		done++;
	return done;
}

static uint64_t cuts_at_every(const uint8_t *data, size_t size, unsigned int step, uint64_t *state)
{
	uint64_t done = 0;

	for (size_t len = 0; len < size && try_copy(data, len, 0, state); len += step ? step : 1)
		done++;
	return done;
}

/* What a target has to say of a file besides: 0, or 1 if it is not as it should be. */
#ifndef fuzz_also
#define fuzz_also(data, size, count) 0
#endif

static int fuzz_file(const char *path, unsigned int count, uint64_t *state, uint64_t *done)
{
	const char *mode = getenv("FUZZ_MODE");
	int failed = 0;
	uint8_t *data = malloc(MAX_FILE);
	FILE *file = fopen(path, "rb");
	size_t size = file && data ? fread(data, 1, MAX_FILE, file) : 0;

	if (file)
		fclose(file);
	if (size) {
		LLVMFuzzerTestOneInput(data, size);
		if (mode && !strcmp(mode, "flips"))
			*done += flips_of(data, size, count, state);
		else if (mode && !strcmp(mode, "cuts"))
			*done += cuts_at_every(data, size, count, state);
		else
			mutants_of(data, size, count, state), *done += count;
		failed = mode ? 0 : fuzz_also(data, size, count);
	}
	free(data);
	return size ? failed : 1;
}

int main(int argc, char **argv)
{
	unsigned int count = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10) : 0;
	const char *seed = getenv("FUZZ_SEED");
	uint64_t state = UINT64_C(0x9e3779b97f4a7c15) * (1 + 2 * (seed ? strtoull(seed, NULL, 10) : 0)), done = 0;
	int failed = argc < 3;

	for (int i = 2; i < argc; i++)
		failed |= fuzz_file(argv[i], count, &state, &done);
	printf("%llu executed\n", (unsigned long long)done);
	return failed;
}
#endif

#endif
