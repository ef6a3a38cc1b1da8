// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/texts/decode_texts.h"

#include "daemon/base/asset.h"
#include "daemon/base/decode_value.h"
#include "daemon/base/fail.h"
#include "daemon/texts/decode_sentences.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define CATALOGUE	"texts/functions.json"

struct texts {
	json_t *root;
	const char *lang;
	struct sentences *sentences;	/* made when one is asked for */
};

static const char *const languages[] = { "en", "zh-CN" };

static const char *find_language(const char *lang)
{
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		if (!strcmp(lang, languages[i]))
			return languages[i];
	return NULL;
}

bool texts_has_language(const char *lang)
{
	return find_language(lang);
}

struct catalogue *catalogue_new(void)
{
	const struct asset *asset = asset_find(CATALOGUE);

	return asset ? (struct catalogue *)decode_load((const char *)asset->data, asset->size, 0, NULL) : NULL;
}

void catalogue_free(struct catalogue *catalogue)
{
	json_decref((json_t *)catalogue);
}

int texts_new(const char *lang, const struct catalogue *catalogue, struct texts **ret, struct mm_error *error)
{
	const char *known = find_language(lang);
	struct texts *texts;

	if (!known)
		return fail(error, -ENOENT, "lang", "there are no texts in '%s'; choose en or zh-CN", lang);
	texts = calloc(1, sizeof(*texts));
	if (!texts)
		return fail(error, -ENOMEM, NULL, "no memory for the texts");
	texts->lang = known;
	texts->root = catalogue ? json_incref((json_t *)catalogue) : (json_t *)catalogue_new();
	if (!texts->root) {
		free(texts);
		return fail(error, -ENOMEM, CATALOGUE, "cannot be loaded");
	}
	*ret = texts;
	return 0;
}

void texts_free(struct texts *texts)
{
	if (texts) {
		sentences_free(texts->sentences);
		json_decref(texts->root);
	}
	free(texts);
}

static const json_t *member(const json_t *object, const char *name)
{
	return object ? json_object_get(object, name) : NULL;
}

static const json_t *function_of(const struct texts *texts, const char *function)
{
	return member(member(texts->root, "functions"), function);
}

/* What an entry does not say itself, the one says that it is "like". */
static const json_t *of_function(const struct texts *texts, const char *function, const char *name)
{
	const json_t *entry = function_of(texts, function), *own = member(entry, name), *like = member(entry, "like");

	return own || !like ? own : member(function_of(texts, json_string_value(like)), name);
}

/* {"en":"..","zh-CN":".."} */
static const char *in_language(const struct texts *texts, const json_t *text)
{
	const json_t *value = member(text, texts->lang);

	return value ? json_string_value(value) : NULL;
}

/* One text, or the first of several whose condition holds. */
static const char *choose(const struct texts *texts, const json_t *text, texts_condition *holds, void *ctx)
{
	const json_t *variant;
	size_t i;

	if (!json_is_array(text))
		return in_language(texts, text);
	json_array_foreach(text, i, variant) {
		const json_t *condition = member(variant, "if");

		if (!condition || holds(ctx, json_string_value(condition)))
			return in_language(texts, variant);
	}
	return NULL;
}

const char *texts_function(const struct texts *texts, const char *function, const char *sort,
			   texts_condition *holds, void *ctx)
{
	return choose(texts, of_function(texts, function, sort), holds, ctx);
}

const char *texts_phrase(const struct texts *texts, const char *name, texts_condition *holds, void *ctx)
{
	return choose(texts, member(member(texts->root, "phrases"), name), holds, ctx);
}

const char *texts_owner(const struct texts *texts, const char *owner)
{
	const char *label = in_language(texts, member(member(texts->root, "owners"), owner));

	return label ? label : owner;
}

/* "rest of unit cpu 12" -> "rest of unit cpu #" */
static void mask_digits(const char *value, struct bytes *out)
{
	while (*value) {
		if (!isdigit((unsigned char)*value)) {
			bytes_putc(out, *value++);
			continue;
		}
		bytes_putc(out, '#');
		while (isdigit((unsigned char)*value))
			value++;
	}
}

/* Each # of @text is the next number of @value. */
static void fill_digits(const char *text, const char *value, struct bytes *out)
{
	for (; *text; text++) {
		if (*text != '#') {
			bytes_putc(out, *text);
			continue;
		}
		while (*value && !isdigit((unsigned char)*value))
			value++;
		while (isdigit((unsigned char)*value))
			bytes_putc(out, *value++);
	}
}

static const char *value_text(const struct texts *texts, const char *fact, const char *masked)
{
	const json_t *values = member(texts->root, "values");
	struct bytes both = { 0 };
	const char *text;

	bytes_printf(&both, "%s=%s", fact, masked);
	text = in_language(texts, member(values, bytes_text(&both)));
	bytes_deinit(&both);
	return text ? text : in_language(texts, member(values, masked));
}

/* What a cause says is a sentence of the engine's; other facts are names and words. */
static bool is_sentence(const char *fact)
{
	return !strcmp(fact, "because") || !strcmp(fact, "assumed") || !strcmp(fact, "harmless");
}

static void put_sentence(struct texts *texts, const char *value, struct bytes *out)
{
	struct mm_error error;

	if (!texts->sentences && strcmp(texts->lang, "en") && sentences_of(texts, texts->lang, &texts->sentences, &error))
		out->failed = true;
	sentences_put(texts->sentences, value, out);
}

void texts_value(struct texts *texts, const char *fact, const char *value, struct bytes *out)
{
	struct bytes masked = { 0 };
	const char *text;

	mask_digits(value, &masked);
	text = value_text(texts, fact, bytes_text(&masked));
	if (text)
		fill_digits(text, value, out);
	else if (is_sentence(fact))
		put_sentence(texts, value, out);
	else
		bytes_puts(out, value);
	bytes_deinit(&masked);
}

bool texts_is_size(const struct texts *texts, const char *fact)
{
	return member(member(texts->root, "sizes"), fact);
}

int texts_compare_versions(const char *a, const char *b)
{
	for (;;) {
		long x = strtol(a, (char **)&a, 10), y = strtol(b, (char **)&b, 10);

		if (x != y)
			return x < y ? -1 : 1;
		if (*a != '.' && *b != '.')
			return 0;
		a += *a == '.';
		b += *b == '.';
	}
}

/*
 * A path, or {"4.9":"mm/a.c","6.1":"mm/b.c"}: each from that release on; "" where it is not known.  What each slab allocator has
 * a function of its own for says so in "allocators".
 */
const char *texts_file(const struct texts *texts, const char *function, const char *version, const char *allocator)
{
	const json_t *of_allocator = allocator ? member(of_function(texts, function, "allocators"), allocator) : NULL;
	const json_t *file = of_allocator ? of_allocator : of_function(texts, function, "file"), *path;
	const char *best = NULL, *found = json_is_string(file) ? json_string_value(file) : NULL, *since;

	json_object_foreach((json_t *)file, since, path) {
		if (texts_compare_versions(since, version) > 0 || (best && texts_compare_versions(since, best) < 0))
			continue;
		best = since;
		found = json_string_value(path);
	}
	return found && *found ? found : NULL;
}

const char *texts_concept(const struct texts *texts, const char *function, size_t index)
{
	const json_t *concepts = of_function(texts, function, "concepts");

	return concepts ? json_string_value(json_array_get(concepts, index)) : NULL;
}
