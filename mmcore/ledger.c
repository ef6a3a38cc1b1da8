// SPDX-License-Identifier: GPL-2.0-or-later
#include "ledger.h"

const char *const ledger_owners[] = {
	OWNER_FREE, OWNER_REMOVED,
	"alloc_pages", "bootmem-bitmap", "buddy", "cma", "command-line", "cpumask", "crashkernel", "deferred", "dtb", "elfcorehdr",
	"hash-table", "huge-page", OWNER_IN_USE, "initrd", "kernel-image", "kfence", "log-buffer", "mem_section",
	"memblock-array", "memmap", "memreserve", "node-data", "numa-distance", "page-table", "partial-page",
	"percpu", "reserve_mem", "reserved-mem-array", "reserved-memory", "resources", "slab", "stack-depot", "swiotlb", "uefi",
	"unflattened-dt", "usage-map", "vmemmap-table", NULL
};

void ledger_init(struct ledger *ledger, struct trace *trace)
{
	ledger->trace = trace;
	ledger->entries = (struct chunks){ .alloc = chunks_from_arena, .ctx = trace->arena, .width = sizeof(struct ledger_entry) };
}

static phys_addr_t entry_end(const struct ledger_entry *e)
{
	return e->base + e->size;
}

/* Index of the first entry that ends above @addr. */
static size_t lower(const struct ledger *ledger, phys_addr_t addr)
{
	size_t lo = 0, hi = ledger_nr(ledger);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (entry_end(ledger_entry(ledger, mid)) > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

const struct ledger_entry *ledger_find(const struct ledger *ledger, phys_addr_t addr)
{
	size_t i = lower(ledger, addr);

	return i < ledger_nr(ledger) && ledger_entry(ledger, i)->base <= addr ? ledger_entry(ledger, i) : NULL;
}

static void publish(struct ledger *ledger, size_t at, size_t nr_del, const struct ledger_entry *with, size_t nr_ins)
{
	size_t w = mm_table_def(MM_LEDGER)->nr_columns;
	union mm_value *rows = arena_array(ledger->trace->arena, nr_ins * w, sizeof(*rows));

	for (size_t i = 0; i < nr_ins; i++) {
		const struct ledger_entry *e = &with[i];
		const union mm_value row[] = {
			V_HEX(e->base), V_HEX(e->size), V_STR(e->owner), V_STR(e->detail),
			V_STR(e->fn), V_NUM(e->seq), V_NUM(e->ram),
		};

		memcpy(rows + i * w, row, sizeof(row));
	}
	trace_splice(ledger->trace, MM_LEDGER, at, nr_del, rows, nr_ins);
}

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
	for (size_t i = at ? at - 1 : 0; i < ledger_nr(ledger) && i <= at + nr; i++)
		if (!ledger_entry(ledger, i)->size || (i && ledger_entry(ledger, i)->base < entry_end(ledger_entry(ledger, i - 1))))
			return false;
	return true;
}

/* Replace [at, at + nr_del) by @with and publish the change. */
static void replace(struct ledger *ledger, size_t at, size_t nr_del,
		    const struct ledger_entry *with, size_t nr_ins)
{
	for (size_t i = at; i < at + nr_del; i++)
		ledger->sum -= ram_of(ledger_entry(ledger, i), 1);
	ledger->sum += ram_of(with, nr_ins);
	chunks_splice(&ledger->entries, at, nr_del, with, nr_ins);
	ledger->broken |= !in_order(ledger, at, nr_ins);
	publish(ledger, at, nr_del, with, nr_ins);
}

/* May two touching entries become one?  Free RAM always, owners only with themselves. */
static bool same(const struct ledger_entry *a, const struct ledger_entry *b)
{
	if (a->ram != b->ram || entry_end(a) != b->base || strcmp(a->owner, b->owner))
		return false;
	if (!strcmp(a->owner, OWNER_FREE))
		return true;
	return a->seq == b->seq && a->fn == b->fn && !strcmp(a->detail, b->detail);
}

struct edit {
	struct ledger_entry *out;
	size_t nr;
};

static void emit(struct edit *edit, struct ledger_entry e)
{
	if (!e.size)
		return;
	if (edit->nr && same(&edit->out[edit->nr - 1], &e))
		edit->out[edit->nr - 1].size += e.size;
	else
		edit->out[edit->nr++] = e;
}

static struct ledger_entry part(const struct ledger_entry *e, phys_addr_t base, phys_addr_t end)
{
	struct ledger_entry p = *e;

	p.base = base;
	p.size = end - base;
	return p;
}

enum rewrite { REWRITE_RAM, REWRITE_CLAIM, REWRITE_ASSIGN, REWRITE_RELEASE, REWRITE_FORGET };

/* What @e's piece inside the range becomes; size 0 drops it. */
static struct ledger_entry rewritten(enum rewrite how, struct ledger_entry e,
				     const struct ledger_entry *as)
{
	bool is_free = !strcmp(e.owner, OWNER_FREE);

	switch (how) {
	case REWRITE_RAM:
		e.ram = true;
		if (strcmp(e.owner, OWNER_REMOVED))
			return e;
		break;		/* told not to use it, then to use it after all */
	case REWRITE_CLAIM:
		if (!is_free)
			return e;
		break;
	case REWRITE_ASSIGN:
		break;
	case REWRITE_RELEASE:
		if (!e.ram)
			e.size = 0;
		break;
	case REWRITE_FORGET:
		if (!e.ram)
			e.size = 0;
		return e;
	}
	e.owner = as->owner;
	e.detail = as->detail;
	e.fn = as->fn;
	e.seq = as->seq;
	return e;
}

/* What a gap inside the range (neither RAM nor claimed) becomes. */
static struct ledger_entry gap(enum rewrite how, const struct ledger_entry *as,
			       phys_addr_t base, phys_addr_t end)
{
	struct ledger_entry e = part(as, base, end);

	e.ram = how == REWRITE_RAM;
	if (how == REWRITE_RELEASE || how == REWRITE_FORGET)
		e.size = 0;
	return e;
}

/*
 * Walk the entries that touch [base, base + size), one neighbour on each side
 * included so that free RAM can join up, and rebuild them.
 */
static void rewrite(struct ledger *ledger, phys_addr_t base, phys_addr_t size,
		    enum rewrite how, const struct ledger_entry *as)
{
	phys_addr_t end = size > PHYS_ADDR_MAX - base ? PHYS_ADDR_MAX : base + size, cur = base;
	size_t first = lower(ledger, base), last, at;
	struct edit edit = { 0 };

	if (base >= end)
		return;
	for (last = first; last < ledger_nr(ledger) && ledger_entry(ledger, last)->base < end; last++)
		;
	at = first ? first - 1 : 0;
	edit.out = arena_array(ledger->trace->arena, 2 * (last - at) + 4, sizeof(*edit.out));
	if (at < first)
		emit(&edit, *ledger_entry(ledger, at));
	for (size_t i = first; i < last; i++) {
		const struct ledger_entry *e = ledger_entry(ledger, i);
		phys_addr_t lo = max_u64(e->base, base), hi = min_u64(entry_end(e), end);

		emit(&edit, part(e, e->base, lo));
		if (cur < lo)
			emit(&edit, gap(how, as, cur, lo));
		emit(&edit, rewritten(how, part(e, lo, hi), as));
		emit(&edit, part(e, hi, entry_end(e)));
		cur = hi;
	}
	if (cur < end)
		emit(&edit, gap(how, as, cur, end));
	if (last < ledger_nr(ledger))
		emit(&edit, *ledger_entry(ledger, last++));
	replace(ledger, at, last - at, edit.out, edit.nr);
}

static struct ledger_entry as_owner(const struct ledger *ledger, const char *owner,
				    const char *detail, const char *fn)
{
	return (struct ledger_entry){
		.owner = owner, .detail = detail ? detail : "", .fn = fn,
		.seq = (uint32_t)(ledger->trace->nr_events - 1),
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
