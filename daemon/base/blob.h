/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * blob.h - an answer: first it is being made, then it never changes.
 *
 * A blob is made pending by whoever asks first and filled by one writer.  Once
 * it is settled its bytes (or the reason why there are none) are read by any
 * number of threads without a lock, each holding a reference; the last one to
 * let go frees it.
 */
#ifndef MMSCOPE_BLOB_H
#define MMSCOPE_BLOB_H

#include "daemon/base/bytes.h"
#include "daemon/base/ceiling.h"
#include "daemon/base/event_index.h"
#include "mmcore/mm.h"

#include <stdatomic.h>

enum blob_state { BLOB_PENDING, BLOB_READY, BLOB_FAILED };

/* Why there are no bytes: a negative errno as request.h has them, or, where the
 * server itself could not go on, one of problem.h's codes; and the sentence. */
struct blob_failure {
	int err;
	const char *code;		/* NULL: see err */
	unsigned int retry_seconds;	/* when it may help to ask again; 0: unknown */
	struct mm_error error;
};

struct blob {
	_Atomic unsigned int refs;
	_Atomic int state;
	bool indexed;			/* lines are events, and `index` finds them */
	struct bytes bytes;
	struct event_index index;
	struct blob_failure failure;
	struct ceiling *ceiling;	/* where its bytes were charged, and are given back when it goes; NULL: nowhere */
	size_t charged;
};

/* Pending, with one reference; NULL without memory. */
struct blob *blob_new(bool indexed);
/* Ready, with one reference; takes what @bytes holds, also on failure. */
struct blob *blob_of(struct bytes *bytes);
struct blob *blob_get(struct blob *blob);
/* NULL is fine. */
void blob_put(struct blob *blob);

static inline enum blob_state blob_state(const struct blob *blob)
{
	return (enum blob_state)atomic_load_explicit(&blob->state, memory_order_acquire);
}

/* For the writer: settle it. */
void blob_ready(struct blob *blob);
void blob_fail(struct blob *blob, const struct blob_failure *failure);

/* Its bytes will come to @bytes altogether: charge @ceiling for them, for as long as anybody holds the blob.  False:
 * there is no room, and the charge stays what it was.  For the writer, before others read. */
bool blob_charge(struct blob *blob, struct ceiling *ceiling, size_t bytes);

/* What it costs to keep. */
size_t blob_cost(const struct blob *blob);

#endif
