// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tell.c - stage 0: what the loader put where, and why, as events.
 *
 * What was assumed also stands at the head of the kernel's log, on lines that
 * no kernel prints.
 */
#include "check.h"
#include "model.h"

/* Ranges of a kind that get an event and a row each; hostile trees have tens of thousands. */
#define MAX_TOLD 256

static const char *range_text(struct mm *mm, phys_addr_t base, phys_addr_t size)
{
	return arena_printf(&mm->arena, "[mem 0x%llx-0x%llx]", (unsigned long long)base,
			    (unsigned long long)(base + size - 1));
}

static void put_row(struct mm *mm, const char *key, phys_addr_t base, phys_addr_t size, enum origin origin,
		    const char *rule, const char *source)
{
	const union mm_value row[] = { V_STR(key), V_HEX(base), V_HEX(size), V_STR(origin_name(origin)), V_STR(rule),
				       V_STR(source) };

	trace_put(&mm->trace, MM_LOADER, row);
}

static void tell_range(struct mm *mm, const char *fn, phys_addr_t base, phys_addr_t size, enum origin origin,
		       const char *rule, const char *source)
{
	trace_event(&mm->trace, MM_SET, fn);
	trace_arg(&mm->trace, FACT_HEX("base", base));
	trace_arg(&mm->trace, FACT_HEX("size", size));
	trace_why_fact(&mm->trace, FACT_STR("origin", origin_name(origin)));
	if (*rule)
		trace_why_fact(&mm->trace, FACT_STR("rule", rule));
	if (*source)
		trace_why_fact(&mm->trace, FACT_STR("source", source));
}

static void tell_placement(struct mm *mm, const char *fn, const char *key, const char *what, const struct placed *p)
{
	if (p->origin == ORIGIN_NONE || !p->size)
		return;
	tell_range(mm, fn, p->base, p->size, p->origin, p->rule, p->source);
	put_row(mm, key, p->base, p->size, p->origin, p->rule, p->source);
	if (p->origin == ORIGIN_ASSUMED)
		trace_printk(&mm->trace, "# assumed: %s at %s: %s", what, range_text(mm, p->base, p->size), p->rule);
}

static void tell_ram(struct mm *mm)
{
	const struct loader *l = &mm->loader;
	struct ram_bank *banks;
	size_t nr = loader_banks(&mm->loader, &mm->fdt, &banks), told = 0;

	for (size_t i = 0; i < nr && told < MAX_TOLD; i++) {
		if (!banks[i].size)
			continue;
		tell_range(mm, "loader/memory", banks[i].base, banks[i].size, l->ram_origin, l->ram_rule, l->ram_source);
		if (banks[i].nid >= 0)
			trace_arg(&mm->trace, FACT_NUM("node", banks[i].nid));
		put_row(mm, arena_printf(&mm->arena, "memory %zu", told), banks[i].base, banks[i].size, l->ram_origin,
			l->ram_rule, l->ram_source);
		if (l->ram_origin == ORIGIN_ASSUMED)
			trace_printk(&mm->trace, "# assumed: RAM at %s: %s", range_text(mm, banks[i].base, banks[i].size), l->ram_rule);
		told++;
	}
}

static void tell_memreserve(struct mm *mm)
{
	for (size_t i = 0; i < mm->fdt.nr_memreserve && i < MAX_TOLD; i++) {
		struct phys_range r = mm->fdt.memreserve[i];

		tell_range(mm, "loader/memreserve", r.base, r.size, ORIGIN_TREE, "", "");
		put_row(mm, arena_printf(&mm->arena, "memreserve %zu", i), r.base, r.size, ORIGIN_TREE, "", "");
	}
}

/* What the tree says as well is the tree's. */
static void tell_reserved(struct mm *mm)
{
	const struct loader *l = &mm->loader;

	for (size_t i = 0; i < l->nr_reserved && i < MAX_TOLD; i++) {
		const struct mm_reserved *r = &l->reserved[i];
		const char *name = arena_printf(&mm->arena, "%s", r->name);

		if (!l->reserved_as[i])
			continue;
		tell_range(mm, "loader/reserved-memory", r->base, r->size, ORIGIN_GIVEN, l->reserved_as[i], "");
		trace_arg(&mm->trace, FACT_STR("node", name));
		put_row(mm, arena_printf(&mm->arena, "reserved %s", name), r->base, r->size, ORIGIN_GIVEN, l->reserved_as[i], "");
	}
}

static void tell_model(struct mm *mm)
{
	const struct loader *l = &mm->loader;

	trace_event(&mm->trace, MM_SET, "loader/model");
	trace_arg(&mm->trace, FACT_STR("loader", l->model->name));
	trace_why_fact(&mm->trace, FACT_STR("origin", origin_name(l->model_origin)));
	if (*l->model_rule)
		trace_why_fact(&mm->trace, FACT_STR("rule", l->model_rule));
}

void loader_tell(struct mm *mm)
{
	const struct loader *l = &mm->loader;

	tell_model(mm);
	tell_ram(mm);
	tell_memreserve(mm);
	tell_reserved(mm);
	tell_placement(mm, "loader/image", "image", "kernel image", &l->image);
	tell_placement(mm, "loader/initrd", "initrd", "initrd", &l->initrd);
	tell_placement(mm, "loader/dtb", "dtb", "device tree", &l->dtb);
}
