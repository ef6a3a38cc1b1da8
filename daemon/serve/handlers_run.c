// SPDX-License-Identifier: GPL-2.0-or-later
/* handlers_run.c - what there is of a run: manifest, states, reports. */
#include "daemon/answers/artifact.h"
#include "daemon/http/problem.h"
#include "daemon/serve/answer.h"
#include "daemon/serve/handlers.h"
#include "daemon/texts/decode_texts.h"

#include <stdio.h>
#include <string.h>

static const char json_type[] = "application/json";

static bool is_word(const char *s, size_t max)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-";
	size_t len = strlen(s);

	return len && len <= max && strspn(s, allowed) == len;
}

/* NAME or NAME?at=MOMENT; one spelling for each, because it is a key of the store. */
static bool name_moment(struct exchange *ex, const char *const *known, const char *what, char *name, size_t size)
{
	const char *at = exchange_param(ex, "at");
	uint64_t seq;

	if (!exchange_only(ex, known))
		return false;
	if (!at) {
		snprintf(name, size, "%s", what);
		return true;
	}
	if (*at >= '0' && *at <= '9') {
		if (!parse_number(at, &seq) || seq > UINT32_MAX) {
			problem_reply(ex, "bad-parameter", "at=%s is no event's number", at);
			return false;
		}
		snprintf(name, size, "%s?at=%u", what, (unsigned int)seq);
		return true;
	}
	if (!is_word(at, 80)) {
		problem_reply(ex, "bad-parameter", "at= takes an event's number or a step's name");
		return false;
	}
	snprintf(name, size, "%s?at=%s", what, at);
	return true;
}

static bool name_artifact(struct exchange *ex, const char *what, char *name, size_t size)
{
	static const char *const known[] = { "at", "format", NULL };

	return name_moment(ex, known, what, name, size);
}

/* NAME?lang=..; with the moment in front of the language, if one is asked for. */
static bool name_explain(struct exchange *ex, const char *what, char *name, size_t size)
{
	static const char *const known[] = { "at", "lang", "format", NULL };
	const char *lang = exchange_param(ex, "lang");

	if (lang && !texts_has_language(lang)) {
		problem_reply(ex, "bad-parameter", "lang= takes en or zh-CN");
		return false;
	}
	if (!name_moment(ex, known, what, name, size))
		return false;
	if (lang)
		snprintf(name + strlen(name), size - strlen(name), "%clang=%s", strchr(name, '?') ? '&' : '?', lang);
	return true;
}

static enum outcome send_artifact(struct serve *serve, struct exchange *ex, const char *name,
				  const char *tag, const char *type)
{
	struct blob *blob;
	enum outcome outcome = answer_get(serve, ex, ex->args[0], name, &blob);

	if (blob)
		answer_send(ex, ex->args[0], tag, type, blob);
	return outcome;
}

static enum outcome send_json(struct serve *serve, struct exchange *ex, const char *what)
{
	static const struct offer json = { "json", json_type };
	char name[160];

	if (!name_artifact(ex, what, name, sizeof(name)) || exchange_choose(ex, &json, 1) < 0)
		return ANSWERED;
	return send_artifact(serve, ex, name, name, json_type);
}

enum outcome handle_manifest(struct serve *serve, struct exchange *ex)
{
	static const struct offer json = { "json", json_type };
	static const char *const known[] = { "format", NULL };

	if (!exchange_only(ex, known) || exchange_choose(ex, &json, 1) < 0)
		return ANSWERED;
	/* The manifest's tag is the run's id. */
	return send_artifact(serve, ex, "manifest", "", json_type);
}

enum outcome handle_state(struct serve *serve, struct exchange *ex)
{
	return send_json(serve, ex, "state");
}

enum outcome handle_table(struct serve *serve, struct exchange *ex)
{
	char what[80];

	if (!is_word(ex->args[1], 40)) {
		problem_reply(ex, "not-found", "there is no such table");
		return ANSWERED;
	}
	snprintf(what, sizeof(what), "state/%s", ex->args[1]);
	return send_json(serve, ex, what);
}

/* As the kernel prints it, and as a program would rather have it. */
static enum outcome send_report(struct serve *serve, struct exchange *ex, const char *report)
{
	static const struct offer offers[] = {
		{ "text", "text/plain" },
		{ "json", json_type },
	};
	char what[32], name[160];
	int choice;

	/* Called again after waiting, the choice is the same; its Vary is set once. */
	reply_clear(&ex->reply);
	choice = exchange_choose(ex, offers, 2);
	if (choice < 0)
		return ANSWERED;
	snprintf(what, sizeof(what), "%s%s", report, choice ? ".json" : "");
	if (!name_artifact(ex, what, name, sizeof(name)))
		return ANSWERED;
	/* Most have no ?at=, which needs no process to find out. */
	if (!artifact_type(name)) {
		problem_reply(ex, "not-found", "there is no %s of a run", name);
		return ANSWERED;
	}
	return send_artifact(serve, ex, name, name, choice ? json_type : "text/plain; charset=utf-8");
}

/* What happens, in words: at one moment, or at all of them. */
enum outcome handle_explain(struct serve *serve, struct exchange *ex)
{
	static const struct offer offers[] = {
		{ "json", json_type },
		{ "text", "text/plain" },
	};
	char name[160];
	int choice;

	reply_clear(&ex->reply);
	choice = exchange_choose(ex, offers, 2);
	if (choice < 0 || !name_explain(ex, choice ? "explain" : "explain.json", name, sizeof(name)))
		return ANSWERED;
	return send_artifact(serve, ex, name, name, choice ? "text/plain; charset=utf-8" : json_type);
}

/* steps/NUMBER.svg or steps/NAME.svg */
enum outcome handle_step(struct serve *serve, struct exchange *ex)
{
	static const struct offer svg = { "svg", "image/svg+xml" };
	static const char *const known[] = { "format", NULL };
	size_t len = strlen(ex->args[1]);
	char name[96];

	if (!exchange_only(ex, known) || exchange_choose(ex, &svg, 1) < 0)
		return ANSWERED;
	if (len < 5 || strcmp(ex->args[1] + len - 4, ".svg") || !is_word(ex->args[1], 80)) {
		problem_reply(ex, "not-found", "a step's picture is called NUMBER.svg or NAME.svg");
		return ANSWERED;
	}
	snprintf(name, sizeof(name), "steps/%s", ex->args[1]);
	return send_artifact(serve, ex, name, name, "image/svg+xml");
}

enum outcome handle_report(struct serve *serve, struct exchange *ex)
{
	static const char *const reports[] = {
		"log", "memblock", "zoneinfo", "buddyinfo", "pagetypeinfo", "iomem", "meminfo", "ledger",
	};
	const char *what = ex->args[1];

	if (!strcmp(what, "freelists"))
		return send_json(serve, ex, what);
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++)
		if (!strcmp(what, reports[i]))
			return send_report(serve, ex, what);
	problem_reply(ex, "not-found", "a run has no %.40s", what);
	return ANSWERED;
}
