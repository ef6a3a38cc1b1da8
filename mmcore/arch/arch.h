/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arch.h - the seam between the engine and what only one architecture does.
 *
 * A kernel profile says its architecture; its struct arch says how that architecture
 * does what every one has to do in its own way.  The rest of the engine asks through
 * the functions below, which are named like the kernel's where the kernel has one
 * (ARCH_LOW_ADDRESS_LIMIT, arch_hugetlb_valid_size() ...), and knows no architecture
 * by name.
 *
 * What a second architecture needs: a folder beside arm64/ with its struct arch, its
 * parts of struct mm and struct mm_kernel (arch_mm.h, arch_kernel.h), its rows of the
 * list of steps (entry.inc, setup_arch.inc), and its line in arch.c.
 */
#ifndef MMSCOPE_ARCH_H
#define MMSCOPE_ARCH_H

#include "../types.h"

struct early_param;
struct history;
struct mm;
struct mm_error;
struct mm_kernel;

/* A fact of a profile. */
struct fact_name {
	const char *section, *key;
};

/* User space's addresses. */
struct user_space {
	unsigned task_bits;		/* TASK_SIZE = 1 << task_bits */
	unsigned window_bits;		/* DEFAULT_MAP_WINDOW: programs that can use more must ask for it */
	unsigned levels;		/* of page tables */
	const char *platform;		/* ELF_PLATFORM */
};

/* Members are described at the functions that call them. */
struct arch {
	const char *name;		/* as the profile's "arch" says it */

	void (*kernel_rules)(struct mm_kernel *kernel);
	const struct history *rules;	/* what kernel_rules() sets, as the comparison of two kernels tells it */
	const struct early_param *early_params;	/* besides those of all (steps/early_param.c); the last has no name */
	const char *cpus;		/* its CPUs, as loader/identity.c calls those that it tells by their nodes; NULL: all others */

	int (*kernel_derive)(struct mm_kernel *kernel, struct fact_name *unusable);
	int (*choose_cpu)(struct mm *mm, const char *name, struct mm_error *error);

	bool (*check_handover)(struct mm *mm);

	uint64_t (*phys_to_virt)(const struct mm *mm, phys_addr_t addr);
	phys_addr_t (*pa_max_dma_address)(const struct mm *mm);
	uint64_t (*image_vaddr)(const struct mm *mm);
	uint64_t (*vm_area_early)(const struct mm *mm, uint64_t size);
	uint64_t (*vmemmap)(const struct mm *mm);
	unsigned (*max_physmem_bits)(const struct mm *mm);
	phys_addr_t (*low_address_limit)(const struct mm *mm);
	phys_addr_t (*cma_limit)(const struct mm *mm);
	phys_addr_t (*crash_addr_high_max)(const struct mm *mm);
	phys_addr_t (*crash_align)(const struct mm_kernel *kernel);
	unsigned (*cache_line_size)(const struct mm *mm);
	uint64_t (*pgd_cache_bytes)(const struct mm *mm);
	uint64_t (*thread_size)(const struct mm_kernel *kernel);
	bool (*hugetlb_valid_size)(const struct mm_kernel *kernel, uint64_t size);
	unsigned (*hugetlb_cma_order)(const struct mm_kernel *kernel);
	uint64_t (*vmap_pte_block)(const struct mm_kernel *kernel);
	unsigned (*kmalloc_minalign)(const struct mm_kernel *kernel);
	const char *(*text_symbol)(const struct mm_kernel *kernel);
	const char *(*note)(const char *fn);
	const char *(*first_pgd)(const struct mm_kernel *kernel);
	struct user_space (*user_space)(const struct mm *mm);
};

/* The architecture of that name; NULL: there is none.  A profile that names none is of the first. */
const struct arch *arch_find(const char *name);
const struct arch *arch_first(void);

/* ----------------------------------------------------------------- of a build */

/* Looks up what the build's release does where only this architecture has a choice. */
void arch_kernel_rules(struct mm_kernel *kernel);
/* One of these as @against has it; false: it is none of these, or no other. */
bool arch_take_rule(struct mm_kernel *kernel, const struct mm_kernel *against, const char *rule);
/*
 * Sets what the architecture decides of a build: page size, size of sections, the sizes
 * of memblock's first arrays, and its own part.  -EINVAL with @unusable: the fact that
 * is missing or out of its limits.
 */
int arch_kernel_derive(struct mm_kernel *kernel, struct fact_name *unusable);
/* THREAD_SIZE, in bytes. */
uint64_t arch_thread_size(const struct mm_kernel *kernel);
/* arch_hugetlb_valid_size() */
bool arch_hugetlb_valid_size(const struct mm_kernel *kernel, uint64_t size);
/* Order of the gigantic pages that hugetlb_cma= keeps memory for. */
unsigned arch_hugetlb_cma_order(const struct mm_kernel *kernel);
/* The smallest block of page table entries that vmalloc maps at once, in bytes; 0: it has none below a PMD. */
uint64_t arch_vmap_pte_block(const struct mm_kernel *kernel);
/* ARCH_KMALLOC_MINALIGN */
unsigned arch_kmalloc_minalign(const struct mm_kernel *kernel);
/* The symbol that the kernel's code begins with: _text, or behind the image's head _stext. */
const char *arch_text_symbol(const struct mm_kernel *kernel);
/* What a call does that every architecture has its own of, in one line (ARCH rows of versions/steps.c). */
const char *arch_note(const struct mm_kernel *kernel, const char *fn);
/* The symbol of the page tables that init_mm begins with. */
const char *arch_first_pgd(const struct mm_kernel *kernel);

/* --------------------------------------------------------------- of a machine */

/* @name as QEMU's -cpu has it, NULL: what is usual.  -EINVAL with @error naming those that are known. */
int arch_choose_cpu(struct mm *mm, const char *name, struct mm_error *error);

/*
 * What the kernel's first instructions need of image and tree: a problem event for
 * each thing that is not so; false: the kernel never runs.
 */
bool arch_check_handover(struct mm *mm);
/* __phys_to_virt(): an address in the linear map; known since arm64_memblock_init() and its like. */
uint64_t arch_phys_to_virt(const struct mm *mm, phys_addr_t addr);
/* __pa(MAX_DMA_ADDRESS): what allocations print as their lower bound; 64-bit wrap as in the kernel. */
phys_addr_t arch_pa_max_dma_address(const struct mm *mm);
/* Where the image's first byte is mapped, KASLR included. */
uint64_t arch_image_vaddr(const struct mm *mm);
/* vm_area_register_early(): where the first area of @size bytes goes. */
uint64_t arch_vm_area_early(const struct mm *mm, uint64_t size);
/* vmemmap: the address of page frame 0's struct page, whether it is mapped or not. */
uint64_t arch_vmemmap(const struct mm *mm);
/* MAX_PHYSMEM_BITS */
unsigned arch_max_physmem_bits(const struct mm *mm);
/* ARCH_LOW_ADDRESS_LIMIT + 1: the end of what every device can reach. */
phys_addr_t arch_low_address_limit(const struct mm *mm);
/* What setup_arch() hands to dma_contiguous_reserve(): the end of where CMA's default area may lie. */
phys_addr_t arch_cma_limit(const struct mm *mm);
/* CRASH_ADDR_HIGH_MAX; CRASH_ADDR_LOW_MAX is arch_low_address_limit(). */
phys_addr_t arch_crash_addr_high_max(const struct mm *mm);
/* CRASH_ALIGN */
phys_addr_t arch_crash_align(const struct mm_kernel *kernel);
/* cache_line_size(), in bytes: what DMA needs to itself. */
unsigned arch_cache_line_size(const struct mm *mm);
/* Bytes of the cache that page directories come from; 0: they are pages. */
uint64_t arch_pgd_cache_bytes(const struct mm *mm);
struct user_space arch_user_space(const struct mm *mm);

#endif
