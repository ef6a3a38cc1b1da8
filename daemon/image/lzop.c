// SPDX-License-Identifier: GPL-2.0-or-later
/* lzop's file format, which the kernel's build uses for CONFIG_KERNEL_LZO; all numbers are big-endian. */
#include "daemon/image/container.h"

#include "daemon/base/fail.h"

#include <errno.h>
#include <lzo/lzo1x.h>

#define FLAG_ADLER_OUT	0x001u
#define FLAG_ADLER_IN	0x002u
#define FLAG_EXTRA	0x040u
#define FLAG_CRC_OUT	0x100u
#define FLAG_CRC_IN	0x200u
#define FLAG_FILTER	0x800u
#define MAX_BLOCK	(64u << 20)

/* Where the blocks begin. */
static uint64_t skip_head(struct span file, uint32_t *flags)
{
	uint16_t version = span_be16(file, 9);
	uint64_t at = version >= 0x0940 ? 17 : 14;

	*flags = span_be32(file, at);
	at += *flags & FLAG_FILTER ? 8 : 4;
	at += version >= 0x0940 ? 12 : 8;
	at += 1 + (span_has(file, at, 1) ? file.at[at] : 0) + 4;
	return *flags & FLAG_EXTRA ? at + 4 + span_be32(file, at) + 4 : at;
}

static int broken(struct mm_error *error, uint64_t at, const char *how)
{
	return fail_at(error, -EBADMSG, "lzo", NULL, (int64_t)at, "%s", how);
}

static int read_blocks(struct span file, uint64_t at, uint32_t flags, uint8_t *to, size_t *len, struct mm_error *error)
{
	for (;;) {
		uint32_t out = span_be32(file, at), in = span_be32(file, at + 4);
		unsigned int sums = !!(flags & FLAG_ADLER_OUT) + !!(flags & FLAG_CRC_OUT);
		lzo_uint done = CONTAINER_MAX_IMAGE - *len;

		if (!span_has(file, at, 4))
			return broken(error, at, "ends in the middle of its data");
		if (!out)
			return 0;
		if (in < out)
			sums += !!(flags & FLAG_ADLER_IN) + !!(flags & FLAG_CRC_IN);
		at += 8 + 4 * sums;
		if (in > out || out > MAX_BLOCK || out > done || !span_has(file, at, in))
			return broken(error, at, "has a block that cannot be");
		if (in == out)
			memcpy(to + *len, file.at + at, done = in);
		else if (lzo1x_decompress_safe(file.at + at, in, to + *len, &done, NULL) != LZO_E_OK || done != out)
			return broken(error, at, "has a block that does not unpack");
		*len += done;
		at += in;
	}
}

int lzop_open(struct span file, struct pool *pool, struct span *ret, struct mm_error *error)
{
	uint8_t *to = pool_map(pool, CONTAINER_MAX_IMAGE);
	uint32_t flags;
	size_t len = 0;
	uint64_t at = skip_head(file, &flags);
	int err = read_blocks(file, at, flags, to, &len, error);

	if (err)
		return err;
	pool_trim(pool, len);
	*ret = (struct span){ to, len };
	return 0;
}
