// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/plain_log.h"

#include <ctype.h>
#include <string.h>

/* "[    0.000000] ", "[Sun Nov 29 21:25:42 2026] ", "[  +0.000000] " or "[    T0]": what follows it, or NULL. */
static const char *after_stamp(const char *p)
{
	size_t n = 1;

	if (*p != '[')
		return NULL;
	while (n < 40 && p[n] && p[n] != ']' && (isalnum((unsigned char)p[n]) || strchr(" .:,@+", p[n])))
		n++;
	/* "[mem 0x..." and the like are the message's own. */
	if (p[n] != ']' || !strpbrk(p + 1, "0123456789") || !strncmp(p, "[mem", 4))
		return NULL;
	return p[n + 1] == ' ' ? p + n + 2 : p + n + 1;
}

/* A log that is quoted in a text is indented, or has '>' in front of each line. */
static const char *after_quote(const char *line)
{
	const char *p = line + strspn(line, " \t>");

	return after_stamp(p) && p[1] != 'm' ? p : line;
}

static const char *after_prefix(const char *line)
{
	const char *kernel = strstr(line, "kernel: "), *next;

	line = after_quote(line);

	/* syslog and journalctl: date, host, "kernel: ". */
	if (kernel && kernel - line < 80 && !strchr("[<", *line))
		line = kernel + 8;
	if (*line == '<' && isdigit((unsigned char)line[1])) {
		next = strchr(line, '>');
		if (next && next - line < 5)
			line = next + 1;
	}
	for (int i = 0; i < 3 && (next = after_stamp(line)); i++)
		line = next;
	return line;
}

static void add_line(struct bytes *out, const char *line, size_t len)
{
	char copy[4096];
	size_t n = 0;

	for (size_t i = 0; i < len && n < sizeof(copy) - 1; i++)
		if (line[i] == '\t' || (unsigned char)line[i] >= 0x20)
			copy[n++] = line[i];
	copy[n] = '\0';
	bytes_puts(out, after_prefix(copy));
	bytes_putc(out, '\n');
}

void plain_log(const char *text, size_t len, struct bytes *out)
{
	for (size_t at = 0; at < len;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t end = newline ? (size_t)(newline - text) : len;

		add_line(out, text + at, end - at);
		at = end + 1;
	}
}
