// SPDX-License-Identifier: GPL-2.0-or-later
/* cma.c - CMA areas: mm/cma.c, kernel/dma/contiguous.c, hugetlb_cma= of mm/hugetlb.c (6.7). */
#include "steps.h"

#include "../cause.h"

#include <errno.h>

/* cma_areas[] has as many entries as the build says; before 6.9 one more, for the default area. */
static bool is_full(const struct mm *mm)
{
	return mm->nr_cma == MAX_CMA_AREAS || mm->nr_cma == kernel_config(mm->kernel, "CMA_AREAS") + mm->rules->cma_areas_extra;
}

static void say_full(struct mm *mm)
{
	trace_problem(&mm->trace, "cma_init_reserved_mem", "cma: Not enough slots for CMA reserved regions!");
	cause_rule(&mm->trace, "cma-too-many-areas");
}

static struct cma *new_area(struct mm *mm, const char *name, phys_addr_t base, phys_addr_t size)
{
	struct cma *cma;

	if (is_full(mm))
		return NULL;
	cma = &mm->cma[mm->nr_cma++];
	*cma = (struct cma){ .name = name, .base = base, .size = size };
	mm->totalcma_pages += size >> mm->kernel->page_shift;
	trace_event(&mm->trace, MM_SET, "cma_init_reserved_mem");
	trace_arg(&mm->trace, FACT_STR("name", name));
	trace_arg(&mm->trace, FACT_HEX("base", base));
	trace_arg(&mm->trace, FACT_HEX("size", size));
	mm_count(mm, "totalcma_pages", mm->totalcma_pages, "pages");
	return cma;
}

int cma_init_reserved_mem(struct mm *mm, const char *name, phys_addr_t base, phys_addr_t size)
{
	if (is_full(mm)) {
		say_full(mm);
		return -ENOSPC;
	}
	return new_area(mm, name, base, size) ? 0 : -ENOSPC;
}

/* What cma_declare_contiguous_nid() is asked for. */
struct cma_request {
	phys_addr_t asked;	/* size, before it is rounded */
	const char *name;
	phys_addr_t base, size, limit, alignment;
	bool fixed;
	bool in_ranges;		/* its line tells of ranges, not of an address */
	int nid;
	const char *parameter;	/* that asked for it, or the option of the build that did */
	const char *limit_by;	/* what sets the limit; NULL: nothing below the end of RAM */
};

/* What the newest event, a problem, is about. */
static void add_cause(struct mm *mm, const struct cma_request *r, const char *rule)
{
	cause_rule(&mm->trace, rule);
	cause_parameter(&mm->trace, r->parameter);
}

/* An area with an address of its own found it taken; any other found no place. */
static void add_cause_of_place(struct mm *mm, const struct cma_request *r, phys_addr_t limit)
{
	add_cause(mm, r, "cma-does-not-fit");
	if (r->fixed) {
		loader_blame(mm, r->base, r->size);
		cause_taken(&mm->memblock, r->base, r->size);
	} else {
		loader_no_place(mm, &(struct placement){
			.size = r->size, .align = r->alignment, .start = r->base, .end = limit, .nid = r->nid,
			.start_by = r->base ? r->parameter : NULL,
			.end_by = limit < memblock_end_of_DRAM(&mm->memblock) ? r->limit_by : NULL });
	}
}

static void say_failed(struct mm *mm, const struct cma_request *r)
{
	long mib = (long)((mm->rules->cma_failure_as_asked ? r->asked : r->size) >> 20);

	if (mm->rules->cma_lines_name_node)
		trace_problem(&mm->trace, "cma_declare_contiguous_nid", "cma: Failed to reserve %ld MiB on node %d", mib, r->nid);
	else
		trace_problem(&mm->trace, "cma_declare_contiguous_nid", "cma: Failed to reserve %ld MiB", mib);
}

/* Is there room above 4 GiB worth a first attempt from the bottom? */
static bool tries_above_4g(const struct mm *mm, const struct cma_request *r, phys_addr_t limit)
{
	switch (mm->rules->cma_above_4g) {
	case CMA_ABOVE_4G_BY_DRAM:
		return memblock_end_of_DRAM(&mm->memblock) >= GIB(4) + r->size;
	case CMA_ABOVE_4G_BY_LIMIT:
		return limit >= GIB(4) + r->size;
	case CMA_ABOVE_4G_NEVER:
		break;
	}
	return false;
}

/* cma_alloc_mem(): from 4 GiB upwards if there is room, else top-down below the limit. */
static phys_addr_t place_area(struct mm *mm, const struct cma_request *r, phys_addr_t limit, const struct why *why)
{
	static const char site[] = "cma_declare_contiguous_nid/area";
	struct memblock *mb = &mm->memblock;
	phys_addr_t at = 0;

	if (!mb->bottom_up && tries_above_4g(mm, r, limit)) {
		mb->bottom_up = true;
		at = memblock_alloc_range_nid(mb, r->size, r->alignment, GIB(4), limit, r->nid, true, site, why);
		mb->bottom_up = false;
	}
	return at ? at : memblock_alloc_range_nid(mb, r->size, r->alignment, r->base, limit, r->nid, true, site, why);
}

static bool take_fixed(struct mm *mm, const struct cma_request *r, const struct why *why)
{
	if (memblock_overlaps(&mm->memblock.reserved, r->base, r->size))
		return false;
	memblock_reserve(&mm->memblock, r->base, r->size, "cma_declare_contiguous_nid/fixed", why);
	return true;
}

static int declare_contiguous(struct mm *mm, struct cma_request r)
{
	const struct why *why = WHY("cma", FACT_STR("area", r.name));
	phys_addr_t end = memblock_end_of_DRAM(&mm->memblock), limit, at;
	uint64_t align = max_u64(r.alignment, mm->kernel->cma_min_alignment_bytes);

	r.asked = r.size;
	if (is_full(mm)) {
		say_full(mm);
		cause_parameter(&mm->trace, r.parameter);
		if (mm->rules->cma_failure_as_asked)
			say_failed(mm, &r);
		return -ENOSPC;
	}
	if (!r.size)
		return -EINVAL;
	if (r.fixed && r.base & (align - 1)) {
		trace_problem(&mm->trace, "cma_declare_contiguous_nid", "cma: Region at 0x%016llx must be aligned to 0x%016llx bytes",
			      (unsigned long long)r.base, (unsigned long long)align);
		add_cause(mm, &r, "cma-misaligned");
		trace_why_fact(&mm->trace, FACT_HEX("base", r.base));
		trace_why_fact(&mm->trace, FACT_HEX("align", align));
		say_failed(mm, &r);
		add_cause(mm, &r, "cma-misaligned");
		return -ENOMEM;
	}
	r.alignment = align;
	r.base = align_up(r.base, align);
	r.size = align_up(r.size, align);
	limit = align_down(r.limit, align);
	if (!r.base)
		r.fixed = false;
	if (r.fixed && mm->rules->cma_boundary_checked && r.base < end && r.base + r.size > end) {
		trace_problem(&mm->trace, "cma_declare_contiguous_nid",
			      "cma: Region at 0x%016llx defined on low/high memory boundary (0x%016llx)", (unsigned long long)r.base,
			      (unsigned long long)end);
		add_cause_of_place(mm, &r, end);
		say_failed(mm, &r);
		add_cause(mm, &r, "cma-does-not-fit");
		return -ENOMEM;
	}
	if (!limit || limit > end)
		limit = end;
	if (r.base + r.size > limit) {
		trace_problem(&mm->trace, "cma_declare_contiguous_nid", "cma: Size (0x%016llx) of region at 0x%016llx exceeds limit (0x%016llx)",
			      (unsigned long long)r.size, (unsigned long long)r.base, (unsigned long long)limit);
		add_cause_of_place(mm, &r, limit);
		say_failed(mm, &r);
		add_cause(mm, &r, "cma-does-not-fit");
		return -ENOMEM;
	}
	at = r.base;
	if (r.fixed ? !take_fixed(mm, &r, why) : !(at = place_area(mm, &r, limit, why))) {
		say_failed(mm, &r);
		add_cause_of_place(mm, &r, limit);
		return -ENOMEM;
	}
	r.base = at;
	new_area(mm, r.name, r.base, r.size);
	if (r.in_ranges)
		trace_printk(&mm->trace, "cma: Reserved %ld MiB in 1 range", (long)(r.size >> 20));
	else if (mm->rules->cma_lines_name_node)
		trace_printk(&mm->trace, "cma: Reserved %ld MiB at 0x%016llx on node %d", (long)(r.size >> 20),
			     (unsigned long long)r.base, r.nid);
	else
		trace_printk(&mm->trace, "cma: Reserved %ld MiB at 0x%016llx", (long)(r.size >> 20), (unsigned long long)r.base);
	return 0;
}

/* ------------------------------------------------------------------- hugetlb_cma= */

struct hugetlb_cma {
	uint64_t total, node[64];
	bool per_node;
};

/* "nid:size,nid:size" or a size for all nodes. */
static struct hugetlb_cma parse_hugetlb_cma(const struct mm *mm)
{
	const char *value = cmdline_value(&mm->cmdline, "hugetlb_cma");
	struct hugetlb_cma h = { 0 };

	while (value && *value) {
		const char *rest;
		uint64_t n = simple_strtoull(value, &rest, 0);

		if (*rest != ':' || !mm->rules->hugepages_per_node) {
			h.total = memparse(value, NULL);
			break;
		}
		if (n >= ARRAY_SIZE(h.node))
			break;
		h.per_node = true;
		h.node[n] = memparse(rest + 1, &rest);
		h.total += h.node[n];
		if (*rest != ',')
			break;
		value = rest + 1;
	}
	return h;
}

static void add_cause_of_hugetlb(struct mm *mm, uint64_t page)
{
	cause_rule(&mm->trace, "hugetlb-cma-size");
	cause_parameter(&mm->trace, "hugetlb_cma");
	trace_why_fact(&mm->trace, FACT_HEX("align", page));
}

static bool has_region(const struct mm *mm, int nid)
{
	const struct memblock_type *memory = &mm->memblock.memory;

	for (size_t i = 0; i < memory->cnt; i++)
		if ((memblock_nid_valid(&mm->memblock, memory->regions[i].nid) ? memory->regions[i].nid : 0) == nid)
			return true;
	return false;
}

/* May @nid have an area of its own?  Since 6.15 nodes without memory may not. */
static bool is_hugetlb_node(const struct mm *mm, int nid)
{
	return nid < mm->kernel->max_numnodes && mm->nodes.node[nid].online &&
	       (!mm->rules->hugetlb_nodes_have_memory || has_region(mm, nid));
}

static void refuse_hugetlb_size(struct mm *mm, const char *area, uint64_t page)
{
	if (mm->rules->hugetlb_cma_multiple)
		trace_problem(&mm->trace, "hugetlb_cma_reserve", "hugetlb_cma: cma area%s must be a multiple of %lu MiB", area,
			      (unsigned long)(page >> 20));
	else
		trace_problem(&mm->trace, "hugetlb_cma_reserve", "hugetlb_cma: cma area%s should be at least %lu MiB", area,
			      (unsigned long)(page >> 20));
	add_cause_of_hugetlb(mm, page);
}

static bool hugetlb_size_is_good(const struct mm *mm, uint64_t size, uint64_t page)
{
	return mm->rules->hugetlb_cma_multiple ? !(size % page) : size >= page;
}

/* What is asked for single nodes and cannot be had is taken off. */
static void check_hugetlb_nodes(struct mm *mm, struct hugetlb_cma *h, uint64_t page)
{
	h->per_node = false;
	for (int nid = 0; nid < (int)ARRAY_SIZE(h->node); nid++) {
		bool node = is_hugetlb_node(mm, nid);

		if (!h->node[nid])
			continue;
		if (node && hugetlb_size_is_good(mm, h->node[nid], page)) {
			h->per_node = true;
			continue;
		}
		if (node) {
			refuse_hugetlb_size(mm, arena_printf(&mm->arena, " of node %d", nid), page);
		} else {
			trace_problem(&mm->trace, "hugetlb_cma_reserve", "hugetlb_cma: invalid node %d specified", nid);
			cause_rule(&mm->trace, "parameter-malformed");
			cause_parameter(&mm->trace, "hugetlb_cma");
			cause_because(&mm->trace, "hugetlb_cma= names node %d, which this board has not", nid);
		}
		h->total -= h->node[nid];
		h->node[nid] = 0;
	}
}

static uint64_t hugetlb_share(const struct mm *mm, const struct hugetlb_cma *h, uint64_t page)
{
	uint64_t nr = 0, share;

	for (int nid = 0; nid < mm->kernel->max_numnodes; nid++)
		nr += is_hugetlb_node(mm, nid);
	share = div_round_up(h->total, max_u64(nr, 1));
	return mm->rules->hugetlb_share_rounded ? align_up(share, page) : share;
}

void step_hugetlb_cma_reserve(struct mm *mm)
{
	struct hugetlb_cma h = parse_hugetlb_cma(mm);
	uint64_t page = mm->kernel->page_size << arch_hugetlb_cma_order(mm->kernel), reserved = 0, per_node = 0;
	uint64_t align = mm->rules->hugetlb_cma_align_gigantic ? page : mm->kernel->page_size << (mm->kernel->page_shift - 3);

	if (!h.total || !kernel_has_config(mm->kernel, "HUGETLB_PAGE") || !kernel_has_config(mm->kernel, "CMA"))
		return;
	check_hugetlb_nodes(mm, &h, page);
	if (!h.total)
		return;
	if (!hugetlb_size_is_good(mm, h.total, page)) {
		refuse_hugetlb_size(mm, "", page);
		return;
	}
	if (!h.per_node) {
		per_node = hugetlb_share(mm, &h, page);
		trace_note(&mm->trace, "hugetlb_cma_reserve", "hugetlb_cma: reserve %lu MiB, up to %lu MiB per node",
			   (unsigned long)(h.total >> 20), (unsigned long)(per_node >> 20));
	}
	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid)) {
		uint64_t size = h.per_node ? (nid < 64 ? h.node[nid] : 0) : min_u64(per_node, h.total - reserved);

		if (!size || !is_hugetlb_node(mm, nid))
			continue;
		size = align_up(size, page);
		if (declare_contiguous(mm, (struct cma_request){ .name = arena_printf(&mm->arena, "hugetlb%d", nid), .size = size,
								 .alignment = align, .nid = nid, .parameter = "hugetlb_cma",
								 .in_ranges = mm->rules->hugetlb_cma_ranges })) {
			trace_printk(&mm->trace, "hugetlb_cma: reservation failed: err %d, node %d", -ENOMEM, nid);
			continue;
		}
		reserved += size;
		trace_printk(&mm->trace, "hugetlb_cma: reserved %lu MiB on node %d", (unsigned long)(size >> 20), nid);
		if (reserved >= h.total)
			break;
	}
}

/* ------------------------------------------------------------------ the default area */

/* cma=size[@base[-limit]] */
static bool parse_cma(const struct mm *mm, phys_addr_t *size, phys_addr_t *base, phys_addr_t *limit)
{
	/* One without a value is refused (early_param.c). */
	const char *value = cmdline_given(&mm->cmdline, "cma");

	if (!value)
		return false;
	*size = memparse(value, &value);
	if (*value != '@')
		return true;
	*base = memparse(value + 1, &value);
	*limit = *value == '-' ? memparse(value + 1, NULL) : *base + *size;
	return true;
}

static phys_addr_t configured_cma(const struct mm *mm)
{
	const struct mm_kernel *k = mm->kernel;
	phys_addr_t mbytes = kernel_config(k, "CMA_SIZE_MBYTES") << 20;
	phys_addr_t percent = memblock_phys_mem_size(&mm->memblock) / k->page_size * kernel_config(k, "CMA_SIZE_PERCENTAGE") / 100 * k->page_size;

	if (kernel_has_config(k, "CMA_SIZE_SEL_PERCENTAGE"))
		return percent;
	if (kernel_has_config(k, "CMA_SIZE_SEL_MIN"))
		return min_u64(mbytes, percent);
	if (kernel_has_config(k, "CMA_SIZE_SEL_MAX"))
		return max_u64(mbytes, percent);
	return mbytes;
}

/* numa_cma=nid:size,... */
static phys_addr_t numa_cma_size(const struct mm *mm, int nid)
{
	const char *value = cmdline_value(&mm->cmdline, "numa_cma");

	while (value && *value) {
		const char *rest;
		uint64_t node = simple_strtoull(value, &rest, 10);
		phys_addr_t size;

		if (rest == value || *rest != ':')
			break;
		size = memparse(rest + 1, &rest);
		if (node == (uint64_t)nid)
			return size;
		if (*rest != ',')
			break;
		value = rest + 1;
	}
	return 0;
}

static phys_addr_t default_area_size(const struct mm *mm)
{
	for (size_t i = 0; i < mm->nr_cma; i++)
		if (mm->cma[i].is_default)
			return mm->cma[i].size;
	return 0;
}

/* cma_pernuma= and numa_cma=: one area for each node asked for. */
static void reserve_numa_areas(struct mm *mm)
{
	const char *pernuma = cmdline_value(&mm->cmdline, "cma_pernuma");
	bool numa = kernel_has_config(mm->kernel, "DMA_NUMA_CMA");
	bool configured = pernuma || (numa && cmdline_last(&mm->cmdline, "numa_cma"));
	phys_addr_t everywhere = pernuma ? memparse(pernuma, NULL) : 0;

	if (!numa && !kernel_has_config(mm->kernel, "DMA_PERNUMA_CMA"))
		return;
	if (!configured && kernel_has_config(mm->kernel, "CMA_SIZE_PERNUMA") && mm->nodes.nr_online > 1)
		everywhere = default_area_size(mm);
	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid)) {
		phys_addr_t size = numa ? numa_cma_size(mm, nid) : 0;
		struct cma_request r = { .name = arena_printf(&mm->arena, "pernuma%d", nid), .nid = nid,
					 .parameter = size ? "numa_cma" : "cma_pernuma" };

		r.size = size ? size : everywhere;
		if (r.size && declare_contiguous(mm, r))
			trace_printk(&mm->trace, "cma: dma_numa_cma_reserve: reservation failed: err %d, node %d", -ENOMEM, nid);
	}
}

void step_dma_pernuma_cma_reserve(struct mm *mm)
{
	reserve_numa_areas(mm);
}

static phys_addr_t min_not_zero(phys_addr_t a, phys_addr_t b)
{
	return !a ? b : !b ? a : min_u64(a, b);
}

/* false: it was asked for and could not be had. */
static bool reserve_default_area(struct mm *mm)
{
	phys_addr_t size = 0, base = 0, cmdline_limit = 0, limit = arch_cma_limit(mm);
	bool fixed = false, asked = parse_cma(mm, &size, &base, &cmdline_limit);

	if (asked) {
		limit = mm->rules->cma_cmdline_limit_wins && cmdline_limit ? cmdline_limit : min_not_zero(cmdline_limit, limit);
		fixed = base + size == cmdline_limit;
	} else {
		size = configured_cma(mm);
	}
	if (!size || mm->has_default_cma)
		return true;
	if (declare_contiguous(mm, (struct cma_request){ .name = "reserved", .base = base, .size = size, .limit = limit,
							 .fixed = fixed, .nid = NUMA_NO_NODE,
							 .parameter = asked ? "cma" : "CONFIG_CMA_SIZE_MBYTES",
							 .limit_by = limit == cmdline_limit ? "cma" : "the DMA zone's limit" }))
		return false;
	mm->cma[mm->nr_cma - 1].is_default = true;
	mm->has_default_cma = true;
	return true;
}

void step_dma_contiguous_reserve(struct mm *mm)
{
	if (mm->rules->cma_numa_order == CMA_NUMA_FIRST)
		reserve_numa_areas(mm);
	/* Without the default area nodes get none either, where they come last. */
	if (kernel_has_config(mm->kernel, "DMA_CMA") && !reserve_default_area(mm))
		return;
	if (mm->rules->cma_numa_order == CMA_NUMA_LAST)
		reserve_numa_areas(mm);
}

void step_memblock_dump_all(struct mm *mm)
{
	memblock_dump_all(&mm->memblock);
}
