// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reserved_mem.c - /reserved-memory, /memreserve/ and elfcorehdr.
 *
 * Follows drivers/of/fdt.c and of_reserved_mem.c.  6.1: /memreserve/, static,
 * elfcorehdr, then all nodes sorted and initialised.  6.7: static, elfcorehdr,
 * /memreserve/, sorted and initialised.  6.12: elfcorehdr, static, dynamic at
 * once, /memreserve/; nodes with reg are initialised before unflattening.
 */
#include "steps.h"

#include "../cause.h"

#include <errno.h>

/* The largest of the kernels' static tables; nodes beyond a version's own are told and dropped. */
#define MAX_RESERVED_REGIONS	64

#define OF_RMEM	"OF: reserved mem: "

/* Before 6.12 the nodes are scanned by fdt.c. */
static const char *scan_prefix(const struct mm *mm)
{
	return mm->rules->reserved_scan_moved ? OF_RMEM : mm->rules->fdt_prefix;
}

static bool is_nomap(const struct mm *mm, int node) { return dt_has_prop(&mm->fdt, node, "no-map"); }
static bool is_reusable(const struct mm *mm, int node) { return dt_has_prop(&mm->fdt, node, "reusable"); }

static bool is_cma_node(const struct mm *mm, int node)
{
	return kernel_has_config(mm->kernel, "CMA") && dt_has_string(&mm->fdt, node, "compatible", "shared-dma-pool") &&
	       is_reusable(mm, node) && !is_nomap(mm, node);
}

static const char *node_name(const struct mm *mm, int node)
{
	return mm->fdt.nodes[node].name;
}

static const struct why *why_node(struct mm *mm, int node)
{
	struct why *why = arena_alloc(&mm->arena, sizeof(*why));
	size_t nr = 0;

	why->owner = "reserved-memory";
	why->facts[nr++] = FACT_STR("node", dt_node_path(&mm->fdt, node));
	if (is_nomap(mm, node))
		why->facts[nr++] = FACT_STR("map", "no-map");
	if (is_reusable(mm, node))
		why->facts[nr++] = FACT_STR("use", "reusable");
	return why;
}

/* The newest event, a problem, is about this node. */
static void add_cause(struct mm *mm, int node, const char *property, const char *rule)
{
	cause_rule(&mm->trace, rule);
	cause_node(&mm->trace, dt_node_path(&mm->fdt, node), property);
}

static void say_full(struct mm *mm, int node, size_t room)
{
	add_cause(mm, node, NULL, "reserved-too-many");
	cause_because(&mm->trace, "this release keeps %zu nodes of /reserved-memory, and those before this one are as many", room);
}

static void save_node(struct mm *mm, int node, phys_addr_t base, phys_addr_t size)
{
	if (mm->nr_reserved_mem == mm->rules->max_reserved_regions) {
		trace_problem(&mm->trace, "fdt_reserved_mem_save_node", OF_RMEM "not enough space for all defined regions.");
		say_full(mm, node, mm->nr_reserved_mem);
		return;
	}
	mm->reserved_mem[mm->nr_reserved_mem++] = (struct reserved_mem){ node, base, size };
}

static const char *cells_property(const struct mm *mm, int node, const char *name, unsigned root)
{
	uint64_t cells;

	return dt_getprop_u64(&mm->fdt, node, name, 1, &cells) && cells == root ? NULL : name;
}

/* The newest event, a problem: which of the three is wrong. */
static void explain_cells(struct mm *mm, int node)
{
	const char *ac = cells_property(mm, node, "#address-cells", mm->fdt.address_cells);
	const char *sc = cells_property(mm, node, "#size-cells", mm->fdt.size_cells), *wrong = ac ? ac : sc;
	uint64_t has;

	add_cause(mm, node, wrong ? wrong : "ranges", "reserved-cells");
	if (!wrong)
		cause_because(&mm->trace, "/reserved-memory has no ranges property, so its addresses are none of the root's");
	else if (dt_getprop_u64(&mm->fdt, node, wrong, 1, &has))
		cause_because(&mm->trace, "%s of /reserved-memory is %u, and the root's is %u: they have to be equal", wrong,
			      (unsigned)has, ac ? mm->fdt.address_cells : mm->fdt.size_cells);
	else
		cause_because(&mm->trace, "/reserved-memory has no %s, which has to be the root's, %u", wrong,
			      ac ? mm->fdt.address_cells : mm->fdt.size_cells);
}

/* __reserved_mem_check_root(): cells as the root's, and a ranges property. */
static int reserved_memory_node(struct mm *mm)
{
	int node = dt_path(&mm->fdt, "/reserved-memory");
	uint64_t ac, sc;

	if (node < 0)
		return -1;
	if (!dt_getprop_u64(&mm->fdt, node, "#address-cells", 1, &ac) || ac != mm->fdt.address_cells ||
	    !dt_getprop_u64(&mm->fdt, node, "#size-cells", 1, &sc) || sc != mm->fdt.size_cells ||
	    !dt_has_prop(&mm->fdt, node, "ranges")) {
		trace_problem(&mm->trace, "__fdt_scan_reserved_mem", "%sReserved memory: unsupported node format, ignoring",
			      scan_prefix(mm));
		explain_cells(mm, node);
		return -1;
	}
	return node;
}

/*
 * early_init_dt_reserve_memory(): no-map is marked, anything else reserved.
 * 4.9 takes no-map ranges out of memory; 5.10 refuses only what is reserved.
 */
static int reserve_range(struct mm *mm, int node, phys_addr_t base, phys_addr_t size, const char *site)
{
	struct memblock *mb = &mm->memblock;

	if (!is_nomap(mm, node)) {
		memblock_reserve(mb, base, size, site, why_node(mm, node));
		return 0;
	}
	if (mm->rules->nomap_removed) {
		memblock_remove(mb, base, size, "early_init_fdt_scan_reserved_mem/no-map", why_node(mm, node));
		return 0;
	}
	if (memblock_overlaps(&mb->reserved, base, size) &&
	    (mm->rules->nomap_outside_refused || memblock_overlaps(&mb->memory, base, size)))
		return -EBUSY;
	memblock_setclr_flag(mb, &mb->memory, base, size, true, MEMBLOCK_NOMAP, "memblock_mark_nomap", why_node(mm, node));
	return 0;
}

/*
 * The kernel says nothing of a node over memory that UEFI's runtime services keep: that is memory which is not mapped, as a
 * no-map node makes it.  Whoever has the node then takes it away from under the firmware.
 */
static void tell_firmware(struct mm *mm, int node, phys_addr_t base, phys_addr_t size, const char *site)
{
	struct phys_range kept = { 0, 0 };

	if (mm->loader.uefi)
		kept = uefi_runtime_in(mm->loader.uefi, base, size);
	if (!kept.size)
		return;
	cause_silent(&mm->trace, site, "reserved-over-firmware");
	cause_node(&mm->trace, dt_node_path(&mm->fdt, node), "reg");
	trace_why_fact(&mm->trace, FACT_HEX("base", base));
	trace_why_fact(&mm->trace, FACT_HEX("size", size));
	cause_because(&mm->trace, "UEFI's runtime services keep 0x%llx-0x%llx of it, and the kernel calls them as long as it runs",
		      (unsigned long long)kept.base, (unsigned long long)range_end(kept) - 1);
	trace_why_fact(&mm->trace, FACT_HEX("other_base", kept.base));
	trace_why_fact(&mm->trace, FACT_HEX("other_size", kept.size));
	if (mm->loader.uefi_origin == ORIGIN_ASSUMED)
		trace_why_fact(&mm->trace, FACT_STR("assumed", arena_printf(&mm->arena, "this failure depends on an assumed memory map: %s",
									    mm->loader.uefi_rule)));
}

/* What the kernel says of a range that is empty or taken. */
static void reserve_tuple(struct mm *mm, int node, phys_addr_t base, phys_addr_t size, const char *site)
{
	if (size && !reserve_range(mm, node, base, size, site)) {
		tell_firmware(mm, node, base, size, site);
		return;
	}
	trace_problem(&mm->trace, site, "%sReserved memory: failed to reserve memory for node '%s': base 0x%016llx, size %llu MiB",
		      scan_prefix(mm), node_name(mm, node), (unsigned long long)base, (unsigned long long)(size >> 20));
	loader_blame(mm, base, size);
	add_cause(mm, node, "reg", size ? "reserved-overlap" : "reserved-zero-size");
	if (size)
		cause_taken(&mm->memblock, base, size);
	else
		cause_harmless(&mm->trace, "the node asks for no bytes, as loaders leave it when they need none");
}

/* The newest event, a problem: a property that is not made of whole numbers of @cells cells. */
static void explain_length(struct mm *mm, int node, const char *property, unsigned cells)
{
	add_cause(mm, node, property, "reserved-bad-property");
	cause_because(&mm->trace, "%s has %u cells where the root's #address-cells and #size-cells make it %u%s", property,
		      (unsigned)dt_getprop(&mm->fdt, node, property)->len / 4, cells,
		      strcmp(property, "size") && strcmp(property, "alignment") ? ", or a multiple" : "");
}

/* Whole tuples?  An empty reg passes. */
static bool reg_is_valid(struct mm *mm, int node, const char *site)
{
	if (!(dt_getprop(&mm->fdt, node, "reg")->len % (4 * (mm->fdt.address_cells + mm->fdt.size_cells))))
		return true;
	trace_problem(&mm->trace, site, "%sReserved memory: invalid reg property in '%s', skipping node.",
		      scan_prefix(mm), node_name(mm, node));
	explain_length(mm, node, "reg", mm->fdt.address_cells + mm->fdt.size_cells);
	return false;
}

/* __reserved_mem_reserve_reg(): every tuple is reserved, only the first is remembered. */
static bool reserve_reg(struct mm *mm, int node, const char *site, bool save)
{
	const struct fdt_prop *reg = dt_getprop(&mm->fdt, node, "reg");
	unsigned ac = mm->fdt.address_cells, sc = mm->fdt.size_cells;

	if (!reg_is_valid(mm, node, site))
		return false;
	for (size_t i = 0; (i + ac + sc) * 4 <= reg->len; i += ac + sc) {
		phys_addr_t base = dt_read_cells(reg, i, ac), size = dt_read_cells(reg, i + ac, sc);

		reserve_tuple(mm, node, base, size, site);
		if (!i && save)
			save_node(mm, node, base, size);
	}
	return true;
}

/* rmem_cma_validate() of 7.2: cma= beats the tree before anything is reserved. */
static bool node_valid(struct mm *mm, int node)
{
	if (!mm->rules->reserved_mem_ops || !is_cma_node(mm, node))
		return true;
	if (!cmdline_given(&mm->cmdline, "cma") || !dt_has_prop(&mm->fdt, node, "linux,cma-default"))
		return true;
	trace_problem(&mm->trace, "rmem_cma_validate",
		      "Skipping dt linux,cma-default node in favor for \"cma=\" kernel param.");
	add_cause(mm, node, "linux,cma-default", "cma-default-overridden");
	return false;
}

/* The newest event: ranges of a node beyond its first. */
static void explain_extra_ranges(struct mm *mm, int node, unsigned extra)
{
	add_cause(mm, node, "reg", "reserved-extra-ranges");
	cause_because(&mm->trace, "reg has %u range%s more than the one that is used: each range needs a node of its own", extra,
		      extra == 1 ? "" : "s");
}

/* __reserved_mem_reserve_reg() of 7.2: the first tuple alone; whether the node counts. */
static bool reserve_first_reg(struct mm *mm, int node, const char *site)
{
	const struct fdt_prop *reg = dt_getprop(&mm->fdt, node, "reg");
	unsigned ac = mm->fdt.address_cells, sc = mm->fdt.size_cells, len = reg->len / (4 * (ac + sc));

	if (len > 1)
		trace_note(&mm->trace, site, OF_RMEM "Reserved memory: node '%s' has %u <base size> entries, only the first is used",
			   node_name(mm, node), len);
	if (len > 1)
		explain_extra_ranges(mm, node, len - 1);
	if (!node_valid(mm, node))
		return false;
	reserve_tuple(mm, node, dt_read_cells(reg, 0, ac), dt_read_cells(reg, ac, sc), site);
	return true;
}

/* Is there a reg that the scan takes? 7.2 takes only whole tuples, and a node without them for one to be placed. */
static bool has_reg(const struct mm *mm, int node)
{
	const struct fdt_prop *reg = dt_getprop(&mm->fdt, node, "reg");
	size_t tuple = 4 * (mm->fdt.address_cells + mm->fdt.size_cells);

	return reg && (!mm->rules->reserved_mem_ops || (reg->len && reg->len % tuple == 0));
}

/* ------------------------------------------------------------ dynamic placement */

/* 6.7: if just one end of a window touches a region placed before, grow away from it. */
static bool window_direction(const struct mm *mm, phys_addr_t start, phys_addr_t end, bool bottom_up)
{
	bool at_start = false, at_end = false;

	for (size_t i = 0; mm->rules->dynamic_alloc_direction && i < mm->nr_reserved_mem; i++) {
		const struct reserved_mem *r = &mm->reserved_mem[i];

		if (!r->size)
			continue;
		at_start |= start >= r->base && start <= r->base + r->size;
		at_end |= end >= r->base && end <= r->base + r->size;
	}
	return at_start != at_end ? at_start : bottom_up;
}

/* 4.9: allocated anywhere below the end, given back if that is below the start. */
static phys_addr_t alloc_below(struct mm *mm, int node, phys_addr_t size, phys_addr_t align,
			       phys_addr_t start, phys_addr_t end)
{
	phys_addr_t base = memblock_phys_alloc_range(&mm->memblock, size, align ? align : mm->kernel->smp_cache_bytes, 0,
						     end ? end : MEMBLOCK_ALLOC_ANYWHERE,
						     "early_init_dt_alloc_reserved_memory_arch/dynamic", why_node(mm, node));

	if (base && base < start) {
		memblock_phys_free(&mm->memblock, base, size, "early_init_dt_alloc_reserved_memory_arch/dynamic", why_node(mm, node));
		return 0;
	}
	return base;
}

/* 5.10: looked for, then reserved - or, with no-map, only taken out of memory. */
static phys_addr_t find_and_reserve(struct mm *mm, int node, phys_addr_t size, phys_addr_t align,
				    phys_addr_t start, phys_addr_t end)
{
	phys_addr_t base = memblock_find_in_range(&mm->memblock, start, end ? end : MEMBLOCK_ALLOC_ANYWHERE, size,
						  align ? align : mm->kernel->smp_cache_bytes);

	if (base && !is_nomap(mm, node))
		memblock_reserve(&mm->memblock, base, size, "early_init_dt_alloc_reserved_memory_arch/dynamic", why_node(mm, node));
	return base;
}

/* Both older versions take a no-map region out of memory altogether. */
static phys_addr_t alloc_window_removing(struct mm *mm, int node, phys_addr_t size, phys_addr_t align,
					 phys_addr_t start, phys_addr_t end)
{
	phys_addr_t base = mm->rules->dynamic_placement == DYNAMIC_ALLOC_BELOW
		? alloc_below(mm, node, size, align, start, end) : find_and_reserve(mm, node, size, align, start, end);

	if (base && is_nomap(mm, node))
		memblock_remove(&mm->memblock, base, size, "early_init_dt_alloc_reserved_memory_arch/no-map", why_node(mm, node));
	return base;
}

/* early_init_dt_alloc_reserved_memory_arch() */
static phys_addr_t alloc_window(struct mm *mm, int node, phys_addr_t size, phys_addr_t align,
				phys_addr_t start, phys_addr_t end)
{
	struct memblock *mb = &mm->memblock;
	bool before = mb->bottom_up;
	phys_addr_t base;

	if (mm->rules->dynamic_placement != DYNAMIC_ALLOC_RANGE)
		return alloc_window_removing(mm, node, size, align, start, end);
	if (end)
		mb->bottom_up = window_direction(mm, start, end, before);
	base = memblock_phys_alloc_range(mb, size, align ? align : mm->kernel->smp_cache_bytes, start,
					 end ? end : MEMBLOCK_ALLOC_ANYWHERE,
					 "early_init_dt_alloc_reserved_memory_arch/dynamic", why_node(mm, node));
	mb->bottom_up = before;
	if (base && is_nomap(mm, node))
		memblock_setclr_flag(mb, &mb->memory, base, size, true, MEMBLOCK_NOMAP, "memblock_mark_nomap", WHY_NOBODY);
	return base;
}

static phys_addr_t cma_alignment(struct mm *mm, int node, phys_addr_t align)
{
	return is_cma_node(mm, node) ? max_u64(align, mm->kernel->cma_min_alignment_bytes) : align;
}

static void say_not_placed(struct mm *mm, int node, phys_addr_t size, const struct placement *tried)
{
	if (mm->rules->unplaced_size_told)
		trace_problem(&mm->trace, "__reserved_mem_alloc_size", OF_RMEM "failed to allocate memory for node '%s': size %lu MiB",
			      node_name(mm, node), (unsigned long)(size >> 20));
	else
		trace_problem(&mm->trace, "__reserved_mem_alloc_size", OF_RMEM "failed to allocate memory for node '%s'",
			      node_name(mm, node));
	add_cause(mm, node, "size", "pool-does-not-fit");
	loader_no_place(mm, tried);
}

/* __reserved_mem_alloc_size(): 0 if nothing was placed. */
static phys_addr_t alloc_dynamic(struct mm *mm, int node, phys_addr_t *size)
{
	const struct fdt_prop *want = dt_getprop(&mm->fdt, node, "size"), *alignment = dt_getprop(&mm->fdt, node, "alignment");
	const struct fdt_prop *ranges = dt_getprop(&mm->fdt, node, "alloc-ranges");
	unsigned ac = mm->fdt.address_cells, sc = mm->fdt.size_cells;
	phys_addr_t align = 0, base = 0;
	struct placement tried = { .nid = NUMA_NO_NODE };

	/* A node with an address, but no bytes there, ends up here too. */
	if (!want)
		return 0;
	if (want->len != 4 * sc || (alignment && alignment->len != 4 * ac)) {
		trace_problem(&mm->trace, "__reserved_mem_alloc_size", OF_RMEM "invalid %s property in '%s' node.",
			      want->len != 4 * sc ? "size" : "alignment", node_name(mm, node));
		explain_length(mm, node, want->len != 4 * sc ? "size" : "alignment", want->len != 4 * sc ? sc : ac);
		return 0;
	}
	*size = dt_read_cells(want, 0, sc);
	if (alignment)
		align = dt_read_cells(alignment, 0, ac);
	if (!node_valid(mm, node))
		return 0;
	align = cma_alignment(mm, node, align);
	/* Since 7.2 a list that is none counts as absent. */
	if (ranges && mm->rules->reserved_mem_ops && ranges->len % (4 * (ac + sc)))
		ranges = NULL;
	if (ranges && ranges->len % (4 * (ac + sc))) {
		trace_problem(&mm->trace, "__reserved_mem_alloc_size",
			      OF_RMEM "invalid alloc-ranges property in '%s', skipping node.", node_name(mm, node));
		explain_length(mm, node, "alloc-ranges", ac + sc);
		return 0;
	}
	for (size_t i = 0; ranges && !base && (i + ac + sc) * 4 <= ranges->len; i += ac + sc) {
		phys_addr_t start = dt_read_cells(ranges, i, ac);

		tried.start = start;
		tried.end = start + dt_read_cells(ranges, i + ac, sc);
		tried.start_by = tried.end_by = "alloc-ranges";
		base = alloc_window(mm, node, *size, align, tried.start, tried.end);
	}
	if (!ranges)
		base = alloc_window(mm, node, *size, align, 0, 0);
	tried.size = *size;
	tried.align = align ? align : mm->kernel->smp_cache_bytes;
	if (!base)
		say_not_placed(mm, node, *size, &tried);
	return base;
}

/* ------------------------------------------------------------- drivers' init */

/* What a driver answers for a node that another one may take: since 7.2 that is no refusal. */
static int not_for_driver(const struct mm *mm)
{
	return mm->rules->reserved_mem_ops ? -ENODEV : -EINVAL;
}

/* linux,cma-default on a node that cannot be one: the kernel passes it by. */
static void say_not_reusable(struct mm *mm, int node)
{
	bool nomap = is_nomap(mm, node);

	cause_silent(&mm->trace, "rmem_cma_setup", "cma-default-not-reusable");
	cause_node(&mm->trace, dt_node_path(&mm->fdt, node), nomap ? "no-map" : "linux,cma-default");
	cause_because(&mm->trace, nomap ? "a CMA area is mapped, so a node with no-map cannot be the default area"
					: "a CMA area is memory that others use meanwhile, so its node needs the property reusable");
}

/* rmem_cma_setup() */
static int setup_cma(struct mm *mm, int node, phys_addr_t base, phys_addr_t size)
{
	bool is_default = dt_has_prop(&mm->fdt, node, "linux,cma-default");

	if (mm->rules->cmdline_cma_bypasses && !mm->rules->reserved_mem_ops && cmdline_given(&mm->cmdline, "cma") && is_default) {
		trace_note(&mm->trace, "rmem_cma_setup", "Reserved memory: bypass %s node, using cmdline CMA params instead",
			   node_name(mm, node));
		add_cause(mm, node, "linux,cma-default", "cma-default-overridden");
		cause_because(&mm->trace, "cma= on the command line takes the place of the tree's default area");
		return -EBUSY;
	}
	if (!is_reusable(mm, node) || is_nomap(mm, node)) {
		if (is_default)
			say_not_reusable(mm, node);
		return not_for_driver(mm);
	}
	if ((base | size) & (mm->kernel->cma_min_alignment_bytes - 1)) {
		trace_problem(&mm->trace, "rmem_cma_setup", "Reserved memory: incorrect alignment of CMA region");
		add_cause(mm, node, "reg", "cma-pool-misaligned");
		trace_why_fact(&mm->trace, FACT_HEX("base", base));
		trace_why_fact(&mm->trace, FACT_HEX("size", size));
		trace_why_fact(&mm->trace, FACT_HEX("align", mm->kernel->cma_min_alignment_bytes));
		return -EINVAL;
	}
	if (cma_init_reserved_mem(mm, node_name(mm, node), base, size)) {
		trace_problem(&mm->trace, "rmem_cma_setup", "Reserved memory: unable to setup CMA region");
		add_cause(mm, node, NULL, "cma-too-many-areas");
		return -ENOMEM;
	}
	if (is_default) {
		mm->cma[mm->nr_cma - 1].is_default = true;
		mm->has_default_cma = true;
	}
	trace_printk(&mm->trace, "Reserved memory: created CMA memory pool at 0x%016llx, size %ld MiB",
		     (unsigned long long)base, (long)(size >> 20));
	return 0;
}

/* rmem_dma_setup() */
static int setup_coherent(struct mm *mm, int node, phys_addr_t base, phys_addr_t size)
{
	if (is_reusable(mm, node))
		return not_for_driver(mm);
	trace_note(&mm->trace, "rmem_dma_setup", "Reserved memory: created DMA memory pool at 0x%016llx, size %ld MiB",
		   (unsigned long long)base, (long)(size >> 20));
	return 0;
}

/* rmem_swiotlb_setup(): used by devices only; arm64 needs it mapped. */
static int setup_restricted(struct mm *mm, int node, phys_addr_t base, phys_addr_t size)
{
	static const char *const unfit[] = { "reusable", "linux,cma-default", "linux,dma-default", "no-map" };

	for (size_t i = 0; i < ARRAY_SIZE(unfit); i++)
		if (dt_has_prop(&mm->fdt, node, unfit[i]))
			return -EINVAL;
	trace_note(&mm->trace, "rmem_swiotlb_setup", "Reserved memory: created restricted DMA pool at 0x%016llx, size %ld MiB",
		   (unsigned long long)base, (long)(size >> 20));
	return 0;
}

/* The option that builds a driver in; coherent pools had the architecture's until 5.1. */
struct rmem_driver {
	const char *compatible, *config, *config_before;
	int (*setup)(struct mm *mm, int node, phys_addr_t base, phys_addr_t size);
};

/* The compiled-in reservedmem table, in link order. */
static const struct rmem_driver rmem_drivers[] = {
	{ "shared-dma-pool", "DMA_CMA", NULL, setup_cma },
	{ "shared-dma-pool", "DMA_DECLARE_COHERENT", "HAVE_GENERIC_DMA_COHERENT", setup_coherent },
	{ "restricted-dma-pool", "DMA_RESTRICTED_POOL", NULL, setup_restricted },
};

static bool driver_serves(const struct mm *mm, const struct rmem_driver *d, int node)
{
	return (kernel_has_config(mm->kernel, d->config) || (d->config_before && kernel_has_config(mm->kernel, d->config_before))) &&
	       dt_has_string(&mm->fdt, node, "compatible", d->compatible);
}

/*
 * __reserved_mem_init_node(): 0, or the last driver's error; -ENOENT if none
 * matches.  Since 7.2 a driver that refuses a node ends the search.
 */
static int init_node(struct mm *mm, int node, phys_addr_t base, phys_addr_t size)
{
	int err = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(rmem_drivers); i++) {
		const struct rmem_driver *d = &rmem_drivers[i];

		if (!driver_serves(mm, d, node))
			continue;
		err = d->setup(mm, node, base, size);
		if (!err)
			trace_printk(&mm->trace, OF_RMEM "initialized node %s, compatible id %s", node_name(mm, node), d->compatible);
		if (!err || (mm->rules->reserved_mem_ops && err != -ENODEV))
			break;
	}
	return err;
}

/* fdt_init_reserved_mem_node(): false if its driver refused it. */
static bool init_and_tell(struct mm *mm, const struct reserved_mem *r, const char *site)
{
	struct memblock *mb = &mm->memblock;
	int err = init_node(mm, r->node, r->base, r->size);

	if (err && err != -ENOENT && err != -ENODEV && mm->rules->refused_node_freed) {
		trace_note(&mm->trace, "fdt_init_reserved_mem", OF_RMEM "node %s compatible matching fail", node_name(mm, r->node));
		if (!is_nomap(mm, r->node) || mm->rules->refused_nomap_added)
			memblock_phys_free(mb, r->base, r->size, site, why_node(mm, r->node));
		if (is_nomap(mm, r->node) && mm->rules->refused_nomap_added)
			memblock_add(mb, r->base, r->size, site, why_node(mm, r->node));
		else if (is_nomap(mm, r->node))
			memblock_setclr_flag(mb, &mb->memory, r->base, r->size, false, MEMBLOCK_NOMAP,
					     "memblock_clear_nomap", WHY_NOBODY);
		return false;
	}
	if (mm->rules->info_line_per_reserved_node)
		trace_note(&mm->trace, "fdt_init_reserved_mem", OF_RMEM "0x%016llx..0x%016llx (%lu KiB) %s %s %s",
			   (unsigned long long)r->base, (unsigned long long)(r->base + r->size - 1),
			   (unsigned long)(r->size >> 10), is_nomap(mm, r->node) ? "nomap" : "map",
			   is_reusable(mm, r->node) ? "reusable" : "non-reusable", node_name(mm, r->node));
	return true;
}

/* From 6.12 on a node is kept and initialised at once; from 7.2 on only if its driver takes it. */
static void keep_and_init(struct mm *mm, const struct reserved_mem *r, size_t room)
{
	if (mm->nr_reserved_mem == room) {
		trace_problem(&mm->trace, "fdt_reserved_mem_save_node", OF_RMEM "not enough space for all defined regions.");
		say_full(mm, r->node, room);
		return;
	}
	if (init_and_tell(mm, r, "fdt_init_reserved_mem_node/no-driver") || !mm->rules->reserved_mem_ops)
		mm->reserved_mem[mm->nr_reserved_mem++] = *r;
}

/* ----------------------------------------------------------------- the order */

static void reserve_memreserve(struct mm *mm)
{
	for (size_t i = 0; i < mm->fdt.nr_memreserve; i++)
		memblock_reserve(&mm->memblock, mm->fdt.memreserve[i].base, mm->fdt.memreserve[i].size,
				 "early_init_fdt_scan_reserved_mem/memreserve", WHY("memreserve", FACT_NUM("entry", i)));
}

/* False if there is none, or something is there already. */
bool take_elfcorehdr(struct mm *mm, const char *site, const char *prefix)
{
	struct phys_range r = mm->elfcorehdr;

	if (!r.size)
		return false;
	if (memblock_overlaps(&mm->memblock.reserved, r.base, r.size)) {
		trace_problem(&mm->trace, site, "%selfcorehdr is overlapped", prefix);
		cause_rule(&mm->trace, "reserved-overlap");
		cause_parameter(&mm->trace, "elfcorehdr");
		cause_taken(&mm->memblock, r.base, r.size);
		return false;
	}
	memblock_reserve(&mm->memblock, r.base, r.size, site, WHY("elfcorehdr"));
	return true;
}

static void reserve_elfcorehdr(struct mm *mm)
{
	struct phys_range r = mm->elfcorehdr;

	if (take_elfcorehdr(mm, "early_init_fdt_scan_reserved_mem/elfcorehdr", mm->rules->fdt_prefix))
		trace_printk(&mm->trace, "%sReserving %llu KiB of memory at 0x%llx for elfcorehdr", mm->rules->fdt_prefix,
			     (unsigned long long)(r.size >> 10), (unsigned long long)r.base);
}

/* Nodes with reg are reserved; those with size are kept for later. */
static void scan_static(struct mm *mm)
{
	int root = reserved_memory_node(mm);

	for (int node = root < 0 ? -1 : mm->fdt.nodes[root].first_child; node >= 0; node = mm->fdt.nodes[node].next_sibling) {
		if (!dt_available(&mm->fdt, node))
			continue;
		if (dt_has_prop(&mm->fdt, node, "reg"))
			reserve_reg(mm, node, "early_init_fdt_scan_reserved_mem/static", true);
		else if (dt_has_prop(&mm->fdt, node, "size"))
			save_node(mm, node, 0, 0);
	}
}

/* __rmem_cmp(): by base, then size; from 6.7 on ties keep the blob's order. */
static int compare_reserved(const struct mm *mm, const struct reserved_mem *a, const struct reserved_mem *b)
{
	if (a->base != b->base)
		return a->base < b->base ? -1 : 1;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	if (mm->rules->reserved_mem_sort_stable && a->node != b->node)
		return mm->fdt.nodes[a->node].offset < mm->fdt.nodes[b->node].offset ? -1 : 1;
	return 0;
}

static void swap_reserved(struct reserved_mem *a, struct reserved_mem *b)
{
	struct reserved_mem t = *a;

	*a = *b;
	*b = t;
}

/*
 * lib/sort.c's bottom-up heapsort.  It is not stable, and the order in which
 * equal dynamic nodes come out decides where they are placed, so the same
 * algorithm must run: sift the hole down to a leaf along the larger children,
 * then climb back to where the moved element belongs.
 */
static void kernel_sort(struct mm *mm, struct reserved_mem *a, size_t nr)
{
	size_t heap = nr, root = nr / 2;

	while (nr > 1) {
		size_t at, child;

		if (root)
			root--;
		else if (--heap)
			swap_reserved(&a[0], &a[heap]);
		else
			break;
		at = root;
		while ((child = 2 * at + 1) + 1 < heap)
			at = compare_reserved(mm, &a[child], &a[child + 1]) >= 0 ? child : child + 1;
		if (child + 1 == heap)
			at = child;
		while (at != root && compare_reserved(mm, &a[root], &a[at]) >= 0)
			at = (at - 1) / 2;
		for (child = at; at != root;) {
			at = (at - 1) / 2;
			swap_reserved(&a[at], &a[child]);
		}
	}
}

/* The newest event, a problem: @b lies over @a. */
static void explain_overlap(struct mm *mm, const struct reserved_mem *a, const struct reserved_mem *b)
{
	add_cause(mm, b->node, "reg", "reserved-overlap");
	trace_why_fact(&mm->trace, FACT_HEX("base", b->base));
	trace_why_fact(&mm->trace, FACT_HEX("size", b->size));
	cause_because(&mm->trace, "0x%llx-0x%llx overlaps with %s, 0x%llx-0x%llx", (unsigned long long)b->base,
		      (unsigned long long)(b->base + b->size - 1), dt_node_path(&mm->fdt, a->node), (unsigned long long)a->base,
		      (unsigned long long)(a->base + a->size - 1));
	trace_why_fact(&mm->trace, FACT_STR("other_node", dt_node_path(&mm->fdt, a->node)));
	trace_why_fact(&mm->trace, FACT_HEX("other_base", a->base));
	trace_why_fact(&mm->trace, FACT_HEX("other_size", a->size));
}

/* Hostile trees have thousands of nodes over each other. */
#define MAX_HIDDEN_OVERLAPS 64

/* The kernel compares neighbours in the order of their addresses only: a large node may lie over several. */
static void tell_hidden_overlaps(struct mm *mm)
{
	size_t told = 0;

	for (size_t i = 0; i < mm->nr_reserved_mem; i++) {
		const struct reserved_mem *a = &mm->reserved_mem[i];

		for (size_t k = i + 2; k < mm->nr_reserved_mem && told < MAX_HIDDEN_OVERLAPS; k++) {
			const struct reserved_mem *b = &mm->reserved_mem[k];

			if (a->base + a->size <= b->base)
				break;
			cause_silent(&mm->trace, "__rmem_check_for_overlap", "reserved-overlap");
			explain_overlap(mm, a, b);
			told++;
		}
	}
}

static void warn_overlaps(struct mm *mm)
{
	for (size_t i = 0; i + 1 < mm->nr_reserved_mem; i++) {
		const struct reserved_mem *a = &mm->reserved_mem[i], *b = a + 1;

		if (a->base + a->size > b->base) {
			trace_problem(&mm->trace, "__rmem_check_for_overlap",
				      OF_RMEM "OVERLAP DETECTED!\n%s (0x%016llx--0x%016llx) overlaps with %s (0x%016llx--0x%016llx)",
				      node_name(mm, a->node), (unsigned long long)a->base, (unsigned long long)(a->base + a->size),
				      node_name(mm, b->node), (unsigned long long)b->base, (unsigned long long)(b->base + b->size));
			explain_overlap(mm, a, b);
		}
	}
	tell_hidden_overlaps(mm);
}

/* fdt_init_reserved_mem(): sorted, dynamic ones placed, all initialised. */
static void init_reserved_mem(struct mm *mm)
{
	kernel_sort(mm, mm->reserved_mem, mm->nr_reserved_mem);
	warn_overlaps(mm);
	for (size_t i = 0; i < mm->nr_reserved_mem; i++) {
		struct reserved_mem *r = &mm->reserved_mem[i];

		if (!r->size) {
			phys_addr_t size = 0, base = alloc_dynamic(mm, r->node, &size);

			if (!base)
				continue;
			r->base = base;
			r->size = size;
		}
		init_and_tell(mm, r, "fdt_init_reserved_mem/no-driver");
	}
}

/* A node that was meant to reserve something, and that no scan takes. */
static void say_unread(struct mm *mm, int node, const char *because)
{
	cause_silent(&mm->trace, "early_init_fdt_scan_reserved_mem", "node-not-read");
	cause_node(&mm->trace, dt_node_path(&mm->fdt, node), NULL);
	cause_because(&mm->trace, "%s", because);
}

/* "reserved_memory", "reserved-mem@80000000": what people write for it. */
static bool is_nearly_reserved_memory(const char *name)
{
	static const char *const names[] = { "reserved-memory", "reserved_memory", "reserved-mem", "reserved_mem" };
	size_t len = strcspn(name, "@");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == len && has_prefix(name, names[i]))
			return true;
	return false;
}

static void tell_unread(struct mm *mm)
{
	const struct fdt *fdt = &mm->fdt;
	int root = dt_path(fdt, "/reserved-memory");

	for (int node = dt_next(fdt, 0); node >= 0; node = dt_next(fdt, node)) {
		if (node != root && is_nearly_reserved_memory(fdt->nodes[node].name) && fdt->nodes[node].first_child >= 0)
			say_unread(mm, node, fdt->nodes[node].parent ? "only /reserved-memory itself is read, and this node lies elsewhere" :
				   "only a node of exactly the name /reserved-memory is read");
		else if (root >= 0 && fdt->nodes[node].parent == root && dt_available(fdt, node) && !dt_has_prop(fdt, node, "reg") &&
			 !dt_has_prop(fdt, node, "size"))
			say_unread(mm, node, "it has neither reg nor size, so it reserves nothing");
	}
}

static void start(struct mm *mm)
{
	tell_unread(mm);
	mm->reserved_mem = arena_array(&mm->arena, MAX_RESERVED_REGIONS, sizeof(*mm->reserved_mem));
	mm->nr_reserved_mem = 0;
}

void step_early_init_fdt_scan_reserved_mem(struct mm *mm)
{
	start(mm);
	scan_static(mm);
	reserve_elfcorehdr(mm);
	reserve_memreserve(mm);
	init_reserved_mem(mm);
}

/* 4.9: the elfcorehdr of a crash kernel is not known yet. */
void step_early_init_fdt_scan_reserved_mem_4_9(struct mm *mm)
{
	start(mm);
	reserve_memreserve(mm);
	scan_static(mm);
	init_reserved_mem(mm);
}

void step_early_init_fdt_scan_reserved_mem_6_1(struct mm *mm)
{
	start(mm);
	reserve_memreserve(mm);
	scan_static(mm);
	reserve_elfcorehdr(mm);
	init_reserved_mem(mm);
}

static int add_dynamic(struct mm *mm, int *dynamic, int nr, int node)
{
	if (nr == MAX_RESERVED_REGIONS) {
		trace_problem(&mm->trace, "fdt_scan_reserved_mem", OF_RMEM "too many defined dynamic regions, skip '%s'",
			      node_name(mm, node));
		say_full(mm, node, MAX_RESERVED_REGIONS);
		return nr;
	}
	dynamic[nr] = node;
	return nr + 1;
}

/* fdt_scan_reserved_mem() of 6.12: the number of nodes that ended up reserved. */
static void scan_6_12(struct mm *mm)
{
	int root = reserved_memory_node(mm), *dynamic, nr_dynamic = 0;

	/* Until 7.2 reset it, the number stayed that of the static array. */
	if (root < 0) {
		mm->nr_reserved_nodes = mm->rules->reserved_mem_ops ? 0 : mm->rules->max_reserved_regions;
		return;
	}
	dynamic = arena_array(&mm->arena, MAX_RESERVED_REGIONS, sizeof(*dynamic));
	for (int node = mm->fdt.nodes[root].first_child; node >= 0; node = mm->fdt.nodes[node].next_sibling) {
		if (!dt_available(&mm->fdt, node))
			continue;
		if (has_reg(mm, node))
			mm->nr_reserved_nodes += mm->rules->reserved_mem_ops
				? reserve_first_reg(mm, node, "fdt_scan_reserved_mem/static")
				: reserve_reg(mm, node, "fdt_scan_reserved_mem/static", false);
		else if (dt_has_prop(&mm->fdt, node, "size"))
			nr_dynamic = add_dynamic(mm, dynamic, nr_dynamic, node);
	}
	for (int i = 0; i < nr_dynamic; i++) {
		struct reserved_mem r = { .node = dynamic[i] };

		r.base = alloc_dynamic(mm, r.node, &r.size);
		if (!r.base)
			continue;
		keep_and_init(mm, &r, mm->rules->max_reserved_regions);
		mm->nr_reserved_nodes++;
	}
}

void step_early_init_fdt_scan_reserved_mem_6_12(struct mm *mm)
{
	start(mm);
	reserve_elfcorehdr(mm);
	scan_6_12(mm);
	reserve_memreserve(mm);
}

/* alloc_reserved_mem_array() of 6.13: the table grows to what was counted; returns the room in it. */
static size_t alloc_reserved_mem_array(struct mm *mm, const char *site)
{
	struct reserved_mem *grown;

	if (!mm->rules->reserved_mem_array)
		return mm->rules->max_reserved_regions;
	if (!mm->nr_reserved_nodes && !mm->rules->reserved_mem_array_of_none)
		return 0;
	memblock_alloc(&mm->memblock, mm->nr_reserved_nodes * kernel_sizeof(mm->kernel, "reserved_mem"),
		       mm->kernel->smp_cache_bytes, site, WHY("reserved-mem-array"));
	grown = arena_array(&mm->arena, mm->nr_reserved_nodes + mm->nr_reserved_mem, sizeof(*grown));
	for (size_t i = 0; i < mm->nr_reserved_mem; i++)
		grown[i] = mm->reserved_mem[i];
	mm->reserved_mem = grown;
	return mm->nr_reserved_nodes;
}

static void init_reg_node(struct mm *mm, int node, size_t room)
{
	const struct fdt_prop *reg = dt_getprop(&mm->fdt, node, "reg");
	unsigned ac = mm->fdt.address_cells, sc = mm->fdt.size_cells;
	struct reserved_mem r = { .node = node };

	if (!reg || !dt_available(&mm->fdt, node))
		return;
	if (mm->rules->reserved_mem_ops ? !has_reg(mm, node) : !reg_is_valid(mm, node, "fdt_scan_reserved_mem_reg_nodes"))
		return;
	if (!reg->len || !node_valid(mm, node))
		return;
	if (reg->len > 4 * (ac + sc) && !mm->rules->reserved_mem_ops)
		trace_note(&mm->trace, "fdt_scan_reserved_mem_reg_nodes", OF_RMEM "%s() ignores %d regions in node '%s'",
			   "fdt_scan_reserved_mem_reg_nodes", (int)(reg->len / (4 * (ac + sc)) - 1), node_name(mm, node));
	if (reg->len > 4 * (ac + sc) && !mm->rules->reserved_mem_ops)
		explain_extra_ranges(mm, node, reg->len / (4 * (ac + sc)) - 1);
	r.base = dt_read_cells(reg, 0, ac);
	r.size = dt_read_cells(reg, ac, sc);
	if (r.size)
		keep_and_init(mm, &r, room);
}

/* fdt_scan_reserved_mem_reg_nodes(): the array, then every node with reg in blob order. */
static void init_reg_nodes(struct mm *mm, const char *site)
{
	int root = dt_path(&mm->fdt, "/reserved-memory");
	size_t room;

	if (root < 0) {
		trace_note(&mm->trace, "fdt_scan_reserved_mem_reg_nodes",
			   OF_RMEM "Reserved memory: No reserved-memory node in the DT");
		return;
	}
	room = alloc_reserved_mem_array(mm, site);
	if (reserved_memory_node(mm) < 0)
		return;
	for (int node = mm->fdt.nodes[root].first_child; node >= 0; node = mm->fdt.nodes[node].next_sibling)
		init_reg_node(mm, node, room);
	kernel_sort(mm, mm->reserved_mem, mm->nr_reserved_mem);
	warn_overlaps(mm);
}

void step_fdt_scan_reserved_mem_reg_nodes(struct mm *mm)
{
	init_reg_nodes(mm, "fdt_scan_reserved_mem_reg_nodes/array");
}

void step_fdt_scan_reserved_mem_late(struct mm *mm)
{
	init_reg_nodes(mm, "fdt_scan_reserved_mem_late/array");
}
