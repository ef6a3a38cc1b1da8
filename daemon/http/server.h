/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.h - sockets and HTTP.  Together with kept_response.c the only user of libmicrohttpd.
 *
 * The library's threads call admit() once a request's headers have arrived, and answer() once all of it has.  An
 * exchange that waits for a blob, or a stream with nothing to say yet, is parked: its connection is suspended and
 * costs nothing until the main thread resumes it, through server_wake() or server_tick().
 *
 * Quirks of libmicrohttpd 0.9.75, all of them dealt with here:
 *   - It aborts when stopped while a connection is suspended.  `closing` is set first, and nobody parks after that.
 *   - It does not notice when a suspended client goes away.  Streams send heartbeats (stream.c).
 *   - Its timeout is for inactivity.  server_tick() disconnects clients whose head or body as a whole takes too long.
 *   - It misses an end of stream that arrives in one packet with a request.  server_tick() looks for it.
 *   - It truncates at %00, and accepts several Host headers, several Content-Lengths, or Content-Length together with
 *     Transfer-Encoding.  We do the unescaping, and count headers.
 *   - It truncates values at a NUL.  We check that headers lie back to back in its buffer.
 *   - It answers a missing Host twice.  It is told to be lenient, and we refuse.
 *   - When parameters exhaust a connection's memory, it closes without a word.  We let it see no more of them than it
 *     takes to refuse the request.
 *   - It logs to stderr from its own threads, and would block on a full pipe.
 */
#ifndef MMSCOPE_SERVER_H
#define MMSCOPE_SERVER_H

#include "daemon/http/exchange.h"

#include <stdint.h>

struct server;

struct server_config {
	int listen_fd;			/* listening, non-blocking; the server's once server_start() succeeds */
	unsigned int threads, connections, streams;
	unsigned int header_ms, body_ms, idle_ms;
	/* A client that reads less than @least_rate bytes per second over @rate_ms is disconnected; 0: no limit. */
	unsigned int least_rate, rate_ms;
	struct ceiling *ceiling;	/* request bodies are charged to it; NULL: no limit */
	struct journal *journal;	/* where requests are logged; NULL: nowhere */
	/* The headers are complete: set max_body if a body is welcome.  False: refused, with the reply in @ex. */
	bool (*admit)(void *ctx, struct exchange *ex);
	enum outcome (*answer)(void *ctx, struct exchange *ex);
	/* Call server_tick() earlier than it last asked for.  From any thread. */
	void (*sooner)(void *ctx);
	void *ctx;
};

/* Upper bounds of the latency histogram's buckets, in seconds; one more bucket has everything above. */
#define SERVER_NR_LATENCIES	9
extern const double server_latencies[SERVER_NR_LATENCIES];

struct server_numbers {
	/* From a request's headers to the beginning of its reply, reading the body and waiting included. */
	uint64_t latency[SERVER_NR_LATENCIES + 1], latency_ns;
	uint64_t requests[6];		/* by the status's first digit; [0]: ended without a reply */
	uint64_t connections, late, slow;	/* accepted so far; disconnected for sending, for reading too slowly */
	unsigned int open, parked, streams;
};

int server_start(const struct server_config *config, struct server **ret);
/* Disconnects every client and joins the threads; live streams get up to a second for a last record.  NULL is fine. */
void server_stop(struct server *server);

/* @blob is settled: resume everybody who waits for it. */
struct blob;
void server_wake(struct server *server, const struct blob *blob);
/* Streams of @topic have more to read: resume them. */
void server_wake_topic(struct server *server, const void *topic);
/* Do what is due at @now: wake streams, disconnect slow clients.  Returns when to call again, in clock_ns(), or
 * NEVER. */
uint64_t server_tick(struct server *server, uint64_t now);

void server_count(struct server *server, struct server_numbers *ret);

#endif
