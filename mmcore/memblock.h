/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memblock.h - the boot-time map of physical memory: which ranges exist, which
 * are taken.
 *
 * Follows mm/memblock.c (6.7; other versions by struct rules).  Results, the
 * order in which things happen, the log and the growth of the arrays - which
 * memblock allocates from itself - are the kernel's.  Every change is one
 * event that carries its kernel log lines' arguments, its splices of
 * memblock.memory / memblock.reserved, and the ledger's.
 *
 * A call site is named "function/purpose"; the profile's "callers" may say
 * that this binary prints another function there (inlining, tail calls).
 */
#ifndef MMSCOPE_MEMBLOCK_H
#define MMSCOPE_MEMBLOCK_H

#include "bootmem.h"
#include "kernel.h"
#include "ledger.h"

/* More regions than this is hostile input; see notes on /memreserve/ floods. */
#define MEMBLOCK_MAX_REGIONS	16384

enum memblock_flags {
	MEMBLOCK_NONE = 0x0,
	MEMBLOCK_HOTPLUG = 0x1,
	MEMBLOCK_MIRROR = 0x2,
	MEMBLOCK_NOMAP = 0x4,
	MEMBLOCK_DRIVER_MANAGED = 0x8,
	MEMBLOCK_RSRV_NOINIT = 0x10,	/* 6.7 */
	MEMBLOCK_RSRV_KERN = 0x20,	/* 7.2 */
	MEMBLOCK_RSRV_HUGETLB = 0x80,	/* 7.3 */
};

/* Special values of an allocation's upper bound. */
#define MEMBLOCK_ALLOC_ANYWHERE		PHYS_ADDR_MAX
#define MEMBLOCK_ALLOC_ACCESSIBLE	0
#define MEMBLOCK_ALLOC_NOLEAKTRACE	1

struct memblock_region {
	phys_addr_t base, size;
	unsigned flags;
	int nid;		/* rules->no_node if none */
};

/* Sorted by base, never overlapping; touching regions differ in nid or flags. */
struct memblock_type {
	const char *name;
	enum mm_table_id table;
	struct memblock_region *regions;
	size_t cnt, max;	/* max: the modelled array's size */
	size_t cap;		/* ours */
	size_t clean_head, clean_tail;	/* regions at both ends that are as published */
	phys_addr_t array_base, array_size;	/* of a doubled array; 0: static */
};

/*
 * What the linear map covers: ranges in whole pages, ascending; the same page
 * may end one and begin the next.  A virtual address is physical + offset.
 */
struct linear_map {
	struct phys_range *ranges;
	size_t nr;
	uint64_t offset;
};

/* Whose warnings are limited together: each call site of pr_warn_ratelimited() on its own. */
enum mirror_search { MIRROR_ALLOC, MIRROR_FIND, NR_MIRROR_SEARCHES };

struct memblock {
	struct memblock_type memory, reserved;
	bool has_mirror;	/* system_has_some_mirror: what is asked for is looked for in mirrored memory first */
	unsigned mirror_warnings[NR_MIRROR_SEARCHES];	/* "Could not allocate ...", so far */
	bool bottom_up, can_resize, movable_node, debug;
	bool room_told;		/* counters "memblock.memory.max" and "memblock.reserved.max" are published */
	phys_addr_t current_limit;
	const struct linear_map *linear;	/* what is allocated is cleared through it; NULL before paging_init() */
	struct bootmem *bootmem;	/* has taken over what memblock_virt_alloc*() asks for; NULL: never */
	const struct mm_kernel *kernel;
	struct trace *trace;
	struct ledger *ledger;
};

void memblock_init(struct memblock *mb, const struct mm_kernel *kernel,
		   struct trace *trace, struct ledger *ledger);

/* Logged operations. */
void memblock_add(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *site, const struct why *why);
void memblock_remove(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *site, const struct why *why);
void memblock_reserve(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *site, const struct why *why);
/* 7.2's __memblock_reserve(): a node and flags of its own. */
void memblock_reserve_flags(struct memblock *mb, phys_addr_t base, phys_addr_t size, int nid, unsigned flags,
			    const char *site, const struct why *why);
void memblock_phys_free(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *site, const struct why *why);
/* 4.9's name for the same, which it also prints. */
void memblock_free_early(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *site, const struct why *why);

/* Silent ones (no log line; still events). */
void memblock_remove_reserved(struct memblock *mb, phys_addr_t base, phys_addr_t size, const char *fn, const struct why *why);
void memblock_setclr_flag(struct memblock *mb, struct memblock_type *type, phys_addr_t base, phys_addr_t size,
			  bool set, unsigned flag, const char *fn, const struct why *why);
/* memblock_mark_mirror(): the caller asks for it only with kernelcore=mirror. */
void memblock_mark_mirror(struct memblock *mb, phys_addr_t base, phys_addr_t size, const struct why *why);
void memblock_set_node(struct memblock *mb, struct memblock_type *type, phys_addr_t base, phys_addr_t size,
		       int nid, const char *fn);
void memblock_cap_memory_range(struct memblock *mb, phys_addr_t base, phys_addr_t size, const struct why *why);

/*
 * Allocations: the physical address, or 0.  min, max, align and nid as the
 * kernel's functions of these names take them, and as the log prints them.
 */
phys_addr_t memblock_phys_alloc_range(struct memblock *mb, phys_addr_t size, phys_addr_t align,
				      phys_addr_t min, phys_addr_t max, const char *site, const struct why *why);
phys_addr_t memblock_phys_alloc(struct memblock *mb, phys_addr_t size, phys_addr_t align,
				const char *site, const struct why *why);
phys_addr_t memblock_phys_alloc_try_nid(struct memblock *mb, phys_addr_t size, phys_addr_t align, int nid,
					const char *site, const struct why *why);
phys_addr_t memblock_alloc_range_nid(struct memblock *mb, phys_addr_t size, phys_addr_t align, phys_addr_t min,
				     phys_addr_t max, int nid, bool exact_nid, const char *site, const struct why *why);
phys_addr_t memblock_alloc_try_nid(struct memblock *mb, phys_addr_t size, phys_addr_t align, phys_addr_t min,
				   phys_addr_t max, int nid, const char *site, const struct why *why);
phys_addr_t memblock_alloc_try_nid_raw(struct memblock *mb, phys_addr_t size, phys_addr_t align, phys_addr_t min,
				       phys_addr_t max, int nid, const char *site, const struct why *why);
/* 7.3: pages for hugetlb, aligned to their size. */
phys_addr_t memblock_alloc_hugetlb(struct memblock *mb, phys_addr_t size, int nid, bool exact_nid, const char *site,
				   const struct why *why);
phys_addr_t memblock_alloc_exact_nid_raw(struct memblock *mb, phys_addr_t size, phys_addr_t align, phys_addr_t min,
					 phys_addr_t max, int nid, const char *site, const struct why *why);
phys_addr_t memblock_alloc(struct memblock *mb, phys_addr_t size, phys_addr_t align,
			   const char *site, const struct why *why);

/* Where such a request would go, without taking it; 0: nowhere.  Silent, no event. */
phys_addr_t memblock_find_in_range(const struct memblock *mb, phys_addr_t start, phys_addr_t end,
				   phys_addr_t size, phys_addr_t align);

/*
 * @count equal allocations of @size bytes one after the other, as the kernel
 * makes them, but in one step per contiguous run.  Calls @got for each run
 * (first address, how many, signed distance in bytes); its event is then the
 * newest one.  Returns how many succeeded.
 */
typedef void memblock_run_fn(void *ctx, phys_addr_t first, uint64_t nr, int64_t stride);
struct memblock_request {
	const char *fn;		/* "memblock_phys_alloc_range", "memblock_alloc_try_nid_raw", ... */
	phys_addr_t size, align, min, max;
	int nid;
	bool exact_nid;
	const char *site;
	const struct why *why;
};
uint64_t memblock_alloc_runs(struct memblock *mb, const struct memblock_request *req, uint64_t count,
			     memblock_run_fn *got, void *ctx);

phys_addr_t memblock_start_of_DRAM(const struct memblock *mb);
phys_addr_t memblock_end_of_DRAM(const struct memblock *mb);
phys_addr_t memblock_phys_mem_size(const struct memblock *mb);
phys_addr_t memblock_reserved_size(const struct memblock *mb);
bool memblock_overlaps(const struct memblock_type *type, phys_addr_t base, phys_addr_t size);
bool memblock_nid_valid(const struct memblock *mb, int nid);
/* Region of @type that holds @addr, or NULL. */
const struct memblock_region *memblock_find(const struct memblock_type *type, phys_addr_t addr);
/* First byte of [base, base + size) that the linear map lacks; base + size if it has them all. */
phys_addr_t linear_map_end(const struct linear_map *linear, phys_addr_t base, phys_addr_t size);
/* "NONE", "NOMAP", "HOTPLUG|NOMAP" ... */
const char *memblock_flags_name(struct trace *trace, unsigned flags);

/*
 * Free ranges (memory minus reserved), ascending, as for_each_free_mem_range()
 * with @nid gives them; never across memory regions.  With MEMBLOCK_MIRROR in
 * @it's flags only what is mirrored.
 *   struct memblock_iter it = { 0 };
 *   while (memblock_next_free(mb, nid, &it)) use(it.range);
 */
struct memblock_iter {
	unsigned flags;
	size_t mem, res;
	phys_addr_t cur;
	struct phys_range range;
	int nid;		/* of the memory region */
};
bool memblock_next_free(const struct memblock *mb, int nid, struct memblock_iter *it);

/* memblock_dump_all(): the configuration lines, only with memblock=debug. */
void memblock_dump_all(struct memblock *mb);

#endif
