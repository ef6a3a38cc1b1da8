// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/encode_object.h"

struct encode_object encode_open(struct bytes *out)
{
	bytes_putc(out, '{');
	return (struct encode_object){ .out = out };
}

/*
 * Comma and key, then room for a value of @more bytes: the bytes up to there count once
 * bytes_wrote() is told where the value ends.  NULL: no memory.
 */
static char *begin_member(struct encode_object *object, const char *key, size_t more)
{
	char *p = bytes_room(object->out, 1 + JSON_SHORT + 1 + more), *end;

	if (!p)
		return NULL;
	*p = ',';
	p += object->more;
	object->more = true;
	end = json_short(p, key);
	if (end) {
		*end++ = ':';
		return end;
	}
	bytes_wrote(object->out, p);
	bytes_json(object->out, key);
	bytes_putc(object->out, ':');
	return bytes_room(object->out, more);
}

struct bytes *encode_key(struct encode_object *object, const char *key)
{
	char *p = begin_member(object, key, 0);

	if (p)
		bytes_wrote(object->out, p);
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
	char *p = begin_member(object, key, BYTES_NUMBER);

	if (p)
		bytes_wrote(object->out, digits_num(p, value));
}

/* Doubles, which JavaScript and many readers of JSON have for numbers, hold every integer below this one. */
#define EXACT_IN_DOUBLE	(UINT64_C(1) << 53)

#define HEX_VALUE	(BYTES_NUMBER + 2)

static char *hex_value(char *p, uint64_t value, bool decimal)
{
	bool quoted = !decimal || value >= EXACT_IN_DOUBLE;

	if (quoted)
		*p++ = '"';
	p = decimal ? digits_unsigned(p, value) : digits_hex(p, value);
	if (quoted)
		*p++ = '"';
	return p;
}

void encode_hex(struct encode_object *object, const char *key, uint64_t value)
{
	char *p = begin_member(object, key, HEX_VALUE);

	if (p)
		bytes_wrote(object->out, hex_value(p, value, object->out->decimal));
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
	char *p;

	switch (type) {
	case MM_HEX:
		p = bytes_room(out, HEX_VALUE);
		if (p)
			bytes_wrote(out, hex_value(p, value.u, out->decimal));
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

void encode_member(struct encode_object *object, const char *key, enum mm_type type, union mm_value value)
{
	if (type == MM_NUM)
		encode_num(object, key, value.i);
	else if (type == MM_HEX)
		encode_hex(object, key, value.u);
	else
		encode_value(encode_key(object, key), type, value);
}
