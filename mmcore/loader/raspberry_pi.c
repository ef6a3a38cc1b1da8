// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * raspberry_pi.c - the Raspberry Pi's firmware, as its own log tells (2020 to 2024).
 *
 * A 64-bit image goes to 0x200000, one with a text_offset there (0x80000).  The
 * tree ends 16 MiB below the end of low RAM or of the first 768 MiB, beginning
 * on 256 bytes; with 8 GiB the log of a Pi 4 says 0x2eff2f00 for 0xd062 bytes.
 * An initrd ("initramfs ... followkernel" aside) lies right below the tree.
 */
#include "model.h"

#define SOURCE "Raspberry Pi firmware logs: \"Device tree loaded to 0x2eff2f00 (size 0xd062)\""
#define KERNEL_ADDRESS 0x200000
#define GAP MIB(16)
#define LOW_END MIB(768)

static phys_addr_t low_end(const struct mm *mm)
{
	struct ram_bank *banks;
	size_t nr = ram_banks(&mm->fdt, &banks);
	phys_addr_t end = LOW_END;

	for (size_t i = 0; i < nr; i++)
		if (banks[i].base == 0)
			end = min_u64(LOW_END, align_up(banks[i].size, MIB(256)));
	return end;
}

static int place(struct mm *mm, struct mm_error *error)
{
	struct loader *l = &mm->loader;
	phys_addr_t offset = loader_text_offset(mm), top = low_end(mm);
	uint64_t at;
	int has;

	top = top > 2 * GAP ? top - GAP : top;
	has = loader_option(l, "kernel_address", &at, error);
	if (has < 0)
		return has;
	if (l->image.origin == ORIGIN_NONE)
		loader_assume(mm, &l->image, has ? at : offset ? offset : KERNEL_ADDRESS,
			      has ? "kernel_address" : "text_offset, or 0x200000 for an image that has none", SOURCE);
	has = loader_option(l, "device_tree_address", &at, error);
	if (has < 0)
		return has;
	if (l->dtb.origin == ORIGIN_NONE)
		loader_assume(mm, &l->dtb, has ? at : align_down(top - l->dtb.size, 256),
			      has ? "device_tree_address" : "below the last 16 MiB of low RAM, at most 768 MiB", SOURCE);
	if (l->initrd.size && l->initrd.origin == ORIGIN_NONE)
		loader_assume(mm, &l->initrd, align_down(l->dtb.base - l->initrd.size, KIB(4)), "right below the tree", SOURCE);
	return 0;
}

static const char *const names[] = { "kernel_address", "device_tree_address", NULL };

const struct loader_model loader_raspberry_pi = {
	.name = "raspberry-pi", .what = "the Raspberry Pi's own firmware", .options = names, .place = place,
};
