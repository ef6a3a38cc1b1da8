/* SPDX-License-Identifier: GPL-2.0-or-later */
/* openapi.h - the API's description as one file: its paths, with every schema that they refer to. */
#ifndef MMSCOPE_OPENAPI_H
#define MMSCOPE_OPENAPI_H

#include "daemon/base/bytes.h"

/*
 * Appends OpenAPI 3.1.  The sources are schemas/openapi.json, which refers to its neighbours as "schemas/NAME.json",
 * and those files, each of which is served by itself as well; here they are components, and references stay inside.
 */
void openapi_write(struct bytes *out);

#endif
