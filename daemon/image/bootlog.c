// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/bootlog.h"

#include "daemon/base/fail.h"
#include "daemon/base/plain_log.h"

#include <errno.h>

/* The words that memblock prints before the colon, and their meaning; 4.9 puts three spaces before some. */
static const struct { const char *word; enum site_line line; } words[] = {
	{ "memblock_add", LINE_ADD }, { "memblock_add_node", LINE_ADD }, { "memblock_remove", LINE_REMOVE },
	{ "memblock_reserve", LINE_RESERVE }, { "__memblock_reserve", LINE_RESERVE },
	{ "memblock_free", LINE_FREE }, { "memblock_phys_free", LINE_FREE }, { "__memblock_free_early", LINE_FREE },
	{ "memblock_phys_alloc_range", LINE_REQUEST }, { "memblock_alloc_try_nid", LINE_REQUEST },
	{ "memblock_alloc_try_nid_raw", LINE_REQUEST }, { "memblock_alloc_exact_nid_raw", LINE_REQUEST },
	{ "memblock_virt_alloc_try_nid", LINE_REQUEST }, { "memblock_virt_alloc_try_nid_nopanic", LINE_REQUEST },
	{ "memblock_virt_alloc_try_nid_raw", LINE_REQUEST },
};

static enum site_line line_of(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].word) == len && !memcmp(words[i].word, word, len))
			return words[i].line;
	return 0;
}

bool bootlog_shows(const struct bootlog *log, unsigned int lines, const char *function)
{
	for (size_t i = 0; i < log->nr_callers; i++)
		if (log->callers[i].line & lines && !strcmp(log->callers[i].function, function))
			return true;
	return false;
}

/* "memblock_reserve: [0x..-0x..] arm64_memblock_init+0x2b0/0x330" */
static void read_call(const char *s, const char *end, struct pool *pool, struct bootlog *ret)
{
	const char *colon, *plus, *name;
	enum site_line line;

	while (s < end && *s == ' ')
		s++;
	colon = memchr(s, ':', (size_t)(end - s));
	line = colon ? line_of(s, (size_t)(colon - s)) : 0;
	if (!line)
		return;
	ret->nr_lines++;
	for (plus = end; plus > colon && *plus != '+'; plus--)
		;
	for (name = plus; name > colon && name[-1] != ' '; name--)
		;
	if (plus - name < 2 || plus - name > 256 || ret->nr_callers == BOOTLOG_MAX_CALLERS)
		return;
	name = pool_text(pool, name, (size_t)(plus - name));
	if (!bootlog_shows(ret, line, name))
		ret->callers[ret->nr_callers++] = (struct bootlog_caller){ line, name, ret->nr_lines };
}

static void read_line(const char *s, const char *end, struct pool *pool, struct bootlog *ret)
{
	if (s == end)
		return;
	if (!ret->banner && end - s > 14 && end - s < 512 && !memcmp(s, "Linux version ", 14))
		ret->banner = pool_text(pool, s, (size_t)(end - s));
	read_call(s, end, pool, ret);
}

int bootlog_read(struct span text, struct pool *pool, struct bootlog *ret, struct mm_error *error)
{
	struct bytes plain = { 0 };
	const char *s, *end, *newline;

	*ret = (struct bootlog){ 0 };
	plain_log((const char *)text.at, text.len, &plain);
	if (plain.failed) {
		bytes_deinit(&plain);
		return fail(error, -ENOMEM, "boot log", "no memory to read it");
	}
	s = bytes_text(&plain);
	end = s + plain.len;
	for (; s < end; s = newline + 1) {
		newline = memchr(s, '\n', (size_t)(end - s));
		if (!newline)
			newline = end;
		read_line(s, newline, pool, ret);
	}
	bytes_deinit(&plain);
	if (!ret->banner && !ret->nr_lines)
		return fail(error, -EBADMSG, "boot log", "has neither \"Linux version\" nor a line of memblock=debug");
	return 0;
}
