/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/fdt.h"

#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
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

/* libfdt 1.6.1 takes some of them for whole, and comes to no end on -12, which leads back to the property itself. */
static void lengths_that_wrap_are_refused_with_their_byte(void **state)
{
	static const int32_t lengths[] = { -1, -3, -4, -7, -8, -11, -12, -13, -16, -24, INT32_MAX, INT32_MAX - 11, INT32_MIN };
	int offset, next, nr = 0;

	(void)state;
	small_tree();
	for (offset = 0; offset >= 0; offset = next) {
		uint32_t tag = fdt_next_tag(blob, offset, &next);
		unsigned char *len = blob + fdt_off_dt_struct(blob) + offset + 4;
		fdt32_t more;

		if (tag == FDT_END)
			break;
		if (tag != FDT_PROP)
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
			fdt32_t be = cpu_to_fdt32((uint32_t)lengths[i]);

			memcpy(len, &be, 4);
			assert_int_equal(load(), -EINVAL);
			assert_int_equal(error.offset, len - 4 - blob);
			assert_int_equal(mm_tree_check(blob, blob_len, &error), -EINVAL);
			assert_null(mm_tree_property(blob, blob_len, "/", "#size-cells", &(size_t){ 0 }));
		}
		/* One byte more than the structure block has left, and no more than that. */
		more = cpu_to_fdt32((uint32_t)(fdt_size_dt_struct(blob) - (uint32_t)offset - 11));
		memcpy(len, &more, 4);
		assert_int_equal(load(), -EINVAL);
		assert_int_equal(error.offset, len - 4 - blob);
		small_tree();
		nr++;
	}
	assert_int_equal(nr, 6);
	assert_int_equal(load(), 0);
	/* The block reaches beyond the tree; a name has no end. */
	fdt_set_size_dt_struct(blob, fdt_totalsize(blob) - fdt_off_dt_struct(blob) + 4);
	assert_int_equal(load(), -EINVAL);
	assert_int_equal(error.offset, 36);
	small_tree();
	memset(blob + fdt_off_dt_struct(blob) + 4, 'x', fdt_size_dt_struct(blob) - 4);
	assert_int_equal(load(), -EINVAL);
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

/* -------------------------------------------------------------------- a blob, changed */

static unsigned char base_tree[1024], change[1024];

/* / { n = <7>; a: uart@0 { on = "y"; }; }, with a label if @label. */
static void make_base(bool label)
{
	fdt_create(base_tree, sizeof(base_tree));
	fdt_finish_reservemap(base_tree);
	fdt_begin_node(base_tree, "");
	fdt_property_cell(base_tree, "n", 7);
	fdt_begin_node(base_tree, "uart@0");
	fdt_property_cell(base_tree, "phandle", 1);
	fdt_property_string(base_tree, "on", "y");
	fdt_end_node(base_tree);
	if (label) {
		fdt_begin_node(base_tree, "__symbols__");
		fdt_property_string(base_tree, "a", "/uart@0");
		fdt_end_node(base_tree);
	}
	fdt_end_node(base_tree);
	fdt_finish(base_tree);
}

/* &LABEL { speed = <115200>; }; */
static void make_overlay_of(const char *label)
{
	fdt_create(change, sizeof(change));
	fdt_finish_reservemap(change);
	fdt_begin_node(change, "");
	fdt_begin_node(change, "fragment@0");
	fdt_property_cell(change, "target", 0xffffffff);
	fdt_begin_node(change, "__overlay__");
	fdt_property_cell(change, "speed", 115200);
	fdt_end_node(change);
	fdt_end_node(change);
	fdt_begin_node(change, "__fixups__");
	fdt_property_string(change, label, "/fragment@0:target:0");
	fdt_end_node(change);
	fdt_end_node(change);
	fdt_finish(change);
}

static void make_overlay(void)
{
	make_overlay_of("a");
}

static void an_overlay_changes_what_its_label_names(void **state)
{
	const fdt32_t *speed;
	size_t size = 0, len = 0;
	void *tree = NULL;

	(void)state;
	make_base(true);
	make_overlay();
	assert_int_equal(mm_overlay_apply(base_tree, fdt_totalsize(base_tree), change, fdt_totalsize(change), &tree, &size, &error), 0);
	speed = mm_tree_property(tree, size, "/uart@0", "speed", &len);
	assert_non_null(speed);
	assert_int_equal(len, 4);
	assert_int_equal(fdt32_to_cpu(*speed), 115200);
	/* No room is left over, and the blob that was given is as it was. */
	assert_int_equal(size, fdt_totalsize(tree));
	assert_true(size < fdt_totalsize(base_tree) + fdt_totalsize(change));
	assert_null(mm_tree_property(base_tree, fdt_totalsize(base_tree), "/uart@0", "speed", &len));
	free(tree);
}

static void an_overlay_that_does_not_fit_says_why(void **state)
{
	size_t size = 0;
	void *tree = NULL;

	(void)state;
	make_base(false);
	make_overlay();
	assert_int_equal(mm_overlay_apply(base_tree, fdt_totalsize(base_tree), change, fdt_totalsize(change), &tree, &size, &error), -EINVAL);
	assert_string_equal(error.where, "overlay");
	assert_string_equal(error.text, "does not fit this board's tree, which has no label 'a', nor any other: dtc -@ keeps them");
	assert_null(tree);
	make_base(true);
	make_overlay_of("b");
	assert_int_equal(mm_overlay_apply(base_tree, fdt_totalsize(base_tree), change, fdt_totalsize(change), &tree, &size, &error), -EINVAL);
	assert_string_equal(error.text, "does not fit this board's tree, which has no label 'b'");
	/* A board's tree in the place of an overlay would change nothing, and nobody would know. */
	assert_int_equal(mm_overlay_apply(base_tree, fdt_totalsize(base_tree), base_tree, fdt_totalsize(base_tree), &tree, &size, &error), -EINVAL);
	assert_string_equal(error.where, "overlay");
	assert_string_equal(error.text, "is no overlay: no node in it has an __overlay__ to apply");
	make_overlay();
	assert_int_equal(mm_overlay_apply(base_tree, fdt_totalsize(base_tree), change, 39, &tree, &size, &error), -EINVAL);
	assert_string_equal(error.where, "overlay");
	assert_int_equal(mm_overlay_apply(base_tree, 39, change, fdt_totalsize(change), &tree, &size, &error), -EINVAL);
	assert_string_equal(error.where, "device tree");
	assert_string_equal(error.text, "the device tree is 39 bytes long, shorter than its header (40)");
	/* A header that is whole, and a structure that is not. */
	memset(base_tree + fdt_off_dt_struct(base_tree), 0xff, 8);
	assert_int_equal(mm_overlay_apply(base_tree, fdt_totalsize(base_tree), change, fdt_totalsize(change), &tree, &size, &error), -EINVAL);
	assert_string_equal(error.text, "the device tree is broken: FDT_ERR_BADSTRUCTURE");
	assert_int_equal(error.offset, -1);
}

static void a_property_is_found_set_and_removed(void **state)
{
	unsigned char out[2048];
	size_t len = 99, size = sizeof(out), whole;

	(void)state;
	make_base(false);
	whole = fdt_totalsize(base_tree);
	assert_string_equal(mm_tree_property(base_tree, whole, "/uart@0", "on", &len), "y");
	assert_int_equal(len, 2);
	assert_null(mm_tree_property(base_tree, whole, "/uart@0", "off", &len));
	assert_null(mm_tree_property(base_tree, whole, "/uart@1", "on", &len));
	assert_null(mm_tree_property(base_tree, 39, "/uart@0", "on", &len));
	assert_int_equal(len, 2);
	assert_int_equal(mm_tree_with(base_tree, whole, "/uart@0", "on", "no", 3, out, &size), 0);
	assert_string_equal(mm_tree_property(out, size, "/uart@0", "on", &len), "no");
	assert_int_equal(size, fdt_totalsize(out));
	size = sizeof(out);
	assert_int_equal(mm_tree_with(base_tree, whole, "/uart@0", "on", NULL, 0, out, &size), 0);
	assert_null(mm_tree_property(out, size, "/uart@0", "on", &len));
	/* What is not there is as good as removed. */
	size = sizeof(out);
	assert_int_equal(mm_tree_with(base_tree, whole, "/uart@0", "off", NULL, 0, out, &size), 0);
	assert_string_equal(mm_tree_property(out, size, "/uart@0", "on", &len), "y");
	size = sizeof(out);
	assert_int_equal(mm_tree_with(base_tree, whole, "/none", "on", "y", 2, out, &size), -ENOENT);
	size = whole - 8;
	assert_int_equal(mm_tree_with(base_tree, whole, "/uart@0", "on", "y", 2, out, &size), -ENOSPC);
	/* Room for the tree, and not for more. */
	size = whole + 8;
	assert_int_equal(mm_tree_with(base_tree, whole, "/uart@0", "more", blob, 200, out, &size), -ENOSPC);
	size = sizeof(out);
	assert_int_equal(mm_tree_with(base_tree, 39, "/uart@0", "on", "y", 2, out, &size), -EINVAL);
	assert_int_equal(mm_tree_with(base_tree, whole, "/uart@0", "on", blob, FDT_MAX_BYTES + 1, out, &size), -EINVAL);
	size = (size_t)INT32_MAX + 1;
	assert_int_equal(mm_tree_with(base_tree, whole, "/uart@0", "on", "y", 2, out, &size), -ENOSPC);
}

/*
 *   /  - n0 - c0 - d0      300 nodes, each with a child and that with another; the k-th of them with k % 21 properties
 *      - n1 - c1 - d1      p0 = k << 8, p1 = (k << 8) + 1, ...: more of both than the arrays begin with
 */
static void large_trees_keep_every_node_and_property(void **state)
{
	struct arena arena = { 0 };
	int parent_of[4] = { -1 };
	char name[16];

	(void)state;
	fdt_create(blob, sizeof(blob));
	fdt_finish_reservemap(blob);
	fdt_begin_node(blob, "");
	for (unsigned k = 0; k < 900; k++) {
		snprintf(name, sizeof(name), "%c%u", "ncd"[k % 3], k / 3);
		fdt_begin_node(blob, name);
		for (unsigned i = 0; i < k % 21; i++) {
			snprintf(name, sizeof(name), "p%u", i);
			fdt_property_u32(blob, name, (k << 8) + i);
		}
		for (unsigned i = 0; k % 3 == 2 && i < 3; i++)
			fdt_end_node(blob);
	}
	fdt_end_node(blob);
	assert_int_equal(fdt_finish(blob), 0);
	assert_int_equal(dt_load(&fdt, &arena, blob, fdt_totalsize(blob), &error), 0);
	assert_int_equal(fdt.nr_nodes, 901);
	parent_of[1] = 0;
	for (int n = 1; n <= 900; n++) {
		const struct fdt_node *node = &fdt.nodes[n];
		unsigned k = (unsigned)n - 1, depth = k % 3 + 1;

		snprintf(name, sizeof(name), "%c%u", "ncd"[k % 3], k / 3);
		assert_string_equal(node->name, name);
		assert_int_equal(node->depth, depth);
		assert_int_equal(node->parent, parent_of[depth]);
		assert_int_equal(node->first_child, depth < 3 ? n + 1 : -1);
		assert_int_equal(node->next_sibling, depth == 1 && n + 3 <= 900 ? n + 3 : -1);
		assert_int_equal(node->nr_props, k % 21);
		for (unsigned i = 0; i < k % 21; i++) {
			uint64_t value = 0;

			snprintf(name, sizeof(name), "p%u", i);
			assert_true(dt_getprop_u64(&fdt, n, name, 1, &value));
			assert_int_equal(value, (k << 8) + i);
		}
		if (depth < 3)
			parent_of[depth + 1] = n;
	}
	assert_int_equal(fdt.nodes[0].first_child, 1);
	assert_int_equal(fdt.nodes[0].parent, -1);
	assert_int_equal(fdt.nodes[0].next_sibling, -1);
	arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_is_read_into_nodes_and_properties),
		cmocka_unit_test(old_versions_are_refused_before_libfdt_sees_them),
		cmocka_unit_test(lengths_that_wrap_are_refused_with_their_byte),
		cmocka_unit_test(an_alias_of_itself_is_only_a_property),
		cmocka_unit_test(unaligned_blocks_are_refused),
		cmocka_unit_test(two_hundred_thousand_nested_nodes_are_refused),
		cmocka_unit_test(sixty_five_thousand_memory_reservations_are_read),
		cmocka_unit_test(cells_that_cannot_describe_memory_are_refused),
		cmocka_unit_test(a_tree_cut_anywhere_is_refused),
		cmocka_unit_test(a_tree_that_says_it_is_cut_is_refused_or_read),
		cmocka_unit_test(flipped_bits_are_refused_or_read),
		cmocka_unit_test(an_overlay_changes_what_its_label_names),
		cmocka_unit_test(an_overlay_that_does_not_fit_says_why),
		cmocka_unit_test(large_trees_keep_every_node_and_property),
		cmocka_unit_test(a_property_is_found_set_and_removed),
		cmocka_unit_test(firmware_sets_and_removes_properties_nodes_and_reservations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
