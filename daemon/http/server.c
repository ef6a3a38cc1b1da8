// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http/server.h"

#include "daemon/base/blob.h"
#include "daemon/base/bytes.h"
#include "daemon/base/clock.h"
#include "daemon/http/journal.h"
#include "daemon/http/kept_response.h"
#include "daemon/http/peer.h"
#include "daemon/http/problem.h"
#include "daemon/http/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Granularity of wake-ups for paced streams, so that thousands of them can share one. */
#define TICK_NS		(5 * NS_PER_MS)
/* How long server_stop() waits for streams to send their last record. */
#define FAREWELL_MS	1000
#define REAP_NS		(500 * NS_PER_MS)
/* A refused body of up to this many bytes is still read to its end; body_ms applies as to any other. */
#define DRAIN_MAX	(16u << 20)
/*
 * Bytes that a stream hands over per call.  A live one pays for them on top of the connection's memory, out of which
 * its chunks are sent, hence the smaller block.
 */
#define STREAM_BLOCK	(32u << 10)
#define LIVE_BLOCK	(2u << 10)
/* Used where the library's next request for data is our only sign that the client is reading. */
#define COUNTED_BLOCK	(8u << 10)
/* Smaller replies fit into the socket's buffer, where a slow reader costs us nothing. */
#define SLOW_MIN		(64u << 10)
/* libmicrohttpd's memory pool per connection.  It has to hold both the request's head and the reply's. */
#define CONNECTION_MEMORY	(20u << 10)
/* Limits on the request target and on the whole head, chosen to leave room for the reply's head. */
#define MAX_URI			((size_t)8 << 10)
#define MAX_HEAD		((size_t)16 << 10)
/* What the library allocates per header, parameter or cookie, besides the text itself. */
#define VALUE_COST		64
/* Limit on a chunk-size line, chunk extensions included. */
#define MAX_CHUNK_LINE		((size_t)1 << 10)
/* Spooled bodies are large, and get this many times body_ms. */
#define SPOOL_FACTOR	12

static const char api_policy[] = "default-src 'none'; frame-ancestors 'none'";
static const char page_policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
	"connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/* One request on a connection. */
struct call {
	struct server *server;
	struct MHD_Connection *connection;
	struct client *client;
	struct exchange ex;
	bool admitted, too_large, no_room, complete, has_place;
	unsigned int status;		/* of the reply; 0 until one is queued */
	uint64_t began;
	char id[REQUEST_ID_SIZE];	/* the client's X-Request-Id, or one that we made up */
	char method[16];
	uint64_t sent;			/* body bytes handed to the library so far */
	/* Protected by park_lock: */
	struct call *next, **link;
	bool parked;
	uint64_t due;			/* when its stream has more to say; NEVER: it waits for ex.wait */
};

/* One connection, over TCP or a Unix socket. */
struct client {
	struct client *next, **link;
	int fd;
	struct call call;		/* the request being served, if any */
	_Atomic uint64_t deadline;	/* by when it must have sent what we wait for; NEVER: it is our turn */
	_Atomic uint64_t idle_since;	/* when its last request ended; 0: one is under way, or none has come yet */
	unsigned int refused;		/* status that refuse_early() sent behind the library's back; 0: none */
	char refused_id[REQUEST_ID_SIZE];	/* and the X-Request-Id it carried */
	uintptr_t target_end;		/* where the latest request target ended in the library's buffer */
	/* While it sends a chunked body: */
	bool chunked;
	pthread_t thread;		/* the library's thread that serves it */
	uint64_t mark;			/* peer_mark() when we were last given part of the body */
	bool marked;			/* false: the kernel keeps no such count, and `mark` means nothing */
	_Atomic unsigned int answer;	/* number of large answers begun and ended: odd while one is being sent */
	bool counts;			/* the kernel knows how much it has acknowledged */
	_Atomic uint64_t handed;	/* else: body bytes given to the library, which asks for more once sent */
	/* Touched by reap() only: */
	bool reaped;			/* shut down; the library has yet to notice */
	uint64_t looked_at;		/* value of idle_since when has_left() last asked the kernel */
	unsigned int watched;		/* value of `answer` to which the next two belong */
	uint64_t owed_since;		/* start of the interval being measured; 0: it has taken everything */
	uint64_t acked;			/* what it had taken by then */
};

struct server {
	struct server_config config;
	struct MHD_Daemon *daemon;
	pthread_key_t kept_key;		/* per thread: struct kept_responses */
	_Atomic bool closing;

	pthread_mutex_t client_lock;
	struct client *clients;
	uint64_t next_reap;

	pthread_mutex_t park_lock;
	struct call *parked;
	uint64_t next_tick;		/* when the main thread will call server_tick() again */

	_Atomic uint64_t requests[6], connections, late, slow;
	_Atomic uint64_t latency[SERVER_NR_LATENCIES + 1], latency_ns;
	_Atomic unsigned int open, nr_parked, streams;
	_Atomic uint64_t last_log;	/* in seconds: when the library last got to log something */
	char birth[9];			/* eight random hex digits and "-": keeps ids of two servers apart */
	_Atomic uint64_t last_id;
};

/* -------------------------------------------------------------------- parking */

/* Called with park_lock held, after checking under that lock that there is nothing to do: else a wake-up could be
 * lost. */
static void park(struct call *call, uint64_t due)
{
	struct server *server = call->server;

	call->due = due;
	call->parked = true;
	call->next = server->parked;
	call->link = &server->parked;
	if (call->next)
		call->next->link = &call->next;
	server->parked = call;
	server->nr_parked++;
	MHD_suspend_connection(call->connection);
}

static void unpark(struct call *call)
{
	call->parked = false;
	*call->link = call->next;
	if (call->next)
		call->next->link = call->link;
	call->server->nr_parked--;
	MHD_resume_connection(call->connection);
}

void server_wake(struct server *server, const struct blob *blob)
{
	struct call *call, *next;

	pthread_mutex_lock(&server->park_lock);
	for (call = server->parked; call; call = next) {
		next = call->next;
		if (call->ex.wait == blob)
			unpark(call);
	}
	pthread_mutex_unlock(&server->park_lock);
}

void server_wake_topic(struct server *server, const void *topic)
{
	struct call *call, *next;

	pthread_mutex_lock(&server->park_lock);
	for (call = server->parked; call; call = next) {
		next = call->next;
		if (call->ex.reply.stream && stream_topic(call->ex.reply.stream) == topic)
			unpark(call);
	}
	pthread_mutex_unlock(&server->park_lock);
}

static void wake_everybody(struct server *server)
{
	pthread_mutex_lock(&server->park_lock);
	while (server->parked)
		unpark(server->parked);
	pthread_mutex_unlock(&server->park_lock);
}

/* Let everybody go on who is due; returns when the next one will be, at least a tick from now. */
static uint64_t wake_due(struct server *server, uint64_t now)
{
	struct call *call, *next;
	uint64_t earliest = NEVER;

	pthread_mutex_lock(&server->park_lock);
	for (call = server->parked; call; call = next) {
		next = call->next;
		if (call->due <= now)
			unpark(call);
		else if (call->due < earliest)
			earliest = call->due;
	}
	if (earliest < now + TICK_NS)
		earliest = now + TICK_NS;
	server->next_tick = earliest;
	pthread_mutex_unlock(&server->park_lock);
	return earliest;
}

/* ------------------------------------------------------------- slow clients */

static void set_deadline(struct call *call, unsigned int ms)
{
	call->client->deadline = ms ? clock_ns() + ms * NS_PER_MS : NEVER;
}

/* *@ret: how many bytes it has taken so far; *@all: nothing more is on its way.  False: there is no telling. */
static bool has_taken(struct client *client, uint64_t *ret, bool *all)
{
	if (client->counts)
		return peer_acked(client->fd, ret, all);
	*ret = client->handed;
	return peer_has_all(client->fd, all);
}

/* Has it fallen below least_rate for rate_ms?  Only time in which there was something to take counts, so an idle
 * stream is safe. */
static bool reads_too_slowly(const struct server_config *config, struct client *client, uint64_t now)
{
	unsigned int answer = client->answer;
	uint64_t acked;
	bool all;

	if (!(answer & 1) || !config->least_rate || !has_taken(client, &acked, &all))
		return false;
	if (answer != client->watched) {
		client->watched = answer;
		client->owed_since = 0;
	}
	if (all || !client->owed_since || acked - client->acked >= (uint64_t)config->least_rate * config->rate_ms / 1000) {
		client->owed_since = all ? 0 : now;
		client->acked = acked;
		return false;
	}
	return now - client->owed_since > config->rate_ms * NS_PER_MS;
}

/*
 * Has an idle client closed its side?  The library polls edge-triggered: if the end of the stream arrives together
 * with a request, it reads the request and never comes back for the end.  So we look for it, once per idle period.
 * Waiting for REAP_NS first spares pipelined requests: the next one begins as soon as its predecessor has been
 * answered.
 */
static bool has_left(struct client *client, uint64_t now)
{
	uint64_t since = client->idle_since;

	if (!since || since == client->looked_at || now < since + REAP_NS)
		return false;
	client->looked_at = since;
	return peer_has_finished(client->fd);
}

/*
 * Disconnects clients that have run out of time.  We cannot close the socket under the library's feet, but after
 * shutdown() it reads an end of file and closes it itself.  The descriptor cannot have been reused meanwhile: the
 * library closes it only after client_closed() has taken the client off the list.
 */
static void reap(struct server *server, uint64_t now)
{
	struct client *client;

	pthread_mutex_lock(&server->client_lock);
	for (client = server->clients; client; client = client->next) {
		bool slow, late, left;

		if (client->reaped)
			continue;
		slow = reads_too_slowly(&server->config, client, now);
		late = !slow && client->deadline <= now;
		left = !slow && !late && has_left(client, now);
		if (!slow && !late && !left)
			continue;
		client->reaped = true;
		shutdown(client->fd, SHUT_RDWR);
		server->slow += slow;
		server->late += late;
	}
	pthread_mutex_unlock(&server->client_lock);
}

uint64_t server_tick(struct server *server, uint64_t now)
{
	uint64_t due = wake_due(server, now);

	if (now >= server->next_reap) {
		reap(server, now);
		server->next_reap = now + REAP_NS;
	}
	/* An idle server need not wake up. */
	if (server->open && server->next_reap < due)
		due = server->next_reap;
	return due;
}

static void set_answering(struct client *client, bool answering)
{
	if ((client->answer & 1) != answering)
		client->answer++;
}

static void client_opened(struct server *server, struct MHD_Connection *connection, void **context)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct client *client = calloc(1, sizeof(*client));
	uint64_t acked;
	bool all;

	*context = client;
	if (!client || !info) {
		free(client);
		*context = NULL;
		return;
	}
	client->fd = info->connect_fd;
	client->counts = peer_acked(client->fd, &acked, &all);
	client->deadline = clock_ns() + server->config.header_ms * NS_PER_MS;
	pthread_mutex_lock(&server->client_lock);
	client->next = server->clients;
	client->link = &server->clients;
	if (client->next)
		client->next->link = &client->next;
	server->clients = client;
	pthread_mutex_unlock(&server->client_lock);
	server->connections++;
	if (!server->open++)
		server->config.sooner(server->config.ctx);
}

static void client_closed(struct server *server, void **context)
{
	struct client *client = *context;

	if (!client)
		return;
	pthread_mutex_lock(&server->client_lock);
	*client->link = client->next;
	if (client->next)
		client->next->link = client->link;
	pthread_mutex_unlock(&server->client_lock);
	free(client);
	server->open--;
}

static void notify_connection(void *cls, struct MHD_Connection *connection, void **context,
			      enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		client_opened(cls, connection, context);
	else
		client_closed(cls, context);
}

/* ------------------------------------------------------------------ the reply */

/* Park until the stream's next record is due.  The main thread is woken early only if that saves more than a tick;
 * otherwise thousands of streams would keep it busy.  False: the server is closing. */
static bool park_stream(struct call *call, uint64_t due)
{
	struct server *server = call->server;
	bool parked = false, sooner = false;

	pthread_mutex_lock(&server->park_lock);
	/* server_wake_topic() only reaches calls that are parked.  If news came before we took the lock, do not park:
	 * the library asks again at once. */
	if (!server->closing && stream_has_more(call->ex.reply.stream)) {
		parked = true;
	} else if (!server->closing) {
		park(call, due);
		parked = true;
		sooner = due + TICK_NS < server->next_tick;
		if (sooner)
			server->next_tick = due;
	}
	pthread_mutex_unlock(&server->park_lock);
	if (sooner)
		server->config.sooner(server->config.ctx);
	return parked;
}

static void count_sent(struct call *call, size_t len)
{
	call->sent += len;
	call->client->handed += len;
}

static ssize_t read_stream(void *cls, uint64_t position, char *buffer, size_t max)
{
	struct call *call = cls;
	struct stream *stream = call->ex.reply.stream;
	ssize_t len;

	(void)position;
	if (call->server->closing)
		stream_stop(stream);
	len = stream_read(stream, clock_ns(), buffer, max);
	if (len == STREAM_END)
		return MHD_CONTENT_READER_END_OF_STREAM;
	/* Returning 0 without having been suspended would make the library spin. */
	if (len == STREAM_WAIT && !park_stream(call, stream_due(stream)))
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (len > 0)
		count_sent(call, (size_t)len);
	return len;
}

static ssize_t read_bytes(void *cls, uint64_t position, char *buffer, size_t max)
{
	struct call *call = cls;
	const struct reply *reply = &call->ex.reply;
	size_t len = reply->size - position < max ? (size_t)(reply->size - position) : max;

	memcpy(buffer, (const char *)reply->data + position, len);
	count_sent(call, len);
	return (ssize_t)len;
}

static void release_nothing(void *owner)
{
	(void)owner;
}

/* Must the body be handed over block by block, because `handed` is all we have to measure the client by? */
static bool is_counted(const struct call *call)
{
	return !call->client->counts && call->ex.method != METHOD_HEAD && call->ex.reply.status != 304 &&
	       call->ex.reply.size >= SLOW_MIN;
}

static struct MHD_Response *response_of_bytes(struct call *call)
{
	struct reply *reply = &call->ex.reply;
	struct MHD_Response *response;

	if (is_counted(call))
		return MHD_create_response_from_callback(reply->size, COUNTED_BLOCK, read_bytes, call, NULL);
	response = MHD_create_response_from_buffer_with_free_callback_cls(
		reply->size, (void *)(uintptr_t)reply->data,
		reply->release ? reply->release : release_nothing, reply->owner);

	/* The response owns the body now, and calls release() when it has been sent. */
	if (response)
		reply->release = NULL;
	return response;
}

static struct MHD_Response *response_of_stream(struct call *call)
{
	uint64_t size = stream_size(call->ex.reply.stream);
	size_t block = call->client->counts ? STREAM_BLOCK : COUNTED_BLOCK;

	if (size == STREAM_UNKNOWN)
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, LIVE_BLOCK, read_stream, call, NULL);
	return MHD_create_response_from_callback(size, block, read_stream, call, NULL);
}

/* For HEAD and a body of unknown size, the library would send the end-of-body chunk all the same. */
static bool needs_no_stream(const struct exchange *ex)
{
	return ex->method == METHOD_HEAD && stream_is_live(ex->reply.stream);
}

static void add_fields(struct MHD_Response *response, const struct reply *reply, const char *id)
{
	for (size_t i = 0; i < reply->nr_fields; i++)
		MHD_add_response_header(response, reply->fields[i].name, reply->fields[i].value);
	MHD_add_response_header(response, "X-Request-Id", id);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
	MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
	MHD_add_response_header(response, "Content-Security-Policy",
				reply->page ? page_policy : api_policy);
	if (reply->page)
		MHD_add_response_header(response, "Cross-Origin-Opener-Policy", "same-origin");
	/* The reply of say_no_memory(), which allocates nothing and so could not add these. */
	if (reply->status == 503 && !reply->nr_fields) {
		MHD_add_response_header(response, "Content-Type", "application/problem+json");
		MHD_add_response_header(response, "Retry-After", "2");
	}
	if (reply->close)
		MHD_add_response_header(response, "Connection", "close");
}

/* Live streams are limited in number; one too many becomes a 503. */
static void take_place(struct call *call)
{
	struct server *server = call->server;

	if (!call->ex.reply.stream || !stream_is_live(call->ex.reply.stream))
		return;
	if (server->streams++ < server->config.streams) {
		call->has_place = true;
		return;
	}
	server->streams--;
	problem_reply(&call->ex, "too-many-streams", "%u event streams are open, and no more may be",
		      server->config.streams);
}

/* Stands in for a reply that could not be allocated, and allocates nothing itself. */
static void say_no_memory(struct reply *reply)
{
	static const char text[] =
		"{\"type\":\"/api/v1/problems/out-of-memory\",\"title\":\"Out of memory\",\"status\":503,"
		"\"detail\":\"there is no memory for the answer\"}\n";

	reply_clear(reply);
	reply->status = 503;
	reply->data = text;
	reply->size = sizeof(text) - 1;
}

const double server_latencies[SERVER_NR_LATENCIES] = { 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5 };

static void count_latency(struct call *call)
{
	struct server *server = call->server;
	uint64_t took = clock_ns() - call->began;
	size_t class = 0;

	while (class < SERVER_NR_LATENCIES && (double)took > server_latencies[class] * (double)NS_PER_SEC)
		class++;
	server->latency[class]++;
	server->latency_ns += took;
}

/* This thread's kept responses, made on first use.  NULL without memory: then nothing is kept. */
static struct kept_responses *kept_of_thread(struct server *server)
{
	struct kept_responses *kept = pthread_getspecific(server->kept_key);

	if (kept)
		return kept;
	kept = kept_responses_new();
	if (!kept || !pthread_setspecific(server->kept_key, kept))
		return kept;
	kept_responses_free(kept);
	return NULL;
}

/* @keep: the response is going to be reused and does not take over the body; kept_response_add() refers to it
 * instead. */
static struct MHD_Response *new_response(struct call *call, bool keep)
{
	struct reply *reply = &call->ex.reply;
	struct MHD_Response *response;

	if (reply->stream)
		response = response_of_stream(call);
	else if (keep)
		response = MHD_create_response_from_buffer(reply->size, (void *)(uintptr_t)reply->data, MHD_RESPMEM_PERSISTENT);
	else
		response = response_of_bytes(call);
	if (response)
		add_fields(response, reply, call->id);
	return response;
}

static enum MHD_Result queue_response(struct call *call)
{
	struct reply *reply = &call->ex.reply;
	struct kept_responses *kept = kept_response_fits(reply) ? kept_of_thread(call->server) : NULL;
	struct MHD_Response *response = kept ? kept_response_find(kept, reply, call->id) : NULL;
	enum MHD_Result result;

	if (!response) {
		response = new_response(call, kept);
		if (!response)
			return MHD_NO;
		if (kept)
			kept_response_add(kept, reply, response, call->id);
	}
	result = MHD_queue_response(call->connection, reply->status, response);
	if (!kept)
		MHD_destroy_response(response);
	return result;
}

static enum MHD_Result send_reply(struct call *call)
{
	struct reply *reply = &call->ex.reply;

	if (reply->stream && needs_no_stream(&call->ex)) {
		stream_free(reply->stream);
		reply->stream = NULL;
	}
	take_place(call);
	/* RFC 9110, 14.2: Range is defined for GET only. */
	reply_range(reply, call->ex.method == METHOD_GET ? call->ex.headers[HEADER_RANGE] : NULL, call->ex.headers[HEADER_IF_RANGE]);
	if (reply->failed)
		say_no_memory(reply);
	call->status = reply->status;
	if (!reply->stream && !is_counted(call) && call->ex.method != METHOD_HEAD && reply->status != 304)
		call->sent = reply->size;
	count_latency(call);
	if (reply->stream || reply->size >= SLOW_MIN)
		set_answering(call->client, true);
	return queue_response(call);
}

/* ---------------------------------------------------------------- the request */

static void make_id(struct server *server, char id[REQUEST_ID_SIZE])
{
	memcpy(id, server->birth, sizeof(server->birth));
	*digits_unsigned(id + sizeof(server->birth), ++server->last_id) = '\0';
}

/* Keep the X-Request-Id of a proxy or client if it is safe to log, so that their logs and ours can be matched. */
static void set_id(struct call *call)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const char *given = call->ex.headers[HEADER_X_REQUEST_ID];
	size_t len = given ? strlen(given) : 0;

	if (len && len < REQUEST_ID_SIZE && strspn(given, allowed) == len && call->ex.header_count[HEADER_X_REQUEST_ID] == 1)
		memcpy(call->id, given, len + 1);
	else
		make_id(call->server, call->id);
}

static void write_journal(const struct call *call)
{
	const struct journal_request request = {
		.id = call->id, .client = call->ex.client, .method = call->method, .path = call->ex.path,
		.status = call->status, .bytes = call->sent, .ns = clock_ns() - call->began,
	};

	journal_request(call->server->config.journal, &request);
}

/*
 * If a request leaves no room for the reply's head in the connection's memory, the library closes without a word.  So
 * write the refusal to the socket ourselves.  This is safe before a reply was queued, when the library has nothing to
 * write.
 */
static void refuse_early(struct client *client, const char *code, const char *fmt, size_t max)
{
	struct exchange ex = { 0 };
	struct bytes out = { 0 };

	problem_reply(&ex, code, fmt, max);
	bytes_printf(&out, "HTTP/1.1 %u %s\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\n"
		     "X-Request-Id: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", ex.reply.status,
		     MHD_get_reason_phrase_for(ex.reply.status), client->refused_id, ex.reply.size);
	bytes_add(&out, ex.reply.data, ex.reply.size);
	/* It fits into an empty socket buffer; a client for which it does not was not going to read it. */
	if (!out.failed && send(client->fd, out.data, out.len, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
		shutdown(client->fd, SHUT_WR);
	bytes_deinit(&out);
	client->refused = ex.reply.status;
	exchange_deinit(&ex);
}

/* MHD_OPTION_URI_LOG_CALLBACK: each request's target as received, before the library takes it apart. */
static void *check_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	char *p = (char *)(uintptr_t)strchr(uri, '?');
	struct client *client = info ? info->socket_context : NULL;

	if (client)
		client->target_end = (uintptr_t)uri + strlen(uri);
	if (client && strlen(uri) > MAX_URI) {
		make_id(cls, client->refused_id);
		refuse_early(client, "uri-too-long", "an address may have %zu bytes at most; POST what is longer", MAX_URI);
	}
	/* Every parameter costs the library pool memory, and running out of it means silence.  So hide all but one
	 * more than we allow: that one is enough to be refused for a reason. */
	for (int nr = 0; p && nr <= MAX_PARAMS; nr++)
		p = strchr(p + 1, '&');
	if (p)
		*p = '\0';
	return NULL;
}

static void check_head(struct call *call)
{
	struct MHD_Connection *connection = call->connection;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	const char *cookie = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Cookie");
	int nr = MHD_get_connection_values(connection, MHD_HEADER_KIND | MHD_COOKIE_KIND | MHD_GET_ARGUMENT_KIND, NULL, NULL);
	size_t size = (info ? info->header_size : 0) + (cookie ? strlen(cookie) : 0) + (size_t)nr * VALUE_COST;

	if (size <= MAX_HEAD || call->client->refused)
		return;
	memcpy(call->client->refused_id, call->id, sizeof(call->id));
	refuse_early(call->client, "headers-too-large", "address and headers may have %zu bytes at most, and each header counts for some more",
			     MAX_HEAD);
}

/* We were given part of a chunked body: what is read from the client from here on, we have not seen yet. */
static void note_chunks(struct client *client, struct server *server)
{
	pthread_mutex_lock(&server->client_lock);
	client->chunked = true;
	client->thread = pthread_self();
	client->marked = peer_mark(client->fd, &client->mark);
	pthread_mutex_unlock(&server->client_lock);
}

static void end_chunks(struct client *client, struct server *server)
{
	pthread_mutex_lock(&server->client_lock);
	client->chunked = false;
	pthread_mutex_unlock(&server->client_lock);
}

/* Called with client_lock held.  Has more than a chunk-size line been read since we last saw part of the body? */
static bool line_is_too_long(const struct client *client)
{
	uint64_t read;

	return client->chunked && pthread_equal(client->thread, pthread_self()) && client->marked &&
	       peer_read_since(client->fd, client->mark, &read) && read > MAX_CHUNK_LINE;
}

/*
 * The library is about to answer 500 in this thread, because a chunk-size line does not fit into a connection's memory.
 * Its log message does not say which connection, but we can tell: nothing else is read in this thread at such length
 * without our being given more of the body.
 */
static void refuse_long_lines(struct server *server)
{
	pthread_mutex_lock(&server->client_lock);
	for (struct client *client = server->clients; client; client = client->next) {
		if (client->refused || !line_is_too_long(client))
			continue;
		make_id(server, client->refused_id);
		refuse_early(client, "bad-request", "the first line of a chunk may have %zu bytes at most, extensions included",
			     MAX_CHUNK_LINE);
	}
	pthread_mutex_unlock(&server->client_lock);
}

/*
 * The library replaces line ends in its buffer by NULs, so consecutive headers are one or two bytes apart.  A wider
 * gap means that the client sent a NUL, which hides the rest of the value, or that the value is folded over lines,
 * which RFC 9112 deprecates.  Folding may also move a header within the buffer.
 */
static void check_neighbour(struct exchange *ex, const char *name, const char *value)
{
	uintptr_t begins = (uintptr_t)name;

	if (ex->headers_end && (begins <= ex->headers_end || begins - ex->headers_end > 2))
		ex->hidden = true;
	ex->headers_end = (uintptr_t)(value ? value + strlen(value) : name + strlen(name));
}

/* RFC 9110, 5.6.2: a character of a token. */
static bool is_tchar(char c)
{
	switch (c) {
	case '0' ... '9': case 'A' ... 'Z': case 'a' ... 'z':
	case '!': case '#': case '$': case '%': case '&': case '\'': case '*': case '+': case '-': case '.': case '^': case '_':
	case '`': case '|': case '~':
		return true;
	default:
		return false;
	}
}

/* The name must be a token, and the value free of control characters: to the next program in the chain, one of those
 * might end the line. */
static bool is_well_formed(const char *name, const char *value)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if (!is_tchar(*name))
			return false;
	for (; value && *value; value++)
		if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7f)
			return false;
	return true;
}

static enum MHD_Result take_header(void *cls, enum MHD_ValueKind kind, const char *name,
				   const char *value)
{
	struct exchange *ex = cls;

	(void)kind;
	check_neighbour(ex, name, value);
	ex->malformed |= !is_well_formed(name, value);
	for (size_t i = 0; i < NR_HEADERS; i++) {
		if (strcasecmp(header_names[i], name))
			continue;
		if (!ex->header_count[i]++)
			ex->headers[i] = value ? value : "";
	}
	return MHD_YES;
}

static enum MHD_Result take_param(void *cls, enum MHD_ValueKind kind, const char *name,
				  const char *value)
{
	(void)kind;
	return exchange_add_param(cls, name, value) ? MHD_YES : MHD_NO;
}

static bool has_body(const struct exchange *ex)
{
	return ex->headers[HEADER_TRANSFER_ENCODING] ||
	       (ex->headers[HEADER_CONTENT_LENGTH] && strcmp(ex->headers[HEADER_CONTENT_LENGTH], "0"));
}

/* Request smuggling: whatever a proxy in front of us might read differently is refused, and the connection closed. */
static bool check_framing(struct exchange *ex)
{
	const char *what = NULL;
	uint64_t length;

	if (ex->cut)
		what = "the address has a NUL";
	else if (ex->hidden)
		what = "a header has a NUL or goes on in the next line";
	else if (ex->malformed)
		what = "a header has a name that is none, or a control character in its value";
	else if (ex->header_count[HEADER_HOST] != 1)
		what = "there must be exactly one Host header";
	else if (ex->header_count[HEADER_CONTENT_LENGTH] > 1)
		what = "there are several Content-Length headers";
	else if (ex->header_count[HEADER_TRANSFER_ENCODING] > 1)
		what = "there are several Transfer-Encoding headers";
	else if (ex->headers[HEADER_TRANSFER_ENCODING] && ex->headers[HEADER_CONTENT_LENGTH])
		what = "there are both Content-Length and Transfer-Encoding";
	else if (ex->headers[HEADER_TRANSFER_ENCODING] &&
		 strcasecmp(ex->headers[HEADER_TRANSFER_ENCODING], "chunked"))
		what = "the only Transfer-Encoding understood is chunked";
	else if (ex->headers[HEADER_CONTENT_LENGTH] &&
		 !parse_number(ex->headers[HEADER_CONTENT_LENGTH], &length))
		what = "Content-Length is not a number";
	else if ((ex->method & (METHOD_GET | METHOD_HEAD)) && has_body(ex))
		what = "GET and HEAD have no body";
	else if (ex->header_count[HEADER_ORIGIN] > 1)
		what = "there are several Origin headers";
	if (!what)
		return true;
	problem_reply(ex, "bad-request", "%s", what);
	ex->reply.close = true;
	return false;
}

/* Should a refused body be read to its end?  A client that is cut off while still sending gets a connection error and
 * never sees why. */
static bool is_worth_draining(const struct exchange *ex)
{
	uint64_t length = 0;

	if (ex->reply.close)
		return false;
	if (ex->headers[HEADER_CONTENT_LENGTH])
		parse_number(ex->headers[HEADER_CONTENT_LENGTH], &length);
	return length <= DRAIN_MAX;
}

static void reply_too_large(struct exchange *ex)
{
	problem_reply(ex, "too-large", "the body may have %zu bytes at most%s", ex->max_body, ex->larger ? ex->larger : "");
}

static bool is_coded(const struct exchange *ex)
{
	const char *coding = ex->headers[HEADER_CONTENT_ENCODING];

	return ex->header_count[HEADER_CONTENT_ENCODING] > 1 || (coding && *coding && strcasecmp(coding, "identity"));
}

static bool check_body(struct exchange *ex)
{
	uint64_t length;

	if (!has_body(ex))
		return true;
	if (is_coded(ex)) {
		problem_reply(ex, "unsupported-type", "send the body as it is, without Content-Encoding");
		reply_text(&ex->reply, "Accept-Encoding", "identity");
		return false;
	}
	if (!ex->max_body)
		problem_reply(ex, "bad-request", "a request to this address has no body");
	else if (ex->headers[HEADER_CONTENT_LENGTH] &&
		 parse_number(ex->headers[HEADER_CONTENT_LENGTH], &length) && length > ex->max_body)
		reply_too_large(ex);
	else
		return true;
	return false;
}

static bool admit(struct call *call, const char *path)
{
	struct server *server = call->server;
	struct exchange *ex = &call->ex;

	if (!check_framing(ex) || !exchange_set_path(ex, path))
		return false;
	MHD_get_connection_values(call->connection, MHD_GET_ARGUMENT_KIND, take_param, ex);
	if (ex->reply.status)
		return false;
	return server->config.admit(server->config.ctx, ex) && check_body(ex);
}

static const struct sockaddr *info_of_peer(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info ? info->client_addr : NULL;
}

/* A proxy appends the address that it saw to X-Forwarded-For; everything before that is the client's own claim.  "":
 * there is none, or it does not look like an address. */
static const char *forwarded_for(const struct exchange *ex)
{
	const char *list = ex->headers[HEADER_X_FORWARDED_FOR];
	const char *last = list ? strrchr(list, ',') : NULL;

	last = last ? last + 1 : list ? list : "";
	last += strspn(last, " ");
	return strspn(last, "0123456789abcdefABCDEF.:") == strlen(last) && strlen(last) < sizeof(ex->client) ? last : "";
}

/* Who asks, for sharing workers fairly.  IPv6 addresses are cut to /64: within one, a client picks its own. */
static void set_client(struct call *call, const struct sockaddr *peer)
{
	struct exchange *ex = &call->ex;
	const struct sockaddr_in *in = (const struct sockaddr_in *)peer;
	struct in6_addr half;
	bool local = !peer || peer->sa_family == AF_UNIX;

	if (peer && peer->sa_family == AF_INET) {
		inet_ntop(AF_INET, &in->sin_addr, ex->client, sizeof(ex->client));
		local = (ntohl(in->sin_addr.s_addr) >> 24) == 127;
	} else if (peer && peer->sa_family == AF_INET6) {
		half = ((const struct sockaddr_in6 *)peer)->sin6_addr;
		local = IN6_IS_ADDR_LOOPBACK(&half);
		memset(&half.s6_addr[8], 0, 8);
		inet_ntop(AF_INET6, &half, ex->client, sizeof(ex->client));
	}
	if (local && *forwarded_for(ex))
		snprintf(ex->client, sizeof(ex->client), "%s", forwarded_for(ex));
}

/* After the last header, only the empty line may follow.  @method points to the first byte of the request. */
static void check_end(struct exchange *ex, struct MHD_Connection *connection, const char *method)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	uintptr_t end = info ? (uintptr_t)method + info->header_size : 0;

	if (ex->headers_end && end > ex->headers_end + 4)
		ex->hidden = true;
}

/* The target is followed by one blank, which the library has turned into a NUL, and then by @version.  If @version is
 * further away, the client sent a NUL that hides the rest of the target. */
static void check_target(struct exchange *ex, const struct client *client, const char *version)
{
	uintptr_t begins = (uintptr_t)version;

	/* The upper bound: pointers into different buffers say nothing. */
	if (begins > client->target_end + 1 && begins - client->target_end < CONNECTION_MEMORY)
		ex->cut = true;
}

static struct call *begin(struct server *server, struct MHD_Connection *connection,
			  const char *path, const char *method, const char *version)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct client *client = info ? info->socket_context : NULL;
	struct call *call;

	if (!client)
		return NULL;
	client->idle_since = 0;
	call = &client->call;
	*call = (struct call){ .server = server, .connection = connection, .client = client, .began = clock_ns() };
	call->ex.method = exchange_method(method);
	call->ex.ceiling = server->config.ceiling;
	TEXT_JOIN(call->method, sizeof(call->method), method);
	MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header, &call->ex);
	check_end(&call->ex, connection, method);
	check_target(&call->ex, call->client, version);
	set_client(call, info_of_peer(connection));
	set_id(call);
	check_head(call);
	if (call->client->refused) {
		call->status = call->client->refused;
		server->requests[call->status / 100]++;
		memcpy(call->id, call->client->refused_id, sizeof(call->id));
		write_journal(call);
		return NULL;
	}
	set_deadline(call, has_body(&call->ex) ? server->config.body_ms : 0);
	call->admitted = admit(call, path);
	if (call->admitted && call->ex.spools)
		set_deadline(call, SPOOL_FACTOR * server->config.body_ms);
	if (!call->admitted && has_body(&call->ex) && !is_worth_draining(&call->ex))
		call->ex.reply.close = true;
	if (call->ex.headers[HEADER_TRANSFER_ENCODING])
		note_chunks(call->client, server);
	return call;
}

static bool write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* Append to the spool file, which is made on first use.  False: no memory. */
static bool spool(struct exchange *ex, const char *data, size_t len)
{
	if (!ex->spool) {
		ex->spool = memfd_create("mmscope-body", MFD_CLOEXEC);
		if (ex->spool < 0 || !write_all(ex->spool, bytes_text(&ex->body), ex->body.len))
			return false;
	}
	ex->spooled += len;
	return write_all(ex->spool, data, len);
}

static void take_body(struct call *call, const char *data, size_t len)
{
	struct exchange *ex = &call->ex;

	if (!call->admitted || call->too_large || call->no_room)
		return;
	if (len > ex->max_body - (ex->spools ? ex->spooled : ex->body.len))
		call->too_large = true;
	else if (!exchange_charge(ex, len))
		call->no_room = true;
	else if (ex->spools)
		call->no_room = !spool(ex, data, len);
	else
		bytes_add(&ex->body, data, len);
}

/* True: suspended; handle() is called again once the blob is settled.  False: it is settled, or the server is
 * closing. */
static bool park_call(struct call *call)
{
	struct server *server = call->server;
	bool parked = false;

	pthread_mutex_lock(&server->park_lock);
	if (!server->closing && blob_state(call->ex.wait) == BLOB_PENDING) {
		park(call, NEVER);
		parked = true;
	}
	pthread_mutex_unlock(&server->park_lock);
	return parked;
}

static enum MHD_Result answer(struct call *call)
{
	struct server *server = call->server;
	struct exchange *ex = &call->ex;

	if (!call->admitted)
		return send_reply(call);
	if (ex->body.failed) {
		problem_reply(ex, "out-of-memory", "there is no memory for the body");
		return send_reply(call);
	}
	if (call->too_large) {
		reply_too_large(ex);
		return send_reply(call);
	}
	if (call->no_room) {
		problem_reply(ex, "memory-full", "the memory for clients is in use; there is no room for the body now");
		return send_reply(call);
	}
	while (server->config.answer(server->config.ctx, ex) == WAITING) {
		if (park_call(call))
			return MHD_YES;
		if (!server->closing)
			continue;
		problem_reply(ex, "stopping", "the server is about to end");
		break;
	}
	return send_reply(call);
}

/* MHD_AccessHandlerCallback: called once with the headers, then with each part of the body, then with *@len 0 at its
 * end - the last again whenever the call was parked. */
static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *path,
			      const char *method, const char *version, const char *data,
			      size_t *len, void **context)
{
	struct call *call = *context;

	if (!call) {
		*context = call = begin(cls, connection, path, method, version);
		if (!call)
			return MHD_NO;
		if (call->ex.reply.close && has_body(&call->ex))
			return send_reply(call);
		return MHD_YES;
	}
	if (*len) {
		if (call->client->chunked)
			note_chunks(call->client, cls);
		take_body(call, data, *len);
		*len = 0;
		return MHD_YES;
	}
	if (!call->complete)
		set_deadline(call, 0);
	if (call->client->chunked)
		end_chunks(call->client, cls);
	call->complete = true;
	return answer(call);
}

static void notify_completed(void *cls, struct MHD_Connection *connection, void **context,
			     enum MHD_RequestTerminationCode code)
{
	struct server *server = cls;
	struct call *call = *context;

	(void)connection;
	(void)code;
	if (!call)
		return;
	*context = NULL;
	/* refuse_early() answered it. */
	if (!call->status)
		call->status = call->client->refused;
	if (call->client->chunked)
		end_chunks(call->client, server);
	server->requests[call->status / 100]++;
	write_journal(call);
	if (call->has_place)
		server->streams--;
	/* Keep-alive: the next request may take its time, up to idle_ms. */
	set_deadline(call, server->config.idle_ms);
	call->client->idle_since = clock_ns();
	set_answering(call->client, false);
	exchange_deinit(&call->ex);
}

/* ------------------------------------------------------------ start and stop */

/* The library's own unescaping truncates at %00.  We do it in exchange.c. */
static size_t keep_escaped(void *cls, struct MHD_Connection *connection, char *s)
{
	(void)cls;
	(void)connection;
	return strlen(s);
}

/* Is it "Error processing request (HTTP response code is %u ...", with 500? */
static bool is_own_error(const char *fmt, va_list args)
{
	va_list copy;
	unsigned int status;

	if (strncmp(fmt, "Error processing request", 24) || !strstr(fmt, "%u"))
		return false;
	va_copy(copy, args);
	status = va_arg(copy, unsigned int);
	va_end(copy);
	return status == 500;
}

/* Messages about clients that went away or sent nonsense, about which the operator can do nothing. */
static bool is_clients_fault(const char *fmt)
{
	/* "Application reported": handle() returned MHD_NO after refuse_early(). */
	static const char *const beginnings[] = {
		"Application reported", "Connection ", "Error processing request", "Failed to parse", "Failed to receive", "Failed to send",
		"Not enough memory in pool", "Received HTTP", "Socket has been", "Too large value",
	};

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (!strncmp(fmt, beginnings[i], strlen(beginnings[i])))
			return true;
	return false;
}

/* MHD_OPTION_EXTERNAL_LOGGER.  It runs in the threads that serve everybody, so it writes one line a second at most,
 * and none that would block. */
static void log_line(void *cls, const char *fmt, va_list args)
{
	struct server *server = cls;
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };
	uint64_t second = clock_ns() / NS_PER_SEC;
	char line[256] = "mmscope: ";
	int len;

	if (is_own_error(fmt, args))
		refuse_long_lines(server);
	if (is_clients_fault(fmt) || atomic_exchange(&server->last_log, second) == second ||
	    poll(&out, 1, 0) != 1 || !(out.revents & POLLOUT))
		return;
	len = vsnprintf(line + 9, sizeof(line) - 9, fmt, args);
	if (len > 0 && write(STDERR_FILENO, line, strlen(line)) < 0)
		return;
}

static struct MHD_Daemon *start_daemon(struct server *server)
{
	const struct server_config *config = &server->config;
	struct MHD_OptionItem pool[] = {
		{ config->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
		  (intptr_t)config->threads, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	return MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
		MHD_USE_ERROR_LOG,
		0, NULL, NULL, handle, server,
		MHD_OPTION_EXTERNAL_LOGGER, log_line, server,
		MHD_OPTION_LISTEN_SOCKET, config->listen_fd,
		MHD_OPTION_CONNECTION_LIMIT, config->connections,
		MHD_OPTION_CONNECTION_TIMEOUT, config->idle_ms / 1000 + 1,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_STRICT_FOR_CLIENT, 0,
		MHD_OPTION_URI_LOG_CALLBACK, check_uri, server,
		MHD_OPTION_UNESCAPE_CALLBACK, keep_escaped, server,
		MHD_OPTION_NOTIFY_COMPLETED, notify_completed, server,
		MHD_OPTION_NOTIFY_CONNECTION, notify_connection, server,
		MHD_OPTION_ARRAY, pool,
		MHD_OPTION_END);
}

static void server_free(struct server *server)
{
	pthread_mutex_destroy(&server->client_lock);
	pthread_mutex_destroy(&server->park_lock);
	pthread_key_delete(server->kept_key);
	free(server);
}

int server_start(const struct server_config *config, struct server **ret)
{
	struct server *server = calloc(1, sizeof(*server));
	char digits[sizeof(server->birth) + 1];
	uint32_t birth;

	if (!server || pthread_key_create(&server->kept_key, kept_responses_free)) {
		free(server);
		return -ENOMEM;
	}
	server->config = *config;
	server->next_tick = NEVER;
	/* Early in boot there may be no random bytes yet; the clock has to do. */
	if (getrandom(&birth, sizeof(birth), GRND_NONBLOCK) != sizeof(birth))
		birth = (uint32_t)clock_ns();
	snprintf(digits, sizeof(digits), "%08x-", birth);
	memcpy(server->birth, digits, sizeof(server->birth));
	pthread_mutex_init(&server->client_lock, NULL);
	pthread_mutex_init(&server->park_lock, NULL);
	/* Set before start_daemon(), since callbacks for the first client may run before it returns. */
	*ret = server;
	server->daemon = start_daemon(server);
	if (server->daemon)
		return 0;
	*ret = NULL;
	server_free(server);
	return -EIO;
}

void server_stop(struct server *server)
{
	MHD_socket listening;

	if (!server)
		return;
	server->closing = true;
	/* MHD_stop_daemon() would shut down the listening socket, which systemd may still be using. */
	listening = MHD_quiesce_daemon(server->daemon);
	wake_everybody(server);
	/* Give streams a chance to send their last record. */
	for (int i = 0; i < FAREWELL_MS && server->streams; i++)
		nanosleep(&(struct timespec){ .tv_nsec = NS_PER_MS }, NULL);
	MHD_stop_daemon(server->daemon);
	if (listening != MHD_INVALID_SOCKET)
		close(listening);
	server_free(server);
}

void server_count(struct server *server, struct server_numbers *ret)
{
	for (size_t i = 0; i < 6; i++)
		ret->requests[i] = server->requests[i];
	for (size_t i = 0; i <= SERVER_NR_LATENCIES; i++)
		ret->latency[i] = server->latency[i];
	ret->latency_ns = server->latency_ns;
	ret->connections = server->connections;
	ret->late = server->late;
	ret->slow = server->slow;
	ret->open = server->open;
	ret->parked = server->nr_parked;
	ret->streams = server->streams;
}
