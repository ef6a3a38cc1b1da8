/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.h - what differs between releases, as data.
 *
 * A difference that is a choice between two known behaviours is a field here, and
 * its history stands in versions/rules.c; a difference in order is a row of
 * versions/steps.c; a different algorithm is a function of its own that such a row
 * or field names.
 */
#ifndef MMSCOPE_RULES_H
#define MMSCOPE_RULES_H

#include "versions/history.h"

/* What __rmqueue() does when a migrate type has no block left. */
enum buddy_fallback { FALLBACK_SPLIT, FALLBACK_MOVE, FALLBACK_CLAIM };

/* How a boot cache is aligned: as little as DMA allows, powers of two to their size, kmalloc to the largest divisor. */
enum kmalloc_align { KMALLOC_ALIGN_MINIMUM, KMALLOC_ALIGN_POWER, KMALLOC_ALIGN_DIVISOR };

/* Do kmalloc caches have a usercopy region, so that nothing merges with them? */
enum usercopy { USERCOPY_NONE, USERCOPY_ALWAYS, USERCOPY_HARDENED };

/* Does keeping a kmalloc object's requested size move the free list's pointer behind the object? */
enum orig_size { ORIG_SIZE_STAYS, ORIG_SIZE_MOVES, ORIG_SIZE_MOVES_IN_RED_ZONE };

/* For how many CPUs a struct cpumask has bits: CONFIG_CPUMASK_OFFSTACK decides, as many as can be, or that for NR_CPUS over 256. */
enum cpumask_bits { CPUMASK_BY_OFFSTACK, CPUMASK_NR_CPU_IDS, CPUMASK_BY_NR_CPUS };

/* When page_ext_init() runs: before the boot's other users of memory, so if early_page_ext is given, or unless struct pages are deferred. */
enum page_ext_early { PAGE_EXT_EARLY, PAGE_EXT_EARLY_IF_ASKED, PAGE_EXT_EARLY_UNLESS_DEFERRED };

/* Whether freed initrd and init memory also leaves memblock.reserved. */
enum leaves_memblock { LEAVES_NOT, LEAVES_LOGGED, LEAVES_SILENTLY };

struct rules {
	/* memblock */
	unsigned single_pass_margin;	/* add_range inserts in one pass if cnt*2+1+margin <= max; UINT_MAX: never */
	bool empty_type_counts_one;	/* an empty array has cnt 1 */
	bool resize_panics;		/* growing too early is a panic, not an error */
	bool reserve_no_node_is_minus1;	/* memblock_reserve() stores NUMA_NO_NODE */
	bool numa_no_node_is_minus1;	/* both -1 and MAX_NUMNODES mean "no node" */
	bool alloc_marks_kern;		/* allocations carry RSRV_KERN and their nid */
	bool phys_alloc_logged;		/* memblock_phys_alloc_range prints its request */
	bool remove_logged;
	bool log_reserve_flags;		/* 7.2: __memblock_reserve: [..] nid=.. flags=.. */
	bool log_short_addresses;	/* 4.9: %#016llx and "flags 0x0" */
	const char *free_name;		/* what memblock_phys_free() prints as */
	bool skip_driver_managed;

	/* setup_arch() and the tree */
	bool rng_seed_nopped;		/* rng-seed disappears from the tree */
	bool efi_initrd_in_table;	/* the EFI stub tells the initrd in UEFI's tables and keeps the map as ACPI memory */
	bool efi_hot_pluggable;		/* the attribute is known, and has a column */
	bool efi_finds_mirror;		/* arm64 marks what UEFI calls more reliable */
	bool efi_version_short;		/* "EFI v2.7", not "v2.70" */
	bool soft_reserved_not_added;	/* UEFI's special purpose memory is no memblock memory */
	bool usable_memory_range;	/* linux,usable-memory-range is honoured */
	unsigned max_reserved_regions;	/* entries of the reserved_mem[] table */
	bool swiotlb_areas;
	bool memmap_noleaktrace;	/* so is the memory map */
	bool memmap_falls_back;		/* a block of the vmemmap that is not to be had is made of pages */
	bool usage_near_pgdat;		/* usage maps of sections are taken near the pgdat */
	const char *mem_section_made_by;	/* who panics where the array of roots finds no room */
	bool alloc_or_panic;		/* ... through memblock_alloc_or_panic(), which tells no alignment */
	bool memory_nodes_anywhere;	/* at any depth of the tree, and whatever their status */
	bool info_line_per_reserved_node;	/* OF: reserved mem: 0x.. (n KiB) map ... */
	bool reserved_mem_sort_stable;	/* ties by node offset */
	const char *fdt_prefix;		/* what drivers/of/fdt.c puts before its lines */
	bool reserved_scan_moved;	/* /reserved-memory is scanned by of_reserved_mem.c */
	bool reserved_mem_array;	/* the table grows to the number of nodes that were reserved */
	bool reserved_mem_array_of_none;	/* ... and is asked for even if that is none */
	bool reserved_mem_ops;		/* drivers check a node before it is reserved; one range a node */
	bool unplaced_size_told;	/* "failed to allocate memory for node" says how much */
	enum dynamic_placement {
		DYNAMIC_ALLOC_BELOW, DYNAMIC_FIND_AND_RESERVE, DYNAMIC_ALLOC_RANGE
	} dynamic_placement;		/* how a /reserved-memory node with size finds its place */
	bool nomap_removed;		/* no-map ranges leave memory instead of being marked */
	bool nomap_outside_refused;	/* ... refused if reserved, even outside memory */
	bool refused_node_freed;	/* what a driver refuses is given back */
	bool refused_nomap_added;	/* ... and added to memory again */
	bool cmdline_cma_bypasses;	/* cma= beats linux,cma-default */
	bool dynamic_alloc_direction;	/* alloc-ranges may switch to bottom-up */
	bool numa_memblks;		/* generic numa_memblks code */
	bool numa_says_memblk;		/* "NUMA: Adding memblock" */
	bool numa_setup_line;		/* "NUMA: Initmem setup node" also with memory */
	bool numa_distance_found;	/* distance table by find_in_range + reserve */
	bool numa_distance_phys;	/* ... by memblock_phys_alloc_range() */
	bool numa_dummy_per_region;	/* dummy node tags region by region, names it from 0 */

	bool unflatten_silent;		/* taken as physical memory: no request line */
	bool full_node_names;		/* the live tree keeps each node's whole path */

	/* zones */
	bool thp_sets_pageblock;	/* pageblock_order also with THP alone */
	bool movable_pfn_up;		/* movable_node: hot-pluggable regions start rounded up */
	bool mirror_needs_some;		/* kernelcore=mirror is ignored where nothing is mirrored */
	bool mirror_not_under_kdump;	/* ... and by a kernel that saves a dead one's memory */
	bool mirror_overlaps;		/* ZONE_NORMAL keeps its span, and leaves out what is not mirrored */
	bool movable_dropped_at_end;	/* a movable start behind the node's end is none */
	bool node_spans_ends;		/* node_spanned_pages = end - start, else the zones' sum */
	bool memoryless_as_range;	/* "Initmem setup node 1 [mem 0x0-0x0]" */
	bool unavailable_lines;		/* holes in present sections are counted and told */
	bool memmap_init_last;		/* page structs are initialised behind sparse_init(), not by free_area_init() */
	bool pfn_valid_is_memory;	/* of those, only pageblocks that begin with memory */
	bool managed_is_present;	/* initial managed pages */
	bool zone_debug_lines;		/* each zone's sizes, at level debug */
	bool rt_console_prints_all;	/* with PREEMPT_RT: early consoles print every message as it comes, whatever its level */
	bool distance_debug_line;	/* NUMA: Initialized distance table, at level debug */
	bool max_order_exclusive;
	enum cma_above_4g {
		CMA_ABOVE_4G_NEVER, CMA_ABOVE_4G_BY_DRAM, CMA_ABOVE_4G_BY_LIMIT
	} cma_above_4g;			/* when a first attempt goes up from 4 GiB */
	enum cma_numa_order {
		CMA_NUMA_APART, CMA_NUMA_FIRST, CMA_NUMA_LAST
	} cma_numa_order;		/* per-node areas within dma_contiguous_reserve() */
	const char *crash_config;	/* the option that crashkernel= needs */
	bool crash_ram_rounded;		/* ranges compare with RAM rounded up to 128 MiB */
	bool crash_size_below_ram;
	unsigned cma_areas_extra;	/* entries of cma_areas[] beyond CONFIG_CMA_AREAS */
	const char *crash_offset_prefix;	/* of "Memory value expected after '@'" */
	bool crash_cma_suffix;		/* crashkernel=size,cma is known, and ignored */
	bool cma_lines_name_node;	/* "... on node -1" */
	bool cma_cmdline_limit_wins;	/* cma=..-limit over the DMA limit */
	bool cma_failure_as_asked;	/* whatever the cause, an area that failed is told with its size before rounding */
	bool cma_boundary_checked;	/* an area may not cross the end of RAM, which is where high memory would begin */
	bool hugetlb_cma_ranges;	/* an area may be in several ranges, and its line says so */
	bool hugetlb_cma_multiple;	/* areas of hugetlb_cma= are multiples of the page, or refused */
	bool hugetlb_share_rounded;	/* a node's share of hugetlb_cma= is rounded up to the page before it is told */
	bool hugetlb_nodes_have_memory;	/* nodes without memory have no share */
	bool hugetlb_cma_align_gigantic;
	bool cma_align_max_order;	/* CMA alignment max(MAX_ORDER-1, pageblock) */

	/* zonelists */
	bool fallback_order_line;
	bool local_node_first;		/* also when it has no memory */
	bool node_load_assigned;	/* node_load[n] = decreasing load (4.9, 5.10) */
	bool zonelists_need_managed;	/* zone qualifies if managed, else if present */
	bool zone_order;		/* set_zonelist_order(): node or zone */
	bool zonelists_of_online;	/* for online nodes, else for possible ones */

	/* deferred struct pages */
	bool defer_counts_any_zone;	/* also complete zones start the count anew */
	enum page_ext_early page_ext_early;
	bool early_page_ext;		/* the parameter of that name turns deferring off */

	/* buddy */
	bool boot_pages_at_head;	/* freed and moved blocks go to the list's head */
	bool free_lists_match_blocks;	/* a merged block's pageblocks change their type with it */
	bool nofragment;		/* ALLOC_NOFRAGMENT */
	bool cma_balanced;		/* movable requests take from CMA areas first that are more than half free memory */
	bool oom_deadlock;		/* with nothing to kill, the panic says "System is deadlocked on memory" */
	bool claim_counts_alike;	/* pages that look compatible help to claim a pageblock */
	bool reserved_pages_movable;	/* a deferred pageblock whose first page is reserved is movable */
	bool idle_kswapd_first;		/* first pass over nodes whose kswapd sleeps */
	enum buddy_fallback fallback;
	const char *alloc_pages_name;	/* the allocator's entry */

	/* slab */
	bool slab_bytes_wrap_at_64;	/* PAGE_SIZE << order is a long, not an unsigned int */
	enum kmalloc_align kmalloc_align;
	enum usercopy usercopy;
	bool kmalloc_short_names;	/* kmalloc-8k, not kmalloc-8192 */
	bool kmalloc_names_allocated;	/* kasprintf() for the DMA ones */
	bool kmalloc_dma_late;		/* DMA caches when slab is up */
	bool kmalloc_odd_sizes_first;	/* 96 and 192 before the powers of two */
	bool memcg_is_kmem;		/* CONFIG_MEMCG_KMEM is part of CONFIG_MEMCG */
	bool slub_order_by_waste;	/* calculate_order() keeps the number of objects */
	bool slub_always_compound;	/* slabs of one page are asked for with __GFP_COMP, too */
	bool slab_debug_name;		/* slab_debug=, not slub_debug= */
	bool slub_names_cpu;		/* slab_out_of_memory() names the CPU */
	bool nowait_nowarn;		/* GFP_NOWAIT has __GFP_NOWARN in it */
	bool slub_thisnode_first;	/* the wanted node is tried alone first */
	const char *cache_create_name;	/* who panics where a cache cannot be made */
	bool slab_nodes_movable;	/* N_MEMORY, not N_NORMAL_MEMORY */
	bool slub_sheaves;		/* no CPU slabs; arrays of objects per CPU */
	bool slub_debug_blocks;		/* slub_debug= may have blocks with lists of caches */
	unsigned slub_orig_size;	/* bytes that keep the size asked for; 0: not kept, stacks are */
	enum orig_size slub_orig_size_moves;
	bool vmap_area_cache;		/* vmap areas have a cache of their own */
	bool slab_partial_node;		/* slab_state knows PARTIAL_NODE */
	bool slub_flushwq;		/* kmem_cache_init_late() makes a work queue */
	bool threads_by_memblock;	/* max_threads from what memblock has, not from totalram_pages */
	bool mm_cpumask_inside;		/* sizeof(struct mm_struct) has the CPU mask in it */
	enum cpumask_bits cpumask_bits;	/* cpumask_size() */
	enum mm_cid_masks {
		MM_CID_NONE,
		MM_CID_USED,			/* a mask of the concurrency ids in use */
		MM_CID_USED_AND_ALLOWED,	/* ... and one of the CPUs allowed */
		MM_CID_ALLOWED_AND_POSSIBLE,	/* ids are as many as CPUs are possible */
	} mm_cid_masks;			/* behind it, with SCHED_MM_CID */

	/* hashes and page lists */
	bool hash_order_ilog2;		/* prints ilog2(size) - PAGE_SHIFT */
	bool pcp_lists_per_order;
	unsigned pcp_batch_max_bytes;	/* of one batch, before it is made 2^n - 1 */
	bool pcp_batch_may_be_zero;	/* zone_batchsize() of small zones, as printed */
	bool pcp_high_by_wmark;		/* high from the low watermark, else 6 batches */
	bool pcp_auto_tuned;		/* high_min / high_max */
	bool pcp_update_after_deferred;	/* page_alloc_init_late() sets the limits anew */

	/* early allocations between bootmem_init() and memblock_free_all() */
	bool bootmem;			/* pages are given out by a bitmap, not by memblock */
	bool virt_alloc;		/* memblock_virt_alloc_*() with align 0, and __memblock_free_early() */
	bool resource_per_region;	/* one allocation below the DMA limit for each memory region */
	unsigned cmdline_copies;
	bool cpu_nodes_by_type;		/* any node of device_type "cpu", else children of /cpus */
	bool cpu_fail_skipped;		/* CPU nodes whose status is "fail" do not count */
	bool percpu_groups_by_first;	/* CPUs join the group of the first CPU they are local to */
	unsigned percpu_early_kib;	/* least dynamic area, in units of 1 << shift */
	unsigned percpu_extra_slots;	/* list heads beyond one for each size */
	bool percpu_memcg_slots;	/* a second set of them with MEMCG_KMEM */
	bool percpu_populated_short;	/* the first chunk's bitmap of pages has a byte for each word */
	bool percpu_bitmaps;		/* chunks carry allocation bits, boundary bits and block hints */
	bool percpu_line_address;
	bool percpu_checks_node;	/* a CPU whose node is offline takes memory anywhere */
	bool percpu_tags_reserved;	/* MEM_ALLOC_PROFILING: eight times the module reserve */
	bool percpu_lockdep_shift;
	bool log_buf_records;		/* a larger log buffer has descriptors and meta data besides text */
	bool log_buf_stats_line;
	bool hash_adapt_scale;		/* above 64 GiB tables grow more slowly */
	bool hash_place_printed;	/* ", linear" or ", vmalloc" */
	bool hash_vmalloc_huge;		/* says "vmalloc hugepage" where blocks map it */
	bool hashdist_kept;		/* also with one node */
	unsigned hash_dentry_low;	/* least entries of the dentry table */
	bool bool_true_false;		/* kstrtobool() takes t and f */
	bool unknown_options_line;
	bool bootloader_words_dropped;	/* BOOT_IMAGE= and kexec are nobody's parameters */
	bool hugepages_per_node;	/* hugepages=0:2,1:3 */
	bool hugepages_mark_noinit;	/* all but the first page of each are left uninitialised */
	bool hugepages_own_alloc;	/* memblock_alloc_hugetlb(), which marks what it takes */
	bool hugepages_parsed_early;	/* hugetlb_bootmem_alloc() instead of parse_args() */
	bool hashdist_is_bool;		/* kstrtobool(), no longer any number */
	bool reserve_mem_param;
	bool reserve_mem_complains;	/* it says what it does not take */
	bool slab_param_names;		/* slab_max_order= and so on besides slub_... */
	const char *stack_depot_disabled_line;	/* what stack_depot_disable= says; NULL: nothing */
	bool stack_depot_line;		/* its table's allocation is told */
	bool stack_depot_lists;		/* buckets are lists, not pointers, and need not be zeroed */
	bool stack_depot_pools;		/* its pools' array is allocated with the table */
	bool init_on_decided_late;	/* init_on_alloc= and its like act when memory management is set up */
	bool slub_orders_ordered;	/* slub_min_order= and slub_max_order= keep min <= max */
	bool cpu_list_names;		/* lists of CPUs take "all" and "N" */
	bool cpu_list_of_build;		/* without CPUMASK_OFFSTACK they go up to CONFIG_NR_CPUS, not to the last CPU */
	bool isolcpus_managed_irq;	/* isolcpus=managed_irq, */
	bool isolcpus_skips_unknown;	/* flags of isolcpus= that are not known are passed over */
	bool isolcpus_nohz_is_noise;	/* isolcpus=nohz, is what nohz_full= is */
	bool housekeeping;		/* isolcpus= and nohz_full= share masks: kernel/sched/isolation.c */
	bool housekeeping_by_type;	/* each kind of housekeeping has a mask of its own */
	bool housekeeping_wants_cpus;	/* a list from which no CPU is left is refused */
	bool housekeeping_leaves_cpu;	/* isolcpus= and nohz_full= together must leave the boot CPU */
	unsigned hk_domain_types, hk_noise_types;	/* CPU masks of isolcpus= and nohz_full= besides the tick's */
	bool swiotlb_slots_for_all_areas;	/* the array of areas has the wished, not the possible number */
	bool swiotlb_noforce_is_none;	/* swiotlb=noforce: no pool at all */
	bool swiotlb_tries_smaller;	/* half the pool, and half of that, where it does not fit */
	bool swiotlb_small_for_kmalloc;	/* a pool for nothing but unaligned kmalloc() buffers follows the size of RAM */

	/* watermarks, zoneinfo */
	unsigned min_free_kbytes_max;
	bool wmark_movable_clamped;	/* ZONE_MOVABLE min = clamp(managed/1024, 32, 128) */
	unsigned wmark_scale_max;	/* vm.watermark_scale_factor */
	bool reserve_ratio_checked;	/* vm.lowmem_reserve_ratio takes all numbers or none */
	bool reserve_of_empty_zones;	/* lowmem_reserve also where nothing is managed */
	bool reserve_follows_managed;	/* adjust_managed_page_count() sets lowmem_reserve anew */
	bool khugepaged_counts_movable;	/* recommended min_free_kbytes per populated zone, ZONE_MOVABLE included */
	bool khugepaged_always_sets;	/* set_recommended_min_free_kbytes() also when THP is off */
	bool zone_counts_cma;		/* zone->cma_pages */
	bool cma_checked_first;		/* an area in two zones serves as normal memory */
	bool cma_stops_at_failure;	/* of one area: the others stay reserved */
	enum leaves_memblock initrd_leaves_memblock, init_leaves_memblock;
	unsigned initrd_worker_pools;	/* per CPU, which come before the pool of the worker that unpacks the initrd; 0: the first task does */
	bool freeing_line_addresses;	/* Freeing initrd memory: 960K (ffff... - ffff...) */
	bool zoneinfo_all_zones;	/* unpopulated zones too */
	bool zoneinfo_node_scanned;
	bool zoneinfo_promo;
	bool zoneinfo_boost;
	bool zoneinfo_high_min_max;
};

extern const struct change rules_history[];
extern const size_t nr_rules_history;

/* What a build does, and what a release does as far as its number tells. */
void rules_of(struct rules *ret, const struct mm_kernel *kernel);
void rules_at(struct rules *ret, release_t release);

#endif
