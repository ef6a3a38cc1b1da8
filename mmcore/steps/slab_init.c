// SPDX-License-Identifier: GPL-2.0-or-later
/* slab_init.c - the object allocator comes up, and the caches made before vmalloc_init(). */
#include "steps.h"

/* __kmalloc_minalign(): without bounce buffers small objects must not share a cache line. */
static unsigned kmalloc_minalign(const struct mm *mm)
{
	unsigned least = arch_kmalloc_minalign(mm->kernel);

	if (least > 8 ||
	    (kernel_has_config(mm->kernel, "DMA_BOUNCE_UNALIGNED_KMALLOC") && mm->swiotlb_size))
		return least;
	return (unsigned)max_u64(arch_cache_line_size(mm), mm->slab.minalign);
}

/* "cgroup.memory=": a list of words, and nokmem is one of them. */
static bool accounts_kmem(const struct mm *mm)
{
	for (size_t i = 0; i < mm->cmdline.nr; i++) {
		const struct param *p = &mm->cmdline.params[i];

		if (!param_is(p, "cgroup.memory") || !p->value)
			continue;
		for (const char *word = p->value; *word; word += strcspn(word, ",")) {
			word += *word == ',';
			if (strcspn(word, ",") == strlen("nokmem") && !strncmp(word, "nokmem", strlen("nokmem")))
				return false;
		}
	}
	return true;
}

/* SLAB's "slab_max_order=" */
static void parse_slab_max_order(struct mm *mm)
{
	const char *value = cmdline_value(&mm->cmdline, "slab_max_order");
	int n = 0;

	if (!kernel_has_config(mm->kernel, "SLAB") || !value)
		return;
	get_option(&value, &n);
	mm->slab.max_order = (unsigned)(n < 0 ? 0 : min_u64((uint64_t)n, mm->kernel->max_order));
	mm->slab.max_order_set = true;
}

/* slub_debug=: what parse_args() made of it, and the text again if it names caches. */
static void take_debug(struct mm *mm)
{
	struct slab *slab = &mm->slab;

	slab->debug = mm->slub_params.debug * SLAB_CONSISTENCY_CHECKS;
	for (size_t i = 0; i < mm->cmdline.nr && kernel_has_config(mm->kernel, "SLUB_DEBUG"); i++) {
		const struct param *p = &mm->cmdline.params[i];
		bool named = param_is(p, "slub_debug") || (mm->rules->slab_param_names && param_is(p, "slab_debug"));

		if (!named || !p->value)
			continue;
		if (strchr(p->value, ','))
			slab->debug_string = p->value;
		slab->no_higher_order_debug |= strpbrk(p->value, "oO") && strcspn(p->value, "oO") < strcspn(p->value, ",;");
	}
}

static void take_params(struct mm *mm)
{
	struct slab *slab = &mm->slab;

	slab->nomerge = cmdline_last(&mm->cmdline, "slab_nomerge") || cmdline_last(&mm->cmdline, "slub_nomerge");
	/* More than the largest block a slab cannot have; keeps arithmetic in range. */
	slab->min_order = (unsigned)min_u64(mm->slub_params.min_order, mm->kernel->max_order);
	slab->max_order = (unsigned)min_u64(mm->slub_params.max_order, mm->kernel->max_order);
	slab->min_objects = (unsigned)min_u64(mm->slub_params.min_objects, UINT16_MAX);
}

static void prepare(struct mm *mm)
{
	struct slab *slab = &mm->slab;

	slab->kernel = mm->kernel;
	slab->trace = &mm->trace;
	slab->buddy = &mm->buddy;
	slab->cache_line = arch_cache_line_size(mm);
	slab->minalign = kernel_has_config(mm->kernel, "KASAN_SW_TAGS") ? 16 : 8;
	slab->nr_cpu_ids = mm->cpus.nr_cpu_ids;
	slab->nr_cpus = (unsigned)mm->cpus.nr;
	slab->nr_node_ids = (unsigned)mm->nodes.nr_node_ids;
	slab->kmalloc_minalign = kmalloc_minalign(mm);
	slab->kmem_accounting = accounts_kmem(mm);
	/* early_map_cpu_to_node() set it for the boot CPU before per-CPU areas were copied from the image. */
	slab->local_nid = mm->cpus.nr ? mm->cpus.cpu[0].nid : 0;
	slab->totalram_pages = mm->totalram_pages;
	mm->buddy.failed = page_allocation_failed;
	mm->buddy.failed_ctx = mm;
	take_params(mm);
	take_debug(mm);
	parse_slab_max_order(mm);
}

void step_kmem_cache_init(struct mm *mm)
{
	prepare(mm);
	if (kernel_has_config(mm->kernel, "SLAB"))
		slab_slab_init(&mm->slab);
	else if (kernel_has_config(mm->kernel, "SLOB"))
		slob_init(&mm->slab);
	else
		slub_init(&mm->slab);
}

/*
 * percpu_init_late() (4.9): the chunks' allocation maps, until now static
 * arrays of PERCPU_DYNAMIC_EARLY_SLOTS (128) ints, move to kmalloc memory.
 */
void step_percpu_init_late(struct mm *mm)
{
	unsigned chunks = kernel_has_config(mm->kernel, "MODULES") ? 2 : 1;	/* first, and reserved for modules */

	for (unsigned i = 0; i < chunks; i++)
		slab_kmalloc(&mm->slab, 128 * 4, NUMA_NO_NODE, GFP_KERNEL | GFP_ZERO, "pcpu_mem_zalloc");
	trace_event(&mm->trace, MM_SLAB, "percpu_init_late");
	slab_publish(&mm->slab);
}

void step_pgtable_cache_init(struct mm *mm)
{
	unsigned bytes = (unsigned)arch_pgd_cache_bytes(mm);

	if (bytes)
		kmem_cache_create(&mm->slab, "pgd_cache", bytes, bytes, 0);
}

/*
 * vmalloc_init(): a vmap_area for each part of the image that was mapped before
 * (text, rodata, init text, init data, data; 4.9 has one init), and from 5.10
 * on a cache of them that also holds the free space around.  The array of vmap
 * nodes that 6.12 and 7.2 allocate is not modelled: no profile gives its size.
 */
void step_vmalloc_init(struct mm *mm)
{
	unsigned size = (unsigned)kernel_sizeof(mm->kernel, "vmap_area"), areas = mm->rules->vmap_area_cache ? 5 + 2 : 4;
	struct kmem_cache *cache = NULL;

	if (!size)
		return;
	if (mm->rules->vmap_area_cache)
		cache = kmem_cache_create(&mm->slab, "vmap_area", size, sizeof(uint64_t), 0);
	for (unsigned i = 0; i < areas; i++)
		if (cache)
			kmem_cache_alloc(&mm->slab, cache, NUMA_NO_NODE, gfp_nowait(&mm->slab) | GFP_ZERO);
		else
			slab_kmalloc(&mm->slab, size, NUMA_NO_NODE, gfp_nowait(&mm->slab) | GFP_ZERO, "vmalloc_init");
	trace_event(&mm->trace, MM_SLAB, "vmalloc_init");
	trace_arg(&mm->trace, FACT_NUM("areas", areas));
	slab_publish(&mm->slab);
}
