// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/profile.h"

#include <inttypes.h>
#include <stdlib.h>

void profile_add(struct profile *profile, struct fact_section *section, struct fact fact)
{
	if (section->nr >= PROFILE_MAX_FACTS)
		return;
	if (section->nr == section->cap) {
		size_t cap = section->cap ? 2 * section->cap : 64;
		struct fact *facts = pool_alloc(profile->pool, cap, sizeof(*facts));

		if (section->nr)
			memcpy(facts, section->facts, section->nr * sizeof(*facts));
		section->facts = facts;
		section->cap = cap;
	}
	section->facts[section->nr++] = fact;
}

void profile_number(struct profile *profile, struct fact_section *section, const char *name, int64_t value)
{
	profile_add(profile, section, (struct fact){ .name = name, .number = value, .kind = FACT_NUMBER });
}

void profile_text(struct profile *profile, struct fact_section *section, const char *name, const char *text)
{
	profile_add(profile, section, (struct fact){ .name = name, .text = text, .kind = FACT_STRING });
}

const struct fact *profile_find(const struct fact_section *section, const char *name)
{
	for (size_t i = 0; i < section->nr; i++)
		if (!strcmp(section->facts[i].name, name))
			return &section->facts[i];
	return NULL;
}

struct fact_section *profile_enum(struct profile *profile, const char *name)
{
	if (profile->nr_enums == PROFILE_MAX_ENUMS)
		return NULL;
	profile->enum_names[profile->nr_enums] = name;
	return &profile->enums[profile->nr_enums++];
}

void profile_assume(struct profile *profile, const char *what, const char *effect)
{
	if (profile->nr_assumed < PROFILE_MAX_ASSUMED)
		profile->assumed[profile->nr_assumed++] = (struct assumption){ what, effect };
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct fact *)a)->name, ((const struct fact *)b)->name);
}

void profile_sort(struct fact_section *section)
{
	if (section->nr)
		qsort(section->facts, section->nr, sizeof(*section->facts), by_name);
}

/* ------------------------------------------------------------------ writing */

/* Indented by one blank a level, as the profiles that ship are. */
struct writer {
	struct bytes *out;
	int depth;
	bool more;
};

static void next(struct writer *w, const char *key)
{
	bytes_printf(w->out, "%s\n%*s", w->more ? "," : "", w->depth, "");
	if (key) {
		bytes_json(w->out, key);
		bytes_puts(w->out, ": ");
	}
	w->more = true;
}

static void open(struct writer *w, const char *key, char bracket)
{
	next(w, key);
	bytes_putc(w->out, bracket);
	w->depth++;
	w->more = false;
}

static void close(struct writer *w, char bracket)
{
	w->depth--;
	bytes_printf(w->out, "\n%*s%c", w->depth, "", bracket);
	w->more = true;
}

static void put_text(struct writer *w, const char *key, const char *text)
{
	if (!text)
		return;
	next(w, key);
	bytes_json(w->out, text);
}

static void put_hex(struct writer *w, const char *key, int64_t value)
{
	next(w, key);
	bytes_printf(w->out, "\"%s0x%" PRIx64 "\"", value < 0 ? "-" : "",
		     value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void put_address(struct writer *w, const char *key, uint64_t value)
{
	next(w, key);
	bytes_printf(w->out, "\"0x%" PRIx64 "\"", value);
}

static void put_fact(struct writer *w, const struct fact *fact)
{
	switch (fact->kind) {
	case FACT_OFFSET:
		put_hex(w, fact->name, fact->number);
		return;
	case FACT_STRING:
		put_text(w, fact->name, fact->text);
		return;
	case FACT_NUMBER:
		next(w, fact->name);
		bytes_num(w->out, fact->number);
		return;
	case FACT_TRUE:
	case FACT_FALSE:
		next(w, fact->name);
		bytes_puts(w->out, fact->kind == FACT_TRUE ? "true" : "false");
	}
}

static void put_section(struct writer *w, const char *key, const struct fact_section *section)
{
	if (!section->nr)
		return;
	open(w, key, '{');
	for (size_t i = 0; i < section->nr; i++)
		put_fact(w, &section->facts[i]);
	close(w, '}');
}

static void put_enums(struct writer *w, const struct profile *profile)
{
	if (!profile->nr_enums)
		return;
	open(w, "enums", '{');
	for (size_t i = 0; i < profile->nr_enums; i++)
		put_section(w, profile->enum_names[i], &profile->enums[i]);
	close(w, '}');
}

static void put_params(struct writer *w, const struct profile *profile)
{
	if (!profile->has_params)
		return;
	open(w, "params", '{');
	open(w, "known", '[');
	for (size_t i = 0; i < profile->nr_params; i++)
		put_text(w, NULL, profile->params[i]);
	close(w, ']');
	next(w, "complete");
	bytes_puts(w->out, "true");
	close(w, '}');
}

static void put_assumed(struct writer *w, const struct profile *profile)
{
	open(w, "assumed", '[');
	for (size_t i = 0; i < profile->nr_assumed; i++) {
		open(w, NULL, '{');
		put_text(w, "what", profile->assumed[i].what);
		put_text(w, "effect", profile->assumed[i].effect);
		close(w, '}');
	}
	close(w, ']');
}

static void put_image(struct writer *w, const struct profile *profile)
{
	open(w, "image", '{');
	put_address(w, "text_offset", profile->text_offset);
	put_address(w, "image_size", profile->image_size);
	put_address(w, "flags", profile->flags);
	close(w, '}');
	put_address(w, "kimage_vaddr", profile->kimage_vaddr);
}

void profile_encode(struct bytes *out, const struct profile *profile)
{
	struct writer w = { .out = out, .depth = 1 };

	bytes_putc(out, '{');
	put_text(&w, "name", profile->name);
	put_text(&w, "version", profile->version);
	put_text(&w, "arch", "arm64");
	put_text(&w, "description", profile->description);
	put_text(&w, "banner", profile->banner);
	put_image(&w, profile);
	put_section(&w, "config", &profile->config);
	put_section(&w, "symbols", &profile->symbols);
	put_section(&w, "symbol_notes", &profile->notes);
	put_section(&w, "structs", &profile->structs);
	put_enums(&w, profile);
	put_section(&w, "callers", &profile->callers);
	put_params(&w, profile);
	put_section(&w, "evidence", &profile->evidence);
	put_section(&w, "derived", &profile->sources);
	put_assumed(&w, profile);
	bytes_puts(out, "\n}\n");
}
