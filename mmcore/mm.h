/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mm.h - the one door into mmcore.
 *
 * A board (device tree and loader facts), a kernel (a profile) and a command
 * line go in; mm_boot() executes Linux's boot-time memory initialisation on
 * them; out comes one ordered log of events.  Everything else - the kernel
 * log, the tables at any moment, the /proc texts, the ledger - is derived from
 * that log and from the machine's final state, and is read through this header.
 *
 * Two kinds of failure never mix.  Our program failing (no host memory, an
 * unreadable device tree, an incomplete profile) is a negative errno with a
 * struct mm_error.  The modelled kernel failing (a panic, a CMA area that does
 * not fit) is a correct result: an event of kind MM_PROBLEM in a normal log.
 *
 * Nothing here prints, exits or keeps state outside the objects it returns.
 */
#ifndef MMSCOPE_MM_H
#define MMSCOPE_MM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t phys_addr_t;

/* [base, base + size) */
struct phys_range {
	phys_addr_t base;
	phys_addr_t size;
};

/* ------------------------------------------------------------------ errors */

/*
 * Why our program could not do what it was asked.  @where names the thing at
 * fault ("device tree", "profile 6.7"), @node a device tree path or profile
 * key, or is empty; @offset is a byte offset or -1.
 */
struct mm_error {
	char text[256];
	char where[96];
	char node[160];
	int64_t offset;
	/* What would mend it: the setting to give ("memory", "loader" ...) and a value
	 * that would do; empty if there is no such advice. */
	char option[24];
	char example[72];
};

/* The engine's own version; part of a run's identity. */
const char *mm_version(void);

/* ----------------------------------------------------------- kernel profile */

/*
 * A kernel profile is a flat set of facts about one build, kept in sections:
 * "" (name, version, arch, kimage_vaddr), "image", "config", "symbols",
 * "structs", "callers", "params", "recorded" and "enums.NAME".  The caller
 * fills it key by key (boards/kernels/NAME.json has the same shape; a list of
 * words becomes one text with spaces between), then mm_kernel_finish() checks
 * that it is complete and derives what the engine needs.  A finished profile
 * is read-only and may serve many boots.
 */
struct mm_kernel;

struct mm_kernel *mm_kernel_new(void);
void mm_kernel_free(struct mm_kernel *kernel);
/* Both copy their strings.  -ENOMEM, or -E2BIG past MM_KERNEL_MAX_FACTS. */
int mm_kernel_set_number(struct mm_kernel *kernel, const char *section,
			 const char *key, uint64_t value);
int mm_kernel_set_text(struct mm_kernel *kernel, const char *section,
		       const char *key, const char *value);
/* -EINVAL with @error naming the missing or unusable key. */
int mm_kernel_finish(struct mm_kernel *kernel, struct mm_error *error);
const char *mm_kernel_name(const struct mm_kernel *kernel);
const char *mm_kernel_version(const struct mm_kernel *kernel);
uint64_t mm_kernel_page_size(const struct mm_kernel *kernel);
/* The version family whose step tables and rules this build runs, "6.7". */
const char *mm_kernel_sequence(const struct mm_kernel *kernel);

/* ------------------------------------------------- what changed between kernels */

/*
 * One row of the history of Linux (versions/) that holds for one of two kernels
 * and not for the other.  Strings live as long as the program.
 */
struct mm_change {
	const char *kind;	/* "step": a call; "rule": a choice; "init_mm", "process": a field */
	const char *subject;	/* the function, the rule, the member */
	const char *was, *is;	/* a rule's value, a step's caller; NULL: there was, is none */
	const char *what;	/* what changed, in a few words; "" where the names say it */
	char release[16];	/* the mainline release that changed it; "" for what only builds differ in */
	const char *stable;	/* point releases that took it over, or "" */
	bool runs;		/* step: it does something to memory, here or in the rows below it */
};

typedef int mm_change_sink(void *ctx, const struct mm_change *change);

/*
 * What is new in @kernel against @against, in the order of boot, then of the rules.
 * Without @against: every change that @kernel has since the history begins.
 * A non-zero return of @sink stops, and is passed on; -ENOMEM.
 */
int mm_kernel_changes(const struct mm_kernel *kernel, const struct mm_kernel *against, mm_change_sink *sink, void *ctx);
/*
 * @kernel with one rule as @against has it: what would its boot be without that change?
 * @rule is the subject of a change of kind "rule".  -ENOENT: no rule is called so, or its
 * value is not another one; -EINVAL: the build cannot be without it; -ENOMEM.  The new
 * kernel reads @kernel's facts, which must outlive it; free it with mm_kernel_free().
 */
int mm_kernel_without(const struct mm_kernel *kernel, const struct mm_kernel *against, const char *rule, struct mm_kernel **ret);
/* The first and the last release of the history, "4.9" and "7.3". */
const char *mm_history_begins(void);
const char *mm_history_ends(void);

/*
 * How far the history reaches: the kernel's series was recorded booting; it was
 * only read in the sources; it is outside, and boots as the nearest release does.
 */
enum mm_kernel_known { MM_KERNEL_RECORDED, MM_KERNEL_UNRECORDED, MM_KERNEL_OUTSIDE };

enum mm_kernel_known mm_kernel_known(const struct mm_kernel *kernel);
/* Of a recorded series, the point release nearest to this one that was recorded, "6.12.57"; NULL: none was. */
const char *mm_kernel_recorded(const struct mm_kernel *kernel);

/* -------------------------------------------------------------------- board */

/*
 * RAM as the user gives it.  One size alone is all of the RAM, and goes where the
 * tree's banks are or its chip has RAM; a list says each range, one without an
 * address following the one before.
 */
struct mm_ram {
	phys_addr_t base, size;
	int node;		/* NUMA node; -1: not said */
	bool placed;		/* base counts */
};

/* One range of UEFI's memory map: EFI_MEMORY_DESCRIPTOR, in its own order. */
struct mm_uefi_range {
	phys_addr_t base;
	uint64_t nr_pages;	/* of 4 KiB, whatever the kernel's are */
	uint32_t type;		/* EFI_MEMORY_TYPE: 7 is conventional memory */
	uint64_t attribute;	/* EFI_MEMORY_WB ... */
};

/* An entry of UEFI's configuration table that the kernel reads or reserves. */
struct mm_uefi_table {
	const char *name;	/* as the kernel prints it: "MEMATTR", "INITRD", "MEMRESERVE" ... */
	phys_addr_t address;
	phys_addr_t size;	/* what the kernel reserves there; 0: nobody knows */
};

/* What a kernel finds that UEFI has booted. */
struct mm_uefi {
	const struct mm_uefi_range *ranges;
	size_t nr_ranges;
	const struct mm_uefi_table *tables;
	size_t nr_tables;
	const struct phys_range *reserved;	/* entries of MEMRESERVE's list, the list itself not included */
	size_t nr_reserved;
	phys_addr_t system_table, map_address;	/* 0: as /chosen says */
	uint32_t map_bytes, descriptor_bytes;	/* 0: as /chosen says, else computed */
	const char *banner;		/* "2.7 by EDK II"; NULL: not known */
	struct phys_range framebuffer;	/* of screen_info; size 0: none */
	bool edk2;			/* in place of all above: assume edk2 of QEMU's virt machine */
};

struct mm_alloc_state;

/* A node of /reserved-memory that the boot loader adds, or moves. */
struct mm_reserved {
	const char *name;		/* with its unit address */
	phys_addr_t base, size;		/* size 0: a node that its loader did not fill in */
	bool no_map, reusable;
	bool pool;			/* compatible with shared-dma-pool */
	bool cma_default;		/* linux,cma-default */
	bool moves;			/* it has a size alone, and came to lie at @base */
};

/*
 * What the boot loader hands to the kernel.  Pointers are borrowed for the
 * length of mm_boot().  What is not given is chosen by a model of the board's
 * loader (loader/), and marked as assumed.
 */
struct mm_board {
	const void *dtb;
	size_t dtb_size;
	/* Size of the blob in memory as the firmware leaves it (it may be
	 * padded); 0: the header's totalsize. */
	uint32_t dtb_totalsize;
	const char *cmdline;		/* NULL: /chosen/bootargs as it is */
	const struct mm_ram *ram;	/* replaces the /memory nodes */
	size_t nr_ram;
	const struct phys_range *memreserve;	/* the loader's own reservations, behind the tree's /memreserve/ */
	size_t nr_memreserve;
	const struct mm_reserved *reserved;	/* nodes of /reserved-memory besides the tree's, or in their place */
	size_t nr_reserved;
	const char *loader;		/* NULL: what the tree tells, else "clear" */
	const char *loader_options;	/* "key=value,..." of that loader, or NULL */
	bool has_image, has_dtb;	/* the addresses below are given */
	phys_addr_t image_addr;		/* where the Image's first byte is put */
	phys_addr_t dtb_addr;
	phys_addr_t initrd_start, initrd_end;	/* end exclusive; both 0: as in /chosen */
	phys_addr_t initrd_size;	/* of an initrd that the loader places; 0: none */
	const char *cpu;		/* QEMU's name of the CPU model; NULL: "cortex-a57" */
	/* What the booted machine is asked to do, see ops/script.h; NULL: nothing. */
	const char *ops;
	/* A recorded state that it starts from in place of the end of boot; only needed during mm_boot().  NULL: none. */
	const struct mm_alloc_state *state;
	const struct mm_uefi *uefi;	/* NULL: not booted by UEFI, or as the tree says */
};

/* What a device tree says of a machine before anything boots: enough for a small map. */
#define MM_SUMMARY_MAX_BANKS	1024	/* of each kind; what is beyond is left out */
#define MM_SUMMARY_MAX_NODES	1024	/* ids of nodes below this; NODES_SHIFT of the largest kernel is 10 */

/* Never empty, never past the last address. */
struct mm_bank {
	phys_addr_t base;
	phys_addr_t size;
	int node;		/* NUMA node; -1: the tree does not say */
};

struct mm_board_summary {
	const struct mm_bank *banks;	/* RAM by /memory nodes, sorted by address */
	size_t nr_banks;
	/* /reserved-memory nodes that have an address, and /memreserve/, sorted
	 * alike; node: of the bank that they begin in.  They may overlap. */
	const struct mm_bank *reserved;
	size_t nr_reserved;
	unsigned nr_cpus;		/* nodes of /cpus */
	unsigned nr_nodes;		/* NUMA nodes that have RAM or CPUs; 1 if none is named */
};

/*
 * Safe on any bytes.  On success the caller owns *@ret until
 * mm_board_summary_free(); on failure *@ret is untouched: -EINVAL or -E2BIG with
 * @error naming node or byte of the tree, -ENOMEM.  A tree without RAM is fine.
 */
int mm_board_summary(const void *dtb, size_t size, struct mm_board_summary **ret, struct mm_error *error);
void mm_board_summary_free(struct mm_board_summary *summary);

/*
 * The tree that a boot loader makes of @dtb and an overlay (.dtbo).  Safe on any
 * bytes.  On success the caller frees *@ret; on failure *@ret is untouched:
 * -EINVAL with @error naming which of both is wrong, -ENOMEM.
 */
int mm_overlay_apply(const void *dtb, size_t size, const void *overlay, size_t overlay_size, void **ret, size_t *ret_size,
		     struct mm_error *error);

/*
 * Whether libfdt can be given @tree, any bytes at an address that is a multiple of 8: the library's own check does not end on
 * some and passes others that it then reads past.  -EINVAL with @error naming the byte.
 */
int mm_tree_check(const void *tree, size_t size, struct mm_error *error);

/*
 * One property of a device tree.  mm_tree_property() finds its bytes in @dtb, or
 * NULL.  mm_tree_with() writes the tree with the property set to @len bytes, or
 * without it if @value is NULL, into @out; on success *@out_size is the new
 * tree's size.  -ENOENT: no such node; -ENOSPC: @out is too small; -EINVAL: this
 * is no tree.
 */
const void *mm_tree_property(const void *dtb, size_t size, const char *path, const char *property, size_t *len);
int mm_tree_with(const void *dtb, size_t size, const char *path, const char *property, const void *value, size_t len,
		 void *out, size_t *out_size);

/* ------------------------------------------------------------- events, rows */

/* How a value is meant to be shown; see union mm_value. */
enum mm_type {
	MM_HEX,			/* .u: address or size in bytes */
	MM_NUM,			/* .i: pfn, page count, order, id, index */
	MM_STR,			/* .s: never NULL */
	MM_LIST,		/* .list: numbers */
	/* .list: triples.  Free lists: first pfn, blocks, step in pages (may be
	 * negative).  Page tables: level, index of the first entry, entries. */
	MM_RUNS,
};

struct mm_list {
	size_t nr;
	const int64_t *v;
};

union mm_value {
	uint64_t u;
	int64_t i;
	const char *s;
	const struct mm_list *list;
};

/* A named value: an argument of an operation, or a reason for it. */
struct mm_fact {
	const char *name;
	enum mm_type type;
	union mm_value value;
};

struct mm_column {
	const char *name;
	enum mm_type type;
};

/* Column 0 is the row's key, unique in its table at any moment. */
struct mm_table_def {
	const char *name;
	const struct mm_column *columns;
	size_t nr_columns;
};

enum mm_table_id {
	MM_MEMBLOCK_MEMORY,
	MM_MEMBLOCK_RESERVED,
	MM_LEDGER,
	MM_IMAGE,
	MM_INIT_MM,
	MM_PAGETABLES,
	MM_NODES,
	MM_SECTIONS,
	MM_ZONES,
	MM_ZONELISTS,
	MM_PERCPU,
	MM_BOOT_PAGESETS,
	MM_PAGESETS,
	MM_FREELISTS,
	MM_HASHES,
	MM_SLABS,
	MM_CPUS,
	MM_COUNTERS,
	MM_BOOTMEM,
	MM_VMAS,
	MM_PROCESS,
	MM_ZONELIST_ORDERS,
	MM_PCP_PAGES,
	MM_LOADER,
	MM_SLAB_PAGES,
	MM_NR_TABLES
};

const struct mm_table_def *mm_table_def(enum mm_table_id table);

/* @nr_ins rows take the place of @nr_del rows at index @at.  Rows are
 * nr_columns values each, one after the other. */
struct mm_splice {
	enum mm_table_id table;
	size_t at;
	size_t nr_del, nr_ins;
	const union mm_value *del, *ins;
	size_t first;			/* number of the first row of ins, counting all rows that the log brings */
};

enum mm_kind {
	MM_STEP, MM_LEAVE, MM_ADD, MM_REMOVE, MM_RESERVE, MM_ALLOC, MM_FREE,
	MM_MARK, MM_GROW, MM_MAP, MM_SET, MM_NODE, MM_ZONE, MM_ZONELIST,
	MM_PERCPU_CHUNK, MM_HASH, MM_BUDDY, MM_SLAB, MM_PAGESET, MM_PROBLEM,
	MM_NOTE, MM_NR_KINDS
};

/* "step", "leave", ... as the JSON has them. */
const char *mm_kind_name(enum mm_kind kind);

/*
 * One thing that happened.  A repeated operation is one event with @count > 1;
 * its n-th repetition moves the argument "base" by n * @stride bytes.
 * @step indexes mm_step(); @fn is the kernel's name of the operation and @args
 * what it was given and what it returned; @owner and @why say for whom and for
 * what reason.
 */
struct mm_event {
	uint32_t seq;
	uint16_t step;
	uint8_t depth;
	enum mm_kind kind;
	uint64_t count;
	int64_t stride;
	const char *fn;
	const struct mm_fact *args;
	size_t nr_args;
	const char *owner;		/* "" if nobody gains or loses memory */
	const struct mm_fact *why;
	size_t nr_why;
	const struct mm_splice *splices;
	size_t nr_splices;
	const char *const *printk;	/* lines besides memblock=debug's own */
	size_t nr_printk;
	bool logged;			/* memblock=debug was on */
};

/* One entry of the executed call tree. */
struct mm_step {
	const char *name;		/* the kernel's function */
	const char *stage;		/* "-1" (the boot loader), "0", "1", "2", "3a", "3b", "3c" */
	bool executed;			/* false: no effect on memory; shown greyed */
	const char *note;		/* one line on what it does, or "" */
	int parent;			/* index, or -1 */
	uint8_t depth;
	uint32_t first_seq, last_seq;	/* events [first, last] */
};

/* ----------------------------------------------------------------- the boot */

struct mm;

/*
 * Execute one boot.  On success the caller owns *@ret until mm_free(); on
 * failure *@ret is untouched and @error says what is wrong:
 *   -EINVAL  the device tree or a parameter cannot be used (bad input)
 *   -E2BIG   the input asks for more than this engine's limits (bad input)
 *   -ENOMEM  no host memory (our own failure)
 * @kernel must outlive *@ret.
 */
int mm_boot(const struct mm_board *board, const struct mm_kernel *kernel,
	    struct mm **ret, struct mm_error *error);
/*
 * More operations on a machine that has booted: @ops is the whole script, and begins with the one that it has executed,
 * a newline behind that.  Afterwards the machine is to the byte what mm_boot() makes of the whole script; only what is
 * new was executed.  -EAGAIN: @ops does not begin so, or the kernel did not come to its end.  After any error mm_free()
 * is all that the machine is good for, and mm_boot() says what is wrong with the script.
 */
int mm_go_on(struct mm *mm, const char *ops, struct mm_error *error);
void mm_free(struct mm *mm);

size_t mm_nr_events(const struct mm *mm);
const struct mm_event *mm_event(const struct mm *mm, size_t seq);
size_t mm_nr_steps(const struct mm *mm);
const struct mm_step *mm_step(const struct mm *mm, size_t index);
/* First step of that name, or -1. */
int mm_find_step(const struct mm *mm, const char *name);

/* The command line the kernel saw, and whether the boot ended in a modelled panic. */
const char *mm_cmdline(const struct mm *mm);
bool mm_panicked(const struct mm *mm);
/* RAM the firmware reported, in bytes; the ledger's sum equals it at every event. */
phys_addr_t mm_ram_bytes(const struct mm *mm);
/* Of the modelled kernel, in bytes. */
uint64_t mm_page_size(const struct mm *mm);
/* The @i-th of all names that the ledger gives to owners, or NULL behind the last. */
const char *mm_owner_name(size_t i);

/* Receives text piece by piece; a non-zero return stops the writer, which
 * passes it on. */
typedef int mm_sink(void *ctx, const char *text, size_t len);

/* The kernel log lines of repetition @n of @event, each ending in '\n';
 * the printk lines come with the last repetition. */
int mm_event_log(const struct mm *mm, const struct mm_event *event, uint64_t n,
		 mm_sink *sink, void *ctx);

/*
 * A text report: "log", "memblock", "zoneinfo", "buddyinfo", "pagetypeinfo", "unusable_index", "extfrag_index",
 * "iomem", "meminfo", "ledger".  -ENOENT for any other name.
 */
int mm_report(const struct mm *mm, const char *name, mm_sink *sink, void *ctx);

/* ------------------------------------------------- the tables at any moment */

struct mm_state;

/* All tables as they are after event @seq.  Free with mm_state_free(). */
int mm_state_at(const struct mm *mm, size_t seq, struct mm_state **ret);
void mm_state_free(struct mm_state *state);
size_t mm_state_nr_rows(const struct mm_state *state, enum mm_table_id table);
/* The row's values, nr_columns of them; valid while @state and its mm live. */
const union mm_value *mm_state_row(const struct mm_state *state,
				   enum mm_table_id table, size_t index);

/*
 * The same for many moments of one boot: checkpoints along the log, so that each moment is a few changes away from one.
 * They take memory in proportion to the log, and are made at once; free with mm_timeline_free().  In the states that a
 * timeline gives, rows have the numbers that mm_splice.first counts, so that what was made of one need not be made again.
 */
struct mm_timeline;
int mm_timeline_new(const struct mm *mm, struct mm_timeline **ret);
void mm_timeline_free(struct mm_timeline *timeline);
int mm_timeline_state(const struct mm_timeline *timeline, size_t seq, struct mm_state **ret);
/* How many rows the log brings. */
size_t mm_nr_rows_brought(const struct mm *mm);
/* Numbers of rows of a timeline's state from @index on, as many as lie side by side: how many. */
size_t mm_state_numbers(const struct mm_state *state, enum mm_table_id table, size_t index, const uint32_t **ret);

/*
 * The reports that the free lists of a moment tell: "buddyinfo", "pagetypeinfo" (without its second half: which
 * type a pageblock had then is not kept), "unusable_index", "extfrag_index".  -ENOENT for any other name.
 */
int mm_report_at(const struct mm *mm, const struct mm_state *at, const char *name, mm_sink *sink, void *ctx);

/* -------------------------------------------------- the allocator at work */

/*
 * The page allocator as it serves requests: free lists, per-CPU lists,
 * counters and pageblocks of one machine, one operation after the other.  It
 * starts from a state that its caller gives (a recording of a real kernel, or
 * the end of a boot) and is exact to the order of every list.
 */
struct mm_allocator;

#define MM_ALLOC_ORDERS		16	/* room for orders 0 to 15 */
#define MM_ALLOC_TYPES		6	/* migrate types */
#define MM_ALLOC_PCP_LISTS	14
#define MM_ALLOC_MAX_ZONES	4096
#define MM_ALLOC_MAX_CPUS	4096
#define MM_ALLOC_MAX_NODES	1024
#define MM_ALLOC_MAX_SPAN	(UINT64_C(1) << 40)	/* frames from the first to the last */

enum mm_zone_kind { MM_ZONE_DMA, MM_ZONE_DMA32, MM_ZONE_NORMAL, MM_ZONE_MOVABLE, MM_ZONE_DEVICE, MM_ZONE_KINDS };
enum mm_zone_counter { MM_FREE_PAGES, MM_FREE_CMA_PAGES, MM_FREE_PAGES_BLOCKS, MM_ZONE_COUNTERS };

/* Of a zone: pages that reclaim works on, which no operation here changes. */
enum mm_zone_lru {
	MM_ZONE_INACTIVE_ANON, MM_ZONE_ACTIVE_ANON, MM_ZONE_INACTIVE_FILE, MM_ZONE_ACTIVE_FILE, MM_ZONE_UNEVICTABLE,
	MM_ZONE_WRITE_PENDING, MM_ZONE_MLOCK, MM_ZONE_LRU_COUNTERS
};
/* Of a node: what Mem-Info tells besides; pages, but for KERNEL_STACK_KB.  No operation here changes them. */
enum mm_node_counter {
	MM_NODE_ACTIVE_ANON, MM_NODE_INACTIVE_ANON, MM_NODE_ACTIVE_FILE, MM_NODE_INACTIVE_FILE, MM_NODE_UNEVICTABLE,
	MM_NODE_ISOLATED_ANON, MM_NODE_ISOLATED_FILE, MM_NODE_MAPPED, MM_NODE_DIRTY, MM_NODE_WRITEBACK, MM_NODE_SHMEM,
	MM_NODE_SHMEM_THP, MM_NODE_SHMEM_PMDMAPPED, MM_NODE_ANON_THP, MM_NODE_KERNEL_STACK_KB, MM_NODE_PAGETABLES,
	MM_NODE_SEC_PAGETABLES, MM_NODE_SLAB_RECLAIMABLE, MM_NODE_SLAB_UNRECLAIMABLE, MM_NODE_KERNEL_MISC_RECLAIMABLE,
	MM_NODE_FILE_PAGES, MM_NODE_COUNTERS
};

/* Sizes in pages; watermarks without the boost. */
struct mm_alloc_zone {
	int node;
	enum mm_zone_kind kind;
	uint64_t start_pfn, spanned, present, managed, cma;
	int64_t wmark[4], boost;		/* min, low, high, promo */
	int64_t reserved_highatomic, free_highatomic, drift_mark;
	int64_t lowmem_reserve[MM_ZONE_KINDS];
	unsigned flags;				/* 1 boosted watermark, 2 reclaim active, 4 below high */
	int64_t counters[MM_ZONE_COUNTERS];	/* without the CPUs' shares */
	uint64_t nr_free[MM_ALLOC_ORDERS];	/* only read: blocks of each order */
	int64_t lru[MM_ZONE_LRU_COUNTERS];
};

/* One zone's per-CPU page set, with the CPU's share of its counters. */
struct mm_alloc_pageset {
	int count, high, high_min, high_max, batch;
	int alloc_factor, free_factor, free_count, expire;
	unsigned flags;
	int stat_threshold, shares[MM_ZONE_COUNTERS];
};

/* Blocks in list order, head first.  @types: what each is freed by, where the release keeps that; else NULL. */
struct mm_alloc_list {
	unsigned zone;
	unsigned order, type;		/* of a free list */
	unsigned cpu, list;		/* of a per-CPU list: 3 * order + type; 12, 13: huge pages */
	size_t nr;
	const uint64_t *pfns;
	const uint8_t *types;
};

/* @nr equal pageblocks from @pfn on; low three bits of @flags: the migrate type. */
struct mm_alloc_blocks {
	uint64_t pfn, nr;
	unsigned flags;
};

struct mm_alloc_node {
	bool exists;
	const unsigned *fallback, *thisnode;	/* zones, in the order in which they are tried */
	size_t nr_fallback, nr_thisnode;
	int64_t counters[MM_NODE_COUNTERS];
};

struct mm_alloc_cpu {
	int node, mem_node;
};

struct mm_alloc_cache {
	unsigned object_size, align;
	bool reclaimable, hwcache_align;	/* SLAB_RECLAIM_ACCOUNT, SLAB_HWCACHE_ALIGN */
};

struct mm_alloc_state {
	unsigned version, patchlevel, sublevel;	/* whose rules */
	unsigned page_shift;			/* 0: 12 */
	/* Whose options decide what the kernel prints; it has to live as long as the allocator.  NULL: none is set. */
	const struct mm_kernel *kernel;
	bool stopper;				/* the operations are run by the CPUs' migration threads, as recordings do */
	unsigned max_order, pageblock_order, nr_pcp_lists;
	bool has_cma, zone_dma32, mobility_disabled;
	unsigned boost_factor;			/* vm.watermark_boost_factor */
	const struct mm_alloc_zone *zones;
	size_t nr_zones;
	const struct mm_alloc_node *nodes;
	size_t nr_nodes;
	const struct mm_alloc_cpu *cpus;
	size_t nr_cpus;
	const struct mm_alloc_pageset *pagesets;	/* [zone * nr_cpus + cpu] */
	const struct mm_alloc_list *free_lists, *pcp_lists;
	size_t nr_free_lists, nr_pcp_lists_given;
	const struct mm_alloc_blocks *blocks;
	size_t nr_blocks;
	const struct phys_range *movable;	/* frames, not bytes: pages in use that count as movable */
	size_t nr_movable;
	/* Caches of SLUB that nobody has used before, merged with no other; they need @kernel. */
	const struct mm_alloc_cache *caches;
	size_t nr_caches;
};

enum mm_op_kind {
	MM_OP_ALLOC, MM_OP_FREE, MM_OP_BULK, MM_OP_SPLIT, MM_OP_RELEASE, MM_OP_DRAIN_LOCAL, MM_OP_DRAIN_ALL, MM_OP_VMSTAT,
	MM_OP_CACHE_ALLOC, MM_OP_CACHE_FREE,
	MM_OP_NR
};

/* A block by its first frame. */
struct mm_op {
	enum mm_op_kind kind;
	unsigned cpu;
	int node;		/* of alloc and bulk: -1: the CPU's own */
	unsigned gfp;		/* bits as mainline has had them since 6.0 */
	unsigned order;
	uint64_t pfn;		/* of free and split; of an object that is freed: the frame that it is in */
	unsigned cache;		/* of an object: index in mm_alloc_state.caches */
	bool movable;		/* the page that is allocated counts as movable until it is freed */
	unsigned nr;		/* of bulk: pages asked for; of release: blocks */
	const uint64_t *pfns;	/* of release */
};

enum mm_op_end { MM_OP_DONE, MM_OP_FAILED, MM_OP_WOULD_RECLAIM, MM_OP_ORDER_TOO_LARGE, MM_OP_NOT_HELD };

/* @pfns has room for mm_op.nr frames of a bulk request; it may be NULL otherwise. */
struct mm_op_result {
	enum mm_op_end end;
	uint64_t pfn;		/* of alloc; of an object: its slab's first frame */
	unsigned order;		/* of that slab */
	int64_t value;		/* of bulk: pages; of vmstat: what it returns */
	uint64_t *pfns;
};

/*
 * -EINVAL: the state contradicts itself; @error says where.  -E2BIG, -ENOMEM.
 * Nothing of @state is kept.
 */
int mm_allocator_new(const struct mm_alloc_state *state, struct mm_allocator **ret, struct mm_error *error);
void mm_allocator_free(struct mm_allocator *allocator);
/* -ENOMEM leaves the allocator usable for nothing but freeing it.  Everything else is in @ret. */
int mm_allocator_do(struct mm_allocator *allocator, const struct mm_op *op, struct mm_op_result *ret);

/* kmem_cache.oo: the order of the cache's slabs; 0 if there is no such cache. */
unsigned mm_allocator_cache_order(const struct mm_allocator *allocator, unsigned cache);

typedef void mm_line_sink(void *ctx, const char *line);
/*
 * What warn_alloc() prints if the request that @op is fails now, line by line:
 * its first line, then Mem-Info.  The stack trace between them is left out.
 */
void mm_allocator_warn(const struct mm_allocator *allocator, const struct mm_op *op, mm_line_sink *sink, void *ctx);

void mm_allocator_zone(const struct mm_allocator *allocator, size_t zone, struct mm_alloc_zone *ret);
void mm_allocator_pageset(const struct mm_allocator *allocator, size_t zone, size_t cpu, struct mm_alloc_pageset *ret);
/* Blocks of a list in order into @pfns (and their kept types into @types unless NULL), at most @cap; how many there are. */
size_t mm_allocator_free_list(const struct mm_allocator *allocator, size_t zone, unsigned order, unsigned type,
			      uint64_t *pfns, size_t cap);
size_t mm_allocator_pcp_list(const struct mm_allocator *allocator, size_t zone, size_t cpu, unsigned list,
			     uint64_t *pfns, uint8_t *types, size_t cap);
/* Flags of the pageblock at @pfn, or -1 outside of memory. */
int mm_allocator_block(const struct mm_allocator *allocator, uint64_t pfn);
/* What a script of operations may say, line by line: see ops/script.h. */
void mm_ops_reference(mm_line_sink *sink, void *ctx);
/* Are there recordings of real kernels of this release that the allocator is held against? */
bool mm_allocator_recorded(unsigned version, unsigned patchlevel);

#endif
