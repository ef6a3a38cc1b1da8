/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store.h - what the server remembers of runs: their inputs, and answers given.
 *
 * Inputs (packed requests, which are small), recorded states and answers have separate caches, so that a large answer
 * never makes the server forget which runs exist.  The first to ask for an answer gets a pending blob and has to see
 * to it that it is filled; everybody else, then or later, gets the same blob.  All functions are thread-safe.
 */
#ifndef MMSCOPE_STORE_H
#define MMSCOPE_STORE_H

#include "daemon/base/blob.h"

struct store;

struct store_limits {
	size_t run_bytes, answer_bytes, state_bytes;
	size_t runs, answers, states;
	struct ceiling *ceiling;	/* shared with everything else that is held for clients; NULL: no limit */
};

struct store_numbers {
	size_t runs, run_bytes, answers, answer_bytes;
	uint64_t hits, misses, evictions;
};

struct store *store_new(const struct store_limits *limits);
void store_free(struct store *store);

/* A reference to the packed request of run @id; NULL: unknown. */
struct blob *store_run(struct store *store, const char *id);
/* Remember run @id; takes over @packed.  1: it is new; 0: it was known; -ENOMEM. */
int store_add_run(struct store *store, const char *id, struct bytes *packed);

/* The same for a recorded state, identified by the hash of its bytes. */
struct blob *store_state(struct store *store, const char *hash);
int store_add_state(struct store *store, const char *hash, struct bytes *state);

/* A reference to answer @name of run @id.  *@fresh: nobody has asked before, so it is pending and the caller must see
 * to it that it gets settled.  @indexed: it has records.  NULL without memory. */
struct blob *store_answer(struct store *store, const char *id, const char *name, bool indexed,
			  bool *fresh);
/* The same, but NULL if nobody has asked before. */
struct blob *store_find_answer(struct store *store, const char *id, const char *name);
/* Must be called once @blob is settled.  @keep: hand it to later askers as well; false, for a failure: let them try
 * again. */
void store_settled(struct store *store, const char *id, const char *name,
		   const struct blob *blob, bool keep);

/* Charge @bytes to @blob (blob_charge()), evicting answers that nobody is reading.  False: even so there is no room. */
bool store_make_room(struct store *store, struct blob *blob, size_t bytes);

void store_count(struct store *store, struct store_numbers *ret);

#endif
