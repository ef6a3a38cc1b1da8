// SPDX-License-Identifier: GPL-2.0-or-later
/* objects.c - kmalloc() and caches of SLUB, as operations of a script, with their events and tables. */
#include "ops.h"

#include "../machine.h"

static void begin(struct ops *ops, const char *fn, const struct live_cache *cache)
{
	trace_event(&ops->mm->trace, MM_SLAB, fn);
	trace_arg(&ops->mm->trace, FACT_NUM("op", ops->live.op));
	if (ops->stmt)
		trace_arg(&ops->mm->trace, FACT_NUM("line", ops->stmt->line));
	trace_arg(&ops->mm->trace, FACT_STR("cache", cache->s->name));
	trace_arg(&ops->mm->trace, FACT_NUM("cpu", ops->live.cpu));
}

static void arg_slab(struct ops *ops, const struct live_slab *slab)
{
	trace_arg(&ops->mm->trace, FACT_NUM("pfn", slab->pfn));
	trace_arg(&ops->mm->trace, FACT_NUM("order", slab->order));
	trace_arg(&ops->mm->trace, FACT_NUM("objects", slab->objects));
}

static void why(struct ops *ops, struct mm_fact fact)
{
	trace_why_fact(&ops->mm->trace, fact);
}

/* --------------------------------------------------------------------- tables */

/* On a list of the slab's or of the CPU's that owns it. */
static unsigned free_objects(const struct live_slab *slab)
{
	const struct cache_cpu *c = &slab->cache->cpus[slab->cpu];

	return slab->free + (slab->place == SLAB_ON_CPU && c->slab == slab ? c->free : 0);
}

static void slab_row(const struct live_slab *slab, union mm_value *row)
{
	static const char *const places[] = {
		[SLAB_FULL_NOWHERE] = "none", [SLAB_ON_NODE] = "node", [SLAB_ON_CPU] = "cpu", [SLAB_ON_CPU_PARTIAL] = "cpu partial",
	};
	bool of_cpu = slab->place == SLAB_ON_CPU || slab->place == SLAB_ON_CPU_PARTIAL;
	const union mm_value values[] = {
		V_NUM(slab->pfn), V_STR(slab->cache->s->name), V_NUM(slab->order), V_NUM(slab->nid), V_NUM(slab->objects),
		V_NUM(free_objects(slab)), V_NUM(slab->cached), V_STR(places[slab->place]), V_NUM(of_cpu ? (int64_t)slab->cpu : -1),
	};

	memcpy(row, values, sizeof(values));
}

static void on_changed(void *ctx, struct live_slab *slab)
{
	struct ops *ops = ctx;

	if (slab->dirty)
		return;
	slab->dirty = true;
	slab->next_dirty = ops->dirty_slabs;
	ops->dirty_slabs = slab;
}

static void grow_rows(struct ops *ops)
{
	ops->slab_rows = arena_room(&ops->mm->arena, ops->slab_rows, ops->nr_slab_rows, &ops->cap_slab_rows, sizeof(*ops->slab_rows));
}

static void remove_row(struct ops *ops, const struct live_slab *slab)
{
	trace_splice(&ops->mm->trace, MM_SLAB_PAGES, slab->row, 1, NULL, 0);
	ops->nr_slab_rows--;
	for (size_t i = slab->row; i < ops->nr_slab_rows; i++) {
		ops->slab_rows[i] = ops->slab_rows[i + 1];
		ops->slab_rows[i]->row = i;
	}
}

static void publish_slab(struct ops *ops, struct live_slab *slab)
{
	union mm_value row[MM_MAX_COLUMNS];

	slab_row(slab, row);
	if (slab->has_row) {
		if (!row_equal(mm_table_def(MM_SLAB_PAGES), trace_row(&ops->mm->trace, MM_SLAB_PAGES, slab->row), row))
			trace_splice(&ops->mm->trace, MM_SLAB_PAGES, slab->row, 1, row, 1);
		return;
	}
	grow_rows(ops);
	slab->has_row = true;
	slab->row = ops->nr_slab_rows;
	ops->slab_rows[ops->nr_slab_rows++] = slab;
	trace_splice(&ops->mm->trace, MM_SLAB_PAGES, slab->row, 0, row, 1);
}

/* The cache's row of table slabs: how many objects and slabs it has. */
static void publish_cache(struct ops *ops, const struct live_cache *cache)
{
	const struct trace_rows *rows = &ops->mm->trace.rows[MM_SLABS];
	union mm_value row[MM_MAX_COLUMNS];
	size_t at = 0;

	while (at < rows->nr && strcmp(trace_row(&ops->mm->trace, MM_SLABS, at)[0].s, cache->s->name))
		at++;
	slab_put_row(row, cache->s);
	if (at == rows->nr)
		trace_splice(&ops->mm->trace, MM_SLABS, at, 0, row, 1);
	else if (memcmp(trace_row(&ops->mm->trace, MM_SLABS, at) + 6, row + 6, 2 * sizeof(*row)))
		trace_splice(&ops->mm->trace, MM_SLABS, at, 1, row, 1);
}

static void publish(struct ops *ops, const struct live_cache *cache)
{
	while (ops->dirty_slabs) {
		struct live_slab *slab = ops->dirty_slabs;

		ops->dirty_slabs = slab->next_dirty;
		slab->dirty = false;
		if (!slab->gone)
			publish_slab(ops, slab);
	}
	publish_cache(ops, cache);
}

/* --------------------------------------------------------------------- events */

/* The page allocator's own events tell for whom the pages are, and are asked with which flags. */
static void on_wants(void *ctx, const struct live_cache *cache, unsigned gfp)
{
	struct ops *ops = ctx;

	ops->gfp = gfp;
	ops->outer_holder = ops->holder;
	ops->holder = cache->s->name;
	ops->owner = "slab";
}

static void end_pages(struct ops *ops)
{
	if (ops->outer_holder)
		ops->holder = ops->outer_holder;
	ops->outer_holder = NULL;
	ops->owner = "alloc_pages";
}

static void on_took(void *ctx, struct live_slab *slab)
{
	struct ops *ops = ctx;

	end_pages(ops);
	frame_at(&ops->live.map, slab->pfn)->state = FRAME_SLAB;
	begin(ops, "allocate_slab", slab->cache);
	arg_slab(ops, slab);
	why(ops, FACT_STR("reason", "no slab of the cache has a free object for this CPU"));
	if (slab->order < slab->cache->s->order)
		why(ops, FACT_NUM("wanted_order", slab->cache->s->order));
	on_changed(ops, slab);
	publish(ops, slab->cache);
}

/* A slab that boot has left had an owner of its own in the ledger. */
static void on_gives(void *ctx, struct live_slab *slab)
{
	struct ops *ops = ctx;
	struct frame *frame = frame_at(&ops->live.map, slab->pfn);

	frame->state = FRAME_HELD;
	if (slab->since_boot)
		frame->op = ops_new_owner(ops, (struct ops_owner){ .owner = OWNER_FREE, .detail = "", .fn = "" });
	begin(ops, "discard_slab", slab->cache);
	arg_slab(ops, slab);
	why(ops, FACT_STR("reason", "it is empty, and its node has as many partial slabs as it should keep"));
	why(ops, FACT_NUM("partial", slub_node_of(slab)->nr_partial));
	why(ops, FACT_NUM("min_partial", slab->cache->min_partial));
	slab->gone = true;
	if (slab->has_row)
		remove_row(ops, slab);
	publish(ops, slab->cache);
}

static void on_refilled(void *ctx, const struct live_cache *cache, unsigned nr)
{
	struct ops *ops = ctx;

	begin(ops, "refill_objects", cache);
	trace_arg(&ops->mm->trace, FACT_NUM("objects", nr));
	why(ops, FACT_STR("reason", "the CPU's sheaves are empty, and its node's barn has no full one"));
	why(ops, FACT_NUM("capacity", cache->s->sheaf_capacity));
	publish(ops, cache);
}

static void on_flushed(void *ctx, const struct live_cache *cache, unsigned nr)
{
	struct ops *ops = ctx;

	begin(ops, "kmem_cache_free_bulk", cache);
	trace_arg(&ops->mm->trace, FACT_NUM("objects", nr));
	why(ops, FACT_STR("reason", "the CPU's sheaves are full, and so is its node's barn"));
	publish(ops, cache);
}

void ops_objects_init(struct ops *ops)
{
	const struct slab *slab = &ops->mm->slab;

	ops->owner = "alloc_pages";
	if (!slab->ops || strcmp(slab->ops->name, "SLUB"))
		return;
	slub_live_init(&ops->slub, &ops->live, slab);
	ops->slub_watch = (struct slub_watch){
		.wants = on_wants, .took = on_took, .gives = on_gives, .refilled = on_refilled, .flushed = on_flushed,
		.changed = on_changed, .ctx = ops,
	};
	ops->slub.watch = &ops->slub_watch;
	ops->has_slub = true;
}

/* ----------------------------------------------------------------- operations */

static void not_computed(struct ops *ops, const struct stmt *stmt, const char *fn, const char *reason)
{
	trace_event(&ops->mm->trace, MM_NOTE, fn);
	trace_arg(&ops->mm->trace, FACT_NUM("line", stmt->line));
	if (stmt->kind == STMT_KMALLOC)
		trace_arg(&ops->mm->trace, FACT_NUM("bytes", stmt->nr));
	why(ops, FACT_STR("not_computed", reason));
}

static void assume(struct ops *ops, const struct live_cache *cache)
{
	if (!ops->live.rules.slub_recorded)
		why(ops, FACT_STR("unverified", "of this release no caches were recorded that this was held against"));
	if (cache->since_boot)
		why(ops, FACT_STR("assumed", "the cache is as kmem_cache_init() and what follows in start_kernel() left it: what the "
				  "rest of the boot has in it is not modelled"));
}

static struct live_slab *alloc_object(struct ops *ops, const struct stmt *stmt, struct live_cache *cache, const char *fn)
{
	struct live_slab *slab = slub_live_alloc(&ops->slub, cache, stmt->gfp, stmt->node);

	end_pages(ops);
	if (!slab) {
		ops->gfp = stmt->gfp;
		ops_tell_failure(ops, ops->slub.end, cache->s->min_order, stmt->node);
		return NULL;
	}
	begin(ops, fn, cache);
	if (stmt->kind == STMT_KMALLOC)
		trace_arg(&ops->mm->trace, FACT_NUM("bytes", stmt->nr));
	arg_slab(ops, slab);
	if (*ops->holder)
		why(ops, FACT_STR("name", ops->holder));
	why(ops, FACT_STR("from", ops->mm->rules->slub_sheaves ? "the CPU's sheaf" : "the CPU's slab"));
	assume(ops, cache);
	publish(ops, cache);
	return slab;
}

struct live_slab *ops_kmalloc(struct ops *ops, const struct stmt *stmt)
{
	struct kmem_cache *s = ops->has_slub ? kmalloc_cache_for(&ops->mm->slab, (unsigned)stmt->nr, stmt->gfp) : NULL;

	if (!s) {
		not_computed(ops, stmt, "kmalloc", "objects of up to two pages come from slabs, and at work only SLUB's are modelled");
		return NULL;
	}
	return alloc_object(ops, stmt, slub_live_cache(&ops->slub, s, !ops->from_state), "kmalloc");
}

static struct live_cache *cache_named(struct ops *ops, const char *name)
{
	for (size_t i = 0; i < ops->script.nr_names; i++)
		if (ops->names[i].cache && !strcmp(ops->names[i].name, name))
			return ops->names[i].cache;
	for (struct kmem_cache *s = ops->mm->slab.caches; s; s = s->next)
		if (!strcmp(s->name, name))
			return slub_live_cache(&ops->slub, s, !ops->from_state);
	return NULL;
}

struct live_slab *ops_cache_alloc(struct ops *ops, const struct stmt *stmt)
{
	struct live_cache *cache = ops->has_slub ? cache_named(ops, stmt->cache) : NULL;

	if (!cache) {
		not_computed(ops, stmt, "kmem_cache_alloc", ops->has_slub ? "there is no cache of this name, or not yet"
								      : "at work only SLUB is modelled");
		return NULL;
	}
	return alloc_object(ops, stmt, cache, "kmem_cache_alloc");
}

/* A cache of the script's own: it is merged with none, as with slab_nomerge. */
struct live_cache *ops_cache_create(struct ops *ops, const struct stmt *stmt, const char *name)
{
	struct slab *slab = &ops->mm->slab;
	struct live_cache *cache;
	struct kmem_cache *s;

	if (!ops->has_slub) {
		not_computed(ops, stmt, "kmem_cache_create", "at work only SLUB is modelled");
		return NULL;
	}
	s = arena_alloc(&ops->mm->arena, sizeof(*s));
	s->name = name;
	s->object_size = (unsigned)stmt->nr;
	s->flags = SLAB_NO_MERGE | (stmt->reclaimable ? SLAB_RECLAIM_ACCOUNT : 0) | (stmt->hwcache_align ? SLAB_HWCACHE_ALIGN : 0);
	s->align = slab_alignment(slab, s->flags, stmt->align, s->object_size);
	slub_lay_out(slab, s);
	if (!s->objects) {
		not_computed(ops, stmt, "kmem_cache_create", "no slab has room for such an object");
		return NULL;
	}
	cache = slub_live_cache(&ops->slub, s, false);
	begin(ops, "kmem_cache_create", cache);
	trace_arg(&ops->mm->trace, FACT_NUM("object_size", s->object_size));
	trace_arg(&ops->mm->trace, FACT_NUM("size", s->size));
	trace_arg(&ops->mm->trace, FACT_NUM("align", s->align));
	trace_arg(&ops->mm->trace, FACT_NUM("order", s->order));
	trace_arg(&ops->mm->trace, FACT_NUM("objects", s->objects));
	why(ops, FACT_STR("assumed", "what the cache itself takes, an object of kmem_cache and of kmem_cache_node, is not taken"));
	publish(ops, cache);
	return cache;
}

void ops_object_free(struct ops *ops, struct live_slab *slab)
{
	struct live_cache *cache = slab->cache;

	begin(ops, cache->s->flags & SLAB_KMALLOC ? "kfree" : "kmem_cache_free", cache);
	arg_slab(ops, slab);
	assume(ops, cache);
	slub_live_free(&ops->slub, slab);
	publish(ops, cache);
}
