// SPDX-License-Identifier: GPL-2.0-or-later
#include "board.h"
#include "loader/check.h"
#include "loader/model.h"

#include <errno.h>

/* ------------------------------------------------------------- the tree */

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

static void set_u32(struct fdt *fdt, int node, const char *name, uint32_t value)
{
	const unsigned char be[4] = { (unsigned char)(value >> 24), (unsigned char)(value >> 16), (unsigned char)(value >> 8),
				      (unsigned char)value };

	dt_setprop(fdt, node, name, be, sizeof(be));
}

static void set_initrd(struct fdt *fdt, const struct placed *initrd)
{
	set_u64(fdt, chosen_node(fdt), "linux,initrd-start", initrd->base);
	set_u64(fdt, chosen_node(fdt), "linux,initrd-end", initrd->base + initrd->size);
}

static bool chosen_address(const struct fdt *fdt, const char *name, uint64_t *ret)
{
	const struct fdt_prop *prop = dt_getprop(fdt, dt_path(fdt, "/chosen"), name);

	if (!prop || (prop->len != 4 && prop->len != 8))
		return false;
	*ret = dt_read_cells(prop, 0, prop->len / 4);
	return true;
}

/* ---------------------------------------------------------- what is given */

static void give(struct placed *p, phys_addr_t base, phys_addr_t size, enum origin origin)
{
	*p = (struct placed){ .base = base, .size = size, .origin = origin, .rule = "", .source = "" };
}

static void given_initrd(struct mm *mm, const struct mm_board *board)
{
	struct placed *p = &mm->loader.initrd;
	uint64_t start, end;

	p->rule = p->source = "";
	if (board->initrd_end > board->initrd_start) {
		give(p, board->initrd_start, board->initrd_end - board->initrd_start, ORIGIN_GIVEN);
	} else if (board->initrd_size) {
		p->size = board->initrd_size;
	} else if (chosen_address(&mm->fdt, "linux,initrd-start", &start) &&
		   chosen_address(&mm->fdt, "linux,initrd-end", &end) && start < end) {
		give(p, start, end - start, ORIGIN_TREE);
	}
}

static void given(struct mm *mm, const struct mm_board *board)
{
	struct loader *l = &mm->loader;

	l->image.size = loader_image_bytes(mm);
	l->dtb.size = mm->fdt.totalsize;
	if (board->has_image)
		give(&l->image, board->image_addr, l->image.size, ORIGIN_GIVEN);
	if (board->has_dtb)
		give(&l->dtb, board->dtb_addr, l->dtb.size, ORIGIN_GIVEN);
	given_initrd(mm, board);
	for (size_t i = 0; i < board->nr_memreserve; i++)
		dt_add_memreserve(&mm->fdt, board->memreserve[i].base, board->memreserve[i].size);
}

/* What the EFI stub writes, unless the tree is one that it has written already. */
static void set_uefi(struct mm *mm)
{
	const struct mm_uefi *uefi = mm->loader.uefi;
	int chosen = chosen_node(&mm->fdt);

	if (dt_has_prop(&mm->fdt, chosen, "linux,uefi-system-table"))
		return;
	mm->fdt.nr_memreserve = 0;
	set_u64(&mm->fdt, chosen, "linux,uefi-system-table", uefi->system_table);
	set_u64(&mm->fdt, chosen, "linux,uefi-mmap-start", uefi->map_address);
	set_u32(&mm->fdt, chosen, "linux,uefi-mmap-size", uefi->map_bytes);
	set_u32(&mm->fdt, chosen, "linux,uefi-mmap-desc-size", uefi->descriptor_bytes);
	set_u32(&mm->fdt, chosen, "linux,uefi-mmap-desc-ver", 1);
}

static void apply_model(struct mm *mm)
{
	struct loader *l = &mm->loader;

	mm->text_phys = l->image.base;
	mm->dtb_phys = l->dtb.base;
	if ((l->initrd.origin == ORIGIN_GIVEN || l->initrd.origin == ORIGIN_ASSUMED) && !uefi_tells_initrd(mm))
		set_initrd(&mm->fdt, &l->initrd);
	if (l->uefi)
		set_uefi(mm);
}

static int check_alignment(const struct mm *mm, struct mm_error *error)
{
	if (mm->text_phys % KIB(4)) {
		loader_refuse(error, "", "the image address 0x%llx is not aligned to 4 KiB", (unsigned long long)mm->text_phys);
		return loader_advise(error, "image_addr", "0x%llx", (unsigned long long)align_up(mm->text_phys, MIB(2)));
	}
	if (mm->dtb_phys % 8) {
		loader_refuse(error, "", "the device tree's address 0x%llx is not aligned to 8 bytes",
			      (unsigned long long)mm->dtb_phys);
		return loader_advise(error, "dtb_addr", "0x%llx", (unsigned long long)align_up(mm->dtb_phys, 8));
	}
	return 0;
}

int board_load(struct mm *mm, const struct mm_board *board, struct mm_error *error)
{
	int err = dt_load(&mm->fdt, &mm->arena, board->dtb, board->dtb_size, error);

	if (!err)
		err = arch_choose_cpu(mm, board->cpu, error);
	if (!err)
		err = loader_check_identity(&mm->fdt, mm->kernel->arch, error);
	if (!err && mm->fdt.size_cells == 0)
		err = loader_refuse(error, "/", "#size-cells 0 of the root cannot describe memory");
	if (!err)
		err = uefi_decides_ram(mm, board, error);
	if (!err)
		err = loader_ram(&mm->loader, &mm->fdt, board->ram, board->nr_ram, error);
	if (err >= 0)
		err = loader_reserved(&mm->loader, &mm->fdt, board->reserved, board->nr_reserved, error);
	if (err < 0)
		return err;
	if (board->cmdline)
		dt_setprop(&mm->fdt, chosen_node(&mm->fdt), "bootargs", board->cmdline, (uint32_t)strlen(board->cmdline) + 1);
	if (board->dtb_totalsize)
		mm->fdt.totalsize = board->dtb_totalsize;
	given(mm, board);
	err = loader_uefi(mm, board, error);
	if (!err)
		err = loader_place(mm, board, error);
	if (err)
		return err;
	apply_model(mm);
	return check_alignment(mm, error);
}

bool board_tell(struct mm *mm)
{
	bool ok;

	/* What the boot loader has put into memory before it jumps to the kernel. */
	trace_enter(&mm->trace, "boot_loader", "-1", true, NULL);
	loader_tell(mm);
	ok = loader_check(mm);
	trace_leave(&mm->trace);
	return ok;
}
