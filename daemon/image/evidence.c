// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/evidence.h"

#include "daemon/image/code.h"

enum question {
	HAS_FUNCTION,			/* is there a function @a? */
	HAS_TEXT,			/* does the text @a stand in the image? */
	REFERS,				/* does function @a (or the first there is, "f|g") name symbol @b? */
	REFERS_NOT,
	PASSES,				/* does function @a call @b with the constant @value in register @argument? */
};

static const struct row {
	const char *name;
	enum question question;
	const char *a, *b;
	unsigned int argument;
	int64_t value;
} rows[] = {
	{ .name = "image_reserved_from_stext", .question = REFERS, .a = "arm64_memblock_init|setup_arch", .b = "_stext" },
	{ .name = "image_reserved_from_text", .question = REFERS_NOT, .a = "arm64_memblock_init|setup_arch", .b = "_stext" },
	/* MEMBLOCK_ALLOC_NOLEAKTRACE is the end of the range, the fourth argument. */
	{ .name = "pgtable_noleaktrace", .question = PASSES, .a = "early_pgtable_alloc", .b = "memblock_phys_alloc_range",
	  .argument = 3, .value = 1 },
	{ .name = "reserved_mem_array", .question = HAS_TEXT, .a = "Failed to allocate memory for reserved_mem array" },
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

/* Like answer(), for the first call. */
static int passes(const struct row *row, struct span image, const struct symbol *a, int64_t end, const struct symbol *b,
		  struct pool *pool)
{
	struct calls calls = { 0 };

	code_calls(image, &b->at, 1, pool, &calls);
	for (size_t i = 0; i < calls.nr; i++) {
		int64_t value;

		if (calls.list[i].from < a->at || calls.list[i].from >= end)
			continue;
		value = code_argument(image, a->at, calls.list[i].from, row->argument);
		return value < 0 ? -1 : value == row->value;
	}
	return -1;
}

/* 1: yes; 0: no; -1: the image does not show it. */
static int answer(const struct row *row, struct span image, const struct symbols *code, const struct symbols *names,
		  struct pool *pool)
{
	const struct symbol *a = row->question == HAS_TEXT ? NULL : first_of(code, row->a), *b;

	if (row->question == HAS_TEXT)
		return span_find(image, 0, row->a, strlen(row->a)) >= 0;
	if (row->question == HAS_FUNCTION)
		return !!a;
	b = symbols_find(names, row->b);
	if (!a || !b)
		return -1;
	if (row->question == PASSES)
		return passes(row, image, a, symbols_end(code, a->at), b, pool);
	return code_refers(image, a->at, symbols_end(code, a->at), b->at) == (row->question == REFERS);
}

void evidence_read(struct span image, const struct symbols *code, const struct symbols *names, struct profile *profile)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int yes = answer(&rows[i], image, code, names, profile->pool);

		if (yes >= 0)
			profile_add(profile, &profile->evidence, (struct fact){
				.name = rows[i].name, .kind = yes ? FACT_TRUE : FACT_FALSE });
	}
}
