/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * encode_object.h - JSON, written piece by piece.
 *
 * Answers are written straight into a struct bytes, which is ten times faster
 * than building a tree.  Bytes and addresses are "0x.." strings, or numbers where
 * the struct bytes says `decimal`; counts are numbers, and nothing depends on the
 * locale.
 */
#ifndef MMSCOPE_ENCODE_OBJECT_H
#define MMSCOPE_ENCODE_OBJECT_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

/* {"a":1,"b":2}: writes the comma and the key before each member. */
struct encode_object {
	struct bytes *out;
	bool more;
};

struct encode_object encode_open(struct bytes *out);
struct bytes *encode_key(struct encode_object *object, const char *key);
void encode_text(struct encode_object *object, const char *key, const char *value);
/* NULL is null. */
void encode_text_or_null(struct encode_object *object, const char *key, const char *value);
void encode_num(struct encode_object *object, const char *key, int64_t value);
void encode_hex(struct encode_object *object, const char *key, uint64_t value);
void encode_bool(struct encode_object *object, const char *key, bool value);
/* Members that were written before, at least one: "a":1,"b":2 */
void encode_members(struct encode_object *object, const struct bytes *members);
/* A member of any type; a bare value, in a list or after a key that was already written. */
void encode_member(struct encode_object *object, const char *key, enum mm_type type, union mm_value value);
void encode_value(struct bytes *out, enum mm_type type, union mm_value value);
void encode_close(struct encode_object *object);

#endif
