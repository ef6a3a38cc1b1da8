// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/types.h"

/* Structs that are allocated during boot, or whose layout the engine shows. */
const char *const types_structs[] = {
	"address_space", "alias_prop", "anon_vma", "anon_vma_chain", "cma", "cpumask", "dentry", "device_node", "file",
	"folio", "free_area", "hlist_bl_head", "hlist_head", "hstate", "huge_bootmem_page", "inode", "io_tlb_area",
	"io_tlb_mem", "io_tlb_slot", "kfence_metadata", "kmem_cache", "kmem_cache_cpu", "kmem_cache_node", "list_head",
	"mem_section", "mem_section_usage", "memblock", "memblock_region", "memblock_type", "mempolicy", "mm_struct",
	"numa_memblk", "numa_meminfo", "page", "page_ext", "pcpu_alloc_info", "pcpu_block_md", "pcpu_chunk",
	"pcpu_group_info", "per_cpu_nodestat", "per_cpu_pages", "per_cpu_pageset", "per_cpu_zonestat", "pglist_data",
	"pid_link", "prb_desc", "printk_info", "property", "reserved_mem", "resource", "sp_node", "stack_record",
	"task_struct", "upid", "vm_area_struct", "vm_struct", "vmap_area", "zone", "zonelist", "zoneref", NULL,
};

const char *const types_enums[] = {
	"migratetype", "zone_type", "zone_stat_item", "node_stat_item", "memblock_flags", "kmalloc_cache_type",
	"zone_watermarks", "pageblock_bits", NULL,
};

/* Members whose offset decides the size of an allocation, or is shown; the fact is called "struct.member". */
static const struct { const char *of, *member; } members[] = {
	{ "kmem_cache", "cpu_slab" }, { "kmem_cache", "array" }, { "kmem_cache", "node" }, { "kmem_cache", "per_node" },
	{ "kmem_cache", "object_size" }, { "kmem_cache", "random_seq" },
	{ "mm_struct", "cpu_bitmap" }, { "mm_struct", "flexible_array" },
	{ "pcpu_chunk", "base_addr" }, { "pcpu_chunk", "data" }, { "pcpu_chunk", "populated" },
	{ "pcpu_alloc_info", "__ai_size" }, { "pcpu_alloc_info", "groups" }, { "pcpu_group_info", "cpu_map" },
	{ "per_cpu_pages", "lists" },
	{ "pglist_data", "first_deferred_pfn" }, { "pglist_data", "node_id" }, { "pglist_data", "node_present_pages" },
	{ "pglist_data", "node_spanned_pages" }, { "pglist_data", "node_start_pfn" },
	{ "pglist_data", "node_zonelists" }, { "pglist_data", "node_zones" }, { "pglist_data", "nr_zones" },
	{ "pglist_data", "static_init_pgcnt" },
	{ "zone", "_watermark" }, { "zone", "cma_pages" }, { "zone", "free_area" }, { "zone", "lowmem_reserve" },
	{ "zone", "managed_pages" }, { "zone", "name" }, { "zone", "present_pages" }, { "zone", "spanned_pages" },
	{ "zone", "watermark" }, { "zone", "zone_start_pfn" },
};

/* Enumerators that are wanted on their own, without the rest of their enum. */
static const char *const constants[] = {
	"MIGRATE_TYPES", "NR_FREE_PAGES", "NR_VM_ZONE_STAT_ITEMS", "MIGRATE_PCPTYPES", "MAX_ZONELISTS",
};
/* Lengths of arrays, which have no name in the kernel. */
static const struct { const char *name, *of, *member; } arrays[] = {
	{ "free_area orders", "zone", "free_area" },
	{ "node_zones", "pglist_data", "node_zones" },
	{ "pcp lists", "per_cpu_pages", "lists" },
};

static size_t read_structs(const struct type_source *source, struct profile *profile)
{
	uint64_t value;
	size_t nr = 0;

	for (const char *const *name = types_structs; *name; name++) {
		if (!source->size(source->ctx, *name, &value))
			continue;
		profile_number(profile, &profile->structs, *name, (int64_t)value);
		nr++;
	}
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (source->offset(source->ctx, members[i].of, members[i].member, &value))
			profile_number(profile, &profile->structs,
				       pool_printf(profile->pool, "%s.%s", members[i].of, members[i].member), (int64_t)value);
	profile_sort(&profile->structs);
	return nr;
}

static void read_enums(const struct type_source *source, struct profile *profile)
{
	for (const char *const *name = types_enums; *name; name++) {
		struct fact_section found = { 0 }, *section;

		if (!source->enumerators(source->ctx, *name, profile, &found))
			continue;
		section = profile_enum(profile, *name);
		if (section)
			*section = found;
	}
}

static void read_constants(const struct type_source *source, struct profile *profile)
{
	struct fact_section *section = profile_enum(profile, "constants");
	uint64_t elements;
	int64_t value;

	for (size_t i = 0; section && i < sizeof(constants) / sizeof(constants[0]); i++)
		if (source->value(source->ctx, constants[i], &value))
			profile_number(profile, section, constants[i], value);
	for (size_t i = 0; section && i < sizeof(arrays) / sizeof(arrays[0]); i++)
		if (source->elements(source->ctx, arrays[i].of, arrays[i].member, &elements))
			profile_number(profile, section, arrays[i].name, (int64_t)elements);
}

size_t types_read(const struct type_source *source, struct profile *profile)
{
	size_t nr = read_structs(source, profile);

	read_enums(source, profile);
	read_constants(source, profile);
	return nr;
}
