/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a board hands to the kernel: what was given, what the tree says, and what is refused. */
#include "step_machine.h"

#include "mmcore/board.h"
#include "mmcore/loader/uefi.h"

#include <errno.h>

static unsigned char blob[2048];

/* 1 GiB at 1 GiB; /chosen has @start and @end of an initrd, of so many cells (0: none). */
static void tree(unsigned cells_of_initrd, uint64_t start, uint64_t end, bool uefi)
{
	const fdt64_t wide[] = { cpu_to_fdt64(start), cpu_to_fdt64(end) };
	const fdt32_t narrow[] = { cpu_to_fdt32((uint32_t)start), cpu_to_fdt32((uint32_t)end), 0, 0 };
	const fdt64_t reg[] = { cpu_to_fdt64(GIB(1)), cpu_to_fdt64(GIB(1)) };

	fdt_create(blob, sizeof(blob));
	fdt_add_reservemap_entry(blob, 0x41000000, 0x1000);
	fdt_finish_reservemap(blob);
	fdt_begin_node(blob, "");
	fdt_property_string(blob, "compatible", "linux,dummy-virt");
	fdt_property_cell(blob, "#address-cells", 2);
	fdt_property_cell(blob, "#size-cells", 2);
	fdt_begin_node(blob, "memory@40000000");
	fdt_property_string(blob, "device_type", "memory");
	fdt_property(blob, "reg", reg, sizeof(reg));
	fdt_end_node(blob);
	fdt_begin_node(blob, "chosen");
	fdt_property_string(blob, "bootargs", "of the tree");
	if (cells_of_initrd == 2) {
		fdt_property(blob, "linux,initrd-start", &wide[0], 8);
		fdt_property(blob, "linux,initrd-end", &wide[1], 8);
	} else if (cells_of_initrd) {
		fdt_property(blob, "linux,initrd-start", &narrow[0], (int)cells_of_initrd * 4);
		fdt_property(blob, "linux,initrd-end", &narrow[1], (int)cells_of_initrd * 4);
	}
	if (uefi)
		fdt_property_cell(blob, "linux,uefi-system-table", 7);
	fdt_end_node(blob);
	fdt_end_node(blob);
	fdt_finish(blob);
}

static int load(const struct mm_board *board)
{
	struct mm_board given = *board;

	given.dtb = blob;
	given.dtb_size = fdt_totalsize(blob);
	machine("6.12", "EFI");
	m.mm.board = given;
	m.error = (struct mm_error){ .offset = -1 };
	return board_load(&m.mm, &given, &m.error);
}

static uint64_t chosen(const char *name)
{
	const struct fdt_prop *prop = dt_getprop(&m.mm.fdt, dt_path(&m.mm.fdt, "/chosen"), name);

	return prop ? dt_read_cells(prop, 0, prop->len / 4) : 0;
}

/* Given beats the tree; a tree's needs two addresses of 4 or 8 bytes, the end behind the start. */
static void an_initrd_is_given_or_the_tree_s(void **state)
{
	static const struct { unsigned cells; uint64_t start, end; struct mm_board board; enum origin origin; uint64_t base, size; } rows[] = {
		{ 0, 0, 0, { 0 }, ORIGIN_NONE, 0, 0 },
		{ 2, 0x48000000, 0x48100000, { 0 }, ORIGIN_TREE, 0x48000000, 0x100000 },
		{ 1, 0x48000000, 0x48100000, { 0 }, ORIGIN_TREE, 0x48000000, 0x100000 },
		{ 3, 0x48000000, 0x48100000, { 0 }, ORIGIN_NONE, 0, 0 },
		{ 2, 0x48100000, 0x48000000, { 0 }, ORIGIN_NONE, 0, 0 },
		{ 2, 0x48000000, 0x48000000, { 0 }, ORIGIN_NONE, 0, 0 },
		{ 2, 0x48000000, 0x48100000, { .initrd_start = 0x49000000, .initrd_end = 0x49000800 }, ORIGIN_GIVEN, 0x49000000, 0x800 },
		{ 0, 0, 0, { .initrd_start = 0x49000000, .initrd_end = 0x49000000 }, ORIGIN_NONE, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		tree(rows[i].cells, rows[i].start, rows[i].end, false);
		assert_int_equal(load(&rows[i].board), 0);
		assert_int_equal(m.mm.loader.initrd.origin, rows[i].origin);
		assert_int_equal(m.mm.loader.initrd.base, rows[i].base);
		assert_int_equal(m.mm.loader.initrd.size, rows[i].size);
		if (rows[i].origin == ORIGIN_GIVEN) {
			assert_int_equal(chosen("linux,initrd-start"), rows[i].base);
			assert_int_equal(chosen("linux,initrd-end"), rows[i].base + rows[i].size);
		}
		over();
	}
}

/* A loader that places an initrd itself tells the kernel of it. */
static void an_initrd_that_is_placed_is_told(void **state)
{
	(void)state;
	tree(0, 0, 0, false);
	assert_int_equal(load(&(struct mm_board){ .initrd_size = 0x123456 }), 0);
	assert_int_equal(m.mm.loader.initrd.origin, ORIGIN_ASSUMED);
	assert_int_equal(m.mm.loader.initrd.size, 0x123456);
	assert_true(m.mm.loader.initrd.base >= GIB(1));
	assert_int_equal(chosen("linux,initrd-start"), m.mm.loader.initrd.base);
	assert_int_equal(chosen("linux,initrd-end"), m.mm.loader.initrd.base + 0x123456);
	over();
}

static void addresses_that_are_given_are_taken(void **state)
{
	(void)state;
	tree(0, 0, 0, false);
	assert_int_equal(load(&(struct mm_board){ .has_image = true, .image_addr = 0x50000000, .has_dtb = true, .dtb_addr = 0x60000008,
						  .dtb_totalsize = 0x10000, .cmdline = "of the caller" }), 0);
	assert_int_equal(m.mm.text_phys, 0x50000000);
	assert_int_equal(m.mm.loader.image.origin, ORIGIN_GIVEN);
	assert_int_equal(m.mm.loader.image.size, MIB(12));
	assert_int_equal(m.mm.dtb_phys, 0x60000008);
	assert_int_equal(m.mm.loader.dtb.size, 0x10000);
	assert_int_equal(m.mm.fdt.totalsize, 0x10000);
	assert_string_equal(dt_getprop_str(&m.mm.fdt, dt_path(&m.mm.fdt, "/chosen"), "bootargs"), "of the caller");
	over();
	assert_int_equal(load(&(struct mm_board){ 0 }), 0);
	assert_int_equal(m.mm.fdt.totalsize, fdt_totalsize(blob));
	assert_string_equal(dt_getprop_str(&m.mm.fdt, dt_path(&m.mm.fdt, "/chosen"), "bootargs"), "of the tree");
	over();
}

/* The loader's own reservations come behind the tree's. */
static void reservations_are_added(void **state)
{
	static const struct phys_range own[] = { { 0x42000000, 0x2000 }, { 0x43000000, 0x3000 } };

	(void)state;
	tree(0, 0, 0, false);
	assert_int_equal(load(&(struct mm_board){ .memreserve = own, .nr_memreserve = 2 }), 0);
	assert_int_equal(m.mm.fdt.nr_memreserve, 3);
	assert_int_equal(m.mm.fdt.memreserve[0].base, 0x41000000);
	assert_int_equal(m.mm.fdt.memreserve[1].base, 0x42000000);
	assert_int_equal(m.mm.fdt.memreserve[2].size, 0x3000);
	over();
}

static uint64_t reserved(const char *path, const char *name, unsigned first)
{
	const struct fdt_prop *prop = dt_getprop(&m.mm.fdt, dt_path(&m.mm.fdt, path), name);

	assert_non_null(prop);
	return dt_read_cells(prop, first, 2);
}

/* The tree has no /reserved-memory: it is made, with the root's cells, and each node says what was given. */
static void reserved_nodes_that_are_given_are_the_tree_s(void **state)
{
	static const struct mm_reserved given[] = {
		{ .name = "fw@43000000", .base = 0x43000000, .size = 0x50000, .no_map = true },
		{ .name = "linux,cma", .base = 0x60000000, .size = MIB(32), .reusable = true, .pool = true, .cma_default = true, .moves = true },
		{ .name = "logo@0" },
	};
	int node;

	(void)state;
	tree(0, 0, 0, false);
	assert_int_equal(load(&(struct mm_board){ .reserved = given, .nr_reserved = 3 }), 0);
	node = dt_path(&m.mm.fdt, "/reserved-memory");
	assert_true(dt_has_prop(&m.mm.fdt, node, "ranges"));
	assert_int_equal(dt_read_cells(dt_getprop(&m.mm.fdt, node, "#address-cells"), 0, 1), 2);
	assert_int_equal(reserved("/reserved-memory/fw@43000000", "reg", 0), 0x43000000);
	assert_int_equal(reserved("/reserved-memory/fw@43000000", "reg", 2), 0x50000);
	assert_true(dt_has_prop(&m.mm.fdt, dt_path(&m.mm.fdt, "/reserved-memory/fw@43000000"), "no-map"));
	node = dt_path(&m.mm.fdt, "/reserved-memory/linux,cma");
	assert_false(dt_has_prop(&m.mm.fdt, node, "reg") || dt_has_prop(&m.mm.fdt, node, "no-map"));
	assert_true(dt_has_prop(&m.mm.fdt, node, "reusable") && dt_has_prop(&m.mm.fdt, node, "linux,cma-default"));
	assert_string_equal(dt_getprop_str(&m.mm.fdt, node, "compatible"), "shared-dma-pool");
	assert_int_equal(reserved("/reserved-memory/linux,cma", "size", 0), MIB(32));
	assert_int_equal(reserved("/reserved-memory/linux,cma", "alloc-ranges", 0), 0x60000000);
	assert_int_equal(reserved("/reserved-memory/logo@0", "reg", 2), 0);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(m.mm.loader.reserved_as[i], "not in the tree");
	over();
}

/* Once more, on what the first three left: the same is none, another place moves it, a pool's place is the kernel's to choose. */
static void reserved_nodes_elsewhere_follow_what_is_given(void **state)
{
	static const struct mm_reserved first[] = {
		{ .name = "fw@43000000", .base = 0x43000000, .size = 0x50000, .no_map = true },
		{ .name = "linux,cma", .base = 0x60000000, .size = MIB(32), .reusable = true, .pool = true, .moves = true },
	};
	static const struct { struct mm_reserved given; const char *as; } rows[] = {
		{ { .name = "fw@43000000", .base = 0x43000000, .size = 0x50000, .no_map = true }, NULL },
		{ { .name = "fw@43000000", .base = 0x43000000, .size = 0x50000 }, "elsewhere than in the tree" },
		{ { .name = "fw@43000000", .base = 0x44000000, .size = 0x50000, .no_map = true }, "elsewhere than in the tree" },
		{ { .name = "linux,cma", .base = 0x70000000, .size = MIB(32), .moves = true }, NULL },
		{ { .name = "linux,cma", .base = 0x70000000, .size = MIB(64), .moves = true }, "another size than the tree's" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		tree(0, 0, 0, false);
		assert_int_equal(load(&(struct mm_board){ .reserved = first, .nr_reserved = 2 }), 0);
		assert_int_equal(loader_reserved(&m.mm.loader, &m.mm.fdt, &rows[i].given, 1, &m.error), 0);
		if (rows[i].as)
			assert_string_equal(m.mm.loader.reserved_as[0], rows[i].as);
		else
			assert_null(m.mm.loader.reserved_as[0]);
		if (!rows[i].given.moves)
			assert_int_equal(reserved("/reserved-memory/fw@43000000", "reg", 0), rows[i].given.base);
		else
			assert_int_equal(reserved("/reserved-memory/linux,cma", "size", 0), rows[i].given.size);
		over();
	}
}

static void odd_addresses_are_refused(void **state)
{
	static const struct { struct mm_board board; const char *text, *advice; } rows[] = {
		{ { .has_image = true, .image_addr = 0x50000800 }, "the image address 0x50000800 is not aligned to 4 KiB", "0x50200000" },
		{ { .has_image = true, .image_addr = 0x50001000 }, NULL, NULL },
		{ { .has_dtb = true, .dtb_addr = 0x60000004 }, "the device tree's address 0x60000004 is not aligned to 8 bytes", "0x60000008" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		tree(0, 0, 0, false);
		assert_int_equal(load(&rows[i].board), rows[i].text ? -EINVAL : 0);
		if (rows[i].text) {
			assert_string_equal(m.error.text, rows[i].text);
			assert_non_null(strstr(m.error.example, rows[i].advice));
		}
		over();
	}
}

/* What the EFI stub writes into /chosen; a tree that it has written already stays as it is. */
static void the_efi_stub_tells_where_its_map_is(void **state)
{
	static const struct mm_uefi_range map[] = { { 0x40000000, 0x40000, EFI_CONVENTIONAL_MEMORY, EFI_MEMORY_WB } };
	struct mm_uefi uefi = { .ranges = map, .nr_ranges = 1, .system_table = 0x123456789a, .map_address = 0x7ff00018, .map_bytes = 48,
				.descriptor_bytes = 0x01020304 };

	(void)state;
	tree(0, 0, 0, false);
	assert_int_equal(load(&(struct mm_board){ .uefi = &uefi }), 0);
	assert_int_equal(chosen("linux,uefi-system-table"), 0x123456789a);
	assert_int_equal(chosen("linux,uefi-mmap-start"), 0x7ff00018);
	assert_int_equal(chosen("linux,uefi-mmap-size"), 48);
	assert_int_equal(chosen("linux,uefi-mmap-desc-size"), 0x01020304);
	assert_int_equal(chosen("linux,uefi-mmap-desc-ver"), 1);
	assert_int_equal(m.mm.fdt.nr_memreserve, 0);
	over();
	tree(0, 0, 0, true);
	assert_int_equal(load(&(struct mm_board){ .uefi = &uefi }), 0);
	assert_int_equal(chosen("linux,uefi-system-table"), 7);
	assert_int_equal(m.mm.fdt.nr_memreserve, 1);
	over();
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_initrd_is_given_or_the_tree_s),
		TEST(an_initrd_that_is_placed_is_told),
		TEST(addresses_that_are_given_are_taken),
		TEST(reservations_are_added),
		TEST(reserved_nodes_that_are_given_are_the_tree_s),
		TEST(reserved_nodes_elsewhere_follow_what_is_given),
		TEST(odd_addresses_are_refused),
		TEST(the_efi_stub_tells_where_its_map_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
