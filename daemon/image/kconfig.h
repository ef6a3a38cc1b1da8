/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kconfig.h - the options of a build: the text "CONFIG_NR_CPUS=512", of which the profile keeps what memory needs. */
#ifndef MMSCOPE_IMAGE_KCONFIG_H
#define MMSCOPE_IMAGE_KCONFIG_H

#include "daemon/image/profile.h"
#include "mmcore/mm.h"

/* -EBADMSG: it sets no option at all, or is not arm64's. */
int kconfig_read(struct span text, struct profile *profile, struct mm_error *error);
/* What CONFIG_IKCONFIG put into the image, as text; false if there is none. */
bool ikconfig_find(struct span image, struct pool *pool, struct span *ret);

#endif
