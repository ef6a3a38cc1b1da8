/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpu.h - the few CPU facts that decide memory initialisation. */
#ifndef MMSCOPE_CPU_H
#define MMSCOPE_CPU_H

#include "types.h"

/* As the ID registers report them. */
struct cpu_model {
	const char *name;	/* QEMU's -cpu name */
	unsigned pa_bits;	/* ID_AA64MMFR0_EL1.PARange */
	bool lva;		/* 52-bit VA with 64K pages; with LPA2 also 4K and 16K */
	bool lpa2_4k, lpa2_16k;
	bool bbml2_noabort;
	unsigned cwg_bytes;	/* 4 << CTR_EL0.CWG; 0: not reported */
};

/* NULL if the name is unknown. */
const struct cpu_model *cpu_model_find(const char *name);
const char *cpu_model_names(void);

struct cpu {
	int id;			/* logical number */
	uint64_t mpidr;
	int nid;		/* 0 if the tree names none */
	int fdt_node;
	bool online;		/* the boot CPU from the start, the others by smp_init() */
	bool in_node_mask;	/* cpumask_of_node(nid) has it, since smp_prepare_cpus() or its own start */
};

/* Possible CPUs, boot CPU first. */
struct cpus {
	struct cpu *cpu;
	size_t nr;		/* possible */
	unsigned nr_cpu_ids;
	unsigned setup_max_cpus;	/* maxcpus= */
};

unsigned cpus_nr_online(const struct cpus *cpus);
/* CPUs in the mask of node @nid. */
unsigned cpus_of_node(const struct cpus *cpus, int nid);

#endif
