/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decode_json.h - how decoders turn bytes into JSON values, in one place. */
#ifndef MMSCOPE_DECODE_JSON_H
#define MMSCOPE_DECODE_JSON_H

#include "mmcore/mm.h"

struct json_t;

/* Refuses deep nesting and duplicate keys (-EBADMSG, with the byte); -ENOMEM.  The caller has to json_decref(*@ret). */
int decode_json(const char *json, size_t len, const char *where, struct json_t **ret, struct mm_error *error);

#endif
