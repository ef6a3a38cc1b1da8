// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Room for @more bytes and the NUL behind them. */
static bool reserve(struct bytes *bytes, size_t more)
{
	size_t cap = bytes->cap ? bytes->cap : 256;
	char *data;

	if (bytes->failed)
		return false;
	if (bytes->cap - bytes->len > more)
		return true;
	if (more >= SIZE_MAX / 4 - bytes->len)
		goto failed;
	while (cap - bytes->len <= more)
		cap *= 2;
	data = realloc(bytes->data, cap);
	if (!data)
		goto failed;
	bytes->data = data;
	bytes->cap = cap;
	return true;
failed:
	bytes->failed = true;
	return false;
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
}

void bytes_add(struct bytes *bytes, const void *data, size_t len)
{
	if (!reserve(bytes, len))
		return;
	if (len)
		memcpy(bytes->data + bytes->len, data, len);
	bytes->len += len;
	bytes->data[bytes->len] = '\0';
}

void bytes_puts(struct bytes *bytes, const char *s)
{
	bytes_add(bytes, s, strlen(s));
}

void bytes_putc(struct bytes *bytes, char c)
{
	bytes_add(bytes, &c, 1);
}

void bytes_printf(struct bytes *bytes, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0 || !reserve(bytes, (size_t)len)) {
		bytes->failed = true;
		return;
	}
	va_start(args, fmt);
	vsnprintf(bytes->data + bytes->len, (size_t)len + 1, fmt, args);
	va_end(args);
	bytes->len += (size_t)len;
}

/* Digits come out last first, so they are collected from the end of a buffer. */
static void add_digits(struct bytes *bytes, const char *prefix, uint64_t value, unsigned base)
{
	char buffer[24], *p = buffer + sizeof(buffer);

	do
		*--p = "0123456789abcdef"[value % base];
	while (value /= base);
	bytes_puts(bytes, prefix);
	bytes_add(bytes, p, (size_t)(buffer + sizeof(buffer) - p));
}

void bytes_num(struct bytes *bytes, int64_t value)
{
	if (value < 0)
		add_digits(bytes, "-", -(uint64_t)value, 10);
	else
		add_digits(bytes, "", (uint64_t)value, 10);
}

void bytes_hex(struct bytes *bytes, uint64_t value)
{
	add_digits(bytes, "0x", value, 16);
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

static void json_escape(struct bytes *bytes, unsigned char c)
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

void bytes_json(struct bytes *bytes, const char *s)
{
	const char *from = s;

	bytes_putc(bytes, '"');
	while (*s) {
		unsigned char c = (unsigned char)*s;
		size_t len = utf8_length((const unsigned char *)s);

		if (len && c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) {
			s += len;
			continue;
		}
		bytes_add(bytes, from, (size_t)(s - from));
		if (len)
			json_escape(bytes, c);
		else
			bytes_puts(bytes, "\xef\xbf\xbd");
		from = ++s;
	}
	bytes_add(bytes, from, (size_t)(s - from));
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
