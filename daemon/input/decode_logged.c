// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/decode_logged.h"

#include "daemon/base/fail.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No release is as far away as another page size: nothing that it decides can be lent. */
#define OTHER_PAGES	100000

static bool series_of(const char *version, long *series)
{
	unsigned int major, minor;

	if (!version || sscanf(version, "%3u.%3u", &major, &minor) < 2)
		return false;
	/* 5.0 came behind 4.20, 6.0 behind 5.19. */
	*series = (long)major * 20 + (long)minor;
	return true;
}

static uint64_t page_bytes_of(json_t *profile)
{
	json_t *config = json_object_get(profile, "config");

	if (json_is_true(json_object_get(config, "ARM64_64K_PAGES")))
		return 65536;
	return json_is_true(json_object_get(config, "ARM64_16K_PAGES")) ? 16384 : 4096;
}

long profile_distance(const char *json, size_t len, const char *release, uint64_t page_bytes)
{
	json_t *profile = json_loadb(json, len, 0, NULL);
	long mine, theirs, distance = -1;

	if (json_object_get(profile, "structs") && series_of(json_string_value(json_object_get(profile, "version")), &mine) &&
	    series_of(release, &theirs))
		distance = labs(mine - theirs) + (page_bytes_of(profile) == page_bytes ? 0 : OTHER_PAGES);
	json_decref(profile);
	return distance;
}

/* ------------------------------------------------------------------ what the log tells */

/* "6.6.63-v8-16k" -> "6.6.63" */
static json_t *version_of(const char *release)
{
	unsigned int major = 0, minor = 0, point = 0;

	sscanf(release, "%3u.%3u.%5u", &major, &minor, &point);
	return json_sprintf("%u.%u.%u", major, minor, point);
}

static void set_config(json_t *config, const struct dmesg *log)
{
	const struct dmesg_build *build = &log->build;
	bool asked = log->value[DMESG_CMDLINE] && strstr(log->value[DMESG_CMDLINE], "cma=");

	if (build->has_cma_mbytes && !asked)
		json_object_set_new(config, "CMA_SIZE_MBYTES", json_integer((json_int_t)build->cma_mbytes));
	if (build->complete && !build->numa)
		json_object_del(config, "NUMA");
	if (build->shows_debug)
		json_object_set_new(config, "CONSOLE_LOGLEVEL_DEFAULT", json_integer(15));
	if (build->alloc_init == 'y')
		json_object_set_new(config, "INIT_ON_ALLOC_DEFAULT_ON", json_true());
	if (build->alloc_init == 'n')
		json_object_del(config, "INIT_ON_ALLOC_DEFAULT_ON");
}

/* Nothing but the difference of the two is ever asked for. */
static void set_percpu(json_t *symbols, const struct dmesg_build *build)
{
	const char *start = json_string_value(json_object_get(symbols, "__per_cpu_start"));

	if (build->percpu_static && start)
		json_object_set_new(symbols, "__per_cpu_end",
				    json_sprintf("0x%llx", strtoull(start, NULL, 16) + (unsigned long long)build->percpu_static));
}

/* "assumed": what a log cannot tell. */
static void assume(json_t *profile, const char *name, const char *version)
{
	json_t *assumed = json_object_get(profile, "assumed");

	if (!assumed) {
		assumed = json_array();
		json_object_set_new(profile, "assumed", assumed);
	}
	json_array_insert_new(assumed, 0,
			      json_pack("{s:o, s:s}", "what",
					json_sprintf("build: a log does not tell sizes, symbols and most options; they are those of %s (%s)",
						     name, version),
					"effect", "how large the image and everything else is that boot allocates"));
}

static int write_back(json_t *profile, struct bytes *json)
{
	char *text = json_dumps(profile, JSON_INDENT(1) | JSON_ENSURE_ASCII);

	bytes_clear(json);
	bytes_puts(json, text ? text : "");
	free(text);
	return text && !json->failed ? 0 : -ENOMEM;
}

int profile_as_logged(const struct dmesg *log, const char *name, struct bytes *json, struct mm_error *error)
{
	json_t *profile = json_loadb(bytes_text(json), json->len, 0, NULL);
	const char *release = log->value[DMESG_RELEASE], *version = json_string_value(json_object_get(profile, "version"));
	char theirs[40];
	int err;

	if (!version) {
		json_decref(profile);
		return fail(error, -EBADMSG, name, "is no kernel profile");
	}
	snprintf(theirs, sizeof(theirs), "%s", version);
	assume(profile, name, theirs);
	json_object_set_new(profile, "name", json_string(release));
	json_object_set_new(profile, "version", version_of(release));
	json_object_set_new(profile, "banner", json_sprintf("Linux version %s", release));
	json_object_set_new(profile, "description", json_sprintf("Linux %s as a boot log shows it, on the build of %s", release, name));
	json_object_del(profile, "conformance");
	set_config(json_object_get(profile, "config"), log);
	set_percpu(json_object_get(profile, "symbols"), &log->build);
	err = write_back(profile, json);
	json_decref(profile);
	return err ? fail(error, err, name, "no memory for the kernel's profile") : 0;
}
