/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * encode.h - events, rows, states and lists as JSON.
 *
 * Streams are written piece by piece into a struct bytes, which is ten times
 * faster than building a tree; only the canonical request, whose bytes are
 * hashed, is Jansson's.  Bytes and addresses are "0x.." strings, counts are
 * numbers, and nothing depends on the locale.
 */
#ifndef MMSCOPE_ENCODE_H
#define MMSCOPE_ENCODE_H

#include "daemon/answers/run.h"
#include "daemon/input/decode.h"

/* {"a":1,"b":2}: writes the comma and the key before each member. */
struct encode_object {
	struct bytes *out;
	bool more;
};

struct encode_object encode_open(struct bytes *out);
struct bytes *encode_key(struct encode_object *object, const char *key);
void encode_text(struct encode_object *object, const char *key, const char *value);
void encode_num(struct encode_object *object, const char *key, int64_t value);
void encode_hex(struct encode_object *object, const char *key, uint64_t value);
void encode_bool(struct encode_object *object, const char *key, bool value);
/* Members that were written before, at least one: "a":1,"b":2 */
void encode_members(struct encode_object *object, const struct bytes *members);
void encode_close(struct encode_object *object);

void encode_value(struct bytes *out, enum mm_type type, union mm_value value);
void encode_row(struct bytes *out, const struct mm_table_def *def, const union mm_value *row);
/* All rows of a table, as a list. */
void encode_rows(struct bytes *out, const struct mm_state *state, enum mm_table_id table);

/* One event, without a newline. */
void encode_event(struct bytes *out, const struct mm *mm, const struct mm_event *event);

/* The free lists at the entries of kmem_cache_init and vmalloc_init, as read
 * out of live kernels; -EFBIG for a machine with more blocks than one would
 * want to see one by one. */
int encode_freelists(struct bytes *out, const struct mm *mm, struct mm_error *error);

void encode_manifest(struct bytes *out, const struct run *run, const struct kernel_card *card,
		     const struct mm_state *end);

/* -EINVAL if a text is not UTF-8. */
int encode_request(struct bytes *out, const struct request *request);

#endif
