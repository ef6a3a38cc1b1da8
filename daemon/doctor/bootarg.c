// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/doctor/bootarg.h"

#include <string.h>

static size_t word_length(const char *word)
{
	bool quoted = false;
	size_t len = 0;

	for (; word[len] && (quoted || word[len] != ' '); len++)
		quoted ^= word[len] == '"';
	return len;
}

bool bootarg_next(const char **at, struct bootarg *ret)
{
	const char *word = *at + strspn(*at, " ");
	size_t len = word_length(word), name = strcspn(word, "= ");

	*ret = (struct bootarg){ word, len, name < len ? name : len };
	*at = word + len;
	return len;
}

static char plain(char c)
{
	return c == '-' ? '_' : c;
}

bool bootarg_is(const struct bootarg *param, const char *name, size_t len)
{
	if (param->name != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (plain(param->at[i]) != plain(name[i]))
			return false;
	return true;
}
