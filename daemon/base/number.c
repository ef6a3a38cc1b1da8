// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/number.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

static int digit(char c, unsigned base)
{
	int value = isdigit((unsigned char)c) ? c - '0' :
		    isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;

	return value < (int)base ? value : -1;
}

/* No sign, no blanks, no overflow: strtoull() would take all three. */
const char *number_scan(const char *text, uint64_t *ret)
{
	static const char suffixes[] = "KMGTPE";
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned base = hex ? 16 : 10;
	const char *p = text + (hex ? 2 : 0), *suffix;
	uint64_t value = 0;

	if (digit(*p, base) < 0)
		return NULL;
	for (; digit(*p, base) >= 0; p++)
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)digit(*p, base), &value))
			return NULL;
	suffix = *p ? strchr(suffixes, toupper((unsigned char)*p)) : NULL;
	if (suffix) {
		unsigned shift = 10 * (unsigned)(suffix - suffixes + 1);

		if (value << shift >> shift != value)
			return NULL;
		value <<= shift;
		p++;
	}
	*ret = value;
	return p;
}

bool number_parse(const char *text, uint64_t *ret)
{
	uint64_t value;
	const char *end = number_scan(text, &value);

	if (!end || *end)
		return false;
	*ret = value;
	return true;
}
