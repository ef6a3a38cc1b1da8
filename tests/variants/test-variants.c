/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What parameters change: every kernel boots a few boards with one command line after another, and what differs from the boot
 * without parameters is what it was when somebody last looked.
 *
 * tests/golden/variants.txt has, for each boot, the lines of the log that are gone (-) or new (+), those of memblock=debug as a
 * count and a hash, and the hash of each table's last state and of each report.  A change must be looked at and then kept with
 *     tests/variants/test-variants --keep
 * TAP; one line a kernel.  --print shows what is instead.
 */
#include "daemon/base/asset.h"
#include "daemon/base/bytes.h"
#include "daemon/base/diff.h"
#include "daemon/input/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINES	20000
#define MIB(n)		((phys_addr_t)(n) << 20)
#define GIB(n)		((phys_addr_t)(n) << 30)

struct variant {
	const char *board, *cmdline;
	phys_addr_t memory;		/* bytes at the board's first bank; 0: as it is */
	const char *only;		/* a kernel, or NULL: all */
};

#define VIRT	"qemu-virt"
#define NUMA	"qemu-virt-numa"

/* The first of a board is what the others are compared with. */
static const struct variant variants[] = {
	{ VIRT, "memblock=debug", 0, NULL },
	{ VIRT, "memblock=debug mem=300M", 0, NULL },
	{ VIRT, "memblock=debug mem=64M", 0, NULL },
	{ VIRT, "memblock=debug crashkernel=128M", 0, NULL },
	{ VIRT, "memblock=debug crashkernel=3G", 0, NULL },
	{ VIRT, "memblock=debug crashkernel=128M@0x60000000", 0, NULL },
	{ VIRT, "memblock=debug crashkernel=128M@0x40200000", 0, NULL },
	{ VIRT, "memblock=debug crashkernel=64M,high", 0, NULL },
	{ VIRT, "memblock=debug crashkernel=0-4G:64M,4G-:256M@0x70000000", 0, NULL },
	{ VIRT, "memblock=debug cma=0", 0, NULL },
	{ VIRT, "memblock=debug cma=33M", 0, NULL },
	{ VIRT, "memblock=debug cma=64M@0x50000000", 0, NULL },
	{ VIRT, "memblock=debug cma=64M@0x50100000", 0, NULL },
	{ VIRT, "memblock=debug cma=16M@0x50000000-0x60000000", 0, NULL },
	{ VIRT, "memblock=debug cma=4G", 0, NULL },
	{ VIRT, "memblock=debug hugepages=8", 0, NULL },
	{ VIRT, "memblock=debug hugepages=9999", 0, NULL },
	{ VIRT, "memblock=debug hugepagesz=64K hugepages=4 hugepagesz=32M hugepages=2", 0, NULL },
	{ VIRT, "memblock=debug default_hugepagesz=32M hugepages=2", 0, NULL },
	{ VIRT, "memblock=debug hugepagesz=3M hugepages=2", 0, NULL },
	{ VIRT, "memblock=debug hugetlb_free_vmemmap=on hugepages=4", 0, NULL },
	{ VIRT, "memblock=debug swiotlb=1024", 0, NULL },
	{ VIRT, "memblock=debug swiotlb=65536,4,force", 0, NULL },
	{ VIRT, "memblock=debug swiotlb=force", 0, NULL },
	{ VIRT, "memblock=debug swiotlb=noforce", 0, NULL },
	{ VIRT, "memblock=debug kfence.sample_interval=0", 0, NULL },
	{ VIRT, "memblock=debug kfence.sample_interval=100", 0, NULL },
	{ VIRT, "memblock=debug movablecore=30%", 0, NULL },
	{ VIRT, "memblock=debug movablecore=100M", 0, NULL },
	{ VIRT, "memblock=debug kernelcore=200M", 0, NULL },
	{ VIRT, "memblock=debug kernelcore=50%", 0, NULL },
	{ VIRT, "memblock=debug kernelcore=mirror movable_node", 0, NULL },
	{ VIRT, "memblock=debug log_buf_len=4M", 0, NULL },
	{ VIRT, "memblock=debug log_buf_len=3G", 0, NULL },
	{ VIRT, "memblock=debug log_buf_len=1K", 0, NULL },
	{ VIRT, "memblock=debug nosmp", 0, NULL },
	{ VIRT, "memblock=debug maxcpus=1", 0, NULL },
	{ VIRT, "memblock=debug nr_cpus=2", 0, NULL },
	{ VIRT, "memblock=debug isolcpus=1", 0, NULL },
	{ VIRT, "memblock=debug isolcpus=nohz,domain,managed_irq,1", 0, NULL },
	{ VIRT, "memblock=debug nohz_full=1", 0, NULL },
	{ VIRT, "memblock=debug irqaffinity=0", 0, NULL },
	{ VIRT, "memblock=debug rcu_nocbs=1", 0, NULL },
	{ VIRT, "memblock=debug rodata=off", 0, NULL },
	{ VIRT, "memblock=debug rodata=on", 0, NULL },
	{ VIRT, "memblock=debug rodata=full", 0, NULL },
	{ VIRT, "memblock=debug rodata=noalias", 0, NULL },
	{ VIRT, "memblock=debug debug_pagealloc=on", 0, NULL },
	{ VIRT, "memblock=debug debug percpu_alloc=page", 0, NULL },
	{ VIRT, "memblock=debug percpu_alloc=embed loglevel=8", 0, NULL },
	{ VIRT, "memblock=debug percpu_alloc=auto", 0, NULL },
	{ VIRT, "memblock=debug init_on_alloc=1 init_on_free=1", 0, NULL },
	{ VIRT, "memblock=debug page_poison=1 init_on_alloc=1", 0, NULL },
	{ VIRT, "memblock=debug slub_debug", 0, NULL },
	{ VIRT, "memblock=debug slub_debug=P,kmalloc-64", 0, NULL },
	{ VIRT, "memblock=debug slub_debug=-", 0, NULL },
	{ VIRT, "memblock=debug slub_min_order=1 slub_max_order=2", 0, NULL },
	{ VIRT, "memblock=debug slub_min_objects=64", 0, NULL },
	{ VIRT, "memblock=debug slab_max_order=1 slab_min_order=1", 0, NULL },
	{ VIRT, "memblock=debug slub_nomerge", 0, NULL },
	{ VIRT, "memblock=debug slab_nomerge", 0, NULL },
	{ VIRT, "memblock=debug dhash_entries=1024 ihash_entries=2048", 0, NULL },
	{ VIRT, "memblock=debug mhash_entries=64 mphash_entries=64", 0, NULL },
	{ VIRT, "memblock=debug transparent_hugepage=never", 0, NULL },
	{ VIRT, "memblock=debug transparent_hugepage=madvise", 0, NULL },
	{ VIRT, "memblock=debug early_page_ext page_owner=on", 0, NULL },
	{ VIRT, "memblock=debug reserve_mem=4M:4096:trace", 0, NULL },
	{ VIRT, "memblock=debug reserve_mem=1x:4096:trace reserve_mem=4G:1M:big", 0, NULL },
	{ VIRT, "memblock=debug retain_initrd initrd=0x50000000,0x100001", 0, NULL },
	{ VIRT, "memblock=debug initrd=0x50000800,0x100001", 0, NULL },
	{ VIRT, "memblock=debug initrd=0x10000000,0x100000", 0, NULL },
	{ VIRT, "memblock=debug initrdmem=0x50000000", 0, NULL },
	{ VIRT, "memblock=debug numa=fake=4 mem cma acpi=x kpti=z ssbd=q panic_on_taint=0 memtest=x loglevel=x", 0, NULL },
	{ VIRT, "memblock=debug elfcorehdr=x fw_devlink.sync_state=strict hostname=h oops=panic oops movablecore page_owner", 0, NULL },
	{ VIRT, "memblock=debug swiotlb", 0, NULL },
	{ VIRT, "memblock=debug kernelcore", 0, NULL },
	{ VIRT, "memblock=debug crashkernel=1G:64M", 0, NULL },
	{ VIRT, "memblock=debug crashkernel=0-:64M@x", 0, NULL },
	{ VIRT, "memblock=debug unknown_word other=1 BOOT_IMAGE=x -- init=2", 0, NULL },
	{ VIRT, "memblock=debug page_alloc.shuffle=1 cgroup_disable=memory", 0, NULL },
	{ VIRT, "", 0, NULL },
	{ VIRT, "memblock=debug", MIB(96), NULL },
	{ VIRT, "memblock=debug", MIB(61), NULL },
	{ VIRT, "memblock=debug", GIB(5), NULL },
	{ VIRT, "memblock=debug crashkernel=256M,high crashkernel=64M,low", GIB(6), NULL },
	{ VIRT, "memblock=debug crashkernel=3500M,high", GIB(6), NULL },
	{ VIRT, "memblock=debug hugetlb_cma=1G hugepagesz=1G hugepages=1", GIB(6), NULL },
	{ VIRT, "memblock=debug", GIB(300), NULL },
	{ NUMA, "memblock=debug", 0, NULL },
	{ NUMA, "memblock=debug numa=off", 0, NULL },
	{ NUMA, "memblock=debug hugetlb_cma=0:64M,1:32M", 0, NULL },
	{ NUMA, "memblock=debug hugetlb_cma=1G", 0, NULL },
	{ NUMA, "memblock=debug cma_pernuma=16M", 0, NULL },
	{ NUMA, "memblock=debug numa_cma=0:16M,1:32M", 0, NULL },
	{ NUMA, "memblock=debug hugepages=0:2,1:3", 0, NULL },
	{ NUMA, "memblock=debug hugepages=7", 0, NULL },
	{ NUMA, "memblock=debug hashdist=0", 0, NULL },
	{ NUMA, "memblock=debug hashdist=1", 0, NULL },
	{ NUMA, "memblock=debug numa_zonelist_order=zone", 0, NULL },
	{ NUMA, "memblock=debug numa_zonelist_order=x", 0, NULL },
	{ NUMA, "memblock=debug numa_balancing=disable", 0, NULL },
	{ NUMA, "memblock=debug movablecore=20% hugepages=4", 0, NULL },
	{ NUMA, "memblock=debug kernelcore=300M movable_node", 0, NULL },
	{ NUMA, "memblock=debug percpu_alloc=page debug", 0, NULL },
	{ "small-reserved", "memblock=debug", 0, NULL },
	{ "small-reserved", "memblock=debug cma=16M", 0, NULL },
	{ "small-reserved", "memblock=debug movable_node", 0, NULL },
	{ "numa-memoryless", "memblock=debug", 0, NULL },
	{ "numa-memoryless", "memblock=debug hugepages=5 numa_cma=2:8M", 0, NULL },
	{ "numa4-asymmetric", "memblock=debug", 0, NULL },
	{ "numa4-asymmetric", "memblock=debug hugetlb_cma=2G hugepagesz=1G hugepages=3", 0, NULL },
	{ "rpi4-8g", "memblock=debug", 0, NULL },
	{ "rpi4-8g", "memblock=debug cma=1G", 0, NULL },
	{ "rpi4-8g", "memblock=debug crashkernel=512M swiotlb=262144", 0, NULL },
};

static const char *const kernels[] = { "4.9", "4.9-slab", "4.9-slob", "4.9-bootmem", "5.10", "6.1", "6.7", "6.12", "6.12-16k", "7.2" };

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static struct mm_kernel *load(const char *name)
{
	struct mm_error error = { .offset = -1 };
	struct mm_kernel *kernel = NULL;
	const struct asset *asset;
	char path[64];

	snprintf(path, sizeof(path), "boards/kernels/%s.json", name);
	asset = asset_find(path);
	if (!asset || decode_kernel((const char *)asset->data, asset->size, path, &kernel, &error)) {
		fprintf(stderr, "%s: %s\n", path, error.text);
		exit(1);
	}
	return kernel;
}

static uint64_t hash(uint64_t h, const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len--)
		h = (h ^ *p++) * UINT64_C(0x100000001b3);
	return h;
}
#define HASH_START	UINT64_C(0xcbf29ce484222325)

/* ------------------------------------------------------------ what one boot says */

struct lines {
	char **line;
	size_t nr;
};

static void add(struct lines *lines, const char *text)
{
	if (lines->nr == MAX_LINES)
		return;
	lines->line = realloc(lines->line, (lines->nr + 1) * sizeof(*lines->line));
	lines->line[lines->nr++] = strdup(text);
}

static void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->nr; i++)
		free(lines->line[i]);
	free(lines->line);
	*lines = (struct lines){ 0 };
}

static int to_bytes(void *ctx, const char *text, size_t len)
{
	bytes_add(ctx, text, len);
	return 0;
}

/* The log's own lines as they are; the many of memblock=debug as one. */
static void add_log(const struct mm *mm, struct lines *lines)
{
	struct bytes log = { 0 };
	uint64_t h = HASH_START;
	size_t nr = 0;
	char text[80];

	mm_report(mm, "log", to_bytes, &log);
	for (char *line = strtok(log.data, "\n"); line; line = strtok(NULL, "\n")) {
		if (strncmp(line + strspn(line, " _"), "memblock_", 9)) {
			add(lines, line);
			continue;
		}
		h = hash(h, line, strlen(line));
		nr++;
	}
	snprintf(text, sizeof(text), "memblock: %zu lines %08x", nr, (unsigned)(h ^ h >> 32));
	add(lines, text);
	bytes_deinit(&log);
}

static void add_report(const struct mm *mm, const char *name, struct lines *lines)
{
	struct bytes report = { 0 };
	uint64_t h;
	char text[80];

	mm_report(mm, name, to_bytes, &report);
	h = hash(HASH_START, report.data, report.len);
	snprintf(text, sizeof(text), "%s: %zu bytes %08x", name, report.len, (unsigned)(h ^ h >> 32));
	add(lines, text);
	bytes_deinit(&report);
}

static uint64_t hash_value(uint64_t h, enum mm_type type, union mm_value value)
{
	if (type == MM_STR)
		return hash(h, value.s, strlen(value.s) + 1);
	if (type == MM_LIST || type == MM_RUNS)
		return value.list->nr ? hash(h, value.list->v, value.list->nr * sizeof(*value.list->v)) : h;
	return hash(h, &value.u, sizeof(value.u));
}

/* The ledger says why in words that may change; who owns what may not. */
static size_t columns_of(enum mm_table_id table)
{
	return table == MM_LEDGER ? 3 : mm_table_def(table)->nr_columns;
}

static void add_tables(const struct mm *mm, struct lines *lines)
{
	struct mm_state *state;

	if (mm_state_at(mm, mm_nr_events(mm) - 1, &state))
		return;
	for (int t = 0; t < MM_NR_TABLES; t++) {
		const struct mm_table_def *def = mm_table_def((enum mm_table_id)t);
		size_t nr = mm_state_nr_rows(state, (enum mm_table_id)t);
		uint64_t h = HASH_START;
		char text[96];

		for (size_t i = 0; i < nr; i++)
			for (size_t c = 0; c < columns_of((enum mm_table_id)t); c++)
				h = hash_value(h, def->columns[c].type, mm_state_row(state, (enum mm_table_id)t, i)[c]);
		snprintf(text, sizeof(text), "table %s: %zu rows %08x", def->name, nr, (unsigned)(h ^ h >> 32));
		add(lines, text);
	}
	mm_state_free(state);
}

static void boot(const struct variant *v, const struct mm_kernel *kernel, struct lines *lines)
{
	const struct mm_ram bank = { strcmp(v->board, VIRT) ? 0 : 0x40000000, v->memory, -1, true };
	struct mm_board board = { .cmdline = v->cmdline, .ram = v->memory ? &bank : NULL, .nr_ram = v->memory ? 1 : 0 };
	struct mm_error error;
	const struct asset *dtb;
	struct mm *mm;
	char path[64];

	snprintf(path, sizeof(path), "boards/%s.dtb", v->board);
	dtb = asset_find(path);
	if (!dtb)
		exit(1);
	board.dtb = dtb->data;
	board.dtb_size = dtb->size;
	if (mm_boot(&board, kernel, &mm, &error)) {
		add(lines, error.text);
		return;
	}
	add(lines, mm_panicked(mm) ? "dies" : "lives");
	add_log(mm, lines);
	add_report(mm, "zoneinfo", lines);
	add_report(mm, "pagetypeinfo", lines);
	add_report(mm, "iomem", lines);
	add_report(mm, "meminfo", lines);
	add_tables(mm, lines);
	mm_free(mm);
}

/* A line that has another in its place whenever it is gone. */
static bool is_hash(const char *line)
{
	return !strncmp(line, "table ", 6) || !strncmp(line, "memblock: ", 10) || strstr(line, " bytes ");
}

static void print_changes(const struct lines *base, const struct lines *now, struct bytes *out)
{
	bool *gone = calloc(base->nr + 1, sizeof(*gone)), *new = calloc(now->nr + 1, sizeof(*new));
	size_t i = 0, k = 0;

	diff((const char *const *)base->line, base->nr, (const char *const *)now->line, now->nr, gone, new);
	while (i < base->nr || k < now->nr) {
		if (i < base->nr && gone[i] && is_hash(base->line[i]))
			i++;
		else if (i < base->nr && gone[i])
			bytes_printf(out, "-%s\n", base->line[i++]);
		else if (k < now->nr && new[k])
			bytes_printf(out, "+%s\n", now->line[k++]);
		else
			i++, k++;
	}
	free(gone);
	free(new);
}

/* All of one kernel's boots. */
static void tell(const char *name, struct bytes *out)
{
	struct mm_kernel *kernel = load(name);
	struct lines base = { 0 };

	for (size_t i = 0; i < COUNT(variants); i++) {
		const struct variant *v = &variants[i];
		struct lines now = { 0 };

		if (v->only && strcmp(v->only, name))
			continue;
		boot(v, kernel, &now);
		bytes_printf(out, "== %s %s", name, v->board);
		if (v->memory)
			bytes_printf(out, " %lluM", (unsigned long long)(v->memory >> 20));
		bytes_printf(out, " %s\n", v->cmdline);
		if (!i || strcmp(v->board, variants[i - 1].board)) {
			struct lines none = { 0 };

			lines_free(&base);
			print_changes(&none, &now, out);
			base = now;
			continue;
		}
		print_changes(&base, &now, out);
		lines_free(&now);
	}
	lines_free(&base);
	mm_kernel_free(kernel);
}

/* ------------------------------------------------------------------ as it was kept */

static char *path_of_golden(void)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/tests/golden/variants.txt", getenv("SRCDIR") ? getenv("SRCDIR") : ".");
	return path;
}

static void read_golden(struct bytes *text)
{
	FILE *file = fopen(path_of_golden(), "r");
	char part[65536];
	size_t n;

	while (file && (n = fread(part, 1, sizeof(part), file)) > 0)
		bytes_add(text, part, n);
	if (file)
		fclose(file);
}

static int keep(void)
{
	struct bytes out = { 0 };
	FILE *file = fopen(path_of_golden(), "w");

	for (size_t k = 0; k < COUNT(kernels); k++)
		tell(kernels[k], &out);
	if (!file || fwrite(out.data, 1, out.len, file) != out.len || fclose(file)) {
		perror(path_of_golden());
		return 1;
	}
	bytes_deinit(&out);
	return 0;
}

/* The first few lines that differ, below the boot that they belong to. */
static bool matches(const char *kept, const char *now, size_t len)
{
	const char *header = now, *a = kept, *b = now, *end = now + len;
	int shown = 0;

	if (!strncmp(kept, now, len))
		return true;
	while (b < end && shown < 10) {
		size_t la = strcspn(a, "\n"), lb = strcspn(b, "\n");

		if (!strncmp(b, "== ", 3))
			header = b;
		if (la != lb || strncmp(a, b, lb)) {
			printf("# %.*s\n#   was %.*s\n#   is  %.*s\n", (int)strcspn(header, "\n"), header, (int)la, a, (int)lb, b);
			break;
		}
		a += la + (a[la] == '\n');
		b += lb + (b[lb] == '\n');
	}
	return false;
}

int main(int argc, char **argv)
{
	struct bytes kept = { 0 };
	const char *at;
	bool failed = false;

	if (argc == 2 && !strcmp(argv[1], "--keep"))
		return keep();
	read_golden(&kept);
	at = kept.len ? bytes_text(&kept) : "";
	printf("1..%zu\n", COUNT(kernels));
	for (size_t k = 0; k < COUNT(kernels); k++) {
		struct bytes now = { 0 };
		char start[64];
		bool good;

		tell(kernels[k], &now);
		if (argc == 2 && !strcmp(argv[1], "--print"))
			printf("%s", bytes_text(&now));
		snprintf(start, sizeof(start), "== %s ", kernels[k]);
		at = strstr(at, start);
		if (!at)
			at = "";
		good = matches(at, bytes_text(&now), now.len);
		failed |= !good;
		printf("%sok %zu - %s: what each parameter changes is what was kept\n", good ? "" : "not ", k + 1, kernels[k]);
		bytes_deinit(&now);
	}
	bytes_deinit(&kept);
	return failed;
}
