/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpu.h - which CPUs there are. */
#ifndef MMSCOPE_CPU_H
#define MMSCOPE_CPU_H

#include "types.h"

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
