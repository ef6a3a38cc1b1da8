// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * efi.c - efi_init(), drivers/firmware/efi/efi-init.c and efi.c (6.12; 5.10 to 7.2 by rules).
 *
 * On a machine that UEFI booted the tree's /memory is forgotten: each range of
 * UEFI's map that can be cached is memory, and what UEFI keeps is not mapped.
 */
#include "steps.h"

#include "../cause.h"
#include "../loader/uefi.h"

#define INIT "efi_init"
#define TABLES "efi_config_parse_tables"
#define REGIONS "reserve_regions"

struct efi_params {
	uint64_t system_table, map_address;
	uint32_t map_bytes, descriptor_bytes;
};

static bool has_option(const struct mm *mm, const char *word)
{
	return parse_option_str(cmdline_value(&mm->cmdline, "efi"), word);
}

static const char *text_of(struct mm *mm, const struct mm_uefi_range *range)
{
	static const char *const types[EFI_NR_TYPES] = {
		"Reserved", "Loader Code", "Loader Data", "Boot Code", "Boot Data", "Runtime Code", "Runtime Data", "Conventional",
		"Unusable", "ACPI Reclaim", "ACPI Mem NVS", "MMIO", "MMIO Port", "PAL Code", "Persistent", "Unaccepted",
	};
	static const struct { uint64_t bit; const char *name; int width; } attributes[] = {
		{ EFI_MEMORY_RUNTIME, "RUN", 3 }, { EFI_MEMORY_HOT_PLUGGABLE, "HP", 2 }, { EFI_MEMORY_MORE_RELIABLE, "MR", 2 }, { EFI_MEMORY_CPU_CRYPTO, "CC", 2 },
		{ EFI_MEMORY_SP, "SP", 2 }, { EFI_MEMORY_NV, "NV", 2 }, { EFI_MEMORY_XP, "XP", 2 }, { EFI_MEMORY_RP, "RP", 2 },
		{ EFI_MEMORY_WP, "WP", 2 }, { EFI_MEMORY_RO, "RO", 2 }, { EFI_MEMORY_UCE, "UCE", 3 }, { EFI_MEMORY_WB, "WB", 2 },
		{ EFI_MEMORY_WT, "WT", 2 }, { EFI_MEMORY_WC, "WC", 2 }, { EFI_MEMORY_UC, "UC", 2 },
	};
	const char *text = range->type < EFI_NR_TYPES ? arena_printf(&mm->arena, "[%-12s", types[range->type])
						      : arena_printf(&mm->arena, "[type=%u", range->type);
	uint64_t known = 0;

	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
		known |= attributes[i].bit;
	if (!mm->rules->efi_hot_pluggable)
		known &= ~EFI_MEMORY_HOT_PLUGGABLE;
	if (range->attribute & ~known)
		return arena_printf(&mm->arena, "%s|attr=0x%016llx]", text, (unsigned long long)range->attribute);
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		if (!(known & attributes[i].bit))
			continue;
		text = arena_printf(&mm->arena, "%s|%*s", text, attributes[i].width,
				    range->attribute & attributes[i].bit ? attributes[i].name : "");
	}
	return arena_printf(&mm->arena, "%s]", text);
}

/* ------------------------------------------------------------------- parameters */

static uint64_t chosen_number(const struct mm *mm, const char *name, uint64_t otherwise)
{
	const struct fdt_prop *prop = dt_getprop(&mm->fdt, dt_path(&mm->fdt, "/chosen"), name);

	return prop && (prop->len == 4 || prop->len == 8) ? dt_read_cells(prop, 0, prop->len / 4) : otherwise;
}

/* efi_get_fdt_params() */
static struct efi_params read_params(struct mm *mm, const struct mm_uefi *uefi)
{
	struct efi_params p = {
		.system_table = chosen_number(mm, "linux,uefi-system-table", uefi->system_table),
		.map_address = chosen_number(mm, "linux,uefi-mmap-start", uefi->map_address),
		.descriptor_bytes = (uint32_t)chosen_number(mm, "linux,uefi-mmap-desc-size", 48),
	};

	p.map_bytes = (uint32_t)chosen_number(mm, "linux,uefi-mmap-size", (uint64_t)p.descriptor_bytes * uefi->nr_ranges);
	return p;
}

static void tell_params(struct mm *mm, const struct efi_params *p)
{
	trace_printk(&mm->trace, "efi: Getting UEFI parameters from /chosen in DT:");
	trace_printk(&mm->trace, "efi:   System Table         : 0x%016llx", (unsigned long long)p->system_table);
	trace_printk(&mm->trace, "efi:   MemMap Address       : 0x%016llx", (unsigned long long)p->map_address);
	trace_printk(&mm->trace, "efi:   MemMap Size          : 0x%016x", p->map_bytes);
	trace_printk(&mm->trace, "efi:   MemMap Desc. Size    : 0x%016x", p->descriptor_bytes);
	trace_printk(&mm->trace, "efi:   MemMap Desc. Version : 0x%016x", (uint32_t)chosen_number(mm, "linux,uefi-mmap-desc-ver", 1));
	/* A patch that distributions carry. */
	if (dt_has_prop(&mm->fdt, dt_path(&mm->fdt, "/chosen"), "linux,uefi-secure-boot"))
		trace_printk(&mm->trace, "efi:   Secure Boot Enabled  : 0x%08x",
			     (uint32_t)chosen_number(mm, "linux,uefi-secure-boot", 0));
}

/* ----------------------------------------------------------------------- tables */

static const char *tables_line(struct mm *mm, const struct mm_uefi *uefi)
{
	const char *text = "efi: ";

	for (size_t i = 0; i < uefi->nr_tables; i++)
		text = arena_printf(&mm->arena, "%s%s=0x%llx ", text, uefi->tables[i].name,
				    (unsigned long long)uefi->tables[i].address);
	return text;
}

static void reserve_table(struct mm *mm, const struct mm_uefi_table *table, const char *site)
{
	if (table && table->size)
		memblock_reserve(&mm->memblock, table->address, table->size, site, WHY("uefi", FACT_STR("table", table->name)));
}

/* efi_config_parse_tables(): what lies in memory that the kernel may use otherwise. */
static void reserve_tables(struct mm *mm, const struct mm_uefi *uefi)
{
	reserve_table(mm, uefi_table(uefi, "MEMATTR"), "efi_memattr_init/table");
	if (uefi_table(uefi, "TPMEventLog")) {
		reserve_table(mm, uefi_table(uefi, "TPMEventLog"), "efi_tpm_eventlog_init/log");
		reserve_table(mm, uefi_table(uefi, "TPMFinalLog"), "efi_tpm_eventlog_init/final-log");
	}
	reserve_table(mm, uefi_table(uefi, "MEMRESERVE"), TABLES "/memreserve");
	for (size_t i = 0; i < uefi->nr_reserved; i++)
		memblock_reserve(&mm->memblock, uefi->reserved[i].base, uefi->reserved[i].size, TABLES "/memreserve-entry",
				 WHY("uefi", FACT_STR("table", "MEMRESERVE")));
	/* Since 6.1 the stub tells the initrd in a table, not in the tree. */
	if (uefi_tells_initrd(mm) && !mm->initrd_size && mm->loader.initrd.size && kernel_has_config(mm->kernel, "BLK_DEV_INITRD")) {
		mm->initrd_start = mm->loader.initrd.base;
		mm->initrd_size = mm->loader.initrd.size;
		trace_event(&mm->trace, MM_SET, TABLES);
		trace_arg(&mm->trace, FACT_HEX("base", mm->initrd_start));
		trace_arg(&mm->trace, FACT_HEX("size", mm->initrd_size));
	}
}

/* ---------------------------------------------------------------------- regions */

static void add_region(struct mm *mm, const struct mm_uefi_range *range, bool debug)
{
	struct memblock *mb = &mm->memblock;
	phys_addr_t page = mm->kernel->page_size, base = align_down(range->base, page);
	phys_addr_t size = align_up(range->base + (range->nr_pages << EFI_PAGE_SHIFT), page) - base;

	if (debug)
		trace_note(&mm->trace, REGIONS, "efi:   0x%012llx-0x%012llx %s", (unsigned long long)range->base,
			   (unsigned long long)(range->base + (range->nr_pages << EFI_PAGE_SHIFT) - 1), text_of(mm, range));
	if (!uefi_is_memory(range))
		return;
	/* Set aside, to be plugged in later; until 6.7 it was memory that is not mapped. */
	if (range->attribute & EFI_MEMORY_SP && kernel_has_config(mm->kernel, "EFI_SOFT_RESERVE") && !has_option(mm, "nosoftreserve") &&
	    mm->rules->soft_reserved_not_added)
		return;
	memblock_add(mb, base, size, "early_init_dt_add_memory_arch", WHY("memory", FACT_STR("source", "UEFI memory map")));
	if (!uefi_is_usable(range) || (range->attribute & EFI_MEMORY_SP && kernel_has_config(mm->kernel, "EFI_SOFT_RESERVE") &&
				       !has_option(mm, "nosoftreserve")))
		memblock_setclr_flag(mb, &mb->memory, base, size, true, MEMBLOCK_NOMAP, "memblock_mark_nomap",
				     WHY("uefi", FACT_STR("reason", "UEFI keeps it")));
	if (range->type == EFI_ACPI_RECLAIM_MEMORY)
		memblock_reserve(mb, base, size, REGIONS "/acpi-reclaim", WHY("uefi", FACT_STR("reason", "ACPI tables, kept for kexec")));
}

/* What the tree called RAM and UEFI does not. */
static void claim_forgotten(struct mm *mm)
{
	struct ram_bank *banks;
	size_t nr = ram_banks(&mm->fdt, &banks);

	for (size_t i = 0; i < nr; i++) {
		phys_addr_t at = banks[i].base, end = banks[i].base + banks[i].size;

		for (size_t j = 0; j <= mm->memblock.memory.cnt && at < end; j++) {
			const struct memblock_region *r = j < mm->memblock.memory.cnt ? &mm->memblock.memory.regions[j] : NULL;
			phys_addr_t gap_end = r ? min_u64(r->base, end) : end;

			if (at < gap_end)
				ledger_claim(&mm->ledger, at, gap_end - at, OWNER_REMOVED, "not in UEFI's memory map", REGIONS);
			at = r ? max_u64(at, r->base + r->size) : end;
		}
	}
}

static void reserve_regions(struct mm *mm, const struct mm_uefi *uefi, bool debug)
{
	if (debug)
		trace_note(&mm->trace, REGIONS, "efi: Processing EFI memory map:");
	memblock_dump_all(&mm->memblock);
	memblock_remove(&mm->memblock, 0, PHYS_ADDR_MAX, REGIONS "/tree", WHY_NOBODY);
	for (size_t i = 0; i < uefi->nr_ranges; i++)
		add_region(mm, &uefi->ranges[i], debug);
	claim_forgotten(mm);
}

/* efi_esrt_init(): only a table in memory that UEFI gives back is reserved. */
static void reserve_esrt(struct mm *mm, const struct mm_uefi *uefi)
{
	const struct mm_uefi_table *table = uefi_table(uefi, "ESRT");

	if (!table || !table->size)
		return;
	trace_note(&mm->trace, "efi_esrt_init", "esrt: Reserving ESRT space from 0x%016llx to 0x%016llx.",
		   (unsigned long long)table->address, (unsigned long long)(table->address + table->size));
	for (size_t i = 0; i < uefi->nr_ranges; i++) {
		const struct mm_uefi_range *range = &uefi->ranges[i];

		if (range->type == EFI_BOOT_SERVICES_DATA && table->address >= range->base &&
		    table->address - range->base < range->nr_pages << EFI_PAGE_SHIFT)
			reserve_table(mm, table, "efi_mem_reserve/esrt");
	}
}

static void reserve_map(struct mm *mm, const struct efi_params *p)
{
	phys_addr_t page = mm->kernel->page_size, into = p->map_address & (page - 1);

	if (p->map_address)
		memblock_reserve(&mm->memblock, p->map_address - into, align_up(p->map_bytes + into, page), INIT "/map",
				 WHY("uefi", FACT_STR("reason", "the memory map itself")));
}

static void hide_framebuffer(struct mm *mm, const struct mm_uefi *uefi)
{
	struct memblock *mb = &mm->memblock;
	const struct memblock_region *r = memblock_find(&mb->memory, uefi->framebuffer.base);

	if (uefi->framebuffer.size && r && !(r->flags & MEMBLOCK_NOMAP))
		memblock_setclr_flag(mb, &mb->memory, uefi->framebuffer.base, uefi->framebuffer.size, true, MEMBLOCK_NOMAP,
				     "memblock_mark_nomap", WHY("uefi", FACT_STR("reason", "the firmware's framebuffer")));
}

/* efi_find_mirror(): told in any case, but memory is marked only with kernelcore=mirror. */
static void find_mirror(struct mm *mm, const struct mm_uefi *uefi)
{
	const struct why *why = WHY("uefi", FACT_STR("reason", "UEFI calls it more reliable"));
	uint64_t mirrored = 0, total = 0;

	for (size_t i = 0; i < uefi->nr_ranges && mm->rules->efi_finds_mirror; i++) {
		const struct mm_uefi_range *range = &uefi->ranges[i];
		uint64_t bytes = range->nr_pages << EFI_PAGE_SHIFT;

		total += bytes;
		if (!(range->attribute & EFI_MEMORY_MORE_RELIABLE))
			continue;
		mirrored += bytes;
		if (mirrored_kernelcore(mm))
			memblock_mark_mirror(&mm->memblock, range->base, bytes, why);
	}
	if (!mirrored)
		return;
	trace_printk(&mm->trace, "efi: Memory: %lluM/%lluM mirrored memory", (unsigned long long)(mirrored >> 20),
		     (unsigned long long)(total >> 20));
}

void step_efi_init(struct mm *mm)
{
	const struct mm_uefi *uefi = mm->loader.uefi;
	bool debug = has_option(mm, "debug");
	struct efi_params params;

	if (!kernel_has_config(mm->kernel, "EFI"))
		return;
	if (!uefi) {
		trace_printk(&mm->trace, "efi: UEFI not found.");
		return;
	}
	params = read_params(mm, uefi);
	trace_event(&mm->trace, MM_SET, INIT);
	if (params.map_address)
		trace_arg(&mm->trace, FACT_HEX("base", params.map_address));
	trace_arg(&mm->trace, FACT_NUM("ranges", uefi->nr_ranges));
	if (debug)
		tell_params(mm, &params);
	if (uefi->banner)
		trace_printk(&mm->trace, "efi: EFI v%s", uefi->banner);
	if (uefi->nr_tables)
		trace_printk(&mm->trace, "%s", tables_line(mm, uefi));
	reserve_tables(mm, uefi);
	reserve_regions(mm, uefi, debug);
	fdt_cap_to_usable_range(mm);
	find_mirror(mm, uefi);
	reserve_esrt(mm, uefi);
	reserve_map(mm, &params);
	hide_framebuffer(mm, uefi);
}
