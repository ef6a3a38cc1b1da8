// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sparse.c - sparse_init(): sections, usage maps, and the vmemmap.
 *
 * Follows mm/sparse.c and mm/sparse-vmemmap.c.  5.10 to
 * 6.12 take one buffer per node for its struct pages; 4.9 and 7.2 take the
 * vmemmap's blocks one by one.  Equal neighbours are done in one go.
 */
#include "steps.h"

#include "../cause.h"

/* Present sections [first, first + nr) of one node. */
struct section_run {
	uint64_t first, nr;
	int nid;
};

struct sections {
	struct section_run *run;
	size_t nr, cap;
	uint64_t *roots;	/* roots allocated so far, ascending */
	size_t nr_roots, cap_roots;
};

static uint64_t max_sections(const struct mm *mm)
{
	return UINT64_C(1) << (arch_max_physmem_bits(mm) - mm->kernel->section_size_bits);
}

static uint64_t sections_per_root(const struct mm *mm)
{
	return mm->kernel->page_size / kernel_sizeof(mm->kernel, "mem_section");
}

static bool root_is_known(const struct sections *s, uint64_t root)
{
	return s->nr_roots && s->roots[s->nr_roots - 1] >= root;
}

/* sparse_index_init(): the page of mem_section entries, on the node that touches it first. */
static void need_root(struct mm *mm, struct sections *s, uint64_t root, int nid, const char *fn)
{
	uint64_t size = sections_per_root(mm) * kernel_sizeof(mm->kernel, "mem_section");

	if (root_is_known(s, root))
		return;
	s->roots = arena_room(&mm->arena, s->roots, s->nr_roots, &s->cap_roots, sizeof(*s->roots));
	s->roots[s->nr_roots++] = root;
	if (!memblock_alloc_runs(&mm->memblock, &(struct memblock_request){
		.fn = fn, .size = size, .align = mm->rules->virt_alloc ? 0 : mm->kernel->smp_cache_bytes, .nid = nid,
		.site = "sparse_index_alloc/root", .why = WHY("mem_section", FACT_NUM("root", root)) }, 1, NULL, NULL))
		trace_panic(&mm->trace, "sparse_index_alloc", "sparse_index_alloc: Failed to allocate %llu bytes nid=%d",
			    (unsigned long long)size, nid);
}

static void add_run(struct mm *mm, struct sections *s, uint64_t first, uint64_t nr, int nid)
{
	struct section_run *last = s->nr ? &s->run[s->nr - 1] : NULL;

	if (last && last->nid == nid && last->first + last->nr == first) {
		last->nr += nr;
		return;
	}
	s->run = arena_room(&mm->arena, s->run, s->nr, &s->cap, sizeof(*s->run));
	s->run[s->nr++] = (struct section_run){ first, nr, nid };
}

/* memory_present() for each region: a section belongs to the first region that touches it. */
static void mark_present(struct mm *mm, struct sections *s, const char *fn)
{
	const struct mm_kernel *k = mm->kernel;

	for (size_t i = 0; i < mm->memblock.memory.cnt; i++) {
		const struct memblock_region r = mm->memblock.memory.regions[i];
		uint64_t start = pfn_up(k, r.base), end = pfn_down(k, r.base + r.size), first, last, seen = 0;
		int nid = memblock_nid_valid(&mm->memblock, r.nid) ? r.nid : 0;

		if (start >= end)
			continue;
		first = start / k->pages_per_section;
		last = (end - 1) / k->pages_per_section;
		if (s->nr)
			seen = s->run[s->nr - 1].first + s->run[s->nr - 1].nr;
		for (uint64_t root = first / sections_per_root(mm); root <= last / sections_per_root(mm); root++)
			need_root(mm, s, root, nid, fn);
		first = max_u64(first, seen);
		if (first <= last)
			add_run(mm, s, first, last - first + 1, nid);
	}
}

/* ---------------------------------------------------------------- sizes */

static uint64_t usemap_bytes(const struct mm *mm)
{
	uint64_t blocks = mm->kernel->pages_per_section >> mm->kernel->pageblock_order;
	/* 7.2 counts its flags under another name and rounds the number up. */
	uint64_t named = (uint64_t)kernel_enum(mm->kernel, "pageblock_bits", "NR_PAGEBLOCK_BITS", 4);
	uint64_t bits = roundup_pow_of_two((uint64_t)kernel_enum(mm->kernel, "pageblock_bits", "__NR_PAGEBLOCK_BITS", (int64_t)named));

	return div_round_up(blocks * bits, 64) * 8;
}

static uint64_t usage_bytes(const struct mm *mm)
{
	return kernel_sizeof(mm->kernel, "mem_section_usage") + usemap_bytes(mm);
}

static uint64_t pmd_size(const struct mm *mm)
{
	return UINT64_C(1) << (2 * mm->kernel->page_shift - 3);
}

static uint64_t struct_page_bytes(const struct mm *mm, uint64_t nr_pages)
{
	return nr_pages * kernel_sizeof(mm->kernel, "page");
}

static uint64_t section_map_size(const struct mm *mm)
{
	return align_up(struct_page_bytes(mm, mm->kernel->pages_per_section), pmd_size(mm));
}

/* --------------------------------------------------------------- the vmemmap */

/* Virtual address of a pfn's struct page. */
uint64_t page_address_of(const struct mm *mm, uint64_t pfn)
{
	return arch_vmemmap(mm) + struct_page_bytes(mm, pfn);
}

struct vmemmap {
	struct mm *mm;
	int nid;
	bool blocks;		/* PMD blocks; else base pages */
	const char *fn;		/* request name of this version */
	phys_addr_t max;	/* upper bound that it prints */
};

static struct memblock_request vmemmap_request(const struct vmemmap *v, phys_addr_t size, const struct why *why)
{
	return (struct memblock_request){
		.fn = v->fn, .size = size, .align = size, .min = arch_pa_max_dma_address(v->mm), .max = v->max,
		.nid = v->nid, .site = "__earlyonly_bootmem_alloc/vmemmap", .why = why,
	};
}

/* The tables of one mapping of the vmemmap. */
struct table_rows {
	struct mm *mm;
	struct mapping map;
	struct table_need need;
	bool complete;		/* there was memory for all of them */
};

static void publish_tables(void *ctx, phys_addr_t first, uint64_t nr, int64_t stride)
{
	struct table_rows *t = ctx;

	pagetable_publish(&t->mm->pagetable, &t->map, &t->need, first, nr, stride);
}

/* A mapping for which no table had to be taken shows with the operation that fills it. */
static void publish_without_tables(struct table_rows *t)
{
	if (!t->need.total && !t->need.published)
		publish_tables(t, 0, 0, 0);
}

/* Tables that [va, va + size) of the vmemmap still lacks; @pa 0: its blocks are taken one by one, too. */
static struct table_rows vmemmap_tables(struct vmemmap *v, uint64_t va, phys_addr_t pa, uint64_t size)
{
	struct mm *mm = v->mm;
	struct table_rows rows = { .mm = mm, .complete = true, .map = { ROOT_SWAPPER, va, pa, size,
						      v->blocks ? BLOCKS_SCATTERED : BLOCKS_NEVER, "vmemmap" } };
	struct memblock_request req;

	rows.need = pagetable_need(&mm->pagetable, &rows.map);
	if (rows.need.total) {
		req = vmemmap_request(v, mm->kernel->page_size,
				      WHY("vmemmap-table", FACT_STR("tables", pagetable_need_text(&mm->pagetable, &rows.need))));
		rows.complete = memblock_alloc_runs(&mm->memblock, &req, rows.need.total, publish_tables, &rows) == rows.need.total;
	}
	return rows;
}

static void took_blocks(void *ctx, phys_addr_t first, uint64_t nr, int64_t stride)
{
	(void)first;
	(void)nr;
	(void)stride;
	publish_without_tables(ctx);
}

/*
 * vmemmap_populate(): blocks (or pages) one by one, tables in between where a
 * new one is reached.  Where there is no block left, pages take its place
 * (since 5.11).  Returns how far it came: @end, or the unit without memory.
 */
static uint64_t populate_one_by_one(struct vmemmap *v, uint64_t va, uint64_t end)
{
	struct mm *mm = v->mm;
	uint64_t step = v->blocks ? pmd_size(mm) : mm->kernel->page_size;
	uint64_t span = v->blocks ? pmd_size(mm) << (mm->kernel->page_shift - 3) : pmd_size(mm);
	struct vmemmap pages = *v;

	pages.blocks = false;
	va = align_down(va, step);
	end = align_up(end, step);
	while (va < end) {
		/* The last span ends where addresses do: its end is 0. */
		uint64_t next = va + min_u64(span - va % span, end - va), nr = (next - va) / step;
		struct memblock_request req = vmemmap_request(v, step, WHY("memmap", FACT_NUM("node", v->nid)));
		struct table_rows rows = vmemmap_tables(v, va, 0, next - va);
		uint64_t got = rows.complete ? memblock_alloc_runs(&mm->memblock, &req, nr, took_blocks, &rows) : 0;

		va += got * step;
		if (got == nr)
			continue;
		if (!rows.complete || !v->blocks || !mm->rules->memmap_falls_back ||
		    populate_one_by_one(&pages, va, va + step) < va + step)
			return va;
		va += step;
	}
	return end;
}

static void publish_run(struct mm *mm, const struct section_run *r, phys_addr_t usage, phys_addr_t memmap)
{
	const union mm_value row[] = {
		V_NUM(r->first), V_NUM(r->nr), V_NUM(r->nid), V_HEX(usage), V_HEX(memmap),
		V_HEX(struct_page_bytes(mm, r->nr * mm->kernel->pages_per_section)),
	};

	trace_event(&mm->trace, MM_SET, "sparse_init_one_section");
	trace_arg(&mm->trace, FACT_NUM("first", r->first));
	trace_arg(&mm->trace, FACT_NUM("nr", r->nr));
	trace_arg(&mm->trace, FACT_NUM("nid", r->nid));
	trace_put(&mm->trace, MM_SECTIONS, row);
}

static uint64_t run_va(const struct mm *mm, const struct section_run *r)
{
	return page_address_of(mm, r->first * mm->kernel->pages_per_section);
}

static uint64_t run_bytes(const struct mm *mm, const struct section_run *r)
{
	return struct_page_bytes(mm, r->nr * mm->kernel->pages_per_section);
}

/* Runs [from, to) are one node's: how many sections that is. */
static uint64_t count_sections(const struct sections *s, size_t from, size_t to)
{
	uint64_t nr = 0;

	for (size_t i = from; i < to; i++)
		nr += s->run[i].nr;
	return nr;
}

/* Usage maps; until 7.0 near the node's pgdat, so that removing its section frees both (MEMORY_HOTREMOVE). */
static phys_addr_t alloc_usage(struct mm *mm, int nid, uint64_t bytes)
{
	const struct why *why = WHY("usage-map", FACT_NUM("node", nid));
	uint64_t section = UINT64_C(1) << mm->kernel->section_size_bits, align = mm->kernel->smp_cache_bytes;
	phys_addr_t goal = align_down(mm->nodes.node[nid].node_data, section), at;
	const struct memblock_region *r = memblock_find(&mm->memblock.memory, goal);
	int goal_nid = r && memblock_nid_valid(&mm->memblock, r->nid) ? r->nid : 0;

	if (!mm->rules->usage_near_pgdat || !kernel_has_config(mm->kernel, "MEMORY_HOTREMOVE"))
		return memblock_alloc_try_nid(&mm->memblock, bytes, align, 0, 0, nid, "sparse_init_nid/usage", why);
	at = memblock_alloc_try_nid(&mm->memblock, bytes, align, goal, goal + section, goal_nid, "sparse_init_nid/usage", why);
	return at ? at : memblock_alloc_try_nid(&mm->memblock, bytes, align, goal, 0, goal_nid, "sparse_init_nid/usage", why);
}

/*
 * populate_one_by_one() for @r.  From the section that cannot be done on the
 * node's sections have neither page structs nor a usage map, and are not present.
 */
static bool populate_run(struct vmemmap *v, const struct section_run *r)
{
	struct mm *mm = v->mm;
	uint64_t va = run_va(mm, r), end = va + run_bytes(mm, r), at = populate_one_by_one(v, va, end);

	if (at >= end)
		return true;
	trace_problem(&mm->trace, "sparse_init_nid",
		      "sparse_init_nid: node[%d] memory map backing failed. Some memory will not be available.", v->nid);
	if (!mm->sections_lost)
		mm->first_lost_section = r->first + (at > va ? (at - va) / struct_page_bytes(mm, mm->kernel->pages_per_section) : 0);
	mm->sections_lost = true;
	cause_rule(&mm->trace, "memmap-does-not-fit");
	cause_because(&mm->trace, "memblock has no page left for the struct pages of RAM from 0x%llx on",
		      (unsigned long long)mm->first_lost_section << mm->kernel->section_size_bits);
	return false;
}

/* --------------------------------------------------------- 5.10, 6.1, 6.7, 6.12 */

static void init_nid_buffered(struct mm *mm, const struct sections *s, size_t from, size_t to)
{
	int nid = s->run[from].nid;
	uint64_t nr = count_sections(s, from, to), used = 0, size = section_map_size(mm);
	phys_addr_t max = mm->rules->memmap_noleaktrace ? MEMBLOCK_ALLOC_NOLEAKTRACE : MEMBLOCK_ALLOC_ACCESSIBLE;
	struct vmemmap v = { mm, nid, mm->kernel->page_shift == 12, "memblock_alloc_try_nid_raw", max };
	/* 5.10 aligns the buffer to the section's map, which is 16 MiB with 1 GiB sections. */
	phys_addr_t usage = alloc_usage(mm, nid, nr * usage_bytes(mm)), buffer;

	buffer = memblock_alloc_exact_nid_raw(&mm->memblock, nr * size, size, arch_pa_max_dma_address(mm), max, nid,
					      "memmap_alloc/buffer", WHY("memmap", FACT_NUM("node", nid), FACT_NUM("sections", nr)));
	for (size_t i = from; i < to; i++) {
		const struct section_run *r = &s->run[i];
		struct table_rows rows;

		if (buffer)
			rows = vmemmap_tables(&v, run_va(mm, r), buffer + used, run_bytes(mm, r));
		else if (!populate_run(&v, r))
			return;
		publish_run(mm, r, usage, buffer ? buffer + used : 0);
		if (buffer)
			publish_without_tables(&rows);
		used += run_bytes(mm, r);
		usage += r->nr * usage_bytes(mm);
	}
	if (buffer && used < nr * size)
		memblock_phys_free(&mm->memblock, buffer + used, nr * size - used, "sparse_buffer_fini/rest", WHY("memmap"));
}

typedef void init_nid_fn(struct mm *mm, const struct sections *s, size_t from, size_t to);

static void for_each_node_run(struct mm *mm, const struct sections *s, init_nid_fn *init_nid)
{
	for (size_t from = 0, to; from < s->nr; from = to) {
		for (to = from + 1; to < s->nr && s->run[to].nid == s->run[from].nid; to++)
			;
		init_nid(mm, s, from, to);
	}
}

#define MIN_HOLE_TOLD	(UINT64_C(1) << 20)

/*
 * A section has struct pages for all of its frames, RAM or not: the same RAM at
 * another address, or with holes, may cost more of them.
 */
static void tell_holes(struct mm *mm, const struct sections *s)
{
	const struct mm_kernel *k = mm->kernel;
	uint64_t pages = 0, ram = 0;

	for (size_t i = 0; i < s->nr; i++)
		pages += s->run[i].nr * k->pages_per_section;
	for (size_t i = 0; i < mm->memblock.memory.cnt; i++)
		ram += mm->memblock.memory.regions[i].size >> k->page_shift;
	/* A missing page or two is nothing that anybody looks for. */
	if (pages <= ram || (pages - ram) << k->page_shift < MIN_HOLE_TOLD)
		return;
	cause_cost(&mm->trace, "sparse_init", "ram-lost-section");
	trace_why_fact(&mm->trace, FACT_HEX("lost", struct_page_bytes(mm, pages - ram)));
	cause_because(&mm->trace, "sections of %llu MiB are described as a whole: %llu KiB of struct pages stand for %llu MiB that "
		      "are not RAM", (unsigned long long)(k->pages_per_section << k->page_shift >> 20),
		      (unsigned long long)(struct_page_bytes(mm, pages - ram) >> 10),
		      (unsigned long long)((pages - ram) << k->page_shift >> 20));
}

/* Later steps ask which sections exist. */
static void keep_runs(struct mm *mm, const struct sections *s)
{
	mm->section_runs = arena_array(&mm->arena, s->nr, sizeof(*mm->section_runs));
	for (size_t i = 0; i < s->nr; i++)
		mm->section_runs[mm->nr_section_runs++] = (struct phys_range){ s->run[i].first, s->run[i].nr };
	tell_holes(mm, s);
}

/* The array of roots, where SPARSEMEM_EXTREME allocates it. */
static void alloc_roots(struct mm *mm)
{
	const struct mm_kernel *k = mm->kernel;
	uint64_t roots = div_round_up(max_sections(mm), sections_per_root(mm)), size = roots * 8;

	if (memblock_alloc(&mm->memblock, size, k->smp_cache_bytes, "sparse_init/mem_section",
			   WHY("mem_section", FACT_NUM("roots", roots))))
		return;
	if (mm->rules->alloc_or_panic)
		trace_panic(&mm->trace, "sparse_init", "memblocks_present: Failed to allocate %llu bytes", (unsigned long long)size);
	trace_panic(&mm->trace, "sparse_init", "%s: Failed to allocate %llu bytes align=0x%llx", mm->rules->mem_section_made_by,
		    (unsigned long long)size, (unsigned long long)k->smp_cache_bytes);
}

void step_sparse_init(struct mm *mm)
{
	struct sections s = { 0 };

	alloc_roots(mm);
	mark_present(mm, &s, "memblock_alloc_try_nid");
	for_each_node_run(mm, &s, init_nid_buffered);
	keep_runs(mm, &s);
}

/* ------------------------------------------------------------------------- 7.2 */

static void init_nid_unbuffered(struct mm *mm, const struct sections *s, size_t from, size_t to)
{
	int nid = s->run[from].nid;
	struct vmemmap v = { mm, nid, mm->kernel->page_shift == 12, "memblock_alloc_try_nid_raw", MEMBLOCK_ALLOC_NOLEAKTRACE };
	phys_addr_t usage = alloc_usage(mm, nid, count_sections(s, from, to) * usage_bytes(mm));

	for (size_t i = from; i < to; i++) {
		if (!populate_run(&v, &s->run[i]))
			return;
		publish_run(mm, &s->run[i], usage, 0);
		usage += s->run[i].nr * usage_bytes(mm);
	}
}

void step_sparse_init_7_2(struct mm *mm)
{
	struct sections s = { 0 };

	alloc_roots(mm);
	mark_present(mm, &s, "memblock_alloc_try_nid");
	for_each_node_run(mm, &s, init_nid_unbuffered);
	keep_runs(mm, &s);
}

/* Where the usage map that a section has not got would have its map of subsections. */
static uint64_t missing_subsection_map(const struct mm *mm, uint64_t pfn)
{
	uint64_t subsection = MIB(2) >> mm->kernel->page_shift, pps = mm->kernel->pages_per_section;
	uint64_t words = div_round_up(pps / subsection, 64);

	return kernel_sizeof(mm->kernel, "mem_section_usage") - words * 8 + pfn % pps / subsection / 64 * 8;
}

void subsection_map_init(struct mm *mm, uint64_t start, uint64_t end)
{
	uint64_t lost = mm->first_lost_section * mm->kernel->pages_per_section;

	if (mm->sections_lost && end > lost)
		trace_oops(&mm->trace, "subsection_map_init", TASK_SWAPPER, missing_subsection_map(mm, max_u64(start, lost)));
}

/* 7.3: behind the zones, and what memory sections have is noted at the end. */
void step_sparse_init_7_3(struct mm *mm)
{
	const struct memblock_type *memory = &mm->memblock.memory;

	step_sparse_init_7_2(mm);
	for (size_t i = 0; i < memory->cnt; i++)
		subsection_map_init(mm, pfn_up(mm->kernel, memory->regions[i].base),
				    pfn_down(mm->kernel, memory->regions[i].base + memory->regions[i].size));
}

/* ------------------------------------------------------------------------- 4.9 */

static void alloc_usemap_4_9(struct mm *mm, const struct sections *s, size_t from, size_t to)
{
	int nid = s->run[from].nid;

	memblock_alloc_runs(&mm->memblock, &(struct memblock_request){
		.fn = "memblock_virt_alloc_try_nid_nopanic", .size = count_sections(s, from, to) * usemap_bytes(mm), .nid = nid,
		.site = "sparse_early_usemaps_alloc_node/usemap", .why = WHY("usage-map", FACT_NUM("node", nid)) }, 1, NULL, NULL);
}

static void keep_address(void *ctx, phys_addr_t first, uint64_t nr, int64_t stride)
{
	(void)nr;
	(void)stride;
	*(phys_addr_t *)ctx = first;
}

/* All usage maps first, through a temporary table of pointers, then the memmap. */
void step_sparse_init_4_9(struct mm *mm)
{
	uint64_t bytes = max_sections(mm) * 8;
	struct sections s = { 0 };
	phys_addr_t table = 0;

	mark_present(mm, &s, "memblock_virt_alloc_try_nid");
	memblock_alloc_runs(&mm->memblock, &(struct memblock_request){
		.fn = "memblock_virt_alloc_try_nid", .size = bytes, .nid = NUMA_NO_NODE, .site = "sparse_init/usemap-table",
		.why = WHY("usage-map", FACT_STR("what", "temporary table")) }, 1, keep_address, &table);
	for_each_node_run(mm, &s, alloc_usemap_4_9);
	for (size_t i = 0; i < s.nr; i++) {
		struct vmemmap v = { mm, s.run[i].nid, mm->kernel->page_shift == 12, "memblock_virt_alloc_try_nid", 0 };

		populate_one_by_one(&v, run_va(mm, &s.run[i]), run_va(mm, &s.run[i]) + run_bytes(mm, &s.run[i]));
		publish_run(mm, &s.run[i], 0, 0);
	}
	memblock_free_early(&mm->memblock, table, bytes, "sparse_init/usemap-table-free", WHY("usage-map"));
	keep_runs(mm, &s);
}
