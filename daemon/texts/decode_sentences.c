// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/texts/decode_sentences.h"

#include "daemon/base/asset.h"
#include "daemon/base/decode_value.h"
#include "daemon/base/fail.h"
#include "daemon/texts/decode_texts.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CATALOGUE	"texts/sentences.json"

#define MAX_PLACES	9	/* {1} to {9} */
#define MAX_DEPTH	16	/* of parts in parts: a list has one for each of its members */

struct form {
	const char *from, *to;
	size_t weight;		/* bytes of it that are words; of outer ones their order */
	bool outer;		/* puts others together */
	bool member;		/* of a list, and nothing elsewhere */
};

struct sentences {
	json_t *root;
	const struct texts *texts;	/* for the names of owners */
	struct texts *own;		/* if these are nobody else's */
	struct form *form;	/* outer ones first, then the heaviest */
	size_t nr;
};

struct piece {
	const char *at;
	size_t len;
};

/* --------------------------------------------------------------------- reading */

void sentences_free(struct sentences *sentences)
{
	if (!sentences)
		return;
	texts_free(sentences->own);
	json_decref(sentences->root);
	free(sentences->form);
	free(sentences);
}

static size_t weight_of(const char *form)
{
	size_t weight = 0;

	for (; *form; form += *form == '{' ? strcspn(form, "}") + 1 : 1)
		weight += *form != '{';
	return weight;
}

static int by_weight(const void *a, const void *b)
{
	const struct form *x = a, *y = b;

	if (x->outer != y->outer)
		return x->outer ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return strcmp(x->from, y->from);
}

static bool read_forms(struct sentences *s, const char *lang)
{
	const json_t *list = json_object_get(s->root, "sentences"), *entry;
	size_t i;

	s->form = calloc(json_array_size(list) + 1, sizeof(*s->form));
	if (!s->form)
		return false;
	json_array_foreach(list, i, entry) {
		struct form form = { json_string_value(json_object_get(entry, "en")), json_string_value(json_object_get(entry, lang)),
				     0, json_is_true(json_object_get(entry, "outer")), json_is_true(json_object_get(entry, "member")) };

		if (!form.from || !form.to)
			continue;
		form.weight = form.outer ? json_array_size(list) - i : weight_of(form.from);
		s->form[s->nr++] = form;
	}
	qsort(s->form, s->nr, sizeof(*s->form), by_weight);
	return true;
}

int sentences_of(const struct texts *texts, const char *lang, struct sentences **ret, struct mm_error *error)
{
	const struct asset *asset = asset_find(CATALOGUE);
	struct sentences *s = calloc(1, sizeof(*s));

	*ret = NULL;
	if (s && asset)
		s->root = decode_load((const char *)asset->data, asset->size, 0, NULL);
	if (!s || !s->root || !read_forms(s, lang)) {
		sentences_free(s);
		return fail(error, -ENOMEM, CATALOGUE, "cannot be loaded");
	}
	s->texts = texts;
	*ret = s;
	return 0;
}

int sentences_new(const char *lang, struct sentences **ret, struct mm_error *error)
{
	struct texts *texts;
	int err;

	*ret = NULL;
	if (!lang || !strcmp(lang, "en"))
		return 0;
	err = texts_new(lang, NULL, &texts, error);
	if (err)
		return err;
	err = sentences_of(texts, lang, ret, error);
	if (err)
		texts_free(texts);
	else
		(*ret)->own = texts;
	return err;
}

/* -------------------------------------------------------------------- matching */

/* A sentence may begin with a capital where its form, a part of one, has none. */
static bool begins(struct piece text, const char *with, size_t len)
{
	return len <= text.len && (!len || (tolower((unsigned char)*text.at) == tolower((unsigned char)*with) &&
					    !memcmp(text.at + 1, with + 1, len - 1)));
}

/* From @at up to the words @next of @len bytes: the first of these, or those at the end if @is_last. */
static const char *end_of_place(const char *at, const char *end, const char *next, size_t len, bool is_last)
{
	if ((size_t)(end - at) < len)
		return NULL;
	if (is_last)
		return memcmp(end - len, next, len) ? NULL : end - len;
	return memmem(at, (size_t)(end - at), next, len);
}

static bool ends_in_stop(const char *text, size_t len)
{
	return len && text[len - 1] == '.';
}

/* A whole sentence has the form of one, or is a part with a full stop: "{1}." */
static bool may_have(struct piece text, const struct form *form, bool member)
{
	return form->member == member &&
	       (form->outer || !ends_in_stop(text.at, text.len) || ends_in_stop(form->from, strlen(form->from)));
}

static bool has_form(struct piece text, const char *form, struct piece places[MAX_PLACES])
{
	size_t words = strcspn(form, "{");
	const char *at = text.at + words, *end = text.at + text.len;

	if (!begins(text, form, words))
		return false;
	for (form += words; *form == '{';) {
		unsigned place = (unsigned)(form[1] - '1');
		const char *next = form + strcspn(form, "}") + 1, *stop;

		words = strcspn(next, "{");
		stop = end_of_place(at, end, next, words, !next[words]);
		if (!stop || place >= MAX_PLACES)
			return false;
		places[place] = (struct piece){ at, (size_t)(stop - at) };
		at = stop + words;
		form = next + words;
	}
	return at == end;
}

/* --------------------------------------------------------------------- writing */

static void put(const struct sentences *s, struct piece text, bool member, unsigned depth, struct bytes *out);

static void put_owner(const struct sentences *s, struct piece name, struct bytes *out)
{
	struct bytes owner = { 0 };

	bytes_add(&owner, name.at, name.len);
	bytes_puts(out, texts_owner(s->texts, bytes_text(&owner)));
	out->failed |= owner.failed;
	bytes_deinit(&owner);
}

/* Numbers and names stay; "64 bytes" is a number. */
static void put_verbatim(struct piece text, struct bytes *out)
{
	static const char unit[] = " bytes", translated[] = " 字节";
	const char *at = text.at, *end = text.at + text.len, *found;

	while ((found = memmem(at, (size_t)(end - at), unit, strlen(unit)))) {
		bool is_number = found > at && isdigit((unsigned char)found[-1]);

		bytes_add(out, at, (size_t)(found - at));
		bytes_puts(out, is_number ? translated : unit);
		at = found + strlen(unit);
		if (is_number && end - at >= 2 && !strncmp(at, ", ", 2)) {
			bytes_puts(out, "，");
			at += 2;
		}
	}
	bytes_add(out, at, (size_t)(end - at));
}

/* "a, b, c", each by its own form. */
static void put_list(const struct sentences *s, struct piece list, unsigned depth, struct bytes *out)
{
	const char *at = list.at, *end = list.at + list.len;

	while (at < end) {
		const char *comma = memmem(at, (size_t)(end - at), ", ", 2), *stop = comma ? comma : end;

		put(s, (struct piece){ at, (size_t)(stop - at) }, true, depth, out);
		bytes_puts(out, comma ? "、" : "");
		at = comma ? comma + 2 : end;
	}
}

/* Is it the first byte of a Chinese character, and no punctuation?  U+4000 to U+9FFF in UTF-8. */
static bool is_han(unsigned char byte)
{
	return byte >= 0xe4 && byte <= 0xe9;
}

static bool ends_han(const struct bytes *out)
{
	return out->len >= 3 && is_han((unsigned char)out->data[out->len - 3]);
}

static bool ends_latin(const struct bytes *out)
{
	return out->len && isalnum((unsigned char)out->data[out->len - 1]);
}

/* {1}, {1:text}, {1:list}, {1:owner}.  What turns out not to be Chinese has a space on either side. */
static void put_place(const struct sentences *s, const char *place, struct piece piece, unsigned depth, struct bytes *out)
{
	struct bytes text = { 0 };

	if (!strncmp(place + 2, ":text", 5))
		put(s, piece, false, depth + 1, &text);
	else if (!strncmp(place + 2, ":list", 5))
		put_list(s, piece, depth + 1, &text);
	else if (!strncmp(place + 2, ":owner", 6))
		put_owner(s, piece, &text);
	else
		put_verbatim(piece, &text);
	if (text.len && isalnum((unsigned char)*text.data) && ends_han(out))
		bytes_putc(out, ' ');
	bytes_add(out, bytes_text(&text), text.len);
	out->failed |= text.failed;
	bytes_deinit(&text);
}

static void fill(const struct sentences *s, const char *to, const struct piece places[MAX_PLACES], unsigned depth, struct bytes *out)
{
	while (*to) {
		size_t words = strcspn(to, "{");

		bytes_add(out, to, words);
		to += words;
		if (!*to)
			break;
		if (to[1] >= '1' && to[1] <= '9')
			put_place(s, to, places[to[1] - '1'], depth, out);
		to += strcspn(to, "}") + 1;
		if (is_han((unsigned char)*to) ? ends_latin(out) : isalnum((unsigned char)*to) && ends_han(out))
			bytes_putc(out, ' ');
	}
}

static void put(const struct sentences *s, struct piece text, bool member, unsigned depth, struct bytes *out)
{
	struct piece places[MAX_PLACES] = { { "", 0 } };

	for (size_t i = 0; i < s->nr && depth < MAX_DEPTH; i++) {
		if (!may_have(text, &s->form[i], member) || !has_form(text, s->form[i].from, places))
			continue;
		fill(s, s->form[i].to, places, depth, out);
		return;
	}
	put_verbatim(text, out);
}

void sentences_put(const struct sentences *s, const char *english, struct bytes *out)
{
	if (s && *english)
		put(s, (struct piece){ english, strlen(english) }, false, 0, out);
	else
		bytes_puts(out, english);
}

void sentences_printf(const struct sentences *s, struct bytes *out, const char *fmt, ...)
{
	char *english = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&english, fmt, args) < 0)
		english = NULL;
	va_end(args);
	if (english)
		sentences_put(s, english, out);
	else
		out->failed = true;
	free(english);
}

void sentences_encode(const struct sentences *s, struct encode_object *object, const char *key, const char *english)
{
	struct bytes text = { 0 };

	sentences_put(s, english, &text);
	encode_text(object, key, bytes_text(&text));
	object->out->failed |= text.failed;
	bytes_deinit(&text);
}
