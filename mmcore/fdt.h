/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fdt.h - the flattened device tree as the kernel receives it.
 *
 * The blob is hostile until dt_load() has gated it (size, magic, version,
 * alignment, depth and node caps; libfdt's full check only behind that gate).
 * It is then held as plain arrays of nodes and properties in blob order, so
 * nothing that follows walks raw bytes or recurses.  What a boot loader writes
 * into /chosen and /memory is applied to this tree.
 */
#ifndef MMSCOPE_FDT_H
#define MMSCOPE_FDT_H

#include "arena.h"

#define FDT_MAX_BYTES	MIB(8)
#define FDT_MAX_NODES	65536
#define FDT_MAX_PROPS	524288
#define FDT_MAX_DEPTH	64

struct fdt_prop {
	const char *name;
	const unsigned char *data;
	uint32_t len;
	bool nop;		/* overwritten with FDT_NOP: invisible from then on */
};

struct fdt_node {
	const char *name;	/* with @unit; "" for the root */
	int parent, first_child, next_sibling;	/* indexes, or -1 */
	int depth;
	uint32_t offset;	/* in the structure block; the kernel sorts by it */
	struct fdt_prop *props;
	size_t nr_props, cap_props;
};

struct fdt {
	struct arena *arena;
	struct fdt_node *nodes;		/* [0] is the root; depth-first order */
	size_t nr_nodes;
	struct phys_range *memreserve;	/* /memreserve/ up to the first of size 0 */
	size_t nr_memreserve;
	uint32_t totalsize;		/* as the kernel will read it from the header */
	unsigned address_cells, size_cells;	/* the root's */
};

/* 0, or -EINVAL / -E2BIG with @error naming node or byte. */
int dt_load(struct fdt *fdt, struct arena *arena, const void *blob, size_t size, struct mm_error *error);

/* Node at an absolute path ("/chosen", "/cpus"); a component without @unit matches any unit.  -1 if none. */
int dt_path(const struct fdt *fdt, const char *path);
/* The node's full path, in arena memory. */
const char *dt_node_path(const struct fdt *fdt, int node);
/* A visible property, or NULL. */
const struct fdt_prop *dt_getprop(const struct fdt *fdt, int node, const char *name);
/* Property as a string that ends inside it; NULL if missing or not terminated. */
const char *dt_getprop_str(const struct fdt *fdt, int node, const char *name);
/* Its first @cells cells as a number. */
bool dt_getprop_u64(const struct fdt *fdt, int node, const char *name, unsigned cells, uint64_t *ret);
/* status is absent, "ok" or "okay". */
bool dt_available(const struct fdt *fdt, int node);
/* The string list @name holds @word. */
bool dt_has_string(const struct fdt *fdt, int node, const char *name, const char *word);
bool dt_has_prop(const struct fdt *fdt, int node, const char *name);
/* Cells [@first, @first + @cells) of a property as a number; cells above two keep the low 64 bits. */
uint64_t dt_read_cells(const struct fdt_prop *prop, size_t first, unsigned cells);
/* The next node after @node in blob order, or -1. */
int dt_next(const struct fdt *fdt, int node);

/* What firmware does.  A property that exists is set in place; the name is not copied. */
void dt_setprop(struct fdt *fdt, int node, const char *name, const void *data, uint32_t len);
void dt_delprop(struct fdt *fdt, int node, const char *name);
int dt_add_node(struct fdt *fdt, int parent, const char *name);
/* Unlink @node and what is below it; not the root. */
void dt_remove_node(struct fdt *fdt, int node);
/* One more entry of /memreserve/, behind the others. */
void dt_add_memreserve(struct fdt *fdt, phys_addr_t base, phys_addr_t size);

#endif
