// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/evidence.h"

#include "daemon/image/code.h"

enum question {
	HAS_FUNCTION,			/* is there a function @a? */
	HAS_TEXT,			/* does the text @a stand in the image? */
	REFERS,				/* does function @a (or the first there is, "f|g") name symbol @b? */
	REFERS_NOT,
};

static const struct row {
	const char *name;
	enum question question;
	const char *a, *b;
} rows[] = {
	{ "image_reserved_from_stext", REFERS, "arm64_memblock_init|setup_arch", "_stext" },
	{ "image_reserved_from_text", REFERS_NOT, "arm64_memblock_init|setup_arch", "_stext" },
	{ "reserved_mem_array", HAS_TEXT, "Failed to allocate memory for reserved_mem array", NULL },
};

static const struct symbol *first_of(const struct symbols *code, const char *list)
{
	char name[64];

	while (*list) {
		size_t len = strcspn(list, "|");
		const struct symbol *symbol;

		memcpy(name, list, len);
		name[len] = '\0';
		symbol = symbols_find(code, name);
		if (symbol)
			return symbol;
		list += len + (list[len] == '|');
	}
	return NULL;
}

/* 1 yes, 0 no, -1: it cannot be told. */
static int answer(const struct row *row, struct span image, const struct symbols *code, const struct symbols *names)
{
	const struct symbol *a = row->question == HAS_TEXT ? NULL : first_of(code, row->a), *b;

	if (row->question == HAS_TEXT)
		return span_find(image, 0, row->a, strlen(row->a)) >= 0;
	if (row->question == HAS_FUNCTION)
		return !!a;
	b = symbols_find(names, row->b);
	if (!a || !b)
		return -1;
	return code_refers(image, a->at, symbols_end(code, a->at), b->at) == (row->question == REFERS);
}

void evidence_read(struct span image, const struct symbols *code, const struct symbols *names, struct profile *profile)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int yes = answer(&rows[i], image, code, names);

		if (yes >= 0)
			profile_add(profile, &profile->evidence, (struct fact){
				.name = rows[i].name, .kind = yes ? FACT_TRUE : FACT_FALSE });
	}
}
