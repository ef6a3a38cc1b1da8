// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/decode_types.h"

#include "daemon/base/asset.h"
#include "daemon/base/decode_value.h"
#include "daemon/base/fail.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "6.12.43" -> 612: nearby releases have nearby numbers; -1: not a release. */
static long number_of(json_t *profile)
{
	const char *version = json_string_value(json_object_get(profile, "version"));
	unsigned int major = 0, minor = 0;

	if (!version || sscanf(version, "%3u.%3u", &major, &minor) < 2)
		return -1;
	return (long)major * 100 + (long)minor;
}

static int64_t page_shift(json_t *profile)
{
	json_t *config = json_object_get(profile, "config");

	if (json_is_true(json_object_get(config, "ARM64_64K_PAGES")))
		return 16;
	return json_is_true(json_object_get(config, "ARM64_16K_PAGES")) ? 14 : 12;
}

/* The built-in profile of the nearest release; among equally near ones, one with the same page size. */
static json_t *nearest(json_t *profile)
{
	const struct asset *at, *end;
	json_t *best = NULL;
	long best_distance = 0;

	for (asset_range("boards/kernels/", &at, &end); at < end; at++) {
		json_t *other = decode_load((const char *)at->data, at->size, 0, NULL);
		long distance = labs(number_of(other) - number_of(profile)) * 2 + (page_shift(other) != page_shift(profile));

		if (!other || !json_object_get(other, "structs") || (best && distance >= best_distance)) {
			json_decref(other);
			continue;
		}
		json_decref(best);
		best = other;
		best_distance = distance;
	}
	return best;
}

static int take_types(json_t *profile, json_t *from)
{
	json_t *assumed = json_object_get(profile, "assumed"), *remark;

	remark = json_pack("{s:o, s:s}", "what",
			   json_sprintf("structs: the image has neither BTF nor DWARF; sizes, offsets and enumerators are those of %s (%s)",
					json_string_value(json_object_get(from, "name")),
					json_string_value(json_object_get(from, "version"))),
			   "effect", "how large everything is that boot allocates per page, node, CPU, section and cache");
	if (!remark || json_object_set(profile, "structs", json_object_get(from, "structs")) ||
	    json_object_set(profile, "enums", json_object_get(from, "enums")))
		return json_decref(remark), -ENOMEM;
	return json_array_insert_new(assumed, 0, remark) ? -ENOMEM : 0;
}

static int replace(struct bytes *json, json_t *profile)
{
	int err;

	bytes_clear(json);
	err = decode_dump(profile, JSON_INDENT(1) | JSON_ENSURE_ASCII, json);
	bytes_putc(json, '\n');
	return json->failed ? -ENOMEM : err;
}

int types_assume(struct bytes *json, struct mm_error *error)
{
	unsigned long shortages = decode_shortages();
	json_t *profile, *from;
	int err = 0;

	if (strstr(bytes_text(json), "\n \"structs\": {"))
		return 0;
	profile = decode_load(json->data, json->len, 0, NULL);
	from = profile ? nearest(profile) : NULL;
	err = from ? take_types(profile, from) : -ENOMEM;
	if (!err)
		err = decode_shortages() == shortages ? replace(json, profile) : -ENOMEM;
	json_decref(from);
	json_decref(profile);
	return err ? fail(error, err, "kernel", "no memory for its profile") : 0;
}
