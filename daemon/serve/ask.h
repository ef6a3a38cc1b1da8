/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ask.h - inputs of a run out of a request's parameters. */
#ifndef MMSCOPE_SERVE_ASK_H
#define MMSCOPE_SERVE_ASK_H

#include "daemon/serve/serve.h"

/* False, with a reply, if there is a parameter that is neither an input's nor in @others (a list that ends in NULL). */
bool ask_of_params(struct exchange *ex, struct ask *ret, const char *const *others);
/* The run these inputs make, remembered; its id, or false and a reply. */
bool ask_remember(struct serve *serve, struct exchange *ex, struct ask *ask, char id[65]);

#endif
