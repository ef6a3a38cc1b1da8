// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/kconfig.h"

#include "daemon/base/fail.h"
#include "daemon/image/config_keys.h"
#include "daemon/image/container.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>

static bool wanted(const char *key)
{
	for (size_t i = 0; i < sizeof(config_keys) / sizeof(config_keys[0]); i++)
		if (!fnmatch(config_keys[i], key, 0))
			return true;
	return false;
}

/* "-12"; not "0x10" and not "12abc". */
static bool decimal(const char *text, int64_t *ret)
{
	size_t digits = strspn(text + (*text == '-'), "0123456789");

	if (!digits || digits > 18 || text[(*text == '-') + digits])
		return false;
	*ret = strtoll(text, NULL, 10);
	return true;
}

/* y is true, a number a number, anything else text; "n" and "is not set" leave the key out. */
static void take(struct profile *profile, const char *key, char *value)
{
	struct fact fact = { .name = key, .text = value };
	size_t len = strlen(value);

	if (!strcmp(value, "n"))
		return;
	if (!strcmp(value, "y")) {
		fact.kind = FACT_TRUE;
	} else if (decimal(value, &fact.number)) {
		fact.kind = FACT_NUMBER;
	} else {
		fact.kind = FACT_STRING;
		if (len > 1 && *value == '"' && value[len - 1] == '"') {
			value[len - 1] = '\0';
			fact.text = value + 1;
		}
	}
	profile_add(profile, &profile->config, fact);
}

static bool read_line(const uint8_t *line, size_t len, struct profile *profile)
{
	const uint8_t *equals;
	char *key;

	if (len && line[len - 1] == '\r')
		len--;
	if (len < 8 || memcmp(line, "CONFIG_", 7))
		return false;
	equals = memchr(line, '=', len);
	if (!equals || len > 8192)
		return false;
	key = pool_text(profile->pool, line + 7, (size_t)(equals - line) - 7);
	if (wanted(key))
		take(profile, key, pool_text(profile->pool, equals + 1, (size_t)(line + len - equals) - 1));
	return true;
}

int kconfig_read(struct span text, struct profile *profile, struct mm_error *error)
{
	size_t options = 0;

	for (uint64_t at = 0; at < text.len;) {
		const uint8_t *newline = memchr(text.at + at, '\n', text.len - at);
		size_t len = newline ? (size_t)(newline - text.at) - at : text.len - at;

		options += read_line(text.at + at, len, profile);
		at += len + 1;
	}
	profile_sort(&profile->config);
	if (!options)
		return fail_at(error, -EBADMSG, "config", NULL, 0, "has no line CONFIG_...=; it is not a kernel configuration");
	if (!profile_find(&profile->config, "ARM64"))
		return fail(error, -EBADMSG, "config", "is of another architecture: it does not set CONFIG_ARM64");
	return 0;
}

bool ikconfig_find(struct span image, struct pool *pool, struct span *ret)
{
	struct mm_error error;
	int64_t at = span_find(image, 0, "IKCFG_ST\x1f\x8b", 10), end;

	if (at < 0)
		return false;
	end = span_find(image, (uint64_t)at, "IKCFG_ED", 8);
	if (end < 0)
		return false;
	return !compression_open(span_sub(image, (uint64_t)at + 8, (uint64_t)(end - at) - 8), pool, ret, &error);
}
