/* SPDX-License-Identifier: GPL-2.0-or-later */
/* callers.h - the names that a binary prints at memblock's call sites. */
#ifndef MMSCOPE_IMAGE_CALLERS_H
#define MMSCOPE_IMAGE_CALLERS_H

#include "daemon/image/bootlog.h"
#include "daemon/image/profile.h"
#include "daemon/image/symbols.h"

/* Into profile->callers: the sites whose printed name is not the site's own function.  @log may be
 * NULL; what it shows outweighs what the code lets expect.  Sites that stay unknown are told in profile->assumed. */
void callers_read(struct span image, const struct symbols *symbols, unsigned int version, const struct bootlog *log,
		  struct profile *profile);

#endif
