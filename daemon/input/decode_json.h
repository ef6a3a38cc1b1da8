/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decode_json.h - the one way in which decoders get from bytes to JSON values. */
#ifndef MMSCOPE_DECODE_JSON_H
#define MMSCOPE_DECODE_JSON_H

#include "mmcore/mm.h"

struct json_t;

/* Not nested too deeply, no key twice.  The caller lets go of *@ret with json_decref(). */
int decode_json(const char *json, size_t len, const char *where, struct json_t **ret, struct mm_error *error);

#endif
