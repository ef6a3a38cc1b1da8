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

/* vm_area_register_early(): before the image, or behind it and its guard page. */
static uint64_t vm_area_for(const struct mm *mm, uint64_t size)
{
	uint64_t head = mm->rules->kernel_reserved_from_text ? 0 : kernel_symbol(mm->kernel, "_stext");
	uint64_t image = mm->kimage_vaddr + head;
	uint64_t end = align_up(mm->kimage_vaddr + kernel_symbol(mm->kernel, "_end"), mm->kernel->page_size);

	if (image - mm->kernel->kimage_vaddr >= size)
		return mm->kernel->kimage_vaddr;
	return end + mm->kernel->page_size;
}

void step_setup_per_cpu_areas(struct mm *mm)
{
	const struct percpu_inputs in = {
		.mb = &mm->memblock, .cpus = &mm->cpus, .nodes = &mm->nodes,
		.goal = mm_pa_max_dma_address(mm),
		/* As 4.9 has the linear map; no later kernel prints it. */
		.linear_offset = (UINT64_MAX << (mm->kernel->va_bits - 1)) - mm->memstart_addr,
		.debug = console_shows_debug(mm),
		.pagetable = &mm->pagetable,
		.vm_base = vm_area_for(mm, percpu_page_vm_size(mm->kernel, &mm->cpus)),
	};
	bool fallback = kernel_has_config(mm->kernel, "NEED_PER_CPU_PAGE_FIRST_CHUNK");
	int err = -1;

	if (!wants_pages(mm)) {
		err = percpu_embed_first_chunk(&mm->percpu, &in);
		if (err && fallback)
			trace_printk(&mm->trace, "PERCPU: auto allocator failed (%d), falling back to page size", err);
	}
	if (err && fallback)
		err = percpu_page_first_chunk(&mm->percpu, &in);
	if (err)
		trace_panic(&mm->trace, "setup_per_cpu_areas", "Failed to initialize percpu areas (err=%d).", err);
}
