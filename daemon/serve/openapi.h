/* SPDX-License-Identifier: GPL-2.0-or-later */
/* openapi.h - the API's description as a single document, schemas included. */
#ifndef MMSCOPE_OPENAPI_H
#define MMSCOPE_OPENAPI_H

#include "daemon/base/bytes.h"

/*
 * Appends OpenAPI 3.1.  Its sources are schemas/openapi.json and the files that it refers to as "schemas/NAME.json",
 * which are also served separately.  Here they become components, and references are rewritten to match.
 */
void openapi_write(struct bytes *out);

#endif
