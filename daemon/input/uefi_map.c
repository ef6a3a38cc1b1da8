// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/uefi_map.h"

#include "daemon/base/fail.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TABLES	64
#define MAX_RESERVED	1024
#define MAX_NAME	32
#define PAGE_SHIFT	12
#define LINE_BYTES	512

struct uefi_map {
	struct mm_uefi uefi;
	struct mm_uefi_range ranges[UEFI_MAP_MAX_RANGES];
	struct mm_uefi_table tables[MAX_TABLES];
	struct phys_range reserved[MAX_RESERVED];
	char names[MAX_TABLES][MAX_NAME];
	char banner[80];
};

static int no_memory(struct mm_error *error)
{
	return fail(error, -ENOMEM, NULL, "no memory");
}

const struct mm_uefi *uefi_map_view(const struct uefi_map *map)
{
	return &map->uefi;
}

struct mm_uefi *uefi_map_facts(struct uefi_map *map)
{
	return &map->uefi;
}

void uefi_map_free(struct uefi_map *map)
{
	free(map);
}

int uefi_map_add(struct uefi_map *map, const struct uefi_entry *entry)
{
	if (map->uefi.nr_ranges == UEFI_MAP_MAX_RANGES)
		return -E2BIG;
	map->ranges[map->uefi.nr_ranges++] = (struct mm_uefi_range){
		.base = entry->base, .nr_pages = entry->bytes >> PAGE_SHIFT, .type = entry->type, .attribute = entry->attribute,
	};
	return 0;
}

int uefi_map_add_table(struct uefi_map *map, const char *name, size_t len, uint64_t address, uint64_t size)
{
	size_t i = map->uefi.nr_tables;

	if (i == MAX_TABLES || len >= MAX_NAME)
		return -E2BIG;
	memcpy(map->names[i], name, len);
	map->names[i][len] = '\0';
	map->tables[i] = (struct mm_uefi_table){ map->names[i], address, size };
	map->uefi.nr_tables++;
	return 0;
}

/* ------------------------------------------------------------------- words */

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(text, word, len);
}

static bool number_of(const char *text, size_t len, uint64_t *ret)
{
	char copy[32], *end;

	if (!len || len >= sizeof(copy) || !isdigit((unsigned char)*text))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*ret = strtoull(copy, &end, 0);
	return !*end;
}

bool uefi_type_of(const char *text, size_t len, uint32_t *ret)
{
	/* By EFI_MEMORY_TYPE; the second is what kernels before 4.15 and UEFI's shell print. */
	static const char *const names[][2] = {
		{ "Reserved", "Reserved" }, { "Loader Code", "LoaderCode" }, { "Loader Data", "LoaderData" }, { "Boot Code", "BS_Code" },
		{ "Boot Data", "BS_Data" }, { "Runtime Code", "RT_Code" }, { "Runtime Data", "RT_Data" },
		{ "Conventional", "Conventional Memory" }, { "Unusable", "Unusable Memory" }, { "ACPI Reclaim", "ACPI Reclaim Memory" },
		{ "ACPI Mem NVS", "ACPI Memory NVS" }, { "MMIO", "Memory Mapped I/O" }, { "MMIO Port", "MMIO Port Space" },
		{ "PAL Code", "PAL Code" }, { "Persistent", "Persistent Memory" }, { "Unaccepted", "Unaccepted" },
	};
	uint64_t number;

	while (len && text[len - 1] == ' ')
		len--;
	for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is_word(text, len, names[i][0]) || is_word(text, len, names[i][1])) {
			*ret = i;
			return true;
		}
	if (len > 5 && !memcmp(text, "type=", 5)) {
		text += 5;
		len -= 5;
	}
	if (!number_of(text, len, &number) || number > UINT32_MAX)
		return false;
	*ret = (uint32_t)number;
	return true;
}

bool uefi_attribute_of(const char *text, size_t len, uint64_t *ret)
{
	static const struct { const char *name; uint64_t bit; } bits[] = {
		{ "UC", 0x1 }, { "WC", 0x2 }, { "WT", 0x4 }, { "WB", 0x8 }, { "UCE", 0x10 }, { "WP", 0x1000 }, { "RP", 0x2000 },
		{ "XP", 0x4000 }, { "NV", 0x8000 }, { "MR", 0x10000 }, { "RO", 0x20000 }, { "SP", 0x40000 }, { "CC", 0x80000 }, { "HP", 0x100000 },
		{ "RUN", UINT64_C(1) << 63 },
	};
	uint64_t value = 0;

	if (len > 5 && !memcmp(text, "attr=", 5))
		return number_of(text + 5, len - 5, ret);
	if (number_of(text, len, ret))
		return true;
	for (size_t at = 0; at < len;) {
		const char *bar = memchr(text + at, '|', len - at);
		size_t end = bar ? (size_t)(bar - text) : len, first = at;
		bool known = false;

		at = end + 1;
		while (first < end && text[first] == ' ')
			first++;
		while (end > first && text[end - 1] == ' ')
			end--;
		for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]) && first < end; i++)
			if (is_word(text + first, end - first, bits[i].name)) {
				value |= bits[i].bit;
				known = true;
			}
		if (first < end && !known)
			return false;
	}
	*ret = value;
	return true;
}

/* ------------------------------------------------------------------- a log */

/* "0x..-0x.." at @p: where it ends, or NULL. */
static const char *range_at(const char *p, uint64_t *base, uint64_t *last)
{
	char *end;

	if (strncmp(p, "0x", 2))
		return NULL;
	*base = strtoull(p, &end, 16);
	if (strncmp(end, "-0x", 3))
		return NULL;
	*last = strtoull(end + 1, &end, 16);
	return *last >= *base && *last - *base < UINT64_MAX ? end : NULL;
}

/* "[Conventional|   |  |..|WB|  |  |  ]" */
static bool read_kind(const char *p, struct uefi_entry *entry)
{
	const char *bar = strchr(p, '|'), *end = strchr(p, ']');

	if (*p != '[' || !bar || !end || bar > end)
		return false;
	/* Where one column ends another begins: '*' marks what cannot be cached, and there may be a column more. */
	return uefi_type_of(p + 1, (size_t)(bar - p - 1), &entry->type) &&
	       uefi_attribute_of(bar + 1, (size_t)(end - bar - 1), &entry->attribute);
}

/* A line of the map, as arm64 and as x86 print it; 0: it is none. */
static int read_entry(const char *p, struct uefi_map *map)
{
	struct uefi_entry entry = { 0 };
	const char *range = strstr(p, "range=["), *kind = strchr(p, '['), *at = p + strspn(p, " ");
	uint64_t last;

	if (range && !strncmp(at, "mem", 3)) {
		if (!range_at(range + 7, &entry.base, &last) || !read_kind(kind, &entry))
			return -EBADMSG;
	} else if (!strncmp(p, "  0x", 4) && kind) {
		if (!range_at(at, &entry.base, &last) || !read_kind(kind, &entry))
			return -EBADMSG;
	} else {
		return 0;
	}
	entry.bytes = last - entry.base + 1;
	return uefi_map_add(map, &entry);
}

static bool read_param(const char *p, struct mm_uefi *uefi)
{
	const struct { const char *name; uint64_t *to64; uint32_t *to32; } params[] = {
		{ "  System Table ", &uefi->system_table, NULL }, { "  MemMap Address ", &uefi->map_address, NULL },
		{ "  MemMap Size ", NULL, &uefi->map_bytes }, { "  MemMap Desc. Size ", NULL, &uefi->descriptor_bytes },
	};
	const char *colon = strstr(p, ": 0x");

	for (size_t i = 0; colon && i < sizeof(params) / sizeof(params[0]); i++) {
		if (strncmp(p, params[i].name, strlen(params[i].name)))
			continue;
		if (params[i].to64)
			*params[i].to64 = strtoull(colon + 2, NULL, 16);
		else
			*params[i].to32 = (uint32_t)strtoull(colon + 2, NULL, 16);
		return true;
	}
	return false;
}

/* "SMBIOS 3.0=0x7fed0000 MEMATTR=0x7c871018 " */
static int read_tables(const char *p, struct uefi_map *map)
{
	for (const char *equals; (equals = strstr(p, "=0x"));) {
		char *end;
		uint64_t address = strtoull(equals + 1, &end, 16);
		int err;

		p += strspn(p, " ");
		err = uefi_map_add_table(map, p, (size_t)(equals - p), address, 0);
		if (err)
			return err;
		p = end;
	}
	return 0;
}

static int read_efi_line(const char *p, struct uefi_map *map)
{
	int err;

	if (!strncmp(p, "EFI v", 5)) {
		size_t n = strcspn(p + 5, "\r\n");

		n = n < sizeof(map->banner) - 1 ? n : sizeof(map->banner) - 1;
		memcpy(map->banner, p + 5, n);
		map->banner[n] = '\0';
		map->uefi.banner = map->banner;
		return 0;
	}
	if (read_param(p, &map->uefi))
		return 0;
	err = read_entry(p, map);
	if (err || !isupper((unsigned char)*p) || map->uefi.nr_tables || map->uefi.nr_ranges)
		return err;
	return read_tables(p, map);
}

static struct mm_uefi_table *table_at(struct uefi_map *map, uint64_t address)
{
	for (size_t i = 0; i < map->uefi.nr_tables; i++)
		if (map->tables[i].address == address)
			return &map->tables[i];
	return NULL;
}

/* With memblock=debug: how long what the kernel reserves of the tables is. */
static int read_reserve(const char *line, struct uefi_map *map)
{
	struct mm_uefi_table *table;
	uint64_t base, last;
	const char *end;

	if (strncmp(line, "memblock_reserve: [", 19))
		return 0;
	end = range_at(line + 19, &base, &last);
	/* 7.2 has a node and flags in front of the caller. */
	end = end ? strstr(end, " efi_") : NULL;
	if (!end)
		return 0;
	table = table_at(map, base);
	if (table)
		table->size = last - base + 1;
	else if (!strncmp(end + 1, "efi_config_parse_tables", 23)) {
		if (map->uefi.nr_reserved == MAX_RESERVED)
			return -E2BIG;
		map->reserved[map->uefi.nr_reserved++] = (struct phys_range){ base, last - base + 1 };
	}
	return 0;
}

/* "esrt: Reserving ESRT space from 0x.. to 0x..", "efifb: framebuffer at 0x.., using 3072k, total 3072k" */
static void read_devices(const char *line, struct uefi_map *map)
{
	const char *esrt = strstr(line, "Reserving ESRT space from 0x"), *to = strstr(line, " to 0x");
	const char *fb = strstr(line, "efifb: framebuffer at 0x"), *total = strstr(line, "total ");
	uint64_t from = esrt ? strtoull(esrt + 26, NULL, 16) : 0, end = to ? strtoull(to + 4, NULL, 16) : 0;
	struct mm_uefi_table *table = esrt ? table_at(map, from) : NULL;

	if (table && end > from)
		table->size = end - from;
	if (fb && total) {
		uint64_t kilobytes = strtoull(total + 6, NULL, 10);

		map->uefi.framebuffer = (struct phys_range){ strtoull(fb + 22, NULL, 16), kilobytes < UINT32_MAX ? kilobytes << 10 : 0 };
	}
}

static const char *after_efi(const char *line)
{
	const char *p = strstr(line, "efi: ");

	return p && (p == line || p[-1] == ' ') ? p + 5 : NULL;
}

static int read_line(const char *line, struct uefi_map *map)
{
	const char *efi = after_efi(line), *reserve = strstr(line, "memblock_reserve: [");

	/* Another boot in the same log. */
	if (efi && (!strncmp(efi, "Getting UEFI parameters", 23) || !strncmp(efi, "Getting EFI parameters", 22)))
		*map = (struct uefi_map){ 0 };
	/* Not of the attributes table, which has lines like the map's. */
	if (efi)
		return strncmp(efi, "memattr:", 8) ? read_efi_line(efi, map) : 0;
	if (reserve)
		return read_reserve(reserve, map);
	read_devices(line, map);
	return 0;
}

static size_t line_at(const char *text, size_t len, char *line)
{
	const char *newline = memchr(text, '\n', len);
	size_t n = newline ? (size_t)(newline - text) : len, keep = n < LINE_BYTES - 1 ? n : LINE_BYTES - 1;

	memcpy(line, text, keep);
	line[keep] = '\0';
	return newline ? n + 1 : n;
}

static int read_log(const char *text, size_t len, const char *where, struct uefi_map *map, struct mm_error *error)
{
	char line[LINE_BYTES];
	size_t nr = 0;

	for (size_t at = 0; at < len;) {
		int err;

		at += line_at(text + at, len - at, line);
		nr++;
		err = read_line(line, map);
		if (err == -E2BIG)
			return fail(error, -EBADMSG, where, "line %zu: there are more ranges or tables than a memory map has", nr);
		if (err)
			return fail(error, -EBADMSG, where, "line %zu: is not a range of UEFI's memory map: %.60s", nr, line);
	}
	if (!map->uefi.nr_ranges)
		return fail(error, -EBADMSG, where, "has no lines of UEFI's memory map: boot with efi=debug to have them in the log");
	return 0;
}

void uefi_map_excerpt(const char *text, struct bytes *out)
{
	size_t len = strlen(text);
	bool has_map = false;
	struct bytes lines = { 0 };
	char line[LINE_BYTES];

	for (size_t at = 0; at < len;) {
		const char *efi;

		at += line_at(text + at, len - at, line);
		efi = after_efi(line);
		if (efi ? !strncmp(efi, "memattr:", 8)
			: !(strstr(line, "memblock_reserve: [") && strstr(line, " efi_")) && !strstr(line, "ESRT space") && !strstr(line, "efifb: framebuffer"))
			continue;
		has_map |= efi && (!strncmp(efi, "  0x", 4) || !strncmp(efi, "mem", 3));
		bytes_puts(&lines, line);
		bytes_putc(&lines, '\n');
	}
	if (has_map && !lines.failed)
		bytes_add(out, lines.data, lines.len);
	bytes_deinit(&lines);
}

/* ------------------------------------------------------------ the raw table */

static uint64_t little(const unsigned char *p, size_t bytes)
{
	uint64_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | p[bytes];
	return value;
}

static struct uefi_entry descriptor(const unsigned char *p)
{
	uint64_t pages = little(p + 24, 8);

	return (struct uefi_entry){ .type = (uint32_t)little(p, 4), .base = little(p + 8, 8), .attribute = little(p + 32, 8),
				    .bytes = pages < UINT64_C(1) << 40 ? pages << PAGE_SHIFT : 0 };
}

/* A type that there is, on a page, and not empty. */
static bool is_plausible(const struct uefi_entry *entry)
{
	return (entry->type < 16 || entry->type >= 0x70000000) && entry->base % 4096 == 0 && entry->bytes;
}

static bool fits(const unsigned char *raw, size_t len, size_t size)
{
	if (!len || len % size)
		return false;
	for (size_t at = 0; at < len; at += size) {
		struct uefi_entry entry = descriptor(raw + at);

		if (!is_plausible(&entry))
			return false;
	}
	return true;
}

static int read_raw(const unsigned char *raw, size_t len, const char *where, struct uefi_map *map, struct mm_error *error)
{
	size_t size = fits(raw, len, 48) ? 48 : 40;

	if (size == 40 && !fits(raw, len, 40))
		return fail(error, -EBADMSG, where, "is not a table of UEFI memory descriptors of 48 or 40 bytes");
	for (size_t at = 0; at < len; at += size) {
		struct uefi_entry entry = descriptor(raw + at);

		if (uefi_map_add(map, &entry))
			return fail(error, -EBADMSG, where, "has more than %d descriptors", UEFI_MAP_MAX_RANGES);
	}
	map->uefi.descriptor_bytes = (uint32_t)size;
	return 0;
}

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

static int read_hex(const char *text, size_t len, const char *where, struct uefi_map *map, struct mm_error *error)
{
	unsigned char *raw = malloc(len / 2 + 1);
	int err;

	if (!raw)
		return no_memory(error);
	for (size_t i = 0; i + 1 < len; i += 2) {
		int high = digit(text[i]), low = digit(text[i + 1]);

		if (high < 0 || low < 0) {
			free(raw);
			return fail_at(error, -EBADMSG, where, NULL, (int64_t)i, "is not a hexadecimal digit");
		}
		raw[i / 2] = (unsigned char)(high << 4 | low);
	}
	err = read_raw(raw, len / 2, where, map, error);
	free(raw);
	return err;
}

/* -------------------------------------------------------------------- any */

/* A log's time stamp begins with a bracket, too. */
static bool is_json(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len && isspace((unsigned char)text[at]))
		at++;
	if (at < len && text[at] == '{')
		return true;
	if (at == len || text[at++] != '[')
		return false;
	while (at < len && isspace((unsigned char)text[at]))
		at++;
	return at < len && (text[at] == '{' || text[at] == ']');
}

static int read_any(const char *text, size_t len, const char *where, struct uefi_map *map, struct mm_error *error)
{
	if (is_word(text, len, "edk2")) {
		map->uefi.edk2 = true;
		return 0;
	}
	if (len > 4 && !memcmp(text, "hex:", 4))
		return read_hex(text + 4, len - 4, where, map, error);
	if (is_json(text, len))
		return decode_uefi(text, len, where, map, error);
	return read_log(text, len, where, map, error);
}

int uefi_map_read(const char *text, size_t len, const char *where, struct uefi_map **ret, struct mm_error *error)
{
	struct uefi_map *map;
	int err;

	if (len > UEFI_MAP_MAX_BYTES)
		return fail_at(error, -EFBIG, where, NULL, UEFI_MAP_MAX_BYTES, "is larger than %u bytes", UEFI_MAP_MAX_BYTES);
	map = calloc(1, sizeof(*map));
	if (!map)
		return no_memory(error);
	err = read_any(text, len, where, map, error);
	if (err) {
		free(map);
		return err;
	}
	map->uefi.ranges = map->ranges;
	map->uefi.tables = map->tables;
	map->uefi.reserved = map->reserved;
	*ret = map;
	return 0;
}
