// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/input/facts.h"
#include "daemon/base/bytes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/*
 * How lines of a class begin.  "%d" is digits, "%w" letters, digits and "_", "%+" blanks, each at least one; "%s" white
 * space or none, "%*" anything.  regcomp() is not used: where an allocation fails it frees twice, or gives a pattern
 * that lacks a part and says nothing.
 */
static const char *const memblock[] = { "%smemblock_%w: ", "%s__memblock_%w: ", "memblock: %* is doubled", NULL };
static const char *const dump[] = { "MEMBLOCK configuration:", " memory size = ", " memory.cnt ", " reserved.cnt ", " memory[0x",
	" reserved[0x", NULL };
static const char *const zones[] = { "Zone ranges:", "  DMA ", "  DMA32 ", "  Normal ", "  HighMem ", "  Movable ", "  Device ",
	"Movable zone start", "  Node %d: ", "Early memory node ranges", "  node%+%d: ", "Initmem setup node", "On node %d", NULL };
static const char *const numa[] = { "NUMA: ", "NODE_DATA", "Node %d ", "  Node %d [", NULL };
static const char *const reserved[] = { "OF: reserved mem: ", "Reserved memory: ", "cma: ", "crashkernel ", "Reserving %d", "HugeTLB: ", NULL };
static const char *const percpu[] = { "percpu: ", "pcpu-alloc: ", "PERCPU: ", NULL };
static const char *const zonelists[] = { "Fallback order ", "Built %d zonelists", "Policy zone: ", "log_buf_len", NULL };
static const char *const hashes[] = { "Dentry cache hash table", "Inode-cache hash table", "PID hash table", NULL };
static const char *const handover[] = { "software IO TLB: ", "mem auto-init: ", "Memory: ", "SLUB: ", NULL };

/* In the order of enum fact_class; a line belongs to the first that has its beginning. */
static const struct {
	const char *name;
	const char *const *begins;
} classes[FACT_NR_CLASSES] = {
	[FACT_OUTCOME] = { "outcome", NULL },
	[FACT_MEMBLOCK] = { "memblock", memblock },
	[FACT_DUMP] = { "dump", dump },
	[FACT_ZONES] = { "zones", zones },
	[FACT_NUMA] = { "numa", numa },
	[FACT_RESERVED] = { "reserved", reserved },
	[FACT_PERCPU] = { "percpu", percpu },
	[FACT_ZONELISTS] = { "zonelists", zonelists },
	[FACT_HASHES] = { "hashes", hashes },
	[FACT_HANDOVER] = { "handover", handover },
	[FACT_ZONEINFO] = { "zoneinfo", NULL },
	[FACT_FREELISTS] = { "freelists", NULL },
};

const char *fact_class_name(enum fact_class class)
{
	return classes[class].name;
}

static size_t length_of(char kind, const char *line)
{
	size_t len = 0;

	if (kind == 'd')
		return strspn(line, "0123456789");
	if (kind == '+')
		return strspn(line, " ");
	if (kind == 's')
		return strspn(line, " \t\n\v\f\r");
	while (isalnum((unsigned char)line[len]) || line[len] == '_')
		len++;
	return len;
}

/* What stands after each of these is none of it, so that the longest match is the only one. */
static bool begins(const char *line, const char *pattern)
{
	while (*pattern) {
		size_t len = 1;

		if (*pattern != '%') {
			if (*line != *pattern++)
				return false;
		} else if (pattern[1] == '*') {
			return strstr(line, pattern + 2);
		} else {
			len = length_of(pattern[1], line);
			if (!len && pattern[1] != 's')
				return false;
			pattern += 2;
		}
		line += len;
	}
	return true;
}

static bool belongs(const char *line, const char *const *patterns)
{
	for (; *patterns; patterns++)
		if (begins(line, *patterns))
			return true;
	return false;
}

void facts_deinit(struct facts *facts)
{
	for (size_t class = 0; class < FACT_NR_CLASSES; class++) {
		struct fact_list *list = &facts->of[class];

		for (size_t i = 0; i < list->nr; i++)
			free(list->text[i]);
		free(list->text);
		free(list->line);
	}
	*facts = (struct facts){ 0 };
}

static bool list_grow(struct fact_list *list)
{
	size_t cap = list->cap ? 2 * list->cap : 64;
	char **text = realloc(list->text, cap * sizeof(*text));
	size_t *line;

	if (!text)
		return false;
	list->text = text;
	line = realloc(list->line, cap * sizeof(*line));
	if (!line)
		return false;
	list->line = line;
	list->cap = cap;
	return true;
}

void facts_add(struct facts *facts, enum fact_class class, const char *text, size_t line)
{
	struct fact_list *list = &facts->of[class];
	char *copy = strdup(text);

	if (!copy || (list->nr == list->cap && !list_grow(list))) {
		free(copy);
		facts->failed = true;
		return;
	}
	list->text[list->nr] = copy;
	list->line[list->nr++] = line;
}

/* "[", blanks, digits, ".", digits, "] ": the length of a time stamp, or 0. */
static size_t stamp_length(const char *line)
{
	const char *p = line;
	size_t digits;

	if (*p++ != '[')
		return 0;
	p += strspn(p, " ");
	digits = strspn(p, "0123456789");
	p += digits;
	if (!digits || *p++ != '.')
		return 0;
	digits = strspn(p, "0123456789");
	p += digits;
	return digits && p[0] == ']' && p[1] == ' ' ? (size_t)(p + 2 - line) : 0;
}

/* "0x" and lower-case hex digits: their length, or 0. */
static size_t hex_length(const char *s)
{
	size_t digits;

	if (s[0] != '0' || s[1] != 'x')
		return 0;
	digits = strspn(s + 2, "0123456789abcdef");
	return digits ? digits + 2 : 0;
}

/* "+0x1c/0x20" */
static size_t offset_length(const char *s)
{
	size_t a = *s == '+' ? hex_length(s + 1) : 0;
	size_t b = a && s[1 + a] == '/' ? hex_length(s + 2 + a) : 0;

	return b ? 2 + a + b : 0;
}

void fact_strip_line(char *line)
{
	const char *from = line + stamp_length(line);
	char *to = line;

	while (*from) {
		size_t skip = offset_length(from);

		if (skip)
			from += skip;
		else if (*from == '\r')
			from++;
		else
			*to++ = *from++;
	}
	while (to > line && isspace((unsigned char)to[-1]))
		to--;
	*to = '\0';
}

/* The next line of [*p, end) as a string in @line; false after the last. */
static bool next_line(const char **p, const char *end, struct bytes *line)
{
	const char *newline;

	if (!*p || line->failed)
		return false;
	bytes_clear(line);
	newline = memchr(*p, '\n', (size_t)(end - *p));
	bytes_add(line, *p, (size_t)((newline ? newline : end) - *p));
	*p = newline ? newline + 1 : NULL;
	return !line->failed;
}

static void class_line(const char *line, size_t nr, struct facts *facts)
{
	for (size_t class = FACT_MEMBLOCK; class < FACT_NR_LOG_CLASSES; class++) {
		if (!belongs(line, classes[class].begins))
			continue;
		facts_add(facts, class, line, nr);
		return;
	}
}

/* A serial console ends lines with "\r\n", sometimes "\r\r\n"; "\r" never counts. */
static void drop_carriage_returns(struct bytes *line)
{
	char *to = line->data;

	for (size_t i = 0; i < line->len; i++)
		if (line->data[i] != '\r')
			*to++ = line->data[i];
	bytes_cut(line, (size_t)(to - line->data));
}

/* Does the kernel stop here?  A panic for want of a program to run is none of its memory's. */
static bool dies(const char *line)
{
	static const char *const ends[] = { "Unable to handle kernel", "Internal error: ", "Kernel panic - not syncing: " };
	static const char *const no_init[] = { "No working init", "VFS: Unable", "Requested init" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t len = strlen(ends[i]);
		bool found = !strncmp(line, ends[i], len);

		for (size_t k = 0; found && k < sizeof(no_init) / sizeof(*no_init); k++)
			found = strncmp(line + len, no_init[k], strlen(no_init[k]));
		if (found)
			return true;
	}
	return false;
}

void facts_of_log(const char *text, size_t len, struct facts *facts)
{
	const char *p = text;
	struct bytes line = { 0 };
	bool up_to_slub = true, lives = false;
	size_t died = 0;

	for (size_t nr = 1; next_line(&p, text + len, &line); nr++) {
		drop_carriage_returns(&line);
		fact_strip_line(line.data);
		if (up_to_slub)
			class_line(line.data, nr, facts);
		/* What it dies of when programs run is none of its boot's. */
		lives |= !strncmp(line.data, "Run /", 5) || !strncmp(line.data, "Freeing unused kernel", 21);
		if (!died && !lives && dies(line.data))
			died = nr;
		up_to_slub &= strncmp(line.data, "SLUB: ", 6) != 0;
	}
	facts_add(facts, FACT_OUTCOME, died ? "dies before the first process" : "reaches the first process", died);
	facts->failed |= line.failed;
	bytes_deinit(&line);
}

/* ---------------------------------------------------------------- zoneinfo */

static const char *skip(const char *s, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(s, prefix, len) ? NULL : s + len;
}

/* "Node 0, zone      DMA" -> "0/DMA" */
static bool zone_header(const char *line, struct bytes *zone)
{
	const char *node = skip(line, "Node "), *rest, *name;
	size_t digits = node ? strspn(node, "0123456789") : 0;

	if (!digits)
		return false;
	rest = skip(node + digits, ", zone ");
	name = rest ? rest + strspn(rest, " ") : NULL;
	if (!name || !*name || isspace((unsigned char)*name))
		return false;
	bytes_clear(zone);
	bytes_printf(zone, "%.*s/%.*s", (int)digits, node, (int)strcspn(name, " \t\v\f\r\n"), name);
	return true;
}

/* One of @words, then blanks (after a colon if there is one), then digits. */
static bool word_and_number(const char *s, const char *const *words, const char *colon,
			    const char **word, const char **number, size_t *digits)
{
	for (; *words; words++) {
		const char *p = skip(s, *words);

		p = p ? skip(p, colon) : NULL;
		if (!p || *p != ' ')
			continue;
		p += strspn(p, " ");
		*digits = strspn(p, "0123456789");
		if (!*digits)
			continue;
		*word = *words;
		*number = p;
		return true;
	}
	return false;
}

/* A field of the zone itself or of one CPU's page set, as a fact, or nothing. */
static bool zone_field(const char *line, const char *zone, struct bytes *cpu, struct bytes *fact)
{
	static const char *const of_zone[] = { "min", "low", "high", "spanned", "present", "managed", "cma", NULL };
	static const char *const of_cpu[] = { "batch", "high_min", "high_max", NULL };
	static const char *const cpu_word[] = { "cpu", NULL };
	const char *s = line + strspn(line, " "), *word, *number, *close;
	size_t digits;

	bytes_clear(fact);
	if (s == line)
		return false;
	if (!cpu->len && word_and_number(s, of_zone, "", &word, &number, &digits) && !number[digits]) {
		bytes_printf(fact, "%s %s %s", zone, word, number);
		return true;
	}
	close = skip(s, "protection: (") ? strrchr(s, ')') : NULL;
	if (close) {
		bytes_printf(fact, "%s protection %.*s", zone, (int)(close + 1 - strchr(s, '(')), strchr(s, '('));
		return true;
	}
	if (word_and_number(s, cpu_word, ":", &word, &number, &digits)) {
		bytes_clear(cpu);
		bytes_add(cpu, number, digits);
		return false;
	}
	if (!cpu->len || !word_and_number(s, of_cpu, ":", &word, &number, &digits))
		return false;
	bytes_printf(fact, "%s cpu%s %s %.*s", zone, cpu->data, word, (int)digits, number);
	return true;
}

void facts_of_zoneinfo(const char *text, size_t len, struct facts *facts)
{
	struct bytes line = { 0 }, zone = { 0 }, cpu = { 0 }, fact = { 0 };
	const char *p = text;

	for (size_t nr = 1; next_line(&p, text + len, &line); nr++) {
		if (zone_header(line.data, &zone))
			bytes_clear(&cpu);
		else if (zone.len && zone_field(line.data, zone.data, &cpu, &fact))
			facts_add(facts, FACT_ZONEINFO, fact.data, nr);
	}
	facts->failed |= line.failed || zone.failed || cpu.failed || fact.failed;
	bytes_deinit(&line);
	bytes_deinit(&zone);
	bytes_deinit(&cpu);
	bytes_deinit(&fact);
}
