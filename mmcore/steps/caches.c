// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * caches.c - slab caches that core code makes between vmalloc_init() and the
 * first thread, and the limits that it computes from the amount of memory.
 *
 * Sizes come from the profile, or from a structure's members where these are
 * the same in every build.  A cache whose size is in neither is told of in the
 * step's note and not made.  What else is allocated between these steps is not
 * modelled, so the pages that the caches take are like the kernel's in number,
 * not in place.
 */
#include "steps.h"

/* struct maple_node: 31 slots and a parent, made to fill 256 bytes. */
#define MAPLE_NODE_BYTES	256
/* struct buffer_head: nine words, a list, a pointer, a counter and its padding; 7.2 has one word less. */
#define BUFFER_HEAD_BYTES	(9 * 8 + 16 + 8 + 8)
/* FUTEX_TID_MASK, and what fork.c calls MIN_THREADS and MAX_THREADS */
#define MIN_THREADS		20
#define MAX_THREADS		0x3fffffff
/* filemap.c: 1 << PAGE_WAIT_TABLE_BITS */
#define PAGE_WAIT_TABLE_SIZE	256
/* page-writeback.c, in percent of dirtyable memory */
#define DIRTY_RATIO		20
#define DIRTY_BACKGROUND_RATIO	10

/* A cache of @size bytes, unless the profile has no size for it. */
static struct kmem_cache *make_cache(struct mm *mm, const char *name, uint64_t size, unsigned align, unsigned flags)
{
	struct kmem_cache *s;

	if (!size || !mm->slab.ops) {
		trace_event(&mm->trace, MM_NOTE, "kmem_cache_create");
		trace_arg(&mm->trace, FACT_STR("cache", name));
		trace_why_fact(&mm->trace, FACT_STR("not_computed", "the profile has no size for it"));
		return NULL;
	}
	s = kmem_cache_create(&mm->slab, name, (unsigned)size, align, flags);
	slab_publish(&mm->slab);
	return s;
}

static struct kmem_cache *make_struct_cache(struct mm *mm, const char *name, const char *of, unsigned align, unsigned flags)
{
	return make_cache(mm, name, kernel_sizeof(mm->kernel, of), align, flags);
}

/* Copies to user space are allowed into parts of these objects: such caches never merge. */
static unsigned usercopy_flag(const struct mm *mm)
{
	switch (mm->rules->usercopy) {
	case USERCOPY_NONE:
		return 0;
	case USERCOPY_ALWAYS:
		return SLAB_NO_MERGE;
	case USERCOPY_HARDENED:
		break;
	}
	return kernel_has_config(mm->kernel, "HARDENED_USERCOPY") ? SLAB_NO_MERGE : 0;
}

/* --------------------------------------------------------------- trees, rmap */

/* struct radix_tree_node (4.9), struct xa_node: five words, slots, and three bitmaps of them. */
static unsigned radix_tree_node_bytes(const struct mm *mm)
{
	unsigned slots = kernel_config(mm->kernel, "BASE_SMALL") ? 16 : 64;

	return 5 * 8 + slots * 8 + 3 * 8;
}

void step_radix_tree_init(struct mm *mm)
{
	make_cache(mm, "radix_tree_node", radix_tree_node_bytes(mm), 0, SLAB_RECLAIM_ACCOUNT | SLAB_CTOR);
}

void step_maple_tree_init(struct mm *mm)
{
	make_cache(mm, "maple_node", MAPLE_NODE_BYTES, MAPLE_NODE_BYTES, 0);
}

void step_anon_vma_init(struct mm *mm)
{
	make_struct_cache(mm, "anon_vma", "anon_vma", 0, SLAB_ACCOUNT | SLAB_CTOR | SLAB_TYPESAFE);
	make_struct_cache(mm, "anon_vma_chain", "anon_vma_chain", 0, SLAB_ACCOUNT);
}

void step_numa_policy_caches(struct mm *mm)
{
	make_struct_cache(mm, "numa_policy", "mempolicy", 0, 0);
	make_struct_cache(mm, "shared_policy_node", "sp_node", 0, 0);
}

/* ------------------------------------------------------------------ processes */

/* totalram_pages(); since 6.12 what memblock thinks is free, as pages may still be deferred. */
static uint64_t estimated_pages(const struct mm *mm)
{
	uint64_t bytes = 0;

	if (!mm->rules->threads_by_memblock)
		return mm->totalram_pages;
	for (size_t i = 0; i < mm->memblock.memory.cnt; i++)
		bytes += mm->memblock.memory.regions[i].size;
	for (size_t i = 0; i < mm->memblock.reserved.cnt; i++)
		bytes -= min_u64(bytes, mm->memblock.reserved.regions[i].size);
	return bytes >> mm->kernel->page_shift;
}

/* set_max_threads(): stacks of all threads may fill an eighth of memory. */
static void set_max_threads(struct mm *mm)
{
	uint64_t pages = estimated_pages(mm), threads = pages / (arch_thread_size(mm->kernel) * 8 >> mm->kernel->page_shift);

	threads = clamp_u64(threads, MIN_THREADS, MAX_THREADS);
	trace_event(&mm->trace, MM_SET, "set_max_threads");
	trace_arg(&mm->trace, FACT_NUM("max_threads", threads));
	trace_arg(&mm->trace, FACT_NUM("rlimit_nproc", threads / 2));
	trace_why_fact(&mm->trace, FACT_NUM("of_pages", pages));
	trace_why_fact(&mm->trace, FACT_NUM("thread_size", arch_thread_size(mm->kernel)));
	trace_why_fact(&mm->trace, FACT_STR("share", "1/8"));
	mm_count(mm, "max_threads", threads, "threads");
}

void step_fork_init(struct mm *mm)
{
	make_struct_cache(mm, "task_struct", "task_struct", (unsigned)mm->kernel->smp_cache_bytes,
			  SLAB_ACCOUNT | usercopy_flag(mm));
	set_max_threads(mm);
}

/* cpumask_size() */
static uint64_t cpumask_bytes(const struct mm *mm)
{
	uint64_t most = (uint64_t)kernel_config(mm->kernel, "NR_CPUS"), bits = most;

	switch (mm->rules->cpumask_bits) {
	case CPUMASK_BY_OFFSTACK:
		bits = kernel_has_config(mm->kernel, "CPUMASK_OFFSTACK") ? mm->cpus.nr_cpu_ids : most;
		break;
	case CPUMASK_NR_CPU_IDS:
		bits = mm->cpus.nr_cpu_ids;
		break;
	case CPUMASK_BY_NR_CPUS:
		bits = most > 256 ? mm->cpus.nr_cpu_ids : most;
		break;
	}
	return align_up(bits, 64) / 8;
}

/* mm_cid_size() */
static uint64_t mm_cid_bytes(const struct mm *mm)
{
	uint64_t mask = cpumask_bytes(mm);

	if (!kernel_has_config(mm->kernel, "SCHED_MM_CID"))
		return 0;
	switch (mm->rules->mm_cid_masks) {
	case MM_CID_NONE:
		return 0;
	case MM_CID_USED:
		return mask;
	case MM_CID_USED_AND_ALLOWED:
		return 2 * mask;
	case MM_CID_ALLOWED_AND_POSSIBLE:
		break;
	}
	return mask + align_up(mm->cpus.nr, 64) / 8;
}

/* Bytes behind struct mm_struct. */
static uint64_t mm_masks_bytes(const struct mm *mm)
{
	return mm->rules->mm_cpumask_inside ? 0 : cpumask_bytes(mm) + mm_cid_bytes(mm);
}

static void make_mm_cache(struct mm *mm)
{
	uint64_t size = kernel_sizeof(mm->kernel, "mm_struct");

	make_cache(mm, "mm_struct", size ? size + mm_masks_bytes(mm) : 0, 0,
		   SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT | usercopy_flag(mm));
}

void step_mm_cache_init(struct mm *mm)
{
	make_mm_cache(mm);
}

/* The signal, file and file system structures are in no profile. */
void step_proc_caches_init(struct mm *mm)
{
	static const char *const unknown[] = { "sighand_cache", "signal_cache", "files_cache", "fs_cache" };

	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
		make_cache(mm, unknown[i], 0, 0, 0);
	if (mm->rules->mm_cpumask_inside)
		make_mm_cache(mm);
	/* Since 7.0 the free pointer lies in a member, so objects do not grow by one. */
	make_struct_cache(mm, "vm_area_struct", "vm_area_struct", 0,
			  SLAB_ACCOUNT | (mm->rules->slub_sheaves ? SLAB_HWCACHE_ALIGN | SLAB_NO_MERGE : 0));
}

/* ---------------------------------------------------------------- page cache */

static uint64_t nr_free_buffer_pages(const struct mm *mm)
{
	return nr_free_zone_pages(&mm->nodes, mm->cpus.nr ? mm->cpus.cpu[0].nid : 0, ZONE_NORMAL);
}

/* max_buffer_heads: as many as fill a tenth of the memory that buffers may use. */
void step_buffer_init(struct mm *mm)
{
	uint64_t size = BUFFER_HEAD_BYTES - (mm->rules->slub_sheaves ? 8 : 0), pages = nr_free_buffer_pages(mm), max;

	make_cache(mm, "buffer_head", size, 0, SLAB_RECLAIM_ACCOUNT);
	max = pages * 10 / 100 * (mm->kernel->page_size / size);
	trace_event(&mm->trace, MM_SET, "buffer_init");
	trace_arg(&mm->trace, FACT_NUM("max_buffer_heads", max));
	trace_why_fact(&mm->trace, FACT_NUM("free_buffer_pages", pages));
	trace_why_fact(&mm->trace, FACT_NUM("buffer_head_bytes", size));
	trace_why_fact(&mm->trace, FACT_NUM("percent", 10));
	mm_count(mm, "max_buffer_heads", max, "buffers");
}

void step_pagecache_init(struct mm *mm)
{
	trace_event(&mm->trace, MM_SET, "pagecache_init");
	trace_arg(&mm->trace, FACT_NUM("wait_queues", PAGE_WAIT_TABLE_SIZE));
	trace_why_fact(&mm->trace, FACT_STR("reason", "pages share wait queues by a hash of their address"));
	mm_count(mm, "page_wait_queues", PAGE_WAIT_TABLE_SIZE, "queues");
}

static uint64_t nr_free_pages(const struct mm *mm)
{
	uint64_t nr = 0;

	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid))
		for (int t = 0; t < MAX_NR_ZONES; t++)
			nr += buddy_nr_free(&mm->buddy, &mm->nodes.node[nid].zones[t]);
	return nr;
}

/* x per cent, the way domain_dirty_limits() rounds: first to parts of a page. */
static uint64_t percent_of(const struct mm *mm, uint64_t pages, unsigned percent)
{
	return percent * mm->kernel->page_size / 100 * pages / mm->kernel->page_size;
}

/*
 * writeback_set_ratelimit(): global_dirty_limits() of what is free (there is no
 * page cache yet), and how many pages a CPU may dirty between two checks.
 */
static void set_ratelimit(struct mm *mm)
{
	uint64_t dirtyable = nr_free_pages(mm) + 1, thresh = percent_of(mm, dirtyable, DIRTY_RATIO);
	uint64_t background = percent_of(mm, dirtyable, DIRTY_BACKGROUND_RATIO);
	uint64_t online = max_u64(1, cpus_nr_online(&mm->cpus)), ratelimit = max_u64(thresh / (online * 32), 16);

	if (background >= thresh)
		background = thresh / 2;
	trace_event(&mm->trace, MM_SET, "writeback_set_ratelimit");
	trace_arg(&mm->trace, FACT_NUM("dirty_limit", thresh));
	trace_arg(&mm->trace, FACT_NUM("background", background));
	trace_arg(&mm->trace, FACT_NUM("ratelimit_pages", ratelimit));
	trace_why_fact(&mm->trace, FACT_NUM("dirtyable", dirtyable));
	trace_why_fact(&mm->trace, FACT_NUM("dirty_percent", DIRTY_RATIO));
	trace_why_fact(&mm->trace, FACT_NUM("background_percent", DIRTY_BACKGROUND_RATIO));
	trace_why_fact(&mm->trace, FACT_NUM("cpus", online));
	mm_count(mm, "dirty_limit", thresh, "pages");
	mm_count(mm, "ratelimit_pages", ratelimit, "pages");
}

void step_page_writeback_init(struct mm *mm)
{
	set_ratelimit(mm);
}

/* page_writeback_cpu_online(): each CPU that comes shares the limit anew; the last result stays. */
void step_page_writeback_cpu_online(struct mm *mm)
{
	if (cpus_nr_online(&mm->cpus) > 1)
		set_ratelimit(mm);
}

/* -------------------------------------------------------------- slab, late */

void step_kmem_cache_init_late(struct mm *mm)
{
	if (mm->slab.ops)
		mm->slab.ops->init_late(&mm->slab);
}

/* slab_sysfs_init(): SLUB is complete only once it shows its caches. */
void step_slab_sysfs_init(struct mm *mm)
{
	if (kernel_has_config(mm->kernel, "SYSFS") && mm->slab.state == SLAB_UP)
		slab_set_state(&mm->slab, SLAB_FULL, "slab_sysfs_init");
}
