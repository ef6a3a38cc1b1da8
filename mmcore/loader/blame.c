// SPDX-License-Identifier: GPL-2.0-or-later
/* blame.c - a failure that is only as certain as an address that we assumed says so. */
#include "check.h"

static bool blame(struct mm *mm, const char *what, const struct placed *p, phys_addr_t base, phys_addr_t size)
{
	if (p->origin != ORIGIN_ASSUMED || !p->size || p->base >= base + size || base >= p->base + p->size)
		return false;
	trace_why_fact(&mm->trace, FACT_STR("assumed", arena_printf(&mm->arena,
		       "this failure depends on an assumed address: the %s at 0x%llx (%s)", what,
		       (unsigned long long)p->base, p->rule)));
	return true;
}

void loader_blame(struct mm *mm, phys_addr_t base, phys_addr_t size)
{
	size = min_u64(size, PHYS_ADDR_MAX - base);
	if (!blame(mm, "kernel image", &mm->loader.image, base, size) &&
	    !blame(mm, "device tree", &mm->loader.dtb, base, size))
		blame(mm, "initrd", &mm->loader.initrd, base, size);
}
