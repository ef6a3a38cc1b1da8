/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * script.h - what the machine is asked to do, as a short text.
 *
 *   a = alloc order=2 gfp=GFP_KERNEL cpu=1     a name keeps all blocks that it was ever given
 *   free a cpu=0                               the one it was given last; "free a all": all of them
 *   free pfn=278975                            whoever has it
 *   b = bulk 100                               alloc_pages_bulk()
 *   split a    release a    drain cpu=0    drain all    vmstat cpu=0
 *   idle cpu=1                                 the CPU goes idle: quiet_vmstat()
 *   wait 3                                     seconds; each CPU's vmstat work runs once in each
 *   k = kmalloc 16384
 *   mine = kmem_cache_create 192               a cache of one's own, merged with no other
 *   o = kmem_cache_alloc cache=mine            or cache=vmap_area, of boot's; "free o" gives it back
 *   vm.min_free_kbytes=20000
 *   repeat 64 { a = alloc }
 *   random 2000 seed=7 cpus=0-3 orders=0-3 hold=500
 *
 * One statement a line, or several with ';' between them; '#' begins a comment.
 */
#ifndef MMSCOPE_OPS_SCRIPT_H
#define MMSCOPE_OPS_SCRIPT_H

#include "../arena.h"
#include "gfp.h"
#include "../mm.h"

#define SCRIPT_MAX_BYTES	65536
#define SCRIPT_MAX_OPS		4000000		/* executed, repetitions included */
#define SCRIPT_MAX_DEPTH	8		/* of repeat */
#define SCRIPT_MAX_NAMES	4096
#define SCRIPT_MAX_BULK		512
#define SCRIPT_MAX_OBJECT	65536		/* bytes, of a cache's objects */
#define SCRIPT_MAX_WAIT		3600		/* seconds */

enum stmt_kind {
	STMT_ALLOC, STMT_FREE, STMT_BULK, STMT_SPLIT, STMT_RELEASE, STMT_KMALLOC, STMT_CACHE, STMT_OBJECT, STMT_DRAIN, STMT_VMSTAT,
	STMT_IDLE, STMT_WAIT, STMT_SYSCTL,
	STMT_REPEAT, STMT_RANDOM, STMT_NR_KINDS
};

enum stmt_sysctl { SYSCTL_NONE, SYSCTL_MIN_FREE_KBYTES, SYSCTL_PAGELIST_FRACTION };

struct stmt {
	enum stmt_kind kind;
	enum stmt_sysctl sysctl;
	unsigned line, column;		/* from 1 */
	int name;			/* in script.names; -1: none */
	bool all, movable, has_pfn, reclaimable, hwcache_align;
	const char *cache;		/* whose object it is */
	unsigned align;			/* of objects */
	unsigned cpu, last_cpu;		/* of random: cpus=cpu-last_cpu */
	int node;			/* -1: the CPU's own */
	unsigned gfp;
	unsigned order, last_order;
	uint64_t nr;			/* of bulk: pages; repeat: times; random: operations; kmalloc, cache: bytes; sysctl: value */
	uint64_t pfn, seed, hold;
	struct stmt *body;
	size_t nr_body;
};

struct script {
	struct stmt *stmts;
	size_t nr;
	const char **names;
	size_t nr_names;
	uint64_t nr_ops;		/* that it executes, what was parsed before included */
	/* How far it was read, for a text that goes on from there. */
	size_t nr_bytes;
	unsigned nr_lines;		/* that ended; the last one is not over */
	uint16_t *slots;		/* where a name is, by its hash */
};

/* What the machine has, which a script may not go beyond. */
struct script_limits {
	unsigned nr_cpus;
	int nr_nodes;
	bool high_fraction;		/* vm.percpu_pagelist_high_fraction, in place of vm.percpu_pagelist_fraction */
	struct gfp_words gfp_words;
};

/*
 * False with @error naming line and column; @ret lives in @arena.  It is zeroed for the first text; for a text that
 * begins with the one that it was made of, a newline behind that, it has the statements behind that one afterwards,
 * and the names of both.  After an error it is of no more use.
 */
bool script_parse(struct arena *arena, const char *text, const struct script_limits *limits, struct script *ret,
		  struct mm_error *error);

/*
 * What there is, from the tables that parse it: a line for each statement, "SYNTAX\tWHAT IT DOES", and below it one for
 * each of its arguments, "\tKEY=VALUE\tMEANING".
 */
void script_reference(mm_line_sink *sink, void *ctx);

#endif
