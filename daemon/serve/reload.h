/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reload.h - what SIGHUP rereads: the files in the folders that a server was given. */
#ifndef MMSCOPE_RELOAD_H
#define MMSCOPE_RELOAD_H

#include "daemon/serve/serve.h"

/*
 * Reads every board and kernel of --boards once, keeps the good ones (last_good.h), and @tells a sentence for each
 * broken one; returns how many there are.  Answers made from an earlier version are known by its bytes and stay.
 */
size_t reload_check(const struct serve *serve, void (*tell)(void *ctx, const char *sentence), void *ctx);

#endif
