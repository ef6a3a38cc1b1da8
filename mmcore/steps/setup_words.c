// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * setup_words.c - values that a __setup() function does not take.
 *
 * obsolete_checksetup() (init/main.c) goes on behind a function that returns 0; a
 * word that no function took is one for init, and the kernel tells of it as
 * unknown.  So what a function refuses costs memory, if only for a moment.
 */
#include "early_param.h"

#include "../cause.h"

struct setup_word {
	const char *name;
	struct when when;
	enum accepts accepts;
	const char *words;
	bool empty;			/* no value is one, too */
	bool inverted;			/* what it can use it returns 0 for */
	const char *says, *prefix;	/* its words; or those of ACCEPTS_ORDERS behind a prefix; NULL: it is silent */
};

/* By name; the functions follow their files in 5.14 to 7.3. */
static const struct setup_word setup_words[] = {
	{ .name = "cgroup_favordynmods", .accepts = ACCEPTS_A_BOOL },
	{ .name = "cgroup_v1_proc", .accepts = ACCEPTS_A_BOOL },
	{ .name = "coredump_filter", .when = { SINCE(7, 1) }, .accepts = ACCEPTS_A_LONG },
	{ .name = "dhash_entries", .when = { SINCE(7, 0) }, .accepts = ACCEPTS_A_LONG },
	{ .name = "ftrace_dump_on_oops", .when = { UNTIL(6, 9) }, .accepts = ACCEPTS_A_WORD, .words = "1 2 orig_cpu", .empty = true },
	{ .name = "ftrace_graph_max_depth", .when = { SINCE(6, 10) }, .accepts = ACCEPTS_A_COUNT },
	{ .name = "hardened_usercopy", .when = { UNTIL(5, 18) }, .accepts = ACCEPTS_A_BOOL, .inverted = true },
	{ .name = "hashdist", .when = { SINCE(7, 0) }, .accepts = ACCEPTS_A_BOOL },
	{ .name = "highres", .accepts = ACCEPTS_A_BOOL },
	{ .name = "ihash_entries", .when = { SINCE(7, 0) }, .accepts = ACCEPTS_A_LONG },
	{ .name = "initcall_blacklist", .when = { UNTIL(5, 18) }, .accepts = ACCEPTS_NOTHING_AT_ALL },
	{ .name = "initramfs_async", .when = { SINCE(6, 3) }, .accepts = ACCEPTS_A_BOOL },
	{ .name = "kprobe_event", .when = { UNTIL(5, 18) }, .accepts = ACCEPTS_NOTHING_AT_ALL },
	{ .name = "lpj", .when = { SINCE(6, 19) }, .accepts = ACCEPTS_A_LONG },
	{ .name = "mhash_entries", .when = { SINCE(7, 0) }, .accepts = ACCEPTS_A_LONG },
	{ .name = "mphash_entries", .when = { SINCE(7, 0) }, .accepts = ACCEPTS_A_LONG },
	{ .name = "nohz", .accepts = ACCEPTS_A_BOOL },
	{ .name = "numa_balancing", .when = { BUILT_WITH("NUMA_BALANCING") }, .accepts = ACCEPTS_A_WORD, .words = "disable enable",
	  .says = "mempolicy: Unable to parse numa_balancing=" },
	{ .name = "psi", .accepts = ACCEPTS_A_BOOL },
	{ .name = "ramdisk_start", .when = { SINCE(6, 19) }, .accepts = ACCEPTS_A_COUNT },
	{ .name = "retain_initrd", .accepts = ACCEPTS_NO_VALUE },
	{ .name = "ro", .accepts = ACCEPTS_NO_VALUE },
	{ .name = "rootdelay", .when = { SINCE(6, 19) }, .accepts = ACCEPTS_A_COUNT },
	{ .name = "rootwait", .when = { UNTIL(6, 6) }, .accepts = ACCEPTS_NO_VALUE },
	{ .name = "rw", .accepts = ACCEPTS_NO_VALUE },
	{ .name = "sched_proxy_exec", .when = { BUILT_WITHOUT("SCHED_PROXY_EXEC") }, .accepts = ACCEPTS_NOTHING_AT_ALL,
	  .says = "CONFIG_SCHED_PROXY_EXEC=n, so it cannot be enabled or disabled at boot time" },
	{ .name = "schedstats", .accepts = ACCEPTS_A_WORD, .words = "disable enable", .says = "Unable to parse schedstats=" },
	{ .name = "stack_guard_gap", .when = { UNTIL(5, 18) }, .accepts = ACCEPTS_NOTHING_AT_ALL },
	{ .name = "test_suspend", .when = { UNTIL(5, 18) }, .accepts = ACCEPTS_NOTHING_AT_ALL },
	{ .name = "thp_anon", .accepts = ACCEPTS_ORDERS, .words = "always inherit madvise never", .prefix = "huge_memory: " },
	{ .name = "thp_shmem", .accepts = ACCEPTS_ORDERS, .words = "advise always inherit never within_size", .prefix = "" },
	{ .name = "trace_clock", .when = { UNTIL(5, 18) }, .accepts = ACCEPTS_NOTHING_AT_ALL },
	{ .name = "trace_options", .when = { UNTIL(5, 18) }, .accepts = ACCEPTS_NOTHING_AT_ALL },
	{ .name = "tracing_thresh", .accepts = ACCEPTS_A_LONG },
	{ .name = "transparent_hugepage", .accepts = ACCEPTS_A_WORD, .words = "always madvise never",
	  .says = "huge_memory: transparent_hugepage= cannot parse, ignored" },
};

/* ------------------------------------------------------------- thp_anon=, thp_shmem= */

/* Orders of large folios: anonymous ones begin with 2 pages more than files' do, and end at a PMD's. */
static bool is_order(const struct mm *mm, const char *size, unsigned lowest, unsigned highest)
{
	uint64_t bytes = memparse(size, NULL);
	unsigned order;

	if (!bytes || bytes & (bytes - 1))
		return false;
	order = bytes > mm->kernel->page_size ? (unsigned)__builtin_ctzll(bytes) - mm->kernel->page_shift : 0;
	return order >= lowest && order <= highest;
}

static const char *next_part(struct mm *mm, const char **text, char separator)
{
	const char *part = *text, *end = part ? strchr(part, separator) : NULL;

	*text = end ? end + 1 : NULL;
	return end ? arena_strndup(&mm->arena, part, (size_t)(end - part)) : part;
}

static bool sizes_are_orders(struct mm *mm, const struct setup_word *row, const char *sizes, const char **why)
{
	unsigned lowest = !strcmp(row->name, "thp_anon") ? 2 : 1, pmd = mm->kernel->page_shift - 3;

	while (sizes) {
		const char *end = next_part(mm, &sizes, ','), *start = next_part(mm, &end, '-');
		const char *bad = !is_order(mm, start, lowest, pmd) ? start : end && !is_order(mm, end, lowest, pmd) ? end : NULL;

		if (bad)
			*why = arena_printf(&mm->arena, "%sinvalid size %s in %s boot parameter", row->prefix, bad, row->name);
		if (bad || (end && memparse(start, NULL) > memparse(end, NULL)))
			return false;
	}
	return true;
}

/* SIZE[-SIZE][,SIZE..]:POLICY[;..] */
static bool orders_have_policies(struct mm *mm, const struct setup_word *row, const char *value, const char **why)
{
	while (value) {
		const char *policy = next_part(mm, &value, ';'), *sizes = next_part(mm, &policy, ':');

		if (!policy || !sizes_are_orders(mm, row, sizes, why))
			return false;
		if (is_among(row->words, policy, false))
			continue;
		*why = arena_printf(&mm->arena, "%sinvalid policy %s in %s boot parameter", row->prefix, policy, row->name);
		return false;
	}
	return true;
}

/* ----------------------------------------------------------------------- the verdict */

/* @why: what the function says besides its usual words, or NULL. */
static bool takes(struct mm *mm, const struct setup_word *row, const char *value, const char **why)
{
	if (row->empty && !*value)
		return true;
	switch (row->accepts) {
	case ACCEPTS_NOTHING_AT_ALL:
		return false;
	case ACCEPTS_ORDERS:
		return orders_have_policies(mm, row, value, why);
	default:
		return value_is_accepted(mm, row->accepts, row->words, value) != row->inverted;
	}
}

static void complain(struct mm *mm, const struct setup_word *row, const struct param *param, const char *why)
{
	cause_silent(&mm->trace, "parse_args", "parameter-malformed");
	cause_parameter(&mm->trace, param->name);
	cause_because(&mm->trace, "%s does not take '%s'", param->name, param->value ? param->value : "");
	if (why)
		trace_printk(&mm->trace, "%s", why);
	if (row->says)
		trace_printk(&mm->trace, "%s", row->says);
	else
		trace_printk(&mm->trace, "%s%s=%s: error parsing string, ignoring setting", row->prefix, row->name, param->value);
}

void setup_word(struct mm *mm, struct param *param)
{
	const char *why = NULL;

	if (kernel_word_unknown(mm->kernel, param->word))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(setup_words); i++) {
		const struct setup_word *row = &setup_words[i];

		if (!param_is(param, row->name) || !when_applies(&row->when, mm->kernel) ||
		    takes(mm, row, param->value ? param->value : "", &why))
			continue;
		param->refused = true;
		if (row->says || row->prefix)
			complain(mm, row, param, why);
	}
}
