// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * BTF (Documentation/bpf/btf.rst), with a reader of our own: of libbpf 1.1 only
 * loading would be needed, it trusts what it loads (type ids and name offsets are
 * not checked against the ends), and it says of a bad image neither what nor
 * where.  What a profile needs of the format takes 100 lines.
 */
#include "daemon/image/types.h"

#include "daemon/base/fail.h"

#include <errno.h>

#define BTF_MAGIC	0xeb9f
#define MAX_TYPES	4000000u
#define MAX_NESTING	8

enum {
	KIND_ARRAY = 3, KIND_STRUCT = 4, KIND_UNION = 5, KIND_ENUM = 6, KIND_TYPEDEF = 8, KIND_VOLATILE = 9,
	KIND_CONST = 10, KIND_RESTRICT = 11, KIND_TYPE_TAG = 18, KIND_ENUM64 = 19,
};

struct btf {
	struct pool *pool;
	struct span types, strings;
	uint32_t *at;			/* of type id; [0] is void */
	uint32_t nr;
	uint32_t structs[64], enums[16];	/* ids in the order of types_structs and types_enums; 0: none */
};

struct btf_type {
	uint32_t name, kind, vlen, size;	/* size: or the type that this one refers to */
	uint64_t body;			/* where its members begin */
	bool bitfields;			/* offsets carry a width in their upper 8 bits */
};

static struct btf_type type_at(const struct btf *btf, uint64_t at)
{
	uint32_t info = span_le32(btf->types, at + 4);

	return (struct btf_type){
		.name = span_le32(btf->types, at), .kind = info >> 24 & 0x1f, .vlen = info & 0xffff,
		.size = span_le32(btf->types, at + 8), .body = at + 12, .bitfields = info >> 31,
	};
}

static struct btf_type type_of(const struct btf *btf, uint32_t id)
{
	return id && id < btf->nr ? type_at(btf, btf->at[id]) : (struct btf_type){ 0 };
}

/* Bytes after the 12 that every type has; -1: unknown kind. */
static int64_t body_size(const struct btf_type *type)
{
	static const int8_t fixed[20] = { -1, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0 };
	static const int8_t each[20] = { 0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12 };

	if (type->kind >= 20 || fixed[type->kind] < 0)
		return -1;
	return fixed[type->kind] + (int64_t)each[type->kind] * type->vlen;
}

static const char *string_at(const struct btf *btf, uint32_t at)
{
	return span_strlen(btf->strings, at, 512) >= 0 ? (const char *)btf->strings.at + at : "";
}

static void note_names(struct btf *btf, uint32_t id, const struct btf_type *type)
{
	const char *name = type->name ? string_at(btf, type->name) : "";
	const char *const *list = type->kind == KIND_STRUCT ? types_structs : types_enums;
	uint32_t *ids = type->kind == KIND_STRUCT ? btf->structs : btf->enums;

	if (!*name || (type->kind != KIND_STRUCT && type->kind != KIND_ENUM && type->kind != KIND_ENUM64))
		return;
	for (size_t i = 0; list[i]; i++)
		if (!ids[i] && !strcmp(list[i], name))
			ids[i] = id;
}

/* One pass over all types notes where each begins. */
static int index_types(struct btf *btf, struct mm_error *error)
{
	uint64_t at = 0;
	uint32_t cap = 0;

	for (btf->nr = 1; at + 12 <= btf->types.len && btf->nr < MAX_TYPES; btf->nr++) {
		struct btf_type type = type_at(btf, at);
		int64_t body = body_size(&type);

		if (body < 0 || !span_has(btf->types, type.body, (uint64_t)body))
			return fail_at(error, -EBADMSG, "BTF", NULL, (int64_t)at, "type %u is of an unknown kind or cut off",
				       btf->nr);
		if (btf->nr >= cap) {
			uint32_t *more = pool_alloc(btf->pool, cap ? 2 * (size_t)cap : 65536, sizeof(*more));

			if (cap)
				memcpy(more, btf->at, cap * sizeof(*more));
			btf->at = more;
			cap = cap ? 2 * cap : 65536;
		}
		btf->at[btf->nr] = (uint32_t)at;
		note_names(btf, btf->nr, &type);
		at = type.body + (uint64_t)body;
	}
	return 0;
}

/* ------------------------------------------------------------------ questions */

static uint32_t id_of(const char *const *list, const uint32_t *ids, const char *name)
{
	for (size_t i = 0; list[i]; i++)
		if (!strcmp(list[i], name))
			return ids[i];
	return 0;
}

static bool btf_size(void *ctx, const char *name, uint64_t *ret)
{
	const struct btf *btf = ctx;
	uint32_t id = id_of(types_structs, btf->structs, name);

	*ret = type_of(btf, id).size;
	return id;
}

/* The type at the end of a chain of typedefs and qualifiers. */
static uint32_t plain(const struct btf *btf, uint32_t id)
{
	for (int i = 0; i < 32; i++) {
		struct btf_type type = type_of(btf, id);

		if (type.kind != KIND_TYPEDEF && type.kind != KIND_VOLATILE && type.kind != KIND_CONST &&
		    type.kind != KIND_RESTRICT && type.kind != KIND_TYPE_TAG)
			break;
		id = type.size;
	}
	return id;
}

/* The member's offset in bits from the beginning of the type, and its type; it may be in an unnamed struct or union. */
static bool find_member(const struct btf *btf, uint32_t id, const char *member, int depth, uint64_t *bits, uint32_t *of)
{
	struct btf_type type = type_of(btf, id);

	if ((type.kind != KIND_STRUCT && type.kind != KIND_UNION) || depth == MAX_NESTING)
		return false;
	for (uint32_t i = 0; i < type.vlen; i++) {
		uint64_t at = type.body + 12 * (uint64_t)i, inner;
		uint32_t name = span_le32(btf->types, at), here = span_le32(btf->types, at + 8);

		if (type.bitfields)
			here &= 0xffffff;
		*of = span_le32(btf->types, at + 4);
		if (name && !strcmp(string_at(btf, name), member)) {
			*bits = here;
			return true;
		}
		if (!name && find_member(btf, plain(btf, *of), member, depth + 1, &inner, of)) {
			*bits = here + inner;
			return true;
		}
	}
	return false;
}

static bool btf_offset(void *ctx, const char *name, const char *member, uint64_t *ret)
{
	const struct btf *btf = ctx;
	uint64_t bits;
	uint32_t of;

	if (!find_member(btf, id_of(types_structs, btf->structs, name), member, 0, &bits, &of))
		return false;
	*ret = bits / 8;
	return true;
}

static bool btf_elements(void *ctx, const char *name, const char *member, uint64_t *ret)
{
	const struct btf *btf = ctx;
	struct btf_type type;
	uint64_t bits;
	uint32_t of;

	if (!find_member(btf, id_of(types_structs, btf->structs, name), member, 0, &bits, &of))
		return false;
	type = type_of(btf, plain(btf, of));
	*ret = span_le32(btf->types, type.body + 8);
	return type.kind == KIND_ARRAY;
}

static int64_t enumerator(const struct btf *btf, const struct btf_type *type, uint32_t i, const char **name)
{
	uint64_t at = type->body + (type->kind == KIND_ENUM ? 8 : 12) * (uint64_t)i;

	*name = string_at(btf, span_le32(btf->types, at));
	if (type->kind == KIND_ENUM)
		return (int32_t)span_le32(btf->types, at + 4);
	return (int64_t)span_le64(btf->types, at + 4);
}

static bool btf_enumerators(void *ctx, const char *name, struct profile *profile, struct fact_section *section)
{
	const struct btf *btf = ctx;
	uint32_t id = id_of(types_enums, btf->enums, name);
	struct btf_type type = type_of(btf, id);
	const char *key;

	for (uint32_t i = 0; id && i < type.vlen; i++) {
		int64_t value = enumerator(btf, &type, i, &key);

		profile_number(profile, section, key, value);
	}
	return id;
}

static bool btf_value(void *ctx, const char *wanted, int64_t *ret)
{
	const struct btf *btf = ctx;
	const char *name;

	for (uint32_t id = 1; id < btf->nr; id++) {
		struct btf_type type = type_of(btf, id);

		for (uint32_t i = 0; (type.kind == KIND_ENUM || type.kind == KIND_ENUM64) && i < type.vlen; i++) {
			*ret = enumerator(btf, &type, i, &name);
			if (!strcmp(name, wanted))
				return true;
		}
	}
	return false;
}

/* --------------------------------------------------------------------- opening */

static bool head_at(struct span image, uint64_t at, struct span *types, struct span *strings, uint64_t *len)
{
	struct span btf = span_from(image, at);
	uint32_t head = span_le32(btf, 4), type_len = span_le32(btf, 12), string_len = span_le32(btf, 20);
	uint64_t type_at_ = (uint64_t)head + span_le32(btf, 8), string_at_ = (uint64_t)head + span_le32(btf, 16);

	if (span_le16(btf, 0) != BTF_MAGIC || head < 24 || head > 64)
		return false;
	*types = span_sub(btf, type_at_, type_len);
	*strings = span_sub(btf, string_at_, string_len);
	*len = string_at_ + string_len > type_at_ + type_len ? string_at_ + string_len : type_at_ + type_len;
	return types->len && strings->len;
}

struct span btf_find(struct span image, int64_t start)
{
	static const uint8_t magic[] = { 0x9f, 0xeb, 1, 0, 24, 0, 0, 0 };
	struct span types, strings;
	uint64_t len;

	if (start >= 0 && head_at(image, (uint64_t)start, &types, &strings, &len))
		return span_sub(image, (uint64_t)start, len);
	for (int64_t at = -1; (at = span_find(image, (uint64_t)(at + 1), magic, sizeof(magic))) >= 0;)
		/* The kernel's own BTF has thousands of types; a selftest's in the same image has a few. */
		if (head_at(image, (uint64_t)at, &types, &strings, &len) && types.len > 65536)
			return span_sub(image, (uint64_t)at, len);
	return (struct span){ 0 };
}

int btf_open(struct span btf, struct pool *pool, struct type_source *ret, struct mm_error *error)
{
	struct btf *b = pool_alloc(pool, 1, sizeof(*b));
	uint64_t len;

	b->pool = pool;
	if (!head_at(btf, 0, &b->types, &b->strings, &len))
		return fail_at(error, -EBADMSG, "BTF", NULL, 0, "has a head that does not fit its %zu bytes", btf.len);
	*ret = (struct type_source){ b, btf_size, btf_offset, btf_elements, btf_enumerators, btf_value };
	return index_types(b, error);
}
