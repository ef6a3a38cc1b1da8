// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * numa.c - arch_numa_init(): nodes, distances, NODE_DATA.
 *
 * Two generations: until 6.7 drivers/base/arch_numa.c tags memblock.memory as
 * it reads the tree (arch/arm64/mm/numa.c before 5.12); from 6.12 on mm/numa_memblks.c collects blocks first,
 * cleans them, and then tags memory and what is reserved so far.
 */
#include "steps.h"

#include "../cause.h"

#include <errno.h>

/* What is wrong with the tree's description of nodes, all of one kind. */
#define numa_problem(mm, ...) do { \
		trace_problem(&(mm)->trace, __VA_ARGS__); \
		cause_rule(&(mm)->trace, "numa-bad-description"); \
	} while (0)

#define NUMA_MAX_MEMBLKS	4096

struct numa_memblk {
	phys_addr_t start, end;
	int nid;
};

/* What the device tree says of nodes. */
struct numa_parse {
	bool *parsed;			/* [max_numnodes] */
	struct numa_memblk *blk;
	size_t nr_blk;
	bool last_has_id;		/* of the memory nodes seen so far */
	int without_id;			/* the last memory node that has none; 0: all have */
	bool any_with_id;
	bool told_bounds, told_distance;
};

static int max_numnodes(const struct mm *mm)
{
	return mm->kernel->max_numnodes;
}

static void parse_init(struct mm *mm, struct numa_parse *p)
{
	*p = (struct numa_parse){ 0 };
	p->parsed = arena_array(&mm->arena, (size_t)max_numnodes(mm), sizeof(*p->parsed));
	p->blk = arena_array(&mm->arena, NUMA_MAX_MEMBLKS, sizeof(*p->blk));
}

/* ------------------------------------------------------------ the device tree */

static bool device_type_is(const struct mm *mm, int node, const char *want)
{
	const char *type = dt_getprop_str(&mm->fdt, node, "device_type");

	return type && !strcmp(type, want);
}

static void parse_cpu_nodes(struct mm *mm, struct numa_parse *p)
{
	int cpus = dt_path(&mm->fdt, "/cpus");
	uint64_t nid;

	for (int node = cpus < 0 ? -1 : mm->fdt.nodes[cpus].first_child; node >= 0; node = mm->fdt.nodes[node].next_sibling) {
		if (!device_type_is(mm, node, "cpu") || !dt_getprop_u64(&mm->fdt, node, "numa-node-id", 1, &nid))
			continue;
		if (nid >= (uint64_t)max_numnodes(mm))
			numa_problem(mm, "of_numa_parse_cpu_nodes", "OF: NUMA: Node id %u exceeds maximum value", (unsigned)nid);
		else
			p->parsed[nid] = true;
	}
}

/* The generic code of 6.12 forgot what the architectures' began with. */
static const char *own_prefix(const struct mm *mm)
{
	return mm->rules->numa_memblks ? "" : "NUMA: ";
}

static int add_block(struct mm *mm, struct numa_parse *p, int nid, phys_addr_t start, phys_addr_t end)
{
	if (start == end)
		return 0;
	if (start > end || p->nr_blk == NUMA_MAX_MEMBLKS) {
		numa_problem(mm, "numa_add_memblk", "%sWarning: invalid memblk node %d [mem 0x%08llx-0x%08llx]",
			      own_prefix(mm), nid, (unsigned long long)start, (unsigned long long)(end - 1));
		return 0;
	}
	p->blk[p->nr_blk++] = (struct numa_memblk){ start, end, nid };
	return 0;
}

/* numa_add_memblk() before 6.12 tags memory at once, and 4.9 says so. */
static void tag_memory(struct mm *mm, int nid, phys_addr_t start, phys_addr_t end)
{
	if (mm->rules->numa_memblks)
		return;
	memblock_set_node(&mm->memblock, &mm->memblock.memory, start, end - start, nid, "memblock_set_node");
	if (mm->rules->numa_says_memblk)
		trace_printk(&mm->trace, "NUMA: Adding memblock [0x%llx - 0x%llx] on node %d",
			     (unsigned long long)start, (unsigned long long)(end - 1), nid);
}

/*
 * of_numa_parse_memory_nodes(): any node of that type, in blob order.  Since
 * 6.12 it answers what the last one was found to be: without an id, an error.
 */
static int parse_memory_nodes(struct mm *mm, struct numa_parse *p)
{
	unsigned ac = mm->fdt.address_cells, sc = mm->fdt.size_cells;

	for (int node = 0; node >= 0; node = dt_next(&mm->fdt, node)) {
		const struct fdt_prop *reg = dt_getprop(&mm->fdt, node, "reg");
		uint64_t nid;

		if (!device_type_is(mm, node, "memory"))
			continue;
		p->last_has_id = dt_getprop_u64(&mm->fdt, node, "numa-node-id", 1, &nid);
		p->any_with_id |= p->last_has_id;
		if (!p->last_has_id) {
			p->without_id = node;
			continue;
		}
		if (!dt_available(&mm->fdt, node) && mm->rules->numa_memblks)
			continue;
		if (nid >= (uint64_t)max_numnodes(mm)) {
			numa_problem(mm, "of_numa_parse_memory_nodes", "OF: NUMA: Node id %u exceeds maximum value", (unsigned)nid);
			nid = (uint64_t)max_numnodes(mm);
		}
		if (!reg || reg->len < 4 * (ac + sc) || nid == (uint64_t)max_numnodes(mm)) {
			numa_problem(mm, "of_numa_parse_memory_nodes", "OF: NUMA: bad property in memory node");
			return -EINVAL;
		}
		for (size_t i = 0; (i + ac + sc) * 4 <= reg->len; i += ac + sc) {
			phys_addr_t start = dt_read_cells(reg, i, ac), end = start + dt_read_cells(reg, i + ac, sc);

			add_block(mm, p, (int)nid, start, end);
			if (start < end)
				tag_memory(mm, (int)nid, start, end);
			p->parsed[nid] = true;
		}
	}
	return 0;
}

/* -------------------------------------------------------------------- distances */

static void default_distances(struct nodes *nodes)
{
	for (int i = 0; i < nodes->nr_distance; i++)
		for (int j = 0; j < nodes->nr_distance; j++)
			nodes->distance[i * nodes->nr_distance + j] = i == j ? LOCAL_DISTANCE : REMOTE_DISTANCE;
}

static void new_distances(struct mm *mm, int nr)
{
	mm->nodes.nr_distance = nr;
	mm->nodes.distance = arena_array(&mm->arena, (size_t)nr, (size_t)nr);
	default_distances(&mm->nodes);
}

/* numa_alloc_distance() of 6.12: as many as the highest node parsed so far. */
static void alloc_distances_late(struct mm *mm, const struct numa_parse *p)
{
	int cnt = 0;

	for (int i = 0; i < max_numnodes(mm); i++)
		if (p->parsed[i])
			cnt = i + 1;
	mm->nodes.distance_table = memblock_alloc(&mm->memblock, (phys_addr_t)cnt * (phys_addr_t)cnt, mm->kernel->page_size,
						  "numa_set_distance/distance", WHY("numa-distance", FACT_NUM("nodes", cnt)));
	new_distances(mm, cnt);
	if (mm->rules->distance_debug_line && console_shows_debug(mm))
		trace_printk(&mm->trace, "NUMA: Initialized distance table, cnt=%d", (int)cnt);
}

/* pr_warn_once() */
static void warn_once(struct mm *mm, bool *told, const char *what, uint64_t from, uint64_t to, uint64_t distance)
{
	if (!*told)
		numa_problem(mm, "numa_set_distance", "%sWarning: %s, from=%d to=%d distance=%d", own_prefix(mm), what,
			     (int)from, (int)to, (int)distance);
	*told = true;
}

static void set_distance(struct mm *mm, struct numa_parse *p, uint64_t from, uint64_t to, uint64_t distance)
{
	struct nodes *nodes = &mm->nodes;

	if (!nodes->distance && mm->rules->numa_memblks)
		alloc_distances_late(mm, p);
	if (from >= (uint64_t)nodes->nr_distance || to >= (uint64_t)nodes->nr_distance) {
		warn_once(mm, &p->told_bounds, "node ids are out of bound", from, to, distance);
		return;
	}
	if ((uint8_t)distance != distance) {
		warn_once(mm, &p->told_distance, "invalid distance parameter", from, to, distance);
		return;
	}
	nodes->distance[from * (uint64_t)nodes->nr_distance + to] = (uint8_t)distance;
	trace_event(&mm->trace, MM_SET, "numa_set_distance");
	trace_arg(&mm->trace, FACT_NUM("from", from));
	trace_arg(&mm->trace, FACT_NUM("to", to));
	trace_arg(&mm->trace, FACT_NUM("distance", distance));
}

/* of_numa_parse_distance_map_v1(): triplets; the upper triangle is mirrored. */
static int parse_distance_map(struct mm *mm, struct numa_parse *p, int map)
{
	const struct fdt_prop *m = dt_getprop(&mm->fdt, map, "distance-matrix");

	trace_note(&mm->trace, "of_numa_parse_distance_map_v1", "OF: NUMA: parsing numa-distance-map-v1");
	if (!m) {
		numa_problem(mm, "of_numa_parse_distance_map_v1", "OF: NUMA: No distance-matrix property in distance-map");
		return -EINVAL;
	}
	/* Whole cells; what is no whole triplet at the end is not read. */
	if (!m->len || m->len % 4) {
		numa_problem(mm, "of_numa_parse_distance_map_v1", "OF: NUMA: Invalid distance-matrix");
		return -EINVAL;
	}
	for (size_t i = 0; (i + 3) * 4 <= m->len; i += 3) {
		uint64_t from = dt_read_cells(m, i, 1), to = dt_read_cells(m, i + 1, 1), d = dt_read_cells(m, i + 2, 1);

		if ((from == to && d != LOCAL_DISTANCE) || (from != to && d <= LOCAL_DISTANCE)) {
			numa_problem(mm, "of_numa_parse_distance_map_v1", "OF: NUMA: Invalid distance[node%d -> node%d] = %d",
				      (int)from, (int)to, (int)d);
			return -EINVAL;
		}
		if (from < (uint64_t)max_numnodes(mm))
			p->parsed[from] = true;
		set_distance(mm, p, from, to, d);
		if (to > from)
			set_distance(mm, p, to, from, d);
	}
	return 0;
}

static int parse_distances(struct mm *mm, struct numa_parse *p)
{
	for (int node = 0; node >= 0; node = dt_next(&mm->fdt, node))
		if (dt_has_string(&mm->fdt, node, "compatible", "numa-distance-map-v1"))
			return parse_distance_map(mm, p, node);
	return 0;
}

/* Some memory nodes have a numa-node-id and this one has not: what follows depends on the release, and none says why. */
static void tell_without_id(struct mm *mm, const struct numa_parse *p)
{
	if (!p->without_id || !p->any_with_id)
		return;
	cause_silent(&mm->trace, "of_numa_parse_memory_nodes", "numa-node-without-id");
	cause_node(&mm->trace, dt_node_path(&mm->fdt, p->without_id), "numa-node-id");
	cause_because(&mm->trace, "other memory nodes have a numa-node-id and this one has none, so its RAM belongs to no node");
}

/* of_numa_init() */
static int of_numa(struct mm *mm, struct numa_parse *p)
{
	int err;

	parse_cpu_nodes(mm, p);
	err = parse_memory_nodes(mm, p);
	tell_without_id(mm, p);
	if (!err && mm->rules->numa_memblks && !p->last_has_id)
		err = -EINVAL;
	return err ? err : parse_distances(mm, p);
}

/* ---------------------------------------------------------------- NODE_DATA */

static void publish_nodes(struct mm *mm)
{
	zones_publish(&mm->trace, mm->kernel, &mm->nodes, NULL, NULL);
}

static int nid_at(const struct mm *mm, phys_addr_t addr)
{
	const struct memblock_region *r = memblock_find(&mm->memblock.memory, addr);

	return r && memblock_nid_valid(&mm->memblock, r->nid) ? r->nid : NUMA_NO_NODE;
}

static bool node_extent(const struct mm *mm, int nid, phys_addr_t *start, phys_addr_t *end)
{
	*start = *end = 0;
	for (size_t i = 0; i < mm->memblock.memory.cnt; i++) {
		const struct memblock_region *r = &mm->memblock.memory.regions[i];

		if (r->nid != nid)
			continue;
		if (!*end)
			*start = r->base;
		*end = r->base + r->size;
	}
	return *end;
}

static void say_node_data(struct mm *mm, const struct node *node, phys_addr_t bytes)
{
	unsigned long long first = node->node_data, last = node->node_data + bytes - 1;

	if (mm->rules->numa_memblks)
		trace_printk(&mm->trace, "NODE_DATA(%d) allocated [mem 0x%08llx-0x%08llx]", node->nid, first, last);
	else
		trace_printk(&mm->trace, "NUMA: NODE_DATA [mem 0x%08llx-0x%08llx]", first, last);
	if (node->node_data_nid != node->nid)
		trace_printk(&mm->trace, "%sNODE_DATA(%d) on node %d", mm->rules->numa_memblks ? "    " : "NUMA: ",
			     node->nid, node->node_data_nid);
}

/* setup_node_data() */
static void setup_node_data(struct mm *mm, int nid)
{
	phys_addr_t bytes = align_up(kernel_sizeof(mm->kernel, "pglist_data"), mm->kernel->smp_cache_bytes), at, start, end;
	struct node *node = &mm->nodes.node[nid];
	bool memory = node_extent(mm, nid, &start, &end);

	if (mm->rules->numa_setup_line && memory)
		trace_note(&mm->trace, "setup_node_data", "NUMA: Initmem setup node %d [mem 0x%08llx-0x%08llx]", nid,
			   (unsigned long long)start, (unsigned long long)(end - 1));
	if (!memory)
		trace_note(&mm->trace, "setup_node_data", "NUMA: Initmem setup node %d [<memory-less node>]", nid);
	at = memblock_phys_alloc_try_nid(&mm->memblock, bytes, mm->kernel->smp_cache_bytes, nid, "setup_node_data/pgdat",
					 WHY("node-data", FACT_NUM("node", nid)));
	if (!at)
		trace_panic(&mm->trace, "setup_node_data", "Cannot allocate %llu bytes for node %d data", (unsigned long long)bytes, nid);
	node->node_data = at;
	node->node_data_nid = nid_at(mm, at);
	say_node_data(mm, node, bytes);
}

/* setup_node_to_cpumask_map(): off-stack masks are allocated, one per possible node id. */
static void setup_cpumask_map(struct mm *mm)
{
	const char *nr_cpus = cmdline_value(&mm->cmdline, "nr_cpus");
	uint64_t bits = mm->kernel->nr_cpus;

	if (!kernel_has_config(mm->kernel, "CPUMASK_OFFSTACK"))
		return;
	if (nr_cpus && bits > 256) {
		uint64_t n = simple_strtoull(nr_cpus, NULL, 0);

		bits = n && n < bits ? n : bits;
	}
	for (int nid = 0; nid < mm->nodes.nr_node_ids; nid++)
		memblock_alloc(&mm->memblock, align_up(bits, 64) / 8, mm->kernel->smp_cache_bytes,
			       "alloc_bootmem_cpumask_var/node-cpumask", WHY("cpumask", FACT_NUM("node", nid)));
}

/* numa_register_nodes(), the part after the memory checks. */
static void register_nodes(struct mm *mm, const bool *parsed)
{
	mm->nodes.nr_node_ids = 0;
	mm->nodes.nr_online = 0;
	for (int nid = 0; nid < max_numnodes(mm); nid++) {
		struct node *node = &mm->nodes.node[nid];

		*node = (struct node){ .nid = nid, .first_deferred_pfn = UINT64_MAX };
		if (!parsed[nid])
			continue;
		setup_node_data(mm, nid);
		node->possible = node->online = true;
		mm->nodes.nr_online++;
		mm->nodes.nr_node_ids = nid + 1;
	}
	setup_cpumask_map(mm);
	trace_event(&mm->trace, MM_NODE, "numa_register_nodes");
	publish_nodes(mm);
}

static void say_faking(struct mm *mm)
{
	if (mm->nodes.numa_off)
		trace_note(&mm->trace, "dummy_numa_init", "NUMA: NUMA disabled");
	trace_note(&mm->trace, "dummy_numa_init", "NUMA: Faking a node at [mem 0x%016llx-0x%016llx]",
		   mm->rules->numa_dummy_per_region ? 0ULL : (unsigned long long)memblock_start_of_DRAM(&mm->memblock),
		   (unsigned long long)(memblock_end_of_DRAM(&mm->memblock) - 1));
}

static bool any_parsed(const struct mm *mm, const bool *parsed)
{
	for (int i = 0; i < max_numnodes(mm); i++)
		if (parsed[i])
			return true;
	return false;
}

/* ------------------------------------------------------------ 4.9 to 6.7 */

/* numa_alloc_distance(): nr_node_ids is still MAX_NUMNODES. */
static phys_addr_t alloc_distances_early(struct mm *mm, phys_addr_t bytes)
{
	const struct why *why = WHY("numa-distance", FACT_NUM("nodes", max_numnodes(mm)));
	phys_addr_t at;

	new_distances(mm, max_numnodes(mm));
	if (mm->rules->numa_distance_found) {
		/* memblock_find_in_range() + memblock_reserve(): only the reserve line. */
		struct memblock *mb = &mm->memblock;

		at = memblock_find_in_range(mb, 0, memblock_end_of_DRAM(mb), bytes, mm->kernel->page_size);
		memblock_reserve(mb, at, bytes, "numa_init/distance", why);
		return at;
	}
	if (mm->rules->numa_distance_phys)
		return memblock_phys_alloc_range(&mm->memblock, bytes, mm->kernel->page_size, 0,
						 align_down(memblock_end_of_DRAM(&mm->memblock), mm->kernel->page_size),
						 "numa_init/distance", why);
	return memblock_alloc(&mm->memblock, bytes, mm->kernel->page_size, "numa_init/distance", why);
}

static bool every_region_has_node(struct mm *mm)
{
	for (size_t i = 0; i < mm->memblock.memory.cnt; i++) {
		const struct memblock_region *r = &mm->memblock.memory.regions[i];

		if (memblock_nid_valid(&mm->memblock, r->nid))
			continue;
		numa_problem(mm, "numa_register_nodes", "NUMA: Warning: invalid memblk node %d [mem 0x%016llx-0x%016llx]",
			      r->nid, (unsigned long long)r->base, (unsigned long long)(r->base + r->size - 1));
		cause_because(&mm->trace, "no memory node with a numa-node-id covers this RAM, so all RAM becomes one node's");
		return false;
	}
	return true;
}

/* The dummy node takes all memory, in 4.9 region by region. */
static void tag_all_memory(struct mm *mm)
{
	struct memblock_type *memory = &mm->memblock.memory;
	phys_addr_t start = memblock_start_of_DRAM(&mm->memblock), end = memblock_end_of_DRAM(&mm->memblock);

	if (!mm->rules->numa_dummy_per_region) {
		tag_memory(mm, 0, start, end);
		return;
	}
	for (size_t i = 0; i < memory->cnt; i++)
		tag_memory(mm, 0, memory->regions[i].base, memory->regions[i].base + memory->regions[i].size);
}

static bool numa_init(struct mm *mm, bool dummy)
{
	phys_addr_t bytes = (phys_addr_t)max_numnodes(mm) * (phys_addr_t)max_numnodes(mm), table;
	struct numa_parse p;
	int err = 0;

	parse_init(mm, &p);
	table = alloc_distances_early(mm, bytes);
	if (dummy) {
		say_faking(mm);
		mm->nodes.numa_off = true;
		tag_all_memory(mm);
		p.parsed[0] = true;
	} else {
		err = of_numa(mm, &p);
	}
	if (!err && !any_parsed(mm, p.parsed)) {
		trace_note(&mm->trace, "numa_init", "NUMA: No NUMA configuration found");
		err = -EINVAL;
	}
	if (!err && every_region_has_node(mm)) {
		register_nodes(mm, p.parsed);
		return true;
	}
	memblock_phys_free(&mm->memblock, table, bytes, "numa_free_distance/distance", WHY("numa-distance"));
	mm->nodes.distance = NULL;
	mm->nodes.nr_distance = 0;
	return false;
}

void step_arch_numa_init(struct mm *mm)
{
	if (!mm->nodes.numa_off && numa_init(mm, false))
		return;
	if (!numa_init(mm, true))
		trace_panic(&mm->trace, "arch_numa_init", "the dummy node failed");
}

/* ---------------------------------------------------------------- 6.12 and 7.2 */

static void drop_block(struct numa_parse *p, size_t i)
{
	memmove(&p->blk[i], &p->blk[i + 1], (p->nr_blk - i - 1) * sizeof(*p->blk));
	p->nr_blk--;
}

/* Blocks keep to RAM; those outside any memory go. */
static void clip_blocks(struct mm *mm, struct numa_parse *p)
{
	phys_addr_t low = memblock_start_of_DRAM(&mm->memblock), high = memblock_end_of_DRAM(&mm->memblock);

	for (size_t i = 0; i < p->nr_blk;) {
		struct numa_memblk *b = &p->blk[i];
		bool outside = !memblock_overlaps(&mm->memblock.memory, b->start, b->end - b->start);

		b->start = max_u64(b->start, low);
		b->end = min_u64(b->end, high);
		if (outside || b->start >= b->end)
			drop_block(p, i);
		else
			i++;
	}
}

static bool other_node_between(const struct numa_parse *p, int nid, phys_addr_t start, phys_addr_t end)
{
	for (size_t i = 0; i < p->nr_blk; i++)
		if (p->blk[i].nid != nid && start < p->blk[i].end && end > p->blk[i].start)
			return true;
	return false;
}

static void join_blocks(struct mm *mm, struct numa_parse *p, size_t i, size_t j)
{
	struct numa_memblk *a = &p->blk[i], *b = &p->blk[j];
	phys_addr_t start = min_u64(a->start, b->start), end = max_u64(a->end, b->end);

	trace_note(&mm->trace, "numa_cleanup_meminfo",
		   "NUMA: Node %d [mem 0x%08llx-0x%08llx] + [mem 0x%08llx-0x%08llx] -> [mem 0x%08llx-0x%08llx]", a->nid,
		   (unsigned long long)a->start, (unsigned long long)(a->end - 1), (unsigned long long)b->start,
		   (unsigned long long)(b->end - 1), (unsigned long long)start, (unsigned long long)(end - 1));
	a->start = start;
	a->end = end;
	drop_block(p, j);
}

/* numa_cleanup_meminfo(): overlaps of different nodes refuse, blocks of one node join. */
static int clean_blocks(struct mm *mm, struct numa_parse *p)
{
	clip_blocks(mm, p);
	for (size_t i = 0; i < p->nr_blk; i++) {
		for (size_t j = i + 1; j < p->nr_blk;) {
			struct numa_memblk *a = &p->blk[i], *b = &p->blk[j];

			if (b->end > a->start && b->start < a->end && a->nid != b->nid) {
				numa_problem(mm, "numa_cleanup_meminfo",
					      "node %d [mem 0x%08llx-0x%08llx] overlaps with node %d [mem 0x%08llx-0x%08llx]",
					      a->nid, (unsigned long long)a->start, (unsigned long long)(a->end - 1), b->nid,
					      (unsigned long long)b->start, (unsigned long long)(b->end - 1));
				return -EINVAL;
			}
			if (b->end > a->start && b->start < a->end)
				numa_problem(mm, "numa_cleanup_meminfo",
					     "Warning: node %d [mem 0x%08llx-0x%08llx] overlaps with itself [mem 0x%08llx-0x%08llx]",
					      a->nid, (unsigned long long)a->start, (unsigned long long)(a->end - 1),
					      (unsigned long long)b->start, (unsigned long long)(b->end - 1));
			if (a->nid == b->nid && !other_node_between(p, a->nid, min_u64(a->start, b->start), max_u64(a->end, b->end)))
				join_blocks(mm, p, i, j);
			else
				j++;
		}
	}
	return 0;
}

/* Reservations made so far belong to the node of their memory; later ones do not. */
static int register_blocks(struct mm *mm, struct numa_parse *p)
{
	struct memblock *mb = &mm->memblock;
	phys_addr_t without = 0;

	for (size_t i = 0; i < p->nr_blk; i++)
		memblock_set_node(mb, &mb->memory, p->blk[i].start, p->blk[i].end - p->blk[i].start, p->blk[i].nid, "memblock_set_node");
	for (size_t i = 0; i < p->nr_blk; i++)
		memblock_set_node(mb, &mb->reserved, p->blk[i].start, p->blk[i].end - p->blk[i].start, p->blk[i].nid, "memblock_set_node");
	for (size_t i = 0; i < mb->memory.cnt; i++)
		if (!memblock_nid_valid(mb, mb->memory.regions[i].nid))
			without += mb->memory.regions[i].size;
	if (!without)
		return 0;
	numa_problem(mm, "memblock_validate_numa_coverage", "NUMA: no nodes coverage for %lluMB of %lluMB RAM",
		      (unsigned long long)(without >> 20), (unsigned long long)(memblock_phys_mem_size(mb) >> 20));
	cause_because(&mm->trace, "no memory node with a numa-node-id covers %llu MiB of RAM, so all RAM becomes one node's",
		      (unsigned long long)(without >> 20));
	return -EINVAL;
}

static void forget_nodes(struct mm *mm)
{
	struct memblock *mb = &mm->memblock;

	memblock_set_node(mb, &mb->memory, 0, PHYS_ADDR_MAX, NUMA_NO_NODE, "memblock_set_node");
	memblock_set_node(mb, &mb->reserved, 0, PHYS_ADDR_MAX, NUMA_NO_NODE, "memblock_set_node");
	memblock_setclr_flag(mb, &mb->memory, 0, PHYS_ADDR_MAX, false, MEMBLOCK_HOTPLUG, "memblock_clear_hotplug", WHY_NOBODY);
}

/* numa_reset_distance(), after a failure: as if there had never been a table. */
static bool reset_distance(struct mm *mm)
{
	phys_addr_t nr = (phys_addr_t)mm->nodes.nr_distance;

	if (nr)
		memblock_phys_free(&mm->memblock, mm->nodes.distance_table, nr * nr, "numa_reset_distance/distance", WHY("numa-distance"));
	mm->nodes.distance = NULL;
	mm->nodes.nr_distance = 0;
	return false;
}

static bool numa_memblks_init(struct mm *mm, bool dummy)
{
	struct numa_parse p;
	bool *present;

	parse_init(mm, &p);
	forget_nodes(mm);
	if (dummy) {
		say_faking(mm);
		mm->nodes.numa_off = true;
		add_block(mm, &p, 0, memblock_start_of_DRAM(&mm->memblock), memblock_end_of_DRAM(&mm->memblock));
		p.parsed[0] = true;
	} else if (of_numa(mm, &p)) {
		return reset_distance(mm);
	}
	if (clean_blocks(mm, &p) || register_blocks(mm, &p))
		return reset_distance(mm);
	present = p.parsed;
	register_nodes(mm, present);
	return true;
}

void step_arch_numa_init_memblks(struct mm *mm)
{
	if (!mm->nodes.numa_off && numa_memblks_init(mm, false))
		return;
	if (!numa_memblks_init(mm, true))
		trace_panic(&mm->trace, "arch_numa_init", "the dummy node failed");
}

/* Kernels built without CONFIG_NUMA: node 0 is all there is. */
void step_no_numa(struct mm *mm)
{
	struct node *node = &mm->nodes.node[0];

	memblock_set_node(&mm->memblock, &mm->memblock.memory, 0, PHYS_ADDR_MAX, 0, "memblock_set_node");
	*node = (struct node){ .possible = true, .online = true, .first_deferred_pfn = UINT64_MAX };
	mm->nodes.nr_node_ids = 1;
	mm->nodes.nr_online = 1;
	mm->nodes.numa_off = true;
}
