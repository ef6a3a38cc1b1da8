// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-image - hostile kernels.
 *
 * LLVMFuzzerTestOneInput() is libFuzzer's entry: build this file with -DLIBFUZZER and
 * -fsanitize=fuzzer,address,undefined together with the sources of daemon/image and
 * daemon/base/bytes.c and fail.c; tests/image/corpus.py FOLDER writes the seeds.
 *
 * Built by make check it has a main() of its own: a fixed number of mutants of each file
 * that it is given, by a fixed seed, and the file cut short at many places, under the sanitizers.
 */
#include "daemon/image/derive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int derive(const uint8_t *data, size_t size, struct mm_error *error)
{
	struct derive_input input = { .kernel = { data, size } };
	struct bytes out = { 0 };
	int err = derive_profile(&input, &out, error);

	bytes_deinit(&out);
	return err;
}

#ifndef LIBFUZZER
/* One sentence that names what it looked like and the byte. */
static bool is_told(int err, const struct mm_error *error, size_t len)
{
	if (err == -EBADMSG && *error->where && *error->text && !strchr(error->text, '\n') && error->offset >= 0)
		return true;
	fprintf(stderr, "cut at byte %zu: %d: %s: %s (byte %lld)\n", len, err, error->where, error->text, (long long)error->offset);
	return false;
}

/* Cut at each of the first bytes, then at every one of @count places to the end; behind the last byte that counts it is whole. */
static int cuts_of(const uint8_t *data, size_t size, unsigned int count)
{
	size_t step = size / count + 1;
	int failed = 0;

	for (size_t len = 1; len < size; len += len < 64 ? 1 : step) {
		struct mm_error error = { .offset = -1 };
		uint8_t *copy = malloc(len);
		int err;

		if (!copy)
			return 1;
		memcpy(copy, data, len);
		err = derive(copy, len, &error);
		failed |= err && !is_told(err, &error, len);
		free(copy);
	}
	return failed;
}

#define fuzz_also cuts_of
#endif

#include "tests/fuzz/mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mm_error error = { .offset = -1 };

	/* What it says is tests/profile.py's to judge; here it only has to come back. */
	(void)derive(data, size, &error);
	return 0;
}
