/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coded.h - run answers in the content coding that a client prefers.
 *
 * An answer is coded once, by a thread of its own, and kept in the store beside the plain one; everybody who
 * wants it waits for the same blob. The threads that serve everybody never code anything.
 */
#ifndef MMSCOPE_CODED_H
#define MMSCOPE_CODED_H

#include "daemon/serve/serve.h"

struct coders;

/* NULL: no memory, or no thread. */
struct coders *coders_start(struct serve *serve);
/* Wakes waiting clients; from now on answers are sent uncoded.  NULL is fine. */
void coders_stop(struct coders *coders);
void coders_free(struct coders *coders);

/*
 * Turns a handler's complete reply into what is sent; *@ret as a handler returns it. False: its body could not be
 * coded and is gone; call the handler again, and the reply will be left uncoded.
 */
bool coded_reply(struct serve *serve, struct exchange *ex, enum outcome *ret);

#endif
