/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answer.h - get an answer about a run, from the store or freshly made. */
#ifndef MMSCOPE_ANSWER_H
#define MMSCOPE_ANSWER_H

#include "daemon/serve/serve.h"

/*
 * The artifact @name of run @id.  WAITING: call again when asked to.  ANSWERED:
 * *@ret is ready (borrowed from the exchange), or NULL and the reply says why not.
 */
enum outcome answer_get(struct serve *serve, struct exchange *ex, const char *id, const char *name,
			struct blob **ret);

/* Start making an answer that @client (exchange.h) will want soon. */
void answer_prefetch(struct serve *serve, const char *client, const char *id, const char *name);

/* The same, but return a reference, possibly pending, for the caller to wait on; NULL: unknown run, or no memory. */
struct blob *answer_start(struct serve *serve, const char *client, const char *id, const char *name);

/* For struct runner_config. */
bool answer_make_room(void *ctx, struct blob *blob, size_t bytes);
void answer_settled(void *ctx, const char *id, const char *name, struct blob *blob, bool keep);

/* Complete the reply with an answer that never changes, validated by run and name. */
void answer_send(struct exchange *ex, const char *id, const char *name, const char *type,
		 struct blob *blob);
/* The same without the body, which has @size bytes before it is coded; false: the reply says why there is none. */
bool answer_tag(struct exchange *ex, const char *id, const char *name, size_t size);
/* Choose in which coding the body goes out; for an answer without a tag. */
bool answer_code(struct exchange *ex, const char *name, size_t size);

#endif
