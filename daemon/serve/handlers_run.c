// SPDX-License-Identifier: GPL-2.0-or-later
/* handlers_run.c - what can be had of a run: manifest, states, reports. */
#include "daemon/answers/artifact.h"
#include "daemon/http/problem.h"
#include "daemon/serve/answer.h"
#include "daemon/serve/handlers.h"
#include "daemon/serve/name.h"

#include <stdio.h>
#include <string.h>

static const char json_type[] = "application/json";

static bool is_word(const char *s, size_t max)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:#-";
	size_t len = strlen(s);

	return len && len <= max && strspn(s, allowed) == len;
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

/* List as offers the forms in which @card, or a table of it, is available; returns how many. */
static size_t offers_of(const struct artifact_card *card, bool table, struct offer *offers)
{
	size_t nr = 0;

	for (int i = 0; i < ARTIFACT_NR_FORMS; i++) {
		/* The first offer is the default. */
		int form = card->json_first && i < 2 ? 1 - i : i;

		if (!artifact_has(card, (enum artifact_form)form) || (form == ARTIFACT_CSV && card->tables && !table))
			continue;
		offers[nr++] = (struct offer){
			.format = form == ARTIFACT_TEXT ? "text" : artifact_form_suffix((enum artifact_form)form),
			.type = artifact_form_media((enum artifact_form)form),
			.form = form,
		};
	}
	return nr;
}

/* Send an answer in the form that the client prefers.  @table: the name of a table, or NULL. */
static enum outcome send_card(struct serve *serve, struct exchange *ex, const struct artifact_card *card,
			      const char *table)
{
	struct offer offers[ARTIFACT_NR_FORMS];
	size_t nr = offers_of(card, table, offers);
	enum artifact_form form;
	static const char *const no_more[] = { NULL };
	char what[128], name[NAME_MAX_ANSWER];
	int choice;

	/* We may be back after waiting: start over, or Vary would be set twice. */
	reply_clear(&ex->reply);
	choice = exchange_choose(ex, offers, nr);
	if (choice < 0)
		return ANSWERED;
	form = (enum artifact_form)offers[choice].form;
	TEXT_JOIN(what, sizeof(what), card->name, table ? "/" : "", table ? table : "", form == artifact_plain(card) ? "" : ".",
		  form == artifact_plain(card) ? "" : artifact_form_suffix(form));
	if (!name_answer(ex, card, form, what, no_more, name))
		return ANSWERED;
	/* Parameters may exclude each other; that needs no worker to find out. */
	if (!artifact_type(name)) {
		problem_reply(ex, "bad-parameter", "there is no %s of a run: from= and to= stand instead of at=", name);
		return ANSWERED;
	}
	return send_artifact(serve, ex, name, name, artifact_form_type(form));
}

enum outcome handle_manifest(struct serve *serve, struct exchange *ex)
{
	static const struct offer json = { .format = "json", .type = json_type };
	static const char *const no_more[] = { NULL };
	char name[NAME_MAX_ANSWER];

	if (!name_answer(ex, artifact_find("manifest"), ARTIFACT_JSON, "manifest", no_more, name) ||
	    exchange_choose(ex, &json, 1) < 0)
		return ANSWERED;
	/* The manifest's ETag is just the run's id. */
	return send_artifact(serve, ex, name, strcmp(name, "manifest") ? name : "", json_type);
}

enum outcome handle_state(struct serve *serve, struct exchange *ex)
{
	return send_card(serve, ex, artifact_find("state"), NULL);
}

enum outcome handle_table(struct serve *serve, struct exchange *ex)
{
	if (is_word(ex->args[1], 40))
		return send_card(serve, ex, artifact_find("state"), ex->args[1]);
	problem_reply(ex, "not-found", "there is no such table");
	return ANSWERED;
}

#define DOCTORS_MAX_NAME	112	/* "diff/", an id and a language */

/* Answers of the doctor are stored per language, under names of their own; the plain name is English. */
static enum outcome send_doctors(struct serve *serve, struct exchange *ex, const char *what)
{
	static const struct offer json = { .format = "json", .type = json_type };
	static const char *const known[] = { "format", "lang", NULL };
	const char *lang = exchange_param(ex, "lang");
	char name[DOCTORS_MAX_NAME];

	if (!exchange_only(ex, known) || exchange_choose(ex, &json, 1) < 0)
		return ANSWERED;
	if (lang && !wanted_value_fits(WANTED_LANG, lang)) {
		problem_reply(ex, "bad-parameter", "lang= takes en or zh-CN");
		return ANSWERED;
	}
	if (lang && !strcmp(lang, "en"))
		lang = NULL;
	snprintf(name, sizeof(name), "%s%s%s", what, lang ? "?lang=" : "", lang ? lang : "");
	return send_artifact(serve, ex, name, name, json_type);
}

enum outcome handle_check(struct serve *serve, struct exchange *ex)
{
	return send_doctors(serve, ex, "check");
}

enum outcome handle_knobs(struct serve *serve, struct exchange *ex)
{
	return send_doctors(serve, ex, "knobs");
}

/* diff/ID: from this run to that one. */
enum outcome handle_diff(struct serve *serve, struct exchange *ex)
{
	char name[80];

	snprintf(name, sizeof(name), "diff/%.64s", ex->args[1]);
	return send_doctors(serve, ex, name);
}

/* steps/NUMBER.svg or steps/NAME.svg */
enum outcome handle_step(struct serve *serve, struct exchange *ex)
{
	static const struct offer svg = { .format = "svg", .type = "image/svg+xml" };
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
	const struct artifact_card *card = artifact_find(ex->args[1]);

	if (card && artifact_is_report(card))
		return send_card(serve, ex, card, NULL);
	problem_reply(ex, "not-found", "a run has no %.40s", ex->args[1]);
	return ANSWERED;
}
