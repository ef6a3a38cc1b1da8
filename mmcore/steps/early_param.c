// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * early_param.c - parse_early_param(): what takes effect inside setup_arch(),
 * and what the kernel says of values that it cannot use.
 *
 * init/main.c: do_early_param() calls each parameter's function and complains
 * if that returns an error.  Some functions read the value without looking
 * whether there is one; the kernel then dies of a NULL pointer.
 */
#include "early_param.h"

#include "../cause.h"

static void memblock_debug(struct mm *mm, const char *value)
{
	if (strstr(value, "debug"))
		mm->trace.memblock_debug = true;
}

static void mem(struct mm *mm, const char *value)
{
	mm->mem_limit = align_down(memparse(value, NULL), mm->kernel->page_size);
	mm->mem_limited = true;
	trace_printk(&mm->trace, "Memory limited to %lldMB", (long long)(mm->mem_limit >> 20));
}

static void movable_node(struct mm *mm, const char *value)
{
	(void)value;
	mm->memblock.movable_node = true;
}

/* It is on the command line, and nobody does anything with it or says so. */
static void say_no_effect(struct mm *mm, const char *name, const char *because)
{
	cause_silent(&mm->trace, "parse_early_param", "parameter-no-effect");
	cause_parameter(&mm->trace, name);
	cause_because(&mm->trace, "%s", because);
}

/* Why numa=fake= does nothing. */
static const char *no_emulation(const struct mm *mm)
{
	return mm->rules->numa_memblks ? "nodes are emulated only by builds with CONFIG_NUMA_EMU, which this one is not"
				       : "this release cannot emulate nodes on this architecture";
}

static void numa(struct mm *mm, const char *value)
{
	if (has_prefix(value, "off"))
		mm->nodes.numa_off = true;
	if (has_prefix(value, "fake=") && !kernel_has_config(mm->kernel, "NUMA_EMU"))
		say_no_effect(mm, "numa", no_emulation(mm));
}

/* numa_emu_cmdline() is an error where nodes cannot be emulated. */
static bool numa_refuses(const struct mm *mm, const char *value)
{
	return mm->rules->numa_memblks && has_prefix(value, "fake=") && !kernel_has_config(mm->kernel, "NUMA_EMU");
}

/* initrd=start,size: beats what /chosen says. */
static void initrd(struct mm *mm, const char *value)
{
	phys_addr_t start = memparse(value, &value);

	if (*value != ',')
		return;
	mm->initrd_start = start;
	mm->initrd_size = memparse(value + 1, NULL);
	trace_arg(&mm->trace, FACT_HEX("base", mm->initrd_start));
	trace_arg(&mm->trace, FACT_HEX("size", mm->initrd_size));
}

/* elfcorehdr=[size@]address: this is a crash kernel. */
static void elfcorehdr(struct mm *mm, const char *value)
{
	mm->elfcorehdr.base = memparse(value, &value);
	if (*value == '@') {
		mm->elfcorehdr.size = mm->elfcorehdr.base;
		mm->elfcorehdr.base = memparse(value + 1, NULL);
	}
	mm->is_kdump = true;
}

static void mitigations(struct mm *mm, const char *value)
{
	if (strcmp(value, "off") && strcmp(value, "auto") && strcmp(value, "auto,nosmt"))
		trace_printk(&mm->trace, "Unsupported mitigations=%s, system may still be vulnerable", value);
}

static void bootconfig(struct mm *mm, const char *value)
{
	(void)value;
	trace_printk(&mm->trace, "WARNING: 'bootconfig' found on the kernel command line but CONFIG_BOOT_CONFIG is not set.");
}

static void rodata(struct mm *mm, const char *value)
{
	if (strcmp(value, "full") && strcmp(value, "on") && strcmp(value, "off"))
		trace_printk(&mm->trace, "Invalid option string for rodata: '%s'", *value ? value : "(null)");
}

/* A bitmask of taint flags, up to a comma. */
static bool panic_on_taint_refuses(const struct mm *mm, const char *value)
{
	const char *end;
	uint64_t mask = simple_strtoull(value, &end, 16);

	(void)mm;
	return end == value || (*end && *end != ',') || !(mask & 0x7ffff);
}

/* Since 6.10: "never", or a boolean. */
static bool mem_profiling_refuses(const struct mm *mm, const char *value)
{
	bool on;

	return !has_prefix(value, "never") && !kstrtobool(value, mm->rules->bool_true_false, &on);
}

/* Those of all architectures.  Equal names follow one another by release. */
static const struct early_param early_params[] = {
	{ .name = "acpi", .when = { BUILT_WITH("ACPI") }, .accepts = ACCEPTS_A_WORD, .words = "off on force nospcr" },
	{ .name = "bootconfig", .when = { SINCE(5, 10), BUILT_WITHOUT("BOOT_CONFIG") }, .accepts = ACCEPTS_ANYTHING, .apply = bootconfig },
	{ .name = "cma", .when = { UNTIL(4, 20), BUILT_WITH("DMA_CMA") }, .accepts = DIES_WITHOUT_VALUE },
	{ .name = "cma", .when = { SINCE(4, 20), BUILT_WITH("DMA_CMA") }, .accepts = ACCEPTS_A_VALUE },
	{ .name = "cma_pernuma", .when = { SINCE(5, 10), BUILT_WITH("DMA_PERNUMA_CMA") }, .accepts = DIES_WITHOUT_VALUE },
	{ .name = "cma_pernuma", .when = { SINCE(6, 7), BUILT_WITH("DMA_NUMA_CMA") }, .accepts = DIES_WITHOUT_VALUE },
	{ .name = "coherent_pool", .accepts = DIES_WITHOUT_VALUE },
	{ .name = "cpuhp.parallel", .when = { SINCE(6, 5), BUILT_WITH("HOTPLUG_PARALLEL") }, .accepts = ACCEPTS_A_BOOL },
	{ .name = "debug_pagealloc", .when = { UNTIL(5, 5), BUILT_WITH("DEBUG_PAGEALLOC") }, .accepts = ACCEPTS_A_VALUE },
	{ .name = "debug_pagealloc", .when = { SINCE(5, 5), BUILT_WITH("DEBUG_PAGEALLOC") }, .accepts = ACCEPTS_A_BOOL },
	{ .name = "elfcorehdr", .when = { BUILT_WITH("CRASH_DUMP") }, .accepts = ACCEPTS_AN_ADDRESS, .apply = elfcorehdr,
	  .acts_refused = true },
	{ .name = "fw_devlink", .when = { SINCE(5, 7) }, .accepts = ACCEPTS_A_VALUE },
	{ .name = "fw_devlink.strict", .when = { SINCE(5, 13) }, .accepts = ACCEPTS_A_BOOL },
	{ .name = "fw_devlink.sync_state", .when = { SINCE(6, 4) }, .accepts = ACCEPTS_A_WORD, .words = "strict timeout" },
	{ .name = "hostname", .when = { SINCE(5, 19) }, .accepts = DIES_WITHOUT_VALUE },
	{ .name = "hugetlb_cma", .when = { SINCE(5, 7), BUILT_WITH("HUGETLB_PAGE") }, .accepts = DIES_WITHOUT_VALUE },
	{ .name = "init_on_alloc", .when = { SINCE(5, 3) }, .accepts = ACCEPTS_A_BOOL, .apply = early_param_init_on_alloc },
	{ .name = "init_on_free", .when = { SINCE(5, 3) }, .accepts = ACCEPTS_A_BOOL, .apply = early_param_init_on_free },
	{ .name = "initrd", .when = { BUILT_WITH("BLK_DEV_INITRD") }, .accepts = DIES_WITHOUT_VALUE, .apply = initrd },
	{ .name = "initrdmem", .when = { SINCE(5, 8), BUILT_WITH("BLK_DEV_INITRD") }, .accepts = DIES_WITHOUT_VALUE, .apply = initrd },
	{ .name = "kernelcore", .accepts = DIES_WITHOUT_VALUE },
	{ .name = "kmemleak", .when = { BUILT_WITH("DEBUG_KMEMLEAK") }, .accepts = ACCEPTS_A_WORD, .words = "off on" },
	{ .name = "log_buf_len", .accepts = ACCEPTS_A_VALUE, .apply = early_param_log_buf_len },
	{ .name = "loglevel", .accepts = ACCEPTS_A_NUMBER },
	{ .name = "mem", .accepts = ACCEPTS_A_VALUE, .apply = mem },
	{ .name = "memblock", .accepts = ACCEPTS_ANYTHING, .apply = memblock_debug },
	{ .name = "memtest", .when = { BUILT_WITH("MEMTEST") }, .accepts = ACCEPTS_A_COUNT, .apply = early_param_memtest },
	{ .name = "mitigations", .when = { SINCE(5, 2) }, .accepts = DIES_WITHOUT_VALUE, .apply = mitigations },
	{ .name = "movable_node", .when = { BUILT_WITH("MEMORY_HOTPLUG") }, .accepts = ACCEPTS_ANYTHING, .apply = movable_node },
	{ .name = "movablecore", .accepts = ACCEPTS_A_VALUE },
	{ .name = "numa", .when = { BUILT_WITH("NUMA") }, .accepts = ACCEPTS_A_VALUE, .apply = numa, .refuses = numa_refuses },
	{ .name = "numa_cma", .when = { SINCE(6, 7), BUILT_WITH("DMA_NUMA_CMA") }, .accepts = DIES_WITHOUT_VALUE },
	{ .name = "oops", .accepts = ACCEPTS_A_VALUE },
	{ .name = "page_owner", .when = { UNTIL(5, 18), BUILT_WITH("PAGE_OWNER") }, .accepts = ACCEPTS_A_VALUE },
	{ .name = "page_owner", .when = { SINCE(5, 18), BUILT_WITH("PAGE_OWNER") }, .accepts = ACCEPTS_A_BOOL },
	{ .name = "page_poison", .when = { BUILT_WITH("PAGE_POISONING") }, .accepts = ACCEPTS_A_BOOL, .apply = early_param_page_poison },
	{ .name = "page_table_check", .when = { SINCE(5, 17), BUILT_WITH("PAGE_TABLE_CHECK") }, .accepts = ACCEPTS_A_BOOL },
	{ .name = "panic_on_taint", .when = { SINCE(5, 8) }, .accepts = ACCEPTS_A_VALUE, .refuses = panic_on_taint_refuses },
	{ .name = "percpu_alloc", .accepts = ACCEPTS_A_VALUE, .apply = early_param_percpu_alloc },
	{ .name = "stack_depot_max_pools", .when = { SINCE(6, 17), BUILT_WITH("STACKDEPOT") }, .accepts = DIES_WITHOUT_VALUE,
	  .apply = early_param_stack_pools, .refuses = early_param_stack_pools_refused },
	{ .name = "random.trust_bootloader", .when = { SINCE(5, 18) }, .accepts = ACCEPTS_A_BOOL },
	{ .name = "random.trust_cpu", .when = { SINCE(4, 19) }, .accepts = ACCEPTS_A_BOOL },
	{ .name = "randomize_kstack_offset", .when = { SINCE(5, 13), BUILT_WITH("RANDOMIZE_KSTACK_OFFSET") }, .accepts = ACCEPTS_A_BOOL },
	{ .name = "rodata", .when = { SINCE(5, 18) }, .accepts = ACCEPTS_ANYTHING, .apply = rodata },
	{ .name = "stack_depot_disable", .when = { SINCE(5, 12), UNTIL(6, 8), BUILT_WITH("STACKDEPOT") }, .accepts = ACCEPTS_ANYTHING,
	  .apply = early_param_stack_depot_disable },
	{ .name = "stack_depot_disable", .when = { SINCE(6, 8), BUILT_WITH("STACKDEPOT") }, .accepts = ACCEPTS_A_BOOL,
	  .apply = early_param_stack_depot_disable },
	{ .name = "swiotlb", .when = { BUILT_WITH("SWIOTLB") }, .accepts = DIES_WITHOUT_VALUE, .apply = early_param_swiotlb },
	{ .name = "sysctl.vm.mem_profiling", .when = { SINCE(6, 10), BUILT_WITH("MEM_ALLOC_PROFILING") }, .accepts = ACCEPTS_A_VALUE,
	  .refuses = mem_profiling_refuses },
	{ .name = NULL },
};

/* Is @value one of @words, or does it begin with one? */
bool is_among(const char *words, const char *value, bool prefix)
{
	for (const char *w = words; *w; w += strspn(w, " ")) {
		size_t len = strcspn(w, " ");

		if (!strncmp(value, w, len) && (prefix || !value[len]))
			return true;
		w += len;
	}
	return false;
}

static bool is_count(const char *value, uint64_t most)
{
	const char *end;
	uint64_t count = simple_strtoull(value, &end, 0);

	return end != value && !*end && count <= most;
}

bool value_is_accepted(const struct mm *mm, enum accepts accepts, const char *words, const char *value)
{
	const char *rest = value;
	bool on;
	int n;

	if (!value)
		return accepts == ACCEPTS_ANYTHING || accepts == ACCEPTS_A_COUNT;
	switch (accepts) {
	case ACCEPTS_A_BOOL:
		return kstrtobool(value, mm->rules->bool_true_false, &on);
	case ACCEPTS_A_WORD:
	case ACCEPTS_A_PREFIX:
		return is_among(words, value, accepts == ACCEPTS_A_PREFIX);
	case ACCEPTS_A_NUMBER:
		return get_option(&rest, &n);
	case ACCEPTS_AN_ADDRESS:
		memparse(value, &rest);
		return rest > value;
	case ACCEPTS_A_COUNT:
		return is_count(value, UINT32_MAX);
	case ACCEPTS_A_LONG:
		return is_count(value, UINT64_MAX);
	case ACCEPTS_NO_VALUE:
		return !*value;
	case ACCEPTS_ANYTHING:
	case ACCEPTS_A_VALUE:
	case DIES_WITHOUT_VALUE:
		return true;
	case ACCEPTS_ORDERS:
	case ACCEPTS_NOTHING_AT_ALL:
		break;
	}
	return false;
}

/* What the function itself says before it refuses. */
static void say_why(struct mm *mm, const struct early_param *p)
{
	if (!strcmp(p->name, "cma"))
		trace_printk(&mm->trace, "cma: Config string not provided");
}

static void refuse(struct mm *mm, const struct early_param *p, const struct param *param)
{
	trace_event(&mm->trace, MM_PROBLEM, "parse_early_param");
	trace_arg(&mm->trace, FACT_STR("parameter", param->word));
	say_why(mm, p);
	trace_printk(&mm->trace, "Malformed early option '%s'", param->name);
	if (p->refuses == numa_refuses && param->value && numa_refuses(mm, param->value)) {
		cause_rule(&mm->trace, "parameter-no-effect");
		cause_because(&mm->trace, "%s", no_emulation(mm));
	} else {
		cause_rule(&mm->trace, "parameter-malformed");
		if (param->value)
			cause_because(&mm->trace, "%s= does not take '%s'", param->name, param->value);
		else
			cause_because(&mm->trace, "%s needs a value", param->name);
	}
	cause_parameter(&mm->trace, param->name);
}

static void do_early_param(struct mm *mm, const struct early_param *p, const struct param *param)
{
	if (!param->value && p->accepts == DIES_WITHOUT_VALUE)
		trace_oops(&mm->trace, "parse_early_param", TASK_SWAPPER, 0);
	if (!value_is_accepted(mm, p->accepts, p->words, param->value) || (p->refuses && p->refuses(mm, param->value))) {
		refuse(mm, p, param);
		if (p->acts_refused && param->value)
			p->apply(mm, param->value);
		return;
	}
	if (!p->apply)
		return;
	trace_event(&mm->trace, MM_SET, "parse_early_param");
	trace_arg(&mm->trace, FACT_STR("parameter", param->word));
	p->apply(mm, param->value ? param->value : "");
}

static void look_up(struct mm *mm, const struct early_param *table, const struct param *param)
{
	for (; table->name; table++)
		if (param_is(param, table->name) && when_applies(&table->when, mm->kernel))
			do_early_param(mm, table, param);
}

/* Those of which people expect memory, and which builds may lack. */
static const char *const of_memory[] = { "cma", "cma_pernuma", "hugetlb_cma", "movable_node", "numa", "numa_cma", "swiotlb" };

/* The parameter's last row for this release, or for any; NULL: it is none of those above. */
static const struct early_param *row_of(const struct mm *mm, const struct param *param, bool *known)
{
	const struct early_param *row = NULL;

	for (const struct early_param *p = early_params; p->name; p++) {
		if (!param_is(param, p->name))
			continue;
		if (when_applies(&p->when, mm->kernel))
			*known = true;
		if (!row || when_covers(&p->when, mm->kernel->release))
			row = p;
	}
	for (size_t i = 0; row && i < ARRAY_SIZE(of_memory); i++)
		if (!strcmp(of_memory[i], row->name))
			return row;
	return NULL;
}

/* A parameter that this kernel was not built with, or does not know yet. */
static void tell_if_unknown(struct mm *mm, const struct param *param)
{
	bool known = false;
	const struct early_param *row = row_of(mm, param, &known);

	if (!row || known)
		return;
	if (row->when.with && !kernel_has_config(mm->kernel, row->when.with))
		say_no_effect(mm, row->name, arena_printf(&mm->arena, "this kernel is built without CONFIG_%s", row->when.with));
	else
		say_no_effect(mm, row->name, "this release does not know it");
}

/*
 * Parameters act in the order of the command line.  Those that later steps ask
 * for by name (cma=, crashkernel= ...) need nothing here.
 */
void step_parse_early_param(struct mm *mm)
{
	const struct arch *arch = mm->kernel->arch;

	for (size_t i = 0; i < mm->cmdline.nr; i++) {
		look_up(mm, early_params, &mm->cmdline.params[i]);
		look_up(mm, arch->early_params, &mm->cmdline.params[i]);
		tell_if_unknown(mm, &mm->cmdline.params[i]);
	}
}

/* CONSOLE_LOGLEVEL_DEFAULT was fixed at 7 until 4.13 made it configurable. */
bool console_shows_debug(const struct mm *mm)
{
	const struct mm_kernel *k = mm->kernel;

	if (mm->rules->rt_console_prints_all && kernel_has_config(k, "PREEMPT_RT"))
		return true;
	return cmdline_shows_debug(&mm->cmdline, kernel_has_config(k, "CONSOLE_LOGLEVEL_DEFAULT")
						 ? (int)kernel_config(k, "CONSOLE_LOGLEVEL_DEFAULT") : 7);
}
