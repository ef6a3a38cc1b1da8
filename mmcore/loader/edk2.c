// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * edk2.c - the memory map that edk2 (2022.11, ArmVirtQemu) leaves on QEMU's virt machine without ACPI.
 *
 * As recorded on 1, 1.5 and 3 GiB: what stays with the runtime services lies at
 * fixed distances from the end of RAM, flash and clock are device memory with a
 * runtime mapping, all else is free by the time that the kernel runs.  What the
 * stub allocates - initrd, tree, the map - goes below the runtime services.
 */
#include "uefi.h"
#include "check.h"

#define SOURCE "edk2 2022.11 on QEMU 7.2, -M virt,acpi=off, recorded with efi=debug"
#define FLASH_BASE MIB(64)
#define FLASH_BYTES MIB(64)
#define RTC_BASE UINT64_C(0x9010000)
#define MAP_ROOM KIB(64)	/* of the map, which since 6.1 is kept for kexec as ACPI memory */
#define FDT_ROOM MIB(2)
#define DESCRIPTOR_BYTES 48
#define SYSTEM_TABLE 0x2ffe8	/* bytes before the end of RAM */
#define MIN_RAM MIB(128)

/* Distances from the end of RAM. */
static const struct { phys_addr_t from, to; uint32_t type; } runtime[] = {
	{ 0x3bc0000, 0x3b40000, EFI_RUNTIME_SERVICES_CODE }, { 0x3b40000, 0x3980000, EFI_RUNTIME_SERVICES_DATA },
	{ 0x3980000, 0x38d0000, EFI_RUNTIME_SERVICES_CODE }, { 0x400000, 0x270000, EFI_RUNTIME_SERVICES_CODE },
	{ 0x270000, 0x20000, EFI_RUNTIME_SERVICES_DATA },
};

struct builder {
	struct mm_uefi_range *ranges;
	size_t nr;
	phys_addr_t at;		/* up to here the map is told */
};

static void add(struct builder *b, phys_addr_t base, phys_addr_t end, uint32_t type, uint64_t attribute)
{
	if (base < end)
		b->ranges[b->nr++] = (struct mm_uefi_range){ base, (end - base) >> EFI_PAGE_SHIFT, type, attribute };
	b->at = end;
}

/* Free memory up to @base, then a range of its own. */
static void add_kept(struct builder *b, phys_addr_t base, phys_addr_t end, uint32_t type, uint64_t attribute)
{
	add(b, b->at, base, EFI_CONVENTIONAL_MEMORY, EFI_MEMORY_WB);
	add(b, base, end, type, attribute);
}

static void add_tables(struct mm *mm, struct mm_uefi *uefi, phys_addr_t page)
{
	struct mm_uefi_table *tables = arena_array(&mm->arena, 2, sizeof(*tables));

	if (mm->loader.initrd.size && mm->rules->efi_initrd_in_table)
		tables[uefi->nr_tables++] = (struct mm_uefi_table){ "INITRD", page + 0xf18, 0 };
	tables[uefi->nr_tables++] = (struct mm_uefi_table){ "MEMRESERVE", page + 0xf98, 16 };
	uefi->tables = tables;
}

int edk2_map(struct mm *mm, struct mm_uefi *uefi, struct mm_error *error)
{
	phys_addr_t initrd = align_up(mm->loader.initrd.size, KIB(64)), end, map;
	struct builder b = { .ranges = arena_array(&mm->arena, 3 * ARRAY_SIZE(runtime) + 8, sizeof(*b.ranges)) };
	struct ram_bank *banks;

	if (ram_banks(&mm->fdt, &banks) != 1 || banks[0].size < MIN_RAM) {
		loader_refuse(error, "/memory", "the model of edk2 on QEMU's virt machine needs one range of RAM, of 128 MiB at least");
		return loader_advise(error, "uefi", "LOG");
	}
	end = banks[0].base + align_down(banks[0].size, KIB(4));
	map = align_down(end - runtime[0].from - KIB(4) - initrd, KIB(64)) - FDT_ROOM - MAP_ROOM;
	b.at = banks[0].base;
	add_kept(&b, map, map + MAP_ROOM, mm->rules->efi_initrd_in_table ? EFI_ACPI_RECLAIM_MEMORY : EFI_LOADER_DATA, EFI_MEMORY_WB);
	add(&b, map + MAP_ROOM, map + MAP_ROOM + FDT_ROOM + initrd, EFI_LOADER_DATA, EFI_MEMORY_WB);
	for (size_t i = 0; i < ARRAY_SIZE(runtime); i++)
		add_kept(&b, end - runtime[i].from, end - runtime[i].to, runtime[i].type, EFI_MEMORY_WB | EFI_MEMORY_RUNTIME);
	add(&b, b.at, end, EFI_CONVENTIONAL_MEMORY, EFI_MEMORY_WB);
	add(&b, FLASH_BASE, FLASH_BASE + FLASH_BYTES, EFI_MEMORY_MAPPED_IO, EFI_MEMORY_WC | EFI_MEMORY_RUNTIME);
	add(&b, RTC_BASE, RTC_BASE + KIB(4), EFI_MEMORY_MAPPED_IO, EFI_MEMORY_UC | EFI_MEMORY_RUNTIME);
	*uefi = (struct mm_uefi){
		.ranges = b.ranges, .nr_ranges = b.nr, .system_table = end - SYSTEM_TABLE, .map_address = map + 0x40,
		.map_bytes = (uint32_t)(b.nr * DESCRIPTOR_BYTES), .descriptor_bytes = DESCRIPTOR_BYTES,
		.banner = mm->rules->efi_version_short ? "2.7 by EDK II" : "2.70 by EDK II", .edk2 = true,
	};
	add_tables(mm, uefi, end - runtime[0].from - KIB(4));
	mm->loader.uefi_rule = "edk2 on QEMU's virt machine";
	mm->loader.uefi_source = SOURCE;
	return 0;
}
