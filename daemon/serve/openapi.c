// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/serve/openapi.h"

#include "daemon/base/asset.h"
#include "daemon/http/problem.h"

#include <string.h>

static const char folder[] = "schemas/", suffix[] = ".json", paths[] = "schemas/openapi.json";
static const char reference[] = "\"$ref\": \"", components[] = "#/components/";

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* Rewrite a reference so that it points into components: "event.json#/$defs/hex", "schemas/event.json", or, within
 * schema @name, "#/$defs/row". */
static void put_target(struct bytes *out, const char *target, size_t len, const char *name, size_t name_len)
{
	const char *hash = memchr(target, '#', len);
	size_t file = hash ? (size_t)(hash - target) : len;

	/* Components other than schemas are here already. */
	if (begins(target, components)) {
		bytes_add(out, target, len);
		return;
	}
	bytes_puts(out, "#/components/schemas/");
	if (begins(target, folder)) {
		target += strlen(folder);
		file -= strlen(folder);
		len -= strlen(folder);
	}
	if (file > strlen(suffix))
		bytes_add(out, target, file - strlen(suffix));
	else
		bytes_add(out, name, name_len);
	if (hash)
		bytes_add(out, target + file + 1, len - file - 1);
}

/* Copy one line of a source.  Each member has a line to itself, which tests/http/schemas.py checks. */
static void put_line(struct bytes *out, const char *line, size_t len, const char *name, size_t name_len)
{
	const char *ref = memmem(line, len, reference, strlen(reference));
	size_t target;

	if (!ref) {
		bytes_add(out, line, len);
		return;
	}
	ref += strlen(reference);
	target = strcspn(ref, "\"");
	bytes_add(out, line, (size_t)(ref - line));
	put_target(out, ref, target, name, name_len);
	bytes_add(out, ref + target, len - (size_t)(ref + target - line));
}

/* Is it the line that says where the schema is served?  Inside another document it would be wrong. */
static bool is_address(const char *line)
{
	line += strspn(line, " ");
	return begins(line, "\"$id\": ") || begins(line, "\"$schema\": ");
}

static void put_schema(struct bytes *out, const struct asset *asset, size_t end)
{
	const char *name = asset->path + strlen(folder), *line = (const char *)asset->data;
	size_t name_len = strlen(name) - strlen(suffix), len;

	for (const char *last = line + end; line < last; line += len) {
		len = strcspn(line, "\n");
		len += line + len < last;
		if (!is_address(line))
			put_line(out, line, len, name, name_len);
	}
}

#define REFUSED_HEADER(name)	"\"" name "\": {\"$ref\": \"#/components/headers/" name "\"}"

/* Describe the refusals that have @status (0: all of them), one line per problem. */
static void put_refusal(struct bytes *out, unsigned int status)
{
	struct bytes text = { 0 };

	bytes_puts(&text, "`type` is one of:");
	for (size_t i = 0; i < nr_problems; i++)
		if (!status || problems[i].status == status)
			bytes_printf(&text, "\n- `/api/v1/problems/%s`: %s", problems[i].code, problems[i].meaning);
	bytes_puts(out, "{\"description\": ");
	bytes_json(out, bytes_text(&text));
	bytes_puts(out, ", \"headers\": {" REFUSED_HEADER("X-Request-Id"));
	if (!status || status == 503)
		bytes_puts(out, ", " REFUSED_HEADER("Retry-After"));
	bytes_puts(out, "},\n\"content\": {\"application/problem+json\": {\"schema\": {\"$ref\": \"#/components/schemas/problem\"}}}}");
	out->failed |= text.failed;
	bytes_deinit(&text);
}

/* One component per status.  Relies on problems[] being sorted by status. */
static void put_refusals(struct bytes *out)
{
	bytes_puts(out, "\"responses\": {\n\"refused\": ");
	put_refusal(out, 0);
	for (size_t i = 0; i < nr_problems; i++) {
		if (i && problems[i].status == problems[i - 1].status)
			continue;
		bytes_printf(out, ",\n\"refused-%u\": ", problems[i].status);
		put_refusal(out, problems[i].status);
	}
	bytes_puts(out, "},\n");
}

/* Length of a document without its last closing brace and the newline before that. */
static size_t without_brace(const char *text, size_t end)
{
	while (end && text[end - 1] != '}')
		end--;
	return end < 2 ? 0 : end - 2;
}

void openapi_write(struct bytes *out)
{
	const struct asset *api = asset_find(paths), *asset, *end;
	const char *text = (const char *)api->data, *comma = "";

	/* "components" is its last member, so cutting two braces leaves that open for more. */
	put_schema(out, api, without_brace(text, without_brace(text, api->size)));
	bytes_puts(out, ",\n");
	put_refusals(out);
	bytes_puts(out, "\"schemas\": {\n");
	asset_range(folder, &asset, &end);
	for (; asset < end; asset++) {
		if (asset == api)
			continue;
		bytes_printf(out, "%s\"%.*s\": ", comma, (int)(strlen(asset->path) - strlen(folder) - strlen(suffix)),
			     asset->path + strlen(folder));
		put_schema(out, asset, asset->size);
		comma = ",";
	}
	bytes_puts(out, "}}}\n");
}
