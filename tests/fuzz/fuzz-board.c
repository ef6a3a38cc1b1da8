// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-board - hostile device trees, overlays, boot logs and UEFI memory maps.
 *
 * Whatever it is, it is tried as each of the four: what it is not is refused at once.
 * For libFuzzer build with -DLIBFUZZER and -fsanitize=fuzzer,address,undefined together
 * with the sources of mmcore and of daemon/base, input and answers; board.sh writes the seeds.
 */
#include "daemon/answers/run.h"
#include "daemon/input/dmesg.h"
#include "daemon/input/uefi_map.h"

#include "tests/fuzz/mutate.h"

static const char *const kernels[] = { "4.9", "6.1", "6.12-16k", "7.2" };

static void boot(const struct ask *ask)
{
	struct mm_error error = { .offset = -1 };
	struct request request;
	struct run run;

	if (request_resolve(ask, &request, &error))
		return;
	if (!run_boot(&request, &run, &error))
		run_deinit(&run);
	request_deinit(&request);
}

static void try_tree(const uint8_t *data, size_t size)
{
	const char *kernel = kernels[size % (sizeof(kernels) / sizeof(kernels[0]))];

	boot(&(const struct ask){ .dtb = data, .dtb_len = size, .kernel = kernel, .memory = size % 3 ? NULL : "4G" });
}

static void try_overlay(const uint8_t *data, size_t size)
{
	struct mm_error error = { .offset = -1 };
	struct request request;
	size_t out_size;
	void *out;

	if (size < 4 || memcmp(data, "\xd0\x0d\xfe\xed", 4) ||
	    request_resolve(&(const struct ask){ .board = "rpi4-8g" }, &request, &error))
		return;
	if (!mm_overlay_apply(request.dtb.data, request.dtb.len, data, size, &out, &out_size, &error))
		free(out);
	request_deinit(&request);
}

static void try_log(const char *text, size_t size)
{
	struct mm_error error = { .offset = -1 };
	struct ask ask = { .board = "qemu-virt" };
	struct dmesg log;

	if (dmesg_read(text, size, "log", &log, &error))
		return;
	dmesg_fill(&log, &ask);
	boot(&ask);
	if (log.text.data)
		dmesg_redact(log.text.data);
	dmesg_deinit(&log);
}

static void try_map(const char *text, size_t size)
{
	struct mm_error error = { .offset = -1 };
	struct uefi_map *map;

	if (uefi_map_read(text, size, "map", &map, &error))
		return;
	uefi_map_free(map);
	boot(&(const struct ask){ .board = "qemu-virt", .kernel = "6.1", .uefi = text });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	try_overlay(data, size);
	try_tree(data, size);
	try_log(text, size);
	try_map(text, size);
	free(text);
	return 0;
}
