/* SPDX-License-Identifier: GPL-2.0-or-later */
/* serve.h - the state of a running server, which every handler gets. */
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
	struct shelf *shelf;		/* kernels that were uploaded */
	struct last_good *last_good;	/* the last good version of each file in boards_dir */
	struct cards *cards;		/* cache: kernels booted most recently */
	struct summaries *summaries;	/* cache: what boards' trees say */
	struct runner *runner;
	struct lives *lives;
	struct coders *coders;
	struct sandbox_trials trials;	/* what a worker could do at startup */
	struct server *server;
	struct ceiling ceiling;		/* --memory-limit, for everything held on behalf of clients */
};

typedef enum outcome handler(struct serve *serve, struct exchange *ex);

#endif
