/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/fdt.h"

#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>

static struct mm_error error;
static struct fdt fdt;

/* A big-endian writer of hostile blobs. */
static unsigned char blob[8 << 20];
static size_t blob_len;

static void be32(uint32_t v)
{
	fdt32_t be = cpu_to_fdt32(v);

	memcpy(blob + blob_len, &be, 4);
	blob_len += 4;
}

static void header(uint32_t total, uint32_t off_struct, uint32_t off_strings, uint32_t off_rsv, uint32_t version,
		   uint32_t size_strings, uint32_t size_struct)
{
	blob_len = 0;
	be32(FDT_MAGIC);
	be32(total);
	be32(off_struct);
	be32(off_strings);
	be32(off_rsv);
	be32(version);
	be32(version < 16 ? version : 16);
	be32(0);
	be32(size_strings);
	be32(size_struct);
}

static void words(size_t nr, const uint32_t *v)
{
	for (size_t i = 0; i < nr; i++)
		be32(v[i]);
}
#define WORDS(...) words(sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, (uint32_t[]){ __VA_ARGS__ })

/* dt_load() on a copy of exactly that size; arena failures land here too. */
static int load_bytes(const void *bytes, size_t len)
{
	struct arena arena = { 0 };
	jmp_buf landing;
	unsigned char *volatile exact = malloc(len ? len : 1);
	int err;

	memcpy(exact, bytes, len);
	memset(&error, 0, sizeof(error));
	arena.on_failure = &landing;
	arena.error = &error;
	err = setjmp(landing);
	err = err ? -err : dt_load(&fdt, &arena, exact, len, &error);
	if (!err)
		for (int node = 0; node >= 0; node = dt_next(&fdt, node)) {
			dt_node_path(&fdt, node);
			dt_getprop_str(&fdt, node, "status");
			dt_available(&fdt, node);
			dt_has_string(&fdt, node, "compatible", "x");
		}
	arena_deinit(&arena);
	free(exact);
	return err;
}

static int load(void) { return load_bytes(blob, blob_len); }

/* { #address-cells, #size-cells; memory@40000000 { device_type, reg }; aliases { a = "/x"; } } */
static void small_tree(void)
{
	static const uint32_t reg[] = { 0, 0x40000000, 0, 0x10000000 };
	fdt32_t be[4];

	for (int i = 0; i < 4; i++)
		be[i] = cpu_to_fdt32(reg[i]);
	fdt_create(blob, 4096);
	fdt_add_reservemap_entry(blob, 0x1000, 0x2000);
	fdt_add_reservemap_entry(blob, 0x9000, 0x1000);
	fdt_finish_reservemap(blob);
	fdt_begin_node(blob, "");
	fdt_property_u32(blob, "#address-cells", 2);
	fdt_property_u32(blob, "#size-cells", 2);
	fdt_begin_node(blob, "memory@40000000");
	fdt_property_string(blob, "device_type", "memory");
	fdt_property(blob, "reg", be, sizeof(be));
	fdt_end_node(blob);
	fdt_begin_node(blob, "soc");
	fdt_property_string(blob, "status", "disabled");
	fdt_property(blob, "compatible", "one\0two\0", 8);
	fdt_begin_node(blob, "uart@1");
	fdt_end_node(blob);
	fdt_end_node(blob);
	fdt_end_node(blob);
	assert_int_equal(fdt_finish(blob), 0);
	blob_len = fdt_totalsize(blob);
}

static void a_tree_is_read_into_nodes_and_properties(void **state)
{
	struct arena arena = { 0 };
	uint64_t value = 0;
	int memory;

	(void)state;
	small_tree();
	assert_int_equal(dt_load(&fdt, &arena, blob, blob_len, &error), 0);
	assert_int_equal(fdt.address_cells, 2);
	assert_int_equal(fdt.nr_memreserve, 2);
	assert_int_equal(fdt.memreserve[1].base, 0x9000);
	memory = dt_path(&fdt, "/memory");
	assert_string_equal(dt_node_path(&fdt, memory), "/memory@40000000");
	assert_true(dt_getprop_u64(&fdt, memory, "reg", 2, &value));
	assert_int_equal(value, 0x40000000);
	assert_string_equal(dt_getprop_str(&fdt, memory, "device_type"), "memory");
	assert_true(dt_available(&fdt, memory));
	assert_false(dt_available(&fdt, dt_path(&fdt, "/soc")));
	assert_true(dt_has_string(&fdt, dt_path(&fdt, "/soc"), "compatible", "two"));
	assert_false(dt_has_string(&fdt, dt_path(&fdt, "/soc"), "compatible", "tw"));
	assert_int_equal(dt_path(&fdt, "/soc/uart@2"), -1);
	assert_true(dt_path(&fdt, "/soc/uart") > 0);
	assert_int_equal(dt_path(&fdt, "/"), 0);
	arena_deinit(&arena);
}

/* fdt_check_header() is content with them, fdt_check_full() of libfdt 1.6.1 crashes. */
static void old_versions_are_refused_before_libfdt_sees_them(void **state)
{
	static const uint32_t versions[] = { 1, 2, 3, 15, 16, 18 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		header(80, 56, 76, 40, versions[i], 4, 0);
		WORDS(0, 0, 0, 0, 1, 0, 2, 9, 0, 0);
		assert_int_equal(blob_len, 80);
		assert_int_equal(load(), -EINVAL);
		assert_int_equal(error.offset, 20);
	}
	header(32, 0, 0, 0, 2, 0, 0);
	blob_len = 32;
	assert_int_equal(load(), -EINVAL);
	assert_non_null(strstr(error.text, "shorter than its header"));
}

/* 114 bytes, well-formed: fdt_path_offset("a") never returns; we never ask for aliases. */
static void an_alias_of_itself_is_only_a_property(void **state)
{
	(void)state;
	header(114, 56, 112, 40, 17, 2, 56);
	WORDS(0, 0, 0, 0, 1, 0, 1);
	memcpy(blob + blob_len, "aliases", 8);
	blob_len += 8;
	WORDS(3, 2, 0);
	memcpy(blob + blob_len, "a\0\0", 4);
	blob_len += 4;
	WORDS(4, 4, 2, 2, 9);
	memcpy(blob + blob_len, "a", 2);
	blob_len += 2;
	assert_int_equal(blob_len, 114);
	assert_int_equal(load(), 0);
}

static void unaligned_blocks_are_refused(void **state)
{
	(void)state;
	header(75, 58, 74, 40, 17, 1, 16);
	blob_len = 75;
	assert_int_equal(load(), -EINVAL);
	assert_int_equal(error.offset, 8);
	header(80, 60, 76, 44, 17, 4, 16);
	blob_len = 80;
	assert_int_equal(load(), -EINVAL);
	assert_int_equal(error.offset, 16);
}

static void two_hundred_thousand_nested_nodes_are_refused(void **state)
{
	const uint32_t depth = 200000;

	(void)state;
	header(56 + 12 * depth + 4, 56, 56 + 12 * depth + 4, 40, 17, 0, 12 * depth + 4);
	WORDS(0, 0, 0, 0);
	for (uint32_t i = 0; i < depth; i++)
		WORDS(1, i ? 0x61000000 : 0);
	for (uint32_t i = 0; i < depth; i++)
		be32(2);
	be32(9);
	assert_int_equal(load(), -EINVAL);
	assert_non_null(strstr(error.text, "deeper than"));
}

static void sixty_five_thousand_memory_reservations_are_read(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	fdt_create(blob, sizeof(blob));
	for (uint64_t i = 0; i < 65000; i++)
		fdt_add_reservemap_entry(blob, i << 20, 4096);
	fdt_finish_reservemap(blob);
	fdt_begin_node(blob, "");
	fdt_end_node(blob);
	assert_int_equal(fdt_finish(blob), 0);
	blob_len = fdt_totalsize(blob);
	assert_int_equal(dt_load(&fdt, &arena, blob, blob_len, &error), 0);
	assert_int_equal(fdt.nr_memreserve, 65000);
	arena_deinit(&arena);
}

static void cells_that_cannot_describe_memory_are_refused(void **state)
{
	(void)state;
	for (uint32_t cells = 0; cells < 8; cells++) {
		fdt_create(blob, 4096);
		fdt_finish_reservemap(blob);
		fdt_begin_node(blob, "");
		fdt_property_u32(blob, "#address-cells", cells);
		fdt_end_node(blob);
		fdt_finish(blob);
		blob_len = fdt_totalsize(blob);
		assert_int_equal(load(), cells >= 1 && cells <= 4 ? 0 : -EINVAL);
	}
}

static void a_tree_cut_anywhere_is_refused(void **state)
{
	size_t whole;

	(void)state;
	small_tree();
	whole = blob_len;
	for (size_t len = 0; len < whole; len++) {
		int err = load_bytes(blob, len);

		assert_int_equal(err, -EINVAL);
		assert_true(*error.text);
	}
}

/* Cut, and the header says so: what is left may still be a tree. */
static void a_tree_that_says_it_is_cut_is_refused_or_read(void **state)
{
	size_t whole;

	(void)state;
	small_tree();
	whole = blob_len;
	for (size_t len = 40; len < whole; len++) {
		small_tree();
		fdt_set_totalsize(blob, (uint32_t)len);
		assert_true(load_bytes(blob, len) <= 0);
	}
}

static void flipped_bits_are_refused_or_read(void **state)
{
	(void)state;
	small_tree();
	for (size_t bit = 0; bit < 8 * blob_len; bit++) {
		blob[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_true(load() <= 0);
		blob[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	srand(2);
	for (int round = 0; round < 20000; round++) {
		small_tree();
		for (int i = rand() % 6; i >= 0; i--)
			blob[(size_t)rand() % blob_len] = (unsigned char)rand();
		assert_true(load() <= 0);
	}
}

static void firmware_sets_and_removes_properties_nodes_and_reservations(void **state)
{
	struct arena arena = { 0 };
	int chosen;

	(void)state;
	small_tree();
	assert_int_equal(dt_load(&fdt, &arena, blob, blob_len, &error), 0);
	chosen = dt_add_node(&fdt, 0, "chosen");
	dt_setprop(&fdt, chosen, "bootargs", "a", 2);
	dt_setprop(&fdt, chosen, "bootargs", "bc", 3);
	assert_string_equal(dt_getprop_str(&fdt, dt_path(&fdt, "/chosen"), "bootargs"), "bc");
	dt_delprop(&fdt, chosen, "bootargs");
	assert_false(dt_has_prop(&fdt, chosen, "bootargs"));
	dt_remove_node(&fdt, dt_path(&fdt, "/memory"));
	assert_int_equal(dt_path(&fdt, "/memory"), -1);
	dt_add_memreserve(&fdt, GIB(1), MIB(1));
	assert_int_equal(fdt.memreserve[fdt.nr_memreserve - 1].base, GIB(1));
	arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_is_read_into_nodes_and_properties),
		cmocka_unit_test(old_versions_are_refused_before_libfdt_sees_them),
		cmocka_unit_test(an_alias_of_itself_is_only_a_property),
		cmocka_unit_test(unaligned_blocks_are_refused),
		cmocka_unit_test(two_hundred_thousand_nested_nodes_are_refused),
		cmocka_unit_test(sixty_five_thousand_memory_reservations_are_read),
		cmocka_unit_test(cells_that_cannot_describe_memory_are_refused),
		cmocka_unit_test(a_tree_cut_anywhere_is_refused),
		cmocka_unit_test(a_tree_that_says_it_is_cut_is_refused_or_read),
		cmocka_unit_test(flipped_bits_are_refused_or_read),
		cmocka_unit_test(firmware_sets_and_removes_properties_nodes_and_reservations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
