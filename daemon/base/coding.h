/* SPDX-License-Identifier: GPL-2.0-or-later */
/* coding.h - compress what is sent to a client, in HTTP's content codings, by zlib and libzstd. */
#ifndef MMSCOPE_CODING_H
#define MMSCOPE_CODING_H

#include "daemon/base/bytes.h"

enum coding { CODING_IDENTITY, CODING_GZIP, CODING_ZSTD, NR_CODINGS };

/* Its name in Accept-Encoding and Content-Encoding. */
const char *coding_name(enum coding coding);

struct coder;

/* Of any coding but identity; NULL without memory. */
struct coder *coder_new(enum coding coding);
/* NULL is fine. */
void coder_free(struct coder *coder);
/* Code @len more bytes; what is ready is appended to @out. Running out of memory sets out->failed. */
void coder_add(struct coder *coder, const void *data, size_t len, struct bytes *out);
/* There are no more. */
void coder_end(struct coder *coder, struct bytes *out);

#endif
