/* SPDX-License-Identifier: GPL-2.0-or-later */
/* layout.h - the sections of the image: linker symbols, and what the head and the code tell where they are missing. */
#ifndef MMSCOPE_IMAGE_LAYOUT_H
#define MMSCOPE_IMAGE_LAYOUT_H

#include "daemon/image/profile.h"
#include "daemon/image/symbols.h"

/* Into profile->symbols, by place; what could not be had is told in profile->assumed. */
void layout_read(struct span image, const struct symbols *names, const struct symbols *code, struct profile *profile);

#endif
