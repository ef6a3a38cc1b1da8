// SPDX-License-Identifier: GPL-2.0-or-later
/* handlers_about.c - the server itself: index, health, metrics, the API's description, and what problems mean. */
#include "daemon/answers/artifact.h"
#include "daemon/base/asset.h"
#include "daemon/base/clock.h"
#include "daemon/base/sha256.h"
#include "daemon/http/problem.h"
#include "daemon/input/request.h"
#include "daemon/serve/handlers.h"
#include "daemon/serve/openapi.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum outcome send_json(struct exchange *ex, struct bytes *out)
{
	ex->reply.status = 200;
	reply_text(&ex->reply, "Cache-Control", "no-cache");
	reply_bytes(&ex->reply, "application/json", out);
	return ANSWERED;
}

enum outcome handle_service(struct serve *serve, struct exchange *ex)
{
	struct bytes out = { 0 };
	unsigned int more = 0;

	(void)serve;
	bytes_printf(&out, "{\"name\":\"mmscope\",\"version\":\"%s\",\"links\":{", mm_version());
	bytes_puts(&out,
		   "\"self\":\"" API "\",\"boards\":\"" API "/boards\",\"kernels\":\"" API "/kernels\","
		   "\"states\":\"" API "/states\",\"runs\":\"" API "/runs\","
		   "\"run\":\"" API "/run{?board,kernel,cmdline,memory,cpu,ops,from_state}\","
		   "\"manifest\":\"" API "/runs/{id}\",\"events\":\"" API "/runs/{id}/events{?from,to,format,pace,unit}\","
		   "\"state\":\"" API "/runs/{id}/state{?at}\",\"table\":\"" API "/runs/{id}/state/{table}{?at}\","
		   "\"picture\":\"" API "/runs/{id}/steps/{step}.svg\","
		   "\"explain\":\"" API "/runs/{id}/explain{?at,lang,format}\","
		   "\"concepts\":\"" API "/concepts\",\"articles\":\"" API "/articles\","
		   "\"report\":\"" API "/runs/{id}/{report}{?format}\","
		   "\"openapi\":\"" API "/openapi.json\",\"schemas\":\"" API "/schemas/{name}.json\","
		   "\"problems\":\"" API "/problems\",\"health\":\"/healthz\",\"metrics\":\"/metrics\",\"page\":\"/\"},"
		   "\"reports\":[");
	for (size_t i = 0; i < artifact_count(); i++)
		if (artifact_is_report(artifact_card(i)))
			bytes_printf(&out, "%s\"%s\"", more++ ? "," : "", artifact_card(i)->name);
	bytes_puts(&out, "],");
	bytes_printf(&out, "\"limits\":{\"dtb_bytes\":%u,\"json_bytes\":%u,\"cmdline_bytes\":%u,\"state_bytes\":%u}}\n",
		     REQUEST_MAX_DTB, REQUEST_MAX_JSON, REQUEST_MAX_CMDLINE, REQUEST_MAX_STATE);
	return send_json(ex, &out);
}

enum outcome handle_healthz(struct serve *serve, struct exchange *ex)
{
	const struct sandbox_trials *trials = &serve->trials;
	struct runner_numbers numbers;
	struct bytes out = { 0 };

	runner_count(serve->runner, &numbers);
	if (numbers.gone) {
		problem_reply(ex, "no-worker", "the process that starts workers is gone; restart mmscope serve");
		return ANSWERED;
	}
	bytes_printf(&out, "ok\nsandbox: %u of %u attempts refused (%s)\n", trials->refused, trials->tried, trials->names);
	if (*trials->succeeded)
		bytes_printf(&out, "sandbox: does not hold, workers can %s\n", trials->succeeded);
	ex->reply.status = 200;
	reply_text(&ex->reply, "Cache-Control", "no-store");
	reply_bytes(&ex->reply, "text/plain; charset=utf-8", &out);
	return ANSWERED;
}

/* -------------------------------------------------------------------- metrics */

static void metric(struct bytes *out, const char *name, const char *type, const char *help, uint64_t value)
{
	const char *suffix = strcmp(type, "counter") ? "" : "_total";

	bytes_printf(out, "# TYPE mmscope_%s %s\n# HELP mmscope_%s %s\nmmscope_%s%s %" PRIu64 "\n",
		     name, type, name, help, name, suffix, value);
}

/* OpenMetrics buckets are cumulative; ours are not. */
static void write_latency(struct bytes *out, const struct server_numbers *n)
{
	uint64_t sum = 0;

	bytes_puts(out, "# TYPE mmscope_http_request_seconds histogram\n# UNIT mmscope_http_request_seconds seconds\n"
		   "# HELP mmscope_http_request_seconds Time from a request's headers to its reply, for a stream until it begins.\n");
	for (size_t i = 0; i <= SERVER_NR_LATENCIES; i++) {
		char limit[32] = "+Inf";

		if (i < SERVER_NR_LATENCIES)
			snprintf(limit, sizeof(limit), "%g", server_latencies[i]);
		sum += n->latency[i];
		bytes_printf(out, "mmscope_http_request_seconds_bucket{le=\"%s\"} %" PRIu64 "\n", limit, sum);
	}
	bytes_printf(out, "mmscope_http_request_seconds_count %" PRIu64 "\nmmscope_http_request_seconds_sum %.6f\n", sum,
		     (double)n->latency_ns / (double)NS_PER_SEC);
}

static void write_server(struct bytes *out, struct server *server)
{
	struct server_numbers n;

	server_count(server, &n);
	bytes_puts(out, "# TYPE mmscope_http_requests counter\n"
		   "# HELP mmscope_http_requests Requests by class of the answer's status.\n");
	for (unsigned int i = 1; i < 6; i++)
		bytes_printf(out, "mmscope_http_requests_total{status=\"%uxx\"} %" PRIu64 "\n", i, n.requests[i]);
	write_latency(out, &n);
	metric(out, "connections", "counter", "Connections ever opened.", n.connections);
	metric(out, "connections_late", "counter", "Connections closed for sending too slowly.", n.late);
	metric(out, "connections_slow", "counter", "Connections closed for reading too slowly.", n.slow);
	metric(out, "connections_open", "gauge", "Connections open now.", n.open);
	metric(out, "connections_parked", "gauge", "Connections that wait for a run or for the next event.", n.parked);
	metric(out, "streams_open", "gauge", "Live event streams open now.", n.streams);
}

static void write_runner(struct bytes *out, struct runner *runner)
{
	struct runner_numbers n;

	runner_count(runner, &n);
	metric(out, "jobs", "counter", "Worker processes started.", n.started);
	metric(out, "jobs_failed", "counter", "Jobs that ended without all their answers.", n.failed);
	metric(out, "jobs_crashed", "counter", "Of these, crashed or killed at a limit.", n.crashed);
	metric(out, "jobs_timed_out", "counter", "Of these, stopped at the time limit.", n.timed_out);
	metric(out, "jobs_refused", "counter", "Jobs refused because too many were waiting.", n.refused);
	metric(out, "jobs_running", "gauge", "Workers at work now.", n.running);
	metric(out, "jobs_queued", "gauge", "Jobs that wait for a worker.", n.queued);
	bytes_printf(out, "# TYPE mmscope_jobs_seconds counter\n# UNIT mmscope_jobs_seconds seconds\n"
		     "# HELP mmscope_jobs_seconds Time that workers took.\nmmscope_jobs_seconds_total %.6f\n",
		     (double)n.busy_ns / (double)NS_PER_SEC);
	metric(out, "helper_up", "gauge", "1 while workers can be started.", !n.gone);
}

static void write_store(struct bytes *out, struct store *store)
{
	struct store_numbers n;

	store_count(store, &n);
	metric(out, "store_runs", "gauge", "Runs whose inputs are remembered.", n.runs);
	metric(out, "store_answers", "gauge", "Answers that are remembered.", n.answers);
	metric(out, "store_run_bytes", "gauge", "Bytes of remembered inputs.", n.run_bytes);
	metric(out, "store_answer_bytes", "gauge", "Bytes of remembered answers.", n.answer_bytes);
	metric(out, "store_hits", "counter", "Answers found.", n.hits);
	metric(out, "store_misses", "counter", "Answers that had to be made.", n.misses);
	metric(out, "store_evictions", "counter", "Entries dropped for room.", n.evictions);
}

enum outcome handle_metrics(struct serve *serve, struct exchange *ex)
{
	struct bytes out = { 0 };

	bytes_printf(&out, "# TYPE mmscope_build info\n# HELP mmscope_build The program's version.\n"
		     "mmscope_build_info{version=\"%s\"} 1\n", mm_version());
	metric(&out, "uptime_seconds", "gauge", "Seconds since the start.",
	       (clock_ns() - serve->started) / NS_PER_SEC);
	metric(&out, "sandbox_attempts", "gauge", "Forbidden things that a worker tried at start.",
	       serve->trials.tried);
	metric(&out, "sandbox_refused", "gauge", "Of these, refused.", serve->trials.refused);
	write_server(&out, serve->server);
	write_runner(&out, serve->runner);
	write_store(&out, serve->store);
	metric(&out, "memory_limit_bytes", "gauge", "Bytes that may be held for clients.", serve->ceiling.max);
	metric(&out, "memory_held_bytes", "gauge", "Bytes held: runs, answers and bodies, streams included.", serve->ceiling.held);
	metric(&out, "memory_peak_bytes", "gauge", "The most bytes that were held.", serve->ceiling.peak);
	metric(&out, "memory_refused", "counter", "Answers refused because there was no room for them.", serve->ceiling.refused);
	bytes_puts(&out, "# EOF\n");
	ex->reply.status = 200;
	reply_text(&ex->reply, "Cache-Control", "no-store");
	reply_bytes(&ex->reply, "application/openmetrics-text; version=1.0.0; charset=utf-8", &out);
	return ANSWERED;
}

/* -------------------------------------------------- documents about documents */

static enum outcome send_document(struct exchange *ex, const char *path, const char *type)
{
	const struct asset *asset = asset_find(path);
	char etag[40];

	if (!asset) {
		problem_reply(ex, "not-found", "there is nothing at %s", ex->path);
		return ANSWERED;
	}
	snprintf(etag, sizeof(etag), "\"%.32s\"", asset->etag);
	reply_tagged(&ex->reply, 200, ex->headers[HEADER_IF_NONE_MATCH], etag, "no-cache");
	reply_static(&ex->reply, type, asset->data, asset->size);
	return ANSWERED;
}

enum outcome handle_openapi(struct serve *serve, struct exchange *ex)
{
	struct bytes out = { 0 };
	struct sha256 sha;
	char hash[65], etag[40];

	(void)serve;
	openapi_write(&out);
	sha256_init(&sha);
	sha256_add(&sha, bytes_text(&out), out.len);
	sha256_hex(&sha, hash);
	snprintf(etag, sizeof(etag), "\"%.32s\"", hash);
	reply_tagged(&ex->reply, 200, ex->headers[HEADER_IF_NONE_MATCH], etag, "no-cache");
	reply_bytes(&ex->reply, "application/json", &out);
	return ANSWERED;
}

enum outcome handle_schema(struct serve *serve, struct exchange *ex)
{
	char path[128];

	(void)serve;
	snprintf(path, sizeof(path), "schemas/%s", ex->args[0]);
	return send_document(ex, path, "application/schema+json");
}

static void write_problem(struct bytes *out, const struct problem *problem)
{
	bytes_printf(out, "{\"type\":\"" API "/problems/%s\",\"status\":%u,\"title\":", problem->code,
		     problem->status);
	bytes_json(out, problem->title);
	bytes_puts(out, ",\"meaning\":");
	bytes_json(out, problem->meaning);
	bytes_putc(out, '}');
}

enum outcome handle_problems(struct serve *serve, struct exchange *ex)
{
	struct bytes out = { 0 };

	(void)serve;
	bytes_puts(&out, "{\"problems\":[");
	for (size_t i = 0; i < nr_problems; i++) {
		bytes_puts(&out, i ? ",\n" : "\n");
		write_problem(&out, &problems[i]);
	}
	bytes_puts(&out, "]}\n");
	return send_json(ex, &out);
}

/* These are our own texts and contain nothing that HTML would need escaped. */
static void write_problem_page(struct bytes *out, const struct problem *problem)
{
	bytes_printf(out, "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>%s</title>\n<h1>%s (%u)</h1>\n<p>%s</p>\n"
		     "<p>This is what <code>\"type\": \"" API "/problems/%s\"</code> of an answer means. "
		     "<a href=\"" API "/problems\">All of them</a>.</p>\n</html>\n",
		     problem->title, problem->title, problem->status, problem->meaning, problem->code);
}

enum outcome handle_problem(struct serve *serve, struct exchange *ex)
{
	static const struct offer offers[] = {
		{ .format = "json", .type = "application/json" }, { .format = "html", .type = "text/html" },
	};
	const struct problem *problem = problem_find(ex->args[0]);
	struct bytes out = { 0 };
	int choice;

	(void)serve;
	if (!problem) {
		problem_reply(ex, "not-found", "there is no problem of that name");
		return ANSWERED;
	}
	choice = exchange_choose(ex, offers, 2);
	if (choice < 0)
		return ANSWERED;
	if (choice) {
		write_problem_page(&out, problem);
		ex->reply.status = 200;
		reply_text(&ex->reply, "Cache-Control", "no-cache");
		reply_bytes(&ex->reply, "text/html; charset=utf-8", &out);
		return ANSWERED;
	}
	write_problem(&out, problem);
	bytes_putc(&out, '\n');
	return send_json(ex, &out);
}
