/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbols.h - where the names of a kernel lie.
 *
 * Places are offsets from _text.  The order is that of the source (of kallsyms:
 * by address, aliases in the order in which %pS prefers them); the first of two
 * symbols of one name counts.
 */
#ifndef MMSCOPE_IMAGE_SYMBOLS_H
#define MMSCOPE_IMAGE_SYMBOLS_H

#include "daemon/image/pool.h"
#include "mmcore/mm.h"

#define SYMBOLS_MAX	2000000u

struct symbol {
	int64_t at;			/* offset from _text */
	const char *name;
	char type;			/* as nm prints it */
};

struct symbols {
	struct symbol *list;
	size_t nr;
	uint32_t *by_name;		/* hash table of index + 1; 0: empty slot */
	size_t cap;
	uint32_t *functions;		/* indexes, by place, one a place: what %pS may print */
	size_t nr_functions;
	uint64_t text_va;		/* link address of _text; 0: unknown */
};

/* Makes the tables by name and by place, once the list is complete. */
void symbols_index(struct symbols *symbols, struct pool *pool);
const struct symbol *symbols_find(const struct symbols *symbols, const char *name);
/* The function that %pS would print for a place; NULL below the first. */
const struct symbol *symbols_at(const struct symbols *symbols, int64_t at);
/* Where the next symbol after @at begins: the end of the one at @at. */
int64_t symbols_end(const struct symbols *symbols, int64_t at);

/* From the tables of an Image.  -ENOENT: it has none; @error says how far it was read. */
int kallsyms_read(struct span image, struct pool *pool, struct symbols *ret, struct mm_error *error);
/* From a System.map; -ENOENT if it names no _text or _stext (Debian's is a stub). */
int system_map_read(struct span map, struct pool *pool, struct symbols *ret, struct mm_error *error);

#endif
