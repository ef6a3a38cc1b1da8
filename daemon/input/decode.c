// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/decode.h"
#include "daemon/base/decode_value.h"
#include "daemon/base/fail.h"
#include "daemon/base/number.h"
#include "daemon/base/sha256.h"
#include "daemon/input/decode_json.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The most deeply nested document that we read is a free list: stops, nodes, zones, lists, pfns. */
#define MAX_DEPTH 12

/* ------------------------------------------------------------------ parsing */

/* Depth is counted before Jansson builds anything: its own limit of 2048 lets
 * through what later recursion has to walk. */
static int check_depth(const char *json, size_t len, const char *where, struct mm_error *error)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		char c = json[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > MAX_DEPTH)
				return fail_at(error, -EBADMSG, where, NULL, (int64_t)i,
					       "is nested more than %d deep", MAX_DEPTH);
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return 0;
}

int decode_json(const char *json, size_t len, const char *where, json_t **ret, struct mm_error *error)
{
	json_error_t problem;
	int err = check_depth(json, len, where, error);

	if (err)
		return err;
	*ret = decode_load(json, len, JSON_REJECT_DUPLICATES, &problem);
	if (*ret)
		return 0;
	if (errno == ENOMEM)
		return fail(error, -ENOMEM, where, "no memory to read it");
	return fail_at(error, -EBADMSG, where, NULL, problem.position, "is not JSON: line %d: %s",
		       problem.line, problem.text);
}

static int wrong(struct mm_error *error, const char *where, const char *key, const char *should)
{
	return fail_at(error, -EBADMSG, where, key, -1, "should be %s", should);
}

static int out_of_memory(struct mm_error *error, const char *where)
{
	return fail(error, -ENOMEM, where, "no memory to read it");
}

/* "0x1f": addresses are written this way because JSON numbers lose digits. */
static bool is_hex(const char *s)
{
	return s[0] == '0' && s[1] == 'x' && s[2] && !s[2 + strspn(s + 2, "0123456789abcdefABCDEF")];
}

/* "0x80000000", "1M" or a plain number. */
static bool address_value(json_t *value, uint64_t *ret)
{
	if (json_is_string(value))
		return number_parse(json_string_value(value), ret);
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*ret = (uint64_t)json_integer_value(value);
	return true;
}

/* -------------------------------------------------------------------- kernel */

struct kernel_reader {
	struct mm_kernel *kernel;
	const char *where;
	struct mm_error *error;
};

static int set_failed(const struct kernel_reader *reader, int err, const char *key)
{
	if (err == -E2BIG)
		return fail_at(reader->error, -EBADMSG, reader->where, key, -1, "is one fact too many");
	return err ? out_of_memory(reader->error, reader->where) : 0;
}

/* ["cma_pernuma","numa_cma"] -> "cma_pernuma numa_cma" */
static int read_words(const struct kernel_reader *reader, const char *section, const char *key, json_t *list)
{
	struct bytes words = { 0 };
	json_t *word;
	size_t i;
	int err;

	json_array_foreach(list, i, word) {
		if (!json_is_string(word)) {
			bytes_deinit(&words);
			return wrong(reader->error, reader->where, key, "a list of words");
		}
		if (i)
			bytes_putc(&words, ' ');
		bytes_puts(&words, json_string_value(word));
	}
	err = words.failed ? -ENOMEM : mm_kernel_set_text(reader->kernel, section, key, bytes_text(&words));
	bytes_deinit(&words);
	return set_failed(reader, err, key);
}

static int read_text(const struct kernel_reader *reader, const char *section, const char *key, const char *text)
{
	uint64_t number;

	if (!is_hex(text))
		return set_failed(reader, mm_kernel_set_text(reader->kernel, section, key, text), key);
	if (!number_parse(text, &number))
		return wrong(reader->error, reader->where, key, "a number of at most 64 bits");
	return set_failed(reader, mm_kernel_set_number(reader->kernel, section, key, number), key);
}

static int read_section(const struct kernel_reader *reader, const char *section, json_t *object);

/* {"enums":{"zone_type":{..}}} is the section "enums.zone_type". */
static int read_subsection(const struct kernel_reader *reader, const char *section, const char *key, json_t *value)
{
	struct bytes name = { 0 };
	int err;

	bytes_printf(&name, "%s%s%s", section, *section ? "." : "", key);
	err = name.failed ? out_of_memory(reader->error, reader->where) :
			    read_section(reader, name.data, value);
	bytes_deinit(&name);
	return err;
}

static int read_fact(const struct kernel_reader *reader, const char *section, const char *key, json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return read_text(reader, section, key, json_string_value(value));
	case JSON_INTEGER:
		return set_failed(reader, mm_kernel_set_number(reader->kernel, section, key,
							       (uint64_t)json_integer_value(value)), key);
	case JSON_TRUE:
	case JSON_FALSE:
		return set_failed(reader, mm_kernel_set_number(reader->kernel, section, key,
							       json_is_true(value)), key);
	case JSON_ARRAY:
		return read_words(reader, section, key, value);
	case JSON_OBJECT:
		return read_subsection(reader, section, key, value);
	case JSON_NULL:
		return 0;
	case JSON_REAL:
		break;
	}
	return wrong(reader->error, reader->where, key, "a whole number");
}

/* Remarks about the profile rather than facts of the kernel; the engine does not use them. */
static bool is_remark(const char *section, const char *key)
{
	static const char *const remarks[] = { "conformance", "recorded", "symbol_notes", "derived", "assumed" };

	for (size_t i = 0; !*section && i < sizeof(remarks) / sizeof(remarks[0]); i++)
		if (!strcmp(key, remarks[i]))
			return true;
	return false;
}

static int read_section(const struct kernel_reader *reader, const char *section, json_t *object)
{
	const char *key;
	json_t *value;
	int err;

	json_object_foreach(object, key, value) {
		if (is_remark(section, key))
			continue;
		err = read_fact(reader, section, key, value);
		if (err)
			return err;
	}
	return 0;
}

int decode_kernel(const char *json, size_t len, const char *where, struct mm_kernel **ret,
		  struct mm_error *error)
{
	struct kernel_reader reader = { .where = where, .error = error };
	json_t *root;
	int err = decode_json(json, len, where, &root, error);

	if (err)
		return err;
	reader.kernel = mm_kernel_new();
	if (!reader.kernel)
		err = out_of_memory(error, where);
	else if (!json_is_object(root))
		err = fail(error, -EBADMSG, where, "is not a kernel profile: it should be a JSON object");
	else
		err = read_section(&reader, "", root);
	json_decref(root);
	if (!err)
		err = mm_kernel_finish(reader.kernel, error);
	if (err && err != -ENOMEM)
		err = -EBADMSG;
	if (err)
		mm_kernel_free(reader.kernel);
	else
		*ret = reader.kernel;
	return err;
}

/* --------------------------------------------------------------------- facts */

static int add_to_hash(const char *text, size_t len, void *sha)
{
	sha256_add(sha, text, len);
	return 0;
}

/* Removes labels and remarks from @root, then hashes the rest. */
static int hash_facts(json_t *root, const char *where, char hash[FACTS_HASH_SIZE], struct mm_error *error)
{
	static const char *const labels[] = { "name", "description", "force" };
	struct sha256 sha;
	char hex[65];
	const char *key;
	json_t *value;
	void *next;
	int err = 0;

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		json_object_del(root, labels[i]);
	json_object_foreach_safe(root, next, key, value)
		if (is_remark("", key))
			json_object_del(root, key);
	sha256_init(&sha);
	if (json_dump_callback(root, add_to_hash, &sha, JSON_COMPACT | JSON_SORT_KEYS))
		err = out_of_memory(error, where);
	sha256_hex(&sha, hex);
	memcpy(hash, hex, FACTS_HASH_SIZE - 1);
	hash[FACTS_HASH_SIZE - 1] = '\0';
	return err;
}

/* Counts members of @a that @b lacks or has another value for, and members that only @b has. */
static size_t members_apart(json_t *a, json_t *b)
{
	const char *key;
	json_t *value;
	size_t shared = 0, same = 0;

	json_object_foreach(a, key, value) {
		json_t *other = json_object_get(b, key);

		shared += other != NULL;
		same += other && json_equal(value, other);
	}
	return json_object_size(a) + json_object_size(b) - shared - same;
}

int decode_apart(const char *a, size_t a_len, const char *b, size_t b_len, struct facts_apart *ret, struct mm_error *error)
{
	json_t *left, *right;
	int err = decode_json(a, a_len, "profile", &left, error);

	if (err)
		return err;
	err = decode_json(b, b_len, "profile", &right, error);
	if (!err) {
		ret->config = members_apart(json_object_get(left, "config"), json_object_get(right, "config"));
		ret->structs = members_apart(json_object_get(left, "structs"), json_object_get(right, "structs"));
		ret->symbols = members_apart(json_object_get(left, "symbols"), json_object_get(right, "symbols"));
		json_decref(right);
	}
	json_decref(left);
	return err;
}

/* --------------------------------------------------------------- kernel card */

static void free_remarks(struct profile_remark *remarks, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		free(remarks[i].what);
		free(remarks[i].effect);
	}
	free(remarks);
}

void kernel_card_deinit(struct kernel_card *card)
{
	free(card->name);
	free(card->version);
	free(card->description);
	free(card->conformance);
	free_remarks(card->assumed, card->nr_assumed);
	*card = (struct kernel_card){ 0 };
}

/* An optional member, which must be a string if present. */
static int member_text(json_t *object, const char *key, const char *where, char **ret, struct mm_error *error)
{
	json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value))
		return 0;
	if (!json_is_string(value))
		return wrong(error, where, key, "a text");
	*ret = strdup(json_string_value(value));
	return *ret ? 0 : out_of_memory(error, where);
}

static void read_record(json_t *object, struct conformance *ret)
{
	const char *date = json_string_value(json_object_get(object, "date"));
	const char *facts = json_string_value(json_object_get(object, "facts"));

	ret->captures = json_integer_value(json_object_get(object, "captures"));
	ret->exact = json_integer_value(json_object_get(object, "exact"));
	ret->matched = json_integer_value(json_object_get(object, "matched"));
	ret->total = json_integer_value(json_object_get(object, "total"));
	if (json_is_array(json_object_get(object, "captures")))
		ret->captures = (int64_t)json_array_size(json_object_get(object, "captures"));
	ret->known = ret->total > 0;
	if (date)
		strncat(ret->date, date, sizeof(ret->date) - 1);
	if (facts)
		strncat(ret->facts, facts, sizeof(ret->facts) - 1);
}

static int read_card(json_t *root, const char *where, struct kernel_card *card, struct mm_error *error)
{
	json_t *conformance = json_object_get(root, "conformance");
	json_t *text_offset = json_object_get(json_object_get(root, "image"), "text_offset");
	struct bytes text = { 0 };
	int err;

	if (!json_is_object(root))
		return fail(error, -EBADMSG, where, "is not a kernel profile: it should be a JSON object");
	err = member_text(root, "name", where, &card->name, error);
	if (!err)
		err = member_text(root, "version", where, &card->version, error);
	if (!err)
		err = member_text(root, "description", where, &card->description, error);
	if (!err && text_offset && !address_value(text_offset, &card->text_offset))
		err = wrong(error, where, "image.text_offset", "an offset such as \"0x80000\"");
	card->force = json_is_true(json_object_get(root, "force"));
	if (err || !json_is_object(conformance))
		return err;
	read_record(conformance, &card->record);
	err = decode_dump(conformance, JSON_COMPACT, &text);
	card->conformance = text.data;
	return err ? out_of_memory(error, where) : 0;
}

static int read_remarks(json_t *list, const char *where, struct profile_remark *remarks, struct mm_error *error)
{
	json_t *item;
	size_t i;
	int err = 0;

	json_array_foreach(list, i, item) {
		if (!err)
			err = member_text(item, "what", where, &remarks[i].what, error);
		if (!err)
			err = member_text(item, "effect", where, &remarks[i].effect, error);
		if (!err && (!remarks[i].what || !remarks[i].effect))
			err = wrong(error, where, "assumed", "a list of what and effect");
	}
	return err;
}

static int read_assumed(json_t *list, const char *where, struct kernel_card *card, struct mm_error *error)
{
	card->assumed = calloc(json_array_size(list) + 1, sizeof(*card->assumed));
	if (!card->assumed)
		return out_of_memory(error, where);
	card->nr_assumed = json_array_size(list);
	return read_remarks(list, where, card->assumed, error);
}

static int read_whole_card(json_t *root, const char *where, struct kernel_card *card, struct mm_error *error)
{
	int err = read_card(root, where, card, error);

	if (!err)
		err = read_assumed(json_object_get(root, "assumed"), where, card, error);
	return err ? err : hash_facts(root, where, card->facts, error);
}

typedef int card_reader(json_t *root, const char *where, struct kernel_card *card, struct mm_error *error);

static int decode_card(const char *json, size_t len, const char *where, card_reader *read, struct kernel_card *ret,
		       struct mm_error *error)
{
	struct kernel_card card = { 0 };
	json_t *root;
	int err = decode_json(json, len, where, &root, error);

	if (err)
		return err;
	err = read(root, where, &card, error);
	json_decref(root);
	if (err)
		kernel_card_deinit(&card);
	else
		*ret = card;
	return err;
}

int decode_kernel_card(const char *json, size_t len, const char *where, struct kernel_card *ret,
		       struct mm_error *error)
{
	return decode_card(json, len, where, read_card, ret, error);
}

int decode_whole_card(const char *json, size_t len, const char *where, struct kernel_card *ret, struct mm_error *error)
{
	return decode_card(json, len, where, read_whole_card, ret, error);
}

/* ------------------------------------------------------------------ settings */

static int read_address(json_t *loader, const char *key, const char *where, uint64_t *ret, bool *has,
			struct mm_error *error)
{
	json_t *value = json_object_get(loader, key);

	if (!value || json_is_null(value))
		return 0;
	if (!address_value(value, ret))
		return wrong(error, where, key, "an address such as \"0x80000000\"");
	*has = true;
	return 0;
}

/* [start, end], half-open. */
static int read_initrd(json_t *loader, const char *where, struct request_loader *ret, struct mm_error *error)
{
	json_t *pair = json_object_get(loader, "initrd");

	if (!pair || json_is_null(pair))
		return 0;
	if (json_array_size(pair) != 2 || !address_value(json_array_get(pair, 0), &ret->initrd_start) ||
	    !address_value(json_array_get(pair, 1), &ret->initrd_end) || ret->initrd_end < ret->initrd_start)
		return wrong(error, where, "initrd", "[\"0xSTART\",\"0xEND\"]");
	ret->has_initrd = true;
	return 0;
}

static int known_keys(json_t *object, const char *const *known, const char *where, struct mm_error *error)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		const char *const *k = known;

		while (*k && strcmp(*k, key))
			k++;
		if (!*k)
			return fail_at(error, -EBADMSG, where, key, -1, "is not a key that can be given here");
	}
	return 0;
}

static int read_loader(json_t *root, const char *where, bool strict, struct settings *ret,
		       struct mm_error *error)
{
	static const char *const keys[] = {
		"model", "kernel_image", "dtb", "dtb_totalsize", "initrd", "initrd_size", NULL
	};
	json_t *loader = json_object_get(root, "loader");
	struct request_loader *to = &ret->loader;
	int err;

	if (!loader || json_is_null(loader))
		return 0;
	if (!json_is_object(loader))
		return wrong(error, where, "loader", "an object");
	err = strict ? known_keys(loader, keys, where, error) : 0;
	if (!err)
		err = read_address(loader, "kernel_image", where, &to->image, &to->has_image, error);
	if (!err)
		err = read_address(loader, "dtb", where, &to->dtb, &to->has_dtb, error);
	if (!err)
		err = read_address(loader, "dtb_totalsize", where, &to->dtb_totalsize, &to->has_dtb_totalsize, error);
	if (!err)
		err = read_address(loader, "initrd_size", where, &to->initrd_size, &to->has_initrd_size, error);
	if (!err)
		err = read_initrd(loader, where, to, error);
	if (!err)
		err = member_text(loader, "model", where, &ret->model, error);
	/* A board's file has "cpu" here; a case.json and a POST have it one level up. */
	return err || ret->cpu ? err : member_text(loader, "cpu", where, &ret->cpu, error);
}

static int read_settings(json_t *root, const char *where, bool strict, struct settings *ret, struct mm_error *error)
{
	static const char *const keys[] = { "board", "kernel", "slab", "cmdline", "memory", "memreserve", "cpu", "ops", "from_state", "uefi",
					    "reserved", "loader",
					    "force", NULL };
	const struct { const char *key; char **to; } texts[] = {
		{ "name", &ret->name }, { "description", &ret->description },
		{ "description_zh", &ret->description_zh }, { "board", &ret->board }, { "kernel", &ret->kernel },
		{ "cmdline", &ret->cmdline }, { "memory", &ret->memory }, { "cpu", &ret->cpu },
		{ "slab", &ret->slab }, { "memreserve", &ret->memreserve }, { "ops", &ret->ops },
		{ "from_state", &ret->from_state }, { "uefi", &ret->uefi }, { "reserved", &ret->reserved },
	};
	int err;

	if (!json_is_object(root))
		return fail(error, -EBADMSG, where, "should be a JSON object");
	err = strict ? known_keys(root, keys, where, error) : 0;
	for (size_t i = 0; !err && i < sizeof(texts) / sizeof(texts[0]); i++)
		err = member_text(root, texts[i].key, where, texts[i].to, error);
	if (!err && json_object_get(root, "force") && !json_is_boolean(json_object_get(root, "force")))
		err = wrong(error, where, "force", "true or false");
	ret->force = json_is_true(json_object_get(root, "force"));
	if (!err)
		err = read_loader(root, where, strict, ret, error);
	if (!err && !ret->loader.has_dtb_totalsize)
		err = read_address(root, "totalsize", where, &ret->loader.dtb_totalsize,
				   &ret->loader.has_dtb_totalsize, error);
	return err;
}

int decode_settings(const char *json, size_t len, const char *where, bool strict,
		    struct settings *ret, struct mm_error *error)
{
	struct settings settings = { 0 };
	json_t *root;
	int err = decode_json(json, len, where, &root, error);

	if (err)
		return err;
	err = read_settings(root, where, strict, &settings, error);
	json_decref(root);
	if (err)
		settings_deinit(&settings);
	else
		*ret = settings;
	return err;
}

/* ----------------------------------------------------------------- freelists */

struct freelist_reader {
	const char *at;			/* the stop */
	json_int_t nid;
	const char *zone;
	struct facts *facts;
	struct bytes fact;
};

static json_int_t integer(json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static const char *text(json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s ? s : "?";
}

static void finish_fact(struct freelist_reader *reader)
{
	if (reader->fact.failed)
		reader->facts->failed = true;
	else
		facts_add(reader->facts, FACT_FREELISTS, bytes_text(&reader->fact), 0);
	bytes_clear(&reader->fact);
}

static void read_list(struct freelist_reader *reader, json_t *list)
{
	json_t *pfn, *pfns = json_object_get(list, "pfns");
	size_t i;

	bytes_printf(&reader->fact, "%s %lld/%s order %lld %s [", reader->at, (long long)reader->nid,
		     reader->zone, (long long)integer(list, "order"), text(list, "migratetype"));
	json_array_foreach(pfns, i, pfn) {
		if (i)
			bytes_puts(&reader->fact, ", ");
		bytes_num(&reader->fact, json_integer_value(pfn));
	}
	bytes_putc(&reader->fact, ']');
	finish_fact(reader);
}

static void read_zone(struct freelist_reader *reader, json_t *zone)
{
	json_t *list;
	size_t i;

	reader->zone = text(zone, "name");
	bytes_printf(&reader->fact, "%s %lld/%s managed %lld present %lld", reader->at, (long long)reader->nid,
		     reader->zone, (long long)integer(zone, "managed"), (long long)integer(zone, "present"));
	finish_fact(reader);
	json_array_foreach(json_object_get(zone, "free"), i, list)
		read_list(reader, list);
}

static void read_zonelist(struct freelist_reader *reader, size_t index, json_t *refs)
{
	json_t *ref;
	size_t i;

	bytes_printf(&reader->fact, "%s node %lld zonelist %zu ", reader->at, (long long)reader->nid, index);
	json_array_foreach(refs, i, ref)
		bytes_printf(&reader->fact, "%s%lld/%s", i ? " " : "", (long long)integer(ref, "node"),
			     text(ref, "zone"));
	finish_fact(reader);
}

static void read_cache(struct freelist_reader *reader, json_t *cache)
{
	bytes_printf(&reader->fact, "%s cache %s %lld %lld %lld %lld %lld", reader->at, text(cache, "name"),
		     (long long)integer(cache, "size"), (long long)integer(cache, "object_size"),
		     (long long)integer(cache, "align"), (long long)integer(cache, "order"),
		     (long long)integer(cache, "objects"));
	finish_fact(reader);
}

static void read_node(struct freelist_reader *reader, json_t *node)
{
	json_t *item;
	size_t i;

	reader->nid = integer(node, "nid");
	json_array_foreach(json_object_get(node, "zones"), i, item)
		read_zone(reader, item);
	json_array_foreach(json_object_get(node, "zonelists"), i, item)
		read_zonelist(reader, i, item);
}

static void read_stop(struct freelist_reader *reader, json_t *stop)
{
	json_t *item;
	size_t i;

	reader->at = text(stop, "at");
	json_array_foreach(json_object_get(stop, "nodes"), i, item)
		read_node(reader, item);
	json_array_foreach(json_object_get(stop, "slab_caches"), i, item)
		read_cache(reader, item);
}

int decode_freelists(const char *json, size_t len, const char *where, struct facts *facts,
		     struct mm_error *error)
{
	struct freelist_reader reader = { .facts = facts };
	json_t *root, *stop;
	size_t i;
	int err = decode_json(json, len, where, &root, error);

	if (err)
		return err;
	if (!json_is_array(root))
		err = fail(error, -EBADMSG, where, "should be a list of stops");
	json_array_foreach(root, i, stop)
		read_stop(&reader, stop);
	json_decref(root);
	bytes_deinit(&reader.fact);
	return err;
}

int decode_is_object(const char *json, size_t len, const char *where, struct mm_error *error)
{
	json_t *root;
	int err = decode_json(json, len, where, &root, error);

	if (err)
		return err;
	if (!json_is_object(root))
		err = fail(error, -EBADMSG, where, "should be a JSON object");
	json_decref(root);
	return err;
}
