// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The symbols that a kernel carries to print its own backtraces
 * (scripts/kallsyms.c, kernel/kallsyms.c).  Names are runs of tokens:
 *
 *   to 6.3:   offsets | relative_base | num_syms | names | markers | [seqs] | tokens | index
 *   since:    num_syms | names | markers | tokens | index | offsets | [relative_base] | seqs
 *   to 4.5 or without KALLSYMS_BASE_RELATIVE: addresses of 8 bytes in place of offsets and base
 *
 * Nothing says where they are.  The token table is recognised by its digits, the
 * names by the markers that must follow them, the places by their order.
 */
#include "daemon/image/symbols.h"

#include "daemon/base/fail.h"

#include <errno.h>
#include <stdlib.h>

#define NR_TOKENS	256
/* Any kernel with kallsyms has more symbols than this. */
#define MIN_SYMBOLS	512
/* How far the names may begin before the tokens, and how many name records a search may walk. */
#define MAX_NAMES	(32u << 20)
#define MAX_WALK	(64u << 20)

/* _text is at the beginning of a page. */
#define TEXT_ALIGN	4096

struct kallsyms {
	struct span image;
	struct span tokens[NR_TOKENS];
	uint64_t tokens_at, index_end;
	uint64_t count_at;		/* num_syms */
	uint64_t names_at;
	uint32_t nr;
	bool long_names;		/* lengths of two bytes, since 6.1 */
	size_t walked;
	int64_t *places;
	uint64_t base;			/* link address that offsets are relative to; 0: unknown */
	bool from_image;		/* places are offsets in the file, not from an unknown base */
};

/* ------------------------------------------------------------------- tokens */

/* index[i] says where token i begins; the digits are tokens of their own: "0\0" ... "9\0". */
static bool is_index(struct span image, uint64_t at, uint64_t digits, uint64_t *ret)
{
	uint16_t zero = span_le16(image, at + 2 * '0');

	if (!span_has(image, at, 2 * NR_TOKENS) || span_le16(image, at) || zero > digits)
		return false;
	for (unsigned int i = 1; i < NR_TOKENS; i++) {
		uint16_t step = (uint16_t)(span_le16(image, at + 2 * i) - span_le16(image, at + 2 * (i - 1)));

		if (!step || step > 512 || (i > '0' && i <= '9' && step != 2))
			return false;
	}
	*ret = digits - zero;
	return true;
}

static bool read_tokens(struct kallsyms *k, uint64_t digits)
{
	for (uint64_t at = (digits + 20) & ~UINT64_C(3); at < digits + 16384; at += 4) {
		if (!is_index(k->image, at, digits, &k->tokens_at))
			continue;
		k->index_end = at + 2 * NR_TOKENS;
		for (unsigned int i = 0; i < NR_TOKENS; i++) {
			uint64_t token = k->tokens_at + span_le16(k->image, at + 2 * i);
			int64_t len = span_strlen(k->image, token, 512);

			if (len < 0)
				return false;
			k->tokens[i] = span_sub(k->image, token, (uint64_t)len);
		}
		return true;
	}
	return false;
}

static bool find_tokens(struct kallsyms *k)
{
	static const char digits[20] = "0\0" "1\0" "2\0" "3\0" "4\0" "5\0" "6\0" "7\0" "8\0" "9";
	int64_t at = -1;

	while ((at = span_find(k->image, (uint64_t)at + 1, digits, sizeof(digits))) >= 0)
		if (read_tokens(k, (uint64_t)at))
			return true;
	return false;
}

/* -------------------------------------------------------------------- names */

/* The tokens of one name, and where the next begins; false: it cannot be one. */
static bool name_record(const struct kallsyms *k, uint64_t at, bool long_names, struct span *ret, uint64_t *next)
{
	uint64_t len = at < k->tokens_at ? k->image.at[at++] : 0;

	if (len & 0x80 && long_names && at < k->tokens_at)
		len = (len & 0x7f) | (uint64_t)k->image.at[at++] << 7;
	if (!len || len > k->tokens_at || at > k->tokens_at - len)
		return false;
	*ret = span_sub(k->image, at, len);
	*next = at + len;
	return true;
}

/*
 * markers[i] says where name 256 * i begins; 4 bytes each, 8 before 4.20; 6.2 and 6.3 have 3 bytes
 * of every symbol's place in the order of names between them and the tokens.  So a number of symbols
 * says where the markers would lie, and the first two whether they do: 0, and the end of 256 names.
 */
static bool markers_of(const struct kallsyms *k, uint32_t nr, unsigned int width, unsigned int seqs, uint64_t *at, uint64_t *mark)
{
	uint64_t len = (uint64_t)width * ((nr + 255) / 256) + (uint64_t)seqs * nr, end = k->tokens_at;

	for (uint64_t pad = 0; pad < 16 && end >= len + pad; pad++) {
		*at = end - len - pad;
		*mark = width == 4 ? span_le32(k->image, *at + 4) : span_le64(k->image, *at + 8);
		if (!(*at & 3) && !(width == 4 ? span_le32(k->image, *at) : span_le64(k->image, *at)) &&
		    *mark >= 2 * 256 && *mark <= 256 * 1024)
			return true;
	}
	return false;
}

/* Walks the names; they must pass their first marker and end where the markers begin. */
static bool names_here(struct kallsyms *k, uint64_t names, uint32_t nr, bool long_names, uint64_t markers, uint64_t mark)
{
	uint64_t at = names;
	struct span record;

	for (uint32_t i = 0; i < nr; i++) {
		if (i == 256 && at - names != mark)
			return false;
		if (k->walked++ > MAX_WALK || !name_record(k, at, long_names, &record, &at))
			return false;
	}
	if (at > markers || at + 8 < markers)
		return false;
	k->names_at = names;
	k->nr = nr;
	k->long_names = long_names;
	return true;
}

static bool count_here(struct kallsyms *k, uint64_t count_at)
{
	static const struct { unsigned int width, seqs; } forms[] = { { 4, 0 }, { 8, 0 }, { 4, 3 } };
	uint32_t nr = span_le32(k->image, count_at);
	uint64_t markers, mark;

	if (nr < MIN_SYMBOLS || nr > SYMBOLS_MAX)
		return false;
	k->count_at = count_at;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!markers_of(k, nr, forms[i].width, forms[i].seqs, &markers, &mark) || markers < count_at)
			continue;
		/* The number takes 4 bytes, or 8. */
		for (uint64_t head = 4; head <= 8; head += 4)
			if (names_here(k, count_at + head, nr, true, markers, mark) ||
			    names_here(k, count_at + head, nr, false, markers, mark))
				return true;
	}
	return false;
}

static bool find_names(struct kallsyms *k)
{
	uint64_t low = k->tokens_at > MAX_NAMES ? k->tokens_at - MAX_NAMES : 0;

	for (uint64_t at = k->tokens_at & ~UINT64_C(3); at > low + 4 && k->walked < MAX_WALK; at -= 4)
		if (count_here(k, at - 4))
			return true;
	return false;
}

static size_t expand(const struct kallsyms *k, struct span record, char *to, size_t max)
{
	size_t len = 0;

	for (size_t i = 0; i < record.len; i++) {
		struct span token = k->tokens[record.at[i]];

		if (len + token.len >= max)
			break;
		memcpy(to + len, token.at, token.len);
		len += token.len;
	}
	to[len] = '\0';
	return len;
}

static void read_names(const struct kallsyms *k, struct pool *pool, struct symbols *ret)
{
	uint64_t at = k->names_at;
	struct span record;
	char name[1024];

	ret->list = pool_alloc(pool, k->nr, sizeof(*ret->list));
	for (ret->nr = 0; ret->nr < k->nr; ret->nr++) {
		size_t len;

		if (!name_record(k, at, k->long_names, &record, &at))
			break;
		len = expand(k, record, name, sizeof(name));
		ret->list[ret->nr].type = name[0];
		ret->list[ret->nr].name = pool_text(pool, name + !!len, len - !!len);
	}
}

/* ------------------------------------------------------------------- places */

/* Tables are sorted by address: what is not in order is no table of places. */
static bool in_order(const struct kallsyms *k)
{
	for (uint32_t i = 1; i < k->nr; i++)
		if (k->places[i] < k->places[i - 1])
			return false;
	return k->places[k->nr - 1] - k->places[0] > 0x10000 && k->places[k->nr - 1] - k->places[0] < 1 << 30;
}

/* Signed offsets of 4 bytes; @step 4: each relative to its own place (since 7.0). */
static bool offsets_here(struct kallsyms *k, uint64_t at, unsigned int step)
{
	if (!span_has(k->image, at, 4 * (uint64_t)k->nr))
		return false;
	for (uint32_t i = 0; i < k->nr; i++)
		k->places[i] = (int32_t)span_le32(k->image, at + 4 * (uint64_t)i) + (int64_t)step * i;
	if (!in_order(k))
		return false;
	if (step)
		for (uint32_t i = 0; i < k->nr; i++)
			k->places[i] += (int64_t)at;
	k->from_image = step;
	return true;
}

/* KALLSYMS_ABSOLUTE_PERCPU: negative offsets are places before the base, -1 - offset. */
static bool percpu_here(struct kallsyms *k, uint64_t at)
{
	if (!span_has(k->image, at, 4 * (uint64_t)k->nr))
		return false;
	for (uint32_t i = 0; i < k->nr; i++) {
		int32_t value = (int32_t)span_le32(k->image, at + 4 * (uint64_t)i);

		k->places[i] = value < 0 ? -1 - (int64_t)value : 0;
	}
	return in_order(k);
}

static bool addresses_here(struct kallsyms *k, uint64_t at)
{
	if (!span_has(k->image, at, 8 * (uint64_t)k->nr) || span_le64(k->image, at) < UINT64_C(1) << 63)
		return false;
	for (uint32_t i = 0; i < k->nr; i++)
		k->places[i] = (int64_t)(span_le64(k->image, at + 8 * (uint64_t)i) - span_le64(k->image, at));
	k->base = span_le64(k->image, at);
	return in_order(k);
}

static bool relative_here(struct kallsyms *k, uint64_t at, uint64_t base_at)
{
	if (!offsets_here(k, at, 0) && !percpu_here(k, at))
		return false;
	k->base = span_le64(k->image, base_at);
	if (k->base >> 48 != 0xffff && !(k->base >> 63))
		k->base = 0;
	else
		k->base += (uint64_t)k->places[0];
	return true;
}

static bool find_places(struct kallsyms *k)
{
	uint64_t bytes = 4 * (uint64_t)k->nr, after = (k->index_end + 7) & ~UINT64_C(7), padded = (bytes + 7) & ~UINT64_C(7);

	/* Ascending offsets still ascend with 4 * i added, so the plain reading is tried first.
	 * Before the count: the base of 8 bytes, before it the offsets, all aligned to 8. */
	if (k->count_at >= padded + 8 && relative_here(k, k->count_at - 8 - padded, k->count_at - 8))
		return true;
	if (k->count_at >= 2 * bytes && addresses_here(k, k->count_at - 2 * bytes))
		return true;
	for (uint64_t at = k->index_end; at <= after; at += 4)
		if (relative_here(k, at, (at + bytes + 7) & ~UINT64_C(7)) || offsets_here(k, at, 4))
			return true;
	return false;
}

/* Where the first symbol lies in the file: BL instructions must reach the beginnings of functions. */
static uint32_t hits(const struct kallsyms *k, const struct symbols *symbols, int64_t shift)
{
	uint32_t n = 0;

	for (uint64_t at = 0x10000; at < k->image.len && at < 0x110000; at += 4) {
		uint32_t word = span_le32(k->image, at);
		int64_t to = (int64_t)at + ((int64_t)(int32_t)(word << 6) >> 4) - shift;
		const struct symbol *symbol = word >> 26 == 0x25 ? symbols_at(symbols, to) : NULL;

		n += symbol && symbol->at == to;
	}
	return n;
}

static int64_t first_place(const struct kallsyms *k, const struct symbols *symbols)
{
	static const int64_t shifts[] = { 0x10000, 0x1000, 0x800, 0x4000, 0x40, 0, 0x2000, 0x8000, 0x20000 };
	uint32_t best = 0;
	int64_t ret = 0;

	for (size_t i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++) {
		uint32_t n = hits(k, symbols, shifts[i]);

		if (n > best) {
			best = n;
			ret = shifts[i];
		}
	}
	return ret;
}

/* From places relative to the first symbol, or in the file, to offsets from _text. */
static void place(const struct kallsyms *k, struct symbols *ret, struct pool *pool)
{
	const struct symbol *text;
	int64_t shift = 0;

	for (size_t i = 0; i < ret->nr; i++)
		ret->list[i].at = k->places[i] - (k->from_image ? 0 : k->places[0]);
	symbols_index(ret, pool);
	text = symbols_find(ret, "_text");
	if (k->from_image)
		shift = text ? -text->at : 0;
	else
		shift = text ? -text->at : first_place(k, ret);
	/* Offsets relative to their own places have no base; what follows them is something else. */
	if (k->base && !k->from_image)
		ret->text_va = k->base - (uint64_t)shift;
	if (ret->text_va % TEXT_ALIGN)
		ret->text_va = 0;
	for (size_t i = 0; i < ret->nr; i++)
		ret->list[i].at += shift;
}

int kallsyms_read(struct span image, struct pool *pool, struct symbols *ret, struct mm_error *error)
{
	struct kallsyms *k = pool_alloc(pool, 1, sizeof(*k));

	k->image = image;
	if (!find_tokens(k))
		return fail(error, -ENOENT, "kallsyms", "the image has no kallsyms token table (CONFIG_KALLSYMS is off?)");
	if (!find_names(k))
		return fail_at(error, -ENOENT, "kallsyms", NULL, (int64_t)k->tokens_at,
			       "no table of names leads up to the tokens");
	k->places = pool_alloc(pool, k->nr, sizeof(*k->places));
	read_names(k, pool, ret);
	if (ret->nr < k->nr || !find_places(k))
		return fail_at(error, -ENOENT, "kallsyms", NULL, (int64_t)k->count_at,
			       "%u names have no table of places", k->nr);
	place(k, ret, pool);
	return 0;
}
