// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uefi.c - boards that UEFI boots: which memory map there is, and where the
 * kernel's EFI stub puts image, initrd and tree (drivers/firmware/efi/libstub,
 * 5.10 to 7.2).
 *
 * The stub writes /chosen/linux,uefi-*; a kernel that finds them takes RAM from
 * UEFI's map and forgets the tree's /memory.  The map shows what the stub did:
 * the image it moved is the lower range of loader code, the tree begins the
 * range of loader data below the initrd.
 */
#include "uefi.h"
#include "model.h"

#define STUB "Linux 6.12, drivers/firmware/efi/libstub"
#define FDT_ROOM MIB(2)		/* MAX_FDT_SIZE: what the stub allocates for the tree */
#define INITRD_ALIGN KIB(64)	/* EFI_ALLOC_ALIGN */

/* ------------------------------------------------------------------ the map */

bool uefi_is_memory(const struct mm_uefi_range *range)
{
	return range->attribute & (EFI_MEMORY_WB | EFI_MEMORY_WT | EFI_MEMORY_WC);
}

bool uefi_is_usable(const struct mm_uefi_range *range)
{
	switch (range->type) {
	case EFI_LOADER_CODE:
	case EFI_LOADER_DATA:
	case EFI_ACPI_RECLAIM_MEMORY:
	case EFI_BOOT_SERVICES_CODE:
	case EFI_BOOT_SERVICES_DATA:
	case EFI_CONVENTIONAL_MEMORY:
	case EFI_PERSISTENT_MEMORY:
		return range->attribute & EFI_MEMORY_WB;
	default:
		return false;
	}
}

const struct mm_uefi_table *uefi_table(const struct mm_uefi *uefi, const char *name)
{
	for (size_t i = 0; i < uefi->nr_tables; i++)
		if (!strcmp(uefi->tables[i].name, name))
			return &uefi->tables[i];
	return NULL;
}

bool uefi_tells_initrd(const struct mm *mm)
{
	const struct mm_uefi *uefi = mm->loader.uefi;

	return uefi && (uefi->nr_tables ? uefi_table(uefi, "INITRD") != NULL : mm->rules->efi_initrd_in_table);
}

static phys_addr_t bytes_of(const struct mm_uefi_range *range)
{
	return range->nr_pages << EFI_PAGE_SHIFT;
}

struct phys_range uefi_runtime_in(const struct mm_uefi *uefi, phys_addr_t base, phys_addr_t size)
{
	phys_addr_t end = base + min_u64(size, PHYS_ADDR_MAX - base), lo = end, hi = base;

	for (size_t i = 0; i < uefi->nr_ranges; i++) {
		const struct mm_uefi_range *range = &uefi->ranges[i];

		if (!(range->attribute & EFI_MEMORY_RUNTIME) || !uefi_is_memory(range) || range->base >= end ||
		    range->base + bytes_of(range) <= base)
			continue;
		lo = min_u64(lo, max_u64(range->base, base));
		hi = max_u64(hi, min_u64(range->base + bytes_of(range), end));
	}
	return hi > lo ? (struct phys_range){ lo, hi - lo } : (struct phys_range){ 0, 0 };
}

size_t loader_banks(const struct loader *loader, const struct fdt *fdt, struct ram_bank **ret)
{
	const struct mm_uefi *uefi = loader->uefi;
	struct ram_bank *banks;
	size_t nr = 0;

	if (!uefi)
		return ram_banks(fdt, ret);
	banks = arena_array(fdt->arena, uefi->nr_ranges + 1, sizeof(*banks));
	for (size_t i = 0; i < uefi->nr_ranges; i++) {
		const struct mm_uefi_range *range = &uefi->ranges[i];

		if (!uefi_is_memory(range) || !uefi_is_usable(range))
			continue;
		if (nr && banks[nr - 1].base + banks[nr - 1].size == range->base)
			banks[nr - 1].size += bytes_of(range);
		else
			banks[nr++] = (struct ram_bank){ range->base, bytes_of(range), -1, NUMA_NO_NODE };
	}
	*ret = banks;
	return nr;
}

static int check_range(const struct mm_uefi_range *range, size_t i, struct mm_error *error)
{
	if (range->base % (UINT64_C(1) << EFI_PAGE_SHIFT))
		return loader_refuse(error, "/chosen", "range %zu of UEFI's memory map begins at 0x%llx, inside of a page", i + 1,
				     (unsigned long long)range->base);
	if (!range->nr_pages || range->nr_pages > UEFI_MAX_ADDRESS >> EFI_PAGE_SHIFT || range->base > UEFI_MAX_ADDRESS - bytes_of(range))
		return loader_refuse(error, "/chosen", "range %zu of UEFI's memory map, 0x%llx pages at 0x%llx, is empty or ends "
				     "beyond 52 address bits", i + 1, (unsigned long long)range->nr_pages,
				     (unsigned long long)range->base);
	return 0;
}

static int no_memory(struct mm_error *error)
{
	return loader_refuse(error, "/chosen", "UEFI's memory map has no memory that a kernel may use");
}

static int check_map(struct mm *mm, struct mm_error *error)
{
	struct loader *l = &mm->loader;
	struct ram_bank *banks;
	size_t nr;

	if (l->uefi->nr_ranges > UEFI_MAX_RANGES)
		return loader_refuse(error, "/chosen", "UEFI's memory map has more than %d ranges", UEFI_MAX_RANGES);
	for (size_t i = 0; i < l->uefi->nr_ranges; i++) {
		int err = check_range(&l->uefi->ranges[i], i, error);

		if (err)
			return err;
	}
	nr = loader_banks(l, &mm->fdt, &banks);
	if (!nr)
		return no_memory(error);
	l->dram_base = banks[0].base;
	l->dram_bytes = 0;
	for (size_t i = 0; i < nr; i++) {
		l->dram_base = min_u64(l->dram_base, banks[i].base);
		l->dram_bytes += banks[i].size;
	}
	return 0;
}

/* RAM was given, but no map: then all of it is free memory to UEFI. */
static void plain_map(struct mm *mm, struct mm_uefi *uefi)
{
	struct ram_bank *banks;
	size_t nr = ram_banks(&mm->fdt, &banks);
	struct mm_uefi_range *ranges = arena_array(&mm->arena, nr + 1, sizeof(*ranges));

	for (size_t i = 0; i < nr; i++)
		ranges[i] = (struct mm_uefi_range){ banks[i].base, banks[i].size >> EFI_PAGE_SHIFT, EFI_CONVENTIONAL_MEMORY,
						    EFI_MEMORY_WB };
	uefi->ranges = ranges;
	uefi->nr_ranges = nr;
	mm->loader.uefi_rule = "a map of free memory only, where RAM was given";
	mm->loader.uefi_source = "";
}

static bool is_virt(const struct fdt *fdt)
{
	const char *word = dt_getprop_str(fdt, 0, "compatible");

	return word && !strcmp(word, "linux,dummy-virt");
}

static int refuse_without_map(struct mm_error *error)
{
	loader_refuse(error, "/chosen", "linux,uefi-system-table: UEFI booted this board, so RAM comes from its memory map and /memory "
		      "is ignored; the map is not part of the tree: a log of a boot with efi=debug has it");
	return loader_advise(error, "uefi", "LOG");
}

static void *copy(struct arena *arena, const void *from, size_t nr, size_t size)
{
	void *to = arena_array(arena, nr + 1, size);

	return nr ? memcpy(to, from, nr * size) : to;
}

/* The arena's own copy: a machine may outlive what was handed in. */
static struct mm_uefi *own(struct arena *arena, const struct mm_uefi *from)
{
	struct mm_uefi *to = arena_alloc(arena, sizeof(*to));
	struct mm_uefi_table *tables = copy(arena, from->tables, from->nr_tables, sizeof(*tables));

	*to = *from;
	to->ranges = copy(arena, from->ranges, from->nr_ranges, sizeof(*to->ranges));
	to->reserved = copy(arena, from->reserved, from->nr_reserved, sizeof(*to->reserved));
	for (size_t i = 0; i < from->nr_tables; i++)
		tables[i].name = arena_printf(arena, "%s", from->tables[i].name);
	to->tables = tables;
	if (from->banner)
		to->banner = arena_printf(arena, "%s", from->banner);
	return to;
}

static bool is_told(const struct mm *mm)
{
	return dt_has_prop(&mm->fdt, dt_path(&mm->fdt, "/chosen"), "linux,uefi-system-table");
}

int uefi_decides_ram(struct mm *mm, const struct mm_board *board, struct mm_error *error)
{
	bool has_map = board->uefi && !board->uefi->edk2;

	if (has_map && board->nr_ram) {
		loader_refuse(error, "/chosen", "UEFI's memory map says where RAM is: it cannot be given as well");
		return loader_advise(error, "uefi", "edk2");
	}
	if (!board->uefi && is_told(mm) && !board->nr_ram && !is_virt(&mm->fdt))
		return refuse_without_map(error);
	return has_map;
}

int loader_uefi(struct mm *mm, const struct mm_board *board, struct mm_error *error)
{
	struct loader *l = &mm->loader;
	struct mm_uefi *uefi;
	int err = 0;

	if (!board->uefi && !is_told(mm))
		return 0;
	if (!kernel_has_config(mm->kernel, "EFI"))
		return loader_refuse(error, "/chosen", "this kernel is built without EFI: UEFI cannot boot it");
	l->uefi_origin = board->uefi && !board->uefi->edk2 ? ORIGIN_GIVEN : ORIGIN_ASSUMED;
	l->uefi_rule = l->uefi_source = "";
	uefi = own(&mm->arena, board->uefi ? board->uefi : &(const struct mm_uefi){ 0 });
	if (uefi->edk2 || (!board->uefi && is_virt(&mm->fdt)))
		err = edk2_map(mm, uefi, error);
	else if (!board->uefi)
		plain_map(mm, uefi);
	if (err)
		return err;
	l->uefi = uefi;
	l->ram_origin = l->uefi_origin;
	l->ram_rule = l->uefi_rule;
	l->ram_source = l->uefi_source;
	return check_map(mm, error);
}

/* ------------------------------------------------------- what the stub did */

static void assume(struct mm *mm, struct placed *p, phys_addr_t base, const char *rule)
{
	if (p->origin == ORIGIN_NONE)
		loader_assume(mm, p, base, rule, STUB);
}

/* The range of loader code that the image fits: the lower one, because the stub moves what UEFI has loaded. */
static bool image_in_map(const struct mm_uefi *uefi, phys_addr_t size, phys_addr_t *ret)
{
	bool found = false;

	for (size_t i = 0; i < uefi->nr_ranges; i++) {
		const struct mm_uefi_range *range = &uefi->ranges[i];

		if (range->type != EFI_LOADER_CODE || range->base % KIB(64) || bytes_of(range) < size || (found && range->base > *ret))
			continue;
		*ret = range->base;
		found = true;
	}
	return found;
}

/* The lowest range of loader data that has room for a tree: the last thing that the stub allocates. */
static bool tree_in_map(const struct mm_uefi *uefi, phys_addr_t *ret)
{
	bool found = false;

	for (size_t i = 0; i < uefi->nr_ranges; i++) {
		const struct mm_uefi_range *range = &uefi->ranges[i];

		if (range->type != EFI_LOADER_DATA || bytes_of(range) < FDT_ROOM || (found && range->base > *ret))
			continue;
		*ret = range->base;
		found = true;
	}
	return found;
}

/* UEFI allocates from the top of its free memory down. */
static bool high(struct mm *mm, struct placed *p, phys_addr_t room, phys_addr_t align, const char *rule)
{
	phys_addr_t at;

	if (p->origin != ORIGIN_NONE)
		return true;
	if (!loader_last_hole(&mm->loader, &mm->fdt, UEFI_MAX_ADDRESS, room + align - KIB(4), KIB(4), &at))
		return false;
	assume(mm, p, align_up(at, align), rule);
	return true;
}

static int no_room(struct mm_error *error, const char *what)
{
	return loader_refuse(error, "/chosen", "UEFI has no room for the %s", what);
}

static int uefi_place(struct mm *mm, struct mm_error *error)
{
	struct loader *l = &mm->loader;
	phys_addr_t at = 0;

	if (image_in_map(l->uefi, l->image.size, &at))
		assume(mm, &l->image, at, "the lowest loader code in UEFI's memory map that it fits");
	if (!high(mm, &l->image, l->image.size, MIB(2), "as high in UEFI's free memory as 2 MiB boundaries allow"))
		return no_room(error, "kernel");
	if (tree_in_map(l->uefi, &at)) {
		assume(mm, &l->dtb, at, "the lowest loader data in UEFI's memory map that 2 MiB fit");
		if (l->initrd.size)
			assume(mm, &l->initrd, at + FDT_ROOM, "behind the 2 MiB that the stub takes for the tree");
	}
	if (l->initrd.size && !high(mm, &l->initrd, l->initrd.size, INITRD_ALIGN, "as high in UEFI's free memory as 64 KiB boundaries allow"))
		return no_room(error, "initrd");
	if (!high(mm, &l->dtb, FDT_ROOM, KIB(64), "below the initrd, where UEFI has 2 MiB free"))
		return no_room(error, "device tree");
	return 0;
}

static const char *const no_options[] = { NULL };

const struct loader_model loader_uefi_stub = {
	.name = "uefi", .what = "UEFI and the kernel's EFI stub", .options = no_options, .place = uefi_place,
};
