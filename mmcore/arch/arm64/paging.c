// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paging.c - the address space and paging_init(): arch/arm64/mm/mmu.c.
 *
 * What counts here is which page-table pages are taken, from where and in what
 * order; their contents follow from the mappings.
 */
#include "arm64.h"

static uint64_t sym(const struct mm *mm, const char *name)
{
	return kernel_symbol(mm->kernel, name);
}

/* A 52-bit kernel uses 52 bits only where the CPU's granule supports them. */
static bool cpu_has_52_bits(const struct mm *mm)
{
	switch (mm->kernel->page_shift) {
	case 12:
		return mm->arch.arm64.cpu->lpa2_4k;
	case 14:
		return mm->arch.arm64.cpu->lpa2_16k;
	default:
		return mm->arch.arm64.cpu->lva;
	}
}

static const char *const image_segments[][3] = {
	{ "text", "_stext", "_etext" }, { "rodata", "__start_rodata", "__end_rodata" },
	{ "init", "__init_begin", "__init_end" }, { "data", "_sdata", "_edata" },
	{ "bss", "__bss_start", "__bss_stop" }, { "per-cpu template", "__per_cpu_start", "__per_cpu_end" },
	{ "init_pg_dir", "init_pg_dir", "init_pg_end" },
};

static void publish_image(struct mm *mm)
{
	uint64_t end = sym(mm, "_end");
	const union mm_value all[] = { V_STR("image"), V_HEX(mm->text_phys), V_HEX(mm->text_phys + end), V_HEX(mm->arch.arm64.kimage_vaddr) };

	trace_event(&mm->trace, MM_SET, "image");
	trace_put(&mm->trace, MM_IMAGE, all);
	for (size_t i = 0; i < ARRAY_SIZE(image_segments); i++) {
		const char *const *s = image_segments[i];
		const union mm_value row[] = { V_STR(s[0]), V_HEX(mm_symbol(mm, s[1])), V_HEX(mm_symbol(mm, s[2])),
					       V_HEX(mm->arch.arm64.kimage_vaddr + sym(mm, s[1])) };

		if (kernel_has_symbol(mm->kernel, s[1]) && kernel_has_symbol(mm->kernel, s[2]))
			trace_put(&mm->trace, MM_IMAGE, row);
	}
}

static uint64_t text_offset(const struct mm_kernel *k)
{
	uint64_t offset = 0;

	kernel_number(k, "image", "text_offset", &offset);
	return offset;
}

/* head.S: what the CPU can do decides the address space before any C runs. */
void step_primary_switched(struct mm *mm)
{
	const struct mm_kernel *k = mm->kernel;
	bool wide = k->arch_facts.arm64.va_bits > 48 && cpu_has_52_bits(mm) &&
		    !arm64_varange_hidden(mm, boot_command_line(mm));

	mm->arch.arm64.vhe_hidden = arm64_vhe_hidden(boot_command_line(mm));
	mm->arch.arm64.vabits_actual = wide ? k->arch_facts.arm64.va_bits : k->arch_facts.arm64.va_bits_min;
	mm->arch.arm64.phys_mask_shift = k->arch_facts.arm64.pa_bits;
	if (k->arch_facts.arm64.pa_bits == 52 && kernel_has_config(k, "ARM64_LPA2") && !wide)
		mm->arch.arm64.phys_mask_shift = 48;
	mm->arch.arm64.pgtable_levels = (mm->arch.arm64.vabits_actual - 4) / (k->page_shift - 3);
	mm->arch.arm64.kimage_vaddr = k->arch_facts.arm64.kimage_vaddr + text_offset(k);
	pagetable_init(&mm->pagetable, &mm->trace, k->page_shift, mm->arch.arm64.pgtable_levels, mm->arch.arm64.vabits_actual);
	trace_event(&mm->trace, MM_SET, "__primary_switched");
	trace_arg(&mm->trace, FACT_NUM("vabits_actual", mm->arch.arm64.vabits_actual));
	trace_arg(&mm->trace, FACT_NUM("phys_mask_shift", mm->arch.arm64.phys_mask_shift));
	trace_arg(&mm->trace, FACT_NUM("levels", mm->arch.arm64.pgtable_levels));
	publish_image(mm);
}

/* ------------------------------------------------------------------ mapping */

struct taking {
	struct mm *mm;
	const struct mapping *map;
	struct table_need *need;
};

static void took(void *ctx, phys_addr_t first, uint64_t nr, int64_t stride)
{
	struct taking *t = ctx;

	trace_why_fact(&t->mm->trace, FACT_HEX("va", t->map->va));
	trace_why_fact(&t->mm->trace, FACT_HEX("bytes", t->map->size));
	pagetable_publish(&t->mm->pagetable, t->map, t->need, first, nr, stride);
}

/* create_pgd_mapping(): map, and take what tables that needs. */
static void map_range(struct mm *mm, struct mapping map, const struct memblock_request *request)
{
	struct table_need need = pagetable_need(&mm->pagetable, &map);
	struct taking taking = { mm, &map, &need };
	struct memblock_request req = *request;

	trace_event(&mm->trace, MM_MAP, "create_pgd_mapping");
	trace_arg(&mm->trace, FACT_HEX("va", map.va));
	trace_arg(&mm->trace, FACT_HEX("pa", map.pa));
	trace_arg(&mm->trace, FACT_HEX("size", map.size));
	trace_arg(&mm->trace, FACT_STR("maps", map.what));
	trace_arg(&mm->trace, FACT_NUM("blocks", map.blocks));
	trace_arg(&mm->trace, FACT_STR("new_tables", pagetable_need_text(&mm->pagetable, &need)));
	req.why = WHY("page-table", FACT_STR("maps", map.what), FACT_STR("tables", pagetable_need_text(&mm->pagetable, &need)));
	if (!need.total)
		pagetable_publish(&mm->pagetable, &map, &need, 0, 0, 0);
	else if (memblock_alloc_runs(&mm->memblock, &req, need.total, took, &taking) < need.total)
		trace_panic(&mm->trace, "early_pgtable_alloc", "Failed to allocate page table page");
}

/* early_pgtable_alloc(); the upper bound 1 asks kmemleak not to trace (>= 5.16). */
static struct memblock_request early_pgtable_alloc(const struct mm *mm)
{
	return (struct memblock_request){
		.fn = "memblock_phys_alloc_range", .size = mm->kernel->page_size, .align = mm->kernel->page_size,
		.min = 0, .max = arm64_rules(mm->kernel)->pgtable_noleaktrace ? MEMBLOCK_ALLOC_NOLEAKTRACE : MEMBLOCK_ALLOC_ACCESSIBLE,
		.nid = NUMA_NO_NODE, .site = "early_pgtable_alloc/page-table",
	};
}

static void map_early(struct mm *mm, struct mapping map)
{
	struct memblock_request req = early_pgtable_alloc(mm);

	map_range(mm, map, &req);
}

/* map_kernel(): one mapping per segment, blocks allowed. */
static void map_kernel(struct mm *mm)
{
	const char *segments[][3] = {
		{ "kernel text", arm64_rules(mm->kernel)->kernel_reserved_from_text ? "_text" : "_stext", "_etext" },
		{ "kernel rodata", "__start_rodata", "__inittext_begin" },
		{ "kernel init text", "__inittext_begin", "__inittext_end" },
		{ "kernel init data", "__initdata_begin", "__initdata_end" },
		{ "kernel data", "_data", "_end" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(segments); i++) {
		uint64_t from = sym(mm, segments[i][1]), to = sym(mm, segments[i][2]);

		map_early(mm, (struct mapping){ ROOT_SWAPPER, mm->arch.arm64.kimage_vaddr + from, mm->text_phys + from, to - from,
						true, segments[i][0] });
	}
}

/* ------------------------------------------------------ block or page mappings */

static bool rodata_is_full(struct mm *mm)
{
	const char *rodata = cmdline_value(&mm->cmdline, "rodata");
	bool full = kernel_has_config(mm->kernel, "RODATA_FULL_DEFAULT_ENABLED") &&
		    kernel_has_config(mm->kernel, "STRICT_KERNEL_RWX"), on;

	/* There full is the default, whatever the configuration. */
	if (arm64_rules(mm->kernel)->rodata_on_is_full)
		return !rodata || (strcmp(rodata, "noalias") && strcmp(rodata, "off"));
	if (!rodata)
		return full;
	if (!strcmp(rodata, "full"))
		return true;
	/* Even "noalias", which it does not know, begins like "no". */
	if (arm64_rules(mm->kernel)->rodata_boolean)
		return full && !kstrtobool(rodata, mm->rules->bool_true_false, &on);
	return full && strcmp(rodata, "on") && strcmp(rodata, "off");
}

static bool debug_pagealloc(const struct mm *mm)
{
	const char *value = cmdline_value(&mm->cmdline, "debug_pagealloc");

	if (!kernel_has_config(mm->kernel, "DEBUG_PAGEALLOC"))
		return false;
	if (value)
		return !strcmp(value, "on") || !strcmp(value, "1") || !strcmp(value, "y");
	return kernel_has_config(mm->kernel, "DEBUG_PAGEALLOC_ENABLE_DEFAULT");
}

/* kfence_early_init: the pool gets page mappings of its own at boot. */
static bool kfence_early_init(const struct mm *mm)
{
	const char *interval = cmdline_value(&mm->cmdline, "kfence.sample_interval");

	if (!kernel_has_config(mm->kernel, "KFENCE") || !arm64_rules(mm->kernel)->kfence_early_pool)
		return false;
	return interval ? simple_strtoull(interval, NULL, 0) : kernel_config(mm->kernel, "KFENCE_SAMPLE_INTERVAL");
}

/* can_set_direct_map(): then the linear map may not use blocks. */
static bool can_set_direct_map(struct mm *mm)
{
	mm->arch.arm64.rodata_full = rodata_is_full(mm);
	mm->arch.arm64.kfence_early = kfence_early_init(mm);
	if (mm->arch.arm64.rodata_full || debug_pagealloc(mm))
		return true;
	if (arm64_rules(mm->kernel)->crash_page_mappings && cmdline_last(&mm->cmdline, "crashkernel") &&
	    (mm->kernel->zone_dma || mm->kernel->zone_dma32))
		return true;
	return arm64_rules(mm->kernel)->kfence_needs_pages && kernel_has_config(mm->kernel, "KFENCE") && !mm->arch.arm64.kfence_early;
}

static bool maps_blocks(struct mm *mm)
{
	return !can_set_direct_map(mm) || (arm64_rules(mm->kernel)->blocks_are_split && mm->arch.arm64.cpu->bbml2_noabort && !debug_pagealloc(mm));
}

/* --------------------------------------------------------------------- map_mem */

static uint64_t kfence_pool_size(const struct mm *mm)
{
	return (kernel_config(mm->kernel, "KFENCE_NUM_OBJECTS") + 1) * 2 * mm->kernel->page_size;
}

static void alloc_kfence_pool(struct mm *mm)
{
	struct memblock *mb = &mm->memblock;

	if (!mm->arch.arm64.kfence_early)
		return;
	mm->kfence_pool = memblock_phys_alloc(mb, kfence_pool_size(mm), mm->kernel->page_size,
					      "arm64_kfence_alloc_pool/pool", WHY("kfence", FACT_STR("what", "pool")));
	if (mm->kfence_pool)
		memblock_setclr_flag(mb, &mb->memory, mm->kfence_pool, kfence_pool_size(mm), true, MEMBLOCK_NOMAP,
				     "memblock_mark_nomap", WHY_NOBODY);
}

static void map_kfence_pool(struct mm *mm)
{
	struct memblock *mb = &mm->memblock;

	if (!mm->kfence_pool)
		return;
	map_early(mm, (struct mapping){ ROOT_SWAPPER, arm64_phys_to_virt(mm, mm->kfence_pool), mm->kfence_pool,
					kfence_pool_size(mm), false, "kfence pool" });
	memblock_setclr_flag(mb, &mb->memory, mm->kfence_pool, kfence_pool_size(mm), false, MEMBLOCK_NOMAP,
			     "memblock_clear_nomap", WHY_NOBODY);
}

/* Of a region: the pages that it fills, or (until 7.3) all that it touches. */
static struct phys_range whole_pages(const struct mm *mm, const struct memblock_region *r)
{
	uint64_t page = mm->kernel->page_size;
	phys_addr_t base = align_down(r->base, page), end = align_up(r->base + r->size, page);

	if (arm64_rules(mm->kernel)->linear_map_inward) {
		base = align_up(r->base, page);
		end = align_down(r->base + r->size, page);
	}
	return (struct phys_range){ base, base < end ? end - base : 0 };
}

static void map_linear_regions(struct mm *mm, bool blocks)
{
	const struct memblock_type *memory = &mm->memblock.memory;

	/* Mapping reserves memory but never changes memblock.memory. */
	for (size_t i = 0; i < memory->cnt; i++) {
		const struct memblock_region *r = &memory->regions[i];
		struct phys_range mapped = { r->base, r->size };

		if (arm64_rules(mm->kernel)->linear_map_inward)
			mapped = whole_pages(mm, r);
		if (!(r->flags & MEMBLOCK_NOMAP) && mapped.size)
			map_early(mm, (struct mapping){ ROOT_SWAPPER, arm64_phys_to_virt(mm, mapped.base), mapped.base, mapped.size, blocks,
							"linear map" });
	}
}

/* What is mapped now is what the kernel can touch from here on, in whole pages. */
static void linear_map_stands(struct mm *mm)
{
	const struct memblock_type *memory = &mm->memblock.memory;

	mm->arch.arm64.linear = (struct linear_map){ .ranges = arena_array(&mm->arena, memory->cnt, sizeof(*mm->arch.arm64.linear.ranges)),
					  .offset = arm64_phys_to_virt(mm, 0) };
	for (size_t i = 0; i < memory->cnt; i++) {
		const struct phys_range range = whole_pages(mm, &memory->regions[i]);

		if (!(memory->regions[i].flags & MEMBLOCK_NOMAP) && range.size)
			mm->arch.arm64.linear.ranges[mm->arch.arm64.linear.nr++] = range;
	}
	mm->memblock.linear = &mm->arch.arm64.linear;
}

/*
 * map_mem(), 5.10 to 6.12: the kernel's text and rodata are kept out of the
 * linear map by marking them NOMAP, then mapped by themselves with blocks.
 */
static void map_mem(struct mm *mm)
{
	const char *first = arm64_rules(mm->kernel)->kernel_reserved_from_text ? "_text" : "_stext";
	phys_addr_t start = mm_symbol(mm, first), size = mm_symbol(mm, "__init_begin") - start;
	struct memblock *mb = &mm->memblock;
	bool blocks = maps_blocks(mm);

	alloc_kfence_pool(mm);
	memblock_setclr_flag(mb, &mb->memory, start, size, true, MEMBLOCK_NOMAP, "memblock_mark_nomap", WHY_NOBODY);
	map_linear_regions(mm, blocks);
	map_early(mm, (struct mapping){ ROOT_SWAPPER, arm64_phys_to_virt(mm, start), start, size, true, "kernel text alias" });
	memblock_setclr_flag(mb, &mb->memory, start, size, false, MEMBLOCK_NOMAP, "memblock_clear_nomap", WHY_NOBODY);
	map_kfence_pool(mm);
	linear_map_stands(mm);
}

/*
 * early_fixmap_init() put static tables under the fixmap's entries; where the
 * vmemmap shares one of them, it needs that many pages less.
 */
static void keep_fixmap_tables(struct mm *mm)
{
	uint64_t top = arm64_rules(mm->kernel)->fixmap_below_vmemmap ? arm64_vmemmap_start(mm) - arm64_rules(mm->kernel)->fixmap_below_vmemmap : 0 - MIB(8);

	pagetable_exists(&mm->pagetable, ROOT_SWAPPER, top - MIB(2), MIB(2));
}

static void allow_resize(struct mm *mm)
{
	mm->memblock.can_resize = true;
	trace_event(&mm->trace, MM_SET, "memblock_allow_resize");
}

void step_memblock_allow_resize(struct mm *mm)
{
	allow_resize(mm);
}

static void free_init_pg_dir(struct mm *mm)
{
	memblock_phys_free(&mm->memblock, mm_symbol(mm, "init_pg_dir"), sym(mm, "init_pg_end") - sym(mm, "init_pg_dir"),
			   "paging_init/init_pg_dir", WHY("kernel-image", FACT_STR("what", "init_pg_dir")));
}

/* create_idmap(), 6.1 and 6.7: code and one flag mapped where they are. */
static void create_idmap(struct mm *mm)
{
	phys_addr_t text = mm_symbol(mm, "__idmap_text_start");

	map_early(mm, (struct mapping){ ROOT_IDMAP, text, text, sym(mm, "__idmap_text_end") - sym(mm, "__idmap_text_start"),
					true, "idmap text" });
	if (kernel_has_config(mm->kernel, "UNMAP_KERNEL_AT_EL0"))
		map_early(mm, (struct mapping){ ROOT_IDMAP, mm_symbol(mm, "__idmap_kpti_flag"), mm_symbol(mm, "__idmap_kpti_flag"),
						4, true, "idmap kpti flag" });
}

/* kaslr_early_init() up to 6.7: an offset of 2^45 plus 46 bits of the seed, in 2 MiB steps. */
static void randomize_image(struct mm *mm)
{
	uint64_t half = UINT64_C(1) << (mm->kernel->arch_facts.arm64.va_bits_min - 3), mask = (half << 1) - 1;

	if (mm->kaslr_seed)
		mm->arch.arm64.kimage_vaddr += (half + (mm->kaslr_seed & mask)) & ~(MIB(2) - 1);
}

/* 5.10: no idmap of its own yet. */
void step_paging_init_5_10(struct mm *mm)
{
	randomize_image(mm);
	map_kernel(mm);
	keep_fixmap_tables(mm);
	map_mem(mm);
	free_init_pg_dir(mm);
	allow_resize(mm);
}

void step_paging_init(struct mm *mm)
{
	step_paging_init_5_10(mm);
	create_idmap(mm);
}

/* The position-independent early code mapped the kernel with tables inside the image. */
static void kernel_is_mapped(struct mm *mm)
{
	pagetable_exists(&mm->pagetable, ROOT_SWAPPER, mm->arch.arm64.kimage_vaddr + sym(mm, "_text"), sym(mm, "_end") - sym(mm, "_text"));
}

void step_paging_init_6_12(struct mm *mm)
{
	kernel_is_mapped(mm);
	keep_fixmap_tables(mm);
	map_mem(mm);
	allow_resize(mm);
}

/*
 * 7.2: the kernel's text and data aliases go first, mapped like the rest (and
 * split later where permissions need it), then all of RAM over them.
 */
void step_paging_init_7_2(struct mm *mm)
{
	phys_addr_t text = mm_symbol(mm, "_text"), init_begin = mm_symbol(mm, "__init_begin");
	phys_addr_t init_end = mm_symbol(mm, "__init_end"), bss_stop = mm_symbol(mm, "__bss_stop");
	bool pages = !maps_blocks(mm);

	kernel_is_mapped(mm);
	keep_fixmap_tables(mm);
	alloc_kfence_pool(mm);
	map_kfence_pool(mm);
	map_early(mm, (struct mapping){ ROOT_SWAPPER, arm64_phys_to_virt(mm, text), text, init_begin - text, !pages, "kernel text alias" });
	map_early(mm, (struct mapping){ ROOT_SWAPPER, arm64_phys_to_virt(mm, init_end), init_end, bss_stop - init_end, !pages, "kernel data alias" });
	map_linear_regions(mm, !pages);
	linear_map_stands(mm);
	allow_resize(mm);
}

/* ------------------------------------------------------------------------- 4.9 */

static void map_segment_4_9(struct mm *mm, const char *what, const char *first, const char *last)
{
	uint64_t from = sym(mm, first), to = sym(mm, last);

	map_early(mm, (struct mapping){ ROOT_SWAPPER, mm->arch.arm64.kimage_vaddr + from, mm->text_phys + from, to - from,
					!debug_pagealloc(mm), what });
}

/* __map_memblock() of 4.9: a region without the kernel's part, then that part. */
static void map_region_4_9(struct mm *mm, phys_addr_t start, phys_addr_t end)
{
	phys_addr_t kernel_start = mm_symbol(mm, "_text"), kernel_end = mm_symbol(mm, "__init_begin");
	const struct { phys_addr_t from, to; const char *what; } parts[] = {
		{ start, kernel_start, "linear map" }, { kernel_end, end, "linear map" },
		{ kernel_start, kernel_end, "kernel text alias" },
	};

	if (end < kernel_start || start >= kernel_end) {
		map_early(mm, (struct mapping){ ROOT_SWAPPER, arm64_phys_to_virt(mm, start), start, end - start,
						!debug_pagealloc(mm), "linear map" });
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].from < parts[i].to)
			map_early(mm, (struct mapping){ ROOT_SWAPPER, arm64_phys_to_virt(mm, parts[i].from), parts[i].from,
							parts[i].to - parts[i].from, !debug_pagealloc(mm), parts[i].what });
}

/* Everything is built in a temporary page directory, copied over swapper_pg_dir and freed. */
void step_paging_init_4_9(struct mm *mm)
{
	const struct memblock_type *memory = &mm->memblock.memory;
	struct memblock_request req = early_pgtable_alloc(mm);
	uint64_t page = mm->kernel->page_size, swapper = sym(mm, "swapper_pg_dir");
	phys_addr_t pgd;

	pgd = memblock_phys_alloc_range(&mm->memblock, req.size, req.align, req.min, req.max, req.site,
					WHY("page-table", FACT_STR("maps", "temporary page directory")));
	map_segment_4_9(mm, "kernel text", "_text", "_etext");
	map_segment_4_9(mm, "kernel rodata", "__start_rodata", "__init_begin");
	map_segment_4_9(mm, "kernel init", "__init_begin", "__init_end");
	map_segment_4_9(mm, "kernel data", "_data", "_end");
	keep_fixmap_tables(mm);
	for (size_t i = 0; i < memory->cnt; i++)
		if (!(memory->regions[i].flags & MEMBLOCK_NOMAP))
			map_region_4_9(mm, memory->regions[i].base, memory->regions[i].base + memory->regions[i].size);
	linear_map_stands(mm);
	memblock_phys_free(&mm->memblock, pgd, page, "paging_init/temporary-pgd", WHY("page-table"));
	memblock_phys_free(&mm->memblock, mm->text_phys + swapper + page, sym(mm, "_end") - swapper - page,
			   "paging_init/swapper-rest", WHY("kernel-image", FACT_STR("what", "swapper_pg_dir")));
}
