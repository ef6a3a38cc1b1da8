// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memblock's functions print the function that their return address lies in.  A call from F
 * prints F; a call through a copy of an inline function (memblock_free, memblock_alloc,
 * __memblock_alloc_or_panic) prints that copy, unless the copy jumps on; a function that
 * jumps to memblock leaves its own caller's address.  So who is printed at a site follows
 * from which of the functions that may hold the call does so in this binary.
 */
#include "daemon/image/callers.h"

#include "daemon/image/code.h"

#include <stdlib.h>

#define MAX_TARGETS	1024
#define MAX_NAMES	16
/* Functions that nothing calls; a kernel has a handful. */
#define MAX_DEAD	64
/* Functions called memblock_*: 66 in 6.16. */
#define MAX_OPERATIONS	256

/* The functions that print, and which lines. */
static const struct { const char *name; unsigned int lines; } printers[] = {
	{ "memblock_add", LINE_ADD }, { "memblock_add_node", LINE_ADD }, { "memblock_remove", LINE_REMOVE },
	{ "memblock_reserve", LINE_RESERVE }, { "__memblock_reserve", LINE_RESERVE },
	{ "memblock_phys_free", LINE_FREE }, { "memblock_phys_alloc_range", LINE_REQUEST },
	{ "memblock_alloc_try_nid", LINE_REQUEST }, { "memblock_alloc_try_nid_raw", LINE_REQUEST },
	{ "memblock_alloc_exact_nid_raw", LINE_REQUEST }, { "memblock_virt_alloc_try_nid", LINE_REQUEST },
	{ "memblock_virt_alloc_try_nid_nopanic", LINE_REQUEST }, { "memblock_virt_alloc_try_nid_raw", LINE_REQUEST },
	/* Up to 5.15 this one takes physical addresses, and prints: there is no memblock_phys_free(). */
	{ "memblock_free", LINE_FREE },
};

/* A function of memblock, and what a call of it prints. */
struct operation {
	int64_t at;
	const char *name;
	unsigned int prints;		/* lines for which it prints its caller */
	unsigned int prints_self;	/* lines that show its own name: it calls a function that prints */
};

struct search {
	struct span image;
	const struct symbols *symbols;
	const struct bootlog *log;
	struct calls calls;
	struct operation operations[MAX_OPERATIONS];
	size_t nr_operations;
	int64_t dead[MAX_DEAD];		/* functions that nothing calls, as offsets from _text */
	size_t nr_dead;
	unsigned int version;
};

static unsigned int printer_lines(const struct search *s, const char *name)
{
	for (size_t i = 0; i < sizeof(printers) / sizeof(printers[0]); i++)
		if (!strcmp(printers[i].name, name) &&
		    (strcmp(name, "memblock_free") || !symbols_find(s->symbols, "memblock_phys_free")))
			return printers[i].lines;
	return 0;
}

static const struct operation *operation_at(const struct search *s, int64_t at)
{
	for (size_t i = 0; i < s->nr_operations; i++)
		if (s->operations[i].at == at)
			return &s->operations[i];
	return NULL;
}

static bool is_operation(const char *name)
{
	return !strncmp(name, "memblock_", 9) || !strncmp(name, "__memblock_", 11);
}

/* --------------------------------------------------------------- what to look for */

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void add_operations(struct search *s, int64_t *targets, size_t *nr)
{
	for (size_t i = 0; i < s->symbols->nr && s->nr_operations < MAX_OPERATIONS; i++) {
		const struct symbol *symbol = &s->symbols->list[i];
		bool code = symbol->type == 't' || symbol->type == 'T' || symbol->type == 'W' || symbol->type == 'w';

		if (!code || !is_operation(symbol->name) || operation_at(s, symbol->at))
			continue;
		s->operations[s->nr_operations++] = (struct operation){
			.at = symbol->at, .name = symbol->name, .prints = printer_lines(s, symbol->name),
		};
		targets[(*nr)++] = symbol->at;
	}
}

/* The @i-th word of a list, or "" after the last. */
static const char *word(const char *list, size_t i, char *to, size_t size)
{
	size_t len;

	for (; i && *list; i--) {
		list += strcspn(list, " ");
		list += strspn(list, " ");
	}
	len = strcspn(list, " ");
	len = len < size ? len : size - 1;
	memcpy(to, list, len);
	to[len] = '\0';
	return to;
}

/* Copies made by the compiler have suffixes. */
static const struct symbol *find_function(const struct search *s, const char *name)
{
	static const char *const suffixes[] = { "", ".constprop.0", ".isra.0", ".part.0" };
	const struct symbol *symbol = NULL;
	char full[256];

	for (size_t i = 0; !symbol && *name && i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		char *end = stpncpy(full, name, sizeof(full) - 16);

		strcpy(end, suffixes[i]);
		symbol = symbols_find(s->symbols, full);
	}
	return symbol;
}

static const char *own_name(const struct site *site, char *to, size_t size)
{
	size_t len = strcspn(site->name, "/");

	len = len < size ? len : size - 1;
	memcpy(to, site->name, len);
	to[len] = '\0';
	return to;
}

/* The @i-th function that may hold the site's call; "" after the last. */
static const char *holder(const struct site *site, size_t i, char *to, size_t size)
{
	if (site->holders)
		return word(site->holders, i, to, size);
	return i ? memcpy(to, "", 1) : own_name(site, to, size);
}

static void add_holders(struct search *s, int64_t *targets, size_t *nr)
{
	char name[128];

	for (size_t i = 0; i < nr_sites; i++)
		for (size_t j = 0; *nr < MAX_TARGETS && *holder(&sites[i], j, name, sizeof(name)); j++) {
			const struct symbol *symbol = find_function(s, name);

			if (symbol)
				targets[(*nr)++] = symbol->at;
		}
}

static void find_calls(struct search *s, struct span image, struct pool *pool)
{
	int64_t *targets = pool_alloc(pool, MAX_TARGETS + MAX_OPERATIONS, sizeof(*targets));
	size_t nr = 0;

	add_operations(s, targets, &nr);
	add_holders(s, targets, &nr);
	qsort(targets, nr, sizeof(*targets), ascending);
	code_calls(image, targets, nr, pool, &s->calls);
}

/* Copies of inline functions: do they call those that print, or jump to them? */
static void find_wrappers(struct search *s)
{
	/* One may go through another: memblock_alloc_or_panic through memblock_alloc. */
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < s->calls.nr; i++) {
			const struct call *call = &s->calls.list[i];
			const struct operation *to = operation_at(s, call->to);
			const struct symbol *from = symbols_at(s->symbols, call->from);
			struct operation *wrapper = (struct operation *)(from ? operation_at(s, from->at) : NULL);

			if (!to || !wrapper || wrapper == to || printer_lines(s, wrapper->name))
				continue;
			if (call->jump)
				wrapper->prints |= to->prints;
			else
				wrapper->prints_self |= to->prints;
		}
}

/* A copy that calls nobody who prints has that function inlined, and prints its own caller. */
static void find_inlined(struct search *s)
{
	static const struct { const char *name; unsigned int lines; } inliners[] = {
		{ "memblock_free", LINE_FREE }, { "memblock_alloc", LINE_REQUEST }, { "memblock_alloc.constprop.0", LINE_REQUEST },
		{ "__memblock_alloc_or_panic", LINE_REQUEST },
	};

	for (size_t i = 0; i < s->nr_operations; i++)
		for (size_t j = 0; j < sizeof(inliners) / sizeof(inliners[0]); j++)
			if (!strcmp(s->operations[i].name, inliners[j].name) && !s->operations[i].prints &&
			    !s->operations[i].prints_self)
				s->operations[i].prints = inliners[j].lines;
}

/* --------------------------------------------------------------------- the answer */

struct names {
	const char *list[MAX_NAMES];
	size_t nr;
};

static void add_name(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->nr; i++)
		if (!strcmp(names->list[i], name))
			return;
	if (names->nr < MAX_NAMES)
		names->list[names->nr++] = name;
}

/* What the calls from the function at @at print for lines of the kinds @lines. */
static void printed_by(const struct search *s, int64_t at, unsigned int lines, int depth, struct names *names)
{
	for (size_t i = 0; i < s->calls.nr; i++) {
		const struct call *call = &s->calls.list[i];
		const struct operation *to = operation_at(s, call->to);
		/* The return address is that of the next instruction; a call that never returns ends its function. */
		const struct symbol *from = symbols_at(s->symbols, call->from), *back = symbols_at(s->symbols, call->from + 4);

		if (!to || !from || from->at != at)
			continue;
		if (to->prints_self & lines)
			add_name(names, to->name);
		if (to->prints & lines && !call->jump)
			add_name(names, back->name);
		if (!(to->prints & lines) || !call->jump || depth)
			continue;
		/* It jumps: whoever called it is printed. */
		for (size_t j = 0; j < s->calls.nr; j++)
			if (s->calls.list[j].to == at && !s->calls.list[j].jump)
				add_name(names, symbols_at(s->symbols, s->calls.list[j].from + 4)->name);
	}
}

static bool is_called(const struct search *s, int64_t at)
{
	for (size_t i = 0; i < s->calls.nr; i++)
		if (s->calls.list[i].to == at)
			return true;
	return false;
}

/* Functions that nothing calls and whose address nothing takes: global ones that were inlined into every caller. */
static void find_dead(struct search *s)
{
	bool referred[MAX_DEAD] = { false };
	char name[128];
	size_t nr = 0;

	for (size_t i = 0; i < nr_sites; i++)
		for (size_t j = 0; s->nr_dead < MAX_DEAD && *holder(&sites[i], j, name, sizeof(name)); j++) {
			const struct symbol *symbol = find_function(s, name);

			if (symbol && !is_called(s, symbol->at))
				s->dead[s->nr_dead++] = symbol->at;
		}
	code_referred(s->image, s->dead, s->nr_dead, referred);
	for (size_t i = 0; i < s->nr_dead; i++)
		if (!referred[i])
			s->dead[nr++] = s->dead[i];
	s->nr_dead = nr;
}

/* A dead function does not count while another one may hold the call. */
static bool is_dead(const struct search *s, const struct site *site, size_t i, int64_t at)
{
	char name[128];

	if (!*holder(site, i + 1, name, sizeof(name)) || !find_function(s, name))
		return false;
	for (size_t k = 0; k < s->nr_dead; k++)
		if (s->dead[k] == at)
			return true;
	return false;
}

static bool has_name(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->nr; i++)
		if (!strcmp(names->list[i], name))
			return true;
	return false;
}

/* Of several names the one that fits what the source calls there. */
static const char *choose(const struct search *s, const struct site *site, const struct names *names, const char *function)
{
	static const char or_panic[] = "__memblock_alloc_or_panic";

	for (size_t i = 0; s->log && i < names->nr; i++)
		if (names->nr > 1 && bootlog_shows(s->log, site->lines, names->list[i]) &&
		    site->or_panic == !strcmp(names->list[i], or_panic))
			return names->list[i];
	if (site->or_panic && has_name(names, or_panic))
		return or_panic;
	if (has_name(names, function))
		return function;
	for (size_t i = 0; i < names->nr; i++)
		if (strcmp(names->list[i], or_panic))
			return names->list[i];
	return names->list[0];
}

/* NULL: none of the candidates holds the call; "": no candidate exists, this build does not have the site. */
static const char *printed_at(const struct search *s, const struct site *site)
{
	const char *first = "", *chosen;
	char name[128];

	for (size_t i = 0; *holder(site, i, name, sizeof(name)); i++) {
		const struct symbol *symbol = find_function(s, name), *shown;
		struct names names = { 0 };

		if (!symbol)
			continue;
		first = first && !*first ? NULL : first;
		printed_by(s, symbol->at, site->lines, 0, &names);
		if (!names.nr || is_dead(s, site, i, symbol->at))
			continue;
		shown = symbols_at(s->symbols, symbol->at);
		chosen = choose(s, site, &names, shown ? shown->name : symbol->name);
		if (!s->log || bootlog_shows(s->log, site->lines, chosen))
			return chosen;
		first = first ? first : chosen;
	}
	/* No log, or one that does not show this site. */
	return first;
}

static bool is_own_name(const struct site *site, const char *name)
{
	size_t len = strcspn(site->name, "/");

	return strlen(name) == len && !memcmp(site->name, name, len);
}

/* Up to three of them by name. */
static void tell_unknown(struct profile *profile, const char *const *unknown, size_t nr)
{
	if (nr)
		profile_assume(profile, pool_printf(profile->pool, "callers: no call is known in the code for %s%s%s%s%s%s; "
			       "they are called by the function in whose source they stand (a boot log with memblock=debug would show them)",
			       unknown[0], nr > 1 ? ", " : "", nr > 1 ? unknown[1] : "", nr > 2 ? ", " : "",
			       nr > 2 ? unknown[2] : "", nr > 3 ? " and more" : ""),
			       "the names at the end of memblock=debug's lines, nothing else");
}

void callers_read(struct span image, const struct symbols *symbols, unsigned int version, const struct bootlog *log,
		  struct profile *profile)
{
	struct search *s = pool_alloc(profile->pool, 1, sizeof(*s));
	const char *unknown[3];
	size_t nr_unknown = 0;

	s->image = image;
	s->symbols = symbols;
	s->log = log && log->nr_callers ? log : NULL;
	s->version = version;
	find_calls(s, image, profile->pool);
	find_wrappers(s);
	find_inlined(s);
	find_dead(s);
	for (size_t i = 0; i < nr_sites; i++) {
		const char *printed = site_available(&sites[i], version) ? printed_at(s, &sites[i]) : "";

		if (!printed && ++nr_unknown <= 3)
			unknown[nr_unknown - 1] = sites[i].name;
		if (printed && *printed && !is_own_name(&sites[i], printed))
			profile_text(profile, &profile->callers, sites[i].name, printed);
	}
	tell_unknown(profile, unknown, nr_unknown);
}
