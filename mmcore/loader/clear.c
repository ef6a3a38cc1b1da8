// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clear.c - a loader of which we only know that it does its work well: image,
 * device tree and initrd, in this order, each in the first hole of RAM that
 * nothing else is in.  What fails then fails on the board itself, too.
 *
 * The image lies text_offset behind a 2 MiB boundary, the tree on one
 * (Documentation/arch/arm64/booting.rst, 6.12).  The first 2 MiB stay free, as
 * with most firmware: spin tables and secure monitors live there.
 */
#include "model.h"

#define RULE "the first hole in RAM that no reservation touches"
#define SOURCE "Linux 6.12, Documentation/arch/arm64/booting.rst: alignment of image and tree"

static bool place(struct mm *mm, struct placed *p, phys_addr_t from, phys_addr_t align, phys_addr_t skew)
{
	phys_addr_t at;

	if (!loader_first_hole(&mm->loader, &mm->fdt, from, p->size, align, skew, &at) &&
	    !loader_first_hole(&mm->loader, &mm->fdt, 0, p->size, align, skew, &at))
		return false;
	loader_assume(mm, p, at, RULE, SOURCE);
	return true;
}

static int clear_place(struct mm *mm, struct mm_error *error)
{
	struct loader *l = &mm->loader;
	phys_addr_t offset = loader_text_offset(mm), from = l->dram_base + (offset ? 0 : MIB(2));

	if (l->image.origin == ORIGIN_NONE && !place(mm, &l->image, from, MIB(2), offset))
		return loader_qemu_virt.place(mm, error);
	if (l->dtb.origin == ORIGIN_NONE && !place(mm, &l->dtb, l->image.base, MIB(2), 0))
		return loader_qemu_virt.place(mm, error);
	if (l->initrd.size && l->initrd.origin == ORIGIN_NONE && !place(mm, &l->initrd, l->dtb.base, MIB(2), 0))
		return loader_qemu_virt.place(mm, error);
	return 0;
}

static const char *const no_options[] = { NULL };

const struct loader_model loader_clear = {
	.name = "clear", .what = "each in the first hole in RAM that no reservation touches",
	.options = no_options, .place = clear_place,
};
