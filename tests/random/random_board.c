/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "random_board.h"

#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MIB(n)		((uint64_t)(n) << 20)

/* What is being written; the tree is smaller than the buffer by far, so errors are ours. */
struct writer {
	struct random *r;
	struct random_board *b;
	void *dtb;
};

static void must(int err)
{
	if (err < 0) {
		fprintf(stderr, "random_board: %s\n", fdt_strerror(err));
		abort();
	}
}

static void open_node(struct writer *w, const char *name, uint64_t unit)
{
	char text[64];

	snprintf(text, sizeof(text), "%s@%llx", name, (unsigned long long)unit);
	must(fdt_begin_node(w->dtb, unit == UINT64_MAX ? name : text));
}

static void close_node(struct writer *w) { must(fdt_end_node(w->dtb)); }
static void flag(struct writer *w, const char *name) { must(fdt_property(w->dtb, name, NULL, 0)); }
static void text(struct writer *w, const char *name, const char *s) { must(fdt_property_string(w->dtb, name, s)); }
static void cell(struct writer *w, const char *name, uint32_t v) { must(fdt_property_u32(w->dtb, name, v)); }

static void cells64(struct writer *w, const char *name, const uint64_t *v, size_t nr)
{
	fdt64_t be[2 * RANDOM_MAX_BANKS];

	for (size_t i = 0; i < nr; i++)
		be[i] = cpu_to_fdt64(v[i]);
	must(fdt_property(w->dtb, name, be, (int)(nr * sizeof(*be))));
}

/* -------------------------------------------------------------------- memory */

static uint64_t bank_size(struct random *r)
{
	static const uint64_t sizes[] = { MIB(1), MIB(16), MIB(64), MIB(127), MIB(128), MIB(256), MIB(512), MIB(1024),
					  MIB(2048), MIB(3072), MIB(8192), MIB(32768), MIB(1 << 20) };
	uint64_t size = sizes[random_below(r, random_one_in(r, 8) ? ARRAY_SIZE(sizes) : 10)];

	if (random_one_in(r, 4))
		size += MIB(2) * random_below(r, 200);
	if (random_one_in(r, 5))
		size += 4096 * random_below(r, 512);
	if (random_one_in(r, 12))
		size += random_below(r, 65536);
	return size;
}

static uint64_t gap(struct random *r)
{
	static const uint64_t gaps[] = { 0, 0, 0, 4096, 65536, MIB(1), MIB(2), MIB(128), MIB(1024), MIB(5000), MIB(1 << 20) };
	uint64_t size = gaps[random_below(r, ARRAY_SIZE(gaps))];

	return random_one_in(r, 10) ? size + random_below(r, 65536) : size;
}

static void make_banks(struct random *r, struct random_board *b)
{
	static const uint64_t starts[] = { 0, MIB(128), MIB(1024), MIB(1024), MIB(1024), MIB(2048), MIB(3072), MIB(4096),
					   UINT64_C(0x2080000000), UINT64_C(0x80080000000) };
	uint64_t at = starts[random_below(r, ARRAY_SIZE(starts))];

	b->nr_nodes = random_one_in(r, 2) ? 1 : (int)random_below(r, 6) + 1;
	b->nr_banks = random_one_in(r, 3) ? 1 : random_below(r, random_one_in(r, 6) ? RANDOM_MAX_BANKS : 5) + 1;
	for (size_t i = 0; i < b->nr_banks; i++) {
		b->banks[i] = (struct phys_range){ at, bank_size(r) };
		if (!i && b->banks[i].size < MIB(128))
			b->banks[i].size += MIB(128);
		b->nid[i] = b->nr_nodes == 1 && random_one_in(r, 2) ? -1 : (int)random_below(r, (uint64_t)b->nr_nodes);
		if (random_one_in(r, 60))
			b->nid[i] = (int)random_below(r, 2000);
		at += b->banks[i].size + gap(r);
		if (random_one_in(r, 30))
			at -= b->banks[i].size / 2;
	}
}

static void write_memory(struct writer *w)
{
	struct random_board *b = w->b;

	for (size_t i = 0; i < b->nr_banks; i++) {
		uint64_t reg[] = { b->banks[i].base, b->banks[i].size };

		open_node(w, "memory", random_one_in(w->r, 40) ? i : b->banks[i].base + (i << 56));
		text(w, "device_type", "memory");
		cells64(w, "reg", reg, 2);
		if (b->nid[i] >= 0)
			cell(w, "numa-node-id", (uint32_t)b->nid[i]);
		if (i && random_one_in(w->r, 12))
			flag(w, "hotpluggable");
		if (i && random_one_in(w->r, 30))
			text(w, "status", "disabled");
		close_node(w);
	}
}

static void write_distances(struct writer *w)
{
	fdt32_t matrix[3 * 64];
	int nr = w->b->nr_nodes, n = 0;

	if (nr < 2 || random_one_in(w->r, 3))
		return;
	for (int i = 0; i < nr; i++) {
		for (int k = 0; k < nr; k++) {
			uint32_t d = i == k ? 10 : 11 + (uint32_t)random_below(w->r, 40);

			if (random_one_in(w->r, 200))
				d = (uint32_t)random_below(w->r, 300);
			matrix[n++] = cpu_to_fdt32((uint32_t)i);
			matrix[n++] = cpu_to_fdt32((uint32_t)k);
			matrix[n++] = cpu_to_fdt32(d);
		}
	}
	must(fdt_begin_node(w->dtb, "distance-map"));
	text(w, "compatible", "numa-distance-map-v1");
	must(fdt_property(w->dtb, "distance-matrix", matrix, (int)(sizeof(*matrix) * (size_t)n)));
	close_node(w);
}

/* An address in RAM for the most part, on a page for the most part. */
static uint64_t somewhere(struct random *r, const struct random_board *b)
{
	const struct phys_range *bank = &b->banks[random_below(r, b->nr_banks)];
	uint64_t addr = bank->base + random_below(r, bank->size);

	if (random_one_in(r, 15))
		return random_u64(r) >> random_below(r, 64);
	if (random_one_in(r, 10))
		return addr;
	return addr & (random_one_in(r, 2) ? ~UINT64_C(4095) : ~(MIB(2) - 1));
}

static uint64_t some_size(struct random *r)
{
	static const uint64_t sizes[] = { 4096, 4096, 65536, MIB(1), MIB(2), MIB(4), MIB(16), MIB(64), MIB(256) };

	if (random_one_in(r, 20))
		return random_one_in(r, 2) ? 0 : random_below(r, MIB(4));
	return sizes[random_below(r, ARRAY_SIZE(sizes))] * (1 + random_below(r, 3));
}

/* ------------------------------------------------------------ reserved-memory */

static void write_dynamic(struct writer *w)
{
	uint64_t size = some_size(w->r), v[4];

	cells64(w, "size", &size, 1);
	if (random_one_in(w->r, 2)) {
		v[0] = UINT64_C(1) << random_below(w->r, 26);
		cells64(w, "alignment", v, 1);
	}
	if (random_one_in(w->r, 3)) {
		for (int i = 0; i < 4; i += 2) {
			v[i] = somewhere(w->r, w->b) & ~UINT64_C(4095);
			v[i + 1] = some_size(w->r) * 16;
		}
		cells64(w, "alloc-ranges", v, random_one_in(w->r, 2) ? 2 : 4);
	}
}

static void write_reserved_child(struct writer *w, unsigned i)
{
	bool fixed = !random_one_in(w->r, 3);
	uint64_t reg[4] = { somewhere(w->r, w->b), some_size(w->r), somewhere(w->r, w->b), some_size(w->r) };

	open_node(w, "region", fixed ? reg[0] ^ (uint64_t)i << 60 : i);
	if (fixed)
		cells64(w, "reg", reg, random_one_in(w->r, 12) ? 4 : 2);
	else
		write_dynamic(w);
	if (random_one_in(w->r, 3))
		text(w, "compatible", random_one_in(w->r, 4) ? "ramoops" : "shared-dma-pool");
	if (random_one_in(w->r, 4))
		flag(w, "no-map");
	if (random_one_in(w->r, 4))
		flag(w, "reusable");
	if (random_one_in(w->r, 8))
		flag(w, "linux,cma-default");
	if (random_one_in(w->r, 15))
		text(w, "status", random_one_in(w->r, 2) ? "okay" : "disabled");
	close_node(w);
}

static void write_reserved(struct writer *w)
{
	static const unsigned floods[] = { 20, 63, 64, 65, 70, 130, 300 };
	unsigned nr = (unsigned)random_below(w->r, 8);

	if (random_one_in(w->r, 3))
		return;
	if (random_one_in(w->r, 20))
		nr = floods[random_below(w->r, ARRAY_SIZE(floods))];
	must(fdt_begin_node(w->dtb, "reserved-memory"));
	cell(w, "#address-cells", 2);
	cell(w, "#size-cells", random_one_in(w->r, 60) ? 1 : 2);
	flag(w, "ranges");
	for (unsigned i = 0; i < nr; i++)
		write_reserved_child(w, i);
	close_node(w);
}

/* --------------------------------------------------------------------- others */

static void write_cpus(struct writer *w)
{
	static const unsigned many[] = { 64, 128, 255, 256, 257, 513 };
	unsigned nr = 1 + (unsigned)random_below(w->r, 9);

	if (random_one_in(w->r, 15))
		nr = many[random_below(w->r, ARRAY_SIZE(many))];
	must(fdt_begin_node(w->dtb, "cpus"));
	cell(w, "#address-cells", 1);
	cell(w, "#size-cells", 0);
	for (unsigned i = 0; i < nr; i++) {
		unsigned reg = random_one_in(w->r, 80) ? 0 : (i / 16) << 8 | i % 16;

		open_node(w, "cpu", i);
		if (!random_one_in(w->r, 50))
			text(w, "device_type", "cpu");
		text(w, "compatible", "arm,cortex-a57");
		cell(w, "reg", reg);
		if (!random_one_in(w->r, 40))
			text(w, "enable-method", "psci");
		if (w->b->nr_nodes > 1 && !random_one_in(w->r, 20))
			cell(w, "numa-node-id", (uint32_t)random_below(w->r, (uint64_t)w->b->nr_nodes));
		if (random_one_in(w->r, 40))
			text(w, "status", random_one_in(w->r, 2) ? "disabled" : "fail");
		close_node(w);
	}
	close_node(w);
}

static void write_chosen(struct writer *w)
{
	uint64_t v[4];

	must(fdt_begin_node(w->dtb, "chosen"));
	if (!random_one_in(w->r, 3)) {
		v[0] = somewhere(w->r, w->b);
		v[1] = v[0] + random_below(w->r, MIB(20));
		cells64(w, "linux,initrd-start", &v[0], 1);
		cells64(w, "linux,initrd-end", &v[1], 1);
	}
	if (random_one_in(w->r, 4)) {
		v[0] = random_one_in(w->r, 4) ? 0 : random_u64(w->r);
		cells64(w, "kaslr-seed", v, 1);
	}
	if (random_one_in(w->r, 4))
		must(fdt_property(w->dtb, "rng-seed", "0123456789abcdef0123456789abcdef", 32));
	if (random_one_in(w->r, 25)) {
		for (int i = 0; i < 4; i += 2) {
			v[i] = somewhere(w->r, w->b);
			v[i + 1] = bank_size(w->r);
		}
		cells64(w, "linux,usable-memory-range", v, random_one_in(w->r, 2) ? 2 : 4);
	}
	if (random_one_in(w->r, 30)) {
		v[0] = somewhere(w->r, w->b);
		v[1] = some_size(w->r);
		cells64(w, "linux,elfcorehdr", v, 2);
	}
	close_node(w);
}

static void write_tree(struct writer *w)
{
	unsigned nr = random_one_in(w->r, 3) ? (unsigned)random_below(w->r, random_one_in(w->r, 10) ? 300 : 6) : 0;

	must(fdt_create(w->dtb, sizeof(w->b->dtb)));
	for (unsigned i = 0; i < nr; i++)
		must(fdt_add_reservemap_entry(w->dtb, somewhere(w->r, w->b), some_size(w->r)));
	must(fdt_finish_reservemap(w->dtb));
	must(fdt_begin_node(w->dtb, ""));
	cell(w, "#address-cells", 2);
	cell(w, "#size-cells", 2);
	text(w, "compatible", "random,board");
	write_chosen(w);
	if (random_one_in(w->r, 4))
		write_reserved(w);
	write_cpus(w);
	write_memory(w);
	write_distances(w);
	if (random_one_in(w->r, 2))
		write_reserved(w);
	if (random_one_in(w->r, 10)) {
		static const uint64_t dma[] = { 0, 0, MIB(1024) };

		open_node(w, "soc", UINT64_MAX);
		cell(w, "#address-cells", 2);
		cell(w, "#size-cells", 2);
		cells64(w, "dma-ranges", dma, 3);
		close_node(w);
	}
	close_node(w);
	must(fdt_finish(w->dtb));
}

/* ---------------------------------------------------------------- command line */

static void number(struct random *r, char *out, size_t size)
{
	static const char *const forms[] = { "%lluM", "%lluM", "%lluM", "%lluK", "%lluG", "%llu", "%llu%%", "0x%llx", "%lluT", "-%llu" };
	uint64_t n = random_below(r, 4) ? random_below(r, 600) : random_u64(r) >> random_below(r, 64);

	if (random_one_in(r, 3))
		n = UINT64_C(1) << random_below(r, 12);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(out, size, forms[random_below(r, ARRAY_SIZE(forms))], (unsigned long long)n);
#pragma GCC diagnostic pop
}

/* % stands for a number; one line is one parameter. */
static const char *const parameters[] = {
	"mem=%", "mem=%", "movablecore=%", "kernelcore=%", "kernelcore=mirror", "movable_node", "cma=%", "cma=%@%", "cma=%@%-%",
	"cma_pernuma=%", "numa_cma=0:%,1:%", "crashkernel=%", "crashkernel=%@%", "crashkernel=%,high", "crashkernel=%,low",
	"crashkernel=1G-2G:%,2G-:%", "crashkernel=1G-:%@%", "crashkernel=%,cma", "hugepages=%", "hugepagesz=1G hugepages=%",
	"hugepagesz=2M hugepages=%", "hugepagesz=64K hugepages=%", "hugepagesz=32M", "hugepagesz=% hugepages=%",
	"default_hugepagesz=1G", "hugepages=0:%,1:%", "hugetlb_cma=%", "hugetlb_cma=0:%,1:%", "numa=off", "numa=fake=%",
	"nr_cpus=%", "maxcpus=%", "nosmp", "rodata=off", "rodata=full", "rodata=on", "rodata=noalias", "debug_pagealloc=on",
	"kfence.sample_interval=%", "log_buf_len=%", "dhash_entries=%", "ihash_entries=%", "mhash_entries=%", "hashdist=%",
	"hashdist=0", "hashdist=1", "swiotlb=%", "swiotlb=force", "swiotlb=noforce", "swiotlb=%,%,force", "percpu_alloc=page",
	"percpu_alloc=embed", "numa_zonelist_order=zone", "numa_zonelist_order=node", "reserve_mem=%:4096:trace",
	"reserve_mem=%:%:name", "slub_max_order=%", "slub_min_order=%", "slub_min_objects=%", "slab_max_order=%",
	"slub_debug=FZPU", "slub_nomerge", "init_on_alloc=1", "init_on_free=1", "page_poison=1", "nokaslr", "kpti=off",
	"memblock=debug", "debug", "quiet", "loglevel=%", "ignore_loglevel", "nomodule", "\"quoted words\"=\"a b\"", "foo=\"",
	"acpi=off", "transparent_hugepage=never", "transparent_hugepage=always", "early_page_ext", "page_owner=on",
	"stack_depot_disable=off", "memhp_default_state=online", "mminit_loglevel=4", "min_free_kbytes=%", "memmap=%", "ramdisk_size=%",
	"initrd=%,%", "initrdmem=%,%", "noinitrd", "--", "unknown_word", "a-b=c_d", "hugetlb_free_vmemmap=on", "thp_anon=64K:always",
	"arm64.nolva", "kasan=off", "irqaffinity=%", "isolcpus=%", "uhash_entries=%", "thash_entries=%", "nohugeiomap",
	"memory_hotplug.memmap_on_memory=1", "elfcorehdr=%", "no_hash_pointers", "hash_pointers=never", "slab_nomerge",
};

static void make_cmdline(struct random *r, struct random_board *b)
{
	unsigned nr = (unsigned)random_below(r, random_one_in(r, 6) ? 20 : 5);
	size_t len = 0;

	len += (size_t)snprintf(b->cmdline, sizeof(b->cmdline), "%s", random_one_in(r, 3) ? "console=ttyAMA0" : "memblock=debug");
	for (unsigned i = 0; i < nr; i++) {
		char word[256] = " ", value[64];

		for (const char *p = parameters[random_below(r, ARRAY_SIZE(parameters))]; *p; p++) {
			size_t at = strlen(word);

			if (*p == '%')
				number(r, value, sizeof(value));
			else
				snprintf(value, sizeof(value), "%c", *p);
			snprintf(word + at, sizeof(word) - at, "%s", value);
		}
		if (len + strlen(word) < sizeof(b->cmdline) - 1)
			len += (size_t)snprintf(b->cmdline + len, sizeof(b->cmdline) - len, "%s", word);
	}
}

void random_board_make(struct random_board *b, uint64_t seed)
{
	static const char *const cpus[] = { "cortex-a35", "cortex-a53", "cortex-a57", "cortex-a57", "cortex-a57",
					    "cortex-a72", "cortex-a76", "neoverse-n1", "a64fx", "max" };
	struct random r = { .state = seed };
	struct writer w = { .r = &r, .b = b, .dtb = b->dtb };

	memset(b, 0, sizeof(*b));
	make_banks(&r, b);
	write_tree(&w);
	make_cmdline(&r, b);
	b->board = (struct mm_board){
		.dtb = b->dtb, .dtb_size = fdt_totalsize(b->dtb), .cmdline = b->cmdline, .cpu = cpus[random_below(&r, ARRAY_SIZE(cpus))],
	};
	if (random_one_in(&r, 6))
		b->board.dtb_totalsize = 1 << 20;
	b->board.has_image = random_one_in(&r, 6);
	if (b->board.has_image)
		b->board.image_addr = somewhere(&r, b) & ~(MIB(2) - 1);
	b->board.has_dtb = random_one_in(&r, 8);
	if (b->board.has_dtb)
		b->board.dtb_addr = somewhere(&r, b) & ~UINT64_C(7);
	if (random_one_in(&r, 8)) {
		b->board.initrd_start = somewhere(&r, b);
		b->board.initrd_end = b->board.initrd_start + random_below(&r, MIB(30));
	}
}
