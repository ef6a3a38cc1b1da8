// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * swiotlb.c - swiotlb_init(): bounce buffers for devices that cannot reach all
 * memory, or (6.5) for buffers that share cache lines.  Follows
 * kernel/dma/swiotlb.c (6.7) and the architectures' mem_init(); lib/swiotlb.c for 4.9.
 */
#include "steps.h"
#include "../cause.h"
#include "../memblock_virt.h"

#include <ctype.h>

#define SLAB_BYTES	KIB(2)		/* 1 << IO_TLB_SHIFT */
#define SEGMENT_SLABS	128		/* IO_TLB_SEGSIZE */
#define DEFAULT_SLABS	(MIB(64) / SLAB_BYTES)
#define MIN_SLABS	(MIB(1) / SLAB_BYTES)
#define OVERFLOW_BYTES	KIB(32)		/* 4.9 */
#define INDEX_BYTES	4
#define ADDRESS_BYTES	8

static const struct why *why_of(struct mm *mm, const char *what)
{
	struct why *why = arena_alloc(&mm->arena, sizeof(*why));

	*why = (struct why){ .owner = "swiotlb", .facts = { FACT_STR("what", what) } };
	return why;
}

/* Does RAM reach above what DMA can? */
static bool addressing_limit(const struct mm *mm)
{
	return mm->max_pfn > phys_pfn(mm, arch_low_address_limit(mm));
}

/* swiotlb= asks for a buffer, or for a size of it. */
static bool is_asked_for(const struct mm *mm)
{
	const char *value = cmdline_value(&mm->cmdline, "swiotlb");

	return value && strcmp(value, "noforce");
}

/* No buffer is set up, because no device needs one. */
static void say_no_effect(struct mm *mm)
{
	if (!is_asked_for(mm))
		return;
	cause_silent(&mm->trace, "swiotlb_init", "swiotlb-no-effect");
	cause_parameter(&mm->trace, "swiotlb");
	cause_because(&mm->trace, "all RAM ends at 0x%llx, and every device reaches up to 0x%llx: there is no bounce buffer to set up",
		      (unsigned long long)memblock_end_of_DRAM(&mm->memblock), (unsigned long long)arch_low_address_limit(mm));
}

/* The newest event, a problem: the buffer found no room. */
static void add_cause(struct mm *mm, uint64_t size)
{
	cause_rule(&mm->trace, "swiotlb-does-not-fit");
	cause_parameter(&mm->trace, "swiotlb");
	loader_no_place(mm, &(struct placement){
		.size = align_up(size, mm->kernel->page_size), .align = mm->kernel->page_size,
		.end = min_u64(arch_low_address_limit(mm), memblock_end_of_DRAM(&mm->memblock)), .nid = NUMA_NO_NODE,
		.end_by = arch_low_address_limit(mm) < memblock_end_of_DRAM(&mm->memblock) ? "the DMA zone's limit" : NULL });
}

/* memblock_alloc_low(): below ARCH_LOW_ADDRESS_LIMIT. */
static phys_addr_t alloc_low(struct mm *mm, uint64_t size, const char *site, const char *what)
{
	const struct virt_request req = {
		.size = align_up(size, mm->kernel->page_size), .align = mm->kernel->page_size,
		.max = arch_low_address_limit(mm) - 1, .nid = NUMA_NO_NODE,
	};

	return memblock_virt_alloc_try_nid_nopanic(&mm->memblock, &req, site, why_of(mm, what));
}

static phys_addr_t alloc_array(struct mm *mm, uint64_t size, const char *site, const char *what)
{
	uint64_t page = mm->kernel->page_size;

	return memblock_virt_alloc(&mm->memblock, align_up(size, page), page, site, why_of(mm, what));
}

static void set_pool(struct mm *mm, phys_addr_t at, uint64_t nslabs)
{
	mm->swiotlb_base = at;
	mm->swiotlb_size = nslabs * SLAB_BYTES;
	mm_count(mm, "swiotlb", mm->swiotlb_size, "bytes");
}

/* The end is printed exclusive. */
static void print_mapped(struct mm *mm)
{
	trace_printk(&mm->trace, "software IO TLB: mapped [mem 0x%016llx-0x%016llx] (%lluMB)",
		     (unsigned long long)mm->swiotlb_base, (unsigned long long)(mm->swiotlb_base + mm->swiotlb_size),
		     (unsigned long long)(mm->swiotlb_size >> 20));
}

/* ---------------------------------------------------------------------- areas, 6.1 */

/* round_up_default_nslabs(): each area holds whole segments. */
static bool round_up_slabs(struct swiotlb_params *p)
{
	if (!p->nareas)
		return false;
	if (p->nslabs < (uint64_t)SEGMENT_SLABS * p->nareas)
		p->nslabs = (uint64_t)SEGMENT_SLABS * p->nareas;
	else if (is_power_of_2(p->nslabs))
		return false;
	p->nslabs = roundup_pow_of_two(p->nslabs);
	return true;
}

static void adjust_nareas(struct mm *mm, unsigned nareas)
{
	struct swiotlb_params *p = &mm->swiotlb_params;

	p->nareas = (unsigned)roundup_pow_of_two(min_u64(nareas, UINT64_C(1) << 31));
	trace_printk(&mm->trace, "software IO TLB: area num %d.", (int)p->nareas);
	if (round_up_slabs(p))
		trace_printk(&mm->trace, "software IO TLB: SWIOTLB bounce buffer size roundup to %lluMB",
			     (unsigned long long)(p->nslabs * SLAB_BYTES >> 20));
}

/* swiotlb_adjust_size(): unless the command line has chosen. */
static void adjust_size(struct mm *mm, uint64_t size)
{
	struct swiotlb_params *p = &mm->swiotlb_params;

	if (p->nslabs != DEFAULT_SLABS)
		return;
	size = align_up(size, SLAB_BYTES);
	p->nslabs = align_up(size / SLAB_BYTES, SEGMENT_SLABS);
	if (round_up_slabs(p))
		size = p->nslabs * SLAB_BYTES;
	trace_printk(&mm->trace, "software IO TLB: SWIOTLB bounce buffer size adjusted to %lluMB",
		     (unsigned long long)(size >> 20));
}

static uint64_t limit_nareas(uint64_t nareas, uint64_t nslabs)
{
	return nslabs < nareas * SEGMENT_SLABS ? nslabs / SEGMENT_SLABS : nareas;
}

static void say_no_pool(struct mm *mm, uint64_t size)
{
	if (mm->rules->swiotlb_tries_smaller)
		trace_problem(&mm->trace, "swiotlb_memblock_alloc",
			      "software IO TLB: swiotlb_memblock_alloc: Failed to allocate %llu bytes tlb structure",
			      (unsigned long long)size);
	else
		trace_problem(&mm->trace, "swiotlb_init_remap",
			      "software IO TLB: swiotlb_init_remap: failed to allocate tlb structure");
}

/* The largest pool there is room for, halving from the wish down; 0: not even the least. */
static phys_addr_t alloc_pool(struct mm *mm, uint64_t *nslabs, uint64_t *nareas)
{
	phys_addr_t at;

	for (;;) {
		at = alloc_low(mm, *nslabs * SLAB_BYTES, "swiotlb_init_remap/pool", "pool");
		if (at)
			return at;
		say_no_pool(mm, align_up(*nslabs * SLAB_BYTES, mm->kernel->page_size));
		/* The smaller ones that follow are the same failure. */
		if (*nslabs == mm->swiotlb_params.nslabs)
			add_cause(mm, *nslabs * SLAB_BYTES);
		else
			cause_rule(&mm->trace, "swiotlb-does-not-fit");
		if (*nslabs <= MIN_SLABS || !mm->rules->swiotlb_tries_smaller)
			return 0;
		*nslabs = align_up(*nslabs / 2, SEGMENT_SLABS);
		*nareas = limit_nareas(*nareas, *nslabs);
	}
}

static void init_remap(struct mm *mm, bool needed)
{
	struct swiotlb_params *p = &mm->swiotlb_params;
	uint64_t nslabs, nareas;
	phys_addr_t at;

	if (!needed && !p->force)
		say_no_effect(mm);
	if ((!needed && !p->force) || p->disable)
		return;
	if (!p->nareas && mm->rules->swiotlb_areas)
		adjust_nareas(mm, (unsigned)mm->cpus.nr);
	nslabs = p->nslabs;
	nareas = limit_nareas(p->nareas, nslabs);
	at = alloc_pool(mm, &nslabs, &nareas);
	if (!at)
		return;
	if (p->nslabs != nslabs)
		trace_printk(&mm->trace, "software IO TLB: SWIOTLB bounce buffer size adjusted %llu -> %llu slabs",
			     (unsigned long long)p->nslabs, (unsigned long long)nslabs);
	p->nslabs = nslabs;
	if (mm->rules->swiotlb_slots_for_all_areas)
		nareas = p->nareas;
	alloc_array(mm, nslabs * kernel_sizeof(mm->kernel, "io_tlb_slot"), "swiotlb_init_remap/slots", "slots");
	if (mm->rules->swiotlb_areas)
		memblock_virt_alloc(&mm->memblock, nareas * kernel_sizeof(mm->kernel, "io_tlb_area"), VIRT_ALIGN_DEFAULT,
				    "swiotlb_init_remap/areas", why_of(mm, "areas"));
	set_pool(mm, at, nslabs);
	print_mapped(mm);
}

/* 1 MiB for each GiB of RAM is enough for kmalloc() buffers that share cache lines. */
static void shrink_for_kmalloc(struct mm *mm)
{
	uint64_t share = div_round_up(memblock_phys_mem_size(&mm->memblock), 1024);

	adjust_size(mm, min_u64(mm->swiotlb_params.nslabs * SLAB_BYTES, share));
}

/* The architectures' part of mem_init(): kmalloc() buffers that share cache lines need a pool in any case. */
void step_swiotlb_init(struct mm *mm)
{
	bool limited = addressing_limit(mm);
	bool kmalloc = kernel_has_config(mm->kernel, "DMA_BOUNCE_UNALIGNED_KMALLOC");

	if (!mm->swiotlb_params.nslabs)
		mm->swiotlb_params.nslabs = DEFAULT_SLABS;
	if (!limited && kmalloc && mm->rules->swiotlb_small_for_kmalloc)
		shrink_for_kmalloc(mm);
	init_remap(mm, limited || kmalloc);
}

/* ----------------------------------------------------------- one lock, 5.10 to 5.18 */

static uint64_t slabs_or_default(const struct mm *mm)
{
	uint64_t nslabs = mm->swiotlb_params.nslabs;

	return nslabs ? nslabs : DEFAULT_SLABS;
}

static void alloc_lists(struct mm *mm, uint64_t nslabs)
{
	alloc_array(mm, nslabs * INDEX_BYTES, "swiotlb_init_with_tbl/list", "free list");
	alloc_array(mm, nslabs * ADDRESS_BYTES, "swiotlb_init_with_tbl/orig-addr", "original addresses");
}

static void alloc_lists_and_sizes(struct mm *mm, uint64_t nslabs)
{
	alloc_lists(mm, nslabs);
	alloc_array(mm, nslabs * ADDRESS_BYTES, "swiotlb_init_with_tbl/orig-size", "sizes");
}

static void alloc_slots(struct mm *mm, uint64_t nslabs)
{
	alloc_array(mm, nslabs * kernel_sizeof(mm->kernel, "io_tlb_slot"), "swiotlb_init_with_tbl/slots", "slots");
}

/* struct io_tlb_mem with the slots behind it. */
static void alloc_mem_and_slots(struct mm *mm, uint64_t nslabs)
{
	alloc_array(mm, kernel_sizeof(mm->kernel, "io_tlb_mem") + nslabs * kernel_sizeof(mm->kernel, "io_tlb_slot"),
		    "swiotlb_init_with_tbl/slots", "slots");
}

/* swiotlb_init() and swiotlb_init_with_tbl(). */
static void init_with_table(struct mm *mm, void (*alloc_table)(struct mm *mm, uint64_t nslabs))
{
	const struct swiotlb_params *p = &mm->swiotlb_params;
	uint64_t nslabs = slabs_or_default(mm);
	phys_addr_t at;

	if (!p->force && !addressing_limit(mm)) {
		say_no_effect(mm);
		return;
	}
	if (p->disable)
		return;
	at = alloc_low(mm, nslabs * SLAB_BYTES, "swiotlb_init/pool", "pool");
	if (!at) {
		trace_problem(&mm->trace, "swiotlb_init", "software IO TLB: Cannot allocate buffer");
		add_cause(mm, nslabs * SLAB_BYTES);
		return;
	}
	alloc_table(mm, nslabs);
	set_pool(mm, at, nslabs);
	print_mapped(mm);
}

void step_swiotlb_init_5_10(struct mm *mm)
{
	init_with_table(mm, alloc_lists);
}

void step_swiotlb_init_5_12(struct mm *mm)
{
	init_with_table(mm, alloc_lists_and_sizes);
}

void step_swiotlb_init_5_13(struct mm *mm)
{
	init_with_table(mm, alloc_mem_and_slots);
}

void step_swiotlb_init_5_15(struct mm *mm)
{
	init_with_table(mm, alloc_slots);
}

/* ------------------------------------------------------------------------------ 4.9 */

static void print_mapped_4_9(struct mm *mm)
{
	unsigned long long start = mm->swiotlb_base, end = start + mm->swiotlb_size;
	unsigned long long offset = arch_phys_to_virt(mm, 0);

	trace_printk(&mm->trace, "software IO TLB [mem %#010llx-%#010llx] (%lluMB) mapped at [%016llx-%016llx]", start, end,
		     (end - start) >> 20, start + offset, end + offset - 1);
}

void step_swiotlb_init_4_9(struct mm *mm)
{
	uint64_t nslabs = slabs_or_default(mm);
	phys_addr_t at;

	if (!mm->swiotlb_params.force && !addressing_limit(mm)) {
		say_no_effect(mm);
		return;
	}
	at = alloc_low(mm, nslabs * SLAB_BYTES, "swiotlb_init/pool", "pool");
	if (at && alloc_low(mm, OVERFLOW_BYTES, "swiotlb_init_with_tbl/overflow", "overflow buffer")) {
		alloc_lists(mm, nslabs);
		set_pool(mm, at, nslabs);
		print_mapped_4_9(mm);
		return;
	}
	if (at)
		memblock_virt_free(&mm->memblock, at, align_up(nslabs * SLAB_BYTES, mm->kernel->page_size), "swiotlb_init/pool-free",
				   why_of(mm, "pool"));
	trace_problem(&mm->trace, "swiotlb_init", "Cannot allocate SWIOTLB buffer");
	add_cause(mm, nslabs * SLAB_BYTES);
}

/* ------------------------------------------------------------------------ swiotlb= */

static uint64_t leading_number(const char **value)
{
	return simple_strtoull(*value, value, 0);
}

/* "N[,A][,force|noforce]"; the number of areas A is announced at once. */
void early_param_swiotlb(struct mm *mm, const char *value)
{
	struct swiotlb_params *p = &mm->swiotlb_params;
	bool areas = mm->rules->swiotlb_areas;

	if (areas && !p->nslabs)
		p->nslabs = DEFAULT_SLABS;
	if (isdigit((unsigned char)*value))
		p->nslabs = align_up(leading_number(&value), SEGMENT_SLABS);
	value += *value == ',';
	if (areas && isdigit((unsigned char)*value))
		adjust_nareas(mm, (unsigned)leading_number(&value));
	value += areas && *value == ',';
	if (!strcmp(value, "force")) {
		p->force = true;
	} else if (!strcmp(value, "noforce") && mm->rules->swiotlb_noforce_is_none) {
		p->disable = true;
	} else if (!strcmp(value, "noforce") && !mm->rules->virt_alloc) {
		/* 5.10: one slab is the least that "none" can be. */
		p->force = false;
		p->nslabs = 1;
	}
}
