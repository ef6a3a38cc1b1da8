// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/base/words.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Restricted Damerau-Levenshtein distance, three rows at a time. */
size_t words_distance(const char *a, const char *b)
{
	size_t na = strnlen(a, WORDS_MAX), nb = strnlen(b, WORDS_MAX);
	size_t rows[3][WORDS_MAX + 1], *older = rows[0], *old = rows[1], *new = rows[2];

	for (size_t j = 0; j <= nb; j++)
		old[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *swap;

		new[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			new[j] = least(least(old[j], new[j - 1]) + 1, old[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				new[j] = least(new[j], older[j - 2] + 1);
		}
		swap = older;
		older = old;
		old = new;
		new = swap;
	}
	return old[nb];
}

/* With more than this it is another word, not a slip. */
static size_t far_from(const char *word)
{
	size_t len = strlen(word);

	return len < 4 ? 1 : len < 9 ? 2 : 4;
}

size_t words_apart(const char *name, const char *word)
{
	size_t len = strnlen(word, WORDS_MAX), slips;

	if (len > 1 && !strncmp(name, word, len))
		return least(strlen(name) - len, WORDS_MAX);
	slips = words_distance(name, word);
	return slips <= far_from(word) ? WORDS_MAX + slips : SIZE_MAX;
}

const char *words_nearest(const char *const *list, const char *word)
{
	size_t best = SIZE_MAX;
	const char *nearest = NULL;

	for (; *list; list++) {
		size_t apart = words_apart(*list, word);

		if (apart < best) {
			best = apart;
			nearest = *list;
		}
	}
	return nearest;
}

bool words_same_but_numbers(const char *a, const char *b)
{
	static const char digits[] = "0123456789";

	for (;; a++, b++) {
		a += strspn(a, digits);
		b += strspn(b, digits);
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
}
