// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cpu_masks.c - isolcpus=, nohz_full=, irqaffinity= and rcu_nocbs=: CPU masks
 * that a kernel with CPUMASK_OFFSTACK takes from memblock.
 *
 * Follows kernel/sched/isolation.c (5.10 to 7.3) and bitmap_parselist()
 * (lib/bitmap-str.c).  The boot CPU alone is present so early.
 */
#include "steps.h"
#include "../cause.h"
#include "../memblock_virt.h"

#include <ctype.h>

enum { HK_DOMAIN = 0x1, HK_MANAGED_IRQ = 0x2, HK_TICK = 0x4, HK_NOISE = 0x8 };

static bool masks_are_allocated(const struct mm *mm, const char *param)
{
	return kernel_has_config(mm->kernel, "CPUMASK_OFFSTACK") && !kernel_param_unknown(mm->kernel, param, strlen(param));
}

/* cpumask_size(): only as many bits as there are CPU numbers. */
static uint64_t mask_bytes(const struct mm *mm)
{
	return div_round_up(mm->cpus.nr_cpu_ids, 64) * 8;
}

static phys_addr_t alloc_mask(struct mm *mm, const char *what)
{
	return memblock_virt_alloc(&mm->memblock, mask_bytes(mm), VIRT_ALIGN_DEFAULT, "alloc_bootmem_cpumask_var/node-cpumask",
				   WHY("cpumask", FACT_STR("what", what)));
}

static void free_mask(struct mm *mm, phys_addr_t at)
{
	memblock_virt_free(&mm->memblock, at, mask_bytes(mm), "free_bootmem_cpumask_var/mask",
			   WHY("cpumask", FACT_STR("what", "temporary")));
}

/* How many of the kernel's types of housekeeping a flag stands for. */
static unsigned types_of(const struct mm *mm, unsigned flags)
{
	unsigned nr = 0;

	if (flags & HK_DOMAIN)
		nr += mm->rules->hk_domain_types;
	if (flags & HK_NOISE)
		nr += mm->rules->hk_noise_types;
	return nr + !!(flags & HK_MANAGED_IRQ) + !!(flags & HK_TICK);
}

/* ------------------------------------------------------------------ lists of CPUs */

struct cpu_list {
	const char *at;
	unsigned nr_bits;
	uint64_t *mask;
};

static bool ends_region(char c)
{
	return !c || c == ',' || isspace((unsigned char)c);
}

/* bitmap_getnum(): "N" is the last one. */
static bool get_number(struct cpu_list *list, bool may_be_last, unsigned *ret)
{
	uint64_t n = 0;
	const char *digits = list->at;

	if (may_be_last && *list->at == 'N') {
		*ret = list->nr_bits - 1;
		list->at++;
		return true;
	}
	while (isdigit((unsigned char)*list->at) && n <= UINT32_MAX)
		n = n * 10 + (unsigned)(*list->at++ - '0');
	*ret = (unsigned)n;
	return list->at > digits && n <= UINT32_MAX;
}

/* [start, end] of which @used CPUs out of every @group count. */
struct cpu_region {
	unsigned start, end, used, group;
};

static bool get_pattern(struct cpu_list *list, bool last_is_n, struct cpu_region *r)
{
	if (ends_region(*list->at)) {
		r->used = r->group = r->end + 1;
		return true;
	}
	return *list->at++ == ':' && get_number(list, last_is_n, &r->used) && *list->at++ == '/' &&
	       get_number(list, last_is_n, &r->group) && ends_region(*list->at);
}

/* bitmap_parse_region() */
static bool get_region(const struct mm *mm, struct cpu_list *list, struct cpu_region *r)
{
	bool names = mm->rules->cpu_list_names;

	if (names && !strncasecmp(list->at, "all", 3)) {
		list->at += 3;
		*r = (struct cpu_region){ .end = list->nr_bits - 1 };
		return get_pattern(list, names, r);
	}
	if (!get_number(list, names, &r->start))
		return false;
	r->end = r->start;
	if (ends_region(*list->at))
		return get_pattern(list, names, r);
	return *list->at++ == '-' && get_number(list, names, &r->end) && get_pattern(list, names, r);
}

static bool set_region(struct cpu_list *list, const struct cpu_region *r)
{
	if (r->start > r->end || !r->group || r->used > r->group || r->end >= list->nr_bits)
		return false;
	for (uint64_t at = r->start; at <= r->end; at += r->group)
		for (uint64_t cpu = at; cpu < at + r->used && cpu <= r->end; cpu++)
			list->mask[cpu / 64] |= UINT64_C(1) << cpu % 64;
	return true;
}

/* Without CPUMASK_OFFSTACK masks were as long as the build allows, for some releases. */
static unsigned mask_bits(const struct mm *mm)
{
	if (mm->rules->cpu_list_of_build && !kernel_has_config(mm->kernel, "CPUMASK_OFFSTACK"))
		return mm->kernel->nr_cpus;
	return mm->cpus.nr_cpu_ids;
}

static size_t mask_words(const struct mm *mm)
{
	return div_round_up(mask_bits(mm), 64);
}

/* cpulist_parse(); NULL: it is none. */
static uint64_t *cpulist_parse(struct mm *mm, const char *text)
{
	struct cpu_list list = { .at = text, .nr_bits = mask_bits(mm),
				 .mask = arena_array(&mm->arena, mask_words(mm), sizeof(*list.mask)) };
	struct cpu_region r = { 0 };

	for (;;) {
		while (*list.at == ',' || isspace((unsigned char)*list.at))
			list.at++;
		if (!*list.at)
			return list.mask;
		if (!get_region(mm, &list, &r) || !set_region(&list, &r))
			return NULL;
	}
}

/* ------------------------------------------------------------------- housekeeping */

/* An isolcpus= or nohz_full= that is read. */
struct isolation {
	struct mm *mm;
	struct housekeeping *known;
	const char *param, *list;
	unsigned flags;
	uint64_t *isolated, *others;	/* bits of possible CPUs, those of @others free of noise */
};

static bool refuse(const struct isolation *is, const char *because, const char *line)
{
	cause_silent(&is->mm->trace, "parse_args", "parameter-malformed");
	cause_parameter(&is->mm->trace, is->param);
	cause_because(&is->mm->trace, "%s", because);
	if (*line)
		trace_printk(&is->mm->trace, "%s", line);
	return false;
}

static bool read_list(struct isolation *is)
{
	is->isolated = cpulist_parse(is->mm, is->list);
	if (is->isolated)
		return true;
	return refuse(is, arena_printf(&is->mm->arena, "'%s' is no list of CPUs 0-%u", is->list, is->mm->cpus.nr_cpu_ids - 1),
		      "Housekeeping: nohz_full= or isolcpus= incorrect CPU range");
}

static void find_others(struct isolation *is)
{
	const struct cpus *cpus = &is->mm->cpus;

	is->others = arena_array(&is->mm->arena, mask_words(is->mm), sizeof(*is->others));
	for (size_t i = 0; i < cpus->nr; i++)
		is->others[cpus->cpu[i].id / 64] |= UINT64_C(1) << cpus->cpu[i].id % 64;
	for (size_t i = 0; i < mask_words(is->mm); i++)
		is->others[i] &= ~is->isolated[i];
}

/* Somebody must do the housekeeping, and only the boot CPU is there. */
static void keep_boot_cpu(struct isolation *is)
{
	bool max_cpus_0 = is->mm->rules->housekeeping_wants_cpus && !is->mm->cpus.setup_max_cpus;

	if (is->others[0] & 1 && !max_cpus_0)
		return;
	is->others[0] |= 1;
	is->isolated[0] &= ~UINT64_C(1);
	if (!is->known->flags)
		trace_printk(&is->mm->trace, "Housekeeping: must include one present CPU, using boot CPU:0");
}

static bool is_empty(const struct isolation *is)
{
	for (size_t i = 0; i < mask_words(is->mm); i++)
		if (is->isolated[i])
			return false;
	return true;
}

/* Masks of kinds that an earlier parameter has set are not changed. */
static bool matches(const struct isolation *is)
{
	bool by_type = is->mm->rules->housekeeping_by_type;
	size_t bytes = mask_words(is->mm) * sizeof(*is->others);

	for (unsigned bit = 0; bit < HK_NR_FLAGS; bit++) {
		unsigned flag = 1U << bit;

		if (is->known->flags & flag && (!by_type || is->flags & flag) && memcmp(is->known->others[bit], is->others, bytes))
			return refuse(is, "it does not name the CPUs of the parameter before it",
				      "Housekeeping: nohz_full= must match isolcpus=");
	}
	return true;
}

/* Since 6.19 the boot CPU must be in the masks of both nohz_full= and isolcpus=domain. */
static bool leaves_a_cpu(const struct isolation *is)
{
	const unsigned kinds = HK_DOMAIN | HK_NOISE;
	unsigned set = is->known->flags & kinds;

	if (!is->mm->rules->housekeeping_leaves_cpu || !set || !(is->flags & kinds))
		return true;
	if (is->others[0] & is->known->others[set & HK_DOMAIN ? 0 : 3][0] & 1 && is->mm->cpus.setup_max_cpus)
		return true;
	return refuse(is, "no CPU that is there is left by it and the parameter before it",
		      arena_printf(&is->mm->arena, "Housekeeping: must include one present CPU neither in nohz_full= nor in "
				   "isolcpus=domain, ignoring setting %s", is->list));
}

/* How many masks stay. */
static unsigned masks_of(const struct isolation *is)
{
	unsigned added = is->flags & ~is->known->flags, nr = !!(added & HK_TICK);

	if (is->mm->rules->housekeeping_by_type)
		return nr + types_of(is->mm, added);
	return nr + !is->known->flags;
}

static void remember(struct isolation *is)
{
	unsigned added = is->flags & ~is->known->flags;

	for (unsigned bit = 0; bit < HK_NR_FLAGS; bit++)
		if (added & 1U << bit)
			is->known->others[bit] = is->others;
	is->known->flags |= is->flags;
}

/* housekeeping_setup() between its temporary masks. */
static bool set_up(struct isolation *is, bool allocated)
{
	find_others(is);
	keep_boot_cpu(is);
	if (is->mm->rules->housekeeping_wants_cpus && is_empty(is))
		return refuse(is, "it names no CPU that can be spared", "");
	if (!matches(is) || !leaves_a_cpu(is))
		return false;
	for (unsigned nr = allocated ? masks_of(is) : 0; nr; nr--)
		alloc_mask(is->mm, "housekeeping");
	remember(is);
	return true;
}

/* housekeeping_setup(); false: the function takes no notice of the word. */
static bool housekeeping(struct isolation *is)
{
	struct mm *mm = is->mm;
	bool allocated = masks_are_allocated(mm, is->param), taken;
	phys_addr_t without = allocated ? alloc_mask(mm, "temporary") : 0, staging;

	taken = read_list(is);
	if (taken) {
		staging = allocated ? alloc_mask(mm, "temporary") : 0;
		taken = set_up(is, allocated);
		if (allocated)
			free_mask(mm, staging);
	}
	if (allocated)
		free_mask(mm, without);
	return taken;
}

/* Flags that this release knows, each with its comma. */
static bool skip_flag(const struct mm *mm, struct isolation *is)
{
	static const struct { const char *word; unsigned flag; } words[] = {
		{ "nohz,", HK_TICK }, { "domain,", HK_DOMAIN }, { "managed_irq,", HK_MANAGED_IRQ },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strncmp(is->list, words[i].word, strlen(words[i].word)))
			continue;
		if (words[i].flag == HK_MANAGED_IRQ && !mm->rules->isolcpus_managed_irq)
			continue;
		is->flags |= words[i].flag;
		/* nohz, is all that nohz_full= is since the kinds of noise are one. */
		if (words[i].flag == HK_TICK && mm->rules->isolcpus_nohz_is_noise)
			is->flags |= HK_NOISE;
		is->list += strlen(words[i].word);
		return true;
	}
	return false;
}

/* One that it does not know: passed over if it is a word. */
static bool skip_unknown_flag(struct mm *mm, struct isolation *is)
{
	int len = (int)strcspn(is->list, ",");

	if (!mm->rules->isolcpus_skips_unknown)
		return refuse(is, "it has a flag that this release does not know", "isolcpus: Error, unknown flag");
	for (int i = 0; i < len; i++)
		if (!isalpha((unsigned char)is->list[i]) && is->list[i] != '_')
			return refuse(is, "it has a flag that is no word",
				      arena_printf(&mm->arena, "isolcpus: Invalid flag %.*s", len, is->list));
	trace_printk(&mm->trace, "isolcpus: Skipped unknown flag %.*s", len, is->list);
	is->list += len + !!is->list[len];
	return true;
}

/* isolated_cpu_setup() and tick_nohz_full_setup(), before there was housekeeping; masks were part of the image. */
static bool old_list(struct isolation *is, const char *line)
{
	return cpulist_parse(is->mm, is->list) || refuse(is, arena_printf(&is->mm->arena, "'%s' is no list of CPUs", is->list), line);
}

/* isolcpus=[nohz,][domain,][managed_irq,]LIST */
bool param_isolcpus(struct mm *mm, struct housekeeping *known, const char *value)
{
	struct isolation is = { .mm = mm, .known = known, .param = "isolcpus", .list = value };

	if (kernel_param_unknown(mm->kernel, is.param, strlen(is.param)))
		return true;
	if (!mm->rules->housekeeping)
		return old_list(&is, arena_printf(&mm->arena, "sched: Error, all isolcpus= values must be between 0 and %u",
						  mm->cpus.nr_cpu_ids));
	while (isalpha((unsigned char)*is.list))
		if (!skip_flag(mm, &is) && !skip_unknown_flag(mm, &is))
			return false;
	if (!is.flags)
		is.flags = HK_DOMAIN;
	return housekeeping(&is);
}

bool param_nohz_full(struct mm *mm, struct housekeeping *known, const char *value)
{
	struct isolation is = { .mm = mm, .known = known, .param = "nohz_full", .list = value, .flags = HK_TICK | HK_NOISE };

	if (kernel_param_unknown(mm->kernel, is.param, strlen(is.param)))
		return true;
	return mm->rules->housekeeping ? housekeeping(&is) : old_list(&is, "NO_HZ: Incorrect nohz_full cpumask");
}

void param_irqaffinity(struct mm *mm)
{
	if (masks_are_allocated(mm, "irqaffinity"))
		alloc_mask(mm, "irqaffinity");
}

void param_rcu_nocbs(struct mm *mm)
{
	if (masks_are_allocated(mm, "rcu_nocbs"))
		alloc_mask(mm, "rcu_nocbs");
}
