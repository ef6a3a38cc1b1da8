/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ask.h - a run's inputs, from a request's parameters. */
#ifndef MMSCOPE_SERVE_ASK_H
#define MMSCOPE_SERVE_ASK_H

#include "daemon/serve/serve.h"

/* False, with a reply, if there is a parameter that is neither an input nor in @others (a list that ends with NULL). */
bool ask_of_params(struct exchange *ex, struct ask *ret, const char *const *others);
/* Remembers the run that these inputs make; its id, or false and a reply. */
bool ask_remember(struct serve *serve, struct exchange *ex, struct ask *ask, char id[65]);

#endif
