// SPDX-License-Identifier: GPL-2.0-or-later
#include "ledger.h"

#include <stddef.h>

const char *const ledger_owners[] = {
	OWNER_FREE, OWNER_REMOVED,
	"alloc_pages", "bootmem-bitmap", "buddy", "cma", "command-line", "cpumask", "crashkernel", "deferred", "dtb", "elfcorehdr",
	"hash-table", "huge-page", "hypervisor", OWNER_IN_USE, "initrd", "kernel-image", "kfence", "log-buffer", "mem_section",
	"memblock-array", "memmap", "memreserve", "node-data", "numa-distance", "page-table", "partial-page",
	"percpu", "reserve_mem", "reserved-mem-array", "reserved-memory", "resources", "slab", "stack-depot", "swiotlb", "uefi",
	"unflattened-dt", "usage-map", "vmemmap-table", NULL
};

void ledger_init(struct ledger *ledger, struct trace *trace)
{
	ledger->trace = trace;
}

static phys_addr_t entry_end(const struct ledger_entry *e)
{
	return e->base + e->size;
}

static bool ends_above(const void *row, uint64_t addr)
{
	return entry_end(row) > addr;
}

/* Index of the first entry that ends above @addr. */
static size_t lower(const struct ledger *ledger, phys_addr_t addr)
{
	return chunks_lower(&ledger->trace->rows[MM_LEDGER].rows, ends_above, addr);
}

const struct ledger_entry *ledger_find(const struct ledger *ledger, phys_addr_t addr)
{
	size_t i = lower(ledger, addr);

	return i < ledger_nr(ledger) && ledger_entry(ledger, i)->base <= addr ? ledger_entry(ledger, i) : NULL;
}

/* What a row is to the table an entry is to the ledger. */
_Static_assert(sizeof(struct ledger_entry) == 7 * sizeof(union mm_value) &&
	       offsetof(struct ledger_entry, owner) == 2 * sizeof(union mm_value) &&
	       offsetof(struct ledger_entry, seq) == 5 * sizeof(union mm_value), "an entry is no row");

static phys_addr_t ram_of(const struct ledger_entry *entries, size_t nr)
{
	phys_addr_t ram = 0;

	for (size_t i = 0; i < nr; i++)
		ram += entries[i].ram ? entries[i].size : 0;
	return ram;
}

/* Entries [at, at + nr) and their neighbours are sorted, disjoint and not empty. */
static bool in_order(const struct ledger *ledger, size_t at, size_t nr)
{
	phys_addr_t end = 0;

	for (size_t i = at > 1 ? at - 2 : 0; i < ledger_nr(ledger) && i <= at + nr; i++) {
		const struct ledger_entry *e = ledger_entry(ledger, i);

		if (!e->size || e->base < end)
			return false;
		end = entry_end(e);
	}
	return true;
}

/* Replace [at, at + nr_del) by @with, which is to publish the change. */
static void replace(struct ledger *ledger, size_t at, size_t nr_del,
		    const struct ledger_entry *with, size_t nr_ins)
{
	for (size_t i = at; i < at + nr_del; i++)
		ledger->sum -= ram_of(ledger_entry(ledger, i), 1);
	ledger->sum += ram_of(with, nr_ins);
	trace_splice(ledger->trace, MM_LEDGER, at, nr_del, (const union mm_value *)with, nr_ins);
	ledger->broken |= !in_order(ledger, at, nr_ins);
}

struct edit {
	struct ledger_entry *out;
	size_t nr;
};

/* May an entry like @b that begins at @base continue @a?  Free RAM always, owners only with themselves. */
static bool continues(const struct ledger_entry *a, const struct ledger_entry *b, phys_addr_t base)
{
	if (entry_end(a) != base || a->ram != b->ram || !same_text(a->owner, b->owner))
		return false;
	if (!strcmp(a->owner, OWNER_FREE))
		return true;
	return a->seq == b->seq && a->fn == b->fn && same_text(a->detail, b->detail);
}

/* Of an entry the piece [base, end), if that is not empty. */
static void emit(struct edit *edit, const struct ledger_entry *e, phys_addr_t base, phys_addr_t end)
{
	struct ledger_entry *last = edit->out + edit->nr;

	if (base >= end)
		return;
	if (edit->nr && continues(last - 1, e, base)) {
		last[-1].size += end - base;
		return;
	}
	*last = *e;
	last->base = base;
	last->size = end - base;
	edit->nr++;
}

enum rewrite { REWRITE_RAM, REWRITE_CLAIM, REWRITE_ASSIGN, REWRITE_RELEASE, REWRITE_FORGET };

/* What the piece [base, end) of @e, which lies inside the range, becomes. */
static void emit_rewritten(struct edit *edit, enum rewrite how, const struct ledger_entry *e, phys_addr_t base, phys_addr_t end,
			   const struct ledger_entry *as)
{
	struct ledger_entry owned = *as;

	owned.ram = e->ram;
	switch (how) {
	case REWRITE_RAM:
		owned.ram = true;
		if (!same_text(e->owner, OWNER_REMOVED)) {
			owned = *e;
			owned.ram = true;
		}		/* else told not to use it, then to use it after all */
		break;
	case REWRITE_CLAIM:
		if (!same_text(e->owner, OWNER_FREE))
			owned = *e;
		break;
	case REWRITE_ASSIGN:
		break;
	case REWRITE_RELEASE:
		if (!e->ram)
			return;
		break;
	case REWRITE_FORGET:
		if (!e->ram)
			return;
		owned = *e;
		break;
	}
	emit(edit, &owned, base, end);
}

/* What a gap inside the range (neither RAM nor claimed) becomes. */
static void emit_gap(struct edit *edit, enum rewrite how, phys_addr_t base, phys_addr_t end, const struct ledger_entry *as)
{
	struct ledger_entry e = *as;

	e.ram = how == REWRITE_RAM;
	if (how != REWRITE_RELEASE && how != REWRITE_FORGET)
		emit(edit, &e, base, end);
}

static void emit_whole(struct edit *edit, const struct ledger_entry *e)
{
	emit(edit, e, e->base, entry_end(e));
}

/* Most changes touch a few neighbours: they need no memory that stays. */
#define FEW_ENTRIES	16

/*
 * Walk the entries that touch [base, base + size), one neighbour on each side
 * included so that free RAM can join up, and rebuild them.
 */
static void rewrite(struct ledger *ledger, phys_addr_t base, phys_addr_t size,
		    enum rewrite how, const struct ledger_entry *as)
{
	phys_addr_t end = size > PHYS_ADDR_MAX - base ? PHYS_ADDR_MAX : base + size, cur = base;
	size_t first = lower(ledger, base), last, at;
	struct ledger_entry few[FEW_ENTRIES];
	struct edit edit = { .out = few };
	size_t room;

	if (base >= end)
		return;
	for (last = first; last < ledger_nr(ledger) && ledger_entry(ledger, last)->base < end; last++)
		;
	at = first ? first - 1 : 0;
	room = 2 * (last - at) + 4;
	if (room > FEW_ENTRIES)
		edit.out = arena_array(ledger->trace->arena, room, sizeof(*edit.out));
	if (at < first)
		emit_whole(&edit, ledger_entry(ledger, at));
	for (size_t i = first; i < last; i++) {
		const struct ledger_entry *e = ledger_entry(ledger, i);
		phys_addr_t lo = max_u64(e->base, base), hi = min_u64(entry_end(e), end);

		emit(&edit, e, e->base, lo);
		emit_gap(&edit, how, cur, lo, as);
		emit_rewritten(&edit, how, e, lo, hi, as);
		emit(&edit, e, hi, entry_end(e));
		cur = hi;
	}
	emit_gap(&edit, how, cur, end, as);
	if (last < ledger_nr(ledger))
		emit_whole(&edit, ledger_entry(ledger, last++));
	replace(ledger, at, last - at, edit.out, edit.nr);
}

static struct ledger_entry as_owner(const struct ledger *ledger, const char *owner,
				    const char *detail, const char *fn)
{
	return (struct ledger_entry){
		.owner = owner, .detail = detail ? detail : "", .fn = fn,
		.seq = (int64_t)ledger->trace->nr_events - 1,
	};
}

void ledger_add_ram(struct ledger *ledger, phys_addr_t base, phys_addr_t size)
{
	struct ledger_entry as = as_owner(ledger, OWNER_FREE, "", "");

	rewrite(ledger, base, size, REWRITE_RAM, &as);
	ledger->ram_bytes = ledger->sum;
}

void ledger_claim(struct ledger *ledger, phys_addr_t base, phys_addr_t size,
		  const char *owner, const char *detail, const char *fn)
{
	struct ledger_entry as = as_owner(ledger, owner, detail, fn);

	rewrite(ledger, base, size, REWRITE_CLAIM, &as);
}

void ledger_assign(struct ledger *ledger, phys_addr_t base, phys_addr_t size,
		   const char *owner, const char *detail, const char *fn)
{
	struct ledger_entry as = as_owner(ledger, owner, detail, fn);

	rewrite(ledger, base, size, REWRITE_ASSIGN, &as);
}

void ledger_restore(struct ledger *ledger, phys_addr_t base, phys_addr_t size,
		    const char *owner, const char *detail, const char *fn, uint32_t seq)
{
	struct ledger_entry as = as_owner(ledger, owner, detail, fn);

	as.seq = seq;
	rewrite(ledger, base, size, REWRITE_ASSIGN, &as);
}

void ledger_release(struct ledger *ledger, phys_addr_t base, phys_addr_t size)
{
	struct ledger_entry as = as_owner(ledger, OWNER_FREE, "", "");

	rewrite(ledger, base, size, REWRITE_RELEASE, &as);
}

void ledger_forget(struct ledger *ledger, phys_addr_t base, phys_addr_t size)
{
	struct ledger_entry as = as_owner(ledger, OWNER_FREE, "", "");

	rewrite(ledger, base, size, REWRITE_FORGET, &as);
}

bool ledger_balanced(const struct ledger *ledger)
{
	return !ledger->broken && ledger->sum == ledger->ram_bytes;
}

bool ledger_check(const struct ledger *ledger)
{
	phys_addr_t ram = 0;

	for (size_t i = 0; i < ledger_nr(ledger); i++)
		ram += ram_of(ledger_entry(ledger, i), 1);
	return in_order(ledger, 0, ledger_nr(ledger)) && ram == ledger->ram_bytes;
}
