/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * route.h - which handler answers which address, in one table.
 *
 * Adding an endpoint: its handler in a handlers_*.c, declared in handlers.h,
 * and its row in route.c.
 */
#ifndef MMSCOPE_ROUTE_H
#define MMSCOPE_ROUTE_H

#include "daemon/serve/serve.h"

/* For struct server_config; @ctx is the struct serve. */
bool route_admit(void *ctx, struct exchange *ex);
enum outcome route_answer(void *ctx, struct exchange *ex);

#endif
