/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * step_machine.h - a small board and a small kernel to run single steps on.
 *
 *	machine("6.12", "CMA DMA_CMA CMA_AREAS=7");	the release, and options of the build
 *	ram(0x40000000, GIB(1));
 *	words("crashkernel=64M");			the command line
 *	run(step_arch_reserve_crashkernel);		false: the modelled kernel died
 *	assert_string_equal(said(), "crashkernel reserved: ..");
 *	assert_string_equal(drawn(&m.mm.memblock.reserved), "7c000000-80000000");
 *	over();
 *
 * The kernel's facts are made up, so that a test can be computed by hand: 4 KiB pages, 48 bits of addresses, the image 12 MiB
 * long with its text from 64 KiB on, structs of round sizes.
 */
#ifndef TEST_STEP_MACHINE_H
#define TEST_STEP_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/arch/arm64/arm64.h"
#include "mmcore/steps/steps.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>

struct step_machine {
	struct mm mm;
	struct mm_kernel *kernel;
	struct mm_error error;
	size_t from;		/* first event of the newest run() */
	char text[65536];
};

static struct step_machine m;

static inline void fact(const char *section, const char *key, uint64_t value)
{
	assert_int_equal(mm_kernel_set_number(m.kernel, section, key, value), 0);
}

/* "CMA CMA_AREAS=7": options that are set, by name or with a number. */
static inline void build_with(const char *options)
{
	char key[64];

	for (const char *p = options + strspn(options, " "); *p; p += strspn(p, " ")) {
		size_t len = strcspn(p, " "), name = strcspn(p, " =");

		assert_true(name < sizeof(key));
		memcpy(key, p, name);
		key[name] = '\0';
		fact("config", key, p[name] == '=' ? strtoull(p + name + 1, NULL, 0) : 1);
		p += len;
	}
}

/* A series is the point release of it that was recorded most. */
static inline const char *point_release(const char *version)
{
	static const char *const of_series[][2] = {
		{ "5.10", "5.10.223" }, { "6.1", "6.1.176" }, { "6.7", "6.7.3" }, { "6.12", "6.12.107" }, { "7.2", "7.2.12" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(of_series); i++)
		if (!strcmp(version, of_series[i][0]))
			return of_series[i][1];
	return version;
}

static inline void kernel_facts(const char *version)
{
	static const struct { const char *name; uint64_t at; } symbols[] = {
		{ "_text", 0 }, { "_stext", KIB(64) }, { "_etext", MIB(6) }, { "__start_rodata", MIB(6) }, { "__end_rodata", MIB(8) },
		{ "swapper_pg_dir", MIB(7) }, { "__inittext_begin", MIB(8) }, { "__init_begin", MIB(8) }, { "__inittext_end", MIB(8) + KIB(512) },
		{ "__initdata_begin", MIB(8) + KIB(512) }, { "__initdata_end", MIB(9) }, { "__init_end", MIB(9) }, { "_data", MIB(9) },
		{ "_sdata", MIB(9) }, { "_edata", MIB(10) }, { "__bss_start", MIB(10) }, { "__bss_stop", MIB(11) }, { "init_pg_dir", MIB(11) },
		{ "init_pg_end", MIB(11) + KIB(64) }, { "_end", MIB(12) }, { "__per_cpu_start", MIB(8) + KIB(600) },
		{ "__per_cpu_end", MIB(8) + KIB(640) }, { "__idmap_text_start", MIB(1) }, { "__idmap_text_end", MIB(1) + KIB(4) },
		{ "__idmap_kpti_flag", MIB(9) },
	};
	static const struct { const char *name; uint64_t size; } structs[] = {
		{ "page", 64 }, { "pglist_data", KIB(8) }, { "mem_section", 16 }, { "device_node", 128 }, { "property", 64 },
		{ "resource", 64 }, { "pcpu_chunk", 256 }, { "kmem_cache", 256 }, { "kmem_cache_node", 128 }, { "reserved_mem", 48 },
		{ "memblock_region", 24 }, { "mem_section_usage", 32 }, { "pcpu_alloc_info", 64 }, { "pcpu_group_info", 24 },
		{ "io_tlb_slot", 24 }, { "io_tlb_area", 16 }, { "io_tlb_mem", 72 }, { "printk_info", 88 }, { "prb_desc", 24 }, { "hlist_bl_head", 8 },
		{ "hlist_head", 8 }, { "list_head", 16 }, { "alias_prop", 40 }, { "mm_struct", 1024 },
		{ "vmap_area", 72 }, { "kfence_metadata", 512 }, { "pcpu_block_md", 32 },
	};

	assert_int_equal(mm_kernel_set_text(m.kernel, "", "name", version), 0);
	assert_int_equal(mm_kernel_set_text(m.kernel, "", "version", point_release(version)), 0);
	fact("", "kimage_vaddr", UINT64_C(0xffff800080000000));
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++)
		fact("symbols", symbols[i].name, symbols[i].at);
	for (size_t i = 0; i < ARRAY_SIZE(structs); i++)
		fact("structs", structs[i].name, structs[i].size);
	build_with("64BIT ARM64_VA_BITS=48 PGTABLE_LEVELS=4 NR_CPUS=8 NUMA NODES_SHIFT=2 ZONE_DMA BLK_DEV_INITRD NO_BOOTMEM LOG_BUF_SHIFT=17");
}

static inline int child(int parent, const char *name) { return dt_add_node(&m.mm.fdt, parent, name); }

static inline void cells(int node, const char *name, size_t nr, const uint32_t *value)
{
	uint32_t be[64];

	for (size_t i = 0; i < nr; i++)
		be[i] = cpu_to_fdt32(value[i]);
	dt_setprop(&m.mm.fdt, node, name, be, (uint32_t)(nr * 4));
}
#define CELLS(node, name, ...)	cells(node, name, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, (uint32_t[]){ __VA_ARGS__ })

static inline void string(int node, const char *name, const char *value)
{
	dt_setprop(&m.mm.fdt, node, name, value, (uint32_t)strlen(value) + 1);
}

static inline void flag(int node, const char *name) { dt_setprop(&m.mm.fdt, node, name, "", 0); }

/* An empty tree of two cells each, no RAM yet, the image at 1 GiB + 2 MiB, the tree at 1 GiB + 128 MiB. */
static inline void machine(const char *version, const char *options)
{
	char blob[512];
	struct mm *mm = &m.mm;

	memset(&m, 0, sizeof(m));
	m.kernel = mm_kernel_new();
	kernel_facts(version);
	build_with(options);
	assert_int_equal(mm_kernel_finish(m.kernel, &m.error), 0);
	mm->kernel = m.kernel;
	mm->rules = m.kernel->rules;
	trace_init(&mm->trace, &mm->arena);
	mm->trace.short_addresses = mm->rules->log_short_addresses;
	ledger_init(&mm->ledger, &mm->trace);
	memblock_init(&mm->memblock, mm->kernel, &mm->trace, &mm->ledger);
	mm->nodes.node = arena_array(&mm->arena, (size_t)m.kernel->max_numnodes, sizeof(*mm->nodes.node));
	mm->nodes.nr_node_ids = m.kernel->max_numnodes;
	mm->mem_limit = PHYS_ADDR_MAX;
	mm->arch.arm64.cpu = cpu_model_find("cortex-a57");
	assert_int_equal(fdt_create_empty_tree(blob, sizeof(blob)), 0);
	assert_int_equal(dt_load(&mm->fdt, &mm->arena, blob, sizeof(blob), &m.error), 0);
	mm->fdt.address_cells = mm->fdt.size_cells = 2;
	mm->text_phys = GIB(1) + MIB(2);
	mm->dtb_phys = GIB(1) + MIB(128);
	mm->arch.arm64.vabits_actual = mm->arch.arm64.phys_mask_shift = 48;
	mm->arch.arm64.pgtable_levels = 4;
	mm->arch.arm64.dma_phys_limit = mm->arch.arm64.cma_limit = mm->dma_limit = mm->dma32_limit = GIB(4);
	mm->arch.arm64.kimage_vaddr = m.kernel->arch_facts.arm64.kimage_vaddr;
	cmdline_parse(&mm->cmdline, &mm->arena, "");
}

static inline void over(void)
{
	trace_finish(&m.mm.trace);
	assert_true(ledger_check(&m.mm.ledger));
	mm_kernel_free(m.kernel);
	arena_deinit(&m.mm.arena);
}

static inline void ram(phys_addr_t base, phys_addr_t size)
{
	memblock_add(&m.mm.memblock, base, size, "ram", WHY("memory"));
}

static inline void taken(phys_addr_t base, phys_addr_t size)
{
	memblock_reserve(&m.mm.memblock, base, size, "taken", WHY("somebody"));
}

/* RAM of a node; the node is there from then on. */
static inline void node_ram(int nid, phys_addr_t base, phys_addr_t size)
{
	struct node *node = &m.mm.nodes.node[nid];

	ram(base, size);
	memblock_set_node(&m.mm.memblock, &m.mm.memblock.memory, base, size, nid, "f");
	if (!node->online)
		m.mm.nodes.nr_online++;
	node->nid = nid;
	node->possible = node->online = node->memory = true;
	node->first_deferred_pfn = UINT64_MAX;
}

/* Sections of 128 MiB that hold some of the RAM, in runs. */
static inline void sections(void)
{
	uint64_t size = m.kernel->pages_per_section << m.kernel->page_shift;

	m.mm.section_runs = arena_array(&m.mm.arena, m.mm.memblock.memory.cnt, sizeof(*m.mm.section_runs));
	for (size_t i = 0; i < m.mm.memblock.memory.cnt; i++) {
		const struct memblock_region *r = &m.mm.memblock.memory.regions[i];
		uint64_t first = r->base / size, end = div_round_up(r->base + r->size, size);
		struct phys_range *last = m.mm.nr_section_runs ? &m.mm.section_runs[m.mm.nr_section_runs - 1] : NULL;

		if (last && first <= last->base + last->size)
			last->size = end - last->base;
		else
			m.mm.section_runs[m.mm.nr_section_runs++] = (struct phys_range){ first, end - first };
	}
}

static inline void cpus(size_t nr)
{
	m.mm.cpus.cpu = arena_array(&m.mm.arena, nr, sizeof(*m.mm.cpus.cpu));
	m.mm.cpus.nr = nr;
	m.mm.cpus.nr_cpu_ids = m.mm.cpus.setup_max_cpus = (unsigned)nr;
	for (size_t i = 0; i < nr; i++)
		m.mm.cpus.cpu[i].id = (int)i;
}

/* In place of what was said before. */
static inline void words(const char *cmdline)
{
	m.mm.cmdline = (struct cmdline){ 0 };
	cmdline_parse(&m.mm.cmdline, &m.mm.arena, cmdline);
}

/* Does the modelled kernel live through @step? */
static inline bool run(void (*step)(struct mm *mm))
{
	jmp_buf landing;

	m.from = m.mm.trace.nr_events;
	/* Lines belong to the newest event: those that come before the step's first one are the call's own. */
	trace_event(&m.mm.trace, MM_NOTE, "run");
	m.mm.trace.on_panic = &landing;
	if (!setjmp(landing))
		step(&m.mm);
	m.mm.trace.on_panic = NULL;
	return !m.mm.trace.panicked;
}

/* What the newest run() printed besides memblock=debug's lines, one after the other with " | " between. */
static inline const char *said(void)
{
	size_t len = 0;

	*m.text = '\0';
	for (size_t i = m.from; i < m.mm.trace.nr_events; i++) {
		const struct mm_event *e = &m.mm.trace.events[i];

		for (size_t k = 0; k < e->nr_printk; k++)
			len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, "%s%s", len ? " | " : "", e->printk[k]);
	}
	return m.text;
}

static inline size_t write_facts(char *at, size_t cap, const struct mm_fact *fact, size_t nr)
{
	size_t len = 0;

	for (size_t i = 0; i < nr; i++, fact++) {
		len += (size_t)snprintf(at + len, cap - len, " %s=", fact->name);
		if (fact->type == MM_STR)
			len += (size_t)snprintf(at + len, cap - len, "%s", fact->value.s);
		else if (fact->type == MM_HEX)
			len += (size_t)snprintf(at + len, cap - len, "0x%llx", (unsigned long long)fact->value.u);
		else if (fact->type == MM_NUM)
			len += (size_t)snprintf(at + len, cap - len, "%lld", (long long)fact->value.i);
		else
			for (size_t k = 0; k < fact->value.list->nr; k++)
				len += (size_t)snprintf(at + len, cap - len, "%s%lld", k ? "," : "", (long long)fact->value.list->v[k]);
	}
	return len;
}

/* The events of the newest run() that are called @fn (NULL: all), as "fn a=1 b=0x2; why=3" with " | " between. */
static inline const char *told(const char *fn)
{
	size_t len = 0;

	*m.text = '\0';
	trace_finish(&m.mm.trace);
	for (size_t i = m.from; i < m.mm.trace.nr_events; i++) {
		const struct mm_event *e = &m.mm.trace.events[i];

		if (fn ? strcmp(e->fn, fn) : i == m.from)
			continue;
		len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, "%s%s", len ? " | " : "", e->fn);
		len += write_facts(m.text + len, sizeof(m.text) - len, e->args, e->nr_args);
		if (e->nr_why)
			len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, ";");
		len += write_facts(m.text + len, sizeof(m.text) - len, e->why, e->nr_why);
	}
	return m.text;
}

/* "40000000-50000000 60000000-70000000:1!4": start-end, :node, !flags */
static inline const char *drawn(const struct memblock_type *type)
{
	size_t len = 0;

	*m.text = '\0';
	for (size_t i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];

		len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, "%s%llx-%llx", i ? " " : "", (unsigned long long)r->base,
					(unsigned long long)(r->base + r->size));
		if (memblock_nid_valid(&m.mm.memblock, r->nid))
			len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, ":%d", r->nid);
		if (r->flags & MEMBLOCK_NOMAP)
			len += (size_t)snprintf(m.text + len, sizeof(m.text) - len, "!nomap");
	}
	return m.text;
}

#define MEMORY()	drawn(&m.mm.memblock.memory)
#define RESERVED()	drawn(&m.mm.memblock.reserved)

#endif
