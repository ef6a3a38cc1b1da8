/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache.h - blobs by name, the least recently used dropped first.
 *
 * Bounded by the bytes and the number of what it holds.  Pending blobs are
 * never dropped, so that a second asker always finds the first one's.  Dropping
 * only lets go of the cache's reference: readers keep theirs.  No locks here;
 * store.c has the one.
 */
#ifndef MMSCOPE_CACHE_H
#define MMSCOPE_CACHE_H

#include "daemon/base/blob.h"

#define CACHE_BUCKETS	1024

struct cache_entry;

struct cache {
	struct cache_entry *buckets[CACHE_BUCKETS];
	struct cache_entry *newest, *oldest;
	size_t bytes, nr;
	size_t max_bytes, max_nr;
	uint64_t evictions;
};

/* Drop the least recently used answer that is complete and that nobody else holds; false: there is none. */
bool cache_drop_idle(struct cache *cache);
void cache_deinit(struct cache *cache);
/* The blob of that name, now the most recently used, or NULL.  Borrowed. */
struct blob *cache_find(struct cache *cache, const char *key);
/* The name used last, or (@key, which must be there) the one used before @key; NULL: none. */
const char *cache_next(const struct cache *cache, const char *key);
/* Takes its own reference.  False without memory; @key must not be there. */
bool cache_add(struct cache *cache, const char *key, struct blob *blob);
/* A blob that was pending when it was added is settled: count what it costs, or forget it (provided that @key still
 * names this one). */
void cache_settle(struct cache *cache, const char *key, const struct blob *blob, bool keep);

#endif
