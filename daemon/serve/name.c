// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/serve/name.h"

#include "daemon/http/problem.h"

#include <stdio.h>
#include <string.h>

/* What each parameter accepts, for error messages. */
static const char *const meanings[WANTED_NR_PARAMS] = {
	[WANTED_AT] = "an event's number, a step's name (STEP, STEP#2, STEP:enter), stage:NAME or end",
	[WANTED_FROM] = "an event's number", [WANTED_TO] = "an event's number",
	[WANTED_LANG] = "en or zh-CN",
	[WANTED_KIND] = "kinds of events, separated by commas", [WANTED_STEP] = "names of steps, separated by commas",
	[WANTED_OWNER] = "owners, separated by commas", [WANTED_RANGE] = "FIRST-END, as in 0x40000000-0x48000000",
	[WANTED_SINCE] = "an event's number",
	[WANTED_NUMBERS] = "decimal",
};

/* For ?at= on a text that has no moments, give a better reason than "there is no such parameter". */
static bool check_form(struct exchange *ex, const struct artifact_card *card, enum artifact_form form)
{
	if (!exchange_param(ex, "at") || artifact_takes(card, form, WANTED_AT) || !(card->takes >> WANTED_AT & 1))
		return true;
	problem_reply(ex, "bad-parameter", "at= needs format=json here: tables can be had at any moment, a text only at the end");
	return false;
}

static bool check_names(struct exchange *ex, const struct artifact_card *card, enum artifact_form form,
			const char *const *more)
{
	const char *known[WANTED_NR_PARAMS + 16];
	size_t nr = 0;

	for (int i = 0; i < WANTED_NR_PARAMS; i++)
		if (artifact_takes(card, form, (enum wanted_param)i))
			known[nr++] = wanted_param_name((enum wanted_param)i);
	for (; *more && nr + 2 < sizeof(known) / sizeof(known[0]); more++)
		known[nr++] = *more;
	known[nr++] = "format";
	known[nr] = NULL;
	return exchange_only(ex, known);
}

/* Normalise: 017 and 17 are the same moment, and must not be stored twice. */
static void put_value(char *to, size_t size, const char *value)
{
	uint64_t number;

	if (*value >= '0' && *value <= '9' && parse_number(value, &number))
		snprintf(to, size, "%llu", (unsigned long long)number);
	else
		TEXT_JOIN(to, size, value);
}

bool name_with_params(struct exchange *ex, const struct artifact_card *card, enum artifact_form form, const char *what,
		      char name[NAME_MAX_ANSWER])
{
	char sign = '?';

	TEXT_JOIN(name, NAME_MAX_ANSWER, what);
	for (int i = 0; i < WANTED_NR_PARAMS; i++) {
		const char *param = wanted_param_name((enum wanted_param)i), *value = exchange_param(ex, param);
		size_t len = strlen(name);

		if (!value || !artifact_takes(card, form, (enum wanted_param)i))
			continue;
		if (!wanted_value_fits((enum wanted_param)i, value)) {
			problem_reply(ex, "bad-parameter", "%s= takes %s", param, meanings[i]);
			return false;
		}
		snprintf(name + len, NAME_MAX_ANSWER - len, "%c%s=", sign, param);
		len = strlen(name);
		put_value(name + len, NAME_MAX_ANSWER - len, value);
		sign = '&';
	}
	return true;
}

bool name_answer(struct exchange *ex, const struct artifact_card *card, enum artifact_form form, const char *what,
		 const char *const *more, char name[NAME_MAX_ANSWER])
{
	return check_form(ex, card, form) && check_names(ex, card, form, more) && name_with_params(ex, card, form, what, name);
}
