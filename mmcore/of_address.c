// SPDX-License-Identifier: GPL-2.0-or-later
#include "of_address.h"

#include <errno.h>
#include <limits.h>

#define OF_MAX_ADDR_CELLS	4
#define OF_BAD_ADDR		UINT64_MAX
/* Entries of dma-ranges that are looked at for one tree: no board comes near. */
#define MAX_LOOKUPS		(1U << 22)

/* How addresses look on a bus; a bus of PCI's kind has a cell of flags in front. */
struct of_bus {
	unsigned na, ns;
	bool has_flags;
};

struct bus_address {
	uint32_t flags;
	uint64_t value;		/* its low 64 bits */
};

struct walk {
	const struct fdt *fdt;
	unsigned lookups;
};

static void count_lookup(struct walk *w)
{
	if (++w->lookups > MAX_LOOKUPS)
		arena_fail(w->fdt->arena, -E2BIG, "translating dma-ranges takes more than %u look-ups", MAX_LOOKUPS);
}

/* of_bus_n_addr_cells(), of_bus_n_size_cells(): what @node says, or its nearest ancestor. */
static unsigned cells(const struct fdt *fdt, int node, const char *name, unsigned none)
{
	uint64_t nr;

	for (; node >= 0; node = fdt->nodes[node].parent)
		if (dt_getprop_u64(fdt, node, name, 1, &nr))
			return (unsigned)nr;
	return none;
}

static unsigned address_cells(const struct fdt *fdt, int node)
{
	return cells(fdt, node, "#address-cells", fdt->address_cells);
}

static unsigned size_cells(const struct fdt *fdt, int node)
{
	return cells(fdt, node, "#size-cells", fdt->size_cells);
}

/* of_bus_pci_match() */
static bool is_pci(const struct fdt *fdt, int node)
{
	static const char *const types[] = { "pci", "pciex", "vci", "ht" };
	const char *type = dt_getprop_str(fdt, node, "device_type"), *name = fdt->nodes[node].name;

	for (size_t i = 0; type && i < ARRAY_SIZE(types); i++)
		if (!strcmp(type, types[i]))
			return true;
	return has_prefix(name, "pcie") && (!name[4] || name[4] == '@');
}

/* of_match_bus() and its count_cells(): the bus that @node is, for what lies on it. */
static struct of_bus bus_of(const struct fdt *fdt, int node)
{
	if (is_pci(fdt, node))
		return (struct of_bus){ 3, 2, true };
	return (struct of_bus){ address_cells(fdt, node), size_cells(fdt, node), false };
}

static bool counts_are_good(const struct of_bus *bus)
{
	return bus->na && bus->na <= OF_MAX_ADDR_CELLS && bus->ns && bus->ns <= OF_MAX_ADDR_CELLS;
}

static struct bus_address read_address(const struct fdt_prop *prop, size_t at, const struct of_bus *bus)
{
	return (struct bus_address){
		.flags = bus->has_flags ? (uint32_t)dt_read_cells(prop, at, 1) : 0,
		.value = dt_read_cells(prop, at + bus->has_flags, bus->na - bus->has_flags),
	};
}

/* Memory and I/O space are worlds apart; configuration space is neither. */
static unsigned space_of(uint32_t flags)
{
	static const unsigned char spaces[] = { 0, 1, 2, 2 };

	return spaces[flags >> 24 & 3];
}

/* of_translate_one(): from @bus, which is @node, into @outer, the bus that @node lies on. */
static bool translate_one(struct walk *w, int node, const struct of_bus *bus, const struct of_bus *outer, struct bus_address *addr)
{
	const struct fdt_prop *ranges = dt_getprop(w->fdt, node, "dma-ranges");
	size_t step = bus->na + outer->na + bus->ns;

	/* Nothing said is one to one. */
	if (!ranges || !ranges->len)
		return true;
	for (size_t at = 0; 4 * (at + step) <= ranges->len; at += step) {
		struct bus_address from = read_address(ranges, at, bus);
		uint64_t size = dt_read_cells(ranges, at + bus->na + outer->na, bus->ns), offset = addr->value - from.value;

		count_lookup(w);
		if (space_of(addr->flags) != space_of(from.flags) || addr->value < from.value || addr->value >= from.value + size)
			continue;
		*addr = read_address(ranges, at + bus->na, outer);
		addr->value += offset;
		if (outer->na == 1)
			addr->value = (uint32_t)addr->value;
		return true;
	}
	return false;
}

/* of_translate_dma_address(): the CPU's address for cells @at of @prop, which are of the bus that @node lies on. */
static uint64_t translate(struct walk *w, int node, const struct fdt_prop *prop, size_t at)
{
	const struct fdt *fdt = w->fdt;
	int bus_node = fdt->nodes[node].parent;
	struct bus_address addr;
	struct of_bus bus;

	/* The root lies on no bus. */
	if (bus_node < 0)
		return OF_BAD_ADDR;
	bus = bus_of(fdt, bus_node);
	if (!counts_are_good(&bus) || 4 * (at + bus.na) > prop->len)
		return OF_BAD_ADDR;
	addr = read_address(prop, at, &bus);
	for (int on = fdt->nodes[bus_node].parent; on >= 0; bus_node = on, on = fdt->nodes[on].parent) {
		struct of_bus outer = bus_of(fdt, on);

		if (!counts_are_good(&outer) || !translate_one(w, bus_node, &bus, &outer, &addr))
			return OF_BAD_ADDR;
		bus = outer;
	}
	return addr.value;
}

/* The end that one property gives; sums wrap as in the kernel, which adds sizes to OF_BAD_ADDR as well. */
static phys_addr_t dma_ranges_end(struct walk *w, int node, const struct fdt_prop *prop)
{
	const struct fdt *fdt = w->fdt;
	int parent = fdt->nodes[node].parent;
	struct of_bus bus = { address_cells(fdt, node), size_cells(fdt, node), false };
	unsigned pna = address_cells(fdt, parent >= 0 ? parent : node);
	size_t step = bus.na + pna + bus.ns;
	phys_addr_t end = 0;

	if (!counts_are_good(&bus) || !pna || pna > OF_MAX_ADDR_CELLS)
		return PHYS_ADDR_MAX;
	for (size_t at = 0; 4 * (at + step) <= prop->len; at += step) {
		phys_addr_t cpu = translate(w, node, prop, at + bus.na);
		phys_addr_t size = dt_read_cells(prop, at + bus.na + pna, bus.ns);

		count_lookup(w);
		if (cpu + size > end)
			end = cpu + size - 1;
	}
	return end;
}

phys_addr_t of_dma_get_max_cpu_address(const struct fdt *fdt)
{
	struct walk w = { .fdt = fdt };
	phys_addr_t max = PHYS_ADDR_MAX;
	int off = INT_MAX;	/* depth of the node that is not available, which hides what is below it */

	for (int node = 0; node >= 0; node = dt_next(fdt, node)) {
		const struct fdt_prop *prop = dt_getprop(fdt, node, "dma-ranges");

		if (fdt->nodes[node].depth > off)
			continue;
		off = node && !dt_available(fdt, node) ? fdt->nodes[node].depth : INT_MAX;
		if (off == INT_MAX && prop && prop->len)
			max = min_u64(max, dma_ranges_end(&w, node, prop));
	}
	return max;
}
