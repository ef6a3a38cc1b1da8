// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/encode_object.h"

#include <inttypes.h>

struct encode_object encode_open(struct bytes *out)
{
	bytes_putc(out, '{');
	return (struct encode_object){ .out = out };
}

struct bytes *encode_key(struct encode_object *object, const char *key)
{
	if (object->more)
		bytes_putc(object->out, ',');
	object->more = true;
	bytes_json(object->out, key);
	bytes_putc(object->out, ':');
	return object->out;
}

void encode_text(struct encode_object *object, const char *key, const char *value)
{
	struct bytes *out = encode_key(object, key);

	if (value)
		bytes_json(out, value);
	else
		bytes_puts(out, "null");
}

void encode_text_or_null(struct encode_object *object, const char *key, const char *value)
{
	if (value)
		encode_text(object, key, value);
	else
		bytes_puts(encode_key(object, key), "null");
}

void encode_num(struct encode_object *object, const char *key, int64_t value)
{
	bytes_num(encode_key(object, key), value);
}

/* Doubles, which JavaScript and many readers of JSON have for numbers, hold every integer below this one. */
#define EXACT_IN_DOUBLE	(UINT64_C(1) << 53)

static void put_hex(struct bytes *out, uint64_t value)
{
	if (out->decimal && value < EXACT_IN_DOUBLE) {
		bytes_num(out, (int64_t)value);
		return;
	}
	bytes_putc(out, '"');
	if (out->decimal)
		bytes_printf(out, "%" PRIu64, value);
	else
		bytes_hex(out, value);
	bytes_putc(out, '"');
}

void encode_hex(struct encode_object *object, const char *key, uint64_t value)
{
	put_hex(encode_key(object, key), value);
}

void encode_bool(struct encode_object *object, const char *key, bool value)
{
	bytes_puts(encode_key(object, key), value ? "true" : "false");
}

void encode_members(struct encode_object *object, const struct bytes *members)
{
	if (object->more)
		bytes_putc(object->out, ',');
	object->more = true;
	bytes_add(object->out, members->data, members->len);
}

void encode_close(struct encode_object *object)
{
	bytes_putc(object->out, '}');
}

static void put_list(struct bytes *out, const struct mm_list *list)
{
	bytes_putc(out, '[');
	for (size_t i = 0; list && i < list->nr; i++) {
		if (i)
			bytes_putc(out, ',');
		bytes_num(out, list->v[i]);
	}
	bytes_putc(out, ']');
}

/* Triples: [[a,b,c],..]; what they are is said with enum mm_type. */
static void put_runs(struct bytes *out, const struct mm_list *list)
{
	bytes_putc(out, '[');
	for (size_t i = 0; list && i + 2 < list->nr; i += 3) {
		if (i)
			bytes_putc(out, ',');
		put_list(out, &(struct mm_list){ .nr = 3, .v = list->v + i });
	}
	bytes_putc(out, ']');
}

void encode_value(struct bytes *out, enum mm_type type, union mm_value value)
{
	switch (type) {
	case MM_HEX:
		put_hex(out, value.u);
		break;
	case MM_NUM:
		bytes_num(out, value.i);
		break;
	case MM_STR:
		bytes_json(out, value.s);
		break;
	case MM_LIST:
		put_list(out, value.list);
		break;
	case MM_RUNS:
		put_runs(out, value.list);
		break;
	}
}
