/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm64_kernel.h - what only an arm64 build has besides the rest of struct mm_kernel.
 *
 * The rules are like those of ../../rules.h: a choice between two known behaviours
 * is a field, and its history stands in rules.c of this folder.
 */
#ifndef MMSCOPE_ARM64_KERNEL_H
#define MMSCOPE_ARM64_KERNEL_H

#include "../../versions/history.h"

struct arm64_rules {
	bool memory_array_efi;		/* 1024 memory regions with CONFIG_EFI */
	bool reserved_array_its;	/* 128+NR_CPUS+1 reserved regions with EFI and GICv3 ITS */
	bool usable_memory_enforced;	/* ... by its first range, after mem= */
	bool initrd_removed_first;	/* memblock_remove, add, reserve instead of add, clear_nomap, reserve */
	bool initrd_reserved_twice;	/* once more to the byte, after the kernel */
	enum linear_kaslr {
		LINEAR_KASLR_NONE,
		LINEAR_KASLR_BY_RAM,		/* memstart moves within what the span of RAM leaves of the linear map */
		LINEAR_KASLR_BY_PA_RANGE,	/* ... what the CPU's physical addresses leave */
	} linear_kaslr;
	bool linear_kaslr_top_bits;	/* by the seed's highest 16 bits, else its lowest */
	unsigned linear_kaslr_extra;	/* steps more than there is room for */
	bool pgtable_noleaktrace;	/* page tables are asked for with max_addr 1 */
	bool rodata_on_is_full;		/* rodata=on means full, noalias does not */
	bool rodata_boolean;		/* any boolean is one, by its first letters */
	bool kfence_early_pool;		/* the pool is taken and mapped in paging_init() */
	bool kfence_needs_pages;	/* KFENCE not early forces page mappings */
	bool kernel_reserved_from_text;	/* [_text, _end), else [_stext, _end) */
	bool remove_above_pa;		/* memblock_remove above the PA range */
	bool init_pg_dir_freed;
	bool crash_page_mappings;	/* crashkernel= forces page mappings */
	bool linear_map_high;		/* PAGE_OFFSET starts the upper half of the kernel's addresses */
	uint64_t fixmap_below_vmemmap;	/* bytes between the fixmap's end and the vmemmap; 0: 8 MiB below the top */
	enum vmemmap_place {
		VMEMMAP_BELOW_PAGE_OFFSET, VMEMMAP_2M_BELOW_TOP, VMEMMAP_POWER_OF_TWO, VMEMMAP_1G_BELOW_TOP
	} vmemmap_place;
	bool small_sections;		/* of 128 MiB (512 MiB with 64K pages), else 1 GiB */
	bool va_bits_min_47_with_16k;	/* VA_BITS_MIN of a 52-bit build with 16K pages */
	bool varange_override;		/* arm64.nolva, id_aa64mmfr2.varange= */
	bool sections_by_phys_mask;	/* how many sections there can be, else by CONFIG_ARM64_PA_BITS */
	unsigned l1_cache_bytes;	/* SMP_CACHE_BYTES */
	enum zone_dma_limit {
		ZONE_DMA_4G,		/* the 4 GiB that DRAM starts in */
		ZONE_DMA_1G,		/* the 1 GiB that DRAM starts in */
		ZONE_DMA_BITS,		/* dma-ranges, rounded up to a power of two */
		ZONE_DMA_LIMIT,		/* dma-ranges to the byte */
	} zone_dma_limit;
	bool blocks_are_split;		/* a CPU that can split live blocks keeps them until someone asks */
	bool linear_map_inward;		/* map_mem() leaves out pages that memory fills only in part */
	unsigned kmalloc_minalign;	/* ARCH_KMALLOC_MINALIGN */
	bool pgtable_levels_vary;	/* fewer page table levels than built for, if the CPU cannot */
	bool nosmp_not_possible;	/* maxcpus=0: secondary CPUs are not even possible */
	bool kvm_mode_none;		/* kvm-arm.mode=none */
	bool kvm_mode_needs_el2;	/* the parameter says so at EL1, and takes any value there */
	bool kvm_mode_nested;
	bool kvm_caps_linear_map;	/* to 51 bits, if 52 are had and the hypervisor is not the kernel itself */
	bool kvm_records_all_pages;	/* a protected hypervisor has a record for each frame of memory, and a table of VMs */
	bool kvm_ffa_proxy;		/* it passes on calls to FF-A firmware */
	bool kvm_selftest;		/* CONFIG_NVHE_EL2_DEBUG has it test itself with pages of its own */
	unsigned kvm_table_levels;	/* that its page tables are counted with */
	unsigned kvm_page_record_bytes;	/* sizeof(struct hyp_page) */
	bool vmalloc_cont_pte;		/* vmalloc maps in contiguous-PTE blocks, whatever the number of nodes */
};

extern const struct history arm64_rules_history;

struct arm64_kernel {
	struct arm64_rules rules;	/* first: rows of the history say where in the part a field lies */
	unsigned va_bits, va_bits_min, pa_bits;
	uint64_t kimage_vaddr;		/* link address of the image's base */
	uint64_t memstart_align;	/* ARM64_MEMSTART_ALIGN */
};

#endif
