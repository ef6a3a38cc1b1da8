// SPDX-License-Identifier: GPL-2.0-or-later
/* cmdline.c - follows kernel/params.c and lib/cmdline.c (6.7). */
#include "cmdline.h"

#include <ctype.h>
#include <limits.h>

/* Kernel parameter names treat '-' and '_' alike. */
static char dash(char c)
{
	return c == '-' ? '_' : c;
}

static bool same_name(const char *a, const char *b)
{
	while (*a && dash(*a) == dash(*b))
		a++, b++;
	return dash(*a) == dash(*b);
}

bool param_is(const struct param *param, const char *name)
{
	return same_name(param->name, name);
}

/* next_arg(): cut one word off @s in place; quotes may stand around the whole or the value. */
static char *next_arg(char *s, char **name, char **value)
{
	bool in_quote = false, quoted = false;
	size_t equals = 0, i;

	if (*s == '"') {
		s++;
		in_quote = quoted = true;
	}
	for (i = 0; s[i]; i++) {
		if (isspace((unsigned char)s[i]) && !in_quote)
			break;
		if (!equals && s[i] == '=')
			equals = i;
		if (s[i] == '"')
			in_quote = !in_quote;
	}
	*name = s;
	*value = NULL;
	if (equals) {
		s[equals] = '\0';
		*value = s + equals + 1;
		if (**value == '"') {
			(*value)++;
			if (i && s[i - 1] == '"')
				s[i - 1] = '\0';
		}
	}
	if (quoted && i && s[i - 1] == '"')
		s[i - 1] = '\0';
	if (s[i])
		s[i++] = '\0';
	while (isspace((unsigned char)s[i]))
		i++;
	return s + i;
}

static void append(struct cmdline *cmdline, struct arena *arena, size_t *cap, struct param param)
{
	cmdline->params = arena_room(arena, cmdline->params, cmdline->nr_all, cap, sizeof(param));
	cmdline->params[cmdline->nr_all++] = param;
}

void cmdline_parse(struct cmdline *cmdline, struct arena *arena, const char *text)
{
	char *s = arena_strdup(arena, text), *name, *value;
	bool dashes = false;
	size_t cap = 0;

	cmdline->text = arena_strdup(arena, text);
	while (isspace((unsigned char)*s))
		s++;
	while (*s) {
		struct param param = { 0 };

		s = next_arg(s, &name, &value);
		/* What follows "--" is for init, what follows a second one for nobody. */
		if (!value && !strcmp(name, "--")) {
			if (dashes)
				break;
			dashes = true;
			continue;
		}
		param.name = name;
		param.value = value;
		param.word = value ? arena_printf(arena, "%s=%s", name, value) : name;
		append(cmdline, arena, &cap, param);
		cmdline->nr += !dashes;
	}
}

const struct param *cmdline_last(const struct cmdline *cmdline, const char *name)
{
	for (size_t i = cmdline->nr; i-- > 0;)
		if (param_is(&cmdline->params[i], name))
			return &cmdline->params[i];
	return NULL;
}

const char *cmdline_value(const struct cmdline *cmdline, const char *name)
{
	const struct param *param = cmdline_last(cmdline, name);

	if (!param)
		return NULL;
	return param->value ? param->value : "";
}

const char *cmdline_given(const struct cmdline *cmdline, const char *name)
{
	for (size_t i = cmdline->nr; i-- > 0;)
		if (cmdline->params[i].value && param_is(&cmdline->params[i], name))
			return cmdline->params[i].value;
	return NULL;
}

/* A message is shown if its level is below the console's. */
bool cmdline_shows_debug(const struct cmdline *cmdline, int level)
{
	const int debug = 7;

	for (size_t i = 0; i < cmdline->nr; i++) {
		const struct param *param = &cmdline->params[i];
		const char *value = param->value ? param->value : "";

		if (param_is(param, "ignore_loglevel"))
			return true;
		if (param_is(param, "debug"))
			level = 10;
		else if (param_is(param, "quiet"))
			level = 4;
		else if (param_is(param, "loglevel"))
			get_option(&value, &level);
	}
	return debug < level;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : INT_MAX;
}

uint64_t simple_strtoull(const char *s, const char **end, unsigned base)
{
	uint64_t value = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && digit(s[2]) < 16 && (base == 0 || base == 16)) {
		s += 2;
		base = 16;
	} else if (!base) {
		base = s[0] == '0' ? 8 : 10;
	}
	for (; (unsigned)digit(*s) < base; s++)
		value = value * base + (unsigned)digit(*s);	/* wraps as the kernel's does */
	if (end)
		*end = s;
	return value;
}

uint64_t memparse(const char *s, const char **end)
{
	static const char suffixes[] = "kmgtpe";
	const char *rest, *suffix;
	uint64_t value = simple_strtoull(s, &rest, 0);

	suffix = *rest ? strchr(suffixes, tolower((unsigned char)*rest)) : NULL;
	if (suffix) {
		value <<= 10 * (suffix - suffixes + 1);
		rest++;
	}
	if (end)
		*end = rest;
	return value;
}

bool kstrtobool(const char *s, bool true_false, bool *ret)
{
	static const struct {
		const char *letters;
		bool value;
	} first[] = { { "yY1", true }, { "nN0", false }, { "tT", true }, { "fF", false } }, second[] = { { "nN", true }, { "fF", false } };

	for (size_t i = 0; *s && i < (true_false ? 4 : 2); i++)
		if (strchr(first[i].letters, s[0])) {
			*ret = first[i].value;
			return true;
		}
	for (size_t i = 0; (s[0] == 'o' || s[0] == 'O') && s[1] && i < 2; i++)
		if (strchr(second[i].letters, s[1])) {
			*ret = second[i].value;
			return true;
		}
	return false;
}

int get_option(const char **s, int *ret)
{
	const char *cur = *s;
	bool negative = *cur == '-';
	uint64_t value;

	if (!*cur)
		return 0;
	value = simple_strtoull(cur + negative, s, 0);
	*ret = (int)(negative ? 0 - value : value);
	if (*s == cur + negative) {
		*s = cur;
		return 0;
	}
	if (**s == ',') {
		(*s)++;
		return 2;
	}
	return **s == '-' ? 3 : 1;
}

bool parse_option_str(const char *value, const char *word)
{
	size_t len = strlen(word);

	while (value && *value) {
		if (!strncmp(value, word, len) && (!value[len] || value[len] == ','))
			return true;
		value = strchr(value, ',');
		value = value ? value + 1 : NULL;
	}
	return false;
}
