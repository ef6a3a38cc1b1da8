/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reload.h - on SIGHUP, check the boards and kernels in the folders that the server was given. */
#ifndef MMSCOPE_RELOAD_H
#define MMSCOPE_RELOAD_H

#include "daemon/serve/serve.h"

/*
 * Reads every board and kernel of --boards, remembers the good ones (last_good.h), and calls @tell with a sentence
 * for each broken one; returns how many are broken.  Answers made earlier stay valid: runs are identified by the
 * bytes of their inputs.
 */
size_t reload_check(const struct serve *serve, void (*tell)(void *ctx, const char *sentence), void *ctx);

#endif
