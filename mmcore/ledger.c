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

static struct chunks_walk walk_from(const struct ledger *ledger, size_t i)
{
	return chunks_walk_from(&ledger->trace->rows[MM_LEDGER].rows, i);
}

static phys_addr_t ram_of(const struct ledger_entry *e)
{
	return e->ram ? e->size : 0;
}

/* Entries that come in order are sorted, disjoint and not empty: @e begins no lower than at *@end, which becomes its own. */
static bool follows(const struct ledger_entry *e, phys_addr_t *end)
{
	bool is_right = e->size && e->base >= *end;

	*end = entry_end(e);
	return is_right;
}

/* Entries [at, at + nr_del) make place for nr others. */
struct edit {
	struct ledger_entry *out;
	size_t at, nr_del, nr;
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

static void emit_piece(struct edit *edit, const struct ledger_entry *e, phys_addr_t base, phys_addr_t end)
{
	struct ledger_entry *last = edit->out + edit->nr;

	if (edit->nr && continues(last - 1, e, base)) {
		last[-1].size += end - base;
		return;
	}
	*last = *e;
	last->base = base;
	last->size = end - base;
	edit->nr++;
}

/* Of an entry the piece [base, end), if that is not empty. */
static inline void emit(struct edit *edit, const struct ledger_entry *e, phys_addr_t base, phys_addr_t end)
{
	if (base < end)
		emit_piece(edit, e, base, end);
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

/* A neighbour: it leaves the sum, and comes back with the rest. */
static void emit_whole(struct edit *edit, struct ledger *ledger, const struct ledger_entry *e)
{
	ledger->sum -= ram_of(e);
	emit(edit, e, e->base, entry_end(e));
}

static bool is_same(const struct ledger_entry *a, const struct ledger_entry *b)
{
	return a->base == b->base && a->size == b->size && a->owner == b->owner && a->detail == b->detail && a->fn == b->fn &&
	       a->seq == b->seq && a->ram == b->ram;
}

/* Publishes @edit, of which the neighbours have no part where they stay as they are; NULL: there is none. */
static void replace(struct ledger *ledger, struct edit *edit, const struct ledger_entry *below, const struct ledger_entry *above)
{
	phys_addr_t end = 0;

	for (size_t i = 0; i < edit->nr; i++) {
		ledger->broken |= !follows(&edit->out[i], &end);
		ledger->sum += ram_of(&edit->out[i]);
	}
	if (below && is_same(below, edit->out)) {
		edit->at++;
		edit->nr_del--;
		edit->out++;
		edit->nr--;
	}
	if (above && is_same(above, &edit->out[edit->nr - 1])) {
		edit->nr_del--;
		edit->nr--;
	}
	trace_splice(ledger->trace, MM_LEDGER, edit->at, edit->nr_del, (const union mm_value *)edit->out, edit->nr);
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
	size_t first = lower(ledger, base), at = first ? first - 1 : 0;
	struct chunks_walk walk = walk_from(ledger, at), ahead;
	const struct ledger_entry *below = first ? chunks_next(&walk) : NULL, *e;
	struct ledger_entry few[FEW_ENTRIES];
	struct edit edit = { .out = few, .at = at, .nr_del = first - at };
	size_t room;

	if (base >= end)
		return;
	ahead = walk;
	while ((e = chunks_next(&ahead)) && e->base < end)
		edit.nr_del++;
	edit.nr_del += !!e;
	room = 2 * edit.nr_del + 4;
	if (room > FEW_ENTRIES)
		edit.out = arena_array(ledger->trace->arena, room, sizeof(*edit.out));
	if (below)
		emit_whole(&edit, ledger, below);
	while ((e = chunks_next(&walk)) && e->base < end) {
		emit(&edit, e, e->base, base);
		emit_gap(&edit, how, cur, e->base, as);
		emit_rewritten(&edit, how, e, max_u64(e->base, base), min_u64(entry_end(e), end), as);
		emit(&edit, e, end, entry_end(e));
		cur = min_u64(entry_end(e), end);
		ledger->sum -= ram_of(e);
	}
	emit_gap(&edit, how, cur, end, as);
	if (e)
		emit_whole(&edit, ledger, e);
	replace(ledger, &edit, below, e);
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
	struct chunks_walk walk = walk_from(ledger, 0);
	phys_addr_t ram = 0, end = 0;
	const struct ledger_entry *e;

	while ((e = chunks_next(&walk))) {
		if (!follows(e, &end))
			return false;
		ram += ram_of(e);
	}
	return ram == ledger->ram_bytes;
}
