// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/container.h"

#include "daemon/base/fail.h"
#include "daemon/image/bzip2.h"
#include "daemon/image/head.h"

#include <errno.h>
#include <stdio.h>

static void layer(struct container *c, const char *name)
{
	size_t len = strlen(c->layers);

	snprintf(c->layers + len, sizeof(c->layers) - len, "%s%s", len ? ", " : "", name);
}

/* Opens a package: its kernel, and the files beside that. */
static int open_package(struct container *c, struct span *file, struct mm_error *error)
{
	struct package package = { 0 };
	int err = package_open(*file, c->pool, &package, error);

	if (err)
		return err;
	layer(c, "package");
	if (!package.kernel_name)
		return fail_at(error, -EBADMSG, c->layers, NULL, (int64_t)file->len,
			       "holds no kernel (boot/vmlinuz-*); linux-image packages have one, linux-base and linux-headers do not");
	layer(c, package.kernel_name);
	c->config = package.config;
	c->map = package.map;
	*file = package.kernel;
	return 0;
}

static int open_vmlinux(struct container *c, struct span *file, struct mm_error *error)
{
	layer(c, "ELF vmlinux");
	c->elf = *file;
	return vmlinux_open(c->elf, c->pool, file, error);
}

static int open_compression(struct container *c, struct span *file, struct mm_error *error)
{
	layer(c, compression_name(*file));
	/* The mate has the outermost file only. */
	if (c->shared && c->depth == 1 && bzip2_open(*file, c->shared, c->pool, file))
		return 0;
	return compression_open(*file, c->pool, file, error);
}

static int open_lzop(struct container *c, struct span *file, struct mm_error *error)
{
	layer(c, "lzo");
	return lzop_open(*file, c->pool, file, error);
}

static int open_zboot(struct container *c, struct span *file, struct mm_error *error)
{
	layer(c, "EFI zboot");
	return zboot_open(*file, file, error);
}

static int open_uimage(struct container *c, struct span *file, struct mm_error *error)
{
	layer(c, "uImage");
	return uimage_open(*file, file, error);
}

static int open_bootimg(struct container *c, struct span *file, struct mm_error *error)
{
	layer(c, "Android boot.img");
	return bootimg_open(*file, file, error);
}

static int open_fit(struct container *c, struct span *file, struct mm_error *error)
{
	layer(c, "FIT");
	return fit_open(*file, c->pool, file, error);
}

#define MAGIC(at, text) { at, sizeof(text) - 1, text }

/* What a kernel can be wrapped in. */
static const struct wrapper {
	struct { uint64_t at; size_t len; const char *bytes; } magic;
	int (*open)(struct container *c, struct span *file, struct mm_error *error);
} wrappers[] = {
	{ MAGIC(0, "\x1f\x8b"), open_compression },
	{ MAGIC(0, "BZh"), open_compression },
	{ MAGIC(0, "\xfd" "7zXZ\0"), open_compression },
	{ MAGIC(0, "\x5d\0\0"), open_compression },
	{ MAGIC(0, "\x28\xb5\x2f\xfd"), open_compression },
	{ MAGIC(0, "\x04\x22\x4d\x18"), open_compression },
	{ MAGIC(0, "\x02\x21\x4c\x18"), open_compression },
	{ MAGIC(0, "\x89LZO\0\r\n\x1a\n"), open_lzop },
	{ MAGIC(4, "zimg"), open_zboot },
	{ MAGIC(0, "\x27\x05\x19\x56"), open_uimage },
	{ MAGIC(0, "ANDROID!"), open_bootimg },
	{ MAGIC(0, "\xd0\x0d\xfe\xed"), open_fit },
	{ MAGIC(0, "\x7f" "ELF"), open_vmlinux },
};

static const struct wrapper *wrapper_of(struct span file)
{
	static const struct wrapper package = { .open = open_package };

	if (package_is(file))
		return &package;
	for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
		if (span_is(file, wrappers[i].magic.at, wrappers[i].magic.bytes, wrappers[i].magic.len))
			return &wrappers[i];
	return NULL;
}

int container_open(struct span file, void *shared, struct pool *pool, struct container *ret, struct mm_error *error)
{
	const struct wrapper *wrapper;
	int err;

	*ret = (struct container){ .pool = pool, .shared = shared };
	while (!ret->elf.len && !head_is(file) && (wrapper = wrapper_of(file))) {
		if (ret->depth++ == CONTAINER_MAX_DEPTH)
			return fail(error, -EBADMSG, ret->layers, "is wrapped more than %d times", CONTAINER_MAX_DEPTH);
		err = wrapper->open(ret, &file, error);
		if (err)
			return err;
	}
	ret->image = file;
	if (!ret->depth)
		layer(ret, "Image");
	return head_check(file, ret->depth ? ret->layers : NULL, error);
}

int container_text(struct span file, const char *const *like, struct pool *pool, struct span *ret,
		   struct mm_error *error)
{
	struct package package = { 0 };
	int err = 0;

	for (int i = 0; i < 2 && !err && compression_name(file); i++)
		err = compression_open(file, pool, &file, error);
	if (!err && package_is(file)) {
		err = package_open(file, pool, &package, error);
		file = like ? package.map : package.config;
	}
	if (!err)
		*ret = file;
	return err;
}
