/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * idreg_override.c - words of the command line that hide a feature of the CPU,
 * read before any other: arch/arm64/kernel/pi/idreg-override.c. Of all of them
 * only the width of virtual addresses and VHE decide where memory goes.
 */
#include "arm64.h"

#include <ctype.h>

enum { OVERRIDE_WORD_MAX = 255 };	/* of a longer word the kernel makes several */

/* The next word of @line, with every '-' as '_'; the rest of the line, or NULL when there is no word or "--" ends it. */
static const char *next_word(const char *line, char word[OVERRIDE_WORD_MAX + 1])
{
	size_t len = 0;

	while (isspace((unsigned char)*line))
		line++;
	if (line[0] == '-' && line[1] == '-' && isspace((unsigned char)line[2]))
		return NULL;
	for (; line[len] && !isspace((unsigned char)line[len]) && len < OVERRIDE_WORD_MAX; len++)
		word[len] = line[len] == '-' ? '_' : line[len];
	word[len] = '\0';
	return len ? line + len : NULL;
}

/* One hexadecimal digit, with or without "0x"; -1 if it is anything else. */
static int hex_digit(const char *text)
{
	if (text[0] == '0' && tolower((unsigned char)text[1]) == 'x')
		text += 2;
	if (!isxdigit((unsigned char)text[0]) || text[1])
		return -1;
	return isdigit((unsigned char)text[0]) ? text[0] - '0' : tolower((unsigned char)text[0]) - 'a' + 10;
}

/* What a word says of id_aa64mmfr2.varange; -1 if nothing. */
static int varange_of(const char *word)
{
	static const char field[] = "id_aa64mmfr2.varange=";

	if (!strcmp(word, "arm64.nolva"))
		return 0;
	return strncmp(word, field, sizeof(field) - 1) ? -1 : hex_digit(word + sizeof(field) - 1);
}

/*
 * Zero hides 52-bit addresses. Any other value is refused, which also takes an
 * earlier zero back - but not what that zero did to LPA2's field, which 4K and
 * 16K pages go by.
 */
bool arm64_varange_hidden(const struct mm *mm, const char *line)
{
	bool keeps = mm->kernel->page_shift != 16, hidden = false;
	char word[OVERRIDE_WORD_MAX + 1];

	if (!arm64_rules(mm->kernel)->varange_override)
		return false;
	while ((line = next_word(line, word))) {
		int value = varange_of(word);

		if (value >= 0)
			hidden = !value || (hidden && keeps);
	}
	return hidden;
}

bool arm64_vhe_hidden(const char *line)
{
	static const char *const words[] = { "kvm_arm.mode=nvhe", "kvm_arm.mode=protected", "id_aa64mmfr1.vh=0", "id_aa64mmfr1.vh=0x0" };
	char word[OVERRIDE_WORD_MAX + 1];

	while ((line = next_word(line, word)))
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			if (!strcmp(word, words[i]))
				return true;
	return false;
}
