// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/wrap.h"
#include "daemon/base/bytes.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The character at @s, of @len > 0 bytes; bytes that are not UTF-8 count one by one.  Returns how many bytes it has. */
static size_t character(const char *s, size_t len, uint32_t *ret)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t nr = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : *p >= 0xc0 ? 2 : 1;

	*ret = *p;
	if (nr == 1 || nr > len)
		return 1;
	*ret = *p & (0x7fu >> nr);
	for (size_t i = 1; i < nr; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			*ret = *p;
			return 1;
		}
		*ret = *ret << 6 | (p[i] & 0x3f);
	}
	return nr;
}

static bool is_wide(uint32_t c)
{
	return (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
	       (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) || (c >= 0xffe0 && c <= 0xffe6);
}

static bool is_one_of(uint32_t c, const char *set)
{
	size_t len = strlen(set);
	uint32_t other;

	for (size_t i = 0; i < len;) {
		i += character(set + i, len - i, &other);
		if (other == c)
			return true;
	}
	return false;
}

/* Whether a line may end between two characters that stand side by side. */
static bool may_part(uint32_t left, uint32_t right)
{
	if (!is_wide(left) && !is_wide(right))
		return false;
	return !is_one_of(right, "。，、；：！？）」』》】…”’%,.;:!?)") && !is_one_of(left, "（「『《【“‘(");
}

size_t wrap_columns(const char *text, size_t len)
{
	size_t columns = 0;
	uint32_t c;

	for (size_t i = 0; i < len;) {
		i += character(text + i, len - i, &c);
		columns += is_wide(c) ? 2 : 1;
	}
	return columns;
}

/* The bytes at @text that stay on one line. */
static size_t unbroken(const char *text, size_t len)
{
	uint32_t c, next;
	size_t i = 0;

	while (i < len && text[i] != ' ' && text[i] != '\n') {
		i += character(text + i, len - i, &c);
		if (i < len && text[i] != ' ' && text[i] != '\n') {
			character(text + i, len - i, &next);
			if (may_part(c, next))
				break;
		}
	}
	return i;
}

static void new_line(struct bytes *out, size_t indent)
{
	bytes_printf(out, "\n%*s", (int)indent, "");
}

void wrap_text(struct bytes *out, const char *text, size_t at, size_t indent)
{
	size_t len = strlen(text), column = at, blanks = 0;
	bool begun = false;

	while (len) {
		size_t piece = unbroken(text, len), columns = wrap_columns(text, piece);

		if (piece) {
			if (begun && column + blanks + columns > WRAP_WIDTH) {
				new_line(out, indent);
				column = indent;
			} else {
				bytes_printf(out, "%*s", (int)blanks, "");
				column += blanks;
			}
			bytes_add(out, text, piece);
			column += columns;
			blanks = 0;
			begun = true;
		} else if (*text == '\n') {
			new_line(out, indent);
			column = indent;
			blanks = 0;
			begun = false;
			piece = 1;
		} else {
			piece = strspn(text, " ");
			blanks = piece;
		}
		text += piece;
		len -= piece;
	}
}

void wrap_written(struct bytes *out, size_t start, size_t indent)
{
	char *text;

	if (out->failed || wrap_columns(out->data + start, out->len - start) <= WRAP_WIDTH)
		return;
	text = strdup(out->data + start);
	if (!text) {
		out->failed = true;
		return;
	}
	bytes_cut(out, start);
	wrap_text(out, text, 0, indent);
	free(text);
}
