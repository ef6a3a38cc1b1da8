// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/layout.h"

#include "daemon/image/code.h"
#include "daemon/image/head.h"

#include <stdlib.h>

/* The linker's symbols that memory initialisation uses. */
static const char *const wanted[] = {
	"__bss_start", "__bss_stop", "__end_data_ro_after_init", "__end_init_task", "__end_once", "__end_ro_after_init",
	"__end_rodata", "__entry_text_end", "__entry_text_start", "__entry_tramp_data_start", "__entry_tramp_text_end",
	"__entry_tramp_text_start", "__exittext_begin", "__exittext_end", "__hibernate_exit_text_end",
	"__hibernate_exit_text_start", "__hyp_bss_end", "__hyp_bss_start", "__hyp_data_end", "__hyp_data_start",
	"__hyp_idmap_text_end", "__hyp_idmap_text_start", "__hyp_reloc_end", "__hyp_rodata_end", "__hyp_rodata_start",
	"__hyp_stub_vectors", "__hyp_text_end", "__hyp_text_start", "__idmap_kpti_flag", "__idmap_kpti_secondary",
	"__idmap_text_end", "__idmap_text_start", "__init_begin", "__init_end", "__initdata_begin", "__initdata_end",
	"__initramfs_start", "__inittext_begin", "__inittext_end", "__irf_end", "__irf_start", "__irqentry_text_end",
	"__irqentry_text_start", "__kprobes_text_end", "__kprobes_text_start", "__lock_text_end", "__lock_text_start",
	"__mmuoff_data_end", "__mmuoff_data_start", "__noinstr_text_end", "__noinstr_text_start", "__nosave_begin",
	"__nosave_end", "__per_cpu_end", "__per_cpu_hot_end", "__per_cpu_hot_start", "__per_cpu_load", "__per_cpu_start",
	"__pi___bss_start", "__pi___initdata_begin", "__pi___initdata_end", "__pi___inittext_begin", "__pi___inittext_end",
	"__pi___start_rodata", "__pi__end", "__pi_init_idmap_pg_dir", "__pi_init_idmap_pg_end", "__pi_init_pg_dir",
	"__pi_init_pg_end", "__pi_memstart_offset_seed", "__pi_rela_end", "__pi_rela_start", "__pi_relr_end",
	"__pi_relr_start", "__pi_swapper_pg_dir", "__rela_end", "__rela_start", "__relocate_new_kernel_end",
	"__relocate_new_kernel_start", "__relr_end", "__relr_start", "__sched_text_end", "__sched_text_start",
	"__start___param", "__start_data_ro_after_init", "__start_init_task", "__start_once", "__start_ro_after_init",
	"__start_rodata", "__stop___param", "_data", "_edata", "_einittext", "_end", "_etext", "_printk_rb_static_descs",
	"_printk_rb_static_infos", "_sdata", "_sinittext", "_stext", "_text", "bm_pmd", "bm_pte", "bm_pud", "boot_pageset",
	"empty_zero_page", "idmap_pg_dir", "idmap_pg_end", "idmap_ptrs_per_pgd", "init_idmap_pg_dir", "init_idmap_pg_end",
	"init_mm", "init_pg_dir", "init_pg_end", "init_task", "mem_section", "memblock", "memblock_memory_init_regions",
	"memblock_reserved_init_regions", "swapper_pg_dir",
};

/* Where a build has a symbol only under the name that position-independent code sees. */
static const struct { const char *plain, *pi; } twins[] = {
	{ "_end", "__pi__end" }, { "init_idmap_pg_dir", "__pi_init_idmap_pg_dir" },
	{ "init_idmap_pg_end", "__pi_init_idmap_pg_end" }, { "init_pg_dir", "__pi_init_pg_dir" },
	{ "init_pg_end", "__pi_init_pg_end" }, { "swapper_pg_dir", "__pi_swapper_pg_dir" },
};

struct layout {
	struct span image;
	const struct symbols *names, *code;
	struct profile *profile;
};

static bool has(const struct layout *l, const char *name)
{
	return profile_find(&l->profile->symbols, name);
}

static int64_t at(const struct layout *l, const char *name)
{
	const struct fact *fact = profile_find(&l->profile->symbols, name);

	return fact ? fact->number : -1;
}

static void put(struct layout *l, const char *name, int64_t offset)
{
	if (offset >= 0 && !has(l, name))
		profile_add(l->profile, &l->profile->symbols,
			    (struct fact){ .name = name, .number = offset, .kind = FACT_OFFSET });
}

static void take_symbols(struct layout *l)
{
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct symbol *symbol = symbols_find(l->names, wanted[i]);

		if (symbol && (symbol->at >= 0 || symbol->at > -(INT64_C(1) << 40)))
			profile_add(l->profile, &l->profile->symbols,
				    (struct fact){ .name = wanted[i], .number = symbol->at, .kind = FACT_OFFSET });
	}
}

static void take_twins(struct layout *l)
{
	for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++) {
		if (has(l, twins[i].plain) || !has(l, twins[i].pi))
			continue;
		put(l, twins[i].plain, at(l, twins[i].pi));
		profile_text(l->profile, &l->profile->notes, twins[i].plain,
			     pool_printf(l->profile->pool, "this build has the symbol only as %s", twins[i].pi));
	}
}

static void derived(struct layout *l, const char *name, int64_t offset, const char *how)
{
	if (offset < 0 || has(l, name))
		return;
	put(l, name, offset);
	profile_text(l->profile, &l->profile->notes, name, how);
}

/* The sections of the EFI stub's PE head: ".text" up to the init data, ".data" from there on. */
static void read_pe(struct layout *l)
{
	uint64_t pe = span_le32(l->image, 0x3c), optional = span_le16(l->image, pe + 20), nr = span_le16(l->image, pe + 6);

	if (!span_is(l->image, pe, "PE\0\0", 4))
		return;
	for (uint64_t i = 0, head = pe + 24 + optional; i < nr && i < 8; i++, head += 40) {
		if (!span_is(l->image, head, ".data\0\0\0", 8))
			continue;
		derived(l, "__initdata_begin", span_le32(l->image, head + 12), "from the PE head: where .data begins");
		derived(l, "_edata", (int64_t)span_le32(l->image, head + 12) + span_le32(l->image, head + 16),
			"from the PE head: where .data ends in the file");
	}
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* The addresses that a function makes within [@low, @high), ascending, each once. */
static size_t addresses_of(const struct layout *l, const char *function, int64_t low, int64_t high, int64_t *list, size_t max)
{
	const struct symbol *symbol = symbols_find(l->code, function);
	size_t nr = symbol ? code_addresses(l->image, symbol->at, symbols_end(l->code, symbol->at), list, max) : 0, kept = 0;

	if (nr)
		qsort(list, nr, sizeof(*list), ascending);
	for (size_t i = 0; i < nr; i++)
		if (list[i] >= low && list[i] < high && (!kept || list[kept - 1] != list[i]))
			list[kept++] = list[i];
	return kept;
}

/*
 * Without CONFIG_KALLSYMS_ALL only the text is named.  mem_init_print_info() makes the addresses of
 * all sections to print their sizes, and the order in which the linker lays them out tells which is which:
 *
 *	_etext < __end_rodata <= __init_begin < __initdata_begin < __init_end = _sdata < _edata <= __bss_start < __bss_stop < _end
 */
static void find_sections(struct layout *l)
{
	static const char how[] = "from the code of mem_init_print_info()";
	int64_t list[256], init = at(l, "__init_begin"), edata = at(l, "_edata");
	size_t nr = addresses_of(l, "mem_init_print_info", 0, at(l, "_end"), list, 256), below = 0;

	derived(l, "__start_rodata", at(l, "_etext"), "_etext, which the linker script puts there");
	derived(l, "__inittext_end", at(l, "__initdata_begin"), "__initdata_begin, which the linker script puts there");
	if (!nr || edata < 0 || init < 0)
		return;
	for (size_t i = 0; i < nr; i++) {
		if (!(list[i] & 0xfff) && list[i] > at(l, "_etext") && list[i] < init)
			derived(l, "__end_rodata", list[i], how);
		if (!(list[i] & 0xfff) && list[i] > at(l, "__initdata_begin") && list[i] < edata)
			derived(l, "__init_end", list[i], how);
		below += list[i] <= edata;
	}
	if (below == nr)
		return;
	derived(l, "__bss_stop", list[nr - 1], how);
	derived(l, "__bss_start", below + 1 < nr ? list[below] : edata, how);
	derived(l, "__initdata_end", at(l, "__init_end"), how);
	derived(l, "_sdata", at(l, "__init_end"), "__init_end, which the linker script puts there");
	derived(l, "_data", at(l, "__init_end"), "__init_end, which the linker script puts there");
}

/* pcpu_build_alloc_info() takes the difference of the two; the first lies on a page. */
static void find_percpu(struct layout *l)
{
	static const char *const functions[] = { "pcpu_build_alloc_info", "pcpu_embed_first_chunk" };
	int64_t list[256];

	for (size_t f = 0; f < 2 && !has(l, "__per_cpu_end"); f++) {
		size_t nr = addresses_of(l, functions[f], at(l, "__initdata_begin"), at(l, "__init_end"), list, 256);

		for (size_t i = 0; i + 1 < nr; i++) {
			if (list[i] & 0xfff || list[i] < 0)
				continue;
			derived(l, "__per_cpu_start", list[i], "from the code that sets up per-CPU areas");
			derived(l, "__per_cpu_load", list[i], "from the code that sets up per-CPU areas");
			derived(l, "__per_cpu_end", list[i + 1], "from the code that sets up per-CPU areas");
		}
	}
}

/* paging_init() frees [init_pg_dir, init_pg_end) (to 6.10); they lie after __bss_stop, on pages. */
static void find_init_pg_dir(struct layout *l)
{
	int64_t list[256];
	size_t nr = addresses_of(l, "paging_init", at(l, "__bss_stop"), at(l, "_end") + 1, list, 256);

	if (has(l, "init_pg_dir") || !has(l, "__bss_stop"))
		return;
	if (nr >= 2 && !(list[0] & 0xfff) && !(list[1] & 0xfff)) {
		derived(l, "init_pg_dir", list[0], "from the code of paging_init()");
		derived(l, "init_pg_end", list[1], "from the code of paging_init()");
	} else {
		derived(l, "init_pg_dir", (at(l, "__bss_stop") + 0xfff) & ~INT64_C(0xfff),
			"the page behind __bss_stop, where the linker script puts it");
	}
}

/* create_idmap(), inlined at the end of paging_init(), maps this word of the data (5.18 to 6.8). */
static void find_kpti_flag(struct layout *l)
{
	const struct symbol *symbol = symbols_find(l->code, "paging_init");
	int64_t list[256];
	size_t nr = symbol ? code_addresses(l->image, symbol->at, symbols_end(l->code, symbol->at), list, 256) : 0;

	if (nr && symbols_find(l->code, "__idmap_text_start") && list[nr - 1] > at(l, "_sdata") && list[nr - 1] < at(l, "_edata"))
		derived(l, "__idmap_kpti_flag", list[nr - 1], "from the code of paging_init()");
}

/* Symbols that the engine needs of every kernel, and what their absence means. */
static void tell_missing(struct layout *l)
{
	static const char *const data[] = { "boot_pageset", "memblock", "mem_section", "init_mm", "bm_pte", "empty_zero_page" };
	size_t nr = 0;

	for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++)
		nr += !has(l, data[i]);
	if (nr == sizeof(data) / sizeof(data[0]))
		profile_assume(l->profile, "symbols: the image does not name its data (CONFIG_KALLSYMS_ALL is off); the sections' "
			       "ends are from the code, single variables are unknown; a System.map tells them",
			       "who owns what inside the image, not where anything is placed");
}

static int by_place(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return strcmp(x->name, y->name);
}

void layout_read(struct span image, const struct symbols *names, const struct symbols *code, struct profile *profile)
{
	struct layout l = { image, names, code, profile };

	take_symbols(&l);
	take_twins(&l);
	put(&l, "_text", 0);
	put(&l, "_end", (int64_t)profile->image_size);
	read_pe(&l);
	find_sections(&l);
	find_percpu(&l);
	find_init_pg_dir(&l);
	find_kpti_flag(&l);
	tell_missing(&l);
	qsort(profile->symbols.facts, profile->symbols.nr, sizeof(*profile->symbols.facts), by_place);
	profile_sort(&profile->notes);
}
