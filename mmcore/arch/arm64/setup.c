// SPDX-License-Identifier: GPL-2.0-or-later
/* setup.c - setup_machine_fdt(), arch/arm64/kernel/setup.c (6.7). */
#include "arm64.h"

void step_setup_machine_fdt(struct mm *mm)
{
	const char *model = dt_getprop_str(&mm->fdt, 0, "model");

	memblock_reserve(&mm->memblock, mm->dtb_phys, mm->fdt.totalsize, "setup_machine_fdt/dtb", WHY("dtb"));
	early_init_dt_scan(mm);
	if (!model)
		model = dt_getprop_str(&mm->fdt, 0, "compatible");
	if (model)
		trace_note(&mm->trace, "setup_machine_fdt", "Machine model: %s", model);
}
