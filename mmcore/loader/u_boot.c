// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * u_boot.c - U-Boot's booti (2026.07: cmd/booti.c, arch/arm/lib/image.c,
 * boot/image-fdt.c, boot/image-board.c).
 *
 * The image stays where kernel_addr_r put it, rounded up to 2 MiB, if its header
 * says that it may lie anywhere; otherwise it moves to the start of RAM.  Initrd
 * and tree are moved as high as bootm_low + bootm_size, initrd_high and fdt_high
 * allow, clear of all reservations and of U-Boot itself at the top of RAM.  Each
 * then stands in /memreserve/, and the tree ends at a page.
 */
#include "model.h"

#define IMAGE_SOURCE "U-Boot 2026.07, arch/arm/lib/image.c: booti_setup()"
#define INITRD_SOURCE "U-Boot 2026.07, boot/image-board.c: boot_ramdisk_high()"
#define FDT_SOURCE "U-Boot 2026.07, boot/image-fdt.c: boot_relocate_fdt()"
#define FDT_PAD 0x3000		/* CONFIG_SYS_FDT_PAD's default */
#define IN_PLACE UINT64_MAX	/* fdt_high and initrd_high of all ones */
/* What U-Boot with its heap and stack takes at the top of RAM when it has relocated itself; boards differ. */
#define OWN_BYTES MIB(8)

struct environment {
	uint64_t kernel_addr_r, fdt_addr_r, ramdisk_addr_r, bootm_low, bootm_size, fdt_high, initrd_high, own;
	bool has_kernel, has_fdt, has_ramdisk, has_low, has_size, has_fdt_high, has_initrd_high, has_own;
};

static int read_environment(const struct loader *l, struct environment *e, struct mm_error *error)
{
	const struct { const char *name; uint64_t *value; bool *has; } vars[] = {
		{ "kernel_addr_r", &e->kernel_addr_r, &e->has_kernel }, { "fdt_addr_r", &e->fdt_addr_r, &e->has_fdt },
		{ "ramdisk_addr_r", &e->ramdisk_addr_r, &e->has_ramdisk }, { "bootm_low", &e->bootm_low, &e->has_low },
		{ "bootm_size", &e->bootm_size, &e->has_size }, { "fdt_high", &e->fdt_high, &e->has_fdt_high },
		{ "initrd_high", &e->initrd_high, &e->has_initrd_high }, { "own_size", &e->own, &e->has_own },
	};

	for (size_t i = 0; i < ARRAY_SIZE(vars); i++) {
		/* own_size is ours; the others are copied from printenv. */
		int err = (vars[i].value == &e->own ? loader_option : loader_hex_option)(l, vars[i].name, vars[i].value, error);

		if (err < 0)
			return err;
		*vars[i].has = err;
	}
	return 0;
}

/* The end of what bootm may use. */
static phys_addr_t map_end(const struct loader *l, const struct environment *e)
{
	phys_addr_t low = e->has_low ? e->bootm_low : l->dram_base, bank_end = low + l->dram_bytes;

	if (e->has_size)
		return low + e->bootm_size;
	return bank_end < low ? PHYS_ADDR_MAX : bank_end;
}

static void place_image(struct mm *mm, const struct environment *e)
{
	struct loader *l = &mm->loader;
	phys_addr_t offset = loader_text_offset(mm), base = l->dram_base, at;

	if (l->image.origin != ORIGIN_NONE)
		return;
	/* Bit 3 of the header's flags came with 4.6's relocatable images; what has text_offset 0 has it. */
	if (e->has_kernel && !offset)
		base = e->kernel_addr_r;
	else if (!offset && loader_first_hole(l, &mm->fdt, base + MIB(2), l->image.size, MIB(2), 0, &at))
		base = at;
	loader_assume(mm, &l->image, align_up(base, MIB(2)) + offset, e->has_kernel && !offset
		      ? "kernel_addr_r, rounded up to 2 MiB" : offset ? "the start of RAM plus text_offset"
		      : "kernel_addr_r is not given: the first hole that no reservation touches", IMAGE_SOURCE);
}

static bool high(struct mm *mm, struct placed *p, phys_addr_t limit, phys_addr_t size, const char *rule, const char *source)
{
	phys_addr_t at;

	if (!loader_last_hole(&mm->loader, &mm->fdt, limit, size, KIB(4), &at))
		return false;
	loader_assume(mm, p, at, rule, source);
	return true;
}

static int no_room(struct mm_error *error, const char *what, phys_addr_t size, phys_addr_t limit)
{
	return loader_refuse(error, "", "U-Boot finds no room for the %s: 0x%llx bytes below 0x%llx", what,
			     (unsigned long long)size, (unsigned long long)limit);
}

static int place_initrd(struct mm *mm, const struct environment *e, struct mm_error *error)
{
	struct placed *p = &mm->loader.initrd;
	phys_addr_t limit = e->has_initrd_high ? e->initrd_high : map_end(&mm->loader, e);

	if (!p->size || p->origin != ORIGIN_NONE)
		return 0;
	if (e->has_ramdisk && e->has_initrd_high && e->initrd_high == IN_PLACE) {
		loader_assume(mm, p, e->ramdisk_addr_r, "initrd_high is all ones: it stays at ramdisk_addr_r", INITRD_SOURCE);
		return 0;
	}
	if (!high(mm, p, limit, p->size, "as high as initrd_high and bootm_size allow, clear of reservations", INITRD_SOURCE))
		return no_room(error, "initrd", p->size, limit);
	dt_add_memreserve(&mm->fdt, p->base, p->size);
	return 0;
}

static int place_fdt(struct mm *mm, const struct environment *e, struct mm_error *error)
{
	struct placed *p = &mm->loader.dtb;
	phys_addr_t limit = e->has_fdt_high ? e->fdt_high : map_end(&mm->loader, e), room = align_up(p->size + FDT_PAD, KIB(4));

	if (p->origin != ORIGIN_NONE)
		return 0;
	if (e->has_fdt && e->has_fdt_high && e->fdt_high == IN_PLACE) {
		loader_assume(mm, p, e->fdt_addr_r, "fdt_high is all ones: it stays at fdt_addr_r", FDT_SOURCE);
		return 0;
	}
	/* Room with padding is looked for; then the tree shrinks to whole pages. */
	p->size = align_up(p->size + 5 * 16, KIB(4));
	if (!high(mm, p, limit, room, "as high as fdt_high and bootm_size allow, clear of reservations", FDT_SOURCE))
		return no_room(error, "device tree", room, limit);
	mm->fdt.totalsize = (uint32_t)p->size;
	dt_add_memreserve(&mm->fdt, p->base, p->size);
	return 0;
}

static int u_boot_place(struct mm *mm, struct mm_error *error)
{
	struct loader *l = &mm->loader;
	struct environment e = { .own = OWN_BYTES };
	int err = read_environment(l, &e, error);
	phys_addr_t top;

	if (err < 0)
		return err;
	place_image(mm, &e);
	if (e.own && loader_last_hole(l, &mm->fdt, GIB(4), e.own, KIB(4), &top))
		loader_take(l, &mm->arena, top, e.own);
	err = place_initrd(mm, &e, error);
	return err ? err : place_fdt(mm, &e, error);
}

static const char *const names[] = {
	"kernel_addr_r", "fdt_addr_r", "ramdisk_addr_r", "bootm_low", "bootm_size", "fdt_high", "initrd_high", "own_size", NULL
};

const struct loader_model loader_u_boot = {
	.name = "u-boot", .what = "U-Boot's booti: tree and initrd high in RAM, clear of reservations",
	.options = names, .place = u_boot_place,
};
