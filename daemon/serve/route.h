/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * route.h - dispatch requests to handlers, by one table.
 *
 * To add an endpoint, write its handler in one of handlers_*.c, declare it in handlers.h, and add a row to route.c.
 */
#ifndef MMSCOPE_ROUTE_H
#define MMSCOPE_ROUTE_H

#include "daemon/serve/serve.h"

/* Callbacks for struct server_config; @ctx is the struct serve. */
bool route_admit(void *ctx, struct exchange *ex);
enum outcome route_answer(void *ctx, struct exchange *ex);

#endif
