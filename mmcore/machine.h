/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.h - struct mm, one machine being booted, and the nouns it is made of.
 *
 * Steps (steps/ *.c) take the whole machine; nouns take the narrowest object.
 */
#ifndef MMSCOPE_MACHINE_H
#define MMSCOPE_MACHINE_H

#include "arch/arch.h"
#include "arch/arch_mm.h"
#include "bootmem.h"
#include "buddy.h"
#include "cmdline.h"
#include "cpu.h"
#include "fdt.h"
#include "loader/loader.h"
#include "memblock.h"
#include "node.h"
#include "pagetable.h"
#include "pcp.h"
#include "percpu.h"
#include "slab.h"
#include "zonelist.h"

#define MAX_CMA_AREAS	64
#define MAX_HUGEPAGES	4096

struct cma {
	const char *name;
	phys_addr_t base, size;
	bool is_default;
};

/* An entry of the reserved_mem[] table (of_reserved_mem.c). */
struct reserved_mem {
	int node;		/* in mm->fdt */
	phys_addr_t base, size;
};

/* slub_min_order= and its like, as parse_args() leaves them. */
enum slub_debug {
	SLUB_DEBUG_CONSISTENCY = 0x1,	/* F */
	SLUB_DEBUG_RED_ZONE = 0x2,	/* Z */
	SLUB_DEBUG_POISON = 0x4,	/* P */
	SLUB_DEBUG_STORE_USER = 0x8,	/* U */
	SLUB_DEBUG_TRACE = 0x10,	/* T */
	SLUB_DEBUG_DEFAULT = 0xf,
};

struct slub_params {
	unsigned min_order, max_order, min_objects;
	unsigned debug;			/* SLUB_DEBUG_...: for all caches */
	bool keeps_stacks;		/* some cache stores who allocated */
};

/* swiotlb= and what the arch makes of it (kernel/dma/swiotlb.c). */
struct swiotlb_params {
	uint64_t nslabs;	/* of 2 KiB; 0: the parameter gave none */
	unsigned nareas;	/* 0: not yet decided */
	bool force, disable;
};

struct process;

struct mm {
	struct arena arena;
	const struct mm_kernel *kernel;
	const struct rules *rules;
	struct trace trace;
	struct ledger ledger;
	struct mm_board board;		/* as given */

	/* what firmware handed over */
	struct fdt fdt;
	struct loader loader;
	struct cmdline cmdline;
	phys_addr_t text_phys;		/* of _text */
	phys_addr_t dtb_phys;
	phys_addr_t initrd_start, initrd_size;	/* phys_initrd_* */
	struct phys_range elfcorehdr;	/* size 0: none to reserve */
	bool is_kdump;			/* elfcorehdr.base counts: the tree or elfcorehdr= said where the dead kernel's is */
	uint64_t kaslr_seed;		/* 0: no KASLR */

	/* address space */
	union arch_mm arch;		/* the member of kernel->arch */
	struct memblock memblock;
	struct bootmem bootmem;		/* kernels without NO_BOOTMEM */
	phys_addr_t mem_limit;		/* mem=; PHYS_ADDR_MAX if not given */
	bool mem_limited;
	struct pagetable pagetable;
	phys_addr_t kfence_pool;

	struct phys_range *section_runs;	/* present sections: first number, how many; ascending */
	size_t nr_section_runs;
	bool sections_lost;		/* there was no memory for their page structs ... */
	uint64_t first_lost_section;	/* ... from this one on */

	/* devices, NUMA, zones */
	struct reserved_mem *reserved_mem;
	size_t nr_reserved_mem;
	size_t nr_reserved_nodes;	/* 6.12: how many the later array must hold */
	struct cma cma[MAX_CMA_AREAS];
	size_t nr_cma;
	bool has_default_cma;
	uint64_t totalcma_pages;
	phys_addr_t dma_limit, dma32_limit;	/* exclusive ends of ZONE_DMA and ZONE_DMA32; 0: no such zone */
	uint64_t min_low_pfn, max_pfn;
	struct nodes nodes;
	struct cpus cpus;
	uint64_t nr_kernel_pages, nr_all_pages;
	uint64_t totalram_pages;
	struct zonelists zonelists;
	uint64_t vm_total_pages;
	struct phys_range *iomem_reserved;	/* memblock.reserved when /proc/iomem took it over */
	size_t nr_iomem_reserved;
	bool hashdist;
	struct phys_range crashk_res, crashk_low_res;

	/* allocators and what lives on them */
	struct percpu percpu;
	struct buddy buddy;
	struct slab slab;
	struct slub_params slub_params;
	struct swiotlb_params swiotlb_params;
	bool page_poison;		/* page_poison=, once parsed */
	bool stack_depot_disabled;	/* stack_depot_disable= */
	uint64_t stack_max_pools;	/* stack_depot_max_pools=; 0: the default */
	uint64_t kfence_sample_interval;	/* ms; 0: off */
	uint32_t memtest_passes;	/* memtest=; 0: off */
	phys_addr_t swiotlb_base, swiotlb_size;
	struct ops *ops;		/* ops/ops.h: the allocator at work; NULL: nothing was asked for */
	struct warn_limit *page_failures;	/* ops/mem_info.h: reports of requests that came to nothing; NULL: none */
	struct hugetlb *hugetlb;	/* hugepage.h; NULL before its parameters are parsed */
	struct phys_range hugepages[MAX_HUGEPAGES];
	size_t nr_hugepages;
	bool hugepages_gathered;	/* they count as managed */
	struct process *process;	/* the first one; NULL before its exec */
	uint64_t min_free_kbytes;
	const struct wmark_sysctl *wmark_sysctl;	/* watermark.h; NULL: as the kernel has them */
	unsigned pagelist_fraction;	/* vm.percpu_pagelist_high_fraction; 0: as the kernel computes */
	uint64_t log_buf_len, new_log_buf_len;	/* bytes; the second as asked for, 0: not */
};

/* Publishers of the tables that belong to no noun. */
void mm_count(struct mm *mm, const char *name, uint64_t value, const char *unit);

static inline phys_addr_t mm_symbol(const struct mm *mm, const char *name)
{
	return mm->text_phys + kernel_symbol(mm->kernel, name);
}

static inline uint64_t phys_pfn(const struct mm *mm, phys_addr_t addr) { return addr >> mm->kernel->page_shift; }
static inline uint64_t pfn_up(const struct mm_kernel *k, phys_addr_t addr) { return (addr + k->page_size - 1) >> k->page_shift; }
static inline uint64_t pfn_down(const struct mm_kernel *k, phys_addr_t addr) { return addr >> k->page_shift; }
static inline phys_addr_t pfn_phys(const struct mm_kernel *k, uint64_t pfn) { return pfn << k->page_shift; }

#endif
