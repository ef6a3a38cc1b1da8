// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/serve/route.h"

#include "daemon/http/problem.h"
#include "daemon/input/dmesg.h"
#include "daemon/input/request.h"
#include "daemon/serve/coded.h"
#include "daemon/serve/handlers.h"
#include "daemon/serve/live.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct route {
	const char *path;		/* after the table's prefix; {} matches one component, ** the rest */
	unsigned int methods;
	handler *handle;
};

#define READ	(METHOD_GET | METHOD_HEAD)

/* Everything below API.  The first match wins, but a path may have more rows, for other methods. */
static const struct route api_routes[] = {
	{ "", READ, handle_service },
	{ "/openapi.json", READ, handle_openapi },
	{ "/schemas/{}", READ, handle_schema },
	{ "/problems", READ, handle_problems },
	{ "/problems/{}", READ, handle_problem },
	{ "/boards", READ, handle_boards },
	{ "/boards/{}", READ, handle_board },
	{ "/boards/{}/dtb", READ, handle_board_dtb },
	{ "/boards/{}/dts", READ, handle_board_dts },
	{ "/kernels", READ, handle_kernels },
	{ "/kernels", METHOD_POST, handle_post_kernel },
	{ "/kernels/{}", READ, handle_kernel },
	{ "/kernels/{}/history", READ, handle_kernel_history },
	{ "/kernels/{}/trust", READ, handle_kernel_trust },
	{ "/logs", METHOD_POST, handle_post_log },
	{ "/concepts", READ, handle_concepts },
	{ "/live", METHOD_POST, handle_begin_live },
	{ "/live/{}", READ, handle_follow_live },
	{ "/live/{}", METHOD_POST, handle_say_live },
	{ "/live/{}", METHOD_DELETE, handle_end_live },
	{ "/articles", READ, handle_articles },
	{ "/states", METHOD_POST, handle_post_state },
	{ "/runs", METHOD_POST, handle_post_run },
	{ "/run", READ, handle_get_run },
	{ "/sweep", READ | METHOD_POST, handle_sweep },
	{ "/runs/{}", READ, handle_manifest },
	{ "/runs/{}/events", READ, handle_events },
	{ "/runs/{}/phases", READ, handle_phases },
	{ "/runs/{}/state", READ, handle_state },
	{ "/runs/{}/state/{}", READ, handle_table },
	{ "/runs/{}/steps/{}", READ, handle_step },
	{ "/runs/{}/check", READ, handle_check },
	{ "/runs/{}/knobs", READ, handle_knobs },
	{ "/runs/{}/diff/{}", READ, handle_diff },
	{ "/runs/{}/{}", READ, handle_report },
};

static const struct route other_routes[] = {
	{ "/healthz", READ, handle_healthz },
	{ "/metrics", READ, handle_metrics },
	{ "/**", READ, handle_file },
};

/* A kernel image, with config, System.map and boot log. */
#define KERNEL_MAX_BODY	(128u << 20)
/* A boot log and its tree, plus multipart framing. */
#define LOG_MAX_BODY	(DMESG_MAX_BYTES + REQUEST_MAX_DTB + (64u << 10))

static const struct route_table {
	const char *prefix;
	const struct route *routes;
	size_t nr;
} tables[] = {
	{ API, api_routes, sizeof(api_routes) / sizeof(api_routes[0]) },
	{ "", other_routes, sizeof(other_routes) / sizeof(other_routes[0]) },
};

/* Find the table for a path; returns the path after the table's prefix. */
static const char *table_of(const char *path, const struct route_table **ret)
{
	const struct route_table *table = tables;
	size_t len;

	while (len = strlen(table->prefix), strncmp(path, table->prefix, len) || (path[len] && path[len] != '/'))
		table++;
	*ret = table;
	return path + len;
}

/* Length of the path's first component; 0: it is empty. */
static size_t component(const char *path)
{
	return strcspn(path, "/");
}

static bool matches(const char *pattern, const char *path)
{
	for (; *pattern; ) {
		if (*pattern == '*')
			return true;
		if (*pattern == '{') {
			if (!component(path))
				return false;
			pattern += 2;
			path += component(path);
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return !*path;
}

static bool take_args(struct exchange *ex)
{
	const struct route_table *table;
	const char *pattern = ex->route->path, *path = table_of(ex->path, &table);
	size_t nr = 0;

	for (; *pattern && *pattern != '*'; ) {
		if (strncmp(pattern, "{}", 2)) {
			pattern++;
			path++;
			continue;
		}
		ex->args[nr] = strndup(path, component(path));
		if (!ex->args[nr++]) {
			problem_reply(ex, "out-of-memory", "there is no memory for the request");
			return false;
		}
		pattern += 2;
		path += component(path);
	}
	return true;
}

static void add_method(struct bytes *allow, const char *name)
{
	bytes_puts(allow, allow->len ? ", " : "");
	bytes_puts(allow, name);
}

/* Methods as the Allow header lists them. */
static void list_methods(unsigned int methods, struct bytes *allow)
{
	if (methods & METHOD_GET)
		add_method(allow, "GET, HEAD");
	if (methods & METHOD_POST)
		add_method(allow, "POST");
	if (methods & METHOD_DELETE)
		add_method(allow, "DELETE");
	add_method(allow, "OPTIONS");
}

static void reply_allow(struct exchange *ex, unsigned int methods)
{
	struct bytes allow = { 0 };

	list_methods(methods, &allow);
	if (ex->method == METHOD_OPTIONS)
		ex->reply.status = 204;
	else
		problem_reply(ex, "method-not-allowed", "this address takes %s", bytes_text(&allow));
	reply_field(&ex->reply, "Allow", "%s", bytes_text(&allow));
	bytes_deinit(&allow);
}

static bool find(struct exchange *ex)
{
	const struct route_table *table;
	const char *path = table_of(ex->path, &table);
	unsigned int methods = 0;

	for (const struct route *route = table->routes; route < table->routes + table->nr; route++) {
		/* A ** row is the fallback: where a path exists, but with other methods, the answer is 405. */
		if (!matches(route->path, path) || (methods && strchr(route->path, '*')))
			continue;
		methods |= route->methods;
		if (route->methods & ex->method) {
			ex->route = route;
			return true;
		}
	}
	if (!methods)
		problem_reply(ex, "not-found", "there is nothing at %s", ex->path);
	else if (ex->method == METHOD_UNKNOWN)
		problem_reply(ex, "not-implemented", "the server does not know this method");
	else
		reply_allow(ex, methods);
	return false;
}

/* Does Content-Type name @type, whatever its parameters? */
static bool is_type(const char *header, const char *type)
{
	size_t len = strlen(type);

	return header && !strncasecmp(header, type, len) &&
	       (!header[len] || strchr("; \t", header[len]));
}

/* The body goes straight to a file that a worker will map.  What the worker needs to know is put in front of it. */
static bool admit_kernel(struct exchange *ex)
{
	const char *type = ex->headers[HEADER_CONTENT_TYPE];

	if (is_type(type, "application/json")) {
		ex->max_body = REQUEST_MAX_JSON;
		return true;
	}
	if (!is_type(type, "application/octet-stream") && !is_type(type, "multipart/form-data")) {
		problem_reply(ex, "unsupported-type", "send a kernel as application/octet-stream, its files as "
			      "multipart/form-data (image, config, map, log), or a saved profile as application/json");
		return false;
	}
	ex->spools = true;
	ex->max_body = KERNEL_MAX_BODY;
	ex->larger = "; 'mmscope profile' reads larger kernels in the shell, and its profile can be sent instead of them";
	bytes_add(&ex->body, "profile", 8);
	bytes_add(&ex->body, type, strlen(type) + 1);
	return true;
}

static bool admit_state(struct exchange *ex)
{
	const char *type = ex->headers[HEADER_CONTENT_TYPE];

	if (is_type(type, "application/octet-stream") || is_type(type, "application/x-tar"))
		ex->max_body = REQUEST_MAX_STATE;
	else
		problem_reply(ex, "unsupported-type", "send a recording as application/x-tar: case.json and state0.json (or .xz)");
	return ex->max_body;
}

static bool admit_log(struct exchange *ex)
{
	const char *type = ex->headers[HEADER_CONTENT_TYPE];

	if (!is_type(type, "multipart/form-data")) {
		problem_reply(ex, "unsupported-type", "send a boot log as multipart/form-data, its parts: log, tree");
		return false;
	}
	ex->spools = true;
	ex->max_body = LOG_MAX_BODY;
	ex->larger = "; the beginning of a log, up to its first process, is enough";
	bytes_add(&ex->body, "log", 4);
	bytes_add(&ex->body, type, strlen(type) + 1);
	return true;
}

/* CSRF: every type accepted here is one that a form on a foreign page cannot send without a CORS preflight. */
static bool admit_body(struct exchange *ex)
{
	if (!(ex->method & METHOD_POST) || ex->route->handle == handle_begin_live)
		return true;
	if (ex->route->handle == handle_post_kernel)
		return admit_kernel(ex);
	if (ex->route->handle == handle_post_state)
		return admit_state(ex);
	if (ex->route->handle == handle_post_log)
		return admit_log(ex);
	if (is_type(ex->headers[HEADER_CONTENT_TYPE], "application/json"))
		ex->max_body = ex->route->handle == handle_say_live ? LIVE_MAX_MESSAGE : REQUEST_MAX_JSON;
	else if (is_type(ex->headers[HEADER_CONTENT_TYPE], "application/octet-stream"))
		ex->max_body = REQUEST_MAX_DTB;
	else
		problem_reply(ex, "unsupported-type",
			      "send application/json, or a DTB as application/octet-stream");
	return ex->max_body;
}

bool route_admit(void *ctx, struct exchange *ex)
{
	const struct serve *serve = ctx;
	const char *host = ex->headers[HEADER_HOST];

	if (!host_allowed(&serve->hosts, host)) {
		problem_reply(ex, "foreign-host", "\"%s\" is none of this server's names; "
			      "mmscope serve --allow-host adds one", host);
		return false;
	}
	if (!origin_allowed(&serve->hosts, host, ex->headers[HEADER_ORIGIN],
			    ex->headers[HEADER_SEC_FETCH_SITE], ex->headers[HEADER_SEC_FETCH_MODE])) {
		problem_reply(ex, "foreign-origin", "the request comes from a page that is not this server's");
		return false;
	}
	return find(ex) && take_args(ex) && admit_body(ex);
}

enum outcome route_answer(void *ctx, struct exchange *ex)
{
	enum outcome outcome = ex->coding ? ANSWERED : ex->route->handle(ctx, ex);

	while (outcome == ANSWERED && !coded_reply(ctx, ex, &outcome))
		outcome = ex->route->handle(ctx, ex);
	return outcome;
}
