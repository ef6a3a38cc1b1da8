// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/http/accept.h"

#include <string.h>
#include <strings.h>

#define OWS	" \t"

/* One element of a comma-separated list, with its weight. */
struct element {
	const char *name;
	size_t len;
	int quality;			/* q= in thousandths; 1000 where there is none */
};

/* "0", "0.5" or "1.000", in thousandths.  Anything malformed is 0: not acceptable. */
static int read_quality(const char *s, const char *end)
{
	int value, scale = 100;

	if (s == end || (*s != '0' && *s != '1'))
		return 0;
	value = (*s++ - '0') * 1000;
	if (s < end && *s == '.')
		for (s++; s < end && *s >= '0' && *s <= '9' && scale; s++, scale /= 10)
			value += (*s - '0') * scale;
	return value > 1000 ? 1000 : value;
}

static bool next_element(const char **p, struct element *ret)
{
	const char *s = *p + strspn(*p, OWS ",");
	const char *end = s + strcspn(s, ",");
	const char *param;

	if (!*s)
		return false;
	*p = end;
	ret->name = s;
	ret->len = strcspn(s, ",;" OWS);
	ret->quality = 1000;
	for (param = s + ret->len; (param = memchr(param, ';', (size_t)(end - param))); ) {
		param++;
		param += strspn(param, OWS);
		if (end - param >= 2 && (*param == 'q' || *param == 'Q') && param[1] == '=')
			ret->quality = read_quality(param + 2, end);
	}
	return true;
}

/* How specifically a media range matches: 3 the type itself, 2 its family, 1 everything, 0 not at all. */
static int match_type(const struct element *range, const char *type)
{
	size_t family = strcspn(type, "/") + 1;

	if (range->len == strlen(type) && !strncasecmp(range->name, type, range->len))
		return 3;
	if (range->len == family + 1 && range->name[family] == '*' &&
	    !strncasecmp(range->name, type, family))
		return 2;
	return range->len == 3 && !memcmp(range->name, "*/*", 3);
}

/* The most specific matching range decides, whatever its weight (RFC 9110, 12.5.1). */
static int quality_of(const char *accept, const char *type)
{
	struct element range;
	int best = 0, quality = 0;

	while (next_element(&accept, &range)) {
		int precise = match_type(&range, type);

		if (precise > best) {
			best = precise;
			quality = range.quality;
		}
	}
	return quality;
}

int accept_best(const char *accept, const char *const *offers, size_t nr)
{
	int best = -1, best_quality = 0;

	if (!accept || !*accept)
		return nr ? 0 : -1;
	for (size_t i = 0; i < nr; i++) {
		int quality = quality_of(accept, offers[i]);

		if (quality > best_quality) {
			best_quality = quality;
			best = (int)i;
		}
	}
	return best;
}

/* The weight of each coding, and in *@any that of "*"; -1: not mentioned. */
static void rate_codings(const char *accept_encoding, int quality[NR_CODINGS], int *any)
{
	struct element element;

	for (int i = 0; i < NR_CODINGS; i++)
		quality[i] = -1;
	*any = -1;
	while (accept_encoding && next_element(&accept_encoding, &element)) {
		for (int i = 0; i < NR_CODINGS; i++)
			if (element.len == strlen(coding_name(i)) && !strncasecmp(element.name, coding_name(i), element.len))
				quality[i] = element.quality;
		if (element.len == 1 && *element.name == '*')
			*any = element.quality;
	}
}

int accept_coding(const char *accept_encoding, unsigned int offers, bool *must)
{
	/* From the largest result to the smallest, so that the last of equals is the best. */
	static const enum coding order[] = { CODING_IDENTITY, CODING_GZIP, CODING_ZSTD };
	int quality[NR_CODINGS], any, best = -1, best_quality = 0;
	bool wants_identity;

	rate_codings(accept_encoding, quality, &any);
	if (quality[CODING_GZIP] < 0)
		quality[CODING_GZIP] = any;
	wants_identity = quality[CODING_IDENTITY] > 0;
	/* Identity is acceptable unless ruled out, but anything that the client names comes first. */
	if (quality[CODING_IDENTITY] < 0)
		quality[CODING_IDENTITY] = any ? 1 : 0;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		enum coding coding = order[i];

		if (coding != CODING_IDENTITY && !(offers >> coding & 1))
			continue;
		if (quality[coding] > 0 && quality[coding] >= best_quality) {
			best = (int)coding;
			best_quality = quality[coding];
		}
	}
	if (must)
		*must = !wants_identity && !quality[CODING_IDENTITY];
	return best;
}

/* Splitting at commas is safe because our own tags contain none.  The comparison is weak: W/ is ignored. */
bool etag_matches(const char *if_none_match, const char *etag)
{
	const char *p = if_none_match;
	size_t len;

	while (p && *p) {
		p += strspn(p, OWS ",");
		len = strcspn(p, "," OWS);
		if (len == 1 && *p == '*')
			return true;
		if (len > 2 && !strncmp(p, "W/", 2)) {
			p += 2;
			len -= 2;
		}
		if (len && len == strlen(etag) && !strncmp(p, etag, len))
			return true;
		p += len;
	}
	return false;
}
