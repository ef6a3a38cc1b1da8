/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.h - sockets and HTTP; with kept_response.h the only part that knows libmicrohttpd.
 *
 * Two threads of the library call admit() when a request's headers are there
 * and answer() when all of it is.  An exchange that waits for a blob, or a
 * stream whose next event is not due, is parked: its connection is suspended
 * and costs nothing until server_wake() or server_tick(), which the main thread
 * calls, lets it go on.
 *
 * What libmicrohttpd 0.9.75 needs to be kept from, here and nowhere else:
 *   - it aborts if it is stopped while a connection is suspended: `closing` is
 *     set first, and from then on nobody parks;
 *   - it never notices that a suspended client has gone: streams send
 *     heartbeats (stream.c);
 *   - its timeout is one of inactivity: server_tick() closes connections whose
 *     header or body takes too long as a whole;
 *   - it misses an end of stream that arrives in one packet with a request: server_tick() looks for it;
 *   - it cuts strings at %00, and lets two Host headers, two Content-Lengths or
 *     Content-Length with Transfer-Encoding through: nothing is unescaped by it,
 *     and headers are counted;
 *   - it cuts values at a NUL: headers are held to follow each other without a gap;
 *   - it answers a missing Host twice: it is told to be lenient, and we refuse;
 *   - it closes without a word when parameters use up a connection's memory: it is
 *     shown as many as it takes to refuse them;
 *   - it logs to stderr from its own threads and would wait for a full pipe.
 */
#ifndef MMSCOPE_SERVER_H
#define MMSCOPE_SERVER_H

#include "daemon/http/exchange.h"

#include <stdint.h>

struct server;

struct server_config {
	int listen_fd;			/* listening, non-blocking; the server's if it starts */
	unsigned int threads, connections, streams;
	unsigned int header_ms, body_ms, idle_ms;
	/* A client that takes an answer more slowly than @least_rate bytes a second, over @rate_ms, is disconnected; 0: none is. */
	unsigned int least_rate, rate_ms;
	struct ceiling *ceiling;	/* bodies are taken from it; may be NULL */
	struct journal *journal;	/* of requests; NULL: none is kept */
	/* After the headers: false with a reply to refuse, or set max_body for a body. */
	bool (*admit)(void *ctx, struct exchange *ex);
	enum outcome (*answer)(void *ctx, struct exchange *ex);
	/* Something for server_tick() is due earlier than it said. */
	void (*sooner)(void *ctx);
	void *ctx;
};

/* Upper limits of the histogram's classes, in seconds; one more class has what took longer. */
#define SERVER_NR_LATENCIES	9
extern const double server_latencies[SERVER_NR_LATENCIES];

struct server_numbers {
	/* From a request's headers to its reply, body and waiting included; a stream's until it begins. */
	uint64_t latency[SERVER_NR_LATENCIES + 1], latency_ns;
	uint64_t requests[6];		/* by hundreds of the status; [0]: none was sent */
	uint64_t connections, late, slow;	/* ever opened; closed for sending, for reading too slowly */
	unsigned int open, parked, streams;
};

int server_start(const struct server_config *config, struct server **ret);
/* Lets go of every client and waits for the threads. */
void server_stop(struct server *server);

/* @blob is settled: go on with who waits for it. */
struct blob;
void server_wake(struct server *server, const struct blob *blob);
/* There is more to read for the streams of @topic. */
void server_wake_topic(struct server *server, const void *topic);
/* Do what time demands; when to be called next, or NEVER. */
uint64_t server_tick(struct server *server, uint64_t now);

void server_count(struct server *server, struct server_numbers *ret);

#endif
