/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel.h - one kernel build, as its profile tells it.
 *
 * Facts stay under their own names (CONFIG_ keys, symbols, struct names) and
 * are looked up where they are used, so that the code reads like the kernel's.
 * What many steps need is derived once in mm_kernel_finish().
 */
#ifndef MMSCOPE_KERNEL_H
#define MMSCOPE_KERNEL_H

#include "arch/arch.h"
#include "arch/arch_kernel.h"
#include "arena.h"
#include "rules.h"

/* A profile with more facts than this is refused. */
#define MM_KERNEL_MAX_FACTS	8192

/* Regions of memblock's first arrays where the architecture says nothing else. */
#define INIT_MEMBLOCK_REGIONS	128

struct kernel_fact;

struct mm_kernel {
	struct kernel_fact *facts;	/* open-addressed hash table */
	size_t nr_facts, cap_facts;
	bool facts_are_borrowed;

	const char *name, *version;
	release_t release;		/* as @version says */
	char series[32];		/* "6.12" */
	const struct rules *rules;	/* what it does: @own_rules */
	struct rules own_rules;
	const struct arch *arch;
	union arch_kernel arch_facts;	/* the member of @arch */

	unsigned page_shift;
	uint64_t page_size;
	unsigned max_order;		/* largest buddy order, inclusive */
	unsigned pageblock_order;
	uint64_t pageblock_nr_pages;
	unsigned section_size_bits;
	uint64_t pages_per_section;
	unsigned nr_cpus;		/* CONFIG_NR_CPUS */
	int max_numnodes;		/* 1 << CONFIG_NODES_SHIFT */
	int no_node;			/* what memblock_reserve() stores */
	uint64_t smp_cache_bytes;
	unsigned init_memory_regions, init_reserved_regions;	/* of memblock's first arrays; 0: INIT_MEMBLOCK_REGIONS */
	uint64_t cma_min_alignment_bytes;
	unsigned nr_zones;		/* enum zone_type up to and including MOVABLE (and DEVICE) */
	bool zone_dma, zone_dma32, zone_device;
	bool numa;
};

/* Names the release that @kernel is of, and looks up what it does; after the facts that decide that. */
void kernel_set_release(struct mm_kernel *kernel, release_t release);
/* CONFIG_@key is set (=y, =m or a value). */
bool kernel_has_config(const struct mm_kernel *kernel, const char *key);
/* Its number; 0 if unset. */
uint64_t kernel_config(const struct mm_kernel *kernel, const char *key);
/* Its text; "" if unset. */
const char *kernel_config_text(const struct mm_kernel *kernel, const char *key);
/* Offset of a symbol from _text.  Required ones are checked at load. */
uint64_t kernel_symbol(const struct mm_kernel *kernel, const char *name);
bool kernel_has_symbol(const struct mm_kernel *kernel, const char *name);
/* sizeof(struct @name), or the offset of a member "struct.member". */
uint64_t kernel_sizeof(const struct mm_kernel *kernel, const char *name);
bool kernel_has_struct(const struct mm_kernel *kernel, const char *name);
/* Value of enumerator @name of enum @which; @fallback if the profile lacks it. */
int64_t kernel_enum(const struct mm_kernel *kernel, const char *which, const char *name, int64_t fallback);
/* Any fact's text, or NULL. */
const char *kernel_text(const struct mm_kernel *kernel, const char *section, const char *key);
bool kernel_number(const struct mm_kernel *kernel, const char *section, const char *key, uint64_t *ret);
/* The function name that this binary prints at a call site "function/purpose". */
const char *kernel_caller(const struct mm_kernel *kernel, struct arena *arena, const char *site);
/* A word of the command line that no built-in parameter claims. */
bool kernel_param_unknown(const struct mm_kernel *kernel, const char *name, size_t len);
/* The same of "name" or "name=value": some parameters must have a value, some are beginnings of words. */
bool kernel_word_unknown(const struct mm_kernel *kernel, const char *word);

#endif
