// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/params.h"

#include "daemon/image/code.h"
#include "daemon/image/relocs.h"

#include <stdlib.h>

/* struct obs_kernel_param { str, setup_func, early } and struct kernel_param { name, mod, ops, perm, .., arg }. */
#define SETUP_SIZE	24
#define PARAM_SIZE	40
#define MAX_PARAMS	4096

/* fs/proc/proc_sysctl.c: names that stand for sysctls and are claimed late. */
static const char *const sysctl_aliases[] = {
	"hardlockup_all_cpu_backtrace", "hung_task_panic", "numa_zonelist_order", "softlockup_all_cpu_backtrace",
};

struct reader {
	struct span image;
	struct relocs relocs;
	struct profile *profile;
	int64_t init_data, init_end;
	const char **words;
	size_t nr;
};

/* A printable word that a pointer leads to, or NULL. */
static const char *word_at(const struct reader *r, int64_t at)
{
	int64_t to = relocs_pointer(&r->relocs, at), len;

	len = to < 0 ? -1 : span_strlen(r->image, (uint64_t)to, 200);
	if (len <= 0)
		return NULL;
	for (int64_t i = 0; i < len; i++)
		if (r->image.at[to + i] <= 32 || r->image.at[to + i] >= 127)
			return NULL;
	return (const char *)r->image.at + to;
}

/* A name with a dot is a module's parameter. */
static void add(struct reader *r, const char *word, size_t len, const char *form)
{
	char *listed;

	if (!len || memchr(word, '.', len) || r->nr == MAX_PARAMS)
		return;
	listed = pool_alloc(r->profile->pool, len + strlen(form) + 1, 1);
	memcpy(listed, word, len);
	strcpy(listed + len, form);
	r->words[r->nr++] = listed;
}

static void add_param(struct reader *r, const char *word)
{
	add(r, word, strlen(word), "");
}

/*
 * obsolete_checksetup() looks for words that begin with the string: "name=" has a value, "name" may go on in any way.  Of early
 * parameters the name is compared.
 */
static void add_setup(struct reader *r, const char *word, bool early)
{
	size_t len = strcspn(word, "=");

	add(r, word, len, early ? "" : word[len] ? "=" : "*");
}

/* The strings are in the init data, like the table itself. */
static bool setup_at(const struct reader *r, int64_t at)
{
	int64_t text = relocs_pointer(&r->relocs, at);
	uint32_t early = span_le32(r->image, (uint64_t)at + 16), pad = span_le32(r->image, (uint64_t)at + 20);

	return early <= 1 && !pad && text >= r->init_data && text < r->init_end && word_at(r, at);
}

/* ------------------------------------------------- functions that claim no word */

#define RET		0xd65f03c0u
#define MOV_W0_0	0x52800000u
#define MAX_STRAIGHT	16	/* the longest function, in instructions, that is examined */

static bool branches(uint32_t insn)
{
	static const struct { uint32_t mask, bits; } kinds[] = {
		{ 0x7c000000, 0x14000000 },	/* b, bl */
		{ 0xff000000, 0x54000000 },	/* b.cond */
		{ 0x7c000000, 0x34000000 },	/* cbz, cbnz, tbz, tbnz */
		{ 0xff800000, 0xd6000000 },	/* br, blr; ret is seen before */
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((insn & kinds[i].mask) == kinds[i].bits)
			return true;
	return false;
}

/*
 * obsolete_checksetup() (init/main.c) goes on after a function that returns 0, and a word that no function took is unknown:
 * "earlyprintk" has such a one on builds with i.MX clocks.  True if it returns 0 whatever it is given.
 */
static bool returns_zero(const struct reader *r, int64_t function)
{
	bool zero = false;

	for (unsigned i = 0; function >= 0 && i < MAX_STRAIGHT; i++) {
		uint32_t insn = span_le32(r->image, (uint64_t)function + 4 * i);

		if (insn == RET)
			return zero;
		if (branches(insn))
			return false;
		if (insn == MOV_W0_0)
			zero = true;
		else if (!(insn & 31))
			zero = false;
	}
	return false;
}

static bool claims(const struct reader *r, int64_t at)
{
	bool early = span_le32(r->image, (uint64_t)at + 16);

	return word_at(r, at) && (early || !returns_zero(r, relocs_pointer(&r->relocs, at + 8)));
}

static bool param_at(const struct reader *r, int64_t at)
{
	uint16_t mode = span_le16(r->image, (uint64_t)at + 24);

	return mode <= 0777 && relocs_pointer(&r->relocs, at + 16) >= 0 && word_at(r, at);
}

/* The longest run of records in [@low, @high); how many. */
static size_t longest_run(const struct reader *r, int64_t low, int64_t high, int64_t size,
			  bool (*record)(const struct reader *r, int64_t at), int64_t *ret)
{
	size_t best = 0;

	for (int64_t at = low; at + size <= high; at += 8) {
		size_t nr = 0;

		while (nr < MAX_PARAMS && at + size * (int64_t)(nr + 1) <= high && record(r, at + size * (int64_t)nr))
			nr++;
		if (nr > best) {
			best = nr;
			*ret = at;
		}
		/* Another run may begin between the records of a short one, none of a long one. */
		if (nr > 8)
			at += size * (int64_t)nr - 8;
	}
	return best;
}

static int64_t layout_at(const struct reader *r, const char *name)
{
	const struct fact *fact = profile_find(&r->profile->symbols, name);

	return fact ? fact->number : -1;
}

static bool between(const struct symbols *symbols, const char *from, const char *to, int64_t size, int64_t *ret, size_t *nr)
{
	const struct symbol *start = symbols_find(symbols, from), *stop = symbols_find(symbols, to);

	if (!start || !stop || stop->at <= start->at || (stop->at - start->at) / size > MAX_PARAMS)
		return false;
	*ret = start->at;
	*nr = (size_t)((stop->at - start->at) / size);
	return true;
}

/* Between its symbols, or the longest run of its records in the init data. */
static size_t setup_table(const struct reader *r, const struct symbols *symbols, int64_t *ret)
{
	size_t nr;

	if (between(symbols, "__setup_start", "__setup_end", SETUP_SIZE, ret, &nr))
		return nr;
	return longest_run(r, layout_at(r, "__initdata_begin"), layout_at(r, "__init_end"), SETUP_SIZE, setup_at, ret);
}

/* Between its symbols, or the two addresses that start_kernel() gives to parse_args(). */
static size_t param_table(const struct reader *r, const struct symbols *symbols, int64_t *ret)
{
	const struct symbol *function = symbols_find(symbols, "start_kernel");
	int64_t list[512], best = 0;
	size_t nr;

	if (between(symbols, "__start___param", "__stop___param", PARAM_SIZE, ret, &nr))
		return nr;
	nr = function ? code_addresses(r->image, function->at, symbols_end(symbols, function->at), list, 512) : 0;
	for (size_t i = 0; i < nr; i++)
		for (size_t j = 0; j < nr; j++) {
			int64_t len = list[j] - list[i];

			if (len <= best || len % PARAM_SIZE || len / PARAM_SIZE > MAX_PARAMS || list[i] < 0 ||
			    !param_at(r, list[i]) || !param_at(r, list[j] - PARAM_SIZE))
				continue;
			*ret = list[i];
			best = len;
		}
	return (size_t)(best / PARAM_SIZE);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t without_doubles(const char **words, size_t nr)
{
	size_t kept = 0;

	for (size_t i = 0; i < nr; i++)
		if (!kept || strcmp(words[kept - 1], words[i]))
			words[kept++] = words[i];
	return kept;
}

bool params_read(struct span image, const struct symbols *symbols, uint64_t text_va, struct profile *profile)
{
	struct reader r = { .image = image, .profile = profile };
	int64_t at = 0;
	size_t setups, params;

	r.words = pool_alloc(profile->pool, MAX_PARAMS, sizeof(*r.words));
	relocs_read(image, text_va, profile->pool, &r.relocs);
	r.init_data = layout_at(&r, "__initdata_begin");
	r.init_end = layout_at(&r, "__init_end");
	setups = setup_table(&r, symbols, &at);
	for (size_t i = 0; i < setups; i++)
		if (claims(&r, at + SETUP_SIZE * (int64_t)i))
			add_setup(&r, word_at(&r, at + SETUP_SIZE * (int64_t)i),
				  span_le32(image, (uint64_t)(at + SETUP_SIZE * (int64_t)i) + 16));
	params = param_table(&r, symbols, &at);
	for (size_t i = 0; i < params; i++)
		if (word_at(&r, at + PARAM_SIZE * (int64_t)i))
			add_param(&r, word_at(&r, at + PARAM_SIZE * (int64_t)i));
	if (setups < 16 || r.nr < 16)
		return false;
	for (size_t i = 0; i < sizeof(sysctl_aliases) / sizeof(sysctl_aliases[0]) && r.nr < MAX_PARAMS; i++)
		r.words[r.nr++] = sysctl_aliases[i];
	qsort(r.words, r.nr, sizeof(*r.words), by_text);
	profile->nr_params = without_doubles(r.words, r.nr);
	profile->params = r.words;
	profile->has_params = true;
	return true;
}
