/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live.h - the page allocator of a booted machine, at work.
 *
 * Zones with free lists, per-CPU lists and counters, as mm/page_alloc.c and
 * mm/vmstat.c keep them while the machine runs (6.1, 6.12, 7.2 and 7.3 are held
 * against recordings of real kernels).  One CPU acts at a time: live->cpu.
 * Nothing else runs: kswapd and kcompactd are woken, which is remembered, but
 * never get to act, and an operation that would have to reclaim ends there.
 */
#ifndef MMSCOPE_OPS_LIVE_H
#define MMSCOPE_OPS_LIVE_H

#include "alloc_rules.h"
#include "frame.h"
#include "gfp.h"
#include "../hugepage.h"

/* Three types times orders 0 to 3, and two lists for huge pages. */
#define PCP_MAX_LISTS		14
#define PCP_BATCH_SCALE_MAX	5	/* CONFIG_PCP_BATCH_SCALE_MAX */
#define COSTLY_ORDER		3	/* PAGE_ALLOC_COSTLY_ORDER */

enum live_item { LIVE_FREE_PAGES, LIVE_FREE_CMA, LIVE_FREE_BLOCKS, LIVE_NR_ITEMS };

/* zone->flags */
#define LIVE_BOOSTED_WATERMARK	0x1
#define LIVE_RECLAIM_ACTIVE	0x2
#define LIVE_BELOW_HIGH		0x4

/* pcp->flags */
#define PCPF_PREV_FREE_HIGH_ORDER	0x1
#define PCPF_FREE_HIGH_BATCH		0x2

/* struct per_cpu_pages and struct per_cpu_zonestat of one zone and CPU. */
struct live_pcp {
	int count, high, high_min, high_max, batch;
	int alloc_factor, free_factor, free_count, expire;
	unsigned flags;
	struct frame_list lists[PCP_MAX_LISTS];
	int stat_threshold;
	int diff[LIVE_NR_ITEMS];
};

struct live_zone {
	unsigned index;			/* in live->zones */
	int nid;
	enum zone_type type;
	uint64_t start_pfn, spanned_pages, managed_pages, present_pages, cma_pages;
	int64_t wmark[NR_WMARK];	/* without the boost */
	int64_t watermark_boost;
	int64_t nr_reserved_highatomic, nr_free_highatomic;
	int64_t percpu_drift_mark;
	int64_t lowmem_reserve[MAX_NR_ZONES];
	unsigned flags;
	int64_t stat[LIVE_NR_ITEMS];	/* without the CPUs' shares */
	int64_t lru[MM_ZONE_LRU_COUNTERS];
	struct frame_list lists[BUDDY_NR_ORDERS][MIGRATE_TYPES];
	uint64_t nr_free[BUDDY_NR_ORDERS];	/* blocks of an order, all types */
	struct live_pcp *pcp;		/* [nr_cpus] */
};

#define LIVE_HUGE_SIZES	HUGEPAGE_SIZES

struct live_node {
	bool exists;
	bool kswapd_awake;		/* woken, and not back to sleep as long as nothing else runs */
	unsigned *fallback, *thisnode;	/* zonelists, as indices into live->zones */
	size_t nr_fallback, nr_thisnode;
	int64_t counters[MM_NODE_COUNTERS];
	uint64_t huge_pages[LIVE_HUGE_SIZES];	/* in the pool of each size */
};

struct live_cpu {
	int nid;			/* its node */
	int mem_nid;			/* the nearest one with memory */
	bool vmstat_queued;		/* its work runs again in a second */
};

struct live;

static inline struct gfp_words gfp_words(const struct alloc_rules *rules)
{
	return (struct gfp_words){ rules->gfp_atomic_bit, rules->gfp_nowait_nowarn, rules->gfp_by_bit };
}

/* Why a zone was passed over, or taken; see live_watch. */
struct zone_check {
	const struct live_zone *zone;
	unsigned order;
	int64_t free, unusable, min, reserve;	/* pages: free - unusable must be above min + reserve */
	const char *mark;			/* "low", "min", "high", "none" */
	enum { ZONE_OK, ZONE_BELOW_MARK, ZONE_NO_BLOCK, ZONE_SKIPPED } verdict;
};

/* A free page that was freed again: its reference count is below zero. */
struct bad_page {
	uint64_t pfn;
	int refcount;
};
#define LIVE_MAX_BAD	64		/* more are not kept */

/* Who listens to what happens inside an operation; any may be NULL. */
struct live_watch {
	void (*zone)(void *ctx, const struct zone_check *check);
	/* Blocks moved from the free lists to a per-CPU list, or one to the caller (@pcp NULL). */
	void (*refill)(void *ctx, struct live_zone *zone, const struct live_pcp *pcp, unsigned order, unsigned type,
		       unsigned asked, unsigned got);
	/* The caller gets the block. */
	void (*taken)(void *ctx, struct live_zone *zone, const struct live_pcp *pcp, const struct frame *frame);
	/* The block comes back, to a per-CPU list or (@pcp NULL) to the free lists. */
	void (*freed)(void *ctx, struct live_zone *zone, const struct live_pcp *pcp, const struct frame *frame, unsigned order);
	/* @pages went from a per-CPU list to the free lists. */
	void (*drained)(void *ctx, struct live_zone *zone, const struct live_pcp *pcp, unsigned pages, const char *fn);
	/* A block of @from is used for @to; @claimed: its pageblock changed type. */
	void (*fallback)(void *ctx, struct live_zone *zone, uint64_t pfn, unsigned order, unsigned have,
			 unsigned from, unsigned to, bool claimed);
	void (*reserved)(void *ctx, struct live_zone *zone, uint64_t pfn);	/* for high-order atomic requests */
	void (*woken)(void *ctx, int nid);		/* kswapd */
	/* check_new_pages(): a block of @order is left out because of this page. */
	void (*bad)(void *ctx, struct live_zone *zone, const struct bad_page *page, uint64_t pfn, unsigned order);
	void *ctx;
};

struct live {
	struct arena *arena;
	release_t release;
	const struct mm_kernel *kernel;	/* its options; NULL: none is set */
	struct alloc_rules rules;
	unsigned page_shift;
	uint64_t total_cma;		/* pages of all areas */
	bool numa, stopper;		/* stopper: the CPUs' migration threads ask, else init */
	bool booting;			/* ... or start_kernel(), before there are cpusets and other tasks */
	unsigned nr_possible_nodes;	/* CONFIG_NODES_SHIFT's */
	uint64_t huge_kb[LIVE_HUGE_SIZES];
	size_t nr_huge_sizes;
	struct frame_map map;
	unsigned max_order, pageblock_order;
	int64_t pageblock_pages;
	unsigned nr_pcp_lists;
	unsigned nr_types;
	bool has_cma, mobility_disabled;
	bool zone_dma32;		/* CONFIG_ZONE_DMA32 */
	unsigned boost_factor;		/* watermark_boost_factor */
	struct live_zone *zones;	/* in the order of for_each_populated_zone() */
	size_t nr_zones;
	const struct nodes *overlaps;	/* whose zones span pages of others: they know whose; NULL: spans do not overlap */
	struct live_node *nodes;	/* [nr_nodes] */
	int nr_nodes;
	unsigned nr_online;		/* nodes */
	struct live_cpu *cpus;
	unsigned nr_cpus;
	unsigned cpu;			/* which acts */
	uint32_t op;			/* number of the operation, for frames */
	int zonelist_nid;		/* whose zonelist the last request walked, */
	bool zonelist_thisnode;		/* and which of its two */
	struct bad_page bad[LIVE_MAX_BAD];
	unsigned nr_bad;
	const struct live_watch *watch;
};

/* Index of the per-CPU list, or -1: this order is kept on none. */
int pcp_list_index(const struct live *live, unsigned order, unsigned type);
unsigned pcp_list_order(const struct live *live, unsigned list);

/* NULL if no zone spans @pfn. */
struct live_zone *live_zone_of(const struct live *live, uint64_t pfn);

/* ---- counters (vmstat.c) */
void live_mod_state(struct live *live, struct live_zone *zone, enum live_item item, int64_t delta);
int64_t live_state(const struct live_zone *zone, enum live_item item);	/* zone_page_state(): never negative */
int64_t live_state_snapshot(const struct live *live, const struct live_zone *zone, enum live_item item);

/* ---- free lists (free_list.c) */
/* migratetype_is_mergeable() */
bool mergeable_type(unsigned type);
unsigned block_type_at(struct live *live, uint64_t pfn);
void set_block_type_at(struct live *live, uint64_t pfn, unsigned type);
void change_block_range(struct live *live, uint64_t pfn, unsigned order, unsigned type);
void account_free(struct live *live, struct live_zone *zone, int64_t pages, unsigned type);
void free_list_add(struct live *live, struct live_zone *zone, struct frame *frame, unsigned order, unsigned type, bool tail);
void free_list_del(struct live *live, struct live_zone *zone, struct frame *frame);
void free_list_move(struct live *live, struct live_zone *zone, struct frame *frame, unsigned type);
/* __free_one_page() */
void live_free_one(struct live *live, struct live_zone *zone, uint64_t pfn, unsigned order, unsigned type);
/* free_one_page(): a block that goes past the per-CPU lists. */
void live_free_block(struct live *live, struct live_zone *zone, uint64_t pfn, unsigned order);
/* Take a block down to @low; the rest stays free.  Counters where lists account. */
void take_and_expand(struct live *live, struct live_zone *zone, struct frame *frame, unsigned low, unsigned type);
void expand_block(struct live *live, struct live_zone *zone, uint64_t pfn, unsigned low, unsigned high, unsigned type);
/* __rmqueue_smallest(): its frame has the list's type; NULL: no block. */
struct frame *rmqueue_smallest_live(struct live *live, struct live_zone *zone, unsigned order, unsigned type);

/* ---- fallback.c */
enum rmqueue_mode { RMQUEUE_NORMAL, RMQUEUE_CMA, RMQUEUE_CLAIM, RMQUEUE_STEAL };
struct frame *live_rmqueue(struct live *live, struct live_zone *zone, unsigned order, unsigned type,
			   unsigned alloc_flags, enum rmqueue_mode *mode);
void reserve_highatomic(struct live *live, struct live_zone *zone, uint64_t pfn, unsigned order);

/* ---- page_list.c: per-CPU lists */
struct frame *pcp_take(struct live *live, struct live_zone *zone, struct live_pcp *pcp, unsigned order, unsigned type,
		       unsigned alloc_flags);
void pcp_free_bulk(struct live *live, struct live_zone *zone, struct live_pcp *pcp, int count, unsigned first_list,
		   const char *fn);
void pcp_commit(struct live *live, struct live_zone *zone, struct live_pcp *pcp, struct frame *frame, unsigned order,
		unsigned type);
void drain_pages(struct live *live, unsigned cpu);
int decay_pcp_high_live(struct live *live, struct live_zone *zone, struct live_pcp *pcp);

/* ---- zone_check.c: watermarks */
bool live_watermark_ok(const struct live *live, const struct live_zone *zone, unsigned order, int64_t mark,
		       enum zone_type highest, unsigned alloc_flags, int64_t free, struct zone_check *check);
bool live_watermark_fast(const struct live *live, const struct live_zone *zone, unsigned order, int64_t mark,
			 enum zone_type highest, unsigned alloc_flags, unsigned gfp, struct zone_check *check);
int64_t live_wmark(const struct live_zone *zone, unsigned which);	/* with the boost */
void wake_kswapd(struct live *live, struct live_zone *zone, unsigned order, enum zone_type highest);

/* ---- bad_page.c: pages that were freed once too often */
/* put_page_testzero() of a free page; its count. */
int bad_page_put(struct live *live, uint64_t pfn);
/* check_new_pages(): is there a bad page in the block?  Then it is nobody's from now on. */
bool bad_page_in(struct live *live, struct live_zone *zone, struct frame *frame, unsigned order);
/* set_page_refcounted(): whoever gets the page does not notice. */
void bad_page_forget(struct live *live, uint64_t pfn);

/* ---- alloc.c, free.c: what operations call */
enum alloc_end {
	ALLOC_DONE,
	ALLOC_FAILED,		/* the request does not let the kernel reclaim */
	ALLOC_WOULD_RECLAIM,	/* not modelled from here on */
	ALLOC_ORDER_TOO_LARGE,
};
/* __alloc_pages(); @nid -1: the CPU's own.  *@ret is the first frame, state FRAME_HELD. */
enum alloc_end live_alloc_pages(struct live *live, unsigned gfp, unsigned order, int nid, struct frame **ret);
/* alloc_pages_bulk(): how many it got. */
unsigned live_alloc_bulk(struct live *live, unsigned gfp, int nid, unsigned nr, struct frame **frames);
/* __free_pages() of a block that is held. */
void live_free_pages(struct live *live, struct frame *frame);
/* release_pages() */
void live_release(struct live *live, struct frame **frames, size_t nr);
/* split_page(): each page is a block of its own. */
void live_split(struct live *live, struct frame *frame);
void live_drain_local(struct live *live);
void live_drain_all(struct live *live);
/* refresh_cpu_vm_stats(true): what it returns, how much has changed; with vmstat_says_whether 1 if anything has. */
int live_vmstat(struct live *live);
/* quiet_vmstat(): the CPU goes idle, and gives away its share of the counters; its lists stay. */
void live_idle(struct live *live);
/* need_update(): has the CPU a share of a zone's counters? */
bool live_needs_vmstat(const struct live *live, unsigned cpu);
/* Mark a held page as one that counts as movable, or not. */
void live_set_movable(struct live *live, struct frame *frame, bool movable);

#endif
