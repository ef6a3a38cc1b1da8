// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crashkernel.c - crashkernel=: kernel/crash_core.c, and reserve_crashkernel_generic()
 * of kernel/crash_reserve.c (6.7 and later).  What the architectures did before
 * stands in their folders.
 */
#include "crashkernel.h"

#include "../cause.h"

#include <errno.h>

static const char parameter[] = "crashkernel=";

/* Does the word that ends at @end end with @suffix? */
static bool ends_with(const char *word, const char *end, const char *suffix)
{
	size_t len = strlen(suffix);

	return (size_t)(end - word) >= len && !strncmp(end - len, suffix, len);
}

static bool has_known_suffix(const struct mm *mm, const char *word, const char *end)
{
	return ends_with(word, end, ",high") || ends_with(word, end, ",low") ||
	       (mm->rules->crash_cma_suffix && ends_with(word, end, ",cma"));
}

/*
 * get_last_crashkernel(): what stands behind the last "crashkernel=" of the
 * whole text, inside of other words too, whose word ends with @suffix; NULL
 * asks for one without any known suffix.
 */
const char *crashkernel_value(const struct mm *mm, const char *suffix)
{
	const char *found = NULL;

	for (const char *p = strstr(mm->cmdline.text, parameter); p; p = strstr(p + 1, parameter)) {
		const char *end = p + strcspn(p, " ");

		if (suffix ? ends_with(p, end, suffix) : !has_known_suffix(mm, p, end))
			found = p + strlen(parameter);
	}
	return found;
}

static int malformed(struct mm *mm, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int malformed(struct mm *mm, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	trace_problem(&mm->trace, "parse_crashkernel", "%s", arena_vprintf(&mm->arena, fmt, args));
	cause_rule(&mm->trace, "crashkernel-bad-value");
	cause_parameter(&mm->trace, "crashkernel");
	if (strstr(mm->cmdline.text, "crashkernel=auto"))
		cause_because(&mm->trace, "'auto' is known to the kernels of some distributions only; Linux wants a size");
	va_end(args);
	return -EINVAL;
}

/* "start-[end]:size" of which one matches the amount of RAM; -> 1 if this one does. */
static int parse_range(struct mm *mm, const char **s, phys_addr_t ram, struct crashkernel *c)
{
	const char *cur = *s, *from = cur;
	phys_addr_t start = memparse(cur, &cur), end = PHYS_ADDR_MAX, size;

	if (cur == from)
		return malformed(mm, "crashkernel: Memory value expected");
	if (*cur++ != '-')
		return malformed(mm, "crashkernel: '-' expected");
	if (*cur != ':') {
		from = cur;
		end = memparse(cur, &cur);
		if (cur == from)
			return malformed(mm, "crashkernel: Memory value expected");
		if (end <= start)
			return malformed(mm, "crashkernel: end <= start");
	}
	if (*cur++ != ':')
		return malformed(mm, "crashkernel: ':' expected");
	from = cur;
	size = memparse(cur, &cur);
	if (cur == from)
		return malformed(mm, "%sMemory value expected", *mm->rules->crash_offset_prefix ? "crashkernel: " : "");
	if (size >= ram)
		return malformed(mm, "crashkernel: invalid size");
	*s = cur;
	if (ram < start || ram >= end)
		return 0;
	c->size = size;
	return 1;
}

/* parse_crashkernel_mem(): "range:size[,range:size]...[@offset]" by the amount of RAM. */
static int parse_ranges(struct mm *mm, const char *cur, phys_addr_t ram, struct crashkernel *c)
{
	const char *from;
	int found;

	do {
		found = parse_range(mm, &cur, ram, c);
	} while (!found && *cur++ == ',');
	if (found < 0)
		return found;
	if (!c->size) {
		trace_note(&mm->trace, "parse_crashkernel", "crashkernel size resulted in zero bytes");
		cause_rule(&mm->trace, "crashkernel-ignored");
		cause_parameter(&mm->trace, "crashkernel");
		cause_because(&mm->trace, "RAM counts as %llu MiB, and no range of crashkernel= has that", (unsigned long long)(ram >> 20));
		return 0;
	}
	cur += strcspn(cur, " @");
	if (*cur != '@')
		return 0;
	from = ++cur;
	c->base = memparse(cur, &cur);
	return cur == from ? malformed(mm, "%sMemory value expected after '@'", mm->rules->crash_offset_prefix) : 0;
}

static bool word_ends(const char *s)
{
	return !*s || *s == ' ';
}

/* A size, then @suffix if there is one, then the word's end. */
static int parse_size(struct mm *mm, const char *s, const char *suffix, phys_addr_t *size, const char **rest)
{
	const char *cur;

	*size = memparse(s, &cur);
	if (cur == s)
		return malformed(mm, "crashkernel: memory value expected");
	*rest = cur;
	if (!suffix)
		return 0;
	if (strncmp(cur, suffix, strlen(suffix)))
		return malformed(mm, "crashkernel: unrecognized char: %c", *cur);
	cur += strlen(suffix);
	return word_ends(cur) ? 0 : malformed(mm, "crashkernel: unrecognized char: %c", *cur);
}

/* parse_crashkernel_simple(): "size[@offset]"; what follows the offset is not looked at. */
static int parse_simple(struct mm *mm, const char *s, struct crashkernel *c)
{
	const char *cur = s;
	int err = parse_size(mm, s, NULL, &c->size, &cur);

	if (err)
		return err;
	if (*cur == '@')
		c->base = memparse(cur + 1, NULL);
	else if (!word_ends(cur))
		return malformed(mm, "crashkernel: unrecognized char: %c", *cur);
	return 0;
}

/* __parse_crashkernel() of a value without suffix. */
int crashkernel_parse(struct mm *mm, const char *s, struct crashkernel *c)
{
	phys_addr_t ram = memblock_phys_mem_size(&mm->memblock);
	const char *colon = strchr(s, ':'), *space = strchr(s, ' ');

	if (mm->rules->crash_ram_rounded)
		ram = align_up(ram, MIB(128));
	return colon && (!space || colon < space) ? parse_ranges(mm, s, ram, c) : parse_simple(mm, s, c);
}

/* crashkernel=size,high and perhaps crashkernel=size,low. */
int crashkernel_parse_high(struct mm *mm, struct crashkernel *c, phys_addr_t default_low)
{
	const char *high = crashkernel_value(mm, ",high"), *low = crashkernel_value(mm, ",low"), *rest;

	if (!high)
		return -ENOENT;
	if (parse_size(mm, high, ",high", &c->size, &rest) || !c->size)
		return -EINVAL;
	c->high = true;
	c->low_size = default_low;
	return low ? parse_size(mm, low, ",low", &c->low_size, &rest) : 0;
}

phys_addr_t crashkernel_take(struct mm *mm, phys_addr_t size, phys_addr_t start, phys_addr_t end, const char *site, const char *part)
{
	return memblock_phys_alloc_range(&mm->memblock, size, arch_crash_align(mm->kernel), start, end, site,
					 WHY("crashkernel", FACT_STR("part", part)));
}

/* The newest event, a problem: crashkernel= found no room in [start, end). */
static void add_cause(struct mm *mm, phys_addr_t size, phys_addr_t start, phys_addr_t end)
{
	phys_addr_t dma = arch_low_address_limit(mm);

	/* The last attempt goes where there may be no RAM at all: the one before it says more. */
	if (start >= memblock_end_of_DRAM(&mm->memblock)) {
		start = 0;
		end = dma;
	}
	cause_rule(&mm->trace, "crashkernel-does-not-fit");
	cause_parameter(&mm->trace, "crashkernel");
	loader_no_place(mm, &(struct placement){
		.size = size, .align = arch_crash_align(mm->kernel), .start = start, .end = min_u64(end, memblock_end_of_DRAM(&mm->memblock)),
		.start_by = !start ? NULL : start == dma ? "the DMA zone's limit" : "crashkernel=",
		.end_by = end == dma && end < memblock_end_of_DRAM(&mm->memblock) ? "the DMA zone's limit" : NULL,
		.nid = NUMA_NO_NODE });
}

void crashkernel_cannot_allocate(struct mm *mm, phys_addr_t size, phys_addr_t start, phys_addr_t end)
{
	trace_problem(&mm->trace, "reserve_crashkernel", "cannot allocate crashkernel (size:0x%llx)", (unsigned long long)size);
	add_cause(mm, size, start, end);
}

/* Nothing is reserved, and the kernel does not say so. */
static void say_ignored(struct mm *mm, const char *because)
{
	cause_silent(&mm->trace, "reserve_crashkernel", "crashkernel-ignored");
	cause_parameter(&mm->trace, "crashkernel");
	cause_because(&mm->trace, "%s", because);
}

static bool is_given(const struct mm *mm)
{
	return strstr(mm->cmdline.text, parameter) != NULL;
}

void crashkernel_explain_nothing(struct mm *mm, const struct crashkernel *c, size_t seen, bool knows_high)
{
	bool high = crashkernel_value(mm, ",high"), low = crashkernel_value(mm, ",low"), plain = crashkernel_value(mm, NULL);

	if (!is_given(mm) || mm->trace.nr_events > seen)
		return;
	if (c->size)
		say_ignored(mm, arena_printf(&mm->arena, "%llu MiB are all RAM or more: it has %llu MiB", (unsigned long long)(c->size >> 20),
					     (unsigned long long)(memblock_phys_mem_size(&mm->memblock) >> 20)));
	else if (!plain && (high || low) && !knows_high)
		say_ignored(mm, "this release knows neither ',high' nor ',low' on this architecture");
	else if (!plain && !high && low)
		say_ignored(mm, "',low' counts only beside a crashkernel= with ',high'");
	else if (!plain && !high)
		say_ignored(mm, "a value of its own is missing: only one with ',cma' is given");
}

bool crashkernel_is_built_in(struct mm *mm, const char *option)
{
	if (kernel_has_config(mm->kernel, option))
		return true;
	if (is_given(mm))
		say_ignored(mm, arena_printf(&mm->arena, "this kernel is built without CONFIG_%s", option));
	return false;
}

void crashkernel_reserved(struct mm *mm, phys_addr_t base, phys_addr_t size)
{
	mm->crashk_res = (struct phys_range){ base, size };
	trace_printk(&mm->trace, "crashkernel reserved: 0x%016llx - 0x%016llx (%lld MB)", (unsigned long long)base,
		     (unsigned long long)(base + size), (long long)(size >> 20));
}

/* reserve_crashkernel_low(): devices of the crash kernel need memory they can reach. */
bool crashkernel_take_low(struct mm *mm, phys_addr_t size)
{
	phys_addr_t base = crashkernel_take(mm, size, 0, arch_low_address_limit(mm), "reserve_crashkernel/low", "low");

	if (!base) {
		trace_problem(&mm->trace, "reserve_crashkernel_low", "cannot allocate crashkernel low memory (size:0x%llx).",
			      (unsigned long long)size);
		add_cause(mm, size, 0, arch_low_address_limit(mm));
		return false;
	}
	mm->crashk_low_res = (struct phys_range){ base, size };
	trace_printk(&mm->trace, "crashkernel low memory reserved: 0x%08llx - 0x%08llx (%lld MB)", (unsigned long long)base,
		     (unsigned long long)(base + size), (long long)(size >> 20));
	return true;
}

static bool parse_generic(struct mm *mm, struct crashkernel *c)
{
	const char *plain = crashkernel_value(mm, NULL);

	if (plain ? crashkernel_parse(mm, plain, c) : crashkernel_parse_high(mm, c, CRASH_DEFAULT_LOW_BYTES))
		return false;
	return c->size && !(mm->rules->crash_size_below_ram && c->size >= memblock_phys_mem_size(&mm->memblock));
}

/* Where the next attempt is made; false: there is none. */
static bool try_elsewhere(struct mm *mm, struct crashkernel *c, phys_addr_t *start, phys_addr_t *end)
{
	phys_addr_t low_max = arch_low_address_limit(mm), high_max = arch_crash_addr_high_max(mm);

	if (!c->high && *end == low_max && *start != low_max) {
		*start = low_max;
		*end = high_max;
		c->low_size = CRASH_DEFAULT_LOW_BYTES;
		return true;
	}
	if (c->high && *end == high_max) {
		*start = 0;
		*end = low_max;
		return true;
	}
	return false;
}

static void say_in_use(struct mm *mm, const struct crashkernel *c)
{
	trace_problem(&mm->trace, "reserve_crashkernel_generic", "crashkernel reservation failed - memory is in use.");
	loader_blame(mm, c->base, c->size);
	cause_rule(&mm->trace, "crashkernel-does-not-fit");
	cause_parameter(&mm->trace, "crashkernel");
	cause_taken(&mm->memblock, c->base, c->size);
}

void crashkernel_reserve_generic(struct mm *mm, struct crashkernel *c, phys_addr_t high_base)
{
	phys_addr_t low_max = arch_low_address_limit(mm), at;
	phys_addr_t start = c->base ? c->base : c->high ? high_base : 0;
	phys_addr_t end = c->base ? c->base + c->size : c->high ? arch_crash_addr_high_max(mm) : low_max;

	do {
		at = crashkernel_take(mm, c->size, start, end, "reserve_crashkernel/main", "main");
	} while (!at && !c->base && try_elsewhere(mm, c, &start, &end));
	if (!at && c->base)
		say_in_use(mm, c);
	else if (!at)
		crashkernel_cannot_allocate(mm, c->size, start, end);
	else if (at >= low_max && c->low_size && !crashkernel_take_low(mm, c->low_size))
		memblock_phys_free(&mm->memblock, at, c->size, "reserve_crashkernel/main", WHY("crashkernel"));
	else
		crashkernel_reserved(mm, at, c->size);
}

/* 6.7 and later. */
void step_arch_reserve_crashkernel(struct mm *mm)
{
	struct crashkernel c = { 0 };
	size_t seen = mm->trace.nr_events;

	if (!crashkernel_is_built_in(mm, mm->rules->crash_config))
		return;
	if (parse_generic(mm, &c))
		crashkernel_reserve_generic(mm, &c, arch_low_address_limit(mm));
	else
		crashkernel_explain_nothing(mm, &c, seen, true);
}
