/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "daemon/input/uefi_map.h"

static struct uefi_map *read_map(const char *text)
{
	struct mm_error error = { .offset = -1 };
	struct uefi_map *map = NULL;

	if (uefi_map_read(text, strlen(text), "map", &map, &error))
		fail_msg("%s", error.text);
	return map;
}

static void refuse(const char *text, const char *because)
{
	struct mm_error error = { .offset = -1 };
	struct uefi_map *map = NULL;

	assert_int_equal(uefi_map_read(text, strlen(text), "map", &map, &error), -EBADMSG);
	if (!strstr(error.text, because))
		fail_msg("\"%s\" is not why: %s", because, error.text);
}

static void expect(const struct mm_uefi *uefi, size_t i, uint64_t base, uint64_t pages, uint32_t type, uint64_t attribute)
{
	assert_true(i < uefi->nr_ranges);
	assert_int_equal(uefi->ranges[i].base, base);
	assert_int_equal(uefi->ranges[i].nr_pages, pages);
	assert_int_equal(uefi->ranges[i].type, type);
	assert_int_equal(uefi->ranges[i].attribute, attribute);
}

/* A console's log, with other lines between and time stamps. */
static void a_log_has_ranges_tables_and_their_sizes(void **state)
{
	struct uefi_map *map = read_map(
		"[    0.000000] Linux version 6.12.107\r\n"
		"[    0.000000] efi: Getting UEFI parameters from /chosen in DT:\r\n"
		"[    0.000000] efi:   System Table         : 0x000000007ffd0018\r\n"
		"[    0.000000] efi:   MemMap Address       : 0x000000007be50040\r\n"
		"[    0.000000] efi:   MemMap Size          : 0x0000000000000630\r\n"
		"[    0.000000] efi: EFI v2.7 by EDK II\r\n"
		"[    0.000000] efi: SMBIOS 3.0=0x7fed0000 MEMATTR=0x7c871018 INITRD=0x7c25cf18 MEMRESERVE=0x7c25cf98 \r\n"
		"[    0.000000] memblock_reserve: [0x000000007c871018-0x000000007c871417] efi_memattr_init+0x8c/0xe8\r\n"
		"[    0.000000] __memblock_reserve: [0x7c25cf98-0x7c25cfa7] nid=-1 flags=0 efi_config_parse_tables+0x1f0/0x298\r\n"
		"[    0.000000] memblock_reserve: [0x0000000050000000-0x000000005000ffff] efi_config_parse_tables+0x1f0/0x298\r\n"
		"[    0.000000] efi:   0x000040000000-0x000043ffffff [Conventional|   |  |  |  |  |  |  |  |  |  |   |WB|  |  |  ]\r\n"
		"[    0.000000] efi:   0x00007fc00000-0x00007fd8ffff [Runtime Code|RUN|  |  |  |  |  |  |  |  |  |   |WB|  |  |  ]\r\n"
		"[    1.000000] efi: memattr:  0x00007c440000-0x00007c44ffff [Runtime Code|RUN|  |  |  |  |  |XP|  |  |  |   |  |  |  |  ]\r\n");
	const struct mm_uefi *uefi = uefi_map_view(map);

	(void)state;
	assert_int_equal(uefi->nr_ranges, 2);
	expect(uefi, 0, 0x40000000, 0x4000, 7, 8);
	expect(uefi, 1, 0x7fc00000, 400, 5, 8 | UINT64_C(1) << 63);
	assert_int_equal(uefi->system_table, 0x7ffd0018);
	assert_int_equal(uefi->map_address, 0x7be50040);
	assert_int_equal(uefi->map_bytes, 0x630);
	assert_string_equal(uefi->banner, "2.7 by EDK II");
	assert_int_equal(uefi->nr_tables, 4);
	assert_string_equal(uefi->tables[0].name, "SMBIOS 3.0");
	assert_int_equal(uefi->tables[0].size, 0);
	assert_int_equal(uefi->tables[1].size, 1024);
	assert_int_equal(uefi->tables[3].size, 16);
	assert_int_equal(uefi->nr_reserved, 1);
	assert_int_equal(uefi->reserved[0].base, 0x50000000);
	uefi_map_free(map);
}

/* As x86, and arm64 up to 4.14, print it. */
static void other_kernels_lines_are_read_too(void **state)
{
	struct uefi_map *map = read_map(
		"efi: mem00: [Conventional Memory|   |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000000001000-0x000000000009ffff] (0MB)\n"
		"efi:   0x0000fa000000-0x0000fa0fffff [Runtime Data       |RUN|  |  |  |  |  |  |   |WB|WT|WC|UC]\n"
		"efi:   0x0000fb000000-0x0000fb000fff [type=2147483649|attr=0x8000000000000001]\n");

	(void)state;
	expect(uefi_map_view(map), 0, 0x1000, 0x9f, 7, 0xf);
	expect(uefi_map_view(map), 1, 0xfa000000, 0x100, 6, 0xf | UINT64_C(1) << 63);
	expect(uefi_map_view(map), 2, 0xfb000000, 1, 0x80000001, 1 | UINT64_C(1) << 63);
	uefi_map_free(map);
}

static void a_list_says_size_pages_or_end(void **state)
{
	struct uefi_map *map = read_map("[{\"type\": \"Conventional\", \"base\": \"0x40000000\", \"size\": \"1G\"},"
					" {\"type\": 6, \"base\": 2147483648, \"pages\": 16, \"attribute\": \"WB|RUN\"},"
					" {\"type\": \"ACPI Reclaim\", \"base\": \"0x90000000\", \"end\": \"0x90010000\", \"attribute\": 8}]");

	(void)state;
	expect(uefi_map_view(map), 0, 0x40000000, 0x40000, 7, 8);
	expect(uefi_map_view(map), 1, 0x80000000, 16, 6, 8 | UINT64_C(1) << 63);
	expect(uefi_map_view(map), 2, 0x90000000, 16, 9, 8);
	uefi_map_free(map);
}

/* type 7 at 1 GiB, 0x400 pages, WB; then the 8 bytes that make it 48. */
static void the_raw_table_tells_its_own_stride(void **state)
{
#define DESCRIPTOR "0700000000000000" "0000004000000000" "0000000000000000" "0004000000000000" "0800000000000000"
	struct uefi_map *wide = read_map("hex:" DESCRIPTOR "0000000000000000" DESCRIPTOR "0000000000000000");
	struct uefi_map *narrow = read_map("hex:" DESCRIPTOR DESCRIPTOR DESCRIPTOR);

	(void)state;
	assert_int_equal(uefi_map_view(wide)->nr_ranges, 2);
	assert_int_equal(uefi_map_view(wide)->descriptor_bytes, 48);
	assert_int_equal(uefi_map_view(narrow)->nr_ranges, 3);
	expect(uefi_map_view(narrow), 2, 0x40000000, 0x400, 7, 8);
	uefi_map_free(wide);
	uefi_map_free(narrow);
}

static void what_is_no_map_is_refused_with_its_place(void **state)
{
	(void)state;
	refuse("Linux version 6.1\nMemory: 1K", "efi=debug");
	refuse("efi: Getting\nefi:   0x40000000-0x4000ffff [Surprising  |   |WB]\n", "line 2");
	refuse("[{\"type\": \"Conventional\", \"size\": 1}]", "range 1");
	refuse("[{\"type\": \"Unheard of\", \"base\": 0, \"size\": 4096}]", "\"type\"");
	refuse("[]", "no list of ranges");
	refuse("hex:0700", "48 or 40 bytes");
	refuse("hex:07zz", "not a hexadecimal digit");
}

static void an_excerpt_keeps_what_counts(void **state)
{
	struct bytes out = { 0 };

	(void)state;
	uefi_map_excerpt("a line\nefi: EFI v2.7 by EDK II\nefi:   0x0-0xfff [Reserved    |   |WB]\nefi: memattr: x\n", &out);
	assert_string_equal(bytes_text(&out), "efi: EFI v2.7 by EDK II\nefi:   0x0-0xfff [Reserved    |   |WB]\n");
	bytes_clear(&out);
	uefi_map_excerpt("efi: UEFI not found.\n", &out);
	assert_int_equal(out.len, 0);
	bytes_deinit(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_has_ranges_tables_and_their_sizes),
		cmocka_unit_test(other_kernels_lines_are_read_too),
		cmocka_unit_test(a_list_says_size_pages_or_end),
		cmocka_unit_test(the_raw_table_tells_its_own_stride),
		cmocka_unit_test(what_is_no_map_is_refused_with_its_place),
		cmocka_unit_test(an_excerpt_keeps_what_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
