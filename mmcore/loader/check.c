// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check.c - what cannot work before the kernel has run one instruction, or will
 * not work as the loader meant it: one sentence each, with both ranges and whose
 * they are.
 */
#include "check.h"

#include "../cause.h"
#include "model.h"

struct thing {
	const char *name;
	const struct placed *at;
	const char *option;	/* by which its place is given */
};

static struct phys_range range_of(const struct placed *p)
{
	return (struct phys_range){ p->base, p->size };
}

static bool overlap(struct phys_range a, struct phys_range b)
{
	return a.size && b.size && a.base < b.base + b.size && b.base < a.base + a.size;
}

#define FMT_RANGE "[0x%llx-0x%llx]"
#define RANGE(r) (unsigned long long)(r).base, (unsigned long long)((r).base + (r).size - 1)

static void add_range(struct mm *mm, struct phys_range r)
{
	trace_why_fact(&mm->trace, FACT_HEX("base", r.base));
	trace_why_fact(&mm->trace, FACT_HEX("size", r.size));
}

static void blame_both(struct mm *mm, struct phys_range a, struct phys_range b)
{
	loader_blame(mm, max_u64(a.base, b.base), min_u64(range_end(a), range_end(b)) - max_u64(a.base, b.base));
}

/* Bytes of the range that are RAM. */
static phys_addr_t in_ram(const struct mm *mm, struct phys_range r)
{
	struct ram_bank *banks;
	size_t nr = loader_banks(&mm->loader, &mm->fdt, &banks);
	phys_addr_t bytes = 0;

	for (size_t i = 0; i < nr; i++) {
		struct phys_range bank = { banks[i].base, banks[i].size };

		if (overlap(bank, r))
			bytes += min_u64(range_end(bank), range_end(r)) - max_u64(bank.base, r.base);
	}
	return bytes;
}

/* Outside of RAM the image cannot run; the others can be read where there is memory that the tree does not name. */
static bool check_in_ram(struct mm *mm, struct thing t)
{
	struct phys_range r = range_of(t.at);
	bool is_image = t.at == &mm->loader.image;

	if (!r.size || in_ram(mm, r) >= r.size)
		return true;
	trace_problem(&mm->trace, "loader/check", "loader: the %s " FMT_RANGE " is not in RAM%s", t.name, RANGE(r),
		      is_image ? ": there is no kernel to run" : " as the tree describes it");
	cause_rule(&mm->trace, "loader-outside-ram");
	cause_parameter(&mm->trace, t.option);
	add_range(mm, r);
	cause_because(&mm->trace, "of the %s's %llu bytes, %llu lie in RAM", t.name, (unsigned long long)r.size,
		      (unsigned long long)in_ram(mm, r));
	loader_blame(mm, r.base, r.size);
	return !is_image || in_ram(mm, r);
}

static bool check_apart(struct mm *mm, struct thing a, struct thing b)
{
	if (!overlap(range_of(a.at), range_of(b.at)))
		return true;
	trace_problem(&mm->trace, "loader/check", "loader: the %s " FMT_RANGE " overwrites the %s " FMT_RANGE
		      ": this machine does not boot", b.name, RANGE(range_of(b.at)), a.name, RANGE(range_of(a.at)));
	cause_rule(&mm->trace, "loader-overlap");
	cause_parameter(&mm->trace, b.option);
	add_range(mm, range_of(b.at));
	cause_because(&mm->trace, "the %s takes %llu bytes from 0x%llx and the %s %llu bytes from 0x%llx", a.name,
		      (unsigned long long)a.at->size, (unsigned long long)a.at->base, b.name, (unsigned long long)b.at->size,
		      (unsigned long long)b.at->base);
	blame_both(mm, range_of(a.at), range_of(b.at));
	return false;
}

static void check_against(struct mm *mm, struct thing t, struct phys_range r, const char *owner)
{
	struct phys_range own = range_of(t.at);

	/* A loader reserves what it has placed: that is no conflict. */
	if (!overlap(own, r) || (own.base == r.base && r.size >= own.size) || (r.base <= own.base && range_end(r) == range_end(own)))
		return;
	trace_problem(&mm->trace, "loader/check", "loader: the %s " FMT_RANGE " lies over what %s reserves " FMT_RANGE, t.name,
		      RANGE(own), owner, RANGE(r));
	cause_rule(&mm->trace, "loader-over-reserved");
	cause_parameter(&mm->trace, t.option);
	add_range(mm, own);
	cause_because(&mm->trace, "the %s is where %s keeps 0x%llx-0x%llx for somebody else", t.name, owner,
		      (unsigned long long)r.base, (unsigned long long)range_end(r) - 1);
	blame_both(mm, own, r);
}

static void check_reserved(struct mm *mm, struct thing t)
{
	const struct fdt *fdt = &mm->fdt;
	unsigned ac = fdt->address_cells, sc = fdt->size_cells;
	int parent = dt_path(fdt, "/reserved-memory");

	for (int node = parent < 0 ? -1 : fdt->nodes[parent].first_child; node >= 0; node = fdt->nodes[node].next_sibling) {
		const struct fdt_prop *reg = dt_getprop(fdt, node, "reg");

		for (size_t i = 0; reg && dt_available(fdt, node) && (i + ac + sc) * 4 <= reg->len; i += ac + sc)
			check_against(mm, t, (struct phys_range){ dt_read_cells(reg, i, ac), dt_read_cells(reg, i + ac, sc) },
				      dt_node_path(fdt, node));
	}
	for (size_t i = 0; i < fdt->nr_memreserve; i++)
		check_against(mm, t, fdt->memreserve[i], "/memreserve/");
}

bool loader_check(struct mm *mm)
{
	const struct loader *l = &mm->loader;
	const struct thing image = { "kernel image", &l->image, "image-addr" }, tree = { "device tree", &l->dtb, "dtb-addr" };
	const struct thing initrd = { "initrd", &l->initrd, "initrd" };
	const struct thing all[] = { image, tree, initrd };
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		ok &= check_in_ram(mm, all[i]);
	ok &= arch_check_handover(mm);
	ok &= check_apart(mm, image, tree);
	ok &= check_apart(mm, image, initrd);
	ok &= check_apart(mm, tree, initrd);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		check_reserved(mm, all[i]);
	return ok;
}
