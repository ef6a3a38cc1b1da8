// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crashkernel.c - reserve_crashkernel() of arch/arm64/mm/init.c.  4.12, 5.5 and 5.15: below
 * 4 GiB only; 5.19: ,high and ,low with one attempt; 6.2 and 6.5: more of them.  From 6.7 on the generic code serves
 * (steps/crashkernel.c).
 */
#include "../../steps/crashkernel.h"
#include "arm64.h"

#include "../../cause.h"

/* What came of the words, for a build that has crashkernel= with ,high.  False: there is nothing to reserve. */
static bool read_high(struct mm *mm, struct crashkernel *c, phys_addr_t default_low)
{
	const char *plain = crashkernel_value(mm, NULL);
	size_t seen = mm->trace.nr_events;

	if (!crashkernel_is_built_in(mm, "KEXEC_CORE"))
		return false;
	if ((plain ? crashkernel_parse(mm, plain, c) : crashkernel_parse_high(mm, c, default_low)) || !c->size) {
		crashkernel_explain_nothing(mm, c, seen, true);
		return false;
	}
	c->size = align_up(c->size, mm->kernel->page_size);
	return true;
}

/* @at is taken; a part below @low_from needs none in low memory. */
static void finish(struct mm *mm, const struct crashkernel *c, phys_addr_t at, phys_addr_t low_from)
{
	if (at >= low_from && c->low_size && !crashkernel_take_low(mm, c->low_size))
		memblock_phys_free(&mm->memblock, at, c->size, "reserve_crashkernel/main", WHY("crashkernel"));
	else
		crashkernel_reserved(mm, at, c->size);
}

/* 5.19: one attempt; ,high may end anywhere and has no default low part. */
void step_reserve_crashkernel_5_19(struct mm *mm)
{
	phys_addr_t low_max = arch_low_address_limit(mm), end = low_max, at;
	struct crashkernel c = { 0 };

	if (!read_high(mm, &c, 0))
		return;
	if (c.high)
		end = arch_crash_addr_high_max(mm);
	if (c.base)
		end = c.base + c.size;
	at = crashkernel_take(mm, c.size, c.base, end, "reserve_crashkernel/main", "main");
	if (at)
		finish(mm, &c, at, low_max);
	else
		crashkernel_cannot_allocate(mm, c.size, c.base, end);
}

/* 6.2: what does not fit below the DMA limit may lie across it or above, and has a low part then. */
void step_reserve_crashkernel_6_2(struct mm *mm)
{
	phys_addr_t low_max = arch_low_address_limit(mm), end = low_max, at;
	struct crashkernel c = { 0 };

	if (!read_high(mm, &c, CRASH_DEFAULT_LOW_BYTES))
		return;
	if (c.high)
		end = arch_crash_addr_high_max(mm);
	if (c.base)
		end = c.base + c.size;
	at = crashkernel_take(mm, c.size, c.base, end, "reserve_crashkernel/main", "main");
	if (!at && !c.base && end == low_max) {
		end = arch_crash_addr_high_max(mm);
		c.low_size = CRASH_DEFAULT_LOW_BYTES;
		at = crashkernel_take(mm, c.size, 0, end, "reserve_crashkernel/main", "main");
	}
	/* A main part that ends in the last bytes below the limit has one as well. */
	if (at)
		finish(mm, &c, at, low_max - c.low_size + 1);
	else
		crashkernel_cannot_allocate(mm, c.size, c.base, end);
}

/* 6.5: the generic order; ,high begins at 4 GiB, wherever the DMA limit is. */
void step_reserve_crashkernel_6_5(struct mm *mm)
{
	struct crashkernel c = { 0 };

	if (read_high(mm, &c, CRASH_DEFAULT_LOW_BYTES))
		crashkernel_reserve_generic(mm, &c, GIB(4));
}

/* memblock_is_region_memory() */
static bool is_memory(const struct mm *mm, phys_addr_t base, phys_addr_t size)
{
	const struct memblock_region *r = memblock_find(&mm->memblock.memory, base);

	return r && base + size <= r->base + r->size;
}

/* Until 5.15 the kernel tells what is wrong with the range that the user gave. */
static bool range_is_free(struct mm *mm, phys_addr_t base, phys_addr_t size)
{
	const char *why = NULL;

	if (!is_memory(mm, base, size))
		why = "region is not memory";
	else if (memblock_overlaps(&mm->memblock.reserved, base, size))
		why = "region overlaps reserved memory";
	else if (base & (arch_crash_align(mm->kernel) - 1))
		why = "base address is not 2MB aligned";
	if (why) {
		trace_problem(&mm->trace, "reserve_crashkernel", "cannot reserve crashkernel: %s", why);
		loader_blame(mm, base, size);
		cause_rule(&mm->trace, "crashkernel-does-not-fit");
		cause_parameter(&mm->trace, "crashkernel");
		cause_taken(&mm->memblock, base, size);
	}
	return !why;
}

/* crashkernel= of releases that knew only the plain form, the size in whole pages.  False: there is nothing to reserve. */
static bool read_plain(struct mm *mm, struct crashkernel *c)
{
	const char *plain = crashkernel_value(mm, NULL);
	size_t seen = mm->trace.nr_events;

	if (!crashkernel_is_built_in(mm, "KEXEC_CORE"))
		return false;
	if (!plain || crashkernel_parse(mm, plain, c) || !c->size) {
		crashkernel_explain_nothing(mm, c, seen, false);
		return false;
	}
	c->size = align_up(c->size, mm->kernel->page_size);
	return true;
}

/* Looked for below @limit, then reserved. */
static void find_and_reserve(struct mm *mm, phys_addr_t limit)
{
	struct crashkernel c = { 0 };

	if (!read_plain(mm, &c))
		return;
	if (!c.base) {
		c.base = memblock_find_in_range(&mm->memblock, 0, limit, c.size, arch_crash_align(mm->kernel));
		if (!c.base) {
			crashkernel_cannot_allocate(mm, c.size, 0, limit);
			return;
		}
	} else if (!range_is_free(mm, c.base, c.size)) {
		return;
	}
	memblock_reserve(&mm->memblock, c.base, c.size, "reserve_crashkernel/main", WHY("crashkernel", FACT_STR("part", "main")));
	crashkernel_reserved(mm, c.base, c.size);
}

/* 4.12: the last address is taken for the end, which costs 2 MiB where RAM is free up to there. */
void step_reserve_crashkernel_4_12(struct mm *mm)
{
	find_and_reserve(mm, arch_low_address_limit(mm) - 1);
}

void step_reserve_crashkernel_5_5(struct mm *mm)
{
	find_and_reserve(mm, arch_cma_limit(mm));
}

/* 5.15: one request, below the DMA limit or just where the user wants it. */
void step_reserve_crashkernel_5_15(struct mm *mm)
{
	phys_addr_t end = mm->arch.arm64.dma_phys_limit, at;
	struct crashkernel c = { 0 };

	if (!read_plain(mm, &c))
		return;
	if (c.base)
		end = c.base + c.size;
	at = crashkernel_take(mm, c.size, c.base, end, "reserve_crashkernel/main", "main");
	if (at)
		crashkernel_reserved(mm, at, c.size);
	else
		crashkernel_cannot_allocate(mm, c.size, c.base, end);
}
