// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * granule.c - can these CPUs translate pages of the kernel's size?
 *
 * A CPU that cannot is parked by __enable_mmu() (arch/arm64/kernel/head.S, 6.12)
 * before anything is printed.  The tree only says what the CPUs are compatible
 * with, so this is a warning, and it is kept to cores whose manual says so.
 */
#include "arm64.h"

#include "../../cause.h"
#include "../../loader/check.h"

#include <stdio.h>

/*
 * ID_AA64MMFR0_EL1.TGran16 is 0; cores that are not here have the granule, or it is not known.  QEMU's definitions of the Cortex ones say
 * the same as their manuals; of the A64FX they are the only source, and its own manual was not seen.
 */
static const struct core {
	const char *compatible;
	unsigned page_shift;	/* of the granule that it lacks */
	const char *source;
} cores[] = {
	{ "arm,cortex-a53", 14, "Cortex-A53 TRM, AArch64 Memory Model Feature Register 0: 0x00001122" },
	{ "arm,cortex-a57", 14, "Cortex-A57 TRM, AArch64 Memory Model Feature Register 0: 0x00001124" },
	{ "arm,cortex-a72", 14, "Cortex-A72 TRM, AArch64 Memory Model Feature Register 0: 0x00001124" },
	{ "fujitsu,a64fx", 14, "QEMU's A64FX, which is the only source: ID_AA64MMFR0_EL1 is 0x00001122" },
};

/* Whether @core is named so: by the tree ("arm,cortex-a53"), or as QEMU calls it ("cortex-a53"). */
static bool is_core(const struct core *core, const char *name)
{
	const char *model = strchr(core->compatible, ',') + 1;

	return !strcmp(core->compatible, name) || !strcmp(model, name);
}

static const struct core *find(const char *name, unsigned page_shift)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(cores); i++)
		if (cores[i].page_shift == page_shift && is_core(&cores[i], name))
			return &cores[i];
	return NULL;
}

static void complain(struct mm *mm, const struct core *core, const char *who, const char *then)
{
	unsigned kbytes = 1u << (mm->kernel->page_shift - 10);

	trace_problem(&mm->trace, "loader/check", "loader: the kernel has pages of %u KiB, and %s, %s, cannot translate these: %s", kbytes, who,
		      core->compatible, then);
	cause_rule(&mm->trace, "cpu-without-granule");
	cause_because(&mm->trace, "the core %s has no granule of %u KiB (%s); a CPU is taken to be what the tree calls it, unless the boot was given another", core->compatible,
		      kbytes, core->source);
}

/* The tree's first CPU boots; with --cpu all are of that kind. */
void arm64_check_granule(struct mm *mm)
{
	const struct core *boot = NULL, *other = NULL;
	const char *path = NULL;
	unsigned nr = 0, lacking = 0;

	if (mm->arch.arm64.cpu_given) {
		boot = find(mm->arch.arm64.cpu->name, mm->kernel->page_shift);
		if (boot)
			complain(mm, boot, "the CPU", "it would stop without a word");
		return;
	}
	for (int node = arm64_next_cpu_node(mm, -1); node >= 0; node = arm64_next_cpu_node(mm, node), nr++) {
		const struct core *core = find(dt_getprop_str(&mm->fdt, node, "compatible"), mm->kernel->page_shift);

		if (!core)
			continue;
		lacking++;
		if (!nr)
			boot = core;
		if (!other)
			path = dt_node_path(&mm->fdt, node);
		other = core;
	}
	if (boot)
		complain(mm, boot, "the CPU that boots", "it would stop without a word");
	else if (other)
		complain(mm, other, arena_printf(&mm->arena, "%u of its %u CPUs", lacking, nr), "they would not come up");
	if (path)
		cause_node(&mm->trace, path, "compatible");
}
