// SPDX-License-Identifier: GPL-2.0-or-later
/* init_mm.c - the places where the boot writes to init_mm. */
#include "../init_mm.h"
#include "steps.h"

void step_init_mm(struct mm *mm)
{
	init_mm_static(&mm->trace, mm->kernel, arch_image_vaddr(mm));
}

static void set_address(struct mm *mm, const char *member, const char *symbol)
{
	uint64_t image = arch_image_vaddr(mm);
	const char *value = init_mm_symbol(&mm->trace, mm->kernel, image, symbol);

	trace_arg(&mm->trace, FACT_HEX(member, image + kernel_symbol(mm->kernel, symbol)));
	trace_why_fact(&mm->trace, FACT_STR(member, symbol));
	init_mm_set(&mm->trace, member, value);
}

/* Virtual addresses of the image's mapping, not of the linear map. */
void step_setup_initial_init_mm(struct mm *mm)
{
	trace_event(&mm->trace, MM_SET, "setup_initial_init_mm");
	set_address(mm, "start_code", arch_text_symbol(mm->kernel));
	set_address(mm, "end_code", "_etext");
	set_address(mm, "end_data", "_edata");
	set_address(mm, "brk", "_end");
}

static void store_address(struct mm *mm, const char *member, const char *symbol)
{
	trace_event(&mm->trace, MM_SET, "setup_arch");
	set_address(mm, member, symbol);
}

void step_init_mm_start_code(struct mm *mm)
{
	store_address(mm, "start_code", "_text");
}

void step_init_mm_end_code(struct mm *mm)
{
	store_address(mm, "end_code", "_etext");
}

void step_init_mm_end_data(struct mm *mm)
{
	store_address(mm, "end_data", "_edata");
}

void step_init_mm_brk(struct mm *mm)
{
	store_address(mm, "brk", "_end");
}

/* 5.10 to 6.7: the page tables that paging_init() built take over. */
void step_init_mm_pgd(struct mm *mm)
{
	trace_event(&mm->trace, MM_SET, "cpu_replace_ttbr1");
	trace_arg(&mm->trace, FACT_STR("pgd", "swapper_pg_dir"));
	trace_why_fact(&mm->trace, FACT_STR("before", "init_pg_dir"));
	init_mm_set(&mm->trace, "pgd", init_mm_symbol(&mm->trace, mm->kernel, arch_image_vaddr(mm), "swapper_pg_dir"));
}

/* 4.9: with CPUMASK_OFFSTACK the pointer first gets the mask that is part of the struct. */
void step_mm_init_cpumask(struct mm *mm)
{
	bool offstack = kernel_has_config(mm->kernel, "CPUMASK_OFFSTACK");

	trace_event(&mm->trace, MM_SET, "mm_init_cpumask");
	trace_arg(&mm->trace, FACT_STR("cpu_vm_mask_var", offstack ? "&cpumask_allocation" : "cleared in place"));
	trace_why_fact(&mm->trace, FACT_NUM("CPUMASK_OFFSTACK", offstack));
	init_mm_set(&mm->trace, "cpu_vm_mask_var", offstack ? "&init_mm.cpumask_allocation: no CPU" : "no CPU");
}
