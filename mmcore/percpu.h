/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu.h - the first chunk of per-CPU areas.
 *
 * Every possible CPU gets one unit: a copy of the image's per-CPU section
 * (static), room for the per-CPU variables of modules (reserved), and the rest
 * of the last page and more for run-time allocations (dynamic).  CPUs at local
 * distance of each other form a group, whose units lie side by side on its node:
 *
 *   group 0, node 0          group 1, node 1
 *   | unit 0   | unit 1   |  | unit 2   | unit 3   |
 *   |s  |r|d   |s  |r|d   |  |s  |r|d   |s  |r|d   |     u = s + r + d
 *
 * Follows mm/percpu.c (6.7; 4.9, 5.10 and the rest by struct rules) as arm64
 * calls it: allocation atoms of one page, so a unit is never padded and an
 * allocation never holds more units than CPUs.
 */
#ifndef MMSCOPE_PERCPU_H
#define MMSCOPE_PERCPU_H

#include "cpu.h"
#include "memblock.h"
#include "node.h"
#include "pagetable.h"

struct percpu_unit {
	int cpu, nid;
	phys_addr_t base;	/* of its first page, if it is made of single pages */
};

struct percpu_group {
	phys_addr_t base;	/* 0 if its units are made of single pages */
	size_t first, nr_units;	/* in percpu.units */
};

struct percpu {
	uint64_t static_size, reserved_size, dyn_size;	/* bytes of a unit, in this order */
	uint64_t unit_size;
	struct percpu_group *groups;
	size_t nr_groups;
	struct percpu_unit *units;	/* group by group, in each by CPU number */
	size_t nr_units;
	phys_addr_t base;	/* of the lowest group */
};

/* What the first chunk is made from; borrowed. */
struct percpu_inputs {
	struct memblock *mb;
	const struct cpus *cpus;
	const struct nodes *nodes;
	phys_addr_t goal;	/* lower bound of the units, __pa(MAX_DMA_ADDRESS) */
	uint64_t linear_offset;	/* virtual minus physical address in the linear map */
	bool debug;			/* the console shows how units are laid out */
	struct pagetable *pagetable;	/* for single pages: what they are mapped with, */
	uint64_t vm_base;		/* and where */
};

/* pcpu_embed_first_chunk(): 0, or -ENOMEM; units lie in the linear map. */
int percpu_embed_first_chunk(struct percpu *percpu, const struct percpu_inputs *in);
/* pcpu_page_first_chunk(): the same from single pages in the vmalloc area. */
int percpu_page_first_chunk(struct percpu *percpu, const struct percpu_inputs *in);

/* s + r + d of a unit. */
uint64_t percpu_size_sum(const struct percpu *percpu);
/* Bytes that percpu_page_first_chunk() will map at @vm_base. */
uint64_t percpu_page_vm_size(const struct mm_kernel *kernel, const struct cpus *cpus);
/* The unit of a possible CPU, or NULL. */
const struct percpu_unit *percpu_unit_of(const struct percpu *percpu, int cpu);

#endif
