/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bytes.h - a growing run of bytes that text and JSON are written into.
 *
 * All-zero is empty.  The byte after the last one is always NUL once anything
 * was written, so that text can be handed on as a string.  Running out of host
 * memory sets `failed` and turns further writes into nothing: a writer of ten
 * thousand lines checks once, at its end.
 */
#ifndef MMSCOPE_BYTES_H
#define MMSCOPE_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	char *data;
	size_t len, cap;
	bool failed;
	bool decimal;		/* JSON's bytes and addresses as numbers: encode_hex() */
};

void bytes_deinit(struct bytes *bytes);
/* Keep the memory, forget the content. */
void bytes_clear(struct bytes *bytes);
/* Back to the first @len bytes. */
void bytes_cut(struct bytes *bytes, size_t len);
/* The text, never NULL. */
const char *bytes_text(const struct bytes *bytes);

/* Makes room for exactly @more bytes, if their number is known in advance. */
void bytes_expect(struct bytes *bytes, size_t more);

/*
 * To write without a call for each byte: room for @more bytes and the NUL after them, or
 * NULL if there is no memory; what was written there up to @end then counts.
 */
char *bytes_grow(struct bytes *bytes, size_t more);
static inline char *bytes_room(struct bytes *bytes, size_t more)
{
	bool fits = !bytes->failed && bytes->cap - bytes->len > more;

	return fits ? bytes->data + bytes->len : bytes_grow(bytes, more);
}
static inline void bytes_wrote(struct bytes *bytes, char *end)
{
	*end = '\0';
	bytes->len = (size_t)(end - bytes->data);
}

void bytes_add(struct bytes *bytes, const void *data, size_t len);
void bytes_puts(struct bytes *bytes, const char *s);
static inline void bytes_putc(struct bytes *bytes, char c)
{
	char *p = bytes_room(bytes, 1);

	if (!p)
		return;
	*p = c;
	bytes_wrote(bytes, p + 1);
}
void bytes_printf(struct bytes *bytes, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Decimal, and 0x with lower-case digits and no padding; printf is 5 times slower. */
#define BYTES_NUMBER	24	/* what any of them takes at most */
char *digits_num(char *to, int64_t value);
char *digits_unsigned(char *to, uint64_t value);
char *digits_hex(char *to, uint64_t value);
void bytes_num(struct bytes *bytes, int64_t value);
void bytes_hex(struct bytes *bytes, uint64_t value);
/* A number of bytes as people write it, but exact: "512 MiB", "4 KiB", "100 bytes". */
void bytes_size(struct bytes *bytes, uint64_t size);
/* Joins @parts, a list that ends with NULL, into @size bytes at @to, and cuts what does not fit; snprintf is 5 times
 * slower. */
void text_join(char *to, size_t size, const char *const *parts);
#define TEXT_JOIN(to, size, ...)	text_join(to, size, (const char *const[]){ __VA_ARGS__, NULL })
/* A JSON string, quotes included; bytes that are not UTF-8 become U+FFFD. */
void bytes_json(struct bytes *bytes, const char *s);
/*
 * The same into JSON_SHORT bytes at @to, if the string needs no escapes and fits: returns its end, or NULL, and then
 * what it has written does not count.
 */
#define JSON_SHORT	50
char *json_short(char *to, const char *s);

/* A cell of CSV (RFC 4180): in quotes if it holds a comma, a quote or a line end.
 * If a spreadsheet would take it for a formula, a ' is put in front. */
void bytes_csv(struct bytes *bytes, const char *s);

/* Text of an XML or SVG document, or the value of an attribute; what XML cannot hold becomes '?'. */
void bytes_xml(struct bytes *bytes, const char *s);
/* The message of a GitHub workflow command or, with @in_value, a value in it: nothing ends it early. */
void bytes_workflow(struct bytes *bytes, const char *s, bool in_value);

#endif
