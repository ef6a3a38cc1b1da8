// SPDX-License-Identifier: GPL-2.0-or-later
/* A bzip2 stream unpacked from both ends: what comes out is what went in, or the plain way is taken. */
#include "daemon/image/bzip2.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

/* Enough for a dozen blocks of 100 kB that hardly pack. */
#define LEN	(1200u << 10)
#define MAGIC	"\x31\x41\x59\x26\x53\x59"

struct made {
	uint8_t content[LEN], file[2 * LEN];
	struct span packed;
	void *shared;
	struct pool pool;
};

static void pack(struct made *m)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	size_t used = 0;

	archive_write_add_filter_bzip2(archive);
	assert_int_equal(archive_write_set_filter_option(archive, "bzip2", "compression-level", "1"), ARCHIVE_OK);
	archive_write_set_format_raw(archive);
	archive_write_set_bytes_per_block(archive, 0);
	assert_int_equal(archive_write_open_memory(archive, m->file, sizeof(m->file), &used), ARCHIVE_OK);
	archive_entry_set_filetype(entry, AE_IFREG);
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(archive, m->content, LEN), LEN);
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_entry_free(entry);
	archive_write_free(archive);
	m->packed = (struct span){ m->file, used };
}

static int make(void **state)
{
	struct made *m = calloc(1, sizeof(*m));
	uint32_t lot = 9;

	for (size_t i = 0; i < LEN; i++) {
		lot = lot * 1664525 + 1013904223;
		m->content[i] = (uint8_t)(lot >> 24);
	}
	/* What looks like a block in the content does not in the file; long runs are packed before all else. */
	memcpy(m->content + 5000, MAGIC, 6);
	memset(m->content + 300000, 'x', 50000);
	pack(m);
	m->pool.limit = 1u << 30;
	m->shared = mmap(NULL, bzip2_shared(m->packed), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_true(m->shared != MAP_FAILED);
	*state = m;
	return 0;
}

static int unmake(void **state)
{
	struct made *m = *state;

	munmap(m->shared, bzip2_shared((struct span){ (const uint8_t *)"BZh9", 1u << 30 }));
	pool_deinit(&m->pool);
	free(m);
	return 0;
}

static bool opens(struct made *m)
{
	struct span image = { 0 };

	return bzip2_open(m->packed, m->shared, &m->pool, &image) && image.len == LEN && !memcmp(image.at, m->content, LEN);
}

/* The first words of what is shared: bits done at the front, then how many blocks the mate has, then these. */
struct leaves {
	uint64_t front;
	uint32_t nr, pad;
	struct { uint64_t begin, end, at, len; } block[16];
};

static void one_alone_unpacks_all(void **state)
{
	assert_true(opens(*state));
}

static void the_mate_has_all_blocks_but_those_in_front(void **state)
{
	struct made *m = *state;
	const struct leaves *leaves = m->shared;
	size_t len = 0;

	bzip2_help(m->packed, m->shared);
	assert_in_range(leaves->nr, 11, 14);
	for (uint32_t i = 0; i < leaves->nr; i++) {
		assert_true(leaves->block[i].begin < leaves->block[i].end);
		assert_int_equal(leaves->block[i].at, len);
		if (i)
			assert_int_equal(leaves->block[i].end, leaves->block[i - 1].begin);
		len += leaves->block[i].len;
	}
	/* The very first block is at bit 32. */
	assert_int_equal(leaves->block[leaves->nr - 1].begin, 32);
	assert_int_equal(len, LEN);
	assert_true(opens(m));
	/* It is the mate's content that was taken, not unpacked once more. */
	memset((uint8_t *)m->shared + bzip2_shared(m->packed) - (192u << 20), 0, 1000);
	assert_false(opens(m));
}

static void the_mate_stops_where_the_other_is(void **state)
{
	struct made *m = *state;
	struct leaves *leaves = m->shared;

	leaves->front = 4 * (uint64_t)m->packed.len;	/* bits: the middle */
	bzip2_help(m->packed, m->shared);
	assert_in_range(leaves->nr, 5, 8);
	assert_true(leaves->block[leaves->nr - 1].begin > leaves->front);
	assert_true(opens(m));
}

/* One that was taken over can say what it likes of places and lengths. */
static void lies_of_the_mate_lead_nowhere(void **state)
{
	struct made *m = *state;
	struct leaves *leaves = m->shared;
	const struct { uint64_t begin, end, at, len; } lies[] = {
		{ 32, 0, 0, 1 }, { 32, UINT64_MAX, 0, 1 }, { 32, 1u << 20, 0, UINT64_MAX }, { 32, 1u << 20, UINT64_MAX, 2 },
		{ 32, 33, 0, 192u << 20 }, { 32, 8 * (uint64_t)m->packed.len, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		leaves->nr = i % 2 ? UINT32_MAX : 1;
		memcpy(&leaves->block[0], &lies[i], sizeof(lies[i]));
		/* The content is right, or the plain way is taken; nothing outside of the memory is touched. */
		opens(m);
		pool_deinit(&m->pool);
	}
	leaves->nr = 1;
	memcpy(&leaves->block[0], &lies[0], sizeof(lies[0]));
	assert_true(opens(m));
}

/* Each leads to the plain way, which tells where a stream is damaged. */
static void what_is_no_whole_stream_is_given_up(void **state)
{
	struct made *m = *state;
	size_t len = m->packed.len;

	for (int helped = 0; helped < 2; helped++) {
		const struct { size_t at; uint8_t change; } damage[] = {
			{ 10, 1 }, { len / 2, 0x40 }, { len - 3, 1 }, { len - 9, 0x10 }, { len / 3, 0xff },
		};

		for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
			m->file[damage[i].at] ^= damage[i].change;
			memset(m->shared, 0, 1u << 16);
			if (helped)
				bzip2_help(m->packed, m->shared);
			assert_false(opens(m));
			m->file[damage[i].at] ^= damage[i].change;
			pool_deinit(&m->pool);
		}
	}
	memset(m->shared, 0, 1u << 16);
	m->packed.len = len - 1;
	bzip2_help(m->packed, m->shared);
	assert_false(opens(m));
	m->packed.len = len + 1;
	assert_false(opens(m));
	m->packed.len = len;
	/* The number of a block within a block. */
	memcpy(m->file + len / 2, MAGIC, 6);
	bzip2_help(m->packed, m->shared);
	assert_false(opens(m));
}

static void a_short_or_other_file_has_no_mate(void **state)
{
	struct made *m = *state;

	assert_int_equal(bzip2_shared((struct span){ m->file, 1000 }), 0);
	assert_int_equal(bzip2_shared((struct span){ m->content, LEN }), 0);
	assert_true(bzip2_shared(m->packed) > 192u << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_alone_unpacks_all, make, unmake),
		cmocka_unit_test_setup_teardown(the_mate_has_all_blocks_but_those_in_front, make, unmake),
		cmocka_unit_test_setup_teardown(the_mate_stops_where_the_other_is, make, unmake),
		cmocka_unit_test_setup_teardown(lies_of_the_mate_lead_nowhere, make, unmake),
		cmocka_unit_test_setup_teardown(what_is_no_whole_stream_is_given_up, make, unmake),
		cmocka_unit_test_setup_teardown(a_short_or_other_file_has_no_mate, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
