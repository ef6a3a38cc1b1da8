/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answer.h - get an answer about a run: from the store, or else from a worker. */
#ifndef MMSCOPE_ANSWER_H
#define MMSCOPE_ANSWER_H

#include "daemon/serve/serve.h"

/*
 * The artifact @name of run @id.  WAITING: call again once ex->wait is settled.  ANSWERED: *@ret is the settled blob,
 * borrowed from the exchange; or it is NULL, and the reply says why.
 */
enum outcome answer_get(struct serve *serve, struct exchange *ex, const char *id, const char *name,
			struct blob **ret);

/* Start making an answer that @client (an address, see exchange.h) is going to want. */
void answer_prefetch(struct serve *serve, const char *client, const char *id, const char *name);

/* The same, but returns a reference to the blob, which may be pending.  NULL: unknown run, or no memory. */
struct blob *answer_start(struct serve *serve, const char *client, const char *id, const char *name);

/* A callback for struct runner_config: make room for @bytes more of @blob, or return false. */
bool answer_make_room(void *ctx, struct blob *blob, size_t bytes);
void answer_settled(void *ctx, const char *id, const char *name, struct blob *blob, bool keep);

/* Complete the reply with an immutable answer, whose ETag is made from run and name. */
void answer_send(struct exchange *ex, const char *id, const char *name, const char *type,
		 struct blob *blob);
/* The same up to the body, which has @size bytes before coding.  False: there is to be no body, and the reply is
 * complete. */
bool answer_tag(struct exchange *ex, const char *id, const char *name, size_t size);
/* For an answer without an ETag: choose the content coding.  False: none is acceptable, and the reply says so. */
bool answer_code(struct exchange *ex, const char *name, size_t size);

#endif
