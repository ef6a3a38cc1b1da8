/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words.h - how alike two words are, to suggest the right one for a slip. */
#ifndef MMSCOPE_WORDS_H
#define MMSCOPE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORDS_MAX 64	/* longer ones are compared by their first bytes */

/* The number of letters to insert, drop, replace or swap with their neighbour. */
size_t words_distance(const char *a, const char *b);
/* How far @name is from @word, which was typed: least where it begins with that, then by slips; SIZE_MAX: another
 * word. */
size_t words_apart(const char *name, const char *word);
/* The word that @word was probably meant to be, from a list that ends with NULL; NULL: none is close. */
const char *words_nearest(const char *const *list, const char *word);
/* Whether they differ in their numbers only, like "node 0 sections 8" and "node 1 sections 8". */
bool words_same_but_numbers(const char *a, const char *b);

#endif
