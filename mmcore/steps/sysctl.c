// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysctl.c - do_sysctl_args(): words like sysctl.vm.min_free_kbytes=20000 are written to /proc/sys before the first process runs.
 *
 * fs/proc/proc_sysctl.c, and the handlers in mm/page_alloc.c.  Only those that change zones, page sets or zonelists are here;
 * what others change is not modelled, and neither is whether they exist.
 */
#include "steps.h"

#include "../cause.h"
#include "../watermark.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>

#define FN	"do_sysctl_args"

/* MIN_PERCPU_PAGELIST_HIGH_FRACTION, MIN_PERCPU_PAGELIST_FRACTION */
#define MIN_FRACTION	8

/* A file of /proc/sys is written. */
struct write {
	struct mm *mm;
	const char *param, *value;
	size_t taken;		/* bytes that were read as numbers; all if the handler does not say */
};

struct file {
	const char *name;
	int (*handle)(struct write *w);		/* 0 or a negative errno */
	bool (*exists)(const struct mm *mm);	/* NULL: in every release and build */
};

/* --------------------------------------------------------------------- numbers */

/* proc_get_long(): digits of any base, up to a space or the end; its buffer holds 21 of them. */
static bool get_long(const char **p, bool *negative, uint64_t *value)
{
	const char *start = *p, *digits = *p, *end;

	*negative = *digits == '-' && digits[1];
	digits += *negative;
	if (!isdigit((unsigned char)*digits))
		return false;
	*value = simple_strtoull(digits, &end, 0);
	if (end - start >= 20 || (*end && !strchr(" \t\n", *end)))
		return false;
	*p = end;
	return true;
}

static const char *skip_spaces(const char *p)
{
	return p + strspn(p, " \t\n\v\f\r");
}

/*
 * proc_dointvec_minmax(): up to @room numbers of [@min, @max].  Those before the first that is wrong count, and an error says
 * nothing of them.
 */
static int read_ints(struct write *w, int64_t min, int64_t max, int *ints, size_t room)
{
	const char *p = w->value;
	size_t nr = 0;
	int err = 0;

	for (; *p && nr < room && !err; nr += !err) {
		bool negative;
		uint64_t value;

		p = skip_spaces(p);
		if (!*p)
			break;
		if (!get_long(&p, &negative, &value) || value > INT_MAX || (negative ? -(int64_t)value : (int64_t)value) < min ||
		    (int64_t)value > max)
			err = -EINVAL;
		else
			ints[nr] = negative ? -(int)value : (int)value;
	}
	if (!nr)
		return -EINVAL;
	w->taken = (size_t)((err ? p : skip_spaces(p)) - w->value);
	return err;
}

/* -------------------------------------------------------------------- handlers */

static void tell(struct write *w, const char *fn, const char *name, int value)
{
	trace_event(&w->mm->trace, MM_SET, fn);
	trace_arg(&w->mm->trace, FACT_STR("parameter", w->param));
	trace_arg(&w->mm->trace, FACT_NUM(name, value));
}

static void settle(struct mm *mm, const struct wmark_sysctl *settings)
{
	struct wmark_sysctl *own = arena_alloc(&mm->arena, sizeof(*own));

	*own = *settings;
	mm->wmark_sysctl = own;
}

static int min_free_kbytes(struct write *w)
{
	int kbytes, err = read_ints(w, 0, INT_MAX, &kbytes, 1);

	if (err)
		return err;
	set_min_free_kbytes(w->mm, "min_free_kbytes_sysctl_handler", (uint64_t)kbytes);
	trace_why_fact(&w->mm->trace, FACT_STR("parameter", w->param));
	update_wmarks(w->mm);
	return 0;
}

static int watermark_scale_factor(struct write *w)
{
	struct wmark_sysctl own = w->mm->wmark_sysctl ? *w->mm->wmark_sysctl : wmark_sysctl_defaults;
	int factor, err = read_ints(w, 1, w->mm->rules->wmark_scale_max, &factor, 1);

	if (err)
		return err;
	tell(w, "watermark_scale_factor_sysctl_handler", "watermark_scale_factor", factor);
	own.scale_factor = (unsigned)factor;
	settle(w->mm, &own);
	update_wmarks(w->mm);
	return 0;
}

/* Nothing is boosted before something was short of memory. */
static int watermark_boost_factor(struct write *w)
{
	int factor, err = read_ints(w, 0, INT_MAX, &factor, 1);

	if (!err)
		tell(w, "proc_dointvec_minmax", "watermark_boost_factor", factor);
	return err;
}

/* A number for each zone that the build has.  Up to 7.2 the handler does not look whether all of them could be read. */
static int lowmem_reserve_ratio(struct write *w)
{
	bool checked = w->mm->rules->reserve_ratio_checked;
	enum zone_type zones[MAX_NR_ZONES];
	struct wmark_sysctl own = w->mm->wmark_sysctl ? *w->mm->wmark_sysctl : wmark_sysctl_defaults;
	int ratios[MAX_NR_ZONES], err;
	size_t nr = 0;

	for (enum zone_type t = 0; t < MAX_NR_ZONES; t++)
		if (zone_exists(w->mm->kernel, t)) {
			ratios[nr] = (int)own.reserve_ratio[t];
			zones[nr++] = t;
		}
	err = read_ints(w, checked ? 0 : INT_MIN, INT_MAX, ratios, nr);
	if (err && checked)
		return err;
	for (size_t i = 0; i < nr; i++)
		own.reserve_ratio[zones[i]] = ratios[i] < 1 ? 0 : (unsigned)ratios[i];
	settle(w->mm, &own);
	trace_event(&w->mm->trace, MM_SET, "lowmem_reserve_ratio_sysctl_handler");
	trace_arg(&w->mm->trace, FACT_STR("parameter", w->param));
	update_reserves(w->mm);
	return 0;
}

static int pagelist_fraction(struct write *w, const char *fn, const char *name)
{
	int fraction = 0, err = read_ints(w, 0, INT_MAX, &fraction, 1);

	if (err || (fraction && fraction < MIN_FRACTION))
		return -EINVAL;
	tell(w, fn, name, fraction);
	if (w->mm->pagelist_fraction == (unsigned)fraction)
		return 0;
	w->mm->pagelist_fraction = (unsigned)fraction;
	update_page_sets(w->mm, 0);
	return 0;
}

static int percpu_pagelist_fraction(struct write *w)
{
	return pagelist_fraction(w, "percpu_pagelist_fraction_sysctl_handler", "percpu_pagelist_fraction");
}

static int percpu_pagelist_high_fraction(struct write *w)
{
	return pagelist_fraction(w, "percpu_pagelist_high_fraction_sysctl_handler", "percpu_pagelist_high_fraction");
}

/* __parse_numa_zonelist_order(): there is one order only, and 'd' and 'n' may still ask for it. */
static int numa_zonelist_order(struct write *w)
{
	if (strchr("dDnN", *w->value))
		return 0;
	trace_printk(&w->mm->trace, "Ignoring unsupported numa_zonelist_order value:  %s", w->value);
	return -EINVAL;
}

static bool shares_by_wmark(const struct mm *mm) { return mm->rules->pcp_high_by_wmark; }
static bool shares_by_batch(const struct mm *mm) { return !mm->rules->pcp_high_by_wmark; }
static bool is_numa(const struct mm *mm) { return mm->kernel->numa; }

static const struct file files[] = {
	{ "vm.min_free_kbytes", min_free_kbytes, NULL },
	{ "vm.watermark_scale_factor", watermark_scale_factor, NULL },
	{ "vm.watermark_boost_factor", watermark_boost_factor, NULL },
	{ "vm.lowmem_reserve_ratio", lowmem_reserve_ratio, NULL },
	{ "vm.percpu_pagelist_fraction", percpu_pagelist_fraction, shares_by_batch },
	{ "vm.percpu_pagelist_high_fraction", percpu_pagelist_high_fraction, shares_by_wmark },
	{ "vm.numa_zonelist_order", numa_zonelist_order, is_numa },
};

/* ------------------------------------------------------------------- the words */

/* Of "sysctl.NAME" and "sysctl/NAME", and of what was a parameter of its own: NAME, as it is printed; NULL: no such word. */
static const char *name_of(const struct param *param)
{
	if (has_prefix(param->name, "sysctl"))
		return param->name[6] == '.' || param->name[6] == '/' ? param->name + 7 : NULL;
	return strcmp(param->name, "numa_zonelist_order") ? NULL : "vm.numa_zonelist_order";
}

/* Dots and slashes are the same in the name of a file. */
static bool is_file(const struct file *file, const char *name)
{
	const char *p = file->name;

	while (*p && (*p == *name || (*p == '.' && *name == '/')))
		p++, name++;
	return *p == *name;
}

static void complain(struct write *w, const char *because)
{
	cause_rule(&w->mm->trace, "parameter-malformed");
	cause_parameter(&w->mm->trace, w->param);
	cause_because(&w->mm->trace, "%s", because);
}

static void say_not_found(struct write *w, const char *name)
{
	trace_problem(&w->mm->trace, FN, "Failed to set sysctl parameter '%s=%s': parameter not found", name, w->value);
	cause_rule(&w->mm->trace, "parameter-no-effect");
	cause_parameter(&w->mm->trace, w->param);
	cause_because(&w->mm->trace, "this release and build have no such file below /proc/sys");
}

static void say_partly(struct write *w, const char *file, const char *name)
{
	char *path = arena_printf(&w->mm->arena, "sys/%s", file);

	for (char *p = path; *p; p++)
		*p = *p == '.' ? '/' : *p;
	trace_problem(&w->mm->trace, FN, "Wrote only %ld bytes of %d writing to proc file %s to set sysctl parameter '%s=%s",
		      (long)w->taken, (int)strlen(w->value), path, name, w->value);
	complain(w, "what stands behind the numbers that the file takes is not read");
}

static void write_file(struct write *w, const struct file *file, const char *name)
{
	if (file->exists && !file->exists(w->mm)) {
		say_not_found(w, name);
		return;
	}
	w->taken = strlen(w->value);
	if (file->handle(w)) {
		trace_problem(&w->mm->trace, FN, "Failed to set sysctl parameter '%s=%s': invalid value", name, w->value);
		complain(w, "the file does not take this value");
	} else if (w->taken != strlen(w->value)) {
		say_partly(w, file->name, name);
	}
}

/* What else a boot may set: whether it exists is not known, nor what it does. */
static void leave_out(struct write *w)
{
	trace_event(&w->mm->trace, MM_NOTE, FN);
	trace_arg(&w->mm->trace, FACT_STR("parameter", w->param));
	trace_why_fact(&w->mm->trace, FACT_STR("assumed", "it changes nothing that is shown: what this file of /proc/sys does "
							  "is not modelled"));
}

static void set_one(struct mm *mm, const struct param *param, const char *name)
{
	struct write w = { .mm = mm, .param = param->name, .value = param->value ? param->value : "" };

	if (!*w.value) {
		trace_problem(&mm->trace, FN, "Setting sysctl args: `%s' invalid for parameter `%s'", w.value, param->name);
		complain(&w, "a sysctl needs a value");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (is_file(&files[i], name)) {
			write_file(&w, &files[i], name);
			return;
		}
	leave_out(&w);
}

void step_do_sysctl_args(struct mm *mm)
{
	for (size_t i = 0; i < mm->cmdline.nr; i++) {
		const char *name = name_of(&mm->cmdline.params[i]);

		if (name)
			set_one(mm, &mm->cmdline.params[i], name);
	}
}
