// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kfence.c - kfence_alloc_pool_and_metadata() (mm/kfence/core.c, 6.7): the
 * guarded pool, unless arm64 took it before it mapped memory, and a record for
 * each object in it.
 */
#include "steps.h"
#include "../memblock_virt.h"

/* Each object has a page, and a guard page on either side. */
static uint64_t pool_bytes(const struct mm *mm)
{
	return (kernel_config(mm->kernel, "KFENCE_NUM_OBJECTS") + 1) * 2 * mm->kernel->page_size;
}

static uint64_t metadata_bytes(const struct mm *mm)
{
	return align_up(kernel_sizeof(mm->kernel, "kfence_metadata") * kernel_config(mm->kernel, "KFENCE_NUM_OBJECTS"),
			mm->kernel->page_size);
}

static bool alloc_pool(struct mm *mm, const char *site)
{
	if (!kernel_has_config(mm->kernel, "KFENCE") || !mm->kfence_sample_interval)
		return false;
	if (!mm->kfence_pool)
		mm->kfence_pool = memblock_virt_alloc_nopanic(&mm->memblock, pool_bytes(mm), mm->kernel->page_size, site,
							      WHY("kfence", FACT_STR("what", "pool")));
	if (!mm->kfence_pool)
		trace_printk(&mm->trace, "kfence: failed to allocate pool");
	return mm->kfence_pool;
}

/* Until 6.6: records are part of the image. */
void step_kfence_alloc_pool(struct mm *mm)
{
	alloc_pool(mm, "kfence_alloc_pool/pool");
}

void step_kfence_alloc_pool_and_metadata(struct mm *mm)
{
	struct memblock *mb = &mm->memblock;

	if (!alloc_pool(mm, "kfence_alloc_pool_and_metadata/pool"))
		return;
	if (memblock_virt_alloc_nopanic(mb, metadata_bytes(mm), mm->kernel->page_size, "kfence_alloc_pool_and_metadata/metadata",
					WHY("kfence", FACT_STR("what", "meta data"))))
		return;
	trace_printk(&mm->trace, "kfence: failed to allocate metadata");
	memblock_virt_free(mb, mm->kfence_pool, pool_bytes(mm), "kfence_alloc_pool_and_metadata/pool-free",
			   WHY("kfence", FACT_STR("what", "pool")));
	mm->kfence_pool = 0;
}
