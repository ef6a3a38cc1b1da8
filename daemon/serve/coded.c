// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/serve/coded.h"

#include "daemon/base/fail.h"
#include "daemon/http/stream.h"
#include "daemon/serve/answer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK	(64u << 10)

/* Work for the coding thread: code `body`, which the job owns, into `coded`. */
struct job {
	struct job *next;
	struct reply body;
	struct blob *coded;
	char *id, *name;
};

struct coders {
	struct serve *serve;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct job *first, **last;
	_Atomic bool stopping;
};

static void job_free(struct job *job)
{
	reply_deinit(&job->body);
	blob_put(job->coded);
	free(job->id);
	free(job->name);
	free(job);
}

/* The next block of the body, as stream_read(). */
static ssize_t next_block(struct job *job, size_t at, char *block)
{
	size_t len = job->body.size - at < BLOCK ? job->body.size - at : BLOCK;

	/* A document of events is a stream: its bytes are made as they are read. */
	if (job->body.stream)
		return stream_read(job->body.stream, 0, block, BLOCK);
	memcpy(block, (const char *)job->body.data + at, len);
	return len ? (ssize_t)len : STREAM_END;
}

/* Append, charging the ceiling before the buffer grows.  It grows by doubling, see bytes.h. */
static bool put(struct serve *serve, struct blob *coded, const struct bytes *piece)
{
	size_t len = coded->bytes.len + piece->len, cost = sizeof(*coded) + 2 * len + 512;

	if (piece->failed || (cost > coded->charged && !answer_make_room(serve, coded, cost)))
		return false;
	bytes_add(&coded->bytes, piece->data, piece->len);
	return !coded->bytes.failed;
}

/* False: no memory, or no room below the ceiling. */
static bool code_blocks(struct serve *serve, struct job *job, struct coder *coder, struct bytes *piece)
{
	char *block = malloc(BLOCK);
	ssize_t len = block ? 1 : STREAM_WAIT;

	for (size_t at = 0; len > 0; at += (size_t)len) {
		bytes_clear(piece);
		len = next_block(job, at, block);
		if (len > 0)
			coder_add(coder, block, (size_t)len, piece);
		else if (len != STREAM_WAIT)
			coder_end(coder, piece);
		if (!put(serve, job->coded, piece))
			len = STREAM_WAIT;
	}
	free(block);
	return len != STREAM_WAIT;
}

static bool code_body(struct serve *serve, struct job *job)
{
	struct coder *coder = coder_new(job->body.coding);
	struct bytes piece = { 0 };
	bool ret = coder && code_blocks(serve, job, coder, &piece);

	bytes_deinit(&piece);
	coder_free(coder);
	return ret;
}

static void give_up(struct blob *coded)
{
	struct blob_failure failure = { .err = -ENOMEM, .code = "out-of-memory" };

	fail(&failure.error, -ENOMEM, "answer", "it could not be coded");
	blob_fail(coded, &failure);
}

static void settle(struct serve *serve, const struct job *job)
{
	answer_settled(serve, job->id, job->name, job->coded, blob_state(job->coded) == BLOB_READY);
}

static struct job *next_job(struct coders *coders)
{
	struct job *job;

	pthread_mutex_lock(&coders->lock);
	while (!coders->first && !coders->stopping)
		pthread_cond_wait(&coders->work, &coders->lock);
	job = coders->first;
	if (job)
		coders->first = job->next;
	if (!coders->first)
		coders->last = &coders->first;
	pthread_mutex_unlock(&coders->lock);
	return job;
}

static void *work(void *arg)
{
	struct coders *coders = arg;
	struct job *job;

	while ((job = next_job(coders))) {
		if (coders->stopping || !code_body(coders->serve, job))
			give_up(job->coded);
		else
			blob_ready(job->coded);
		settle(coders->serve, job);
		job_free(job);
	}
	return NULL;
}

struct coders *coders_start(struct serve *serve)
{
	struct coders *coders = calloc(1, sizeof(*coders));

	if (!coders)
		return NULL;
	coders->serve = serve;
	coders->last = &coders->first;
	pthread_mutex_init(&coders->lock, NULL);
	pthread_cond_init(&coders->work, NULL);
	if (!pthread_create(&coders->thread, NULL, work, coders))
		return coders;
	coders->stopping = true;
	coders_free(coders);
	return NULL;
}

void coders_stop(struct coders *coders)
{
	if (!coders)
		return;
	pthread_mutex_lock(&coders->lock);
	coders->stopping = true;
	pthread_cond_signal(&coders->work);
	pthread_mutex_unlock(&coders->lock);
	pthread_join(coders->thread, NULL);
}

void coders_free(struct coders *coders)
{
	if (!coders)
		return;
	pthread_mutex_destroy(&coders->lock);
	pthread_cond_destroy(&coders->work);
	free(coders);
}

/* False: coders are being stopped. */
static bool submit(struct coders *coders, struct job *job)
{
	bool taken;

	pthread_mutex_lock(&coders->lock);
	taken = !coders->stopping;
	if (taken) {
		*coders->last = job;
		coders->last = &job->next;
		pthread_cond_signal(&coders->work);
	}
	pthread_mutex_unlock(&coders->lock);
	return taken;
}

/* Split a reply: status and headers stay in @reply, and what the body is made of is returned. */
static struct reply take_body(struct reply *reply)
{
	struct reply body = {
		.data = reply->data, .size = reply->size, .release = reply->release, .owner = reply->owner,
		.stream = reply->stream, .coding = reply->coding,
	};

	reply->data = NULL;
	reply->size = 0;
	reply->release = NULL;
	reply->owner = NULL;
	reply->stream = NULL;
	return body;
}

static void begin(struct serve *serve, struct exchange *ex, struct blob *coded)
{
	struct job *job = calloc(1, sizeof(*job));
	const struct job named = { .id = ex->args[0], .name = ex->reply.coded_as, .coded = coded };

	if (job) {
		job->body = take_body(&ex->reply);
		job->coded = blob_get(coded);
		job->id = strdup(ex->args[0]);
		job->name = strdup(ex->reply.coded_as);
		if (job->id && job->name && submit(serve->coders, job))
			return;
		job_free(job);
	}
	give_up(coded);
	settle(serve, &named);
}

/* Replace ex->wait by the blob of the coded body, which may be pending. */
static bool find_or_begin(struct serve *serve, struct exchange *ex)
{
	bool fresh;
	struct blob *coded = store_answer(serve->store, ex->args[0], ex->reply.coded_as, false, &fresh);

	if (!coded)
		return false;
	if (fresh)
		begin(serve, ex, coded);
	blob_put(ex->wait);
	ex->wait = coded;
	ex->coding = true;
	return true;
}

static void put_body(struct exchange *ex)
{
	struct reply body = take_body(&ex->reply);

	reply_deinit(&body);
	reply_field(&ex->reply, "Content-Encoding", "%s", coding_name(ex->reply.coding));
	reply_body(&ex->reply, ex->wait);
	ex->reply.coding = CODING_IDENTITY;
}

static bool as_it_is(struct exchange *ex)
{
	ex->coding = false;
	ex->as_it_is = true;
	blob_put(ex->wait);
	ex->wait = NULL;
	reply_clear(&ex->reply);
	return false;
}

bool coded_reply(struct serve *serve, struct exchange *ex, enum outcome *ret)
{
	*ret = ANSWERED;
	/* A 304 has no body, and problems are too small to be worth it. */
	if (!ex->reply.coding || ex->reply.status / 100 != 2 || ex->reply.failed)
		return true;
	if (!ex->coding && !find_or_begin(serve, ex))
		return as_it_is(ex);
	switch (blob_state(ex->wait)) {
	case BLOB_PENDING:
		*ret = WAITING;
		return true;
	case BLOB_READY:
		put_body(ex);
		return true;
	default:
		return as_it_is(ex);
	}
}
