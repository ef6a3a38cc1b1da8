/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ask.h - a run's inputs, from a request's parameters. */
#ifndef MMSCOPE_SERVE_ASK_H
#define MMSCOPE_SERVE_ASK_H

#include "daemon/serve/serve.h"

/* Fill @ret from the query.  False, with a reply, if a parameter is neither an input nor in @others, a
 * NULL-terminated list. */
bool ask_of_params(struct exchange *ex, struct ask *ret, const char *const *others);
/* Register the run that these inputs define, and store its id.  False, with a reply, on failure. */
bool ask_remember(struct serve *serve, struct exchange *ex, struct ask *ask, char id[65]);

#endif
