// SPDX-License-Identifier: GPL-2.0-or-later
#include "table.h"

#define COLUMNS(table, ...) \
	static const struct mm_column table##_columns[] = { __VA_ARGS__ }; \
	_Static_assert(ARRAY_SIZE(table##_columns) <= MM_MAX_COLUMNS, "table too wide")

/* nid -1: no node. */
COLUMNS(region, {"key", MM_HEX}, {"size", MM_HEX}, {"nid", MM_NUM}, {"flags", MM_STR});
/* ram 1: counted in the ledger's sum; seq: the event that gave it to this owner. */
COLUMNS(ledger, {"key", MM_HEX}, {"size", MM_HEX}, {"owner", MM_STR}, {"detail", MM_STR},
	{"fn", MM_STR}, {"seq", MM_NUM}, {"ram", MM_NUM});
COLUMNS(image, {"key", MM_STR}, {"start", MM_HEX}, {"end", MM_HEX}, {"virt", MM_HEX});
COLUMNS(init_mm, {"key", MM_STR}, {"value", MM_STR}, {"note", MM_STR});
/*
 * A mapping: count table pages, the first at base, each next one step bytes
 * further; a mapping whose table pages lie in several places goes on in rows of
 * size 0 without entries.  pa 0: each page or block comes from a place of its
 * own.  tables, blocks, pages: triples level, index of the first entry, number
 * of entries; level 0 is PTE, 1 PMD, 2 PUD, 3 P4D, 4 PGD, the root always 4.
 * tables point to a table of the next level, new or not.
 */
COLUMNS(pagetables, {"key", MM_NUM}, {"root", MM_STR}, {"level", MM_STR}, {"count", MM_NUM},
	{"base", MM_HEX}, {"step", MM_NUM}, {"va", MM_HEX}, {"maps", MM_STR}, {"size", MM_HEX}, {"pa", MM_HEX},
	{"tables", MM_RUNS}, {"blocks", MM_RUNS}, {"pages", MM_RUNS});
COLUMNS(nodes, {"key", MM_NUM}, {"start_pfn", MM_NUM}, {"end_pfn", MM_NUM}, {"spanned", MM_NUM},
	{"present", MM_NUM}, {"node_data", MM_HEX}, {"node_data_nid", MM_NUM}, {"cpus", MM_LIST},
	{"distances", MM_LIST}, {"first_deferred_pfn", MM_NUM});
COLUMNS(sections, {"key", MM_NUM}, {"count", MM_NUM}, {"nid", MM_NUM}, {"usage", MM_HEX},
	{"memmap", MM_HEX}, {"memmap_bytes", MM_HEX});
COLUMNS(zones, {"key", MM_STR}, {"node", MM_NUM}, {"zone", MM_STR}, {"index", MM_NUM},
	{"start_pfn", MM_NUM}, {"spanned", MM_NUM}, {"present", MM_NUM}, {"managed", MM_NUM},
	{"cma", MM_NUM}, {"free", MM_NUM}, {"min", MM_NUM}, {"low", MM_NUM}, {"high", MM_NUM},
	{"promo", MM_NUM}, {"protection", MM_LIST});
/* One row per zoneref, in list order; the terminating reference has zone "". */
COLUMNS(zonelists, {"key", MM_STR}, {"node", MM_NUM}, {"list", MM_STR}, {"index", MM_NUM},
	{"zone_node", MM_NUM}, {"zone", MM_STR}, {"zone_index", MM_NUM}, {"distance", MM_NUM});
COLUMNS(percpu, {"key", MM_STR}, {"what", MM_STR}, {"base", MM_HEX}, {"size", MM_HEX},
	{"cpu", MM_NUM}, {"node", MM_NUM});
COLUMNS(boot_pagesets, {"key", MM_NUM}, {"high", MM_NUM}, {"batch", MM_NUM}, {"high_min", MM_NUM},
	{"high_max", MM_NUM}, {"lists", MM_NUM}, {"count", MM_NUM}, {"zones", MM_STR});
COLUMNS(pagesets, {"key", MM_STR}, {"node", MM_NUM}, {"zone", MM_STR}, {"cpu", MM_NUM},
	{"count", MM_NUM}, {"high", MM_NUM}, {"high_min", MM_NUM}, {"high_max", MM_NUM},
	{"batch", MM_NUM}, {"lists", MM_NUM});
COLUMNS(freelists, {"key", MM_STR}, {"node", MM_NUM}, {"zone", MM_STR}, {"order", MM_NUM},
	{"type", MM_STR}, {"nr_free", MM_NUM}, {"runs", MM_RUNS});
COLUMNS(hashes, {"key", MM_STR}, {"entries", MM_NUM}, {"order", MM_NUM}, {"bytes", MM_HEX},
	{"base", MM_HEX}, {"where", MM_STR});
COLUMNS(slabs, {"key", MM_STR}, {"size", MM_NUM}, {"object_size", MM_NUM}, {"align", MM_NUM},
	{"order", MM_NUM}, {"objects", MM_NUM}, {"active", MM_NUM}, {"slabs", MM_NUM}, {"state", MM_STR});
COLUMNS(cpus, {"key", MM_NUM}, {"mpidr", MM_HEX}, {"node", MM_NUM}, {"path", MM_STR}, {"possible", MM_NUM});
COLUMNS(counters, {"key", MM_STR}, {"value", MM_NUM}, {"unit", MM_STR});

/* Runs of set bits: reserved pages [key, end_pfn). */
COLUMNS(bootmem, {"key", MM_NUM}, {"end_pfn", MM_NUM});
/* Of process 1, by address; end exclusive; pgoff and resident in pages. */
COLUMNS(vmas, {"key", MM_HEX}, {"end", MM_HEX}, {"flags", MM_STR}, {"what", MM_STR}, {"file", MM_STR},
	{"pgoff", MM_NUM}, {"resident", MM_NUM});
COLUMNS(process, {"key", MM_STR}, {"value", MM_STR}, {"note", MM_STR});
/* Of each node's list with fallback, as either order has it: one row per zoneref,
 * as in zonelists; chosen 1: the one that is built.  Empty where there is no choice. */
COLUMNS(zonelist_orders, {"key", MM_STR}, {"node", MM_NUM}, {"order", MM_STR}, {"chosen", MM_NUM},
	{"index", MM_NUM}, {"zone_node", MM_NUM}, {"zone", MM_STR}, {"zone_index", MM_NUM}, {"distance", MM_NUM});

/* Blocks on per-CPU lists, list by list in their order; key: first pfn. */
COLUMNS(pcp_pages, {"key", MM_NUM}, {"node", MM_NUM}, {"zone", MM_STR}, {"cpu", MM_NUM}, {"order", MM_NUM}, {"type", MM_STR});
/* What the boot loader left: origin "given", "tree" or "assumed", then with the rule that chose it and its source. */
COLUMNS(loader, {"key", MM_STR}, {"base", MM_HEX}, {"size", MM_HEX}, {"origin", MM_STR}, {"rule", MM_STR},
	{"source", MM_STR});

/* Slabs of the caches that operations use; free: objects on the slab's list and the CPU's; cached: in sheaves; list: who has it. */
COLUMNS(slab_pages, {"key", MM_NUM}, {"cache", MM_STR}, {"order", MM_NUM}, {"node", MM_NUM}, {"objects", MM_NUM}, {"free", MM_NUM},
	{"cached", MM_NUM}, {"list", MM_STR}, {"cpu", MM_NUM});

#define TABLE(id, label, cols) [id] = {label, cols##_columns, ARRAY_SIZE(cols##_columns)}

static const struct mm_table_def tables[MM_NR_TABLES] = {
	TABLE(MM_MEMBLOCK_MEMORY, "memblock.memory", region),
	TABLE(MM_MEMBLOCK_RESERVED, "memblock.reserved", region),
	TABLE(MM_LEDGER, "ledger", ledger),
	TABLE(MM_IMAGE, "image", image),
	TABLE(MM_INIT_MM, "init_mm", init_mm),
	TABLE(MM_PAGETABLES, "pagetables", pagetables),
	TABLE(MM_NODES, "nodes", nodes),
	TABLE(MM_SECTIONS, "sections", sections),
	TABLE(MM_ZONES, "zones", zones),
	TABLE(MM_ZONELISTS, "zonelists", zonelists),
	TABLE(MM_PERCPU, "percpu", percpu),
	TABLE(MM_BOOT_PAGESETS, "boot_pagesets", boot_pagesets),
	TABLE(MM_PAGESETS, "pagesets", pagesets),
	TABLE(MM_FREELISTS, "freelists", freelists),
	TABLE(MM_HASHES, "hashes", hashes),
	TABLE(MM_SLABS, "slabs", slabs),
	TABLE(MM_CPUS, "cpus", cpus),
	TABLE(MM_COUNTERS, "counters", counters),
	TABLE(MM_BOOTMEM, "bootmem", bootmem),
	TABLE(MM_VMAS, "vmas", vmas),
	TABLE(MM_PROCESS, "process", process),
	TABLE(MM_ZONELIST_ORDERS, "zonelist_orders", zonelist_orders),
	TABLE(MM_PCP_PAGES, "pcp_pages", pcp_pages),
	TABLE(MM_LOADER, "loader", loader),
	TABLE(MM_SLAB_PAGES, "slab_pages", slab_pages),
};

const struct mm_table_def *mm_table_def(enum mm_table_id table)
{
	assert((unsigned)table < MM_NR_TABLES);
	return &tables[table];
}

static bool list_equal(const struct mm_list *a, const struct mm_list *b)
{
	/* An empty list has no array, and memcmp() may not be given none. */
	return a == b || (a->nr == b->nr && (!a->nr || !memcmp(a->v, b->v, a->nr * sizeof(*a->v))));
}

bool value_equal(enum mm_type type, union mm_value a, union mm_value b)
{
	switch (type) {
	case MM_STR:
		return same_text(a.s, b.s);
	case MM_LIST:
	case MM_RUNS:
		return list_equal(a.list, b.list);
	case MM_HEX:
	case MM_NUM:
		break;
	}
	return a.u == b.u;
}

bool row_equal(const struct mm_table_def *def, const union mm_value *a, const union mm_value *b)
{
	for (size_t i = 0; i < def->nr_columns; i++)
		if (!value_equal(def->columns[i].type, a[i], b[i]))
			return false;
	return true;
}
