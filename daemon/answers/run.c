// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/run.h"
#include "daemon/answers/table_read.h"
#include "daemon/base/fail.h"
#include "daemon/input/decode.h"

#include <errno.h>
#include <stdlib.h>

#define QEMU_INITRD_MAX (UINT64_C(128) << 20)

/* What the engine calls bad input is bad input; the rest is ours. */
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
		.image_addr = loader->has_image ? loader->image : 0,
		.dtb_addr = loader->has_dtb ? loader->dtb : 0,
		.initrd_start = loader->has_initrd ? loader->initrd_start : 0,
		.initrd_end = loader->has_initrd ? loader->initrd_end : 0,
		.cpu = request->cpu,
		.ops = request->ops,
	};
}

/* Lowest RAM address in the tree, found by booting it as it is. */
static int ram_base(const struct request *request, const struct mm_kernel *kernel, uint64_t *ret,
		    struct mm_error *error)
{
	struct mm_board board = board_of(request);
	struct mm_state *state;
	struct mm *mm;

	/* Whatever is wrong with the tree is said when it boots with the user's memory. */
	if (mm_boot(&board, kernel, &mm, error))
		return fail(error, -EINVAL, "memory",
			    "this board's tree does not say where RAM begins: write SIZE@ADDRESS");
	if (mm_state_at(mm, mm_nr_events(mm) - 1, &state)) {
		mm_free(mm);
		return fail(error, -ENOMEM, NULL, "no memory for the tables");
	}
	*ret = UINT64_MAX;
	for (size_t i = 0; i < mm_state_nr_rows(state, MM_LEDGER); i++) {
		struct table_row row = table_row(state, MM_LEDGER, i);

		if (row_num(row, "ram") && row_hex(row, "key") < *ret)
			*ret = row_hex(row, "key");
	}
	mm_state_free(state);
	mm_free(mm);
	return 0;
}

/* Ranges without an address follow the one before; the first begins where RAM does. */
static int place_banks(const struct request *request, const struct mm_kernel *kernel, struct phys_range *ranges,
		       struct mm_error *error)
{
	uint64_t next = 0;

	for (size_t i = 0; i < request->nr_banks; i++) {
		const struct request_bank *bank = &request->banks[i];
		int err = i || bank->placed ? 0 : ram_base(request, kernel, &next, error);

		if (err)
			return err;
		if (bank->placed)
			next = bank->base;
		if (bank->size - 1 > UINT64_MAX - next)
			return fail(error, -EINVAL, "memory", "range %zu ends behind the last address", i + 1);
		ranges[i] = (struct phys_range){ next, bank->size };
		next += bank->size;
	}
	return 0;
}

/* hw/arm/boot.c of QEMU 7.2: in the middle of RAM, but at most 128 MiB into it. */
static void place_initrd(const struct request *request, struct mm_board *board)
{
	uint64_t base = UINT64_MAX, total = 0, half;

	if (!request->loader.has_initrd_size || !board->nr_memory)
		return;
	for (size_t i = 0; i < board->nr_memory; i++) {
		base = board->memory[i].base < base ? board->memory[i].base : base;
		total += board->memory[i].size;
	}
	half = total / 2 < QEMU_INITRD_MAX ? total / 2 : QEMU_INITRD_MAX;
	board->initrd_start = (base + half + 0xfff) & ~UINT64_C(0xfff);
	board->initrd_end = board->initrd_start + request->loader.initrd_size;
}

static int boot(const struct request *request, const struct mm_kernel *kernel, struct mm **ret,
		struct mm_error *error)
{
	struct mm_board board = board_of(request);
	struct phys_range *ranges = calloc(request->nr_banks ? request->nr_banks : 1, sizeof(*ranges));
	int err;

	if (!ranges)
		return fail(error, -ENOMEM, NULL, "no memory");
	board.memory = ranges;
	board.nr_memory = request->nr_banks;
	err = place_banks(request, kernel, ranges, error);
	if (!err)
		place_initrd(request, &board);
	if (!err)
		err = input_error(mm_boot(&board, kernel, ret, error));
	free(ranges);
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

void run_deinit(struct run *run)
{
	mm_free(run->mm);
	if (!run->kernel_is_borrowed)
		mm_kernel_free(run->kernel);
	*run = (struct run){ 0 };
}
