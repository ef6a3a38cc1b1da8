// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmdline_copies.c - setup_command_line(): copies of the command line that
 * outlive parsing.  No boot configuration (CONFIG_BOOT_CONFIG looks for one at
 * the end of the initrd, whose contents the engine does not see).
 */
#include "steps.h"
#include "../memblock_virt.h"

void step_setup_command_line(struct mm *mm)
{
	static const char *const sites[] = {
		"start_kernel/saved-cmdline", "start_kernel/initcall-cmdline", "start_kernel/static-cmdline",
	};
	uint64_t size = strlen(mm_cmdline(mm)) + 1;

	for (size_t i = 0; i < ARRAY_SIZE(sites); i++) {
		/* The copy for initcalls went with 5.6. */
		if (i == 1 && mm->rules->cmdline_copies < 3)
			continue;
		memblock_virt_alloc(&mm->memblock, size, VIRT_ALIGN_DEFAULT, sites[i],
				    WHY("command-line", FACT_STR("copy", strchr(sites[i], '/') + 1)));
	}
}
