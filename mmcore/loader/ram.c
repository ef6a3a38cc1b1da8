// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ram.c - how much RAM there is, and where: what the user gave becomes the
 * tree's memory nodes, as a boot loader fills them in.
 *
 * One size alone ("4G") is the whole RAM: it goes where the tree's own banks
 * are, else where its chip has RAM.  A list says each range, and two that overlap
 * are refused.  On a NUMA board each node keeps its own: "0:2G,1:2G"; where the
 * tree has no room for such sizes, nodes move up.
 */
#include "../cmdline.h"
#include "loader.h"

#include <errno.h>
#include <stdio.h>

/* Sizes that the user did not give to the byte are dealt in these. */
#define RAM_UNIT	MIB(2)
/* Entries of one memory node that we write, and banks of a tree that we spread over. */
#define RAM_MAX_ENTRIES	1024

const char *origin_name(enum origin origin)
{
	static const char *const names[] = { "none", "given", "tree", "assumed" };

	return names[origin];
}

int loader_refuse(struct mm_error *error, const char *node, const char *fmt, ...)
{
	va_list args;

	snprintf(error->where, sizeof(error->where), "board");
	snprintf(error->node, sizeof(error->node), "%s", node);
	error->offset = -1;
	va_start(args, fmt);
	vsnprintf(error->text, sizeof(error->text), fmt, args);
	va_end(args);
	return -EINVAL;
}

int loader_advise(struct mm_error *error, const char *option, const char *example, ...)
{
	va_list args;

	snprintf(error->option, sizeof(error->option), "%s", option);
	va_start(args, example);
	vsnprintf(error->example, sizeof(error->example), example, args);
	va_end(args);
	return -EINVAL;
}

/* ------------------------------------------------------------- what there is */

static bool is_memory(const struct fdt *fdt, int node)
{
	const char *type = dt_getprop_str(fdt, node, "device_type");

	return type && !strcmp(type, "memory") && dt_available(fdt, node);
}

/* The next memory node among the root's children behind @node; -1 begins. */
static int next_memory(const struct fdt *fdt, int node)
{
	node = node < 0 ? fdt->nodes[0].first_child : fdt->nodes[node].next_sibling;
	while (node >= 0 && !is_memory(fdt, node))
		node = fdt->nodes[node].next_sibling;
	return node;
}

static int nid_of(const struct fdt *fdt, int node)
{
	uint64_t nid;

	return dt_getprop_u64(fdt, node, "numa-node-id", 1, &nid) && nid < MM_SUMMARY_MAX_NODES ? (int)nid : NUMA_NO_NODE;
}

static const struct fdt_prop *reg_of(const struct fdt *fdt, int node)
{
	const struct fdt_prop *reg = dt_getprop(fdt, node, "linux,usable-memory");

	return reg ? reg : dt_getprop(fdt, node, "reg");
}

size_t ram_banks(const struct fdt *fdt, struct ram_bank **ret)
{
	unsigned ac = fdt->address_cells, sc = fdt->size_cells;
	struct ram_bank *banks = NULL;
	size_t nr = 0, cap = 0;

	for (int node = next_memory(fdt, -1); node >= 0; node = next_memory(fdt, node)) {
		const struct fdt_prop *reg = reg_of(fdt, node);

		for (size_t i = 0; reg && (i + ac + sc) * 4 <= reg->len; i += ac + sc) {
			phys_addr_t base = dt_read_cells(reg, i, ac), size = dt_read_cells(reg, i + ac, sc);

			banks = arena_room(fdt->arena, banks, nr, &cap, sizeof(*banks));
			banks[nr++] = (struct ram_bank){ base, min_u64(size, PHYS_ADDR_MAX - base), node, nid_of(fdt, node) };
		}
	}
	*ret = banks;
	return nr;
}

static phys_addr_t sum_of(const struct ram_bank *banks, size_t nr)
{
	phys_addr_t sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += min_u64(banks[i].size, PHYS_ADDR_MAX - sum);
	return sum;
}

/* Does the tree give its RAM to more than one NUMA node? */
static bool is_numa(const struct ram_bank *banks, size_t nr)
{
	for (size_t i = 1; i < nr; i++)
		if (banks[i].nid != banks[0].nid)
			return true;
	return false;
}

/* --------------------------------------------------------- writing it down */

/* What one entry of reg can say. */
static phys_addr_t cells_max(unsigned cells)
{
	return cells > 1 ? PHYS_ADDR_MAX : UINT32_MAX;
}

struct reg {
	struct phys_range *entry;
	size_t nr;
};

static void add_entry(struct fdt *fdt, struct reg *reg, phys_addr_t base, phys_addr_t size)
{
	reg->entry = arena_grow(fdt->arena, reg->entry, reg->nr, reg->nr + 1, sizeof(*reg->entry));
	reg->entry[reg->nr++] = (struct phys_range){ base, size };
}

/*
 * A range as the tree's cells can hold it: firmware writes several entries where
 * one size cell is too narrow, as the Raspberry Pi's does.  With one address
 * cell the last entry must still begin below 4 GiB.
 */
static bool fit_cells(struct fdt *fdt, struct reg *reg, struct phys_range range)
{
	const phys_addr_t last_base = cells_max(fdt->address_cells) & ~UINT64_C(0xffff);
	const phys_addr_t chunk = cells_max(fdt->size_cells) == PHYS_ADDR_MAX ? PHYS_ADDR_MAX : GIB(2);
	phys_addr_t base = range.base, left = range.size;

	while (left) {
		phys_addr_t size = min_u64(left, chunk);

		if (base > cells_max(fdt->address_cells))
			return false;
		if (left > size && base < last_base && size > last_base - base)
			size = last_base - base;
		if (base == last_base && left > size)
			size = left <= (UINT32_MAX & ~UINT64_C(0xffff)) ? left : 0;
		if (!size || reg->nr == RAM_MAX_ENTRIES)
			return false;
		add_entry(fdt, reg, base, size);
		base += size;
		left -= size;
	}
	return true;
}

static void put_cells(unsigned char *p, unsigned cells, uint64_t value)
{
	for (unsigned i = cells; i-- > 0; value >>= 32)
		for (unsigned byte = 0; byte < 4; byte++)
			p[4 * i + byte] = (unsigned char)(value >> (24 - 8 * byte));
}

static void write_reg(struct fdt *fdt, int node, const struct reg *reg)
{
	unsigned ac = fdt->address_cells, cells = ac + fdt->size_cells;
	unsigned char *bytes = arena_array(fdt->arena, reg->nr + 1, 4 * cells);

	for (size_t i = 0; i < reg->nr; i++) {
		put_cells(bytes + 4 * cells * i, ac, reg->entry[i].base);
		put_cells(bytes + 4 * cells * i + 4 * ac, fdt->size_cells, reg->entry[i].size);
	}
	dt_setprop(fdt, node, "reg", bytes, (uint32_t)(4 * cells * reg->nr));
	dt_delprop(fdt, node, "linux,usable-memory");
}

static int cannot_hold(struct mm_error *error, const struct fdt *fdt, struct phys_range range)
{
	loader_refuse(error, "/", "RAM of 0x%llx bytes at 0x%llx does not fit the tree's #address-cells %u and #size-cells %u",
		      (unsigned long long)range.size, (unsigned long long)range.base, fdt->address_cells, fdt->size_cells);
	return loader_advise(error, "memory", "2G@0x%llx", (unsigned long long)(range.base <= UINT32_MAX ? range.base : 0));
}

/* Give a memory node these ranges in place of its own. */
static int set_node(struct fdt *fdt, int node, const struct phys_range *ranges, size_t nr, struct mm_error *error)
{
	struct reg reg = { 0 };

	for (size_t i = 0; i < nr; i++)
		if (!fit_cells(fdt, &reg, ranges[i]))
			return cannot_hold(error, fdt, ranges[i]);
	write_reg(fdt, node, &reg);
	return 0;
}

/* ------------------------------------------------------------------- overlap */

/* Entries that an example shows: more make nothing clearer. */
#define EXAMPLE_ENTRIES	3

/* One entry of a list: "0:1024M@0x40000000", to the byte. */
static const char *entry_text(const struct fdt *fdt, const char *before, const struct mm_ram *ram, phys_addr_t base)
{
	bool whole = !(ram->size & (MIB(1) - 1));
	const char *node = ram->node < 0 ? "" : arena_printf(fdt->arena, "%d:", ram->node);

	return arena_printf(fdt->arena, whole ? "%s%s%s%lluM@0x%llx" : "%s%s%s0x%llx@0x%llx", before, *before ? "," : "", node,
			    (unsigned long long)(whole ? ram->size >> 20 : ram->size), (unsigned long long)base);
}

/* The numbers of the ranges, by address. */
static size_t *by_address(const struct fdt *fdt, const struct phys_range *at, size_t nr)
{
	size_t *order = arena_array(fdt->arena, nr, sizeof(*order));

	for (size_t i = 0; i < nr; i++) {
		size_t j = i;

		for (; j && at[order[j - 1]].base > at[i].base; j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
	return order;
}

/* The ranges, each moved up as far as the one below it needs. */
static const char *apart_text(const struct fdt *fdt, const struct mm_ram *ram, const struct phys_range *at, const size_t *order, size_t nr)
{
	phys_addr_t next = 0;
	const char *text = "";

	for (size_t i = 0; i < nr; i++) {
		phys_addr_t base = max_u64(at[order[i]].base, next);

		if (at[order[i]].size > PHYS_ADDR_MAX - base)
			return "";
		text = entry_text(fdt, text, &ram[order[i]], base);
		next = base + at[order[i]].size;
	}
	return text;
}

/* The list as it may have been meant; of a long one the two that overlap. */
static int advise_apart(const struct fdt *fdt, const struct mm_ram *ram, const struct phys_range *at, const size_t *order, size_t nr,
			const size_t pair[2], struct mm_error *error)
{
	const char *text = nr <= EXAMPLE_ENTRIES ? apart_text(fdt, ram, at, order, nr) : "", *more = "";

	if (!*text || strlen(text) >= sizeof(error->example)) {
		text = apart_text(fdt, ram, at, pair, 2);
		more = nr > 2 ? ",..." : "";
	}
	return loader_advise(error, "memory", "%s%s", text, *text ? more : "");
}

/*
 * A tree may say twice that there is memory, and memblock makes one of it; whoever writes a list means to have all of it,
 * so that two ranges with the same bytes are a slip.
 */
static int refuse_overlap(const struct fdt *fdt, const struct mm_ram *ram, const struct phys_range *at, size_t nr,
			  struct mm_error *error)
{
	const size_t *order = by_address(fdt, at, nr);
	size_t low = 0;

	/* What ends last may lie over more than its neighbour. */
	for (size_t i = 1; i < nr; i++) {
		const struct phys_range *a = &at[order[low]], *b = &at[order[i]];
		const size_t pair[2] = { order[low], order[i] };
		size_t first = pair[0] < pair[1] ? pair[0] : pair[1], second = pair[0] + pair[1] - first;

		if (b->base >= a->base + a->size) {
			low = i;
			continue;
		}
		loader_refuse(error, "/memory", "ranges %zu and %zu overlap: 0x%llx-0x%llx and 0x%llx-0x%llx", first + 1, second + 1,
			      (unsigned long long)at[first].base, (unsigned long long)(at[first].base + at[first].size - 1),
			      (unsigned long long)at[second].base, (unsigned long long)(at[second].base + at[second].size - 1));
		return advise_apart(fdt, ram, at, order, nr, pair, error);
	}
	return 0;
}

static int new_memory_node(struct fdt *fdt, phys_addr_t base, int nid)
{
	int node = dt_add_node(fdt, 0, arena_printf(fdt->arena, "memory@%llx", (unsigned long long)base));
	unsigned char cell[4];

	dt_setprop(fdt, node, "device_type", "memory", 7);
	if (nid >= 0) {
		put_cells(cell, 1, (uint64_t)nid);
		dt_setprop(fdt, node, "numa-node-id", cell, sizeof(cell));
	}
	return node;
}

/* All RAM in the first memory node, which stays where it is; the others go. */
static int set_all(struct fdt *fdt, const struct phys_range *ranges, size_t nr, struct mm_error *error)
{
	int first = next_memory(fdt, -1), next;

	if (first < 0)
		first = new_memory_node(fdt, ranges[0].base, NUMA_NO_NODE);
	for (int node = next_memory(fdt, first); node >= 0; node = next) {
		next = next_memory(fdt, node);
		dt_remove_node(fdt, node);
	}
	return set_node(fdt, first, ranges, nr, error);
}

/* ---------------------------------------------------------- one size alone */

static int cannot_begin(struct mm_error *error)
{
	loader_refuse(error, "/memory", "neither the tree nor its chip's family says where RAM begins");
	return loader_advise(error, "memory", "4G@0x80000000");
}

/* "memory@80000000" without a reg. */
static bool unit_address(const struct fdt *fdt, int node, phys_addr_t *ret)
{
	const char *at = strchr(fdt->nodes[node].name, '@'), *end;

	if (!at)
		return false;
	*ret = simple_strtoull(at + 1, &end, 16);
	return end > at + 1;
}

static bool tree_base(const struct fdt *fdt, const struct ram_bank *banks, size_t nr, phys_addr_t *ret)
{
	int node = next_memory(fdt, -1);

	for (size_t i = 0; i < nr; i++)
		*ret = i ? min_u64(*ret, banks[i].base) : banks[i].base;
	return nr || (node >= 0 && unit_address(fdt, node, ret));
}

/* DRAM of @size bytes is one run of addresses, of which parts are not the kernel's. */
static size_t fill_run(const struct soc_ram *soc, phys_addr_t size, struct phys_range out[2])
{
	phys_addr_t begin = soc->base - soc->below, low = size - soc->below;

	out[0] = (struct phys_range){ soc->base, soc->window ? min_u64(low, soc->window) : low };
	if (!soc->high || size <= soc->high - begin)
		return 1;
	out[1] = (struct phys_range){ soc->high, size - (soc->high - begin) };
	return 2;
}

/* Put @size bytes where the chip has RAM: its first window, then the rest. */
static size_t fill_window(const struct soc_ram *soc, phys_addr_t size, struct phys_range out[2])
{
	phys_addr_t low = soc->window && size > soc->window ? soc->window : size;

	out[0] = (struct phys_range){ soc->base, low };
	out[1] = (struct phys_range){ soc->high, size - low };
	return size > low ? 2 : 1;
}

/* A tree without sizes: RAM begins where it says, or where its chip has it. */
static int fill_empty(struct loader *loader, struct fdt *fdt, const struct ram_bank *banks, size_t nr, phys_addr_t size,
		      struct mm_error *error)
{
	const struct soc_ram *soc = soc_ram_find(fdt);
	struct phys_range out[2] = { { 0, size } };
	bool told = tree_base(fdt, banks, nr, &out[0].base);
	size_t nr_out = 1;

	if (!told && !soc)
		return cannot_begin(error);
	if (soc && (!told || soc->base == out[0].base))
		nr_out = soc->below && size > soc->below ? fill_run(soc, size, out) : fill_window(soc, size, out);
	if (size > PHYS_ADDR_MAX - out[nr_out - 1].base)
		return loader_refuse(error, "/memory", "RAM ends behind the last address");
	if (!told) {
		loader->ram_origin = ORIGIN_ASSUMED;
		loader->ram_rule = arena_printf(fdt->arena, "where %s has RAM", soc->compatible);
		loader->ram_source = soc->source;
	}
	return set_all(fdt, out, nr_out, error);
}

static void sort_banks(struct ram_bank *banks, size_t nr)
{
	for (size_t i = 1; i < nr; i++)
		for (size_t j = i; j && banks[j].base < banks[j - 1].base; j--) {
			struct ram_bank swap = banks[j];

			banks[j] = banks[j - 1];
			banks[j - 1] = swap;
		}
}

/* The tree's banks one after the other; what is over makes the last one longer. */
static int fill_banks(struct fdt *fdt, struct ram_bank *banks, size_t nr, phys_addr_t size, struct mm_error *error)
{
	struct phys_range *out = arena_array(fdt->arena, nr, sizeof(*out));
	size_t nr_out = 0;

	sort_banks(banks, nr);
	for (size_t i = 0; i < nr && size; i++) {
		bool last = i + 1 == nr;
		phys_addr_t take = last ? size : min_u64(size, banks[i].size);

		if (!take)
			continue;
		if (take > PHYS_ADDR_MAX - banks[i].base)
			return loader_refuse(error, "/memory", "RAM ends behind the last address");
		out[nr_out++] = (struct phys_range){ banks[i].base, take };
		size -= take;
	}
	return set_all(fdt, out, nr_out, error);
}

/* --------------------------------------------------------------------- NUMA */

/* "0:2G,1:2G": the nodes that have RAM, in their order. */
static const char *nodes_example(const struct fdt *fdt, const struct ram_bank *banks, size_t nr)
{
	const char *text = "";

	for (int nid = -1; strlen(text) < 40;) {
		int next = MM_SUMMARY_MAX_NODES;

		for (size_t i = 0; i < nr; i++)
			if (banks[i].nid > nid && banks[i].nid < next)
				next = banks[i].nid;
		if (next == MM_SUMMARY_MAX_NODES)
			break;
		nid = next;
		text = arena_printf(fdt->arena, "%s%s%d:2G", text, *text ? "," : "", nid);
	}
	return text;
}

static int needs_nodes(struct mm_error *error, const struct fdt *fdt, const struct ram_bank *banks, size_t nr)
{
	loader_refuse(error, "/memory", "this board has several NUMA nodes, and the list does not say which RAM is whose");
	return loader_advise(error, "memory", "%s", nodes_example(fdt, banks, nr));
}

/* Banks in order of address, each moved up as far as the one below it needs; how many were, or -EINVAL. */
static int move_apart(struct ram_bank *banks, size_t nr, struct mm_error *error)
{
	int moved = 0;

	sort_banks(banks, nr);
	for (size_t i = 0; i < nr; i++) {
		phys_addr_t from = i ? banks[i - 1].base + banks[i - 1].size : 0;

		if (banks[i].base < from) {
			banks[i].base = align_up(from, RAM_UNIT);
			moved++;
		}
		if (banks[i].size > PHYS_ADDR_MAX - RAM_UNIT - banks[i].base)
			return loader_refuse(error, "/memory", "RAM of NUMA node %d ends behind the last address", banks[i].nid);
	}
	return moved;
}

/* @whole * @share / @sum, @share at most @sum, without a product that needs 128 bits: not every compiler has them. */
static phys_addr_t part_of(phys_addr_t whole, phys_addr_t share, phys_addr_t sum)
{
	phys_addr_t part = 0, rest = 0;

	for (int bit = 63; bit >= 0; bit--) {
		bool carry = rest >= sum - rest;

		rest = carry ? rest - (sum - rest) : 2 * rest;
		part = 2 * part + carry;
		if (!(whole >> bit & 1))
			continue;
		carry = share >= sum - rest;
		rest = carry ? share - (sum - rest) : rest + share;
		part += carry;
	}
	return part;
}

/* One size on a NUMA board: each bank gets its share of what the tree has. */
static int spread(struct loader *loader, struct fdt *fdt, struct ram_bank *banks, size_t nr, phys_addr_t size, struct mm_error *error)
{
	phys_addr_t sum = sum_of(banks, nr), left = size;
	int moved;

	if (!sum)
		return needs_nodes(error, fdt, banks, nr);
	for (size_t i = 0; i < nr; i++) {
		phys_addr_t share = part_of(size, banks[i].size, sum);

		banks[i].size = i + 1 == nr ? left : align_down(min_u64(share, left), RAM_UNIT);
		left -= banks[i].size;
	}
	moved = move_apart(banks, nr, error);
	if (moved < 0)
		return moved;
	loader->ram_origin = ORIGIN_ASSUMED;
	loader->ram_rule = moved ? "spread over the NUMA nodes as the tree has them, moved up where two would overlap"
				 : "spread over the NUMA nodes as the tree has them";
	for (int node = next_memory(fdt, -1); node >= 0; node = next_memory(fdt, node)) {
		struct phys_range *own = arena_array(fdt->arena, nr, sizeof(*own));
		size_t nr_own = 0;
		int err;

		for (size_t i = 0; i < nr; i++)
			if (banks[i].fdt_node == node)
				own[nr_own++] = (struct phys_range){ banks[i].base, banks[i].size };
		err = set_node(fdt, node, own, nr_own, error);
		if (err)
			return err;
	}
	return 0;
}

/* The base of NUMA node @nid's first bank in the tree. */
static bool nid_base(const struct ram_bank *banks, size_t nr, int nid, phys_addr_t *ret)
{
	bool found = false;

	for (size_t i = 0; i < nr; i++)
		if (banks[i].nid == nid) {
			*ret = found ? min_u64(*ret, banks[i].base) : banks[i].base;
			found = true;
		}
	return found;
}

/* The list as it was meant, each entry with an address: where the one before ends, from where RAM begins on. */
static int needs_addresses(const struct fdt *fdt, const struct mm_ram *ram, size_t nr, int nid, const struct ram_bank *banks,
			   size_t nr_banks, struct mm_error *error)
{
	const struct soc_ram *soc = soc_ram_find(fdt);
	phys_addr_t next = soc ? soc->base : GIB(2);
	const char *text = "";

	tree_base(fdt, banks, nr_banks, &next);
	for (size_t i = 0; i < nr && i < EXAMPLE_ENTRIES; i++) {
		nid_base(banks, nr_banks, ram[i].node, &next);
		next = ram[i].placed ? ram[i].base : next;
		text = entry_text(fdt, text, &ram[i], next);
		next += ram[i].size;
	}
	if (is_numa(banks, nr_banks))
		loader_refuse(error, "/memory", "the tree does not say where the RAM of NUMA node %d begins", nid);
	else
		loader_refuse(error, "/memory", "the tree has no NUMA nodes, so nothing says where the RAM of node %d begins", nid);
	return loader_advise(error, "memory", "%s", text);
}

/*
 * Where the ranges of one node are, in the list's order: behind each other, from the tree's first of that node on.
 * -EINVAL: nobody says where the first begins.
 */
static int place_nid(struct fdt *fdt, const struct mm_ram *ram, size_t nr, const struct ram_bank *banks, size_t nr_banks, int nid,
		     struct phys_range *at, struct mm_error *error)
{
	phys_addr_t next = 0;
	bool known = nid_base(banks, nr_banks, nid, &next);

	for (size_t i = 0; i < nr; i++) {
		if (ram[i].node != nid)
			continue;
		if (!ram[i].placed && !known)
			return needs_addresses(fdt, ram, nr, nid, banks, nr_banks, error);
		next = ram[i].placed ? ram[i].base : next;
		if (ram[i].size > PHYS_ADDR_MAX - next)
			return loader_refuse(error, "/memory", "RAM of NUMA node %d ends behind the last address", nid);
		at[i] = (struct phys_range){ next, ram[i].size };
		next += ram[i].size;
		known = true;
	}
	return 0;
}

/* Sizes alone, which the tree's addresses may have no room for: as one size that is spread. */
static int move_list_apart(struct loader *loader, const struct fdt *fdt, const struct mm_ram *ram, size_t nr, struct phys_range *at,
			   struct mm_error *error)
{
	const size_t *order = by_address(fdt, at, nr);
	struct ram_bank *moved = arena_array(fdt->arena, nr, sizeof(*moved));
	int nr_moved;

	for (size_t i = 0; i < nr; i++)
		moved[i] = (struct ram_bank){ at[order[i]].base, at[order[i]].size, -1, ram[order[i]].node };
	/* They are sorted, and stay so. */
	nr_moved = move_apart(moved, nr, error);
	if (nr_moved <= 0)
		return nr_moved;
	for (size_t i = 0; i < nr; i++)
		at[order[i]].base = moved[i].base;
	loader->ram_origin = ORIGIN_ASSUMED;
	loader->ram_rule = "where the tree has the NUMA nodes, moved up where two would overlap";
	return 0;
}

static bool is_first_of_node(const struct mm_ram *ram, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (ram[j].node == ram[i].node)
			return false;
	return true;
}

static int place_nodes(struct loader *loader, struct fdt *fdt, const struct mm_ram *ram, size_t nr, const struct ram_bank *banks,
		       size_t nr_banks, struct phys_range *at, struct mm_error *error)
{
	bool placed = false;
	int err = 0;

	for (size_t i = 0; i < nr && !err; i++) {
		placed |= ram[i].placed;
		if (is_first_of_node(ram, i))
			err = place_nid(fdt, ram, nr, banks, nr_banks, ram[i].node, at, error);
	}
	if (!err && !placed)
		err = move_list_apart(loader, fdt, ram, nr, at, error);
	return err ? err : refuse_overlap(fdt, ram, at, nr, error);
}

static int memory_of_nid(const struct fdt *fdt, int nid)
{
	int node = next_memory(fdt, -1);

	while (node >= 0 && nid_of(fdt, node) != nid)
		node = next_memory(fdt, node);
	return node;
}

/* A list that names nodes: each node's memory is what the list says, nodes that it leaves out have none. */
static int set_nodes(struct loader *loader, struct fdt *fdt, const struct mm_ram *ram, size_t nr, struct mm_error *error)
{
	struct phys_range *at = arena_array(fdt->arena, nr, sizeof(*at));
	struct ram_bank *banks;
	size_t nr_banks = ram_banks(fdt, &banks);
	int next, err = place_nodes(loader, fdt, ram, nr, banks, nr_banks, at, error);

	for (size_t i = 0; i < nr && !err; i++) {
		struct reg own = { 0 };
		int node;

		if (!is_first_of_node(ram, i))
			continue;
		for (size_t j = i; j < nr; j++)
			if (ram[j].node == ram[i].node)
				add_entry(fdt, &own, at[j].base, at[j].size);
		node = memory_of_nid(fdt, ram[i].node);
		if (node < 0)
			node = new_memory_node(fdt, own.entry[0].base, ram[i].node);
		err = set_node(fdt, node, own.entry, own.nr, error);
		/* A second memory node of the same NUMA node. */
		for (int other = next_memory(fdt, node); other >= 0; other = next) {
			next = next_memory(fdt, other);
			if (nid_of(fdt, other) == ram[i].node)
				dt_remove_node(fdt, other);
		}
	}
	for (int node = next_memory(fdt, -1); node >= 0 && !err; node = next) {
		bool named = false;

		next = next_memory(fdt, node);
		for (size_t i = 0; i < nr; i++)
			named |= nid_of(fdt, node) == ram[i].node;
		if (!named)
			dt_remove_node(fdt, node);
	}
	return err;
}

/* -------------------------------------------------------------------- lists */

static int set_list(struct loader *loader, struct fdt *fdt, const struct mm_ram *ram, size_t nr, struct mm_error *error)
{
	struct phys_range *out = arena_array(fdt->arena, nr, sizeof(*out));
	const struct soc_ram *soc = soc_ram_find(fdt);
	struct ram_bank *banks;
	size_t nr_banks = ram_banks(fdt, &banks);
	phys_addr_t next = 0;
	bool known = tree_base(fdt, banks, nr_banks, &next);
	int err;

	if (!known && soc) {
		next = soc->base;
		known = true;
		if (!ram[0].placed) {
			loader->ram_origin = ORIGIN_ASSUMED;
			loader->ram_rule = arena_printf(fdt->arena, "where %s has RAM", soc->compatible);
			loader->ram_source = soc->source;
		}
	}
	for (size_t i = 0; i < nr; i++) {
		if (!ram[i].placed && !i && !known)
			return cannot_begin(error);
		next = ram[i].placed ? ram[i].base : next;
		if (ram[i].size > PHYS_ADDR_MAX - next)
			return loader_refuse(error, "/memory", "range %zu of the RAM ends behind the last address", i + 1);
		out[i] = (struct phys_range){ next, ram[i].size };
		next += ram[i].size;
	}
	err = refuse_overlap(fdt, ram, out, nr, error);
	return err ? err : set_all(fdt, out, nr, error);
}

static int no_ram(const struct fdt *fdt, const struct ram_bank *banks, size_t nr, struct mm_error *error)
{
	phys_addr_t base;

	if (tree_base(fdt, banks, nr, &base))
		loader_refuse(error, "/memory", "the device tree says that RAM begins at 0x%llx, but not how much there is: "
			      "its boot loader fills that in", (unsigned long long)base);
	else
		loader_refuse(error, "/memory", "the device tree reports no RAM: its boot loader fills that in");
	return loader_advise(error, "memory", "%s", tree_base(fdt, banks, nr, &base) || soc_ram_find(fdt) ? "4G" : "4G@0x80000000");
}

static int apply(struct loader *loader, struct fdt *fdt, const struct mm_ram *ram, size_t nr, struct mm_error *error)
{
	struct ram_bank *banks;
	size_t nr_banks = ram_banks(fdt, &banks), with_node = 0;

	for (size_t i = 0; i < nr; i++)
		with_node += ram[i].node >= 0;
	if (nr_banks > RAM_MAX_ENTRIES)
		return loader_refuse(error, "/memory", "the tree has more than %d ranges of RAM; give it as it is", RAM_MAX_ENTRIES);
	if (with_node == nr)
		return set_nodes(loader, fdt, ram, nr, error);
	if (with_node || (is_numa(banks, nr_banks) && (nr > 1 || ram[0].placed)))
		return needs_nodes(error, fdt, banks, nr_banks);
	if (nr > 1 || ram[0].placed)
		return set_list(loader, fdt, ram, nr, error);
	if (is_numa(banks, nr_banks))
		return spread(loader, fdt, banks, nr_banks, ram[0].size, error);
	if (sum_of(banks, nr_banks))
		return fill_banks(fdt, banks, nr_banks, ram[0].size, error);
	return fill_empty(loader, fdt, banks, nr_banks, ram[0].size, error);
}

int loader_ram(struct loader *loader, struct fdt *fdt, const struct mm_ram *ram, size_t nr, struct mm_error *error)
{
	struct ram_bank *banks;
	size_t nr_banks;
	int err;

	loader->ram_origin = nr ? ORIGIN_GIVEN : ORIGIN_TREE;
	loader->ram_rule = loader->ram_source = "";
	err = nr ? apply(loader, fdt, ram, nr, error) : 0;
	if (err)
		return err;
	nr_banks = ram_banks(fdt, &banks);
	loader->dram_bytes = sum_of(banks, nr_banks);
	if (!loader->dram_bytes)
		return no_ram(fdt, banks, nr_banks, error);
	loader->dram_base = PHYS_ADDR_MAX;
	for (size_t i = 0; i < nr_banks; i++)
		if (banks[i].size)
			loader->dram_base = min_u64(loader->dram_base, banks[i].base);
	if (loader->dram_bytes > (UINT64_C(1) << 52) || loader->dram_base > (UINT64_C(1) << 52))
		return loader_refuse(error, "/memory", "RAM at 0x%llx, 0x%llx bytes, is beyond 52 address bits",
				     (unsigned long long)loader->dram_base, (unsigned long long)loader->dram_bytes);
	return 0;
}
