/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mutate.h - the main() of a fuzz target that make check builds: a fixed number of
 * mutants of each file that it is given, by a fixed seed.  With -DLIBFUZZER nothing.
 *
 *	fuzz-NAME COUNT FILE...
 */
#ifndef MMSCOPE_TESTS_MUTATE_H
#define MMSCOPE_TESTS_MUTATE_H

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

/* Numbers that break sums: the ends of each width. */
static void hurt(uint8_t *data, size_t size, uint64_t *state)
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

static void mutants_of(const uint8_t *data, size_t size, unsigned int count, uint64_t *state)
{
	for (unsigned int i = 0; i < count; i++) {
		/* Exactly as large as it says: a byte too far is a byte outside. */
		size_t len = next(state) % 4 ? size : next(state) % (size + 1);
		uint8_t *copy = malloc(len ? len : 1);

		if (!copy)
			return;
		memcpy(copy, data, len);
		for (uint64_t n = next(state) % 3 ? 1 + next(state) % 8 : 64; n; n--)
			hurt(copy, len, state);
		LLVMFuzzerTestOneInput(copy, len);
		free(copy);
	}
}

/* What a target has to say of a file besides: 0, or 1 if it is not as it should be. */
#ifndef fuzz_also
#define fuzz_also(data, size, count) 0
#endif

static int fuzz_file(const char *path, unsigned int count, uint64_t *state)
{
	int failed = 0;
	uint8_t *data = malloc(MAX_FILE);
	FILE *file = fopen(path, "rb");
	size_t size = file && data ? fread(data, 1, MAX_FILE, file) : 0;

	if (file)
		fclose(file);
	if (size) {
		LLVMFuzzerTestOneInput(data, size);
		mutants_of(data, size, count, state);
		failed = fuzz_also(data, size, count);
	}
	free(data);
	return size ? failed : 1;
}

int main(int argc, char **argv)
{
	unsigned int count = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10) : 0;
	uint64_t state = 0x9e3779b97f4a7c15;
	int failed = argc < 3;

	for (int i = 2; i < argc; i++)
		failed |= fuzz_file(argv[i], count, &state);
	return failed;
}
#endif

#endif
