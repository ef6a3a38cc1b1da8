// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * qemu_virt.c - QEMU's virt machine with -kernel (7.2, hw/arm/boot.c).
 *
 * The image at the lowest RAM address plus the header's text_offset, 2 MiB
 * further if that is below 4 KiB; the initrd at RAM base + min(RAM/2, 128 MiB);
 * the tree at the next 2 MiB boundary behind it.
 */
#include "model.h"

#define SOURCE "QEMU 7.2, hw/arm/boot.c"

static void place_image(struct mm *mm, struct loader *l)
{
	phys_addr_t offset = loader_text_offset(mm);

	if (l->image.origin == ORIGIN_NONE)
		loader_assume(mm, &l->image, l->dram_base + offset + (offset < KIB(4) ? MIB(2) : 0),
			      "the start of RAM plus text_offset, 2 MiB further if that is less than 4 KiB", SOURCE);
}

static int qemu_place(struct mm *mm, struct mm_error *error)
{
	struct loader *l = &mm->loader;
	phys_addr_t middle = l->dram_base + min_u64(l->dram_bytes / 2, MIB(128)), end;

	(void)error;
	place_image(mm, l);
	if (l->initrd.size && l->initrd.origin == ORIGIN_NONE)
		loader_assume(mm, &l->initrd, align_up(middle, KIB(4)), "the middle of RAM, at most 128 MiB into it", SOURCE);
	end = l->initrd.size ? range_end((struct phys_range){ l->initrd.base, l->initrd.size })
			     : max_u64(middle, l->image.base + loader_image_bytes(mm));
	if (l->dtb.origin == ORIGIN_NONE)
		loader_assume(mm, &l->dtb, align_up(end, MIB(2)), "the next 2 MiB boundary behind the initrd's place", SOURCE);
	return 0;
}

static const char *const no_options[] = { NULL };

const struct loader_model loader_qemu_virt = {
	.name = "qemu-virt", .what = "QEMU's virt machine with -kernel", .options = no_options, .place = qemu_place,
};
