/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "random_check.h"

#include "mmcore/machine.h"

#include <stdio.h>
#include <stdlib.h>

static char sentence[400];

#define FAIL(...) return snprintf(sentence, sizeof(sentence), __VA_ARGS__), sentence
#define LLU(n)	((unsigned long long)(n))

/* ------------------------------------------------------- events forwards and back */

/* A table as a plain array: the model that the engine's chunks are held against. */
struct plain_rows {
	union mm_value *v;
	size_t nr, cap;
};

struct replay {
	struct plain_rows rows[MM_NR_TABLES];
	uint64_t ram;		/* sum of the ledger's rows that are RAM */
};

static void replay_deinit(struct replay *replay)
{
	for (size_t i = 0; i < MM_NR_TABLES; i++)
		free(replay->rows[i].v);
}

static uint64_t ram_of(const struct mm_splice *s, const union mm_value *rows, size_t nr)
{
	size_t w = mm_table_def(s->table)->nr_columns;
	uint64_t sum = 0;

	for (size_t i = 0; s->table == MM_LEDGER && i < nr; i++)
		sum += rows[i * w + 6].i ? rows[i * w + 1].u : 0;
	return sum;
}

/* Take @nr_old rows that equal @old away and put @new in their place. */
static const char *turn(struct replay *replay, const struct mm_splice *s, const union mm_value *old, size_t nr_old,
			const union mm_value *new, size_t nr_new)
{
	const struct mm_table_def *def = mm_table_def(s->table);
	struct plain_rows *t = &replay->rows[s->table];
	size_t w = def->nr_columns, after;

	if (s->at > t->nr || nr_old > t->nr - s->at)
		FAIL("a splice of %s is outside of the table", def->name);
	for (size_t i = 0; i < nr_old; i++)
		if (!row_equal(def, old + i * w, t->v + (s->at + i) * w))
			FAIL("a splice of %s takes away a row that is not there", def->name);
	after = t->nr - nr_old + nr_new;
	if (after > t->cap) {
		t->cap = 2 * after;
		t->v = realloc(t->v, t->cap * w * sizeof(*t->v));
	}
	if (t->nr - s->at - nr_old)
		memmove(t->v + (s->at + nr_new) * w, t->v + (s->at + nr_old) * w, (t->nr - s->at - nr_old) * w * sizeof(*t->v));
	if (nr_new)
		memcpy(t->v + s->at * w, new, nr_new * w * sizeof(*t->v));
	t->nr = after;
	replay->ram += ram_of(s, new, nr_new) - ram_of(s, old, nr_old);
	return NULL;
}

/* Addresses ascend and do not overlap, around rows [at, at + nr). */
static const char *check_order(const struct plain_rows *t, const struct mm_splice *s)
{
	const struct mm_table_def *def = mm_table_def(s->table);
	size_t w = def->nr_columns, first = s->at ? s->at - 1 : 0;

	for (size_t i = first; i + 1 < t->nr && i < s->at + s->nr_ins; i++)
		if (t->v[i * w].u + t->v[i * w + 1].u > t->v[(i + 1) * w].u || t->v[i * w].u >= t->v[(i + 1) * w].u)
			FAIL("%s has 0x%llx, 0x%llx bytes, before 0x%llx", def->name, LLU(t->v[i * w].u),
			     LLU(t->v[i * w + 1].u), LLU(t->v[(i + 1) * w].u));
	return NULL;
}

static const char *check_event(struct replay *replay, const struct mm *mm, const struct mm_event *event)
{
	uint64_t ram = replay->ram;
	const char *wrong;

	if (event->step >= mm_nr_steps(mm) || !event->fn || !event->owner || !event->count)
		FAIL("an event without step, function, owner or count");
	for (size_t i = 0; i < event->nr_splices; i++) {
		const struct mm_splice *s = &event->splices[i];

		wrong = turn(replay, s, s->del, s->nr_del, s->ins, s->nr_ins);
		if (!wrong && s->table <= MM_LEDGER)
			wrong = check_order(&replay->rows[s->table], s);
		if (wrong)
			return wrong;
	}
	if (replay->ram < ram)
		FAIL("0x%llx bytes of RAM are gone from the ledger", LLU(ram - replay->ram));
	return NULL;
}

static const char *same_as_published(const struct replay *replay, const struct mm *mm)
{
	for (size_t t = 0; t < MM_NR_TABLES; t++) {
		const struct mm_table_def *def = mm_table_def((enum mm_table_id)t);
		const struct plain_rows *a = &replay->rows[t];
		size_t nr = mm->trace.rows[t].nr;

		if (a->nr != nr)
			FAIL("%s: %zu rows after all events, %zu in the engine", def->name, a->nr, nr);
		for (size_t i = 0; i < a->nr; i++)
			if (!row_equal(def, a->v + i * def->nr_columns, trace_row(&mm->trace, (enum mm_table_id)t, i)))
				FAIL("%s: row %zu differs from the engine's", def->name, i);
	}
	return NULL;
}

static const char *check_replay(const struct mm *mm)
{
	struct replay replay = { 0 };
	const char *wrong = NULL;
	size_t i;

	for (i = 0; i < mm_nr_events(mm) && !wrong; i++)
		wrong = check_event(&replay, mm, mm_event(mm, i));
	if (!wrong)
		wrong = same_as_published(&replay, mm);
	if (!wrong && replay.ram != mm_ram_bytes(mm))
		wrong = (snprintf(sentence, sizeof(sentence), "the ledger's rows add up to 0x%llx, not to 0x%llx",
				  LLU(replay.ram), LLU(mm_ram_bytes(mm))), sentence);
	for (i = mm_nr_events(mm); i-- > 0 && !wrong;) {
		const struct mm_event *event = mm_event(mm, i);

		for (size_t k = event->nr_splices; k-- > 0 && !wrong;) {
			const struct mm_splice *s = &event->splices[k];

			wrong = turn(&replay, s, s->ins, s->nr_ins, s->del, s->nr_del);
		}
	}
	for (i = 0; i < MM_NR_TABLES && !wrong; i++)
		if (replay.rows[i].nr)
			wrong = "a table is not empty before the first event";
	replay_deinit(&replay);
	return wrong;
}

/* The tables at one moment, asked for and stepped to, are the same. */
static const char *check_state(const struct mm *mm, size_t seq)
{
	struct replay replay = { 0 };
	struct mm_state *state = NULL;
	const char *wrong = NULL;

	for (size_t i = 0; i <= seq && !wrong; i++)
		wrong = check_event(&replay, mm, mm_event(mm, i));
	if (mm_state_at(mm, seq, &state))
		wrong = "no state";
	for (size_t t = 0; t < MM_NR_TABLES && !wrong; t++) {
		const struct mm_table_def *def = mm_table_def((enum mm_table_id)t);

		if (mm_state_nr_rows(state, (enum mm_table_id)t) != replay.rows[t].nr)
			wrong = "the state at an event has other rows than its splices say";
		for (size_t i = 0; i < replay.rows[t].nr && !wrong; i++)
			if (!row_equal(def, mm_state_row(state, (enum mm_table_id)t, i), replay.rows[t].v + i * def->nr_columns))
				wrong = "the state at an event differs from its splices";
	}
	mm_state_free(state);
	replay_deinit(&replay);
	return wrong;
}

static const char *check_steps(const struct mm *mm)
{
	for (size_t i = 0; i < mm_nr_steps(mm); i++) {
		const struct mm_step *step = mm_step(mm, i);

		if (step->first_seq > step->last_seq || step->last_seq >= mm_nr_events(mm))
			FAIL("step %s covers events %u to %u", step->name, step->first_seq, step->last_seq);
		if (step->parent >= (int)i)
			FAIL("step %s comes before its parent", step->name);
	}
	return NULL;
}

/* ------------------------------------------------------------ memblock, zones */

static const char *check_type(const struct memblock_type *type)
{
	for (size_t i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i], *next = r + 1;

		if (!r->size)
			FAIL("%s holds an empty region at 0x%llx", type->name, LLU(r->base));
		if (i + 1 == type->cnt)
			break;
		if (r->base + r->size > next->base)
			FAIL("%s is not sorted at 0x%llx", type->name, LLU(next->base));
		if (r->base + r->size == next->base && r->nid == next->nid && r->flags == next->flags)
			FAIL("%s could merge at 0x%llx", type->name, LLU(next->base));
	}
	return type->cnt > type->max ? "memblock holds more regions than its array has room for" : NULL;
}

static const char *check_zone(const struct mm *mm, const struct zone *zone)
{
	const struct buddy_zone *bz = buddy_zone_of(&mm->buddy, zone);
	/* A CMA area over a hole and a gigantic page over a zone's end count whole for the zone they begin in. */
	bool lends = mm->nr_cma || mm->nr_hugepages;

	if ((!lends && zone->managed_pages > zone->present_pages) || zone->present_pages > zone->spanned_pages)
		FAIL("zone %d/%s: %llu managed of %llu present of %llu spanned", zone->nid, zone_name(zone->type),
		     LLU(zone->managed_pages), LLU(zone->present_pages), LLU(zone->spanned_pages));
	if (bz && bz->free_pages > zone->managed_pages)
		FAIL("zone %d/%s: %llu free of %llu managed", zone->nid, zone_name(zone->type), LLU(bz->free_pages),
		     LLU(zone->managed_pages));
	return NULL;
}

/* Memory on a node that does not exist, left so by a failed NUMA setup: a kernel that is about to crash. */
static bool memory_without_node(const struct mm *mm)
{
	for (size_t i = 0; i < mm->memblock.memory.cnt; i++) {
		int nid = mm->memblock.memory.regions[i].nid;

		if (memblock_nid_valid(&mm->memblock, nid) && !mm->nodes.node[nid].possible)
			return true;
	}
	return false;
}

static const char *check_nodes(const struct mm *mm)
{
	uint64_t managed = 0;

	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid)) {
		const struct node *node = &mm->nodes.node[nid];
		uint64_t present = 0;

		for (int z = 0; z < MAX_NR_ZONES; z++) {
			const char *wrong = check_zone(mm, &node->zones[z]);

			if (wrong)
				return wrong;
			present += node->zones[z].present_pages;
			managed += node->zones[z].managed_pages;
		}
		if (present != node->present_pages)
			FAIL("node %d has %llu pages, its zones %llu", nid, LLU(node->present_pages), LLU(present));
	}
	if (managed != mm->totalram_pages)
		FAIL("zones manage %llu pages, totalram_pages is %llu", LLU(managed), LLU(mm->totalram_pages));
	return NULL;
}

/* ---------------------------------------------------------------------- buddy */

/* The free block of exactly this order at @pfn, as a run. */
static const struct buddy_run *block_at(const struct buddy_zone *bz, uint64_t pfn, unsigned order)
{
	size_t lo = 0, hi = bz->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct buddy_run *run = bz->index[mid];

		if (run->pfn + (run->nr << run->order) <= pfn)
			lo = mid + 1;
		else if (run->pfn > pfn)
			hi = mid;
		else
			return run->order == order ? run : NULL;
	}
	return NULL;
}

static bool may_merge(const struct mm *mm, unsigned order, unsigned a, unsigned b)
{
	return order < mm->kernel->pageblock_order || a == b || (a < MIGRATE_PCPTYPES && b < MIGRATE_PCPTYPES);
}

static const char *check_run(const struct mm *mm, const struct buddy_zone *bz, const struct buddy_run *run)
{
	uint64_t size = UINT64_C(1) << run->order;

	if (run->order > mm->kernel->max_order || !run->nr)
		FAIL("a free block at %#llx of order %u, %llu times", LLU(run->pfn), run->order, LLU(run->nr));
	if (run->pfn % size)
		FAIL("the free block at pfn %#llx of order %u is not aligned", LLU(run->pfn), run->order);
	if (run->pfn < bz->zone->start_pfn || run->pfn + (run->nr << run->order) > zone_end_pfn(bz->zone))
		FAIL("the free block at pfn %#llx is outside of its zone", LLU(run->pfn));
	for (uint64_t i = 0; i < run->nr && run->order < mm->kernel->max_order; i++) {
		uint64_t pfn = run->pfn + i * size;
		const struct buddy_run *other = block_at(bz, pfn ^ size, run->order);

		if (other && may_merge(mm, run->order, run->type, other->type))
			FAIL("the buddies %#llx and %#llx of order %u did not merge", LLU(pfn), LLU(pfn ^ size), run->order);
	}
	return NULL;
}

static const char *check_lists(const struct buddy_zone *bz)
{
	uint64_t pages = 0;
	size_t runs = 0;

	for (unsigned order = 0; order < BUDDY_NR_ORDERS; order++) {
		for (int type = 0; type < MIGRATE_TYPES; type++) {
			const struct buddy_list *list = &bz->lists[order][type];
			uint64_t blocks = 0;

			for (const struct buddy_run *run = list->head; run; run = run->next, runs++) {
				blocks += run->nr;
				if (run->order != order || run->type != type || (run->next && run->next->prev != run))
					return "a run is in the wrong list";
			}
			if (blocks != list->nr_free)
				FAIL("a list of order %u holds %llu blocks, not %llu", order, LLU(blocks), LLU(list->nr_free));
			pages += blocks << order;
		}
	}
	if (runs != bz->nr || pages != bz->free_pages)
		FAIL("%zu runs listed and %zu indexed; %llu pages listed and %llu counted", runs, bz->nr, LLU(pages),
		     LLU(bz->free_pages));
	return NULL;
}

static bool is_buddys(const struct ledger_entry *e)
{
	return e && !strcmp(e->owner, "buddy");
}

/* The page allocator's pages are its own, but for those that a CMA area lends to it, whoever reserved that first. */
static bool may_own(const struct ledger_entry *e, const struct buddy_run *run)
{
	return e && (run->type == MIGRATE_CMA || !strcmp(e->owner, "buddy"));
}

static const char *check_owner(const struct mm *mm, const struct buddy_run *run)
{
	unsigned shift = mm->kernel->page_shift;
	phys_addr_t at = run->pfn << shift, end = at + (run->nr << run->order << shift);

	while (at < end) {
		const struct ledger_entry *e = ledger_find(&mm->ledger, at);

		if (!may_own(e, run))
			FAIL("the free block at pfn %#llx of order %u and type %u is %s's (%s) in the ledger by event %lld", LLU(run->pfn),
			     run->order, run->type, e ? e->owner : "nobody", e ? e->fn : "", e ? (long long)e->seq : 0);
		at = e->base + e->size;
	}
	return NULL;
}

static bool is_known_owner(const char *owner)
{
	for (size_t i = 0; mm_owner_name(i); i++)
		if (!strcmp(mm_owner_name(i), owner))
			return true;
	return false;
}

/* mm_owner_name() lists them all. */
static const char *check_owners(const struct mm *mm)
{
	for (size_t i = 0; i < ledger_nr(&mm->ledger); i++)
		if (!is_known_owner(ledger_entry(&mm->ledger, i)->owner))
			FAIL("the ledger knows an owner '%s' that ledger_owners[] does not", ledger_entry(&mm->ledger, i)->owner);
	return NULL;
}

/* Every free page is the buddy allocator's in the ledger, and nothing else is. */
static const char *check_ledger_of(const struct mm *mm, uint64_t free_pages)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < ledger_nr(&mm->ledger); i++)
		bytes += is_buddys(ledger_entry(&mm->ledger, i)) ? ledger_entry(&mm->ledger, i)->size : 0;
	if (bytes != free_pages << mm->kernel->page_shift)
		FAIL("the ledger has 0x%llx bytes in the page allocator, its lists 0x%llx", LLU(bytes),
		     LLU(free_pages << mm->kernel->page_shift));
	return NULL;
}

/* Pages were freed twice, as overlapping reservations have it: owners are nobody's business any more. */
static bool bad_page(const struct mm *mm)
{
	for (size_t i = mm_nr_events(mm); i-- > 0;) {
		const struct mm_event *event = mm_event(mm, i);

		for (size_t line = 0; line < event->nr_printk; line++)
			if (strstr(event->printk[line], "Bad page state"))
				return true;
	}
	return false;
}

static const char *check_buddy(const struct mm *mm)
{
	bool owned = !bad_page(mm);
	uint64_t free_pages = 0;

	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid)) {
		for (int z = 0; z < MAX_NR_ZONES; z++) {
			const struct buddy_zone *bz = buddy_zone_of(&mm->buddy, &mm->nodes.node[nid].zones[z]);
			const char *wrong = bz ? check_lists(bz) : NULL;
			uint64_t end = 0;

			for (size_t i = 0; bz && i < bz->nr && !wrong; i++) {
				const struct buddy_run *run = bz->index[i];

				if (run->pfn < end)
					FAIL("free blocks overlap at pfn %#llx", LLU(run->pfn));
				wrong = check_run(mm, bz, run);
				if (!wrong && owned)
					wrong = check_owner(mm, run);
				end = run->pfn + (run->nr << run->order);
				free_pages += run->type == MIGRATE_CMA ? 0 : run->nr << run->order;
			}
			if (wrong)
				return wrong;
		}
	}
	return owned ? check_ledger_of(mm, free_pages) : NULL;
}

/* -------------------------------------------------------------------- the whole */

static int swallow(void *ctx, const char *text, size_t len)
{
	(void)text;
	*(size_t *)ctx += len;
	return 0;
}

static const char *check_reports(const struct mm *mm)
{
	static const char *const names[] = { "log", "memblock", "zoneinfo", "buddyinfo", "pagetypeinfo", "iomem", "meminfo", "ledger" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t len = 0;

		if (mm_report(mm, names[i], swallow, &len))
			FAIL("the report %s failed", names[i]);
		if (!len && !i)
			return "an empty log";
	}
	return NULL;
}

const char *random_check(const struct mm *mm)
{
	const char *wrong = check_replay(mm);

	if (!wrong)
		wrong = check_state(mm, mm_nr_events(mm) / 2);
	if (!wrong)
		wrong = check_steps(mm);
	if (!wrong)
		wrong = check_type(&mm->memblock.memory);
	if (!wrong)
		wrong = check_type(&mm->memblock.reserved);
	if (!wrong)
		wrong = check_owners(mm);
	if (!wrong && !mm_panicked(mm) && !memory_without_node(mm))
		wrong = check_nodes(mm);
	if (!wrong && !mm_panicked(mm) && !memory_without_node(mm))
		wrong = check_buddy(mm);
	return wrong ? wrong : check_reports(mm);
}

/* --------------------------------------------------------------------- digest */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h ^= v + UINT64_C(0x9e3779b97f4a7c15) + (h << 6) + (h >> 2);
	return h * UINT64_C(0xff51afd7ed558ccd);
}

static uint64_t mix_text(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return mix(h, 0);
}

static uint64_t mix_value(uint64_t h, enum mm_type type, union mm_value value)
{
	switch (type) {
	case MM_STR:
		return mix_text(h, value.s);
	case MM_LIST:
	case MM_RUNS:
		for (size_t i = 0; i < value.list->nr; i++)
			h = mix(h, (uint64_t)value.list->v[i]);
		return mix(h, value.list->nr);
	default:
		return mix(h, value.u);
	}
}

static uint64_t mix_facts(uint64_t h, const struct mm_fact *facts, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		h = mix_value(mix_text(h, facts[i].name), facts[i].type, facts[i].value);
	return mix(h, nr);
}

static uint64_t mix_rows(uint64_t h, const struct mm_table_def *def, const union mm_value *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		for (size_t c = 0; c < def->nr_columns; c++)
			h = mix_value(h, def->columns[c].type, rows[i * def->nr_columns + c]);
	return mix(h, nr);
}

uint64_t random_digest(const struct mm *mm)
{
	uint64_t h = 1;

	for (size_t i = 0; i < mm_nr_events(mm); i++) {
		const struct mm_event *e = mm_event(mm, i);

		h = mix(mix(mix(mix(mix(h, e->seq), e->step), e->kind), e->count), (uint64_t)e->stride);
		h = mix_text(mix_text(h, e->fn), e->owner);
		h = mix_facts(mix_facts(h, e->args, e->nr_args), e->why, e->nr_why);
		for (size_t k = 0; k < e->nr_splices; k++) {
			const struct mm_table_def *def = mm_table_def(e->splices[k].table);

			h = mix(mix(h, e->splices[k].table), e->splices[k].at);
			h = mix_rows(h, def, e->splices[k].del, e->splices[k].nr_del);
			h = mix_rows(h, def, e->splices[k].ins, e->splices[k].nr_ins);
		}
		for (size_t k = 0; k < e->nr_printk; k++)
			h = mix_text(h, e->printk[k]);
	}
	return h;
}
