/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coded.h - run answers in the content coding that a client prefers.
 *
 * An answer is coded once, by a thread of its own, and kept in the store beside the plain one; all who want it wait for
 * the same blob. The threads that serve everybody never code anything.
 */
#ifndef MMSCOPE_CODED_H
#define MMSCOPE_CODED_H

#include "daemon/serve/serve.h"

struct coders;

/* NULL: no memory, or no thread. */
struct coders *coders_start(struct serve *serve);
/* Wakes clients that wait; from now on answers go out as they are.  NULL is fine. */
void coders_stop(struct coders *coders);
void coders_free(struct coders *coders);

/*
 * A handler's complete reply becomes what goes out; *@ret as a handler says it. False: its body could not be coded and
 * is gone; ask the handler again, which will now leave it as it is.
 */
bool coded_reply(struct serve *serve, struct exchange *ex, enum outcome *ret);

#endif
