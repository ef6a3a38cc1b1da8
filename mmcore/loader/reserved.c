// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reserved.c - nodes of /reserved-memory that were given besides the tree's.
 *
 * Boot loaders add nodes and move those that the tree has.  A node that is new comes behind the tree's own; one that the tree has
 * elsewhere is moved.  What the tree says as well is left alone, and so is a pool that finds its own place, but for its size:
 * where it comes to lie is the kernel's to decide.
 */
#include "loader.h"
#include "model.h"

static void put_cells(unsigned char *p, unsigned cells, uint64_t value)
{
	for (unsigned i = cells; i-- > 0; value >>= 32)
		for (unsigned byte = 0; byte < 4; byte++)
			p[4 * i + byte] = (unsigned char)(value >> (24 - 8 * byte));
}

static void set_number(struct fdt *fdt, int node, const char *name, unsigned cells, uint64_t value)
{
	unsigned char *bytes = arena_alloc(fdt->arena, (size_t)4 * cells + 1);

	put_cells(bytes, cells, value);
	dt_setprop(fdt, node, name, bytes, 4 * cells);
}

static void set_range(struct fdt *fdt, int node, const char *name, phys_addr_t base, phys_addr_t size)
{
	unsigned ac = fdt->address_cells, sc = fdt->size_cells;
	unsigned char *bytes = arena_alloc(fdt->arena, (size_t)4 * (ac + sc) + 1);

	put_cells(bytes, ac, base);
	put_cells(bytes + (size_t)4 * ac, sc, size);
	dt_setprop(fdt, node, name, bytes, 4 * (ac + sc));
}

static void set_flag(struct fdt *fdt, int node, const char *name, bool set)
{
	dt_delprop(fdt, node, name);
	if (set)
		dt_setprop(fdt, node, name, "", 0);
}

/* With the cells that the kernel asks for: the root's. */
static int parent_of(struct fdt *fdt)
{
	int parent = dt_path(fdt, "/reserved-memory");

	if (parent >= 0)
		return parent;
	parent = dt_add_node(fdt, 0, "reserved-memory");
	set_number(fdt, parent, "#address-cells", 1, fdt->address_cells);
	set_number(fdt, parent, "#size-cells", 1, fdt->size_cells);
	set_flag(fdt, parent, "ranges", true);
	return parent;
}

static int child_named(const struct fdt *fdt, int parent, const char *name)
{
	int node = fdt->nodes[parent].first_child;

	while (node >= 0 && strcmp(fdt->nodes[node].name, name))
		node = fdt->nodes[node].next_sibling;
	return node;
}

static bool lies_there(const struct fdt *fdt, const struct fdt_prop *reg, const struct mm_reserved *given)
{
	unsigned ac = fdt->address_cells, sc = fdt->size_cells;

	return reg->len == 4 * (ac + sc) && dt_read_cells(reg, 0, ac) == given->base && dt_read_cells(reg, ac, sc) == given->size;
}

/* What the node becomes; NULL: what it is. */
static const char *move(struct fdt *fdt, int node, const struct mm_reserved *given)
{
	const struct fdt_prop *reg = dt_getprop(fdt, node, "reg"), *size = dt_getprop(fdt, node, "size");

	if (!reg && given->moves) {
		if (size && size->len == 4 * fdt->size_cells && dt_read_cells(size, 0, fdt->size_cells) == given->size)
			return NULL;
		set_number(fdt, node, "size", fdt->size_cells, given->size);
		return "another size than the tree's";
	}
	if (reg && lies_there(fdt, reg, given) && dt_has_prop(fdt, node, "no-map") == given->no_map)
		return NULL;
	set_range(fdt, node, "reg", given->base, given->size);
	set_flag(fdt, node, "no-map", given->no_map);
	return "elsewhere than in the tree";
}

static const char *add(struct fdt *fdt, int parent, const struct mm_reserved *given)
{
	int node = dt_add_node(fdt, parent, arena_printf(fdt->arena, "%s", given->name));

	if (given->pool)
		dt_setprop(fdt, node, "compatible", "shared-dma-pool", sizeof("shared-dma-pool"));
	if (given->moves) {
		set_number(fdt, node, "size", fdt->size_cells, given->size);
		set_range(fdt, node, "alloc-ranges", given->base, given->size);
	} else {
		set_range(fdt, node, "reg", given->base, given->size);
	}
	set_flag(fdt, node, "no-map", given->no_map);
	set_flag(fdt, node, "reusable", given->reusable);
	set_flag(fdt, node, "linux,cma-default", given->cma_default);
	return "not in the tree";
}

static bool fits(unsigned cells, uint64_t value)
{
	return cells >= 2 || value <= UINT32_MAX;
}

int loader_reserved(struct loader *loader, struct fdt *fdt, const struct mm_reserved *given, size_t nr, struct mm_error *error)
{
	int parent = nr ? parent_of(fdt) : -1;

	loader->reserved = given;
	loader->nr_reserved = nr;
	loader->reserved_as = arena_array(fdt->arena, nr, sizeof(*loader->reserved_as));
	for (size_t i = 0; i < nr; i++) {
		int node = child_named(fdt, parent, given[i].name);

		if (!fits(fdt->address_cells, given[i].base) || !fits(fdt->size_cells, given[i].size)) {
			loader_refuse(error, "/reserved-memory", "%.60s of 0x%llx bytes at 0x%llx does not fit the tree's #address-cells %u "
				      "and #size-cells %u", given[i].name, (unsigned long long)given[i].size,
				      (unsigned long long)given[i].base, fdt->address_cells, fdt->size_cells);
			return loader_advise(error, "reserved", "%.60s=0x40000000,1M", given[i].name);
		}
		loader->reserved_as[i] = node < 0 ? add(fdt, parent, &given[i]) : move(fdt, node, &given[i]);
	}
	return 0;
}
