// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/cache.h"

#include <stdlib.h>
#include <string.h>

struct cache_entry {
	struct cache_entry *chain;		/* same bucket */
	struct cache_entry *newer, *older;
	struct blob *blob;
	size_t cost;				/* its share of cache->bytes */
	char key[];
};

static struct cache_entry **bucket(struct cache *cache, const char *key)
{
	uint32_t hash = 2166136261u;	/* FNV-1a */

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 16777619u;
	return &cache->buckets[hash % CACHE_BUCKETS];
}

/* The place of the pointer to @key's entry, whether there is one or not. */
static struct cache_entry **slot(struct cache *cache, const char *key)
{
	struct cache_entry **p = bucket(cache, key);

	while (*p && strcmp((*p)->key, key))
		p = &(*p)->chain;
	return p;
}

static void unlink_use(struct cache *cache, struct cache_entry *entry)
{
	*(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
	*(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void link_newest(struct cache *cache, struct cache_entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	*(entry->older ? &entry->older->newer : &cache->oldest) = entry;
	cache->newest = entry;
}

static void drop(struct cache *cache, struct cache_entry **where)
{
	struct cache_entry *entry = *where;

	*where = entry->chain;
	unlink_use(cache, entry);
	cache->bytes -= entry->cost;
	cache->nr--;
	blob_put(entry->blob);
	free(entry);
}

static size_t cost(const struct cache_entry *entry)
{
	return sizeof(*entry) + strlen(entry->key) + blob_cost(entry->blob);
}

/* The newest stays, however large: it was just asked for. */
static void evict(struct cache *cache)
{
	struct cache_entry *entry = cache->oldest, *newer;

	for (; entry && entry != cache->newest; entry = newer) {
		newer = entry->newer;
		if (cache->bytes <= cache->max_bytes && cache->nr <= cache->max_nr)
			return;
		if (blob_state(entry->blob) == BLOB_PENDING)
			continue;
		drop(cache, slot(cache, entry->key));
		cache->evictions++;
	}
}

bool cache_drop_idle(struct cache *cache)
{
	struct cache_entry *entry = cache->oldest;

	while (entry && (blob_state(entry->blob) == BLOB_PENDING || entry->blob->refs > 1))
		entry = entry->newer;
	if (!entry)
		return false;
	drop(cache, slot(cache, entry->key));
	cache->evictions++;
	return true;
}

void cache_deinit(struct cache *cache)
{
	while (cache->newest)
		drop(cache, slot(cache, cache->newest->key));
}

const char *cache_next(const struct cache *cache, const char *key)
{
	const struct cache_entry *entry = key ? (*slot((struct cache *)cache, key))->older : cache->newest;

	return entry ? entry->key : NULL;
}

struct blob *cache_find(struct cache *cache, const char *key)
{
	struct cache_entry *entry = *slot(cache, key);

	if (!entry)
		return NULL;
	unlink_use(cache, entry);
	link_newest(cache, entry);
	return entry->blob;
}

bool cache_add(struct cache *cache, const char *key, struct blob *blob)
{
	size_t len = strlen(key) + 1;
	struct cache_entry *entry = calloc(1, sizeof(*entry) + len);
	struct cache_entry **where = bucket(cache, key);

	if (!entry)
		return false;
	memcpy(entry->key, key, len);
	entry->blob = blob_get(blob);
	entry->chain = *where;
	*where = entry;
	link_newest(cache, entry);
	entry->cost = blob_state(blob) == BLOB_PENDING ? 0 : cost(entry);
	cache->bytes += entry->cost;
	cache->nr++;
	evict(cache);
	return true;
}

void cache_settle(struct cache *cache, const char *key, const struct blob *blob, bool keep)
{
	struct cache_entry **where = slot(cache, key), *entry = *where;

	if (!entry || entry->blob != blob)
		return;
	if (!keep) {
		drop(cache, where);
		return;
	}
	cache->bytes -= entry->cost;
	entry->cost = cost(entry);
	cache->bytes += entry->cost;
	evict(cache);
}
