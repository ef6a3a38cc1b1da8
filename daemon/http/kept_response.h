/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kept_response.h - small answers that do not change, dressed once for who asks for them again.
 *
 * The library allocates three times for each header of a response: for a small answer that is more work than
 * everything else that we do.  So each thread keeps the responses that it sent last, and nothing has to be locked.
 *
 * The request's id is the one header that differs.  It is put in for each request, which is right because the library
 * (0.9.75 to 1.0) writes a reply's head as soon as it was queued, before it calls us again in the same thread.
 */
#ifndef MMSCOPE_KEPT_RESPONSE_H
#define MMSCOPE_KEPT_RESPONSE_H

#include "daemon/http/reply.h"

struct MHD_Response;
/* Those of one thread. */
struct kept_responses;

/* NULL: no memory. */
struct kept_responses *kept_responses_new(void);
/* As a thread's last act; NULL is fine.  Responses that are still being sent live on. */
void kept_responses_free(void *kept);

/* Whether a reply's response can be used again at all: a whole body of few bytes that never changes. */
bool kept_response_fits(const struct reply *reply);
/* The response that was kept for a reply like this, with the request's id; not to be destroyed.  NULL: there is none. */
struct MHD_Response *kept_response_find(struct kept_responses *kept, const struct reply *reply, const char *id);
/* Takes @response, which holds the body without a reference of its own, @reply's headers, and @id. */
void kept_response_add(struct kept_responses *kept, const struct reply *reply, struct MHD_Response *response, const char *id);

#endif
