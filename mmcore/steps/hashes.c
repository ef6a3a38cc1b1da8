// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hashes.c - alloc_large_system_hash() and who calls it while the kernel boots.
 *
 * With several nodes (hashdist) the large tables wait for vmalloc(), so that
 * all nodes share them; otherwise memblock has them before the page allocator
 * stands.  Follows fs/dcache.c, fs/inode.c, fs/namespace.c (6.7), kernel/pid.c (4.9).
 */
#include "early_param.h"
#include "../hashtable.h"
#include "../memblock_virt.h"

struct hash_got {
	uint64_t entries, bytes;
	phys_addr_t base;	/* 0: not from memblock */
	const char *where;	/* "memblock"; "linear", "vmalloc" ... as printed */
};

/* A value that its function refused leaves the default. */
static uint64_t asked_entries(const struct mm *mm, const char *name)
{
	const struct param *param = cmdline_last(&mm->cmdline, name);

	return param && param->value && !param->refused ? simple_strtoull(param->value, NULL, 0) : 0;
}

/* 4.9 does not say where; "order" is that of the whole table. */
static void print_table(struct mm *mm, const struct hash_want *want, const struct hash_got *got, bool early)
{
	const char *place = early ? "linear" : got->where;

	trace_printk(&mm->trace, "%s hash table entries: %lld (order: %d, %llu bytes%s%s)", want->name,
		     (long long)got->entries, hash_printed_order(mm->kernel, got->bytes), (unsigned long long)got->bytes,
		     mm->rules->hash_place_printed ? ", " : "", mm->rules->hash_place_printed ? place : "");
}

static void report(struct mm *mm, const struct hash_want *want, const struct hash_got *got, bool early)
{
	int order = hash_printed_order(mm->kernel, got->bytes);
	const union mm_value row[] = { V_STR(want->name), V_NUM(got->entries), V_NUM(order), V_HEX(got->bytes),
				       V_HEX(got->base), V_STR(got->where) };

	trace_event(&mm->trace, MM_HASH, "alloc_large_system_hash");
	trace_arg(&mm->trace, FACT_STR("table", want->name));
	trace_arg(&mm->trace, FACT_NUM("entries", got->entries));
	trace_arg(&mm->trace, FACT_HEX("bytes", got->bytes));
	trace_arg(&mm->trace, FACT_NUM("scale", want->scale));
	trace_arg(&mm->trace, FACT_NUM("nr_kernel_pages", mm->nr_kernel_pages));
	trace_arg(&mm->trace, FACT_NUM("asked", want->entries));
	trace_arg(&mm->trace, FACT_NUM("wanted", hash_wanted(mm->kernel, want, mm->nr_kernel_pages)));
	trace_arg(&mm->trace, FACT_NUM("limit", hash_limit(mm->kernel, want, mm->nr_all_pages)));
	print_table(mm, want, got, early);
	trace_put(&mm->trace, MM_HASHES, row);
}

static phys_addr_t request_table(struct mm *mm, const struct hash_want *want, uint64_t bytes)
{
	const struct why *why = WHY("hash-table", FACT_STR("table", want->name));
	const char *site = "alloc_large_system_hash/table";

	if (want->raw)
		return memblock_alloc_try_nid_raw(&mm->memblock, bytes, mm->kernel->smp_cache_bytes, 0,
						  MEMBLOCK_ALLOC_ACCESSIBLE, NUMA_NO_NODE, site, why);
	return memblock_virt_alloc_nopanic(&mm->memblock, bytes, VIRT_ALIGN_DEFAULT, site, why);
}

/* HASH_EARLY: from memblock, half as large as long as there is no room. */
static void alloc_early(struct mm *mm, const struct hash_want *want)
{
	unsigned log2 = hash_log2_entries(mm->kernel, want, mm->nr_kernel_pages, mm->nr_all_pages);
	struct hash_got got = { .where = "memblock" };

	do {
		got.entries = UINT64_C(1) << log2;
		got.bytes = want->bucket << log2;
		got.base = request_table(mm, want, got.bytes);
	} while (!got.base && got.bytes > mm->kernel->page_size && log2-- > 1);
	if (!got.base)
		trace_panic(&mm->trace, "alloc_large_system_hash", "Failed to allocate %s hash table", want->name);
	report(mm, want, &got, true);
}

/* Does vmalloc map it in blocks?  Memory is interleaved, so each node has a share. */
static bool mapped_in_blocks(const struct mm *mm, uint64_t bytes)
{
	unsigned shift = mm->kernel->page_shift;
	uint64_t pmd_size = UINT64_C(1) << (2 * shift - 3), least = arch_vmap_pte_block(mm->kernel);

	if (!mm->rules->hash_vmalloc_huge || !kernel_has_config(mm->kernel, "HAVE_ARCH_HUGE_VMALLOC"))
		return false;
	if (least)
		return bytes >= least;
	return bytes / max_u64(mm->nodes.nr_online, 1) >= pmd_size;
}

/* What the page allocator or vmalloc gives is beyond the modelled part of the boot: size and place only. */
static void alloc_late(struct mm *mm, const struct hash_want *want)
{
	unsigned log2 = hash_log2_entries(mm->kernel, want, mm->nr_kernel_pages, mm->nr_all_pages);
	struct hash_got got = { .entries = UINT64_C(1) << log2, .bytes = want->bucket << log2 };
	bool huge = got.bytes > mm->kernel->page_size << mm->kernel->max_order;

	if (!mm->hashdist && !huge)
		got.where = "linear";
	else
		got.where = mapped_in_blocks(mm, got.bytes) ? "vmalloc hugepage" : "vmalloc";
	report(mm, want, &got, false);
}

static struct hash_want dentry_want(const struct mm *mm)
{
	return (struct hash_want){
		.name = "Dentry cache", .bucket = kernel_sizeof(mm->kernel, "hlist_bl_head"), .scale = 13,
		.entries = asked_entries(mm, "dhash_entries"), .low = mm->rules->hash_dentry_low,
	};
}

static struct hash_want inode_want(const struct mm *mm)
{
	return (struct hash_want){
		.name = "Inode-cache", .bucket = kernel_sizeof(mm->kernel, "hlist_head"), .scale = 14,
		.entries = asked_entries(mm, "ihash_entries"),
	};
}

static struct hash_want mount_want(const struct mm *mm, const char *name, const char *param)
{
	return (struct hash_want){
		.name = name, .bucket = kernel_sizeof(mm->kernel, "hlist_head"), .scale = 19,
		.entries = asked_entries(mm, param),
	};
}

/* Until 4.14. */
void step_pidhash_init(struct mm *mm)
{
	const struct hash_want want = {
		.name = "PID", .bucket = kernel_sizeof(mm->kernel, "hlist_head"), .scale = 18, .high = 4096, .small_shift = 4,
	};

	alloc_early(mm, &want);
}

#define STACK_POOLS	8192
#define STACK_HASH_ORDER	20	/* Kconfig's default */
#define STACK_TABLE_WHY	WHY("hash-table", FACT_STR("table", "stackdepot"))

/* Until 6.0: a pointer for each bucket, as many as the build says. */
static uint64_t stack_table_bytes(const struct mm *mm)
{
	uint64_t order = kernel_config(mm->kernel, "STACK_HASH_ORDER");

	return UINT64_C(8) << (order ? order : STACK_HASH_ORDER);
}

/* So many pools a handle of 32 bits can number: besides, it has the offset in a pool of 4 pages by 16 bytes, and 5 spare bits. */
static uint64_t stack_pools_limit(const struct mm *mm)
{
	return (UINT64_C(1) << (32 - (2 + mm->kernel->page_shift - 4) - 5)) - 1;
}

static uint64_t stack_pools(const struct mm *mm)
{
	return mm->stack_max_pools ? mm->stack_max_pools : min_u64(STACK_POOLS, stack_pools_limit(mm));
}

bool early_param_stack_pools_refused(const struct mm *mm, const char *value)
{
	return !value_is_accepted(mm, ACCEPTS_A_COUNT, NULL, value);
}

/* parse_max_pools(): what is out of range changes nothing. */
void early_param_stack_pools(struct mm *mm, const char *value)
{
	uint64_t nr = simple_strtoull(value, NULL, 0), limit = stack_pools_limit(mm);
	unsigned long long now = stack_pools(mm);

	if (nr < 1024)
		trace_printk(&mm->trace, "stackdepot: stack_depot_max_pools below 1024, using default of %llu", now);
	else if (nr > limit)
		trace_printk(&mm->trace, "stackdepot: stack_depot_max_pools exceeds %llu, using default of %llu", (unsigned long long)limit, now);
	else
		mm->stack_max_pools = nr;
}

/* One pointer for each pool there may be. */
static void alloc_stack_pools(struct mm *mm)
{
	uint64_t nr = stack_pools(mm);

	trace_printk(&mm->trace, "stackdepot: allocating space for %llu stack pools via memblock", (unsigned long long)nr);
	memblock_virt_alloc_nopanic(&mm->memblock, nr * 8, mm->kernel->page_size, "stack_depot_early_init/pools",
				    WHY("hash-table", FACT_STR("table", "stackdepot pools")));
}

/* Not to be had: nobody looks, and the kernel writes to address 0. */
void step_stack_depot_init(struct mm *mm)
{
	uint64_t bytes = stack_table_bytes(mm);

	if (mm->stack_depot_disabled || !kernel_has_config(mm->kernel, "STACKDEPOT"))
		return;
	if (!memblock_virt_alloc_nopanic(&mm->memblock, bytes, bytes, "stack_depot_init/table", STACK_TABLE_WHY))
		trace_oops(&mm->trace, "stack_depot_init", TASK_SWAPPER, 0);
}

static void alloc_stack_table(struct mm *mm, const char *site)
{
	if (memblock_virt_alloc_nopanic(&mm->memblock, stack_table_bytes(mm), VIRT_ALIGN_DEFAULT, site, STACK_TABLE_WHY))
		return;
	trace_printk(&mm->trace, "Stack Depot hash table allocation failed, disabling");
}

/* stack_depot_init(), called early where the build asks for it. */
void step_stack_depot_early_init_5_17(struct mm *mm)
{
	if (mm->stack_depot_disabled || !kernel_has_config(mm->kernel, "STACKDEPOT_ALWAYS_INIT"))
		return;
	trace_printk(&mm->trace, "Stack Depot allocating hash table with memblock_alloc");
	alloc_stack_table(mm, "stack_depot_init/table");
}

static bool wants_stack_depot(const struct mm *mm)
{
	return mm->slub_params.keeps_stacks || kernel_has_config(mm->kernel, "STACKDEPOT_ALWAYS_INIT");
}

void step_stack_depot_early_init_5_19(struct mm *mm)
{
	if (mm->stack_depot_disabled || !kernel_has_config(mm->kernel, "STACKDEPOT") || !wants_stack_depot(mm))
		return;
	trace_printk(&mm->trace, "Stack Depot early init allocating hash table with memblock_alloc, %llu bytes",
		     (unsigned long long)stack_table_bytes(mm));
	alloc_stack_table(mm, "stack_depot_early_init/table");
}

/* stack_depot_disable= says so itself until 6.8. */
void early_param_stack_depot_disable(struct mm *mm, const char *value)
{
	if (!kstrtobool(value, mm->rules->bool_true_false, &mm->stack_depot_disabled) || !mm->stack_depot_disabled)
		return;
	if (mm->rules->stack_depot_disabled_line)
		trace_printk(&mm->trace, "%s", mm->rules->stack_depot_disabled_line);
}

/* lib/stackdepot.c (6.7); a bucket is a pointer until 6.8, a list since. */
void step_stack_depot_early_init(struct mm *mm)
{
	const struct hash_want want = {
		.name = "stackdepot", .scale = 14, .low = UINT64_C(1) << 12, .high = UINT64_C(1) << 20,
		.bucket = mm->rules->stack_depot_lists ? kernel_sizeof(mm->kernel, "list_head") : 8,
		.raw = mm->rules->stack_depot_lists,
	};

	if (mm->stack_depot_disabled || !kernel_has_config(mm->kernel, "STACKDEPOT") || !wants_stack_depot(mm))
		return;
	if (mm->rules->stack_depot_line)
		trace_printk(&mm->trace, "stackdepot: allocating hash table via alloc_large_system_hash");
	alloc_early(mm, &want);
	if (mm->rules->stack_depot_pools)
		alloc_stack_pools(mm);
}

void step_vfs_caches_init_early(struct mm *mm)
{
	const struct hash_want dentry = dentry_want(mm), inode = inode_want(mm);

	if (mm->hashdist)
		return;
	alloc_early(mm, &dentry);
	alloc_early(mm, &inode);
}

void step_vfs_caches_init(struct mm *mm)
{
	const struct hash_want dentry = dentry_want(mm), inode = inode_want(mm);
	const struct hash_want mount = mount_want(mm, "Mount-cache", "mhash_entries");
	const struct hash_want mountpoint = mount_want(mm, "Mountpoint-cache", "mphash_entries");

	if (mm->hashdist) {
		alloc_late(mm, &dentry);
		alloc_late(mm, &inode);
	}
	alloc_late(mm, &mount);
	alloc_late(mm, &mountpoint);
}
