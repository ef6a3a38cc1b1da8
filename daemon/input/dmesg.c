// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/dmesg.h"
#include "daemon/base/fail.h"
#include "daemon/base/plain_log.h"
#include "daemon/input/uefi_map.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *dmesg_name(enum dmesg_what what)
{
	static const char *const names[DMESG_NR] = {
		"release", "command line", "model", "CPU", "RAM", "kernel image", "device tree", "initrd", "UEFI map", "CPUs", "page size",
		"reserved"
	};

	return names[what];
}

/* ------------------------------------------------------------------------ values */

/* Ranges of RAM beyond this number are ignored. */
#define DMESG_MAX_RANGES	256

/* A larger part of an image is taken for nonsense. */
#define DMESG_MAX_PART_KBYTES	(256u << 10)

struct reader {
	struct dmesg *log;
	size_t line;		/* the one being read */
	/*
	 * Of RAM, the best that was said: memblock's table, which has every byte; ranges by node, which are whole pages;
	 * what the tree's scan said; one range; a sum.
	 */
	struct ram_range {
		uint64_t base, size;
		int nid;
	} dumped[DMESG_MAX_RANGES], ranges[DMESG_MAX_RANGES], scanned[DMESG_MAX_RANGES], faked;
	struct ram_range removed[DMESG_MAX_RANGES];	/* RAM that a no-map node took out of the table, up to 5.10 or so */
	size_t nr_dumped, nr_ranges, nr_scanned, nr_removed;
	size_t dump_rows, dump_size;	/* rows of the table that were seen, and that it says it has */
	size_t dump_line, ranges_line, scanned_line, faked_line, zones_line, total_line;
	struct ram_range zones;	/* from the lowest zone's start to the end of the highest, where RAM ends */
	bool in_zones;		/* after "Zone ranges:" */
	bool over;		/* the log has gone past memory initialisation, or the kernel died */
	uint64_t total;		/* bytes, from the line "Memory: " */
	bool one_node;		/* the kernel was told of no nodes, whatever the ranges say */
	size_t nr_faked;	/* nodes that the kernel faked */
	const char *foreign;	/* the kernel's architecture, if it is not arm64 */
	bool in_ranges;		/* after "Early memory node ranges" */
	bool initrd_in_table;	/* the initrd comes from UEFI's table, not from the tree */
	size_t nr_uefi;		/* ranges of UEFI's map */
	struct dmesg_range pool;	/* just created; the next line names its node; size 0: none */
	uint32_t pool_flags;
	bool own_cma;		/* the kernel made a CMA area that belongs to no node of the tree */
};

static void keep(struct reader *r, enum dmesg_what what, const char *value, size_t len)
{
	char *copy = strndup(value, len);

	if (!copy) {
		r->log->text.failed = true;
		return;
	}
	free(r->log->value[what]);
	r->log->value[what] = copy;
	r->log->line[what] = r->line;
}

static void keep_number(struct reader *r, enum dmesg_what what, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value);
	keep(r, what, text, strlen(text));
}

/* "[mem 0x..-0x..]" at @p: both ends. */
static bool range_at(const char *p, uint64_t *start, uint64_t *end)
{
	char *rest;

	p = strchr(p, '[');
	if (!p)
		return false;
	p += !strncmp(p, "[mem ", 5) ? 5 : 1;
	if (strncmp(p, "0x", 2))
		return false;
	*start = strtoull(p, &rest, 16);
	if (*rest != '-' || strncmp(rest + 1, "0x", 2))
		return false;
	*end = strtoull(rest + 1, &rest, 16);
	return *rest == ']' && *end >= *start;
}

/* MIDR_EL1's implementer and part, of CPUs that QEMU and the engine know by name. */
static void read_cpu(struct reader *r, const char *line)
{
	static const struct { unsigned implementer, part; const char *name; } cpus[] = {
		{ 0x41, 0xd04, "cortex-a35" }, { 0x41, 0xd03, "cortex-a53" }, { 0x41, 0xd05, "cortex-a55" },
		{ 0x41, 0xd07, "cortex-a57" }, { 0x41, 0xd08, "cortex-a72" }, { 0x41, 0xd0b, "cortex-a76" },
		{ 0x41, 0xd0c, "neoverse-n1" }, { 0x41, 0xd40, "neoverse-v1" }, { 0x46, 0x001, "a64fx" }, { 0x00, 0x051, "max" },
	};
	const char *at = strchr(line, '[');
	unsigned long midr = at ? strtoul(at + 1, NULL, 16) : 0;

	for (size_t i = 0; at && i < sizeof(cpus) / sizeof(cpus[0]); i++)
		if ((midr >> 24 & 0xff) == cpus[i].implementer && (midr >> 4 & 0xfff) == cpus[i].part)
			keep(r, DMESG_CPU, cpus[i].name, strlen(cpus[i].name));
}

/* A range that goes on where the last one ended is the same RAM. */
static void add_range(struct ram_range *ranges, size_t *nr, uint64_t base, uint64_t size, int nid)
{
	struct ram_range *last = *nr ? &ranges[*nr - 1] : NULL;

	if (last && last->nid == nid && last->base + last->size == base)
		last->size += size;
	else if (*nr < DMESG_MAX_RANGES)
		ranges[(*nr)++] = (struct ram_range){ base, size, nid };
}

/* More than one "Faking a node" is a vendor's own doing: no release derives them from its command line. */
static int node_of(const struct reader *r, int nid)
{
	return r->one_node && r->nr_faked < 2 ? 0 : nid;
}

/* "  node   0: [mem 0x..-0x..]" */
static void read_range(struct reader *r, const char *line)
{
	uint64_t start, end;
	int nid;

	if (sscanf(line, " node %d:", &nid) != 1 || nid < 0 || !range_at(line, &start, &end))
		return;
	if (!r->nr_ranges)
		r->ranges_line = r->line;
	add_range(r->ranges, &r->nr_ranges, start, end - start + 1, node_of(r, nid));
}

/* Of memblock_dump_all(): " memory.cnt  = 0x2", and " memory[0x0]\t[0x..-0x..], 0x.. bytes on node 0 flags: 0x0" for each. */
static void read_dump(struct reader *r, const char *line)
{
	const char *node = strstr(line, " bytes on node ");
	uint64_t start, end;
	unsigned long row;

	if (sscanf(line, " memory.cnt = 0x%lx", &row) == 1) {
		r->nr_dumped = r->dump_rows = 0;
		r->dump_size = row;
		r->dump_line = r->line + 1;
	} else if (sscanf(line, " memory[0x%lx]", &row) == 1 && row == r->dump_rows && range_at(strchr(line, ']') + 1, &start, &end)) {
		add_range(r->dumped, &r->nr_dumped, start, end - start + 1, node_of(r, node ? atoi(node + 15) : 0));
		r->dump_rows++;
	}
}

/* "memblock_remove: [0x..-0x..] early_init_dt_reserve_memory_arch": a no-map node of the tree. */
static void read_removal(struct reader *r, const char *line)
{
	uint64_t start, end;

	if (!strncmp(line, "memblock_remove: ", 17) && strstr(line, "] early_init_dt_") && strstr(line, "reserve") &&
	    range_at(line, &start, &end) && r->nr_removed < DMESG_MAX_RANGES)
		r->removed[r->nr_removed++] = (struct ram_range){ start, end - start + 1, 0 };
}

/* Where the usual lines are missing, others give the ranges: "OF: fdt: - 80000000 ,  7ee00000" of vendors' kernels ... */
static void read_scan(struct reader *r, const char *line)
{
	unsigned long long base, size;

	if (sscanf(line, "OF: fdt: - %llx , %llx", &base, &size) != 2 || !size)
		return;
	if (!r->nr_scanned)
		r->scanned_line = r->line;
	add_range(r->scanned, &r->nr_scanned, base, size, 0);
}

/* ... "NUMA: Faking a node at [mem 0x..-0x..]" if there are no holes, and the sum in "Memory: 1K/2K available". */
static void read_sums(struct reader *r, const char *line)
{
	const char *fakes = strstr(line, "Faking a node at [mem ");
	unsigned long long free_kilobytes, kilobytes;
	uint64_t start, end;

	if (strstr(line, "No NUMA configuration found") || fakes)
		r->one_node = true;
	r->nr_faked += fakes != NULL;
	if (fakes && range_at(fakes, &start, &end)) {
		if (!r->faked_line)
			r->faked = (struct ram_range){ start, 0, 0 };
		r->faked.size = end + 1 - r->faked.base;
		r->faked_line = r->line;
	}
	if (sscanf(line, "Memory: %lluK/%lluK available", &free_kilobytes, &kilobytes) == 2 && kilobytes < 1ull << 40) {
		r->total = kilobytes << 10;
		r->total_line = r->line;
	}
}

/* Lines of boot loaders; U-Boot prints hexadecimal without 0x. */
static void read_loader(struct reader *r, const char *line)
{
	unsigned long long a, b;
	char range[64];
	const char *pi = strstr(line, "Device tree loaded to 0x");

	if (sscanf(line, " Loading Device Tree to %llx, end %llx", &a, &b) == 2 ||
	    sscanf(line, " Using Device Tree in place at %llx, end %llx", &a, &b) == 2 ||
	    (pi && sscanf(pi, "Device tree loaded to 0x%llx", &a) == 1))
		keep_number(r, DMESG_DTB, a);
	if (sscanf(line, " Loading Ramdisk to %llx, end %llx", &a, &b) == 2 && b > a) {
		snprintf(range, sizeof(range), "0x%llx,0x%llx", a, b - a);
		keep(r, DMESG_INITRD, range, strlen(range));
	}
	if (sscanf(line, "Moving Image from 0x%llx to 0x%llx", &a, &b) == 2)
		keep_number(r, DMESG_IMAGE, b);
}

static bool starts(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

/* "  DMA      [mem 0x..-0x..]" */
static void read_zone(struct reader *r, const char *line)
{
	uint64_t start, end;

	if (!starts(line, "  ") || !range_at(line, &start, &end))
		return;
	if (!r->zones_line)
		r->zones = (struct ram_range){ start, 0, 0 };
	if (end >= r->zones.base)
		r->zones.size = end + 1 - r->zones.base;
	r->zones_line = r->line;
}

/* Another boot begins in the same log: forget what the previous one said of its kernel. */
static void begin(struct reader *r)
{
	if (r->log->nr_boots++) {
		r->log->memblock_debug = false;
		r->log->build = (struct dmesg_build){ 0 };
		r->log->nr_nodes = r->log->nr_reserved = 0;
		r->nr_dumped = r->dump_rows = r->dump_size = r->nr_removed = 0;
		r->nr_ranges = r->nr_scanned = 0;
		r->ranges_line = r->scanned_line = r->faked_line = r->zones_line = r->total_line = 0;
		r->over = false;
		r->one_node = false;
		r->nr_faked = 0;
		r->foreign = NULL;
	}
	r->in_ranges = r->in_zones = r->initrd_in_table = r->own_cma = false;
	r->pool.size = 0;
	r->nr_uefi = 0;
}

/* Where the tree does not give the initrd, its pages are those that arm64_memblock_init() adds. */
static void read_initrd(struct reader *r, const char *line)
{
	unsigned long long kilobytes;
	uint64_t start, end;
	char text[64];

	if (starts(line, "memblock_add: ") && strstr(line, "arm64_memblock_init") && range_at(line, &start, &end))
		snprintf(text, sizeof(text), "0x%llx,0x%llx", (unsigned long long)start, (unsigned long long)(end - start + 1));
	else if (sscanf(line, "Freeing initrd memory: %lluK", &kilobytes) == 1 && !r->log->value[DMESG_INITRD])
		snprintf(text, sizeof(text), "auto,0x%llx", kilobytes << 10);
	else
		return;
	keep(r, DMESG_INITRD, text, strlen(text));
}

/* "SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs=4, Nodes=2" */
static void read_cpus(struct reader *r, const char *line)
{
	const char *at = strstr(line, " CPUs=");

	if (at)
		keep(r, DMESG_CPUS, at + 6, strspn(at + 6, "0123456789"));
}

/* "Dentry cache hash table entries: 131072 (order: 8, 1048576 bytes, linear)": an order is that many pages. */
static void read_page_size(struct reader *r, const char *line)
{
	const char *at = strstr(line, "(order: ");
	unsigned long long bytes;
	unsigned int order;
	char text[32];

	if (!at || sscanf(at, "(order: %u, %llu bytes", &order, &bytes) != 2 || order > 32 || !(bytes >> order))
		return;
	r->log->page_bytes = bytes >> order;
	snprintf(text, sizeof(text), "%llu KiB", bytes >> order >> 10);
	keep(r, DMESG_PAGE_SIZE, text, strlen(text));
}

static void read_efi(struct reader *r, const char *line)
{
	char text[40];

	if (strstr(line, " INITRD=0x"))
		r->initrd_in_table = true;
	if (!starts(line, "efi:   0x") && !(starts(line, "efi: mem") && strstr(line, "range=[")))
		return;
	snprintf(text, sizeof(text), "%zu ranges", ++r->nr_uefi);
	keep(r, DMESG_UEFI, text, strlen(text));
}

/* ------------------------------------------------------------------ how it was built */

static void read_cma(struct dmesg_build *build, const char *line)
{
	unsigned long long mbytes;

	if (sscanf(line, "cma: Reserved %llu MiB at", &mbytes) != 1 || mbytes > 1u << 20)
		return;
	build->has_cma_mbytes = true;
	build->cma_mbytes = mbytes;
}

/* "percpu: Embedded 32 pages/cpu @ffff.. s93288 r8192 d29592 u131072": the first of these. */
static void read_percpu(struct dmesg_build *build, const char *line)
{
	const char *at = starts(line, "percpu: Embedded ") || starts(line, "PERCPU: Embedded ") ? strstr(line, " s") : NULL;
	unsigned long long bytes;

	if (!at || sscanf(at, " s%llu r", &bytes) != 1 || bytes > 16u << 20)
		return;
	build->percpu_static = bytes;
	build->complete = true;
}

/* "Memory: 1K/2K available (14528K kernel code, 2270K rwdata, 4736K rodata, 5376K init, 1228K bss, ..." */
static void read_image(struct dmesg_build *build, const char *line)
{
	const char *at = starts(line, "Memory: ") ? strchr(line, '(') : NULL;
	unsigned long long kbytes[DMESG_NR_PARTS];

	if (!at || sscanf(at, "(%lluK kernel code, %lluK rwdata, %lluK rodata, %lluK init, %lluK bss,", &kbytes[DMESG_CODE],
			  &kbytes[DMESG_RWDATA], &kbytes[DMESG_RODATA], &kbytes[DMESG_INIT], &kbytes[DMESG_BSS]) != DMESG_NR_PARTS)
		return;
	for (size_t i = 0; i < DMESG_NR_PARTS; i++)
		if (!kbytes[i] || kbytes[i] > DMESG_MAX_PART_KBYTES)
			return;
	for (size_t i = 0; i < DMESG_NR_PARTS; i++)
		build->image_kbytes[i] = kbytes[i];
}

/* Available, reserved and CMA pages add up to all pages, unless most are initialised later. */
static void read_ready(struct dmesg_build *build, const char *line)
{
	const char *reserved = starts(line, "Memory: ") ? strstr(line, "K bss, ") : NULL;
	unsigned long long available, all, taken, cma;

	if (reserved && sscanf(line, "Memory: %lluK/%lluK", &available, &all) == 2 &&
	    sscanf(reserved, "K bss, %lluK reserved, %lluK cma-reserved", &taken, &cma) == 2)
		build->all_pages_ready = available + taken + cma == all;
}

/* "  Device   empty" is the last of the zones' ranges, where there is such a zone. */
static void read_zones(struct dmesg_build *build, const char *line)
{
	if (starts(line, "Zone ranges:"))
		build->zone_device = 'n';
	else if (starts(line, "  Device ") && build->zone_device)
		build->zone_device = 'y';
}

/* "mem auto-init: stack:off, heap alloc:on, heap free:off" */
static void read_init(struct dmesg_build *build, const char *line)
{
	const char *stack = starts(line, "mem auto-init: ") ? strstr(line, "stack:") : NULL, *heap = stack ? strstr(stack, "heap alloc:") : NULL;

	if (!heap)
		return;
	build->alloc_init = starts(heap + 11, "on") ? 'y' : 'n';
	build->stack_init = starts(stack + 6, "all(zero)") ? 'y' : 'n';
}

static void read_build(struct dmesg_build *build, const char *line)
{
	read_cma(build, line);
	read_ready(build, line);
	read_zones(build, line);
	read_init(build, line);
	read_percpu(build, line);
	read_image(build, line);
	if (starts(line, "NUMA: ") || strstr(line, "Faking a node at"))
		build->numa = true;
	if ((starts(line, "On node ") && strstr(line, "totalpages: ")) || starts(line, "pcpu-alloc: s"))
		build->shows_debug = true;
}

/* ----------------------------------------------------------------------- reservations */

/* "initialized node NAME, compatible", "failed to reserve memory for node 'NAME'", "0x..0x.. (1 KiB) map non-reusable NAME" */
static const char *reserved_node(const char *line, size_t *len)
{
	const char *name = strstr(line, "OF: reserved mem: initialized node "), *last, *behind;

	if (name) {
		name += 35;
		/* "linux,cma" has a comma of its own. */
		behind = strstr(name, ", compatible");
		*len = behind ? (size_t)(behind - name) : strcspn(name, " ");
		return name;
	}
	name = strstr(line, "memory for node '");
	if (name) {
		*len = strcspn(name + 17, "'");
		return name + 17;
	}
	if (!starts(line, "OF: reserved mem: 0x"))
		return NULL;
	last = strrchr(line, ' ') + 1;
	*len = strlen(last);
	return last;
}

/* The node of that name, added if it is new; NULL: there are DMESG_MAX_NODES already. */
static struct dmesg_node *node_named(struct reader *r, const char *name, size_t len)
{
	struct dmesg *log = r->log;
	struct dmesg_node *node;
	char text[40];

	for (size_t i = 0; i < log->nr_nodes; i++)
		if (!strncmp(log->nodes[i].name, name, len) && !log->nodes[i].name[len])
			return &log->nodes[i];
	if (!len || len >= sizeof(node->name) || log->nr_nodes == DMESG_MAX_NODES)
		return NULL;
	node = &log->nodes[log->nr_nodes++];
	*node = (struct dmesg_node){ .line = r->line };
	memcpy(node->name, name, len);
	snprintf(text, sizeof(text), "%zu node%s", log->nr_nodes, log->nr_nodes > 1 ? "s" : "");
	keep(r, DMESG_RESERVED, text, strlen(text));
	return node;
}

/* "OF: reserved mem: 0x..0x.. (1 KiB) nomap non-reusable NAME": the only line that says where the node lies. */
static void place_node(struct dmesg_node *node, const char *line)
{
	unsigned long long base, end, kbytes;

	if (sscanf(line, "OF: reserved mem: 0x%llx..0x%llx (%llu KiB)", &base, &end, &kbytes) != 3 || end < base || end - base == UINT64_MAX)
		return;
	node->base = base;
	node->size = end - base + 1;
	node->flags |= DMESG_NODE_PLACED | (strstr(line, ") nomap ") ? DMESG_NODE_NOMAP : 0) |
		       (strstr(line, " reusable ") ? DMESG_NODE_REUSABLE : 0);
}

/* "failed to reserve memory for node 'NAME': base 0x.., size 3 MiB" */
static void fail_node(struct dmesg_node *node, const char *line)
{
	unsigned long long base, mbytes;
	const char *at = strstr(line, "failed to reserve memory for node '");

	at = at ? strstr(at, "': base 0x") : NULL;
	if (!at || sscanf(at, "': base 0x%llx, size %llu MiB", &base, &mbytes) != 2 || mbytes > 1u << 24)
		return;
	node->base = base;
	node->size = mbytes << 20;
	node->flags |= DMESG_NODE_PLACED | DMESG_NODE_FAILED;
}

/* "Reserved memory: created CMA memory pool at 0x.., size 8 MiB": the line after it names the node. */
static void read_pool(struct reader *r, const char *line)
{
	static const struct { const char *kind; uint32_t flags; } kinds[] = {
		{ "CMA", DMESG_NODE_REUSABLE }, { "DMA", DMESG_NODE_NOMAP },
	};
	unsigned long long base, mbytes;

	for (size_t i = 0; i < 2; i++) {
		char format[80];

		snprintf(format, sizeof(format), "Reserved memory: created %s memory pool at 0x%%llx, size %%llu MiB", kinds[i].kind);
		if (sscanf(line, format, &base, &mbytes) != 2 || !mbytes || mbytes > 1u << 24)
			continue;
		r->pool = (struct dmesg_range){ base, mbytes << 20, r->line };
		r->pool_flags = kinds[i].flags | DMESG_NODE_POOL | DMESG_NODE_PLACED;
	}
}

static void take_pool(struct reader *r, struct dmesg_node *node)
{
	if (r->pool.size && !(node->flags & DMESG_NODE_PLACED)) {
		node->base = r->pool.base;
		node->size = r->pool.size;
	}
	if (r->pool.size)
		node->flags |= r->pool_flags;
	r->pool.size = 0;
}

static void read_node(struct reader *r, const char *line)
{
	size_t len = 0;
	const char *name = reserved_node(line, &len);
	struct dmesg_node *node = name ? node_named(r, name, len) : NULL;

	read_pool(r, line);
	r->own_cma |= starts(line, "cma: Reserved ");
	if (!node)
		return;
	place_node(node, line);
	fail_node(node, line);
	if (strstr(line, "initialized node "))
		take_pool(r, node);
}

/* Where the kernel made no CMA area of its own, the first node with one is everybody's default. */
static void choose_default(struct reader *r)
{
	struct dmesg *log = r->log;
	const uint32_t cma = DMESG_NODE_POOL | DMESG_NODE_REUSABLE;

	for (size_t i = 0; i < log->nr_nodes && !r->own_cma; i++) {
		if ((log->nodes[i].flags & cma) != cma)
			continue;
		log->nodes[i].flags |= DMESG_NODE_DEFAULT;
		return;
	}
}

static void read_reserved(struct reader *r, const char *line)
{
	struct dmesg *log = r->log;
	struct dmesg_range *grown = log->reserved;
	uint64_t start, end;

	if (!starts(line, "memblock_reserve: [") && !starts(line, "__memblock_reserve: [") && !starts(line, " reserved[0x"))
		return;
	/* The kernel allocated this range itself, so no loader put it there. */
	if (strstr(line, "_alloc"))
		return;
	line = starts(line, " ") ? strchr(line, ']') : line;
	if (!line || !range_at(line, &start, &end))
		return;
	/* The array doubles at every power of two. */
	if (!(log->nr_reserved & (log->nr_reserved - 1)))
		grown = realloc(grown, (log->nr_reserved ? 2 * log->nr_reserved : 1) * sizeof(*grown));
	if (!grown) {
		log->text.failed = true;
		return;
	}
	log->reserved = grown;
	log->reserved[log->nr_reserved++] = (struct dmesg_range){ start, end - start + 1, r->line };
}

static void read_architecture(struct reader *r, const char *line)
{
	static const struct { const char *begins, *name; } signs[] = {
		{ "SBI specification v", "RISC-V" }, { "Booting Linux on hartid", "RISC-V" }, { "CPU: ARMv", "32-bit ARM" },
		{ "BIOS-provided physical RAM map", "x86" }, { "BIOS-e820: ", "x86" },
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (starts(line, signs[i].begins))
			r->foreign = signs[i].name;
}

static void read_line(struct reader *r, const char *line)
{
	read_architecture(r, line);
	read_build(&r->log->build, line);
	read_sums(r, line);
	read_scan(r, line);
	read_node(r, line);
	read_reserved(r, line);
	if (starts(line, "efi: "))
		read_efi(r, line);
	else if (starts(line, "SLUB: "))
		read_cpus(r, line);
	else if (starts(line, "Dentry cache hash table"))
		read_page_size(r, line);
	else if (r->initrd_in_table)
		read_initrd(r, line);

	if (starts(line, "Booting Linux on physical CPU") || strstr(line, "CPU: AArch64 Processor ["))
		read_cpu(r, line);
	else if (starts(line, "Linux version ")) {
		begin(r);
		keep(r, DMESG_RELEASE, line + 14, strcspn(line + 14, " "));
	} else if (starts(line, "Kernel command line: "))
		keep(r, DMESG_CMDLINE, line + 21, strlen(line + 21));
	else if (starts(line, "Machine model: "))
		keep(r, DMESG_MODEL, line + 15, strlen(line + 15));
	else if (starts(line, "memblock_") || starts(line, "MEMBLOCK configuration:")) {
		r->log->memblock_debug = true;
		read_removal(r, line);
	}
	else if (starts(line, "Zone ranges:"))
		r->in_zones = true;
	else if (starts(line, "Movable zone start") || starts(line, "Early memory node ranges"))
		r->in_zones = !(r->in_ranges = starts(line, "Early"));
	else if (starts(line, " memory"))
		read_dump(r, line);
	else if (r->in_ranges && starts(line, "  node"))
		read_range(r, line);
	else if (r->in_zones)
		read_zone(r, line);
	else
		read_loader(r, line);
}

/* A log that gets this far has shown the memory, or why it cannot. */
static bool is_the_end(const char *line)
{
	return starts(line, "Memory: ") || starts(line, "SLUB: HWalign") || starts(line, "Freeing unused kernel") || starts(line, "Run /") ||
	       strstr(line, "Kernel panic - not syncing") || strstr(line, "Unable to handle kernel");
}

static void read_lines(struct reader *r)
{
	char *line = r->log->text.data;

	for (r->line = 1; line && *line; r->line++) {
		char *newline = strchr(line, '\n');

		*newline = '\0';
		read_line(r, line);
		r->over |= is_the_end(line);
		*newline = '\n';
		line = newline + 1;
	}
	r->log->ends_at = r->over ? 0 : r->line - 1;
}

static uint64_t range_end(const struct ram_range *range)
{
	return range->base + range->size;
}

/* What was removed beside RAM was RAM; a no-map node may as well lie where there is none. */
static bool put_back(struct reader *r, const struct ram_range *removed)
{
	for (size_t i = 0; i < r->nr_dumped; i++) {
		struct ram_range *at = &r->dumped[i], *next = i + 1 < r->nr_dumped ? at + 1 : NULL;

		if (range_end(at) == removed->base) {
			at->size += removed->size;
			if (next && next->nid == at->nid && next->base == range_end(at)) {
				at->size += next->size;
				memmove(next, next + 1, (--r->nr_dumped - (i + 1)) * sizeof(*next));
			}
			return true;
		}
		if (at->base == range_end(removed)) {
			at->base = removed->base;
			at->size += removed->size;
			return true;
		}
	}
	return false;
}

/* The table as it was before no-map nodes were taken out of it, which the tree does again. */
static void finish_dump(struct reader *r)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < r->nr_removed; i++) {
			if (!put_back(r, &r->removed[i]))
				continue;
			r->removed[i--] = r->removed[--r->nr_removed];
			more = true;
		}
	}
}

/* The log ends among the ranges: RAM reaches to the end of the zones, with unknown holes. */
static void finish_ranges(struct reader *r)
{
	const struct ram_range *last = r->nr_ranges ? &r->ranges[r->nr_ranges - 1] : NULL;

	if (!r->over && last && r->zones_line && range_end(last) < range_end(&r->zones))
		add_range(r->ranges, &r->nr_ranges, range_end(last), range_end(&r->zones) - range_end(last), last->nid);
}

/* A single range from end to end will do only if nothing else in the log shows holes in it. */
static bool is_whole(const struct reader *r, const struct ram_range *range)
{
	return !r->total_line || range->size == r->total;
}

/* The best description of RAM in the log, and the line it comes from. */
static size_t choose_ranges(const struct reader *r, const struct ram_range **ranges, size_t *line)
{
	/* A table that lost rows on the way, or is too long to be kept, is none. */
	bool whole = r->dump_rows && r->dump_rows == r->dump_size && r->nr_dumped < DMESG_MAX_RANGES;
	const struct { const struct ram_range *ranges; size_t nr, line; } said[] = {
		{ r->dumped, whole ? r->nr_dumped : 0, r->dump_line },
		{ r->ranges, r->nr_ranges, r->ranges_line }, { r->scanned, r->nr_scanned, r->scanned_line },
		{ &r->faked, r->faked_line && is_whole(r, &r->faked), r->faked_line },
		{ &r->zones, r->zones_line && !r->total_line, r->zones_line },
	};
	size_t i = 0;

	while (i + 1 < sizeof(said) / sizeof(said[0]) && !said[i].nr)
		i++;
	*ranges = said[i].ranges;
	*line = said[i].line;
	return said[i].nr;
}

/* "SIZE@BASE,..", with nodes where there are several; a sum alone is "SIZE". */
static void keep_memory(struct reader *r)
{
	const struct ram_range *ranges;
	struct bytes text = { 0 };
	size_t line, nr = choose_ranges(r, &ranges, &line);
	bool nodes = false;

	for (size_t i = 0; i < nr; i++)
		nodes |= ranges[i].nid != 0;
	r->log->ram_bytes = nr ? 0 : r->total;
	for (size_t i = 0; i < nr; i++) {
		r->log->ram_bytes += ranges[i].size;
		bytes_puts(&text, i ? "," : "");
		if (nodes)
			bytes_printf(&text, "%d:", ranges[i].nid);
		bytes_printf(&text, "0x%llx@0x%llx", (unsigned long long)ranges[i].size, (unsigned long long)ranges[i].base);
	}
	if (!nr && r->total)
		bytes_printf(&text, "0x%llx", (unsigned long long)r->total);
	r->line = nr ? line : r->total_line;
	r->log->text.failed |= text.failed;
	if (text.len)
		keep(r, DMESG_MEMORY, bytes_text(&text), text.len);
	bytes_deinit(&text);
}

void dmesg_deinit(struct dmesg *log)
{
	for (size_t i = 0; i < DMESG_NR; i++)
		free(log->value[i]);
	free(log->kernel);
	free(log->reserved);
	bytes_deinit(&log->added);
	bytes_deinit(&log->profile);
	bytes_deinit(&log->tree);
	bytes_deinit(&log->text);
	bytes_deinit(&log->uefi);
	*log = (struct dmesg){ 0 };
}

bool dmesg_is(const char *text, size_t len)
{
	return memmem(text, len, "Linux version ", 14) || memmem(text, len, "Kernel command line: ", 21) ||
	       memmem(text, len, "Early memory node ranges", 24);
}

int dmesg_read(const char *text, size_t len, const char *where, struct dmesg *ret, struct mm_error *error)
{
	struct dmesg log = { 0 };
	const char *foreign;
	struct reader *r;

	if (!dmesg_is(text, len))
		return fail(error, -EBADMSG, where, "is not a boot log: it has neither \"Linux version\" nor a \"Kernel command line\"");
	r = calloc(1, sizeof(*r));
	if (!r)
		return fail(error, -ENOMEM, where, "no memory to read it");
	r->log = &log;
	plain_log(text, len, &log.text);
	if (!log.text.failed)
		read_lines(r);
	finish_dump(r);
	finish_ranges(r);
	keep_memory(r);
	choose_default(r);
	foreign = r->foreign;
	free(r);
	if (!log.text.failed)
		uefi_map_excerpt(log.text.data ? log.text.data : "", &log.uefi);
	if (log.text.failed || log.uefi.failed) {
		dmesg_deinit(&log);
		return fail(error, -ENOMEM, where, "no memory to read it");
	}
	if (foreign) {
		dmesg_deinit(&log);
		return fail(error, -EBADMSG, where, "was printed by a kernel for %s, which cannot be booted here", foreign);
	}
	*ret = log;
	return 0;
}

void dmesg_fill(const struct dmesg *log, struct ask *ask)
{
	const struct { enum dmesg_what what; const char **to; } fields[] = {
		{ DMESG_CMDLINE, &ask->cmdline }, { DMESG_CPU, &ask->cpu }, { DMESG_IMAGE, &ask->image_addr },
		{ DMESG_DTB, &ask->dtb_addr }, { DMESG_INITRD, &ask->initrd },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!*fields[i].to)
			*fields[i].to = log->value[fields[i].what];
	if (log->profile.len && !ask->profile)
		ask->profile = &log->profile;
	if (log->uefi.len && !ask->uefi)
		ask->uefi = log->uefi.data;
	if (log->added.len && !ask->reserved)
		ask->reserved = log->added.data;
}

/* The range belongs to a node of /reserved-memory, so it was not loaded by a boot loader. */
static bool is_of_node(const struct dmesg *log, const struct dmesg_range *range)
{
	for (size_t i = 0; i < log->nr_nodes; i++)
		if (log->nodes[i].flags & DMESG_NODE_PLACED && log->nodes[i].base == range->base)
			return true;
	return false;
}

bool dmesg_reserved(const struct dmesg *log, uint64_t bytes, uint64_t align, uint64_t *base, size_t *line)
{
	for (size_t i = 0; i < log->nr_reserved; i++) {
		if (log->reserved[i].size != bytes || log->reserved[i].base % align || is_of_node(log, &log->reserved[i]))
			continue;
		*base = log->reserved[i].base;
		*line = log->reserved[i].line;
		return true;
	}
	return false;
}

/* --------------------------------------------------------------------- redaction */

/* The length of a MAC address or UUID at @p, hex digits with separators between them; 0: there is none. */
static size_t mac_at(const char *p)
{
	for (size_t i = 0; i < 17; i++)
		if (i % 3 == 2 ? p[i] != ':' : !isxdigit((unsigned char)p[i]))
			return 0;
	return isxdigit((unsigned char)p[17]) || p[17] == ':' ? 0 : 17;
}

static size_t uuid_at(const char *p)
{
	for (size_t i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? p[i] != '-' : !isxdigit((unsigned char)p[i]))
			return 0;
	return 36;
}

/* "androidboot.serialno=0123", "ethaddr=..": the length of the value after '=', or 0. */
static size_t serial_at(const char *p)
{
	static const char *const keys[] = { "serialno=", "serial_number=", "serial=0x", "board_id=", "macaddr=", "ethaddr=" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (starts(p, keys[i]))
			return strcspn(p, " \n");
	return 0;
}

void dmesg_redact(char *text)
{
	for (char *p = text; *p;) {
		size_t n = mac_at(p), value = serial_at(p);

		n = n ? n : uuid_at(p);
		if (value) {
			char *at = strchr(p, '=') + 1;

			n = (size_t)(p + value - at);
			p = at;
		}
		for (size_t i = 0; i < n; i++)
			if (isalnum((unsigned char)p[i]))
				p[i] = 'x';
		p += n ? n : 1;
	}
}
