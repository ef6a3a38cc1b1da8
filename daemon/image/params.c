// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/image/params.h"

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

/* Without "=" at its end; a name with a dot is a module's. */
static void add(struct reader *r, const char *word)
{
	size_t len = strlen(word);

	while (len && word[len - 1] == '=')
		len--;
	if (len && !memchr(word, '.', len) && r->nr < MAX_PARAMS)
		r->words[r->nr++] = pool_text(r->profile->pool, word, len);
}

static bool setup_at(const struct reader *r, int64_t at)
{
	uint32_t early = span_le32(r->image, (uint64_t)at + 16), pad = span_le32(r->image, (uint64_t)at + 20);

	return early <= 1 && !pad && word_at(r, at);
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

/* The table between two symbols, or the longest run of its records in the data that they would be in. */
static size_t table(const struct reader *r, const struct symbols *symbols, const char *const names[4], int64_t size,
		    bool (*record)(const struct reader *r, int64_t at), int64_t *ret)
{
	const struct symbol *start = symbols_find(symbols, names[0]), *stop = symbols_find(symbols, names[1]);
	const struct symbol *low = symbols_find(symbols, names[2]), *high = symbols_find(symbols, names[3]);

	if (start && stop && stop->at > start->at && (stop->at - start->at) / size <= MAX_PARAMS) {
		*ret = start->at;
		return (size_t)((stop->at - start->at) / size);
	}
	return longest_run(r, low ? low->at : 0, high ? high->at : (int64_t)r->image.len, size, record, ret);
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
	static const char *const setup[4] = { "__setup_start", "__setup_end", "_einittext", "__init_end" };
	static const char *const param[4] = { "__start___param", "__stop___param", "_etext", "_sinittext" };
	struct reader r = { .image = image, .profile = profile };
	int64_t at = 0;
	size_t setups, params;

	r.words = pool_alloc(profile->pool, MAX_PARAMS, sizeof(*r.words));
	relocs_read(image, text_va, profile->pool, &r.relocs);
	setups = table(&r, symbols, setup, SETUP_SIZE, setup_at, &at);
	for (size_t i = 0; i < setups; i++)
		if (word_at(&r, at + SETUP_SIZE * (int64_t)i))
			add(&r, word_at(&r, at + SETUP_SIZE * (int64_t)i));
	params = table(&r, symbols, param, PARAM_SIZE, param_at, &at);
	for (size_t i = 0; i < params; i++)
		if (word_at(&r, at + PARAM_SIZE * (int64_t)i))
			add(&r, word_at(&r, at + PARAM_SIZE * (int64_t)i));
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
