// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/trust.h"

#include "daemon/input/decode_verified.h"
#include "daemon/input/library.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------- records */

static int own_record(const struct trust_folders *folders, struct trust *trust, struct mm_error *error)
{
	const char *const dirs[] = { folders->kernels, folders->boards };
	int err = 0;

	for (size_t i = 0; i < 2 && !err && !trust->record.known; i++)
		err = verified_read(dirs[i], trust->facts, &trust->record, error);
	trust->own = trust->record.known;
	/* A broken file tells nothing of this kernel; who adds to it is told. */
	return err == -ENOMEM ? err : 0;
}

static bool is_verified(const struct trust *trust)
{
	return trust->record.known && trust->record.exact > 0;
}

/* ------------------------------------------------------------------- nearest */

/* Releases in one row: 4.20 is followed by 5.0, 5.19 by 6.0, 6.19 by 7.0. */
static long place_of(const char *version)
{
	static const unsigned int begins[] = { 0, 0, 0, 0, 0, 21, 41, 61 };
	unsigned int major = 0, minor = 0, sub = 0;

	if (!version || sscanf(version, "%3u.%3u.%5u", &major, &minor, &sub) < 2)
		return 0;
	return (long)(major < 8 ? begins[major] + minor : 61 + 20 * (major - 7) + minor) * 10000 + (long)(sub > 9999 ? 9999 : sub);
}

static long distance(const char *a, const char *b)
{
	long d = place_of(a) - place_of(b);

	return d < 0 ? -d : d;
}

struct candidate {
	struct bytes json;
	const char *name;
	char version[32];
	long distance;
	struct facts_apart apart;
};

/* Whether it takes the place of @best: it is of a nearer release, or of the same and has more options in common. */
static bool is_nearer(const struct candidate *c, const struct candidate *best)
{
	if (!best->name || c->distance != best->distance)
		return !best->name || c->distance < best->distance;
	return c->apart.config < best->apart.config;
}

static bool is_record_of(const struct kernel_card *card)
{
	return card->version && card->record.known && card->record.exact > 0 && !strcmp(card->record.facts, card->facts);
}

static int look_at(const char *json, size_t len, const char *version, struct candidate *c, bool *fits, struct mm_error *error)
{
	struct kernel_card card = { 0 };
	int err = decode_whole_card(bytes_text(&c->json), c->json.len, c->name, &card, error);

	*fits = !err && is_record_of(&card);
	if (*fits) {
		c->distance = distance(version, card.version);
		snprintf(c->version, sizeof(c->version), "%s", card.version);
		err = decode_apart(json, len, bytes_text(&c->json), c->json.len, &c->apart, error);
	}
	kernel_card_deinit(&card);
	return err;
}

/* A broken file in a folder is nobody's neighbour. */
static int consider(const char *dir, const char *name, const char *json, size_t len, const char *version,
		    struct candidate *best, struct mm_error *error)
{
	struct candidate c = { .name = name };
	bool fits = false;
	int err = library_kernel(dir, name, &c.json, error);

	if (!err)
		err = look_at(json, len, version, &c, &fits, error);
	if (!err && fits && is_nearer(&c, best)) {
		bytes_deinit(&best->json);
		*best = c;
		return 0;
	}
	bytes_deinit(&c.json);
	return err == -ENOMEM ? err : 0;
}

static int count_change(void *ctx, const struct mm_change *change)
{
	(void)change;
	++*(size_t *)ctx;
	return 0;
}

static int count_changes(const struct mm_kernel *kernel, const struct candidate *best, size_t *ret, struct mm_error *error)
{
	struct mm_kernel *other;
	int err = decode_kernel(best->json.data, best->json.len, best->name, &other, error);

	if (err)
		return err;
	err = mm_kernel_changes(kernel, other, count_change, ret);
	mm_kernel_free(other);
	return err;
}

static int find_nearest(const char *json, size_t len, const struct mm_kernel *kernel, const char *dir, struct trust *trust,
			struct mm_error *error)
{
	struct candidate best = { 0 };
	struct name_list names = { 0 };
	int err = 0;

	library_kernels(dir, &names);
	for (size_t i = 0; i < names.nr && !err; i++)
		err = consider(dir, names.name[i], json, len, mm_kernel_version(kernel), &best, error);
	if (!err && best.name) {
		snprintf(trust->nearest.kernel, sizeof(trust->nearest.kernel), "%s", best.name);
		snprintf(trust->nearest.version, sizeof(trust->nearest.version), "%s", best.version);
		trust->nearest.apart = best.apart;
		err = count_changes(kernel, &best, &trust->nearest.changes, error);
	}
	bytes_deinit(&best.json);
	name_list_deinit(&names);
	return err;
}

/* ------------------------------------------------------------------ together */

/* "6.12"; outside of the history the release at its end. */
static void name_behaviour(const struct mm_kernel *kernel, struct trust *trust)
{
	bool newer = place_of(mm_kernel_version(kernel)) > place_of(mm_history_ends());
	const char *name = trust->known != MM_KERNEL_OUTSIDE ? mm_kernel_sequence(kernel) :
			   newer ? mm_history_ends() : mm_history_begins();

	snprintf(trust->behaviour, sizeof(trust->behaviour), "%s", name);
	if (mm_kernel_recorded(kernel))
		snprintf(trust->recorded, sizeof(trust->recorded), "%s", mm_kernel_recorded(kernel));
}

int trust_of(const char *json, size_t len, const struct kernel_card *card, const struct mm_kernel *kernel,
	     const struct trust_folders *folders, struct trust *ret, struct mm_error *error)
{
	int err = 0;

	*ret = (struct trust){ .known = mm_kernel_known(kernel) };
	memcpy(ret->facts, card->facts, sizeof(ret->facts));
	name_behaviour(kernel, ret);
	if (card->record.known && !strcmp(card->record.facts, card->facts))
		ret->record = card->record;
	else
		err = own_record(folders, ret, error);
	if (!err && !folders->brief && !is_verified(ret))
		err = find_nearest(json, len, kernel, folders->boards, ret, error);
	return err;
}

int trust_read(const char *json, size_t len, const char *where, const struct trust_folders *folders, struct kernel_card *card,
	       struct trust *ret, struct mm_error *error)
{
	struct mm_kernel *kernel;
	int err = decode_kernel(json, len, where, &kernel, error);

	if (err)
		return err;
	err = decode_whole_card(json, len, where, card, error);
	if (!err) {
		err = trust_of(json, len, card, kernel, folders, ret, error);
		if (err)
			kernel_card_deinit(card);
	}
	mm_kernel_free(kernel);
	return err;
}

/* --------------------------------------------------------------------- words */

const char *trust_word(const struct trust *trust)
{
	return is_verified(trust) ? "verified" : "derived";
}

const char *trust_known_word(enum mm_kernel_known known)
{
	static const char *const words[] = {
		[MM_KERNEL_RECORDED] = "recorded", [MM_KERNEL_UNRECORDED] = "unrecorded", [MM_KERNEL_OUTSIDE] = "outside",
	};

	return words[known];
}

static void put_boots(struct bytes *out, const struct conformance *r, int64_t of)
{
	bytes_printf(out, "%" PRId64 " boot%s, %" PRId64 "/%" PRId64 " facts", of, of == 1 ? "" : "s", r->matched, r->total);
}

static void put_record(const struct trust *trust, struct bytes *out)
{
	const struct conformance *r = &trust->record;

	if (!is_verified(trust)) {
		bytes_puts(out, "not verified: ");
		if (r->known) {
			bytes_puts(out, "none exact of ");
			put_boots(out, r, r->captures);
		} else {
			bytes_puts(out, "no boot of this very build was compared");
		}
		return;
	}
	bytes_puts(out, "verified on ");
	if (r->exact != r->captures)
		bytes_printf(out, "%" PRId64 " of ", r->exact);
	put_boots(out, r, r->captures);
}

/*
 * The sequence of calls may have the boot allocator in its name: "4.9-bootmem".  To a reader that looks like one more kernel,
 * or like the very profile that is being described.  No boot with bootmem was recorded, since no arm64 kernel has it.
 */
static const char *allocator_of(const char *behaviour)
{
	return strchr(behaviour, '-');
}

static void put_rules(struct bytes *out, const char *behaviour)
{
	const char *allocator = allocator_of(behaviour);

	bytes_printf(out, "rules of %.*s", allocator ? (int)(allocator - behaviour) : (int)strlen(behaviour), behaviour);
	if (allocator)
		bytes_printf(out, " and %s", allocator + 1);
}

static void put_checked_rules(const struct trust *trust, struct bytes *out)
{
	const char *behaviour = trust->behaviour, *allocator = allocator_of(behaviour);

	bytes_printf(out, "; it follows the rules of %.*s, which were checked on boots of %s",
		     allocator ? (int)(allocator - behaviour) : (int)strlen(behaviour), behaviour, trust->recorded);
	if (allocator)
		bytes_printf(out, ", and those of %s, which were read from the sources alone", allocator + 1);
}

static void put_behaviour(const struct trust *trust, struct bytes *out)
{
	switch (trust->known) {
	case MM_KERNEL_RECORDED:
		if (!is_verified(trust))
			put_checked_rules(trust, out);
		break;
	case MM_KERNEL_UNRECORDED:
		bytes_printf(out, "; it follows the rules of %s, which were read from the sources alone", trust->behaviour);
		break;
	case MM_KERNEL_OUTSIDE:
		bytes_printf(out, "; it is outside of %s to %s, which mmscope knows: it follows the rules of %s", mm_history_begins(),
			     mm_history_ends(), trust->behaviour);
	}
}

static void put_number(struct bytes *out, size_t nr, const char *one, const char *many)
{
	bytes_printf(out, "%zu %s", nr, nr == 1 ? one : many);
}

void trust_line(const struct trust *trust, struct bytes *out)
{
	put_record(trust, out);
	put_behaviour(trust, out);
	if (!*trust->nearest.kernel)
		return;
	bytes_printf(out, "; the nearest verified build is %s", trust->nearest.kernel);
	if (strcmp(trust->nearest.kernel, trust->nearest.version))
		bytes_printf(out, " (%s)", trust->nearest.version);
	bytes_puts(out, ": ");
	put_number(out, trust->nearest.changes, "change of Linux, ", "changes of Linux, ");
	put_number(out, trust->nearest.apart.config, "option and ", "options and ");
	put_number(out, trust->nearest.apart.structs, "size or offset apart", "sizes or offsets apart");
}

void trust_cell(const struct trust *trust, struct bytes *out)
{
	const struct conformance *r = &trust->record;

	if (r->known && r->exact != r->captures)
		bytes_printf(out, "%" PRId64 " of ", r->exact);
	if (r->known)
		put_boots(out, r, r->captures);
	else
		bytes_puts(out, "none");
	if (is_verified(trust) && trust->known == MM_KERNEL_RECORDED)
		return;
	bytes_puts(out, "; ");
	put_rules(out, trust->behaviour);
}

static void encode_nearest(struct encode_object *parent, const struct trust *trust)
{
	struct encode_object object;

	if (!*trust->nearest.kernel) {
		bytes_puts(encode_key(parent, "nearest"), "null");
		return;
	}
	object = encode_open(encode_key(parent, "nearest"));
	encode_text(&object, "kernel", trust->nearest.kernel);
	encode_text(&object, "version", trust->nearest.version);
	encode_num(&object, "changes", (int64_t)trust->nearest.changes);
	encode_num(&object, "config", (int64_t)trust->nearest.apart.config);
	encode_num(&object, "structs", (int64_t)trust->nearest.apart.structs);
	encode_num(&object, "symbols", (int64_t)trust->nearest.apart.symbols);
	encode_close(&object);
}

static void encode_assumed(struct encode_object *parent, const struct kernel_card *card)
{
	struct bytes *out = encode_key(parent, "assumed");

	bytes_putc(out, '[');
	for (size_t i = 0; i < card->nr_assumed; i++) {
		struct encode_object remark;

		bytes_puts(out, i ? "," : "");
		remark = encode_open(out);
		encode_text(&remark, "what", card->assumed[i].what);
		encode_text(&remark, "effect", card->assumed[i].effect);
		encode_close(&remark);
	}
	bytes_putc(out, ']');
}

void trust_encode(struct encode_object *parent, const struct trust *trust, const struct kernel_card *card)
{
	struct encode_object object = encode_open(encode_key(parent, "trust"));

	encode_text(&object, "state", trust_word(trust));
	encode_text(&object, "facts", trust->facts);
	encode_text(&object, "known", trust_known_word(trust->known));
	encode_text(&object, "behaviour", trust->behaviour);
	if (*trust->recorded)
		encode_text(&object, "recorded", trust->recorded);
	else
		bytes_puts(encode_key(&object, "recorded"), "null");
	encode_num(&object, "boots", trust->record.captures);
	encode_num(&object, "exact", trust->record.exact);
	encode_num(&object, "matched", trust->record.matched);
	encode_num(&object, "total", trust->record.total);
	encode_bool(&object, "own", trust->own);
	encode_nearest(&object, trust);
	encode_assumed(&object, card);
	encode_close(&object);
}
