// SPDX-License-Identifier: GPL-2.0-or-later
/* percpu.c - follows mm/percpu.c (6.7) and arm64's setup_per_cpu_areas(). */
#include "percpu.h"
#include "memblock_virt.h"

#include <errno.h>

#define PERCPU_UNIT_MIN		KIB(32)	/* PCPU_MIN_UNIT_SIZE */
#define PERCPU_ALLOC_MIN	4	/* bytes for one bit: PCPU_MIN_ALLOC_SIZE */
#define PERCPU_SLOT_BASE_SHIFT	5
#define POINTER_BYTES		8
#define LIST_HEAD_BYTES		16
#define INT_BYTES		4

/* ------------------------------------------------------------------------- sizes */

/* PERCPU_DYNAMIC_SIZE_SHIFT: more and larger slab caches want more per-CPU memory. */
static unsigned dynamic_shift(const struct mm_kernel *kernel)
{
	if (!kernel_has_config(kernel, "RANDOM_KMALLOC_CACHES") && !kernel_has_config(kernel, "KMALLOC_PARTITION_CACHES"))
		return 10;
	return kernel->rules->percpu_lockdep_shift && kernel_has_config(kernel, "LOCKDEP") && kernel->page_shift > 12 ? 13 : 12;
}

/* PERCPU_MODULE_RESERVE */
static uint64_t reserved_bytes(const struct mm_kernel *kernel)
{
	bool tags = kernel->rules->percpu_tags_reserved && kernel_has_config(kernel, "MEM_ALLOC_PROFILING");

	if (!kernel_has_config(kernel, "MODULES"))
		return 0;
	return tags ? KIB(64) : KIB(8);
}

/* @wanted: the dynamic bytes asked for; early boot needs some in any case. */
static void set_sizes(struct percpu *percpu, const struct mm_kernel *kernel, uint64_t wanted)
{
	uint64_t early = (uint64_t)kernel->rules->percpu_early_kib << dynamic_shift(kernel);
	uint64_t fixed, sum;

	percpu->static_size = kernel_symbol(kernel, "__per_cpu_end") - kernel_symbol(kernel, "__per_cpu_start");
	percpu->reserved_size = reserved_bytes(kernel);
	fixed = percpu->static_size + percpu->reserved_size;
	sum = align_up(fixed + max_u64(wanted, early), kernel->page_size);
	percpu->dyn_size = sum - fixed;
	percpu->unit_size = max_u64(sum, align_up(PERCPU_UNIT_MIN, kernel->page_size));
}

uint64_t percpu_size_sum(const struct percpu *percpu)
{
	return percpu->static_size + percpu->reserved_size + percpu->dyn_size;
}

uint64_t percpu_page_vm_size(const struct mm_kernel *kernel, const struct cpus *cpus)
{
	struct percpu sizes = { 0 };

	set_sizes(&sizes, kernel, 0);
	return cpus->nr * sizes.unit_size;
}

/* ------------------------------------------------------------------------ groups */

static bool local(const struct percpu_inputs *in, size_t a, size_t b)
{
	int from = in->cpus->cpu[a].nid, to = in->cpus->cpu[b].nid;

	return node_distance(in->nodes, from, to) == LOCAL_DISTANCE && node_distance(in->nodes, to, from) == LOCAL_DISTANCE;
}

/* Since 5.12: a group is its first CPU and all later ones local to that one. */
static size_t group_by_first(const struct percpu_inputs *in, size_t cpu, const size_t *group_of, size_t nr_groups,
			     const size_t *first)
{
	(void)group_of;
	for (size_t g = 0; g < nr_groups; g++)
		if (local(in, first[g], cpu))
			return g;
	return nr_groups;
}

/* Before: the first group in which nobody is farther away. */
static size_t group_of_neighbours(const struct percpu_inputs *in, size_t cpu, const size_t *group_of, size_t nr_groups,
				  const size_t *first)
{
	(void)first;
	for (size_t g = 0; g < nr_groups; g++) {
		bool fits = true;

		for (size_t other = 0; other < cpu && fits; other++)
			fits = group_of[other] != g || local(in, other, cpu);
		if (fits)
			return g;
	}
	return nr_groups;
}

static void add_units(struct percpu *percpu, const struct cpus *cpus, const size_t *group_of)
{
	for (size_t g = 0; g < percpu->nr_groups; g++) {
		struct percpu_group *group = &percpu->groups[g];

		group->first = percpu->nr_units;
		for (size_t i = 0; i < cpus->nr; i++)
			if (group_of[i] == g)
				percpu->units[percpu->nr_units++] = (struct percpu_unit){
					.cpu = cpus->cpu[i].id, .nid = cpus->cpu[i].nid,
				};
		group->nr_units = percpu->nr_units - group->first;
	}
}

/* The grouping half of pcpu_build_alloc_info(). */
static void set_groups(struct percpu *percpu, const struct percpu_inputs *in, bool together)
{
	bool by_first = in->mb->kernel->rules->percpu_groups_by_first;
	struct arena *arena = in->mb->trace->arena;
	size_t nr = in->cpus->nr, nr_groups = 0;
	size_t *group_of = arena_array(arena, nr, sizeof(*group_of)), *first = arena_array(arena, nr, sizeof(*first));

	for (size_t i = 0; i < nr; i++) {
		size_t g = together && nr_groups ? 0
			 : by_first ? group_by_first(in, i, group_of, nr_groups, first)
				    : group_of_neighbours(in, i, group_of, nr_groups, first);

		group_of[i] = g;
		if (g == nr_groups)
			first[nr_groups++] = i;
	}
	percpu->nr_groups = nr_groups;
	percpu->groups = arena_array(arena, nr_groups, sizeof(*percpu->groups));
	percpu->units = arena_array(arena, nr, sizeof(*percpu->units));
	percpu->nr_units = 0;
	add_units(percpu, in->cpus, group_of);
}

/* --------------------------------------------------------------------- the table */

static void put_row(struct memblock *mb, const char *key, const char *what, phys_addr_t base, uint64_t size,
		    int cpu, int nid)
{
	const union mm_value row[] = { V_STR(key), V_STR(what), V_HEX(base), V_HEX(size), V_NUM(cpu), V_NUM(nid) };

	trace_put(mb->trace, MM_PERCPU, row);
}

/* The parts of every unit; base is their offset in it. */
static void publish_layout(const struct percpu *percpu, struct memblock *mb)
{
	put_row(mb, "static", "part", 0, percpu->static_size, -1, -1);
	put_row(mb, "reserved", "part", percpu->static_size, percpu->reserved_size, -1, -1);
	put_row(mb, "dynamic", "part", percpu->static_size + percpu->reserved_size, percpu->dyn_size, -1, -1);
}

static void publish_units(const struct percpu *percpu, struct memblock *mb)
{
	size_t w = mm_table_def(MM_PERCPU)->nr_columns;
	union mm_value *rows = arena_array(mb->trace->arena, percpu->nr_units * w, sizeof(*rows));

	for (size_t i = 0; i < percpu->nr_units; i++) {
		const struct percpu_unit *unit = &percpu->units[i];
		const char *key = arena_printf(mb->trace->arena, "unit %zu", i);
		const union mm_value row[] = { V_STR(key), V_STR("unit"), V_HEX(unit->base), V_HEX(percpu->unit_size),
					       V_NUM(unit->cpu), V_NUM(unit->nid) };

		memcpy(rows + i * w, row, sizeof(row));
	}
	publish_layout(percpu, mb);
	trace_splice(mb->trace, MM_PERCPU, mb->trace->rows[MM_PERCPU].nr, 0, rows, percpu->nr_units);
}

static void chunk_event(const struct percpu *percpu, struct memblock *mb)
{
	trace_event(mb->trace, MM_PERCPU_CHUNK, "pcpu_setup_first_chunk");
	trace_arg(mb->trace, FACT_NUM("groups", percpu->nr_groups));
	trace_arg(mb->trace, FACT_NUM("units", percpu->nr_units));
	trace_arg(mb->trace, FACT_HEX("static", percpu->static_size));
	trace_arg(mb->trace, FACT_HEX("reserved", percpu->reserved_size));
	trace_arg(mb->trace, FACT_HEX("dynamic", percpu->dyn_size));
	trace_arg(mb->trace, FACT_HEX("unit", percpu->unit_size));
	publish_units(percpu, mb);
}

/* --------------------------------------------------------------- chunk meta data */

static phys_addr_t metadata(struct memblock *mb, uint64_t size, const char *site, const char *what)
{
	phys_addr_t at = memblock_virt_alloc(mb, size, VIRT_ALIGN_DEFAULT, site,
					     WHY("percpu", FACT_STR("what", what)));

	put_row(mb, what, "meta data", at, size, -1, -1);
	return at;
}

static uint64_t longs(uint64_t bits)
{
	return div_round_up(bits, 64) * 8;
}

/* A bit for each page.  Before 5.9 the number of words is taken for that of bytes. */
static uint64_t populated_bytes(const struct mm_kernel *kernel, uint64_t nr_pages)
{
	return kernel->rules->percpu_populated_short ? div_round_up(nr_pages, 64) : longs(nr_pages);
}

/* pcpu_alloc_first_chunk(): a chunk that serves @bytes from @offset of a unit on, and the maps of its pages. */
static void alloc_chunk(struct memblock *mb, const char *name, uint64_t offset, uint64_t bytes)
{
	uint64_t page = mb->kernel->page_size, region = align_up(offset % page + bytes, page);
	uint64_t bits = region / PERCPU_ALLOC_MIN, nr_pages = region / page;
	struct arena *arena = mb->trace->arena;

	metadata(mb, kernel_sizeof(mb->kernel, "pcpu_chunk") + populated_bytes(mb->kernel, nr_pages), "pcpu_alloc_first_chunk/chunk",
		 arena_printf(arena, "%s chunk", name));
	metadata(mb, longs(bits), "pcpu_alloc_first_chunk/alloc-map", arena_printf(arena, "%s allocation bits", name));
	metadata(mb, longs(bits + 1), "pcpu_alloc_first_chunk/bound-map", arena_printf(arena, "%s boundary bits", name));
	metadata(mb, nr_pages * kernel_sizeof(mb->kernel, "pcpu_block_md"), "pcpu_alloc_first_chunk/md-blocks",
		 arena_printf(arena, "%s block hints", name));
}

/* The dynamic part gives the bytes that align its start. */
static void alloc_chunks(const struct percpu *percpu, struct memblock *mb)
{
	uint64_t start = align_up(percpu->static_size, PERCPU_ALLOC_MIN);

	if (percpu->reserved_size)
		alloc_chunk(mb, "reserved", start, percpu->reserved_size);
	alloc_chunk(mb, "dynamic", start + percpu->reserved_size, percpu->dyn_size - (start - percpu->static_size));
}

/* 4.9: chunks start with static maps; without a reserved part one chunk serves the dynamic one. */
static void alloc_plain_chunks(const struct percpu *percpu, struct memblock *mb)
{
	uint64_t size = kernel_sizeof(mb->kernel, "pcpu_chunk") + longs(percpu->unit_size / mb->kernel->page_size);

	if (percpu->reserved_size)
		metadata(mb, size, "pcpu_alloc_first_chunk/chunk", "reserved chunk");
	metadata(mb, size, "pcpu_alloc_first_chunk/chunk", "dynamic chunk");
}

/* __pcpu_size_to_slot() of a whole unit, and the extra slots. */
static uint64_t nr_slots(const struct percpu *percpu, const struct mm_kernel *kernel)
{
	int last = (int)fls64(percpu->unit_size) - PERCPU_SLOT_BASE_SHIFT + 2;
	uint64_t nr = (uint64_t)(last > 1 ? last : 1) + kernel->rules->percpu_extra_slots;

	return kernel->rules->percpu_memcg_slots && kernel_has_config(kernel, "MEMCG_KMEM") ? 2 * nr : nr;
}

static int decimals(size_t n)
{
	int nr = 1;

	while (n /= 10)
		nr++;
	return nr;
}

/* pcpu_dump_alloc_info(): the groups and CPUs of all units, as many on a line as a power of two allows. */
static void print_layout(const struct percpu *percpu, struct memblock *mb)
{
	uint64_t page = mb->kernel->page_size;
	int group_width = decimals(percpu->nr_groups), cpu_width = decimals(percpu->nr_units);
	size_t per_line = rounddown_pow_of_two(max_u64(60 / (unsigned)(cpu_width + group_width + 4), 1)), unit = 0;
	const char *line = "";

	trace_printk(mb->trace, "pcpu-alloc: s%llu r%llu d%llu u%llu alloc=%llu*%llu", (unsigned long long)percpu->static_size,
		     (unsigned long long)percpu->reserved_size, (unsigned long long)percpu->dyn_size,
		     (unsigned long long)percpu->unit_size, (unsigned long long)(percpu->unit_size / page), (unsigned long long)page);
	for (size_t g = 0; g < percpu->nr_groups; g++) {
		for (size_t i = 0; i < percpu->groups[g].nr_units; i++, unit++) {
			line = arena_printf(mb->trace->arena, "%s[%0*zu] %0*d ", line, group_width, g, cpu_width,
					    percpu->units[unit].cpu);
			if ((unit + 1) % per_line && unit + 1 < percpu->nr_units)
				continue;
			trace_printk(mb->trace, "pcpu-alloc: %s", line);
			line = "";
		}
	}
}

/* pcpu_setup_first_chunk() */
static void setup_first_chunk(const struct percpu *percpu, const struct percpu_inputs *in)
{
	struct memblock *mb = in->mb;
	unsigned nr_cpu_ids = in->cpus->nr_cpu_ids;

	metadata(mb, percpu->nr_groups * POINTER_BYTES, "pcpu_setup_first_chunk/group-offsets", "group offsets");
	metadata(mb, percpu->nr_groups * POINTER_BYTES, "pcpu_setup_first_chunk/group-sizes", "group sizes");
	metadata(mb, (uint64_t)nr_cpu_ids * INT_BYTES, "pcpu_setup_first_chunk/unit-map", "unit of each CPU");
	metadata(mb, (uint64_t)nr_cpu_ids * POINTER_BYTES, "pcpu_setup_first_chunk/unit-off", "offset of each CPU");
	if (in->debug)
		print_layout(percpu, mb);
	metadata(mb, nr_slots(percpu, mb->kernel) * LIST_HEAD_BYTES, "pcpu_setup_first_chunk/slots", "chunk slots");
	if (mb->kernel->rules->percpu_bitmaps)
		alloc_chunks(percpu, mb);
	else
		alloc_plain_chunks(percpu, mb);
}

/* ------------------------------------------------------------------------- units */

/* pcpu_alloc_alloc_info(): the plan, a page or more, freed when the chunk stands. */
static struct phys_range alloc_plan(const struct percpu *percpu, struct memblock *mb)
{
	const struct mm_kernel *kernel = mb->kernel;
	uint64_t head = kernel_sizeof(kernel, "pcpu_alloc_info") + percpu->nr_groups * kernel_sizeof(kernel, "pcpu_group_info");
	uint64_t size = align_up(align_up(head, INT_BYTES) + percpu->nr_units * INT_BYTES, kernel->page_size);
	phys_addr_t align = kernel->rules->virt_alloc ? VIRT_ALIGN_DEFAULT : kernel->page_size;

	return (struct phys_range){
		.base = memblock_virt_alloc_nopanic(mb, size, align, "pcpu_build_alloc_info/info",
						    WHY("percpu", FACT_STR("what", "plan"))),
		.size = size,
	};
}

static void free_plan(struct memblock *mb, struct phys_range plan)
{
	memblock_virt_free(mb, plan.base, plan.size, "pcpu_free_alloc_info/info", WHY("percpu", FACT_STR("what", "plan")));
}

/* pcpu_fc_alloc(): where the units of a CPU are wanted. */
static struct virt_request unit_request(const struct percpu_inputs *in, const struct percpu_unit *unit, uint64_t size)
{
	const struct mm_kernel *kernel = in->mb->kernel;
	const struct node *node = &in->nodes->node[unit->nid];
	bool anywhere = !kernel->numa || (kernel->rules->percpu_checks_node && (!node->online || !node->node_data));

	return (struct virt_request){
		.size = size, .align = kernel->page_size, .min = in->goal, .nid = anywhere ? NUMA_NO_NODE : unit->nid,
	};
}

static void complain_of_node(const struct percpu_inputs *in, const struct percpu_unit *unit)
{
	trace_printk(in->mb->trace, "percpu: cpu %d has no node %d or node-local memory", unit->cpu, unit->nid);
}

/* UMA builds until 5.15 have pcpu_dfl_fc_alloc(), which may fail quietly. */
static phys_addr_t alloc_units(const struct percpu_inputs *in, const struct percpu_unit *unit, uint64_t size,
			       const struct why *why)
{
	struct virt_request req = unit_request(in, unit, size);
	bool numa = in->mb->kernel->numa, quiet = !numa || !in->mb->kernel->rules->virt_alloc;
	phys_addr_t at = quiet ? memblock_virt_alloc_try_nid_nopanic(in->mb, &req, "pcpu_fc_alloc/unit", why)
			       : memblock_virt_alloc_try_nid(in->mb, &req, "pcpu_fc_alloc/unit", why);

	if (numa && req.nid == NUMA_NO_NODE)
		complain_of_node(in, unit);
	return at;
}

static int alloc_groups(struct percpu *percpu, const struct percpu_inputs *in)
{
	percpu->base = PHYS_ADDR_MAX;
	for (size_t g = 0; g < percpu->nr_groups; g++) {
		struct percpu_group *group = &percpu->groups[g];
		struct percpu_unit *units = &percpu->units[group->first];

		group->base = alloc_units(in, units, group->nr_units * percpu->unit_size,
					  WHY("percpu", FACT_STR("what", "units"), FACT_NUM("group", g),
					      FACT_NUM("cpus", group->nr_units), FACT_NUM("node", units->nid)));
		if (!group->base)
			return -ENOMEM;
		percpu->base = min_u64(percpu->base, group->base);
		for (size_t i = 0; i < group->nr_units; i++)
			units[i].base = group->base + i * percpu->unit_size;
	}
	return 0;
}

/* What a unit has beyond its contents: nothing, unless these are very small; printed all the same. */
static void free_unit_tails(const struct percpu *percpu, struct memblock *mb)
{
	uint64_t used = percpu_size_sum(percpu);

	for (size_t i = 0; i < percpu->nr_units; i++)
		memblock_virt_free(mb, percpu->units[i].base + used, percpu->unit_size - used,
				   "pcpu_embed_first_chunk/unit-tail",
				   WHY("percpu", FACT_STR("what", "rest of unit"), FACT_NUM("cpu", percpu->units[i].cpu)));
}

static void print_embedded(const struct percpu *percpu, const struct percpu_inputs *in)
{
	const struct mm_kernel *kernel = in->mb->kernel;
	struct arena *arena = in->mb->trace->arena;
	const char *at = kernel->rules->percpu_line_address
		? arena_printf(arena, " @%016llx", (unsigned long long)(percpu->base + in->linear_offset)) : "";

	trace_printk(in->mb->trace, "percpu: Embedded %llu pages/cpu%s s%llu r%llu d%llu u%llu",
		     (unsigned long long)(percpu_size_sum(percpu) >> kernel->page_shift), at,
		     (unsigned long long)percpu->static_size, (unsigned long long)percpu->reserved_size,
		     (unsigned long long)percpu->dyn_size, (unsigned long long)percpu->unit_size);
}

static void free_groups(const struct percpu *percpu, struct memblock *mb)
{
	for (size_t g = 0; g < percpu->nr_groups; g++)
		if (percpu->groups[g].base)
			memblock_virt_free(mb, percpu->groups[g].base, percpu->groups[g].nr_units * percpu->unit_size,
					   "pcpu_embed_first_chunk/unit-tail", WHY("percpu", FACT_STR("what", "units")));
}

int percpu_embed_first_chunk(struct percpu *percpu, const struct percpu_inputs *in)
{
	struct memblock *mb = in->mb;
	const struct why *why = WHY("percpu", FACT_STR("what", "group addresses"));
	uint64_t areas_size, wanted = UINT64_C(28) << dynamic_shift(mb->kernel);
	struct phys_range plan;
	phys_addr_t areas;
	int err;

	set_sizes(percpu, mb->kernel, wanted);
	set_groups(percpu, in, false);
	plan = alloc_plan(percpu, mb);
	if (!plan.base)
		return -ENOMEM;
	areas_size = align_up(percpu->nr_groups * POINTER_BYTES, mb->kernel->page_size);
	areas = memblock_virt_alloc_nopanic(mb, areas_size, VIRT_ALIGN_DEFAULT, "pcpu_embed_first_chunk/areas", why);
	err = areas ? alloc_groups(percpu, in) : -ENOMEM;
	if (!err) {
		free_unit_tails(percpu, mb);
		chunk_event(percpu, mb);
		print_embedded(percpu, in);
		setup_first_chunk(percpu, in);
	} else if (areas) {
		free_groups(percpu, mb);
	}
	free_plan(mb, plan);
	if (areas)
		memblock_virt_free(mb, areas, areas_size, "pcpu_embed_first_chunk/areas-free", why);
	return err;
}

/* ------------------------------------------------------------------ single pages */

/* Pages that came together, from @first in steps of @stride. */
struct page_run {
	phys_addr_t first;
	uint64_t nr;
	int64_t stride;
};

/* pages[]: what all units have so far, to be given back if one gets no more. */
struct page_runs {
	struct memblock *mb;
	struct percpu_unit *unit;
	uint64_t nr;		/* pages of this unit so far */
	struct page_run *run;
	size_t nr_runs, cap;
};

static void got_pages(void *ctx, phys_addr_t first, uint64_t nr, int64_t stride)
{
	struct page_runs *runs = ctx;

	if (!runs->nr)
		runs->unit->base = first;
	runs->nr += nr;
	runs->run = arena_room(runs->mb->trace->arena, runs->run, runs->nr_runs, &runs->cap, sizeof(*runs->run));
	runs->run[runs->nr_runs++] = (struct page_run){ first, nr, stride };
}

static void alloc_pages_of(const struct percpu_inputs *in, struct page_runs *runs, uint64_t nr)
{
	uint64_t page = in->mb->kernel->page_size;
	struct virt_request req = unit_request(in, runs->unit, page);
	const struct why *why = WHY("percpu", FACT_STR("what", "pages of unit"), FACT_NUM("cpu", runs->unit->cpu),
				    FACT_NUM("node", runs->unit->nid));

	runs->nr = 0;
	if (req.nid != NUMA_NO_NODE || !in->mb->kernel->numa) {
		memblock_virt_alloc_runs(in->mb, &req, nr, "pcpu_fc_alloc/unit", why, got_pages, runs);
		return;
	}
	while (runs->nr < nr) {
		phys_addr_t at = alloc_units(in, runs->unit, page, why);

		if (!at)
			return;
		got_pages(runs, at, 1, 0);
	}
}

static void free_pages_of(struct page_runs *runs)
{
	uint64_t page = runs->mb->kernel->page_size;

	for (size_t i = runs->nr_runs; i-- > 0;)
		for (uint64_t j = runs->run[i].nr; j-- > 0;)
			memblock_virt_free(runs->mb, runs->run[i].first + j * (uint64_t)runs->run[i].stride, page,
					   "pcpu_page_first_chunk/pages-free", WHY("percpu", FACT_STR("what", "pages of unit")));
}

/* The pages of all units, or -ENOMEM and none of them. */
static int alloc_all_pages(struct percpu *percpu, const struct percpu_inputs *in, uint64_t nr_pages)
{
	struct page_runs runs = { .mb = in->mb };

	for (size_t i = 0; i < percpu->nr_units; i++) {
		runs.unit = &percpu->units[i];
		alloc_pages_of(in, &runs, nr_pages);
		if (runs.nr == nr_pages)
			continue;
		trace_printk(in->mb->trace, "percpu: failed to allocate %lluK page for cpu%d",
			     (unsigned long long)(in->mb->kernel->page_size >> 10), runs.unit->cpu);
		free_pages_of(&runs);
		return -ENOMEM;
	}
	return 0;
}

struct table_runs {
	const struct percpu_inputs *in;
	const struct mapping *map;
	struct table_need *need;
};

static void got_tables(void *ctx, phys_addr_t first, uint64_t nr, int64_t stride)
{
	const struct table_runs *runs = ctx;

	pagetable_publish(runs->in->pagetable, runs->map, runs->need, first, nr, stride);
}

/* pcpu_populate_pte(): tables for the new area, as far as the image's do not serve. */
static void populate_tables(const struct percpu *percpu, const struct percpu_inputs *in)
{
	uint64_t page = in->mb->kernel->page_size;
	const struct mapping map = {
		.root = ROOT_SWAPPER, .va = in->vm_base, .size = percpu->nr_units * percpu->unit_size,
		.what = "per-CPU pages",
	};
	struct table_need need = pagetable_need(in->pagetable, &map);
	struct table_runs runs = { .in = in, .map = &map, .need = &need };
	const struct virt_request req = { .size = page, .align = page, .nid = NUMA_NO_NODE };

	if (!need.total)
		pagetable_publish(in->pagetable, &map, &need, 0, 0, 0);
	else if (memblock_virt_alloc_runs(in->mb, &req, need.total, "pcpu_populate_pte/table",
					  WHY("page-table", FACT_STR("what", "per-CPU pages")), got_tables, &runs) != need.total)
		trace_panic(in->mb->trace, "pcpu_populate_pte", "pcpu_populate_pte: Failed to allocate memory");
}

int percpu_page_first_chunk(struct percpu *percpu, const struct percpu_inputs *in)
{
	struct memblock *mb = in->mb;
	const struct mm_kernel *kernel = mb->kernel;
	const struct why *why = WHY("percpu", FACT_STR("what", "array of pages"));
	struct phys_range plan;
	uint64_t nr_pages, pages_size;
	phys_addr_t pages;
	int err;

	set_sizes(percpu, kernel, 0);
	set_groups(percpu, in, true);
	plan = alloc_plan(percpu, mb);
	if (!plan.base)
		return -ENOMEM;
	nr_pages = percpu->unit_size >> kernel->page_shift;
	pages_size = align_up(nr_pages * percpu->nr_units * POINTER_BYTES, kernel->page_size);
	pages = memblock_virt_alloc(mb, pages_size, VIRT_ALIGN_DEFAULT, "pcpu_page_first_chunk/pages", why);
	err = alloc_all_pages(percpu, in, nr_pages);
	if (!err) {
		populate_tables(percpu, in);
		chunk_event(percpu, mb);
		trace_printk(mb->trace, "percpu: %llu %lluK pages/cpu s%llu r%llu d%llu", (unsigned long long)nr_pages,
			     (unsigned long long)(kernel->page_size >> 10), (unsigned long long)percpu->static_size,
			     (unsigned long long)percpu->reserved_size, (unsigned long long)percpu->dyn_size);
		setup_first_chunk(percpu, in);
	}
	memblock_virt_free(mb, pages, pages_size, "pcpu_page_first_chunk/pages-free", why);
	free_plan(mb, plan);
	return err;
}

const struct percpu_unit *percpu_unit_of(const struct percpu *percpu, int cpu)
{
	for (size_t i = 0; i < percpu->nr_units; i++)
		if (percpu->units[i].cpu == cpu)
			return &percpu->units[i];
	return NULL;
}
