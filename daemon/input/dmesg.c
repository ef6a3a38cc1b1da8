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
		"release", "command line", "model", "CPU", "RAM", "kernel image", "device tree", "initrd", "UEFI map", "CPUs", "page size"
	};

	return names[what];
}

/* ------------------------------------------------------------------------ values */

struct reader {
	struct dmesg *log;
	size_t line;		/* the one being read */
	struct bytes memory;	/* "0:0x..@0x..,.." */
	uint64_t end;		/* of the last range */
	int nid;		/* its node */
	size_t nr_nodes;
	bool in_ranges;		/* behind "Early memory node ranges" */
	bool initrd_in_table;	/* UEFI tells the initrd, the tree does not */
	size_t nr_uefi;		/* ranges of UEFI's map */
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

/* "  node   0: [mem 0x..-0x..]"; a range that goes on where the last one ended is the same RAM. */
static void read_range(struct reader *r, const char *line)
{
	uint64_t start, end;
	int nid;

	if (sscanf(line, " node %d:", &nid) != 1 || nid < 0 || !range_at(line, &start, &end))
		return;
	r->nr_nodes += nid != r->nid;
	r->log->ram_bytes += end - start + 1;
	bytes_printf(&r->memory, "%s%d:0x%llx@0x%llx", r->memory.len ? "," : "", nid, (unsigned long long)(end - start + 1),
		     (unsigned long long)start);
	if (!r->log->line[DMESG_MEMORY])
		r->log->line[DMESG_MEMORY] = r->line;
	r->nid = nid;
	r->end = end;
}

/* What boot loaders print: U-Boot's addresses are hex without 0x. */
static void read_loader(struct reader *r, const char *line)
{
	unsigned long long a, b;
	char range[64];
	const char *pi = strstr(line, "Device tree loaded to 0x");

	if (sscanf(line, " Loading Device Tree to %llx, end %llx", &a, &b) == 2 ||
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

/* Another boot in the same log: what the one before said of its kernel does not count. */
static void begin(struct reader *r)
{
	if (r->log->nr_boots++) {
		bytes_clear(&r->memory);
		r->log->ram_bytes = 0;
		r->log->line[DMESG_MEMORY] = 0;
		r->log->memblock_debug = false;
		r->nr_nodes = 0;
	}
	r->nid = -1;
	r->in_ranges = r->initrd_in_table = false;
	r->nr_uefi = 0;
}

/* Where the tree does not tell the initrd, its pages are what arm64_memblock_init() adds. */
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

static void read_line(struct reader *r, const char *line)
{
	if (starts(line, "efi: "))
		read_efi(r, line);
	else if (starts(line, "SLUB: "))
		read_cpus(r, line);
	else if (starts(line, "Dentry cache hash table"))
		read_page_size(r, line);
	else if (r->initrd_in_table)
		read_initrd(r, line);

	if (starts(line, "Booting Linux on physical CPU"))
		read_cpu(r, line);
	else if (starts(line, "Linux version ")) {
		begin(r);
		keep(r, DMESG_RELEASE, line + 14, strcspn(line + 14, " "));
	} else if (starts(line, "Kernel command line: "))
		keep(r, DMESG_CMDLINE, line + 21, strlen(line + 21));
	else if (starts(line, "Machine model: "))
		keep(r, DMESG_MODEL, line + 15, strlen(line + 15));
	else if (starts(line, "memblock_") || starts(line, "MEMBLOCK configuration:"))
		r->log->memblock_debug = true;
	else if (starts(line, "Early memory node ranges"))
		r->in_ranges = true;
	else if (r->in_ranges && starts(line, "  node"))
		read_range(r, line);
	else
		read_loader(r, line);
}

static void read_lines(struct reader *r)
{
	char *line = r->log->text.data;

	for (r->line = 1; line && *line; r->line++) {
		char *newline = strchr(line, '\n');

		*newline = '\0';
		read_line(r, line);
		*newline = '\n';
		line = newline + 1;
	}
}

/* On one node the ranges need no node: "0:A,0:B" -> "A,B". */
static void keep_memory(struct reader *r)
{
	struct bytes plain = { 0 };
	const char *p = bytes_text(&r->memory);
	size_t line = r->log->line[DMESG_MEMORY];

	if (!r->memory.len)
		return;
	r->line = line;
	if (r->nr_nodes > 1) {
		keep(r, DMESG_MEMORY, p, r->memory.len);
		return;
	}
	for (; *p; p += strcspn(p, ","), p += *p == ',') {
		const char *size = strchr(p, ':') + 1;

		bytes_printf(&plain, "%s%.*s", plain.len ? "," : "", (int)strcspn(size, ","), size);
	}
	keep(r, DMESG_MEMORY, bytes_text(&plain), plain.len);
	bytes_deinit(&plain);
}

void dmesg_deinit(struct dmesg *log)
{
	for (size_t i = 0; i < DMESG_NR; i++)
		free(log->value[i]);
	free(log->kernel);
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
	struct reader r = { .log = &log, .nid = -1 };

	if (!dmesg_is(text, len))
		return fail(error, -EBADMSG, where, "is no boot log: it has neither \"Linux version\" nor a \"Kernel command line\"");
	plain_log(text, len, &log.text);
	if (!log.text.failed)
		read_lines(&r);
	keep_memory(&r);
	if (!log.text.failed)
		uefi_map_excerpt(log.text.data ? log.text.data : "", &log.uefi);
	if (log.text.failed || r.memory.failed || log.uefi.failed) {
		bytes_deinit(&r.memory);
		dmesg_deinit(&log);
		return fail(error, -ENOMEM, where, "no memory to read it");
	}
	bytes_deinit(&r.memory);
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
	if (log->uefi.len && !ask->uefi)
		ask->uefi = log->uefi.data;
}

bool dmesg_reserved(const struct dmesg *log, uint64_t bytes, uint64_t *base, size_t *ret_line)
{
	const char *line = bytes_text(&log->text);
	size_t nr = 1;

	for (; *line; nr++) {
		const char *newline = strchr(line, '\n');
		uint64_t start, end;

		if ((starts(line, "memblock_reserve: [") || starts(line, " reserved[0x")) &&
		    range_at(starts(line, " ") ? strchr(line, ']') : line, &start, &end) && end - start + 1 == bytes) {
			*base = start;
			*ret_line = nr;
			return true;
		}
		if (!newline)
			break;
		line = newline + 1;
	}
	return false;
}

/* --------------------------------------------------------------------- redaction */

/* Hex digits and a mark in turn, as MACs (5 marks) and UUIDs have them; the length of it, or 0. */
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

/* "androidboot.serialno=0123", "ethaddr=..": the length of the value behind '=', or 0. */
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
