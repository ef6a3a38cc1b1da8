// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/container.h"

#include "daemon/base/fail.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

static const struct format {
	const char *magic;
	size_t len;
	const char *name;
	int (*support)(struct archive *archive);
} formats[] = {
	{ "\x1f\x8b", 2, "gzip", archive_read_support_filter_gzip },
	{ "BZh", 3, "bzip2", archive_read_support_filter_bzip2 },
	{ "\xfd" "7zXZ\0", 6, "xz", archive_read_support_filter_xz },
	{ "\x5d\0\0", 3, "lzma", archive_read_support_filter_lzma },
	{ "\x28\xb5\x2f\xfd", 4, "zstd", archive_read_support_filter_zstd },
	{ "\x04\x22\x4d\x18", 4, "lz4", archive_read_support_filter_lz4 },
	{ "\x02\x21\x4c\x18", 4, "lz4", archive_read_support_filter_lz4 },
};

static const struct format *format_of(struct span file)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (span_is(file, 0, formats[i].magic, formats[i].len))
			return &formats[i];
	return NULL;
}

const char *compression_name(struct span file)
{
	const struct format *format = format_of(file);

	return format ? format->name : NULL;
}

/* All of it, as far as it goes, block by block: what came before one that is damaged counts; the reason why it did not go to the end, or 0. */
static int read_all(struct archive *archive, uint8_t *to, size_t max, size_t *len)
{
	while (*len < max) {
		const void *block;
		la_int64_t offset;
		size_t n;
		int ret = archive_read_data_block(archive, &block, &n, &offset);

		if (ret == ARCHIVE_RETRY)
			continue;
		if (ret != ARCHIVE_OK)
			return ret == ARCHIVE_EOF ? ARCHIVE_OK : ret;
		if (n > max - *len)
			n = max - *len;
		memcpy(to + *len, block, n);
		*len += n;
	}
	return ARCHIVE_FATAL;
}

static int open_raw(struct archive *archive, const struct format *format, struct span file)
{
	struct archive_entry *entry;

	/* ARCHIVE_WARN: libarchive would run a program for this; it would not get far in here. */
	if (format->support(archive) != ARCHIVE_OK || archive_read_support_format_raw(archive) != ARCHIVE_OK)
		return ARCHIVE_FATAL;
	if (archive_read_open_memory(archive, file.at, file.len) != ARCHIVE_OK)
		return ARCHIVE_FATAL;
	if (archive_read_next_header(archive, &entry) != ARCHIVE_OK)
		return ARCHIVE_FATAL;
	/* What is cut in its head is no such thing to libarchive, which would hand it on as it is. */
	return archive_filter_code(archive, 0) == ARCHIVE_FILTER_NONE ? ARCHIVE_FATAL : ARCHIVE_OK;
}

/* The byte where unpacking stopped; libarchive gives none if it could not begin. */
static int64_t stopped_at(struct archive *archive, struct span file)
{
	int64_t at = archive_filter_bytes(archive, -1);

	return at > 0 ? at : (int64_t)file.len;
}

int compression_open(struct span file, struct pool *pool, struct span *ret, struct mm_error *error)
{
	const struct format *format = format_of(file);
	uint8_t *to = pool_map(pool, CONTAINER_MAX_IMAGE);
	struct archive *archive = archive_read_new();
	size_t len = 0;
	int err = 0;

	if (!archive)
		return fail(error, -ENOMEM, format->name, "no memory to unpack it");
	if (open_raw(archive, format, file) != ARCHIVE_OK || read_all(archive, to, CONTAINER_MAX_IMAGE, &len) != ARCHIVE_OK)
		err = fail_at(error, -EBADMSG, format->name, NULL, stopped_at(archive, file),
			      len == CONTAINER_MAX_IMAGE ? "unpacks to more than %zu bytes, the limit" :
			      "cannot be unpacked beyond %zu bytes; it is truncated or damaged", len);
	archive_read_free(archive);
	if (err)
		return err;
	pool_trim(pool, len);
	*ret = (struct span){ to, len };
	return 0;
}

bool compression_unpack(struct span file, uint8_t *to, size_t max, size_t *len)
{
	const struct format *format = format_of(file);
	struct archive *archive = format ? archive_read_new() : NULL;
	bool whole;

	*len = 0;
	whole = archive && open_raw(archive, format, file) == ARCHIVE_OK && read_all(archive, to, max, len) == ARCHIVE_OK;
	archive_read_free(archive);
	return whole;
}
