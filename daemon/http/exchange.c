// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http/exchange.h"

#include "daemon/base/blob.h"
#include "daemon/http/accept.h"
#include "daemon/http/problem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

const char *const header_names[NR_HEADERS] = {
	[HEADER_ACCEPT] = "Accept",
	[HEADER_ACCEPT_ENCODING] = "Accept-Encoding",
	[HEADER_AUTHORIZATION] = "Authorization",
	[HEADER_CONTENT_ENCODING] = "Content-Encoding",
	[HEADER_CONTENT_LENGTH] = "Content-Length",
	[HEADER_CONTENT_TYPE] = "Content-Type",
	[HEADER_HOST] = "Host",
	[HEADER_IF_NONE_MATCH] = "If-None-Match",
	[HEADER_IF_RANGE] = "If-Range",
	[HEADER_LAST_EVENT_ID] = "Last-Event-ID",
	[HEADER_ORIGIN] = "Origin",
	[HEADER_RANGE] = "Range",
	[HEADER_SEC_FETCH_MODE] = "Sec-Fetch-Mode",
	[HEADER_SEC_FETCH_SITE] = "Sec-Fetch-Site",
	[HEADER_TRANSFER_ENCODING] = "Transfer-Encoding",
	[HEADER_X_FORWARDED_FOR] = "X-Forwarded-For",
	[HEADER_X_REQUEST_ID] = "X-Request-Id",
};

enum method exchange_method(const char *name)
{
	static const struct {
		const char *name;
		enum method method;
	} methods[] = {
		{ "GET", METHOD_GET }, { "HEAD", METHOD_HEAD }, { "POST", METHOD_POST },
		{ "OPTIONS", METHOD_OPTIONS }, { "PUT", METHOD_OTHER }, { "DELETE", METHOD_DELETE },
		{ "PATCH", METHOD_OTHER }, { "TRACE", METHOD_OTHER }, { "CONNECT", METHOD_OTHER },
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (!strcmp(methods[i].name, name))
			return methods[i].method;
	return METHOD_UNKNOWN;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decoded, to be freed.  NULL: no memory, a broken escape, or a control character: NUL would truncate, and
 * the others can forge lines of a log or drive a terminal. */
static char *decode(const char *raw, bool *no_memory)
{
	char *out = malloc(strlen(raw) + 1), *to = out;

	*no_memory |= !out;
	for (; out && *raw; raw++) {
		int byte = (unsigned char)*raw;

		if (*raw == '%') {
			int high = hex_digit(raw[1]);
			int low = high < 0 ? -1 : hex_digit(raw[2]);

			if (low < 0)
				goto refuse;
			byte = high << 4 | low;
			raw += 2;
		}
		if ((byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7f)
			goto refuse;
		*to++ = (char)byte;
	}
	if (out)
		*to = '\0';
	return out;
refuse:
	free(out);
	return NULL;
}

/* %2F is refused: some programs treat it as a separator, others do not. */
static bool has_encoded_slash(const char *raw)
{
	for (; (raw = strchr(raw, '%')); raw++)
		if (raw[1] == '2' && (raw[2] | 0x20) == 'f')
			return true;
	return false;
}

/* RFC 9112, 3.2.2: a target may also be in absolute form.  Returns its path; NULL: it names another host than Host
 * does. */
static const char *skip_server(const struct exchange *ex, const char *raw)
{
	const char *host = ex->headers[HEADER_HOST];
	size_t len = host ? strlen(host) : 0;

	if (strncasecmp(raw, "http://", 7))
		return raw;
	raw += 7;
	if (!len || strncasecmp(raw, host, len) || (raw[len] && raw[len] != '/'))
		return NULL;
	return raw[len] ? raw + len : "/";
}

bool exchange_set_path(struct exchange *ex, const char *raw)
{
	bool no_memory = false;

	raw = skip_server(ex, raw);
	/* The library lets blanks through, but to others the target ends at the first. */
	if (raw && *raw == '/' && !strchr(raw, ' ') && !has_encoded_slash(raw))
		ex->path = decode(raw, &no_memory);
	if (ex->path)
		return true;
	if (no_memory) {
		problem_reply(ex, "out-of-memory", "there is no memory for the request");
		return false;
	}
	problem_reply(ex, "bad-request", "the path cannot be understood");
	return false;
}

const char *exchange_param(const struct exchange *ex, const char *name)
{
	for (size_t i = 0; i < ex->nr_params; i++)
		if (!strcmp(ex->params[i].name, name))
			return ex->params[i].value;
	return NULL;
}

bool exchange_add_param(struct exchange *ex, const char *name, const char *value)
{
	bool no_memory = false;
	struct param param = { .name = decode(name, &no_memory), .value = decode(value ? value : "", &no_memory) };

	if (no_memory)
		problem_reply(ex, "out-of-memory", "there is no memory for the request");
	else if (!param.name || !param.value)
		problem_reply(ex, "bad-parameter", "a query parameter cannot be decoded");
	else if (ex->nr_params == MAX_PARAMS)
		problem_reply(ex, "bad-parameter", "there are more than %d query parameters", MAX_PARAMS);
	else if (exchange_param(ex, param.name))
		problem_reply(ex, "bad-parameter", "query parameter %s is given twice", param.name);
	else {
		ex->params[ex->nr_params++] = param;
		return true;
	}
	free(param.name);
	free(param.value);
	return false;
}

bool exchange_only(struct exchange *ex, const char *const *names)
{
	for (size_t i = 0; i < ex->nr_params; i++) {
		const char *const *name = names;

		while (*name && strcmp(*name, ex->params[i].name))
			name++;
		if (*name)
			continue;
		problem_reply(ex, "bad-parameter", "there is no query parameter \"%s\" here",
			      ex->params[i].name);
		return false;
	}
	return true;
}

#define MAX_OFFERS	8

static void refuse_forms(struct exchange *ex, const struct offer *offers, size_t nr)
{
	struct bytes forms = { 0 };

	for (size_t i = 0; i < nr; i++)
		bytes_printf(&forms, "%s%s (?format=%s)", i ? ", " : "", offers[i].type, offers[i].format);
	problem_reply(ex, "not-acceptable", "this can be had as %s", bytes_text(&forms));
	bytes_deinit(&forms);
}

int exchange_choose(struct exchange *ex, const struct offer *offers, size_t nr)
{
	const char *format = exchange_param(ex, "format");
	const char *types[MAX_OFFERS];
	int choice = -1;

	assert(nr <= MAX_OFFERS);
	for (size_t i = 0; i < nr; i++) {
		types[i] = offers[i].type;
		if (format && !strcmp(format, offers[i].format))
			choice = (int)i;
	}
	if (!format)
		choice = accept_best(ex->headers[HEADER_ACCEPT], types, nr);
	if (choice < 0)
		refuse_forms(ex, offers, nr);
	else if (nr > 1)
		reply_text(&ex->reply, "Vary", "Accept");
	return choice;
}

bool exchange_charge(struct exchange *ex, size_t bytes)
{
	if (!ceiling_take(ex->ceiling, bytes))
		return false;
	ex->charged += bytes;
	return true;
}

void exchange_pass_charge(struct exchange *ex, struct blob *blob)
{
	blob->ceiling = ex->ceiling;
	blob->charged = ex->charged;
	ex->charged = 0;
}

void exchange_deinit(struct exchange *ex)
{
	free(ex->path);
	for (size_t i = 0; i < ex->nr_params; i++) {
		free(ex->params[i].name);
		free(ex->params[i].value);
	}
	for (size_t i = 0; i < MAX_ARGS; i++)
		free(ex->args[i]);
	bytes_deinit(&ex->body);
	if (ex->spool > 0)
		close(ex->spool);
	if (ex->kept)
		ex->kept_free(ex->kept);
	ceiling_give(ex->ceiling, ex->charged);
	blob_put(ex->wait);
	reply_deinit(&ex->reply);
}

bool parse_number(const char *s, uint64_t *ret)
{
	uint64_t value = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*s - '0'), &value))
			return false;
	}
	*ret = value;
	return true;
}
