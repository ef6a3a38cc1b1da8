// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel packages: Debian's and Ubuntu's .deb (an ar of a compressed tar), and what else is a tar, cpio or rpm. */
#include "daemon/image/container.h"

#include "daemon/base/fail.h"
#include "daemon/image/vmlinux.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>

/* Packages have some thousand modules; one with more entries than this is refused. */
#define MAX_ENTRIES	200000
#define CHUNK		(256u << 10)

bool package_is(struct span file)
{
	return span_is(file, 0, "!<arch>\n", 8) || span_is(file, 0, "\xed\xab\xee\xdb", 4) ||
	       span_is(file, 257, "ustar", 5);
}

/* A member of the outer archive as the file of an inner one. */
struct inner {
	struct archive *outer;
	uint8_t buffer[CHUNK];
};

static la_ssize_t read_inner(struct archive *archive, void *ctx, const void **buffer)
{
	struct inner *inner = ctx;

	(void)archive;
	*buffer = inner->buffer;
	return archive_read_data(inner->outer, inner->buffer, sizeof(inner->buffer));
}

static struct archive *reader(void)
{
	struct archive *archive = archive_read_new();

	if (!archive)
		return NULL;
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_lzma(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_filter_lz4(archive);
	archive_read_support_filter_rpm(archive);
	archive_read_support_format_ar(archive);
	archive_read_support_format_tar(archive);
	archive_read_support_format_cpio(archive);
	return archive;
}

static const char *const kernel_names[] = {
	"*boot/vmlinux-*", "*boot/vmlinuz-*", "*lib/modules/*/vmlinuz", "*boot/vmlinuz", "*boot/Image-*", "*boot/Image",
	"*boot/Image.gz", "*lib/linux-image-*/vmlinuz", NULL,
};
static const char *const config_names[] = { "*boot/config-*", "*lib/modules/*/config", "*lib/linux-*/config", NULL };
static const char *const map_names[] = { "*boot/System.map-*", "*lib/modules/*/System.map", NULL };

static bool is_named(const char *path, const char *const *patterns)
{
	for (; *patterns; patterns++)
		if (!fnmatch(*patterns, path, 0))
			return true;
	return false;
}

/* Up to @max bytes of the entry after the first @len; how many it has then, or -1. */
static la_ssize_t read_up_to(struct archive *archive, uint8_t *to, size_t len, size_t max)
{
	la_ssize_t n = 0;

	while (len < max && (n = archive_read_data(archive, to + len, max - len)) > 0)
		len += (size_t)n;
	return n < 0 ? -1 : (la_ssize_t)len;
}

/*
 * A vmlinux with its debug information may be larger than what can be held (Debian's -dbg packages: 270 MB and more).  What is
 * loaded stands first in it, and has the symbols and types that the kernel itself has; that much is read.
 */
static size_t wanted_of(struct span head, int64_t size)
{
	uint64_t loaded = size >= (int64_t)CONTAINER_MAX_IMAGE ? vmlinux_loaded(head) : 0;

	return loaded && loaded < CONTAINER_MAX_IMAGE ? (size_t)loaded : CONTAINER_MAX_IMAGE;
}

/* The content of an entry of @size bytes, as its header says; -EBADMSG if it cannot be read or is too large. */
static int read_entry(struct archive *archive, int64_t size, struct pool *pool, struct span *ret, const char *path,
		      struct mm_error *error)
{
	uint8_t *to = pool_map(pool, CONTAINER_MAX_IMAGE);
	la_ssize_t len = read_up_to(archive, to, 0, CHUNK);
	size_t max = len > 0 ? wanted_of((struct span){ to, (size_t)len }, size) : CHUNK;

	if (len > 0 && (size_t)len < max)
		len = read_up_to(archive, to, (size_t)len, max);
	if (len < 0)
		return fail_at(error, -EBADMSG, "package", path, archive_filter_bytes(archive, -1),
			       "cannot be read to its end; the package is truncated or damaged");
	if ((size_t)len == CONTAINER_MAX_IMAGE)
		return fail_at(error, -EBADMSG, "package", path, archive_filter_bytes(archive, -1),
			       "is larger than %zu bytes, the limit of a packed file; unpack the package and give it the file itself", max);
	if (max < CONTAINER_MAX_IMAGE && (size_t)len >= max) {
		len = (la_ssize_t)max;
		vmlinux_cut(to);
	}
	pool_trim(pool, (size_t)len);
	*ret = (struct span){ to, (size_t)len };
	return 0;
}

static int take_entry(struct archive *archive, struct archive_entry *entry, struct pool *pool, struct package *ret,
		      struct mm_error *error)
{
	const char *path = archive_entry_pathname(entry);
	int64_t size = archive_entry_size(entry);

	if (!path || archive_entry_filetype(entry) != AE_IFREG)
		return 0;
	if (!ret->kernel.len && is_named(path, kernel_names)) {
		ret->kernel_name = pool_text(pool, path, strnlen(path, 128));
		return read_entry(archive, size, pool, &ret->kernel, path, error);
	}
	if (!ret->config.len && is_named(path, config_names))
		return read_entry(archive, size, pool, &ret->config, path, error);
	if (!ret->map.len && is_named(path, map_names))
		return read_entry(archive, size, pool, &ret->map, path, error);
	return 0;
}

static int read_entries(struct archive *archive, struct pool *pool, struct package *ret, struct mm_error *error)
{
	struct archive_entry *entry;
	int status = ARCHIVE_OK, err = 0;

	for (int i = 0; !err && i < MAX_ENTRIES; i++) {
		if (ret->kernel.len && ret->config.len && ret->map.len)
			return 0;
		status = archive_read_next_header(archive, &entry);
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
			break;
		err = take_entry(archive, entry, pool, ret, error);
	}
	if (!err && status != ARCHIVE_EOF && !ret->kernel.len)
		err = fail_at(error, -EBADMSG, "package", NULL, archive_filter_bytes(archive, -1),
			      "cannot be read to its end; it is truncated or damaged");
	return err;
}

/* "data.tar.xz" in the ar of a .deb. */
static int read_data_tar(struct archive *outer, struct pool *pool, struct package *ret, struct mm_error *error)
{
	struct inner *inner = pool_alloc(pool, 1, sizeof(*inner));
	struct archive *archive = reader();
	int err;

	if (!archive)
		return fail(error, -ENOMEM, "package", "no memory to unpack it");
	inner->outer = outer;
	if (archive_read_open(archive, inner, NULL, read_inner, NULL) != ARCHIVE_OK)
		err = fail(error, -EBADMSG, "package", "its data.tar cannot be read: %s",
			   archive_error_string(archive) ? archive_error_string(archive) : "damaged");
	else
		err = read_entries(archive, pool, ret, error);
	archive_read_free(archive);
	return err;
}

static int read_ar(struct archive *archive, struct pool *pool, struct package *ret, struct mm_error *error)
{
	struct archive_entry *entry;

	for (int i = 0; i < 16 && archive_read_next_header(archive, &entry) == ARCHIVE_OK; i++) {
		const char *path = archive_entry_pathname(entry);

		if (path && !strncmp(path, "data.tar", 8))
			return read_data_tar(archive, pool, ret, error);
	}
	return fail(error, -EBADMSG, "package", "is an ar archive without data.tar; it is not a Debian package, or it is truncated");
}

int package_open(struct span file, struct pool *pool, struct package *ret, struct mm_error *error)
{
	struct archive *archive = reader();
	int err;

	if (!archive)
		return fail(error, -ENOMEM, "package", "no memory to unpack it");
	if (archive_read_open_memory(archive, file.at, file.len) != ARCHIVE_OK)
		err = fail(error, -EBADMSG, "package", "cannot be read: %s",
			   archive_error_string(archive) ? archive_error_string(archive) : "damaged");
	else
		err = (span_is(file, 0, "!<arch>", 7) ? read_ar : read_entries)(archive, pool, ret, error);
	/* The byte where reading stopped; libarchive gives none if it could not begin. */
	if (err == -EBADMSG && error->offset < 0)
		error->offset = archive_filter_bytes(archive, -1) > 0 ? archive_filter_bytes(archive, -1) : (int64_t)file.len;
	archive_read_free(archive);
	return err;
}
