// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-image - hostile kernels.
 *
 * LLVMFuzzerTestOneInput() is libFuzzer's entry: build this file with -DLIBFUZZER and
 * -fsanitize=fuzzer,address,undefined together with the sources of daemon/image and
 * daemon/base/bytes.c and fail.c; tests/image/corpus.py FOLDER writes the seeds.
 *
 * Built by make check it has a main() of its own: a fixed number of mutants of each file
 * that it is given, by a fixed seed, under the sanitizers.
 */
#include "daemon/image/derive.h"

#include "tests/fuzz/mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct derive_input input = { .kernel = { data, size } };
	struct mm_error error = { .offset = -1 };
	struct bytes out = { 0 };

	/* What it says is tests/profile.py's to judge; here it only has to come back. */
	(void)derive_profile(&input, &out, &error);
	bytes_deinit(&out);
	return 0;
}
