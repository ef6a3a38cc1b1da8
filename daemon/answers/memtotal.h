/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memtotal.h - MemTotal term by term: RAM, less what was never given to the page allocator.
 *
 * A page counts in MemTotal once it has been given to the page allocator, also
 * if somebody has it from there; so a term is what an owner of the ledger has
 * of all other RAM.  Terms add up to the byte.
 */
#ifndef MMSCOPE_MEMTOTAL_H
#define MMSCOPE_MEMTOTAL_H

#include "daemon/base/bytes.h"
#include "mmcore/mm.h"

/* What one owner has, of one kind; strings live as long as the mm. */
struct memtotal_term {
	const char *owner, *detail, *fn;
	uint64_t bytes;
};

struct memtotal {
	uint64_t ram, memtotal;
	bool panicked;			/* before all was given to the page allocator: then there is a rest */
	struct memtotal_term *lost, *kept;	/* RAM - sum of lost = sum of kept = memtotal; each sorted, largest first */
	size_t nr_lost, nr_kept;
};

/* -ENOMEM leaves *@ret empty. */
int memtotal_of(const struct mm *mm, struct memtotal *ret);
void memtotal_deinit(struct memtotal *memtotal);
/* RAM less all terms less MemTotal: 0, or the model contradicts itself. */
int64_t memtotal_rest(const struct memtotal *memtotal);

/* The text begins with the release, "6.7.3". */
void memtotal_write_text(const struct memtotal *memtotal, const char *version, struct bytes *out);
void memtotal_write_json(const struct memtotal *memtotal, struct bytes *out);

#endif
