// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cpu_masks.c - isolcpus=, nohz_full=, irqaffinity= and rcu_nocbs=: CPU masks
 * that a kernel with CPUMASK_OFFSTACK takes from memblock.
 *
 * Follows kernel/sched/isolation.c (6.12, 7.2).  That a list names CPUs that
 * can be spared is taken for granted.
 */
#include "steps.h"
#include "../memblock_virt.h"

#include <ctype.h>

enum { HK_DOMAIN = 0x1, HK_MANAGED_IRQ = 0x2, HK_TICK = 0x4, HK_NOISE = 0x8 };

static bool masks_are_allocated(const struct mm *mm, const char *param)
{
	return kernel_has_config(mm->kernel, "CPUMASK_OFFSTACK") && !kernel_param_unknown(mm->kernel, param, strlen(param));
}

/* cpumask_size(): only as many bits as there are CPU numbers. */
static uint64_t mask_bytes(const struct mm *mm)
{
	return div_round_up(mm->cpus.nr_cpu_ids, 64) * 8;
}

static phys_addr_t alloc_mask(struct mm *mm, const char *what)
{
	return memblock_virt_alloc(&mm->memblock, mask_bytes(mm), VIRT_ALIGN_DEFAULT, "alloc_bootmem_cpumask_var/node-cpumask",
				   WHY("cpumask", FACT_STR("what", what)));
}

static void free_mask(struct mm *mm, phys_addr_t at)
{
	memblock_virt_free(&mm->memblock, at, mask_bytes(mm), "free_bootmem_cpumask_var/mask",
			   WHY("cpumask", FACT_STR("what", "temporary")));
}

/* How many of the kernel's types of housekeeping a flag stands for. */
static unsigned types_of(const struct mm *mm, unsigned flags)
{
	unsigned nr = 0;

	if (flags & HK_DOMAIN)
		nr += mm->rules->hk_domain_types;
	if (flags & HK_NOISE)
		nr += mm->rules->hk_noise_types;
	return nr + !!(flags & HK_MANAGED_IRQ) + !!(flags & HK_TICK);
}

/* housekeeping_setup() */
static void housekeeping(struct mm *mm, unsigned *known, unsigned flags, const char *list)
{
	unsigned added = flags & ~*known, nr = types_of(mm, added) + !!(added & HK_TICK);
	phys_addr_t without = alloc_mask(mm, "temporary"), staging;

	if (!isdigit((unsigned char)*list)) {
		free_mask(mm, without);
		return;
	}
	staging = alloc_mask(mm, "temporary");
	while (nr--)
		alloc_mask(mm, "housekeeping");
	*known |= flags;
	free_mask(mm, staging);
	free_mask(mm, without);
}

/* isolcpus=[nohz,][domain,][managed_irq,]LIST */
void param_isolcpus(struct mm *mm, unsigned *known, const char *value)
{
	static const struct {
		const char *word;
		unsigned flag;
	} words[] = { { "nohz,", HK_TICK }, { "domain,", HK_DOMAIN }, { "managed_irq,", HK_MANAGED_IRQ } };
	unsigned flags = 0;

	if (!masks_are_allocated(mm, "isolcpus"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(words);) {
		size_t len = strlen(words[i].word);

		if (strncmp(value, words[i].word, len)) {
			i++;
			continue;
		}
		flags |= words[i].flag;
		value += len;
		i = 0;
	}
	housekeeping(mm, known, flags ? flags : HK_DOMAIN, value);
}

void param_nohz_full(struct mm *mm, unsigned *known, const char *value)
{
	if (masks_are_allocated(mm, "nohz_full"))
		housekeeping(mm, known, HK_TICK | HK_NOISE, value);
}

void param_irqaffinity(struct mm *mm)
{
	if (masks_are_allocated(mm, "irqaffinity"))
		alloc_mask(mm, "irqaffinity");
}

void param_rcu_nocbs(struct mm *mm)
{
	if (masks_are_allocated(mm, "rcu_nocbs"))
		alloc_mask(mm, "rcu_nocbs");
}
