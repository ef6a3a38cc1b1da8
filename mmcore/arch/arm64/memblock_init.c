// SPDX-License-Identifier: GPL-2.0-or-later
/* memblock_init.c - arm64_memblock_init(), arch/arm64/mm/init.c (6.7; 5.10 to 7.2 by rules). */
#include "arm64.h"

#include "../../cause.h"

#define FN "arm64_memblock_init"

#define NVHE_LINEAR_BITS 51

/* A hypervisor outside of the kernel, on a CPU with 52-bit addresses, has an identity map that may need the top bit. */
static bool is_capped_for_kvm(const struct mm *mm)
{
	return arm64_rules(mm->kernel)->kvm_caps_linear_map && kernel_has_config(mm->kernel, "KVM") &&
	       mm->arch.arm64.vabits_actual == 52 && arm64_starts_at_el2(mm) && mm->arch.arm64.vhe_hidden;
}

/* Bytes the linear map can cover: PAGE_END - _PAGE_OFFSET(vabits_actual). */
static uint64_t linear_region_size(const struct mm *mm)
{
	uint64_t size = (UINT64_C(1) << mm->arch.arm64.vabits_actual) - (UINT64_C(1) << (mm->kernel->arch_facts.arm64.va_bits_min - 1));

	return is_capped_for_kvm(mm) ? min_u64(size, UINT64_C(1) << NVHE_LINEAR_BITS) : size;
}

/* How much RAM went since there were @before bytes. */
static phys_addr_t lost(struct mm *mm, phys_addr_t before)
{
	return before - memblock_phys_mem_size(&mm->memblock);
}

/* RAM that this kernel cannot use, of which it says nothing. */
static void say_lost(struct mm *mm, phys_addr_t bytes, const char *rule, const char *because)
{
	cause_silent(&mm->trace, FN, rule);
	trace_why_fact(&mm->trace, FACT_HEX("lost", bytes));
	cause_because(&mm->trace, "%llu MiB of RAM %s", (unsigned long long)(bytes >> 20), because);
}

static void tell_trimmed(struct mm *mm, phys_addr_t before, phys_addr_t limit)
{
	phys_addr_t gone = lost(mm, before);

	if (gone)
		say_lost(mm, gone, "ram-lost-linear-map", arena_printf(&mm->arena,
			 "lie outside of 0x%llx-0x%llx: with %u bits of virtual addresses the linear map covers no more",
			 (unsigned long long)memblock_start_of_DRAM(&mm->memblock), (unsigned long long)limit - 1,
			 mm->arch.arm64.vabits_actual));
}

/* Keep what the CPU can address and the linear map can cover. */
static void trim_to_linear_map(struct mm *mm)
{
	struct memblock *mb = &mm->memblock;
	uint64_t linear = linear_region_size(mm), align = mm->kernel->arch_facts.arm64.memstart_align;
	phys_addr_t pa_end = UINT64_C(1) << mm->arch.arm64.phys_mask_shift, limit, before = memblock_phys_mem_size(mb);

	if (is_capped_for_kvm(mm))
		trace_printk(&mm->trace, "Capping linear region to %d bits for KVM in nVHE mode on LVA capable hardware.", NVHE_LINEAR_BITS);
	if (arm64_rules(mm->kernel)->remove_above_pa)
		memblock_remove(mb, pa_end, PHYS_ADDR_MAX, FN "/pa-limit",
				WHY("removed", FACT_STR("reason", "above the physical address range")));
	if (lost(mm, before))
		say_lost(mm, lost(mm, before), "ram-lost-address-range",
			 arena_printf(&mm->arena, "lie above 0x%llx: CPU and kernel have %u bits of physical addresses",
				      (unsigned long long)pa_end - 1, mm->arch.arm64.phys_mask_shift));
	before = memblock_phys_mem_size(mb);
	mm->arch.arm64.memstart_addr = align_down(memblock_start_of_DRAM(mb), align);
	limit = max_u64(mm->arch.arm64.memstart_addr + linear, mm_symbol(mm, "_end"));
	memblock_remove(mb, limit, PHYS_ADDR_MAX, FN "/linear-limit",
			WHY("removed", FACT_STR("reason", "beyond the linear map")));
	if (mm->arch.arm64.memstart_addr + linear < memblock_end_of_DRAM(mb)) {
		mm->arch.arm64.memstart_addr = align_up(memblock_end_of_DRAM(mb) - linear, align);
		memblock_remove(mb, 0, mm->arch.arm64.memstart_addr, FN "/linear-low",
				WHY("removed", FACT_STR("reason", "below the linear map")));
	}
	tell_trimmed(mm, before, limit);
	/* A 52-bit kernel on a smaller CPU keeps its addresses and moves memstart instead. */
	if (mm->kernel->arch_facts.arm64.va_bits == 52 && mm->arch.arm64.vabits_actual != 52)
		mm->arch.arm64.memstart_addr -= (UINT64_C(1) << 52) - (UINT64_C(1) << mm->arch.arm64.vabits_actual);
}

/* memblock_mem_limit_remove_map(): mem= counts bytes of RAM, not addresses. */
static void apply_mem_limit(struct mm *mm)
{
	struct memblock *mb = &mm->memblock;
	const struct why *why = WHY("removed", FACT_STR("parameter", "mem="));
	phys_addr_t left = mm->mem_limit, before = memblock_phys_mem_size(mb);

	if (!mm->mem_limited)
		return;
	for (size_t i = 0; left && i < mb->memory.cnt; i++) {
		const struct memblock_region *r = &mb->memory.regions[i];

		if (left <= r->size) {
			memblock_cap_memory_range(mb, 0, r->base + left, why);
			break;
		}
		left -= r->size;
	}
	memblock_add(mb, mm->text_phys, kernel_symbol(mm->kernel, "_end"), FN "/mem-limit", WHY("memory"));
	if (memblock_phys_mem_size(mb) >= before)
		return;
	cause_cost(&mm->trace, FN, "ram-lost-mem-param");
	cause_parameter(&mm->trace, "mem");
	trace_why_fact(&mm->trace, FACT_HEX("lost", lost(mm, before)));
	cause_because(&mm->trace, "mem=%s leaves %llu MiB of RAM unused", cmdline_value(&mm->cmdline, "mem"),
		      (unsigned long long)(lost(mm, before) >> 20));
}

static void keep_initrd(struct mm *mm)
{
	struct memblock *mb = &mm->memblock;
	uint64_t page = mm->kernel->page_size;
	phys_addr_t base = align_down(mm->initrd_start, page);
	phys_addr_t size = align_up(mm->initrd_start + mm->initrd_size, page) - base;
	phys_addr_t dram = memblock_start_of_DRAM(mb);

	if (!mm->initrd_size)
		return;
	if (base < dram || base + size > dram + linear_region_size(mm)) {
		trace_problem(&mm->trace, FN, "initrd not fully accessible via the linear mapping -- please check your bootloader ...");
		cause_rule(&mm->trace, "initrd-unreachable");
		cause_taken(mb, base, size);
		mm->initrd_size = 0;
		return;
	}
	if (arm64_rules(mm->kernel)->initrd_removed_first)
		memblock_remove(mb, base, size, FN "/initrd-remove", WHY("removed", FACT_STR("reason", "initrd, added again at once")));
	memblock_add(mb, base, size, FN "/initrd-add", WHY("memory"));
	if (!arm64_rules(mm->kernel)->initrd_removed_first)
		memblock_setclr_flag(mb, &mb->memory, base, size, false, MEMBLOCK_NOMAP, "memblock_clear_nomap", WHY_NOBODY);
	memblock_reserve(mb, base, size, FN "/initrd-reserve", WHY("initrd"));
}

/* How far memstart may move down; negative: the linear map has no room to spare. */
static int64_t linear_kaslr_range(const struct mm *mm)
{
	uint64_t used = memblock_end_of_DRAM(&mm->memblock) - memblock_start_of_DRAM(&mm->memblock);

	if (arm64_rules(mm->kernel)->linear_kaslr == LINEAR_KASLR_BY_PA_RANGE)
		used = UINT64_C(1) << mm->arch.arm64.cpu->pa_bits;
	return (int64_t)(linear_region_size(mm) - used);
}

/* KASLR of the linear map: by 16 bits of the seed, in steps of the alignment. */
static void randomize_memstart(struct mm *mm)
{
	const struct arm64_rules *rules = arm64_rules(mm->kernel);
	uint64_t align = mm->kernel->arch_facts.arm64.memstart_align;
	uint64_t seed = rules->linear_kaslr_top_bits ? mm->kaslr_seed >> 48 : mm->kaslr_seed & 0xffff;
	int64_t range = linear_kaslr_range(mm);

	if (rules->linear_kaslr == LINEAR_KASLR_NONE || !seed || range < (int64_t)align)
		return;
	mm->arch.arm64.memstart_addr -= align * (((uint64_t)range / align + rules->linear_kaslr_extra) * seed >> 16);
}

/* fdt_enforce_memory_region(), 4.12 to 5.14: after the command line, and by the first range only. */
static void enforce_memory_region(struct mm *mm)
{
	const struct fdt_prop *prop = dt_getprop(&mm->fdt, dt_path(&mm->fdt, "/chosen"), "linux,usable-memory-range");
	unsigned ac = mm->fdt.address_cells, sc = mm->fdt.size_cells;

	if (prop && prop->len >= 4 * (ac + sc))
		memblock_cap_memory_range(&mm->memblock, dt_read_cells(prop, 0, ac), dt_read_cells(prop, ac, sc),
					  WHY("removed", FACT_STR("property", "linux,usable-memory-range")));
}

/* Up to 5.14, after all of the tree's. */
void step_reserve_elfcorehdr(struct mm *mm)
{
	struct phys_range r = mm->elfcorehdr;

	if (take_elfcorehdr(mm, "arm64_memblock_init/elfcorehdr", ""))
		trace_printk(&mm->trace, "Reserving %lluKB of memory at 0x%llx for elfcorehdr",
			     (unsigned long long)(r.size >> 10), (unsigned long long)r.base);
}

void step_arm64_memblock_init(struct mm *mm)
{
	const char *first = arm64_rules(mm->kernel)->kernel_reserved_from_text ? "_text" : "_stext";

	if (arm64_rules(mm->kernel)->usable_memory_enforced)
		enforce_memory_region(mm);
	trim_to_linear_map(mm);
	apply_mem_limit(mm);
	keep_initrd(mm);
	randomize_memstart(mm);
	trace_event(&mm->trace, MM_SET, "memstart_addr");
	trace_arg(&mm->trace, FACT_HEX("memstart_addr", mm->arch.arm64.memstart_addr));
	memblock_reserve(&mm->memblock, mm_symbol(mm, first), mm_symbol(mm, "_end") - mm_symbol(mm, first),
			 FN "/kernel", WHY("kernel-image"));
	if (arm64_rules(mm->kernel)->initrd_reserved_twice && mm->initrd_size)
		memblock_reserve(&mm->memblock, mm->initrd_start, mm->initrd_size, FN "/initrd-exact", WHY("initrd"));
}
