// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/coding.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

/*
 * The events of qemu-virt (465 kB): gzip 1, 6, 9 leave 10.4, 7.0, 6.7 % in 1.8, 6.0, 13.8 ms; zstd 1, 3, 6, 9 leave
 * 7.3, 7.2, 5.9, 5.7 % in 2.0, 3.7, 16, 28 ms. An answer is coded once and kept, but whoever asks first waits for it.
 */
#define GZIP_LEVEL	6
#define GZIP_WINDOW	(15 + 16)	/* deflateInit2(): the largest window, and gzip's header around it */
#define GZIP_MEMORY	8
#define ZSTD_LEVEL	3

#define PIECE		(32u << 10)

struct coder {
	enum coding coding;
	z_stream gzip;
	ZSTD_CStream *zstd;
};

const char *coding_name(enum coding coding)
{
	static const char *const names[NR_CODINGS] = {
		[CODING_IDENTITY] = "identity", [CODING_GZIP] = "gzip", [CODING_ZSTD] = "zstd",
	};

	return names[coding];
}

static bool start(struct coder *coder)
{
	if (coder->coding == CODING_GZIP)
		return deflateInit2(&coder->gzip, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) == Z_OK;
	coder->zstd = ZSTD_createCStream();
	return coder->zstd && !ZSTD_isError(ZSTD_CCtx_setParameter(coder->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)) &&
	       !ZSTD_isError(ZSTD_CCtx_setParameter(coder->zstd, ZSTD_c_checksumFlag, 1));
}

struct coder *coder_new(enum coding coding)
{
	struct coder *coder = calloc(1, sizeof(*coder));

	if (!coder)
		return NULL;
	coder->coding = coding;
	if (start(coder))
		return coder;
	coder_free(coder);
	return NULL;
}

void coder_free(struct coder *coder)
{
	if (!coder)
		return;
	if (coder->coding == CODING_GZIP)
		deflateEnd(&coder->gzip);
	ZSTD_freeCStream(coder->zstd);
	free(coder);
}

/* True: everything that could be written for this input was. */
static bool gzip_piece(struct coder *coder, int flush, char *piece, struct bytes *out)
{
	z_stream *z = &coder->gzip;
	int ret;

	z->next_out = (unsigned char *)piece;
	z->avail_out = PIECE;
	ret = deflate(z, flush);
	if (ret == Z_STREAM_ERROR)
		out->failed = true;
	bytes_add(out, piece, PIECE - z->avail_out);
	return out->failed || ret == Z_STREAM_END || (flush == Z_NO_FLUSH && !z->avail_in);
}

static void gzip(struct coder *coder, const void *data, size_t len, bool last, struct bytes *out)
{
	char piece[PIECE];

	coder->gzip.next_in = (unsigned char *)(uintptr_t)data;
	do {
		size_t part = len > INT_MAX ? INT_MAX : len;

		coder->gzip.avail_in = (unsigned int)part;
		len -= part;
		while (!gzip_piece(coder, last ? Z_FINISH : Z_NO_FLUSH, piece, out))
			;
	} while (len && !out->failed);
}

static void zstd(struct coder *coder, const void *data, size_t len, bool last, struct bytes *out)
{
	ZSTD_inBuffer in = { data, len, 0 };
	char piece[PIECE];
	size_t left;

	do {
		ZSTD_outBuffer to = { piece, sizeof(piece), 0 };

		left = ZSTD_compressStream2(coder->zstd, &to, &in, last ? ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left))
			out->failed = true;
		bytes_add(out, piece, to.pos);
	} while (!out->failed && (last ? left : in.pos < in.size));
}

static void code(struct coder *coder, const void *data, size_t len, bool last, struct bytes *out)
{
	if (out->failed)
		return;
	if (coder->coding == CODING_GZIP)
		gzip(coder, data, len, last, out);
	else
		zstd(coder, data, len, last, out);
}

void coder_add(struct coder *coder, const void *data, size_t len, struct bytes *out)
{
	code(coder, data, len, false, out);
}

void coder_end(struct coder *coder, struct bytes *out)
{
	code(coder, "", 0, true, out);
}
