// SPDX-License-Identifier: GPL-2.0-or-later
#include "script.h"
#include "gfp.h"

#include <stdio.h>

#define NAME_SLOTS	(2 * SCRIPT_MAX_NAMES)

struct parser {
	struct arena *arena;
	const struct script_limits *limits;
	struct script *script;
	struct mm_error *error;
	const char *at, *line_start;
	unsigned line;
	bool failed;
};

struct word {
	const char *text;
	size_t len;
	unsigned column;
};

static void wrong_at(struct parser *p, unsigned column, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void wrong_at(struct parser *p, unsigned column, const char *fmt, ...)
{
	va_list args;

	if (p->failed)
		return;
	p->failed = true;
	*p->error = (struct mm_error){ .offset = -1 };
	snprintf(p->error->where, sizeof(p->error->where), "ops");
	snprintf(p->error->node, sizeof(p->error->node), "line %u, column %u", p->line, column);
	va_start(args, fmt);
	vsnprintf(p->error->text, sizeof(p->error->text), fmt, args);
	va_end(args);
}

static unsigned column_of(const struct parser *p)
{
	return (unsigned)(p->at - p->line_start) + 1;
}

/* -------------------------------------------------------------------- words */

static void skip_blanks(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\t' || *p->at == '\r')
		p->at++;
	if (*p->at == '#')
		p->at += strcspn(p->at, "\n");
}

/* Between statements line ends and semicolons do not matter. */
static void skip_to_statement(struct parser *p)
{
	for (skip_blanks(p); *p->at == '\n' || *p->at == ';'; skip_blanks(p)) {
		if (*p->at == '\n') {
			p->line++;
			p->line_start = p->at + 1;
		}
		p->at++;
	}
}

static bool at_end_of_statement(struct parser *p)
{
	skip_blanks(p);
	return !*p->at || strchr("\n;{}", *p->at);
}

static struct word take_word(struct parser *p)
{
	struct word word = { .text = p->at, .column = column_of(p) };

	while (*p->at && !strchr(" \t\r\n;#{}=", *p->at))
		p->at++;
	word.len = (size_t)(p->at - word.text);
	return word;
}

static bool is(const struct word *word, const char *text)
{
	return strlen(text) == word->len && !memcmp(text, word->text, word->len);
}

/* Printable part of a word, for messages. */
#define SHOWN(word) (int)((word)->len < 40 ? (word)->len : 40), (word)->text

/* Decimal, or hexadecimal with 0x; false beyond @max. */
static bool number_of(const char *text, size_t len, uint64_t max, uint64_t *ret)
{
	bool hex = len > 2 && text[0] == '0' && text[1] == 'x';
	uint64_t base = hex ? 16 : 10, n = 0;

	for (size_t i = hex ? 2 : 0; i < len; i++) {
		char c = text[i];
		uint64_t digit = c >= '0' && c <= '9' ? (uint64_t)(c - '0')
			       : hex && c >= 'a' && c <= 'f' ? (uint64_t)(c - 'a' + 10) : 16;

		if (digit >= base || digit > max || n > (max - digit) / base)
			return false;
		n = n * base + digit;
	}
	*ret = n;
	return len > (hex ? 2 : 0);
}

static uint64_t number(struct parser *p, const struct word *key, const struct word *value, uint64_t max)
{
	uint64_t n = 0;

	if (!number_of(value->text, value->len, max, &n))
		wrong_at(p, value->column, "%.*s should be a number up to %llu, not '%.*s'", SHOWN(key),
			 (unsigned long long)max, SHOWN(value));
	return n;
}

/* "0-3" or "2" */
static void span(struct parser *p, const struct word *key, const struct word *value, uint64_t max, unsigned *lo, unsigned *hi)
{
	const char *dash = memchr(value->text, '-', value->len);
	struct word first = *value, last = *value;

	if (dash) {
		first.len = (size_t)(dash - value->text);
		last.text = dash + 1;
		last.len = value->len - first.len - 1;
		last.column += (unsigned)first.len + 1;
	}
	*lo = (unsigned)number(p, key, &first, max);
	*hi = (unsigned)number(p, key, &last, max);
	if (!p->failed && *hi < *lo)
		wrong_at(p, value->column, "%.*s ends before it begins", SHOWN(key));
}

/* --------------------------------------------------------------------- names */

static uint32_t hash_of(const struct word *word)
{
	uint32_t hash = UINT32_C(2166136261);

	for (size_t i = 0; i < word->len; i++)
		hash = (hash ^ (unsigned char)word->text[i]) * UINT32_C(16777619);
	return hash;
}

/*
 * Where the name is, or would be: its index + 1 is where its hash says or behind that, and at most half of the slots
 * are taken.
 */
static uint16_t *slot_of(const struct script *s, const struct word *word)
{
	uint32_t at = hash_of(word) % NAME_SLOTS;

	while (s->slots[at] && !is(word, s->names[s->slots[at] - 1]))
		at = (at + 1) % NAME_SLOTS;
	return &s->slots[at];
}

static int name_index(struct parser *p, const struct word *word, bool may_be_new)
{
	struct script *s = p->script;
	uint16_t *slot;

	if (!s->slots) {
		s->names = arena_array(p->arena, SCRIPT_MAX_NAMES, sizeof(*s->names));
		s->slots = arena_array(p->arena, NAME_SLOTS, sizeof(*s->slots));
	}
	slot = slot_of(s, word);
	if (*slot)
		return *slot - 1;
	if (!may_be_new) {
		wrong_at(p, word->column, "nothing is called '%.*s'", SHOWN(word));
		return -1;
	}
	if (s->nr_names == SCRIPT_MAX_NAMES) {
		wrong_at(p, word->column, "there are more than %d names", SCRIPT_MAX_NAMES);
		return -1;
	}
	s->names[s->nr_names] = arena_printf(p->arena, "%.*s", (int)word->len, word->text);
	*slot = (uint16_t)++s->nr_names;
	return *slot - 1;
}

static bool is_name(const struct word *word)
{
	for (size_t i = 0; i < word->len; i++) {
		char c = word->text[i];

		if (!(c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (i && c >= '0' && c <= '9')))
			return false;
	}
	return word->len && word->len <= 32;
}

/* ----------------------------------------------------------------- arguments */

/* "0xcc0": bits as since 6.0, whatever the build has. */
static bool gfp_number(const char *text, size_t len, unsigned *ret)
{
	uint64_t bits = 0;

	if (len < 3 || text[1] != 'x' || !number_of(text, len, UINT32_MAX, &bits))
		return false;
	*ret = (unsigned)bits;
	return true;
}

/* "GFP_KERNEL|__GFP_COMP"; "~" takes away: "GFP_KERNEL|~__GFP_DIRECT_RECLAIM". */
static unsigned gfp(struct parser *p, const struct word *value)
{
	unsigned flags = 0;

	for (size_t i = 0; i < value->len && !p->failed;) {
		const char *text = value->text + i, *bar = memchr(text, '|', value->len - i);
		size_t len = bar ? (size_t)(bar - text) : value->len - i;
		bool without = len && *text == '~';
		unsigned bits = 0;

		if (!gfp_parse(text + without, len - without, p->limits->gfp_words, &bits) && !gfp_number(text + without, len - without, &bits))
			wrong_at(p, value->column + (unsigned)i, "'%.*s' is no gfp flag; GFP_KERNEL, GFP_ATOMIC, __GFP_COMP ... are",
				 (int)(len < 40 ? len : 40), text);
		flags = without ? flags & ~bits : flags | bits;
		i += len + 1;
	}
	return flags;
}

struct arg {
	const char *key;
	unsigned kinds;		/* bits of the statements that have it */
	const char *value, *what;	/* for the reference */
};

#define BIT(kind) (1u << STMT_##kind)
static const struct arg args[] = {
	{ "order", BIT(ALLOC) | BIT(FREE), "N", "a block of 2^N pages (0); a block that is freed keeps its own" },
	{ "gfp", BIT(ALLOC) | BIT(BULK) | BIT(KMALLOC) | BIT(OBJECT) | BIT(RANDOM), "FLAG|FLAG|~FLAG",
	  "request flags, with or without GFP_ and __GFP_ in front (GFP_KERNEL); ~ takes away; or bits as since 6.0, 0xcc0" },
	{ "cpu", BIT(ALLOC) | BIT(FREE) | BIT(BULK) | BIT(RELEASE) | BIT(KMALLOC) | BIT(OBJECT) | BIT(DRAIN) | BIT(VMSTAT) | BIT(IDLE), "N",
	  "which CPU does it (0)" },
	{ "node", BIT(ALLOC) | BIT(BULK) | BIT(KMALLOC) | BIT(OBJECT), "N", "whose zonelist is walked (the CPU's own node's)" },
	{ "pfn", BIT(FREE), "N", "the block that begins at this frame, whoever has it" },
	{ "cache", BIT(OBJECT), "NAME", "one that the script has made, or one of boot's, as /proc/slabinfo calls it" },
	{ "align", BIT(CACHE), "N", "objects begin at multiples of it (as their size and the architecture need)" },
	{ "seed", BIT(RANDOM), "N", "other numbers, the same on every machine (0)" },
	{ "cpus", BIT(RANDOM), "N-M", "on these CPUs (all)" },
	{ "orders", BIT(RANDOM), "N-M", "blocks of these orders, half of them of the smallest (0-3)" },
	{ "hold", BIT(RANDOM), "N", "at most so many blocks at a time (1000)" },
	{ "vm.min_free_kbytes", BIT(SYSCTL), "KIB", "watermarks are set anew, boosts end; since 5.14 page lists' limits follow" },
	{ "vm.percpu_pagelist_high_fraction", BIT(SYSCTL), "N",
	  "since 5.14: page lists of all CPUs together hold up to 1/N of a zone, 8 or more; 0: as by default" },
	{ "vm.percpu_pagelist_fraction", BIT(SYSCTL), "N", "up to 5.13: a CPU's list holds up to 1/N of a zone, 8 or more; 0: as by default" },
};

/* One a statement: each is a write of its own. */
static void take_sysctl(struct parser *p, struct stmt *stmt, const struct word *key, const struct word *value)
{
	bool fraction = !is(key, "vm.min_free_kbytes"), high = is(key, "vm.percpu_pagelist_high_fraction");

	if (stmt->sysctl)
		wrong_at(p, key->column, "one setting a statement");
	else if (fraction && high != p->limits->high_fraction)
		wrong_at(p, key->column, "this release has vm.percpu_pagelist_%s in its place", high ? "fraction" : "high_fraction");
	stmt->sysctl = fraction ? SYSCTL_PAGELIST_FRACTION : SYSCTL_MIN_FREE_KBYTES;
	stmt->nr = number(p, key, value, INT32_MAX);
}

static void take_argument(struct parser *p, struct stmt *stmt, const struct word *key, const struct word *value)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(args) && !(is(key, args[i].key) && args[i].kinds & 1u << stmt->kind))
		i++;
	if (i == ARRAY_SIZE(args)) {
		wrong_at(p, key->column, "'%.*s' is no argument of this", SHOWN(key));
		return;
	}
	if (is(key, "gfp"))
		stmt->gfp = gfp(p, value);
	else if (is(key, "order"))
		stmt->order = (unsigned)number(p, key, value, 63);
	else if (is(key, "cpu"))
		stmt->cpu = (unsigned)number(p, key, value, p->limits->nr_cpus - 1);
	else if (is(key, "node"))
		stmt->node = (int)number(p, key, value, (uint64_t)p->limits->nr_nodes - 1);
	else if (is(key, "cpus"))
		span(p, key, value, p->limits->nr_cpus - 1, &stmt->cpu, &stmt->last_cpu);
	else if (is(key, "orders"))
		span(p, key, value, 15, &stmt->order, &stmt->last_order);
	else if (is(key, "seed"))
		stmt->seed = number(p, key, value, UINT32_MAX);
	else if (is(key, "cache"))
		stmt->cache = arena_printf(p->arena, "%.*s", (int)value->len, value->text);
	else if (is(key, "align"))
		stmt->align = (unsigned)number(p, key, value, SCRIPT_MAX_OBJECT);
	else if (is(key, "hold"))
		stmt->hold = number(p, key, value, SCRIPT_MAX_OPS);
	else if (stmt->kind == STMT_SYSCTL)
		take_sysctl(p, stmt, key, value);
	else
		stmt->pfn = number(p, key, value, UINT64_C(1) << 52);
	stmt->has_pfn |= is(key, "pfn");
}

/* Statements with a number of their own. */
static bool has_number(enum stmt_kind kind)
{
	return kind == STMT_BULK || kind == STMT_REPEAT || kind == STMT_RANDOM || kind == STMT_KMALLOC || kind == STMT_WAIT ||
	       kind == STMT_CACHE;
}

static uint64_t largest_number(enum stmt_kind kind)
{
	return kind == STMT_BULK ? SCRIPT_MAX_BULK : kind == STMT_CACHE ? SCRIPT_MAX_OBJECT : kind == STMT_WAIT ? SCRIPT_MAX_WAIT : UINT32_MAX;
}

/* A word without '=': the name that free takes, a number, "all", "movable". */
static void take_plain(struct parser *p, struct stmt *stmt, const struct word *word)
{
	bool of_name = stmt->kind == STMT_FREE || stmt->kind == STMT_SPLIT || stmt->kind == STMT_RELEASE;

	if (is(word, "all") && (stmt->kind == STMT_FREE || stmt->kind == STMT_DRAIN))
		stmt->all = true;
	else if (is(word, "movable") && stmt->kind == STMT_ALLOC)
		stmt->movable = true;
	else if (is(word, "reclaimable") && stmt->kind == STMT_CACHE)
		stmt->reclaimable = true;
	else if (is(word, "hwcache_align") && stmt->kind == STMT_CACHE)
		stmt->hwcache_align = true;
	else if (of_name && stmt->name < 0 && is_name(word))
		stmt->name = name_index(p, word, false);
	else if (has_number(stmt->kind) && !stmt->nr)
		stmt->nr = number(p, word, word, largest_number(stmt->kind));
	else
		wrong_at(p, word->column, "'%.*s' is not understood here", SHOWN(word));
}

static void take_arguments(struct parser *p, struct stmt *stmt)
{
	while (!p->failed && !at_end_of_statement(p)) {
		struct word key = take_word(p), value;

		if (!key.len) {
			wrong_at(p, key.column, "'=' has nothing before it");
			return;
		}
		if (*p->at != '=') {
			take_plain(p, stmt, &key);
			continue;
		}
		p->at++;
		value = take_word(p);
		take_argument(p, stmt, &key, &value);
	}
}

/* ---------------------------------------------------------------- statements */

/* What there is, and what the reference says of it. */
static const struct { const char *name; enum stmt_kind kind; const char *operands, *what; } verbs[] = {
	{ "alloc", STMT_ALLOC, "[movable]", "alloc_pages(); 'movable': the page counts as movable (PageLRU) while it is held" },
	{ "free", STMT_FREE, "NAME [all]", "__free_pages() of what the name was given last, or of all that it has" },
	{ "bulk", STMT_BULK, "PAGES", "alloc_pages_bulk(), up to 512 pages" },
	{ "split", STMT_SPLIT, "NAME", "split_page(): from now on the name holds the block's pages one by one" },
	{ "release", STMT_RELEASE, "NAME", "release_pages() of all that the name has, as at a process's exit" },
	{ "kmalloc", STMT_KMALLOC, "BYTES", "kmalloc(); up to two pages are an object of a cache, more come from the page allocator" },
	{ "kfree", STMT_FREE, "NAME [all]", "the same as free" },
	{ "kmem_cache_create", STMT_CACHE, "BYTES [reclaimable] [hwcache_align]",
	  "a cache of its own, known by the name that it is given; it is merged with no other" },
	{ "kmem_cache_alloc", STMT_OBJECT, "", "an object of a cache" },
	{ "kmem_cache_free", STMT_FREE, "NAME [all]", "the same as free" },
	{ "drain", STMT_DRAIN, "[all]", "drain_local_pages() of a CPU, or drain_all_pages()" },
	{ "vmstat", STMT_VMSTAT, "", "refresh_cpu_vm_stats() of a CPU, once" },
	{ "idle", STMT_IDLE, "", "quiet_vmstat(): the CPU goes idle, its share of the counters goes to the zones" },
	{ "wait", STMT_WAIT, "SECONDS", "the vmstat work of each CPU that has something to do, once a second" },
	{ "sysctl", STMT_SYSCTL, "", "a write to /proc/sys/vm; the word sysctl may be left out" },
	{ "repeat", STMT_REPEAT, "TIMES { ... }", "the statements in braces, so many times; up to 8 deep" },
	{ "random", STMT_RANDOM, "OPERATIONS", "allocations and frees by lot" },
};

static bool verb(const struct word *word, enum stmt_kind *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (!is(word, verbs[i].name))
			continue;
		*ret = verbs[i].kind;
		return true;
	}
	return false;
}

/* What a statement cannot do without. */
static void check_statement(struct parser *p, const struct stmt *stmt)
{
	bool gives = stmt->kind == STMT_ALLOC || stmt->kind == STMT_BULK || stmt->kind == STMT_KMALLOC || stmt->kind == STMT_CACHE ||
		     stmt->kind == STMT_OBJECT;

	if (stmt->kind == STMT_FREE && stmt->name < 0 && !stmt->has_pfn)
		wrong_at(p, stmt->column, "what is to be freed? A name, or pfn=N");
	else if ((stmt->kind == STMT_SPLIT || stmt->kind == STMT_RELEASE) && stmt->name < 0)
		wrong_at(p, stmt->column, "a name is missing");
	else if (stmt->kind == STMT_SYSCTL && !stmt->sysctl)
		wrong_at(p, stmt->column, "which setting? vm.min_free_kbytes=KIB, for example");
	else if (stmt->kind == STMT_CACHE && stmt->name < 0)
		wrong_at(p, stmt->column, "a cache needs a name: mine = kmem_cache_create 192");
	else if (stmt->kind == STMT_OBJECT && !stmt->cache)
		wrong_at(p, stmt->column, "of which cache? cache=NAME");
	else if (stmt->align & (stmt->align - 1))
		wrong_at(p, stmt->column, "align= takes a power of two");
	else if (has_number(stmt->kind) && !stmt->nr)
		wrong_at(p, stmt->column, "how much? A number is missing");
	else if (!gives && stmt->kind != STMT_FREE && stmt->kind != STMT_SPLIT && stmt->kind != STMT_RELEASE && stmt->name >= 0)
		wrong_at(p, stmt->column, "this gives nothing that a name could keep");
}

static void parse_block(struct parser *p, struct stmt **stmts, size_t *nr, unsigned depth);

static void parse_body(struct parser *p, struct stmt *stmt, unsigned depth)
{
	skip_to_statement(p);
	if (*p->at != '{') {
		wrong_at(p, column_of(p), "repeat %llu what? '{' is missing", (unsigned long long)stmt->nr);
		return;
	}
	if (depth == SCRIPT_MAX_DEPTH) {
		wrong_at(p, column_of(p), "repeat is nested more than %d deep", SCRIPT_MAX_DEPTH);
		return;
	}
	p->at++;
	parse_block(p, &stmt->body, &stmt->nr_body, depth + 1);
	if (!p->failed && *p->at != '}')
		wrong_at(p, column_of(p), "'}' is missing");
	if (!p->failed)
		p->at++;
}

static const char *all_verbs(struct arena *arena)
{
	const char *text = "";

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		text = arena_printf(arena, "%s%s%s", text, !i ? "" : i + 1 < ARRAY_SIZE(verbs) ? ", " : " and ", verbs[i].name);
	return text;
}

void script_reference(mm_line_sink *sink, void *ctx)
{
	char line[256];

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		snprintf(line, sizeof(line), "%s%s%s\t%s", verbs[i].name, *verbs[i].operands ? " " : "", verbs[i].operands, verbs[i].what);
		sink(ctx, line);
		for (size_t a = 0; a < ARRAY_SIZE(args); a++) {
			if (!(args[a].kinds & 1u << verbs[i].kind))
				continue;
			snprintf(line, sizeof(line), "\t%s=%s\t%s", args[a].key, args[a].value, args[a].what);
			sink(ctx, line);
		}
	}
}

static void parse_statement(struct parser *p, struct stmt *stmt, unsigned depth)
{
	struct word word = take_word(p), name = { 0 };
	bool known;

	*stmt = (struct stmt){ .line = p->line, .column = word.column, .name = -1, .node = -1, .last_order = 3, .hold = 1000,
			       .gfp = GFP_DIRECT_RECLAIM | GFP_KSWAPD_RECLAIM | GFP_IO | GFP_FS,
			       .last_cpu = p->limits->nr_cpus - 1 };
	skip_blanks(p);
	if (*p->at == '=' && word.len > 3 && !memcmp(word.text, "vm.", 3)) {
		p->at = word.text;
		word = (struct word){ "sysctl", 6, word.column };
	} else if (*p->at == '=') {
		if (!word.len)
			wrong_at(p, word.column, "'=' has nothing before it");
		name = word;
		p->at++;
		skip_blanks(p);
		word = take_word(p);
	}
	known = verb(&word, &stmt->kind);
	if (!known) {
		wrong_at(p, word.column, "'%.*s' is no operation; %s are", SHOWN(&word), all_verbs(p->arena));
		return;
	}
	if (name.len && (stmt->kind == STMT_FREE || stmt->kind == STMT_SPLIT || stmt->kind == STMT_RELEASE || !is_name(&name)))
		wrong_at(p, name.column, is_name(&name) ? "this gives nothing that '%.*s' could keep"
						       : "'%.*s' is no name: letters, digits and _", SHOWN(&name));
	take_arguments(p, stmt);
	if (name.len && !p->failed)
		stmt->name = name_index(p, &name, true);
	if (!p->failed)
		check_statement(p, stmt);
	if (stmt->kind == STMT_REPEAT && !p->failed)
		parse_body(p, stmt, depth);
}

/* Statements up to '}' or the end.  Depth is limited, so this may call itself. */
static void parse_block(struct parser *p, struct stmt **stmts, size_t *nr, unsigned depth)
{
	size_t cap = 0;

	for (skip_to_statement(p); !p->failed && *p->at && *p->at != '}'; skip_to_statement(p)) {
		*stmts = arena_room(p->arena, *stmts, *nr, &cap, sizeof(**stmts));
		parse_statement(p, &(*stmts)[(*nr)++], depth);
		if (!p->failed && !at_end_of_statement(p))
			wrong_at(p, column_of(p), "a statement ends here: ';' or a new line is missing");
		if (!p->failed && *p->at == '{')
			wrong_at(p, column_of(p), "'{' goes with repeat");
	}
}

/* ------------------------------------------------------------------ counting */

/* What the block executes; never above SCRIPT_MAX_OPS + 1. */
static uint64_t count_ops(const struct stmt *stmts, size_t nr)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < nr && sum <= SCRIPT_MAX_OPS; i++) {
		bool many = stmts[i].kind == STMT_REPEAT || stmts[i].kind == STMT_RANDOM || stmts[i].kind == STMT_WAIT;
		uint64_t times = many ? stmts[i].nr : 1;
		uint64_t each = stmts[i].kind == STMT_REPEAT ? count_ops(stmts[i].body, stmts[i].nr_body) : 1;

		if (each && times > SCRIPT_MAX_OPS / each)
			return SCRIPT_MAX_OPS + 1;
		sum += times * each;
	}
	return sum <= SCRIPT_MAX_OPS ? sum : SCRIPT_MAX_OPS + 1;
}

bool script_parse(struct arena *arena, const char *text, const struct script_limits *limits, struct script *ret,
		  struct mm_error *error)
{
	const char *from = text + ret->nr_bytes;
	struct parser p = { .arena = arena, .limits = limits, .script = ret, .error = error, .at = from, .line_start = from,
			    .line = ret->nr_lines + 1 };
	uint64_t nr_before = ret->nr_ops;

	ret->stmts = NULL;
	ret->nr = 0;
	if (strlen(text) > SCRIPT_MAX_BYTES)
		wrong_at(&p, 1, "the script is longer than %d bytes", SCRIPT_MAX_BYTES);
	else
		parse_block(&p, &ret->stmts, &ret->nr, 0);
	if (!p.failed && *p.at == '}')
		wrong_at(&p, column_of(&p), "'}' closes nothing");
	ret->nr_ops = nr_before + count_ops(ret->stmts, ret->nr);
	ret->nr_bytes = (size_t)(p.at - text);
	ret->nr_lines = p.line - 1;
	if (!p.failed && ret->nr_ops > SCRIPT_MAX_OPS)
		wrong_at(&p, 1, "that is more than %d operations", SCRIPT_MAX_OPS);
	return !p.failed;
}
