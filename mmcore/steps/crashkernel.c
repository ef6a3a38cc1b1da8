// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crashkernel.c - crashkernel=: kernel/crash_core.c, kernel/crash_reserve.c and
 * arch/arm64/mm/init.c.  5.10: below 4 GiB only; 6.1: ,high and ,low with one
 * attempt; 6.7 on: the generic code with its retries.
 */
#include "steps.h"

#include <errno.h>

#define CRASH_ALIGN		MIB(2)
#define DEFAULT_LOW_BYTES	MIB(128)

struct crashkernel {
	phys_addr_t size, base, low_size;
	bool high;
};

static bool ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && !strcmp(s + n - m, suffix);
}

/* The last crashkernel= with that suffix; without one, none of the known suffixes. */
static const char *last_value(const struct mm *mm, const char *suffix)
{
	for (size_t i = mm->cmdline.nr; i-- > 0;) {
		const struct param *p = &mm->cmdline.params[i];

		if (strcmp(p->name, "crashkernel") || !p->value)
			continue;
		if (suffix ? ends_with(p->value, suffix)
			   : !ends_with(p->value, ",high") && !ends_with(p->value, ",low") && !ends_with(p->value, ",cma"))
			return p->value;
	}
	return NULL;
}

/* parse_crashkernel_mem(): "range:size[,range:size]...[@offset]" by the amount of RAM. */
static int parse_ranges(const char *s, phys_addr_t ram, struct crashkernel *c)
{
	const char *cur = s;

	do {
		phys_addr_t start = memparse(cur, &cur), end = PHYS_ADDR_MAX, size;

		if (*cur++ != '-')
			return -EINVAL;
		if (*cur != ':') {
			end = memparse(cur, &cur);
			if (end <= start)
				return -EINVAL;
		}
		if (*cur++ != ':')
			return -EINVAL;
		size = memparse(cur, &cur);
		if (size >= ram)
			return -EINVAL;
		if (ram >= start && ram < end) {
			c->size = size;
			break;
		}
	} while (*cur++ == ',');
	cur = strchr(s, '@');
	if (c->size && cur)
		c->base = memparse(cur + 1, NULL);
	return 0;
}

static int parse_simple(const char *s, struct crashkernel *c)
{
	const char *cur;

	c->size = memparse(s, &cur);
	if (cur == s)
		return -EINVAL;
	if (*cur == '@')
		c->base = memparse(cur + 1, &cur);
	else if (*cur && *cur != ' ')
		return -EINVAL;
	return 0;
}

/* __parse_crashkernel() of a value without suffix. */
static int parse_plain(const struct mm *mm, const char *s, struct crashkernel *c)
{
	phys_addr_t ram = memblock_phys_mem_size(&mm->memblock);
	const char *colon = strchr(s, ':'), *space = strchr(s, ' ');

	if (mm->rules->crash_ram_rounded)
		ram = align_up(ram, MIB(128));
	return colon && (!space || colon < space) ? parse_ranges(s, ram, c) : parse_simple(s, c);
}

static phys_addr_t take(struct mm *mm, phys_addr_t size, phys_addr_t start, phys_addr_t end, const char *site, const char *part)
{
	return memblock_phys_alloc_range(&mm->memblock, size, CRASH_ALIGN, start, end, site,
					 WHY("crashkernel", FACT_STR("part", part)));
}

static void cannot_allocate(struct mm *mm, phys_addr_t size)
{
	trace_problem(&mm->trace, "reserve_crashkernel", "cannot allocate crashkernel (size:0x%llx)", (unsigned long long)size);
}

static void say_reserved(struct mm *mm, phys_addr_t base, phys_addr_t size)
{
	mm->crashk_res = (struct phys_range){ base, size };
	trace_printk(&mm->trace, "crashkernel reserved: 0x%016llx - 0x%016llx (%lld MB)", (unsigned long long)base,
		     (unsigned long long)(base + size), (long long)(size >> 20));
}

/* reserve_crashkernel_low(): devices of the crash kernel need memory they can reach. */
static bool take_low(struct mm *mm, phys_addr_t size)
{
	phys_addr_t base = take(mm, size, 0, mm->arm64_dma_phys_limit, "reserve_crashkernel/low", "low");

	if (!base) {
		trace_problem(&mm->trace, "reserve_crashkernel_low", "cannot allocate crashkernel low memory (size:0x%llx).",
			      (unsigned long long)size);
		return false;
	}
	mm->crashk_low_res = (struct phys_range){ base, size };
	trace_printk(&mm->trace, "crashkernel low memory reserved: 0x%08llx - 0x%08llx (%lld MB)", (unsigned long long)base,
		     (unsigned long long)(base + size), (long long)(size >> 20));
	return true;
}

static bool parse_generic(const struct mm *mm, struct crashkernel *c)
{
	const char *plain = last_value(mm, NULL), *high = last_value(mm, ",high"), *low = last_value(mm, ",low");

	if (plain)
		return !parse_plain(mm, plain, c) && c->size &&
		       !(mm->rules->crash_size_below_ram && c->size >= memblock_phys_mem_size(&mm->memblock));
	if (!high)
		return false;
	c->size = memparse(high, NULL);
	c->high = true;
	c->low_size = low ? memparse(low, NULL) : DEFAULT_LOW_BYTES;
	return c->size;
}

/* reserve_crashkernel_generic(), 6.7 and later. */
void step_arch_reserve_crashkernel(struct mm *mm)
{
	phys_addr_t low_max = mm->arm64_dma_phys_limit, high_max = UINT64_C(1) << mm->phys_mask_shift, start, end, at;
	struct crashkernel c = { 0 };

	if (!kernel_has_config(mm->kernel, mm->rules->crash_config) || !parse_generic(mm, &c))
		return;
	start = c.base ? c.base : c.high ? low_max : 0;
	end = c.base ? c.base + c.size : c.high ? high_max : low_max;
	for (;;) {
		at = take(mm, c.size, start, end, "reserve_crashkernel/main", "main");
		if (at)
			break;
		if (c.base) {
			trace_problem(&mm->trace, "reserve_crashkernel_generic", "crashkernel reservation failed - memory is in use.");
			return;
		}
		if (!c.high && end == low_max && start != low_max) {
			start = low_max;
			end = high_max;
			c.low_size = DEFAULT_LOW_BYTES;
			continue;
		}
		if (c.high && end == high_max) {
			start = 0;
			end = low_max;
			continue;
		}
		cannot_allocate(mm, c.size);
		return;
	}
	if (at >= low_max && c.low_size && !take_low(mm, c.low_size)) {
		memblock_phys_free(&mm->memblock, at, c.size, "reserve_crashkernel/main", WHY("crashkernel"));
		return;
	}
	say_reserved(mm, at, c.size);
}

/* 6.1: one attempt; ,high may end anywhere and has no default low part. */
void step_reserve_crashkernel_6_1(struct mm *mm)
{
	const char *plain = last_value(mm, NULL), *high = last_value(mm, ",high"), *low = last_value(mm, ",low");
	phys_addr_t end = mm->arm64_dma_phys_limit, at;
	struct crashkernel c = { 0 };

	if (!kernel_has_config(mm->kernel, "KEXEC_CORE"))
		return;
	if (plain) {
		if (parse_plain(mm, plain, &c) || !c.size)
			return;
	} else {
		c.size = high ? memparse(high, NULL) : 0;
		c.low_size = low ? memparse(low, NULL) : 0;
		end = UINT64_C(1) << mm->phys_mask_shift;
		if (!c.size)
			return;
	}
	c.size = align_up(c.size, mm->kernel->page_size);
	if (c.base)
		end = c.base + c.size;
	at = take(mm, c.size, c.base, end, "reserve_crashkernel/main", "main");
	if (!at) {
		cannot_allocate(mm, c.size);
		return;
	}
	if (at >= mm->arm64_dma_phys_limit && c.low_size && !take_low(mm, c.low_size)) {
		memblock_phys_free(&mm->memblock, at, c.size, "reserve_crashkernel/main", WHY("crashkernel"));
		return;
	}
	say_reserved(mm, at, c.size);
}

/* 5.10: looked for below the DMA limit, then reserved; the size in whole pages. */
void step_reserve_crashkernel_5_10(struct mm *mm)
{
	const char *plain = last_value(mm, NULL);
	struct crashkernel c = { 0 };

	if (!kernel_has_config(mm->kernel, "KEXEC_CORE") || !plain || parse_plain(mm, plain, &c) || !c.size)
		return;
	c.size = align_up(c.size, mm->kernel->page_size);
	if (!c.base) {
		c.base = memblock_find_in_range(&mm->memblock, 0, mm->arm64_dma_phys_limit, c.size, CRASH_ALIGN);
		if (!c.base) {
			cannot_allocate(mm, c.size);
			return;
		}
	} else if (!memblock_find(&mm->memblock.memory, c.base) || memblock_overlaps(&mm->memblock.reserved, c.base, c.size) ||
		   c.base & (CRASH_ALIGN - 1)) {
		trace_problem(&mm->trace, "reserve_crashkernel", "cannot reserve crashkernel region");
		return;
	}
	memblock_reserve(&mm->memblock, c.base, c.size, "reserve_crashkernel/main", WHY("crashkernel", FACT_STR("part", "main")));
	say_reserved(mm, c.base, c.size);
}
