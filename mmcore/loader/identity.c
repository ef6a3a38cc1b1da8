// SPDX-License-Identifier: GPL-2.0-or-later
/* identity.c - is this tree a board of the architecture that boots here? */
#include "loader.h"

/* CPUs whose architecture their node tells, by what it is compatible with; '*': a prefix. */
static const struct {
	const char *compatible, *arch;
} known[] = {
	{ "riscv*", "RISC-V" }, { "sifive,*", "RISC-V" }, { "thead,c9*", "RISC-V" },
	{ "arm,arm7*", "32-bit ARM" }, { "arm,arm9*", "32-bit ARM" }, { "arm,arm1*", "32-bit ARM" },
	{ "arm,cortex-a5", "32-bit ARM" }, { "arm,cortex-a7", "32-bit ARM" },
	{ "arm,cortex-a8", "32-bit ARM" }, { "arm,cortex-a9", "32-bit ARM" }, { "arm,cortex-a12", "32-bit ARM" },
	{ "arm,cortex-a15", "32-bit ARM" }, { "arm,cortex-a17", "32-bit ARM" }, { "arm,cortex-r*", "32-bit ARM" },
	{ "arm,cortex-m*", "32-bit ARM" }, { "brcm,brahma-b15", "32-bit ARM" }, { "faraday,*", "32-bit ARM" },
	{ "intel,sa*", "32-bit ARM" }, { "marvell,feroceon", "32-bit ARM" }, { "marvell,mohawk", "32-bit ARM" },
	{ "marvell,pj4*", "32-bit ARM" }, { "marvell,sheeva*", "32-bit ARM" }, { "marvell,xsc3", "32-bit ARM" },
	{ "qcom,krait*", "32-bit ARM" }, { "qcom,scorpion*", "32-bit ARM" },
	{ "mips,*", "MIPS" }, { "brcm,bmips*", "MIPS" }, { "ingenic,x*", "MIPS" }, { "ingenic,j*", "MIPS" },
	{ "loongson,la*", "LoongArch" }, { "loongson,ls*", "LoongArch" }, { "loongson,gs*", "MIPS" },
	{ "PowerPC,*", "PowerPC" }, { "fsl,e*", "PowerPC" }, { "ibm,*", "PowerPC" },
	{ "snps,arc*", "ARC" }, { "snps,hs*", "ARC" }, { "intel,x86*", "x86" }, { "intel,ce4100", "x86" },
	{ "xlnx,microblaze*", "MicroBlaze" }, { "altr,nios2*", "Nios II" }, { "cdns,xtensa*", "Xtensa" },
	{ "opencores,or1*", "OpenRISC" }, { "csky,*", "C-SKY" },
};

static const char *arch_of(const char *word, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		size_t len = strlen(known[i].compatible);
		bool prefix = known[i].compatible[len - 1] == '*';

		if (prefix ? n >= len - 1 && !memcmp(word, known[i].compatible, len - 1)
			   : n == len && !memcmp(word, known[i].compatible, n))
			return known[i].arch;
	}
	return NULL;
}

/* The architecture that a CPU's node names, if that is not @own; else NULL. */
static const char *foreign_cpu(const struct fdt *fdt, int cpu, const char *own, const char **word)
{
	const struct fdt_prop *prop = dt_getprop(fdt, cpu, "compatible");

	for (size_t at = 0; prop && at < prop->len;) {
		size_t n = strnlen((const char *)prop->data + at, prop->len - at);
		const char *arch = arch_of((const char *)prop->data + at, n);

		*word = (const char *)prop->data + at;
		if (arch && (!own || strcmp(arch, own)))
			return arch;
		at += n + 1;
	}
	return NULL;
}

/* An overlay has fragments, each with what it changes below __overlay__. */
static bool is_overlay(const struct fdt *fdt)
{
	for (int node = fdt->nodes[0].first_child; node >= 0; node = fdt->nodes[node].next_sibling) {
		int child = fdt->nodes[node].first_child;

		for (; child >= 0; child = fdt->nodes[child].next_sibling)
			if (!strcmp(fdt->nodes[child].name, "__overlay__"))
				return true;
	}
	return false;
}

int loader_check_identity(const struct fdt *fdt, const struct arch *arch, struct mm_error *error)
{
	int cpus = dt_path(fdt, "/cpus");

	if (is_overlay(fdt)) {
		loader_refuse(error, dt_node_path(fdt, fdt->nodes[0].first_child),
			      "this is an overlay, a change to a board's tree, not a board: give the board's own tree, "
			      "and this one as an overlay on it");
		return loader_advise(error, "overlay", "FILE.dtbo");
	}
	/* The boot CPU decides; small helpers of another kind may follow. */
	for (int cpu = cpus < 0 ? -1 : fdt->nodes[cpus].first_child; cpu >= 0; cpu = fdt->nodes[cpu].next_sibling) {
		const char *word = "", *other = foreign_cpu(fdt, cpu, arch->cpus, &word);

		if (other)
			return loader_refuse(error, dt_node_path(fdt, cpu),
					     "this is a board with %s CPUs (%.40s); these kernels are for %s", other, word, arch->name);
		if (dt_has_prop(fdt, cpu, "compatible"))
			break;
	}
	return 0;
}
