/* SPDX-License-Identifier: GPL-2.0-or-later */
/* release.h - which release an image is, and what only the release tells. */
#ifndef MMSCOPE_IMAGE_RELEASE_H
#define MMSCOPE_IMAGE_RELEASE_H

#include "daemon/image/profile.h"

/* "Linux version ..." of the image, without its newline; NULL: there is none. */
const char *release_banner(struct span image, struct pool *pool);
/* "6.1.176": the upstream release.  Distributions that freeze it ("6.1.0-50-arm64") say it after "Debian",
 * or in CONFIG_VERSION_SIGNATURE. */
const char *release_version(const char *banner, const struct profile *profile);
/* major * 100 + minor; 0: not a version. */
unsigned int release_number(const char *version);
/* "6.12.107+deb13-arm64": a name for the profile. */
const char *release_name(const char *banner, struct pool *pool);
/* Where arm64 links its images, less text_offset (arch/arm64/include/asm/memory.h: KIMAGE_VADDR). */
uint64_t release_kimage_vaddr(unsigned int number, const struct profile *profile);

#endif
