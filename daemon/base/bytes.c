// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/bytes.h"

#include "daemon/base/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void bytes_deinit(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){ 0 };
}

void bytes_clear(struct bytes *bytes)
{
	bytes_cut(bytes, 0);
}

void bytes_cut(struct bytes *bytes, size_t len)
{
	if (len > bytes->len)
		return;
	bytes->len = len;
	if (bytes->data)
		bytes->data[len] = '\0';
}

const char *bytes_text(const struct bytes *bytes)
{
	return bytes->data ? bytes->data : "";
}

char *bytes_grow(struct bytes *bytes, size_t more)
{
	size_t cap = bytes->cap ? bytes->cap : 256;
	char *data;

	if (bytes->failed)
		return NULL;
	if (more >= SIZE_MAX / 4 - bytes->len)
		goto failed;
	while (cap - bytes->len <= more)
		cap *= 2;
	data = realloc(bytes->data, cap);
	if (!data)
		goto failed;
	bytes->data = data;
	bytes->cap = cap;
	return data + bytes->len;
failed:
	bytes->failed = true;
	return NULL;
}

/* Fault in, all at once, the pages that are about to be written: one by one this costs more than the writing. */
#define POPULATE_BYTES	(128u << 10)
#define PAGE_BYTES	4096

static void populate(char *begin, char *end)
{
#ifdef MADV_POPULATE_WRITE
	uintptr_t first = ((uintptr_t)begin + PAGE_BYTES - 1) & ~(uintptr_t)(PAGE_BYTES - 1), last = (uintptr_t)end & ~(uintptr_t)(PAGE_BYTES - 1);

	/* A kernel that cannot do it faults them in as they are written. */
	if (first < last)
		madvise((void *)first, last - first, MADV_POPULATE_WRITE);
#else
	(void)begin;
	(void)end;
#endif
}

void bytes_expect(struct bytes *bytes, size_t more)
{
	char *data;

	if (bytes->failed || bytes->cap - bytes->len > more)
		return;
	data = more < SIZE_MAX / 4 ? realloc(bytes->data, bytes->len + more + 1) : NULL;
	if (!data) {
		bytes->failed = true;
		return;
	}
	bytes->data = data;
	bytes->cap = bytes->len + more + 1;
	bytes->data[bytes->len] = '\0';
	if (more >= POPULATE_BYTES)
		populate(data + bytes->len, data + bytes->cap);
}

void bytes_add(struct bytes *bytes, const void *data, size_t len)
{
	char *p = bytes_room(bytes, len);

	if (!p)
		return;
	if (len)
		memcpy(p, data, len);
	bytes_wrote(bytes, p + len);
}

void bytes_puts(struct bytes *bytes, const char *s)
{
	bytes_add(bytes, s, strlen(s));
}

void bytes_printf(struct bytes *bytes, const char *fmt, ...)
{
	va_list args;
	char *p;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	p = len < 0 ? NULL : bytes_room(bytes, (size_t)len);
	if (!p) {
		bytes->failed = true;
		return;
	}
	va_start(args, fmt);
	vsnprintf(p, (size_t)len + 1, fmt, args);
	va_end(args);
	bytes_wrote(bytes, p + len);
}

/* "00".."99": two digits with each division. */
static const char digit_pairs[] =
	"0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
	"5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/* Digits come out last first, so they are collected from the end of a buffer. */
char *digits_unsigned(char *to, uint64_t value)
{
	char buffer[BYTES_NUMBER], *p = buffer + sizeof(buffer);
	size_t len;

	for (; value >= 100; value /= 100)
		memcpy(p -= 2, digit_pairs + value % 100 * 2, 2);
	if (value >= 10)
		memcpy(p -= 2, digit_pairs + value * 2, 2);
	else
		*--p = (char)('0' + value);
	len = (size_t)(buffer + sizeof(buffer) - p);
	memcpy(to, p, len);
	return to + len;
}

char *digits_num(char *to, int64_t value)
{
	if (value >= 0)
		return digits_unsigned(to, (uint64_t)value);
	*to++ = '-';
	return digits_unsigned(to, -(uint64_t)value);
}

char *digits_hex(char *to, uint64_t value)
{
	int digits = value ? (67 - __builtin_clzll(value)) / 4 : 1;

	*to++ = '0';
	*to++ = 'x';
	for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[value >> shift & 15];
	return to;
}

void text_join(char *to, size_t size, const char *const *parts)
{
	for (; *parts; parts++) {
		size_t len = strnlen(*parts, size - 1);

		memcpy(to, *parts, len);
		to += len;
		size -= len;
	}
	*to = '\0';
}

void bytes_num(struct bytes *bytes, int64_t value)
{
	char *p = bytes_room(bytes, BYTES_NUMBER);

	if (p)
		bytes_wrote(bytes, digits_num(p, value));
}

void bytes_hex(struct bytes *bytes, uint64_t value)
{
	char *p = bytes_room(bytes, BYTES_NUMBER);

	if (p)
		bytes_wrote(bytes, digits_hex(p, value));
}

void bytes_size(struct bytes *bytes, uint64_t size)
{
	static const char units[] = " KMGTPE";
	size_t unit = 0;

	while (size >= 1024 && size % 1024 == 0) {
		size /= 1024;
		unit++;
	}
	bytes_num(bytes, (int64_t)size);
	if (unit)
		bytes_printf(bytes, " %ciB", units[unit]);
	else
		bytes_puts(bytes, size == 1 ? " byte" : " bytes");
}

/* Length of the well-formed UTF-8 sequence at @s (RFC 3629), or 0. */
static size_t utf8_length(const unsigned char *s)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;
	/* No overlong forms, no surrogates, nothing above U+10FFFF. */
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return len;
}

/* What JSON takes unescaped: printable ASCII but for quote and backslash. */
#define P8	1, 1, 1, 1, 1, 1, 1, 1
static const bool is_plain[256] = {
	[' '] = 1, 1, 0, 1, 1, 1, 1, 1, P8, P8, P8, P8, P8, P8, 1, 1, 1, 1, 0, 1, 1, 1, P8, P8, P8, 1, 1, 1, 1, 1, 1, 1,
};
#undef P8

static size_t plain_length(const char *s)
{
	size_t len = 0;

	while (is_plain[(unsigned char)s[len]])
		len++;
	return len;
}

char *json_short(char *to, const char *s)
{
	const char *end = to + JSON_SHORT - 1;
	unsigned char c;

	*to++ = '"';
	while (is_plain[c = (unsigned char)*s++] && to < end)
		*to++ = (char)c;
	if (c)
		return NULL;
	*to++ = '"';
	return to;
}

static void json_escape(struct bytes *bytes, unsigned int c)
{
	switch (c) {
	case '"':
		bytes_puts(bytes, "\\\"");
		break;
	case '\\':
		bytes_puts(bytes, "\\\\");
		break;
	case '\n':
		bytes_puts(bytes, "\\n");
		break;
	case '\t':
		bytes_puts(bytes, "\\t");
		break;
	default:
		bytes_printf(bytes, "\\u%04x", c);
	}
}

/* The code point of two or three bytes of UTF-8. */
static unsigned int code_point(const char *s, size_t len)
{
	unsigned int last = s[len - 1] & 0x3f;

	return len == 2 ? (s[0] & 0x1fu) << 6 | last : (s[0] & 0xfu) << 12 | (s[1] & 0x3fu) << 6 | last;
}

/* The character at @s, which is not plain; returns the one after it.  What could control a terminal is escaped, since
 * people look at JSON, too. */
static const char *json_character(struct bytes *bytes, const char *s)
{
	size_t len = utf8_length((const unsigned char *)s);

	if (len > 1 && plain_unfit(s, len)) {
		json_escape(bytes, code_point(s, len));
		return s + len;
	}
	if (len > 1) {
		bytes_add(bytes, s, len);
		return s + len;
	}
	if (len)
		json_escape(bytes, (unsigned char)*s);
	else
		bytes_puts(bytes, "\xef\xbf\xbd");
	return s + 1;
}

void bytes_json(struct bytes *bytes, const char *s)
{
	char *p = bytes_room(bytes, JSON_SHORT), *end = p ? json_short(p, s) : NULL;
	size_t len;

	if (end) {
		bytes_wrote(bytes, end);
		return;
	}
	bytes_putc(bytes, '"');
	for (len = plain_length(s); ; len = plain_length(s)) {
		bytes_add(bytes, s, len);
		s += len;
		if (!*s)
			break;
		s = json_character(bytes, s);
	}
	bytes_putc(bytes, '"');
}

void bytes_csv(struct bytes *bytes, const char *s)
{
	bool formula = *s && strchr("=+-@\t", *s);

	if (!formula && !s[strcspn(s, ",\"\r\n")]) {
		bytes_puts(bytes, s);
		return;
	}
	bytes_puts(bytes, formula ? "\"'" : "\"");
	for (; *s; s++) {
		if (*s == '"')
			bytes_putc(bytes, '"');
		bytes_putc(bytes, *s);
	}
	bytes_putc(bytes, '"');
}

void bytes_xml(struct bytes *bytes, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '\n' || strchr("&<>\"", c))
			bytes_printf(bytes, "&#%d;", c);
		else
			bytes_putc(bytes, c < 0x20 || c == 0x7f ? '?' : *s);
	}
}

void bytes_workflow(struct bytes *bytes, const char *s, bool in_value)
{
	for (; *s; s++) {
		if (strchr("%\r\n", *s) || (in_value && strchr(":,", *s)))
			bytes_printf(bytes, "%%%02X", (unsigned char)*s);
		else
			bytes_putc(bytes, *s);
	}
}
