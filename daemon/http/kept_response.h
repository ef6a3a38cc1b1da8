/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kept_response.h - a small cache of ready-made MHD_Responses for immutable answers.
 *
 * The library makes three allocations per response header, which for a small answer is most of the work.  So each
 * thread keeps the responses it sent last.  Being per thread, they need no lock.
 *
 * Only X-Request-Id differs between requests, and is replaced in the shared response each time.  That is safe because
 * the library (0.9.75 to 1.0) renders a reply's head while it is being queued, before it calls us again in the same
 * thread.
 */
#ifndef MMSCOPE_KEPT_RESPONSE_H
#define MMSCOPE_KEPT_RESPONSE_H

#include "daemon/http/reply.h"

struct MHD_Response;
/* The cache of one thread. */
struct kept_responses;

/* NULL without memory. */
struct kept_responses *kept_responses_new(void);
/* A pthread_key_create() destructor.  Responses still being sent live on by the library's own reference.  NULL is
 * fine. */
void kept_responses_free(void *kept);

/* Can this reply be kept?  Only a 200 whose body is a whole blob, and a small one. */
bool kept_response_fits(const struct reply *reply);
/* The response kept for an identical reply, now carrying @id.  It stays the cache's: do not destroy it.  NULL: none. */
struct MHD_Response *kept_response_find(struct kept_responses *kept, const struct reply *reply, const char *id);
/* Keeps @response, which carries @reply's headers and @id, and takes ownership of it.  It points into the reply's
 * blob without a reference; the cache holds one. */
void kept_response_add(struct kept_responses *kept, const struct reply *reply, struct MHD_Response *response, const char *id);

#endif
