/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reload.h - what SIGHUP looks at: the files of the folders that a server was given. */
#ifndef MMSCOPE_RELOAD_H
#define MMSCOPE_RELOAD_H

#include "daemon/serve/serve.h"

/*
 * Read every board and kernel of --boards once, keep those that are good (last_good.h), and @tell a sentence for
 * each that is broken; how many.  What was made of an earlier one is known by its bytes and stays.
 */
size_t reload_check(const struct serve *serve, void (*tell)(void *ctx, const char *sentence), void *ctx);

#endif
