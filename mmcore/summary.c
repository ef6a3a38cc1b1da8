// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * summary.c - what a board's tree says of its memory, CPUs and nodes, without
 * a kernel.
 *
 * Where kernel versions read a tree differently this follows 6.7, drivers/of/
 * fdt.c, of_reserved_mem.c and of_numa.c: memory nodes are children of the root,
 * /reserved-memory counts only with the root's cells and a ranges property.
 */
#include "fdt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct bank_list {
	struct mm_bank bank[MM_SUMMARY_MAX_BANKS];
	size_t nr;
};

struct survey {
	struct arena arena;
	struct fdt fdt;
	struct bank_list banks, reserved;
	bool has_node[MM_SUMMARY_MAX_NODES];
	unsigned nr_cpus, nr_nodes;
};

static void add_bank(struct bank_list *list, phys_addr_t base, phys_addr_t size, int node)
{
	size = min_u64(size, PHYS_ADDR_MAX - base);	/* memblock_cap_size() */
	if (size && list->nr < MM_SUMMARY_MAX_BANKS)
		list->bank[list->nr++] = (struct mm_bank){ base, size, node };
}

static void add_reg(const struct fdt *fdt, struct bank_list *list, const struct fdt_prop *reg, int node)
{
	unsigned ac = fdt->address_cells, sc = fdt->size_cells;

	for (size_t i = 0; reg && (i + ac + sc) * 4 <= reg->len; i += ac + sc)
		add_bank(list, dt_read_cells(reg, i, ac), dt_read_cells(reg, i + ac, sc), node);
}

static bool has_type(const struct fdt *fdt, int node, const char *want)
{
	const char *type = dt_getprop_str(fdt, node, "device_type");

	return type && !strcmp(type, want);
}

/* The node's NUMA node, counted; -1 if it names none that can be. */
static int nid_of(struct survey *s, int node)
{
	uint64_t nid;

	if (!dt_getprop_u64(&s->fdt, node, "numa-node-id", 1, &nid) || nid >= MM_SUMMARY_MAX_NODES)
		return NUMA_NO_NODE;
	s->nr_nodes += !s->has_node[nid];
	s->has_node[nid] = true;
	return (int)nid;
}

static void survey_memory(struct survey *s)
{
	const struct fdt *fdt = &s->fdt;

	for (int node = fdt->nodes[0].first_child; node >= 0; node = fdt->nodes[node].next_sibling) {
		const struct fdt_prop *reg = dt_getprop(fdt, node, "linux,usable-memory");

		if (has_type(fdt, node, "memory") && dt_available(fdt, node))
			add_reg(fdt, &s->banks, reg ? reg : dt_getprop(fdt, node, "reg"), nid_of(s, node));
	}
}

static bool is_cpu(const struct fdt *fdt, int node)
{
	const char *name = fdt->nodes[node].name, *status = dt_getprop_str(fdt, node, "status");

	if (status && (!strcmp(status, "fail") || has_prefix(status, "fail-")))
		return false;
	return has_type(fdt, node, "cpu") || (strcspn(name, "@") == 3 && has_prefix(name, "cpu"));
}

static void survey_cpus(struct survey *s)
{
	const struct fdt *fdt = &s->fdt;
	int cpus = dt_path(fdt, "/cpus");

	for (int node = cpus < 0 ? -1 : fdt->nodes[cpus].first_child; node >= 0; node = fdt->nodes[node].next_sibling) {
		if (!is_cpu(fdt, node))
			continue;
		nid_of(s, node);
		s->nr_cpus++;
	}
}

static bool has_root_cells(const struct fdt *fdt, int node)
{
	uint64_t ac, sc;

	return dt_getprop_u64(fdt, node, "#address-cells", 1, &ac) && ac == fdt->address_cells &&
	       dt_getprop_u64(fdt, node, "#size-cells", 1, &sc) && sc == fdt->size_cells && dt_has_prop(fdt, node, "ranges");
}

static void survey_reserved(struct survey *s)
{
	const struct fdt *fdt = &s->fdt;
	int parent = dt_path(fdt, "/reserved-memory"), node = -1;

	if (parent >= 0 && has_root_cells(fdt, parent))
		node = fdt->nodes[parent].first_child;
	for (; node >= 0; node = fdt->nodes[node].next_sibling)
		if (dt_available(fdt, node))
			add_reg(fdt, &s->reserved, dt_getprop(fdt, node, "reg"), NUMA_NO_NODE);
	for (size_t i = 0; i < fdt->nr_memreserve; i++)
		add_bank(&s->reserved, fdt->memreserve[i].base, fdt->memreserve[i].size, NUMA_NO_NODE);
}

static int compare_banks(const void *a, const void *b)
{
	const struct mm_bank *x = a, *y = b;

	if (x->base != y->base)
		return x->base < y->base ? -1 : 1;
	return (x->size > y->size) - (x->size < y->size);
}

static int node_at(const struct bank_list *banks, phys_addr_t addr)
{
	for (size_t i = 0; i < banks->nr; i++)
		if (addr - banks->bank[i].base < banks->bank[i].size)
			return banks->bank[i].node;
	return NUMA_NO_NODE;
}

static void survey(struct survey *s)
{
	survey_memory(s);
	survey_cpus(s);
	survey_reserved(s);
	qsort(s->banks.bank, s->banks.nr, sizeof(*s->banks.bank), compare_banks);
	qsort(s->reserved.bank, s->reserved.nr, sizeof(*s->reserved.bank), compare_banks);
	for (size_t i = 0; i < s->reserved.nr; i++)
		s->reserved.bank[i].node = node_at(&s->banks, s->reserved.bank[i].base);
}

/* One block: the summary, and its banks behind it. */
static struct mm_board_summary *summary_of(const struct survey *s)
{
	struct mm_board_summary *summary = calloc(1, sizeof(*summary) + (s->banks.nr + s->reserved.nr) * sizeof(struct mm_bank));
	struct mm_bank *bank = (struct mm_bank *)(summary + 1);

	if (!summary)
		return NULL;
	memcpy(bank, s->banks.bank, s->banks.nr * sizeof(*bank));
	memcpy(bank + s->banks.nr, s->reserved.bank, s->reserved.nr * sizeof(*bank));
	*summary = (struct mm_board_summary){
		.banks = bank, .nr_banks = s->banks.nr,
		.reserved = bank + s->banks.nr, .nr_reserved = s->reserved.nr,
		.nr_cpus = s->nr_cpus, .nr_nodes = s->nr_nodes ? s->nr_nodes : 1,
	};
	return summary;
}

int mm_board_summary(const void *dtb, size_t size, struct mm_board_summary **ret, struct mm_error *error)
{
	struct survey *volatile s = calloc(1, sizeof(*s));
	struct mm_board_summary *summary = NULL;
	jmp_buf on_failure;
	int err = -ENOMEM, failed;

	memset(error, 0, sizeof(*error));
	error->offset = -1;
	if (!s) {
		snprintf(error->text, sizeof(error->text), "no memory for a board's summary");
		return -ENOMEM;
	}
	s->arena.on_failure = &on_failure;
	s->arena.error = error;
	failed = setjmp(on_failure);
	if (failed) {
		arena_deinit(&s->arena);
		free(s);
		return -failed;
	}
	err = dt_load(&s->fdt, &s->arena, dtb, size, error);
	if (!err) {
		survey(s);
		summary = summary_of(s);
		if (summary)
			*ret = summary;
		else
			err = -ENOMEM;
	}
	arena_deinit(&s->arena);
	free(s);
	return err;
}

void mm_board_summary_free(struct mm_board_summary *summary)
{
	free(summary);
}
