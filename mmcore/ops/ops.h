/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops.h - a script of operations on the booted machine, as events.
 *
 * The allocator at work takes over what buddy.c left at the end of boot, with
 * empty per-CPU lists: what the rest of a boot allocates is not modelled.  All
 * its changes are splices of the same tables, so that time runs back here too.
 */
#ifndef MMSCOPE_OPS_OPS_H
#define MMSCOPE_OPS_OPS_H

#include "mem_info.h"
#include "script.h"
#include "slub_live.h"

struct mm;
struct zone;

/*
 * @state takes the place of the end of boot; NULL: there is none.  -EINVAL: the
 * script cannot be read; @error names line and column.  A state that does not
 * fit, and running out of memory or events, jump, as everywhere in a boot.
 *
 * What a longer script has in common with a shorter one at its beginning makes
 * the same events, to the byte: whoever has those needs only the new ones.
 */
int ops_run(struct mm *mm, const char *text, const struct mm_alloc_state *state, struct mm_error *error);
/*
 * The same afterwards, with a script that begins with the one that was run: the machine is as after the whole of it,
 * and only what is new was executed.  -EAGAIN: it does not begin so.  After an error the machine is of no more use.
 */
int ops_go_on(struct mm *mm, const char *text, struct mm_error *error);

/* A block that a name holds. */
struct ops_block {
	uint64_t pfn;
	unsigned order;
	struct live_slab *slab;		/* an object of it; NULL: the block itself */
};

/* All blocks that a name holds, newest last. */
struct ops_name {
	const char *name;
	struct ops_block *blocks;
	size_t nr, cap;
	struct ops_block last;		/* that was freed */
	bool freed;
	struct live_cache *cache;	/* that the name is of, or NULL */
};

/* Whose the pages were before an operation had them: what the ledger says again when they are freed. */
struct ops_owner {
	const char *owner, *detail, *fn;
	uint32_t seq;
};

struct ops {
	struct mm *mm;
	struct live live;
	struct live_watch watch;
	struct script script;		/* its statements are those that were parsed last */
	const char *text;		/* that was run */
	int step;			/* in the trace */
	struct ops_name *names;
	size_t nr_names;
	struct ops_name anonymous;	/* what nobody named */
	struct ops_owner *owners;	/* [nr_owners]: by frame.op of what is held */
	size_t nr_owners, cap_owners;
	const struct stmt *stmt;	/* at work */
	const char *holder;		/* the name that it gives its pages to, or "" */
	unsigned gfp;			/* of the request at work */
	const char *gfp_text;		/* how flags gfp_of_text are printed; NULL: not yet */
	unsigned gfp_of_text;
	uint64_t now;			/* seconds since the script began */
	struct warn_limit limit;	/* of reports of failures */
	struct zone_check check;	/* of the zone that served it */
	uint8_t *list_rows;		/* [zone][order][type]: a row of table freelists is there */
	bool from_state;		/* from a recorded state, not from the end of boot */
	bool publish_all;		/* the next ops_publish() leaves nothing out */
	const char *owner;		/* of pages, in the ledger */
	/* SLUB; has_slub false: the kernel has another allocator of objects */
	bool has_slub;
	struct live_slub slub;
	struct slub_watch slub_watch;
	const char *outer_holder;	/* while a slab's pages are asked for */
	struct live_slab *dirty_slabs, **slab_rows;
	size_t nr_slab_rows, cap_slab_rows;
	bool warned_of_order;		/* WARN_ON_ONCE_GFP() */
};

/* ---- publish.c: tables from lists */
void ops_publish_init(struct ops *ops);
/* Put what changed since the last call into the tables freelists, zones, pcp_pages and pagesets. */
void ops_publish(struct ops *ops);

/* ---- tell.c: events from what the allocator says */
void ops_tell_init(struct ops *ops);
/* The request came to nothing: an event of kind problem. */
void ops_tell_failure(struct ops *ops, enum alloc_end end, unsigned order, int node);
/* What a kernel would report as a bug; the pages stay as they are. */
void ops_tell_bad_free(struct ops *ops, uint64_t pfn);

/* An owner that frame.op may name. */
uint32_t ops_new_owner(struct ops *ops, struct ops_owner owner);

/* ---- objects.c: SLUB.  NULL: no object came. */
void ops_objects_init(struct ops *ops);
struct live_slab *ops_kmalloc(struct ops *ops, const struct stmt *stmt);
struct live_slab *ops_cache_alloc(struct ops *ops, const struct stmt *stmt);
struct live_cache *ops_cache_create(struct ops *ops, const struct stmt *stmt, const char *name);
void ops_object_free(struct ops *ops, struct live_slab *slab);

/* ---- take_over.c: from boot, and back */
void ops_take_over(struct ops *ops);
/* for_each_populated_zone(); NULL after the last, the first after NULL. */
struct zone *ops_next_populated(const struct mm *mm, struct zone *after);
void ops_hand_back(struct ops *ops);

/* ---- sysctl.c */
void ops_sysctl(struct ops *ops, enum stmt_sysctl what, uint64_t value);

/* ---- from_state.c: from a recorded state */
/* A state of another machine or build, or one that contradicts itself, ends in arena_fail(-EINVAL). */
void ops_take_state(struct ops *ops, const struct mm_alloc_state *state);
/* The tables and the ledger as the state has them. */
void ops_tell_state(struct ops *ops);

#endif
