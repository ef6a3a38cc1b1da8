// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/serve/answer.h"

#include "daemon/answers/artifact.h"
#include "daemon/base/fail.h"
#include "daemon/doctor/sweep_part.h"
#include "daemon/http/accept.h"
#include "daemon/http/problem.h"
#include "daemon/serve/name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_id(const char *id)
{
	return strlen(id) == 64 && strspn(id, "0123456789abcdef") == 64;
}

/* Is it one that is sent record by record, and so needs an index? */
static bool is_records(const char *name)
{
	return !strncmp(name, "events", 6) || !strncmp(name, "phases", 6);
}

bool answer_make_room(void *ctx, struct blob *blob, size_t bytes)
{
	struct serve *serve = ctx;

	return store_make_room(serve->store, blob, bytes);
}

void answer_settled(void *ctx, const char *id, const char *name, struct blob *blob, bool keep)
{
	struct serve *serve = ctx;

	store_settled(serve->store, id, name, blob, keep);
	/* The runner may still settle blobs after the server is gone. */
	if (!serve->server)
		return;
	server_wake(serve->server, blob);
	if (!strncmp(name, SWEEP_PART_PREFIX, strlen(SWEEP_PART_PREFIX)))
		server_wake_topic(serve->server, serve->store);
}

static void refuse(struct serve *serve, const char *id, const char *name, struct blob *blob, int err)
{
	struct blob_failure failure = { .err = err, .retry_seconds = runner_wait_seconds(serve->runner) };

	failure.code = err == -EAGAIN ? "too-busy" : err == -ENOMEM ? "out-of-memory" : "no-worker";
	if (err == -EAGAIN)
		fail(&failure.error, err, NULL, "too many runs are waiting to be executed; there is room in about %u s",
		     failure.retry_seconds);
	else
		fail(&failure.error, err, NULL, "no process could be started for the run");
	blob_fail(blob, &failure);
	answer_settled(serve, id, name, blob, false);
}

/*
 * since= comes from a client that already has the beginning of this run, from another one that starts alike, and is
 * about to read the events from there on: have the worker make both in one go.  Without since= make the manifest
 * only: many clients never read events, and for those who do the worker keeps its boot for a while.
 */
static bool next_answer(const struct exchange *ex, char next[NAME_MAX_ANSWER])
{
	const char *since = exchange_param(ex, wanted_param_name(WANTED_SINCE));
	uint64_t number;

	if (!since || !parse_number(since, &number))
		return false;
	snprintf(next, NAME_MAX_ANSWER, "events?since=%" PRIu64, number);
	return true;
}

static void submit(struct serve *serve, const struct exchange *ex, const char *id, struct blob *packed, const char *name,
		   struct blob *blob)
{
	char next[NAME_MAX_ANSWER];
	const char *names[2] = { name, next };
	struct blob *blobs[2] = { blob, NULL };
	bool fresh = false;
	size_t nr = 1;
	int err;

	if (!strcmp(name, "manifest") && next_answer(ex, next))
		blobs[1] = store_answer(serve->store, id, next, true, &fresh);
	/* No memory for the events: make just the manifest. */
	nr += fresh && blobs[1];
	err = runner_submit(serve->runner, ex->client, id, packed, names, blobs, nr);
	for (size_t i = 0; i < nr && err; i++)
		refuse(serve, id, names[i], blobs[i], err);
	blob_put(blobs[1]);
}

/* Both requests of a diff, followed by the length of the first, which tells them apart.  NULL without memory. */
static struct blob *join_requests(const struct blob *first, const struct blob *second)
{
	uint64_t len = first->bytes.len;
	struct bytes both = { 0 };

	bytes_add(&both, first->bytes.data, first->bytes.len);
	bytes_add(&both, second->bytes.data, second->bytes.len);
	bytes_add(&both, &len, sizeof(len));
	return blob_of(&both);
}

/*
 * What a worker needs in order to compare run @first with another.  @other is that run's id, optionally followed by
 * "?" and parameters of the difference.  NULL, with a reply, on failure.
 */
static struct blob *pair_of_requests(struct serve *serve, struct exchange *ex, const struct blob *first, const char *other)
{
	struct blob *second, *both;
	char other_id[65];

	snprintf(other_id, sizeof(other_id), "%.*s", (int)strcspn(other, "?"), other);
	second = is_id(other_id) ? store_run(serve->store, other_id) : NULL;
	both = second ? join_requests(first, second) : NULL;
	if (!second)
		problem_reply(ex, "unknown-run", "this server does not know run %.64s, which the other one is to be compared with",
			      other_id);
	else if (!both)
		problem_reply(ex, "out-of-memory", "there is no memory for the two runs");
	blob_put(second);
	return both;
}

/* A reference to the answer's blob, which may be pending.  NULL, with a reply, on failure. */
static struct blob *find_or_start(struct serve *serve, struct exchange *ex, const char *id,
				  const char *name)
{
	struct blob *blob = is_id(id) ? store_find_answer(serve->store, id, name) : NULL;
	struct blob *packed;
	bool fresh;

	if (blob)
		return blob;
	packed = is_id(id) ? store_run(serve->store, id) : NULL;
	if (!packed) {
		problem_reply(ex, "unknown-run", "this server does not know run %.64s; a run's id is the hash "
			      "of its inputs: POST them to " API "/runs to have it again", id);
		return NULL;
	}
	if (!strncmp(name, "diff/", 5)) {
		struct blob *both = pair_of_requests(serve, ex, packed, name + 5);

		blob_put(packed);
		if (!both)
			return NULL;
		packed = both;
	}
	blob = store_answer(serve->store, id, name, is_records(name), &fresh);
	if (!blob)
		problem_reply(ex, "out-of-memory", "there is no memory for the answer");
	else if (fresh)
		submit(serve, ex, id, packed, name, blob);
	blob_put(packed);
	return blob;
}

enum outcome answer_get(struct serve *serve, struct exchange *ex, const char *id, const char *name,
			struct blob **ret)
{
	*ret = NULL;
	if (!ex->wait)
		ex->wait = find_or_start(serve, ex, id, name);
	if (!ex->wait)
		return ANSWERED;
	switch (blob_state(ex->wait)) {
	case BLOB_PENDING:
		return WAITING;
	case BLOB_FAILED:
		problem_reply_failure(ex, &ex->wait->failure);
		return ANSWERED;
	default:
		*ret = ex->wait;
		return ANSWERED;
	}
}

/* There is no exchange to reply to, but the work still counts against @client's share. */
struct blob *answer_start(struct serve *serve, const char *client, const char *id, const char *name)
{
	struct exchange unheard = { 0 };
	struct blob *blob;

	snprintf(unheard.client, sizeof(unheard.client), "%s", client);
	blob = find_or_start(serve, &unheard, id, name);
	exchange_deinit(&unheard);
	return blob;
}

void answer_prefetch(struct serve *serve, const char *client, const char *id, const char *name)
{
	blob_put(answer_start(serve, client, id, name));
}

/* Smaller bodies fit into one packet either way. */
#define MIN_CODED	1024
#define ALL_CODINGS	((1u << NR_CODINGS) - 1)

bool answer_code(struct exchange *ex, const char *name, size_t size)
{
	bool must;
	int coding = accept_coding(ex->headers[HEADER_ACCEPT_ENCODING], ALL_CODINGS, &must);

	if (coding < 0) {
		problem_reply(ex, "not-acceptable", "this is available as it is (identity), as gzip or as zstd");
		return false;
	}
	reply_text(&ex->reply, "Vary", "Accept-Encoding");
	if (coding == CODING_IDENTITY || ex->as_it_is || (size < MIN_CODED && !must))
		return true;
	ex->reply.coding = (enum coding)coding;
	/* Cannot clash with an answer: their names contain no "=", and no parameter ends with one. */
	if (asprintf(&ex->reply.coded_as, "%s=%s", name, coding_name(ex->reply.coding)) < 0) {
		ex->reply.coded_as = NULL;
		ex->reply.failed = true;
	}
	return true;
}

/* etag_matches() splits lists at commas, so a tag must not contain any. */
static void mask_commas(char *s)
{
	for (; (s = strchr(s, ',')); s++)
		*s = ';';
}

bool answer_tag(struct exchange *ex, const char *id, const char *name, size_t size)
{
	const char *coded;
	char etag[NAME_MAX_ANSWER + 160];

	if (!answer_code(ex, name, size))
		return false;
	coded = ex->reply.coded_as ? ex->reply.coded_as : name;
	TEXT_JOIN(etag, sizeof(etag), "\"", id, *name ? "/" : "", coded, "\"");
	mask_commas(etag);
	reply_tagged(&ex->reply, 200, ex->headers[HEADER_IF_NONE_MATCH], etag,
		     "public, max-age=31536000, immutable");
	return true;
}

void answer_send(struct exchange *ex, const char *id, const char *name, const char *type,
		 struct blob *blob)
{
	if (answer_tag(ex, id, name, blob->bytes.len))
		reply_blob(&ex->reply, type, blob);
}
