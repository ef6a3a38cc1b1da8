// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/encode_freelists.h"

#include "daemon/answers/table_read.h"
#include "daemon/base/encode_object.h"
#include "daemon/base/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Blocks that a list of free blocks spells out. */
#define FREELISTS_MAX_BLOCKS 4000000

struct freelists {
	struct bytes *out;
	const struct mm_state *state;
	uint64_t blocks;	/* spelled out so far */
};

static void put_pfns(struct freelists *fl, const struct mm_list *runs)
{
	bool more = false;

	bytes_putc(fl->out, '[');
	for (size_t i = 0; runs && i + 2 < runs->nr; i += 3) {
		fl->blocks += (uint64_t)runs->v[i + 1];
		for (int64_t n = 0; n < runs->v[i + 1] && fl->blocks <= FREELISTS_MAX_BLOCKS; n++) {
			if (more)
				bytes_putc(fl->out, ',');
			bytes_num(fl->out, runs->v[i] + n * runs->v[i + 2]);
			more = true;
		}
	}
	bytes_putc(fl->out, ']');
}

static void put_free(struct freelists *fl, int64_t node, const char *zone)
{
	bool more = false;

	bytes_putc(fl->out, '[');
	for (size_t i = 0; i < mm_state_nr_rows(fl->state, MM_FREELISTS); i++) {
		struct table_row row = table_row(fl->state, MM_FREELISTS, i);
		struct encode_object object;
		const char *type = row_text(row, "type");

		if (row_num(row, "node") != node || strcmp(row_text(row, "zone"), zone) ||
		    !row_list(row, "runs") || !row_list(row, "runs")->nr)
			continue;
		if (more)
			bytes_putc(fl->out, ',');
		more = true;
		object = encode_open(fl->out);
		encode_num(&object, "order", row_num(row, "order"));
		bytes_printf(encode_key(&object, "migratetype"), "\"%s%s\"",
			     strncmp(type, "MIGRATE_", 8) ? "MIGRATE_" : "", type);
		encode_key(&object, "pfns");
		put_pfns(fl, row_list(row, "runs"));
		encode_close(&object);
	}
	bytes_putc(fl->out, ']');
}

static void put_zone(struct freelists *fl, struct table_row zone)
{
	struct encode_object object = encode_open(fl->out);

	encode_text(&object, "name", row_text(zone, "zone"));
	encode_num(&object, "zone_start_pfn", row_num(zone, "start_pfn"));
	encode_num(&object, "spanned", row_num(zone, "spanned"));
	encode_num(&object, "present", row_num(zone, "present"));
	encode_num(&object, "managed", row_num(zone, "managed"));
	encode_key(&object, "free");
	put_free(fl, row_num(zone, "node"), row_text(zone, "zone"));
	encode_close(&object);
}

/* A node's zones up to the last that has pages (pgdat->nr_zones). */
static void put_zones(struct freelists *fl, int64_t node)
{
	size_t nr = mm_state_nr_rows(fl->state, MM_ZONES), end = 0;
	bool more = false;

	for (size_t i = 0; i < nr; i++) {
		struct table_row zone = table_row(fl->state, MM_ZONES, i);

		if (row_num(zone, "node") == node && row_num(zone, "present"))
			end = i + 1;
	}
	bytes_putc(fl->out, '[');
	for (size_t i = 0; i < end; i++) {
		struct table_row zone = table_row(fl->state, MM_ZONES, i);

		if (row_num(zone, "node") != node)
			continue;
		if (more)
			bytes_putc(fl->out, ',');
		more = true;
		put_zone(fl, zone);
	}
	bytes_putc(fl->out, ']');
}

static void put_zoneref(struct freelists *fl, struct table_row ref)
{
	struct encode_object object = encode_open(fl->out);

	encode_num(&object, "node", row_num(ref, "zone_node"));
	encode_text(&object, "zone", row_text(ref, "zone"));
	encode_num(&object, "zone_idx", row_num(ref, "zone_index"));
	encode_close(&object);
}

/* Lists follow each other; each ends with a reference to no zone. */
static void put_zonelists(struct freelists *fl, int64_t node)
{
	const char *list = NULL;
	bool more = false;

	bytes_putc(fl->out, '[');
	for (size_t i = 0; i < mm_state_nr_rows(fl->state, MM_ZONELISTS); i++) {
		struct table_row ref = table_row(fl->state, MM_ZONELISTS, i);

		if (row_num(ref, "node") != node)
			continue;
		if (!list || strcmp(list, row_text(ref, "list"))) {
			bytes_puts(fl->out, list ? "],[" : "[");
			list = row_text(ref, "list");
			more = false;
		}
		if (!*row_text(ref, "zone"))
			continue;
		if (more)
			bytes_putc(fl->out, ',');
		more = true;
		put_zoneref(fl, ref);
	}
	bytes_puts(fl->out, list ? "]]" : "]");
}

static void put_node(struct freelists *fl, struct table_row node)
{
	struct encode_object object = encode_open(fl->out);
	int64_t nid = row_num(node, "key");

	encode_num(&object, "nid", nid);
	encode_num(&object, "start_pfn", row_num(node, "start_pfn"));
	encode_num(&object, "spanned", row_num(node, "spanned"));
	encode_num(&object, "present", row_num(node, "present"));
	encode_key(&object, "zones");
	put_zones(fl, nid);
	encode_key(&object, "zonelists");
	put_zonelists(fl, nid);
	encode_close(&object);
}

/* The kernel's list of caches starts with the newest. */
static void put_caches(struct freelists *fl)
{
	static const char *const numbers[] = { "size", "object_size", "align", "order", "objects" };
	bool more = false;

	bytes_putc(fl->out, '[');
	for (size_t i = mm_state_nr_rows(fl->state, MM_SLABS); i--;) {
		struct table_row cache = table_row(fl->state, MM_SLABS, i);
		struct encode_object object;

		/* SLOB's lists of pages are no caches. */
		if (!strcmp(row_text(cache, "state"), "list"))
			continue;
		if (more)
			bytes_putc(fl->out, ',');
		more = true;
		object = encode_open(fl->out);
		encode_text(&object, "name", row_text(cache, "key"));
		for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
			encode_num(&object, numbers[k], row_num(cache, numbers[k]));
		encode_close(&object);
	}
	bytes_putc(fl->out, ']');
}

static void put_stop(struct freelists *fl, const char *at)
{
	struct encode_object object = encode_open(fl->out);

	encode_text(&object, "at", at);
	bytes_putc(encode_key(&object, "nodes"), '[');
	for (size_t i = 0; i < mm_state_nr_rows(fl->state, MM_NODES); i++) {
		if (i)
			bytes_putc(fl->out, ',');
		put_node(fl, table_row(fl->state, MM_NODES, i));
	}
	bytes_putc(fl->out, ']');
	encode_key(&object, "slab_caches");
	put_caches(fl);
	encode_close(&object);
}

int encode_freelists(struct bytes *out, const struct mm *mm, struct mm_error *error)
{
	static const char *const stops[] = { "kmem_cache_init", "vmalloc_init" };
	struct freelists fl = { .out = out };
	bool more = false;

	bytes_putc(out, '[');
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		int step = mm_find_step(mm, stops[i]);
		struct mm_state *state;

		/* A boot that panicked before has no such stop. */
		if (step < 0)
			continue;
		if (mm_state_at(mm, mm_step(mm, (size_t)step)->first_seq, &state))
			return fail(error, -ENOMEM, NULL, "no memory for the tables");
		fl.state = state;
		if (more)
			bytes_putc(out, ',');
		more = true;
		put_stop(&fl, stops[i]);
		mm_state_free(state);
		if (fl.blocks > FREELISTS_MAX_BLOCKS)
			return fail(error, -EFBIG, "freelists", "there are more than %d free blocks to list",
				    FREELISTS_MAX_BLOCKS);
	}
	bytes_puts(out, "]\n");
	return 0;
}
