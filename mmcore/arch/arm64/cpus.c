// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cpus.c - smp_init_cpus(): which CPUs are possible, and on which nodes.
 *
 * Follows arch/arm64/kernel/smp.c (6.7).  Every CPU node of the tree takes a
 * logical number, in the tree's order, the boot CPU number 0; a node without a
 * usable reg or enable-method leaves its number unused.  Which CPU boots is the
 * firmware's affair; it is taken to be the tree's first.
 */
#include "arm64.h"

#define MPIDR_HWID_BITMASK	UINT64_C(0xff00ffffff)
#define INVALID_HWID		UINT64_MAX

struct cpu_scan {
	struct mm *mm;
	struct cpu *cpus;	/* [nr_cpus] by logical number; mpidr INVALID_HWID: none */
	unsigned count;		/* logical numbers given out */
	bool bootcpu_valid;
};

static bool is_cpu_node(const struct mm *mm, int node)
{
	const struct fdt *fdt = &mm->fdt;
	const char *type = dt_getprop_str(fdt, node, "device_type"), *name = fdt->nodes[node].name;
	const char *status = dt_getprop_str(fdt, node, "status");
	bool by_type = type && !strcmp(type, "cpu");
	size_t base = strcspn(name, "@");

	if (mm->rules->cpu_nodes_by_type)
		return by_type;
	if (mm->rules->cpu_fail_skipped && status && (!strcmp(status, "fail") || has_prefix(status, "fail-")))
		return false;
	return by_type || (base == 3 && has_prefix(name, "cpu"));
}

int arm64_next_cpu_node(const struct mm *mm, int node)
{
	const struct fdt *fdt = &mm->fdt;
	bool anywhere = mm->rules->cpu_nodes_by_type;

	if (node < 0) {
		int cpus = anywhere ? 0 : dt_path(fdt, "/cpus");

		node = anywhere || cpus < 0 ? cpus : fdt->nodes[cpus].first_child;
	} else {
		node = anywhere ? dt_next(fdt, node) : fdt->nodes[node].next_sibling;
	}
	while (node >= 0 && !is_cpu_node(mm, node))
		node = anywhere ? dt_next(fdt, node) : fdt->nodes[node].next_sibling;
	return node;
}

/* of_n_addr_cells(): the nearest ancestor that says so. */
static unsigned address_cells(const struct fdt *fdt, int node)
{
	uint64_t cells;

	for (int n = fdt->nodes[node].parent; n >= 0; n = fdt->nodes[n].parent)
		if (dt_getprop_u64(fdt, n, "#address-cells", 1, &cells))
			return (unsigned)min_u64(cells, 4);
	return 1;
}

static uint64_t hwid_of(const struct mm *mm, int node)
{
	const struct fdt_prop *reg = dt_getprop(&mm->fdt, node, "reg");
	unsigned cells = address_cells(&mm->fdt, node);
	uint64_t hwid;

	if (!reg || !cells || reg->len < 4 * cells)
		return INVALID_HWID;
	hwid = dt_read_cells(reg, 0, cells);
	return hwid & ~MPIDR_HWID_BITMASK ? INVALID_HWID : hwid;
}

/* of_node_to_nid() and early_map_cpu_to_node(): what cannot be used is node 0. */
static int nid_of(const struct mm *mm, int node)
{
	for (int n = node; n >= 0 && mm->kernel->numa && !mm->nodes.numa_off; n = mm->fdt.nodes[n].parent) {
		uint64_t nid;

		if (!dt_getprop(&mm->fdt, n, "numa-node-id"))
			continue;
		if (dt_getprop_u64(&mm->fdt, n, "numa-node-id", 1, &nid) && nid < (uint64_t)mm->kernel->max_numnodes &&
		    (mm->rules->cpu_nodes_by_type || mm->nodes.node[nid].possible))
			return (int)nid;
		break;
	}
	return 0;
}

static bool is_duplicate(const struct cpu_scan *scan, uint64_t hwid)
{
	for (unsigned i = 1; i < scan->count && i < scan->mm->kernel->nr_cpus; i++)
		if (scan->cpus[i].mpidr == hwid)
			return true;
	return false;
}

static void scan_cpu_node(struct cpu_scan *scan, int node)
{
	struct mm *mm = scan->mm;
	uint64_t hwid = hwid_of(mm, node);
	const struct cpu cpu = { .mpidr = hwid, .nid = nid_of(mm, node), .fdt_node = node };

	if (hwid != INVALID_HWID && is_duplicate(scan, hwid)) {
		trace_printk(&mm->trace, "%s: duplicate cpu reg properties in the DT", dt_node_path(&mm->fdt, node));
	} else if (hwid != INVALID_HWID && !scan->bootcpu_valid) {
		scan->bootcpu_valid = true;
		scan->cpus[0] = cpu;
		return;
	} else if (hwid != INVALID_HWID && hwid == scan->cpus[0].mpidr) {
		trace_printk(&mm->trace, "%s: duplicate boot cpu reg property in DT", dt_node_path(&mm->fdt, node));
	} else if (hwid != INVALID_HWID && scan->count < mm->kernel->nr_cpus) {
		scan->cpus[scan->count] = cpu;
		scan->cpus[scan->count].id = (int)scan->count;
	}
	scan->count++;
}

/* smp_cpu_setup(): is there a known way to start it? */
static bool can_start(const struct mm *mm, const struct cpu *cpu)
{
	const char *method = dt_getprop_str(&mm->fdt, cpu->fdt_node, "enable-method");
	uint64_t release;

	if (!method)
		return false;
	if (!strcmp(method, "spin-table"))
		return dt_getprop_u64(&mm->fdt, cpu->fdt_node, "cpu-release-addr", 2, &release);
	return !strcmp(method, "psci");
}

/* nr_cpus= and maxcpus=, nosmp: early parameters. */
static void read_parameters(struct mm *mm)
{
	struct cpus *cpus = &mm->cpus;

	cpus->nr_cpu_ids = cpus->setup_max_cpus = mm->kernel->nr_cpus;
	for (size_t i = 0; i < mm->cmdline.nr; i++) {
		const struct param *param = &mm->cmdline.params[i];
		const char *value = param->value ? param->value : "";
		int n = 0;

		if (param_is(param, "nr_cpus") && get_option(&value, &n) && n > 0 && (unsigned)n < cpus->nr_cpu_ids)
			cpus->nr_cpu_ids = (unsigned)n;
		else if (param_is(param, "maxcpus") && get_option(&value, &n))
			cpus->setup_max_cpus = (unsigned)n;
		else if (param_is(param, "nosmp"))
			cpus->setup_max_cpus = 0;
	}
}

static void publish(struct mm *mm, const struct cpu *cpu)
{
	const union mm_value row[] = { V_NUM(cpu->id), V_HEX(cpu->mpidr), V_NUM(cpu->nid),
				       V_STR(dt_node_path(&mm->fdt, cpu->fdt_node)), V_NUM(1) };

	trace_put(&mm->trace, MM_CPUS, row);
}

static void add_possible(struct mm *mm, const struct cpu *cpu)
{
	mm->cpus.cpu[mm->cpus.nr] = *cpu;
	mm->cpus.cpu[mm->cpus.nr].online = cpu->id == 0;
	mm->cpus.nr++;
	publish(mm, cpu);
}

static void add_secondaries(struct cpu_scan *scan)
{
	struct mm *mm = scan->mm;
	unsigned ids = mm->cpus.nr_cpu_ids;

	if (arm64_rules(mm->kernel)->nosmp_not_possible && !mm->cpus.setup_max_cpus)
		return;
	if (scan->count > ids)
		trace_printk(&mm->trace, "Number of cores (%u) exceeds configured maximum of %u - clipping", scan->count, ids);
	for (unsigned i = 1; i < ids && i < scan->count; i++)
		if (scan->cpus[i].mpidr != INVALID_HWID && can_start(mm, &scan->cpus[i]))
			add_possible(mm, &scan->cpus[i]);
}

void step_smp_init_cpus(struct mm *mm)
{
	struct cpu_scan scan = { .mm = mm, .count = 1 };

	read_parameters(mm);
	scan.cpus = arena_array(&mm->arena, mm->kernel->nr_cpus, sizeof(*scan.cpus));
	for (unsigned i = 0; i < mm->kernel->nr_cpus; i++)
		scan.cpus[i].mpidr = i ? INVALID_HWID : 0;
	trace_event(&mm->trace, MM_SET, "smp_init_cpus");
	for (int node = arm64_next_cpu_node(mm, -1); node >= 0; node = arm64_next_cpu_node(mm, node))
		scan_cpu_node(&scan, node);
	mm->cpus.cpu = arena_array(&mm->arena, min_u64(max_u64(scan.count, 1), mm->kernel->nr_cpus), sizeof(*mm->cpus.cpu));
	add_possible(mm, &scan.cpus[0]);
	if (scan.bootcpu_valid)
		add_secondaries(&scan);
	else
		trace_printk(&mm->trace, "missing boot CPU MPIDR, not enabling secondaries");
	trace_arg(&mm->trace, FACT_NUM("possible", mm->cpus.nr));
}
