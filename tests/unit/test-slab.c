/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zone_machine.h"

#include "mmcore/slab.h"

#include <stdio.h>

#define ZONE_PAGES 32768	/* 128 MiB a node */

static struct zone_machine m;
static struct ledger ledger;
static struct memblock memblock;
static struct buddy buddy;
static struct slab slab;
static struct memblock_region regions[NODES];
static struct zoneref refs[NODES][NODES];

static void config(const char *section, const char *key, uint64_t value)
{
	assert_int_equal(mm_kernel_set_number(m.kernel, section, key, value), 0);
}

/* Each node's list: itself, then the others that have memory. */
static void link_nodes(int nr, int memoryless)
{
	for (int nid = 0; nid < nr; nid++) {
		struct node *node = &m.node[nid];

		node->fallback = node->nofallback = refs[nid];
		for (int i = 0; i < nr; i++) {
			int other = (nid + i) % nr;

			if (other != memoryless)
				refs[nid][node->nr_fallback++].zone = &m.node[other].zones[ZONE_NORMAL];
		}
		node->nr_nofallback = nid != memoryless;
	}
}

/*
 * Nodes of 128 MiB each, all free, one of them without memory (-1: none):
 *   pfn 0x8000      0x10000     0x18000
 *       [  node 0  ][  node 1  ] ...
 */
static void machine(unsigned version, unsigned patchlevel, int nodes, int memoryless, unsigned cpus)
{
	zone_machine_init(&m, version, patchlevel);
	memset(&ledger, 0, sizeof(ledger));
	memset(&memblock, 0, sizeof(memblock));
	memset(&buddy, 0, sizeof(buddy));
	memset(&slab, 0, sizeof(slab));
	memset(refs, 0, sizeof(refs));
	m.kernel->max_order = 10;
	m.kernel->pageblock_order = 9;
	m.nodes.nr_node_ids = nodes;
	ledger_init(&ledger, &m.trace);
	memblock_init(&memblock, m.kernel, &m.trace, &ledger);
	trace_event(&m.trace, MM_NOTE, "test");
	memblock.memory.regions = regions;
	memblock.memory.cnt = 0;
	for (int nid = 0; nid < nodes; nid++) {
		uint64_t start = (uint64_t)(nid + 1) * ZONE_PAGES;

		add_node(&m, nid)->first_deferred_pfn = UINT64_MAX;
		if (nid == memoryless)
			continue;
		add_zone(&m, nid, ZONE_NORMAL, ZONE_PAGES, 0)->start_pfn = start;
		m.node[nid].zones[ZONE_NORMAL].initial_managed_pages = ZONE_PAGES;
		m.node[nid].start_pfn = start;
		m.node[nid].spanned_pages = ZONE_PAGES;
		regions[memblock.memory.cnt++] = (struct memblock_region){ start << 12, (uint64_t)ZONE_PAGES << 12, 0, nid };
		ledger_add_ram(&ledger, start << 12, (uint64_t)ZONE_PAGES << 12);
	}
	link_nodes(nodes, memoryless);
	buddy_init(&buddy, m.kernel, &memblock, &m.nodes);
	for (int nid = 0; nid < nodes; nid++)
		if (nid != memoryless)
			buddy_free_boot_pages(&buddy, (uint64_t)(nid + 1) * ZONE_PAGES, (uint64_t)(nid + 2) * ZONE_PAGES, nid);
	buddy_publish(&buddy);
	slab = (struct slab){
		.kernel = m.kernel, .trace = &m.trace, .buddy = &buddy, .cache_line = 64, .minalign = 8,
		.nr_cpu_ids = cpus, .nr_cpus = cpus, .nr_node_ids = (unsigned)nodes, .max_order = 3,
		.kmalloc_minalign = arch_kmalloc_minalign(m.kernel), .kmem_accounting = true,
	};
	config("structs", "kmem_cache_node", 64);
	config("structs", "kmem_cache", 320);
	config("structs", "kmem_cache.node", 192);
	config("structs", "kmem_cache.per_node", 208);
	/* Only NORMAL caches; 4.9 has no such enum and makes DMA caches besides. */
	if (version > 4)
		config("enums.kmalloc_cache_type", "NR_KMALLOC_TYPES", 1);
}

static void done(void)
{
	assert_true(ledger_check(&ledger));
	zone_machine_deinit(&m);
}

static uint64_t pages_used(int nid)
{
	return ZONE_PAGES - buddy_nr_free(&buddy, &m.node[nid].zones[ZONE_NORMAL]);
}

static const struct kmem_cache *find(const char *name)
{
	for (const struct kmem_cache *s = slab.caches; s; s = s->next)
		if (!strcmp(s->name, name))
			return s;
	fail_msg("no cache %s", name);
	return NULL;
}

static void assert_cache(const char *name, unsigned size, unsigned align, unsigned order, unsigned objects)
{
	const struct kmem_cache *s = find(name);

	assert_int_equal(s->size, size);
	assert_int_equal(s->align, align);
	assert_int_equal(s->order, order);
	assert_int_equal(s->objects, objects);
}

/* 4.9 aligns to what DMA needs, 6.7 powers of two to themselves, 6.12 96 bytes to 32 as well. */
static void kmalloc_caches_are_aligned_as_each_kernel_does(void **state)
{
	(void)state;
	machine(4, 9, 1, -1, 2);
	slub_init(&slab);
	assert_cache("kmalloc-1024", 1024, 128, 2, 16);
	assert_cache("dma-kmalloc-8192", 8192, 128, 3, 4);
	done();
	machine(6, 7, 1, -1, 2);
	slub_init(&slab);
	assert_cache("kmalloc-1k", 1024, 1024, 2, 16);
	assert_cache("kmalloc-96", 96, 8, 0, 42);
	done();
	machine(6, 12, 1, -1, 2);
	slub_init(&slab);
	assert_cache("kmalloc-96", 96, 32, 0, 42);
	assert_string_equal(slab.caches->name, "kmalloc-8k");
	done();
}

/* More CPUs want more objects in a slab: 2 CPUs 12, 64 CPUs 32. */
static void the_number_of_cpus_decides_the_order(void **state)
{
	(void)state;
	machine(6, 7, 1, -1, 2);
	slub_init(&slab);
	assert_cache("kmalloc-256", 256, 256, 0, 16);
	done();
	machine(6, 7, 1, -1, 64);
	slub_init(&slab);
	assert_cache("kmalloc-256", 256, 256, 1, 32);
	done();
}

/*
 * Objects of a size, how many CPUs there are, and the order of a slab: up to 6.1 rather fewer objects than more waste, since 6.7
 * rather more waste; a sixteenth, an eighth, a quarter (and a half) of a slab may be lost, with 4 * (fls(CPUs) + 1) objects.  The
 * numbers are a model's, which was written from calculate_order() of both.
 */
static void slabs_have_the_order_that_wastes_least(void **state)
{
	static const struct { unsigned size, cpus, order_6_1, order_6_7; } rows[] = {
		{ 24, 2, 0, 0 }, { 24, 64, 0, 0 }, { 200, 2, 0, 0 }, { 200, 64, 1, 1 }, { 392, 2, 1, 1 },
		{ 392, 64, 2, 2 }, { 584, 2, 1, 1 }, { 584, 64, 3, 3 }, { 1000, 2, 2, 2 }, { 1000, 64, 3, 3 },
		{ 1096, 2, 3, 3 }, { 1096, 64, 3, 3 }, { 1368, 2, 3, 3 }, { 1368, 64, 3, 3 }, { 1400, 2, 3, 3 },
		{ 1400, 64, 3, 3 }, { 1600, 2, 3, 3 }, { 1600, 64, 3, 3 }, { 2056, 2, 3, 3 }, { 2056, 64, 3, 3 },
		{ 2504, 2, 3, 3 }, { 2504, 64, 3, 3 }, { 2736, 2, 3, 3 }, { 2736, 64, 3, 3 }, { 3000, 2, 3, 3 },
		{ 3000, 64, 3, 3 }, { 4104, 2, 3, 3 }, { 4104, 64, 3, 3 }, { 5000, 2, 3, 3 }, { 5000, 64, 3, 3 },
		{ 6000, 2, 3, 3 }, { 6000, 64, 3, 3 }, { 9000, 2, 3, 3 }, { 9000, 64, 3, 3 }, { 12000, 2, 2, 3 },
		{ 12000, 64, 2, 3 }, { 17000, 2, 3, 3 }, { 17000, 64, 3, 3 }, { 33000, 2, 4, 4 }, { 33000, 64, 4, 4 },
		{ 66000, 2, 5, 5 }, { 66000, 64, 5, 5 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (int newer = 0; newer < 2; newer++) {
			const struct kmem_cache *s;

			machine(6, newer ? 7 : 1, 1, -1, rows[i].cpus);
			slub_init(&slab);
			s = kmem_cache_create(&slab, "test", rows[i].size, 0, SLAB_NO_MERGE);
			if (s->order != (newer ? rows[i].order_6_7 : rows[i].order_6_1))
				fail_msg("%u bytes, %u CPUs, %s: order %u", rows[i].size, rows[i].cpus, newer ? "6.7" : "6.1", s->order);
			assert_int_equal(s->objects, (4096u << s->order) / rows[i].size);
			done();
		}
}

/* slub_min_order= and slub_min_objects= move it. */
static void orders_keep_to_what_was_asked(void **state)
{
	(void)state;
	machine(6, 7, 1, -1, 2);
	slab.min_order = 2;
	slub_init(&slab);
	assert_cache("kmalloc-8", 8, 8, 2, 2048);
	done();
	machine(6, 7, 1, -1, 2);
	slab.min_objects = 60;
	slub_init(&slab);
	assert_cache("kmalloc-256", 256, 256, 2, 64);
	done();
	machine(6, 7, 1, -1, 2);
	slab.max_order = 0;
	slub_init(&slab);
	assert_cache("kmalloc-1k", 1024, 1024, 0, 4);
	assert_cache("kmalloc-8k", 8192, 8192, 1, 1);
	done();
}

/* A number for each object, in kmalloc memory: 64 of 64 bytes have 256 bytes.  One alone needs none. */
static void shuffled_lists_cost_memory(void **state)
{
	unsigned before;

	(void)state;
	machine(6, 7, 1, -1, 2);
	config("config", "SLAB_FREELIST_RANDOM", 1);
	slub_init(&slab);
	before = find("kmalloc-256")->active;
	kmem_cache_create(&slab, "test", 64, 0, SLAB_NO_MERGE);
	assert_int_equal(find("kmalloc-256")->active, before + 1);
	kmem_cache_create(&slab, "single", 20000, 0, SLAB_NO_MERGE);
	kmem_cache_create(&slab, "none", 64, 0, 0);
	assert_int_equal(find("kmalloc-256")->active, before + 1);
	done();
	machine(6, 7, 1, -1, 2);
	slub_init(&slab);
	before = find("kmalloc-256")->active;
	kmem_cache_create(&slab, "test", 64, 0, SLAB_NO_MERGE);
	assert_int_equal(find("kmalloc-256")->active, before);
	done();
}

/* The remote node gets one page, for its kmem_cache_node objects; the local one also the caches themselves. */
static void every_node_holds_its_own_node_objects(void **state)
{
	(void)state;
	machine(6, 7, 2, -1, 2);
	slub_init(&slab);
	assert_int_equal(pages_used(1), 1);
	assert_int_equal(find("kmem_cache_node")->nr_slabs, 2);
	assert_int_equal(pages_used(0), 1 + find("kmem_cache")->nr_slabs);
	done();
}

/* The boot CPU sits on a node without memory: pages come from the next node of its list. */
static void a_node_without_memory_takes_from_its_neighbour(void **state)
{
	(void)state;
	machine(6, 12, 2, 0, 2);
	slub_init(&slab);
	assert_true(pages_used(1) > 2);
	done();
}

/* Objects wider apart than a cache line: without bounce buffers small sizes share the 64 byte cache. */
static void small_sizes_share_a_cache_where_dma_needs_alignment(void **state)
{
	(void)state;
	machine(6, 7, 1, -1, 2);
	slab.kmalloc_minalign = 64;
	slub_init(&slab);
	assert_ptr_equal(slab.kmalloc[0][3], slab.kmalloc[0][6]);
	assert_ptr_equal(slab.kmalloc[0][1], slab.kmalloc[0][7]);
	assert_cache("kmalloc-192", 192, 8, 0, 21);
	done();
}

/* 7.2: each cache has an empty sheaf for every CPU, 512 bytes for caches of small objects. */
static void sheaves_take_memory_for_each_cpu(void **state)
{
	uint64_t two, many;

	(void)state;
	machine(7, 2, 1, -1, 2);
	slub_init(&slab);
	assert_int_equal(find("kmalloc-64")->sheaf_capacity, 60);
	assert_int_equal(find("kmalloc-1k")->sheaf_capacity, 12);
	two = pages_used(0);
	done();
	machine(7, 2, 1, -1, 32);
	slub_init(&slab);
	many = pages_used(0);
	assert_true(many > two + 30);
	done();
}

/* A cache that differs in nothing that matters is an alias of an older one. */
static void a_cache_like_another_is_merged(void **state)
{
	const struct kmem_cache *first;

	(void)state;
	machine(6, 7, 1, -1, 2);
	config("config", "HARDENED_USERCOPY", 1);
	slub_init(&slab);
	first = kmem_cache_create(&slab, "one", 100, 0, 0);
	assert_ptr_equal(kmem_cache_create(&slab, "two", 104, 0, 0), first);
	assert_ptr_not_equal(kmem_cache_create(&slab, "three", 104, 0, SLAB_NO_MERGE), first);
	assert_ptr_not_equal(kmem_cache_create(&slab, "four", 64, 0, 0), first);
	done();
}

/*
 * slub_debug=ZP, 8 bytes of object:
 *   [pad 8][object 8][red zone 8][pointer 8][red zone 8]
 * and of 64 bytes, aligned to 64: pad 64, then rounded up.
 */
static void red_zones_and_poison_make_objects_larger(void **state)
{
	(void)state;
	machine(6, 12, 1, -1, 2);
	slab.debug = SLAB_RED_ZONE | SLAB_POISON;
	slub_init(&slab);
	assert_int_equal(find("kmalloc-8")->size, 40);
	assert_int_equal(find("kmalloc-64")->size, 192);
	done();
}

/* slub_debug=ZP,kmalloc-1*,kmem_cache;-,other: lists of caches, a star for any end. */
static void debugging_may_be_for_some_caches(void **state)
{
	(void)state;
	machine(6, 12, 1, -1, 2);
	slab.debug_string = "ZP,kmalloc-1*,kmem_cache;-,other";
	slub_init(&slab);
	assert_int_equal(find("kmalloc-16")->flags & SLAB_DEBUG_FLAGS, SLAB_RED_ZONE | SLAB_POISON);
	assert_int_equal(find("kmem_cache")->flags & SLAB_DEBUG_FLAGS, SLAB_RED_ZONE | SLAB_POISON);
	assert_int_equal(find("kmem_cache_node")->flags & SLAB_DEBUG_FLAGS, 0);
	assert_int_equal(find("kmalloc-8")->flags & SLAB_DEBUG_FLAGS, 0);
	done();
}

/* SLAB: one object a page fewer where the index does not fit into a free object. */
static void slab_chooses_orders_of_its_own(void **state)
{
	(void)state;
	machine(4, 9, 1, -1, 2);
	config("config", "SLAB", 1);
	config("structs", "kmem_cache_node", 112);
	config("structs", "kmem_cache.node", 168);
	slab.totalram_pages = ZONE_PAGES;
	slab_slab_init(&slab);
	assert_cache("kmalloc-node", 128, 128, 0, 32);
	assert_cache("kmalloc-8192", 8192, 128, 1, 1);
	assert_cache("kmalloc-4194304", 4194304, 128, 10, 1);
	assert_cache("kmem_cache", 256, 128, 0, 16);
	done();
}

/* SLOB: two objects of 512 bytes share a page, each with its size in front. */
static void slob_shares_pages(void **state)
{
	(void)state;
	machine(4, 9, 1, -1, 2);
	config("config", "SLOB", 1);
	slob_init(&slab);
	assert_null(slab.caches);
	assert_true(slab_kmalloc(&slab, 512, NUMA_NO_NODE, GFP_KERNEL, "test"));
	assert_true(slab_kmalloc(&slab, 512, NUMA_NO_NODE, GFP_KERNEL, "test"));
	assert_int_equal(pages_used(0), 1);
	assert_true(slab_kmalloc(&slab, 64, NUMA_NO_NODE, GFP_KERNEL, "test"));
	assert_int_equal(pages_used(0), 2);
	done();
}

/*
 * SLOB's three lists: with its 128 bytes an object is small below 256, medium below 1024, else large, and starts at a multiple of 128:
 *   small   16 of 127 bytes fill a page, the 17th is in another; the newest page is looked at first
 *   medium  |128 + 128|895 + 128|..      large  |896 + 128|..  |3967 + 128|
 */
static void slob_fills_its_lists_page_by_page(void **state)
{
	static const struct { unsigned size, objects, pages; } rows[] = {
		{ 127, 16, 1 }, { 127, 1, 2 }, { 1, 1, 2 }, { 128, 1, 3 }, { 895, 1, 3 }, { 896, 1, 4 }, { 127, 13, 4 }, { 896, 3, 4 },
		{ 3967, 1, 5 }, { 3968, 1, 6 }, { 4097, 1, 8 }, { 8193, 1, 12 }, { 895, 2, 12 }, { 895, 1, 13 },
	};
	static const struct { const char *name; int64_t largest, active, pages; } lists[] = {
		{ "free_slob_small", 255, 31, 2 }, { "free_slob_medium", 1023, 5, 2 }, { "free_slob_large", 4095, 5, 2 },
	};

	(void)state;
	machine(4, 9, 1, -1, 2);
	config("config", "SLOB", 1);
	slob_init(&slab);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (unsigned k = 0; k < rows[i].objects; k++)
			assert_true(slab_kmalloc(&slab, rows[i].size, NUMA_NO_NODE, GFP_KERNEL, "test"));
		assert_int_equal(pages_used(0), rows[i].pages);
	}
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		const union mm_value *row = trace_row(&m.trace, MM_SLABS, i);

		assert_string_equal(row[0].s, lists[i].name);
		assert_int_equal(row[2].i, lists[i].largest);
		assert_int_equal(row[6].i, lists[i].active);
		assert_int_equal(row[7].i, lists[i].pages);
	}
	done();
}

/* A page of node 1 is for those who ask for that node; who does not care takes the newest page that there is. */
static void slob_keeps_nodes_apart(void **state)
{
	(void)state;
	machine(4, 9, 2, -1, 2);
	config("config", "SLOB", 1);
	slob_init(&slab);
	assert_true(slab_kmalloc(&slab, 100, 0, GFP_KERNEL, "test"));
	assert_true(slab_kmalloc(&slab, 100, 1, GFP_KERNEL, "test"));
	assert_true(slab_kmalloc(&slab, 100, 1, GFP_KERNEL, "test"));
	assert_true(slab_kmalloc(&slab, 100, 0, GFP_KERNEL, "test"));
	assert_true(slab_kmalloc(&slab, 100, NUMA_NO_NODE, GFP_KERNEL, "test"));
	assert_int_equal(pages_used(0), 1);
	assert_int_equal(pages_used(1), 1);
	assert_true(slab_kmalloc(&slab, 5000, 1, GFP_KERNEL, "test"));
	assert_int_equal(pages_used(1), 3);
	done();
}

/* What the log says after @from, one line after the other with " | " between. */
static const char *said(size_t from)
{
	static char text[4096];
	size_t len = 0;

	*text = '\0';
	for (size_t i = from; i < m.trace.nr_events; i++)
		for (size_t k = 0; k < m.trace.events[i].nr_printk; k++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", len ? " | " : "", m.trace.events[i].printk[k]);
	return text;
}

/* Every page of node 0 is taken; objects that slabs still have free are handed out, then it is over. */
static void an_object_that_is_not_to_be_had_is_reported(void **state)
{
	const struct page_request page = { .type = MIGRATE_UNMOVABLE, .highest = ZONE_NORMAL, .fn = "test" };
	size_t from;

	(void)state;
	machine(6, 12, 1, -1, 2);
	slub_init(&slab);
	while (buddy_take_pages(&buddy, &page) != BUDDY_NO_PAGE)
		;
	from = m.trace.nr_events;
	while (slab_kmalloc(&slab, 512, NUMA_NO_NODE, GFP_KERNEL | GFP_ZERO, "test"))
		;
	assert_string_equal(said(from), "SLUB: Unable to allocate memory on CPU 0 (of node 0) on node -1, gfp=0xdc0(GFP_KERNEL|__GFP_ZERO)"
					" |   cache: kmalloc-512, object size: 512, buffer size: 512, default order: 1, min order: 0"
					" |   node 0: slabs: 0, objs: 0, free: 0");
	from = m.trace.nr_events;
	assert_false(slab_kmalloc(&slab, 512, NUMA_NO_NODE, GFP_KERNEL | GFP_NOWARN, "test"));
	assert_string_equal(said(from), "");
	for (unsigned i = 0; i < 12; i++)
		assert_false(slab_kmalloc(&slab, 512, NUMA_NO_NODE, GFP_KERNEL, "test"));
	assert_int_equal(slab.out_of_memory_reports, 10);
	zone_machine_deinit(&m);
}

static int64_t arg_of(size_t event, const char *name)
{
	for (size_t k = 0; k < m.trace.events[event].nr_args; k++)
		if (!strcmp(m.trace.events[event].args[k].name, name))
			return m.trace.events[event].args[k].value.i;
	return -1;
}

/*
 * SLAB, what a CPU keeps of a cache by its objects' size: 120 up to 256 bytes, 54 up to 1024, 24 up to a page, 8 up to 128 KiB, then 1.
 * Half of that is a batch; with several CPUs eight batches are shared where an object is no larger than a page.
 */
static void a_cpu_keeps_fewer_of_larger_objects(void **state)
{
	static const struct { unsigned size; int64_t limit, batch; } rows[] = {
		{ 128, 120, 60 }, { 256, 120, 60 }, { 512, 54, 27 }, { 1024, 54, 27 }, { 2048, 24, 12 }, { 4096, 24, 12 },
		{ 8192, 8, 4 }, { 131072, 8, 4 }, { 262144, 1, 1 },
	};

	(void)state;
	for (unsigned cpus = 1; cpus <= 2; cpus++) {
		size_t from;

		machine(4, 9, 1, -1, cpus);
		config("config", "SLAB", 1);
		config("structs", "kmem_cache_node", 112);
		config("structs", "kmem_cache.node", 168);
		slab.totalram_pages = ZONE_PAGES;
		slab_slab_init(&slab);
		from = m.trace.nr_events;
		slab.ops->init_late(&slab);
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
			unsigned found = 0;

			for (size_t e = from; e < m.trace.nr_events; e++) {
				if (strcmp(m.trace.events[e].fn, "enable_cpucache") || arg_of(e, "size") != rows[i].size)
					continue;
				assert_int_equal(arg_of(e, "limit"), rows[i].limit);
				assert_int_equal(arg_of(e, "batchcount"), rows[i].batch);
				assert_int_equal(arg_of(e, "shared"), cpus > 1 && rows[i].size <= 4096 ? 8 : 0);
				found++;
			}
			assert_true(found > 0);
		}
		done();
	}
}

/* 7.2: 60, 26, 12 or 4 objects and 32 bytes of header, and then as many as fill the kmalloc size that these need. */
static void sheaves_hold_fewer_of_larger_objects(void **state)
{
	static const struct { const char *name; unsigned capacity; } rows[] = {
		{ "kmalloc-8", 60 }, { "kmalloc-192", 60 }, { "kmalloc-256", 28 }, { "kmalloc-512", 28 },
		{ "kmalloc-1k", 12 }, { "kmalloc-2k", 12 }, { "kmalloc-4k", 4 }, { "kmalloc-8k", 4 },
	};

	(void)state;
	machine(7, 2, 1, -1, 2);
	slub_init(&slab);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(find(rows[i].name)->sheaf_capacity, rows[i].capacity);
	assert_int_equal(kmem_cache_create(&slab, "none", 64, 0, SLAB_NO_SHEAVES | SLAB_NO_MERGE)->sheaf_capacity, 0);
	done();
	machine(7, 2, 1, -1, 2);
	config("config", "SLUB_TINY", 1);
	slub_init(&slab);
	assert_int_equal(find("kmalloc-64")->sheaf_capacity, 0);
	done();
}

/* What is free comes back newest first, node by node; a slab without free objects is on no list. */
static void partial_slabs_are_taken_newest_first(void **state)
{
	struct slab_page pages[] = { { .pfn = 0, .free = 1 }, { .pfn = 1, .free = 2 }, { .pfn = 2, .free = 0 }, { .pfn = 3, .free = 3 } };
	struct kmem_cache s = { .name = "test" };

	(void)state;
	slab_add_partial(&s, &pages[0], 0);
	slab_add_partial(&s, &pages[1], 1);
	slab_add_partial(&s, &pages[2], 0);
	slab_add_partial(&s, &pages[3], 0);
	assert_null(slab_take_partial(&s, 2));
	assert_ptr_equal(slab_take_partial(&s, 0), &pages[3]);
	assert_ptr_equal(slab_take_partial(&s, 0), &pages[0]);
	assert_null(slab_take_partial(&s, 0));
	assert_ptr_equal(slab_take_partial(&s, 1), &pages[1]);
	assert_null(s.partial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kmalloc_caches_are_aligned_as_each_kernel_does),
		cmocka_unit_test(the_number_of_cpus_decides_the_order),
		cmocka_unit_test(slabs_have_the_order_that_wastes_least),
		cmocka_unit_test(orders_keep_to_what_was_asked),
		cmocka_unit_test(shuffled_lists_cost_memory),
		cmocka_unit_test(every_node_holds_its_own_node_objects),
		cmocka_unit_test(a_node_without_memory_takes_from_its_neighbour),
		cmocka_unit_test(small_sizes_share_a_cache_where_dma_needs_alignment),
		cmocka_unit_test(sheaves_take_memory_for_each_cpu),
		cmocka_unit_test(a_cache_like_another_is_merged),
		cmocka_unit_test(red_zones_and_poison_make_objects_larger),
		cmocka_unit_test(debugging_may_be_for_some_caches),
		cmocka_unit_test(slab_chooses_orders_of_its_own),
		cmocka_unit_test(a_cpu_keeps_fewer_of_larger_objects),
		cmocka_unit_test(sheaves_hold_fewer_of_larger_objects),
		cmocka_unit_test(partial_slabs_are_taken_newest_first),
		cmocka_unit_test(slob_shares_pages),
		cmocka_unit_test(slob_fills_its_lists_page_by_page),
		cmocka_unit_test(slob_keeps_nodes_apart),
		cmocka_unit_test(an_object_that_is_not_to_be_had_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
