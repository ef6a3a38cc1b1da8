// SPDX-License-Identifier: GPL-2.0-or-later
/* handlers_ask.c - from inputs to a run. */
#include "daemon/answers/artifact.h"
#include "daemon/base/blob.h"
#include "daemon/http/problem.h"
#include "daemon/input/ask_fields.h"
#include "daemon/serve/answer.h"
#include "daemon/serve/ask.h"
#include "daemon/serve/handlers.h"
#include "daemon/serve/name.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool ask_remember(struct serve *serve, struct exchange *ex, struct ask *ask, char id[65])
{
	struct mm_error error = { .offset = -1 };
	struct bytes packed = { 0 };
	struct request request;
	struct blob *state;
	int err;

	ask->boards_dir = serve->boards_dir;
	ask->shelf = serve->shelf;
	ask->cards = serve->cards;
	ask->last_good = serve->last_good;
	state = ask->from_state ? store_state(serve->store, ask->from_state) : NULL;
	ask->state = state ? &state->bytes : NULL;
	err = request_resolve(ask, &request, &error);
	blob_put(state);
	ask->state = NULL;
	if (err) {
		problem_reply_error(ex, err, &error);
		return false;
	}
	memcpy(id, request.id, 65);
	err = request_pack(&request, &packed);
	request_deinit(&request);
	err = err ? err : store_add_run(serve->store, id, &packed);
	if (err < 0)
		problem_reply(ex, "out-of-memory", "there is no memory to remember the run");
	ex->created = err > 0;
	bytes_deinit(&packed);
	return err >= 0;
}

/* Which answer to send instead of the manifest. */
static const char answer_param[] = "answer";
static const char *const answer_only[] = { answer_param, NULL };
/* since=N: the client will read events from number N on, so prepare them along with the manifest.  since= and lang=
 * are also passed on to an answer that takes them. */
static const char since_param[] = "since", lang_param[] = "lang";
static const char *const post_params[] = { answer_param, since_param, lang_param, NULL };

/* NULL, with a reply, if there is no such answer. */
static const struct artifact_card *wanted_answer(struct exchange *ex)
{
	const char *name = exchange_param(ex, answer_param);
	const struct artifact_card *card = artifact_find(name && *name ? name : "manifest");

	if (card && (!strcmp(card->name, "manifest") || artifact_is_report(card)))
		return card;
	problem_reply(ex, "bad-parameter", "answer=%.40s: a run has no such answer", name);
	return NULL;
}

/* True if every parameter is one of ask_fields or of @others. */
static bool only_ask_fields(struct exchange *ex, const char *const *others)
{
	const char *names[32];
	size_t nr = 0;

	while (others[nr]) {
		names[nr] = others[nr];
		nr++;
	}
	for (size_t i = 0; i < nr_ask_fields && nr < 31; i++)
		if (!ask_fields[i].shell_only)
			names[nr++] = ask_fields[i].param;
	names[nr] = NULL;
	return exchange_only(ex, names);
}

/* HTML forms submit empty fields, so an empty value counts as absent - except where it has a meaning of its own. */
bool ask_of_params(struct exchange *ex, struct ask *ret, const char *const *others)
{
	*ret = (struct ask){ 0 };
	for (size_t i = 0; i < nr_ask_fields; i++) {
		const struct ask_field *field = &ask_fields[i];
		const char *value = field->shell_only ? NULL : exchange_param(ex, field->param);

		if (value && (*value || field->empty))
			*ask_field_of(ret, field) = value;
	}
	return only_ask_fields(ex, others);
}

static bool run_of_json(struct serve *serve, struct exchange *ex, char id[65])
{
	struct mm_error error = { .offset = -1 };
	struct ask_storage *storage;
	struct ask ask;
	bool ok;
	int err;

	if (!exchange_only(ex, post_params))
		return false;
	err = ask_parse(bytes_text(&ex->body), ex->body.len, &ask, &storage, &error);
	if (err) {
		/* -EBADMSG would be reported as a rejected board, but here it is the body that is malformed. */
		problem_reply_error(ex, err == -EBADMSG ? -EINVAL : err, &error);
		return false;
	}
	ok = ask_remember(serve, ex, &ask, id);
	ask_free(storage);
	return ok;
}

static bool run_of_dtb(struct serve *serve, struct exchange *ex, char id[65])
{
	struct ask ask;

	if (!ask_of_params(ex, &ask, post_params))
		return false;
	ask.dtb = bytes_text(&ex->body);
	ask.dtb_len = ex->body.len;
	return ask_remember(serve, ex, &ask, id);
}

static void reply_location(struct exchange *ex, const char *id)
{
	reply_field(&ex->reply, "Location", API "/runs/%s", id);
}

static bool since_fits(struct exchange *ex)
{
	const char *since = exchange_param(ex, since_param);

	if (!since || wanted_value_fits(WANTED_SINCE, since))
		return true;
	problem_reply(ex, "bad-parameter", "since= takes an event's number");
	return false;
}

/* Replies with the manifest, or the answer that was asked for: the same bytes whether the run is new (201) or known
 * (200). */
enum outcome handle_post_run(struct serve *serve, struct exchange *ex)
{
	const struct artifact_card *card = wanted_answer(ex);
	char id[65], answer[NAME_MAX_ANSWER];
	bool json = !strncasecmp(ex->headers[HEADER_CONTENT_TYPE], "application/json", 16);
	enum outcome outcome;
	struct blob *blob;

	if (!card || !since_fits(ex) || !name_with_params(ex, card, artifact_plain(card), card->name, answer))
		return ANSWERED;
	if (!ex->args[0]) {
		if (!(json ? run_of_json(serve, ex, id) : run_of_dtb(serve, ex, id)))
			return ANSWERED;
		ex->args[0] = strdup(id);
	}
	if (!ex->args[0]) {
		problem_reply(ex, "out-of-memory", "there is no memory for the answer");
		return ANSWERED;
	}
	outcome = answer_get(serve, ex, ex->args[0], answer, &blob);
	if (!blob)
		return outcome;
	/* The manifest goes by the run's id alone, in its ETag and in the name of its coded form. */
	if (!answer_code(ex, strcmp(answer, "manifest") ? answer : "", blob->bytes.len))
		return ANSWERED;
	ex->reply.status = ex->created ? 201 : 200;
	reply_location(ex, ex->args[0]);
	reply_text(&ex->reply, "Cache-Control", "no-store");
	reply_blob(&ex->reply, artifact_type(answer), blob);
	return ANSWERED;
}

/* For curl one-liners: inputs as parameters, answered by a redirect to the run. */
enum outcome handle_get_run(struct serve *serve, struct exchange *ex)
{
	const struct artifact_card *card = wanted_answer(ex);
	const char *answer = card ? card->name : NULL;
	struct bytes body = { 0 };
	struct ask ask;
	char id[65];

	if (!answer || !ask_of_params(ex, &ask, answer_only) || !ask_remember(serve, ex, &ask, id))
		return ANSWERED;
	answer_prefetch(serve, ex->client, id, answer);
	ex->reply.status = 303;
	if (!strcmp(answer, "manifest"))
		reply_location(ex, id);
	else
		reply_field(&ex->reply, "Location", API "/runs/%s/%s", id, answer);
	reply_text(&ex->reply, "Cache-Control", "no-cache");
	bytes_printf(&body, "{\"id\":\"%s\",\"manifest\":\"" API "/runs/%s\"}\n", id, id);
	reply_bytes(&ex->reply, "application/json", &body);
	return ANSWERED;
}

/* A recorded state for runs to start from.  It is stored unparsed, under its hash: parsing is left to sandboxed
 * workers. */
enum outcome handle_post_state(struct serve *serve, struct exchange *ex)
{
	struct bytes out = { 0 };
	size_t len = ex->body.len;
	char name[65];
	int added;

	if (!exchange_only(ex, (const char *const[]){ NULL }))
		return ANSWERED;
	if (!len) {
		problem_reply(ex, "bad-request", "the body is empty; send the recording as a tar archive");
		return ANSWERED;
	}
	request_name_state(ex->body.data, len, name);
	added = store_add_state(serve->store, name, &ex->body);
	if (added < 0) {
		problem_reply(ex, "out-of-memory", "there is no memory to remember the state");
		return ANSWERED;
	}
	bytes_printf(&out, "{\"name\":\"%s\",\"bytes\":%zu,\"links\":{\"run\":\"" API "/run?from_state=%s\"}}\n", name, len, name);
	ex->reply.status = added ? 201 : 200;
	reply_text(&ex->reply, "Cache-Control", "no-store");
	reply_bytes(&ex->reply, "application/json", &out);
	return ANSWERED;
}
