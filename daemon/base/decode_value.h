/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode_value.h - the only way from text to JSON values and back, and the memory for them.
 *
 * Jansson's reader does not live through an allocation that fails: where it happens inside a string it runs into an
 * assertion, inside a table it uses memory that it has freed, and elsewhere it calls the text bad syntax.  So it never
 * sees one.  While a text is read, an allocation that fails gives back all that reading it has taken, and leaves it.
 * What builds values does hand its failures on, but many a caller lets one key be missing; decode_shortages() tells.
 */
#ifndef MMSCOPE_DECODE_VALUE_H
#define MMSCOPE_DECODE_VALUE_H

#include "daemon/base/bytes.h"

#include <stddef.h>

struct json_t;
struct json_error_t;

/* As json_loadb(), @problem may be NULL.  NULL with errno ENOMEM: there was no memory; the text may be all right. */
struct json_t *decode_load(const void *text, size_t len, size_t flags, struct json_error_t *problem);

/* Appended to @out as json_dumps() would write it, whose own result cannot be passed to free().  0, or -ENOMEM. */
int decode_dump(const struct json_t *value, size_t flags, struct bytes *out);

/* How often this thread has run out of memory for values so far. */
unsigned long decode_shortages(void);

#endif
