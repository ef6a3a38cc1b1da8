// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fdt_scan.c - the early scan of the flat tree.
 *
 * Follows drivers/of/fdt.c (6.7).  memblock=debug is not parsed yet, so all of
 * this is silent - and happens.
 */
#include "steps.h"

#include "../cause.h"

/* A memory range as early_init_dt_add_memory_arch() trims it to whole pages. */
static bool trim_to_pages(struct mm *mm, phys_addr_t *base, phys_addr_t *size)
{
	uint64_t page = mm->kernel->page_size, into = *base & (page - 1);

	if (*size < page - into) {
		trace_problem(&mm->trace, "early_init_dt_add_memory_arch", "%sIgnoring memory block 0x%llx - 0x%llx",
			      mm->rules->fdt_prefix, (unsigned long long)*base, (unsigned long long)(*base + *size));
		cause_rule(&mm->trace, "memory-ignored");
		trace_why_fact(&mm->trace, FACT_HEX("base", *base));
		trace_why_fact(&mm->trace, FACT_HEX("size", *size));
		cause_because(&mm->trace, "no whole page of %llu KiB is in it", (unsigned long long)(page >> 10));
		return false;
	}
	if (into) {
		*size -= page - into;
		*base = align_up(*base, page);
	}
	*size = align_down(*size, page);
	return *size;
}

/* What is no whole page is lost, at either end of a range. */
static void tell_trimmed(struct mm *mm, const char *path, struct phys_range given, phys_addr_t left)
{
	if (left == given.size)
		return;
	cause_cost(&mm->trace, "early_init_dt_add_memory_arch", "ram-lost-alignment");
	cause_node(&mm->trace, path, "reg");
	trace_why_fact(&mm->trace, FACT_HEX("base", given.base));
	trace_why_fact(&mm->trace, FACT_HEX("size", given.size));
	trace_why_fact(&mm->trace, FACT_HEX("lost", given.size - left));
	cause_because(&mm->trace, "RAM at 0x%llx-0x%llx is used in whole pages of %llu KiB: %llu bytes at its ends are lost",
		      (unsigned long long)given.base, (unsigned long long)range_end(given) - 1,
		      (unsigned long long)(mm->kernel->page_size >> 10), (unsigned long long)(given.size - left));
}

/* A node that was meant as memory, and that the scan passes by. */
static void say_unread(struct mm *mm, int node, const char *property, const char *because)
{
	cause_silent(&mm->trace, "early_init_dt_scan_memory", "node-not-read");
	cause_node(&mm->trace, dt_node_path(&mm->fdt, node), property);
	cause_because(&mm->trace, "%s", because);
}

static bool is_named_memory(const char *name)
{
	return has_prefix(name, "memory") && (!name[6] || name[6] == '@');
}

static void tell_unread_memory(struct mm *mm)
{
	const struct fdt *fdt = &mm->fdt;

	for (int node = dt_next(fdt, 0); node >= 0; node = dt_next(fdt, node)) {
		const char *type = dt_getprop_str(fdt, node, "device_type");
		bool is_memory = type && !strcmp(type, "memory"), at_root = fdt->nodes[node].parent == 0;

		if (!dt_has_prop(fdt, node, "reg") || !dt_available(fdt, node))
			continue;
		if (at_root && !is_memory && is_named_memory(fdt->nodes[node].name))
			say_unread(mm, node, "device_type", "memory is recognised by device_type = \"memory\", which this node lacks");
		else if (!at_root && is_memory && !mm->rules->memory_nodes_anywhere)
			say_unread(mm, node, "device_type", "this release looks for memory among the children of the root only");
	}
}

static void add_memory(struct mm *mm, int node, phys_addr_t base, phys_addr_t size, bool hotpluggable)
{
	const char *path = dt_node_path(&mm->fdt, node);
	phys_addr_t given_base = base, given_size = size;

	if (!size || !trim_to_pages(mm, &base, &size))
		return;
	tell_trimmed(mm, path, (struct phys_range){ given_base, given_size }, size);
	memblock_add(&mm->memblock, base, size, "early_init_dt_add_memory_arch", WHY("memory", FACT_STR("node", path)));
	if (hotpluggable)
		memblock_setclr_flag(&mm->memblock, &mm->memblock.memory, given_base, given_size, true, MEMBLOCK_HOTPLUG,
				     "memblock_mark_hotplug", WHY("", FACT_STR("node", path)));
}

/* early_init_dt_scan_memory(): nodes in blob order. */
static void scan_memory(struct mm *mm)
{
	const struct fdt *fdt = &mm->fdt;
	unsigned ac = fdt->address_cells, sc = fdt->size_cells;

	bool anywhere = mm->rules->memory_nodes_anywhere;

	for (int node = fdt->nodes[0].first_child; node >= 0; node = anywhere ? dt_next(fdt, node) : fdt->nodes[node].next_sibling) {
		const char *type = dt_getprop_str(fdt, node, "device_type");
		const struct fdt_prop *reg = dt_getprop(fdt, node, "linux,usable-memory");

		if (!type || strcmp(type, "memory") || (!anywhere && !dt_available(fdt, node)))
			continue;
		if (!reg)
			reg = dt_getprop(fdt, node, "reg");
		for (size_t i = 0; reg && (i + ac + sc) * 4 <= reg->len; i += ac + sc)
			add_memory(mm, node, dt_read_cells(reg, i, ac), dt_read_cells(reg, i + ac, sc),
				   dt_has_prop(fdt, node, "hotpluggable"));
	}
}

static bool chosen_address(const struct fdt *fdt, int chosen, const char *name, uint64_t *ret)
{
	const struct fdt_prop *prop = dt_getprop(fdt, chosen, name);

	if (!prop || (prop->len != 4 && prop->len != 8))
		return false;
	*ret = dt_read_cells(prop, 0, prop->len / 4);
	return true;
}

/* early_init_dt_check_for_initrd() */
static void scan_initrd(struct mm *mm, int chosen)
{
	uint64_t start, end;

	if (!kernel_has_config(mm->kernel, "BLK_DEV_INITRD") ||
	    !chosen_address(&mm->fdt, chosen, "linux,initrd-start", &start) ||
	    !chosen_address(&mm->fdt, chosen, "linux,initrd-end", &end) || start > end)
		return;
	mm->initrd_start = start;
	mm->initrd_size = end - start;
	trace_event(&mm->trace, MM_SET, "early_init_dt_check_for_initrd");
	trace_arg(&mm->trace, FACT_HEX("base", start));
	trace_arg(&mm->trace, FACT_HEX("size", end - start));
}

static void scan_elfcorehdr(struct mm *mm, int chosen)
{
	const struct fdt_prop *prop = dt_getprop(&mm->fdt, chosen, "linux,elfcorehdr");
	unsigned ac = mm->fdt.address_cells, sc = mm->fdt.size_cells;

	if (!kernel_has_config(mm->kernel, "CRASH_DUMP") || !prop || prop->len < 4 * (ac + sc))
		return;
	mm->elfcorehdr = (struct phys_range){ dt_read_cells(prop, 0, ac), dt_read_cells(prop, ac, sc) };
	mm->is_kdump = true;
}

const char *boot_command_line(struct mm *mm)
{
	const struct fdt_prop *prop = dt_getprop(&mm->fdt, dt_path(&mm->fdt, "/chosen"), "bootargs");
	const char *built_in = kernel_config_text(mm->kernel, "CMDLINE");
	const char *given = "", *line;

	if (prop && prop->len)
		given = arena_printf(&mm->arena, "%.*s", (int)min_u64(prop->len, COMMAND_LINE_SIZE - 1), (const char *)prop->data);
	line = *given ? given : built_in;
	if (kernel_has_config(mm->kernel, "CMDLINE_FORCE"))
		line = built_in;
	else if (kernel_has_config(mm->kernel, "CMDLINE_EXTEND"))
		line = arena_printf(&mm->arena, "%s %s", given, built_in);
	return arena_printf(&mm->arena, "%.*s", COMMAND_LINE_SIZE - 1, line);
}

/* early_init_dt_scan_chosen() */
static void scan_chosen(struct mm *mm)
{
	int chosen = dt_path(&mm->fdt, "/chosen");
	struct fdt_prop *rng_seed = (struct fdt_prop *)dt_getprop(&mm->fdt, chosen, "rng-seed");
	const struct fdt_prop *kaslr_seed = dt_getprop(&mm->fdt, chosen, "kaslr-seed");

	scan_initrd(mm, chosen);
	scan_elfcorehdr(mm, chosen);
	/* The seed is overwritten with FDT_NOP, so the unflattened tree will not have it. */
	if (rng_seed && rng_seed->len && mm->rules->rng_seed_nopped)
		rng_seed->nop = true;
	cmdline_parse(&mm->cmdline, &mm->arena, boot_command_line(mm));
	if (kaslr_seed && kaslr_seed->len == 8 && kernel_has_config(mm->kernel, "RANDOMIZE_BASE") &&
	    !cmdline_last(&mm->cmdline, "nokaslr"))
		mm->kaslr_seed = dt_read_cells(kaslr_seed, 0, 2);
}

/* early_init_dt_check_for_usable_mem_range(): a crash kernel keeps to its own memory. */
void fdt_cap_to_usable_range(struct mm *mm)
{
	const struct fdt_prop *prop = dt_getprop(&mm->fdt, dt_path(&mm->fdt, "/chosen"), "linux,usable-memory-range");
	unsigned ac = mm->fdt.address_cells, sc = mm->fdt.size_cells;
	const struct why *why = WHY("removed", FACT_STR("property", "linux,usable-memory-range"));
	struct phys_range range[2] = { 0 };
	size_t nr = 0;

	/* The kernel's own test divides bytes by cells. */
	if (!mm->rules->usable_memory_range || !prop || prop->len % (ac + sc))
		return;
	for (size_t i = 0; nr < ARRAY_SIZE(range) && (i + ac + sc) * 4 <= prop->len; i += ac + sc)
		range[nr++] = (struct phys_range){ dt_read_cells(prop, i, ac), dt_read_cells(prop, i + ac, sc) };
	memblock_cap_memory_range(&mm->memblock, range[0].base, range[0].size, why);
	if (range[1].size)
		memblock_add(&mm->memblock, range[1].base, range[1].size, "early_init_dt_check_for_usable_mem_range",
			     WHY("memory", FACT_STR("property", "linux,usable-memory-range")));
}

void early_init_dt_scan(struct mm *mm)
{
	scan_chosen(mm);
	scan_memory(mm);
	tell_unread_memory(mm);
	fdt_cap_to_usable_range(mm);
}
