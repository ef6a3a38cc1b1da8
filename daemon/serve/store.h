/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store.h - what is known about runs: their inputs and the answers given.
 *
 * Inputs (packed requests, small), recorded states and answers live in caches of
 * their own, so that a large answer never makes the server forget which runs exist.  Whoever asks
 * for an answer that nobody has asked for yet gets a pending blob to have
 * filled; everyone else, at the same moment or later, gets the same blob.
 * Safe to call from any thread.
 */
#ifndef MMSCOPE_STORE_H
#define MMSCOPE_STORE_H

#include "daemon/base/blob.h"

struct store;

struct store_limits {
	size_t run_bytes, answer_bytes, state_bytes;
	size_t runs, answers, states;
	struct ceiling *ceiling;	/* of all answers, runs and whatever else takes from it; NULL: none */
};

struct store_numbers {
	size_t runs, run_bytes, answers, answer_bytes;
	uint64_t hits, misses, evictions;
};

struct store *store_new(const struct store_limits *limits);
void store_free(struct store *store);

/* The packed request of run @id with a reference, or NULL. */
struct blob *store_run(struct store *store, const char *id);
/* Remember run @id; takes what @packed holds.  1: new, 0: known, -ENOMEM. */
int store_add_run(struct store *store, const char *id, struct bytes *packed);

/* The same for a recorded state, which is named by the hash of its bytes. */
struct blob *store_state(struct store *store, const char *hash);
int store_add_state(struct store *store, const char *hash, struct bytes *state);

/* The answer @name of run @id, with a reference.  *@fresh: it is pending, and the caller has to make sure that it
 * gets settled.  NULL without memory. */
struct blob *store_answer(struct store *store, const char *id, const char *name, bool indexed,
			  bool *fresh);
/* The same, but only if somebody asked before; NULL otherwise. */
struct blob *store_find_answer(struct store *store, const char *id, const char *name);
/* To be called when @blob is settled.  @keep: give it to whoever asks the same question again. */
void store_settled(struct store *store, const char *id, const char *name,
		   const struct blob *blob, bool keep);

/* Charge @blob with @bytes (blob_charge()); answers that nobody is reading give way.  False: there is no room for it
 * beside those that are being read. */
bool store_make_room(struct store *store, struct blob *blob, size_t bytes);

void store_count(struct store *store, struct store_numbers *ret);

#endif
