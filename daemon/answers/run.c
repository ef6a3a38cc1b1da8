// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/run.h"

#include "daemon/answers/moments.h"
#include "daemon/base/fail.h"
#include "daemon/input/decode.h"
#include "daemon/input/recording.h"
#include "daemon/input/reserved_nodes.h"
#include "daemon/input/uefi_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Only what the engine calls bad input is bad input; the rest is our failure. */
static int input_error(int err)
{
	return err == -EINVAL || err == -E2BIG ? -EBADMSG : err;
}

static struct mm_board board_of(const struct request *request)
{
	const struct request_loader *loader = &request->loader;

	return (struct mm_board){
		.dtb = bytes_text(&request->dtb),
		.dtb_size = request->dtb.len,
		.dtb_totalsize = loader->has_dtb_totalsize ? (uint32_t)loader->dtb_totalsize : 0,
		.cmdline = request->cmdline,
		.memreserve = request->memreserve,
		.nr_memreserve = request->nr_memreserve,
		.has_image = loader->has_image,
		.image_addr = loader->image,
		.has_dtb = loader->has_dtb,
		.dtb_addr = loader->dtb,
		.initrd_start = loader->has_initrd ? loader->initrd_start : 0,
		.initrd_end = loader->has_initrd ? loader->initrd_end : 0,
		.initrd_size = loader->has_initrd_size ? loader->initrd_size : 0,
		.cpu = request->cpu,
		.ops = request->ops,
	};
}

static int boot_board(const struct request *request, const struct mm_kernel *kernel, const struct mm_uefi *uefi,
		      const struct reserved_nodes *reserved, const struct mm_alloc_state *state, struct mm **ret, struct mm_error *error)
{
	char *name = request->loader_model ? strdup(request->loader_model) : NULL, *comma = name ? strchr(name, ',') : NULL;
	struct mm_board board = board_of(request);
	struct mm_ram *ram = calloc(request->nr_banks ? request->nr_banks : 1, sizeof(*ram));
	int err;

	if (!ram || (request->loader_model && !name)) {
		free(name);
		free(ram);
		return fail(error, -ENOMEM, NULL, "no memory");
	}
	/* "u-boot,fdt_high=0x50000000": the name, and what it is given. */
	if (comma)
		*comma = '\0';
	board.loader = name;
	board.loader_options = comma ? comma + 1 : NULL;
	for (size_t i = 0; i < request->nr_banks; i++)
		ram[i] = (struct mm_ram){ request->banks[i].base, request->banks[i].size, request->banks[i].node,
					  request->banks[i].placed };
	board.uefi = uefi;
	board.reserved = reserved_nodes_view(reserved, &board.nr_reserved);
	board.state = state;
	board.ram = ram;
	board.nr_ram = request->nr_banks;
	err = input_error(mm_boot(&board, kernel, ret, error));
	free(ram);
	free(name);
	return err;
}

static int boot(const struct request *request, const struct mm_kernel *kernel, struct mm **ret, struct mm_error *error)
{
	struct recording recording = { 0 };
	struct uefi_map *map = NULL;
	struct reserved_nodes *reserved = NULL;
	int err = request->uefi ? uefi_map_read(request->uefi, strlen(request->uefi), "uefi", &map, error) : 0;

	if (!err && request->reserved)
		err = reserved_nodes_read(request->reserved, &reserved, error);
	if (!err && request->from_state)
		err = recording_read(&request->state, RECORDING_MAX_STATE, &recording, error);
	if (!err)
		err = boot_board(request, kernel, map ? uefi_map_view(map) : NULL, reserved,
				 request->from_state ? &recording.state : NULL, ret, error);
	recording_close(&recording);
	uefi_map_free(map);
	reserved_nodes_free(reserved);
	return err;
}

int run_boot(const struct request *request, struct run *ret, struct mm_error *error)
{
	struct run run = { .request = request };
	int err = decode_kernel(bytes_text(&request->profile), request->profile.len, request->kernel, &run.kernel, error);

	if (err)
		return err;
	err = boot(request, run.kernel, &run.mm, error);
	if (err)
		run_deinit(&run);
	else
		*ret = run;
	return err;
}

int run_boot_kernel(const struct request *request, struct mm_kernel *kernel, struct run *ret, struct mm_error *error)
{
	struct run run = { .request = request, .kernel = kernel, .kernel_is_borrowed = true };
	int err = boot(request, kernel, &run.mm, error);

	if (!err)
		*ret = run;
	return err;
}

bool run_go_on(struct run *run, const struct request *request)
{
	struct mm_error error;

	if (!request->ops || !request_same_machine(run->request, request) || mm_go_on(run->mm, request->ops, &error))
		return false;
	run->request = request;
	return true;
}

void run_deinit(struct run *run)
{
	moments_free(run->moments);
	mm_free(run->mm);
	if (!run->kernel_is_borrowed)
		mm_kernel_free(run->kernel);
	*run = (struct run){ 0 };
}
