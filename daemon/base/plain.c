// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/plain.h"

#include "daemon/base/bytes.h"

#include <stdbool.h>

static bool is_turning(const unsigned char *s)
{
	return s[0] == 0xe2 && ((s[1] == 0x80 && s[2] >= 0xaa && s[2] <= 0xae) || (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9));
}

size_t plain_unfit(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	if (u[0] < 0x20 || u[0] == 0x7f)
		return 1;
	if (len > 1 && u[0] == 0xc2 && u[1] >= 0x80 && u[1] < 0xa0)
		return 2;
	return len > 2 && is_turning(u) ? 3 : 0;
}

static size_t unfit_in_text(const char *s, size_t len)
{
	return *s == '\n' || *s == '\t' ? 0 : plain_unfit(s, len);
}

static void add(struct bytes *out, const char *text, size_t len, size_t (*unfit)(const char *s, size_t len))
{
	const char *from = text, *end = text + len;

	for (const char *p = text; p < end; ) {
		size_t n = unfit(p, (size_t)(end - p));

		if (!n) {
			p++;
			continue;
		}
		bytes_add(out, from, (size_t)(p - from));
		bytes_putc(out, '?');
		from = p += n;
	}
	bytes_add(out, from, (size_t)(end - from));
}

void plain_line(struct bytes *out, const char *text, size_t len)
{
	add(out, text, len, plain_unfit);
}

void plain_text(struct bytes *out, const char *text, size_t len)
{
	add(out, text, len, unfit_in_text);
}

void plain_in_place(struct bytes *text)
{
	char *to = text->data, *end = text->data + text->len;

	for (const char *p = text->data; p < end; ) {
		size_t n = unfit_in_text(p, (size_t)(end - p));

		*to++ = n ? '?' : *p;
		p += n ? n : 1;
	}
	bytes_cut(text, (size_t)(to - text->data));
}
