/* SPDX-License-Identifier: GPL-2.0-or-later */
/* serve.h - what the parts of a running server share: handlers get this. */
#ifndef MMSCOPE_SERVE_H
#define MMSCOPE_SERVE_H

#include "daemon/http/exchange.h"
#include "daemon/http/host_check.h"
#include "daemon/http/server.h"
#include "daemon/input/shelf.h"
#include "daemon/input/summary.h"
#include "daemon/serve/store.h"
#include "daemon/worker/runner.h"

#define API	"/api/v1"

struct coders;
struct lives;

struct serve {
	struct host_rules hosts;
	const char *boards_dir;		/* --boards, or NULL */
	const char *web_dir;		/* --web, or NULL: the page that is built in */
	uint64_t heartbeat_ns;
	uint64_t started;		/* clock_ns() */
	struct store *store;
	struct shelf *shelf;		/* uploaded kernels */
	struct last_good *last_good;	/* of boards_dir */
	struct cards *cards;		/* kernels that were booted last */
	struct summaries *summaries;	/* of boards' trees */
	struct runner *runner;
	struct lives *lives;
	struct coders *coders;
	struct sandbox_trials trials;	/* what a worker tried at start */
	struct server *server;
	struct ceiling ceiling;		/* --memory-limit: all that is held for clients */
};

typedef enum outcome handler(struct serve *serve, struct exchange *ex);

#endif
