// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parse_args.c - parse_args("Booting kernel"): parameters that act after
 * setup_arch(), in the order of the command line.
 *
 * Follows init/main.c (6.7).  Parameters that a later step asks for by name
 * (dhash_entries= ...) need nothing here.
 */
#include "hugetlb.h"
#include "steps.h"
#include "../cause.h"
#include "../memblock_virt.h"

#define RESERVE_MEM_MAX_ENTRIES	8
#define RESERVE_MEM_NAME_SIZE	16

/* What the parameters build up between them. */
struct parsing {
	struct hugetlb *hugetlb;
	const char *reserve_mem_names[RESERVE_MEM_MAX_ENTRIES];
	size_t nr_reserve_mem;
	struct housekeeping housekeeping;
	bool refused;			/* the value that was read last */
};

struct boot_param {
	const char *name;
	void (*apply)(struct mm *mm, struct parsing *parsing, const char *value);
	bool bare;			/* __setup("name"), not "name=": it acts without a value, too */
};

static void hashdist(struct mm *mm, struct parsing *parsing, const char *value)
{
	(void)parsing;
	if (!mm->kernel->numa)
		return;
	if (mm->rules->hashdist_is_bool)
		kstrtobool(value, true, &mm->hashdist);
	else
		mm->hashdist = simple_strtoull(value, NULL, 0) || *value == 'y' || *value == 'Y';
}

/* Asked for, and this kernel cannot do it and does not say so. */
static void say_no_effect(struct mm *mm, const char *name, const char *because)
{
	cause_silent(&mm->trace, "parse_args", "parameter-no-effect");
	cause_parameter(&mm->trace, name);
	cause_because(&mm->trace, "%s", because);
}

static void default_hugepagesz(struct mm *mm, struct parsing *parsing, const char *value)
{
	if (!mm->rules->hugepages_parsed_early)
		hugetlb_param_default_hugepagesz(mm, parsing->hugetlb, value);
}

static void hugepagesz(struct mm *mm, struct parsing *parsing, const char *value)
{
	if (!mm->rules->hugepages_parsed_early)
		hugetlb_param_hugepagesz(mm, parsing->hugetlb, value);
}

static void hugepages(struct mm *mm, struct parsing *parsing, const char *value)
{
	if (!kernel_has_config(mm->kernel, "HUGETLB_PAGE"))
		say_no_effect(mm, "hugepages", "this kernel is built without CONFIG_HUGETLB_PAGE");
	if (!mm->rules->hugepages_parsed_early)
		hugetlb_param_hugepages(mm, parsing->hugetlb, value);
}

static bool name_is_taken(const struct parsing *parsing, const char *name)
{
	for (size_t i = 0; i < parsing->nr_reserve_mem; i++)
		if (!strcmp(parsing->reserve_mem_names[i], name))
			return true;
	return false;
}

/* size:align:name */
static bool read_reserve_mem(const char *value, uint64_t *size, uint64_t *align, const char **name)
{
	const char *p;

	*size = memparse(value, &p);
	if (!*size || *p != ':')
		return false;
	*align = memparse(p + 1, &p);
	*name = p + 1;
	return *p == ':' && **name && strlen(*name) < RESERVE_MEM_NAME_SIZE && (*name)[strspn(*name, " \t")];
}

/* Nothing is reserved; since 7.1 the kernel says why. */
static void no_reserve_mem(struct mm *mm, const char *because, const char *line)
{
	cause_silent(&mm->trace, "parse_args", "parameter-malformed");
	cause_parameter(&mm->trace, "reserve_mem");
	cause_because(&mm->trace, "%s", because);
	if (mm->rules->reserve_mem_complains)
		trace_printk(&mm->trace, "reserve_mem: %s", line);
}

static void reserve_mem(struct mm *mm, struct parsing *parsing, const char *value)
{
	uint64_t size, align;
	const char *name;

	if (!mm->rules->reserve_mem_param)
		say_no_effect(mm, "reserve_mem", "this release does not know it");
	else if (parsing->nr_reserve_mem == RESERVE_MEM_MAX_ENTRIES)
		no_reserve_mem(mm, "eight regions have been reserved by it already", "no more room for reserved memory");
	else if (!read_reserve_mem(value, &size, &align, &name))
		no_reserve_mem(mm, arena_printf(&mm->arena, "'%s' is not SIZE:ALIGN:NAME, with a name of 1 to 15 characters", value),
			       "empty or malformed parameter");
	else if (name_is_taken(parsing, name))
		no_reserve_mem(mm, arena_printf(&mm->arena, "the name '%s' is taken", name),
			       arena_printf(&mm->arena, "name \"%s\" was already used", name));
	else if (memblock_phys_alloc(&mm->memblock, size, max_u64(align, mm->kernel->smp_cache_bytes), "reserve_mem/region",
				     WHY("reserve_mem", FACT_STR("name", name))))
		parsing->reserve_mem_names[parsing->nr_reserve_mem++] = name;
	else if (mm->rules->reserve_mem_complains)
		trace_printk(&mm->trace, "reserve_mem: memblock allocation failed");
}

/* Each name becomes a list entry and a copy; 4.9's alloc_bootmem() is not modelled. */
static void initcall_blacklist(struct mm *mm, struct parsing *parsing, const char *value)
{
	uint64_t entry = kernel_sizeof(mm->kernel, "list_head") + sizeof(uint64_t);
	const struct why *why = WHY("command-line", FACT_STR("copy", "initcall_blacklist"));

	(void)parsing;
	if (mm->rules->virt_alloc || !kernel_has_config(mm->kernel, "KALLSYMS"))
		return;
	for (;; value++) {
		size_t len = strcspn(value, ",");

		memblock_virt_alloc(&mm->memblock, entry, VIRT_ALIGN_DEFAULT, "initcall_blacklist/entry", why);
		memblock_virt_alloc(&mm->memblock, len + 1, VIRT_ALIGN_DEFAULT, "initcall_blacklist/name", why);
		value += len;
		if (!*value)
			return;
	}
}

static void isolcpus(struct mm *mm, struct parsing *parsing, const char *value)
{
	parsing->refused = !param_isolcpus(mm, &parsing->housekeeping, value);
}

static void nohz_full(struct mm *mm, struct parsing *parsing, const char *value)
{
	parsing->refused = !param_nohz_full(mm, &parsing->housekeeping, value);
}

static void irqaffinity(struct mm *mm, struct parsing *parsing, const char *value)
{
	(void)parsing;
	(void)value;
	param_irqaffinity(mm);
}

static void rcu_nocbs(struct mm *mm, struct parsing *parsing, const char *value)
{
	(void)parsing;
	(void)value;
	param_rcu_nocbs(mm);
}

static unsigned option(const char *value, unsigned old)
{
	int n;

	return get_option(&value, &n) ? (unsigned)n : old;
}

static void slub_min_order(struct mm *mm, struct parsing *parsing, const char *value)
{
	struct slub_params *slub = &mm->slub_params;

	(void)parsing;
	slub->min_order = option(value, slub->min_order);
	if (mm->rules->slub_orders_ordered && slub->min_order > slub->max_order)
		slub->max_order = slub->min_order;
}

static void slub_max_order(struct mm *mm, struct parsing *parsing, const char *value)
{
	struct slub_params *slub = &mm->slub_params;

	(void)parsing;
	slub->max_order = (unsigned)min_u64(option(value, slub->max_order), mm->kernel->max_order);
	if (mm->rules->slub_orders_ordered && slub->min_order > slub->max_order)
		slub->min_order = slub->max_order;
}

static void slub_min_objects(struct mm *mm, struct parsing *parsing, const char *value)
{
	(void)parsing;
	mm->slub_params.min_objects = option(value, mm->slub_params.min_objects);
}

/* One block of slub_debug=: flags, and perhaps ",caches"; @rest is what follows its ';'. */
static unsigned slub_debug_flags(const char *block, bool *for_all, const char **rest)
{
	static const char letters[] = "fzput";
	size_t len = strcspn(block, ";"), nr = strcspn(block, ",;");
	unsigned flags = 0;

	*for_all = nr == len;
	*rest = block + len + strspn(block + len, ";");
	if (*block == ',')
		return SLUB_DEBUG_DEFAULT;
	for (size_t i = 0; i < nr; i++) {
		const char *letter = strchr(letters, block[i] | 0x20);

		if (block[i] == '-')
			flags = 0;
		else if (letter)
			flags |= 1U << (letter - letters);
	}
	return flags;
}

/* setup_slub_debug(): without flags all the usual ones, for all caches. */
static void slub_debug(struct mm *mm, struct parsing *parsing, const char *value)
{
	struct slub_params *slub = &mm->slub_params;
	unsigned flags = SLUB_DEBUG_DEFAULT;
	bool for_all = true, any_for_all = !*value;

	(void)parsing;
	if (!kernel_has_config(mm->kernel, "SLUB_DEBUG"))
		return;
	slub->debug = kernel_has_config(mm->kernel, "SLUB_DEBUG_ON") ? SLUB_DEBUG_DEFAULT : 0;
	for (const char *rest = value; *rest;) {
		unsigned some = slub_debug_flags(rest, &for_all, &rest);

		any_for_all |= for_all;
		flags = for_all ? some : flags;
		slub->keeps_stacks |= some & SLUB_DEBUG_STORE_USER;
	}
	if (any_for_all)
		slub->debug = flags;
	slub->keeps_stacks |= slub->debug & SLUB_DEBUG_STORE_USER;
	if ((slub->debug & SLUB_DEBUG_POISON) && !mm->rules->virt_alloc && mem_auto_init_is_on(mm))
		trace_printk(&mm->trace, "mem auto-init: SLAB_POISON will take precedence over init_on_alloc/init_on_free");
}

/* module_param_cb(): also while booting. */
static void kfence_sample_interval(struct mm *mm, struct parsing *parsing, const char *value)
{
	(void)parsing;
	if (kernel_has_config(mm->kernel, "KFENCE"))
		mm->kfence_sample_interval = simple_strtoull(value, NULL, 0);
}

static const struct boot_param boot_params[] = {
	{ .name = "default_hugepagesz", .apply = default_hugepagesz },
	{ .name = "hashdist", .apply = hashdist },
	{ .name = "hugepages", .apply = hugepages },
	{ .name = "hugepagesz", .apply = hugepagesz },
	{ .name = "initcall_blacklist", .apply = initcall_blacklist },
	{ .name = "irqaffinity", .apply = irqaffinity },
	{ .name = "isolcpus", .apply = isolcpus },
	{ .name = "kfence.sample_interval", .apply = kfence_sample_interval },
	{ .name = "nohz_full", .apply = nohz_full },
	{ .name = "rcu_nocbs", .apply = rcu_nocbs, .bare = true },
	{ .name = "reserve_mem", .apply = reserve_mem },
	{ .name = "slab_debug", .apply = slub_debug, .bare = true },
	{ .name = "slab_max_order", .apply = slub_max_order },
	{ .name = "slab_min_objects", .apply = slub_min_objects },
	{ .name = "slab_min_order", .apply = slub_min_order },
	{ .name = "slub_debug", .apply = slub_debug, .bare = true },
	{ .name = "slub_max_order", .apply = slub_max_order },
	{ .name = "slub_min_objects", .apply = slub_min_objects },
	{ .name = "slub_min_order", .apply = slub_min_order },
};

static const struct boot_param *find_param(const struct mm *mm, const struct param *param)
{
	for (size_t i = 0; i < ARRAY_SIZE(boot_params); i++) {
		/* SLUB's second names came with 6.9. */
		if (has_prefix(boot_params[i].name, "slab_") && !mm->rules->slab_param_names)
			continue;
		if (param_is(param, boot_params[i].name))
			return &boot_params[i];
	}
	return NULL;
}

/* hashdist: tables are spread where there are several nodes to spread them over. */
static void set_defaults(struct mm *mm)
{
	unsigned nr_memory = 0;

	for (int nid = 0; nid < mm->kernel->max_numnodes; nid++)
		nr_memory += mm->nodes.node[nid].memory;
	mm->hashdist = mm->kernel->numa && (mm->rules->hashdist_kept || nr_memory != 1);
	mm->slub_params.max_order = kernel_has_config(mm->kernel, "SLUB_TINY") ? 1 : 3;
	mm->kfence_sample_interval = kernel_config(mm->kernel, "KFENCE_SAMPLE_INTERVAL");
}

void step_parse_args(struct mm *mm)
{
	struct parsing parsing = { .hugetlb = hugetlb_of(mm) };

	set_defaults(mm);
	for (size_t i = 0; i < mm->cmdline.nr; i++) {
		struct param *param = &mm->cmdline.params[i];
		const struct boot_param *known = find_param(mm, param);

		setup_word(mm, param);
		if (!known || (!param->value && !known->bare))
			continue;
		trace_event(&mm->trace, MM_SET, "parse_args");
		trace_arg(&mm->trace, FACT_STR("parameter", param->word));
		parsing.refused = false;
		known->apply(mm, &parsing, param->value ? param->value : "");
		param->refused |= parsing.refused;
	}
}
