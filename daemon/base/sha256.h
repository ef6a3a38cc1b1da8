/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sha256.h - FIPS 180-4 SHA-256, for run ids. */
#ifndef MMSCOPE_SHA256_H
#define MMSCOPE_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
	uint32_t h[8];
	uint64_t len;			/* bytes so far */
	unsigned char block[64];	/* the part not yet mixed in */
};

void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *data, size_t len);
/* Lower-case hex and a NUL; @sha is used up. */
void sha256_hex(struct sha256 *sha, char hex[65]);

#endif
