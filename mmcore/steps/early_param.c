// SPDX-License-Identifier: GPL-2.0-or-later
/* early_param.c - parse_early_param(): what takes effect inside setup_arch(). */
#include "steps.h"

struct early_param {
	const char *name;
	void (*apply)(struct mm *mm, const char *value);
};

static void memblock_debug(struct mm *mm, const char *value)
{
	if (strstr(value, "debug"))
		mm->trace.memblock_debug = true;
}

static void mem(struct mm *mm, const char *value)
{
	if (!*value)
		return;
	mm->mem_limit = align_down(memparse(value, NULL), mm->kernel->page_size);
	mm->mem_limited = true;
	trace_printk(&mm->trace, "Memory limited to %lldMB", (long long)(mm->mem_limit >> 20));
}

static void movable_node(struct mm *mm, const char *value)
{
	(void)value;
	if (kernel_has_config(mm->kernel, "MEMORY_HOTPLUG"))
		mm->memblock.movable_node = true;
}

static void numa(struct mm *mm, const char *value)
{
	if (mm->kernel->numa && !strncmp(value, "off", 3))
		mm->nodes.numa_off = true;
}

static const struct early_param early_params[] = {
	{ "init_on_alloc", early_param_init_on_alloc },
	{ "init_on_free", early_param_init_on_free },
	{ "log_buf_len", early_param_log_buf_len },
	{ "memblock", memblock_debug },
	{ "mem", mem },
	{ "movable_node", movable_node },
	{ "numa", numa },
	{ "page_poison", early_param_page_poison },
	{ "percpu_alloc", early_param_percpu_alloc },
	{ "swiotlb", early_param_swiotlb },
};

/*
 * Parameters act in the order of the command line.  Those that later steps ask
 * for by name (cma=, crashkernel=, rodata= ...) need nothing here.
 */
void step_parse_early_param(struct mm *mm)
{
	for (size_t i = 0; i < mm->cmdline.nr; i++) {
		const struct param *param = &mm->cmdline.params[i];

		for (size_t k = 0; k < ARRAY_SIZE(early_params); k++) {
			if (!param_is(param, early_params[k].name))
				continue;
			trace_event(&mm->trace, MM_SET, "parse_early_param");
			trace_arg(&mm->trace, FACT_STR("parameter", param->word));
			early_params[k].apply(mm, param->value ? param->value : "");
		}
	}
}

/* CONSOLE_LOGLEVEL_DEFAULT: fixed at 7 until 4.13 made it configurable. */
bool console_shows_debug(const struct mm *mm)
{
	const struct mm_kernel *k = mm->kernel;

	return cmdline_shows_debug(&mm->cmdline, kernel_has_config(k, "CONSOLE_LOGLEVEL_DEFAULT")
						 ? (int)kernel_config(k, "CONSOLE_LOGLEVEL_DEFAULT") : 7);
}
