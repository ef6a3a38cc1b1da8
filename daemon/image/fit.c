// SPDX-License-Identifier: GPL-2.0-or-later
/* U-Boot's FIT: a device tree whose /configurations name the parts under /images. */
#include "daemon/image/container.h"

#include "daemon/base/fail.h"

#include <errno.h>
#include <libfdt.h>

static int no_kernel(struct mm_error *error, const char *node, const char *why)
{
	return fail_at(error, -EBADMSG, "FIT", node, -1, "%s", why);
}

/* A property's text; NULL if it is none. */
static const char *text(const void *fdt, int node, const char *name)
{
	int len;
	const char *value = fdt_getprop(fdt, node, name, &len);

	return value && len > 0 && !value[len - 1] ? value : NULL;
}

static bool number(const void *fdt, int node, const char *name, uint32_t *ret)
{
	int len;
	const uint8_t *value = fdt_getprop(fdt, node, name, &len);

	if (!value || len != 4)
		return false;
	*ret = span_be32((struct span){ value, 4 }, 0);
	return true;
}

/* The default configuration's kernel, else the first image of type kernel. */
static int find_kernel(const void *fdt)
{
	int configurations = fdt_path_offset(fdt, "/configurations"), images = fdt_path_offset(fdt, "/images"), node;
	const char *name = configurations >= 0 ? text(fdt, configurations, "default") : NULL;

	node = name ? fdt_subnode_offset(fdt, configurations, name) : -1;
	name = node >= 0 ? text(fdt, node, "kernel") : NULL;
	node = name ? fdt_subnode_offset(fdt, images, name) : -1;
	if (node >= 0)
		return node;
	fdt_for_each_subnode(node, fdt, images) {
		name = text(fdt, node, "type");
		if (name && (!strcmp(name, "kernel") || !strcmp(name, "kernel_noload")))
			return node;
	}
	return -1;
}

/* The data is inside the tree, behind it (data-offset), or anywhere in the file (data-position). */
static struct span data_of(struct span file, const void *fdt, int node)
{
	uint32_t at, size = 0;
	int len;
	const void *data = fdt_getprop(fdt, node, "data", &len);

	if (data && len > 0)
		return (struct span){ data, (size_t)len };
	number(fdt, node, "data-size", &size);
	if (number(fdt, node, "data-position", &at))
		return span_sub(file, at, size);
	if (number(fdt, node, "data-offset", &at))
		return span_sub(file, (uint64_t)((fdt_totalsize(fdt) + 3) & ~3u) + at, size);
	return (struct span){ 0 };
}

int fit_open(struct span file, struct pool *pool, struct span *ret, struct mm_error *error)
{
	const void *fdt = file.at;
	struct mm_error broken;
	const char *arch;
	int node;

	/* libfdt wants its tree at an address that is a multiple of 8. */
	if ((uintptr_t)fdt & 7)
		fdt = memcpy(pool_map(pool, file.len), file.at, file.len);
	if (mm_tree_check(fdt, file.len < INT32_MAX ? file.len : INT32_MAX, &broken))
		return fail_at(error, -EBADMSG, "FIT", NULL, 4, "is a broken device tree");
	if (fdt_path_offset(fdt, "/images") < 0)
		return no_kernel(error, "/", "is a device tree without /images, not a FIT; give it to mmscope boot");
	node = find_kernel(fdt);
	if (node < 0)
		return no_kernel(error, "/images", "has no image of type kernel");
	arch = text(fdt, node, "arch");
	if (arch && strcmp(arch, "arm64"))
		return fail_at(error, -EBADMSG, "FIT", fdt_get_name(fdt, node, NULL), -1,
			       "is a kernel for %.32s; mmscope knows arm64 only", arch);
	*ret = data_of(file, fdt, node);
	return ret->len ? 0 : no_kernel(error, fdt_get_name(fdt, node, NULL), "has no data, or beyond the end of the file");
}
