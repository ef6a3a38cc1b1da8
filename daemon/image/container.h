/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * container.h - from a file as people have it to the Image inside.
 *
 * A vmlinuz may be a package that holds a compressed EFI image that holds a
 * compressed Image.  Each layer is recognised by its first bytes, never by its
 * file's name, and opened into memory of the pool.
 */
#ifndef MMSCOPE_IMAGE_CONTAINER_H
#define MMSCOPE_IMAGE_CONTAINER_H

#include "daemon/image/pool.h"
#include "mmcore/mm.h"

#define CONTAINER_MAX_DEPTH	6
/* The largest Image or package member that is opened, in bytes unpacked. */
#define CONTAINER_MAX_IMAGE	(192u << 20)
/* A Kconfig result, System.map or boot log. */
#define CONTAINER_MAX_TEXT	(32u << 20)

struct container {
	struct pool *pool;
	void *shared;			/* memory shared with a mate (bzip2.h) that has the same file; NULL: no mate */
	struct span image;		/* the raw Image; of a vmlinux, its segments laid out as one */
	struct span elf;		/* the vmlinux, if there is one */
	struct span config, map;	/* files of the package beside the kernel; may be empty */
	char layers[256];		/* "Debian package, boot/vmlinuz-6.1, gzip" */
	int depth;
};

/* Fills @ret.  -EBADMSG: @error says in one sentence what @file looked like and at which byte. */
int container_open(struct span file, void *shared, struct pool *pool, struct container *ret, struct mm_error *error);
/* A text that may be compressed, or be a member of a package (@like: "config-*"); -EBADMSG. */
int container_text(struct span file, const char *const *like, struct pool *pool, struct span *ret,
		   struct mm_error *error);

/* ---- the layers; each file one.  @at counts from the layer's own first byte. */

/* The compression's name - gzip, zstd, xz, lzma, lz4, bzip2 - or NULL. */
const char *compression_name(struct span file);
int compression_open(struct span file, struct pool *pool, struct span *ret, struct mm_error *error);
/* Unpacks @file to @to; false: it is damaged, or larger than @max bytes. */
bool compression_unpack(struct span file, uint8_t *to, size_t max, size_t *len);
int lzop_open(struct span file, struct pool *pool, struct span *ret, struct mm_error *error);
int zboot_open(struct span file, struct span *ret, struct mm_error *error);
int uimage_open(struct span file, struct span *ret, struct mm_error *error);
int bootimg_open(struct span file, struct span *ret, struct mm_error *error);
int fit_open(struct span file, struct pool *pool, struct span *ret, struct mm_error *error);
int vmlinux_open(struct span file, struct pool *pool, struct span *ret, struct mm_error *error);

struct package {
	struct span kernel, config, map;
	const char *kernel_name;
};

bool package_is(struct span file);
int package_open(struct span file, struct pool *pool, struct package *ret, struct mm_error *error);

#endif
