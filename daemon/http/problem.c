// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http/problem.h"

#include "daemon/base/blob.h"
#include "daemon/base/fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct problem problems[] = {
	{ "bad-request", 400, "Bad request",
	  "The request is not one that HTTP/1.1 allows, or could be read in two ways." },
	{ "bad-parameter", 400, "Bad parameter",
	  "A value in the address or in the body cannot be understood; `detail` says which." },
	{ "foreign-host", 403, "Host not allowed",
	  "The Host header is none of this server's names. mmscope serve --allow-host NAME adds one." },
	{ "foreign-origin", 403, "Origin not allowed",
	  "A page of another site sent this request; only this server's own page may." },
	{ "not-presenter", 403, "Not the presenter",
	  "Only the one who began a lecture leads it: send its token as Authorization: Bearer TOKEN." },
	{ "not-found", 404, "Not found", "There is nothing at this address." },
	{ "unknown-run", 404, "Unknown run",
	  "This server has not executed a run of this id, or no longer remembers it. "
	  "An id is the hash of a run's inputs: POST the same inputs to /api/v1/runs to have it again." },
	{ "method-not-allowed", 405, "Method not allowed", "See the Allow header for what can be done here." },
	{ "not-acceptable", 406, "Not acceptable",
	  "This resource is not available in any of the formats that the Accept header or ?format= names." },
	{ "too-large", 413, "Too large", "The input is larger than this server reads." },
	{ "uri-too-long", 414, "Address too long", "The address is longer than this server reads; what is long can be sent in a body." },
	{ "unsupported-type", 415, "Unsupported media type",
	  "A run is made from application/json, or from a DTB as application/octet-stream." },
	{ "board-rejected", 422, "Board rejected",
	  "The device tree, profile or another input is wrong; `node`, `where` and `offset` say where." },
	{ "run-too-large", 422, "Run too large", "The run's event log or answer is larger than this server allows." },
	{ "run-too-expensive", 422, "Run too expensive", "The run needs more computing time than this server allows." },
	{ "headers-too-large", 431, "Headers too large", "Address and headers together are larger than this server reads." },
	{ "internal", 500, "Internal error", "The server failed; the run may be fine." },
	{ "worker-crashed", 500, "Worker crashed",
	  "The process that executed the run ended unexpectedly. Other runs are not affected. Please report the input." },
	{ "not-implemented", 501, "Not implemented", "The server does not know this method." },
	{ "too-busy", 503, "Too busy", "Too many runs are waiting to be executed; try again." },
	{ "too-many-streams", 503, "Too many streams", "Too many event streams are open; close some or try again." },
	{ "too-many-lectures", 503, "Too many lectures", "Too many lectures are going on; end some or try again." },
	{ "no-worker", 503, "No worker", "No process could be started for the run." },
	{ "out-of-memory", 503, "Out of memory", "The run needs more memory than there is, or than this server allows." },
	{ "memory-full", 503, "Memory full",
	  "What clients are being sent takes all the memory that this server may use for it; try again." },
	{ "stopping", 503, "Stopping", "The server is about to end." },
	{ "worker-timeout", 504, "Run took too long", "The run was stopped at this server's time limit." },
};
const size_t nr_problems = sizeof(problems) / sizeof(problems[0]);

const struct problem *problem_find(const char *code)
{
	for (size_t i = 0; i < nr_problems; i++)
		if (!strcmp(problems[i].code, code))
			return &problems[i];
	return NULL;
}

static const char *code_of_error(int err)
{
	switch (err) {
	case -EINVAL:
		return "bad-parameter";
	case -ENOENT:
		return "not-found";
	case -EBADMSG:
		return "board-rejected";
	case -EFBIG:
		return "too-large";
	case -E2BIG:
		return "run-too-large";
	case -ENOMEM:
		return "out-of-memory";
	case -ENOSYS:			/* this system does not let us start or sandbox a worker; see worker.c */
		return "no-worker";
	default:
		return "internal";
	}
}

static void member(struct bytes *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	bytes_printf(out, ",\"%s\":", name);
	bytes_json(out, value);
}

/* The Retry-After of a 503, unless the caller knows better. */
#define RETRY_SECONDS	2

static void write_reply(struct exchange *ex, const char *code, const char *detail,
			const struct mm_error *error, unsigned int retry_seconds)
{
	const struct problem *problem = problem_find(code);
	struct bytes out = { 0 };

	if (!problem)
		problem = problem_find("internal");
	reply_clear(&ex->reply);
	bytes_printf(&out, "{\"type\":\"/api/v1/problems/%s\"", problem->code);
	member(&out, "title", problem->title);
	bytes_printf(&out, ",\"status\":%u", problem->status);
	member(&out, "detail", detail);
	member(&out, "instance", ex->path);
	if (error) {
		member(&out, "where", error->where);
		member(&out, "node", error->node);
		if (error->offset >= 0)
			bytes_printf(&out, ",\"offset\":%lld", (long long)error->offset);
		member(&out, "option", error->option);
		member(&out, "example", error->example);
	}
	bytes_puts(&out, "}\n");
	ex->reply.status = problem->status;
	reply_text(&ex->reply, "Cache-Control", "no-store");
	if (problem->status == 503)
		reply_field(&ex->reply, "Retry-After", "%u", retry_seconds ? retry_seconds : RETRY_SECONDS);
	reply_bytes(&ex->reply, "application/problem+json", &out);
}

void problem_reply(struct exchange *ex, const char *code, const char *fmt, ...)
{
	struct mm_error detail = { .offset = -1 };
	va_list args;

	va_start(args, fmt);
	vsnprintf(detail.text, sizeof(detail.text), fmt, args);
	va_end(args);
	write_reply(ex, code, detail.text, NULL, 0);
}

static void reply_with_sentence(struct exchange *ex, const char *code, const struct mm_error *error,
				unsigned int retry_seconds)
{
	struct bytes sentence = { 0 };

	fail_sentence(error, &sentence);
	write_reply(ex, code, bytes_text(&sentence), error, retry_seconds);
	bytes_deinit(&sentence);
}

void problem_reply_error(struct exchange *ex, int err, const struct mm_error *error)
{
	reply_with_sentence(ex, code_of_error(err), error, 0);
}

void problem_reply_failure(struct exchange *ex, const struct blob_failure *failure)
{
	reply_with_sentence(ex, failure->code ? failure->code : code_of_error(failure->err),
			    &failure->error, failure->retry_seconds);
}
