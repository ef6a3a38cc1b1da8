// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/answers/replay.h"
#include "daemon/input/capture.h"
#include "daemon/input/decode.h"
#include "daemon/input/library.h"
#include "daemon/base/fail.h"
#include "daemon/base/jhash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lines that explain a difference, and entries of a list that they show. */
#define MAX_LINES	12
#define MAX_ENTRIES	6

static const char *const kind_names[REPLAY_NR_KINDS] = {
	[REPLAY_ALLOC] = "alloc order 0", [REPLAY_ALLOC_HIGH] = "alloc order 1 and more",
	[REPLAY_ALLOC_FALLBACK] = "alloc with fallback", [REPLAY_ALLOC_FAILED] = "alloc that fails",
	[REPLAY_FREE] = "free order 0", [REPLAY_FREE_HIGH] = "free order 1 and more", [REPLAY_BULK] = "bulk",
	[REPLAY_SPLIT] = "split", [REPLAY_RELEASE] = "release", [REPLAY_KMALLOC] = "kmalloc", [REPLAY_KFREE] = "kfree",
	[REPLAY_OBJECT] = "kmem_cache_alloc", [REPLAY_OBJECT_FREE] = "kmem_cache_free",
	[REPLAY_DRAIN] = "drain", [REPLAY_VMSTAT] = "vmstat",
};

const char *replay_kind_name(enum replay_kind kind)
{
	return kind_names[kind];
}

static enum replay_kind kind_of(const struct recorded_op *op)
{
	if (!strcmp(op->name, "kmalloc"))
		return REPLAY_KMALLOC;
	switch (op->op.kind) {
	case MM_OP_ALLOC:
		if (op->pfn == UINT64_MAX)
			return REPLAY_ALLOC_FAILED;
		return op->fallbacks ? REPLAY_ALLOC_FALLBACK : op->op.order ? REPLAY_ALLOC_HIGH : REPLAY_ALLOC;
	case MM_OP_FREE: return op->op.order ? REPLAY_FREE_HIGH : REPLAY_FREE;
	case MM_OP_BULK: return REPLAY_BULK;
	case MM_OP_SPLIT: return REPLAY_SPLIT;
	case MM_OP_RELEASE: return REPLAY_RELEASE;
	case MM_OP_DRAIN_LOCAL:
	case MM_OP_DRAIN_ALL: return REPLAY_DRAIN;
	case MM_OP_VMSTAT: return REPLAY_VMSTAT;
	case MM_OP_CACHE_ALLOC: return REPLAY_OBJECT;
	case MM_OP_CACHE_FREE: return REPLAY_OBJECT_FREE;
	case MM_OP_NR: break;
	}
	return REPLAY_KFREE;
}

struct session {
	struct recording recording;
	struct mm_kernel *kernel;	/* whose options say what is printed */
	struct mm_allocator *allocator;
	struct replay *replay;
	struct mm_error *error;
	uint64_t *pfns;			/* of one list */
	uint8_t *types;
	uint32_t *words;
	size_t cap;
	unsigned lines;
	bool folded[MM_ALLOC_MAX_CPUS];	/* the CPU has no share of its node's counters */
};

static void differ(struct session *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void differ(struct session *s, const char *fmt, ...)
{
	char line[512];
	va_list args;

	s->replay->differs = true;
	if (s->lines++ >= MAX_LINES)
		return;
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	bytes_printf(&s->replay->what, "%s\n", line);
}

static void compare(struct session *s, const char *what, int64_t real, int64_t ours)
{
	if (real != ours)
		differ(s, "%s: kernel %lld, mmscope %lld", what, (long long)real, (long long)ours);
}

/* ------------------------------------------------------------------ executing */

static int run(struct session *s, const struct mm_op *op, struct mm_op_result *result)
{
	int err = mm_allocator_do(s->allocator, op, result);

	if (err)
		return fail(s->error, err, s->replay->name, "no memory for the operation");
	if (result->end == MM_OP_NOT_HELD)
		differ(s, "page %llu is not held", (unsigned long long)op->pfn);
	return 0;
}

/* A sheaf is an object of a kmalloc cache, whose slabs are not recorded: what that asks for is not this cache's. */
static bool for_a_sheaf(const struct session *s, const struct recorded_op *op, const struct recorded_request *req)
{
	return !req->is_free && req->order != mm_allocator_cache_order(s->allocator, op->op.cache);
}

/* What slabs asked for and gave back. */
static int run_requests(struct session *s, const struct recorded_op *op, bool sheaves)
{
	for (size_t i = 0; i < op->nr_requests; i++) {
		const struct recorded_request *req = &op->requests[i];
		struct mm_op page = {
			.kind = req->is_free ? MM_OP_FREE : MM_OP_ALLOC, .cpu = op->op.cpu, .node = op->op.node,
			.gfp = req->gfp, .order = req->order, .pfn = req->pfn,
		};
		struct mm_op_result result = { 0 };
		int err;

		if (sheaves && !for_a_sheaf(s, op, req))
			continue;
		err = run(s, &page, &result);
		if (err)
			return err;
		if (!req->is_free)
			compare(s, "page for a slab", (int64_t)req->pfn, (int64_t)result.pfn);
	}
	return 0;
}

/* ---------------------------------------------------------------- what is printed */

/* The profile of the recorded build, or the newest of those no newer with pages of that size: only options matter here. */
static int find_kernel(struct session *s)
{
	const struct mm_alloc_state *state = &s->recording.state;
	uint64_t is = (uint64_t)state->version << 32 | (uint64_t)state->patchlevel << 16 | state->sublevel, best = 0;
	struct name_list names = { 0 };
	int err = 0;

	library_kernels(NULL, &names);
	for (size_t i = 0; i < names.nr && !err; i++) {
		unsigned version = 0, patchlevel = 0, sublevel = 0;
		struct mm_kernel *kernel = NULL;
		struct bytes json = { 0 };
		uint64_t its;

		err = library_kernel(NULL, names.name[i], &json, s->error);
		if (!err)
			err = decode_kernel(bytes_text(&json), json.len, names.name[i], &kernel, s->error);
		bytes_deinit(&json);
		if (err)
			break;
		sscanf(mm_kernel_version(kernel), "%3u.%3u.%5u", &version, &patchlevel, &sublevel);
		its = (uint64_t)version << 32 | (uint64_t)patchlevel << 16 | sublevel;
		if (mm_kernel_page_size(kernel) != s->recording.page_size || its > is || its <= best) {
			mm_kernel_free(kernel);
			continue;
		}
		mm_kernel_free(s->kernel);
		s->kernel = kernel;
		best = its;
	}
	name_list_deinit(&names);
	s->recording.state.kernel = s->kernel;
	return err;
}

struct expected {
	struct session *s;
	const struct recorded_op *op;
	size_t next;		/* line of the record */
};

static void compare_line(void *ctx, const char *line)
{
	struct expected *e = ctx;
	const char *real;

	/* The lines between are the stack trace. */
	while (!strcmp(line, "Mem-Info:") && e->next < e->op->nr_log && strcmp(e->op->log[e->next], line))
		e->next++;
	real = e->next < e->op->nr_log ? e->op->log[e->next] : "(nothing)";
	e->next++;
	e->s->replay->lines++;
	if (!strcmp(real, line))
		e->s->replay->exact_lines++;
	else
		differ(e->s, "printed line %zu:\n  kernel  %s\n  mmscope %s", e->next, real, line);
}

static void compare_log(struct session *s, const struct recorded_op *op)
{
	struct expected e = { .s = s, .op = op };

	if (!op->nr_log || !s->kernel)
		return;
	mm_allocator_warn(s->allocator, &op->op, compare_line, &e);
	for (; e.next < op->nr_log; e.next++, s->replay->lines++)
		differ(s, "printed line %zu:\n  kernel  %s\n  mmscope (nothing)", e.next + 1, op->log[e.next]);
}

/*
 * It also folds the counters of nodes, which are not recorded: what a CPU has of them
 * when the recording begins, and what kmalloc() and kfree() add, may make it more once.
 */
static void compare_vmstat(struct session *s, const struct recorded_op *op, int64_t ours)
{
	bool *folded = &s->folded[op->op.cpu];

	if (*folded || op->value < ours)
		compare(s, "returned", op->value, ours);
	*folded = true;
}

static int run_object(struct session *s, const struct recorded_op *op)
{
	struct mm_op_result result = { 0 };
	int err = run_requests(s, op, true);

	if (!err)
		err = run(s, &op->op, &result);
	if (!err && op->op.kind == MM_OP_CACHE_ALLOC && op->pfn >> result.order != result.pfn >> result.order)
		compare(s, "slab of the object", (int64_t)op->pfn, (int64_t)result.pfn);
	return err;
}

static int run_op(struct session *s, const struct recorded_op *op)
{
	uint64_t *got = op->op.kind == MM_OP_BULK ? calloc(op->op.nr + 1, sizeof(*got)) : NULL;
	struct mm_op_result result = { .pfns = got };
	int err;

	if (op->op.kind == MM_OP_BULK && !got)
		return fail(s->error, -ENOMEM, s->replay->name, "no memory for the operation");
	/* Slabs and large blocks of kmalloc() alike are counted as NR_SLAB_UNRECLAIMABLE_B. */
	if (!strcmp(op->name, "kmalloc") || !strcmp(op->name, "kfree") || kind_of(op) == REPLAY_OBJECT || kind_of(op) == REPLAY_OBJECT_FREE)
		s->folded[op->op.cpu] = false;
	if (op->op.kind == MM_OP_NR)
		return run_requests(s, op, false);
	if (op->op.kind == MM_OP_CACHE_ALLOC || op->op.kind == MM_OP_CACHE_FREE)
		return run_object(s, op);
	err = run(s, &op->op, &result);
	if (op->op.kind == MM_OP_ALLOC)
		compare(s, "page", (int64_t)op->pfn, (int64_t)result.pfn);
	compare_log(s, op);
	if (op->op.kind == MM_OP_BULK)
		compare(s, "pages of the bulk", op->value, result.value);
	if (op->op.kind == MM_OP_VMSTAT)
		compare_vmstat(s, op, result.value);
	for (int64_t i = 0; op->op.kind == MM_OP_BULK && i < op->value && i < result.value; i++)
		compare(s, "page of the bulk", (int64_t)op->pfns[i], (int64_t)got[i]);
	free(got);
	return err;
}

/* ------------------------------------------------------------------ comparing */

static void compare_zone(struct session *s, size_t index)
{
	static const char *const counters[] = { "NR_FREE_PAGES", "NR_FREE_CMA_PAGES", "NR_FREE_PAGES_BLOCKS" };
	const struct mm_alloc_zone *real = &s->recording.recorded.zones[index];
	struct mm_alloc_zone ours;
	char what[96];

	mm_allocator_zone(s->allocator, index, &ours);
#define COMPARE(field) (snprintf(what, sizeof(what), "zone %zu " #field, index), \
			compare(s, what, (int64_t)real->field, (int64_t)ours.field))
	if (real->boost != ours.boost)
		COMPARE(boost);
	if (real->reserved_highatomic != ours.reserved_highatomic)
		COMPARE(reserved_highatomic);
	if (real->free_highatomic != ours.free_highatomic)
		COMPARE(free_highatomic);
	if (real->flags != ours.flags)
		COMPARE(flags);
#undef COMPARE
	for (unsigned i = 0; i < MM_ZONE_COUNTERS; i++) {
		if (real->counters[i] == ours.counters[i])
			continue;
		snprintf(what, sizeof(what), "zone %zu %s", index, counters[i]);
		compare(s, what, real->counters[i], ours.counters[i]);
	}
	for (unsigned o = 0; o < s->recording.recorded.nr_orders; o++) {
		if (real->nr_free[o] == ours.nr_free[o])
			continue;
		snprintf(what, sizeof(what), "zone %zu nr_free of order %u", index, o);
		compare(s, what, (int64_t)real->nr_free[o], (int64_t)ours.nr_free[o]);
	}
}

static void compare_pageset(struct session *s, size_t zone, size_t cpu)
{
	const struct mm_alloc_pageset *real = &s->recording.recorded.pagesets[zone * s->recording.recorded.nr_cpus + cpu];
	struct mm_alloc_pageset ours;
	char what[96];

	mm_allocator_pageset(s->allocator, zone, cpu, &ours);
	if (!memcmp(real, &ours, sizeof(ours)))
		return;
#define COMPARE(field) (snprintf(what, sizeof(what), "zone %zu cpu %zu " #field, zone, cpu), \
			compare(s, what, real->field, ours.field))
	COMPARE(count); COMPARE(high); COMPARE(high_min); COMPARE(high_max); COMPARE(batch); COMPARE(alloc_factor);
	COMPARE(free_factor); COMPARE(free_count); COMPARE(expire); COMPARE(flags); COMPARE(stat_threshold);
	COMPARE(shares[0]); COMPARE(shares[1]); COMPARE(shares[2]);
#undef COMPARE
}

static void compare_blocks(struct session *s)
{
	const struct recorded_state *real = &s->recording.recorded;
	unsigned order = s->recording.state.pageblock_order;
	char what[96];

	for (size_t i = 0; i < real->nr_blocks; i++) {
		uint64_t pfn = real->block_pfn0 + ((uint64_t)i << order);
		int ours;

		if (real->blocks[i] < 0)
			continue;
		ours = mm_allocator_block(s->allocator, pfn);
		if (ours == real->blocks[i])
			continue;
		snprintf(what, sizeof(what), "type of the pageblock at %llu", (unsigned long long)pfn);
		compare(s, what, real->blocks[i], ours);
	}
}

/* Room for a list of @nr blocks. */
static int reserve(struct session *s, size_t nr)
{
	if (nr > s->cap) {
		size_t cap = 2 * nr + 1024;
		uint64_t *pfns = realloc(s->pfns, cap * sizeof(*pfns));
		uint8_t *types = realloc(s->types, cap);
		uint32_t *words = realloc(s->words, cap * sizeof(*words));

		s->pfns = pfns ? pfns : s->pfns;
		s->types = types ? types : s->types;
		s->words = words ? words : s->words;
		if (!pfns || !types || !words)
			return fail(s->error, -ENOMEM, s->replay->name, "no memory for a list");
		s->cap = cap;
	}
	return 0;
}

/* A list of ours in s->pfns and s->types. */
static int fetch(struct session *s, size_t list, bool pcp, size_t *nr)
{
	const struct recorded_state *real = &s->recording.recorded;

	for (;;) {
		if (pcp)
			*nr = mm_allocator_pcp_list(s->allocator, list / real->nr_lists / real->nr_cpus,
						    list / real->nr_lists % real->nr_cpus, (unsigned)(list % real->nr_lists),
						    s->pfns, s->types, s->cap);
		else
			*nr = mm_allocator_free_list(s->allocator, list / MM_ALLOC_TYPES / real->nr_orders,
						     (unsigned)(list / MM_ALLOC_TYPES % real->nr_orders),
						     (unsigned)(list % MM_ALLOC_TYPES), s->pfns, s->cap);
		if (*nr <= s->cap)
			return 0;
		if (reserve(s, *nr))
			return -ENOMEM;
	}
}

static int hash_list(struct session *s, size_t list, bool pcp, uint32_t *hash)
{
	bool types = pcp && s->recording.types_kept;
	size_t nr;

	if (fetch(s, list, pcp, &nr))
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		s->words[i] = (uint32_t)s->pfns[i] | (types ? (uint32_t)s->types[i] << 28 : 0);
	*hash = jhash2(s->words, nr, *hash);
	return 0;
}

/* As the recorder hashes: per zone its free lists, then its CPUs' lists. */
static int hash_lists(struct session *s, uint32_t *hash)
{
	const struct recorded_state *real = &s->recording.recorded;
	size_t per_zone = real->nr_orders * MM_ALLOC_TYPES, per_zone_pcp = real->nr_cpus * real->nr_lists;

	*hash = 2166136261u;
	for (size_t z = 0; z < real->nr_zones; z++) {
		for (size_t i = 0; i < per_zone; i++)
			if (hash_list(s, z * per_zone + i, false, hash))
				return -ENOMEM;
		for (size_t i = 0; i < per_zone_pcp; i++)
			if (hash_list(s, z * per_zone_pcp + i, true, hash))
				return -ENOMEM;
	}
	return 0;
}

static void list_name(const struct session *s, size_t list, bool pcp, char *buf, size_t size)
{
	const struct recorded_state *real = &s->recording.recorded;

	if (pcp)
		snprintf(buf, size, "zone %zu cpu %zu list %zu", list / real->nr_lists / real->nr_cpus,
			 list / real->nr_lists % real->nr_cpus, list % real->nr_lists);
	else
		snprintf(buf, size, "zone %zu order %zu type %zu", list / MM_ALLOC_TYPES / real->nr_orders,
			 list / MM_ALLOC_TYPES % real->nr_orders, list % MM_ALLOC_TYPES);
}

static void entries(struct bytes *out, const uint64_t *pfns, size_t from, size_t nr)
{
	for (size_t i = from; i < nr && i < from + MAX_ENTRIES; i++)
		bytes_printf(out, " %llu", (unsigned long long)pfns[i]);
	if (nr > from + MAX_ENTRIES)
		bytes_puts(out, " ...");
}

static int compare_list(struct session *s, size_t list, bool pcp)
{
	const struct recorded_list *real = pcp ? &s->recording.recorded.pcp_lists[list] : &s->recording.recorded.free_lists[list];
	bool types = pcp && s->recording.types_kept;
	struct bytes text = { 0 };
	char name[96];
	size_t nr, i = 0;

	if (fetch(s, list, pcp, &nr))
		return -ENOMEM;
	while (i < nr && i < real->nr && s->pfns[i] == real->pfns[i] && (!types || s->types[i] == real->types[i]))
		i++;
	if (i == nr && i == real->nr)
		return 0;
	list_name(s, list, pcp, name, sizeof(name));
	bytes_printf(&text, "%s, from entry %zu: kernel (%zu)", name, i, real->nr);
	entries(&text, real->pfns, i, real->nr);
	bytes_printf(&text, ", mmscope (%zu)", nr);
	entries(&text, s->pfns, i, nr);
	if (types && i < nr && i < real->nr && s->pfns[i] == real->pfns[i])
		bytes_printf(&text, "; type kept: kernel %u, mmscope %u", real->types[i], s->types[i]);
	differ(s, "%s", bytes_text(&text));
	bytes_deinit(&text);
	return 0;
}

static int compare_lists(struct session *s)
{
	const struct recorded_state *real = &s->recording.recorded;
	size_t nr_free = real->nr_zones * real->nr_orders * MM_ALLOC_TYPES;
	size_t nr_pcp = real->nr_zones * real->nr_cpus * real->nr_lists;
	int err = 0;

	for (size_t i = 0; i < nr_pcp && !err; i++)
		err = compare_list(s, i, true);
	for (size_t i = 0; i < nr_free && !err; i++)
		err = compare_list(s, i, false);
	return err;
}

static int compare_state(struct session *s, uint32_t real_hash)
{
	uint32_t hash = 0;
	int err;

	for (size_t z = 0; z < s->recording.recorded.nr_zones; z++) {
		compare_zone(s, z);
		for (size_t cpu = 0; cpu < s->recording.recorded.nr_cpus; cpu++)
			compare_pageset(s, z, cpu);
	}
	compare_blocks(s);
	err = hash_lists(s, &hash);
	if (err || (hash == real_hash && !s->replay->differs))
		return err;
	err = compare_lists(s);
	if (!err && hash != real_hash && !s->replay->differs)
		differ(s, "hash of all lists: kernel %u, mmscope %u", real_hash, hash);
	return err;
}

/* -------------------------------------------------------------------- replay */

static void count(struct replay *replay, const struct recorded_op *op)
{
	enum replay_kind kind = kind_of(op);

	replay->ops++;
	replay->kind[kind].ops++;
	if (replay->differs)
		return;
	replay->exact++;
	replay->kind[kind].exact++;
}

static void describe(struct session *s, const struct recorded_op *op)
{
	struct bytes head = { 0 };

	bytes_printf(&head, "operation %zu: %s cpu %u", op->index, op->name, op->op.cpu);
	if (op->op.kind == MM_OP_ALLOC || op->op.kind == MM_OP_BULK)
		bytes_printf(&head, " order %u gfp %#x node %d", op->op.order, op->op.gfp, op->op.node);
	if (op->op.kind == MM_OP_FREE || op->op.kind == MM_OP_SPLIT)
		bytes_printf(&head, " page %llu order %u", (unsigned long long)op->pfn, op->op.order);
	bytes_printf(&head, "\n%s", bytes_text(&s->replay->what));
	bytes_deinit(&s->replay->what);
	s->replay->what = head;
	s->replay->index = op->index;
}

/* Operations after the first difference are only counted. */
static int replay_line(struct session *s, const char *line, size_t len, size_t number)
{
	bool done = s->replay->differs;
	struct recorded_op op;
	char where[40];
	int err;

	snprintf(where, sizeof(where), "ops.ndjson, line %zu", number);
	err = recording_op(&s->recording, line, len, where, &op, s->error);
	if (err)
		return err;
	if (!done) {
		err = run_op(s, &op);
		if (!err)
			err = compare_state(s, op.hash);
		if (s->replay->differs)
			describe(s, &op);
	}
	count(s->replay, &op);
	recorded_op_deinit(&op);
	return err;
}

static int replay_ops(struct session *s, const struct bytes *tar)
{
	struct bytes ops = { 0 };
	int err = recording_file(tar, "ops.ndjson", RECORDING_MAX_FILE, &ops, s->error);
	const char *line = ops.data, *end = ops.data ? ops.data + ops.len : NULL;
	size_t number = 0;

	while (!err && line < end) {
		const char *eol = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((eol ? eol : end) - line);

		if (len)
			err = replay_line(s, line, len, number + 1);
		line += len + 1;
		number++;
	}
	/* The first difference is what matters: changes that fit no list any more follow from it. */
	if (err == -EBADMSG && s->replay->differs) {
		bytes_printf(&s->replay->what, "%s: %s; not read further\n", s->error->where, s->error->text);
		err = 0;
	}
	if (!err && !s->replay->ops)
		err = fail(s->error, -EBADMSG, "ops.ndjson", "has no operations: there is nothing to compare");
	bytes_deinit(&ops);
	return err;
}

static int replay_all(struct session *s, const struct bytes *tar)
{
	int err = recording_read(tar, RECORDING_MAX_FILE, &s->recording, s->error);

	if (!err)
		err = find_kernel(s);
	if (!err)
		err = mm_allocator_new(&s->recording.state, &s->allocator, s->error);
	if (err)
		return err;
	s->replay->kernel = strdup(s->recording.kernel);
	s->replay->package = strdup(s->recording.package);
	err = compare_state(s, s->recording.hash);
	if (s->replay->differs) {
		bytes_puts(&s->replay->what, "(the state before the first operation)\n");
		return err;
	}
	return err ? err : replay_ops(s, tar);
}

int replay_recording(const struct bytes *tar, const char *name, struct replay *ret, struct mm_error *error)
{
	struct session s = { .replay = ret, .error = error };
	int err;

	*ret = (struct replay){ .name = strdup(name) };
	err = ret->name ? replay_all(&s, tar) : fail(error, -ENOMEM, name, "no memory");
	mm_allocator_free(s.allocator);
	mm_kernel_free(s.kernel);
	recording_close(&s.recording);
	free(s.pfns);
	free(s.types);
	free(s.words);
	if (err)
		replay_deinit(ret);
	return err;
}

/* -------------------------------------------------------------------- handing on */

/* First the numbers, then each text with its length. */
static void pack_text(struct bytes *out, const char *text, size_t len)
{
	bytes_add(out, &len, sizeof(len));
	bytes_add(out, text ? text : "", text ? len : 0);
}

void replay_pack(const struct replay *replay, struct bytes *out)
{
	struct replay numbers = *replay;

	numbers.name = numbers.kernel = numbers.package = NULL;
	numbers.what = (struct bytes){ 0 };
	bytes_add(out, &numbers, sizeof(numbers));
	pack_text(out, replay->name, strlen(replay->name));
	pack_text(out, replay->kernel, replay->kernel ? strlen(replay->kernel) : 0);
	pack_text(out, replay->package, replay->package ? strlen(replay->package) : 0);
	pack_text(out, replay->what.data, replay->what.len);
}

static bool unpack_text(const struct bytes *packed, size_t *at, struct bytes *text)
{
	size_t len;

	if (packed->len - *at < sizeof(len))
		return false;
	memcpy(&len, packed->data + *at, sizeof(len));
	*at += sizeof(len);
	if (len > packed->len - *at)
		return false;
	bytes_add(text, packed->data + *at, len);
	*at += len;
	return !text->failed;
}

static bool unpack_string(const struct bytes *packed, size_t *at, char **ret)
{
	struct bytes text = { 0 };
	bool ok = unpack_text(packed, at, &text);

	*ret = ok ? strdup(bytes_text(&text)) : NULL;
	bytes_deinit(&text);
	return *ret;
}

int replay_unpack(const struct bytes *packed, struct replay *ret)
{
	struct replay replay = { 0 };
	size_t at = sizeof(replay);

	if (packed->len < at)
		return -EBADMSG;
	memcpy(&replay, packed->data, sizeof(replay));
	replay.name = replay.kernel = replay.package = NULL;
	replay.what = (struct bytes){ 0 };
	if (unpack_string(packed, &at, &replay.name) && unpack_string(packed, &at, &replay.kernel) &&
	    unpack_string(packed, &at, &replay.package) && unpack_text(packed, &at, &replay.what)) {
		*ret = replay;
		return 0;
	}
	replay_deinit(&replay);
	return -EBADMSG;
}

void replay_deinit(struct replay *replay)
{
	free(replay->name);
	free(replay->kernel);
	free(replay->package);
	bytes_deinit(&replay->what);
	*replay = (struct replay){ 0 };
}
