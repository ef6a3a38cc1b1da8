/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coded.h - answers about runs in the content coding that a client prefers.
 *
 * Each answer is coded once, in a thread dedicated to that, and kept in the store next to the plain one.  Clients
 * that want it meanwhile wait for the same blob, and the threads that serve everybody never spend time on coding.
 */
#ifndef MMSCOPE_CODED_H
#define MMSCOPE_CODED_H

#include "daemon/serve/serve.h"

struct coders;

/* NULL: no memory, or no thread could be started. */
struct coders *coders_start(struct serve *serve);
/* Settles what clients are waiting for; from now on answers go out uncoded.  NULL is fine. */
void coders_stop(struct coders *coders);
void coders_free(struct coders *coders);

/*
 * Takes a handler's complete reply and replaces its body by the coded one, if there is to be one.  *@ret is as a
 * handler returns it: WAITING until coding is done.  False: coding failed and the body is lost; call the handler once
 * more, and its reply will be left uncoded.
 */
bool coded_reply(struct serve *serve, struct exchange *ex, enum outcome *ret);

#endif
