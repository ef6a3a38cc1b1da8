// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/serve/store.h"

#include "daemon/base/cache.h"
#include "daemon/serve/name.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct store {
	pthread_mutex_t lock;
	struct cache runs, states, answers;
	struct ceiling *ceiling;
	uint64_t hits, misses;
};

/* Holds a run's id and an answer's name without truncation, which could make two keys equal. */
#define KEY_SIZE	(NAME_MAX_ANSWER + 128)

static void make_key(char key[KEY_SIZE], const char *id, const char *name)
{
	TEXT_JOIN(key, KEY_SIZE, id, "/", name);
}

struct store *store_new(const struct store_limits *limits)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return NULL;
	pthread_mutex_init(&store->lock, NULL);
	store->runs.max_bytes = limits->run_bytes;
	store->runs.max_nr = limits->runs;
	store->states.max_bytes = limits->state_bytes;
	store->states.max_nr = limits->states;
	store->answers.max_bytes = limits->answer_bytes;
	store->answers.max_nr = limits->answers;
	store->ceiling = limits->ceiling;
	return store;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	cache_deinit(&store->runs);
	cache_deinit(&store->states);
	cache_deinit(&store->answers);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

static struct blob *get(struct blob *blob)
{
	return blob ? blob_get(blob) : NULL;
}

static struct blob *find(struct store *store, struct cache *cache, const char *key)
{
	struct blob *blob;

	pthread_mutex_lock(&store->lock);
	blob = get(cache_find(cache, key));
	pthread_mutex_unlock(&store->lock);
	return blob;
}

/* Called with the lock held. */
static bool make_room(struct store *store, struct blob *blob, size_t bytes)
{
	while (!blob_charge(blob, store->ceiling, bytes))
		if (!cache_drop_idle(&store->answers))
			return false;
	return true;
}

bool store_make_room(struct store *store, struct blob *blob, size_t bytes)
{
	bool ret;

	pthread_mutex_lock(&store->lock);
	ret = make_room(store, blob, bytes);
	pthread_mutex_unlock(&store->lock);
	if (!ret && store->ceiling)
		store->ceiling->refused++;
	return ret;
}

static int add(struct store *store, struct cache *cache, const char *key, struct bytes *bytes)
{
	struct blob *blob = blob_of(bytes);
	int ret = -ENOMEM;

	if (!blob)
		return ret;
	pthread_mutex_lock(&store->lock);
	if (cache_find(cache, key))
		ret = 0;
	else if (make_room(store, blob, blob_cost(blob)) && cache_add(cache, key, blob))
		ret = 1;
	pthread_mutex_unlock(&store->lock);
	blob_put(blob);
	return ret;
}

struct blob *store_run(struct store *store, const char *id)
{
	return find(store, &store->runs, id);
}

int store_add_run(struct store *store, const char *id, struct bytes *packed)
{
	return add(store, &store->runs, id, packed);
}

struct blob *store_state(struct store *store, const char *hash)
{
	return find(store, &store->states, hash);
}

int store_add_state(struct store *store, const char *hash, struct bytes *state)
{
	return add(store, &store->states, hash, state);
}

/* Also touches the run itself, lest the cache drop the inputs of a run whose answers are in use. */
static struct blob *find_answer(struct store *store, const char *id, const char *key)
{
	cache_find(&store->runs, id);
	return get(cache_find(&store->answers, key));
}

struct blob *store_find_answer(struct store *store, const char *id, const char *name)
{
	char key[KEY_SIZE];
	struct blob *blob;

	make_key(key, id, name);
	pthread_mutex_lock(&store->lock);
	blob = find_answer(store, id, key);
	store->hits += blob != NULL;
	pthread_mutex_unlock(&store->lock);
	return blob;
}

struct blob *store_answer(struct store *store, const char *id, const char *name, bool indexed,
			  bool *fresh)
{
	char key[KEY_SIZE];
	struct blob *blob;

	make_key(key, id, name);
	pthread_mutex_lock(&store->lock);
	blob = find_answer(store, id, key);
	*fresh = !blob;
	if (blob) {
		store->hits++;
	} else {
		store->misses++;
		blob = blob_new(indexed);
		if (blob && !cache_add(&store->answers, key, blob)) {
			blob_put(blob);
			blob = NULL;
		}
	}
	pthread_mutex_unlock(&store->lock);
	return blob;
}

void store_settled(struct store *store, const char *id, const char *name,
		   const struct blob *blob, bool keep)
{
	char key[KEY_SIZE];

	make_key(key, id, name);
	pthread_mutex_lock(&store->lock);
	cache_settle(&store->answers, key, blob, keep);
	pthread_mutex_unlock(&store->lock);
}

void store_count(struct store *store, struct store_numbers *ret)
{
	pthread_mutex_lock(&store->lock);
	*ret = (struct store_numbers){
		.runs = store->runs.nr,
		.run_bytes = store->runs.bytes,
		.answers = store->answers.nr,
		.answer_bytes = store->answers.bytes,
		.hits = store->hits,
		.misses = store->misses,
		.evictions = store->runs.evictions + store->states.evictions + store->answers.evictions,
	};
	pthread_mutex_unlock(&store->lock);
}
