// SPDX-License-Identifier: GPL-2.0-or-later
/* unflatten.c - unflatten_device_tree() and of_alias_scan(): drivers/of/fdt.c, base.c (6.7). */
#include "steps.h"

#include <ctype.h>

#define SITE "early_init_dt_alloc_memory_arch"

/* Name without "@unit". */
static size_t base_name_length(const char *name)
{
	const char *at = strrchr(name, '@');

	return at ? (size_t)(at - name) : strlen(name);
}

/* Bytes of the name kept with a node, its terminator included. */
static size_t kept_name(const struct mm *mm, int node)
{
	size_t len = strlen(mm->fdt.nodes[node].name);

	if (!mm->rules->full_node_names)
		return len + 1;
	len = 0;
	for (int n = node; n > 0; n = mm->fdt.nodes[n].parent)
		len += strlen(mm->fdt.nodes[n].name) + 1;
	return (node ? len : 1) + 1;
}

/*
 * The dry run that adds up what the live tree needs: per node a struct
 * device_node and its full name, per property a struct property, and one more
 * with the base name where no "name" property exists.
 */
static uint64_t unflattened_bytes(const struct mm *mm)
{
	uint64_t node_size = kernel_sizeof(mm->kernel, "device_node"), prop_size = kernel_sizeof(mm->kernel, "property");
	uint64_t m = 0;

	for (int node = 0; node >= 0; node = dt_next(&mm->fdt, node)) {
		const struct fdt_node *n = &mm->fdt.nodes[node];
		bool has_name = false;

		m = align_up(m, 8) + node_size + kept_name(mm, node);
		for (size_t i = 0; i < n->nr_props; i++) {
			if (n->props[i].nop)
				continue;
			m = align_up(m, 8) + prop_size;
			has_name |= !strcmp(n->props[i].name, "name");
		}
		if (!has_name)
			m = align_up(m, 8) + prop_size + base_name_length(n->name) + 1;
	}
	return align_up(m, 4);
}

/* early_init_dt_alloc_memory_arch() */
static void alloc_live_tree(struct mm *mm, uint64_t bytes, const char *site, const struct why *why)
{
	if (mm->rules->unflatten_silent)
		memblock_phys_alloc(&mm->memblock, bytes, 8, site, why);
	else if (!memblock_alloc(&mm->memblock, bytes, 8, site, why))
		trace_panic(&mm->trace, SITE, "early_init_dt_alloc_memory_arch: Failed to allocate %llu bytes align=0x8",
			    (unsigned long long)bytes);
}

/* "serial0" is an alias of stem "serial"; the value must be a path of the tree. */
static void scan_alias(struct mm *mm, const struct fdt_prop *prop)
{
	size_t stem = strlen(prop->name);

	if (!strcmp(prop->name, "name") || !strcmp(prop->name, "phandle") || !strcmp(prop->name, "linux,phandle"))
		return;
	while (stem && isdigit((unsigned char)prop->name[stem - 1]))
		stem--;
	if (!prop->name[stem] || !prop->len || !memchr(prop->data, 0, prop->len) || prop->data[0] != '/' ||
	    dt_path(&mm->fdt, (const char *)prop->data) < 0)
		return;
	alloc_live_tree(mm, kernel_sizeof(mm->kernel, "alias_prop") + stem + 1, SITE "/alias",
			WHY("unflattened-dt", FACT_STR("alias", prop->name)));
}

void step_unflatten_device_tree(struct mm *mm)
{
	alloc_live_tree(mm, unflattened_bytes(mm) + 4, SITE "/unflatten",
			WHY("unflattened-dt", FACT_NUM("nodes", mm->fdt.nr_nodes)));
}

void step_of_alias_scan(struct mm *mm)
{
	int aliases = dt_path(&mm->fdt, "/aliases");

	for (size_t i = 0; aliases >= 0 && i < mm->fdt.nodes[aliases].nr_props; i++)
		if (!mm->fdt.nodes[aliases].props[i].nop)
			scan_alias(mm, &mm->fdt.nodes[aliases].props[i]);
}
