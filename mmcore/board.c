// SPDX-License-Identifier: GPL-2.0-or-later
#include "board.h"

#include <errno.h>
#include <stdio.h>

#define LOADER_2M	MIB(2)

static int refuse(struct mm_error *error, const char *node, const char *fmt, ...)
{
	va_list args;

	snprintf(error->where, sizeof(error->where), "board");
	snprintf(error->node, sizeof(error->node), "%s", node);
	error->offset = -1;
	va_start(args, fmt);
	vsnprintf(error->text, sizeof(error->text), fmt, args);
	va_end(args);
	return -EINVAL;
}

/* Lowest address and sum of the root's available memory nodes. */
static void find_ram(const struct fdt *fdt, phys_addr_t *base, phys_addr_t *size)
{
	unsigned ac = fdt->address_cells, sc = fdt->size_cells;

	*base = PHYS_ADDR_MAX;
	*size = 0;
	for (int node = fdt->nodes[0].first_child; node >= 0; node = fdt->nodes[node].next_sibling) {
		const char *type = dt_getprop_str(fdt, node, "device_type");
		const struct fdt_prop *reg = dt_getprop(fdt, node, "reg");

		if (!type || strcmp(type, "memory") || !reg || !dt_available(fdt, node))
			continue;
		for (size_t i = 0; (i + ac + sc) * 4 <= reg->len; i += ac + sc) {
			phys_addr_t bytes = dt_read_cells(reg, i + ac, sc);

			if (bytes)
				*base = min_u64(*base, dt_read_cells(reg, i, ac));
			*size += bytes;
		}
	}
}

static int chosen_node(struct fdt *fdt)
{
	int chosen = dt_path(fdt, "/chosen");

	return chosen >= 0 ? chosen : dt_add_node(fdt, 0, "chosen");
}

static void set_u64(struct fdt *fdt, int node, const char *name, uint64_t value)
{
	unsigned char be[8];

	for (int i = 0; i < 8; i++)
		be[i] = (unsigned char)(value >> (56 - 8 * i));
	dt_setprop(fdt, node, name, be, sizeof(be));
}

/* What firmware writes before it jumps to the kernel. */
static void fix_up(struct fdt *fdt, const struct mm_board *board)
{
	if (board->nr_memory)
		dt_set_memory(fdt, board->memory, board->nr_memory);
	if (board->cmdline)
		dt_setprop(fdt, chosen_node(fdt), "bootargs", board->cmdline, (uint32_t)strlen(board->cmdline) + 1);
	if (board->initrd_end > board->initrd_start) {
		set_u64(fdt, chosen_node(fdt), "linux,initrd-start", board->initrd_start);
		set_u64(fdt, chosen_node(fdt), "linux,initrd-end", board->initrd_end);
	}
}

static uint64_t text_offset(const struct mm_kernel *kernel)
{
	uint64_t offset = 0;

	kernel_number(kernel, "image", "text_offset", &offset);
	return offset;
}

static phys_addr_t default_image(const struct mm_kernel *kernel, phys_addr_t ram)
{
	uint64_t offset = text_offset(kernel);

	return ram + offset + (offset < KIB(4) ? LOADER_2M : 0);
}

/* End of the initrd if /chosen has one, else where it would have gone. */
static phys_addr_t behind_initrd(const struct mm *mm, phys_addr_t ram, phys_addr_t size)
{
	const struct fdt_prop *end = dt_getprop(&mm->fdt, dt_path(&mm->fdt, "/chosen"), "linux,initrd-end");
	phys_addr_t at = ram + min_u64(size / 2, MIB(128));

	if (end && (end->len == 4 || end->len == 8))
		return dt_read_cells(end, 0, end->len / 4);
	return max_u64(at, mm_symbol(mm, "_end"));
}

int board_load(struct mm *mm, const struct mm_board *board, struct mm_error *error)
{
	phys_addr_t ram, size;
	int err = dt_load(&mm->fdt, &mm->arena, board->dtb, board->dtb_size, error);

	if (err)
		return err;
	mm->cpu = cpu_model_find(board->cpu ? board->cpu : "cortex-a57");
	if (!mm->cpu)
		return refuse(error, "", "unknown CPU model \"%.40s\"; known: %s", board->cpu, cpu_model_names());
	if (mm->fdt.size_cells == 0)
		return refuse(error, "/", "#size-cells 0 of the root cannot describe memory");
	fix_up(&mm->fdt, board);
	find_ram(&mm->fdt, &ram, &size);
	if (!size)
		return refuse(error, "/memory", "the device tree reports no RAM (firmware fills it in on real boards): give its size with --memory");
	if (size > (UINT64_C(1) << 52) || ram > (UINT64_C(1) << 52))
		return refuse(error, "/memory", "RAM at 0x%llx, 0x%llx bytes, is beyond 52 address bits",
			      (unsigned long long)ram, (unsigned long long)size);
	if (board->dtb_totalsize)
		mm->fdt.totalsize = board->dtb_totalsize;
	mm->text_phys = board->image_addr ? board->image_addr : default_image(mm->kernel, ram);
	mm->dtb_phys = board->dtb_addr ? board->dtb_addr : align_up(behind_initrd(mm, ram, size), LOADER_2M);
	if (mm->text_phys % KIB(4))
		return refuse(error, "", "the image address 0x%llx is not aligned to 4 KiB", (unsigned long long)mm->text_phys);
	if (mm->dtb_phys % 8)
		return refuse(error, "", "the device tree's address 0x%llx is not aligned to 8 bytes",
			      (unsigned long long)mm->dtb_phys);
	return 0;
}
