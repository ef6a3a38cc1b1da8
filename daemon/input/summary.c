// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/summary.h"
#include "daemon/base/cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* Some kilobytes for a machine of many nodes, less than one for most. */
#define SUMMARIES_MAX_BYTES	(4 << 20)
#define SUMMARIES_MAX_NR	10000

struct summaries {
	pthread_mutex_t lock;
	struct cache cache;
};

struct summaries *summaries_new(void)
{
	struct summaries *summaries = calloc(1, sizeof(*summaries));

	if (!summaries)
		return NULL;
	pthread_mutex_init(&summaries->lock, NULL);
	summaries->cache.max_bytes = SUMMARIES_MAX_BYTES;
	summaries->cache.max_nr = SUMMARIES_MAX_NR;
	return summaries;
}

void summaries_free(struct summaries *summaries)
{
	if (!summaries)
		return;
	cache_deinit(&summaries->cache);
	pthread_mutex_destroy(&summaries->lock);
	free(summaries);
}

/* [{"base":"0x..","size":"0x..","node":0},..] */
static void put_banks(struct bytes *out, const struct mm_bank *banks, size_t nr)
{
	bytes_putc(out, '[');
	for (size_t i = 0; i < nr; i++) {
		struct encode_object bank;

		if (i)
			bytes_putc(out, ',');
		bank = encode_open(out);
		encode_hex(&bank, "base", banks[i].base);
		encode_hex(&bank, "size", banks[i].size);
		encode_num(&bank, "node", banks[i].node);
		encode_close(&bank);
	}
	bytes_putc(out, ']');
}

int summary_put(struct encode_object *object, const struct bytes *dtb)
{
	static const struct mm_board_summary none;
	struct mm_board_summary *summary = NULL;
	const struct mm_board_summary *s;
	struct mm_error error;
	int err = mm_board_summary(bytes_text(dtb), dtb->len, &summary, &error);

	s = err ? &none : summary;
	put_banks(encode_key(object, "banks"), s->banks, s->nr_banks);
	put_banks(encode_key(object, "reserved"), s->reserved, s->nr_reserved);
	encode_num(object, "cpus", s->nr_cpus);
	encode_num(object, "nodes", s->nr_nodes);
	mm_board_summary_free(summary);
	return err == -ENOMEM ? err : 0;
}

bool summaries_find(struct summaries *summaries, const char *stamp, struct encode_object *object)
{
	struct blob *blob = NULL;

	if (!summaries)
		return false;
	pthread_mutex_lock(&summaries->lock);
	blob = cache_find(&summaries->cache, stamp);
	if (blob)
		blob_get(blob);
	pthread_mutex_unlock(&summaries->lock);
	if (!blob)
		return false;
	encode_members(object, &blob->bytes);
	blob_put(blob);
	return true;
}

/* Without memory to keep it, or where another thread was faster, it is not kept. */
static void keep(struct summaries *summaries, const char *stamp, struct bytes *members)
{
	struct blob *blob = blob_of(members);

	if (!blob)
		return;
	pthread_mutex_lock(&summaries->lock);
	if (!cache_find(&summaries->cache, stamp))
		cache_add(&summaries->cache, stamp, blob);
	pthread_mutex_unlock(&summaries->lock);
	blob_put(blob);
}

int summaries_put(struct summaries *summaries, const char *stamp, const struct bytes *dtb, struct encode_object *object)
{
	struct bytes members = { 0 };
	struct encode_object apart = { .out = &members };
	int err = summary_put(&apart, dtb);

	if (members.failed)
		err = -ENOMEM;
	encode_members(object, &members);
	if (!err && summaries)
		keep(summaries, stamp, &members);
	bytes_deinit(&members);
	return err;
}
