// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hyp.c - memory for the protected KVM's hypervisor: kvm_hyp_reserve() of
 * arch/arm64/kvm/pkvm.c (6.12; 5.13: kvm/hyp/reserved_mem.c), and kvm-arm.mode=.
 *
 * A kernel that starts at EL2 with kvm-arm.mode=protected keeps enough pages for
 * the worst case: page tables of all memory by pages, twice (the hypervisor's own
 * stage 1 and the host's stage 2), and a record for each page frame.
 *
 *	| stage 1 | stage 2 | VM table | records of frames | FF-A buffers |
 */
#include "arm64.h"

#include "../../cause.h"
#include "../../loader/model.h"

#include <errno.h>

#define HYP_MEMBLOCK_REGIONS	128	/* memory regions that the hypervisor can know */
#define KVM_MAX_PVMS		255
#define PRIVATE_BYTES		GIB(1)	/* stage 1: private mappings; stage 2: devices */
#define CONCATENATED_PGD_PAGES	16
#define FFA_MAILBOX_PAGES	2
/* The longest descriptor: a range of 16 bytes for each of SG_MAX_SEGMENTS, and three heads. */
#define FFA_DESCRIPTOR_BYTES	(2048 * 16 + 80)
#define SELFTEST_PAGES		32

/* ------------------------------------------------------- was it started at EL2? */

/* The first node that is compatible with a PSCI release; -1 if there is none. */
static int psci_node(const struct fdt *fdt)
{
	for (int node = 0; node >= 0; node = dt_next(fdt, node)) {
		const char *compatible = dt_getprop_str(fdt, node, "compatible");

		if (compatible && has_prefix(compatible, "arm,psci"))
			return node;
	}
	return -1;
}

/*
 * What the tree lets us think: who calls PSCI by hvc has a hypervisor above, at EL2.
 * By smc it is firmware at EL3, and CPUs in a spin table wait where firmware left
 * them; most such firmware leaves EL2 to the kernel.
 */
static bool tree_leaves_el2(const struct fdt *fdt)
{
	int node = psci_node(fdt);
	const char *method = node < 0 ? "smc" : dt_getprop_str(fdt, node, "method");

	return method && !strcmp(method, "smc");
}

bool arm64_starts_at_el2(const struct mm *mm)
{
	return mm->loader.entry_el ? mm->loader.entry_el == 2 : tree_leaves_el2(&mm->fdt);
}

/* ----------------------------------------------------------------- kvm-arm.mode= */

static void say_no_hypervisor(struct mm *mm)
{
	trace_printk(&mm->trace, "KVM is not available. Ignoring kvm-arm.mode");
	cause_silent(&mm->trace, "parse_early_param", "parameter-no-effect");
	cause_parameter(&mm->trace, "kvm-arm.mode");
	cause_because(&mm->trace, "the kernel starts at EL1, where it cannot have a hypervisor");
}

/* Since 5.19, first of all: "none", or no EL2 at all. */
void arm64_kvm_mode(struct mm *mm, const char *value)
{
	bool none = !strcmp(value, "none"), looks = arm64_rules(mm->kernel)->kvm_mode_needs_el2;

	if (looks && !none && !arm64_starts_at_el2(mm)) {
		say_no_hypervisor(mm);
		return;
	}
	mm->arch.arm64.kvm_protected = !strcmp(value, "protected");
}

bool arm64_kvm_mode_refuses(const struct mm *mm, const char *value)
{
	const struct arm64_rules *rules = arm64_rules(mm->kernel);

	if (!strcmp(value, "none"))
		return !rules->kvm_mode_none;
	if (rules->kvm_mode_needs_el2 && !arm64_starts_at_el2(mm))
		return false;
	return strcmp(value, "protected") && strcmp(value, "nvhe") && (!rules->kvm_mode_nested || strcmp(value, "nested"));
}

/* --------------------------------------------------------------- how many pages */

static uint64_t div_up(uint64_t n, uint64_t by) { return (n + by - 1) / by; }

/* __hyp_pgtable_max_pages(): tables of all levels for @pages that lie anyhow. */
static uint64_t table_pages(const struct mm *mm, uint64_t pages)
{
	uint64_t total = 0, entries = mm->kernel->page_size / 8;

	for (unsigned i = 0; i < arm64_rules(mm->kernel)->kvm_table_levels; i++) {
		pages = div_up(pages, entries);
		total += pages;
	}
	return total;
}

static uint64_t all_table_pages(const struct mm *mm)
{
	uint64_t total = table_pages(mm, PRIVATE_BYTES >> mm->kernel->page_shift);

	for (size_t i = 0; i < mm->memblock.memory.cnt; i++)
		total += table_pages(mm, mm->memblock.memory.regions[i].size >> mm->kernel->page_shift);
	return total;
}

/* hyp_vmemmap_pages(): a record for each frame, of pages that no two regions share. */
static uint64_t record_pages(const struct mm *mm)
{
	uint64_t page = mm->kernel->page_size, record = arm64_rules(mm->kernel)->kvm_page_record_bytes, total = 0;

	for (size_t i = 0; i < mm->memblock.memory.cnt; i++) {
		const struct memblock_region *r = &mm->memblock.memory.regions[i];
		uint64_t start = (r->base >> mm->kernel->page_shift) * record;

		total += align_up(start + (r->size >> mm->kernel->page_shift) * record, page) - align_down(start, page);
	}
	return total >> mm->kernel->page_shift;
}

/* Until 6.1: records of the hypervisor's own pages only, these pages and their tables included. */
static uint64_t own_record_pages(const struct mm *mm, uint64_t pages)
{
	uint64_t own = 0, before;

	do {
		before = own;
		own = div_up((pages + before) * arm64_rules(mm->kernel)->kvm_page_record_bytes, mm->kernel->page_size);
		own += table_pages(mm, own);
	} while (own != before);
	return own;
}

static uint64_t hyp_mem_pages(const struct mm *mm)
{
	const struct arm64_rules *rules = arm64_rules(mm->kernel);
	uint64_t pages = 2 * all_table_pages(mm) + CONCATENATED_PGD_PAGES;

	if (!rules->kvm_records_all_pages)
		return pages + own_record_pages(mm, pages);
	pages += div_up(KVM_MAX_PVMS * sizeof(uint64_t), mm->kernel->page_size) + record_pages(mm);
	if (rules->kvm_ffa_proxy)
		pages += FFA_MAILBOX_PAGES + div_up(FFA_DESCRIPTOR_BYTES, mm->kernel->page_size);
	if (rules->kvm_selftest && kernel_has_config(mm->kernel, "NVHE_EL2_DEBUG"))
		pages += SELFTEST_PAGES;
	return pages;
}

/* ------------------------------------------------------------------- the step */

static phys_addr_t reserve(struct mm *mm, phys_addr_t size, phys_addr_t align)
{
	return memblock_phys_alloc(&mm->memblock, size, align, "kvm_hyp_reserve/pages",
				   WHY("hypervisor", FACT_STR("what", "protected KVM")));
}

static void say_failed(struct mm *mm, const char *because)
{
	cause_rule(&mm->trace, "hypervisor-no-memory");
	cause_parameter(&mm->trace, "kvm-arm.mode");
	cause_because(&mm->trace, "%s; KVM will not be protected", because);
}

static void assume_el2(struct mm *mm)
{
	if (!mm->loader.entry_el)
		trace_printk(&mm->trace, "# assumed: the kernel starts at EL2: %s",
			     psci_node(&mm->fdt) < 0 ? "there is no PSCI" : "the tree calls PSCI by smc");
}

/* A size that is a multiple of a PMD's block comes out of host mappings in one piece. */
static void reserve_aligned(struct mm *mm)
{
	phys_addr_t pmd = mm->kernel->page_size * (mm->kernel->page_size / 8);
	phys_addr_t bytes = hyp_mem_pages(mm) << mm->kernel->page_shift, size = align_up(bytes, pmd);
	phys_addr_t base = reserve(mm, size, pmd);

	if (!base) {
		size = bytes;
		base = reserve(mm, size, mm->kernel->page_size);
	}
	if (base) {
		trace_printk(&mm->trace, "kvm [0]: Reserved %llu MiB at 0x%llx", (unsigned long long)(size >> 20), (unsigned long long)base);
		return;
	}
	trace_problem(&mm->trace, "kvm_hyp_reserve", "kvm [0]: Failed to reserve hyp memory");
	say_failed(mm, "no hole in RAM has room for the hypervisor's page tables");
}

void step_kvm_hyp_reserve(struct mm *mm)
{
	if (!mm->arch.arm64.kvm_protected || !arm64_starts_at_el2(mm))
		return;
	assume_el2(mm);
	if (mm->memblock.memory.cnt > HYP_MEMBLOCK_REGIONS) {
		trace_problem(&mm->trace, "kvm_hyp_reserve", "kvm [0]: Failed to register hyp memblocks: %d", -ENOMEM);
		say_failed(mm, "memory has more than 128 regions");
		return;
	}
	reserve_aligned(mm);
}
