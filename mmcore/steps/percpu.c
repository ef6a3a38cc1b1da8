// SPDX-License-Identifier: GPL-2.0-or-later
/* percpu.c - setup_per_cpu_areas() (drivers/base/arch_numa.c, 6.7; arch/arm64/mm/numa.c before 5.12). */
#include "steps.h"

/* percpu_alloc= knows "embed" and, where the build can, "page". */
static bool wants_pages(const struct mm *mm)
{
	bool pages = false;

	for (size_t i = 0; i < mm->cmdline.nr; i++) {
		const struct param *param = &mm->cmdline.params[i];

		if (param_is(param, "percpu_alloc") && param->value &&
		    (!strcmp(param->value, "page") || !strcmp(param->value, "embed")))
			pages = !strcmp(param->value, "page");
	}
	return pages && kernel_has_config(mm->kernel, "NEED_PER_CPU_PAGE_FIRST_CHUNK");
}

/* What the build lacks is not known either. */
void early_param_percpu_alloc(struct mm *mm, const char *value)
{
	bool embed = !strcmp(value, "embed") && kernel_has_config(mm->kernel, "NEED_PER_CPU_EMBED_FIRST_CHUNK");
	bool page = !strcmp(value, "page") && kernel_has_config(mm->kernel, "NEED_PER_CPU_PAGE_FIRST_CHUNK");

	if (!embed && !page)
		trace_printk(&mm->trace, "percpu: unknown allocator %s specified", value);
}

void step_setup_per_cpu_areas(struct mm *mm)
{
	const struct percpu_inputs in = {
		.mb = &mm->memblock, .cpus = &mm->cpus, .nodes = &mm->nodes,
		.goal = arch_pa_max_dma_address(mm),
		.linear_offset = arch_phys_to_virt(mm, 0),
		.debug = console_shows_debug(mm),
		.pagetable = &mm->pagetable,
		.vm_base = arch_vm_area_early(mm, percpu_page_vm_size(mm->kernel, &mm->cpus)),
	};
	bool fallback = kernel_has_config(mm->kernel, "NEED_PER_CPU_PAGE_FIRST_CHUNK");
	int err = -1;

	if (!wants_pages(mm)) {
		err = percpu_embed_first_chunk(&mm->percpu, &in);
		if (err && fallback)
			trace_printk(&mm->trace, "NUMA: PERCPU: auto allocator failed (%d), falling back to page size", err);
	}
	if (err && fallback)
		err = percpu_page_first_chunk(&mm->percpu, &in);
	if (err)
		trace_panic(&mm->trace, "setup_per_cpu_areas", "Failed to initialize percpu areas (err=%d).", err);
}
