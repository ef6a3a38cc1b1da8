// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mem_info.c - what mm_core_init() says about memory: how it is initialised
 * ("mem auto-init"), and how much there is ("Memory:").  Follows mm/mm_init.c (6.7).
 */
#include "steps.h"

static bool to_bool(const struct mm *mm, const char *value, bool old)
{
	kstrtobool(value, mm->rules->bool_true_false, &old);
	return old;
}

/* An early parameter that is a bool, the last valid one. */
static bool bool_param(const struct mm *mm, const char *name, bool value)
{
	for (size_t i = 0; i < mm->cmdline.nr; i++) {
		const struct param *param = &mm->cmdline.params[i];

		if (param_is(param, name) && param->value)
			value = to_bool(mm, param->value, value);
	}
	return value;
}

static const char *stack_init(const struct mm_kernel *kernel)
{
	static const struct {
		const char *config, *text;
	} ways[] = {
		{ "INIT_STACK_ALL_PATTERN", "all(pattern)" },
		{ "INIT_STACK_ALL_ZERO", "all(zero)" },
		{ "GCC_PLUGIN_STRUCTLEAK_BYREF_ALL", "byref_all(zero)" },
		{ "GCC_PLUGIN_STRUCTLEAK_BYREF", "byref(zero)" },
		{ "GCC_PLUGIN_STRUCTLEAK_USER", "__user(zero)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		if (kernel_has_config(kernel, ways[i].config))
			return ways[i].text;
	return "off";
}

static bool wants_poison(const struct mm *mm)
{
	return kernel_has_config(mm->kernel, "PAGE_POISONING") && bool_param(mm, "page_poison", false);
}

static bool wants_init_on_alloc(const struct mm *mm)
{
	return bool_param(mm, "init_on_alloc", kernel_has_config(mm->kernel, "INIT_ON_ALLOC_DEFAULT_ON"));
}

static bool wants_init_on_free(const struct mm *mm)
{
	return bool_param(mm, "init_on_free", kernel_has_config(mm->kernel, "INIT_ON_FREE_DEFAULT_ON"));
}

/* Is memory cleared at the time of parse_args()?  Since 5.11 early parameters only note a wish. */
bool mem_auto_init_is_on(const struct mm *mm)
{
	if (mm->rules->init_on_decided_late)
		return kernel_has_config(mm->kernel, "INIT_ON_ALLOC_DEFAULT_ON") || kernel_has_config(mm->kernel, "INIT_ON_FREE_DEFAULT_ON");
	return wants_init_on_alloc(mm) || wants_init_on_free(mm);
}

void early_param_page_poison(struct mm *mm, const char *value)
{
	mm->page_poison = kernel_has_config(mm->kernel, "PAGE_POISONING") && to_bool(mm, value, mm->page_poison);
}

/* 5.10 complains at once, if poisoning came first. */
static void complain_of_poison(struct mm *mm, const char *value, const char *param)
{
	if (!mm->rules->init_on_decided_late && !mm->rules->virt_alloc && to_bool(mm, value, false) && mm->page_poison)
		trace_printk(&mm->trace, "mem auto-init: CONFIG_PAGE_POISONING is on, will take precedence over %s", param);
}

void early_param_init_on_alloc(struct mm *mm, const char *value)
{
	complain_of_poison(mm, value, "init_on_alloc");
}

void early_param_init_on_free(struct mm *mm, const char *value)
{
	complain_of_poison(mm, value, "init_on_free");
}

/* Pages that are poisoned when freed need no other initialisation. */
void step_mem_debugging_and_hardening_init(struct mm *mm)
{
	if (wants_poison(mm) && (wants_init_on_alloc(mm) || wants_init_on_free(mm)))
		trace_printk(&mm->trace,
			     "mem auto-init: CONFIG_PAGE_POISONING is on, will take precedence over init_on_alloc and init_on_free");
}

void step_report_meminit(struct mm *mm)
{
	bool poison = wants_poison(mm), on_free = wants_init_on_free(mm) && !poison;

	trace_note(&mm->trace, "report_meminit", "mem auto-init: stack:%s, heap alloc:%s, heap free:%s", stack_init(mm->kernel),
		   wants_init_on_alloc(mm) && !poison ? "on" : "off", on_free ? "on" : "off");
	if (on_free)
		trace_printk(&mm->trace, "mem auto-init: clearing system memory may take some time...");
}

/* ------------------------------------------------------------------------ Memory: */

struct image_sizes {
	uint64_t code, data, rodata, init_data, init_code, bss;
};

static uint64_t span(const struct mm_kernel *kernel, const char *start, const char *end)
{
	return kernel_symbol(kernel, end) - kernel_symbol(kernel, start);
}

/* Do not count twice what begins inside another section. */
static void subtract_nested(const struct mm_kernel *kernel, const char *start, const char *end, const char *inner,
			    uint64_t *size, uint64_t nested)
{
	uint64_t at = kernel_symbol(kernel, inner);

	if (kernel_symbol(kernel, start) <= at && at < kernel_symbol(kernel, end) && *size > nested)
		*size -= nested;
}

static struct image_sizes image_sizes(const struct mm_kernel *kernel)
{
	struct image_sizes s = {
		.code = span(kernel, "_stext", "_etext"), .data = span(kernel, "_sdata", "_edata"),
		.rodata = span(kernel, "__start_rodata", "__end_rodata"),
		.init_data = span(kernel, "__init_begin", "__init_end"), .init_code = span(kernel, "_sinittext", "_einittext"),
		.bss = span(kernel, "__bss_start", "__bss_stop"),
	};

	subtract_nested(kernel, "__init_begin", "__init_end", "_sinittext", &s.init_data, s.init_code);
	subtract_nested(kernel, "_stext", "_etext", "_sinittext", &s.code, s.init_code);
	subtract_nested(kernel, "_sdata", "_edata", "__init_begin", &s.data, s.init_data);
	subtract_nested(kernel, "_stext", "_etext", "__start_rodata", &s.code, s.rodata);
	subtract_nested(kernel, "_sdata", "_edata", "__start_rodata", &s.data, s.rodata);
	return s;
}

static uint64_t free_pages(const struct mm *mm)
{
	uint64_t nr = 0;

	for (int nid = nodes_next(mm->kernel, &mm->nodes, -1); nid >= 0; nid = nodes_next(mm->kernel, &mm->nodes, nid))
		for (int i = 0; i < MAX_NR_ZONES; i++)
			nr += buddy_nr_free(&mm->buddy, &mm->nodes.node[nid].zones[i]);
	return nr;
}

static uint64_t physical_pages(const struct mm *mm)
{
	uint64_t nr = 0;

	for (int nid = 0; nid < mm->kernel->max_numnodes; nid++)
		if (mm->nodes.node[nid].online)
			nr += mm->nodes.node[nid].present_pages;
	return nr;
}

/* The counts of pages are unsigned in the kernel too, and wrap alike. */
void step_mem_init_print_info(struct mm *mm)
{
	const struct image_sizes s = image_sizes(mm->kernel);
	unsigned shift = mm->kernel->page_shift - 10;
	uint64_t phys = physical_pages(mm), reserved = phys - mm->totalram_pages - mm->totalcma_pages;

	trace_note(&mm->trace, "mem_init_print_info",
		   "Memory: %lluK/%lluK available (%lluK kernel code, %lluK rwdata, %lluK rodata, %lluK init, %lluK bss, %lluK reserved, %lluK cma-reserved)",
		   (unsigned long long)(free_pages(mm) << shift), (unsigned long long)(phys << shift),
		   (unsigned long long)(s.code >> 10), (unsigned long long)(s.data >> 10), (unsigned long long)(s.rodata >> 10),
		   (unsigned long long)((s.init_data + s.init_code) >> 10), (unsigned long long)(s.bss >> 10),
		   (unsigned long long)(reserved << shift), (unsigned long long)(mm->totalcma_pages << shift));
}
