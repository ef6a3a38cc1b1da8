/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ledger.h - who owns every byte.
 *
 * The ledger covers all RAM that the firmware reported, and besides it any
 * range outside RAM that somebody reserved.  Entries are sorted and disjoint;
 * their RAM parts always add up to all RAM (ledger_check).  memblock merges
 * neighbours, the ledger never merges owners.
 */
#ifndef MMSCOPE_LEDGER_H
#define MMSCOPE_LEDGER_H

#include "chunks.h"
#include "trace.h"

#include <stdalign.h>

#define OWNER_FREE	"free"		/* RAM nobody has claimed */
#define OWNER_IN_USE	"in-use"	/* by whatever ran before a state was recorded */
#define OWNER_REMOVED	"removed"	/* RAM the kernel was told not to use */

/* All owners that there can be, these two included; NULL ends the list. */
extern const char *const ledger_owners[];

/* A row of table MM_LEDGER, member for column: the table as it was published last is the ledger. */
struct ledger_entry {
	phys_addr_t base, size;
	alignas(8) const char *owner;
	alignas(8) const char *detail;
	alignas(8) const char *fn;
	alignas(8) int64_t seq;
	int64_t ram;		/* 1 or 0 */
};

struct ledger {
	struct trace *trace;
	phys_addr_t ram_bytes;
	phys_addr_t sum;	/* of the entries' RAM, kept as they change */
	bool broken;		/* a change left entries out of order */
};

static inline size_t ledger_nr(const struct ledger *ledger) { return ledger->trace->rows[MM_LEDGER].nr; }
/* The @i-th by address; valid until the ledger changes. */
static inline const struct ledger_entry *ledger_entry(const struct ledger *ledger, size_t i)
{
	return chunks_row(&ledger->trace->rows[MM_LEDGER].rows, i);
}

void ledger_init(struct ledger *ledger, struct trace *trace);
/* [base, base + size) exists; what was claimed there before stays claimed. */
void ledger_add_ram(struct ledger *ledger, phys_addr_t base, phys_addr_t size);
/* Give the unclaimed bytes of the range to an owner; claimed bytes keep theirs. */
void ledger_claim(struct ledger *ledger, phys_addr_t base, phys_addr_t size,
		  const char *owner, const char *detail, const char *fn);
/* Give all bytes of the range to an owner, whoever had them. */
void ledger_assign(struct ledger *ledger, phys_addr_t base, phys_addr_t size,
		   const char *owner, const char *detail, const char *fn);
/* Give all bytes of the range back to an owner that had them before, since event @seq. */
void ledger_restore(struct ledger *ledger, phys_addr_t base, phys_addr_t size,
		    const char *owner, const char *detail, const char *fn, uint32_t seq);
/* RAM becomes free again, claims outside RAM disappear. */
void ledger_release(struct ledger *ledger, phys_addr_t base, phys_addr_t size);
/* Claims outside RAM disappear, RAM keeps its owners. */
void ledger_forget(struct ledger *ledger, phys_addr_t base, phys_addr_t size);
/* Sorted, disjoint, and all RAM accounted for: after every event, from what was kept on the way... */
bool ledger_balanced(const struct ledger *ledger);
/* ... and counted again. */
bool ledger_check(const struct ledger *ledger);
/* Entry that holds @addr, or NULL. */
const struct ledger_entry *ledger_find(const struct ledger *ledger, phys_addr_t addr);

#endif
