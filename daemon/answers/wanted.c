// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/wanted.h"

#include "daemon/base/number.h"
#include "daemon/texts/decode_texts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const names[WANTED_NR_PARAMS] = {
	[WANTED_AT] = "at", [WANTED_FROM] = "from", [WANTED_TO] = "to", [WANTED_LANG] = "lang", [WANTED_KIND] = "kind",
	[WANTED_STEP] = "step", [WANTED_OWNER] = "owner", [WANTED_RANGE] = "range", [WANTED_SINCE] = "since",
	[WANTED_NUMBERS] = "numbers",
};

const char *wanted_param_name(enum wanted_param param)
{
	return names[param];
}

static bool is_number(const char *value)
{
	uint64_t number;

	return strspn(value, "0123456789") == strlen(value) && number_parse(value, &number);
}

bool wanted_value_fits(enum wanted_param param, const char *value)
{
	size_t len = strlen(value);

	if (!len || len >= WANTED_MAX_VALUE)
		return false;
	/* Letters of names, moments and lists; none that ends a parameter or needs an escape in an ETag. */
	for (size_t i = 0; i < len; i++)
		if (value[i] <= ' ' || value[i] > '~' || strchr("&?=\"\\%", value[i]))
			return false;
	if (param == WANTED_FROM || param == WANTED_TO || param == WANTED_SINCE)
		return is_number(value);
	if (param == WANTED_LANG)
		return texts_has_language(value);
	return param != WANTED_NUMBERS || !strcmp(value, "decimal");
}

bool wanted_has(const struct wanted *wanted, enum wanted_param param)
{
	return *wanted->param[param];
}

unsigned wanted_params(const struct wanted *wanted)
{
	unsigned bits = 0;

	for (int i = 0; i < WANTED_NR_PARAMS; i++)
		bits |= wanted_has(wanted, (enum wanted_param)i) ? 1u << i : 0;
	return bits;
}

uint64_t wanted_number(const struct wanted *wanted, enum wanted_param param, uint64_t otherwise)
{
	uint64_t number;

	return number_parse(wanted->param[param], &number) ? number : otherwise;
}

static bool copy_part(char *to, size_t room, const char *from, size_t len)
{
	if (len >= room)
		return false;
	memcpy(to, from, len);
	to[len] = '\0';
	return true;
}

/* "?at=17&lang=en": what is left of it, or NULL. */
static const char *take_param(const char *query, bool first, enum wanted_param param, struct wanted *wanted)
{
	size_t len = strlen(names[param]);
	const char *value = query + 1 + len + 1;
	char *to = wanted->param[param];

	if (*query != (first ? '?' : '&') || strncmp(query + 1, names[param], len) || query[1 + len] != '=')
		return NULL;
	len = strcspn(value, "&");
	if (!copy_part(to, WANTED_MAX_VALUE, value, len) || !wanted_value_fits(param, to)) {
		*to = '\0';
		return NULL;
	}
	return value + len;
}

static bool split_query(const char *query, struct wanted *wanted)
{
	bool first = true;

	for (int i = 0; i < WANTED_NR_PARAMS && *query; i++) {
		const char *rest = take_param(query, first, (enum wanted_param)i, wanted);

		if (!rest)
			continue;
		query = rest;
		first = false;
	}
	return !*query;
}

/* "zones.csv" -> "zones" and CSV; without a suffix that is a form's, the form stays. */
static void cut_form(char *word, enum artifact_form *form)
{
	char *dot = strrchr(word, '.');

	for (int i = 0; dot && i < ARTIFACT_NR_FORMS; i++) {
		if (strcmp(dot + 1, artifact_form_suffix((enum artifact_form)i)))
			continue;
		*dot = '\0';
		*form = (enum artifact_form)i;
		return;
	}
}

bool wanted_split(const char *name, struct wanted *wanted)
{
	size_t head = strcspn(name, "/?"), table;

	*wanted = (struct wanted){ .form = ARTIFACT_NR_FORMS };
	if (!copy_part(wanted->head, sizeof(wanted->head), name, head))
		return false;
	name += head;
	if (*name == '/') {
		table = strcspn(++name, "?");
		wanted->has_table = true;
		if (!copy_part(wanted->table, sizeof(wanted->table), name, table))
			return false;
		name += table;
	}
	cut_form(wanted->has_table ? wanted->table : wanted->head, &wanted->form);
	return split_query(name, wanted);
}
