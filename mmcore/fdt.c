// SPDX-License-Identifier: GPL-2.0-or-later
/* fdt.c - the only user of libfdt; everything behind it sees struct fdt. */
#include "fdt.h"

#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes of the oldest header that this gate accepts (version 17). */
#define FDT_V17_HEADER_BYTES	40

static int refuse(struct mm_error *error, int64_t offset, const char *fmt, ...)
{
	va_list args;

	snprintf(error->where, sizeof(error->where), "device tree");
	error->offset = offset;
	va_start(args, fmt);
	vsnprintf(error->text, sizeof(error->text), fmt, args);
	va_end(args);
	return -EINVAL;
}

static uint32_t be32_at(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/*
 * Before libfdt: its 1.6.1 reads past short or old-version headers, crashes in
 * its own full check on them, and loads unaligned blocks.
 */
static int gate(const unsigned char *b, size_t size, struct mm_error *error)
{
	if (size < FDT_V17_HEADER_BYTES)
		return refuse(error, 0, "the device tree is %zu bytes long, shorter than its header (%d)", size,
			      FDT_V17_HEADER_BYTES);
	if (be32_at(b) != FDT_MAGIC)
		return refuse(error, 0, "not a device tree blob: magic is 0x%08x, expected 0x%08x", be32_at(b), FDT_MAGIC);
	if (be32_at(b + 20) != 17 || be32_at(b + 24) != 16)
		return refuse(error, 20, "device tree version %u (compatible to %u) is not supported, expected 17 (16)",
			      be32_at(b + 20), be32_at(b + 24));
	if (be32_at(b + 4) > size || be32_at(b + 4) < FDT_V17_HEADER_BYTES)
		return refuse(error, 4, "the header says %u bytes, the blob has %zu", be32_at(b + 4), size);
	if (be32_at(b + 8) % 4)
		return refuse(error, 8, "the structure block at 0x%x is not 4-byte aligned", be32_at(b + 8));
	if (be32_at(b + 16) % 8)
		return refuse(error, 16, "the memory reservation block at 0x%x is not 8-byte aligned", be32_at(b + 16));
	return 0;
}

/* Bytes [at, end) of @b begin with a property: where what follows it begins, or 0 if it does not fit. */
static size_t behind_property(const unsigned char *b, size_t at, size_t end)
{
	const size_t head = 12;		/* FDT_PROP, its length, its name's offset */

	if (end - at < head || be32_at(b + at + 4) > end - at - head)
		return 0;
	return align_up(at + head + be32_at(b + at + 4), 4);
}

/*
 * libfdt 1.6.1 adds a property's length to where it is, and does not see that the sum wraps: its full check comes to no end
 * where that is back at the property, and takes a length of -1 for one of 0.  All else is left to it.
 */
static int check_lengths(const unsigned char *b, struct mm_error *error)
{
	size_t total = be32_at(b + 4), at = be32_at(b + 8), end = at + be32_at(b + 36);

	if (end > total)
		return refuse(error, 36, "the structure block reaches to 0x%zx, and the device tree has 0x%zx bytes", end, total);
	while (at + 4 <= end && be32_at(b + at) != FDT_END) {
		const unsigned char *nul;
		size_t next = at + 4;

		if (be32_at(b + at) == FDT_PROP) {
			next = behind_property(b, at, end);
			if (!next)
				return refuse(error, (int64_t)at, "a property is longer than what is left of the structure block");
		} else if (be32_at(b + at) == FDT_BEGIN_NODE) {
			nul = memchr(b + next, 0, end - next);
			next = nul ? align_up((size_t)(nul - b) + 1, 4) : end;
		}
		at = next;
	}
	return 0;
}

int mm_tree_check(const void *tree, size_t size, struct mm_error *error)
{
	int err = gate(tree, size, error);

	if (!err)
		err = check_lengths(tree, error);
	if (err)
		return err;
	err = fdt_check_full(tree, size);
	return err ? refuse(error, -1, "the device tree is broken: %s", fdt_strerror(err)) : 0;
}

static int check_size(size_t size, struct mm_error *error)
{
	if (size <= FDT_MAX_BYTES)
		return 0;
	return refuse(error, 0, "the device tree is %zu bytes long, more than %llu MiB", size, (unsigned long long)(FDT_MAX_BYTES >> 20));
}

static struct fdt_node *new_node(struct fdt *fdt, size_t *cap)
{
	struct fdt_node *node;

	fdt->nodes = arena_room(fdt->arena, fdt->nodes, fdt->nr_nodes, cap, sizeof(*fdt->nodes));
	node = &fdt->nodes[fdt->nr_nodes++];
	*node = (struct fdt_node){ .parent = -1, .first_child = -1, .next_sibling = -1 };
	return node;
}

static void append_prop(struct fdt *fdt, struct fdt_node *node, struct fdt_prop prop)
{
	node->props = arena_room(fdt->arena, node->props, node->nr_props, &node->cap_props, sizeof(prop));
	node->props[node->nr_props++] = prop;
}

/* State of the one pass over the structure block. */
struct walk {
	int stack[FDT_MAX_DEPTH], last_child[FDT_MAX_DEPTH];
	int depth;
	size_t cap, nr_props;
};

static int open_node(struct fdt *fdt, struct walk *w, const char *name, int offset, struct mm_error *error)
{
	struct fdt_node *node;
	int index = (int)fdt->nr_nodes;

	if (w->depth + 1 >= FDT_MAX_DEPTH)
		return refuse(error, offset, "nodes nest deeper than %d levels", FDT_MAX_DEPTH);
	if (fdt->nr_nodes == FDT_MAX_NODES)
		return refuse(error, offset, "more than %d nodes", FDT_MAX_NODES);
	node = new_node(fdt, &w->cap);
	node->name = arena_strdup(fdt->arena, name);
	node->offset = (uint32_t)offset;
	node->depth = ++w->depth;
	if (w->depth > 0) {
		int parent = w->stack[w->depth - 1], *last = &w->last_child[w->depth - 1];

		node->parent = parent;
		if (*last < 0)
			fdt->nodes[parent].first_child = index;
		else
			fdt->nodes[*last].next_sibling = index;
		*last = index;
	}
	w->stack[w->depth] = index;
	w->last_child[w->depth] = -1;
	return 0;
}

static int take_prop(struct fdt *fdt, struct walk *w, const void *blob, int offset, struct mm_error *error)
{
	struct fdt_prop prop = { 0 };
	const char *name;
	int len;
	const void *data = fdt_getprop_by_offset(blob, offset, &name, &len);

	if (!data || w->depth < 0)
		return refuse(error, offset, "a property without value or node");
	if (++w->nr_props > FDT_MAX_PROPS)
		return refuse(error, offset, "more than %d properties", FDT_MAX_PROPS);
	prop.name = arena_strdup(fdt->arena, name);
	prop.len = (uint32_t)len;
	prop.data = memcpy(arena_alloc(fdt->arena, (size_t)len + 1), data, (size_t)len);
	append_prop(fdt, &fdt->nodes[w->stack[w->depth]], prop);
	return 0;
}

static int walk_structure(struct fdt *fdt, const void *blob, struct mm_error *error)
{
	struct walk w = { .depth = -1 };
	int offset = 0, next, err = 0;

	for (;; offset = next) {
		uint32_t tag = fdt_next_tag(blob, offset, &next);

		if (next < 0)
			return refuse(error, offset, "the structure block is broken: %s", fdt_strerror(next));
		if (tag == FDT_BEGIN_NODE)
			err = open_node(fdt, &w, fdt_get_name(blob, offset, NULL), offset, error);
		else if (tag == FDT_END_NODE)
			w.depth--;
		else if (tag == FDT_PROP)
			err = take_prop(fdt, &w, blob, offset, error);
		else if (tag == FDT_END)
			break;
		if (err)
			return err;
	}
	return fdt->nr_nodes ? 0 : refuse(error, 0, "the device tree has no root node");
}

static void read_memreserve(struct fdt *fdt, const void *blob)
{
	int nr = fdt_num_mem_rsv(blob);

	if (nr <= 0)
		return;
	fdt->memreserve = arena_array(fdt->arena, (size_t)nr, sizeof(*fdt->memreserve));
	for (int i = 0; i < nr; i++) {
		uint64_t base, size;

		if (fdt_get_mem_rsv(blob, i, &base, &size) || !size)
			break;
		fdt->memreserve[fdt->nr_memreserve++] = (struct phys_range){ base, size };
	}
}

/* OF_ROOT_NODE_*_CELLS_DEFAULT is 1. */
static int read_root_cells(struct fdt *fdt, struct mm_error *error)
{
	uint64_t cells;

	fdt->address_cells = dt_getprop_u64(fdt, 0, "#address-cells", 1, &cells) ? (unsigned)cells : 1;
	fdt->size_cells = dt_getprop_u64(fdt, 0, "#size-cells", 1, &cells) ? (unsigned)cells : 1;
	if (fdt->address_cells < 1 || fdt->address_cells > 4 || fdt->size_cells > 4) {
		snprintf(error->node, sizeof(error->node), "/");
		return refuse(error, -1, "#address-cells %u, #size-cells %u of the root cannot describe memory",
			      fdt->address_cells, fdt->size_cells);
	}
	return 0;
}

int dt_load(struct fdt *fdt, struct arena *arena, const void *blob, size_t size, struct mm_error *error)
{
	int err = check_size(size, error);

	if (err)
		return err;
	/* Jansson, HTTP and files hand over any alignment; libfdt wants 8 bytes. */
	blob = memcpy(arena_alloc(arena, size), blob, size);
	err = mm_tree_check(blob, size, error);
	if (err)
		return err;
	*fdt = (struct fdt){ .arena = arena, .totalsize = fdt_totalsize(blob) };
	err = walk_structure(fdt, blob, error);
	if (err)
		return err;
	read_memreserve(fdt, blob);
	return read_root_cells(fdt, error);
}

/* Room that an overlay may need in the tree besides its own bytes: names and phandles that it brings. */
#define OVERLAY_ROOM	KIB(16)

static int check_blob(const void *blob, size_t size, const char *where, struct mm_error *error)
{
	int err = check_size(size, error);

	if (!err)
		err = mm_tree_check(blob, size, error);
	if (err)
		snprintf(error->where, sizeof(error->where), "%s", where);
	return err;
}

/* 8-byte alignment and room to grow, as libfdt wants both. */
static void *copy_blob(const void *blob, size_t size, size_t room)
{
	void *copy = calloc(1, room);

	return copy ? memcpy(copy, blob, size) : NULL;
}

static bool is_overlay(const void *blob)
{
	int node;

	fdt_for_each_subnode(node, blob, 0)
		if (fdt_subnode_offset(blob, node, "__overlay__") >= 0)
			return true;
	return false;
}

/* The first label that an overlay refers to and the tree does not have; NULL: it has them all. */
static const char *missing_label(const void *tree, const void *overlay)
{
	int fixups = fdt_path_offset(overlay, "/__fixups__"), symbols = fdt_path_offset(tree, "/__symbols__"), property;
	const char *label;

	if (fixups < 0)
		return NULL;
	fdt_for_each_property_offset(property, overlay, fixups)
		if (fdt_getprop_by_offset(overlay, property, &label, NULL) &&
		    (symbols < 0 || !fdt_getprop(tree, symbols, label, NULL)))
			return label;
	return NULL;
}

/* What libfdt has no word for; both trees are whole. */
static int check_overlay(const void *tree, const void *overlay, struct mm_error *error)
{
	const char *label = missing_label(tree, overlay);

	if (!is_overlay(overlay))
		return refuse(error, -1, "is no overlay: no node in it has an __overlay__ to apply");
	if (!label)
		return 0;
	if (fdt_path_offset(tree, "/__symbols__") < 0)
		return refuse(error, -1, "does not fit this board's tree, which has no label '%.64s', nor any other: "
			      "dtc -@ keeps them", label);
	return refuse(error, -1, "does not fit this board's tree, which has no label '%.64s'", label);
}

int mm_overlay_apply(const void *dtb, size_t size, const void *overlay, size_t overlay_size, void **ret, size_t *ret_size,
		     struct mm_error *error)
{
	size_t room = size + overlay_size + OVERLAY_ROOM;
	void *tree, *change;
	int err = check_blob(dtb, size, "device tree", error);

	if (!err)
		err = check_blob(overlay, overlay_size, "overlay", error);
	if (err)
		return err;
	tree = copy_blob(dtb, size, room);
	change = copy_blob(overlay, overlay_size, overlay_size);
	if (!tree || !change) {
		free(tree);
		free(change);
		return -ENOMEM;
	}
	err = check_overlay(tree, change, error);
	if (!err) {
		err = fdt_open_into(tree, tree, (int)room);
		if (!err)
			err = fdt_overlay_apply(tree, change);
		if (!err)
			err = fdt_pack(tree);
		if (err)
			refuse(error, -1, "does not fit this board's tree: %s%s", fdt_strerror(err),
			       err == -FDT_ERR_NOTFOUND ? " (it has no node of the path that is to be changed)" : "");
	}
	free(change);
	if (err) {
		free(tree);
		snprintf(error->where, sizeof(error->where), "overlay");
		return -EINVAL;
	}
	*ret = tree;
	*ret_size = fdt_totalsize(tree);
	return 0;
}

static bool component_is(const char *name, const char *want, size_t len)
{
	if (strncmp(name, want, len))
		return false;
	return !name[len] || (name[len] == '@' && !memchr(want, '@', len));
}

int dt_path(const struct fdt *fdt, const char *path)
{
	int node = 0;

	while (*path == '/')
		path++;
	while (*path) {
		size_t len = strcspn(path, "/");
		int child = fdt->nodes[node].first_child;

		while (child >= 0 && !component_is(fdt->nodes[child].name, path, len))
			child = fdt->nodes[child].next_sibling;
		if (child < 0)
			return -1;
		node = child;
		path += len;
		while (*path == '/')
			path++;
	}
	return node;
}

const char *dt_node_path(const struct fdt *fdt, int node)
{
	const char *path = "";

	if (node == 0)
		return "/";
	for (; node > 0; node = fdt->nodes[node].parent)
		path = arena_printf(fdt->arena, "/%s%s", fdt->nodes[node].name, path);
	return path;
}

const struct fdt_prop *dt_getprop(const struct fdt *fdt, int node, const char *name)
{
	if (node < 0)
		return NULL;
	for (size_t i = 0; i < fdt->nodes[node].nr_props; i++) {
		const struct fdt_prop *prop = &fdt->nodes[node].props[i];

		if (same_text(prop->name, name) && !prop->nop)
			return prop;
	}
	return NULL;
}

bool dt_has_prop(const struct fdt *fdt, int node, const char *name)
{
	return dt_getprop(fdt, node, name);
}

const char *dt_getprop_str(const struct fdt *fdt, int node, const char *name)
{
	const struct fdt_prop *prop = dt_getprop(fdt, node, name);

	return prop && prop->len && memchr(prop->data, 0, prop->len) ? (const char *)prop->data : NULL;
}

uint64_t dt_read_cells(const struct fdt_prop *prop, size_t first, unsigned cells)
{
	uint64_t value = 0;

	assert((first + cells) * 4 <= prop->len);
	for (unsigned i = 0; i < cells; i++)
		value = value << 32 | be32_at(prop->data + (first + i) * 4);
	return value;
}

bool dt_getprop_u64(const struct fdt *fdt, int node, const char *name, unsigned cells, uint64_t *ret)
{
	const struct fdt_prop *prop = dt_getprop(fdt, node, name);

	if (!prop || prop->len < 4 * cells)
		return false;
	*ret = dt_read_cells(prop, 0, cells);
	return true;
}

bool dt_available(const struct fdt *fdt, int node)
{
	const char *status = dt_getprop_str(fdt, node, "status");

	return !dt_has_prop(fdt, node, "status") || (status && (!strcmp(status, "ok") || !strcmp(status, "okay")));
}

bool dt_has_string(const struct fdt *fdt, int node, const char *name, const char *word)
{
	const struct fdt_prop *prop = dt_getprop(fdt, node, name);
	size_t at = 0;

	while (prop && at < prop->len) {
		size_t len = strnlen((const char *)prop->data + at, prop->len - at);

		if (len == strlen(word) && !memcmp(prop->data + at, word, len))
			return true;
		at += len + 1;
	}
	return false;
}

int dt_next(const struct fdt *fdt, int node)
{
	/* Nodes that firmware added stand at the end, out of depth-first order. */
	const struct fdt_node *n = &fdt->nodes[node];

	if (n->first_child >= 0)
		return n->first_child;
	while (node >= 0 && fdt->nodes[node].next_sibling < 0)
		node = fdt->nodes[node].parent;
	return node < 0 ? -1 : fdt->nodes[node].next_sibling;
}

void dt_setprop(struct fdt *fdt, int node, const char *name, const void *data, uint32_t len)
{
	struct fdt_prop prop = { .name = name, .len = len };
	struct fdt_prop *old = (struct fdt_prop *)dt_getprop(fdt, node, name);

	prop.data = memcpy(arena_alloc(fdt->arena, (size_t)len + 1), data, len);
	if (old)
		*old = prop;
	else
		append_prop(fdt, &fdt->nodes[node], prop);
}

int dt_add_node(struct fdt *fdt, int parent, const char *name)
{
	int index = (int)fdt->nr_nodes, *link = &fdt->nodes[parent].first_child;
	struct fdt_node node = {
		.name = name, .parent = parent, .first_child = -1, .next_sibling = -1,
		.depth = fdt->nodes[parent].depth + 1, .offset = UINT32_MAX,
	};

	while (*link >= 0)
		link = &fdt->nodes[*link].next_sibling;
	*link = index;
	fdt->nodes = arena_grow(fdt->arena, fdt->nodes, fdt->nr_nodes, fdt->nr_nodes + 1, sizeof(node));
	fdt->nodes[fdt->nr_nodes++] = node;
	return index;
}

void dt_delprop(struct fdt *fdt, int node, const char *name)
{
	struct fdt_node *n = &fdt->nodes[node];

	for (size_t i = 0; i < n->nr_props; i++) {
		if (strcmp(n->props[i].name, name))
			continue;
		memmove(&n->props[i], &n->props[i + 1], (n->nr_props - i - 1) * sizeof(*n->props));
		n->nr_props--;
		return;
	}
}

void dt_remove_node(struct fdt *fdt, int node)
{
	int *link = &fdt->nodes[fdt->nodes[node].parent].first_child;

	while (*link != node)
		link = &fdt->nodes[*link].next_sibling;
	*link = fdt->nodes[node].next_sibling;
}

void dt_add_memreserve(struct fdt *fdt, phys_addr_t base, phys_addr_t size)
{
	fdt->memreserve = arena_grow(fdt->arena, fdt->memreserve, fdt->nr_memreserve, fdt->nr_memreserve + 1,
				     sizeof(*fdt->memreserve));
	fdt->memreserve[fdt->nr_memreserve++] = (struct phys_range){ base, size };
}

/* ---------------------------------------------------------------- a blob, changed */

static bool is_sound(const void *dtb, size_t size)
{
	struct mm_error ignored;

	return !check_size(size, &ignored) && !mm_tree_check(dtb, size, &ignored);
}

const void *mm_tree_property(const void *dtb, size_t size, const char *path, const char *property, size_t *len)
{
	int node = is_sound(dtb, size) ? fdt_path_offset(dtb, path) : -FDT_ERR_BADSTRUCTURE, n;
	const void *value = node < 0 ? NULL : fdt_getprop(dtb, node, property, &n);

	if (value)
		*len = (size_t)n;
	return value;
}

int mm_tree_with(const void *dtb, size_t size, const char *path, const char *property, const void *value, size_t len,
		 void *out, size_t *out_size)
{
	int node, err;

	if (!is_sound(dtb, size) || len > FDT_MAX_BYTES)
		return -EINVAL;
	if (*out_size > INT32_MAX || fdt_open_into(dtb, out, (int)*out_size))
		return -ENOSPC;
	node = fdt_path_offset(out, path);
	if (node < 0)
		return -ENOENT;
	err = value ? fdt_setprop(out, node, property, value, (int)len) : fdt_delprop(out, node, property);
	if (err && err != -FDT_ERR_NOTFOUND)
		return err == -FDT_ERR_NOSPACE ? -ENOSPC : -EINVAL;
	fdt_pack(out);
	*out_size = fdt_totalsize(out);
	return 0;
}
