// SPDX-License-Identifier: GPL-2.0-or-later
/* handover.c - what an arm64 kernel asks of its boot loader (Documentation/arch/arm64/booting.rst, 6.12). */
#include "../../loader/model.h"
#include "arm64.h"

#include "../../cause.h"
#include "../../loader/check.h"

#define MAX_FDT_SIZE	MIB(2)	/* asm/boot.h */

#define FMT_RANGE "[0x%llx-0x%llx]"
#define RANGE(r) (unsigned long long)(r).base, (unsigned long long)((r).base + (r).size - 1)

static void add_range(struct mm *mm, const struct placed *p)
{
	trace_why_fact(&mm->trace, FACT_HEX("base", p->base));
	trace_why_fact(&mm->trace, FACT_HEX("size", p->size));
}

static void check_image_alignment(struct mm *mm)
{
	phys_addr_t base = mm->loader.image.base - loader_text_offset(mm);

	if (base % MIB(2) == 0)
		return;
	trace_problem(&mm->trace, "loader/check", "loader: the kernel image at 0x%llx is not text_offset behind a 2 MiB boundary; "
		      "the next one is 0x%llx", (unsigned long long)mm->loader.image.base,
		      (unsigned long long)(align_up(base, MIB(2)) + loader_text_offset(mm)));
	cause_rule(&mm->trace, "loader-image-misaligned");
	cause_parameter(&mm->trace, "image-addr");
	add_range(mm, &mm->loader.image);
	trace_why_fact(&mm->trace, FACT_HEX("align", MIB(2)));
	if (loader_text_offset(mm))
		cause_because(&mm->trace, "the image has to begin 0x%llx behind a multiple of 2 MiB", (unsigned long long)loader_text_offset(mm));
	else
		cause_because(&mm->trace, "the image has to begin at a multiple of 2 MiB");
	loader_blame(mm, mm->loader.image.base, mm->loader.image.size);
}

/* The fixmap has room for so much of a tree, at an address that the tables can hold. */
static bool check_tree(struct mm *mm)
{
	phys_addr_t limit = UINT64_C(1) << mm->kernel->arch_facts.arm64.pa_bits;
	struct phys_range r = { mm->loader.dtb.base, mm->loader.dtb.size };

	if (r.size > MAX_FDT_SIZE) {
		trace_problem(&mm->trace, "loader/check", "loader: the device tree " FMT_RANGE " is larger than the 2 MiB that this "
			      "kernel maps: this machine does not boot", RANGE(r));
		cause_rule(&mm->trace, "loader-tree-unmapped");
		add_range(mm, &mm->loader.dtb);
		cause_because(&mm->trace, "the device tree has %llu KiB", (unsigned long long)(r.size >> 10));
		return false;
	}
	if (r.base < limit && r.size <= limit - r.base)
		return true;
	trace_problem(&mm->trace, "loader/check", "loader: the device tree " FMT_RANGE " lies above 0x%llx, the last address that "
		      "this kernel can map: this machine does not boot", RANGE(r), (unsigned long long)limit - 1);
	cause_rule(&mm->trace, "loader-tree-unmapped");
	cause_parameter(&mm->trace, "dtb-addr");
	add_range(mm, &mm->loader.dtb);
	cause_because(&mm->trace, "this kernel is built for %u bits of physical addresses", mm->kernel->arch_facts.arm64.pa_bits);
	return false;
}

bool arm64_check_handover(struct mm *mm)
{
	arm64_check_granule(mm);
	check_image_alignment(mm);
	return check_tree(mm);
}
