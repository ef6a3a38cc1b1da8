// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/release.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static const char prefix[] = "Linux version ";

/* A banner with the build's number; an object from before the final link has a banner without. */
static bool is_final(const char *text)
{
	const char *hash = strchr(text, '#');

	return hash && isdigit((unsigned char)hash[1]);
}

const char *release_banner(struct span image, struct pool *pool)
{
	const char *ret = NULL;

	for (int64_t at = -1; (at = span_find(image, (uint64_t)(at + 1), prefix, sizeof(prefix) - 1)) >= 0;) {
		int64_t len = span_strlen(image, (uint64_t)at, 512);
		const char *text = (const char *)image.at + at;

		if (len < 0 || !isdigit((unsigned char)text[sizeof(prefix) - 1]))
			continue;
		if (!ret || is_final(text))
			ret = pool_text(pool, text, strcspn(text, "\n"));
		if (is_final(ret))
			break;
	}
	return ret;
}

/* "12.107" of "12.107-1 (2026..": digits and dots. */
static size_t version_length(const char *s)
{
	size_t len = strspn(s, "0123456789.");

	while (len && s[len - 1] == '.')
		len--;
	return len;
}

/* The version after @word in @text, if it is of the same series as @version. */
static const char *version_after(const char *text, const char *word, const char *version, struct pool *pool)
{
	size_t series = strcspn(version, ".") + 1;
	const char *at = text ? strstr(text, word) : NULL;

	series += strcspn(version + series, ".");
	for (; at; at = strstr(at + 1, word)) {
		const char *found = at + strlen(word);
		size_t len = version_length(found);

		if (len > series && !strncmp(found, version, series) && found[series] == '.')
			return pool_text(pool, found, len);
	}
	return NULL;
}

const char *release_version(const char *banner, const struct profile *profile)
{
	const char *at = banner + sizeof(prefix) - 1, *better;
	const struct fact *signature = profile_find(&profile->config, "VERSION_SIGNATURE");
	char *version = pool_text(profile->pool, at, version_length(at));

	if (!strchr(version, '.'))
		return version;
	better = version_after(banner, " Debian ", version, profile->pool);
	if (!better && signature && signature->text)
		better = version_after(signature->text, " ", version, profile->pool);
	return better ? better : version;
}

unsigned int release_number(const char *version)
{
	unsigned int major, minor;

	if (sscanf(version, "%4u.%4u", &major, &minor) != 2 || minor > 99 || major > 99)
		return 0;
	return major * 100 + minor;
}

const char *release_name(const char *banner, struct pool *pool)
{
	const char *at = banner + sizeof(prefix) - 1;

	return pool_text(pool, at, strcspn(at, " "));
}

static int64_t config_number(const struct profile *profile, const char *key, int64_t fallback)
{
	const struct fact *fact = profile_find(&profile->config, key);

	return fact && fact->kind == FACT_NUMBER ? fact->number : fallback;
}

uint64_t release_kimage_vaddr(unsigned int number, const struct profile *profile)
{
	int64_t va_bits = config_number(profile, "ARM64_VA_BITS", 48);
	bool pages_16k = profile_find(&profile->config, "ARM64_16K_PAGES");
	uint64_t modules = number >= 605 ? UINT64_C(2) << 30 : UINT64_C(128) << 20;

	/* 52 bits of a kernel that must also run on less: from 6.9 on with 16 KiB pages 47, else 48. */
	if (va_bits > 48)
		va_bits = pages_16k && number >= 609 ? 47 : 48;
	/* To 5.3 the linear map was the upper half; BPF's JIT had 128 MiB of its own to 5.16. */
	if (number < 504)
		return -(UINT64_C(1) << va_bits) + modules;
	if (number < 517)
		modules += UINT64_C(128) << 20;
	return -(UINT64_C(1) << (va_bits - 1)) + modules;
}
