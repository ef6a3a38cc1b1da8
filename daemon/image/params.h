/* SPDX-License-Identifier: GPL-2.0-or-later */
/* params.h - the words of the command line that a build claims: __setup(), early_param(), module parameters. */
#ifndef MMSCOPE_IMAGE_PARAMS_H
#define MMSCOPE_IMAGE_PARAMS_H

#include "daemon/image/profile.h"
#include "daemon/image/symbols.h"

/* Into profile->params, sorted; false if the tables are not found. */
bool params_read(struct span image, const struct symbols *symbols, uint64_t text_va, struct profile *profile);

#endif
