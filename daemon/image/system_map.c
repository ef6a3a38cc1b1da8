// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/symbols.h"

#include "daemon/base/fail.h"

#include <errno.h>

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "ffff800080010000 T _stext" */
static bool read_line(const uint8_t *p, const uint8_t *end, struct pool *pool, struct symbol *ret)
{
	const uint8_t *start = p;
	uint64_t at = 0;

	while (p < end && hex_digit(*p) >= 0 && p - start < 16)
		at = at << 4 | (uint64_t)hex_digit(*p++);
	if (p == start || end - p < 4 || p[0] != ' ' || p[2] != ' ')
		return false;
	if (end[-1] == '\r')
		end--;
	*ret = (struct symbol){ (int64_t)at, pool_text(pool, p + 3, (size_t)(end - p - 3)), (char)p[1] };
	/* Absolute symbols are constants of the linker script rather than addresses. */
	return !((ret->type == 'A' || ret->type == 'a') && at < UINT64_C(1) << 32);
}

static size_t count_lines(struct span map)
{
	size_t nr = 1;

	for (size_t i = 0; i < map.len; i++)
		nr += map.at[i] == '\n';
	return nr;
}

static void read_lines(struct span map, struct pool *pool, struct symbols *ret)
{
	const uint8_t *end = map.at + map.len, *newline;

	for (const uint8_t *p = map.at; p < end; p = newline + 1) {
		newline = memchr(p, '\n', (size_t)(end - p));
		if (!newline)
			newline = end;
		if (read_line(p, newline, pool, &ret->list[ret->nr]))
			ret->nr++;
	}
}

int system_map_read(struct span map, struct pool *pool, struct symbols *ret, struct mm_error *error)
{
	size_t lines = count_lines(map);
	const struct symbol *text;

	if (lines > SYMBOLS_MAX)
		return fail(error, -EBADMSG, "System.map", "has more than %u lines", SYMBOLS_MAX);
	ret->list = pool_alloc(pool, lines, sizeof(*ret->list));
	read_lines(map, pool, ret);
	symbols_index(ret, pool);
	text = symbols_find(ret, "_text");
	if (!text)
		return fail(error, -ENOENT, "System.map", "does not say where _text is");
	ret->text_va = (uint64_t)text->at;
	for (size_t i = 0; i < ret->nr; i++)
		ret->list[i].at = (int64_t)((uint64_t)ret->list[i].at - ret->text_va);
	return 0;
}
